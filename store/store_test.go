package store_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

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
