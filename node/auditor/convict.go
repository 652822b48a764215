package auditor

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
)

// From a transaction that convicts to a conviction that is final, and the refund of what is paid later.

// submit simulates the transaction and hands it to the sender. The outbox names it by its
// content: handing it over again after a crash sends nothing twice.
func (j *judge) submit(ctx context.Context) error {
	call := j.c.Call.protocol()
	gas, err := j.a.deps.Chain.Simulate(ctx, j.a.deps.Sender.Address(), call)
	if err != nil {
		if mine, err := j.refused(ctx, err); err != nil || !mine {
			return err
		}
	}
	if gas != 0 {
		j.c.Gas = gas
	}
	if j.c.Intent, err = j.a.deps.Sender.Submit(ctx, call); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	j.c.State = Submitted
	return nil
}

// refused decides what a refused simulation means. mine: this auditor's transaction is
// mined already.
func (j *judge) refused(ctx context.Context, refusal error) (mine bool, err error) {
	var e *chain.ContractError
	if !errors.As(refusal, &e) {
		return false, fmt.Errorf("simulate: %w", refusal)
	}
	switch e.Name {
	case "AlreadyProven", "AlreadyClaimed":
		mine, err := j.verdict(ctx)
		if err == nil && !mine {
			err = j.beaten(ctx, refusal)
		}
		return mine, err
	case "WindowClosed":
		return false, j.over(Lost, "%v", refusal)
	case "EvidenceMismatch", "BadPathLength":
		// The line moved on since: the payment is shown again, in another transaction.
		j.c.State, j.c.Call = Opened, nil
	}
	return false, fmt.Errorf("simulate: %w", refusal)
}

