package auditor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// Whoever lists a receipt when its window is over puts it to sleep, right or wrong: what sleeps is without bound, so a look must cost
// what happened since the last one, not what sleeps.
//
// INVARIANT: a line is read once for all that sleeps in it, and only what its new root is known to hold is looked at. What no payment can
// wake any more is forgotten. A channel that there is not may be opened yet, and its id is known before: what sleeps in one is kept, so many
// receipts at most.

// endsAtOnce is how many channels are asked in one look, by turns, whether they are over.
const endsAtOnce = 4

// maxNowhere is how many receipts sleep in channels that there are not.
const maxNowhere = 1 << 16

// nap is a line in one look, with what sleeps in it.
type nap struct {
	receipts []common.Hash
	drawn    []common.Hash // those that a draw showed in it
	before   rested
	now      rested
	woken    bool // something was looked at because of it
}

// rested is a line as it was when what sleeps in it was looked at last.
type rested struct {
	known       uint64 // news of what is said of it
	root        common.Hash
	checkpoints uint32
	paid        protocol.Amount
	explained   bool // what the root holds is known
	// held is what the newest root of which that was known holds, and heldPaid what was paid of it then.
	held     []protocol.SumLeaf
	heldPaid protocol.Amount
}

// same says whether nothing was redeemed since.
func (r rested) same(state contracts.Line) bool {
	return r.root == state.ReceiptsRoot && r.checkpoints == state.Checkpoints && r.paid.Big().Cmp(state.Paid) == 0
}

// since lists what a root holds that was not known to be paid to its end. Those before have the window of their
// redeem, which no later one moves.
func (r rested) since(held []protocol.SumLeaf) (in map[common.Hash]bool) {
	var sum protocol.Amount
	first := 0
	for ; first < min(len(held), len(r.held)) && held[first] == r.held[first]; first++ {
		end, err := sum.Add(held[first].Fee)
		if err != nil || end.Cmp(r.heldPaid) > 0 {
			break
		}
		sum = end
	}
	in = make(map[common.Hash]bool, len(held)-first)
	for _, l := range held[first:] {
		in[l.Receipt] = true
	}
	return in
}

// lateNow looks once at what sleeps: at what was stirred, and at what a line pays that is not what it was at the last look. A line is
// read if it was redeemed, or more is said of it; without redeems to follow, always.
func (a *Auditor) lateNow(ctx context.Context, redeems Redeems) error {
	if redeems != nil {
		list, _, _, err := redeems.Redeemed(ctx)
		if err != nil {
			return fmt.Errorf("list redeems: %w", err)
		}
		a.pay(list)
		a.late.hear(list)
	}
	failed := a.forget(ctx)
	due, lines := a.stirred(redeems == nil)
	for line, n := range lines {
		some, err := a.paidSince(ctx, line, n)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("read a voucher line: %w", err))
			delete(lines, line) // it stays moved
			continue
		}
		n.woken = len(some) > 0
		for _, receipt := range some {
			due[receipt] = true
		}
	}
	for receipt := range due {
		failed = errors.Join(failed, a.lookAt(ctx, receipt))
	}
	for line, n := range lines {
		now := n.now
		if n.woken { // what was read of it meanwhile may have been another branch's
			state, err := a.deps.Chain.Line(ctx, line)
			if failed = errors.Join(failed, err); err != nil || !now.same(state) {
				continue
			}
		}
		a.late.mu.Lock()
		a.late.lines[line] = now
		delete(a.late.moved, line)
		a.late.mu.Unlock()
	}
	return failed
}

// hear notes which lines were redeemed. The same redeem is listed for as long as a reorg may move it.
func (l *late) hear(list []contracts.Redeem) {
	l.mu.Lock()
	defer l.mu.Unlock()
	listed := make(map[protocol.Line]uint64, len(list))
	for _, r := range list {
		listed[r.Line] = max(listed[r.Line], r.Block)
	}
	for line, block := range listed {
		if l.listed[line] != block {
			l.moved[line] = true
			delete(l.nowhere, line.Channel)
		}
	}
	l.listed = listed
}

// stirred lists what is to be looked at whatever moved, and the lines to be read, with all that sleeps in them.
func (a *Auditor) stirred(all bool) (due map[common.Hash]bool, lines map[protocol.Line]*nap) {
	a.late.mu.Lock()
	defer a.late.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	due, lines = map[common.Hash]bool{}, map[protocol.Line]*nap{}
	in := func(line protocol.Line) *nap {
		if lines[line] == nil {
			lines[line] = &nap{}
		}
		return lines[line]
	}
	for receipt, s := range a.late.asleep {
		if !s.self && len(s.claims) == 0 {
			delete(a.late.asleep, receipt)
			continue
		}
		if s.due {
			due[receipt] = true
		}
		if a.late.nowhere[s.channel] { // nothing is paid there
			continue
		}
		for _, line := range a.seen.linesOf(receipt) {
			n := in(line)
			n.receipts = append(n.receipts, receipt)
		}
		drawn := s.opened
		if last, known := a.meets[receipt]; known && !slices.Contains(drawn, last.line) {
			drawn = append(slices.Clip(drawn), last.line)
		}
		for _, line := range drawn {
			n := in(line)
			n.drawn = append(n.drawn, receipt)
		}
	}
	maps.DeleteFunc(a.late.lines, func(line protocol.Line, _ rested) bool { return lines[line] == nil })
	maps.DeleteFunc(a.late.moved, func(line protocol.Line, _ bool) bool { return lines[line] == nil })
	maps.DeleteFunc(lines, func(line protocol.Line, n *nap) bool {
		before, known := a.late.lines[line]
		n.before, n.now.known = before, a.seen.news(line)
		return known && !all && !a.late.moved[line] && before.known == n.now.known
	})
	for line := range lines {
		a.late.moved[line] = true // until it was read
	}
	return due, lines
}

