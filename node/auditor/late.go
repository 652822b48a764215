package auditor

import (
	"context"
	"errors"
	"fmt"
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

// late is what sleeps, by the receipt whose payment wakes it. In which lines that may be paid is read when they move: a feed may
// say later who sold it.
type late struct {
	mu     sync.Mutex // of the maps
	asleep map[common.Hash]*asleep
	moved  map[protocol.Line]bool // redeemed since the last look
	// waking is held by whoever lets one go on: a case that is over is written by nobody else.
	waking sync.Mutex
}

// asleep is what sleeps until one receipt is paid.
type asleep struct {
	self   bool // the receipt's case
	claims map[common.Hash]bool
	opened []protocol.Line // that a draw showed it in
	known  uint64          // news of its lines at the last look
	due    bool            // it is to be looked at whatever moved: somebody came to sleep, or a look failed
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
	case c.State.Over() && c.Origin != OriginJob && c.Verdict != nil && c.Verdict.Refunded.IsZero() && c.Settling == (common.Hash{}) && c.RefusedAt == 0:
		return Unpaid
	}
	return ""
}

// openedIn is the line that a case's receipt was opened in for a draw.
func openedIn(c *Case, b bundle.Bundle) (list []protocol.Line) {
	if c.Opened != nil {
		list = append(list, protocol.Line{Channel: b.Request.Payment, Provider: c.Provider, ModelVersion: b.Request.ModelVersion, Relayer: c.Opened.Relayer})
	}
	return list
}

// sleep has a case that is over looked at again when a line moves that it may be in, if that may matter.
func (a *Auditor) sleep(c *Case, b bundle.Bundle) {
	if c.Origin != OriginJob && c.again(b) != "" {
		a.late.add(c.Receipt, openedIn(c, b), func(s *asleep) { s.self = true })
	}
}

// sleepClaim is sleep for a claim: what it takes to make one again is a payment of any of its receipts.
func (a *Auditor) sleepClaim(c *Claimed) {
	if !c.Late {
		return
	}
	for _, receipt := range c.Receipts {
		one, err := a.cases.Get(receipt)
		if err != nil || one.Origin == OriginJob {
			continue
		}
		if b, err := a.cases.Bundle(receipt); err == nil {
			a.late.add(receipt, openedIn(one, b), func(s *asleep) { s.claims[c.ID] = true })
		}
	}
}

func (l *late) add(receipt common.Hash, opened []protocol.Line, one func(*asleep)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.asleep[receipt]
	if s == nil {
		s = &asleep{claims: map[common.Hash]bool{}}
		l.asleep[receipt] = s
	}
	one(s)
	s.opened, s.due = opened, true
}

// stir has what waits for the payment of a receipt looked at.
func (l *late) stir(receipt common.Hash) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.asleep[receipt]; s != nil {
		s.due = true
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
		a.late.mu.Lock()
		for _, r := range list {
			a.late.moved[r.Line] = true
		}
		a.late.mu.Unlock()
	}
	var failed error
	look := func(receipt common.Hash, woke bool, err error, back func(*asleep)) {
		if err == nil && woke {
			return
		}
		a.late.mu.Lock()
		s := a.late.asleep[receipt]
		back(s)
		s.due = s.due || err != nil
		a.late.mu.Unlock()
		if !errors.Is(err, errPending) {
			failed = errors.Join(failed, err)
		}
	}
	for receipt, s := range a.stirred(all) {
		if s.self {
			woke, err := a.wake(ctx, receipt)
			look(receipt, woke, err, func(s *asleep) { s.self = true })
		}
		for id := range s.claims {
			woke, err := a.wakeClaim(ctx, id)
			look(receipt, woke, err, func(s *asleep) { s.claims[id] = true })
		}
	}
	return failed
}

// stirred takes what is to be looked at. Who takes it puts back what does not wake.
func (a *Auditor) stirred(all bool) map[common.Hash]asleep {
	a.late.mu.Lock()
	defer a.late.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	list := map[common.Hash]asleep{}
	for receipt, s := range a.late.asleep {
		if !s.self && len(s.claims) == 0 {
			delete(a.late.asleep, receipt)
			continue
		}
		lines := append(a.seen.linesOf(receipt), s.opened...)
		if last, known := a.meets[receipt]; known {
			lines = append(lines, last.line)
		}
		known, due := uint64(0), s.due || all && len(lines) > 0
		for _, line := range lines {
			known += a.seen.news(line)
			due = due || a.late.moved[line]
		}
		if due || known != s.known {
			list[receipt] = *s
			s.self, s.claims, s.known, s.due = false, map[common.Hash]bool{}, known, false
		}
	}
	clear(a.late.moved)
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
	if j.lacks(next) {
		return false, nil
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
