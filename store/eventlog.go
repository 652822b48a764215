package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// Event is a log of the deployment's contracts as the chain wrote it.
type Event struct {
	bun.BaseModel `bun:"table:events,alias:events"`
	NetworkID     int64          `bun:"network_id"`
	Block         uint64         `bun:"block"`
	LogIndex      uint32         `bun:"log_index"`
	BlockHash     common.Hash    `bun:"block_hash"`
	TxHash        common.Hash    `bun:"tx_hash"`
	TxIndex       uint32         `bun:"tx_index"`
	Address       common.Address `bun:"address"`
	Topics        []byte         `bun:"topics"` // 32 bytes each
	Data          []byte         `bun:"data"`
}

// Batch is one step forward: blocks in order without gaps, their events in order,
// and every projection row they changed, in its final state.
type Batch struct {
	Blocks []Block
	Events []Event
	Made   []Row  // of them, those that did not exist before
	Rows   []Row  // the others, and any that may or may not exist
	Undo   []Undo // in the order of their blocks, each row once for a block
	// UndoFrom is the lowest block whose undo rows are in this batch or before.
	UndoFrom uint64
	Heads    Heads
}

// Commit writes b on top of from, in one transaction. ErrConflict means that the
// cursor is not at from any more: somebody else moved it.
func (n *Network) Commit(ctx context.Context, from Cursor, b Batch) error {
	err := n.inTx(ctx, func(ctx context.Context, tx *tx) error {
		if err := n.commitMoved(ctx, tx, from, b); err != nil {
			return err
		}
		return n.commitNew(ctx, tx, b)
	})
	return b.failed("commit", err)
}

// CommitAfter is Commit of a batch that follows one still on its way to from: before
// waits for that one and gives its result. Postgres writes what is new in b
// meanwhile, uncommitted; SQLite has one writer, which waits first.
func (n *Network) CommitAfter(ctx context.Context, before func(context.Context) error, from Cursor, b Batch) error {
	if n.store.pool == nil {
		if err := before(ctx); err != nil {
			return err
		}
		return n.Commit(ctx, from, b)
	}
	err := n.inTx(ctx, func(ctx context.Context, tx *tx) error {
		// A second indexer of the network may hold the same keys. Neither's batches
		// can wait for each other in a circle, as long as both read one chain.
		if _, err := tx.ExecContext(ctx, "SET LOCAL lock_timeout = '30s'"); err != nil {
			return err
		}
		if err := n.commitNew(ctx, tx, b); err != nil {
			return err
		}
		if err := before(ctx); err != nil {
			return err
		}
		return n.commitMoved(ctx, tx, from, b)
	})
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == uniqueViolation {
		err = fmt.Errorf("somebody else wrote these blocks: %w: %w", err, protocol.ErrConflict)
	}
	return b.failed("commit", err)
}

const uniqueViolation = "23505" // in Postgres

func (b *Batch) failed(verb string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s blocks %d to %d: %w", verb, b.Blocks[0].Number, b.Blocks[len(b.Blocks)-1].Number, err)
}

// commitMoved moves the cursor and everything else that was there before b.
func (n *Network) commitMoved(ctx context.Context, tx *tx, from Cursor, b Batch) error {
	start := from.StartBlock
	if from.Empty() {
		start = b.Blocks[0].Number
	}
	if err := n.moveCursor(ctx, tx, from, b.Blocks[len(b.Blocks)-1], start, b.UndoFrom, &b.Heads); err != nil {
		return err
	}
	if err := n.writeRows(ctx, tx, replace, b.Rows); err != nil {
		return err
	}
	return n.pruneUndo(ctx, tx, b.UndoFrom)
}

// commitNew writes what b adds: rows whose keys no batch before has.
func (n *Network) commitNew(ctx context.Context, tx *tx, b Batch) error {
	if err := n.writeBlocks(ctx, tx, b.Blocks); err != nil {
		return err
	}
	if err := n.writeEvents(ctx, tx, insert, b.Events); err != nil {
		return err
	}
	if err := n.writeRows(ctx, tx, insert, b.Made); err != nil {
		return err
	}
	return n.writeUndo(ctx, tx, b.Undo)
}

// tx is a transaction with the connection it runs on, for writes in bulk: pgx's, or
// that of SQLite's driver. The other is nil.
type tx struct {
	bun.Tx
	raw    func(func(*pgx.Conn) error) error
	sqlite func(func(driver.Conn) error) error
}

