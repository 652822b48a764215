package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/heap"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

func newProviderCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "provider",
		Short: "Answer requests for money: init, register, doctor, run, status, earnings, drain, withdraw",
		Long: `Answer requests for money.

A provider is its owner's address (cold key: stake and withdrawals); an operator
(hot key) signs receipts and redeems, and cannot withdraw. The usual way:

  dgrid provider init DIR         keys and a configuration
  dgrid provider register         stake and operator on chain, with the owner's key
  dgrid provider doctor           finds the usual mistakes
  dgrid provider run              serves until SIGTERM, which drains`,
	}
	cmd.AddCommand(newProviderInit(g), newProviderRegister(g), newProviderDoctor(g), newProviderRun(g), newProviderStatus(g), newProviderEarnings(g),
		newProviderDrain(g), newProviderWithdraw(g), newProviderUnstake(g), newProviderExport(g))
	return cmd
}

// ownerFlags are sendFlags whose key is the owner's: beside the operator's, unless named.
func ownerKeystore(f *sendFlags, cfg config.Config) config.Keystore {
	beside := filepath.Join(filepath.Dir(cfg.Provider.Key), ownerFile)
	return f.keystore(config.Keystore{Key: beside})
}

// sendOwner runs a command that sends with the owner's key.
func (g *globals) sendOwner(cmd *cobra.Command, f *sendFlags, work func(s *sender) (report, error)) error {
	cfg, _, err := g.quietly()
	if err != nil {
		return err
	}
	open := func(c *client) (*sender, error) {
		s, err := c.sender(cmd, f, ownerKeystore(f, cfg), "provider")
		if errors.Is(err, protocol.ErrNotFound) {
			err = &advised{errors.Unwrap(err), "name the owner's keystore with --key FILE: it is kept cold, apart from the operator's"}
		}
		if err == nil && cfg.Provider.Owner != (common.Address{}) && cfg.Provider.Owner != s.key.Address() {
			err = errors.Join(advise(fmt.Errorf("the key is of %s, provider.owner is %s: %w", s.key.Address(), cfg.Provider.Owner, protocol.ErrConflict),
				"name the owner's keystore with --key FILE"), s.close())
		}
		return s, err
	}
	return g.sendAs(cmd, f, open, work)
}

