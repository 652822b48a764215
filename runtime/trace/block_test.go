package trace_test

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/tables"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

func demoModel(t testing.TB) *runtime.Model {
	t.Helper()
	m, err := runtime.Parse(demo.Container())
	require.NoError(t, err)
	return m
}

// wideHeader has rows of two weight chunks and residuals of three, long one layer
// whose positions pass the capacity of a column.
func wideHeader() runtime.Header {
	h := raw.Odd()
	h.Dim, h.FFN, h.Layers, h.Vocab = 1060, 1034, 1, 33
	return h
}

func longHeader() runtime.Header {
	h := raw.Odd()
	h.Layers, h.Positions, h.QKVBias = 1, 640, false
	return h
}

func ids(seed uint64, n, vocab int) []uint32 {
	r := rand.New(rand.NewPCG(seed, 8))
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(r.IntN(vocab))
	}
	return out
}

// reader decodes the chunks that statements name, once each, and checks each one's
// digest, and the path of every eighth.
type reader struct {
	t       testing.TB
	blocks  map[int]*trace.Block // of one layer, by position
	weights *trace.Weights
	decoded map[string]operand
}

func (r *reader) read(o step.Operand) operand {
	if o.Source == step.None {
		return operand{v: []*big.Int{new(big.Int)}}
	}
	key := fmt.Sprint(o.Source, o.T, o.Leaf)
	if d, ok := r.decoded[key]; ok {
		return d
	}
	var words []byte
	var digest, want common.Hash
	var path []common.Hash
	var err error
	if o.Source == step.Stored {
		words, err = r.weights.Words(o.Leaf)
		require.NoError(r.t, err)
		if want = r.weights.Root(); len(r.decoded)%8 == 0 {
			digest, path, err = r.weights.Path(o.Leaf)
		}
	} else {
		b := r.blocks[o.T]
		require.NotNil(r.t, b, "block of position %d", o.T)
		id := step.VectorID(o.Leaf.Outer)
		require.Equal(r.t, len(b.Layout), o.Leaf.Outers)
		if vec := b.Layout[id]; vec.Digests() {
			words, err = b.KeyRow(vec.Index(o.Leaf.Inner, 0))
		} else {
			words, err = b.Chunk(id, o.Leaf.Inner)
		}
		require.NoError(r.t, err)
		digest, want = b.Digest(id, o.Leaf.Inner), b.Root()
		path, err = b.Path(id, o.Leaf.Inner)
	}
	require.NoError(r.t, err)
	if path != nil {
		got, err := commit.Digest(o.Kind, o.Length, words)
		require.NoError(r.t, err)
		require.Equal(r.t, digest, got, "%+v", o)
		root, err := trace.RootFromPath(digest, o.Leaf, path)
		require.NoError(r.t, err)
		require.Equal(r.t, want, root, "%+v", o)
	}
	d := decode(r.t, o, words)
	r.decoded[key] = d
	return d
}

func decode(t testing.TB, o step.Operand, words []byte) (d operand) {
	var err error
	switch o.Kind {
	case chunk.Int16:
		var v []int16
		v, err = chunk.UnpackInt16(words, o.Length)
		d.v = bigs(v)
	case chunk.Int32:
		var v []int32
		v, err = chunk.UnpackInt32(words, o.Length)
		d.v = bigs(v)
	case chunk.Wide80:
		var v []chunk.Wide
		v, err = chunk.UnpackWide(words, o.Length)
		for _, w := range v {
			d.v = append(d.v, w.Big())
		}
	case chunk.Weights:
		var q []int8
		var m []uint32
		q, m, err = chunk.UnpackWeights(words, o.Length)
		d.v, d.scales = bigs(q), bigs(m)
	default:
		t.Fatalf("operand of kind %d", o.Kind)
	}
	require.NoError(t, err)
	return d
}

func bigs[T int8 | int16 | int32 | uint32](v []T) []*big.Int {
	out := make([]*big.Int, len(v))
	for i, x := range v {
		out[i] = big.NewInt(int64(x))
	}
	return out
}

// with returns o with the number at a place replaced.
func with(o operand, place int, x *big.Int) operand {
	v := append([]*big.Int(nil), o.v...)
	v[place] = x
	return operand{v: v}
}

