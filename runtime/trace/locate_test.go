package trace_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// spoil changes one bit of a chunk.
func (l *liar) spoil(id step.VectorID, c, bit int) {
	words, err := l.b.Chunk(id, c)
	require.NoError(l.t, err)
	words = append([]byte(nil), words...)
	require.True(l.t, flip(words, 0, bit))
	l.chunk(id, c, words)
}

// A number of columns is shown with the value row of an earlier block, an entry of keys
// with the key row there, unless that row is wrong itself: then its block has the fault.
func TestLocateHopsToTheEarlierBlock(t *testing.T) {
	s := newScene(t, raw.Model(t, raw.Odd(), 12, 1<<14), 5)
	block := func(p int) *trace.Block { return s.blocks[step.Block{T: p, L: 2}] }
	none := func(int) (trace.Pair, error) {
		t.Fatal("no other block is needed")
		return trace.Pair{}, nil
	}
	at := func(p int, l *liar) func(int) (trace.Pair, error) {
		return func(asked int) (trace.Pair, error) {
			require.Equal(t, p, asked)
			return trace.Pair{Own: block(p), Theirs: l.opening()}, nil
		}
	}
	here := block(4)
	locate := func(l *liar, earlier func(int) (trace.Pair, error)) trace.Located {
		t.Helper()
		f, err := trace.Locate(t.Context(), trace.Pair{Own: here, Theirs: l.opening()}, trace.End{}, earlier)
		require.NoError(t, err)
		return f
	}
	honest := lie(t, here)
	require.Equal(t, trace.None, locate(honest, none).Kind)

	columns := lie(t, here)
	columns.spoil(step.Columns, 7, 2*32) // position 2
	f := locate(columns, at(2, lie(t, block(2))))
	require.Equal(t, step.Step{Block: here.Block, Vector: step.Columns, Row: 7, Col: 2}, f.Step)
	require.NotNil(t, f.Earlier)
	g, err := f.Gather(t.Context(), step.Pick{}, s.weights)
	require.NoError(t, err)
	require.Equal(t, step.Earlier, g.A.Source)
	require.True(t, refuted(t, g))

	wrongRow := lie(t, block(2))
	wrongRow.spoil(step.ValueRows, 0, 17)
	f = locate(columns, at(2, wrongRow))
	require.Equal(t, step.Block{T: 2, L: 2}, f.Step.Block)
	require.Equal(t, step.ValueRows, f.Step.Vector)
	g, err = f.Gather(t.Context(), step.Pick{}, s.weights)
	require.NoError(t, err)
	require.True(t, refuted(t, g))

	// The row of the block itself needs no other block.
	own := lie(t, here)
	own.spoil(step.Columns, 7, 4*32)
	f = locate(own, none)
	g, err = f.Gather(t.Context(), step.Pick{}, s.weights)
	require.NoError(t, err)
	require.Equal(t, step.Opened, g.A.Source)
	require.True(t, refuted(t, g))

	words, err := block(3).KeyRow(1, 1)
	require.NoError(t, err)
	require.True(t, flip(words, 0, 20))
	keys := lie(t, here)
	liarsKey := lie(t, block(1))
	liarsKey.chunk(step.KeyRows, 1, words)
	keys.digest(step.Keys, 1*here.Arch.KVHeads+1, liarsKey.digests[step.KeyRows][1])
	f = locate(keys, at(1, lie(t, block(1))))
	require.Equal(t, trace.WrongKey, f.Kind)
	require.NotNil(t, f.Earlier)
	f = locate(keys, at(1, liarsKey))
	require.Equal(t, trace.WrongStep, f.Kind)
	require.Equal(t, step.KeyRows, f.Step.Vector)
	require.Equal(t, 1, f.Step.T)
	g, err = f.Gather(t.Context(), step.Pick{}, s.weights)
	require.NoError(t, err)
	require.True(t, refuted(t, g))

	// A key of the position itself is compared inside the block.
	keys = lie(t, here)
	keys.digest(step.Keys, 4*here.Arch.KVHeads, block(3).Digest(step.KeyRows, 0))
	f = locate(keys, none)
	require.Equal(t, trace.WrongKey, f.Kind)
	require.Nil(t, f.Earlier)
}

// A cheater changes one number and computes everything after it as it should be: the
// first difference is that number, whatever follows.
func TestCheaterWhoComputesOn(t *testing.T) {
	s := newScene(t, raw.Model(t, raw.Odd(), 13, 1<<14), 4)
	for _, id := range []step.VectorID{step.Q, step.Mixed, step.Gated, step.Out} {
		b := s.blocks[step.Block{T: 3, L: 1}]
		numbers := append([]int32(nil), b.Numbers(id).Int32...)
		numbers[5] += 1000
		liar := lie(t, b)
		liar.chunk(id, 0, chunk.PackInt32(nil, numbers))
		for later := int(id) + 1; later <= int(step.Out); later++ {
			if b.Layout[later].Rows > 0 && !b.Layout[later].Digests() {
				liar.spoil(step.VectorID(later), 0, 1)
			}
		}
		f, err := trace.Locate(t.Context(), trace.Pair{Own: b, Theirs: liar.opening()}, trace.End{}, nil)
		require.NoError(t, err)
		require.Equal(t, step.Step{Block: b.Block, Vector: id, Col: 5}, f.Step)
		g, err := f.Gather(t.Context(), step.Pick{}, s.weights)
		require.NoError(t, err)
		require.True(t, refuted(t, g))
	}
}
