package relayer

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

const (
	writeLimit = 30 * time.Second // for one write to a client
	maxPrompt  = 1 << 18          // tokens of a Need
	passSlack  = 60               // seconds that a client's clock may be ahead
)

// Handler serves the paths of protocol/wire. The caller's http.Server should set
// ReadHeaderTimeout, and no WriteTimeout: answers stream.
func (r *Relayer) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathMatch, r.handleMatch)
	mux.HandleFunc("POST "+wire.PathRequests, r.handleSubmit)
	mux.HandleFunc("GET "+wire.PathRequests+"/{hash}", r.handleResume)
	mux.HandleFunc("POST "+wire.PathRequests+"/{hash}/cancel", r.handleCancel)
	mux.HandleFunc("GET "+wire.PathRequests+"/{hash}/route", r.handleRoute)
	mux.HandleFunc("POST "+wire.PathVouchers, r.handlePay)
	mux.HandleFunc("POST "+wire.PathEvidence, r.handleEvidence)
	mux.HandleFunc("GET "+wire.PathOffers, r.handleOffers)
	mux.HandleFunc("GET "+wire.PathInfo, func(w http.ResponseWriter, req *http.Request) {
		reply200(w, wire.Info{Version: wire.Version, Domain: r.cfg.Domain, Relayer: r.address})
	})
	mux.HandleFunc("GET "+wire.PathConnect, r.connect)
	return mux
}

func fail(w http.ResponseWriter, f *wire.Failure) {
	status := f.Status()
	w.Header().Set("Content-Type", "application/json")
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(f) // the reader went away
}

func reply200(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the reader went away
}

// decode reads a strict, bounded JSON body.
func decode[T any](w http.ResponseWriter, req *http.Request) (T, *wire.Failure) {
	var v T
	d := json.NewDecoder(http.MaxBytesReader(w, req.Body, wire.MaxFrame))
	d.DisallowUnknownFields()
	err := d.Decode(&v)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the JSON value")
			var large *http.MaxBytesError
			if errors.As(more, &large) {
				err = large
			}
		}
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return v, failure(wire.CodeBodyTooLarge, "the body passes %d bytes", large.Limit)
	case err != nil:
		return v, failure(wire.CodeInvalidRequest, "the body is not the JSON expected: %v", err)
	}
	return v, nil
}

func (r *Relayer) handleMatch(w http.ResponseWriter, req *http.Request) {
	n, f := decode[wire.Need](w, req)
	switch {
	case f != nil:
	case r.draining():
		f = failure(wire.CodeUnavailable, "the relayer is stopping")
	case n.PromptTokens == 0 || n.PromptTokens > maxPrompt || n.MaxOutputTokens == 0:
		f = failure(wire.CodeInvalidRequest, "prompt_tokens must be 1..%d and max_output_tokens at least 1", maxPrompt)
	}
	if f == nil {
		f = r.checkPass(req.Context(), n)
	}
	var l lease
	if f == nil {
		l, f = r.acquire(req.Context(), n, protocol.Amount{}, r.cfg.LeaseTTL, r.cfg.LeaseTTL)
	}
	if f != nil {
		r.metrics.matches.WithLabelValues(f.Code).Inc()
		fail(w, f)
		return
	}
	r.metrics.matches.WithLabelValues("leased").Inc()
	reply200(w, wire.Match{Lease: l.ID, Offer: l.Offer, Relayer: r.address, Expiry: uint64(r.clock().Add(r.cfg.LeaseTTL).Unix()),
		MaxFee: l.Amount, Route: l.Route})
}

