package indexer_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/indexer/bench"
	"github.com/dgrid-network/dgrid/internal/testpg"
	"github.com/dgrid-network/dgrid/store"
)

// silent is a node that stops answering.
type silent struct {
	*bench.Chain
	dead chan struct{}
}

func (s silent) Heads(ctx context.Context) (store.Heads, error) {
	select {
	case <-s.dead:
		<-ctx.Done()
		return store.Heads{}, ctx.Err()
	default:
		return s.Chain.Heads(ctx)
	}
}

// TestLeaderDies: of two indexers of one network the second waits, and takes over
// when the connection that holds the first one's leadership dies.
func TestLeaderDies(t *testing.T) {
	url := testpg.URL(t)
	c := bench.NewChain(12, 6, 3)
	rnd := rand.New(rand.NewPCG(9, 9))
	grow(c, rnd, 40)
	run := func(source indexer.Source, n *store.Network) *indexer.Indexer {
		x := indexer.New(source, n, indexer.Options{Poll: time.Millisecond, MaxSpan: 16})
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- x.Run(ctx) }()
		t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
		return x
	}
	at := func(x *indexer.Indexer) func() bool {
		return func() bool { return x.Status().Indexed.Number == c.Head() }
	}
	locks := func(db *store.Store, granted bool) (pids []int) {
		rows, err := db.DB().QueryContext(context.Background(), "SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database "+
			"WHERE locktype = 'advisory' AND d.datname = current_database() AND granted = ?", granted)
		require.NoError(t, err)
		defer rows.Close()
		for rows.Next() {
			var pid int
			require.NoError(t, rows.Scan(&pid))
			pids = append(pids, pid)
		}
		require.NoError(t, rows.Err())
		return pids
	}
	db, err := store.Open(context.Background(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	first := silent{c, make(chan struct{})}
	a := run(first, network(t, url))
	require.Eventually(t, at(a), time.Minute, time.Millisecond)
	n := network(t, url)
	b := run(c, n)
	require.Eventually(t, func() bool { return len(locks(db, false)) == 1 }, time.Minute, time.Millisecond, "the second waits")
	grow(c, rnd, 20)
	require.Eventually(t, at(a), time.Minute, time.Millisecond)
	require.Zero(t, b.Status().Indexed.Number, "it does not touch what the first one keeps")

	close(first.dead)
	leader := locks(db, true)
	require.Len(t, leader, 1)
	_, err = db.DB().ExecContext(context.Background(), "SELECT pg_terminate_backend(?)", leader[0])
	require.NoError(t, err)
	grow(c, rnd, 20)
	require.Eventually(t, at(b), time.Minute, time.Millisecond, "the second takes over")
	equal(t, fresh(t, c), dump(t, n))
}
