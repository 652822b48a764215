package relayer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
//	chan:{<channel>}       hash   sum (reserved), used (served), and one amount a lease
//	chan:{<channel>}:exp   zset   lease -> when it expires
//	lease:<id>             string lease as JSON, taken once
//	own:<request>          string replica that runs a request
//	events:<request>       stream lines of an answer, in field "e", bounded, expires
//	route:<request>        string explanation as JSON, expires
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

// reserve: KEYS hash, zset; ARGV now, expiry, lease, amount, deposit, paid, keep ms.
// Returns 1 and books the amount if what is reserved, plus the larger of what was served
// here and what the chain paid, stays within the deposit.
var scriptReserve = redis.NewScript(luaAmounts + `
local sum = redis.call('HGET', KEYS[1], 'sum') or zero
for _, lease in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1])) do
  sum = sub(sum, redis.call('HGET', KEYS[1], lease) or zero)
  redis.call('HDEL', KEYS[1], lease)
  redis.call('ZREM', KEYS[2], lease)
end
local base = redis.call('HGET', KEYS[1], 'used') or zero
if ARGV[6] > base then base = ARGV[6] end
local next = add(sum, ARGV[4])
local ok = 0
if add(base, next) <= ARGV[5] then
  ok = 1
  sum = next
  redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
  redis.call('ZADD', KEYS[2], ARGV[2], ARGV[3])
end
redis.call('HSET', KEYS[1], 'sum', sum)
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[7])
return ok`)

// settle: KEYS hash, zset; ARGV lease, fee. Turns a reservation into what was served;
// fee 0 releases it.
var scriptSettle = redis.NewScript(luaAmounts + `
local amount = redis.call('HGET', KEYS[1], ARGV[1])
if amount then
  redis.call('HSET', KEYS[1], 'sum', sub(redis.call('HGET', KEYS[1], 'sum') or zero, amount))
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
end
if ARGV[2] ~= zero then
  redis.call('HSET', KEYS[1], 'used', add(redis.call('HGET', KEYS[1], 'used') or zero, ARGV[2]))
end
return 1`)

// place: KEYS zset; ARGV now, expiry, lease, capacity, keep ms. Takes one of capacity places.
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

var scripts = []*redis.Script{scriptReserve, scriptSettle, scriptPlace, scriptLeave, scriptDeleteIf}

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
}

// shared is the relayer's side of Redis.
type shared struct {
	rdb   redis.UniversalClient
	ns    string
	batch *batcher
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
	return scriptPlace.EvalSha(ctx, p, []string{s.placeKey(provider, version)}, ms(now), ms(until), id, capacity, until.Sub(now).Milliseconds()+60_000)
}

func (s *shared) evalReserve(ctx context.Context, p redis.Pipeliner, channel common.Hash, id string, amount protocol.Amount, ch Channel, now, until time.Time) *redis.Cmd {
	return scriptReserve.EvalSha(ctx, p, s.channelKeys(channel), ms(now), ms(until), id, digits(amount), digits(ch.Deposit), digits(ch.Paid), channelKeep.Milliseconds())
}

// take leases a place of an offer and a share of a channel, both or none, and keeps the
// lease if keep is set. It says which of the two was not to be had.
func (s *shared) take(ctx context.Context, l lease, ch Channel, now, until time.Time, keep time.Duration) (place, share bool, err error) {
	var data []byte
	if keep > 0 {
		if data, err = json.Marshal(l); err != nil {
			return false, false, fmt.Errorf("encode a lease: %w", err)
		}
	}
	o := l.Offer.Offer
	cmds, err := s.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
		if keep > 0 {
			p.Set(ctx, s.key("lease", l.ID), data, keep)
		}
		return []*redis.Cmd{s.evalPlace(ctx, p, o.Provider, o.ModelVersion, l.ID, o.Capacity, now, until),
			s.evalReserve(ctx, p, l.Need.Channel, l.ID, l.Amount, ch, now, until)}
	})
	if err != nil {
		return false, false, err
	}
	got, err := answers(cmds)
	if err != nil {
		return false, false, err
	}
	place, share = got[0], got[1]
	if place && share {
		return true, true, nil
	}
	// The other half must not stay taken; a crash here frees it when it expires.
	_, err = s.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
		p.Del(ctx, s.key("lease", l.ID))
		p.ZRem(ctx, s.placeKey(o.Provider, o.ModelVersion), l.ID)
		if share {
			return []*redis.Cmd{scriptSettle.EvalSha(ctx, p, s.channelKeys(l.Need.Channel), l.ID, digits(protocol.Amount{}))}
		}
		return nil
	})
	return place, share, err
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
	if err := json.Unmarshal([]byte(got.Val()), &l); err != nil {
		return l, claim.Val(), fmt.Errorf("decode a lease: %v: %w", err, protocol.ErrInternal)
	}
	return l, claim.Val(), nil
}

// release gives back a lease's place and turns its share into fee.
func (s *shared) release(ctx context.Context, l lease, fee protocol.Amount, more func(redis.Pipeliner)) error {
	_, err := s.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
		p.ZRem(ctx, s.placeKey(l.Offer.Offer.Provider, l.Offer.Offer.ModelVersion), l.ID)
		if more != nil {
			more(p)
		}
		return []*redis.Cmd{scriptSettle.EvalSha(ctx, p, s.channelKeys(l.Need.Channel), l.ID, digits(fee))}
	})
	return err
}

// prolong keeps a running request's place and share.
func (s *shared) prolong(ctx context.Context, l lease, until time.Time) {
	score := redis.Z{Score: float64(until.UnixMilli()), Member: l.ID}
	s.batch.do(func(p redis.Pipeliner) {
		p.ZAddXX(ctx, s.placeKey(l.Offer.Offer.Provider, l.Offer.Offer.ModelVersion), score)
		p.ZAddXX(ctx, s.channelKeys(l.Need.Channel)[1], score)
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
	p := b.rdb.Pipeline()
	for _, it := range items {
		it.f(p)
	}
	_, _ = p.Exec(context.Background()) // each command keeps its own error
	for _, it := range items {
		close(it.done)
	}
}
