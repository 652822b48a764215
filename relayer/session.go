package relayer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/internal/link"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

const (
	maxOffers  = 256
	maxWords   = 16 // tags, and languages, of one offer
	maxWordLen = 64
)

// session is one provider's connection to this replica.
type session struct {
	r        *Relayer
	id       string
	provider common.Address
	link     *link.Link
	end      context.CancelFunc

	mu     sync.Mutex
	record record

	delivering atomic.Bool // kept vouchers are on their way to the provider
}

// connect is the providers' WebSocket.
func (r *Relayer) connect(w http.ResponseWriter, req *http.Request) {
	if r.draining() {
		fail(w, failure(wire.CodeUnavailable, "the relayer is stopping"))
		return
	}
	conn, err := websocket.Accept(w, req, nil)
	if err != nil {
		return // Accept has answered
	}
	done := make(chan struct{})
	if !r.task(func() {
		defer close(done)
		if err := r.serve(r.life, conn); err != nil {
			r.log.Info("a provider's connection ended", "remote", req.RemoteAddr, "err", err)
		}
		conn.CloseNow()
	}) {
		conn.CloseNow()
		return
	}
	<-done
}

func (r *Relayer) serve(ctx context.Context, conn *websocket.Conn) error {
	r.untilHeard(ctx)
	conn.SetReadLimit(wire.MaxFrame)
	provider, err := r.shake(ctx, conn)
	if err != nil {
		return err
	}
	sctx, end := context.WithCancel(ctx)
	defer end()
	s := &session{r: r, id: randomID(), provider: provider, end: end}
	s.record = record{Provider: provider, Session: s.id, Replica: r.replica}
	s.link = link.New(conn, r.cfg.Heartbeat, nil)
	r.mu.Lock()
	if old := r.sessions[provider]; old != nil {
		old.end() // the newest connection is the provider's
	}
	r.sessions[provider] = s
	r.metrics.providers.Set(float64(len(r.sessions)))
	r.mu.Unlock()
	defer r.left(s)
	err = s.link.Run(sctx, func(e wire.Envelope) error { return s.handle(sctx, e) })
	if err != nil {
		return err
	}
	return sctx.Err()
}

// shake asks who speaks, and believes only an operator's signature over our nonce.
func (r *Relayer) shake(ctx context.Context, conn *websocket.Conn) (common.Address, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*r.cfg.Heartbeat)
	defer cancel()
	c := wire.Challenge{Version: wire.Version, Domain: r.cfg.Domain, Relayer: r.address, Nonce: randomHash()}
	if err := write(ctx, conn, wire.KindChallenge, c); err != nil {
		return common.Address{}, err
	}
	_, message, err := conn.Read(ctx)
	if err != nil {
		return common.Address{}, fmt.Errorf("wait for hello: %w", err)
	}
	e, err := wire.Parse(message)
	if err != nil || e.Kind != wire.KindHello {
		return common.Address{}, fmt.Errorf("wait for hello: got %q: %w", e.Kind, protocol.ErrInvalid)
	}
	h, err := wire.Open[wire.Hello](e)
	if err != nil {
		return common.Address{}, err
	}
	now, err := r.view.now(ctx)
	if err != nil {
		return common.Address{}, err
	}
	refuse := func(why string) (common.Address, error) {
		conn.Close(websocket.StatusPolicyViolation, why)
		return common.Address{}, fmt.Errorf("%s: %w", why, protocol.ErrUnauthorized)
	}
	if h.Session.Nonce != c.Nonce || h.Session.Relayer != r.address || h.Session.Expiry <= now {
		return refuse("the session is not for this challenge")
	}
	operator, err := r.cfg.Domain.Recover(h.Session, h.Signature)
	if err != nil {
		return refuse("the session's signature is malformed")
	}
	owner, err := r.view.speaksFor(ctx, operator)
	if err != nil {
		return common.Address{}, err
	}
	if owner != h.Session.Provider || owner == (common.Address{}) {
		return refuse("the operator does not sign for that provider")
	}
	return owner, write(ctx, conn, wire.KindWelcome, wire.Welcome{Heartbeat: int(r.cfg.Heartbeat / time.Second)})
}