// verdict reads what the chain says of the receipt, and whether this auditor's proof was it.
func (j *judge) verdict(ctx context.Context) (mine bool, err error) {
	j.c.Verdict = nil
	f, err := j.a.deps.Chain.Conviction(ctx, j.c.Receipt, j.a.cfg.StartBlock)
	switch {
	case errors.Is(err, protocol.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	j.c.Verdict = &f
	return f.Submitter == j.a.cfg.Submitter, nil
}

// confirm waits until the transaction is mined, notes what it did, and waits until it is
// final.
func (j *judge) confirm(ctx context.Context) error {
	wait := j.a.deps.Sender.WaitFinal
	if j.c.Verdict == nil {
		wait = tried(j.c.Intent == j.c.Failed, j.a.deps.Sender.Wait, j.a.deps.Sender.WaitMined)
	}
	receipt, err := wait(ctx, j.c.Intent)
	var failed *txmgr.Failed
	if errors.As(err, &failed) {
		mine, err := j.verdict(ctx)
		switch {
		case err != nil:
			return err
		case mine: // an earlier transaction of this auditor did it
			if _, err := j.settled(ctx); err != nil {
				return err
			}
			return j.done()
		case j.c.Verdict != nil:
			return j.beaten(ctx, failed)
		}
		j.c.State, j.c.Call, j.c.Intent, j.c.Failed = Opened, nil, common.Hash{}, j.c.Intent
		return failed
	}
	if err != nil {
		return fmt.Errorf("wait for the transaction: %w", err)
	}
	f, ok := j.a.deps.Chain.Addresses().FaultIn(receipt.Logs, j.c.Receipt)
	if !ok {
		return fmt.Errorf("transaction %s proved nothing about %s: %w", receipt.TxHash, j.c.Receipt, protocol.ErrInternal)
	}
	first := j.c.Verdict == nil
	j.c.Verdict, j.c.Gas = &f, receipt.GasUsed
	if first {
		j.a.stakes.land(j.c.Receipt)
		// Mined, not final yet: the case is written with what the transaction did.
		if err := j.a.cases.Put(j.c); err != nil {
			return err
		}
		j.a.announce()
		return j.confirm(ctx)
	}
	return j.done()
}

// tried is how a transaction is looked at that whoever redeems in front of it makes fail: that is told once it is mined, not final, since
// each such failure would cost the window as long. One that is made again as it was has to succeed: its sender tries it again.
func tried(again bool, succeeded, mined reading) reading {
	if again {
		return succeeded
	}
	return mined
}

// done ends a convicted case, unless nothing of it was refunded: a payment may still come, and what was mined in this
// auditor's name may be a copy of its call that shows none.
func (j *judge) done() error {
	j.a.metrics.won(*j.c.Verdict)
	if !j.c.Verdict.Refunded.IsZero() || j.c.Origin == OriginJob {
		return j.over(Settled, "")
	}
	j.c.State = Unpaid
	return nil
}

// settled is verdict, once that is in a final block. It is errPending before: a reorg may take back
// what somebody else proved, and then it is this auditor's to prove.
func (j *judge) settled(ctx context.Context) (mine bool, err error) {
	final, _, err := j.a.deps.Chain.Final(ctx) // read first: what is in it by then stays
	if err != nil {
		return false, err
	}
	if mine, err = j.verdict(ctx); err != nil {
		return false, err
	}
	if j.c.Verdict == nil || j.c.Verdict.Block > final {
		j.c.Verdict = nil
		return false, fmt.Errorf("what was proven is not final: %w", errPending)
	}
	return mine, nil
}

// beaten goes on where somebody else proved the receipt wrong first. Whoever copied a claim may
// have left out that the receipt was paid; the requester is not to lose by that.
func (j *judge) beaten(ctx context.Context, why error) error {
	if _, err := j.settled(ctx); err != nil {
		return err
	}
	if !j.c.Verdict.Refunded.IsZero() || j.c.Origin == OriginJob || len(j.a.linesOf(j.c.Receipt)) == 0 {
		return j.over(Lost, "somebody else proved it: %v", why)
	}
	j.c.State, j.c.Note = Unpaid, fmt.Sprintf("somebody else proved it: %v", why)
	return nil
}

// finish ends a case whose refund is done with: settled if the conviction was this auditor's.
func (j *judge) finish(format string, args ...any) error {
	if by := j.c.Verdict.Submitter; by != j.a.cfg.Submitter && by != j.a.deps.Sender.Address() {
		return j.over(Lost, "somebody else proved it; "+format, args...)
	}
	return j.over(Settled, format, args...)
}

// settle waits for a payment of a convicted receipt, and has it refunded. What is paid after the window is
// refunded too: the case ends, and the redeem wakes it.
func (j *judge) settle(ctx context.Context) error {
	if j.c.Settling != (common.Hash{}) {
		_, err := j.a.deps.Sender.WaitMined(ctx, j.c.Settling)
		if err == nil {
			_, err = j.a.deps.Sender.WaitFinal(ctx, j.c.Settling)
		}
		var failed *txmgr.Failed
		if errors.As(err, &failed) { // somebody else had it refunded, or the payment moved: it is looked at again
			j.c.Settling = common.Hash{}
		}
		if err != nil {
			return fmt.Errorf("wait for the refund: %w", err)
		}
		return j.finish("the fee was refunded later")
	}
	now, err := j.a.deps.Chain.Now(ctx)
	if err != nil {
		return err
	}
	payment, err := j.payment(ctx)
	if err != nil {
		return err
	}
	if payment.Count != 0 {
		call := j.a.deps.Chain.Addresses().Settle(j.evidence(payment))
		if _, err := j.a.deps.Chain.Simulate(ctx, j.a.deps.Sender.Address(), call); err != nil {
			if refusedAs(err, "NothingToSettle") || refusedAs(err, "WindowClosed") {
				if err := j.a.outdone(ctx, &j.c.RefusedAt); err != nil {
					return err
				}
				return j.finish("%v", err)
			}
			return fmt.Errorf("simulate the refund: %w", err)
		}
		j.c.RefusedAt = 0
		j.c.Settling, err = j.a.deps.Sender.Submit(ctx, call)
		return err
	}
	j.c.RefusedAt = 0 // a reorg may have taken back what was refunded: what is redeemed now is looked at anew
	if err := j.window(ctx, contracts.Payment{}); err != nil {
		return err
	}
	if now >= j.c.Deadline {
		return j.finish("no payment was seen")
	}
	return nil
}
