package store

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"
)

// CreditFilter selects credits; zero fields select all.
type CreditFilter struct {
	Provider     common.Address
	ModelVersion common.Hash
	Relayer      common.Address
	State        string // CreditPending, CreditMatured
}

// CreditView is a credit with what is known about its maturity.
type CreditView struct {
	Credit
	// MaturesAt is the first second in which anyone may split a pending credit.
	MaturesAt uint64 `json:"matures_at"`
	// Burning says that the provider's part of a pending credit will be burned.
	Burning bool `json:"burning"`
}

// Credits lists credits. Sorts: amount, epoch.
func (n *Network) Credits(ctx context.Context, f CreditFilter, l List) (Page[CreditView], error) {
	var out Page[CreditView]
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		var p Page[Credit]
		err := pageIn(ctx, v, l, sorts{"amount": "amount", "epoch": "epoch"}, func(q *bun.SelectQuery) *bun.SelectQuery {
			q = whereHash(whereAddress(q, "provider", f.Provider), "model_version", f.ModelVersion)
			return whereText(whereAddress(q, "relayer", f.Relayer), "state", f.State)
		}, &p)
		if err != nil {
			return err
		}
		out = Page[CreditView]{Next: p.Next, Meta: v.Meta}
		out.Data, err = v.credits(ctx, p.Data)
		return err
	})
	if err != nil {
		return Page[CreditView]{}, fmt.Errorf("list credits: %w", err)
	}
	return out, nil
}

// credits adds what the providers' rows say about pending credits.
func (v *View) credits(ctx context.Context, list []Credit) ([]CreditView, error) {
	ids := []string{}
	for _, c := range list {
		ids = append(ids, AddressID(c.Provider))
	}
	providers := map[common.Address]*Provider{}
	rows, err := tableByName["providers"].load(ctx, v.db, v.net.id, ids)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		providers[r.(*Provider).Provider] = r.(*Provider)
	}
	views := make([]CreditView, len(list))
	for i, c := range list {
		views[i] = CreditView{Credit: c}
		p := providers[c.Provider]
		if p == nil {
			p = &Provider{}
		}
		views[i].MaturesAt = v.net.deployment.Timing.maturity(c.Epoch, uint64(p.HeldUntil), uint64(p.HeldStretch))
		views[i].Burning = c.State == CreditPending && p.Forfeited && c.Epoch <= uint64(p.ForfeitThrough)
	}
	return views, nil
}

// maturity is the Market's rule: the end of the epoch and the dispute window; a
// hold delays it by MaxHold and its stretch at most.
func (t Timing) maturity(epoch, heldUntil, stretch uint64) uint64 {
	at := (epoch+1)*t.Epoch + t.DisputeWindow
	return max(at, min(heldUntil, at+t.MaxHold+stretch))
}
