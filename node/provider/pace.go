package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// How long a model takes for one token, whatever else runs, is tried out and not configured: a
// job that is late burns stake, so nobody who asks may have a say in it. A trial fills all
// free places; real answers only ever make the result slower.
const (
	paceTokens = 16               // of one trial; an answer of fewer says nothing
	paceFor    = time.Hour        // how long a trial is good: others are refused while it runs
	paceLimit  = 20 * time.Second // longest trial
	// jobLeeway is how many times the measured time a job must have: a machine gets busy with other
	// things, and later positions cost more than early ones.
	jobLeeway = 2
)

// pace is what one token of a model takes with all places busy, measured at a time.
type pace struct {
	tried time.Time
	token time.Duration
}

// generate is Backend.Generate; what the backend itself spends after the first piece counts
// for the pace. Time in emit is the reader's.
func (p *Provider) generate(ctx context.Context, m *Model, w Work, emit func(Piece) error) (Answer, error) {
	var left time.Time
	var spent time.Duration
	var tokens int
	answer, err := m.Backend.Generate(ctx, w, func(piece Piece) error {
		if !left.IsZero() {
			spent += p.clock().Sub(left)
			tokens += len(piece.Tokens)
		}
		err := emit(piece)
		left = p.clock()
		return err
	})
	if tokens >= paceTokens {
		p.mu.Lock()
		if known := p.paces[m.Version]; known.token != 0 {
			known.token = max(known.token, spent/time.Duration(tokens))
			p.paces[m.Version] = known
		}
		p.mu.Unlock()
	}
	return answer, err
}

// tokenTime returns the pace of a model, after a trial if there is no recent one. It fails
// with protocol.ErrUnavailable while all places are taken.
func (p *Provider) tokenTime(m *Model) (time.Duration, error) {
	p.mu.Lock()
	if known := p.paces[m.Version]; known.token != 0 && p.clock().Sub(known.tried) < paceFor {
		p.mu.Unlock()
		return known.token, nil
	}
	var trials []*run
	for p.freeLocked(m) {
		// One prompt token: so every token made is one step of the model.
		trials = append(trials, p.beginLocked(nil, wire.Ask{Hash: common.Hash{31: 1, 23: byte(len(trials)), 22: byte(len(trials) >> 8), 21: byte(len(trials) >> 16)},
			Request: protocol.Request{ModelVersion: m.Version, PromptTokens: 1, MaxOutputTokens: paceTokens}, Prompt: []uint32{0}}, m))
	}
	p.mu.Unlock()
	if len(trials) == 0 {
		return 0, fmt.Errorf("measure the pace: all places are taken: %w", protocol.ErrUnavailable)
	}
	times := make([]time.Duration, len(trials))
	var g errgroup.Group
	for i, r := range trials {
		g.Go(func() (err error) {
			defer p.end(r)
			times[i], err = p.try(r)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return 0, fmt.Errorf("measure the pace: %w", err)
	}
	var slowest time.Duration
	for _, t := range times {
		slowest = max(slowest, t)
	}
	// Answers in other places may have waited for their readers all the while.
	token := max(slowest*time.Duration(p.cfg.Concurrency)/time.Duration(len(trials)), 1)
	p.mu.Lock()
	p.paces[m.Version] = pace{p.clock(), token}
	p.mu.Unlock()
	p.log.Info("measured the pace of a model", "version", m.Version, "token", token)
	return token, nil
}

// try answers a trial and returns the time of one token. One that takes too long is cut and
// counts as it is.
func (p *Provider) try(r *run) (time.Duration, error) {
	ctx, stop := context.WithTimeout(r.ctx, paceLimit)
	defer stop()
	began, tokens := p.clock(), 0
	_, err := r.model.Backend.Generate(ctx, Work{r.ask}, func(piece Piece) error {
		tokens += len(piece.Tokens)
		return nil
	})
	spent := p.clock().Sub(began)
	if err != nil && (r.ctx.Err() != nil || ctx.Err() == nil) {
		return 0, err
	}
	return spent / time.Duration(max(tokens, 1)), nil
}

// freeLocked tells whether a model has a free place. The caller holds mu.
func (p *Provider) freeLocked(m *Model) bool {
	return p.busy < p.cfg.Concurrency && p.busyOf[m.Version] < m.Capacity
}

// acceptUntil returns until when a block may accept a job that takes token for each token,
// so that it is delivered in time. ok is false if that is too soon to be sent at all.
func (p *Provider) acceptUntil(m *Model, r protocol.Request, now uint64, token time.Duration) (until uint64, ok bool) {
	// An answer that fills the context ends there.
	tokens := min(uint64(r.PromptTokens)+uint64(r.MaxOutputTokens), uint64(m.Context))
	if tokens > uint64(protocol.MaxDeadline*time.Second/(jobLeeway*token)) {
		return 0, false
	}
	need := seconds(jobLeeway*time.Duration(tokens)*token + p.cfg.JobMargin)
	least := min(seconds(p.cfg.JobMargin/2), acceptanceLife)
	if r.Deadline < need || r.Deadline-need < now+least {
		return 0, false
	}
	return min(r.Deadline-need, now+acceptanceLife), true
}

// seconds rounds up.
func seconds(d time.Duration) uint64 { return uint64((d + time.Second - 1) / time.Second) }
