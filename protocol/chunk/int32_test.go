package chunk

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

func TestPackInt32(t *testing.T) {
	got := PackInt32(nil, []int32{0, 1, -1, 1<<31 - 1, -(1<<31 - 1), 2, 3, 4})
	require.Equal(t, common.FromHex("0x"+
		"00000000"+"80000003"+"80000002"+"00000001"+"ffffffff"+"7fffffff"+"80000001"+"80000000"+
		"00000000"+"80000000"+"80000000"+"80000000"+"80000000"+"80000000"+"80000000"+"80000004"), got)
	require.Len(t, PackInt32(nil, make([]int32, MaxInt32)), 74*WordBytes)
	require.Empty(t, PackInt32(nil, nil))
}
