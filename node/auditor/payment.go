package auditor

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// payment shows where the receipt is in a redeemed voucher line: Count 0 if it is not known
// to be in one and paid to its end, which every dispute accepts.
func (j *judge) payment(ctx context.Context) (contracts.Payment, error) {
	if j.c.Origin == OriginJob {
		return contracts.Payment{}, nil
	}
	for _, line := range j.a.linesOf(j.c.Receipt) {
		if p, err := j.paidBy(ctx, line.Relayer, j.ordered); err != nil || p.Count != 0 {
			return p, err
		}
	}
	if err := j.readOpening(ctx); err != nil || j.c.Opened == nil {
		return contracts.Payment{}, err
	}
	return j.paidBy(ctx, j.c.Opened.Relayer, j.opened)
}

// showing is the payment that a transaction shows: none after one failed on chain, while none is needed. Who redeems in front of each
// makes each fail that shows what its line was; what is paid is refunded once the receipt is convicted.
func (j *judge) showing(ctx context.Context) (contracts.Payment, error) {
	if j.c.Failed != (common.Hash{}) {
		if open, err := j.disputable(ctx, contracts.Payment{}); err != nil || open {
			return contracts.Payment{}, err
		}
	}
	return j.payment(ctx)
}

// paidBy is the payment by one relayer's line, whose root has the receipt where place says.
func (j *judge) paidBy(ctx context.Context, relayer common.Address, place func(protocol.Line, contracts.Line) (protocol.SumOpening, error)) (contracts.Payment, error) {
	if relayer == (common.Address{}) {
		return contracts.Payment{}, nil
	}
	line := lineBy(relayer, j.c, j.b)
	state, err := j.a.deps.Chain.Line(ctx, line)
	if err != nil {
		return contracts.Payment{}, fmt.Errorf("read the voucher line: %w", err)
	}
	if state.Count == 0 {
		return contracts.Payment{}, nil
	}
	o, err := place(line, state)
	if err != nil || o.Count == 0 {
		return contracts.Payment{}, err
	}
	// A draw takes any redeem that its point is in; paid counts from the first that reaches the end.
	checkpoint, err := j.a.deps.Chain.Covering(ctx, line, o.End)
	if errors.Is(err, protocol.ErrNotFound) { // in the root, but not paid yet
		return contracts.Payment{}, nil
	}
	return contracts.Payment{Relayer: line.Relayer, Count: o.Count, Index: o.Index, Checkpoint: checkpoint, Path: o.Path}, err
}

// lineBy is the voucher line that pays a case's receipt if a relayer sold it.
func lineBy(relayer common.Address, c *Case, b bundle.Bundle) protocol.Line {
	return protocol.Line{Channel: b.Request.Payment, Provider: c.Provider, ModelVersion: b.Request.ModelVersion, Relayer: relayer}
}

// ordered is where the receipt is among the line's receipts, Count 0 if they do not make its root. All
// of them must be cases: vouchers list them in the order in which they were bought, and a root says
// which order of those that are said is the right one.
func (j *judge) ordered(line protocol.Line, state contracts.Line) (protocol.SumOpening, error) {
	leaves := making(j.a.listsOf(line), state)
	index := slices.IndexFunc(leaves, func(l protocol.SumLeaf) bool { return l.Receipt == j.c.Receipt })
	if index < 0 {
		return protocol.SumOpening{}, nil
	}
	return protocol.SumTree{}.Open(leaves, index)
}

// opened is where its provider opened the receipt for a draw, Count 0 if another root came since.
func (j *judge) opened(_ protocol.Line, state contracts.Line) (protocol.SumOpening, error) {
	p := j.c.Opened
	if p.Count != state.Count {
		return protocol.SumOpening{}, nil
	}
	o, err := protocol.SumLeaf{Receipt: j.c.Receipt, Fee: j.b.Receipt.Fee}.Under(p.Count, p.Index, p.Path)
	if err != nil || o.Root != state.ReceiptsRoot {
		return protocol.SumOpening{}, nil
	}
	return o, nil
}

// readOpening reads what opened the receipt for the draw that is known to have met it last, once.
func (j *judge) readOpening(ctx context.Context) error {
	j.a.mu.Lock()
	last, known := j.a.meets[j.c.Receipt]
	j.a.mu.Unlock()
	if !known || last.audit == j.met {
		return nil
	}
	audit, err := j.a.deps.Draws.Audit(ctx, last.audit)
	if err != nil {
		return fmt.Errorf("read the audit of a drawn receipt: %w", err)
	}
	if audit.Beacon == 0 { // a reorg took it back
		return nil
	}
	e, err := j.a.deps.Draws.OpenedLeaf(ctx, j.c.Receipt, audit.Beacon)
	if errors.Is(err, protocol.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the opening of a drawn receipt: %w", err)
	}
	j.c.Opened, j.met = &e.Payment, last.audit
	return nil
}

// met is a draw that met a receipt.
type met struct {
	audit      common.Hash
	line       protocol.Line
	checkpoint uint32
}

// meet remembers which draw met a receipt last, to find its opening.
func (a *Auditor) meet(d *Draw, receipt common.Hash) {
	if d.Job != (common.Hash{}) || receipt == (common.Hash{}) {
		return
	}
	a.mu.Lock()
	last, known := a.meets[receipt]
	newer := !known || d.Checkpoint > last.checkpoint
	if newer {
		a.meets[receipt] = met{d.ID, d.Line, d.Checkpoint}
	}
	a.mu.Unlock()
	if newer {
		a.late.stir(receipt) // its opening may show a payment, and makes a window
	}
}
