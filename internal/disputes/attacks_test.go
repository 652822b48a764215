package disputes

import (
	"bytes"
	"context"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	bn256 "github.com/ethereum/go-ethereum/crypto/bn256/cloudflare"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// fixture is a world with one wrong answer of the accomplice whose lie a proof shows.
type fixture struct {
	*world
	r *rand.Rand
	x *text
	a *answer
}

// wrongAnswer makes an answer with one number of the second position's first layer off.
func wrongAnswer(t *testing.T, base *world, seed uint64) fixture {
	t.Helper()
	w := base.branch()
	w.t = t
	r := rand.New(rand.NewPCG(seed, 5))
	x := library(t, r, &world{t: t, models: w.models[:1]}, 1)[0]
	a := w.answered(x, accomplice, accompliceKey)
	at := step.Block{T: 1, L: 1}
	a.off(t, at, step.Normed, 0, 3)
	a.wrongEnd(t, r, at)
	a.sign()
	return fixture{w, r, x, a}
}

// off changes the lowest bit of a number.
func (a *answer) off(t testing.TB, at step.Block, id step.VectorID, c, place int) {
	t.Helper()
	l := a.block(at)
	own, err := l.Words(context.Background(), id, c)
	require.NoError(t, err)
	words := slices.Clone(own)
	kind := l.b.Layout[id].Kind
	size := map[chunk.Kind]int{chunk.Int16: 2, chunk.Int32: 4, chunk.Wide80: 10}[kind]
	words[place/kind.Limbs()*32+32-place%kind.Limbs()*size-1] ^= 1
	l.setWords(t, id, c, words)
}

// accused is the transaction that convicts the fixture's answer.
func (f fixture) accused(t *testing.T, system proving) protocol.Call {
	t.Helper()
	call, err := auditorOf(f.a, auditing.Address, system).accuse(t.Context())
	require.NoError(t, err)
	return call
}

// on is the fixture's answer on a branch of its world.
func (f fixture) on(t *testing.T) (*world, *answer) {
	w := f.branch()
	w.t = t
	a := *f.a
	a.w = w
	return w, &a
}

func convicted(t testing.TB, w *world, a *answer) {
	t.Helper()
	require.NotEqual(t, contracts.FaultNone, w.faultOf(a.hash))
	require.Equal(t, tokens(85_000), w.stakeOf(accomplice))
}

// Everything that a proof of a fault carries is bound: changed anywhere, a hundred times
// each, it convicts nobody.
func TestProvedEverythingInAFaultProofIsBound(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	f := wrongAnswer(t, realWorld(t), seeds(t)[0])
	call := f.accused(t, system)
	cases := 0
	row(t, "everything in a fault proof is bound (proved)", &cases)
	e, p := bound(f.a.evidence()), unpackFault(call.Data)
	changes := map[string]func(r *rand.Rand, e *bindings.ReceiptEvidence, p *bindings.StepProof){
		"position": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			p.Step.T += uint32(r.IntN(9)) - 4
		},
		"layer": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			p.Step.L += uint32(r.IntN(5)) - 2
		},
		"vector": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			p.Step.Vector = uint16(r.IntN(52))
		},
		"row":      func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { p.Step.Row ^= 1 << r.IntN(32) },
		"column":   func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { p.Step.Col ^= 1 << r.IntN(32) },
		"padding":  func(_ *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { p.Step.Padding = true },
		"digest A": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { flip(r, p.DigestA[:]) },
		"digest B": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { flip(r, p.DigestB[:]) },
		"digest O": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { flip(r, p.DigestO[:]) },
		"aliased": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			d := []*[32]byte{&p.DigestA, &p.DigestB, &p.DigestO}[r.IntN(3)]
			sum := new(big.Int).Add(new(big.Int).SetBytes(d[:]), new(big.Int).Mul(modulus, big.NewInt(1+r.Int64N(4))))
			if sum.BitLen() > 256 {
				sum = new(big.Int).Add(new(big.Int).SetBytes(d[:]), modulus)
			}
			*d = common.BigToHash(sum)
		},
		"path": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			path := [][][32]byte{p.PathA, p.PathB, p.PathO}[r.IntN(3)]
			flip(r, path[r.IntN(len(path))][:])
		},
		"depth": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			path := []*[][32]byte{&p.PathA, &p.PathB, &p.PathO}[r.IntN(3)]
			if *path = (*path)[r.IntN(2):]; len(*path) > 0 && r.IntN(2) == 0 {
				*path = (*path)[:len(*path)-1]
			} else {
				*path = append(*path, [32]byte{})
			}
		},
		"submitter": func(_ *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { p.Submitter = mallory.Address },
		"proof":     func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { flip(r, p.Proof) },
		"opening": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			flip(r, p.Opening.Opening.BlockRoot[:])
		},
		"opening's t": func(_ *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { p.Opening.Opening.T++ },
		"opening of another receipt": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			flip(r, p.Opening.Opening.ReceiptHash[:])
		},
		"opening's signature": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { flip(r, p.Opening.Signature) },
		"receipt's signature": func(r *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) { flip(r, e.Signature) },
		"model version": func(r *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) {
			flip(r, e.Request.ModelVersion[:])
		},
		"prompt": func(r *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) {
			flip(r, e.Request.PromptRoot[:])
		},
		"answer": func(r *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) {
			flip(r, e.Receipt.OutputRoot[:])
		},
		"trace": func(r *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) {
			flip(r, e.Receipt.TraceRoot[:])
		},
		"provider": func(_ *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) {
			e.Receipt.Provider = owner.Address
		},
	}
	for name, change := range changes {
		for range size(4, 100) {
			e2, p2 := e, p
			e2.Signature, p2.Opening.Signature, p2.Proof = bytes.Clone(e.Signature), bytes.Clone(p.Opening.Signature), bytes.Clone(p.Proof)
			p2.PathA, p2.PathB, p2.PathO = slices.Clone(p.PathA), slices.Clone(p.PathB), slices.Clone(p.PathO)
			change(f.r, &e2, &p2)
			w, a := f.on(t)
			data := game.PackProveFault(e2, p2)
			_, err := w.send(mallory.Address, w.call(w.at.Disputes, name, data))
			cases++
			require.Equal(t, stake, w.stakeOf(owner), name)
			if err == nil { // the draw changed nothing
				require.Equal(t, call.Data, data, name)
				convicted(t, w, a)
			} else {
				require.Equal(t, contracts.FaultNone, w.faultOf(a.hash), name)
			}
		}
	}
	_, err = f.send(mallory.Address, call)
	require.NoError(t, err)
	convicted(t, f.world, f.a)
}

