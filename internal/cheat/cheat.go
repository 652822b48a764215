// Package cheat holds the providers that the demonstration and the system tests catch.
// They serve a model as honest ones do, but for one thing each. Nothing but tests and
// the demonstration may import it.
package cheat

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// altered are the vectors of a layer whose numbers reach the residual behind it, so that
// a change shows in the receipt.
var altered = []step.VectorID{
	step.Normed, step.Q, step.QRot, step.Mixed, step.OutLinear, step.Middle, step.MiddleNormed,
	step.GateLinear, step.UpLinear, step.Gated, step.DownLinear, step.Out,
}

// Lie is one wrong number: Delta is added to a number of a block.
type Lie struct {
	Block    step.Block
	Vector   step.VectorID
	Row, Col int
	Delta    int32
}

// String names the number.
func (l Lie) String() string {
	return fmt.Sprintf("position %d, layer %d, vector %d, row %d, column %d, off by %d", l.Block.T, l.Block.L, l.Vector, l.Row, l.Col, l.Delta)
}

// Draw picks a number of a layer at position t, by a seed.
func Draw(a step.Arch, t int, seed uint64) (Lie, error) {
	r := rand.New(rand.NewPCG(seed, 0))
	l := Lie{Block: step.Block{T: t, L: 1 + r.IntN(a.Layers)}, Vector: altered[r.IntN(len(altered))], Delta: 1 << (12 + r.IntN(6))}
	layout, err := a.Layout(l.Block)
	if err != nil {
		return Lie{}, err
	}
	v := layout[l.Vector]
	l.Row, l.Col = r.IntN(v.Rows), r.IntN(v.Cols)
	return l, nil
}

// apply changes the number while the block is made.
func (l Lie) apply(cols func(step.VectorID) int) func(step.Block, step.VectorID, trace.Numbers) {
	return func(at step.Block, id step.VectorID, n trace.Numbers) {
		if at == l.Block && id == l.Vector {
			n.Int32[l.Row*cols(id)+l.Col] += l.Delta
		}
	}
}

// Wrong answers as the built-in runtime does, but computes one number of every answer
// wrong, goes on from it as if it were right, and signs for the result. Asked for it, it opens
// the wrong block with the wrong number in it.
type Wrong struct {
	model *runtime.Model
	seed  uint64
	mu    sync.Mutex
	lies  map[common.Hash]Lie // by request
}

// NewWrong returns a cheater that draws its numbers from a seed.
func NewWrong(m *runtime.Model, seed uint64) *Wrong {
	return &Wrong{model: m, seed: seed, lies: map[common.Hash]Lie{}}
}

// Check implements provider.Backend.
func (w *Wrong) Check(context.Context) error { return nil }

// CheckRequest implements provider.Backend.
func (w *Wrong) CheckRequest(work provider.Work) error {
	return w.model.CheckRequest(work.Ask.Prompt, runtime.Params{Params: work.Ask.Params, MaxTokens: int(work.Ask.Request.MaxOutputTokens)})
}

// lie is the wrong number of a request, the same whenever it is asked for: in the last
// position of the prompt, so that every answer has it. Numbers whose change rounding
// swallows are no lies; the next one is drawn.
func (w *Wrong) lie(ctx context.Context, request common.Hash, prompt []uint32) (Lie, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l, ok := w.lies[request]; ok {
		return l, nil
	}
	a, err := trace.ArchOf(w.model)
	if err != nil {
		return Lie{}, err
	}
	for {
		l, err := Draw(a, len(prompt)-1, w.seed)
		if err != nil {
			return Lie{}, err
		}
		w.seed++
		wrong, err := w.open(ctx, l, prompt)
		if err != nil {
			return Lie{}, err
		}
		right, err := trace.Open(ctx, w.model, append(append([]uint32(nil), prompt...), 0), l.Block)
		if err != nil {
			return Lie{}, err
		}
		if !slices.Equal(wrong.Numbers(step.Out).Int32, right.Numbers(step.Out).Int32) {
			w.lies[request] = l
			return l, nil
		}
	}
}

// Lies are the wrong numbers so far, by request hash.
func (w *Wrong) Lies() map[common.Hash]Lie {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make(map[common.Hash]Lie, len(w.lies))
	for k, v := range w.lies {
		all[k] = v
	}
	return all
}

