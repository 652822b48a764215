package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// Why a running answer is cut.
var (
	errCancelled = errors.New("cancelled by the requester")
	errLinkLost  = errors.New("the connection broke")
	errStopping  = errors.New("the provider stops")
	errOverdue   = errors.New("the deadline passed")
)

// run is one answer being made.
type run struct {
	ask     wire.Ask
	model   *Model
	session *session // nil for a job
	ctx     context.Context
	cancel  context.CancelCauseFunc
	window  window
	done    chan struct{}
	counted bool // its maximum fee is in inFlight
}

// window counts the chunks that the relayer still takes.
type window struct {
	mu   sync.Mutex
	left uint32
	more chan struct{}
}

func (w *window) grant(n uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left += n; w.left < n || w.left > 1<<20 {
		w.left = 1 << 20 // a relayer that grants without bound gains nothing by it
	}
	select {
	case w.more <- struct{}{}:
	default:
	}
}

func (w *window) take(ctx context.Context) error {
	for {
		w.mu.Lock()
		if w.left > 0 {
			w.left--
			w.mu.Unlock()
			return nil
		}
		w.mu.Unlock()
		select {
		case <-w.more:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// handleAsk answers one Ask to its end.
func (p *Provider) handleAsk(ctx context.Context, s *session, a wire.Ask) {
	p.deps.step("ask.received")
	if p.sendStored(ctx, s, a) {
		return
	}
	r, wait, err := p.begin(s, a)
	if wait != nil {
		// The same request runs already: it has one receipt, for whoever asks.
		select {
		case <-wait:
			if !p.sendStored(ctx, s, a) {
				s.refuse(ctx, a.Hash, refuse(wire.RefuseUnavailable, "the same request just ended without a receipt"))
			}
		case <-ctx.Done():
		}
		return
	}
	if err != nil {
		s.refuse(ctx, a.Hash, err)
		return
	}
	defer p.end(r)
	if err := p.check(r, s.relayer); err != nil {
		if refused(a.Hash, err).Code == wire.RefuseUnavailable {
			p.log.Warn("cannot check a request", "request", a.Hash, "err", err)
		}
		s.refuse(ctx, a.Hash, err)
		return
	}
	p.deps.step("ask.checked")
	if err := s.link.Send(ctx, wire.KindAccepted, wire.Accepted{Hash: a.Hash}); err != nil {
		return // nothing was made yet
	}
	p.deps.step("accepted.sent")
	done, err := p.work(r, func(c wire.Chunk) error {
		if err := r.window.take(r.ctx); err != nil {
			return err
		}
		return s.link.Send(r.ctx, wire.KindChunk, c)
	})
	if err != nil {
		s.refuse(ctx, a.Hash, err)
		return
	}
	p.deps.step("done.ready")
	p.uncount(r) // the receipt is owed now: who has it may spend the rest at once
	s.deliver(ctx, done)
	p.deps.step("done.sent")
}

// begin takes a place for a request. wait is set instead if the same one runs.
func (p *Provider) begin(s *session, a wire.Ask) (r *run, wait <-chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.runs[a.Hash]; other != nil {
		return nil, other.done, nil
	}
	m := p.models[a.Request.ModelVersion]
	switch {
	case p.book.log.Err() != nil:
		return nil, nil, refuse(wire.RefuseUnavailable, "no answer can be signed for now")
	case p.draining:
		return nil, nil, refuse(wire.RefuseDraining, "the provider takes no more work")
	case m == nil:
		return nil, nil, refuse(wire.RefuseUnknown, "model version %s is not served here", a.Request.ModelVersion)
	case !p.freeLocked(m):
		return nil, nil, refuse(wire.RefuseBusy, "all %d places are taken", p.cfg.Concurrency)
	case a.Relayer != s.relayer:
		return nil, nil, refuse(wire.RefuseSignature, "the request names another relayer")
	case a.Request.MaxFee.Cmp(m.MaxFee) > 0: // sums of what is left stay far below 2^256
		return nil, nil, refuse(wire.RefuseExposure, "maximum fee %s is above the offer's %s", a.Request.MaxFee, m.MaxFee)
	}
	return p.beginLocked(s, a, m), nil, nil
}

func (p *Provider) beginLocked(s *session, a wire.Ask, m *Model) *run {
	r := &run{ask: a, model: m, session: s, window: window{left: wire.InitialWindow, more: make(chan struct{}, 1)}, done: make(chan struct{})}
	r.ctx, r.cancel = context.WithCancelCause(p.worklife)
	p.runs[a.Hash] = r
	p.busy++
	p.busyOf[m.Version]++
	p.metrics.running.Set(float64(p.busy))
	if sum, err := p.inFlight[a.Request.Payment].Add(a.Request.MaxFee); err == nil {
		p.inFlight[a.Request.Payment], r.counted = sum, true
	}
	return r
}

func (p *Provider) end(r *run) {
	r.cancel(nil)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.runs, r.ask.Hash)
	p.busy--
	p.busyOf[r.model.Version]--
	p.metrics.running.Set(float64(p.busy))
	p.uncountLocked(r)
	close(r.done)
	if p.idle != nil && p.busy == 0 {
		close(p.idle)
		p.idle = nil
	}
}

// uncount takes the maximum fee of a run off what may still be owed on its channel.
func (p *Provider) uncount(r *run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.uncountLocked(r)
}

func (p *Provider) uncountLocked(r *run) {
	if !r.counted {
		return
	}
	r.counted = false
	payment := r.ask.Request.Payment
	if rest, err := p.inFlight[payment].Sub(r.ask.Request.MaxFee); err != nil || rest.IsZero() {
		delete(p.inFlight, payment)
	} else {
		p.inFlight[payment] = rest
	}
}

// check runs all checks of a request that took its place.
func (p *Provider) check(r *run, relayer common.Address) error {
	if err := checkTerms(p.cfg.Domain, r.model, r.ask); err != nil {
		return err
	}
	p.mu.Lock()
	others, err := p.inFlight[r.ask.Request.Payment].Sub(r.ask.Request.MaxFee)
	p.mu.Unlock()
	if err != nil {
		others = protocol.Amount{}
	}
	return p.checkMoney(r.ctx, relayer, r.ask, others)
}

// sendStored answers a request that has its receipt already. Only who knows the
// request's secret gets the answer again: the hash is public once it is redeemed.
func (p *Provider) sendStored(ctx context.Context, s *session, a wire.Ask) bool {
	e := p.book.stored(a.Hash)
	if e == nil {
		return false
	}
	if e.secret != a.Secret {
		s.refuse(ctx, a.Hash, refuse(wire.RefusePrompt, "the secret is not that of the request"))
		return true
	}
	done, err := p.storedDone(e)
	if err != nil {
		p.log.Error("cannot repeat a stored answer", "request", a.Hash, "err", err)
		s.refuse(ctx, a.Hash, refuse(wire.RefuseUnavailable, "the stored answer cannot be read"))
		return true
	}
	s.deliver(ctx, done)
	return true
}

func (p *Provider) storedDone(e *entry) (wire.Done, error) {
	rec, err := p.book.answer(e)
	if err != nil {
		return wire.Done{}, err
	}
	sig, err := p.book.signature(e)
	if err != nil {
		return wire.Done{}, err
	}
	return wire.Done{Hash: rec.Receipt.RequestHash, Receipt: rec.Receipt, Signature: sig, Output: rec.Output, OutputText: rec.Text}, nil
}

// work makes the answer and signs for it. Whatever happens after the first token ends
// with a receipt; before it, with an error and none. A refusal is returned when the backend can never
// answer such a request: that is the requester's fault, and must not look like the provider's.
func (p *Provider) work(r *run, send func(wire.Chunk) error) (wire.Done, error) {
	a := r.ask
	ctx, stop := p.before(r.ctx, a.Request.Deadline)
	defer stop()
	started := p.clock()
	var chunks uint32
	var tokens, bytes int
	answer, err := p.generate(ctx, r.model, Work{a}, func(piece Piece) error {
		if err := send(wire.Chunk{Hash: a.Hash, Seq: chunks, Tokens: piece.Tokens, Text: piece.Text}); err != nil {
			return err
		}
		if chunks == 0 {
			p.metrics.firstToken.Observe(p.clock().Sub(started).Seconds())
			p.deps.step("first_chunk.sent")
		}
		chunks++
		tokens += len(piece.Tokens)
		bytes += len(piece.Text)
		p.deps.step("chunk.sent")
		return nil
	})
	p.deps.step("answer.made")
	if answer.OutputTokens == 0 {
		if err == nil {
			err = fmt.Errorf("the backend returned no token")
		} else if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		p.metrics.answers.WithLabelValues("none").Inc()
		p.log.Info("an answer ended before its first token", "request", a.Hash, "err", err)
		if errors.Is(err, protocol.ErrInvalid) {
			return wire.Done{}, refuse(wire.RefusePrompt, "the backend can never answer such a request") // its own words may tell of an upstream
		}
		return wire.Done{Hash: a.Hash, Error: publicReason(err)}, nil
	}
	if err != nil || answer.Finish == protocol.FinishCancelled {
		answer.Finish = protocol.FinishCancelled
		if context.Cause(ctx) == nil {
			p.log.Warn("the backend failed in mid-answer", "request", a.Hash, "err", err)
		}
	}
	rec, err := p.receipt(a, answer, r.model, false)
	if err != nil {
		p.log.Error("cannot make a receipt", "request", a.Hash, "err", err)
		return wire.Done{Hash: a.Hash, Error: "the answer cannot be signed for"}, nil
	}
	receipt, sig, err := p.book.sign(rec)
	if err != nil {
		p.log.Error("cannot sign a receipt", "request", a.Hash, "err", err)
		return wire.Done{Hash: a.Hash, Error: "the answer cannot be signed for"}, nil
	}
	p.metrics.answers.WithLabelValues(receipt.Finish.String()).Inc()
	p.metrics.tokens.Add(float64(receipt.OutputTokens))
	done := wire.Done{Hash: a.Hash, Receipt: receipt, Signature: sig}
	if tokens != len(answer.Tokens) || bytes != len(answer.Text) {
		done.Output, done.OutputText = answer.Tokens, answer.Text
	}
	return done, nil
}

// before returns a context that ends when a request's deadline is reached. Block time judges;
// the local clock only measures how long that is from now.
func (p *Provider) before(ctx context.Context, deadline uint64) (context.Context, func()) {
	now, err := p.view.now(ctx)
	left := time.Duration(0)
	if err == nil && deadline > now {
		left = time.Duration(deadline-now) * time.Second
	}
	return context.WithTimeoutCause(ctx, left, errOverdue)
}

func publicReason(err error) string {
	for _, known := range []error{errCancelled, errLinkLost, errStopping, errOverdue} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "the backend failed"
}

// receipt fills in the receipt of an answer, all but its sequence number.
func (p *Provider) receipt(a wire.Ask, answer Answer, m *Model, job bool) (answerRecord, error) {
	fee, err := a.Request.FeeFor(answer.OutputTokens)
	if err != nil {
		return answerRecord{}, err
	}
	// A cut answer must be signed for although its requester is gone already.
	ctx, cancel := context.WithTimeout(context.Background(), p.cfg.StopGrace)
	defer cancel()
	now, err := p.view.now(ctx)
	if err != nil {
		now = a.Request.Deadline // completedAt only informs
	}
	r := protocol.Receipt{RequestHash: a.Hash, Provider: p.cfg.Provider, OutputTokens: answer.OutputTokens,
		Finish: answer.Finish, Fee: fee, CompletedAt: now}
	if m.Class == protocol.ClassProven {
		r.OutputRoot = protocol.TokenRoot(a.Secret, protocol.TagOutput, answer.Tokens)
		r.TraceRoot = protocol.TraceRoot(a.Secret, answer.BoundaryRoot)
	} else {
		r.OutputRoot = protocol.TextRoot(a.Secret, protocol.TagOutput, []byte(answer.Text))
	}
	a.Reservation = nil
	return answerRecord{Job: job, Ask: a, Output: answer.Tokens, Text: answer.Text, Receipt: r}, nil
}
