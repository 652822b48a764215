package disputes

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/assert"
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

// Maxima and scale shifts claimed too low, too high and for no reason, in every vector
// that has such claims; any witness that does is right.
func TestReferenceClaimsTooLowAndTooHigh(t *testing.T) {
	base := referenceWorld(t)
	r := rand.New(rand.NewPCG(seeds(t)[0], 8))
	cases, lower := 0, 0
	row(t, "a maximum claimed too low, too high, for no reason (reference)", &cases)
	for _, x := range library(t, r, &world{t: t, models: base.models[:2]}, 1) {
		T := len(x.prompt) + len(x.output) - 1
		at := step.Block{T: T - 1, L: 1}
		b, err := x.opener.Open(t.Context(), at)
		require.NoError(t, err)
		for id, vec := range b.Layout {
			if vec.Op != step.OpAbsMax && vec.Op != step.OpMax {
				continue
			}
			rows := 1
			if full() {
				rows = vec.Rows
			}
			for range rows {
				line := r.IntN(vec.Rows)
				c, place := vec.At(line, 0)
				lies := []claimLie{{-1, 0}, {1, 0}, {-3, 0}, {17, 0}, {1 << 62, 0}, {0, 1 << 40}, {0, -1 << 20}}
				if vec.Op == step.OpMax { // a smaller number, with itself for a witness
					top, best := b.Number(step.VectorID(id), line, 0), b.Number(step.VectorID(id), line, 1)
					for i := range T {
						if n := b.Number(step.Scores, line, i); n != top {
							lies = append(lies, claimLie{int64(n.Lo - top.Lo), int64(i) - int64(best.Lo)})
							lower++
							break
						}
					}
				}
				for _, d := range lies {
					w := base.branch()
					w.t = t
					a := w.answered(x, accomplice, accompliceKey)
					l := a.block(at)
					numbers := make([]chunk.Wide, vec.Length(c))
					for i := range numbers {
						row, col := vec.Index(c, i)
						numbers[i] = b.Number(step.VectorID(id), row, col)
					}
					numbers[place] = numbers[place].Add(chunk.WideOf(d.value))
					numbers[place+1] = numbers[place+1].Add(chunk.WideOf(d.witness))
					words, err := chunk.PackWide(nil, numbers)
					require.NoError(t, err)
					l.setWords(t, step.VectorID(id), c, words)
					a.wrongEnd(t, r, at)
					a.sign()
					j, _ := a.caught(t, r, w.oracle)
					require.Equal(t, trace.WrongStep, j.fault.Kind)
					require.Equal(t, vec.Op, j.op, "%s by %v", vec.Name, d)
					cases++
				}
			}
		}
	}
	require.NotZero(t, lower, "no maximum was claimed with a witness of its own")
}

// claimLie is added to a claim's value and witness.
type claimLie struct{ value, witness int64 }

// A wrong last token, which no later position feeds, and padding of the boundary tree.
func TestReferenceLastTokenAndPadding(t *testing.T) {
	base := referenceWorld(t)
	r := rand.New(rand.NewPCG(seeds(t)[0], 9))
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
func TestReferenceManifestAgainstItsFile(t *testing.T) {
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
	// this file sees the difference before it serves or judges a token.
	leaves := slices.Clone(m.weights.Leaves())
	leaves[len(leaves)/2] = randomElement(rand.New(rand.NewPCG(1, 1)))
	manifest.WeightsRoot = protocol.MerkleRoot(leaves)
	path, err = protocol.MerklePath(leaves, 0)
	require.NoError(t, err)
	w.must(admin, w.at.Publish(manifest, m.header, path))
	require.NotEqual(t, manifest.WeightsRoot, m.weights.Root())
	_, err = trace.NewWeights(m.Model, leaves, nil)
	if err == nil {
		weights, err := trace.NewWeights(m.Model, leaves, nil)
		require.NoError(t, err)
		part := step.Leaf{Outer: len(leaves) / 2, Outers: len(leaves)}
		_, _, err = weights.Path(part)
		require.ErrorIs(t, err, protocol.ErrConflict)
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

// TestThreatModelNamesTests holds docs/threat-model.md to tests that exist.
func TestThreatModelNamesTests(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "threat-model.md"))
	require.NoError(t, err)
	names := regexp.MustCompile("`([\\w./-]+\\.(?:go|sol)):(\\w+)`").FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(names), 50)
	for _, n := range names {
		source, err := os.ReadFile(filepath.Join("..", "..", n[1]))
		if assert.NoError(t, err) {
			assert.True(t, regexp.MustCompile("(func|function) "+n[2]+`\(`).Match(source), n[0])
		}
	}
	// And each mutant names a promise and a test.
	mutants, err := filepath.Glob(filepath.Join("..", "..", "tools", "mutants", "*.patch"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(mutants), 20)
	for _, m := range mutants {
		patch, err := os.ReadFile(m)
		require.NoError(t, err)
		require.Regexp(t, `^promise: .+\n(go: \./[\w/]+ -run \^\w+\$|forge: --match-path \S+ --match-test \w+)\n`, string(patch), m)
	}
}

// Something behind the chunk leaves of one boundary: every chunk is right, and the
// boundary is not.
func TestReferencePaddingUnderABoundary(t *testing.T) {
	base := referenceWorld(t)
	r := rand.New(rand.NewPCG(seeds(t)[0], 11))
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
