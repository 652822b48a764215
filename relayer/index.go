package relayer

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// index holds every provider's offers of this moment in memory, by model version, so
// that a match is one pass over a slice. It is rebuilt from Redis and from connections.
type index struct {
	weights  Weights
	newcomer uint64

	mu        sync.RWMutex
	byVersion map[common.Hash][]*entry
	providers map[common.Address]*presence
	stats     map[statKey]*stats
	words     map[string]uint // tags and languages, each with its bit
}

type statKey struct {
	provider common.Address
	version  common.Hash
}

// presence is one provider that is connected to some replica.
type presence struct {
	record  record
	entries []*entry
	seen    time.Time
}

// entry is one offer with what matching needs in machine words.
type entry struct {
	offer     wire.SignedOffer
	provider  common.Address
	class     protocol.Class
	wide      bool // an amount does not fit 64 bits: never matched
	priceIn   uint64
	priceOut  uint64
	limit     uint64 // the largest fee: the offer's maximum, or free stake / 400
	exposed   bool   // the stake is what limits
	words     uint64
	draining  bool
	stats     *stats
	fullUntil time.Time // Redis said so; a hint
}

// stats is what was measured of one provider and version, in moving averages.
type stats struct {
	Served   uint64    `json:"served"`
	Success  float64   `json:"success"`  // 0..1
	TTFT     float64   `json:"ttft_ms"`  // milliseconds to the first token
	Rate     float64   `json:"rate"`     // tokens per second after it
	Failures int       `json:"failures"` // in a row
	Until    time.Time `json:"until"`    // not asked before
	dirty    bool
}

const (
	priorSuccess = 0.8 // of a provider that nobody tried
	statWeight   = 0.1 // of the newest sample, once there are ten
	goodTTFT     = 500 // milliseconds that score one half
	goodRate     = 30  // tokens per second that score one half
	shown        = 16  // candidates in an explanation
	maxPenalty   = 60 * time.Second
)

func newIndex(w Weights, newcomer uint64) *index {
	return &index{weights: w, newcomer: newcomer, byVersion: map[common.Hash][]*entry{}, providers: map[common.Address]*presence{},
		stats: map[statKey]*stats{}, words: map[string]uint{}}
}

func (s *stats) performance() float64 {
	if s.Served == 0 || s.TTFT == 0 && s.Rate == 0 {
		return 0.5
	}
	p := goodTTFT / (goodTTFT + s.TTFT)
	if s.Rate > 0 {
		p = (p + s.Rate/(s.Rate+goodRate)) / 2
	}
	return p
}

func (s *stats) reliability() float64 {
	if s.Served == 0 && s.Failures == 0 {
		return priorSuccess
	}
	return s.Success
}

// outcome is one finished request as the scores see it.
type outcome struct {
	Provider common.Address `json:"provider"`
	Version  common.Hash    `json:"version"`
	OK       bool           `json:"ok"`
	TTFT     float64        `json:"ttft_ms,omitempty"`
	Rate     float64        `json:"rate,omitempty"`
}

func (x *index) note(o outcome, now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.statsOf(statKey{o.Provider, o.Version})
	s.dirty = true
	n := float64(min(s.Served, 1<<20)) + 1
	w := max(statWeight, 1/(n+1))
	if s.Success == 0 && s.Served == 0 && s.Failures == 0 {
		s.Success = priorSuccess
	}
	if !o.OK {
		s.Success += w * (0 - s.Success)
		s.Failures++
		if s.Failures >= 3 {
			s.Until = now.Add(min(time.Second<<min(s.Failures-3, 10), maxPenalty))
		}
		return
	}
	s.Success += w * (1 - s.Success)
	s.Failures, s.Until = 0, time.Time{}
	blend := func(avg *float64, v float64) {
		if v <= 0 {
			return
		}
		if *avg == 0 {
			*avg = v
		}
		*avg += w * (v - *avg)
	}
	blend(&s.TTFT, o.TTFT)
	blend(&s.Rate, o.Rate)
	s.Served++
}

func (x *index) statsOf(k statKey) *stats {
	s := x.stats[k]
	if s == nil {
		s = &stats{}
		x.stats[k] = s
	}
	return s
}

