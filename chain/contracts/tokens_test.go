package contracts

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

// Questions about tokens cover every leaf once, 64 to a question.
func TestTokensAreAskedForInRanges(t *testing.T) {
	root := common.Hash{3}
	for tokens, parts := range map[uint32]int{0: 0, 1: 1, 8: 1, 512: 1, 513: 2, 1025: 3, 4096: 8} {
		list := TokenNodes(NodeOutput, root, tokens)
		require.Len(t, list, parts, "%d tokens", tokens)
		leaves := (tokens + 7) / 8
		for i, n := range list {
			require.Equal(t, Node{Kind: uint8(NodeOutput), Level: uint8(protocol.MerkleDepth(int(leaves))), Index: uint32(i), Size: leaves, Hash: root}, n)
		}
	}
}

// An answer about tokens is abi.encode(salts, ids), and nothing shorter or uneven.
func TestAnswersAboutTokensAreRead(t *testing.T) {
	ids := []uint32{1, 2, 3, 4, 5, 6, 7, 8, 9}
	salts := []common.Hash{{1}, {2}}
	word := func(n byte) []byte { return common.LeftPadBytes([]byte{n}, 32) }
	pack := func(salts []common.Hash, leaves int) (b []byte) {
		b = append(word(64), word(byte(96+32*len(salts)))...)
		b = append(b, word(byte(len(salts)))...)
		for _, s := range salts {
			b = append(b, s[:]...)
		}
		b = append(b, word(byte(leaves))...)
		for i := range leaves {
			data := protocol.TokenLeafData(ids, i)
			b = append(b, data[:]...)
		}
		return b
	}
	gotSalts, got, err := DecodeTokensAnswer(pack(salts, 2))
	require.NoError(t, err)
	require.Equal(t, salts, gotSalts)
	require.Equal(t, ids, got[:9])
	for _, unused := range got[9:] {
		require.Equal(t, protocol.UnusedToken, unused)
	}
	require.Len(t, got, 16)
	_, _, err = DecodeTokensAnswer(pack(salts, 1))
	require.ErrorIs(t, err, protocol.ErrInvalid, "a salt for each leaf")
	whole := pack(salts, 2)
	for cut := range whole {
		_, _, err = DecodeTokensAnswer(whole[:cut])
		require.ErrorIs(t, err, protocol.ErrInvalid, "%d bytes", cut)
	}
}
