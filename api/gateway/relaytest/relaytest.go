// Package relaytest is a relayer with providers in one process, for tests and
// benchmarks of its clients: real wire messages over real HTTP, real signatures and
// roots, and answers that a test chooses. Providers check vouchers as real ones do.
//
// It matches in the order of Providers, those that a request prefers first, and runs no
// model.
package relaytest

import (
	"cmp"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// StopID ends an answer of Tokenizer's vocabulary.
const StopID = 1

// Vocab is the size of Tokenizer's vocabulary: BOS, StopID and every byte.
const Vocab = 258

// Tokenizer returns a tokenizer with one token per byte and one chat template.
func Tokenizer() *tokenizer.Tokenizer {
	spec := tokenizer.Spec{Kind: tokenizer.SPM, AddBOS: true}
	spec.Tokens = append(spec.Tokens, tokenizer.Token{Type: tokenizer.Control}, tokenizer.Token{Type: tokenizer.Control})
	for b := range 256 {
		spec.Tokens = append(spec.Tokens, tokenizer.Token{Type: tokenizer.Byte, Bytes: []byte{byte(b)}})
	}
	turn := func(who string) []tokenizer.Segment {
		return []tokenizer.Segment{{Kind: tokenizer.Literal, Text: who + ": "}, {Kind: tokenizer.Slot}, {Kind: tokenizer.Literal, Text: "\n"}}
	}
	spec.Templates = []tokenizer.Template{{Name: "plain", System: turn("system"), User: turn("user"), Assistant: turn("assistant"),
		Generate: []tokenizer.Segment{{Kind: tokenizer.Literal, Text: "assistant: "}}}}
	t, err := tokenizer.New(spec, 0)
	if err != nil {
		panic(err)
	}
	return t
}

// Ids returns the tokens of a text.
func Ids(text string) []uint32 {
	ids := make([]uint32, len(text))
	for i := range len(text) {
		ids[i] = uint32(text[i]) + 2
	}
	return ids
}

// Provider answers requests. The function fields are called with no lock held and
// may be nil.
type Provider struct {
	Owner    common.Address
	Operator *ecdsa.PrivateKey
	PriceIn  uint64
	PriceOut uint64
	// Answer is the text that it says before it stops by itself.
	Answer func(wire.Ask) string
	// Step is waited on before each chunk if it is not nil; a cancel ends the wait.
	Step chan struct{}
	// Lie changes a receipt before it is signed, Forge what is sent after.
	Lie   func(*protocol.Receipt)
	Forge func(*wire.Done)
	// Nothing makes it sign for no token at all, Inflate for so many more than it said.
	Nothing bool
	Inflate uint32
	// View changes how its offer is listed.
	View func(*wire.OfferView)
	// Vanish ends the answer without a receipt after that many chunks.
	Vanish int

	seq   uint64
	lines map[protocol.Line]protocol.SumTree
	held  map[protocol.Line]*wire.Held
	fees  map[common.Hash]protocol.Amount // by receipt hash, not in a voucher yet
	// settled are those in a voucher.
	settled map[common.Hash]protocol.Amount
}

// Server is the relayer. Set the fields before the first request.
type Server struct {
	Domain    protocol.Domain
	Relayer   common.Address
	Version   common.Hash
	Class     protocol.Class
	Delegate  common.Address
	Providers []*Provider
	Positions uint32
	// NoMatch refuses every match. Cut ends the connection after that many events,
	// once per request. LosePay makes that many payments fail before they arrive,
	// LosePaid after.
	NoMatch           *wire.Failure
	Cut               int
	LosePay, LosePaid int
	// Matcher is whose matches it claims to make, if not its own. LeaseGone refuses every
	// request because its lease expired.
	Matcher   common.Address
	LeaseGone bool
	// Elsewhere gives every request to the provider after the one that it was matched with.
	Elsewhere bool
	// Rematch changes a match before it is sent, if it is not nil.
	Rematch func(*wire.Match)
	// MaxAdded refuses payments that add more receipts, if it is not 0. MisCount makes
	// that many payments be refused with the word that nothing is held.
	MaxAdded, MisCount int
	// Show changes what a provider shows of a line when it refuses a voucher.
	Show func(*wire.Held)

	mu       sync.Mutex
	changed  chan struct{}
	answers  map[common.Hash]*answer
	vouchers []protocol.Voucher
	matches  int
	http     *httptest.Server
}

type answer struct {
	secret    common.Hash
	events    []wire.Event
	ended     bool
	cancelled chan struct{}
	once      sync.Once
	cut       bool
}

// Start serves on loopback until Close.
func (s *Server) Start() string {
	s.changed, s.answers = make(chan struct{}), map[common.Hash]*answer{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathMatch, s.match)
	mux.HandleFunc("POST "+wire.PathRequests, s.submit)
	mux.HandleFunc("GET "+wire.PathRequests+"/{hash}", s.resume)
	mux.HandleFunc("POST "+wire.PathRequests+"/{hash}/cancel", s.cancel)
	mux.HandleFunc("GET "+wire.PathRequests+"/{hash}/route", func(w http.ResponseWriter, r *http.Request) {
		if s.find(w, r) != nil {
			reply(w, s.route())
		}
	})
	mux.HandleFunc("POST "+wire.PathVouchers, s.pay)
	mux.HandleFunc("GET "+wire.PathOffers, func(w http.ResponseWriter, _ *http.Request) { reply(w, s.offers()) })
	mux.HandleFunc("GET "+wire.PathInfo, func(w http.ResponseWriter, _ *http.Request) {
		reply(w, wire.Info{Version: wire.Version, Domain: s.Domain, Relayer: s.Relayer})
	})
	s.http = httptest.NewServer(mux)
	return s.http.URL
}

// Sibling is another relayer of the same network, with the same providers. Start it.
func (s *Server) Sibling(relayer common.Address) *Server {
	x := &Server{Domain: s.Domain, Relayer: relayer, Version: s.Version, Class: s.Class, Delegate: s.Delegate, Positions: s.Positions}
	for _, p := range s.Providers {
		x.Providers = append(x.Providers, &Provider{Owner: p.Owner, Operator: p.Operator, PriceIn: p.PriceIn, PriceOut: p.PriceOut})
	}
	return x
}

// Close ends all connections.
func (s *Server) Close() {
	s.http.CloseClientConnections()
	s.http.Close()
}

// Matches is how often a match was asked for, Vouchers what providers hold.
func (s *Server) Matches() int { s.mu.Lock(); defer s.mu.Unlock(); return s.matches }

// Vouchers returns what the providers accepted, oldest first.
func (s *Server) Vouchers() []protocol.Voucher {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.vouchers)
}

