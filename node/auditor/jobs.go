package auditor

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// Jobs lists answers that were delivered on chain; prompt and output are public there.
// *contracts.DeliveryWatch is one.
type Jobs interface {
	// Delivered returns the jobs delivered since the last call that succeeded; a reorg
	// may bring one again.
	Delivered(ctx context.Context) ([]contracts.Delivered, error)
}

// jobs takes what is delivered on chain until ctx ends.
func (a *Auditor) jobs(ctx context.Context) error {
	var waiting []contracts.Delivered
	for {
		list, err := a.deps.Jobs.Delivered(ctx)
		if err != nil && ctx.Err() == nil {
			a.log.Warn("cannot list delivered jobs", "err", err)
		}
		waiting = append(waiting, list...)
		waiting = slices.DeleteFunc(waiting, func(d contracts.Delivered) bool { return a.takeJob(ctx, d) })
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(a.cfg.RetryEvery):
		}
	}
}

// takeJob makes a case of a job; false if it must be tried again.
func (a *Auditor) takeJob(ctx context.Context, d contracts.Delivered) bool {
	m := a.models[d.Request.ModelVersion]
	if m == nil {
		return true
	}
	b := bundle.Bundle{Schema: bundle.Schema, Domain: a.deps.Chain.Domain(), Request: d.Request, Params: d.Params, Prompt: d.Prompt, Output: d.Output,
		Model:   bundle.Model{Class: protocol.ClassProven, Positions: uint32(m.arch.Positions), StopIDs: m.file.Header().StopIDs},
		Receipt: d.Receipt, Signature: d.Signature}
	receipt, err := a.add(ctx, b, &Case{Origin: OriginJob})
	if err == nil {
		err = a.noteJob(ctx, d.Job, receipt, d.Receipt.Provider, d.Receipt.Fee)
	}
	switch {
	case err == nil:
		return true
	case errors.Is(err, protocol.ErrUnauthorized) && a.awaited(ctx, d):
		return false
	case errors.Is(err, protocol.ErrInvalid), errors.Is(err, protocol.ErrUnauthorized), errors.Is(err, protocol.ErrNotFound):
		a.log.Warn("delivered job is not a receipt", "request", d.Receipt.RequestHash, "err", err)
		return true
	}
	return false
}

// awaited says whether the Market may yet record a delivery that its log showed: a reorg took
// it back, or the node that was asked lags.
func (a *Auditor) awaited(ctx context.Context, d contracts.Delivered) bool {
	now, err := a.deps.Chain.Now(ctx)
	return len(d.Signature) == 0 && (err != nil || now < d.Request.Deadline)
}
