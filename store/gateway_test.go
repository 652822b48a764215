package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

var gatewayAccount = common.HexToAddress("0xaa")

func gatewayKey(id string, edit func(*store.APIKey)) *store.APIKey {
	k := &store.APIKey{ID: id, Account: gatewayAccount, Channel: common.Hash{1}, TokenHash: common.BytesToHash([]byte(id)), Scopes: []string{"inference"}}
	if edit != nil {
		edit(k)
	}
	return k
}

func generation(n byte, fee uint64) *store.Generation {
	return &store.Generation{Hash: common.Hash{n}, PublicID: string(rune('a' + n)), Account: gatewayAccount, KeyID: "k", Channel: common.Hash{1},
		BodyHash: common.Hash{9}, MaxFee: protocol.NewAmount(fee), PromptTokens: 2, MaxTokens: 10, Signature: []byte{}, CreatedAt: int64(n)}
}

func TestGatewayKeys(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		testGatewayKeys(t, func() *store.Gateway { return open(t, url).Gateway() })
	})
}

func testGatewayKeys(t *testing.T, fresh func() *store.Gateway) {
	g, ctx := fresh(), context.Background()
	require.NoError(t, g.CreateKey(ctx, gatewayKey("k", func(k *store.APIKey) { k.SpendLimit = protocol.NewAmount(7) })))
	k, err := g.KeyByToken(ctx, common.BytesToHash([]byte("k")))
	require.NoError(t, err)
	require.Equal(t, []string{"inference"}, k.Scopes)
	require.Equal(t, gatewayAccount, k.Account)
	require.Equal(t, "7", k.SpendLimit.String())
	require.True(t, k.Usable(5))
	_, err = g.KeyByToken(ctx, common.Hash{})
	require.ErrorIs(t, err, protocol.ErrNotFound)
	require.ErrorIs(t, g.RevokeKey(ctx, common.Address{1}, "k", 9), protocol.ErrNotFound, "a stranger revokes nothing")
	require.NoError(t, g.RevokeKey(ctx, gatewayAccount, "k", 9))
	keys, err := g.Keys(ctx, gatewayAccount)
	require.NoError(t, err)
	require.Len(t, keys, 1)
	require.False(t, keys[0].Usable(10))
}

func TestGatewayBeginHoldsAndEndsOnce(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		testGatewayBeginHoldsAndEndsOnce(t, func() *store.Gateway { return open(t, url).Gateway() })
	})
}

func testGatewayBeginHoldsAndEndsOnce(t *testing.T, fresh func() *store.Gateway) {
	g, ctx := fresh(), context.Background()
	require.NoError(t, g.CreateKey(ctx, gatewayKey("k", func(k *store.APIKey) { k.Concurrency = 2 })))
	funds := protocol.NewAmount(100)
	a, b := generation(1, 60), generation(2, 60)
	require.NoError(t, g.Begin(ctx, a, funds, protocol.Amount{}))
	err := g.Begin(ctx, b, funds, protocol.Amount{})
	var limit *store.LimitError
	require.True(t, errors.As(err, &limit))
	require.Equal(t, store.LimitChannel, limit.Limit)
	require.Equal(t, "40", limit.Left.String())
	require.ErrorIs(t, err, protocol.ErrInsufficient)

	a.Fee, a.OutputTokens = protocol.NewAmount(30), 5
	require.NoError(t, g.Settle(ctx, a))
	require.ErrorIs(t, g.Settle(ctx, a), protocol.ErrConflict)
	require.ErrorIs(t, g.Release(ctx, a), protocol.ErrConflict)
	spent, err := g.SpentOf(ctx, common.Hash{1})
	require.NoError(t, err)
	require.Equal(t, "30", spent.Spent.String())
	require.Equal(t, "0", spent.Held.String())

	require.NoError(t, g.Begin(ctx, b, funds, protocol.Amount{}))
	require.NoError(t, g.Release(ctx, b))
	k, err := g.KeyByToken(ctx, common.BytesToHash([]byte("k")))
	require.NoError(t, err)
	require.Equal(t, "30", k.Spent.String())
	require.Equal(t, int64(7), k.TokensUsed)
	require.Zero(t, k.Running)
	require.Zero(t, k.TokensHeld)

	require.ErrorIs(t, g.Begin(ctx, generation(3, 60), funds, protocol.NewAmount(50)), protocol.ErrInsufficient, "the chain paid more than we know of")
	open, err := g.Open(ctx)
	require.NoError(t, err)
	require.Empty(t, open)
}

func TestGatewayKeyLimits(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		testGatewayKeyLimits(t, func() *store.Gateway { return open(t, url).Gateway() })
	})
}

