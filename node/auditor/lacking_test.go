package auditor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// withoutModels is an auditor of whose configuration the model was taken.
func withoutModels(c *auditor.Config, _ *auditor.Deps) {
	c.Models, c.RetryEvery, c.Patience = nil, 20*time.Millisecond, 1
}

// A model's file is taken out of the configuration while a case about it asks: the case waits, what it asked ends and gives its bond
// back, and it goes on when the file is there again.
func TestACaseWhoseModelIsGoneWaitsForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 20)
	w.fund(t, auditing)
	silent := w.answered(t, params(700), prompt, 5, nil)
	silent.cheat(step.Block{T: 3, L: 1}, step.Gated, 0, 3)
	silent.serve = mute
	data, before := t.TempDir(), w.free(t, auditing)
	a := w.auditor(t, data, noProver{}, silent, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery, c.Patience = 20*time.Millisecond, 1 })
	stop := running(t, a)
	_, err := a.Add(t.Context(), silent.b)
	require.NoError(t, err)
	c, err := a.Wait(t.Context(), silent.receipt, func(c auditor.Case) bool { return len(c.Asked) > 0 && c.Asked[0].Times > 0 })
	require.NoError(t, err)
	_, err = w.lane(auditing).Wait(t.Context(), c.Asked[0].Intent)
	require.NoError(t, err)
	require.Negative(t, w.free(t, auditing).Cmp(before))
	stop()
	a = w.auditor(t, data, noProver{}, silent, withoutModels)
	stop = running(t, a)
	c, err = a.Wait(t.Context(), silent.receipt, func(c auditor.Case) bool {
		return c.State.Over() || strings.Contains(c.Trouble, "no file of model version") && c.Asked[0].State == "expiring"
	})
	require.NoError(t, err)
	require.Equal(t, auditor.Asking, c.State, c.Note)
	_, err = w.lane(auditing).Wait(t.Context(), c.Asked[0].Intent)
	require.NoError(t, err)
	require.GreaterOrEqual(t, w.free(t, auditing).Cmp(before), 0, "the bond came back")
	stop()
	a = w.auditor(t, data, noProver{}, silent, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery = 20 * time.Millisecond })
	running(t, a)
	c, err = a.Wait(t.Context(), silent.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, contracts.FaultWithheld, c.Verdict.Kind, "%s %s", c.State, c.Note)
	require.Len(t, c.Asked[0].Expired, 3)
}

// A case that sleeps is not woken to what it has no model's file for, and is once the file is there. What needs none goes on.
func TestACaseWhoseModelIsGoneSleepsOn(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	wrong, bill, data := w.bought(t, func(a *answer) { a.b.Output[3] ^= 4; a.sign() }), w.bought(t, overBilled), t.TempDir()
	w.pass(t, 32*time.Hour)
	x := w.auditor(t, data, noProver{}, wrong, nil)
	stop := running(t, x)
	for i, a := range []*answer{wrong, bill} {
		_, err := x.AddPaid(t.Context(), a.b, w.line.Relayer, uint64(i))
		require.NoError(t, err)
		c, err := x.WaitOver(t.Context(), a.receipt)
		require.NoError(t, err)
		require.Equal(t, auditor.Lost, c.State, c.Note)
	}
	stop()
	w.redeem(t, wrong, bill)
	x = w.auditor(t, data, noProver{}, wrong, withoutModels)
	stop = running(t, x)
	_, err := x.Wait(t.Context(), bill.receipt, func(c auditor.Case) bool { return c.Verdict != nil })
	require.NoError(t, err)
	woke, err := x.Wake(t.Context(), wrong.receipt)
	require.NoError(t, err)
	require.False(t, woke)
	c, err := x.Cases().Get(wrong.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Lost, c.State, c.Note)
	stop()
	x = w.auditor(t, data, noProver{}, wrong, nil)
	running(t, x)
	got, err := x.Wait(t.Context(), wrong.receipt, func(c auditor.Case) bool { return c.State != auditor.Lost })
	require.NoError(t, err)
	require.False(t, got.State.Over(), got.Note)
}
