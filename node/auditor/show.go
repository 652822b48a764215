package auditor

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// shown is a fault with everything that shows it.
type shown struct {
	finding *Finding
	// call makes the transaction of evidence and, where Finding.Task is not nil, its proof.
	call func(e contracts.Evidence, proof []byte) protocol.Call
}

// show collects what shows a fault. blame is set instead if what the block reads of an
// earlier one is wrong there: then that block holds the first fault.
func (j *judge) show(ctx context.Context, s *claimed, f trace.Fault, pick step.Pick) (out *shown, blame *step.Block, err error) {
	switch f.Kind {
	case trace.WrongStep:
		return j.showStep(ctx, s, f, pick)
	case trace.WrongKey:
		return j.showKey(ctx, s, f)
	case trace.SeamIn, trace.SeamOut:
		out, err = j.showSeam(ctx, s, f)
	case trace.NoElement:
		out, err = j.showDigest(ctx, s, f)
	case trace.NoToken:
		out, err = j.showToken(s.own.T + 1 - len(j.b.Prompt))
	default:
		err = fmt.Errorf("fault of kind %d: %w", f.Kind, protocol.ErrInternal)
	}
	return out, nil, err
}

func (j *judge) showStep(ctx context.Context, s *claimed, f trace.Fault, pick step.Pick) (*shown, *step.Block, error) {
	st, err := j.m.arch.Statement(f.Step, s.own.Token, pick)
	if err != nil {
		return nil, nil, err
	}
	weights, err := j.m.check(ctx, j.a.deps.Chain)
	if err != nil {
		return nil, nil, err
	}
	var earlier *claimed
	g, err := trace.Gather(ctx, st, trace.Pair{Own: s.own, Theirs: s.theirs}, func(t int) (trace.Pair, error) {
		var err error
		if earlier, err = j.block(ctx, step.Block{T: t, L: s.own.L}); err != nil {
			return trace.Pair{}, err
		}
		return trace.Pair{Own: earlier.own, Theirs: earlier.theirs}, nil
	}, weights)
	if errors.Is(err, protocol.ErrConflict) && earlier != nil {
		return nil, &earlier.own.Block, nil
	}
	if err != nil {
		return nil, nil, err
	}
	p := contracts.StepProof{
		Step: contracts.Step{T: uint32(f.Step.T), L: uint32(f.Step.L), Vector: uint16(f.Step.Vector), Row: uint32(f.Step.Row), Col: uint32(f.Step.Col),
			Witness: uint32(f.Step.Witness), Padding: f.Step.Padding},
		Opening: contracts.SignedOpening(s.source.kept.Opening, s.source.kept.Signature),
		DigestA: g.A.Digest, DigestB: g.B.Digest, DigestO: g.O.Digest,
		PathA: contracts.Hashes(g.A.Path), PathB: contracts.Hashes(g.B.Path), PathO: contracts.Hashes(g.O.Path),
		Submitter: j.a.cfg.Submitter,
	}
	if earlier != nil {
		p.Earlier = contracts.SignedOpening(earlier.source.kept.Opening, earlier.source.kept.Signature)
	}
	kind := contracts.FaultWrongStep
	if st.Op == step.OpPick {
		kind = contracts.FaultPick
	}
	if err := j.inputs(&p, f.Step, st.Op == step.OpPick, pick); err != nil {
		return nil, nil, err
	}
	task := &Task{Statement: st, A: g.A.Words, B: g.B.Words, O: g.O.Words, Submitter: j.a.cfg.Submitter, Deadline: j.c.Deadline}
	at := j.a.deps.Chain.Addresses()
	return &shown{j.finding(s, f, kind, task), func(e contracts.Evidence, proof []byte) protocol.Call {
		p.Proof = proof
		return at.ProveFault(e, p)
	}}, nil, nil
}

// inputs fills in what steps read that is in no opening: the token that a block embeds, and
// of a pick the token, the parameters and the noise.
func (j *judge) inputs(p *contracts.StepProof, s step.Step, picks bool, pick step.Pick) (err error) {
	prompt := len(j.b.Prompt)
	switch {
	case picks:
		if p.Token, err = j.tokenLeaf(protocol.TagOutput, j.b.Output, s.T+1-prompt); err != nil {
			return err
		}
		p.Params = j.b.Params
		if j.params.TemperatureMilli == 0 {
			return nil
		}
		position := uint64(s.T) + 1
		p.NoiseA = noiseLeaf(j.params.Seed, position, uint32(s.Witness))
		p.NoiseB = noiseLeaf(j.params.Seed, position, uint32(pick.Token))
	case s.L == 0 && !s.Padding && s.T < prompt:
		p.Token, err = j.tokenLeaf(protocol.TagPrompt, j.b.Prompt, s.T)
	case s.L == 0 && !s.Padding:
		p.Token, err = j.tokenLeaf(protocol.TagOutput, j.b.Output, s.T-prompt)
	}
	return err
}

