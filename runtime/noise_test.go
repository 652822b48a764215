package runtime_test

import (
	"encoding/binary"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/tables"
)

// The root is that of the table as it is derived, and a path shows an entry.
func TestNoiseTree(t *testing.T) {
	table := tables.Gumbel()
	var leaves []common.Hash
	for at := 0; at < len(table); at += 16 {
		data := []byte{0}
		for _, x := range table[at : at+16] {
			data = binary.BigEndian.AppendUint32(data, uint32(x))
		}
		leaves = append(leaves, crypto.Keccak256Hash(data))
	}
	require.Len(t, leaves, 4096)
	require.Equal(t, protocol.MerkleRoot(leaves).Hex(), runtime.NoiseRoot().Hex())
	for _, u := range []uint16{0, 1, 15, 16, 777, 32768, 65535} {
		data, path := runtime.NoisePath(u)
		require.Len(t, path, 12)
		require.Equal(t, runtime.NoiseRoot(), protocol.MerkleRootFromPath(protocol.HashLeaf(data), int(u)/16, path))
		require.Equal(t, table[u], int32(binary.BigEndian.Uint32(data[4*(u%16):])))
		require.Equal(t, table[u], runtime.Noise(u))
	}
}
