package disputes

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// provides is what an auditor can ask a provider off chain.
type provides interface {
	serveBoundaries() ([]common.Hash, bool)
	serveParts(at step.Block) ([]common.Hash, bool)
	serveOpening(at step.Block) (protocol.Opening, protocol.Bytes, trace.Source, bool)
}

// auditor holds what a requester or relayer hands to any auditor: request, receipt and
// tokens. It knows nothing of lies.
type auditor struct {
	at             contracts.Addresses
	m              *served
	prompt, output []uint32
	params         protocol.Params
	secret         common.Hash
	evidence       contracts.Evidence
	provider       provides
	submitter      common.Address
	system         proving

	leaves  []common.Hash
	opener  *trace.Opener
	claimed map[step.Block]*claimed
	// boundaries and under are what is known of the tree of boundaries and of the chunks
	// under the one at fault, where leaves and chunk leaves are not; else nil.
	boundaries, under *view
	// what was found, for counting
	fault     trace.Fault
	op        step.Op
	statement step.Statement
}

// claimed is a block as it is, as claimed, and who signed that.
type claimed struct {
	trace.Pair
	signed bindings.SignedOpening
	// path is that of a chunk up to the block root, where no more of the opening is known;
	// else nil.
	path func(id step.VectorID, c int) []common.Hash
}

var (
	errRight  = errors.New("the receipt is right")
	errSilent = errors.New("the provider does not serve")
)

// auditorOf hands an answer's tokens to an auditor.
func auditorOf(a *answer, submitter common.Address, system proving) *auditor {
	return &auditor{at: a.w.at, m: a.m, prompt: a.prompt, output: a.output, params: a.params, secret: a.secret, evidence: a.evidence(),
		provider: a, submitter: submitter, system: system, claimed: map[step.Block]*claimed{}}
}

// accuse replays the answer and, if it is wrong, returns the one transaction that shows it.
func (j *auditor) accuse(ctx context.Context) (protocol.Call, error) {
	report, err := trace.Replay(ctx, j.m.Model, j.prompt, j.output, j.params)
	if err != nil {
		return protocol.Call{}, err
	}
	right := protocol.TraceRoot(j.secret, report.Root) == j.evidence.Receipt.TraceRoot
	if right && report.WrongToken < 0 {
		return protocol.Call{}, errRight
	}
	j.opener, j.leaves = report.Opener(), report.Leaves
	if !right {
		leaves, ok := j.provider.serveBoundaries()
		if !ok {
			return protocol.Call{}, fmt.Errorf("boundaries: %w", errSilent)
		}
		if protocol.TraceRoot(j.secret, protocol.MerkleRoot(leaves)) != j.evidence.Receipt.TraceRoot {
			return protocol.Call{}, fmt.Errorf("boundaries of another root: %w", errSilent)
		}
		j.leaves = leaves
	}
	for i, leaf := range j.leaves {
		if inside := i < len(report.Leaves); inside == (leaf == common.Hash{}) && report.WrongToken < 0 {
			return j.padding(i)
		}
	}
	for i, id := range j.output {
		if int(id) >= j.m.arch.Vocabulary {
			leaf := (&text{}).tokenLeaf(j.secret, protocol.TagOutput, j.output, i)
			return j.at.ProveToken(j.evidence, uint32(i), leaf, j.submitter), nil
		}
	}
	first, ok := report.FirstDifference(j.leaves)
	if !ok {
		return protocol.Call{}, fmt.Errorf("a wrong receipt without a difference: %w", protocol.ErrInternal)
	}
	return j.find(ctx, first)
}

func (j *auditor) padding(at int) (protocol.Call, error) {
	path, err := protocol.MerklePath(j.leaves, at)
	if err != nil {
		return protocol.Call{}, err
	}
	n := contracts.TreeNode{Index: uint64(at), Hash: j.leaves[at], Path: contracts.Hashes(path)}
	return j.at.ClaimTraceTree(j.evidence, n, protocol.LeafSalt(j.secret, protocol.TagTrace, 0), j.submitter), nil
}

