package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/tables"
)

// run feeds ids in stretches of the given sizes and returns all leaves and logits.
func run(t testing.TB, s *runtime.Session, ids []uint32, sizes ...int) (leaves []common.Hash, logits [][]int32) {
	t.Helper()
	s.Reset()
	for i := 0; len(ids) > 0; i++ {
		n := min(sizes[i%len(sizes)], len(ids))
		require.NoError(t, s.Feed(ids[:n], 0, func(_ int, x []int32) error {
			logits = append(logits, append([]int32(nil), x...))
			return nil
		}))
		ids = ids[n:]
	}
	return append(leaves, s.Leaves()...), logits
}

func TestSplittingAndThreadsChangeNothing(t *testing.T) {
	for name, m := range map[string]*runtime.Model{"tiny": tiny(t, 3), "odd": rawModel(t, oddHeader(), 4, 1<<14)} {
		ids := randomIDs(9, 24, 37)
		s := m.NewSession()
		s.Workers = 1
		leaves, logits := run(t, s, ids, 1)
		require.Len(t, leaves, 24*(m.Header().Layers+1))
		for _, sizes := range [][]int{{24}, {2}, {3}, {7, 1}, {9, 5}, {16}} {
			for _, workers := range []int{1, 2, 5} {
				s.Workers = workers
				l, g := run(t, s, ids, sizes...)
				require.Equal(t, leaves, l, "%s in stretches of %v", name, sizes)
				require.Equal(t, logits, g, "%s in stretches of %v", name, sizes)
			}
		}
	}
}

// TestParallelRowsChangeNothing uses matrices wide enough to be split.
func TestParallelRowsChangeNothing(t *testing.T) {
	h := oddHeader()
	h.Layers, h.Dim, h.FFN, h.Vocab = 1, 512, 2311, 2100
	m := rawModel(t, h, 6, 1<<12)
	ids := randomIDs(1, 9, h.Vocab)
	s := m.NewSession()
	s.Workers = 1
	leaves, logits := run(t, s, ids, 1)
	for _, workers := range []int{2, 3, 8} {
		s.Workers = workers
		for _, size := range []int{1, 9} {
			l, g := run(t, s, ids, size)
			require.Equal(t, leaves, l)
			require.Equal(t, logits, g)
		}
	}
	old := goruntime.GOMAXPROCS(1)
	defer goruntime.GOMAXPROCS(old)
	l, g := run(t, m.NewSession(), ids, 4)
	require.Equal(t, leaves, l)
	require.Equal(t, logits, g)
}

func TestLeavesCommitToResiduals(t *testing.T) {
	m := tiny(t, 3)
	s := m.NewSession()
	want := map[[2]int]common.Hash{}
	s.Observe = func(t, l int, h []int32) { want[[2]int{t, l}] = chunk.BoundaryLeaf(h) }
	leaves, _ := run(t, s, randomIDs(2, 11, 300), 11)
	layers := m.Header().Layers
	require.Len(t, want, 11*(layers+1))
	for i, leaf := range leaves {
		require.Equal(t, want[[2]int{i / (layers + 1), i % (layers + 1)}], leaf)
	}
}

