package disputes

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/internal/disputes/figures"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/tables"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// shaped are the models that figures are given for: header and positions of a trace.
func shaped(t testing.TB) []shape {
	m, err := runtime.Parse(demo.Container())
	require.NoError(t, err)
	c, ce := tables.SoftmaxScale(64)
	small := runtime.Header{Kind: runtime.KindDecoder, Dim: 576, FFN: 1536, Layers: 30, Heads: 9, KVHeads: 3, HeadDim: 64, Vocab: 49152,
		Positions: 2048, Rotated: 64, Eps: 42950, C: c, CE: ce, BOS: 1, StopIDs: []uint32{2}}
	c, ce = tables.SoftmaxScale(128)
	large := runtime.Header{Kind: runtime.KindDecoder, Dim: 8192, FFN: 28672, Layers: 80, Heads: 64, KVHeads: 8, HeadDim: 128, Vocab: 128256,
		Positions: 8192, Rotated: 128, Eps: 42950, C: c, CE: ce, BOS: 1, StopIDs: []uint32{2}}
	return []shape{{"demo", m.Header(), 48}, {"135M", small, 1024}, {"70B", large, 2048}}
}

type shape struct {
	name   string
	header runtime.Header
	T      int
}

func (s shape) arch(t testing.TB) step.Arch {
	t.Helper()
	header := s.header.Encode()
	arch, err := step.ParseArch(header[:])
	require.NoError(t, err)
	return arch
}

// layout is that of the last layer's block of a position.
func (s shape) layout(t testing.TB, position int) []step.Vector {
	t.Helper()
	arch := s.arch(t)
	layout, err := arch.Layout(step.Block{T: position, L: arch.Layers})
	require.NoError(t, err)
	return layout
}

// wrong is the last number of the middle row of a vector, in the last layer of a position.
func (s shape) wrong(t testing.TB, position int, vector step.VectorID) step.Step {
	t.Helper()
	v := s.layout(t, position)[vector]
	return step.Step{Block: step.Block{T: position, L: s.arch(t).Layers}, Vector: vector, Row: v.Rows / 2, Col: v.Cols - 1}
}

// made is a model and a block of a shape in which only the chunks of one step exist: all
// other leaves are drawn. The paths are as deep as the real ones, the chunks as long.
type made struct {
	arch    step.Arch
	block   *lie // with the wrong chunk
	earlier *lie // that the step reads too, or nil
	in      *circuit.StepInput
	proof   contracts.StepProof
	version common.Hash
}

// makeUp makes a model with a step whose claim is wrong.
func makeUp(t testing.TB, w *world, s shape, at step.Step) *made {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(s.header.Dim), uint64(at.Vector)))
	header := s.header.Encode()
	arch, err := step.ParseArch(header[:])
	require.NoError(t, err)
	st, err := arch.Statement(at, 0, step.Pick{})
	require.NoError(t, err)
	m := &made{arch: arch, block: drawn(t, r, arch, at.Block), in: &circuit.StepInput{Statement: st, Submitter: auditing.Address}}
	m.proof = contracts.StepProof{Step: contracts.Step{T: uint32(at.T), L: uint32(at.L), Vector: uint16(at.Vector), Row: uint32(at.Row), Col: uint32(at.Col)},
		Submitter: auditing.Address}
	if st.A.Source == step.Earlier {
		m.earlier = drawn(t, r, arch, step.Block{T: st.A.T, L: at.L})
	}
	leaves := randomHashes(r, arch.WeightLeaves())
	leaves[0] = protocol.HashLeaf(header[:])
	m.fill(t, r, leaves)
	right, err := m.in.Reference()
	require.NoError(t, err)
	require.False(t, right)

	path, err := protocol.MerklePath(leaves, 0)
	require.NoError(t, err)
	manifest := protocol.Manifest{Kind: protocol.KindLLM, Class: protocol.ClassProven, SpecVersion: commit.SpecVersion, WeightsRoot: protocol.MerkleRoot(leaves),
		TokenizerHash: common.Hash{1}, Creator: admin.Address, Name: s.name}
	w.must(admin, w.at.Publish(manifest, header[:], path))
	m.version = contracts.VersionID(manifest)
	return m
}

