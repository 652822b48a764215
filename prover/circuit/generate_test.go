package circuit

import (
	"math/big"
	"math/rand/v2"
	"slices"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// generator makes random inputs, edge values more often than others.
type generator struct{ *rand.Rand }

// operations are the operations with a circuit.
func operations() []step.Op {
	var all []step.Op
	for op := step.Op(0); op < 64; op++ {
		if known(op) {
			all = append(all, op)
		}
	}
	return all
}

// uses says whether an operation reads a slot.
func uses(op step.Op, slot int) bool {
	switch slot {
	case slotA:
		return op != step.OpPad
	case slotB:
		return slices.Contains([]step.Op{step.OpNorm, step.OpQuant, step.OpLinear, step.OpRotate, step.OpScore, step.OpExp,
			step.OpMix, step.OpGate, step.OpAdd, step.OpPick, step.OpRequant, step.OpDivide}, op)
	}
	return op != step.OpBind
}

// running says whether an operation continues a sum.
func running(op step.Op) bool {
	return op == step.OpSquares || op == step.OpLinear || op == step.OpSum || op == step.OpMix
}

// signed returns a number of so many bits: min, max, their neighbours, near 0, or
// random of any magnitude.
func (g generator) signed(width int) *big.Int {
	top := pow2(width - 1)
	near := func(v *big.Int, by int64) *big.Int { return new(big.Int).Add(v, big.NewInt(by)) }
	switch g.IntN(10) {
	case 0:
		return new(big.Int).Neg(top)
	case 1:
		return near(new(big.Int).Neg(top), 1)
	case 2:
		return near(top, -1)
	case 3:
		return near(top, -2)
	case 4, 5:
		return big.NewInt(g.Int64N(5) - 2)
	case 6: // a power of two and its neighbours
		v := near(pow2(g.IntN(width-1)), g.Int64N(3)-1)
		if g.IntN(2) == 0 {
			v.Neg(v)
		}
		return v
	}
	v := g.below(pow2(1 + g.IntN(width)))
	if v.Cmp(top) >= 0 {
		v.Sub(v, pow2(width))
	} else if g.IntN(2) == 0 {
		v.Neg(v)
	}
	return v
}

func (g generator) below(n *big.Int) *big.Int {
	v := new(big.Int)
	for range n.BitLen()/64 + 1 {
		v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(g.Uint64()))
	}
	return v.Mod(v, n)
}

// between returns a number of the range, its ends more often.
func (g generator) between(lo, hi int64) int64 {
	switch g.IntN(6) {
	case 0:
		return lo
	case 1:
		return hi
	}
	return lo + g.Int64N(hi-lo+1)
}

// cell is where a number lies: a word, the lowest bit, the width, the offset.
func cell(o *opened, p int) (word, shift, width int, offset *big.Int) {
	w, limb := o.position(p)
	width, signed := o.width(p)
	offset = new(big.Int)
	if signed {
		offset = pow2(width - 1)
	}
	return w, limb * width, width, offset
}

// set overwrites the number at place p of an operand.
func set(words []byte, op step.Operand, p int, v *big.Int) {
	o := opened{Operand: op}
	w, shift, width, offset := cell(&o, p)
	raw := words[w*chunk.WordBytes : (w+1)*chunk.WordBytes]
	mask := new(big.Int).Lsh(new(big.Int).Sub(pow2(width), big.NewInt(1)), uint(shift))
	limb := new(big.Int).Add(v, offset)
	if limb.Sign() < 0 || limb.BitLen() > width {
		panic("number does not fit")
	}
	word := new(big.Int).SetBytes(raw)
	word.AndNot(word, mask).Or(word, limb.Lsh(limb, uint(shift)))
	word.FillBytes(raw)
}

// filled packs n numbers, made one by one.
func (g generator) filled(kind chunk.Kind, n int) []byte {
	words, err := kind.Words(n)
	if err != nil {
		panic(err)
	}
	raw := make([]byte, words*chunk.WordBytes)
	o := opened{Operand: step.Operand{Kind: kind, Length: n}}
	limbs := kind.Limbs()
	start := 0
	if kind == chunk.Weights {
		start = chunk.ScaleWords
		for s := range (n + chunk.GroupSize - 1) / chunk.GroupSize {
			o.Places[1] = s
			set(raw, o.Operand, 1, big.NewInt(g.between(0, 1<<24-1)))
		}
	}
	for i := range (words - start) * limbs {
		o.Places[0] = i
		v := new(big.Int)
		width, _ := o.width(0)
		if i < n {
			v = g.signed(width)
		}
		set(raw, o.Operand, 0, v)
	}
	return raw
}