func testGatewayKeyLimits(t *testing.T, fresh func() *store.Gateway) {
	g := fresh()
	for name, c := range map[string]struct {
		edit func(*store.APIKey)
		want store.Limit
	}{
		"spend":       {func(k *store.APIKey) { k.SpendLimit = protocol.NewAmount(59) }, store.LimitSpend},
		"tokens":      {func(k *store.APIKey) { k.TokenLimit = 9 }, store.LimitTokens},
		"concurrency": {func(k *store.APIKey) { k.Concurrency, k.Running = 1, 1 }, store.LimitConcurrency},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			require.NoError(t, g.CreateKey(ctx, gatewayKey(name, c.edit)))
			gen := generation(1, 60)
			gen.KeyID = name
			var limit *store.LimitError
			require.True(t, errors.As(g.Begin(ctx, gen, protocol.NewAmount(1000), protocol.Amount{}), &limit))
			require.Equal(t, c.want, limit.Limit)
		})
	}
}

func TestGatewayIdempotencyName(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		testGatewayIdempotencyName(t, func() *store.Gateway { return open(t, url).Gateway() })
	})
}

func testGatewayIdempotencyName(t *testing.T, fresh func() *store.Gateway) {
	g, ctx := fresh(), context.Background()
	require.NoError(t, g.CreateKey(ctx, gatewayKey("k", nil)))
	row := store.Idempotency{KeyID: "k", Name: "n", BodyHash: common.Hash{9}, CreatedAt: 100, ExpiresAt: 200}
	var wg sync.WaitGroup
	owned := make(chan struct{}, 100)
	for range 100 {
		wg.Go(func() {
			held, err := g.Claim(ctx, row)
			if err == nil && held == nil {
				owned <- struct{}{}
			}
		})
	}
	wg.Wait()
	require.Len(t, owned, 1, "one of a hundred owns the name")

	gen := generation(1, 5)
	gen.Idempotency = "n"
	require.NoError(t, g.Begin(ctx, gen, protocol.NewAmount(10), protocol.Amount{}))
	require.NoError(t, g.Unclaim(ctx, "k", "n"), "a submitted name stays")
	held, err := g.Claim(ctx, row)
	require.NoError(t, err)
	require.Equal(t, gen.Hash, held.RequestHash)
	require.False(t, held.Done())
	require.NoError(t, g.Settle(ctx, gen))
	held, err = g.Claim(ctx, row)
	require.NoError(t, err)
	require.True(t, held.Done())

	row.CreatedAt = 200
	held, err = g.Claim(ctx, row)
	require.NoError(t, err)
	require.Nil(t, held, "an expired name is free")
}

// A replica whose clock is ahead drops names too early: whoever lost one to another request buys
// nothing under it.
func TestGatewayNameBuysOnceAlsoWhenItIsPurgedTooEarly(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		g, ctx := open(t, url).Gateway(), context.Background()
		require.NoError(t, g.CreateKey(ctx, gatewayKey("k", nil)))
		funds := protocol.NewAmount(100)
		row := store.Idempotency{KeyID: "k", Name: "n", BodyHash: common.Hash{9}, CreatedAt: 1000, ExpiresAt: 1 << 20}
		named := func(n, body byte) *store.Generation {
			gen := generation(n, 5)
			gen.Idempotency, gen.BodyHash = "n", common.Hash{body}
			return gen
		}
		claim := func() {
			held, err := g.Claim(ctx, row)
			require.NoError(t, err)
			require.Nil(t, held)
		}
		claim()
		require.NoError(t, g.Purge(ctx, 3000))
		require.ErrorIs(t, g.Begin(ctx, named(1, 9), funds, protocol.Amount{}), protocol.ErrConflict, "the name is nobody's")
		claim()
		require.ErrorIs(t, g.Begin(ctx, named(2, 8), funds, protocol.Amount{}), protocol.ErrConflict, "the name is another body's")
		first := named(3, 9)
		require.NoError(t, g.Begin(ctx, first, funds, protocol.Amount{}))
		require.ErrorIs(t, g.Begin(ctx, named(4, 9), funds, protocol.Amount{}), protocol.ErrConflict, "it was bought under")
		held, err := g.Claim(ctx, row)
		require.NoError(t, err)
		require.Equal(t, first.Hash, held.RequestHash)
		spent, err := g.SpentOf(ctx, common.Hash{1})
		require.NoError(t, err)
		require.Equal(t, "5", spent.Held.String(), "what is refused holds nothing")
		gens, err := g.Open(ctx)
		require.NoError(t, err)
		require.Len(t, gens, 1)
	})
}

func TestGatewayLineAdvancesByCompareAndSwap(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		testGatewayLineAdvancesByCompareAndSwap(t, func() *store.Gateway { return open(t, url).Gateway() })
	})
}

