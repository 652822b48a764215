package auditor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
)

// listing is what a feed says of an answer.
type listing struct {
	*answer
	relayer common.Address
	at      int64
}

// lister is an API with an audit feed that says of answers what it likes.
type lister struct {
	url   string
	begin chan struct{} // closed: it lists
	shown atomic.Int64  // bundles
	ended atomic.Int64  // times that it was read to its end, and read on
}

// lists makes a feed that says nothing until it begins.
func lists(t *testing.T, said ...listing) *lister {
	l := &lister{begin: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/audits/feed", func(rw http.ResponseWriter, r *http.Request) {
		select {
		case <-l.begin:
		case <-r.Context().Done():
			return
		}
		rw.Header().Set("Content-Type", "text/event-stream")
		past := r.Header.Get("Last-Event-ID") == ""
		last := true
		for i, s := range said {
			id := fmt.Sprintf("%d-%s-%d", s.at, s.b.Receipt.RequestHash, i)
			if past {
				last = false
				fmt.Fprintf(rw, "data: {\"id\":%q,\"receipt_hash\":%q,\"relayer\":%q,\"ended_at\":%d}\n\n", id, s.receipt, s.relayer, s.at)
			}
			past = past || id == r.Header.Get("Last-Event-ID")
		}
		if last { // what it listed before is taken
			l.ended.Add(1)
			rw.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	})
	mux.HandleFunc("GET /v1/audits/{receipt}", func(rw http.ResponseWriter, r *http.Request) {
		for _, s := range said {
			if s.receipt.Hex() == r.PathValue("receipt") {
				l.shown.Add(1)
				_ = json.NewEncoder(rw).Encode(s.b)
				return
			}
		}
		http.Error(rw, "no", http.StatusNotFound)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	l.url = server.URL
	return l
}

// read waits until the feed was read to its end.
func (l *lister) read(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return l.ended.Load() > 0 }, time.Minute, 5*time.Millisecond)
}

// lies are what a hostile feed says first of three receipts that were bought in this order.
var lies = map[string]func(all [3]*answer) []listing{
	"another relayer": func(all [3]*answer) []listing {
		return []listing{{all[0], common.Address{0xbb}, 100}, {all[1], common.Address{0xbb}, 101}, {all[2], common.Address{0xbb}, 102}}
	},
	"another relayer of one": func(all [3]*answer) []listing { return []listing{{all[1], common.Address{0xbb}, 101}} },
	"another time": func(all [3]*answer) []listing {
		return []listing{{all[2], relayerOf, 90}, {all[1], relayerOf, 91}, {all[0], relayerOf, 92}}
	},
	"something else each time": func(all [3]*answer) (list []listing) {
		for n := range 12 {
			list = append(list, listing{all[n%3], common.Address{0xbb, byte(n)}, int64(100 + n)})
		}
		return list
	},
	"no relayer": func(all [3]*answer) []listing {
		return []listing{{all[0], common.Address{}, 90}, {all[1], common.Address{}, 91}, {all[2], common.Address{}, 92}}
	},
}

