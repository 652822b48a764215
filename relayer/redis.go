package relayer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// What is kept in Redis, under the namespace:
//
//	sessions               zset   provider -> when its record expires, Unix ms
//	session:<provider>     string record as JSON, expires after three heartbeats
//	stats:<provider>       hash   model version -> stats as JSON, 30 days
//	cap:{<prov>:<version>} zset   lease -> when it expires: places taken
//	chan:{<channel>}       hash   sum (reserved), used (served), and one amount a share
//	chan:{<channel>}:exp   zset   share -> when it expires
//	lease:<id>             string lease as JSON, taken once
//	own:<request>          string replica that runs a request
//	events:<request>       stream lines of an answer, in field "e", and with its last ones the
//	                       explanation as JSON, in field "r"; bounded, expires
//	pay:<line>             string newest voucher that its provider does not hold yet
//	pays:<provider>        set    lines with such a voucher
//	feed, replica:<id>     channels of the replicas
//
// Amounts are 39 decimal digits, so that scripts add them in three exact numbers and
// compare them as text. Keys of one script share a hash tag.

const (
	statsKeep   = 30 * 24 * time.Hour
	channelKeep = 7 * 24 * time.Hour
	payKeep     = 7 * 24 * time.Hour
	placeKeep   = protocol.MaxDeadline*time.Second + time.Hour // longer than a place is ever held
	amountWidth = 39
)

const luaAmounts = `
local zero = string.rep('0', 39)
local function parts(a)
  return tonumber(string.sub(a,1,13)), tonumber(string.sub(a,14,26)), tonumber(string.sub(a,27,39))
end
local function text(h,m,l) return string.format('%013.0f%013.0f%013.0f', h, m, l) end
local function add(a,b)
  local ah,am,al = parts(a)
  local bh,bm,bl = parts(b)
  local h,m,l = ah+bh, am+bm, al+bl
  if l >= 1e13 then l = l-1e13; m = m+1 end
  if m >= 1e13 then m = m-1e13; h = h+1 end
  if h >= 1e13 then return string.rep('9', 39) end
  return text(h,m,l)
end
local function sub(a,b)
  if a <= b then return zero end
  local ah,am,al = parts(a)
  local bh,bm,bl = parts(b)
  local h,m,l = ah-bh, am-bm, al-bl
  if l < 0 then l = l+1e13; m = m-1 end
  if m < 0 then m = m+1e13; h = h-1 end
  return text(h,m,l)
end
`

// reserve: KEYS hash, zset; ARGV now, expiry, share, amount, deposit, paid, keep ms, wanted,
// spare, later expiry. Books the amount if what is reserved, plus the larger of what was served here and
// what the chain paid, stays within the deposit, and returns 1. Books wanted instead, and
// returns 2, until the later expiry, if so much as spare would stay within it too.
var scriptReserve = redis.NewScript(luaAmounts + `
local sum = redis.call('HGET', KEYS[1], 'sum') or zero
for _, share in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1])) do
  sum = sub(sum, redis.call('HGET', KEYS[1], share) or zero)
  redis.call('HDEL', KEYS[1], share)
  redis.call('ZREM', KEYS[2], share)
end
local base = redis.call('HGET', KEYS[1], 'used') or zero
if ARGV[6] > base then base = ARGV[6] end
local function fits(a) return add(base, add(sum, a)) <= ARGV[5] end
local ok, amount, expiry = 0, zero, ARGV[2]
if fits(ARGV[9]) then
  ok, amount, expiry = 2, ARGV[8], ARGV[10]
elseif fits(ARGV[4]) then
  ok, amount = 1, ARGV[4]
end
if ok > 0 then
  sum = add(sum, amount)
  redis.call('HSET', KEYS[1], ARGV[3], amount)
  redis.call('ZADD', KEYS[2], expiry, ARGV[3])
end
redis.call('HSET', KEYS[1], 'sum', sum)
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[7])
return ok`)

