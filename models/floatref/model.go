// Package floatref runs llama2.c version 0 checkpoints in float32, plainly: the reference that the integer runtime is
// measured against, and the model behind the demo's sampled provider.
//
// It is not the runtime: its results may differ between machines in the last bit, so nothing that money depends on is
// computed here. A Model is immutable and safe for concurrent use; a Session is not.
package floatref

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/dgrid-network/dgrid/protocol"
)

const (
	eps   = 1e-5
	theta = 10000
	// maxElements bounds a checkpoint: 2^28 floats are a gibibyte.
	maxElements = 1 << 28
)

// Shape is the header of a checkpoint.
type Shape struct {
	Dim, Hidden, Layers, Heads, Groups, Vocab, Positions int
}

// HeadDim is the width of one head.
func (s Shape) HeadDim() int { return s.Dim / s.Heads }

func (s Shape) check() error {
	for _, v := range []int{s.Dim, s.Hidden, s.Layers, s.Heads, s.Groups, s.Vocab, s.Positions} {
		if v < 1 || v > 1<<20 {
			return fmt.Errorf("shape %+v: %w", s, protocol.ErrInvalid)
		}
	}
	if s.Dim%s.Heads != 0 || s.Heads%s.Groups != 0 || s.HeadDim()%2 != 0 {
		return fmt.Errorf("shape %+v: heads do not fit: %w", s, protocol.ErrInvalid)
	}
	return nil
}

type layer struct {
	attNorm, wq, wk, wv, wo []float32 // matrices are [out, in], row by row
	ffnNorm, w1, w2, w3     []float32
}

// Model holds the weights.
type Model struct {
	Shape
	emb, norm, head []float32
	layers          []layer
	cos, sin        []float32 // [Positions, HeadDim/2]
}

// Parse reads a version 0 checkpoint. A negative vocabulary announces a separate classifier; otherwise the embedding
// serves. Errors wrap protocol.ErrInvalid.
func Parse(file []byte) (*Model, error) {
	if len(file) < 28 || len(file)%4 != 0 {
		return nil, fmt.Errorf("parse checkpoint: %d bytes: %w", len(file), protocol.ErrInvalid)
	}
	var head [7]int
	for i := range head {
		head[i] = int(int32(binary.LittleEndian.Uint32(file[4*i:])))
	}
	shared := head[5] > 0
	if !shared {
		head[5] = -head[5]
	}
	m := &Model{Shape: Shape{head[0], head[1], head[2], head[3], head[4], head[5], head[6]}}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("parse checkpoint: %w", err)
	}
	s, kv := m.Shape, m.HeadDim()*m.Groups
	perLayer := 2*s.Dim + 2*s.Dim*s.Dim + 2*s.Dim*kv + 3*s.Dim*s.Hidden
	total := s.Vocab*s.Dim + s.Layers*perLayer + s.Dim + s.Positions*s.HeadDim()
	if !shared {
		total += s.Vocab * s.Dim
	}
	if total > maxElements || len(file) != 28+4*total {
		return nil, fmt.Errorf("parse checkpoint: %d bytes for %d elements: %w", len(file), total, protocol.ErrInvalid)
	}
	data := make([]float32, total)
	for i := range data {
		v := math.Float32frombits(binary.LittleEndian.Uint32(file[28+4*i:]))
		if v != v || v > math.MaxFloat32 || v < -math.MaxFloat32 {
			return nil, fmt.Errorf("parse checkpoint: element %d is not finite: %w", i, protocol.ErrInvalid)
		}
		data[i] = v
	}
	m.cut(data, shared)
	m.turn()
	return m, nil
}

// cut hands out the tensors in file order.
func (m *Model) cut(data []float32, shared bool) {
	next := func(n int) []float32 {
		out := data[:n:n]
		data = data[n:]
		return out
	}
	d, f, kv := m.Dim, m.Hidden, m.HeadDim()*m.Groups
	m.layers = make([]layer, m.Layers)
	each := func(field func(*layer) *[]float32, n int) {
		for i := range m.layers {
			*field(&m.layers[i]) = next(n)
		}
	}
	m.emb = next(m.Vocab * d)
	each(func(l *layer) *[]float32 { return &l.attNorm }, d)
	each(func(l *layer) *[]float32 { return &l.wq }, d*d)
	each(func(l *layer) *[]float32 { return &l.wk }, kv*d)
	each(func(l *layer) *[]float32 { return &l.wv }, kv*d)
	each(func(l *layer) *[]float32 { return &l.wo }, d*d)
	each(func(l *layer) *[]float32 { return &l.ffnNorm }, d)
	each(func(l *layer) *[]float32 { return &l.w1 }, f*d)
	each(func(l *layer) *[]float32 { return &l.w2 }, d*f)
	each(func(l *layer) *[]float32 { return &l.w3 }, f*d)
	m.norm = next(d)
	next(m.Positions * m.HeadDim()) // the file's rotary table is recomputed instead
	m.head = m.emb
	if !shared {
		m.head = next(m.Vocab * d)
	}
}

// turn fills the rotary tables.
func (m *Model) turn() {
	half := m.HeadDim() / 2
	m.cos, m.sin = make([]float32, m.Positions*half), make([]float32, m.Positions*half)
	for p := range m.Positions {
		for i := range half {
			sin, cos := math.Sincos(float64(p) * math.Pow(theta, -2*float64(i)/float64(m.HeadDim())))
			m.cos[p*half+i], m.sin[p*half+i] = float32(cos), float32(sin)
		}
	}
}
