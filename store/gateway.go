package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// Gateway is the part of the database that belongs to the API's gateway: keys and
// sessions, the answers it bought, and the voucher lines it pays them with.
//
// Invariants:
//   - A generation's max fee is held on its key and channel from Begin until
//     exactly one of Settle and Release: neither can be spent twice.
//   - A receipt gets a leaf of its line once, in the transaction that stores the
//     voucher which pays it (Advance), by compare and swap on the line's newest voucher.
//
// Amounts of these tables are decimal text on both engines: SQL neither sorts nor
// adds them.
type Gateway struct{ s *Store }

// Gateway returns the gateway's tables.
func (s *Store) Gateway() *Gateway { return &Gateway{s} }

// NoLeaf is the leaf of a generation that no voucher pays yet.
const NoLeaf = -1

// APIKey is a bearer token's row; the token itself is never stored.
type APIKey struct {
	bun.BaseModel `bun:"table:gateway_keys"`
	ID            string          `bun:"id,pk"`
	Name          string          `bun:"name"`
	Account       common.Address  `bun:"account"`    // whose money and whose answers
	Channel       common.Hash     `bun:"channel"`    // what pays
	TokenHash     common.Hash     `bun:"token_hash"` // sha256
	Hint          string          `bun:"hint"`       // the token's first characters, for people
	Scopes        []string        `bun:"scopes,type:json"`
	Concurrency   int64           `bun:"concurrency"` // requests at once, 0 unlimited
	TokenLimit    int64           `bun:"token_limit"` // prompt and output tokens in all, 0 unlimited
	SpendLimit    protocol.Amount `bun:"spend_limit"`
	TokensUsed    int64           `bun:"tokens_used"`
	TokensHeld    int64           `bun:"tokens_held"`
	Spent         protocol.Amount `bun:"spent"`
	Held          protocol.Amount `bun:"held"`
	Running       int64           `bun:"running"`
	CreatedAt     int64           `bun:"created_at"` // Unix seconds, as all times here
	ExpiresAt     int64           `bun:"expires_at"` // 0 never
	RevokedAt     int64           `bun:"revoked_at"` // 0 not
}

// Usable reports whether the key may be used at now, Unix seconds.
func (k APIKey) Usable(now int64) bool {
	return k.RevokedAt == 0 && (k.ExpiresAt == 0 || now < k.ExpiresAt)
}

// Session is a wallet's login.
type Session struct {
	bun.BaseModel `bun:"table:gateway_sessions"`
	TokenHash     common.Hash    `bun:"token_hash,pk"`
	Account       common.Address `bun:"account"`
	CreatedAt     int64          `bun:"created_at"`
	ExpiresAt     int64          `bun:"expires_at"`
}

// CreateKey stores a new key.
func (g *Gateway) CreateKey(ctx context.Context, k *APIKey) error {
	if _, err := g.s.DB().NewInsert().Model(k).Exec(ctx); err != nil {
		return fmt.Errorf("store api key: %w", err)
	}
	return nil
}

// KeyByToken finds a key by the sha256 of its token; ErrNotFound if there is none.
func (g *Gateway) KeyByToken(ctx context.Context, tokenHash common.Hash) (*APIKey, error) {
	k := new(APIKey)
	return k, found("api key", g.s.Read().NewSelect().Model(k).Where("token_hash = ?", tokenHash).Scan(ctx))
}

// Keys lists the keys of an account, oldest first.
func (g *Gateway) Keys(ctx context.Context, account common.Address) ([]APIKey, error) {
	var keys []APIKey
	err := g.s.Read().NewSelect().Model(&keys).Where("account = ?", account).Order("created_at", "id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list api keys: %w", err)
	}
	return keys, nil
}

// RevokeKey ends a key of account for ever; ErrNotFound if it has no such key.
func (g *Gateway) RevokeKey(ctx context.Context, account common.Address, id string, now int64) error {
	res, err := g.s.DB().NewUpdate().Model((*APIKey)(nil)).
		Set("revoked_at = CASE WHEN revoked_at = 0 THEN ? ELSE revoked_at END", now).
		Where("id = ? AND account = ?", id, account).Exec(ctx)
	return changed("api key", res, err)
}

// CreateSession stores a login.
func (g *Gateway) CreateSession(ctx context.Context, session *Session) error {
	if _, err := g.s.DB().NewInsert().Model(session).Exec(ctx); err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	return nil
}

// SessionByToken finds a login by the sha256 of its token.
func (g *Gateway) SessionByToken(ctx context.Context, tokenHash common.Hash) (*Session, error) {
	row := new(Session)
	return row, found("session", g.s.Read().NewSelect().Model(row).Where("token_hash = ?", tokenHash).Scan(ctx))
}

// DeleteSession logs out; an unknown session is no error.
func (g *Gateway) DeleteSession(ctx context.Context, tokenHash common.Hash) error {
	_, err := g.s.DB().NewDelete().Model((*Session)(nil)).Where("token_hash = ?", tokenHash).Exec(ctx)
	return err
}

// claimLife is how long a name may be held for a request that is not submitted yet, in
// seconds: longer than any request takes to be matched and signed.
const claimLife = 900

// Purge drops what expired before now: sessions and idempotency names. Answers stay.
func (g *Gateway) Purge(ctx context.Context, now int64) error {
	return g.s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model((*Session)(nil)).Where("expires_at <= ?", now).Exec(ctx); err != nil {
			return fmt.Errorf("purge sessions: %w", err)
		}
		if _, err := tx.NewDelete().Model((*Idempotency)(nil)).Where("expires_at <= ?", now).Exec(ctx); err != nil {
			return fmt.Errorf("purge idempotency names: %w", err)
		}
		// Whoever took these names died before it submitted anything.
		if _, err := tx.NewDelete().Model((*Idempotency)(nil)).Where("request_hash = ? AND created_at <= ?", common.Hash{}, now-claimLife).Exec(ctx); err != nil {
			return fmt.Errorf("purge idempotency names: %w", err)
		}
		return nil
	})
}

// lockFor adds FOR UPDATE where the engine has row locks; SQLite's transactions
// are the only writer anyway.
func (g *Gateway) lockFor(q *bun.SelectQuery) *bun.SelectQuery {
	if g.s.Dialect() == Postgres {
		return q.For("UPDATE")
	}
	return q
}

func found(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("find %s: %w", what, protocol.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("find %s: %w", what, err)
	}
	return nil
}

func changed(what string, res sql.Result, err error) error {
	if err != nil {
		return fmt.Errorf("change %s: %w", what, err)
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = protocol.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("change %s: %w", what, err)
	}
	return nil
}

// Ping reports whether the database answers.
func (g *Gateway) Ping(ctx context.Context) error { return g.s.Ping(ctx) }