// inTx is Store.InTx for the hot path: it also gives the connection.
func (n *Network) inTx(ctx context.Context, fn func(context.Context, *tx) error) error {
	conn, err := n.store.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reach database: %w: %w", err, protocol.ErrUnavailable)
	}
	defer conn.Close()
	t := &tx{}
	if n.store.pool != nil {
		t.raw = func(use func(*pgx.Conn) error) error {
			return conn.Raw(func(c any) error { return use(c.(*stdlib.Conn).Conn()) })
		}
	} else {
		t.sqlite = func(use func(driver.Conn) error) error {
			return conn.Raw(func(c any) error {
				// The end of ctx rolls back, and what came then would not be in the
				// transaction. While the connection is in use here it has to wait.
				if err := ctx.Err(); err != nil {
					return err
				}
				return use(c.(driver.Conn))
			})
		}
	}
	return conn.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		t.Tx = tx
		return fn(ctx, t)
	})
}

// moveCursor is the compare and swap that makes writers of one network exclusive.
func (n *Network) moveCursor(ctx context.Context, tx *tx, from Cursor, to Block, start, undoFrom uint64, heads *Heads) error {
	q := tx.NewUpdate().Model((*cursorRow)(nil)).
		Set("number = ?", to.Number).Set("hash = ?", to.Hash).Set("time = ?", to.Time).
		Set("start_block = ?", start).Set("undo_from = ?", undoFrom).
		Where("network_id = ? AND number = ? AND hash = ?", n.id, from.Number, from.Hash)
	if heads != nil {
		q = q.Apply(setHeads(*heads))
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return fmt.Errorf("move cursor: %w", err)
	}
	if moved, err := res.RowsAffected(); err != nil {
		return err
	} else if moved != 1 {
		return fmt.Errorf("move cursor from block %d: it is elsewhere: %w", from.Number, protocol.ErrConflict)
	}
	return nil
}

type blockRow struct {
	bun.BaseModel `bun:"table:blocks,alias:blocks"`
	NetworkID     int64 `bun:"network_id"`
	Block
}

func (n *Network) writeBlocks(ctx context.Context, tx *tx, blocks []Block) error {
	err := blockBulk.write(ctx, tx, insert, len(blocks), func(i int) record {
		return &blockRow{NetworkID: n.id, Block: blocks[i]}
	})
	if err != nil {
		return fmt.Errorf("write blocks: %w", err)
	}
	return nil
}

// WriteEvents is the floor that benchmarks compare the indexer with: raw events in
// bulk, without cursor and projections. again says that some may be there already, as
// any indexer has to expect that has no cursor: those stay. It costs Postgres its
// fastest way in, COPY, which Commit may use.
func (n *Network) WriteEvents(ctx context.Context, events []Event, again bool) error {
	m := insert
	if again {
		m = ignore
	}
	return n.inTx(ctx, func(ctx context.Context, tx *tx) error { return n.writeEvents(ctx, tx, m, events) })
}

var (
	blockBulk = bulk{table: "blocks"}
	eventBulk = bulk{table: "events"}
)

func (n *Network) writeEvents(ctx context.Context, tx *tx, m mode, events []Event) error {
	err := eventBulk.write(ctx, tx, m, len(events), func(i int) record {
		e := &events[i]
		e.NetworkID = n.id
		if e.Topics == nil { // nothing is not NULL
			e.Topics = []byte{}
		}
		if e.Data == nil {
			e.Data = []byte{}
		}
		return e
	})
	if err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	return nil
}

func (n *Network) writeRows(ctx context.Context, tx *tx, m mode, rows []Row) error {
	byTable := map[string][]named{}
	for _, r := range rows {
		if base := r.Base(); base.NetworkID != n.id { // a fold that goes on may read rows that have it
			base.NetworkID = n.id
		}
		name := TableOf(r)
		byTable[name] = append(byTable[name], named{r.Base().ID, r})
	}
	for _, t := range tables {
		list := byTable[t.name()]
		slices.SortFunc(list, func(a, b named) int { return strings.Compare(a.id, b.id) })
		if err := t.write(ctx, tx, m, list); err != nil {
			return err
		}
	}
	return nil
}

// named is a row beside its name, by which rows are sorted.
type named struct {
	id  string
	row Row
}

// cut removes the log above a block.
func (n *Network) cut(ctx context.Context, tx *tx, above uint64) error {
	for _, q := range []struct{ table, column string }{{"undo", "block"}, {"events", "block"}, {"blocks", "number"}} {
		_, err := tx.NewDelete().TableExpr(q.table).Where("network_id = ? AND ? > ?", n.id, bun.Ident(q.column), above).Exec(ctx)
		if err != nil {
			return fmt.Errorf("cut %s: %w", q.table, err)
		}
	}
	return nil
}

// Reset forgets everything that was read from the chain, for `resync`.
func (n *Network) Reset(ctx context.Context) error {
	return n.store.InTx(ctx, func(ctx context.Context, t bun.Tx) error { return n.reset(ctx, t) })
}

