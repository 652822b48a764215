package contracts

import (
	"context"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain/events"
)

const (
	watchSpan    = 2_000 // blocks asked for at once
	watchOverlap = 128   // blocks read again every time: the deepest reorg
)

// marketLog visits the Market's events from the overlap before block next up to block
// latest, oldest first; the event is nil for a log of no event of DGrid's.
func (r *Reader) marketLog(ctx context.Context, next, latest uint64, visit func(e any, l *types.Log) error) error {
	return r.logsOf(ctx, next, latest, []common.Address{r.at.Market}, nil, func(l *types.Log) error {
		e, err := events.DecodeLog(events.Market, l)
		if err != nil {
			return err
		}
		return visit(e, l)
	})
}

// logsOf visits logs of some contracts from the overlap before block next to block latest,
// oldest first. topics are as in a filter.
func (r *Reader) logsOf(ctx context.Context, next, latest uint64, at []common.Address, topics [][]common.Hash, visit func(l *types.Log) error) error {
	for from := next - min(next, watchOverlap); from <= latest; from += watchSpan {
		logs, err := r.client.FilterLogs(ctx, ethereum.FilterQuery{FromBlock: new(big.Int).SetUint64(from),
			ToBlock: new(big.Int).SetUint64(min(latest, from+watchSpan-1)), Addresses: at, Topics: topics})
		if err != nil {
			return fmt.Errorf("read logs: %w", r.client.Wrap(err))
		}
		for i := range logs {
			if err := visit(&logs[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// newestLog returns the newest log of a contract that visit takes, nil if there is none. It asks
// back from the latest block to block from, and to the last span that a block of time since (Unix
// seconds) may be in.
func (r *Reader) newestLog(ctx context.Context, from, since uint64, at common.Address, topics [][]common.Hash, take func(l *types.Log) bool) (*types.Log, error) {
	to, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	for {
		first := max(from, to-min(to, watchSpan-1))
		logs, err := r.client.FilterLogs(ctx, ethereum.FilterQuery{FromBlock: new(big.Int).SetUint64(first), ToBlock: new(big.Int).SetUint64(to),
			Addresses: []common.Address{at}, Topics: topics})
		if err != nil {
			return nil, fmt.Errorf("read logs: %w", r.client.Wrap(err))
		}
		for i := range slices.Backward(logs) {
			if take(&logs[i]) {
				return &logs[i], nil
			}
		}
		if first <= from {
			return nil, nil
		}
		h, err := r.client.HeaderByNumber(ctx, new(big.Int).SetUint64(first))
		if err != nil {
			return nil, fmt.Errorf("read header: %w", r.client.Wrap(err))
		}
		if h.Time < since {
			return nil, nil
		}
		to = first - 1
	}
}
