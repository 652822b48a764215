package gateway

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

// Saved is what is stored of a request before it is submitted: enough to pick its
// answer up after a crash and to check it for ever.
type Saved struct {
	Lease     string         `json:"lease"`
	Ask       wire.Ask       `json:"ask"`
	Model     bundle.Model   `json:"model"`
	Matched   common.Address `json:"matched"`
	Fallbacks bool           `json:"fallbacks"`
	Routing   Routing        `json:"routing"`
}

// idempotencyLife is how long a client's name for a request is kept, in seconds.
const idempotencyLife = 24 * 3600

// Ask buys an answer, or finds the one that this client bought already. It returns
// at the first piece of text, or with an *Error. The answer goes on when ctx ends;
// Close it in any case.
func (g *Gateway) Ask(ctx context.Context, c Chat) (*Answer, error) {
	if err := c.Params.Validate(); err != nil {
		return nil, refuse(CodeInvalid, "", "%v", err)
	}
	p, err := g.render(&c)
	if err != nil {
		return nil, asError(err)
	}
	old, err := g.before(ctx, &c)
	if err != nil {
		return nil, asError(err)
	}
	if old == nil {
		f := newFlight(&c, g.cfg.OrphanGrace)
		old = f.join()
		if !g.flights.add(f, func() { g.working.Add(1) }) {
			g.unclaim(&c)
			return nil, &Error{Code: CodeUnavailable, Detail: "shutting down", RetryAfter: defaultRetryInterval, Cause: protocol.ErrUnavailable}
		}
		go g.fly(f, p)
	}
	if err := old.ready(ctx); err != nil {
		old.Close()
		return nil, asError(err)
	}
	return old, nil
}

