package auditor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// Two points of one redeem meet one wrong receipt: the proof slashes for the first, the
// auditor has the second slashed as well, once, also when it is killed around that transaction.
func TestEachDrawOfAWrongReceiptIsOneSlash(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	api := w.api(t)
	q, err := proving()
	require.NoError(t, err)
	// Dearer than any honest provider answers: two stretches.
	liar := w.bought(t, func(a *answer) {
		a.b.Request.PriceOut, a.b.Request.MaxFee = protocol.NewAmount(125_000_000_000_000), tokens(500)
		a.cheat(step.Block{T: 6, L: 2}, step.Gated, 0, 17)
	})
	audit := w.redeem(t, liar)
	data, before := t.TempDir(), w.nonce(t, auditing)
	begin := func() *auditor.Auditor { return w.seated(t, auditing, data, api, queued{q}, liar) }
	kills := killer{some: []string{"before punish", "sent punish"}}
	kills.drawn(t, begin, audit, func(d auditor.Draw) bool {
		c, err := w.reader.FaultOf(t.Context(), liar.receipt)
		return err == nil && c != contracts.FaultNone && answeredFor(d)
	})
	stake, err := w.reader.Stake(t.Context(), devchain.Address(owner))
	require.NoError(t, err)
	require.Equal(t, tokens(85_000), stake, "the proof's own slash")
	w.pass(t, 13*time.Hour) // attestations are over
	require.Empty(t, kills.points)
	kills.drawn(t, begin, audit, isOver)
	require.Len(t, kills.points, len(kills.some), "points that were never reached")
	var punished []uint32
	for i := range uint32(2) {
		p, err := w.reader.Point(t.Context(), audit, i)
		require.NoError(t, err)
		require.Equal(t, liar.receipt, p.Receipt)
		if p.Punished {
			punished = append(punished, i)
		}
	}
	require.Len(t, punished, 1)
	drawn, err := w.reader.DrawnOf(t.Context(), liar.receipt)
	require.NoError(t, err)
	require.NotEqual(t, contracts.PointID(audit, punished[0]), drawn.Point, "the first point is the proof's")
	stake, err = w.reader.Stake(t.Context(), devchain.Address(owner))
	require.NoError(t, err)
	require.Equal(t, tokens(72_250), stake, "another 15 % of what was left")
	require.EqualValues(t, 8, w.nonce(t, auditing)-before, "register, draw, prove, and for each point attest and settle, one punish")
}

// The provider of a drawn receipt signed any time for it: where it is in its line is read off its opening, so that what is behind it is
// shown to be paid.
func TestADrawnReceiptStandsWhereItWasOpened(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	drawn := w.bought(t, func(a *answer) {
		r := a.b.Receipt
		r.CompletedAt = a.b.Request.Deadline - 1
		a.signReceipt(r)
	})
	wrong := w.dearer(t, w.channel)
	w.answers[wrong.receipt] = wrong
	x := w.seated(t, auditing, t.TempDir(), w.api(t), noProver{}, nil)
	running(t, x)
	d, err := x.WaitDraw(t.Context(), w.redeem(t, drawn), answeredFor)
	require.NoError(t, err)
	require.True(t, d.Points[0].Said.Right)
	w.redeem(t, wrong)
	_, err = x.AddPaid(t.Context(), wrong.b, w.line.Relayer, wrong.b.Receipt.CompletedAt)
	require.NoError(t, err)
	c, err := x.Wait(t.Context(), wrong.receipt, decided)
	require.NoError(t, err)
	require.NotNil(t, c.Verdict, c.Note)
	require.Equal(t, wrong.b.Receipt.Fee, c.Verdict.Refunded)
}
