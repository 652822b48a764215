package commit_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

var update = flag.Bool("update", false, "rewrite the shared vectors")

type chunkVector struct {
	Kind   string        `json:"kind"`
	Code   chunk.Kind    `json:"code"`
	Values []string      `json:"values"`
	Scales []uint32      `json:"scales,omitempty"`
	Words  hexutil.Bytes `json:"words"`
	Leaf   common.Hash   `json:"leaf"`
	Digest common.Hash   `json:"digest"`
}

type boundaryVector struct {
	// Values are first + i*step for i < length, wrapped to int32.
	First  int32       `json:"first"`
	Step   int32       `json:"step"`
	Length int         `json:"length"`
	Leaf   common.Hash `json:"leaf"`
}

type chunkVectors struct {
	SpecVersion int              `json:"specVersion"`
	Chunks      []chunkVector    `json:"chunks"`
	Boundaries  []boundaryVector `json:"boundaries"`
}

func vector[T any](t *testing.T, name string, kind chunk.Kind, values []T, words []byte, err error) chunkVector {
	require.NoError(t, err)
	digest, err := commit.Digest(kind, len(values), words)
	require.NoError(t, err)
	v := chunkVector{Kind: name, Code: kind, Words: words, Leaf: chunk.Leaf(words), Digest: digest}
	for _, x := range values {
		v.Values = append(v.Values, fmt.Sprint(x))
	}
	return v
}

// The shared vectors tie this package to the readers of other languages: any of
// them recomputes words, leaf and digest from the values.
func TestSharedVectors(t *testing.T) {
	out := chunkVectors{SpecVersion: commit.SpecVersion}
	i8 := []int8{-128, -1, 0, 1, 127}
	u8 := []uint8{0, 1, 255}
	i16 := []int16{-32768, -1, 0, 1, 32767, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	u16 := []uint16{0, 1, 65535}
	i32 := []int32{-2147483648, -1, 0, 1, 2147483647, 6, 7, 8}
	wide := []chunk.Wide{{Hi: -1 << 15}, chunk.WideOf(-1), {}, chunk.WideOf(1), {Hi: 1<<15 - 1, Lo: 1<<64 - 1}}
	var wideText []any
	for _, w := range wide {
		wideText = append(wideText, w.Big())
	}
	var q []int8
	for i := range 40 {
		q = append(q, int8(i*13-100))
	}
	m := []uint32{1, 1<<24 - 1}
	wideWords, err := chunk.PackWide(nil, wide)
	weightWords, werr := chunk.PackWeights(nil, q, m)
	out.Chunks = []chunkVector{
		vector(t, "int8", chunk.Int8, i8, chunk.PackInt8(nil, i8), nil),
		vector(t, "int16", chunk.Int16, i16, chunk.PackInt16(nil, i16), nil),
		vector(t, "int32", chunk.Int32, i32, chunk.PackInt32(nil, i32), nil),
		vector(t, "wide", chunk.Wide80, wideText, wideWords, err),
		vector(t, "weights", chunk.Weights, q, weightWords, werr),
		vector(t, "uint8", chunk.Uint8, u8, chunk.PackUint8(nil, u8), nil),
		vector(t, "uint16", chunk.Uint16, u16, chunk.PackUint16(nil, u16), nil),
	}
	out.Chunks[4].Scales = m
	for _, n := range []int{1, 64, 512, 513, 576, 1600} {
		b := boundaryVector{First: -5, Step: 48271 * 7, Length: n}
		v := make([]int32, n)
		for i := range v {
			v[i] = b.First + int32(i)*b.Step
		}
		b.Leaf = chunk.BoundaryLeaf(v)
		out.Boundaries = append(out.Boundaries, b)
	}
	got, err := json.MarshalIndent(out, "", "  ")
	require.NoError(t, err)
	path := filepath.Join("..", "..", "contracts", "test", "vectors", "chunk.json")
	if *update {
		require.NoError(t, os.WriteFile(path, append(got, '\n'), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got)+"\n", "run go test ./runtime/commit -update and review the change")
}
