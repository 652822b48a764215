package chunk

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
)

// LeafInt32 returns the keccak leaf of one chunk of at most 512 int32:
// keccak256(0x00 ‖ words). A longer slice panics: it is not one chunk.
func LeafInt32(v []int32) common.Hash {
	return NewHasher().LeafInt32(v)
}

// BoundaryLeaf returns the leaf of a boundary vector h in a trace: the Merkle
// root over the leaves of its chunks of 512 values. It is the zero hash for an
// empty vector. A hot loop keeps a Hasher instead.
func BoundaryLeaf(h []int32) common.Hash {
	return NewHasher().BoundaryLeaf(h)
}

// A Hasher computes boundary leaves and reuses its buffers: after its first call
// it does not allocate. It is not safe for concurrent use.
type Hasher struct {
	keccak crypto.KeccakState
	words  []byte        // 0x00, then the words of one chunk
	leaves []common.Hash // chunk leaves of one vector, folded in place
	node   [65]byte
	digest common.Hash // lives here because the interface call would move it to the heap
}

// NewHasher returns a Hasher.
func NewHasher() *Hasher {
	h := &Hasher{keccak: crypto.NewKeccakState(), words: make([]byte, 1, 1+MaxWords*WordBytes)}
	h.node[0] = 0x01
	return h
}

// LeafInt32 is LeafInt32 of the package.
func (h *Hasher) LeafInt32(v []int32) common.Hash {
	if len(v) > MaxInt32 {
		panic("chunk: more than 512 values in one chunk")
	}
	h.words = PackInt32(h.words[:1], v)
	return h.sum(h.words)
}

// BoundaryLeaf is BoundaryLeaf of the package.
func (h *Hasher) BoundaryLeaf(v []int32) common.Hash {
	h.leaves = h.leaves[:0]
	for len(v) > 0 {
		n := min(len(v), MaxInt32)
		h.leaves = append(h.leaves, h.LeafInt32(v[:n]))
		v = v[n:]
	}
	if len(h.leaves) == 0 {
		return common.Hash{}
	}
	return h.fold(h.leaves)
}

// fold is protocol.MerkleRoot without its allocations; a chunk's leaf is never
// zero, so only padding on the right needs the rule for zero nodes.
func (h *Hasher) fold(level []common.Hash) common.Hash {
	for len(level) > 1 {
		half := (len(level) + 1) / 2
		for i := range half {
			copy(h.node[1:33], level[2*i][:])
			if 2*i+1 < len(level) {
				copy(h.node[33:65], level[2*i+1][:])
			} else {
				clear(h.node[33:65])
			}
			level[i] = h.sum(h.node[:])
		}
		level = level[:half]
	}
	return level[0]
}

func (h *Hasher) sum(data []byte) common.Hash {
	h.keccak.Reset()
	h.keccak.Write(data)
	h.keccak.Read(h.digest[:]) // cannot fail: a sponge never runs dry
	return h.digest
}

// Leaf returns the keccak leaf of the words of any chunk.
func Leaf(words []byte) common.Hash { return protocol.HashLeaf(words) }
