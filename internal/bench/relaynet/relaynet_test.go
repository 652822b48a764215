package relaynet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dgrid-network/dgrid/internal/testredis"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/relayer"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("internal/poll.runtime_pollWait"),
		goleak.IgnoreAnyFunction("github.com/alicebob/miniredis/v2/server.(*Server).servePeer"))
}

func testLog(t *testing.T) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return nil
}

type world struct {
	t     *testing.T
	ctx   context.Context
	chain *Chain
	rdb   redis.UniversalClient
	relay *Relay
	payer *Payer
}

func newWorld(t *testing.T, rdb redis.UniversalClient, cfg relayer.Config) *world {
	t.Helper()
	return worldOn(t, NewChain(), rdb, cfg)
}

func worldOn(t *testing.T, chain *Chain, rdb redis.UniversalClient, cfg relayer.Config) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	w := &world{t: t, ctx: ctx, chain: chain, rdb: rdb}
	w.relay = w.start(cfg)
	w.payer = NewPayer(w.chain, "alice", protocol.NewAmount(1_000_000))
	return w
}

func (w *world) start(cfg relayer.Config) *Relay {
	w.t.Helper()
	return w.startAs("relayer", w.rdb, cfg)
}

func (w *world) startAs(name string, rdb redis.UniversalClient, cfg relayer.Config) *Relay {
	w.t.Helper()
	if cfg.DrainTimeout == 0 {
		cfg.DrainTimeout = 100 * time.Millisecond
	}
	cfg.Explore = -1
	cfg.CacheFor = time.Millisecond
	r, err := StartRelayAs(name, w.chain, rdb, cfg, testLog(w.t))
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, r.Close()) })
	return r
}

func (w *world) node(name string, backend provider.Backend, change func(*provider.Config), relays ...*Relay) *Node {
	w.t.Helper()
	if relays == nil {
		relays = []*Relay{w.relay}
	}
	var urls []string
	for _, r := range relays {
		urls = append(urls, r.URL)
	}
	cfg := Cfg(name, w.t.TempDir(), backend, urls...)
	cfg.CacheFor = time.Millisecond
	if change != nil {
		change(&cfg)
	}
	n, err := StartNode(w.chain, name, cfg, provider.Deps{Log: testLog(w.t)})
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, n.Stop()) })
	for _, r := range relays {
		w.online(r, name, true)
	}
	return n
}

func (w *world) online(r *Relay, name string, want bool) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		views, err := r.Client.Offers(w.ctx)
		require.NoError(w.t, err)
		for _, v := range views {
			if v.Offer.Provider == Addr(name) {
				return v.Online == want
			}
		}
		return !want
	}, 20*time.Second, 2*time.Millisecond)
}

func (w *world) ask(prompt []uint32, n uint32) *Result {
	w.t.Helper()
	r, err := w.payer.Ask(w.ctx, w.relay.Client, prompt, n)
	require.NoError(w.t, err)
	return r
}

func code(t *testing.T, err error) string {
	t.Helper()
	var f *wire.Failure
	require.ErrorAs(t, err, &f)
	return f.Code
}

// gate lets a test hold a backend at a token.
type gate struct {
	at      int
	reached chan struct{}
	open    chan struct{}
	once    sync.Once
}

func newGate(at int) *gate {
	return &gate{at: at, reached: make(chan struct{}), open: make(chan struct{})}
}

func (g *gate) each(ctx context.Context, i int) error {
	if i != g.at {
		return nil
	}
	g.once.Do(func() { close(g.reached) })
	select {
	case <-g.open:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func TestAnswerIsStreamedSignedAndPaid(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb, relayer.Config{})
		node := w.node("bob", &Echo{}, nil)
		var results []*Result
		for i := range 3 {
			r := w.ask([]uint32{7, 8, uint32(i)}, 200) // several windows
			require.NoError(t, r.Check(w.chain))
			require.Len(t, r.Tokens, 200)
			require.Equal(t, protocol.FinishLength, r.Done.Receipt.Finish)
			require.EqualValues(t, i, r.Done.Receipt.Seq)
			require.NotNil(t, r.Events[0].Accepted)
			for seq, e := range r.Events {
				require.EqualValues(t, seq, e.Seq)
			}
			require.Equal(t, []wire.Candidate{r.Match.Route.Candidates[0]}, r.Match.Route.Candidates)
			results = append(results, r)
		}
		pay, err := w.payer.Voucher(results...)
		require.NoError(t, err)
		for range 2 { // paying twice is paying once
			paid, err := w.relay.Client.Pay(w.ctx, pay)
			require.NoError(t, err)
			require.Equal(t, wire.Paid{VoucherHash: Domain.Digest(pay.Voucher), Count: 3}, paid)
		}
		e := node.Earnings(w.ctx)
		require.Equal(t, pay.Voucher.Total, e.Owed)
		require.True(t, e.Unpaid.IsZero())

		route, err := w.relay.Client.Route(w.ctx, results[0].Submit.Ask.Hash, results[0].Submit.Ask.Secret)
		require.NoError(t, err)
		require.Equal(t, []wire.Attempt{{Provider: Addr("bob"), Outcome: "done"}}, route.Attempts)
		_, err = w.relay.Client.Route(w.ctx, results[0].Submit.Ask.Hash, common.Hash{1})
		require.Equal(t, wire.CodeNotFound, code(t, err))

		views, err := w.relay.Client.Offers(w.ctx)
		require.NoError(t, err)
		require.EqualValues(t, 3, views[0].Served)
		require.Positive(t, views[0].TTFTMillis)
	})
}

