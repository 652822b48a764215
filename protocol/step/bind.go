package step

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol/chunk"
)

// modulus is that of BN254's scalar field.
var modulus, _ = new(big.Int).SetString("30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001", 16)

// BindPoint is the point of a proof that a digest is that of words: of a seam with the
// boundary's chunk leaf, of an answer on chain with a zero leaf.
func BindPoint(leaf, digest common.Hash, words []byte) common.Hash {
	z := crypto.Keccak256Hash(leaf[:], digest[:], words).Big()
	return common.BigToHash(z.Mod(z, modulus))
}

// BindValue is the sum of words[i] * z^i in the field.
func BindValue(words []byte, z common.Hash) common.Hash {
	y, at := new(big.Int), z.Big()
	for i := len(words) - chunk.WordBytes; i >= 0; i -= chunk.WordBytes {
		y.Mul(y, at).Add(y, new(big.Int).SetBytes(words[i:i+chunk.WordBytes])).Mod(y, modulus)
	}
	return common.BigToHash(y)
}
