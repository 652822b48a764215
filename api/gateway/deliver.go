package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

// delivery takes one answer in: events until the receipt, then checks and books.
type delivery struct {
	g      *Gateway
	relay  *upstream // the request's own
	f      *flight
	gen    *store.Generation
	saved  Saved
	writer writer

	provider common.Address // who accepted
	tokens   []uint32
	chunks   uint32       // seen
	after    atomic.Int64 // last event, -1 none
	resumed  atomic.Bool  // the first stream was lost: the relayer may have the request
	why      cancelReason
	result   *Result
}

// cancelReason is why we asked the provider to stop.
type cancelReason string

const (
	cancelClient     cancelReason = "client" // gone, or we shut down
	cancelStop       cancelReason = "stop"   // a stop string was found
	cancelFirstToken cancelReason = "first_token"
	cancelTotal      cancelReason = "total"
	cancelFault      cancelReason = "fault" // the provider broke a rule
)

type incoming struct {
	event wire.Event
	err   error
}

// idleLimit is how long a stream may be without any event, heartbeats included.
const idleLimit = 45 * time.Second

// cancelAgain is how often a cancel is repeated: one that overtakes its request on
// the way to the relayer finds nothing to cancel.
const cancelAgain = 500 * time.Millisecond

// maxText bounds the text of one answer, in bytes.
const maxText = 8 << 20

// run receives until the answer is stored. The error is an *Error where the client
// has to be told something; then nothing is due, unless it says Billed.
func (d *delivery) run(ctx context.Context, open func(context.Context) (*Stream, error)) error {
	pump, stop := context.WithCancel(ctx)
	events := make(chan incoming)
	pumped := make(chan struct{})
	go func() { defer close(pumped); d.pump(pump, open, events) }()
	defer func() { stop(); <-pumped }()

	first := time.NewTimer(d.g.cfg.FirstToken)
	defer first.Stop()
	total := time.NewTimer(d.g.cfg.Total)
	defer total.Stop()
	var grace, again <-chan time.Time
	gone := d.f.cancel
	for {
		before := d.why
		select {
		case in := <-events:
			if in.err != nil {
				return d.lost(in.err)
			}
			done, err := d.take(ctx, in.event)
			if done || err != nil {
				return err
			}
			if len(d.tokens) > 0 || d.writer.text.Len() > 0 {
				first.Stop()
			}
		case <-first.C:
			d.why = cancelFirstToken
		case <-total.C:
			d.why = cancelTotal
		case <-gone:
			gone = nil
			d.why = cancelClient
		case <-again:
			d.cancel(ctx)
			again = time.After(cancelAgain)
		case <-grace:
			return d.lost(fmt.Errorf("cancelled (%s), and no receipt came in time: %w", d.why, protocol.ErrUnavailable))
		case <-ctx.Done():
			return d.lost(ctx.Err())
		}
		if before == "" && d.why != "" {
			grace, again = time.After(d.g.cfg.CancelGrace), time.After(cancelAgain)
			d.cancel(ctx)
		}
		d.why = cmp.Or(before, d.why)
	}
}

func (d *delivery) cancel(ctx context.Context) {
	if err := d.relay.Cancel(ctx, d.gen.Hash, d.saved.Ask.Secret); err != nil && ctx.Err() == nil {
		d.g.log.Warn("cancel did not reach the relayer", "request", d.gen.Hash, "error", err)
	}
}

// pump reads events, resuming a lost stream, until Done, Error, or an error of its own.
func (d *delivery) pump(ctx context.Context, open func(context.Context) (*Stream, error), out chan<- incoming) {
	send := func(in incoming) bool {
		select {
		case out <- in:
			return true
		case <-ctx.Done():
			return false
		}
	}
	backoff, lostAt, reopening := 50*time.Millisecond, time.Time{}, false
	for {
		stream, err := open(ctx)
		if err == nil {
			err = d.read(stream, func(e wire.Event) bool {
				backoff, lostAt = 50*time.Millisecond, time.Time{}
				return send(incoming{event: e})
			})
			if err == nil {
				return
			}
		}
		var refused *RelayError
		// "Not now" to the first submission is an answer too: nothing was taken.
		definite := errors.As(err, &refused) && (refused.Definite() || refused.Failure.Code != "" && !reopening) || errors.Is(err, protocol.ErrInvalid)
		if lostAt.IsZero() {
			lostAt = time.Now()
		}
		if definite || time.Since(lostAt) > d.g.cfg.ResumeFor {
			send(incoming{err: err})
			return
		}
		select {
		case <-time.After(backoff):
		case <-ctx.Done():
			return
		}
		backoff = min(2*backoff, 2*time.Second)
		if !reopening {
			reopening, open = true, d.reopen(open)
			d.resumed.Store(true)
		}
	}
}

