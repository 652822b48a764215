package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/driver/sqliteshim"

	"github.com/dgrid-network/dgrid/protocol"
)

// Dialect is the engine behind a Store.
type Dialect string

const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Store is an open, migrated database.
type Store struct {
	dialect Dialect
	db      *bun.DB       // SQLite: the one writer connection
	read    *bun.DB       // SQLite file: several read-only connections; else db
	pool    *pgxpool.Pool // Postgres only
	lock    *flock.Flock  // SQLite file only
	gateway batcher       // SQLite only
}

// Open opens the database at rawURL and brings it to the newest migration:
//
//	sqlite:PATH             a file, locked: a second process gets ErrConflict
//	sqlite::memory:         gone when closed
//	postgres://user@host/db Postgres 13 or newer
func Open(ctx context.Context, rawURL string) (*Store, error) {
	s, err := open(ctx, rawURL)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", redact(rawURL), err)
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate database %s: %w", redact(rawURL), err), s.Close())
	}
	return s, nil
}

func open(ctx context.Context, rawURL string) (*Store, error) {
	scheme, rest, _ := strings.Cut(rawURL, ":")
	switch scheme {
	case "sqlite":
		return openSQLite(ctx, rest)
	case "postgres", "postgresql":
		return openPostgres(ctx, rawURL)
	}
	return nil, fmt.Errorf("scheme %q is neither sqlite nor postgres: %w", scheme, protocol.ErrInvalid)
}

// writerPragmas make a commit durable (FULL) and let readers go on beside it (WAL).
// The default cache of 2 MB spills a large batch to disk before its commit.
const writerPragmas = "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)" +
	"&_pragma=cache_size(-65536)&_pragma=wal_autocheckpoint(4000)&_pragma=temp_store(MEMORY)&_txlock=immediate"

func openSQLite(ctx context.Context, path string) (*Store, error) {
	if path == "" {
		return nil, fmt.Errorf("empty path: %w", protocol.ErrInvalid)
	}
	s := &Store{dialect: SQLite}
	dsn, memory := "file::memory:?"+writerPragmas, path == ":memory:"
	if !memory {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return nil, err
		}
		s.lock = flock.New(path + ".lock")
		locked, err := s.lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", s.lock.Path(), err)
		}
		if !locked {
			return nil, fmt.Errorf("%s is in use by another process; SQLite serves one, several need Postgres: %w", path, protocol.ErrConflict)
		}
		dsn = fileURI(path) + "?" + writerPragmas
	}
	conn, err := sql.Open(sqliteshim.ShimName, dsn)
	if err != nil {
		return nil, errors.Join(err, s.unlock())
	}
	// One connection: writers queue here instead of failing with SQLITE_BUSY, and
	// an in-memory database lives exactly as long as its connection.
	conn.SetMaxOpenConns(1)
	conn.SetMaxIdleConns(1)
	conn.SetConnMaxLifetime(0)
	s.db = bun.NewDB(conn, sqlitedialect.New())
	s.read = s.db
	if err := s.db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if memory {
		return s, nil
	}
	reader, err := sql.Open(sqliteshim.ShimName, fileURI(path)+"?_pragma=busy_timeout(5000)&_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	reader.SetMaxOpenConns(max(4, runtime.NumCPU()))
	reader.SetMaxIdleConns(max(4, runtime.NumCPU()))
	s.read = bun.NewDB(reader, sqlitedialect.New())
	return s, nil
}

// fileURI escapes what would end the path of a SQLite URI filename.
func fileURI(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

func openPostgres(ctx context.Context, dsn string) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("parse url: %w", protocol.ErrInvalid) // err may quote the password
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, errors.Join(err, protocol.ErrUnavailable)
	}
	db := bun.NewDB(stdlib.OpenDBFromPool(pool), pgdialect.New())
	return &Store{dialect: Postgres, db: db, read: db, pool: pool}, nil
}

// DB returns the handle for writing and for reads that must see the last write.
// On SQLite it is one connection: never use it inside InTx, which holds it.
func (s *Store) DB() *bun.DB { return s.db }

// Read returns the handle for reads that may run beside a writer.
func (s *Store) Read() *bun.DB { return s.read }

// Pool returns the pgx pool below DB, nil on SQLite.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Dialect returns the engine.
func (s *Store) Dialect() Dialect { return s.dialect }

// InTx runs fn in one transaction, committed if fn returns nil. On SQLite it is
// an immediate one, the only writer at that moment; on Postgres it is read
// committed, so lock rows with FOR UPDATE or check what an UPDATE affected.
func (s *Store) InTx(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error) error {
	return s.db.RunInTx(ctx, nil, fn)
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.PingContext(ctx); err != nil {
		return fmt.Errorf("ping database: %w: %w", err, protocol.ErrUnavailable)
	}
	return nil
}

// Close closes all connections and gives the file lock back.
func (s *Store) Close() error {
	var errs []error
	if s.read != nil && s.read != s.db {
		errs = append(errs, s.read.Close())
	}
	errs = append(errs, s.db.Close())
	if s.pool != nil {
		s.pool.Close()
	}
	return errors.Join(append(errs, s.unlock())...)
}

func (s *Store) unlock() error {
	if s.lock == nil {
		return nil
	}
	return s.lock.Unlock()
}

// redact returns rawURL without its password.
func redact(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		scheme, _, _ := strings.Cut(rawURL, ":")
		return scheme + ":***"
	}
	return u.Redacted()
}
