package auditor_test

import (
	"context"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// far is a node that takes a second for a receipt: who waits less is told nothing.
type far struct{ txmgr.Node }

func (f far) Receipts(ctx context.Context, txs []common.Hash) (txmgr.Receipts, error) {
	if by, bounded := ctx.Deadline(); bounded && time.Until(by) < time.Second {
		<-ctx.Done()
		return txmgr.Receipts{}, ctx.Err()
	}
	return f.Node.Receipts(ctx, txs)
}

// minute ends a test that would wait for ever.
func minute(t *testing.T) context.Context {
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(stop)
	return ctx
}

// silence is the case of a provider that says nothing about a lie.
func (w *world) silence(t *testing.T) *answer {
	w.fund(t, auditing)
	silent := w.answered(t, params(700), prompt, 5, nil)
	silent.cheat(step.Block{T: 3, L: 1}, step.Gated, 0, 3)
	silent.serve = mute
	return silent
}

// However long the auditor's node takes: a silent provider is asked, asked again, and convicted.
func TestASilentProviderIsConvictedOverAFarNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 20)
	w.laneBy(auditing, far{w.client})
	silent := w.silence(t)
	a := w.auditor(t, t.TempDir(), noProver{}, silent, func(c *auditor.Config, _ *auditor.Deps) {
		c.RetryEvery, c.Patience = 20*time.Millisecond, 1
	})
	running(t, a)
	_, err := a.Add(t.Context(), silent.b)
	require.NoError(t, err)
	c, err := a.Wait(minute(t), silent.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, contracts.FaultWithheld, c.Verdict.Kind, "%s %s", c.State, c.Note)
	require.Equal(t, devchain.Address(auditing), c.Verdict.Submitter)
}

func TestAClaimOverAFarNodeIsSettled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.laneBy(auditing, far{w.client})
	first, second := w.answered(t, params(700), prompt, 4, nil), w.answered(t, params(700), prompt, 5, nil)
	r := second.b.Receipt
	r.Seq = first.b.Receipt.Seq
	second.signReceipt(r)
	a := w.auditor(t, t.TempDir(), noProver{}, first, nil)
	running(t, a)
	for _, one := range []*answer{first, second} {
		_, err := a.Add(t.Context(), one.b)
		require.NoError(t, err)
	}
	c, err := a.WaitClaim(minute(t), devchain.Address(owner), settled)
	require.NoError(t, err)
	require.Equal(t, auditor.Settled, c.State, c.Note)
}

// An auditor that never learned that its pay came would not ask for the next.
func TestADrawnAuditorLearnsOfItsPayOverAFarNode(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	w.laneBy(auditing, far{w.client})
	audit, api := w.redeem(t, w.bought(t, nil)), w.api(t)
	x := w.seated(t, auditing, t.TempDir(), api, noProver{}, nil)
	running(t, x)
	running(t, w.seated(t, other, t.TempDir(), api, noProver{}, nil))
	ctx := minute(t)
	_, err := x.WaitDraw(ctx, audit, answeredFor)
	require.NoError(t, err)
	w.pass(t, 50*time.Hour)
	w.mature(t)
	_, err = x.WaitDraw(ctx, audit, func(auditor.Draw) bool {
		pay, err := x.Draws().Get(auditor.PayID)
		return err == nil && pay.Acts[0].Done
	})
	require.NoError(t, err)
}
