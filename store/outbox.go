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

// Outbox is the durable memory of the transaction manager: intents, the signed
// bytes of each attempt, and the next nonce of each key. It implements the
// interface of that name in chain/txmgr, whose comments say what each method
// promises.
//
// Invariants:
//   - A nonce is taken, its signed bytes stored and its intent marked as sent in
//     one transaction, by compare and swap on the lane's next nonce.
//   - An attempt's row never changes.
type Outbox struct{ s *Store }

// Outbox returns the tables of the transaction manager.
func (s *Store) Outbox() *Outbox { return &Outbox{s} }

type laneRow struct {
	bun.BaseModel `bun:"table:outbox_lanes,alias:l"`
	ChainID       int64          `bun:"chain_id,pk"`
	Lane          common.Address `bun:"lane,pk"`
	NextNonce     uint64         `bun:"next_nonce"`
}

type intentRow struct {
	bun.BaseModel `bun:"table:outbox_intents,alias:i"`
	Seq           int64                `bun:"seq,pk,autoincrement"`
	ID            common.Hash          `bun:"id"`
	ChainID       int64                `bun:"chain_id"`
	Lane          common.Address       `bun:"lane"`
	To            []byte               `bun:"to_address"`
	Data          []byte               `bun:"data"`
	Value         protocol.Amount      `bun:"value"`
	Salt          common.Hash          `bun:"salt"`
	Purpose       string               `bun:"purpose"`
	GasLimit      uint64               `bun:"gas_limit"`
	Deadline      uint64               `bun:"deadline"`
	State         protocol.IntentState `bun:"state"`
	Nonce         uint64               `bun:"nonce"`
	Retries       uint8                `bun:"retries"`
	Cancel        bool                 `bun:"cancel"`
	TxHash        common.Hash          `bun:"tx_hash"`
	BlockNumber   uint64               `bun:"block_number"`
	BlockHash     common.Hash          `bun:"block_hash"`
	Status        uint8                `bun:"status"`
	Reason        string               `bun:"reason"`
	RevertData    []byte               `bun:"revert_data"`
}

type attemptRow struct {
	bun.BaseModel `bun:"table:outbox_attempts,alias:a"`
	TxHash        common.Hash     `bun:"tx_hash,pk"`
	IntentID      common.Hash     `bun:"intent_id"`
	Position      int             `bun:"position"` // among the intent's attempts
	ChainID       int64           `bun:"chain_id"`
	Lane          common.Address  `bun:"lane"`
	Nonce         uint64          `bun:"nonce"`
	Raw           []byte          `bun:"raw"`
	Cancels       bool            `bun:"cancels"`
	GasLimit      uint64          `bun:"gas_limit"`
	GasFeeCap     protocol.Amount `bun:"gas_fee_cap"`
	GasTipCap     protocol.Amount `bun:"gas_tip_cap"`
	SignedAt      uint64          `bun:"signed_at"`
	SignedSec     uint64          `bun:"signed_sec"`
}

// Put stores a queued intent unless its ID is known, and returns the stored row.
// A known intent that ended without effect is queued again.
func (o *Outbox) Put(ctx context.Context, in protocol.Intent) (protocol.Intent, error) {
	var out protocol.Intent
	err := o.s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := o.fresh(in)
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(row).ExcludeColumn("seq").On("CONFLICT (id) DO NOTHING").Returning("NULL").Exec(ctx); err != nil {
			return err
		}
		// Of a known intent that had no effect, what is advice may be new.
		if _, err := tx.NewUpdate().Model(row).
			Column("purpose", "gas_limit", "deadline", "state", "retries", "cancel",
				"tx_hash", "block_number", "block_hash", "status", "reason", "revert_data").
			Where("id = ?", in.ID).
			Where("state IN ?", bun.Tuple([]protocol.IntentState{protocol.IntentReverted, protocol.IntentSuperseded})).
			Exec(ctx); err != nil {
			return err
		}
		out, err = o.get(ctx, tx, in.ID)
		return err
	})
	if err != nil {
		return protocol.Intent{}, outboxError("put intent", err)
	}
	return out, nil
}

// Get returns one intent with its attempts, or protocol.ErrNotFound.
func (o *Outbox) Get(ctx context.Context, id common.Hash) (protocol.Intent, error) {
	in, err := o.get(ctx, o.s.DB(), id)
	return in, outboxError("get intent", err)
}

