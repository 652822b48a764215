package devchain_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

var errKilled = errors.New("killed")

// at kills at the first arrival at p.
func at(p txmgr.Point) func(txmgr.Point) error {
	return func(q txmgr.Point) error {
		if p == q {
			return errKilled
		}
		return nil
	}
}

// TestTX1_CrashAtEveryPoint kills the manager at each failpoint, opens a new one
// on the same outbox and chain, and counts effects: exactly one each, no nonce
// unused, and one nonce's bytes never change without a replacement.
func TestTX1_CrashAtEveryPoint(t *testing.T) { outboxes(t, crashAtEveryPoint) }

func crashAtEveryPoint(t *testing.T, o txmgr.Outbox) {
	w := newWorldOn(t, 2, o)
	done := uint64(0)
	for _, point := range []txmgr.Point{txmgr.K1, txmgr.K2, txmgr.K3, txmgr.K4, txmgr.K6, txmgr.K7, txmgr.K8, txmgr.K9} {
		for i := range 20 {
			call := w.call(counter)
			killed := w.die(point, call)
			require.True(t, killed, "the test never reached %s", point)
			if i%2 == 0 {
				w.commit() // what was sent and not noted is mined before anyone looks again
			}

			m := w.manager(nil)
			id, err := m.Submit(t.Context(), call) // the caller comes back with the same wish
			require.NoError(t, err)
			in := w.settle(m, id)
			require.Equal(t, protocol.IntentConfirmed, in.State, "%s: %s", point, in.Reason)
			done++
			require.Equal(t, done, w.count(), "%s", point)
			require.Equal(t, done, w.nonce(), "%s", point)
			if point != txmgr.K9 {
				require.Len(t, in.Attempts, 1, "%s: sent again are the same bytes", point)
			}
		}
	}
}

// die submits and converges until the failpoint kills the manager.
func (w *world) die(point txmgr.Point, call protocol.Call) bool {
	m := w.manager(at(point))
	if _, err := m.Submit(w.t.Context(), call); errors.Is(err, errKilled) {
		return true
	}
	for range 12 {
		if err := m.Converge(w.t.Context()); errors.Is(err, errKilled) {
			return true
		} else if err != nil {
			require.NoError(w.t, err)
		}
		if point == txmgr.K9 {
			w.chain.DropPending() // so that it is stuck and must be replaced
		}
		w.commit()
	}
	return false
}

// TestTX1_LostAnswers covers K5 (the RPC times out, having delivered or not) and
// K10 (the COMMIT's answer is lost, having committed or not).
func TestTX1_LostAnswers(t *testing.T) { outboxes(t, lostAnswers) }

func lostAnswers(t *testing.T, o txmgr.Outbox) {
	w := newWorldOn(t, 2, o)
	done := uint64(0)
	faults := map[string]func(){
		"K5 delivered":     func() { w.node.lose = true },
		"K5 not delivered": func() { w.node.drop = true },
		"K10 committed":    func() { w.outbox.fail = failOnce(true) },
		"K10 rolled back":  func() { w.outbox.fail = failOnce(false) },
	}
	for name, inject := range faults {
		for i := range 20 {
			m := w.manager(nil)
			id, err := m.Submit(t.Context(), w.call(counter))
			require.NoError(t, err)
			inject()
			require.Error(t, m.Converge(t.Context()), name)
			if i%2 == 0 {
				w.commit() // a block passes before anyone looks again
			}
			w.node.lose, w.node.drop, w.outbox.fail = false, false, nil
			in := w.settle(w.manager(nil), id)
			require.Equal(t, protocol.IntentConfirmed, in.State, name)
			done++
			require.Equal(t, done, w.count(), name)
			require.Equal(t, done, w.nonce(), name)
			require.Len(t, in.Attempts, 1, name)
		}
	}
}

func failOnce(done bool) func() (bool, error) {
	failed := false
	return func() (bool, error) {
		if failed {
			return false, nil
		}
		failed = true
		return done, fmt.Errorf("connection lost in COMMIT: %w", protocol.ErrUnavailable)
	}
}

// TestTX1_RandomCrashesUnderLoad kills at random points while many intents are
// under way.
func TestTX1_RandomCrashesUnderLoad(t *testing.T) { outboxes(t, randomCrashesUnderLoad) }

func randomCrashesUnderLoad(t *testing.T, o txmgr.Outbox) {
	w := newWorldOn(t, 3, o)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	random := func(txmgr.Point) error {
		if rng.IntN(12) == 0 {
			return errKilled
		}
		return nil
	}
	var ids []common.Hash
	const intents = 150
	kills, open := 0, intents
	m := w.manager(random)
	var retry *protocol.Call
	for open > 0 {
		for range rng.IntN(6) {
			if len(ids) == intents {
				break
			}
			if retry == nil {
				call := w.call(counter)
				retry = &call
			}
			if id, err := m.Submit(t.Context(), *retry); err == nil {
				ids, retry = append(ids, id), nil
			}
		}
		if err := m.Converge(t.Context()); errors.Is(err, errKilled) {
			kills++
			m = w.manager(random)
		}
		if rng.IntN(3) > 0 {
			if rng.IntN(10) == 0 {
				w.chain.DropPending()
			}
			w.commit()
		}
		open = intents - len(ids)
		for _, id := range ids {
			if !w.intent(id).State.Terminal() {
				open++
			}
		}
	}
	for _, id := range ids {
		require.Equal(t, protocol.IntentConfirmed, w.intent(id).State)
	}
	require.EqualValues(t, intents, w.count())
	require.EqualValues(t, intents, w.nonce())
	require.Greater(t, kills, 20)
	t.Logf("%d intents, %d kills, 0 lost, 0 doubled", intents, kills)
}
