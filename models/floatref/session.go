package floatref

import (
	"fmt"
	"math"

	"github.com/dgrid-network/dgrid/protocol"
)

// Session runs one sequence and keeps its keys and values.
type Session struct {
	m      *Model
	pos    int
	k, v   [][]float32 // per layer, one row of Groups*HeadDim per position
	h, x   []float32
	q, mix []float32
	gate   []float32
	up     []float32
	scores []float32
	logits []float32
}

// NewSession returns an empty sequence.
func (m *Model) NewSession() *Session {
	mk := func(n int) []float32 { return make([]float32, n) }
	return &Session{m: m, k: make([][]float32, m.Layers), v: make([][]float32, m.Layers),
		h: mk(m.Dim), x: mk(m.Dim), q: mk(m.Dim), mix: mk(m.Dim), gate: mk(m.Hidden), up: mk(m.Hidden),
		scores: mk(m.Positions), logits: mk(m.Vocab)}
}

// Positions is how many tokens the session has seen.
func (s *Session) Positions() int { return s.pos }

// Feed appends one token and returns the logits of the next one, valid until the next call. Errors wrap
// protocol.ErrInvalid: an id outside the vocabulary, or no position left.
func (s *Session) Feed(id uint32) ([]float32, error) {
	m, d := s.m, s.m.Dim
	if int64(id) >= int64(m.Vocab) || s.pos >= m.Positions {
		return nil, fmt.Errorf("feed token %d at position %d of %d: %w", id, s.pos, m.Positions, protocol.ErrInvalid)
	}
	copy(s.h, m.emb[int(id)*d:])
	for i := range m.layers {
		l := &m.layers[i]
		norm(s.x, s.h, l.attNorm)
		s.attend(l, i)
		addMul(s.h, l.wo, s.mix)
		norm(s.x, s.h, l.ffnNorm)
		mul(s.gate, l.w1, s.x)
		mul(s.up, l.w3, s.x)
		for j, g := range s.gate {
			s.gate[j] = float32(float64(g)/(1+math.Exp(-float64(g)))) * s.up[j]
		}
		addMul(s.h, l.w2, s.gate)
	}
	norm(s.x, s.h, m.norm)
	mul(s.logits, m.head, s.x)
	s.pos++
	return s.logits, nil
}

func (s *Session) attend(l *layer, i int) {
	m, hd, kv := s.m, s.m.HeadDim(), s.m.HeadDim()*s.m.Groups
	mul(s.q, l.wq, s.x)
	at := len(s.k[i])
	s.k[i], s.v[i] = append(s.k[i], make([]float32, kv)...), append(s.v[i], make([]float32, kv)...)
	mul(s.k[i][at:], l.wk, s.x)
	mul(s.v[i][at:], l.wv, s.x)
	m.rotate(s.q, s.pos)
	m.rotate(s.k[i][at:], s.pos)
	soft := 1 / math.Sqrt(float64(hd))
	for h := range m.Heads {
		g := h / (m.Heads / m.Groups) * hd
		q, out, scores := s.q[h*hd:(h+1)*hd], s.mix[h*hd:(h+1)*hd], s.scores[:s.pos+1]
		top := float32(math.Inf(-1))
		for t := range scores {
			scores[t] = dot(q, s.k[i][t*kv+g:t*kv+g+hd])
			top = max(top, scores[t])
		}
		var sum float32
		for t, z := range scores {
			scores[t] = float32(math.Exp(float64(z-top) * soft))
			sum += scores[t]
		}
		clear(out)
		for t, p := range scores {
			p /= sum
			for j, v := range s.v[i][t*kv+g : t*kv+g+hd] {
				out[j] += p * v
			}
		}
	}
}

// rotate turns the interleaved pairs (2i, 2i+1) of every head by the angles of position p.
func (m *Model) rotate(x []float32, p int) {
	half := m.HeadDim() / 2
	cos, sin := m.cos[p*half:(p+1)*half], m.sin[p*half:(p+1)*half]
	for h := 0; h < len(x); h += 2 * half {
		for i := range half {
			a, b := x[h+2*i], x[h+2*i+1]
			x[h+2*i], x[h+2*i+1] = a*cos[i]-b*sin[i], a*sin[i]+b*cos[i]
		}
	}
}

func norm(y, x, gain []float32) {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	r := float32(1 / math.Sqrt(sum/float64(len(x))+eps))
	for i, v := range x {
		y[i] = v * r * gain[i]
	}
}

func mul(y, w, x []float32) {
	for j := range y {
		y[j] = dot(w[j*len(x):(j+1)*len(x)], x)
	}
}

func addMul(y, w, x []float32) {
	for j := range y {
		y[j] += dot(w[j*len(x):(j+1)*len(x)], x)
	}
}

func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}
