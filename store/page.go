package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// ErrCursorReorged says that the block a page cursor was made at is gone: the
// caller starts over. It is an ErrConflict.
var ErrCursorReorged = fmt.Errorf("cursor points into a reorged block: %w", protocol.ErrConflict)

// Meta says what state an answer shows. A row with ChangedBlock <= Finalized can
// not change by a reorg any more.
type Meta struct {
	ChainID   uint64 `json:"chain_id"`
	Block     Block  `json:"block"`  // the newest block the tables hold
	Latest    uint64 `json:"latest"` // what the node said last
	Safe      uint64 `json:"safe"`
	Finalized uint64 `json:"finalized"`
	// LagSeconds is the time between Block and the node's latest block.
	LagSeconds uint64 `json:"lag_seconds"`
	// Stale says why the indexer stopped, empty if it runs.
	Stale string `json:"stale,omitempty"`
}

// Finality names how sure block number is: latest, safe or finalized.
func (m Meta) Finality(number uint64) string {
	switch {
	case number <= m.Finalized:
		return "finalized"
	case number <= m.Safe:
		return "safe"
	}
	return "latest"
}

// Page is a list with the state it shows; Next is empty on the last page.
type Page[T any] struct {
	Data []T    `json:"data"`
	Next string `json:"next_cursor,omitempty"`
	Meta Meta   `json:"meta"`
}

// One is a single row with the state it shows.
type One[T any] struct {
	Data T    `json:"data"`
	Meta Meta `json:"meta"`
}

// MaxPage is the largest page.
const MaxPage = 200

// List asks for one page.
type List struct {
	Cursor string // Page.Next of the page before, with the same filter and sort
	Limit  int    // 1 to MaxPage; 0 is 50
	// Sort is a column that the query names as sortable; empty sorts by place in
	// the chain. Both newest or largest first, unless Ascending.
	Sort      string
	Ascending bool
}

// mark is the inside of a cursor: the last row shown and the state it was shown in.
type mark struct {
	Sort      string      `json:"s,omitempty"`
	Value     string      `json:"v,omitempty"`
	Number    bool        `json:"d,omitempty"` // Value is an SQL integer
	Block     uint64      `json:"b"`
	LogIndex  uint32      `json:"i"`
	ID        string      `json:"id"`
	At        uint64      `json:"n"`
	AtHash    common.Hash `json:"h"`
	Ascending bool        `json:"a,omitempty"`
}

func (m mark) String() string {
	b, _ := json.Marshal(m)
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseMark(s string) (m mark, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return m, fmt.Errorf("read cursor: %w", protocol.ErrInvalid)
	}
	return m, nil
}

// View is one consistent state of a network: every read through it sees the same
// block.
type View struct {
	net  *Network
	db   bun.IDB
	Meta Meta
}

// View runs fn on a snapshot.
func (n *Network) View(ctx context.Context, fn func(ctx context.Context, v *View) error) error {
	opts := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	if n.store.dialect == SQLite {
		opts = nil // its transactions are snapshots
	}
	return n.store.read.RunInTx(ctx, opts, func(ctx context.Context, tx bun.Tx) error {
		c, err := n.cursor(ctx, tx)
		if err != nil {
			return err
		}
		return fn(ctx, &View{net: n, db: tx, Meta: n.meta(c)})
	})
}

func (n *Network) meta(c Cursor) Meta {
	m := Meta{ChainID: n.deployment.ChainID, Block: c.Block, Latest: c.Heads.Latest.Number, Safe: c.Safe, Finalized: c.Finalized, Stale: c.Halted}
	if c.Latest.Time > c.Block.Time {
		m.LagSeconds = c.Latest.Time - c.Block.Time
	}
	return m
}

// sorts maps what a caller may sort by to columns.
type sorts map[string]string

// page reads one page of a projection. It is a function, since methods have no type
// parameters.
func page[T any, P rowPtr[T]](ctx context.Context, n *Network, l List, sortable sorts, filter func(*bun.SelectQuery) *bun.SelectQuery) (Page[T], error) {
	p := Page[T]{Data: []T{}}
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		p.Meta = v.Meta
		return pageIn[T, P](ctx, v, l, sortable, filter, &p)
	})
	if err != nil {
		return Page[T]{}, fmt.Errorf("list %s: %w", TableOf(P(new(T))), err)
	}
	return p, nil
}