// reopen resumes a stream; one that the relayer never heard of is submitted again,
// which is harmless: the same hash is the same request.
func (d *delivery) reopen(submit func(context.Context) (*Stream, error)) func(context.Context) (*Stream, error) {
	return func(ctx context.Context) (*Stream, error) {
		s, err := d.relay.Resume(ctx, d.gen.Hash, d.saved.Ask.Secret, d.after.Load())
		if errors.Is(err, protocol.ErrNotFound) && d.after.Load() < 0 {
			return submit(ctx)
		}
		return s, err
	}
}

// read hands events over until the last (nil), a refusal to take more (nil) or a
// broken stream.
func (d *delivery) read(s *Stream, take func(wire.Event) bool) error {
	defer s.Close()
	idle := time.AfterFunc(idleLimit, func() { s.Close() })
	defer idle.Stop()
	for {
		e, err := s.Next()
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("stream of answer ended early: %w", protocol.ErrUnavailable)
		}
		if err != nil {
			return err
		}
		idle.Reset(idleLimit)
		if e.Beat != nil {
			continue
		}
		if !take(e) || e.Done != nil || e.Error != nil {
			return nil
		}
		d.after.Store(int64(e.Seq))
	}
}

// take handles one event; true when the answer is complete and stored.
func (d *delivery) take(ctx context.Context, e wire.Event) (bool, error) {
	switch {
	case e.Accepted != nil:
		return false, d.accept(e.Accepted.Provider)
	case e.Chunk != nil:
		return false, d.chunk(ctx, e.Chunk)
	case e.Done != nil:
		return true, d.complete(ctx, e.Done)
	case e.Error != nil:
		return true, d.release(d.failed(*e.Error))
	}
	return false, nil
}

// failed is a stream's failure as the client is told. When we cancelled, our reason
// is the better one.
func (d *delivery) failed(f wire.Failure) *Error {
	if f.Code == wire.CodeCancelled && d.why == cancelFirstToken {
		f.Code, f.Detail = string(CodeFirstToken), fmt.Sprintf("no token within %s; nothing is billed", d.g.cfg.FirstToken)
	} else if f.Code == wire.CodeCancelled && d.why == cancelTotal {
		f.Code, f.Detail = string(CodeTotal), "no answer in time; nothing is billed"
	}
	return failure(d.f.chat, f, protocol.ErrConflict)
}

func (d *delivery) accept(provider common.Address) error {
	if provider != d.saved.Matched && !d.saved.Fallbacks || !d.g.allowed(d.saved.Routing, provider) {
		d.cancel(d.g.base)
		return d.release(&Error{Code: CodeProvider, Detail: fmt.Sprintf("the relayer gave the request to %s, which it excludes", provider), Cause: protocol.ErrUnauthorized})
	}
	d.provider = provider
	d.f.know(func(i *Info) { i.Provider = provider })
	return nil
}

func (d *delivery) chunk(ctx context.Context, c *wire.Chunk) error {
	if c.Seq < d.chunks {
		return nil // repeated by a resumed stream
	}
	proven := d.saved.Model.Class == protocol.ClassProven
	if d.writer.text.Len()+len(c.Text) > maxText {
		d.cancel(d.g.base)
		d.g.metrics.refused.WithLabelValues("size").Inc()
		return d.release(&Error{Code: CodeProvider, Detail: "the provider sent more text than an answer may have; nothing is paid", Cause: protocol.ErrInvalid})
	}
	if c.Seq > d.chunks || !proven && len(c.Tokens) > 0 || len(d.tokens)+len(c.Tokens) > int(d.saved.Ask.Request.MaxOutputTokens) {
		d.cancel(d.g.base)
		d.g.metrics.refused.WithLabelValues("chunks").Inc()
		return d.release(&Error{Code: CodeProvider, Detail: "the provider sent chunks out of order, of the wrong kind or above the maximum; nothing is paid", Cause: protocol.ErrInvalid})
	}
	d.chunks++
	show := ""
	if proven {
		d.tokens = append(d.tokens, c.Tokens...)
		if d.writer.decoder != nil {
			show = d.writer.tokens(c.Tokens)
		}
	} else {
		show = d.writer.chars(c.Text)
	}
	d.f.push(ctx, show)
	if d.writer.stopped {
		d.why = cmp.Or(d.why, cancelStop)
	}
	return nil
}

