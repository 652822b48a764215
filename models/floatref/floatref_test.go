package floatref

import (
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

// checkpoint is a random model of width 8 with a separate classifier.
func checkpoint(rng *rand.Rand) []byte {
	d, f, layers, heads, groups, vocab, seq := 8, 12, 2, 2, 1, 16, 10
	var out []byte
	for _, v := range []int{d, f, layers, heads, groups, -vocab, seq} {
		out = binary.LittleEndian.AppendUint32(out, uint32(int32(v)))
	}
	n := 2*vocab*d + layers*(2*d+2*d*d+2*d*d/2+3*d*f) + d + seq*d/heads
	for range n {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(rng.NormFloat64()*0.5)))
	}
	return out
}

func TestParseRefusesDamage(t *testing.T) {
	good := checkpoint(rand.New(rand.NewPCG(1, 1)))
	_, err := Parse(good)
	require.NoError(t, err)
	nan := append([]byte(nil), good...)
	binary.LittleEndian.PutUint32(nan[100:], math.Float32bits(float32(math.NaN())))
	huge := append([]byte(nil), good...)
	binary.LittleEndian.PutUint32(huge, 1<<30)
	for _, bad := range [][]byte{nil, good[:27], good[:len(good)-4], append(good, 0, 0, 0, 0), nan, huge} {
		_, err := Parse(bad)
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
}

func TestGenerateIsAFunctionOfTheSeed(t *testing.T) {
	m, err := Parse(checkpoint(rand.New(rand.NewPCG(2, 1))))
	require.NoError(t, err)
	run := func(o Options) []uint32 {
		out, finish, err := m.Generate(t.Context(), []uint32{1, 5}, o, nil)
		require.NoError(t, err)
		require.Equal(t, FinishLength, finish)
		return out
	}
	require.Equal(t, run(Options{MaxTokens: 6}), run(Options{MaxTokens: 6, TopP: 0.5}))
	hot := Options{MaxTokens: 6, Temperature: 1.5, Seed: 3}
	require.Equal(t, run(hot), run(hot))
	require.Len(t, run(Options{MaxTokens: 100}), 9, "ten positions, two of them the prompt, the last token needs none")
	seen := map[uint32]bool{}
	for seed := range uint64(40) {
		seen[run(Options{MaxTokens: 1, Temperature: 1.5, Seed: seed})[0]] = true
	}
	require.Greater(t, len(seen), 3)
}

func TestGenerateStops(t *testing.T) {
	m, err := Parse(checkpoint(rand.New(rand.NewPCG(2, 1))))
	require.NoError(t, err)
	all, _, err := m.Generate(t.Context(), []uint32{1}, Options{MaxTokens: 5}, nil)
	require.NoError(t, err)
	out, finish, err := m.Generate(t.Context(), []uint32{1}, Options{MaxTokens: 5, Stop: []uint32{all[0]}}, nil)
	require.NoError(t, err)
	require.Empty(t, out)
	require.Equal(t, FinishStop, finish)
	out, finish, err = m.Generate(t.Context(), []uint32{1}, Options{MaxTokens: 5}, func(uint32) error { return ErrStop })
	require.NoError(t, err)
	require.Equal(t, all[:1], out)
	require.Equal(t, FinishStop, finish)
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err = m.Generate(ctx, []uint32{1}, Options{MaxTokens: 5}, func(uint32) error { cancel(); return nil })
	require.ErrorIs(t, err, context.Canceled)
	for _, prompt := range [][]uint32{nil, make([]uint32, 11), {99}} {
		_, _, err = m.Generate(t.Context(), prompt, Options{MaxTokens: 1}, nil)
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
}

// TestPickFollowsTheDistribution draws often and compares with the softmax.
func TestPickFollowsTheDistribution(t *testing.T) {
	logits := []float32{0, 1, 2, -1}
	rng := rand.New(rand.NewPCG(4, 4))
	count := make([]float64, 4)
	const n = 20000
	for range n {
		count[Pick(logits, Options{Temperature: 0.8}, rng)]++
	}
	sum := 0.0
	for _, v := range logits {
		sum += math.Exp(float64(v) / 0.8)
	}
	for i, v := range logits {
		p := math.Exp(float64(v)/0.8) / sum
		require.InDelta(t, p, count[i]/n, 5*math.Sqrt(p/n))
	}
	for range 1000 {
		require.Contains(t, []uint32{1, 2}, Pick(logits, Options{Temperature: 0.8, TopP: 0.9}, rng))
	}
}
