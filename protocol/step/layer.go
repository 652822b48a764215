package step

import "github.com/dgrid-network/dgrid/protocol/chunk"

// projection names the vectors and tensors of q, k or v.
type projection struct {
	sums   VectorID // sums, then wide, then the result
	matrix Matrix
}

// layer fills in the steps of a layer's block.
func (v view) layer(s Step, st *Statement) error {
	a := v.a
	switch id := s.Vector; {
	case id == In:
		return invalid(s, "an input has no operation")
	case id >= Squares && id <= NormQuant:
		return v.norm(s, st, In, Squares)
	case id >= QuerySums && id <= V:
		v.project(s, st)
	case id == QRot:
		v.rotate(s, st, Q)
	case id == KRot:
		v.rotate(s, st, K)
	case id >= QueryClaim && id <= ValueRows:
		return v.quantHeads(s, st)
	case id >= Columns && id <= Mixed:
		return v.attend(s, st)
	case id == MixClaim || id == MixQuant:
		return v.quant(s, st, Mixed, MixClaim)
	case id == OutSums || id == OutLinear:
		v.linear(s, st, OutSums, MixClaim, a.Matrix(s.L, Output))
	case id == Middle:
		st.A, st.B = v.flat(In, s.Col), v.flat(OutLinear, s.Col)
	case id >= MiddleSquares && id <= MiddleQuant:
		return v.norm(s, st, Middle, MiddleSquares)
	case id == GateSums || id == GateLinear:
		v.linear(s, st, GateSums, MiddleClaim, a.Matrix(s.L, Gate))
	case id == UpSums || id == UpLinear:
		v.linear(s, st, UpSums, MiddleClaim, a.Matrix(s.L, Up))
	case id == Gated:
		st.A, st.B = v.flat(GateLinear, s.Col), v.flat(UpLinear, s.Col)
	case id == GatedClaim || id == GatedQuant:
		return v.quant(s, st, Gated, GatedClaim)
	case id == DownSums || id == DownLinear:
		v.linear(s, st, DownSums, GatedClaim, a.Matrix(s.L, Down))
	case id == Out:
		st.A, st.B = v.flat(Middle, s.Col), v.flat(DownLinear, s.Col)
	}
	return nil
}

// project fills in sums, wide results and results of q, k and v.
func (v view) project(s Step, st *Statement) {
	p := projection{QuerySums, Query}
	switch {
	case s.Vector >= ValueSums:
		p = projection{ValueSums, Value}
	case s.Vector >= KeySums:
		p = projection{KeySums, Key}
	}
	if s.Vector == p.sums+2 && v.a.Biased {
		st.A, st.B = v.flat(p.sums+1, s.Col), v.stored(v.a.Bias(s.L, p.matrix), chunk.Int32, 0, s.Col)
		return
	}
	v.linear(s, st, p.sums, NormClaim, v.a.Matrix(s.L, p.matrix))
}

// rotate fills in a rotated head: pairs of numbers turn by the position's angles, the
// numbers behind the rotated width stay.
func (v view) rotate(s Step, st *Statement, source VectorID) {
	i := s.Col % v.a.HeadWidth
	if i >= v.a.Rotated {
		st.Op, st.A = OpCopy, v.flat(source, s.Col)
		return
	}
	st.First = i%2 == 0
	st.A = v.pair(source, 0, s.Col, s.Col^1)
	st.B = v.stored(v.a.Rotation(), chunk.Int16, s.T, i/2)
	st.B.Places[1] = v.a.Rotated/2 + i/2
}

// quantHeads fills in the claims and rows of heads.
func (v view) quantHeads(s Step, st *Statement) error {
	source, claim := QRot, QueryClaim
	switch {
	case s.Vector >= ValueClaim:
		source, claim = V, ValueClaim
	case s.Vector >= KeyClaim:
		source, claim = KRot, KeyClaim
	}
	from := s.Row * v.a.HeadWidth
	switch {
	case s.Vector == claim:
		return v.counter(s, st, v.a.HeadWidth, func(w int) Operand { return v.flat(source, from+w) })
	case s.Col == 0:
		st.Op, st.A = OpCopy, v.at(claim, s.Row, 0)
	default:
		st.A, st.B = v.flat(source, from+s.Col-1), v.at(claim, s.Row, 0)
	}
	return nil
}

// attend fills in columns, scores, softmax and mix.
func (v view) attend(s Step, st *Statement) error {
	a := v.a
	group := func(head int) int { return head / (a.Heads / a.KVHeads) }
	switch s.Vector {
	case Columns:
		// The row of values of position s.Col, at this layer.
		row := view{a, Block{s.Col, s.L}, v.layout}
		st.A = row.pair(ValueRows, s.Row/a.HeadWidth, 1+s.Row%a.HeadWidth, 0)
		if s.Col < s.T {
			st.A.Source = Earlier
		}
	case Scores:
		c, _ := v.layout[Keys].At(s.Col, group(s.Row))
		st.A = v.at(QueryRows, s.Row, 0)
		st.B = Operand{Source: Opened, T: s.T, Leaf: v.leaf(Keys, c), Kind: chunk.Int16, Length: a.HeadWidth + 1}
		st.X, st.Y = a.Scale, uint32(a.ScaleExp+16)
	case ScoreClaim:
		return v.counter(s, st, s.T+1, func(w int) Operand { return v.at(Scores, s.Row, w) })
	case Softmax:
		st.A, st.B = v.at(Scores, s.Row, s.Col), v.at(ScoreClaim, s.Row, 0)
	case SoftmaxSums:
		st.A = v.at(Softmax, s.Row, s.Col*spanCap)
		st.run(s.Col)
	case MixSums:
		channel := group(s.Row/a.HeadWidth)*a.HeadWidth + s.Row%a.HeadWidth
		st.A = v.at(Columns, channel, s.Col*spanCap)
		st.B = v.at(Softmax, s.Row/a.HeadWidth, s.Col*spanCap)
		st.run(s.Col)
	case Mixed:
		st.A, st.B = v.last(MixSums, s.Col), v.last(SoftmaxSums, s.Col/a.HeadWidth)
	}
	return nil
}

// Opposite returns, for an element of the vector Keys (row: position, column: head),
// the leaf of the key row that it must equal, and the position whose block of the
// same layer holds it.
func (a Arch) Opposite(b Block, row, col int) (here, there Leaf, t int, err error) {
	layout, err := a.Layout(b)
	if err != nil {
		return Leaf{}, Leaf{}, 0, err
	}
	if b.L == 0 || b.L > a.Layers || row < 0 || row > b.T || col < 0 || col >= a.KVHeads {
		return Leaf{}, Leaf{}, 0, invalid(Step{Block: b, Vector: Keys, Row: row, Col: col}, "no such key")
	}
	v := view{a, b, layout}
	c, _ := layout[Keys].At(row, col)
	return v.leaf(Keys, c), v.leaf(KeyRows, col), row, nil
}
