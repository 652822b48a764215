package main

import (
	"context"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// addSeat adds what an auditor does about its place on the roster and its stake.
func addSeat(g *globals, cmd *cobra.Command) {
	cmd.AddCommand(newAuditorRegister(g), newAuditorUnregister(g), newAuditorWithdraw(g), newAuditorSeat(g), newAuditorVersion(g))
}

// sendAuditor runs a command that sends with the auditor's key.
func (g *globals) sendAuditor(cmd *cobra.Command, f *sendFlags, work func(s *sender) (report, error)) error {
	cfg, _, err := g.quietly()
	if err != nil {
		return err
	}
	return g.sendAs(cmd, f, func(c *client) (*sender, error) { return c.sender(cmd, f, f.keystore(cfg.Auditor.Keystore), "auditor") }, work)
}

func newAuditorRegister(g *globals) *cobra.Command {
	f, seat := &sendFlags{}, -1
	cmd := &cobra.Command{
		Use:   "register AMOUNT",
		Short: "Stake free balance and take a seat among the auditors that draws pick from; seated already, add to the stake",
		Long: `Stake free balance of the auditor's key and take a seat on the roster that draws pick from.

Deposit first (dgrid wallet deposit AMOUNT --key FILE). A seated auditor has to answer what it is drawn for: keep dgrid auditor run
running, with the file of every model version that is served. Stop it while this command sends: both use one key.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.sendAuditor(cmd, f, func(s *sender) (report, error) { return s.seat(cmd.Context(), args[0], seat) })
		},
	}
	f.add(cmd)
	cmd.Flags().IntVar(&seat, "seat", -1, "which seat, 0 to 63; default: an empty one, else the smallest")
	return cmd
}

// seat takes a seat, or raises the stake of one.
func (s *sender) seat(ctx context.Context, text string, seat int) (report, error) {
	amount, err := s.parse(text)
	if err != nil {
		return report{}, err
	}
	if seat >= contracts.Seats {
		return report{}, fmt.Errorf("seat %d of %d: %w", seat, contracts.Seats, protocol.ErrInvalid)
	}
	me := s.key.Address()
	return s.perform(ctx, fmt.Sprintf("auditor register %s %d", amount, seat), func(a act) ([]protocol.Call, error) {
		at := s.reader.Addresses()
		mine, err := s.reader.Auditor(ctx, me)
		if err != nil {
			return nil, err
		}
		if mine.Seated {
			// INVARIANT: a seat that an interrupted run of this very command took is not paid for twice.
			join := at.JoinAuditors(mine.Seat, amount, a.salt("join"))
			if s.outbox != nil {
				known, err := s.known(ctx, []protocol.Call{join})
				if err != nil || known[s.id(join)] {
					return []protocol.Call{join}, err
				}
			}
			return []protocol.Call{at.RaiseAuditor(amount, a.salt("raise"))}, nil
		}
		if !mine.Stake.IsZero() {
			return nil, advise(fmt.Errorf("register: %s of stake is still leaving: %w", s.money(mine.Stake), protocol.ErrConflict),
				"withdraw it first: dgrid auditor withdraw, from block time %d on", mine.ExitAt)
		}
		place, err := s.vacancy(ctx, amount, seat, a.Began)
		if err != nil {
			return nil, err
		}
		return []protocol.Call{at.JoinAuditors(place, amount, a.salt("join"))}, nil
	}, s.showSeat(ctx))
}

// vacancy picks a seat that an amount can take. Of the empty ones each account begins at another:
// of two that took the same at once, one would be refused.
func (s *sender) vacancy(ctx context.Context, amount protocol.Amount, wanted int, now uint64) (uint8, error) {
	terms, err := s.reader.AuditorTerms(ctx)
	if err != nil {
		return 0, err
	}
	unit := protocol.MustAmount(terms.Unit)
	if amount.Cmp(unit) < 0 {
		return 0, advise(fmt.Errorf("register: %s is less than a seat's least stake: %w", s.money(amount), protocol.ErrInvalid), "stake at least %s", s.money(unit))
	}
	if wanted >= 0 {
		return uint8(wanted), nil
	}
	seats, err := s.reader.Roster(ctx)
	if err != nil {
		return 0, err
	}
	smallest, changing := -1, uint64(0)
	own := s.key.Address()
	first := int(own[len(own)-1]) % len(seats)
	for n := range seats {
		i := (first + n) % len(seats)
		seat := seats[i]
		settled := seat.ChangedAt + terms.Unbonding
		if seat.ChangedAt != 0 && now < settled {
			if seat.Weight == 0 && (changing == 0 || settled < changing) {
				changing = settled
			}
			continue
		}
		if seat.Weight == 0 {
			return uint8(i), nil
		}
		if smallest < 0 || seat.Weight < seats[smallest].Weight {
			smallest = i
		}
	}
	if smallest < 0 {
		return 0, advise(fmt.Errorf("register: every seat changed hands lately: %w", protocol.ErrConflict), "try again at block time %d", changing)
	}
	least := protocol.MustAmount(terms.Unit.Mul(terms.Unit, protocol.NewAmount(uint64(seats[smallest].Weight)+1).Big()))
	if amount.Cmp(least) < 0 {
		return 0, advise(fmt.Errorf("register: all seats are taken, by more than %s: %w", s.money(amount), protocol.ErrInsufficient), "stake at least %s to take the smallest, seat %d", s.money(least), smallest)
	}
	return uint8(smallest), nil
}

func newAuditorUnregister(g *globals) *cobra.Command {
	f := &sendFlags{}
	cmd := &cobra.Command{
		Use:   "unregister",
		Short: "Give the seat up; the stake can be withdrawn when no draw can name it any more",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return g.sendAuditor(cmd, f, func(s *sender) (report, error) {
				return s.perform(cmd.Context(), "auditor unregister", func(a act) ([]protocol.Call, error) {
					return []protocol.Call{s.reader.Addresses().LeaveAuditors(a.salt("leave"))}, nil
				}, s.showSeat(cmd.Context()))
			})
		},
	}
	f.add(cmd)
	return cmd
}

func newAuditorWithdraw(g *globals) *cobra.Command {
	f := &sendFlags{}
	cmd := &cobra.Command{
		Use:   "withdraw",
		Short: "Return the stake of a seat that was given up to the free balance",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return g.sendAuditor(cmd, f, func(s *sender) (report, error) {
				return s.perform(cmd.Context(), "auditor withdraw", func(a act) ([]protocol.Call, error) {
					return []protocol.Call{s.reader.Addresses().WithdrawAuditor(s.key.Address(), a.salt("withdraw"))}, nil
				}, s.showFree(cmd.Context(), s.key.Address()))
			})
		},
	}
	f.add(cmd)
	return cmd
}

func (s *sender) showSeat(ctx context.Context) func([]*types.Receipt) (facts, error) {
	return func([]*types.Receipt) (facts, error) {
		mine, err := s.reader.Auditor(ctx, s.key.Address())
		return seatFacts(s.client, mine), err
	}
}

func seatFacts(c *client, a contracts.Auditor) facts {
	out := facts{{"seated", a.Seated}, {"stake", c.money(a.Stake)}}
	if a.Seated {
		out = append(out, fact{"seat", a.Seat})
	}
	if a.ExitAt != 0 {
		out = append(out, fact{"exit_at", a.ExitAt})
	}
	return out
}

func newAuditorSeat(g *globals) *cobra.Command {
	f := &sendFlags{}
	cmd := &cobra.Command{
		Use:   "seat [ADDRESS]",
		Short: "Show an auditor's seat, stake, weight and what it is owed; default: the auditor's own key",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			cfg, _, err := g.quietly()
			if err != nil {
				return err
			}
			c, err := g.dial(ctx)
			if err != nil {
				return err
			}
			defer c.close()
			var text string
			if len(args) == 1 {
				text = args[0]
			} else {
				key, err := loadKey(f.keystore(cfg.Auditor.Keystore), "auditor")
				if err != nil {
					return err
				}
				text = key.Address().Hex()
			}
			who, err := parseAddress("auditor", text)
			if err != nil {
				return err
			}
			mine, err := c.reader.Auditor(ctx, who)
			if err != nil {
				return err
			}
			own, all, err := c.reader.Weight(ctx, mine)
			if err != nil {
				return err
			}
			owed, err := c.reader.OwedTo(ctx, who)
			if err != nil {
				return err
			}
			pool, err := c.reader.Free(ctx, c.reader.Addresses().Slasher)
			if err != nil {
				return err
			}
			out := append(facts{{"auditor", who}}, seatFacts(c, mine)...)
			out = append(out, fact{"weight", own}, fact{"weight_of_all", all}, fact{"owed", c.money(owed)}, fact{"pool", c.money(pool)})
			return g.print(cmd, out, func(w io.Writer) { out.write(w) })
		},
	}
	cmd.Flags().StringVar(&f.key, "key", "", "keystore file instead of the configured one")
	cmd.Flags().StringVar(&f.passphrase, "passphrase-file", "", "file with its passphrase; default: the keystore's name and .pass")
	return cmd
}
