// Package circuit holds the circuit whose proofs settle disputes, its plain Go
// reference and the assignment of witnesses. It proves nothing itself: keys and
// proofs are made in packages keys and prover.
//
// One circuit, Step, serves every operation of package protocol/step and every
// model: it opens up to three chunks and says whether the number at a place of the
// third is what the operation makes of the other two.
//
// Invariants: Groth16 over BN254 without commitments; every public input appears in
// constraints, and every field of the public words is rebuilt from its bits; every
// number read from a chunk is range checked by its bits, so that one digest has one
// reading; no index, path or model dimension enters the circuit. Hints come from
// gnark's bit decomposition and zero test only, and each has its defining
// constraint. Whatever is chosen by the prover is either determined by the public
// inputs or without effect.
package circuit

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/std/permutation/poseidon2"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// PublicInputs is the number of public inputs of the circuit.
const PublicInputs = 5

// Step says of one number of a trace that it is right, or that it is wrong. What its
// public words carry is package protocol/step's to say.
//
// Chunks that are read as inputs must be canonical where they are read. The chunk
// under judgement is read totally: whatever field element stands at the claim has
// one reading, and bits above its limbs make the claim wrong, so that no digest of
// field elements escapes a proof.
type Step struct {
	// Digests of the chunks A, B and O. OpBind has the point in place of B's and the
	// polynomial's value in place of O's.
	A          frontend.Variable `gnark:",public"`
	B          frontend.Variable `gnark:",public"`
	O          frontend.Variable `gnark:",public"`
	Word       frontend.Variable `gnark:",public"` // step.Statement.Word
	Parameters frontend.Variable `gnark:",public"` // step.Statement.Parameters

	Slots [3]Chunk

	// The bits of the numbers that a sum runs over: 16-bit limbs of A (1,024 int16 or
	// 512 int32), bytes of B (1,024 weights or 512 int16), scales of B.
	Halves [halves * halfBits]frontend.Variable
	Bytes  [bytesB * byteBits]frontend.Variable
	Scales [groups * scaleBits]frontend.Variable

	Division Division // of the operation's numerator by its denominator
	Root     Root

	omit check // any of them; tests only
}

// Chunk is one opened chunk and where it is read.
type Chunk struct {
	Words [chunk.MaxWords]frontend.Variable
	Reads [2]Position
}

// Position is a place in a chunk: a word and a limb of it.
type Position struct{ Word, Limb frontend.Variable }

// Division is a quotient, rounded down, and its remainder.
type Division struct{ Quotient, Remainder frontend.Variable }

// check names a check that a test leaves out, to see that another test notices.
type check int

const (
	modulusCheck check = 1 << iota
	halvesCheck
	bytesCheck
	remainderCheck
	limbCheck
	rootCheck
	paddingCheck
	unhashedCheck
	kindCheck
	digestCheck
	meanCheck
	meanRestCheck
	normalCheck
	inverseCheck
	inverseRestCheck
	shiftCheck
	insideCheck
	roomCheck
	sumLengthCheck
)

// statement is the public words taken apart.
type statement struct {
	op         []frontend.Variable // flags by code
	ok, first  frontend.Variable
	slots      [3]*slot
	noiseA     frontend.Variable // signed
	noiseB     frontend.Variable
	x, y       frontend.Variable
	arithmetic frontend.Variable // 1 for the operations that compute a number
}

// slots by their names.
const (
	slotA = iota
	slotB
	slotO
)

// Define declares the constraints.
func (c *Step) Define(api frontend.API) error {
	b := builder{api}
	st := c.statement(b)
	perm, err := poseidon2.NewPoseidon2FromParameters(api, commit.Width, commit.FullRounds, commit.PartialRounds)
	if err != nil {
		return fmt.Errorf("build permutation: %w", err)
	}
	bind := st.op[step.OpBind]
	for i, public := range []frontend.Variable{c.A, c.B, c.O} {
		if c.omit&digestCheck != 0 {
			break
		}
		got, err := b.digest(perm, st.slots[i])
		if err != nil {
			return err
		}
		if i == slotA {
			b.AssertIsEqual(got, public)
		} else {
			b.zero(b.Sub(got, public), b.not(bind))
		}
	}
	r := c.readings(b, st)
	sums := c.sums(b, st)
	right := c.verdict(b, st, r, sums)
	b.AssertIsEqual(right, st.ok)
	return nil
}

// fields takes bits off a word from the lowest up.
type fields []frontend.Variable

func (f *fields) next(n int) []frontend.Variable {
	taken := (*f)[:n]
	*f = (*f)[n:]
	return taken
}

// statement takes the public words apart. Both are equal to the sum of their bits, so
// every field is as wide as package step makes it and nothing lies above.
func (c *Step) statement(b builder) *statement {
	const operandBits = step.KindBits + step.BlocksBits + step.LengthBits + 2*step.PlaceBits
	st := new(statement)
	word := fields(b.bits(c.Word, step.OpBits+2*step.FlagBits+3*operandBits+2*step.NoiseBits))
	op := word.next(step.OpBits)
	b.AssertIsEqual(b.number(op[5:]), 0)
	st.op = b.oneHot(op[:5])
	for code, flag := range st.op {
		if !known(step.Op(code)) {
			b.AssertIsEqual(flag, 0)
		}
	}
	st.ok, st.first = word.next(step.FlagBits)[0], word.next(step.FlagBits)[0]
	for i := range st.slots {
		st.slots[i] = c.slot(b, &word, i)
	}
	st.noiseA = b.Sub(b.number(word.next(step.NoiseBits)), step.NoiseOffset)
	st.noiseB = b.Sub(b.number(word.next(step.NoiseBits)), step.NoiseOffset)

	parameters := fields(b.bits(c.Parameters, 2*step.ParameterBits+step.AddressBits))
	st.x = b.number(parameters.next(step.ParameterBits))
	st.y = b.number(parameters.next(step.ParameterBits))
	// What is left is the submitter: bound by being part of the sum above.

	c.kinds(b, st)
	c.places(b, st)
	return st
}

// flag is 1 where the operation is one of these.
func (st *statement) flag(b builder, ops ...step.Op) frontend.Variable {
	flags := make([]frontend.Variable, len(ops))
	for i, op := range ops {
		flags[i] = st.op[op]
	}
	return b.sum(flags...)
}

// Compile compiles the circuit. It takes some seconds.
func Compile() (constraint.ConstraintSystem, error) {
	ccs, err := frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder, &Step{})
	if err != nil {
		return nil, fmt.Errorf("compile circuit: %w", err)
	}
	return ccs, nil
}
