package trace_test

import (
	"bytes"
	"context"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// liar serves a block with some of it replaced.
type liar struct {
	trace.Source
	t       testing.TB
	b       *trace.Block
	roots   []common.Hash
	digests map[step.VectorID][]common.Hash
	words   map[[2]int][]byte
}

func lie(t testing.TB, b *trace.Block) *liar {
	return &liar{b.Source(), t, b, append([]common.Hash(nil), b.Roots()...), map[step.VectorID][]common.Hash{}, map[[2]int][]byte{}}
}

func (l *liar) Roots(context.Context) ([]common.Hash, error) { return l.roots, nil }

func (l *liar) Digests(ctx context.Context, id step.VectorID) ([]common.Hash, error) {
	if d, ok := l.digests[id]; ok {
		return d, nil
	}
	return l.Source.Digests(ctx, id)
}

func (l *liar) Words(ctx context.Context, id step.VectorID, c int) ([]byte, error) {
	if w, ok := l.words[[2]int{int(id), c}]; ok {
		return w, nil
	}
	return l.Source.Words(ctx, id, c)
}

// digest replaces the digest of a chunk.
func (l *liar) digest(id step.VectorID, c int, d common.Hash) {
	if l.digests[id] == nil {
		l.digests[id] = append([]common.Hash(nil), l.b.Digests(id)...)
	}
	l.digests[id][c] = d
	l.roots[id] = protocol.MerkleRoot(l.digests[id])
}

// chunk replaces the words of a chunk.
func (l *liar) chunk(id step.VectorID, c int, words []byte) {
	vec := l.b.Layout[id]
	d, err := commit.NewDigester().DigestAny(vec.Kind, vec.Length(c), words)
	require.NoError(l.t, err)
	l.words[[2]int{int(id), c}] = words
	l.digest(id, c, d)
}

func (l *liar) opening() *trace.Opening {
	o, err := trace.NewOpening(l.b.Arch, l.b.Block, protocol.MerkleRoot(l.roots), l)
	require.NoError(l.t, err)
	return o
}

// stretched returns words up to the end of the last hashed block.
func stretched(words []byte) []byte {
	n := commit.Blocks(len(words)/32) * commit.Rate * 32
	return append(append(make([]byte, 0, n), words...), make([]byte, n-len(words))...)
}

// refuted says whether a statement about claimed words is false, reading them totally
// and inputs strictly.
func refuted(t testing.TB, g trace.Gathered) bool {
	st, words := g.Statement, stretched(g.O.Words)
	o := operand{}
	for p := range len(words) / 32 * st.O.Kind.Limbs() {
		v, _ := trace.Read(st.O.Kind, words, p)
		o.v = append(o.v, v.Big())
	}
	limbs := st.O.Kind.Limbs()
	word := st.O.Places[0] / limbs * 32
	_, whole := trace.Read(st.O.Kind, words, st.O.Places[0])
	if st.Op == step.OpPad {
		if st.First {
			return new(big.Int).SetBytes(words[word:word+32]).Sign() != 0
		}
		return !whole || o.v[st.O.Places[0]].Sign() != 0
	}
	if !whole {
		return true
	}
	read := func(x trace.Operand) operand {
		if x.Source == step.None {
			return operand{}
		}
		return decode(t, x.Operand, x.Words)
	}
	return !holds(st, read(g.A), read(g.B), o)
}

// scene is a model with every block of a short sequence.
type scene struct {
	m       *runtime.Model
	seq     []uint32
	weights *trace.Weights
	blocks  map[step.Block]*trace.Block
}

func newScene(t testing.TB, m *runtime.Model, n int) *scene {
	t.Helper()
	s := &scene{m: m, seq: ids(31, n+1, m.Header().Vocab), blocks: map[step.Block]*trace.Block{}}
	opener, err := trace.NewOpener(m, s.seq)
	require.NoError(t, err)
	s.weights, err = trace.NewWeights(m, nil, nil)
	require.NoError(t, err)
	for p := range n {
		for l := range m.Header().Layers + 2 {
			at := step.Block{T: p, L: l}
			s.blocks[at], err = opener.Open(t.Context(), at)
			require.NoError(t, err)
		}
	}
	return s
}

// gather collects the chunks of a fault and checks that all paths lead to their roots.
func (s *scene) gather(t testing.TB, b *trace.Block, theirs *trace.Opening, f trace.Fault, pick step.Pick) trace.Gathered {
	t.Helper()
	st, err := b.Arch.Statement(f.Step, b.Token, pick)
	require.NoError(t, err, "%+v", f)
	earlier := func(p int) (trace.Pair, error) {
		e := s.blocks[step.Block{T: p, L: b.L}]
		return trace.Pair{Own: e, Theirs: e.Opening()}, nil
	}
	g, err := trace.Gather(t.Context(), st, trace.Pair{Own: b, Theirs: theirs}, earlier, s.weights)
	require.NoError(t, err)
	for _, o := range []trace.Operand{g.A, g.B, g.O} {
		want := theirs.Root()
		switch o.Source {
		case step.None:
			continue
		case step.Stored:
			want = s.weights.Root()
		case step.Earlier:
			want = s.blocks[step.Block{T: o.T, L: b.L}].Root()
		}
		root, err := trace.RootFromPath(o.Digest, o.Leaf, o.Path)
		require.NoError(t, err)
		require.Equal(t, want, root)
		d, err := commit.NewDigester().DigestAny(o.Kind, o.Length, o.Words)
		require.NoError(t, err)
		require.Equal(t, o.Digest, d)
	}
	return g
}

// flip changes one bit of a word whose place and bit are given, and keeps it a field
// element: false if that cannot be.
func flip(words []byte, word, bit int) bool {
	w := words[word*32 : word*32+32]
	w[31-bit/8] ^= 1 << (bit % 8)
	return commit.IsElement(common.BytesToHash(w))
}

// TestEveryTamperIsFound flips bits anywhere in chunks of any vector: in numbers,
// above the limbs, in padding, in the words behind a chunk that its digest covers. The
// step that comes out is the first wrong place, and its statement is false.
func TestEveryTamperIsFound(t *testing.T) {
	s := newScene(t, raw.Model(t, raw.Odd(), 7, 1<<14), 6)
	r := rand.New(rand.NewPCG(1, 2))
	kinds := map[string]int{}
	for range 1200 {
		b := s.blocks[step.Block{T: r.IntN(6), L: r.IntN(4)}]
		id := step.VectorID(r.IntN(len(b.Layout)))
		vec := b.Layout[id]
		if vec.Op == step.OpInput || vec.Digests() || vec.Rows == 0 {
			continue
		}
		c := r.IntN(vec.Chunks())
		own, err := b.Chunk(id, c)
		require.NoError(t, err)
		words := stretched(own)
		word := r.IntN(len(words) / 32)
		if !flip(words, word, r.IntN(254)) {
			continue
		}
		liar := lie(t, b)
		liar.chunk(id, c, words)
		theirs := liar.opening()
		f, err := b.FirstFault(t.Context(), theirs, trace.End{})
		require.NoError(t, err)
		if f.Kind == trace.None {
			// Only another witness that shows the same may differ.
			require.True(t, vec.Op == step.OpAbsMax || vec.Op == step.OpMax)
			for row := range vec.Rows {
				v, whole := trace.Read(vec.Kind, words, 2*row)
				require.True(t, whole)
				require.Equal(t, b.Number(id, row, 0), v)
			}
			kinds["other witness"]++
			continue
		}
		require.Equal(t, trace.WrongStep, f.Kind)
		require.Equal(t, id, f.Step.Vector)
		require.Equal(t, c, f.Chunk)
		st, err := b.Arch.Statement(f.Step, b.Token, step.Pick{})
		require.NoError(t, err)
		place := st.O.Places[0]
		switch limbs := vec.Kind.Limbs(); {
		case vec.Op == step.OpAbsMax || vec.Op == step.OpMax:
			kinds["claim"]++
		case f.Step.Padding:
			require.GreaterOrEqual(t, place, vec.Length(c))
			kinds["padding"]++
		default:
			require.Equal(t, word, place/limbs)
			kinds["number"]++
		}
		require.True(t, refuted(t, s.gather(t, b, theirs, f, step.Pick{})), "%s: %+v", vec.Name, f)
	}
	t.Logf("%v", kinds)
	for _, k := range []string{"number", "padding", "claim"} {
		require.Positive(t, kinds[k], k)
	}
}

// TestClaimsAreJudgedByWhatTheyShow puts every small value and every witness into
// claims and compares with the statements about all numbers.
func TestClaimsAreJudgedByWhatTheyShow(t *testing.T) {
	s := newScene(t, raw.Model(t, raw.Odd(), 8, 1<<14), 5)
	right := 0
	for _, c := range []struct {
		l  int
		id step.VectorID
	}{{1, step.NormClaim}, {2, step.QueryClaim}, {1, step.KeyClaim}, {2, step.ScoreClaim}, {1, step.MixClaim}, {3, step.LogitClaim}} {
		b := s.blocks[step.Block{T: 4, L: c.l}]
		vec := b.Layout[c.id]
		st, err := b.Arch.Statement(step.Step{Block: b.Block, Vector: c.id}, 0, step.Pick{})
		require.NoError(t, err)
		row := vec.Rows - 1
		value := b.Number(c.id, row, 0)
		for _, d := range []chunk.Wide{{}, chunk.WideOf(1), chunk.WideOf(-1), chunk.WideOf(-30), {Hi: 1 << 10}, {Hi: -1 << 12}} {
			for w := -1; w <= int(st.Y); w++ {
				numbers := append([]chunk.Wide(nil), b.Numbers(c.id).Wide...)
				numbers[2*row], numbers[2*row+1] = value.Add(d), chunk.WideOf(int64(w))
				words, err := chunk.PackWide(nil, numbers)
				require.NoError(t, err)
				liar := lie(t, b)
				liar.chunk(c.id, 0, words)
				theirs := liar.opening()
				f, err := b.FirstFault(t.Context(), theirs, trace.End{})
				require.NoError(t, err)
				all := true
				for x := range int(st.Y) {
					g := s.gather(t, b, theirs, trace.Fault{Step: step.Step{Block: b.Block, Vector: c.id, Row: row, Witness: x}}, step.Pick{})
					if refuted(t, g) {
						all = false
						break
					}
				}
				require.Equal(t, all, f.Kind == trace.None, "%s: value %v off by %v, witness %d", vec.Name, value, d, w)
				if all {
					right++
				} else {
					require.Equal(t, row, f.Step.Row)
					require.True(t, refuted(t, s.gather(t, b, theirs, f, step.Pick{})), "%s: witness %d: %+v", vec.Name, w, f)
				}
			}
		}
	}
	require.Greater(t, right, 6, "some claims have several witnesses")
}

func TestFirstOfSeveralFaults(t *testing.T) {
	small := raw.Odd()
	small.QKVBias = false
	s := newScene(t, raw.Model(t, small, 9, 1<<8), 4)
	b := s.blocks[step.Block{T: 3, L: 2}]
	liar := lie(t, b)
	for _, id := range []step.VectorID{step.Out, step.GateSums, step.Q, step.NormClaim, step.Rsqrt} {
		words, err := b.Chunk(id, 0)
		require.NoError(t, err)
		words = append([]byte(nil), words...)
		require.True(t, flip(words, 0, 3))
		liar.chunk(id, 0, words)
		f, err := b.FirstFault(t.Context(), liar.opening(), trace.End{})
		require.NoError(t, err)
		require.Equal(t, trace.WrongStep, f.Kind)
		require.Equal(t, id, f.Step.Vector)
	}
	// Behind a claim with another witness, inputs are read as they were claimed.
	liar = lie(t, b)
	claim := append([]chunk.Wide(nil), b.Numbers(step.QueryClaim).Wide...)
	at := -1
	for row := range b.Layout[step.QueryClaim].Rows {
		if claim[2*row] == (chunk.Wide{}) {
			at = row // no scale shift: any witness will do
		}
	}
	require.GreaterOrEqual(t, at, 0, "the weights of this model are small")
	claim[2*at+1] = chunk.WideOf((b.Numbers(step.QueryClaim).At(2*at+1).Big().Int64() + 1) % int64(b.Arch.HeadWidth))
	words, err := chunk.PackWide(nil, claim)
	require.NoError(t, err)
	liar.chunk(step.QueryClaim, 0, words)
	rows, err := b.Chunk(step.QueryRows, at)
	require.NoError(t, err)
	rows = append([]byte(nil), rows...)
	require.True(t, flip(rows, 0, 18))
	liar.chunk(step.QueryRows, at, rows)
	theirs := liar.opening()
	f, err := b.FirstFault(t.Context(), theirs, trace.End{})
	require.NoError(t, err)
	require.Equal(t, step.QueryRows, f.Step.Vector)
	g := s.gather(t, b, theirs, f, step.Pick{})
	require.Equal(t, words, g.B.Words)
	require.True(t, refuted(t, g))
}

func TestFaultsWithoutANumber(t *testing.T) {
	s := newScene(t, raw.Model(t, raw.Odd(), 9, 1<<14), 5)
	b := s.blocks[step.Block{T: 4, L: 1}]
	fault := func(l *liar, end trace.End) trace.Fault {
		t.Helper()
		f, err := b.FirstFault(t.Context(), l.opening(), end)
		require.NoError(t, err)
		return f
	}
	at := step.Step{Block: b.Block}
	leaf := chunk.BoundaryLeaf(b.Numbers(step.Out).Int32)

	require.Equal(t, trace.Fault{}, fault(lie(t, b), trace.End{Leaf: leaf}))

	l := lie(t, b)
	l.digest(step.GateSums, 0, common.BytesToHash(bytes.Repeat([]byte{0xff}, 32)))
	at.Vector = step.GateSums
	require.Equal(t, trace.Fault{Kind: trace.NoElement, Step: at}, fault(l, trace.End{}))

	// A digest or a vector that is left out: nobody could be asked for what lies under it.
	l = lie(t, b)
	l.digest(step.GateSums, 0, common.Hash{})
	require.Equal(t, trace.Fault{Kind: trace.NoElement, Step: at}, fault(l, trace.End{}))
	l = lie(t, b)
	l.roots[step.GateSums] = common.Hash{}
	l.digests[step.GateSums] = nil
	require.Equal(t, trace.Fault{Kind: trace.NoElement, Step: at}, fault(l, trace.End{}))
	digest, path, err := l.opening().Path(t.Context(), step.GateSums, 0)
	require.NoError(t, err)
	vec := b.Layout[step.GateSums]
	root, err := trace.RootFromPath(digest, step.Leaf{Outer: int(step.GateSums), Outers: len(b.Layout), Inner: 0, Inners: vec.Chunks()}, path)
	require.NoError(t, err)
	require.Equal(t, l.opening().Root(), root, "it can be shown")

	l = lie(t, b)
	l.digest(step.Keys, 3*b.Arch.KVHeads+1, common.Hash{31: 9})
	at.Vector, at.Row, at.Col = step.Keys, 3, 1
	require.Equal(t, trace.Fault{Kind: trace.WrongKey, Step: at, Chunk: 3*b.Arch.KVHeads + 1}, fault(l, trace.End{}))
	st, err := b.Arch.Statement(step.Step{Block: b.Block, Vector: step.Scores, Col: 3, Row: b.Arch.Heads - 1}, 0, step.Pick{})
	require.NoError(t, err)
	_, err = trace.Gather(t.Context(), st, trace.Pair{Own: b, Theirs: l.opening()}, nil, s.weights)
	require.ErrorIs(t, err, protocol.ErrConflict, "a score is no fault while its key is wrong")

	l = lie(t, b)
	l.digest(step.In, 0, common.Hash{31: 9})
	require.Equal(t, trace.Fault{Kind: trace.SeamIn, Step: step.Step{Block: b.Block}}, fault(l, trace.End{}))

	at = step.Step{Block: b.Block, Vector: step.Out}
	require.Equal(t, trace.Fault{Kind: trace.SeamOut, Step: at}, fault(lie(t, b), trace.End{Leaf: common.Hash{1}}))

	// What no step reads means nothing: absent vectors, leaves behind the last one.
	l = lie(t, b)
	l.digests[step.Keys] = append(append([]common.Hash(nil), b.Digests(step.Keys)...), common.Hash{9})
	l.roots[step.Keys] = protocol.MerkleRoot(l.digests[step.Keys])
	l.roots = append(l.roots, common.Hash{7})
	require.Equal(t, trace.Fault{}, fault(l, trace.End{Leaf: leaf}))

	// What was not signed is as good as nothing.
	for name, spoil := range map[string]func(l *liar){
		"roots":        func(l *liar) { l.roots[3][0] ^= 1 },
		"digests":      func(l *liar) { l.digests[step.Q] = []common.Hash{{1}} },
		"few digests":  func(l *liar) { l.digests[step.Q] = nil },
		"words":        func(l *liar) { l.words[[2]int{int(step.Q), 0}][31] ^= 1 },
		"short words":  func(l *liar) { l.words[[2]int{int(step.Q), 0}] = nil },
		"uneven words": func(l *liar) { w := l.words[[2]int{int(step.Q), 0}]; l.words[[2]int{int(step.Q), 0}] = w[1:] },
	} {
		l := lie(t, b)
		words, err := b.Chunk(step.Q, 0)
		require.NoError(t, err)
		require.True(t, flip(words, 0, 1))
		l.chunk(step.Q, 0, words)
		theirs := l.opening()
		spoil(l)
		_, err = b.FirstFault(t.Context(), theirs, trace.End{})
		require.ErrorIs(t, err, protocol.ErrUnavailable, name)
	}
}

// A boundary of several chunks tells which of them differs, if it is known.
func TestSeamNamesTheChunk(t *testing.T) {
	m := raw.Model(t, wideHeader(), 3, 1<<14)
	b, err := trace.Open(t.Context(), m, []uint32{1, 2}, step.Block{T: 0, L: 1})
	require.NoError(t, err)
	h := b.Numbers(step.Out).Int32
	leaves := []common.Hash{chunk.LeafInt32(h[:512]), chunk.LeafInt32(h[512:1024]), chunk.LeafInt32(h[1024:])}
	f, err := b.FirstFault(t.Context(), b.Opening(), trace.End{Leaf: protocol.MerkleRoot(leaves), Chunks: leaves})
	require.NoError(t, err)
	require.Equal(t, trace.Fault{}, f)
	leaves[1][0] ^= 1
	for _, known := range [][]common.Hash{leaves, nil, leaves[:2]} {
		f, err := b.FirstFault(t.Context(), b.Opening(), trace.End{Leaf: protocol.MerkleRoot(leaves), Chunks: known})
		require.NoError(t, err)
		want := -1
		if len(known) == 3 {
			want = 1
		}
		require.Equal(t, trace.Fault{Kind: trace.SeamOut, Step: step.Step{Block: b.Block, Vector: step.Out}, Chunk: want}, f)
	}
}

// TestPicks checks every token of a small vocabulary under several params: the right
// one stands against every id, every other one falls to the counterexample.
func TestPicks(t *testing.T) {
	s := newScene(t, raw.Model(t, raw.Odd(), 10, 1<<12), 3)
	gapped := 0
	for _, p := range []protocol.Params{{}, {MaxGap: 5}, {TemperatureMilli: 700, Seed: [32]byte{1}}, {TemperatureMilli: 100_000, Seed: [32]byte{2}, MaxGap: 1 << 16},
		{TemperatureMilli: 50_000, MaxGap: 1 << 10}} {
		for at := range 3 {
			b := s.blocks[step.Block{T: at, L: 3}]
			theirs := b.Opening()
			right := runtime.Pick(b.Numbers(step.Logits).Int32, p, uint64(at)+1)
			for token := range uint32(b.Arch.Vocabulary) {
				f, pick := b.WrongPick(token, p)
				if token != right {
					require.Equal(t, trace.WrongStep, f.Kind)
					require.True(t, refuted(t, s.gather(t, b, theirs, f, pick)), "token %d, right %d, %+v", token, right, p)
					if pick.MaxGap != 0 {
						gapped++
					}
					continue
				}
				require.Equal(t, trace.None, f.Kind)
				for x := range uint32(b.Arch.Vocabulary) {
					f := trace.Fault{Step: step.Step{Block: b.Block, Vector: step.Token, Witness: int(x)}}
					require.False(t, refuted(t, s.gather(t, b, theirs, f, trace.PickOf(p, uint64(at)+1, token, x))), "id %d", x)
				}
			}
			f, _ := b.WrongPick(uint32(b.Arch.Vocabulary), p)
			require.Equal(t, trace.NoToken, f.Kind)
		}
	}
	require.Positive(t, gapped)
	f, _ := s.blocks[step.Block{T: 1, L: 1}].WrongPick(0, protocol.Params{})
	require.Equal(t, trace.None, f.Kind)
}