func flip(r *rand.Rand, b []byte) { b[r.IntN(len(b))] ^= 1 << r.IntN(8) }

func minus(t *testing.T, a, b protocol.Amount) protocol.Amount {
	d, err := a.Sub(b)
	require.NoError(t, err)
	return d
}

// Rewritten proofs verify, but change neither whom a fault pays nor how often.
func TestProvedMalleatedProofsPayTheAuthorOnce(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	f := wrongAnswer(t, realWorld(t), seeds(t)[0])
	call := f.accused(t, system)
	p := unpackFault(call.Data)
	a, b := new(bn256.G1), new(bn256.G2)
	_, err = a.Unmarshal(p.Proof[:64])
	require.NoError(t, err)
	_, err = b.Unmarshal(p.Proof[64:192])
	require.NoError(t, err)
	rewritten := map[string]*big.Int{"negated": new(big.Int).Sub(modulus, big.NewInt(1))}
	for range size(2, 20) {
		k := randomElement(f.r).Big()
		rewritten[k.String()] = k
	}
	var forms []protocol.Call
	for _, k := range rewritten {
		q := p
		inverse := new(big.Int).ModInverse(k, modulus)
		q.Proof = slices.Concat(new(bn256.G1).ScalarMult(a, k).Marshal(), new(bn256.G2).ScalarMult(b, inverse).Marshal(), p.Proof[192:])
		require.NotEqual(t, p.Proof, q.Proof)
		forms = append(forms, f.call(f.at.Disputes, "prove fault", game.PackProveFault(bound(f.a.evidence()), q)))
	}
	for _, first := range forms {
		w, a := f.on(t)
		paid := w.balanceOf(auditing)
		w.must(mallory, first)
		convicted(t, w, a)
		require.Equal(t, plus(t, paid, tokens(20)), w.balanceOf(auditing))
		for _, again := range append(forms, call) {
			_, err := w.send(mallory.Address, again)
			require.ErrorContains(t, err, "AlreadyProven")
		}
	}
}

// A copy from the mempool: as it is it pays its author; with another submitter in it the
// proof does not hold.
func TestProvedCopiedFaultPaysItsAuthor(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	f := wrongAnswer(t, realWorld(t), seeds(t)[0])
	call := f.accused(t, system)
	p := unpackFault(call.Data)
	p.Submitter = mallory.Address
	_, err = f.send(mallory.Address, f.call(f.at.Disputes, "prove fault", game.PackProveFault(bound(f.a.evidence()), p)))
	require.ErrorContains(t, err, "ProofInvalid")
	before, paid := f.balanceOf(mallory), f.balanceOf(auditing)
	f.must(mallory, call)
	require.Equal(t, before, f.balanceOf(mallory))
	require.Equal(t, plus(t, paid, tokens(20)), f.balanceOf(auditing))
	_, err = f.send(auditing.Address, call)
	require.ErrorContains(t, err, "AlreadyProven")
}