// checkPass lets only the channel's delegate take leases on it.
func (r *Relayer) checkPass(ctx context.Context, n wire.Need) *wire.Failure {
	now := uint64(r.clock().Unix())
	if n.Expiry <= now || n.Expiry > now+wire.MaxPass+passSlack {
		return failure(wire.CodeUnauthorized, "the pass expires at %d, which is not within (%d, %d]", n.Expiry, now, now+wire.MaxPass)
	}
	ch, _, f := r.payer(ctx, n)
	if f != nil {
		return f
	}
	signer, err := r.view.pass(n, func() (common.Address, error) { return r.cfg.Domain.Recover(n.Pass(r.address), n.Signature) })
	if err != nil || signer == (common.Address{}) || signer != ch.Delegate && signer != ch.Retiring {
		return failure(wire.CodeUnauthorized, "the pass is not signed by the channel's delegate")
	}
	return nil
}

func (r *Relayer) handleSubmit(w http.ResponseWriter, req *http.Request) {
	s, f := decode[wire.Submit](w, req)
	if f == nil {
		f = r.checkAsk(req.Context(), &s.Ask)
	}
	if f != nil {
		fail(w, f)
		return
	}
	c, kept, f := r.begin(req.Context(), s, clientOf(req))
	switch {
	case f != nil:
		fail(w, f)
	case kept:
		r.followKept(w, req, s.Ask.Hash, 0)
	default:
		defer c.stream.join(-1)
		r.follow(w, req, c.stream, 0, s.Whole)
	}
}

// checkAsk checks what the relayer can tell by itself: the hash, who signed, to whom.
func (r *Relayer) checkAsk(ctx context.Context, a *wire.Ask) *wire.Failure {
	if r.cfg.Domain.Digest(a.Request) != a.Hash {
		return failure(wire.CodeInvalidRequest, "hash is not the digest of request")
	}
	if a.Relayer != r.address || a.Reservation != nil {
		return failure(wire.CodeInvalidRequest, "relayer is not %s, or a reservation is set", r.address)
	}
	if a.Params.Hash() != a.Request.ParamsHash {
		return failure(wire.CodeInvalidRequest, "params do not have the params_hash that was signed")
	}
	ch, _, f := r.payer(ctx, wire.Need{Channel: a.Request.Payment})
	if f != nil {
		return f
	}
	signer, err := protocol.RecoverDigest(a.Hash, a.Signature)
	if err != nil || signer == (common.Address{}) || signer != ch.Delegate && signer != ch.Retiring {
		return failure(wire.CodeUnauthorized, "the request is not signed by the channel's delegate")
	}
	return nil
}

// begin starts a request under its lease, or finds the one that runs or ran already.
// A carrier that is returned has this reader counted.
func (r *Relayer) begin(ctx context.Context, s wire.Submit, client string) (c *carrier, kept bool, f *wire.Failure) {
	if c := r.running(s.Ask.Hash, s.Ask.Secret); c != nil {
		return c, false, nil
	}
	if f := r.admit(client); f != nil {
		return nil, false, f
	}
	admitted := true
	defer func() {
		if admitted {
			r.dismiss(client)
		}
	}()
	owner := r.replica + ":" + secretTag(s.Ask.Secret)
	l, claimed, err := r.shared.redeemLease(ctx, s.Lease, s.Ask.Hash, owner, protocol.MaxDeadline*time.Second+r.cfg.Keep)
	if err != nil && protocol.Kind(err) != protocol.ErrExpired {
		return nil, false, r.outage("take a lease", err)
	}
	if err == nil {
		f = r.own(ctx, &l)
	}
	if !claimed && r.hasKept(ctx, s.Ask.Hash, s.Ask.Secret) {
		if err == nil && f == nil {
			r.giveBack(l)
		}
		return nil, true, nil
	}
	if f != nil {
		r.unclaim(s.Ask.Hash, claimed)
		return nil, false, f
	}
	if err != nil {
		r.unclaim(s.Ask.Hash, claimed)
		return nil, false, failure(wire.CodeLeaseExpired, "the lease is unknown, used or expired: match again")
	}
	if f := underLease(l, s.Ask.Request); f != nil {
		r.giveBack(l)
		r.unclaim(s.Ask.Hash, claimed)
		return nil, false, f
	}
	c, fresh := r.start(s, l, client)
	if c == nil {
		r.giveBack(l)
		r.unclaim(s.Ask.Hash, claimed)
		return nil, false, failure(wire.CodeUnavailable, "the relayer is stopping")
	}
	if !fresh {
		r.giveBack(l)
		if !sameSecret(c.stream.secret, s.Ask.Secret) {
			c.stream.join(-1)
			return nil, false, failure(wire.CodeUnauthorized, "the request runs under another secret")
		}
		return c, false, nil
	}
	admitted = false // the carrier has it now
	return c, false, nil
}