// Events of a whole answer may wait for each other, but neither hold the provider up nor stay
// away while it pauses.
func TestWholeAnswerComesInFewPieces(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	g := newGate(2 * wire.InitialWindow)
	w.node("bob", &Echo{Each: g.each}, nil)
	w.payer.Whole = true
	m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 300))
	require.NoError(t, err)
	s, err := w.payer.Sign(m, []uint32{5}, 300)
	require.NoError(t, err)
	r := Result{Submit: s}
	require.NoError(t, w.relay.Client.Submit(w.ctx, s, func(e wire.Event) error {
		if e.Chunk != nil && e.Chunk.Seq == 0 {
			<-g.reached // with nothing read by now but what waited at the relayer
			close(g.open)
		}
		return r.Take(e)
	}))
	require.NoError(t, r.Check(w.chain))
	require.Len(t, r.Tokens, 300)
}

// A request that outlasts its lease keeps its place.
func TestLongRequestKeepsItsPlace(t *testing.T) {
	rdb := testredis.Mini(t)
	w := newWorld(t, rdb, relayer.Config{LeaseTTL: 2 * time.Second})
	g := newGate(1)
	w.node("bob", &Echo{Each: g.each}, nil)
	rich := NewPayer(w.chain, "rich", protocol.NewAmount(1<<40))
	first, err := rich.Ask(w.ctx, w.relay.Client, []uint32{5}, 1) // opens a share that lasts
	require.NoError(t, err)
	require.NoError(t, first.Check(w.chain))
	began := time.Now()
	done := make(chan error)
	go func() {
		r, err := rich.Ask(w.ctx, w.relay.Client, []uint32{5}, 3)
		if err == nil {
			err = r.Check(w.chain)
		}
		done <- err
	}()
	<-g.reached
	require.Eventually(t, func() bool {
		keys, err := rdb.Keys(w.ctx, "*:cap:*").Result()
		require.NoError(t, err)
		require.Len(t, keys, 1)
		places, err := rdb.ZRangeWithScores(w.ctx, keys[0], 0, -1).Result()
		require.NoError(t, err)
		require.Len(t, places, 1)
		return int64(places[0].Score) > began.Add(time.Minute).UnixMilli()
	}, 20*time.Second, 10*time.Millisecond)
	close(g.open)
	require.NoError(t, <-done)
}

func TestSameRequestTwiceIsOneReceipt(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	g := newGate(1)
	node := w.node("bob", &Echo{Each: g.each}, nil)
	m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 3))
	require.NoError(t, err)
	s, err := w.payer.Sign(m, []uint32{5}, 3)
	require.NoError(t, err)
	results := make([]Result, 4)
	var wg sync.WaitGroup
	for i := range results {
		results[i].Submit = s
		wg.Go(func() {
			if err := w.relay.Client.Submit(w.ctx, s, results[i].Take); err != nil {
				t.Error(err)
			}
		})
		<-g.reached
	}
	close(g.open)
	wg.Wait()
	// Once more when all is over, and once more when even Redis forgot: the stored receipt.
	again := Result{Submit: s}
	require.NoError(t, w.relay.Client.Submit(w.ctx, s, again.Take))
	results = append(results, again)
	require.NoError(t, w.rdb.FlushAll(w.ctx).Err())
	m2, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 3))
	require.NoError(t, err)
	stored := Result{Submit: s}
	require.NoError(t, w.relay.Client.Submit(w.ctx, wire.Submit{Lease: m2.Lease, Ask: s.Ask}, stored.Take))
	results = append(results, stored)
	for _, r := range results {
		require.NoError(t, r.Check(w.chain))
		require.Equal(t, results[0].Done.Receipt, r.Done.Receipt)
		require.Equal(t, results[0].Tokens, r.Tokens)
	}
	require.EqualValues(t, 1, node.Status(w.ctx).NextSeq)
	// Another secret gets nothing, although the hash is right.
	m3, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 3))
	require.NoError(t, err)
	thief := s
	thief.Lease, thief.Ask.Secret = m3.Lease, common.Hash{9}
	stolen := Result{Submit: thief}
	if err := w.relay.Client.Submit(w.ctx, thief, stolen.Take); err != nil { // the relayer has the answer still
		require.Equal(t, wire.CodeUnauthorized, code(t, err))
	} else {
		require.NotNil(t, stolen.Error)
	}
	require.Empty(t, stolen.Tokens)
}

