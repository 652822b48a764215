package bench

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/indexer/jsonrpc"
	"github.com/dgrid-network/dgrid/store"
)

// Result is one engine's backfill against its own floor, measured in one run. Rates
// and processor times are medians over the rounds.
type Result struct {
	Engine string  `json:"engine"`
	Events int     `json:"events"`
	Blocks uint64  `json:"blocks"`
	Rounds int     `json:"rounds"`
	Floor  float64 `json:"floor_events_per_second"` // streaming scan and bulk insert, no headers, cursor or projections
	Full   float64 `json:"events_per_second"`       // everything the indexer does
	Ratio  float64 `json:"ratio"`                   // median of the rounds' own ratios
	Rows   int     `json:"projection_rows"`
	// Once and OnceRatio compare with a floor that knows that no event is there yet;
	// on SQLite it is the same.
	Once      float64 `json:"once_floor_events_per_second"`
	OnceRatio float64 `json:"once_ratio"`
	// Processor time per event of this process, the node it reads from included,
	// and of the database's own processes.
	FloorCPU time.Duration `json:"floor_cpu_ns_per_event"`
	FullCPU  time.Duration `json:"cpu_ns_per_event"`
	// CPURatio is the median of the rounds' own ratios of it, which other work on the
	// computer moves less than Ratio.
	CPURatio float64 `json:"cpu_ratio"`
}

func (r Result) String() string {
	return fmt.Sprintf("indexer backfill, %s: %.0f events/s, floor %.0f events/s, ratio %.2f (writing each event once %.0f, %.2f); processor time per event %v, floor %v, ratio %.2f "+
		"(medians of %d rounds, %d connections for either; %d events in %d blocks, %d projection rows)",
		r.Engine, r.Full, r.Floor, r.Ratio, r.Once, r.OnceRatio, r.FullCPU, r.FloorCPU, r.CPURatio, r.Rounds, connections, r.Events, r.Blocks, r.Rows)
}

// connections is how many readers and database connections floor and full have.
const connections = 4

// History makes a chain of at least so many events, 100 in a block: 400 requesters,
// 80 providers, 40 model versions, a credit epoch of 30 blocks.
func History(events int) *Chain {
	c := newChain(func() *World { return NewWorld(400, 40, 60) }, 100, 1)
	rnd := rand.New(rand.NewPCG(1, 2))
	for made := 0; made < events; {
		c.Extend(rnd.Uint64()>>1, false)
		made += len(c.blocks[len(c.blocks)-1].logs)
	}
	return c
}

// Backfill measures an indexer against its floor on a local node that shows the
// chain, in several rounds. url names an empty database for each measurement.
func Backfill(ctx context.Context, c *Chain, engine string, rounds int, url func() (string, error)) (Result, error) {
	r := Result{Engine: engine, Events: c.Events(), Blocks: c.Head() + 1, Rounds: rounds}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, fmt.Errorf("serve chain: %w", err)
	}
	server := &http.Server{Handler: NewServer(c)}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	client := jsonrpc.New("http://"+l.Addr().String(), jsonrpc.Options{})
	defer client.CloseIdle()

	// Floor and full run in turns: what else the machine does hits both.
	var floors, onces, fulls, ratios, onceRatios, cpuRatios []float64
	var floorCPU, fullCPU []time.Duration
	for range rounds {
		lower, err := onFresh(ctx, url, func(n *store.Network) error { return floor(ctx, client, n, c.Head(), true) })
		if err != nil {
			return r, fmt.Errorf("measure floor: %w", err)
		}
		once, err := onFresh(ctx, url, func(n *store.Network) error { return floor(ctx, client, n, c.Head(), false) })
		if err != nil {
			return r, fmt.Errorf("measure floor: %w", err)
		}
		upper, err := onFresh(ctx, url, func(n *store.Network) error { return full(ctx, client, n, &r) })
		if err != nil {
			return r, fmt.Errorf("measure backfill: %w", err)
		}
		events := float64(r.Events)
		floors, fulls = append(floors, events/lower.wall.Seconds()), append(fulls, events/upper.wall.Seconds())
		ratios = append(ratios, lower.wall.Seconds()/upper.wall.Seconds())
		onces, onceRatios = append(onces, events/once.wall.Seconds()), append(onceRatios, once.wall.Seconds()/upper.wall.Seconds())
		cpuRatios = append(cpuRatios, float64(lower.cpu)/float64(max(upper.cpu, 1)))
		floorCPU, fullCPU = append(floorCPU, lower.cpu/time.Duration(r.Events)), append(fullCPU, upper.cpu/time.Duration(r.Events))
	}
	r.Once, r.OnceRatio, r.CPURatio = median(onces), median(onceRatios), median(cpuRatios)
	r.Floor, r.Full, r.Ratio, r.FloorCPU, r.FullCPU = median(floors), median(fulls), median(ratios), median(floorCPU), median(fullCPU)
	return r, nil
}

func median[T cmp.Ordered](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}

// full is everything the indexer does; it checks that all events arrived.
func full(ctx context.Context, client *jsonrpc.Client, n *store.Network, r *Result) error {
	x := indexer.New(client, n, indexer.Options{Log: slog.New(slog.DiscardHandler)})
	heads, err := client.Heads(ctx)
	if err != nil {
		return err
	}
	if err := x.ConvergeAll(ctx, heads); err != nil {
		return err
	}
	counts, err := n.Count(ctx)
	if err != nil {
		return err
	}
	if counts["events"] != r.Events {
		return fmt.Errorf("%d of %d events arrived", counts["events"], r.Events)
	}
	r.Rows = -counts["events"] - counts["blocks"] - counts["undo"]
	for _, count := range counts {
		r.Rows += count
	}
	return nil
}

// cost is what a measurement took.
type cost struct{ wall, cpu time.Duration }

func onFresh(ctx context.Context, url func() (string, error), run func(*store.Network) error) (c cost, err error) {
	u, err := url()
	if err != nil {
		return c, err
	}
	s, err := store.Open(ctx, u)
	if err != nil {
		return c, err
	}
	defer s.Close()
	n, err := s.Network(ctx, Deployment)
	if err != nil {
		return c, err
	}
	runtime.GC()
	before, start := spent(ctx, s), time.Now()
	err = run(n)
	c.wall = time.Since(start)
	c.cpu = spent(ctx, s) - before
	return c, err
}

// floor reads the logs as the indexer does and writes them in bulk: as many readers
// as an indexer has, one transaction per range.
func floor(ctx context.Context, source indexer.Source, n *store.Network, head uint64, again bool) error {
	const span = 50
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(connections)
	for from := uint64(0); from <= head; from += span {
		g.Go(func() error {
			events, err := source.Logs(ctx, from, min(from+span-1, head), nil)
			if err != nil {
				return err
			}
			return n.WriteEvents(ctx, events, again)
		})
	}
	return g.Wait()
}
