package provider

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/node/provider/journal"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// heldOf returns how many receipts the newest voucher of a line holds.
func (b *book) heldOf(l protocol.Line) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if line := b.lines[l]; line != nil {
		return line.tree.Count
	}
	return 0
}

// pay holds a voucher if it follows from the provider's own receipts, and returns how many
// receipts the line's newest voucher holds, also with an error. The signature must be that of one of delegates: the
// channel's, and after it one that retires, whose voucher never takes the place of one of the channel's. now is the
// block time. Holding the same voucher again is no error.
func (b *book) pay(p wire.Pay, delegates []common.Address, now uint64) (uint64, error) {
	v := p.Voucher
	signer, err := b.domain.Recover(v, p.Signature)
	if err != nil {
		return b.heldOf(v.Line()), err
	}
	if !slices.Contains(delegates, signer) || signer == (common.Address{}) {
		return b.heldOf(v.Line()), fmt.Errorf("voucher is signed by %s, not by the channel's delegate: %w", signer, protocol.ErrUnauthorized)
	}
	b.mu.Lock()
	for before, ok := b.coming[v.Line()]; ok; before, ok = b.coming[v.Line()] {
		b.mu.Unlock()
		if _, err := before.Wait(); err != nil {
			return 0, err // the journal broke: nobody knows what the disk holds
		}
		b.mu.Lock()
	}
	line := b.lines[v.Line()]
	if line == nil {
		line = &lineBook{}
	}
	held := line.tree.Count
	if held > 0 && line.pay.Voucher == v {
		b.mu.Unlock()
		return held, nil
	}
	if signer != delegates[0] && b.signedBy(line, delegates[0]) {
		b.mu.Unlock()
		return held, fmt.Errorf("voucher is signed by %s, which retires, and one of its successor is held: %w", signer, protocol.ErrUnauthorized)
	}
	added, tree, err := b.follow(line, p)
	if err != nil {
		err = &astrayError{err, line.show(wire.MaxHeld)}
		b.mu.Unlock()
		return held, err
	}
	rec := voucherRecord{Pay: wire.Pay{Voucher: v, Signature: p.Signature, Added: added}, Base: line.pay.Voucher.Total, At: now, Tree: tree}
	data, err := json.Marshal(rec)
	if err != nil {
		b.mu.Unlock()
		return held, fmt.Errorf("encode a voucher: %w", err)
	}
	var unheld error
	ticket, err := b.log.AppendThen(journal.Record{Type: recordVoucher, Data: data}, func(journal.Pos) {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.coming, v.Line())
		unheld = b.hold(rec)
	})
	if err != nil {
		b.mu.Unlock()
		return held, err
	}
	b.coming[v.Line()] = ticket
	for _, hash := range added {
		b.byReceipt[hash].adding = true
	}
	b.mu.Unlock()
	b.step("voucher.appended")
	if _, err := ticket.Wait(); err != nil {
		return 0, err
	}
	b.step("voucher.durable")
	if unheld != nil {
		return held, unheld
	}
	return v.Count, nil
}

// signedBy tells whether a line's newest voucher is a delegate's. The caller holds mu.
func (b *book) signedBy(line *lineBook, delegate common.Address) bool {
	if line == nil || line.tree.Count == 0 {
		return false
	}
	signer, err := b.domain.Recover(line.pay.Voucher, line.pay.Signature)
	return err == nil && signer == delegate
}

// heldFrom tells whether the newest voucher that is held of a line is a delegate's.
func (b *book) heldFrom(l protocol.Line, delegate common.Address) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.signedBy(b.lines[l], delegate)
}

// astrayError refuses a voucher that the delegate signed and that does not follow from what is held.
type astrayError struct {
	error
	held *wire.Held
}

func (e *astrayError) Unwrap() error { return e.error }

// show returns what is held of a line with its newest receipts, at most limit; nil if that is nothing.
func (l *lineBook) show(limit int) *wire.Held {
	base, tail := l.leaves.base, l.leaves.tail
	if l.tree.Count == 0 || base.Count+uint64(len(tail)) != l.tree.Count {
		return nil
	}
	for ; len(tail) > limit; tail = tail[1:] {
		var err error
		if base, err = base.Append(tail[0].Receipt, tail[0].Fee); err != nil {
			return nil
		}
	}
	h := &wire.Held{Voucher: l.pay.Voucher, Signature: l.pay.Signature, Base: base}
	for _, leaf := range tail {
		h.Leaves = append(h.Leaves, wire.HeldLeaf{Receipt: leaf.Receipt, Fee: leaf.Fee})
	}
	return h
}