func TestCancelEndsWithOneReceiptForWhatCame(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	g := newGate(5)
	w.node("bob", &Echo{Each: g.each}, nil)
	m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 50))
	require.NoError(t, err)
	s, err := w.payer.Sign(m, []uint32{5}, 50)
	require.NoError(t, err)
	r := Result{Submit: s}
	require.NoError(t, w.relay.Client.Submit(w.ctx, s, func(e wire.Event) error {
		if e.Chunk != nil && e.Chunk.Seq == 4 {
			require.Equal(t, wire.CodeNotFound, code(t, w.relay.Client.Cancel(w.ctx, s.Ask.Hash, common.Hash{1})))
			require.NoError(t, w.relay.Client.Cancel(w.ctx, s.Ask.Hash, s.Ask.Secret))
		}
		return r.Take(e)
	}))
	require.NoError(t, r.Check(w.chain))
	require.Len(t, r.Tokens, 5)
	require.Equal(t, protocol.FinishCancelled, r.Done.Receipt.Finish)
	views, err := w.relay.Client.Offers(w.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 0.8, views[0].Reliability, "a requester's cancel says nothing of the provider")
}

func TestCancelBeforeTheFirstTokenCostsNothing(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	g := newGate(0)
	node := w.node("bob", &Echo{Each: g.each}, nil)
	m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 50))
	require.NoError(t, err)
	s, err := w.payer.Sign(m, []uint32{5}, 50)
	require.NoError(t, err)
	r := Result{Submit: s}
	require.NoError(t, w.relay.Client.Submit(w.ctx, s, func(e wire.Event) error {
		if e.Accepted != nil {
			require.NoError(t, w.relay.Client.Cancel(w.ctx, s.Ask.Hash, s.Ask.Secret))
		}
		return r.Take(e)
	}))
	require.Equal(t, wire.CodeCancelled, r.Error.Code, r.Error.Detail)
	require.Zero(t, node.Status(w.ctx).NextSeq)
}

func TestResumeReadsOnWhereTheClientLeft(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb, relayer.Config{})
		g := newGate(20)
		w.node("bob", &Echo{Each: g.each}, nil)
		m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 40))
		require.NoError(t, err)
		s, err := w.payer.Sign(m, []uint32{5}, 40)
		require.NoError(t, err)
		r := Result{Submit: s}
		gone := errors.New("the client goes")
		require.ErrorIs(t, w.relay.Client.Submit(w.ctx, s, func(e wire.Event) error {
			_ = r.Take(e)
			if e.Chunk != nil && e.Chunk.Seq == 10 {
				return gone
			}
			return nil
		}), gone)
		err = w.relay.Client.Resume(w.ctx, s.Ask.Hash, common.Hash{1}, -1, nil)
		require.Equal(t, wire.CodeNotFound, code(t, err))
		last := int64(r.Events[len(r.Events)-1].Seq)
		require.NoError(t, w.relay.Client.Resume(w.ctx, s.Ask.Hash, s.Ask.Secret, last, func(e wire.Event) error {
			if e.Chunk != nil && e.Chunk.Seq == 15 {
				close(g.open)
			}
			return r.Take(e)
		}))
		require.NoError(t, r.Check(w.chain))
		require.Len(t, r.Tokens, 40)
		// The finished answer is kept for a while, whole and from the middle.
		for _, after := range []int64{-1, 30} {
			kept := Result{Submit: s}
			require.NoError(t, w.relay.Client.Resume(w.ctx, s.Ask.Hash, s.Ask.Secret, after, kept.Take))
			require.Equal(t, r.Events[after+1:], kept.Events)
		}
	})
}

