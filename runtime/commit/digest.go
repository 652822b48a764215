// Package commit computes the digests behind a model version's weights root and
// behind the chunks of an opened block: Poseidon2 over BN254, the hash that a
// circuit can afford. Trees over digests are the keccak Merkle trees of package
// protocol, the hash that a contract can afford.
//
// It knows nothing of the runtime's loader: tensors come in as names, dtypes,
// shapes and raw bytes. It is pure: no clock, no files. Everything here is
// version 1 of docs/trace-spec.md.
//
// # The sponge
//
// Permutation: Poseidon2 over the scalar field of BN254, width 16, S-box x^5, 8
// full rounds (4 before, 4 after) and 57 partial ones; constants and internal
// matrix are those of the Poseidon2 reference implementation for this field and
// width (security 128, with margin), as gnark-crypto carries them.
//
// Rate 15, capacity 1. The state starts as [IV, 0, ..., 0]; element 0 is the
// capacity. Each block of 15 words is added to elements 1..15, then the state is
// permuted. Words past the end of the last block are 0. The digest is element 1
// after the last permutation, as a 32-byte big-endian word.
//
//	IV = tag*2^128 + specVersion*2^96 + kind*2^64 + blocks*2^32 + length
//
// with tag the ASCII bytes "dgrid.chunk" as a big-endian integer, kind and
// length (in values) as package chunk defines them, blocks = ceil(words/15).
// Because the IV fixes kind and length, and the packing of a kind and length is
// unique, no padding rule is needed.
package commit

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/poseidon2"
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
)

// The parameters of the digest. The circuit reads them from here.
const (
	// SpecVersion is the version of the trace specification.
	SpecVersion = 1
	// Width is the number of field elements in the sponge's state.
	Width = 16
	// Rate is the number of words that one permutation absorbs.
	Rate = Width - 1
	// FullRounds and PartialRounds are the rounds of the permutation.
	FullRounds, PartialRounds = 8, 57

	ivTag = "dgrid.chunk"
)

// MaxBlocks is the number of sponge blocks in the longest chunk.
const MaxBlocks = chunk.MaxWords / Rate

// IV returns the capacity element for a chunk of length values in blocks sponge
// blocks.
func IV(kind chunk.Kind, blocks, length int) *big.Int {
	iv := new(big.Int).SetBytes([]byte(ivTag))
	for _, limb := range []uint64{SpecVersion, uint64(kind), uint64(blocks), uint64(length)} {
		iv.Lsh(iv, 32).Or(iv, new(big.Int).SetUint64(limb))
	}
	return iv
}

// Blocks returns the number of sponge blocks that hold words words.
func Blocks(words int) int { return (words + Rate - 1) / Rate }

// A Digester computes chunk digests. It keeps the state of its sponge and is not
// safe for concurrent use.
type Digester struct {
	perm  *poseidon2.Permutation
	state [Width]fr.Element
}

// NewDigester returns a Digester.
func NewDigester() *Digester {
	return &Digester{perm: poseidon2.NewPermutation(Width, FullRounds, PartialRounds)}
}

// Digest returns the digest of a chunk of length values of the given kind, whose
// words package chunk has packed. It fails with protocol.ErrInvalid if the number
// of words is not the one of that kind and length, or if a word is not below the
// field's modulus. It does not check the limbs.
func (d *Digester) Digest(kind chunk.Kind, length int, words []byte) (common.Hash, error) {
	want, err := kind.Words(length)
	if err != nil {
		return common.Hash{}, err
	}
	if len(words) != want*chunk.WordBytes {
		return common.Hash{}, fmt.Errorf("chunk of %d bytes instead of %d words: %w", len(words), want, protocol.ErrInvalid)
	}
	return d.sponge(kind, length, Blocks(want), words)
}

// DigestAny is Digest for words that a stranger hashed: there may be more than the
// packing has, as many as the sponge's blocks take. A digest alone does not tell
// that the words behind a chunk are zero.
func (d *Digester) DigestAny(kind chunk.Kind, length int, words []byte) (common.Hash, error) {
	want, err := kind.Words(length)
	if err != nil {
		return common.Hash{}, err
	}
	n := len(words) / chunk.WordBytes
	if len(words)%chunk.WordBytes != 0 || n < want || n > Blocks(want)*Rate {
		return common.Hash{}, fmt.Errorf("chunk of %d bytes, of %d to %d words: %w", len(words), want, Blocks(want)*Rate, protocol.ErrInvalid)
	}
	return d.sponge(kind, length, Blocks(want), words)
}

func (d *Digester) sponge(kind chunk.Kind, length, blocks int, words []byte) (common.Hash, error) {
	d.state = [Width]fr.Element{}
	d.state[0].SetBigInt(IV(kind, blocks, length))
	have := len(words) / chunk.WordBytes
	for at := 0; at < blocks*Rate; at += Rate {
		for i := range max(0, min(Rate, have-at)) {
			var x fr.Element
			if err := x.SetBytesCanonical(words[(at+i)*chunk.WordBytes : (at+i+1)*chunk.WordBytes]); err != nil {
				return common.Hash{}, fmt.Errorf("word %d is not a field element: %w", at+i, protocol.ErrInvalid)
			}
			d.state[1+i].Add(&d.state[1+i], &x)
		}
		if err := d.perm.Permutation(d.state[:]); err != nil {
			return common.Hash{}, fmt.Errorf("permute: %w", err)
		}
	}
	return common.Hash(d.state[1].Bytes()), nil
}

// IsElement says whether a hash is a field element, as every digest is.
func IsElement(h common.Hash) bool {
	var x fr.Element
	return x.SetBytesCanonical(h[:]) == nil
}

// Digest is Digester.Digest with a Digester of its own.
func Digest(kind chunk.Kind, length int, words []byte) (common.Hash, error) {
	return NewDigester().Digest(kind, length, words)
}