// Forget makes providers lose the vouchers they hold; receipts stay.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.Providers {
		p.lines, p.held = map[protocol.Line]protocol.SumTree{}, nil
		for receipt, fee := range p.settled {
			p.fees[receipt] = fee
		}
		clear(p.settled)
	}
}

// Answers is how many requests were submitted.
func (s *Server) Answers() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.answers) }

// WaitEnded returns when n answers have ended.
func (s *Server) WaitEnded(n int) {
	for {
		s.mu.Lock()
		ended, changed := 0, s.changed
		for _, a := range s.answers {
			if a.ended {
				ended++
			}
		}
		s.mu.Unlock()
		if ended >= n {
			return
		}
		<-changed
	}
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func fail(w http.ResponseWriter, status int, f wire.Failure) {
	w.WriteHeader(status)
	reply(w, f)
}

func (s *Server) offer(p *Provider) wire.SignedOffer {
	o := protocol.Offer{Provider: p.Owner, ModelVersion: s.Version, PriceIn: protocol.NewAmount(p.PriceIn), PriceOut: protocol.NewAmount(p.PriceOut),
		MaxFee: protocol.NewAmount(1 << 40), Capacity: 64, Expiry: uint64(time.Now().Add(time.Hour).Unix())}
	sig, err := s.Domain.Sign(p.Operator, o)
	if err != nil {
		panic(err)
	}
	return wire.SignedOffer{Offer: o, Signature: sig, Context: s.Positions}
}

func (s *Server) offers() []wire.OfferView {
	views := []wire.OfferView{}
	for i, p := range s.Providers {
		v := wire.OfferView{SignedOffer: s.offer(p), Online: true, Performance: 0.5, Reliability: 1 - float64(i)/10, TTFTMillis: 20, TokensPerSecond: 100}
		if p.View != nil {
			p.View(&v)
		}
		views = append(views, v)
	}
	return views
}

func (s *Server) route() wire.Route {
	r := wire.Route{Rejected: map[string]int{}}
	for _, p := range s.Providers {
		r.Candidates = append(r.Candidates, wire.Candidate{Provider: p.Owner, Score: 1, Reliability: 1})
	}
	return r
}

func (s *Server) match(w http.ResponseWriter, r *http.Request) {
	var need wire.Need
	if json.NewDecoder(r.Body).Decode(&need) != nil {
		fail(w, http.StatusBadRequest, wire.Failure{Code: "invalid_request"})
		return
	}
	if signer, err := s.Domain.Recover(need.Pass(s.Relayer), need.Signature); err != nil || signer != s.Delegate {
		fail(w, http.StatusUnauthorized, wire.Failure{Code: wire.CodeUnauthorized})
		return
	}
	s.mu.Lock()
	s.matches++
	n := s.matches
	s.mu.Unlock()
	if s.NoMatch != nil {
		fail(w, http.StatusServiceUnavailable, *s.NoMatch)
		return
	}
	route := s.route()
	rank := func(p *Provider) uint { return uint(slices.Index(need.Order, p.Owner)) } // last: in no place
	providers := slices.Clone(s.Providers)
	slices.SortStableFunc(providers, func(a, b *Provider) int { return cmp.Compare(rank(a), rank(b)) })
	for _, p := range providers {
		if slices.Contains(need.Ignore, p.Owner) || len(need.Only) > 0 && !slices.Contains(need.Only, p.Owner) ||
			len(need.Order) > 0 && !need.AllowFallbacks && !slices.Contains(need.Order, p.Owner) {
			route.Rejected["excluded"]++
			continue
		}
		if need.MaxPriceOut != nil && protocol.NewAmount(p.PriceOut).Cmp(*need.MaxPriceOut) > 0 {
			route.Rejected["price"]++
			continue
		}
		relayer := s.Relayer
		if s.Matcher != (common.Address{}) {
			relayer = s.Matcher
		}
		m := wire.Match{Lease: fmt.Sprintf("%s/%d", p.Owner, n), Offer: s.offer(p), Relayer: relayer, Expiry: uint64(time.Now().Add(time.Minute).Unix()), Route: route}
		if s.Rematch != nil {
			s.Rematch(&m)
		}
		reply(w, m)
		return
	}
	fail(w, http.StatusServiceUnavailable, wire.Failure{Code: "no_provider_fits", Detail: "no provider fits", Route: &route})
}

func (s *Server) submit(w http.ResponseWriter, r *http.Request) {
	var in wire.Submit
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		fail(w, http.StatusBadRequest, wire.Failure{Code: "invalid_request", Detail: err.Error()})
		return
	}
	if err := s.checkAsk(in.Ask); err != nil {
		fail(w, http.StatusBadRequest, wire.Failure{Code: "invalid_request", Detail: err.Error()})
		return
	}
	owner, _, _ := strings.Cut(in.Lease, "/")
	i := slices.IndexFunc(s.Providers, func(p *Provider) bool { return p.Owner.Hex() == owner })
	if i < 0 || s.LeaseGone {
		fail(w, http.StatusGone, wire.Failure{Code: "lease_expired"})
		return
	}
	if s.Elsewhere {
		i = (i + 1) % len(s.Providers)
	}
	s.mu.Lock()
	a, known := s.answers[in.Ask.Hash]
	if !known {
		a = &answer{secret: in.Ask.Secret, cancelled: make(chan struct{})}
		s.answers[in.Ask.Hash] = a
	}
	s.mu.Unlock()
	if !known {
		go s.work(a, s.Providers[i], in.Ask)
	}
	s.stream(w, r, a, 0)
}

