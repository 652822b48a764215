package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/trace"
	"github.com/dgrid-network/dgrid/store"
)

// auditFlags are what the commands of an auditor have in common.
type auditFlags struct {
	data, keysDir   string
	feeds, relayers []string
	models          []string // VERSION=FILE
	key             config.Keystore
}

func newAuditorCommand(g *globals) *cobra.Command {
	f := &auditFlags{}
	cmd := &cobra.Command{
		Use:   "auditor",
		Short: "Check answers and have wrong ones slashed: run, list, status, fetch, replay, prove, submit, export, check, claim, register, version",
		Long: `Check answers and have wrong ones slashed.

  dgrid auditor run --model VERSION=FILE --key FILE    audits feeds and jobs until SIGTERM
  dgrid auditor register AMOUNT                        takes a seat: draws then pick this auditor, and pay it
  dgrid auditor version register VERSION               has a model version attested to by drawn auditors
  dgrid auditor list                                   cases and draws, and how far they came
  dgrid auditor replay RECEIPT.json --model V=FILE     is this answer right? exit 3 if it is not
  dgrid auditor export RECEIPT > case.json             evidence for others
  dgrid auditor check case.json --model V=FILE         checks such a file offline

An auditor needs no stake but to be drawn. Bounties and pay go to the free balance of its key (dgrid auditor claim).`,
	}
	p := cmd.PersistentFlags()
	p.StringVar(&f.data, "data", "auditor", "folder of the cases")
	p.StringVar(&f.keysDir, "keys", "keys", "folder of a sealed ceremony, or cache of the development keys")
	p.StringArrayVar(&f.models, "model", nil, "VERSION=FILE: a model version and its container file; repeat for more")
	cmd.AddCommand(newAuditorRun(g, f), newAuditorList(g, f), newAuditorStatus(g, f), newAuditorFetch(g), newAuditorReplay(g, f), newAuditorProve(g, f),
		newAuditorSubmit(g, f), newAuditorExport(f), newAuditorCheck(g, f), newAuditorClaim(g))
	addClaims(g, f, cmd)
	addSeat(g, cmd)
	return cmd
}

