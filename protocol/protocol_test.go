package protocol_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dgrid-network/dgrid/protocol"
)

func genAmount(t *rapid.T, label string) protocol.Amount {
	b := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, label))
	return protocol.MustAmount(b)
}

func TestAmountMatchesBigIntegers(t *testing.T) {
	limit := new(big.Int).Lsh(big.NewInt(1), 256)
	rapid.Check(t, func(t *rapid.T) {
		x, y := genAmount(t, "x"), genAmount(t, "y")
		sum, err := x.Add(y)
		want := new(big.Int).Add(x.Big(), y.Big())
		if want.Cmp(limit) >= 0 {
			require.ErrorIs(t, err, protocol.ErrInvalid)
		} else {
			require.NoError(t, err)
			require.Zero(t, want.Cmp(sum.Big()))
		}
		diff, err := x.Sub(y)
		if x.Big().Cmp(y.Big()) < 0 {
			require.ErrorIs(t, err, protocol.ErrInsufficient)
		} else {
			require.NoError(t, err)
			require.Zero(t, new(big.Int).Sub(x.Big(), y.Big()).Cmp(diff.Big()))
		}
		require.Equal(t, x.Big().Cmp(y.Big()), x.Cmp(y))
		text, err := x.MarshalText()
		require.NoError(t, err)
		var back protocol.Amount
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, x, back)
	})
}

func TestParseAmountRefusesAllButPlainDecimals(t *testing.T) {
	for _, s := range []string{"", "-1", "+1", "1.0", "1e3", "0x10", " 1", "1 ", "1_000",
		"115792089237316195423570985008687907853269984665640564039457584007913129639936"} {
		_, err := protocol.ParseAmount(s)
		require.ErrorIs(t, err, protocol.ErrInvalid, s)
	}
	require.Equal(t, "0.001230", protocol.NewAmount(1230).Decimal(6))
	require.Equal(t, "12.345678", protocol.NewAmount(12345678).Decimal(6))
	require.Equal(t, "7", protocol.NewAmount(7).Decimal(0))
}

// TestFeeRoundsUpOnce checks the fee rule against a statement of it that does not
// divide: fee is the smallest f with f * 10^6 >= in*priceIn + out*priceOut.
func TestFeeRoundsUpOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, out := rapid.Uint32().Draw(t, "in"), rapid.Uint32().Draw(t, "out")
		price := func(label string) protocol.Amount { // below and above the 128 bits of a signed price
			return protocol.MustAmount(new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 27).Draw(t, label)))
		}
		pin, pout := price("pin"), price("pout")
		fee, err := protocol.Fee(in, out, pin, pout)
		require.NoError(t, err)
		cost := new(big.Int).Mul(big.NewInt(int64(in)), pin.Big())
		cost.Add(cost, new(big.Int).Mul(big.NewInt(int64(out)), pout.Big()))
		million := big.NewInt(protocol.TokensPerPrice)
		require.True(t, new(big.Int).Mul(fee.Big(), million).Cmp(cost) >= 0)
		if !fee.IsZero() {
			less := new(big.Int).Sub(fee.Big(), big.NewInt(1))
			require.True(t, less.Mul(less, million).Cmp(cost) < 0)
		}
	})
}

func TestRequestFeeForHoldsItsLimits(t *testing.T) {
	r := protocol.Request{PromptTokens: 10, MaxOutputTokens: 20, PriceIn: protocol.NewAmount(1_000_000),
		PriceOut: protocol.NewAmount(1_000_000), MaxFee: protocol.NewAmount(25)}
	fee, err := r.FeeFor(15)
	require.NoError(t, err)
	require.Equal(t, "25", fee.String())
	_, err = r.FeeFor(16)
	require.ErrorIs(t, err, protocol.ErrInvalid, "above MaxFee")
	_, err = r.FeeFor(21)
	require.ErrorIs(t, err, protocol.ErrInvalid, "above MaxOutputTokens")
}

// refSum is the sum tree by its definition, recursively: the largest perfect
// subtree left, the rest right.
func refSum(hashes []common.Hash, fees []uint64) (common.Hash, uint64) {
	if len(hashes) == 1 {
		var t protocol.SumTree
		t, _ = t.Append(hashes[0], protocol.NewAmount(fees[0]))
		return t.Peaks[0].Hash, fees[0]
	}
	k := 1
	for k*2 < len(hashes) {
		k *= 2
	}
	var t protocol.SumTree
	lh, ls := refSum(hashes[:k], fees[:k])
	rh, rs := refSum(hashes[k:], fees[k:])
	t.Count = 3
	t.Peaks = []protocol.SumNode{{Hash: lh, Sum: protocol.NewAmount(ls)}, {Hash: rh, Sum: protocol.NewAmount(rs)}}
	return protocol.NodeOf(t.Peaks[0], t.Peaks[1]).Hash, ls + rs
}

func TestSumTreeEqualsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 70).Draw(t, "n")
		var tree protocol.SumTree
		var hashes []common.Hash
		var fees []uint64
		for i := range n {
			hashes = append(hashes, h(string(rune(i))))
			fees = append(fees, uint64(rapid.Uint32().Draw(t, "fee")))
			before := tree
			next, err := tree.Append(hashes[i], protocol.NewAmount(fees[i]))
			require.NoError(t, err)
			require.Equal(t, before, tree, "Append changed the tree it was called on")
			tree = next
		}
		bag, total := refSum(hashes, fees)
		require.Equal(t, protocol.NewAmount(total), tree.Total())
		require.Equal(t, protocol.SumRoot(uint64(n), tree.Total(), bag), tree.Root())
	})
}

func TestSumTreeRefusesMoreThanVouchersHold(t *testing.T) {
	half := protocol.MustAmount(new(big.Int).Lsh(big.NewInt(1), 127))
	tree, err := protocol.SumTree{}.Append(h("a"), half)
	require.NoError(t, err)
	_, err = tree.Append(h("b"), half)
	require.ErrorIs(t, err, protocol.ErrInvalid)
	_, err = tree.Append(h("b"), protocol.MustAmount(new(big.Int).Lsh(big.NewInt(1), 128)))
	require.ErrorIs(t, err, protocol.ErrInvalid)
}

func TestMerklePathsLeadToTheRoot(t *testing.T) {
	for n := 1; n <= 33; n++ {
		leaves := make([]common.Hash, n)
		for i := range leaves {
			leaves[i] = protocol.HashLeaf([]byte{byte(i)})
		}
		root := protocol.MerkleRoot(leaves)
		for i := range leaves {
			path, err := protocol.MerklePath(leaves, i)
			require.NoError(t, err)
			require.Len(t, path, protocol.MerkleDepth(n))
			require.Equal(t, root, protocol.MerkleRootFromPath(leaves[i], i, path))
			if n > 1 {
				require.NotEqual(t, root, protocol.MerkleRootFromPath(leaves[i], i^1, path))
			}
		}
		_, err := protocol.MerklePath(leaves, n)
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
	require.Equal(t, common.Hash{}, protocol.MerkleRoot(nil))
}
