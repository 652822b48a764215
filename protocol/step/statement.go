package step

import (
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
)

// Step names one number of a block, or one place behind the last number of a chunk.
type Step struct {
	Block
	Vector VectorID
	// Row and Col are the number's place in its vector. For padding Row is the chunk
	// and Col the place in it.
	Row, Col int
	// Witness is the counterexample where one is compared with: the number's column
	// for a maximum, the token id for a pick. Zero elsewhere.
	Witness int
	Padding bool
}

// Leaf is the place of a digest: leaf Inner of Inners under leaf Outer of Outers.
// Outer counts vectors under a block root, or leaves under the weights root.
type Leaf struct{ Outer, Outers, Inner, Inners int }

// Operand is a chunk that a step reads or judges, and the places it reads there.
type Operand struct {
	Source Source
	T      int // the position of the opening, for Opened and Earlier
	Leaf   Leaf
	Kind   chunk.Kind
	Length int
	Places [2]int
}

// Statement is what a proof of one step says: that the number at O.Places[0] is what
// Op makes of the operands.
type Statement struct {
	Op      Op
	A, B, O Operand
	First   bool
	// X and Y are the parameters of Op.
	X, Y uint32
	// NoiseA and NoiseB are the noise of a pick's two ids, Q16.
	NoiseA, NoiseB int32
}

// Pick holds what a pick depends on besides logits: who was picked and the request's
// sampling parameters. Greedy picking is Beta 65536, no gap and no noise.
type Pick struct {
	Token          int
	Beta           uint32 // inverse temperature, Q16
	MaxGap         uint32 // Q16, 0: every id takes part
	NoiseA, NoiseB int32  // of the witness and of the token
}

// Unused is the operand of a slot that an operation does not read.
var Unused = Operand{Kind: chunk.Wide80, Length: 1}

// UnusedWords returns the words of its chunk: one wide zero.
func UnusedWords() []byte {
	words, err := chunk.PackWide(nil, []chunk.Wide{{}})
	if err != nil {
		panic("step: zero is no wide number")
	}
	return words
}

// view answers questions about one block.
type view struct {
	a      Arch
	b      Block
	layout []Vector
}

// Statement returns what must hold for the number that s names. token is the token
// that the block embeds (L = 0); pick is used for the Token step only. It fails with
// protocol.ErrInvalid on a step that does not exist.
func (a Arch) Statement(s Step, token int, pick Pick) (Statement, error) {
	layout, err := a.Layout(s.Block)
	if err != nil {
		return Statement{}, err
	}
	v := view{a, s.Block, layout}
	if s.L == a.Layers+1 && s.Vector == Token {
		return v.pick(s, pick)
	}
	if s.Vector < 0 || int(s.Vector) >= len(layout) || layout[s.Vector].Rows == 0 || layout[s.Vector].Digests() {
		return Statement{}, invalid(s, "no such vector")
	}
	if s.Padding {
		return v.padding(s)
	}
	vec := layout[s.Vector]
	if s.Row < 0 || s.Row >= vec.Rows || s.Col < 0 || s.Col >= vec.Cols {
		return Statement{}, invalid(s, "no such number")
	}
	st := Statement{Op: vec.Op, A: Unused, B: Unused, O: v.at(s.Vector, s.Row, s.Col)}
	st.O.Places[1] = st.O.Places[0]
	switch {
	case s.L == 0:
		if token < 0 || token >= a.Vocabulary {
			return Statement{}, invalid(s, "token outside the vocabulary")
		}
		st.A = v.stored(a.Embedding(), chunk.Weights, token, s.Col)
		st.A.Places[1] = st.A.Places[0] / chunk.GroupSize
	case s.L == a.Layers+1:
		err = v.head(s, &st)
	default:
		err = v.layer(s, &st)
	}
	return st, err
}

func invalid(s Step, what string) error {
	return fmt.Errorf("step %+v: %s: %w", s, what, protocol.ErrInvalid)
}

// at is the operand that holds a number of this block.
func (v view) at(id VectorID, row, col int) Operand {
	vec := v.layout[id]
	c, place := vec.At(row, col)
	return Operand{
		Source: Opened, T: v.b.T, Leaf: v.leaf(id, c), Kind: vec.Kind, Length: vec.Length(c), Places: [2]int{place, place},
	}
}

func (v view) leaf(id VectorID, c int) Leaf {
	return Leaf{int(id), len(v.layout), c, v.layout[id].Chunks()}
}

// flat is at for a vector of one row.
func (v view) flat(id VectorID, i int) Operand { return v.at(id, 0, i) }

// pair is at with both places: two numbers of one chunk.
func (v view) pair(id VectorID, row, col, col2 int) Operand {
	o := v.at(id, row, col)
	_, o.Places[1] = v.layout[id].At(row, col2)
	return o
}

// last is the last sum of a row.
func (v view) last(id VectorID, row int) Operand { return v.at(id, row, v.layout[id].Cols-1) }

