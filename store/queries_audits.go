package store

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"
)

// AuditFilter selects draws; zero fields select all.
type AuditFilter struct {
	Line         common.Hash
	Provider     common.Address
	ModelVersion common.Hash
	State        string // AuditRegistered, AuditDrawn
}

// Audits lists the draws over redeems. Sorts: sum, points, slashed.
func (n *Network) Audits(ctx context.Context, f AuditFilter, l List) (Page[Audit], error) {
	return page[Audit](ctx, n, l, sorts{"sum": "sum", "points": "points", "slashed": "slashed"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = whereHash(whereHash(q, "line", f.Line), "model_version", f.ModelVersion)
		return whereText(whereAddress(q, "provider", f.Provider), "state", f.State)
	})
}

// AuditPage is an audit with its points and what was said about them.
type AuditPage struct {
	Audit
	PointList    []AuditPoint  `json:"point_list"`
	Attestations []Attestation `json:"attestation_list"`
}

// Audit returns one audit by the contract's id.
func (n *Network) Audit(ctx context.Context, audit common.Hash) (One[AuditPage], error) {
	o := One[AuditPage]{Data: AuditPage{PointList: []AuditPoint{}, Attestations: []Attestation{}}}
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		o.Meta = v.Meta
		if err := get(ctx, v, HashID(audit), &o.Data.Audit); err != nil {
			return err
		}
		of := func(list any) *bun.SelectQuery {
			return v.db.NewSelect().Model(list).Where("network_id = ? AND audit = ?", n.id, audit).Order("number", "id")
		}
		if err := of(&o.Data.PointList).Scan(ctx); err != nil {
			return fmt.Errorf("list points: %w", err)
		}
		if err := of(&o.Data.Attestations).Scan(ctx); err != nil {
			return fmt.Errorf("list attestations: %w", err)
		}
		return nil
	})
	return o, err
}

// PointFilter selects drawn points; zero fields select all.
type PointFilter struct {
	Audit        common.Hash
	Provider     common.Address
	ModelVersion common.Hash
	Receipt      common.Hash
	State        string // PointWaiting...
}

// Points lists drawn points. Sorts: silences, slashed.
func (n *Network) Points(ctx context.Context, f PointFilter, l List) (Page[AuditPoint], error) {
	return page[AuditPoint](ctx, n, l, sorts{"silences": "silences", "slashed": "slashed"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = whereHash(whereHash(whereHash(q, "audit", f.Audit), "model_version", f.ModelVersion), "receipt", f.Receipt)
		return whereText(whereAddress(q, "provider", f.Provider), "state", f.State)
	})
}

// AttestationFilter selects what auditors have to say; zero fields select all.
type AttestationFilter struct {
	Kind         string // AttestReceipt, AttestVersion
	Auditor      common.Address
	Provider     common.Address
	ModelVersion common.Hash
	Receipt      common.Hash
	Answer       string // AnswerNone...
}

// Attestations lists what drawn auditors have to say, or said. Sorts: attest_by.
func (n *Network) Attestations(ctx context.Context, f AttestationFilter, l List) (Page[Attestation], error) {
	return page[Attestation](ctx, n, l, sorts{"attest_by": "attest_by"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = whereHash(whereHash(q, "receipt", f.Receipt), "model_version", f.ModelVersion)
		q = whereAddress(whereAddress(q, "auditor", f.Auditor), "provider", f.Provider)
		return whereText(whereText(q, "kind", f.Kind), "answer", f.Answer)
	})
}

// IsDrawn reports whether an auditor was drawn for a receipt: it may see the tokens of
// a request that is for auditors.
func (n *Network) IsDrawn(ctx context.Context, auditor common.Address, receipt common.Hash) (bool, error) {
	drawn, err := n.store.read.NewSelect().Model((*Attestation)(nil)).
		Where("network_id = ? AND receipt = ? AND auditor = ? AND kind = ?", n.id, receipt, auditor, AttestReceipt).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("find draw of receipt %s: %w", receipt, err)
	}
	return drawn, nil
}

// Auditors lists who may be drawn. Sorts: stake, assigned, absent.
func (n *Network) Auditors(ctx context.Context, l List) (Page[Auditor], error) {
	return page[Auditor](ctx, n, l, sorts{"stake": "stake", "assigned": "assigned", "absent": "absent"}, nil)
}
