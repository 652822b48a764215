package auditor_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// forwarder is the code of a contract that calls the address in the first word of its calldata
// with the rest of it; masked inverts every bit of that rest first.
func forwarder(masked bool) []byte {
	b := func(ops ...vm.OpCode) (out []byte) {
		for _, op := range ops {
			out = append(out, byte(op))
		}
		return out
	}
	code := append(b(vm.PUSH1), 32)
	code = append(code, b(vm.CALLDATASIZE, vm.SUB)...) // size
	code = append(code, append(b(vm.DUP1, vm.PUSH1), 32)...)
	code = append(code, b(vm.PUSH0, vm.CALLDATACOPY)...)
	if masked {
		code = append(code, b(vm.PUSH0)...) // i
		loop := byte(len(code))
		code = append(code, b(vm.JUMPDEST, vm.DUP1, vm.MLOAD, vm.NOT, vm.DUP2, vm.MSTORE, vm.PUSH1)...)
		code = append(code, 32)
		code = append(code, b(vm.ADD, vm.DUP2, vm.DUP2, vm.LT, vm.PUSH1)...)
		code = append(code, loop)
		code = append(code, b(vm.JUMPI, vm.POP)...)
	}
	code = append(code, b(vm.PUSH0, vm.PUSH0, vm.DUP3, vm.PUSH0, vm.PUSH0, vm.PUSH0, vm.CALLDATALOAD, vm.GAS, vm.CALL, vm.PUSH1)...)
	code = append(code, byte(len(code)+3))
	code = append(code, b(vm.JUMPI, vm.INVALID, vm.JUMPDEST, vm.STOP)...)
	create := append(b(vm.PUSH1), byte(len(code)))
	create = append(create, append(b(vm.DUP1, vm.PUSH1), 9)...)
	create = append(create, b(vm.PUSH0, vm.CODECOPY, vm.PUSH0, vm.RETURN)...)
	return append(create, code...)
}

// deploy creates a contract as the operator.
func (w *world) deploy(t *testing.T, code []byte) common.Address {
	t.Helper()
	id, err := w.lane(operator).Submit(t.Context(), protocol.Call{Data: code, Purpose: "deploy a forwarder"})
	require.NoError(t, err)
	receipt, err := w.lane(operator).Wait(t.Context(), id)
	require.NoError(t, err)
	return receipt.ContractAddress
}

// job asks on chain, and has the provider accept; cheat may change the answer.
func (w *world) job(t *testing.T, cheat func(a *answer)) (common.Hash, *answer) {
	t.Helper()
	a := w.answered(t, params(700), prompt, 4, nil)
	price := protocol.NewAmount(1_000_000)
	now, err := w.reader.Now(t.Context())
	require.NoError(t, err)
	order := contracts.JobOrder{ModelVersion: w.version, Prompt: prompt, MaxOutputTokens: 4, Params: a.p, PriceIn: price, PriceOut: price,
		MaxFee: protocol.NewAmount(100), Deadline: now + 3600, Salt: common.Hash{1}}
	id, err := w.lane(requester).Submit(t.Context(), w.reader.Addresses().RequestJob(order))
	require.NoError(t, err)
	receipt, err := w.lane(requester).Wait(t.Context(), id)
	require.NoError(t, err)
	var asked events.JobRequested
	for _, l := range receipt.Logs {
		if e, err := events.DecodeLog(events.Market, l); err == nil {
			if one, ok := e.(events.JobRequested); ok {
				asked = one
			}
		}
	}
	require.NotEmpty(t, asked.Job)
	a.b.Request, a.b.Secret = asked.Request, common.Hash{}
	a.sign()
	if cheat != nil {
		cheat(a)
	}
	domain := w.reader.Domain()
	v := protocol.Acceptance{Job: asked.Job, RequestHash: domain.Digest(asked.Request), Provider: devchain.Address(owner), ValidUntil: now + 3600}
	sig, err := domain.Sign(devchain.Key(operator), v)
	require.NoError(t, err)
	w.send(t, requester, w.reader.Addresses().AcceptJob(v, sig))
	return asked.Job, a
}

// deliver has a contract deliver a job.
func (w *world) deliver(t *testing.T, masked bool, job common.Hash, a *answer) {
	t.Helper()
	w.forward(t, masked, w.reader.Addresses().DeliverJob(job, a.b.Receipt, a.b.Signature, a.b.Output))
}