// settle: KEYS hash, zset; ARGV share, fee, keep. Turns fee of a share into what was served,
// gives back what is left above keep, and returns what stays; empty if it knows no such share.
var scriptSettle = redis.NewScript(luaAmounts + `
local left = ''
local have = redis.call('HGET', KEYS[1], ARGV[1])
if have then
  left = sub(have, ARGV[2])
  if left > ARGV[3] then left = ARGV[3] end
  redis.call('HSET', KEYS[1], 'sum', sub(redis.call('HGET', KEYS[1], 'sum') or zero, sub(have, left)))
  if left == zero then
    redis.call('HDEL', KEYS[1], ARGV[1])
    redis.call('ZREM', KEYS[2], ARGV[1])
  else
    redis.call('HSET', KEYS[1], ARGV[1], left)
  end
end
if ARGV[2] ~= zero then
  redis.call('HSET', KEYS[1], 'used', add(redis.call('HGET', KEYS[1], 'used') or zero, ARGV[2]))
end
return left`)

// carve: KEYS hash, zset; ARGV share, new share, amount, expiry. Makes a part of a share one
// of its own; the sum stays.
var scriptCarve = redis.NewScript(luaAmounts + `
local have = redis.call('HGET', KEYS[1], ARGV[1])
if not have or have < ARGV[3] then return 0 end
if have == ARGV[3] then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], sub(have, ARGV[3]))
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
return 1`)

// place: KEYS zset; ARGV now, expiry, lease, capacity, keep ms. Takes one of capacity places.
// Only asked where plain commands found none free: they are cheaper, but two replicas may
// get into each other's way with them.
var scriptPlace = redis.NewScript(`
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1`)

// leave: KEYS session, zset; ARGV session id, provider. Forgets a session unless a newer took its place.
var scriptLeave = redis.NewScript(`
local r = redis.call('GET', KEYS[1])
if r and cjson.decode(r)['session'] == ARGV[1] then
  redis.call('DEL', KEYS[1])
  return 1
end
return 0`)

var scripts = []*redis.Script{scriptReserve, scriptSettle, scriptCarve, scriptPlace, scriptLeave, scriptDeleteIf}

// record is what the replicas share of one connected provider.
type record struct {
	Provider common.Address     `json:"provider"`
	Session  string             `json:"session"`
	Replica  string             `json:"replica"`
	Version  uint64             `json:"version"` // counts changes within the session
	Offers   []wire.SignedOffer `json:"offers"`
	Draining bool               `json:"draining"`
	Gone     bool               `json:"gone,omitempty"`
}

// lease is a match that waits for its request.
type lease struct {
	ID      string           `json:"id"`
	Need    wire.Need        `json:"need"`
	Offer   wire.SignedOffer `json:"offer"`
	Session string           `json:"session"`
	Amount  protocol.Amount  `json:"amount"`
	Route   wire.Route       `json:"route"`
	Share   string           `json:"share"`   // which Amount is a part of
	Replica string           `json:"replica"` // whose share it is
	Until   int64            `json:"until"`   // Unix ms at which its place is free again
}

// shared is the relayer's side of Redis.
type shared struct {
	rdb   redis.UniversalClient
	ns    string
	batch *batcher
	// remembered, unless nil, returns a lease that this replica gave: what Redis keeps of it is
	// for the others to read.
	remembered func(id string) (lease, bool)
}

func (s *shared) key(parts ...string) string { return s.ns + ":" + strings.Join(parts, ":") }

func (s *shared) channelKeys(id common.Hash) []string {
	k := s.ns + ":chan:{" + id.Hex() + "}"
	return []string{k, k + ":exp"}
}

func (s *shared) placeKey(provider common.Address, version common.Hash) string {
	return s.ns + ":cap:{" + provider.Hex() + ":" + version.Hex() + "}"
}

