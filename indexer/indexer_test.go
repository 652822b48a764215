package indexer_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/indexer/bench"
	"github.com/dgrid-network/dgrid/internal/testpg"
	"github.com/dgrid-network/dgrid/store"
)

// engines runs a test on each engine.
func engines(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "dgrid.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, testpg.URL(t)) })
}

// emptied runs a test on each engine with a network that is empty at the start of every
// case: a database for each case would cost more than the case. On Postgres few says to
// leave most cases out.
func emptied(t *testing.T, test func(t *testing.T, empty func(testing.TB) *store.Network, few bool)) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "sqlite::memory:" }, "postgres": testpg.URL} {
		t.Run(engine, func(t *testing.T) {
			n := network(t, url(t))
			test(t, func(t testing.TB) *store.Network {
				require.NoError(t, n.Reset(context.Background()))
				return n
			}, engine == "postgres")
		})
	}
}

func network(t testing.TB, url string) *store.Network { return networkOf(t, url, bench.Deployment) }

func networkOf(t testing.TB, url string, d store.Deployment) *store.Network {
	s, err := store.Open(context.Background(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	n, err := s.Network(context.Background(), d)
	require.NoError(t, err)
	return n
}

func newIndexer(source indexer.Source, n *store.Network, span uint64) *indexer.Indexer {
	return indexer.New(source, n, indexer.Options{MaxSpan: span, Fetchers: 3, Log: slog.New(slog.DiscardHandler)})
}

// converge brings x to the head of its source.
func converge(t testing.TB, x *indexer.Indexer, c indexer.Source) {
	t.Helper()
	heads, err := c.Heads(context.Background())
	require.NoError(t, err)
	require.NoError(t, x.ConvergeAll(context.Background(), heads))
}

func dump(t testing.TB, n *store.Network) string {
	var b bytes.Buffer
	require.NoError(t, n.Dump(context.Background(), &b))
	return b.String()
}

// equal compares dumps without printing megabytes.
func equal(t testing.TB, want, got string) {
	t.Helper()
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			t.Fatalf("dumps differ at line %d:\nwant %s\ngot  %s", i, a[i], b[min(i, len(b)-1)])
		}
	}
	require.Len(t, b, len(a))
}

// reference is the database in which chains are indexed from nothing: hundreds of times,
// and to make its tables takes longer than a chain.
var reference struct {
	sync.Mutex
	store *store.Store
}

// fresh is the dump of the chain indexed from nothing.
func fresh(t testing.TB, c *bench.Chain) string { return freshOf(t, c, bench.Deployment) }

func freshOf(t testing.TB, c *bench.Chain, d store.Deployment) string {
	reference.Lock()
	defer reference.Unlock()
	if reference.store == nil {
		s, err := store.Open(context.Background(), "sqlite::memory:")
		require.NoError(t, err)
		reference.store = s
	}
	n, err := reference.store.Network(context.Background(), d)
	require.NoError(t, err)
	require.NoError(t, n.Reset(context.Background()))
	converge(t, newIndexer(c, n, 500), c)
	return dump(t, n)
}

func grow(c *bench.Chain, rnd *rand.Rand, blocks int) {
	for range blocks {
		c.Extend(rnd.Uint64()>>1, rnd.IntN(4) == 0)
	}
}

