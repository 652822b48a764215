package txmgr_test

import (
	"context"
	"log/slog"
	"math/big"
	"sync"
	"testing"

	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ledger is a chain without an EVM: it mines what arrives in nonce order, and
// counts what each call did. Blocks are final when the next one is mined.
type ledger struct {
	mu       sync.Mutex
	number   uint64
	mined    []*types.Transaction // by nonce
	receipts map[common.Hash]*types.Receipt
	pool     map[uint64]*types.Transaction
	heads    chan protocol.BlockRef
}

func newLedger() *ledger {
	return &ledger{
		receipts: map[common.Hash]*types.Receipt{}, pool: map[uint64]*types.Transaction{}, heads: make(chan protocol.BlockRef, 1),
	}
}

func (l *ledger) ref() protocol.BlockRef {
	return protocol.BlockRef{Number: l.number, Hash: common.BigToHash(new(big.Int).SetUint64(l.number)), Time: l.number}
}

func (l *ledger) mine() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.number++
	for {
		tx := l.pool[uint64(len(l.mined))]
		if tx == nil {
			break
		}
		l.mined = append(l.mined, tx)
		ref := l.ref()
		l.receipts[tx.Hash()] = &types.Receipt{
			TxHash: tx.Hash(), Status: 1, BlockNumber: new(big.Int).SetUint64(ref.Number), BlockHash: ref.Hash,
		}
	}
	select {
	case <-l.heads:
	default:
	}
	l.heads <- l.ref()
}

func (l *ledger) Observe(context.Context, common.Address) (txmgr.Observation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	obs := txmgr.Observation{
		Head: l.ref(), Finalized: l.number - min(l.number, 1), Nonce: uint64(len(l.mined)), GasLimit: 30e6,
		BaseFee: big.NewInt(7), Tip: big.NewInt(1),
	}
	for _, tx := range l.mined {
		if l.receipts[tx.Hash()].BlockNumber.Uint64() <= obs.Finalized {
			obs.FinalNonce++
		}
	}
	return obs, nil
}

func (l *ledger) Receipts(_ context.Context, txs []common.Hash) (txmgr.Receipts, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := txmgr.Receipts{Found: map[common.Hash]*types.Receipt{}}
	for _, tx := range txs {
		if r := l.receipts[tx]; r != nil {
			out.Found[tx] = r
		}
	}
	return out, nil
}

func (l *ledger) Simulate(context.Context, ethereum.CallMsg) (uint64, error) { return 21_000, nil }

func (l *ledger) Send(_ context.Context, raw []byte) error {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(raw); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pool[tx.Nonce()] = tx
	return nil
}

func (l *ledger) Heads(context.Context) <-chan protocol.BlockRef { return l.heads }

type signer struct{ t *testing.T }

var testKey, _ = crypto.ToECDSA(crypto.Keccak256([]byte("test key")))

func (signer) Address() common.Address { return crypto.PubkeyToAddress(testKey.PublicKey) }

func (signer) SignTx(tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	return types.SignTx(tx, types.LatestSignerForChainID(chainID), testKey)
}

// Many callers at once, some with the same wish: each wish is one transaction, in
// one nonce sequence without gaps, and everybody gets a receipt.
func TestManyCallersAtOnce(t *testing.T) {
	const callers, wishes = 8, 40
	chain, registry := newLedger(), prometheus.NewRegistry()
	m := txmgr.New(txmgr.Config{
		ChainID: 5, Outbox: txmgr.NewMemory(), Node: chain, Signer: signer{t}, Metrics: registry,
		Policy: txmgr.Policy{MaxInFlight: 4}, Logger: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(t.Context())
	var services, users errgroup.Group
	services.Go(func() error { return m.Run(ctx) })
	services.Go(func() error { // a chain that goes on by itself
		for ctx.Err() == nil {
			chain.mine()
		}
		return nil
	})
	for caller := range callers {
		users.Go(func() error {
			for n := range wishes {
				to := common.Address{byte(caller % 4)} // pairs of callers wish the same
				id, err := m.Submit(ctx, protocol.Call{To: &to, Salt: common.Hash{byte(n)}, Purpose: "test"})
				if err != nil {
					return err
				}
				wait := m.Wait
				if n%2 == 0 {
					wait = m.WaitFinal
				}
				if _, err := wait(ctx, id); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, users.Wait())
	stop()
	require.NoError(t, services.Wait())

	require.Len(t, chain.mined, callers/2*wishes)
	seen := map[common.Hash]bool{}
	for nonce, tx := range chain.mined {
		require.EqualValues(t, nonce, tx.Nonce())
		require.False(t, seen[tx.Hash()])
		seen[tx.Hash()] = true
	}
	families, err := registry.Gather()
	require.NoError(t, err)
	counts := map[string]float64{}
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			for _, label := range metric.GetLabel() {
				counts[f.GetName()+" "+label.GetValue()] = metric.GetCounter().GetValue()
			}
		}
	}
	require.EqualValues(t, callers/2*wishes, counts["dgrid_txmgr_transactions_total submit"])
	require.Positive(t, counts["dgrid_txmgr_intents_total confirmed"])
}
