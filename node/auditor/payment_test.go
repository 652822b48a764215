package auditor_test

import (
	"context"
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

// A drawn receipt stands behind one that nobody knows of, so that no root can be made from what is known:
// its opening shows all the same that it is paid, and the requester is refunded by the conviction.
func TestTheOpeningOfADrawnReceiptShowsItsPayment(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	q, err := proving()
	require.NoError(t, err)
	liar, audit, _ := w.hidden(t, func(a *answer) { a.b.Output[3] ^= 4 })
	x := w.seated(t, auditing, t.TempDir(), w.api(t), queued{q}, liar)
	running(t, x)
	drawnFor(t, x, audit)
	c, err := x.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return c.Verdict != nil || c.State.Over() })
	require.NoError(t, err)
	require.NotNil(t, c.Verdict, "%s %s", c.State, c.Note)
	require.Equal(t, liar.b.Receipt.Fee, c.Verdict.Refunded)
}

// The same of a receipt that was a case, and convicted, before it was paid and drawn: the opening has it refunded, also by a
// process that begins after the draw is over.
func TestTheOpeningOfAConvictedReceiptRefundsIt(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	w.enlarge(t)
	wrong, data := w.dear(t, nil), t.TempDir()
	overBilled(wrong)
	w.mu.Lock()
	w.answers[wrong.receipt] = wrong
	w.mu.Unlock()
	paid := make(chan struct{}) // the line is read as if it was empty before
	begin := func() *auditor.Auditor {
		return w.auditor(t, data, noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) {
			w.drawing(auditing, c, d)
			d.Chain = &blind{w.reader, paid}
		})
	}
	x := begin()
	stop := running(t, x)
	_, err := x.AddPaid(t.Context(), wrong.b, w.line.Relayer, 0)
	require.NoError(t, err)
	c, err := x.Wait(t.Context(), wrong.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, c.State, "%s %s", c.Note, c.Trouble)
	audit := w.redeem(t, w.answered(t, params(0), prompt, 1, nil), wrong)
	_, err = x.WaitDraw(t.Context(), audit, isOpened)
	require.NoError(t, err)
	stop()
	close(paid)
	before := w.free(t, requester)
	x = begin()
	running(t, x)
	c, err = x.WaitOver(t.Context(), wrong.receipt)
	require.NoError(t, err)
	require.NotZero(t, c.Settling, "%s %s", c.State, c.Note)
	require.Positive(t, w.free(t, requester).Cmp(before), "as much of it as a stake of 85 % refunds at once")
}

// blind is a chain whose lines are empty until they are seen.
type blind struct {
	*contracts.Reader
	seen chan struct{}
}

func (b *blind) Line(ctx context.Context, line protocol.Line) (contracts.Line, error) {
	select {
	case <-b.seen:
		return b.Reader.Line(ctx, line)
	default:
		return contracts.Line{}, nil
	}
}
