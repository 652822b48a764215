package relayer

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

const maxRemote = 1 << 16

// busMessage goes from one replica to another. Redis channels forget: whoever waits for an answer
// has its own time limit.
type busMessage struct {
	From     string          `json:"from"`
	To       common.Address  `json:"to"`       // a provider connected there, or zero
	Provider common.Address  `json:"provider"` // whose frame this is, if it is an answer
	Name     common.Hash     `json:"name"`     // request or voucher that this is about
	Frame    json.RawMessage `json:"frame,omitempty"`
	// Read and Cancel are about a request that runs there.
	Read   int  `json:"read,omitempty"`
	Cancel bool `json:"cancel,omitempty"`
}

func (r *Relayer) publish(ctx context.Context, replica string, m busMessage) error {
	_, err := r.tell(ctx, replica, m)
	return err
}

// tell is publish; heard says whether the replica listens, that is, lives.
func (r *Relayer) tell(ctx context.Context, replica string, m busMessage) (heard bool, err error) {
	data, err := json.Marshal(m)
	if err != nil {
		return false, err
	}
	var n *redis.IntCmd
	r.shared.batch.do(func(p redis.Pipeliner) { n = p.Publish(ctx, r.shared.key("replica", replica), data) })
	if err := n.Err(); err != nil {
		return false, unavailable("reach another replica", err)
	}
	return n.Val() > 0, nil
}

// listen takes part in the replicas' channels. go-redis connects again by itself; what
// was said meanwhile comes with the next heartbeat.
func (r *Relayer) listen(ctx context.Context) error {
	feed, own := r.shared.key("feed"), r.shared.key("replica", r.replica)
	sub := r.deps.Redis.Subscribe(ctx, feed, own)
	defer sub.Close()
	ch := sub.ChannelWithSubscriptions(redis.WithChannelSize(4096))
	waiting := map[string]bool{feed: true, own: true}
	for {
		select {
		case <-ctx.Done():
			return nil
		case got, ok := <-ch:
			if !ok {
				return nil
			}
			switch m := got.(type) {
			case *redis.Subscription:
				if delete(waiting, m.Channel); len(waiting) == 0 {
					r.hearOnce.Do(func() { close(r.hears) })
				}
			case *redis.Message:
				if m.Channel == feed {
					r.onFeed(ctx, []byte(m.Payload))
				} else {
					r.onBus(ctx, []byte(m.Payload))
				}
			}
		}
	}
}

