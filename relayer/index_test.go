package relayer

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/dgrid-network/dgrid/internal/testredis"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var model = common.Hash{0x77}

func addr(i int) common.Address {
	var a common.Address
	binary.BigEndian.PutUint64(a[12:], uint64(i)+1)
	return a
}

func offer(i int, price uint64, change func(*wire.SignedOffer)) record {
	o := wire.SignedOffer{Context: 2048, Tags: []string{"stories"}, Languages: []string{"en"}, Offer: protocol.Offer{Provider: addr(i), ModelVersion: model,
		PriceIn: protocol.NewAmount(1_000_000 * price), PriceOut: protocol.NewAmount(4_000_000 * price), MaxFee: protocol.NewAmount(1 << 40), Capacity: 4, Expiry: 1000}}
	if change != nil {
		change(&o)
	}
	return record{Provider: addr(i), Session: "s", Offers: []wire.SignedOffer{o}}
}

func put(x *index, r record, stake uint64) {
	x.set(r, facts{stake: protocol.NewAmount(stake), classes: map[common.Hash]protocol.Class{model: protocol.ClassProven}}, time.Unix(0, 0))
}

func testIndex() *index { return newIndex(Weights{0.3, 0.35, 0.25, 0.1}, 20) }

var need = wire.Need{ModelVersion: model, PromptTokens: 100, MaxOutputTokens: 100}

func half() float64 { return 0.5 }

func TestEveryPartOfTheScoreDecides(t *testing.T) {
	now := time.Unix(100, 0)
	better := map[string]func(x *index){
		"cost":        func(x *index) { put(x, offer(1, 900, nil), 1<<50) },
		"reliability": func(x *index) { x.note(outcome{Provider: addr(0), Version: model}, now) },
		"performance": func(x *index) {
			for i, ms := range []float64{2000, 20} {
				x.note(outcome{Provider: addr(i), Version: model, OK: true, TTFT: ms}, now)
			}
		},
		"suitability": func(x *index) {
			put(x, offer(0, 1000, func(o *wire.SignedOffer) { o.Languages = []string{"de"} }), 1<<50)
		},
	}
	for name, change := range better {
		x := testIndex()
		put(x, offer(0, 1000, nil), 1<<50)
		put(x, offer(1, 1000, nil), 1<<50)
		change(x)
		n := need
		n.Languages = []string{"en"}
		top, route := x.match(n, now, 500, half, 0)
		require.Equal(t, addr(1), top[0].Provider, name)
		require.Equal(t, 2, route.Fits)
		for _, c := range route.Candidates {
			for _, part := range []float64{c.Score, c.Performance, c.Reliability, c.Cost, c.Suitability} {
				require.True(t, part >= 0 && part <= 1, "%s: %+v", name, c)
			}
		}
	}
}

func TestEveryRejectHasItsReason(t *testing.T) {
	now := time.Unix(100, 0)
	one := protocol.NewAmount(1)
	for reason, c := range map[string]struct {
		offer func(*wire.SignedOffer)
		need  func(*wire.Need)
		more  func(*index)
		stake uint64
	}{
		wire.RejectClass:    {need: func(n *wire.Need) { n.Class = protocol.ClassSampled }},
		wire.RejectPrice:    {need: func(n *wire.Need) { n.MaxPriceIn = &one }},
		wire.RejectContext:  {offer: func(o *wire.SignedOffer) { o.Context = 99 }},
		wire.RejectFee:      {offer: func(o *wire.SignedOffer) { o.Offer.MaxFee = protocol.NewAmount(2) }},
		wire.RejectExposure: {stake: 399},
		wire.RejectExpired:  {offer: func(o *wire.SignedOffer) { o.Offer.Expiry = 500 }},
		wire.RejectIgnored:  {need: func(n *wire.Need) { n.Ignore = []common.Address{addr(0)} }},
		wire.RejectOnly:     {need: func(n *wire.Need) { n.Only = []common.Address{addr(5)} }},
		wire.RejectModel:    {need: func(n *wire.Need) { n.ModelVersion = common.Hash{1} }},
		wire.RejectHealth: {more: func(x *index) {
			for range 3 {
				x.note(outcome{Provider: addr(0), Version: model}, now)
			}
		}},
		wire.RejectBusy: {more: func(x *index) { x.full(x.byVersion[model][0], now.Add(time.Second)) }},
	} {
		x := testIndex()
		stake := uint64(1 << 50)
		if c.stake != 0 {
			stake = c.stake
		}
		put(x, offer(0, 1000, c.offer), stake)
		n := need
		if c.need != nil {
			c.need(&n)
		}
		if c.more != nil {
			c.more(x)
		}
		top, route := x.match(n, now, 500, half, 0)
		require.Empty(t, top, reason)
		require.Equal(t, map[string]int{reason: 1}, route.Rejected)
	}
}

