package circuit

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// edge is one operation with the values at the ends of what it reads, and those where
// its result saturates, rounds a half or changes its case.
type edge struct {
	op          step.Op
	a, a2       []int64
	b, b2       []int64
	x, y        []uint32
	kindA, kind chunk.Kind // of A and O, where an operation allows several
}

func edges() []edge {
	int32s := []int64{-1 << 31, -1<<31 + 1, -1, 0, 1, 1<<31 - 2, 1<<31 - 1}
	halves := []int64{-3 << 15, -1 << 15, -1<<15 - 1, -1<<15 + 1, 1 << 15, 1<<15 - 1, 3 << 15} // ties at a shift of 16
	wides := []int64{-1 << 62, -1<<62 + 1, -1 << 39, -1, 0, 1, 1<<55 - 1, 1 << 55, 1<<62 - 1}
	trig := []int64{-16384, -16383, 0, 1, 16384}
	return []edge{
		{op: step.OpNorm, a: int32s, b: []int64{0, 2, 30, 60, 62, 94}, b2: []int64{0, 1, 1 << 31, 1 << 32}},
		{op: step.OpQuant, a: append(halves, int32s...), b: []int64{0, 1, 15, 16, 17, 47}},
		{op: step.OpRotate, a: int32s, a2: int32s, b: trig, b2: trig},
		{op: step.OpExp, a: []int64{-14 << 16, -15<<16 + 1, -15 << 16, -16 << 16, -255, -256, -1, 0}, b: []int64{0, 255}},
		{op: step.OpGate, a: append([]int64{-1 << 20, -1<<20 - 1024, -1<<20 - 1025, 1<<20 - 1024, 1<<20 - 1025, 1 << 20}, int32s...), b: int32s},
		{op: step.OpAdd, a: int32s, b: int32s, kindA: chunk.Int32},
		{op: step.OpAdd, a: wides, b: int32s, kindA: chunk.Wide80},
		{op: step.OpRequant, a: append(halves, wides...), b: []int64{-23, 0, 8, 16, 24}, kind: chunk.Int32},
		{op: step.OpRequant, a: append(halves, wides...), b: []int64{-23, 0, 8, 16, 24}, kind: chunk.Wide80},
		{op: step.OpDivide, a: append([]int64{-5, -3, 3, 5}, wides...), b: []int64{1, 2, 3, 10, 1<<30 - 1, 1 << 62}},
		{op: step.OpCopy, a: wides, kindA: chunk.Wide80, kind: chunk.Int16},
		{op: step.OpCopy, a: int32s, kindA: chunk.Int32, kind: chunk.Int32},
		{op: step.OpColumn, a: []int64{-32768, -32767, -1, 0, 1, 32767}, a2: []int64{0, 1, 15, 16, 47}},
		{op: step.OpRsqrt, a: []int64{0, 1, 1 << 31, 1<<62 - 1, 1 << 62}, x: []uint32{1, 2, 32, 1<<32 - 1}, y: []uint32{1, 2, 1<<32 - 1}},
		{
			op: step.OpAbsMax, a: []int64{-1 << 31, -1 << 30, -1 << 15, 1<<15 - 1, 1 << 15, 1 << 16, 1<<30 - 1, 1<<31 - 1, 0},
			x: []uint32{0, 5}, y: []uint32{6},
		},
		{op: step.OpMax, a: []int64{-1 << 31, -1, 0, 1<<31 - 1}, x: []uint32{0, 5}, y: []uint32{6}, kindA: chunk.Int32},
		{op: step.OpMax, a: wides, x: []uint32{0, 5}, y: []uint32{6}, kindA: chunk.Wide80},
		{op: step.OpPick, a: []int64{-1 << 31, -1, 0, 1, 1<<31 - 1}, b: []int64{-1 << 31, 0, 1, 1<<31 - 1}, x: []uint32{1 << 16, 1<<21 - 1}, y: []uint32{0, 1, 1<<32 - 1}},
	}
}

