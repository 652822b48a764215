package auditor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
)

// voucher signs for the line's receipts so far, as far as they are paid.
func (w *drawWorld) voucher(t *testing.T, paid protocol.Amount) {
	t.Helper()
	var tree protocol.SumTree
	for _, l := range w.tree {
		var err error
		tree, err = tree.Append(l.Receipt, l.Fee)
		require.NoError(t, err)
	}
	v := protocol.Voucher{Channel: w.channel, Provider: w.line.Provider, ModelVersion: w.version, Relayer: w.line.Relayer, Total: paid, Count: tree.Count, ReceiptsRoot: tree.Root()}
	sig, err := w.reader.Domain().Sign(devchain.Key(requester), v)
	require.NoError(t, err)
	w.send(t, operator, w.reader.Addresses().Redeem(w.line.Provider, []protocol.Voucher{v}, []protocol.Bytes{sig}, nil))
}

// A redeem ends inside a drawn receipt that no API shows: its point is in what was paid, its end
// is not. It is asked about all the same, without a payment that no contract takes; and once the rest
// is paid, by the same root, that is shown.
func TestAHiddenReceiptThatIsPaidInPartIsAskedAbout(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	q, err := proving()
	require.NoError(t, err)
	w.enlarge(t)
	first, liar := w.answered(t, params(0), prompt, 1, nil), w.dear(t, func(a *answer) { a.b.Output[3] ^= 4 })
	liar.answering(t, queued{q})
	whole := total(t, first.b.Receipt.Fee, liar.b.Receipt.Fee)
	part, err := whole.Sub(protocol.NewAmount(100_000))
	require.NoError(t, err)
	w.tree = []protocol.SumLeaf{first.leaf(), liar.leaf()}
	w.voucher(t, part)
	w.pass(t, 10*time.Minute)
	x := w.seated(t, auditing, t.TempDir(), feed(t), queued{q}, nil)
	running(t, x)
	drawnFor(t, x, contracts.AuditID(contracts.LineID(w.line), 0))
	w.pass(t, time.Hour)
	c, err := x.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return c.Verdict != nil || c.Failures > 4 || c.State.Over() })
	require.NoError(t, err)
	require.NotNil(t, c.Verdict, "%s %s %s", c.State, c.Note, c.Trouble)
	require.True(t, c.Verdict.Refunded.IsZero(), "it is not paid to its end")
	w.voucher(t, whole)
	c, err = x.WaitOver(t.Context(), liar.receipt)
	require.NoError(t, err)
	require.NotZero(t, c.Settling, "%s %s", c.State, c.Note)
}
