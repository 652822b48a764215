package disputes

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

func convicted(t testing.TB, w *world, a *answer) {
	t.Helper()
	require.NotEqual(t, contracts.FaultNone, w.faultOf(a.hash))
	require.Equal(t, tokens(85_000), w.stakeOf(accomplice))
}

// A cheater's puppet that convicts it first, without showing the payment, saves nothing:
// the requester is refunded after it, and the cheater pays for that too.
func TestReferencePuppetAuditorFirstInLine(t *testing.T) { eachSeed(t, puppetAuditorFirstInLine) }

func puppetAuditorFirstInLine(t *testing.T, seed uint64) {
	f := wrongAnswer(t, referenceWorld(t), seed)
	puppet := auditorOf(f.a, accomplice.Address, f.oracle)
	f.a.redeem(nil, 0)
	paidFor := f.a.evidence()
	start := plus(t, f.balanceOf(accomplice), f.stakeOf(accomplice))
	call, err := puppet.accuse(t.Context()) // its evidence shows no payment
	require.NoError(t, err)
	f.must(accomplice, call)
	convicted(t, f.world, f.a)
	credit := read(f.world, f.at.Market, market.PackCreditOf(accomplice.Address, f.x.m.version, f.a.payment.Relayer, f.a.epoch), market.UnpackCreditOf)
	require.True(t, credit.Forfeited)
	before := f.balanceOf(requester)
	f.must(mallory, f.at.Settle(paidFor))
	require.Equal(t, plus(t, before, f.a.receipt.Fee), f.balanceOf(requester), "the refund")
	_, err = f.send(mallory.Address, f.at.Settle(paidFor))
	require.ErrorContains(t, err, "NothingToSettle")
	loss := minus(t, start, plus(t, f.balanceOf(accomplice), f.stakeOf(accomplice)))
	require.Positive(t, loss.Cmp(tokens(14_900)), "with the bounty in its own pocket it lost %s", loss)
}

// Whoever asks first, and whatever is open, holds nobody up.
func TestReferenceSquattersHoldNobodyUp(t *testing.T) { eachSeed(t, squattersHoldNobodyUp) }

func squattersHoldNobodyUp(t *testing.T, seed uint64) {
	f := wrongAnswer(t, referenceWorld(t), seed)
	asked := f.a.askBlock(step.Block{T: 1, L: 1})
	got := f.must(accomplice, asked) // by a friend, who will never go on
	q, ok := questionIn(got.logs)
	require.True(t, ok)
	_, err := f.send(auditing.Address, asked)
	require.ErrorContains(t, err, "AlreadyOpen")
	for l := range uint32(3) {
		f.must(accomplice, f.a.askBlock(step.Block{T: 0, L: int(l)}))
	}
	t.Run("the proof is not blocked", func(t *testing.T) {
		w, a := f.on(t)
		call, err := auditorOf(a, auditing.Address, w.oracle).accuse(t.Context())
		require.NoError(t, err)
		w.must(auditing, call)
		convicted(t, w, a)
		// The friend's bond comes back without its cost: the fault is proven.
		before := w.balanceOf(accomplice)
		w.must(mallory, a.expire(q.node))
		require.Equal(t, plus(t, before, q.bond), w.balanceOf(accomplice))
	})
	t.Run("anybody ends an open question", func(t *testing.T) {
		w, a := f.on(t)
		w.time = q.deadline
		w.must(auditing, a.expire(q.node))
		require.Equal(t, tokens(95_000), w.stakeOf(accomplice))
		w.must(auditing, a.askBlock(step.Block{T: 1, L: 1}))
	})
	t.Run("an answer to one serves all", func(t *testing.T) {
		w, a := f.on(t)
		response, _ := a.respond(q.node, w.oracle)
		w.must(accompliceKey, response)
		_, err := w.send(auditing.Address, asked)
		require.ErrorContains(t, err, "AlreadyAnswered")
		w.must(auditing, a.askOpening(step.Block{T: 1, L: 1}))
	})
}

