package provider

import (
	"context"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

// fullChain pays what room there is, first come.
type fullChain struct {
	fakeChainWork
	room  uint64
	paid  map[protocol.Line]protocol.Amount
	asked int
	read  int
}

func (f *fullChain) Paid(_ context.Context, lines []protocol.Line) (paid []Paid, err error) {
	f.read += len(lines)
	for _, l := range lines {
		paid = append(paid, Paid{l, f.paid[l]})
	}
	return paid, nil
}

func (f *fullChain) each(vs []SignedVoucher, room uint64, take func(protocol.Line, protocol.Amount)) uint64 {
	sum := uint64(0)
	for _, v := range vs {
		line := v.Voucher.Line()
		owed, _ := v.Voucher.Total.Sub(f.paid[line])
		n, _ := owed.Uint64()
		n = min(n, room-sum)
		sum += n
		total, _ := f.paid[line].Add(protocol.NewAmount(n))
		take(line, total)
	}
	return sum
}

func (f *fullChain) Quote(_ context.Context, vs []SignedVoucher) (protocol.Amount, error) {
	f.asked++
	return protocol.NewAmount(f.each(vs, f.room, func(protocol.Line, protocol.Amount) {})), nil
}

func (f *fullChain) Redeem(_ context.Context, vs []SignedVoucher) (paid []Paid, err error) {
	f.redeemed = append(f.redeemed, vs)
	f.room -= f.each(vs, f.room, func(l protocol.Line, total protocol.Amount) {
		f.paid[l] = total
		paid = append(paid, Paid{l, total})
	})
	return paid, nil
}

// redeemer is a provider that holds vouchers of one receipt on each channel.
func redeemer(t *testing.T, chain *testChain, work Redeemer, policy Policy, fees ...uint64) (*Provider, []common.Hash) {
	cfg := testConfig(t.TempDir())
	if chain.fixed == 0 {
		chain.fixed = uint64(time.Now().Unix())
	}
	cfg.Redeem, cfg.RedeemEvery, cfg.CacheFor = policy, 10*time.Second, time.Nanosecond
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: anyChannel{chain}, Redeemer: work})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	var channels []common.Hash
	for i, fee := range fees {
		channel := common.Hash{byte(i + 1)}
		a := testAsk(byte(i))
		a.Request.Payment = channel
		a.Hash = testDomain.Digest(a.Request)
		r, _, err := p.book.sign(answerRecord{Ask: a, Receipt: protocol.Receipt{RequestHash: a.Hash, Provider: testOwner, OutputTokens: 1,
			Finish: protocol.FinishStop, Fee: protocol.NewAmount(fee)}})
		require.NoError(t, err)
		pay := testPay(r)
		pay.Voucher.Channel = channel
		pay.Signature, _ = testDomain.Sign(delegateKey.key, pay.Voucher)
		_, err = p.Hold(t.Context(), pay)
		require.NoError(t, err)
		channels = append(channels, channel)
	}
	return p, channels
}

// What would pay nothing costs no gas, is asked about less and less, and goes through once
// there is room.
func TestWhatPaysNothingIsNotSent(t *testing.T) {
	work, chain := &fullChain{paid: map[protocol.Line]protocol.Amount{}}, newTestChain()
	p, _ := redeemer(t, chain, work, Policy{}, 7)
	start := chain.fixed
	for range 200 {
		require.NoError(t, p.redeemRound(t.Context(), false))
		chain.fixed += 10
	}
	require.Empty(t, work.redeemed)
	require.Less(t, work.asked, 12, "10, 20, 40 ... 600 seconds")
	require.Greater(t, work.asked, 6)
	require.NoError(t, p.RedeemNow(t.Context()))
	require.Empty(t, work.redeemed, "nor when a person asks")

	work.room = 5
	chain.fixed = start + 10_000
	require.NoError(t, p.redeemRound(t.Context(), false))
	require.Len(t, work.redeemed, 1, "a part is better than nothing")
	require.Equal(t, "5", p.Earnings(t.Context()).Redeemed.String())
	require.NoError(t, p.redeemRound(t.Context(), false))
	require.Len(t, work.redeemed, 1)
}

