package protocol

import (
	"encoding/binary"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Tag separates the salts that one request secret yields.
type Tag string

// The three tags: prompt tokens, output tokens, the execution trace.
const (
	TagPrompt Tag = "prompt"
	TagOutput Tag = "output"
	TagTrace  Tag = "trace"
)

const (
	// TokensPerLeaf is the number of token ids in one leaf of a token tree.
	TokensPerLeaf = 8
	// TextBytesPerLeaf is the number of UTF-8 bytes in one leaf of a text tree.
	TextBytesPerLeaf = 32
	// UnusedToken fills the slots of the last token leaf. It is no valid id:
	// vocabularies end at 2^18.
	UnusedToken = uint32(0xFFFFFFFF)

	tracePrefix = 0x04
)

// LeafSalt returns keccak(secret ‖ tag ‖ uint32_be i), the 32 bytes that keep a
// short leaf from being guessed. An opening reveals single salts, never the secret.
func LeafSalt(secret [32]byte, tag Tag, i uint32) common.Hash {
	var be [4]byte
	binary.BigEndian.PutUint32(be[:], i)
	return crypto.Keccak256Hash(secret[:], []byte(tag), be[:])
}

// TokenLeafData returns the 32 bytes of leaf i over ids: eight big-endian uint32,
// unused slots 0xFFFFFFFF. The leaf is HashLeaf(LeafSalt(secret, tag, i) ‖ data).
func TokenLeafData(ids []uint32, i int) [32]byte {
	var data [4 * TokensPerLeaf]byte
	for j := range TokensPerLeaf {
		id := UnusedToken
		if k := i*TokensPerLeaf + j; k < len(ids) {
			id = ids[k]
		}
		binary.BigEndian.PutUint32(data[4*j:], id)
	}
	return data
}

// TokenLeaves returns the ceil(len(ids)/8) leaves of the token tree over ids.
func TokenLeaves(secret [32]byte, tag Tag, ids []uint32) []common.Hash {
	return SaltedTokenLeaves(func(i int) common.Hash { return LeafSalt(secret, tag, uint32(i)) }, ids)
}

// SaltedTokenLeaves is TokenLeaves under any salts, one a leaf, of an answer whose secret is
// not known.
func SaltedTokenLeaves(salt func(i int) common.Hash, ids []uint32) []common.Hash {
	leaves := make([]common.Hash, (len(ids)+TokensPerLeaf-1)/TokensPerLeaf)
	for i := range leaves {
		salt, data := salt(i), TokenLeafData(ids, i)
		leaves[i] = HashLeaf(salt[:], data[:])
	}
	return leaves
}

// TokenRoot returns the Merkle root over token ids in the proven class; the zero
// hash for no ids.
func TokenRoot(secret [32]byte, tag Tag, ids []uint32) common.Hash {
	return MerkleRoot(TokenLeaves(secret, tag, ids))
}

// TextRoot returns the Merkle root over the UTF-8 bytes of a text in the sampled
// class, 32 bytes a leaf, the last one zero-padded; the zero hash for no text.
// Leaves are salted as those of TokenRoot.
func TextRoot(secret [32]byte, tag Tag, text []byte) common.Hash {
	leaves := make([]common.Hash, (len(text)+TextBytesPerLeaf-1)/TextBytesPerLeaf)
	for i := range leaves {
		var data [TextBytesPerLeaf]byte
		copy(data[:], text[i*TextBytesPerLeaf:])
		salt := LeafSalt(secret, tag, uint32(i))
		leaves[i] = HashLeaf(salt[:], data[:])
	}
	return MerkleRoot(leaves)
}

// TraceRoot hides the root of a boundary tree: keccak(0x04 ‖ salt ‖ root) with
// salt = LeafSalt(secret, "trace", 0). Two honest providers with the same request
// secret get the same value.
func TraceRoot(secret [32]byte, root common.Hash) common.Hash {
	return SaltedTraceRoot(LeafSalt(secret, TagTrace, 0), root)
}

// SaltedTraceRoot hides the root of a boundary tree under any salt: contracts know no
// secret, and a provider may have signed another.
func SaltedTraceRoot(salt, root common.Hash) common.Hash {
	return crypto.Keccak256Hash([]byte{tracePrefix}, salt[:], root[:])
}