// length returns a length of a chunk: often one where a word or a block ends.
func (g generator) length(kind chunk.Kind, most int) int {
	n := 1 + g.IntN(most)
	switch g.IntN(6) {
	case 0:
		n = 1
	case 1:
		n = most
	case 2:
		n = kind.Limbs()*(1+g.IntN(1+most/kind.Limbs())) + g.IntN(3) - 1
	case 3:
		n = kind.Limbs()*15*(1+g.IntN(5)) + g.IntN(3) - 1
	}
	return min(max(n, 1), most)
}

func (g generator) operand(kind chunk.Kind, n int) step.Operand {
	return step.Operand{Source: step.Opened, Kind: kind, Length: n, Places: [2]int{g.IntN(n), g.IntN(n)}}
}

func (g generator) set(in *StepInput, slot, p int, v int64) { g.setBig(in, slot, p, big.NewInt(v)) }

func (g generator) setBig(in *StepInput, slot, p int, v *big.Int) {
	switch slot {
	case slotA:
		set(in.A, in.Statement.A, p, v)
	case slotB:
		set(in.B, in.Statement.B, p, v)
	default:
		set(in.O, in.Statement.O, p, v)
	}
}

// input returns a random statement of an operation that has a proof, with a claim that
// is right more often than chance would have it.
func (g generator) input(op step.Op) *StepInput {
	for {
		in := g.try(op)
		if _, err := in.Reference(); err == nil {
			return in
		}
	}
}

func (g generator) try(op step.Op) *StepInput {
	kinds := kindsOf(op)
	pick := func(slot int) chunk.Kind { return kinds[slot][g.IntN(len(kinds[slot]))] }
	in := &StepInput{Statement: step.Statement{
		Op: op, A: step.Unused, B: step.Unused, O: step.Unused, First: g.IntN(2) == 0,
		X: uint32(g.between(0, 1<<32-1)), Y: uint32(g.between(0, 1<<32-1)),
		NoiseA: int32(g.between(-step.NoiseOffset, step.NoiseOffset-1)), NoiseB: int32(g.between(-step.NoiseOffset, step.NoiseOffset-1)),
	}}
	g.Read20(&in.Submitter)
	st := &in.Statement
	sum := op == step.OpSquares || op == step.OpLinear || op == step.OpSum || op == step.OpMix || op == step.OpScore
	if uses(op, slotA) {
		kind, most := pick(slotA), 0
		most = kind.Capacity()
		if sum && op != step.OpLinear {
			most = numbers
		}
		if !sum && g.IntN(4) > 0 {
			most = min(most, 40) // the rest is about what is read, not about how much
		}
		st.A = g.operand(kind, g.length(kind, most))
		st.A.Places[1] = g.IntN(st.A.Length)
		in.A = g.filled(kind, st.A.Length)
		if kind == chunk.Weights {
			st.A.Places[1] = st.A.Places[0] / chunk.GroupSize
		}
	}
	if uses(op, slotB) {
		kind := pick(slotB)
		n := g.length(kind, min(kind.Capacity(), 40))
		if sum {
			n = st.A.Length
		}
		st.B = g.operand(kind, n)
		if kind == chunk.Weights {
			st.B.Places = [2]int{}
		}
		in.B = g.filled(kind, n)
	}
	if uses(op, slotO) {
		kind := pick(slotO)
		st.O = g.operand(kind, g.length(kind, kind.Capacity()))
		in.O = g.filled(kind, st.O.Length)
	}
	g.shape(in)
	return in
}

// Read20 fills an address.
func (g generator) Read20(a *common.Address) {
	for i := range a {
		a[i] = byte(g.Uint32())
	}
}

