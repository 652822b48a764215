package indexer

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// rewind takes the store back to the last block it shares with the node's chain.
// child is a block of that chain which does not continue what is stored: the walk
// down starts at its parent, and every step must be linked to the one above, so
// that a set of nodes that disagree is not mistaken for a reorg.
func (x *Indexer) rewind(ctx context.Context, c store.Cursor, child Header) error {
	want := child.ParentHash
	next := child.Number // the lowest block seen of the node's chain
	bottom := c.StartBlock
	if c.Number > MaxReorg {
		bottom = max(bottom, c.Number-MaxReorg)
	}
	for next > bottom {
		low := bottom
		if next > 32 {
			low = max(low, next-32)
		}
		theirs, err := x.source.Headers(ctx, low, next-1)
		if err != nil {
			return err
		}
		if uint64(len(theirs)) != next-low {
			return fmt.Errorf("get blocks %d to %d below a head: %d came: %w", low, next-1, len(theirs), protocol.ErrUnavailable)
		}
		ours, err := x.net.BlocksFrom(ctx, low, len(theirs))
		if err != nil {
			return err
		}
		for i := len(theirs) - 1; i >= 0; i-- {
			if theirs[i].Hash != want {
				return fmt.Errorf("block %d is %s for one node and %s for another: %w", theirs[i].Number, theirs[i].Hash, want, protocol.ErrUnavailable)
			}
			if i < len(ours) && ours[i].Hash == theirs[i].Hash {
				return x.takeBack(ctx, c, ours[i])
			}
			want = theirs[i].ParentHash
		}
		next = low
	}
	return x.noAncestor(ctx, c, next)
}

// takeBack rolls the store back to a block that both chains have.
func (x *Indexer) takeBack(ctx context.Context, c store.Cursor, ancestor store.Block) error {
	depth := c.Number - ancestor.Number
	var err error
	if ancestor.Number+1 >= c.UndoFrom {
		err = x.net.Rollback(ctx, c, ancestor)
	} else {
		// Old blocks that came in a backfill have no undo rows: fold what stays anew.
		err = x.rewrite(ctx, c, ancestor)
	}
	if err != nil {
		return err
	}
	x.reorged(depth)
	x.log.WarnContext(ctx, "blocks taken back", "from", c.Number, "to", ancestor.Number, "depth", depth)
	return fmt.Errorf("%w: %d blocks taken back", ErrReorg, depth)
}

// noAncestor handles a walk that met no shared block down to block next.
func (x *Indexer) noAncestor(ctx context.Context, c store.Cursor, next uint64) error {
	depth := c.Number + 1 - c.StartBlock
	if next > c.StartBlock || depth > MaxReorg {
		return x.halt(ctx, c, fmt.Sprintf("reorg deeper than %d blocks below block %d", MaxReorg, c.Number))
	}
	if c.StartBlock == 0 {
		return x.halt(ctx, c, fmt.Sprintf("another chain: its genesis differs, the store is at block %d", c.Number))
	}
	if err := x.net.Reset(ctx); err != nil {
		return err
	}
	x.reorged(depth)
	x.log.WarnContext(ctx, "all blocks taken back", "from", c.Number, "depth", depth)
	return fmt.Errorf("%w: %d blocks taken back", ErrReorg, depth)
}

// checkChain reports whether headers follow each other.
func checkChain(headers []Header, from uint64) error {
	for i, h := range headers {
		if h.Number != from+uint64(i) {
			return fmt.Errorf("asked for block %d, got %d: %w", from+uint64(i), h.Number, protocol.ErrUnavailable)
		}
		if i > 0 && h.ParentHash != headers[i-1].Hash {
			return fmt.Errorf("block %d does not follow block %d: the chain moved meanwhile: %w", h.Number, h.Number-1, protocol.ErrUnavailable)
		}
	}
	return nil
}

// isTooMany reports whether a smaller range may succeed.
func isTooMany(err error) bool { return errors.Is(err, ErrTooMany) }

// indexOf gives the hash of a block among consecutive headers.
func indexOf(headers []Header, number uint64) (common.Hash, bool) {
	if len(headers) == 0 || number < headers[0].Number || number-headers[0].Number >= uint64(len(headers)) {
		return common.Hash{}, false
	}
	return headers[number-headers[0].Number].Hash, true
}
