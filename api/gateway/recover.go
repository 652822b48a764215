package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// recoverOpen picks up answers that were submitted and have no end: after a crash,
// a lost relayer, or a provider that did not close in time. Each is resumed until its
// receipt arrives or its request's deadline has passed; then nothing is due.
func (g *Gateway) recoverOpen(ctx context.Context) error {
	if err := g.store.Purge(ctx, g.unix()); err != nil {
		return err
	}
	open, err := g.store.Open(ctx)
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(payers)
	errs := make([]error, len(open))
	for i := range open {
		group.Go(func() error {
			if ctx.Err() == nil {
				errs[i] = g.pickUp(ctx, &open[i])
			}
			return nil
		})
	}
	_ = group.Wait() // the functions report in errs
	return errors.Join(errs...)
}

func (g *Gateway) pickUp(ctx context.Context, gen *store.Generation) error {
	var saved Saved
	if err := json.Unmarshal([]byte(gen.Ask), &saved); err != nil {
		return fmt.Errorf("decode open generation %s: %w", gen.Hash, err)
	}
	c := &Chat{KeyID: gen.KeyID, Account: gen.Account, Channel: gen.Channel, BodyHash: gen.BodyHash, Name: gen.Idempotency, Kind: gen.Kind, Stop: saved.Ask.Stop}
	f := newFlight(c, g.cfg.OrphanGrace)
	if !g.flights.named(f, gen.Hash) {
		return nil // it flies
	}
	defer g.flights.remove(f, gen.Hash)
	// Between listing and naming, its flight may have ended it.
	now, err := g.store.GenerationByHash(ctx, gen.Hash)
	if err != nil || now.State != store.GenerationSubmitted {
		return err
	}
	model := Model{}
	if g.models != nil {
		if model, err = g.models.ByVersion(ctx, gen.ModelVersion); err != nil && !errors.Is(err, protocol.ErrNotFound) {
			return err
		}
	}
	relay, err := g.relays.of(ctx, saved.Ask.Relayer)
	d := newDelivery(g, f, gen, saved, model, relay)
	var stream *Stream
	if err == nil {
		stream, err = relay.Resume(ctx, gen.Hash, saved.Ask.Secret, -1)
	}
	if err != nil {
		if late := uint64(g.unix()) > saved.Ask.Request.Deadline; late && !errors.Is(err, protocol.ErrUnavailable) {
			err = d.release(&Error{Code: CodeProvider, Detail: "no receipt arrived before the request's deadline", Cause: protocol.ErrExpired})
			g.log.Info("open answer given up, nothing is due", "request", gen.Hash)
			return ignoreEnd(err)
		}
		return nil // the next round asks again
	}
	if !g.flights.add(f, func() { g.working.Add(1) }) {
		return stream.Close()
	}
	defer g.working.Done()
	g.log.Info("open answer picked up", "request", gen.Hash)
	opened := false
	err = d.run(ctx, func(ctx context.Context) (*Stream, error) {
		if !opened {
			opened = true
			return stream, nil
		}
		return relay.Resume(ctx, gen.Hash, saved.Ask.Secret, d.after.Load())
	})
	g.finish(f, d, err)
	return nil
}

func ignoreEnd(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Code == CodeProvider {
		return nil
	}
	return err
}
