package importer

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime/ops"
)

// dyadic is the exact real number m * 2^e, |m| < 2^57.
type dyadic struct {
	m int64
	e int
}

// decodeF32 reads IEEE 754 binary32 bits as an exact number; it refuses infinity
// and NaN.
func decodeF32(b uint32) (dyadic, error) {
	m, e := int64(b&(1<<23-1)), int(b>>23&0xFF)
	switch e {
	case 0xFF:
		return dyadic{}, fmt.Errorf("weight is infinite or not a number: %w", protocol.ErrInvalid)
	case 0:
		e = 1
	default:
		m |= 1 << 23
	}
	if b>>31 != 0 {
		m = -m
	}
	return dyadic{m, e - 150}, nil
}

// times returns the exact product; both mantissas together have at most 56 bits.
func (a dyadic) times(b dyadic) dyadic { return dyadic{a.m * b.m, a.e + b.e} }

// floorShift returns floor(m * 2^e), saturating at ±2^62.
func floorShift(m int64, e int) int64 {
	switch {
	case m == 0:
		return 0
	case e <= -63:
		return m >> 63
	case e < 0:
		return m >> -e
	case bits.Len64(uint64(max(m, -m)))+e > 62:
		if m < 0 {
			return -1 << 62
		}
		return 1 << 62
	}
	return m << e
}

// matrix collects quantised rows.
type matrix struct {
	q []int8
	m []uint32
}

// quantise appends one row, scaled per group of 32: m = ceil(amax*2^24/127),
// q = floor(w*2^24/m + 1/2). Zero groups have m = 0 and q = 0.
func (x *matrix) quantise(row []dyadic) error {
	for len(row) > 0 {
		g := row[:min(ops.Group, len(row))]
		row = row[len(g):]
		var m int64
		for _, w := range g {
			// ceil(|w|*2^24/127) is monotone in |w|, so the largest over the group
			// is that of the largest weight; -floor(-x) = ceil(x).
			c := -floorShift(-max(w.m, -w.m), w.e+ops.Exponent)
			m = max(m, (c+126)/127)
		}
		if m >= 1<<24 {
			return fmt.Errorf("weight of magnitude 127 or more cannot be scaled: %w", protocol.ErrInvalid)
		}
		x.m = append(x.m, uint32(m))
		for _, w := range g {
			q := int64(0)
			if m > 0 {
				// floor(w/m + 1/2) = floor((floor(2w) + m) / 2m), exact for integer m.
				q = floorDiv(floorShift(w.m, w.e+ops.Exponent+1)+m, 2*m)
			}
			x.q = append(x.q, int8(q))
		}
	}
	return nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func (x *matrix) mBytes() []byte {
	b := make([]byte, 0, 4*len(x.m))
	for _, v := range x.m {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

func (x *matrix) qBytes() []byte {
	b := make([]byte, len(x.q))
	for i, v := range x.q {
		b[i] = byte(v)
	}
	return b
}
