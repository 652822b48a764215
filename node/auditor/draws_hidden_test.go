package auditor_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
)

// hidden redeems one answer of 850 tokens, all of a stretch, that is for auditors and that no API
// shows, behind one of next to nothing that nobody knows of. Half of the auditors' share of it is 12.75 tokens, more than four bonds of 3.
func (w *drawWorld) hidden(t *testing.T, cheat func(a *answer)) (a *answer, audit common.Hash, api string) {
	t.Helper()
	w.enlarge(t)
	a = w.dear(t, cheat)
	require.Equal(t, tokens(850), a.b.Receipt.Fee)
	return a, w.redeem(t, w.answered(t, params(0), prompt, 1, nil), a), feed(t)
}

// enlarge adds to the provider's stake until one stretch of it is 850 tokens.
func (w *drawWorld) enlarge(t *testing.T) {
	t.Helper()
	at, me, more, stake := w.reader.Addresses(), devchain.Address(owner), common.Hash{1}, tokens(240_000)
	w.send(t, owner, at.Mint(me, stake, more), at.Approve(at.Vault, stake, more), at.Deposit(me, stake, more), at.Stake(stake, more))
}

// dear makes an answer of 850 tokens, for auditors only.
func (w *drawWorld) dear(t *testing.T, cheat func(a *answer)) *answer {
	t.Helper()
	return w.bought(t, func(a *answer) {
		a.b.Request.PriceOut, a.b.Request.MaxFee = protocol.NewAmount(212_500_000_000_000), tokens(850)
		if cheat != nil {
			cheat(a)
		}
		a.sign()
	})
}

func isOpened(d auditor.Draw) bool { return len(d.Points) > 0 && d.Points[0].State == "opened" }

// drawnFor waits until an auditor was drawn for the one point of an audit, and no longer.
func drawnFor(t *testing.T, a *auditor.Auditor, audit common.Hash) auditor.DrawPoint {
	t.Helper()
	d, err := a.WaitDraw(t.Context(), audit, isOpened)
	require.NoError(t, err)
	require.Len(t, d.Points, 1)
	require.True(t, d.Points[0].Mine)
	require.False(t, d.Points[0].Answered)
	return d.Points[0]
}

// Drawn for a right receipt that no API shows, auditors read it off its opening, ask for
// the rest on chain, replay it and are paid. Nothing is asked before APIs had their time, and one
// answer serves both.
func TestAReceiptThatNobodyShowsIsReadOffTheChain(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	a, audit, api := w.hidden(t, nil)
	a.answering(t, nil)
	made := map[int]*auditor.Auditor{}
	for _, who := range []int{auditing, other} {
		made[who] = w.seated(t, who, t.TempDir(), api, noProver{}, nil)
		running(t, made[who])
	}
	for _, x := range made {
		p := drawnFor(t, x, audit)
		_, err := x.Cases().Get(p.Receipt)
		require.ErrorIs(t, err, protocol.ErrNotFound, "nothing is asked while an API may still show it")
	}
	w.pass(t, time.Hour)
	for _, x := range made {
		c, err := x.WaitOver(t.Context(), a.receipt)
		require.NoError(t, err)
		require.Equal(t, auditor.Right, c.State, c.Note)
		require.Empty(t, c.Note, "its trace root is the replay's under the salt that was shown")
		require.Len(t, c.Asked, 4, "the trace, the parameters, the prompt, the output")
		d, err := x.WaitDraw(t.Context(), audit, answeredFor)
		require.NoError(t, err)
		require.Equal(t, &auditor.Said{Right: true, Root: a.b.Receipt.TraceRoot}, d.Points[0].Said)
		e, err := x.Cases().Export(a.receipt)
		require.NoError(t, err)
		require.Zero(t, e.Bundle.Secret)
		checked, err := auditor.Check(t.Context(), e, auditor.Model{Version: w.version, File: w.model}, nil)
		require.NoError(t, err)
		require.True(t, checked.Right)
		e.Salts.Output[0][0] ^= 1
		_, err = auditor.Check(t.Context(), e, auditor.Model{Version: w.version, File: w.model}, nil)
		require.ErrorIs(t, err, protocol.ErrInvalid, "other salts are not those of the receipt")
	}
	w.pass(t, 50*time.Hour)
	w.mature(t)
	for who, x := range made {
		_, err := x.WaitDraw(t.Context(), audit, func(d auditor.Draw) bool {
			owed, err := w.reader.OwedTo(t.Context(), devchain.Address(who))
			return isOver(d) && err == nil && owed.IsZero()
		})
		require.NoError(t, err)
		require.Equal(t, tokens(200), w.seat(t, who))
	}
	// 1600 tokens were free, the pay is 12.75 for each, and four bonds are out, whoever put them up.
	require.Equal(t, protocol.NewAmount(1_613_500_000), total(t, w.free(t, auditing), w.free(t, other)))
}