// Lane returns the lane's next nonce, its open intents in order of submission and
// the gas signed for at or after since (block time, Unix seconds).
func (o *Outbox) Lane(ctx context.Context, chainID uint64, lane common.Address, since uint64) (protocol.Lane, error) {
	var out protocol.Lane
	err := o.s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row := &laneRow{}
		err := tx.NewSelect().Model(row).Where("chain_id = ? AND lane = ?", chainID, lane).Scan(ctx)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		out = protocol.Lane{Known: err == nil, Next: row.NextNonce}
		perNonce := tx.NewSelect().Model((*attemptRow)(nil)).ColumnExpr("MAX(gas_limit) AS gas").
			Where("chain_id = ? AND lane = ? AND signed_sec >= ?", chainID, lane, int64(min(since, 1<<62))).Group("nonce")
		if err := tx.NewSelect().TableExpr("(?) AS per_nonce", perNonce).
			ColumnExpr("CAST(COALESCE(SUM(gas), 0) AS bigint)").Scan(ctx, &out.GasUsed); err != nil {
			return err
		}
		var rows []intentRow
		if err := tx.NewSelect().Model(&rows).Where("chain_id = ? AND lane = ?", chainID, lane).
			Where("state IN ('queued', 'sent', 'mined')").Order("seq").Scan(ctx); err != nil {
			return err
		}
		out.Intents, err = withAttempts(ctx, tx, rows)
		return err
	})
	return out, outboxError("read lane", err)
}

// Sign stores a signed attempt: the first of a queued intent, which takes the
// nonce (replaces is zero), or one that takes the place of the newest.
func (o *Outbox) Sign(ctx context.Context, a protocol.Attempt, replaces common.Hash) error {
	err := o.s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		in := &intentRow{}
		if err := o.lock(tx.NewSelect().Model(in).Where("id = ?", a.IntentID)).Scan(ctx); err != nil {
			return err
		}
		var attempts []attemptRow
		if err := tx.NewSelect().Model(&attempts).Column("tx_hash").Where("intent_id = ?", a.IntentID).Order("position").Scan(ctx); err != nil {
			return err
		}
		switch {
		case replaces == (common.Hash{}) && in.State == protocol.IntentQueued:
			if err := takeNonce(ctx, tx, in, a.Nonce); err != nil {
				return err
			}
		case in.State != protocol.IntentSent || in.Nonce != a.Nonce || attempts[len(attempts)-1].TxHash != replaces:
			return fmt.Errorf("nonce %d for an intent that is %s: %w", a.Nonce, in.State, protocol.ErrConflict)
		}
		_, err := tx.NewInsert().Model(&attemptRow{
			TxHash: a.TxHash, IntentID: a.IntentID, Position: len(attempts), ChainID: in.ChainID, Lane: in.Lane,
			Nonce: a.Nonce, Raw: a.Raw, Cancels: a.Cancels, GasLimit: a.GasLimit,
			GasFeeCap: a.GasFeeCap, GasTipCap: a.GasTipCap, SignedAt: a.SignedAt, SignedSec: a.SignedSec,
		}).Exec(ctx)
		return err
	})
	return outboxError("store signed transaction", err)
}

// takeNonce moves the lane on from nonce and marks the intent as sent.
func takeNonce(ctx context.Context, tx bun.Tx, in *intentRow, nonce uint64) error {
	res, err := tx.NewInsert().Model(&laneRow{ChainID: in.ChainID, Lane: in.Lane, NextNonce: nonce + 1}).
		On("CONFLICT (chain_id, lane) DO UPDATE").Set("next_nonce = EXCLUDED.next_nonce").
		Where("l.next_nonce = ?", nonce).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("nonce %d is not the lane's next: %w", nonce, errors.Join(err, protocol.ErrConflict))
	}
	_, err = tx.NewUpdate().Model(in).Set("state = ?", protocol.IntentSent).Set("nonce = ?", nonce).WherePK().Exec(ctx)
	return err
}

