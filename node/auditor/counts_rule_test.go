package auditor

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// For every two counts there is a way that the contracts take, by their own rules: Claims.claimUnusedSlot, claimOutputTree and
// _misshapen, DisputeGame.proveToken, TokenLib.root. Only where no leaf can be shown is the provider asked.
func TestEveryWrongCountHasAWayThatContractsTake(t *testing.T) {
	t.Parallel()
	const most = 40
	seen := map[miscount]int{}
	for delivered := range most + 1 {
		for billed := range most + 1 {
			b := bundle.Bundle{Domain: protocol.Domain{ChainID: 1}, Secret: common.Hash{5}, Params: protocol.Params{}.Encode(), Prompt: []uint32{1, 2}, Output: make([]uint32, delivered)}
			b.Request.PromptTokens = 2
			b.Receipt.OutputTokens, b.Request.MaxOutputTokens = uint32(billed), most
			b.Receipt.OutputRoot = protocol.TokenRoot(b.Secret, protocol.TagOutput, b.Output)
			depth := protocol.MerkleDepth((billed + 7) / 8)
			b.Model = bundle.Model{Class: protocol.ClassProven, Positions: most + 1}
			list, err := receiptClaims(b, nil, protocol.MaxVocabulary)
			way := miscounted(delivered, billed)
			seen[way]++
			if way != countAgrees { // of right counts the rest is compared, and there is no rest here
				require.NoError(t, err)
			}
			slot := func(leaf TokenLeaf, i int) uint32 {
				hash := protocol.HashLeaf(leaf.Salt[:], leaf.IDs[:])
				require.Len(t, leaf.Path, depth)
				require.Equal(t, b.Receipt.OutputRoot, protocol.MerkleRootFromPath(hash, i/8, leaf.Path))
				return uint32(common.BytesToHash(leaf.IDs[i%8*4 : i%8*4+4]).Big().Uint64())
			}
			at := []any{"%d delivered, %d billed", delivered, billed}
			switch way {
			case countAgrees:
				require.Equal(t, delivered, billed)
			case wrongSlot:
				require.Equal(t, ClaimUnusedSlot, list[0].Claim, at...)
				require.NotZero(t, billed%8, at...)
				require.NotEqual(t, protocol.UnusedToken, slot(*list[0].Tokens, billed), at...)
			case wrongToken:
				require.Less(t, delivered, billed, at...)
				leaf, err := leafOfToken(b, nil, protocol.TagOutput, b.Output, delivered)
				require.NoError(t, err, at...)
				require.Equal(t, protocol.UnusedToken, slot(leaf, delivered), at...)
			case wrongLeaf:
				require.Equal(t, ClaimOutputTree, list[0].Claim, at...)
				n := *list[0].Node
				require.LessOrEqual(t, int(n.Level), depth, at...)
				require.Zero(t, n.Index>>(depth-int(n.Level)), at...)
				require.Len(t, n.Path, depth-int(n.Level), at...)
				require.Equal(t, b.Receipt.OutputRoot, protocol.MerkleRootFromPath(n.Hash, int(n.Index), n.Path), at...)
				require.True(t, misshapen((billed+7)/8, int(n.Level), int(n.Index), n.Hash), at...)
			case wrongDepth:
				require.Empty(t, list, at...)
				require.NotEqual(t, depth, protocol.MerkleDepth((delivered+7)/8), at...)
				require.NotZero(t, billed, "of none nothing can be asked")
				require.NotZero(t, delivered)
			}
		}
	}
	require.Len(t, seen, 5, "%v", seen)
	require.Equal(t, most+1, seen[countAgrees])
}