func TestGenerateStops(t *testing.T) {
	m := tiny(t, 3)
	ctx := t.Context()
	prompt := []uint32{1, 270, 271}
	params := func(max int) runtime.Params { return runtime.Params{MaxTokens: max} }

	free, err := m.NewSession().Generate(ctx, prompt, params(20), nil)
	require.NoError(t, err)
	require.Equal(t, protocol.FinishLength, free.Finish)
	require.Len(t, free.Output, 20)
	require.Equal(t, 22, free.Positions)

	t.Run("context", func(t *testing.T) {
		s := m.NewSession()
		r, err := s.Generate(ctx, prompt, params(1000), nil)
		require.NoError(t, err)
		require.Equal(t, protocol.FinishContext, r.Finish)
		require.Equal(t, m.Header().Positions, r.Positions)
		require.Len(t, r.Output, m.Header().Positions-len(prompt)+1)
		require.Equal(t, free.Output, r.Output[:20])
	})
	t.Run("full prompt", func(t *testing.T) {
		// A prompt that takes every position still gets the one token after it.
		r, err := m.NewSession().Generate(ctx, make([]uint32, 64), params(5), nil)
		require.NoError(t, err)
		require.Equal(t, protocol.FinishContext, r.Finish)
		require.Len(t, r.Output, 1)
		require.Equal(t, 64, r.Positions)
	})
	t.Run("several reasons at once", func(t *testing.T) {
		p := params(1)
		r, err := m.NewSession().Generate(ctx, make([]uint32, 64), p, nil)
		require.NoError(t, err)
		require.Equal(t, protocol.FinishLength, r.Finish, "length goes before context")
		p.StopIDs = r.Output
		r, err = m.NewSession().Generate(ctx, make([]uint32, 64), p, nil)
		require.NoError(t, err)
		require.Equal(t, protocol.FinishStop, r.Finish, "a stop id goes before both")
	})
	t.Run("stop id", func(t *testing.T) {
		// The fifth token's first occurrence ends the answer and belongs to it.
		p := params(20)
		p.StopIDs = []uint32{free.Output[4]}
		r, err := m.NewSession().Generate(ctx, prompt, p, nil)
		require.NoError(t, err)
		require.Equal(t, protocol.FinishStop, r.Finish)
		n := 0
		for free.Output[n] != free.Output[4] {
			n++
		}
		require.Equal(t, free.Output[:n+1], r.Output)
	})
	t.Run("stop string", func(t *testing.T) {
		var got []uint32
		r, err := m.NewSession().Generate(ctx, prompt, params(20), func(id uint32) error {
			if got = append(got, id); len(got) == 6 {
				return runtime.ErrStop
			}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, protocol.FinishStopString, r.Finish)
		require.Equal(t, free.Output[:6], r.Output)
		require.Equal(t, got, r.Output)
	})
	t.Run("emit fails", func(t *testing.T) {
		broken := errors.New("connection lost")
		r, err := m.NewSession().Generate(ctx, prompt, params(20), func(uint32) error { return broken })
		require.ErrorIs(t, err, broken)
		require.Equal(t, protocol.FinishCancelled, r.Finish)
		require.Equal(t, free.Output[:1], r.Output)
		require.Equal(t, 3, r.Positions)
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(ctx)
		n := 0
		r, err := m.NewSession().Generate(ctx, prompt, params(20), func(uint32) error {
			if n++; n == 7 {
				cancel()
			}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, protocol.FinishCancelled, r.Finish)
		require.Equal(t, free.Output[:7], r.Output)
		require.Equal(t, 9, r.Positions)
		short, err := m.NewSession().Generate(t.Context(), prompt, params(7), nil)
		require.NoError(t, err)
		require.Equal(t, short.Root, r.Root, "a partial answer has the trace of its own length")

		_, err = m.NewSession().Generate(ctx, prompt, params(20), nil)
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("session is reusable", func(t *testing.T) {
		s := m.NewSession()
		for range 2 {
			r, err := s.Generate(ctx, prompt, params(20), nil)
			require.NoError(t, err)
			require.Equal(t, free, r)
		}
	})
}

// TestSessionsShareAModel runs sessions side by side; the race detector watches.
func TestSessionsShareAModel(t *testing.T) {
	m := tiny(t, 3)
	p := runtime.Params{MaxTokens: 20, Params: protocol.Params{TemperatureMilli: 900}}
	want, err := m.NewSession().Generate(t.Context(), []uint32{1, 280}, p, nil)
	require.NoError(t, err)
	var wg sync.WaitGroup
	var got [4]runtime.Result
	for i := range got {
		wg.Go(func() { got[i], _ = m.NewSession().Generate(t.Context(), []uint32{1, 280}, p, nil) })
	}
	wg.Wait()
	for _, r := range got {
		require.Equal(t, want, r)
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	m := tiny(t, 3)
	ok := runtime.Params{MaxTokens: 5}
	for name, c := range map[string]struct {
		prompt []uint32
		p      runtime.Params
	}{
		"empty prompt":      {nil, ok},
		"token too large":   {[]uint32{1, 300}, ok},
		"prompt too long":   {make([]uint32, 65), ok},
		"no new tokens":     {[]uint32{1}, runtime.Params{}},
		"cold temperature":  {[]uint32{1}, runtime.Params{MaxTokens: 1, Params: protocol.Params{TemperatureMilli: 49}}},
		"unordered stop id": {[]uint32{1}, runtime.Params{MaxTokens: 1, Params: protocol.Params{StopIDs: []uint32{4, 3}}}},
	} {
		_, err := m.NewSession().Generate(t.Context(), c.prompt, c.p, nil)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
	s := m.NewSession()
	require.NoError(t, s.Feed(make([]uint32, 60), 99, nil))
	require.ErrorIs(t, s.Feed(make([]uint32, 5), 99, nil), protocol.ErrInvalid)
	require.ErrorIs(t, s.Feed([]uint32{300}, 99, nil), protocol.ErrInvalid)
	require.Equal(t, 60, s.Positions())
}

// TestDecodingDoesNotAllocate keeps the hot path free of garbage.
func TestDecodingDoesNotAllocate(t *testing.T) {
	s := tiny(t, 3).NewSession()
	s.Workers = 1
	id := []uint32{5}
	visit := func(int, []int32) error { return nil }
	run(t, s, make([]uint32, 64), 64)
	s.Reset()
	require.Zero(t, testing.AllocsPerRun(40, func() { _ = s.Feed(id, 0, visit) }))
}

func BenchmarkDecode(b *testing.B) {
	s := stories(b).NewSession()
	s.Workers = 1
	visit := func(int, []int32) error { return nil }
	for b.Loop() {
		if s.Positions() == 256 {
			s.Reset()
		}
		if err := s.Feed([]uint32{uint32(s.Positions() + 5)}, 0, visit); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tok/s")
}

func BenchmarkPrefill(b *testing.B) {
	s := stories(b).NewSession()
	s.Workers = 1
	ids := randomIDs(1, 256, 512)
	for b.Loop() {
		s.Reset()
		if err := s.Feed(ids, 999, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(256*b.N)/b.Elapsed().Seconds(), "tok/s")
}

// BenchmarkHashing prints what the boundary tree costs in per cent of decoding, measured
// side by side: a leaf and a node above it for every boundary. A small model, and one
// with the width of a 135M model and a fifth of its layers, which the share hardly
// depends on. Aim: at most 1 % of the wide one.
func BenchmarkHashing(b *testing.B) {
	wide := oddHeader()
	wide.Layers, wide.Dim, wide.FFN, wide.Vocab, wide.Positions = 6, 576, 1536, 4096, 64
	wide.Heads, wide.KVHeads, wide.HeadDim, wide.Rotated, wide.QKVBias = 9, 3, 64, 64, false
	wide.C, wide.CE = tables.SoftmaxScale(64)
	for name, m := range map[string]*runtime.Model{"tiny": tiny(b, 3), "wide": rawModel(b, wide, 1, 1<<10)} {
		b.Run(name, func(b *testing.B) {
			s, x, h := m.NewSession(), chunk.NewHasher(), make([]int32, m.Header().Dim)
			s.Workers = 1
			var decoding, hashing time.Duration
			for b.Loop() {
				if s.Positions() == m.Header().Positions {
					s.Reset()
				}
				start := time.Now()
				if err := s.Feed([]uint32{5}, 0, func(int, []int32) error { return nil }); err != nil {
					b.Fatal(err)
				}
				middle := time.Now()
				for range m.Header().Layers + 1 {
					leaf := x.BoundaryLeaf(h)
					protocol.HashNode(leaf, leaf)
				}
				decoding, hashing = decoding+middle.Sub(start), hashing+time.Since(middle)
			}
			b.ReportMetric(100*hashing.Seconds()/decoding.Seconds(), "%tree/decode")
			b.ReportMetric(float64(b.N)/decoding.Seconds(), "tok/s")
		})
	}
}