func TestClientThatNeverReturnsCancels(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{ResumeGrace: time.Millisecond})
	g := newGate(5)
	node := w.node("bob", &Echo{Each: g.each}, nil)
	m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 50))
	require.NoError(t, err)
	s, err := w.payer.Sign(m, []uint32{5}, 50)
	require.NoError(t, err)
	gone := errors.New("the client goes")
	require.ErrorIs(t, w.relay.Client.Submit(w.ctx, s, func(e wire.Event) error {
		if e.Chunk != nil && e.Chunk.Seq == 4 {
			return gone
		}
		return nil
	}), gone)
	require.Eventually(t, func() bool { return node.Status(w.ctx).NextSeq == 1 && node.Status(w.ctx).Running == 0 }, 10*time.Second, time.Millisecond)
	r := Result{Submit: s}
	require.NoError(t, w.relay.Client.Resume(w.ctx, s.Ask.Hash, s.Ask.Secret, -1, r.Take))
	require.NoError(t, r.Check(w.chain))
	require.Equal(t, protocol.FinishCancelled, r.Done.Receipt.Finish)
}

func TestFailoverBeforeTheFirstTokenOnly(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	broken := errors.New("the backend is broken")
	w.node("cheap", &Echo{Before: func(context.Context, provider.Work) error { return broken }}, func(c *provider.Config) {
		c.Models[0].PriceIn, c.Models[0].PriceOut = protocol.NewAmount(90_000), protocol.NewAmount(360_000)
	})
	g := newGate(3)
	g.open = nil
	fail := func(ctx context.Context, i int) error {
		if i == 3 {
			return broken
		}
		return nil
	}
	w.node("dear", &Echo{}, func(c *provider.Config) {
		c.Models[0].PriceIn, c.Models[0].PriceOut = protocol.NewAmount(200_000), protocol.NewAmount(900_000)
	})
	// The request's prices are those of the cheap offer: the dear one must not be asked.
	r := w.ask([]uint32{1, 2}, 10)
	require.Equal(t, wire.CodeProviderFailed, r.Error.Code)
	require.Equal(t, []wire.Attempt{{Provider: Addr("cheap"), Outcome: wire.CodeProviderFailed}}, r.Error.Route.Attempts)
	require.Equal(t, 1, r.Error.Route.Rejected[wire.RejectPrice]+1)

	same := w.node("same", &Echo{}, func(c *provider.Config) {
		c.Models[0].PriceIn, c.Models[0].PriceOut = protocol.NewAmount(90_000), protocol.NewAmount(360_000)
	})
	need := w.payer.Need([]uint32{1, 2}, 10)
	need.Order = []common.Address{Addr("cheap")}
	m, err := w.relay.Client.Match(w.ctx, need)
	require.NoError(t, err)
	require.Equal(t, Addr("cheap"), m.Offer.Offer.Provider, "%+v", m.Route)
	s, err := w.payer.Sign(m, []uint32{1, 2}, 10)
	require.NoError(t, err)
	over := Result{Submit: s}
	require.NoError(t, w.relay.Client.Submit(w.ctx, s, over.Take))
	require.NoError(t, over.Check(w.chain))
	require.Equal(t, Addr("same"), over.Done.Receipt.Provider)
	require.NoError(t, same.Stop())

	// After the first token there is no second provider, and the cut answer is signed for.
	w.online(w.relay, "same", false)
	w.node("half", &Echo{Each: fail}, func(c *provider.Config) {
		c.Models[0].PriceIn, c.Models[0].PriceOut = protocol.NewAmount(90_000), protocol.NewAmount(360_000)
	})
	need.Order = []common.Address{Addr("half")}
	m, err = w.relay.Client.Match(w.ctx, need)
	require.NoError(t, err)
	s, err = w.payer.Sign(m, []uint32{1, 2}, 10)
	require.NoError(t, err)
	cut := Result{Submit: s}
	require.NoError(t, w.relay.Client.Submit(w.ctx, s, cut.Take))
	require.NoError(t, cut.Check(w.chain))
	require.Len(t, cut.Tokens, 3)
	require.Equal(t, protocol.FinishCancelled, cut.Done.Receipt.Finish)
}

func TestBusyProviderIsNoFaultAndExplained(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb, relayer.Config{})
		g := newGate(0)
		w.node("bob", &Echo{Each: g.each}, func(c *provider.Config) { c.Models[0].Capacity = 1 })
		var first *Result
		var wg sync.WaitGroup
		wg.Go(func() { first = w.ask([]uint32{1}, 2) })
		<-g.reached
		_, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{1}, 2))
		var f *wire.Failure
		require.ErrorAs(t, err, &f)
		require.Equal(t, wire.CodeNoProvider, f.Code)
		require.Equal(t, map[string]int{wire.RejectBusy: 1}, f.Route.Rejected)
		close(g.open)
		wg.Wait()
		require.NoError(t, first.Check(w.chain))
		r := w.ask([]uint32{1}, 2)
		require.NoError(t, r.Check(w.chain))
		require.Greater(t, r.Match.Route.Candidates[0].Reliability, 0.8)
	})
}

