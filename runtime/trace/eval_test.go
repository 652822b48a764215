package trace_test

import (
	"math/big"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/tables"
)

// The evaluator below is written from the table of operations in docs/trace-spec.md,
// in big integers, and shares nothing with the runtime: it judges the numbers that the
// runtime makes.

// operand is a decoded chunk: its numbers, and the scales of a weight chunk.
type operand struct {
	v      []*big.Int
	scales []*big.Int
}

var (
	exp2    = tables.Exp2()
	sigmoid = tables.Sigmoid()
)

func bi(x int64) *big.Int { return big.NewInt(x) }

func pow2(n uint) *big.Int { return new(big.Int).Lsh(bi(1), n) }

func mulBig(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }

func addBig(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }

// rshift is floor((x + 2^(s-1)) / 2^s).
func rshift(x *big.Int, s int64) *big.Int {
	if s == 0 {
		return x
	}
	return new(big.Int).Div(addBig(x, pow2(uint(s-1))), pow2(uint(s)))
}

func clampTo(x *big.Int, kind chunk.Kind) *big.Int {
	top := bi(1<<31 - 1)
	switch kind {
	case chunk.Int16:
		top = bi(32767)
	case chunk.Wide80:
		return x
	}
	if x.Cmp(top) > 0 {
		return top
	}
	if low := new(big.Int).Neg(top); x.Cmp(low) < 0 {
		return low
	}
	return x
}

// holds says whether the claim of a statement is right, given the numbers of its
// operands.
func holds(st step.Statement, a, b, o operand) bool {
	claim, claim2 := o.v[st.O.Places[0]], o.v[st.O.Places[1]]
	at := func(x operand, i int, from step.Operand) *big.Int { return x.v[from.Places[i]] }
	before := claim2
	if st.First {
		before = bi(0)
	}
	var want *big.Int
	switch st.Op {
	case step.OpEmbed:
		want = rshift(mulBig(at(a, 0, st.A), a.scales[st.A.Places[1]]), 8)
	case step.OpSquares:
		want = before
		for _, x := range a.v {
			want = addBig(want, mulBig(x, x))
		}
	case step.OpRsqrt:
		want = rsqrt(at(a, 0, st.A), st)
	case step.OpNorm:
		want = rshift(mulBig(at(a, 0, st.A), at(b, 1, st.B)), 47-at(b, 0, st.B).Int64()/2)
	case step.OpAbsMax:
		return absMaxStands(claim, claim2, at(a, 0, st.A), st)
	case step.OpMax:
		x := at(a, 0, st.A)
		return inRange(claim2, st) && x.Cmp(claim) <= 0 && (claim2.Int64() != int64(st.X) || x.Cmp(claim) == 0)
	case step.OpQuant:
		want = rshift(at(a, 0, st.A), at(b, 0, st.B).Int64())
	case step.OpLinear:
		want = before
		for i, x := range a.v {
			want = addBig(want, mulBig(b.scales[i/32], mulBig(x, b.v[i])))
		}
	case step.OpRotate:
		second := mulBig(at(a, 1, st.A), at(b, 1, st.B))
		if st.First {
			second.Neg(second)
		}
		want = rshift(addBig(mulBig(at(a, 0, st.A), at(b, 0, st.B)), second), 14)
	case step.OpScore:
		sum := bi(0)
		for i, x := range a.v[1:] {
			sum = addBig(sum, mulBig(x, b.v[1+i]))
		}
		want = rshift(mulBig(bi(int64(st.X)), sum), int64(st.Y)-a.v[0].Int64()-b.v[0].Int64())
	case step.OpExp:
		d := new(big.Int).Sub(at(b, 0, st.B), at(a, 0, st.A))
		shift := new(big.Int).Rsh(d, 16)
		want = bi(0)
		if shift.Cmp(bi(14)) <= 0 {
			i := new(big.Int).And(new(big.Int).Rsh(d, 8), bi(255))
			want = bi(int64(exp2[i.Int64()]) >> shift.Int64())
		}
	case step.OpSum:
		want = before
		for _, x := range a.v {
			want = addBig(want, x)
		}
	case step.OpMix:
		want = before
		for i, x := range a.v {
			want = addBig(want, mulBig(x, b.v[i]))
		}
	case step.OpGate:
		g := at(a, 0, st.A)
		w := min(max(rshift(g, 11).Int64()+512, 0), 1023)
		want = rshift(mulBig(rshift(mulBig(g, bi(int64(sigmoid[w]))), 15), at(b, 0, st.B)), 16)
	case step.OpAdd:
		want = addBig(at(a, 0, st.A), at(b, 0, st.B))
	case step.OpPick:
		return pickStands(at(a, 0, st.A), at(b, 0, st.B), claim, st)
	case step.OpRequant:
		want = rshift(at(a, 0, st.A), 24-at(b, 0, st.B).Int64())
	case step.OpDivide:
		d := at(b, 0, st.B)
		want = new(big.Int).Div(addBig(at(a, 0, st.A), new(big.Int).Div(d, bi(2))), d)
	case step.OpCopy:
		want = at(a, 0, st.A)
	case step.OpColumn:
		want = new(big.Int).Lsh(at(a, 0, st.A), uint(at(a, 1, st.A).Int64()))
	default:
		return false
	}
	return clampTo(want, st.O.Kind).Cmp(claim) == 0
}

func rsqrt(sum *big.Int, st step.Statement) *big.Int {
	v := addBig(new(big.Int).Div(sum, bi(int64(st.X))), bi(int64(st.Y)))
	zz := int64(64-v.BitLen()) / 2 * 2
	if st.First {
		return bi(zz)
	}
	return new(big.Int).Div(pow2(63), new(big.Int).Sqrt(new(big.Int).Lsh(v, uint(zz))))
}

func inRange(witness *big.Int, st step.Statement) bool {
	return witness.Sign() >= 0 && witness.Cmp(bi(int64(st.Y))) < 0
}

func absMaxStands(k, witness, a *big.Int, st step.Statement) bool {
	if k.Sign() < 0 || k.Cmp(bi(16)) > 0 || !inRange(witness, st) || a.CmpAbs(pow2(uint(15+k.Int64()))) >= 0 {
		return false
	}
	return witness.Int64() != int64(st.X) || k.Sign() == 0 || a.CmpAbs(pow2(uint(14+k.Int64()))) >= 0
}

func pickStands(a, b, top *big.Int, st step.Statement) bool {
	s := func(x *big.Int, noise int32) *big.Int {
		return addBig(rshift(mulBig(x, bi(int64(st.X))), 16), bi(int64(noise)))
	}
	floor := new(big.Int).Sub(top, bi(int64(st.Y)))
	if st.Y != 0 && b.Cmp(floor) < 0 {
		return false
	}
	if st.Y != 0 && a.Cmp(floor) < 0 {
		return true
	}
	c := s(a, st.NoiseA).Cmp(s(b, st.NoiseB))
	return c < 0 || c == 0 && !st.First
}
