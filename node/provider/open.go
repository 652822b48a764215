package provider

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// Boundaries implements Opener by running the answer again.
func (r *Runtime) Boundaries(ctx context.Context, a Answered) ([]common.Hash, error) {
	report, err := trace.Replay(ctx, r.model, a.Ask.Prompt, a.Output, a.Ask.Params)
	if err != nil {
		return nil, err
	}
	return report.Leaves, nil
}

// Open implements Opener by running the answer again up to the block.
func (r *Runtime) Open(ctx context.Context, a Answered, b step.Block) (OpenBlock, error) {
	if err := a.has(b, r.model.Header().Layers); err != nil {
		return nil, err
	}
	block, err := trace.Open(ctx, r.model, a.Sequence(), b)
	if err != nil {
		return nil, err
	}
	return OpenTrace{block}, nil
}

// Sequence is prompt and output, of which the last token was never fed.
func (a Answered) Sequence() []uint32 {
	return append(append([]uint32(nil), a.Ask.Prompt...), a.Output...)
}

// has fails with protocol.ErrInvalid unless the answer's trace has a block: an opening
// of any other would be a fault.
func (a Answered) has(b step.Block, layers int) error {
	prompt, positions := len(a.Ask.Prompt), len(a.Ask.Prompt)+len(a.Output)-1
	if b.T < 0 || b.T >= positions || b.L < 0 || b.L > layers+1 || b.L == layers+1 && b.T < prompt-1 {
		return fmt.Errorf("block (%d, %d) of an answer of %d positions and %d layers: %w", b.T, b.L, positions, layers, protocol.ErrInvalid)
	}
	return nil
}

// OpenTrace shows a recomputed block.
type OpenTrace struct{ *trace.Block }

// VectorRoots implements OpenBlock.
func (o OpenTrace) VectorRoots() []common.Hash { return o.Roots() }

// Digests implements OpenBlock; none for a vector that does not exist.
func (o OpenTrace) Digests(v step.VectorID) []common.Hash {
	if v < 0 || int(v) >= len(o.Layout) {
		return nil
	}
	return o.Block.Digests(v)
}

// Words implements OpenBlock.
func (o OpenTrace) Words(v step.VectorID, c int) []byte {
	words, err := o.Chunk(v, c)
	if err != nil {
		return nil // there is no such chunk
	}
	return words
}

// BoundaryLeaves implements OpenBlock; none for a head, which ends in a token.
func (o OpenTrace) BoundaryLeaves() []common.Hash {
	out := step.Out
	switch o.L {
	case 0:
		out = step.EmbedOut
	case o.Arch.Layers + 1:
		return nil
	}
	var leaves []common.Hash
	for c := range o.Layout[out].Chunks() {
		leaves = append(leaves, chunk.Leaf(o.Words(out, c)))
	}
	return leaves
}
