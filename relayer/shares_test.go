package relayer

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testredis"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// replica is a relayer of which only the part that promises money is used.
func replica(t *testing.T, rdb *redis.Client, name string, clock func() time.Time) *Relayer {
	s := &shared{rdb: rdb, ns: "t", batch: &batcher{rdb: rdb}}
	require.NoError(t, s.load(t.Context()))
	r := &Relayer{replica: name, shared: s, shares: newShares(), clock: clock}
	r.cfg.LeaseTTL = 30 * time.Second
	return r
}

// state is what Redis holds of a channel.
func state(t *testing.T, r *Relayer, channel common.Hash) (reserved, used protocol.Amount, shares map[string]string) {
	all, err := r.shared.rdb.HGetAll(t.Context(), r.shared.channelKeys(channel)[0]).Result()
	require.NoError(t, err)
	amount := func(name string) protocol.Amount {
		text := all[name]
		delete(all, name)
		if text == "" {
			return protocol.Amount{}
		}
		a, err := protocol.ParseAmount(text)
		require.NoError(t, err)
		return a
	}
	reserved, used = amount("sum"), amount("used")
	return reserved, used, all
}

// TestSharesNeverPassTheDeposit lets two replicas lease, serve, swap and forget at random: what
// is promised and served stays within the deposit at every moment, Redis knows at least as
// much as is promised, and in the end nothing is left but what was served.
func TestSharesNeverPassTheDeposit(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		for seed := range uint64(3) {
			rnd := rand.New(rand.NewPCG(seed, 9))
			now := time.Unix(1000, 0)
			clock := func() time.Time { return now }
			replicas := []*Relayer{replica(t, rdb, "a", clock), replica(t, rdb, "b", clock)}
			channel := common.Hash{1, byte(seed)}
			deposit := uint64(300 + rnd.IntN(300))
			ch := Channel{Deposit: protocol.NewAmount(deposit)}
			type running struct {
				lease lease
				at    *Relayer // who gave it
				owner *Relayer // who runs it; nil while it is a lease
			}
			var live []running
			served, refused := uint64(0), 0
			check := func() {
				promised := uint64(0)
				for _, l := range live {
					a, _ := l.lease.Amount.Uint64()
					promised += a
				}
				require.LessOrEqual(t, promised+served, deposit)
				reserved, used, shares := state(t, replicas[0], channel)
				var sum protocol.Amount
				for _, text := range shares {
					a, err := protocol.ParseAmount(text)
					require.NoError(t, err)
					sum = more(sum, a)
				}
				require.Equal(t, sum, reserved, "the sum is that of the shares")
				require.LessOrEqual(t, more(reserved, used).Cmp(ch.Deposit), 0)
				require.GreaterOrEqual(t, more(reserved, used).Cmp(protocol.NewAmount(promised+served)), 0)
			}
			for step := range 300 {
				r := replicas[rnd.IntN(2)]
				switch n := rnd.IntN(10); {
				case n < 5:
					o := offer(rnd.IntN(2), 1, func(o *wire.SignedOffer) { o.Offer.Capacity = 1 << 20 }).Offers[0]
					l := lease{ID: randomID(), Need: wire.Need{Channel: channel}, Offer: o, Amount: protocol.NewAmount(1 + rnd.Uint64N(10))}
					_, ok, err := r.reserve(t.Context(), &l, ch, now, now.Add(r.cfg.LeaseTTL), r.cfg.LeaseTTL)
					require.NoError(t, err)
					if ok {
						live = append(live, running{lease: l, at: r})
					} else {
						refused++
					}
				case n < 8 && len(live) > 0:
					i := rnd.IntN(len(live))
					x := &live[i]
					if x.owner == nil { // its request comes, to any replica
						require.Nil(t, r.own(t.Context(), &x.lease), "step %d", step)
						x.owner = r
						r.shares.extend(x.lease.Share, now.Add(time.Hour))
						break
					}
					amount, _ := x.lease.Amount.Uint64()
					fee := rnd.Uint64N(amount + 1)
					done := x.owner.shares.settle(x.lease.Share, x.lease.Amount, protocol.NewAmount(fee))
					require.NoError(t, x.owner.shared.release(t.Context(), x.lease, done, nil))
					served += fee
					live = append(live[:i], live[i+1:]...)
				case n == 8:
					now = now.Add(time.Duration(rnd.IntN(700)) * time.Millisecond)
					r.tellShares(t.Context(), r.shares.due(now))
				}
				check()
			}
			require.NotZero(t, refused, "the deposit was never exhausted")
			now = now.Add(time.Hour) // leases that nobody came for end; what runs is served in full
			for _, x := range live {
				if x.owner != nil {
					done := x.owner.shares.settle(x.lease.Share, x.lease.Amount, x.lease.Amount)
					require.NoError(t, x.owner.shared.release(t.Context(), x.lease, done, nil))
					a, _ := x.lease.Amount.Uint64()
					served += a
				}
			}
			for range 2 { // what one replica carved out, the other hears of with its next word
				for _, r := range replicas {
					r.tellShares(t.Context(), r.shares.due(now))
				}
			}
			reserved, used, shares := state(t, replicas[0], channel)
			require.True(t, reserved.IsZero(), "%s in %v", reserved, shares)
			require.Equal(t, protocol.NewAmount(served), used)
			for _, r := range replicas {
				require.Empty(t, r.shares.byID)
				require.Empty(t, r.shares.byKey)
				require.Empty(t, r.shares.leases)
			}
		}
	})
}