func one[T any](r *rand.Rand, from []T) (v T) {
	if len(from) > 0 {
		v = from[r.IntN(len(from))]
	}
	return v
}

// build makes the statement of an edge with values drawn from its lists.
func (e edge) build(r *rand.Rand) *StepInput {
	kinds := kindsOf(e.op)
	kindA, kind := e.kindA, e.kind
	if kindA == 0 {
		kindA = kinds[slotA][0]
	}
	if kind == 0 {
		kind = kinds[slotO][0]
	}
	in := &StepInput{Statement: step.Statement{Op: e.op, First: r.IntN(2) == 0, X: one(r, e.x), Y: one(r, e.y), B: step.Unused}}
	in.Statement.A, in.A = operandOf(kindA, [2]int{0, 1}, one(r, e.a), one(r, e.a2))
	if len(e.b) > 0 {
		in.Statement.B, in.B = operandOf(kinds[slotB][0], [2]int{0, 1}, one(r, e.b), one(r, e.b2))
	}
	in.Statement.O, in.O = operandOf(kind, [2]int{0, 1}, 0, 0)
	return in
}

func TestEdgesAgree(t *testing.T) {
	quick := lacking(t, digestCheck)
	for n, e := range edges() {
		t.Run(fmt.Sprintf("%d of op %d", n, e.op), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(61, uint64(n)))
			agree := func(in *StepInput) bool {
				ok, err := in.Reference()
				require.NoError(t, err, "%+v", in.Statement)
				require.NoError(t, solve(t, quick, assigned(t, in, ok)), "%+v is %v", in.Statement, ok)
				return ok
			}
			right := 0
			for range randomSteps / 4 {
				in := e.build(r)
				o := in.Statement.O
				switch e.op {
				case step.OpAbsMax:
					o.Places = [2]int{0, 0}
					set(in.O, o, 0, big.NewInt([]int64{-1, 0, 1, 2, 15, 16, 17, 1 << 60}[r.IntN(8)]))
					set(in.O, in.Statement.O, 1, big.NewInt([]int64{-1, 0, 5, 6}[r.IntN(4)]))
				case step.OpMax:
					set(in.O, o, 0, big.NewInt(one(r, e.a)))
					set(in.O, in.Statement.O, 1, big.NewInt([]int64{-1, 0, 5, 6}[r.IntN(4)]))
				case step.OpPick:
					set(in.O, o, 0, big.NewInt(one(r, e.a)))
				default:
					want, err := in.Result()
					require.NoError(t, err, "%+v", in.Statement)
					width, _ := (&opened{Operand: o}).width(0)
					for _, by := range []int64{1, -1, 0} {
						claim := new(big.Int).Add(want, big.NewInt(by))
						if top := pow2(width - 1); claim.Cmp(top) < 0 && claim.Cmp(new(big.Int).Neg(top)) >= 0 {
							set(in.O, o, 0, claim)
							require.Equal(t, by == 0, agree(in), "%+v claims %v of %v", in.Statement, claim, want)
						}
					}
				}
				if agree(in) {
					right++
				}
			}
			require.Positive(t, right)
		})
	}
}

