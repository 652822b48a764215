package importer

import (
	"context"
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

func TestLayoutsHoldTheSameModel(t *testing.T) {
	for _, shared := range []bool{true, false} {
		shape := testmodels.Tiny
		shape.Shared = shared
		c := testmodels.Random(shape, 7)
		v0, err := Llama2C(t.Context(), c.V0(), c.TokenizerBin(), Options{})
		require.NoError(t, err)
		v1, err := Llama2C(t.Context(), c.V1(), c.TokenizerBin(), Options{})
		require.NoError(t, err)
		v2, err := Llama2C(t.Context(), c.V2(), c.TokenizerBin(), Options{})
		require.NoError(t, err)
		require.Equal(t, v0, v1)
		require.Equal(t, v0, v2)
	}
}

func TestOptions(t *testing.T) {
	c := testmodels.Random(testmodels.Tiny, 8)
	var last, total int
	tpl := tokenizer.Template{Name: "plain", User: []tokenizer.Segment{{Kind: tokenizer.Slot}}}
	file, err := Llama2C(t.Context(), c.V0(), c.TokenizerBin(), Options{
		Positions: 20, StopIDs: []uint32{5}, Templates: []tokenizer.Template{tpl},
		Progress: func(d, n int) { require.Greater(t, d, last); last, total = d, n },
	})
	require.NoError(t, err)
	require.Equal(t, total, last)
	m, err := runtime.Parse(file)
	require.NoError(t, err)
	require.Equal(t, 20, m.Header().Positions)
	require.Equal(t, []uint32{5}, m.Header().StopIDs)
	require.Equal(t, []string{"plain"}, m.Tokenizer().Templates())

	_, err = Llama2C(t.Context(), c.V0(), c.TokenizerBin(), Options{Positions: 65})
	require.ErrorIs(t, err, protocol.ErrInvalid)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Llama2C(ctx, c.V0(), c.TokenizerBin(), Options{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestDamagedInputIsRefused(t *testing.T) {
	c := testmodels.Random(testmodels.Tiny, 9)
	good, tok := c.V0(), c.TokenizerBin()
	set := func(b []byte, at int, v uint32) []byte {
		b = append([]byte(nil), b...)
		binary.LittleEndian.PutUint32(b[at:], v)
		return b
	}
	emb := 28 // first weight of version 0
	for name, in := range map[string][2][]byte{
		"empty":               {nil, tok},
		"truncated":           {good[:len(good)-1], tok},
		"bytes after the end": {append(good[:len(good):len(good)], 0), tok},
		"infinite weight":     {set(good, emb, 0x7F800000), tok},
		"not a number":        {set(good, emb, 0x7FC00001), tok},
		"weight of 127":       {set(good, emb, math.Float32bits(127)), tok},
		"huge weight":         {set(good, emb, 0xFF7FFFFF), tok},
		"negative layers":     {set(good, 8, 1<<31|5), tok},
		"heads do not divide": {set(good, 12, 5), tok},
		"zero heads":          {set(good, 12, 0), tok},
		"huge width":          {set(good, 0, 1<<30), tok},
		"other version":       {set(c.V1(), 4, 3), tok},
		"group of zero":       {set(c.V2(), 37, 0), tok},
		"group too large":     {set(c.V2(), 37, 1<<30), tok},
		"tokenizer truncated": {good, tok[:len(tok)-1]},
		"tokenizer too long":  {good, append(tok[:len(tok):len(tok)], 0)},
		"piece too long":      {good, set(tok, 8, 1<<31-1)},
		"score not a number":  {good, set(tok, 4, 0x7FC00000)},
	} {
		_, err := Llama2C(t.Context(), in[0], in[1], Options{})
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
	shape := testmodels.Tiny
	shape.Shared = false // the head folds a gain, the embedding does not
	_, err := Llama2C(t.Context(), set(testmodels.Random(shape, 9).V0(), emb, math.Float32bits(126.99)), tok, Options{})
	require.NoError(t, err, "a weight just below the limit")
}

// TestQuantiseMatchesRationals compares with the definition in exact rationals,
// over the whole range of exponents.
func TestQuantiseMatchesRationals(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rat := func(d dyadic) *big.Rat {
		x := new(big.Rat).SetInt64(d.m)
		p := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(max(d.e, -d.e))))
		if d.e < 0 {
			return x.Quo(x, p)
		}
		return x.Mul(x, p)
	}
	floor := func(x *big.Rat) *big.Int { return new(big.Int).Div(x.Num(), x.Denom()) }
	scale := new(big.Rat).SetInt64(1 << 24)
	for range 2000 {
		row := make([]dyadic, 1+r.IntN(40))
		top := -r.IntN(120)
		for i := range row {
			row[i] = dyadic{r.Int64N(1<<48) - 1<<47, top - 48 - r.IntN(12)*r.IntN(2)}
			if r.IntN(8) == 0 {
				row[i].m >>= r.IntN(50)
			}
		}
		var x matrix
		require.NoError(t, x.quantise(row))
		for i, w := range row {
			amax := new(big.Rat)
			for _, v := range row[i/32*32 : min(i/32*32+32, len(row))] {
				if a := new(big.Rat).Abs(rat(v)); a.Cmp(amax) > 0 {
					amax = a
				}
			}
			m := new(big.Rat).Mul(amax, scale)
			m.Quo(m, big.NewRat(-127, 1))
			want := new(big.Int).Neg(floor(m))
			require.Equal(t, want.Uint64(), uint64(x.m[i/32]))
			q := new(big.Int)
			if want.Sign() > 0 {
				v := new(big.Rat).Mul(rat(w), scale)
				v.Quo(v, new(big.Rat).SetInt(want))
				q = floor(v.Add(v, big.NewRat(1, 2)))
			}
			require.Equal(t, q.Int64(), int64(x.q[i]))
		}
	}
}

func TestDecodeF32(t *testing.T) {
	for _, f := range []float32{0, 1, -1, 0.1, -3.25e-20, math.SmallestNonzeroFloat32, math.MaxFloat32, 126.5} {
		d, err := decodeF32(math.Float32bits(f))
		require.NoError(t, err)
		require.Equal(t, float64(f), math.Ldexp(float64(d.m), d.e))
	}
}

func TestRanks(t *testing.T) {
	score := func(f float32) int64 {
		k, ok := orderF32(math.Float32bits(f))
		require.True(t, ok)
		return k
	}
	tokens := make([]tokenizer.Token, 7)
	rankTokens(tokens, []int64{score(-2), score(0), score(float32(math.Copysign(0, -1))), score(3), score(-2), score(-1e9), score(0.5)})
	var got []uint32
	for _, x := range tokens {
		got = append(got, x.Rank)
	}
	require.Equal(t, []uint32{3, 2, 2, 0, 3, 4, 1}, got)
}

func FuzzLlama2C(f *testing.F) {
	c := testmodels.Random(testmodels.Shape{Dim: 32, FFN: 32, Layers: 1, Heads: 1, KVHeads: 1, Vocab: 290, Positions: 4, Shared: true}, 3)
	f.Add(c.V0()[:512], c.TokenizerBin()[:64])
	f.Add(c.V2()[:512], c.TokenizerBin())
	f.Fuzz(func(t *testing.T, checkpoint, tok []byte) {
		if _, err := Llama2C(t.Context(), checkpoint, tok, Options{}); err != nil {
			require.ErrorIs(t, err, protocol.ErrInvalid)
		}
	})
}
