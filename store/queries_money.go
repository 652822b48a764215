package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// TransferFilter selects deposits and withdrawals; zero fields select all.
type TransferFilter struct {
	Account common.Address
	Kind    string // TransferDeposit, TransferWithdrawal
}

// Transfers lists deposits and withdrawals. Sorts: amount.
func (n *Network) Transfers(ctx context.Context, f TransferFilter, l List) (Page[Transfer], error) {
	return page[Transfer](ctx, n, l, sorts{"amount": "amount"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		return whereText(whereAddress(q, "account", f.Account), "kind", f.Kind)
	})
}

// Withdrawals lists withdrawals of all accounts, or of one. Sorts: amount.
func (n *Network) Withdrawals(ctx context.Context, account common.Address, l List) (Page[Transfer], error) {
	return n.Transfers(ctx, TransferFilter{Account: account, Kind: TransferWithdrawal}, l)
}

// Balances lists accounts of the Vault. Sorts: free, deposited, withdrawn.
func (n *Network) Balances(ctx context.Context, l List) (Page[Balance], error) {
	return page[Balance](ctx, n, l, sorts{"free": "free", "deposited": "deposited", "withdrawn": "withdrawn"}, nil)
}

// Totals returns what concerns the deployment as a whole, ErrNotFound before its
// first event.
func (n *Network) Totals(ctx context.Context) (One[Totals], error) {
	return one[Totals](ctx, n, TotalsID)
}

// Shares are the parts of fees, in basis points.
type Shares struct {
	RelayerBps  uint16 `json:"relayer_bps"`
	ProtocolBps uint16 `json:"protocol_bps"`
	AuditorsBps uint16 `json:"auditors_bps"`
}

// Terms are what the owner of the Market may change, after a timelock.
type Terms struct {
	Shares Shares `json:"shares"`
	// Scheduled come into force once somebody applies them, from EffectiveAt on; nil: none are.
	Scheduled *ScheduledShares `json:"scheduled_shares"`
	Treasury  common.Address   `json:"treasury"`
	Paused    bool             `json:"paused"` // new jobs and channels
}

// ScheduledShares are shares that wait out the timelock.
type ScheduledShares struct {
	Shares
	EffectiveAt uint64 `json:"effective_at"`
}

// Terms returns what holds for fees now, ErrNotFound before the deployment's first event.
func (n *Network) Terms(ctx context.Context) (One[Terms], error) {
	var o One[Terms]
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		var t Totals
		if err := get(ctx, v, TotalsID, &t); err != nil {
			return err
		}
		var last Page[ShareChange]
		if err := pageIn(ctx, v, List{Limit: 1}, nil, nil, &last); err != nil {
			return err
		}
		o.Meta = v.Meta
		o.Data = Terms{Shares: Shares{t.RelayerBps, t.ProtocolBps, t.AuditorsBps}, Treasury: t.Treasury, Paused: t.Paused}
		for _, c := range last.Data {
			if !c.InForce {
				o.Data.Scheduled = &ScheduledShares{Shares{c.RelayerBps, c.ProtocolBps, c.AuditorsBps}, uint64(c.EffectiveAt)}
			}
		}
		return nil
	})
	return o, err
}

// ShareChanges lists how the shares of fees changed. No sorts.
func (n *Network) ShareChanges(ctx context.Context, l List) (Page[ShareChange], error) {
	return page[ShareChange](ctx, n, l, nil, nil)
}

// Money answers "where is my money" for one account in all its roles.
type Money struct {
	Account   common.Address  `json:"account"`
	Free      protocol.Amount `json:"free"` // can be withdrawn now
	Deposited protocol.Amount `json:"deposited"`
	Withdrawn protocol.Amount `json:"withdrawn"`

	// As a requester.
	InChannels protocol.Amount `json:"in_channels"` // locked and not yet redeemed
	InJobs     protocol.Amount `json:"in_jobs"`     // locked for jobs without an end
	Spent      protocol.Amount `json:"spent"`       // redeemed from its channels, fees of its jobs

	// As a provider. Credit is whole fees: the split shows at maturity.
	Pending   protocol.Amount `json:"pending"`    // credit that may not mature yet
	Maturable protocol.Amount `json:"maturable"`  // credit that anyone may mature now
	Earned    protocol.Amount `json:"earned"`     // own part of what matured
	Stake     protocol.Amount `json:"stake"`      // unbonding included
	Unbonding protocol.Amount `json:"unbonding"`  // leaves at ExitAt
	FreeStake protocol.Amount `json:"free_stake"` // stake that is not unbonding

	// Waits says for each amount that is not free what it waits for.
	Waits []Wait `json:"waits"`
	// More is how many waits were left out; the sums count them.
	More int `json:"more,omitempty"`
}

// Wait is an amount that is not free and why.
type Wait struct {
	What   string          `json:"what"` // channel, job, credit, stake, unbonding
	ID     string          `json:"id"`
	Amount protocol.Amount `json:"amount"`
	// Until is when the owner or anyone can act, Unix seconds; 0: when somebody
	// chooses to.
	Until uint64 `json:"until,omitempty"`
	// Action is what brings it back then.
	Action string `json:"action"`
}