// checkBlock evaluates the statement of every number, and again with the number
// changed by one. It returns how many numbers it saw.
func (r *reader) checkBlock(b *trace.Block) (numbers int) {
	for id, vec := range b.Layout {
		if vec.Op == step.OpInput || vec.Digests() || vec.Rows == 0 {
			continue
		}
		for row := range vec.Rows {
			for col := range vec.Cols {
				s := step.Step{Block: b.Block, Vector: step.VectorID(id), Row: row, Col: col}
				if vec.Op == step.OpAbsMax || vec.Op == step.OpMax {
					r.checkClaim(b, s)
				} else {
					r.checkNumber(b, s)
				}
				numbers++
			}
		}
	}
	return numbers
}

func (r *reader) checkNumber(b *trace.Block, s step.Step) {
	st, err := b.Arch.Statement(s, b.Token, step.Pick{})
	require.NoError(r.t, err)
	x, y, o := r.read(st.A), r.read(st.B), r.read(st.O)
	if !holds(st, x, y, o) {
		r.t.Fatalf("%s (%d, %d) = %s of block %v does not satisfy %+v", b.Layout[s.Vector].Name, s.Row, s.Col, o.v[st.O.Places[0]], s.Block, st)
	}
	d := int64(1 - 2*((s.Row+s.Col)%2)) // up and down in turn
	if holds(st, x, y, with(o, st.O.Places[0], addBig(o.v[st.O.Places[0]], bi(d)))) {
		r.t.Fatalf("%s (%d, %d) may be %d off in block %v: %+v", b.Layout[s.Vector].Name, s.Row, s.Col, d, s.Block, st)
	}
}

// checkClaim evaluates a claim against every number that it is about. Changed by one,
// a value must fall to some number; a witness too, unless the other one is as good.
func (r *reader) checkClaim(b *trace.Block, s step.Step) {
	stands := func(change int64) bool {
		s := s
		for {
			st, err := b.Arch.Statement(s, 0, step.Pick{})
			require.NoError(r.t, err)
			o := r.read(st.O)
			if change != 0 {
				place := st.O.Places[s.Col]
				o = with(o, place, addBig(o.v[place], bi(change)))
			}
			if !holds(st, r.read(st.A), operand{}, o) {
				return false
			}
			if s.Witness++; s.Witness == int(st.Y) {
				return true
			}
		}
	}
	require.True(r.t, stands(0), "%s of block %v", b.Layout[s.Vector].Name, s.Block)
	if s.Col == 0 {
		require.False(r.t, stands(-1))
		require.False(r.t, stands(1))
		return
	}
	// The witness of this implementation is the lowest, so nothing below it shows the
	// same; unless there is nothing to show.
	if b.Number(s.Vector, s.Row, 1).Lo > 0 && b.Number(s.Vector, s.Row, 0) != (chunk.Wide{}) {
		st, _ := b.Arch.Statement(s, 0, step.Pick{})
		if st.Op == step.OpMax {
			require.False(r.t, stands(-int64(b.Number(s.Vector, s.Row, 1).Lo)), "a lower witness")
		}
	}
}

// The op table, the layout and the runtime agree: every number of every vector is what
// its statement says, and no other.
func TestEveryNumberIsWhatItsStepMakes(t *testing.T) {
	for name, c := range map[string]struct {
		m      *runtime.Model
		blocks []step.Block
	}{
		"odd":       {raw.Model(t, raw.Odd(), 1, 1<<14), []step.Block{{}, {T: 0, L: 1}, {T: 3, L: 2}, {T: 9, L: 1}, {T: 9, L: 3}}},
		"saturated": {raw.Model(t, raw.Odd(), 2, 1<<24), []step.Block{{T: 1}, {T: 2, L: 1}, {T: 7, L: 2}, {T: 7, L: 3}}},
		"wide":      {raw.Model(t, wideHeader(), 3, 1<<14), []step.Block{{T: 1}, {T: 1, L: 1}, {T: 1, L: 2}}},
		"demo":      {demoModel(t), []step.Block{{T: 4}, {T: 0, L: 1}, {T: 12, L: 5}, {T: 12, L: 6}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			weights, err := trace.NewWeights(c.m, nil, nil)
			require.NoError(t, err)
			opener, err := trace.NewOpener(c.m, ids(9, 20, c.m.Header().Vocab))
			require.NoError(t, err)
			total := 0
			for _, at := range c.blocks {
				r := &reader{t: t, blocks: map[int]*trace.Block{}, weights: weights, decoded: map[string]operand{}}
				for s := 0; s < at.T; s++ { // columns read the blocks of earlier positions
					if at.L > 0 && at.L <= c.m.Header().Layers {
						r.blocks[s], err = opener.Open(t.Context(), step.Block{T: s, L: at.L})
						require.NoError(t, err)
					}
				}
				b, err := opener.Open(t.Context(), at)
				require.NoError(t, err)
				r.blocks[at.T] = b
				total += r.checkBlock(b)
			}
			t.Logf("%d numbers", total)
		})
	}
}

