package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// bytesPerToken bounds how many bytes of text one prompt token may stand for in the
// sampled class, where the requester counts and the upstream bills the provider.
const bytesPerToken = 8

// refusal is why a request is not taken.
type refusal struct {
	code   wire.RefuseCode
	detail string
}

func (r *refusal) Error() string { return string(r.code) + ": " + r.detail }

// Stop strings are not signed and not paid for: more than these cost work at every token.
const (
	maxStops     = 16
	maxStopBytes = 1024
)

func refuse(code wire.RefuseCode, format string, args ...any) error {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

// refused makes the wire's form of an error of check.
func refused(hash common.Hash, err error) wire.Refused {
	var r *refusal
	if errors.As(err, &r) {
		return wire.Refused{Hash: hash, Code: r.code, Detail: r.detail}
	}
	return wire.Refused{Hash: hash, Code: wire.RefuseUnavailable, Detail: "the provider cannot check the request now"}
}

// checkTerms checks what needs no chain: the request against its commitments and the offer.
func checkTerms(d protocol.Domain, m *Model, a wire.Ask) error {
	r := a.Request
	if d.Digest(r) != a.Hash {
		return refuse(wire.RefuseSignature, "the hash is not that of the request")
	}
	if a.Params.Hash() != r.ParamsHash {
		return refuse(wire.RefuseParams, "the params are not those that were signed")
	}
	if err := a.Params.Validate(); err != nil {
		return refuse(wire.RefuseParams, "%v", err)
	}
	if len(a.Stop) > maxStops || slices.ContainsFunc(a.Stop, func(s string) bool { return len(s) > maxStopBytes }) {
		return refuse(wire.RefuseParams, "more than %d stop strings, or one of more than %d bytes", maxStops, maxStopBytes)
	}
	if r.Audience > protocol.AudienceAnyone {
		return refuse(wire.RefuseParams, "audience %s", r.Audience)
	}
	if r.MaxOutputTokens == 0 {
		return refuse(wire.RefuseParams, "no output tokens are asked for")
	}
	if r.PriceIn.Cmp(m.PriceIn) < 0 || r.PriceOut.Cmp(m.PriceOut) < 0 {
		return refuse(wire.RefusePrice, "prices %s/%s are below the offer's %s/%s", r.PriceIn, r.PriceOut, m.PriceIn, m.PriceOut)
	}
	if fee, err := r.FeeFor(r.MaxOutputTokens); err != nil {
		return refuse(wire.RefusePrice, "the maximum fee does not cover the longest answer: %v", err)
	} else if fee.Cmp(m.MaxFee) > 0 || r.MaxFee.Cmp(m.MaxFee) > 0 {
		return refuse(wire.RefuseExposure, "maximum fee %s is above the offer's %s", r.MaxFee, m.MaxFee)
	}
	return checkPrompt(m, a)
}

func checkPrompt(m *Model, a wire.Ask) error {
	r := a.Request
	if m.Class == protocol.ClassProven {
		if len(a.Prompt) == 0 || uint64(len(a.Prompt)) != uint64(r.PromptTokens) {
			return refuse(wire.RefusePrompt, "%d prompt tokens came, %d were signed", len(a.Prompt), r.PromptTokens)
		}
		if protocol.TokenRoot(a.Secret, protocol.TagPrompt, a.Prompt) != r.PromptRoot {
			return refuse(wire.RefusePrompt, "the prompt is not the one that was signed")
		}
		if r.PromptTokens > m.Context {
			return refuse(wire.RefuseContext, "%d prompt tokens, the model has %d positions", r.PromptTokens, m.Context)
		}
		return nil
	}
	if a.PromptText == "" || r.PromptTokens == 0 || !utf8.ValidString(a.PromptText) {
		return refuse(wire.RefusePrompt, "no prompt text, or no tokens counted for it")
	}
	if protocol.TextRoot(a.Secret, protocol.TagPrompt, []byte(a.PromptText)) != r.PromptRoot {
		return refuse(wire.RefusePrompt, "the prompt is not the one that was signed")
	}
	if uint64(len(a.PromptText)) > bytesPerToken*uint64(r.PromptTokens)+bytesPerToken {
		return refuse(wire.RefusePrompt, "%d prompt tokens are too few for %d bytes", r.PromptTokens, len(a.PromptText))
	}
	if uint64(r.PromptTokens) > uint64(m.Context) {
		return refuse(wire.RefuseContext, "%d prompt tokens, the model has %d", r.PromptTokens, m.Context)
	}
	return nil
}

// checkMoney checks who signed and whether the channel and the stake can carry the fee.
// inFlight is the sum of the maximum fees of other requests that run on the channel.
func (p *Provider) checkMoney(ctx context.Context, relayer common.Address, a wire.Ask, inFlight protocol.Amount) error {
	r := a.Request
	now, err := p.view.now(ctx)
	if err != nil {
		return err
	}
	if r.Deadline <= now || r.Deadline > now+protocol.MaxDeadline {
		return refuse(wire.RefuseDeadline, "deadline %d is not within (%d, %d]", r.Deadline, now, now+protocol.MaxDeadline)
	}
	ch, err := p.view.channel(ctx, r.Payment)
	if errors.Is(err, protocol.ErrNotFound) {
		return refuse(wire.RefuseFunds, "there is no channel %s", r.Payment)
	} else if err != nil {
		return err
	}
	signer, err := protocol.RecoverDigest(a.Hash, a.Signature)
	if err != nil || signer == (common.Address{}) || signer != ch.Delegate && signer != ch.Retiring {
		return refuse(wire.RefuseSignature, "signed by %s, not by the channel's delegate", signer)
	}
	// Who may pay no more by the deadline is not served.
	if signer != ch.Delegate && (!p.cfg.Redeem.mayPay(ch, r.Deadline) || p.book.heldFrom(p.lineOf(a), ch.Delegate)) {
		return refuse(wire.RefuseSignature, "signed by %s, which retires: its successor must sign", signer)
	}
	if r.Requester != ch.Requester {
		return refuse(wire.RefuseSignature, "the channel belongs to another requester")
	}
	// What is answered by the deadline is redeemed in the margin after it.
	if margin := p.cfg.Redeem.complete().Margin; ch.Closing || ch.Expiry <= r.Deadline+margin {
		return refuse(wire.RefuseFunds, "the channel is closing, or pays no longer than %d s after the request's deadline", margin)
	}
	if err := p.checkReservation(relayer, a, now); err != nil {
		return err
	}
	unpaid, owed := p.book.owed(r.Payment)
	if limit := p.cfg.MaxUnpaid; !limit.IsZero() && over(limit, unpaid, inFlight, r.MaxFee) {
		return refuse(wire.RefuseFunds, "%s on this channel is not covered by a voucher yet", unpaid)
	}
	if limit := p.cfg.MaxOwed; !limit.IsZero() && over(limit, owed, inFlight, r.MaxFee) {
		return refuse(wire.RefuseFunds, "%s on this channel is not redeemed yet", owed)
	}
	if left, err := ch.Deposit.Sub(ch.Paid); err != nil || over(left, owed, inFlight, r.MaxFee) {
		return refuse(wire.RefuseFunds, "the channel has %s left, %s of it owed here", left, owed)
	}
	stake, err := p.view.stake(ctx)
	if err != nil {
		return err
	}
	if !protocol.WithinExposure(r.MaxFee, stake) {
		return refuse(wire.RefuseExposure, "maximum fee %s is above free stake %s / %d", r.MaxFee, stake, protocol.ExposureDivisor)
	}
	return nil
}

func (p *Provider) lineOf(a wire.Ask) protocol.Line {
	return protocol.Line{Channel: a.Request.Payment, Provider: p.cfg.Provider, ModelVersion: a.Request.ModelVersion, Relayer: a.Relayer}
}

func (p *Provider) checkReservation(relayer common.Address, a wire.Ask, now uint64) error {
	if a.Reservation == nil {
		return nil
	}
	r := a.Reservation.Reservation
	if r.Relayer != relayer || r.Provider != p.cfg.Provider || r.Channel != a.Request.Payment || r.Amount.Cmp(a.Request.MaxFee) < 0 || r.Expiry < now ||
		!p.reservations.signed(p.cfg.Domain, a.Reservation) {
		return refuse(wire.RefuseFunds, "the reservation is not the relayer's, for another request, or expired")
	}
	return nil
}

// reservations remembers the newest reservations whose signature was right: a relayer sends
// one with many requests.
type reservations struct {
	mu   sync.Mutex
	seen map[signedReservation]struct{}
}

type signedReservation struct {
	protocol.Reservation
	signature [65]byte
}

const maxReservations = 4096

func (x *reservations) signed(d protocol.Domain, s *wire.SignedReservation) bool {
	key := signedReservation{Reservation: s.Reservation}
	if copy(key.signature[:], s.Signature) != len(s.Signature) {
		return false
	}
	x.mu.Lock()
	_, known := x.seen[key]
	x.mu.Unlock()
	if known {
		return true
	}
	if signer, err := d.Recover(s.Reservation, s.Signature); err != nil || signer != s.Reservation.Relayer {
		return false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.seen == nil || len(x.seen) >= maxReservations {
		x.seen = map[signedReservation]struct{}{}
	}
	x.seen[key] = struct{}{}
	return true
}

// over reports whether the sum of parts passes limit.
func over(limit protocol.Amount, parts ...protocol.Amount) bool {
	var sum protocol.Amount
	for _, part := range parts {
		var err error
		if sum, err = sum.Add(part); err != nil {
			return true
		}
	}
	return sum.Cmp(limit) > 0
}

// chainView is Chain with a short memory, so that a burst of requests is one read.
type chainView struct {
	chain    Chain
	provider common.Address
	keep     time.Duration
	clock    func() time.Time

	mu       sync.Mutex
	time     memo[uint64]
	free     memo[protocol.Amount]
	channels map[common.Hash]*memo[Channel]
}

// memo is one value read from the chain; mu makes concurrent readers share a read.
type memo[T any] struct {
	mu    sync.Mutex
	at    time.Time
	value T
	err   error
}

func (m *memo[T]) get(now time.Time, keep time.Duration, read func() (T, error)) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.at.IsZero() && now.Sub(m.at) < keep && m.err == nil {
		return m.value, nil
	}
	m.value, m.err = read()
	m.at = now
	return m.value, m.err
}

func (v *chainView) now(ctx context.Context) (uint64, error) {
	return v.time.get(v.clock(), min(v.keep, time.Second), func() (uint64, error) { return v.chain.Now(ctx) })
}

func (v *chainView) stake(ctx context.Context) (protocol.Amount, error) {
	return v.free.get(v.clock(), v.keep, func() (protocol.Amount, error) { return v.chain.FreeStake(ctx, v.provider) })
}

func (v *chainView) channel(ctx context.Context, id common.Hash) (Channel, error) {
	v.mu.Lock()
	m := v.channels[id]
	if m == nil {
		if len(v.channels) >= 4096 { // an attacker may name any id
			clear(v.channels)
		}
		m = &memo[Channel]{}
		v.channels[id] = m
	}
	v.mu.Unlock()
	return m.get(v.clock(), v.keep, func() (Channel, error) { return v.chain.Channel(ctx, id) })
}