func (j *auditor) open(ctx context.Context, at step.Block) (*claimed, error) {
	if c := j.claimed[at]; c != nil {
		return c, nil
	}
	own, err := j.opener.Open(ctx, at)
	if err != nil {
		return nil, err
	}
	o, sig, source, ok := j.provider.serveOpening(at)
	if !ok {
		return nil, fmt.Errorf("block (%d, %d): %w", at.T, at.L, errSilent)
	}
	theirs, err := trace.NewOpening(j.m.arch, at, o.BlockRoot, source)
	if err != nil {
		return nil, err
	}
	j.claimed[at] = &claimed{trace.Pair{Own: own, Theirs: theirs}, contracts.SignedOpening(o, sig), nil}
	return j.claimed[at], nil
}

func (j *auditor) end(at step.Block) trace.End {
	if at.L > j.m.arch.Layers {
		return trace.End{}
	}
	parts, _ := j.provider.serveParts(at)
	return trace.End{Leaf: j.leaves[at.T*(j.m.arch.Layers+1)+at.L], Chunks: parts}
}

// find shows the first fault in the claims about a block whose inputs are agreed.
func (j *auditor) find(ctx context.Context, at step.Block) (protocol.Call, error) {
	here, err := j.open(ctx, at)
	if err != nil {
		return protocol.Call{}, err
	}
	found, err := trace.Locate(ctx, here.Pair, j.end(at), func(t int) (trace.Pair, error) {
		c, err := j.open(ctx, step.Block{T: t, L: at.L})
		if err != nil {
			return trace.Pair{}, err
		}
		return c.Pair, nil
	})
	if err != nil {
		return protocol.Call{}, err
	}
	return j.show(ctx, found)
}

// show makes the transaction that shows a fault that was found, or what is wrong with the
// pick of a head that is right.
func (j *auditor) show(ctx context.Context, found trace.Located) (protocol.Call, error) {
	pick, at := step.Pick{}, found.Here.Own.Block
	if found.Kind == trace.None && at.L == j.m.arch.Layers+1 {
		found.Fault, pick = found.Here.Own.WrongPick(j.output[at.T+1-len(j.prompt)], j.params)
	}
	j.fault = found.Fault
	shown := j.claimed[found.Here.Own.Block]
	switch found.Kind {
	case trace.WrongStep:
		return j.wrongStep(ctx, found, pick)
	case trace.WrongKey:
		return j.wrongKey(ctx, shown, found)
	case trace.SeamIn, trace.SeamOut:
		return j.seam(ctx, shown, found.Fault)
	case trace.NoElement:
		d, err := opened(ctx, shown, found.Step.Vector, found.Chunk)
		return j.at.ProveBadDigest(j.evidence, d, j.submitter), err
	}
	return protocol.Call{}, fmt.Errorf("fault of kind %d in block %v: %w", found.Kind, at, protocol.ErrInternal)
}

func (j *auditor) wrongStep(ctx context.Context, found trace.Located, pick step.Pick) (protocol.Call, error) {
	g, err := found.Gather(ctx, pick, j.m.weights)
	if err != nil {
		return protocol.Call{}, err
	}
	j.op, j.statement = g.Statement.Op, g.Statement
	p := stepProof(found.Step, g, j.submitter)
	here, before := j.claimed[found.Here.Own.Block], &claimed{}
	if found.Earlier != nil {
		before = j.claimed[found.Earlier.Own.Block]
	}
	p.Opening, p.Earlier = here.signed, before.signed
	for _, slot := range []struct {
		o    step.Operand
		path *[][32]byte
	}{{g.A.Operand, &p.PathA}, {g.B.Operand, &p.PathB}, {g.O.Operand, &p.PathO}} {
		id, c := step.VectorID(slot.o.Leaf.Outer), slot.o.Leaf.Inner
		if slot.o.Source == step.Opened && here.path != nil {
			*slot.path = contracts.Hashes(here.path(id, c))
		} else if slot.o.Source == step.Earlier && before.path != nil {
			*slot.path = contracts.Hashes(before.path(id, c))
		}
	}
	j.inputs(&p, found.Step, g.Statement.Op, pick)
	if p.Proof, err = j.system.prove(circuit.FromTrace(g, j.submitter), false); err != nil {
		return protocol.Call{}, err
	}
	return j.at.ProveFault(j.evidence, p), nil
}

