package auditor_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// newPassingWorld is newWorld with a clock that can be moved on.
func newPassingWorld(t *testing.T) *drawWorld {
	t.Helper()
	skew, clock := &atomic.Int64{}, devchain.Clock(second)
	now := func() time.Time { return clock().Add(time.Duration(skew.Load())) }
	return &drawWorld{world: newWorldOf(t, odd(t), devchain.Config{FinalityDepth: 1, Now: now}, func(*deploy.Parameters) {}), skew: skew}
}

// failing is a prover that makes no proof, and counts.
type failing struct{ asked atomic.Int64 }

func (f *failing) Prove(context.Context, auditor.Task) (auditor.Proof, error) {
	f.asked.Add(1)
	return auditor.Proof{}, errors.New("no memory")
}

// A case whose receipt cannot be disputed any more ends, however far it came: nothing is replayed,
// asked for or proven that no contract takes.
func TestACaseEndsWithItsWindow(t *testing.T) {
	t.Parallel()
	w := newPassingWorld(t)
	late := []auditor.State{auditor.Found, auditor.Replayed, auditor.Asking, auditor.Opened}
	answers, auditors, proofs := map[auditor.State]*answer{}, map[auditor.State]*auditor.Auditor{}, map[auditor.State]*failing{}
	for _, state := range late {
		a, p := w.answered(t, params(700), prompt, 4, nil), &failing{}
		a.cheat(step.Block{T: 3, L: 2}, step.Gated, 0, 4)
		if state != auditor.Opened {
			a.serve = mute
		}
		answers[state], proofs[state] = a, p
		auditors[state] = w.auditor(t, t.TempDir(), p, a, func(c *auditor.Config, _ *auditor.Deps) {
			c.RetryEvery, c.Patience = 20*time.Millisecond, 1_000_000
			if state == auditor.Asking {
				c.Patience = 1 // and no bonds
			}
		})
		if state == auditor.Found {
			continue
		}
		running(t, auditors[state])
		_, err := auditors[state].Add(t.Context(), a.b)
		require.NoError(t, err)
		_, err = auditors[state].Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.State == state && (c.Failures > 0 || short(c)) })
		require.NoError(t, err)
	}
	w.pass(t, 100*time.Hour)
	running(t, auditors[auditor.Found])
	_, err := auditors[auditor.Found].Add(t.Context(), answers[auditor.Found].b)
	require.NoError(t, err)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for _, state := range late {
		c, err := auditors[state].WaitOver(ctx, answers[state].receipt)
		require.NoError(t, err, "%s", state)
		require.Equal(t, auditor.Lost, c.State, "%s: %s", state, c.Note)
		require.Equal(t, state == auditor.Found, c.Replay == nil, "%s", state)
		require.Nil(t, c.Verdict)
		require.Equal(t, state == auditor.Opened, proofs[state].asked.Load() > 0, "%s", state)
	}
	require.Zero(t, w.nonce(t, auditing))
}

// A payment makes the window longer: what was redeemed late is replayed and opened late.
func TestAPaymentKeepsACaseInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	paid := w.answered(t, params(700), prompt, 4, nil)
	paid.b.Request.Deadline -= 100 * 3600
	paid.on(w.channel(t)).cheat(step.Block{T: 3, L: 2}, step.Gated, 0, 4)
	w.redeem(t, paid.b.Request.Payment, paid.leaf())
	a := w.auditor(t, t.TempDir(), &failing{}, paid, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery = 20 * time.Millisecond })
	running(t, a)
	_, err := a.AddPaid(t.Context(), paid.b, relayerOf, 0)
	require.NoError(t, err)
	c, err := a.Wait(t.Context(), paid.receipt, func(c auditor.Case) bool { return c.State.Over() || c.State == auditor.Opened && c.Failures > 0 })
	require.NoError(t, err)
	require.Equal(t, auditor.Opened, c.State, c.Note)
	now, err := w.reader.Now(t.Context())
	require.NoError(t, err)
	require.Greater(t, c.Deadline, now)
}

// What a requester keeps to itself nobody else may ask about on chain: its provider is asked off
// chain for as long as it takes.
func TestWhoMayNotAskOnChainGoesOnOffChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.fund(t, auditing)
	before := w.nonce(t, auditing)
	private := w.answered(t, params(700), prompt, 4, nil)
	private.b.Request.Audience = protocol.AudienceRequester
	private.cheat(step.Block{T: 3, L: 2}, step.Gated, 0, 4)
	var serves atomic.Bool
	private.serve = func(q wire.Evidence, x *wire.Exhibit) {
		if !serves.Load() {
			mute(q, x)
		}
	}
	a := w.auditor(t, t.TempDir(), noProver{}, private, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery, c.Patience = 20*time.Millisecond, 2 })
	running(t, a)
	_, err := a.Add(t.Context(), private.b)
	require.NoError(t, err)
	_, err = a.Wait(t.Context(), private.receipt, func(c auditor.Case) bool { return c.Failures > 3 })
	require.NoError(t, err)
	serves.Store(true)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	c, err := a.Wait(ctx, private.receipt, func(c auditor.Case) bool { return c.Fault != nil })
	require.NoError(t, err)
	require.Equal(t, step.Step{Block: step.Block{T: 3, L: 2}, Vector: step.Gated, Col: 4}, c.Fault.Step)
	require.Empty(t, c.Asked)
	require.Equal(t, before, w.nonce(t, auditing))
}
