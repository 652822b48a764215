package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// Delivered lists answers of a class that have a receipt and ended at or after a time
// (Unix seconds) and before another, oldest first; of those that ended in the first second,
// the ones behind the request hash after. A list up to a second that may still get answers
// cannot be continued without missing some.
func (g *Gateway) Delivered(ctx context.Context, class string, since int64, after common.Hash, before int64, limit int) ([]Generation, error) {
	var gens []Generation
	err := g.s.DB().NewSelect().Model(&gens).
		Where("state = ? AND class = ?", GenerationDelivered, class).
		Where("ended_at > ? OR (ended_at = ? AND hash > ?)", since, since, after).
		Where("ended_at < ?", before).
		Order("ended_at", "hash").Limit(int64(limit)).Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("list delivered answers: %w", err)
	}
	return gens, nil
}

// GenerationByReceipt finds a delivered answer whoever bought it.
func (g *Gateway) GenerationByReceipt(ctx context.Context, receipt common.Hash) (*Generation, error) {
	gen := new(Generation)
	return gen, found("generation", g.s.DB().NewSelect().Model(gen).
		Where("state = ? AND receipt_hash = ?", GenerationDelivered, receipt).Limit(1).Scan(ctx))
}
