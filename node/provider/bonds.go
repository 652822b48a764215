package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// Bonds is the door to the bonds of answered questions about this provider's receipts.
// What is owed is read from the chain each time, so nothing about it is in the journal.
type Bonds interface {
	// Bonds returns those that nobody has paid out yet.
	Bonds(ctx context.Context) ([]contracts.Bond, error)
	// PayBond pays one out and returns when that is mined; doing it again must be harmless. It fails
	// with a contract's refusal when the bond is not due, or was paid out by somebody else.
	PayBond(ctx context.Context, b contracts.Bond) (contracts.PaidBond, error)
}

// BondView is one bond as its provider sees it.
type BondView struct {
	contracts.Bond
	// Owner and Operator are what paying it out would bring the stake's owner and this operator.
	Owner    protocol.Amount `json:"owner_share"`
	Operator protocol.Amount `json:"operator_share"`
}

// bondViews lists the bonds in which this provider has a share.
func (p *Provider) bondViews(ctx context.Context) ([]BondView, error) {
	if p.deps.Bonds == nil {
		return nil, nil
	}
	list, err := p.deps.Bonds.Bonds(ctx)
	if err != nil {
		return nil, fmt.Errorf("list bonds: %w", err)
	}
	views := make([]BondView, 0, len(list))
	for _, b := range list {
		v := BondView{Bond: b, Owner: b.ShareOf(p.cfg.Provider)}
		if p.book.operator != p.cfg.Provider {
			v.Operator = b.ShareOf(p.book.operator)
		}
		if !v.Owner.IsZero() || !v.Operator.IsZero() {
			views = append(views, v)
		}
	}
	return views, nil
}

// share is what a bond brings owner and operator together.
func (v BondView) share() protocol.Amount {
	sum, err := v.Owner.Add(v.Operator)
	if err != nil {
		return v.Owner // both are parts of one amount
	}
	return sum
}

// collectDue pays out the bonds that are due and worth their gas; asked: by a person, then every
// one that brings anything. One that fails stops none of the others.
func (p *Provider) collectDue(ctx context.Context, asked bool) error {
	now, err := p.view.now(ctx)
	if err != nil {
		return err
	}
	views, err := p.bondViews(ctx)
	if err != nil {
		return err
	}
	p.metrics.bonded.Set(float64(len(views)))
	var failed error
	for _, v := range views {
		if now < v.PayableAt || !asked && v.share().Cmp(p.cfg.Redeem.Amount) < 0 {
			continue
		}
		failed = errors.Join(failed, p.collect(ctx, v))
	}
	return failed
}

func (p *Provider) collect(ctx context.Context, v BondView) error {
	paid, err := p.deps.Bonds.PayBond(ctx, v.Bond)
	switch {
	case errors.Is(err, protocol.ErrConflict), errors.Is(err, protocol.ErrNotFound):
		// Somebody else paid it out, or a question made the window longer: the next round sees what is left.
		p.metrics.bonds.WithLabelValues("skipped").Inc()
		p.log.Debug("a bond is not paid out now", "question", v.Question, "err", err)
		return nil
	case err != nil:
		p.metrics.bonds.WithLabelValues("failed").Inc()
		return fmt.Errorf("collect the bond of question %s: %w", v.Question, err)
	}
	p.metrics.bonds.WithLabelValues("paid").Inc()
	p.log.Info("collected a bond", "question", v.Question, "receipt", v.Receipt, "to", paid.To, "amount", paid.Amount, "to_provider", paid.ToProvider)
	return nil
}
