package disputes

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/internal/disputes/figures"
	"github.com/dgrid-network/dgrid/internal/economics"
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
	return lastNumber(step.Block{T: position, L: s.arch(t).Layers}, s.layout(t, position), vector)
}

func lastNumber(at step.Block, layout []step.Vector, vector step.VectorID) step.Step {
	return step.Step{Block: at, Vector: vector, Row: layout[vector].Rows / 2, Col: layout[vector].Cols - 1}
}

// text is an answer of s.T positions, sampled: all but one of its tokens are output, under
// which paths are longest, and its parameters are as long as any.
func (s shape) text() *text {
	x := &text{prompt: make([]uint32, 1), output: make([]uint32, s.T), params: protocol.Params{TemperatureMilli: 1000}, finish: protocol.FinishLength}
	x.output[s.T-1] = uint32(s.header.Vocab - 1)
	for i := range protocol.MaxStopIDs {
		x.params.StopIDs = append(x.params.StopIDs, uint32(s.header.Vocab-protocol.MaxStopIDs+i))
	}
	return x
}

// pick compares the last token with an id that has more noise than any logit of drawn
// chunks makes up for.
func (s shape) pick(t testing.TB) (step.Step, step.Pick) {
	t.Helper()
	x, position := s.text(), uint64(s.T)
	noise := func(id uint32) int32 { return runtime.Noise(runtime.NoiseWord(x.params.Seed, position, id)) }
	token, witness := x.output[s.T-1], uint32(0)
	for noise(witness) < noise(token)+1<<10 {
		witness++
	}
	require.Less(t, witness, uint32(chunk.Int32.Capacity()), "the two logits are to be in two chunks")
	at := step.Step{Block: step.Block{T: s.T - 1, L: s.arch(t).Layers + 1}, Vector: step.Token, Witness: int(witness)}
	return at, step.Pick{Token: int(token), Beta: uint32(runtime.Beta(x.params.TemperatureMilli)), NoiseA: noise(witness), NoiseB: noise(token)}
}

// dearest are, of the steps of the last position that read from the same places, those with
// the longest paths, by what is read.
func (s shape) dearest(t testing.TB) map[string]step.Step {
	t.Helper()
	arch, longest, list := s.arch(t), map[string]int{}, map[string]step.Step{}
	for _, l := range []int{0, arch.Layers, arch.Layers + 1} {
		block := step.Block{T: s.T - 1, L: l}
		layout, err := arch.Layout(block)
		require.NoError(t, err)
		for id, v := range layout {
			if v.Chunks() == 0 || v.Digests() || v.Op == step.OpInput || v.Op == step.OpAbsMax || v.Op == step.OpMax {
				continue // what a claim reads is shorter, and a drawn one may be right
			}
			at := lastNumber(block, layout, step.VectorID(id))
			if v.Op == step.OpColumn {
				at.Col-- // what this position holds itself needs no other block
			}
			st, err := arch.Statement(at, 0, step.Pick{})
			require.NoError(t, err)
			kind := kindOf(st)
			if n := pathOf(st); n > longest[kind] {
				longest[kind], list[kind] = n, at
			}
		}
	}
	list[picked], _ = s.pick(t)
	return list
}

const picked = "a sampled pick"

func kindOf(st step.Statement) string {
	switch {
	case st.Op == step.OpEmbed:
		return "the embedding of a token"
	case st.A.Source == step.Earlier:
		return "an earlier position"
	case st.A.Source == step.Stored || st.B.Source == step.Stored:
		return "weights"
	}
	return "the opening"
}

// pathOf is how many hashes show the chunks of a statement.
func pathOf(st step.Statement) (n int) {
	for _, o := range []step.Operand{st.A, st.B, st.O} {
		n += protocol.MerkleDepth(o.Leaf.Outers) + protocol.MerkleDepth(o.Leaf.Inners)
	}
	return n
}

