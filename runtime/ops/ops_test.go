package ops

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// edge returns random integers of bit lengths up to n, with extremes among them.
func edge(r *rand.Rand, n int) int64 {
	limit := int64(1)<<(n-1) - 1 + 1<<(n-1)
	switch r.IntN(8) {
	case 0:
		return limit
	case 1:
		return -limit
	case 2:
		return int64(r.IntN(5)) - 2
	}
	x := r.Int64() & limit >> r.IntN(n)
	if r.IntN(2) == 0 {
		return -x
	}
	return x
}

// floorDiv is floor(a/b) of mathematical integers.
func floorDiv(a, b *big.Int) *big.Int {
	q, m := new(big.Int).DivMod(a, b, new(big.Int))
	if b.Sign() < 0 && m.Sign() != 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

func pow2(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }

func rshRef(x *big.Int, s uint) *big.Int {
	if s == 0 {
		return x
	}
	return floorDiv(new(big.Int).Add(x, pow2(s-1)), pow2(s))
}

func satRef(x *big.Int) int32 {
	top := big.NewInt(MaxQ16)
	if x.Cmp(top) > 0 {
		return MaxQ16
	} else if x.Cmp(new(big.Int).Neg(top)) < 0 {
		return -MaxQ16
	}
	return int32(x.Int64())
}

func TestRoundingMatchesIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 50_000 {
		x, s := edge(r, 63), uint(r.IntN(63))
		require.Equal(t, rshRef(big.NewInt(x), s).Int64(), Rsh(x, s), "rsh(%d, %d)", x, s)
		a, b := edge(r, 60), max(edge(r, 40), 1)
		want := floorDiv(new(big.Int).Add(big.NewInt(a), big.NewInt(b/2)), big.NewInt(b))
		require.Equal(t, want.Int64(), Rdiv(a, b), "rdiv(%d, %d)", a, b)
		require.Equal(t, satRef(big.NewInt(x)), Sat(x))
	}
	// Half goes up, for both signs.
	require.Equal(t, []int64{2, -1, 3, -2}, []int64{Rsh(3, 1), Rsh(-3, 1), Rdiv(5, 2), Rdiv(-5, 2)})
}

func TestIsqrt(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	check := func(v uint64) {
		require.Equal(t, new(big.Int).Sqrt(new(big.Int).SetUint64(v)).Uint64(), Isqrt(v), "isqrt(%d)", v)
	}
	for range 20_000 {
		check(r.Uint64() | 1<<62)
		n := r.Uint64N(1<<31) + 1<<31
		check(n * n)
		check(n*n - 1 | 1<<62)
	}
	check(1 << 62)
	check(1<<64 - 1)
	check(1<<62 + 1)
}

// TestNormMatchesDefinition evaluates the definition in big integers, saturated
// vectors of every width limit included.
func TestNormMatchesDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for n := range 300 {
		d := []int{32, 33, 64, 172, 16384}[n%5]
		if d == 16384 && n > 20 {
			d = 97
		}
		h, x := make([]int32, d), make([]int32, d)
		bits := 1 + r.IntN(31)
		for i := range h {
			h[i] = int32(edge(r, bits))
			if n == 4 {
				h[i] = MaxQ16
			}
			if n == 5 {
				h[i] = 0
			}
		}
		eps := uint32(1 + r.Uint64N(1<<32-2))
		if n%2 == 0 {
			eps = 42950
		}
		s2 := new(big.Int)
		for _, v := range h {
			s2.Add(s2, new(big.Int).Mul(big.NewInt(int64(v)), big.NewInt(int64(v))))
		}
		v := floorDiv(s2, big.NewInt(int64(d)))
		v.Add(v, big.NewInt(int64(eps)))
		zz := uint(64-v.BitLen()) &^ 1
		root := new(big.Int).Sqrt(new(big.Int).Lsh(v, zz))
		inv := floorDiv(pow2(63), root)
		Norm(x, h, eps)
		for i := range h {
			want := rshRef(new(big.Int).Mul(big.NewInt(int64(h[i])), inv), 47-zz/2)
			require.Equal(t, want.Int64(), int64(x[i]))
		}
	}
}

func TestQuantMatchesDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	for range 3000 {
		x, a := make([]int32, 1+r.IntN(20)), make([]int16, 20)
		bits, top := 1+r.IntN(31), int64(0)
		for i := range x {
			x[i] = int32(edge(r, bits))
			top = max(top, int64(x[i]), -int64(x[i]))
		}
		k := Quant(a, x)
		require.Equal(t, uint(max(0, big.NewInt(top).BitLen()-15)), k)
		for i := range x {
			want := max(min(rshRef(big.NewInt(int64(x[i])), k).Int64(), 32767), -32767)
			require.Equal(t, want, int64(a[i]))
		}
	}
}

