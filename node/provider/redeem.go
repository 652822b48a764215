package provider

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// Policy says when vouchers are redeemed. Zero fields mean the default beside them.
type Policy struct {
	Amount protocol.Amount // what makes a batch worth its gas, owed in all and paid by it, and a bond's share; anything if 0
	Age    uint64          // seconds of block time after which any voucher is redeemed: 6 h
	Margin uint64          // seconds before a channel's expiry, or a delegate's, at which its vouchers must go: 1 h
	Batch  int             // vouchers in one redeem: 100
}

// SignedVoucher is a voucher with its delegate's signature.
type SignedVoucher struct {
	Voucher   protocol.Voucher `json:"voucher"`
	Signature protocol.Bytes   `json:"signature"`
}

// Paid is what the chain has paid of a line in all.
type Paid struct {
	Line  protocol.Line
	Total protocol.Amount
}

// Redeemer brings vouchers on chain. Paid reads what was paid of each line so far. Quote tells what redeeming a batch would pay now, and costs
// nothing. Redeem returns when the outcome is known, with what the chain has paid of each line by
// then; handing in the same batch again must be harmless.
type Redeemer interface {
	Paid(ctx context.Context, lines []protocol.Line) ([]Paid, error)
	Quote(ctx context.Context, vouchers []SignedVoucher) (protocol.Amount, error)
	Redeem(ctx context.Context, vouchers []SignedVoucher) ([]Paid, error)
}

// Credit is money of this provider that waits on chain.
type Credit struct {
	ID        common.Hash     `json:"id"`
	Amount    protocol.Amount `json:"amount"`
	MaturesAt uint64          `json:"matures_at"` // block time
}

// Maturer splits credits whose dispute window is over.
type Maturer interface {
	Credits(ctx context.Context) ([]Credit, error)
	Mature(ctx context.Context, credits []Credit) error
}

// RedeemView is all that Decide looks at.
type RedeemView struct {
	Now      uint64 // block time
	Draining bool
	Asked    bool // by a person: whatever is owed is due
	Lines    []LineView
	Channels map[common.Hash]Channel  // a channel that is missing could not be read
	Paused   map[protocol.Line]uint64 // lines that paid nothing, and the block time until which they rest
	Retiring map[protocol.Line]bool   // lines whose voucher counts until their channel's RetiresAt only
}

// end is the block time until which a line's voucher counts.
func (v RedeemView) end(line protocol.Line) uint64 {
	ch := v.Channels[line.Channel]
	if v.Retiring[line] {
		return min(ch.Expiry, ch.RetiresAt)
	}
	return ch.Expiry
}

// Decide returns the batches to redeem now: vouchers that must go now first, by when they end, then the largest; there may
// be room for a part only. A line is due when its channel is closing or near its expiry, or the delegate that signed is, when
// its oldest voucher is old, or when the provider drains; all lines that owe anything go along once together they owe Amount.
// A line that paid nothing rests, unless its channel's end is near.
func (p Policy) Decide(v RedeemView) [][]SignedVoucher {
	p = p.complete()
	var owing, due []LineView
	var sum protocol.Amount
	for _, l := range v.Lines {
		ch, known := v.Channels[l.Line.Channel]
		if l.Owed.IsZero() || !known || ch.Expiry <= v.Now {
			continue
		}
		if !ch.Deposit.IsZero() && ch.Paid.Cmp(ch.Deposit) >= 0 {
			continue // emptied by others: gas would buy nothing
		}
		ending := p.ending(v, l.Line)
		if v.Paused[l.Line] > v.Now && !ending && !v.Asked && !v.Draining {
			continue
		}
		owing = append(owing, l)
		if s, err := sum.Add(l.Owed); err == nil {
			sum = s
		}
		if v.Draining || v.Asked || ending || l.Since+p.Age <= v.Now {
			due = append(due, l)
		}
	}
	if sum.Cmp(p.Amount) >= 0 {
		due = owing
	}
	urgency := func(line protocol.Line) uint64 {
		if p.ending(v, line) {
			return v.end(line)
		}
		return math.MaxUint64
	}
	slices.SortStableFunc(due, func(x, y LineView) int {
		return cmp.Or(cmp.Compare(urgency(x.Line), urgency(y.Line)), y.Owed.Cmp(x.Owed), bytes.Compare(x.Line.Channel[:], y.Line.Channel[:]))
	})
	var batches [][]SignedVoucher
	for part := range slices.Chunk(due, p.Batch) {
		batch := make([]SignedVoucher, len(part))
		for i, l := range part {
			batch[i] = SignedVoucher{l.Voucher, l.Signature}
		}
		batches = append(batches, batch)
	}
	return batches
}

