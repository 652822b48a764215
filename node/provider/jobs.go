package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// Job is a request on chain that waits for a provider, or for this one's delivery.
type Job struct {
	ID       common.Hash
	Request  protocol.Request
	Params   protocol.Params
	Prompt   []uint32
	Assigned common.Address // who must deliver; zero while anyone may accept
}

// acceptanceLife is how long an acceptance may wait for a block, in seconds. One that
// is held back counts as a promise until then, or until the job would be late; a provider that
// still wants the job signs another.
const acceptanceLife = 30

// Jobs is the door to the jobs on chain.
type Jobs interface {
	// Waiting returns the jobs that nobody has accepted and those that wait for this
	// provider's delivery.
	Waiting(ctx context.Context) ([]Job, error)
	// Accept brings a signed acceptance on chain; nil says that the job is this provider's, whoever sent the acceptance.
	// protocol.ErrConflict says that it never has an effect: the job went to another or is over, or nobody saw the
	// signature. After other errors it may still have one.
	Accept(ctx context.Context, a protocol.Acceptance, signature protocol.Bytes) error
	// Deliver posts the receipt of a job and its tokens; delivering twice must be harmless.
	Deliver(ctx context.Context, job common.Hash, r protocol.Receipt, signature protocol.Bytes, output []uint32) error
}

// promise is a job that this provider accepted, or may have. It keeps a place from before its
// acceptance until its delivery, or nobody asked would leave it one, and no drain would wait for it.
type promise struct {
	run *run
	// until is the block time from which no block can hold the acceptance any more; 0 if
	// the job was seen accepted.
	until uint64
}

// jobAsk is a job in the form of a request from a channel: the secret is zero and
// anyone may see the tokens.
func (p *Provider) jobAsk(j Job) wire.Ask {
	return wire.Ask{Hash: p.cfg.Domain.Digest(j.Request), Request: j.Request, Params: j.Params, Prompt: j.Prompt}
}

