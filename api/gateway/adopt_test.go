package gateway_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

// restored is a gateway whose store is that of an earlier moment: three answers were paid, a
// fourth was not yet. By now the provider holds a voucher over five, and the fifth answer is not
// stored any more.
func restored(t *testing.T) (*relaytest.Net, store.VoucherLine) {
	t.Helper()
	n := start(t, relaytest.Options{Paused: true})
	ctx := context.Background()
	answer := func() {
		_, _, err := ask(t, n, nil)
		require.NoError(t, err)
	}
	for range 3 {
		answer()
		require.NoError(t, n.Gateway.Flush(ctx))
	}
	answer()
	return n, forget(t, n)
}

// forget pays one answer, and then stores what was stored before it was made and paid with
// those that waited.
func forget(t *testing.T, n *relaytest.Net) store.VoucherLine {
	t.Helper()
	ctx := context.Background()
	vouchers := n.Vouchers()
	then, err := n.Store.Gateway().VoucherLine(ctx, store.LineID(vouchers[len(vouchers)-1].Line()))
	require.NoError(t, err)
	waiting, err := n.Store.Gateway().Unpaid(ctx, then.ID, 10)
	require.NoError(t, err)
	_, _, err = ask(t, n, nil)
	require.NoError(t, err)
	require.NoError(t, n.Gateway.Flush(ctx))
	require.Len(t, n.Vouchers(), len(vouchers)+1)
	db := n.Store.DB()
	_, err = db.NewRaw("DELETE FROM gateway_generations WHERE line = ? AND leaf = ?", then.ID, then.HeldCount+int64(len(waiting))).Exec(ctx)
	require.NoError(t, err)
	_, err = db.NewRaw("UPDATE gateway_generations SET leaf = -1 WHERE line = ? AND leaf >= ?", then.ID, then.HeldCount).Exec(ctx)
	require.NoError(t, err)
	_, err = db.NewUpdate().Model(then).WherePK().Exec(ctx)
	require.NoError(t, err)
	return *then
}

// A gateway that forgot vouchers which it signed takes them over from the provider that holds
// them, pays what it still knows once, and goes on; whether it signs for less than the provider
// holds at first, or for as much or more.
func TestForgottenVouchersAreTakenOver(t *testing.T) {
	for _, more := range []int{0, 1, 2, 3} {
		n, _ := restored(t)
		ctx := context.Background()
		for range more {
			_, _, err := ask(t, n, nil)
			require.NoError(t, err)
		}
		require.NoError(t, n.Gateway.Flush(ctx))
		vouchers := n.Vouchers()
		newest := vouchers[len(vouchers)-1]
		require.EqualValues(t, 5+more, newest.Count, "every receipt once")
		row, err := n.Store.Gateway().VoucherLine(ctx, store.LineID(newest.Line()))
		require.NoError(t, err)
		require.Equal(t, newest.Total, row.Total)
		require.EqualValues(t, 5+more, row.HeldCount)
		require.Empty(t, row.Refusal)
		lines, err := n.Store.Gateway().LinesToPay(ctx)
		require.NoError(t, err)
		require.Empty(t, lines)
		added, err := n.Store.Gateway().Added(ctx, row.ID, 0, row.Count)
		require.NoError(t, err)
		require.Len(t, added, 4+more, "all that is stored has its place")
		_, _, err = ask(t, n, nil)
		require.NoError(t, err)
		require.NoError(t, n.Gateway.Flush(ctx))
		require.Len(t, n.Vouchers(), len(vouchers)+1)
	}
}

// A gateway takes over what it signed, and nothing else.
func TestOnlyOwnVouchersAreTakenOver(t *testing.T) {
	var domain protocol.Domain
	for name, change := range map[string]func(*wire.Held){
		"another signature": func(h *wire.Held) { h.Signature = append(protocol.Bytes(nil), h.Signature...); h.Signature[5] ^= 1 },
		"no signature":      func(h *wire.Held) { h.Signature = nil },
		"another total":     func(h *wire.Held) { h.Voucher.Total = protocol.NewAmount(1) },
		"another line": func(h *wire.Held) { // that this gateway pays as well
			h.Voucher.Relayer[0] ^= 1
			h.Signature, _ = protocol.SignDigest(relaytest.DelegateKey(), domain.Digest(h.Voucher))
		},
		"a leaf less": func(h *wire.Held) { h.Leaves = h.Leaves[:4] },
		"no leaves":   func(h *wire.Held) { h.Leaves = nil },
		"another fee": func(h *wire.Held) {
			h.Leaves = append([]wire.HeldLeaf{}, h.Leaves...)
			h.Leaves[1].Fee = protocol.NewAmount(7)
		},
		"peaks that are not there": func(h *wire.Held) { h.Base.Count = 3 },
		"peaks that do not count":  func(h *wire.Held) { h.Base.Peaks = []protocol.SumNode{{}} },
		"a base beyond what is known": func(h *wire.Held) {
			h.Base, h.Leaves = below(h, 4), h.Leaves[4:]
		},
	} {
		t.Run(name, func(t *testing.T) {
			n, then := restored(t)
			n.Show, domain = change, n.Domain
			require.Error(t, n.Gateway.Flush(context.Background()))
			row, err := n.Store.Gateway().VoucherLine(context.Background(), then.ID)
			require.NoError(t, err)
			require.NotEqualValues(t, 5, row.Count)
			require.NotEmpty(t, row.Refusal)
		})
	}
}

func below(h *wire.Held, n int) protocol.SumTree {
	tree := h.Base
	for _, leaf := range h.Leaves[:n] {
		tree, _ = tree.Append(leaf.Receipt, leaf.Fee)
	}
	return tree
}

// A line is not taken over again and again: who has two of our lines to show could lead us from
// one to the other for ever.
func TestLineIsTakenOverOnceInAWhile(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	n, then := restored(t)
	n.Gateway.SetNow(func() time.Time { return now })
	ctx := context.Background()
	require.NoError(t, n.Gateway.Flush(ctx))
	forget(t, n)
	_, _, err := ask(t, n, nil)
	require.NoError(t, err)
	require.ErrorIs(t, n.Gateway.Flush(ctx), protocol.ErrConflict)
	now = now.Add(5 * time.Minute)
	require.NoError(t, n.Gateway.Flush(ctx))
	row, err := n.Store.Gateway().VoucherLine(ctx, then.ID)
	require.NoError(t, err)
	require.EqualValues(t, 7, row.HeldCount)
}
