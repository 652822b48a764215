package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/uptrace/bun"
)

// Dump writes the cursor, the log and every projection of the network as text, a row
// a line in a fixed order: two databases that hold the same state of the same
// network dump the same bytes, whatever their engines.
func (n *Network) Dump(ctx context.Context, w io.Writer) error {
	return n.View(ctx, func(ctx context.Context, v *View) error {
		if err := n.dumpLog(ctx, v, w); err != nil {
			return fmt.Errorf("dump log: %w", err)
		}
		for _, t := range tables {
			for after := ""; ; {
				rows, err := t.page(ctx, v.db, n.id, after, 1000)
				if err != nil {
					return err
				}
				for _, r := range rows {
					text, err := json.Marshal(r)
					if err != nil {
						return fmt.Errorf("encode row of %s: %w", t.name(), err)
					}
					fmt.Fprintf(w, "%s %s\n", t.name(), text)
					after = r.Base().ID
				}
				if len(rows) == 0 {
					break
				}
			}
		}
		return nil
	})
}

func (n *Network) dumpLog(ctx context.Context, v *View, w io.Writer) error {
	c, err := n.cursor(ctx, v.db)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "cursor %d %s %d %d\n", c.Number, c.Hash, c.Time, c.StartBlock)
	for at := c.StartBlock; ; {
		blocks, events, err := n.logFrom(ctx, v.db, at)
		if err != nil {
			return err
		}
		if len(blocks) == 0 {
			return nil
		}
		for _, b := range blocks {
			fmt.Fprintf(w, "block %d %s %s %d\n", b.Number, b.Hash, b.ParentHash, b.Time)
		}
		for _, e := range events {
			fmt.Fprintf(w, "event %d %d %s %s %d %s %s %s\n", e.Block, e.LogIndex, e.BlockHash, e.TxHash, e.TxIndex, e.Address,
				hexutil.Encode(e.Topics), hexutil.Encode(e.Data))
		}
		at = blocks[len(blocks)-1].Number + 1
	}
}

// Digest is the hash of Dump, for comparing databases.
func (n *Network) Digest(ctx context.Context) ([32]byte, error) {
	h := sha256.New()
	err := n.Dump(ctx, h)
	return [32]byte(h.Sum(nil)), err
}

// Count returns the number of rows of each table of the network.
func (n *Network) Count(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	for _, name := range append([]string{"events", "blocks", "undo"}, tableNames()...) {
		c, err := n.store.read.NewSelect().TableExpr("?", bun.Ident(name)).Where("network_id = ?", n.id).Count(ctx)
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", name, err)
		}
		counts[name] = int(c)
	}
	return counts, nil
}

func tableNames() (names []string) {
	for _, t := range tables {
		names = append(names, t.name())
	}
	return names
}
