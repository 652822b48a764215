package circuit

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/ops"
)

// operandOf packs numbers and says where they are read.
func operandOf(kind chunk.Kind, places [2]int, numbers ...int64) (step.Operand, []byte) {
	words, err := kind.Words(len(numbers))
	if err != nil {
		panic(err)
	}
	raw := make([]byte, words*chunk.WordBytes)
	all := step.Operand{Source: step.Opened, Kind: kind, Length: len(numbers)}
	for i := range words * kind.Limbs() {
		all.Places[0] = i
		v := int64(0)
		if i < len(numbers) {
			v = numbers[i]
		}
		set(raw, all, 0, big.NewInt(v))
	}
	all.Places = places
	return all, raw
}

// computes checks what the reference makes of one or two numbers of A and B.
func computes(t *testing.T, want int64, st step.Statement, out chunk.Kind, kindA chunk.Kind, a []int64, kindB chunk.Kind, b []int64) {
	t.Helper()
	in := &StepInput{Statement: st}
	in.Statement.B = step.Unused
	in.Statement.A, in.A = operandOf(kindA, [2]int{0, len(a) - 1}, a...)
	if b != nil {
		in.Statement.B, in.B = operandOf(kindB, [2]int{0, len(b) - 1}, b...)
	}
	in.Statement.O, in.O = operandOf(out, [2]int{}, 0)
	got, err := in.Result()
	require.NoError(t, err)
	require.Equal(t, want, got.Int64(), "%+v of %v and %v", st, a, b)
}

