package store

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/dgrid-network/dgrid/protocol"
)

// bulk writes many rows of one table. On Postgres new rows go through COPY in binary
// form, and others as one statement over arrays; on SQLite through prepared
// statements of many rows. All beat statements of literals, which the engine has to
// parse, by a factor of two and more.
type bulk struct {
	table string
	key   string // of the rows that mode replace overwrites

	once    sync.Once
	columns describer
	list    string          // of quoted columns
	end     map[mode]string // of an INSERT
}

// mode says what happens to rows that exist.
type mode int

const (
	insert  mode = iota // there are none: that there is one fails the transaction
	replace             // the new row wins
	ignore              // the old row stays
)

func (b *bulk) prepare(sample record) {
	b.once.Do(func() {
		sample.columns(&b.columns)
		var quoted, sets []string
		for _, name := range b.columns.names {
			quoted = append(quoted, `"`+name+`"`)
			if name != "network_id" && name != "id" {
				sets = append(sets, fmt.Sprintf("%q = EXCLUDED.%q", name, name))
			}
		}
		b.list = strings.Join(quoted, ", ")
		b.end = map[mode]string{insert: "", ignore: " ON CONFLICT DO NOTHING",
			replace: " ON CONFLICT (" + b.key + ") DO UPDATE SET " + strings.Join(sets, ", ")}
	})
}

// write writes count rows; row gives each. Rows in the order of their keys are
// written fastest.
func (b *bulk) write(ctx context.Context, tx *tx, m mode, count int, row func(int) record) error {
	if count == 0 {
		return nil
	}
	b.prepare(row(0))
	switch {
	case tx.sqlite != nil:
		return b.writeSQLite(ctx, tx, m, count, row)
	case m == insert:
		return b.writeCopy(ctx, tx, count, row)
	}
	return b.writeArrays(ctx, tx, m, count, row)
}

// sqliteParameters is how many values one statement takes: enough that its fixed cost
// does not count, and not more, since the driver looks for each among all.
const sqliteParameters = 100

