package trace

import (
	"slices"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/ops"
)

// attend makes everything from keys to mix and returns mix.
func (b maker) attend(s *runtime.Session) []int32 {
	a, n := b.Arch, b.T+1
	keys, values := make([]runtime.Rows, a.KVHeads), make([]runtime.Rows, a.KVHeads)
	for g := range keys {
		keys[g], values[g] = s.Stored(b.L-1, g)
	}
	b.storedKeys(keys)
	b.columns(values)

	var scores, claims, softmaxSums []int64
	softmax := make([]int16, 0, a.Heads*n)
	spans := b.Layout[step.MixSums].Cols
	mixSums := make([]chunk.Wide, a.Heads*a.HeadWidth*spans)
	mix := make([]int32, 0, a.Heads*a.HeadWidth)
	z, acc := make([]int64, n), make([]int64, a.HeadWidth)
	for head := range a.Heads {
		g := head / (a.Heads / a.KVHeads)
		row := b.numbers[step.QueryRows].Int16[head*(a.HeadWidth+1) : (head+1)*(a.HeadWidth+1)]
		top := ops.Scores(z, row[1:], keys[g].Numbers, keys[g].Shifts, int64(a.Scale), uint(a.ScaleExp+16-int(row[0])))
		scores = append(scores, z...)
		claims = append(claims, top, int64(slices.Index(z, top)))
		sum := ops.Exp2Weights(z, top, b.m.Exp2())
		clear(acc)
		var running int64
		for c := range spans {
			from, to := c*chunk.MaxInt32, min((c+1)*chunk.MaxInt32, n)
			for _, e := range z[from:to] {
				softmax = append(softmax, int16(e))
				running += e
			}
			softmaxSums = append(softmaxSums, running)
			ops.MixSums(acc, z[from:to], values[g].Numbers[from*a.HeadWidth:to*a.HeadWidth], values[g].Shifts[from:to])
			for i, x := range acc {
				mixSums[(head*a.HeadWidth+i)*spans+c] = chunk.WideOf(x)
			}
		}
		for _, x := range acc {
			mix = append(mix, int32(ops.Rdiv(x, sum)))
		}
	}
	b.wide(step.Scores, scores...)
	b.wide(step.ScoreClaim, claims...)
	b.set(step.Softmax, Numbers{Int16: softmax})
	b.wide(step.SoftmaxSums, softmaxSums...)
	b.set(step.MixSums, Numbers{Wide: mixSums})
	b.set(step.Mixed, Numbers{Int32: mix})
	return mix
}

// storedKeys lays out the key rows of all positions as their blocks do: k, numbers.
func (b maker) storedKeys(keys []runtime.Rows) {
	hd := b.Arch.HeadWidth
	for t := range b.T + 1 {
		for _, k := range keys {
			row := append(make([]int16, 0, hd+1), int16(k.Shifts[t]))
			b.keys = append(b.keys, append(row, k.Numbers[t*hd:(t+1)*hd]...))
		}
	}
}

// columns turns the value rows of all positions: a row a channel, dequantised.
func (b maker) columns(values []runtime.Rows) {
	hd, n := b.Arch.HeadWidth, b.T+1
	x := make([]int32, len(values)*hd*n)
	for g, v := range values {
		for t := range n {
			for i, y := range v.Numbers[t*hd : (t+1)*hd] {
				x[(g*hd+i)*n+t] = int32(y) << v.Shifts[t]
			}
		}
	}
	b.set(step.Columns, Numbers{Int32: x})
}
