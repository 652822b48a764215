package auditor

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// payment shows where the receipt is in a redeemed voucher line: Count 0 if it is not known
// to be in one, which every dispute accepts. The line's other receipts must be cases too:
// vouchers list them in the order in which they were bought, and a root says whether the
// order that is known is the right one.
func (j *judge) payment(ctx context.Context) (contracts.Payment, error) {
	if j.c.Origin == OriginJob || j.c.Relayer == (common.Address{}) {
		return contracts.Payment{}, nil
	}
	line := protocol.Line{Channel: j.b.Request.Payment, Provider: j.c.Provider, ModelVersion: j.b.Request.ModelVersion, Relayer: j.c.Relayer}
	state, err := j.a.deps.Chain.Line(ctx, line)
	if err != nil {
		return contracts.Payment{}, fmt.Errorf("read the voucher line: %w", err)
	}
	if state.Count == 0 {
		return contracts.Payment{}, nil
	}
	leaves, err := j.a.lineOf(line)
	if err != nil {
		return contracts.Payment{}, err
	}
	index := slices.IndexFunc(leaves, func(l protocol.SumLeaf) bool { return l.Receipt == j.c.Receipt })
	if index < 0 || uint64(index) >= state.Count || uint64(len(leaves)) < state.Count {
		return contracts.Payment{}, nil
	}
	o, err := protocol.SumTree{}.Open(leaves[:state.Count], index)
	if err != nil || o.Root != state.ReceiptsRoot {
		return contracts.Payment{}, err
	}
	checkpoint, err := j.a.deps.Chain.Covering(ctx, line, o.End)
	if errors.Is(err, protocol.ErrNotFound) { // in the root, but not paid yet
		return contracts.Payment{}, nil
	}
	return contracts.Payment{Relayer: line.Relayer, Count: o.Count, Index: o.Index, Checkpoint: checkpoint, Path: o.Path}, err
}

// lineOf lists the known receipts of a line in the order in which they were bought.
func (a *Auditor) lineOf(line protocol.Line) ([]protocol.SumLeaf, error) {
	list, err := a.cases.List()
	if err != nil {
		a.log.Warn("cannot read some cases", "err", err)
	}
	slices.SortStableFunc(list, func(x, y *Case) int {
		if x.Bought != y.Bought {
			return compareUint(x.Bought, y.Bought)
		}
		return compareUint(x.Number, y.Number)
	})
	var leaves []protocol.SumLeaf
	for _, c := range list {
		if c.Provider != line.Provider || c.Relayer != line.Relayer {
			continue
		}
		b, err := a.cases.Bundle(c.Receipt)
		if err != nil {
			return nil, err
		}
		if b.Request.Payment == line.Channel && b.Request.ModelVersion == line.ModelVersion {
			leaves = append(leaves, protocol.SumLeaf{Receipt: c.Receipt, Fee: b.Receipt.Fee})
		}
	}
	return leaves, nil
}

func compareUint(a, b uint64) int {
	if a < b {
		return -1
	}
	return 1
}
