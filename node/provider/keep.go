package provider

import (
	"errors"

	"github.com/ethereum/go-ethereum/common"
)

// forget drops the journal's oldest segments whose receipts can neither be disputed
// nor paid any more.
func (b *book) forget(k keeping) error {
	b.mu.Lock()
	_, last := b.log.Segments()
	keep := last
	for _, e := range b.byRequest {
		if e.durable && b.kept(e, k) {
			keep = min(keep, e.pos.Segment)
		}
	}
	for hash, e := range b.byRequest {
		if e.durable && e.pos.Segment < keep {
			delete(b.byRequest, hash)
			delete(b.byReceipt, e.hash)
			if !e.paid && !e.job {
				b.subUnpaid(e.line.Channel, e.receipt.Fee)
			}
		}
	}
	var err error
	for _, l := range b.lines {
		err = errors.Join(err, l.leaves.trim(b.byReceipt))
	}
	b.mu.Unlock()
	return errors.Join(err, b.log.Drop(keep))
}

// keeping is what tells how long receipts are kept.
type keeping struct {
	now, window, unpaid uint64                 // block time, seconds
	dead                map[common.Hash]bool   // channels that pay nothing any more
	due                 map[common.Hash]uint64 // by receipt: the last deadline of a question about it
}

// kept tells whether a receipt can still be disputed or paid. The caller holds mu.
func (b *book) kept(e *entry, k keeping) bool {
	if e.adding || k.now <= k.due[e.hash]+k.window {
		return true
	}
	unpaid := k.now <= e.deadline+k.window+k.unpaid
	l := b.lines[e.line]
	if e.job || !e.paid || l == nil {
		return unpaid
	}
	paid := k.now <= max(e.deadline, l.redeemedAt)+k.window
	switch {
	// INVARIANT: a voucher is forgotten whole. What pays the rest of it is drawn by its root, and opened with all its receipts.
	case l.redeemed.Cmp(e.through) >= 0:
		return paid
	case l.redeemed.Cmp(e.start) > 0 && paid: // in part
		return true
	}
	return unpaid || l.since != 0 && !k.dead[e.line.Channel]
}
