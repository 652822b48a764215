package auditor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
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
			a.stakes.returned(b.Question)
			a.log.Info("took a bond back", "question", b.Question, "receipt", b.Receipt, "amount", paid.Amount)
		}
	}
	a.metrics.locked.Set(float64(len(locked)))
	return errors.Join(failed, replace(a.cfg.Data, fileBonds, locked))
}

// bonded says whether the bond of an own question may still be out that only its end brings back.
func (r *Asked) bonded() bool { return r.Times > 0 && r.Node != nil && !r.Closed }

func (c *Case) bonded() bool {
	return slices.ContainsFunc(c.Asked, func(r Asked) bool { return r.bonded() })
}

// reclaim takes back the bonds of questions that a case asks no more about: it is errPending
// until none is open, in a final block. Bonds of answers are BondsNow's.
func (j *judge) reclaim(ctx context.Context) error {
	if !j.c.bonded() {
		return nil
	}
	kind, err := j.a.deps.Chain.FaultOf(ctx, j.c.Receipt)
	if err != nil {
		return err
	}
	if err := j.release(ctx, kind != contracts.FaultNone); err != nil {
		return fmt.Errorf("take back the bonds of open questions: %w", err)
	}
	for i := range j.c.Asked {
		if r := &j.c.Asked[i]; r.bonded() {
			if err := j.a.outdone(ctx, &r.ClosedAt); err != nil {
				return fmt.Errorf("take back the bonds of open questions: %w", err)
			}
			r.Closed = true
		}
	}
	if j.c.State.Over() {
		j.c.Failures, j.c.Trouble = 0, ""
	}
	return nil
}

// release ends own questions that nobody answered: those whose time is over, and all where the
// receipt is proven wrong. It is errPending while one is open or on its way.
func (j *judge) release(ctx context.Context, proven bool) error {
	reader := j.a.deps.Chain
	now, err := reader.Now(ctx)
	if err != nil {
		return err
	}
	var open error
	for i := range j.c.Asked {
		r := &j.c.Asked[i]
		if !r.bonded() {
			continue
		}
		q, err := reader.Question(ctx, r.Question)
		if err != nil {
			return err
		}
		switch mine := q.State == contracts.QuestionOpen && q.Asker == j.a.deps.Sender.Address(); {
		case mine && (proven || now >= q.Deadline):
			err = j.expire(ctx, r, q)
		case mine:
			err = errPending
		case q.State == contracts.QuestionNone && r.State != "asked":
			j.a.stakes.returned(r.Question)
		case r.State == "asked": // the transaction that asks may still be mined
			if err = j.sent(ctx, r, j.a.deps.Sender.Succeeded); err == nil && r.State == "asked" {
				r.State, err = "open", errPending
			}
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, errPending) {
			return err
		}
		r.ClosedAt, open = 0, err
	}
	return open
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
