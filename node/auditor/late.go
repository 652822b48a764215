package auditor

import (
	"context"
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
	mu     sync.Mutex // of all below but waking
	asleep map[common.Hash]*asleep
	lines  map[protocol.Line]rested // what sleeps is in, as they were at the last look
	moved  map[protocol.Line]bool   // to be read again
	listed map[protocol.Line]uint64 // the block of the newest redeem that was listed at the last look
	ends   map[common.Hash]uint64   // by channel: the look at which it was last asked whether it is over
	looks  uint64
	// nowhere are channels that there were not when they were asked about last, and most is maxNowhere.
	nowhere map[common.Hash]bool
	most    int
	called  map[common.Hash]bool // cases that go on once whoever works on them sees it
	// waking is held by whoever lets one go on: a case that is over is written by nobody else.
	waking sync.Mutex
}

func newLate() late {
	return late{asleep: map[common.Hash]*asleep{}, lines: map[protocol.Line]rested{}, moved: map[protocol.Line]bool{}, listed: map[protocol.Line]uint64{}, ends: map[common.Hash]uint64{}, called: map[common.Hash]bool{}, nowhere: map[common.Hash]bool{}, most: maxNowhere}
}

// asleep is what sleeps until one receipt is paid.
type asleep struct {
	channel common.Hash
	self    bool // the receipt's case
	claims  map[common.Hash]bool
	opened  []protocol.Line // that a draw showed it in
	due     bool            // it is to be looked at whatever moved: it came to sleep, somebody stirred it, or a look failed
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
		list = append(list, lineBy(c.Opened.Relayer, c, b))
	}
	return list
}

// sleep has a case that is over looked at again when a line moves that it may be in, if that may matter.
func (a *Auditor) sleep(c *Case, b bundle.Bundle) {
	if c.Origin != OriginJob && c.again(b) != "" {
		a.late.add(c, b, func(s *asleep) { s.self = true })
	}
}

// sleepClaim is sleep for a claim: what it takes to make one again is a payment of any of its receipts.
func (a *Auditor) sleepClaim(c *Claimed) {
	if !c.Late {
		return
	}
	for _, receipt := range c.Receipts {
		a.sleepFor(c.ID, receipt)
	}
}

// sleepFor has a claim looked at when a line moves that one of its receipts may be in.
func (a *Auditor) sleepFor(id, receipt common.Hash) {
	one, err := a.cases.Get(receipt)
	if err != nil || one.Origin == OriginJob {
		return
	}
	if b, err := a.cases.Bundle(receipt); err == nil {
		a.late.add(one, b, func(s *asleep) { s.claims[id] = true })
	}
}

func (l *late) add(c *Case, b bundle.Bundle, one func(*asleep)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.asleep[c.Receipt]
	if s == nil {
		s = &asleep{channel: b.Request.Payment, claims: map[common.Hash]bool{}}
		l.asleep[c.Receipt] = s
	}
	one(s)
	s.opened, s.due = openedIn(c, b), true
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

// wake lets a case that is over go on if its receipt can be disputed now, or is paid and can be refunded.
// woke: it does, or is over for good.
func (a *Auditor) wake(ctx context.Context, receipt common.Hash) (woke bool, err error) {
	a.late.waking.Lock()
	defer a.late.waking.Unlock()
	running := a.atWork(receipt)
	c, err := a.cases.Get(receipt)
	if err != nil {
		return false, err
	}
	if running && !c.State.Over() {
		return false, fmt.Errorf("case %s is not at rest: %w", receipt, errPending)
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
	if running { // it takes back bonds: who does that is told
		a.late.call(receipt)
		return false, fmt.Errorf("case %s is about to go on: %w", receipt, errPending)
	}
	if err := a.goOn(c, next); err != nil {
		return false, err
	}
	a.enqueue(ctx, receipt)
	return true, nil
}

// atWork says whether somebody works on a case.
func (a *Auditor) atWork(receipt common.Hash) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.running[receipt]
}

// goOn writes a case that was over in the state in which it goes on.
func (a *Auditor) goOn(c *Case, next State) error {
	a.late.answer(c.Receipt)
	before := c.State
	c.State, c.Note, c.Failures, c.Trouble = next, "", 0, ""
	if err := a.cases.Put(c); err != nil {
		return err
	}
	a.log.Info("case goes on", "receipt", c.Receipt, "provider", c.Provider, "from", before, "to", next)
	a.metrics.moved(before, next)
	a.announce()
	return nil
}

// call has a case that is over go on, by whoever works on it.
func (l *late) call(receipt common.Hash) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.called[receipt] = true
}

// answer says whether a case was called since it was asked last.
func (l *late) answer(receipt common.Hash) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	called := l.called[receipt]
	delete(l.called, receipt)
	return called
}

// wakeClaim tells a claim of an answer by which it may be made: one that is paid, or, where its window was over, whose own is not. over:
// nothing makes it any more.
func (a *Auditor) wakeClaim(ctx context.Context, id, receipt common.Hash) (over bool, err error) {
	c, err := a.claimed.Get(id)
	if err != nil || c.State.Over() && !c.Late {
		return err == nil, err
	}
	payment, j, err := a.payable(ctx, receipt)
	may := payment.Count != 0
	if err == nil && !may && c.Late {
		may, err = j.disputable(ctx, payment)
	}
	if err == nil && may {
		a.claimed.lead(id, receipt)
		a.tell()
	}
	return false, err
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
	until, err := j.until(ctx, p)
	if err != nil {
		return false, err
	}
	now, err := j.a.deps.Chain.Now(ctx)
	return now < until, err
}
