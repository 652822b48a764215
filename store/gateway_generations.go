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

// GenerationState is where an answer stands:
//
//	submitted ──▶ delivered (terminal: receipt stored, fee due)
//	     ╰──────▶ failed    (terminal: no receipt that we accept, nothing due)
type GenerationState string

const (
	GenerationSubmitted GenerationState = "submitted"
	GenerationDelivered GenerationState = "delivered"
	GenerationFailed    GenerationState = "failed"
)

// Generation is one answer that was bought, or tried.
type Generation struct {
	bun.BaseModel `bun:"table:gateway_generations"`
	Hash          common.Hash     `bun:"hash,pk"`   // of the signed request
	PublicID      string          `bun:"public_id"` // the id OpenAI clients see
	Kind          string          `bun:"kind"`
	Account       common.Address  `bun:"account"`
	KeyID         string          `bun:"key_id"`
	Idempotency   string          `bun:"idempotency"` // name, empty for none
	BodyHash      common.Hash     `bun:"body_hash"`
	Channel       common.Hash     `bun:"channel"`
	Model         string          `bun:"model"`
	ModelVersion  common.Hash     `bun:"model_version"`
	Class         string          `bun:"class"`
	Provider      common.Address  `bun:"provider"`
	Line          common.Hash     `bun:"line"` // zero until delivered
	Leaf          int64           `bun:"leaf"` // index in the line's sum tree, NoLeaf
	State         GenerationState `bun:"state"`
	Ask           string          `bun:"ask"`  // JSON of what was submitted, with the request's secret
	Plan          string          `bun:"plan"` // JSON of how the answer is shown
	MaxFee        protocol.Amount `bun:"max_fee"`
	PromptTokens  int64           `bun:"prompt_tokens"`
	MaxTokens     int64           `bun:"max_tokens"` // prompt and output
	Output        string          `bun:"output"`     // JSON of token ids
	OutputText    string          `bun:"output_text"`
	AnswerText    string          `bun:"answer_text"` // what the client was shown: without the stop string
	FinishReason  string          `bun:"finish_reason"`
	Receipt       string          `bun:"receipt"` // JSON, empty until delivered
	ReceiptHash   common.Hash     `bun:"receipt_hash"`
	Signature     []byte          `bun:"receipt_signature"`
	Operator      common.Address  `bun:"operator"`
	Fee           protocol.Amount `bun:"fee"`
	OutputTokens  int64           `bun:"output_tokens"`
	ErrorCode     string          `bun:"error_code"`
	ErrorDetail   string          `bun:"error_detail"`
	Route         string          `bun:"route"` // JSON
	CreatedAt     int64           `bun:"created_at"`
	EndedAt       int64           `bun:"ended_at"`
}

// Idempotency is a name that a client gave to one request.
type Idempotency struct {
	bun.BaseModel `bun:"table:gateway_idempotency"`
	KeyID         string      `bun:"key_id,pk"`
	Name          string      `bun:"name,pk"`
	BodyHash      common.Hash `bun:"body_hash"`
	RequestHash   common.Hash `bun:"request_hash"` // zero until submitted
	State         string      `bun:"state"`        // "running" or "done"
	CreatedAt     int64       `bun:"created_at"`
	ExpiresAt     int64       `bun:"expires_at"`
}

const (
	idempotencyRunning = "running"
	idempotencyDone    = "done"
)

// Done reports whether the answer of the name is stored.
func (i Idempotency) Done() bool { return i.State == idempotencyDone }

// GatewayChannel is what the gateway spent of a channel and holds for answers on
// their way.
type GatewayChannel struct {
	bun.BaseModel `bun:"table:gateway_channels"`
	Channel       common.Hash     `bun:"channel,pk"`
	Spent         protocol.Amount `bun:"spent"`
	Held          protocol.Amount `bun:"held"`
}

// Limit names what a request does not fit into.
type Limit string

const (
	LimitChannel     Limit = "channel"
	LimitSpend       Limit = "key_spend"
	LimitTokens      Limit = "key_tokens"
	LimitConcurrency Limit = "key_concurrency"
)

// LimitError says what is missing. It wraps protocol.ErrInsufficient.
type LimitError struct {
	Limit        Limit
	Needed, Left protocol.Amount // base units, tokens or requests
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%s has %s left, %s needed", e.Limit, e.Left, e.Needed)
}
func (e *LimitError) Unwrap() error { return protocol.ErrInsufficient }

