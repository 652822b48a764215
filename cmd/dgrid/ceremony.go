package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/ceremony"
	"github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// ceremonyCircuit is a circuit that ceremonies are held for.
type ceremonyCircuit struct {
	keys.Circuit
	// try proves a statement with new keys, on a chain where only they are accepted.
	try func(context.Context, *keys.Set) error
}

// ceremonyCircuits are the circuits that keys can be made for; the first is the default.
func ceremonyCircuits() []ceremonyCircuit {
	return []ceremonyCircuit{{keys.Step(), tryStep}}
}

func tryStep(ctx context.Context, set *keys.Set) error {
	const mainnet = 1
	p, err := prover.New(set, mainnet)
	if err != nil {
		return err
	}
	step, err := prover.SampleStep()
	if err != nil {
		return err
	}
	proof, inputs, err := p.Prove(ctx, step, true)
	if err != nil {
		return err
	}
	return p.Verify(proof, inputs)
}

func findCeremonyCircuit(all []ceremonyCircuit, name string) (ceremonyCircuit, error) {
	names := make([]string, len(all))
	for i, c := range all {
		if c.Name == name {
			return c, nil
		}
		names[i] = c.Name
	}
	return ceremonyCircuit{}, fmt.Errorf("find circuit %q: this program has %s: %w", name, strings.Join(names, ", "), protocol.ErrNotFound)
}

// ceremonyCommand is what the subcommands share.
type ceremonyCommand struct {
	g        *globals
	circuits []ceremonyCircuit
}

func newCeremonyCommand(g *globals, circuits []ceremonyCircuit) *cobra.Command {
	c := &ceremonyCommand{g, circuits}
	cmd := &cobra.Command{
		Use:   "ceremony",
		Short: "Make deployment proving keys with several people",
		Long: `Make the proving and verifying keys of a circuit with several people. As long as
one contributor of each phase kept no secret, nobody can forge proofs under them.
The folder of a ceremony passes from one contributor to the next; anyone checks all
of it with "dgrid ceremony verify". docs/ceremony.md says who does what.

  init        the coordinator starts a ceremony in a new folder
  contribute  each contributor, one after the other, first in phase 1
  seal        the coordinator closes phase 1 with a public beacon
  contribute  each contributor again, in phase 2
  seal        the coordinator closes phase 2, which makes the keys
  verify      anyone, at any time

status shows where a ceremony stands; rehearse holds one alone, to know what it takes.`,
	}
	cmd.AddCommand(c.init(), c.status(), c.contribute(), c.verify(), c.seal(), c.rehearse())
	return cmd
}

// open opens the ceremony of a folder with the circuit it says it is for.
func (c *ceremonyCommand) open(cmd *cobra.Command, dir string) (*ceremony.Transcript, error) {
	state, err := ceremony.ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	circuit, err := c.compile(state.Circuit)
	if err != nil {
		return nil, err
	}
	return ceremony.Open(dir, circuit, cmd.ErrOrStderr())
}

func (c *ceremonyCommand) compile(name string) (ceremony.Circuit, error) {
	found, err := findCeremonyCircuit(c.circuits, name)
	if err != nil {
		return ceremony.Circuit{}, err
	}
	return ceremony.Compile(found.Circuit, commit.SpecVersion)
}