func (n *Network) reset(ctx context.Context, t bun.Tx) error {
	_, err := t.NewUpdate().Model((*cursorRow)(nil)).
		Set("number = 0").Set("hash = ?", common.Hash{}).Set("time = 0").Set("halted = ''").
		Set("undo_from = 0").Set("start_block = ?", n.deployment.StartBlock).Where("network_id = ?", n.id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("reset cursor: %w", err)
	}
	return n.truncate(ctx, t, "undo", "events", "blocks")
}

// truncate empties the projections and other tables of this network.
func (n *Network) truncate(ctx context.Context, db bun.IDB, others ...string) error {
	for _, t := range tables {
		others = append(others, t.name())
	}
	for _, name := range others {
		if _, err := db.NewDelete().TableExpr("?", bun.Ident(name)).Where("network_id = ?", n.id).Exec(ctx); err != nil {
			return fmt.Errorf("empty %s: %w", name, err)
		}
	}
	return nil
}

// Log is the stored log on its way into a fold, and the projections it makes.
type Log struct {
	net *Network
	tx  *tx
	at  *uint64
}

// Next returns the next blocks with their events, in order; none at the end.
func (l Log) Next(ctx context.Context) ([]Block, []Event, error) {
	blocks, events, err := l.net.logFrom(ctx, l.tx, *l.at)
	if err != nil {
		return nil, nil, fmt.Errorf("read log from block %d: %w", *l.at, err)
	}
	if len(blocks) > 0 {
		*l.at = blocks[len(blocks)-1].Number + 1
	}
	return blocks, events, nil
}

// Load returns rows that were put.
func (l Log) Load(ctx context.Context, refs []Ref) ([]Row, error) {
	return l.net.load(ctx, l.tx, refs)
}

// Put writes rows in their state so far: made ones, which were not put before, and
// others.
func (l Log) Put(ctx context.Context, made, rows []Row) error {
	if err := l.net.writeRows(ctx, l.tx, insert, made); err != nil {
		return err
	}
	return l.net.writeRows(ctx, l.tx, replace, rows)
}

// Rewrite cuts the log above block to and replaces all projections with what fold
// makes of the rest, in one transaction. The undo log goes: from then on only new
// blocks can be taken back row by row.
func (n *Network) Rewrite(ctx context.Context, from Cursor, to Block, fold func(context.Context, Log) error) error {
	err := n.inTx(ctx, func(ctx context.Context, tx *tx) error {
		stored, err := n.blockAt(ctx, tx, to.Number)
		if err != nil {
			return err
		}
		if err := n.moveCursor(ctx, tx, from, stored, from.StartBlock, stored.Number+1, nil); err != nil {
			return err
		}
		if err := n.cut(ctx, tx, stored.Number); err != nil {
			return err
		}
		if err := n.truncate(ctx, tx, "undo"); err != nil {
			return err
		}
		at := from.StartBlock
		return fold(ctx, Log{net: n, tx: tx, at: &at})
	})
	if err != nil {
		return fmt.Errorf("rewrite projections: %w", err)
	}
	return nil
}

// logFrom reads a few thousand blocks of the log; none at its end.
func (n *Network) logFrom(ctx context.Context, db bun.IDB, from uint64) ([]Block, []Event, error) {
	var blocks []Block
	err := db.NewSelect().Table("blocks").Column("number", "hash", "parent_hash", "time").
		Where("network_id = ? AND number >= ?", n.id, from).Order("number").Limit(2000).Scan(ctx, &blocks)
	if err != nil || len(blocks) == 0 {
		return nil, nil, err
	}
	var events []Event
	err = db.NewSelect().Model(&events).Where("network_id = ? AND block BETWEEN ? AND ?", n.id, blocks[0].Number, blocks[len(blocks)-1].Number).
		Order("block", "log_index").Scan(ctx)
	return blocks, events, err
}

// Lead waits until this process is the one indexer of the network; release ends
// that. On Postgres it is an advisory lock, lost with its connection: the compare
// and swap of Commit still keeps two leaders apart. A SQLite file serves one
// process anyway.
func (n *Network) Lead(ctx context.Context) (release func(), err error) {
	if n.store.pool == nil {
		return func() {}, nil
	}
	conn, err := n.store.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("reach database: %w: %w", err, protocol.ErrUnavailable)
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock<<16+n.id); err != nil {
		conn.Release()
		return nil, fmt.Errorf("wait for leadership: %w", err)
	}
	return func() {
		// Closing the session gives the lock back whatever state it is in.
		_ = conn.Conn().Close(context.WithoutCancel(ctx))
		conn.Release()
	}, nil
}
