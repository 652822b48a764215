package runtime_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
)

var updateHeaders = flag.Bool("update-headers", false, "rewrite the header vectors that Go and Solidity share")

const headerVectorFile = "../contracts/test/vectors/header.json"

// headerVectors say of many headers whether the runtime takes them; the registry has
// to agree, or it publishes what nobody can run. A case is a list of patches of
// Base: one byte of offset, four of the new word, big endian.
type headerVectors struct {
	Base  protocol.Bytes   `json:"base"`
	Cases []protocol.Bytes `json:"cases"`
	Taken []bool           `json:"taken"`
}

func makeHeaderVectors() headerVectors {
	base := runtime.Header{Kind: 1, Dim: 64, FFN: 172, Layers: 5, Heads: 8, KVHeads: 4, HeadDim: 8, Vocab: 512, Positions: 512, Rotated: 8,
		Eps: 42_950, C: 8_557_550, CE: 24, BOS: 1, StopIDs: []uint32{2}}
	encoded := base.Encode()
	v := headerVectors{Base: encoded[:]}
	add := func(patches ...uint32) {
		h, c := bytes.Clone(encoded[:]), protocol.Bytes{}
		for i := 0; i < len(patches); i += 2 {
			binary.LittleEndian.PutUint32(h[patches[i]:], patches[i+1])
			c = binary.BigEndian.AppendUint32(append(c, byte(patches[i])), patches[i+1])
		}
		_, err := runtime.DecodeHeader(h)
		v.Cases, v.Taken = append(v.Cases, c), append(v.Taken, err == nil)
	}
	var values []uint32 // every limit, and one to each side
	for _, limit := range []uint32{1, 4, 8, 16, 23, 27, 32, 64, 256, 512, 999, 1024, 1 << 14, 1 << 15, 1 << 16, 1 << 18, 1 << 20, 1 << 23, 1 << 24, 1 << 31} {
		values = append(values, limit-1, limit, limit+1)
	}
	values = append(values, 1<<32-2, 1<<32-1)
	for at := uint32(0); at < runtime.HeaderBytes; at += 4 {
		for _, x := range values {
			add(at, x)
		}
	}
	for _, heads := range []uint32{1, 2, 3, 15, 16, 17, 64, 8192, 16384} { // width of all heads, and groups
		for _, kv := range []uint32{1, 2, heads} {
			for _, width := range []uint32{2, 4, 16, 30, 32, 256} {
				add(24, heads, 28, kv, 32, width, 44, 2)
			}
		}
	}
	for _, stops := range [][]uint32{{2}, {2, 3}, {3, 2}, {3, 3}, {0, 1, 511}, {0, 1, 512}, {1, 2, 3, 4, 5, 6, 7, 8}, {1, 2, 3, 4, 5, 6, 8, 8}, {}} {
		for _, count := range []uint32{uint32(len(stops)), uint32(len(stops)) + 1} {
			patches := []uint32{76, count, 80, 0}
			for i, id := range stops {
				patches = append(patches, 80+4*uint32(i), id)
			}
			add(patches...)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		word := func() uint32 { return 4 * r.Uint32N(runtime.HeaderBytes/4) }
		add(word(), values[r.IntN(len(values))], word(), values[r.IntN(len(values))])
	}
	return v
}

// Contracts and runtime take the same headers: contracts/test/vectors/Headers.t.sol
// reads this file.
func TestHeaderVectors(t *testing.T) {
	v := makeHeaderVectors()
	taken := 0
	for _, ok := range v.Taken {
		if ok {
			taken++
		}
	}
	require.Greater(t, taken, 100)
	require.Greater(t, len(v.Taken)-taken, 1000)
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	raw = append(bytes.ReplaceAll(raw, []byte(`,`), []byte(",\n")), '\n')
	if *updateHeaders {
		require.NoError(t, os.WriteFile(headerVectorFile, raw, 0o644))
	}
	committed, err := os.ReadFile(headerVectorFile)
	require.NoError(t, err)
	require.True(t, bytes.Equal(committed, raw), "out of date ("+strconv.Itoa(len(v.Cases))+" cases); run go test ./runtime -run TestHeaderVectors -update-headers")
}
