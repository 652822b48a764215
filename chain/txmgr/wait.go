package txmgr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// ErrPending says that a transaction did not get so far yet.
var ErrPending = errors.New("waiting for the chain")

// Failed says that an intent ended without effect. It wraps the decoded contract
// error where there is one, else protocol.ErrConflict (ErrExpired for a passed
// deadline).
type Failed struct {
	Intent protocol.Intent
	Cause  error
}

func (f *Failed) Error() string {
	if len(f.Intent.RevertData) > 0 { // then the reason says what the cause says
		return fmt.Sprintf("%s: %v", f.Intent, f.Cause)
	}
	return fmt.Sprintf("%s: %s: %v", f.Intent, f.Intent.Reason, f.Cause)
}

func (f *Failed) Unwrap() error { return f.Cause }

// Get returns the intent as stored.
func (m *Manager) Get(ctx context.Context, id common.Hash) (protocol.Intent, error) {
	return m.cfg.Outbox.Get(ctx, id)
}

// Wait blocks until the intent's transaction succeeded in a block, and returns
// its receipt. A reorg may still remove the block, and the manager would send the
// transaction again; who cannot live with that uses WaitFinal. An intent that
// ended without effect is *Failed; a transaction that failed on chain is
// reported as such once that is final. Wait gives up, and the intent stays, when
// the key has no money for gas (protocol.ErrInsufficient) or its lane is halted.
func (m *Manager) Wait(ctx context.Context, id common.Hash) (*types.Receipt, error) {
	return m.wait(ctx, id, succeeded)
}

// WaitMined is Wait for those whom a failure keeps from other things: a transaction that failed on
// chain, or gave way to a cancellation, is *Failed once a block holds it. The intent goes on: a reorg may
// bring its effect back, and the manager tries a failure again when it is final.
func (m *Manager) WaitMined(ctx context.Context, id common.Hash) (*types.Receipt, error) {
	return m.mined(ctx, id, m.wait)
}

// WaitFinal is Wait until the block is final.
func (m *Manager) WaitFinal(ctx context.Context, id common.Hash) (*types.Receipt, error) {
	return m.wait(ctx, id, final)
}

// Succeeded, Mined and Final are Wait, WaitMined and WaitFinal for those who have other things to do: where
// these would wait they return ErrPending at once. They take as long as the outbox and the node take to
// answer, and a node that does not is an error.
func (m *Manager) Succeeded(ctx context.Context, id common.Hash) (*types.Receipt, error) {
	return m.look(ctx, id, succeeded)
}

// Mined is WaitMined without the waiting.
func (m *Manager) Mined(ctx context.Context, id common.Hash) (*types.Receipt, error) {
	return m.mined(ctx, id, m.look)
}

// Final is WaitFinal without the waiting.
func (m *Manager) Final(ctx context.Context, id common.Hash) (*types.Receipt, error) {
	return m.look(ctx, id, final)
}

func succeeded(in protocol.Intent) bool {
	return final(in) || in.State == protocol.IntentMined && in.Status == 1 && !cancelled(in)
}

func included(in protocol.Intent) bool { return final(in) || in.State == protocol.IntentMined }

func final(in protocol.Intent) bool { return in.State == protocol.IntentConfirmed }

// stage says whether an intent got as far as somebody wants it.
type stage func(protocol.Intent) bool

// mined gets the receipt in its way, and tells a failure.
func (m *Manager) mined(ctx context.Context, id common.Hash, get func(context.Context, common.Hash, stage) (*types.Receipt, error)) (*types.Receipt, error) {
	r, err := get(ctx, id, included)
	if err != nil {
		return nil, err
	}
	in, err := m.cfg.Outbox.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("wait: %w", err)
	}
	switch in.TxHash = r.TxHash; {
	case cancelled(in):
		in.Reason = "gave way to a transfer of nothing"
	case r.Status == 1:
		return r, nil
	default:
		in.Reason = "the transaction failed on chain"
	}
	return nil, &Failed{Intent: in, Cause: protocol.ErrConflict}
}