func newProviderRegister(g *globals) *cobra.Command {
	f, stake := &sendFlags{}, ""
	cmd := &cobra.Command{
		Use:   "register --stake AMOUNT",
		Short: "Stake and name the operator, with the owner's key; what is done already is left out",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return g.sendOwner(cmd, f, func(s *sender) (report, error) {
				target, err := s.parse(stake)
				if err != nil {
					return report{}, err
				}
				operator, err := loadKey(s.cfg.Provider.Keystore, "provider")
				if err != nil {
					return report{}, err
				}
				consent, err := s.reader.Domain().Sign(operator.Private(), protocol.OperatorConsent{Operator: operator.Address(), Provider: s.key.Address()})
				if err != nil {
					return report{}, err
				}
				return s.perform(cmd.Context(), fmt.Sprintf("register %s stake %s", operator.Address(), target), func(a act) ([]protocol.Call, error) {
					return s.registerCalls(cmd.Context(), a, target, operator.Address(), consent)
				}, func([]*types.Receipt) (facts, error) { return s.stakeFacts(cmd.Context(), s.key.Address()) })
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&stake, "stake", "", "stake to reach; doctor says what the configured maximum fee needs")
	_ = cmd.MarkFlagRequired("stake")
	return cmd
}

// registerCalls bring the stake up to target and make the operator sign for the owner.
func (s *sender) registerCalls(ctx context.Context, a act, target protocol.Amount, operator common.Address, consent protocol.Bytes) ([]protocol.Call, error) {
	own, at := s.key.Address(), s.reader.Addresses()
	staked, err := s.reader.FreeStake(ctx, own)
	if err != nil {
		return nil, err
	}
	var calls []protocol.Call
	if missing, err := target.Sub(staked); err == nil && !missing.IsZero() {
		free, err := s.reader.Free(ctx, own)
		if err != nil {
			return nil, err
		}
		if short, err := missing.Sub(free); err == nil && !short.IsZero() {
			if calls, err = s.depositCalls(ctx, a, own, short); err != nil {
				return nil, err
			}
		}
		calls = append(calls, at.Stake(missing, a.salt("stake")))
	}
	switch current, err := s.reader.ProviderOf(ctx, operator); {
	case errors.Is(err, protocol.ErrNotFound):
		calls = append(calls, at.AddOperator(operator, consent))
	case err != nil:
		return nil, err
	case current != own:
		return nil, advise(fmt.Errorf("operator %s signs for %s already: %w", operator, current, protocol.ErrConflict), "%s", refusalAdvice["OperatorTaken"])
	}
	return calls, nil
}

func (c *client) stakeFacts(ctx context.Context, owner common.Address) (facts, error) {
	stake, err := c.reader.Stake(ctx, owner)
	if err != nil {
		return nil, err
	}
	free, err := c.reader.FreeStake(ctx, owner)
	if err != nil {
		return nil, err
	}
	unbonding, exit, err := c.reader.Unbonding(ctx, owner)
	return facts{{"provider", owner}, {"stake", c.money(stake)}, {"free_stake", c.money(free)}, {"unbonding", c.money(unbonding)}, {"exit_at", exit}}, err
}

func newProviderUnstake(g *globals) *cobra.Command {
	f, complete := &sendFlags{}, false
	cmd := &cobra.Command{
		Use:   "unstake AMOUNT | --complete",
		Short: "Start to take stake back; --complete releases it to the free balance once the exit is open",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if complete == (len(args) == 1) {
				return fmt.Errorf("give an amount, or --complete: %w", protocol.ErrInvalid)
			}
			return g.sendOwner(cmd, f, func(s *sender) (report, error) {
				show := func([]*types.Receipt) (facts, error) { return s.stakeFacts(cmd.Context(), s.key.Address()) }
				at := s.reader.Addresses()
				if complete {
					return s.perform(cmd.Context(), "unstake complete", func(a act) ([]protocol.Call, error) {
						return []protocol.Call{at.CompleteUnbond(s.key.Address(), a.salt("complete"))}, nil
					}, show)
				}
				amount, err := s.parse(args[0])
				if err != nil {
					return report{}, err
				}
				return s.perform(cmd.Context(), "unstake "+amount.String(), func(a act) ([]protocol.Call, error) {
					return []protocol.Call{at.Unbond(amount, a.salt("unbond"))}, nil
				}, show)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&complete, "complete", false, "release what was unbonded")
	return cmd
}

func newProviderWithdraw(g *globals) *cobra.Command {
	f, to := &sendFlags{}, ""
	cmd := &cobra.Command{
		Use:   "withdraw AMOUNT|all",
		Short: "Pay the owner's free balance (matured credit) out of the vault, with the owner's key",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.sendOwner(cmd, f, func(s *sender) (report, error) { return s.withdraw(cmd.Context(), args[0], to) })
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&to, "to", "", "who gets the tokens; default: the owner's own address")
	return cmd
}

func newProviderRun(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Serve until SIGTERM or Ctrl-C, then drain: finish answers, redeem, stop",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, log, err := g.load()
			if err != nil {
				return err
			}
			d, err := loadDeployment(cfg)
			if err != nil {
				return err
			}
			c, err := connectTo(cmd.Context(), cfg.Chain, d, log)
			if err != nil {
				return runAdvice(cmd.Context(), err)
			}
			defer c.Client.Close()
			source, err := network.DefaultKeys(cfg.Prover.Keys, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer heap.Room(cfg.Memory.Bytes())()
			return runAdvice(cmd.Context(), network.RunProvider(cmd.Context(), c, cfg.Provider, source, log))
		},
	}
}

// runAdvice sends people whose provider does not start to the doctor.
func runAdvice(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	if errors.Is(err, provider.ErrNoFile) {
		return advise(err, "add \"VERSION=FILE\" with the version's container file to provider.former_models: it is not offered, and answers about its receipts")
	}
	return advise(err, "dgrid provider doctor checks all that a provider needs and says what to do")
}

// control calls the control endpoint of the running provider.
func (g *globals) control(cmd *cobra.Command, method, path string, out any) error {
	cfg, _, err := g.quietly()
	if err != nil {
		return err
	}
	return advise(provider.Control(cmd.Context(), cfg.Provider.Control, method, path, out),
		"start it with dgrid provider run, or set provider.control to where it listens")
}

func newProviderStatus(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show what the running provider does",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var s provider.Status
			if err := g.control(cmd, "GET", "/status", &s); err != nil {
				return err
			}
			return g.print(cmd, s, func(w io.Writer) { writeStatus(w, s) })
		},
	}
}

func writeStatus(w io.Writer, s provider.Status) {
	fmt.Fprintf(w, "provider\t%s\noperator\t%s\nrunning\t%d answers\n", s.Provider, s.Operator, s.Running)
	if s.Draining {
		fmt.Fprintln(w, "draining\ttakes no new work")
	}
	stake := "the chain does not answer"
	if s.Stake != nil {
		stake = s.Stake.String() + "u"
	}
	fmt.Fprintf(w, "free stake\t%s\nreceipts\t%d kept, next number %d\n", stake, s.Receipts, s.NextSeq)
	if s.Journal.Error != "" {
		fmt.Fprintf(w, "journal\t%s\n", s.Journal.Error)
	}
	for _, r := range s.Relayers {
		state := "not connected"
		if r.Connected {
			state = "connected, " + r.Address.Hex()
		}
		fmt.Fprintf(w, "relayer\t%s\t%s\n", r.URL, state)
	}
	for _, m := range s.Models {
		fmt.Fprintf(w, "model\t%s\t%s, %d of %d running, %su in and %su out per 10^6 tokens, backend %s\n", m.Version, m.Class, m.Running, m.Capacity, m.PriceIn, m.PriceOut, m.Backend)
	}
}

func newProviderDrain(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "drain",
		Short: "Tell the running provider to take nothing new, finish, redeem and stop",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var s provider.Status
			if err := g.control(cmd, "POST", "/drain", &s); err != nil {
				return err
			}
			return g.print(cmd, s, func(w io.Writer) { writeStatus(w, s) })
		},
	}
}

