package circuit

import (
	"slices"
	"sync"

	"github.com/consensys/gnark/frontend"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/tables"
)

// The bounds of the division that all operations share. A numerator is below 2^112 in
// absolute value (that of OpNorm, of an int32 and a wide number), a divisor below
// 2^79, a quotient below 2^115: no product comes near the modulus, so the equation in
// the field is one of integers.
const (
	divisorBits  = wideBits - 1
	quotientBits = 114
	unclamped    = quotientBits - 2 // a limit that no quotient reaches
	shiftBits    = 6
)

// fraction is what an operation computes before it is rounded and clamped.
type fraction struct {
	numerator, shift frontend.Variable
	divisor          frontend.Variable // of OpDivide
	truncates        frontend.Variable
}

// computed returns the number that the operation makes: the shared division of its
// numerator, clamped to the range of O's kind. It is 0 for the operations that judge
// a claim.
func (c *Step) computed(b builder, st *statement, r *readings, s *sums) frontend.Variable {
	f := c.fraction(b, st, r, s)
	shift := b.bits(f.shift, shiftBits)
	if c.omit&shiftCheck == 0 {
		b.zero(shift[5], shift[4]) // at most 47
	}
	power := b.power(2, shift)

	// OpColumn shifts to the left and divides by nothing.
	column, divide := st.op[step.OpColumn], st.op[step.OpDivide]
	a := r[slotA][0].number
	numerator := b.Add(f.numerator, b.Mul(column, b.Mul(a, power)))
	divisor := b.Add(power, b.Mul(divide, b.Sub(f.divisor, power)), b.Mul(column, b.Sub(1, power)))

	half := b.number(b.bits(divisor, divisorBits)[1:])
	numerator = b.Add(numerator, b.Mul(half, b.not(f.truncates)))
	q, rest := c.Division.Quotient, c.Division.Remainder
	b.AssertIsEqual(b.Add(b.Mul(q, divisor), rest), numerator)
	if c.omit&remainderCheck == 0 {
		b.remainder(rest, divisor, divisorBits)
	}

	o := st.slots[slotO]
	limit := b.Add(b.Mul(o.kind[chunk.Int16], 1<<15-1), b.Mul(o.kind[chunk.Int32], 1<<31-1), b.Mul(o.kind[chunk.Wide80], pow2(unclamped)))
	over := b.not(b.nonNegative(b.Sub(limit, q), quotientBits))
	under := b.not(b.nonNegative(b.Add(limit, q), quotientBits))
	return b.Add(q, b.Mul(over, b.Sub(limit, q)), b.Mul(under, b.Sub(0, limit, q)))
}

// fraction gathers the operations' numerators and shifts.
func (c *Step) fraction(b builder, st *statement, r *readings, s *sums) fraction {
	a, a2 := r[slotA][0].number, r[slotA][1].number
	bb, b2 := r[slotB][0].number, r[slotB][1].number
	first := b.Mul(a, bb)
	second := b.Mul(a2, b2)
	before := b.Mul(r[slotO][1].number, b.not(st.first))
	exp, expShift := c.exp(b, st, b.Sub(bb, a))

	terms := []struct {
		op        step.Op
		numerator frontend.Variable
		shift     frontend.Variable
	}{
		{step.OpEmbed, b.Mul(a, a2), 8},
		{step.OpSquares, b.Add(before, s.product), 0},
		{step.OpRsqrt, c.rsqrt(b, st, a), 0},
		{step.OpNorm, b.Mul(a, b2), b.Sub(47, b.Mul(bb, half(b)))},
		{step.OpQuant, a, bb},
		{step.OpLinear, b.Add(before, s.scaled), 0},
		{step.OpRotate, b.Add(first, b.Mul(second, b.Sub(1, b.Mul(2, st.first)))), 14},
		{step.OpScore, b.Mul(st.x, s.inner), b.Sub(st.y, s.a0, s.b0)},
		{step.OpExp, exp, expShift},
		{step.OpSum, b.Add(before, s.plain), 0},
		{step.OpMix, b.Add(before, s.product), 0},
		{step.OpGate, b.Mul(c.gate(b, st, a), bb), 16},
		{step.OpAdd, b.Add(a, bb), 0},
		{step.OpRequant, a, b.Sub(24, bb)},
		{step.OpDivide, a, 0},
		{step.OpCopy, a, 0},
		{step.OpColumn, 0, a2}, // its numerator needs the power
	}
	f := fraction{numerator: 0, shift: 0, divisor: bb, truncates: st.op[step.OpExp]}
	st.arithmetic = 0
	for _, t := range terms {
		f.numerator = b.Add(f.numerator, b.Mul(st.op[t.op], t.numerator))
		f.shift = b.Add(f.shift, b.Mul(st.op[t.op], t.shift))
		st.arithmetic = b.Add(st.arithmetic, st.op[t.op])
	}
	return f
}

