package auditor

import (
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
	known uint64 // news of what is said of it
	root  common.Hash
	paid  string
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

// linesNow looks once at every line that was redeemed, or of which another receipt is known,
// since the last time. Without redeems to follow it reads all of them.
func (a *Auditor) linesNow(ctx context.Context, redeems Redeems, last map[protocol.Line]looked) error {
	if redeems != nil {
		list, _, _, err := redeems.Redeemed(ctx)
		if err != nil {
			return err
		}
		a.pay(list)
		for _, r := range list {
			l := last[r.Line]
			l.moved = true
			last[r.Line] = l
		}
	}
	a.mu.Lock()
	news := make(map[protocol.Line]uint64, len(a.seen.lines))
	for line := range a.seen.lines {
		news[line] = a.seen.news(line)
	}
	a.mu.Unlock()
	var failed error
	for line, known := range news {
		before := last[line]
		if redeems != nil && !before.moved && before.known == known {
			continue
		}
		state, err := a.deps.Chain.Line(ctx, line)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("read a voucher line: %w", err))
			continue
		}
		now := looked{known: known, root: state.ReceiptsRoot, paid: state.Paid.String()}
		if before.known != now.known || before.root != now.root || before.paid != now.paid {
			if err := a.explain(ctx, line, state); err != nil {
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
func (a *Auditor) explain(ctx context.Context, line protocol.Line, state contracts.Line) error {
	list, wrong, err := a.holds(ctx, line, state)
	if err != nil || list == nil {
		return err
	}
	if wrong >= 0 {
		err = a.claimWrong(ctx, line, list, wrong)
	}
	return errors.Join(err, a.claimTwins(ctx, line, list))
}

// holds finds what a line's root holds, nil if that is not known: what any source says, or that with one leaf wrong, -1 if none is.
// Whoever said it, the root shows that it is so.
func (a *Auditor) holds(ctx context.Context, line protocol.Line, state contracts.Line) (list []protocol.SumLeaf, wrong int, err error) {
	if state.Count == 0 {
		return nil, -1, nil
	}
	total, err := protocol.AmountFromBig(state.Paid)
	if err != nil {
		return nil, -1, err
	}
	lists := a.listsOf(line)
	list, wrong = making(lists, state), -1
	if list == nil {
		lists = slices.DeleteFunc(slices.Clone(lists), func(l []protocol.SumLeaf) bool { return uint64(len(l)) < state.Count-1 })
		list, wrong = explainBy(ctx, budgetOf(len(lists), len(a.cfg.Feeds)), lists, a.allSold, state, total)
	}
	if list == nil {
		return nil, -1, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	of := line
	of.Relayer = common.Address{}
	if a.seen.redeemed[of] == nil {
		a.seen.redeemed[of] = map[common.Address]content{}
	}
	a.seen.redeemed[of][line.Relayer] = content{state.ReceiptsRoot, list}
	return list, wrong, nil
}

// budgetOf is what may be hashed for each of some lists: as much as for a list that nobody disputes, but for all of them together
// no more than for one such list of each feed, and one.
func budgetOf(lists, feeds int) int { return min(searchBudget, searchBudget*(feeds+1)/max(lists, 1)) }

// allSold lists all receipts that are said to be sold, by their hash.
func (a *Auditor) allSold() (all []protocol.SumLeaf) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, of := range a.seen.of {
		all = append(all, of[0].SumLeaf)
	}
	slices.SortFunc(all, func(x, y protocol.SumLeaf) int { return x.Receipt.Cmp(y.Receipt) })
	return all
}

// explainBy is explainRoot by the first of some lists that explains it, each with its own budget.
func explainBy(ctx context.Context, budget int, lists [][]protocol.SumLeaf, sold func() []protocol.SumLeaf, state contracts.Line, paid protocol.Amount) (list []protocol.SumLeaf, wrong int) {
	var all []protocol.SumLeaf
	if len(lists) > 0 {
		all = sold()
	}
	for _, leaves := range lists {
		in := make(map[common.Hash]bool, len(leaves))
		for _, l := range leaves {
			in[l.Receipt] = true
		}
		others := slices.DeleteFunc(slices.Clone(all), func(l protocol.SumLeaf) bool { return in[l.Receipt] })
		if list, wrong, ok := explainRoot(ctx, budget, leaves, others, state.Count, state.ReceiptsRoot, paid); ok {
			return list, wrong
		}
	}
	return nil, -1
}

// claimWrong claims a leaf if it is there twice, is another line's, or has another fee than its receipt.
func (a *Auditor) claimWrong(ctx context.Context, line protocol.Line, list []protocol.SumLeaf, wrong int) error {
	receipt := list[wrong].Receipt
	own, err := a.cases.Bundle(receipt)
	if err != nil {
		return err
	}
	first := slices.IndexFunc(list, func(l protocol.SumLeaf) bool { return l.Receipt == receipt })
	same := own.Receipt.Provider == line.Provider && own.Request.Payment == line.Channel && own.Request.ModelVersion == line.ModelVersion && own.Receipt.Fee == list[wrong].Fee
	if same && first == wrong {
		return nil // it is the line's, whatever is said
	}
	places := []int{first, wrong}
	c := Claim{Schema: ClaimSchema, Claim: ClaimPaidTwice, Domain: a.deps.Chain.Domain(), PaidReceipt: receipt}
	if !same {
		places = places[1:]
		c.Claim, c.PaidReceipt, c.Request, c.Receipt = ClaimLeaf, common.Hash{}, &own.Request, &own.Receipt
	}
	if c.Paid, err = a.paidLeaves(ctx, line, list, places...); err != nil || c.Paid == nil {
		return err
	}
	_, err = a.claim(c, receipt)
	return err
}

// claimTwins claims the receipts that the line of another relayer was paid for too, in what its root holds. It is
// errPending where there are more than one look claims.
func (a *Auditor) claimTwins(ctx context.Context, line protocol.Line, list []protocol.SumLeaf) error {
	of := line
	of.Relayer = common.Address{}
	a.mu.Lock()
	twins := maps.Clone(a.seen.redeemed[of])
	a.mu.Unlock()
	delete(twins, line.Relayer)
	if len(twins) == 0 {
		return nil
	}
	places := make(map[common.Hash]int, len(list))
	for i, l := range list {
		places[l.Receipt] = i
	}
	var failed error
	for relayer, twin := range twins {
		other, left, looked := line, maxTwins, false
		other.Relayer = relayer
		for at, l := range twin.list {
			i, both := places[l.Receipt]
			if !both {
				continue
			}
			if !looked { // if it was redeemed on since, it is looked at itself
				state, err := a.deps.Chain.Line(ctx, other)
				if failed = errors.Join(failed, err); err != nil || state.ReceiptsRoot != twin.root {
					break
				}
				looked = true
			}
			if left == 0 {
				failed = errors.Join(failed, fmt.Errorf("more than %d receipts are in two lines, the others are for the next look: %w", maxTwins, errPending))
				break
			}
			created, err := a.claimTwin(ctx, line, list, i, other, twin.list, at)
			if failed = errors.Join(failed, err); created {
				left--
			}
		}
	}
	return failed
}

// maxTwins bounds how many receipts are claimed in one look at two lines.
const maxTwins = 64

// claimTwin claims a receipt of two lines. One whose claim is over costs no read of the chain.
func (a *Auditor) claimTwin(ctx context.Context, line protocol.Line, list []protocol.SumLeaf, i int, other protocol.Line, twin []protocol.SumLeaf, at int) (created bool, err error) {
	c := Claim{Schema: ClaimSchema, Claim: ClaimPaidTwice, Domain: a.deps.Chain.Domain(), PaidReceipt: list[i].Receipt}
	both := func(there, here []contracts.PaidLeaf) {
		if c.Paid = append(there, here...); line.Relayer.Cmp(other.Relayer) < 0 { // whichever is looked at, it is one claim
			slices.Reverse(c.Paid)
		}
	}
	both(unread(other, at), unread(line, i))
	if known, err := a.claimed.Get(c.name()); err == nil && known.State.Over() {
		return false, nil
	}
	there, err := a.paidLeaves(ctx, other, twin, at)
	if err != nil || there == nil {
		return false, err
	}
	here, err := a.paidLeaves(ctx, line, list, i)
	if err != nil || here == nil {
		return false, err
	}
	both(there, here)
	return a.claim(c, list[i].Receipt)
}

// unread is what names a leaf in a claim.
func unread(line protocol.Line, index int) []contracts.PaidLeaf {
	return []contracts.PaidLeaf{{Channel: line.Channel, Provider: line.Provider, ModelVersion: line.ModelVersion,
		Payment: contracts.Payment{Relayer: line.Relayer, Index: uint64(index)}}}
}

// paidLeaves shows leaves of a redeemed line; none if its redeems do not reach all of them: once they do, it is looked at again.
func (a *Auditor) paidLeaves(ctx context.Context, line protocol.Line, list []protocol.SumLeaf, places ...int) (paid []contracts.PaidLeaf, err error) {
	for _, i := range places {
		one, err := a.paidLeaf(ctx, line, list, i)
		if errors.Is(err, protocol.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		paid = append(paid, one)
	}
	return paid, nil
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
