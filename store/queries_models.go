package store

import (
	"context"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// VersionFilter selects model versions; zero fields select all.
type VersionFilter struct {
	Creator common.Address
	Parent  common.Hash // versions made from this one
	Kind    protocol.ModelKind
	Class   protocol.Class
	Name    string // exactly
	Search  string // part of the name, in any case (ASCII)
}

// Versions lists model versions. Sorts: fees, receipts, providers, jobs, royalties, faults, name.
func (n *Network) Versions(ctx context.Context, f VersionFilter, l List) (Page[Version], error) {
	sortable := sorts{"fees": "fees", "receipts": "receipts", "providers": "providers", "jobs": "jobs", "royalties": "royalties", "faults": "faults", "name": "name"}
	return page[Version](ctx, n, l, sortable, f.where)
}

// VersionsAmong returns those of the versions that the filter selects, in no order.
func (n *Network) VersionsAmong(ctx context.Context, f VersionFilter, versions []common.Hash) (Page[Version], error) {
	return among[Version](ctx, n, "model_version", versions, f.where)
}

func (f VersionFilter) where(q *bun.SelectQuery) *bun.SelectQuery {
	q = whereHash(whereAddress(q, "creator", f.Creator), "parent", f.Parent)
	if f.Kind != 0 {
		q = q.Where("kind = ?", uint8(f.Kind))
	}
	if f.Class != 0 {
		q = q.Where("class = ?", uint8(f.Class))
	}
	if f.Search != "" {
		q = q.Where(`lower(name) LIKE ? ESCAPE '\'`, "%"+likeEscape.Replace(strings.ToLower(f.Search))+"%")
	}
	return whereText(q, "name", f.Name)
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// VersionPage is a model version with the faults of those who served it, as far as the
// chain says which version a receipt is of.
type VersionPage struct {
	Version
	FaultList []Fault `json:"fault_list"` // newest first, at most MaxPage
}

// Version returns one model version.
func (n *Network) Version(ctx context.Context, version common.Hash) (One[VersionPage], error) {
	var o One[VersionPage]
	err := n.View(ctx, func(ctx context.Context, v *View) (err error) {
		o.Meta = v.Meta
		if err := get(ctx, v, HashID(version), &o.Data.Version); err != nil {
			return err
		}
		o.Data.FaultList, err = v.faults(ctx, "model_version", version)
		return err
	})
	return o, err
}

// ServiceFilter selects records of providers on model versions.
type ServiceFilter struct {
	Provider     common.Address
	ModelVersion common.Hash
}

// Services lists who was paid for which version: the providers of a version, or
// the versions of a provider. Sorts: fees, receipts, last_paid_at.
func (n *Network) Services(ctx context.Context, f ServiceFilter, l List) (Page[Service], error) {
	return page[Service](ctx, n, l, sorts{"fees": "fees", "receipts": "receipts", "last_paid_at": "last_paid_at"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		return whereHash(whereAddress(q, "provider", f.Provider), "model_version", f.ModelVersion)
	})
}

func whereAddress(q *bun.SelectQuery, column string, a common.Address) *bun.SelectQuery {
	if a == (common.Address{}) {
		return q
	}
	return q.Where("? = ?", bun.Ident(column), a)
}

func whereHash(q *bun.SelectQuery, column string, h common.Hash) *bun.SelectQuery {
	if h == (common.Hash{}) {
		return q
	}
	return q.Where("? = ?", bun.Ident(column), h)
}

func whereText(q *bun.SelectQuery, column string, text string) *bun.SelectQuery {
	if text == "" {
		return q
	}
	return q.Where("? = ?", bun.Ident(column), text)
}
