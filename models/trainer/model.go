package trainer

import (
	"math"
	"math/rand/v2"
)

// Model is a decoder being trained.
type Model struct {
	Config
	Params []float32

	layout   layout
	flipped  []float32 // transposed matrices at the same offsets as Params
	cos, sin []float32 // [Seq, HeadDim/2]
}

// NewModel draws fresh parameters from the seed.
func NewModel(c Config, seed uint64) (*Model, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	m := &Model{Config: c, layout: c.layout()}
	m.Params = make([]float32, m.layout.total)
	m.flipped = make([]float32, m.layout.total)
	rng := rand.New(rand.NewPCG(seed, 0x6d6f64656c))
	fill := func(spans []span, std float64) {
		for _, s := range spans {
			for i := range s.of(m.Params) {
				m.Params[s.at+i] = float32(rng.NormFloat64() * std)
			}
		}
	}
	in := 0.8 / math.Sqrt(float64(c.Dim))
	deep := 1 / math.Sqrt(2*float64(c.Layers))
	fill([]span{m.layout.emb}, 0.05)
	for _, g := range [][]span{m.layout.wq, m.layout.wk, m.layout.wv, m.layout.w1, m.layout.w3} {
		fill(g, in)
	}
	fill(m.layout.wo, in*deep)
	fill(m.layout.w2, 0.8/math.Sqrt(float64(c.Hidden))*deep)
	for _, g := range [][]span{m.layout.attNorm, m.layout.ffnNorm, {m.layout.finalNorm}} {
		for _, s := range g {
			for i := range s.of(m.Params) {
				m.Params[s.at+i] = 1
			}
		}
	}
	half := c.HeadDim() / 2
	m.cos, m.sin = make([]float32, c.Seq*half), make([]float32, c.Seq*half)
	for p := range c.Seq {
		for i := range half {
			sin, cos := math.Sincos(float64(p) * math.Pow(10000, -2*float64(i)/float64(c.HeadDim())))
			m.cos[p*half+i], m.sin[p*half+i] = float32(cos), float32(sin)
		}
	}
	m.refresh()
	return m, nil
}

// refresh rebuilds the transposed matrices after the parameters changed.
func (m *Model) refresh() {
	for _, s := range m.layout.matrices() {
		transpose(s.of(m.flipped), s.of(m.Params), s.rows, s.cols)
	}
}

// rotate turns every head of the row x [heads*hd] by the angles of position p; dir -1 is the inverse, which is also
// the gradient of the rotation.
func (m *Model) rotate(x []float32, p int, dir float32) {
	half := m.HeadDim() / 2
	cos, sin := m.cos[p*half:p*half+half], m.sin[p*half:p*half+half]
	for h := 0; h < len(x); h += 2 * half {
		for i, c := range cos {
			a, b, s := x[h+2*i], x[h+2*i+1], sin[i]*dir
			x[h+2*i], x[h+2*i+1] = a*c-b*s, a*s+b*c
		}
	}
}

// rmsNorm writes y = gain * x / rms(x) for every row and the reciprocal rms of each row.
func rmsNorm(y, inv, x, gain []float32) {
	d := len(gain)
	for t := range inv {
		row, out := x[t*d:t*d+d], y[t*d:t*d+d]
		var ss float32
		for _, v := range row {
			ss += v * v
		}
		r := float32(1 / math.Sqrt(float64(ss)/float64(d)+normEps))
		inv[t] = r
		for i, v := range row {
			out[i] = v * r * gain[i]
		}
	}
}

// rmsNormBack adds the gradient of the norm to dx and to dgain.
func rmsNormBack(dx, dgain, dy, x, inv, gain []float32) {
	d := len(gain)
	for t, r := range inv {
		row, out, dout := x[t*d:t*d+d], dx[t*d:t*d+d], dy[t*d:t*d+d]
		var dot float32
		for i, g := range dout {
			dgain[i] += g * row[i] * r
			dot += g * gain[i] * row[i]
		}
		k := dot * r * r * r / float32(d)
		for i, g := range dout {
			out[i] += g*gain[i]*r - row[i]*k
		}
	}
}
