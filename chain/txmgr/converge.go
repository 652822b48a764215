package txmgr

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

const hour = 3600 // seconds of block time

// Converge moves the lane as far as the current head allows: it reads outbox and
// chain, and does what Decide says. It returns ErrHalted if the lane must stop,
// and any other error if it should be called again. Calling it again is always
// correct.
func (m *Manager) Converge(ctx context.Context) error {
	m.work.Lock()
	defer m.work.Unlock()
	trouble := map[common.Hash]error{}
	err := m.converge(ctx, trouble)
	m.announce(err, trouble)
	return err
}

// pass is one view with what its actions add to it.
type pass struct {
	View
	next    uint64                // nonce of the next new transaction
	gas     uint64                // signed within the hour
	held    bool                  // a queued intent has to wait for its turn
	trouble map[common.Hash]error // of single intents
}

func (m *Manager) converge(ctx context.Context, trouble map[common.Hash]error) error {
	v, err := m.view(ctx)
	if err != nil {
		return err
	}
	m.seen.saw(v.Lane)
	if len(v.Receipts.Found) > 0 {
		if err := m.at(K7); err != nil {
			return err
		}
	}
	p := &pass{View: v, next: firstNonce(v), gas: v.Lane.GasUsed, trouble: trouble}
	var errs []error // of single intents; the others go on
	for _, a := range Decide(v, m.cfg.Policy) {
		err := m.perform(ctx, p, a)
		if errors.Is(err, ErrHalted) || errors.As(err, new(crash)) {
			return err
		}
		if err != nil {
			err = fmt.Errorf("%s %s: %w", a.Kind, a.Intent, err)
			trouble[a.Intent.ID] = err
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// view reads chain and outbox. The chain comes first: what another manager on the
// same outbox signs in between then makes the outbox know more than the chain,
// which is usual, and never less, which would look like a foreign transaction.
func (m *Manager) view(ctx context.Context) (View, error) {
	chain, err := m.cfg.Node.Observe(ctx, m.lane)
	if err != nil {
		return View{}, fmt.Errorf("observe chain: %w", err)
	}
	since := uint64(0)
	if chain.Head.Time > hour {
		since = chain.Head.Time - hour
	}
	lane, err := m.cfg.Outbox.Lane(ctx, m.cfg.ChainID, m.lane, since)
	if err != nil {
		return View{}, fmt.Errorf("read outbox: %w", err)
	}
	var hashes []common.Hash
	for _, in := range lane.Intents {
		if in.State == protocol.IntentQueued || in.State == protocol.IntentSent && in.Nonce >= chain.Nonce {
			continue // cannot have a receipt
		}
		for _, a := range in.Attempts {
			if a.Nonce == in.Nonce {
				hashes = append(hashes, a.TxHash)
			}
		}
	}
	v := View{Lane: lane, Chain: chain}
	if len(hashes) > 0 {
		if v.Receipts, err = m.cfg.Node.Receipts(ctx, hashes); err != nil {
			return View{}, fmt.Errorf("read receipts: %w", err)
		}
	}
	return v, nil
}

func (m *Manager) perform(ctx context.Context, p *pass, a Action) error {
	switch a.Kind {
	case ActHalt:
		m.seen.halted.Inc()
		return fmt.Errorf("%s: %w", a.Reason, ErrHalted)
	case ActHold:
		for _, in := range p.Lane.Intents {
			if in.State != protocol.IntentMined {
				p.trouble[in.ID] = errors.New("lane holds: " + a.Reason)
			}
		}
		m.seen.held.Inc()
		m.log.Warn("lane holds", "reason", a.Reason)
		return nil
	case ActMove:
		return m.move(ctx, a.From, a.Intent)
	case ActResend:
		return m.send(ctx, a.Kind, a.Intent.Current())
	case ActReplace, ActCancel:
		attempt, err := m.sign(p.Chain, a, a.Intent.Nonce, a.Intent.Current().GasLimit)
		if err != nil {
			return err
		}
		if err := m.cfg.Outbox.Sign(ctx, attempt, a.Intent.Current().TxHash); err != nil {
			return err
		}
		m.log.Info("transaction replaced", "purpose", a.Intent.Purpose, "intent", a.Intent.ID,
			"tx", attempt.TxHash, "nonce", attempt.Nonce, "fee_cap", attempt.GasFeeCap, "cancels", attempt.Cancels)
		if err := m.at(K9); err != nil {
			return err
		}
		return m.send(ctx, a.Kind, &attempt)
	case ActSubmit:
		return m.submit(ctx, p, a)
	case ActRetry:
		return m.retry(ctx, a.Intent)
	}
	return fmt.Errorf("unknown action %q: %w", a.Kind, protocol.ErrInternal)
}

// submit gives a queued intent its nonce and sends it, if its simulation passes.
func (m *Manager) submit(ctx context.Context, p *pass, a Action) error {
	in := a.Intent
	gas, err := m.simulate(ctx, p.Chain.GasLimit, in)
	var refused interface{ RevertData() []byte }
	if errors.As(err, &refused) {
		if p.underWay(in) {
			return nil // it may depend on what is; judged again at the next head
		}
		in.State, in.Reason, in.RevertData = protocol.IntentReverted, err.Error(), refused.RevertData()
		return m.move(ctx, protocol.IntentQueued, in)
	}
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	if most := m.cfg.Policy.GasPerHour; most > 0 && p.gas+gas > most {
		reason := hourly(p.gas, m.cfg.Policy)
		p.held, p.trouble[in.ID] = true, errors.New("lane holds: "+reason)
		m.seen.held.Inc()
		m.log.Warn("lane holds", "reason", reason, "intent", in.ID, "gas", gas)
		return nil
	}
	attempt, err := m.sign(p.Chain, a, p.next, gas)
	if err != nil {
		return err
	}
	if err := m.cfg.Outbox.Sign(ctx, attempt, common.Hash{}); err != nil {
		return err
	}
	p.next++
	p.gas += gas
	m.log.Info("transaction signed", "purpose", in.Purpose, "intent", in.ID, "tx", attempt.TxHash,
		"nonce", attempt.Nonce, "gas", attempt.GasLimit, "fee_cap", attempt.GasFeeCap)
	if err := m.at(K3); err != nil {
		return err
	}
	return m.send(ctx, a.Kind, &attempt)
}

// underWay reports whether transactions that were submitted before an intent were sent, whose effects its
// simulation may not see: before this pass, or in it; or are held. What came after it does not count: a lane that
// always has something under way would hold it for ever.
func (p *pass) underWay(in protocol.Intent) bool {
	return p.held || p.next != firstNonce(p.View) || slices.ContainsFunc(p.Lane.Intents, func(other protocol.Intent) bool {
		_, mined := receiptOf(p.View, other) // nil where a reorg took it back
		return other.Seq < in.Seq && (other.State == protocol.IntentSent || other.State == protocol.IntentMined && mined == nil)
	})
}

// firstNonce is what the next new transaction gets.
func firstNonce(v View) uint64 {
	if v.Lane.Known {
		return v.Lane.Next
	}
	return v.Chain.Nonce
}

// simulate returns the gas limit for the intent: what the caller fixed, or the
// estimate with a margin. Nodes estimate in the context of the latest block, and a
// contract may take more gas in the next one (a new checkpoint, say), so half as
// much again and a fixed 30,000 are added.
func (m *Manager) simulate(ctx context.Context, blockLimit uint64, in protocol.Intent) (uint64, error) {
	estimate, err := m.cfg.Node.Simulate(ctx, ethereum.CallMsg{
		From: m.lane, To: in.To, Data: in.Data, Value: in.Value.Big(),
	})
	if err != nil {
		return 0, err
	}
	if in.GasLimit > 0 {
		return in.GasLimit, nil
	}
	// No transaction may take more than 2^24 gas since Osaka (EIP-7825); where the
	// estimate itself is higher, the chain has no such rule.
	return min(estimate+estimate/2+30_000, blockLimit, max(estimate, 1<<24)), nil
}

func (m *Manager) sign(c Observation, a Action, nonce, gas uint64) (protocol.Attempt, error) {
	in := a.Intent
	body := &types.DynamicFeeTx{
		ChainID: new(big.Int).SetUint64(m.cfg.ChainID), Nonce: nonce, Gas: gas,
		GasFeeCap: a.Fees.Cap, GasTipCap: a.Fees.Tip,
		To: in.To, Value: in.Value.Big(), Data: in.Data,
	}
	if a.Kind == ActCancel {
		body.To, body.Value, body.Data, body.Gas = &m.lane, new(big.Int), nil, 21_000
	}
	tx, err := m.cfg.Signer.SignTx(types.NewTx(body), body.ChainID)
	if err != nil {
		return protocol.Attempt{}, fmt.Errorf("sign: %w", err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return protocol.Attempt{}, fmt.Errorf("encode transaction: %w", err)
	}
	return protocol.Attempt{
		IntentID: in.ID, Nonce: nonce, TxHash: tx.Hash(), Raw: raw, Cancels: a.Kind == ActCancel,
		GasLimit: tx.Gas(), GasFeeCap: protocol.MustAmount(tx.GasFeeCap()), GasTipCap: protocol.MustAmount(tx.GasTipCap()),
		SignedAt: c.Head.Number, SignedSec: c.Head.Time,
	}, nil
}

// send broadcasts an attempt. Its failure changes nothing: the bytes are stored
// and go out again at the next head.
func (m *Manager) send(ctx context.Context, kind ActionKind, a *protocol.Attempt) error {
	m.seen.transactions.WithLabelValues(string(kind)).Inc()
	err := m.cfg.Node.Send(ctx, a.Raw)
	if crashed := m.at(K4); crashed != nil {
		return crashed
	}
	if err != nil {
		return fmt.Errorf("send %s: %w", a.TxHash.TerminalString(), err)
	}
	return m.at(K6)
}

// retry looks at an intent whose transaction failed in a block that is final. If
// it would pass now it is queued again, once; else it is reverted.
func (m *Manager) retry(ctx context.Context, in protocol.Intent) error {
	_, err := m.cfg.Node.Simulate(ctx, ethereum.CallMsg{From: m.lane, To: in.To, Data: in.Data, Value: in.Value.Big()})
	var refused interface{ RevertData() []byte }
	switch {
	case errors.As(err, &refused):
		in.State, in.Reason, in.RevertData = protocol.IntentReverted, err.Error(), refused.RevertData()
	case err != nil:
		return fmt.Errorf("simulate: %w", err)
	default:
		in.State, in.Retries = protocol.IntentQueued, in.Retries+1
		in.TxHash, in.BlockHash, in.BlockNumber, in.Status = common.Hash{}, common.Hash{}, 0, 0
	}
	return m.move(ctx, protocol.IntentMined, in)
}

func (m *Manager) move(ctx context.Context, from protocol.IntentState, in protocol.Intent) error {
	if err := m.cfg.Outbox.Move(ctx, from, in); err != nil {
		return err
	}
	m.seen.moved(from, in.State)
	m.log.Info("intent moved", "purpose", in.Purpose, "intent", in.ID, "from", from, "state", in.State,
		"tx", in.TxHash, "block", in.BlockNumber, "reason", in.Reason)
	if in.State == protocol.IntentMined {
		return m.at(K8)
	}
	return nil
}
