package relayer

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/protocol/wire"
)

// Answers are kept in Redis for readers that come back, perhaps to another replica. Keeping
// is a service, not a promise: what cannot be kept is dropped, and the provider has the
// stored receipt for whoever asks again.

const (
	keepQueue   = 4096
	keepEntries = 4096 // of one answer's stream
)

type keepItem struct {
	hash    common.Hash
	line    []byte
	unkept  *atomic.Int32 // of the answer: counted down once the line is written
	outcome *outcome
	flushed chan struct{} // closed when all before it was written
}

// keeper writes events of all running answers, many answers in one round trip.
type keeper struct {
	s     *shared
	from  string // this replica
	ttl   time.Duration
	queue chan keepItem
	lost  func()
}

// put adds a line to a kept answer. unkept, unless nil, counts those that are not written yet.
func (k *keeper) put(hash common.Hash, line []byte, unkept *atomic.Int32) {
	if unkept != nil {
		unkept.Add(1)
	}
	select {
	case k.queue <- keepItem{hash: hash, line: line, unkept: unkept}:
	default:
		if unkept != nil {
			unkept.Add(-1)
		}
		k.lost()
	}
}

// flush returns when what was put before is written, or given up.
func (k *keeper) flush(ctx context.Context) {
	it := keepItem{flushed: make(chan struct{})}
	select {
	case k.queue <- it:
	case <-ctx.Done():
		return
	}
	select {
	case <-it.flushed:
	case <-ctx.Done():
	}
}

// tell passes an outcome to the other replicas.
func (k *keeper) tell(o outcome) {
	select {
	case k.queue <- keepItem{outcome: &o}:
	default: // a score less
	}
}

func (k *keeper) run(ctx context.Context) error {
	for {
		var items []keepItem
		select {
		case it := <-k.queue:
			items = append(items, it)
		case <-ctx.Done():
			return nil
		}
	more:
		for len(items) < keepQueue {
			select {
			case it := <-k.queue:
				items = append(items, it)
			default:
				break more
			}
		}
		k.write(ctx, items)
	}
}

func (k *keeper) write(ctx context.Context, items []keepItem) {
	var outcomes []outcome
	var order []common.Hash
	byHash := map[common.Hash][]byte{}
	for _, it := range items {
		switch {
		case it.outcome != nil:
			outcomes = append(outcomes, *it.outcome)
			continue
		case it.flushed != nil:
			defer close(it.flushed)
			continue
		}
		if byHash[it.hash] == nil {
			order = append(order, it.hash)
		}
		byHash[it.hash] = append(byHash[it.hash], it.line...)
	}
	var cmds []redis.Cmder
	k.s.batch.do(func(p redis.Pipeliner) {
		if len(outcomes) > 0 {
			data, _ := json.Marshal(map[string]any{"replica": k.from, "outcomes": outcomes}) // plain data
			p.Publish(ctx, k.s.key("feed"), data)
		}
		for _, h := range order {
			cmds = append(cmds, k.add(ctx, p, h, "e", byHash[h]))
		}
	})
	for _, it := range items {
		if it.unkept != nil {
			it.unkept.Add(-1)
		}
	}
	for _, c := range cmds {
		if c.Err() != nil {
			k.lost()
			break
		}
	}
}

// add has a pipeline add fields to a kept answer.
func (k *keeper) add(ctx context.Context, p redis.Pipeliner, hash common.Hash, fields ...any) redis.Cmder {
	key := k.s.key("events", hash.Hex())
	added := p.XAdd(ctx, &redis.XAddArgs{Stream: key, MaxLen: keepEntries, Approx: true, Values: fields})
	p.PExpire(ctx, key, k.ttl)
	return added
}

// explanation reads what is kept of why a request went where it went; nil if nothing is.
func (s *shared) explanation(ctx context.Context, hash common.Hash) json.RawMessage {
	entries, err := s.rdb.XRevRangeN(ctx, s.key("events", hash.Hex()), "+", "-", 4).Result() // a late receipt may follow
	if err != nil {
		return nil
	}
	for _, m := range entries {
		if text, ok := m.Values["r"].(string); ok {
			return json.RawMessage(text)
		}
	}
	return nil
}

// kept reads a kept answer from event after on. next is where to go on; ended tells that
// the answer's end was seen.
func (s *shared) kept(ctx context.Context, hash common.Hash, cursor string, block time.Duration) (lines [][]byte, next string, ended bool, err error) {
	key := s.key("events", hash.Hex())
	var entries []redis.XMessage
	if block <= 0 {
		if entries, err = s.rdb.XRange(ctx, key, "("+cursor, "+").Result(); err != nil {
			return nil, cursor, false, unavailable("read a kept answer", err)
		}
	} else {
		got, err := s.rdb.XRead(ctx, &redis.XReadArgs{Streams: []string{key, cursor}, Block: block}).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return nil, cursor, false, unavailable("follow a kept answer", err)
		}
		if len(got) > 0 {
			entries = got[0].Messages
		}
	}
	for _, m := range entries {
		cursor = m.ID
		text, _ := m.Values["e"].(string)
		for line := range strings.Lines(text) {
			lines = append(lines, []byte(line))
			var e wire.Event
			if json.Unmarshal([]byte(line), &e) == nil && (e.Done != nil || e.Error != nil) {
				ended = true
			}
		}
	}
	return lines, cursor, ended, nil
}
