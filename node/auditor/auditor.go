package auditor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// Auditor works on cases until its context ends.
type Auditor struct {
	cfg     Config
	deps    Deps
	log     *slog.Logger
	cases   *Cases
	models  map[common.Hash]*model
	claimed *Claims
	metrics *metrics
	drawing
	late late
	// newClaim tells of a claim that was written.
	newClaim chan struct{}
	// busy are the workers, one for each case that replays or opens.
	busy   workers
	desk   desk
	stakes stakes

	mu      sync.Mutex
	running map[common.Hash]bool
	start   chan common.Hash // cases to work on
	changed chan struct{}    // closed and replaced when a case was written
	seen    seen
	selling sync.Mutex // held while a case is created, or a sale noted
	// point ends the auditor as a crash would: before a case is written, and after.
	point func(at string, c *Case) error
}

// New opens the folder of cases. Nothing happens before Run, but Add works.
func New(cfg Config, deps Deps) (*Auditor, error) {
	if err := cfg.complete(&deps); err != nil {
		return nil, err
	}
	a := &Auditor{cfg: cfg, deps: deps, log: deps.Log, models: map[common.Hash]*model{}, busy: workers{free: cfg.Workers}, desk: desk{seats: cfg.Workers},
		running: map[common.Hash]bool{}, start: make(chan common.Hash, 64), changed: make(chan struct{}), seen: newSeen(cfg.Feeds), late: newLate(), newClaim: make(chan struct{}, 1), stakes: newStakes()}
	for _, m := range cfg.Models {
		known, err := newModel(m)
		if err != nil {
			return nil, err
		}
		a.models[m.Version] = known
	}
	var err error
	if a.metrics, err = newMetrics(deps.Metrics); err != nil {
		return nil, err
	}
	if a.cases, err = OpenCases(filepath.Join(cfg.Data, "cases")); err != nil {
		return nil, err
	}
	if err := a.beginDrawing(); err != nil {
		return nil, err
	}
	if a.claimed, err = OpenClaims(filepath.Join(cfg.Data, "claims")); err != nil {
		return nil, err
	}
	return a, nil
}

// Cases is the folder of everything that was found.
func (a *Auditor) Cases() *Cases { return a.cases }

// Run takes answers from the feeds and from jobs, and works on cases, until ctx ends.
func (a *Auditor) Run(ctx context.Context) error {
	list, err := a.cases.List()
	if err != nil {
		a.log.Warn("cannot read some cases", "err", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case receipt := <-a.start:
				a.mu.Lock()
				known := a.running[receipt]
				a.running[receipt] = true
				a.mu.Unlock()
				if !known {
					g.Go(func() error { return a.work(ctx, receipt) })
				}
			}
		}
	})
	for _, c := range list {
		a.metrics.moved("", c.State)
		if b, err := a.cases.Bundle(c.Receipt); err == nil {
			a.note(c, b)
			a.sleep(c, b)
			a.stakes.recall(c, c.Origin == OriginDraw || a.wasDrawn(c.Receipt))
		}
	}
	for _, c := range list { // payments are read off the lines, so all receipts come first
		if !c.State.Over() || c.bonded() {
			a.enqueue(ctx, c.Receipt)
		}
	}
	g.Go(func() error { return a.claimLoop(ctx) })
	g.Go(func() error { return a.lineLoop(ctx) })
	g.Go(func() error { return a.lateLoop(ctx) })
	g.Go(func() error { return a.restLoop(ctx) })
	if a.deps.Bonds != nil {
		g.Go(func() error { return a.bondLoop(ctx) })
	}
	for _, base := range a.cfg.Feeds {
		g.Go(func() error { return a.follow(ctx, base) })
	}
	if a.deps.Jobs != nil {
		g.Go(func() error { return a.jobs(ctx) })
	}
	if a.deps.Draws != nil {
		g.Go(func() error { return a.followDraws(ctx) })
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("run the auditor: %w", err)
	}
	return nil
}

func (a *Auditor) enqueue(ctx context.Context, receipt common.Hash) {
	select {
	case a.start <- receipt:
	case <-ctx.Done():
	}
}