// open reads the models.
func (f *auditFlags) open() ([]auditor.Model, error) {
	var list []auditor.Model
	for _, text := range f.models {
		version, path, err := config.VersionFile(text)
		if err != nil {
			return nil, fmt.Errorf("--model %w", err)
		}
		m := auditor.Model{Version: version}
		if m.File, err = runtime.Open(path); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// model returns the file of one version.
func (f *auditFlags) model(version common.Hash) (auditor.Model, error) {
	list, err := f.open()
	if err != nil {
		return auditor.Model{}, err
	}
	for _, m := range list {
		if m.Version == version {
			return m, nil
		}
	}
	return auditor.Model{}, advise(fmt.Errorf("no file of model version %s: %w", version, protocol.ErrNotFound), "name it: --model %s=FILE", version)
}

func (f *auditFlags) cases() (*auditor.Cases, error) {
	return auditor.OpenCases(filepath.Join(f.data, "cases"))
}

// localKeys returns the keys in the folder of keys: a ceremony's, or development ones.
func (f *auditFlags) localKeys(cmd *cobra.Command) (*keys.Set, error) {
	source, err := network.DefaultKeys(f.keysDir, cmd.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	return source.Local(cmd.Context())
}

func newAuditorRun(g *globals, f *auditFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Audit feeds, delivered jobs and draws until SIGTERM or Ctrl-C; what is open goes on with the next run",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, log, err := g.load()
			if err != nil {
				return err
			}
			f.complete(cmd, cfg)
			return f.run(cmd, g, cfg, log)
		},
	}
	p := cmd.Flags()
	p.StringArrayVar(&f.feeds, "feed", nil, "base URL of an API with an audit feed; default: auditor.feeds, else api.url")
	p.StringArrayVar(&f.relayers, "relayer", nil, "base URL of a relayer to ask providers through; default: auditor.relayers, else api.relayers")
	p.StringVar(&f.key.Key, "key", "", "keystore file of the key that is seated, sends and is paid; default: auditor.key")
	p.StringVar(&f.key.Passphrase, "passphrase-file", "", "file with its passphrase")
	return cmd
}

// complete takes from the configuration what no flag says.
func (f *auditFlags) complete(cmd *cobra.Command, cfg config.Config) {
	if !cmd.Flags().Changed("data") {
		f.data = cfg.Auditor.Data
	}
	if !cmd.Flags().Changed("keys") && cfg.Prover.Keys != "" {
		f.keysDir = cfg.Prover.Keys
	}
	list := func(flag *[]string, choices ...[]string) {
		for _, c := range choices {
			if len(*flag) == 0 {
				*flag = c
			}
		}
	}
	list(&f.models, cfg.Auditor.Models)
	list(&f.feeds, cfg.Auditor.Feeds, []string{cfg.API.URL})
	list(&f.relayers, cfg.Auditor.Relayers, cfg.API.Relayers)
	f.key = (&sendFlags{key: f.key.Key, passphrase: f.key.Passphrase}).keystore(cfg.Auditor.Keystore)
}

// run audits until the command's context ends.
func (f *auditFlags) run(cmd *cobra.Command, g *globals, cfg config.Config, log *slog.Logger) (err error) {
	models, err := f.open()
	if err != nil {
		return err
	}
	if len(models) == 0 {
		return advise(fmt.Errorf("no model to audit: %w", protocol.ErrInvalid), "name at least one: --model VERSION=FILE, or auditor.models")
	}
	key, err := loadKey(f.key, "auditor")
	if err != nil {
		return err
	}
	d, err := loadDeployment(cfg)
	if err != nil {
		return err
	}
	c, err := connectTo(cmd.Context(), cfg.Chain, d, log)
	if err != nil {
		return err
	}
	defer c.Client.Close()
	source, err := network.DefaultKeys(f.keysDir, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	// A fault that is found and cannot be proven is found too late.
	if err := c.CheckKeys(cmd.Context(), source); err != nil {
		return advise(err, "point --keys or prover.keys at the folder of the ceremony whose key the chain's verifier has; where its code is another's, stay away from this deployment")
	}
	if err := os.MkdirAll(f.data, 0o700); err != nil {
		return fmt.Errorf("open data: %w", err)
	}
	st, err := store.Open(cmd.Context(), "sqlite:"+filepath.Join(f.data, "outbox.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	lane := c.Lane(st.Outbox(), key.Private())
	if err := lane.Accept(cmd.Context()); err != nil { // register and claim send with the same key while this does not run
		return err
	}
	metrics := prometheus.NewRegistry()
	load := func(ctx context.Context) (*keys.Set, error) { return c.ProvingKeys(ctx, source) }
	proofs, err := network.NewProofs(d.ChainID, load, log, metrics)
	if err != nil {
		return err
	}
	draw, err := drawing(cmd.Context(), c, cfg.Auditor, key.Address(), log)
	if err != nil {
		return err
	}
	a, err := c.Auditor(network.AuditorOptions{Data: f.data, Sender: lane, Feeds: f.feeds, Relayers: f.relayers, Models: models, Prover: proofs, Metrics: metrics,
		Draw: draw, Key: key.Private(), GainMin: cfg.Auditor.GainMin, BondShare: int(cfg.Auditor.BondShare)}, log)
	if err != nil {
		return err
	}
	log.Info("auditor starts", "key", key.Address(), "feeds", f.feeds, "models", len(models), "draws", draw != nil)
	s := &service{cfg, log, c}
	return s.run(cmd, g, "auditor", cfg.Auditor.Listen, key.Address(), observed(metrics), func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return lane.Run(ctx) })
		group.Go(func() error { return proofs.Run(ctx) })
		group.Go(func() error { return a.Run(ctx) })
		return group.Wait()
	})
}

// drawing says what to do about draws; nil: nothing.
func drawing(ctx context.Context, c *network.Chain, cfg config.Auditor, me common.Address, log *slog.Logger) (*auditor.Drawing, error) {
	if cfg.Draws {
		return &auditor.Drawing{Register: cfg.Register, Report: cfg.Report}, nil
	}
	mine, err := c.Reader.Auditor(ctx, me)
	if err == nil && mine.Seated {
		log.Warn("this auditor has a seat and answers no draws: each costs it stake", "key", me, "stake", mine.Stake)
	}
	return nil, err
}

func writeCase(w io.Writer, c *auditor.Case) {
	fmt.Fprintf(w, "%s\t%s\t%s", c.Receipt, c.Provider, c.State)
	switch {
	case c.Verdict != nil:
		fmt.Fprintf(w, "\t%s, %su slashed, %su refunded, %su paid", c.Verdict.Kind, c.Verdict.Slashed, c.Verdict.Refunded, c.Verdict.Bounty)
	case c.Fault != nil:
		fmt.Fprintf(w, "\t%s: %s", c.Fault.Kind, c.Fault.Name)
	case c.Trouble != "":
		fmt.Fprintf(w, "\t%s", c.Trouble)
	default:
		fmt.Fprintf(w, "\t%s", c.Note)
	}
	fmt.Fprintln(w)
}

// looked is what list and status show: cases, and draws.
func (f *auditFlags) looked() (cases []*auditor.Case, draws []*auditor.Draw, err error) {
	folder, err := f.cases()
	if err != nil {
		return nil, nil, err
	}
	cases, err = folder.List()
	drawn, derr := auditor.OpenDraws(filepath.Join(f.data, "draws"))
	if derr != nil {
		return cases, nil, errors.Join(err, derr)
	}
	draws, derr = drawn.List()
	return cases, draws, errors.Join(err, derr)
}

func writeDraw(w io.Writer, d *auditor.Draw) {
	fmt.Fprintf(w, "%s\t%s\tdraw %s", d.ID, d.Provider, d.State)
	for _, p := range d.Points {
		if p.Mine {
			said := "unanswered"
			switch {
			case p.Said != nil && p.Said.Right:
				said = "right"
			case p.Said != nil:
				said = "wrong"
			}
			fmt.Fprintf(w, "\tpoint %d: %s, said %s", p.Index, p.State, said)
		}
	}
	fmt.Fprintf(w, "\t%s%s\n", d.Note, d.Trouble)
}

func newAuditorList(g *globals, f *auditFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the cases (receipt, provider, state, what was found) and the draws",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cases, draws, err := f.looked()
			out := struct {
				Cases []*auditor.Case `json:"cases"`
				Draws []*auditor.Draw `json:"draws"`
			}{cases, draws}
			if printed := g.print(cmd, out, func(w io.Writer) {
				for _, c := range cases {
					writeCase(w, c)
				}
				for _, d := range draws {
					writeDraw(w, d)
				}
			}); err == nil {
				err = printed
			}
			return err
		},
	}
}

