package circuit

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// PublicInputs is the number of public inputs of a circuit.
const PublicInputs = 5

// DotStep is what one step of a running dot product reads, in plain values.
type DotStep struct {
	Activations []int16  // 1..1024 values
	Weights     []int8   // as many
	Scales      []uint32 // one below 2^24 for every started group of 32 weights
	SumWords    []byte   // the chunk of running sums as packed words; may be malformed
	SumCount    int      // sums in that chunk, 1..225
	Place       int      // of the claim, 0..SumCount-1
	First       bool     // the running sum starts here
	Submitter   common.Address
}

// Inputs are the public inputs of a proof in the verifier's order: the digests of
// activations, weights and sums, the step's fields, the submitter.
type Inputs [PublicInputs]common.Hash

// Reference returns the right sum at the step's place and whether the claim there
// is that sum. It fails with protocol.ErrInvalid on a step that cannot be proven
// either way.
func (s *DotStep) Reference() (sum *big.Int, ok bool, err error) {
	if err := s.check(); err != nil {
		return nil, false, err
	}
	sum = new(big.Int)
	if !s.First {
		sum, _ = s.sumAt(s.Place - 1)
	}
	for g, m := range s.Scales {
		var group int64
		for i := g * chunk.GroupSize; i < min((g+1)*chunk.GroupSize, len(s.Weights)); i++ {
			group += int64(s.Weights[i]) * int64(s.Activations[i])
		}
		sum.Add(sum, new(big.Int).Mul(big.NewInt(group), big.NewInt(int64(m))))
	}
	claim, wellFormed := s.sumAt(s.Place)
	return sum, wellFormed && claim.Cmp(sum) == 0, nil
}

// check says whether the step has a proof.
func (s *DotStep) check() error {
	if len(s.Activations) != len(s.Weights) {
		return fmt.Errorf("%d activations for %d weights: %w", len(s.Activations), len(s.Weights), protocol.ErrInvalid)
	}
	words, err := chunk.Wide80.Words(s.SumCount)
	if err != nil {
		return err
	}
	if len(s.SumWords) != words*chunk.WordBytes {
		return fmt.Errorf("%d bytes for %d sums: %w", len(s.SumWords), s.SumCount, protocol.ErrInvalid)
	}
	if s.Place < 0 || s.Place >= s.SumCount || s.Place == 0 && !s.First {
		return fmt.Errorf("place %d of %d sums: %w", s.Place, s.SumCount, protocol.ErrInvalid)
	}
	return nil
}

// sumAt returns the sum at a place and whether its word is well formed.
func (s *DotStep) sumAt(place int) (sum *big.Int, wellFormed bool) {
	at := place / sumLimbs * chunk.WordBytes
	word := new(big.Int).SetBytes(s.SumWords[at : at+chunk.WordBytes])
	wellFormed = word.BitLen() <= sumLimbs*sumBits
	sum = word.Rsh(word, uint(place%sumLimbs*sumBits))
	sum.And(sum, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), sumBits), big.NewInt(1)))
	return sum.Sub(sum, new(big.Int).Lsh(big.NewInt(1), sumBits-1)), wellFormed
}

// Assign returns the witness of the statement "the claim is right" (ok) or "the
// claim is wrong" (!ok), and its public inputs. It does not decide which of the
// two holds: a false statement has a witness that no prover can satisfy. It fails
// with protocol.ErrInvalid on a step that cannot be proven either way.
func (s *DotStep) Assign(ok bool) (*Dot, Inputs, error) {
	if err := s.check(); err != nil {
		return nil, Inputs{}, err
	}
	act := chunk.PackInt16(nil, s.Activations)
	weights, err := chunk.PackWeights(nil, s.Weights, s.Scales)
	if err != nil {
		return nil, Inputs{}, err
	}
	n := len(s.Weights)
	var in Inputs
	digester := commit.NewDigester()
	for i, d := range []struct {
		kind  chunk.Kind
		n     int
		words []byte
	}{{chunk.Int16, n, act}, {chunk.Weights, n, weights}, {chunk.Wide80, s.SumCount, s.SumWords}} {
		if in[i], err = digester.Digest(d.kind, d.n, d.words); err != nil {
			return nil, Inputs{}, err
		}
	}
	in[3] = s.stepWord(ok)
	in[4] = common.BytesToHash(s.Submitter[:])

	c := &Dot{
		Activations: in[0].Big(), Weights: in[1].Big(), Sums: in[2].Big(), Step: in[3].Big(), Submitter: in[4].Big(),
		Length: n, SumCount: s.SumCount, Place: s.Place, First: bit(s.First), OK: bit(ok),
	}
	assignWords(c.ActivationWords[:], act)
	assignWords(c.WeightWords[:], weights)
	assignWords(c.SumWords[:], s.SumWords)
	for i := range c.Live {
		c.Live[i] = bit(i < n)
	}
	for b := range c.SumHashed {
		c.SumHashed[b] = bit(b*blockSums < s.SumCount)
	}
	c.Claim.assign(s.Place)
	c.Before.assign(s.Place - 1 + bit(s.First))
	return c, in, nil
}

// stepWord packs the fields of the public word Step.
func (s *DotStep) stepWord(ok bool) common.Hash {
	word := new(big.Int)
	for _, f := range []struct {
		v     int
		shift uint
	}{
		{OpLinear, fieldOp}, {len(s.Weights), fieldLength}, {s.SumCount, fieldSums},
		{s.Place, fieldPlace}, {bit(s.First), fieldFirst}, {bit(ok), fieldOK},
	} {
		word.Or(word, new(big.Int).Lsh(big.NewInt(int64(f.v)), f.shift))
	}
	return common.BigToHash(word)
}

func (s *sumSelector) assign(place int) {
	for w := range s.Word {
		s.Word[w] = bit(w == place/sumLimbs)
	}
	for l := range s.Limb {
		s.Limb[l] = bit(l == place%sumLimbs)
	}
}

func assignWords(dst []frontend.Variable, words []byte) {
	for w := range dst {
		if at := w * chunk.WordBytes; at < len(words) {
			dst[w] = new(big.Int).SetBytes(words[at : at+chunk.WordBytes])
		} else {
			dst[w] = 0
		}
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// CompileDot compiles the Dot circuit. It takes about a second.
func CompileDot() (constraint.ConstraintSystem, error) {
	ccs, err := frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder, &Dot{})
	if err != nil {
		return nil, fmt.Errorf("compile circuit: %w", err)
	}
	return ccs, nil
}
