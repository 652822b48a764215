package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	apibench "github.com/dgrid-network/dgrid/api/bench"
	indexbench "github.com/dgrid-network/dgrid/indexer/bench"
	"github.com/dgrid-network/dgrid/internal/bench/relaynet"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/disputes/figures"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/internal/redisserver"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/runtime"
)

// figure is one measured number with what it is aimed at.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Aim   string  `json:"aim,omitempty"`
	Note  string  `json:"note,omitempty"`
}

// measurement is one group of figures, taken in one run.
type measurement struct {
	name  string
	about string
	take  func(context.Context, *benchmark) ([]figure, error)
}

type benchmark struct {
	g       *globals
	cmd     *cobra.Command
	dir     string
	keysDir string
	n       int // thousandths of the full size
}

var measurements = []measurement{
	// First, so that the memory it reports is its own.
	{"proofs", "one proof of the step circuit", measureProofs},
	{"api", "what the API adds to an answer", measureAPI},
	{"requests", "one-token answers through relayer and provider, receipts fsynced", measureRequests},
	{"signatures", "receipts signed and verified", measureSignatures},
	{"indexer", "backfill against its own floor", measureIndexer},
	{"runtime", "tokens of the demo model", measureRuntime},
}

func newBenchCommand(g *globals) *cobra.Command {
	b := &benchmark{g: g}
	var small bool
	var profile string
	names := make([]string, len(measurements))
	for i, m := range measurements {
		names[i] = m.name
	}
	cmd := &cobra.Command{
		Use:       "bench [" + strings.Join(names, "|") + "]...",
		Short:     "Measure this machine's figures; ratios are taken in one run",
		ValidArgs: names,
		Args:      cobra.OnlyValidArgs,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if b.dir, err = os.MkdirTemp("", "dgrid-bench-"); err != nil {
				return fmt.Errorf("make a folder: %w", err)
			}
			defer os.RemoveAll(b.dir)
			if profile != "" {
				stop, failed := profileTo(profile)
				if failed != nil {
					return failed
				}
				defer func() { err = errors.Join(err, stop()) }()
			}
			b.cmd, b.n = cmd, 1000
			if small {
				b.n = 20
			}
			all := map[string][]figure{}
			for _, m := range measurements {
				if len(args) > 0 && !slices.Contains(args, m.name) {
					continue
				}
				fmt.Fprintf(cmd.ErrOrStderr(), "measuring %s: %s\n", m.name, m.about)
				figures, err := m.take(cmd.Context(), b)
				if err != nil {
					return fmt.Errorf("measure %s: %w", m.name, err)
				}
				all[m.name] = figures
			}
			return g.print(cmd, all, func(w io.Writer) {
				for _, m := range measurements {
					for _, f := range all[m.name] {
						fmt.Fprintf(w, "%s\t%s %s\t%s\t%s\n", f.Name, f.number(), f.Unit, f.Aim, f.Note)
					}
				}
			})
		},
	}
	cmd.Flags().BoolVar(&small, "small", false, "a fiftieth of the size: shows that it runs, not what it reaches")
	cmd.Flags().StringVar(&profile, "cpuprofile", "", "file for a profile of the processor time, for go tool pprof")
	cmd.Flags().StringVar(&b.keysDir, "keys", "keys", "folder of the development proving keys")
	return cmd
}

