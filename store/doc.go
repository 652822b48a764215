// Package store is the only door to the database. The same code runs on SQLite
// (one process, embedded default) and on Postgres (several replicas).
//
// It holds the event log of each network (raw events, blocks and the cursor), the
// projections folded from it, and the tables of other rooms: the outbox of
// transactions and the gateway's keys and channels. It decides nothing: what an
// event means is the business of package indexer, which hands complete row
// changes to Network.Commit.
//
// Enter at Open, then Store.Network for one chain and deployment; queries_*.go
// holds what the API reads.
//
// Invariants:
//   - Raw events, projections and cursor of a network move in one transaction.
//   - The cursor moves by compare and swap: of two writers one gets ErrConflict.
//   - A projection row is a function of the event log alone. Undo holds what each
//     block overwrote, so that taking blocks back equals never having seen them.
//   - Amounts are numeric(78,0) in Postgres; in SQLite they are integers below 2^63
//     and zero-padded text of 78 digits from there on. They survive and sort as
//     numbers on both. Sums are done in Go.
//
// # Migrations
//
// Files migrations/NNNN_name.tx.up.sql and .tx.down.sql are embedded and run in
// order of NNNN, each in one transaction, by every Open. Both engines run the
// same file; types that differ are written as template fields, see sqlTypes:
//
//	CREATE TABLE outbox (id {{.Bytes}} PRIMARY KEY, value {{.Amount}} NOT NULL);
//
// Separate statements with a line "--bun:split". A released file never changes.
package store
