package runtime_test

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
)

var updatePicks = flag.Bool("update-picks", false, "rewrite the pick vectors that Go and Solidity share")

const pickVectorFile = "../contracts/test/vectors/pick.json"

// pickVectors hold the contract to the sampler: parameters with their inverse
// temperature, parameters that must be refused, and the noise of ids.
type pickVectors struct {
	Params  []protocol.Bytes `json:"params"`
	Betas   []int64          `json:"betas"`
	Gaps    []uint32         `json:"gaps"`
	Refused []protocol.Bytes `json:"refused"`

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