// A feed that lists receipts first and lies about their sale hides nothing from an auditor that an honest one tells of them
// later: the payment of a wrong one is found and refunded, and what is wrong with the line's root is claimed.
func TestAFeedThatLiesFirstHidesNoPayment(t *testing.T) {
	t.Parallel()
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, odd(t), 3600)
			id := w.channel(t)
			one, dear, two := w.answered(t, params(700), prompt, 3, nil).on(id), w.dearer(t, id), w.answered(t, params(700), prompt, 5, nil).on(id)
			said := lie([3]*answer{one, dear, two})
			hostile, honest := lists(t, said...), lists(t, listing{one, relayerOf, 100}, listing{dear, relayerOf, 101}, listing{two, relayerOf, 102})
			a := w.auditor(t, t.TempDir(), noProver{}, one, func(c *auditor.Config, _ *auditor.Deps) {
				c.Models, c.PaymentWait, c.LookEvery, c.RetryEvery = nil, -1, 20*time.Millisecond, 10*time.Millisecond
				c.Feeds = []string{hostile.url, honest.url}
			})
			running(t, a)
			w.redeem(t, id, one.leaf(), dear.leaf(), two.leaf())
			before := w.free(t, requester)
			close(hostile.begin)
			hostile.read(t)
			c, err := a.Wait(t.Context(), dear.receipt, decided)
			require.NoError(t, err)
			require.Equal(t, contracts.FaultOverBilling, c.Verdict.Kind)
			require.True(t, c.Verdict.Refunded.IsZero(), "who lies hides it for now")
			close(honest.begin)
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			c, err = a.WaitOver(ctx, dear.receipt)
			require.NoError(t, err)
			require.Equal(t, auditor.Settled, c.State, c.Note)
			require.NotZero(t, c.Settling, c.Note)
			after, err := before.Add(tokens(3))
			require.NoError(t, err)
			require.Equal(t, after, w.free(t, requester))
			honest.read(t)
			require.EqualValues(t, max(3-len(said), 0), honest.shown.Load(), "what is known is not fetched again")
			sales, err := a.Cases().Sales(&c)
			require.NoError(t, err)
			require.LessOrEqual(t, len(sales), 2, "of each feed what it said first")
			require.Contains(t, sales, auditor.Sale{By: honest.url, Relayer: relayerOf, Bought: 101, Number: sales[len(sales)-1].Number})

			w.redeem(t, id, one.leaf(), dear.leaf(), two.leaf(), one.leaf())
			paidTwice(ctx, t, a, one)
		})
	}
}

// paidTwice waits for the claim that a receipt was paid twice.
func paidTwice(ctx context.Context, t *testing.T, a *auditor.Auditor, of *answer) {
	t.Helper()
	claim, err := a.WaitClaim(ctx, devchain.Address(owner), settled)
	require.NoError(t, err)
	require.Equal(t, auditor.Settled, claim.State, claim.Note)
	require.Equal(t, auditor.ClaimPaidTwice, claim.Claim.Claim)
	require.Equal(t, of.receipt, claim.Claim.PaidReceipt)
}

// A receipt is paid in the lines of two relayers. Feeds that name one each explain both roots, and one feed alone explains one:
// it is claimed, once, whatever is said of it.
func TestAReceiptInTheLinesOfTwoRelayersIsClaimed(t *testing.T) {
	t.Parallel()
	other := common.Address{19: 0x99}
	for name, feeds := range map[string][]common.Address{
		"a feed for each":           {relayerOf, other},
		"the other way round":       {other, relayerOf},
		"one feed":                  {relayerOf},
		"neither feed says so":      {relayerOf, {19: 0x55}},
		"the first feed lies of it": {{19: 0x55}, relayerOf},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, odd(t), 3600)
			id := w.channel(t)
			one, two, three := w.answered(t, params(700), prompt, 3, nil).on(id), w.answered(t, params(700), prompt, 4, nil).on(id), w.answered(t, params(700), prompt, 5, nil).on(id)
			var urls []string
			for _, relayer := range feeds {
				l := lists(t, listing{one, relayer, 100}, listing{two, relayerOf, 101}, listing{three, other, 99})
				close(l.begin)
				urls = append(urls, l.url)
			}
			a := w.auditor(t, t.TempDir(), noProver{}, one, func(c *auditor.Config, _ *auditor.Deps) {
				c.Models, c.LookEvery, c.RetryEvery, c.Feeds = nil, 20*time.Millisecond, 10*time.Millisecond, urls
			})
			running(t, a)
			w.redeem(t, id, one.leaf(), two.leaf())
			w.redeemBy(t, other, id, three.leaf(), one.leaf())
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			paidTwice(ctx, t, a, one)
			list, err := a.Claims().List()
			require.NoError(t, err)
			require.Len(t, list, 1)
		})
	}
}

