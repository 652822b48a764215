package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/protocol"
)

func newWalletCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "wallet",
		Short: "A requester's money: deposit, channels, jobs, withdraw",
		Long: `A requester's money. The key is that of [wallet] in the configuration, or --key.

Amounts are tokens ("1.5") or base units ("1500000u"). Every command that sends
takes --dry-run, which simulates the transactions and prints what they cost. A
command that was interrupted is finished by running it again: nothing is sent twice.`,
	}
	cmd.AddCommand(newWalletBalance(g), newWalletDeposit(g), newWalletPermit(g), newWalletRelay(g), newWalletOpen(g), newWalletTopUp(g),
		newWalletVoucher(g), newWalletClose(g), newWalletSweep(g), newWalletWithdraw(g), newWalletJob(g), newWalletRefund(g), newWalletFaucet(g))
	return cmd
}

// send runs a command that sends with the wallet's key.
func (g *globals) send(cmd *cobra.Command, f *sendFlags, work func(s *sender) (report, error)) error {
	cfg, _, err := g.quietly()
	if err != nil {
		return err
	}
	return g.sendAs(cmd, f, func(c *client) (*sender, error) { return c.sender(cmd, f, f.keystore(cfg.Wallet.Keystore), "wallet") }, work)
}

func (g *globals) sendAs(cmd *cobra.Command, f *sendFlags, open func(*client) (*sender, error), work func(s *sender) (report, error)) error {
	c, err := g.dial(cmd.Context())
	if err != nil {
		return err
	}
	defer c.close()
	s, err := open(c)
	if err != nil {
		return err
	}
	r, err := work(s)
	if cerr := s.close(); err == nil {
		err = cerr
	}
	if err != nil && (len(r.Steps) == 0 || !f.dryRun) {
		return err
	}
	return errors.Join(g.print(cmd, r, r.write), err)
}

func newWalletBalance(g *globals) *cobra.Command {
	f := &sendFlags{}
	cmd := &cobra.Command{
		Use:   "balance [ADDRESS]",
		Short: "Show gas money, tokens, the free balance in the vault, open channels and jobs",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			var account common.Address
			if len(args) == 1 {
				if account, err = parseAddress("address", args[0]); err != nil {
					return err
				}
			} else {
				key, err := loadKey(f.keystore(c.cfg.Wallet.Keystore), "wallet")
				if err != nil {
					return err
				}
				account = key.Address()
			}
			out, err := c.balances(cmd.Context(), account)
			if err != nil {
				return c.explain(err, account)
			}
			return g.print(cmd, out, out.write)
		},
	}
	cmd.Flags().StringVar(&f.key, "key", "", "keystore file instead of the configured one")
	cmd.Flags().StringVar(&f.passphrase, "passphrase-file", "", "file with its passphrase")
	return cmd
}

// channelsShown is how many of an account's newest channels and jobs are looked at.
const channelsShown = 50

func (c *client) balances(ctx context.Context, account common.Address) (facts, error) {
	gas, err := c.chain.BalanceAt(ctx, account, nil)
	if err != nil {
		return nil, fmt.Errorf("read balance: %w", c.chain.Wrap(err))
	}
	out := facts{{"account", account}, {"chain", c.caip2()}, {"gas", wei(gas)}}
	for _, read := range []struct {
		name string
		of   func(context.Context, common.Address) (protocol.Amount, error)
	}{{"tokens", c.reader.TokenBalance}, {"allowance", c.reader.Allowance}, {"free", c.reader.Free}} {
		a, err := read.of(ctx, account)
		if err != nil {
			return nil, err
		}
		out = append(out, fact{read.name, c.money(a)})
	}
	head, err := c.chain.Head(ctx, chain.Latest)
	if err != nil {
		return nil, err
	}
	channels, jobs, err := c.payments(ctx, account, head.Time)
	if err != nil {
		return nil, err
	}
	return append(out, fact{"channels", channels}, fact{"jobs", jobs}, fact{"block", head.Number.Uint64()}, fact{"finality", "included"}), nil
}