// writeSQLite asks the driver itself: database/sql would copy and check every value, and
// the driver start a goroutine for each statement that can be cancelled.
func (b *bulk) writeSQLite(ctx context.Context, tx *tx, m mode, count int, row func(int) record) error {
	return tx.sqlite(func(conn driver.Conn) error {
		next := 0
		for _, size := range []int{max(1, sqliteParameters/len(b.columns.names)), 1} {
			// An overwriting statement of many rows would journal each page it touches.
			if next+size > count || m == replace && size > 1 {
				continue
			}
			err := b.execEach(ctx, conn, m, size, func(a *arguments) bool {
				for range size {
					row(next).columns(a)
					next++
				}
				return next+size <= count
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// execEach writes rows by one statement of so many, until fill says that there are no
// more for it.
func (b *bulk) execEach(ctx context.Context, conn driver.Conn, m mode, rows int, fill func(*arguments) bool) (err error) {
	marks := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(b.columns.names)), ", ") + ")"
	values := strings.TrimSuffix(strings.Repeat(marks+", ", rows), ", ")
	// OR FAIL needs no journal of the statement either: an error ends the transaction.
	stmt, err := conn.Prepare("INSERT OR FAIL INTO " + b.table + " (" + b.list + ") VALUES " + values + b.end[m])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	exec, ok := stmt.(driver.StmtExecContext)
	if !ok {
		return fmt.Errorf("%T takes no context: %w", stmt, protocol.ErrInternal)
	}
	args := arguments{list: make([]driver.NamedValue, rows*len(b.columns.names))}
	for i := range args.list {
		args.list[i].Ordinal = i + 1
	}
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		args.next = 0
		more = fill(&args)
		if _, err := exec.ExecContext(context.WithoutCancel(ctx), args.list); err != nil {
			return err
		}
	}
	return nil
}

func (b *bulk) writeArrays(ctx context.Context, tx *tx, m mode, count int, row func(int) record) error {
	const most = 5000
	var casts, selects []string
	for i, name := range b.columns.names {
		casts = append(casts, fmt.Sprintf("$%d::%s[]", i+1, b.columns.types[i].array))
		selects = append(selects, `"`+name+`"`+b.columns.types[i].cast)
	}
	text := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS u(%s)", b.table, b.list,
		strings.Join(selects, ", "), strings.Join(casts, ", "), b.list) + b.end[m]
	for start := 0; start < count; start += most {
		a := arrays{lists: make([]any, len(b.columns.names)), most: min(most, count-start)}
		for i := start; i < min(start+most, count); i++ {
			a.at = 0
			row(i).columns(&a)
		}
		err := tx.raw(func(conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, text, a.lists...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bulk) writeCopy(ctx context.Context, tx *tx, count int, row func(int) record) error {
	r := &copyReader{rows: copyRows{fields: len(b.columns.names)}, count: count, row: row}
	return tx.raw(func(conn *pgx.Conn) error {
		_, err := conn.PgConn().CopyFrom(ctx, r, "COPY "+b.table+" ("+b.list+") FROM STDIN (FORMAT binary)")
		return err
	})
}

// describer learns the columns of a row.
type describer struct {
	names []string
	types []columnType
}

// columnType is the element type of the array that carries a column to Postgres, and
// the cast that makes it the column's.
type columnType struct{ array, cast string }

func (d *describer) add(name, array, cast string) {
	d.names, d.types = append(d.names, name), append(d.types, columnType{array, cast})
}

func (d *describer) number(name string, _ uint64)           { d.add(name, "bigint", "") }
func (d *describer) wide(name string, _ uint64)             { d.add(name, "text", "::numeric") }
func (d *describer) flag(name string, _ bool)               { d.add(name, "boolean", "") }
func (d *describer) text(name, _ string)                    { d.add(name, "text", "") }
func (d *describer) raw(name string, _ []byte)              { d.add(name, "bytea", "") }
func (d *describer) amount(name string, _ *protocol.Amount) { d.add(name, "text", "::numeric") }

// arguments collects what SQLite's driver takes.
type arguments struct {
	list []driver.NamedValue
	next int
}

func (a *arguments) add(v any) {
	a.list[a.next].Value = v
	a.next++
}

func (a *arguments) number(_ string, n uint64)           { a.add(int64(n)) }
func (a *arguments) wide(_ string, n uint64)             { a.add(sqliteUint64(n)) }
func (a *arguments) flag(_ string, b bool)               { a.add(b) }
func (a *arguments) text(_, s string)                    { a.add(s) }
func (a *arguments) raw(_ string, b []byte)              { a.add(b) }
func (a *arguments) amount(_ string, n *protocol.Amount) { a.add(sqliteAmount(*n)) }

// arrays collects columns instead of rows.
type arrays struct {
	lists []any
	at    int // column
	most  int // rows
}

func addTo[T any](a *arrays, v T) {
	list, ok := a.lists[a.at].([]T)
	if !ok {
		list = make([]T, 0, a.most)
	}
	a.lists[a.at] = append(list, v)
	a.at++
}

func (a *arrays) number(_ string, n uint64)           { addTo(a, int64(n)) }
func (a *arrays) wide(_ string, n uint64)             { addTo(a, fmt.Sprint(n)) }
func (a *arrays) flag(_ string, b bool)               { addTo(a, b) }
func (a *arrays) text(_, s string)                    { addTo(a, s) }
func (a *arrays) raw(_ string, b []byte)              { addTo(a, b) }
func (a *arrays) amount(_ string, n *protocol.Amount) { addTo(a, n.String()) }

// copyReader is a COPY stream in binary form, made as it is read.
type copyReader struct {
	rows  copyRows
	row   func(int) record
	next  int
	count int
	rest  []byte // made and not read
}

// copyHeader is the signature, no flags and no extension.
const copyHeader = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"

func (r *copyReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.next > r.count {
			return 0, io.EOF
		}
		r.rows.buf = r.rows.buf[:0]
		if r.next == 0 {
			r.rows.buf = append(r.rows.buf, copyHeader...)
		}
		for ; r.next < r.count && len(r.rows.buf) < 32<<10; r.next++ {
			r.rows.buf = binary.BigEndian.AppendUint16(r.rows.buf, uint16(r.rows.fields))
			r.row(r.next).columns(&r.rows)
		}
		if r.next == r.count {
			r.rows.buf = append(r.rows.buf, 0xff, 0xff)
			r.next++
		}
		r.rest = r.rows.buf
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// copyRows writes rows in COPY's binary form.
type copyRows struct {
	buf    []byte
	fields int
}

func (c *copyRows) size(n int) { c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(n)) }

func (c *copyRows) number(_ string, n uint64) {
	c.size(8)
	c.buf = binary.BigEndian.AppendUint64(c.buf, n)
}

func (c *copyRows) flag(_ string, b bool) {
	c.size(1)
	c.buf = append(c.buf, 0)
	if b {
		c.buf[len(c.buf)-1] = 1
	}
}

func (c *copyRows) text(_, s string) {
	c.size(len(s))
	c.buf = append(c.buf, s...)
}

func (c *copyRows) raw(_ string, b []byte) {
	if b == nil {
		c.size(-1)
		return
	}
	c.size(len(b))
	c.buf = append(c.buf, b...)
}

func (c *copyRows) wide(_ string, n uint64) {
	a := protocol.NewAmount(n)
	c.amount("", &a)
}

// amount writes a numeric: its digits to the base of 10,000, largest first.
func (c *copyRows) amount(_ string, a *protocol.Amount) {
	var digits [20]uint16
	n := len(digits)
	if small, ok := a.Uint64(); ok {
		for ; small > 0; small /= 10_000 {
			n--
			digits[n] = uint16(small % 10_000)
		}
	} else {
		text := a.String()
		for end := len(text); end > 0; end -= 4 {
			n--
			for _, d := range text[max(0, end-4):end] {
				digits[n] = 10*digits[n] + uint16(d-'0')
			}
		}
	}
	list := digits[n:]
	c.size(8 + 2*len(list))
	c.buf = binary.BigEndian.AppendUint16(c.buf, uint16(len(list)))
	c.buf = binary.BigEndian.AppendUint16(c.buf, uint16(max(0, len(list)-1))) // weight of the first digit
	c.buf = append(c.buf, 0, 0, 0, 0)                                         // positive, no decimals
	for _, d := range list {
		c.buf = binary.BigEndian.AppendUint16(c.buf, d)
	}
}