// Add makes a case of an answer. A receipt that is known already is no error. It fails with
// protocol.ErrInvalid for what no contract would take: another deployment's, or one whose
// parts do not belong together.
func (a *Auditor) Add(ctx context.Context, b bundle.Bundle) (common.Hash, error) {
	return a.add(ctx, b, &Case{Origin: OriginFile})
}

// AddPaid is Add for an answer that was bought through a relayer, so that the auditor can show
// its payment once it is redeemed. bought orders the answers of one voucher line.
func (a *Auditor) AddPaid(ctx context.Context, b bundle.Bundle, relayer common.Address, bought uint64) (common.Hash, error) {
	return a.add(ctx, b, &Case{Origin: OriginFile, Relayer: relayer, Bought: bought})
}

func (a *Auditor) add(ctx context.Context, b bundle.Bundle, c *Case) (common.Hash, error) {
	domain := a.deps.Chain.Domain()
	receipt := domain.Digest(b.Receipt)
	if b.Domain != domain {
		return receipt, fmt.Errorf("add receipt of another deployment: %w", protocol.ErrInvalid)
	}
	if err := a.belongs(ctx, b, nil); err != nil {
		return receipt, fmt.Errorf("add receipt %s: %w", receipt, err)
	}
	c.State = Found
	return a.begin(ctx, b, c)
}

// begin writes a case in its first state, and has it worked on.
func (a *Auditor) begin(ctx context.Context, b bundle.Bundle, c *Case) (common.Hash, error) {
	receipt := b.Domain.Digest(b.Receipt)
	c.Schema, c.Receipt, c.Provider = Schema, receipt, b.Receipt.Provider
	now, err := a.deps.Chain.Now(ctx)
	if err != nil {
		return receipt, fmt.Errorf("add receipt: %w", err)
	}
	c.FoundAt = now
	a.selling.Lock()
	created, err := a.cases.Create(c, b)
	a.selling.Unlock()
	if err == nil && !created {
		err = a.sell(receipt, c.sale())
	}
	if err != nil {
		return receipt, err
	}
	if known, err := a.cases.Get(receipt); err == nil && known.State.Over() {
		return receipt, nil // what wakes it is a payment
	}
	if created {
		a.metrics.moved("", c.State)
		a.announce()
		a.note(c, b)
	}
	select {
	case a.start <- receipt:
	default:
		go a.enqueue(context.WithoutCancel(ctx), receipt) // Run takes it
	}
	return receipt, nil
}

// belongs checks that the parts of a bundle are what was signed, and that the provider
// signed, which of a delivered job the Market's record says too. What a fault is made of (fee,
// count, finish, trace) is not looked at. Tokens are compared under salts, if there are some.
func (a *Auditor) belongs(ctx context.Context, b bundle.Bundle, salts *Salts) error {
	if a.models[b.Request.ModelVersion] != nil && b.Model.Class != protocol.ClassProven { // a leaf of tokens reads as one of text
		return fmt.Errorf("class %s, and the model is proven: %w", b.Model.Class, protocol.ErrInvalid)
	}
	report, err := b.Verify()
	unsigned := len(b.Signature) == 0
	if err != nil {
		for _, check := range report.Checks {
			if salts != nil && (check.Name == bundle.CheckPrompt || check.Name == bundle.CheckOutput) {
				continue
			}
			switch check.Name {
			case bundle.CheckSchema, bundle.CheckParams, bundle.CheckPrompt, bundle.CheckRequestHash, bundle.CheckSignature, bundle.CheckOutput:
				if !check.OK && !(unsigned && check.Name == bundle.CheckSignature) {
					return fmt.Errorf("%s: %s: %w", check.Name, check.Detail, protocol.ErrInvalid)
				}
			}
		}
	}
	if salts != nil {
		if err := salts.bind(b); err != nil {
			return err
		}
	}
	if unsigned {
		return a.recorded(ctx, b)
	}
	owner, err := a.deps.Chain.ProviderOf(ctx, report.Operator)
	if err == nil && owner != b.Receipt.Provider {
		err = fmt.Errorf("%s is no operator of %s: %w", report.Operator, b.Receipt.Provider, protocol.ErrInvalid)
	}
	return err
}

