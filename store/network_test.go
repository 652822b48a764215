package store_test

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

var deployment = store.Deployment{ChainID: 31337, Market: common.Address{5}, StartBlock: 1,
	Timing: store.Timing{DisputeWindow: 20, CloseGrace: 10, Epoch: 2, MaxHold: 60}}

func network(t testing.TB, url string) *store.Network {
	n, err := open(t, url).Network(context.Background(), deployment)
	require.NoError(t, err)
	return n
}

func block(n uint64, branch byte) store.Block {
	return store.Block{Number: n, Hash: common.Hash{branch, byte(n >> 8), byte(n), 1}, Time: 1000 + n}
}

// commit writes rows in a block of their own.
func commit(t testing.TB, n *store.Network, b store.Block, rows ...store.Row) {
	ctx := context.Background()
	c, err := n.Cursor(ctx)
	require.NoError(t, err)
	heads := store.Heads{Latest: b, Finalized: b.Number - min(2, b.Number), Safe: b.Number - min(1, b.Number)}
	var undo []store.Undo
	for _, r := range rows {
		undo = append(undo, store.Undo{Block: b.Number, Table: store.TableOf(r), ID: r.Base().ID})
	}
	require.NoError(t, n.Commit(ctx, c, store.Batch{Blocks: []store.Block{b}, Rows: rows, Undo: undo, Heads: heads}))
}

func entity(id string, block uint64, index uint32) store.Entity {
	return store.Entity{ID: id, Block: block, LogIndex: index, ChangedBlock: block}
}

func account(i int) common.Address { return common.BigToAddress(big.NewInt(int64(i + 1))) }

// TestAmountsKeepTheirValueAndOrder is DB-6.
func TestAmountsKeepTheirValueAndOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	most := new(big.Int).Lsh(big.NewInt(1), 256)
	amounts := []protocol.Amount{{}, protocol.NewAmount(1), protocol.MustAmount(new(big.Int).Sub(most, big.NewInt(1))),
		protocol.MustAmount(new(big.Int).SetUint64(1 << 63)), protocol.MustAmount(new(big.Int).SetUint64(1<<63 - 1))}
	for len(amounts) < 10_000 {
		bits := uint(rnd.IntN(257))
		v := new(big.Int)
		for range 4 {
			v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(rnd.Uint64()))
		}
		amounts = append(amounts, protocol.MustAmount(v.Rsh(v, 256-bits)))
	}
	engines(t, func(t *testing.T, url string) {
		n := network(t, url)
		var rows []store.Row
		for i, a := range amounts {
			rows = append(rows, &store.Balance{Entity: entity(store.AddressID(account(i)), 1, uint32(i)), Account: account(i), Free: a})
		}
		commit(t, n, block(1, 0), rows...)
		want := slices.Clone(amounts)
		slices.SortFunc(want, protocol.Amount.Cmp)
		var got []protocol.Amount
		l := store.List{Sort: "free", Ascending: true, Limit: store.MaxPage}
		for {
			p, err := n.Balances(context.Background(), l)
			require.NoError(t, err)
			for _, b := range p.Data {
				require.Equal(t, amounts[new(big.Int).SetBytes(b.Account[:]).Int64()-1], b.Free)
				got = append(got, b.Free)
			}
			if l.Cursor = p.Next; p.Next == "" {
				break
			}
		}
		require.True(t, slices.Equal(want, got))
	})
}

func TestCommitNeedsTheCursorItKnows(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, n := context.Background(), network(t, url)
		old, err := n.Cursor(ctx)
		require.NoError(t, err)
		require.True(t, old.Empty())
		commit(t, n, block(1, 0))
		err = n.Commit(ctx, old, store.Batch{Blocks: []store.Block{block(1, 7)}})
		require.ErrorIs(t, err, protocol.ErrConflict)
		b, err := n.BlockAt(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, block(1, 0).Hash, b.Hash)
	})
}

