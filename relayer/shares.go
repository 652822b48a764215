package relayer

import (
	"context"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// A share is a part of a channel that this replica holds for one provider. Redis knows shares
// only, and keeps the sum of all of them, and of what was served, within the deposit; which
// requests a share is for, only its replica knows. So most requests of a channel that has
// money left are promised without asking Redis, and the provider is sent one signature for
// many of them. What a share does not need any more goes back within shareIdle. Near the end
// of a deposit a share is for one request only.
//
// What a replica that died held is locked until its shares expire.

const (
	shareRequests = 32 // requests like the one that opened it
	shareSpare    = 8  // shares of that size which must be left in the channel
	shareLonger   = 10 * time.Minute
	shareIdle     = time.Second
	shareEvery    = 500 * time.Millisecond
	leaseSlack    = 5 * time.Second // a lease is gone from Redis before its replica forgets it
)

type shareKey struct {
	channel  common.Hash
	provider common.Address
}

// share: amount is what Redis holds under id, as far as is known here; given of it belongs to
// leases and running requests, spent was served and Redis was not told yet.
type share struct {
	id     string
	key    shareKey
	amount protocol.Amount
	given  protocol.Amount
	spent  protocol.Amount
	single bool // for one lease
	lost   bool // Redis forgot it: nothing more is given
	until  time.Time
	drawn  time.Time
	signed *wire.SignedReservation
}

func (s *share) room() protocol.Amount { return less(less(s.amount, s.given), s.spent) }

// less is a-b, or nothing if b is more.
func less(a, b protocol.Amount) protocol.Amount {
	rest, err := a.Sub(b)
	if err != nil {
		return protocol.Amount{}
	}
	return rest
}

// more is a+b. Amounts of shares stay far below 2^256: each is within a deposit.
func more(a, b protocol.Amount) protocol.Amount {
	sum, err := a.Add(b)
	if err != nil {
		return a
	}
	return sum
}

// times is a*n, capped to the width of amounts in signed types.
func times(a protocol.Amount, n uint64) protocol.Amount {
	product, err := protocol.AmountFromBig(a.Big().Mul(a.Big(), protocol.NewAmount(n).Big()))
	if err != nil || !product.Fits128() {
		return a
	}
	return product
}

// openLease is a lease that waits for its request.
type openLease struct {
	lease
	until time.Time
}

// shares are all of one replica.
type shares struct {
	mu     sync.Mutex
	byID   map[string]*share
	byKey  map[shareKey][]*share
	leases map[string]openLease
}

func newShares() *shares {
	return &shares{byID: map[string]*share{}, byKey: map[shareKey][]*share{}, leases: map[string]openLease{}}
}

// draw gives a part of a share that is held already; "" if none has room.
func (x *shares) draw(k shareKey, amount protocol.Amount, now, until time.Time) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range x.byKey[k] {
		if !s.single && !s.lost && !until.After(s.until) && amount.Cmp(s.room()) <= 0 {
			s.given, s.drawn = more(s.given, amount), now
			return s.id
		}
	}
	return ""
}

// put adds a share that Redis just granted.
func (x *shares) put(s *share) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.byID[s.id] = s
	x.byKey[s.key] = append(x.byKey[s.key], s)
}

