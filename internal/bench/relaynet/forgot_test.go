package relaynet

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testredis"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/relayer"
)

// A payer that forgot what it signed learns it from the refusal of what it signs next: the
// voucher that its provider holds, and the receipts under it.
func TestRefusedVoucherShowsWhatIsHeld(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	w.node("bob", &Echo{}, nil)
	var results []*Result
	for i := range uint32(3) {
		results = append(results, w.ask([]uint32{i}, 5))
	}
	known, err := w.payer.Voucher(results...)
	require.NoError(t, err)
	paid, err := w.relay.Client.Pay(w.ctx, known)
	require.NoError(t, err)
	require.Empty(t, paid.Error)
	require.Nil(t, paid.Held, "nobody asked")

	forgetful := NewPayer(w.chain, "alice", protocol.NewAmount(1_000_000))
	again, err := forgetful.Voucher(w.ask([]uint32{9}, 5))
	require.NoError(t, err)
	paid, err = w.relay.Client.Pay(w.ctx, again)
	require.NoError(t, err)
	require.NotEmpty(t, paid.Error)
	require.EqualValues(t, 3, paid.Count)
	require.NotNil(t, paid.Held)
	require.Equal(t, known.Voucher, paid.Held.Voucher)
	require.Equal(t, known.Signature, paid.Held.Signature)
	tree := paid.Held.Base
	for i, leaf := range paid.Held.Leaves {
		require.Equal(t, known.Added[i], leaf.Receipt)
		require.Equal(t, results[i].Done.Receipt.Fee, leaf.Fee)
		tree, err = tree.Append(leaf.Receipt, leaf.Fee)
		require.NoError(t, err)
	}
	require.Equal(t, known.Voucher.ReceiptsRoot, tree.Root())
}