func TestOtherContractsUnderTheSameMarketAreRefused(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		s := open(t, url)
		_, err := s.FindNetwork(context.Background(), deployment.ChainID, deployment.Market)
		require.ErrorIs(t, err, protocol.ErrNotFound)
		a, err := s.Network(context.Background(), deployment)
		require.NoError(t, err)
		b, err := s.Network(context.Background(), deployment)
		require.NoError(t, err)
		require.Equal(t, a.Key(), b.Key())
		other := deployment
		other.Vault = common.Address{9}
		_, err = s.Network(context.Background(), other)
		require.ErrorIs(t, err, protocol.ErrConflict)
		found, err := s.FindNetwork(context.Background(), deployment.ChainID, deployment.Market)
		require.NoError(t, err)
		require.Equal(t, deployment, found.Deployment())
	})
}

// TestPages walks every list order and compares with all rows sorted in Go.
func TestPages(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, n := context.Background(), network(t, url)
		rnd := rand.New(rand.NewPCG(2, 2))
		var all []store.Version
		for i := range 57 {
			v := store.Version{Entity: entity(store.HashID(common.Hash{byte(i)}), 1, uint32(i)), ModelVersion: common.Hash{byte(i)},
				Name: []string{"12", "9", "stories", "a%b"}[rnd.IntN(4)], Kind: protocol.KindLLM, Class: protocol.Class(1 + rnd.IntN(2)),
				Fees: protocol.NewAmount(rnd.Uint64N(5)), Providers: uint32(rnd.IntN(3)), Receipts: store.Uint64(rnd.Uint64N(2)) << 63}
			all = append(all, v)
		}
		rows := make([]store.Row, len(all))
		for i := range all {
			rows[i] = &all[i]
		}
		commit(t, n, block(1, 0), rows...)
		by := map[string]func(a, b store.Version) int{
			"":          func(store.Version, store.Version) int { return 0 },
			"fees":      func(a, b store.Version) int { return a.Fees.Cmp(b.Fees) },
			"providers": func(a, b store.Version) int { return int(a.Providers) - int(b.Providers) },
			"name":      func(a, b store.Version) int { return strings.Compare(a.Name, b.Name) },
			"receipts": func(a, b store.Version) int {
				return strings.Compare(fmt.Sprintf("%020d", a.Receipts), fmt.Sprintf("%020d", b.Receipts))
			},
		}
		for sort, cmp := range by {
			for _, ascending := range []bool{true, false} {
				want := slices.Clone(all)
				slices.SortFunc(want, func(a, b store.Version) int {
					c := cmp(a, b)
					if c == 0 {
						c = int(a.LogIndex) - int(b.LogIndex)
					}
					if !ascending {
						c = -c
					}
					return c
				})
				var got []string
				l := store.List{Sort: sort, Ascending: ascending, Limit: 10}
				for {
					p, err := n.Versions(ctx, store.VersionFilter{}, l)
					require.NoError(t, err)
					for _, v := range p.Data {
						got = append(got, v.ID)
					}
					if l.Cursor = p.Next; p.Next == "" {
						break
					}
				}
				var ids []string
				for _, v := range want {
					ids = append(ids, v.ID)
				}
				require.Equal(t, ids, got, "sort %q ascending %v", sort, ascending)
			}
		}
		p, err := n.Versions(ctx, store.VersionFilter{Search: "A%"}, store.List{})
		require.NoError(t, err)
		for _, v := range p.Data {
			require.Equal(t, "a%b", v.Name)
		}
		require.NotEmpty(t, p.Data)
		for _, bad := range []store.List{{Limit: 201}, {Limit: -1}, {Sort: "header"}, {Cursor: "zzz"}, {Cursor: "!"}} {
			_, err := n.Versions(ctx, store.VersionFilter{}, bad)
			require.ErrorIs(t, err, protocol.ErrInvalid)
		}
		_, err = n.Version(ctx, common.Hash{99})
		require.ErrorIs(t, err, protocol.ErrNotFound)
	})
}

