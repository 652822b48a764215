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
// to be in one and paid to its end, which every dispute accepts.
func (j *judge) payment(ctx context.Context) (contracts.Payment, error) {
	if j.c.Origin == OriginJob || j.c.Relayer == (common.Address{}) {
		return contracts.Payment{}, nil
	}
	line := protocol.Line{Channel: j.b.Request.Payment, Provider: j.c.Provider, ModelVersion: j.b.Request.ModelVersion, Relayer: j.c.Relayer}
	state, err := j.a.deps.Chain.Line(ctx, line)
	if err != nil {
		return contracts.Payment{}, fmt.Errorf("read the voucher line: %w", err)
	}
	o, err := j.place(line, state)
	if err != nil || o.Count == 0 {
		return contracts.Payment{}, err
	}
	// A draw takes any redeem that its point is in; paid counts from the first that reaches the end.
	checkpoint, err := j.a.deps.Chain.Covering(ctx, line, o.End)
	if errors.Is(err, protocol.ErrNotFound) { // in the root, but not paid yet
		return contracts.Payment{}, nil
	}
	return contracts.Payment{Relayer: line.Relayer, Count: o.Count, Index: o.Index, Checkpoint: checkpoint, Path: o.Path}, err
}

// place is where a line's root holds the receipt, Count 0 if nothing says so. Either the line's other
// receipts are cases too: vouchers list them in the order in which they were bought, and a root says
// whether the order that is known is the right one. Or its provider opened it for a draw.
func (j *judge) place(line protocol.Line, state contracts.Line) (protocol.SumOpening, error) {
	if state.Count == 0 {
		return protocol.SumOpening{}, nil
	}
	j.a.mu.Lock()
	leaves := j.a.seen.leaves(line)
	j.a.mu.Unlock()
	index := slices.IndexFunc(leaves, func(l protocol.SumLeaf) bool { return l.Receipt == j.c.Receipt })
	if index >= 0 && uint64(index) < state.Count && uint64(len(leaves)) >= state.Count {
		o, err := protocol.SumTree{}.Open(leaves[:state.Count], index)
		if err != nil || o.Root == state.ReceiptsRoot {
			return o, err
		}
	}
	if p := j.c.Opened; p != nil && p.Count == state.Count {
		o, err := protocol.SumLeaf{Receipt: j.c.Receipt, Fee: j.b.Receipt.Fee}.Under(p.Count, p.Index, p.Path)
		if err == nil && o.Root == state.ReceiptsRoot { // no other root came since
			return o, nil
		}
	}
	return protocol.SumOpening{}, nil
}