// digits is an amount as scripts take it.
func digits(a protocol.Amount) string {
	d := a.String()
	if len(d) > amountWidth {
		return strings.Repeat("9", amountWidth)
	}
	return strings.Repeat("0", amountWidth-len(d)) + d
}

func unavailable(what string, err error) error {
	return fmt.Errorf("%s: %v: %w", what, err, protocol.ErrUnavailable)
}

func (s *shared) load(ctx context.Context) error {
	for _, script := range scripts {
		if err := script.Load(ctx, s.rdb).Err(); err != nil {
			return unavailable("load scripts into Redis", err)
		}
	}
	return nil
}

// run executes script commands in a shared pipeline, loading the scripts again if Redis
// lost them.
func (s *shared) run(ctx context.Context, f func(redis.Pipeliner) []*redis.Cmd) ([]*redis.Cmd, error) {
	var cmds []*redis.Cmd
	for try := 0; ; try++ {
		s.batch.do(func(p redis.Pipeliner) { cmds = f(p) })
		lost := false
		for _, c := range cmds {
			if err := c.Err(); err != nil {
				if lost = strings.HasPrefix(err.Error(), "NOSCRIPT"); !lost || try > 0 {
					return nil, unavailable("run a script in Redis", err)
				}
			}
		}
		if !lost {
			return cmds, nil
		}
		if err := s.load(ctx); err != nil {
			return nil, err
		}
	}
}

func ms(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func (s *shared) evalPlace(ctx context.Context, p redis.Pipeliner, provider common.Address, version common.Hash, id string, capacity uint32, now, until time.Time) *redis.Cmd {
	return scriptPlace.EvalSha(ctx, p, []string{s.placeKey(provider, version)}, ms(now), ms(until), id, capacity, placeKeep.Milliseconds())
}

// evalReserve books x.amount, or the size of a share for many such leases if there is much left.
func (s *shared) evalReserve(ctx context.Context, p redis.Pipeliner, x *share, ch Channel, now time.Time) *redis.Cmd {
	wanted, spare := times(x.amount, shareRequests), strings.Repeat("9", amountWidth)
	if much := times(wanted, shareSpare); much != wanted {
		spare = digits(much)
	}
	return scriptReserve.EvalSha(ctx, p, s.channelKeys(x.key.channel), ms(now), ms(x.until), x.id, digits(x.amount), digits(ch.Deposit), digits(ch.Paid),
		channelKeep.Milliseconds(), digits(wanted), spare, ms(x.until.Add(shareLonger)))
}

func (s *shared) evalSettle(ctx context.Context, p redis.Pipeliner, t settlement) *redis.Cmd {
	return scriptSettle.EvalSha(ctx, p, s.channelKeys(t.share.key.channel), t.share.id, digits(t.fee), digits(t.keep))
}

// carve makes a lease's part of another replica's share a share of its own, called as the lease.
func (s *shared) carve(ctx context.Context, l lease, until time.Time) (bool, error) {
	cmds, err := s.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
		return []*redis.Cmd{scriptCarve.EvalSha(ctx, p, s.channelKeys(l.Need.Channel), l.Share, l.ID, digits(l.Amount), ms(until))}
	})
	if err != nil {
		return false, err
	}
	n, err := cmds[0].Int64()
	if err != nil {
		return false, unavailable("read a script's answer", err)
	}
	return n == 1, nil
}

