package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
)

// permitLife is how long a permit or an authorization may wait to be mined.
const permitLife = 3600 // seconds of block time

func newWalletPermit(g *globals) *cobra.Command {
	f, account, relay := &sendFlags{}, "", false
	cmd := &cobra.Command{
		Use:   "permit AMOUNT",
		Short: "Deposit by a signature (EIP-2612) in one transaction, with no approval",
		Long: `Deposit by a signature (EIP-2612) in one transaction, with no approval.

With --relay nothing is sent: it prints a deposit signed as an ERC-3009
authorisation, which anyone may bring on chain for the signer and pay the gas of
(dgrid wallet relay FILE, or the printed "to" and "data" with any wallet).`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if relay {
				return g.authorize(cmd, f, args[0])
			}
			return g.send(cmd, f, func(s *sender) (report, error) {
				amount, to, err := s.amountFor(args[0], account)
				if err != nil {
					return report{}, err
				}
				return s.perform(cmd.Context(), fmt.Sprintf("permit %s for %s", amount, to), func(a act) ([]protocol.Call, error) {
					return s.permitCalls(cmd.Context(), a, to, amount)
				}, s.showFree(cmd.Context(), to))
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&account, "for", "", "whose free balance it becomes; default: the key's own")
	cmd.Flags().BoolVar(&relay, "relay", false, "sign an ERC-3009 authorisation for others to send")
	return cmd
}

func (s *sender) permitCalls(ctx context.Context, a act, to common.Address, amount protocol.Amount) ([]protocol.Call, error) {
	if s.token.Separator == (common.Hash{}) {
		return nil, advise(fmt.Errorf("token %s knows no permits: %w", s.token.Address, protocol.ErrInvalid), "use dgrid wallet deposit")
	}
	own, at := s.key.Address(), s.reader.Addresses()
	nonce, err := s.reader.PermitNonce(ctx, own)
	if err != nil {
		return nil, err
	}
	if used, ok := s.usedPermit(a); ok {
		nonce.SetUint64(used)
	} else if err := s.notePermit(a, nonce.Uint64()); err != nil {
		return nil, err
	}
	balance, err := s.reader.TokenBalance(ctx, own)
	if err != nil {
		return nil, err
	}
	deadline := a.Began + permitLife
	sig, err := signDigest(s.key, s.token.PermitDigest(own, at.Vault, amount, nonce, deadline))
	if err != nil {
		return nil, err
	}
	call := at.DepositWithPermit(to, amount, deadline, sig)
	if s.outbox != nil {
		if _, err := s.outbox.Get(ctx, s.id(call)); err == nil {
			return []protocol.Call{call}, nil
		}
	}
	if balance.Cmp(amount) < 0 {
		return nil, s.needTokens(own, balance, amount)
	}
	return []protocol.Call{call}, nil
}

// usedPermit and notePermit keep the token nonce of an act: once the permit is mined
// the nonce moves on, and a second run must sign the same words.
func (s *sender) usedPermit(a act) (uint64, bool) {
	var noted struct{ Act, Nonce uint64 }
	raw, err := os.ReadFile(s.path + ".permit")
	if err != nil || json.Unmarshal(raw, &noted) != nil || noted.Act != a.N {
		return 0, false
	}
	return noted.Nonce, true
}

func (s *sender) notePermit(a act, nonce uint64) error {
	if s.flags.dryRun {
		return nil
	}
	return writeFile(s.path+".permit", fmt.Appendf(nil, "{\"act\":%d,\"nonce\":%d}\n", a.N, nonce))
}

// authorization is a deposit that anyone may send for its signer.
type authorization struct {
	contracts.Authorization
	Chain     string         `json:"chain"`
	Vault     common.Address `json:"vault"`
	Signature protocol.Bytes `json:"signature"`
	To        common.Address `json:"to"`
	Data      protocol.Bytes `json:"data"`
}

// authorize prints a signed ERC-3009 deposit.
func (g *globals) authorize(cmd *cobra.Command, f *sendFlags, text string) error {
	c, err := g.dial(cmd.Context())
	if err != nil {
		return err
	}
	defer c.close()
	key, err := loadKey(f.keystore(c.cfg.Wallet.Keystore), "wallet")
	if err != nil {
		return err
	}
	amount, err := c.parse(text)
	if err != nil {
		return err
	}
	now, err := c.reader.Now(cmd.Context())
	if err != nil {
		return c.explain(err, key.Address())
	}
	salt, err := randomHash()
	if err != nil {
		return err
	}
	at := c.reader.Addresses()
	out := authorization{Chain: c.caip2(), Vault: at.Vault, To: at.Vault,
		Authorization: contracts.Authorization{From: key.Address(), Amount: amount, ValidBefore: now + permitLife, Salt: salt}}
	if out.Signature, err = signDigest(key, c.token.AuthorizationDigest(c.chain.Profile().ID, at.Vault, out.Authorization)); err != nil {
		return err
	}
	out.Data = at.DepositWithAuthorization(out.Authorization, out.Signature).Data
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func newWalletRelay(g *globals) *cobra.Command {
	f := &sendFlags{}
	cmd := &cobra.Command{
		Use:   "relay FILE",
		Short: "Send a deposit that another key signed with permit --relay, and pay its gas",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("read authorisation: %w", err)
			}
			var a authorization
			if err := json.Unmarshal(raw, &a); err != nil {
				return fmt.Errorf("read authorisation %s: %v: %w", args[0], err, protocol.ErrInvalid)
			}
			return g.send(cmd, f, func(s *sender) (report, error) {
				at := s.reader.Addresses()
				if a.Chain != s.caip2() || a.Vault != at.Vault {
					return report{}, fmt.Errorf("authorisation is for vault %s on %s, this is %s on %s: %w", a.Vault, a.Chain, at.Vault, s.caip2(), protocol.ErrConflict)
				}
				return s.perform(cmd.Context(), "relay "+a.Salt.Hex(), func(act) ([]protocol.Call, error) {
					return []protocol.Call{at.DepositWithAuthorization(a.Authorization, a.Signature)}, nil
				}, s.showFree(cmd.Context(), a.From))
			})
		},
	}
	f.add(cmd)
	return cmd
}

func newWalletOpen(g *globals) *cobra.Command {
	f, delegate, life, expiry := &sendFlags{}, "", time.Duration(0), uint64(0)
	cmd := &cobra.Command{
		Use:   "open AMOUNT [--delegate ADDRESS]",
		Short: "Open a payment channel with free balance; its delegate signs requests and vouchers",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.send(cmd, f, func(s *sender) (report, error) {
				amount, err := s.parse(args[0])
				if err != nil {
					return report{}, err
				}
				signer := s.key.Address()
				if delegate != "" {
					if signer, err = parseAddress("delegate", delegate); err != nil {
						return report{}, err
					}
				}
				if expiry == 0 && life < time.Second {
					return report{}, fmt.Errorf("--for %s is no time to live: %w", life, protocol.ErrInvalid)
				}
				name := fmt.Sprintf("open %s delegate %s for %s until %d", amount, signer, life, expiry)
				return s.perform(cmd.Context(), name, func(a act) ([]protocol.Call, error) {
					until := expiry
					if until == 0 {
						until = a.Began + uint64(life/time.Second)
					}
					return []protocol.Call{s.reader.Addresses().OpenChannel(signer, amount, until, a.salt("open"))}, nil
				}, func(receipts []*types.Receipt) (facts, error) {
					opened, err := findEvent[events.ChannelOpened](events.Market, s.reader.Addresses().Market, receipts)
					if err != nil {
						return nil, err
					}
					return s.channelFacts(cmd.Context(), opened.Channel)
				})
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&delegate, "delegate", "", "key that may spend the channel, e.g. a gateway's; default: the key itself")
	cmd.Flags().DurationVar(&life, "for", 30*24*time.Hour, "how long the channel lives")
	cmd.Flags().Uint64Var(&expiry, "expiry", 0, "when it ends instead, Unix seconds")
	return cmd
}

// findEvent returns the newest event of a kind in the receipts.
func findEvent[E any](source events.Source, at common.Address, receipts []*types.Receipt) (E, error) {
	var found E
	ok := false
	for _, r := range receipts {
		for _, l := range r.Logs {
			if l.Address != at {
				continue
			}
			e, err := events.DecodeLog(source, l)
			if err != nil {
				return found, err
			}
			if e, is := e.(E); is {
				found, ok = e, true
			}
		}
	}
	if !ok {
		return found, fmt.Errorf("the transaction logged no %T: %w", found, protocol.ErrInternal)
	}
	return found, nil
}

// signedVoucher is the file that `wallet voucher sign` prints and `show` reads.
type signedVoucher struct {
	Domain    protocol.Domain  `json:"domain"`
	Voucher   protocol.Voucher `json:"voucher"`
	Signature protocol.Bytes   `json:"signature"`
}

func newWalletVoucher(g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "voucher", Short: "Sign a voucher with a delegate's key, or check one against the chain"}
	cmd.AddCommand(newVoucherSign(g), newVoucherShow(g))
	return cmd
}

func newVoucherSign(g *globals) *cobra.Command {
	f := &sendFlags{}
	var channel, provider, version, relayer, total, root string
	var count uint64
	cmd := &cobra.Command{
		Use:   "sign --channel ID --provider ADDRESS --version ID --total AMOUNT --count N --root HASH",
		Short: "Sign a voucher: a promise of a total to a provider, for N receipts under a root",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			v := protocol.Voucher{Count: count}
			var errs [6]error
			v.Channel, errs[0] = parseHash("channel", channel)
			v.Provider, errs[1] = parseAddress("provider", provider)
			v.ModelVersion, errs[2] = parseHash("version", version)
			v.Total, errs[3] = c.parse(total)
			v.ReceiptsRoot, errs[4] = parseHash("root", root)
			if relayer != "" {
				v.Relayer, errs[5] = parseAddress("relayer", relayer)
			}
			if err := errors.Join(errs[:]...); err != nil {
				return err
			}
			key, err := loadKey(f.keystore(c.cfg.Wallet.Keystore), "wallet")
			if err != nil {
				return err
			}
			out := signedVoucher{Domain: c.reader.Domain(), Voucher: v}
			if out.Signature, err = out.Domain.Sign(key.Private(), v); err != nil {
				return err
			}
			if checks, ok, err := c.checkVoucher(cmd.Context(), out); err != nil {
				return c.explain(err, key.Address())
			} else if !ok {
				return exitCode{exitCheck, fmt.Errorf("a provider would refuse this voucher: %s: %w", firstFailure(checks), protocol.ErrInvalid)}
			}
			enc := json.NewEncoder(cmd.OutOrStdout())
			enc.SetIndent("", "  ")
			return enc.Encode(out)
		},
	}
	cmd.Flags().StringVar(&f.key, "key", "", "keystore file of the delegate; default: the wallet's")
	cmd.Flags().StringVar(&f.passphrase, "passphrase-file", "", "file with its passphrase")
	cmd.Flags().StringVar(&channel, "channel", "", "channel id")
	cmd.Flags().StringVar(&provider, "provider", "", "who is promised")
	cmd.Flags().StringVar(&version, "version", "", "model version the receipts are of")
	cmd.Flags().StringVar(&relayer, "relayer", "", "who carried them; default: nobody")
	cmd.Flags().StringVar(&total, "total", "", "sum of all fees on this line since it began")
	cmd.Flags().Uint64Var(&count, "count", 1, "number of receipts under the root")
	cmd.Flags().StringVar(&root, "root", "", "root of the sum tree over the receipts")
	for _, name := range []string{"channel", "provider", "version", "total", "root"} {
		_ = cmd.MarkFlagRequired(name)
	}
	return cmd
}

func newVoucherShow(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "show FILE",
		Short: "Show a signed voucher and check it against the chain; exit 2 if it would not be paid",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("read voucher: %w", err)
			}
			var v signedVoucher
			if err := json.Unmarshal(raw, &v); err != nil {
				return fmt.Errorf("read voucher %s: %v: %w", args[0], err, protocol.ErrInvalid)
			}
			c, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			checks, ok, err := c.checkVoucher(cmd.Context(), v)
			if err != nil {
				return c.explain(err, common.Address{})
			}
			out := map[string]any{"ok": ok, "voucher": v.Voucher, "voucher_hash": v.Domain.Digest(v.Voucher), "total": c.money(v.Voucher.Total), "checks": checks}
			err = g.print(cmd, out, func(w io.Writer) {
				fmt.Fprintf(w, "voucher\t%s\nchannel\t%s\nprovider\t%s\nmodel version\t%s\ntotal\t%s for %d receipts\n", v.Domain.Digest(v.Voucher), v.Voucher.Channel, v.Voucher.Provider, v.Voucher.ModelVersion, c.money(v.Voucher.Total), v.Voucher.Count)
				writeChecks(w, checks)
			})
			if err == nil && !ok {
				err = exitCode{exitCheck, fmt.Errorf("the voucher would not be paid: %s: %w", firstFailure(checks), protocol.ErrInvalid)}
			}
			return err
		},
	}
}

