package circuit

import (
	"math/big"

	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/std/math/bits"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// The widths of limbs.
const (
	byteBits   = 8
	halfBits   = 16
	int32Bits  = 32
	wideBits   = 80
	scaleBits  = 24
	scaleLimbs = 10
	wordBits   = 248 // of a word of any kind
)

// slot is what the statement says about one chunk, and the chunk's words.
type slot struct {
	kind       []frontend.Variable // flags by code
	kindCode   frontend.Variable
	blocks     frontend.Variable
	hashed     []frontend.Variable // block i is hashed: blocks > i
	length     frontend.Variable
	lengthBits []frontend.Variable
	places     [2]frontend.Variable
	limbs      frontend.Variable   // numbers in a word
	words      []frontend.Variable // 0 where not hashed
}

// slot takes the fields of a chunk off the word. Kinds and block counts outside their
// range are impossible, and the length is one that takes this many blocks.
func (c *Step) slot(b builder, word *fields, i int) *slot {
	kind, blocks := word.next(step.KindBits), word.next(step.BlocksBits)
	s := &slot{kind: b.oneHot(kind), kindCode: b.number(kind), blocks: b.number(blocks)}
	b.AssertIsEqual(s.kind[0], 0)
	count := b.oneHot(blocks)
	b.AssertIsEqual(b.Add(count[0], count[6], count[7]), 0)
	for at := range commit.MaxBlocks {
		s.hashed = append(s.hashed, b.sum(count[at+1:commit.MaxBlocks+1]...))
	}
	s.lengthBits = word.next(step.LengthBits)
	s.length = b.number(s.lengthBits)
	for p := range s.places {
		s.places[p] = b.number(word.next(step.PlaceBits))
	}
	s.limbs = b.dot(s.kind, func(k int) *big.Int { return big.NewInt(int64(chunk.Kind(k).Limbs())) })

	// Numbers for which blocks have room, less the length, fall short of one block.
	room := b.Mul(s.limbs, commit.Rate)
	scales := b.Mul(s.kind[chunk.Weights], chunk.ScaleWords*chunk.Weights.Limbs())
	if c.omit&roomCheck == 0 {
		b.remainder(b.Sub(b.Mul(room, s.blocks), scales, s.length), room, 9)
	}

	for w, v := range c.Slots[i].Words {
		if w >= commit.Rate && c.omit&unhashedCheck == 0 {
			v = b.Mul(v, s.hashed[w/commit.Rate])
		}
		s.words = append(s.words, v)
	}
	return s
}

// kinds asserts that each operation reads chunks of the kinds it is defined for.
func (c *Step) kinds(b builder, st *statement) {
	if c.omit&kindCheck != 0 {
		return
	}
	for i, s := range st.slots {
		// Operations that allow the same kinds share a constraint.
		byKinds := map[string]frontend.Variable{}
		allowed := map[string][]chunk.Kind{}
		var order []string
		for code := range st.op {
			k := kindsOf(step.Op(code))
			if k == nil {
				continue
			}
			name := string(kindBytes(k[i]))
			if _, seen := byKinds[name]; !seen {
				byKinds[name], allowed[name] = 0, k[i]
				order = append(order, name)
			}
			byKinds[name] = b.Add(byKinds[name], st.op[code])
		}
		for _, name := range order {
			if len(name) == len(allKinds()) {
				continue
			}
			other := frontend.Variable(1)
			for _, k := range allowed[name] {
				other = b.Sub(other, s.kind[k])
			}
			b.zero(byKinds[name], other)
		}
	}
}

func kindBytes(kinds []chunk.Kind) []byte {
	raw := make([]byte, len(kinds))
	for i, k := range kinds {
		raw[i] = byte(k)
	}
	return raw
}

// places asserts that what is read lies in its chunk, and that padding lies behind
// it; a sum's operands have equally many numbers.
func (c *Step) places(b builder, st *statement) {
	pad := st.op[step.OpPad]
	for i, s := range st.slots {
		for _, p := range s.places {
			inside := b.Sub(s.length, 1, p)
			if i == slotO {
				inside = b.choose(pad, b.Sub(p, s.length), inside)
			}
			if c.omit&insideCheck == 0 {
				b.bits(inside, step.PlaceBits)
			}
		}
	}
	pairs := st.flag(b, step.OpLinear, step.OpMix, step.OpScore)
	b.zero(pairs, b.Sub(st.slots[slotA].length, st.slots[slotB].length))

	// In OpBind the other two chunks are not hashed into anything public: their words
	// are zero, to leave nothing free.
	for _, i := range []int{slotB, slotO} {
		for _, w := range st.slots[i].words[:commit.Rate] {
			b.zero(st.op[step.OpBind], w)
		}
	}
}

// layout is how a word of some kinds is cut into limbs.
type layout struct {
	kinds        []chunk.Kind
	limbs, width int
	offset       bool // limbs of signed numbers carry an offset
}

// layouts are the cuts that a place of a slot can need. Operations read weights from
// A only, and their scales at A's second place.
func layouts(slot, place int) []layout {
	all := []layout{{[]chunk.Kind{chunk.Int16}, chunk.Int16.Limbs(), halfBits, true},
		{[]chunk.Kind{chunk.Int32}, chunk.Int32.Limbs(), int32Bits, true},
		{[]chunk.Kind{chunk.Wide80}, chunk.Wide80.Limbs(), wideBits, true}}
	switch {
	case slot == slotA && place == 0:
		return append(all, layout{[]chunk.Kind{chunk.Weights}, chunk.Weights.Limbs(), byteBits, true})
	case slot == slotA:
		return append(all, layout{[]chunk.Kind{chunk.Weights}, scaleLimbs, scaleBits, false})
	}
	return all
}

// reading is one number read from a chunk.
type reading struct {
	number     frontend.Variable
	word       frontend.Variable // that holds it
	wellFormed frontend.Variable // nothing lies above the word's limbs; only for O
}

type readings [3][2]reading

func (c *Step) readings(b builder, st *statement) *readings {
	r := new(readings)
	for i, s := range st.slots {
		for p := range s.places {
			r[i][p] = c.read(b, st, i, p)
		}
	}
	return r
}

// read reads the number at a place. The position is the place's quotient and
// remainder by the number of limbs, so there is one.
func (c *Step) read(b builder, st *statement, i, p int) reading {
	s, at := st.slots[i], c.Slots[i].Reads[p]
	limbs, start := s.limbs, b.Mul(s.kind[chunk.Weights], chunk.ScaleWords)
	if p == 1 { // the scales, in front of the weights
		limbs = b.Add(limbs, b.Mul(s.kind[chunk.Weights], scaleLimbs-chunk.Weights.Limbs()))
		start = 0
	}
	word, limb := b.bits(at.Word, 7), b.bits(at.Limb, 5)
	if c.omit&limbCheck == 0 {
		b.bits(b.Sub(limbs, 1, at.Limb), 5)
	}
	b.AssertIsEqual(b.Add(b.Mul(b.Sub(at.Word, start), limbs), at.Limb), s.places[p])

	r := reading{word: b.mux(word, s.words)}
	var digits []frontend.Variable
	if i == slotO {
		digits = c.canonical(b, r.word)
		upper := b.Mul(s.kind[chunk.Int32], b.number(digits[224:240]))
		r.wellFormed = b.IsZero(b.Add(b.number(digits[240:]), upper))
	} else {
		// OpBind takes words as they come, so it reads none.
		digits = b.bits(b.Mul(r.word, b.not(st.op[step.OpBind])), wordBits)
	}
	r.number = 0
	for _, l := range layouts(i, p) {
		values := make([]frontend.Variable, l.limbs)
		for j := range values {
			values[j] = b.number(digits[j*l.width : (j+1)*l.width])
		}
		value := b.mux(limb[:binaryDigits(l.limbs)], values)
		if l.offset {
			value = b.Sub(value, pow2(l.width-1))
		}
		flag := frontend.Variable(0)
		for _, k := range l.kinds {
			flag = b.Add(flag, s.kind[k])
		}
		r.number = b.Add(r.number, b.Mul(flag, value))
	}
	return r
}

// canonical returns the bits of the one representative of v below the modulus.
func (c *Step) canonical(b builder, v frontend.Variable) []frontend.Variable {
	if c.omit&modulusCheck != 0 {
		return bits.ToBinary(b.API, v, bits.OmitModulusCheck())
	}
	return bits.ToBinary(b.API, v)
}

// binaryDigits is the number of binary digits of n-1.
func binaryDigits(n int) int { return new(big.Int).SetInt64(int64(n - 1)).BitLen() }
