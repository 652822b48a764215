package trainer

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"

	"github.com/dgrid-network/dgrid/protocol"
)

const (
	beta1 = 0.9
	beta2 = 0.98
)

// state is AdamW's memory and the place in the run: all that a resumed run needs.
type state struct {
	Config       Config
	Seed         uint64
	Step         int
	CPU, Wall    float64 // seconds spent before this process
	Params, M, V []float32
	decays       []bool // by parameter
}

func newState(m *Model) *state {
	s := &state{M: make([]float32, len(m.Params)), V: make([]float32, len(m.Params)), decays: make([]bool, len(m.Params))}
	for _, sp := range m.layout.matrices() {
		for i := sp.at; i < sp.at+sp.rows*sp.cols; i++ {
			s.decays[i] = true
		}
	}
	return s
}

// update applies one AdamW step and returns the gradient's norm before clipping.
func (s *state) update(m *Model, grad []float32, rate float64, o Options) float64 {
	s.Step++
	var sq float64
	for _, g := range grad {
		sq += float64(g) * float64(g)
	}
	norm := math.Sqrt(sq)
	k := float32(1)
	if norm > o.Clip {
		k = float32(o.Clip / norm)
	}
	c1 := float32(1 / (1 - math.Pow(beta1, float64(s.Step))))
	c2 := float32(1 / (1 - math.Pow(beta2, float64(s.Step))))
	lr, decay := float32(rate), float32(rate*o.Decay)
	for i, g := range grad {
		g *= k
		s.M[i] = beta1*s.M[i] + (1-beta1)*g
		s.V[i] = beta2*s.V[i] + (1-beta2)*g*g
		step := lr * s.M[i] * c1 / (float32(math.Sqrt(float64(s.V[i]*c2))) + 1e-8)
		if s.decays[i] {
			step += decay * m.Params[i]
		}
		m.Params[i] -= step
	}
	return norm
}

// save writes the state atomically.
func (s *state) save(path string, m *Model, o Options, cpu, wall float64) error {
	if path == "" {
		return nil
	}
	out := *s
	out.Config, out.Seed, out.Params, out.CPU, out.Wall = m.Config, o.Seed, m.Params, cpu, wall
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(out); err != nil {
		return fmt.Errorf("encode training state: %w", err)
	}
	if err := os.WriteFile(path+".new", buf.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write training state: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("replace training state: %w", err)
	}
	return nil
}

// load takes up the state at path if there is one. A state of another shape or seed is an error. The number of steps may
// have changed: the learning rate then follows the new schedule from where the run stands.
func (s *state) load(path string, m *Model, o Options) error {
	if path == "" {
		return nil
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read training state: %w", err)
	}
	var in state
	if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(&in); err != nil {
		return fmt.Errorf("decode training state: %w", err)
	}
	if in.Config != m.Config || in.Seed != o.Seed || len(in.Params) != len(m.Params) {
		return fmt.Errorf("resume training: %w: %s belongs to another run", protocol.ErrConflict, path)
	}
	s.Step, s.CPU, s.Wall, s.M, s.V = in.Step, in.CPU, in.Wall, in.M, in.V
	copy(m.Params, in.Params)
	return nil
}

// Restore returns the model of a saved training state and the number of steps it has had.
func Restore(path string) (*Model, int, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, fmt.Errorf("read training state: %w", err)
	}
	var in state
	if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(&in); err != nil {
		return nil, 0, fmt.Errorf("decode training state: %w", err)
	}
	m, err := NewModel(in.Config, in.Seed)
	if err != nil {
		return nil, 0, err
	}
	if len(in.Params) != len(m.Params) {
		return nil, 0, fmt.Errorf("restore model: %w: %d parameters", protocol.ErrInvalid, len(in.Params))
	}
	copy(m.Params, in.Params)
	m.refresh()
	return m, in.Step, nil
}
