package disputes

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// Maxima and scale shifts claimed too low, too high and for no reason, in every vector of
// layers and heads that has such claims; any witness that does is right.
func TestReferenceClaimsTooLowAndTooHigh(t *testing.T) {
	base := referenceWorld(t)
	cases, lower, turn, next := 0, map[step.VectorID]int{}, 0, 0
	row(t, "a maximum claimed too low, too high, for no reason (reference)", &cases)
	eachSeed(t, func(t *testing.T, seed uint64) {
		defer func() { turn++ }()
		r := rand.New(rand.NewPCG(seed, 8))
		models := base.models[:2]
		if !full() {
			models = models[turn%2:][:1]
		}
		for _, x := range library(t, r, &world{t: t, models: models}, 1) {
			blocks := []step.Block{{T: len(x.prompt) - 1 + r.IntN(len(x.output)), L: x.m.arch.Layers + 1}}
			for l := range x.m.arch.Layers {
				if full() || l == r.IntN(l+1) { // at least the first
					blocks = append(blocks, step.Block{T: 1 + r.IntN(len(x.prompt)+len(x.output)-2), L: 1 + l})
				}
			}
			for _, at := range blocks {
				b, err := x.opener.Open(t.Context(), at)
				require.NoError(t, err)
				for id, vec := range b.Layout {
					if vec.Op != step.OpAbsMax && vec.Op != step.OpMax {
						continue
					}
					for range size(1, vec.Rows) {
						line := r.IntN(vec.Rows)
						lies := []claimLie{{-1, 0}, {1, 0}, {-3, 0}, {17, 0}, {1 << 62, 0}, {0, 1 << 40}, {0, -1 << 20}}
						if vec.Op == step.OpMax { // a smaller number, with itself for a witness
							if d, ok := smaller(b, step.VectorID(id), line); ok {
								lies = append(lies, d)
								lower[step.VectorID(id)]++
							}
						} else if !full() { // each of them in turn, at one claim or another
							next++
							lies = []claimLie{lies[next%7], lies[(next+3)%7]}
						}
						for _, d := range lies {
							w := base.branch()
							w.t = t
							j := d.told(t, r, w, x, at, step.VectorID(id), line)
							require.Equal(t, trace.WrongStep, j.fault.Kind)
							require.Equal(t, vec.Op, j.op, "%s by %v", vec.Name, d)
							require.Equal(t, at, j.fault.Step.Block)
							cases++
						}
					}
				}
			}
		}
	})
	require.NotZero(t, lower[step.ScoreClaim], "no maximum of scores was claimed with a witness of its own")
	require.NotZero(t, lower[step.LogitClaim], "no maximum of logits was claimed with a witness of its own")
}

// smaller is a number of a row in place of the largest one, with its own place.
func smaller(b *trace.Block, id step.VectorID, line int) (claimLie, bool) {
	top, best := b.Number(id, line, 0), b.Number(id, line, 1)
	source := step.Scores
	if id == step.LogitClaim && b.L > b.Arch.Layers {
		source = step.Logits
	}
	for i := range b.Layout[source].Cols {
		if n := b.Number(source, line, i); n != top {
			return claimLie{int64(n.Lo - top.Lo), int64(i) - int64(best.Lo)}, true
		}
	}
	return claimLie{}, false
}

// told lets an answer lie about a claim, in a layer or in the head behind a wrong token,
// and brings it to a slash.
func (d claimLie) told(t *testing.T, r *rand.Rand, w *world, x *text, at step.Block, id step.VectorID, line int) *auditor {
	t.Helper()
	head := at.L > x.m.arch.Layers
	if head {
		index, v := at.T+1-len(x.prompt), uint32(x.m.arch.Vocabulary)
		x = x.forged(t, index, (x.output[index]+1+r.Uint32N(v-1))%v)
	}
	a := w.answered(x, accomplice, accompliceKey)
	l := a.block(at)
	vec := l.b.Layout[id]
	c, place := vec.At(line, 0)
	numbers := make([]chunk.Wide, vec.Length(c))
	for i := range numbers {
		row, col := vec.Index(c, i)
		numbers[i] = l.b.Number(id, row, col)
	}
	numbers[place] = numbers[place].Add(chunk.WideOf(d.value))
	numbers[place+1] = numbers[place+1].Add(chunk.WideOf(d.witness))
	words, err := chunk.PackWide(nil, numbers)
	require.NoError(t, err)
	l.setWords(t, id, c, words)
	if !head {
		a.wrongEnd(t, r, at)
	}
	a.sign()
	j, _ := a.caught(t, r, w.oracle)
	return j
}

// claimLie is added to a claim's value and witness.
type claimLie struct{ value, witness int64 }

// A wrong last token, which no later position feeds, and padding of the boundary tree.
func TestReferenceLastTokenAndPadding(t *testing.T) {
	eachSeed(t, lastTokenAndPadding)
}

