package auditor_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// Something behind the last chunk of a boundary, or a wrong chunk before it, hides no wrong
// token that comes later.
func TestNoChunkTreeHidesAFault(t *testing.T) {
	t.Parallel()
	q, err := proving()
	require.NoError(t, err)
	for _, c := range []struct {
		name  string
		width int
		kind  contracts.FaultKind
		lie   func(chunks []common.Hash) []common.Hash
	}{
		{"behind the last chunk", 1056, contracts.FaultPadding, func(c []common.Hash) []common.Hash { return append(c, common.Hash{0xba}) }},
		{"in a chunk", 1056, contracts.FaultSeam, func(c []common.Hash) []common.Hash { c[1] = common.Hash{77}; return c }},
		// The first answer on chain ends at the level above the chunks, with a node over nothing but padding.
		{"in a tree of five levels", 8224, contracts.FaultPadding, func(c []common.Hash) []common.Hash {
			return append(append(c, make([]common.Hash, 32-len(c)-1)...), common.Hash{0xba})
		}},
	} {
		h := raw.Odd()
		h.Dim, h.FFN, h.Layers = c.width, 32, 1
		w := newWorld(t, raw.Model(t, h, 7, 1<<14), 3600)
		w.fund(t, auditing)
		for where, refuse := range map[string]bool{"served": false, "asked for": true} {
			t.Run(c.name+", "+where, func(t *testing.T) {
				a := w.answered(t, params(0), prompt, 5, func(o []uint32) { o[4] = (o[4] + 3) % 37 })
				b, err := a.opener.Open(t.Context(), step.Block{})
				require.NoError(t, err)
				for i := range b.Layout[step.EmbedOut].Chunks() {
					words, err := b.Chunk(step.EmbedOut, i)
					require.NoError(t, err)
					a.chunks = append(a.chunks, chunk.Leaf(words))
				}
				require.Equal(t, protocol.MerkleRoot(a.chunks), a.leaves[0])
				a.chunks = c.lie(a.chunks)
				a.leaves[0] = protocol.MerkleRoot(a.chunks)
				a.sign()
				if refuse {
					a.serve = func(_ wire.Evidence, x *wire.Exhibit) { *x = wire.Exhibit{Error: "no"} }
					a.answering(t, queued{q})
				}
				requireEnd(t, w, a, c.kind)
			})
		}
	}
}
