package contracts

import (
	"context"
	"fmt"
	"math/big"

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
