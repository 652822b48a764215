package story

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/internal/durable"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// Facts are what happened, as chain and API tell it. Amounts are base units.
type Facts struct {
	OK          bool      `json:"ok"`
	Requests    []Request `json:"requests"`
	Job         Job       `json:"job"`
	Redeems     []Payment `json:"redeems"`
	Withdrawals []Payment `json:"withdrawals"`
	// Faults are the convictions, and HonestSlashed counts slashes of anybody else.
	Faults        []Fault          `json:"faults"`
	HonestSlashed int              `json:"honest_slashed"`
	Solvency      Solvency         `json:"solvency"`
	Durations     map[string]int64 `json:"durations_ms"`
}

// WriteFile writes the facts as they are read by others: what there is none of is an
// empty list.
func (f Facts) WriteFile(path string) error {
	f.Requests, f.Faults = append([]Request{}, f.Requests...), append([]Fault{}, f.Faults...)
	f.Redeems, f.Withdrawals = append([]Payment{}, f.Redeems...), append([]Payment{}, f.Withdrawals...)
	if f.Durations == nil {
		f.Durations = map[string]int64{}
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	return durable.WriteFile(path, append(b, '\n'), 0o600)
}

// Request is one answer that the API gave.
type Request struct {
	Class        protocol.Class  `json:"class"`
	Provider     common.Address  `json:"provider"`
	Model        string          `json:"model"`
	InputTokens  uint32          `json:"input_tokens"`
	OutputTokens uint32          `json:"output_tokens"`
	Fee          protocol.Amount `json:"fee"`
	ReceiptValid bool            `json:"receipt_valid"`
	Text         string          `json:"text"`
}

// Job is the answer that the game got on chain.
type Job struct {
	CallbackRan bool   `json:"callback_ran"`
	Output      string `json:"output"`
	Gas         uint64 `json:"gas"` // of the transaction that ran the callback
}

// Payment is a redeem or a withdrawal.
type Payment struct {
	Who    common.Address  `json:"who"`
	Amount protocol.Amount `json:"amount"`
	Tx     common.Hash     `json:"tx"`
	Gas    uint64          `json:"gas"`
}

// Solvency compares what the vault holds with what it owes.
type Solvency struct {
	VaultBalance protocol.Amount `json:"vault_balance"`
	Owed         protocol.Amount `json:"owed"`
}

// ledger is the contracts' log of this deployment, read anew.
type ledger struct {
	redeems     []Payment
	withdrawals []Payment
	matured     map[common.Address]bool // providers with a matured credit
	channels    []common.Hash
	finalized   map[common.Hash]bool
	outputs     map[common.Hash][]uint32
	callbacks   map[common.Hash]*types.Log // that succeeded
}

// log reads everything that contracts logged since they were deployed.
func (t *teller) log(ctx context.Context, from ...common.Address) ([]types.Log, error) {
	logs, err := t.Chain.Client.FilterLogs(ctx, ethereum.FilterQuery{FromBlock: new(big.Int).SetUint64(t.Chain.Deployment.StartBlock), Addresses: from})
	if err != nil {
		return nil, fmt.Errorf("read the chain's log: %w", t.Chain.Client.Wrap(err))
	}
	return logs, nil
}

func (t *teller) readLedger(ctx context.Context) (*ledger, error) {
	at := t.Chain.Reader.Addresses()
	logs, err := t.log(ctx, at.Market, at.Vault)
	if err != nil {
		return nil, err
	}
	l := &ledger{matured: map[common.Address]bool{}, finalized: map[common.Hash]bool{}, outputs: map[common.Hash][]uint32{}, callbacks: map[common.Hash]*types.Log{}}
	for i := range logs {
		source := events.Market
		if logs[i].Address == at.Vault {
			source = events.Vault
		}
		e, err := events.DecodeLog(source, &logs[i])
		if err != nil {
			return nil, err
		}
		switch e := e.(type) {
		case events.ChannelOpened:
			l.channels = append(l.channels, e.Channel)
		case events.VoucherRedeemed:
			l.redeems = append(l.redeems, Payment{Who: e.Provider, Amount: e.Amount, Tx: logs[i].TxHash})
		case events.CreditMatured:
			l.matured[e.Provider] = true
		case events.Withdrawn:
			l.withdrawals = append(l.withdrawals, Payment{Who: e.Account, Amount: e.Amount, Tx: logs[i].TxHash})
		case events.JobDelivered:
			l.outputs[e.Job] = e.Output
		case events.JobFinalized:
			l.finalized[e.Job] = true
		case events.JobCallback:
			if e.Success {
				l.callbacks[e.Job] = &logs[i]
			}
		}
	}
	return l, nil
}

// channelOf finds the channel that a transaction opened.
func (t *teller) channelOf(r *types.Receipt) (common.Hash, error) {
	for _, l := range r.Logs {
		if l.Address != t.Chain.Reader.Addresses().Market {
			continue
		}
		e, err := events.DecodeLog(events.Market, l)
		if err != nil {
			return common.Hash{}, err
		}
		if opened, ok := e.(events.ChannelOpened); ok {
			return opened.Channel, nil
		}
	}
	return common.Hash{}, fmt.Errorf("transaction %s opened no channel: %w", r.TxHash, protocol.ErrNotFound)
}

// gameJob finds the job that the game asked for.
func (t *teller) gameJob(ctx context.Context) (common.Hash, error) {
	w, err := network.Wager(ctx, t.Chain, t.game, t.wagerID)
	if err != nil {
		return common.Hash{}, err
	}
	if w.Job == (common.Hash{}) {
		return common.Hash{}, fmt.Errorf("the game asked for nothing: %w", protocol.ErrNotFound)
	}
	return w.Job, nil
}

// payWinner lets the winner claim the pot and returns who that was.
func (t *teller) payWinner(ctx context.Context) (common.Address, error) {
	w, err := network.Wager(ctx, t.Chain, t.game, t.wagerID)
	if err != nil {
		return common.Address{}, err
	}
	_, err = t.Lane(w.Winner).SubmitAndWait(ctx, t.game.ClaimWager(w.Winner, t.salt("claim")))
	return w.Winner, err
}

// receipts: every answer's receipt is fetched and checked as a stranger would,
// offline, and the operator that signed it is looked up on chain.
func (t *teller) receipts(ctx context.Context) error {
	for _, id := range t.answered {
		res, err := t.api.do(ctx, http.MethodGet, "/v1/receipts/"+id, nil)
		if err != nil {
			return err
		}
		raw, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
		res.Body.Close()
		if err != nil {
			return fmt.Errorf("read receipt: %w", err)
		}
		b, err := bundle.Decode(raw)
		if err != nil {
			return err
		}
		report, err := b.Verify()
		if err != nil {
			return fmt.Errorf("receipt of %s: %w", id, err)
		}
		signer, err := t.Chain.Reader.ProviderOf(ctx, report.Operator)
		if err != nil {
			return err
		}
		var generation struct {
			Model string `json:"model"`
		}
		if err := t.api.get(ctx, "/v1/generations/"+id, &generation); err != nil {
			return err
		}
		valid := report.OK && signer == report.Provider
		t.facts.Requests = append(t.facts.Requests, Request{Class: report.Class, Provider: report.Provider, Model: generation.Model,
			InputTokens: report.PromptTokens, OutputTokens: report.OutputTokens, Fee: report.Fee, ReceiptValid: valid, Text: b.OutputText})
		if !valid {
			return fmt.Errorf("receipt of %s: operator %s signs for %s, not %s: %w", id, report.Operator, signer, report.Provider, protocol.ErrUnauthorized)
		}
		t.Say("receipt of %s is valid: %d + %d tokens for %s base units", id[:10], report.PromptTokens, report.OutputTokens, report.Fee)
	}
	return nil
}

// books: what was paid, read from the chain, and whether the indexer says the same.
func (t *teller) books(ctx context.Context) error {
	l, err := t.readLedger(ctx)
	if err != nil {
		return err
	}
	for _, list := range []*[]Payment{&l.redeems, &l.withdrawals} {
		for i := range *list {
			receipt, err := t.Chain.Client.TransactionReceipt(ctx, (*list)[i].Tx)
			if err != nil {
				return fmt.Errorf("read receipt: %w", t.Chain.Client.Wrap(err))
			}
			(*list)[i].Gas = receipt.GasUsed
		}
	}
	t.facts.Redeems, t.facts.Withdrawals = l.redeems, l.withdrawals
	if callback := l.callbacks[t.job]; callback != nil {
		receipt, err := t.Chain.Client.TransactionReceipt(ctx, callback.TxHash)
		if err != nil {
			return fmt.Errorf("read receipt: %w", t.Chain.Client.Wrap(err))
		}
		t.facts.Job = Job{CallbackRan: true, Output: string(t.Model.Tokenizer().Decode(l.outputs[t.job])), Gas: receipt.GasUsed}
	}
	reader, at := t.Chain.Reader, t.Chain.Reader.Addresses()
	if t.facts.Solvency.VaultBalance, err = reader.TokenBalance(ctx, at.Vault); err != nil {
		return err
	}
	if t.facts.Solvency.Owed, err = reader.Owed(ctx); err != nil {
		return err
	}
	if t.facts.Solvency.VaultBalance != t.facts.Solvency.Owed {
		return fmt.Errorf("the vault holds %s and owes %s: %w", t.facts.Solvency.VaultBalance, t.facts.Solvency.Owed, protocol.ErrInternal)
	}
	t.Say("the vault holds %s base units and owes exactly that", t.facts.Solvency.Owed)
	return t.until(ctx, "the indexer to show what the chain says", t.mirrored)
}
