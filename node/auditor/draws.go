package auditor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// DrawChain is what an auditor reads of draws. *contracts.Reader is one.
type DrawChain interface {
	Head(ctx context.Context) (uint64, error)
	Bounty(ctx context.Context) (protocol.Amount, error)
	RedeemedAt(ctx context.Context, line common.Hash, checkpoint uint32) (uint64, error)
	Terms
	AuditReader
	RosterReader
	TokenReader
}

// Terms are constants of the deployment.
type Terms interface {
	AuditTerms(ctx context.Context) (contracts.AuditTerms, error)
	AuditBeacon(ctx context.Context) (contracts.BeaconTerms, error)
	AttestationRound(ctx context.Context) (uint64, error)
	// Lapse is for how many seconds after a redeem something about its audit can begin.
	Lapse(ctx context.Context) (uint64, error)
	AuditorShare(ctx context.Context) (uint16, error)
}

// AuditReader reads audits and their points.
type AuditReader interface {
	BeaconHeader(ctx context.Context, t contracts.BeaconTerms, block uint64) ([]byte, error)
	Audit(ctx context.Context, id common.Hash) (contracts.Audit, error)
	Point(ctx context.Context, audit common.Hash, index uint32) (contracts.Point, error)
	PointAt(ctx context.Context, audit common.Hash, index uint32) (protocol.Amount, error)
	DrawnOf(ctx context.Context, receipt common.Hash) (contracts.Drawn, error)
	SettledFrom(ctx context.Context, receipt common.Hash) (uint64, error)
	OwedTo(ctx context.Context, auditor common.Address) (protocol.Amount, error)
}

// RosterReader reads who audits.
type RosterReader interface {
	Auditor(ctx context.Context, account common.Address) (contracts.Auditor, error)
	Weight(ctx context.Context, a contracts.Auditor) (own, total uint64, err error)
	Round(ctx context.Context, version common.Hash, account common.Address) (contracts.Round, error)
}

// Redeems lists what was redeemed. *contracts.RedeemWatch is one.
type Redeems interface {
	Redeemed(ctx context.Context) (list []contracts.Redeem, versions []common.Hash, next uint64, err error)
}

// Drawing says what an auditor does about draws beyond what it must: it always answers what
// it was drawn for.
type Drawing struct {
	// Register registers audits of redeems, and draws them, where that pays.
	Register bool
	// Report reports providers that do not open what was drawn.
	Report bool
	// Every is how often it looks, default 2 s.
	Every time.Duration
}

// drawing is what an auditor knows of draws.
type drawing struct {
	draws   *Draws
	redeems Redeems
	next    uint64                           // the block from which redeems are read after a restart
	meets   map[common.Hash]met              // by receipt: the draw that met it last
	unread  map[common.Hash]contracts.Redeem // by audit: listed, and not noted yet
	open    map[common.Hash]*openDraw
	classes map[common.Hash]protocol.Class // of model versions
	logins  logins
	owed    *protocol.Amount // to this auditor, at the last look
	drawn   *drawMetrics
	// answers are the receipts that this auditor was drawn for, with the block time by which it has to say something;
	// zero if it has no more to say.
	answers map[common.Hash]uint64
}

// beginDrawing opens the folder of draws, where this auditor looks after them.
func (a *Auditor) beginDrawing() (err error) {
	if a.deps.Draws == nil {
		return nil
	}
	if a.deps.Redeems == nil {
		return fmt.Errorf("auditor of draws without redeems: %w", protocol.ErrInvalid)
	}
	if a.cfg.Draw.Every <= 0 {
		a.cfg.Draw.Every = 2 * time.Second
	}
	a.open, a.classes, a.logins.sessions = map[common.Hash]*openDraw{}, map[common.Hash]protocol.Class{}, map[string]session{}
	a.unread, a.meets = map[common.Hash]contracts.Redeem{}, map[common.Hash]met{}
	if a.drawn, err = newDrawMetrics(a.deps.Metrics); err != nil {
		return err
	}
	if a.draws, err = OpenDraws(filepath.Join(a.cfg.Data, "draws")); err != nil {
		return err
	}
	if a.next, err = a.draws.cursor(); err != nil {
		return err
	}
	list, err := a.draws.List()
	if err != nil {
		a.log.Error("cannot read some draws", "err", err)
	}
	a.answers = map[common.Hash]uint64{}
	for _, d := range list {
		for _, p := range d.Points {
			a.meet(d, p.Receipt)
			if p.Mine {
				a.answersFor(p.Receipt, p.AttestBy, p.Answered || p.Over)
			}
		}
	}
	a.redeems = a.deps.Redeems(max(a.next, a.cfg.StartBlock))
	return nil
}

// round is what all draws of one look at the chain share.
type round struct {
	*constants
	now, head  uint64
	own, total uint64 // weight on the roster
}

type constants struct {
	terms    contracts.AuditTerms
	beacon   contracts.BeaconTerms
	lapse    uint64
	versions uint64 // seconds of a round of attestations
	share    uint16
	bounty   protocol.Amount
}

