package indexer

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// segment is a checked piece of one branch: linked blocks and all their logs in
// order.
type segment struct {
	blocks []Header
	events []store.Event
}

// fetcher reads ranges ahead of the commits, several at a time, and hands them out
// in order. Ranges grow and shrink with the number of logs they hold.
type fetcher struct {
	x     *Indexer
	span  uint64
	queue []*ahead
}

// ahead is a range on its way.
type ahead struct {
	from, to uint64
	cancel   context.CancelFunc
	done     chan struct{}
	seg      segment
	err      error
}

func newFetcher(x *Indexer) *fetcher { return &fetcher{x: x, span: min(64, x.opts.MaxSpan)} }

// reset forgets what is on its way.
func (f *fetcher) reset() {
	for _, a := range f.queue {
		a.cancel()
	}
	for _, a := range f.queue {
		<-a.done
	}
	f.queue = nil
}

// take returns the segment that begins at block from; it ends at target or before.
// A segment without blocks says that the node does not have block from.
func (f *fetcher) take(ctx context.Context, from, target uint64) (segment, error) {
	if len(f.queue) > 0 && f.queue[0].from != from {
		f.reset()
	}
	for {
		f.fill(ctx, from, target)
		a := f.queue[0]
		select {
		case <-a.done:
		case <-ctx.Done():
			f.reset()
			return segment{}, ctx.Err()
		}
		if a.err == nil {
			f.queue = f.queue[1:]
			if len(a.seg.blocks) > 0 && a.seg.blocks[len(a.seg.blocks)-1].Number < a.to {
				f.reset() // the node's chain ends here: what was asked for above is moot
			}
			f.adapt(len(a.seg.events), a.to-a.from+1)
			return a.seg, nil
		}
		f.reset()
		if !isTooMany(a.err) || a.from == a.to {
			return segment{}, a.err
		}
		f.span = max(1, (a.to-a.from+1)/2)
	}
}

// fill keeps ranges on their way up to target.
func (f *fetcher) fill(ctx context.Context, from, target uint64) {
	if n := len(f.queue); n > 0 {
		from = f.queue[n-1].to + 1
	}
	for len(f.queue) < f.x.opts.Fetchers && (from <= target || len(f.queue) == 0) {
		// A range outlives the call that began it; reset ends it.
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		a := &ahead{from: from, to: min(from+f.span-1, max(target, from)), cancel: cancel, done: make(chan struct{})}
		go func() {
			defer close(a.done)
			defer cancel()
			a.seg, a.err = f.x.read(ctx, a.from, a.to)
		}()
		f.queue = append(f.queue, a)
		from = a.to + 1
	}
}

// adapt moves the span towards the wanted number of logs.
func (f *fetcher) adapt(logs int, blocks uint64) {
	switch {
	case logs > 2*f.x.opts.WantLogs:
		f.span = max(1, blocks/2)
	case logs < f.x.opts.WantLogs/2 && blocks >= f.span:
		f.span = min(2*f.span, f.x.opts.MaxSpan)
	}
}

// read fetches a range and checks that headers and logs tell one story.
func (x *Indexer) read(ctx context.Context, from, to uint64) (seg segment, err error) {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { seg.blocks, err = x.source.Headers(gctx, from, to); return err })
	g.Go(func() (err error) { seg.events, err = x.source.Logs(gctx, from, to, x.addresses); return err })
	if err := g.Wait(); err != nil {
		return segment{}, err
	}
	if uint64(len(seg.blocks)) > to-from+1 {
		return segment{}, fmt.Errorf("asked for %d blocks, got %d: %w", to-from+1, len(seg.blocks), protocol.ErrUnavailable)
	}
	if err := checkChain(seg.blocks, from); err != nil {
		return segment{}, err
	}
	if seg.events, err = x.checkLogs(seg.blocks, seg.events); err != nil {
		return segment{}, err
	}
	return seg, x.fillGaps(ctx, &seg)
}