func stepProof(s step.Step, g trace.Gathered, submitter common.Address) contracts.StepProof {
	return contracts.StepProof{
		Step: contracts.Step{T: uint32(s.T), L: uint32(s.L), Vector: uint16(s.Vector), Row: uint32(s.Row), Col: uint32(s.Col),
			Witness: uint32(s.Witness), Padding: s.Padding},
		DigestA: g.A.Digest, DigestB: g.B.Digest, DigestO: g.O.Digest,
		PathA: contracts.Hashes(g.A.Path), PathB: contracts.Hashes(g.B.Path), PathO: contracts.Hashes(g.O.Path), Submitter: submitter,
	}
}

// inputs fills in what a step reads that is in no opening.
func (j *auditor) inputs(p *contracts.StepProof, s step.Step, op step.Op, pick step.Pick) {
	prompt, x := len(j.prompt), &text{}
	switch {
	case op == step.OpPick:
		p.Token = x.tokenLeaf(j.secret, protocol.TagOutput, j.output, s.T+1-prompt)
		p.Params = j.params.Encode()
		if j.params.TemperatureMilli != 0 {
			position := uint64(s.T) + 1
			p.NoiseA, p.NoiseB = noiseLeaf(j.params.Seed, position, uint32(s.Witness)), noiseLeaf(j.params.Seed, position, uint32(pick.Token))
		}
	case s.L == 0 && !s.Padding && s.T < prompt:
		p.Token = x.tokenLeaf(j.secret, protocol.TagPrompt, j.prompt, s.T)
	case s.L == 0 && !s.Padding:
		p.Token = x.tokenLeaf(j.secret, protocol.TagOutput, j.output, s.T-prompt)
	}
}

func noiseLeaf(seed [32]byte, position uint64, id uint32) contracts.NoiseLeaf {
	data, path := runtime.NoisePath(runtime.NoiseWord(seed, position, id))
	return contracts.NoiseLeaf{Entries: [2][32]byte{[32]byte(data[:32]), [32]byte(data[32:64])}, Path: contracts.Hashes(path)}
}

func opened(ctx context.Context, c *claimed, id step.VectorID, n int) (contracts.OpenedDigest, error) {
	digest, path, err := c.Theirs.Path(ctx, id, n)
	if c.path != nil {
		path = c.path(id, n)
	}
	return contracts.OpenedDigest{Opening: c.signed, Vector: uint16(id), Chunk: uint32(n), Digest: digest, Path: contracts.Hashes(path)}, err
}

func (j *auditor) wrongKey(ctx context.Context, c *claimed, found trace.Located) (protocol.Call, error) {
	here, there, t, err := j.m.arch.Opposite(c.Own.Block, found.Step.Row, found.Step.Col)
	if err != nil {
		return protocol.Call{}, err
	}
	other, err := j.open(ctx, step.Block{T: t, L: c.Own.L})
	if err != nil {
		return protocol.Call{}, err
	}
	a, err := opened(ctx, c, step.VectorID(here.Outer), here.Inner)
	if err != nil {
		return protocol.Call{}, err
	}
	b, err := opened(ctx, other, step.VectorID(there.Outer), there.Inner)
	return j.at.ProveKeys(j.evidence, a, b, uint32(t), uint32(found.Step.Col), j.submitter), err
}

