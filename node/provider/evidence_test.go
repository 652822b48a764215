package provider

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// gatedBackend takes until its gate opens to recompute a block, or until it is cut. The
// position of a block names it.
type gatedBackend struct {
	opening
	gate chan struct{}
	mu   *sync.Mutex
	tale *[]int // blocks that were recomputed; those that were cut are negative
}

func (g gatedBackend) Open(ctx context.Context, _ Answered, b step.Block) (OpenBlock, error) {
	var err error
	select {
	case <-g.gate:
	case <-ctx.Done():
		err = ctx.Err()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		*g.tale = append(*g.tale, -b.T)
		return nil, err
	}
	*g.tale = append(*g.tale, b.T)
	return oneBlock{}, nil
}

// besieged is a provider of one receipt, whose recomputations wait for the gate.
type besieged struct {
	*Provider
	gate    chan struct{}
	chain   *asks
	receipt common.Hash
	secret  common.Hash
	mu      sync.Mutex
	tale    []int
}

func besiege(t *testing.T) *besieged {
	t.Helper()
	b := &besieged{gate: make(chan struct{}), chain: &asks{sent: map[common.Hash]int{}}}
	cfg, chain := testConfig(t.TempDir()), newTestChain()
	chain.fixed = 1
	cfg.Models[0].Backend = gatedBackend{gate: b.gate, mu: &b.mu, tale: &b.tale}
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: chain, Questions: b.chain, Answers: b.chain, Binder: &newProofs{}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	b.Provider, b.receipt = p, testDomain.Digest(signOne(t, p.book, 1))
	a, _, err := p.answered(b.receipt)
	require.NoError(t, err)
	b.secret = a.Ask.Secret
	return b
}

func (b *besieged) exhibit(ctx context.Context, position int) error {
	_, err := b.Exhibit(ctx, wire.Evidence{Receipt: b.receipt, Secret: b.secret, Want: wire.WantChunk, T: uint32(position)})
	return err
}

func (b *besieged) question(position int, deadline uint64) contracts.AskedQuestion {
	return contracts.AskedQuestion{ID: common.Hash{byte(position), byte(position >> 8)}, Receipt: b.receipt, Deadline: deadline,
		Node: contracts.Node{Kind: uint8(contracts.NodeChunk), Level: uint8(chunk.Int32), Size: 7, T: uint32(position)}}
}

// What anybody may ask for nothing keeps no answer waiting that slashes when it is late.
func TestFreeEvidenceNeverStandsBeforeAnswersOnChain(t *testing.T) {
	b := besiege(t)
	synctest.Test(t, func(t *testing.T) {
		b.gate = make(chan struct{}) // of this bubble
		b.models[b.cfg.Models[0].Version].Backend = gatedBackend{gate: b.gate, mu: &b.mu, tale: &b.tale}
		const flood, onChain = 3000, 99_999
		var mu sync.Mutex
		var refused, shown int
		var wg sync.WaitGroup
		for i := range flood {
			wg.Go(func() {
				err := b.exhibit(t.Context(), 1+i)
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, protocol.ErrUnavailable) {
					refused++
				} else if err == nil {
					shown++
				}
			})
		}
		synctest.Wait()
		require.Equal(t, flood-1-maxExhibits, refused, "at once, while the first is recomputed")
		b.chain.open = []contracts.AskedQuestion{b.question(onChain, 100)}
		wg.Go(func() { require.NoError(t, b.AnswersNow(t.Context())) })
		synctest.Wait()
		close(b.gate)
		wg.Wait()
		require.Negative(t, b.tale[0], "the exhibit that ran was cut")
		require.Equal(t, onChain, b.tale[1])
		require.Equal(t, 1+maxExhibits, shown+refused-(flood-1-maxExhibits))
		require.GreaterOrEqual(t, shown, maxExhibits, "the others come after it")
	})
}

func TestAnswersOnChainGoByTheirDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var x turns
		var order []rank
		var wg sync.WaitGroup
		_, done, err := x.take(t.Context(), rank{onChain: true, due: 1})
		require.NoError(t, err)
		for _, r := range []rank{{}, {true, 30}, {true, 10}, {}, {true, 20}, {true, 10}} {
			wg.Go(func() {
				_, done, err := x.take(t.Context(), r)
				require.NoError(t, err)
				order = append(order, r)
				done()
			})
			synctest.Wait()
		}
		gone, leave := context.WithCancel(t.Context())
		wg.Go(func() {
			_, _, err := x.take(gone, rank{onChain: true, due: 5})
			require.ErrorIs(t, err, protocol.ErrExpired)
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		done()
		wg.Wait()
		require.Equal(t, []rank{{true, 10}, {true, 10}, {true, 20}, {true, 30}, {}, {}}, order)
		require.Nil(t, x.running)
		require.Empty(t, x.waiting)
	})
}

// Nobody hears of an exhibit that comes later than the relayer waits: it is not made.
func TestExhibitsEndWithTheirAskersWait(t *testing.T) {
	b := besiege(t)
	synctest.Test(t, func(t *testing.T) {
		b.models[b.cfg.Models[0].Version].Backend = gatedBackend{gate: make(chan struct{}), mu: &b.mu, tale: &b.tale}
		began := time.Now()
		require.ErrorIs(t, b.exhibit(t.Context(), 1), context.DeadlineExceeded, "while it is recomputed")
		require.Equal(t, []int{-1}, b.tale)
		_, done, err := b.exhibits.turns.take(t.Context(), rank{onChain: true, due: 100})
		require.NoError(t, err)
		require.ErrorIs(t, b.exhibit(t.Context(), 2), protocol.ErrExpired, "while it waits")
		require.Equal(t, 2*exhibitWait, time.Since(began))
		done()
		require.Equal(t, []int{-1}, b.tale)
		require.Nil(t, b.exhibits.turns.running)
		require.Empty(t, b.exhibits.turns.waiting)
	})
}

// What was recomputed for the chain serves the next question, whatever is asked for nothing.
func TestExhibitsPushOutNothingThatTheChainAskedFor(t *testing.T) {
	b := besiege(t)
	close(b.gate)
	b.chain.open = []contracts.AskedQuestion{b.question(1, 100)}
	require.NoError(t, b.AnswersNow(t.Context()))
	for i := range 3 * keptBlocks {
		require.NoError(t, b.exhibit(t.Context(), 10+i))
	}
	next := b.question(1, 100)
	next.ID = common.Hash{77}
	b.chain.open = append(b.chain.open, next)
	require.NoError(t, b.AnswersNow(t.Context()))
	require.Len(t, slices.DeleteFunc(slices.Clone(b.tale), func(position int) bool { return position != 1 }), 1)
	require.Len(t, b.chain.sent, 2)
}
