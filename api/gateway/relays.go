package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// Relays are the relayers that a gateway buys through, the preferred one first. Which one a
// request goes to is decided by its match: from the signature on, it is that relayer's.
type Relays struct{ all []*upstream }

const (
	// matchLimit bounds a match that another relayer may make instead.
	matchLimit = 5 * time.Second
	// downFor is how long a relayer that was not reached is asked last.
	downFor = 10 * time.Second
)

// NewRelays makes clients for the relayers at the base URLs. A nil client is one with
// its own connection pool, for all of them.
func NewRelays(bases []string, client *http.Client) (*Relays, error) {
	if len(bases) == 0 {
		return nil, fmt.Errorf("no relayer is given: %w", protocol.ErrInvalid)
	}
	r := &Relays{}
	for _, base := range bases {
		one, err := NewRelay(base, client)
		if err != nil {
			return nil, err
		}
		client = one.HTTP()
		r.all = append(r.all, &upstream{Relay: one})
	}
	return r, nil
}

// Close drops idle connections.
func (r *Relays) Close() {
	for _, u := range r.all {
		u.Close()
	}
}

// Info says who the first relayer is that answers.
func (r *Relays) Info(ctx context.Context) (wire.Info, error) {
	var errs []error
	for _, u := range r.order(time.Now()) {
		info, err := u.Info(ctx)
		if err == nil {
			return info, nil
		}
		errs = append(errs, err)
	}
	return wire.Info{}, errors.Join(errs...)
}

// Offers lists the live offers of all relayers that answer; an offer that several have is
// shown as the preferred one knows it.
func (r *Relays) Offers(ctx context.Context) ([]wire.OfferView, error) {
	type key struct {
		provider common.Address
		version  common.Hash
	}
	seen := map[key]bool{}
	list := []wire.OfferView{}
	var errs []error
	for _, u := range r.all {
		offers, err := u.Offers(ctx)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, o := range offers {
			if k := (key{o.Offer.Provider, o.Offer.ModelVersion}); !seen[k] {
				seen[k] = true
				list = append(list, o)
			}
		}
	}
	if len(errs) == len(r.all) {
		return nil, errors.Join(errs...)
	}
	return list, nil
}

// order is all relayers, those last that were not reached a short while ago.
func (r *Relays) order(now time.Time) []*upstream {
	if len(r.all) == 1 {
		return r.all
	}
	up, down := make([]*upstream, 0, len(r.all)), []*upstream(nil)
	for _, u := range r.all {
		u.mu.Lock()
		if now.Before(u.downUntil) {
			down = append(down, u)
		} else {
			up = append(up, u)
		}
		u.mu.Unlock()
	}
	return append(up, down...)
}

// of returns the relayer with an address: the one that has a request, or that vouchers of a
// line go through. ErrNotFound: none of them is it; ErrUnavailable: one that does not answer
// may be.
func (r *Relays) of(ctx context.Context, address common.Address) (*upstream, error) {
	if len(r.all) == 1 {
		return r.all[0], nil
	}
	var silent error
	for _, u := range r.all {
		if u.known() == address {
			return u, nil
		}
	}
	for _, u := range r.all {
		if u.known() != (common.Address{}) {
			continue
		}
		if own, err := u.who(ctx); err != nil {
			silent = err
		} else if own == address {
			return u, nil
		}
	}
	if silent != nil {
		return nil, fmt.Errorf("find relayer %s: %w", address, silent)
	}
	return nil, fmt.Errorf("no configured relayer is %s: %w", address, protocol.ErrNotFound)
}

// upstream is one relayer with what this gateway knows of it.
type upstream struct {
	*Relay

	mu        sync.Mutex
	address   common.Address            // zero: not asked yet
	passes    map[common.Hash]wire.Need // by channel
	downUntil time.Time
}

func (u *upstream) known() common.Address {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.address
}

