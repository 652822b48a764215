package relaynet

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testredis"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/relayer"
)

// A relayer that dies in mid-answer takes its memory along, not the provider's receipt:
// the provider brings it to the next process, and its payer finds it there.
func TestReceiptFindsItsWayAfterARelayerDied(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb, relayer.Config{Heartbeat: 50 * time.Millisecond, FirstToken: time.Second, Gap: time.Second})
		w.node("bob", &Echo{}, nil)
		first := w.ask([]uint32{5}, 30)
		require.NoError(t, first.Check(w.chain))
		hash := first.Submit.Ask.Hash

		// What Redis holds of an answer whose replica was killed before its end.
		events, own := "dgrid:events:"+hash.Hex(), "dgrid:own:"+hash.Hex()
		var kept string
		require.Eventually(t, func() bool {
			entries, err := rdb.XRange(w.ctx, events, "-", "+").Result()
			require.NoError(t, err)
			kept = ""
			ended := false
			for _, entry := range entries {
				for line := range strings.Lines(entry.Values["e"].(string)) {
					var e wire.Event
					require.NoError(t, json.Unmarshal([]byte(line), &e))
					if e.Done == nil {
						kept += line
					} else {
						ended = true
					}
				}
			}
			return ended
		}, 10*time.Second, time.Millisecond)
		owner, err := rdb.Get(w.ctx, own).Result()
		require.NoError(t, err)
		_, tag, _ := strings.Cut(owner, ":")
		require.NoError(t, rdb.Set(w.ctx, own, "dead:"+tag, time.Hour).Err())
		require.NoError(t, rdb.Del(w.ctx, events).Err())
		require.NoError(t, rdb.XAdd(w.ctx, &redis.XAddArgs{Stream: events, Values: []any{"e", kept}}).Err())

		w.relay.DropProvider(Addr("bob"))
		again := Result{Submit: first.Submit}
		require.NoError(t, w.relay.Client.Resume(w.ctx, hash, first.Submit.Ask.Secret, -1, func(e wire.Event) error {
			if e.Beat != nil {
				return nil
			}
			return again.Take(e)
		}))
		require.NotNil(t, again.Done)
		require.Equal(t, first.Done.Receipt, again.Done.Receipt)
	})
}

// Who knows a request but not its secret does not get to read along by handing it in again.
func TestSubmittingWithAnotherSecretReadsNothing(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb, relayer.Config{})
		g := newGate(2)
		w.node("bob", &Echo{Each: g.each}, nil)
		m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 5))
		require.NoError(t, err)
		s, err := w.payer.Sign(m, []uint32{5}, 5)
		require.NoError(t, err)
		done := make(chan error, 1)
		go func() { done <- w.relay.Client.Submit(w.ctx, s, func(wire.Event) error { return nil }) }()
		<-g.reached
		m, err = w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 5))
		require.NoError(t, err)
		other := wire.Submit{Lease: m.Lease, Ask: s.Ask}
		other.Ask.Secret[0] ^= 1
		err = w.relay.Client.Submit(w.ctx, other, func(e wire.Event) error { t.Errorf("got %+v", e); return nil })
		require.Equal(t, wire.CodeUnauthorized, code(t, err))
		close(g.open)
		require.NoError(t, <-done)
	})
}
