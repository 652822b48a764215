package provider

import (
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// lineLeaves are the receipts of a line in the order of its vouchers, as far back as the
// journal has them; what is before them is known by the peaks of its tree, which is all that
// opening a later one needs.
type lineLeaves struct {
	base protocol.SumTree
	tail []paidLeaf
}

type paidLeaf struct {
	protocol.SumLeaf
	last bool // of its voucher: roots on chain are those of vouchers
}

// extend notes the receipts that a voucher adds. Those of a voucher that is partly gone with
// its segment are forgotten: all of it was redeemed longer ago than anything is drawn, or it pays nothing more.
func (l *lineLeaves) extend(v voucherRecord, known map[common.Hash]*entry) {
	covered, added := l.base.Count+uint64(len(l.tail)), v.Pay.Added
	if v.Pay.Voucher.Count <= covered {
		return
	}
	whole := covered+uint64(len(added)) == v.Pay.Voucher.Count &&
		!slices.ContainsFunc(added, func(hash common.Hash) bool { return known[hash] == nil })
	if !whole {
		l.base, l.tail = v.Tree, nil
		return
	}
	for i, hash := range added {
		l.tail = append(l.tail, paidLeaf{protocol.SumLeaf{Receipt: hash, Fee: known[hash].receipt.Fee}, i == len(added)-1})
	}
}

// trim drops the leading receipts that the journal dropped.
func (l *lineLeaves) trim(known map[common.Hash]*entry) error {
	for len(l.tail) > 0 && known[l.tail[0].Receipt] == nil {
		base, err := l.base.Append(l.tail[0].Receipt, l.tail[0].Fee)
		if err != nil {
			return err
		}
		l.base, l.tail = base, l.tail[1:]
	}
	return nil
}

// under returns the receipts of the tree with a root, behind those under the peaks of base.
// It fails with protocol.ErrNotFound for a root that no voucher held here has.
func (l lineLeaves) under(root common.Hash) (base protocol.SumTree, leaves []protocol.SumLeaf, err error) {
	tree := l.base
	for i, leaf := range l.tail {
		if tree, err = tree.Append(leaf.Receipt, leaf.Fee); err != nil {
			return base, nil, err
		}
		leaves = append(leaves, leaf.SumLeaf)
		if (leaf.last || i == len(l.tail)-1) && tree.Root() == root {
			return l.base, leaves, nil
		}
	}
	return base, nil, fmt.Errorf("receipts under root %s: %w", root, protocol.ErrNotFound)
}

// leavesOf returns the line of an id with its receipts. It fails with protocol.ErrNotFound
// for a line that no voucher held here is of.
func (b *book) leavesOf(line common.Hash) (protocol.Line, lineLeaves, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, l := range b.lines {
		if contracts.LineID(key) == line {
			return key, lineLeaves{l.leaves.base, slices.Clone(l.leaves.tail)}, nil
		}
	}
	return protocol.Line{}, lineLeaves{}, fmt.Errorf("voucher line %s: %w", line, protocol.ErrNotFound)
}
