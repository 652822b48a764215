package auditor_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// killedAt runs an auditor that is killed once at each of some points, until done.
func killedAt(t *testing.T, audit common.Hash, points []string, begin func() *auditor.Auditor, done func(auditor.Draw) bool) {
	t.Helper()
	for left := slices.Clone(points); ; {
		a := begin()
		died := atomic.Bool{}
		a.SetPoint(func(at string, _ *auditor.Case) error {
			i := slices.Index(left, at)
			if i < 0 || died.Load() {
				return nil
			}
			left = slices.Delete(left, i, i+1)
			died.Store(true)
			return errKilled
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- a.Run(ctx)
			stop()
		}()
		_, err := a.WaitDraw(ctx, audit, done)
		stop()
		if ran := <-ended; died.Load() {
			require.ErrorIs(t, ran, errKilled)
			continue
		} else {
			require.NoError(t, ran)
		}
		require.NoError(t, err)
		require.Empty(t, left, "points that were never reached")
		return
	}
}

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
	killedAt(t, audit, nil, begin, func(d auditor.Draw) bool {
		c, err := w.reader.FaultOf(t.Context(), liar.receipt)
		return err == nil && c != contracts.FaultNone && answeredFor(d)
	})
	stake, err := w.reader.Stake(t.Context(), devchain.Address(owner))
	require.NoError(t, err)
	require.Equal(t, tokens(85_000), stake, "the proof's own slash")
	w.pass(t, 13*time.Hour) // attestations are over
	killedAt(t, audit, []string{"before punish", "sent punish"}, begin, func(d auditor.Draw) bool { return d.State == auditor.DrawOver })
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
