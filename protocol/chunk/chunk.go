// Package chunk packs vectors into chunks of BN254 field elements and hashes
// them into the leaves of a trace. It is the one place that knows the packing;
// digests inside proofs (runtime/commit), circuits and contracts follow it.
//
// A chunk is at most MaxWords field elements, each written as a 32-byte
// big-endian word. A word holds several values as limbs of equal width, limb 0
// in the least significant bits. Signed values are offset-binary: the limb of v
// is v + 2^(bits-1). Invariants:
//
//   - a packing is unique: every limb has a fixed width, all bits above the last
//     limb are zero, and decoding refuses anything else;
//   - a chunk of n values has ceil(n/limbs) words; the limbs past n in the last
//     word encode the value zero (for signed kinds that is 2^(bits-1), not 0).
//
// The package is pure and holds no field arithmetic: every word it makes is
// below 2^248, hence below the field's modulus.
package chunk

import (
	"encoding/binary"
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
)

// WordBytes is the size of one packed field element in bytes.
const WordBytes = 32

// MaxWords is the number of field elements in the longest chunk: five sponge
// blocks of fifteen.
const MaxWords = 75

// GroupSize is the number of weights that share one scale.
const GroupSize = 32

// Kind names what a chunk holds. The values are part of the digest and never
// change meaning.
type Kind uint8

// The kinds of chunk. Weights is a stretch of one matrix row with its scales.
const (
	Int8    Kind = 1
	Int16   Kind = 2
	Int32   Kind = 3
	Wide80  Kind = 4
	Weights Kind = 5
	Uint8   Kind = 6
	Uint16  Kind = 7
)

// Int32PerWord is the number of 32-bit limbs in one word; MaxInt32 the largest
// number of int32 values in one chunk.
const (
	Int32PerWord = 7
	MaxInt32     = 512
)

// The limb layout of the other kinds: bits a limb, limbs a word, values a chunk.
const (
	int8Limbs, int8Max   = 31, 1024
	int16Limbs, int16Max = 15, 1024
	wideLimbs, wideMax   = 3, 225
	scaleLimbs, scaleMax = 10, int8Max / GroupSize

	// ScaleWords is the number of words that hold the scales of a weight chunk.
	// They come first and are always all present, so that a weight's place in a
	// chunk does not depend on the chunk's length.
	ScaleWords = (scaleMax + scaleLimbs - 1) / scaleLimbs
	// MaxScale is the first scale that does not fit: a mantissa has 24 bits.
	MaxScale = 1 << 24
)

// Limbs returns how many values of kind k one word holds. For Weights it is the
// number of weights in a word that follows the scales. It is 0 for an unknown kind.
func (k Kind) Limbs() int {
	switch k {
	case Int8, Uint8, Weights:
		return int8Limbs
	case Int16, Uint16:
		return int16Limbs
	case Int32:
		return Int32PerWord
	case Wide80:
		return wideLimbs
	}
	return 0
}

// Capacity returns how many values the longest chunk of kind k holds; 0 for an
// unknown kind.
func (k Kind) Capacity() int {
	switch k {
	case Int8, Uint8, Weights:
		return int8Max
	case Int16, Uint16:
		return int16Max
	case Int32:
		return MaxInt32
	case Wide80:
		return wideMax
	}
	return 0
}

// Words returns how many words a chunk of n values of kind k has. It fails with
// protocol.ErrInvalid on an unknown kind and for n outside 1..Capacity.
func (k Kind) Words(n int) (int, error) {
	if n < 1 || n > k.Capacity() {
		return 0, fmt.Errorf("chunk of %d values of kind %d: %w", n, k, protocol.ErrInvalid)
	}
	words := (n + k.Limbs() - 1) / k.Limbs()
	if k == Weights {
		words += ScaleWords
	}
	return words, nil
}

