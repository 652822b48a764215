package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// addClaims adds what an auditor can do about faults that contracts compare, and about bonds.
func addClaims(g *globals, f *auditFlags, cmd *cobra.Command) {
	cmd.AddCommand(newAuditorClaims(g, f), newAuditorBonds(g, f))
	for _, sub := range cmd.Commands() {
		if sub.Name() == "claim" {
			sub.AddCommand(newClaimFault(g), newClaimMake(g))
		}
	}
}

func newAuditorClaims(g *globals, f *auditFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "claims [ID]",
		Short: "List what was claimed: receipts that contradict one another, and wrong lines; with ID print the claim itself",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			claims, err := auditor.OpenClaims(filepath.Join(f.data, "claims"))
			if err != nil {
				return err
			}
			if len(args) == 1 {
				var id common.Hash
				if err := id.UnmarshalText([]byte(args[0])); err != nil {
					return fmt.Errorf("%q is no id of a claim: %w", args[0], protocol.ErrInvalid)
				}
				c, err := claims.Get(id)
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), c.Claim)
			}
			list, err := claims.List()
			if printed := g.print(cmd, list, func(w io.Writer) {
				for _, c := range list {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", c.ID, c.Provider, c.Kind, c.Claim.Claim, c.State, c.Note+c.Trouble)
				}
			}); err == nil {
				err = printed
			}
			return err
		},
	}
}

func newAuditorBonds(g *globals, f *auditFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "bonds",
		Short: "List the bonds of answered questions that a running auditor waits for",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := auditor.LockedBonds(f.data)
			if err != nil {
				return err
			}
			return g.print(cmd, list, func(w io.Writer) {
				for _, b := range list {
					fmt.Fprintf(w, "%s\t%s\t%su\tpaid out to those who answered from %d on, unless the receipt is proven wrong\n", b.Question, b.Receipt, b.Amount, b.PayableAt)
				}
			})
		},
	}
}

// readClaim reads a claim, or what one or two receipts show by themselves.
func readClaim(paths []string) (auditor.Claim, error) {
	var none auditor.Claim
	var bundles []bundle.Bundle
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return none, fmt.Errorf("read claim: %w", err)
		}
		var schema struct {
			Schema string `json:"schema"`
		}
		if err := json.Unmarshal(raw, &schema); err != nil {
			return none, fmt.Errorf("read %s: %v: %w", path, err, protocol.ErrInvalid)
		}
		if schema.Schema == auditor.ClaimSchema {
			if len(paths) != 1 {
				return none, fmt.Errorf("a claim comes alone: %w", protocol.ErrInvalid)
			}
			return auditor.DecodeClaim(raw)
		}
		b, err := bundle.Decode(raw)
		if err != nil {
			return none, err
		}
		bundles = append(bundles, b)
	}
	var list []auditor.Claim
	var err error
	if len(bundles) == 2 {
		list, err = auditor.PairClaims(bundles[0], bundles[1])
	} else {
		list, err = auditor.ReceiptClaims(bundles[0])
	}
	if err == nil && len(list) == 0 {
		err = exitCode{exitCheck, errors.New("nothing contradicts: the receipt may still be wrong, see dgrid auditor replay")}
	}
	if err != nil {
		return none, err
	}
	return list[0], nil
}

func newClaimMake(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "make RECEIPT.json [RECEIPT.json]",
		Short: "Compare one receipt with its request, or two with one another, and print the claim; exit 2 if nothing contradicts",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := readClaim(args)
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), c)
		},
	}
}

func newClaimFault(g *globals) *cobra.Command {
	f, submitter := &sendFlags{}, ""
	cmd := &cobra.Command{
		Use:   "fault CLAIM.json | RECEIPT.json [RECEIPT.json]",
		Short: "Claim a fault that contracts see by comparing; --dry-run simulates it. Whoever sends a claim is paid for it",
		Long: `Claim a fault that contracts see by comparing.

The file is a claim (schema dgrid.claim/1), or one receipt or two from which one is made. Claims:
equivocation, two_answers, billing, finish, stop, unused_slot, output_tree, trace_tree, chunk_tree, salt,
prompt, params, leaf, paid_twice; settle refunds what was paid of a receipt that is convicted already.

No proof binds a claim to its author: whoever copies it out of the mempool gets the bounty.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := readClaim(args)
			if err != nil {
				return err
			}
			cfg, _, err := g.quietly()
			if err != nil {
				return err
			}
			open := func(cl *client) (*sender, error) { return cl.sender(cmd, f, f.keystore(cfg.Wallet.Keystore), "wallet") }
			return g.sendAs(cmd, f, open, func(s *sender) (report, error) {
				if domain := s.reader.Domain(); c.Domain != domain {
					return report{}, fmt.Errorf("the claim is of chain %d and market %s, this is chain %d and %s: %w", c.Domain.ChainID, c.Domain.Market, domain.ChainID, domain.Market, protocol.ErrConflict)
				}
				to := s.key.Address()
				if submitter != "" {
					if !common.IsHexAddress(submitter) {
						return report{}, fmt.Errorf("%q is no address: %w", submitter, protocol.ErrInvalid)
					}
					to = common.HexToAddress(submitter)
				}
				call, err := c.Call(s.reader.Addresses(), to)
				if err != nil {
					return report{}, err
				}
				return s.perform(cmd.Context(), call.Purpose+" "+common.Bytes2Hex(call.Data[:4])+" "+c.Provider().Hex(), func(act) ([]protocol.Call, error) {
					return []protocol.Call{call}, nil
				}, func(receipts []*types.Receipt) (facts, error) {
					v, ok := s.reader.Addresses().FirstFaultIn(receipts[0].Logs)
					if !ok { // settle proves nothing
						return facts{{"provider", c.Provider()}}, nil
					}
					return facts{{"provider", v.Provider}, {"kind", v.Kind.String()}, {"slashed", s.money(v.Slashed)}, {"refunded", s.money(v.Refunded)}, {"paid", s.money(v.Bounty)}}, nil
				})
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&submitter, "to", "", "who gets the bounty; default: the key's own address")
	return cmd
}
