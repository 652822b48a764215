// Package txmgr turns calls that a key wants done into transactions that are
// done once: across crashes, lost answers, dropped transactions, fee spikes and
// reorgs.
//
// It is not a wallet and not a queue for other people's transactions: one
// Manager serves one key on one chain (a lane), and nobody else may use that key.
// It does not link a node; the chain is behind [Node], the store behind [Outbox].
//
// Enter at [Manager.SubmitAndWait]; the rules are in [Decide]. Invariants:
//   - an intent is stored before anything is done, named by its content, so that
//     submitting it again is the same intent;
//   - nonce and signed bytes are stored in one transaction before they are sent;
//     what is sent again after a crash is those bytes;
//   - an intent has at most one nonce that is not settled for good, a nonce at
//     most one intent;
//   - a receipt's status is always read; an effect is done when its block is final;
//   - a simulation that reverts sends nothing.
package txmgr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"time"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/prometheus/client_golang/prometheus"
)

// ErrHalted is wrapped by what Run returns when the lane stopped because its key
// was used elsewhere. A person must look; see Manager.Accept.
var ErrHalted = fmt.Errorf("lane halted: %w", protocol.ErrConflict)

// Node is the chain as the manager needs it. Errors that wrap neither
// protocol.ErrInsufficient nor carry revert data count as temporary.
type Node interface {
	// Observe reads the lane's side of the chain at the current head.
	Observe(ctx context.Context, lane common.Address) (Observation, error)
	// Receipts looks transactions up in the canonical chain.
	Receipts(ctx context.Context, txs []common.Hash) (Receipts, error)
	// Simulate runs a call and returns the gas it takes. A refusal by the EVM is
	// an error with a method RevertData() []byte.
	Simulate(ctx context.Context, msg ethereum.CallMsg) (uint64, error)
	// Send broadcasts signed bytes; bytes that the node knows already are no error.
	Send(ctx context.Context, raw []byte) error
	// Heads yields the current head and then every later one, leaving out those
	// that the reader is too slow for, until ctx ends.
	Heads(ctx context.Context) <-chan protocol.BlockRef
}

// Signer signs for one address.
type Signer interface {
	Address() common.Address
	SignTx(tx *types.Transaction, chainID *big.Int) (*types.Transaction, error)
}

// maxData leaves room for the rest of a transaction in the 128 KiB that nodes take.
const maxData = 128<<10 - 1<<10

// Point is a place in the code where a crash is interesting; see Config.Failpoint.
type Point string

// The failpoints. K5 (a time-out) and K10 (during COMMIT) are faults of the node
// and of the outbox, not places in this code.
const (
	K1 Point = "K1: before the intent row"
	K2 Point = "K2: intent committed"
	K3 Point = "K3: nonce and bytes committed"
	K4 Point = "K4: between send and answer"
	K6 Point = "K6: accepted, not recorded"
	K7 Point = "K7: mined, receipt not saved"
	K8 Point = "K8: receipt saved, not final"
	K9 Point = "K9: replacement signed, not sent"
)

// Config makes a Manager. ChainID, Outbox, Node and Signer are required.
type Config struct {
	ChainID uint64
	Outbox  Outbox
	Node    Node
	Signer  Signer
	Policy  Policy
	// Decode turns the revert data of a refused call into an error of a
	// protocol kind; nil leaves it as hex.
	Decode func(data []byte) error
	Logger *slog.Logger // nil: slog.Default()
	// Metrics may be shared by several managers, or nil.
	Metrics prometheus.Registerer
	// Failpoint, for tests, is called at each Point; an error ends the manager
	// there as a crash would.
	Failpoint func(Point) error
}

// Manager serves one lane. Its methods may be called concurrently.
type Manager struct {
	cfg  Config
	lane common.Address
	log  *slog.Logger
	seen *metrics

	work sync.Mutex // one Converge, Cancel or Accept at a time
	wake chan struct{}

	mu      sync.Mutex
	changed chan struct{}         // closed and replaced after every pass
	lastErr error                 // of the last pass
	trouble map[common.Hash]error // of single intents in the last pass
}

// New returns a manager; nothing happens before Run or Converge.
func New(cfg Config) *Manager {
	cfg.Policy = cfg.Policy.withDefaults()
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Failpoint == nil {
		cfg.Failpoint = func(Point) error { return nil }
	}
	if cfg.Decode == nil {
		cfg.Decode = func([]byte) error { return nil }
	}
	lane := cfg.Signer.Address()
	return &Manager{
		cfg:     cfg,
		lane:    lane,
		log:     cfg.Logger.With("chain", cfg.ChainID, "lane", lane),
		seen:    newMetrics(cfg.Metrics),
		wake:    make(chan struct{}, 1),
		changed: make(chan struct{}),
	}
}

