package devchain_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
)

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
				w.reaches(m, id, protocol.IntentMined)
				before := w.intent(id)

				require.NoError(t, w.chain.Rewind(head.Number.Uint64()-depth))
				if lost {
					w.chain.DropPending()
				}
				require.Zero(t, w.count())
				w.reaches(m, id, protocol.IntentSent)
				w.commit()
				w.reaches(m, id, protocol.IntentMined)
				after := w.intent(id)
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
	w.reaches(m, id, protocol.IntentMined)
	old := w.intent(id).BlockHash
	require.NoError(t, w.chain.Rewind(head.Number.Uint64()-1))
	w.commit()
	require.Eventually(t, func() bool {
		require.NoError(t, m.Converge(t.Context()))
		require.Equal(t, protocol.IntentMined, w.intent(id).State)
		return w.intent(id).BlockHash != old
	}, 10*time.Second, time.Millisecond, "the new block was never noticed")
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
		later, err := m.Submit(t.Context(), w.call(counter))
		require.NoError(t, err)
		ids = append(ids, later)
		ended, end := context.WithCancel(t.Context())
		end()
		_, err = m.Wait(ended, later)
		require.NotErrorIs(t, err, txmgr.ErrHalted, "the halt was accepted; nobody who waits now hears of it")
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

// Who waits for what a limit holds back is told so, and nothing that may depend on it is given up meanwhile.
func TestTX6_WhatALimitHoldsIsTold(t *testing.T) {
	for name, limits := range map[string]txmgr.Policy{
		"hourly gas": {GasPerHour: 50_000},
		"fee cap":    {MaxFeeCap: big.NewInt(1)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 2)
			w.policy = limits
			m := w.manager(nil)
			a, b := w.dependent(m)
			require.Equal(t, protocol.IntentQueued, w.intent(a).State)
			require.Equal(t, protocol.IntentQueued, w.intent(b).State, "it depends on what is held")
			_, err := m.Mined(t.Context(), a)
			require.ErrorIs(t, err, txmgr.ErrPending)
			require.ErrorContains(t, err, "limit")
			require.Zero(t, w.node.sends)

			w.policy = txmgr.Policy{}
			freed := w.manager(nil)
			require.Equal(t, protocol.IntentConfirmed, w.settle(freed, b).State)
		})
	}
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

// Who waits for a block hears of a failure at once, and who waits for the effect when the failure is final.
func TestTX8_FailureIsToldBeforeItIsFinal(t *testing.T) {
	w := newWorld(t, 2)
	m := w.manager(nil)
	starved := w.call(counter)
	starved.GasLimit = 22_000 // passes the estimate and fails
	for _, late := range []bool{false, true} {
		call := starved
		if late {
			call = w.call(counter)
			call.Deadline = w.commit().Time + 2
		}
		id, err := m.Submit(t.Context(), call)
		require.NoError(t, err)
		require.NoError(t, m.Converge(t.Context()))
		if late {
			for w.intent(id).State == protocol.IntentSent && !w.intent(id).Current().Cancels {
				w.chain.DropPending()
				w.commit()
				require.NoError(t, m.Converge(t.Context()))
			}
		}
		w.commit()
		require.NoError(t, m.Converge(t.Context()))
		require.Equal(t, protocol.IntentMined, w.intent(id).State)
		var failed *txmgr.Failed
		_, err = m.WaitMined(t.Context(), id)
		require.ErrorAs(t, err, &failed)
		require.ErrorIs(t, err, protocol.ErrConflict)
		gone, leave := context.WithCancel(t.Context())
		leave()
		_, err = m.Wait(gone, id)
		require.ErrorIs(t, err, context.Canceled, "who needs the effect waits on")
		w.settle(m, id)
	}
	require.Zero(t, w.count())

	id, err := m.Submit(t.Context(), w.call(counter))
	require.NoError(t, err)
	require.NoError(t, m.Converge(t.Context()))
	w.commit()
	require.NoError(t, m.Converge(t.Context()))
	r, err := m.WaitMined(t.Context(), id)
	require.NoError(t, err)
	require.EqualValues(t, 1, r.Status)
	require.EqualValues(t, 1, w.count())
}

