package store_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/internal/testpg"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

func TestSQLiteFileServesOneProcess(t *testing.T) {
	ctx, url := context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "a#b?c.db")
	s, err := store.Open(ctx, url)
	require.NoError(t, err)
	_, err = store.Open(ctx, url)
	require.ErrorIs(t, err, protocol.ErrConflict)
	require.NoError(t, s.Close())
	s, err = store.Open(ctx, url)
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestMain(m *testing.M) { testpg.Main(m) }

// engines runs a test on each engine.
func engines(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "dgrid.db")) })
	t.Run("memory", func(t *testing.T) { test(t, "sqlite::memory:") })
	t.Run("postgres", func(t *testing.T) { test(t, testpg.URL(t)) })
}

func open(t testing.TB, url string) *store.Store {
	s, err := store.Open(context.Background(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestMigrationsGoUpAndDown(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		s := open(t, url)
		require.NoError(t, s.MigrateDown(context.Background()))
	})
}

func TestReplicasMigrateAtOnce(t *testing.T) {
	url := testpg.URL(t)
	var g errgroup.Group
	for range 5 {
		g.Go(func() error {
			s, err := store.Open(context.Background(), url)
			if err != nil {
				return err
			}
			return s.Close()
		})
	}
	require.NoError(t, g.Wait())
}
