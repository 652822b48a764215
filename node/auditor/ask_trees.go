package auditor

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// walk descends the boundary tree on chain to the first leaf that differs from the
// replay's, and returns the provider's tree as far as that shows it: all of the replay's
// if only the salt is another.
func (j *judge) walk(ctx context.Context, own []common.Hash) (*tree, error) {
	at := j.a.deps.Chain.Addresses()
	mine := newTree(own, nil)
	n := contracts.TraceNode(j.b.Receipt.TraceRoot, len(own))
	ask := at.AskTrace
	what := "the trace"
	var nodes []Node
	var salt common.Hash
	for {
		raw, err := j.answer(ctx, what, n, ask)
		if err != nil {
			return nil, err
		}
		shown, children, err := contracts.DecodeNodeAnswer(raw)
		if err != nil {
			return nil, err
		}
		if contracts.NodeKind(n.Kind) == contracts.NodeTrace {
			salt = shown // further down the contract reads none
		}
		down := min(int(n.Level), contracts.NodeStep)
		level, first := int(n.Level)-down, int(n.Index)<<down
		nodes = append(nodes, folded(level, first, children)...)
		child := -1
		for i, hash := range children {
			if misshapen(len(own), level, first+i, hash) {
				return newSalted(own, nodes, salt), nil
			}
			if child < 0 && hash != mine.node(level, first+i) {
				child = i
			}
		}
		if child < 0 && contracts.NodeKind(n.Kind) == contracts.NodeTrace {
			return newSalted(own, nodes, salt), nil // the replay's tree under another salt
		}
		if child < 0 {
			return nil, fmt.Errorf("children of a node that differs are those of the replay: %w", protocol.ErrInternal)
		}
		if level == 0 {
			leaves := append([]common.Hash(nil), own...)
			leaves[first+child] = children[child]
			return newSalted(leaves, nodes, salt), nil
		}
		parent := n
		n.Kind, n.Level, n.Index, n.Hash = uint8(contracts.NodeBoundary), uint8(level), uint32(first+child), children[child]
		what = fmt.Sprintf("node %d of level %d of the trace", first+child, level)
		ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return at.AskChild(e, parent, children, uint32(child), salt)
		}
	}
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
func (j *judge) askOpening(ctx context.Context, at step.Block) (*Opening, error) {
	n := contracts.Node{Kind: uint8(contracts.NodeBlock), T: uint32(at.T), L: uint32(at.L)}
	raw, err := j.answer(ctx, fmt.Sprintf("block (%d, %d)", at.T, at.L), n, func(e contracts.Evidence, salt common.Hash) protocol.Call {
		return j.a.deps.Chain.Addresses().AskBlock(e, uint32(at.T), uint32(at.L), salt)
	})
	if err != nil {
		return nil, err
	}
	root, signature, err := contracts.DecodeBlockAnswer(raw)
	if err != nil {
		return nil, err
	}
	return &Opening{Opening: protocol.Opening{ReceiptHash: j.c.Receipt, T: n.T, L: n.L, BlockRoot: root}, Signature: signature}, nil
}