func TestChannelIsNeverPromisedTwice(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb, relayer.Config{})
		w.node("bob", &Echo{}, nil)
		poor := NewPayer(w.chain, "poor", protocol.NewAmount(100))
		need := poor.Need([]uint32{1}, 50) // ceil((100000 + 50*400000) / 10^6) = 21
		var mu sync.Mutex
		var leased []wire.Match
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				m, err := w.relay.Client.Match(w.ctx, need)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					leased = append(leased, m)
				} else if code(t, err) != wire.CodeChannel {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Len(t, leased, 4) // 4 * 21 <= 100
		for _, m := range leased {
			s, err := poor.Sign(m, []uint32{1}, 50)
			require.NoError(t, err)
			r := Result{Submit: s}
			require.NoError(t, w.relay.Client.Submit(w.ctx, s, r.Take))
			require.NoError(t, r.Check(w.chain))
		}
		// What was served stays counted although no lease is held any more.
		_, err := w.relay.Client.Match(w.ctx, need)
		require.Equal(t, wire.CodeChannel, code(t, err))
	})
}

func TestProviderLostInMidStream(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	g := newGate(5)
	node := w.node("bob", &Echo{Each: g.each}, nil)
	m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 50))
	require.NoError(t, err)
	s, err := w.payer.Sign(m, []uint32{5}, 50)
	require.NoError(t, err)
	r := Result{Submit: s}
	require.NoError(t, w.relay.Client.Submit(w.ctx, s, func(e wire.Event) error {
		if e.Chunk != nil && e.Chunk.Seq == 4 {
			w.relay.DropProvider(Addr("bob"))
		}
		return r.Take(e)
	}))
	// The provider comes back with the receipt of what it had sent.
	require.NoError(t, r.Check(w.chain))
	require.Equal(t, protocol.FinishCancelled, r.Done.Receipt.Finish)
	require.Len(t, r.Tokens, 5)
	require.EqualValues(t, 1, node.Status(w.ctx).NextSeq)
}

func TestProviderGoneForGoodInMidStream(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{LostWait: time.Millisecond})
	g := newGate(5)
	hang := make(chan struct{})
	w.node("bob", &Echo{Each: func(ctx context.Context, i int) error {
		if i == 5 {
			<-hang // deaf to its context: the connection comes back late
		}
		return g.each(ctx, i)
	}}, nil)
	t.Cleanup(func() { close(hang) })
	m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 50))
	require.NoError(t, err)
	s, err := w.payer.Sign(m, []uint32{5}, 50)
	require.NoError(t, err)
	r := Result{Submit: s}
	require.NoError(t, w.relay.Client.Submit(w.ctx, s, func(e wire.Event) error {
		if e.Chunk != nil && e.Chunk.Seq == 4 {
			w.relay.DropProvider(Addr("bob"))
		}
		return r.Take(e)
	}))
	require.Equal(t, wire.CodeProviderFailed, r.Error.Code)
	require.Len(t, r.Tokens, 5)
	require.Len(t, r.Error.Route.Attempts, 1)
}

func TestSlowReaderSlowsTheModel(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	var mu sync.Mutex
	made := 0
	w.node("bob", &Echo{Each: func(_ context.Context, i int) error {
		mu.Lock()
		defer mu.Unlock()
		made = i
		return nil
	}}, nil)
	m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 1000))
	require.NoError(t, err)
	s, err := w.payer.Sign(m, []uint32{5}, 1000)
	require.NoError(t, err)
	// Nobody reads: submit and leave. The relayer's own buffers to a client are the
	// kernel's, so a reader that is gone is the sharpest slow reader.
	gone := errors.New("the client goes")
	require.ErrorIs(t, w.relay.Client.Submit(w.ctx, s, func(wire.Event) error { return gone }), gone)
	require.Never(t, func() bool { mu.Lock(); defer mu.Unlock(); return made > 900 }, 200*time.Millisecond, 10*time.Millisecond)
	r := Result{Submit: s}
	require.NoError(t, w.relay.Client.Resume(w.ctx, s.Ask.Hash, s.Ask.Secret, -1, r.Take))
	require.NoError(t, r.Check(w.chain))
	require.Len(t, r.Tokens, 1000)
}

