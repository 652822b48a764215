package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// Deployment is one set of contracts on one chain. Its name is (ChainID, Market),
// so two networks share a database without touching each other's rows.
type Deployment struct {
	ChainID    uint64         `json:"chain_id"`
	Vault      common.Address `json:"vault"`
	Staking    common.Address `json:"staking"`
	Registry   common.Address `json:"registry"`
	Market     common.Address `json:"market"`
	Slasher    common.Address `json:"slasher"`
	StartBlock uint64         `json:"start_block"` // no event of it is older
	Timing     Timing         `json:"timing"`
	Disputes   Disputes       `json:"disputes,omitzero"`
}

// Disputes are the contracts about faults; zero where a deployment has none.
type Disputes struct {
	Ledger    common.Address `json:"ledger"`
	Questions common.Address `json:"questions"`
	Claims    common.Address `json:"claims"`
	Verifiers common.Address `json:"verifiers"`
	Audits    common.Address `json:"audits,omitzero"`
	Auditors  common.Address `json:"auditors,omitzero"`
	// Attestations are about model versions.
	Attestations common.Address `json:"attestations,omitzero"`
}

// Timing is what reads need of the Market's constants, in seconds.
type Timing struct {
	DisputeWindow uint64 `json:"dispute_window"`
	CloseGrace    uint64 `json:"close_grace"`
	Epoch         uint64 `json:"epoch"`
	MaxHold       uint64 `json:"max_hold"`
}

// Block names a block and its place in the chain.
type Block struct {
	Number     uint64      `bun:"number" json:"number"`
	Hash       common.Hash `bun:"hash" json:"hash"`
	ParentHash common.Hash `bun:"parent_hash" json:"-"`
	Time       uint64      `bun:"time" json:"timestamp"`
}

// Heads is what the node last said about the chain; numbers of blocks.
type Heads struct {
	Latest    Block
	Safe      uint64
	Finalized uint64
}

// Cursor is how far the tables of a network reach.
type Cursor struct {
	Block
	Heads
	StartBlock uint64 // the first block that was ever read
	// UndoFrom is the lowest block that can be taken back row by row; deeper
	// ones were final when they came.
	UndoFrom uint64
	Halted   string // why the indexer stopped for good, empty if it did not
}

// Empty reports whether no block was read yet.
func (c Cursor) Empty() bool { return c.Hash == (common.Hash{}) }

type cursorRow struct {
	bun.BaseModel `bun:"table:cursors,alias:cursors"`
	NetworkID     int64       `bun:"network_id,pk"`
	StartBlock    uint64      `bun:"start_block"`
	Number        uint64      `bun:"number"`
	Hash          common.Hash `bun:"hash"`
	Time          uint64      `bun:"time"`
	UndoFrom      uint64      `bun:"undo_from"`
	Latest        uint64      `bun:"latest"`
	LatestHash    common.Hash `bun:"latest_hash"`
	LatestTime    uint64      `bun:"latest_time"`
	Safe          uint64      `bun:"safe"`
	Finalized     uint64      `bun:"finalized"`
	Halted        string      `bun:"halted"`
}

func (r cursorRow) cursor() Cursor {
	return Cursor{
		Block:      Block{Number: r.Number, Hash: r.Hash, Time: r.Time},
		Heads:      Heads{Latest: Block{Number: r.Latest, Hash: r.LatestHash, Time: r.LatestTime}, Safe: r.Safe, Finalized: r.Finalized},
		StartBlock: r.StartBlock, UndoFrom: r.UndoFrom, Halted: r.Halted,
	}
}

// Network is the part of a Store that belongs to one deployment.
type Network struct {
	store      *Store
	id         int64
	deployment Deployment
}

// Deployment returns the contracts of the network.
func (n *Network) Deployment() Deployment { return n.deployment }

// Key returns the number of the network in network_id columns.
func (n *Network) Key() int64 { return n.id }

type networkRow struct {
	bun.BaseModel `bun:"table:networks,alias:networks"`
	ID            int64           `bun:"id,pk,autoincrement"`
	ChainID       Uint64          `bun:"chain_id"`
	Market        common.Address  `bun:"market"`
	Deployment    json.RawMessage `bun:"deployment,type:text"`
}

// Network registers d, or finds it. A registered deployment never changes: another
// one with the same chain and Market is ErrConflict. Only contracts that it did not
// name before are added; then everything that was read is forgotten, since the log
// lacks theirs.
func (s *Store) Network(ctx context.Context, d Deployment) (*Network, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encode deployment: %w", err)
	}
	var n *Network
	err = s.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row := networkRow{ChainID: Uint64(d.ChainID), Market: d.Market, Deployment: text}
		if _, err := tx.NewInsert().Model(&row).On("CONFLICT (chain_id, market) DO NOTHING").Returning("NULL").Exec(ctx); err != nil {
			return err
		}
		if n, err = s.findNetwork(ctx, tx, d.ChainID, d.Market); err != nil {
			return err
		}
		first := cursorRow{NetworkID: n.id, StartBlock: d.StartBlock}
		if _, err := tx.NewInsert().Model(&first).On("CONFLICT (network_id) DO NOTHING").Exec(ctx); err != nil {
			return err
		}
		if d.adds(n.deployment) {
			n.deployment = d
			if _, err := tx.NewUpdate().Model(&row).Column("deployment").Where("id = ?", n.id).Exec(ctx); err != nil {
				return err
			}
			return n.reset(ctx, tx)
		}
		if n.deployment != d {
			return fmt.Errorf("market %s is registered with other contracts, start or timing: %w", d.Market, protocol.ErrConflict)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("register network %d: %w", d.ChainID, err)
	}
	return n, nil
}

