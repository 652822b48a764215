package devchain_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"sync"
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
	"github.com/ethereum/go-ethereum/crypto"
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

// faultyNode fails as networks do.
type faultyNode struct {
	txmgr.Node
	sends    int
	lose     bool // an answer: the transaction arrives, the caller gets a time-out
	drop     bool // a request: nothing arrives
	down     bool
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

var errKilled = errors.New("killed")

// at kills at the first arrival at p.
func at(p txmgr.Point) func(txmgr.Point) error {
	return func(q txmgr.Point) error {
		if p == q {
			return errKilled
		}
		return nil
	}
}

// TestTX1_CrashAtEveryPoint kills the manager at each failpoint, opens a new one
// on the same outbox and chain, and counts effects: exactly one each, no nonce
// unused, and one nonce's bytes never change without a replacement.
func TestTX1_CrashAtEveryPoint(t *testing.T) { outboxes(t, crashAtEveryPoint) }

func crashAtEveryPoint(t *testing.T, o txmgr.Outbox) {
	w := newWorldOn(t, 2, o)
	done := uint64(0)
	for _, point := range []txmgr.Point{txmgr.K1, txmgr.K2, txmgr.K3, txmgr.K4, txmgr.K6, txmgr.K7, txmgr.K8, txmgr.K9} {
		for range 20 {
			call := w.call(counter)
			killed := w.die(point, call)
			require.True(t, killed, "the test never reached %s", point)

			m := w.manager(nil)
			id, err := m.Submit(t.Context(), call) // the caller comes back with the same wish
			require.NoError(t, err)
			in := w.settle(m, id)
			require.Equal(t, protocol.IntentConfirmed, in.State, "%s: %s", point, in.Reason)
			done++
			require.Equal(t, done, w.count(), "%s", point)
			require.Equal(t, done, w.nonce(), "%s", point)
			if point != txmgr.K9 {
				require.Len(t, in.Attempts, 1, "%s: sent again are the same bytes", point)
			}
		}
	}
}

// die submits and converges until the failpoint kills the manager.
func (w *world) die(point txmgr.Point, call protocol.Call) bool {
	m := w.manager(at(point))
	if _, err := m.Submit(w.t.Context(), call); errors.Is(err, errKilled) {
		return true
	}
	for range 12 {
		if err := m.Converge(w.t.Context()); errors.Is(err, errKilled) {
			return true
		} else if err != nil {
			require.NoError(w.t, err)
		}
		if point == txmgr.K9 {
			w.chain.DropPending() // so that it is stuck and must be replaced
		}
		w.commit()
	}
	return false
}

// TestTX1_LostAnswers covers K5 (the RPC times out, having delivered or not) and
// K10 (the COMMIT's answer is lost, having committed or not).
func TestTX1_LostAnswers(t *testing.T) { outboxes(t, lostAnswers) }

func lostAnswers(t *testing.T, o txmgr.Outbox) {
	w := newWorldOn(t, 2, o)
	done := uint64(0)
	faults := map[string]func(){
		"K5 delivered":     func() { w.node.lose = true },
		"K5 not delivered": func() { w.node.drop = true },
		"K10 committed":    func() { w.outbox.fail = failOnce(true) },
		"K10 rolled back":  func() { w.outbox.fail = failOnce(false) },
	}
	for name, inject := range faults {
		for i := range 20 {
			m := w.manager(nil)
			id, err := m.Submit(t.Context(), w.call(counter))
			require.NoError(t, err)
			inject()
			require.Error(t, m.Converge(t.Context()), name)
			if i%2 == 0 {
				w.commit() // a block passes before anyone looks again
			}
			w.node.lose, w.node.drop, w.outbox.fail = false, false, nil
			in := w.settle(w.manager(nil), id)
			require.Equal(t, protocol.IntentConfirmed, in.State, name)
			done++
			require.Equal(t, done, w.count(), name)
			require.Equal(t, done, w.nonce(), name)
			require.Len(t, in.Attempts, 1, name)
		}
	}
}

func failOnce(done bool) func() (bool, error) {
	failed := false
	return func() (bool, error) {
		if failed {
			return false, nil
		}
		failed = true
		return done, fmt.Errorf("connection lost in COMMIT: %w", protocol.ErrUnavailable)
	}
}

// TestTX1_RandomCrashesUnderLoad kills at random points while many intents are
// under way.
func TestTX1_RandomCrashesUnderLoad(t *testing.T) { outboxes(t, randomCrashesUnderLoad) }

func randomCrashesUnderLoad(t *testing.T, o txmgr.Outbox) {
	w := newWorldOn(t, 3, o)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	random := func(txmgr.Point) error {
		if rng.IntN(12) == 0 {
			return errKilled
		}
		return nil
	}
	var ids []common.Hash
	const intents = 150
	kills, open := 0, intents
	m := w.manager(random)
	var retry *protocol.Call
	for open > 0 {
		for range rng.IntN(6) {
			if len(ids) == intents {
				break
			}
			if retry == nil {
				call := w.call(counter)
				retry = &call
			}
			if id, err := m.Submit(t.Context(), *retry); err == nil {
				ids, retry = append(ids, id), nil
			}
		}
		if err := m.Converge(t.Context()); errors.Is(err, errKilled) {
			kills++
			m = w.manager(random)
		}
		if rng.IntN(3) > 0 {
			if rng.IntN(10) == 0 {
				w.chain.DropPending()
			}
			w.commit()
		}
		open = intents - len(ids)
		for _, id := range ids {
			if !w.intent(id).State.Terminal() {
				open++
			}
		}
	}
	for _, id := range ids {
		require.Equal(t, protocol.IntentConfirmed, w.intent(id).State)
	}
	require.EqualValues(t, intents, w.count())
	require.EqualValues(t, intents, w.nonce())
	require.Greater(t, kills, 20)
	t.Logf("%d intents, %d kills, 0 lost, 0 doubled", intents, kills)
}

// TestTX3_ReorgSendsAgain removes the block of a mined transaction at several
// depths, with the pool keeping it and with the pool losing it.
func TestTX3_ReorgSendsAgain(t *testing.T) {
	for _, depth := range []uint64{1, 2, 3, 5, 8} {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("depth %d lost %t", depth, lost), func(t *testing.T) {
				w := newWorld(t, 12)
				m := w.manager(nil)
				id, err := m.Submit(t.Context(), w.call(counter))
				require.NoError(t, err)
				require.NoError(t, m.Converge(t.Context()))
				head := w.commit()
				for range depth - 1 {
					head = w.commit()
				}
				require.NoError(t, m.Converge(t.Context()))
				before := w.intent(id)
				require.Equal(t, protocol.IntentMined, before.State)

				require.NoError(t, w.chain.Rewind(head.Number.Uint64()-depth))
				if lost {
					w.chain.DropPending()
				}
				require.Zero(t, w.count())
				require.NoError(t, m.Converge(t.Context()))
				require.Equal(t, protocol.IntentSent, w.intent(id).State)
				w.commit()
				require.NoError(t, m.Converge(t.Context()))
				after := w.intent(id)
				require.Equal(t, protocol.IntentMined, after.State)
				require.Equal(t, before.TxHash, after.TxHash, "the same bytes")
				require.NotEqual(t, before.BlockHash, after.BlockHash)
				require.Equal(t, protocol.IntentConfirmed, w.settle(m, id).State)
				require.EqualValues(t, 1, w.count())
			})
		}
	}
}

