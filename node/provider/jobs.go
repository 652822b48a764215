package provider

import (
	"context"
	"fmt"

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
	// Accept brings a signed acceptance on chain; it is an error if the job went to another.
	Accept(ctx context.Context, a protocol.Acceptance, signature protocol.Bytes) error
	// Deliver posts a receipt and its tokens; delivering twice must be harmless.
	Deliver(ctx context.Context, r protocol.Receipt, signature protocol.Bytes, output []uint32) error
}

// jobAsk is a job in the form of a request from a channel: the secret is zero and
// anyone may see the tokens.
func (p *Provider) jobAsk(j Job) wire.Ask {
	return wire.Ask{Hash: p.cfg.Domain.Digest(j.Request), Request: j.Request, Params: j.Params, Prompt: j.Prompt}
}

func (p *Provider) jobLoop(ctx context.Context) error {
	if p.deps.Jobs == nil {
		return nil
	}
	for {
		select {
		case <-p.deps.After(p.cfg.JobsEvery):
		case <-ctx.Done():
			return nil
		}
		if err := p.JobsNow(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("cannot serve jobs now", "err", err)
		}
	}
}

// JobsNow looks at all waiting jobs once: accepts what pays and fits, answers and
// delivers what is assigned.
func (p *Provider) JobsNow(ctx context.Context) error {
	jobs, err := p.deps.Jobs.Waiting(ctx)
	if err != nil {
		return fmt.Errorf("list jobs: %w", err)
	}
	for _, j := range jobs {
		if err := p.job(ctx, j); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			p.log.Warn("cannot serve a job", "job", j.ID, "err", err)
		}
	}
	return nil
}

func (p *Provider) job(ctx context.Context, j Job) error {
	if j.Assigned == p.cfg.Provider {
		return p.deliverJob(ctx, j)
	}
	if j.Assigned != (common.Address{}) {
		return nil
	}
	stake, err := p.view.stake(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	m := p.models[j.Request.ModelVersion]
	full := m == nil || p.draining || !p.freeLocked(m)
	p.mu.Unlock()
	if full || !p.wantsJob(ctx, m, j, stake) {
		return nil
	}
	token, err := p.tokenTime(m)
	if err != nil {
		return err
	}
	now, err := p.view.now(ctx) // after the trial, which takes a while
	if err != nil {
		return err
	}
	until, ok := p.acceptUntil(m, j.Request, now, token)
	if !ok {
		p.log.Debug("left a job that has too little time", "job", j.ID, "deadline", j.Request.Deadline)
		return nil
	}
	a := protocol.Acceptance{Job: j.ID, RequestHash: p.cfg.Domain.Digest(j.Request), Provider: p.cfg.Provider,
		ValidUntil: until}
	sig, err := p.cfg.Domain.Sign(p.deps.Key, a)
	if err != nil {
		return err
	}
	if err := p.deps.Jobs.Accept(ctx, a, sig); err != nil {
		return fmt.Errorf("accept a job: %w", err)
	}
	return p.deliverJob(ctx, j)
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
	ask := p.jobAsk(j)
	e := p.book.stored(ask.Hash)
	if e == nil {
		if err := p.answerJob(ask); err != nil {
			return err
		}
		if e = p.book.stored(ask.Hash); e == nil {
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
	if err := p.deps.Jobs.Deliver(ctx, done.Receipt, done.Signature, done.Output); err != nil {
		return fmt.Errorf("deliver a job: %w", err)
	}
	return nil
}

// answerJob runs a job. An answer that is cut off leaves no receipt: jobs take whole
// answers only, and the next attempt may finish it.
func (p *Provider) answerJob(ask wire.Ask) error {
	p.mu.Lock()
	m := p.models[ask.Request.ModelVersion]
	if m == nil || p.runs[ask.Hash] != nil || p.draining {
		p.mu.Unlock()
		return fmt.Errorf("answer a job: not served, running already, or draining: %w", protocol.ErrUnavailable)
	}
	r := p.beginLocked(nil, ask, m)
	p.mu.Unlock()
	defer p.end(r)
	ctx, stop := p.untilDeadline(r)
	defer stop()
	answer, err := p.generate(ctx, m, Work{ask}, func(Piece) error { return nil })
	if err == nil && (answer.OutputTokens == 0 || answer.Finish == protocol.FinishCancelled) {
		err = context.Cause(ctx)
		if err == nil {
			err = protocol.ErrUnavailable
		}
	}
	if err != nil {
		return fmt.Errorf("answer a job: %w", err)
	}
	rec, err := p.receipt(ask, answer, m, true)
	if err == nil {
		_, _, err = p.book.sign(rec)
	}
	return err
}