func newAuditorStatus(g *globals, f *auditFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "status [RECEIPT]",
		Short: "Show how many cases and draws are in which state, or one case",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				_, c, err := f.caseOf(args[0])
				if err != nil {
					return err
				}
				return g.print(cmd, c, func(w io.Writer) { writeCase(w, c) })
			}
			cases, draws, err := f.looked()
			count := map[string]int{}
			for _, c := range cases {
				count[string(c.State)]++
			}
			for _, d := range draws {
				count["draw "+string(d.State)]++
			}
			if printed := g.print(cmd, count, func(w io.Writer) {
				for _, state := range slices.Sorted(maps.Keys(count)) {
					fmt.Fprintf(w, "%s\t%d\n", state, count[state])
				}
			}); err == nil {
				err = printed
			}
			return err
		},
	}
}

// caseOf finds the case of a receipt.
func (f *auditFlags) caseOf(text string) (*auditor.Cases, *auditor.Case, error) {
	var receipt common.Hash
	if err := receipt.UnmarshalText([]byte(text)); err != nil {
		return nil, nil, fmt.Errorf("%q is no receipt hash: %w", text, protocol.ErrInvalid)
	}
	cases, err := f.cases()
	if err != nil {
		return nil, nil, err
	}
	c, err := cases.Get(receipt)
	return cases, c, err
}

func newAuditorFetch(g *globals) *cobra.Command {
	base := ""
	cmd := &cobra.Command{
		Use:   "fetch RECEIPT",
		Short: "Fetch a public answer from an API and print its bundle",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, _, err := g.quietly()
			if err != nil {
				return err
			}
			if base == "" {
				base = cfg.API.URL
			}
			var receipt common.Hash
			if err := receipt.UnmarshalText([]byte(args[0])); err != nil {
				return fmt.Errorf("%q is no receipt hash: %w", args[0], protocol.ErrInvalid)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
			defer cancel()
			b, err := auditor.Fetch(ctx, http.DefaultClient, base, receipt)
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), b)
		},
	}
	cmd.Flags().StringVar(&base, "feed", "", "base URL of the API; default: api.url")
	return cmd
}

