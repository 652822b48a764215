package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

// step is one transaction of a command, done or simulated.
type step struct {
	Purpose string       `json:"purpose"`
	Tx      *common.Hash `json:"tx,omitempty"`
	Block   uint64       `json:"block,omitempty"`
	Gas     uint64       `json:"gas"`
	Fee     money        `json:"fee"`
	Note    string       `json:"note,omitempty"`

	receipt *types.Receipt
}

// report is what a sending command prints.
type report struct {
	Account  common.Address `json:"account"`
	Chain    string         `json:"chain"`
	DryRun   bool           `json:"dry_run"`
	Finality string         `json:"finality"`
	Steps    []step         `json:"steps"`
	Cost     money          `json:"cost"`
	Result   facts          `json:"result,omitempty"`
}

func (r report) write(w io.Writer) {
	for _, s := range r.Steps {
		where := "simulated"
		if s.Tx != nil {
			where = fmt.Sprintf("%s in block %d", s.Tx, s.Block)
		}
		if s.Note != "" {
			where += ", " + s.Note
		}
		fmt.Fprintf(w, "%s\t%s\tgas %d\t%s\n", s.Purpose, where, s.Gas, s.Fee)
	}
	if len(r.Steps) > 1 {
		fmt.Fprintf(w, "in all\t\t\t%s\n", r.Cost)
	}
	r.Result.write(w)
}

func stepOf(call protocol.Call, r *types.Receipt) step {
	fee := new(big.Int).Mul(new(big.Int).SetUint64(r.GasUsed), r.EffectiveGasPrice)
	return step{Purpose: call.Purpose, Tx: &r.TxHash, Block: r.BlockNumber.Uint64(), Gas: r.GasUsed, Fee: wei(fee), receipt: r}
}

func total(steps []step) money {
	sum := protocol.Amount{}
	for _, s := range steps {
		fee, err := protocol.ParseAmount(s.Fee.BaseUnits)
		if err != nil {
			continue // not known
		}
		if added, err := sum.Add(fee); err == nil {
			sum = added
		}
	}
	return newMoney(sum, 18, "ETH")
}

// preview simulates calls one after another and checks that the key can pay for
// their gas. The first refusal is the error; the steps tell all the same.
func (s *sender) preview(ctx context.Context, calls []protocol.Call) ([]step, error) {
	if len(calls) == 0 {
		return []step{}, nil
	}
	obs, err := s.chain.Observe(ctx, s.key.Address())
	if err != nil {
		return nil, err
	}
	results, err := s.simulate(ctx, calls)
	if err != nil {
		return nil, err
	}
	price := new(big.Int).Add(obs.BaseFee, obs.Tip)
	steps, gas := make([]step, len(calls)), uint64(0)
	var refused error
	for i, call := range calls {
		steps[i] = step{Purpose: call.Purpose, Gas: results[i].Gas, Fee: wei(new(big.Int).Mul(new(big.Int).SetUint64(results[i].Gas), price))}
		gas += results[i].Gas
		if results[i].Err != nil {
			steps[i].Note = results[i].Err.Error()
			if refused == nil {
				refused = fmt.Errorf("%s: %w", call.Purpose, results[i].Err)
			}
		}
	}
	if refused != nil {
		return steps, refused
	}
	balance, err := s.chain.BalanceAt(ctx, s.key.Address(), nil)
	if err != nil {
		return steps, fmt.Errorf("read balance: %w", s.chain.Wrap(err))
	}
	need := new(big.Int).Mul(new(big.Int).SetUint64(gas), price)
	if balance.Cmp(need) < 0 || balance.Sign() == 0 {
		return steps, fmt.Errorf("%s has %s for gas, about %s is needed: %w", s.key.Address(), wei(balance), wei(need), protocol.ErrInsufficient)
	}
	return steps, nil
}

// simulate runs a row of calls; on nodes that cannot, each alone, and those after
// the first as far as they do not need it.
func (s *sender) simulate(ctx context.Context, calls []protocol.Call) ([]chain.Simulated, error) {
	results, err := s.chain.SimulateRow(ctx, s.key.Address(), calls)
	if !errors.Is(err, chain.ErrNoRow) {
		return results, err
	}
	results = make([]chain.Simulated, len(calls))
	for i, call := range calls {
		gas, err := s.chain.Simulate(ctx, ethereum.CallMsg{From: s.key.Address(), To: call.To, Data: call.Data, Value: call.Value.Big()})
		switch {
		case err == nil:
			results[i].Gas = gas
		case i > 0:
			continue // it may depend on those before; judged again when they are mined
		case errors.As(err, new(*chain.ContractError)):
			results[i].Err = err
		default:
			return nil, err
		}
	}
	return results, nil
}