func noiseLeaf(seed [32]byte, position uint64, id uint32) contracts.NoiseLeaf {
	data, path := runtime.NoisePath(runtime.NoiseWord(seed, position, id))
	return contracts.NoiseLeaf{Entries: [2][32]byte{[32]byte(data[:32]), [32]byte(data[32:64])}, Path: contracts.Hashes(path)}
}

// tokenLeaf returns the leaf that holds token i of a list.
func (j *judge) tokenLeaf(tag protocol.Tag, ids []uint32, i int) (contracts.TokenLeaf, error) {
	leaf, err := leafOfToken(j.b, j.salts, tag, ids, i)
	return leaf.bind(), err
}

func (j *judge) showToken(index int) (*shown, error) {
	leaf, err := j.tokenLeaf(protocol.TagOutput, j.b.Output, index)
	if err != nil {
		return nil, err
	}
	at, submitter := j.a.deps.Chain.Addresses(), j.a.cfg.Submitter
	f := &Finding{Kind: contracts.FaultToken, Name: fmt.Sprintf("output token %d", index)}
	return &shown{f, func(e contracts.Evidence, _ []byte) protocol.Call {
		return at.ProveToken(e, uint32(index), leaf, submitter)
	}}, nil
}

// opened is a digest of a claimed block with its path.
func opened(ctx context.Context, s *claimed, id step.VectorID, c int) (contracts.OpenedDigest, error) {
	digest, path, err := s.theirs.Path(ctx, id, c)
	return contracts.OpenedDigest{Opening: contracts.SignedOpening(s.source.kept.Opening, s.source.kept.Signature), Vector: uint16(id), Chunk: uint32(c),
		Digest: digest, Path: contracts.Hashes(path)}, err
}

func (j *judge) showDigest(ctx context.Context, s *claimed, f trace.Fault) (*shown, error) {
	d, err := opened(ctx, s, f.Step.Vector, f.Chunk)
	if err != nil {
		return nil, err
	}
	at, submitter := j.a.deps.Chain.Addresses(), j.a.cfg.Submitter
	return &shown{j.finding(s, f, contracts.FaultDigest, nil), func(e contracts.Evidence, _ []byte) protocol.Call {
		return at.ProveBadDigest(e, d, submitter)
	}}, nil
}

func (j *judge) showKey(ctx context.Context, s *claimed, f trace.Fault) (*shown, *step.Block, error) {
	here, there, t, err := j.m.arch.Opposite(s.own.Block, f.Step.Row, f.Step.Col)
	if err != nil {
		return nil, nil, err
	}
	other, err := j.block(ctx, step.Block{T: t, L: s.own.L})
	if err != nil {
		return nil, nil, err
	}
	a, err := opened(ctx, s, step.VectorID(here.Outer), here.Inner)
	if err != nil {
		return nil, nil, err
	}
	b, err := opened(ctx, other, step.VectorID(there.Outer), there.Inner)
	if err != nil {
		return nil, nil, err
	}
	if a.Digest == b.Digest { // the same wrong key in both: it is wrong where it was made
		return nil, &other.own.Block, nil
	}
	at, submitter := j.a.deps.Chain.Addresses(), j.a.cfg.Submitter
	return &shown{j.finding(s, f, contracts.FaultKeys, nil), func(e contracts.Evidence, _ []byte) protocol.Call {
		return at.ProveKeys(e, a, b, uint32(t), uint32(f.Step.Col), submitter)
	}}, nil, nil
}

// chunkLeaves gets the chunk leaves under the boundary leaf behind a block.
func (j *judge) chunkLeaves(s *claimed, leaf common.Hash) error {
	n := (j.m.arch.Width + chunk.MaxInt32 - 1) / chunk.MaxInt32
	if j.c.State == Asking {
		return j.askLeaves(s, n)
	}
	x, err := j.peer.need(wire.Evidence{Want: wire.WantLeaves, T: uint32(s.own.T), L: uint32(s.own.L)}, n, 1<<protocol.MerkleDepth(n))
	if err != nil {
		return err
	}
	if protocol.MerkleRoot(x.Hashes) != leaf {
		return notServed("the chunk leaves served are not those of boundary (%d, %d)", s.own.T, s.own.L)
	}
	s.source.kept.Leaves = x.Hashes
	return nil
}

