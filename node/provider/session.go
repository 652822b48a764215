package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/internal/link"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

const (
	software     = "dgrid/1"
	asksAtOnce   = 4096 // on one connection, refused ones included
	sessionValid = 60   // seconds of block time that a Session may be old
	repeatDones  = 64   // how many ends that no voucher pays a new connection repeats
)

// session is one connection to one relayer.
type session struct {
	p       *Provider
	link    *link.Link
	relayer common.Address
	peer    *peer
	tasks   chan struct{} // bounds what runs for this connection
}

// peer is one relayer over all its connections.
type peer struct {
	Relayer
	mu        sync.Mutex
	address   common.Address
	connected bool
	link      *link.Link
}

// serve keeps a connection to one relayer until ctx ends.
func (p *Provider) serve(ctx context.Context, peer *peer) error {
	wait := p.cfg.Backoff / 64
	for ctx.Err() == nil {
		began := p.clock()
		err := p.connect(ctx, peer)
		if ctx.Err() != nil {
			return nil
		}
		p.metrics.reconnects.Inc()
		if p.clock().Sub(began) > p.cfg.Backoff {
			wait = p.cfg.Backoff / 64
		}
		p.log.Warn("lost a relayer", "relayer", peer.URL, "err", err)
		pause := time.Duration((0.5 + p.deps.Rand()/2) * float64(wait))
		select {
		case <-p.deps.After(pause):
		case <-ctx.Done():
		}
		wait = min(2*wait, p.cfg.Backoff)
	}
	return nil
}

func (p *Provider) connect(ctx context.Context, peer *peer) error {
	conn, relayer, err := p.shake(ctx, peer)
	if err != nil {
		return err
	}
	s := &session{p: p, relayer: relayer, peer: peer, tasks: make(chan struct{}, asksAtOnce)}
	s.link = link.New(conn, p.cfg.Heartbeat, nil)
	// What runs for this connection ends with it, signed for.
	life, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cut(nil)
	var tasks sync.WaitGroup
	peer.mu.Lock()
	peer.address, peer.connected, peer.link = relayer, true, s.link
	peer.mu.Unlock()
	if err := p.sendOffers(ctx, s); err != nil {
		conn.CloseNow()
		peer.mu.Lock()
		peer.connected = false
		peer.mu.Unlock()
		return err
	}
	for _, hash := range p.book.unpaidOf(relayer, repeatDones) {
		if d, ok := p.wholeDone(hash); ok && s.link.Send(ctx, wire.KindDone, d) != nil {
			break
		}
	}
	p.log.Info("connected to a relayer", "relayer", peer.URL, "address", relayer)
	tasks.Go(func() { s.refreshOffers(life) })
	err = s.link.Run(ctx, func(e wire.Envelope) error { return s.handle(life, &tasks, e) })
	peer.mu.Lock()
	peer.connected = false
	peer.mu.Unlock()
	cut(errLinkLost)
	p.cancelRuns(s, errLinkLost)
	tasks.Wait()
	return err
}

// shake dials and proves who speaks.
func (p *Provider) shake(ctx context.Context, peer *peer) (*websocket.Conn, common.Address, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*p.cfg.Heartbeat)
	defer cancel()
	target, err := url.JoinPath(peer.URL, wire.PathConnect)
	if err != nil {
		return nil, common.Address{}, fmt.Errorf("connect to %s: %v: %w", peer.URL, err, protocol.ErrInvalid)
	}
	conn, _, err := websocket.Dial(ctx, target, &websocket.DialOptions{HTTPClient: p.dialer})
	if err != nil {
		return nil, common.Address{}, fmt.Errorf("connect: %v: %w", err, protocol.ErrUnavailable)
	}
	relayer, err := p.introduce(ctx, conn, peer)
	if err != nil {
		conn.CloseNow()
		return nil, common.Address{}, err
	}
	return conn, relayer, nil
}