// Claim takes an idempotency name. It returns the row that holds the name already,
// or nil when the caller now owns it until Settle or Release or Unclaim.
func (g *Gateway) Claim(ctx context.Context, row Idempotency) (*Idempotency, error) {
	row.State = idempotencyRunning
	var held *Idempotency
	err := g.inTx(ctx, false, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewDelete().Model((*Idempotency)(nil)).
			Where("key_id = ? AND name = ? AND expires_at <= ?", row.KeyID, row.Name, row.CreatedAt).Exec(ctx)
		if err != nil {
			return err
		}
		res, err := tx.NewInsert().Model(&row).On("CONFLICT (key_id, name) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		held = new(Idempotency)
		return tx.NewSelect().Model(held).Where("key_id = ? AND name = ?", row.KeyID, row.Name).Scan(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("claim idempotency name: %w", err)
	}
	return held, nil
}

// Unclaim gives a name back whose request was never submitted.
func (g *Gateway) Unclaim(ctx context.Context, keyID, name string) error {
	_, err := g.s.DB().NewDelete().Model((*Idempotency)(nil)).
		Where("key_id = ? AND name = ? AND request_hash = ?", keyID, name, common.Hash{}).Exec(ctx)
	return err
}

// Begin stores a generation before it is submitted and holds its max fee and
// tokens. funds is the channel's deposit and paid the part that the chain already
// paid out. It wraps a *LimitError when something does not fit, and ErrConflict if the
// generation's idempotency name is not (or no longer) its own: then nothing changed.
func (g *Gateway) Begin(ctx context.Context, gen *Generation, funds, paid protocol.Amount) error {
	gen.State, gen.Leaf = GenerationSubmitted, NoLeaf
	// Not durable against a power cut by itself: what that loses is an answer that
	// nobody got, and no money of the requester's.
	err := g.inTx(ctx, false, func(ctx context.Context, tx bun.Tx) error {
		key, channel, err := g.books(ctx, tx, gen)
		if err != nil {
			return err
		}
		spent := channel.Spent
		if paid.Cmp(spent) > 0 {
			spent = paid // spent by vouchers that this database does not know
		}
		if err := fits(LimitChannel, funds, spent, channel.Held, gen.MaxFee); err != nil {
			return err
		}
		if !key.SpendLimit.IsZero() {
			if err := fits(LimitSpend, key.SpendLimit, key.Spent, key.Held, gen.MaxFee); err != nil {
				return err
			}
		}
		if used := key.TokensUsed + key.TokensHeld; key.TokenLimit > 0 && used+gen.MaxTokens > key.TokenLimit {
			return limitError(LimitTokens, gen.MaxTokens, key.TokenLimit-used)
		}
		if key.Concurrency > 0 && key.Running >= key.Concurrency {
			return limitError(LimitConcurrency, 1, 0)
		}
		if _, err := tx.NewInsert().Model(gen).Exec(ctx); err != nil {
			return err
		}
		if gen.Idempotency != "" {
			// INVARIANT: a name buys once, also where it was taken away meanwhile and given to another.
			res, err := tx.NewUpdate().Model((*Idempotency)(nil)).Set("request_hash = ?", gen.Hash).
				Where("key_id = ? AND name = ? AND body_hash = ? AND request_hash = ?", gen.KeyID, gen.Idempotency, gen.BodyHash, common.Hash{}).Exec(ctx)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, fmt.Errorf("idempotency name %q belongs to another request: %w", gen.Idempotency, protocol.ErrConflict))
			}
		}
		return g.move(ctx, tx, key, channel, gen, +1, protocol.Amount{}, 0)
	})
	if err != nil {
		return fmt.Errorf("begin generation: %w", err)
	}
	return nil
}

// fits checks used + held + more <= limit.
func fits(name Limit, limit, used, held, more protocol.Amount) error {
	taken, err := used.Add(held)
	if err != nil {
		return err
	}
	left, err := limit.Sub(taken)
	if err != nil {
		left = protocol.Amount{}
	}
	if more.Cmp(left) > 0 {
		return &LimitError{name, more, left}
	}
	return nil
}

func limitError(name Limit, needed, left int64) error {
	return &LimitError{name, protocol.NewAmount(uint64(needed)), protocol.NewAmount(uint64(max(left, 0)))}
}

// books reads the key and channel of a generation, locked, always in this order.
func (g *Gateway) books(ctx context.Context, tx bun.Tx, gen *Generation) (*APIKey, *GatewayChannel, error) {
	key, channel := new(APIKey), new(GatewayChannel)
	if err := found("api key", g.lockFor(tx.NewSelect().Model(key).Where("id = ?", gen.KeyID)).Scan(ctx)); err != nil {
		return nil, nil, err
	}
	_, err := tx.NewInsert().Model(&GatewayChannel{Channel: gen.Channel}).On("CONFLICT (channel) DO NOTHING").Exec(ctx)
	if err != nil {
		return nil, nil, err
	}
	err = found("channel", g.lockFor(tx.NewSelect().Model(channel).Where("channel = ?", gen.Channel)).Scan(ctx))
	return key, channel, err
}