// The contract prolongs a grace period for a voucher without room: one is enough.
func TestGracePeriodIsProlongedOnce(t *testing.T) {
	work, chain := &fullChain{paid: map[protocol.Line]protocol.Amount{}}, newTestChain()
	p, _ := redeemer(t, chain, work, Policy{}, 7)
	require.NoError(t, p.redeemRound(t.Context(), false))
	require.Empty(t, work.redeemed)
	chain.channel.Closing = true
	for range 5 {
		require.NoError(t, p.redeemRound(t.Context(), false))
		chain.channel.Expiry += 1000
		chain.fixed++
	}
	require.Len(t, work.redeemed, 1)
	require.EqualValues(t, 1, outcome(t, p, "unpaid"))
	chain.channel.Delegate, chain.channel.Retiring, chain.channel.RetiresAt = successorKey.address, delegateKey.address, chain.fixed+7200
	for range 5 {
		require.NoError(t, p.redeemRound(t.Context(), false))
	}
	require.Len(t, work.redeemed, 2, "a delegate that retires has a grace period of its own")
	work.room = 7
	require.NoError(t, p.redeemRound(t.Context(), false))
	require.Len(t, work.redeemed, 3)
	require.EqualValues(t, 1, outcome(t, p, "paid"), "nothing else was")
}

// The contract gives room in the order in which vouchers are handed in. What counts no more soon comes before all that could
// wait, however small it is.
func TestWhatEndsSoonComesFirst(t *testing.T) {
	const now = 10_000
	v := RedeemView{Now: now, Channels: map[common.Hash]Channel{}, Retiring: map[protocol.Line]bool{}}
	line := func(owed uint64, ch Channel) protocol.Line {
		l := protocol.Line{Channel: common.Hash{byte(len(v.Lines) + 1)}}
		v.Channels[l.Channel] = ch
		v.Lines = append(v.Lines, LineView{Line: l, Voucher: protocol.Voucher{Channel: l.Channel, Total: protocol.NewAmount(owed)}, Owed: protocol.NewAmount(owed)})
		return l
	}
	line(1000, Channel{Expiry: 1_000_000})
	line(2000, Channel{Expiry: 1_000_000})
	line(90, Channel{Expiry: now + 400})
	v.Retiring[line(40, Channel{Expiry: 1_000_000, Retiring: delegateKey.address, RetiresAt: now + 300})] = true
	line(5, Channel{Expiry: now + 900_000, Closing: true})
	line(7, Channel{Expiry: now + 20})
	line(8, Channel{Expiry: now + 20})
	var totals []string
	for _, batch := range (Policy{Margin: 500, Batch: 4}).Decide(v) {
		for _, s := range batch {
			totals = append(totals, s.Voucher.Total.String())
		}
	}
	require.Equal(t, []string{"8", "7", "40", "90", "5", "2000", "1000"}, totals)
}

// waitingRedeemer waits for blocks that never come.
type waitingRedeemer struct {
	fakeChainWork
	began chan struct{}
}

func (w *waitingRedeemer) Redeem(ctx context.Context, _ []SignedVoucher) ([]Paid, error) {
	select {
	case w.began <- struct{}{}:
	default:
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

// A provider that is stopped does not wait for the block of a redeem, neither of its last one nor of a round that runs.
func TestAStopWaitsForNoRedeem(t *testing.T) {
	for name, every := range map[string]time.Duration{"the last": time.Hour, "a round": time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			work, cfg := &waitingRedeemer{began: make(chan struct{}, 1)}, testConfig(t.TempDir())
			cfg.RedeemEvery = every
			p, err := New(cfg, Deps{Key: operatorKey.key, Chain: newTestChain(), Redeemer: work})
			require.NoError(t, err)
			_, err = p.book.pay(testPay(signOne(t, p.book, 1)), delegates, 100)
			require.NoError(t, err)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- p.Run(ctx) }()
			if every < time.Second {
				<-work.began
				p.Drain()
			} else {
				p.Drain()
				<-work.began
			}
			stop()
			require.NoError(t, <-ended)
		})
	}
}

// outcome is how many batches had one.
func outcome(t *testing.T, p *Provider, name string) float64 {
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(p.metrics.redeems))
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, m := range families[0].GetMetric() {
		if m.GetLabel()[0].GetValue() == name {
			return m.GetCounter().GetValue()
		}
	}
	return 0
}

