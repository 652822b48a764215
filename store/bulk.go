package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/dgrid-network/dgrid/protocol"
)

// bulk writes many rows of one table: on Postgres one statement over arrays, on
// SQLite one prepared statement for all rows. Both beat a statement of literals,
// which the engine has to parse, by a factor of two and more.
type bulk struct {
	once     sync.Once
	fields   []*schema.Field
	postgres string
	sqlite   string
}

// conflict says what happens to rows that exist.
type conflict int

const (
	replace conflict = iota // the new row wins
	ignore                  // the old row stays
)

func (b *bulk) prepare(db bun.IDB, table string, row reflect.Type, on conflict) {
	b.once.Do(func() {
		b.fields = db.Dialect().Tables().Get(row).Fields
		var names, marks, selects, casts, sets []string
		for i, f := range b.fields {
			name := `"` + f.Name + `"`
			names = append(names, name)
			marks = append(marks, "?")
			cast, outer := arrayOf(f.StructField.Type)
			casts = append(casts, fmt.Sprintf("$%d::%s[]", i+1, cast))
			selects = append(selects, name+outer)
			if !f.IsPK {
				sets = append(sets, name+" = EXCLUDED."+name)
			}
		}
		end := " ON CONFLICT DO NOTHING"
		if on == replace {
			end = " ON CONFLICT (network_id, id) DO UPDATE SET " + strings.Join(sets, ", ")
		}
		list := strings.Join(names, ", ")
		into := fmt.Sprintf("INSERT INTO %s (%s) ", table, list)
		b.sqlite = into + "VALUES (" + strings.Join(marks, ", ") + ")" + end
		b.postgres = into + fmt.Sprintf("SELECT %s FROM unnest(%s) AS u(%s)", strings.Join(selects, ", "), strings.Join(casts, ", "), list) + end
	})
}

// arrayOf returns the element type of the array that carries a column, and the cast
// that makes it the column's.
func arrayOf(t reflect.Type) (element, cast string) {
	switch t {
	case reflect.TypeFor[protocol.Amount](), reflect.TypeFor[Uint64]():
		return "text", "::numeric"
	case reflect.TypeFor[common.Hash](), reflect.TypeFor[common.Address](), reflect.TypeFor[protocol.Bytes](), reflect.TypeFor[[]byte]():
		return "bytea", ""
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean", ""
	case reflect.String, reflect.Slice: // json.RawMessage
		return "text", ""
	}
	return "bigint", ""
}

// value gives a column in the form both drivers take.
func value(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.String:
		return v.String()
	case reflect.Int64:
		return v.Int()
	case reflect.Uint64:
		if v.Type() != reflect.TypeFor[Uint64]() {
			return int64(v.Uint())
		}
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(v.Uint())
	}
	switch x := v.Addr().Interface().(type) {
	case *common.Hash:
		return x[:]
	case *common.Address:
		return x[:]
	case *protocol.Bytes:
		return []byte(*x)
	case *[]byte:
		return *x
	case driver.Valuer: // protocol.Amount, Uint64
		text, _ := x.Value()
		return text
	}
	return string(v.Bytes()) // json.RawMessage
}

// write writes count rows; row gives the struct of each.
func (b *bulk) write(ctx context.Context, tx *tx, count int, row func(int) reflect.Value) error {
	if count == 0 {
		return nil
	}
	if tx.raw != nil {
		return b.writeArrays(ctx, tx, count, row)
	}
	stmt, err := tx.Tx.Tx.PrepareContext(ctx, b.sqlite)
	if err != nil {
		return err
	}
	defer stmt.Close()
	args := make([]any, len(b.fields))
	for i := range count {
		r := row(i)
		for j, f := range b.fields {
			args[j] = value(f.Value(r))
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

func (b *bulk) writeArrays(ctx context.Context, tx *tx, count int, row func(int) reflect.Value) error {
	const most = 5000
	for start := 0; start < count; start += most {
		n := min(most, count-start)
		args := make([]any, len(b.fields))
		for j, f := range b.fields {
			element, _ := arrayOf(f.StructField.Type)
			switch element {
			case "bigint":
				args[j] = column[int64](f, start, n, row)
			case "boolean":
				args[j] = column[bool](f, start, n, row)
			case "bytea":
				args[j] = column[[]byte](f, start, n, row)
			default:
				args[j] = column[string](f, start, n, row)
			}
		}
		err := tx.raw(func(conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, b.postgres, args...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func column[T any](f *schema.Field, start, n int, row func(int) reflect.Value) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = value(f.Value(row(start + i))).(T)
	}
	return list
}