// forward has a contract make a call, whose data is nowhere else if it is masked.
func (w *world) forward(t *testing.T, masked bool, inner protocol.Call) {
	t.Helper()
	through := w.deploy(t, forwarder(masked))
	data := append([]byte(nil), inner.Data...)
	if masked {
		for i := range data {
			data[i] ^= 0xff
		}
	}
	data = append(common.LeftPadBytes(inner.To[:], 32), data...)
	w.send(t, operator, protocol.Call{To: &through, Data: data, Purpose: inner.Purpose + " through a contract"})
}

// A job that a contract delivered is audited like any other, though its receipt's signature is
// in no transaction: the Market's log has the answer, and its record stands for the signature.
func TestAJobDeliveredByAContractIsAudited(t *testing.T) {
	t.Parallel()
	q, err := proving()
	require.NoError(t, err)
	for name, masked := range map[string]bool{"forwarded": false, "masked": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, odd(t), 3600)
			w.fund(t, requester)
			job, liar := w.job(t, func(a *answer) { a.cheat(step.Block{T: 6, L: 2}, step.Gated, 0, 5) })
			w.deliver(t, masked, job, liar)
			a := w.auditor(t, t.TempDir(), queued{q}, liar, func(_ *auditor.Config, d *auditor.Deps) {
				d.Jobs = contracts.NewDeliveryWatch(w.reader, w.start)
			})
			running(t, a)
			c, err := a.WaitOver(t.Context(), liar.receipt)
			require.NoError(t, err)
			require.Equal(t, auditor.Settled, c.State, c.Note)
			require.Equal(t, contracts.FaultWrongStep, c.Verdict.Kind)
			require.Equal(t, liar.b.Receipt.Fee, c.Verdict.Refunded)
			done, err := w.reader.Job(t.Context(), job)
			require.NoError(t, err)
			require.True(t, done.Disproved && done.Forfeited)

			e, err := a.Cases().Export(liar.receipt)
			require.NoError(t, err)
			require.Empty(t, e.Bundle.Signature)
			m := auditor.Model{Version: w.version, File: w.model}
			checked, err := auditor.Check(t.Context(), e, m, func(auditor.Task, []byte) error { return nil })
			require.NoError(t, err)
			require.True(t, checked.Proof)
			require.Equal(t, devchain.Address(operator), checked.Operator, "who signed the openings")
			require.Contains(t, strings.Join(checked.Assumed, "\n"), "delivery of job "+job.Hex())
			e.Openings[0].Opening.BlockRoot[0] ^= 1
			_, err = auditor.Check(t.Context(), e, m, nil)
			require.Error(t, err, "an opening that nobody signed")
		})
	}
}

// A receipt that nobody was seen to sign is a case only if it was delivered.
func TestOnlyADeliveryNeedsNoSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.fund(t, requester)
	job, right := w.job(t, nil)
	a := w.auditor(t, t.TempDir(), noProver{}, right, nil)
	running(t, a)
	unsigned := unsignedOf(right)
	_, err := a.Add(t.Context(), unsigned)
	require.ErrorIs(t, err, protocol.ErrUnauthorized, "before it is delivered")
	w.deliver(t, true, job, right)
	other := unsigned
	other.Receipt.Seq++
	_, err = a.Add(t.Context(), other)
	require.ErrorIs(t, err, protocol.ErrUnauthorized, "another receipt")
	bad := right.b
	bad.Signature = make(protocol.Bytes, 65)
	_, err = a.Add(t.Context(), bad)
	require.ErrorIs(t, err, protocol.ErrInvalid, "a signature that is none")
	id, err := a.Add(t.Context(), unsigned)
	require.NoError(t, err)
	c, err := a.WaitOver(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, auditor.Right, c.State, c.Note)
}

