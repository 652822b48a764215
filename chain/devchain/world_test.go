package devchain_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/testpg"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"
)

// Contracts in genesis, as bytecode: what matters here is that they count.
var (
	counter    = common.HexToAddress("0xc0") // slot 0 += 1
	reverter   = common.HexToAddress("0xc1") // reverts without data
	checkpoint = common.HexToAddress("0xc2") // writes the slot of the block's number: fresh in every block
	gate       = common.HexToAddress("0xc3") // with calldata: slot 0 = 1; without: reverts unless slot 0 is 1
	once       = common.HexToAddress("0xc4") // reverts from its second call on
)

func genesis() types.GenesisAlloc {
	alloc := devchain.Prefund(4)
	for address, code := range map[common.Address]string{
		counter:    "0x60005460010160005500",
		reverter:   "0x5f5ffd",
		checkpoint: "0x6001435500",
		gate:       "0x36600f57600054600d575f5ffd5b005b600160005500",
		once:       "0x600054600c576001600055005b5f5ffd",
	} {
		alloc[address] = types.Account{Code: common.FromHex(code), Balance: new(big.Int)}
	}
	return alloc
}

// world is one manual chain with a client and an outbox that outlive managers.
type world struct {
	t      *testing.T
	chain  *devchain.Chain
	client *chain.Client
	node   *faultyNode
	outbox *faultyOutbox
	policy txmgr.Policy
	salt   uint64
}

func newWorld(t *testing.T, finality uint64) *world {
	return newWorldOn(t, finality, txmgr.NewMemory())
}

// outboxes runs a test on each kind of outbox.
func outboxes(t *testing.T, test func(t *testing.T, o txmgr.Outbox)) {
	t.Run("memory", func(t *testing.T) { test(t, txmgr.NewMemory()) })
	for engine, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "dgrid.db") },
		"postgres": func(t *testing.T) string { return testpg.URL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel() // it waits for the disk
			s, err := store.Open(t.Context(), url(t))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			test(t, s.Outbox())
		})
	}
}

func newWorldOn(t *testing.T, finality uint64, o txmgr.Outbox) *world {
	t.Helper()
	c := manual(t, devchain.Config{FinalityDepth: finality, Alloc: genesis()})
	profile := chain.ProfileOf(devchain.ChainID)
	profile.SimulatePending = false // as on chains that are not one node
	client, err := chain.New(t.Context(), c.Client(), chain.Config{Profile: &profile})
	require.NoError(t, err)
	w := &world{t: t, chain: c, client: client}
	w.node = &faultyNode{Node: client}
	w.outbox = &faultyOutbox{Outbox: o}
	w.commit()
	return w
}

func (w *world) manager(failpoint func(txmgr.Point) error) *txmgr.Manager {
	return txmgr.New(txmgr.Config{
		ChainID: devchain.ChainID, Outbox: w.outbox, Node: w.node, Policy: w.policy,
		Signer: chain.KeySigner{Key: devchain.Key(0)}, Failpoint: failpoint,
		Logger: slog.New(slog.DiscardHandler),
	})
}

// call is a call that was not made before.
func (w *world) call(to common.Address) protocol.Call {
	w.salt++
	return protocol.Call{To: &to, Salt: common.BigToHash(new(big.Int).SetUint64(w.salt)), Purpose: "test"}
}

func (w *world) commit() *types.Header {
	w.t.Helper()
	h, err := w.chain.Commit()
	require.NoError(w.t, err)
	return h
}

func (w *world) count() uint64 {
	w.t.Helper()
	v, err := w.chain.Client().StorageAt(w.t.Context(), counter, common.Hash{}, nil)
	require.NoError(w.t, err)
	return new(big.Int).SetBytes(v).Uint64()
}

func (w *world) nonce() uint64 {
	w.t.Helper()
	n, err := w.chain.Client().NonceAt(w.t.Context(), devchain.Address(0), nil)
	require.NoError(w.t, err)
	return n
}

func (w *world) intent(id common.Hash) protocol.Intent {
	w.t.Helper()
	in, err := w.outbox.Get(w.t.Context(), id)
	require.NoError(w.t, err)
	return in
}

// settle converges and mines until the intent reaches a terminal state.
func (w *world) settle(m *txmgr.Manager, id common.Hash) protocol.Intent {
	w.t.Helper()
	for range 200 {
		if err := m.Converge(w.t.Context()); err != nil && !errors.Is(err, protocol.ErrUnavailable) {
			require.NoError(w.t, err)
		}
		if in := w.intent(id); in.State.Terminal() {
			return in
		}
		w.commit()
	}
	w.t.Fatalf("not settled: %+v", w.intent(id))
	return protocol.Intent{}
}

// reaches converges until the intent is in the state. The node indexes transactions in
// the background, and while it does a receipt that is missing proves nothing: one pass
// may rightly leave everything as it was.
func (w *world) reaches(m *txmgr.Manager, id common.Hash, state protocol.IntentState) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		require.NoError(w.t, m.Converge(w.t.Context()))
		return w.intent(id).State == state
	}, 10*time.Second, time.Millisecond, "the intent is not %s", state)
}

// faultyNode fails as networks do.
type faultyNode struct {
	txmgr.Node
	sends    int
	lose     bool // an answer: the transaction arrives, the caller gets a time-out
	drop     bool // a request: nothing arrives
	down     bool
	deaf     bool     // it answers nothing about transactions
	baseFee  *big.Int // pretended, if set
	estimate uint64   // pretended, if set
}

func (n *faultyNode) Send(ctx context.Context, raw []byte) error {
	n.sends++
	timeout := fmt.Errorf("time-out: %w", protocol.ErrUnavailable)
	if n.drop || n.down {
		return timeout
	}
	err := n.Node.Send(ctx, raw)
	if n.lose {
		return timeout
	}
	return err
}

func (n *faultyNode) Observe(ctx context.Context, lane common.Address) (txmgr.Observation, error) {
	if n.down {
		return txmgr.Observation{}, fmt.Errorf("time-out: %w", protocol.ErrUnavailable)
	}
	obs, err := n.Node.Observe(ctx, lane)
	if n.baseFee != nil {
		obs.BaseFee = n.baseFee
	}
	return obs, err
}

func (n *faultyNode) Receipts(ctx context.Context, txs []common.Hash) (txmgr.Receipts, error) {
	if n.deaf {
		return txmgr.Receipts{}, fmt.Errorf("time-out: %w", protocol.ErrUnavailable)
	}
	return n.Node.Receipts(ctx, txs)
}

func (n *faultyNode) Simulate(ctx context.Context, msg ethereum.CallMsg) (uint64, error) {
	gas, err := n.Node.Simulate(ctx, msg)
	if n.estimate != 0 && err == nil {
		gas = n.estimate
	}
	return gas, err
}

// faultyOutbox loses the answer of a COMMIT: done or not, the caller gets an error.
type faultyOutbox struct {
	txmgr.Outbox
	fail func() (done bool, err error) // nil: no fault
}

func (o *faultyOutbox) around(write func() error) error {
	if o.fail == nil {
		return write()
	}
	done, err := o.fail()
	if err == nil {
		return write()
	}
	if done {
		_ = write()
	}
	return err
}

func (o *faultyOutbox) Sign(ctx context.Context, a protocol.Attempt, replaces common.Hash) error {
	return o.around(func() error { return o.Outbox.Sign(ctx, a, replaces) })
}

func (o *faultyOutbox) Move(ctx context.Context, from protocol.IntentState, to protocol.Intent) error {
	return o.around(func() error { return o.Outbox.Move(ctx, from, to) })
}
