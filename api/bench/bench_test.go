package bench_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api/bench"
)

func TestFiguresComeOut(t *testing.T) {
	l, err := bench.AddedLatency(context.Background(), 20)
	require.NoError(t, err)
	require.Equal(t, 20, l.Requests)
	require.Positive(t, l.DirectP50)
	require.Positive(t, l.ThroughP50)
	r, err := bench.Throughput(context.Background(), 40, 4)
	require.NoError(t, err)
	require.Positive(t, r.PerSecond)
	t.Logf("%+v %+v", l, r)
}
