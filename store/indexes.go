package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// indexRow is an index that is to be made again.
type indexRow struct {
	bun.BaseModel `bun:"table:deferred_indexes,alias:deferred_indexes"`
	Name          string `bun:"name,pk"`
	Definition    string `bun:"definition"`
}

// secondary selects the indexes of tables that are no constraints.
var secondary = map[Dialect]string{
	SQLite: "SELECT name, sql AS definition FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (?) ORDER BY name",
	Postgres: "SELECT c.relname AS name, pg_get_indexdef(c.oid) AS definition FROM pg_index i " +
		"JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid " +
		"WHERE NOT i.indisunique AND pg_table_is_visible(t.oid) AND t.relname IN (?) ORDER BY c.relname",
}

// DeferIndexes drops the secondary indexes of all projections if no network of the
// database holds a block yet: to make them of full tables is several times cheaper
// than to keep them while those fill. Until MakeIndexes lists are slow; rows are
// found by their names, and everything else works.
func (n *Network) DeferIndexes(ctx context.Context) error {
	err := n.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		filled, err := tx.NewSelect().Model((*cursorRow)(nil)).Where("length(hash) > 0 AND hash <> ?", make([]byte, 32)).Exists(ctx)
		if err != nil || filled {
			return err
		}
		var names []string
		for _, t := range tables {
			names = append(names, t.name())
		}
		var list []indexRow
		if err := tx.NewRaw(secondary[n.store.dialect], bun.List(names)).Scan(ctx, &list); err != nil || len(list) == 0 {
			return err
		}
		if _, err := tx.NewInsert().Model(&list).Exec(ctx); err != nil {
			return err
		}
		for _, index := range list {
			if _, err := tx.ExecContext(ctx, "DROP INDEX ?", bun.Ident(index.Name)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("defer indexes: %w", err)
	}
	return nil
}

// MakeIndexes makes the indexes that DeferIndexes dropped, in this process or before.
func (n *Network) MakeIndexes(ctx context.Context) error {
	err := n.store.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var list []indexRow
		q := tx.NewSelect().Model(&list).Order("name")
		if n.store.dialect == Postgres {
			q = q.For("UPDATE") // two networks of a database may come here at once
		}
		if err := q.Scan(ctx); err != nil {
			return err
		}
		for _, index := range list {
			if _, err := tx.Tx.ExecContext(ctx, index.Definition); err != nil {
				return fmt.Errorf("%s: %w", index.Name, err)
			}
		}
		_, err := tx.NewDelete().Model((*indexRow)(nil)).Where("1 = 1").Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("make indexes: %w", err)
	}
	return nil
}
