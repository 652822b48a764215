package chunk

import (
	"encoding/binary"
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
)

// The unpackers are the strict inverse of the packers: they return an error that
// wraps protocol.ErrInvalid unless packing the result again gives the same words.

// words checks that b holds exactly the words of n values of kind k, each with
// zero bits above its limbs of size bytes, and returns b past skip words.
func words(b []byte, k Kind, n, limbBytes int) error {
	want := ceilDiv(n, k.Limbs())
	if n < 0 || len(b) != want*WordBytes {
		return fmt.Errorf("%d values of kind %d in %d bytes: %w", n, k, len(b), protocol.ErrInvalid)
	}
	top := WordBytes - k.Limbs()*limbBytes
	for w := 0; w < want; w++ {
		for _, x := range b[w*WordBytes : w*WordBytes+top] {
			if x != 0 {
				return fmt.Errorf("word %d has bits above its limbs: %w", w, protocol.ErrInvalid)
			}
		}
	}
	return nil
}

// limb returns the limb of value i as bytes.
func limb(b []byte, i, limbs, size int) []byte {
	at := i/limbs*WordBytes + WordBytes - (i%limbs+1)*size
	return b[at : at+size]
}

// padded checks that the limbs past n in the last word encode zero: first byte
// top, the rest zero.
func padded(b []byte, n, limbs, size int, top byte) error {
	for i := n; i < len(b)/WordBytes*limbs; i++ {
		for j, x := range limb(b, i, limbs, size) {
			if want := top; j > 0 && x != 0 || j == 0 && x != want {
				return fmt.Errorf("limb %d past the length is not zero: %w", i, protocol.ErrInvalid)
			}
		}
	}
	return nil
}

// UnpackInt8 decodes n values packed by PackInt8.
func UnpackInt8(b []byte, n int) ([]int8, error) {
	if err := words(b, Int8, n, 1); err != nil {
		return nil, err
	}
	if err := padded(b, n, int8Limbs, 1, 0x80); err != nil {
		return nil, err
	}
	v := make([]int8, n)
	for i := range v {
		v[i] = int8(limb(b, i, int8Limbs, 1)[0] ^ 0x80)
	}
	return v, nil
}

// UnpackUint8 decodes n values packed by PackUint8.
func UnpackUint8(b []byte, n int) ([]uint8, error) {
	if err := words(b, Uint8, n, 1); err != nil {
		return nil, err
	}
	if err := padded(b, n, int8Limbs, 1, 0); err != nil {
		return nil, err
	}
	v := make([]uint8, n)
	for i := range v {
		v[i] = limb(b, i, int8Limbs, 1)[0]
	}
	return v, nil
}

// UnpackInt16 decodes n values packed by PackInt16.
func UnpackInt16(b []byte, n int) ([]int16, error) {
	if err := words(b, Int16, n, 2); err != nil {
		return nil, err
	}
	if err := padded(b, n, int16Limbs, 2, 0x80); err != nil {
		return nil, err
	}
	v := make([]int16, n)
	for i := range v {
		v[i] = int16(binary.BigEndian.Uint16(limb(b, i, int16Limbs, 2)) ^ 0x8000)
	}
	return v, nil
}

// UnpackUint16 decodes n values packed by PackUint16.
func UnpackUint16(b []byte, n int) ([]uint16, error) {
	if err := words(b, Uint16, n, 2); err != nil {
		return nil, err
	}
	if err := padded(b, n, int16Limbs, 2, 0); err != nil {
		return nil, err
	}
	v := make([]uint16, n)
	for i := range v {
		v[i] = binary.BigEndian.Uint16(limb(b, i, int16Limbs, 2))
	}
	return v, nil
}

// UnpackInt32 decodes n values packed by PackInt32.
func UnpackInt32(b []byte, n int) ([]int32, error) {
	if err := words(b, Int32, n, 4); err != nil {
		return nil, err
	}
	if err := padded(b, n, Int32PerWord, 4, 0x80); err != nil {
		return nil, err
	}
	v := make([]int32, n)
	for i := range v {
		v[i] = int32(binary.BigEndian.Uint32(limb(b, i, Int32PerWord, 4)) ^ 1<<31)
	}
	return v, nil
}

// UnpackWide decodes n values packed by PackWide.
func UnpackWide(b []byte, n int) ([]Wide, error) {
	if err := words(b, Wide80, n, 10); err != nil {
		return nil, err
	}
	if err := padded(b, n, wideLimbs, 10, 0x80); err != nil {
		return nil, err
	}
	v := make([]Wide, n)
	for i := range v {
		l := limb(b, i, wideLimbs, 10)
		v[i] = Wide{Hi: int64(int16(binary.BigEndian.Uint16(l) ^ 0x8000)), Lo: binary.BigEndian.Uint64(l[2:])}
	}
	return v, nil
}

// UnpackWeights decodes a weight chunk of n weights packed by PackWeights.
func UnpackWeights(b []byte, n int) (q []int8, m []uint32, err error) {
	if n < 1 || n > int8Max || len(b) < ScaleWords*WordBytes {
		return nil, nil, fmt.Errorf("weight chunk of %d weights in %d bytes: %w", n, len(b), protocol.ErrInvalid)
	}
	scales, rest := b[:ScaleWords*WordBytes], b[ScaleWords*WordBytes:]
	for w := range ScaleWords {
		if scales[w*WordBytes] != 0 || scales[w*WordBytes+1] != 0 {
			return nil, nil, fmt.Errorf("scale word %d has bits above its limbs: %w", w, protocol.ErrInvalid)
		}
	}
	groups := ceilDiv(n, GroupSize)
	if err := padded(scales, groups, scaleLimbs, 3, 0); err != nil {
		return nil, nil, err
	}
	m = make([]uint32, groups)
	for g := range m {
		l := limb(scales, g, scaleLimbs, 3)
		m[g] = uint32(l[0])<<16 | uint32(l[1])<<8 | uint32(l[2])
	}
	q, err = UnpackInt8(rest, n)
	return q, m, err
}