// A transaction that a reorg moves to another block at once never looks unmined.
func TestTX3_ReorgToAnotherBlock(t *testing.T) {
	w := newWorld(t, 12)
	m := w.manager(nil)
	id, err := m.Submit(t.Context(), w.call(counter))
	require.NoError(t, err)
	require.NoError(t, m.Converge(t.Context()))
	head := w.commit()
	require.NoError(t, m.Converge(t.Context()))
	old := w.intent(id).BlockHash
	require.NoError(t, w.chain.Rewind(head.Number.Uint64()-1))
	w.commit()
	require.NoError(t, m.Converge(t.Context()))
	require.Equal(t, protocol.IntentMined, w.intent(id).State)
	require.NotEqual(t, old, w.intent(id).BlockHash)
}

// TestTX2_StuckTransactionIsReplaced drops every transaction from the pool: the
// fees rise by at least a tenth each time, up to five times the price, and the
// last one wins when the pool recovers.
func TestTX2_StuckTransactionIsReplaced(t *testing.T) {
	w := newWorld(t, 2)
	w.node.baseFee = big.NewInt(1e9) // the dev chain's own falls in empty blocks
	m := w.manager(nil)
	id, err := m.Submit(t.Context(), w.call(counter))
	require.NoError(t, err)
	for range 100 {
		require.NoError(t, m.Converge(t.Context()))
		w.chain.DropPending()
		w.commit()
	}
	in := w.intent(id)
	require.Greater(t, len(in.Attempts), 10)
	for i, a := range in.Attempts[1:] {
		old := in.Attempts[i]
		require.Equal(t, old.Nonce, a.Nonce)
		require.GreaterOrEqual(t, a.SignedAt, old.SignedAt+3)
		least := new(big.Int).Div(new(big.Int).Mul(old.GasFeeCap.Big(), big.NewInt(110)), big.NewInt(100))
		require.GreaterOrEqual(t, a.GasFeeCap.Big().Cmp(least), 0)
	}
	price := in.Attempts[0].GasFeeCap.Big()
	require.LessOrEqual(t, in.Current().GasFeeCap.Big().Cmp(new(big.Int).Mul(price, big.NewInt(5))), 0)
	in = w.settle(m, id)
	require.Equal(t, protocol.IntentConfirmed, in.State)
	require.EqualValues(t, 1, w.count())
	require.EqualValues(t, 1, w.nonce())
}