// shape moves what an operation reads into the range where it is defined, and makes
// the claim, mostly a right or a nearly right one.
func (g generator) shape(in *StepInput) {
	st := &in.Statement
	switch st.Op {
	case step.OpNorm:
		g.set(in, slotB, 0, 2*g.between(0, 31))
		g.set(in, slotB, 1, g.between(0, 1<<32))
		if g.IntN(8) == 0 {
			g.setBig(in, slotB, 1, g.signed(wideBits))
		}
	case step.OpQuant:
		g.set(in, slotB, 0, g.between(0, 16))
	case step.OpRequant:
		g.set(in, slotB, 0, g.between(-23, 24))
	case step.OpScore:
		st.Y = uint32(g.between(7, 43))
		at := *in
		at.Statement.A.Places, at.Statement.B.Places = [2]int{}, [2]int{}
		g.set(&at, slotA, 0, g.between(0, 8))
		g.set(&at, slotB, 0, g.between(-1, 8))
	case step.OpRsqrt:
		st.X = uint32(g.between(1, 1<<32-1))
		if g.IntN(2) == 0 {
			st.X = uint32(g.between(32, 16384))
		}
		st.Y = uint32(g.between(1, 1<<32-1))
		g.setBig(in, slotA, 0, g.below(pow2(1+g.IntN(76))))
	case step.OpExp:
		d := g.between(0, 20<<16)
		m := g.between(-1<<50, 1<<50)
		g.set(in, slotB, 0, m)
		g.set(in, slotA, 0, m-d)
	case step.OpColumn:
		if st.A.Places[0] != st.A.Places[1] {
			g.set(in, slotA, 1, g.between(0, 17))
		}
	case step.OpDivide:
		g.set(in, slotB, 0, g.between(1, 1<<30))
		if g.IntN(3) == 0 { // ties
			g.setBig(in, slotA, 0, big.NewInt(g.between(-1<<40, 1<<40)))
			g.set(in, slotB, 0, g.between(1, 7))
		}
	case step.OpGate:
		if g.IntN(2) == 0 { // where the table is not flat
			g.set(in, slotA, 0, g.between(-1<<20-2048, 1<<20+2048))
		}
	case step.OpAbsMax, step.OpMax, step.OpPick:
		g.shapeClaim(in)
	case step.OpPad:
		g.shapePadding(in)
	case step.OpBind:
		g.shapeBind(in)
	}
	if running(st.Op) && st.O.Places[0] > 0 {
		st.O.Places[1] = st.O.Places[0] - 1
	}
	if want, err := in.Result(); err == nil {
		g.claim(in, want)
	}
	if in.O != nil && st.Op != step.OpPad && g.IntN(8) == 0 {
		g.spoil(in, g.IntN(2))
	}
}

// claim writes what is claimed: the right number, a neighbour, or what is there.
func (g generator) claim(in *StepInput, want *big.Int) {
	width := map[chunk.Kind]int{chunk.Int16: 16, chunk.Int32: 32, chunk.Wide80: 80}[in.Statement.O.Kind]
	claim := new(big.Int).Set(want)
	switch g.IntN(8) {
	case 0:
		claim.Add(claim, big.NewInt(1))
	case 1:
		claim.Sub(claim, big.NewInt(1))
	case 2:
		claim = g.signed(width)
	}
	if top := pow2(width - 1); claim.Cmp(top) < 0 && claim.Cmp(new(big.Int).Neg(top)) >= 0 {
		g.setBig(in, slotO, 0, claim)
	}
}

// spoil puts bits above the limbs of the word at a place of O, or another field
// element altogether.
func (g generator) spoil(in *StepInput, p int) {
	o := opened{Operand: in.Statement.O}
	w, _ := o.position(p)
	raw := in.O[w*chunk.WordBytes : (w+1)*chunk.WordBytes]
	width, _ := o.width(p)
	used := o.Kind.Limbs() * width
	word := new(big.Int).SetBytes(raw)
	switch g.IntN(3) {
	case 0:
		word.SetBit(word, used+g.IntN(252-used), 1)
	case 1:
		word.SetBit(word, used, 1)
	default:
		word.Sub(ecc.BN254.ScalarField(), big.NewInt(1+g.Int64N(1000)))
	}
	word.FillBytes(raw)
}

