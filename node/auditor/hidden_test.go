package auditor

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// As many questions are asked at once as the time needs, and no more than the point pays for.
func TestQuestionsKeepPaceWithTheirWorth(t *testing.T) {
	t.Parallel()
	base := big.NewInt(3)
	for _, c := range []struct {
		n, clocks    int
		worth, bonds uint64
		atOnce       int
	}{
		{4, 4, 12, 12, 1},
		{4, 2, 100, 18, 2},
		{4, 1, 45, 45, 4},
		{4, 1, 44, 24, 3},
		{4, 0, 45, 45, 4},
		{4, 1, 17, 12, 1},
		{4, 1, 0, 12, 1}, // not worth it: the caller compares
		{5, 2, 100, 30, 3},
		{64, 1, 1000, 0, 0},
	} {
		atOnce, bonds := pace(c.n, c.clocks, base, protocol.NewAmount(c.worth))
		if c.n == 64 {
			require.LessOrEqual(t, bonds.Cmp(protocol.NewAmount(c.worth)), 0)
			require.Greater(t, atOnce, 1)
			continue
		}
		require.Equal(t, c.atOnce, atOnce, "%+v", c)
		require.Equal(t, protocol.NewAmount(c.bonds), bonds, "%+v", c)
	}
}

// Salts shown one by one open what the secret behind them opens, and nothing else.
func TestSaltsStandForTheirSecret(t *testing.T) {
	t.Parallel()
	secret := common.Hash{5}
	ids := []uint32{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5}
	shown := &Salts{Trace: protocol.LeafSalt(secret, protocol.TagTrace, 0)}
	for i := range uint32(2) {
		shown.Prompt = append(shown.Prompt, protocol.LeafSalt(secret, protocol.TagPrompt, i))
		shown.Output = append(shown.Output, protocol.LeafSalt(secret, protocol.TagOutput, i))
	}
	var known *Salts
	for _, tag := range []protocol.Tag{protocol.TagPrompt, protocol.TagOutput} {
		require.Equal(t, protocol.TokenLeaves(secret, tag, ids), known.leaves(secret, tag, ids))
		require.Equal(t, protocol.TokenLeaves(secret, tag, ids), shown.leaves(common.Hash{}, tag, ids))
	}
	require.Equal(t, known.of(secret, protocol.TagTrace, 0), shown.of(common.Hash{}, protocol.TagTrace, 0))
	require.Zero(t, shown.of(common.Hash{}, protocol.TagPrompt, 2), "a leaf that was not shown")
	b := bundle.Bundle{Prompt: ids, Output: ids[:9]}
	b.Request.PromptTokens = uint32(len(ids))
	b.Request.PromptRoot, b.Receipt.OutputRoot = protocol.TokenRoot(secret, protocol.TagPrompt, ids), protocol.TokenRoot(secret, protocol.TagOutput, ids[:9])
	require.NoError(t, shown.bind(b))
	for _, change := range []func(b *bundle.Bundle){
		func(b *bundle.Bundle) { b.Prompt = ids[:10] },
		func(b *bundle.Bundle) { b.Output = ids },
	} {
		other := b
		change(&other)
		require.ErrorIs(t, shown.bind(other), protocol.ErrInvalid)
	}
	shown.Output[1][0] ^= 1
	require.ErrorIs(t, shown.bind(b), protocol.ErrInvalid)
}

// Of the last leaf the counted slots stay, and those behind them that are used.
func TestUnusedSlotsAreCutOff(t *testing.T) {
	t.Parallel()
	const no = protocol.UnusedToken
	for _, c := range []struct {
		ids   []uint32
		count int
		want  []uint32
	}{
		{[]uint32{1, 2, no, no}, 2, []uint32{1, 2}},
		{[]uint32{1, 2, no, no}, 3, []uint32{1, 2, no}},
		{[]uint32{1, 2, 7, no}, 2, []uint32{1, 2, 7}},
		{[]uint32{1, no, 7, no}, 1, []uint32{1, no, 7}},
		{nil, 2, nil},
	} {
		require.Equal(t, c.want, used(c.ids, c.count))
	}
}