// complete checks the receipt against what arrived, books it and ends the answer.
func (d *delivery) complete(ctx context.Context, done *wire.Done) error {
	if len(done.Signature) == 0 {
		return d.release(&Error{Code: CodeProvider, Detail: "the provider failed: " + done.Error, Cause: protocol.ErrUnavailable})
	}
	// A stored receipt that is sent again brings its whole answer: take what is new.
	if rest := done.Output; d.saved.Model.Class == protocol.ClassProven && len(rest) > len(d.tokens) && slices.Equal(rest[:len(d.tokens)], d.tokens) {
		if err := d.chunk(ctx, &wire.Chunk{Seq: d.chunks, Tokens: rest[len(d.tokens):]}); err != nil {
			return err
		}
	} else if text := d.writer.text.String(); d.saved.Model.Class == protocol.ClassSampled && len(done.OutputText) > len(text) && done.OutputText[:len(text)] == text {
		if err := d.chunk(ctx, &wire.Chunk{Seq: d.chunks, Text: done.OutputText[len(text):]}); err != nil {
			return err
		}
	}
	d.f.push(ctx, d.writer.finish())
	b := d.g.bundleOf(d.saved)
	b.Output, b.OutputText, b.Receipt, b.Signature = d.tokens, d.writer.text.String(), done.Receipt, done.Signature
	report, err := b.Verify()
	if err == nil {
		err = d.operator(ctx, report)
	}
	if errors.Is(err, protocol.ErrUnavailable) {
		return d.lost(err)
	}
	if err != nil {
		return d.refuse(err)
	}
	nothing := len(d.tokens) == 0 && d.writer.text.Len() == 0
	switch {
	case nothing && d.why == cancelFirstToken:
		return d.release(&Error{Code: CodeFirstToken, Detail: fmt.Sprintf("no token within %s; nothing is billed", d.g.cfg.FirstToken), Cause: protocol.ErrUnavailable})
	case nothing && d.why == cancelTotal:
		return d.release(&Error{Code: CodeTotal, Detail: "no answer in time; nothing is billed", Cause: protocol.ErrUnavailable})
	case nothing:
		// Whoever delivers nothing must not earn the prompt's fee by signing for it.
		d.g.metrics.refused.WithLabelValues("empty").Inc()
		return d.release(&Error{Code: CodeProvider, Detail: "the provider delivered nothing; nothing is paid", Cause: protocol.ErrUnavailable})
	}
	return d.settle(ctx, b, report)
}

// operator checks with the chain that the signer speaks for the provider that accepted.
func (d *delivery) operator(ctx context.Context, report bundle.Report) error {
	if report.Provider != d.provider {
		return fmt.Errorf("receipt is of %s, the request went to %s: %w", report.Provider, d.provider, protocol.ErrUnauthorized)
	}
	provider, err := d.g.chain.ProviderOf(ctx, report.Operator)
	if err != nil && !errors.Is(err, protocol.ErrNotFound) {
		return fmt.Errorf("look operator up: %w: %w", err, protocol.ErrUnavailable)
	}
	if err != nil || provider != report.Provider {
		return fmt.Errorf("%s signs for %s, not for %s: %w", report.Operator, provider, report.Provider, protocol.ErrUnauthorized)
	}
	return nil
}

// refuse ends an answer whose receipt is wrong: it is not paid.
func (d *delivery) refuse(err error) error {
	check := "operator"
	var e *bundle.Error
	if errors.As(err, &e) {
		check = e.Check
	}
	d.g.metrics.refused.WithLabelValues(check).Inc()
	d.g.log.Warn("receipt refused, nothing is paid", "request", d.gen.Hash, "provider", d.provider, "check", check, "error", err)
	return d.release(&Error{Code: CodeProvider, Detail: "the provider's receipt is wrong (" + check + "); nothing is paid", Cause: err})
}

// release frees what was held: nothing is due.
func (d *delivery) release(e *Error) error {
	d.gen.ErrorCode, d.gen.ErrorDetail, d.gen.EndedAt = string(e.Code), e.Detail, d.g.unix()
	d.gen.Provider = d.provider
	if err := d.g.store.Release(d.g.base, d.gen); err != nil {
		return d.lost(err)
	}
	return e
}

