package circuit

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// variable is a number that a step reads and the range in which the step has a proof.
type variable struct {
	make     func(v *big.Int) *StepInput
	min, max *big.Int
	by       int64 // distance of neighbours, 0 stands for 1
	// The check that alone keeps the neighbour outside from having a proof; 0 where more
	// than one does, nowhere where the neighbour cannot be written down.
	below, above check
}

const nowhere check = -1

func variables() map[string]variable {
	of := func(e edge, change func(e *edge, v int64)) func(v *big.Int) *StepInput {
		return func(v *big.Int) *StepInput {
			change(&e, v.Int64())
			return e.build(e.all()[0])
		}
	}
	b := func(e *edge, v int64) { e.b = []int64{v} }
	n := big.NewInt
	wide := func(op step.Op, a, b *big.Int) *StepInput {
		in := edge{op: op, a: []int64{0}, b: []int64{0}}.build(values{})
		set(in.A, in.Statement.A, 0, a)
		set(in.B, in.Statement.B, 0, b)
		return in
	}
	lowest, highest := new(big.Int).Neg(pow2(wideBits-1)), new(big.Int).Sub(pow2(wideBits-1), n(1))
	return map[string]variable{
		"shift of quant":   {make: of(edge{op: step.OpQuant, a: []int64{5}}, b), min: n(0), max: n(47), above: shiftCheck},
		"shift of requant": {make: of(edge{op: step.OpRequant, a: []int64{5}, kind: chunk.Int32}, b), min: n(-23), max: n(24), below: shiftCheck},
		"zeros of norm":    {make: of(edge{op: step.OpNorm, a: []int64{5}, b2: []int64{1}}, b), min: n(0), max: n(94), by: 2, below: shiftCheck},
		"odd zeros":        {make: of(edge{op: step.OpNorm, a: []int64{5}, b2: []int64{1}}, b), min: n(2), max: n(2)},
		"shift of column":  {make: of(edge{op: step.OpColumn, a: []int64{5}}, func(e *edge, v int64) { e.a2 = []int64{v} }), min: n(0), max: n(47), above: shiftCheck},
		"shift of score": {make: of(edge{op: step.OpScore, a: []int64{3}, a2: []int64{9}, b: []int64{4}, b2: []int64{-9}, x: []uint32{1}},
			func(e *edge, v int64) { e.y = []uint32{uint32(v)} }), min: n(7), max: n(54), above: shiftCheck},
		"divisor": {make: func(v *big.Int) *StepInput { return wide(step.OpDivide, n(-5), v) }, min: n(1), max: highest, below: remainderCheck, above: nowhere},
		"exponent": {make: func(v *big.Int) *StepInput {
			if v.Sign() < 0 {
				return wide(step.OpExp, n(0), v)
			}
			return wide(step.OpExp, lowest, new(big.Int).Add(lowest, v))
		}, min: n(0), max: new(big.Int).Sub(pow2(wideBits), n(1)), above: nowhere},
		"mean": {make: func(v *big.Int) *StepInput {
			in := rsqrtOf(0, 1, 1, false)
			set(in.A, in.Statement.A, 0, v)
			return in
		}, min: n(0), max: new(big.Int).Sub(pow2(64), n(2))},
		"sum of squares": {make: func(v *big.Int) *StepInput { return rsqrtOf(v.Int64(), 3, 2, false) }, min: n(0), max: n(1 << 62), below: meanCheck, above: nowhere},
		"count of squares": {make: func(v *big.Int) *StepInput { return rsqrtOf(7, uint32(v.Uint64()), 1, true) },
			min: n(1), max: n(1<<32 - 1), below: meanRestCheck, above: nowhere},
		"addend of the mean": {make: func(v *big.Int) *StepInput { return rsqrtOf(0, 1, uint32(v.Uint64()), true) }, min: n(1), max: n(1<<32 - 1), above: nowhere},
	}
}

// Every number that a step reads has a proof at the ends of its range, in one direction,
// and past them in neither: the reference refuses it, and a prover who computes what the
// circuit would has no witness. Where one check alone stands in the way, the same witness
// is good without it.
func TestRangesEndWhereTheyDo(t *testing.T) {
	for name, v := range variables() {
		t.Run(name, func(t *testing.T) {
			by := big.NewInt(max(v.by, 1))
			for _, inside := range []*big.Int{v.min, new(big.Int).Add(v.min, by), new(big.Int).Sub(v.max, by), v.max} {
				if inside.Cmp(v.min) < 0 || inside.Cmp(v.max) > 0 {
					continue
				}
				in := v.make(inside)
				want, err := in.Result()
				require.NoError(t, err, "%v", inside)
				set(in.O, in.Statement.O, 0, want)
				require.True(t, requireOneAnswer(t, quick(), in, true), "%v", inside)
			}
			for _, end := range []struct {
				v    *big.Int
				held check
			}{{new(big.Int).Sub(v.min, by), v.below}, {new(big.Int).Add(v.max, by), v.above}} {
				if end.held == nowhere {
					continue
				}
				in := v.make(end.v)
				_, err := in.Reference()
				require.ErrorIs(t, err, protocol.ErrInvalid, "%v", end.v)
				_, _, err = in.Assign(false)
				require.ErrorIs(t, err, protocol.ErrInvalid, "%v", end.v)
				for _, ok := range []bool{true, false} {
					require.Error(t, quick().solve(forge(t, in, ok)), "%v", end.v)
				}
				if end.held != 0 {
					require.NoError(t, without(t, digestCheck|end.held).solve(forge(t, in, true)), "%v: the forgery itself does not work", end.v)
				}
			}
		})
	}
}

