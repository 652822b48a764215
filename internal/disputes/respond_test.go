package disputes

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// The kinds of node that questions are about, as the contracts count them.
const (
	nodeParams = iota + 1
	nodePrompt
	nodeOutput
	nodeTrace
	nodeBoundary
	nodeBoundaryChunks
	nodeBlock
	nodeVectors
	nodeDigests
	nodeChunk
)

// bound makes the generated type of evidence out of a call that carries it.
func bound(e contracts.Evidence) (out bindings.ReceiptEvidence) {
	p := bindings.Payment{Relayer: e.Payment.Relayer, Count: e.Payment.Count, Index: e.Payment.Index, Checkpoint: e.Payment.Checkpoint}
	for _, n := range e.Payment.Path {
		p.Path = append(p.Path, bindings.SumTreeNode{Hash: n.Hash, Sum: n.Sum.Big()})
	}
	return bindings.ReceiptEvidence{Request: boundRequest(e.Request), Receipt: boundReceipt(e.Receipt), Signature: e.Signature, Payment: p}
}

func boundRequest(r protocol.Request) bindings.Request {
	return bindings.Request{Payment: r.Payment, ModelVersion: r.ModelVersion, Requester: r.Requester, PromptRoot: r.PromptRoot,
		PromptTokens: r.PromptTokens, MaxOutputTokens: r.MaxOutputTokens, ParamsHash: r.ParamsHash, PriceIn: r.PriceIn.Big(),
		PriceOut: r.PriceOut.Big(), MaxFee: r.MaxFee.Big(), Deadline: r.Deadline, Audience: uint8(r.Audience), Salt: r.Salt}
}

func boundReceipt(r protocol.Receipt) bindings.Receipt {
	return bindings.Receipt{RequestHash: r.RequestHash, Provider: r.Provider, Seq: r.Seq, OutputRoot: r.OutputRoot,
		OutputTokens: r.OutputTokens, Finish: uint8(r.Finish), TraceRoot: r.TraceRoot, Fee: r.Fee.Big(), CompletedAt: r.CompletedAt}
}

// asked is a question that is open.
type asked struct {
	id       common.Hash
	node     bindings.Node
	deadline uint64
	bond     protocol.Amount
}

func questionIn(logs []*types.Log) (asked, bool) {
	for _, l := range logs {
		if e, err := questions.UnpackQuestionAskedEvent(l); err == nil {
			return asked{e.Question, e.Node, e.Deadline, protocol.MustAmount(e.Bond)}, true
		}
	}
	return asked{}, false
}

// The calls of Questions.

func (a *answer) ask(purpose string, data []byte) protocol.Call {
	return a.w.call(a.w.at.Questions, purpose, data)
}

func (a *answer) askTrace() protocol.Call {
	return a.ask("ask trace", questions.PackAskTrace(bound(a.evidence())))
}

func (a *answer) askParams() protocol.Call {
	return a.ask("ask params", questions.PackAskParams(bound(a.evidence())))
}

func (a *answer) askTokens(output bool, from uint32) protocol.Call {
	return a.ask("ask tokens", questions.PackAskTokens(bound(a.evidence()), output, from))
}

func (a *answer) askBlock(at step.Block) protocol.Call {
	return a.ask("ask block", questions.PackAskBlock(bound(a.evidence()), uint32(at.T), uint32(at.L)))
}

func (a *answer) askOpening(at step.Block) protocol.Call {
	o, sig, _, _ := a.serveOpening(at)
	return a.ask("ask opening", questions.PackAskOpening(bound(a.evidence()), contracts.SignedOpening(o, sig)))
}

func (a *answer) askChild(parent bindings.Node, children []common.Hash, child uint32) protocol.Call {
	return a.ask("ask child", questions.PackAskChild(bound(a.evidence()), parent, contracts.Hashes(children), child))
}

func (a *answer) expire(n bindings.Node) protocol.Call {
	return a.ask("expire", questions.PackExpire(bound(a.evidence()), n))
}

func (a *answer) payBond(n bindings.Node) protocol.Call {
	return a.ask("pay bond", questions.PackPayBond(a.hash, n))
}

// level returns the nodes of a tree at a height above its leaves.
func level(leaves []common.Hash, height int) []common.Hash {
	nodes := make([]common.Hash, 1<<protocol.MerkleDepth(len(leaves)))
	copy(nodes, leaves)
	for range height {
		next := make([]common.Hash, len(nodes)/2)
		for i := range next {
			next[i] = protocol.HashNode(nodes[2*i], nodes[2*i+1])
		}
		nodes = next
	}
	return nodes
}

// childrenOf are the nodes that an answer about a node of a tree shows.
func childrenOf(leaves []common.Hash, n bindings.Node) []common.Hash {
	down := min(int(n.Level), contracts.NodeStep)
	return level(leaves, int(n.Level)-down)[int(n.Index)<<down : (int(n.Index)+1)<<down]
}

