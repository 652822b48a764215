package cheat_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/cheat"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// Every lie shows in the boundaries, at the block it is in, and the opened block has
// exactly one number as the first wrong one.
func TestEveryLieShows(t *testing.T) {
	m, err := runtime.Parse(demo.Container())
	require.NoError(t, err)
	prompt := []uint32{1, 5, 9, 30, 77}
	for seed := range uint64(8) {
		w := cheat.NewWrong(m, seed)
		ask := wire.Ask{Hash: common.Hash{byte(seed + 1)}, Prompt: prompt, Request: protocol.Request{MaxOutputTokens: 6}}
		answer, err := w.Generate(t.Context(), provider.Work{Ask: ask}, func(provider.Piece) error { return nil })
		require.NoError(t, err)
		a := provider.Answered{Ask: ask, Output: answer.Tokens}
		leaves, err := w.Boundaries(t.Context(), a)
		require.NoError(t, err)
		require.Equal(t, answer.BoundaryRoot, protocol.MerkleRoot(leaves), "what is shown is what was signed")

		report, err := trace.Replay(t.Context(), m, prompt, answer.Tokens, ask.Params)
		require.NoError(t, err)
		first, differs := report.FirstDifference(leaves)
		lie := w.Lies()[ask.Hash]
		require.True(t, differs, "the lie at %s shows nowhere", lie)
		require.Equal(t, lie.Block, first)

		// The seed is all of the draw: `dgrid demo --seed` repeats it for another request.
		again, other := cheat.NewWrong(m, seed), wire.Ask{Hash: common.Hash{0xff}, Prompt: prompt, Request: ask.Request}
		_, err = again.Generate(t.Context(), provider.Work{Ask: other}, func(provider.Piece) error { return nil })
		require.NoError(t, err)
		require.Equal(t, lie, again.Lies()[other.Hash])

		theirs, err := w.Open(t.Context(), a, first)
		require.NoError(t, err)
		own, err := trace.Open(t.Context(), m, a.Sequence(), first)
		require.NoError(t, err)
		fault, err := own.FirstFault(t.Context(), theirs.(provider.OpenTrace).Opening(), trace.End{})
		require.NoError(t, err)
		require.Equal(t, lie.Vector, fault.Step.Vector, "%s", lie)
		require.Equal(t, [2]int{lie.Row, lie.Col}, [2]int{fault.Step.Row, fault.Step.Col})
	}
}

func TestSilentSignsForNothing(t *testing.T) {
	m, err := runtime.Parse(demo.Container())
	require.NoError(t, err)
	s := cheat.NewSilent(m)
	ask := wire.Ask{Prompt: []uint32{1, 5, 9}, Request: protocol.Request{MaxOutputTokens: 3}}
	answer, err := s.Generate(t.Context(), provider.Work{Ask: ask}, func(provider.Piece) error { return nil })
	require.NoError(t, err)
	report, err := trace.Replay(t.Context(), m, ask.Prompt, answer.Tokens, ask.Params)
	require.NoError(t, err)
	require.NotEqual(t, report.Root, answer.BoundaryRoot)
	_, opens := any(s).(provider.Opener)
	require.False(t, opens)
}