// checkLogs orders logs, drops repeated ones, and holds each against its header.
func (x *Indexer) checkLogs(headers []Header, logs []store.Event) ([]store.Event, error) {
	order := func(a, b store.Event) int {
		if a.Block != b.Block {
			return compare(a.Block, b.Block)
		}
		return compare(a.LogIndex, b.LogIndex)
	}
	if !slices.IsSortedFunc(logs, order) {
		slices.SortStableFunc(logs, order)
	}
	out := logs[:0]
	for _, e := range logs {
		hash, ok := indexOf(headers, e.Block)
		if !ok {
			return nil, fmt.Errorf("log of block %d was not asked for, or its block is not there: %w", e.Block, protocol.ErrUnavailable)
		}
		if hash != e.BlockHash {
			return nil, fmt.Errorf("block %d is %s, its log says %s: %w", e.Block, hash, e.BlockHash, protocol.ErrUnavailable)
		}
		if !x.blooms.has(&headers[e.Block-headers[0].Number].Bloom, &e) {
			return nil, fmt.Errorf("log %d of block %d is not in the block's bloom: %w", e.LogIndex, e.Block, protocol.ErrUnavailable)
		}
		if n := len(out); n > 0 && out[n-1].Block == e.Block && out[n-1].LogIndex == e.LogIndex {
			if !sameLog(&out[n-1], &e) {
				return nil, fmt.Errorf("two logs %d in block %d: %w", e.LogIndex, e.Block, protocol.ErrUnavailable)
			}
			continue
		}
		out = append(out, e)
	}
	return out, nil
}

func sameLog(a, b *store.Event) bool {
	return a.TxHash == b.TxHash && a.Address == b.Address && string(a.Topics) == string(b.Topics) && string(a.Data) == string(b.Data)
}

func compare[T uint32 | uint64](a, b T) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// fillGaps asks again, by hash, for the logs of blocks that came without any though
// their bloom says there may be some. An index that lags answers with nothing.
func (x *Indexer) fillGaps(ctx context.Context, seg *segment) error {
	var found []store.Event
	i := 0
	for n := range seg.blocks {
		h := &seg.blocks[n]
		first := i
		for i < len(seg.events) && seg.events[i].Block == h.Number {
			i++
		}
		if i > first || !x.blooms.may(&h.Bloom) {
			continue
		}
		logs, err := x.source.LogsAt(ctx, h.Hash, x.addresses)
		if err != nil {
			return err
		}
		if logs, err = x.checkLogs(seg.blocks[n:n+1], logs); err != nil {
			return err
		}
		x.metrics.gap(len(logs))
		found = append(found, logs...)
	}
	if len(found) == 0 {
		return nil
	}
	var err error
	seg.events, err = x.checkLogs(seg.blocks, append(seg.events, found...))
	return err
}

// blooms knows where the deployment's contracts and events show in a bloom.
type blooms struct {
	addresses map[common.Address]bits
	topics    map[common.Hash]bits
	pairs     [][2]bits // every contract with every event of it
}

// bits are the three places that one value sets.
type bits [3]struct {
	at  uint
	bit byte
}

func bitsOf(value []byte) (b bits) {
	h := crypto.Keccak256(value)
	for i := range b {
		v := uint(h[2*i])<<8 | uint(h[2*i+1])
		v &= 0x7ff
		b[i].at, b[i].bit = types.BloomByteLength-1-v/8, 1<<(v%8)
	}
	return b
}

func (b *bits) in(bloom *types.Bloom) bool {
	return bloom[b[0].at]&b[0].bit != 0 && bloom[b[1].at]&b[1].bit != 0 && bloom[b[2].at]&b[2].bit != 0
}

func newBlooms(contracts map[common.Address]events.Source) *blooms {
	b := &blooms{addresses: map[common.Address]bits{}, topics: map[common.Hash]bits{}}
	for address, source := range contracts {
		b.addresses[address] = bitsOf(address[:])
		for _, topic := range events.Topics(source) {
			b.topics[topic] = bitsOf(topic[:])
			b.pairs = append(b.pairs, [2]bits{b.addresses[address], b.topics[topic]})
		}
	}
	return b
}

// may reports whether a block with this bloom may hold events of the deployment.
func (b *blooms) may(bloom *types.Bloom) bool {
	if *bloom == (types.Bloom{}) {
		return false
	}
	for i := range b.pairs {
		if b.pairs[i][0].in(bloom) && b.pairs[i][1].in(bloom) {
			return true
		}
	}
	return false
}

// has reports whether the bloom admits e, by its address and first topic.
func (b *blooms) has(bloom *types.Bloom, e *store.Event) bool {
	address, ok := b.addresses[e.Address]
	if !ok || !address.in(bloom) {
		return false // also a log of a contract nobody asked for
	}
	if len(e.Topics) < 32 {
		return true
	}
	topic, ok := b.topics[common.Hash(e.Topics[:32])]
	if !ok {
		topic = bitsOf(e.Topics[:32])
	}
	return topic.in(bloom)
}