// showSeam shows with the words that are right that one of the two hashes of them is not:
// the opening's digest at the block's beginning, the boundary's leaf at its end.
func (j *judge) showSeam(ctx context.Context, s *claimed, f trace.Fault) (*shown, error) {
	if f.Chunk < 0 {
		return j.showChunks(ctx, s, f)
	}
	id, layers := f.Step.Vector, j.m.arch.Layers
	words, err := s.own.Chunk(id, f.Chunk)
	if err != nil {
		return nil, err
	}
	digest, path, err := s.theirs.Path(ctx, id, f.Chunk)
	if err != nil {
		return nil, err
	}
	t, err := j.boundaries(ctx)
	if err != nil {
		return nil, err
	}
	boundary := s.own.L
	if f.Kind == trace.SeamIn {
		boundary-- // the boundary before the block is agreed
	}
	count := s.own.Layout[id].Chunks()
	chunks := s.source.kept.Leaves
	if f.Kind == trace.SeamIn || count == 1 {
		chunks = nil
		for c := range count {
			w, err := s.own.Chunk(id, c)
			if err != nil {
				return nil, err
			}
			chunks = append(chunks, chunk.Leaf(w))
		}
		if f.Kind == trace.SeamOut {
			chunks = []common.Hash{t.node(0, s.own.T*(layers+1)+boundary)}
		}
	}
	low, err := protocol.MerklePath(chunks, f.Chunk)
	if err != nil {
		return nil, err
	}
	own := s.own.Digest(id, f.Chunk)
	z := step.BindPoint(chunks[f.Chunk], own, words)
	task := &Task{Statement: step.Bind(s.own.Layout[id].Kind, s.own.Layout[id].Length(f.Chunk)), A: words, Point: z, Value: step.BindValue(words, z),
		Right: true, Submitter: j.a.cfg.Submitter, Deadline: j.c.Deadline}
	p := contracts.SeamProof{
		Opening: contracts.SignedOpening(s.source.kept.Opening, s.source.kept.Signature), Vector: uint16(id), Chunk: uint32(f.Chunk),
		Words: wordList(words), WordsDigest: own, Digest: digest, Path: contracts.Hashes(path), Leaf: chunks[f.Chunk],
		LeafPath: contracts.Hashes(append(low, t.path(0, s.own.T*(layers+1)+boundary)...)), TraceSalt: t.salt, Submitter: j.a.cfg.Submitter,
	}
	at := j.a.deps.Chain.Addresses()
	return &shown{j.finding(s, f, contracts.FaultSeam, task), func(e contracts.Evidence, proof []byte) protocol.Call {
		p.Proof = proof
		return at.ProveSeam(e, p)
	}}, nil
}

// showPadding shows a node of the boundary tree that no tree has.
func (j *judge) showPadding(at Node) *shown {
	n := contracts.TreeNode{Level: uint8(at.Level), Index: uint64(at.Index), Hash: at.Hash, Path: contracts.Hashes(j.tree.path(at.Level, at.Index))}
	addresses, salt, submitter := j.a.deps.Chain.Addresses(), j.tree.salt, j.a.cfg.Submitter
	f := &Finding{Kind: contracts.FaultPadding, Name: fmt.Sprintf("node %d of level %d of the boundary tree", at.Index, at.Level)}
	return &shown{f, func(e contracts.Evidence, _ []byte) protocol.Call {
		return addresses.ClaimTraceTree(e, n, salt, submitter)
	}}
}

// showSalt shows that the trace root hides the provider's tree under another salt than the request's
// secret makes: nobody but the provider could say what it commits to.
func (j *judge) showSalt(t *tree) (*shown, error) {
	if j.salts != nil || t.salt == j.traceSalt() {
		return nil, fmt.Errorf("show a salt that nothing contradicts: %w", protocol.ErrInternal)
	}
	leaf, err := leafOfToken(j.b, nil, protocol.TagPrompt, j.b.Prompt, 0)
	if err != nil {
		return nil, err
	}
	c := claimOf(ClaimSalt, j.b)
	c.Secret, c.Tokens, c.Salt, c.Root = j.b.Secret, &leaf, t.salt, t.root()
	return j.comparison(c, "salt of the trace root"), nil
}

// showChunks shows a chunk behind the last one of a boundary, where the chunks themselves
// are right.
func (j *judge) showChunks(ctx context.Context, s *claimed, f trace.Fault) (*shown, error) {
	below := newTree(s.source.kept.Leaves, nil)
	at, ok := below.crooked(s.own.Layout[f.Step.Vector].Chunks())
	if !ok {
		return nil, notServed("no chunk leaf under boundary (%d, %d) differs", s.own.T, s.own.L)
	}
	t, err := j.boundaries(ctx)
	if err != nil {
		return nil, err
	}
	boundary := s.own.T*(j.m.arch.Layers+1) + s.own.L
	n := contracts.TreeNode{Level: uint8(at.Level), Index: uint64(boundary<<(below.depth()-at.Level) | at.Index), Hash: at.Hash,
		Path: contracts.Hashes(append(below.path(at.Level, at.Index), t.path(0, boundary)...))}
	addresses, salt, submitter := j.a.deps.Chain.Addresses(), t.salt, j.a.cfg.Submitter
	finding := j.finding(s, f, contracts.FaultPadding, nil)
	finding.Chunk = at.Index
	return &shown{finding, func(e contracts.Evidence, _ []byte) protocol.Call {
		return addresses.ClaimChunkTree(e, n, salt, submitter)
	}}, nil
}

func hashOf(parts ...[]byte) common.Hash { return crypto.Keccak256Hash(parts...) }

func wordList(words []byte) [][32]byte {
	out := make([][32]byte, len(words)/chunk.WordBytes)
	for i := range out {
		out[i] = [32]byte(words[i*chunk.WordBytes:])
	}
	return out
}
