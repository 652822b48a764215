package ops

// Group is the number of consecutive weights of a row that share one mantissa.
const Group = 32

// Exponent is the fixed weight exponent: a real weight is Q * M * 2^-24.
const Exponent = 24

// Matrix is an int8 weight matrix with one mantissa per row and group of 32
// columns; the last group of a row may be shorter. It is read only.
type Matrix struct {
	Rows, Cols int
	Q          []int8   // Rows x Cols
	M          []uint32 // Rows x Groups(), each < 2^24, each row's sum < 2^35
	Bias       []int32  // Rows, Q16; nil for none

	pairs []int64 // rows 2j and 2j+1 as q0 + q1*2^32, by PackRows
}

// Groups returns the number of mantissas of a row, ceil(Cols/32).
func (w *Matrix) Groups() int { return (w.Cols + Group - 1) / Group }

// PackRows spends four bytes a weight to make Mul two to three times as fast: one
// multiplication then serves two rows. It is not safe beside other methods.
func (w *Matrix) PackRows() {
	w.pairs = make([]int64, w.Rows/2*w.Cols)
	for j := range w.Rows / 2 {
		r0, r1 := w.Q[2*j*w.Cols:(2*j+1)*w.Cols], w.Q[(2*j+1)*w.Cols:(2*j+2)*w.Cols]
		for i := range r0 {
			w.pairs[j*w.Cols+i] = int64(r0[i]) + int64(r1[i])<<32
		}
	}
}

// Mul writes rows from..to of the product to y: T[j] = sum over groups of
// m[j,g] * (sum of q*a over the group), y[j] = sat(rsh(T[j], 24-k) + bias[j]),
// for an activation a of Cols elements with scale shift k. y has Rows elements.
func (w *Matrix) Mul(y []int32, a []int16, k uint, from, to int) {
	a = a[:w.Cols]
	for j := from; j < to; j++ {
		if w.pairs != nil && j%2 == 0 && j+1 < to {
			t0, t1 := w.dotTwo(a, j)
			y[j], y[j+1] = w.finish(t0, k, j), w.finish(t1, k, j+1)
			j++
			continue
		}
		y[j] = w.finish(w.dot(a, j), k, j)
	}
}

// dot returns the sum T of row j.
func (w *Matrix) dot(a []int16, j int) int64 { return w.Partial(a, j, 0, w.Cols) }

// Partial returns the part of the sum T of row j that columns from..to contribute.
// from is a multiple of Group; a is the whole activation.
func (w *Matrix) Partial(a []int16, j, from, to int) (sum int64) {
	row, m := w.Q[j*w.Cols+from:j*w.Cols+to], w.M[j*w.Groups()+from/Group:(j+1)*w.Groups()]
	a = a[from:to]
	cols, groups := to-from, (to-from+Group-1)/Group
	full := cols / Group
	for g := range full {
		q, x := (*[Group]int8)(row[g*Group:]), (*[Group]int16)(a[g*Group:])
		var s0, s1 int32
		for i := 0; i < Group; i += 4 {
			s0 += int32(q[i])*int32(x[i]) + int32(q[i+1])*int32(x[i+1])
			s1 += int32(q[i+2])*int32(x[i+2]) + int32(q[i+3])*int32(x[i+3])
		}
		sum += int64(s0+s1) * int64(m[g])
	}
	if full < groups {
		var s int32
		for i := full * Group; i < cols; i++ {
			s += int32(row[i]) * int32(a[i])
		}
		sum += int64(s) * int64(m[full])
	}
	return sum
}

// dotTwo returns the sums of rows j and j+1, j even.
func (w *Matrix) dotTwo(a []int16, j int) (sum0, sum1 int64) {
	cols, groups := w.Cols, w.Groups()
	row := w.pairs[j/2*cols : (j/2+1)*cols]
	m0, m1 := w.M[j*groups:(j+1)*groups], w.M[(j+1)*groups:(j+2)*groups]
	for g := range groups {
		lo, hi := g*Group, min((g+1)*Group, cols)
		var s int64
		if hi-lo == Group {
			q, x := (*[Group]int64)(row[lo:]), (*[Group]int16)(a[lo:])
			var s1 int64
			for i := 0; i < Group; i += 4 {
				s += q[i]*int64(x[i]) + q[i+1]*int64(x[i+1])
				s1 += q[i+2]*int64(x[i+2]) + q[i+3]*int64(x[i+3])
			}
			s += s1
		} else {
			for i := lo; i < hi; i++ {
				s += row[i] * int64(a[i])
			}
		}
		s0, s1 := halves(s)
		sum0 += s0 * int64(m0[g])
		sum1 += s1 * int64(m1[g])
	}
	return sum0, sum1
}

// halves splits s0 + s1*2^32. The sum of a group is below 2^27 in magnitude, so
// the low half is exact as an int32 and its borrow comes off the high one.
func halves(s int64) (s0, s1 int64) {
	s0 = int64(int32(s))
	return s0, (s - s0) >> 32
}

// MulPair is Mul for two activations at once, packed by Pack: each multiplication
// does the work of two, because the two sums of a group fit the halves of an int64.
func (w *Matrix) MulPair(y0, y1 []int32, packed []int64, k0, k1 uint, from, to int) {
	cols, groups := w.Cols, w.Groups()
	packed = packed[:cols]
	for j := from; j < to; j++ {
		row, m := w.Q[j*cols:(j+1)*cols], w.M[j*groups:(j+1)*groups]
		var sum0, sum1 int64
		for g := range groups {
			lo, hi := g*Group, min((g+1)*Group, cols)
			var s int64
			if hi-lo == Group {
				q, x := (*[Group]int8)(row[lo:]), (*[Group]int64)(packed[lo:])
				var s1 int64
				for i := 0; i < Group; i += 4 {
					s += int64(q[i])*x[i] + int64(q[i+1])*x[i+1]
					s1 += int64(q[i+2])*x[i+2] + int64(q[i+3])*x[i+3]
				}
				s += s1
			} else {
				for i := lo; i < hi; i++ {
					s += int64(row[i]) * packed[i]
				}
			}
			s0, s1 := halves(s)
			sum0 += s0 * int64(m[g])
			sum1 += s1 * int64(m[g])
		}
		y0[j], y1[j] = w.finish(sum0, k0, j), w.finish(sum1, k1, j)
	}
}

// Pack writes a0 + a1*2^32 element by element.
func Pack(packed []int64, a0, a1 []int16) {
	a1, packed = a1[:len(a0)], packed[:len(a0)]
	for i := range a0 {
		packed[i] = int64(a0[i]) + int64(a1[i])<<32
	}
}

// Requant scales a sum T for an activation with scale shift k to Q16, unsaturated.
func Requant(sum int64, k uint) int64 { return Rsh(sum, Exponent-k) }

func (w *Matrix) finish(sum int64, k uint, j int) int32 {
	if checked {
		assert(sum < 1<<62 && sum > -1<<62 && k <= MaxShift, "matrix sum")
	}
	y := Requant(sum, k)
	if w.Bias != nil {
		y += int64(w.Bias[j])
	}
	return Sat(y)
}

// Row writes row j scaled to Q16 to h: h[i] = sat(rsh(q*m, 8)). It is the
// embedding lookup.
func (w *Matrix) Row(h []int32, j int) {
	groups := w.Groups()
	row, m := w.Q[j*w.Cols:(j+1)*w.Cols], w.M[j*groups:(j+1)*groups]
	for i, q := range row {
		h[i] = Sat(Rsh(int64(q)*int64(m[i/Group]), 8))
	}
}
