package txmgr

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
)

// Memory is an Outbox that forgets with its process: for tests and for one-shot
// tools whose work can be looked up on chain.
type Memory struct {
	mu      sync.Mutex
	seq     uint64
	intents map[common.Hash]*protocol.Intent
	lanes   map[laneKey]uint64 // next nonce
}

type laneKey struct {
	chainID uint64
	lane    common.Address
}

// NewMemory returns an empty outbox.
func NewMemory() *Memory {
	return &Memory{intents: map[common.Hash]*protocol.Intent{}, lanes: map[laneKey]uint64{}}
}

// Put implements Outbox.
func (m *Memory) Put(_ context.Context, in protocol.Intent) (protocol.Intent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.intents[in.ID]
	switch {
	case !ok:
		m.seq++
		in.Seq, in.State, in.Attempts = m.seq, protocol.IntentQueued, nil
		row = &in
		m.intents[in.ID] = row
	case row.State == protocol.IntentReverted || row.State == protocol.IntentSuperseded:
		row.Call, row.State, row.Retries, row.Cancel = in.Call, protocol.IntentQueued, 0, false
		row.TxHash, row.BlockNumber, row.BlockHash, row.Status = common.Hash{}, 0, common.Hash{}, 0
		row.Reason, row.RevertData = "", nil
	}
	return copyOf(row), nil
}

// Get implements Outbox.
func (m *Memory) Get(_ context.Context, id common.Hash) (protocol.Intent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.intents[id]
	if !ok {
		return protocol.Intent{}, fmt.Errorf("get intent %s: %w", id, protocol.ErrNotFound)
	}
	return copyOf(row), nil
}

// Lane implements Outbox.
func (m *Memory) Lane(_ context.Context, chainID uint64, lane common.Address, since uint64) (protocol.Lane, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out protocol.Lane
	out.Next, out.Known = m.lanes[laneKey{chainID, lane}]
	gas := map[uint64]uint64{} // by nonce
	for _, row := range m.intents {
		if row.ChainID != chainID || row.Lane != lane {
			continue
		}
		for _, a := range row.Attempts {
			if a.SignedSec >= since {
				gas[a.Nonce] = max(gas[a.Nonce], a.GasLimit)
			}
		}
		if !row.State.Terminal() {
			out.Intents = append(out.Intents, copyOf(row))
		}
	}
	for _, g := range gas {
		out.GasUsed += g
	}
	slices.SortFunc(out.Intents, func(a, b protocol.Intent) int { return int(a.Seq) - int(b.Seq) })
	return out, nil
}

// Sign implements Outbox.
func (m *Memory) Sign(_ context.Context, a protocol.Attempt, replaces common.Hash) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.intents[a.IntentID]
	if !ok {
		return fmt.Errorf("sign for intent %s: %w", a.IntentID, protocol.ErrNotFound)
	}
	key := laneKey{row.ChainID, row.Lane}
	next, known := m.lanes[key]
	switch {
	case replaces == (common.Hash{}) && row.State == protocol.IntentQueued && (!known || a.Nonce == next):
		m.lanes[key] = a.Nonce + 1
		row.State, row.Nonce = protocol.IntentSent, a.Nonce
	case row.State == protocol.IntentSent && a.Nonce == row.Nonce && row.Current().TxHash == replaces:
	default:
		return fmt.Errorf("sign nonce %d for %s, next is %d: %w", a.Nonce, row, next, protocol.ErrConflict)
	}
	row.Attempts = append(row.Attempts, a)
	return nil
}

// Move implements Outbox.
func (m *Memory) Move(_ context.Context, from protocol.IntentState, to protocol.Intent) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.intents[to.ID]
	if !ok {
		return fmt.Errorf("move intent %s: %w", to.ID, protocol.ErrNotFound)
	}
	if row.State != from {
		return fmt.Errorf("move %s from %s: %w", row, from, protocol.ErrConflict)
	}
	row.State, row.Retries, row.Cancel = to.State, to.Retries, to.Cancel
	row.TxHash, row.BlockNumber, row.BlockHash, row.Status = to.TxHash, to.BlockNumber, to.BlockHash, to.Status
	row.Reason, row.RevertData = to.Reason, to.RevertData
	return nil
}

// Skip implements Outbox.
func (m *Memory) Skip(_ context.Context, chainID uint64, lane common.Address, next uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := laneKey{chainID, lane}
	m.lanes[key] = max(m.lanes[key], next)
	return nil
}

func copyOf(row *protocol.Intent) protocol.Intent {
	out := *row
	out.Attempts = slices.Clone(row.Attempts)
	return out
}