func TestOneInTwentyGoesToANewcomer(t *testing.T) {
	x := testIndex()
	now := time.Unix(100, 0)
	for i := range 5 {
		put(x, offer(i, 1000+uint64(i), nil), 1<<50)
	}
	for range 100 { // a proven veteran that would win every time
		x.note(outcome{Provider: addr(0), Version: model, OK: true, TTFT: 10, Rate: 100}, now)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	count := map[common.Address]int{}
	for range 10_000 {
		top, route := x.match(need, now, 500, rnd.Float64, 0.05)
		count[top[0].Provider]++
		require.Equal(t, top[0].Provider != addr(0), route.Explored)
	}
	require.InDelta(t, 9500, count[addr(0)], 150)
	for i := 1; i < 5; i++ {
		require.InDelta(t, 125, count[addr(i)], 60)
	}
}

func TestFee64IsTheFeeRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, out := rapid.Uint32().Draw(t, "in"), rapid.Uint32().Draw(t, "out")
		pin, pout := rapid.Uint64().Draw(t, "pin"), rapid.Uint64().Draw(t, "pout")
		want, err := protocol.Fee(in, out, protocol.NewAmount(pin), protocol.NewAmount(pout))
		require.NoError(t, err)
		got, ok := fee64(in, out, pin, pout)
		if wide, fits := want.Uint64(); ok {
			require.True(t, fits)
			require.Equal(t, wide, got)
		} else {
			require.False(t, fits && want.Cmp(protocol.NewAmount(math.MaxUint64)) < 0, "refused %s", want)
		}
	})
}

// TestScriptsCountExactly drives reserve and settle with random amounts up to 2^128 against a
// model in big integers.
func TestScriptsCountExactly(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		s := &shared{rdb: rdb, ns: "t", batch: &batcher{rdb: rdb}}
		ctx := t.Context()
		require.NoError(t, s.load(ctx))
		rnd := rand.New(rand.NewPCG(3, 4))
		amount := func() protocol.Amount {
			var b [16]byte
			binary.BigEndian.PutUint64(b[:], rnd.Uint64())
			binary.BigEndian.PutUint64(b[8:], rnd.Uint64())
			return protocol.MustAmount(common.BytesToHash(b[rnd.IntN(16):]).Big())
		}
		for round := range 10 {
			channel := common.Hash{byte(round)}
			deposit := amount()
			var used, reserved protocol.Amount
			held := map[string]protocol.Amount{}
			var names []string
			for i := range 40 {
				if len(names) > 0 && rnd.IntN(3) == 0 {
					name := names[len(names)-1]
					names = names[:len(names)-1]
					fee := held[name]
					if rnd.IntN(2) == 0 {
						fee = protocol.Amount{}
					}
					keep := amount()
					left := less(held[name], fee)
					if keep.Cmp(left) < 0 {
						left = keep
					}
					cmds, err := s.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
						return []*redis.Cmd{s.evalSettle(ctx, p, settlement{share: &share{id: name, key: shareKey{channel: channel}}, fee: fee, keep: keep})}
					})
					require.NoError(t, err)
					text, err := cmds[0].Text()
					require.NoError(t, err)
					require.Equal(t, digits(left), text)
					reserved, _ = reserved.Sub(less(held[name], left))
					used, _ = used.Add(fee)
					if held[name] = left; !left.IsZero() {
						names = append(names, name)
					}
					continue
				}
				a, paid, name := amount(), protocol.Amount{}, string(rune('a'+i))
				if rnd.IntN(2) == 0 {
					paid = amount()
				}
				base := used
				if paid.Cmp(base) > 0 {
					base = paid
				}
				sum, _ := base.Add(reserved)
				sum, _ = sum.Add(a)
				wanted := times(a, shareRequests)
				many, _ := base.Add(reserved)
				many, _ = many.Add(times(wanted, shareSpare))
				now := time.Unix(1000, 0)
				cmds, err := s.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
					x := &share{id: name, key: shareKey{channel: channel}, amount: a, until: now.Add(time.Minute)}
					return []*redis.Cmd{s.evalReserve(ctx, p, x, Channel{Deposit: deposit, Paid: paid}, now)}
				})
				require.NoError(t, err)
				got, err := cmds[0].Int64()
				require.NoError(t, err)
				switch {
				case times(wanted, shareSpare) != wanted && many.Cmp(deposit) <= 0:
					require.EqualValues(t, 2, got, "%s + %s + a share for many of %s in %s", base, reserved, a, deposit)
					a = wanted
				case sum.Cmp(deposit) <= 0:
					require.EqualValues(t, 1, got, "%s + %s + %s of %s", base, reserved, a, deposit)
				default:
					require.Zero(t, got, "%s + %s + %s of %s", base, reserved, a, deposit)
					continue
				}
				reserved, _ = reserved.Add(a)
				held[name] = a
				names = append(names, name)
			}
		}
	})
}

