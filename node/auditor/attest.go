package auditor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// fetchTime bounds how long one API may keep a drawn auditor waiting.
const fetchTime = 10 * time.Second

// answerDraw says whether a receipt is right, once that is known.
func (a *Auditor) answerDraw(ctx context.Context, r *round, d *openDraw, audit contracts.Audit, p *DrawPoint) error {
	if p.Said == nil {
		said, err := a.decide(ctx, r, d, audit, p)
		if err != nil {
			return err
		}
		if said == nil {
			return errPending
		}
		p.Said = said
		if err := a.save(d); err != nil { // what is said stays said
			return err
		}
		a.drawn.answers.WithLabelValues(saidName(said.Right)).Inc()
	}
	return a.send(ctx, d.Draw, fmt.Sprintf("attest %d", p.Index), func(salt common.Hash) protocol.Call {
		return a.deps.Chain.Addresses().Attest(d.ID, p.Index, p.Said.Root, p.Said.Right, salt)
	})
}

// decide reads what the case of a receipt found; nil while it is at work.
func (a *Auditor) decide(ctx context.Context, r *round, d *openDraw, audit contracts.Audit, p *DrawPoint) (*Said, error) {
	c, err := a.cases.Get(p.Receipt)
	if errors.Is(err, protocol.ErrNotFound) {
		err := a.obtain(ctx, d, p.Receipt)
		if err == nil || ctx.Err() != nil {
			return nil, err
		}
		if fault, err := a.deps.Chain.FaultOf(ctx, p.Receipt); err != nil || fault != contracts.FaultNone {
			return &Said{}, err // everybody knows
		}
		return nil, errors.Join(err, a.askChain(ctx, r, d, audit, p))
	}
	if err != nil {
		return nil, err
	}
	b, err := a.cases.Bundle(p.Receipt)
	if err != nil {
		return nil, err
	}
	if err := a.sellDrawn(ctx, d, audit, p.Receipt, b.Receipt.CompletedAt); err != nil {
		a.log.Warn("cannot note who sold a drawn receipt", "receipt", p.Receipt, "err", err)
	}
	wrong := &Said{}
	if c.Replay != nil {
		salts, err := a.cases.Salts(p.Receipt)
		if err != nil {
			return nil, err
		}
		wrong.Root = protocol.SaltedTraceRoot(salts.of(b.Secret, protocol.TagTrace, 0), c.Replay.Root)
	}
	switch c.State {
	case Right:
		return &Said{true, b.Receipt.TraceRoot}, nil
	case Found:
		// It waits for its turn, or is replayed. Shortly before the end nothing is lost any more by saying wrong.
		if r.now < p.AttestBy-min(p.AttestBy, r.terms.AttestTime/lastPart) {
			return nil, nil
		}
	case Hidden:
		// Nothing is seen of it yet. Who said nothing is absent; who said wrong of a receipt whose
		// provider is convicted, of silence too, is paid.
		if r.now < p.AttestBy-min(p.AttestBy, r.terms.AttestTime/spareTime) {
			return nil, nil
		}
	case Unusable:
		return nil, fmt.Errorf("say whether receipt %s is right: %s: %w", p.Receipt, c.Note, protocol.ErrUnavailable)
	case Replayed, Asking:
		// Another trace root may hide the right trace under another salt, which only the
		// provider can show: until shortly before the end nothing is said.
		if c.Replay != nil && c.Replay.WrongToken < 0 && c.First == nil && r.now < p.AttestBy-min(p.AttestBy, r.terms.AttestTime/4) {
			return nil, nil
		}
	case Lost:
		if c.Verdict == nil { // its window was over, and the draw opened it again
			if woke, err := a.wake(ctx, p.Receipt); woke || err != nil {
				return nil, err
			}
		}
		if c.Verdict == nil && c.Fault == nil && c.First == nil && (c.Replay == nil || c.Replay.WrongToken < 0) {
			return nil, fmt.Errorf("say whether receipt %s is right: %s: %w", p.Receipt, c.Note, protocol.ErrUnavailable)
		}
	}
	return wrong, nil
}

