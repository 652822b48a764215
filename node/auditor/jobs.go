package auditor

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

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
	_, err := a.add(ctx, b, &Case{Origin: OriginJob})
	switch {
	case err == nil:
		return true
	case errors.Is(err, protocol.ErrInvalid), errors.Is(err, protocol.ErrUnauthorized), errors.Is(err, protocol.ErrNotFound):
		a.log.Warn("delivered job is not a receipt", "request", d.Receipt.RequestHash, "err", err)
		return true
	}
	return false
}

// note remembers a receipt's number, which no other receipt of its operator may have.
func (a *Auditor) note(receipt common.Hash, b bundle.Bundle) {
	operator, err := b.Domain.Recover(b.Receipt, b.Signature)
	if err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	k := counter{operator, b.Receipt.Seq}
	if _, known := a.seen[k]; !known {
		a.seen[k] = receipt
	}
}

// twice finds another receipt of the operator with the same number.
func (j *judge) twice() (*shown, error) {
	operator, err := j.b.Domain.Recover(j.b.Receipt, j.b.Signature)
	if err != nil {
		return nil, err
	}
	j.a.mu.Lock()
	other, known := j.a.seen[counter{operator, j.b.Receipt.Seq}]
	j.a.mu.Unlock()
	if !known || other == j.c.Receipt {
		return nil, nil
	}
	b, err := j.a.cases.Bundle(other)
	if err != nil {
		return nil, err
	}
	return j.equivocates(b), nil
}