func (p *Provider) introduce(ctx context.Context, conn *websocket.Conn, peer *peer) (common.Address, error) {
	c, err := receive[wire.Challenge](ctx, conn, wire.KindChallenge)
	if err != nil {
		return common.Address{}, err
	}
	switch {
	case c.Version != wire.Version:
		return common.Address{}, fmt.Errorf("relayer speaks version %d, not %d: %w", c.Version, wire.Version, protocol.ErrInvalid)
	case c.Domain != p.cfg.Domain:
		return common.Address{}, fmt.Errorf("relayer serves chain %d and market %s, not %d and %s: %w",
			c.Domain.ChainID, c.Domain.Market, p.cfg.Domain.ChainID, p.cfg.Domain.Market, protocol.ErrInvalid)
	case peer.Address != (common.Address{}) && c.Relayer != peer.Address:
		return common.Address{}, fmt.Errorf("relayer says it is %s, not %s: %w", c.Relayer, peer.Address, protocol.ErrUnauthorized)
	}
	now, err := p.view.now(ctx)
	if err != nil {
		return common.Address{}, err
	}
	hello := wire.Hello{Session: protocol.Session{Provider: p.cfg.Provider, Relayer: c.Relayer, Nonce: c.Nonce, Expiry: now + sessionValid}, Software: software}
	if hello.Signature, err = p.cfg.Domain.Sign(p.deps.Key, hello.Session); err != nil {
		return common.Address{}, err
	}
	frame, err := wire.Seal(wire.KindHello, hello)
	if err != nil {
		return common.Address{}, err
	}
	if err := conn.Write(ctx, websocket.MessageText, frame); err != nil {
		return common.Address{}, fmt.Errorf("send hello: %v: %w", err, protocol.ErrUnavailable)
	}
	if _, err := receive[wire.Welcome](ctx, conn, wire.KindWelcome); err != nil {
		return common.Address{}, err
	}
	return c.Relayer, nil
}

func receive[T any](ctx context.Context, conn *websocket.Conn, kind wire.Kind) (T, error) {
	var zero T
	_, message, err := conn.Read(ctx)
	if err != nil {
		return zero, fmt.Errorf("wait for %s: %v: %w", kind, err, protocol.ErrUnavailable)
	}
	var e wire.Envelope
	if err := json.Unmarshal(message, &e); err != nil || e.Kind != kind {
		return zero, fmt.Errorf("relayer sent %q instead of %s: %w", e.Kind, kind, protocol.ErrInvalid)
	}
	return wire.Open[T](e)
}

// handle runs on the connection's reader: whatever waits goes to a task.
func (s *session) handle(life context.Context, tasks *sync.WaitGroup, e wire.Envelope) error {
	switch e.Kind {
	case wire.KindAsk:
		a, err := wire.Open[wire.Ask](e)
		if err != nil {
			return err
		}
		return s.task(tasks, func() { s.p.handleAsk(life, s, a) })
	case wire.KindPay:
		pay, err := wire.Open[wire.Pay](e)
		if err != nil {
			return err
		}
		return s.task(tasks, func() { s.p.handlePay(life, s, pay) })
	case wire.KindEvidence:
		q, err := wire.Open[wire.Evidence](e)
		if err != nil {
			return err
		}
		return s.task(tasks, func() { s.p.handleEvidence(life, s, q) })
	case wire.KindWindow:
		w, err := wire.Open[wire.Window](e)
		if err != nil {
			return err
		}
		if r := s.p.runOf(s, w.Hash); r != nil {
			r.window.grant(w.More)
		}
	case wire.KindCancel:
		c, err := wire.Open[wire.Cancel](e)
		if err != nil {
			return err
		}
		if r := s.p.runOf(s, c.Hash); r != nil {
			r.cancel(errCancelled)
		}
	}
	return nil // other kinds are of a later version
}

func (s *session) task(tasks *sync.WaitGroup, f func()) error {
	select {
	case s.tasks <- struct{}{}:
	default:
		return fmt.Errorf("relayer has more than %d tasks open: %w", asksAtOnce, protocol.ErrInvalid)
	}
	tasks.Go(func() {
		defer func() { <-s.tasks }()
		f()
	})
	return nil
}