// replayed is what a replay of one answer said.
type replayed struct {
	Receipt    common.Hash `json:"receipt"`
	Right      bool        `json:"right"`
	TraceRoot  bool        `json:"trace_root_agrees"`
	WrongToken int         `json:"wrong_token"` // -1: none
	Positions  int         `json:"positions"`
	Delivered  int         `json:"delivered"` // output tokens
	Billed     uint32      `json:"billed"`
	Millis     int64       `json:"millis"`
}

func newAuditorReplay(g *globals, f *auditFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "replay RECEIPT.json|RECEIPT",
		Short: "Run an answer through its model and compare; exit 3 if it is wrong",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := f.bundle(args[0])
			if err != nil {
				return err
			}
			m, err := f.model(b.Request.ModelVersion)
			if err != nil {
				return err
			}
			params, err := protocol.DecodeParams(b.Params)
			if err != nil {
				return err
			}
			start := time.Now()
			r, err := trace.Replay(cmd.Context(), m.File, b.Prompt, b.Output, params)
			if err != nil {
				return err
			}
			out := replayed{Receipt: b.Domain.Digest(b.Receipt), TraceRoot: protocol.TraceRoot(b.Secret, r.Root) == b.Receipt.TraceRoot,
				WrongToken: r.WrongToken, Positions: r.Positions, Delivered: len(b.Output), Billed: b.Receipt.OutputTokens, Millis: time.Since(start).Milliseconds()}
			out.Right = out.TraceRoot && out.WrongToken < 0 && out.Delivered == int(out.Billed) && len(b.Prompt) == int(b.Request.PromptTokens)
			err = g.print(cmd, out, func(w io.Writer) {
				fmt.Fprintf(w, "receipt\t%s\nright\t%t\ntrace root agrees\t%t\nwrong token\t%d\npositions\t%d\noutput tokens\t%d\nbilled\t%d\n",
					out.Receipt, out.Right, out.TraceRoot, out.WrongToken, out.Positions, out.Delivered, out.Billed)
			})
			if err == nil && !out.Right {
				err = exitCode{exitFault, errors.New("the answer is not what its model computes")}
			}
			return err
		},
	}
}

// bundle reads a bundle from a file, or of a case.
func (f *auditFlags) bundle(name string) (bundle.Bundle, error) {
	var receipt common.Hash
	if receipt.UnmarshalText([]byte(name)) == nil {
		cases, err := f.cases()
		if err != nil {
			return bundle.Bundle{}, err
		}
		return cases.Bundle(receipt)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return bundle.Bundle{}, fmt.Errorf("read receipt: %w", err)
	}
	return bundle.Decode(raw)
}

func newAuditorProve(g *globals, f *auditFlags) *cobra.Command {
	estimate := false
	cmd := &cobra.Command{
		Use:   "prove --estimate",
		Short: "Time one proof of full size on this machine, without a case; every proof costs the same",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !estimate {
				return advise(fmt.Errorf("prove without --estimate: %w", protocol.ErrInvalid), "dgrid auditor run proves what it finds")
			}
			source, err := network.DefaultKeys(f.keysDir, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			set, err := source.Development(cmd.Context()) // the EVM that the proof is verified on has their verifier
			if err != nil {
				return err
			}
			step, err := prover.SampleStep()
			if err != nil {
				return err
			}
			measured, err := prover.Measure(cmd.Context(), set, step, 1, false)
			if err != nil {
				return err
			}
			out := facts{{"constraints", measured.Constraints}, {"prove_ms", measured.Prove.Milliseconds()}, {"peak_mb", measured.ProveHeap >> 20}, {"verify_gas", measured.VerifyGas}}
			return g.print(cmd, out, func(w io.Writer) { out.write(w) })
		},
	}
	cmd.Flags().BoolVar(&estimate, "estimate", false, "only measure")
	return cmd
}