// fill draws the chunks that the step reads and puts them into their trees.
func (m *made) fill(t testing.TB, r *rand.Rand, leaves []common.Hash) {
	t.Helper()
	st, p := m.in.Statement, &m.proof
	slots := []struct {
		o      step.Operand
		words  *[]byte
		digest *[32]byte
		path   *[][32]byte
		bits   int           // little enough for a shift in what is read
		inner  []common.Hash // of what is stored
	}{{st.A, &m.in.A, &p.DigestA, &p.PathA, 4, nil}, {st.B, &m.in.B, &p.DigestB, &p.PathB, 4, nil}, {st.O, &m.in.O, &p.DigestO, &p.PathO, 40, nil}}
	trees := map[step.Source]*lie{step.Opened: m.block, step.Earlier: m.earlier}
	for i := range slots {
		x := &slots[i]
		if x.o.Source == step.None {
			continue
		}
		*x.words = drawChunk(t, r, x.o.Kind, x.o.Length, x.bits)
		d, err := commit.NewDigester().DigestAny(x.o.Kind, x.o.Length, *x.words)
		require.NoError(t, err)
		*x.digest = d
		if x.o.Source != step.Stored {
			trees[x.o.Source].setWords(t, step.VectorID(x.o.Leaf.Outer), x.o.Leaf.Inner, *x.words)
			continue
		}
		digests := randomHashes(r, x.o.Leaf.Inners)
		digests[x.o.Leaf.Inner] = d
		x.inner, err = protocol.MerklePath(digests, x.o.Leaf.Inner)
		require.NoError(t, err)
		leaves[x.o.Leaf.Outer] = protocol.MerkleRoot(digests)
	}
	for _, x := range slots { // all trees are whole now
		switch x.o.Source {
		case step.None:
		case step.Stored:
			outer, err := protocol.MerklePath(leaves, x.o.Leaf.Outer)
			require.NoError(t, err)
			*x.path = contracts.Hashes(append(x.inner, outer...))
		default:
			*x.path = trees[x.o.Source].path(t, step.VectorID(x.o.Leaf.Outer), x.o.Leaf.Inner)
		}
	}
}

// drawn is a block of which nothing is known but the shape of its trees.
func drawn(t testing.TB, r *rand.Rand, arch step.Arch, at step.Block) *lie {
	t.Helper()
	layout, err := arch.Layout(at)
	require.NoError(t, err)
	l := &lie{&trace.Block{Block: at, Arch: arch, Layout: layout}, make([]common.Hash, len(layout)), map[step.VectorID][]common.Hash{}, map[[2]int][]byte{}}
	for id, v := range layout {
		if v.Chunks() > 0 { // and none where a model has no bias
			l.digests[step.VectorID(id)] = randomHashes(r, v.Chunks())
			l.roots[id] = protocol.MerkleRoot(l.digests[step.VectorID(id)])
		}
	}
	return l
}

// path is that of a chunk up to the block's root.
func (l *lie) path(t testing.TB, id step.VectorID, c int) [][32]byte {
	t.Helper()
	inner, err := protocol.MerklePath(l.digests[id], c)
	require.NoError(t, err)
	outer, err := protocol.MerklePath(l.roots, int(id))
	require.NoError(t, err)
	return contracts.Hashes(append(inner, outer...))
}

func randomHashes(r *rand.Rand, n int) []common.Hash {
	list := make([]common.Hash, n)
	for i := range list {
		list[i] = randomHash(r)
	}
	return list
}

// drawChunk draws n numbers of a kind, of bits at most.
func drawChunk(t testing.TB, r *rand.Rand, kind chunk.Kind, n, bits int) (words []byte) {
	t.Helper()
	var err error
	number := func(most int) int64 { return r.Int64N(1 << min(bits, most)) }
	switch kind {
	case chunk.Int16:
		words = chunk.PackInt16(nil, draws(n, func() int16 { return int16(number(15)) }))
	case chunk.Int32:
		words = chunk.PackInt32(nil, draws(n, func() int32 { return int32(number(31)) }))
	case chunk.Wide80:
		words, err = chunk.PackWide(nil, draws(n, func() chunk.Wide { return chunk.WideOf(number(40)) }))
	case chunk.Weights:
		words, err = chunk.PackWeights(nil, draws(n, func() int8 { return int8(r.Uint32()) }),
			draws((n+chunk.GroupSize-1)/chunk.GroupSize, func() uint32 { return uint32(number(20)) }))
	default:
		t.Fatalf("no step here reads kind %d", kind)
	}
	require.NoError(t, err)
	return words
}

func draws[T any](n int, one func() T) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = one()
	}
	return list
}

// answered signs an answer of a made-up model, of T positions.
func (m *made) answered(w *world, T int) *answer {
	const output = 16
	x := &text{m: &served{arch: m.arch, version: m.version}, prompt: make([]uint32, T+1-output), output: make([]uint32, output), finish: protocol.FinishLength}
	a := w.answered(x, accomplice, accompliceKey)
	a.lies[m.block.b.Block] = m.block
	if m.earlier != nil {
		a.lies[m.earlier.b.Block] = m.earlier
	}
	return a
}

// inLine pays an answer in a line of 1,024.
func (a *answer) inLine() {
	line, r := make([]sumLeaf, 1023), rand.New(rand.NewPCG(2, 2))
	for i := range line {
		line[i] = sumLeaf{randomHash(r), protocol.NewAmount(1000)}
	}
	a.redeem(line, 700)
}