func pageIn[T any, P rowPtr[T]](ctx context.Context, v *View, l List, sortable sorts, filter func(*bun.SelectQuery) *bun.SelectQuery, p *Page[T]) error {
	if l.Limit == 0 {
		l.Limit = 50
	}
	if l.Limit < 1 || l.Limit > MaxPage {
		return fmt.Errorf("limit %d is not in 1..%d: %w", l.Limit, MaxPage, protocol.ErrInvalid)
	}
	column := ""
	if l.Sort != "" {
		var ok bool
		if column, ok = sortable[l.Sort]; !ok {
			return fmt.Errorf("sort by %q: %w", l.Sort, protocol.ErrInvalid)
		}
	}
	q := v.db.NewSelect().Model(&p.Data).Where("?TableAlias.network_id = ?", v.net.id).Limit(int64(l.Limit + 1))
	if filter != nil {
		q = filter(q)
	}
	place := placeOf[TableOf(P(new(T)))]
	if place == "" {
		place = "block, log_index, id"
	}
	if l.Cursor != "" {
		after, err := v.resume(ctx, l)
		if err != nil {
			return err
		}
		q = q.Apply(after.where(column, place))
	}
	direction := "DESC"
	if l.Ascending {
		direction = "ASC"
	}
	if column != "" {
		q = q.OrderExpr("?TableAlias.? ?", bun.Ident(column), bun.Safe(direction))
	}
	for name := range strings.SplitSeq(place, ", ") {
		q = q.OrderExpr("?TableAlias.? ?", bun.Ident(name), bun.Safe(direction))
	}
	if err := q.Scan(ctx); err != nil {
		return err
	}
	if len(p.Data) <= l.Limit {
		return nil
	}
	p.Data = p.Data[:l.Limit]
	last := P(&p.Data[l.Limit-1])
	m := mark{Sort: l.Sort, Ascending: l.Ascending, Block: last.Base().Block, LogIndex: last.Base().LogIndex, ID: last.Base().ID,
		At: v.Meta.Block.Number, AtHash: v.Meta.Block.Hash}
	if column != "" {
		m.Value, m.Number = v.columnText(reflect.ValueOf(last).Elem(), column)
	}
	p.Next = m.String()
	return nil
}

// among reads all rows whose column has one of the values, in no order, without pages: the
// caller bounds the values.
func among[T any, P rowPtr[T], K any](ctx context.Context, n *Network, column string, values []K, filter func(*bun.SelectQuery) *bun.SelectQuery) (Page[T], error) {
	p := Page[T]{Data: []T{}}
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		p.Meta = v.Meta
		if len(values) == 0 {
			return nil
		}
		q := v.db.NewSelect().Model(&p.Data).Where("?TableAlias.network_id = ?", v.net.id)
		return filter(q.Where("?TableAlias.? IN (?)", bun.Ident(column), bun.List(values))).Scan(ctx)
	})
	if err != nil {
		return Page[T]{}, fmt.Errorf("list %s: %w", TableOf(P(new(T))), err)
	}
	return p, nil
}

// columnText gives a column of a row in the form the database compares, and
// whether that is an integer.
func (v *View) columnText(row reflect.Value, column string) (text string, number bool) {
	field := v.net.store.db.Dialect().Tables().Get(row.Type()).FieldMap[column]
	switch x := row.FieldByIndex(field.Index).Interface().(type) {
	case driver.Valuer: // protocol.Amount, Uint64
		value := v.net.store.dialect.comparable(x)
		_, number = value.(int64)
		return fmt.Sprint(value), number
	case string:
		return x, false
	default:
		return fmt.Sprint(x), true
	}
}

// resume checks that a cursor fits the question and that its block still stands.
func (v *View) resume(ctx context.Context, l List) (mark, error) {
	m, err := parseMark(l.Cursor)
	if err != nil {
		return m, err
	}
	if m.Sort != l.Sort || m.Ascending != l.Ascending {
		return m, fmt.Errorf("cursor is of another order: %w", protocol.ErrInvalid)
	}
	b, err := v.net.blockAt(ctx, v.db, m.At)
	if errors.Is(err, protocol.ErrNotFound) || err == nil && b.Hash != m.AtHash {
		return m, ErrCursorReorged
	}
	return m, err
}

// placeOf are the columns that order a table by place in the chain, where it is not
// block, log_index and id: ids made by PositionID sort so by themselves, and need no
// index but their own.
var placeOf = map[string]string{"transfers": "id", "stake_changes": "id", "rejections": "id", "share_changes": "id", "faults": "id"}

// where keeps what comes after the mark, in the order of a column, if any, and then
// of the columns of place.
func (m mark) where(column, place string) func(*bun.SelectQuery) *bun.SelectQuery {
	var names []string
	var values []any
	if column != "" {
		var value any = m.Value
		if m.Number {
			value, _ = strconv.ParseInt(m.Value, 10, 64) // what a forger wrote here selects other rows, no more
		}
		names, values = append(names, column), append(values, value)
	}
	for name := range strings.SplitSeq(place, ", ") {
		names = append(names, name)
		values = append(values, map[string]any{"block": m.Block, "log_index": m.LogIndex, "id": m.ID}[name])
	}
	op := " < "
	if m.Ascending {
		op = " > "
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
	for i, name := range names {
		names[i] = `?TableAlias."` + name + `"`
	}
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("("+strings.Join(names, ", ")+")"+op+"("+marks+")", values...)
	}
}

// one reads a single row by its name.
func one[T any, P rowPtr[T]](ctx context.Context, n *Network, id string) (One[T], error) {
	var o One[T]
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		o.Meta = v.Meta
		return get[T, P](ctx, v, id, &o.Data)
	})
	return o, err
}

func get[T any, P rowPtr[T]](ctx context.Context, v *View, id string, into *T) error {
	err := v.db.NewSelect().Model(into).Where("network_id = ? AND id = ?", v.net.id, id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s %s: %w", TableOf(P(into)), id, protocol.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("read %s %s: %w", TableOf(P(into)), id, err)
	}
	return nil
}
