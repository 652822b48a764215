package circuit

import (
	"math/big"

	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/std/math/bits"
)

// builder is gnark's API with the few gadgets that the circuit is made of. None of
// them uses a lookup or a commitment.
type builder struct{ frontend.API }

func pow2(n int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(n)) }

// bits returns the n bits of v, lowest first. It asserts 0 <= v < 2^n.
func (b builder) bits(v frontend.Variable, n int) []frontend.Variable {
	return bits.ToBinary(b.API, v, bits.WithNbDigits(n))
}

// number is the number that bits stand for; they are known to be bits.
func (b builder) number(digits []frontend.Variable) frontend.Variable {
	return bits.FromBinary(b.API, digits, bits.WithUnconstrainedInputs())
}

// nonNegative returns 1 where v >= 0 and 0 where v < 0. It asserts -2^n <= v < 2^n.
func (b builder) nonNegative(v frontend.Variable, n int) frontend.Variable {
	return b.bits(b.Add(v, pow2(n)), n+1)[n]
}

// zero asserts that x*y is 0.
func (b builder) zero(x, y frontend.Variable) { b.AssertIsEqual(b.Mul(x, y), 0) }

func (b builder) not(x frontend.Variable) frontend.Variable { return b.Sub(1, x) }

// choose returns x where flag is 1 and y where it is 0.
func (b builder) choose(flag, x, y frontend.Variable) frontend.Variable {
	return b.Add(y, b.Mul(flag, b.Sub(x, y)))
}

// sum adds any number of terms.
func (b builder) sum(terms ...frontend.Variable) frontend.Variable {
	switch len(terms) {
	case 0:
		return 0
	case 1:
		return terms[0]
	}
	return b.Add(terms[0], terms[1], terms[2:]...)
}

// dot is the sum of x[i]*k[i] over constants k: no constraint.
func (b builder) dot(x []frontend.Variable, k func(i int) *big.Int) frontend.Variable {
	terms := make([]frontend.Variable, len(x))
	for i := range x {
		terms[i] = b.Mul(x[i], k(i))
	}
	return b.sum(terms...)
}

// mux returns the value at the place that index, a binary number, stands for; 0 past
// the last one.
func (b builder) mux(index, values []frontend.Variable) frontend.Variable {
	for _, bit := range index {
		half := make([]frontend.Variable, 0, (len(values)+1)/2)
		for i := 0; i < len(values); i += 2 {
			if i+1 < len(values) {
				half = append(half, b.choose(bit, values[i+1], values[i]))
			} else {
				half = append(half, b.Mul(b.not(bit), values[i]))
			}
		}
		values = half
	}
	return values[0]
}

// oneHot returns 2^len(index) flags, the one at the binary number index set.
func (b builder) oneHot(index []frontend.Variable) []frontend.Variable {
	flags := []frontend.Variable{1}
	for i := len(index) - 1; i >= 0; i-- {
		next := make([]frontend.Variable, 0, 2*len(flags))
		for _, f := range flags {
			set := b.Mul(f, index[i])
			next = append(next, b.Sub(f, set), set)
		}
		flags = next
	}
	return flags
}

// above returns for every h below 2^len(digits) whether the binary number digits is
// above h.
func (b builder) above(digits []frontend.Variable) []frontend.Variable {
	flags := []frontend.Variable{0}
	for _, digit := range digits {
		high := make([]frontend.Variable, len(flags))
		low := make([]frontend.Variable, len(flags))
		for h, f := range flags {
			high[h] = b.Mul(digit, f)
			low[h] = b.Sub(b.Add(digit, f), high[h])
		}
		flags = append(low, high...)
	}
	return flags
}

// table returns table[index] of constants for a binary index of 2k digits.
func (b builder) table(index []frontend.Variable, table []uint16) frontend.Variable {
	k := len(index) / 2
	low, high := b.oneHot(index[:k]), b.oneHot(index[k:])
	result := frontend.Variable(0)
	for l, flag := range low {
		column := b.dot(high, func(h int) *big.Int { return big.NewInt(int64(table[h<<k|l])) })
		result = b.Add(result, b.Mul(flag, column))
	}
	return result
}

// power returns base^exponent for a binary exponent.
func (b builder) power(base int64, exponent []frontend.Variable) frontend.Variable {
	result, factor := frontend.Variable(1), big.NewInt(base)
	for _, digit := range exponent {
		step := b.Add(1, b.Mul(digit, new(big.Int).Sub(factor, big.NewInt(1))))
		result = b.Mul(result, step)
		factor = new(big.Int).Mul(factor, factor)
	}
	return result
}

// remainder asserts 0 <= r < d for a divisor below 2^n.
func (b builder) remainder(r, d frontend.Variable, n int) {
	b.bits(r, n)
	b.bits(b.Sub(d, 1, r), n)
}
