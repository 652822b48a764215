package auditor

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// paidLeaf is one receipt of a voucher line.
type paidLeaf struct {
	receipt common.Hash
	fee     protocol.Amount
}

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
	index := slices.IndexFunc(leaves, func(l paidLeaf) bool { return l.receipt == j.c.Receipt })
	if index < 0 || uint64(index) >= state.Count || uint64(len(leaves)) < state.Count {
		return contracts.Payment{}, nil
	}
	root, path, end, err := openSum(leaves[:state.Count], index)
	if err != nil || root != state.ReceiptsRoot {
		return contracts.Payment{}, err
	}
	checkpoint, err := j.a.deps.Chain.Covering(ctx, line, end)
	if errors.Is(err, protocol.ErrNotFound) { // in the root, but not paid yet
		return contracts.Payment{}, nil
	}
	return contracts.Payment{Relayer: line.Relayer, Count: state.Count, Index: uint64(index), Checkpoint: checkpoint, Path: path}, err
}

// lineOf lists the known receipts of a line in the order in which they were bought.
func (a *Auditor) lineOf(line protocol.Line) ([]paidLeaf, error) {
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
	var leaves []paidLeaf
	for _, c := range list {
		if c.Provider != line.Provider || c.Relayer != line.Relayer {
			continue
		}
		b, err := a.cases.Bundle(c.Receipt)
		if err != nil {
			return nil, err
		}
		if b.Request.Payment == line.Channel && b.Request.ModelVersion == line.ModelVersion {
			leaves = append(leaves, paidLeaf{c.Receipt, b.Receipt.Fee})
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

// openSum returns the root of the sum tree over leaves, the path of one of them as the
// contracts take it, and where its stretch of the total ends: siblings inside its peak from
// the leaf up, the bag of the peaks to the right if there are any, then the peaks to the left,
// nearest first.
func openSum(leaves []paidLeaf, index int) (root common.Hash, path []protocol.SumNode, end protocol.Amount, err error) {
	var tree protocol.SumTree
	for i, l := range leaves {
		if tree, err = tree.Append(l.receipt, l.fee); err != nil {
			return root, nil, end, err
		}
		if i == index {
			end = tree.Total()
		}
	}
	at, peak, count := index, 0, uint64(len(leaves))
	for rest := count; ; peak++ {
		size := 1 << (bits.Len64(rest) - 1)
		if at < size {
			inner, err := peakPath(leaves[index-at:index-at+size], at)
			if err != nil {
				return root, nil, end, err
			}
			path = inner
			break
		}
		at -= size
		rest -= uint64(size)
	}
	if right := tree.Peaks[peak+1:]; len(right) > 0 {
		bag := right[len(right)-1]
		for i := len(right) - 2; i >= 0; i-- {
			bag = protocol.NodeOf(right[i], bag)
		}
		path = append(path, bag)
	}
	for i := peak - 1; i >= 0; i-- {
		path = append(path, tree.Peaks[i])
	}
	return tree.Root(), path, end, nil
}

// peakPath is the path of leaf at inside a full subtree.
func peakPath(leaves []paidLeaf, at int) ([]protocol.SumNode, error) {
	level := make([]protocol.SumNode, len(leaves))
	for i, l := range leaves {
		one, err := protocol.SumTree{}.Append(l.receipt, l.fee)
		if err != nil {
			return nil, err
		}
		level[i] = one.Peaks[0]
	}
	var path []protocol.SumNode
	for len(level) > 1 {
		path = append(path, level[at^1])
		next := make([]protocol.SumNode, len(level)/2)
		for i := range next {
			next[i] = protocol.NodeOf(level[2*i], level[2*i+1])
		}
		level, at = next, at/2
	}
	return path, nil
}
