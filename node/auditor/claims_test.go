package auditor_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// relayerOf is a relayer in voucher lines; it takes no part.
var relayerOf = common.Address{19: 0xaa}

// channel opens a channel of the requester's, whose vouchers it signs itself.
func (w *world) channel(t *testing.T) common.Hash {
	t.Helper()
	w.fund(t, requester)
	head, err := w.reader.Now(t.Context())
	require.NoError(t, err)
	id, err := w.lane(requester).Submit(t.Context(), w.reader.Addresses().OpenChannel(devchain.Address(requester), tokens(100), head+24*3600, common.Hash{}))
	require.NoError(t, err)
	receipt, err := w.lane(requester).Wait(t.Context(), id)
	require.NoError(t, err)
	for _, l := range receipt.Logs {
		if l.Address == w.reader.Addresses().Market && len(l.Topics) > 1 {
			return l.Topics[1]
		}
	}
	t.Fatal("no channel was opened")
	return common.Hash{}
}

// redeem brings a voucher over leaves on chain, as the provider.
func (w *world) redeem(t *testing.T, channel common.Hash, leaves ...protocol.SumLeaf) {
	t.Helper()
	w.redeemBy(t, relayerOf, channel, leaves...)
}

func (w *world) redeemBy(t *testing.T, relayer common.Address, channel common.Hash, leaves ...protocol.SumLeaf) {
	t.Helper()
	var tree protocol.SumTree
	for _, l := range leaves {
		var err error
		tree, err = tree.Append(l.Receipt, l.Fee)
		require.NoError(t, err)
	}
	v := protocol.Voucher{Channel: channel, Provider: devchain.Address(owner), ModelVersion: w.version, Relayer: relayer, Total: tree.Total(), Count: tree.Count, ReceiptsRoot: tree.Root()}
	sig, err := w.reader.Domain().Sign(devchain.Key(requester), v)
	require.NoError(t, err)
	w.send(t, operator, w.reader.Addresses().Redeem(devchain.Address(owner), []protocol.Voucher{v}, []protocol.Bytes{sig}, nil))
}

func (a *answer) leaf() protocol.SumLeaf {
	return protocol.SumLeaf{Receipt: a.receipt, Fee: a.b.Receipt.Fee}
}

// on puts an answer on a channel, and signs it anew.
func (a *answer) on(channel common.Hash) *answer {
	a.b.Request.Payment = channel
	a.sign()
	return a
}

// dearer is an answer that bills three whole tokens.
func (w *world) dearer(t *testing.T, channel common.Hash) *answer {
	a := w.answered(t, params(700), prompt, 4, nil).on(channel)
	r := a.b.Receipt
	r.Fee = tokens(3)
	a.signReceipt(r)
	return a
}

func (w *world) free(t *testing.T, n int) protocol.Amount {
	t.Helper()
	free, err := w.reader.Free(t.Context(), devchain.Address(n))
	require.NoError(t, err)
	return free
}

func settled(c auditor.Claimed) bool { return c.State.Over() }