func lastTokenAndPadding(t *testing.T, seed uint64) {
	base := referenceWorld(t)
	r := rand.New(rand.NewPCG(seed, 9))
	for _, x := range library(t, r, base, 1) {
		w := base.branch()
		w.t = t
		last := len(x.output) - 1
		y := x.forged(t, last, (x.output[last]+1+uint32(r.IntN(x.m.arch.Vocabulary-1)))%uint32(x.m.arch.Vocabulary))
		a := w.answered(y, accomplice, accompliceKey)
		j, _ := a.caught(t, r, w.oracle)
		require.Equal(t, step.OpPick, j.op)

		w = base.branch()
		w.t = t
		a = w.answered(x, accomplice, accompliceKey)
		if 1<<protocol.MerkleDepth(len(a.leaves)) > len(a.leaves) {
			a.leaves = append(a.leaves, randomHash(r))
			a.sign()
			a.caught(t, r, w.oracle)
			require.Equal(t, contracts.FaultPadding, w.faultOf(a.hash))
		}
		w = base.branch()
		w.t = t
		a = w.answered(x, accomplice, accompliceKey)
		a.leaves[r.IntN(len(a.leaves))] = common.Hash{} // a hole
		a.sign()
		a.caught(t, r, w.oracle)
		require.Equal(t, contracts.FaultPadding, w.faultOf(a.hash))
	}
}

// A manifest that names a root or header that its file has not.
func TestReferenceManifestAgainstItsFile(t *testing.T) { eachSeed(t, manifestAgainstItsFile) }

func manifestAgainstItsFile(t *testing.T, seed uint64) {
	w := referenceWorld(t)
	m := w.models[0]
	path, err := protocol.MerklePath(m.weights.Leaves(), 0)
	require.NoError(t, err)
	manifest := protocol.Manifest{Kind: protocol.KindLLM, Class: protocol.ClassProven, SpecVersion: commit.SpecVersion, WeightsRoot: m.weights.Root(),
		TokenizerHash: common.Hash{1}, Creator: admin.Address, Name: "contradicts"}
	header := slices.Clone(m.header)
	header[20]++ // one more layer than the file has
	_, err = w.send(admin.Address, w.at.Publish(manifest, header, path))
	require.Error(t, err, "the header is a leaf under the weights root")
	manifest.WeightsRoot = common.Hash{7}
	_, err = w.send(admin.Address, w.at.Publish(manifest, m.header, path))
	require.Error(t, err)

	// A root over another file's tensors under this header can be published; whoever holds
	// this file sees the difference before it serves, and no path of it leads there.
	r := rand.New(rand.NewPCG(seed, 1))
	own, leaves := m.weights.Leaves(), m.weights.Leaves()
	other := 1 + r.IntN(len(leaves)-1)
	leaves[other] = randomElement(r)
	manifest.WeightsRoot = protocol.MerkleRoot(leaves)
	path, err = protocol.MerklePath(leaves, 0)
	require.NoError(t, err)
	w.must(admin, w.at.Publish(manifest, m.header, path))
	require.NotEqual(t, manifest.WeightsRoot, m.weights.Root())
	weights, err := trace.NewWeights(m.Model, leaves, nil)
	require.NoError(t, err)
	for i := 1; i < len(leaves); i++ {
		digest, path, err := weights.Path(step.Leaf{Outer: i, Outers: len(leaves)})
		if i == other {
			require.ErrorIs(t, err, protocol.ErrConflict)
			continue
		}
		require.NoError(t, err)
		inner := path[:len(path)-protocol.MerkleDepth(len(leaves))]
		require.Equal(t, own[i], protocol.MerkleRootFromPath(digest, 0, inner))
		require.Equal(t, manifest.WeightsRoot, protocol.MerkleRootFromPath(own[i], i, path[len(inner):]))
	}
}

// An empty prompt has the root zero under every secret, so that two answers to it could
// differ and both be right. Nobody answers one.
func TestEmptyPromptsAreNotAnswered(t *testing.T) {
	m := raw.Model(t, raw.Odd(), 7, 1<<14)
	_, err := m.NewSession().Generate(t.Context(), nil, runtime.Params{MaxTokens: 4}, func(uint32) error { return nil })
	require.ErrorIs(t, err, protocol.ErrInvalid)
	_, err = trace.Replay(t.Context(), m, nil, []uint32{3}, protocol.Params{})
	require.ErrorIs(t, err, protocol.ErrInvalid)
}

// Something behind the chunk leaves of one boundary: every chunk is right, and the
// boundary is not.
func TestReferencePaddingUnderABoundary(t *testing.T) {
	eachSeed(t, paddingUnderABoundary)
}

func paddingUnderABoundary(t *testing.T, seed uint64) {
	base := referenceWorld(t)
	r := rand.New(rand.NewPCG(seed, 11))
	x := library(t, r, &world{t: t, models: base.models[1:2]}, 1)[0]
	for l := range x.m.arch.Layers + 1 {
		w := base.branch()
		w.t = t
		a := w.answered(x, accomplice, accompliceKey)
		at := step.Block{T: r.IntN(len(x.prompt)), L: l}
		parts := a.tree(bindings.Node{Kind: nodeBoundaryChunks, T: uint32(at.T), L: uint32(at.L)})
		require.Len(t, parts, 3)
		parts = append(parts, randomHash(r))
		a.parts[at] = parts
		a.leaves[at.T*(x.m.arch.Layers+1)+at.L] = protocol.MerkleRoot(parts)
		a.sign()
		a.caught(t, r, w.oracle)
		require.Equal(t, contracts.FaultPadding, w.faultOf(a.hash))
	}
}
