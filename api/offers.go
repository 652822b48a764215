package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

// measures are what live offers are sorted by, best first. What is offered changes by the
// second and is in no table: it is the relayers' word.
var measures = []string{"cost", "performance", "reliability", "suitability"}

// offer is a live offer with the figures that lists are sorted by.
type offer struct {
	view        wire.OfferView
	cost        protocol.Amount // of the caller's token mix
	suitability float64
	score       float64
	id          string
}

// wish is what a caller looks for among the live offers.
type wish struct {
	version    common.Hash    // zero: any
	provider   common.Address // zero: any
	class      protocol.Class // 0: any
	in, out    uint32         // tokens that the cost is of
	minContext uint32
	wanted     []string // tags and languages
	measure    string   // one of measures
	limit      int
	cursor     string
}

func (q *query) wish() wish {
	w := wish{in: uint32(q.number("prompt_tokens", 1000, 1<<31)), out: uint32(q.number("output_tokens", 500, 1<<31)), minContext: uint32(q.number("context", 0, 1<<31)),
		wanted: append(strs(q.vals["tag"]), q.vals["language"]...), measure: q.text("sort"), limit: int(q.number("limit", 50, store.MaxPage)), cursor: q.vals.Get("cursor")}
	if w.measure == "" {
		w.measure = "cost"
	}
	if !slices.Contains(measures, w.measure) {
		q.wrong("sort", strings.Join(measures, ", "))
	}
	if w.limit < 1 {
		q.wrong("limit", "1 to "+strconv.Itoa(store.MaxPage))
	}
	return w
}

// live lists the offers that a wish is about, best first. Where it does not, it has answered.
func (s *Server) live(c *gin.Context, q *query, w wish) (list []offer, ok bool) {
	if s.unindexed(c) {
		return nil, false
	}
	if q.err != nil {
		s.fail(c, q.err)
		return nil, false
	}
	ctx := c.Request.Context()
	views, err := s.liveOffers(ctx)
	if err != nil {
		s.fail(c, err)
		return nil, false
	}
	for _, v := range views {
		o := v.Offer
		if w.version != (common.Hash{}) && o.ModelVersion != w.version || w.provider != (common.Address{}) && o.Provider != w.provider {
			continue
		}
		if w.class != 0 {
			if m, err := s.deps.Catalog.ByVersion(ctx, o.ModelVersion); err != nil || m.Class != w.class {
				continue
			}
		}
		cost, err := protocol.Fee(w.in, w.out, o.PriceIn, o.PriceOut)
		if err != nil {
			continue
		}
		list = append(list, offer{view: v, cost: cost, suitability: suits(v, w.wanted, w.minContext), id: o.Provider.Hex() + o.ModelVersion.Hex()})
	}
	order(list, w.measure)
	return list, true
}

// marketOffers lists live offers, best first by the measure asked for. Busy offers
// are listed as busy and lose nothing.
func (s *Server) marketOffers(c *gin.Context) {
	q := newQuery(c)
	w := q.wish()
	w.version, w.provider = q.hash("model_version"), q.address("provider")
	q.enum("class", &w.class)
	list, ok := s.live(c, q, w)
	if !ok {
		return
	}
	list, next, err := cut(list, w)
	if err != nil {
		s.fail(c, err)
		return
	}
	meta, err := s.deps.Network.Status(c.Request.Context())
	if err != nil {
		s.fail(c, err)
		return
	}
	data := make([]gin.H, len(list))
	for i := range list {
		data[i] = s.showOffer(&list[i])
	}
	s.showLive(c, data, next, meta)
}

// showLive writes the envelope of a list of live offers: no tag, since they change between
// blocks.
func (s *Server) showLive(c *gin.Context, data any, next string, meta store.Meta) {
	meta.LagSeconds = s.lag(meta)
	c.Header("X-DGrid-Block", strconv.FormatUint(meta.Block.Number, 10))
	c.Header("Cache-Control", "no-cache")
	c.JSON(200, gin.H{"data": withFinality(data, meta), "next_cursor": cursorOrNull(next), "meta": meta})
}

func (s *Server) showOffer(o *offer) gin.H {
	v := o.view
	return gin.H{"provider": v.Offer.Provider, "model_version": v.Offer.ModelVersion, "price_in": v.Offer.PriceIn, "price_out": v.Offer.PriceOut,
		"price": s.prices(v.Offer.PriceIn, v.Offer.PriceOut), "max_fee": v.Offer.MaxFee, "capacity": v.Offer.Capacity, "busy": v.Busy, "online": v.Online,
		"expiry": v.Offer.Expiry, "context": v.Context, "tags": strs(v.Tags), "languages": strs(v.Languages), "cost": s.money(o.cost), "performance": v.Performance,
		"reliability": v.Reliability, "suitability": o.suitability, "ttft_ms": v.TTFTMillis, "tokens_per_second": v.TokensPerSecond, "served": v.Served,
		"signature": v.Signature}
}

// byOffers hands a list over to live where it is to be sorted by a measure of live offers.
func (s *Server) byOffers(live, rows gin.HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		if slices.Contains(measures, c.Query("sort")) {
			live(c)
			return
		}
		rows(c)
	}
}