func (g generator) shapeClaim(in *StepInput) {
	st := &in.Statement
	if st.Op == step.OpPick {
		st.X = uint32(g.between(1, 1<<21))
		if g.IntN(2) == 0 {
			st.Y = uint32(g.between(0, 1<<20))
		}
		logit := g.between(-1<<25, 1<<25)
		if g.IntN(3) > 0 {
			g.set(in, slotB, 0, logit)
			g.set(in, slotA, 0, logit+g.between(-2, 2))
			st.NoiseB = int32(g.between(-1<<17, 1<<20))
			st.NoiseA = st.NoiseB + int32(g.between(-2, 2))
			g.set(in, slotO, 0, logit+g.between(-2, 2)+int64(st.Y)*g.Int64N(2))
		}
		return
	}
	st.Y = uint32(g.between(1, 1<<18))
	st.X = uint32(g.Int64N(int64(st.Y)))
	if st.O.Length < 2 {
		return
	}
	st.O.Places = [2]int{st.O.Places[0] &^ 1, st.O.Places[0] | 1}
	if st.O.Places[1] >= st.O.Length {
		st.O.Places = [2]int{0, 1}
	}
	index := int64(st.X)
	switch g.IntN(5) {
	case 0:
		index = g.between(-1, int64(st.Y))
	case 1:
		index = g.Int64N(int64(st.Y))
	}
	g.set(in, slotO, 1, index)
	a, _ := (&opened{Operand: st.A, words: words(in.A)}).number(0)
	if st.Op == step.OpMax {
		claim := new(big.Int).Add(a, big.NewInt(g.between(-1, 1)))
		if claim.CmpAbs(pow2(wideBits-1)) < 0 {
			g.setBig(in, slotO, 0, claim)
		}
		return
	}
	k := int64(max(0, a.BitLen()-15))
	g.set(in, slotO, 0, k+[]int64{0, 0, 0, 1, -1, 20}[g.IntN(6)])
}

// words takes raw words apart.
func words(raw []byte) []*big.Int {
	all := make([]*big.Int, len(raw)/chunk.WordBytes)
	for w := range all {
		all[w] = new(big.Int).SetBytes(raw[w*chunk.WordBytes : (w+1)*chunk.WordBytes])
	}
	return all
}

func (g generator) shapePadding(in *StepInput) {
	st := &in.Statement
	least := len(in.O) / chunk.WordBytes
	most := (least + 14) / 15 * 15
	in.O = append(in.O, make([]byte, (most-least)*chunk.WordBytes)...)
	behind := most*st.O.Kind.Limbs() - st.O.Length
	if behind == 0 {
		return // tried again
	}
	place := st.O.Length + g.IntN(behind)
	st.O.Places = [2]int{place, place}
	w := place / st.O.Kind.Limbs()
	st.First = w >= least
	raw := in.O[w*chunk.WordBytes : (w+1)*chunk.WordBytes]
	switch o := (&opened{Operand: st.O}); g.IntN(5) {
	case 0: // one bit
		word := new(big.Int).SetBytes(raw)
		bit := g.IntN(253)
		word.SetBit(word, bit, 1-word.Bit(bit)).FillBytes(raw)
		if word.Cmp(ecc.BN254.ScalarField()) >= 0 {
			clear(raw)
		}
	case 1:
		width, _ := o.width(0)
		set(in.O, st.O, 0, g.signed(width))
	case 2:
		new(big.Int).Sub(ecc.BN254.ScalarField(), big.NewInt(1+g.Int64N(9))).FillBytes(raw)
	}
}

func (g generator) shapeBind(in *StepInput) {
	st := &in.Statement
	st.A.Places = [2]int{}
	r := ecc.BN254.ScalarField()
	for w := range len(in.A) / chunk.WordBytes {
		if g.IntN(3) == 0 {
			g.below(r).FillBytes(in.A[w*chunk.WordBytes : (w+1)*chunk.WordBytes])
		}
	}
	in.Point = common.BigToHash(g.below(r))
	value := new(big.Int)
	all := words(in.A)
	for w := len(all) - 1; w >= 0; w-- {
		value.Mul(value, in.Point.Big()).Add(value, all[w]).Mod(value, r)
	}
	if g.IntN(3) == 0 {
		value.Add(value, big.NewInt(1)).Mod(value, r)
	}
	in.Value = common.BigToHash(value)
}
