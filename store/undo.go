package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// Undo is a row that a block changed: Prev is the row before the block as JSON, empty
// if there was none.
type Undo struct {
	Block uint64          `json:"-"`
	Table string          `json:"t"`
	ID    string          `json:"id"`
	Prev  json.RawMessage `json:"prev"`
}

// undoRow is all that a block changed: most blocks are never taken back, and one row is
// written in a fraction of the time of many.
type undoRow struct {
	bun.BaseModel `bun:"table:undo,alias:undo"`
	NetworkID     int64  `bun:"network_id,pk"`
	Block         uint64 `bun:"block,pk"`
	Changes       string `bun:"changes"` // a JSON array of Undo
}

var undoBulk = bulk{table: "undo"}

func (n *Network) writeUndo(ctx context.Context, tx *tx, undo []Undo) error {
	var list []undoRow
	for len(undo) > 0 {
		size := 1
		for size < len(undo) && undo[size].Block == undo[0].Block {
			size++
		}
		list = append(list, undoRow{NetworkID: n.id, Block: undo[0].Block, Changes: changesOf(undo[:size])})
		undo = undo[size:]
	}
	err := undoBulk.write(ctx, tx, insert, len(list), func(i int) record { return &list[i] })
	if err != nil {
		return fmt.Errorf("write undo: %w", err)
	}
	return nil
}

// changesOf is the JSON of a list. The rows in it are JSON already, which json.Marshal
// would read once more.
func changesOf(undo []Undo) string {
	var text strings.Builder
	for i, u := range undo {
		text.WriteByte("[,"[min(i, 1)])
		fmt.Fprintf(&text, `{"t":%q,"id":%q`, u.Table, u.ID) // neither holds what JSON escapes
		if len(u.Prev) > 0 {
			text.WriteString(`,"prev":`)
			text.Write(u.Prev)
		}
		text.WriteByte('}')
	}
	text.WriteByte(']')
	return text.String()
}

func (n *Network) pruneUndo(ctx context.Context, tx *tx, from uint64) error {
	_, err := tx.NewDelete().Model((*undoRow)(nil)).Where("network_id = ? AND block < ?", n.id, from).Exec(ctx)
	if err != nil {
		return fmt.Errorf("prune undo: %w", err)
	}
	return nil
}

// Rollback takes back every block above to, which must be stored and not below
// from.UndoFrom - 1. Each row gets back the value it had before the lowest block
// taken back: exactly what it was when to was the cursor.
func (n *Network) Rollback(ctx context.Context, from Cursor, to Block) error {
	if to.Number+1 < from.UndoFrom {
		return fmt.Errorf("roll back to block %d: undo starts at %d: %w", to.Number, from.UndoFrom, protocol.ErrConflict)
	}
	err := n.inTx(ctx, func(ctx context.Context, tx *tx) error {
		stored, err := n.blockAt(ctx, tx, to.Number)
		if err != nil {
			return err
		}
		if stored.Hash != to.Hash {
			return fmt.Errorf("block %d is not %s here: %w", to.Number, to.Hash, protocol.ErrConflict)
		}
		if err := n.moveCursor(ctx, tx, from, stored, from.StartBlock, from.UndoFrom, nil); err != nil {
			return err
		}
		if err := n.applyUndo(ctx, tx, to.Number); err != nil {
			return err
		}
		return n.cut(ctx, tx, to.Number)
	})
	if err != nil {
		return fmt.Errorf("roll back from block %d: %w", from.Number, err)
	}
	return nil
}

// undoAbove returns what the blocks above one changed, in the order of the blocks.
func (n *Network) undoAbove(ctx context.Context, tx *tx, above uint64) ([]Undo, error) {
	var rows []undoRow
	if err := tx.NewSelect().Model(&rows).Where("network_id = ? AND block > ?", n.id, above).Order("block").Scan(ctx); err != nil {
		return nil, err
	}
	var all []Undo
	for _, r := range rows {
		var list []Undo
		if err := json.Unmarshal([]byte(r.Changes), &list); err != nil {
			return nil, fmt.Errorf("of block %d: %w", r.Block, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

func (n *Network) applyUndo(ctx context.Context, tx *tx, above uint64) error {
	list, err := n.undoAbove(ctx, tx, above)
	if err != nil {
		return fmt.Errorf("read undo: %w", err)
	}
	seen := make(map[Ref]bool, len(list))
	var restore []Row
	remove := map[string][]string{}
	for _, u := range list { // ascending: the first one of a row is the oldest
		ref := Ref{u.Table, u.ID}
		if seen[ref] {
			continue
		}
		seen[ref] = true
		if len(u.Prev) == 0 {
			remove[u.Table] = append(remove[u.Table], u.ID)
			continue
		}
		row, err := tableByName[u.Table].decode(u.Prev)
		if err != nil {
			return err
		}
		restore = append(restore, row)
	}
	for name, ids := range remove {
		for chunk := range slices.Chunk(ids, idChunk) {
			_, err := tx.NewDelete().TableExpr("?", bun.Ident(name)).Where("network_id = ? AND id IN (?)", n.id, bun.List(chunk)).Exec(ctx)
			if err != nil {
				return fmt.Errorf("undo rows of %s: %w", name, err)
			}
		}
	}
	return n.writeRows(ctx, tx, replace, restore)
}
