package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// Questions lists what is asked on chain about this provider's receipts.
// *contracts.QuestionWatch is one.
type Questions interface {
	// Open returns questions that wait for an answer, the most urgent first: those that it
	// could read also when it fails. Where there are very many, others follow at later calls.
	Open(ctx context.Context) ([]contracts.AskedQuestion, error)
	// LastDue returns the last deadline of any question about each receipt that was asked about.
	LastDue(ctx context.Context) (map[common.Hash]uint64, error)
	Addresses() contracts.Addresses
}

// Answers brings calls on chain, each once. *txmgr.Manager is one.
type Answers interface {
	Submit(ctx context.Context, call protocol.Call) (common.Hash, error)
}

// Binder proves that the digest of a chunk is that of its words.
type Binder interface {
	Bind(ctx context.Context, b Binding) (proof []byte, err error)
}

// Binding is the claim of step.OpBind to prove: the polynomial over the words of the
// statement's chunk is Value at Point.
type Binding struct {
	Statement    step.Statement
	Words        []byte
	Point, Value common.Hash
	Submitter    common.Address
	Deadline     uint64 // block time
}

// answerLoop answers questions on chain until ctx ends.
func (p *Provider) answerLoop(ctx context.Context) error {
	if p.deps.Questions == nil || p.deps.Answers == nil {
		return nil
	}
	for {
		select {
		case <-p.deps.After(p.cfg.AnswersEvery):
		case <-ctx.Done():
			return nil
		}
		if err := p.AnswersNow(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("cannot answer every question on chain", "err", err)
		}
	}
}

// roundReplies is how many answers are made before questions are looked for again: the next
// may be more urgent.
const roundReplies = 8

// replies keeps what was answered until its clock is over: a proof made anew would be
// another transaction.
type replies struct {
	mu     sync.Mutex
	round  uint64
	calls  map[asking]protocol.Call
	failed map[asking]uint64 // the round it was tried in last
}

// asking is one time that a question was asked.
type asking struct {
	question common.Hash
	deadline uint64
}

// AnswersNow looks for questions and answers them, the most urgent first, until each was
// tried. One that cannot be answered stops none of the others, and is tried again behind
// those that were not tried yet. No answer waits for another's transaction. An answer is
// named by its content: giving it again sends nothing twice, but for one with a proof after a crash.
func (p *Provider) AnswersNow(ctx context.Context) error {
	p.replies.mu.Lock()
	defer p.replies.mu.Unlock()
	for {
		more, err := p.answerRound(ctx)
		if !more || ctx.Err() != nil {
			return err
		}
		if err != nil {
			p.log.Warn("cannot answer every question on chain", "err", err)
		}
	}
}

// answerRound looks for questions once and makes a few answers. It reports whether there are
// questions that it did not try and no round before it.
func (p *Provider) answerRound(ctx context.Context) (more bool, failed error) {
	open, err := p.deps.Questions.Open(ctx)
	if err != nil {
		failed = fmt.Errorf("list questions: %w", err)
	}
	now, err := p.view.now(ctx)
	if err != nil {
		now = 0 // nothing is known to be over
	}
	open = slices.DeleteFunc(slices.Clone(open), func(q contracts.AskedQuestion) bool { return q.Deadline <= now })
	slices.SortStableFunc(open, func(a, b contracts.AskedQuestion) int { return cmp.Compare(a.Deadline, b.Deadline) })
	p.replies.forget(now)
	p.replies.round++
	var fresh, again []contracts.AskedQuestion
	for _, q := range open {
		at := asking{q.ID, q.Deadline}
		if call, known := p.replies.calls[at]; known {
			failed = errors.Join(failed, p.sendAnswer(ctx, q, call))
		} else if p.replies.failed[at] != 0 {
			again = append(again, q)
		} else {
			fresh = append(fresh, q)
		}
	}
	slices.SortStableFunc(again, func(a, b contracts.AskedQuestion) int {
		return cmp.Compare(p.replies.failed[asking{a.ID, a.Deadline}], p.replies.failed[asking{b.ID, b.Deadline}])
	})
	first := min(len(fresh), max(roundReplies*3/4, roundReplies-len(again)))
	more = first < len(fresh)
	for _, q := range slices.Concat(fresh[:first], again[:min(len(again), roundReplies-first)]) {
		if ctx.Err() != nil {
			return more, errors.Join(failed, context.Cause(ctx))
		}
		failed = errors.Join(failed, p.answer(ctx, q))
	}
	return more, failed
}

