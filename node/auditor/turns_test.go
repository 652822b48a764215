package auditor_test

import (
	"sync"
	"testing"
	"time"

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
