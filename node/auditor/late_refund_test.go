package auditor_test

import (
	"context"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
)

// paidLate makes an auditor without draws that follows redeems.
func (w *drawWorld) paidLate(t *testing.T, data string, prover auditor.Prover, relay *answer) *auditor.Auditor {
	return w.auditor(t, data, prover, relay, func(c *auditor.Config, d *auditor.Deps) {
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
			x := w.paidLate(t, data, noProver{}, nil)
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
				x = w.paidLate(t, data, noProver{}, nil)
				running(t, x)
			}
			got, err = x.Wait(t.Context(), wrong.receipt, func(c auditor.Case) bool { return c.State.Over() && c.Settling != got.Settling })
			require.NoError(t, err)
			require.Equal(t, c.end, got.State, got.Note)
			require.Positive(t, w.free(t, requester).Cmp(before), "as much of it as a stake that was slashed refunds")
		})
	}
}

// A wrong answer is shown when its request's window is over and nothing of it is paid: it can be proven by
// nobody, for now. Its provider redeems it then, which opens the window again: it is proven, with the refund.
func TestWhatIsShownLateAndRedeemedLaterIsProven(t *testing.T) {
	t.Parallel()
	q, err := proving()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		cheat   func(a *answer)
		kind    contracts.FaultKind
		restart bool
	}{
		"a bill":                   {overBilled, contracts.FaultOverBilling, false},
		"a token":                  {func(a *answer) { a.b.Output[3] ^= 4; a.sign() }, contracts.FaultPick, false},
		"a token, after a restart": {func(a *answer) { a.b.Output[3] ^= 4; a.sign() }, contracts.FaultPick, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDrawWorld(t)
			wrong, data := w.bought(t, c.cheat), t.TempDir()
			w.pass(t, 32*time.Hour)
			x := w.paidLate(t, data, queued{q}, wrong)
			stop := running(t, x)
			_, err := x.AddPaid(t.Context(), wrong.b, w.line.Relayer, 0)
			require.NoError(t, err)
			got, err := x.WaitOver(t.Context(), wrong.receipt)
			require.NoError(t, err)
			require.Equal(t, auditor.Lost, got.State, got.Note)
			require.Nil(t, got.Verdict)
			if c.restart {
				stop()
			}
			w.redeem(t, wrong)
			if c.restart {
				x = w.paidLate(t, data, queued{q}, wrong)
				running(t, x)
			}
			got, err = x.Wait(t.Context(), wrong.receipt, func(c auditor.Case) bool { return c.State.Over() && c.Verdict != nil })
			require.NoError(t, err)
			require.Equal(t, auditor.Settled, got.State, got.Note)
			require.Equal(t, c.kind, got.Verdict.Kind)
			require.False(t, got.Verdict.Refunded.IsZero())
			require.Len(t, w.convictions(t, wrong.receipt), 1)
		})
	}
}

// A receipt whose window was over is drawn, behind one that nobody knows of: its opening makes a window, and
// whoever was drawn proves it wrong instead of only saying so.
func TestWhatIsDrawnAfterItsWindowIsProven(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	w.enlarge(t)
	wrong := w.dear(t, nil)
	overBilled(wrong)
	w.mu.Lock()
	w.answers[wrong.receipt] = wrong
	w.mu.Unlock()
	w.pass(t, 32*time.Hour)
	x := w.auditor(t, t.TempDir(), noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) {
		w.drawing(auditing, c, d)
		c.LookEvery = time.Hour // nothing else wakes it
	})
	running(t, x)
	_, err := x.AddPaid(t.Context(), wrong.b, w.line.Relayer, 0)
	require.NoError(t, err)
	got, err := x.WaitOver(t.Context(), wrong.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Lost, got.State, got.Note)
	audit := w.redeem(t, w.answered(t, params(0), prompt, 1, nil), wrong)
	d, err := x.WaitDraw(t.Context(), audit, answeredFor)
	require.NoError(t, err)
	require.False(t, d.Points[0].Said.Right)
	got, err = x.Wait(t.Context(), wrong.receipt, func(c auditor.Case) bool { return c.Verdict != nil })
	require.NoError(t, err)
	require.Equal(t, contracts.FaultOverBilling, got.Verdict.Kind)
	require.False(t, got.Verdict.Refunded.IsZero(), "the opening shows that it is paid")
}