// Money returns where the money of account is. An account nobody ever saw has
// none anywhere: that is no error.
func (n *Network) Money(ctx context.Context, account common.Address) (One[Money], error) {
	o := One[Money]{Data: Money{Account: account, Waits: []Wait{}}}
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		o.Meta = v.Meta
		for _, part := range []func(context.Context, *View) error{o.Data.balance, o.Data.channels, o.Data.jobs, o.Data.credits, o.Data.stake} {
			if err := part(ctx, v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return One[Money]{}, fmt.Errorf("find money of %s: %w", account, err)
	}
	return o, nil
}

func (m *Money) wait(w Wait) {
	if len(m.Waits) < MaxPage {
		m.Waits = append(m.Waits, w)
	} else {
		m.More++
	}
}

// add is for sums of amounts that one token's supply bounds.
func add(sum *protocol.Amount, a protocol.Amount) (err error) {
	*sum, err = sum.Add(a)
	return err
}

func (m *Money) balance(ctx context.Context, v *View) error {
	var b Balance
	err := get(ctx, v, AddressID(m.Account), &b)
	if err != nil && !errors.Is(err, protocol.ErrNotFound) {
		return err
	}
	m.Free, m.Deposited, m.Withdrawn = b.Free, b.Deposited, b.Withdrawn
	return nil
}

func (m *Money) channels(ctx context.Context, v *View) error {
	var list []Channel
	err := v.db.NewSelect().Model(&list).Column("id", "state", "paid", "remaining", "expiry", "closes_at").
		Where("network_id = ? AND requester = ?", v.net.id, m.Account).OrderExpr("block DESC, log_index DESC").Scan(ctx)
	if err != nil {
		return fmt.Errorf("list channels: %w", err)
	}
	now := v.Meta.Block.Time
	for _, c := range list {
		if err := errors.Join(add(&m.Spent, c.Paid), add(&m.InChannels, c.Left)); err != nil {
			return err
		}
		if c.Left.IsZero() {
			continue
		}
		w := Wait{What: "channel", ID: c.ID, Amount: c.Left, Until: uint64(c.Expiry) + v.net.deployment.Timing.CloseGrace, Action: "close, or sweep after expiry"}
		if c.State == ChannelClosing {
			w.Until, w.Action = uint64(c.ClosesAt), "sweep"
		} else if w.Until <= now {
			w.Action = "sweep"
		}
		m.wait(w)
	}
	return nil
}

func (m *Money) jobs(ctx context.Context, v *View) error {
	var list []Job
	err := v.db.NewSelect().Model(&list).Column("id", "state", "max_fee", "fee", "deadline", "disputable_until").
		Where("network_id = ? AND requester = ?", v.net.id, m.Account).OrderExpr("block DESC, log_index DESC").Scan(ctx)
	if err != nil {
		return fmt.Errorf("list jobs: %w", err)
	}
	for _, j := range list {
		if j.State == JobFinalized {
			if err := add(&m.Spent, j.Fee); err != nil {
				return err
			}
		}
		if j.State == JobFinalized || j.State == JobRefunded {
			continue
		}
		if err := add(&m.InJobs, j.MaxFee); err != nil {
			return err
		}
		w := Wait{What: "job", ID: j.ID, Amount: j.MaxFee, Until: uint64(j.Deadline), Action: "refund, if nobody delivers"}
		if j.State == JobDelivered {
			w.Until, w.Action = uint64(j.DisputableUntil), "finalize"
		}
		m.wait(w)
	}
	return nil
}

func (m *Money) credits(ctx context.Context, v *View) error {
	var list []Credit
	err := v.db.NewSelect().Model(&list).Where("network_id = ? AND provider = ? AND state = ?", v.net.id, m.Account, CreditPending).
		Order("epoch", "id").Scan(ctx)
	if err != nil {
		return fmt.Errorf("list credits: %w", err)
	}
	if len(list) == 0 {
		return nil
	}
	views, err := v.credits(ctx, list)
	if err != nil {
		return err
	}
	for _, c := range views {
		sum := &m.Pending
		if c.MaturesAt <= v.Meta.Block.Time {
			sum = &m.Maturable
		}
		if err := add(sum, c.Amount); err != nil {
			return err
		}
		w := Wait{What: "credit", ID: c.ID, Amount: c.Amount, Until: c.MaturesAt, Action: "mature"}
		if c.Burning {
			w.Action = "mature; the provider's part burns after a proven fault"
		}
		m.wait(w)
	}
	return nil
}

func (m *Money) stake(ctx context.Context, v *View) error {
	var p Provider
	err := get(ctx, v, AddressID(m.Account), &p)
	if errors.Is(err, protocol.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	m.Stake, m.FreeStake, m.Unbonding, m.Earned = p.Stake, p.FreeStake, p.Unbonding, p.Earned
	if !p.FreeStake.IsZero() {
		m.wait(Wait{What: "stake", ID: p.ID, Amount: p.FreeStake, Action: "unbond"})
	}
	if !p.Unbonding.IsZero() {
		m.wait(Wait{What: "unbonding", ID: p.ID, Amount: p.Unbonding, Until: uint64(p.ExitAt), Action: "complete the exit"})
	}
	return nil
}
