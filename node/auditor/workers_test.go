package auditor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// waiting blocks until so many wait for a worker.
func (w *workers) waiting(n int) {
	for {
		w.mu.Lock()
		there := len(w.line)
		w.mu.Unlock()
		if there == n {
			return
		}
	}
}

// Workers are given to what is due first, to the first come of those that are due together; who
// goes away takes none.
func TestWorkersAreGivenByDeadline(t *testing.T) {
	w := &workers{free: 1}
	require.NoError(t, w.take(t.Context(), 100))
	order := make(chan int)
	impatient, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	for i, due := range []uint64{30, 10, 20, 10} {
		go func() {
			if w.take(t.Context(), due) == nil {
				order <- i
				w.give()
			}
		}()
		w.waiting(i + 1)
	}
	go func() { left <- w.take(impatient, 1) }()
	w.waiting(5)
	leave()
	require.ErrorIs(t, <-left, context.Canceled)
	w.give()
	for _, want := range []int{1, 3, 2, 0} {
		require.Equal(t, want, <-order)
	}
	require.NoError(t, w.take(t.Context(), 5))
	w.waiting(0)
}
