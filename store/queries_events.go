package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// Position is a place in the event log: after this event. The zero position is
// the start; LogIndex is -1 after a block's header, before its first event.
type Position struct {
	Block    uint64      `json:"block"`
	Hash     common.Hash `json:"hash"`
	LogIndex int64       `json:"log_index"`
}

// Status returns the state of the tables without reading any.
func (n *Network) Status(ctx context.Context) (Meta, error) {
	c, err := n.cursor(ctx, n.store.read)
	if err != nil {
		return Meta{}, err
	}
	return n.meta(c), nil
}

// Tail returns the position after everything that is indexed now.
func (n *Network) Tail(ctx context.Context) (Position, error) {
	c, err := n.cursor(ctx, n.store.read)
	return Position{Block: c.Number, Hash: c.Hash, LogIndex: 1 << 40}, err
}

// Feed returns up to limit raw events after a position, oldest first, and the
// state they were read in. If the block of the position was reorged away, the
// error is ErrCursorReorged: go on from Ancestor.
func (n *Network) Feed(ctx context.Context, after Position, limit int) ([]Event, Meta, error) {
	events, meta := []Event{}, Meta{}
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		meta = v.Meta
		if after.Hash != (common.Hash{}) {
			b, err := n.blockAt(ctx, v.db, after.Block)
			if errors.Is(err, protocol.ErrNotFound) || err == nil && b.Hash != after.Hash {
				return ErrCursorReorged
			} else if err != nil {
				return err
			}
		}
		return v.db.NewSelect().Model(&events).Where("network_id = ?", n.id).
			Where("(block, log_index) > (?, ?)", after.Block, after.LogIndex).
			Order("block", "log_index").Limit(int64(min(max(limit, 1), MaxPage))).Scan(ctx)
	})
	if err != nil {
		return nil, meta, fmt.Errorf("read events: %w", err)
	}
	return events, meta, nil
}

// Ancestor returns the newest of the given positions, ordered oldest first, whose
// block still stands; the zero position if none does.
func (n *Network) Ancestor(ctx context.Context, known []Position) (Position, error) {
	for i := len(known) - 1; i >= 0; i-- {
		b, err := n.blockAt(ctx, n.store.read, known[i].Block)
		if err == nil && b.Hash == known[i].Hash {
			return known[i], nil
		}
		if err != nil && !errors.Is(err, protocol.ErrNotFound) {
			return Position{}, err
		}
	}
	return Position{}, nil
}

// TxEvents returns the events of one transaction in order.
func (n *Network) TxEvents(ctx context.Context, txHash common.Hash) ([]Event, error) {
	events := []Event{}
	err := n.store.read.NewSelect().Model(&events).Where("network_id = ? AND tx_hash = ?", n.id, txHash).Order("log_index").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read events of transaction %s: %w", txHash, err)
	}
	return events, nil
}
