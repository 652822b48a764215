package store

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// ProviderFilter selects providers; zero fields select all.
type ProviderFilter struct {
	MinFreeStake protocol.Amount
	NotForfeited bool
}

// Providers lists providers. Sorts: stake, free_stake, redeemed, earned, receipts,
// slashed, faults, silences, jobs_delivered.
func (n *Network) Providers(ctx context.Context, f ProviderFilter, l List) (Page[Provider], error) {
	sortable := sorts{"stake": "stake", "free_stake": "free_stake", "redeemed": "redeemed", "earned": "earned",
		"receipts": "receipts", "slashed": "slashed", "jobs_delivered": "jobs_delivered",
		"faults": "faults", "silences": "silences"}
	return page[Provider](ctx, n, l, sortable, f.where(n.store.dialect))
}

// ProvidersAmong returns those of the providers that the filter selects, in no order.
func (n *Network) ProvidersAmong(ctx context.Context, f ProviderFilter, providers []common.Address) (Page[Provider], error) {
	return among[Provider](ctx, n, "provider", providers, f.where(n.store.dialect))
}

func (f ProviderFilter) where(d Dialect) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		if !f.MinFreeStake.IsZero() {
			q = q.Where("free_stake >= ?", d.comparable(f.MinFreeStake))
		}
		if f.NotForfeited {
			q = q.Where("NOT forfeited")
		}
		return q
	}
}

// ProviderPage is a provider with its keys and its record.
type ProviderPage struct {
	Provider
	OperatorKeys []Operator    `json:"operator_keys"`
	Services     []Service     `json:"services"` // best paid first, at most MaxPage
	Slashes      []StakeChange `json:"slash_list"`
	FaultList    []Fault       `json:"fault_list"`         // newest first, at most MaxPage
	Unanswered   []Question    `json:"open_question_list"` // newest first, at most MaxPage
}

// ProviderRow returns one provider without its lists.
func (n *Network) ProviderRow(ctx context.Context, provider common.Address) (One[Provider], error) {
	return one[Provider](ctx, n, AddressID(provider))
}

// Provider returns one provider.
func (n *Network) Provider(ctx context.Context, provider common.Address) (One[ProviderPage], error) {
	o := One[ProviderPage]{Data: ProviderPage{OperatorKeys: []Operator{}, Services: []Service{}, Slashes: []StakeChange{}}}
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		o.Meta = v.Meta
		if err := get(ctx, v, AddressID(provider), &o.Data.Provider); err != nil {
			return err
		}
		mine := func(list any) *bun.SelectQuery {
			return v.db.NewSelect().Model(list).Where("network_id = ? AND provider = ?", n.id, provider).Limit(MaxPage)
		}
		if err := mine(&o.Data.OperatorKeys).Order("block", "log_index").Scan(ctx); err != nil {
			return fmt.Errorf("list operators: %w", err)
		}
		if err := mine(&o.Data.Services).OrderExpr("fees DESC, id").Scan(ctx); err != nil {
			return fmt.Errorf("list services: %w", err)
		}
		err := mine(&o.Data.Slashes).Where("kind IN (?)", bun.List(slashKinds)).OrderExpr("block DESC, log_index DESC").Scan(ctx)
		if err != nil {
			return fmt.Errorf("list slashes: %w", err)
		}
		if o.Data.FaultList, err = v.faults(ctx, "provider", provider); err != nil {
			return err
		}
		o.Data.Unanswered, err = v.questions(ctx, "provider", provider, QuestionAsked)
		return err
	})
	return o, err
}

// Operator returns whose operator a key is, ErrNotFound if nobody's.
func (n *Network) Operator(ctx context.Context, operator common.Address) (One[Operator], error) {
	return one[Operator](ctx, n, AddressID(operator))
}

// Operators lists keys. No sorts.
func (n *Network) Operators(ctx context.Context, provider common.Address, l List) (Page[Operator], error) {
	return page[Operator](ctx, n, l, nil, func(q *bun.SelectQuery) *bun.SelectQuery {
		return whereAddress(q, "provider", provider)
	})
}

var slashKinds = []string{StakeSlashed, StakePenalized}

// StakeFilter selects lines of stake histories.
type StakeFilter struct {
	Provider common.Address
	Kinds    []string // StakeAdded...; none: all
	Cause    common.Hash
}

// StakeChanges lists what moved stakes. Sorts: amount.
func (n *Network) StakeChanges(ctx context.Context, f StakeFilter, l List) (Page[StakeChange], error) {
	return page[StakeChange](ctx, n, l, sorts{"amount": "amount"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = whereHash(whereAddress(q, "provider", f.Provider), "cause", f.Cause)
		if len(f.Kinds) > 0 {
			q = q.Where("kind IN (?)", bun.List(f.Kinds))
		}
		return q
	})
}

// Slashes lists slashes and penalties of all providers, or of one. Sorts: amount.
func (n *Network) Slashes(ctx context.Context, provider common.Address, l List) (Page[StakeChange], error) {
	return n.StakeChanges(ctx, StakeFilter{Provider: provider, Kinds: slashKinds}, l)
}