// Two receipts with one number are claimed once, and both answers are replayed all the same:
// who signs twice does not escape the larger slash.
func TestTwoReceiptsOfOneNumberAreClaimed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	first := w.answered(t, params(700), prompt, 4, nil)
	second := w.answered(t, params(700), prompt, 5, nil)
	r := second.b.Receipt
	r.Seq = first.b.Receipt.Seq
	second.signReceipt(r)
	retried := w.answered(t, params(700), prompt, 3, nil)
	data := t.TempDir()
	a := w.auditor(t, data, noProver{}, first, nil)
	for _, b := range []bundle.Bundle{first.b, second.b, retried.b} {
		_, err := a.Add(t.Context(), b)
		require.NoError(t, err)
	}
	stop := running(t, a)
	c, err := a.WaitClaim(t.Context(), devchain.Address(owner), settled)
	require.NoError(t, err)
	require.Equal(t, auditor.Settled, c.State, c.Note)
	require.Equal(t, "equivocation", c.Kind.String())
	require.Equal(t, contracts.FaultEquivocation, c.Verdict.Kind)
	require.Equal(t, tokens(5_000), c.Verdict.Slashed, "the small rung")
	require.Equal(t, devchain.Address(auditing), c.Verdict.Submitter)
	require.Equal(t, c.Verdict.Bounty, w.free(t, auditing))
	for _, b := range []*answer{first, second, retried} {
		one, err := a.WaitOver(t.Context(), b.receipt)
		require.NoError(t, err)
		require.Equal(t, auditor.Right, one.State, one.Note)
	}
	stop()

	again := w.auditor(t, data, noProver{}, first, nil)
	running(t, again)
	list, err := again.Claims().List()
	require.NoError(t, err)
	require.Len(t, list, 1, "found again, it is the same claim")
	require.EqualValues(t, 1, w.nonce(t, auditing), "one transaction")

	// By hand, by somebody else, it is too late; and what is no fault is refused.
	raw, err := json.Marshal(c.Claim)
	require.NoError(t, err)
	read, err := auditor.DecodeClaim(raw)
	require.NoError(t, err)
	call, err := read.Call(w.reader.Addresses(), devchain.Address(requester))
	require.NoError(t, err)
	_, err = w.reader.Simulate(t.Context(), devchain.Address(requester), call)
	require.ErrorContains(t, err, "AlreadyClaimed")
	none, err := auditor.PairClaims(first.b, retried.b)
	require.NoError(t, err)
	require.Empty(t, none)
	none, err = auditor.PairClaims(first.b, first.b)
	require.NoError(t, err)
	require.Empty(t, none)
}

// A process that was killed between the transaction and writing so down sends none again.
func TestAClaimThatWasSentBeforeACrashIsThisAuditors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	first, second := w.answered(t, params(700), prompt, 4, nil), w.answered(t, params(700), prompt, 5, nil)
	r := second.b.Receipt
	r.Seq = first.b.Receipt.Seq
	second.signReceipt(r)
	data := t.TempDir()
	a := w.auditor(t, data, noProver{}, first, nil)
	for _, b := range []*answer{first, second} {
		_, err := a.Add(t.Context(), b.b)
		require.NoError(t, err)
	}
	stop := running(t, a)
	c, err := a.WaitClaim(t.Context(), devchain.Address(owner), settled)
	require.NoError(t, err)
	stop()
	// As the file was before the transaction was sent.
	c.State, c.Intent, c.Verdict = auditor.Found, common.Hash{}, nil
	raw, err := json.Marshal(c)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(data, "claims", c.ID.Hex()+".json"), raw, 0o600))
	b := w.auditor(t, data, noProver{}, first, nil)
	running(t, b)
	c, err = b.WaitClaim(t.Context(), devchain.Address(owner), settled)
	require.NoError(t, err)
	require.Equal(t, auditor.Settled, c.State, c.Note)
	require.Equal(t, contracts.FaultEquivocation, c.Verdict.Kind)
	require.EqualValues(t, 1, w.nonce(t, auditing), "one transaction")
}

// One request, one count, two answers: claimed with the payment, and the requester is refunded.
func TestTwoAnswersToOneRequestAreClaimedAndRefunded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	id := w.channel(t)
	first := w.answered(t, params(700), prompt, 4, nil).on(id)
	second := &answer{t: t, w: w, b: first.b}
	r := first.b.Receipt
	w.seq++
	r.Seq, r.TraceRoot = w.seq, common.Hash{9}
	second.signReceipt(r)
	w.redeem(t, id, first.leaf())
	before := w.free(t, requester)
	a := w.auditor(t, t.TempDir(), noProver{}, first, nil)
	_, err := a.AddPaid(t.Context(), first.b, relayerOf, 1)
	require.NoError(t, err)
	_, err = a.Add(t.Context(), second.b)
	require.NoError(t, err)
	running(t, a)
	c, err := a.WaitClaim(t.Context(), devchain.Address(owner), settled)
	require.NoError(t, err)
	require.Equal(t, auditor.Settled, c.State, c.Note)
	require.Equal(t, auditor.ClaimTwoAnswers, c.Claim.Claim)
	require.Equal(t, contracts.FaultEquivocation, c.Verdict.Kind)
	require.Equal(t, first.b.Receipt.Fee, c.Verdict.Refunded)
	after, err := before.Add(first.b.Receipt.Fee)
	require.NoError(t, err)
	require.Equal(t, after, w.free(t, requester))
}