// obtain makes a case of a receipt that this auditor was drawn for, from any API that has
// it: whoever was drawn may see the tokens. Who sold it is noted once it is a case.
func (a *Auditor) obtain(ctx context.Context, d *openDraw, receipt common.Hash) error {
	if d.Line.ModelVersion != (common.Hash{}) && a.models[d.Line.ModelVersion] == nil {
		return fmt.Errorf("drawn for model version %s, whose file is not here: %w", d.Line.ModelVersion, protocol.ErrUnavailable)
	}
	b, err := a.drawnBundle(ctx, receipt)
	if err == nil {
		_, err = a.begin(ctx, b, &Case{State: Found, Origin: OriginDraw})
	}
	return err
}

// drawnBundle fetches a bundle as the auditor that was drawn, from the first API that shows one
// whose parts belong together.
func (a *Auditor) drawnBundle(ctx context.Context, receipt common.Hash) (bundle.Bundle, error) {
	failed := fmt.Errorf("no API is known: %w", protocol.ErrUnavailable)
	for _, base := range a.cfg.Feeds {
		b, err := a.bundleAt(ctx, base, receipt)
		if err == nil && (b.Domain != a.deps.Chain.Domain() || b.Domain.Digest(b.Receipt) != receipt) {
			err = fmt.Errorf("%s shows another receipt: %w", base, protocol.ErrInvalid)
		}
		if err == nil {
			err = a.belongs(ctx, b, nil)
		}
		if err == nil {
			return b, nil
		}
		if failed = err; ctx.Err() != nil {
			break
		}
	}
	return bundle.Bundle{}, fmt.Errorf("get the tokens of receipt %s: %w", receipt, failed)
}

// bundleAt fetches a bundle from one API.
func (a *Auditor) bundleAt(ctx context.Context, base string, receipt common.Hash) (b bundle.Bundle, err error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	req, err := bundleRequest(ctx, base, receipt)
	if err != nil {
		return b, err
	}
	var refused error
	if a.deps.SignText != nil {
		// What is for anyone is shown without a login too.
		var token string
		if token, refused = a.token(ctx, base); refused == nil {
			req.Header.Set("Authorization", "Bearer "+token)
		}
	}
	if err := fetch(a.deps.HTTP, req, bundle.MaxBytes, &b); err != nil {
		return b, errors.Join(refused, err)
	}
	return b, nil
}

// advanceVersion draws who attests to a model version, and attests if it is this auditor and
// its file is the version's: the root over all chunks, made anew from canonical ones, and a
// header within the runtime's bounds.
func (a *Auditor) advanceVersion(ctx context.Context, r *round, d *openDraw) error {
	at, me := a.deps.Chain.Addresses(), a.deps.Sender.Address()
	c, err := a.deps.Draws.Round(ctx, d.Version, me)
	switch {
	case err != nil:
		return err
	case c.Beacon == 0:
		return d.over("no round is registered")
	case !c.Drawn && r.now >= c.RegisteredAt+r.versions:
		return d.over("nobody drew the round")
	case !c.Drawn && (r.own == 0 || r.head <= c.Beacon+a.turn(d.ID, 3)):
		return nil
	case !c.Drawn:
		header, err := a.deps.Draws.BeaconHeader(ctx, r.beacon, c.Beacon)
		if err != nil {
			return err
		}
		return a.send(ctx, d.Draw, fmt.Sprintf("drawversion %d", c.RegisteredAt), func(salt common.Hash) protocol.Call { return at.DrawVersion(d.Version, header, salt) })
	}
	d.State = DrawDrawn
	m := a.models[d.Version]
	switch {
	case !c.Mine:
		return d.over("others were drawn")
	case c.MineAttests:
		return d.over("attested")
	case m == nil:
		return d.over("drawn, but its file is not here")
	}
	err = a.heavy(ctx, claimOn{due: c.RegisteredAt + r.versions, drawn: true}, func() error { _, err := m.check(ctx, a.deps.Chain); return err })
	if errors.Is(err, protocol.ErrConflict) {
		a.log.Error("not attested: the file is not the version's", "version", d.Version, "err", err)
		return d.over("not attested: %v", err)
	}
	if err != nil {
		return err
	}
	return a.send(ctx, d.Draw, "attestversion", func(salt common.Hash) protocol.Call { return at.AttestVersion(d.Version, salt) })
}

// saidName is how an answer is named.
func saidName(right bool) string {
	if right {
		return "right"
	}
	return "wrong"
}