// int32Edges are the numbers of the edges that a trace can hold as int32.
func int32Edges() (list []int64) {
	for _, e := range edges() {
		for _, v := range slices.Concat(e.a, e.a2, e.b, e.b2) {
			if v > -1<<31 && v < 1<<31 {
				list = append(list, v)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// The reference is what the runtime does, operation by operation, on every two numbers at
// the ends and on drawn ones. The circuit is what the reference is, by the test of their
// agreement.
func TestReferenceIsTheRuntime(t *testing.T) {
	const i16, i32, wide = chunk.Int16, chunk.Int32, chunk.Wide80
	g := drawn(t, 42)
	num := func(width int) int64 {
		for {
			if v := g.signed(width).Int64(); width != 16 && v != -1<<31 || width == 16 && v != -1<<15 {
				return v
			}
		}
	}
	op := func(o step.Op) step.Statement { return step.Statement{Op: o} }
	sigmoid, exp2 := constants().sigmoid, constants().exp2
	ends := int32Edges()
	for i := range len(ends)*len(ends) + randomSteps {
		x, y := num(32), num(32)
		if i < len(ends)*len(ends) {
			x, y = ends[i/len(ends)], ends[i%len(ends)]
		}
		sum := []int32{int32(x)}
		ops.Add(sum, []int32{int32(y)})
		computes(t, int64(sum[0]), op(step.OpAdd), i32, i32, []int64{x}, i32, []int64{y})
		computes(t, x, op(step.OpCopy), i32, i32, []int64{x}, i32, nil)

		p := make([]int32, 1)
		ops.Glu(p, []int32{int32(x)}, []int32{int32(y)}, &sigmoid)
		computes(t, int64(p[0]), op(step.OpGate), i32, i32, []int64{x}, i32, []int64{y})

		cos, sin := g.between(-16384, 16384), g.between(-16384, 16384)
		head := []int32{int32(x), int32(y)}
		ops.Rope(head, []int16{int16(cos)}, []int16{int16(sin)})
		first := op(step.OpRotate)
		first.First = true
		computes(t, int64(head[0]), first, i32, i32, []int64{x, y}, i16, []int64{cos, sin})
		computes(t, int64(head[1]), op(step.OpRotate), i32, i32, []int64{y, x}, i16, []int64{cos, sin})

		q := make([]int16, 1)
		k := ops.Quant(q, []int32{int32(x)})
		computes(t, int64(q[0]), op(step.OpQuant), i16, i32, []int64{x}, wide, []int64{int64(k)})
		computes(t, int64(k), op(step.OpCopy), i16, wide, []int64{int64(k)}, i16, nil)

		// Norm of a residual with one number: zz and inv, then the number.
		eps := uint32(g.between(1, 1<<32-2))
		hi, lo := ops.SumSquares([]int32{int32(x)})
		require.Zero(t, hi)
		inv, zz := ops.InvRMS(hi, lo, 1, eps)
		rms := step.Statement{Op: step.OpRsqrt, X: 1, Y: eps, First: true}
		if lo < 1<<62 {
			computes(t, int64(zz), rms, wide, wide, []int64{int64(lo)}, wide, nil)
			rms.First = false
			computes(t, inv, rms, wide, wide, []int64{int64(lo)}, wide, nil)
			normed := make([]int32, 1)
			ops.Norm(normed, []int32{int32(x)}, eps)
			computes(t, int64(normed[0]), op(step.OpNorm), i32, i32, []int64{x}, wide, []int64{int64(zz), inv})
		}

		// Two positions of attention: scores, weights, their sum, the mix.
		qs := []int16{int16(num(16)), int16(num(16))}
		rows := []int16{int16(num(16)), int16(num(16)), int16(num(16)), int16(num(16))}
		kq, ks := uint(g.IntN(17)), []uint8{uint8(g.IntN(17)), uint8(g.IntN(17))}
		const c, ce = 8557550, 24
		z := make([]int64, 2)
		top := ops.Scores(z, qs, rows, ks, c, ce+16-kq)
		for s := range 2 {
			computes(t, z[s], step.Statement{Op: step.OpScore, X: c, Y: ce + 16}, wide,
				i16, []int64{int64(kq), int64(qs[0]), int64(qs[1])}, i16, []int64{int64(ks[s]), int64(rows[2*s]), int64(rows[2*s+1])})
		}
		e := append([]int64(nil), z...)
		total := ops.Exp2Weights(e, top, &exp2)
		for s := range 2 {
			computes(t, e[s], op(step.OpExp), i16, wide, []int64{z[s]}, wide, []int64{top})
		}
		plain := op(step.OpSum)
		plain.First = true
		computes(t, total, plain, wide, i16, e, i16, nil)
		column := make([]int64, 2)
		for s := range 2 {
			column[s] = int64(rows[2*s]) << ks[s]
			computes(t, column[s], op(step.OpColumn), i32, i16, []int64{int64(rows[2*s]), int64(ks[s])}, i16, nil)
		}
		mixed := op(step.OpMix)
		mixed.First = true
		mix := column[0]*e[0] + column[1]*e[1]
		computes(t, mix, mixed, wide, i32, column, i16, e)
		o, acc := make([]int32, 1), make([]int64, 1)
		ops.Mix(o, acc, e, []int16{rows[0], rows[2]}, ks, total)
		computes(t, int64(o[0]), op(step.OpDivide), i32, wide, []int64{mix}, wide, []int64{total})
	}
}

// A weight's embedding and a row of a matrix.
func TestReferenceIsTheRuntimeOnWeights(t *testing.T) {
	g := drawn(t, 44)
	for i := range randomSteps {
		n := 1 + g.IntN(100)
		if i%2 == 0 { // one number at an end, where a group of weights begins or ends
			n = one(g.Rand, []int{1, 31, 32, 33, 63, 64, 65})
		}
		w := ops.Matrix{Rows: 1, Cols: n, Q: make([]int8, n), M: make([]uint32, (n+31)/32)}
		act := make([]int16, n)
		for i := range n {
			w.Q[i], act[i] = int8(g.signed(8).Int64()), int16(g.between(-32767, 32767))
		}
		for i := range w.M {
			w.M[i] = uint32(g.between(0, 1<<24-1))
		}
		if i%2 == 0 {
			w.Q = slices.Repeat([]int8{one(g.Rand, []int8{-128, -127, -1, 0, 1, 127})}, n)
			act = slices.Repeat([]int16{one(g.Rand, []int16{-32767, -1, 0, 1, 32767})}, n)
			w.M = slices.Repeat([]uint32{one(g.Rand, []uint32{0, 1, 127, 128, chunk.MaxScale - 1})}, len(w.M))
		}
		weights, err := chunk.PackWeights(nil, w.Q, w.M)
		require.NoError(t, err)
		k := uint(g.IntN(17))
		y := make([]int32, 1)
		w.Mul(y, act, k, 0, 1)

		in := &StepInput{
			Statement: step.Statement{
				Op: step.OpLinear, First: true, A: step.Operand{Kind: chunk.Int16, Length: n},
				B: step.Operand{Kind: chunk.Weights, Length: n}, O: step.Operand{Kind: chunk.Wide80, Length: 1},
			},
			A: chunk.PackInt16(nil, act), B: weights, O: step.UnusedWords(),
		}
		sum, err := in.Result()
		require.NoError(t, err)
		computes(t, int64(y[0]), step.Statement{Op: step.OpRequant}, chunk.Int32, chunk.Wide80, []int64{sum.Int64()}, chunk.Wide80, []int64{int64(k)})

		row := make([]int32, n)
		w.Row(row, 0)
		at := g.IntN(n)
		in.Statement = step.Statement{
			Op: step.OpEmbed, A: step.Operand{Kind: chunk.Weights, Length: n, Places: [2]int{at, at / chunk.GroupSize}},
			B: step.Unused, O: step.Operand{Kind: chunk.Int32, Length: 1},
		}
		in.A, in.B, in.O = weights, nil, chunk.PackInt32(nil, []int32{0})
		embedded, err := in.Result()
		require.NoError(t, err)
		require.Equal(t, int64(row[at]), embedded.Int64())
	}
}

// The token that the runtime picks stands against every id, and every other token
// falls to some id.
func TestReferenceIsTheRuntimesSampler(t *testing.T) {
	g := drawn(t, 46)
	ends := int32Edges()
	for range randomSteps {
		logits := make([]int32, 6)
		for i := range logits {
			logits[i] = int32(g.between(-1<<17, 1<<17))
			switch g.IntN(6) {
			case 0, 1:
				logits[i] = logits[0]
			case 2:
				logits[i] = int32(one(g.Rand, ends))
			}
		}
		p := protocol.Params{TemperatureMilli: uint32(g.between(50, 2000)), MaxGap: uint32(g.between(0, 1<<17))}
		if g.IntN(4) == 0 {
			p.TemperatureMilli, p.MaxGap = 0, 0
		}
		for i := range p.Seed {
			p.Seed[i] = byte(g.Uint32())
		}
		const position = 9
		picked := int(runtime.Pick(logits, p, position))
		top := logits[0]
		for _, x := range logits {
			top = max(top, x)
		}
		beta, noise := uint32(1<<16), func(int) int32 { return 0 }
		if p.TemperatureMilli != 0 {
			beta = uint32(runtime.Beta(p.TemperatureMilli))
			noise = func(id int) int32 { return runtime.Noise(runtime.NoiseWord(p.Seed, position, uint32(id))) }
		}
		for token := range logits {
			stands := true
			for witness := range logits {
				in := &StepInput{Statement: step.Statement{
					Op: step.OpPick, First: witness < token, X: beta, Y: p.MaxGap, NoiseA: noise(witness), NoiseB: noise(token),
				}}
				in.Statement.A, in.A = operandOf(chunk.Int32, [2]int{}, int64(logits[witness]))
				in.Statement.B, in.B = operandOf(chunk.Int32, [2]int{}, int64(logits[token]))
				in.Statement.O, in.O = operandOf(chunk.Wide80, [2]int{}, int64(top))
				ok, err := in.Reference()
				require.NoError(t, err)
				stands = stands && ok
			}
			require.Equal(t, token == picked, stands, "token %d of %v with %+v", token, logits, p)
		}
	}
}
