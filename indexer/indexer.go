// Package indexer makes the database equal to the chain.
//
// It reads blocks and logs from a Source, checks that they fit together, folds the
// events into projections (fold*.go, a pure function of the log), and commits raw
// events, projections and cursor in one transaction. When the chain reorganises it
// takes blocks back to the last one both share.
//
// It is not a general indexer, it serves no reads (package store does) and it never
// guesses: what contradicts itself is asked for again, an event that contradicts
// its history stops it, and so does a reorg deeper than MaxReorg.
//
// Enter at Run, or at Converge for one step.
//
// Invariants:
//   - The tables are a function of the blocks up to the cursor, whatever branches
//     and crashes came before.
//   - A block is taken back only when the node shows another block in its place,
//     never because the node lags.
package indexer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

var (
	// ErrNothingNew says that the store is at the target.
	ErrNothingNew = errors.New("nothing new")
	// ErrReorg says that blocks were taken back; calling again goes on.
	ErrReorg = errors.New("reorg")
	// ErrHalted says that the indexer must not go on by itself; the reason is in
	// the cursor. store.Network.Reset and a new start, `resync`, is the way out.
	ErrHalted = errors.New("halted")
)

// MaxReorg is the deepest reorg that is healed, in blocks.
const MaxReorg = 128

// Options of an Indexer; the zero value is good for production.
type Options struct {
	Poll       time.Duration // between looks at the head without a subscription; 0: 1 s
	StallAfter time.Duration // without progress behind the head; 0: 60 s
	Fetchers   int           // ranges fetched ahead; 0: 4
	MaxSpan    uint64        // blocks in one range; 0: 2,000
	WantLogs   int           // logs in one range that spans grow towards; 0: 20,000
	BatchLogs  int           // logs written together while far behind the head; 0: 50,000
	CacheRows  int           // rows remembered between batches; 0: 50,000
	Log        *slog.Logger
	Metrics    prometheus.Registerer // nil: none
}

// Indexer keeps one network. Its methods but Status are for one goroutine.
type Indexer struct {
	source    Source
	net       *store.Network
	opts      Options
	log       *slog.Logger
	metrics   *metrics
	contracts map[common.Address]events.Source
	addresses []common.Address
	blooms    *blooms
	state     *state
	fetch     *fetcher
	indexed   bool          // no index is missing
	checked   bool          // the node follows the right chain
	cursor    *store.Cursor // known position, nil: read it

	mu     sync.Mutex
	status Status
}

// New returns an indexer of net's deployment.
func New(source Source, net *store.Network, opts Options) *Indexer {
	if opts.Poll == 0 {
		opts.Poll = time.Second
	}
	if opts.StallAfter == 0 {
		opts.StallAfter = time.Minute
	}
	if opts.Fetchers == 0 {
		opts.Fetchers = 4
	}
	if opts.MaxSpan == 0 {
		opts.MaxSpan = 2000
	}
	if opts.WantLogs == 0 {
		opts.WantLogs = 20_000
	}
	if opts.BatchLogs == 0 {
		opts.BatchLogs = 50_000
	}
	if opts.CacheRows == 0 {
		opts.CacheRows = 50_000
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	d := net.Deployment()
	x := &Indexer{source: source, net: net, opts: opts, log: opts.Log, metrics: newMetrics(opts.Metrics), contracts: map[common.Address]events.Source{}}
	for _, c := range []struct {
		at     common.Address
		source events.Source
	}{{d.Vault, events.Vault}, {d.Staking, events.Staking}, {d.Registry, events.Registry}, {d.Slasher, events.Slasher}, {d.Market, events.Market},
		{d.Disputes.Ledger, events.Ledger}, {d.Disputes.Questions, events.Questions}, {d.Disputes.Claims, events.Claims}, {d.Disputes.Verifiers, events.Verifiers},
		{d.Disputes.Audits, events.Audits}, {d.Disputes.Auditors, events.Auditors}, {d.Disputes.Attestations, events.Attestations}} {
		if c.at != (common.Address{}) { // a deployment may lack some
			x.contracts[c.at] = c.source
			x.addresses = append(x.addresses, c.at)
		}
	}
	x.blooms = newBlooms(x.contracts)
	x.fetch = newFetcher(x)
	return x
}

// Run keeps the store at the chain's head until ctx ends, then returns nil. It waits
// to be the only indexer of the network first. A halted indexer waits too: its
// reason shows in Status.
func (x *Indexer) Run(ctx context.Context) error {
	release, err := x.net.Lead(ctx)
	if err != nil {
		return ignoreEnd(ctx, err)
	}
	defer release()
	defer x.fetch.reset()
	news := make(chan struct{}, 1)
	var watching sync.WaitGroup
	defer watching.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if w, ok := x.source.(Watcher); ok {
		watching.Add(1)
		go func() { defer watching.Done(); x.watch(ctx, w, news) }()
	}
	backoff := x.opts.Poll
	for {
		err := x.follow(ctx)
		x.note(err)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrHalted):
			x.log.ErrorContext(ctx, "indexer halted", "err", err)
			<-ctx.Done()
			return nil
		case err != nil:
			x.log.WarnContext(ctx, "chain not followed", "err", err, "retry_in", backoff)
			backoff = min(2*backoff, 30*time.Second)
		default:
			backoff = x.opts.Poll
		}
		if !pause(ctx, backoff, news) {
			return nil
		}
	}
}

