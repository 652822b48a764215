package auditor

import (
	"context"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

// waiting blocks until so many wait for a worker.
func (w *workers) waiting(n int) {
	for {
		w.mu.Lock()
		there := len(w.drawn)
		for _, l := range w.line {
			there += len(l)
		}
		w.mu.Unlock()
		if there == n {
			return
		}
	}
}

// turns has some wait for the only worker, one after the other, and says in what order they had it.
func (w *workers) turns(t *testing.T, list []claimOn) (order []int) {
	t.Helper()
	had := make(chan int)
	for i, on := range list {
		go func() {
			if w.take(t.Context(), on) == nil {
				had <- i
				w.give()
			}
		}()
		w.waiting(i + 1)
	}
	w.give()
	for range list {
		order = append(order, <-had)
	}
	return order
}

// Of one provider what is due first has the worker first, of what is due together the first come; who goes away takes none.
func TestWorkersAreGivenByDeadline(t *testing.T) {
	t.Parallel()
	w := &workers{}
	impatient, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { left <- w.take(impatient, claimOn{due: 1}) }()
	w.waiting(1)
	leave()
	require.ErrorIs(t, <-left, context.Canceled)
	require.Equal(t, []int{1, 3, 2, 0}, w.turns(t, []claimOn{{due: 30}, {due: 10}, {due: 20}, {due: 10}}))
	require.NoError(t, w.take(t.Context(), claimOn{}))
	w.waiting(0)
}

// Providers have turns one after the other, however many receipts one has and whatever is due first; one that comes again goes
// behind the others. Every other turn is for what was drawn.
func TestProvidersHaveTurns(t *testing.T) {
	t.Parallel()
	junk, liar, third := common.Address{1}, common.Address{2}, common.Address{3}
	w := &workers{}
	require.Equal(t, []int{0, 3, 4, 1, 2}, w.turns(t, []claimOn{{junk, 1, false}, {junk, 2, false}, {junk, 3, false}, {liar, 100, false}, {third, 50, false}}))
	w = &workers{}
	require.Equal(t, []int{4, 0, 3, 2, 1}, w.turns(t, []claimOn{{junk, 1, false}, {junk, 2, false}, {liar, 100, false}, {third, 900, true}, {third, 800, true}}))
}

// A provider that always has something due sooner in line holds up nobody else's receipts.
func TestALaterReceiptHasItsTurn(t *testing.T) {
	t.Parallel()
	junk := claimOn{common.Address{1}, 1, false}
	w := &workers{}
	late := &waiter{claimOn{common.Address{2}, 9, false}, make(chan struct{})}
	w.enter(&waiter{junk, make(chan struct{})})
	w.enter(late)
	for range 2 {
		w.enter(&waiter{junk, make(chan struct{})})
		w.next()
	}
	select {
	case <-late.turn:
	default:
		t.Fatal("it waits after two turns")
	}
}