// TestTX2_BaseFeeSpike lets the base fee jump after sending: the replacement
// offers the new price.
func TestTX2_BaseFeeSpike(t *testing.T) {
	for _, factor := range []int64{2, 10, 100} {
		w := newWorld(t, 2)
		m := w.manager(nil)
		id, err := m.Submit(t.Context(), w.call(counter))
		require.NoError(t, err)
		require.NoError(t, m.Converge(t.Context()))
		first := w.intent(id).Current().GasFeeCap.Big()
		w.node.baseFee = new(big.Int).Mul(first, big.NewInt(factor))
		for range 3 {
			w.chain.DropPending()
			w.commit()
		}
		require.NoError(t, m.Converge(t.Context()))
		in := w.intent(id)
		require.Len(t, in.Attempts, 2)
		require.Positive(t, in.Current().GasFeeCap.Big().Cmp(w.node.baseFee))
		w.node.baseFee = nil
		require.Equal(t, protocol.IntentConfirmed, w.settle(m, id).State)
	}
}

func TestTX2_CancelAndDeadline(t *testing.T) {
	w := newWorld(t, 2)
	m := w.manager(nil)

	queued, err := m.Submit(t.Context(), w.call(counter))
	require.NoError(t, err)
	require.NoError(t, m.Cancel(t.Context(), queued))
	require.Equal(t, protocol.IntentSuperseded, w.settle(m, queued).State)
	require.Zero(t, w.node.sends)

	late := w.call(counter)
	late.Deadline = w.commit().Time + 2
	sent, err := m.Submit(t.Context(), late)
	require.NoError(t, err)
	require.NoError(t, m.Converge(t.Context()))
	for range 4 { // stuck past its deadline
		w.chain.DropPending()
		w.commit()
	}
	require.NoError(t, m.Converge(t.Context()))
	require.True(t, w.intent(sent).Current().Cancels)
	in := w.settle(m, sent)
	require.Equal(t, protocol.IntentSuperseded, in.State)
	_, err = m.Wait(t.Context(), sent)
	require.ErrorIs(t, err, protocol.ErrExpired)
	require.Zero(t, w.count())
	require.EqualValues(t, 1, w.nonce(), "its nonce was used up by nothing")

	next, err := m.Submit(t.Context(), w.call(counter))
	require.NoError(t, err)
	require.Equal(t, protocol.IntentConfirmed, w.settle(m, next).State)

	again, err := m.Submit(t.Context(), protocol.Call{To: late.To, Salt: late.Salt, Purpose: "test"})
	require.NoError(t, err)
	require.Equal(t, sent, again, "the same wish without effect may be wished again")
	require.Equal(t, protocol.IntentConfirmed, w.settle(m, again).State)
	require.EqualValues(t, 2, w.count())
}