// profileTo writes a profile of this process's processor time until stop.
func profileTo(path string) (stop func() error, err error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("create a profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("profile: %w", err), f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

// number is the value for a person: four digits, but gas and counts whole.
func (f figure) number() string {
	if f.Value >= 1000 {
		return strconv.FormatFloat(f.Value, 'f', 0, 64)
	}
	return fmt.Sprintf("%.4g", f.Value)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func measureAPI(ctx context.Context, b *benchmark) ([]figure, error) {
	l, err := apibench.AddedLatency(ctx, max(20, b.n))
	if err != nil {
		return nil, err
	}
	return []figure{
		{"api added latency p50", l.AddedP50, "ms", "< 5", fmt.Sprintf("%.2f ms through the API, %.2f ms straight from the relayer", l.ThroughP50, l.DirectP50)},
		{"api added latency p99", l.AddedP99, "ms", "", ""},
	}, nil
}

func measureRequests(ctx context.Context, b *benchmark) ([]figure, error) {
	cfg := relaynet.RequestsConfig{Dir: filepath.Join(b.dir, "journal-embedded"), Requests: 20 * b.n, Workers: 64,
		Room: config.Default().Memory.Bytes()}
	r, err := relaynet.Requests(ctx, cfg)
	if err != nil {
		return nil, err
	}
	figures := requestFigures("embedded Redis", r)
	server, err := redisserver.Start()
	if errors.Is(err, protocol.ErrNotFound) {
		fmt.Fprintln(b.cmd.ErrOrStderr(), "no redis-server on the PATH: requests are measured on the embedded Redis only")
		return figures, nil
	} else if err != nil {
		return nil, err
	}
	cfg.Dir, cfg.Redis = filepath.Join(b.dir, "journal-server"), server.Client
	r, err = relaynet.Requests(ctx, cfg)
	if err = errors.Join(err, server.Close()); err != nil {
		return nil, err
	}
	return append(figures, requestFigures("redis-server", r)...), nil
}

func requestFigures(store string, r relaynet.RequestsResult) []figure {
	note := "clients included"
	if r.RedisCPU > 0 {
		note += fmt.Sprintf("; %.3f ms of it are redis-server's", ms(r.RedisCPU))
	}
	return []figure{
		{"requests, " + store, r.PerSecond, "/s", "> 2000", fmt.Sprintf("%d workers, p50 %.1f ms, clients on the same cores", r.Workers, ms(r.P50))},
		{"processor time per request, " + store, ms(r.CPU + r.RedisCPU), "ms", "", note},
	}
}

func measureSignatures(_ context.Context, b *benchmark) ([]figure, error) {
	s, err := relaynet.Signatures(20 * b.n)
	if err != nil {
		return nil, err
	}
	return []figure{{"receipts signed and verified", s.BothPerSecond, "/s/core", "> 5000", fmt.Sprintf("%.0f/s signed, %.0f/s verified", s.SignPerSecond, s.VerifyPerSecond)}}, nil
}

func measureIndexer(ctx context.Context, b *benchmark) ([]figure, error) {
	n := 0
	r, err := indexbench.Backfill(ctx, indexbench.History(200*b.n), "sqlite", 3, func() (string, error) {
		n++
		return "sqlite:" + filepath.Join(b.dir, fmt.Sprintf("index-%d.db", n)), nil
	})
	if err != nil {
		return nil, err
	}
	return []figure{{"backfill on SQLite", r.Full, "events/s", "", fmt.Sprintf("%d events; floor %.0f events/s", r.Events, r.Floor)},
		{"backfill on SQLite against its floor", r.Ratio, "of it", "> 0.5", "Postgres: go test ./indexer/bench -run '^$' -bench ."}}, nil
}

func measureRuntime(ctx context.Context, b *benchmark) ([]figure, error) {
	m, err := runtime.Parse(demo.Container())
	if err != nil {
		return nil, err
	}
	prompt, _, err := encodePrompt(m, demo.Prompts()[0], false)
	if err != nil {
		return nil, err
	}
	s, tokens, start := m.NewSession(), 0, time.Now()
	for tokens < 10*b.n {
		result, err := s.Generate(ctx, prompt, runtime.Params{MaxTokens: 200}, nil)
		if err != nil {
			return nil, err
		}
		tokens += len(prompt) + len(result.Output)
		s.Reset()
	}
	return []figure{{"runtime", float64(tokens) / time.Since(start).Seconds(), "tokens/s", "", "one session, prompt and answer, trace leaves included"}}, nil
}

func measureProofs(ctx context.Context, b *benchmark) ([]figure, error) {
	source, err := network.DefaultKeys(b.keysDir, b.cmd.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	set, err := source.Development(ctx)
	if err != nil {
		return nil, err
	}
	step, err := prover.SampleStep()
	if err != nil {
		return nil, err
	}
	f, err := prover.Measure(ctx, set, step, 5, b.n == 1000)
	if err != nil {
		return nil, err
	}
	list := []figure{
		{"constraints", float64(f.Constraints), "", "<= 50000", f.Circuit},
		{"prove", f.Prove.Seconds(), "s", "<= 1", "mean of five"},
		{"memory while proving", float64(f.ProveHeap) / (1 << 20), "MB", "<= 150", "Go runtime, keys included"},
		{"key setup", f.Setup.Seconds(), "s", "", ""},
		{"verify", float64(f.VerifyGas), "gas", "", "whole transaction"},
		{"proof", float64(f.ProofBytes), "bytes", "", ""},
	}
	disputes, err := figures.Disputes()
	if err != nil {
		return nil, err
	}
	for _, d := range disputes {
		note := fmt.Sprintf("calldata %d, verifier %d, the rest %d; %d before it was paid", d.CalldataGas, d.VerifierGas, d.RemainingGas, d.GasUnpaid)
		list = append(list,
			figure{"dispute, " + d.Shape, float64(d.Gas), "gas", "<= 600000", note},
			figure{"dispute with everything withheld, " + d.Shape, float64(d.Withheld), "transactions", fmt.Sprintf("<= %d", d.Aim),
				fmt.Sprintf("%d where the lie leads to an earlier block", d.WithheldHop)})
	}
	return list, nil
}
