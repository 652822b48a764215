// Package chunk packs vectors into the field elements that both hashes of the
// project see: keccak over boundaries while serving, Poseidon2 when a block is
// opened. It is pure and knows nothing of models.
package chunk

import "encoding/binary"

const (
	// WordBytes is the size of one packed field element, as in calldata.
	WordBytes = 32
	// Int32PerWord is the number of 32-bit limbs in one field element.
	Int32PerWord = 7
	// MaxInt32 is the largest number of int32 elements in one chunk.
	MaxInt32 = 512
)

// PackInt32 appends the ceil(len(v)/7) field elements of an int32 chunk, each a
// 32-byte big-endian word: limb 0 least significant, offset binary (x + 2^31).
// Elements past the end of v in the last word are zero, so their limb is 2^31.
// v holds at most MaxInt32 elements.
func PackInt32(dst []byte, v []int32) []byte {
	for len(v) > 0 {
		n := min(len(v), Int32PerWord)
		dst = append(dst, 0, 0, 0, 0)
		for i := Int32PerWord - 1; i >= 0; i-- {
			limb := uint32(1) << 31
			if i < n {
				limb ^= uint32(v[i])
			}
			dst = binary.BigEndian.AppendUint32(dst, limb)
		}
		v = v[n:]
	}
	return dst
}