func (s *session) refuse(ctx context.Context, hash common.Hash, err error) {
	r := refused(hash, err)
	s.p.metrics.refused.WithLabelValues(string(r.Code)).Inc()
	if err := s.link.Send(ctx, wire.KindRefused, r); err != nil && !errors.Is(err, link.ErrClosed) {
		s.p.log.Warn("cannot send a refusal", "request", hash, "err", err)
	}
}

// wholeDone is the end of an answer with all of it: which chunks a broken connection
// still carried nobody knows, and a receipt over tokens that did not arrive is not paid.
func (p *Provider) wholeDone(hash common.Hash) (wire.Done, bool) {
	e := p.book.stored(hash)
	if e == nil {
		return wire.Done{}, false
	}
	d, err := p.storedDone(e)
	if err != nil {
		p.log.Error("cannot repeat a stored answer", "request", hash, "err", err)
	}
	return d, err == nil
}

// deliver sends the end of an answer, on the peer's newest connection if this one
// broke; a repeated Done harms nobody.
func (s *session) deliver(ctx context.Context, d wire.Done) {
	if err := s.link.Send(ctx, wire.KindDone, d); err == nil || d.Error != "" {
		return
	}
	s.peer.mu.Lock()
	newest := s.peer.link
	s.peer.mu.Unlock()
	if newest == s.link {
		return // the next connection repeats it
	}
	if whole, ok := s.p.wholeDone(d.Hash); ok {
		_ = newest.Send(ctx, wire.KindDone, whole) // the next connection repeats it
	}
}

func (s *session) refreshOffers(ctx context.Context) {
	for {
		select {
		case <-s.p.deps.After(s.p.cfg.OfferTTL / 2):
		case <-s.p.drainSignal:
			if err := s.link.Send(ctx, wire.KindDrain, wire.Drain{}); err != nil {
				return
			}
			<-ctx.Done()
			return
		case <-ctx.Done():
			return
		}
		if err := s.p.sendOffers(ctx, s); err != nil {
			if !errors.Is(err, link.ErrClosed) {
				s.p.log.Warn("cannot refresh offers", "relayer", s.peer.URL, "err", err)
			}
		}
	}
}

// sendOffers signs all offers as they are now and sends them.
func (p *Provider) sendOffers(ctx context.Context, s *session) error {
	now, err := p.view.now(ctx)
	if err != nil {
		return err
	}
	var list wire.Offers
	for i := range p.cfg.Models {
		m := &p.cfg.Models[i]
		o := wire.SignedOffer{Context: m.Context, Tags: m.Tags, Languages: m.Languages, Offer: protocol.Offer{
			Provider: p.cfg.Provider, ModelVersion: m.Version, PriceIn: m.PriceIn, PriceOut: m.PriceOut,
			MaxFee: m.MaxFee, Capacity: m.Capacity, Expiry: now + uint64(p.cfg.OfferTTL/time.Second)}}
		if o.Signature, err = p.cfg.Domain.Sign(p.deps.Key, o.Offer); err != nil {
			return err
		}
		list.Offers = append(list.Offers, o)
	}
	p.mu.Lock()
	list.Busy = p.busy
	p.mu.Unlock()
	return s.link.Send(ctx, wire.KindOffers, list)
}

// handlePay holds a voucher and says so.
func (p *Provider) handlePay(ctx context.Context, s *session, pay wire.Pay) {
	p.deps.step("pay.received")
	paid := wire.Paid{VoucherHash: p.cfg.Domain.Digest(pay.Voucher)}
	count, err := p.Hold(ctx, pay)
	paid.Count = count
	if err != nil {
		paid.Error = err.Error()
		var astray *astrayError
		if errors.As(err, &astray) {
			paid.Held = astray.held
		}
		if protocol.Kind(err) == protocol.ErrInternal {
			p.log.Error("cannot hold a voucher", "channel", pay.Voucher.Channel, "err", err)
			paid.Error = "the provider cannot store the voucher"
		}
	}
	p.metrics.vouchers.WithLabelValues(fmt.Sprint(err == nil)).Inc()
	_ = s.link.Send(ctx, wire.KindPaid, paid) // the payer repeats what was not answered
	p.deps.step("paid.sent")
}

var noRedirects = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