// More receipts in two lines than one look claims are claimed in the looks after it, though the lines stand still.
func TestNoCrowdOfTwinsHidesTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	id, other := w.channel(t), common.Address{19: 0x99}
	first := w.answered(t, params(700), prompt, 3, nil).on(id)
	var here, there []listing
	var leaves []protocol.SumLeaf
	for i := range 66 {
		one, r := &answer{t: t, w: w, b: first.b, p: first.p, leaves: first.leaves}, first.b.Receipt
		r.Seq += uint64(1000 + i)
		one.signReceipt(r)
		here, there = append(here, listing{one, relayerOf, int64(100 + i)}), append(there, listing{one, other, int64(100 + i)})
		leaves = append(leaves, one.leaf())
	}
	var urls []string
	for _, said := range [][]listing{here, there} {
		l := lists(t, said...)
		close(l.begin)
		urls = append(urls, l.url)
	}
	a := w.auditor(t, t.TempDir(), noProver{}, first, func(c *auditor.Config, _ *auditor.Deps) {
		c.Models, c.LookEvery, c.RetryEvery, c.Feeds = nil, 20*time.Millisecond, 10*time.Millisecond, urls
	})
	running(t, a)
	w.redeem(t, id, leaves...)
	w.redeemBy(t, other, id, leaves...)
	require.Eventually(t, func() bool {
		list, err := a.Claims().List()
		require.NoError(t, err)
		return len(slices.DeleteFunc(list, func(c *auditor.Claimed) bool { return c.Claim.Claim != auditor.ClaimPaidTwice })) == len(leaves)
	}, time.Minute, 50*time.Millisecond)
}

// A convicted receipt whose relayer a feed named wrongly is redeemed when its window is long over: what another feed said
// meanwhile, or before the process ended, has it refunded.
func TestWhatIsSaidLaterRefundsWhatIsRedeemedLate(t *testing.T) {
	t.Parallel()
	for name, restart := range map[string]bool{"running": false, "restarted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDrawWorld(t)
			wrong, data := w.bought(t, overBilled), t.TempDir()
			hostile, honest := lists(t, listing{wrong, common.Address{0xbb}, 100}), lists(t, listing{wrong, w.line.Relayer, 100})
			begin := func(feeds ...string) *auditor.Auditor {
				return w.auditor(t, data, noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) {
					c.PaymentWait, c.LookEvery, c.RetryEvery, c.Feeds = -1, 20*time.Millisecond, 10*time.Millisecond, feeds
					d.Redeems = func(from uint64) auditor.Redeems { return contracts.NewRedeemWatch(w.reader, from) }
				})
			}
			x := begin(hostile.url, honest.url)
			stop := running(t, x)
			close(hostile.begin)
			got, err := x.Wait(t.Context(), wrong.receipt, decided)
			require.NoError(t, err)
			require.Equal(t, auditor.Unpaid, got.State, "%s %s", got.Note, got.Trouble)
			w.pass(t, 32*time.Hour)
			got, err = x.WaitOver(t.Context(), wrong.receipt)
			require.NoError(t, err)
			require.Contains(t, got.Note, "no payment was seen")
			close(honest.begin)
			honest.read(t)
			before := w.free(t, requester)
			if restart {
				stop()
				x = begin()
				running(t, x)
			}
			w.redeem(t, wrong)
			ctx, end := context.WithTimeout(t.Context(), time.Minute)
			defer end()
			got, err = x.Wait(ctx, wrong.receipt, func(c auditor.Case) bool { return c.State.Over() && c.Settling != got.Settling })
			require.NoError(t, err)
			require.Equal(t, auditor.Settled, got.State, got.Note)
			require.Positive(t, w.free(t, requester).Cmp(before), "as much of it as a stake that was slashed refunds")
		})
	}
}
