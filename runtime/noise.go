package runtime

import (
	"encoding/binary"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// NoiseLeaf is the number of entries in one leaf of the noise tree.
const NoiseLeaf = 16

// noiseRoot is the root of the noise tree: a constant of the specification that the
// contract of the step table holds too. A test derives it from the table.
const noiseRoot = "0x3bbf7d28f48a58634a612241841b9f78715c276ba0df14aa9c098cad373e77ad"

var noiseLeaves = sync.OnceValue(func() []common.Hash {
	leaves := make([]common.Hash, 1<<16/NoiseLeaf)
	for i := range leaves {
		leaves[i] = protocol.HashLeaf(noiseData(i))
	}
	return leaves
})

func noiseData(leaf int) []byte {
	data := make([]byte, 0, 4*NoiseLeaf)
	for _, x := range noise()[leaf*NoiseLeaf : (leaf+1)*NoiseLeaf] {
		data = binary.BigEndian.AppendUint32(data, uint32(x))
	}
	return data
}

// NoiseRoot returns the root of the Merkle tree over the noise table: 4,096 leaves,
// each the hash of 16 entries as big-endian int32.
func NoiseRoot() common.Hash { return common.HexToHash(noiseRoot) }

// NoisePath returns the 64 bytes of the leaf that holds entry u, which is number u
// mod 16 there, and the siblings of leaf u div 16 up to the root.
func NoisePath(u uint16) (data []byte, path []common.Hash) {
	path, err := protocol.MerklePath(noiseLeaves(), int(u)/NoiseLeaf)
	if err != nil {
		panic("runtime: the noise tree has a leaf for every entry")
	}
	return noiseData(int(u) / NoiseLeaf), path
}