// TestTX4_ForeignSendHalts uses the key elsewhere at random times: the lane stops
// sending, says so, signs no nonce twice, and goes on after a person accepted.
func TestTX4_ForeignSendHalts(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 10 {
		w := newWorld(t, 3)
		m := w.manager(nil)
		var ids []common.Hash
		foreignAt, halted := rng.IntN(6), false
		for step := 0; !halted; step++ {
			require.Less(t, step, 60, "never noticed")
			if step < 8 {
				id, err := m.Submit(t.Context(), w.call(counter))
				require.NoError(t, err)
				ids = append(ids, id)
			}
			if step == foreignAt {
				// Higher fees than ours, at the nonce that ours would have next.
				require.NoError(t, w.chain.Client().SendTransaction(t.Context(), transfer(t, 0, w.nonce())))
			}
			if err := m.Converge(t.Context()); err != nil {
				halted = errors.Is(err, txmgr.ErrHalted)
				if !halted {
					require.ErrorIs(t, err, protocol.ErrUnavailable)
				}
			}
			w.commit()
		}
		sends := w.node.sends
		require.ErrorIs(t, m.Converge(t.Context()), txmgr.ErrHalted, "it stays halted")
		require.Equal(t, sends, w.node.sends)

		for range 4 { // until the foreign transaction is final
			w.commit()
		}
		require.NoError(t, m.Accept(t.Context()))
		superseded := uint64(0)
		for _, id := range ids {
			if w.settle(m, id).State == protocol.IntentSuperseded {
				superseded++
			}
		}
		require.LessOrEqual(t, superseded, uint64(1))
		require.EqualValues(t, uint64(len(ids))-superseded, w.count())
	}
}

// TestTX6_RevertingTargetSendsNothing simulates first.
func TestTX6_RevertingTargetSendsNothing(t *testing.T) {
	w := newWorld(t, 2)
	m := w.manager(nil)
	for range 100 {
		id, err := m.Submit(t.Context(), w.call(reverter))
		require.NoError(t, err)
		require.NoError(t, m.Converge(t.Context()))
		require.Equal(t, protocol.IntentReverted, w.intent(id).State)
		_, err = m.Wait(t.Context(), id)
		var failed *txmgr.Failed
		require.ErrorAs(t, err, &failed)
		require.ErrorIs(t, err, protocol.ErrConflict)
	}
	require.Zero(t, w.node.sends)
	require.Zero(t, w.nonce())
}

func TestTX6_GasPerHour(t *testing.T) {
	w := newWorld(t, 2)
	w.policy.GasPerHour = 200_000
	m := w.manager(nil)
	var ids []common.Hash
	for range 10 {
		id, err := m.Submit(t.Context(), w.call(counter))
		require.NoError(t, err)
		ids = append(ids, id)
	}
	for range 10 {
		require.NoError(t, m.Converge(t.Context()))
		w.commit()
	}
	some := w.count()
	require.Positive(t, some)
	require.Less(t, some, uint64(10))
	for range 20 {
		require.NoError(t, w.chain.AdjustTime(time.Hour))
		w.commit()
		require.NoError(t, m.Converge(t.Context()))
		w.commit()
	}
	for _, id := range ids {
		w.settle(m, id)
	}
	require.EqualValues(t, 10, w.count())
}

