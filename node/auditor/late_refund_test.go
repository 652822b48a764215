package auditor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
)

// paidLate makes an auditor without draws that follows redeems.
func (w *drawWorld) paidLate(t *testing.T, data string) *auditor.Auditor {
	return w.auditor(t, data, noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) {
		c.PaymentWait, c.LookEvery = -1, 20*time.Millisecond
		d.Redeems = func(from uint64) auditor.Redeems { return contracts.NewRedeemWatch(w.reader, from) }
	})
}

// A convicted provider redeems the receipt when its request's window is long over, as long as the channel
// pays: the requester has it back, by whoever convicted it or by an auditor that was beaten to it, running or
// started since.
func TestWhatIsRedeemedLateIsRefunded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		beaten, restart bool
		end             auditor.State
	}{
		"convicted": {false, false, auditor.Settled},
		"beaten":    {true, false, auditor.Lost},
		"restarted": {false, true, auditor.Settled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDrawWorld(t)
			wrong, data := w.bought(t, overBilled), t.TempDir()
			if c.beaten {
				e := contracts.Evidence{Request: wrong.b.Request, Receipt: wrong.b.Receipt, Signature: wrong.b.Signature}
				w.send(t, relaying, w.reader.Addresses().ClaimBilling(e, devchain.Address(relaying)))
			}
			x := w.paidLate(t, data)
			stop := running(t, x)
			_, err := x.AddPaid(t.Context(), wrong.b, w.line.Relayer, 0)
			require.NoError(t, err)
			got, err := x.Wait(t.Context(), wrong.receipt, decided)
			require.NoError(t, err)
			require.Equal(t, auditor.Unpaid, got.State, "%s %s", got.Note, got.Trouble)
			w.pass(t, 32*time.Hour)
			got, err = x.WaitOver(t.Context(), wrong.receipt)
			require.NoError(t, err)
			require.Equal(t, c.end, got.State, got.Note)
			require.Contains(t, got.Note, "no payment was seen")
			before := w.free(t, requester)
			if c.restart {
				stop()
			}
			w.redeem(t, wrong)
			if c.restart {
				x = w.paidLate(t, data)
				running(t, x)
			}
			got, err = x.Wait(t.Context(), wrong.receipt, func(c auditor.Case) bool { return c.State.Over() && c.Settling != got.Settling })
			require.NoError(t, err)
			require.Equal(t, c.end, got.State, got.Note)
			require.Positive(t, w.free(t, requester).Cmp(before), "as much of it as a stake that was slashed refunds")
		})
	}
}