// learn takes statistics that another replica measured, unless this one knows more.
func (x *index) learn(k statKey, s stats) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if own := x.statsOf(k); own.Served < s.Served {
		s.dirty = own.dirty
		*own = s
	}
}

// facts are what the registry says about a record's offers.
type facts struct {
	stake   protocol.Amount
	classes map[common.Hash]protocol.Class
}

// set replaces everything known of a provider.
func (x *index) set(r record, f facts, now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.removeLocked(r.Provider)
	p := &presence{record: r, seen: now}
	for _, o := range r.Offers {
		if f.classes[o.Offer.ModelVersion] == 0 {
			continue // no such version: names cost nothing, and each would get its statistics
		}
		e := x.newEntry(o, f)
		e.draining = r.Draining
		p.entries = append(p.entries, e)
		x.byVersion[o.Offer.ModelVersion] = append(x.byVersion[o.Offer.ModelVersion], e)
	}
	x.providers[r.Provider] = p
}

func (x *index) newEntry(o wire.SignedOffer, f facts) *entry {
	e := &entry{offer: o, provider: o.Offer.Provider, class: f.classes[o.Offer.ModelVersion],
		stats: x.statsOf(statKey{o.Offer.Provider, o.Offer.ModelVersion})}
	var okIn, okOut bool
	e.priceIn, okIn = o.Offer.PriceIn.Uint64()
	e.priceOut, okOut = o.Offer.PriceOut.Uint64()
	e.wide = !okIn || !okOut
	e.limit = clip(o.Offer.MaxFee)
	if most := exposure(f.stake); most < e.limit {
		e.limit, e.exposed = most, true
	}
	for _, list := range [][]string{o.Tags, o.Languages} {
		for _, w := range list {
			bit, ok := x.words[w]
			if !ok && len(x.words) < 64 {
				bit, ok = uint(len(x.words)), true
				x.words[w] = bit
			}
			if ok {
				e.words |= 1 << bit
			}
		}
	}
	return e
}

func clip(a protocol.Amount) uint64 {
	if v, ok := a.Uint64(); ok {
		return v
	}
	return math.MaxUint64
}

// exposure is the largest fee of one request for a free stake, in 64 bits.
func exposure(stake protocol.Amount) uint64 {
	b := stake.Big()
	b.Div(b, exposureDivisor)
	if !b.IsUint64() {
		return math.MaxUint64
	}
	return b.Uint64()
}

// remove forgets a provider if session is its newest, or any if session is empty.
func (x *index) remove(provider common.Address, session string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if p := x.providers[provider]; p != nil && (session == "" || p.record.Session == session) {
		x.removeLocked(provider)
	}
}

func (x *index) removeLocked(provider common.Address) {
	p := x.providers[provider]
	if p == nil {
		return
	}
	delete(x.providers, provider)
	for _, e := range p.entries {
		v := e.offer.Offer.ModelVersion
		list := slices.DeleteFunc(x.byVersion[v], func(o *entry) bool { return o == e })
		if len(list) == 0 {
			delete(x.byVersion, v)
		} else {
			x.byVersion[v] = list
		}
	}
}

// seenSince drops providers not heard of since t.
func (x *index) seenSince(t time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for a, p := range x.providers {
		if p.seen.Before(t) {
			x.removeLocked(a)
		}
	}
}

// same marks a provider as seen if its record did not change.
func (x *index) same(r record, now time.Time) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	p := x.providers[r.Provider]
	if p == nil || p.record.Session != r.Session || p.record.Version != r.Version {
		return false
	}
	p.seen = now
	return true
}

func (x *index) presenceOf(provider common.Address) (record, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if p := x.providers[provider]; p != nil {
		return p.record, true
	}
	return record{}, false
}

// explained is a route that is still being decided.
type explained struct{ wire.Route }

// drop notes why the i-th candidate was not taken after all.
func (e *explained) drop(i int, why string) {
	e.Rejected[why]++
	e.Fits--
	if i < len(e.Candidates) {
		e.Candidates[i].Reject = why
	}
}

// choice is a fitting offer with its score.
type choice struct {
	entry *entry
	wire.Candidate
	fee uint64
}

// query is a Need in machine words, with what the request fixed if it is signed already.
type query struct {
	need     wire.Need
	now      time.Time
	block    uint64 // block time
	maxIn    uint64
	maxOut   uint64
	words    uint64
	wanted   int      // tags and languages asked for
	strange  []string // those without a bit
	noOthers bool     // only need.Order
}