func (a *Auditor) constants(ctx context.Context) (k constants, err error) {
	d := a.deps.Draws
	if k.terms, err = d.AuditTerms(ctx); err != nil {
		return k, err
	}
	if k.beacon, err = d.AuditBeacon(ctx); err != nil {
		return k, err
	}
	if k.lapse, err = d.Lapse(ctx); err != nil {
		return k, err
	}
	if k.versions, err = d.AttestationRound(ctx); err != nil {
		return k, err
	}
	if k.share, err = d.AuditorShare(ctx); err != nil {
		return k, err
	}
	k.bounty, err = d.Bounty(ctx)
	return k, err
}

// openDraw is a draw at work.
type openDraw struct {
	*Draw
	saved []byte
	// wake is the block time before which nothing is to be done.
	wake uint64
}

// followDraws works on draws until ctx ends.
func (a *Auditor) followDraws(ctx context.Context) error {
	list, _ := a.draws.List() // what cannot be read was told about when the folder was opened
	for _, d := range list {
		if d.State != DrawOver {
			a.openDraw(d)
		}
	}
	var k *constants
	for {
		if k == nil {
			got, err := a.constants(ctx)
			if err == nil {
				k = &got
			} else if ctx.Err() == nil {
				a.log.Warn("cannot read the terms of audits", "err", err)
			}
		}
		if k != nil {
			err := a.drawRound(ctx, k)
			if errors.As(err, new(fatal)) {
				return err
			}
			if err != nil && ctx.Err() == nil {
				a.log.Warn("cannot look after draws", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(a.cfg.Draw.Every):
		}
	}
}

func (a *Auditor) openDraw(d *Draw) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[d.ID] == nil {
		a.open[d.ID] = &openDraw{Draw: d}
	}
}

// drawRound looks at every draw once. One that fails stops no other.
func (a *Auditor) drawRound(ctx context.Context, k *constants) error {
	unread := a.newDraws(ctx)
	if errors.As(unread, new(fatal)) {
		return unread
	}
	r := &round{constants: k}
	var err error
	if r.now, err = a.deps.Chain.Now(ctx); err != nil {
		return err
	}
	if r.head, err = a.deps.Draws.Head(ctx); err != nil {
		return err
	}
	seat, err := a.deps.Draws.Auditor(ctx, a.deps.Sender.Address())
	if err != nil {
		return err
	}
	if r.own, r.total, err = a.deps.Draws.Weight(ctx, seat); err != nil {
		return err
	}
	a.mu.Lock()
	list := make([]*openDraw, 0, len(a.open))
	for _, d := range a.open {
		list = append(list, d)
	}
	a.mu.Unlock()
	states := map[DrawState]int{DrawSeen: 0, DrawRegistered: 0, DrawDrawn: 0}
	for _, d := range list {
		states[d.State]++
	}
	for state, n := range states {
		a.drawn.states.WithLabelValues(string(state)).Set(float64(n))
	}
	for _, d := range list {
		if r.now < d.wake || ctx.Err() != nil {
			continue
		}
		before := d.State
		d.wake = 0
		err := a.advanceDraw(ctx, r, d)
		if errors.As(err, new(fatal)) {
			return err
		}
		a.troubled(d, err)
		if err := a.save(d); err != nil {
			return err
		}
		if d.State != before {
			a.log.Info("draw moved", "draw", d.ID, "provider", d.Provider, "from", before, "to", d.State, "note", d.Note)
		}
	}
	return errors.Join(unread, a.collect(ctx))
}

// troubled notes what stands in the way. What somebody else did first is nobody's trouble.
func (a *Auditor) troubled(d *openDraw, err error) {
	trouble := ""
	if err != nil && !errors.Is(err, errPending) && !errors.Is(err, context.Canceled) {
		if trouble = err.Error(); trouble != d.Trouble {
			a.log.Warn("draw waits", "draw", d.ID, "state", d.State, "err", err)
		}
	}
	d.Trouble = trouble
}

// save writes a draw that changed.
func (a *Auditor) save(d *openDraw) error {
	raw, err := json.Marshal(d.Draw)
	if err != nil {
		return fatal{fmt.Errorf("encode draw: %w", err)}
	}
	if bytes.Equal(raw, d.saved) {
		return nil
	}
	if err := a.crash("before draw "+string(d.State), nil); err != nil {
		return fatal{err}
	}
	if err := a.draws.put(d.Draw); err != nil {
		return fatal{err}
	}
	if err := a.crash("after draw "+string(d.State), nil); err != nil {
		return fatal{err}
	}
	d.saved = raw
	if d.State == DrawOver {
		a.mu.Lock()
		delete(a.open, d.ID)
		a.mu.Unlock()
	}
	a.announce()
	return nil
}

// answersFor notes that this auditor was drawn for a receipt, and by when it has to say something.
func (a *Auditor) answersFor(receipt common.Hash, by uint64, said bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if said {
		by = 0
	}
	a.answers[receipt] = by
}

// wasDrawn says whether a draw met a receipt.
func (a *Auditor) wasDrawn(receipt common.Hash) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, met := a.meets[receipt]
	_, mine := a.answers[receipt]
	return met || mine
}