// ending tells whether a line's voucher must go now.
func (p Policy) ending(v RedeemView, line protocol.Line) bool {
	ch := v.Channels[line.Channel]
	return p.closing(ch, v.Now) || v.Retiring[line] && !p.mayPay(ch, v.Now)
}

func (p Policy) closing(ch Channel, now uint64) bool { return ch.Closing || ch.Expiry <= now+p.Margin }

// mayPay tells whether what a channel's retiring delegate signs at a time can still be redeemed before it counts
// no more. From then on nothing of it is taken, and what is held goes: once, however often it signs.
func (p Policy) mayPay(ch Channel, now uint64) bool {
	return ch.Retiring != (common.Address{}) && now+p.complete().Margin < ch.RetiresAt
}

// retires tells whether a voucher counts until its channel's RetiresAt only.
func (p *Provider) retires(ch Channel, l LineView) bool {
	if ch.Retiring == (common.Address{}) || ch.Retiring == ch.Delegate {
		return false
	}
	signer, err := p.cfg.Domain.Recover(l.Voucher, l.Signature)
	return err == nil && signer == ch.Retiring
}

func (p Policy) complete() Policy {
	if p.Age == 0 {
		p.Age = 6 * 3600
	}
	if p.Margin == 0 {
		p.Margin = 3600
	}
	if p.Batch == 0 {
		p.Batch = 100
	}
	return p
}

// everyRound does something every RedeemEvery until ctx ends.
func (p *Provider) everyRound(ctx context.Context, round func(ctx context.Context, asked bool) error, failed string) error {
	for ctx.Err() == nil {
		select {
		case <-p.deps.After(p.cfg.RedeemEvery):
		case <-ctx.Done():
			return nil
		}
		if err := round(ctx, false); err != nil && ctx.Err() == nil {
			p.log.Warn(failed, "err", err)
		}
	}
	return nil
}

func (p *Provider) redeemLoop(ctx context.Context) error {
	return p.everyRound(ctx, p.redeemRound, "cannot redeem now")
}

// collectLoop has a loop of its own: vouchers end with their channels, and credits and bonds wait.
func (p *Provider) collectLoop(ctx context.Context) error {
	return p.everyRound(ctx, p.collectRound, "cannot collect now")
}

// RedeemNow redeems all that is owed, however little, matures what may and collects what bonds
// bring. What the chain would pay nothing for is left alone.
func (p *Provider) RedeemNow(ctx context.Context) error {
	return errors.Join(p.redeemRound(ctx, true), p.collectRound(ctx, true))
}

// redeemRound redeems what the policy says now.
func (p *Provider) redeemRound(ctx context.Context, asked bool) error {
	if p.deps.Redeemer == nil {
		return nil
	}
	return p.redeemDue(ctx, asked)
}

// collectRound matures what may and collects the bonds of questions. Neither waits for the other to succeed.
func (p *Provider) collectRound(ctx context.Context, asked bool) error {
	var errs []error
	if p.deps.Maturer != nil {
		errs = append(errs, p.matureDue(ctx))
	}
	if p.deps.Bonds != nil {
		errs = append(errs, p.collectDue(ctx, asked))
	}
	return errors.Join(errs...)
}

func (p *Provider) matureDue(ctx context.Context) error {
	now, err := p.view.now(ctx)
	if err != nil {
		return err
	}
	credits, err := p.deps.Maturer.Credits(ctx)
	if err != nil {
		return fmt.Errorf("list credits: %w", err)
	}
	credits = slices.DeleteFunc(credits, func(c Credit) bool { return c.MaturesAt > now })
	if len(credits) == 0 {
		return nil
	}
	if err := p.deps.Maturer.Mature(ctx, credits); err != nil {
		return fmt.Errorf("mature %d credits: %w", len(credits), err)
	}
	return nil
}