// payments lists the account's newest channels that hold money and jobs that are
// not over, each with what it waits for.
func (c *client) payments(ctx context.Context, account common.Address, now uint64) (channels, jobs []facts, err error) {
	nonce, err := c.reader.Nonce(ctx, account)
	if err != nil {
		return nil, nil, err
	}
	timing, err := c.reader.Timing(ctx)
	if err != nil {
		return nil, nil, err
	}
	channels, jobs = []facts{}, []facts{}
	last := nonce.Uint64()
	for i := last - min(last, channelsShown); i < last; i++ {
		id := c.reader.PaymentID(account, i)
		ch, err := c.reader.Channel(ctx, id)
		if errors.Is(err, protocol.ErrNotFound) {
			job, err := c.reader.Job(ctx, id)
			if err != nil {
				return nil, nil, err
			}
			if state := jobState(job.State); job.State != 0 && job.State < jobFinalized {
				jobs = append(jobs, facts{{"job", id}, {"state", state}, {"max_fee", c.money(protocol.MustAmount(job.MaxFee))}, {"deadline", job.Deadline}})
			}
			continue
		} else if err != nil {
			return nil, nil, err
		}
		if ch.Deposit.Cmp(ch.Paid) <= 0 {
			continue
		}
		rest, err := ch.Deposit.Sub(ch.Paid)
		if err != nil {
			return nil, nil, err
		}
		state, sweepable := "open", ch.Expiry+timing.CloseGrace
		switch {
		case ch.ClosesAt != 0 && now < ch.ClosesAt:
			state, sweepable = "closing", ch.ClosesAt
		case ch.ClosesAt != 0 || now >= sweepable:
			state, sweepable = "sweepable", now
		}
		channels = append(channels, facts{{"channel", id}, {"state", state}, {"delegate", ch.Delegate}, {"deposit", c.money(ch.Deposit)}, {"paid", c.money(ch.Paid)},
			{"rest", c.money(rest)}, {"expiry", ch.Expiry}, {"sweepable_at", sweepable}})
	}
	return channels, jobs, nil
}

func newWalletDeposit(g *globals) *cobra.Command {
	f, account := &sendFlags{}, ""
	cmd := &cobra.Command{
		Use:   "deposit AMOUNT",
		Short: "Move tokens into the vault, approving it first where needed",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.send(cmd, f, func(s *sender) (report, error) {
				amount, to, err := s.amountFor(args[0], account)
				if err != nil {
					return report{}, err
				}
				return s.perform(cmd.Context(), fmt.Sprintf("deposit %s for %s", amount, to), func(a act) ([]protocol.Call, error) {
					return s.depositCalls(cmd.Context(), a, to, amount)
				}, s.showFree(cmd.Context(), to))
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&account, "for", "", "whose free balance it becomes; default: the key's own")
	return cmd
}

// amountFor reads an amount and the account that a deposit is for.
func (s *sender) amountFor(text, account string) (protocol.Amount, common.Address, error) {
	to := s.key.Address()
	amount, err := s.parse(text)
	if err == nil && account != "" {
		to, err = parseAddress("account", account)
	}
	return amount, to, err
}

// depositCalls approve exactly what is missing and deposit.
func (s *sender) depositCalls(ctx context.Context, a act, to common.Address, amount protocol.Amount) ([]protocol.Call, error) {
	at, own := s.reader.Addresses(), s.key.Address()
	balance, err := s.reader.TokenBalance(ctx, own)
	if err != nil {
		return nil, err
	}
	deposit := at.Deposit(to, amount, a.salt("deposit"))
	if s.outbox != nil {
		if in, err := s.outbox.Get(ctx, s.id(deposit)); err == nil && in.State != protocol.IntentReverted && in.State != protocol.IntentSuperseded {
			return []protocol.Call{deposit}, nil // sent by an earlier run: tokens and allowance are used up
		}
	}
	if balance.Cmp(amount) < 0 {
		return nil, s.needTokens(own, balance, amount)
	}
	allowed, err := s.reader.Allowance(ctx, own)
	if err != nil {
		return nil, err
	}
	if allowed.Cmp(amount) >= 0 {
		return []protocol.Call{deposit}, nil
	}
	return []protocol.Call{at.Approve(at.Vault, amount, a.salt("approve")), deposit}, nil
}

func (c *client) needTokens(account common.Address, have, need protocol.Amount) error {
	err := fmt.Errorf("%s has %s, %s is needed: %w", account, c.money(have), c.money(need), protocol.ErrInsufficient)
	if c.development() {
		return advise(err, "get test tokens: dgrid wallet faucet %s", c.money(need).Amount)
	}
	return advise(err, "send %s to %s (token %s)", c.token.Symbol, account, c.token.Address)
}

// showFree adds the account's free balance to an answer.
func (s *sender) showFree(ctx context.Context, account common.Address) func([]*types.Receipt) (facts, error) {
	return func([]*types.Receipt) (facts, error) {
		free, err := s.reader.Free(ctx, account)
		return facts{{"free", s.money(free)}}, err
	}
}

func newWalletTopUp(g *globals) *cobra.Command {
	f := &sendFlags{}
	cmd := &cobra.Command{
		Use:   "topup CHANNEL AMOUNT",
		Short: "Add free balance to a channel that is not closing",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.send(cmd, f, func(s *sender) (report, error) {
				channel, err := parseHash("channel", args[0])
				if err != nil {
					return report{}, err
				}
				amount, err := s.parse(args[1])
				if err != nil {
					return report{}, err
				}
				return s.perform(cmd.Context(), fmt.Sprintf("topup %s %s", channel, amount), func(a act) ([]protocol.Call, error) {
					return []protocol.Call{s.reader.Addresses().TopUp(channel, amount, a.salt("topup"))}, nil
				}, func([]*types.Receipt) (facts, error) { return s.channelFacts(cmd.Context(), channel) })
			})
		},
	}
	f.add(cmd)
	return cmd
}

func (s *sender) channelFacts(ctx context.Context, id common.Hash) (facts, error) {
	ch, err := s.reader.Channel(ctx, id)
	if err != nil {
		return nil, err
	}
	return facts{{"channel", id}, {"delegate", ch.Delegate}, {"deposit", s.money(ch.Deposit)}, {"paid", s.money(ch.Paid)}, {"expiry", ch.Expiry}, {"closes_at", ch.ClosesAt}}, nil
}

func newWalletClose(g *globals) *cobra.Command {
	f := &sendFlags{}
	cmd := &cobra.Command{
		Use:   "close CHANNEL",
		Short: "Start a channel's grace period, in which providers redeem; sweep it afterwards",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.send(cmd, f, func(s *sender) (report, error) {
				channel, err := parseHash("channel", args[0])
				if err != nil {
					return report{}, err
				}
				return s.perform(cmd.Context(), "close "+channel.Hex(), func(act) ([]protocol.Call, error) {
					return []protocol.Call{s.reader.Addresses().CloseChannel(channel)}, nil
				}, func([]*types.Receipt) (facts, error) {
					out, err := s.channelFacts(cmd.Context(), channel)
					return append(out, fact{"next", "dgrid wallet sweep " + channel.Hex() + " from closes_at on"}), err
				})
			})
		},
	}
	f.add(cmd)
	return cmd
}