// checkVoucher judges a voucher as a provider and the Market do.
func (c *client) checkVoucher(ctx context.Context, s signedVoucher) ([]check, bool, error) {
	var l checklist
	v := s.Voucher
	l.add("voucher.domain", s.Domain == c.reader.Domain(), fmt.Sprintf("chain %d, market %s", s.Domain.ChainID, s.Domain.Market), "it was signed for another deployment")
	signer, err := s.Domain.Recover(v, s.Signature)
	l.add("voucher.signature", err == nil, "signed by "+signer.Hex(), "the signature is damaged or in another form")
	ch, err := c.reader.Channel(ctx, v.Channel)
	if errors.Is(err, protocol.ErrNotFound) {
		l.add("channel.exists", false, "no channel "+v.Channel.Hex(), "check the id, chain.id and chain.deployment")
		return l.checks, l.ok(), nil
	} else if err != nil {
		return nil, false, err
	}
	now, err := c.reader.Now(ctx)
	if err != nil {
		return nil, false, err
	}
	timing, err := c.reader.Timing(ctx)
	if err != nil {
		return nil, false, err
	}
	line, err := c.reader.Line(ctx, v.Line())
	if err != nil {
		return nil, false, err
	}
	judgeVoucher(&l, v, signer, voucherFacts{ch, now, timing.CloseGrace, protocol.MustAmount(line.Paid)}, func(a protocol.Amount) string { return c.money(a).String() })
	return l.checks, l.ok(), nil
}

