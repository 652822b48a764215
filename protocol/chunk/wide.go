package chunk

import (
	"math/big"
	"math/bits"
)

// wideBits is the width of a wide limb.
const wideBits = 80

// Wide is a signed integer in two's complement over 128 bits: Hi*2^64 + Lo. It
// carries running sums that pass 64 bits; packing takes values of 80 bits.
type Wide struct {
	Hi int64
	Lo uint64
}

// WideOf returns v as a wide integer.
func WideOf(v int64) Wide { return Wide{Hi: v >> 63, Lo: uint64(v)} }

// Add returns w + v modulo 2^128.
func (w Wide) Add(v Wide) Wide {
	lo, carry := bits.Add64(w.Lo, v.Lo, 0)
	hi, _ := bits.Add64(uint64(w.Hi), uint64(v.Hi), carry)
	return Wide{Hi: int64(hi), Lo: lo}
}

// Big returns w as an arbitrary precision integer.
func (w Wide) Big() *big.Int {
	b := new(big.Int).Lsh(big.NewInt(w.Hi), 64)
	return b.Add(b, new(big.Int).SetUint64(w.Lo))
}

// fits says whether -2^79 <= w < 2^79.
func (w Wide) fits() bool { return w.Hi >= -1<<15 && w.Hi < 1<<15 }