func (x *shares) removeLocked(s *share) {
	delete(x.byID, s.id)
	list := x.byKey[s.key]
	for i := range list {
		if list[i] == s {
			list = append(list[:i:i], list[i+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(x.byKey, s.key)
	} else {
		x.byKey[s.key] = list
	}
}

// wait remembers a lease whose request may come to another replica, or never.
func (x *shares) wait(l lease, until time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.leases[l.ID] = openLease{l, until.Add(leaseSlack)}
}

// waiting returns a lease that waits here.
func (x *shares) waiting(id string) (lease, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	l, ok := x.leases[id]
	return l.lease, ok
}

// begin hands a lease's part over to its request; false if it was given back already.
func (x *shares) begin(id string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	_, ok := x.leases[id]
	delete(x.leases, id)
	return ok
}

// settlement is what Redis is to be told of a share.
type settlement struct {
	share *share
	fee   protocol.Amount
	keep  protocol.Amount // the most that stays held
}

// settle ends a part of a share, with what was served of it. A settlement is returned for a
// share that ends with it.
func (x *shares) settle(id string, amount, fee protocol.Amount) *settlement {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.byID[id]
	if s == nil {
		return nil
	}
	s.given, s.spent = less(s.given, amount), more(s.spent, fee)
	if !s.given.IsZero() || !s.single && !s.lost {
		return nil
	}
	x.removeLocked(s)
	return &settlement{share: s, fee: s.spent}
}

// extend tells whether a share must live longer in Redis, and until when.
func (x *shares) extend(id string, until time.Time) (time.Time, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.byID[id]
	if s == nil || !until.After(s.until) {
		return time.Time{}, false
	}
	s.until = until
	if !s.single {
		s.until = until.Add(shareLonger)
	}
	return s.until, true
}

// due returns what Redis should hear now: what was served, and which shares nobody uses.
func (x *shares) due(now time.Time) []settlement {
	x.mu.Lock()
	defer x.mu.Unlock()
	for id, l := range x.leases {
		if now.After(l.until) {
			delete(x.leases, id)
			if s := x.byID[l.Share]; s != nil {
				s.given = less(s.given, l.Amount)
			}
		}
	}
	var list []settlement
	for _, s := range x.byID {
		list = x.tellLocked(list, s, s.single || s.lost || now.Sub(s.drawn) >= shareIdle)
	}
	return list
}

// idle returns what gives back all of a channel that no request and no lease holds.
func (x *shares) idle(channel common.Hash) []settlement {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []settlement
	for _, s := range x.byID {
		if s.key.channel == channel {
			list = x.tellLocked(list, s, true)
		}
	}
	return list
}

// all is idle for all channels: nothing more is drawn here.
func (x *shares) all() []settlement {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []settlement
	for _, s := range x.byID {
		list = x.tellLocked(list, s, true)
	}
	return list
}

// tellLocked adds what is to be said of a share, if anything; idle: what is not in use goes back.
func (x *shares) tellLocked(list []settlement, s *share, idle bool) []settlement {
	if s.spent.IsZero() && (!idle || s.room().IsZero() && !s.given.IsZero()) {
		return list
	}
	t := settlement{share: s, fee: s.spent, keep: less(s.amount, s.spent)}
	if idle {
		t.keep = s.given
	}
	s.amount, s.spent = t.keep, protocol.Amount{}
	if idle && s.given.IsZero() {
		x.removeLocked(s)
	}
	return append(list, t)
}

// heard notes what Redis holds of a share after a settlement: less than was thought if another
// replica took leases out of it, nothing if it is not known there.
func (x *shares) heard(t settlement, left protocol.Amount, known bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	t.share.lost = t.share.lost || !known
	if left.Cmp(t.share.amount) < 0 {
		t.share.amount = left
	}
}

// failed takes a settlement back that Redis may not have got: it is said again.
func (x *shares) failed(t settlement) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.byID[t.share.id] == t.share {
		t.share.amount, t.share.spent = more(t.share.amount, t.fee), more(t.share.spent, t.fee)
	}
}

// reservation is the relayer's word for a share, signed by sign when there is none that
// lasts until the block time given.
func (x *shares) reservation(id string, clock time.Time, block, until uint64, sign func(channel common.Hash, provider common.Address, amount protocol.Amount, expiry uint64) (*wire.SignedReservation, error)) (*wire.SignedReservation, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.byID[id]
	if s == nil {
		return nil, nil
	}
	if s.signed != nil && s.signed.Reservation.Expiry >= until {
		return s.signed, nil
	}
	expiry := max(until, block+uint64(max(0, s.until.Sub(clock))/time.Second))
	signed, err := sign(s.key.channel, s.key.provider, s.amount, expiry)
	if err == nil {
		s.signed = signed
	}
	return signed, err
}

// own makes a lease that was just redeemed this replica's: if another one gave it, its part
// of that one's share becomes a share of its own.
func (r *Relayer) own(ctx context.Context, l *lease) *wire.Failure {
	gone := failure(wire.CodeLeaseExpired, "the lease is used or expired: match again")
	if l.Replica == r.replica {
		if !r.shares.begin(l.ID) {
			return gone
		}
		return nil
	}
	now := r.clock()
	s := &share{id: l.ID, key: shareKey{l.Need.Channel, l.Offer.Offer.Provider}, amount: l.Amount, given: l.Amount, single: true,
		until: now.Add(r.cfg.LeaseTTL), drawn: now}
	ok, err := r.shared.carve(ctx, *l, s.until)
	if err != nil {
		return r.outage("take a lease over from another replica", err)
	}
	if !ok {
		return gone
	}
	l.Share, l.Replica = s.id, r.replica
	r.shares.put(s)
	return nil
}

// shareLoop tells Redis what was served, and gives back what nobody needs.
func (r *Relayer) shareLoop(ctx context.Context) error {
	tick := time.NewTicker(shareEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		r.tellShares(ctx, r.shares.due(r.clock()))
	}
}

func (r *Relayer) tellShares(ctx context.Context, list []settlement) {
	if len(list) == 0 {
		return
	}
	cmds, err := r.shared.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
		cmds := make([]*redis.Cmd, len(list))
		for i, t := range list {
			cmds[i] = r.shared.evalSettle(ctx, p, t)
		}
		return cmds
	})
	if err != nil {
		r.log.Warn("cannot settle shares of channels now", "err", err)
		for _, t := range list {
			r.shares.failed(t)
		}
		return
	}
	for i, t := range list {
		text, _ := cmds[i].Text() // the script returns text only
		left, err := protocol.ParseAmount(text)
		r.shares.heard(t, left, text != "" && err == nil)
	}
}