// watch subscribes again whenever the subscription breaks; polling goes on meanwhile.
func (x *Indexer) watch(ctx context.Context, w Watcher, news chan<- struct{}) {
	backoff := x.opts.Poll
	for {
		started := time.Now()
		err := w.Watch(ctx, news)
		if ctx.Err() != nil {
			return
		}
		if time.Since(started) > time.Minute {
			backoff = x.opts.Poll
		}
		x.log.WarnContext(ctx, "head subscription ended", "err", err, "retry_in", backoff)
		if !pause(ctx, backoff, nil) {
			return
		}
		backoff = min(2*backoff, 30*time.Second)
	}
}

// pause waits for d or news; false means that ctx ended.
func pause(ctx context.Context, d time.Duration, news <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-news:
	case <-ctx.Done():
		return false
	}
	return true
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// follow converges to what the node shows as head now.
func (x *Indexer) follow(ctx context.Context) error {
	if err := x.checkNode(ctx); err != nil {
		return err
	}
	heads, err := x.source.Heads(ctx)
	if err != nil {
		return err
	}
	return x.ConvergeAll(ctx, heads)
}

// checkNode asks the node, once, which chain it follows. The reason to halt is not
// stored: the tables are right, and a start with the right node goes on.
func (x *Indexer) checkNode(ctx context.Context) error {
	source, ok := x.source.(Identifier)
	if !ok || x.checked {
		return nil
	}
	id, err := source.ChainID(ctx)
	if err != nil {
		return err
	}
	if want := x.net.Deployment().ChainID; id != want {
		return fmt.Errorf("%w: the node follows chain %d, the deployment is on chain %d", ErrHalted, id, want)
	}
	x.checked = true
	return nil
}

// ConvergeAll converges until there is nothing new.
func (x *Indexer) ConvergeAll(ctx context.Context, heads store.Heads) error {
	for {
		err := x.backfill(ctx, heads)
		if err == nil {
			err = x.index(ctx)
		}
		if err == nil {
			err = x.Converge(ctx, heads)
		}
		switch {
		case errors.Is(err, ErrNothingNew):
			return nil
		case err != nil && !errors.Is(err, ErrReorg):
			return err
		}
	}
}

// index makes the indexes that a backfill went without, this one or one that ended
// before it was done.
func (x *Indexer) index(ctx context.Context) error {
	if x.indexed {
		return nil
	}
	if err := x.net.MakeIndexes(ctx); err != nil {
		return err
	}
	x.indexed = true
	return nil
}

