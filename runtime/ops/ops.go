// Package ops holds the integer primitives of the runtime: every rounding rule,
// saturation and reduction that a model's forward pass is made of, each defined
// on mathematical integers inside stated bounds. Nothing wraps and nothing is
// approximate, so any implementation that follows the definitions yields the same
// bits.
//
// It knows nothing of models, files or traces. Values named Q16 are real numbers
// times 65536. Invariant: there is one rounding rule, half goes up (towards
// +infinity), for shifts and for divisions, for both signs.
//
// Built with the tag dgrid_checked, every bound in the comments is asserted.
package ops

import "math/bits"

// MaxQ16 is the largest magnitude of a saturated value: 2^31 - 1. The value
// -2^31 never occurs.
const MaxQ16 = 1<<31 - 1

// MaxShift is the largest scale shift that Quant yields for int32 input.
const MaxShift = 16

// Rsh returns floor((x + 2^(s-1)) / 2^s), x for s = 0. s <= 62; no intermediate
// value overflows.
func Rsh(x int64, s uint) int64 {
	if checked {
		assert(s <= 62, "rsh shift")
	}
	if s == 0 {
		return x
	}
	return x>>(s&63) + x>>((s-1)&63)&1
}

// Rdiv returns floor((a + floor(b/2)) / b) for b > 0 and |a| <= 2^62.
func Rdiv(a, b int64) int64 {
	if checked {
		assert(b > 0 && b <= 1<<62 && a <= 1<<62 && a >= -1<<62, "rdiv operands")
	}
	a += b >> 1
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Sat returns x clamped to ±(2^31 - 1).
func Sat(x int64) int32 {
	return int32(min(max(x, -MaxQ16), MaxQ16))
}

// Isqrt returns the n with n*n <= v < (n+1)*(n+1), for v >= 2^62.
func Isqrt(v uint64) uint64 {
	if checked {
		assert(v >= 1<<62, "isqrt operand")
	}
	// Newton's iteration from above: the root is in 2^31..2^32 and the sequence
	// falls strictly until it reaches the root.
	x := uint64(1) << 32
	for {
		y := (x + v/x) >> 1
		if y >= x {
			return x
		}
		x = y
	}
}

// SumSquares returns the exact sum of h[i]^2 as a 128-bit number.
func SumSquares(h []int32) (hi, lo uint64) {
	for _, x := range h {
		var carry uint64
		lo, carry = bits.Add64(lo, uint64(int64(x)*int64(x)), 0)
		hi += carry
	}
	return hi, lo
}

// InvRMS returns inv and zz of the norm of a vector of width d with the given sum
// of squares: v = floor(S2/d) + eps, zz = leading zeros of v made even,
// n = isqrt(v << zz), inv = floor(2^63 / n). 2^31 <= inv <= 2^32, 2 <= zz <= 62.
func InvRMS(hi, lo uint64, d int, eps uint32) (inv int64, zz uint) {
	q, _ := bits.Div64(hi, lo, uint64(d))
	v := q + uint64(eps)
	zz = uint(bits.LeadingZeros64(v)) &^ 1
	n := Isqrt(v << zz)
	if checked {
		assert(zz >= 2 && zz <= 62 && n >= 1<<31 && n < 1<<32, "norm")
	}
	return int64(1 << 63 / n), zz
}

// Norm writes the RMS norm of h to x, both Q16: x[i] = rsh(h[i]*inv, 47 - zz/2).
// There is no gain: gains are folded into the next matrix. |x| < 2^24.
func Norm(x, h []int32, eps uint32) {
	hi, lo := SumSquares(h)
	inv, zz := InvRMS(hi, lo, len(h), eps)
	shift := 47 - zz/2
	x = x[:len(h)]
	for i, v := range h {
		y := Rsh(int64(v)*inv, shift)
		if checked {
			assert(y < 1<<24 && y > -1<<24, "norm output")
		}
		x[i] = int32(y)
	}
}

// Quant writes x (Q16) as int16 with one power-of-two scale: a[i] =
// clamp(rsh(x[i], k), ±32767) and returns k, 0 <= k <= 16. The real value of a[i]
// is a[i] * 2^(k-16).
func Quant(a []int16, x []int32) (k uint) {
	var am uint32
	for _, v := range x {
		am = max(am, uint32(max(int64(v), -int64(v))))
	}
	k = uint(max(0, bits.Len32(am)-15))
	if checked {
		assert(am <= MaxQ16 && k <= MaxShift, "quant input")
	}
	a = a[:len(x)]
	for i, v := range x {
		a[i] = int16(min(max(Rsh(int64(v), k), -32767), 32767))
	}
	return k
}

// Rope rotates the first 2*len(cos) elements of one head in interleaved pairs
// (2i, 2i+1) by the Q14 table row of a position; the rest pass unchanged.
func Rope(head []int32, cos, sin []int16) {
	sin = sin[:len(cos)]
	head = head[:2*len(cos)]
	for i, c := range cos {
		a, b := int64(head[2*i]), int64(head[2*i+1])
		co, si := int64(c), int64(sin[i])
		head[2*i] = Sat(Rsh(a*co-b*si, 14))
		head[2*i+1] = Sat(Rsh(a*si+b*co, 14))
	}
}

// Add adds y to h, both Q16, saturating.
func Add(h, y []int32) {
	y = y[:len(h)]
	for i := range h {
		h[i] = Sat(int64(h[i]) + int64(y[i]))
	}
}

// Glu writes p = sat(rsh(b*up, 16)) with b = rsh(gate*sigmoid(gate), 15), all
// Q16. The sigmoid has 1024 entries of 2^15 for arguments from -16 in steps of 1/32.
func Glu(p, gate, up []int32, sigmoid *[1024]uint16) {
	up, p = up[:len(gate)], p[:len(gate)]
	for i, g := range gate {
		w := min(max(Rsh(int64(g), 11)+512, 0), 1023)
		b := Rsh(int64(g)*int64(sigmoid[w]), 15)
		p[i] = Sat(Rsh(b*int64(up[i]), 16))
	}
}
