package circuit

import (
	"math/big"

	"github.com/consensys/gnark/frontend"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// The sizes of a sum: how many numbers of each kind it can run over.
const (
	halves  = 1024 // int16 of A
	bytesB  = 1024 // weights of B
	numbers = 512  // int32 of A, int16 of B
	groups  = bytesB / chunk.GroupSize
)

// sums are the sums over all numbers of A and B that operations are made of.
type sums struct {
	plain   frontend.Variable // of A
	product frontend.Variable // of A*B, or of A*A for OpSquares
	scaled  frontend.Variable // of scale*A*B
	inner   frontend.Variable // product without number 0
	a0, b0  frontend.Variable // number 0 of A and of B
}

// sums decodes A and B number by number and sums up. The bits are tied to the words by
// one equation a word and kind, which holds only in operations that sum over that
// kind; elsewhere they are without effect. Numbers past the length are 0.
func (c *Step) sums(b builder, st *statement) *sums {
	a, bb := st.slots[slotA], st.slots[slotB]
	shortA := st.flag(b, step.OpLinear, step.OpSum, step.OpScore) // A is int16
	longA := st.flag(b, step.OpSquares, step.OpMix)               // A is int32
	shortB := st.flag(b, step.OpScore, step.OpMix)                // B is int16
	linear, squares := st.op[step.OpLinear], st.op[step.OpSquares]

	live := c.live(b, st)
	half := c.limbs(b, c.Halves[:], halfBits, c.omit&halvesCheck != 0)
	byte8 := c.limbs(b, c.Bytes[:], byteBits, c.omit&bytesCheck != 0)
	scale := c.limbs(b, c.Scales[:], scaleBits, false)

	x, y := make([]frontend.Variable, halves), make([]frontend.Variable, bytesB)
	products := make([]frontend.Variable, halves)
	for i := range halves {
		x[i] = b.Sub(half[i], pow2(halfBits-1))
		y[i] = b.Sub(byte8[i], pow2(byteBits-1))
		factor := frontend.Variable(nil)
		if i < numbers {
			long := b.Sub(b.Add(half[2*i], b.Mul(half[2*i+1], pow2(halfBits))), pow2(int32Bits-1))
			x[i] = b.choose(longA, long, x[i])
			short := b.Sub(b.Add(byte8[2*i], b.Mul(byte8[2*i+1], pow2(byteBits))), pow2(halfBits-1))
			y[i] = b.choose(shortB, short, y[i])
		}
		if c.omit&paddingCheck == 0 {
			x[i], y[i] = b.Mul(x[i], live[i]), b.Mul(y[i], live[i])
		}
		factor = y[i]
		if i < numbers {
			factor = b.choose(squares, x[i], y[i])
		}
		products[i] = b.Mul(x[i], factor)
	}

	c.pack(b, shortA, a.words, x, live, halfBits, chunk.Int16.Limbs())
	c.pack(b, longA, a.words, x[:numbers], live, int32Bits, chunk.Int32.Limbs())
	c.pack(b, shortB, bb.words, y[:numbers], live, halfBits, chunk.Int16.Limbs())
	c.pack(b, linear, bb.words[chunk.ScaleWords:], y, live, byteBits, chunk.Weights.Limbs())
	c.packScales(b, linear, bb.words[:chunk.ScaleWords], scale, live)

	s := &sums{a0: x[0], b0: y[0]}
	s.plain = b.sum(x[:numbers]...)
	s.product = b.sum(products[:numbers]...)
	s.inner = b.Sub(s.product, products[0])
	s.scaled = 0
	for g, m := range scale {
		group := b.sum(products[g*chunk.GroupSize : (g+1)*chunk.GroupSize]...)
		s.scaled = b.Add(s.scaled, b.Mul(m, group))
	}
	return s
}

// live returns for each number whether it lies below A's length. A sum's operands
// have at most 1,024 numbers, or 512 where one of them is not OpLinear's.
func (c *Step) live(b builder, st *statement) []frontend.Variable {
	digits := st.slots[slotA].lengthBits
	top := digits[10]
	low, high := b.above(digits[:5]), b.above(digits[5:10])
	live := make([]frontend.Variable, 0, halves)
	for h := range high {
		before := frontend.Variable(1)
		if h > 0 {
			before = high[h-1]
		}
		equal := b.Sub(before, high[h])
		for l := range low {
			live = append(live, b.Add(high[h], top, b.Mul(equal, low[l])))
		}
	}
	others := st.flag(b, step.OpSquares, step.OpSum, step.OpMix, step.OpScore)
	if c.omit&sumLengthCheck == 0 {
		b.zero(others, live[numbers])
	}
	b.zero(b.Mul(st.op[step.OpLinear], top), b.sum(digits[:10]...))
	return live
}

// limbs returns the numbers that consecutive stretches of bits stand for.
func (c *Step) limbs(b builder, digits []frontend.Variable, width int, unchecked bool) []frontend.Variable {
	limbs := make([]frontend.Variable, len(digits)/width)
	for i := range limbs {
		part := digits[i*width : (i+1)*width]
		if !unchecked {
			for _, d := range part {
				b.AssertIsBoolean(d)
			}
		}
		limbs[i] = b.number(part)
	}
	return limbs
}

// pack asserts, where flag is 1, that words are the canonical packing of signed
// values. A word without live values is 0.
func (c *Step) pack(b builder, flag frontend.Variable, words, values, live []frontend.Variable, width, limbs int) {
	offset := new(big.Int)
	for j := range limbs {
		offset.Or(offset, pow2(j*width+width-1))
	}
	for w, word := range words {
		if w*limbs >= len(values) {
			b.zero(flag, word)
			continue
		}
		part := values[w*limbs : min((w+1)*limbs, len(values))]
		packed := b.dot(part, func(j int) *big.Int { return pow2(j * width) })
		b.zero(flag, b.Sub(word, packed, b.Mul(live[w*limbs], offset)))
	}
}

// packScales asserts, where flag is 1, that words are the canonical packing of the
// scales, and that groups without live weights have none.
func (c *Step) packScales(b builder, flag frontend.Variable, words, scale, live []frontend.Variable) {
	for g, m := range scale {
		b.zero(b.Sub(flag, b.Mul(flag, live[g*chunk.GroupSize])), m)
	}
	for w, word := range words {
		part := scale[w*scaleLimbs : min((w+1)*scaleLimbs, len(scale))]
		packed := b.dot(part, func(j int) *big.Int { return pow2(j * scaleBits) })
		b.zero(flag, b.Sub(word, packed))
	}
}