// Too little is not worth its gas, unless it is old, its channel ends, or somebody asks.
func TestRedeemIsWorthItsGas(t *testing.T) {
	policy := Policy{Amount: protocol.NewAmount(20), Age: 1000}
	for name, c := range map[string]struct {
		room   uint64
		change func(*testChain)
		asked  bool
		sent   int
	}{
		"enough owed, little room": {room: 9},
		"enough":                   {room: 30, sent: 1},
		"old":                      {room: 9, change: func(c *testChain) { c.fixed += 1000 }, sent: 1},
		"ending":                   {room: 9, change: func(c *testChain) { c.channel.Closing = true }, sent: 1},
		"asked":                    {room: 9, asked: true, sent: 1},
	} {
		t.Run(name, func(t *testing.T) {
			work, chain := &fullChain{room: c.room, paid: map[protocol.Line]protocol.Amount{}}, newTestChain()
			p, _ := redeemer(t, chain, work, policy, 11, 12)
			if c.change != nil {
				c.change(chain)
			}
			require.NoError(t, p.redeemRound(t.Context(), c.asked))
			require.Len(t, work.redeemed, c.sent)
		})
	}
}

// A redeem was mined, and the process ended before it noted that: the chain knows.
func TestWhatWasPaidIsReadFromTheChain(t *testing.T) {
	work, chain := &fullChain{room: 1000, paid: map[protocol.Line]protocol.Amount{}}, newTestChain()
	p, _ := redeemer(t, chain, work, Policy{}, 60)
	line := p.book.lineViews()[0].Line
	work.paid[line] = protocol.NewAmount(60)
	chain.channel.Deposit, chain.channel.Paid = protocol.NewAmount(100), protocol.NewAmount(60)
	require.NoError(t, p.redeemRound(t.Context(), false))
	require.Empty(t, work.redeemed)
	_, owed := p.book.owed(line.Channel)
	require.True(t, owed.IsZero(), "or a channel with 40 left, 60 of them owed, takes no request any more")
}

// A reorganization took back what was paid, and less is paid in its place. The rest is redeemed, also by the next process.
func TestWhatAReorganizationTookBackIsRedeemedAgain(t *testing.T) {
	work, chain := &fullChain{room: 60, paid: map[protocol.Line]protocol.Amount{}}, newTestChain()
	p, _ := redeemer(t, chain, work, Policy{}, 60)
	line := p.book.lineViews()[0].Line
	require.NoError(t, p.redeemRound(t.Context(), false))
	require.Equal(t, protocol.NewAmount(60), p.book.lineViews()[0].Redeemed)
	work.paid[line] = protocol.NewAmount(20)
	chain.fixed += 60
	require.NoError(t, p.redeemRound(t.Context(), false))
	require.Len(t, work.redeemed, 1, "there is no room")
	require.Equal(t, protocol.NewAmount(40), p.book.lineViews()[0].Owed)
	views := p.book.lineViews()
	require.NoError(t, p.book.log.Close())

	next, err := New(p.cfg, p.deps)
	require.NoError(t, err)
	p.book.log = next.book.log // which the test closes
	require.Equal(t, views, next.book.lineViews())
	work.room = 40
	require.NoError(t, next.redeemRound(t.Context(), false))
	require.Equal(t, protocol.NewAmount(60), work.paid[line])
	asked := work.read
	chain.fixed += 3601
	require.NoError(t, next.redeemRound(t.Context(), false))
	require.Equal(t, asked, work.read, "what was paid an hour ago stays")
}

// Holds that questions stretched since make credit mature later; the contract adds that to a grace period for a voucher
// that finds no room then. So one is sent again before its end, and before each later one.
func TestGracePeriodIsProlongedForWhatHoldsWereStretchedBy(t *testing.T) {
	const margin = 600
	work, chain := &fullChain{paid: map[protocol.Line]protocol.Amount{}}, newTestChain()
	p, _ := redeemer(t, chain, work, Policy{Margin: margin}, 7)
	round := func(sent int, why string) {
		for range 3 {
			require.NoError(t, p.redeemRound(t.Context(), false))
		}
		require.Len(t, work.redeemed, sent, why)
	}
	chain.channel.Closing = true
	round(1, "the first")
	chain.fixed = chain.channel.Expiry - margin - 1
	round(1, "nothing can have changed that matters yet")
	chain.fixed++
	round(2, "before the end")
	chain.channel.Expiry += 3600
	round(2, "the contract prolonged it")
	chain.fixed = chain.channel.Expiry - margin
	round(3, "before the next")
	chain.channel.Closing, chain.channel.Expiry = false, chain.fixed+margin
	p.rests.pressed = nil
	round(4, "an expired channel's")
	chain.channel.Closing, chain.channel.Expiry = true, chain.fixed+100*margin
	round(4, "which prolonging closes")
}