// extremeMatrix returns a matrix with weights down to -128 and mantissas up to
// 2^24 - 1.
func extremeMatrix(r *rand.Rand, rows, cols int) *Matrix {
	w := &Matrix{Rows: rows, Cols: cols, Q: make([]int8, rows*cols), Bias: make([]int32, rows)}
	w.M = make([]uint32, rows*w.Groups())
	for i := range w.Q {
		w.Q[i] = int8(r.IntN(256) - 128)
		if r.IntN(4) == 0 {
			w.Q[i] = -128
		}
	}
	for i := range w.M {
		w.M[i] = uint32(r.IntN(1<<24) | (1<<24-1)*r.IntN(2))
	}
	for i := range w.Bias {
		w.Bias[i] = int32(edge(r, 31))
	}
	return w
}

func TestMatrixMatchesDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for n := range 60 {
		w := extremeMatrix(r, 5, []int{32, 33, 40, 64, 172, 1024}[n%6])
		if n%3 == 0 {
			w.Bias = nil
		}
		var a [2][]int16
		k := [2]uint{uint(r.IntN(17)), uint(r.IntN(17))}
		for b := range a {
			a[b] = make([]int16, w.Cols)
			for i := range a[b] {
				a[b][i] = int16(edge(r, 15))
				if n < 6 {
					a[b][i] = int16(-32767 + 65534*b)
				}
			}
		}
		var want [2][]int32
		for b := range a {
			for j := range w.Rows {
				sum := new(big.Int)
				for i := range w.Cols {
					p := big.NewInt(int64(w.Q[j*w.Cols+i]) * int64(a[b][i]))
					sum.Add(sum, p.Mul(p, big.NewInt(int64(w.M[j*w.Groups()+i/32]))))
				}
				sum = rshRef(sum, 24-k[b])
				if w.Bias != nil {
					sum.Add(sum, big.NewInt(int64(w.Bias[j])))
				}
				want[b] = append(want[b], satRef(sum))
			}
		}
		y0, y1, packed := make([]int32, w.Rows), make([]int32, w.Rows), make([]int64, w.Cols)
		w.Mul(y0, a[0], k[0], 0, 2)
		w.Mul(y0, a[0], k[0], 2, w.Rows)
		require.Equal(t, want[0], y0)
		w.PackRows()
		for _, cut := range []int{0, 1, 2, 3, w.Rows} {
			clear(y0)
			w.Mul(y0, a[0], k[0], 0, cut)
			w.Mul(y0, a[0], k[0], cut, w.Rows)
			require.Equal(t, want[0], y0)
		}
		Pack(packed, a[0], a[1])
		clear(y0)
		w.MulPair(y0, y1, packed, k[0], k[1], 0, 3)
		w.MulPair(y0, y1, packed, k[0], k[1], 3, w.Rows)
		require.Equal(t, want, [2][]int32{y0, y1})
	}
}

func TestElementwiseSaturates(t *testing.T) {
	h := []int32{MaxQ16, -MaxQ16, 5, MaxQ16}
	Add(h, []int32{1, -1, -7, -MaxQ16})
	require.Equal(t, []int32{MaxQ16, -MaxQ16, -2, 0}, h)

	head := []int32{MaxQ16, -MaxQ16, 7, 9}
	Rope(head, []int16{11585}, []int16{11585}) // 45 degrees: A' = sqrt(2) * A
	require.Equal(t, []int32{MaxQ16, 0, 7, 9}, head)

	var sigmoid [1024]uint16
	for i := range sigmoid {
		sigmoid[i] = 32768
	}
	p := make([]int32, 3)
	Glu(p, []int32{MaxQ16, -MaxQ16, 1 << 16}, []int32{MaxQ16, MaxQ16, 3 << 16}, &sigmoid)
	require.Equal(t, []int32{MaxQ16, -MaxQ16, 3 << 16}, p)
}

// FuzzMatrixPair holds the kernels against each other.
func FuzzMatrixPair(f *testing.F) {
	f.Add(uint64(1), uint8(40), uint8(3), uint8(16))
	f.Fuzz(func(t *testing.T, seed uint64, cols, k0, k1 uint8) {
		r := rand.New(rand.NewPCG(seed, 9))
		w := extremeMatrix(r, 3, int(cols)+1)
		a0, a1 := make([]int16, w.Cols), make([]int16, w.Cols)
		for i := range a0 {
			a0[i], a1[i] = int16(edge(r, 15)), int16(edge(r, 15))
		}
		packed := make([]int64, w.Cols)
		Pack(packed, a0, a1)
		var y, z [2][3]int32
		w.Mul(y[0][:], a0, uint(k0%17), 0, 3)
		w.Mul(y[1][:], a1, uint(k1%17), 0, 3)
		w.MulPair(z[0][:], z[1][:], packed, uint(k0%17), uint(k1%17), 0, 3)
		require.Equal(t, y, z)
		w.PackRows()
		w.Mul(z[0][:], a0, uint(k0%17), 0, 3)
		w.Mul(z[1][:], a1, uint(k1%17), 0, 3)
		require.Equal(t, y, z)
	})
}
