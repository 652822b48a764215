package provider

import (
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// maxRest is the longest that a line rests which pays nothing, in seconds of block time.
const maxRest = 600

// rests remembers which lines paid nothing when they were tried: room under the stake comes
// with the maturing of credits, not with trying. Only who redeems uses it, one at a time.
type rests struct {
	lines map[protocol.Line]rest
	// pressed are the grace periods for which a voucher without room was handed in.
	pressed map[grace]bool
}

type rest struct{ until, length uint64 }

// grace names the time in which a channel's vouchers still count: after its end, or after its
// delegate was replaced.
type grace struct {
	channel  common.Hash
	retiring common.Address
	ending   bool
	// last is its end once that is a margin away, else 0: what holds were stretched by since is added then.
	last uint64
}

// paused returns until when each line rests.
func (r *rests) paused() map[protocol.Line]uint64 {
	until := make(map[protocol.Line]uint64, len(r.lines))
	for line, x := range r.lines {
		until[line] = x.until
	}
	return until
}

// rest lets the lines of a batch rest, each time twice as long.
func (r *rests) rest(batch []SignedVoucher, now uint64, every time.Duration) {
	if r.lines == nil {
		r.lines = map[protocol.Line]rest{}
	}
	for _, s := range batch {
		x := r.lines[s.Voucher.Line()]
		if now < x.until {
			continue
		}
		x.length = min(max(2*x.length, uint64(every/time.Second), 1), maxRest)
		x.until = now + x.length
		r.lines[s.Voucher.Line()] = x
	}
}

// tried lets those lines rest for which the chain paid nothing more, and wakes the others; it tells
// whether there are any.
func (r *rests) tried(p Policy, batch []SignedVoucher, paid []Paid, v RedeemView, every time.Duration) (woken bool) {
	before := map[protocol.Line]protocol.Amount{}
	for _, l := range v.Lines {
		before[l.Line] = l.Redeemed
	}
	for _, x := range paid {
		if x.Total.Cmp(before[x.Line]) > 0 {
			delete(r.lines, x.Line)
			woken = true
			continue
		}
		i := slices.IndexFunc(batch, func(s SignedVoucher) bool { return s.Voucher.Line() == x.Line })
		if i < 0 {
			continue
		}
		r.rest(batch[i:i+1], v.Now, every)
		if g := p.graceOf(batch[i], v); g.ending || g.retiring != (common.Address{}) {
			if r.pressed == nil {
				r.pressed = map[grace]bool{}
			}
			r.pressed[g] = true
			g.last = 0
			r.pressed[g] = true
		}
	}
	return woken
}

// pressing returns the vouchers of a batch that are to be handed in although they pay nothing:
// the contract prolongs a grace period, once, for a voucher that finds no room, and again by what holds were
// stretched since.
func (r *rests) pressing(p Policy, batch []SignedVoucher, v RedeemView) []SignedVoucher {
	var press []SignedVoucher
	for _, s := range batch {
		if g := p.graceOf(s, v); (g.ending || g.retiring != (common.Address{})) && !r.pressed[g] {
			press = append(press, s)
		}
	}
	return press
}

func (p Policy) graceOf(s SignedVoucher, v RedeemView) grace {
	ch := v.Channels[s.Voucher.Channel]
	p = p.complete()
	g := grace{channel: s.Voucher.Channel, ending: p.closing(ch, v.Now)}
	if v.Retiring[s.Voucher.Line()] {
		g.retiring = ch.Retiring
	}
	if end := v.end(s.Voucher.Line()); end <= v.Now+p.Margin {
		g.last = end
	}
	return g
}

// worth tells whether a batch that would pay quote is worth its gas.
func (p Policy) worth(batch []SignedVoucher, v RedeemView, quote protocol.Amount) bool {
	p = p.complete()
	if quote.IsZero() {
		return false
	}
	if v.Asked || v.Draining || quote.Cmp(p.Amount) >= 0 {
		return true
	}
	since := map[protocol.Line]uint64{}
	for _, l := range v.Lines {
		since[l.Line] = l.Since
	}
	return slices.ContainsFunc(batch, func(s SignedVoucher) bool {
		return p.ending(v, s.Voucher.Line()) || since[s.Voucher.Line()]+p.Age <= v.Now
	})
}