// noteJob makes a draw of a delivered job whose receipt is a case.
func (a *Auditor) noteJob(ctx context.Context, job, receipt common.Hash, provider common.Address, fee protocol.Amount) error {
	if a.deps.Draws == nil {
		return nil
	}
	now, err := a.deps.Chain.Now(ctx)
	if err != nil {
		return err
	}
	return a.noteDraw(&Draw{ID: contracts.AuditID(job, contracts.JobCheckpoint), State: DrawSeen, Checkpoint: contracts.JobCheckpoint, Job: job, Receipt: receipt,
		Provider: provider, Amount: fee, RedeemedAt: now}, false)
}

// noteDraw writes and opens a draw; one that exists goes on, and begins again if it is over
// and may.
func (a *Auditor) noteDraw(d *Draw, again bool) error {
	known, err := a.draws.Get(d.ID)
	switch {
	case errors.Is(err, protocol.ErrNotFound):
		if err := a.draws.put(d); err != nil {
			return fatal{err}
		}
	case err != nil:
		a.log.Error("cannot read a draw", "draw", d.ID, "err", err)
		return nil
	case known.State == DrawOver && !again:
		return nil
	default:
		if d = known; d.State == DrawOver {
			d.State, d.Note = DrawRegistered, ""
		}
	}
	a.openDraw(d)
	return nil
}

// Draws is the folder of all draws; nil if this auditor looks after none.
func (a *Auditor) Draws() *Draws { return a.draws }

// WaitDraw blocks until a draw is as until wants it, and returns it.
func (a *Auditor) WaitDraw(ctx context.Context, id common.Hash, until func(Draw) bool) (Draw, error) {
	for {
		a.mu.Lock()
		changed := a.changed
		a.mu.Unlock()
		d, err := a.draws.Get(id)
		if err == nil && until(*d) {
			return *d, nil
		}
		if err != nil && !errors.Is(err, protocol.ErrNotFound) {
			return Draw{}, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Draw{}, fmt.Errorf("wait for draw %s, which is %+v: %w", id, d, context.Cause(ctx))
		}
	}
}

// worth says whether a gain is worth a transaction.
func (a *Auditor) worth(gain protocol.Amount) bool { return gain.Cmp(a.cfg.GainMin) >= 0 }

// expected is what this auditor can expect of an audit over a sum: the auditors' share of it,
// by its weight on the roster.
func (r *round) expected(sum protocol.Amount) protocol.Amount {
	if r.total == 0 || r.own == 0 {
		return protocol.Amount{}
	}
	n := new(big.Int).Mul(part(sum, uint64(r.share), 10_000).Big(), new(big.Int).SetUint64(r.own))
	return protocol.MustAmount(n.Div(n, new(big.Int).SetUint64(r.total)))
}

// part is sum * of / whole, rounded down.
func part(sum protocol.Amount, of, whole uint64) protocol.Amount {
	n := new(big.Int).Mul(sum.Big(), new(big.Int).SetUint64(of))
	return protocol.MustAmount(n.Div(n, new(big.Int).SetUint64(whole)))
}

// turn is a number below n that auditors have different ones of: what any of them may do
// they do one after the other, and the first spares the others the gas.
func (a *Auditor) turn(id common.Hash, n uint64) uint64 {
	me := a.deps.Sender.Address()
	h := hashOf([]byte("dgrid auditor turn"), id[:], me[:])
	return (uint64(h[0])<<8 | uint64(h[1])) * n >> 16
}

// payID names the record of payments.
var payID = hashOf([]byte("dgrid auditor pay"))

// collect has what is owed paid out.
func (a *Auditor) collect(ctx context.Context) error {
	me := a.deps.Sender.Address()
	owed, err := a.deps.Draws.OwedTo(ctx, me)
	if err != nil {
		return err
	}
	a.drawn.owes(owed)
	if a.owed == nil || *a.owed != owed {
		a.owed = &owed
		a.announce() // an earlier process may have asked for the pay that came
	}
	d, err := a.draws.Get(payID)
	if errors.Is(err, protocol.ErrNotFound) {
		d, err = &Draw{ID: payID}, nil
	}
	if err != nil {
		return err
	}
	r := d.act("pay")
	if waits := r.Intent != (common.Hash{}) && !r.Done; !waits && (owed.IsZero() || !a.worth(owed)) {
		return nil
	}
	before := *r
	err = a.send(ctx, d, "pay", func(salt common.Hash) protocol.Call { return a.deps.Chain.Addresses().PayAuditor(me, salt) })
	if errors.As(err, new(fatal)) {
		return err
	}
	if *d.act("pay") != before {
		if err := a.draws.put(d); err != nil {
			return fatal{err}
		}
		a.announce()
	}
	if errors.Is(err, errPending) || errors.Is(err, protocol.ErrNotFound) { // the pool is empty: it stays owed
		return nil
	}
	return err
}