// session returns a session that goes wrong at a number of the sequence.
func (w *Wrong) session(ctx context.Context, l Lie, seq []uint32) (s *runtime.Session, failed func() error) {
	s = w.model.NewSession()
	var first error
	s.Observe = func(t, layer int, h []int32) {
		if t != l.Block.T || layer != l.Block.L || first != nil {
			return
		}
		b, err := w.open(ctx, l, seq)
		if err != nil {
			first = err
			return
		}
		copy(h, b.Numbers(step.Out).Int32)
		s.Leaves()[t*(w.model.Header().Layers+1)+layer] = chunk.BoundaryLeaf(h)
	}
	return s, func() error { return first }
}

// open makes the wrong block of a sequence.
func (w *Wrong) open(ctx context.Context, l Lie, seq []uint32) (*trace.Block, error) {
	o, err := trace.NewOpener(w.model, append(append([]uint32(nil), seq[:l.Block.T+1]...), 0))
	if err != nil {
		return nil, err
	}
	a, err := trace.ArchOf(w.model)
	if err != nil {
		return nil, err
	}
	layout, err := a.Layout(l.Block)
	if err != nil {
		return nil, err
	}
	o.Alter = l.apply(func(id step.VectorID) int { return layout[id].Cols })
	return o.Open(ctx, l.Block)
}

// Generate implements provider.Backend.
func (w *Wrong) Generate(ctx context.Context, work provider.Work, emit func(provider.Piece) error) (provider.Answer, error) {
	prompt := work.Ask.Prompt
	l, err := w.lie(ctx, work.Ask.Hash, prompt)
	if err != nil {
		return provider.Answer{}, err
	}
	s, failed := w.session(ctx, l, prompt)
	dec := w.model.Tokenizer().NewDecoder(prompt)
	var text strings.Builder
	res, err := s.Generate(ctx, prompt, runtime.Params{Params: work.Ask.Params, MaxTokens: int(work.Ask.Request.MaxOutputTokens)}, func(id uint32) error {
		part := dec.Push(id)
		text.WriteString(part)
		return emit(provider.Piece{Tokens: []uint32{id}, Text: part})
	})
	if err == nil {
		err = failed()
	}
	if len(res.Output) == 0 {
		return provider.Answer{}, err
	}
	text.WriteString(dec.Flush())
	return provider.Answer{Tokens: res.Output, Text: text.String(), OutputTokens: uint32(len(res.Output)), Finish: res.Finish, BoundaryRoot: res.Root}, err
}

// Boundaries implements provider.Opener: the leaves that were signed for.
func (w *Wrong) Boundaries(ctx context.Context, a provider.Answered) ([]common.Hash, error) {
	l, err := w.lie(ctx, a.Ask.Hash, a.Ask.Prompt)
	if err != nil {
		return nil, err
	}
	seq := a.Sequence()
	s, failed := w.session(ctx, l, seq)
	if err := s.Feed(seq[:len(seq)-1], len(seq), nil); err != nil {
		return nil, err
	}
	return append([]common.Hash(nil), s.Leaves()...), failed()
}

// Open implements provider.Opener.
func (w *Wrong) Open(ctx context.Context, a provider.Answered, b step.Block) (provider.OpenBlock, error) {
	l, err := w.lie(ctx, a.Ask.Hash, a.Ask.Prompt)
	if err != nil {
		return nil, err
	}
	var block *trace.Block
	if b == l.Block {
		block, err = w.open(ctx, l, a.Sequence())
	} else {
		block, err = trace.Open(ctx, w.model, a.Sequence(), b)
	}
	if err != nil {
		return nil, err
	}
	return provider.OpenTrace{Block: block}, nil
}

// Silent answers as the built-in runtime does, but signs for a trace that nothing has, and
// opens nothing.
type Silent struct{ honest *provider.Runtime }

// NewSilent returns a provider that withholds everything.
func NewSilent(m *runtime.Model) *Silent {
	return &Silent{provider.NewRuntime(m, m.Tokenizer(), 1)}
}

// Check implements provider.Backend.
func (q *Silent) Check(context.Context) error { return nil }

// CheckRequest implements provider.Backend.
func (q *Silent) CheckRequest(work provider.Work) error { return q.honest.CheckRequest(work) }

// Generate implements provider.Backend.
func (q *Silent) Generate(ctx context.Context, work provider.Work, emit func(provider.Piece) error) (provider.Answer, error) {
	a, err := q.honest.Generate(ctx, work, emit)
	if a.OutputTokens > 0 {
		a.BoundaryRoot = crypto.Keccak256Hash([]byte("nothing"), a.BoundaryRoot[:])
	}
	return a, err
}
