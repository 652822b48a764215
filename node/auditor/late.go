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

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// What a channel pays it may pay long after a case is over: a voucher can be redeemed until the channel's end. Such a case
// is no work meanwhile. It sleeps on disk, and a redeem of its line wakes it.

// late is what sleeps, by the line that wakes it.
type late struct {
	mu    sync.Mutex // of the map
	lines map[protocol.Line]*asleep
	// waking is held by whoever lets one go on: a case that is over is written by nobody else.
	waking sync.Mutex
}

// asleep is what sleeps until one line moves.
type asleep struct {
	receipts map[common.Hash]bool
	known    int  // receipts of the line at the last look
	moved    bool // it was redeemed since, or somebody came to sleep
}

// again is the state in which a case that is over goes on once its receipt is paid; empty if it is
// over for good.
func (c *Case) again() State {
	if !c.State.Over() || c.Origin == OriginJob {
		return ""
	}
	if c.Verdict != nil && !c.Paid && c.Verdict.Refunded.IsZero() && c.Settling == (common.Hash{}) && c.RefusedAt == 0 {
		return Unpaid
	}
	return ""
}

// sleep has a case that is over looked at again when its line moves, if that may matter.
func (a *Auditor) sleep(c *Case, b bundle.Bundle) {
	relayer := c.Relayer
	if c.Opened != nil {
		relayer = c.Opened.Relayer
	}
	if c.again() == "" || relayer == (common.Address{}) {
		return
	}
	line := protocol.Line{Channel: b.Request.Payment, Provider: c.Provider, ModelVersion: b.Request.ModelVersion, Relayer: relayer}
	a.late.mu.Lock()
	defer a.late.mu.Unlock()
	if a.late.lines[line] == nil {
		a.late.lines[line] = &asleep{receipts: map[common.Hash]bool{}}
	}
	s := a.late.lines[line]
	s.receipts[c.Receipt], s.moved = true, true
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
			if s := a.late.lines[r.Line]; s != nil {
				s.moved = true
			}
		}
		a.late.mu.Unlock()
	}
	var failed error
	for line, receipts := range a.stirred(all) {
		for _, receipt := range receipts {
			woke, err := a.wake(ctx, receipt)
			a.late.mu.Lock()
			if err != nil {
				a.late.lines[line].moved = true
			} else if woke {
				delete(a.late.lines[line].receipts, receipt)
			}
			a.late.mu.Unlock()
			if !errors.Is(err, errPending) {
				failed = errors.Join(failed, err)
			}
		}
	}
	return failed
}

// stirred takes what is to be looked at.
func (a *Auditor) stirred(all bool) map[protocol.Line][]common.Hash {
	a.late.mu.Lock()
	defer a.late.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	list := map[protocol.Line][]common.Hash{}
	for line, s := range a.late.lines {
		if known := len(a.seen.lines[line]); all || s.moved || s.known != known {
			s.moved, s.known = false, known
			list[line] = slices.Collect(maps.Keys(s.receipts))
		}
	}
	return list
}

// wake lets a case that is over go on if its receipt is paid now. woke: it does, or is over for good.
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
	next := c.again()
	if next == "" {
		return true, nil
	}
	if payment, err := j.payment(ctx); err != nil || payment.Count == 0 {
		return false, err
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
