package runtime_test

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
)

var updatePicks = flag.Bool("update-picks", false, "rewrite the pick vectors that Go and Solidity share")

const pickVectorFile = "../contracts/test/vectors/pick.json"

// pickVectors hold the contract to the sampler: parameters with their inverse
// temperature, parameters that must be refused, those that requests may have, and the noise of ids.
type pickVectors struct {
	Params  []protocol.Bytes `json:"params"`
	Betas   []int64          `json:"betas"`
	Gaps    []uint32         `json:"gaps"`
	Refused []protocol.Bytes `json:"refused"`

	// Some of Tried are canonical. Of the others some can be picked by, as their stop ids alone are not.
	Tried     []protocol.Bytes `json:"tried"`
	Canonical []bool           `json:"canonical"`

	Seed      common.Hash      `json:"seed"`
	Positions []uint64         `json:"positions"`
	IDs       []uint32         `json:"ids"`
	Entries   []protocol.Bytes `json:"entries"` // the 64 bytes of the leaf
	Paths     [][]common.Hash  `json:"paths"`
	Noises    []int32          `json:"noises"`
}

func makePickVectors(t *testing.T) pickVectors {
	var v pickVectors
	for _, tau := range []uint32{0, 50, 51, 333, 700, 999, 1000, 1001, 2000, 99_999, 100_000} {
		p := protocol.Params{TemperatureMilli: tau, MaxGap: 7 * tau, Seed: common.Hash{byte(tau)}, StopIDs: []uint32{1, tau + 2}}
		require.NoError(t, p.Validate())
		beta, gap := int64(1<<16), uint32(0)
		if tau > 0 {
			beta, gap = runtime.Beta(tau), p.MaxGap
		}
		v.Params, v.Betas, v.Gaps = append(v.Params, p.Encode()), append(v.Betas, beta), append(v.Gaps, gap)
	}
	good := protocol.Params{TemperatureMilli: 1000}.Encode()
	for _, bad := range [][]byte{
		{}, good[:len(good)-1], append(good[:len(good):len(good)], 0), append([]byte{2}, good[1:]...),
		protocol.Params{TemperatureMilli: 49}.Encode(), protocol.Params{TemperatureMilli: 100_001}.Encode(), protocol.Params{StopIDs: make([]uint32, 17)}.Encode(),
	} {
		_, err := protocol.DecodeParams(bad)
		require.Error(t, err)
		v.Refused = append(v.Refused, bad)
	}
	for _, tried := range triedParams() {
		_, err := protocol.DecodeParams(tried)
		v.Tried, v.Canonical = append(v.Tried, tried), append(v.Canonical, err == nil)
	}
	v.Seed = common.HexToHash("0x5eed")
	for _, at := range []struct {
		position uint64
		id       uint32
	}{{0, 0}, {1, 15}, {9, 16}, {9, 17}, {9, 511}, {10, 300}, {20, 8}, {1 << 15, 1<<18 - 1}} {
		u := runtime.NoiseWord(v.Seed, at.position, at.id)
		data, path := runtime.NoisePath(u)
		v.Positions, v.IDs = append(v.Positions, at.position), append(v.IDs, at.id)
		v.Entries, v.Paths, v.Noises = append(v.Entries, data), append(v.Paths, path), append(v.Noises, runtime.Noise(u))
	}
	return v
}

// triedParams are encodings with stop ids around what is allowed, and each byte of one changed.
func triedParams() (list []protocol.Bytes) {
	const last = protocol.MaxVocabulary - 1
	var most []uint32
	for i := range uint32(protocol.MaxStopIDs) {
		most = append(most, last-protocol.MaxStopIDs+1+i)
	}
	for _, stops := range [][]uint32{nil, {0}, {last}, {last + 1}, {3, 4}, {4, 4}, {4, 3}, {1, 5, 4}, {1, 5, last + 1}, most, append(most[:15:15], last-1)} {
		list = append(list, protocol.Params{StopIDs: stops}.Encode())
	}
	good := protocol.Params{TemperatureMilli: 700, MaxGap: 9, Seed: common.Hash{1}, StopIDs: []uint32{2, 258, 65_538}}.Encode()
	for i := range good {
		for _, change := range []byte{1, 0x80} {
			other := slices.Clone(good)
			other[i] ^= change
			list = append(list, other)
		}
		list = append(list, good[:i])
	}
	return append(list, good)
}

func TestPickVectorsAreCurrent(t *testing.T) {
	want, err := json.MarshalIndent(makePickVectors(t), "", " ")
	require.NoError(t, err)
	want = append(want, '\n')
	if *updatePicks {
		require.NoError(t, os.WriteFile(pickVectorFile, want, 0o644))
	}
	got, err := os.ReadFile(pickVectorFile)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run tools/generate.sh")
}
