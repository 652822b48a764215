package main

import (
	"context"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// newAuditorVersion is what is done about attestations to model versions by hand.
func newAuditorVersion(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Attestations to a model version: register (begin a round), show",
		Long: `Attestations to a model version: drawn auditors say on chain that they hold it, that its chunks are canonical and its bounds hold.

  dgrid auditor version register VERSION    begins a round: a block to come draws up to four of the seated auditors
  dgrid auditor version show VERSION        how far the last round is, and how many attested

Auditors that run (dgrid auditor run --model VERSION=FILE) draw the round and attest by themselves. A version without attestations is
shown as unattested wherever it is listed; nothing else depends on them.`,
	}
	cmd.AddCommand(newVersionRegister(g), newVersionShow(g))
	return cmd
}

func newVersionRegister(g *globals) *cobra.Command {
	f := &sendFlags{}
	cmd := &cobra.Command{
		Use:   "register VERSION",
		Short: "Begin a round of attestations to a model version; anyone may, its creator with --key",
		Long: `Begin a round of attestations to a model version of class proven: auditors are drawn for it by a block to come.

Anyone may, once in a round's time, and it costs gas alone: --key names any key, the creator's for one; default: auditor.key, of which
dgrid auditor run must not run meanwhile. What earlier rounds drew keeps counting, so a draw is not repeated until it suits.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			version, err := parseHash("model version", args[0])
			if err != nil {
				return err
			}
			return g.sendAuditor(cmd, f, func(s *sender) (report, error) { return s.registerVersion(cmd.Context(), version) })
		},
	}
	f.add(cmd)
	return cmd
}

// registerVersion begins a round of attestations.
func (s *sender) registerVersion(ctx context.Context, version common.Hash) (report, error) {
	return s.perform(ctx, "auditor version register "+version.Hex(), func(a act) ([]protocol.Call, error) {
		class, err := s.reader.Class(ctx, version)
		if err != nil {
			return nil, err
		}
		_, seated, err := s.reader.Weight(ctx, contracts.Auditor{})
		if err != nil {
			return nil, err
		}
		if err := canAttest(version, class, seated); err != nil {
			return nil, err
		}
		return []protocol.Call{s.reader.Addresses().RegisterVersion(version, a.salt("register version"))}, nil
	}, func([]*types.Receipt) (facts, error) { return versionFacts(ctx, s.client, version) })
}

// canAttest says why a round would draw nobody; seated is the weight of all auditors.
func canAttest(version common.Hash, class protocol.Class, seated uint64) error {
	switch {
	case class == protocol.ClassProven && seated > 0:
		return nil
	case class == protocol.ClassProven:
		return advise(fmt.Errorf("register version %s: no auditor is seated: %w", version, protocol.ErrConflict),
			"a round that draws nobody keeps the next one waiting: register when there are auditors (dgrid auditor register AMOUNT takes a seat)")
	case class == protocol.ClassSampled:
		return advise(fmt.Errorf("register version %s of class %s: %w", version, class, protocol.ErrInvalid), "only versions of class proven have weights that can be attested to")
	}
	return advise(fmt.Errorf("register version %s: %w", version, protocol.ErrNotFound), "check its id, or publish it first: dgrid model publish FILE")
}

func newVersionShow(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "show VERSION",
		Short: "Show how far attestations to a model version are",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			version, err := parseHash("model version", args[0])
			if err != nil {
				return err
			}
			c, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			out, err := versionFacts(cmd.Context(), c, version)
			if err != nil {
				return err
			}
			return g.print(cmd, out, func(w io.Writer) { out.write(w) })
		},
	}
}

// versionFacts are how far the last round of a version is. Times are block times.
func versionFacts(ctx context.Context, c *client, version common.Hash) (facts, error) {
	round, err := c.reader.Round(ctx, version, common.Address{})
	if err != nil {
		return nil, err
	}
	length, err := c.reader.AttestationRound(ctx)
	if err != nil {
		return nil, err
	}
	now, err := c.reader.Now(ctx)
	if err != nil {
		return nil, err
	}
	out := facts{{"model_version", version}, {"attested", round.Attested}, {"auditors_drawn", round.Assigned}, {"round", roundState(round, length, now)}}
	if round.Beacon != 0 {
		out = append(out, fact{"registered_at", round.RegisteredAt}, fact{"beacon_block", round.Beacon}, fact{"next_round_at", round.RegisteredAt + length})
	}
	return out, nil
}

// roundState is how far the last round of attestations is, in a word; length in seconds.
func roundState(r contracts.Round, length, now uint64) string {
	switch {
	case r.Beacon == 0:
		return "none"
	case r.Drawn:
		return "drawn"
	case now >= r.RegisteredAt+length:
		return "lapsed"
	}
	return "registered"
}
