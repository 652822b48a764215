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

// chainSource hands out what stands under an opening from answers on chain.
type chainSource struct {
	j    *judge
	s    *claimed
	kept *Opening
	// What leads to each of a vector's many digests is made and read once.
	own   map[step.VectorID]*tree
	tops  map[step.VectorID]top
	below map[contracts.Node][]common.Hash
}

// top is the question about the root of a vector.
type top struct {
	node contracts.Node
	ask  func(contracts.Evidence, common.Hash) protocol.Call
}

func newChainSource(j *judge, s *claimed, kept *Opening) *chainSource {
	return &chainSource{j: j, s: s, kept: kept, own: map[step.VectorID]*tree{}, tops: map[step.VectorID]top{}, below: map[contracts.Node][]common.Hash{}}
}

// children returns the nodes that the provider showed below one.
func (c *chainSource) children(ctx context.Context, what string, n contracts.Node, ask func(contracts.Evidence, common.Hash) protocol.Call) ([]common.Hash, error) {
	if list, ok := c.below[n]; ok {
		return list, nil
	}
	raw, err := c.j.answer(ctx, what, n, ask)
	if err != nil {
		return nil, err
	}
	_, list, err := contracts.DecodeNodeAnswer(raw)
	if err == nil {
		c.below[n] = list
	}
	return list, err
}

func (c *chainSource) vectors() contracts.Node {
	count := len(c.s.own.Layout)
	return contracts.Node{Kind: uint8(contracts.NodeVectors), Level: uint8(protocol.MerkleDepth(count)), T: c.kept.Opening.T, L: c.kept.Opening.L,
		Size: uint32(count), Hash: c.kept.Opening.BlockRoot}
}

func (c *chainSource) askRoots(e contracts.Evidence, salt common.Hash) protocol.Call {
	return c.j.a.deps.Chain.Addresses().AskOpening(e, c.kept.Opening, c.kept.Signature, salt)
}

func (c *chainSource) roots(ctx context.Context) ([]common.Hash, error) {
	what := fmt.Sprintf("vectors of block (%d, %d)", c.kept.Opening.T, c.kept.Opening.L)
	return c.j.below(ctx, what, c.vectors(), c.s.own.Roots(), c.askRoots)
}

// digests is the question about the root of a vector, and how it is asked: as a child of
// the answer that shows it, or, of a block of one vector, about the opening itself.
func (c *chainSource) digests(ctx context.Context, id step.VectorID) (top, error) {
	if t, ok := c.tops[id]; ok {
		return t, nil
	}
	all := c.vectors()
	chunks := c.s.own.Layout[id].Chunks()
	t := top{contracts.Node{Kind: uint8(contracts.NodeDigests), Level: uint8(protocol.MerkleDepth(chunks)), T: all.T, L: all.L, Vector: uint32(id),
		Size: uint32(chunks), Hash: c.kept.Roots[id]}, c.askRoots}
	if all.Level > 0 {
		parent, children, child, err := c.j.parent(ctx, "vectors of a block", all, int(id), c.askRoots)
		if err != nil {
			return top{}, err
		}
		t.ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return c.j.a.deps.Chain.Addresses().AskChild(e, parent, children, child, salt)
		}
	}
	c.tops[id] = t
	return t, nil
}

// digest finds the digest of a chunk and its siblings up to the root of its vector. Only
// what leads to it and differs from the auditor's own is asked for: whoever makes all
// behind its lie differ must not win a clock for each of it.
func (c *chainSource) digest(ctx context.Context, id step.VectorID, at int) (common.Hash, []common.Hash, error) {
	mine := c.own[id]
	if mine == nil {
		mine = newTree(c.s.own.Digests(id), nil)
		c.own[id] = mine
	}
	if mine.root() == c.kept.Roots[id] {
		return mine.node(0, at), mine.path(0, at), nil
	}
	if mine.depth() == 0 {
		return c.kept.Roots[id], nil, nil
	}
	t, err := c.digests(ctx, id)
	if err != nil {
		return common.Hash{}, nil, err
	}
	n, ask := t.node, t.ask
	var above []common.Hash
	for {
		level := int(n.Level)
		switch {
		case level == 0:
			return n.Hash, above, nil
		case n.Hash == mine.node(level, int(n.Index)):
			return mine.node(0, at), append(mine.path(0, at)[:level], above...), nil
		case n.Hash == (common.Hash{}): // all below it is zero
			return common.Hash{}, append(make([]common.Hash, level), above...), nil
		}
		children, err := c.children(ctx, "digests of "+c.s.own.Layout[id].Name, n, ask)
		if err != nil {
			return common.Hash{}, nil, err
		}
		lower := level - min(level, contracts.NodeStep)
		child := at>>lower - int(n.Index)<<(level-lower)
		siblings, err := protocol.MerklePath(children, child)
		if err != nil {
			return common.Hash{}, nil, err
		}
		above = append(siblings, above...)
		parent := n
		n.Level, n.Index, n.Hash = uint8(lower), uint32(at>>lower), children[child]
		ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return c.j.a.deps.Chain.Addresses().AskChild(e, parent, children, uint32(child), salt)
		}
	}
}

func (c *chainSource) words(ctx context.Context, id step.VectorID, at int, digest common.Hash) ([]byte, error) {
	vec := c.s.own.Layout[id]
	n := contracts.Node{Kind: uint8(contracts.NodeChunk), Level: uint8(vec.Kind), T: c.kept.Opening.T, L: c.kept.Opening.L, Vector: uint32(id),
		Index: uint32(at), Size: uint32(vec.Length(at)), Hash: digest}
	t, err := c.digests(ctx, id)
	if err != nil {
		return nil, err
	}
	ask := t.ask
	if t.node.Level > 0 {
		parent, children, child, err := c.j.parent(ctx, "digests of "+vec.Name, t.node, at, ask)
		if err != nil {
			return nil, err
		}
		ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return c.j.a.deps.Chain.Addresses().AskChild(e, parent, children, child, salt)
		}
	}
	raw, err := c.j.answer(ctx, fmt.Sprintf("chunk %d of %s", at, vec.Name), n, ask)
	if err != nil {
		return nil, err
	}
	list, err := contracts.DecodeChunkAnswer(raw)
	if err != nil {
		return nil, err
	}
	words := make([]byte, 0, len(list)*chunk.WordBytes)
	for _, w := range list {
		words = append(words, w[:]...)
	}
	return words, nil
}
