package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// VoucherLine is a line as the gateway keeps it: its sum tree, the newest voucher's
// signature, and how many leaves the provider confirmed to hold.
type VoucherLine struct {
	bun.BaseModel `bun:"table:gateway_lines"`
	ID            common.Hash     `bun:"id,pk"`
	Channel       common.Hash     `bun:"channel"`
	Provider      common.Address  `bun:"provider"`
	ModelVersion  common.Hash     `bun:"model_version"`
	Relayer       common.Address  `bun:"relayer"`
	Tree          string          `bun:"tree"`  // JSON of protocol.SumTree
	Count         int64           `bun:"count"` // leaves of the signed voucher
	Total         protocol.Amount `bun:"total"`
	Signature     []byte          `bun:"signature"`
	HeldCount     int64           `bun:"held_count"` // leaves of the voucher that the provider holds
	Refusal       string          `bun:"refusal"`    // why the provider refused the newest voucher
	UpdatedAt     int64           `bun:"updated_at"`
}

// LineID names a line.
func LineID(l protocol.Line) common.Hash {
	return crypto.Keccak256Hash(l.Channel[:], l.Provider[:], l.ModelVersion[:], l.Relayer[:])
}

// Line returns the tuple.
func (l *VoucherLine) Line() protocol.Line {
	return protocol.Line{Channel: l.Channel, Provider: l.Provider, ModelVersion: l.ModelVersion, Relayer: l.Relayer}
}

// SumTree reads the tree.
func (l *VoucherLine) SumTree() (protocol.SumTree, error) {
	var t protocol.SumTree
	if err := json.Unmarshal([]byte(l.Tree), &t); err != nil {
		return t, fmt.Errorf("decode sum tree of line %s: %w", l.ID, err)
	}
	return t, nil
}

// Leaf is a receipt on its way into a line.
type Leaf struct {
	Hash        common.Hash     `bun:"hash"` // of the request
	ReceiptHash common.Hash     `bun:"receipt_hash"`
	Fee         protocol.Amount `bun:"fee"`
}

// EnsureLine returns the line, empty if it is new.
func (g *Gateway) EnsureLine(ctx context.Context, l protocol.Line, now int64) (*VoucherLine, error) {
	known, err := g.VoucherLine(ctx, LineID(l))
	if err == nil || !errors.Is(err, protocol.ErrNotFound) {
		return known, err
	}
	row := &VoucherLine{ID: LineID(l), Channel: l.Channel, Provider: l.Provider, ModelVersion: l.ModelVersion,
		Relayer: l.Relayer, Tree: `{"count":0,"peaks":[]}`, Signature: []byte{}, UpdatedAt: now}
	if _, err := g.s.DB().NewInsert().Model(row).On("CONFLICT (id) DO NOTHING").Exec(ctx); err != nil {
		return nil, fmt.Errorf("store line: %w", err)
	}
	return g.VoucherLine(ctx, row.ID)
}

// VoucherLine finds a line.
func (g *Gateway) VoucherLine(ctx context.Context, id common.Hash) (*VoucherLine, error) {
	row := new(VoucherLine)
	return row, found("line", g.s.Read().NewSelect().Model(row).Where("id = ?", id).Scan(ctx))
}

// LinesToPay lists lines with receipts that no voucher pays or a voucher that its
// provider does not hold.
func (g *Gateway) LinesToPay(ctx context.Context) ([]protocol.Line, error) {
	var rows []VoucherLine
	err := g.s.DB().NewSelect().Model(&rows).
		Where("held_count < count OR id IN (SELECT line FROM gateway_generations WHERE state = ? AND leaf = ?)", GenerationDelivered, NoLeaf).
		Order("updated_at").Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("list lines to pay: %w", err)
	}
	lines := make([]protocol.Line, len(rows))
	for i := range rows {
		lines[i] = rows[i].Line()
	}
	return lines, nil
}

// Unpaid lists receipts of a line without a leaf, in the order they will get one.
func (g *Gateway) Unpaid(ctx context.Context, line common.Hash, limit int64) ([]Leaf, error) {
	var leaves []Leaf
	err := g.s.DB().NewSelect().Model((*Generation)(nil)).Column("hash", "receipt_hash", "fee").
		Where("line = ? AND state = ? AND leaf = ?", line, GenerationDelivered, NoLeaf).
		Order("ended_at", "hash").Limit(limit).Scan(ctx, &leaves)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("list unpaid receipts: %w", err)
	}
	return leaves, nil
}

