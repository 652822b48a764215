package auditor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// advance takes one step in a case. What it found is in the case's files when it returns,
// but for the case itself, which the caller writes. Everything before the transaction may
// be done again; the transaction is named by its content.
func (j *judge) advance(ctx context.Context) error {
	clear(j.seen)
	if j.c.State != Found && j.lacks(j.c.State) {
		return j.inTime(ctx, j.lacking)
	}
	if j.c.State.costs() {
		if on, err := j.worthwhile(ctx); err != nil || !on {
			return err
		}
	}
	switch j.c.State {
	case Hidden:
		return j.reveal(ctx)
	case Found:
		return j.examine(ctx)
	case Replayed:
		return j.inTime(ctx, j.locate)
	case Located:
		return j.inTime(ctx, j.open)
	case Asking:
		if q, ok := j.unanswerable(); ok {
			return j.askUnanswerable(ctx, q)
		}
		return j.open(ctx) // what is asked makes the window longer, and who asks too late is told
	case Opened:
		if j.c.Fault.Task == nil || j.c.Proof != nil {
			return j.prove(ctx)
		}
		return j.inTime(ctx, j.prove)
	case Proven:
		return j.submit(ctx)
	case Submitted:
		return j.confirm(ctx)
	case Unpaid:
		if err := j.reclaim(ctx); err != nil && !errors.Is(err, errPending) {
			return err
		}
		return j.settle(ctx)
	case Right, Settled, Lost, Unusable:
		return j.reclaim(ctx)
	}
	return fmt.Errorf("case in state %q: %w", j.c.State, protocol.ErrInternal)
}

func (j *judge) over(s State, format string, args ...any) error {
	j.c.State, j.c.Note = s, fmt.Sprintf(format, args...)
	j.a.sleep(j.c, j.b)
	return nil
}

// lacks says whether a case in a state takes the model's file, and it is not there.
func (j *judge) lacks(s State) bool {
	switch s {
	case Hidden, Found, Replayed, Located, Asking:
		return j.m == nil
	case Opened:
		return j.m == nil && (j.c.Fault == nil || j.c.Fault.Kind != contracts.FaultOverBilling)
	}
	return false
}

// lacking keeps a case until its model's file is there again, or somebody else proves it: only its questions end.
func (j *judge) lacking(ctx context.Context) error {
	if err := j.release(ctx, false); err != nil && !errors.Is(err, errPending) {
		return err
	}
	return j.convicted(ctx, fmt.Errorf("no file of model version %s: %w", j.b.Request.ModelVersion, protocol.ErrUnavailable))
}

// examine compares, then replays. A wrong bill needs no model.
func (j *judge) examine(ctx context.Context) error {
	if s, err := j.billing(); s != nil || err != nil {
		if err == nil {
			err = j.window(ctx, contracts.Payment{})
		}
		return j.found(s, err)
	}
	if j.m == nil {
		return j.over(Unusable, "no file of model version %s", j.b.Request.ModelVersion)
	}
	if j.b.Model.Class != protocol.ClassProven { // it was shown before its model was here
		return j.over(Unusable, "shown as an answer of class %s, which its model is not", j.b.Model.Class)
	}
	if _, err := j.m.check(ctx, j.a.deps.Chain); errors.Is(err, protocol.ErrConflict) {
		return j.over(Unusable, "%v", err)
	} else if err != nil {
		return err
	}
	return j.inTime(ctx, j.answers)
}

// answers compares what was answered with what the model answers.
func (j *judge) answers(ctx context.Context) error {
	if s, err := j.seenAtOnce(); errors.Is(err, protocol.ErrInvalid) {
		return j.over(Unusable, "%v", err)
	} else if s != nil || err != nil {
		return j.found(s, err)
	}
	right := false
	err := j.turn(ctx, func() error {
		r, err := j.replay(ctx)
		right = err == nil && r.WrongToken < 0 && j.agrees(r)
		return err
	})
	if errors.Is(err, protocol.ErrInvalid) {
		return j.over(Unusable, "%v", err)
	}
	if err != nil {
		return err
	}
	if right {
		return j.over(Right, "")
	}
	j.c.State = Replayed
	return nil
}

// found notes a fault that needs no opening.
func (j *judge) found(s *shown, err error) error {
	if err != nil {
		return err
	}
	j.c.Fault, j.c.State = s.finding, Opened
	return nil
}

// until is when the receipt's window ends, as far as a payment shows.
func (j *judge) until(ctx context.Context, p contracts.Payment) (uint64, error) {
	until, err := j.a.deps.Chain.DisputableUntil(ctx, j.evidence(p))
	if err != nil {
		return 0, fmt.Errorf("read the window: %w", err)
	}
	return until, nil
}

// window notes until when the receipt can be disputed, as far as a payment shows.
func (j *judge) window(ctx context.Context, p contracts.Payment) error {
	until, err := j.until(ctx, p)
	if err == nil {
		j.c.Deadline = until
	}
	return err
}

// inTime takes the next step of a case that can be disputed now, and ends any other: nothing is
// replayed, opened or proven that no contract takes.
func (j *judge) inTime(ctx context.Context, next func(context.Context) error) error {
	if err := j.window(ctx, contracts.Payment{}); err != nil {
		return err
	}
	now, err := j.a.deps.Chain.Now(ctx)
	if err != nil {
		return err
	}
	if now >= j.c.Deadline { // but a payment makes it longer
		payment, err := j.payment(ctx)
		if err == nil {
			err = j.window(ctx, payment)
		}
		if err != nil {
			return err
		}
	}
	if now >= j.c.Deadline {
		return j.late("the window closed at %d", j.c.Deadline)
	}
	return next(ctx)
}