// What no honest trace contains has no proof: neither the reference nor the circuit
// judges it. The forger's quotient is the claim itself.
func TestOperandsOutOfRangeHaveNoProof(t *testing.T) {
	for name, e := range map[string]edge{
		"a shift of 48":     {op: step.OpQuant, a: []int64{5}, b: []int64{48}},
		"a shift of 64":     {op: step.OpQuant, a: []int64{5}, b: []int64{64}},
		"a shift to left":   {op: step.OpQuant, a: []int64{5}, b: []int64{-1}},
		"an odd norm":       {op: step.OpNorm, a: []int64{5}, b: []int64{3}, b2: []int64{1}},
		"a large norm":      {op: step.OpNorm, a: []int64{5}, b: []int64{96}, b2: []int64{1}},
		"a negative norm":   {op: step.OpNorm, a: []int64{5}, b: []int64{-2}, b2: []int64{1}},
		"a large column":    {op: step.OpColumn, a: []int64{5}, a2: []int64{48}},
		"a negative column": {op: step.OpColumn, a: []int64{5}, a2: []int64{-1}},
		"a division by 0":   {op: step.OpDivide, a: []int64{5}, b: []int64{0}},
		"a division by -1":  {op: step.OpDivide, a: []int64{5}, b: []int64{-1}},
		"a score above":     {op: step.OpExp, a: []int64{6}, b: []int64{5}},
		"a mean below 0":    {op: step.OpRsqrt, a: []int64{-1}, x: []uint32{1}, y: []uint32{1}},
		"a mean over 0":     {op: step.OpRsqrt, a: []int64{1}, x: []uint32{0}, y: []uint32{1}},
		"no mean":           {op: step.OpRsqrt, a: []int64{0}, x: []uint32{1}, y: []uint32{0}},
	} {
		in := e.build(rand.New(rand.NewPCG(1, 1)))
		_, err := in.Reference()
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
		_, _, err = in.Assign(false)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
		for _, ok := range []bool{true, false} {
			for _, quotient := range []int64{0, 5} {
				require.Error(t, solve(t, compiled(), forge(t, in, ok, quotient)), name)
			}
		}
	}
}

// forge assigns a statement that Assign refuses, with a division that nobody checks.
func forge(t *testing.T, in *StepInput, ok bool, quotient int64) *Step {
	e, err := in.evaluate()
	require.NoError(t, err)
	public, err := in.Inputs(ok)
	require.NoError(t, err)
	c := &Step{A: public[0].Big(), B: public[1].Big(), O: public[2].Big(), Word: public[3].Big(), Parameters: public[4].Big()}
	for i := range c.Slots {
		c.Slots[i].assign(&e.chunks[i], false)
	}
	c.assignNumbers(e)
	e.Op = step.OpPad // no division, and the root of 2^62
	require.NoError(t, c.assignDivision(e))
	require.NoError(t, c.assignRoot(e))
	c.Division.Quotient = quotient
	return c
}

