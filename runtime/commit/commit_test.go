package commit_test

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/poseidon2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// The parameters must be the pinned constants of the reference implementation.
func TestPermutationHasTheReferenceParameters(t *testing.T) {
	p := poseidon2.NewParameters(commit.Width, commit.FullRounds, commit.PartialRounds)
	require.Len(t, p.DiagM1, commit.Width)
	require.Len(t, p.RoundKeys, commit.FullRounds+commit.PartialRounds)
	// gnark-crypto would fall back to keys of its own making for other rounds.
	require.Equal(t, "0x269aaf7c0e0ae1a709c1b7cd137c366a3ef21c0ca7d9fb2b33b5a1ae235768e4",
		common.Hash(p.DiagM1[0].Bytes()).Hex())
}

// spec computes a digest as the package comment words it.
func spec(t *testing.T, kind, length int64, words []byte) common.Hash {
	blocks := (len(words)/32 + 14) / 15
	iv := new(big.Int).SetBytes([]byte("dgrid.chunk"))
	iv.Lsh(iv, 128)
	for _, f := range []struct {
		v     int64
		shift uint
	}{{commit.SpecVersion, 96}, {kind, 64}, {int64(blocks), 32}, {length, 0}} {
		iv.Add(iv, new(big.Int).Lsh(big.NewInt(f.v), f.shift))
	}
	state := make([]fr.Element, 16)
	state[0].SetBigInt(iv)
	perm := poseidon2.NewPermutation(16, 8, 57)
	for b := range blocks {
		for i := range 15 {
			if at := (b*15 + i) * 32; at < len(words) {
				var x fr.Element
				x.SetBytes(words[at : at+32])
				state[1+i].Add(&state[1+i], &x)
			}
		}
		require.NoError(t, perm.Permutation(state))
	}
	return common.Hash(state[1].Bytes())
}

func TestDigestFollowsTheSpecification(t *testing.T) {
	for _, n := range []int{1, 15, 16, 225, 226, 1023, 1024} {
		v := make([]int16, n)
		for i := range v {
			v[i] = int16(i*40503 + n)
		}
		words := chunk.PackInt16(nil, v)
		got, err := commit.Digest(chunk.Int16, n, words)
		require.NoError(t, err)
		require.Equal(t, spec(t, 2, int64(n), words), got)
	}
}

// One number of each kind is pinned, so that a change of packing, IV or rounds
// cannot slip through together with the code that checks it.
func TestGoldenDigests(t *testing.T) {
	weights, err := chunk.PackWeights(nil, []int8{1, -2, 3}, []uint32{7})
	require.NoError(t, err)
	wide, err := chunk.PackWide(nil, []chunk.Wide{chunk.WideOf(1), chunk.WideOf(-2), chunk.WideOf(3)})
	require.NoError(t, err)
	for _, c := range []struct {
		kind  chunk.Kind
		words []byte
		want  string
	}{
		{chunk.Int8, chunk.PackInt8(nil, []int8{1, -2, 3}), "0x079a92297385d1226711bd3c45052304a81089a600795edf7218a491b99c06d0"},
		{chunk.Int16, chunk.PackInt16(nil, []int16{1, -2, 3}), "0x01a84d7a99787f6376f58238d2f1d861060c02f2a48b8433ad4a9bdaeca00e46"},
		{chunk.Int32, chunk.PackInt32(nil, []int32{1, -2, 3}), "0x1e4107bf2d1cf2c5508dbe18d13bdde7013a869ddea9abf8f88cbf0d9037214f"},
		{chunk.Wide80, wide, "0x228bf5c736fc4764a5679f40d067dfa07d5c4a252643ad73f28f2acf17855178"},
		{chunk.Weights, weights, "0x158fb736b974a392abc4420438e5021b78fbedbac3b7ddc0a7bd3e43be7923dd"},
	} {
		got, err := commit.Digest(c.kind, 3, c.words)
		require.NoError(t, err)
		require.Equal(t, c.want, got.Hex(), "kind %d", c.kind)
	}
}

