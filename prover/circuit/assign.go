package circuit

import (
	"math/big"

	"github.com/consensys/gnark/frontend"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// Assign returns the witness of the statement "the claim is right" (ok) or "the claim
// is wrong" (!ok), and its public inputs. It does not decide which of the two holds: a
// false statement has a witness that no prover can satisfy. It fails with
// protocol.ErrInvalid where Reference does.
func (in *StepInput) Assign(ok bool) (*Step, Inputs, error) {
	e, err := in.evaluate()
	if err != nil {
		return nil, Inputs{}, err
	}
	public, err := in.Inputs(ok)
	if err != nil {
		return nil, Inputs{}, err
	}
	c := &Step{
		A: public[0].Big(), B: public[1].Big(), O: public[2].Big(),
		Word: public[3].Big(), Parameters: public[4].Big(),
	}
	for i := range c.Slots {
		c.Slots[i].assign(&e.chunks[i], in.Statement.Op == step.OpBind && i != slotA)
	}
	c.assignNumbers(e)
	if err := c.assignDivision(e); err != nil {
		return nil, Inputs{}, err
	}
	return c, public, c.assignRoot(e)
}

func (s *Chunk) assign(o *opened, empty bool) {
	for w := range s.Words {
		s.Words[w] = 0
		if w < len(o.words) && !empty {
			s.Words[w] = o.words[w]
		}
	}
	for p := range s.Reads {
		word, limb := o.position(p)
		s.Reads[p] = Position{Word: word, Limb: limb}
	}
}

// assignNumbers sets the bits of the numbers that the operation sums over; others are
// without effect and stand for zeros.
func (c *Step) assignNumbers(e *evaluation) {
	a, b := &e.chunks[slotA], &e.chunks[slotB]
	var limbsA, limbsB, scales []uint64
	switch e.Op {
	case step.OpLinear, step.OpSum, step.OpScore:
		limbsA = a.limbs(0, a.Length, halfBits)
	case step.OpSquares, step.OpMix:
		limbsA = a.limbs(0, a.Length, int32Bits)
	}
	setLimbs(c.Halves[:], limbsA, halfBits, a.Kind == chunk.Int32)
	switch e.Op {
	case step.OpLinear:
		limbsB = b.limbs(chunk.ScaleWords, b.Length, byteBits)
		scales = b.limbs(0, (b.Length+chunk.GroupSize-1)/chunk.GroupSize, scaleBits)
	case step.OpScore, step.OpMix:
		limbsB = b.limbs(0, b.Length, halfBits)
	}
	setLimbs(c.Bytes[:], limbsB, byteBits, b.Kind == chunk.Int16)
	setLimbs(c.Scales[:], scales, scaleBits, false)
}

// limbs returns n limbs from a word on.
func (o *opened) limbs(word, n, width int) []uint64 {
	perWord := wordBits / width
	all := make([]uint64, n)
	mask := new(big.Int).Sub(pow2(width), big.NewInt(1))
	for i := range all {
		limb := new(big.Int).Rsh(o.words[word+i/perWord], uint(i%perWord*width))
		all[i] = limb.And(limb, mask).Uint64()
	}
	return all
}

// setLimbs sets bits to those of limbs; double limbs have twice the width.
func setLimbs(dst []frontend.Variable, limbs []uint64, width int, double bool) {
	for i := range dst {
		dst[i] = 0
	}
	if double {
		width *= 2
	}
	for i, limb := range limbs {
		for j := range width {
			dst[i*width+j] = limb >> j & 1
		}
	}
}

func (c *Step) assignDivision(e *evaluation) error {
	p, d := new(big.Int), big.NewInt(1)
	switch e.Op {
	case step.OpAbsMax, step.OpMax, step.OpPick, step.OpPad, step.OpBind:
	default:
		var err error
		if p, d, err = e.fraction(); err != nil {
			return err
		}
	}
	q, r := new(big.Int).DivMod(p, d, new(big.Int))
	c.Division = Division{Quotient: q, Remainder: r}
	return nil
}

func (c *Step) assignRoot(e *evaluation) error {
	r := &root{mean: new(big.Int), rest: new(big.Int)}
	var err error
	if e.Op == step.OpRsqrt {
		r, err = e.root()
	} else {
		err = r.finish(pow2(62), e)
	}
	if err != nil {
		return err
	}
	c.Root = Root{Mean: r.mean, MeanRest: r.rest, HalfZeros: r.halfZeros, Root: r.root, Inverse: r.inverse, Rest: r.inverseRest}
	return nil
}