// Who does not wait is told at once how far a transaction is; that the node does not say is no "not yet".
func TestLooksDoNotWait(t *testing.T) {
	w := newWorld(t, 3)
	m := w.manager(nil)
	type look = func(context.Context, common.Hash) (*types.Receipt, error)
	all := []look{m.Succeeded, m.Mined, m.Final}
	pending := func(id common.Hash, looks ...look) {
		t.Helper()
		for _, look := range looks {
			_, err := look(t.Context(), id)
			require.ErrorIs(t, err, txmgr.ErrPending)
		}
	}
	receipts := func(id common.Hash, looks ...look) {
		t.Helper()
		for _, look := range looks {
			r, err := look(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, w.intent(id).TxHash, r.TxHash)
		}
	}
	_, err := m.Mined(t.Context(), common.Hash{1})
	require.ErrorIs(t, err, protocol.ErrNotFound)

	id, err := m.Submit(t.Context(), w.call(counter))
	require.NoError(t, err)
	pending(id, all...)
	w.node.down = true
	require.Error(t, m.Converge(t.Context()))
	pending(id, all...)
	w.node.down = false
	require.NoError(t, m.Converge(t.Context()))
	pending(id, all...)
	w.commit()
	w.reaches(m, id, protocol.IntentMined)
	receipts(id, m.Succeeded, m.Mined)
	pending(id, m.Final)
	w.node.deaf = true
	_, err = m.Mined(t.Context(), id)
	require.ErrorIs(t, err, protocol.ErrUnavailable)
	require.NotErrorIs(t, err, txmgr.ErrPending)
	w.node.deaf = false
	require.Equal(t, protocol.IntentConfirmed, w.settle(m, id).State)
	receipts(id, all...)

	starved := w.call(counter)
	starved.GasLimit = 22_000 // passes the estimate and fails
	id, err = m.Submit(t.Context(), starved)
	require.NoError(t, err)
	require.NoError(t, m.Converge(t.Context()))
	w.commit()
	w.reaches(m, id, protocol.IntentMined)
	_, err = m.Mined(t.Context(), id)
	require.ErrorAs(t, err, new(*txmgr.Failed))
	pending(id, m.Succeeded, m.Final)
	w.settle(m, id)
	_, err = m.Succeeded(t.Context(), id)
	require.ErrorAs(t, err, new(*txmgr.Failed))
}

// Dependent calls may be submitted together: one whose simulation fails while
// others are under way waits for them.
func TestDependentCallsWait(t *testing.T) {
	w := newWorld(t, 2)
	m := w.manager(nil)
	a, b := w.dependent(m)
	require.Equal(t, protocol.IntentSent, w.intent(a).State)
	require.Equal(t, protocol.IntentQueued, w.intent(b).State)
	require.Equal(t, protocol.IntentConfirmed, w.settle(m, b).State)
}

// dependent submits a call and one that reverts without it, and makes a pass.
func (w *world) dependent(m *txmgr.Manager) (a, b common.Hash) {
	w.t.Helper()
	open := w.call(gate)
	open.Data = []byte{1}
	a, err := m.Submit(w.t.Context(), open)
	require.NoError(w.t, err)
	b, err = m.Submit(w.t.Context(), w.call(gate))
	require.NoError(w.t, err)
	require.NoError(w.t, m.Converge(w.t.Context()))
	return a, b
}

// A call waits for those submitted before it, and not for those after: on a lane that always has one under way
// it would never end.
func TestARefusedCallEndsOnABusyLane(t *testing.T) {
	w := newWorld(t, 2)
	m := w.manager(nil)
	first, err := m.Submit(t.Context(), w.call(counter))
	require.NoError(t, err)
	require.NoError(t, m.Converge(t.Context()))
	refused, err := m.Submit(t.Context(), w.call(reverter))
	require.NoError(t, err)
	require.NoError(t, m.Converge(t.Context()))
	require.Equal(t, protocol.IntentQueued, w.intent(refused).State, "it may depend on the first")
	for range 200 {
		w.commit()
		_, err := m.Submit(t.Context(), w.call(counter))
		require.NoError(t, err)
		require.NoError(t, m.Converge(t.Context())) // sends it, and finds the one before mined
		if w.intent(refused).State.Terminal() {
			break
		}
	}
	require.Equal(t, protocol.IntentReverted, w.intent(refused).State)
	require.Equal(t, protocol.IntentConfirmed, w.settle(m, first).State)
}

// A call whose forerunner a reorg took out of the chain waits for it again.
func TestDependentCallsWaitAfterAReorg(t *testing.T) {
	w := newWorld(t, 12)
	m := w.manager(nil)
	open := w.call(gate)
	open.Data = []byte{1}
	a, err := m.Submit(t.Context(), open)
	require.NoError(t, err)
	require.NoError(t, m.Converge(t.Context()))
	head := w.commit()
	w.reaches(m, a, protocol.IntentMined)
	require.NoError(t, w.chain.Rewind(head.Number.Uint64()-1))
	b, err := m.Submit(t.Context(), w.call(gate))
	require.NoError(t, err)
	w.reaches(m, a, protocol.IntentSent)
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
