package circuit

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/std/permutation/poseidon2"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// digest returns the digest of a slot's chunk, as package commit defines it. Words
// behind the chunk's end in the last hashed block are absorbed as they are.
func (b builder) digest(perm *poseidon2.Permutation, s *slot) (frontend.Variable, error) {
	state := make([]frontend.Variable, commit.Width)
	for i := range state {
		state[i] = 0
	}
	state[0] = b.Add(commit.IV(0, 0, 0), b.Mul(s.kindCode, pow2(64)), b.Mul(s.blocks, pow2(32)), s.length)
	digest := frontend.Variable(0)
	for i, hashed := range s.hashed {
		for j, w := range s.words[i*commit.Rate : (i+1)*commit.Rate] {
			state[1+j] = b.Add(state[1+j], w)
		}
		if err := perm.Permutation(state); err != nil {
			return nil, fmt.Errorf("permute: %w", err)
		}
		last := hashed
		if i+1 < len(s.hashed) {
			last = b.Sub(last, s.hashed[i+1])
		}
		digest = b.Add(digest, b.Mul(last, state[1]))
	}
	return digest, nil
}

// blockWords returns the words of all hashed blocks of a chunk.
func blockWords(kind chunk.Kind, length int, words []byte) ([]*big.Int, error) {
	least, err := kind.Words(length)
	if err != nil {
		return nil, err
	}
	most := commit.Blocks(least) * commit.Rate
	if n := len(words); n%chunk.WordBytes != 0 || n < least*chunk.WordBytes || n > most*chunk.WordBytes {
		return nil, fmt.Errorf("chunk of %d bytes for %d words: %w", n, least, protocol.ErrInvalid)
	}
	all := make([]*big.Int, most)
	for w := range all {
		all[w] = new(big.Int)
		if at := w * chunk.WordBytes; at < len(words) {
			all[w].SetBytes(words[at : at+chunk.WordBytes])
		}
		if all[w].Cmp(fr.Modulus()) >= 0 {
			return nil, fmt.Errorf("word %d is not a field element: %w", w, protocol.ErrInvalid)
		}
	}
	return all, nil
}