// Move writes the state and outcome of an intent if it still is in state from.
func (o *Outbox) Move(ctx context.Context, from protocol.IntentState, to protocol.Intent) error {
	res, err := o.s.DB().NewUpdate().Model(&intentRow{
		State: to.State, Retries: to.Retries, Cancel: to.Cancel, TxHash: to.TxHash, BlockNumber: to.BlockNumber,
		BlockHash: to.BlockHash, Status: to.Status, Reason: to.Reason, RevertData: notNull(to.RevertData),
	}).Column("state", "retries", "cancel", "tx_hash", "block_number", "block_hash", "status", "reason", "revert_data").
		Where("id = ? AND state = ?", to.ID, from).Exec(ctx)
	if err != nil {
		return outboxError("move intent", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return outboxError("move intent", err)
	}
	stored, err := o.Get(ctx, to.ID)
	if err != nil {
		return err
	}
	return fmt.Errorf("move %s from %s: %w", stored, from, protocol.ErrConflict)
}

// Skip raises the lane's next nonce to next; it never lowers it.
func (o *Outbox) Skip(ctx context.Context, chainID uint64, lane common.Address, next uint64) error {
	_, err := o.s.DB().NewInsert().Model(&laneRow{ChainID: int64(chainID), Lane: lane, NextNonce: next}).
		On("CONFLICT (chain_id, lane) DO UPDATE").Set("next_nonce = EXCLUDED.next_nonce").
		Where("l.next_nonce < EXCLUDED.next_nonce").Exec(ctx)
	return outboxError("skip nonces", err)
}

func (o *Outbox) get(ctx context.Context, db bun.IDB, id common.Hash) (protocol.Intent, error) {
	rows := make([]intentRow, 1)
	if err := db.NewSelect().Model(&rows[0]).Where("id = ?", id).Scan(ctx); err != nil {
		return protocol.Intent{}, err
	}
	intents, err := withAttempts(ctx, db, rows)
	if err != nil {
		return protocol.Intent{}, err
	}
	return intents[0], nil
}

// lock adds FOR UPDATE where the engine has row locks; SQLite's transactions are
// the only writer anyway.
func (o *Outbox) lock(q *bun.SelectQuery) *bun.SelectQuery {
	if o.s.Dialect() == Postgres {
		return q.For("UPDATE")
	}
	return q
}

func withAttempts(ctx context.Context, db bun.IDB, rows []intentRow) ([]protocol.Intent, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]common.Hash, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var attempts []attemptRow
	if err := db.NewSelect().Model(&attempts).Where("intent_id IN ?", bun.Tuple(ids)).Order("position").Scan(ctx); err != nil {
		return nil, err
	}
	byIntent := map[common.Hash][]protocol.Attempt{}
	for _, a := range attempts {
		byIntent[a.IntentID] = append(byIntent[a.IntentID], protocol.Attempt{
			IntentID: a.IntentID, Nonce: a.Nonce, TxHash: a.TxHash, Raw: a.Raw, Cancels: a.Cancels, GasLimit: a.GasLimit,
			GasFeeCap: a.GasFeeCap, GasTipCap: a.GasTipCap, SignedAt: a.SignedAt, SignedSec: a.SignedSec,
		})
	}
	out := make([]protocol.Intent, len(rows))
	for i, r := range rows {
		out[i] = r.intent()
		out[i].Attempts = byIntent[r.ID]
	}
	return out, nil
}

func (o *Outbox) fresh(in protocol.Intent) (*intentRow, error) {
	if in.ChainID > 1<<62 || in.GasLimit > 1<<62 {
		return nil, fmt.Errorf("chain id %d, gas limit %d: %w", in.ChainID, in.GasLimit, protocol.ErrInvalid)
	}
	row := &intentRow{
		ID: in.ID, ChainID: int64(in.ChainID), Lane: in.Lane, To: []byte{}, Data: notNull(in.Data), Value: in.Value,
		Salt: in.Salt, Purpose: in.Purpose, GasLimit: in.GasLimit, Deadline: min(in.Deadline, 1<<62),
		State: protocol.IntentQueued, RevertData: []byte{},
	}
	if in.To != nil {
		row.To = in.To[:]
	}
	return row, nil
}

func (r *intentRow) intent() protocol.Intent {
	in := protocol.Intent{
		ID: r.ID, ChainID: uint64(r.ChainID), Lane: r.Lane, Seq: uint64(r.Seq),
		Call: protocol.Call{
			Data: r.Data, Value: r.Value, Salt: r.Salt, Purpose: r.Purpose, GasLimit: r.GasLimit, Deadline: r.Deadline,
		},
		State: r.State, Nonce: r.Nonce, Retries: r.Retries, Cancel: r.Cancel,
		TxHash: r.TxHash, BlockNumber: r.BlockNumber, BlockHash: r.BlockHash, Status: r.Status,
		Reason: r.Reason, RevertData: r.RevertData,
	}
	if len(r.To) > 0 {
		to := common.BytesToAddress(r.To)
		in.To = &to
	}
	return in
}

// notNull returns b, with nil as empty: the columns are NOT NULL.
func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// outboxError says what was being done and gives the error its kind: what the
// database itself refuses or loses is worth a retry.
func outboxError(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s: %w", doing, protocol.ErrNotFound)
	case protocol.Kind(err) != protocol.ErrInternal:
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%s: %w: %w", doing, protocol.ErrUnavailable, err)
}