func TestEnginesHoldTheSame(t *testing.T) {
	if raced {
		t.Skip("compares tables, not threads: the pass without the detector runs it")
	}
	c := bench.NewChain(30, 25, 1)
	grow(c, rand.New(rand.NewPCG(1, 1)), 200)
	want := fresh(t, c)
	for _, table := range []string{"versions", "providers", "operators", "stake_changes", "channels", "lines", "redeems", "rejections",
		"credits", "jobs", "balances", "transfers", "share_changes", "totals", "services",
		"receipts", "faults", "questions", "claims", "verifiers", "audits", "audit_points", "attestations", "auditors"} {
		require.True(t, strings.Contains(want, "\n"+table+" {"), "the history must exercise %s", table)
	}
	for _, part := range []string{`receipts .*"fault":"wrong_step"`, `receipts .*"settled_at":1`, `receipts .*"silences":[23]`, `faults .*"kind":"withheld"`, `faults .*"rung":"small"`, `faults .*"kind":"wrong_step".*"model_version":"0x[1-9a-f]`,
		`questions .*"state":"expired"`, `questions .*"state":"answered"`, `questions .*"asks":2`, `questions .*"bond_to_provider":"1.*"bond_burned":"1`, `claims .*"kind":"wrong_leaf"`,
		`verifiers .*"spec_version":2`, `jobs .*"disproved":true`, `audits .*"state":"registered"`, `audit_points .*"state":"waiting"`, `audit_points .*"state":"withheld"`,
		`audit_points .*"passed":true`, `audit_points .*"punished":true`, `attestations .*"answer":"wrong"`, `attestations .*"kind":"version".*"answer":"right"`, `auditors .*"absent":[1-9]`} {
		if ok := regexp.MustCompile("(?m)^" + part).MatchString(want); !ok {
			t.Errorf("the history must exercise %s", part)
		}
	}
	engines(t, func(t *testing.T, url string) {
		n := network(t, url)
		x := newIndexer(c, n, 7)
		converge(t, x, c)
		equal(t, want, dump(t, n))
		require.NoError(t, x.Rebuild(context.Background()))
		equal(t, want, dump(t, n))
		grow(c, rand.New(rand.NewPCG(2, 2)), 20) // it goes on after a rebuild
		converge(t, x, c)
		equal(t, fresh(t, c), dump(t, n))
		c.Rewind(200)
	})
}

// TestBackfillInManyBatches: several batches on their way at once, and rows that have
// to be read back while those that changed them may not be stored yet.
func TestBackfillInManyBatches(t *testing.T) {
	blocks, more := 500, 300
	if raced {
		blocks, more = 200, 100
	}
	c := bench.NewChain(12, 6, 3)
	grow(c, rand.New(rand.NewPCG(4, 4)), blocks)
	want := fresh(t, c)
	engines(t, func(t *testing.T, url string) {
		n := network(t, url)
		x := indexer.New(c, n, indexer.Options{MaxSpan: 4, BatchLogs: 20, CacheRows: 10, Log: slog.New(slog.DiscardHandler)})
		converge(t, x, c)
		equal(t, want, dump(t, n))
		require.NoError(t, n.Reset(context.Background())) // an old index, without what an empty one knows
		grow(c, rand.New(rand.NewPCG(4, 5)), more)
		x = indexer.New(c, n, indexer.Options{MaxSpan: 4, BatchLogs: 20, CacheRows: 10, Log: slog.New(slog.DiscardHandler)})
		heads, err := c.Heads(context.Background())
		require.NoError(t, err)
		require.NoError(t, x.Converge(context.Background(), heads))
		x = indexer.New(c, n, indexer.Options{MaxSpan: 4, BatchLogs: 20, CacheRows: 10, Log: slog.New(slog.DiscardHandler)})
		converge(t, x, c)
		equal(t, fresh(t, c), dump(t, n))
		c.Rewind(uint64(blocks))
	})
}

// TestReorg is IDX-1: after any reorg the tables are those of a fresh index of the
// branch that won, byte for byte.
func TestReorg(t *testing.T) {
	depths := []uint64{1, 2, 3, 4, 5, 8, 12, 16, 24, 32, 48, 63, 64, 65, 96, 127, 128}
	if raced {
		depths = []uint64{1, 5, 64, 128}
	}
	engines(t, func(t *testing.T, url string) {
		n := network(t, url)
		rnd := rand.New(rand.NewPCG(7, 7))
		c := bench.NewChain(12, 6, 3)
		x := newIndexer(c, n, 40)
		grow(c, rnd, 140)
		converge(t, x, c)
		rounds := 2
		if url[:6] != "sqlite" || raced {
			rounds = 1
		}
		for range rounds {
			for _, depth := range depths {
				head := c.Head()
				c.Rewind(head - depth)
				switch rnd.IntN(4) {
				case 0: // the same height, other blocks
					grow(c, rnd, int(depth))
				case 1: // a branch of empty blocks
					for range depth + 1 {
						c.Extend(rnd.Uint64()>>1, true)
					}
				case 2: // a shorter branch, and a reorg of the reorg before anything was read
					grow(c, rnd, int(depth)+2)
					c.Rewind(head - depth)
					grow(c, rnd, max(1, int(depth)/2))
				default:
					grow(c, rnd, int(depth)+rnd.IntN(5))
				}
				converge(t, x, c)
				equal(t, fresh(t, c), dump(t, n))
				if c.Head() < 135 {
					grow(c, rnd, 140-int(c.Head()))
					converge(t, x, c)
				}
			}
		}
		status := x.Status()
		require.EqualValues(t, 128, status.ReorgDepth)
		require.True(t, status.Ready, status.Reason)
	})
}