func newProviderEarnings(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "earnings",
		Short: "Show the provider's money: signed, owed, pending on chain, free, and what each waits for",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			owner := c.cfg.Provider.Owner
			if owner == (common.Address{}) {
				return advise(fmt.Errorf("provider.owner is not set: %w", protocol.ErrInvalid), "set it in the configuration that dgrid provider init wrote")
			}
			out, err := c.earnings(cmd, owner)
			if err != nil {
				return c.explain(err, owner)
			}
			return g.print(cmd, out, out.write)
		},
	}
}

// earnings joins what the chain says with what the running provider holds.
func (c *client) earnings(cmd *cobra.Command, owner common.Address) (facts, error) {
	ctx := cmd.Context()
	out, err := c.stakeFacts(ctx, owner)
	if err != nil {
		return nil, err
	}
	free, err := c.reader.Free(ctx, owner)
	if err != nil {
		return nil, err
	}
	pending, err := c.reader.Pending(ctx, owner)
	if err != nil {
		return nil, err
	}
	out = append(out, fact{"free", c.money(free)}, fact{"pending", c.money(pending)})
	list, err := contracts.NewWatch(c.reader, owner, c.deployment.StartBlock).Credits(ctx)
	if err != nil {
		return nil, err
	}
	now, err := c.reader.Now(ctx)
	if err != nil {
		return nil, err
	}
	credits := []facts{}
	for _, p := range list {
		waits := "its dispute window"
		switch {
		case p.Forfeited:
			waits = "nothing: it is forfeited and will be burned"
		case now >= p.MaturesAt:
			waits = "anyone's mature call; a running provider makes it"
		}
		credits = append(credits, facts{{"amount", c.money(p.Amount)}, {"model_version", p.ModelVersion}, {"matures_at", p.MaturesAt}, {"waits_for", waits}})
	}
	out = append(out, fact{"credits", credits})
	held, err := contracts.NewBondWatch(c.reader, owner, c.deployment.StartBlock).Bonds(ctx)
	if err != nil {
		return nil, err
	}
	bonds := []facts{}
	for _, b := range held {
		if share := b.ShareOf(owner); !share.IsZero() && b.Provider == owner {
			bonds = append(bonds, facts{{"amount", c.money(share)}, {"question", b.Question}, {"payable_at", b.PayableAt}})
		}
	}
	out = append(out, fact{"bonds", bonds})
	var e provider.Earnings
	if err := provider.Control(ctx, c.cfg.Provider.Control, "GET", "/earnings", &e); err != nil {
		fmt.Fprintln(cmd.ErrOrStderr(), "the provider does not run here: showing only what the chain knows")
		return append(out, fact{"running", false}), nil
	}
	return append(out, fact{"running", true}, fact{"signed", c.money(e.Signed)}, fact{"unpaid", c.money(e.Unpaid)}, fact{"owed", c.money(e.Owed)}, fact{"redeemed", c.money(e.Redeemed)}), nil
}