// A sequence longer than a chunk's positions: sums over two spans, columns and scores
// of two chunks.
func TestSpansOfALongSequence(t *testing.T) {
	m := raw.Model(t, longHeader(), 4, 1<<14)
	opener, err := trace.NewOpener(m, ids(1, 531, m.Header().Vocab))
	require.NoError(t, err)
	weights, err := trace.NewWeights(m, nil, nil)
	require.NoError(t, err)
	r := &reader{t: t, blocks: map[int]*trace.Block{}, weights: weights, decoded: map[string]operand{}}
	b, err := opener.Open(t.Context(), step.Block{T: 529, L: 1})
	require.NoError(t, err)
	r.blocks[529] = b
	for _, id := range []step.VectorID{step.SoftmaxSums, step.MixSums, step.Mixed} {
		require.Positive(t, b.Numbers(id).Len())
		for row := range b.Layout[id].Rows {
			for col := range b.Layout[id].Cols {
				r.checkNumber(b, step.Step{Block: b.Block, Vector: id, Row: row, Col: col})
			}
		}
	}
	require.Equal(t, 2, b.Layout[step.MixSums].Cols)
	for _, col := range []int{0, 511, 512, 529} {
		for row := range b.Layout[step.Scores].Rows {
			for _, id := range []step.VectorID{step.Scores, step.Softmax} {
				r.checkNumber(b, step.Step{Block: b.Block, Vector: id, Row: row, Col: col})
			}
		}
		if r.blocks[col] == nil {
			r.blocks[col], err = opener.Open(t.Context(), step.Block{T: col, L: 1})
			require.NoError(t, err)
		}
		for row := range b.Layout[step.Columns].Rows {
			r.checkNumber(b, step.Step{Block: b.Block, Vector: step.Columns, Row: row, Col: col})
		}
	}
}

// Blocks end where the forward pass ends, and begin where it begins.
func TestBlocksMeetTheForwardPass(t *testing.T) {
	for name, m := range map[string]*runtime.Model{
		"odd": raw.Model(t, raw.Odd(), 5, 1<<14), "saturated": raw.Model(t, raw.Odd(), 6, 1<<24), "demo": demoModel(t),
	} {
		seq := ids(3, 20, m.Header().Vocab)
		h, logits := map[step.Block][]int32{}, map[int][]int32{}
		s := m.NewSession()
		s.Observe = func(t, l int, x []int32) { h[step.Block{T: t, L: l}] = append([]int32(nil), x...) }
		require.NoError(t, s.Feed(seq[:19], 0, func(t int, x []int32) error {
			logits[t] = append([]int32(nil), x...)
			return nil
		}))
		layers := m.Header().Layers
		opener, err := trace.NewOpener(m, seq)
		require.NoError(t, err)
		roots := map[step.Block]common.Hash{}
		for _, p := range []int{0, 1, 7, 8, 18, 3} { // back and forth
			for l := range layers + 2 {
				at := step.Block{T: p, L: l}
				b, err := opener.Open(t.Context(), at)
				require.NoError(t, err)
				roots[at] = b.Root()
				switch {
				case l == 0:
					require.Equal(t, h[at], b.Numbers(step.EmbedOut).Int32, name)
					continue
				case l <= layers:
					require.Equal(t, h[at], b.Numbers(step.Out).Int32, "%s %v", name, at)
				default:
					require.Equal(t, logits[p], b.Numbers(step.Logits).Int32, "%s %v", name, at)
				}
				require.Equal(t, h[step.Block{T: p, L: l - 1}], b.Numbers(step.In).Int32, "%s %v", name, at)
			}
		}
		// Another opener, straight to the block.
		at := step.Block{T: 8, L: layers}
		b, err := trace.Open(t.Context(), m, seq, at)
		require.NoError(t, err)
		require.Equal(t, roots[at], b.Root())
		// The digests of keys are those of the rows in the blocks they come from.
		for p := range 9 {
			there, err := opener.Open(t.Context(), step.Block{T: p, L: layers})
			require.NoError(t, err)
			for g := range m.Header().KVHeads {
				here, other, position, err := b.Arch.Opposite(at, p, g)
				require.NoError(t, err)
				require.Equal(t, p, position)
				require.Equal(t, there.Digest(step.KeyRows, other.Inner), b.Digest(step.Keys, here.Inner))
			}
		}
	}
}

