package chunk_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
)

// reference packs limb by limb with big integers: slow and plain.
func reference(values []*big.Int, bits, limbs uint, offset bool) []byte {
	var out []byte
	for i := 0; i < len(values); i += int(limbs) {
		word := new(big.Int)
		for j := uint(0); j < limbs; j++ {
			v := new(big.Int)
			if k := i + int(j); k < len(values) {
				v.Set(values[k])
			}
			if offset {
				v.Add(v, new(big.Int).Lsh(big.NewInt(1), bits-1))
			}
			word.Add(word, v.Lsh(v, bits*j))
		}
		out = append(out, word.FillBytes(make([]byte, 32))...)
	}
	return out
}

func bigs[T int8 | uint8 | int16 | uint16 | int32](v []T) []*big.Int {
	out := make([]*big.Int, len(v))
	for i, x := range v {
		out[i] = big.NewInt(int64(x))
	}
	return out
}

func TestPackingsMatchReferenceAndRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i8 := rapid.SliceOfN(rapid.Int8(), 0, 1024).Draw(t, "int8")
		require.Equal(t, reference(bigs(i8), 8, 31, true), append([]byte(nil), chunk.PackInt8(nil, i8)...))
		got8, err := chunk.UnpackInt8(chunk.PackInt8(nil, i8), len(i8))
		require.NoError(t, err)
		require.Equal(t, i8, got8)

		u8 := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "uint8")
		require.Equal(t, reference(bigs(u8), 8, 31, false), append([]byte(nil), chunk.PackUint8(nil, u8)...))
		gotU8, err := chunk.UnpackUint8(chunk.PackUint8(nil, u8), len(u8))
		require.NoError(t, err)
		require.Equal(t, u8, gotU8)

		i16 := rapid.SliceOfN(rapid.Int16(), 0, 100).Draw(t, "int16")
		require.Equal(t, reference(bigs(i16), 16, 15, true), append([]byte(nil), chunk.PackInt16(nil, i16)...))
		got16, err := chunk.UnpackInt16(chunk.PackInt16(nil, i16), len(i16))
		require.NoError(t, err)
		require.Equal(t, i16, got16)

		u16 := rapid.SliceOfN(rapid.Uint16(), 0, 100).Draw(t, "uint16")
		require.Equal(t, reference(bigs(u16), 16, 15, false), append([]byte(nil), chunk.PackUint16(nil, u16)...))
		gotU16, err := chunk.UnpackUint16(chunk.PackUint16(nil, u16), len(u16))
		require.NoError(t, err)
		require.Equal(t, u16, gotU16)

		i32 := rapid.SliceOfN(rapid.Int32(), 0, 100).Draw(t, "int32")
		require.Equal(t, reference(bigs(i32), 32, 7, true), append([]byte(nil), chunk.PackInt32(nil, i32)...))
		got32, err := chunk.UnpackInt32(chunk.PackInt32(nil, i32), len(i32))
		require.NoError(t, err)
		require.Equal(t, i32, got32)

		wide := make([]chunk.Wide, rapid.IntRange(0, 30).Draw(t, "wides"))
		wideBig := make([]*big.Int, len(wide))
		for i := range wide {
			wide[i] = chunk.Wide{Hi: int64(rapid.Int16().Draw(t, "hi")), Lo: rapid.Uint64().Draw(t, "lo")}
			wideBig[i] = wide[i].Big()
		}
		packed, err := chunk.PackWide(nil, wide)
		require.NoError(t, err)
		require.Equal(t, reference(wideBig, 80, 3, true), append([]byte(nil), packed...))
		gotWide, err := chunk.UnpackWide(packed, len(wide))
		require.NoError(t, err)
		require.Equal(t, wide, gotWide)
	})
}