// A provider that neither shows nor answers what was drawn is convicted of it, clock after
// clock. The auditor says in time that it saw nothing right, and is paid, not absent.
func TestSilenceAboutADrawnReceiptIsNobodysAbsence(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	a, audit, api := w.hidden(t, nil)
	x := w.seated(t, auditing, t.TempDir(), api, noProver{}, nil)
	running(t, x)
	drawnFor(t, x, audit)
	asked := func(times int) {
		t.Helper()
		_, err := x.Wait(t.Context(), a.receipt, func(c auditor.Case) bool {
			if len(c.Asked) != 1 || c.Asked[0].Times < times {
				return false
			}
			q, err := w.reader.Question(t.Context(), c.Asked[0].Question)
			return err == nil && q.State == contracts.QuestionOpen
		})
		require.NoError(t, err)
	}
	w.pass(t, time.Hour)
	asked(1)
	w.pass(t, 10*time.Hour) // the clock ran out, and the time to answer nearly
	d, err := x.WaitDraw(t.Context(), audit, answeredFor)
	require.NoError(t, err)
	require.Equal(t, &auditor.Said{}, d.Points[0].Said, "wrong, without a root of its own")
	for times := 2; times <= 3; times++ {
		asked(times)
		w.pass(t, 6*time.Hour)
	}
	c, err := x.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.Verdict != nil })
	require.NoError(t, err)
	require.Equal(t, contracts.FaultWithheld, c.Verdict.Kind)
	require.Equal(t, devchain.Address(owner), c.Verdict.Provider)
	w.pass(t, 12*time.Hour) // a point is looked at again by then
	_, err = x.WaitDraw(t.Context(), audit, isOver)
	require.NoError(t, err)
	owed, err := w.reader.OwedTo(t.Context(), devchain.Address(auditing))
	require.NoError(t, err)
	require.Equal(t, protocol.NewAmount(12_750_000), owed)
	require.Equal(t, tokens(200), w.seat(t, auditing))
	require.GreaterOrEqual(t, w.free(t, auditing).Cmp(tokens(800)), 0, "bonds came back")
}

// A wrong receipt that nobody shows is proven wrong from what its provider has to say on
// chain, its tokens under salts that were shown one by one.
func TestAWrongReceiptThatNobodyShowsIsProven(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	q, err := proving()
	require.NoError(t, err)
	liar, audit, api := w.hidden(t, func(a *answer) { a.b.Output[3] ^= 4 })
	liar.answering(t, queued{q})
	x := w.seated(t, auditing, t.TempDir(), api, queued{q}, nil)
	running(t, x)
	drawnFor(t, x, audit)
	w.pass(t, time.Hour)
	c, err := x.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return c.Verdict != nil || c.State.Over() })
	require.NoError(t, err)
	require.NotNil(t, c.Verdict, "%s %s", c.State, c.Note)
	require.Equal(t, contracts.FaultPick, c.Verdict.Kind)
	require.Equal(t, liar.b.Receipt.Fee, c.Verdict.Refunded, "the opening shows that it was paid")
	d, err := x.WaitDraw(t.Context(), audit, answeredFor)
	require.NoError(t, err)
	require.False(t, d.Points[0].Said.Right)
	w.pass(t, 13*time.Hour)
	_, err = x.WaitDraw(t.Context(), audit, isOver)
	require.NoError(t, err)
	owed, err := w.reader.OwedTo(t.Context(), devchain.Address(auditing))
	require.NoError(t, err)
	require.Equal(t, protocol.NewAmount(12_750_000), owed)
}

// Where the bonds are more than the point pays nothing is asked, or a provider that trades
// with itself would live on them.
func TestNothingIsAskedThatCostsMoreThanItPays(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	a := w.bought(t, nil) // pays 3.75 tokens, and four bonds are 12
	audit := w.redeem(t, a)
	x := w.seated(t, auditing, t.TempDir(), feed(t), noProver{}, nil)
	running(t, x)
	drawnFor(t, x, audit)
	w.pass(t, time.Hour)
	_, err := x.WaitDraw(t.Context(), audit, func(d auditor.Draw) bool { return strings.Contains(d.Trouble, "at risk") })
	require.NoError(t, err)
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	_, err = x.Wait(ctx, a.receipt, func(auditor.Case) bool { return true })
	require.ErrorIs(t, err, context.DeadlineExceeded, "a case was made")
}