func newWalletSweep(g *globals) *cobra.Command {
	f := &sendFlags{}
	cmd := &cobra.Command{
		Use:   "sweep CHANNEL",
		Short: "Return what a closed or expired channel did not pay to its requester's free balance",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.send(cmd, f, func(s *sender) (report, error) {
				channel, err := parseHash("channel", args[0])
				if err != nil {
					return report{}, err
				}
				ch, err := s.reader.Channel(cmd.Context(), channel)
				if err != nil {
					return report{}, s.explain(err, s.key.Address())
				}
				return s.perform(cmd.Context(), "sweep "+channel.Hex(), func(act) ([]protocol.Call, error) {
					return []protocol.Call{s.reader.Addresses().SweepChannel(channel)}, nil
				}, s.showFree(cmd.Context(), ch.Requester))
			})
		},
	}
	f.add(cmd)
	return cmd
}

func newWalletWithdraw(g *globals) *cobra.Command {
	f, to := &sendFlags{}, ""
	cmd := &cobra.Command{
		Use:   "withdraw AMOUNT|all",
		Short: "Pay free balance out of the vault",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.send(cmd, f, func(s *sender) (report, error) { return s.withdraw(cmd.Context(), args[0], to) })
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&to, "to", "", "who gets the tokens; default: the key's own address")
	return cmd
}

func (s *sender) withdraw(ctx context.Context, text, recipient string) (report, error) {
	to := s.key.Address()
	var err error
	if recipient != "" {
		if to, err = parseAddress("recipient", recipient); err != nil {
			return report{}, err
		}
	}
	var amount protocol.Amount
	if text != "all" {
		if amount, err = s.parse(text); err != nil {
			return report{}, err
		}
	}
	return s.perform(ctx, fmt.Sprintf("withdraw %s to %s", text, to), func(a act) ([]protocol.Call, error) {
		if text == "all" {
			if amount, err = s.reader.Free(ctx, s.key.Address()); err != nil {
				return nil, err
			}
			if amount.IsZero() {
				return nil, advise(fmt.Errorf("withdraw: nothing is free: %w", protocol.ErrInsufficient),
					"money in channels comes back by close and sweep (dgrid wallet balance lists them), stake by dgrid provider unstake")
			}
		}
		return []protocol.Call{s.reader.Addresses().Withdraw(to, amount, a.salt("withdraw"))}, nil
	}, s.showFree(ctx, s.key.Address()))
}

// signDigest signs a digest in the form that contracts accept: r, s and v of 27 or 28.
func signDigest(key keys.Key, digest common.Hash) (protocol.Bytes, error) {
	sig, err := crypto.Sign(digest[:], key.Private())
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	sig[64] += 27
	return sig, nil
}
