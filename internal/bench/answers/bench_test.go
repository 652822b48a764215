package answers

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every answer comes from the backend through all that is between, with its receipt.
func TestFiguresComeOut(t *testing.T) {
	l, err := AddedLatency(t.Context(), t.TempDir(), 20)
	require.NoError(t, err)
	require.Equal(t, 20, l.Requests)
	require.EqualValues(t, 2*(20+warm), l.Calls, "both ways end at the backend")
	require.Positive(t, l.BackendP50)
	require.Positive(t, l.ThroughP50)
	t.Logf("%+v", l)
}