// Of an answer from a file nobody says who sold it: the redeem that pays it does, also one that came before the process began.
func TestAnAnswerFromAFileWakesWhenItIsPaid(t *testing.T) {
	t.Parallel()
	for name, restart := range map[string]bool{"running": false, "restarted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDrawWorld(t)
			wrong, data := w.bought(t, overBilled), t.TempDir()
			w.pass(t, 32*time.Hour)
			x := w.paidLate(t, data, noProver{}, nil)
			stop := running(t, x)
			_, err := x.Add(t.Context(), wrong.b)
			require.NoError(t, err)
			got, err := x.WaitOver(t.Context(), wrong.receipt)
			require.NoError(t, err)
			require.Equal(t, auditor.Lost, got.State, got.Note)
			if restart {
				stop()
			}
			w.redeem(t, wrong)
			if restart {
				x = w.paidLate(t, data, noProver{}, nil)
				running(t, x)
			}
			ctx, end := context.WithTimeout(t.Context(), time.Minute)
			defer end()
			got, err = x.Wait(ctx, wrong.receipt, func(c auditor.Case) bool { return c.Verdict != nil })
			require.NoError(t, err)
			require.False(t, got.Verdict.Refunded.IsZero())
		})
	}
}

// locked is a chain on which a bond of this auditor stays out.
type locked struct {
	*contracts.Reader
	question common.Hash
}

func (l locked) Question(ctx context.Context, id common.Hash) (contracts.Question, error) {
	if id != l.question {
		return l.Reader.Question(ctx, id)
	}
	return contracts.Question{State: contracts.QuestionOpen, Asker: devchain.Address(auditing), Deadline: 1 << 40}, nil
}

// What is over, but has a bond out, goes on all the same once it is paid.
func TestABondThatIsOutKeepsNobodyAsleep(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	wrong, data := w.bought(t, overBilled), t.TempDir()
	w.pass(t, 32*time.Hour)
	x := w.paidLate(t, data, noProver{}, nil)
	stop := running(t, x)
	_, err := x.AddPaid(t.Context(), wrong.b, w.line.Relayer, 0)
	require.NoError(t, err)
	got, err := x.WaitOver(t.Context(), wrong.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Lost, got.State, got.Note)
	stop()
	question := common.Hash{7}
	got.Asked = []auditor.Asked{{Question: question, Times: 1, State: "open", Node: &auditor.Place{}}}
	require.NoError(t, x.Cases().Put(&got))
	x = w.auditor(t, data, noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) {
		c.PaymentWait, c.LookEvery, d.Chain = -1, 20*time.Millisecond, locked{w.reader, question}
		d.Redeems = func(from uint64) auditor.Redeems { return contracts.NewRedeemWatch(w.reader, from) }
	})
	running(t, x)
	w.redeem(t, wrong)
	ctx, end := context.WithTimeout(t.Context(), time.Minute)
	defer end()
	got, err = x.Wait(ctx, wrong.receipt, func(c auditor.Case) bool { return c.Verdict != nil })
	require.NoError(t, err)
	require.False(t, got.Verdict.Refunded.IsZero())
}

// Two answers to one request are found when their window is over: they are claimed once one of them is paid.
func TestTwoAnswersAreClaimedOnceOneIsPaid(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	first := w.bought(t, nil)
	second := &answer{t: t, w: w.world, b: first.b}
	r := first.b.Receipt
	w.seq++
	r.Seq, r.TraceRoot = w.seq, common.Hash{9}
	second.signReceipt(r)
	w.pass(t, 32*time.Hour)
	x := w.paidLate(t, t.TempDir(), noProver{}, first)
	running(t, x)
	_, err := x.AddPaid(t.Context(), first.b, w.line.Relayer, 0)
	require.NoError(t, err)
	_, err = x.Add(t.Context(), second.b)
	require.NoError(t, err)
	c, err := x.WaitClaim(t.Context(), devchain.Address(owner), settled)
	require.NoError(t, err)
	require.Equal(t, auditor.Lost, c.State, c.Note)
	w.redeem(t, first)
	c, err = x.WaitClaim(t.Context(), devchain.Address(owner), func(c auditor.Claimed) bool { return c.State == auditor.Settled })
	require.NoError(t, err)
	require.Equal(t, auditor.ClaimTwoAnswers, c.Claim.Claim)
	require.Equal(t, first.b.Receipt.Fee, c.Verdict.Refunded)
}