// take leases a place of an offer and, unless x is nil, books the share x; both or none. It
// keeps the lease if keep is set, and says which of the two was not to be had. What was booked
// is put into x.
func (s *shared) take(ctx context.Context, l lease, x *share, ch Channel, now, until time.Time, keep time.Duration) (place, booked bool, err error) {
	var data []byte
	if keep > 0 {
		if data, err = json.Marshal(l); err != nil {
			return false, false, fmt.Errorf("encode a lease: %w", err)
		}
	}
	o := l.Offer.Offer
	places := s.placeKey(o.Provider, o.ModelVersion)
	var taken *redis.IntCmd
	cmds, err := s.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
		if keep > 0 {
			p.Set(ctx, s.key("lease", l.ID), data, keep)
		}
		first := firstOf(p, places)
		if first {
			p.ZRemRangeByScore(ctx, places, "-inf", ms(now))
		}
		p.ZAdd(ctx, places, redis.Z{Score: float64(until.UnixMilli()), Member: l.ID})
		taken = p.ZCard(ctx, places)
		if first {
			p.PExpire(ctx, places, placeKeep)
		}
		if x == nil {
			return nil
		}
		return []*redis.Cmd{s.evalReserve(ctx, p, x, ch, now)}
	})
	if err == nil && taken.Err() != nil {
		err = unavailable("take a place in Redis", taken.Err())
	}
	if err != nil {
		return false, false, err
	}
	place, booked = taken.Val() <= int64(o.Capacity), x == nil
	if x != nil {
		n, err := cmds[0].Int64()
		if err != nil {
			return false, false, unavailable("read a script's answer", err)
		}
		if booked = n > 0; n == 2 {
			x.amount, x.single, x.until = times(x.amount, shareRequests), false, x.until.Add(shareLonger)
		}
	}
	if place && booked {
		return true, true, nil
	}
	place, err = s.undo(ctx, l, x, booked, place, now, until)
	return place, booked, err
}

// undo gives back the half that was taken, once it is sure that the other is not to be had: a
// crash here frees it when it expires. Places that seem to be taken are counted exactly first.
func (s *shared) undo(ctx context.Context, l lease, x *share, booked, place bool, now, until time.Time) (bool, error) {
	o := l.Offer.Offer
	places := s.placeKey(o.Provider, o.ModelVersion)
	if !place {
		cmds, err := s.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
			p.ZRem(ctx, places, l.ID)
			return []*redis.Cmd{s.evalPlace(ctx, p, o.Provider, o.ModelVersion, l.ID, o.Capacity, now, until)}
		})
		if err != nil {
			return false, err
		}
		got, err := answers(cmds)
		if err != nil {
			return false, err
		}
		if place = got[0]; place && booked {
			return true, nil
		}
	}
	_, err := s.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
		p.Del(ctx, s.key("lease", l.ID))
		p.ZRem(ctx, places, l.ID)
		if booked && x != nil {
			return []*redis.Cmd{s.evalSettle(ctx, p, settlement{share: x})}
		}
		return nil
	})
	return place, err
}

func answers(cmds []*redis.Cmd) ([]bool, error) {
	got := make([]bool, len(cmds))
	for i, c := range cmds {
		n, err := c.Int64()
		if err != nil {
			return nil, unavailable("read a script's answer", err)
		}
		got[i] = n == 1
	}
	return got, nil
}

// redeemLease takes a kept lease, once, and claims the request for this replica; claimed is
// false if somebody runs or ran the request already.
func (s *shared) redeemLease(ctx context.Context, id string, request common.Hash, replica string, hold time.Duration) (l lease, claimed bool, err error) {
	var got *redis.StringCmd
	var claim *redis.BoolCmd
	s.batch.do(func(p redis.Pipeliner) {
		got = p.GetDel(ctx, s.key("lease", id))
		claim = p.SetNX(ctx, s.key("own", request.Hex()), replica, hold)
	})
	if claim.Err() != nil {
		return l, false, unavailable("claim a request in Redis", claim.Err())
	}
	if errors.Is(got.Err(), redis.Nil) {
		return l, claim.Val(), fmt.Errorf("lease %q is unknown, used or expired: %w", id, protocol.ErrExpired)
	} else if got.Err() != nil {
		return l, claim.Val(), unavailable("take a lease from Redis", got.Err())
	}
	if s.remembered != nil {
		if l, ok := s.remembered(id); ok {
			return l, claim.Val(), nil
		}
	}
	if err := json.Unmarshal([]byte(got.Val()), &l); err != nil {
		return l, claim.Val(), fmt.Errorf("decode a lease: %v: %w", err, protocol.ErrInternal)
	}
	return l, claim.Val(), nil
}

