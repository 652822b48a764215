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

	indexbench "github.com/dgrid-network/dgrid/indexer/bench"
	"github.com/dgrid-network/dgrid/internal/bench/answers"
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
	// Transactions is how many a figure of gas is the sum of, where that is said.
	Transactions int `json:"transactions,omitempty"`
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
	{"api", "what API, relayer and provider add to a backend's answer", measureAPI},
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
	cmd.Flags().StringVar(&b.keysDir, "keys", "", "folder of the development proving keys; default: the user's cache, as dgrid up and demo")
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
	dir := filepath.Join(b.dir, "answers")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	l, err := answers.AddedLatency(ctx, dir, max(20, b.n))
	if err != nil {
		return nil, err
	}
	return []figure{
		{Name: "api added latency p50", Value: ms(l.AddedP50), Unit: "ms", Aim: "< 5",
			Note: fmt.Sprintf("%.2f ms through API, relayer and provider, %.2f ms asked of the backend itself", ms(l.ThroughP50), ms(l.BackendP50))},
		{Name: "api added latency p99", Value: ms(l.AddedP99), Unit: "ms"},
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
		{Name: "requests, " + store, Value: r.PerSecond, Unit: "/s", Aim: "> 2000", Note: fmt.Sprintf("%d workers, p50 %.1f ms, clients on the same cores", r.Workers, ms(r.P50))},
		{Name: "processor time per request, " + store, Value: ms(r.CPU + r.RedisCPU), Unit: "ms", Note: note},
	}
}

func measureSignatures(_ context.Context, b *benchmark) ([]figure, error) {
	s, err := relaynet.Signatures(20 * b.n)
	if err != nil {
		return nil, err
	}
	return []figure{{Name: "receipts signed and verified", Value: s.BothPerSecond, Unit: "/s/core", Aim: "> 5000",
		Note: fmt.Sprintf("%.0f/s signed, %.0f/s verified", s.SignPerSecond, s.VerifyPerSecond)}}, nil
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
	return []figure{{Name: "backfill on SQLite", Value: r.Full, Unit: "events/s", Note: fmt.Sprintf("%d events; floor %.0f events/s", r.Events, r.Floor)},
		{Name: "backfill on SQLite against its floor", Value: r.Ratio, Unit: "of it", Aim: "> 0.5", Note: "Postgres: go test ./indexer/bench -run '^$' -bench ."}}, nil
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
	return []figure{{Name: "runtime", Value: float64(tokens) / time.Since(start).Seconds(), Unit: "tokens/s", Note: "one session, prompt and answer, trace leaves included"}}, nil
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
	runs, whole := 5, b.n == 1000
	if !whole {
		runs = 1
	}
	f, err := prover.Measure(ctx, set, step, runs, whole)
	if err != nil {
		return nil, err
	}
	list := []figure{
		{Name: "constraints", Value: float64(f.Constraints), Aim: "<= 50000", Note: f.Circuit},
		{Name: "prove", Value: f.Prove.Seconds(), Unit: "s", Aim: "<= 1", Note: fmt.Sprintf("mean of %d", runs)},
		{Name: "memory while proving", Value: float64(f.ProveHeap) / (1 << 20), Unit: "MB", Aim: "<= 150", Note: "Go runtime, keys included"},
		{Name: "proving key", Value: float64(f.ProvingKeyBytes), Unit: "bytes", Note: "points uncompressed"},
		{Name: "verifying key", Value: float64(f.VerifyingKeyBytes), Unit: "bytes", Note: "points uncompressed"},
		{Name: "verify", Value: float64(f.VerifyGas), Unit: "gas", Note: "whole transaction", Transactions: 1},
		{Name: "verifier contract", Value: float64(f.ContractBytes), Unit: "bytes"},
		{Name: "proof", Value: float64(f.ProofBytes), Unit: "bytes"},
	}
	if whole {
		list = append(list, figure{Name: "key setup", Value: f.Setup.Seconds(), Unit: "s", Note: "with fresh randomness"})
	}
	costs, err := disputeFigures()
	return append(list, costs...), err
}

// disputeFigures are what every way to a verdict costs on chain, by shape.
func disputeFigures() (list []figure, err error) {
	disputes, err := figures.Disputes()
	if err != nil {
		return nil, err
	}
	for _, d := range disputes {
		list = append(list, figure{Name: "dispute, " + d.Shape, Value: float64(d.Gas), Unit: "gas", Aim: "<= 600000", Transactions: 1,
			Note: fmt.Sprintf("calldata %d, verifier %d, the rest %d; %d before it was paid", d.CalldataGas, d.VerifierGas, d.RemainingGas, d.GasUnpaid)},
			figure{Name: "dispute with everything withheld, " + d.Shape, Value: float64(d.Withheld), Unit: "transactions", Aim: fmt.Sprintf("<= %d", d.Aim),
				Note: fmt.Sprintf("%d where the lie leads to an earlier block", d.WithheldHop)})
		for _, s := range d.Steps {
			list = append(list, figure{Name: "dearest step, " + d.Shape + ": " + s.Reads, Value: float64(s.Gas), Unit: "gas", Aim: "<= 600000", Transactions: 1})
		}
		list = append(list, figure{Name: "dearest answer, " + d.Shape, Value: float64(d.AnswerGas), Unit: "gas", Transactions: 1, Note: fmt.Sprintf("its dearest question takes %d", d.AskGas)})
		for _, p := range d.Paths {
			note := fmt.Sprintf("transactions: %d", p.Transactions)
			if p.Answers > 0 {
				note += fmt.Sprintf("; the provider's answers take %d more", p.Answers)
			}
			list = append(list, figure{Name: "dispute, " + d.Shape + ": " + p.Path, Value: float64(p.Gas), Unit: "gas", Note: note, Transactions: p.Transactions})
		}
	}
	return list, nil
}