func TestLosingRedisLosesNothingThatCounts(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb, relayer.Config{Heartbeat: 50 * time.Millisecond})
		g := newGate(10)
		w.node("bob", &Echo{Each: g.each}, nil)
		m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 30))
		require.NoError(t, err)
		s, err := w.payer.Sign(m, []uint32{5}, 30)
		require.NoError(t, err)
		r := Result{Submit: s}
		require.NoError(t, w.relay.Client.Submit(w.ctx, s, func(e wire.Event) error {
			if e.Chunk != nil && e.Chunk.Seq == 9 {
				require.NoError(t, rdb.FlushAll(w.ctx).Err())
				require.NoError(t, rdb.ScriptFlush(w.ctx).Err())
				close(g.open)
			}
			if e.Beat != nil {
				return nil
			}
			return r.Take(e)
		}))
		require.NoError(t, r.Check(w.chain))
		pay, err := w.payer.Voucher(&r)
		require.NoError(t, err)
		paid, err := w.relay.Client.Pay(w.ctx, pay)
		require.NoError(t, err)
		require.Empty(t, paid.Error)
		require.NoError(t, w.ask([]uint32{6}, 3).Check(w.chain))
		// Presence returns to Redis with a heartbeat, so that another replica learns it.
		other := w.start(relayer.Config{Heartbeat: 50 * time.Millisecond})
		w.online(other, "bob", true)
	})
}

func TestVoucherWaitsForAProviderThatIsAway(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	journal := t.TempDir()
	keep := func(c *provider.Config) { c.Journal = journal }
	node := w.node("bob", &Echo{}, keep)
	first, second := w.ask([]uint32{1}, 5), w.ask([]uint32{2}, 5)
	require.NoError(t, node.Stop())
	w.online(w.relay, "bob", false)
	one, err := w.payer.Voucher(first)
	require.NoError(t, err)
	paid, err := w.relay.Client.Pay(w.ctx, one)
	require.NoError(t, err)
	require.True(t, paid.Pending)
	w.payer.Held(one, 1) // as a payer that forgets: the relayer's copy must hold both
	two, err := w.payer.Voucher(second)
	require.NoError(t, err)
	require.Len(t, two.Added, 1)
	paid, err = w.relay.Client.Pay(w.ctx, two)
	require.NoError(t, err)
	require.True(t, paid.Pending)

	node = w.node("bob", &Echo{}, keep)
	require.Eventually(t, func() bool { return node.Earnings(w.ctx).Owed == two.Voucher.Total }, 10*time.Second, time.Millisecond)
	require.Eventually(t, func() bool {
		n, err := w.rdb.SCard(w.ctx, "dgrid:pays:"+Addr("bob").Hex()).Result()
		return err == nil && n == 0
	}, 10*time.Second, time.Millisecond)
}

func TestTwoReplicasServeOneNetwork(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb, relayer.Config{})
		other := w.start(relayer.Config{})
		g := newGate(100)
		w.node("bob", &Echo{Each: g.each}, nil, w.relay)
		w.online(other, "bob", true)
		m, err := other.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 300))
		require.NoError(t, err)
		s, err := w.payer.Sign(m, []uint32{5}, 300)
		require.NoError(t, err)
		// The request runs at one replica, its provider is at another; a reader moves between them.
		r := Result{Submit: s}
		gone := errors.New("the client goes")
		require.ErrorIs(t, other.Client.Submit(w.ctx, s, func(e wire.Event) error {
			if e.Chunk != nil && e.Chunk.Seq == 80 {
				close(g.open)
				return gone
			}
			return r.Take(e)
		}), gone)
		last := int64(r.Events[len(r.Events)-1].Seq)
		require.NoError(t, w.relay.Client.Resume(w.ctx, s.Ask.Hash, s.Ask.Secret, last, r.Take))
		require.NoError(t, r.Check(w.chain))
		require.Len(t, r.Tokens, 300)
		pay, err := w.payer.Voucher(&r)
		require.NoError(t, err)
		paid, err := other.Client.Pay(w.ctx, pay)
		require.NoError(t, err)
		require.Equal(t, wire.Paid{VoucherHash: Domain.Digest(pay.Voucher), Count: 1}, paid)
	})
}

