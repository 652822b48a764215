package auditor_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
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

// job asks on chain, has the provider accept, and returns its answer, wrong in one number.
func (w *world) job(t *testing.T, salt byte) (common.Hash, *answer) {
	t.Helper()
	a := w.answered(t, params(700), prompt, 4, nil)
	price := protocol.NewAmount(1_000_000)
	now, err := w.reader.Now(t.Context())
	require.NoError(t, err)
	order := contracts.JobOrder{ModelVersion: w.version, Prompt: prompt, MaxOutputTokens: 4, Params: a.p, PriceIn: price, PriceOut: price,
		MaxFee: protocol.NewAmount(100), Deadline: now + 3600, Salt: common.Hash{salt}}
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
	a.cheat(step.Block{T: 6, L: 2}, step.Gated, 0, 5)
	domain := w.reader.Domain()
	v := protocol.Acceptance{Job: asked.Job, RequestHash: domain.Digest(asked.Request), Provider: devchain.Address(owner), ValidUntil: now + 3600}
	sig, err := domain.Sign(devchain.Key(operator), v)
	require.NoError(t, err)
	w.send(t, requester, w.reader.Addresses().AcceptJob(v, sig))
	return asked.Job, a
}

// A job that a contract delivered is audited like any other: the receipt's signature is found in
// the calldata or, where the contract makes the data of its call itself, in a trace of that call.
func TestAJobDeliveredByAContractIsAudited(t *testing.T) {
	t.Parallel()
	q, err := proving()
	require.NoError(t, err)
	for name, masked := range map[string]bool{"forwarded": false, "masked": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, odd(t), 3600)
			w.fund(t, requester)
			through := w.deploy(t, forwarder(masked))
			job, liar := w.job(t, 1)
			at := w.reader.Addresses()
			inner := at.DeliverJob(job, liar.b.Receipt, liar.b.Signature, liar.b.Output)
			data := append([]byte(nil), inner.Data...)
			if masked {
				for i := range data {
					data[i] ^= 0xff
				}
			}
			data = append(common.LeftPadBytes(at.Market[:], 32), data...)
			w.send(t, operator, protocol.Call{To: &through, Data: data, Purpose: "deliver through a contract"})

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
		})
	}
}
