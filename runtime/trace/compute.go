package trace

import (
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/ops"
)

// maker fills in the numbers of a block, vector by vector, with the primitives of the
// forward pass. It keeps what the forward pass throws away.
type maker struct {
	*Block
	m     *runtime.Model
	alter func(at step.Block, id step.VectorID, n Numbers)
}

// set keeps the numbers of a vector. What is made of them is made afterwards.
func (b maker) set(id step.VectorID, n Numbers) {
	b.numbers[id] = n
	if b.alter != nil {
		b.alter(b.Block.Block, id, n)
	}
}

func (b maker) wide(id step.VectorID, v ...int64) {
	w := make([]chunk.Wide, len(v))
	for i, x := range v {
		w[i] = chunk.WideOf(x)
	}
	b.set(id, Numbers{Wide: w})
}

// norm makes the five vectors of a normalisation of h from first on and returns the
// quantised vector with its shift.
func (b maker) norm(first step.VectorID, h []int32) ([]int16, uint) {
	var sums []chunk.Wide
	var sum chunk.Wide
	for at := 0; at < len(h); at += chunk.MaxInt32 {
		hi, lo := ops.SumSquares(h[at:min(at+chunk.MaxInt32, len(h))])
		sum = sum.Add(chunk.Wide{Hi: int64(hi), Lo: lo})
		sums = append(sums, sum)
	}
	b.set(first, Numbers{Wide: sums})
	inv, zz := ops.InvRMS(uint64(sum.Hi), sum.Lo, len(h), b.Arch.Eps)
	b.wide(first+1, int64(zz), inv)
	x := make([]int32, len(h))
	ops.Norm(x, h, b.Arch.Eps)
	b.set(first+2, Numbers{Int32: x})
	return b.quant(first+3, x)
}

// quant makes the claim of a vector's scale shift, and the vector quantised.
func (b maker) quant(claim step.VectorID, x []int32) ([]int16, uint) {
	a := make([]int16, len(x))
	k := ops.Quant(a, x)
	b.wide(claim, int64(k), int64(largest(x)))
	b.set(claim+1, Numbers{Int16: a})
	return a, k
}

// largest returns the lowest index of a number of the largest magnitude: the witness
// of a scale shift.
func largest(x []int32) (at int) {
	var top int64 = -1
	for i, v := range x {
		if m := max(int64(v), -int64(v)); m > top {
			at, top = i, m
		}
	}
	return at
}

// sums makes the running sums of a matrix product and returns the last of each row.
func (b maker) sums(id step.VectorID, w *ops.Matrix, a []int16) []int64 {
	span := chunk.Weights.Capacity()
	all, last := make([]chunk.Wide, 0, b.Layout[id].Rows*b.Layout[id].Cols), make([]int64, w.Rows)
	for j := range w.Rows {
		var sum int64
		for from := 0; from < w.Cols; from += span {
			sum += w.Partial(a, j, from, min(from+span, w.Cols))
			all = append(all, chunk.WideOf(sum))
		}
		last[j] = sum
	}
	b.set(id, Numbers{Wide: all})
	return last
}

// linear makes the sums of a matrix product and its result, which follows them.
func (b maker) linear(first step.VectorID, w *ops.Matrix, a []int16, k uint) []int32 {
	y := make([]int32, w.Rows)
	for j, sum := range b.sums(first, w, a) {
		y[j] = ops.Sat(ops.Requant(sum, k))
	}
	b.set(first+1, Numbers{Int32: y})
	return y
}

// biasable is linear for q, k and v: with biases there is a wide result in between.
func (b maker) biasable(first step.VectorID, w *ops.Matrix, a []int16, k uint) []int32 {
	y, wide := make([]int32, w.Rows), make([]int64, w.Rows)
	for j, sum := range b.sums(first, w, a) {
		wide[j] = ops.Requant(sum, k)
		y[j] = ops.Sat(wide[j])
		if w.Bias != nil {
			y[j] = ops.Sat(wide[j] + int64(w.Bias[j]))
		}
	}
	if w.Bias != nil {
		b.wide(first+1, wide...)
	}
	b.set(first+2, Numbers{Int32: y})
	return y
}

// add makes the sum of two residuals.
func (b maker) add(id step.VectorID, h, y []int32) []int32 {
	out := append([]int32(nil), h...)
	ops.Add(out, y)
	b.set(id, Numbers{Int32: out})
	return out
}

func (b maker) embed(token uint32) {
	h := make([]int32, b.Arch.Width)
	b.m.Embedding().Row(h, int(token))
	b.Token = int(token)
	b.set(step.EmbedOut, Numbers{Int32: h})
}

func (b maker) head(h []int32) {
	b.set(step.In, Numbers{Int32: h})
	a, k := b.norm(step.Squares, h)
	logits := b.linear(step.LogitSums, b.m.Head(), a, k)
	best := 0
	for i, x := range logits {
		if x > logits[best] {
			best = i
		}
	}
	b.wide(step.LogitClaim, int64(logits[best]), int64(best))
}

// layer makes a layer's block from the residual before it and the session's stored
// rows, those of position T included.
func (b maker) layer(h []int32, s *runtime.Session) {
	l := b.L - 1
	matrix := func(which step.Matrix) *ops.Matrix { return b.m.Matrix(l, which) }
	b.set(step.In, Numbers{Int32: h})
	a, k := b.norm(step.Squares, h)
	q := b.biasable(step.QuerySums, matrix(step.Query), a, k)
	key := b.biasable(step.KeySums, matrix(step.Key), a, k)
	v := b.biasable(step.ValueSums, matrix(step.Value), a, k)
	b.rows(step.QueryClaim, b.rotate(step.QRot, q))
	b.rows(step.KeyClaim, b.rotate(step.KRot, key))
	b.rows(step.ValueClaim, v)
	o := b.attend(s)
	a, k = b.quant(step.MixClaim, o)
	h = b.add(step.Middle, h, b.linear(step.OutSums, matrix(step.Output), a, k))
	a, k = b.norm(step.MiddleSquares, h)
	gate, up := b.linear(step.GateSums, matrix(step.Gate), a, k), b.linear(step.UpSums, matrix(step.Up), a, k)
	p := make([]int32, len(gate))
	ops.Glu(p, gate, up, b.m.Sigmoid())
	b.set(step.Gated, Numbers{Int32: p})
	a, k = b.quant(step.GatedClaim, p)
	b.add(step.Out, h, b.linear(step.DownSums, matrix(step.Down), a, k))
}

func (b maker) rotate(id step.VectorID, x []int32) []int32 {
	cos, sin := b.m.Rotation(b.T)
	y := append([]int32(nil), x...)
	for at := 0; at < len(y); at += b.Arch.HeadWidth {
		ops.Rope(y[at:at+b.Arch.HeadWidth], cos, sin)
	}
	b.set(id, Numbers{Int32: y})
	return y
}

// rows makes the claims and the rows of heads, each quantised on its own.
func (b maker) rows(claim step.VectorID, x []int32) {
	hd := b.Arch.HeadWidth
	var claims []int64
	var rows []int16
	for ; len(x) > 0; x = x[hd:] {
		at := len(rows)
		rows = append(rows, make([]int16, hd+1)...)
		k := ops.Quant(rows[at+1:], x[:hd])
		rows[at] = int16(k)
		claims = append(claims, int64(k), int64(largest(x[:hd])))
	}
	b.wide(claim, claims...)
	b.set(claim+1, Numbers{Int16: rows})
}