// untilHeard waits until this replica hears the others, or for a heartbeat if Redis is away.
// Who tells them of a provider before would lose what they send it.
func (r *Relayer) untilHeard(ctx context.Context) {
	timer := time.NewTimer(r.cfg.Heartbeat)
	defer timer.Stop()
	select {
	case <-r.hears:
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (r *Relayer) onFeed(ctx context.Context, data []byte) {
	var m struct {
		record
		Outcomes []outcome `json:"outcomes"`
	}
	if json.Unmarshal(data, &m) != nil || m.Replica == r.replica {
		return
	}
	switch {
	case m.Outcomes != nil:
		for _, o := range m.Outcomes {
			r.index.note(o, r.clock())
		}
	case m.Gone:
		r.index.remove(m.Provider, m.Session)
		r.mu.Lock()
		hit := make([]*carrier, 0, len(r.carriers))
		for _, c := range r.carriers {
			hit = append(hit, c)
		}
		r.mu.Unlock()
		for _, c := range hit {
			c.push(reply{provider: m.Provider, lost: m.Session})
		}
	default:
		r.learn(ctx, m.record)
	}
}

func (r *Relayer) onBus(ctx context.Context, data []byte) {
	var m busMessage
	if json.Unmarshal(data, &m) != nil {
		return
	}
	if m.Read > 0 || m.Cancel {
		r.mu.Lock()
		c := r.carriers[m.Name]
		r.mu.Unlock()
		if c != nil {
			c.stream.took(m.Read)
			if m.Cancel {
				c.cancel()
			}
		}
		return
	}
	e, err := wire.Parse(m.Frame)
	if err != nil {
		return
	}
	if m.To == (common.Address{}) {
		_ = r.fromProvider(ctx, m.Provider, e) // was decoded by the sender already
		return
	}
	r.mu.Lock()
	s := r.sessions[m.To]
	if s != nil && (e.Kind == wire.KindAsk || e.Kind == wire.KindPay || e.Kind == wire.KindEvidence) {
		if len(r.remote) >= maxRemote {
			clear(r.remote)
		}
		r.remote[m.Name] = m.From
	}
	r.mu.Unlock()
	if s == nil {
		return
	}
	// The queue of a link is deep; a provider that does not read loses its connection.
	sctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := s.link.Send(sctx, e.Kind, e.Body); err != nil {
		r.log.Warn("cannot pass a frame on", "provider", m.To, "err", err)
	}
}

// announce puts a provider's record into the index and into Redis, and tells the others.
func (r *Relayer) announce(ctx context.Context, rec record) {
	r.learn(ctx, rec)
	if err := r.store(ctx, rec, true); err != nil {
		r.log.Warn("cannot share a provider's offers", "provider", rec.Provider, "err", err)
	}
}

func (r *Relayer) store(ctx context.Context, rec record, tell bool) error {
	data, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	var set *redis.StatusCmd
	r.shared.batch.do(func(p redis.Pipeliner) {
		set = p.Set(ctx, r.shared.key("session", rec.Provider.Hex()), data, 3*r.cfg.Heartbeat)
		p.ZAdd(ctx, r.shared.key("sessions"), redis.Z{Score: float64(r.clock().Add(3 * r.cfg.Heartbeat).UnixMilli()), Member: rec.Provider.Hex()})
		if tell {
			p.Publish(ctx, r.shared.key("feed"), data)
		}
	})
	return set.Err()
}

// learn brings a record into the index, with what the registry says about it.
func (r *Relayer) learn(ctx context.Context, rec record) {
	f := facts{classes: map[common.Hash]protocol.Class{}}
	var err error
	if f.stake, err = r.view.stake(ctx, rec.Provider); err != nil && ctx.Err() == nil {
		r.log.Warn("cannot read a provider's stake", "provider", rec.Provider, "err", err)
	}
	for _, o := range rec.Offers {
		v := o.Offer.ModelVersion
		if f.classes[v], err = r.view.class(ctx, v); err != nil && ctx.Err() == nil {
			r.log.Warn("cannot read a model version's class", "version", v, "err", err)
		}
	}
	r.index.set(rec, f, r.clock())
}

// presenceLoop renews the records of this replica's providers and reads everybody's: what
// Redis lost, or a channel did not deliver, is right again after one heartbeat.
func (r *Relayer) presenceLoop(ctx context.Context) error {
	r.untilHeard(ctx) // what is announced after the first look is heard
	tick := time.NewTicker(r.cfg.Heartbeat)
	defer tick.Stop()
	for {
		if err := r.renew(ctx); err != nil && ctx.Err() == nil {
			r.log.Warn("cannot renew presence", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (r *Relayer) renew(ctx context.Context) error {
	r.mu.Lock()
	own := make([]*session, 0, len(r.sessions))
	for _, s := range r.sessions {
		own = append(own, s)
	}
	r.mu.Unlock()
	for _, s := range own {
		s.mu.Lock()
		rec := s.record
		s.mu.Unlock()
		r.learn(ctx, rec) // stake may have changed
		if err := r.store(ctx, rec, false); err != nil {
			return unavailable("renew a provider's record", err)
		}
		r.saveStats(ctx, rec)
	}
	return r.readAll(ctx)
}

func (r *Relayer) readAll(ctx context.Context) error {
	now := r.clock()
	key := r.shared.key("sessions")
	names, err := r.deps.Redis.ZRangeByScore(ctx, key, &redis.ZRangeBy{Min: strconv.FormatInt(now.UnixMilli(), 10), Max: "+inf"}).Result()
	if err != nil {
		return unavailable("list providers", err)
	}
	cmds := make([]*redis.StringCmd, 0, len(names))
	stats := make([]*redis.MapStringStringCmd, 0, len(names))
	r.shared.batch.do(func(p redis.Pipeliner) {
		p.ZRemRangeByScore(ctx, key, "-inf", strconv.FormatInt(now.UnixMilli(), 10))
		for _, n := range names {
			cmds = append(cmds, p.Get(ctx, r.shared.key("session", n)))
			stats = append(stats, p.HGetAll(ctx, r.shared.key("stats", n)))
		}
	})
	for i, c := range cmds {
		var rec record
		if c.Err() != nil || json.Unmarshal([]byte(c.Val()), &rec) != nil {
			continue
		}
		if rec.Replica != r.replica && !r.index.same(rec, now) {
			r.learn(ctx, rec)
		}
		for version, text := range stats[i].Val() {
			var s statsRecord
			if json.Unmarshal([]byte(text), &s) == nil {
				r.index.learn(statKey{rec.Provider, common.HexToHash(version)}, s.stats())
			}
		}
	}
	r.index.seenSince(now.Add(-3 * r.cfg.Heartbeat))
	return nil
}

// statsRecord is the stored form of stats.
type statsRecord struct {
	Served  uint64  `json:"served"`
	Success float64 `json:"success"`
	TTFT    float64 `json:"ttft_ms"`
	Rate    float64 `json:"rate"`
}

func (s statsRecord) stats() stats {
	return stats{Served: s.Served, Success: s.Success, TTFT: s.TTFT, Rate: s.Rate}
}

// saveStats writes what was measured of a provider that is connected here.
func (r *Relayer) saveStats(ctx context.Context, rec record) {
	var values []any
	r.index.mu.Lock()
	for _, o := range rec.Offers {
		s := r.index.statsOf(statKey{rec.Provider, o.Offer.ModelVersion})
		if !s.dirty {
			continue
		}
		s.dirty = false
		data, err := json.Marshal(statsRecord{s.Served, s.Success, s.TTFT, s.Rate})
		if err == nil {
			values = append(values, o.Offer.ModelVersion.Hex(), data)
		}
	}
	r.index.mu.Unlock()
	if len(values) == 0 {
		return
	}
	key := r.shared.key("stats", rec.Provider.Hex())
	r.shared.batch.do(func(p redis.Pipeliner) {
		p.HSet(ctx, key, values...)
		p.PExpire(ctx, key, statsKeep)
	})
}

// note scores an outcome here and tells the other replicas.
func (r *Relayer) note(o outcome) {
	r.index.note(o, r.clock())
	r.keeper.tell(o)
}