// lost leaves the generation open: whether anything is due is not known yet, and
// recoverOpen goes on asking.
func (d *delivery) lost(err error) error {
	var refused *RelayError
	if errors.As(err, &refused) && d.after.Load() < 0 && (refused.Definite() || refused.Failure.Code != "" && !d.resumed.Load()) {
		return d.release(failure(d.f.chat, refused.Failure, err))
	}
	detail := "the answer was lost on its way"
	if d.why == cancelFirstToken || d.why == cancelTotal {
		detail = "no answer in time"
	}
	return &Error{Code: CodeProvider, Detail: detail + "; it is paid only if its receipt still arrives", Billed: true, Cause: err}
}

// settle stores the answer and shows its end.
func (d *delivery) settle(ctx context.Context, b bundle.Bundle, report bundle.Report) error {
	line := protocol.Line{Channel: d.gen.Channel, Provider: d.provider, ModelVersion: d.gen.ModelVersion, Relayer: d.saved.Ask.Relayer}
	row, err := d.g.store.EnsureLine(ctx, line, d.g.unix())
	if err != nil {
		return d.lost(err)
	}
	output, err := json.Marshal(append([]uint32{}, d.tokens...))
	if err != nil {
		return d.lost(err)
	}
	receipt, err := json.Marshal(b.Receipt)
	if err != nil {
		return d.lost(err)
	}
	g := d.gen
	g.Provider, g.Line, g.Output, g.OutputText, g.AnswerText = d.provider, row.ID, string(output), b.OutputText, d.writer.shown.String()
	g.Receipt, g.ReceiptHash, g.Signature, g.Operator = string(receipt), report.ReceiptHash, b.Signature, report.Operator
	g.Fee, g.OutputTokens, g.EndedAt, g.FinishReason = report.Fee, int64(report.OutputTokens), d.g.unix(), d.reason(report.Finish)
	broken := g.FinishReason == finishBroken
	if broken {
		g.ErrorCode, g.ErrorDetail = string(CodeProvider), "the provider broke off"
	}
	if d.provider != d.saved.Matched {
		d.explain(ctx)
	}
	if err := d.g.store.Settle(ctx, g); err != nil && !d.settled(ctx, err) {
		return d.lost(err)
	}
	d.g.log.Info("receipt stored", "request", g.Hash, "receipt", g.ReceiptHash, "provider", d.provider, "fee", g.Fee)
	d.g.payState(row.ID).hurry()
	d.g.poke()
	if broken {
		return &Error{Code: CodeProvider, Detail: "the provider broke off; what arrived is paid", Billed: true, Cause: protocol.ErrUnavailable}
	}
	d.result = &Result{FinishReason: g.FinishReason, Finish: report.Finish, Receipt: b.Receipt, ReceiptHash: report.ReceiptHash,
		Signature: b.Signature, Fee: report.Fee, OutputTokens: report.OutputTokens, Deadline: b.Request.Deadline}
	return nil
}

// settled reports whether err only says that another process stored the same receipt
// before us.
func (d *delivery) settled(ctx context.Context, err error) bool {
	if !errors.Is(err, protocol.ErrConflict) {
		return false
	}
	now, err := d.g.store.GenerationByHash(ctx, d.gen.Hash)
	return err == nil && now.State == store.GenerationDelivered && now.ReceiptHash == d.gen.ReceiptHash
}

// explain replaces the match's route by that of the request, which knows of the
// attempts that failed.
func (d *delivery) explain(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, 2*time.Second)
	defer stop()
	if route, err := d.relay.Route(ctx, d.gen.Hash, d.saved.Ask.Secret); err == nil {
		if raw, err := json.Marshal(route); err == nil {
			d.gen.Route = string(raw)
		}
	}
}

// Finish reasons of our own beside OpenAI's stop and length.
const (
	finishCancelled = "cancelled" // by the client
	finishBroken    = "broken"    // by the provider
)

func (d *delivery) reason(f protocol.Finish) string {
	switch {
	case d.writer.stopped || f == protocol.FinishStop || f == protocol.FinishStopString:
		return "stop"
	case f == protocol.FinishLength || f == protocol.FinishContext || d.why == cancelTotal || d.why == cancelFirstToken:
		return "length"
	case d.why == cancelClient:
		return finishCancelled
	}
	return finishBroken
}
