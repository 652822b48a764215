package runtime_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/tables"
)

// TestNoiseTable derives the stored table anew and pins its hash.
func TestNoiseTable(t *testing.T) {
	want := tables.Gumbel()
	h := sha256.New()
	for u, v := range want {
		require.Equal(t, v, runtime.Noise(uint16(u)))
		require.True(t, u == 0 || v > want[u-1], "strictly ascending at %d", u)
	}
	require.NoError(t, binary.Write(h, binary.LittleEndian, want))
	require.Equal(t, noiseHash, hex.EncodeToString(h.Sum(nil)))
	require.Less(t, want[65535]-want[0], int32(15<<16), "noise spans less than 15 natural units")
	for _, u := range []int{0, 1, 77, 32768, 65000, 65535} {
		real := -math.Log(-math.Log((float64(u) + 0.5) / 65536))
		require.InDelta(t, real*65536, float64(want[u]), 0.51)
	}
}

const noiseHash = "fc2d8ed7fe9b4cbc3b95bcc8c5a35b0f8f7c8897e9d9e4f3e42501a83d059cc8"

func TestNoiseWordByHand(t *testing.T) {
	seed := [32]byte{5, 6}
	msg := append(append([]byte(nil), seed[:]...), 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3)
	sum := crypto.Keccak256(msg)
	require.Equal(t, binary.BigEndian.Uint16(sum[10:]), runtime.NoiseWord(seed, 0x102, 3*16+5))
}

// TestPickMatchesDefinition compares with the definition without shortcuts.
func TestPickMatchesDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for n := range 400 {
		logits := make([]int32, 1+r.IntN(80))
		spread := 1 + r.IntN(31)
		for i := range logits {
			logits[i] = int32(r.Uint32()) >> (31 - spread)
			if logits[i] == -1<<31 {
				logits[i]++
			}
			if n%3 == 0 {
				logits[i] &^= 0xFFFF // many ties
			}
		}
		p := protocol.Params{TemperatureMilli: 50 + uint32(r.IntN(2000)), Seed: [32]byte{byte(n)}}
		if n%2 == 0 {
			p.MaxGap = uint32(r.IntN(1 << 20))
		}
		beta := runtime.Beta(p.TemperatureMilli)
		top := slices.Max(logits)
		best, high := uint32(0), int64(math.MinInt64)
		for i, x := range logits {
			if p.MaxGap != 0 && int64(x) < int64(top)-int64(p.MaxGap) {
				continue
			}
			if v := runtime.Score(x, beta, runtime.NoiseWord(p.Seed, uint64(n), uint32(i))); v > high {
				best, high = uint32(i), v
			}
		}
		require.Equal(t, best, runtime.Pick(logits, p, uint64(n)))
		require.Equal(t, uint32(slices.Index(logits, top)), runtime.Pick(logits, protocol.Params{Seed: p.Seed}, uint64(n)), "greedy")
	}
	require.Less(t, runtime.Beta(protocol.MinTemperatureMilli), int64(1<<21))
	require.Equal(t, int64(65536), runtime.Beta(1000))
}

// TestSamplerFollowsSoftmax is a chi-square test of 60,000 draws against the
// softmax with temperature. Seeds are fixed: it cannot fail by chance.
func TestSamplerFollowsSoftmax(t *testing.T) {
	logits := []int32{0, 65536, 2 * 65536, -65536, 100_000, 30_000, 131_000, -200_000, 65536, 12_345}
	for _, tau := range []uint32{500, 1000, 1700} {
		const draws = 60_000
		var counts, probs [10]float64
		total := 0.0
		for i, x := range logits {
			probs[i] = math.Exp(float64(x) / 65536 * 1000 / float64(tau))
			total += probs[i]
		}
		p := protocol.Params{TemperatureMilli: tau, Seed: [32]byte{1}}
		for n := range draws {
			counts[runtime.Pick(logits, p, uint64(n))]++
		}
		chi := 0.0
		for i := range counts {
			want := probs[i] / total * draws
			chi += (counts[i] - want) * (counts[i] - want) / want
		}
		t.Logf("temperature %d/1000: chi-square %.1f with 9 degrees of freedom", tau, chi)
		require.Less(t, chi, 27.9, "1 in 1000 at 9 degrees of freedom")
	}
}

// TestMaxGapDropsTheTail shows that no dropped id is ever drawn and a kept one is.
func TestMaxGapDropsTheTail(t *testing.T) {
	logits := []int32{0, 65536, 65535, 131072}
	p := protocol.Params{TemperatureMilli: 5000, MaxGap: 65536}
	var seen [4]bool
	for n := range 500 {
		seen[runtime.Pick(logits, p, uint64(n))] = true
	}
	require.Equal(t, [4]bool{false, true, false, true}, seen)
}

// TestGoldenAnswers pins whole answers of stories260K to the prompt BOS: keccak of
// the ids as big-endian uint32, how the answer ends, and the root of its boundary tree.
func TestGoldenAnswers(t *testing.T) {
	m := stories(t)
	for _, c := range []struct {
		p         protocol.Params
		max       int
		ids, root string
		finish    protocol.Finish
		count     int
	}{
		{
			max: 200, finish: protocol.FinishLength, count: 200,
			ids:  "0x47cda55daee66fe71f51285bca6fda6354511442e3686334fdd6ca05f9ad19ee",
			root: "0x61668204d42cb0ded559f5839a23dc5d68f708c6dce0dc319011e5c9df5076e8",
		}, {
			p: protocol.Params{TemperatureMilli: 1000}, max: 200, finish: protocol.FinishLength, count: 200,
			ids:  "0x32c7ca67eb556d6279eb3696deb97d6260002cd6e80ca092ad2212c0886c4703",
			root: "0xf292ded9ac88b3829e7c67ca37b601c788ea48c55a8b21e17a033012ba097b16",
		}, {
			p:   protocol.Params{TemperatureMilli: 800, MaxGap: 4 << 16, Seed: [32]byte{31: 7}},
			max: 200, finish: protocol.FinishLength, count: 200,
			ids:  "0x9215c98825ec4213064ff813f7ae8309b5740f99da106a8ba09e65de56095a17",
			root: "0xec0462424ba8fdcbb1f8e26dcbf6193f7b3432440fed901200f57cffc853c5b9",
		}, { // " walk." ends it: 426 is the full stop
			p:   protocol.Params{TemperatureMilli: 1500, Seed: [32]byte{1}, StopIDs: []uint32{426}},
			max: 1000, finish: protocol.FinishStop, count: 13,
			ids:  "0x935d1c516176052dee41413c05a31d08b72b9434ada3ed02d369c18c943d1f31",
			root: "0x44c2740841109e7f152cc84c5f4924cd04f7072fa72c716b416b2e8fb1202251",
		},
	} {
		r, err := m.NewSession().Generate(t.Context(), []uint32{1}, runtime.Params{Params: c.p, MaxTokens: c.max}, nil)
		require.NoError(t, err)
		var b []byte
		for _, id := range r.Output {
			b = binary.BigEndian.AppendUint32(b, id)
		}
		require.Equal(t, c.ids, crypto.Keccak256Hash(b).Hex(), m.Tokenizer().Text([]uint32{1}, r.Output))
		require.Equal(t, c.root, r.Root.Hex())
		require.Equal(t, c.finish, r.Finish)
		require.Len(t, r.Output, c.count)
		require.Equal(t, c.count, r.Positions, "one prompt token")
	}
}
