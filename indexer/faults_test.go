package indexer_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/indexer/bench"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// liar is a chain seen through a node with a fault.
type liar struct {
	*bench.Chain
	rnd    *rand.Rand
	logs   func(l *liar, from, to uint64, logs []store.Event) ([]store.Event, error)
	heads  func(l *liar, h *store.Heads)
	blocks func(l *liar, h []indexer.Header) []indexer.Header
}

func (l *liar) Logs(ctx context.Context, from, to uint64, a []common.Address) ([]store.Event, error) {
	logs, err := l.Chain.Logs(ctx, from, to, a)
	if l.logs != nil && l.rnd.IntN(3) == 0 {
		return l.logs(l, from, to, logs)
	}
	return logs, err
}

func (l *liar) Heads(ctx context.Context) (store.Heads, error) {
	h, err := l.Chain.Heads(ctx)
	if l.heads != nil && l.rnd.IntN(2) == 0 {
		l.heads(l, &h)
	}
	return h, err
}

func (l *liar) Headers(ctx context.Context, from, to uint64) ([]indexer.Header, error) {
	h, err := l.Chain.Headers(ctx, from, to)
	if l.blocks != nil && l.rnd.IntN(3) == 0 {
		return l.blocks(l, h), nil
	}
	return h, err
}

// TestFaultyNodesWriteNoWrongRow is the part of IDX-4 that one node can show: after
// every fault the tables are a fresh index, or nothing moved.
func TestFaultyNodesWriteNoWrongRow(t *testing.T) {
	pick := func(l *liar, logs []store.Event) int { return l.rnd.IntN(len(logs)) }
	faults := map[string]liar{
		"empty answer": {logs: func(*liar, uint64, uint64, []store.Event) ([]store.Event, error) { return nil, nil }},
		"too many": {logs: func(l *liar, from, to uint64, logs []store.Event) ([]store.Event, error) {
			if from == to {
				return logs, nil
			}
			return nil, indexer.ErrTooMany
		}},
		"unavailable": {logs: func(*liar, uint64, uint64, []store.Event) ([]store.Event, error) { return nil, protocol.ErrUnavailable }},
		"reordered": {logs: func(l *liar, _, _ uint64, logs []store.Event) ([]store.Event, error) {
			l.rnd.Shuffle(len(logs), func(i, j int) { logs[i], logs[j] = logs[j], logs[i] })
			return logs, nil
		}},
		"repeated": {logs: func(_ *liar, _, _ uint64, logs []store.Event) ([]store.Event, error) {
			return append(logs, logs...), nil
		}},
		"changed": {logs: func(l *liar, _, _ uint64, logs []store.Event) ([]store.Event, error) {
			if len(logs) > 0 {
				i := pick(l, logs)
				twin := logs[i]
				twin.Data = append([]byte{1}, twin.Data...)
				logs = append(logs, twin)
			}
			return logs, nil
		}},
		"of another branch": {logs: func(l *liar, _, _ uint64, logs []store.Event) ([]store.Event, error) {
			if len(logs) > 0 {
				logs[pick(l, logs)].BlockHash[0] ^= 1
			}
			return logs, nil
		}},
		"of another contract": {logs: func(l *liar, _, _ uint64, logs []store.Event) ([]store.Event, error) {
			if len(logs) > 0 {
				logs[pick(l, logs)].Address[0] ^= 1
			}
			return logs, nil
		}},
		"out of range": {logs: func(l *liar, _, to uint64, logs []store.Event) ([]store.Event, error) {
			if len(logs) > 0 {
				logs[pick(l, logs)].Block = to + 1
			}
			return logs, nil
		}},
		"lagging head": {heads: func(l *liar, h *store.Heads) {
			back, _ := l.Chain.Headers(context.Background(), h.Latest.Number/2, h.Latest.Number/2)
			h.Latest = back[0].Block
		}},
		"finalized regress":   {heads: func(l *liar, h *store.Heads) { h.Finalized, h.Safe = 0, 0 }},
		"head without blocks": {blocks: func(l *liar, h []indexer.Header) []indexer.Header { return h[:l.rnd.IntN(len(h)+1)] }},
		"hole in the blocks": {blocks: func(l *liar, h []indexer.Header) []indexer.Header {
			if len(h) < 3 {
				return h
			}
			return append(h[:1:1], h[2:]...)
		}},
		"foreign block": {blocks: func(l *liar, h []indexer.Header) []indexer.Header {
			if len(h) > 1 {
				h[len(h)-1].ParentHash[3] ^= 1
			}
			return h
		}},
	}
	emptied(t, func(t *testing.T, empty func(testing.TB) *store.Network, few bool) {
		rounds := 6
		if few {
			rounds = 1
		} else if raced {
			rounds = 2
		}
		for name, fault := range faults {
			t.Run(name, func(t *testing.T) { faultyNode(t, empty(t), fault, rounds) })
		}
	})
}