// before finds an answer to the same request: by the client's name for it, or, when
// the client says that it retries, by key and body. nil: there is none, and the
// name, if any, is ours.
func (g *Gateway) before(ctx context.Context, c *Chat) (*Answer, error) {
	if c.Name == "" {
		if !c.Retry {
			return nil, nil
		}
		if a := g.flights.same(c.KeyID, c.BodyHash); a != nil {
			return a, nil
		}
		gen, err := g.store.LatestSame(ctx, c.KeyID, c.BodyHash, g.now().Add(-g.cfg.RetryWindow).Unix())
		if errors.Is(err, protocol.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return replay(c, gen)
	}
	now := g.unix()
	held, err := g.store.Claim(ctx, store.Idempotency{KeyID: c.KeyID, Name: c.Name, BodyHash: c.BodyHash, CreatedAt: now, ExpiresAt: now + idempotencyLife})
	switch {
	case err != nil || held == nil:
		return nil, err
	case held.BodyHash != c.BodyHash:
		return nil, &Error{Code: CodeMismatch, Detail: "this idempotency key was used with another body", Cause: protocol.ErrConflict}
	case !held.Done():
		return nil, &Error{Code: CodeInProgress, Detail: "the request with this idempotency key is still running", RetryAfter: defaultRetryInterval, Cause: protocol.ErrConflict}
	}
	gen, err := g.store.GenerationByHash(ctx, held.RequestHash)
	if err != nil {
		return nil, err
	}
	return replay(c, gen)
}

// replay is a finished flight of a stored answer.
func replay(c *Chat, gen *store.Generation) (*Answer, error) {
	info, result, err := Restore(gen)
	if err != nil {
		return nil, err
	}
	f := newFlight(c, 0)
	f.info, f.result, f.done = info, result, true
	f.info.Replayed = true
	if gen.AnswerText != "" {
		f.pieces = []string{gen.AnswerText}
	}
	return f.join(), nil
}

// Restore reads a delivered generation back.
func Restore(gen *store.Generation) (Info, *Result, error) {
	var saved Saved
	var receipt protocol.Receipt
	if err := json.Unmarshal([]byte(gen.Ask), &saved); err != nil {
		return Info{}, nil, err
	}
	info := Info{Hash: gen.Hash, PublicID: gen.PublicID, Quote: saved.Lease, Model: gen.Model, ModelVersion: gen.ModelVersion,
		Class: saved.Model.Class, Provider: gen.Provider, Channel: gen.Channel, Created: gen.CreatedAt, PromptTokens: uint32(gen.PromptTokens)}
	if gen.State != store.GenerationDelivered {
		return info, nil, nil
	}
	if err := json.Unmarshal([]byte(gen.Receipt), &receipt); err != nil {
		return info, nil, err
	}
	return info, &Result{FinishReason: gen.FinishReason, Finish: receipt.Finish, Receipt: receipt, ReceiptHash: gen.ReceiptHash,
		Signature: gen.Signature, Fee: gen.Fee, OutputTokens: receipt.OutputTokens, Deadline: saved.Ask.Request.Deadline}, nil
}

// Bundle returns everything that proves a delivered generation offline.
func (g *Gateway) Bundle(gen *store.Generation) (bundle.Bundle, error) {
	var saved Saved
	if err := json.Unmarshal([]byte(gen.Ask), &saved); err != nil {
		return bundle.Bundle{}, err
	}
	b := g.bundleOf(saved)
	b.OutputText, b.Signature = gen.OutputText, gen.Signature
	err := errors.Join(json.Unmarshal([]byte(gen.Output), &b.Output), json.Unmarshal([]byte(gen.Receipt), &b.Receipt))
	return b, err
}

func (g *Gateway) bundleOf(s Saved) bundle.Bundle {
	return bundle.Bundle{Schema: bundle.Schema, Domain: g.cfg.Domain, Model: s.Model, Request: s.Ask.Request, RequestSignature: s.Ask.Signature,
		Params: s.Ask.Params.Encode(), Stop: s.Ask.Stop, Secret: s.Ask.Secret, Prompt: s.Ask.Prompt, PromptText: s.Ask.PromptText}
}

// fly buys one answer from the first check to the stored receipt.
func (g *Gateway) fly(f *flight, p prompt) {
	defer g.working.Done()
	g.metrics.running.Inc()
	defer g.metrics.running.Dec()
	ctx, stop := context.WithTimeout(g.base, g.cfg.Total+g.cfg.CancelGrace+g.cfg.ResumeFor)
	defer stop()

	var hash common.Hash
	d, err := g.begin(ctx, f, p)
	if err == nil {
		hash = d.gen.Hash
		err = d.run(ctx, func(ctx context.Context) (*Stream, error) {
			return d.relay.Submit(ctx, wire.Submit{Lease: d.saved.Lease, Ask: d.saved.Ask,
				Whole: !f.chat.Stream && len(f.chat.Stop) == 0}) // a stop string is to be seen as soon as it comes
		})
	} else {
		g.unclaim(f.chat)
	}
	g.finish(f, d, err)
	g.flights.remove(f, hash)
}

// unclaim gives a client's name back for a request that was never submitted.
func (g *Gateway) unclaim(c *Chat) {
	if c.Name == "" {
		return
	}
	if err := g.store.Unclaim(context.WithoutCancel(g.base), c.KeyID, c.Name); err != nil {
		g.log.Error("idempotency name stays taken", "error", err)
	}
}

func (g *Gateway) finish(f *flight, d *delivery, err error) {
	if err == nil {
		g.metrics.answers.WithLabelValues("delivered").Inc()
		f.end(d.result, nil)
		return
	}
	e := asError(err)
	g.metrics.answers.WithLabelValues(string(e.Code)).Inc()
	if e.Code == CodeInternal {
		g.log.Error("answer failed", "error", err)
	} else {
		g.log.Info("answer failed", "code", string(e.Code), "error", err)
	}
	f.end(nil, e)
}

// begin does everything up to the stored intent: checks, match, signature.
func (g *Gateway) begin(ctx context.Context, f *flight, p prompt) (*delivery, error) {
	c := f.chat
	channel, err := g.funds(ctx, c)
	if err != nil {
		return nil, err
	}
	m, relay, err := g.match(ctx, c, p)
	if err != nil {
		return nil, g.withLeft(ctx, c.Channel, channel, err)
	}
	ask, err := g.sign(c, p, m)
	if err != nil {
		return nil, err
	}
	saved := Saved{Lease: m.Lease, Ask: ask, Matched: m.Offer.Offer.Provider, Fallbacks: c.Routing.AllowFallbacks, Routing: c.Routing,
		Model: bundle.Model{Name: c.Model.ID, Class: c.Model.Class, Positions: c.Model.Context, StopIDs: c.Model.StopIDs}}
	if c.Model.Class == protocol.ClassSampled {
		saved.Model.Positions, saved.Model.StopIDs = 0, nil
	}
	raw, err := json.Marshal(saved)
	if err != nil {
		return nil, err
	}
	route, err := json.Marshal(m.Route)
	if err != nil {
		return nil, err
	}
	gen := &store.Generation{Hash: ask.Hash, PublicID: PublicID(c.Kind, ask.Hash), Kind: c.Kind, Account: c.Account, KeyID: c.KeyID,
		Idempotency: c.Name, BodyHash: c.BodyHash, Channel: c.Channel, Model: c.Model.ID, ModelVersion: c.Model.Version,
		Class: c.Model.Class.String(), Provider: saved.Matched, Ask: string(raw), Plan: c.Plan, MaxFee: ask.Request.MaxFee,
		PromptTokens: int64(p.count), MaxTokens: int64(p.count) + int64(p.maxOut), Output: "[]", Signature: []byte{}, Route: string(route), CreatedAt: g.unix()}
	// Named before it is stored, so that recovery never takes it for a lost one.
	g.flights.named(f, gen.Hash)
	if err := g.store.Begin(ctx, gen, channel.Deposit, channel.Paid); err != nil {
		g.flights.unnamed(gen.Hash)
		var limit *store.LimitError
		if errors.As(err, &limit) {
			return nil, limited(c, limit)
		}
		if errors.Is(err, protocol.ErrConflict) {
			return nil, &Error{Code: CodeInProgress, Detail: "another request took this idempotency key meanwhile", RetryAfter: defaultRetryInterval, Cause: err}
		}
		return nil, err
	}
	f.know(func(i *Info) {
		*i = Info{Hash: gen.Hash, PublicID: gen.PublicID, Quote: m.Lease, Model: gen.Model, ModelVersion: gen.ModelVersion, Class: c.Model.Class,
			Provider: saved.Matched, Channel: c.Channel, Created: gen.CreatedAt, PromptTokens: p.count}
	})
	return newDelivery(g, f, gen, saved, c.Model, relay), nil
}

func newDelivery(g *Gateway, f *flight, gen *store.Generation, saved Saved, model Model, relay *upstream) *delivery {
	d := &delivery{g: g, relay: relay, f: f, gen: gen, saved: saved, provider: saved.Matched, writer: writer{stops: saved.Ask.Stop, trim: saved.Ask.Params.TemplateID != 0}}
	d.after.Store(-1)
	if saved.Model.Class == protocol.ClassProven && model.Tokenizer != nil {
		d.writer.decoder = model.Tokenizer.NewDecoder(saved.Ask.Prompt)
	}
	return d
}