func (x *index) query(n wire.Need, now time.Time, block uint64) query {
	q := query{need: n, now: now, block: block, maxIn: math.MaxUint64, maxOut: math.MaxUint64, noOthers: len(n.Order) > 0 && !n.AllowFallbacks}
	if n.MaxPriceIn != nil {
		q.maxIn = clip(*n.MaxPriceIn)
	}
	if n.MaxPriceOut != nil {
		q.maxOut = clip(*n.MaxPriceOut)
	}
	for _, list := range [][]string{n.Tags, n.Languages} {
		for _, w := range list {
			q.wanted++
			if bit, ok := x.words[w]; ok {
				q.words |= 1 << bit
			} else {
				q.strange = append(q.strange, w)
			}
		}
	}
	return q
}

// reject returns why an offer does not fit, "" if it does, and its fee.
func (q *query) reject(e *entry) (string, uint64) {
	n := &q.need
	switch {
	case n.Class != 0 && e.class != n.Class || e.class == 0:
		return wire.RejectClass, 0
	case len(n.Ignore) > 0 && slices.Contains(n.Ignore, e.provider):
		return wire.RejectIgnored, 0
	case len(n.Only) > 0 && !slices.Contains(n.Only, e.provider), q.noOthers && !slices.Contains(n.Order, e.provider):
		return wire.RejectOnly, 0
	case e.draining:
		return wire.RejectDraining, 0
	case e.offer.Offer.Expiry <= q.block:
		return wire.RejectExpired, 0
	case e.wide || e.priceIn > q.maxIn || e.priceOut > q.maxOut:
		return wire.RejectPrice, 0
	case n.PromptTokens > e.offer.Context:
		return wire.RejectContext, 0
	case q.now.Before(e.stats.Until):
		return wire.RejectHealth, 0
	}
	fee, ok := fee64(n.PromptTokens, n.MaxOutputTokens, e.priceIn, e.priceOut)
	switch {
	case !ok || fee > e.limit && !e.exposed:
		return wire.RejectFee, 0
	case fee > e.limit:
		return wire.RejectExposure, 0
	case q.now.Before(e.fullUntil):
		return wire.RejectBusy, 0
	}
	return "", fee
}

// fee64 is protocol.Fee in 64 bits; ok is false beyond them.
func fee64(in, out uint32, priceIn, priceOut uint64) (fee uint64, ok bool) {
	h1, l1 := bits.Mul64(uint64(in), priceIn)
	h2, l2 := bits.Mul64(uint64(out), priceOut)
	lo, c := bits.Add64(l1, l2, 0)
	hi, c := bits.Add64(h1, h2, c)
	if c != 0 {
		return 0, false
	}
	lo, c = bits.Add64(lo, protocol.TokensPerPrice-1, 0)
	if hi += c; hi >= protocol.TokensPerPrice {
		return 0, false
	}
	fee, _ = bits.Div64(hi, lo, protocol.TokensPerPrice)
	return fee, true
}

func (q *query) suitability(e *entry) float64 {
	fit := 1.0
	if q.wanted > 0 {
		n := bits.OnesCount64(q.words & e.words)
		for _, w := range q.strange {
			if slices.Contains(e.offer.Tags, w) || slices.Contains(e.offer.Languages, w) {
				n++
			}
		}
		fit = float64(n) / float64(q.wanted)
	}
	// An offer whose context cuts the answer short suits less.
	room := float64(e.offer.Context-q.need.PromptTokens) + 1
	if want := float64(q.need.MaxOutputTokens); want > room {
		fit *= room / want
	}
	return fit
}