// The events of a whole answer, short or long, and why it went where it went, are kept for
// readers at another replica, each event once and in order.
func TestWholeAnswersAreKeptForOtherReplicas(t *testing.T) {
	testredis.Each(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb, relayer.Config{})
		other := w.start(relayer.Config{})
		pause := make(chan struct{})
		w.node("bob", &Echo{Each: func(ctx context.Context, i int) error {
			if i == 3 {
				select { // longer than the parts of an answer wait for its end
				case <-pause:
				case <-ctx.Done():
				}
			}
			return nil
		}}, nil, w.relay)
		w.online(other, "bob", true)
		w.payer.Whole = true
		keeps := func(r *Result) {
			require.NoError(t, r.Check(w.chain))
			again := Result{Submit: r.Submit}
			require.NoError(t, other.Client.Resume(w.ctx, r.Submit.Ask.Hash, r.Submit.Ask.Secret, -1, again.Take))
			require.Equal(t, r.Events, again.Events)
			route, err := other.Client.Route(w.ctx, r.Submit.Ask.Hash, r.Submit.Ask.Secret)
			require.NoError(t, err)
			require.Equal(t, []wire.Attempt{{Provider: Addr("bob"), Outcome: "done"}}, route.Attempts)
		}
		keeps(w.ask([]uint32{1}, 1))
		// A share for one request ends with it, by a script: if that is lost, the end is not kept twice.
		poor := NewPayer(w.chain, "poor", protocol.NewAmount(100))
		m, err := w.relay.Client.Match(w.ctx, poor.Need([]uint32{1}, 2))
		require.NoError(t, err)
		s, err := poor.Sign(m, []uint32{1}, 2)
		require.NoError(t, err)
		require.NoError(t, rdb.ScriptFlush(w.ctx).Err())
		once := Result{Submit: s}
		require.NoError(t, w.relay.Client.Submit(w.ctx, s, once.Take))
		keeps(&once)
		require.EqualValues(t, 1, strings.Count(fmt.Sprint(rdb.XRange(w.ctx, "dgrid:events:"+s.Ask.Hash.Hex(), "-", "+").Val()), `"done":{`))
		var long *Result
		var wg sync.WaitGroup
		wg.Go(func() { long = w.ask([]uint32{5}, 6) })
		require.Eventually(t, func() bool { // the parts that wait are kept before the end is there
			keys, err := rdb.Keys(w.ctx, "dgrid:events:*").Result()
			if err != nil {
				return false
			}
			for _, key := range keys {
				entries, err := rdb.XRange(w.ctx, key, "-", "+").Result()
				if err == nil && len(entries) == 2 && strings.Count(fmt.Sprint(entries), `"chunk"`) == 3 {
					return true
				}
			}
			return false
		}, 10*time.Second, 5*time.Millisecond)
		close(pause)
		wg.Wait()
		keeps(long)
	})
}

func TestDrainingFinishesWhatRuns(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{DrainTimeout: 30 * time.Second})
	g := newGate(5)
	node := w.node("bob", &Echo{Each: g.each}, nil)
	var r *Result
	var wg sync.WaitGroup
	wg.Go(func() { r = w.ask([]uint32{5}, 20) })
	<-g.reached
	node.Drain()
	w.online(w.relay, "bob", false)
	_, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 20))
	var f *wire.Failure
	require.ErrorAs(t, err, &f)
	require.Equal(t, map[string]int{wire.RejectDraining: 1}, f.Route.Rejected)
	close(g.open)
	wg.Wait()
	require.NoError(t, r.Check(w.chain))
	require.Equal(t, protocol.FinishLength, r.Done.Receipt.Finish)
	require.NoError(t, node.Wait())
}

func TestStoppingProviderSignsForWhatItSent(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	g := newGate(5)
	node := w.node("bob", &Echo{Each: g.each}, nil)
	var r *Result
	var wg sync.WaitGroup
	wg.Go(func() { r = w.ask([]uint32{5}, 20) })
	<-g.reached
	require.NoError(t, node.Stop())
	wg.Wait()
	require.NoError(t, r.Check(w.chain))
	require.Equal(t, protocol.FinishCancelled, r.Done.Receipt.Finish)
}

