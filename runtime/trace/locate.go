package trace

import (
	"context"
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// Other returns the place in another block, of an earlier position and the same layer,
// that a fault is shown with: the key row behind an entry of Keys, the value row behind
// a number of Columns. ok is false for every other fault.
func (f Fault) Other(a step.Arch) (b step.Block, at step.Leaf, ok bool) {
	switch {
	case f.Kind == WrongKey:
		_, at, t, err := a.Opposite(f.Step.Block, f.Step.Row, f.Step.Col)
		return step.Block{T: t, L: f.Step.L}, at, err == nil && t < f.Step.T
	case f.Kind == WrongStep && !f.Step.Padding && f.Step.L > 0 && f.Step.Vector == step.Columns:
		st, err := a.Statement(f.Step, 0, step.Pick{})
		return step.Block{T: st.A.T, L: f.Step.L}, st.A.Leaf, err == nil && st.A.Source == step.Earlier
	}
	return step.Block{}, step.Leaf{}, false
}

// Located is a fault that can be shown now: its block, and the earlier block that it
// is shown with, if there is one.
type Located struct {
	Fault
	Here    Pair
	Earlier *Pair
}

// Locate finds a fault in a claimed block that can be shown. A wrong entry of Keys or
// Columns can only be shown with the opening of an earlier block, which earlier is
// asked for; if what is read there is wrong too, the fault is in that block. Kind
// None says that nothing is wrong.
func Locate(ctx context.Context, here Pair, end End, earlier func(t int) (Pair, error)) (Located, error) {
	for {
		f, err := here.Own.FirstFault(ctx, here.Theirs, end)
		if err != nil {
			return Located{}, err
		}
		b, at, ok := f.Other(here.Own.Arch)
		if !ok {
			return Located{Fault: f, Here: here}, nil
		}
		there, err := earlier(b.T)
		if err != nil {
			return Located{}, err
		}
		if there.Own.Block != b {
			return Located{}, fmt.Errorf("block (%d, %d) in place of (%d, %d): %w", there.Own.T, there.Own.L, b.T, b.L, protocol.ErrInvalid)
		}
		digest, _, err := there.Theirs.Path(ctx, step.VectorID(at.Outer), at.Inner)
		if err != nil {
			return Located{}, err
		}
		if digest == there.Own.Digest(step.VectorID(at.Outer), at.Inner) {
			return Located{Fault: f, Here: here, Earlier: &there}, nil
		}
		// Positions fall from round to round, so this ends.
		here, end = there, End{}
	}
}

// Gather collects the chunks of a located WrongStep. See the function of that name.
func (l Located) Gather(ctx context.Context, pick step.Pick, w *Weights) (Gathered, error) {
	st, err := l.Here.Own.Arch.Statement(l.Step, l.Here.Own.Token, pick)
	if err != nil {
		return Gathered{}, err
	}
	var earlier func(int) (Pair, error)
	if l.Earlier != nil {
		earlier = func(int) (Pair, error) { return *l.Earlier, nil }
	}
	return Gather(ctx, st, l.Here, earlier, w)
}
