package trace

import (
	"context"
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
)

// Opener recomputes blocks of one sequence. Blocks may be opened in any order; those of
// ascending positions cost one pass over the sequence in all, and a step back costs
// one position. It is not safe for concurrent use.
type Opener struct {
	// Alter, if set, sees the numbers of each vector of a block as soon as they are made
	// and before later ones are made of them, and may change int16 and int32 ones in
	// place. It is how tests and demonstrations cheat; an honest opener has none.
	Alter func(at step.Block, id step.VectorID, n Numbers)

	m    *runtime.Model
	arch step.Arch
	seq  []uint32
	s    *runtime.Session
	at   int       // the last position of s, whose residuals are in h; -1 for none
	h    [][]int32 // by layer
}

// NewOpener prepares to open blocks of seq: a prompt and its output. It fails with
// protocol.ErrInvalid on ids outside the vocabulary; the last one, which is never
// fed, may be any.
func NewOpener(m *runtime.Model, seq []uint32) (*Opener, error) {
	arch, err := ArchOf(m)
	if err != nil {
		return nil, err
	}
	for i, id := range seq[:max(len(seq)-1, 0)] {
		if int(id) >= arch.Vocabulary {
			return nil, fmt.Errorf("token %d at %d is outside the vocabulary of %d: %w", id, i, arch.Vocabulary, protocol.ErrInvalid)
		}
	}
	return &Opener{m: m, arch: arch, seq: append([]uint32(nil), seq...), s: m.NewSession(), at: -1, h: make([][]int32, arch.Layers+1)}, nil
}

// ArchOf returns the constants of a model that layouts and steps depend on.
func ArchOf(m *runtime.Model) (step.Arch, error) {
	header := m.Header().Encode()
	return step.ParseArch(header[:])
}

// Open recomputes one block of prompt and output. See Opener.Open.
func Open(ctx context.Context, m *runtime.Model, seq []uint32, b step.Block) (*Block, error) {
	o, err := NewOpener(m, seq)
	if err != nil {
		return nil, err
	}
	return o.Open(ctx, b)
}

// Open recomputes a block. It fails with protocol.ErrInvalid on a block that the trace
// does not have: the trace of n tokens has n-1 positions. Heads exist at every
// position here, although only those from the end of the prompt on pick a token.
func (o *Opener) Open(ctx context.Context, at step.Block) (*Block, error) {
	layout, err := o.arch.Layout(at)
	if err != nil {
		return nil, err
	}
	if at.T >= len(o.seq)-1 {
		return nil, fmt.Errorf("block (%d, %d) of a trace of %d positions: %w", at.T, at.L, len(o.seq)-1, protocol.ErrInvalid)
	}
	b := &Block{Block: at, Arch: o.arch, Layout: layout, numbers: make([]Numbers, len(layout))}
	fill := maker{b, o.m, o.Alter}
	if at.L == 0 {
		fill.embed(o.seq[at.T])
		return b, b.seal()
	}
	if err := o.move(ctx, at.T); err != nil {
		return nil, fmt.Errorf("open block (%d, %d): %w", at.T, at.L, err)
	}
	h := append([]int32(nil), o.h[at.L-1]...)
	if at.L == o.arch.Layers+1 {
		fill.head(h)
	} else {
		fill.layer(h, o.s)
	}
	return b, b.seal()
}

// move makes position t the last one of the session and notes its residuals.
func (o *Opener) move(ctx context.Context, t int) error {
	if o.at == t {
		return nil
	}
	o.at = -1
	o.s.Rewind(t)
	o.s.Observe = nil
	const stretch = 64 // positions between two looks at ctx
	for o.s.Positions() < t {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := o.s.Positions()
		if err := o.feed(from, min(from+stretch, t)); err != nil {
			return err
		}
	}
	o.s.Observe = func(_, l int, h []int32) { o.h[l] = append(o.h[l][:0], h...) }
	if err := o.feed(t, t+1); err != nil {
		return err
	}
	o.at = t
	return nil
}

// feed computes positions without logits.
func (o *Opener) feed(from, to int) error {
	return o.s.Feed(o.seq[from:to], to, nil)
}
