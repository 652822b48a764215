package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/dgrid-network/dgrid/protocol"
)

// maxExhibits is how many requests for free evidence wait for a recomputation at once.
const maxExhibits = 4

// errAnswerFirst ends the recomputation of an exhibit.
var errAnswerFirst = errors.New("an answer on chain goes first")

// rank says who waits for a recomputation: an answer on chain, due at a block time, or
// who asked for free evidence.
type rank struct {
	onChain bool
	due     uint64 // of an answer on chain
}

// before reports whether r goes before a later comer s.
func (r rank) before(s rank) bool {
	if r.onChain != s.onChain {
		return r.onChain
	}
	return r.onChain && r.due < s.due
}

// turns lets one recomputation run at a time.
//
// INVARIANT: what anybody may ask for nothing never keeps an answer waiting that the
// chain's clock runs for. Answers go first, the earliest due of them before all others;
// one that comes while an exhibit is recomputed ends that.
type turns struct {
	mu      sync.Mutex
	running *turn
	waiting []*turn // in order of arrival
}

type turn struct {
	rank
	given chan struct{} // closed when it may run
	cut   context.CancelCauseFunc
}

// take waits for the turn. It returns the context to recompute under, and what ends the
// turn. It fails with protocol.ErrUnavailable at once if enough exhibits wait, and with
// the cause when ctx ends.
func (t *turns) take(ctx context.Context, r rank) (context.Context, func(), error) {
	run, cut := context.WithCancelCause(ctx)
	me := &turn{rank: r, given: make(chan struct{}), cut: cut}
	if err := t.join(me); err != nil {
		cut(nil)
		return nil, nil, err
	}
	select {
	case <-me.given:
	case <-ctx.Done():
	}
	if ctx.Err() != nil { // also when both came at once
		t.leave(me)
		return nil, nil, fmt.Errorf("wait to recompute an answer: %v: %w", context.Cause(ctx), protocol.ErrExpired)
	}
	return run, func() { t.leave(me) }, nil
}

// join puts a turn in line.
func (t *turns) join(me *turn) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running == nil {
		t.running = me
		close(me.given)
		return nil
	}
	if !me.onChain {
		exhibits := 0
		for _, w := range t.waiting {
			if !w.onChain {
				exhibits++
			}
		}
		if exhibits >= maxExhibits {
			return fmt.Errorf("recompute an answer: busy, %d others wait: %w", exhibits, protocol.ErrUnavailable)
		}
	}
	if me.onChain && !t.running.onChain {
		t.running.cut(errAnswerFirst)
	}
	t.waiting = append(t.waiting, me)
	return nil
}

// leave ends a turn, whether it came or not, and gives the next one.
func (t *turns) leave(me *turn) {
	me.cut(nil)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running != me {
		t.waiting = slices.DeleteFunc(t.waiting, func(w *turn) bool { return w == me })
		return
	}
	t.running = nil
	if len(t.waiting) == 0 {
		return
	}
	first := 0
	for i, w := range t.waiting {
		if w.before(t.waiting[first].rank) {
			first = i
		}
	}
	t.running = t.waiting[first]
	t.waiting = slices.Delete(t.waiting, first, first+1)
	close(t.running.given)
}
