package auditor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// Bonds is the door to the bonds of questions that this auditor asked.
type Bonds interface {
	// Bonds returns those of answered questions that nobody has paid out yet.
	Bonds(ctx context.Context) ([]contracts.Bond, error)
	// PayBond pays one out and returns when that is mined; doing it again must be harmless.
	PayBond(ctx context.Context, b contracts.Bond) (contracts.PaidBond, error)
}

// fileBonds lists in the data folder what the questions of this auditor still hold.
const fileBonds = "bonds.json"

// bondLoop takes bonds back until ctx ends. What is there is read from the chain each time: a
// restart forgets nothing.
func (a *Auditor) bondLoop(ctx context.Context) error {
	for {
		if err := a.BondsNow(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("cannot take bonds back", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(a.cfg.LookEvery):
		}
	}
}

// BondsNow takes back the bonds of all questions that led to a proven fault. Those of other
// answers are the answerers', who collect them.
func (a *Auditor) BondsNow(ctx context.Context) error {
	list, err := a.deps.Bonds.Bonds(ctx)
	if err != nil {
		return fmt.Errorf("list bonds: %w", err)
	}
	me := a.deps.Sender.Address()
	locked := []contracts.Bond{}
	var failed error
	for _, b := range list {
		if b.Asker != me {
			continue
		}
		if share := b.ShareOf(me); !b.Proven || share.IsZero() {
			locked = append(locked, b)
			continue
		}
		paid, err := a.deps.Bonds.PayBond(ctx, b)
		switch {
		case errors.Is(err, protocol.ErrConflict): // somebody else paid it out, or a reorg took the fault back
			a.metrics.bonds.WithLabelValues("skipped").Inc()
		case err != nil:
			a.metrics.bonds.WithLabelValues("failed").Inc()
			failed, locked = errors.Join(failed, fmt.Errorf("take back the bond of question %s: %w", b.Question, err)), append(locked, b)
		default:
			a.metrics.bonds.WithLabelValues("returned").Inc()
			a.log.Info("took a bond back", "question", b.Question, "receipt", b.Receipt, "amount", paid.Amount)
		}
	}
	a.metrics.locked.Set(float64(len(locked)))
	return errors.Join(failed, replace(a.cfg.Data, fileBonds, locked))
}

// LockedBonds reads what an auditor's questions held when it looked last; none if it never did.
func LockedBonds(data string) (list []contracts.Bond, err error) {
	switch err = readJSON(filepath.Join(data, fileBonds), &list); {
	case errors.Is(err, protocol.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read bonds: %w", err)
	}
	return list, nil
}
