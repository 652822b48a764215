package auditor

import (
	"math/bits"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

// fold does what SumTree.open of the contracts does.
func fold(t *testing.T, count, index int, leaf paidLeaf, path []protocol.SumNode) (root common.Hash, end protocol.Amount) {
	one, err := protocol.SumTree{}.Append(leaf.receipt, leaf.fee)
	require.NoError(t, err)
	acc, start := one.Peaks[0], protocol.Amount{}
	left, local, height := 0, index, 0
	for height = bits.Len(uint(count)) - 1; ; height-- {
		size := 1 << height
		if count&size == 0 {
			continue
		}
		if local < size {
			break
		}
		local -= size
		left++
	}
	right := count&(1<<height-1) != 0
	depth := height + left
	if right {
		depth++
	}
	require.Len(t, path, depth)
	for i, sibling := range path {
		isLeft := i > height || i == height && !right
		if i < height {
			isLeft = local>>i&1 == 1
		}
		if isLeft {
			start, err = start.Add(sibling.Sum)
			require.NoError(t, err)
			acc = protocol.NodeOf(sibling, acc)
		} else {
			acc = protocol.NodeOf(acc, sibling)
		}
	}
	end, err = start.Add(leaf.fee)
	require.NoError(t, err)
	return protocol.SumRoot(uint64(count), acc.Sum, acc.Hash), end
}

func TestPaymentPathsFoldAsTheContractDoes(t *testing.T) {
	var leaves []paidLeaf
	var tree protocol.SumTree
	for n := 1; n <= 21; n++ {
		leaf := paidLeaf{common.Hash{byte(n), 1}, protocol.NewAmount(uint64(n * n))}
		leaves = append(leaves, leaf)
		var err error
		tree, err = tree.Append(leaf.receipt, leaf.fee)
		require.NoError(t, err)
		for i := range leaves {
			root, path, end, err := openSum(leaves, i)
			require.NoError(t, err)
			require.Equal(t, tree.Root(), root)
			folded, stretch := fold(t, n, i, leaves[i], path)
			require.Equal(t, root, folded, "leaf %d of %d", i, n)
			require.Equal(t, end, stretch)
		}
	}
}
