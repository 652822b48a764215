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

func run(t testing.TB, events, rounds int) {
	c := bench.History(events)
	urls := map[string]func() (string, error){
		"sqlite":   func() (string, error) { return "sqlite:" + filepath.Join(t.TempDir(), "dgrid.db"), nil },
		"postgres": func() (string, error) { return testpg.URL(t), nil },
	}
	for engine, url := range urls {
		r, err := bench.Backfill(context.Background(), c, engine, rounds, url)
		require.NoError(t, err)
		require.Equal(t, c.Events(), r.Events)
		t.Log(r)
	}
}

// TestBackfillOverHTTP runs the whole path small: JSON, scanner, client, indexer.
func TestBackfillOverHTTP(t *testing.T) { run(t, 3000, 1) }

func BenchmarkBackfill(b *testing.B) {
	for b.Loop() {
		run(b, 200_000, 3)
	}
}