// jobLoop serves jobs until ctx or all work ends; what it owes then is served first after the next start. It closes
// claimed when the jobs that were accepted before have their places.
func (p *Provider) jobLoop(ctx context.Context, claimed chan<- struct{}) error {
	if p.deps.Jobs == nil {
		close(claimed)
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(p.worklife, stop)()
	defer p.dropPromises(func(common.Hash, *promise) bool { return true })
	if !p.claimJobs(ctx) {
		return nil
	}
	close(claimed)
	for {
		if err := p.JobsNow(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("cannot serve jobs now", "err", err)
		}
		select {
		case <-p.deps.After(p.cfg.JobsEvery):
		case <-ctx.Done():
			return nil
		}
	}
}

// JobsNow answers and delivers what is assigned, then accepts what pays and fits. It looks at each job that nobody
// accepted once, and at what is assigned again after every acceptance.
func (p *Provider) JobsNow(ctx context.Context) error {
	p.jobbing.Lock()
	defer p.jobbing.Unlock()
	for tried := map[common.Hash]bool{}; ; {
		mine, open, err := p.waitingJobs(ctx)
		if err != nil {
			return err
		}
		behind := false
		for _, j := range mine {
			behind = p.jobFailed(ctx, j, p.deliverJob(ctx, j)) || behind
		}
		if behind || !p.takeNext(ctx, open, tried) {
			return nil
		}
	}
}

// takeNext accepts the next job that was not tried yet, pays and fits, and serves it. It tells whether another may follow:
// false if there was none, or if it is still owed.
func (p *Provider) takeNext(ctx context.Context, open []Job, tried map[common.Hash]bool) bool {
	for _, j := range open {
		// INVARIANT: one promise at a time; what a second would take from the first is in no estimate.
		if p.owing() > 0 || ctx.Err() != nil {
			return false
		}
		if tried[j.ID] {
			continue
		}
		tried[j.ID] = true
		accepted, err := p.takeJob(ctx, j)
		p.jobFailed(ctx, j, err)
		if accepted {
			return p.owing() == 0
		}
	}
	return false
}

func (p *Provider) jobFailed(ctx context.Context, j Job, err error) bool {
	if err != nil && ctx.Err() == nil {
		p.log.Warn("cannot serve a job", "job", j.ID, "err", err)
	}
	return err != nil
}

// waitingJobs lists what is assigned to this provider and can be delivered in time, the most urgent first, and what
// anyone may take. It gives up the places of promises that are over.
func (p *Provider) waitingJobs(ctx context.Context) (mine, open []Job, err error) {
	// INVARIANT: the clock is read first, so that the list holds every acceptance that was in time by it.
	now, err := p.view.now(ctx)
	if err != nil {
		return nil, nil, err
	}
	jobs, err := p.deps.Jobs.Waiting(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("list jobs: %w", err)
	}
	owed := map[common.Hash]bool{}
	for _, j := range jobs {
		switch {
		case j.Request.Deadline <= now:
		case j.Assigned == common.Address{}:
			open = append(open, j)
		case j.Assigned != p.cfg.Provider:
		case p.models[j.Request.ModelVersion] == nil:
			p.log.Warn("cannot serve an accepted job: its model version is not served here", "job", j.ID, "version", j.Request.ModelVersion)
		default:
			mine, owed[j.ID] = append(mine, j), true
		}
	}
	p.dropPromises(func(job common.Hash, kept *promise) bool {
		return !owed[job] && (now >= kept.until || now >= kept.run.ask.Request.Deadline)
	})
	answered := func(j Job) int {
		if p.book.stored(p.cfg.Domain.Digest(j.Request)) != nil {
			return 0
		}
		return 1
	}
	slices.SortFunc(mine, func(a, b Job) int {
		return cmp.Or(cmp.Compare(answered(a), answered(b)), cmp.Compare(a.Request.Deadline, b.Request.Deadline))
	})
	return mine, open, nil
}

// claimJobs takes places for the jobs that were accepted before this process began: whoever asks
// first must not take the last place from them. It tries until it knows them, and returns false if ctx ends before.
func (p *Provider) claimJobs(ctx context.Context) bool {
	for {
		mine, err := p.claim(ctx)
		if err == nil {
			if mine > 0 {
				p.log.Info("going on with accepted jobs", "jobs", mine)
			}
			return true
		}
		if ctx.Err() == nil {
			p.log.Warn("cannot see which jobs were accepted: no requests are taken yet", "err", err)
		}
		select {
		case <-p.deps.After(p.cfg.JobsEvery):
		case <-ctx.Done():
			return false
		}
	}
}

func (p *Provider) claim(ctx context.Context) (int, error) {
	p.jobbing.Lock()
	defer p.jobbing.Unlock()
	mine, _, err := p.waitingJobs(ctx)
	for _, j := range mine {
		if _, err := p.promise(j, 0); err != nil {
			p.log.Warn("cannot keep a place for a job", "job", j.ID, "err", err)
		}
	}
	return len(mine), err
}

// promise returns the promise of a job, and takes a place for it if it has none. until is 0
// for a job that is accepted already: that one is served while draining, too.
func (p *Provider) promise(j Job, until uint64) (*promise, error) {
	ask := p.jobAsk(j)
	p.mu.Lock()
	defer p.mu.Unlock()
	if kept := p.promises[j.ID]; kept != nil {
		return kept, nil
	}
	m := p.models[j.Request.ModelVersion]
	if m == nil || p.runs[ask.Hash] != nil || !p.freeLocked(m) || until != 0 && p.draining {
		return nil, fmt.Errorf("keep a place for a job: not served, running already, all taken, or draining: %w", protocol.ErrUnavailable)
	}
	kept := &promise{p.beginLocked(nil, ask, m), until}
	if len(p.promises) == 0 {
		p.settled = make(chan struct{})
	}
	p.promises[j.ID] = kept
	return kept, nil
}

// dropPromises gives up the places of promises.
func (p *Provider) dropPromises(over func(job common.Hash, kept *promise) bool) {
	var ended []*run
	p.mu.Lock()
	for job, kept := range p.promises {
		if over(job, kept) {
			delete(p.promises, job)
			ended = append(ended, kept.run)
		}
	}
	if len(ended) > 0 && len(p.promises) == 0 {
		close(p.settled)
	}
	p.mu.Unlock()
	for _, r := range ended {
		p.end(r)
	}
}

func (p *Provider) dropPromise(j Job) {
	p.dropPromises(func(job common.Hash, _ *promise) bool { return job == j.ID })
}

// Settled returns a channel that is closed once every job that was accepted, or may have been, is
// delivered or over.
func (p *Provider) Settled() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settled
}

func (p *Provider) owing() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.promises)
}