// TestTX8_LowEstimate is the regression of estimates made in the context of the
// latest block: the contract takes a fresh slot in every block, so that the
// estimate is right for the block that was and too low for the one to come.
func TestTX8_LowEstimate(t *testing.T) {
	w := newWorld(t, 2)
	m := w.manager(nil)
	low := 0
	for range 30 {
		id, err := m.Submit(t.Context(), w.call(checkpoint))
		require.NoError(t, err)
		estimate, err := w.client.Simulate(t.Context(), ethereum.CallMsg{From: devchain.Address(0), To: &checkpoint})
		require.NoError(t, err)
		require.NoError(t, m.Converge(t.Context()))
		w.commit()
		require.NoError(t, m.Converge(t.Context()))
		r, err := m.Wait(t.Context(), id)
		require.NoError(t, err)
		if estimate < r.GasUsed {
			low++
		}
	}
	require.Greater(t, low, 20, "the estimate was never too low: the test shows nothing")
}

// A failed receipt is a failure: tried once more with a fresh simulation when it
// is final, then given up.
func TestTX8_FailedReceipt(t *testing.T) {
	w := newWorld(t, 2)
	m := w.manager(nil)
	starved := w.call(counter)
	starved.GasLimit = 22_000 // passes the estimate, which has no such limit, and fails
	id, err := m.Submit(t.Context(), starved)
	require.NoError(t, err)
	in := w.settle(m, id)
	require.Equal(t, protocol.IntentReverted, in.State)
	require.EqualValues(t, 1, in.Retries)
	require.Len(t, in.Attempts, 2)
	require.Zero(t, in.Status)
	require.Zero(t, w.count())

	// Two calls pass the simulation in the same state, only one can succeed; the
	// other must not be sent a second time.
	first, err := m.Submit(t.Context(), w.call(once))
	require.NoError(t, err)
	second, err := m.Submit(t.Context(), w.call(once))
	require.NoError(t, err)
	require.Equal(t, protocol.IntentConfirmed, w.settle(m, first).State)
	in = w.settle(m, second)
	require.Equal(t, protocol.IntentReverted, in.State)
	require.Len(t, in.Attempts, 1)
}

// Dependent calls may be submitted together: one whose simulation fails while
// others are under way waits for them.
func TestDependentCallsWait(t *testing.T) {
	w := newWorld(t, 2)
	m := w.manager(nil)
	open := w.call(gate)
	open.Data = []byte{1}
	a, err := m.Submit(t.Context(), open)
	require.NoError(t, err)
	b, err := m.Submit(t.Context(), w.call(gate))
	require.NoError(t, err)
	require.NoError(t, m.Converge(t.Context()))
	require.Equal(t, protocol.IntentSent, w.intent(a).State)
	require.Equal(t, protocol.IntentQueued, w.intent(b).State)
	require.Equal(t, protocol.IntentConfirmed, w.settle(m, b).State)
}

// While the node is down nothing moves, and nothing is sent twice afterwards.
func TestNodeDown(t *testing.T) {
	w := newWorld(t, 2)
	m := w.manager(nil)
	var ids []common.Hash
	for range 5 {
		id, err := m.Submit(t.Context(), w.call(counter))
		require.NoError(t, err)
		ids = append(ids, id)
		require.NoError(t, m.Converge(t.Context()))
		w.node.down = true
		require.ErrorIs(t, m.Converge(t.Context()), protocol.ErrUnavailable)
		w.commit()
		require.ErrorIs(t, m.Converge(t.Context()), protocol.ErrUnavailable)
		w.node.down = false
	}
	for _, id := range ids {
		in := w.settle(m, id)
		require.Equal(t, protocol.IntentConfirmed, in.State)
		require.Len(t, in.Attempts, 1)
	}
	require.EqualValues(t, 5, w.count())
}

