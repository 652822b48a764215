// Package trace computes execution traces again: that of a whole answer, boundary by
// boundary, and any block of it, number by number.
//
// Replay is what an auditor does first: it feeds an answer's own tokens, one pass at
// prefill speed, and yields every boundary and whether each output token is the one
// that the model picks. The trace of a prompt of P and an output of n tokens has
// T = P + n - 1 positions. Leaf t*(L+1)+l of its boundary tree commits to the residual
// h[t][l], l = 0 being the embedding. Block (t,0) is the embedding, (t,1..L) the layers,
// (t,L+1) the head, which picks the token of position t+1 for t >= P-1. An answer is
// right if no boundary and no picked token differs.
//
// Opener recomputes blocks: every vector of the layout in package step, with chunks,
// digests, roots and paths, made by the primitives of the forward pass. An Opening is a
// block as somebody signed it; Locate finds the first wrong thing in one, and Gather
// collects the chunks of the statement that a proof or a contract judges.
//
// Nothing here needs a key or a chain. Token and trace roots are in package protocol,
// the statements themselves in package step.
package trace

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
)

// Report is what a replay found.
type Report struct {
	// Positions is T, and Leaves holds T*(Layers+1) boundary leaves in trace order.
	Positions int
	Leaves    []common.Hash
	// Root is the root of the boundary tree.
	Root common.Hash
	// WrongToken is the index of the first output token that the model would not
	// have picked, -1 for none, and Right what it picks there.
	WrongToken int
	Right      uint32

	prompt, layers int
	opener         *Opener
}

// Opener opens blocks of the replayed sequence without another pass over it. It is
// that of this replay: every call returns the same one.
func (r Report) Opener() *Opener { return r.opener }

// Replay runs prompt and output through the model. Tokens that the model would not
// have picked are still fed, since the trace is that of the answer's own tokens. An
// output token outside the vocabulary is wrong and cannot be fed: the trace then
// ends before it. Sequences that no answer can have are refused with errors that
// wrap protocol.ErrInvalid: a bad prompt or params, more positions than the model's.
func Replay(ctx context.Context, m *runtime.Model, prompt, output []uint32, p protocol.Params) (Report, error) {
	h := m.Header()
	if err := m.CheckRequest(prompt, runtime.Params{Params: p, MaxTokens: 1}); err != nil {
		return Report{}, fmt.Errorf("replay: %w", err)
	}
	r := Report{WrongToken: -1, prompt: len(prompt), layers: h.Layers}
	seq := append(append([]uint32(nil), prompt...), output...)
	for i, id := range output {
		if id >= uint32(h.Vocab) {
			seq = seq[:len(prompt)+i+1]
			break
		}
	}
	r.Positions = len(seq) - 1
	if r.Positions > h.Positions {
		return Report{}, fmt.Errorf("replay %d positions of %d: %w", r.Positions, h.Positions, protocol.ErrInvalid)
	}
	check := func(t int, logits []int32) error {
		if got := runtime.Pick(logits, p, uint64(t)+1); got != seq[t+1] && r.WrongToken < 0 {
			r.WrongToken, r.Right = t+1-len(prompt), got
		}
		return nil
	}
	opener, err := NewOpener(m, seq)
	if err != nil {
		return Report{}, fmt.Errorf("replay: %w", err)
	}
	s := opener.s
	const stretch = 64 // positions between two looks at ctx
	for at := 0; at < r.Positions; at += stretch {
		if err := ctx.Err(); err != nil {
			return Report{}, fmt.Errorf("replay: %w", err)
		}
		if err := s.Feed(seq[at:min(at+stretch, r.Positions)], len(prompt)-1, check); err != nil {
			return Report{}, fmt.Errorf("replay: %w", err)
		}
	}
	r.Leaves, r.opener = slices.Clone(s.Leaves()), opener
	r.Root = protocol.MerkleRoot(r.Leaves)
	return r, nil
}

// FirstDifference returns the first block, in trace order, in which an answer with
// the given boundary leaves differs from this replay: its inputs are agreed, so
// that block holds the first wrong step. ok is false if nothing differs. A missing
// leaf counts as zero, and so does one past the end.
func (r Report) FirstDifference(leaves []common.Hash) (first step.Block, ok bool) {
	for i := range max(len(leaves), len(r.Leaves)) {
		if leafAt(leaves, i) != leafAt(r.Leaves, i) {
			first, ok = step.Block{T: i / (r.layers + 1), L: i % (r.layers + 1)}, true
			break
		}
	}
	if r.WrongToken >= 0 {
		head := step.Block{T: r.prompt - 1 + r.WrongToken, L: r.layers + 1}
		if !ok || head.Before(first) {
			first, ok = head, true
		}
	}
	return first, ok
}

func leafAt(leaves []common.Hash, i int) common.Hash {
	if i < len(leaves) {
		return leaves[i]
	}
	return common.Hash{}
}
