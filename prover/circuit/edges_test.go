package circuit

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
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

// values is one choice out of an edge's lists.
type values struct {
	first        bool
	a, a2, b, b2 int64
	x, y         uint32
}

// all returns every combination of the lists; those of operations that do not look at
// First have it set in turn.
func (e edge) all() (all []values) {
	orZero := func(list []int64) []int64 {
		if len(list) == 0 {
			return []int64{0}
		}
		return list
	}
	orNone := func(list []uint32) []uint32 {
		if len(list) == 0 {
			return []uint32{0}
		}
		return list
	}
	ordered := slices.Contains([]step.Op{step.OpRotate, step.OpRsqrt, step.OpPick}, e.op)
	for _, a := range orZero(e.a) {
		for _, a2 := range orZero(e.a2) {
			for _, b := range orZero(e.b) {
				for _, b2 := range orZero(e.b2) {
					for _, x := range orNone(e.x) {
						for _, y := range orNone(e.y) {
							v := values{len(all)%2 == 0, a, a2, b, b2, x, y}
							all = append(all, v)
							if ordered {
								v.first = !v.first
								all = append(all, v)
							}
						}
					}
				}
			}
		}
	}
	return all
}

// build makes the statement of an edge; what it claims is 0.
func (e edge) build(v values) *StepInput {
	kinds := kindsOf(e.op)
	kindA, kind := e.kindA, e.kind
	if kindA == 0 {
		kindA = kinds[slotA][0]
	}
	if kind == 0 {
		kind = kinds[slotO][0]
	}
	in := &StepInput{Statement: step.Statement{Op: e.op, First: v.first, X: v.x, Y: v.y, B: step.Unused}}
	in.Statement.A, in.A = operandOf(kindA, [2]int{0, 1}, v.a, v.a2)
	if len(e.b) > 0 {
		in.Statement.B, in.B = operandOf(kinds[slotB][0], [2]int{0, 1}, v.b, v.b2)
	}
	in.Statement.O, in.O = operandOf(kind, [2]int{0, 1}, 0, 0)
	return in
}

// claims calls try with the numbers that an edge's statement may claim: what is there and
// the index that goes with it. Of results, the right one and its neighbours.
func (e edge) claims(t *testing.T, in *StepInput, try func(claim, index *big.Int)) {
	list := func(claims []int64, indices ...int64) {
		for _, c := range claims {
			for _, i := range indices {
				try(big.NewInt(c), big.NewInt(i))
			}
		}
	}
	switch e.op {
	case step.OpAbsMax:
		list([]int64{-1, 0, 1, 2, 15, 16, 17, 1 << 60}, -1, 0, 5, 6)
	case step.OpMax:
		list(e.a, -1, 0, 5, 6)
	case step.OpPick:
		list(e.a, 0)
	default:
		want, err := in.Result()
		require.NoError(t, err, "%+v", in.Statement)
		width, _ := (&opened{Operand: in.Statement.O}).width(0)
		for _, by := range []int64{1, -1, 0} {
			claim := new(big.Int).Add(want, big.NewInt(by))
			if top := pow2(width - 1); claim.Cmp(top) < 0 && claim.Cmp(new(big.Int).Neg(top)) >= 0 {
				try(claim, new(big.Int))
			}
		}
	}
}

// Every combination of the values at the ends, with every claim. Only OpRotate has so many
// combinations that each gets one claim, drawn.
func TestEdgesAgree(t *testing.T) {
	const many = 1000
	for n, e := range edges() {
		t.Run(fmt.Sprintf("%d of op %d", n, e.op), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(61, uint64(n)))
			right, wrong := 0, 0
			all := e.all()
			for _, v := range all {
				in := e.build(v)
				drawn, claims := r.IntN(3), 0
				e.claims(t, in, func(claim, index *big.Int) {
					if claims++; len(all) > many && claims != 1+drawn {
						return
					}
					set(in.O, in.Statement.O, 0, claim)
					set(in.O, in.Statement.O, 1, index)
					if requireOneAnswer(t, quick(), in, false) {
						right++
					} else {
						wrong++
					}
				})
			}
			require.Positive(t, right)
			require.Positive(t, wrong)
		})
	}
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