// recorded checks that the Market took this very receipt as the delivery of its job: it then
// saw the signature, and evidence needs none.
func (a *Auditor) recorded(ctx context.Context, b bundle.Bundle) error {
	receipt, err := a.deps.Chain.DeliveryOf(ctx, b.Request.Payment)
	if err == nil && receipt != b.Domain.Digest(b.Receipt) {
		err = fmt.Errorf("nobody signed it, and it was not delivered as job %s: %w", b.Request.Payment, protocol.ErrUnauthorized)
	}
	return err
}

// Wait blocks until a case is in a state that until accepts, and returns it.
func (a *Auditor) Wait(ctx context.Context, receipt common.Hash, until func(Case) bool) (Case, error) {
	for {
		a.mu.Lock()
		changed := a.changed
		a.mu.Unlock()
		c, err := a.cases.Get(receipt)
		if err == nil && until(*c) {
			return *c, nil
		}
		if err != nil && !errors.Is(err, protocol.ErrNotFound) {
			return Case{}, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			state := State("unknown")
			if c != nil {
				state = c.State
			}
			return Case{}, fmt.Errorf("wait for case %s, which is %s: %w", receipt, state, context.Cause(ctx))
		}
	}
}

// WaitOver is Wait until nothing is left to do.
func (a *Auditor) WaitOver(ctx context.Context, receipt common.Hash) (Case, error) {
	return a.Wait(ctx, receipt, func(c Case) bool { return c.State.Over() })
}

func (a *Auditor) announce() {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.changed)
	a.changed = make(chan struct{})
}

// work moves one case until it is over, no bond is out for it, or ctx ends. Failures are tried again, each time
// after a longer pause.
func (a *Auditor) work(ctx context.Context, receipt common.Hash) error {
	var j *judge
	defer func() {
		if j != nil {
			a.desk.forget(j)
		}
		a.mu.Lock()
		delete(a.running, receipt)
		a.mu.Unlock()
	}()
	for {
		if j == nil {
			c, err := a.cases.Get(receipt)
			if err == nil {
				j, err = a.judge(c)
			}
			if err != nil { // one damaged folder stops no other case
				a.log.Error("cannot read a case", "receipt", receipt, "err", err)
				a.stakes.forget(receipt)
				return nil
			}
		}
		before := j.c.State
		err := j.advance(ctx)
		if ctx.Err() != nil {
			return nil
		}
		waits := errors.Is(err, errNotWorth)
		if waits || errors.Is(err, errPending) {
			j.c.Failures, j.c.Trouble = 0, err.Error()
		} else if err != nil {
			j.c.Failures, j.c.Trouble = j.c.Failures+1, err.Error()
			a.log.Warn("case waits", "receipt", receipt, "state", j.c.State, "failures", j.c.Failures, "err", err)
		} else if j.c.State != before {
			j.c.Failures, j.c.Trouble = 0, ""
			a.log.Info("case moved", "receipt", receipt, "provider", j.c.Provider, "from", before, "to", j.c.State, "note", j.c.Note)
		}
		if err := a.crash("before "+string(j.c.State), j.c); err != nil {
			return err
		}
		if err := a.cases.Put(j.c); err != nil {
			return err // without a disk nothing is safe
		}
		if err := a.crash("after "+string(j.c.State), j.c); err != nil {
			return err
		}
		a.metrics.moved(before, j.c.State)
		a.announce()
		over := j.c.State.Over()
		a.stakes.note(j.c, err)
		if next := j.c.again(j.b); over && a.late.answer(receipt) && next != "" {
			if err := a.goOn(j.c, next); err != nil {
				return err
			}
			a.desk.forget(j)
			j = nil
			continue
		}
		if over && !j.c.bonded() {
			return nil
		}
		if waits {
			a.repose(j)
			return nil
		}
		if err == nil && j.c.State != before {
			continue
		}
		pause := a.cfg.RetryEvery << min(j.c.Failures, 6)
		if over {
			pause = max(pause, a.cfg.LookEvery)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

func (a *Auditor) crash(at string, c *Case) error {
	if a.point == nil {
		return nil
	}
	return a.point(at, c)
}

// heavy runs something that needs memory and cores, in turn.
func (a *Auditor) heavy(ctx context.Context, on claimOn, work func() error) error {
	if err := a.busy.take(ctx, on); err != nil {
		return err
	}
	defer a.busy.give()
	return work()
}
