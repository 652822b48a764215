package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// As Market._heldMaturity: a hold delays by MaxHold and its stretch at most.
func TestMaturityUnderAHold(t *testing.T) {
	rule := Timing{Epoch: 10, DisputeWindow: 100, MaxHold: 50}
	for _, c := range []struct{ heldUntil, stretch, want uint64 }{
		{0, 0, 140}, {140, 0, 140}, {141, 0, 141}, {190, 0, 190}, {191, 0, 190}, {191, 7, 191}, {197, 7, 197}, {198, 7, 197}, {139, 7, 140},
	} {
		require.Equal(t, c.want, rule.maturity(3, c.heldUntil, c.stretch), "%+v", c)
	}
}
