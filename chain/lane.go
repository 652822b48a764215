package chain

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"strings"

	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"
)

var _ txmgr.Node = (*Client)(nil)

// Observe implements txmgr.Node. The account is read at the very head that is
// returned, by hash, so that a reorg between two calls cannot mix two branches. What is final
// is read first: blocks that come meanwhile would else be final above the head, and their
// transactions of this key unknown, as a foreigner's are.
func (c *Client) Observe(ctx context.Context, lane common.Address) (txmgr.Observation, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	final, err := c.Head(ctx, Finalized)
	if err != nil {
		return txmgr.Observation{}, err
	}
	head, err := c.Head(ctx, Latest)
	if err != nil {
		return txmgr.Observation{}, err
	}
	if final.Number.Cmp(head.Number) > 0 { // two nodes behind one address
		return txmgr.Observation{}, fmt.Errorf("observe %s: block %s is final and %s is the head: %w", lane, final.Number, head.Number, protocol.ErrUnavailable)
	}
	var nonce, finalNonce hexutil.Uint64
	var tip hexutil.Big
	batch := []rpc.BatchElem{
		{Method: "eth_getTransactionCount", Args: []any{lane, byHash(head)}, Result: &nonce},
		{Method: "eth_getTransactionCount", Args: []any{lane, byHash(final)}, Result: &finalNonce},
		{Method: "eth_maxPriorityFeePerGas", Result: &tip},
	}
	if err := c.batch(ctx, batch); err != nil {
		return txmgr.Observation{}, fmt.Errorf("observe %s: %w", lane, err)
	}
	obs := txmgr.Observation{
		Head: Ref(head), Finalized: final.Number.Uint64(), Nonce: uint64(nonce), FinalNonce: uint64(finalNonce),
		GasLimit: head.GasLimit, BaseFee: head.BaseFee, Tip: tip.ToInt(),
	}
	if obs.BaseFee == nil {
		obs.BaseFee = new(big.Int)
	}
	return obs, nil
}

func byHash(h *types.Header) rpc.BlockNumberOrHash {
	return rpc.BlockNumberOrHashWithHash(h.Hash(), false)
}

// Receipts implements txmgr.Node.
func (c *Client) Receipts(ctx context.Context, txs []common.Hash) (txmgr.Receipts, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	out := txmgr.Receipts{Found: make(map[common.Hash]*types.Receipt, len(txs))}
	receipts := make([]*types.Receipt, len(txs))
	batch := make([]rpc.BatchElem, len(txs))
	for i, tx := range txs {
		batch[i] = rpc.BatchElem{Method: "eth_getTransactionReceipt", Args: []any{tx}, Result: &receipts[i]}
	}
	if err := c.Client.Client().BatchCallContext(ctx, batch); err != nil {
		return out, fmt.Errorf("read receipts: %w", c.Wrap(err))
	}
	for i, tx := range txs {
		switch err := batch[i].Error; {
		case err != nil && strings.Contains(err.Error(), "indexing is in progress"):
			out.Indexing = true // a block may be so fresh that the node cannot find its transactions
		case err != nil:
			return out, fmt.Errorf("read receipt of %s: %w", tx, c.Wrap(err))
		case receipts[i] != nil && receipts[i].BlockNumber != nil:
			out.Found[tx] = receipts[i]
		}
	}
	return out, nil
}

// Simulate implements txmgr.Node by estimating gas, which runs the call.
func (c *Client) Simulate(ctx context.Context, msg ethereum.CallMsg) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	block := rpc.LatestBlockNumber
	if c.profile.SimulatePending {
		block = rpc.PendingBlockNumber
	}
	gas, err := c.EstimateGasAtBlock(ctx, msg, big.NewInt(block.Int64()))
	return gas, c.Wrap(err)
}

// settled are answers to a broadcast that say that the node has the transaction,
// or that its nonce is mined; either way the next observation tells.
var settled = []string{"already known", "known transaction", "already imported", "nonce too low"}

// Send implements txmgr.Node.
func (c *Client) Send(ctx context.Context, raw []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	err := c.Client.Client().CallContext(ctx, nil, "eth_sendRawTransaction", hexutil.Encode(raw))
	if err == nil {
		return nil
	}
	for _, answer := range settled {
		if strings.Contains(strings.ToLower(err.Error()), answer) {
			return nil
		}
	}
	return fmt.Errorf("broadcast: %w", c.Wrap(err))
}

// batch sends calls of which each must succeed.
func (c *Client) batch(ctx context.Context, calls []rpc.BatchElem) error {
	if err := c.Client.Client().BatchCallContext(ctx, calls); err != nil {
		return c.Wrap(err)
	}
	for _, call := range calls {
		if call.Error != nil {
			return fmt.Errorf("%s: %w", call.Method, c.Wrap(call.Error))
		}
	}
	return nil
}

// KeySigner signs with a key in memory.
type KeySigner struct{ Key *ecdsa.PrivateKey }

// Address implements txmgr.Signer.
func (s KeySigner) Address() common.Address { return crypto.PubkeyToAddress(s.Key.PublicKey) }

// SignTx implements txmgr.Signer.
func (s KeySigner) SignTx(tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	signed, err := types.SignTx(tx, types.LatestSignerForChainID(chainID), s.Key)
	if err != nil {
		return nil, fmt.Errorf("sign transaction: %w: %w", protocol.ErrInternal, err)
	}
	return signed, nil
}