// release gives back a lease's place, and settles a share that ends with it, if any.
func (s *shared) release(ctx context.Context, l lease, t *settlement, more func(redis.Pipeliner)) error {
	var place *redis.IntCmd
	_, err := s.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
		place = p.ZRem(ctx, s.placeKey(l.Offer.Offer.Provider, l.Offer.Offer.ModelVersion), l.ID)
		if more != nil {
			more(p)
		}
		if t == nil {
			return nil
		}
		return []*redis.Cmd{s.evalSettle(ctx, p, *t)}
	})
	if err == nil && place.Err() != nil {
		err = unavailable("give a place back", place.Err())
	}
	return err
}

// prolong keeps a running request's place, and its share until shareUntil unless zero.
func (s *shared) prolong(ctx context.Context, l lease, until, shareUntil time.Time) {
	s.batch.do(func(p redis.Pipeliner) {
		p.ZAddXX(ctx, s.placeKey(l.Offer.Offer.Provider, l.Offer.Offer.ModelVersion), redis.Z{Score: float64(until.UnixMilli()), Member: l.ID})
		if !shareUntil.IsZero() {
			p.ZAddXX(ctx, s.channelKeys(l.Need.Channel)[1], redis.Z{Score: float64(shareUntil.UnixMilli()), Member: l.Share})
		}
	})
}

// batcher runs the commands of many goroutines in one pipeline: while one round trip is under
// way, the next collects.
type batcher struct {
	rdb redis.UniversalClient

	mu      sync.Mutex
	waiting []*batchItem
	running bool
}

// pipeline is one round trip of a batcher.
type pipeline struct {
	redis.Pipeliner
	tended map[string]struct{}
}

// firstOf tells whether nobody in this pipeline has tended to a key yet: what keeps a key in
// order is needed once, however many use it.
func firstOf(p redis.Pipeliner, key string) bool {
	b, ok := p.(*pipeline)
	if !ok {
		return true
	}
	if _, tended := b.tended[key]; tended {
		return false
	}
	if b.tended == nil {
		b.tended = map[string]struct{}{}
	}
	b.tended[key] = struct{}{}
	return true
}

type batchItem struct {
	f    func(redis.Pipeliner)
	done chan struct{}
}

// do adds f's commands to the next pipeline and returns when they were answered or
// failed. Redis' own time limits bound it.
func (b *batcher) do(f func(redis.Pipeliner)) {
	item := &batchItem{f, make(chan struct{})}
	b.mu.Lock()
	b.waiting = append(b.waiting, item)
	lead := !b.running
	b.running = true
	b.mu.Unlock()
	if !lead {
		<-item.done
		return
	}
	for {
		b.mu.Lock()
		items := b.waiting
		b.waiting = nil
		if len(items) == 0 {
			b.running = false
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
		select {
		case <-item.done: // served already: hand the lead to a goroutine of its own
			go b.serve(items)
			return
		default:
			b.exec(items)
		}
	}
}

func (b *batcher) serve(items []*batchItem) {
	for len(items) > 0 {
		b.exec(items)
		b.mu.Lock()
		items = b.waiting
		b.waiting = nil
		if len(items) == 0 {
			b.running = false
		}
		b.mu.Unlock()
	}
}

func (b *batcher) exec(items []*batchItem) {
	// Whoever is about to ask comes along: in a process with much to do that is most of a round
	// trip's work, in an idle one it is nothing.
	runtime.Gosched()
	b.mu.Lock()
	items, b.waiting = append(items, b.waiting...), nil
	b.mu.Unlock()
	p := &pipeline{Pipeliner: b.rdb.Pipeline()}
	for _, it := range items {
		it.f(p)
	}
	_, _ = p.Exec(context.Background()) // each command keeps its own error
	for _, it := range items {
		close(it.done)
	}
}
