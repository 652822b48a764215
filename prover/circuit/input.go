package circuit

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// Inputs are the public inputs of a proof in the verifier's order: the digests of A,
// B and O (for OpBind the point and the value instead of the last two), the word Step,
// the word Parameters.
type Inputs [PublicInputs]common.Hash

// StepInput is a statement with the chunks it speaks of.
type StepInput struct {
	Statement step.Statement
	// A, B and O are the packed words of the chunks; nil stands for a chunk that is not
	// read. O may be malformed in any way: its words are any field elements, and may go
	// on behind the chunk's end up to the end of its last sponge block. So may A's for
	// OpBind.
	A, B, O []byte
	// Submitter is who the proof pays.
	Submitter common.Address
	// Point and Value are the claim of OpBind: its polynomial's value at the point.
	Point, Value common.Hash
}

// FromTrace returns the input of a statement with the chunks gathered for it. The
// proof pays the submitter.
func FromTrace(g trace.Gathered, submitter common.Address) *StepInput {
	return &StepInput{Statement: g.Statement, A: g.A.Words, B: g.B.Words, O: g.O.Words, Submitter: submitter}
}

// opened is a chunk of a statement with all words of its hashed blocks.
type opened struct {
	step.Operand
	raw   []byte
	words []*big.Int
}

// open checks the input and returns its chunks. It fails with protocol.ErrInvalid if
// neither the statement nor its negation has a proof because of their shape.
func (in *StepInput) open() ([3]opened, error) {
	st := in.Statement
	kinds := kindsOf(st.Op)
	if kinds == nil {
		return [3]opened{}, fmt.Errorf("operation %d has no circuit: %w", st.Op, protocol.ErrInvalid)
	}
	chunks := [3]opened{{Operand: st.A, raw: in.A}, {Operand: st.B, raw: in.B}, {Operand: st.O, raw: in.O}}
	for i := range chunks {
		o := &chunks[i]
		if o.raw == nil {
			o.raw = step.UnusedWords()
		}
		if !slices.Contains(kinds[i], o.Kind) {
			return chunks, fmt.Errorf("operand %d of operation %d is of kind %d: %w", i, st.Op, o.Kind, protocol.ErrInvalid)
		}
		var err error
		if o.words, err = blockWords(o.Kind, o.Length, o.raw); err != nil {
			return chunks, fmt.Errorf("operand %d: %w", i, err)
		}
		if i != slotO && st.Op != step.OpBind {
			if err := canonical(o.Kind, o.Length, o.raw); err != nil {
				return chunks, fmt.Errorf("operand %d: %w", i, err)
			}
		}
		for _, p := range o.Places {
			inside := p >= 0 && p < o.Length
			if i == slotO && st.Op == step.OpPad {
				inside = p >= o.Length && p < len(o.words)*o.Kind.Limbs()
			}
			if !inside {
				return chunks, fmt.Errorf("place %d of operand %d of %d numbers: %w", p, i, o.Length, protocol.ErrInvalid)
			}
		}
		for p := range o.Places { // scales lie closer than the numbers that a place counts
			if w, _ := o.position(p); w >= len(o.words) {
				return chunks, fmt.Errorf("place %d of operand %d lies behind its %d words: %w", o.Places[p], i, len(o.words), protocol.ErrInvalid)
			}
		}
	}
	for _, noise := range []int32{st.NoiseA, st.NoiseB} {
		if noise < -step.NoiseOffset || noise >= step.NoiseOffset {
			return chunks, fmt.Errorf("noise %d: %w", noise, protocol.ErrInvalid)
		}
	}
	if st.Op == step.OpBind && (in.Point.Big().Cmp(fr.Modulus()) >= 0 || in.Value.Big().Cmp(fr.Modulus()) >= 0) {
		return chunks, fmt.Errorf("point or value is not a field element: %w", protocol.ErrInvalid)
	}
	return chunks, in.checkSum(chunks)
}

// checkSum checks the lengths of a sum's operands.
func (in *StepInput) checkSum(chunks [3]opened) error {
	a, b := chunks[slotA].Length, chunks[slotB].Length
	switch in.Statement.Op {
	case step.OpLinear, step.OpMix, step.OpScore:
		if a != b {
			return fmt.Errorf("sum over %d and %d numbers: %w", a, b, protocol.ErrInvalid)
		}
	}
	switch in.Statement.Op {
	case step.OpSquares, step.OpSum, step.OpMix, step.OpScore:
		if a > numbers {
			return fmt.Errorf("sum over %d numbers: %w", a, protocol.ErrInvalid)
		}
	}
	return nil
}

// canonical checks that words are what packing makes of some numbers.
func canonical(kind chunk.Kind, n int, words []byte) (err error) {
	switch kind {
	case chunk.Int16:
		_, err = chunk.UnpackInt16(words, n)
	case chunk.Int32:
		_, err = chunk.UnpackInt32(words, n)
	case chunk.Wide80:
		_, err = chunk.UnpackWide(words, n)
	case chunk.Weights:
		_, _, err = chunk.UnpackWeights(words, n)
	default:
		err = fmt.Errorf("number of kind %d: %w", kind, protocol.ErrInvalid)
	}
	return err
}

// Inputs returns the public inputs of the statement "the claim is right" (ok) or "the
// claim is wrong" (!ok), whether it holds or not.
func (in *StepInput) Inputs(ok bool) (Inputs, error) {
	chunks, err := in.open()
	if err != nil {
		return Inputs{}, err
	}
	var public Inputs
	sponge := commit.NewDigester()
	for i, o := range chunks {
		if public[i], err = sponge.DigestAny(o.Kind, o.Length, o.raw); err != nil {
			return Inputs{}, err
		}
	}
	if in.Statement.Op == step.OpBind {
		public[slotB], public[slotO] = in.Point, in.Value
	}
	public[3], public[4] = in.Statement.Word(ok), in.Statement.Parameters(in.Submitter)
	return public, nil
}

// position is the word and the limb of a place.
func (o *opened) position(p int) (word, limb int) {
	limbs, start := o.Kind.Limbs(), 0
	if o.Kind == chunk.Weights && p == 0 {
		start = chunk.ScaleWords
	}
	if o.Kind == chunk.Weights && p == 1 {
		limbs = scaleLimbs
	}
	return start + o.Places[p]/limbs, o.Places[p] % limbs
}

// width returns the width of the limbs at a place, and whether they carry an offset.
func (o *opened) width(p int) (width int, signed bool) {
	switch o.Kind {
	case chunk.Int16:
		return halfBits, true
	case chunk.Int32:
		return int32Bits, true
	case chunk.Wide80:
		return wideBits, true
	}
	if p == 1 {
		return scaleBits, false
	}
	return byteBits, true
}

// number reads a place, and says whether nothing lies above the limbs of its word.
func (o *opened) number(p int) (v *big.Int, wellFormed bool) {
	w, limb := o.position(p)
	width, signed := o.width(p)
	word := o.words[w]
	v = new(big.Int).Rsh(word, uint(limb*width))
	v.And(v, new(big.Int).Sub(pow2(width), big.NewInt(1)))
	if signed {
		v.Sub(v, pow2(width-1))
	}
	limbs := o.Kind.Limbs()
	if width == scaleBits {
		limbs = scaleLimbs
	}
	return v, word.BitLen() <= limbs*width
}