func write(ctx context.Context, conn *websocket.Conn, kind wire.Kind, body any) error {
	frame, err := wire.Seal(kind, body)
	if err != nil {
		return err
	}
	if err := conn.Write(ctx, websocket.MessageText, frame); err != nil {
		return fmt.Errorf("send %s: %w", kind, err)
	}
	return nil
}

func (r *Relayer) left(s *session) {
	r.mu.Lock()
	if r.sessions[s.provider] == s {
		delete(r.sessions, s.provider)
	}
	r.metrics.providers.Set(float64(len(r.sessions)))
	var hit []*carrier
	for _, c := range r.carriers {
		hit = append(hit, c)
	}
	r.mu.Unlock()
	r.index.remove(s.provider, s.id)
	for _, c := range hit {
		c.push(reply{provider: s.provider, lost: s.id})
	}
	ctx := context.WithoutCancel(r.life)
	_, err := r.shared.run(ctx, func(p redis.Pipeliner) []*redis.Cmd {
		gone, _ := json.Marshal(record{Provider: s.provider, Session: s.id, Replica: r.replica, Gone: true}) // plain data
		p.Publish(ctx, r.shared.key("feed"), gone)
		return []*redis.Cmd{scriptLeave.EvalSha(ctx, p, []string{r.shared.key("session", s.provider.Hex())}, s.id)}
	})
	if err != nil {
		r.log.Warn("cannot tell that a provider left", "provider", s.provider, "err", err)
	}
}

// handle runs on the connection's reader.
func (s *session) handle(ctx context.Context, e wire.Envelope) error {
	switch e.Kind {
	case wire.KindOffers:
		o, err := wire.Open[wire.Offers](e)
		if err != nil {
			return err
		}
		return s.setOffers(ctx, o)
	case wire.KindDrain:
		s.mu.Lock()
		s.record.Draining = true
		s.record.Version++
		rec := s.record
		s.mu.Unlock()
		s.r.announce(ctx, rec)
		return nil
	default:
		return s.r.fromProvider(ctx, s.provider, e)
	}
}

// fromProvider hands a frame to whoever waits for it, here or at another replica.
func (r *Relayer) fromProvider(ctx context.Context, provider common.Address, e wire.Envelope) error {
	msg := reply{provider: provider}
	var name common.Hash
	switch e.Kind {
	case wire.KindAccepted:
		v, err := wire.Open[wire.Accepted](e)
		if err != nil {
			return err
		}
		name, msg.accepted = v.Hash, &v
	case wire.KindRefused:
		v, err := wire.Open[wire.Refused](e)
		if err != nil {
			return err
		}
		name, msg.refused = v.Hash, &v
	case wire.KindChunk:
		v, err := wire.Open[wire.Chunk](e)
		if err != nil {
			return err
		}
		name, msg.chunk = v.Hash, &v
	case wire.KindDone:
		v, err := wire.Open[wire.Done](e)
		if err != nil {
			return err
		}
		name, msg.done = v.Hash, &v
	case wire.KindPaid:
		v, err := wire.Open[wire.Paid](e)
		if err != nil {
			return err
		}
		r.payments.answered(ctx, r, provider, v.VoucherHash, v, e)
		return nil
	case wire.KindExhibit:
		v, err := wire.Open[wire.Exhibit](e)
		if err != nil {
			return err
		}
		r.exhibits.answered(ctx, r, provider, v.ID, v, e)
		return nil
	default:
		return nil // of a later version
	}
	r.mu.Lock()
	c := r.carriers[name]
	other := r.remote[name]
	if msg.done != nil || msg.refused != nil {
		delete(r.remote, name)
	}
	r.mu.Unlock()
	switch {
	case c != nil:
		c.push(msg)
	case other != "":
		frame, err := wire.Seal(e.Kind, e.Body)
		if err != nil {
			return err
		}
		return r.publish(ctx, other, busMessage{From: r.replica, Provider: provider, Frame: frame})
	case msg.done != nil && msg.done.Error == "":
		e.Body = bytes.Clone(e.Body)
		r.task(func() { r.keepLate(r.life, provider, e, msg.done) })
	}
	return nil
}

