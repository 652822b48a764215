package story

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// mirrored says whether the API's pages show what the chain's log says now: of money, channels, redeems, credits, the job,
// withdrawals, the model and its providers.
func (t *teller) mirrored(ctx context.Context) error {
	l, err := t.readLedger(ctx)
	if err != nil {
		return err
	}
	for _, look := range []func(context.Context, *ledger) error{t.mirroredMoney, t.mirroredPayments, t.mirroredCredits, t.mirroredNames} {
		if err := look(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

func (t *teller) mirroredMoney(ctx context.Context, l *ledger) error {
	for _, account := range append([]common.Address{t.Creator, address(t.Requester)}, t.Owners...) {
		shown, err := t.moneyOf(ctx, account)
		if err != nil {
			return err
		}
		want := money{}
		if want.Free, err = t.Chain.Reader.Free(ctx, account); err != nil {
			return err
		}
		if want.Stake, err = t.Chain.Reader.Stake(ctx, account); err != nil {
			return err
		}
		for _, w := range l.withdrawals {
			if w.Who == account {
				if want.Withdrawn, err = want.Withdrawn.Add(w.Amount); err != nil {
					return err
				}
			}
		}
		if shown != want {
			return fmt.Errorf("%s has %+v, shown is %+v: %w", account, want, shown, protocol.ErrConflict)
		}
	}
	return nil
}

// mirroredPayments compares redeems and withdrawals, each with its transaction, and channels.
func (t *teller) mirroredPayments(ctx context.Context, l *ledger) error {
	redeems, err := listed[store.Redeem](ctx, t, "redeems")
	if err != nil {
		return err
	}
	withdrawals, err := listed[store.Transfer](ctx, t, "withdrawals")
	if err != nil {
		return err
	}
	channels, err := listed[store.Channel](ctx, t, "channels")
	if err != nil {
		return err
	}
	var paid, taken []Payment
	var opened []common.Hash
	for _, r := range redeems {
		paid = append(paid, Payment{Who: r.Provider, Amount: r.Amount, Tx: r.TxHash})
	}
	for _, w := range withdrawals {
		taken = append(taken, Payment{Who: w.Account, Amount: w.Amount, Tx: w.TxHash})
	}
	for _, c := range channels {
		opened = append(opened, c.Channel)
	}
	if err := same("redeems", l.redeems, paid); err != nil {
		return err
	}
	if err := same("withdrawals", l.withdrawals, taken); err != nil {
		return err
	}
	return same("channels", l.channels, opened)
}

// mirroredCredits wants a matured credit of each provider that has one, and the job with its end and answer.
func (t *teller) mirroredCredits(ctx context.Context, l *ledger) error {
	credits, err := listed[store.Credit](ctx, t, "credits")
	if err != nil {
		return err
	}
	matured := map[common.Address]bool{}
	for _, c := range credits {
		if c.State == store.CreditMatured {
			matured[c.Provider] = true
		}
	}
	if len(matured) != len(l.matured) {
		return fmt.Errorf("credits of %d providers matured, %d are shown: %w", len(l.matured), len(matured), protocol.ErrConflict)
	}
	var job struct {
		Data struct {
			State  string   `json:"state"`
			Output []uint32 `json:"output"`
		} `json:"data"`
	}
	if err := t.api.get(ctx, "/v1/market/jobs/"+t.job.Hex(), &job); err != nil {
		return err
	}
	if l.finalized[t.job] != (job.Data.State == store.JobFinalized) || !slices.Equal(job.Data.Output, l.outputs[t.job]) {
		return fmt.Errorf("job %s is shown as %s with %d tokens: %w", t.job, job.Data.State, len(job.Data.Output), protocol.ErrConflict)
	}
	return nil
}

// mirroredNames wants the model on its page, and every provider with its stake.
func (t *teller) mirroredNames(ctx context.Context, _ *ledger) error {
	versions, err := listed[store.Version](ctx, t, "models")
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(versions, func(v store.Version) bool { return v.ModelVersion == t.ProvenVersion && v.Creator == t.Creator }) {
		return fmt.Errorf("model version %s is not shown: %w", t.ProvenVersion, protocol.ErrConflict)
	}
	for _, owner := range t.Owners {
		var page struct {
			Data store.Provider `json:"data"`
		}
		if err := t.api.get(ctx, "/v1/market/providers/"+owner.Hex(), &page); err != nil {
			return err
		}
		stake, err := t.Chain.Reader.Stake(ctx, owner)
		if err != nil {
			return err
		}
		if page.Data.Stake != stake {
			return fmt.Errorf("provider %s has a stake of %s, shown is %s: %w", owner, stake, page.Data.Stake, protocol.ErrConflict)
		}
	}
	return nil
}

// listed reads every page of a list of the marketplace.
func listed[T any](ctx context.Context, t *teller, name string) (rows []T, err error) {
	for cursor := ""; ; {
		var page struct {
			Data []T             `json:"data"`
			Next json.RawMessage `json:"next_cursor"`
		}
		if err := t.api.get(ctx, "/v1/market/"+name+"?limit=200&cursor="+url.QueryEscape(cursor), &page); err != nil {
			return nil, err
		}
		rows = append(rows, page.Data...)
		if cursor = ""; json.Unmarshal(page.Next, &cursor) != nil || cursor == "" {
			return rows, nil
		}
	}
}

// same compares two lists in any order.
func same[T comparable](name string, want, shown []T) error {
	count := map[T]int{}
	for _, v := range want {
		count[v]++
	}
	for _, v := range shown {
		count[v]--
	}
	for v, n := range count {
		if n != 0 {
			return fmt.Errorf("%s: the chain has %d, shown are %d; %v is not in both: %w", name, len(want), len(shown), v, protocol.ErrConflict)
		}
	}
	return nil
}
