// Package tables derives the constant tables of the runtime by arbitrary-precision
// integer arithmetic: softmax and sigmoid tables, rotation tables, the softmax
// scale, the sampler's noise. Creators need it once, when they import a model; the
// runtime itself only reads tables.
//
// Every entry is floor(x + 1/2) of a real number x, computed with 192 fractional
// bits and an error below 2^-150. No entry lies near enough to a tie for that
// error to matter, except those that are exact.
package tables

import "math/big"

// frac is the number of fractional bits of the fixed-point numbers below.
const frac = 192

var one = new(big.Int).Lsh(big.NewInt(1), frac)

func fixed(n int64) *big.Int { return new(big.Int).Lsh(big.NewInt(n), frac) }

func mul(a, b *big.Int) *big.Int {
	p := new(big.Int).Mul(a, b)
	return p.Rsh(p, frac)
}

func quo(a, b *big.Int) *big.Int {
	q := new(big.Int).Lsh(a, frac)
	return q.Quo(q, b)
}

// round returns floor(x + 1/2) for a fixed-point x.
func round(x *big.Int) int64 {
	y := new(big.Int).Add(x, new(big.Int).Rsh(one, 1))
	return y.Rsh(y, frac).Int64() // arithmetic shift: floor
}

// atanhInv2 returns 2*atanh(1/n) = ln((n+1)/(n-1)) for an integer n >= 2.
func atanhInv2(n int64) *big.Int {
	sum, n2 := new(big.Int), big.NewInt(n*n)
	term := new(big.Int).Quo(fixed(2), big.NewInt(n))
	for k := int64(1); term.Sign() != 0; k += 2 {
		sum.Add(sum, new(big.Int).Quo(term, big.NewInt(k)))
		term.Quo(term, n2)
	}
	return sum
}

// ln2 is the natural logarithm of 2, fixed point.
func ln2() *big.Int { return atanhInv2(3) }

// ln returns the natural logarithm of a positive fixed-point x.
func ln(x *big.Int) *big.Int {
	e := x.BitLen() - 1 - frac
	m := new(big.Int).Set(x) // in [1, 2)
	if e >= 0 {
		m.Rsh(m, uint(e))
	} else {
		m.Lsh(m, uint(-e))
	}
	z := quo(new(big.Int).Sub(m, one), new(big.Int).Add(m, one))
	z2, sum, term := mul(z, z), new(big.Int), new(big.Int).Lsh(z, 1)
	for k := int64(1); term.Sign() != 0; k += 2 {
		sum.Add(sum, new(big.Int).Quo(term, big.NewInt(k)))
		term = mul(term, z2)
	}
	return sum.Add(sum, new(big.Int).Mul(ln2(), big.NewInt(int64(e))))
}

// exp returns e^x for a fixed-point x with |x| < 64.
func exp(x *big.Int) *big.Int {
	const halvings = 16
	y := new(big.Int).Rsh(x, halvings)
	sum, term := new(big.Int).Set(one), new(big.Int).Set(one)
	for k := int64(1); term.Sign() != 0; k++ {
		term = mul(term, y)
		term.Quo(term, big.NewInt(k))
		sum.Add(sum, term)
	}
	for range halvings {
		sum = mul(sum, sum)
	}
	return sum
}

// Exp2 returns floor(2^(14 - i/256) + 1/2).
func Exp2() (t [256]uint16) {
	l2 := ln2()
	t[0] = 1 << 14
	for i := int64(1); i < 256; i++ {
		x := new(big.Int).Mul(l2, big.NewInt(14*256-i))
		t[i] = uint16(round(exp(x.Quo(x, big.NewInt(256)))))
	}
	return t
}

// Sigmoid returns floor(2^15 / (1 + e^(-(i-512)/32)) + 1/2).
func Sigmoid() (t [1024]uint16) {
	for i := int64(0); i < 1024; i++ {
		x := new(big.Int).Quo(fixed(512-i), big.NewInt(32))
		t[i] = uint16(round(quo(fixed(1<<15), new(big.Int).Add(one, exp(x)))))
	}
	return t
}

// SoftmaxScale returns C = floor(2^cE * log2(e)/sqrt(hd) + 1/2) and the cE that
// puts C into 2^23..2^24.
func SoftmaxScale(headDim int) (c, ce uint32) {
	hd := new(big.Int).Lsh(big.NewInt(int64(headDim)), 2*frac)
	x := quo(quo(one, ln2()), hd.Sqrt(hd))
	for ce = 0; ; ce++ {
		c := round(new(big.Int).Lsh(x, uint(ce)))
		if c >= 1<<23 {
			return uint32(c), ce
		}
	}
}

// Rope returns floor(2^14 * cos|sin(p*w_i) + 1/2) with w_i = theta^(-2i/r) for
// positions p and i < r/2, row-major. theta is mantissa * 2^exponent.
func Rope(mantissa *big.Int, exponent int, positions, r int) (cos, sin []int16) {
	theta := new(big.Int).Lsh(mantissa, uint(frac+max(exponent, 0)))
	theta.Rsh(theta, uint(max(-exponent, 0)))
	lnTheta := ln(theta)
	cos, sin = make([]int16, positions*r/2), make([]int16, positions*r/2)
	for i := range r / 2 {
		x := new(big.Int).Mul(lnTheta, big.NewInt(int64(-2*i)))
		w := exp(x.Quo(x, big.NewInt(int64(r))))
		cw, sw := cosSin(w)
		c, s := new(big.Int).Set(one), new(big.Int)
		for p := range positions {
			cos[p*r/2+i] = int16(round(new(big.Int).Lsh(c, 14)))
			sin[p*r/2+i] = int16(round(new(big.Int).Lsh(s, 14)))
			// One rotation by w a position; the error grows by a few units of the
			// last of 192 bits each time.
			c, s = new(big.Int).Sub(mul(c, cw), mul(s, sw)), new(big.Int).Add(mul(s, cw), mul(c, sw))
		}
	}
	return cos, sin
}

// cosSin returns the cosine and sine of 0 <= x <= 1.
func cosSin(x *big.Int) (c, s *big.Int) {
	sums := [2]*big.Int{new(big.Int), new(big.Int)}
	term := new(big.Int).Set(one)
	for k := int64(0); term.Sign() != 0; k++ {
		if k&2 == 0 {
			sums[k&1].Add(sums[k&1], term)
		} else {
			sums[k&1].Sub(sums[k&1], term)
		}
		term = mul(term, x)
		term.Quo(term, big.NewInt(k+1))
	}
	return sums[0], sums[1]
}

// Gumbel returns the sampler's noise floor(2^16 * -ln(-ln((u + 1/2)/65536)) + 1/2)
// for u in 0..65535. The table is strictly ascending.
func Gumbel() []int32 {
	t := make([]int32, 1<<16)
	// y = -ln((2u+1)/2^17), from ln((2u+3)/(2u+1)) = 2*atanh(1/(2u+2)).
	y := new(big.Int).Mul(ln2(), big.NewInt(17))
	for u := range t {
		t[u] = int32(round(new(big.Int).Lsh(new(big.Int).Neg(ln(y)), 16)))
		y.Sub(y, atanhInv2(int64(2*u+2)))
	}
	return t
}