// adds reports whether d names all that old does, and contracts that old lacks.
func (d Deployment) adds(old Deployment) bool {
	grown := old
	for _, pair := range [][2]*common.Address{{&grown.Disputes.Ledger, &d.Disputes.Ledger}, {&grown.Disputes.Questions, &d.Disputes.Questions},
		{&grown.Disputes.Claims, &d.Disputes.Claims}, {&grown.Disputes.Verifiers, &d.Disputes.Verifiers}, {&grown.Disputes.Audits, &d.Disputes.Audits},
		{&grown.Disputes.Auditors, &d.Disputes.Auditors}, {&grown.Disputes.Attestations, &d.Disputes.Attestations}} {
		if *pair[0] == (common.Address{}) {
			*pair[0] = *pair[1]
		}
	}
	return old != d && grown == d
}

// FindNetwork returns the network of a Market that some indexer registered,
// ErrNotFound if none did.
func (s *Store) FindNetwork(ctx context.Context, chainID uint64, market common.Address) (*Network, error) {
	n, err := s.findNetwork(ctx, s.read, chainID, market)
	if err != nil {
		return nil, fmt.Errorf("find network %d: %w", chainID, err)
	}
	return n, nil
}

func (s *Store) findNetwork(ctx context.Context, db bun.IDB, chainID uint64, market common.Address) (*Network, error) {
	var row networkRow
	err := db.NewSelect().Model(&row).Where("chain_id = ? AND market = ?", Uint64(chainID), market).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("market %s on chain %d: %w", market, chainID, protocol.ErrNotFound)
	} else if err != nil {
		return nil, err
	}
	n := &Network{store: s, id: row.ID}
	return n, json.Unmarshal(row.Deployment, &n.deployment)
}

// Cursor returns how far the tables reach.
func (n *Network) Cursor(ctx context.Context) (Cursor, error) {
	return n.cursor(ctx, n.store.db)
}

func (n *Network) cursor(ctx context.Context, db bun.IDB) (Cursor, error) {
	var row cursorRow
	if err := db.NewSelect().Model(&row).Where("network_id = ?", n.id).Scan(ctx); err != nil {
		return Cursor{}, fmt.Errorf("read cursor: %w", err)
	}
	return row.cursor(), nil
}

// SetHeads records what the node says without moving the cursor.
func (n *Network) SetHeads(ctx context.Context, h Heads) error {
	_, err := n.store.db.NewUpdate().Model((*cursorRow)(nil)).Apply(setHeads(h)).Where("network_id = ?", n.id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("record heads: %w", err)
	}
	return nil
}

func setHeads(h Heads) func(*bun.UpdateQuery) *bun.UpdateQuery {
	return func(q *bun.UpdateQuery) *bun.UpdateQuery {
		return q.Set("latest = ?", h.Latest.Number).Set("latest_hash = ?", h.Latest.Hash).Set("latest_time = ?", h.Latest.Time).
			Set("safe = ?", h.Safe).Set("finalized = ?", h.Finalized)
	}
}

// Halt records why the indexer of this network must not go on from a cursor. If
// the cursor is elsewhere, the reason is not one: ErrConflict.
func (n *Network) Halt(ctx context.Context, at Cursor, reason string) error {
	res, err := n.store.db.NewUpdate().Model((*cursorRow)(nil)).Set("halted = ?", reason).
		Where("network_id = ? AND number = ? AND hash = ?", n.id, at.Number, at.Hash).Exec(ctx)
	if err != nil {
		return fmt.Errorf("record halt: %w", err)
	}
	if halted, err := res.RowsAffected(); err != nil {
		return fmt.Errorf("record halt: %w", err)
	} else if halted != 1 {
		return fmt.Errorf("record halt at block %d: the cursor is elsewhere: %w", at.Number, protocol.ErrConflict)
	}
	return nil
}

// BlockAt returns the stored block with this number, ErrNotFound if there is none.
func (n *Network) BlockAt(ctx context.Context, number uint64) (Block, error) {
	return n.blockAt(ctx, n.store.db, number)
}

func (n *Network) blockAt(ctx context.Context, db bun.IDB, number uint64) (Block, error) {
	var b Block
	err := db.NewSelect().Table("blocks").Column("number", "hash", "parent_hash", "time").
		Where("network_id = ? AND number = ?", n.id, number).Scan(ctx, &b)
	if errors.Is(err, sql.ErrNoRows) {
		err = protocol.ErrNotFound
	}
	if err != nil {
		return Block{}, fmt.Errorf("read block %d: %w", number, err)
	}
	return b, nil
}

// BlocksFrom returns up to limit stored blocks from number on, in order.
func (n *Network) BlocksFrom(ctx context.Context, number uint64, limit int) ([]Block, error) {
	var list []Block
	err := n.store.db.NewSelect().Table("blocks").Column("number", "hash", "parent_hash", "time").
		Where("network_id = ? AND number >= ?", n.id, number).Order("number").Limit(int64(limit)).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("read blocks: %w", err)
	}
	return list, nil
}