func newProviderExport(g *globals) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "export-receipts [--out DIR]",
		Short: "Write every receipt in the journal to a file that dgrid verify checks; the provider must not run",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			n, err := c.exportReceipts(dir)
			if errors.Is(err, protocol.ErrConflict) {
				err = advise(err, "stop it first (dgrid provider drain)")
			}
			if err != nil {
				return err
			}
			f := facts{{"receipts", n}, {"dir", dir}}
			return g.print(cmd, f, f.write)
		},
	}
	cmd.Flags().StringVar(&dir, "out", "receipts", "folder to write to")
	return cmd
}

func (c *client) exportReceipts(dir string) (int, error) {
	p := c.cfg.Provider
	key, err := loadKey(p.Keystore, "provider")
	if err != nil {
		return 0, err
	}
	served, err := network.OpenBackend(p)
	if err != nil {
		return 0, err
	}
	former, err := network.OpenFormer(p)
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 0, fmt.Errorf("make folder: %w", err)
	}
	model := func(version common.Hash) (bundle.Model, error) {
		i := slices.IndexFunc(former, func(s network.Served) bool { return s.Version == version })
		if i < 0 && version != served.Version {
			return bundle.Model{}, advise(fmt.Errorf("receipt of model version %s, configured is %s: %w", version, served.Version, protocol.ErrConflict),
				"add %s=FILE to provider.former_models", version)
		}
		served := served
		if i >= 0 {
			served = former[i]
		}
		m := bundle.Model{Class: served.Class}
		if served.File != nil {
			h := served.File.Header()
			m.Positions, m.StopIDs = uint32(h.Positions), h.StopIDs
		}
		return m, nil
	}
	n, domain := 0, c.reader.Domain()
	err = provider.Export(filepath.Join(p.Data, "journal"), domain, key.Address(),
		func(r protocol.Receipt) (protocol.Bytes, error) { return domain.Sign(key.Private(), r) }, model,
		func(b bundle.Bundle) error {
			raw, err := json.MarshalIndent(b, "", "  ")
			if err != nil {
				return fmt.Errorf("encode receipt: %w", err)
			}
			n++
			return writeFile(filepath.Join(dir, fmt.Sprintf("receipt-%06d.json", b.Receipt.Seq)), append(raw, '\n'))
		})
	return n, err
}
