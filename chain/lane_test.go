package chain_test

import (
	"math/big"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

// quickNode makes two blocks, each with a transaction of every key, between any two
// questions about them. What is mined is final at once; back is how far it can fall behind that.
type quickNode struct {
	number atomic.Int64
	back   int64
}

func (n *quickNode) ChainId() hexutil.Uint64 { return 31337 }

func (n *quickNode) GetBlockByNumber(tag string, _ bool) *types.Header {
	number := n.number.Add(2)
	if tag == "latest" {
		number -= n.back
	}
	return &types.Header{Number: big.NewInt(number), Difficulty: new(big.Int)}
}

func (n *quickNode) GetTransactionCount(_ common.Address, at rpc.BlockNumberOrHash) hexutil.Uint64 {
	for i := n.number.Load(); i >= 0; i-- {
		if h := (&types.Header{Number: big.NewInt(i), Difficulty: new(big.Int)}); h.Hash() == *at.BlockHash {
			return hexutil.Uint64(i)
		}
	}
	return 0
}

func (n *quickNode) MaxPriorityFeePerGas() *hexutil.Big { return (*hexutil.Big)(new(big.Int)) }

func (n *quickNode) dial(t *testing.T) *chain.Client {
	server := rpc.NewServer()
	t.Cleanup(server.Stop)
	require.NoError(t, server.RegisterName("eth", n))
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	c, err := chain.Dial(t.Context(), chain.Config{URL: web.URL, ChainID: 31337, Profile: &chain.Profile{}, Attempts: 1})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// Transactions that are final are among those of the head, however fast blocks come: else the
// manager would take its own for a foreigner's, and halt.
func TestWhatIsFinalIsBelowTheHead(t *testing.T) {
	obs, err := (&quickNode{}).dial(t).Observe(t.Context(), common.Address{1})
	require.NoError(t, err)
	require.NotZero(t, obs.FinalNonce)
	require.LessOrEqual(t, obs.FinalNonce, obs.Nonce)
	require.LessOrEqual(t, obs.Finalized, obs.Head.Number)
}

// A node that lags behind what another one behind the same address called final is no view
// of the chain.
func TestAHeadBelowWhatIsFinalIsNoView(t *testing.T) {
	_, err := (&quickNode{back: 9}).dial(t).Observe(t.Context(), common.Address{1})
	require.ErrorIs(t, err, protocol.ErrUnavailable)
}
