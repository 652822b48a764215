package trainer

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func tinyConfig() Config {
	return Config{Dim: 32, Hidden: 48, Layers: 2, Heads: 2, Groups: 1, Vocab: 32, Seq: 80}
}

func randomRow(c Config, rng *rand.Rand) Row {
	r := Row{Inputs: make([]int32, c.Seq), Targets: make([]int32, c.Seq), Weights: make([]float32, c.Seq), Starts: make([]int32, c.Seq)}
	start := 0
	for t := range c.Seq {
		if rng.IntN(23) == 0 {
			start = t
		}
		r.Inputs[t], r.Targets[t] = int32(rng.IntN(c.Vocab)), int32(rng.IntN(c.Vocab))
		r.Weights[t], r.Starts[t] = float32(rng.IntN(3))/2, int32(start)
	}
	return r
}

// TestGradients compares the backward pass with central differences for every parameter group, along the gradient
// itself, along random directions, and for single elements.
func TestGradients(t *testing.T) {
	c := tinyConfig()
	rng := rand.New(rand.NewPCG(7, 7))
	m, err := NewModel(c, 3)
	require.NoError(t, err)
	for i := range m.Params { // move the gains away from one and sharpen attention
		m.Params[i] *= 1 + 0.3*float32(rng.NormFloat64())
	}
	m.refresh()
	row := randomRow(c, rng)
	l := newLane(m)
	loss := func() float64 {
		m.refresh()
		l.loss, l.weight = 0, 0
		l.forward(row)
		return l.loss / l.weight
	}
	base := loss()
	require.InDelta(t, math.Log(float64(c.Vocab)), base, 1)
	clear(l.grad)
	l.backward(row, float32(1/l.weight))
	grad := append([]float32(nil), l.grad...)
	for name, spans := range m.layout.groups() {
		for i, s := range spans {
			g, p := s.of(grad), s.of(m.Params)
			keep := append([]float32(nil), p...)
			slope := func(dir []float32, eps float32) float64 {
				at := func(e float32) float64 {
					for j := range p {
						p[j] = keep[j] + e*dir[j]
					}
					v := loss()
					copy(p, keep)
					return v
				}
				d := func(e float32) float64 { return (at(e) - at(-e)) / float64(2*e) }
				return (4*d(eps/2) - d(eps)) / 3 // Richardson: the cubic term cancels
			}
			size := math.Sqrt(dot(g, g))
			require.Greater(t, size, 1e-5, "%s[%d]: no gradient", name, i)
			along := make([]float32, len(g))
			for j := range along {
				along[j] = g[j] / float32(size)
			}
			require.InEpsilon(t, size, slope(along, 2e-2), 1e-2, "%s[%d] along the gradient", name, i)
			for range 3 {
				dir := randoms(rng, len(g))
				scale(dir, float32(1/math.Sqrt(dot(dir, dir))))
				require.InDelta(t, dot(dir, g), slope(dir, 2e-2), 0.01*size+1e-5, "%s[%d] random direction", name, i)
			}
			top := 0
			for j := range g {
				if math.Abs(float64(g[j])) > math.Abs(float64(g[top])) {
					top = j
				}
			}
			unit := make([]float32, len(g))
			unit[top] = 1
			require.InEpsilon(t, float64(g[top]), slope(unit, 1e-2), 3e-2, "%s[%d][%d]", name, i, top)
		}
	}
}

// TestAttentionStaysInsideDocuments shows that a later document does not see an earlier one.
func TestAttentionStaysInsideDocuments(t *testing.T) {
	c := tinyConfig()
	m, err := NewModel(c, 3)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(9, 9))
	row := randomRow(c, rng)
	for i := range row.Starts {
		row.Starts[i] = 0
		if i >= 37 {
			row.Starts[i] = 37
		}
	}
	l := newLane(m)
	l.forward(row)
	before := append([]float32(nil), l.logits...)
	row.Inputs[36] = (row.Inputs[36] + 1) % int32(c.Vocab)
	l.forward(row)
	require.Equal(t, before[37*c.Vocab:], l.logits[37*c.Vocab:])
	require.NotEqual(t, before[36*c.Vocab:37*c.Vocab], l.logits[36*c.Vocab:37*c.Vocab])
	require.Equal(t, before[:36*c.Vocab], l.logits[:36*c.Vocab], "a position sees the future")
}

func dot(a, b []float32) float64 {
	var s float64
	for i := range a {
		s += float64(a[i]) * float64(b[i])
	}
	return s
}
