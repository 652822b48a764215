package provider

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
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
// that cannot be opened stops none of the others. What is sent is named by its content and by
// the clock that it answers: doing it again sends nothing twice, also after a crash.
func (p *Provider) DrawsNow(ctx context.Context) error {
	p.opening.Lock()
	defer p.opening.Unlock()
	waiting, err := p.deps.Draws.Waiting(ctx)
	var failed error
	if err != nil {
		failed = fmt.Errorf("list drawn points: %w", err) // what was listed is opened all the same
	}
	sent := p.opened
	p.opened = map[drawnPoint]bool{}
	for _, a := range waiting {
		fresh := a
		fresh.Points = nil
		for _, point := range a.Points {
			at := drawnPoint{a.Audit, point.Index, point.Deadline}
			if sent[at] {
				p.opened[at] = true
			} else {
				fresh.Points = append(fresh.Points, point)
			}
		}
		if len(fresh.Points) == 0 {
			continue
		}
		if err := p.openDrawn(ctx, fresh); err != nil {
			failed = errors.Join(failed, fmt.Errorf("open audit %s of line %s: %w", a.Audit, a.Line, err))
		}
	}
	return failed
}

// drawnPoint is one clock of one point.
type drawnPoint struct {
	audit    common.Hash
	index    uint32
	deadline uint64
}

// openDrawn sends what opens the points of one audit: one transaction for those that one
// receipt pays and that have one clock.
func (p *Provider) openDrawn(ctx context.Context, a contracts.WaitingAudit) error {
	calls, err := p.openings(a)
	for _, c := range calls {
		if _, serr := p.deps.Answers.Submit(ctx, c.call); serr != nil {
			err = errors.Join(err, serr)
			continue
		}
		for _, i := range c.points {
			p.opened[drawnPoint{a.Audit, i, c.call.Deadline + 1}] = true
		}
		p.metrics.drawn.Add(float64(len(c.points)))
		p.log.Info("opened a drawn receipt", "audit", a.Audit, "receipt", c.receipt, "points", len(c.points))
	}
	return err
}

// drawOpening is a transaction that opens one receipt.
type drawOpening struct {
	receipt common.Hash
	points  []uint32
	call    protocol.Call
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
			calls = append(calls, drawOpening{leaves[at.leaf].Receipt, some, call})
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
	signature, err := p.cfg.Domain.Sign(p.deps.Key, r.Receipt)
	return contracts.Evidence{Request: r.Ask.Request, Receipt: r.Receipt, Signature: signature}, err
}

// clockSalt tells what answers one clock of a point from what answered the one before.
func clockSalt(deadline uint64) common.Hash {
	return crypto.Keccak256Hash([]byte("dgrid provider open"), binary.BigEndian.AppendUint64(nil, deadline))
}
