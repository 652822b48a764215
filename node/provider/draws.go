package provider

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// Draws lists which places of this provider's redeemed lines were drawn and wait to be
// opened. *contracts.DrawWatch is one.
type Draws interface {
	// Waiting returns the drawn audits with points to open, the most urgent first.
	Waiting(ctx context.Context) ([]contracts.WaitingAudit, error)
	Addresses() contracts.Addresses
}

// maxPoints bounds the points of one transaction: each costs a sixtieth of a block.
const maxPoints = 16

// drawLoop opens what is drawn until ctx ends.
func (p *Provider) drawLoop(ctx context.Context) error {
	if p.deps.Draws == nil || p.deps.Answers == nil {
		return nil
	}
	for {
		select {
		case <-p.deps.After(p.cfg.AnswersEvery):
		case <-ctx.Done():
			return nil
		}
		if err := p.DrawsNow(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("cannot open every receipt that was drawn", "err", err)
		}
	}
}

// DrawsNow looks for drawn points once and opens their receipts, the most urgent first. One
// that cannot be opened stops none of the others. What waits still is handed to the sender
// again, whatever became of it there: a node that had not seen the draw may have judged it.
// A transaction is named by its content and by the clock that it answers, and acts once, also
// after a crash.
func (p *Provider) DrawsNow(ctx context.Context) error {
	p.opening.Lock()
	defer p.opening.Unlock()
	waiting, err := p.deps.Draws.Waiting(ctx)
	var failed error
	opened := map[drawnPoint]*drawOpening{}
	if err != nil {
		failed = fmt.Errorf("list drawn points: %w", err) // what was listed is opened all the same
		opened = maps.Clone(p.opened)                     // and what was not may wait still
	}
	for _, a := range waiting {
		if err := p.openDrawn(ctx, a, opened); err != nil {
			failed = errors.Join(failed, fmt.Errorf("open audit %s of line %s: %w", a.Audit, a.Line, err))
		}
	}
	p.opened = opened
	return failed
}

// drawnPoint is one clock of one point, under one root: a reorg may draw another one.
type drawnPoint struct {
	audit, root common.Hash
	index       uint32
	at          protocol.Amount
	deadline    uint64
}

// openDrawn sends what opens the points of one audit: one transaction for those that one
// receipt pays and that have one clock. What was made before is kept while one of its points
// waits; those of them that are open already stop none of the others.
func (p *Provider) openDrawn(ctx context.Context, a contracts.WaitingAudit, opened map[drawnPoint]*drawOpening) error {
	name := func(w contracts.WaitingPoint) drawnPoint {
		return drawnPoint{a.Audit, a.Root, w.Index, w.At, w.Deadline}
	}
	var calls []*drawOpening
	fresh := a
	fresh.Points = nil
	for _, point := range a.Points {
		o := p.opened[name(point)]
		if o == nil {
			fresh.Points = append(fresh.Points, point)
			continue
		}
		opened[name(point)] = o
		if !slices.Contains(calls, o) {
			calls = append(calls, o)
		}
	}
	var failed error
	if len(fresh.Points) > 0 {
		made, err := p.openings(fresh)
		failed = err
		for i := range made {
			o := &made[i]
			calls = append(calls, o)
			for _, point := range fresh.Points {
				if point.Deadline == o.call.Deadline+1 && slices.Contains(o.points, point.Index) {
					opened[name(point)] = o
				}
			}
		}
	}
	slices.SortStableFunc(calls, func(x, y *drawOpening) int { return cmp.Compare(x.call.Deadline, y.call.Deadline) })
	for _, o := range calls {
		if _, err := p.deps.Answers.Submit(ctx, o.call); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if !o.sent {
			o.sent = true
			p.metrics.drawn.Add(float64(len(o.points)))
			p.log.Info("opened a drawn receipt", "audit", a.Audit, "receipt", o.receipt, "points", len(o.points))
		}
	}
	return failed
}

// drawOpening is a transaction that opens one receipt.
type drawOpening struct {
	receipt common.Hash
	points  []uint32
	call    protocol.Call
	sent    bool // handed to the sender once
}

// openings makes the transactions, and says what stands in the way of the others.
func (p *Provider) openings(a contracts.WaitingAudit) (calls []drawOpening, failed error) {
	line, known, err := p.book.leavesOf(a.Line)
	if err != nil {
		return nil, err
	}
	base, leaves, err := known.under(a.Root)
	if err != nil {
		return nil, err
	}
	ends := make([]protocol.Amount, len(leaves))
	sum := base.Total()
	for i, l := range leaves {
		if sum, err = sum.Add(l.Fee); err != nil {
			return nil, err
		}
		ends[i] = sum
	}
	type group struct {
		leaf     int
		deadline uint64
	}
	groups := map[group][]uint32{}
	for _, point := range a.Points {
		leaf, _ := slices.BinarySearchFunc(ends, point.At, func(end, at protocol.Amount) int {
			return cmp.Or(end.Cmp(at), -1) // the first leaf that ends behind the point
		})
		if leaf == len(leaves) || point.At.Cmp(base.Total()) < 0 {
			failed = errors.Join(failed, fmt.Errorf("point %d at %s of the line is under no receipt that is here: %w", point.Index, point.At, protocol.ErrNotFound))
			continue
		}
		at := group{leaf, point.Deadline}
		groups[at] = append(groups[at], point.Index)
	}
	for at, points := range groups {
		o, err := base.Open(leaves, at.leaf)
		if err == nil && o.Root != a.Root {
			err = fmt.Errorf("root %s of the receipts is not %s: %w", o.Root, a.Root, protocol.ErrInternal)
		}
		var e contracts.Evidence
		if err == nil {
			e, err = p.evidenceOf(leaves[at.leaf].Receipt)
		}
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		e.Payment = contracts.Payment{Relayer: line.Relayer, Count: o.Count, Index: o.Index, Checkpoint: a.Checkpoint, Path: o.Path}
		slices.Sort(points)
		for some := range slices.Chunk(points, maxPoints) {
			call := p.deps.Draws.Addresses().OpenLeaf(e, some, clockSalt(at.deadline))
			call.Deadline = at.deadline - 1
			calls = append(calls, drawOpening{receipt: leaves[at.leaf].Receipt, points: some, call: call})
		}
	}
	slices.SortFunc(calls, func(x, y drawOpening) int {
		return cmp.Or(cmp.Compare(x.call.Deadline, y.call.Deadline), cmp.Compare(x.points[0], y.points[0]))
	})
	return calls, failed
}

// evidenceOf is a stored receipt with its request, signed by the operator whose key is here.
func (p *Provider) evidenceOf(receipt common.Hash) (contracts.Evidence, error) {
	e := p.book.byHash(receipt)
	if e == nil || !e.durable {
		return contracts.Evidence{}, fmt.Errorf("receipt %s: %w", receipt, protocol.ErrNotFound)
	}
	r, err := p.book.answer(e)
	if err != nil {
		return contracts.Evidence{}, err
	}
	signature, err := p.book.signature(e)
	return contracts.Evidence{Request: r.Ask.Request, Receipt: r.Receipt, Signature: signature}, err
}

// clockSalt tells what answers one clock of a point from what answered the one before.
func clockSalt(deadline uint64) common.Hash {
	return crypto.Keccak256Hash([]byte("dgrid provider open"), binary.BigEndian.AppendUint64(nil, deadline))
}