// half is 1/2 in the field: a product with it is small only for even numbers.
func half(b builder) frontend.Variable {
	h := pow2(1)
	return h.ModInverse(h, b.Compiler().Field())
}

// constants are the tables of the runtime specification, derived once: that takes a
// while.
var constants = sync.OnceValue(func() *struct {
	exp2    [256]uint16
	sigmoid [1024]uint16
} {
	return &struct {
		exp2    [256]uint16
		sigmoid [1024]uint16
	}{tables.Exp2(), tables.Sigmoid()}
})

// exp returns the numerator and the shift of OpExp for d = b - a >= 0: both 0 where
// the shift exceeds 14.
func (c *Step) exp(b builder, st *statement, d frontend.Variable) (numerator, shift frontend.Variable) {
	digits := b.bits(b.Mul(st.op[step.OpExp], d), wideBits+1)
	value := b.table(digits[8:16], constants().exp2[:])
	fifteen := b.Mul(b.Mul(digits[16], digits[17]), b.Mul(digits[18], digits[19]))
	small := b.Mul(b.IsZero(b.number(digits[20:])), b.not(fifteen))
	return b.Mul(small, value), b.Mul(small, b.number(digits[16:20]))
}

// gate returns rsh(a * sigmoid[w], 15), w = rsh(a, 11) + 512 clamped to 0..1023.
func (c *Step) gate(b builder, st *statement, a frontend.Variable) frontend.Variable {
	a = b.Mul(st.op[step.OpGate], a) // int32
	// w without clamping, plus 2^22: a + 2^31 + 2^10 has 33 bits, and 2^20 too much.
	high := b.number(b.bits(b.Add(a, pow2(int32Bits-1), pow2(10)), int32Bits+1)[11:])
	digits := b.bits(b.Add(high, pow2(22), 512-1<<20), 23)
	positive := digits[22]
	over := b.not(b.IsZero(b.number(digits[10:22])))
	index := slices.Clone(digits[:10])
	for i, d := range index {
		index[i] = b.Mul(positive, b.Sub(b.Add(d, over), b.Mul(d, over)))
	}
	// |a * sigmoid| <= 2^46.
	product := b.bits(b.Add(b.Mul(a, b.table(index, constants().sigmoid[:])), pow2(47), pow2(14)), 49)
	return b.Sub(b.number(product[15:]), pow2(32))
}

// Root is the witness of OpRsqrt; that of the number 2^62 for the other operations.
type Root struct {
	Mean, MeanRest frontend.Variable // of the squares
	HalfZeros      frontend.Variable // zz/2
	Root           frontend.Variable // isqrt(v << zz)
	Inverse, Rest  frontend.Variable // of 2^63 by the root
}

// rsqrt returns zz or inv of the mean of squares a / x with eps y.
func (c *Step) rsqrt(b builder, st *statement, a frontend.Variable) frontend.Variable {
	op, w := st.op[step.OpRsqrt], c.Root
	// a = mean*x + rest; a < 0 has no mean >= 0.
	x := b.choose(op, st.x, 1)
	b.AssertIsEqual(b.Add(b.Mul(w.Mean, x), w.MeanRest), b.Mul(op, a))
	if c.omit&meanCheck == 0 {
		b.bits(w.Mean, wideBits)
	}
	if c.omit&meanRestCheck == 0 {
		b.remainder(w.MeanRest, x, step.ParameterBits)
	}

	// 2^62 <= v * 2^zz < 2^64.
	v := b.Add(w.Mean, b.choose(op, st.y, pow2(62)))
	radicand := b.Mul(v, b.power(4, b.bits(w.HalfZeros, 5)))
	digits := b.bits(radicand, 64)
	if c.omit&normalCheck == 0 {
		b.zero(b.not(digits[63]), b.not(digits[62]))
	}

	// root^2 <= radicand < (root+1)^2.
	b.bits(w.Root, 32)
	excess := b.Sub(radicand, b.Mul(w.Root, w.Root))
	if c.omit&rootCheck == 0 {
		b.bits(excess, 33)
		b.bits(b.Sub(b.Mul(2, w.Root), excess), 33)
	}

	b.AssertIsEqual(b.Add(b.Mul(w.Inverse, w.Root), w.Rest), pow2(63))
	if c.omit&inverseCheck == 0 {
		b.bits(w.Inverse, 33)
	}
	if c.omit&inverseRestCheck == 0 {
		b.remainder(w.Rest, w.Root, 32)
	}
	return b.choose(st.first, b.Mul(2, w.HalfZeros), w.Inverse)
}