// versionOffer and providerOffer are rows with the best offer that there is now.
type versionOffer struct {
	store.Version
	Offer gin.H `json:"best_offer"`
}

type providerOffer struct {
	store.Provider
	Offer gin.H `json:"best_offer"`
}

// liveModels lists the model versions that are offered now by their best offer.
func (s *Server) liveModels(c *gin.Context) {
	listLive(s, c, (*query).versions, func(o *offer) common.Hash { return o.view.Offer.ModelVersion }, s.deps.Network.VersionsAmong,
		func(v store.Version) common.Hash { return v.ModelVersion }, func(v store.Version, o gin.H) versionOffer { return versionOffer{v, o} })
}

// liveProviders lists the providers that offer something now by their best offer.
func (s *Server) liveProviders(c *gin.Context) {
	listLive(s, c, (*query).providers, func(o *offer) common.Address { return o.view.Offer.Provider }, s.deps.Network.ProvidersAmong,
		func(p store.Provider) common.Address { return p.Provider }, func(p store.Provider, o gin.H) providerOffer { return providerOffer{p, o} })
}

// listLive answers with a page of rows that have a live offer, in the order of the best
// offer of each. nameIn is what an offer calls a row, nameOf what the row calls itself.
func listLive[F any, K comparable, R any, V any](s *Server, c *gin.Context, filter func(*query) F, nameIn func(*offer) K,
	read func(context.Context, F, []K) (store.Page[R], error), nameOf func(R) K, with func(R, gin.H) V) {
	q := newQuery(c)
	q.at()
	if q.text("order") == "asc" {
		q.wrong("order", `"desc": live offers are listed best first`)
	}
	w, f := q.wish(), filter(q)
	list, ok := s.live(c, q, w)
	if !ok {
		return
	}
	var names []K
	seen := map[K]bool{}
	list = slices.DeleteFunc(list, func(o offer) bool {
		name := nameIn(&o)
		gone := !o.view.Online || seen[name]
		if !gone {
			seen[name] = true
			names = append(names, name)
		}
		return gone
	})
	page, err := read(c.Request.Context(), f, names)
	if err != nil {
		s.fail(c, err)
		return
	}
	rows := map[K]R{}
	for _, r := range page.Data {
		rows[nameOf(r)] = r
	}
	list = slices.DeleteFunc(list, func(o offer) bool { _, ok := rows[nameIn(&o)]; return !ok })
	list, next, err := cut(list, w)
	if err != nil {
		s.fail(c, err)
		return
	}
	data := make([]V, len(list))
	for i := range list {
		data[i] = with(rows[nameIn(&list[i])], s.showOffer(&list[i]))
	}
	s.showLive(c, data, next, page.Meta)
}

func strs(list []string) []string { return append([]string{}, list...) }

// suits is the share of what was wanted that an offer has; 0 if its context is too small.
func suits(v wire.OfferView, wanted []string, minContext uint32) float64 {
	if v.Context < minContext {
		return 0
	}
	if len(wanted) == 0 {
		return 1
	}
	have := map[string]bool{}
	for _, t := range append(strs(v.Tags), v.Languages...) {
		have[strings.ToLower(t)] = true
	}
	n := 0
	for _, w := range wanted {
		if have[strings.ToLower(w)] {
			n++
		}
	}
	return float64(n) / float64(len(wanted))
}

// order sorts by one measure, best first, ties by name. Costs compare exactly.
func order(list []offer, measure string) {
	for i := range list {
		o := &list[i]
		o.score = map[string]float64{"performance": o.view.Performance, "reliability": o.view.Reliability, "suitability": o.suitability}[measure]
	}
	slices.SortFunc(list, func(a, b offer) int { return a.compare(b.mark(measure)) })
}

// offerMark is the inside of a cursor over live offers: the last one shown.
type offerMark struct {
	Sort  string          `json:"s"`
	Cost  protocol.Amount `json:"c"`
	Score float64         `json:"v"`
	ID    string          `json:"id"`
}

func (o *offer) mark(measure string) offerMark {
	return offerMark{Sort: measure, Cost: o.cost, Score: o.score, ID: o.id}
}

// compare is negative where o comes before a mark, in the mark's order.
func (o *offer) compare(m offerMark) int {
	best := cmp.Compare(m.Score, o.score)
	if m.Sort == "cost" {
		best = o.cost.Cmp(m.Cost)
	}
	return cmp.Or(best, cmp.Compare(o.id, m.ID))
}

// cut keeps a page of a sorted list: what comes after the cursor's offer would, even
// if that one is gone.
func cut(list []offer, w wish) ([]offer, string, error) {
	if w.cursor != "" {
		var m offerMark
		raw, err := base64.RawURLEncoding.DecodeString(w.cursor)
		if err != nil || json.Unmarshal(raw, &m) != nil || m.Sort != w.measure {
			return nil, "", invalid("cursor", "the cursor is of another list")
		}
		list = list[sort.Search(len(list), func(i int) bool { return list[i].compare(m) > 0 }):]
	}
	if len(list) <= w.limit {
		return list, "", nil
	}
	raw, err := json.Marshal(list[w.limit-1].mark(w.measure))
	return list[:w.limit], base64.RawURLEncoding.EncodeToString(raw), err
}