// Two managers with one key on one outbox (a mistake, or a standby that woke up)
// cannot use a nonce twice: what one signs, the other sees or is refused.
func TestTwoManagersOnOneOutbox(t *testing.T) { outboxes(t, twoManagers) }

func twoManagers(t *testing.T, o txmgr.Outbox) {
	w := newWorldOn(t, 2, o)
	managers := []*txmgr.Manager{w.manager(nil), w.manager(nil)}
	var ids []common.Hash
	for range 30 {
		id, err := managers[0].Submit(t.Context(), w.call(counter))
		require.NoError(t, err)
		ids = append(ids, id)
		var both sync.WaitGroup
		for _, m := range managers {
			both.Go(func() {
				err := m.Converge(t.Context())
				require.NotErrorIs(t, err, txmgr.ErrHalted)
			})
		}
		both.Wait()
		w.commit()
	}
	for _, id := range ids {
		for !w.intent(id).State.Terminal() {
			for _, m := range managers {
				require.NotErrorIs(t, m.Converge(t.Context()), txmgr.ErrHalted)
			}
			w.commit()
		}
		require.Equal(t, protocol.IntentConfirmed, w.intent(id).State)
		require.Len(t, w.intent(id).Attempts, 1)
	}
	require.EqualValues(t, 30, w.count())
	require.EqualValues(t, 30, w.nonce())
}

// A key without gas money is told so at once; its intent waits for the money.
func TestNoGasMoney(t *testing.T) {
	w := newWorld(t, 2)
	poor, err := crypto.GenerateKey()
	require.NoError(t, err)
	m := txmgr.New(txmgr.Config{
		ChainID: devchain.ChainID, Outbox: w.outbox, Node: w.node, Signer: chain.KeySigner{Key: poor}, Logger: slog.New(slog.DiscardHandler),
	})
	id, err := m.Submit(t.Context(), w.call(counter))
	require.NoError(t, err)
	require.ErrorIs(t, m.Converge(t.Context()), protocol.ErrInsufficient)
	_, err = m.Wait(t.Context(), id)
	require.ErrorIs(t, err, protocol.ErrInsufficient)

	gift := protocol.Call{To: new(common.Address), Value: protocol.MustAmount(big.NewInt(1e18)), Purpose: "gas money"}
	*gift.To = m.Address()
	rich := w.manager(nil)
	given, err := rich.Submit(t.Context(), gift)
	require.NoError(t, err)
	require.Equal(t, protocol.IntentConfirmed, w.settle(rich, given).State)
	require.Equal(t, protocol.IntentConfirmed, w.settle(m, id).State)
	require.EqualValues(t, 1, w.count())
}

// TestRunOnALiveChain is the ordinary use, over HTTP: Run beside SubmitAndWait.
func TestRunOnALiveChain(t *testing.T) {
	t.Parallel() // it waits for wall time
	c, err := devchain.Open(devchain.Config{Alloc: genesis(), FinalityDepth: 1})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { ended <- c.Run(ctx) }()
	client, err := chain.Dial(ctx, chain.Config{URL: c.HTTP(), ChainID: devchain.ChainID})
	require.NoError(t, err)
	defer client.Close()
	m := txmgr.New(txmgr.Config{
		ChainID: devchain.ChainID, Outbox: txmgr.NewMemory(), Node: client, Signer: chain.KeySigner{Key: devchain.Key(0)},
		Logger: slog.New(slog.DiscardHandler),
	})
	go func() { ended <- m.Run(ctx) }()
	r, err := m.SubmitAndWait(ctx, protocol.Call{To: &counter, Purpose: "count"})
	require.NoError(t, err)
	require.EqualValues(t, 1, r.Status)
	id, err := m.Submit(ctx, protocol.Call{To: &counter, Purpose: "count"})
	require.NoError(t, err)
	final, err := m.WaitFinal(ctx, id)
	require.NoError(t, err)
	require.Equal(t, r.TxHash, final.TxHash, "the same call is the same intent")
	stop()
	require.NoError(t, <-ended)
	require.NoError(t, <-ended)
}
