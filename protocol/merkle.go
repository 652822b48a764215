package protocol

import (
	"fmt"
	"math/bits"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// The one Merkle rule of the project. A leaf is keccak(0x00 ‖ data), a node is
// keccak(0x01 ‖ left ‖ right), a tree is binary and padded with zero hashes to
// the next power of two, and a node over two zero hashes is the zero hash. A
// subtree's root may be used as a leaf of another tree, unhashed.
const (
	leafPrefix = 0x00
	nodePrefix = 0x01
)

// HashLeaf returns the Merkle leaf that commits to data.
func HashLeaf(data ...[]byte) common.Hash {
	return crypto.Keccak256Hash(append([][]byte{{leafPrefix}}, data...)...)
}

// HashNode returns the parent of two nodes; zero over two zeros.
func HashNode(left, right common.Hash) common.Hash {
	if left == (common.Hash{}) && right == (common.Hash{}) {
		return common.Hash{}
	}
	return crypto.Keccak256Hash([]byte{nodePrefix}, left[:], right[:])
}

// MerkleDepth returns ceil(log2(n)), the length of a path in a tree of n leaves.
// A tree of zero leaves or one leaf has depth 0.
func MerkleDepth(n int) int {
	if n <= 1 {
		return 0
	}
	return bits.Len(uint(n - 1))
}

// MerkleRoot returns the root over leaves; the zero hash for no leaves.
func MerkleRoot(leaves []common.Hash) common.Hash {
	if len(leaves) == 0 {
		return common.Hash{}
	}
	level := append([]common.Hash(nil), leaves...)
	for len(level) > 1 {
		level = appendAbove(level[:0:len(level)], level)
	}
	return level[0]
}

// MerkleAbove returns the level over a row of nodes; what is missing of its last pair is zero.
func MerkleAbove(row []common.Hash) []common.Hash {
	return appendAbove(make([]common.Hash, 0, (len(row)+1)/2), row)
}

// appendAbove may write over the row: a node lies in front of its children.
func appendAbove(next, row []common.Hash) []common.Hash {
	for i := 0; i < len(row); i += 2 {
		var right common.Hash
		if i+1 < len(row) {
			right = row[i+1]
		}
		next = append(next, HashNode(row[i], right))
	}
	return next
}

// MerklePath returns the siblings from the leaf at index up to the root.
func MerklePath(leaves []common.Hash, index int) ([]common.Hash, error) {
	if index < 0 || index >= len(leaves) {
		return nil, fmt.Errorf("leaf %d of %d: %w", index, len(leaves), ErrInvalid)
	}
	path := make([]common.Hash, 0, MerkleDepth(len(leaves)))
	level := append([]common.Hash(nil), leaves...)
	for len(level) > 1 {
		var sibling common.Hash
		if s := index ^ 1; s < len(level) {
			sibling = level[s]
		}
		path = append(path, sibling)
		level, index = MerkleAbove(level), index/2
	}
	return path, nil
}

// MerkleRootFromPath folds a leaf with its path. The caller compares the result
// with the root it trusts and checks that the path has the depth it expects.
func MerkleRootFromPath(leaf common.Hash, index int, path []common.Hash) common.Hash {
	for _, sibling := range path {
		if index&1 == 0 {
			leaf = HashNode(leaf, sibling)
		} else {
			leaf = HashNode(sibling, leaf)
		}
		index >>= 1
	}
	return leaf
}