// stored is the chunk of a tensor that holds a number.
func (v view) stored(t Tensor, kind chunk.Kind, row, col int) Operand {
	vec := Vector{Kind: kind, Rows: t.Rows, Cols: t.Cols, Cap: kind.Capacity()}
	c, place := vec.At(row, col)
	return Operand{
		Source: Stored, Leaf: Leaf{t.Leaf, v.a.WeightLeaves(), c, vec.Chunks()},
		Kind: kind, Length: vec.Length(c), Places: [2]int{place, place},
	}
}

// run makes the claim one of a running sum: the number before it counts too, unless
// it is the first of its row.
func (st *Statement) run(col int) {
	st.First = col == 0
	if !st.First {
		st.O.Places[1]--
	}
}

// padding is the step of a place behind the numbers of a chunk.
func (v view) padding(s Step) (Statement, error) {
	vec := v.layout[s.Vector]
	if s.Row < 0 || s.Row >= vec.Chunks() {
		return Statement{}, invalid(s, "no such chunk")
	}
	length := vec.Length(s.Row)
	words, err := vec.Kind.Words(length)
	if err != nil {
		return Statement{}, err
	}
	if s.Col < length || s.Col >= Blocks(words)*blockWords*vec.Kind.Limbs() {
		return Statement{}, invalid(s, "no padding there")
	}
	return Statement{
		Op: OpPad, A: Unused, B: Unused, First: s.Col/vec.Kind.Limbs() >= words,
		O: Operand{
			Source: Opened, T: v.b.T, Leaf: v.leaf(s.Vector, s.Row), Kind: vec.Kind, Length: length, Places: [2]int{s.Col, s.Col},
		},
	}, nil
}

// norm fills in the steps of the five vectors of a normalisation whose first one is
// squares, of the residual source.
func (v view) norm(s Step, st *Statement, source, squares VectorID) error {
	switch s.Vector - squares {
	case 0:
		st.A = v.flat(source, s.Col*chunk.MaxInt32)
		st.run(s.Col)
	case 1:
		st.A, st.First, st.X, st.Y = v.last(squares, 0), s.Col == 0, uint32(v.a.Width), v.a.Eps
	case 2:
		st.A, st.B = v.flat(source, s.Col), v.pair(squares+1, 0, 0, 1)
	default:
		return v.quant(s, st, squares+2, squares+3)
	}
	return nil
}

// quant fills in the steps of the two vectors of a quantisation of source: the claim of
// its scale shift, and the numbers behind it.
func (v view) quant(s Step, st *Statement, source, claim VectorID) error {
	if s.Vector == claim {
		return v.claim(s, st, source)
	}
	st.A, st.B = v.flat(source, s.Col), v.flat(claim, 0)
	return nil
}

// claim compares a claim about a flat vector with one of its numbers.
func (v view) claim(s Step, st *Statement, source VectorID) error {
	return v.counter(s, st, v.layout[source].Cols, func(w int) Operand { return v.flat(source, w) })
}

// counter compares a claim about n numbers with number s.Witness of them.
func (v view) counter(s Step, st *Statement, n int, at func(w int) Operand) error {
	if s.Witness < 0 || s.Witness >= n {
		return invalid(s, "no such witness")
	}
	st.A = at(s.Witness)
	st.O = v.pair(s.Vector, s.Row, 0, 1)
	st.X, st.Y = uint32(s.Witness), uint32(n)
	return nil
}

// linear fills in the running sums of a matrix product, and what comes of them. Its
// input is the quantised vector that follows claim.
func (v view) linear(s Step, st *Statement, sums, claim VectorID, t Tensor) {
	if s.Vector != sums {
		st.A, st.B = v.last(sums, s.Col), v.flat(claim, 0)
		return
	}
	from := s.Col * chunk.Weights.Capacity()
	st.A, st.B = v.flat(claim+1, from), v.stored(t, chunk.Weights, s.Row, from)
	st.run(s.Col)
}

func (v view) head(s Step, st *Statement) error {
	switch s.Vector {
	case LogitSums, Logits:
		v.linear(s, st, LogitSums, NormClaim, v.a.Head())
	case LogitClaim:
		return v.claim(s, st, Logits)
	case In:
		return invalid(s, "an input has no operation")
	default:
		return v.norm(s, st, In, Squares)
	}
	return nil
}

// pick compares the picked token with another id.
func (v view) pick(s Step, p Pick) (Statement, error) {
	if p.Token < 0 || p.Token >= v.a.Vocabulary || s.Witness < 0 || s.Witness >= v.a.Vocabulary || s.Row != 0 || s.Col != 0 || s.Padding {
		return Statement{}, invalid(s, "no such pick")
	}
	return Statement{
		Op: OpPick, A: v.flat(Logits, s.Witness), B: v.flat(Logits, p.Token), O: v.at(LogitClaim, 0, 0),
		// First: the witness wins a tie.
		First: s.Witness < p.Token, X: p.Beta, Y: p.MaxGap, NoiseA: p.NoiseA, NoiseB: p.NoiseB,
	}, nil
}
