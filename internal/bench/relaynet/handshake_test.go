package relaynet

import (
	"context"
	"crypto/ecdsa"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testredis"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/relayer"
)

// blockTime is what the chain of these tests says: nothing expires by the clock.
const blockTime = 1_700_000_000

// speaker is a connection to a relayer of somebody who says what a test likes.
type speaker struct {
	*world
	conn      *websocket.Conn
	challenge wire.Challenge
}

// strangers is a world in which bob and carol are registered, each with an operator, and nobody
// is connected.
func strangers(t *testing.T) *world {
	t.Helper()
	chain := NewChain()
	chain.time = blockTime
	for _, name := range []string{"bob", "carol"} {
		Register(chain, name)
	}
	return worldOn(t, chain, testredis.Mini(t), relayer.Config{})
}

// in is the world as a part of its test sees it.
func (w *world) in(t *testing.T) *world {
	part := *w
	part.t = t
	return &part
}

func (w *world) speak() *speaker {
	w.t.Helper()
	conn, _, err := websocket.Dial(w.ctx, w.relay.URL+wire.PathConnect, nil)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { conn.CloseNow() })
	s := &speaker{world: w, conn: conn}
	s.challenge = receive[wire.Challenge](s, wire.KindChallenge)
	require.Equal(w.t, Addr("relayer"), s.challenge.Relayer)
	require.Equal(w.t, Domain, s.challenge.Domain)
	return s
}

func receive[T any](s *speaker, kind wire.Kind) T {
	s.t.Helper()
	_, message, err := s.conn.Read(s.ctx)
	require.NoError(s.t, err)
	e, err := wire.Parse(message)
	require.NoError(s.t, err)
	require.Equal(s.t, kind, e.Kind)
	v, err := wire.Open[T](e)
	require.NoError(s.t, err)
	return v
}

func (s *speaker) send(kind wire.Kind, body any) {
	s.t.Helper()
	frame, err := wire.Seal(kind, body)
	require.NoError(s.t, err)
	require.NoError(s.t, s.conn.Write(s.ctx, websocket.MessageText, frame))
}

// hello is bob's true answer to the challenge.
func (s *speaker) hello() wire.Hello {
	return signed(wire.Hello{Session: protocol.Session{Provider: Addr("bob"), Relayer: s.challenge.Relayer,
		Nonce: s.challenge.Nonce, Expiry: blockTime + 1}}, Domain, Key("bob operator"))
}

func signed(h wire.Hello, d protocol.Domain, key *ecdsa.PrivateKey) wire.Hello {
	h.Signature, _ = d.Sign(key, h.Session)
	return h
}

// welcomed sends the true answer.
func (s *speaker) welcomed() *speaker {
	s.t.Helper()
	s.send(wire.KindHello, s.hello())
	receive[wire.Welcome](s, wire.KindWelcome)
	return s
}

// ended waits for the end of the connection and says what the relayer gave as reason.
func (s *speaker) ended() string {
	s.t.Helper()
	_, message, err := s.conn.Read(s.ctx)
	require.Error(s.t, err, "the relayer says %s", message)
	require.NoError(s.t, s.ctx.Err())
	var end websocket.CloseError
	require.ErrorAs(s.t, err, &end)
	require.Equal(s.t, websocket.StatusPolicyViolation, end.Code)
	return end.Reason
}

