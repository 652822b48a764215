package queue_test

import (
	"context"
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/queue"
)

// gated proves when it is told to, and notes in which order.
type gated struct {
	turn chan struct{}
	made chan *circuit.StepInput
}

func (g gated) Prove(_ context.Context, s *circuit.StepInput, _ bool) (prover.Proof, circuit.Inputs, error) {
	g.made <- s
	<-g.turn
	return prover.Proof{}, circuit.Inputs{}, nil
}

func TestTheNearestDeadlineIsProvenFirst(t *testing.T) {
	g := gated{make(chan struct{}), make(chan *circuit.StepInput, 8)}
	loads := 0
	waiting := make(chan queue.Event, 16)
	metrics := prometheus.NewRegistry()
	q, err := queue.New(queue.Config{Max: 4, Metrics: metrics, Load: func(context.Context) (queue.Prover, error) { loads++; return g, nil },
		Progress: func(e queue.Event) {
			if e.Stage == queue.Waiting {
				waiting <- e
			}
		}})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	done := make(chan error, 8)
	steps := map[uint64]*circuit.StepInput{}
	ask := func(deadline uint64) {
		steps[deadline] = &circuit.StepInput{}
		s := steps[deadline]
		go func() { _, err := q.Prove(t.Context(), queue.Job{Step: s, Deadline: deadline}); done <- err }()
		<-waiting
	}
	ask(100)
	require.Same(t, steps[100], <-g.made, "the first is at work")
	for _, deadline := range []uint64{0, 300, 50, 200} {
		ask(deadline)
	}
	_, err = q.Prove(t.Context(), queue.Job{Step: &circuit.StepInput{}})
	require.ErrorIs(t, err, protocol.ErrUnavailable, "the line is full")
	require.Equal(t, 4, q.Status().Waiting)
	require.Equal(t, map[string]float64{"dgrid_prover_waiting": 4, "dgrid_prover_proving": 1, "dgrid_prover_keys_loaded": 1}, now(t, metrics))
	for _, deadline := range []uint64{50, 200, 300, 0} {
		g.turn <- struct{}{}
		require.NoError(t, <-done)
		require.Same(t, steps[deadline], <-g.made, "deadline %d", deadline)
	}
	g.turn <- struct{}{}
	require.NoError(t, <-done)
	require.Equal(t, 1, loads, "keys are loaded once")
	require.Equal(t, map[string]float64{"dgrid_prover_waiting": 0, "dgrid_prover_proving": 0, "dgrid_prover_keys_loaded": 1}, now(t, metrics))
	stop()
	require.NoError(t, <-ended)
	_, err = q.Prove(t.Context(), queue.Job{Step: &circuit.StepInput{}})
	require.ErrorIs(t, err, protocol.ErrUnavailable)
}

// now is what the metrics say of the queue as it is.
func now(t *testing.T, metrics *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := metrics.Gather()
	require.NoError(t, err)
	values := map[string]float64{}
	for _, f := range families {
		switch f.GetName() {
		case "dgrid_prover_waiting", "dgrid_prover_proving", "dgrid_prover_keys_loaded":
			values[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	return values
}

func TestWhoLeavesIsNotProven(t *testing.T) {
	g := gated{make(chan struct{}), make(chan *circuit.StepInput, 8)}
	waiting := make(chan struct{}, 8)
	q, err := queue.New(queue.Config{Load: func(context.Context) (queue.Prover, error) { return g, nil }, Progress: func(e queue.Event) {
		if e.Stage == queue.Waiting {
			waiting <- struct{}{}
		}
	}})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	done := make(chan error, 2)
	first := &circuit.StepInput{}
	go func() { _, err := q.Prove(t.Context(), queue.Job{Step: first}); done <- err }()
	<-waiting
	require.Same(t, first, <-g.made)
	leaving, leave := context.WithCancel(t.Context())
	go func() { _, err := q.Prove(leaving, queue.Job{Step: &circuit.StepInput{}}); done <- err }()
	<-waiting
	leave()
	require.ErrorIs(t, <-done, context.Canceled)
	require.Zero(t, q.Status().Waiting)
	g.turn <- struct{}{}
	require.NoError(t, <-done)
	stop()
	require.NoError(t, <-ended)
	require.Empty(t, g.made)
}

func TestKeysThatFailToLoadAreTriedAgain(t *testing.T) {
	broken, loads := errors.New("no keys"), 0
	g := gated{make(chan struct{}, 1), make(chan *circuit.StepInput, 1)}
	q, err := queue.New(queue.Config{Load: func(context.Context) (queue.Prover, error) {
		if loads++; loads == 1 {
			return nil, broken
		}
		return g, nil
	}})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	_, err = q.Prove(t.Context(), queue.Job{Step: &circuit.StepInput{}})
	require.ErrorIs(t, err, broken)
	g.turn <- struct{}{}
	_, err = q.Prove(t.Context(), queue.Job{Step: &circuit.StepInput{}})
	require.NoError(t, err)
	stop()
	require.NoError(t, <-ended)
}