// answer makes an answer and hands it to the sender.
func (p *Provider) answer(ctx context.Context, q contracts.AskedQuestion) error {
	at := asking{q.ID, q.Deadline}
	call, err := p.Reply(ctx, q)
	if err != nil {
		p.replies.failed[at] = p.replies.round
		return fmt.Errorf("answer question %s about receipt %s: %w", q.ID, q.Receipt, err)
	}
	call.Deadline = q.Deadline - 1
	p.replies.calls[at] = call
	delete(p.replies.failed, at)
	return p.sendAnswer(ctx, q, call)
}

func (p *Provider) sendAnswer(ctx context.Context, q contracts.AskedQuestion, call protocol.Call) error {
	if _, err := p.deps.Answers.Submit(ctx, call); err != nil {
		return fmt.Errorf("send the answer to question %s about receipt %s: %w", q.ID, q.Receipt, err)
	}
	p.log.Debug("answered on chain", "question", q.ID, "receipt", q.Receipt, "kind", q.Node.Kind)
	return nil
}

// forget drops what no transaction can serve any more. A question that is not listed now may
// be again: after a failed read, or a reorg that took its answer.
func (r *replies) forget(now uint64) {
	if r.calls == nil {
		r.calls, r.failed = map[asking]protocol.Call{}, map[asking]uint64{}
	}
	maps.DeleteFunc(r.calls, func(at asking, _ protocol.Call) bool { return at.deadline <= now })
	maps.DeleteFunc(r.failed, func(at asking, _ uint64) bool { return at.deadline <= now })
}

// Reply makes the transaction that answers a question. It fails with protocol.ErrNotFound
// for a receipt that is not here.
func (p *Provider) Reply(ctx context.Context, q contracts.AskedQuestion) (protocol.Call, error) {
	a, opener, err := p.answered(q.Receipt)
	if err != nil {
		return protocol.Call{}, err
	}
	turn := rank{onChain: true, due: q.Deadline}
	r := Replier{Addresses: p.deps.Questions.Addresses(), Answered: a, Submitter: crypto.PubkeyToAddress(p.deps.Key.PublicKey), Binder: p.deps.Binder,
		Boundaries: func(ctx context.Context) ([]common.Hash, error) {
			return p.exhibits.boundaries(ctx, turn, q.Receipt, a, opener)
		},
		Block: func(ctx context.Context, b step.Block) (OpenBlock, error) {
			return p.exhibits.block(ctx, turn, blockName{q.Receipt, b}, a, opener)
		},
		Sign: func(v protocol.Typed) (protocol.Bytes, error) { return p.cfg.Domain.Sign(p.deps.Key, v) },
	}
	return r.Reply(ctx, q)
}

// Replier makes answers to questions about one receipt.
type Replier struct {
	Addresses  contracts.Addresses
	Answered   Answered
	Boundaries func(ctx context.Context) ([]common.Hash, error)
	Block      func(ctx context.Context, b step.Block) (OpenBlock, error)
	// Sign signs with the operator's key.
	Sign func(v protocol.Typed) (protocol.Bytes, error)
	// Binder makes the proofs for chunks, bound to Submitter.
	Binder    Binder
	Submitter common.Address
}

// Reply makes the transaction that answers a question. It fails with protocol.ErrInvalid
// for a node that the receipt's trees do not have.
func (r Replier) Reply(ctx context.Context, q contracts.AskedQuestion) (protocol.Call, error) {
	n := q.Node
	switch contracts.NodeKind(n.Kind) {
	case contracts.NodeParams:
		return r.Addresses.AnswerParams(q.Receipt, n, r.Answered.Ask.Params.Encode()), nil
	case contracts.NodePrompt:
		return r.tokens(q, protocol.TagPrompt, r.Answered.Ask.Prompt)
	case contracts.NodeOutput:
		return r.tokens(q, protocol.TagOutput, r.Answered.Output)
	case contracts.NodeTrace, contracts.NodeBoundary:
		leaves, err := r.Boundaries(ctx)
		if err != nil {
			return protocol.Call{}, err
		}
		return r.children(q, leaves)
	case contracts.NodeBlock:
		return r.opening(ctx, q)
	}
	b, err := r.Block(ctx, step.Block{T: int(n.T), L: int(n.L)})
	if err != nil {
		return protocol.Call{}, err
	}
	switch contracts.NodeKind(n.Kind) {
	case contracts.NodeBoundaryChunks:
		return r.children(q, b.BoundaryLeaves())
	case contracts.NodeVectors:
		return r.children(q, b.VectorRoots())
	case contracts.NodeDigests:
		return r.children(q, b.Digests(step.VectorID(n.Vector)))
	case contracts.NodeChunk:
		return r.chunk(ctx, q, b)
	}
	return protocol.Call{}, fmt.Errorf("question of kind %d: %w", n.Kind, protocol.ErrInvalid)
}