func TestBlocksThatDoNotExistAreRefused(t *testing.T) {
	m := raw.Model(t, raw.Odd(), 5, 1<<14)
	opener, err := trace.NewOpener(m, []uint32{1, 2, 3, 1 << 20})
	require.NoError(t, err, "the last token is never fed")
	for _, at := range []step.Block{{T: 3}, {T: -1}, {T: 1, L: 4}, {T: 1, L: -1}} {
		_, err := opener.Open(t.Context(), at)
		require.ErrorIs(t, err, protocol.ErrInvalid, "%v", at)
	}
	_, err = trace.NewOpener(m, []uint32{1, 1 << 20, 3})
	require.ErrorIs(t, err, protocol.ErrInvalid)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = opener.Open(ctx, step.Block{T: 2, L: 1})
	require.ErrorIs(t, err, context.Canceled)
	b, err := opener.Open(t.Context(), step.Block{T: 2, L: 1})
	require.NoError(t, err)
	_, err = b.Chunk(step.Keys, 0)
	require.ErrorIs(t, err, protocol.ErrNotFound)
	_, err = b.Chunk(step.QueryWide, 9)
	require.ErrorIs(t, err, protocol.ErrNotFound)
	_, err = b.KeyRow(3, 0)
	require.ErrorIs(t, err, protocol.ErrNotFound)
}

// TestWeightsPathsFromCachedLeaves shows that roots of all tensors are enough.
func TestWeightsPathsFromCachedLeaves(t *testing.T) {
	m := raw.Model(t, raw.Odd(), 5, 1<<14)
	fresh, err := trace.NewWeights(m, nil, nil)
	require.NoError(t, err)
	cached, err := trace.NewWeights(m, fresh.Leaves(), nil)
	require.NoError(t, err)
	arch, err := trace.ArchOf(m)
	require.NoError(t, err)
	at := step.Leaf{Outer: arch.Head().Leaf, Outers: arch.WeightLeaves(), Inner: 5, Inners: arch.Vocabulary}
	d1, p1, err := fresh.Path(at)
	require.NoError(t, err)
	d2, p2, err := cached.Path(at)
	require.NoError(t, err)
	require.Equal(t, d1, d2)
	require.Equal(t, p1, p2)
	root, err := trace.RootFromPath(d1, at, p1)
	require.NoError(t, err)
	require.Equal(t, fresh.Root(), root)
	_, err = trace.RootFromPath(d1, at, p1[1:])
	require.ErrorIs(t, err, protocol.ErrInvalid)

	leaves := fresh.Leaves()
	leaves[at.Outer][0] ^= 1
	wrong, err := trace.NewWeights(m, leaves, nil)
	require.NoError(t, err)
	_, _, err = wrong.Path(at)
	require.ErrorIs(t, err, protocol.ErrConflict)
	_, err = trace.NewWeights(m, leaves[1:], nil)
	require.ErrorIs(t, err, protocol.ErrInvalid)
	at.Inner = arch.Vocabulary
	_, _, err = fresh.Path(at)
	require.ErrorIs(t, err, protocol.ErrNotFound)
}

// BenchmarkOpen times the opening of a layer's block of the demo model and of a layer
// in the shape of SmolLM2-135M, at position 100, without the pass up to it.
func BenchmarkOpen(b *testing.B) {
	c, ce := tables.SoftmaxScale(64)
	big := runtime.Header{Kind: runtime.KindDecoder, Dim: 576, FFN: 1536, Layers: 1, Heads: 9, KVHeads: 3, HeadDim: 64, Vocab: 49152,
		Positions: 2048, Rotated: 64, Eps: 42950, C: c, CE: ce, BOS: 0}
	for _, c := range []struct {
		name string
		m    *runtime.Model
		t, l int
	}{{"demo/layer", demoModel(b), 100, 3}, {"demo/head", demoModel(b), 100, 6}, {"135M/layer", raw.Model(b, big, 1, 1<<14), 100, 1},
		{"135M/layer2000", raw.Model(b, big, 1, 1<<14), 2000, 1}, {"135M/head", raw.Model(b, big, 1, 1<<14), 100, 2}} {
		b.Run(c.name, func(b *testing.B) {
			opener, err := trace.NewOpener(c.m, ids(1, c.t+2, c.m.Header().Vocab))
			require.NoError(b, err)
			_, err = opener.Open(b.Context(), step.Block{T: c.t, L: c.l})
			require.NoError(b, err)
			for b.Loop() {
				if _, err := opener.Open(b.Context(), step.Block{T: c.t, L: c.l}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