func (s *Server) checkAsk(a wire.Ask) error {
	signer, err := s.Domain.Recover(a.Request, a.Signature)
	root := protocol.TokenRoot(a.Secret, protocol.TagPrompt, a.Prompt)
	if s.Class == protocol.ClassSampled {
		root = protocol.TextRoot(a.Secret, protocol.TagPrompt, []byte(a.PromptText))
	}
	switch {
	case err != nil:
		return err
	case signer != s.Delegate:
		return fmt.Errorf("signed by %s", signer)
	case s.Domain.Digest(a.Request) != a.Hash || root != a.Request.PromptRoot || a.Params.Hash() != a.Request.ParamsHash:
		return fmt.Errorf("hash, prompt root or params hash is wrong")
	}
	return nil
}

func (s *Server) emit(a *answer, e wire.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Seq = uint64(len(a.events))
	a.events = append(a.events, e)
	a.ended = a.ended || e.Done != nil || e.Error != nil
	close(s.changed)
	s.changed = make(chan struct{})
}

// work is the provider.
func (s *Server) work(a *answer, p *Provider, ask wire.Ask) {
	s.emit(a, wire.Event{Accepted: &wire.AcceptedBy{Provider: p.Owner}})
	text := "Hello there, friend."
	if p.Answer != nil {
		text = p.Answer(ask)
	}
	receipt := protocol.Receipt{RequestHash: ask.Hash, Provider: p.Owner, CompletedAt: uint64(time.Now().Unix())}
	var out []uint32
	said := ""
	next := func(n int, c wire.Chunk) bool {
		if p.Vanish > 0 && n >= p.Vanish {
			return false
		}
		if p.Nothing {
			receipt.Finish = protocol.FinishCancelled
			return false
		}
		if p.Step != nil {
			select {
			case <-p.Step:
			case <-a.cancelled:
			}
		}
		select {
		case <-a.cancelled:
			receipt.Finish = protocol.FinishCancelled
			return false
		default:
		}
		c.Hash, c.Seq = ask.Hash, uint32(n)
		s.emit(a, wire.Event{Chunk: &c})
		return true
	}
	if s.Class == protocol.ClassSampled {
		receipt.Finish = protocol.FinishStop
		for n, word := range strings.SplitAfter(text, " ") {
			if !next(n, wire.Chunk{Text: word}) {
				break
			}
			said += word
			receipt.OutputTokens++
		}
		receipt.OutputRoot = protocol.TextRoot(ask.Secret, protocol.TagOutput, []byte(said))
	} else {
		for n, id := range append(Ids(text), StopID) {
			if uint32(n) == ask.Request.MaxOutputTokens {
				receipt.Finish = protocol.FinishLength
				break
			}
			if !next(n, wire.Chunk{Tokens: []uint32{id}}) {
				break
			}
			out = append(out, id)
			if id == StopID {
				receipt.Finish = protocol.FinishStop
			}
		}
		receipt.OutputRoot, receipt.OutputTokens = protocol.TokenRoot(ask.Secret, protocol.TagOutput, out), uint32(len(out))
		receipt.TraceRoot = protocol.TraceRoot(ask.Secret, crypto.Keccak256Hash([]byte(text)))
	}
	if p.Vanish > 0 && receipt.Finish != protocol.FinishCancelled {
		s.emit(a, wire.Event{Error: &wire.Failure{Code: "provider_failed", Detail: "the provider went away"}})
		return
	}
	s.emit(a, wire.Event{Done: s.sign(p, ask, receipt)})
}