// keepLate adds a receipt that comes after its answer was given up, or whose replica died
// with it, to the kept answer: for whoever reads it again.
func (r *Relayer) keepLate(ctx context.Context, provider common.Address, e wire.Envelope, d *wire.Done) {
	owner, err := r.deps.Redis.Get(ctx, r.shared.key("own", d.Hash.Hex())).Result()
	if replica, _, _ := strings.Cut(owner, ":"); err == nil && replica != r.replica {
		// The replica that carries it may live: this one forgot whom it asked for.
		if frame, err := wire.Seal(e.Kind, e.Body); err == nil {
			if heard, err := r.tell(ctx, replica, busMessage{From: r.replica, Provider: provider, Frame: frame}); err != nil || heard {
				return
			}
		}
	}
	lines, _, _, err := r.shared.kept(ctx, d.Hash, "0", 0)
	if err != nil || len(lines) == 0 {
		return
	}
	var last wire.Event
	if json.Unmarshal(lines[len(lines)-1], &last) != nil || last.Done != nil {
		return
	}
	if signer, err := r.cfg.Domain.Recover(d.Receipt, d.Signature); err != nil || d.Receipt.RequestHash != d.Hash {
		return
	} else if owner, err := r.view.operator(ctx, signer); err != nil || owner != provider || d.Receipt.Provider != provider {
		return
	}
	if last.Error == nil && !acceptedBy(lines, provider) {
		return
	}
	if line, err := json.Marshal(wire.Event{Seq: last.Seq + 1, Done: d}); err == nil {
		r.keeper.put(d.Hash, append(line, '\n'), nil)
	}
}

// acceptedBy tells whether a provider was the last to accept a kept answer.
func acceptedBy(lines [][]byte, provider common.Address) bool {
	for _, line := range slices.Backward(lines) {
		var e wire.Event
		if json.Unmarshal(line, &e) == nil && e.Accepted != nil {
			return e.Accepted.Provider == provider
		}
	}
	return false
}

// setOffers checks signatures and bounds, and tells everybody.
func (s *session) setOffers(ctx context.Context, o wire.Offers) error {
	if len(o.Offers) > maxOffers {
		return fmt.Errorf("provider sends %d offers: %w", len(o.Offers), protocol.ErrInvalid)
	}
	seen := map[common.Hash]bool{}
	for _, so := range o.Offers {
		signer, err := s.r.cfg.Domain.Recover(so.Offer, so.Signature)
		if err != nil {
			return err
		}
		owner, err := s.r.view.speaksFor(ctx, signer)
		if err != nil {
			return err
		}
		if owner != s.provider || so.Offer.Provider != s.provider || seen[so.Offer.ModelVersion] {
			return fmt.Errorf("offer is not this provider's, or repeats a model version: %w", protocol.ErrUnauthorized)
		}
		seen[so.Offer.ModelVersion] = true
		long := func(w string) bool { return len(w) > maxWordLen }
		if len(so.Tags) > maxWords || len(so.Languages) > maxWords || slices.ContainsFunc(so.Tags, long) || slices.ContainsFunc(so.Languages, long) {
			return fmt.Errorf("offer has too many or too long tags: %w", protocol.ErrInvalid)
		}
	}
	s.mu.Lock()
	s.record.Offers = o.Offers
	s.record.Version++
	rec := s.record
	s.mu.Unlock()
	s.r.announce(ctx, rec)
	// Offers come as often as the provider likes: its vouchers go to it once at a time.
	if s.delivering.CompareAndSwap(false, true) && !s.r.task(func() {
		defer s.delivering.Store(false)
		s.r.deliverPending(ctx, s.provider)
	}) {
		s.delivering.Store(false)
	}
	return nil
}

func randomHash() common.Hash {
	b := common.FromHex(randomID() + randomID() + randomID())
	return common.BytesToHash(b[:32])
}

// DropProvider closes a provider's connection to this replica; it may come back.
func (r *Relayer) DropProvider(provider common.Address) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.sessions[provider]; s != nil {
		s.end()
	}
}