// A voucher that a stranger holds redeems nothing, whatever root is in it.
func TestReferenceStrangerRedeemsAGarbageRoot(t *testing.T) {
	w := referenceWorld(t)
	v := protocol.Voucher{Channel: w.channel, Provider: owner.Address, ModelVersion: w.models[0].version, Relayer: relays.Address,
		Total: tokens(5), Count: 3, ReceiptsRoot: common.Hash{1, 2, 3}}
	sig, err := w.domain.Sign(delegate.key, v)
	require.NoError(t, err)
	for _, who := range []person{mallory, delegate, requester, relays, owner, accompliceKey} {
		_, err := w.send(who.Address, w.at.Redeem(owner.Address, []protocol.Voucher{v}, []protocol.Bytes{sig}, nil))
		require.ErrorContains(t, err, "NotOperator")
	}
	consent, err := w.domain.Sign(delegate.key, protocol.Redemption{VouchersHash: w.domain.VouchersHash([]protocol.Voucher{v})})
	require.NoError(t, err)
	_, err = w.send(mallory.Address, w.at.Redeem(owner.Address, []protocol.Voucher{v}, []protocol.Bytes{sig}, consent))
	require.ErrorContains(t, err, "NotOperator")
	// The provider's consent to a good voucher serves no other.
	good := v
	good.ReceiptsRoot = common.Hash{9}
	consent, err = w.domain.Sign(operator.key, protocol.Redemption{VouchersHash: w.domain.VouchersHash([]protocol.Voucher{good})})
	require.NoError(t, err)
	_, err = w.send(mallory.Address, w.at.Redeem(owner.Address, []protocol.Voucher{v}, []protocol.Bytes{sig}, consent))
	require.ErrorContains(t, err, "NotOperator")
}

// One receipt sold in two lines, a cached answer billed again, is a fault by comparison.
func TestReferenceCachedReceiptInTwoLines(t *testing.T) { eachSeed(t, cachedReceiptInTwoLines) }

func cachedReceiptInTwoLines(t *testing.T, seed uint64) {
	w := referenceWorld(t)
	r := rand.New(rand.NewPCG(seed, 6))
	x := library(t, r, &world{t: t, models: w.models[:1]}, 1)[0]
	a := w.answered(x, accomplice, accompliceKey)
	a.redeem(nil, 0)
	first := bindings.PaidLeaf{Channel: w.channel, Provider: accomplice.Address, ModelVersion: x.m.version, Fee: a.receipt.Fee.Big(), Payment: bound(a.evidence()).Payment}
	line := []sumLeaf{{randomHash(r), tokens(1)}, {a.hash, a.receipt.Fee}}
	tree, path := sumPath(line, 1)
	v := protocol.Voucher{Channel: w.channel, Provider: accomplice.Address, ModelVersion: x.m.version, Relayer: relays.Address, Total: tree.Total(), Count: 2, ReceiptsRoot: tree.Root()}
	sig, err := w.domain.Sign(delegate.key, v)
	require.NoError(t, err)
	w.must(accompliceKey, w.at.Redeem(accomplice.Address, []protocol.Voucher{v}, []protocol.Bytes{sig}, nil))
	second := first
	second.Payment = bound(contracts.Evidence{Payment: contracts.Payment{Relayer: relays.Address, Count: 2, Index: 1, Path: path}}).Payment
	w.must(mallory, w.call(w.at.Claims, "paid twice", claims.PackClaimPaidTwice(a.hash, first, second, auditing.Address)))
	require.Equal(t, tokens(85_000), w.stakeOf(accomplice))
	_, err = w.send(mallory.Address, w.call(w.at.Claims, "paid twice", claims.PackClaimPaidTwice(a.hash, second, first, auditing.Address)))
	require.ErrorContains(t, err, "AlreadyProven")
}

// What convicts on one deployment or chain means nothing on another.
func TestReferenceReplayOnAnotherChainOrContract(t *testing.T) {
	eachSeed(t, replayOnAnotherChainOrContract)
}