// Address returns the key's address.
func (m *Manager) Address() common.Address { return m.lane }

// Run converges at every head and every Submit until ctx ends (then nil) or the
// lane halts (ErrHalted). Temporary errors are logged and tried again.
func (m *Manager) Run(ctx context.Context) error {
	heads := m.cfg.Node.Heads(ctx)
	backoff := time.NewTimer(0)
	defer backoff.Stop()
	failures := 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-heads:
		case <-m.wake:
		case <-backoff.C:
		}
		err := m.Converge(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrHalted):
			m.log.Error("lane halted", "err", err)
			return err
		case errors.As(err, new(crash)):
			return err
		case err != nil:
			failures = min(failures+1, 8)
			m.log.Warn("transaction manager waits", "err", err, "failures", failures)
			backoff.Reset(50 * time.Millisecond << failures) // at most 12.8 s
		default:
			failures = 0
		}
	}
}

// Submit stores the call as an intent, to be sent as soon as its simulation
// passes, and returns its id. It does not wait. Submitting the same call again
// returns the same id and acts once; a call that ended without effect is queued
// again.
func (m *Manager) Submit(ctx context.Context, call protocol.Call) (common.Hash, error) {
	if len(call.Data) > maxData {
		return common.Hash{}, fmt.Errorf("submit %s with %d bytes, and no node takes more than %d: %w", call.Purpose, len(call.Data), maxData, protocol.ErrInvalid)
	}
	if err := m.at(K1); err != nil {
		return common.Hash{}, err
	}
	in, err := m.cfg.Outbox.Put(ctx, protocol.Intent{
		ID:      protocol.IntentID(m.cfg.ChainID, m.lane, call),
		ChainID: m.cfg.ChainID,
		Lane:    m.lane,
		Call:    call,
	})
	if err != nil {
		return common.Hash{}, fmt.Errorf("submit %s: %w", call.Purpose, err)
	}
	if err := m.at(K2); err != nil {
		return common.Hash{}, err
	}
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return in.ID, nil
}

// Cancel asks that the intent have no effect. A queued intent is superseded at
// the next pass; a sent one competes with a transfer of nothing for its nonce, and
// either may win: Wait tells which.
func (m *Manager) Cancel(ctx context.Context, id common.Hash) error {
	m.work.Lock()
	defer m.work.Unlock()
	in, err := m.cfg.Outbox.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	if in.State.Terminal() {
		return fmt.Errorf("cancel %s: %w", in, protocol.ErrConflict)
	}
	in.Cancel = true
	if err := m.cfg.Outbox.Move(ctx, in.State, in); err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return nil
}

// Accept resumes a halted lane after a person has looked at the transactions
// that were sent with its key elsewhere: intents whose nonce they took are
// superseded, and the next nonce follows the chain's.
func (m *Manager) Accept(ctx context.Context) error {
	m.work.Lock()
	defer m.work.Unlock()
	v, err := m.view(ctx)
	if err != nil {
		return fmt.Errorf("accept foreign transactions: %w", err)
	}
	if v.Receipts.Indexing {
		return fmt.Errorf("accept foreign transactions: receipts are being indexed: %w", protocol.ErrUnavailable)
	}
	for _, in := range v.Lane.Intents {
		if _, attempt := receiptOf(v, in); in.State != protocol.IntentSent || attempt != nil || in.Nonce >= v.Chain.FinalNonce {
			continue
		}
		in.State, in.Reason = protocol.IntentSuperseded, "a foreign transaction took its nonce"
		if err := m.cfg.Outbox.Move(ctx, protocol.IntentSent, in); err != nil {
			return fmt.Errorf("accept foreign transactions: %w", err)
		}
	}
	if err := m.cfg.Outbox.Skip(ctx, m.cfg.ChainID, m.lane, v.Chain.Nonce); err != nil {
		return fmt.Errorf("accept foreign transactions: %w", err)
	}
	// Whoever waits from now on must not be told of the halt that just ended.
	m.announce(nil, nil)
	return nil
}

// crash is what a failpoint made of the manager.
type crash struct{ error }

func (c crash) Unwrap() error { return c.error }

func (m *Manager) at(p Point) error {
	if err := m.cfg.Failpoint(p); err != nil {
		return crash{fmt.Errorf("%s: %w", p, err)}
	}
	return nil
}
