package circuit

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// A scale's place counts fewer words than there are numbers: one that is a place among the
// numbers may lie behind the chunk. It is refused, whoever asks.
func TestAScaleBehindItsChunkIsRefused(t *testing.T) {
	seen := 0
	for seed := uint64(1); seed <= 40; seed++ {
		in := example(seed, step.OpLinear, true)
		in.Statement.B.Places[1] = in.Statement.B.Length - 1
		words, err := blockWords(in.Statement.B.Kind, in.Statement.B.Length, in.B)
		require.NoError(t, err)
		if in.Statement.B.Places[1]/scaleLimbs < len(words) {
			continue
		}
		seen++
		_, err = in.Reference()
		require.ErrorIs(t, err, protocol.ErrInvalid)
		_, err = in.Result()
		require.ErrorIs(t, err, protocol.ErrInvalid)
		_, err = in.Inputs(true)
		require.ErrorIs(t, err, protocol.ErrInvalid)
		_, _, err = in.Assign(true)
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
	require.Positive(t, seen)
}