func (c *ceremonyCommand) init() *cobra.Command {
	var name string
	var o ceremony.Options
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Start a ceremony in a new folder",
		Long: `Start a ceremony in a new or empty folder. Throw-away keys of the circuit are made
and linted first, so that a circuit whose keys would be refused at the end is
refused now. Publish the ceremony hash that is printed: it names circuit,
specification version and the least number of contributions.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			circuit, err := c.compile(name)
			if err != nil {
				return err
			}
			t, err := ceremony.Create(cmd.Context(), args[0], circuit, o, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			f := manifestFacts(t.Manifest())
			return c.g.print(cmd, f, func(w io.Writer) {
				f.write(w)
				fmt.Fprintf(w, "\nnext: each contributor runs dgrid ceremony contribute on a copy of %s\n", args[0])
			})
		},
	}
	cmd.Flags().StringVar(&name, "circuit", c.circuits[0].Name, "circuit to make keys for")
	cmd.Flags().IntVar(&o.MinContributions, "min-contributions", 3, "contributions that each phase needs before it can be sealed")
	return cmd
}

func manifestFacts(m ceremony.Manifest) facts {
	return facts{{"ceremony", m.Hash}, {"circuit", m.Circuit}, {"circuit_hash", m.CircuitHash}, {"spec_version", m.SpecVersion},
		{"constraints", m.Constraints}, {"public_inputs", m.PublicInputs}, {"min_contributions", m.MinContributions}}
}

func (c *ceremonyCommand) status() *cobra.Command {
	return &cobra.Command{
		Use:   "status DIR",
		Short: "Show a ceremony's contributions and what comes next; checks hashes and order, no proofs",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			state, err := ceremony.Read(args[0])
			if err != nil {
				return exitCode{exitCheck, err}
			}
			return c.g.print(cmd, state, func(w io.Writer) { writeState(w, state) })
		},
	}
}

func writeState(w io.Writer, s *ceremony.State) {
	manifestFacts(s.Manifest).write(w)
	for i, p := range s.Phases {
		fmt.Fprintf(w, "\nphase %d\n", i+1)
		for _, r := range p.Contributions {
			fmt.Fprintf(w, "  %d\t%s\t%s\n", r.Sequence, r.Hash, r.Contributor)
		}
		if p.Sealed != nil {
			fmt.Fprintf(w, "  sealed\t%s\tbeacon %s from %s\n", p.Sealed.Hash, p.Sealed.Beacon, p.Sealed.BeaconSource)
			if k := p.Sealed.Keys; k != nil {
				fmt.Fprintf(w, "  verifying key\t%s\n", k.VerifyingKey)
			}
		}
	}
	fmt.Fprintf(w, "\nhead\t%s\n", s.Head())
	if s.Unfinished != "" {
		fmt.Fprintf(w, "unfinished\t%s: the next contribution replaces it\n", s.Unfinished)
	}
	switch open := s.OpenPhase(); {
	case open == 0:
		fmt.Fprintf(w, "next\tverify, then register the verifying key (docs/ceremony.md)\n")
	case len(s.Phases[open-1].Contributions) < s.Manifest.MinContributions:
		fmt.Fprintf(w, "next\tcontribute to phase %d: %d more at least\n", open, s.Manifest.MinContributions-len(s.Phases[open-1].Contributions))
	default:
		fmt.Fprintf(w, "next\tcontribute to phase %d, or seal it\n", open)
	}
}

func (c *ceremonyCommand) contribute() *cobra.Command {
	var how ceremony.Contribution
	cmd := &cobra.Command{
		Use:   "contribute DIR",
		Short: "Add a contribution to the open phase",
		Long: `Add a contribution to the open phase of the ceremony in DIR. Everything before is
checked first. The secret comes from the operating system's randomness, is never
written and is gone when the program ends; core dumps are switched off. Publish the
record hash that is printed where people know that it is you, and hand the folder on.
Interrupted, it adds nothing: run it again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := noCoreDumps(); err != nil {
				return err
			}
			t, err := c.open(cmd, args[0])
			if err != nil {
				return err
			}
			r, err := t.Contribute(cmd.Context(), how)
			if err != nil {
				return err
			}
			f := facts{{"phase", r.Phase}, {"contribution", r.Sequence}, {"contributor", r.Contributor}, {"record", r.Hash}, {"sha256", r.SHA256}}
			return c.g.print(cmd, f, func(w io.Writer) {
				f.write(w)
				fmt.Fprintf(w, "\npublish the record hash: it is how you and others know that your contribution is in the end result\n")
			})
		},
	}
	cmd.Flags().StringVar(&how.Name, "name", "", "name to stand in the record; anyone may write any")
	cmd.Flags().BoolVar(&how.Trust, "trust-previous", false, "leave out the proofs of earlier contributions: quicker, and as safe if somebody verifies later")
	return cmd
}

