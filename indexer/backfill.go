package indexer

import (
	"context"
	"errors"

	"github.com/dgrid-network/dgrid/store"
)

// backfill moves the store forward while it is far behind the target: in batches of
// many ranges, each folded while the one before is written. They are written in
// order, each in its own transaction. It leaves the last MaxReorg blocks, and
// whatever does not fit on top of the cursor, to Converge.
func (x *Indexer) backfill(ctx context.Context, target store.Heads) (err error) {
	defer func() {
		if err != nil {
			x.forget()
		}
	}()
	at, err := x.position(ctx, target)
	if err != nil {
		return err
	}
	var writing chan error // the result of the batch on its way; nil: none is
	var batch store.Batch  // which is this one
	written := func() error {
		if writing == nil {
			return nil
		}
		err := <-writing
		writing = nil
		if err == nil {
			x.committed(at, batch)
		}
		return err
	}
	for next(at)+MaxReorg <= target.Latest.Number {
		seg, err := x.gather(ctx, at, target)
		if err != nil || len(seg.blocks) == 0 {
			return errors.Join(err, written())
		}
		folded, after, foldErr := x.fold(ctx, at, seg, target)
		if err := written(); err != nil {
			return err
		}
		if foldErr != nil {
			return x.cannotFold(ctx, at, foldErr)
		}
		from, result := at, make(chan error, 1)
		writing, batch, at = result, folded, after
		go func() { result <- x.net.Commit(ctx, from, folded) }()
	}
	return written()
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
		last := seg.blocks[len(seg.blocks)-1]
		from, parent = last.Number+1, last.Hash
		all.blocks, all.events = append(all.blocks, seg.blocks...), append(all.events, seg.events...)
	}
	return all, nil
}

// maxBatchBlocks bounds a batch of blocks without events.
const maxBatchBlocks = 20_000