func TestDigestSeparatesKindLengthAndContent(t *testing.T) {
	seen := map[common.Hash]string{}
	add := func(name string, kind chunk.Kind, n int, words []byte) {
		d, err := commit.Digest(kind, n, words)
		require.NoError(t, err)
		require.NotContains(t, seen, d, name)
		seen[d] = name
	}
	word := make([]byte, 32)
	for _, kind := range []chunk.Kind{chunk.Int8, chunk.Int16, chunk.Int32, chunk.Wide80, chunk.Uint8, chunk.Uint16} {
		for n := 1; n <= kind.Limbs(); n++ {
			add("length", kind, n, word)
		}
	}
	two := make([]byte, 64)
	add("two words", chunk.Int32, 8, two)
	two[63] = 1
	add("other content", chunk.Int32, 8, two)
}

func TestDigestRefuses(t *testing.T) {
	over := fr.Modulus().FillBytes(make([]byte, 32))
	for _, c := range []struct {
		kind  chunk.Kind
		n     int
		words []byte
	}{{0, 1, make([]byte, 32)}, {chunk.Int8, 0, nil}, {chunk.Int8, 1, nil}, {chunk.Int8, 32, make([]byte, 32)},
		{chunk.Int8, 1, make([]byte, 64)}, {chunk.Int8, 1025, make([]byte, 34*32)}, {chunk.Int8, 1, over}} {
		_, err := commit.Digest(c.kind, c.n, c.words)
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
}

func random(r *rand.Rand, name, dtype string, size int, shape ...int) commit.Tensor {
	n := size
	for _, s := range shape {
		n *= s
	}
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	if dtype == "U32" {
		for i := 3; i < len(data); i += 4 {
			data[i] = 0 // scales have 24 bits
		}
	}
	return commit.Tensor{Name: name, DType: dtype, Shape: shape, Data: data}
}

func model() (header []byte, tensors []commit.Tensor) {
	r := rand.New(rand.NewPCG(5, 6))
	h := random(r, "header", "U8", 1, 128)
	return h.Data, []commit.Tensor{
		random(r, "a.m", "U32", 4, 3, 35), random(r, "b.m", "U32", 4, 5, 2), random(r, "a.b", "I32", 4, 600),
		random(r, "sigmoid", "U16", 2, 1024), random(r, "rope.cos", "I16", 2, 7, 4), random(r, "rope.sin", "I16", 2, 7, 4),
		random(r, "a.q", "I8", 1, 3, 1100), random(r, "b.q", "I8", 1, 5, 40), h, random(r, "tokenizer", "U8", 1, 1500),
	}
}

// The root is rebuilt from the words of the package comment: header, then the
// tensors in order, scales and header tensor left out, rows cut on their own.
func TestWeightsRootFollowsTheSpecification(t *testing.T) {
	header, ts := model()
	leaf := func(kind int64, n int, words []byte) common.Hash { return spec(t, kind, int64(n), words) }
	i16 := func(b []byte) []int16 {
		v := make([]int16, len(b)/2)
		for i := range v {
			v[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
		}
		return v
	}
	weights := func(q, m commit.Tensor, row, from, to int) common.Hash {
		cols, groups := q.Shape[1], m.Shape[1]
		var w []int8
		for _, x := range q.Data[row*cols+from : row*cols+to] {
			w = append(w, int8(x))
		}
		var s []uint32
		for g := from / 32; g < (to+31)/32; g++ {
			s = append(s, binary.LittleEndian.Uint32(m.Data[4*(row*groups+g):]))
		}
		words, err := chunk.PackWeights(nil, w, s)
		require.NoError(t, err)
		return leaf(5, to-from, words)
	}
	var bias []int32
	for i := range 600 {
		bias = append(bias, int32(binary.LittleEndian.Uint32(ts[2].Data[4*i:])))
	}
	var sigmoid []uint16
	for _, x := range i16(ts[3].Data) {
		sigmoid = append(sigmoid, uint16(x))
	}
	var rope, a, b []common.Hash
	for row := range 7 {
		angles := append(i16(ts[4].Data[row*8:row*8+8]), i16(ts[5].Data[row*8:row*8+8])...)
		rope = append(rope, leaf(2, 8, chunk.PackInt16(nil, angles)))
	}
	for row := range 3 {
		a = append(a, weights(ts[6], ts[0], row, 0, 1024), weights(ts[6], ts[0], row, 1024, 1100))
	}
	for row := range 5 {
		b = append(b, weights(ts[7], ts[1], row, 0, 40))
	}
	root := protocol.MerkleRoot
	want := root([]common.Hash{
		protocol.HashLeaf(header),
		root([]common.Hash{leaf(3, 512, chunk.PackInt32(nil, bias[:512])), leaf(3, 88, chunk.PackInt32(nil, bias[512:]))}),
		root([]common.Hash{leaf(7, 1024, chunk.PackUint16(nil, sigmoid))}),
		root(rope), root(a), root(b),
		root([]common.Hash{leaf(6, 1024, chunk.PackUint8(nil, ts[9].Data[:1024])), leaf(6, 476, chunk.PackUint8(nil, ts[9].Data[1024:]))}),
	})
	var calls, last int
	got, err := commit.WeightsRoot(header, ts, func(done, total int) {
		calls++
		require.Greater(t, done, last)
		require.Equal(t, 2+1+7+6+5+2, total)
		last = done
	})
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, 23, last)
	require.Positive(t, calls)

	digests, err := commit.TensorDigests(ts, "b.q")
	require.NoError(t, err)
	require.Equal(t, b, digests)
	for _, name := range []string{"b.m", "rope.sin", "header", "none"} {
		_, err := commit.TensorDigests(ts, name)
		require.ErrorIs(t, err, protocol.ErrNotFound)
	}

	before := runtime.GOMAXPROCS(1)
	again, err := commit.WeightsRoot(header, ts, nil)
	runtime.GOMAXPROCS(before)
	require.NoError(t, err)
	require.Equal(t, want, again)
}

// Chunks handed out one by one are those that the digests are of.
func TestPartsHandOutTheirChunks(t *testing.T) {
	header, ts := model()
	w, err := commit.Split(header, ts)
	require.NoError(t, err)
	leaves, err := w.Leaves(nil)
	require.NoError(t, err)
	require.Len(t, leaves, w.Len())
	require.Equal(t, "header", w.Name(0))
	require.Equal(t, "rope.cos", w.Name(3))
	for leaf := 1; leaf < w.Len(); leaf++ {
		digests, err := w.Digests(leaf)
		require.NoError(t, err)
		require.Equal(t, leaves[leaf], protocol.MerkleRoot(digests))
		named, err := commit.TensorDigests(ts, w.Name(leaf))
		require.NoError(t, err)
		require.Equal(t, named, digests)
		for c := range digests {
			kind, n, words, err := w.Chunk(leaf, c)
			require.NoError(t, err)
			require.Equal(t, spec(t, int64(kind), int64(n), words), digests[c])
		}
		_, _, _, err = w.Chunk(leaf, len(digests))
		require.ErrorIs(t, err, protocol.ErrNotFound)
	}
	for _, leaf := range []int{-1, 0, w.Len()} {
		_, err := w.Digests(leaf)
		require.ErrorIs(t, err, protocol.ErrNotFound)
		_, _, _, err = w.Chunk(leaf, 0)
		require.ErrorIs(t, err, protocol.ErrNotFound)
	}
}

// A stranger's digest covers the words up to the end of its last block, whatever they
// are; zeros there are no words at all.
func TestDigestOfWordsBehindTheChunk(t *testing.T) {
	d := commit.NewDigester()
	words := chunk.PackInt16(nil, make([]int16, 20))
	want, err := d.Digest(chunk.Int16, 20, words)
	require.NoError(t, err)
	for _, n := range []int{0, 1, 13} {
		longer := append(append([]byte(nil), words...), make([]byte, 32*n)...)
		got, err := d.DigestAny(chunk.Int16, 20, longer)
		require.NoError(t, err)
		require.Equal(t, want, got)
		if n > 0 {
			longer[len(longer)-1] = 1
			got, err = d.DigestAny(chunk.Int16, 20, longer)
			require.NoError(t, err)
			require.NotEqual(t, want, got)
			require.Equal(t, spec(t, 2, 20, longer), got)
		}
	}
	over := append(append([]byte(nil), words...), fr.Modulus().FillBytes(make([]byte, 32))...)
	for _, bad := range [][]byte{nil, words[:32], words[:63], append(over[:64:64], make([]byte, 14*32)...), over} {
		_, err := d.DigestAny(chunk.Int16, 20, bad)
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
	require.True(t, commit.IsElement(want))
	require.False(t, commit.IsElement(common.Hash(over[64:])))
}

// One flipped bit anywhere in the model moves the root.
func TestWeightsRootBindsEveryTensor(t *testing.T) {
	header, ts := model()
	want, err := commit.WeightsRoot(header, ts, nil)
	require.NoError(t, err)
	for i := range ts {
		for _, at := range []int{0, len(ts[i].Data) / 2, len(ts[i].Data) - 2} {
			ts[i].Data[at] ^= 1
			got, err := commit.WeightsRoot(header, ts, nil)
			ts[i].Data[at] ^= 1
			if err != nil {
				require.ErrorIs(t, err, protocol.ErrInvalid) // a scale of more than 24 bits
				continue
			}
			require.NotEqual(t, want, got, ts[i].Name)
		}
	}
	ts[6], ts[7] = ts[7], ts[6]
	swapped, err := commit.WeightsRoot(header, ts, nil)
	require.NoError(t, err)
	require.NotEqual(t, want, swapped)
}

func TestWeightsRootRefuses(t *testing.T) {
	for name, spoil := range map[string]func(h *[]byte, ts *[]commit.Tensor){
		"short header":   func(h *[]byte, ts *[]commit.Tensor) { *h = (*h)[:127] },
		"other header":   func(h *[]byte, ts *[]commit.Tensor) { *h = make([]byte, 128) },
		"unpaired q":     func(h *[]byte, ts *[]commit.Tensor) { (*ts)[0].Name = "c.m" },
		"unpaired m":     func(h *[]byte, ts *[]commit.Tensor) { (*ts)[6].Name = "c.q" },
		"plain I8":       func(h *[]byte, ts *[]commit.Tensor) { (*ts)[6].Name = "a" },
		"q of U8":        func(h *[]byte, ts *[]commit.Tensor) { (*ts)[0].DType, (*ts)[0].Shape = "U8", []int{3, 140} },
		"unknown dtype":  func(h *[]byte, ts *[]commit.Tensor) { (*ts)[2].DType = "F32" },
		"wrong size":     func(h *[]byte, ts *[]commit.Tensor) { (*ts)[2].Shape = []int{601} },
		"no shape":       func(h *[]byte, ts *[]commit.Tensor) { (*ts)[2].Shape = nil },
		"zero dimension": func(h *[]byte, ts *[]commit.Tensor) { (*ts)[2].Shape = []int{0, 600} },
		"huge dimension": func(h *[]byte, ts *[]commit.Tensor) { (*ts)[2].Shape = []int{math.MaxInt, 4} },
		"scales shape":   func(h *[]byte, ts *[]commit.Tensor) { (*ts)[1].Shape = []int{2, 5} },
		"scale range":    func(h *[]byte, ts *[]commit.Tensor) { (*ts)[0].Data[3] = 1 },
		"no sines":       func(h *[]byte, ts *[]commit.Tensor) { (*ts)[5].Name = "a" },
		"no cosines":     func(h *[]byte, ts *[]commit.Tensor) { (*ts)[4].Name = "a" },
		"other sines":    func(h *[]byte, ts *[]commit.Tensor) { (*ts)[5].Shape = []int{14, 2} },
		"unsigned sines": func(h *[]byte, ts *[]commit.Tensor) { (*ts)[5].DType = "U16" },
		"same name":      func(h *[]byte, ts *[]commit.Tensor) { *ts = append(*ts, (*ts)[2]) },
	} {
		t.Run(name, func(t *testing.T) {
			header, ts := model()
			spoil(&header, &ts)
			_, err := commit.WeightsRoot(header, ts, nil)
			require.ErrorIs(t, err, protocol.ErrInvalid)
		})
	}
}

func BenchmarkDigest(b *testing.B) {
	d, words := commit.NewDigester(), chunk.PackInt16(nil, make([]int16, 1024))
	for b.Loop() {
		if _, err := d.Digest(chunk.Int16, 1024, words); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/5, "ns/perm")
}

func BenchmarkWeightsRoot(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	ts := []commit.Tensor{random(r, "a.m", "U32", 4, 1024, 18), random(r, "a.q", "I8", 1, 1024, 576)}
	b.SetBytes(1024 * 576)
	for b.Loop() {
		if _, err := commit.WeightsRoot(make([]byte, 128), ts, nil); err != nil {
			b.Fatal(err)
		}
	}
}
