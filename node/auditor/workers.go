package auditor

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
)

// workers are places to compute in. Providers have turns one after the other, each for what is due first of its own: one that
// makes many receipts, or receipts that are due soon, holds up its own. Of two turns one is for what must be said by a time.
//
// INVARIANT: whoever waits goes after at most one turn of each provider that waited before, and as many of what was drawn.
type workers struct {
	mu    sync.Mutex
	free  int
	drawn []*waiter   // by deadline
	line  [][]*waiter // of each provider that waits, by deadline; the next provider first
	last  bool        // the last turn was for a drawn receipt
}

// claimOn says for what a worker is waited for.
type claimOn struct {
	provider common.Address
	due      uint64 // block time
	drawn    bool   // this auditor has to say something about it by then
}

type waiter struct {
	claimOn
	turn chan struct{} // closed when a worker is its
}

// take waits for a worker. give hands it back.
func (w *workers) take(ctx context.Context, on claimOn) error {
	w.mu.Lock()
	if w.free > 0 {
		w.free--
		w.mu.Unlock()
		return nil
	}
	one := &waiter{on, make(chan struct{})}
	w.enter(one)
	w.mu.Unlock()
	select {
	case <-one.turn:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.leave(one) { // it was handed over at this very moment
		w.next()
	}
	return fmt.Errorf("wait for a turn: %w", context.Cause(ctx))
}

// byDeadline puts a waiter behind those that are due with it.
func byDeadline(line []*waiter, one *waiter) []*waiter {
	at := slices.IndexFunc(line, func(other *waiter) bool { return other.due > one.due })
	if at < 0 {
		at = len(line)
	}
	return slices.Insert(line, at, one)
}

func (w *workers) enter(one *waiter) {
	if one.drawn {
		w.drawn = byDeadline(w.drawn, one)
		return
	}
	at := slices.IndexFunc(w.line, func(l []*waiter) bool { return l[0].provider == one.provider })
	if at < 0 {
		w.line = append(w.line, []*waiter{one})
		return
	}
	w.line[at] = byDeadline(w.line[at], one)
}

// leave takes a waiter out of the line; false if it is not there.
func (w *workers) leave(one *waiter) bool {
	if at := slices.Index(w.drawn, one); at >= 0 {
		w.drawn = slices.Delete(w.drawn, at, at+1)
		return true
	}
	for i, l := range w.line {
		if at := slices.Index(l, one); at >= 0 {
			if w.line[i] = slices.Delete(l, at, at+1); len(w.line[i]) == 0 {
				w.line = slices.Delete(w.line, i, i+1)
			}
			return true
		}
	}
	return false
}

func (w *workers) give() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next()
}

// next hands a worker on. The caller holds mu.
func (w *workers) next() {
	if len(w.drawn) > 0 && (!w.last || len(w.line) == 0) {
		w.last = true
		close(w.drawn[0].turn)
		w.drawn = slices.Delete(w.drawn, 0, 1)
		return
	}
	if w.last = false; len(w.line) == 0 {
		w.free++
		return
	}
	first := w.line[0]
	w.line = slices.Delete(w.line, 0, 1)
	close(first[0].turn)
	if len(first) > 1 { // its next one goes behind the others
		w.line = append(w.line, slices.Delete(first, 0, 1))
	}
}