func replayOnAnotherChainOrContract(t *testing.T, seed uint64) {
	f := wrongAnswer(t, referenceWorld(t), seed)
	f.a.redeem(nil, 0)
	call := f.accused(t, f.oracle)
	t.Run("another chain", func(t *testing.T) {
		w, _ := f.on(t)
		fork := *w.config
		fork.ChainID = big.NewInt(1337)
		w.config = &fork
		_, err := w.send(auditing.Address, call)
		require.Error(t, err)
		require.Equal(t, stake, w.stakeOf(accomplice))
	})
	t.Run("another deployment", func(t *testing.T) {
		// The same chain, people and model; the contracts of another deployer.
		other := newWorldBy(t, mallory, true, raw.Model(t, raw.Odd(), 7, 1<<14))
		require.NotEqual(t, f.at.Market, other.at.Market)
		require.Equal(t, f.models[0].version, other.models[0].version)
		other.ideal = f.oracle
		_, err := other.send(auditing.Address, other.call(other.at.Disputes, "replay", call.Data))
		require.ErrorContains(t, err, "EvidenceMismatch")
		require.Equal(t, stake, other.stakeOf(accomplice))
	})
	// Here it still convicts.
	f.must(auditing, call)
	convicted(t, f.world, f.a)
}

// A reorganization takes a conviction, a question or an answer back; the same transactions
// have the same effect again, in another order and at another time.
func TestReferenceReorgInTheMiddle(t *testing.T) { eachSeed(t, reorgInTheMiddle) }

func reorgInTheMiddle(t *testing.T, seed uint64) {
	f := wrongAnswer(t, referenceWorld(t), seed)
	f.a.redeem(nil, 0)
	call := f.accused(t, f.oracle)
	w, a := f.on(t) // the branch that is to vanish
	got := w.must(auditing, a.askBlock(step.Block{T: 1, L: 1}))
	q, _ := questionIn(got.logs)
	response, _ := a.respond(q.node, w.oracle)
	w.must(accompliceKey, response)
	child := a.askOpening(step.Block{T: 1, L: 1})
	w.must(auditing, child)
	w.must(auditing, call)
	convicted(t, w, a)

	w, a = f.on(t) // what the chain became
	w.after(17)
	_, err := w.send(accompliceKey.Address, response)
	require.ErrorContains(t, err, "NotOpen")
	w.must(auditing, child) // the opening is the provider's signature, not the chain's
	w.must(auditing, a.askBlock(step.Block{T: 1, L: 1}))
	w.must(auditing, call)
	convicted(t, w, a)
	_, err = w.send(auditing.Address, a.askTrace())
	require.ErrorContains(t, err, "ReceiptProven")
	// Bonds of what was open come back.
	before := w.balanceOf(auditing)
	w.must(mallory, a.expire(q.node))
	require.Equal(t, plus(t, before, tokens(6)), w.balanceOf(auditing), "the second bond that was open")
}

// Rotating the key that signed saves nobody.
func TestReferenceOperatorRotation(t *testing.T) { eachSeed(t, operatorRotation) }

func operatorRotation(t *testing.T, seed uint64) {
	f := wrongAnswer(t, referenceWorld(t), seed)
	f.must(accomplice, f.call(f.at.Staking, "retire", staking.PackRetireOperator(accompliceKey.Address)))
	fresh := named("accomplice's second operator")
	consent, err := f.domain.Sign(fresh.key, protocol.OperatorConsent{Operator: fresh.Address, Provider: accomplice.Address})
	require.NoError(t, err)
	f.must(accomplice, f.at.AddOperator(fresh.Address, consent))
	// Openings by the new key are the provider's too.
	f.a.operator = fresh
	f.must(auditing, f.accused(t, f.oracle))
	convicted(t, f.world, f.a)
}

// Unbonding at once, the stake of a paid answer is still there in the last second of its
// window, and a question holds what it could cost beyond that.
func TestReferenceUnbondingWhileDisputed(t *testing.T) { eachSeed(t, unbondingWhileDisputed) }