// TestReorgDuringBackfill takes blocks back that have no undo rows, in the middle of
// reading old blocks, and with the first block as the shared one.
func TestReorgDuringBackfill(t *testing.T) {
	emptied(t, func(t *testing.T, empty func(testing.TB) *store.Network, few bool) {
		seeds := uint64(20)
		if raced || few {
			seeds = 3
		}
		for seed := range seeds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) { reorgDuringBackfill(t, empty(t), seed) })
		}
	})
}

func reorgDuringBackfill(t *testing.T, n *store.Network, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 9))
	c := bench.NewChain(12, 6, 3)
	grow(c, rnd, 60+rnd.IntN(200))
	x := newIndexer(c, n, 16)
	heads, err := c.Heads(context.Background())
	require.NoError(t, err)
	for range 1 + rnd.IntN(6) {
		if err := x.Converge(context.Background(), heads); err != nil {
			require.ErrorIs(t, err, indexer.ErrNothingNew)
		}
	}
	to := c.Head() - min(uint64(1+rnd.IntN(128)), c.Head())
	if c.Head() <= 128 {
		to = 0
	}
	c.Rewind(to)
	grow(c, rnd, 1+rnd.IntN(150))
	converge(t, x, c)
	equal(t, fresh(t, c), dump(t, n))
}

// TestDeeperReorgHalts is IDX-2.
func TestDeeperReorgHalts(t *testing.T) {
	emptied(t, func(t *testing.T, empty func(testing.TB) *store.Network, few bool) {
		deep := map[string]uint64{"129": 129, "200": 200, "genesis": 300}
		if raced || few {
			delete(deep, "200")
		}
		for name, back := range deep {
			t.Run(name, func(t *testing.T) { deeperReorg(t, empty(t), back) })
		}
	})
}

func deeperReorg(t *testing.T, n *store.Network, back uint64) {
	ctx, rnd := context.Background(), rand.New(rand.NewPCG(1, 1))
	c := bench.NewChain(12, 6, 3)
	grow(c, rnd, 300)
	x := newIndexer(c, n, 100)
	converge(t, x, c)
	before := dump(t, n)
	if back == 300 {
		c = bench.NewChain(12, 6, 4)
		x = newIndexer(c, n, 100)
		grow(c, rnd, 20) // a young chain at the same address
	} else {
		c.Rewind(300 - back)
		grow(c, rnd, int(back)+1)
	}
	heads, _ := c.Heads(ctx)
	err := x.ConvergeAll(ctx, heads)
	require.ErrorIs(t, err, indexer.ErrHalted)
	equal(t, before, dump(t, n))
	meta, err := n.Status(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, meta.Stale)

	y := newIndexer(c, n, 100) // a restart does not go on either
	require.ErrorIs(t, y.ConvergeAll(ctx, heads), indexer.ErrHalted)
	require.False(t, y.Status().Ready)

	require.NoError(t, n.Reset(ctx)) // resync does
	z := newIndexer(c, n, 100)
	converge(t, z, c)
	equal(t, fresh(t, c), dump(t, n))
}

func TestTwoNetworksShareADatabase(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx := context.Background()
		s, err := store.Open(ctx, url)
		require.NoError(t, err)
		defer s.Close()
		var dumps []string
		var nets []*store.Network
		for i := range uint64(2) {
			d := bench.Deployment
			d.ChainID += i
			n, err := s.Network(ctx, d)
			require.NoError(t, err)
			c := bench.NewChain(12, 6, 5) // the same blocks: ids collide
			grow(c, rand.New(rand.NewPCG(5, 5)), 30)
			if i == 1 {
				grow(c, rand.New(rand.NewPCG(5, 6)), 10)
			}
			converge(t, newIndexer(c, n, 100), c)
			dumps, nets = append(dumps, freshOf(t, c, d)), append(nets, n)
		}
		for i, n := range nets {
			equal(t, dumps[i], dump(t, n))
		}
		require.NoError(t, nets[1].Reset(ctx))
		equal(t, dumps[0], dump(t, nets[0]))
	})
}
