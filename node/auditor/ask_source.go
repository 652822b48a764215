package auditor

import (
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
	own  map[step.VectorID]*tree // of the auditor's digests, made once
}

// node names a node of the block that the opening is of.
func (c *chainSource) node(kind contracts.NodeKind, size int, hash common.Hash) contracts.Node {
	return contracts.Node{Kind: uint8(kind), Level: uint8(protocol.MerkleDepth(size)), T: c.kept.Opening.T, L: c.kept.Opening.L, Size: uint32(size), Hash: hash}
}

// vectors is the question about the opening itself.
func (c *chainSource) vectors() question {
	at, opening, signature := c.j.a.deps.Chain.Addresses(), c.kept.Opening, c.kept.Signature // a question outlives the blocks in memory
	return question{fmt.Sprintf("vectors of block (%d, %d)", c.kept.Opening.T, c.kept.Opening.L), c.node(contracts.NodeVectors, len(c.s.own.Layout), c.kept.Opening.BlockRoot),
		func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return at.AskOpening(e, opening, signature, salt)
		}}
}

func (c *chainSource) roots() ([]common.Hash, error) {
	return c.j.leaves(c.vectors(), c.s.own.Roots())
}

// digests is the question about the root of a vector.
func (c *chainSource) digests(id step.VectorID) (question, error) {
	vec := c.s.own.Layout[id]
	q := question{what: "digests of " + vec.Name, node: c.node(contracts.NodeDigests, vec.Chunks(), c.kept.Roots[id])}
	q.node.Vector = uint32(id)
	var err error
	q.ask, err = c.j.under(c.vectors(), int(id))
	return q, err
}

// digest finds the digest of a chunk and its siblings up to the root of its vector. Only
// what leads to it and differs from the auditor's own is asked for: whoever makes all
// behind its lie differ must not win a clock for each of it.
func (c *chainSource) digest(id step.VectorID, at int) (common.Hash, []common.Hash, error) {
	mine := c.own[id]
	if mine == nil {
		mine = newTree(c.s.own.Digests(id), nil)
		c.own[id] = mine
	}
	switch root := c.kept.Roots[id]; {
	case mine.root() == root:
		return mine.node(0, at), mine.path(0, at), nil
	case mine.depth() == 0:
		return root, nil, nil
	}
	q, err := c.digests(id)
	if err != nil {
		return common.Hash{}, nil, err
	}
	var above []common.Hash
	for {
		level := int(q.node.Level)
		switch {
		case level == 0:
			return q.node.Hash, above, nil
		case q.node.Hash == mine.node(level, int(q.node.Index)):
			return mine.node(0, at), append(mine.path(0, at)[:level], above...), nil
		case q.node.Hash == (common.Hash{}): // all below it is zero
			return common.Hash{}, append(make([]common.Hash, level), above...), nil
		}
		x, err := c.j.below(q)
		if err != nil {
			return common.Hash{}, nil, err
		}
		q = c.j.toward(q, x.children, at)
		siblings, err := protocol.MerklePath(x.children, int(q.node.Index)%len(x.children))
		if err != nil {
			return common.Hash{}, nil, err
		}
		above = append(siblings, above...)
	}
}

func (c *chainSource) words(id step.VectorID, at int, digest common.Hash) ([]byte, error) {
	vec := c.s.own.Layout[id]
	q, err := c.digests(id)
	if err != nil {
		return nil, err
	}
	ask, err := c.j.under(q, at)
	if err != nil {
		return nil, err
	}
	n := contracts.Node{Kind: uint8(contracts.NodeChunk), Level: uint8(vec.Kind), T: c.kept.Opening.T, L: c.kept.Opening.L, Vector: uint32(id),
		Index: uint32(at), Size: uint32(vec.Length(at)), Hash: digest}
	raw, err := c.j.asked(question{fmt.Sprintf("chunk %d of %s", at, vec.Name), n, ask})
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