// extend appends n zero words to dst and returns the longer slice and the part
// that was added.
func extend(dst []byte, words int) (all, added []byte) {
	at, need := len(dst), len(dst)+words*WordBytes
	if cap(dst) < need {
		grown := make([]byte, at, need)
		copy(grown, dst)
		dst = grown
	}
	dst = dst[:need]
	added = dst[at:]
	clear(added)
	return dst, added
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// PackInt8 appends the words of v to dst, 31 values a word. It does not limit
// the length of v; callers cut vectors into chunks first.
func PackInt8(dst []byte, v []int8) []byte {
	dst, out := extend(dst, ceilDiv(len(v), int8Limbs))
	for ; len(v) > 0; out = out[WordBytes:] {
		n := min(len(v), int8Limbs)
		for j := range int8Limbs {
			out[31-j] = 0x80
		}
		for j, x := range v[:n] {
			out[31-j] = uint8(x) ^ 0x80
		}
		v = v[n:]
	}
	return dst
}

// PackUint8 appends the words of v to dst, 31 values a word, without offset.
func PackUint8(dst []byte, v []uint8) []byte {
	dst, out := extend(dst, ceilDiv(len(v), int8Limbs))
	for ; len(v) > 0; out = out[WordBytes:] {
		n := min(len(v), int8Limbs)
		for j, x := range v[:n] {
			out[31-j] = x
		}
		v = v[n:]
	}
	return dst
}

// PackInt16 appends the words of v to dst, 15 values a word.
func PackInt16(dst []byte, v []int16) []byte {
	dst, out := extend(dst, ceilDiv(len(v), int16Limbs))
	for ; len(v) > 0; out = out[WordBytes:] {
		n := min(len(v), int16Limbs)
		for j, x := range v[:n] {
			binary.BigEndian.PutUint16(out[30-2*j:], uint16(x)^0x8000)
		}
		for j := n; j < int16Limbs; j++ {
			out[30-2*j] = 0x80
		}
		v = v[n:]
	}
	return dst
}

// PackUint16 appends the words of v to dst, 15 values a word, without offset.
func PackUint16(dst []byte, v []uint16) []byte {
	dst, out := extend(dst, ceilDiv(len(v), int16Limbs))
	for ; len(v) > 0; out = out[WordBytes:] {
		n := min(len(v), int16Limbs)
		for j, x := range v[:n] {
			binary.BigEndian.PutUint16(out[30-2*j:], x)
		}
		v = v[n:]
	}
	return dst
}

// PackInt32 appends the words of v to dst, 7 values a word.
func PackInt32(dst []byte, v []int32) []byte {
	dst, out := extend(dst, ceilDiv(len(v), Int32PerWord))
	for ; len(v) >= Int32PerWord; v, out = v[Int32PerWord:], out[WordBytes:] {
		w, x := out[:WordBytes:WordBytes], v[:Int32PerWord:Int32PerWord]
		binary.BigEndian.PutUint32(w[28:], uint32(x[0])^1<<31)
		binary.BigEndian.PutUint32(w[24:], uint32(x[1])^1<<31)
		binary.BigEndian.PutUint32(w[20:], uint32(x[2])^1<<31)
		binary.BigEndian.PutUint32(w[16:], uint32(x[3])^1<<31)
		binary.BigEndian.PutUint32(w[12:], uint32(x[4])^1<<31)
		binary.BigEndian.PutUint32(w[8:], uint32(x[5])^1<<31)
		binary.BigEndian.PutUint32(w[4:], uint32(x[6])^1<<31)
	}
	if len(v) > 0 {
		for j := range Int32PerWord {
			out[28-4*j] = 0x80
		}
		for j, x := range v {
			binary.BigEndian.PutUint32(out[28-4*j:], uint32(x)^1<<31)
		}
	}
	return dst
}

// PackWide appends the words of v to dst, 3 values a word. It fails with
// protocol.ErrInvalid on a value outside -2^79 .. 2^79-1.
func PackWide(dst []byte, v []Wide) ([]byte, error) {
	for i, x := range v {
		if !x.fits() {
			return dst, fmt.Errorf("wide value %d of %d bits: %w", i, wideBits, protocol.ErrInvalid)
		}
	}
	dst, out := extend(dst, ceilDiv(len(v), wideLimbs))
	for ; len(v) > 0; out = out[WordBytes:] {
		n := min(len(v), wideLimbs)
		for j := range wideLimbs {
			out[22-10*j] = 0x80
		}
		for j, x := range v[:n] {
			binary.BigEndian.PutUint16(out[22-10*j:], uint16(x.Hi)^0x8000)
			binary.BigEndian.PutUint64(out[24-10*j:], x.Lo)
		}
		v = v[n:]
	}
	return dst, nil
}

// PackWeights appends the words of one weight chunk to dst: four words with the
// scales m, 10 a word and 24 bits each, then the weights q as PackInt8 packs
// them. It fails with protocol.ErrInvalid unless 1 <= len(q) <= 1024, there is
// one scale for every started group of 32 weights, and every scale is below 2^24.
func PackWeights(dst []byte, q []int8, m []uint32) ([]byte, error) {
	if len(q) < 1 || len(q) > int8Max || len(m) != ceilDiv(len(q), GroupSize) {
		return dst, fmt.Errorf("weight chunk of %d weights and %d scales: %w", len(q), len(m), protocol.ErrInvalid)
	}
	for g, s := range m {
		if s >= MaxScale {
			return dst, fmt.Errorf("scale %d of group %d: %w", s, g, protocol.ErrInvalid)
		}
	}
	dst, out := extend(dst, ScaleWords)
	for g, s := range m {
		at := g/scaleLimbs*WordBytes + 29 - g%scaleLimbs*3
		out[at], out[at+1], out[at+2] = byte(s>>16), byte(s>>8), byte(s)
	}
	return PackInt8(dst, q), nil
}