// voucherFacts are what the chain says of a voucher's channel and line.
type voucherFacts struct {
	contracts.Channel
	now, grace uint64
	linePaid   protocol.Amount
}

// judgeVoucher judges a voucher of a channel that there is.
func judgeVoucher(l *checklist, v protocol.Voucher, signer common.Address, ch voucherFacts, money func(protocol.Amount) string) {
	l.add("voucher.delegate", signer == ch.Delegate || signer != (common.Address{}) && signer == ch.Retiring && ch.now < ch.RetiresAt,
		"the channel's delegate is "+ch.Delegate.Hex(), "sign with the delegate's key")
	until := ch.Expiry + ch.grace
	if ch.ClosesAt != 0 {
		until = ch.ClosesAt
	}
	l.add("channel.open", ch.now < until, fmt.Sprintf("vouchers count until %d, it is %d", until, ch.now), "too late: the channel's rest goes back to the requester")
	// What the channel paid on other lines is gone.
	left, err := ch.Deposit.Sub(ch.Paid)
	if err != nil {
		left = protocol.Amount{}
	}
	adds, err := v.Total.Sub(ch.linePaid)
	if err != nil {
		adds = protocol.Amount{}
	}
	l.add("voucher.covered", adds.Cmp(left) <= 0, fmt.Sprintf("the deposit is %s, %s of it is left", money(ch.Deposit), money(left)), "top the channel up: dgrid wallet topup CHANNEL AMOUNT")
	l.add("voucher.higher", !adds.IsZero(), "the line was paid "+money(ch.linePaid), "a voucher's total includes all before it and must be higher")
	l.add("voucher.count", v.Count > 0, fmt.Sprintf("%d receipts", v.Count), "a voucher names its receipts")
}