func TestWeightsRoundTripAtEveryLength(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 1024; n++ {
		q, m := make([]int8, n), make([]uint32, (n+31)/32)
		for i := range q {
			q[i] = int8(r.Uint32())
		}
		for i := range m {
			m[i] = r.Uint32() & 0xffffff
		}
		packed, err := chunk.PackWeights(nil, q, m)
		require.NoError(t, err)
		words, err := chunk.Weights.Words(n)
		require.NoError(t, err)
		require.Len(t, packed, words*chunk.WordBytes)
		gotQ, gotM, err := chunk.UnpackWeights(packed, n)
		require.NoError(t, err)
		require.Equal(t, q, gotQ)
		require.Equal(t, m, gotM)
	}
}

func TestLayoutLimits(t *testing.T) {
	for kind, want := range map[chunk.Kind]int{
		chunk.Int8: 34, chunk.Uint8: 34, chunk.Int16: 69, chunk.Uint16: 69,
		chunk.Int32: 74, chunk.Wide80: 75, chunk.Weights: 38,
	} {
		words, err := kind.Words(kind.Capacity())
		require.NoError(t, err)
		require.Equal(t, want, words)
		require.LessOrEqual(t, words, chunk.MaxWords)
		for _, n := range []int{-1, 0, kind.Capacity() + 1} {
			_, err := kind.Words(n)
			require.ErrorIs(t, err, protocol.ErrInvalid)
		}
	}
	_, err := chunk.Kind(0).Words(1)
	require.ErrorIs(t, err, protocol.ErrInvalid)
	require.Panics(t, func() { chunk.LeafInt32(make([]int32, 513)) })
}

func TestRangeErrors(t *testing.T) {
	for _, v := range []chunk.Wide{{Hi: 1 << 15}, {Hi: -1<<15 - 1}, {Hi: math.MaxInt64}, {Hi: math.MinInt64}} {
		_, err := chunk.PackWide(nil, []chunk.Wide{v})
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
	for _, v := range []chunk.Wide{{Hi: 1<<15 - 1, Lo: math.MaxUint64}, {Hi: -1 << 15}, {}} {
		_, err := chunk.PackWide(nil, []chunk.Wide{v})
		require.NoError(t, err)
	}
	for _, bad := range []struct {
		q []int8
		m []uint32
	}{{nil, nil}, {make([]int8, 1), nil}, {make([]int8, 1), []uint32{1 << 24}}, {make([]int8, 32), make([]uint32, 2)},
		{make([]int8, 33), make([]uint32, 1)}, {make([]int8, 1025), make([]uint32, 33)}} {
		_, err := chunk.PackWeights(nil, bad.q, bad.m)
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
}

// Every bit of a packing is either part of a value or refused, so no two packings
// decode to the same values.
func TestDecodingIsCanonical(t *testing.T) {
	wide, err := chunk.PackWide(nil, []chunk.Wide{chunk.WideOf(-5), chunk.WideOf(7), chunk.WideOf(9), chunk.WideOf(1)})
	require.NoError(t, err)
	weights, err := chunk.PackWeights(nil, make([]int8, 40), []uint32{3, 4})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		packed []byte
		repack func([]byte) ([]byte, error)
	}{
		"int8": {chunk.PackInt8(nil, make([]int8, 40)), func(b []byte) ([]byte, error) {
			v, err := chunk.UnpackInt8(b, 40)
			return chunk.PackInt8(nil, v), err
		}},
		"uint8": {chunk.PackUint8(nil, make([]uint8, 40)), func(b []byte) ([]byte, error) {
			v, err := chunk.UnpackUint8(b, 40)
			return chunk.PackUint8(nil, v), err
		}},
		"int16": {chunk.PackInt16(nil, make([]int16, 17)), func(b []byte) ([]byte, error) {
			v, err := chunk.UnpackInt16(b, 17)
			return chunk.PackInt16(nil, v), err
		}},
		"uint16": {chunk.PackUint16(nil, make([]uint16, 17)), func(b []byte) ([]byte, error) {
			v, err := chunk.UnpackUint16(b, 17)
			return chunk.PackUint16(nil, v), err
		}},
		"int32": {chunk.PackInt32(nil, make([]int32, 9)), func(b []byte) ([]byte, error) {
			v, err := chunk.UnpackInt32(b, 9)
			return chunk.PackInt32(nil, v), err
		}},
		"wide": {wide, func(b []byte) ([]byte, error) {
			v, err := chunk.UnpackWide(b, 4)
			if err != nil {
				return nil, err
			}
			return chunk.PackWide(nil, v)
		}},
		"weights": {weights, func(b []byte) ([]byte, error) {
			q, m, err := chunk.UnpackWeights(b, 40)
			if err != nil {
				return nil, err
			}
			return chunk.PackWeights(nil, q, m)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			accepted, refused := 0, 0
			for bit := range len(c.packed) * 8 {
				b := append([]byte(nil), c.packed...)
				b[bit/8] ^= 1 << (bit % 8)
				again, err := c.repack(b)
				if err != nil {
					require.ErrorIs(t, err, protocol.ErrInvalid)
					refused++
					continue
				}
				require.Equal(t, b, again)
				accepted++
			}
			require.Positive(t, accepted)
			require.Positive(t, refused)
			for _, b := range [][]byte{nil, c.packed[:len(c.packed)-1], append(append([]byte(nil), c.packed...), 0)} {
				_, err := c.repack(b)
				require.True(t, errors.Is(err, protocol.ErrInvalid))
			}
		})
	}
}

// Words come from strangers: what a decoder takes packs to the same words again.
func FuzzUnpack(f *testing.F) {
	f.Add(make([]byte, 64), 10)
	f.Add(chunk.PackInt32(nil, []int32{1, 2, 3}), 3)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		if v, err := chunk.UnpackInt8(b, n); err == nil {
			require.Equal(t, string(b), string(chunk.PackInt8(nil, v)))
		}
		if v, err := chunk.UnpackInt16(b, n); err == nil {
			require.Equal(t, string(b), string(chunk.PackInt16(nil, v)))
		}
		if v, err := chunk.UnpackInt32(b, n); err == nil {
			require.Equal(t, string(b), string(chunk.PackInt32(nil, v)))
		}
		if v, err := chunk.UnpackWide(b, n); err == nil {
			again, err := chunk.PackWide(nil, v)
			require.NoError(t, err)
			require.Equal(t, string(b), string(again))
		}
		if q, m, err := chunk.UnpackWeights(b, n); err == nil {
			again, err := chunk.PackWeights(nil, q, m)
			require.NoError(t, err)
			require.Equal(t, string(b), string(again))
		}
	})
}

