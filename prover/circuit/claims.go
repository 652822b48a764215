package circuit

import (
	"github.com/consensys/gnark/frontend"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// maxShift is the largest k of a quantised vector.
const maxShift = 16

// verdict returns 1 where the claim is right.
func (c *Step) verdict(b builder, st *statement, r *readings, s *sums) frontend.Variable {
	o := r[slotO][0]
	equal := b.Mul(o.wellFormed, b.IsZero(b.Sub(o.number, c.computed(b, st, r, s))))
	// Nothing is computed for padding, so equal says that it is a well-formed zero.
	padding := b.choose(st.first, b.IsZero(o.word), equal)

	a := r[slotA][0].number
	short := b.Mul(st.slots[slotA].kind[chunk.Int32], a) // int32
	witness := c.witness(b, st, r)
	verdict := b.Mul(st.arithmetic, equal)
	for _, t := range []struct {
		op    step.Op
		right frontend.Variable
	}{
		{step.OpAbsMax, c.absMax(b, st, r, witness, short)},
		{step.OpMax, c.max(b, st, r, witness)},
		{step.OpPick, c.pick(b, st, r, short)},
		{step.OpPad, padding},
		{step.OpBind, c.bind(b, st)},
	} {
		verdict = b.Add(verdict, b.Mul(st.op[t.op], t.right))
	}
	return verdict
}

// witnessed is what is known of the index that a claim of a maximum names.
type witnessed struct {
	valid frontend.Variable // below Y, and both words of the claim well formed
	this  frontend.Variable // is X, the element that is compared
}

func (c *Step) witness(b builder, st *statement, r *readings) witnessed {
	index := r[slotO][1].number
	inside := b.Mul(b.nonNegative(index, wideBits), b.nonNegative(b.Sub(st.y, 1, index), wideBits))
	formed := b.Mul(r[slotO][0].wellFormed, r[slotO][1].wellFormed)
	return witnessed{valid: b.Mul(inside, formed), this: b.IsZero(b.Sub(index, st.x))}
}

// absMax: k is at most 16, the element is below 2^(15+k) in absolute value, and at
// the witness it is not below 2^(14+k) unless k is 0.
func (c *Step) absMax(b builder, st *statement, r *readings, w witnessed, a frontend.Variable) frontend.Variable {
	valid, bound, least := frontend.Variable(0), frontend.Variable(0), frontend.Variable(0)
	for k := range maxShift + 1 {
		is := b.IsZero(b.Sub(r[slotO][0].number, k))
		valid = b.Add(valid, is)
		bound = b.Add(bound, b.Mul(is, pow2(15+k)))
		if k > 0 {
			least = b.Add(least, b.Mul(is, pow2(14+k)))
		}
	}
	sign := b.nonNegative(a, int32Bits-1)
	abs := b.Mul(a, b.Sub(b.Mul(2, sign), 1))
	below := b.not(b.nonNegative(b.Sub(abs, bound), int32Bits))
	small := b.not(b.nonNegative(b.Sub(abs, least), int32Bits))
	return b.Mul(b.Mul(valid, w.valid), b.Mul(below, b.not(b.Mul(w.this, small))))
}

// max: the element is not above the claim, and at the witness it is the claim.
func (c *Step) max(b builder, st *statement, r *readings, w witnessed) frontend.Variable {
	difference := b.Sub(r[slotO][0].number, r[slotA][0].number)
	notAbove := b.nonNegative(difference, wideBits)
	other := b.not(b.IsZero(difference))
	return b.Mul(w.valid, b.Mul(notAbove, b.not(b.Mul(w.this, other))))
}

// pick: the token, b, is among the kept ones, and the id with logit a is not or does
// not beat it.
func (c *Step) pick(b builder, st *statement, r *readings, a frontend.Variable) frontend.Variable {
	token := b.Mul(st.slots[slotB].kind[chunk.Int32], r[slotB][0].number)
	// rsh(logit*beta, 16) + noise
	score := func(logit, noise frontend.Variable) frontend.Variable {
		digits := b.bits(b.Add(b.Mul(logit, st.x), pow2(63), pow2(15)), 65)
		return b.Add(b.Sub(b.number(digits[16:]), pow2(47)), noise)
	}
	lead := b.Sub(score(a, st.noiseA), score(token, st.noiseB))
	ties := b.IsZero(lead)
	wins := b.Sub(b.nonNegative(lead, 50), b.Mul(ties, b.not(st.first)))

	all := b.IsZero(st.y) // no gap: every id takes part
	near := func(logit frontend.Variable) frontend.Variable {
		return b.nonNegative(b.Sub(b.Add(logit, st.y), r[slotO][0].number), wideBits)
	}
	keptA, keptToken := near(a), near(token)
	keptA = b.Sub(b.Add(all, keptA), b.Mul(all, keptA))
	keptToken = b.Sub(b.Add(all, keptToken), b.Mul(all, keptToken))
	return b.Mul(b.Mul(r[slotO][0].wellFormed, keptToken), b.not(b.Mul(keptA, wins)))
}

// bind: the polynomial whose coefficients are A's words, the first one constant, has
// the value O at the point B.
func (c *Step) bind(b builder, st *statement) frontend.Variable {
	words := st.slots[slotA].words
	value := words[len(words)-1]
	for w := len(words) - 2; w >= 0; w-- {
		value = b.Add(b.Mul(value, c.B), words[w])
	}
	return b.IsZero(b.Sub(value, c.O))
}