// A share that Redis lost is not drawn from any more once that is known.
func TestLostSharesAreNotDrawnFrom(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		now := time.Unix(1000, 0)
		r := replica(t, rdb, "a", func() time.Time { return now })
		l := func() lease {
			o := offer(0, 1, func(o *wire.SignedOffer) { o.Offer.Capacity = 10 }).Offers[0]
			return lease{ID: randomID(), Need: wire.Need{Channel: common.Hash{1}}, Offer: o, Amount: protocol.NewAmount(1)}
		}
		ch := Channel{Deposit: protocol.NewAmount(1000)}
		take := func() lease {
			x := l()
			place, booked, err := r.reserve(t.Context(), &x, ch, now, now.Add(time.Minute), 0)
			require.NoError(t, err)
			require.True(t, place && booked)
			return x
		}
		first, second := take(), take()
		require.Equal(t, first.Share, second.Share)
		require.NoError(t, rdb.FlushAll(t.Context()).Err())
		require.NoError(t, rdb.ScriptFlush(t.Context()).Err())
		r.shares.settle(first.Share, first.Amount, first.Amount)
		r.tellShares(t.Context(), r.shares.due(now))
		third := take()
		require.NotEqual(t, first.Share, third.Share)
		reserved, used, _ := state(t, r, common.Hash{1})
		require.Equal(t, "1", used.String(), "what was served is known again")
		require.Equal(t, "32", reserved.String())
		r.shares.settle(second.Share, second.Amount, protocol.Amount{})
		require.Len(t, r.shares.byID, 1)
	})
}

func TestAShareIsSignedOnceForMany(t *testing.T) {
	x, now := newShares(), time.Unix(1000, 0)
	x.put(&share{id: "s", amount: protocol.NewAmount(9), until: now.Add(time.Hour)})
	signatures := 0
	sign := func(_ common.Hash, _ common.Address, amount protocol.Amount, expiry uint64) (*wire.SignedReservation, error) {
		signatures++
		return &wire.SignedReservation{Reservation: protocol.Reservation{Amount: amount, Expiry: expiry}, Signature: []byte(strings.Repeat("x", 65))}, nil
	}
	for _, c := range []struct {
		until      uint64
		signatures int
	}{{600, 1}, {700, 1}, {500 + 3600, 1}, {500 + 3601, 2}} {
		got, err := x.reservation("s", now, 500, c.until, sign)
		require.NoError(t, err)
		require.GreaterOrEqual(t, got.Reservation.Expiry, c.until)
		require.Equal(t, c.signatures, signatures)
	}
}
