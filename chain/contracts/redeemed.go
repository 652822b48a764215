package contracts

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// HasRedeemed tells whether a voucher of a provider was redeemed since block from.
func (r *Reader) HasRedeemed(ctx context.Context, provider common.Address, from uint64) (bool, error) {
	latest, err := r.Head(ctx)
	if err != nil {
		return false, err
	}
	found := errors.New("found")
	topics := [][]common.Hash{{redeemedTopic}, nil, {common.BytesToHash(provider[:])}}
	err = r.logsOf(ctx, from, latest, []common.Address{r.at.Market}, topics, func(*types.Log) error { return found })
	if errors.Is(err, found) {
		return true, nil
	}
	return false, err
}