// The leaf is spelled out with big integers and the general Merkle functions.
func TestBoundaryLeafMatchesDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	hasher := chunk.NewHasher()
	for _, n := range []int{0, 1, 6, 7, 8, 64, 511, 512, 513, 576, 1024, 1025, 1536, 2048, 2049, 4096} {
		v := make([]int32, n)
		for i := range v {
			v[i] = int32(r.Uint32())
		}
		var leaves []common.Hash
		for at := 0; at < n; at += 512 {
			part := v[at:min(at+512, n)]
			leaf := crypto.Keccak256Hash([]byte{0}, reference(bigs(part), 32, 7, true))
			require.Equal(t, leaf, chunk.LeafInt32(part))
			require.Equal(t, leaf, chunk.Leaf(chunk.PackInt32(nil, part)))
			leaves = append(leaves, leaf)
		}
		require.Equal(t, protocol.MerkleRoot(leaves), hasher.BoundaryLeaf(v), "n = %d", n)
		require.Equal(t, protocol.MerkleRoot(leaves), chunk.BoundaryLeaf(v), "n = %d", n)
	}
}

func TestHasherDoesNotAllocate(t *testing.T) {
	hasher, v := chunk.NewHasher(), make([]int32, 1600)
	hasher.BoundaryLeaf(v)
	require.Zero(t, testing.AllocsPerRun(10, func() { hasher.BoundaryLeaf(v) }))
}

func BenchmarkBoundaryLeaf(b *testing.B) {
	hasher, v := chunk.NewHasher(), make([]int32, 576)
	for i := range v {
		v[i] = int32(i * 7919)
	}
	b.SetBytes(int64(len(v) * 4))
	for b.Loop() {
		hasher.BoundaryLeaf(v)
	}
}
