package relayer

import (
	"context"
	"fmt"
	"time"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

const (
	maxTries = 8 // leases tried in one match
	fullHint = 250 * time.Millisecond
)

func failure(code, format string, args ...any) *wire.Failure {
	return &wire.Failure{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// payer reads a channel and tells whether it can pay at all.
func (r *Relayer) payer(ctx context.Context, n wire.Need) (Channel, uint64, *wire.Failure) {
	block, err := r.view.now(ctx)
	if err != nil {
		return Channel{}, 0, r.outage("read the chain's time", err)
	}
	ch, err := r.view.channel(ctx, n.Channel)
	switch {
	case protocol.Kind(err) == protocol.ErrNotFound:
		return ch, 0, failure(wire.CodeChannel, "there is no channel %s: deposit, then open one", n.Channel)
	case err != nil:
		return ch, 0, r.outage("read a channel", err)
	case ch.Closing || ch.Expiry <= block:
		return ch, 0, failure(wire.CodeChannel, "channel %s is closing or expired: open another", n.Channel)
	}
	return ch, block, nil
}

func (r *Relayer) outage(what string, err error) *wire.Failure {
	r.log.Warn("cannot serve for now", "doing", what, "err", err)
	return failure(wire.CodeUnavailable, "cannot %s now, try again", what)
}

// acquire matches a need and takes the lease on the best offer that has room. amount is
// what is reserved of the channel; the fee of the longest answer if zero. A lease that is kept waits
// for its request as long.
func (r *Relayer) acquire(ctx context.Context, n wire.Need, amount protocol.Amount, hold, keep time.Duration) (lease, *wire.Failure) {
	ch, block, f := r.payer(ctx, n)
	if f != nil {
		return lease{}, f
	}
	began := r.clock()
	choices, route := r.index.match(n, began, block, r.deps.Rand, r.cfg.Explore)
	r.metrics.matchTime.Observe(r.clock().Sub(began).Seconds())
	for i, c := range choices[:min(len(choices), maxTries)] {
		l := lease{ID: randomID(), Need: n, Offer: c.entry.offer, Amount: amount}
		if amount.IsZero() {
			l.Amount = protocol.NewAmount(c.fee)
		}
		if rec, ok := r.index.presenceOf(c.Provider); ok {
			l.Session = rec.Session
		}
		stake, err := r.view.stake(ctx, c.Provider)
		if err != nil {
			return lease{}, r.outage("read a provider's stake", err)
		}
		if exposure(stake) < clip(l.Amount) {
			route.drop(i, wire.RejectExposure)
			continue
		}
		now := r.clock()
		place, share, err := r.reserve(ctx, &l, ch, now, now.Add(hold), keep)
		switch {
		case err != nil:
			return lease{}, r.outage("take a lease", err)
		case !place:
			r.index.full(c.entry, now.Add(fullHint))
			route.drop(i, wire.RejectBusy)
			continue
		case !share:
			f := failure(wire.CodeChannel, "channel %s has less than %s left of its deposit of %s (%s paid on chain, the rest reserved or served): deposit more",
				n.Channel, l.Amount, ch.Deposit, ch.Paid)
			route.drop(i, wire.RejectFunds)
			f.Route, f.Needed = &route.Route, l.Amount
			return lease{}, f
		}
		l.Route = route.Route
		return l, nil
	}
	return lease{}, r.noMatch(ctx, n, route.Route)
}

// reserve takes the lease l: a place of its offer, and a part of its channel from a share that
// is held or is booked now. What idle shares hold of the channel counts as free.
func (r *Relayer) reserve(ctx context.Context, l *lease, ch Channel, now, until time.Time, keep time.Duration) (place, booked bool, err error) {
	k := shareKey{l.Need.Channel, l.Offer.Offer.Provider}
	l.Until = until.UnixMilli()
	l.Replica, l.Share = r.replica, r.shares.draw(k, l.Amount, now, until)
	var fresh *share
	if l.Share == "" {
		fresh = &share{id: randomID(), key: k, amount: l.Amount, given: l.Amount, single: true, until: until, drawn: now}
		l.Share = fresh.id
	}
	place, booked, err = r.shared.take(ctx, *l, fresh, ch, now, until, keep)
	if err == nil && place && !booked {
		r.tellShares(ctx, r.shares.idle(l.Need.Channel))
		place, booked, err = r.shared.take(ctx, *l, fresh, ch, now, until, keep)
	}
	switch {
	case err == nil && place && booked:
		if fresh != nil {
			r.shares.put(fresh)
		}
		if keep > 0 {
			r.shares.wait(*l, now.Add(keep))
		}
	case fresh == nil: // a part of a share that stays
		r.shares.settle(l.Share, l.Amount, protocol.Amount{})
	}
	return place, booked, err
}

// noMatch explains why nothing fits.
func (r *Relayer) noMatch(ctx context.Context, n wire.Need, route wire.Route) *wire.Failure {
	if _, err := r.view.class(ctx, n.ModelVersion); protocol.Kind(err) == protocol.ErrNotFound {
		return failure(wire.CodeModelNotFound, "there is no model version %s", n.ModelVersion)
	}
	f := failure(wire.CodeNoProvider, "no provider fits now; rejected counts the reasons")
	sum := 0
	for _, count := range route.Rejected {
		sum += count
	}
	if sum > 0 && route.Rejected[wire.RejectContext] == sum {
		f = failure(wire.CodeContextLength, "%d prompt tokens fit no offer of this model version", n.PromptTokens)
	}
	f.Route = &route
	return f
}