// An auditor killed while it asks on chain asks each question once, and finds what was
// answered again.
func TestKilledWhileItAsksItAsksOnce(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	a, audit, api := w.hidden(t, nil)
	a.answering(t, nil)
	data, before := t.TempDir(), w.nonce(t, auditing)
	begin := func() *auditor.Auditor { return w.seated(t, auditing, data, api, noProver{}, nil) }
	kills := killer{some: []string{"before hidden", "after hidden", "before found", "after found", "before right"}}
	kills.drawn(t, begin, audit, isOpened)
	require.Empty(t, kills.points)
	w.pass(t, time.Hour)
	kills.drawn(t, begin, audit, answeredFor)
	require.Len(t, kills.points, len(kills.some), "points that were never reached")
	require.EqualValues(t, 7, w.nonce(t, auditing)-before, "register, draw, four questions, attest")
	d, err := begin().Draws().Get(audit)
	require.NoError(t, err)
	require.Equal(t, &auditor.Said{Right: true, Root: a.b.Receipt.TraceRoot}, d.Points[0].Said)
}

// A wrong bill shows in what is signed: it is claimed without a bond, however little the point pays.
func TestAWrongBillThatNobodyShowsIsClaimed(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	a := w.bought(t, overBilled)
	audit := w.redeem(t, a)
	x := w.seated(t, auditing, t.TempDir(), feed(t), noProver{}, nil)
	running(t, x)
	drawnFor(t, x, audit)
	w.pass(t, time.Hour)
	c, err := x.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.Verdict != nil })
	require.NoError(t, err)
	require.Equal(t, contracts.FaultOverBilling, c.Verdict.Kind)
	require.Empty(t, c.Asked)
	d, err := x.WaitDraw(t.Context(), audit, answeredFor)
	require.NoError(t, err)
	require.False(t, d.Points[0].Said.Right)
}

// A receipt that is proven wrong by somebody else while its tokens are asked for is nothing to
// ask about any more: the case ends, and the answer is known.
func TestAHiddenReceiptThatOthersProveIsAnswered(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	q, err := proving()
	require.NoError(t, err)
	liar, audit, api := w.hidden(t, func(a *answer) { a.b.Output[3] ^= 4 })
	x := w.seated(t, auditing, t.TempDir(), api, noProver{}, nil)
	running(t, x)
	drawnFor(t, x, audit)
	w.pass(t, time.Hour)
	_, err = x.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return len(c.Asked) == 1 && c.Asked[0].Times == 1 })
	require.NoError(t, err)
	knows := w.auditor(t, t.TempDir(), queued{q}, liar, func(c *auditor.Config, d *auditor.Deps) { d.Sender = w.lane(relaying) })
	running(t, knows)
	_, err = knows.Add(t.Context(), liar.b)
	require.NoError(t, err)
	c, err := x.WaitOver(t.Context(), liar.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Lost, c.State)
	require.Equal(t, contracts.FaultPick, c.Verdict.Kind)
	d, err := x.WaitDraw(t.Context(), audit, answeredFor)
	require.NoError(t, err)
	require.Equal(t, &auditor.Said{}, d.Points[0].Said)
	require.Equal(t, tokens(800), w.free(t, auditing), "the bond of what nobody will answer came back")
}

// overBilled signs for a base unit too much.
func overBilled(a *answer) {
	r := a.b.Receipt
	var err error
	r.Fee, err = r.Fee.Add(protocol.NewAmount(1))
	require.NoError(a.t, err)
	a.signReceipt(r)
}

// Of a receipt that is proven wrong already nobody needs to see anything.
func TestADrawnReceiptThatIsProvenNeedsNoTokens(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	a := w.bought(t, overBilled)
	audit := w.redeem(t, a)
	e := contracts.Evidence{Request: a.b.Request, Receipt: a.b.Receipt, Signature: a.b.Signature}
	w.send(t, relaying, w.reader.Addresses().ClaimBilling(e, devchain.Address(relaying)))
	x := w.seated(t, auditing, t.TempDir(), feed(t), noProver{}, nil)
	running(t, x)
	d, err := x.WaitDraw(t.Context(), audit, answeredFor)
	require.NoError(t, err)
	require.Equal(t, &auditor.Said{}, d.Points[0].Said)
	_, err = x.Cases().Get(a.receipt)
	require.ErrorIs(t, err, protocol.ErrNotFound)
}
