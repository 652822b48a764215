package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// indexes lists every index of the database and how it is made.
func indexes(t testing.TB, s *store.Store) map[string]string {
	text := "SELECT name, sql AS definition FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
	if s.Dialect() == store.Postgres {
		text = "SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = 'public'"
	}
	var list []struct{ Name, Definition string }
	require.NoError(t, s.DB().NewRaw(text).Scan(context.Background(), &list))
	all := map[string]string{}
	for _, i := range list {
		all[i.Name] = i.Definition
	}
	return all
}

// TestIndexesAreDeferredAndMade: what was dropped comes back, also by another process,
// and only an empty database goes without.
func TestIndexesAreDeferredAndMade(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx := context.Background()
		s, err := store.Open(ctx, url)
		require.NoError(t, err)
		defer func() { require.NoError(t, s.Close()) }()
		n, err := s.Network(ctx, deployment)
		require.NoError(t, err)
		before := indexes(t, s)
		require.Contains(t, before, "redeems_order")
		for range 2 { // twice: after a crash it is asked for again
			require.NoError(t, n.DeferIndexes(ctx))
			without := indexes(t, s)
			require.NotContains(t, without, "redeems_order")
			require.Contains(t, without, "events_tx")
		}
		commit(t, n, block(1, 0), &store.Balance{Entity: entity("a", 1, 0)})
		if url != "sqlite::memory:" {
			require.NoError(t, s.Close())
			s, err = store.Open(ctx, url)
			require.NoError(t, err)
			n, err = s.Network(ctx, deployment)
			require.NoError(t, err)
		}
		for range 2 {
			require.NoError(t, n.MakeIndexes(ctx))
			require.Equal(t, before, indexes(t, s))
		}
		other := deployment
		other.ChainID++
		empty, err := s.Network(ctx, other)
		require.NoError(t, err)
		require.NoError(t, empty.DeferIndexes(ctx))
		require.Equal(t, before, indexes(t, s), "another network is read through them")
	})
}

// TestCommitAfter: batches that wait for each other land in order, or not at all.
func TestCommitAfter(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, n := context.Background(), network(t, url)
		start, err := n.Cursor(ctx)
		require.NoError(t, err)
		first := store.Batch{Blocks: []store.Block{block(1, 0)}, Heads: store.Heads{Latest: block(2, 0)},
			Made: []store.Row{&store.Balance{Entity: entity("a", 1, 0), Free: protocol.NewAmount(1)}}}
		second := store.Batch{Blocks: []store.Block{block(2, 0)}, Heads: store.Heads{Latest: block(2, 0)},
			Made: []store.Row{&store.Balance{Entity: entity("b", 2, 0)}},
			Rows: []store.Row{&store.Balance{Entity: entity("a", 1, 0), Free: protocol.NewAmount(2)}}}
		middle := start
		middle.Block, middle.StartBlock = block(1, 0), 1

		broken := errors.New("broken")
		require.ErrorIs(t, n.CommitAfter(ctx, func(context.Context) error { return broken }, middle, second), broken)
		require.ErrorIs(t, n.CommitAfter(ctx, func(context.Context) error { return nil }, middle, second), protocol.ErrConflict)
		counts, err := n.Count(ctx)
		require.NoError(t, err)
		require.Zero(t, counts["balances"]+counts["blocks"])

		done := make(chan error, 1)
		require.NoError(t, n.CommitAfter(ctx, func(context.Context) error {
			done <- n.Commit(ctx, start, first) // while the second holds its new rows
			return <-done
		}, middle, second))
		rows, err := n.Load(ctx, []store.Ref{{Table: "balances", ID: "a"}, {Table: "balances", ID: "b"}})
		require.NoError(t, err)
		require.Len(t, rows, 2)
		for _, r := range rows {
			if b := r.(*store.Balance); b.ID == "a" {
				require.Equal(t, protocol.NewAmount(2), b.Free)
			}
		}
		require.ErrorIs(t, n.CommitAfter(ctx, func(context.Context) error { return nil }, start, first), protocol.ErrConflict)
	})
}

// TestAmountsFilterAsNumbers on both sides of what an SQL integer holds.
func TestAmountsFilterAsNumbers(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, n := context.Background(), network(t, url)
		stakes := []protocol.Amount{protocol.NewAmount(9), protocol.NewAmount(10), protocol.NewAmount(1<<63 - 1), protocol.NewAmount(1 << 63)}
		var rows []store.Row
		for i, stake := range stakes {
			rows = append(rows, &store.Provider{Entity: entity(store.AddressID(account(i)), 1, uint32(i)), Provider: account(i), FreeStake: stake})
		}
		commit(t, n, block(1, 0), rows...)
		for i, least := range stakes {
			p, err := n.Providers(ctx, store.ProviderFilter{MinFreeStake: least}, store.List{})
			require.NoError(t, err)
			require.Len(t, p.Data, len(stakes)-i, "at least %s", least)
		}
	})
}