func TestBadInputGetsAClearError(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	w.node("bob", &Echo{}, nil)
	c := w.relay.Client
	need := w.payer.Need([]uint32{1}, 5)
	match := func(change func(*wire.Need)) string {
		n := need
		change(&n)
		_, err := c.Match(w.ctx, n)
		return code(t, err)
	}
	require.Equal(t, wire.CodeModelNotFound, match(func(n *wire.Need) { n.ModelVersion = common.Hash{1} }))
	require.Equal(t, wire.CodeInvalidRequest, match(func(n *wire.Need) { n.PromptTokens = 0 }))
	require.Equal(t, wire.CodeContextLength, match(func(n *wire.Need) { n.PromptTokens = 5000 }))
	require.Equal(t, wire.CodeChannel, match(func(n *wire.Need) { n.Channel = common.Hash{1} }))
	require.Equal(t, wire.CodeNoProvider, match(func(n *wire.Need) { n.Class = protocol.ClassSampled }))
	require.Equal(t, wire.CodeNoProvider, match(func(n *wire.Need) { p := protocol.NewAmount(1); n.MaxPriceOut = &p }))
	require.Equal(t, wire.CodeNoProvider, match(func(n *wire.Need) { n.Ignore = []common.Address{Addr("bob")} }))

	submit := func(change func(*wire.Submit)) string {
		m, err := c.Match(w.ctx, need)
		require.NoError(t, err)
		s, err := w.payer.Sign(m, []uint32{1}, 5)
		require.NoError(t, err)
		change(&s)
		r := Result{}
		if err := c.Submit(w.ctx, s, r.Take); err != nil {
			return code(t, err)
		}
		require.NotNil(t, r.Error)
		return r.Error.Code
	}
	resign := func(s *wire.Submit) {
		s.Ask.Hash = Domain.Digest(s.Ask.Request)
		s.Ask.Signature, _ = Domain.Sign(Key("alice delegate"), s.Ask.Request)
	}
	require.Equal(t, wire.CodeLeaseExpired, submit(func(s *wire.Submit) { s.Lease = "x" }))
	require.Equal(t, wire.CodeInvalidRequest, submit(func(s *wire.Submit) { s.Ask.Request.Salt[0] ^= 1 }))
	require.Equal(t, wire.CodeUnauthorized, submit(func(s *wire.Submit) { s.Ask.Signature, _ = Domain.Sign(Key("eve"), s.Ask.Request) }))
	require.Equal(t, wire.CodeUnauthorized, submit(func(s *wire.Submit) { s.Ask.Signature = nil }))
	require.Equal(t, wire.CodeInvalidRequest, submit(func(s *wire.Submit) { s.Ask.Params.TemperatureMilli = 700 }))
	require.Equal(t, wire.CodeInvalidRequest, submit(func(s *wire.Submit) { s.Ask.Prompt = []uint32{2} }), "refused by the provider: another prompt")
	require.Equal(t, wire.CodeInvalidRequest, submit(func(s *wire.Submit) { s.Ask.Request.MaxFee = protocol.NewAmount(1 << 40); resign(s) }))
	require.Equal(t, wire.CodeInvalidRequest, submit(func(s *wire.Submit) { s.Ask.Request.PriceOut = protocol.Amount{}; resign(s) }))
	require.Equal(t, wire.CodeInvalidRequest, submit(func(s *wire.Submit) {
		s.Ask.Request.Deadline = uint64(time.Now().Unix()) + 2*protocol.MaxDeadline
		resign(s)
	}))

	w.chain.Do(func(_ map[common.Address]common.Address, _ map[common.Address]protocol.Amount, channels map[common.Hash]provider.Channel) {
		ch := channels[w.payer.Channel]
		ch.Expiry = 1
		channels[w.payer.Channel] = ch
	})
	require.Eventually(t, func() bool { // chain reads are a moment old
		_, err := c.Match(w.ctx, need)
		return err != nil && code(t, err) == wire.CodeChannel
	}, 10*time.Second, time.Millisecond)
}

func TestRequestThatNoBackendTakesIsTheRequestersFault(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	w.node("bob", &Echo{Before: func(context.Context, provider.Work) error {
		return fmt.Errorf("token out of the vocabulary: %w", protocol.ErrInvalid)
	}}, nil)
	r := w.ask([]uint32{1}, 5)
	require.Equal(t, wire.CodeInvalidRequest, r.Error.Code)
	require.Equal(t, wire.RefusePrompt, r.Error.Refused)
	views, err := w.relay.Client.Offers(w.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 0.8, views[0].Reliability)
}

func TestDeadChainIsSaidAndHeals(t *testing.T) {
	w := newWorld(t, testredis.Mini(t), relayer.Config{})
	w.node("bob", &Echo{}, nil)
	w.chain.Fail(errors.New("connection refused"))
	require.Eventually(t, func() bool {
		_, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{1}, 5))
		return err != nil && code(t, err) == wire.CodeUnavailable
	}, 10*time.Second, time.Millisecond)
	w.chain.Fail(nil)
	require.Eventually(t, func() bool {
		r, err := w.payer.Ask(w.ctx, w.relay.Client, []uint32{1}, 5)
		return err == nil && r.Check(w.chain) == nil
	}, 10*time.Second, time.Millisecond)
}