// children answers with the nodes below one of the tree over leaves.
func (r Replier) children(q contracts.AskedQuestion, leaves []common.Hash) (protocol.Call, error) {
	n := q.Node
	depth, level := protocol.MerkleDepth(len(leaves)), int(n.Level)
	if len(leaves) == 0 || level > depth || int64(n.Index) >= int64(1)<<(depth-level) {
		return protocol.Call{}, fmt.Errorf("node %d of level %d over %d leaves: %w", n.Index, level, len(leaves), protocol.ErrInvalid)
	}
	down := min(level, contracts.NodeStep)
	row := leaves
	for range level - down {
		row = protocol.MerkleAbove(row)
	}
	children := make([]common.Hash, 1<<down)
	if from := int(n.Index) << down; from < len(row) {
		copy(children, row[from:])
	}
	salt := common.Hash{}
	if contracts.NodeKind(n.Kind) == contracts.NodeTrace {
		salt = protocol.LeafSalt(r.Answered.Ask.Secret, protocol.TagTrace, 0)
	}
	return r.Addresses.AnswerNode(q.Receipt, n, salt, children), nil
}

// tokens answers with a range of 64 leaves of a tree of tokens.
func (r Replier) tokens(q contracts.AskedQuestion, tag protocol.Tag, ids []uint32) (protocol.Call, error) {
	leaves := protocol.TokenLeaves(r.Answered.Ask.Secret, tag, ids)
	from := int(q.Node.Index) << contracts.RangeLevels
	if from >= len(leaves) {
		return protocol.Call{}, fmt.Errorf("range %d of %d token leaves: %w", q.Node.Index, len(leaves), protocol.ErrInvalid)
	}
	var salts, data []common.Hash
	for i := from; i < min(len(leaves), from+1<<contracts.RangeLevels); i++ {
		salts = append(salts, protocol.LeafSalt(r.Answered.Ask.Secret, tag, uint32(i)))
		data = append(data, protocol.TokenLeafData(ids, i))
	}
	path, err := protocol.MerklePath(leaves, from)
	if err != nil {
		return protocol.Call{}, err
	}
	return r.Addresses.AnswerTokens(q.Receipt, q.Node, salts, data, path[min(len(path), contracts.RangeLevels):]), nil
}

func (r Replier) evidence() (contracts.Evidence, error) {
	signature, err := r.Sign(r.Answered.Receipt)
	return contracts.Evidence{Request: r.Answered.Ask.Request, Receipt: r.Answered.Receipt, Signature: signature}, err
}

func (r Replier) opening(ctx context.Context, q contracts.AskedQuestion) (protocol.Call, error) {
	e, err := r.evidence()
	if err != nil {
		return protocol.Call{}, err
	}
	b, err := r.Block(ctx, step.Block{T: int(q.Node.T), L: int(q.Node.L)})
	if err != nil {
		return protocol.Call{}, err
	}
	o := protocol.Opening{ReceiptHash: q.Receipt, T: q.Node.T, L: q.Node.L, BlockRoot: b.Root()}
	signature, err := r.Sign(o)
	return r.Addresses.AnswerBlock(e, o, signature), err
}

func (r Replier) chunk(ctx context.Context, q contracts.AskedQuestion, b OpenBlock) (protocol.Call, error) {
	if r.Binder == nil {
		return protocol.Call{}, fmt.Errorf("prove the words of a chunk without a prover: %w", protocol.ErrUnavailable)
	}
	n := q.Node
	words := b.Words(step.VectorID(n.Vector), int(n.Index))
	if words == nil {
		return protocol.Call{}, fmt.Errorf("chunk %d of vector %d: %w", n.Index, n.Vector, protocol.ErrInvalid)
	}
	e, err := r.evidence()
	if err != nil {
		return protocol.Call{}, err
	}
	z := step.BindPoint(common.Hash{}, n.Hash, words)
	proof, err := r.Binder.Bind(ctx, Binding{Statement: step.Bind(chunk.Kind(n.Level), int(n.Size)), Words: words, Point: z, Value: step.BindValue(words, z),
		Submitter: r.Submitter, Deadline: q.Deadline})
	if err != nil {
		return protocol.Call{}, err
	}
	list := make([]common.Hash, len(words)/chunk.WordBytes)
	for i := range list {
		list[i] = common.Hash(words[i*chunk.WordBytes:][:chunk.WordBytes])
	}
	return r.Addresses.AnswerChunk(e, n, list, r.Submitter, proof), nil
}