// A bill too high is convicted at once, and what is paid of it later is refunded by a second
// transaction, up to what one answer may cost.
func TestAnOverBilledReceiptIsRefundedWhenItIsPaidLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	id := w.channel(t)
	honest := w.answered(t, params(700), prompt, 3, nil).on(id)
	dear := w.dearer(t, id)
	// An auditor without the model's file finds it too.
	a := w.auditor(t, t.TempDir(), noProver{}, dear, func(c *auditor.Config, _ *auditor.Deps) { c.Models, c.PaymentWait = nil, -1 })
	running(t, a)
	for i, one := range []*answer{honest, dear} {
		_, err := a.AddPaid(t.Context(), one.b, relayerOf, uint64(i))
		require.NoError(t, err)
	}
	c, err := a.Wait(t.Context(), dear.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, c.State, "%s %s", c.Note, c.Trouble)
	require.Equal(t, "over_billing", c.Verdict.Kind.String())
	require.True(t, c.Verdict.Refunded.IsZero(), "nothing is paid yet")
	require.EqualValues(t, 1, w.nonce(t, auditing))
	before := w.free(t, requester)

	w.redeem(t, id, honest.leaf(), dear.leaf())
	c, err = a.WaitOver(t.Context(), dear.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Settled, c.State, c.Note)
	require.NotZero(t, c.Settling)
	require.EqualValues(t, 2, w.nonce(t, auditing), "the second transaction refunds")
	after, err := before.Add(tokens(3))
	require.NoError(t, err)
	require.Equal(t, after, w.free(t, requester))
	one, err := a.Cases().Get(honest.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Unusable, one.State, "nothing can be said of it without the model, and nothing was")
}

// Who copies a claim out of the mempool gets the bounty and nothing else: the slash is the same,
// and a refund that the copy left out is made up for.
func TestACopiedClaimTakesOnlyTheBounty(t *testing.T) {
	t.Parallel()
	const copier = 6
	w := newWorld(t, odd(t), 3600)
	id := w.channel(t)
	dear := w.dearer(t, id)
	w.redeem(t, id, dear.leaf())
	before := w.free(t, requester)
	bare := contracts.Evidence{Request: dear.b.Request, Receipt: dear.b.Receipt, Signature: dear.b.Signature}
	w.send(t, copier, w.reader.Addresses().ClaimBilling(bare, devchain.Address(copier)))
	faults, err := w.reader.Faults(t.Context(), dear.receipt, w.start)
	require.NoError(t, err)
	require.Len(t, faults, 1)
	require.Equal(t, tokens(15_000), faults[0].Slashed)
	require.Equal(t, faults[0].Bounty, w.free(t, copier))
	require.Equal(t, before, w.free(t, requester), "the copy shows no payment")

	a := w.auditor(t, t.TempDir(), noProver{}, dear, nil)
	_, err = a.AddPaid(t.Context(), dear.b, relayerOf, 1)
	require.NoError(t, err)
	running(t, a)
	c, err := a.WaitOver(t.Context(), dear.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Lost, c.State, c.Note)
	require.Equal(t, devchain.Address(copier), c.Verdict.Submitter)
	after, err := before.Add(tokens(3))
	require.NoError(t, err)
	require.Equal(t, after, w.free(t, requester))
	require.True(t, w.free(t, auditing).IsZero(), "the bounty is gone")
}

// Whoever copies the call out of the mempool may leave the auditor's name in it, and only the payment out: the
// auditor gets the bounty, and the requester its refund.
func TestACopyInTheAuditorsNameTakesNoRefund(t *testing.T) {
	t.Parallel()
	const copier = 6
	w := newWorld(t, odd(t), 3600)
	id := w.channel(t)
	dear := w.dearer(t, id)
	w.redeem(t, id, dear.leaf())
	before := w.free(t, requester)
	bare := contracts.Evidence{Request: dear.b.Request, Receipt: dear.b.Receipt, Signature: dear.b.Signature}
	a, puppet := w.auditor(t, t.TempDir(), noProver{}, dear, nil), w.lane(copier)
	var once atomic.Bool
	a.SetPoint(func(at string, _ *auditor.Case) error {
		if at != "after proven" || once.Swap(true) {
			return nil
		}
		sent, err := puppet.Submit(w.ctx, w.reader.Addresses().ClaimBilling(bare, devchain.Address(auditing)))
		if err == nil {
			_, err = puppet.Wait(w.ctx, sent)
		}
		return err
	})
	_, err := a.AddPaid(t.Context(), dear.b, relayerOf, 1)
	require.NoError(t, err)
	running(t, a)
	c, err := a.WaitOver(t.Context(), dear.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Settled, c.State, c.Note)
	require.True(t, c.Verdict.Refunded.IsZero(), "by the copy")
	after, err := before.Add(tokens(3))
	require.NoError(t, err)
	require.Equal(t, after, w.free(t, requester))
}