// underLease compares a signed request with what was leased for it.
func underLease(l lease, q protocol.Request) *wire.Failure {
	o := l.Offer.Offer
	switch {
	case q.Payment != l.Need.Channel || q.ModelVersion != l.Need.ModelVersion:
		return failure(wire.CodeInvalidRequest, "the lease is for another channel or model version")
	case q.PromptTokens > l.Need.PromptTokens || q.MaxOutputTokens > l.Need.MaxOutputTokens:
		return failure(wire.CodeInvalidRequest, "the request has more tokens than were matched")
	case q.PriceIn.Cmp(o.PriceIn) < 0 || q.PriceOut.Cmp(o.PriceOut) < 0:
		return failure(wire.CodeInvalidRequest, "the request's prices are below the offer's")
	case q.MaxFee.Cmp(l.Amount) > 0:
		return failure(wire.CodeInvalidRequest, "max_fee %s is above the %s that is reserved", q.MaxFee, l.Amount)
	}
	return nil
}

func (r *Relayer) giveBack(l lease) {
	if err := r.shared.release(context.WithoutCancel(r.life), l, r.shares.settle(l.Share, l.Amount, protocol.Amount{}), nil); err != nil {
		r.log.Warn("cannot give a lease back, it will expire", "err", err)
	}
}

func (r *Relayer) unclaim(hash common.Hash, claimed bool) {
	if claimed {
		ctx := context.WithoutCancel(r.life)
		r.shared.batch.do(func(p redis.Pipeliner) { p.Del(ctx, r.shared.key("own", hash.Hex())) })
	}
}

// start runs a carrier; fresh is false if the request runs already.
func (r *Relayer) start(s wire.Submit, l lease, client string) (c *carrier, fresh bool) {
	a := s.Ask
	c = &carrier{r: r, ask: a, whole: s.Whole, lease: l, client: client, route: l.Route, stop: make(chan struct{}),
		stream: newStream(a.Hash, a.Secret, r.cfg.MaxKept), inbox: newInbox()}
	c.stream.readers = 1
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.carriers[a.Hash]; other != nil {
		other.stream.join(1)
		return other, false
	}
	if r.closing || r.life.Err() != nil {
		return nil, false
	}
	r.carriers[a.Hash] = c
	r.metrics.running.Set(float64(len(r.carriers)))
	r.tasks.Go(func() {
		c.keepLease(r.life)
		c.run(r.life)
	})
	return c, true
}

// finish forgets a carrier; its events are kept by now, so that a reader finds them in either place.
func (r *Relayer) finish(c *carrier) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.carriers, c.ask.Hash)
	r.metrics.running.Set(float64(len(r.carriers)))
	r.dismissLocked(c.client)
	if r.idle != nil && len(r.carriers) == 0 {
		close(r.idle)
		r.idle = nil
	}
}

func (r *Relayer) running(hash, secret common.Hash) *carrier {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.carriers[hash]
	if c == nil || !sameSecret(c.stream.secret, secret) {
		return nil
	}
	c.stream.join(1)
	return c
}

func sameSecret(a, b common.Hash) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }

// admit counts a request against its client's and the relayer's limits.
func (r *Relayer) admit(client string) *wire.Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closing:
		return failure(wire.CodeUnavailable, "the relayer is stopping")
	case r.clients[client] >= r.cfg.MaxPerClient:
		return failure(wire.CodeConcurrencyLimited, "more than %d requests of one client at once", r.cfg.MaxPerClient)
	case len(r.carriers) >= r.cfg.MaxRequests:
		return failure(wire.CodeConcurrencyLimited, "the relayer carries %d requests already", r.cfg.MaxRequests)
	}
	r.clients[client]++
	return nil
}