func testGatewayLineAdvancesByCompareAndSwap(t *testing.T, fresh func() *store.Gateway) {
	g, ctx := fresh(), context.Background()
	require.NoError(t, g.CreateKey(ctx, gatewayKey("k", nil)))
	tuple := protocol.Line{Channel: common.Hash{1}, Provider: common.Address{2}}
	line, err := g.EnsureLine(ctx, tuple, 1)
	require.NoError(t, err)
	for i := byte(1); i <= 3; i++ {
		gen := generation(i, 5)
		require.NoError(t, g.Begin(ctx, gen, protocol.NewAmount(100), protocol.Amount{}))
		gen.Line, gen.ReceiptHash, gen.Fee, gen.EndedAt = line.ID, common.Hash{0, i}, protocol.NewAmount(uint64(i)), int64(i)
		require.NoError(t, g.Settle(ctx, gen))
	}
	lines, err := g.LinesToPay(ctx)
	require.NoError(t, err)
	require.Equal(t, []protocol.Line{tuple}, lines)
	leaves, err := g.Unpaid(ctx, line.ID, 2)
	require.NoError(t, err)
	require.Len(t, leaves, 2)

	empty := *line
	line.Count, line.Signature = 2, []byte{1}
	require.NoError(t, g.Advance(ctx, line, &empty, leaves))
	require.ErrorIs(t, g.Advance(ctx, line, &empty, leaves), protocol.ErrConflict)
	added, err := g.Added(ctx, line.ID, 0, 2)
	require.NoError(t, err)
	require.Equal(t, []common.Hash{{0, 1}, {0, 2}}, added)
	require.NoError(t, g.Held(ctx, line.ID, 2, 9))
	leaves, err = g.Unpaid(ctx, line.ID, 9)
	require.NoError(t, err)
	require.Len(t, leaves, 1)
	require.Equal(t, "3", leaves[0].Fee.String())

	// Another line is held, behind the first receipt: one that is not stored, then the third.
	adopted := *line
	adopted.Count, adopted.HeldCount, adopted.Signature, adopted.Tree, adopted.Refusal = 3, 3, []byte{2}, "{}", ""
	require.NoError(t, g.Refused(ctx, line.ID, "it does not follow", 9))
	held := []common.Hash{{0, 9}, {0, 3}}
	shorter := *line
	shorter.Count = 1
	require.ErrorIs(t, g.Adopt(ctx, &adopted, &shorter, 1, held), protocol.ErrConflict)
	require.NoError(t, g.Adopt(ctx, &adopted, line, 1, held))
	row, err := g.VoucherLine(ctx, line.ID)
	require.NoError(t, err)
	require.Equal(t, adopted.Count, row.Count)
	require.Equal(t, adopted.HeldCount, row.HeldCount)
	require.Equal(t, adopted.Signature, row.Signature)
	require.Empty(t, row.Refusal)
	added, err = g.Added(ctx, line.ID, 0, 3)
	require.NoError(t, err)
	require.Equal(t, []common.Hash{{0, 1}, {0, 3}}, added)
	leaves, err = g.Unpaid(ctx, line.ID, 9)
	require.NoError(t, err)
	require.Len(t, leaves, 1)
	require.Equal(t, common.Hash{0, 2}, leaves[0].ReceiptHash)
}

// A line that another process adopted is not the one that was read, however long both are: what
// was signed over that one would stand for leaves that its provider never takes.
func TestGatewayAdoptedLineIsNotAdvancedFromTheOneBefore(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		g, ctx := open(t, url).Gateway(), context.Background()
		empty, err := g.EnsureLine(ctx, protocol.Line{Channel: common.Hash{1}}, 1)
		require.NoError(t, err)
		as := func(name byte, count int64) *store.VoucherLine {
			next := *empty
			next.Count, next.Signature, next.Tree = count, []byte{name}, string(rune(name))
			return &next
		}
		own, fromOwn, held, fromHeld := as('o', 1), as('p', 2), as('h', 1), as('i', 2)
		require.NoError(t, g.Advance(ctx, own, empty, nil))
		require.NoError(t, g.Adopt(ctx, held, own, 0, []common.Hash{{2}}))
		require.ErrorIs(t, g.Advance(ctx, fromOwn, own, nil), protocol.ErrConflict)
		require.ErrorIs(t, g.Adopt(ctx, fromOwn, own, 0, nil), protocol.ErrConflict)
		row, err := g.VoucherLine(ctx, empty.ID)
		require.NoError(t, err)
		require.Equal(t, held.Tree, row.Tree)
		require.NoError(t, g.Advance(ctx, fromHeld, held, nil))
	})
}