// nodeAt names a node at the root of a tree of a block.
func nodeAt(kind uint8, at step.Block) bindings.Node {
	return bindings.Node{Kind: kind, T: uint32(at.T), L: uint32(at.L)}
}

// tree is the leaves of the tree that a node is in, as the provider has them.
func (a *answer) tree(n bindings.Node) []common.Hash {
	at := step.Block{T: int(n.T), L: int(n.L)}
	switch n.Kind {
	case nodeTrace, nodeBoundary:
		return a.leaves
	case nodeBoundaryChunks:
		if p := a.parts[at]; p != nil {
			return p
		}
		l, out := a.block(at), step.Out
		if at.L == 0 {
			out = step.EmbedOut
		}
		var parts []common.Hash
		for c := range l.b.Layout[out].Chunks() {
			words, err := l.b.Chunk(out, c)
			require.NoError(a.w.t, err)
			parts = append(parts, chunk.Leaf(words))
		}
		return parts
	case nodeVectors:
		return a.block(at).roots
	case nodeDigests:
		d, _ := a.block(at).Digests(context.Background(), step.VectorID(n.Vector))
		return d
	}
	panic(fmt.Sprintf("node of kind %d is in no tree", n.Kind))
}

// respond is the provider's answer to a question, and the children that it shows.
func (a *answer) respond(n bindings.Node, system proving) (protocol.Call, []common.Hash) {
	a.w.t.Helper()
	call, children, able := a.answerTo(n, system)
	require.True(a.w.t, able, "no answer is possible")
	return call, children
}

// answerTo is respond; able is false if nothing answers the question: what was signed for
// is no chunk's digest, or that of more words than the chunk has.
func (a *answer) answerTo(n bindings.Node, system proving) (call protocol.Call, children []common.Hash, able bool) {
	a.w.t.Helper()
	switch n.Kind {
	case nodeParams:
		return a.ask("answer params", questions.PackAnswerParams(a.hash, n, a.params.Encode())), nil, true
	case nodePrompt:
		return a.respondTokens(n, protocol.TagPrompt, a.prompt), nil, true
	case nodeOutput:
		return a.respondTokens(n, protocol.TagOutput, a.output), nil, true
	case nodeBlock:
		o, sig, _, ok := a.serveOpening(step.Block{T: int(n.T), L: int(n.L)})
		require.True(a.w.t, ok)
		return a.ask("answer block", questions.PackAnswerBlock(bound(a.evidence()), contracts.SignedOpening(o, sig))), nil, true
	case nodeChunk:
		l := a.block(step.Block{T: int(n.T), L: int(n.L)})
		words, err := l.Words(context.Background(), step.VectorID(n.Vector), int(n.Index))
		require.NoError(a.w.t, err)
		vec := l.b.Layout[n.Vector]
		count, err := vec.Kind.Words(vec.Length(int(n.Index)))
		require.NoError(a.w.t, err)
		if d, err := commit.Digest(vec.Kind, vec.Length(int(n.Index)), words[:count*chunk.WordBytes]); err != nil || d != n.Hash {
			return call, nil, false
		}
		proof, err := system.prove(bindInput(step.Bind(vec.Kind, vec.Length(int(n.Index))), common.Hash{}, n.Hash, words[:count*chunk.WordBytes], a.provider.Address), true)
		require.NoError(a.w.t, err)
		return a.ask("answer chunk", questions.PackAnswerChunk(bound(a.evidence()), n, wordList(words), a.provider.Address, proof)), nil, true
	}
	children = childrenOf(a.tree(n), n)
	salt := common.Hash{}
	if n.Kind == nodeTrace {
		salt = protocol.LeafSalt(a.secret, protocol.TagTrace, 0)
	}
	return a.ask("answer node", questions.PackAnswerNode(a.hash, n, salt, contracts.Hashes(children))), children, true
}

func (a *answer) respondTokens(n bindings.Node, tag protocol.Tag, ids []uint32) protocol.Call {
	const rangeLevels = 6
	leaves := protocol.TokenLeaves(a.secret, tag, ids)
	from := int(n.Index) << rangeLevels
	to := min(from+1<<rangeLevels, len(leaves))
	var salts, data [][32]byte
	for i := from; i < to; i++ {
		salts = append(salts, protocol.LeafSalt(a.secret, tag, uint32(i)))
		data = append(data, protocol.TokenLeafData(ids, i))
	}
	path, err := protocol.MerklePath(leaves, from)
	require.NoError(a.w.t, err)
	return a.ask("answer tokens", questions.PackAnswerTokens(a.hash, n, salts, data, contracts.Hashes(path[min(rangeLevels, len(path)):])))
}
