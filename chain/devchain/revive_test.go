package devchain

import (
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/stretchr/testify/require"
)

// A kill between announcing a block and the head's mark reaching the disk leaves
// the block without the mark, as is done here by hand: it is the head again after
// reopening, and the chain goes on above it.
func TestReopensAtABlockWhoseMarkWasLost(t *testing.T) {
	now := time.Now().Add(-time.Hour)
	cfg := Config{DataDir: t.TempDir(), Now: func() time.Time { now = now.Add(time.Second); return now }}
	c, err := Open(cfg)
	require.NoError(t, err)
	first, err := c.Commit()
	require.NoError(t, err)
	second, err := c.Commit()
	require.NoError(t, err)
	db := c.eth.ChainDb()
	rawdb.WriteHeadBlockHash(db, first.Hash())
	rawdb.WriteHeadHeaderHash(db, first.Hash())
	rawdb.WriteHeadFastBlockHash(db, first.Hash())
	rawdb.DeleteCanonicalHash(db, second.Number.Uint64())
	require.NoError(t, c.Close())

	c, err = Open(cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	require.Equal(t, second.Hash(), c.eth.BlockChain().CurrentBlock().Hash())
	third, err := c.Commit()
	require.NoError(t, err)
	require.Equal(t, second.Hash(), third.ParentHash)
}
