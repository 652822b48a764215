package auditor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// What a channel pays it may pay long after a case is over: a voucher can be redeemed until the channel's end. That opens
// a window anew, in which the receipt can be disputed, and refunded if it is proven wrong already; so does the opening of a receipt that
// was drawn. Such a case is no work meanwhile. It sleeps on disk, and a redeem of its line wakes it.

// late is what sleeps, by the line that wakes it.
type late struct {
	mu    sync.Mutex // of the map
	lines map[protocol.Line]*asleep
	// waking is held by whoever lets one go on: a case that is over is written by nobody else.
	waking sync.Mutex
}

// asleep is what sleeps until one line moves.
type asleep struct {
	receipts map[common.Hash]bool // of cases
	claims   map[common.Hash]bool
	known    int  // receipts of the line at the last look
	moved    bool // it was redeemed since, or somebody came to sleep
}

// again is the state in which a case that is over goes on once its receipt is paid; empty if it is
// over for good.
func (c *Case) again(b bundle.Bundle) State {
	closed := c.State == Lost && c.Verdict == nil // its window was over before it was proven
	switch {
	case closed && c.AtOnce != 0 && len(b.Params) == 0:
		return Hidden
	case closed && c.Fault != nil:
		return Opened
	case closed:
		return Found
	case c.State.Over() && c.Origin != OriginJob && c.Verdict != nil && !c.Paid && c.Verdict.Refunded.IsZero() && c.Settling == (common.Hash{}) && c.RefusedAt == 0:
		return Unpaid
	}
	return ""
}

// lineOf is the line that a case's receipt is paid by, if it is known.
func lineOf(c *Case, b bundle.Bundle) (line protocol.Line, known bool) {
	line = protocol.Line{Channel: b.Request.Payment, Provider: c.Provider, ModelVersion: b.Request.ModelVersion, Relayer: c.Relayer}
	if c.Opened != nil {
		line.Relayer = c.Opened.Relayer
	}
	return line, c.Origin != OriginJob && line.Relayer != (common.Address{})
}

// sleep has a case that is over looked at again when its line moves, if that may matter.
func (a *Auditor) sleep(c *Case, b bundle.Bundle) {
	if line, known := lineOf(c, b); known && c.again(b) != "" {
		a.late.add(line, func(s *asleep) { s.receipts[c.Receipt] = true })
	}
}

// sleepClaim is sleep for a claim: what it takes to make one again is a payment of any of its receipts.
func (a *Auditor) sleepClaim(c *Claimed) {
	if !c.Late {
		return
	}
	for _, receipt := range c.Receipts {
		one, err := a.cases.Get(receipt)
		if err != nil {
			continue
		}
		b, err := a.cases.Bundle(receipt)
		if err != nil {
			continue
		}
		if line, known := lineOf(one, b); known {
			a.late.add(line, func(s *asleep) { s.claims[c.ID] = true })
		}
	}
}

func (l *late) add(line protocol.Line, one func(*asleep)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines[line] == nil {
		l.lines[line] = &asleep{receipts: map[common.Hash]bool{}, claims: map[common.Hash]bool{}}
	}
	one(l.lines[line])
	l.lines[line].moved = true
}

// stir has what sleeps under a line looked at.
func (l *late) stir(line protocol.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.lines[line]; s != nil {
		s.moved = true
	}
}