func (c *ceremonyCommand) verify() *cobra.Command {
	var expect string
	var includes []string
	cmd := &cobra.Command{
		Use:   "verify DIR",
		Short: "Check a whole ceremony from its start, and its keys",
		Long: `Check a whole ceremony: circuit, order, every hash, the proof of every contribution,
both beacons, the lint of the verifying key, and that the key files are what follows.
Prints what was checked. Exit status 2 if anything is wrong.

What it cannot check: that the beacons are what their sources published, and that
the contributors are who they say. Look both up.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := c.open(cmd, args[0])
			if err != nil {
				return exitCode{exitCheck, err}
			}
			report, err := t.Verify(cmd.Context())
			if err == nil {
				err = expected(report.State, expect, includes)
			}
			if err != nil {
				for _, line := range report.Checked {
					fmt.Fprintf(cmd.ErrOrStderr(), "ok: %s\n", line)
				}
				return exitCode{exitCheck, err}
			}
			return c.g.print(cmd, verifyFacts(report), func(w io.Writer) { writeReport(w, report) })
		},
	}
	cmd.Flags().StringVar(&expect, "expect", "", "fail unless the last record has this hash")
	cmd.Flags().StringArrayVar(&includes, "includes", nil, "fail unless a record with this hash is in the ceremony; may be repeated")
	return cmd
}

// expected compares a checked ceremony with the hashes that people published.
func expected(state *ceremony.State, head string, includes []string) error {
	parse := func(s string) (common.Hash, error) {
		data, err := hex.DecodeString(strings.TrimPrefix(s, "0x"))
		if err != nil || len(data) != common.HashLength {
			return common.Hash{}, fmt.Errorf("%q is not a hash: %w", s, protocol.ErrInvalid)
		}
		return common.BytesToHash(data), nil
	}
	if head != "" {
		want, err := parse(head)
		if err != nil {
			return err
		}
		if state.Head() != want {
			return fmt.Errorf("the last record is %s, expected was %s: %w", state.Head(), want, protocol.ErrConflict)
		}
	}
	for _, s := range includes {
		want, err := parse(s)
		if err != nil {
			return err
		}
		if !state.Includes(want) {
			return fmt.Errorf("no record %s is in this ceremony: %w", want, protocol.ErrNotFound)
		}
	}
	return nil
}

func verifyFacts(r *ceremony.Report) facts {
	f := facts{{"ceremony", r.State.Manifest.Hash}, {"head", r.State.Head()}, {"checked", r.Checked}, {"complete", r.Keys != nil}}
	if r.Keys != nil {
		f = append(f, fact{"keys", r.Keys}, fact{"key_files", r.KeyFiles})
	}
	return f
}

func writeReport(w io.Writer, r *ceremony.Report) {
	for _, line := range r.Checked {
		fmt.Fprintf(w, "ok: %s\n", line)
	}
	fmt.Fprintf(w, "\nhead %s\n", r.State.Head())
	switch {
	case r.Keys == nil:
		fmt.Fprintf(w, "everything so far holds; phase %d is open\n", r.State.OpenPhase())
	case !r.KeyFiles:
		fmt.Fprintf(w, "the ceremony holds; its key files are not in the folder\nverifying key %s\n", r.Keys.VerifyingKey)
	default:
		fmt.Fprintf(w, "the ceremony holds and these are its keys\nverifying key %s\n", r.Keys.VerifyingKey)
	}
}

func (c *ceremonyCommand) seal() *cobra.Command {
	var phase int
	var value, source string
	cmd := &cobra.Command{
		Use:   "seal DIR --phase 1|2 --beacon HEX --beacon-source TEXT",
		Short: "Close a phase with a public beacon; closing phase 2 makes the keys",
		Long: `Close a phase with a public random value of 32 to 64 bytes that nobody could know or
choose when the last contribution was made: announce the source and the exact round
before, as in "drand quicknet round 12345678" or "hash of Ethereum block 23456789",
wait for it, and pass its value. The two phases take two beacons.

Closing phase 2 writes proving key, verifying key and verifier contract into
DIR/keys, and the sealed record that names their hashes. Everyone who seals the same
transcript with the same beacon gets the same bytes. It cannot be undone.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := hex.DecodeString(strings.TrimPrefix(value, "0x"))
			if err != nil {
				return fmt.Errorf("--beacon is not hexadecimal: %w", protocol.ErrInvalid)
			}
			t, err := c.open(cmd, args[0])
			if err != nil {
				return err
			}
			s, err := t.Seal(cmd.Context(), phase, ceremony.Beacon{Value: b, Source: source})
			if err != nil {
				return err
			}
			f := facts{{"phase", s.Phase}, {"contributions", s.Contributions}, {"beacon", s.Beacon}, {"beacon_source", s.BeaconSource}, {"record", s.Hash}}
			if k := s.Keys; k != nil {
				f = append(f, fact{"spec_version", s.SpecVersion}, fact{"verifying_key", k.VerifyingKey}, fact{"proving_key", k.ProvingKey},
					fact{"verifier", k.Verifier}, fact{"verifier_code", k.VerifierCode}, fact{"files", filepath.Join(args[0], "keys")})
			}
			return c.g.print(cmd, f, func(w io.Writer) { f.write(w) })
		},
	}
	cmd.Flags().IntVar(&phase, "phase", 0, "phase to close: 1 or 2")
	cmd.Flags().StringVar(&value, "beacon", "", "the beacon's value in hexadecimal")
	cmd.Flags().StringVar(&source, "beacon-source", "", "where anyone can look the value up")
	for _, name := range []string{"phase", "beacon", "beacon-source"} {
		_ = cmd.MarkFlagRequired(name)
	}
	return cmd
}

