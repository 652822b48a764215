package auditor

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
)

// tree is the provider's boundary tree as far as it is known: all of its leaves, or the
// auditor's own with the nodes that the provider showed instead. Everything to the left of
// the first difference is the auditor's own.
type tree struct {
	leaves []common.Hash
	levels [][]common.Hash
	shown  map[place]common.Hash
	// salt hides the root in the receipt. INVARIANT: it is what the provider showed, whether the
	// request's secret makes it or not.
	salt common.Hash
}

// place names a node: level above the leaves, number on it.
type place struct{ level, index int }

// Node is a node of the boundary tree that a provider showed on chain.
type Node struct {
	Level int         `json:"level"`
	Index int         `json:"index"`
	Hash  common.Hash `json:"hash"`
}

// newTree builds a tree whose root nothing hides.
func newTree(leaves []common.Hash, nodes []Node) *tree {
	return newSalted(leaves, nodes, common.Hash{})
}

func newSalted(leaves []common.Hash, nodes []Node, salt common.Hash) *tree {
	t := &tree{salt: salt, leaves: leaves, levels: [][]common.Hash{leaves}, shown: map[place]common.Hash{}}
	for _, n := range nodes {
		t.shown[place{n.Level, n.Index}] = n.Hash
	}
	for level := leaves; len(level) > 1; {
		level = protocol.MerkleAbove(level)
		t.levels = append(t.levels, level)
	}
	return t
}

func (t *tree) depth() int { return len(t.levels) - 1 }

func (t *tree) root() common.Hash { return t.node(t.depth(), 0) }

// node returns a node; zero behind the end of its level.
func (t *tree) node(level, index int) common.Hash {
	if h, ok := t.shown[place{level, index}]; ok {
		return h
	}
	if level < len(t.levels) && index < len(t.levels[level]) {
		return t.levels[level][index]
	}
	return common.Hash{}
}

// path returns the siblings of a node, lowest first.
func (t *tree) path(level, index int) []common.Hash {
	var path []common.Hash
	for ; level < t.depth(); level, index = level+1, index/2 {
		path = append(path, t.node(level, index^1))
	}
	return path
}

// overNothing is what a node over two empty children would be without the rule that it is
// zero. No tree has it.
var overNothing = crypto.Keccak256Hash([]byte{0x01}, make([]byte, 64))

// misshapen says whether no tree over n leaves has such a node.
func misshapen(n, level, index int, hash common.Hash) bool {
	inside := index<<level < n
	return hash == overNothing || inside == (hash == common.Hash{})
}

// crooked finds a leaf that no tree over n leaves has.
func (t *tree) crooked(n int) (at Node, ok bool) {
	for i, leaf := range t.leaves {
		if misshapen(n, 0, i, leaf) {
			return Node{0, i, leaf}, true
		}
	}
	for p, hash := range t.shown {
		if misshapen(n, p.level, p.index, hash) && (!ok || p.index<<p.level < at.Index<<at.Level) {
			at, ok = Node{p.level, p.index, hash}, true
		}
	}
	return at, ok
}