// Added lists the receipt hashes of leaves from..to-1 of a line.
func (g *Gateway) Added(ctx context.Context, line common.Hash, from, to int64) ([]common.Hash, error) {
	var leaves []Leaf
	err := g.s.DB().NewSelect().Model((*Generation)(nil)).Column("hash", "receipt_hash", "fee").
		Where("line = ? AND leaf >= ? AND leaf < ?", line, from, to).Order("leaf").Scan(ctx, &leaves)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("list receipts of a voucher: %w", err)
	}
	hashes := make([]common.Hash, len(leaves))
	for i, l := range leaves {
		hashes[i] = l.ReceiptHash
	}
	return hashes, nil
}

// Advance stores the next voucher of a line with the leaves it adds. next carries
// the new tree, count, total and signature, made over `from`, the line as it was read;
// ErrConflict if it is another one by now, and then nothing changed.
func (g *Gateway) Advance(ctx context.Context, next, from *VoucherLine, leaves []Leaf) error {
	err := g.inTx(ctx, true, func(ctx context.Context, tx bun.Tx) error {
		if err := swap(ctx, tx, next, from, "tree", "count", "total", "signature", "updated_at"); err != nil {
			return err
		}
		for i, leaf := range leaves {
			res, err := tx.NewUpdate().Model((*Generation)(nil)).Set("leaf = ?", from.Count+int64(i)).
				Where("hash = ? AND leaf = ?", leaf.Hash, NoLeaf).Exec(ctx)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, protocol.ErrConflict)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("advance line: %w", err)
	}
	return nil
}

// swap writes columns of a line unless it is another one than was read. Lines of one length may
// differ, when one of them was adopted: its voucher's signature names a line.
func swap(ctx context.Context, tx bun.Tx, next, from *VoucherLine, columns ...string) error {
	res, err := tx.NewUpdate().Model(next).Column(columns...).WherePK().Where("count = ? AND signature = ?", from.Count, from.Signature).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, protocol.ErrConflict)
	}
	return nil
}

// Adopt puts a line that its provider holds in the place of `from`, the one that was read here:
// next is all of it, and receipts are its leaves from base on. Those that are stored here get
// their place; what was behind base and is not among them is unpaid again. ErrConflict if
// the line is another one by now, and then nothing changed.
func (g *Gateway) Adopt(ctx context.Context, next, from *VoucherLine, base int64, receipts []common.Hash) error {
	err := g.inTx(ctx, true, func(ctx context.Context, tx bun.Tx) error {
		if err := swap(ctx, tx, next, from, "tree", "count", "total", "signature", "held_count", "refusal", "updated_at"); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model((*Generation)(nil)).Set("leaf = ?", NoLeaf).
			Where("line = ? AND leaf >= ?", next.ID, base).Exec(ctx); err != nil {
			return err
		}
		for i, receipt := range receipts {
			if _, err := tx.NewUpdate().Model((*Generation)(nil)).Set("leaf = ?", base+int64(i)).
				Where("line = ? AND receipt_hash = ?", next.ID, receipt).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("adopt line: %w", err)
	}
	return nil
}

// Held notes that the provider holds the voucher with count leaves.
func (g *Gateway) Held(ctx context.Context, line common.Hash, count, now int64) error {
	_, err := g.s.DB().NewUpdate().Model((*VoucherLine)(nil)).Set("held_count = ?", count).Set("refusal = ''").Set("updated_at = ?", now).
		Where("id = ? AND held_count < ?", line, count).Exec(ctx)
	return err
}

// SetHeld corrects how many leaves the provider holds, up or down: it says so itself.
func (g *Gateway) SetHeld(ctx context.Context, line common.Hash, count, now int64) error {
	_, err := g.s.DB().NewUpdate().Model((*VoucherLine)(nil)).Set("held_count = ?", count).Set("updated_at = ?", now).
		Where("id = ? AND count >= ?", line, count).Exec(ctx)
	return err
}

// Refused notes why the provider did not take the newest voucher.
func (g *Gateway) Refused(ctx context.Context, line common.Hash, why string, now int64) error {
	_, err := g.s.DB().NewUpdate().Model((*VoucherLine)(nil)).Set("refusal = ?", why).Set("updated_at = ?", now).
		Where("id = ?", line).Exec(ctx)
	return err
}
