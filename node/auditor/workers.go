package auditor

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// workers are places to compute in. Whoever waits for one gets it in the order of their deadlines,
// so that a crowd of new receipts makes none late that is due before them.
type workers struct {
	mu   sync.Mutex
	free int
	line []*waiter // the next one first
}

type waiter struct {
	due  uint64
	turn chan struct{} // closed when a worker is its
}

// take waits for a worker, for what is due at a block time. give hands it back.
func (w *workers) take(ctx context.Context, due uint64) error {
	w.mu.Lock()
	if w.free > 0 {
		w.free--
		w.mu.Unlock()
		return nil
	}
	one := &waiter{due, make(chan struct{})}
	at := slices.IndexFunc(w.line, func(other *waiter) bool { return other.due > due })
	if at < 0 {
		at = len(w.line)
	}
	w.line = slices.Insert(w.line, at, one)
	w.mu.Unlock()
	select {
	case <-one.turn:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if at := slices.Index(w.line, one); at >= 0 {
		w.line = slices.Delete(w.line, at, at+1)
	} else { // it was handed over at this very moment
		w.next()
	}
	return fmt.Errorf("wait for a turn: %w", context.Cause(ctx))
}

func (w *workers) give() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next()
}

// next hands a worker on. The caller holds mu.
func (w *workers) next() {
	if len(w.line) == 0 {
		w.free++
		return
	}
	close(w.line[0].turn)
	w.line = slices.Delete(w.line, 0, 1)
}