func TestCursorOfAReorgedBlock(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, n := context.Background(), network(t, url)
		commit(t, n, block(1, 0), &store.Balance{Entity: entity("a", 1, 0)}, &store.Balance{Entity: entity("b", 1, 1)})
		commit(t, n, block(2, 0), &store.Balance{Entity: entity("c", 2, 0)})
		p, err := n.Balances(ctx, store.List{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, "c", p.Data[0].ID)
		require.Equal(t, "latest", p.Meta.Finality(2))
		require.Equal(t, "safe", p.Meta.Finality(1))
		next, err := n.Balances(ctx, store.List{Limit: 1, Cursor: p.Next})
		require.NoError(t, err)
		require.Equal(t, "b", next.Data[0].ID)

		c, err := n.Cursor(ctx)
		require.NoError(t, err)
		require.NoError(t, n.Rollback(ctx, c, block(1, 0)))
		_, err = n.Balances(ctx, store.List{Limit: 1, Cursor: p.Next})
		require.ErrorIs(t, err, store.ErrCursorReorged)
		commit(t, n, block(2, 1))
		_, err = n.Balances(ctx, store.List{Limit: 1, Cursor: p.Next})
		require.ErrorIs(t, err, store.ErrCursorReorged)
		rest, err := n.Balances(ctx, store.List{})
		require.NoError(t, err)
		require.Len(t, rest.Data, 2, "what block 2 made is gone")
		_, _, err = n.Feed(ctx, store.Position{Block: 2, Hash: block(2, 0).Hash}, 10)
		require.ErrorIs(t, err, store.ErrCursorReorged)
	})
}

func TestMoneySaysWhatEachAmountWaitsFor(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, n, me := context.Background(), network(t, url), account(1)
		amount := protocol.NewAmount
		commit(t, n, block(100, 0), // time 1100: epochs of 2 s, window 20 s
			&store.Balance{Entity: entity(store.AddressID(me), 100, 0), Account: me, Free: amount(5), Deposited: amount(500), Withdrawn: amount(9)},
			&store.Channel{Entity: entity("ch1", 100, 1), Requester: me, State: store.ChannelOpen, Deposit: amount(50), Paid: amount(20), Left: amount(30), Expiry: 5000},
			&store.Channel{Entity: entity("ch2", 100, 2), Requester: me, State: store.ChannelClosing, Deposit: amount(7), Left: amount(7), ClosesAt: 1105},
			&store.Channel{Entity: entity("ch3", 100, 3), Requester: me, State: store.ChannelSwept, Deposit: amount(4), Paid: amount(4)},
			&store.Job{Entity: entity("j1", 100, 4), Requester: me, State: store.JobDelivered, MaxFee: amount(11), DisputableUntil: 1120, Request: []byte("{}"), Prompt: []byte("[]"), Receipt: []byte("null"), Output: []byte("null")},
			&store.Job{Entity: entity("j2", 100, 5), Requester: me, State: store.JobFinalized, MaxFee: amount(11), Fee: amount(6), Request: []byte("{}"), Prompt: []byte("[]"), Receipt: []byte("null"), Output: []byte("null")},
			&store.Credit{Entity: entity("c1", 100, 6), Provider: me, Epoch: 500, State: store.CreditPending, Amount: amount(13)},
			&store.Credit{Entity: entity("c2", 100, 7), Provider: me, Epoch: 549, State: store.CreditPending, Amount: amount(17)},
			&store.Provider{Entity: entity(store.AddressID(me), 100, 8), Provider: me, Stake: amount(100), FreeStake: amount(60), Unbonding: amount(40), ExitAt: 1190, Earned: amount(3), Forfeited: true, ForfeitThrough: 500})
		o, err := n.Money(ctx, me)
		require.NoError(t, err)
		m := o.Data
		require.Equal(t, []string{"5", "37", "11", "30", "17", "13", "100", "40", "60", "3"}, []string{m.Free.String(), m.InChannels.String(), m.InJobs.String(),
			m.Spent.String(), m.Pending.String(), m.Maturable.String(), m.Stake.String(), m.Unbonding.String(), m.FreeStake.String(), m.Earned.String()})
		waits := map[string]store.Wait{}
		for _, w := range m.Waits {
			waits[w.What+w.ID] = w
		}
		require.Len(t, waits, 7)
		require.EqualValues(t, 5010, waits["channelch1"].Until)
		require.EqualValues(t, 1105, waits["channelch2"].Until)
		require.EqualValues(t, 1120, waits["jobj1"].Until)
		require.EqualValues(t, 501*2+20, waits["creditc1"].Until)
		require.Contains(t, waits["creditc1"].Action, "burns")
		require.EqualValues(t, 550*2+20, waits["creditc2"].Until)
		require.EqualValues(t, 100, o.Meta.Block.Number)

		nobody, err := n.Money(ctx, account(77))
		require.NoError(t, err)
		require.Empty(t, nobody.Data.Waits)
	})
}

