package auditor_test

import (
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// A provider that lets its auditor wait, whatever it is asked for, holds up no other case.
func TestASlowProviderHoldsUpNoOtherCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	for _, want := range []wire.Want{wire.WantBoundaries, wire.WantOpening, wire.WantDigests, wire.WantChunk} {
		t.Run(string(want), func(t *testing.T) {
			slow := w.answered(t, params(700), prompt, 5, nil)
			slow.cheat(step.Block{T: 3, L: 1}, step.Gated, 0, 3)
			honest := w.answered(t, params(700), prompt, 4, nil)
			asked, released := make(chan struct{}), make(chan struct{})
			release := sync.OnceFunc(func() { close(released) })
			slow.serve = func(q wire.Evidence, x *wire.Exhibit) {
				if q.Want == want {
					select {
					case asked <- struct{}{}:
					case <-released:
					}
					<-released
					*x = wire.Exhibit{Error: "no"}
				}
			}
			a := w.auditor(t, t.TempDir(), noProver{}, slow, func(c *auditor.Config, _ *auditor.Deps) { c.EvidenceTimeout, c.RetryEvery = time.Minute, time.Hour })
			t.Cleanup(release) // before its relay is closed, which waits for it
			running(t, a)
			_, err := a.Add(t.Context(), slow.b)
			require.NoError(t, err)
			<-asked
			_, err = a.Add(t.Context(), honest.b)
			require.NoError(t, err)
			c, err := a.WaitOver(t.Context(), honest.receipt)
			require.NoError(t, err)
			require.Equal(t, auditor.Right, c.State)
			late, err := a.Cases().Get(slow.receipt)
			require.NoError(t, err)
			require.Zero(t, late.Unserved, "the provider is still waited for")
			release()
		})
	}
}

// However many cases wait for their providers on chain, no more of them hold a session of the model than there are workers,
// and waiting replays nothing.
func TestCasesThatWaitHoldNoSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.fund(t, auditing)
	metrics := prometheus.NewRegistry()
	a := w.auditor(t, t.TempDir(), noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) { c.Patience, d.Metrics = 1, metrics })
	running(t, a)
	var silent []common.Hash
	for range 6 {
		one := w.answered(t, params(700), prompt, 5, nil)
		one.cheat(step.Block{T: 3, L: 1}, step.Gated, 0, 3)
		_, err := a.Add(t.Context(), one.b)
		require.NoError(t, err)
		silent = append(silent, one.receipt)
	}
	for _, receipt := range silent {
		c, err := a.Wait(t.Context(), receipt, func(c auditor.Case) bool { return len(c.Asked) > 0 && c.Asked[0].Times > 0 || c.State.Over() })
		require.NoError(t, err)
		require.Equal(t, auditor.Asking, c.State, c.Note)
		require.LessOrEqual(t, a.Held(), 1)
	}
	head, err := w.reader.Head(t.Context())
	require.NoError(t, err)
	for now := head; now < head+5; now, err = w.reader.Head(t.Context()) { // looks by the hundred
		require.NoError(t, err)
		require.LessOrEqual(t, a.Held(), 1)
	}
	require.LessOrEqual(t, replays(t, metrics), uint64(4*len(silent)))
}

// replays says how often answers were run through the model.
func replays(t *testing.T, r *prometheus.Registry) uint64 {
	t.Helper()
	families, err := r.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() == "dgrid_auditor_replay_seconds" {
			return f.GetMetric()[0].GetHistogram().GetSampleCount()
		}
	}
	t.Fatal("no such metric")
	return 0
}
