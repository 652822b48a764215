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

// made is a model and a block of a shape in which only the chunks of one step exist: all
// other leaves are drawn. The paths are as deep as the real ones, the chunks as long.
type made struct {
	header  []byte
	arch    step.Arch
	leaves  []common.Hash // under the weights root
	root    common.Hash   // of the block
	in      *circuit.StepInput
	proof   contracts.StepProof
	version common.Hash
}

// makeUp makes a wrong running sum of the model's largest matrix.
func makeUp(t testing.TB, w *world, s shape) *made {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(s.header.Dim), 1))
	encoded := s.header.Encode()
	arch, err := step.ParseArch(encoded[:])
	require.NoError(t, err)
	at := step.Step{Block: step.Block{T: s.T - 1, L: arch.Layers}, Vector: step.GateSums, Row: arch.FFN / 2}
	layout, err := arch.Layout(at.Block)
	require.NoError(t, err)
	at.Col = layout[at.Vector].Cols - 1
	st, err := arch.Statement(at, 0, step.Pick{})
	require.NoError(t, err)
	m := &made{header: encoded[:], arch: arch, in: &circuit.StepInput{Statement: st, Submitter: auditing.Address}}
	m.fill(t, r)

	roots, leaves := make([]common.Hash, st.O.Leaf.Outers), make([]common.Hash, arch.WeightLeaves())
	for i := range roots {
		roots[i] = randomHash(r)
	}
	for i := range leaves {
		leaves[i] = randomHash(r)
	}
	leaves[0] = protocol.HashLeaf(m.header)
	p := contracts.StepProof{Step: contracts.Step{T: uint32(at.T), L: uint32(at.L), Vector: uint16(at.Vector), Row: uint32(at.Row), Col: uint32(at.Col)},
		Submitter: auditing.Address}
	var inner [3][]common.Hash
	for i, x := range []struct {
		o      step.Operand
		words  []byte
		digest *[32]byte
		tree   []common.Hash
	}{{st.A, m.in.A, &p.DigestA, roots}, {st.B, m.in.B, &p.DigestB, leaves}, {st.O, m.in.O, &p.DigestO, roots}} {
		d, err := commit.NewDigester().DigestAny(x.o.Kind, x.o.Length, x.words)
		require.NoError(t, err)
		*x.digest = d
		for range protocol.MerkleDepth(x.o.Leaf.Inners) {
			inner[i] = append(inner[i], randomHash(r))
		}
		x.tree[x.o.Leaf.Outer] = protocol.MerkleRootFromPath(d, x.o.Leaf.Inner, inner[i])
	}
	for i, x := range []struct {
		o    step.Operand
		path *[][32]byte
		tree []common.Hash
	}{{st.A, &p.PathA, roots}, {st.B, &p.PathB, leaves}, {st.O, &p.PathO, roots}} {
		outer, err := protocol.MerklePath(x.tree, x.o.Leaf.Outer)
		require.NoError(t, err)
		*x.path = contracts.Hashes(append(inner[i], outer...))
	}
	m.leaves, m.root, m.proof = leaves, protocol.MerkleRoot(roots), p

	path, err := protocol.MerklePath(leaves, 0)
	require.NoError(t, err)
	manifest := protocol.Manifest{Kind: protocol.KindLLM, Class: protocol.ClassProven, SpecVersion: commit.SpecVersion, WeightsRoot: protocol.MerkleRoot(leaves),
		TokenizerHash: common.Hash{1}, Creator: admin.Address, Name: s.name}
	w.must(admin, w.at.Publish(manifest, m.header, path))
	m.version = contracts.VersionID(manifest)
	return m
}

// fill draws the three chunks; the claimed sum is not theirs.
func (m *made) fill(t testing.TB, r *rand.Rand) {
	t.Helper()
	st := m.in.Statement
	a, q, o := make([]int16, st.A.Length), make([]int8, st.B.Length), make([]chunk.Wide, st.O.Length)
	scales := make([]uint32, (len(q)+31)/32)
	for i := range a {
		a[i] = int16(r.Uint32())
	}
	for i := range q {
		q[i] = int8(r.Uint32())
	}
	for i := range scales {
		scales[i] = uint32(r.IntN(1 << 20))
	}
	for i := range o {
		o[i] = chunk.WideOf(r.Int64N(1 << 40))
	}
	var err error
	m.in.A = chunk.PackInt16(nil, a)
	m.in.B, err = chunk.PackWeights(nil, q, scales)
	require.NoError(t, err)
	m.in.O, err = chunk.PackWide(nil, o)
	require.NoError(t, err)
	right, err := m.in.Reference()
	require.NoError(t, err)
	require.False(t, right)
}

// disputed signs an answer of a made-up model, pays it or not, and convicts it.
func (m *made) disputed(t testing.TB, w *world, T int, paid bool, system proving) (outcome, protocol.Call) {
	t.Helper()
	const output = 16
	x := &text{m: &served{arch: m.arch, version: m.version}, prompt: make([]uint32, T+1-output), output: make([]uint32, output), finish: protocol.FinishLength}
	a := w.answered(x, accomplice, accompliceKey)
	if paid {
		line, r := make([]sumLeaf, 1023), rand.New(rand.NewPCG(2, 2))
		for i := range line {
			line[i] = sumLeaf{randomHash(r), protocol.NewAmount(1000)}
		}
		a.redeem(line, 700)
	}
	o := protocol.Opening{ReceiptHash: a.hash, T: m.proof.Step.T, L: m.proof.Step.L, BlockRoot: m.root}
	sig, err := w.domain.Sign(accompliceKey.key, o)
	require.NoError(t, err)
	p := m.proof
	p.Opening = contracts.SignedOpening(o, sig)
	if m.proof.Proof == nil { // it speaks of the block, whatever receipt that is of
		m.proof.Proof, err = system.prove(m.in, false)
		require.NoError(t, err)
		p.Proof = m.proof.Proof
	}
	call := w.at.ProveFault(a.evidence(), p)
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
		m := makeUp(t, w, s)
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

	if os.Getenv("DGRID_DISPUTES_WRITE") != "" {
		raw, err := json.MarshalIndent(list, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join("figures", "figures.json"), append(raw, '\n'), 0o644))
		return
	}
	kept, err := figures.Disputes()
	require.NoError(t, err)
	require.Len(t, kept, len(list))
	for i, f := range list {
		require.InEpsilon(t, kept[i].Gas, f.Gas, 0.02, "%s: run with DGRID_DISPUTES_WRITE=1 and commit the file", f.Shape)
		require.Equal(t, kept[i].Withheld, f.Withheld)
	}
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