// late ends a case whose receipt cannot be disputed any more.
func (j *judge) late(format string, args ...any) error { return j.over(Lost, format, args...) }

func (j *judge) evidence(p contracts.Payment) contracts.Evidence {
	return contracts.Evidence{Request: j.b.Request, Receipt: j.b.Receipt, Signature: j.b.Signature, Payment: p}
}

// remaining is how long it is to a block time, none if that is over: a century at most, since a request may name any deadline.
func remaining(deadline, now uint64) time.Duration {
	return time.Duration(min(deadline-min(now, deadline), 100*365*24*3600)) * time.Second
}

// hurry bounds what a provider that keeps silent may cost of the window.
func (j *judge) hurry(ctx context.Context) error {
	now, err := j.a.deps.Chain.Now(ctx)
	if err != nil {
		return err
	}
	left := remaining(j.c.Deadline, now)
	j.peer.timeout = min(j.a.cfg.EvidenceTimeout, max(left/10, time.Second))
	return nil
}

// locate finds the first block that differs.
func (j *judge) locate(ctx context.Context) error {
	if j.salts != nil {
		j.c.State = Asking // off chain only who knows the secret is served
	}
	if err := j.hurry(ctx); err != nil {
		return err
	}
	return j.withheld(ctx, j.turn(ctx, func() error {
		r, err := j.replay(ctx)
		if err != nil {
			return err
		}
		t, err := j.boundaries(ctx)
		if err != nil {
			return err
		}
		if at, ok := t.crooked(len(r.Leaves)); ok {
			return j.found(j.showPadding(at), nil)
		}
		if r.WrongToken < 0 && t.root() == r.Root {
			return j.found(j.showSalt(t))
		}
		first, err := j.first(ctx)
		if err != nil {
			return err
		}
		if j.c.First = &first; j.c.State != Asking {
			j.c.State = Located
		}
		return nil
	}))
}

// open finds the wrong number in what the provider signed about that block.
func (j *judge) open(ctx context.Context) error {
	if j.c.First == nil {
		return j.locate(ctx)
	}
	if err := j.hurry(ctx); err != nil {
		return err
	}
	return j.withheld(ctx, j.turn(ctx, func() error {
		s, err := j.find(ctx)
		if err != nil {
			return err
		}
		j.c.Fault, j.c.State = s.finding, Opened
		return nil
	}))
}

// again makes what shows the case's fault once more, from the files: for a process that was
// killed, and for another payment.
func (j *judge) again(ctx context.Context) (s *shown, err error) {
	if j.m != nil && j.c.Fault.Kind != contracts.FaultOverBilling {
		if s, err := j.seenAtOnce(); s != nil || err != nil {
			return s, err
		}
	}
	switch j.c.Fault.Kind {
	case contracts.FaultOverBilling:
		s, err = j.billing()
	case contracts.FaultFinish, contracts.FaultToken, contracts.FaultRequest, contracts.FaultWithheld: // seen at once, if at all
	case contracts.FaultPadding:
		if _, err = j.boundaries(ctx); err == nil {
			if at, ok := j.tree.crooked((len(j.b.Prompt) + len(j.b.Output) - 1) * (j.m.arch.Layers + 1)); ok {
				s = j.showPadding(at)
			} else {
				s, err = j.find(ctx)
			}
		}
	case contracts.FaultSalt:
		var t *tree
		if t, err = j.boundaries(ctx); err == nil {
			s, err = j.showSalt(t)
		}
	default:
		s, err = j.find(ctx)
	}
	if s == nil && err == nil {
		err = fmt.Errorf("fault %s is not found again: %w", j.c.Fault.Kind, protocol.ErrInternal)
	}
	return s, err
}

// prove makes the proof, where one is needed, and the transaction.
func (j *judge) prove(ctx context.Context) error {
	s := j.evident
	if s == nil {
		if err := j.turn(ctx, func() (err error) { s, err = j.again(ctx); return err }); err != nil {
			return err
		}
		j.evident = s
		j.a.desk.forget(j) // days may pass until the case is over
	}
	j.c.Fault = s.finding
	if s.call == nil { // no contract can be shown it
		j.c.State = Asking
		return nil
	}
	if s.finding.Task != nil && j.c.Proof == nil {
		proof, err := j.a.deps.Prover.Prove(ctx, *s.finding.Task)
		if err != nil {
			return fmt.Errorf("prove: %w", err)
		}
		j.c.Proof = &proof
		j.a.metrics.proved(proof)
	}
	payment, err := j.showing(ctx)
	if err != nil {
		return err
	}
	if payment.Count == 0 && j.c.Failed == (common.Hash{}) && len(j.a.linesOf(j.c.Receipt)) > 0 {
		if wait, err := j.waits(ctx); err != nil || wait {
			return err
		}
	}
	var raw []byte
	if j.c.Proof != nil {
		raw = j.c.Proof.Proof
	}
	j.c.Call = saved(s.call(j.evidence(payment), raw))
	j.c.State = Proven
	return nil
}

// waits says whether a payment may still come before the transaction is sent.
func (j *judge) waits(ctx context.Context) (bool, error) {
	now, err := j.a.deps.Chain.Now(ctx)
	if err != nil {
		return false, err
	}
	if j.ready.IsZero() {
		j.ready = time.Now()
	}
	left := remaining(j.c.Deadline, now)
	return time.Since(j.ready) < min(j.a.cfg.PaymentWait, left/5), nil
}
