package relaynet

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testredis"
	"github.com/dgrid-network/dgrid/protocol"
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

// A lease holds a provider's place and a channel's money: only who may spend the channel
// takes one.
func TestNobodyLeasesOnAnothersChannel(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb, relayer.Config{})
		w.node("bob", &Echo{}, nil)
		mallory := NewPayer(w.chain, "mallory", protocol.NewAmount(1))
		for name, change := range map[string]func(*wire.Need){
			"no pass":      func(n *wire.Need) { n.Signature, n.Expiry = nil, 0 },
			"no signature": func(n *wire.Need) { n.Signature = nil },
			"another's": func(n *wire.Need) {
				own := mallory.Need([]uint32{5}, 3)
				n.Signature, n.Expiry = own.Signature, own.Expiry
			},
			"another channel": func(n *wire.Need) { n.Channel = mallory.Channel },
			"prolonged":       func(n *wire.Need) { n.Expiry++ },
			"expired": func(n *wire.Need) {
				n.Expiry = 1
				n.Signature, _ = Domain.Sign(Key("alice delegate"), n.Pass(Addr("relayer")))
			},
			"far too long": func(n *wire.Need) {
				n.Expiry += 3600
				n.Signature, _ = Domain.Sign(Key("alice delegate"), n.Pass(Addr("relayer")))
			},
			"another relayer's": func(n *wire.Need) { n.Signature, _ = Domain.Sign(Key("alice delegate"), n.Pass(Addr("other"))) },
		} {
			n := w.payer.Need([]uint32{5}, 3)
			change(&n)
			_, err := w.relay.Client.Match(w.ctx, n)
			require.Equal(t, wire.CodeUnauthorized, code(t, err), name)
		}
		require.NoError(t, w.ask([]uint32{5}, 3).Check(w.chain))
	})
}