func newAuditorSubmit(g *globals, f *auditFlags) *cobra.Command {
	simulate, from := false, ""
	cmd := &cobra.Command{
		Use:   "submit --simulate RECEIPT",
		Short: "Run the transaction of a proven case on the newest block and print its gas; nothing is sent",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !simulate {
				return advise(fmt.Errorf("submit without --simulate: %w", protocol.ErrInvalid), "dgrid auditor run sends what it has proven, once")
			}
			_, c, err := f.caseOf(args[0])
			if err != nil {
				return err
			}
			if c.Call == nil {
				return fmt.Errorf("case is %s and has no transaction yet: %w", c.State, protocol.ErrConflict)
			}
			client, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer client.chain.Close()
			to := c.Call.To
			gas, err := client.reader.Simulate(cmd.Context(), common.HexToAddress(from), protocol.Call{To: &to, Data: c.Call.Data})
			out := facts{{"call", c.Call.Purpose}, {"bytes", len(c.Call.Data)}, {"passes", err == nil}, {"gas", gas}}
			if err != nil {
				out = append(out, fact{"refusal", err.Error()})
			}
			return g.print(cmd, out, func(w io.Writer) { out.write(w) })
		},
	}
	cmd.Flags().BoolVar(&simulate, "simulate", false, "only simulate")
	cmd.Flags().StringVar(&from, "from", "", "address that would send; anyone may")
	return cmd
}

func newAuditorExport(f *auditFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "export RECEIPT",
		Short: "Print a case with everything that shows it; whoever has it can read the conversation",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cases, c, err := f.caseOf(args[0])
			if err != nil {
				return err
			}
			e, err := cases.Export(c.Receipt)
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(e)
		},
	}
}

func newAuditorCheck(g *globals, f *auditFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "check CASE.json",
		Short: "Check an exported case offline: replay, find the fault again, verify the proof; exit 3 for a fault, 2 if it shows none",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("read case: %w", err)
			}
			e, err := auditor.DecodeEvidence(raw)
			if err != nil {
				return exitCode{exitCheck, err}
			}
			m, err := f.model(e.Bundle.Request.ModelVersion)
			if err != nil {
				return err
			}
			out, err := auditor.Check(cmd.Context(), e, m, func(t auditor.Task, proof []byte) error {
				return f.verify(cmd, e.Bundle.Domain.ChainID, t, proof)
			})
			if err != nil {
				return exitCode{exitCheck, err}
			}
			err = g.print(cmd, out, func(w io.Writer) {
				fmt.Fprintf(w, "receipt\t%s\nprovider\t%s\nright\t%t\nfault\t%s\nproof verified\t%t\n", out.Receipt, out.Provider, out.Right, out.Kind, out.Proof)
				for _, a := range out.Assumed {
					fmt.Fprintf(w, "only the chain can confirm\t%s\n", a)
				}
			})
			if err == nil && !out.Right {
				err = exitCode{exitFault, fmt.Errorf("the receipt is wrong: %s", out.Kind)}
			}
			return err
		},
	}
}

// verify checks a proof with the verifying key in the folder of keys.
func (f *auditFlags) verify(cmd *cobra.Command, chainID uint64, t auditor.Task, proof []byte) error {
	set, err := f.localKeys(cmd)
	if err != nil {
		return err
	}
	p, err := prover.New(set, chainID)
	if err != nil {
		return err
	}
	in := &circuit.StepInput{Statement: t.Statement, A: t.A, B: t.B, O: t.O, Point: t.Point, Value: t.Value, Submitter: t.Submitter}
	inputs, err := in.Inputs(t.Right)
	if err != nil {
		return err
	}
	if len(proof) != prover.ProofSize {
		return fmt.Errorf("proof of %d bytes: %w", len(proof), protocol.ErrInvalid)
	}
	return p.Verify(prover.Proof(proof), inputs)
}

func newAuditorClaim(g *globals) *cobra.Command {
	f, to := &sendFlags{}, ""
	cmd := &cobra.Command{
		Use:   "claim AMOUNT|all",
		Short: "Pay bounties out: the free balance of the auditor's key in the vault",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, _, err := g.quietly()
			if err != nil {
				return err
			}
			open := func(c *client) (*sender, error) { return c.sender(cmd, f, f.keystore(cfg.Auditor.Keystore), "auditor") }
			return g.sendAs(cmd, f, open, func(s *sender) (report, error) { return s.withdraw(cmd.Context(), args[0], to) })
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&to, "to", "", "who gets the tokens; default: the key's own address")
	return cmd
}