// seam shows with the right words that one of the two hashes of a chunk is not theirs.
func (j *auditor) seam(ctx context.Context, c *claimed, f trace.Fault) (protocol.Call, error) {
	at, id, layers := c.Own.Block, f.Step.Vector, j.m.arch.Layers
	if f.Chunk < 0 {
		if parts, ok := j.provider.serveParts(at); ok {
			return j.paddingUnder(at, parts, c.Own.Layout[id].Chunks())
		}
		return protocol.Call{}, fmt.Errorf("chunk leaves of boundary (%d, %d): %w", at.T, at.L, errSilent)
	}
	words, err := c.Own.Chunk(id, f.Chunk)
	if err != nil {
		return protocol.Call{}, err
	}
	there, err := opened(ctx, c, id, f.Chunk)
	if err != nil {
		return protocol.Call{}, err
	}
	boundary := at.L
	var parts []common.Hash
	if f.Kind == trace.SeamIn {
		boundary--
	}
	leaf := at.T*(layers+1) + boundary
	served, ok := j.provider.serveParts(step.Block{T: at.T, L: boundary})
	if j.boundaries != nil {
		served, ok = nil, false
	}
	switch {
	case f.Kind == trace.SeamOut && j.under != nil:
		for n := range j.under.own {
			parts = append(parts, j.under.node(0, n))
		}
	case f.Kind == trace.SeamOut && ok:
		parts = served
	case f.Kind == trace.SeamOut:
		parts = []common.Hash{j.leaves[leaf]}
	default:
		for n := range c.Own.Layout[id].Chunks() {
			w, err := c.Own.Chunk(id, n)
			if err != nil {
				return protocol.Call{}, err
			}
			parts = append(parts, chunk.Leaf(w))
		}
	}
	low, err := protocol.MerklePath(parts, f.Chunk)
	if err != nil {
		return protocol.Call{}, err
	}
	high, err := protocol.MerklePath(j.leaves, leaf)
	if err != nil {
		return protocol.Call{}, err
	}
	if j.under != nil {
		low = j.under.path(0, f.Chunk)
	}
	if j.boundaries != nil {
		high = j.boundaries.path(0, leaf)
	}
	own, vec := c.Own.Digest(id, f.Chunk), c.Own.Layout[id]
	proof, err := j.system.prove(bindInput(step.Bind(vec.Kind, vec.Length(f.Chunk)), parts[f.Chunk], own, words, j.submitter), true)
	return j.at.ProveSeam(j.evidence, contracts.SeamProof{Opening: c.signed, Vector: uint16(id), Chunk: uint32(f.Chunk), Words: wordList(words),
		WordsDigest: own, Digest: there.Digest, Path: there.Path, Leaf: parts[f.Chunk], LeafPath: contracts.Hashes(append(low, high...)),
		TraceSalt: protocol.LeafSalt(j.secret, protocol.TagTrace, 0), Submitter: j.submitter, Proof: proof}), err
}

// paddingUnder shows a leaf behind the chunks of a boundary.
func (j *auditor) paddingUnder(at step.Block, parts []common.Hash, chunks int) (protocol.Call, error) {
	for i := chunks; i < len(parts); i++ {
		if parts[i] == (common.Hash{}) {
			continue
		}
		low, err := protocol.MerklePath(parts, i)
		if err != nil {
			return protocol.Call{}, err
		}
		leaf := at.T*(j.m.arch.Layers+1) + at.L
		high, err := protocol.MerklePath(j.leaves, leaf)
		n := contracts.TreeNode{Index: uint64(leaf<<protocol.MerkleDepth(chunks) | i), Hash: parts[i], Path: contracts.Hashes(append(low, high...))}
		return j.at.ClaimChunkTree(j.evidence, n, protocol.LeafSalt(j.secret, protocol.TagTrace, 0), j.submitter), err
	}
	return protocol.Call{}, fmt.Errorf("chunk leaves of boundary (%d, %d): %w", at.T, at.L, errSilent)
}

// bindInput is the statement that a digest is that of words, at the point that both
// hashes and the words decide.
func bindInput(st step.Statement, leaf, digest common.Hash, words []byte, submitter common.Address) *circuit.StepInput {
	z := crypto.Keccak256Hash(leaf[:], digest[:], words).Big()
	z.Mod(z, modulus)
	y := new(big.Int)
	for i := len(words) - chunk.WordBytes; i >= 0; i -= chunk.WordBytes {
		y.Mul(y, z).Add(y, new(big.Int).SetBytes(words[i:i+chunk.WordBytes])).Mod(y, modulus)
	}
	return &circuit.StepInput{Statement: st, A: words, Point: common.BigToHash(z), Value: common.BigToHash(y), Submitter: submitter}
}

// modulus is that of BN254's scalar field.
var modulus, _ = new(big.Int).SetString("30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001", 16)

func wordList(words []byte) [][32]byte {
	out := make([][32]byte, len(words)/chunk.WordBytes)
	for i := range out {
		out[i] = [32]byte(words[i*chunk.WordBytes:])
	}
	return out
}