// A cheater's puppet that convicts it first, without showing the payment, saves nothing:
// the requester is refunded after it, and the cheater pays for that too.
func TestReferencePuppetAuditorFirstInLine(t *testing.T) {
	f := wrongAnswer(t, referenceWorld(t), seeds(t)[0])
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
func TestReferenceSquattersHoldNobodyUp(t *testing.T) {
	f := wrongAnswer(t, referenceWorld(t), seeds(t)[0])
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
func TestReferenceCachedReceiptInTwoLines(t *testing.T) {
	w := referenceWorld(t)
	r := rand.New(rand.NewPCG(seeds(t)[0], 6))
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
	f := wrongAnswer(t, referenceWorld(t), seeds(t)[0])
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
func TestReferenceReorgInTheMiddle(t *testing.T) {
	f := wrongAnswer(t, referenceWorld(t), seeds(t)[0])
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
func TestReferenceOperatorRotation(t *testing.T) {
	f := wrongAnswer(t, referenceWorld(t), seeds(t)[0])
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
func TestReferenceUnbondingWhileDisputed(t *testing.T) {
	f := wrongAnswer(t, referenceWorld(t), seeds(t)[0])
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
func TestReferenceJobsAreDisputedAlike(t *testing.T) {
	w := referenceWorld(t)
	r := rand.New(rand.NewPCG(seeds(t)[0], 7))
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

// Maxima and scale shifts claimed too low, too high and for no reason, in every vector
// that has such claims; any witness that does is right.
func TestReferenceClaimsTooLowAndTooHigh(t *testing.T) {
	base := referenceWorld(t)
	r := rand.New(rand.NewPCG(seeds(t)[0], 8))
	cases, lower := 0, 0
	row(t, "a maximum claimed too low, too high, for no reason (reference)", &cases)
	for _, x := range library(t, r, &world{t: t, models: base.models[:2]}, 1) {
		T := len(x.prompt) + len(x.output) - 1
		at := step.Block{T: T - 1, L: 1}
		b, err := x.opener.Open(t.Context(), at)
		require.NoError(t, err)
		for id, vec := range b.Layout {
			if vec.Op != step.OpAbsMax && vec.Op != step.OpMax {
				continue
			}
			rows := 1
			if full() {
				rows = vec.Rows
			}
			for range rows {
				line := r.IntN(vec.Rows)
				c, place := vec.At(line, 0)
				lies := []claimLie{{-1, 0}, {1, 0}, {-3, 0}, {17, 0}, {1 << 62, 0}, {0, 1 << 40}, {0, -1 << 20}}
				if vec.Op == step.OpMax { // a smaller number, with itself for a witness
					top, best := b.Number(step.VectorID(id), line, 0), b.Number(step.VectorID(id), line, 1)
					for i := range T {
						if n := b.Number(step.Scores, line, i); n != top {
							lies = append(lies, claimLie{int64(n.Lo - top.Lo), int64(i) - int64(best.Lo)})
							lower++
							break
						}
					}
				}
				for _, d := range lies {
					w := base.branch()
					w.t = t
					a := w.answered(x, accomplice, accompliceKey)
					l := a.block(at)
					numbers := make([]chunk.Wide, vec.Length(c))
					for i := range numbers {
						row, col := vec.Index(c, i)
						numbers[i] = b.Number(step.VectorID(id), row, col)
					}
					numbers[place] = numbers[place].Add(chunk.WideOf(d.value))
					numbers[place+1] = numbers[place+1].Add(chunk.WideOf(d.witness))
					words, err := chunk.PackWide(nil, numbers)
					require.NoError(t, err)
					l.setWords(t, step.VectorID(id), c, words)
					a.wrongEnd(t, r, at)
					a.sign()
					j, _ := a.caught(t, r, w.oracle)
					require.Equal(t, trace.WrongStep, j.fault.Kind)
					require.Equal(t, vec.Op, j.op, "%s by %v", vec.Name, d)
					cases++
				}
			}
		}
	}
	require.NotZero(t, lower, "no maximum was claimed with a witness of its own")
}

// claimLie is added to a claim's value and witness.
type claimLie struct{ value, witness int64 }

// A wrong last token, which no later position feeds, and padding of the boundary tree.
func TestReferenceLastTokenAndPadding(t *testing.T) {
	base := referenceWorld(t)
	r := rand.New(rand.NewPCG(seeds(t)[0], 9))
	for _, x := range library(t, r, base, 1) {
		w := base.branch()
		w.t = t
		last := len(x.output) - 1
		y := x.forged(t, last, (x.output[last]+1+uint32(r.IntN(x.m.arch.Vocabulary-1)))%uint32(x.m.arch.Vocabulary))
		a := w.answered(y, accomplice, accompliceKey)
		j, _ := a.caught(t, r, w.oracle)
		require.Equal(t, step.OpPick, j.op)

		w = base.branch()
		w.t = t
		a = w.answered(x, accomplice, accompliceKey)
		if 1<<protocol.MerkleDepth(len(a.leaves)) > len(a.leaves) {
			a.leaves = append(a.leaves, randomHash(r))
			a.sign()
			a.caught(t, r, w.oracle)
			require.Equal(t, contracts.FaultPadding, w.faultOf(a.hash))
		}
		w = base.branch()
		w.t = t
		a = w.answered(x, accomplice, accompliceKey)
		a.leaves[r.IntN(len(a.leaves))] = common.Hash{} // a hole
		a.sign()
		a.caught(t, r, w.oracle)
		require.Equal(t, contracts.FaultPadding, w.faultOf(a.hash))
	}
}

// A manifest that names a root or header that its file has not.
func TestReferenceManifestAgainstItsFile(t *testing.T) {
	w := referenceWorld(t)
	m := w.models[0]
	path, err := protocol.MerklePath(m.weights.Leaves(), 0)
	require.NoError(t, err)
	manifest := protocol.Manifest{Kind: protocol.KindLLM, Class: protocol.ClassProven, SpecVersion: commit.SpecVersion, WeightsRoot: m.weights.Root(),
		TokenizerHash: common.Hash{1}, Creator: admin.Address, Name: "contradicts"}
	header := slices.Clone(m.header)
	header[20]++ // one more layer than the file has
	_, err = w.send(admin.Address, w.at.Publish(manifest, header, path))
	require.Error(t, err, "the header is a leaf under the weights root")
	manifest.WeightsRoot = common.Hash{7}
	_, err = w.send(admin.Address, w.at.Publish(manifest, m.header, path))
	require.Error(t, err)

	// A root over another file's tensors under this header can be published; whoever holds
	// this file sees the difference before it serves or judges a token.
	leaves := slices.Clone(m.weights.Leaves())
	leaves[len(leaves)/2] = randomElement(rand.New(rand.NewPCG(1, 1)))
	manifest.WeightsRoot = protocol.MerkleRoot(leaves)
	path, err = protocol.MerklePath(leaves, 0)
	require.NoError(t, err)
	w.must(admin, w.at.Publish(manifest, m.header, path))
	require.NotEqual(t, manifest.WeightsRoot, m.weights.Root())
	_, err = trace.NewWeights(m.Model, leaves, nil)
	if err == nil {
		weights, err := trace.NewWeights(m.Model, leaves, nil)
		require.NoError(t, err)
		part := step.Leaf{Outer: len(leaves) / 2, Outers: len(leaves)}
		_, _, err = weights.Path(part)
		require.ErrorIs(t, err, protocol.ErrConflict)
	}
}

// An empty prompt has the root zero under every secret, so that two answers to it could
// differ and both be right. Nobody answers one.
func TestEmptyPromptsAreNotAnswered(t *testing.T) {
	m := raw.Model(t, raw.Odd(), 7, 1<<14)
	_, err := m.NewSession().Generate(t.Context(), nil, runtime.Params{MaxTokens: 4}, func(uint32) error { return nil })
	require.ErrorIs(t, err, protocol.ErrInvalid)
	_, err = trace.Replay(t.Context(), m, nil, []uint32{3}, protocol.Params{})
	require.ErrorIs(t, err, protocol.ErrInvalid)
}

// TestThreatModelNamesTests holds docs/threat-model.md to tests that exist.
func TestThreatModelNamesTests(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "threat-model.md"))
	require.NoError(t, err)
	names := regexp.MustCompile("`([\\w./-]+\\.(?:go|sol)):(\\w+)`").FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(names), 50)
	for _, n := range names {
		source, err := os.ReadFile(filepath.Join("..", "..", n[1]))
		if assert.NoError(t, err) {
			assert.True(t, regexp.MustCompile("(func|function) "+n[2]+`\(`).Match(source), n[0])
		}
	}
	// And each mutant names a promise and a test.
	mutants, err := filepath.Glob(filepath.Join("..", "..", "tools", "mutants", "*.patch"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(mutants), 20)
	for _, m := range mutants {
		patch, err := os.ReadFile(m)
		require.NoError(t, err)
		require.Regexp(t, `^promise: .+\n(go: \./[\w/]+ -run \^\w+\$|forge: --match-path \S+ --match-test \w+)\n`, string(patch), m)
	}
}
