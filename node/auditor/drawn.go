package auditor

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// advanceDraw looks at one draw on chain and does what is next.
func (a *Auditor) advanceDraw(ctx context.Context, r *round, d *openDraw) error {
	if d.Version != (common.Hash{}) {
		return a.advanceVersion(ctx, r, d)
	}
	audit, err := a.deps.Draws.Audit(ctx, d.ID)
	switch {
	case err != nil:
		return err
	case audit.Beacon == 0:
		return a.unregistered(ctx, r, d)
	case audit.DrawnAt == 0:
		return a.undrawn(ctx, r, d, audit)
	}
	return a.advancePoints(ctx, r, d, audit)
}

func (d *openDraw) over(format string, args ...any) error {
	d.State, d.Note = DrawOver, fmt.Sprintf(format, args...)
	return nil
}

// unregistered registers an audit that nobody has.
func (a *Auditor) unregistered(ctx context.Context, r *round, d *openDraw) error {
	d.State = DrawSeen // also when a reorg took the registration back
	window := r.terms.DrawTime / 2
	if r.now >= d.RedeemedAt+window {
		return d.over("nobody registered it")
	}
	if begun := d.act("register").Intent != (common.Hash{}); !begun {
		if !a.cfg.Draw.Register || !a.worth(r.expected(d.Amount)) || r.now < d.RedeemedAt+a.turn(d.ID, window/8) {
			return nil
		}
	}
	at := a.deps.Chain.Addresses()
	err := a.send(ctx, d.Draw, "register", func(salt common.Hash) protocol.Call {
		if d.Job == (common.Hash{}) {
			return at.RegisterAudit(d.Line, d.Checkpoint, salt)
		}
		e, _ := a.evidenceOf(d.Receipt)
		return at.RegisterJobAudit(e, salt)
	})
	if errors.Is(err, protocol.ErrExpired) {
		return d.over("it was too late to register it")
	}
	return err
}

// undrawn draws an audit whose beacon is there.
func (a *Auditor) undrawn(ctx context.Context, r *round, d *openDraw, audit contracts.Audit) error {
	d.State = DrawRegistered
	if r.now >= audit.Time+r.terms.DrawTime {
		return d.over("nobody drew it")
	}
	mine := d.act("register").Intent != (common.Hash{})
	if r.head <= audit.Beacon+a.turn(d.ID, 3) || !mine && (!a.cfg.Draw.Register || !a.worth(r.expected(audit.Sum))) {
		return nil
	}
	header, err := a.deps.Draws.BeaconHeader(ctx, r.beacon, audit.Beacon)
	if err != nil {
		return err
	}
	return a.send(ctx, d.Draw, "draw", func(salt common.Hash) protocol.Call { return a.deps.Chain.Addresses().DrawAudit(d.ID, header, salt) })
}

// advancePoints does what is next about every point of a drawn audit.
func (a *Auditor) advancePoints(ctx context.Context, r *round, d *openDraw, audit contracts.Audit) error {
	if d.State = DrawDrawn; audit.Points == 0 {
		return d.over("nothing in it was drawn")
	}
	if len(d.Points) != int(audit.Points) {
		d.Points = nil
		for i := range audit.Points {
			at, err := a.deps.Draws.PointAt(ctx, d.ID, i)
			if err != nil {
				d.Points = nil
				return err
			}
			d.Points = append(d.Points, DrawPoint{Index: i, At: at, State: "waiting"})
		}
	}
	var failed error
	open, wake := false, ^uint64(0)
	for i := range d.Points {
		p := &d.Points[i]
		if p.Over {
			continue
		}
		next, err := a.advancePoint(ctx, r, d, audit, p)
		if errors.As(err, new(fatal)) {
			return err
		}
		failed = errors.Join(failed, err)
		if !p.Over {
			open, wake = true, min(wake, next)
		}
	}
	if !open && failed == nil {
		return d.over("")
	}
	if failed == nil {
		d.wake = wake
	}
	return failed
}

func (p *DrawPoint) over(format string, args ...any) {
	p.Over, p.Note = true, fmt.Sprintf(format, args...)
}