// match filters and scores all offers of a version. Choices come best first, at most
// shown plus those that were asked for by order; rejected counts the rest by reason.
func (x *index) match(n wire.Need, now time.Time, block uint64, rnd func() float64, explore float64) (choices []choice, route explained) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	route.Rejected = map[string]int{}
	list := x.byVersion[n.ModelVersion]
	if len(list) == 0 {
		for _, other := range x.byVersion {
			route.Rejected[wire.RejectModel] += len(other)
		}
		return nil, route
	}
	q := x.query(n, now, block)
	type fit struct {
		e   *entry
		fee uint64
	}
	fits := make([]fit, 0, len(list))
	counts := map[string]int{}
	cheapest := uint64(math.MaxUint64)
	for _, e := range list {
		why, fee := q.reject(e)
		if why != "" {
			counts[why]++
			continue
		}
		fits = append(fits, fit{e, fee})
		cheapest = min(cheapest, fee)
	}
	route.Rejected, route.Fits = counts, len(fits)
	sum := x.weights.Performance + x.weights.Reliability + x.weights.Cost + x.weights.Suitability
	var top []choice
	var newcomer choice
	newcomers := 0.0
	for _, f := range fits {
		st := f.e.stats
		perf, rel := st.performance(), st.reliability()
		cost, suit := (float64(cheapest)+1)/(float64(f.fee)+1), q.suitability(f.e)
		score := (x.weights.Performance*perf + x.weights.Reliability*rel + x.weights.Cost*cost + x.weights.Suitability*suit) / sum
		isNew := false
		if st.Served < x.newcomer {
			newcomers++
			isNew = rnd()*newcomers < 1 // one of all, each as likely
		}
		if !isNew && len(top) == shown && score < top[shown-1].Score && len(n.Order) == 0 {
			continue
		}
		c := choice{entry: f.e, fee: f.fee, Candidate: wire.Candidate{Provider: f.e.provider, Score: score,
			Performance: perf, Reliability: rel, Cost: cost, Suitability: suit}}
		if isNew {
			newcomer = c
		}
		top = keep(top, c, &q, rnd)
	}
	if newcomers > 0 && len(fits) > 1 && rnd() < explore {
		top = append([]choice{newcomer}, slices.DeleteFunc(top, func(c choice) bool { return c.entry == newcomer.entry })...)
		route.Explored = true
	}
	for _, c := range top[:min(len(top), shown)] {
		route.Candidates = append(route.Candidates, c.Candidate)
	}
	return top, route
}

// keep inserts c into top, which is sorted best first and holds at most shown. Equal
// scores are ordered by chance, so that equals share the work.
func keep(top []choice, c choice, q *query, rnd func() float64) []choice {
	rank := func(c choice) int {
		if i := slices.Index(q.need.Order, c.Provider); i >= 0 {
			return i
		}
		return math.MaxInt
	}
	before := func(a, b choice) bool {
		if len(q.need.Order) > 0 {
			if ra, rb := rank(a), rank(b); ra != rb {
				return ra < rb
			}
		}
		return a.Score > b.Score
	}
	if len(top) == shown {
		if last := top[shown-1]; !before(c, last) && (c.Score != last.Score || rnd() < 0.5) {
			return top
		}
		top = top[:shown-1]
	}
	at := len(top)
	for at > 0 && (before(c, top[at-1]) || c.Score == top[at-1].Score && !before(top[at-1], c) && rnd() < 0.5) {
		at--
	}
	return slices.Insert(top, at, c)
}

// full notes that Redis had no place left on an offer; open clears it.
func (x *index) full(e *entry, until time.Time) {
	x.mu.Lock()
	e.fullUntil = until
	x.mu.Unlock()
}

func (x *index) open(k statKey) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if p := x.providers[k.provider]; p != nil {
		for _, e := range p.entries {
			if e.offer.Offer.ModelVersion == k.version {
				e.fullUntil = time.Time{}
			}
		}
	}
}

func (x *index) views(block uint64, busy func(common.Address, common.Hash) uint32) []wire.OfferView {
	x.mu.RLock()
	defer x.mu.RUnlock()
	views := []wire.OfferView{}
	for _, p := range x.providers {
		for _, e := range p.entries {
			views = append(views, wire.OfferView{SignedOffer: e.offer, Online: !e.draining && e.offer.Offer.Expiry > block,
				Busy: busy(e.provider, e.offer.Offer.ModelVersion), Performance: e.stats.performance(), Reliability: e.stats.reliability(),
				TTFTMillis: e.stats.TTFT, TokensPerSecond: e.stats.Rate, Served: e.stats.Served})
		}
	}
	slices.SortFunc(views, func(a, b wire.OfferView) int {
		if c := a.Offer.ModelVersion.Cmp(b.Offer.ModelVersion); c != 0 {
			return c
		}
		return a.Offer.Provider.Cmp(b.Offer.Provider)
	})
	return views
}
