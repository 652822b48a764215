package auditor

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

// Bonds about one provider are a share of all there is and no more than its stake; one may always be out.
func TestBondsAboutOneProviderAreBounded(t *testing.T) {
	t.Parallel()
	three, free := big.NewInt(3), big.NewInt(40)
	b, n := newBonds(), byte(0)
	lend := func(provider byte, stake int64, drawn bool) error {
		n++
		err := b.lend(common.Hash{n}, bond{receipt: common.Hash{n}, provider: common.Address{provider}, amount: three}, big.NewInt(stake), free, 25, drawn)
		if err == nil { // mined at once
			b.out[common.Hash{n}].mined = true
			free = new(big.Int).Sub(free, three)
		}
		return err
	}
	for range 3 {
		require.NoError(t, lend(1, 1000, false))
	}
	require.ErrorIs(t, lend(1, 1000, false), errShort, "a quarter of 40 is 10")
	require.NoError(t, lend(1, 1000, true), "what was drawn is asked for")
	require.NoError(t, lend(2, 1, false), "one is out even if it is more than the stake")
	require.ErrorIs(t, lend(2, 5, false), errShort)
	require.NoError(t, lend(2, 6, false))
	require.ErrorIs(t, lend(2, 6, false), errShort)
}

// Where bonds are short, what comes back is for the larger stake, whoever looks first.
func TestTheLargerStakeIsAskedFirst(t *testing.T) {
	t.Parallel()
	b := newBonds()
	lend := func(receipt byte, stake, free int64) error {
		return b.lend(common.Hash{receipt}, bond{receipt: common.Hash{receipt}, provider: common.Address{receipt}, amount: big.NewInt(3)}, big.NewInt(stake), big.NewInt(free), 100, false)
	}
	require.ErrorIs(t, lend(1, 10, 2), errShort)
	require.ErrorIs(t, lend(2, 1000, 2), errShort)
	require.ErrorIs(t, lend(1, 10, 3), errShort, "the other one waits for it")
	require.NoError(t, lend(2, 1000, 3))
	require.ErrorIs(t, lend(1, 10, 3), errShort, "it is on its way")
	require.NoError(t, lend(1, 10, 6))
}