// advancePoint does what is next about one point. wake is the block time before which
// nothing has to be looked at again.
func (a *Auditor) advancePoint(ctx context.Context, r *round, d *openDraw, audit contracts.Audit, p *DrawPoint) (wake uint64, err error) {
	c, err := a.deps.Draws.Point(ctx, d.ID, p.Index)
	if err != nil {
		return 0, err
	}
	if c.Silences > p.Silences {
		a.drawn.silences.Add(float64(c.Silences - p.Silences))
	}
	p.Silences = c.Silences
	switch c.State {
	case contracts.PointWaiting:
		p.State, p.Mine, p.Receipt = "waiting", false, common.Hash{}
		return a.waitingPoint(ctx, r, d, audit, p, c)
	case contracts.PointOpened:
		p.State, p.Receipt, p.AttestBy = "opened", c.Receipt, c.AttestBy
		a.meet(d.Draw, c.Receipt)
		return a.openedPoint(ctx, r, d, audit, p, c)
	case contracts.PointSettled:
		p.State, p.Receipt = "settled", c.Receipt
		a.meet(d.Draw, c.Receipt)
		return 0, a.ended(ctx, r, d, p, c)
	case contracts.PointWithheld:
		p.State = "withheld"
		p.over("its provider was convicted of silence")
		return 0, nil
	}
	return 0, fmt.Errorf("point %d in state %d: %w", p.Index, c.State, protocol.ErrInternal)
}

// waitingPoint opens what is public and reports the silence of others.
func (a *Auditor) waitingPoint(ctx context.Context, r *round, d *openDraw, audit contracts.Audit, p *DrawPoint, c contracts.Point) (uint64, error) {
	deadline := c.Deadline
	if deadline == 0 {
		deadline = audit.DrawnAt + r.terms.Clock
	}
	at := a.deps.Chain.Addresses()
	if audit.Job {
		if r.now >= deadline {
			p.over("nobody opened it")
			return 0, nil
		}
		e, err := a.evidenceOf(d.Receipt)
		if err != nil {
			return 0, err
		}
		return 0, a.send(ctx, d.Draw, fmt.Sprintf("open %d", p.Index), func(salt common.Hash) protocol.Call { return at.OpenLeaf(e, []uint32{p.Index}, salt) })
	}
	if r.now >= audit.Time+r.lapse {
		p.over("nobody opened it")
		return 0, nil
	}
	// By its clock: a silence need not count, and they count anew from a provider's last Withheld.
	reported := fmt.Sprintf("silence %d.%d", p.Index, deadline)
	if r.now < deadline || !a.cfg.Draw.Report || !a.worth(protocol.MustAmount(r.terms.ReportCost)) || r.now < deadline+a.turn(d.ID, r.terms.Clock/8) {
		return 0, nil
	}
	return 0, a.send(ctx, d.Draw, reported, func(salt common.Hash) protocol.Call { return at.ReportSilence(d.ID, p.Index, salt) })
}

// openedPoint answers for a receipt that this auditor was drawn for, and has the answer settled.
func (a *Auditor) openedPoint(ctx context.Context, r *round, d *openDraw, audit contracts.Audit, p *DrawPoint, c contracts.Point) (uint64, error) {
	said, mine := c.Said(a.deps.Sender.Address())
	if p.Mine = mine; !mine {
		return a.othersPoint(ctx, r, d, audit, p, c)
	}
	p.Answered = said != contracts.AnswerNone
	a.answersFor(p.Receipt, c.AttestBy, p.Answered || r.now >= c.AttestBy)
	if r.now < c.AttestBy {
		if said != contracts.AnswerNone {
			return c.AttestBy, nil
		}
		return 0, a.answerDraw(ctx, r, d, audit, p)
	}
	if said == contracts.AnswerNone && p.Note == "" {
		p.Note = "this auditor did not answer in time"
		a.drawn.unsaid.Inc()
		a.log.Error("drawn, and did not answer", "receipt", p.Receipt, "audit", d.ID, "point", p.Index)
	}
	fault, err := a.deps.Chain.FaultOf(ctx, p.Receipt)
	if err != nil {
		return 0, err
	}
	if fault == contracts.FaultNone {
		from, err := a.deps.Draws.SettledFrom(ctx, p.Receipt)
		if err != nil {
			return 0, err
		}
		if r.now < from {
			return r.now + max(1, (from-r.now)/8), nil // a proof may come at any time
		}
	}
	// Half of the auditors' share of the stretch for each of the two.
	due := part(audit.Stretch, uint64(audit.PayBps), 20_000)
	if !earns(said, fault) || !a.worth(due) {
		// Others may settle it: it would cost this auditor something, or bring too little.
		return 0, a.ended(ctx, r, d, p, c)
	}
	return 0, a.send(ctx, d.Draw, fmt.Sprintf("settle %d", p.Index), func(salt common.Hash) protocol.Call {
		return a.deps.Chain.Addresses().SettleAudit(d.ID, p.Index, salt)
	})
}

