package auditor

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// question is a node of a tree and how it is asked about.
type question struct {
	what string
	node contracts.Node
	ask  func(contracts.Evidence, common.Hash) protocol.Call
}

// answered is what a provider showed below a node. salt hides the trace root, and is zero of
// other nodes.
type answered struct {
	children []common.Hash
	salt     common.Hash
}

// below returns what the provider showed below a node. It is read once in a look at a case,
// and not kept for the next: a reorg may have taken the answer back, and then it has to be
// asked for again.
func (j *judge) below(q question) (x answered, err error) {
	raw, err := j.asked(q)
	if err != nil {
		return x, err
	}
	x.salt, x.children, err = contracts.DecodeNodeAnswer(raw)
	return x, err
}

// child is the question about the i-th node below one.
func (j *judge) child(q question, children []common.Hash, i int) question {
	at, parent := j.a.deps.Chain.Addresses(), q.node
	down := min(parent.Level, contracts.NodeStep)
	if contracts.NodeKind(parent.Kind) == contracts.NodeTrace {
		q.node.Kind = uint8(contracts.NodeBoundary)
	}
	q.node.Level, q.node.Index, q.node.Hash = parent.Level-down, parent.Index<<down|uint32(i), children[i]
	q.ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
		return at.AskChild(e, parent, children, uint32(i), salt)
	}
	return q
}

// toward is the question about the node below one that leads to a leaf.
func (j *judge) toward(q question, children []common.Hash, leaf int) question {
	down := min(q.node.Level, contracts.NodeStep)
	return j.child(q, children, leaf>>(q.node.Level-down)-int(q.node.Index)<<down)
}

// under returns how what lies under a leaf is asked about: below the answer that showed the
// leaf. What was not asked on the way, because the leaves were served, is asked.
func (j *judge) under(q question, leaf int) (func(contracts.Evidence, common.Hash) protocol.Call, error) {
	for q.node.Level > 0 {
		x, err := j.below(q)
		if err != nil {
			return nil, err
		}
		q = j.toward(q, x.children, leaf)
	}
	return q.ask, nil
}

// walk descends the boundary tree on chain to the first leaf that differs from the
// replay's, and returns the provider's tree as far as that shows it: all of the replay's
// if only the salt is another.
func (j *judge) walk(own []common.Hash) (*tree, error) {
	mine := newTree(own, nil)
	q := j.traceTop(len(own))
	var nodes []Node
	var salt common.Hash
	for {
		x, err := j.below(q)
		if err != nil {
			return nil, err
		}
		top := contracts.NodeKind(q.node.Kind) == contracts.NodeTrace
		if top {
			salt = x.salt // further down the contract reads none
		}
		down := min(int(q.node.Level), contracts.NodeStep)
		level, first := int(q.node.Level)-down, int(q.node.Index)<<down
		nodes = append(nodes, folded(level, first, x.children)...)
		child := -1
		for i, hash := range x.children {
			if misshapen(len(own), level, first+i, hash) {
				return newSalted(own, nodes, salt), nil
			}
			if child < 0 && hash != mine.node(level, first+i) {
				child = i
			}
		}
		switch {
		case child < 0 && top:
			return newSalted(own, nodes, salt), nil // the replay's tree under another salt
		case child < 0:
			return nil, fmt.Errorf("children of a node that differs are those of the replay: %w", protocol.ErrInternal)
		case level == 0:
			leaves := append([]common.Hash(nil), own...)
			leaves[first+child] = x.children[child]
			return newSalted(leaves, nodes, salt), nil
		}
		q = j.child(q, x.children, child)
		q.what = fmt.Sprintf("node %d of level %d of the trace", q.node.Index, level)
	}
}

// traceTop is the question about the top of the boundary tree, of so many leaves.
func (j *judge) traceTop(leaves int) question {
	return question{"the trace", contracts.TraceNode(j.b.Receipt.TraceRoot, leaves), j.a.deps.Chain.Addresses().AskTrace}
}

// folded are the children of a node and everything between them and it, with it.
func folded(level, first int, children []common.Hash) (nodes []Node) {
	for row := children; ; level, first = level+1, first/2 {
		for i, h := range row {
			nodes = append(nodes, Node{level, first + i, h})
		}
		if len(row) == 1 {
			return nodes
		}
		row = protocol.MerkleAbove(row)
	}
}

// askOpening gets a signed opening on chain.
func (j *judge) askOpening(at step.Block) (*Opening, error) {
	n := contracts.Node{Kind: uint8(contracts.NodeBlock), T: uint32(at.T), L: uint32(at.L)}
	raw, err := j.asked(question{fmt.Sprintf("block (%d, %d)", at.T, at.L), n, func(e contracts.Evidence, salt common.Hash) protocol.Call {
		return j.a.deps.Chain.Addresses().AskBlock(e, uint32(at.T), uint32(at.L), salt)
	}})
	if err != nil {
		return nil, err
	}
	root, signature, err := contracts.DecodeBlockAnswer(raw)
	if err != nil {
		return nil, err
	}
	return &Opening{Opening: protocol.Opening{ReceiptHash: j.c.Receipt, T: n.T, L: n.L, BlockRoot: root}, Signature: signature}, nil
}

// leaves asks for the leaves of a tree that one answer shows whole: a block has at most 64
// vectors, and a boundary as many chunks. It asks for none if they are the auditor's own.
func (j *judge) leaves(q question, own []common.Hash) ([]common.Hash, error) {
	switch {
	case q.node.Hash == protocol.MerkleRoot(own):
		return own, nil
	case q.node.Level == 0:
		return []common.Hash{q.node.Hash}, nil
	case q.node.Level > contracts.NodeStep:
		return nil, fmt.Errorf("%s: %d levels are more than an answer shows: %w", q.what, q.node.Level, protocol.ErrInternal)
	}
	x, err := j.below(q)
	return x.children, err
}

// askLeaves gets the chunk leaves under a boundary leaf that differs, on chain.
func (j *judge) askLeaves(s *claimed, n int) error {
	index := s.own.T*(j.m.arch.Layers+1) + s.own.L
	own := make([]common.Hash, 0, n)
	for c := range n {
		words, err := s.own.Chunk(outOf(s.own.Block), c)
		if err != nil {
			return err
		}
		own = append(own, chunk.Leaf(words))
	}
	ask, err := j.under(j.traceTop(len(j.tree.leaves)), index)
	if err != nil {
		return err
	}
	list, err := j.leaves(question{"chunks of a boundary", contracts.Node{Kind: uint8(contracts.NodeBoundaryChunks), Level: uint8(protocol.MerkleDepth(n)),
		T: uint32(s.own.T), L: uint32(s.own.L), Size: uint32(n), Hash: j.tree.node(0, index)}, ask}, own)
	if err == nil {
		s.source.kept.Leaves = list
	}
	return err
}

// outOf is the vector at the end of a block.
func outOf(at step.Block) step.VectorID {
	if at.L == 0 {
		return step.EmbedOut
	}
	return step.Out
}