func (s *Server) sign(p *Provider, ask wire.Ask, receipt protocol.Receipt) *wire.Done {
	receipt.OutputTokens += p.Inflate
	fee, err := ask.Request.FeeFor(receipt.OutputTokens)
	if err != nil {
		panic(err)
	}
	receipt.Fee = fee
	s.mu.Lock()
	p.seq++
	receipt.Seq = p.seq
	s.mu.Unlock()
	if p.Lie != nil {
		p.Lie(&receipt)
	}
	sig, err := s.Domain.Sign(p.Operator, receipt)
	if err != nil {
		panic(err)
	}
	done := &wire.Done{Hash: ask.Hash, Receipt: receipt, Signature: sig}
	if p.Forge != nil {
		p.Forge(done)
	}
	s.mu.Lock()
	if p.fees == nil {
		p.fees, p.settled, p.lines = map[common.Hash]protocol.Amount{}, map[common.Hash]protocol.Amount{}, map[protocol.Line]protocol.SumTree{}
	}
	p.fees[s.Domain.Digest(receipt)] = receipt.Fee
	s.mu.Unlock()
	return done
}

func (s *Server) find(w http.ResponseWriter, r *http.Request) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.answers[common.HexToHash(r.PathValue("hash"))]
	if a == nil || r.Header.Get(wire.HeaderSecret) != a.secret.Hex() {
		fail(w, http.StatusNotFound, wire.Failure{Code: wire.CodeNotFound})
		return nil
	}
	return a
}

