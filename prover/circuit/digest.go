package circuit

import (
	"math/big"

	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/std/permutation/poseidon2"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// sponge computes chunk digests in a circuit, as package commit defines them.
type sponge struct {
	api  frontend.API
	perm *poseidon2.Permutation
}

func newSponge(api frontend.API) (*sponge, error) {
	perm, err := poseidon2.NewPoseidon2FromParameters(api, commit.Width, commit.FullRounds, commit.PartialRounds)
	if err != nil {
		return nil, err
	}
	return &sponge{api: api, perm: perm}, nil
}

// digest returns the digest of a chunk of length values in the given words, of
// which the blocks b with hashed[b] = 1 are absorbed. The caller has constrained
// hashed to booleans that never rise, the first of them 1. Words past the chunk's
// end in the last hashed block are absorbed as they are: inputs force them to 0, a
// chunk that is read totally does not.
func (s *sponge) digest(kind chunk.Kind, length frontend.Variable, words, hashed []frontend.Variable) (frontend.Variable, error) {
	blocks := frontend.Variable(0)
	for _, h := range hashed {
		blocks = s.api.Add(blocks, h)
	}
	state := make([]frontend.Variable, commit.Width)
	for i := range state {
		state[i] = 0
	}
	state[0] = s.api.Add(commit.IV(kind, 0, 0), s.api.Mul(blocks, new(big.Int).Lsh(big.NewInt(1), 32)), length)
	digest := frontend.Variable(0)
	for b := range hashed {
		block := words[b*commit.Rate : min((b+1)*commit.Rate, len(words))]
		for i, w := range block {
			state[1+i] = s.api.Add(state[1+i], w)
		}
		if err := s.perm.Permutation(state); err != nil {
			return nil, err
		}
		last := hashed[b]
		if b+1 < len(hashed) {
			last = s.api.Sub(last, hashed[b+1])
		}
		digest = s.api.Add(digest, s.api.Mul(last, state[1]))
	}
	return digest, nil
}