// Converge moves the store at most one batch closer to the target's latest block.
//
// It returns ErrReorg after taking the store back to the last block it shares with
// the chain, and ErrNothingNew when there is nothing to do. Either way, and after
// any other error, the store is consistent and calling again is correct.
func (x *Indexer) Converge(ctx context.Context, target store.Heads) (err error) {
	defer func() {
		if err != nil && !errors.Is(err, ErrNothingNew) {
			x.forget()
		}
	}()
	c, err := x.position(ctx, target)
	if err != nil {
		return err
	}
	if !c.Empty() && target.Latest.Number <= c.Number {
		return x.compareHead(ctx, c, target)
	}
	from := next(c)
	if target.Latest.Number < from {
		return ErrNothingNew
	}
	seg, err := x.fetch.take(ctx, from, target.Latest.Number)
	if err != nil {
		return err
	}
	if len(seg.blocks) == 0 {
		return fmt.Errorf("get block %d: the node does not have it yet: %w", from, protocol.ErrUnavailable)
	}
	if !c.Empty() && seg.blocks[0].ParentHash != c.Hash {
		return x.rewind(ctx, c, seg.blocks[0])
	}
	return x.commit(ctx, c, seg, target)
}

// forget drops what is held in memory about the store: it is read again.
func (x *Indexer) forget() {
	x.cursor, x.state = nil, nil
	x.fetch.reset()
}

// position is the cursor to go on from; the first time, and after an error, it is
// read from the store.
func (x *Indexer) position(ctx context.Context, target store.Heads) (store.Cursor, error) {
	if x.cursor == nil {
		c, err := x.net.Cursor(ctx)
		if err != nil {
			return c, err
		}
		x.cursor, x.state = &c, newState(x.net, x.net, c.Empty(), x.opts.CacheRows)
	}
	c := *x.cursor
	x.observe(c, target)
	if c.Halted != "" {
		return c, fmt.Errorf("%w: %s", ErrHalted, c.Halted)
	}
	return c, nil
}

// next is the first block above the cursor.
func next(c store.Cursor) uint64 {
	if c.Empty() {
		return c.StartBlock
	}
	return c.Number + 1
}

// compareHead looks at a head that is not above the cursor: the same chain, seen by
// a node that lags, or another one.
func (x *Indexer) compareHead(ctx context.Context, c store.Cursor, target store.Heads) error {
	head := target.Latest
	if head.Number < c.StartBlock {
		return fmt.Errorf("node is at block %d, before the first one: %w", head.Number, protocol.ErrUnavailable)
	}
	stored := c.Block
	if head.Number < c.Number {
		var err error
		if stored, err = x.net.BlockAt(ctx, head.Number); err != nil {
			return err
		}
	}
	if stored.Hash == head.Hash {
		if head.Number == c.Number && (c.Safe != target.Safe || c.Finalized != target.Finalized || c.Latest.Hash != head.Hash) {
			target.Finalized = max(target.Finalized, min(c.Finalized, head.Number))
			target.Safe = max(target.Safe, target.Finalized, min(c.Safe, head.Number))
			if err := x.net.SetHeads(ctx, target); err != nil {
				return err
			}
			x.cursor.Heads = target
			x.observe(*x.cursor, target)
		}
		return ErrNothingNew
	}
	return x.rewind(ctx, c, Header{Block: store.Block{Number: head.Number + 1, ParentHash: head.Hash}})
}

// commit folds a segment and writes it.
func (x *Indexer) commit(ctx context.Context, c store.Cursor, seg segment, target store.Heads) error {
	batch, after, err := x.fold(ctx, c, seg, target)
	if err != nil {
		return x.cannotFold(ctx, c, err)
	}
	if err := x.net.Commit(ctx, c, batch); err != nil {
		return err
	}
	x.committed(after, batch)
	return nil
}