// Every word of the handshake counts: who changes one is not let in, whoever signed the rest.
func TestHandshakeLetsInOnlyWhoProvesIt(t *testing.T) {
	w := strangers(t)
	old := w.speak().welcomed()
	bobs := Key("bob operator")
	otherChain, otherMarket := Domain, Domain
	otherChain.ChainID++
	otherMarket.Market[0] ^= 1
	const notThis, notHis, malformed = "the session is not for this challenge", "the operator does not sign for that provider", "the session's signature is malformed"
	for name, c := range map[string]struct {
		change func(s *speaker, h *wire.Hello)
		why    string
	}{
		"another relayer": {func(_ *speaker, h *wire.Hello) {
			h.Session.Relayer = Addr("other relayer")
			*h = signed(*h, Domain, bobs)
		}, notThis},
		"a replayed hello": {func(_ *speaker, h *wire.Hello) { *h = old.hello() }, notThis},
		"another open connection's nonce": {func(s *speaker, h *wire.Hello) {
			h.Session.Nonce = s.speak().challenge.Nonce
			*h = signed(*h, Domain, bobs)
		}, notThis},
		"an old signature under the new nonce": {func(_ *speaker, h *wire.Hello) { h.Signature = old.hello().Signature }, notHis},
		"no nonce": {func(_ *speaker, h *wire.Hello) {
			h.Session.Nonce = common.Hash{}
			*h = signed(*h, Domain, bobs)
		}, notThis},
		"expired at this block": {func(_ *speaker, h *wire.Hello) {
			h.Session.Expiry = blockTime
			*h = signed(*h, Domain, bobs)
		}, notThis},
		"prolonged by another":         {func(_ *speaker, h *wire.Hello) { h.Session.Expiry++ }, notHis},
		"a key nobody registered":      {func(_ *speaker, h *wire.Hello) { *h = signed(*h, Domain, Key("eve")) }, notHis},
		"the provider's own key":       {func(_ *speaker, h *wire.Hello) { *h = signed(*h, Domain, Key("bob")) }, notHis},
		"another provider's operator":  {func(_ *speaker, h *wire.Hello) { *h = signed(*h, Domain, Key("carol operator")) }, notHis},
		"another chain":                {func(_ *speaker, h *wire.Hello) { *h = signed(*h, otherChain, bobs) }, notHis},
		"another market":               {func(_ *speaker, h *wire.Hello) { *h = signed(*h, otherMarket, bobs) }, notHis},
		"no signature":                 {func(_ *speaker, h *wire.Hello) { h.Signature = nil }, malformed},
		"a signature that is cut off":  {func(_ *speaker, h *wire.Hello) { h.Signature = h.Signature[:64] }, malformed},
		"a signature of nothing":       {func(_ *speaker, h *wire.Hello) { h.Signature = make([]byte, 65) }, malformed},
		"a provider that is not there": {func(_ *speaker, h *wire.Hello) { h.Session.Provider = common.Address{}; *h = signed(*h, Domain, bobs) }, notHis},
		"nobody's operator for nobody": {func(_ *speaker, h *wire.Hello) {
			h.Session.Provider = common.Address{}
			*h = signed(*h, Domain, Key("eve"))
		}, notHis},
		"for another provider": {func(_ *speaker, h *wire.Hello) {
			h.Session.Provider = Addr("carol")
			*h = signed(*h, Domain, bobs)
		}, notHis},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.in(t).speak()
			h := s.hello()
			c.change(s, &h)
			s.send(wire.KindHello, h)
			require.Equal(t, c.why, s.ended())
		})
	}
	// Who was let in stayed.
	old.send(wire.KindOffers, wire.Offers{Offers: []wire.SignedOffer{bobsOffer()}})
	w.online(w.relay, "bob", true)
	// And what works for bob tells why the others failed.
	w.speak().welcomed()
}

// A connection starts with the handshake, not with offers, and not with silence.
func TestNobodySkipsTheHandshake(t *testing.T) {
	w := strangers(t)
	for name, frame := range map[string]string{
		"offers first": `{"kind":"offers","body":{"offers":[]}}`,
		"no JSON":      `hello`,
		"no body":      `{"kind":"hello"}`,
		"other body":   `{"kind":"hello","body":[]}`,
	} {
		s := w.speak()
		require.NoError(t, s.conn.Write(w.ctx, websocket.MessageText, []byte(frame)), name)
		_, message, err := s.conn.Read(w.ctx)
		require.Error(t, err, "%s: the relayer says %s", name, message)
		require.NoError(t, w.ctx.Err())
	}
	misnamed := w.speak() // and the true answer under another name is none
	misnamed.send(wire.KindOffers, misnamed.hello())
	misnamed.ends()
	mute := w.start(relayer.Config{Heartbeat: 10 * time.Millisecond})
	conn, _, err := websocket.Dial(w.ctx, mute.URL+wire.PathConnect, nil)
	require.NoError(t, err)
	defer conn.CloseNow()
	_, _, err = conn.Read(w.ctx) // the challenge
	require.NoError(t, err)
	_, _, err = conn.Read(w.ctx)
	require.Error(t, err)
	require.NoError(t, w.ctx.Err(), "a peer that says nothing is not waited for")
}