// forge assigns a statement that Assign refuses and claims what the circuit's arithmetic,
// without its ranges, would make of it.
func forge(t *testing.T, in *StepInput, ok bool) *Step {
	e, err := in.evaluate()
	require.NoError(t, err)
	quotient, rest, r := forgeDivision(e)
	set(in.O, in.Statement.O, 0, saturate(quotient, in.Statement.O.Kind))
	if e, err = in.evaluate(); err != nil {
		require.NoError(t, err)
	}
	public, err := in.Inputs(ok)
	require.NoError(t, err)
	c := &Step{A: public[0].Big(), B: public[1].Big(), O: public[2].Big(), Word: public[3].Big(), Parameters: public[4].Big()}
	for i := range c.Slots {
		c.Slots[i].assign(&e.chunks[i], false)
	}
	c.assignNumbers(e)
	c.Division = Division{Quotient: quotient, Remainder: rest}
	c.Root = Root{Mean: r.mean, MeanRest: r.rest, HalfZeros: r.halfZeros, Root: r.root, Inverse: r.inverse, Rest: r.inverseRest}
	return c
}

// forgeDivision divides by any power of two and finds a root of anything.
func forgeDivision(e *evaluation) (quotient, rest *big.Int, r *root) {
	r = &root{mean: new(big.Int), rest: new(big.Int)}
	if e.Op == step.OpRsqrt {
		if r.rest.Set(e.a); e.X != 0 {
			r.mean.DivMod(e.a, big.NewInt(int64(e.X)), r.rest)
		}
		if r.finish(new(big.Int).Add(r.mean, big.NewInt(int64(e.Y))), e) == nil {
			if e.First {
				return new(big.Int).Lsh(r.halfZeros, 1), new(big.Int), r
			}
			return r.inverse, new(big.Int), r
		}
	}
	if err := r.finish(pow2(62), e); err != nil {
		panic(err)
	}
	p, shift, d := e.a, int64(0), new(big.Int)
	switch e.Op {
	case step.OpQuant:
		shift = e.b.Int64()
	case step.OpRequant:
		shift = 24 - e.b.Int64()
	case step.OpNorm:
		p, shift = product(e.a, e.b2), 47-e.b.Int64()/2
	case step.OpScore:
		p, shift = product(e.a2, e.b2), int64(e.Y)-e.a.Int64()-e.b.Int64()
	case step.OpColumn:
		if at := e.a2.Int64(); at >= 0 {
			return product(e.a, pow2(int(at))), new(big.Int), r
		}
	case step.OpDivide:
		return new(big.Int), e.a, r // by zero: all is left
	}
	if shift < 0 {
		return new(big.Int), new(big.Int), r
	}
	d = pow2(int(shift))
	quotient, rest = new(big.Int).DivMod(new(big.Int).Add(p, new(big.Int).Rsh(d, 1)), d, new(big.Int))
	return quotient, rest, r
}

// wordWith changes a field of a chunk in the first public word.
func wordWith(c *Step, slot, field, value int) {
	widths := []int{step.KindBits, step.BlocksBits, step.LengthBits, step.PlaceBits, step.PlaceBits}
	at, operand := step.OpBits+2*step.FlagBits, 0
	for i, w := range widths {
		operand += w
		if i < field {
			at += w
		}
	}
	at += slot * operand
	word := new(big.Int).Set(toBig(c.Word))
	for j := range widths[field] {
		word.SetBit(word, at+j, uint(value>>j&1))
	}
	c.Word = word
}

// Places and lengths end where their chunk does. The chunk of the forgery has one number
// more than its length says, or room for one; digests are left out, which speak of both.
func TestLengthsAndPlacesEndWhereTheyDo(t *testing.T) {
	const length, place = 2, 3
	copied := func(n, at int) *Step { // the last number of n, at its place
		in := copyStep(n, at, int32(at*1_000_003-5))
		return assigned(t, in, true)
	}
	summed := make([]int16, numbers)
	for name, row := range map[string]struct {
		held check
		make func(past int) *Step // past: 0 at the end of the range, 1 behind it
	}{
		"a place": {insideCheck, func(past int) *Step {
			c := copied(10+past, 9+past)
			wordWith(c, slotA, length, 10)
			return c
		}},
		"a length": {roomCheck, func(past int) *Step { // 105 int32 fill a block
			c := copied(105, 3)
			wordWith(c, slotA, length, 105+past)
			return c
		}},
		"a sum's length": {sumLengthCheck, func(past int) *Step {
			c := assigned(t, sumOf(numbers, summed...), true)
			c.Halves[numbers*halfBits+halfBits-1] = past // a zero
			wordWith(c, slotA, length, numbers+past)
			return c
		}},
	} {
		require.NoError(t, quick().solve(row.make(0)), name)
		require.Error(t, quick().solve(row.make(1)), name)
		require.NoError(t, without(t, digestCheck|row.held).solve(row.make(1)), "%s: the forgery itself does not work", name)
	}
	// None at all is too short, and a negative place is a large one.
	c := copied(1, 0)
	wordWith(c, slotA, length, 0)
	require.Error(t, quick().solve(c))
	c = copied(10, 0)
	wordWith(c, slotA, place, 1<<step.PlaceBits-1)
	require.Error(t, quick().solve(c))
}