// takeJob accepts a job that pays and fits, and serves it. It tells whether an acceptance may have an effect.
func (p *Provider) takeJob(ctx context.Context, j Job) (accepted bool, err error) {
	if err := p.book.log.Err(); err != nil {
		return false, fmt.Errorf("nothing can be signed: %w", err)
	}
	stake, err := p.view.stake(ctx)
	if err != nil {
		return false, err
	}
	p.mu.Lock()
	m := p.models[j.Request.ModelVersion]
	full := m == nil || p.draining || !p.freeLocked(m)
	p.mu.Unlock()
	if full || !p.wantsJob(ctx, m, j, stake) {
		return false, nil
	}
	token, err := p.tokenTime(m)
	if err != nil {
		return false, err
	}
	now, err := p.view.now(ctx) // after the trial, which takes a while
	if err != nil {
		return false, err
	}
	until, ok := p.acceptUntil(m, j.Request, now, token)
	if !ok {
		p.log.Debug("left a job that has too little time", "job", j.ID, "deadline", j.Request.Deadline)
		return false, nil
	}
	a := protocol.Acceptance{Job: j.ID, RequestHash: p.cfg.Domain.Digest(j.Request), Provider: p.cfg.Provider, ValidUntil: until}
	sig, err := p.cfg.Domain.Sign(p.deps.Key, a)
	if err != nil {
		return false, err
	}
	if _, err := p.promise(j, until); err != nil {
		return false, err
	}
	waiting, stop := context.WithTimeout(ctx, acceptanceLife*time.Second)
	defer stop()
	if err := p.deps.Jobs.Accept(waiting, a, sig); err != nil {
		if errors.Is(err, protocol.ErrConflict) {
			p.dropPromise(j)
			return false, fmt.Errorf("accept a job: %w", err)
		}
		return true, fmt.Errorf("accept a job: %w", err)
	}
	return true, p.deliverJob(ctx, j)
}

// wantsJob tells whether a job is sound, pays the offer's prices, is within exposure and
// is one that the backend can answer: the contract knows no vocabulary, and what is accepted
// and cannot be answered burns the maximum fee from the stake.
func (p *Provider) wantsJob(ctx context.Context, m *Model, j Job, stake protocol.Amount) bool {
	ask := p.jobAsk(j)
	return m.Class == protocol.ClassProven && j.Request.Payment == j.ID &&
		checkTerms(p.cfg.Domain, m, ask) == nil && protocol.WithinExposure(j.Request.MaxFee, stake) &&
		m.Backend.CheckRequest(Work{ask}) == nil && m.Backend.Check(ctx) == nil
}

// deliverJob answers an assigned job, once over all restarts, and delivers the receipt.
func (p *Provider) deliverJob(ctx context.Context, j Job) error {
	hash := p.cfg.Domain.Digest(j.Request)
	kept, err := p.promise(j, 0)
	e := p.book.stored(hash)
	if e == nil {
		if err == nil {
			err = p.answerJob(kept.run)
		}
		if err != nil {
			return err
		}
		if e = p.book.stored(hash); e == nil {
			return fmt.Errorf("answer a job: no receipt was made: %w", protocol.ErrInternal)
		}
	}
	done, err := p.storedDone(e)
	if err != nil {
		return err
	}
	if done.Receipt.Finish == protocol.FinishCancelled {
		return fmt.Errorf("job was cut off and cannot be delivered: %w", protocol.ErrUnavailable)
	}
	ctx, stop := p.before(ctx, j.Request.Deadline)
	defer stop()
	if err := p.deps.Jobs.Deliver(ctx, j.ID, done.Receipt, done.Signature, done.Output); err != nil {
		return fmt.Errorf("deliver a job: %w", err)
	}
	p.dropPromise(j)
	return nil
}

// answerJob runs a job in its place. An answer that is cut off leaves no receipt: jobs take whole
// answers only, and the next attempt may finish it.
func (p *Provider) answerJob(r *run) error {
	ctx, stop := p.before(r.ctx, r.ask.Request.Deadline)
	defer stop()
	answer, err := p.generate(ctx, r.model, Work{r.ask}, func(Piece) error { return nil })
	if err == nil && (answer.OutputTokens == 0 || answer.Finish == protocol.FinishCancelled) {
		err = context.Cause(ctx)
		if err == nil {
			err = protocol.ErrUnavailable
		}
	}
	if err != nil {
		return fmt.Errorf("answer a job: %w", err)
	}
	rec, err := p.receipt(r.ask, answer, r.model, true)
	if err == nil {
		_, _, err = p.book.sign(rec)
	}
	return err
}