// made is a model and a block of a shape in which only the chunks of one step exist: all
// other leaves are drawn. The paths are as deep as the real ones, the chunks as long.
type made struct {
	s       shape
	at      step.Step
	pick    step.Pick
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
	m := &made{s: s, at: at, arch: arch, block: drawn(t, r, arch, at.Block)}
	if at.L > arch.Layers && at.Vector == step.Token {
		_, m.pick = s.pick(t)
	}
	x := s.text()
	st, err := arch.Statement(at, int(sequence(x.prompt, x.output)[at.T]), m.pick)
	require.NoError(t, err)
	m.in = &circuit.StepInput{Statement: st, Submitter: auditing.Address}
	m.proof = contracts.StepProof{Step: contracts.Step{T: uint32(at.T), L: uint32(at.L), Vector: uint16(at.Vector), Row: uint32(at.Row), Col: uint32(at.Col),
		Witness: uint32(at.Witness)}, Submitter: auditing.Address}
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
			tree, id, c := trees[x.o.Source], step.VectorID(x.o.Leaf.Outer), x.o.Leaf.Inner
			tree.words[[2]int{int(id), c}] = *x.words
			tree.setDigest(id, c, d)
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

// answered signs an answer of a made-up model.
func (m *made) answered(w *world) *answer {
	x := m.s.text()
	x.m = &served{arch: m.arch, version: m.version}
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
	auditorOf(a, auditing.Address, system).inputs(&p, m.at, m.in.Statement.Op, m.pick)
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
func (m *made) disputed(t testing.TB, w *world, paid bool, system proving) (outcome, protocol.Call) {
	t.Helper()
	a := m.answered(w)
	if paid {
		a.inLine()
	}
	call := m.accused(t, a, system)
	got := w.must(auditing, call)
	convicted(t, w, a)
	return got, call
}

// branched is the world in a life of its own, for a test.
func (w *world) branched(t testing.TB) *world {
	b := w.branch()
	b.t = t
	return b
}

// ideally is a branch with the ideal verifier.
func (w *world) ideally(t testing.TB) *world {
	b := w.branched(t)
	b.ideal = b.oracle
	return b
}

// mostGas is the promise: what a proof of a fault costs at most.
const mostGas = 600_000

// TestProvedDisputesCostTheSame measures whole disputes of three shapes on the real
// contracts, holds them to the aims, and compares them with the file that `dgrid bench
// proofs` prints. A sum of the widest matrix and a sampled pick, the dearest step of all,
// have real proofs; all others, and these two again, are bound by the ideal verifier, which
// costs a little more. DGRID_DISPUTES_WRITE=1 writes the file.
func TestProvedDisputesCostTheSame(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	base := newWorld(t, false)
	var list []figures.Dispute
	for _, s := range shaped(t) {
		w := base.branched(t)
		m := makeUp(t, w, s, s.wrong(t, s.T-1, step.GateSums))
		bound, _ := m.disputed(t, w.ideally(t), true, w.oracle)
		unpaid := w.branched(t)
		m.proof.Proof = nil
		paid, call := m.disputed(t, w, true, system)
		bare, _ := m.disputed(t, unpaid, false, system)
		bounds(t, bound, paid)
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
		f.Steps = s.steps(t, base, system)
		list = append(list, f)
		report(t, "| %s | %d gas, %d unpaid | %d bytes of calldata: %d gas | verifier %d | the rest %d | %d transactions when withheld, %d with a hop, aim %d |\n",
			f.Shape, f.Gas, f.GasUnpaid, f.Calldata, f.CalldataGas, f.VerifierGas, f.RemainingGas, f.Withheld, f.WithheldHop, f.Aim)
	}
	low, high := uint64(math.MaxUint64), uint64(0)
	for _, f := range list {
		require.LessOrEqual(t, f.Gas, uint64(mostGas), f.Shape)
		low, high = min(low, f.Gas), max(high, f.Gas)
		for _, dearest := range f.Steps {
			require.LessOrEqual(t, dearest.Gas, uint64(mostGas), "%s, %s", f.Shape, dearest.Reads)
		}
	}
	require.LessOrEqual(t, high-low, uint64(80_000), "between the shapes")

	kept := keptFigures(t, len(list))
	if writes() {
		for i := range list {
			list[i].Paths, list[i].AskGas, list[i].AnswerGas = kept[i].Paths, kept[i].AskGas, kept[i].AnswerGas
		}
		writeFigures(t, list)
		return
	}
	for i, f := range list {
		require.InEpsilon(t, kept[i].Gas, f.Gas, 0.02, "%s: run with DGRID_DISPUTES_WRITE=1 and commit the file", f.Shape)
		require.Equal(t, kept[i].Withheld, f.Withheld)
		require.Len(t, f.Steps, len(kept[i].Steps))
		for n, dearest := range f.Steps {
			require.Equal(t, kept[i].Steps[n].Reads, dearest.Reads, f.Shape)
			require.InEpsilon(t, kept[i].Steps[n].Gas, dearest.Gas, 0.02, "%s, %s", f.Shape, dearest.Reads)
		}
	}
}

// steps measures the dearest step of every kind with the ideal verifier, and the sampled
// pick with a real proof too.
func (s shape) steps(t testing.TB, base *world, system proving) (list []figures.Step) {
	t.Helper()
	dearest := s.dearest(t)
	for _, kind := range slices.Sorted(maps.Keys(dearest)) {
		w := base.branched(t)
		m := makeUp(t, w, s, dearest[kind])
		bound, _ := m.disputed(t, w.ideally(t), true, w.oracle)
		if kind == picked {
			m.proof.Proof = nil
			real, _ := m.disputed(t, w, true, system)
			bounds(t, bound, real)
		}
		list = append(list, figures.Step{Reads: kind, Gas: bound.gas})
		report(t, "| %s, %s | at most %d gas |\n", s.name, kind, bound.gas)
	}
	return list
}

// bounds checks that the ideal verifier costs no less than the real one, and hardly more.
func bounds(t testing.TB, ideal, real outcome) {
	t.Helper()
	require.LessOrEqual(t, real.gas, ideal.gas)
	require.LessOrEqual(t, ideal.gas, real.gas+1000)
}

// TestProvedAnswersCostLessThanBonds measures, on chain and with real proofs, the dearest
// question and the dearest answer on the way to the longest chunk of a block, of a receipt
// that was paid in a line of 1,024. What the economic model takes them to cost is that, and
// at its price of gas live bonds cover the answer one and a half times, asking is paid
// back, and a bounty is twenty times the dearest dispute.
func TestProvedAnswersCostLessThanBonds(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	base := newWorld(t, false)
	list := keptFigures(t, len(shaped(t)))
	var ask, dearest uint64
	for i, s := range shaped(t) {
		at := s.wrong(t, s.T-1, s.longest(t))
		c := accuse(t, base, s, at)
		c.on(t, "answers", nil, func(q *toll) {
			q.system = system
			q.down(q.a.askTrace(), c.boundary())
			o := c.m.in.Statement.O.Leaf
			q.examine(c.last, step.VectorID(o.Outer), o.Inner)
			report(t, "| %s | dearest question %d gas | dearest answer %d gas |\n", s.name, q.dearestAsk, q.dearestAnswer)
			if !writes() {
				require.InEpsilon(t, list[i].AskGas, q.dearestAsk, 0.02, "%s: run with DGRID_DISPUTES_WRITE=1 and commit the file", s.name)
				require.InEpsilon(t, list[i].AnswerGas, q.dearestAnswer, 0.02, s.name)
			}
			list[i].AskGas, list[i].AnswerGas = q.dearestAsk, q.dearestAnswer
			ask, dearest = max(ask, q.dearestAsk), max(dearest, q.dearestAnswer)
			q.send(c.m.accused(t, q.a, system))
		})
	}
	if writes() {
		writeFigures(t, list)
	}
	require.LessOrEqual(t, ask, uint64(economics.AskGas))
	require.LessOrEqual(t, dearest, uint64(economics.AnswerGas))
	live := deploy.Live(common.Address{}, common.Address{}, common.Address{})
	bond, back := economics.Money(live.Questions.BaseBond.Int64()), economics.Money(live.Questions.AskCost.Int64())
	require.GreaterOrEqual(t, 2*bond, 3*economics.GasCost(economics.AnswerGas), "a bond is 1.5 times the dearest answer")
	require.GreaterOrEqual(t, back, economics.GasCost(economics.AskGas), "what a silence pays back")
	require.GreaterOrEqual(t, economics.Money(live.Bounty.Big().Int64()), 20*economics.GasCost(mostGas), "a bounty is twenty times a dispute")
}

// longest is the first vector of a layer whose middle row lies in a chunk of as many words as any.
func (s shape) longest(t testing.TB) (id step.VectorID) {
	t.Helper()
	most := 0
	for i, v := range s.layout(t, s.T-1) {
		if v.Chunks() == 0 || v.Digests() || v.Op != step.OpLinear && v.Op != step.OpGate {
			continue
		}
		c, _ := v.At(v.Rows/2, v.Cols-1)
		words, err := v.Kind.Words(v.Length(c))
		require.NoError(t, err)
		if words > most {
			most, id = words, step.VectorID(i)
		}
	}
	return id
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