// TestStrangersNumbersAndTexts: what anyone may put on chain must fit every column.
func TestStrangersNumbersAndTexts(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		n := network(t, url)
		v := store.Version{Entity: entity("v", 1, 0), Name: "ü 'quoted' ?", MetadataURI: strings.Repeat("x", 100_000), Receipts: 1<<64 - 1}
		commit(t, n, block(1, 0), &v, &store.Channel{Entity: entity("c", 1, 1), Expiry: 1<<64 - 1})
		rows, err := n.Load(context.Background(), []store.Ref{{Table: "versions", ID: "v"}, {Table: "channels", ID: "c"}, {Table: "channels", ID: "none"}})
		require.NoError(t, err)
		require.Len(t, rows, 2)
		for _, r := range rows {
			switch r := r.(type) {
			case *store.Version:
				require.Equal(t, v.Name, r.Name)
				require.EqualValues(t, uint64(1<<64-1), r.Receipts)
			case *store.Channel:
				require.EqualValues(t, uint64(1<<64-1), r.Expiry)
			}
		}
	})
}

// ending is a context that ends when it was asked so many times whether it did.
type ending struct {
	context.Context
	end  context.CancelFunc
	left int
}

func (c *ending) Err() error {
	if c.left--; c.left < 0 {
		c.end()
	}
	return c.Context.Err()
}

// TestEndedCommitLeavesNothing ends a Commit between any two of its statements. SQLite's
// reach the driver without database/sql, which would look whether the transaction is over.
func TestEndedCommitLeavesNothing(t *testing.T) {
	n := network(t, "sqlite::memory:")
	commit(t, n, block(1, 0), &store.Balance{Entity: entity(store.AddressID(account(0)), 1, 0), Account: account(0)})
	before, err := n.Digest(context.Background())
	require.NoError(t, err)
	c, err := n.Cursor(context.Background())
	require.NoError(t, err)
	batch := store.Batch{Blocks: []store.Block{block(2, 0)}, Heads: store.Heads{Latest: block(2, 0)}}
	for i := range 40 {
		batch.Events = append(batch.Events, store.Event{Block: 2, LogIndex: uint32(i), BlockHash: block(2, 0).Hash})
		batch.Made = append(batch.Made, &store.Balance{Entity: entity(store.AddressID(account(i+1)), 2, uint32(i)), Account: account(i + 1)})
	}
	for left := 0; ; left++ {
		ctx, cancel := context.WithCancel(context.Background())
		err := n.Commit(&ending{ctx, cancel, left}, c, batch)
		cancel()
		if err == nil {
			require.Greater(t, left, 10, "it must have ended in the middle")
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		after, err := n.Digest(context.Background())
		require.NoError(t, err)
		require.Equal(t, before, after, "ended after %d", left)
	}
}
