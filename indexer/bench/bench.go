package bench

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/indexer/jsonrpc"
	"github.com/dgrid-network/dgrid/store"
)

// Result is one engine's backfill against its own floor, measured in one run.
type Result struct {
	Engine string  `json:"engine"`
	Events int     `json:"events"`
	Blocks uint64  `json:"blocks"`
	Floor  float64 `json:"floor_events_per_second"` // streaming scan and bulk insert, no headers, cursor or projections
	Full   float64 `json:"events_per_second"`       // everything the indexer does
	Ratio  float64 `json:"ratio"`
	Rows   int     `json:"projection_rows"`
}

func (r Result) String() string {
	return fmt.Sprintf("indexer backfill, %s: %.0f events/s, floor %.0f events/s, ratio %.2f (%d events in %d blocks, %d projection rows)",
		r.Engine, r.Full, r.Floor, r.Ratio, r.Events, r.Blocks, r.Rows)
}

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
	r := Result{Engine: engine, Events: c.Events(), Blocks: c.Head() + 1}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, fmt.Errorf("serve chain: %w", err)
	}
	server := &http.Server{Handler: NewServer(c)}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	client := jsonrpc.New("http://"+l.Addr().String(), jsonrpc.Options{})
	defer client.CloseIdle()

	// Floor and full run in turns, and the best of each counts: what else the
	// machine does hits both.
	for range rounds {
		took, err := onFresh(ctx, url, func(n *store.Network) error { return floor(ctx, client, n, c.Head()) })
		if err != nil {
			return r, fmt.Errorf("measure floor: %w", err)
		}
		r.Floor = max(r.Floor, float64(r.Events)/took.Seconds())
		took, err = onFresh(ctx, url, func(n *store.Network) error { return full(ctx, client, n, &r) })
		if err != nil {
			return r, fmt.Errorf("measure backfill: %w", err)
		}
		r.Full = max(r.Full, float64(r.Events)/took.Seconds())
	}
	r.Ratio = r.Full / r.Floor
	return r, nil
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

func onFresh(ctx context.Context, url func() (string, error), run func(*store.Network) error) (time.Duration, error) {
	u, err := url()
	if err != nil {
		return 0, err
	}
	s, err := store.Open(ctx, u)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	n, err := s.Network(ctx, Deployment)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	err = run(n)
	return time.Since(start), err
}

// floor reads the logs as the indexer does and writes them in bulk: four readers,
// one transaction per range.
func floor(ctx context.Context, source indexer.Source, n *store.Network, head uint64) error {
	const span = 50
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for from := uint64(0); from <= head; from += span {
		g.Go(func() error {
			events, err := source.Logs(ctx, from, min(from+span-1, head), nil)
			if err != nil {
				return err
			}
			return n.WriteEvents(ctx, events)
		})
	}
	return g.Wait()
}
