package provider

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

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
