package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// FaultFilter selects faults; zero fields select all.
type FaultFilter struct {
	Receipt      common.Hash
	Provider     common.Address
	Submitter    common.Address
	ModelVersion common.Hash
	Kind         string
	Rung         string // RungFault, RungSmall
}

// Faults lists slashes for what was found out about receipts. Sorts: slashed, refunded.
func (n *Network) Faults(ctx context.Context, f FaultFilter, l List) (Page[Fault], error) {
	return page[Fault](ctx, n, l, sorts{"slashed": "slashed", "refunded": "refunded"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = whereHash(whereHash(q, "receipt", f.Receipt), "model_version", f.ModelVersion)
		q = whereAddress(whereAddress(q, "provider", f.Provider), "submitter", f.Submitter)
		return whereText(whereText(q, "kind", f.Kind), "rung", f.Rung)
	})
}

// QuestionFilter selects questions; zero fields select all.
type QuestionFilter struct {
	Receipt      common.Hash
	Provider     common.Address
	Asker        common.Address
	ModelVersion common.Hash
	Kind         string // of the node
	State        string // QuestionAsked...
}

// Questions lists questions without their answers. Sorts: deadline, bond, slashed.
func (n *Network) Questions(ctx context.Context, f QuestionFilter, l List) (Page[Question], error) {
	return page[Question](ctx, n, l, sorts{"deadline": "deadline", "bond": "bond", "slashed": "slashed"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = whereHash(whereHash(q, "receipt", f.Receipt), "model_version", f.ModelVersion)
		q = whereAddress(whereAddress(q, "provider", f.Provider), "asker", f.Asker)
		return whereText(whereText(q, "kind", f.Kind), "state", f.State).ExcludeColumn("answer")
	})
}

// Question returns one question with its answer.
func (n *Network) Question(ctx context.Context, question common.Hash) (One[Question], error) {
	return one[Question](ctx, n, HashID(question))
}

// ClaimFilter selects claims; zero fields select all.
type ClaimFilter struct {
	Provider     common.Address
	ModelVersion common.Hash
	Kind         string // ClaimEquivocation, ClaimWrongLeaf
}

// Claims lists proofs about pairs of receipts and leaves of lines. No sorts.
func (n *Network) Claims(ctx context.Context, f ClaimFilter, l List) (Page[Claim], error) {
	return page[Claim](ctx, n, l, nil, func(q *bun.SelectQuery) *bun.SelectQuery {
		return whereText(whereHash(whereAddress(q, "provider", f.Provider), "model_version", f.ModelVersion), "kind", f.Kind)
	})
}

// Verifiers lists what checks proofs, scheduled and sealed. Sorts: spec_version.
func (n *Network) Verifiers(ctx context.Context, state string, l List) (Page[Verifier], error) {
	return page[Verifier](ctx, n, l, sorts{"spec_version": "spec_version"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		return whereText(q, "state", state)
	})
}

// ReceiptPage is a receipt with everything that was disputed about it.
type ReceiptPage struct {
	Receipt
	FaultList    []Fault    `json:"fault_list"`    // newest first, at most MaxPage
	QuestionList []Question `json:"question_list"` // newest first, at most MaxPage, without answers
}

// Receipt returns one receipt by its digest, ErrNotFound if the chain does not know of it.
func (n *Network) Receipt(ctx context.Context, receipt common.Hash) (One[ReceiptPage], error) {
	var o One[ReceiptPage]
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		o.Meta = v.Meta
		err := get(ctx, v, HashID(receipt), &o.Data.Receipt)
		missing := errors.Is(err, protocol.ErrNotFound)
		if err != nil && !missing {
			return err
		}
		if o.Data.FaultList, err = v.faults(ctx, "receipt", receipt); err != nil {
			return err
		}
		if missing { // a wrong leaf names a receipt that nobody may have signed
			if len(o.Data.FaultList) == 0 {
				return fmt.Errorf("receipt %s: %w", receipt, protocol.ErrNotFound)
			}
			oldest := o.Data.FaultList[len(o.Data.FaultList)-1]
			o.Data.Receipt = Receipt{Entity: oldest.Entity, Receipt: receipt}
			o.Data.ID = HashID(receipt)
		}
		o.Data.QuestionList, err = v.questions(ctx, "receipt", receipt, "")
		return err
	})
	return o, err
}

// faults reads the newest faults that have a value in a column.
func (v *View) faults(ctx context.Context, column string, value any) ([]Fault, error) {
	list := []Fault{}
	err := v.db.NewSelect().Model(&list).Where("network_id = ? AND ? = ?", v.net.id, bun.Ident(column), value).
		OrderExpr("id DESC").Limit(MaxPage).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list faults: %w", err)
	}
	return list, nil
}

// questions reads the newest questions that have a value in a column, of one state or
// of all.
func (v *View) questions(ctx context.Context, column string, value any, state string) ([]Question, error) {
	list := []Question{}
	q := v.db.NewSelect().Model(&list).ExcludeColumn("answer").Where("network_id = ? AND ? = ?", v.net.id, bun.Ident(column), value)
	if err := whereText(q, "state", state).OrderExpr("block DESC, log_index DESC").Limit(MaxPage).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list questions: %w", err)
	}
	return list, nil
}
