package runtime_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// The op table finds a tensor by its place under the weights root. The container
// and the digests decide what stands there.
func TestLeavesAreWhereTheOpTableSeeksThem(t *testing.T) {
	odd := oddHeader()
	plain := odd
	plain.QKVBias = false
	for name, m := range map[string]*runtime.Model{
		"imported": tiny(t, 3), "biased": rawModel(t, odd, 4, 1<<15), "unbiased": rawModel(t, plain, 5, 1<<15),
	} {
		t.Run(name, func(t *testing.T) {
			header := m.Header().Encode()
			a, err := step.ParseArch(header[:])
			require.NoError(t, err)
			var list []commit.Tensor
			for _, x := range m.Tensors() {
				list = append(list, commit.Tensor{Name: x.Name, DType: string(x.DType), Shape: x.Shape, Data: x.Data})
			}
			leaves, err := commit.WeightsLeaves(header[:], list, nil)
			require.NoError(t, err)
			require.Len(t, leaves, a.WeightLeaves())
			require.Equal(t, protocol.HashLeaf(header[:]), leaves[0])

			seen := map[int]string{}
			check := func(name string, want step.Tensor, capacity int) {
				digests, err := commit.TensorDigests(list, name)
				require.NoError(t, err)
				require.Len(t, digests, want.Rows*((want.Cols+capacity-1)/capacity), name)
				require.Equal(t, leaves[want.Leaf], protocol.MerkleRoot(digests), name)
				require.NotContains(t, seen, want.Leaf, name)
				seen[want.Leaf] = name
			}
			check("rope.cos", a.Rotation(), 1024)
			check("emb.q", a.Embedding(), 1024)
			check("head.q", a.Head(), 1024)
			for l := 1; l <= a.Layers; l++ {
				for m, name := range map[step.Matrix]string{
					step.Query: "q", step.Key: "k", step.Value: "v", step.Output: "o", step.Gate: "gate", step.Up: "up", step.Down: "down",
				} {
					check(fmt.Sprintf("layers.%03d.%s.q", l-1, name), a.Matrix(l, m), 1024)
					if a.Biased && (m == step.Query || m == step.Key || m == step.Value) {
						check(fmt.Sprintf("layers.%03d.%s.b", l-1, name), a.Bias(l, m), 512)
					}
				}
			}
			// Leaves without a step: header, exp2, sigmoid, tokenizer.
			require.Len(t, seen, len(leaves)-4)
		})
	}
}
