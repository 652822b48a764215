package auditor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// searchBudget bounds how many leaves are hashed to explain one root.
const searchBudget = 1 << 19

// looked is what a line was when it was looked at last.
type looked struct {
	known int // receipts
	root  common.Hash
	moved bool // it was redeemed since
}

// lineLoop explains, until ctx ends, the redeemed roots of lines whose receipts are known.
func (a *Auditor) lineLoop(ctx context.Context) error {
	last := map[protocol.Line]looked{}
	var redeems Redeems
	if a.deps.Redeems != nil {
		redeems = a.deps.Redeems(a.cfg.StartBlock)
	}
	for {
		if err := a.linesNow(ctx, redeems, last); err != nil && ctx.Err() == nil {
			a.log.Warn("cannot compare a redeemed line", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(a.cfg.LookEvery):
		}
	}
}

// ledger is what is known of all lines.
type ledger struct {
	lines  map[protocol.Line][]protocol.SumLeaf // in the order in which they were bought
	owners map[common.Hash]protocol.Line        // of the receipts
}

func (a *Auditor) ledger() ledger {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := ledger{make(map[protocol.Line][]protocol.SumLeaf, len(a.seen.lines)), maps.Clone(a.seen.owners)}
	for line := range a.seen.lines {
		l.lines[line] = a.seen.leaves(line)
	}
	return l
}

// linesNow looks once at every line that was redeemed, or of which another receipt is known,
// since the last time. Without redeems to follow it reads all of them.
func (a *Auditor) linesNow(ctx context.Context, redeems Redeems, last map[protocol.Line]looked) error {
	if redeems != nil {
		list, _, _, err := redeems.Redeemed(ctx)
		if err != nil {
			return err
		}
		for _, r := range list {
			l := last[r.Line]
			l.moved = true
			last[r.Line] = l
		}
	}
	book := a.ledger()
	var failed error
	for line, leaves := range book.lines {
		before := last[line]
		if redeems != nil && !before.moved && before.known == len(leaves) {
			continue
		}
		state, err := a.deps.Chain.Line(ctx, line)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("read a voucher line: %w", err))
			continue
		}
		now := looked{known: len(leaves), root: state.ReceiptsRoot}
		if before.known != now.known || before.root != now.root {
			if err := a.explain(ctx, book, line, leaves, state); err != nil {
				failed = errors.Join(failed, err)
				continue
			}
		}
		last[line] = now
	}
	return failed
}

// explain claims what a root holds that it must not: a receipt twice, another line's, or one
// with another fee.
func (a *Auditor) explain(ctx context.Context, book ledger, line protocol.Line, leaves []protocol.SumLeaf, state contracts.Line) error {
	total, err := protocol.AmountFromBig(state.Paid)
	if err != nil {
		return err
	}
	var others []protocol.SumLeaf
	for other, list := range book.lines {
		if other != line {
			others = append(others, list...)
		}
	}
	slices.SortFunc(others, func(x, y protocol.SumLeaf) int { return bytes.Compare(x.Receipt[:], y.Receipt[:]) })
	list, wrong, ok := explainRoot(ctx, searchBudget, leaves, others, state.Count, state.ReceiptsRoot, total)
	if !ok || wrong < 0 {
		return nil
	}
	first := slices.IndexFunc(list, func(l protocol.SumLeaf) bool { return l.Receipt == list[wrong].Receipt })
	paid, err := a.paidLeaf(ctx, line, list, wrong)
	if err != nil {
		return err
	}
	c := Claim{Schema: ClaimSchema, Domain: a.deps.Chain.Domain(), Claim: ClaimPaidTwice, PaidReceipt: list[wrong].Receipt}
	owner, b := book.owners[list[wrong].Receipt], list[wrong].Receipt
	own, err := a.cases.Bundle(b)
	if err != nil {
		return err
	}
	same := owner.Provider == line.Provider && owner.Channel == line.Channel && owner.ModelVersion == line.ModelVersion
	switch {
	case !same || own.Receipt.Fee != list[wrong].Fee:
		c.Claim, c.PaidReceipt, c.Request, c.Receipt, c.Paid = ClaimLeaf, common.Hash{}, &own.Request, &own.Receipt, []contracts.PaidLeaf{paid}
	case first != wrong:
		again, err := a.paidLeaf(ctx, line, list, first)
		if err != nil {
			return err
		}
		c.Paid = []contracts.PaidLeaf{again, paid}
	default: // in the line of another relayer too
		twin, err := a.deps.Chain.Line(ctx, owner)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(book.lines[owner], func(l protocol.SumLeaf) bool { return l.Receipt == b })
		if at < 0 || uint64(at) >= twin.Count || uint64(len(book.lines[owner])) < twin.Count {
			return nil
		}
		again, err := a.paidLeaf(ctx, owner, book.lines[owner][:twin.Count], at)
		if errors.Is(err, protocol.ErrNotFound) || err == nil && rootOf(book.lines[owner][:twin.Count]) != twin.ReceiptsRoot {
			return nil
		}
		if err != nil {
			return err
		}
		c.Paid = []contracts.PaidLeaf{again, paid}
	}
	return a.claim(c, list[wrong].Receipt)
}