// who asks a relayer for its address, once.
func (u *upstream) who(ctx context.Context) (common.Address, error) {
	if own := u.known(); own != (common.Address{}) {
		return own, nil
	}
	info, err := u.Info(ctx)
	if err != nil {
		return common.Address{}, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.address != info.Relayer {
		u.address, u.passes = info.Relayer, nil
	}
	return u.address, nil
}

// forget has the relayer asked again who it is.
func (u *upstream) forget() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.address, u.passes = common.Address{}, nil
}

// reached notes whether a relayer answered.
func (u *upstream) reached(now time.Time, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.downUntil = (time.Time{}); !ok {
		u.downUntil = now.Add(downFor)
	}
}

// match finds a provider for the prompt, at the first relayer that has one. Another is asked
// only before anything was signed: no request is ever at two of them.
func (g *Gateway) match(ctx context.Context, c *Chat, p prompt) (wire.Match, *upstream, error) {
	order := g.relays.order(g.now())
	var told error
	for i, u := range order {
		m, err := g.matchAt(ctx, u, c, p, i+1 < len(order))
		if err == nil {
			return m, u, nil
		}
		if told == nil || answered(err) && !answered(told) || !elsewhere(err) {
			told = err
		}
		if ctx.Err() != nil || !elsewhere(err) {
			break
		}
		if i+1 < len(order) {
			g.log.Info("asking another relayer for a match", "error", err)
		}
	}
	return wire.Match{}, nil, told
}

// matchAt is match at one relayer; bounded: there are others to ask.
func (g *Gateway) matchAt(ctx context.Context, u *upstream, c *Chat, p prompt, bounded bool) (wire.Match, error) {
	r := c.Routing
	class := r.Class
	if class == 0 {
		class = c.Model.Class
	}
	limited := ctx
	if bounded {
		var stop context.CancelFunc
		limited, stop = context.WithTimeout(ctx, matchLimit)
		defer stop()
	}
	m, err := g.request(limited, u, wire.Need{ModelVersion: c.Model.Version, Class: class, PromptTokens: p.count, MaxOutputTokens: p.maxOut,
		MaxPriceIn: r.MaxPriceIn, MaxPriceOut: r.MaxPriceOut, Channel: c.Channel, Order: r.Order, Only: r.Only, Ignore: r.Ignore, AllowFallbacks: r.AllowFallbacks})
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("relayer gives no match within %s: %w", matchLimit, protocol.ErrUnavailable)
	}
	u.reached(g.now(), err == nil || answered(err))
	if err != nil {
		return m, relayFailure(c, err)
	}
	err = g.checkMatch(ctx, c, p, m)
	if own := u.known(); err == nil && m.Relayer != own {
		err = fmt.Errorf("relayer %s matches for %s", own, m.Relayer)
	}
	if errors.Is(err, protocol.ErrUnavailable) { // of the chain: it says nothing about the match
		return m, err
	}
	if err != nil {
		return m, &Error{Code: CodeProvider, Detail: "the relayer's match cannot be trusted: " + err.Error(), Cause: err}
	}
	return m, nil
}

// answered tells whether a relayer itself said no.
func answered(err error) bool {
	var refused *RelayError
	return errors.As(err, &refused) && refused.Failure.Code != "" && refused.Failure.Code != wire.CodeUnavailable
}

// elsewhere tells whether another relayer may do better: one that was not reached, knows no
// provider that fits, or names one that cannot be trusted.
func elsewhere(err error) bool {
	var refused *RelayError
	if errors.As(err, &refused) && refused.Failure.Code != "" {
		return slices.Contains([]string{wire.CodeNoProvider, wire.CodeContextLength, wire.CodeModelNotFound, wire.CodeConcurrencyLimited, wire.CodeUnavailable}, refused.Failure.Code)
	}
	var e *Error
	return errors.Is(err, protocol.ErrUnavailable) || errors.As(err, &e) && e.Code == CodeProvider
}
