package store

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"
)

// JobFilter selects jobs; zero fields select all.
type JobFilter struct {
	Requester    common.Address
	Provider     common.Address
	ModelVersion common.Hash
	State        string // JobRequested...
}

// Jobs lists jobs. Sorts: max_fee, fee, deadline.
func (n *Network) Jobs(ctx context.Context, f JobFilter, l List) (Page[Job], error) {
	return page[Job](ctx, n, l, sorts{"max_fee": "max_fee", "fee": "fee", "deadline": "deadline"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = whereAddress(whereAddress(q, "requester", f.Requester), "provider", f.Provider)
		return whereText(whereHash(q, "model_version", f.ModelVersion), "state", f.State)
	})
}

// Job returns one job.
func (n *Network) Job(ctx context.Context, job common.Hash) (One[Job], error) {
	return one[Job](ctx, n, HashID(job))
}
