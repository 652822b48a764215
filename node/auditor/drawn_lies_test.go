package auditor_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// How a provider that lied deals with who asks.
const (
	serving   = iota // serves what it signed
	answering        // serves nothing, and answers on chain
	silent           // neither
	manners
)

// lieDrawn makes an answer in which one drawn number of one drawn block is wrong.
func (w *world) lieDrawn(t *testing.T, r *rand.Rand) (*answer, step.Block) {
	t.Helper()
	p := params([]uint32{0, 700}[r.IntN(2)])
	p.Seed[3] = byte(r.Uint32())
	ids := make([]uint32, 2+r.IntN(6))
	for i := range ids {
		ids[i] = 3 + r.Uint32N(28) // 2 is where answers stop
	}
	n, layers := 2+r.IntN(4), w.model.Header().Layers
	at := step.Block{T: r.IntN(len(ids) + n - 1), L: r.IntN(layers + 2)}
	head := at.L == layers+1
	if head {
		at.T = len(ids) - 1 + r.IntN(n)
	}
	if p.TemperatureMilli == 0 && w.stops(t, p, ids, n) {
		p.TemperatureMilli = 700 // another answer is drawn where this one would have ended
	}
	a := w.answered(t, p, ids, n, func(output []uint32) {
		if head { // what a head computes shows in its token alone
			i := at.T + 1 - len(ids)
			output[i] = (output[i]+5)%28 + 3
		}
	})
	l := a.block(at)
	id := step.VectorID(r.IntN(len(l.b.Layout)))
	vec := l.b.Layout[id]
	c := r.IntN(vec.Chunks())
	place := r.IntN(vec.Length(c))
	a.cheat(at, id, c, place)
	t.Logf("position %d, layer %d of %d, %s (%s), chunk %d, number %d; %d tokens of %d", at.T, at.L, layers, vec.Name, vec.Op, c, place, n, len(ids)+n)
	return a, at
}

// stops says whether a greedy answer reaches a stop id.
func (w *world) stops(t *testing.T, p protocol.Params, ids []uint32, n int) bool {
	for _, id := range w.tokens(t, p, ids, n)[len(ids):] {
		if id == 2 {
			return true
		}
	}
	return false
}

// Any number of any block: whoever lies about it is convicted, served, answered on chain or kept
// silent about.
func TestDrawnLiesAreConvicted(t *testing.T) {
	t.Parallel()
	q, err := proving()
	require.NoError(t, err)
	r := seeded(t)
	for i := range size(3, 48) {
		manner := i % manners
		t.Run(fmt.Sprintf("%d %s", i, []string{"served", "answered", "silent"}[manner]), func(t *testing.T) {
			clock := uint64(3600)
			if manner == silent {
				clock = 20
			}
			w := newWorld(t, odd(t), clock)
			w.fund(t, auditing)
			liar, at := w.lieDrawn(t, r)
			if manner != serving {
				liar.serve = func(_ wire.Evidence, x *wire.Exhibit) { *x = wire.Exhibit{Error: "no"} }
			}
			if manner == answering {
				liar.answering(t, queued{q})
			}
			a := w.auditor(t, t.TempDir(), queued{q}, liar, func(c *auditor.Config, _ *auditor.Deps) {
				c.RetryEvery, c.Patience = 20*time.Millisecond, 1
			})
			running(t, a)
			_, err := a.Add(t.Context(), liar.b)
			require.NoError(t, err)
			c, err := a.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return decided(c) || c.Failures > 20 })
			require.NoError(t, err)
			require.Equal(t, auditor.Unpaid, c.State, "%s %s", c.Note, c.Trouble)
			require.Equal(t, []contracts.Fault{*c.Verdict}, w.convictions(t, liar.receipt))
			if manner == silent && c.Verdict.Kind == contracts.FaultWithheld {
				return
			}
			require.NotEqual(t, contracts.FaultWithheld, c.Verdict.Kind)
			require.Equal(t, at, c.Fault.Step.Block, "%+v", c.Fault)
			t.Logf("%s, %d questions", c.Verdict.Kind, len(c.Asked))
		})
	}
}