// Roots that hold a receipt twice, another channel's, or one dearer than it says are claimed
// from nothing but the receipts that are known and the root on chain.
func TestWrongRootsAreClaimed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claim string
		kind  contracts.FaultKind
		root  func(own, foreign []protocol.SumLeaf) []protocol.SumLeaf
	}{
		"a receipt twice": {auditor.ClaimPaidTwice, contracts.FaultOverBilling, func(own, _ []protocol.SumLeaf) []protocol.SumLeaf {
			return append(own, own[0])
		}},
		"another channel's receipt": {auditor.ClaimLeaf, contracts.FaultOverBilling, func(own, foreign []protocol.SumLeaf) []protocol.SumLeaf {
			return append(own, foreign[0])
		}},
		"a dearer receipt": {auditor.ClaimLeaf, contracts.FaultOverBilling, func(own, _ []protocol.SumLeaf) []protocol.SumLeaf {
			own[1].Fee = tokens(2)
			return own
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, odd(t), 3600)
			id := w.channel(t)
			one, two := w.answered(t, params(700), prompt, 3, nil).on(id), w.answered(t, params(700), prompt, 4, nil).on(id)
			elsewhere := w.answered(t, params(700), prompt, 5, nil).on(common.Hash{3})
			a := w.auditor(t, t.TempDir(), noProver{}, one, func(c *auditor.Config, _ *auditor.Deps) { c.LookEvery = 20e6 })
			for i, one := range []*answer{one, two, elsewhere} {
				_, err := a.AddPaid(t.Context(), one.b, relayerOf, uint64(i))
				require.NoError(t, err)
			}
			running(t, a)
			before := w.free(t, requester)
			leaves := c.root([]protocol.SumLeaf{one.leaf(), two.leaf()}, []protocol.SumLeaf{elsewhere.leaf()})
			w.redeem(t, id, leaves...)
			got, err := a.WaitClaim(t.Context(), devchain.Address(owner), settled)
			require.NoError(t, err)
			require.Equal(t, auditor.Settled, got.State, got.Note)
			require.Equal(t, c.claim, got.Claim.Claim)
			require.Equal(t, c.kind, got.Verdict.Kind)
			require.Equal(t, tokens(15_000), got.Verdict.Slashed)
			after, err := before.Add(got.Claim.Paid[0].Fee)
			require.NoError(t, err)
			require.Equal(t, after, w.free(t, requester), "the requester has back what the leaf took")
			for _, x := range []*answer{one, two, elsewhere} {
				kind, err := w.reader.FaultOf(t.Context(), x.receipt)
				require.NoError(t, err)
				require.Equal(t, contracts.FaultNone, kind, "the receipts themselves are right")
			}
		})
	}
}

// Every claim says what it lacks instead of sending something that reverts.
func TestClaimsThatLackSomethingAreNoCalls(t *testing.T) {
	for _, what := range []string{auditor.ClaimEquivocation, auditor.ClaimTwoAnswers, auditor.ClaimBilling, auditor.ClaimFinish, auditor.ClaimStop,
		auditor.ClaimUnusedSlot, auditor.ClaimOutputTree, auditor.ClaimTraceTree, auditor.ClaimChunkTree, auditor.ClaimSalt, auditor.ClaimLeaf, auditor.ClaimPaidTwice, "else"} {
		_, err := auditor.Claim{Schema: auditor.ClaimSchema, Claim: what}.Call(contracts.Addresses{}, common.Address{1})
		require.ErrorIs(t, err, protocol.ErrInvalid, what)
	}
	_, err := auditor.DecodeClaim([]byte(`{"schema":"dgrid.case/1"}`))
	require.ErrorIs(t, err, protocol.ErrInvalid)
}
