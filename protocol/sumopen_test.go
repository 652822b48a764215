package protocol_test

import (
	"math/big"
	"math/bits"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

// fold does what SumTree.open of the contracts does.
func fold(t *testing.T, count, index int, leaf protocol.SumLeaf, path []protocol.SumNode) (root common.Hash, end protocol.Amount) {
	one, err := protocol.SumTree{}.Append(leaf.Receipt, leaf.Fee)
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
	end, err = start.Add(leaf.Fee)
	require.NoError(t, err)
	return protocol.SumRoot(uint64(count), acc.Sum, acc.Hash), end
}

// A leaf's path folds to the root as the contract folds it, however many leaves before it
// are known by their peaks alone.
func TestSumOpeningsFoldAsTheContractDoes(t *testing.T) {
	var leaves []protocol.SumLeaf
	trees := []protocol.SumTree{{}}
	for n := 1; n <= 21; n++ {
		leaf := protocol.SumLeaf{Receipt: common.Hash{byte(n), 1}, Fee: protocol.NewAmount(uint64(n * n))}
		leaves = append(leaves, leaf)
		tree, err := trees[n-1].Append(leaf.Receipt, leaf.Fee)
		require.NoError(t, err)
		trees = append(trees, tree)
		for known := range n {
			for i := known; i < n; i++ {
				o, err := trees[known].Open(leaves[known:], i-known)
				require.NoError(t, err)
				require.Equal(t, tree.Root(), o.Root)
				require.EqualValues(t, n, o.Count)
				require.EqualValues(t, i, o.Index)
				require.Equal(t, trees[i].Total(), o.Start)
				folded, end := fold(t, n, i, leaves[i], o.Path)
				require.Equal(t, o.Root, folded, "leaf %d of %d, %d known by peaks", i, n, known)
				require.Equal(t, o.End, end)
				under, err := leaves[i].Under(uint64(n), uint64(i), o.Path)
				require.NoError(t, err)
				require.Equal(t, o, under)
			}
		}
	}
	_, err := trees[3].Open(leaves[3:], len(leaves)-3)
	require.ErrorIs(t, err, protocol.ErrInvalid)
	o, err := trees[0].Open(leaves, 4)
	require.NoError(t, err)
	huge := protocol.MustAmount(new(big.Int).Lsh(big.NewInt(1), 128))
	for what, under := range map[string]func() (protocol.SumOpening, error){
		"no such leaf": func() (protocol.SumOpening, error) { return leaves[4].Under(4, 4, nil) },
		"short":        func() (protocol.SumOpening, error) { return leaves[4].Under(o.Count, o.Index, o.Path[1:]) },
		"dear":         func() (protocol.SumOpening, error) { return protocol.SumLeaf{Fee: huge}.Under(1, 0, nil) },
		"dear beside":  func() (protocol.SumOpening, error) { return leaves[0].Under(2, 0, []protocol.SumNode{{Sum: huge}}) },
	} {
		_, err := under()
		require.ErrorIs(t, err, protocol.ErrInvalid, what)
	}
}
