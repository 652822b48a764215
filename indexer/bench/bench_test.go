package bench_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/indexer/bench"
	"github.com/dgrid-network/dgrid/internal/testpg"
)

func TestMain(m *testing.M) { testpg.Main(m) }

// engines are fresh databases for measurements.
func engines(t testing.TB) map[string]func() (string, error) {
	return map[string]func() (string, error){
		"sqlite":   func() (string, error) { return "sqlite:" + filepath.Join(t.TempDir(), "dgrid.db"), nil },
		"postgres": func() (string, error) { return testpg.URL(t), nil },
	}
}

// TestBackfillOverHTTP runs the whole path small: JSON, scanner, client, indexer.
func TestBackfillOverHTTP(t *testing.T) {
	c := bench.History(3000)
	for engine, url := range engines(t) {
		t.Run(engine, func(t *testing.T) {
			r, err := bench.Backfill(context.Background(), c, engine, 1, url)
			require.NoError(t, err)
			require.Equal(t, c.Events(), r.Events)
			t.Log(r)
		})
	}
}

func BenchmarkBackfill(b *testing.B) {
	c := bench.History(200_000)
	for engine, url := range engines(b) {
		b.Run(engine, func(b *testing.B) {
			for b.Loop() {
				r, err := bench.Backfill(context.Background(), c, engine, 5, url)
				require.NoError(b, err)
				b.Log(r)
				b.ReportMetric(r.Full, "events/s")
				b.ReportMetric(r.Ratio, "ratio")
			}
		})
	}
}
