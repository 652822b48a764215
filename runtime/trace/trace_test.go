package trace

import (
	"context"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/importer"
)

func model(t testing.TB) *runtime.Model {
	t.Helper()
	c := testmodels.Random(testmodels.Tiny, 11)
	file, err := importer.Llama2C(t.Context(), c.V0(), c.TokenizerBin(), importer.Options{StopIDs: []uint32{}})
	require.NoError(t, err)
	m, err := runtime.Parse(file)
	require.NoError(t, err)
	return m
}

var sampled = protocol.Params{TemperatureMilli: 900, Seed: [32]byte{3}}

func TestReplayEqualsGenerate(t *testing.T) {
	m := model(t)
	for _, p := range []protocol.Params{{}, sampled, {TemperatureMilli: 2000, MaxGap: 3 << 16}} {
		for _, prompt := range [][]uint32{{1}, {1, 270, 280}, {1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}} {
			for _, max := range []int{1, 2, 30, 1000} {
				s := m.NewSession()
				a, err := s.Generate(t.Context(), prompt, runtime.Params{Params: p, MaxTokens: max}, nil)
				require.NoError(t, err)
				r, err := Replay(t.Context(), m, prompt, a.Output, p)
				require.NoError(t, err)
				require.Equal(t, a.Root, r.Root)
				require.Equal(t, a.Positions, r.Positions)
				require.Equal(t, -1, r.WrongToken)
				if r.Positions > 0 {
					at := step.Block{T: r.Positions / 2, L: 1}
					b, err := r.Opener().Open(t.Context(), at)
					require.NoError(t, err)
					again, err := Open(t.Context(), m, append(append([]uint32(nil), prompt...), a.Output...), at)
					require.NoError(t, err)
					require.Equal(t, again.Root(), b.Root())
					require.Equal(t, a.Root, protocol.MerkleRoot(r.Leaves), "opening leaves the report alone")
				}
				_, differs := r.FirstDifference(r.Leaves)
				require.False(t, differs)
			}
		}
	}
}

func TestReplayOfNothing(t *testing.T) {
	m := model(t)
	r, err := Replay(t.Context(), m, []uint32{1}, nil, sampled)
	require.NoError(t, err)
	require.Equal(t, common.Hash{}, r.Root)
	r, err = Replay(t.Context(), m, []uint32{1, 2, 3}, nil, sampled)
	require.NoError(t, err)
	require.Equal(t, 2, r.Positions)
}

// TestEveryWrongTokenIsFound changes each output token in turn: the replay names
// the head that should have picked another, and what it picks.
func TestEveryWrongTokenIsFound(t *testing.T) {
	m := model(t)
	prompt := []uint32{1, 290}
	a, err := m.NewSession().Generate(t.Context(), prompt, runtime.Params{Params: sampled, MaxTokens: 20}, nil)
	require.NoError(t, err)
	for i, right := range a.Output {
		for _, wrong := range []uint32{(right + 1) % 300, 300, protocol.UnusedToken} {
			out := append([]uint32(nil), a.Output...)
			out[i] = wrong
			r, err := Replay(t.Context(), m, prompt, out, sampled)
			require.NoError(t, err)
			require.Equal(t, i, r.WrongToken)
			require.Equal(t, right, r.Right)
			first, ok := r.FirstDifference(r.Leaves)
			require.True(t, ok)
			require.Equal(t, step.Block{T: len(prompt) - 1 + i, L: m.Header().Layers + 1}, first)
		}
	}
	// The same tokens under another seed are not the answer.
	other := sampled
	other.Seed[0]++
	r, err := Replay(t.Context(), m, prompt, a.Output, other)
	require.NoError(t, err)
	require.NotEqual(t, -1, r.WrongToken)
	require.Equal(t, a.Root, r.Root, "the seed does not touch the boundaries")
}

func TestFirstDifferentBoundary(t *testing.T) {
	m := model(t)
	prompt := []uint32{1, 290, 5}
	out := []uint32{7, 8, 9} // not what the model picks: head of position 2 is wrong
	r, err := Replay(t.Context(), m, prompt, out, protocol.Params{})
	require.NoError(t, err)
	require.Equal(t, 0, r.WrongToken)
	layers := m.Header().Layers
	require.Len(t, r.Leaves, 5*(layers+1))
	for i := range r.Leaves {
		leaves := append([]common.Hash(nil), r.Leaves...)
		leaves[i][31] ^= 1
		want := step.Block{T: i / (layers + 1), L: i % (layers + 1)}
		if head := (step.Block{T: 2, L: layers + 1}); head.Before(want) {
			want = head
		}
		got, ok := r.FirstDifference(leaves)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	got, ok := r.FirstDifference(r.Leaves[:3])
	require.True(t, ok)
	require.Equal(t, step.Block{T: 3 / (layers + 1), L: 3 % (layers + 1)}, got, "a missing leaf differs")
	r.WrongToken = -1
	got, ok = r.FirstDifference(append(r.Leaves[:len(r.Leaves):len(r.Leaves)], common.Hash{1}))
	require.True(t, ok)
	require.Equal(t, step.Block{T: 5}, got, "padding that is not zero differs")
}

func TestImpossibleAnswersAreRefused(t *testing.T) {
	m := model(t)
	for name, c := range map[string][2][]uint32{
		"empty prompt":       {nil, {1}},
		"prompt token":       {{300}, {1}},
		"too many positions": {{1, 2}, make([]uint32, 64)},
	} {
		_, err := Replay(t.Context(), m, c[0], c[1], protocol.Params{})
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Replay(ctx, m, []uint32{1, 2}, []uint32{3}, protocol.Params{})
	require.ErrorIs(t, err, context.Canceled)
}

// TestGoldenTraceRoot pins traceRoot from tokens to hash, for the demo of another
// implementation: a random model, prompt 1 290, greedy, eight tokens, secret 0x2a.
func TestGoldenTraceRoot(t *testing.T) {
	m := model(t)
	a, err := m.NewSession().Generate(t.Context(), []uint32{1, 290}, runtime.Params{MaxTokens: 8}, nil)
	require.NoError(t, err)
	secret := [32]byte{31: 0x2a}
	require.Equal(t, goldenTraceRoot, protocol.TraceRoot(secret, a.Root).Hex())
}

const goldenTraceRoot = "0xda385579873cb123b89e99c5d357a48c6d74b3df73e4a46f147ba955db1744c5"