func (s *Server) resume(w http.ResponseWriter, r *http.Request) {
	if a := s.find(w, r); a != nil {
		from := 0
		if n, err := strconv.Atoi(r.URL.Query().Get("after")); err == nil {
			from = n + 1
		}
		s.stream(w, r, a, from)
	}
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request) {
	if a := s.find(w, r); a != nil {
		a.once.Do(func() { close(a.cancelled) })
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request, a *answer, from int) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	enc, flush := json.NewEncoder(w), http.NewResponseController(w)
	for sent := 0; ; sent++ {
		s.mu.Lock()
		for len(a.events) <= from {
			if a.ended {
				s.mu.Unlock()
				return
			}
			changed := s.changed
			s.mu.Unlock()
			_ = flush.Flush()
			select {
			case <-changed:
			case <-r.Context().Done():
				return
			}
			s.mu.Lock()
		}
		e := a.events[from]
		cut := s.Cut > 0 && sent == s.Cut && !a.cut
		a.cut = a.cut || cut
		s.mu.Unlock()
		if cut {
			_ = flush.Flush()
			panic(http.ErrAbortHandler)
		}
		if enc.Encode(e) != nil {
			return
		}
		from++
	}
}

// pay is the provider's side of a voucher: it is held only if it pays for receipts
// that this provider signed, each once.
func (s *Server) pay(w http.ResponseWriter, r *http.Request) {
	var in wire.Pay
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		fail(w, http.StatusBadRequest, wire.Failure{Code: "invalid_request"})
		return
	}
	s.mu.Lock()
	if s.LosePay > 0 {
		s.LosePay--
		s.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	paid := wire.Paid{VoucherHash: s.Domain.Digest(in.Voucher)}
	if s.MaxAdded > 0 && len(in.Added) > s.MaxAdded {
		s.mu.Unlock()
		fail(w, http.StatusBadRequest, wire.Failure{Code: wire.CodeInvalidRequest})
		return
	}
	if s.MisCount > 0 {
		s.MisCount--
		s.mu.Unlock()
		paid.Error = "the provider cannot read the chain"
		reply(w, paid)
		return
	}
	if err := s.hold(in); err != nil {
		paid.Error = err.Error()
	}
	for _, p := range s.Providers {
		if p.Owner == in.Voucher.Provider {
			paid.Count = p.lines[in.Voucher.Line()].Count
			if h := p.held[in.Voucher.Line()]; paid.Error != "" && h != nil {
				shown := *h
				if s.Show != nil {
					s.Show(&shown)
				}
				paid.Held = &shown
			}
		}
	}
	lose := s.LosePaid > 0
	if lose {
		s.LosePaid--
	}
	s.mu.Unlock()
	if lose {
		panic(http.ErrAbortHandler)
	}
	reply(w, paid)
}

func (s *Server) hold(in wire.Pay) error {
	v := in.Voucher
	if signer, err := s.Domain.Recover(v, in.Signature); err != nil || signer != s.Delegate {
		return fmt.Errorf("voucher is signed by %s", signer)
	}
	i := slices.IndexFunc(s.Providers, func(p *Provider) bool { return p.Owner == v.Provider })
	if i < 0 || s.Providers[i].lines == nil {
		return fmt.Errorf("nothing was served by %s", v.Provider)
	}
	p := s.Providers[i]
	tree := p.lines[v.Line()]
	if tree.Count == v.Count && tree.Root() == v.ReceiptsRoot {
		return nil // held already
	}
	for len(in.Added) > 0 { // what is held may lead the list
		if _, held := p.settled[in.Added[0]]; !held {
			break
		}
		in.Added = in.Added[1:]
	}
	for _, receipt := range in.Added {
		fee, ok := p.fees[receipt]
		if !ok {
			return fmt.Errorf("receipt %s is unknown or paid", receipt)
		}
		var err error
		if tree, err = tree.Append(receipt, fee); err != nil {
			return err
		}
	}
	if tree.Root() != v.ReceiptsRoot || tree.Count != v.Count || tree.Total() != v.Total {
		return fmt.Errorf("voucher does not match the receipts")
	}
	if p.held == nil {
		p.held = map[protocol.Line]*wire.Held{}
	}
	h := p.held[v.Line()]
	if h == nil {
		h = &wire.Held{Base: protocol.SumTree{Peaks: []protocol.SumNode{}}}
		p.held[v.Line()] = h
	}
	h.Voucher, h.Signature = v, in.Signature
	for _, receipt := range in.Added {
		h.Leaves = append(h.Leaves, wire.HeldLeaf{Receipt: receipt, Fee: p.fees[receipt]})
		p.settled[receipt] = p.fees[receipt]
		delete(p.fees, receipt)
	}
	p.lines[v.Line()] = tree
	s.vouchers = append(s.vouchers, v)
	return nil
}