// accused is the call that convicts an answer of the made-up model.
func (m *made) accused(t testing.TB, a *answer, system proving) protocol.Call {
	t.Helper()
	var err error
	if m.proof.Proof == nil { // it speaks of the block, whatever receipt that is of
		m.proof.Proof, err = system.prove(m.in, false)
		require.NoError(t, err)
	}
	p := m.proof
	p.Opening = a.opening(m.block.b.Block)
	if m.earlier != nil {
		p.Earlier = a.opening(m.earlier.b.Block)
	}
	return a.w.at.ProveFault(a.evidence(), p)
}

// opening is what the provider signed about a block.
func (a *answer) opening(at step.Block) bindings.SignedOpening {
	o, sig, _, _ := a.serveOpening(at)
	return contracts.SignedOpening(o, sig)
}

// disputed signs an answer of a made-up model, pays it or not, and convicts it.
func (m *made) disputed(t testing.TB, w *world, T int, paid bool, system proving) (outcome, protocol.Call) {
	t.Helper()
	a := m.answered(w, T)
	if paid {
		a.inLine()
	}
	call := m.accused(t, a, system)
	got := w.must(auditing, call)
	convicted(t, w, a)
	return got, call
}

// TestProvedDisputesCostTheSame measures whole disputes of three shapes on the real
// contracts with real proofs, holds them to the aims, and compares them with the file that
// `dgrid bench proofs` prints. DGRID_DISPUTES_WRITE=1 writes the file.
func TestProvedDisputesCostTheSame(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	base := newWorld(t, false)
	var list []figures.Dispute
	for _, s := range shaped(t) {
		w := base.branch()
		w.t = t
		m := makeUp(t, w, s, s.wrong(t, s.T-1, step.GateSums))
		unpaid := w.branch()
		unpaid.t = t
		paid, call := m.disputed(t, w, s.T, true, system)
		bare, _ := m.disputed(t, unpaid, s.T, false, system)
		sent := unpackFault(call.Data)
		f := figures.Dispute{Shape: s.name, Width: m.arch.Width, Layers: m.arch.Layers, Positions: s.T, Leaves: s.T * (m.arch.Layers + 1),
			Gas: paid.gas, GasUnpaid: bare.gas, Calldata: paid.calldata, CalldataGas: dataGas(call.Data)}
		public, err := m.in.Inputs(false)
		require.NoError(t, err)
		verify := w.call(w.verifier, "verify", prover.Calldata(prover.Proof(sent.Proof), public))
		alone := w.must(auditing, verify)
		f.VerifierGas = alone.gas - 21_000 - dataGas(verify.Data)
		f.RemainingGas = f.Gas - f.CalldataGas - f.VerifierGas
		f.Withheld, f.WithheldHop, f.Aim = transactions(t, m.arch, s.T)
		list = append(list, f)
		report(t, "| %s | %d gas, %d unpaid | %d bytes of calldata: %d gas | verifier %d | the rest %d | %d transactions when withheld, %d with a hop, aim %d |\n",
			f.Shape, f.Gas, f.GasUnpaid, f.Calldata, f.CalldataGas, f.VerifierGas, f.RemainingGas, f.Withheld, f.WithheldHop, f.Aim)
	}
	low, high := uint64(math.MaxUint64), uint64(0)
	for _, f := range list {
		require.LessOrEqual(t, f.Gas, uint64(600_000), f.Shape)
		low, high = min(low, f.Gas), max(high, f.Gas)
	}
	require.LessOrEqual(t, high-low, uint64(80_000), "between the shapes")

	kept := keptFigures(t, len(list))
	if writes() {
		for i := range list {
			list[i].Paths = kept[i].Paths
		}
		writeFigures(t, list)
		return
	}
	for i, f := range list {
		require.InEpsilon(t, kept[i].Gas, f.Gas, 0.02, "%s: run with DGRID_DISPUTES_WRITE=1 and commit the file", f.Shape)
		require.Equal(t, kept[i].Withheld, f.Withheld)
	}
}

// writes says that what is measured becomes the file.
func writes() bool { return os.Getenv("DGRID_DISPUTES_WRITE") != "" }

// figuresFile is read as it stands: another test of this run may just have written it.
var figuresFile = filepath.Join("figures", "figures.json")

func keptFigures(t testing.TB, shapes int) (kept []figures.Dispute) {
	t.Helper()
	raw, err := os.ReadFile(figuresFile)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &kept))
	require.Len(t, kept, shapes)
	return kept
}

func writeFigures(t testing.TB, list []figures.Dispute) {
	t.Helper()
	raw, err := json.MarshalIndent(list, "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(figuresFile, append(raw, '\n'), 0o644))
}

func dataGas(data []byte) (gas uint64) {
	for _, b := range data {
		if b == 0 {
			gas += 4
		} else {
			gas += 16
		}
	}
	return gas
}