// below collects the leaves of a tree that an opening commits to, on chain. What is equal
// in the block itself is not asked for.
func (j *judge) below(ctx context.Context, what string, n contracts.Node, own []common.Hash, ask func(contracts.Evidence, common.Hash) protocol.Call) ([]common.Hash, error) {
	mine := newTree(own, nil)
	leaves := make([]common.Hash, 1<<mine.depth())
	var descend func(n contracts.Node, ask func(contracts.Evidence, common.Hash) protocol.Call) error
	descend = func(n contracts.Node, ask func(contracts.Evidence, common.Hash) protocol.Call) error {
		level, index := int(n.Level), int(n.Index)
		if n.Hash == mine.node(level, index) || level == 0 {
			for i := index << level; i < (index+1)<<level; i++ {
				leaves[i] = mine.node(0, i)
			}
			if level == 0 {
				leaves[index] = n.Hash
			}
			return nil
		}
		raw, err := j.answer(ctx, what, n, ask)
		if err != nil {
			return err
		}
		_, children, err := contracts.DecodeNodeAnswer(raw)
		if err != nil {
			return err
		}
		down := min(level, contracts.NodeStep)
		for i, hash := range children {
			child := n
			child.Level, child.Index, child.Hash = uint8(level-down), uint32(index<<down|i), hash
			if hash == (common.Hash{}) || int(child.Index)<<child.Level >= len(own) && child.Level == 0 {
				if child.Level == 0 {
					leaves[child.Index] = hash
				}
				continue // nothing is below it, or nothing that counts
			}
			err := descend(child, func(e contracts.Evidence, salt common.Hash) protocol.Call {
				return j.a.deps.Chain.Addresses().AskChild(e, n, children, uint32(i), salt)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	return leaves, descend(n, ask)
}

// askLeaves gets the chunk leaves under a boundary leaf that differs, on chain: below the
// answer that showed the leaf.
func (j *judge) askLeaves(ctx context.Context, s *claimed, n int) error {
	row := j.m.arch.Layers + 1
	index := s.own.T*row + s.own.L
	own := make([]common.Hash, 0, n)
	for c := range n {
		words, err := s.own.Chunk(outOf(s.own.Block), c)
		if err != nil {
			return err
		}
		own = append(own, chunk.Leaf(words))
	}
	top := contracts.TraceNode(j.b.Receipt.TraceRoot, len(j.tree.leaves))
	parent, children, child, err := j.parent(ctx, "the trace", top, index, j.a.deps.Chain.Addresses().AskTrace)
	if err != nil {
		return err
	}
	below := contracts.Node{Kind: uint8(contracts.NodeBoundaryChunks), Level: uint8(protocol.MerkleDepth(n)), T: uint32(s.own.T), L: uint32(s.own.L),
		Size: uint32(n), Hash: j.tree.node(0, index)}
	const what = "chunks of a boundary"
	ask := func(e contracts.Evidence, salt common.Hash) protocol.Call {
		return j.a.deps.Chain.Addresses().AskChild(e, parent, children, child, salt)
	}
	if below.Level > contracts.NodeStep {
		raw, err := j.answer(ctx, what, below, ask)
		if err != nil {
			return err
		}
		_, row, err := contracts.DecodeNodeAnswer(raw)
		if err != nil {
			return err
		}
		level := int(below.Level) - contracts.NodeStep
		for i, hash := range row {
			// Nothing is asked about a node behind the last leaf: it is wrong as it stands.
			if misshapen(n, level, i, hash) {
				s.source.kept.Leaves, s.source.kept.LeafNodes = own, folded(level, 0, row)
				return nil
			}
		}
	}
	list, err := j.below(ctx, what, below, own, ask)
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

// parent finds the node right above a leaf of a tree, its answer, and which child leads to
// the leaf. What was not asked on the way, because the leaves were served, is asked.
func (j *judge) parent(ctx context.Context, what string, n contracts.Node, leaf int, ask func(contracts.Evidence, common.Hash) protocol.Call) (contracts.Node, []common.Hash, uint32, error) {
	for {
		raw, err := j.answer(ctx, what, n, ask)
		if err != nil {
			return n, nil, 0, err
		}
		_, children, err := contracts.DecodeNodeAnswer(raw)
		if err != nil {
			return n, nil, 0, err
		}
		down := min(int(n.Level), contracts.NodeStep)
		level := int(n.Level) - down
		child := uint32(leaf>>level) - n.Index<<down
		if level == 0 {
			return n, children, child, nil
		}
		above := n
		ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return j.a.deps.Chain.Addresses().AskChild(e, above, children, child, salt)
		}
		if contracts.NodeKind(n.Kind) == contracts.NodeTrace {
			n.Kind = uint8(contracts.NodeBoundary)
		}
		n.Level, n.Index, n.Hash = uint8(level), uint32(leaf>>level), children[child]
	}
}