func (p *Provider) redeemDue(ctx context.Context, asked bool) error {
	select {
	case p.redeeming <- struct{}{}: // a person may ask while a round runs
		defer func() { <-p.redeeming }()
	case <-ctx.Done():
		return ctx.Err()
	}
	now, err := p.view.now(ctx)
	if err != nil {
		return err
	}
	if err := p.readPaid(ctx, now); err != nil {
		return err
	}
	v := RedeemView{Now: now, Asked: asked, Lines: p.book.lineViews(), Channels: map[common.Hash]Channel{}, Paused: p.rests.paused(), Retiring: map[protocol.Line]bool{}}
	p.mu.Lock()
	v.Draining = p.draining
	p.mu.Unlock()
	for _, l := range v.Lines {
		if l.Owed.IsZero() {
			continue
		}
		ch, err := p.view.channel(ctx, l.Line.Channel)
		if err != nil {
			p.log.Warn("cannot read a channel that owes", "channel", l.Line.Channel, "err", err)
			continue
		}
		v.Channels[l.Line.Channel], v.Retiring[l.Line] = ch, p.retires(ch, l)
	}
	var errs []error
	for _, batch := range p.cfg.Redeem.Decide(v) {
		errs = append(errs, p.redeemBatch(ctx, batch, v))
	}
	return errors.Join(errs...)
}

// settled is how long what was paid is read again, in seconds of block time: a reorganization may take it back.
const settled = 3600

// readPaid sets the book to what the chain has paid: the process may have ended before it noted a redeem, and a
// reorganization may have made less of one.
func (p *Provider) readPaid(ctx context.Context, now uint64) error {
	var lines []protocol.Line
	noted := map[protocol.Line]protocol.Amount{}
	for _, l := range p.book.lineViews() {
		if !l.Owed.IsZero() || now <= l.RedeemedAt+settled {
			lines, noted[l.Line] = append(lines, l.Line), l.Redeemed
		}
	}
	if len(lines) == 0 {
		return nil
	}
	paid, err := p.deps.Redeemer.Paid(ctx, lines)
	if err != nil {
		return fmt.Errorf("read what was paid of %d lines: %w", len(lines), err)
	}
	for _, x := range paid {
		if x.Total != noted[x.Line] {
			p.log.Info("the chain has paid another sum than was noted", "channel", x.Line.Channel, "noted", noted[x.Line], "paid", x.Total)
		}
		if err := p.book.redeemed(x.Line, x.Total, now); err != nil {
			return err
		}
	}
	return nil
}

// redeemBatch redeems what pays. A batch that would pay nothing, because half the stake is
// pending already or for whatever reason the contract has, costs no gas.
func (p *Provider) redeemBatch(ctx context.Context, batch []SignedVoucher, v RedeemView) error {
	began := time.Now()
	quote, err := p.deps.Redeemer.Quote(ctx, batch)
	if err != nil {
		p.metrics.redeems.WithLabelValues("failed").Inc()
		return fmt.Errorf("ask what %d vouchers would pay: %w", len(batch), err)
	}
	if !p.cfg.Redeem.worth(batch, v, quote) {
		p.rests.rest(batch, v.Now, p.cfg.RedeemEvery)
		if batch = p.rests.pressing(p.cfg.Redeem, batch, v); len(batch) == 0 {
			p.metrics.redeems.WithLabelValues("skipped").Inc()
			p.log.Debug("vouchers would pay too little now", "quote", quote)
			return nil
		}
	}
	paid, err := p.deps.Redeemer.Redeem(ctx, batch)
	if err != nil {
		p.metrics.redeems.WithLabelValues("failed").Inc()
		return fmt.Errorf("redeem %d vouchers: %w", len(batch), err)
	}
	if p.rests.tried(p.cfg.Redeem, batch, paid, v, p.cfg.RedeemEvery) {
		p.metrics.redeems.WithLabelValues("paid").Inc()
		p.log.Info("redeemed vouchers", "vouchers", len(batch), "took", time.Since(began))
	} else {
		p.metrics.redeems.WithLabelValues("unpaid").Inc()
		p.log.Info("handed in vouchers that found no room", "vouchers", len(batch), "took", time.Since(began))
	}
	for _, line := range paid {
		if err := p.book.redeemed(line.Line, line.Total, v.Now); err != nil {
			return err
		}
	}
	return nil
}
