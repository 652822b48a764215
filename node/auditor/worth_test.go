package auditor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
)

// Accounts of a second provider.
const poor, poorKey = 7, 8

// enlist makes a provider without any stake.
func (w *world) enlist(t *testing.T) {
	t.Helper()
	consent, err := w.reader.Domain().Sign(devchain.Key(poorKey), protocol.OperatorConsent{Operator: devchain.Address(poorKey), Provider: devchain.Address(poor)})
	require.NoError(t, err)
	w.send(t, poor, w.reader.Addresses().AddOperator(devchain.Address(poorKey), consent))
}

// stakes gives the second provider a stake.
func (w *world) stakes(t *testing.T, n uint64) {
	t.Helper()
	at, me := w.reader.Addresses(), devchain.Address(poor)
	w.send(t, poor, at.Mint(me, tokens(n), common.Hash{}), at.Approve(at.Vault, tokens(n), common.Hash{}), at.Deposit(me, tokens(n), common.Hash{}), at.Stake(tokens(n), common.Hash{}))
}

// poorly has the second provider sign an answer.
func (a *answer) poorly(fee protocol.Amount) *answer {
	r := a.b.Receipt
	r.Provider, r.Fee = devchain.Address(poor), fee
	a.b.Receipt = r
	var err error
	a.b.Signature, err = a.b.Domain.Sign(devchain.Key(poorKey), r)
	require.NoError(a.t, err)
	a.receipt = a.b.Domain.Digest(r)
	return a
}

// waits says whether a case waits until its provider's stake can pay for it.
func waits(c auditor.Case) bool { return strings.Contains(c.Trouble, "not worth it now") }

// short says whether a case waits for a bond.
func short(c auditor.Case) bool { return strings.Contains(c.Trouble, "bonds are short") }

// asks says whether a question was asked on chain.
func asks(c auditor.Case) bool { return len(c.Asked) > 0 && c.Asked[0].Times > 0 }

// What a provider without stake signs costs neither gas, bonds nor replays, whatever is wrong with it. It is no less wrong once
// there is a stake.
func TestAProviderWithoutStakeCostsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.fund(t, auditing)
	w.enlist(t)
	metrics := prometheus.NewRegistry()
	a := w.auditor(t, t.TempDir(), noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) {
		c.PaymentWait, c.LookEvery, c.Patience, d.Metrics = -1, 20*time.Millisecond, 1, metrics
	})
	running(t, a)
	before, nonce := w.free(t, auditing), w.nonce(t, auditing)
	bill := w.answered(t, params(700), prompt, 4, nil).poorly(tokens(3))
	silent := w.answered(t, params(700), prompt, 4, func(output []uint32) { output[1] ^= 1 })
	silent.poorly(silent.b.Receipt.Fee)
	twin := w.answered(t, params(700), prompt, 4, nil) // the number of another
	twin.b.Receipt.Seq = silent.b.Receipt.Seq
	twin.poorly(twin.b.Receipt.Fee)
	for _, x := range []*answer{bill, silent, twin} {
		_, err := a.Add(t.Context(), x.b)
		require.NoError(t, err)
		c, err := a.Wait(t.Context(), x.receipt, func(c auditor.Case) bool { return waits(c) || asks(c) || decided(c) })
		require.NoError(t, err)
		require.True(t, waits(c), "%s %s", c.State, c.Note)
	}
	_, err := a.WaitClaim(t.Context(), devchain.Address(poor), func(c auditor.Claimed) bool { return strings.Contains(c.Trouble, "not worth it now") })
	require.NoError(t, err)
	require.Equal(t, nonce, w.nonce(t, auditing))
	require.Equal(t, before, w.free(t, auditing))
	require.Zero(t, replays(t, metrics))
	w.stakes(t, 1000)
	c, err := a.Wait(t.Context(), bill.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, contracts.FaultOverBilling, c.Verdict.Kind)
	require.Equal(t, devchain.Address(poor), c.Verdict.Provider)
	_, err = a.Wait(t.Context(), silent.receipt, asks)
	require.NoError(t, err)
}

// What is sent already takes its part of a stake: a crowd of faults is convicted as long as what is left pays for it.
func TestACrowdOfFaultsIsWorthNoMoreThanItsStake(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.enlist(t)
	w.stakes(t, 1000) // a bounty of 7.5 tokens, 6.375 after one slash
	a := w.auditor(t, t.TempDir(), noProver{}, nil, func(c *auditor.Config, _ *auditor.Deps) {
		c.PaymentWait, c.LookEvery, c.GainMin = -1, 20*time.Millisecond, tokens(7)
	})
	var list []*answer
	for range 4 {
		x := w.answered(t, params(700), prompt, 4, nil).poorly(tokens(3))
		_, err := a.Add(t.Context(), x.b)
		require.NoError(t, err)
		list = append(list, x)
	}
	nonce := w.nonce(t, auditing)
	running(t, a)
	won := 0
	for _, x := range list {
		c, err := a.Wait(t.Context(), x.receipt, func(c auditor.Case) bool { return waits(c) || c.Verdict != nil })
		require.NoError(t, err)
		if c.Verdict != nil {
			won++
		}
	}
	require.Equal(t, 1, won)
	require.Equal(t, nonce+1, w.nonce(t, auditing))
}

// A receipt whose conviction brings the auditor too little is disputed once it is known to be paid, if a slash gives the whole fee back.
func TestAPaidReceiptIsDisputedForItsRefund(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	a := w.auditor(t, t.TempDir(), noProver{}, nil, func(c *auditor.Config, _ *auditor.Deps) {
		c.LookEvery, c.GainMin = 20*time.Millisecond, tokens(23) // a bounty of 20, and the fee
	})
	running(t, a)
	id := w.channel(t)
	wrong := w.answered(t, params(700), prompt, 4, nil).on(id)
	r := wrong.b.Receipt
	r.Fee = tokens(3)
	wrong.signReceipt(r)
	before := w.free(t, requester)
	_, err := a.AddPaid(t.Context(), wrong.b, relayerOf, 1)
	require.NoError(t, err)
	c, err := a.Wait(t.Context(), wrong.receipt, func(c auditor.Case) bool { return waits(c) || c.Verdict != nil })
	require.NoError(t, err)
	require.True(t, waits(c), "%s %s", c.State, c.Note)
	w.redeem(t, id, wrong.leaf())
	c, err = a.WaitOver(t.Context(), wrong.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Settled, c.State, c.Note)
	require.Equal(t, tokens(3), c.Verdict.Refunded)
	after, err := before.Add(tokens(3))
	require.NoError(t, err)
	require.Equal(t, after, w.free(t, requester))
}