func bobsOffer() wire.SignedOffer {
	return signedOffer(wire.SignedOffer{Context: 4096, Offer: protocol.Offer{Provider: Addr("bob"), ModelVersion: Model, PriceIn: protocol.NewAmount(100_000),
		PriceOut: protocol.NewAmount(400_000), MaxFee: protocol.NewAmount(1_000_000), Capacity: 4, Expiry: blockTime + 1}}, Domain, Key("bob operator"))
}

func signedOffer(o wire.SignedOffer, d protocol.Domain, key *ecdsa.PrivateKey) wire.SignedOffer {
	o.Signature, _ = d.Sign(key, o.Offer)
	return o
}

// An offer binds whoever signed it: one that a provider's operator did not sign as it stands
// ends the connection, and none of the offers beside it is shown.
func TestOffersAreTheProvidersOwn(t *testing.T) {
	w := strangers(t)
	bobs := Key("bob operator")
	otherChain, otherMarket := Domain, Domain
	otherChain.ChainID++
	otherMarket.Market[0] ^= 1
	for name, change := range map[string]func(o *wire.SignedOffer){
		"of another provider": func(o *wire.SignedOffer) {
			o.Offer.Provider = Addr("carol")
			*o = signedOffer(*o, Domain, Key("carol operator"))
		},
		"in another's name":          func(o *wire.SignedOffer) { o.Offer.Provider = Addr("carol"); *o = signedOffer(*o, Domain, bobs) },
		"signed by another operator": func(o *wire.SignedOffer) { *o = signedOffer(*o, Domain, Key("carol operator")) },
		"signed by nobody known":     func(o *wire.SignedOffer) { *o = signedOffer(*o, Domain, Key("eve")) },
		"of another chain":           func(o *wire.SignedOffer) { *o = signedOffer(*o, otherChain, bobs) },
		"of another market":          func(o *wire.SignedOffer) { *o = signedOffer(*o, otherMarket, bobs) },
		"without a signature":        func(o *wire.SignedOffer) { o.Signature = nil },
		"another model":              func(o *wire.SignedOffer) { o.Offer.ModelVersion[0] ^= 1 },
		"cheaper for prompts":        func(o *wire.SignedOffer) { o.Offer.PriceIn = protocol.NewAmount(1) },
		"cheaper for answers":        func(o *wire.SignedOffer) { o.Offer.PriceOut = protocol.NewAmount(1) },
		"a larger fee":               func(o *wire.SignedOffer) { o.Offer.MaxFee = protocol.NewAmount(2_000_000) },
		"more room":                  func(o *wire.SignedOffer) { o.Offer.Capacity++ },
		"prolonged":                  func(o *wire.SignedOffer) { o.Offer.Expiry++ },
		"too many tags":              func(o *wire.SignedOffer) { o.Tags = make([]string, 17) },
		"too many languages":         func(o *wire.SignedOffer) { o.Languages = make([]string, 17) },
		"a tag without end":          func(o *wire.SignedOffer) { o.Tags = []string{strings.Repeat("x", 65)} },
		"a language without end":     func(o *wire.SignedOffer) { o.Languages = []string{strings.Repeat("x", 65)} },
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			s := w.speak().welcomed()
			good, bad := bobsOffer(), bobsOffer()
			good.Offer.ModelVersion[1] ^= 1
			change(&bad)
			s.send(wire.KindOffers, wire.Offers{Offers: []wire.SignedOffer{signedOffer(good, Domain, bobs), bad}})
			s.ends()
			require.Empty(t, w.offers())
		})
	}
	t.Run("twice for one model", func(t *testing.T) {
		w := w.in(t)
		s := w.speak().welcomed()
		s.send(wire.KindOffers, wire.Offers{Offers: []wire.SignedOffer{bobsOffer(), bobsOffer()}})
		s.ends()
		require.Empty(t, w.offers())
	})
	t.Run("more than anyone has", func(t *testing.T) {
		w := w.in(t)
		s := w.speak().welcomed()
		many := wire.Offers{}
		for i := range 257 {
			o := bobsOffer()
			o.Offer.ModelVersion[2], o.Offer.ModelVersion[3] = byte(i), byte(i>>8)
			many.Offers = append(many.Offers, signedOffer(o, Domain, bobs))
		}
		s.send(wire.KindOffers, many)
		s.ends()
		require.Empty(t, w.offers())
	})
	// The same offer, unchanged, is taken and shown; what follows it may still end the connection.
	s := w.speak().welcomed()
	s.send(wire.KindOffers, wire.Offers{Offers: []wire.SignedOffer{bobsOffer()}})
	w.online(w.relay, "bob", true)
	require.Len(t, w.offers(), 1)
}