// fold turns a segment that follows c into the batch that Commit writes, and the
// cursor after it.
func (x *Indexer) fold(ctx context.Context, c store.Cursor, seg segment, target store.Heads) (b store.Batch, after store.Cursor, err error) {
	last := seg.blocks[len(seg.blocks)-1].Block
	heads := target
	if last.Number > heads.Latest.Number {
		heads.Latest = last
	}
	heads.Finalized = max(heads.Finalized, min(c.Finalized, c.Number))
	heads.Safe = max(heads.Safe, heads.Finalized)
	undoFrom := c.UndoFrom
	if heads.Latest.Number+1 > MaxReorg {
		undoFrom = max(undoFrom, heads.Latest.Number+1-MaxReorg)
	}
	b = store.Batch{Events: seg.events, UndoFrom: undoFrom, Heads: heads}
	for _, h := range seg.blocks {
		b.Blocks = append(b.Blocks, h.Block)
	}
	x.state.ctx, x.state.undoFrom = ctx, undoFrom
	if err := x.state.foldAll(b.Blocks, b.Events, x.contracts); err != nil {
		return b, c, err
	}
	b.Made, b.Rows, b.Undo = x.state.flush()
	after = c
	if c.Empty() {
		after.StartBlock = b.Blocks[0].Number
	}
	after.Block, after.Heads, after.UndoFrom = last, heads, undoFrom
	after.ParentHash = common.Hash{}
	return b, after, nil
}

// cannotFold halts on events that contradict those up to c, which is stored.
func (x *Indexer) cannotFold(ctx context.Context, c store.Cursor, err error) error {
	if errors.Is(err, ErrIllegal) {
		return x.halt(ctx, c, err.Error())
	}
	return err
}

// committed notes that the store is at c.
func (x *Indexer) committed(c store.Cursor, b store.Batch) {
	x.cursor = &c
	x.metrics.committed(len(b.Blocks), len(b.Events))
	x.progress(c)
}

// foldAll applies the events of blocks, in order.
func (s *state) foldAll(blocks []store.Block, logs []store.Event, contracts map[common.Address]events.Source) error {
	decoded := make([]any, len(logs))
	s.plans = slices.Grow(s.plans[:0], len(logs))
	for i := range logs {
		e, err := events.Decode(contracts[logs[i].Address], logs[i].Topics, logs[i].Data)
		if err != nil {
			return fmt.Errorf("%w: block %d, log %d: %w", ErrIllegal, logs[i].Block, logs[i].LogIndex, err)
		}
		decoded[i] = e
		s.plans = append(s.plans, s.prepare(e))
	}
	if err := s.prefetch(); err != nil {
		return err
	}
	i := 0
	for _, b := range blocks {
		s.begin(b)
		for ; i < len(logs) && logs[i].Block == b.Number; i++ {
			s.event, s.logIndex, s.plan = &logs[i], logs[i].LogIndex, &s.plans[i]
			if err := s.apply(decoded[i]); err != nil {
				return err
			}
		}
	}
	if i != len(logs) {
		return fmt.Errorf("log of block %d is in no block of the batch: %w", logs[i].Block, protocol.ErrInternal)
	}
	return nil
}

// halt stops for good: the reason is kept and shown. A reason that comes of another
// indexer's having moved the rows meanwhile is none.
func (x *Indexer) halt(ctx context.Context, c store.Cursor, reason string) error {
	if err := x.net.Halt(ctx, c, reason); err != nil {
		return err
	}
	return fmt.Errorf("%w: %s", ErrHalted, reason)
}

// Rebuild makes all projections again from the raw log. The result is identical.
func (x *Indexer) Rebuild(ctx context.Context) error {
	defer x.forget()
	c, err := x.net.Cursor(ctx)
	if err != nil {
		return err
	}
	if c.Empty() {
		return nil
	}
	return x.rewrite(ctx, c, c.Block)
}

// rewrite cuts the log above a block and folds the rest anew.
func (x *Indexer) rewrite(ctx context.Context, c store.Cursor, to store.Block) error {
	return x.net.Rewrite(ctx, c, to, func(ctx context.Context, l store.Log) error {
		s := newState(l, x.net, true, x.opts.CacheRows)
		s.ctx, s.undoFrom = ctx, to.Number+1
		for {
			blocks, logs, err := l.Next(ctx)
			if err != nil || len(blocks) == 0 {
				return err
			}
			if err := s.foldAll(blocks, logs, x.contracts); err != nil {
				return err
			}
			made, rows, _ := s.flush()
			if err := l.Put(ctx, made, rows); err != nil {
				return err
			}
		}
	})
}
