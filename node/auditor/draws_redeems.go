package auditor

import (
	"context"
	"errors"
	"fmt"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// newDraws makes draws of what was redeemed since the last look. One about which a read fails is
// kept for the next look, and stops no other. INVARIANT: all draws are on disk before the place in the log is.
func (a *Auditor) newDraws(ctx context.Context) error {
	list, versions, next, err := a.redeems.Redeemed(ctx)
	if err != nil {
		err = fmt.Errorf("list redeems: %w", err)
	}
	for _, r := range list {
		if !r.Amount.IsZero() {
			a.unread[r.Audit()] = r
		}
	}
	for id, r := range a.unread {
		failed := a.noteRedeem(ctx, r)
		if errors.As(failed, new(fatal)) {
			return failed
		}
		if failed == nil || a.undone(ctx, r, failed) {
			delete(a.unread, id)
		} else {
			err = errors.Join(err, failed)
		}
		if ctx.Err() != nil {
			return err
		}
	}
	for _, version := range versions {
		if err := a.noteDraw(&Draw{ID: version, State: DrawRegistered, Version: version}, true); err != nil {
			return err
		}
	}
	if err != nil || next == a.next {
		return err
	}
	if err := a.draws.setCursor(next); err != nil {
		return fatal{err}
	}
	a.next = next
	return nil
}

// undone says whether a redeem cannot be read because a reorg took it back for good.
func (a *Auditor) undone(ctx context.Context, r contracts.Redeem, failed error) bool {
	if !refusedAs(failed, "UnknownCheckpoint") {
		return false
	}
	final, _, err := a.deps.Chain.Final(ctx)
	return err == nil && r.Block <= final
}

func (a *Auditor) noteRedeem(ctx context.Context, r contracts.Redeem) error {
	id := r.Audit()
	if _, err := a.draws.Get(id); !errors.Is(err, protocol.ErrNotFound) {
		return nil // known, or damaged: then it is not overwritten
	}
	class, known := a.classes[r.Line.ModelVersion]
	if !known {
		var err error
		if class, err = a.deps.Chain.Class(ctx, r.Line.ModelVersion); err != nil {
			return fmt.Errorf("read the class of model version %s: %w", r.Line.ModelVersion, err)
		}
		a.classes[r.Line.ModelVersion] = class
	}
	if class != protocol.ClassProven {
		return nil
	}
	at, err := a.deps.Draws.RedeemedAt(ctx, contracts.LineID(r.Line), r.Checkpoint)
	if err != nil {
		return fmt.Errorf("read the redeem of %s: %w", id, err)
	}
	return a.noteDraw(&Draw{ID: id, State: DrawSeen, Line: r.Line, Checkpoint: r.Checkpoint, Provider: r.Line.Provider, Amount: r.Amount, RedeemedAt: at}, false)
}