func TestLeasesExpireByThemselves(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		s := &shared{rdb: rdb, ns: "t", batch: &batcher{rdb: rdb}}
		ctx, now := t.Context(), time.Unix(1000, 0)
		ch := Channel{Deposit: protocol.NewAmount(10)}
		take := func(id string, at time.Time) (bool, bool) {
			l := lease{ID: id, Amount: protocol.NewAmount(10), Need: wire.Need{Channel: common.Hash{1}}, Offer: offer(0, 1, func(o *wire.SignedOffer) { o.Offer.Capacity = 1 }).Offers[0]}
			x := &share{id: id, key: shareKey{channel: l.Need.Channel}, amount: l.Amount, until: at.Add(10 * time.Second)}
			place, booked, err := s.take(ctx, l, x, ch, at, x.until, time.Minute)
			require.NoError(t, err)
			return place, booked
		}
		place, share := take("a", now)
		require.True(t, place && share)
		place, share = take("b", now.Add(9*time.Second))
		require.False(t, place || share)
		place, share = take("c", now.Add(10*time.Second))
		require.True(t, place && share, "a lease ends to the millisecond")
		_, claimed, err := s.redeemLease(ctx, "b", common.Hash{1}, "r", time.Minute)
		require.ErrorIs(t, err, protocol.ErrExpired)
		require.True(t, claimed)
		l, claimed, err := s.redeemLease(ctx, "c", common.Hash{1}, "r", time.Minute)
		require.NoError(t, err)
		require.False(t, claimed)
		require.Equal(t, "c", l.ID)
		_, _, err = s.redeemLease(ctx, "c", common.Hash{2}, "r", time.Minute)
		require.ErrorIs(t, err, protocol.ErrExpired, "a lease is used once")
	})
}

func BenchmarkMatch10000(b *testing.B) {
	x := testIndex()
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 10_000 {
		put(x, offer(i, 1000+rnd.Uint64N(1000), nil), 1<<50)
		x.stats[statKey{addr(i), model}].TTFT = rnd.Float64() * 1000
		x.stats[statKey{addr(i), model}].Served = 100
		x.stats[statKey{addr(i), model}].Success = rnd.Float64()
	}
	n := need
	n.Tags, n.Languages = []string{"stories"}, []string{"en", "fr"}
	b.ReportAllocs()
	for b.Loop() {
		if top, _ := x.match(n, time.Unix(100, 0), 500, rnd.Float64, 0.05); len(top) == 0 {
			b.Fatal("nothing fits")
		}
	}
}