func faultyNode(t *testing.T, n *store.Network, fault liar, rounds int) {
	rnd := rand.New(rand.NewPCG(4, 4))
	c := bench.NewChain(12, 6, 3)
	l := fault
	l.Chain, l.rnd = c, rand.New(rand.NewPCG(5, 5))
	x := indexer.New(&l, n, indexer.Options{MaxSpan: 16, Fetchers: 1})
	finalized := uint64(0)
	for range rounds {
		grow(c, rnd, 20)
		for tries := 0; ; tries++ {
			require.Less(t, tries, 2000, "no progress")
			heads, err := l.Heads(context.Background())
			require.NoError(t, err)
			err = x.ConvergeAll(context.Background(), heads)
			require.NotErrorIs(t, err, indexer.ErrHalted)
			cursor, cerr := n.Cursor(context.Background())
			require.NoError(t, cerr)
			require.GreaterOrEqual(t, cursor.Finalized, finalized, "finality never moves back")
			finalized = cursor.Finalized
			if err == nil && cursor.Number == c.Head() {
				break
			}
		}
		equal(t, fresh(t, c), dump(t, n))
	}
	require.Zero(t, x.Status().Reorgs, "a fault is not a reorg")
}

// TestIllegalTransitionHalts sends an event that the contracts cannot emit.
func TestIllegalTransitionHalts(t *testing.T) {
	emptied(t, func(t *testing.T, empty func(testing.TB) *store.Network, _ bool) { illegalTransition(t, empty(t)) })
}

func illegalTransition(t *testing.T, n *store.Network) {
	c := bench.NewChain(12, 6, 3)
	grow(c, rand.New(rand.NewPCG(1, 1)), 30)
	broken := &liar{Chain: c, rnd: rand.New(rand.NewPCG(1, 1))}
	first := true
	x := indexer.New(changed{broken, func(logs []store.Event) {
		for i := range logs { // a deposit of another amount than its balance says
			if e := &logs[i]; e.Address == bench.Deployment.Vault && len(e.Data) == 64 && first {
				e.Data = append([]byte{0: 0}, e.Data[1:]...)
				e.Data[31] ^= 1
				first = false
			}
		}
	}}, n, indexer.Options{MaxSpan: 64})
	heads, _ := c.Heads(context.Background())
	err := x.ConvergeAll(context.Background(), heads)
	require.ErrorIs(t, err, indexer.ErrHalted)
	require.ErrorContains(t, err, "illegal transition")
	cursor, err := n.Cursor(context.Background())
	require.NoError(t, err)
	require.True(t, cursor.Empty(), "nothing of the batch was written")
	require.NotEmpty(t, cursor.Halted)
}

type changed struct {
	*liar
	change func([]store.Event)
}

func (c changed) Logs(ctx context.Context, from, to uint64, a []common.Address) ([]store.Event, error) {
	logs, err := c.liar.Logs(ctx, from, to, a)
	c.change(logs)
	return logs, err
}

// follower is a chain that tells of its blocks.
type follower struct {
	*bench.Chain
	news chan struct{}
}

func (f follower) Watch(ctx context.Context, news chan<- struct{}) error {
	for {
		select {
		case <-f.news:
			select {
			case news <- struct{}{}:
			default:
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func TestRunFollowsTheHead(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		c := bench.NewChain(12, 6, 3)
		rnd := rand.New(rand.NewPCG(6, 6))
		n := network(t, url)
		f := follower{c, make(chan struct{})}
		x := indexer.New(f, n, indexer.Options{Poll: time.Hour}) // only news can move it
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- x.Run(ctx) }()
		for range 5 {
			grow(c, rnd, 3)
			// Told until it shows: a word that comes while it converges counts as well.
			require.Eventually(t, func() bool {
				select {
				case f.news <- struct{}{}:
				default:
				}
				return x.Status().Indexed.Number == c.Head()
			}, time.Minute, time.Millisecond)
		}
		require.True(t, x.Status().Ready)
		cancel()
		require.NoError(t, <-done)
		equal(t, fresh(t, c), dump(t, n))
	})
}

// TestTwoIndexersOfOneNetwork: without the lock the compare and swap of the cursor
// still keeps the tables right.
func TestTwoIndexersOfOneNetwork(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		c := bench.NewChain(12, 6, 3)
		grow(c, rand.New(rand.NewPCG(8, 8)), 60)
		n := network(t, url)
		heads, err := c.Heads(context.Background())
		require.NoError(t, err)
		a, b := newIndexer(c, n, 8), newIndexer(c, n, 5)
		conflicts := 0
		for range 40 {
			for _, x := range []*indexer.Indexer{a, b} {
				switch err := x.Converge(context.Background(), heads); {
				case err == nil:
				case protocol.Kind(err) == protocol.ErrConflict:
					conflicts++
				default:
					require.ErrorIs(t, err, indexer.ErrNothingNew)
				}
			}
		}
		require.NotZero(t, conflicts)
		equal(t, fresh(t, c), dump(t, n))
	})
}