// SubmitAndWait is Submit and Wait.
func (m *Manager) SubmitAndWait(ctx context.Context, call protocol.Call) (*types.Receipt, error) {
	id, err := m.Submit(ctx, call)
	if err != nil {
		return nil, err
	}
	return m.Wait(ctx, id)
}

// cancelled reports whether what was mined is the transfer of nothing that takes
// the call's place.
func cancelled(in protocol.Intent) bool {
	return slices.ContainsFunc(in.Attempts, func(a protocol.Attempt) bool {
		return a.TxHash == in.TxHash && a.Cancels
	})
}

// look says how far the intent is now.
func (m *Manager) look(ctx context.Context, id common.Hash, done stage) (*types.Receipt, error) {
	_, last := m.latest(id)
	in, r, err := m.read(ctx, id, last, done)
	switch {
	case r != nil || err != nil:
		return r, err
	case last != nil: // what kind of trouble it is concerns nobody: the manager tries again
		return nil, fmt.Errorf("wait for %s: %w; last trouble: %v", in, ErrPending, last)
	}
	return nil, fmt.Errorf("wait for %s: %w", in, ErrPending)
}

// reread is how soon a receipt that the outbox knows of is asked for again when
// the node does not have it at the moment.
const reread = 50 * time.Millisecond

func (m *Manager) wait(ctx context.Context, id common.Hash, done stage) (*types.Receipt, error) {
	for {
		changed, last := m.latest(id)
		in, r, err := m.read(ctx, id, last, done)
		var again <-chan time.Time
		switch {
		case done(in) && r == nil:
			again = time.After(reread)
		case r != nil || err != nil:
			return r, err
		}
		select {
		case <-changed:
		case <-again:
		case <-ctx.Done():
			if last != nil {
				return nil, fmt.Errorf("wait for %s: %w; last trouble: %w", in, ctx.Err(), last)
			}
			return nil, fmt.Errorf("wait for %s: %w", in, ctx.Err())
		}
	}
}

// read returns the intent, and its receipt once it is done; neither that nor an error while it may still come.
// last is what the manager met with it.
func (m *Manager) read(ctx context.Context, id common.Hash, last error, done stage) (protocol.Intent, *types.Receipt, error) {
	in, err := m.cfg.Outbox.Get(ctx, id)
	switch {
	case err != nil:
		return protocol.Intent{}, nil, fmt.Errorf("wait: %w", err)
	case done(in):
		found, err := m.cfg.Node.Receipts(ctx, []common.Hash{in.TxHash})
		if err != nil {
			return in, nil, fmt.Errorf("wait for %s: %w", in, err)
		}
		if r := found.Found[in.TxHash]; r != nil && r.BlockHash == in.BlockHash {
			return in, r, nil
		}
	case in.State.Terminal():
		return in, nil, m.failed(in)
	case errors.Is(last, ErrHalted) || errors.Is(last, protocol.ErrInsufficient):
		return in, nil, fmt.Errorf("wait for %s: %w", in, last) // nothing will happen before a person acts
	}
	return in, nil, nil
}

// latest returns a channel that closes after the next pass, and what the last one
// met with the intent, or as a whole.
func (m *Manager) latest(id common.Hash) (<-chan struct{}, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.trouble[id]; err != nil {
		return m.changed, err
	}
	if len(m.trouble) == 0 {
		return m.changed, m.lastErr
	}
	return m.changed, nil
}

func (m *Manager) failed(in protocol.Intent) error {
	cause := m.cfg.Decode(in.RevertData)
	if cause == nil {
		cause = protocol.ErrConflict
		if in.State == protocol.IntentSuperseded && !in.Cancel && in.Deadline != 0 {
			cause = protocol.ErrExpired
		}
	}
	return &Failed{Intent: in, Cause: cause}
}

// announce lets the waiters look again.
func (m *Manager) announce(err error, trouble map[common.Hash]error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.changed)
	m.changed, m.lastErr, m.trouble = make(chan struct{}), err, trouble
}