// follow checks that the voucher is what the line's tree becomes with the added
// receipts, and returns those that are new and the tree. Receipts that the line holds already may lead
// the list: a payer that missed an answer repeats them.
func (b *book) follow(line *lineBook, p wire.Pay) ([]common.Hash, protocol.SumTree, error) {
	v, tree := p.Voucher, line.tree
	if v.Provider != b.provider {
		return nil, tree, fmt.Errorf("voucher pays provider %s: %w", v.Provider, protocol.ErrInvalid)
	}
	if v.Count <= tree.Count || v.Total.Cmp(line.pay.Voucher.Total) < 0 {
		return nil, tree, fmt.Errorf("voucher of %d receipts and %s is not above the one held, of %d and %s: %w",
			v.Count, v.Total, tree.Count, line.pay.Voucher.Total, protocol.ErrConflict)
	}
	rest := p.Added
	for len(rest) > 0 {
		e := b.byReceipt[rest[0]]
		if e == nil || !e.paid || e.line != v.Line() {
			break
		}
		rest = rest[1:]
	}
	seen := make(map[common.Hash]bool, len(rest))
	for _, hash := range rest {
		e := b.byReceipt[hash]
		switch {
		case e == nil || !e.durable:
			return nil, tree, fmt.Errorf("voucher adds receipt %s, which is unknown here: %w", hash, protocol.ErrNotFound)
		case e.job || e.line != v.Line():
			return nil, tree, fmt.Errorf("voucher adds receipt %s of another line: %w", hash, protocol.ErrInvalid)
		case e.paid || seen[hash]:
			return nil, tree, fmt.Errorf("voucher adds receipt %s twice: %w", hash, protocol.ErrConflict)
		}
		seen[hash] = true
		var err error
		if tree, err = tree.Append(hash, e.receipt.Fee); err != nil {
			return nil, tree, err
		}
	}
	if tree.Count != v.Count || tree.Total() != v.Total || tree.Root() != v.ReceiptsRoot {
		return nil, tree, fmt.Errorf("voucher says %d receipts, total %s; the receipts held and added give %d and %s, or come in another order: %w",
			v.Count, v.Total, tree.Count, tree.Total(), protocol.ErrInvalid)
	}
	return rest, tree, nil
}

// hold applies a voucher record that is durable. While replaying, a summary may have brought the
// line further already, and receipts may be gone with their segments; those that are here
// are marked all the same. The caller holds mu, except while replaying.
func (b *book) hold(v voucherRecord) error {
	key := v.Pay.Voucher.Line()
	line := b.lines[key]
	if line == nil {
		line = &lineBook{}
		b.setLine(key, line)
	}
	line.leaves.extend(v, b.byReceipt)
	known, gone := v.Base, false
	for _, hash := range v.Pay.Added {
		e := b.byReceipt[hash]
		if e == nil {
			gone = true
			continue
		}
		start, err := known, error(nil)
		if known, err = known.Add(e.receipt.Fee); err != nil {
			return err
		}
		end := known
		if gone {
			end = v.Pay.Voucher.Total // the fees between are not known
		}
		if !e.paid {
			e.paid, e.adding, e.start, e.end, e.through = true, false, start, end, v.Pay.Voucher.Total
			b.subUnpaid(e.line.Channel, e.receipt.Fee)
		}
	}
	if line.tree.Count >= v.Pay.Voucher.Count {
		return nil
	}
	if v.Tree.Root() != v.Pay.Voucher.ReceiptsRoot {
		return fmt.Errorf("journal: voucher of line %s does not follow from its receipts: %w", key.Channel, protocol.ErrInvalid)
	}
	line.tree, line.pay = v.Tree, v.Pay
	if line.since == 0 {
		line.since = v.At
	}
	return nil
}

// redeemed notes, durably, what the chain has paid of a line; it may be less than what was noted before.
func (b *book) redeemed(line protocol.Line, total protocol.Amount, now uint64) error {
	rec := redeemRecord{line, total, now}
	data, err := json.Marshal(rec)
	if err != nil {
		return fmt.Errorf("encode a redemption: %w", err)
	}
	b.mu.Lock()
	if l := b.lines[line]; l == nil || l.redeemed == total {
		b.mu.Unlock()
		return nil
	}
	ticket, err := b.log.AppendThen(journal.Record{Type: recordRedeem, Data: data}, func(journal.Pos) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.noteRedeemed(rec)
	})
	b.mu.Unlock()
	if err != nil {
		return err
	}
	_, err = ticket.Wait()
	return err
}

func (b *book) noteRedeemed(r redeemRecord) {
	l := b.lines[r.Line]
	if l == nil || r.Total == l.redeemed {
		return
	}
	l.redeemed, l.redeemedAt, l.since = r.Total, r.At, 0
	if !l.owed().IsZero() {
		l.since = r.At
	}
}

// LineView is where one line of vouchers stands.
type LineView struct {
	Line      protocol.Line    `json:"line"`
	Voucher   protocol.Voucher `json:"voucher"`
	Signature protocol.Bytes   `json:"signature"`
	Redeemed  protocol.Amount  `json:"redeemed"`
	// RedeemedAt is the block time at which Redeemed was noted.
	RedeemedAt uint64          `json:"redeemed_at"`
	Owed       protocol.Amount `json:"owed"`
	Since      uint64          `json:"since"` // block time of the oldest voucher not redeemed; 0 if none
}

func (b *book) lineViews() []LineView {
	b.mu.Lock()
	defer b.mu.Unlock()
	views := make([]LineView, 0, len(b.lines))
	for key, l := range b.lines {
		views = append(views, LineView{key, l.pay.Voucher, l.pay.Signature, l.redeemed, l.redeemedAt, l.owed(), l.since})
	}
	slices.SortFunc(views, func(x, y LineView) int {
		return x.Line.Channel.Cmp(y.Line.Channel)*4 + x.Line.ModelVersion.Cmp(y.Line.ModelVersion)*2 + x.Line.Relayer.Cmp(y.Line.Relayer)
	})
	return views
}