// An offer counts until the block that it names, however lately it came.
func TestExpiredOfferIsNotMatched(t *testing.T) {
	w := strangers(t)
	s := w.speak().welcomed()
	o := bobsOffer()
	o.Offer.Expiry = blockTime
	s.send(wire.KindOffers, wire.Offers{Offers: []wire.SignedOffer{signedOffer(o, Domain, Key("bob operator"))}})
	require.Eventually(t, func() bool { return len(w.offers()) == 1 }, 10*time.Second, time.Millisecond)
	require.False(t, w.offers()[0].Online)
	_, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{1}, 5))
	var f *wire.Failure
	require.ErrorAs(t, err, &f)
	require.Equal(t, wire.CodeNoProvider, f.Code)
	require.Equal(t, map[string]int{wire.RejectExpired: 1}, f.Route.Rejected)

	s.send(wire.KindOffers, wire.Offers{Offers: []wire.SignedOffer{bobsOffer()}})
	w.online(w.relay, "bob", true)
	_, err = w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{1}, 5))
	require.NoError(t, err)
}

// A key that its provider retired, because it was stolen perhaps, speaks for nobody any more: it
// opens no connection, and the one that it has ends with its next offers.
func TestRetiredOperatorSpeaksForNobody(t *testing.T) {
	w := strangers(t)
	s := w.speak().welcomed()
	offers := wire.Offers{Offers: []wire.SignedOffer{bobsOffer()}}
	s.send(wire.KindOffers, offers)
	w.online(w.relay, "bob", true)
	w.chain.Retire(Addr("bob operator"))
	var again *speaker
	require.Eventually(t, func() bool { // chain reads are a moment old
		again = w.speak()
		again.send(wire.KindHello, again.hello())
		_, _, err := again.conn.Read(w.ctx)
		return err != nil
	}, 10*time.Second, time.Millisecond)
	s.send(wire.KindOffers, offers)
	s.ends()
	require.Eventually(t, func() bool { return len(w.offers()) == 0 }, 10*time.Second, time.Millisecond)
}

// ends waits until the relayer ends the connection, whatever it says of why.
func (s *speaker) ends() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	for {
		if _, _, err := s.conn.Read(ctx); err != nil {
			require.NoError(s.t, ctx.Err(), "the connection stays")
			return
		}
	}
}

func (w *world) offers() []wire.OfferView {
	w.t.Helper()
	views, err := w.relay.Client.Offers(w.ctx)
	require.NoError(w.t, err)
	return views
}