// paidLeaf shows a leaf of a redeemed line; protocol.ErrNotFound if the line's redeems do not
// reach it.
func (a *Auditor) paidLeaf(ctx context.Context, line protocol.Line, list []protocol.SumLeaf, index int) (contracts.PaidLeaf, error) {
	o, err := protocol.SumTree{}.Open(list, index)
	if err != nil {
		return contracts.PaidLeaf{}, err
	}
	checkpoint, err := a.deps.Chain.Covering(ctx, line, o.End)
	if err != nil {
		return contracts.PaidLeaf{}, err
	}
	return contracts.PaidLeaf{Channel: line.Channel, Provider: line.Provider, ModelVersion: line.ModelVersion, Fee: list[index].Fee,
		Payment: contracts.Payment{Relayer: line.Relayer, Count: o.Count, Index: o.Index, Checkpoint: checkpoint, Path: o.Path}}, nil
}

func rootOf(list []protocol.SumLeaf) common.Hash {
	var tree protocol.SumTree
	for _, l := range list {
		next, err := tree.Append(l.Receipt, l.Fee)
		if err != nil {
			return common.Hash{}
		}
		tree = next
	}
	return tree.Root()
}

// explainRoot finds leaves that make a root: the known ones of the line in their order, with
// at most one wrong: one of them with another fee, or one more anywhere, of the line or of another.
// wrong is -1 if none is. paid is what the line was paid, its total unless its channel ran dry.
// It gives up when budget leaves were hashed or ctx has ended.
func explainRoot(ctx context.Context, budget int, leaves, others []protocol.SumLeaf, count uint64, root common.Hash, paid protocol.Amount) (list []protocol.SumLeaf, wrong int, ok bool) {
	s := search{ctx: ctx, root: root, budget: budget}
	if uint64(len(leaves)) >= count {
		list = slices.Clone(leaves[:count])
		if s.makes(list) {
			return list, -1, true
		}
		if i := s.dearer(list, paid); i >= 0 {
			return list, i, true
		}
	}
	if count == 0 || uint64(len(leaves)) < count-1 {
		return nil, -1, false
	}
	if list, wrong = s.longer(leaves[:count-1], others, paid); wrong < 0 {
		return nil, -1, false
	}
	return list, wrong, true
}

// search is how far the search for the leaves of one root may still go.
type search struct {
	ctx    context.Context
	root   common.Hash
	budget int // leaves to hash
}

// makes says whether a list makes the root; false once the search is over.
func (s *search) makes(list []protocol.SumLeaf) bool {
	if s.over() {
		return false
	}
	s.budget -= len(list)
	return rootOf(list) == s.root
}

func (s *search) over() bool { return s.budget <= 0 || s.ctx.Err() != nil }

// dearer makes the fee of one leaf what the others leave of paid, if that makes the root, and returns its index, else -1.
func (s *search) dearer(list []protocol.SumLeaf, paid protocol.Amount) int {
	total, err := totalOf(list)
	if err != nil {
		return -1
	}
	for i := 0; i < len(list) && !s.over(); i++ {
		own := list[i].Fee
		others, err := total.Sub(own)
		if err != nil {
			return -1
		}
		rest, err := paid.Sub(others)
		if err != nil || rest == own {
			continue
		}
		if list[i].Fee = rest; s.makes(list) {
			return i
		}
		list[i].Fee = own
	}
	return -1
}

// longer puts one leaf more among the known ones, with its own fee or what they leave of paid: one of those before it, or of
// others. It returns its index, else -1.
func (s *search) longer(base, others []protocol.SumLeaf, paid protocol.Amount) (list []protocol.SumLeaf, at int) {
	total, err := totalOf(base)
	var extra protocol.Amount
	if err == nil {
		extra, err = paid.Sub(total)
	}
	list = append(slices.Clone(base), protocol.SumLeaf{})
	try := func(at int, one protocol.SumLeaf) bool {
		if list[at] = one; s.makes(list) {
			return true
		}
		if err != nil || extra == one.Fee {
			return false
		}
		list[at].Fee = extra
		return s.makes(list)
	}
	for at = len(base); at >= 0; at-- { // the end is where one is added
		for _, some := range [][]protocol.SumLeaf{base[:at], others} {
			for _, one := range some {
				if s.over() {
					return nil, -1
				}
				if try(at, one) {
					return list, at
				}
			}
		}
		if at > 0 {
			list[at] = base[at-1]
		}
	}
	return nil, -1
}

func totalOf(list []protocol.SumLeaf) (total protocol.Amount, err error) {
	for _, l := range list {
		if total, err = total.Add(l.Fee); err != nil {
			break
		}
	}
	return total, err
}