// lateLoop wakes cases until ctx ends.
func (a *Auditor) lateLoop(ctx context.Context) error {
	var redeems Redeems
	for {
		err := error(nil)
		if redeems == nil && a.deps.Redeems != nil { // what sleeps already is looked at once, whatever was redeemed before
			var from uint64
			if from, _, err = a.deps.Chain.Final(ctx); err == nil {
				redeems = a.deps.Redeems(from)
			}
		}
		if err == nil {
			err = a.lateNow(ctx, redeems)
		}
		if err != nil && ctx.Err() == nil {
			a.log.Warn("cannot look after what may be paid late", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(a.cfg.LookEvery):
		}
	}
}

// lateNow looks once at what sleeps in lines that were redeemed, or of which another receipt is known,
// since the last time. Without redeems to follow it looks at all of it.
func (a *Auditor) lateNow(ctx context.Context, redeems Redeems) error {
	all := redeems == nil
	if redeems != nil {
		list, _, _, err := redeems.Redeemed(ctx)
		if err != nil {
			return fmt.Errorf("list redeems: %w", err)
		}
		for _, r := range list {
			a.late.stir(r.Line)
		}
	}
	var failed error
	look := func(line protocol.Line, of func(*asleep) map[common.Hash]bool, list []common.Hash, wake func(context.Context, common.Hash) (bool, error)) {
		for _, one := range list {
			woke, err := wake(ctx, one)
			if err != nil {
				a.late.stir(line)
			} else if woke {
				a.late.mu.Lock()
				delete(of(a.late.lines[line]), one)
				a.late.mu.Unlock()
			}
			if !errors.Is(err, errPending) {
				failed = errors.Join(failed, err)
			}
		}
	}
	for line, s := range a.stirred(all) {
		look(line, func(s *asleep) map[common.Hash]bool { return s.receipts }, slices.Collect(maps.Keys(s.receipts)), a.wake)
		look(line, func(s *asleep) map[common.Hash]bool { return s.claims }, slices.Collect(maps.Keys(s.claims)), a.wakeClaim)
	}
	return failed
}

// stirred takes a copy of what is to be looked at.
func (a *Auditor) stirred(all bool) map[protocol.Line]asleep {
	a.late.mu.Lock()
	defer a.late.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	list := map[protocol.Line]asleep{}
	for line, s := range a.late.lines {
		if known := len(a.seen.lines[line]); all || s.moved || s.known != known {
			s.moved, s.known = false, known
			list[line] = asleep{receipts: maps.Clone(s.receipts), claims: maps.Clone(s.claims)}
		}
	}
	return list
}

// wake lets a case that is over go on if its receipt can be disputed now, or is paid and can be refunded.
// woke: it does, or is over for good.
func (a *Auditor) wake(ctx context.Context, receipt common.Hash) (woke bool, err error) {
	a.late.waking.Lock()
	defer a.late.waking.Unlock()
	a.mu.Lock()
	running := a.running[receipt]
	a.mu.Unlock()
	if running {
		return false, fmt.Errorf("case %s is not at rest: %w", receipt, errPending)
	}
	c, err := a.cases.Get(receipt)
	if err != nil {
		return false, err
	}
	j, err := a.judge(c)
	if err != nil {
		return false, err
	}
	next := c.again(j.b)
	if next == "" {
		return true, nil
	}
	payment, err := j.payment(ctx)
	if err != nil || next == Unpaid && payment.Count == 0 {
		return false, err
	}
	if next != Unpaid {
		if open, err := j.disputable(ctx, payment); err != nil || !open {
			return false, err
		}
	}
	before := c.State
	c.State, c.Note, c.Failures, c.Trouble = next, "", 0, ""
	if err := a.cases.Put(c); err != nil {
		return false, err
	}
	a.log.Info("case goes on", "receipt", receipt, "provider", c.Provider, "from", before, "to", next)
	a.metrics.moved(before, next)
	a.announce()
	a.enqueue(ctx, receipt)
	return true, nil
}

// wakeClaim is wake for a claim.
func (a *Auditor) wakeClaim(ctx context.Context, id common.Hash) (woke bool, err error) {
	a.late.waking.Lock()
	defer a.late.waking.Unlock()
	c, err := a.claimed.Get(id)
	if err != nil || c.State != Lost || !c.Late {
		return err == nil, err
	}
	for _, receipt := range c.Receipts {
		payment, _, err := a.payable(ctx, receipt)
		if err != nil {
			return false, err
		}
		if payment.Count == 0 {
			continue
		}
		c.State, c.Note, c.Late = Found, "", false
		if err := a.claimed.put(c); err != nil {
			return false, err
		}
		a.log.Info("claim goes on", "claim", c.Claim.Claim, "provider", c.Provider)
		a.metrics.claimed(Lost, c.State, c.Kind)
		a.announce()
		select {
		case a.newClaim <- struct{}{}:
		default:
		}
		return true, nil
	}
	return false, nil
}

// payable is the case of a receipt with its payment, Count 0 if it is not paid or its window is over.
func (a *Auditor) payable(ctx context.Context, receipt common.Hash) (p contracts.Payment, j *judge, err error) {
	c, err := a.cases.Get(receipt)
	if err != nil {
		return p, nil, err
	}
	if j, err = a.judge(c); err != nil {
		return p, nil, err
	}
	if p, err = j.payment(ctx); err != nil || p.Count == 0 {
		return p, j, err
	}
	open, err := j.disputable(ctx, p)
	if !open {
		p = contracts.Payment{}
	}
	return p, j, err
}

// disputable says whether the receipt can be disputed now, as far as a payment shows.
func (j *judge) disputable(ctx context.Context, p contracts.Payment) (bool, error) {
	until, err := j.a.deps.Chain.DisputableUntil(ctx, j.evidence(p))
	if err != nil {
		return false, fmt.Errorf("read the window: %w", err)
	}
	now, err := j.a.deps.Chain.Now(ctx)
	return now < until, err
}