func TestStepsWithoutProofAreRefused(t *testing.T) {
	linear := func() *StepInput { return example(71, step.OpLinear, true) }
	for name, change := range map[string]func(in *StepInput){
		"no operation":       func(in *StepInput) { in.Statement.Op = 0 },
		"a hash comparison":  func(in *StepInput) { in.Statement.Op = step.OpKeys },
		"lengths differ":     func(in *StepInput) { in.Statement.B, in.B = example(72, step.OpEmbed, true).Statement.A, nil },
		"no numbers":         func(in *StepInput) { in.Statement.A.Length = 0 },
		"too many numbers":   func(in *StepInput) { in.Statement.O.Length = 226 },
		"words missing":      func(in *StepInput) { in.O = in.O[32:] },
		"words behind":       func(in *StepInput) { in.O = append(in.O, make([]byte, 15*32)...) },
		"half a word":        func(in *StepInput) { in.O = append(in.O, 0) },
		"an unused chunk":    func(in *StepInput) { in.A = nil },
		"a word too large":   func(in *StepInput) { copy(in.O, common.MaxHash[:]) },
		"place outside":      func(in *StepInput) { in.Statement.O.Places[0] = in.Statement.O.Length },
		"negative place":     func(in *StepInput) { in.Statement.O.Places[1] = -1 },
		"another kind":       func(in *StepInput) { in.Statement.O.Kind = chunk.Int16 },
		"a malformed input":  func(in *StepInput) { in.A[0] = 1 },
		"noise out of range": func(in *StepInput) { in.Statement.NoiseB = step.NoiseOffset },
	} {
		in := linear()
		change(in)
		_, err := in.Reference()
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
		_, _, err = in.Assign(true)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
		_, err = in.Inputs(true)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
	long := sumOf(600, make([]int16, 600)...)
	_, err := long.Reference()
	require.ErrorIs(t, err, protocol.ErrInvalid)
	pad := example(73, step.OpPad, true)
	pad.Statement.O.Places[0] = 0
	_, err = pad.Reference()
	require.ErrorIs(t, err, protocol.ErrInvalid)
	bind := example(74, step.OpBind, true)
	bind.Point = common.MaxHash
	_, err = bind.Reference()
	require.ErrorIs(t, err, protocol.ErrInvalid)
}

// Sums at every length where a word, a sponge block or a group of weights begins or
// ends, over extreme numbers only.
func TestSumEdgesAgree(t *testing.T) {
	quick := lacking(t, digestCheck)
	lengths := []int{1, 2, 6, 7, 8, 14, 15, 16, 30, 31, 32, 33, 105, 106, 225, 226, 257, 315, 316, 341, 342, 450, 451, 510, 511, 512}
	long := []int{675, 676, 806, 807, 900, 901, 992, 993, 1020, 1021, 1023, 1024}
	bytes8, halves16 := []int64{-128, -127, -1, 0, 1, 127}, []int64{-32768, -32767, -1, 0, 1, 32767}
	ints := []int64{-1 << 31, -1<<31 + 1, -1, 0, 1, 1<<31 - 1}
	r := rand.New(rand.NewPCG(63, 64))
	for _, op := range []step.Op{step.OpSquares, step.OpLinear, step.OpScore, step.OpSum, step.OpMix} {
		kinds := kindsOf(op)
		all := lengths
		if op == step.OpLinear {
			all = append(all[:len(all):len(all)], long...)
		}
		for _, n := range all {
			in := &StepInput{Statement: step.Statement{Op: op, First: r.IntN(3) == 0, B: step.Unused}}
			same := func(values []int64, n int) []int64 {
				v := one(r, values)
				list := make([]int64, n)
				for i := range list {
					list[i] = v
				}
				return list
			}
			a := same(halves16, n)
			if kinds[slotA][0] == chunk.Int32 {
				a = same(ints, n)
			}
			if op == step.OpScore {
				in.Statement.X, in.Statement.Y = one(r, []uint32{1, 8557550, 1<<32 - 1}), 40
				a[0] = r.Int64N(17)
			}
			in.Statement.A, in.A = operandOf(kinds[slotA][0], [2]int{0, n - 1}, a...)
			switch op {
			case step.OpLinear:
				q, m := make([]int8, n), make([]uint32, (n+31)/32)
				for i, v := range same(bytes8, n) {
					q[i] = int8(v)
				}
				for i := range m {
					m[i] = one(r, []uint32{0, 1, 1<<24 - 1})
				}
				var err error
				in.B, err = chunk.PackWeights(nil, q, m)
				require.NoError(t, err)
				in.Statement.B = step.Operand{Kind: chunk.Weights, Length: n}
			case step.OpScore, step.OpMix:
				b := same(halves16, n)
				if op == step.OpScore {
					b[0] = r.Int64N(17)
				}
				in.Statement.B, in.B = operandOf(chunk.Int16, [2]int{}, b...)
			}
			before, err := chunk.PackWide(nil, []chunk.Wide{one(r, []chunk.Wide{{}, chunk.WideOf(-1), {Hi: 1<<15 - 1, Lo: 1<<64 - 1}, {Hi: -1 << 15}, {Hi: -1}}), {}})
			require.NoError(t, err)
			in.O, in.Statement.O = before, step.Operand{Kind: chunk.Wide80, Length: 2, Places: [2]int{1, 0}}
			want, err := in.Result()
			require.NoError(t, err)
			if want.CmpAbs(pow2(wideBits-1)) < 0 {
				set(in.O, in.Statement.O, 0, want)
			}
			ok, err := in.Reference()
			require.NoError(t, err)
			require.NoError(t, solve(t, quick, assigned(t, in, ok)), "op %d of %d numbers", op, n)
			require.Error(t, solve(t, quick, assigned(t, in, !ok)), "op %d of %d numbers", op, n)
		}
	}
}
