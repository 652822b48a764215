package indexer

import (
	"context"
	"errors"

	"github.com/dgrid-network/dgrid/store"
)

// maxWriting bounds the batches on their way to the store at once.
const maxWriting = 2

// writing is a batch on its way to the store.
type writing struct {
	batch store.Batch
	after store.Cursor
	done  chan struct{}
	err   error // once done
}

// wait is nil-safe: what is not there is done.
func (w *writing) wait(ctx context.Context) error {
	if w == nil {
		return nil
	}
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// backfill moves the store forward while it is far behind the target: in batches of
// many ranges, each folded while those before are written. Each has its own
// transaction, and they are committed in order. It leaves the last MaxReorg blocks,
// and whatever does not fit on top of the cursor, to Converge.
func (x *Indexer) backfill(ctx context.Context, target store.Heads) (err error) {
	defer func() {
		if err != nil {
			x.forget()
		}
	}()
	at, err := x.position(ctx, target)
	if err != nil || next(at)+MaxReorg > target.Latest.Number {
		return err
	}
	if at.Empty() {
		x.indexed = false
		if err := x.net.DeferIndexes(ctx); err != nil {
			return err
		}
	}
	var queue []*writing
	// settle waits until at most so many batches are on their way. After an error
	// none is: those behind fail with it.
	settle := func(most int) error {
		for len(queue) > most {
			w := queue[0]
			queue = queue[1:]
			if <-w.done; w.err != nil {
				for _, behind := range queue {
					<-behind.done
				}
				queue = nil
				return w.err
			}
			x.committed(w.after, w.batch)
		}
		return nil
	}
	for next(at)+MaxReorg <= target.Latest.Number {
		seg, err := x.gather(ctx, at, target)
		if err != nil || len(seg.blocks) == 0 {
			return errors.Join(err, settle(0))
		}
		batch, after, err := x.fold(ctx, at, seg, target)
		if err != nil {
			if err := settle(0); err != nil {
				return err
			}
			return x.cannotFold(ctx, at, err)
		}
		if err := settle(maxWriting - 1); err != nil {
			return err
		}
		w := &writing{batch: batch, after: after, done: make(chan struct{})}
		var before *writing
		if len(queue) > 0 {
			before = queue[len(queue)-1]
		}
		queue = append(queue, w)
		from := at
		at = after
		go func() {
			defer close(w.done)
			w.err = x.net.CommitAfter(ctx, before.wait, from, batch)
		}()
	}
	return settle(0)
}

// gather takes ranges that follow c until they hold a batch of logs. It returns no
// blocks if the node's chain does not continue c.
func (x *Indexer) gather(ctx context.Context, c store.Cursor, target store.Heads) (all segment, err error) {
	from, parent := next(c), c.Hash
	for len(all.events) < x.opts.BatchLogs && len(all.blocks) < maxBatchBlocks && from+MaxReorg <= target.Latest.Number {
		seg, err := x.fetch.take(ctx, from, target.Latest.Number)
		if err != nil {
			return segment{}, err
		}
		if len(seg.blocks) == 0 || (len(all.blocks) > 0 || !c.Empty()) && seg.blocks[0].ParentHash != parent {
			break
		}
		if all.events == nil { // room for the batch at once, which may be one range too long
			all.events = make([]store.Event, 0, max(x.opts.BatchLogs, len(seg.events))+len(seg.events))
		}
		last := seg.blocks[len(seg.blocks)-1]
		from, parent = last.Number+1, last.Hash
		all.blocks, all.events = append(all.blocks, seg.blocks...), append(all.events, seg.events...)
	}
	return all, nil
}

// maxBatchBlocks bounds a batch of blocks without events.
const maxBatchBlocks = 20_000