// earns says whether an answer is paid under a verdict, as Audits settles it.
func earns(said contracts.Attestation, fault contracts.FaultKind) bool {
	switch said {
	case contracts.AnswerRight:
		return !replayable(fault)
	case contracts.AnswerWrong:
		return fault != contracts.FaultNone
	}
	return false
}

// replayable says whether replaying the receipt, or trying to, shows a fault: as Audits does.
func replayable(fault contracts.FaultKind) bool {
	return fault != contracts.FaultNone && fault != contracts.FaultDigest && fault != contracts.FaultShape &&
		(fault < contracts.FaultEquivocation || fault == contracts.FaultRequest)
}

// othersPoint looks after a point that others answer for: if its receipt is a case that was
// proven, it is one more slash.
func (a *Auditor) othersPoint(ctx context.Context, r *round, d *openDraw, audit contracts.Audit, p *DrawPoint, c contracts.Point) (uint64, error) {
	known, err := a.cases.Get(p.Receipt)
	if err == nil && known.Verdict != nil {
		return 0, a.ended(ctx, r, d, p, c)
	}
	if r.now >= audit.Time+r.lapse {
		p.over("others answered for it")
		return 0, nil
	}
	return r.now + max(1, r.lapse/64), nil
}

// ended takes one more slash for one more draw that met a receipt proven wrong, and ends
// the point.
func (a *Auditor) ended(ctx context.Context, r *round, d *openDraw, p *DrawPoint, c contracts.Point) error {
	fault, err := a.deps.Chain.FaultOf(ctx, p.Receipt)
	if err != nil {
		return err
	}
	note := "the receipt was not proven wrong"
	if fault != contracts.FaultNone {
		note = "the receipt was proven wrong: " + fault.String()
		if open, err := a.further(ctx, r, d, p, c); err != nil {
			return err
		} else if open {
			return a.send(ctx, d.Draw, fmt.Sprintf("punish %d", p.Index), func(salt common.Hash) protocol.Call {
				return a.deps.Chain.Addresses().PunishDraw(d.ID, p.Index, salt)
			})
		}
	}
	if p.Note != "" {
		note = p.Note + "; " + note
	}
	p.over("%s", note)
	return nil
}

// further says whether a point of a receipt proven wrong is still to be punished: the
// proof's own slash was that of the first.
func (a *Auditor) further(ctx context.Context, r *round, d *openDraw, p *DrawPoint, c contracts.Point) (bool, error) {
	if c.Punished || !a.worth(r.bounty) {
		return false, nil
	}
	drawn, err := a.deps.Draws.DrawnOf(ctx, p.Receipt)
	if err != nil || drawn.Point == contracts.PointID(d.ID, p.Index) {
		return false, err
	}
	from, err := a.deps.Draws.SettledFrom(ctx, p.Receipt)
	return r.now < from+r.terms.ProofTime, err
}

// evidenceOf is the receipt of a case with its request.
func (a *Auditor) evidenceOf(receipt common.Hash) (contracts.Evidence, error) {
	b, err := a.cases.Bundle(receipt)
	return contracts.Evidence{Request: b.Request, Receipt: b.Receipt, Signature: b.Signature}, err
}