// Two answers to one job are claimed though only one of them was seen signed: the delivered
// one leads, so its fee comes back.
func TestADeliveryAndAnotherAnswerAreClaimed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.fund(t, requester)
	job, first := w.job(t, nil)
	w.deliver(t, true, job, first)
	before := w.free(t, requester)
	for i := range byte(2) { // whichever hash is lower
		second := &answer{t: t, w: w, b: first.b}
		r := first.b.Receipt
		r.TraceRoot = common.Hash{i + 1}
		for r.Seq++; (w.reader.Domain().Digest(r).Cmp(first.receipt) > 0) != (i > 0); r.Seq++ {
		}
		second.signReceipt(r)
		unsigned := unsignedOf(first)
		list, err := auditor.PairClaims(second.b, unsigned)
		require.NoError(t, err)
		turned, err := auditor.PairClaims(unsigned, second.b)
		require.NoError(t, err)
		require.Equal(t, list, turned, "one claim")
		require.Len(t, list, 1)
		require.Equal(t, first.b.Receipt, *list[0].Receipt)
		call, err := list[0].Call(w.reader.Addresses(), devchain.Address(auditing))
		require.NoError(t, err)
		_, err = w.reader.Simulate(t.Context(), devchain.Address(auditing), call)
		require.NoError(t, err)
		if i == 0 {
			continue
		}
		a := w.auditor(t, t.TempDir(), noProver{}, first, func(_ *auditor.Config, d *auditor.Deps) {
			d.Jobs = contracts.NewDeliveryWatch(w.reader, w.start)
		})
		running(t, a)
		_, err = a.Add(t.Context(), second.b)
		require.NoError(t, err)
		c, err := a.WaitClaim(t.Context(), devchain.Address(owner), settled)
		require.NoError(t, err)
		require.Equal(t, auditor.Settled, c.State, c.Note)
		require.Equal(t, auditor.ClaimTwoAnswers, c.Claim.Claim)
		after, err := before.Add(first.b.Receipt.Fee)
		require.NoError(t, err)
		require.Equal(t, after, w.free(t, requester))
	}
	none, err := auditor.PairClaims(unsignedOf(first), unsignedOf(w.answered(t, params(700), prompt, 4, nil)))
	require.NoError(t, err)
	require.Empty(t, none, "nobody's operator is known")
}

// told lists one delivery at once, and says when it was asked again.
type told struct {
	one   contracts.Delivered
	asked chan struct{}
	calls int
}

func (f *told) Delivered(context.Context) ([]contracts.Delivered, error) {
	if f.calls++; f.calls == 1 {
		return []contracts.Delivered{f.one}, nil
	}
	if f.calls == 2 {
		close(f.asked)
	}
	return nil, nil
}

// A log may be ahead of the state that a node answers from, or of a reorg: the delivery waits.
func TestADeliveryThatIsNotRecordedYetWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.fund(t, requester)
	job, right := w.job(t, nil)
	jobs := &told{asked: make(chan struct{}), one: contracts.Delivered{Job: job, Request: right.b.Request, Receipt: right.b.Receipt, Params: right.b.Params,
		Prompt: right.b.Prompt, Output: right.b.Output}}
	a := w.auditor(t, t.TempDir(), noProver{}, right, func(_ *auditor.Config, d *auditor.Deps) { d.Jobs = jobs })
	running(t, a)
	<-jobs.asked
	_, err := a.Cases().Get(right.receipt)
	require.ErrorIs(t, err, protocol.ErrNotFound)
	w.deliver(t, true, job, right)
	c, err := a.WaitOver(t.Context(), right.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Right, c.State, c.Note)
}

func unsignedOf(a *answer) bundle.Bundle {
	b := a.b
	b.Signature = nil
	return b
}

// A point that a contract opened is read back from the log, all of it, though the call is in no
// transaction.
func TestAnOpeningByAContractIsRead(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	job, a := w.delivered(t, nil)
	at, id := w.reader.Addresses(), contracts.AuditID(job, contracts.JobCheckpoint)
	e := contracts.Evidence{Request: a.b.Request, Receipt: a.b.Receipt}
	w.send(t, requester, at.RegisterJobAudit(e, common.Hash{1}))
	_, err := w.reader.OpenedLeaf(t.Context(), a.receipt, w.start)
	require.ErrorIs(t, err, protocol.ErrNotFound)
	draw := at.DrawAudit(id, nil, common.Hash{1})
	for range w.client.Heads(t.Context()) { // until the beacon's block is there
		if _, err = w.reader.Simulate(t.Context(), devchain.Address(requester), draw); err == nil {
			break
		}
	}
	w.send(t, requester, draw)
	w.forward(t, true, at.OpenLeaf(e, []uint32{0}, common.Hash{1}))
	read, err := w.reader.OpenedLeaf(t.Context(), a.receipt, w.start)
	require.NoError(t, err)
	require.Equal(t, e, read)
}