// move holds (+1) or frees (-1) the generation's maxima and adds what it cost.
func (g *Gateway) move(ctx context.Context, tx bun.Tx, key *APIKey, channel *GatewayChannel, gen *Generation, sign int64, fee protocol.Amount, tokens int64) error {
	var errs []error
	shift := func(held, spent *protocol.Amount) {
		op := held.Add
		if sign < 0 {
			op = held.Sub
		}
		h, err := op(gen.MaxFee)
		s, err2 := spent.Add(fee)
		*held, *spent, errs = h, s, append(errs, err, err2)
	}
	shift(&key.Held, &key.Spent)
	shift(&channel.Held, &channel.Spent)
	key.TokensHeld += sign * gen.MaxTokens
	key.TokensUsed += tokens
	key.Running += sign
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if _, err := tx.NewUpdate().Model(key).Column("held", "spent", "tokens_held", "tokens_used", "running").WherePK().Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewUpdate().Model(channel).Column("held", "spent").WherePK().Exec(ctx)
	return err
}

// Settle stores the answer and its checked receipt and turns the held maximum into
// the fee. gen carries the final values; ErrConflict if it was ended before.
func (g *Gateway) Settle(ctx context.Context, gen *Generation) error {
	gen.State, gen.Leaf = GenerationDelivered, NoLeaf
	return g.end(ctx, gen, gen.Fee, gen.PromptTokens+gen.OutputTokens, idempotencyDone)
}

// Release ends a generation that nothing is due for. Its idempotency name is free
// again, since nothing was billed.
func (g *Gateway) Release(ctx context.Context, gen *Generation) error {
	gen.State, gen.Leaf = GenerationFailed, NoLeaf
	return g.end(ctx, gen, protocol.Amount{}, 0, "")
}

func (g *Gateway) end(ctx context.Context, gen *Generation, fee protocol.Amount, tokens int64, name string) error {
	err := g.inTx(ctx, true, func(ctx context.Context, tx bun.Tx) error {
		key, channel, err := g.books(ctx, tx, gen)
		if err != nil {
			return err
		}
		res, err := tx.NewUpdate().Model(gen).WherePK().Where("state = ?", GenerationSubmitted).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, protocol.ErrConflict)
		}
		if gen.Idempotency != "" {
			q := "UPDATE gateway_idempotency SET state = ? WHERE key_id = ? AND name = ? AND request_hash = ?"
			args := []any{name, gen.KeyID, gen.Idempotency, gen.Hash}
			if name == "" {
				q, args = "DELETE FROM gateway_idempotency WHERE key_id = ? AND name = ? AND request_hash = ?", args[1:]
			}
			if _, err := tx.NewRaw(q, args...).Exec(ctx); err != nil {
				return err
			}
		}
		return g.move(ctx, tx, key, channel, gen, -1, fee, tokens)
	})
	if err != nil {
		return fmt.Errorf("end generation: %w", err)
	}
	return nil
}

// Generation finds an answer of account by its public id or request hash.
func (g *Gateway) Generation(ctx context.Context, account common.Address, id string) (*Generation, error) {
	gen := new(Generation)
	q := g.s.DB().NewSelect().Model(gen).Where("account = ?", account)
	if len(id) == 66 {
		q = q.Where("hash = ?", common.HexToHash(id))
	} else {
		q = q.Where("public_id = ?", id)
	}
	return gen, found("generation", q.Scan(ctx))
}

// GenerationByHash finds an answer whoever bought it.
func (g *Gateway) GenerationByHash(ctx context.Context, hash common.Hash) (*Generation, error) {
	gen := new(Generation)
	return gen, found("generation", g.s.DB().NewSelect().Model(gen).Where("hash = ?", hash).Scan(ctx))
}

// LatestSame finds the newest delivered answer of a key to the same body since a
// time: what a client that lost its answer asks for again.
func (g *Gateway) LatestSame(ctx context.Context, keyID string, body common.Hash, since int64) (*Generation, error) {
	gen := new(Generation)
	return gen, found("generation", g.s.DB().NewSelect().Model(gen).
		Where("key_id = ? AND body_hash = ? AND created_at >= ?", keyID, body, since).
		Where("state = ?", GenerationDelivered).
		Order("created_at DESC").Limit(1).Scan(ctx))
}

// Open lists generations that were submitted and not ended, oldest first: what a
// restarted gateway picks up again.
func (g *Gateway) Open(ctx context.Context) ([]Generation, error) {
	var gens []Generation
	err := g.s.DB().NewSelect().Model(&gens).Where("state = ?", GenerationSubmitted).Order("created_at").Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("list open generations: %w", err)
	}
	return gens, nil
}

// SpentOf returns what the gateway spent and holds of a channel.
func (g *Gateway) SpentOf(ctx context.Context, channel common.Hash) (GatewayChannel, error) {
	row := GatewayChannel{Channel: channel}
	err := g.s.DB().NewSelect().Model(&row).Where("channel = ?", channel).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return GatewayChannel{Channel: channel}, nil
	}
	return row, err
}