func unbondingWhileDisputed(t *testing.T, seed uint64) {
	f := wrongAnswer(t, referenceWorld(t), seed)
	call := f.accused(t, f.oracle)
	f.must(accomplice, f.at.Unbond(stake, common.Hash{}))
	for f.time < f.a.request.Deadline+29*3600 { // it tries every hour
		f.after(3600)
		_, err := f.send(accomplice.Address, f.at.CompleteUnbond(accomplice.Address, common.Hash{}))
		require.ErrorContains(t, err, "ExitNotOpen")
	}
	until := read(f.world, f.at.Disputes, game.PackDisputableUntil(bound(f.a.evidence())), game.UnpackDisputableUntil)
	require.Equal(t, f.a.request.Deadline+30*3600, until)
	t.Run("a second late", func(t *testing.T) {
		w, _ := f.on(t)
		w.time = until
		_, err := w.send(auditing.Address, call)
		require.ErrorContains(t, err, "WindowClosed")
	})
	f.time = until - 1
	w, a := f.on(t)
	w.must(auditing, call)
	convicted(t, w, a)
	// With a question in that last second the proof has its clock on top.
	f.must(auditing, f.a.askTrace())
	f.time += 6*3600 - 1
	f.must(auditing, call)
	convicted(t, f.world, f.a)
}

// A job's wrong answer: the same proof, before the answer is final, and its callback and
// fee are gone.
func TestReferenceJobsAreDisputedAlike(t *testing.T) { eachSeed(t, jobsAreDisputedAlike) }

func jobsAreDisputedAlike(t *testing.T, seed uint64) {
	w := referenceWorld(t)
	r := rand.New(rand.NewPCG(seed, 7))
	x := library(t, r, &world{t: t, models: w.models[:1]}, 1)[0]
	for x.finish != protocol.FinishLength {
		x = library(t, r, &world{t: t, models: w.models[:1]}, 1)[0]
	}
	order := contracts.JobOrder{ModelVersion: x.m.version, Prompt: x.prompt, MaxOutputTokens: uint32(len(x.output)), Params: x.params,
		PriceIn: protocol.NewAmount(1_000_000), PriceOut: protocol.NewAmount(2_000_000), MaxFee: tokens(50), Deadline: w.time + answerFor}
	job := common.Hash(w.must(requester, w.at.RequestJob(order)).answer)
	a := w.answered(x, accomplice, accompliceKey)
	a.secret = common.Hash{}
	a.request = protocol.Request{Payment: job, ModelVersion: x.m.version, Requester: requester.Address,
		PromptRoot: protocol.TokenRoot(a.secret, protocol.TagPrompt, x.prompt), PromptTokens: uint32(len(x.prompt)),
		MaxOutputTokens: order.MaxOutputTokens, ParamsHash: x.params.Hash(), PriceIn: order.PriceIn, PriceOut: order.PriceOut, MaxFee: order.MaxFee,
		Deadline: order.Deadline, Audience: protocol.AudienceAnyone}
	at := step.Block{T: 1, L: 2}
	a.off(t, at, step.GateLinear, 0, 5)
	a.wrongEnd(t, r, at)
	a.sign()
	acceptance := protocol.Acceptance{Job: job, RequestHash: w.domain.Digest(a.request), Provider: accomplice.Address, Relayer: relays.Address, ValidUntil: w.time + 60}
	sig, err := w.domain.Sign(accompliceKey.key, acceptance)
	require.NoError(t, err)
	w.must(mallory, w.at.AcceptJob(acceptance, sig), w.at.DeliverJob(job, a.receipt, a.signature, a.output))
	call, err := auditorOf(a, auditing.Address, w.oracle).accuse(t.Context())
	require.NoError(t, err)
	before := w.balanceOf(requester)
	w.after(29 * 3600)
	w.must(auditing, call)
	convicted(t, w, a)
	require.Equal(t, plus(t, before, a.receipt.Fee), w.balanceOf(requester), "the fee comes back out of the stake")
	provider := w.balanceOf(accomplice)
	w.after(3600)
	w.must(mallory, w.at.FinalizeJob(job))
	require.Equal(t, provider, w.balanceOf(accomplice), "the fee is forfeited")
	state := read(w, w.at.Market, market.PackJobOf(job), market.UnpackJobOf)
	require.True(t, state.Disproved)
}