func (r *Relayer) dismiss(client string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dismissLocked(client)
}

func (r *Relayer) dismissLocked(client string) {
	if r.clients[client]--; r.clients[client] <= 0 {
		delete(r.clients, client)
	}
}

func clientOf(req *http.Request) string {
	host, _, err := net.SplitHostPort(req.RemoteAddr)
	if err != nil {
		return req.RemoteAddr
	}
	return host
}

// access reads the hash of a path and the secret that goes with it.
func access(req *http.Request) (hash, secret common.Hash, f *wire.Failure) {
	if hash.UnmarshalText([]byte(req.PathValue("hash"))) != nil || secret.UnmarshalText([]byte(req.Header.Get(wire.HeaderSecret))) != nil {
		return hash, secret, failure(wire.CodeInvalidRequest, "the path needs a request hash and %s the request's secret, both 0x hex of 32 bytes", wire.HeaderSecret)
	}
	return hash, secret, nil
}

func (r *Relayer) handleResume(w http.ResponseWriter, req *http.Request) {
	hash, secret, f := access(req)
	from := 0
	if after := req.URL.Query().Get("after"); f == nil && after != "" {
		n, err := strconv.ParseUint(after, 10, 31)
		if err != nil {
			f = failure(wire.CodeInvalidRequest, "after is not the seq of an event")
		}
		from = int(n) + 1
	}
	if f != nil {
		fail(w, f)
		return
	}
	if c := r.running(hash, secret); c != nil {
		defer c.stream.join(-1)
		r.follow(w, req, c.stream, from, false)
		return
	}
	if !r.hasKept(req.Context(), hash, secret) {
		fail(w, failure(wire.CodeNotFound, "nothing is kept of this request under this secret; submit it again for its stored receipt"))
		return
	}
	r.followKept(w, req, hash, from)
}

func (r *Relayer) handleCancel(w http.ResponseWriter, req *http.Request) {
	hash, secret, f := access(req)
	if f != nil {
		fail(w, f)
		return
	}
	if c := r.running(hash, secret); c != nil {
		c.cancel()
		c.stream.join(-1)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	replica, ok := r.ownerOf(req.Context(), hash, secret)
	if ok && replica != r.replica {
		if err := r.publish(req.Context(), replica, busMessage{From: r.replica, Name: hash, Cancel: true}); err != nil {
			fail(w, r.outage("reach another replica", err))
			return
		}
		w.WriteHeader(http.StatusNoContent)
		return
	}
	fail(w, failure(wire.CodeNotFound, "no such request runs under this secret"))
}

func (r *Relayer) handleRoute(w http.ResponseWriter, req *http.Request) {
	hash, secret, f := access(req)
	if f != nil {
		fail(w, f)
		return
	}
	if c := r.running(hash, secret); c != nil {
		c.stream.join(-1)
		reply200(w, c.explanation())
		return
	}
	if _, ok := r.ownerOf(req.Context(), hash, secret); ok {
		if route := r.shared.explanation(req.Context(), hash); route != nil {
			reply200(w, route)
			return
		}
	}
	fail(w, failure(wire.CodeNotFound, "no explanation is kept of this request under this secret"))
}

func (r *Relayer) handleOffers(w http.ResponseWriter, req *http.Request) {
	block, err := r.view.now(req.Context())
	if err != nil {
		fail(w, r.outage("read the chain's time", err))
		return
	}
	busy := map[statKey]uint32{}
	r.mu.Lock()
	for _, c := range r.carriers {
		busy[statKey{c.lease.Offer.Offer.Provider, c.ask.Request.ModelVersion}]++
	}
	r.mu.Unlock()
	reply200(w, r.index.views(block, func(p common.Address, v common.Hash) uint32 { return busy[statKey{p, v}] }))
}
