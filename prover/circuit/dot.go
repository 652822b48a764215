// Package circuit holds the circuits whose proofs settle disputes, their plain Go
// references and the assignment of witnesses. It proves nothing itself: keys and
// proofs are made in packages keys and prover.
//
// Invariants of every circuit here: Groth16 over BN254 without commitments; every
// public input appears in a constraint; every value read from a chunk is range
// checked by its bits, so that one digest has one reading; no index, path or model
// dimension enters a circuit. Hints come from gnark's bit decomposition and zero
// test only, and each has its defining constraint.
package circuit

import (
	"math/big"

	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/std/math/bits"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// The shape of the Dot circuit: the longest chunks it can open.
const (
	slots       = 1024 // weights and activations
	groups      = slots / chunk.GroupSize
	actLimbs    = 15
	actWords    = (slots + actLimbs - 1) / actLimbs
	actBits     = 16
	qLimbs      = 31
	qWords      = (slots + qLimbs - 1) / qLimbs
	qBits       = 8
	scaleLimbs  = 10
	scaleBits   = 24
	weightWords = chunk.ScaleWords + qWords
	sumLimbs    = 3
	sumBits     = 80
	sumWords    = chunk.MaxWords
	sumBlocks   = commit.MaxBlocks
	blockSums   = sumLimbs * commit.Rate // sums in one sponge block
)

// OpLinear is the op code of one running sum of a matrix row: the id of LINEAR in
// the table of ops.
const OpLinear = 7

// The fields of the public word Step, 16 bits each, from the least significant.
const (
	fieldOp     = 16 * iota // OpLinear
	fieldLength             // activations and weights in their chunks, 1..1024
	fieldSums               // running sums in their chunk, 1..225
	fieldPlace              // place of the claimed sum, 0..fieldSums-1
	fieldFirst              // 1: the sum starts here, the one before it is 0
	fieldOK                 // 1: the claim is right, 0: the claim is wrong
)

// Dot is one step of a running dot product over committed chunks:
//
//	T[p] = T[p-1] + sum_g m[g] * sum_{i in group g} q[i]*a[i]
//
// a are int16 activations, q and m the int8 weights and 24-bit scales of one
// weight chunk, T[p-1] is 0 where a row starts. The proof says whether the sum
// claimed at place p of the chunk T is that number.
//
// The two chunks that are read as inputs must be canonical, padding included. The
// chunk of sums is read totally: a word with bits above its three limbs makes each
// of its claims wrong, so that no digest of field elements escapes a proof.
type Dot struct {
	Activations frontend.Variable `gnark:",public"` // digest, chunk.Int16
	Weights     frontend.Variable `gnark:",public"` // digest, chunk.Weights
	Sums        frontend.Variable `gnark:",public"` // digest, chunk.Wide80
	Step        frontend.Variable `gnark:",public"` // packed fields, above
	Submitter   frontend.Variable `gnark:",public"` // address that the proof pays

	Length, SumCount, Place, First, OK frontend.Variable

	ActivationWords [actWords]frontend.Variable
	WeightWords     [weightWords]frontend.Variable
	SumWords        [sumWords]frontend.Variable

	Live       [slots]frontend.Variable     // 1 where i < Length
	SumHashed  [sumBlocks]frontend.Variable // 1 where block b of Sums is hashed
	Claim      sumSelector                  // of place
	Before     sumSelector                  // of the place before; of place if First
	unsafeRead bool                         // tests only: leaves out the check that a sum's bits are below the modulus
}

// sumSelector picks one sum out of the words of a chunk: both arrays are one-hot.
type sumSelector struct {
	Word [sumWords]frontend.Variable
	Limb [sumLimbs]frontend.Variable
}

// Define declares the constraints.
func (c *Dot) Define(api frontend.API) error {
	// The submitter is bound by nothing but its presence in a constraint: without
	// one the proof would verify for any value of it.
	api.Mul(c.Submitter, c.Submitter)

	c.defineStep(api)
	c.defineLive(api)
	hash, err := newSponge(api)
	if err != nil {
		return err
	}

	a, q, m := c.activations(api), c.weights(api), c.scales(api)
	for i := range slots {
		// Past the length both values are 0. |q| < 2^8 and |a| <= 2^16, so the sum
		// below is 0 only if both are.
		both := api.Add(api.Mul(a[i], 1<<9), q[i])
		api.AssertIsEqual(api.Mul(both, api.Sub(1, c.Live[i])), 0)
	}
	dot := frontend.Variable(0)
	for g := range groups {
		api.AssertIsEqual(api.Mul(m[g], api.Sub(1, c.Live[g*chunk.GroupSize])), 0)
		sum := frontend.Variable(0)
		for i := g * chunk.GroupSize; i < (g+1)*chunk.GroupSize; i++ {
			sum = api.Add(sum, api.Mul(a[i], q[i]))
		}
		dot = api.Add(dot, api.Mul(m[g], sum))
	}

	if err := c.defineDigests(api, hash); err != nil {
		return err
	}

	claim, wellFormed := c.Claim.read(api, c.SumWords[:], c.unsafeRead)
	before, _ := c.Before.read(api, c.SumWords[:], c.unsafeRead)
	computed := api.Add(api.Mul(before, api.Sub(1, c.First)), dot)
	right := api.Mul(api.IsZero(api.Sub(claim, computed)), wellFormed)
	api.AssertIsEqual(right, c.OK)
	return nil
}

// defineStep ties the private fields to the public word and to each other.
func (c *Dot) defineStep(api frontend.API) {
	api.AssertIsBoolean(c.First)
	api.AssertIsBoolean(c.OK)
	step := frontend.Variable(OpLinear << fieldOp)
	for _, f := range []struct {
		v     frontend.Variable
		shift uint
	}{{c.Length, fieldLength}, {c.SumCount, fieldSums}, {c.Place, fieldPlace}, {c.First, fieldFirst}, {c.OK, fieldOK}} {
		step = api.Add(step, api.Mul(f.v, new(big.Int).Lsh(big.NewInt(1), f.shift)))
	}
	api.AssertIsEqual(c.Step, step)

	// Length is a sum of 1,024 booleans, Place a sum over one-hot selectors; both
	// are ranged by that. SumCount lies in the last hashed block.
	full := frontend.Variable(0)
	for b, h := range c.SumHashed {
		if b == 0 {
			api.AssertIsEqual(h, 1)
		} else {
			api.AssertIsBoolean(h)
			api.AssertIsEqual(api.Mul(h, c.SumHashed[b-1]), h)
		}
		full = api.Add(full, api.Mul(h, blockSums))
	}
	assertBelow(api, api.Sub(full, c.SumCount), blockSums)
	bits.ToBinary(api, api.Sub(c.SumCount, 1, c.Place), bits.WithNbDigits(8)) // Place < SumCount

	api.AssertIsEqual(c.Claim.place(api), c.Place)
	api.AssertIsEqual(c.Before.place(api), api.Add(c.Place, -1, c.First))
}

// assertBelow asserts 0 <= v < bound for a bound of at most 64.
func assertBelow(api frontend.API, v frontend.Variable, bound int) {
	bits.ToBinary(api, v, bits.WithNbDigits(6))
	bits.ToBinary(api, api.Sub(bound-1, v), bits.WithNbDigits(6))
}

// defineLive makes Live the indicator of i < Length, with Length >= 1.
func (c *Dot) defineLive(api frontend.API) {
	api.AssertIsEqual(c.Live[0], 1)
	count, rises := frontend.Variable(1), frontend.Variable(0)
	for i := 1; i < slots; i++ {
		api.AssertIsBoolean(c.Live[i])
		count = api.Add(count, c.Live[i])
		rises = api.Add(rises, api.Mul(c.Live[i], api.Sub(1, c.Live[i-1])))
	}
	api.AssertIsEqual(rises, 0) // at most 1,023 booleans: none of them is 1
	api.AssertIsEqual(count, c.Length)
}

// defineDigests ties the words to the public digests.
func (c *Dot) defineDigests(api frontend.API, hash *sponge) error {
	// A block is hashed if its first word holds a live value. The words of a weight
	// chunk start with the scales.
	var actHashed, weightHashed []frontend.Variable
	for w := 0; w < actWords; w += commit.Rate {
		actHashed = append(actHashed, c.Live[w*actLimbs])
	}
	for w := 0; w < weightWords; w += commit.Rate {
		weightHashed = append(weightHashed, c.Live[max(0, w-chunk.ScaleWords)*qLimbs])
	}
	for w := commit.Rate; w < sumWords; w++ {
		unhashed := api.Sub(1, c.SumHashed[w/commit.Rate])
		api.AssertIsEqual(api.Mul(unhashed, c.SumWords[w]), 0)
	}
	for _, d := range []struct {
		kind          chunk.Kind
		length        frontend.Variable
		words, hashed []frontend.Variable
		want          frontend.Variable
	}{
		{chunk.Int16, c.Length, c.ActivationWords[:], actHashed, c.Activations},
		{chunk.Weights, c.Length, c.WeightWords[:], weightHashed, c.Weights},
		{chunk.Wide80, c.SumCount, c.SumWords[:], c.SumHashed[:], c.Sums},
	} {
		got, err := hash.digest(d.kind, d.length, d.words, d.hashed)
		if err != nil {
			return err
		}
		api.AssertIsEqual(got, d.want)
	}
	return nil
}

// activations decodes the activation words into signed values.
func (c *Dot) activations(api frontend.API) []frontend.Variable {
	return c.signed(api, c.ActivationWords[:], actLimbs, actBits)
}

// weights decodes the words after the scales into signed values.
func (c *Dot) weights(api frontend.API) []frontend.Variable {
	return c.signed(api, c.WeightWords[chunk.ScaleWords:], qLimbs, qBits)
}

// signed range-checks the limbs of words and returns them without their offset. A
// word without live values has no offset: it is 0, and so are its limbs, by the
// caller's check of values past the length.
func (c *Dot) signed(api frontend.API, words []frontend.Variable, limbs, size int) []frontend.Variable {
	offset := new(big.Int).Lsh(big.NewInt(1), uint(size-1))
	values := make([]frontend.Variable, 0, slots)
	for w, word := range words {
		used := c.Live[w*limbs]
		n := min(limbs, slots-w*limbs)
		// Limbs past the last slot are constant, so they need no bits.
		padding := new(big.Int)
		for j := n; j < limbs; j++ {
			padding.Add(padding, new(big.Int).Lsh(offset, uint(j*size)))
		}
		for _, limb := range split(api, api.Sub(word, api.Mul(used, padding)), n, size) {
			values = append(values, api.Sub(limb, api.Mul(used, offset)))
		}
	}
	return values
}

// scales decodes the scale words.
func (c *Dot) scales(api frontend.API) []frontend.Variable {
	values := make([]frontend.Variable, 0, groups)
	for w, word := range c.WeightWords[:chunk.ScaleWords] {
		values = append(values, split(api, word, min(scaleLimbs, groups-w*scaleLimbs), scaleBits)...)
	}
	return values
}

// split returns the n limbs of size bits that word consists of. n*size must be
// below the field's size, so that there is one decomposition only.
func split(api frontend.API, word frontend.Variable, n, size int) []frontend.Variable {
	all := bits.ToBinary(api, word, bits.WithNbDigits(n*size))
	limbs := make([]frontend.Variable, n)
	for j := range limbs {
		limbs[j] = bits.FromBinary(api, all[j*size:(j+1)*size], bits.WithUnconstrainedInputs())
	}
	return limbs
}

// place asserts that the selector is one-hot and returns the place it selects.
func (s *sumSelector) place(api frontend.API) frontend.Variable {
	return api.Add(api.Mul(oneHot(api, s.Word[:]), sumLimbs), oneHot(api, s.Limb[:]))
}

func oneHot(api frontend.API, flags []frontend.Variable) (index frontend.Variable) {
	count := frontend.Variable(0)
	index = 0
	for i, f := range flags {
		api.AssertIsBoolean(f)
		count = api.Add(count, f)
		index = api.Add(index, api.Mul(f, i))
	}
	api.AssertIsEqual(count, 1)
	return index
}

// read returns the selected sum and whether its word has no bits above its limbs.
// The word may be any field element: its bits are those of the one representative
// below the modulus.
func (s *sumSelector) read(api frontend.API, words []frontend.Variable, unsafe bool) (sum, wellFormed frontend.Variable) {
	word := frontend.Variable(0)
	for w, f := range s.Word {
		word = api.Add(word, api.Mul(f, words[w]))
	}
	var options []bits.BaseConversionOption
	if unsafe {
		options = append(options, bits.OmitModulusCheck())
	}
	all := bits.ToBinary(api, word, options...)
	sum = new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), sumBits-1))
	for j, f := range s.Limb {
		limb := bits.FromBinary(api, all[j*sumBits:(j+1)*sumBits], bits.WithUnconstrainedInputs())
		sum = api.Add(sum, api.Mul(f, limb))
	}
	above := bits.FromBinary(api, all[sumLimbs*sumBits:], bits.WithUnconstrainedInputs())
	return sum, api.IsZero(above)
}
