package provider

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// A voucher that was paid in part can be redeemed on: its root is drawn by then, so that no receipt
// under it is forgotten before, also by a restart.
func TestAVoucherPaidInPartIsKeptWhole(t *testing.T) {
	const day = 24 * 3600
	dir := t.TempDir()
	b := testBook(t, dir, 1) // every batch its own segment
	r := []protocol.Receipt{signOne(t, b, 1), signOne(t, b, 2)}
	pay := testPay(r...)
	_, err := b.pay(pay, delegates, 100)
	require.NoError(t, err)
	line := pay.Voucher.Line()
	opens := func() {
		t.Helper()
		_, leaves, err := b.leavesOf(contracts.LineID(line))
		require.NoError(t, err)
		_, _, err = leaves.under(pay.Voucher.ReceiptsRoot)
		require.NoError(t, err)
	}
	late := b.byHash(testDomain.Digest(r[0])).deadline + 2*day
	k := keeping{now: late + 8*day, window: 138 * 3600, unpaid: 7 * day}
	require.NoError(t, b.redeemed(line, protocol.NewAmount(5), late)) // room for the first alone
	require.NoError(t, b.forget(k))
	opens()
	require.NoError(t, b.log.Close())
	b = testBook(t, dir, 1)
	require.NoError(t, b.forget(k))
	require.Equal(t, protocol.NewAmount(5), b.lineViews()[0].Owed)
	opens()
	require.NoError(t, b.redeemed(line, protocol.NewAmount(10), k.now))
	k.now += k.window
	require.NoError(t, b.forget(k))
	opens()
	k.now++
	require.NoError(t, b.forget(k))
	require.Nil(t, b.byHash(testDomain.Digest(r[0])), "then all of it goes")
}

// A receipt whose fee the chain paid a part of is disputable from then on, as one that was paid
// whole: late room under the stake pays so.
func TestReceiptPaidInPartIsKeptForItsWindow(t *testing.T) {
	const day = 24 * 3600
	for name, paid := range map[string]struct {
		total       uint64
		first, next bool
	}{
		"nothing":                  {0, false, false},
		"a part of the first":      {3, true, false},
		"the first":                {5, true, false},
		"and a part of the second": {6, true, true},
		"both":                     {10, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := testBook(t, dir, 0)
			r := []protocol.Receipt{signOne(t, b, 1), signOne(t, b, 2)}
			pay := testPay(r...)
			_, err := b.pay(pay, delegates, 100)
			require.NoError(t, err)
			late := max(b.byHash(testDomain.Digest(r[0])).deadline, b.byHash(testDomain.Digest(r[1])).deadline) + 8*day // no room before
			require.NoError(t, b.redeemed(pay.Voucher.Line(), protocol.NewAmount(paid.total), late))
			k := keeping{now: late + 5*day, window: 138 * 3600, unpaid: 7 * day, dead: map[common.Hash]bool{testChannel: true}}
			check := func() {
				t.Helper()
				require.Equal(t, paid.first, b.kept(b.byHash(testDomain.Digest(r[0])), k))
				require.Equal(t, paid.next, b.kept(b.byHash(testDomain.Digest(r[1])), k))
			}
			check()
			k.now = late + k.window
			check()
			require.NoError(t, b.log.Close())
			b = testBook(t, dir, 0)
			check()
			k.now++ // over for all
			for _, x := range r {
				require.False(t, b.kept(b.byHash(testDomain.Digest(x)), k))
			}
		})
	}
}
