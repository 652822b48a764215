package trainer

import (
	"context"
	"io"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/models/floatref"
	"github.com/dgrid-network/dgrid/protocol"
)

// counting is a source of documents that count upwards from a random start: easy to learn, impossible to guess.
type counting struct{ after func() }

func (c counting) Document(rng *rand.Rand, _ int) ([]int32, []float32) {
	if c.after != nil {
		c.after()
	}
	tokens, weights := []int32{1}, []float32{0}
	for at, n := int32(3+rng.IntN(20)), 5+rng.IntN(20); n > 0; n-- {
		tokens, weights = append(tokens, 3+at%29), append(weights, 1)
		at++
	}
	return tokens, weights
}

func options(steps int) Options {
	return Options{Seed: 5, Steps: steps, Rows: 4, Warmup: 5, Rate: 5e-3, Last: 1e-4, Decay: 0.01, Clip: 1,
		LogEvery: 10, EvalRows: 4, SaveEvery: 10, Log: io.Discard}
}

func TestTrainingLearns(t *testing.T) {
	m, err := NewModel(tinyConfig(), 5)
	require.NoError(t, err)
	r, err := Run(t.Context(), m, counting{}, options(80))
	require.NoError(t, err)
	require.Less(t, r.Validation, 0.5, "a random guess costs 3.4 nats, the first token alone about 0.2")
}

func TestResumedRunIsTheSameRun(t *testing.T) {
	whole, err := NewModel(tinyConfig(), 5)
	require.NoError(t, err)
	_, err = Run(t.Context(), whole, counting{}, options(20))
	require.NoError(t, err)

	o := options(20)
	o.Checkpoint = filepath.Join(t.TempDir(), "state")
	part, err := NewModel(tinyConfig(), 5)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = Run(ctx, part, counting{after: cancel}, o) // the first document ends the run after its step
	require.ErrorIs(t, err, context.Canceled)
	half, step, err := Restore(o.Checkpoint)
	require.NoError(t, err)
	require.Equal(t, 1, step)
	require.Equal(t, part.Params, half.Params)

	fresh, err := NewModel(tinyConfig(), 5)
	require.NoError(t, err)
	_, err = Run(t.Context(), fresh, counting{}, o)
	require.NoError(t, err)
	require.Equal(t, whole.Params, fresh.Params)

	o.Seed++
	_, err = Run(t.Context(), fresh, counting{}, o)
	require.ErrorIs(t, err, protocol.ErrConflict)
}

func TestProcessorsDoNotChangeTheResult(t *testing.T) {
	train := func(procs int) []float32 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		m, err := NewModel(tinyConfig(), 5)
		require.NoError(t, err)
		_, err = Run(t.Context(), m, counting{}, options(5))
		require.NoError(t, err)
		return m.Params
	}
	require.Equal(t, train(1), train(4))
}

// TestCheckpointRunsElsewhere feeds a row to the float reference through the exported file and compares probabilities.
func TestCheckpointRunsElsewhere(t *testing.T) {
	c := tinyConfig()
	m, err := NewModel(c, 11)
	require.NoError(t, err)
	row := randomRow(c, rand.New(rand.NewPCG(3, 3)))
	clear(row.Starts)
	l := newLane(m)
	l.forward(row)
	ref, err := floatref.Parse(m.Checkpoint())
	require.NoError(t, err)
	s := ref.NewSession()
	for i, id := range row.Inputs {
		logits, err := s.Feed(uint32(id))
		require.NoError(t, err)
		p := append([]float32(nil), logits...)
		scale(p, 1/expSum(p, p, 1, 0))
		require.InDeltaSlice(t, l.logits[i*c.Vocab:(i+1)*c.Vocab], p, 1e-5)
	}
}

func TestRunRefusesBadShapes(t *testing.T) {
	c := tinyConfig()
	c.Dim = 33
	_, err := NewModel(c, 1)
	require.ErrorIs(t, err, protocol.ErrInvalid)
	m, err := NewModel(tinyConfig(), 1)
	require.NoError(t, err)
	o := options(1)
	o.Rows = 3
	_, err = Run(t.Context(), m, counting{}, o)
	require.ErrorIs(t, err, protocol.ErrInvalid)
}