// paidSince reads a line, and lists what it pays of what sleeps in it that it did not pay before.
func (a *Auditor) paidSince(ctx context.Context, line protocol.Line, n *nap) (due []common.Hash, err error) {
	state, err := a.deps.Chain.Line(ctx, line)
	if err != nil || state.Count == 0 {
		return nil, err
	}
	before, known := n.before, n.now.known
	moved := !before.same(state)
	n.now = before
	n.now.known, n.now.root, n.now.checkpoints = known, state.ReceiptsRoot, state.Checkpoints
	if n.now.paid, err = protocol.AmountFromBig(state.Paid); err != nil || !moved && before.explained {
		return nil, err
	}
	held := making(a.listsOf(line), state)
	if n.now.explained = held != nil; n.now.explained {
		in := before.since(held)
		for _, receipt := range n.receipts {
			if in[receipt] {
				due = append(due, receipt)
			}
		}
		n.now.held, n.now.heldPaid = held, n.now.paid
	}
	if moved {
		due = append(due, n.drawn...)
	}
	return due, nil
}

// lookAt looks at what waits for the payment of a receipt.
func (a *Auditor) lookAt(ctx context.Context, receipt common.Hash) (failed error) {
	a.late.mu.Lock()
	s := a.late.asleep[receipt]
	if s == nil {
		a.late.mu.Unlock()
		return nil
	}
	// Who takes it puts back what does not wake.
	taken := *s
	s.self, s.claims, s.due = false, map[common.Hash]bool{}, false
	a.late.mu.Unlock()
	look := func(woke bool, err error, back func(*asleep)) {
		if err == nil && woke {
			return
		}
		a.late.mu.Lock()
		back(s)
		s.due = s.due || err != nil
		a.late.mu.Unlock()
		if !errors.Is(err, errPending) {
			failed = errors.Join(failed, err)
		}
	}
	if taken.self {
		woke, err := a.wake(ctx, receipt)
		look(woke, err, func(s *asleep) { s.self = true })
	}
	for id := range taken.claims {
		woke, err := a.wakeClaim(ctx, id, receipt)
		look(woke, err, func(s *asleep) { s.claims[id] = true })
	}
	return failed
}

// forget lets go of what sleeps in channels under which nothing can be disputed any more. Each is asked about when
// something comes to sleep in it, and by turns.
func (a *Auditor) forget(ctx context.Context) (failed error) {
	_, final, err := a.deps.Chain.Final(ctx)
	if err != nil {
		return err
	}
	for _, channel := range a.late.channels() {
		over, err := a.deps.Chain.ChannelOver(ctx, channel)
		if err != nil && !errors.Is(err, protocol.ErrNotFound) {
			failed = errors.Join(failed, fmt.Errorf("read the end of a channel: %w", err))
			continue
		}
		a.late.mu.Lock()
		a.late.ends[channel] = a.late.looks
		delete(a.late.nowhere, channel)
		if err != nil { // a node may lag, and a reorg take it back
			a.late.nowhere[channel] = true
		} else if final >= over {
			maps.DeleteFunc(a.late.asleep, func(_ common.Hash, s *asleep) bool { return s.channel == channel })
		}
		a.late.mu.Unlock()
	}
	a.late.shed()
	return failed
}

// shed lets go of what is more than may sleep in channels that there are not.
func (l *late) shed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	maps.DeleteFunc(l.asleep, func(_ common.Hash, s *asleep) bool {
		if l.nowhere[s.channel] {
			n++
		}
		return l.nowhere[s.channel] && n > l.most
	})
}

// channels lists those to be asked about in this look.
func (l *late) channels() (list []common.Hash) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looks++
	all := map[common.Hash]bool{}
	for _, s := range l.asleep {
		if !all[s.channel] {
			all[s.channel] = true
			list = append(list, s.channel)
		}
	}
	maps.DeleteFunc(l.ends, func(channel common.Hash, _ uint64) bool { return !all[channel] })
	maps.DeleteFunc(l.nowhere, func(channel common.Hash, _ bool) bool { return !all[channel] })
	slices.SortFunc(list, func(x, y common.Hash) int { return cmp.Or(cmp.Compare(l.ends[x], l.ends[y]), x.Cmp(y)) })
	n := 0
	for n < len(list) && (l.ends[list[n]] == 0 || n < endsAtOnce) {
		n++
	}
	return list[:n]
}