// rehearse holds a ceremony alone, to know what a real one takes.
func (c *ceremonyCommand) rehearse() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "rehearse",
		Short: "Hold a whole ceremony with one contributor in a temporary folder, and print what each step takes",
		Long: `Hold a whole ceremony with one contributor and made-up beacons in a temporary folder,
prove a statement with its keys, print what each step takes, and throw the keys away.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := os.MkdirTemp("", "dgrid-ceremony-")
			if err != nil {
				return fmt.Errorf("make a folder: %w", err)
			}
			defer os.RemoveAll(dir)
			f, err := c.rehearsal(cmd, name, filepath.Join(dir, "rehearsal"))
			if err != nil {
				return err
			}
			return c.g.print(cmd, f, func(w io.Writer) { f.write(w) })
		},
	}
	cmd.Flags().StringVar(&name, "circuit", c.circuits[0].Name, "circuit to make keys for")
	return cmd
}

func (c *ceremonyCommand) rehearsal(cmd *cobra.Command, name, dir string) (facts, error) {
	ctx := cmd.Context()
	found, err := findCeremonyCircuit(c.circuits, name)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	circuit, err := c.compile(name)
	if err != nil {
		return nil, err
	}
	t, err := ceremony.Create(ctx, dir, circuit, ceremony.Options{MinContributions: 1}, cmd.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	m := t.Manifest()
	f := facts{{"circuit", m.Circuit}, {"constraints", m.Constraints}, {"init_seconds", seconds(begin)}}
	var report *ceremony.Report
	contribute := func() error { _, err := t.Contribute(ctx, ceremony.Contribution{Name: "rehearsal"}); return err }
	closeWith := func(phase int) func() error {
		return func() error {
			value := m.Hash
			value[0] ^= byte(phase)
			_, err := t.Seal(ctx, phase, ceremony.Beacon{Value: value[:], Source: "none: a rehearsal"})
			return err
		}
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"contribute_1_seconds", contribute}, {"seal_1_seconds", closeWith(1)},
		{"contribute_2_seconds", contribute}, {"seal_2_seconds", closeWith(2)},
		{"verify_seconds", func() (err error) { report, err = t.Verify(ctx); return err }},
		{"prove_seconds", func() error {
			set, err := ceremony.Load(dir, circuit, report.Keys.VerifyingKey)
			if err != nil {
				return err
			}
			return found.try(ctx, set)
		}},
	} {
		start := time.Now()
		if err := step.do(); err != nil {
			return nil, err
		}
		f = append(f, fact{step.name, seconds(start)})
	}
	state := report.State
	return append(f, fact{"total_seconds", seconds(begin)}, fact{"cpu_seconds", math.Round(cpuSeconds())}, fact{"peak_mb", peakMemory() >> 20},
		fact{"phase_1_bytes", state.Phases[0].Contributions[0].Size}, fact{"phase_2_bytes", state.Phases[1].Contributions[0].Size},
		fact{"proving_key_bytes", report.Keys.ProvingSize}), nil
}

func seconds(since time.Time) float64 {
	return float64(time.Since(since).Round(10*time.Millisecond)) / float64(time.Second)
}
