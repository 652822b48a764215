package trace

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// Operand is a chunk that a step reads or judges, with everything that a prover and a
// contract want to know of it.
type Operand struct {
	step.Operand
	Digest common.Hash
	// Words may, for the judged chunk of a liar, go on to the end of the last hashed
	// block.
	Words []byte
	// Path leads to the block root of the opening, or to the weights root; RootFromPath
	// folds it. Nil for an operand that is not read.
	Path []common.Hash
}

// Gathered are a statement and its chunks.
type Gathered struct {
	Statement step.Statement
	A, B, O   Operand
}

// Pair is a block as it is and as it was claimed.
type Pair struct {
	Own    *Block
	Theirs *Opening
}

// Gather collects the chunks of a statement about a claimed block. earlier is asked for
// the block of an earlier position of the same layer, where the statement reads one
// (OpColumn); nil if that cannot happen. Chunks that the claim has in common with the
// block come from the block, others from the claim.
//
// It fails with protocol.ErrConflict if a chunk that the statement reads in the vector
// of keys, or in an earlier block, is not the right one: then that is the fault.
func Gather(ctx context.Context, st step.Statement, here Pair, earlier func(t int) (Pair, error), w *Weights) (Gathered, error) {
	g := Gathered{Statement: st}
	for _, x := range []struct {
		from step.Operand
		to   *Operand
	}{{st.A, &g.A}, {st.B, &g.B}, {st.O, &g.O}} {
		var err error
		if *x.to, err = operand(ctx, x.from, here, earlier, w); err != nil {
			return Gathered{}, fmt.Errorf("gather operands of step of op %d in block (%d, %d): %w", st.Op, here.Own.T, here.Own.L, err)
		}
	}
	return g, nil
}

func operand(ctx context.Context, o step.Operand, here Pair, earlier func(t int) (Pair, error), w *Weights) (Operand, error) {
	out := Operand{Operand: o}
	var err error
	switch o.Source {
	case step.None:
		return unused()
	case step.Stored:
		if out.Words, err = w.Words(o.Leaf); err != nil {
			return out, err
		}
		out.Digest, out.Path, err = w.Path(o.Leaf)
		return out, err
	case step.Earlier:
		if earlier == nil {
			return out, fmt.Errorf("block (%d, %d) is needed: %w", o.T, here.Own.L, protocol.ErrInvalid)
		}
		if here, err = earlier(o.T); err != nil {
			return out, err
		}
	}
	id, c := step.VectorID(o.Leaf.Outer), o.Leaf.Inner
	if out.Digest, out.Path, err = here.Theirs.Path(ctx, id, c); err != nil {
		return out, err
	}
	vec := here.Own.Layout[id]
	same := out.Digest == here.Own.Digest(id, c)
	switch {
	case vec.Digests() && !same, o.Source == step.Earlier && !same:
		err = fmt.Errorf("%s of position %d is wrong before this step: %w", vec.Name, o.T, protocol.ErrConflict)
	case vec.Digests():
		position, head := vec.Index(c, 0)
		out.Words, err = here.Own.KeyRow(position, head)
	case same:
		out.Words, err = here.Own.Chunk(id, c)
	default:
		out.Words, err = here.Theirs.Words(ctx, id, c)
	}
	return out, err
}

// unused is the chunk in the place of an operand that is not read.
func unused() (Operand, error) {
	words := step.UnusedWords()
	digest, err := commit.Digest(step.Unused.Kind, step.Unused.Length, words)
	return Operand{Operand: step.Unused, Digest: digest, Words: words}, err
}
