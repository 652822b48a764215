package api

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

type marketRoute struct {
	path   string
	handle gin.HandlerFunc
}

// market is the reading side of the marketplace: the indexer's tables and the
// relayer's live offers. Every answer says which block it shows.
func (s *Server) market() []marketRoute {
	return append(s.disputeRoutes(), []marketRoute{
		{"/v1/market/models", s.byOffers(s.liveModels, paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Version], error) {
			f := q.versions()
			return ask(c, q, func() (store.Page[store.Version], error) { return n.Versions(c.Request.Context(), f, l) })
		}))},
		{"/v1/market/versions/:id", single(s, func(c *gin.Context, q *query, n *store.Network) (store.One[store.VersionPage], error) {
			id := q.pathHash("id")
			return ask(c, q, func() (store.One[store.VersionPage], error) { return n.Version(c.Request.Context(), id) })
		})},
		{"/v1/market/providers", s.byOffers(s.liveProviders, paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Provider], error) {
			f := q.providers()
			return ask(c, q, func() (store.Page[store.Provider], error) { return n.Providers(c.Request.Context(), f, l) })
		}))},
		{"/v1/market/providers/:address", single(s, func(c *gin.Context, q *query, n *store.Network) (store.One[store.ProviderPage], error) {
			a := q.pathAddress("address")
			return ask(c, q, func() (store.One[store.ProviderPage], error) { return n.Provider(c.Request.Context(), a) })
		})},
		{"/v1/market/channels", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Channel], error) {
			f := store.ChannelFilter{Requester: q.address("requester"), Delegate: q.address("delegate"), State: q.text("state")}
			return ask(c, q, func() (store.Page[store.Channel], error) { return n.Channels(c.Request.Context(), f, l) })
		})},
		{"/v1/market/channels/:id", single(s, func(c *gin.Context, q *query, n *store.Network) (store.One[store.ChannelPage], error) {
			id := q.pathHash("id")
			return ask(c, q, func() (store.One[store.ChannelPage], error) { return n.Channel(c.Request.Context(), id) })
		})},
		{"/v1/market/redeems", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Redeem], error) {
			f := store.RedeemFilter{Line: q.hash("line"), Channel: q.hash("channel"), Provider: q.address("provider"), ModelVersion: q.hash("model_version")}
			return ask(c, q, func() (store.Page[store.Redeem], error) { return n.Redeems(c.Request.Context(), f, l) })
		})},
		{"/v1/market/jobs", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Job], error) {
			f := store.JobFilter{Requester: q.address("requester"), Provider: q.address("provider"), ModelVersion: q.hash("model_version"), State: q.text("state")}
			return ask(c, q, func() (store.Page[store.Job], error) { return n.Jobs(c.Request.Context(), f, l) })
		})},
		{"/v1/market/jobs/:id", single(s, func(c *gin.Context, q *query, n *store.Network) (store.One[store.Job], error) {
			id := q.pathHash("id")
			return ask(c, q, func() (store.One[store.Job], error) { return n.Job(c.Request.Context(), id) })
		})},
		{"/v1/market/accounts/:address/money", single(s, func(c *gin.Context, q *query, n *store.Network) (store.One[store.Money], error) {
			a := q.pathAddress("address")
			return ask(c, q, func() (store.One[store.Money], error) { return n.Money(c.Request.Context(), a) })
		})},
		{"/v1/market/credits", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.CreditView], error) {
			f := store.CreditFilter{Provider: q.address("provider"), ModelVersion: q.hash("model_version"), Relayer: q.address("relayer"), State: q.text("state")}
			return ask(c, q, func() (store.Page[store.CreditView], error) { return n.Credits(c.Request.Context(), f, l) })
		})},
		{"/v1/market/slashes", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.StakeChange], error) {
			a := q.address("provider")
			return ask(c, q, func() (store.Page[store.StakeChange], error) { return n.Slashes(c.Request.Context(), a, l) })
		})},
		{"/v1/market/withdrawals", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Transfer], error) {
			a := q.address("account")
			return ask(c, q, func() (store.Page[store.Transfer], error) { return n.Withdrawals(c.Request.Context(), a, l) })
		})},
		{"/v1/market/offers", s.marketOffers},
		{"/v1/market/calls/open-channel", s.openChannelCalls},
		{"/v1/network", s.network},
	}...)
}

// ask runs a read unless a parameter was wrong.
func ask[T any](_ *gin.Context, q *query, read func() (T, error)) (T, error) {
	if q.err != nil {
		var none T
		return none, q.err
	}
	return read()
}

// paged answers with a page.
func paged[T any](s *Server, read func(*gin.Context, *query, *store.Network, store.List) (store.Page[T], error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		q := newQuery(c)
		l := q.list()
		if s.unindexed(c) {
			return
		}
		page, err := read(c, q, s.deps.Network, l)
		if err != nil {
			s.fail(c, err)
			return
		}
		s.show(c, page.Data, cursorOrNull(page.Next), true, page.Meta)
	}
}

// single answers with one row.
func single[T any](s *Server, read func(*gin.Context, *query, *store.Network) (store.One[T], error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		q := newQuery(c)
		q.at()
		if s.unindexed(c) {
			return
		}
		one, err := read(c, q, s.deps.Network)
		if err != nil {
			s.fail(c, err)
			return
		}
		s.show(c, one.Data, nil, false, one.Meta)
	}
}

func (s *Server) unindexed(c *gin.Context) bool {
	if s.deps.Network == nil {
		s.fail(c, fmt.Errorf("no indexer: %w", protocol.ErrUnavailable))
	}
	return s.deps.Network == nil
}

func cursorOrNull(next string) any {
	if next == "" {
		return nil
	}
	return next
}

// lag is how far the tables are behind the node, or how old their newest block is
// where that is more: then node or indexer may be away, and nobody knows what they
// missed.
func (s *Server) lag(meta store.Meta) uint64 {
	now := uint64(s.now().Unix())
	if meta.Block.Time == 0 || now < meta.Block.Time {
		return meta.LagSeconds
	}
	return max(meta.LagSeconds, now-meta.Block.Time)
}

// show writes the envelope; a client that has this state already gets 304.
func (s *Server) show(c *gin.Context, data, next any, paged bool, meta store.Meta) {
	meta.LagSeconds = s.lag(meta)
	tag := fmt.Sprintf(`W/"%s-%d.%d.%d"`, meta.Block.Hash.Hex(), meta.Latest, meta.Safe, meta.Finalized)
	c.Header("ETag", tag)
	c.Header("X-DGrid-Block", strconv.FormatUint(meta.Block.Number, 10))
	c.Header("Cache-Control", "no-cache")
	if c.GetHeader("If-None-Match") == tag {
		c.Status(304)
		return
	}
	out := gin.H{"data": withFinality(data, meta), "meta": meta}
	if paged {
		out["next_cursor"] = next
	}
	c.JSON(200, out)
}

// withFinality returns data with the finality of each row's newest change.
func withFinality(data any, m store.Meta) any {
	v := reflect.New(reflect.TypeOf(data)).Elem()
	v.Set(reflect.ValueOf(data))
	stamp(v, m)
	return v.Interface()
}

// stamp notes finality in all rows inside an addressable value.
func stamp(v reflect.Value, m store.Meta) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			stamp(v.Index(i), m)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			stamp(v.Elem(), m)
		}
	case reflect.Struct:
		if row, ok := v.Addr().Interface().(interface{ Base() *store.Entity }); ok {
			row.Base().Finality = finality(m, row.Base().ChangedBlock)
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				stamp(v.Field(i), m)
			}
		}
	}
}

// query reads parameters and keeps the first mistake.
type query struct {
	c    *gin.Context
	vals url.Values
	err  error
}

func newQuery(c *gin.Context) *query { return &query{c: c, vals: c.Request.URL.Query()} }

func (q *query) wrong(name, what string) {
	if q.err == nil {
		q.err = invalid(name, "%s is not %s", name, what)
	}
}

func (q *query) text(name string) string {
	v := q.vals.Get(name)
	if len(v) > 256 || strings.ContainsRune(v, 0) {
		q.wrong(name, "a short text")
		return ""
	}
	return v
}

func (q *query) parseHash(name, v string) (h common.Hash) {
	if b := common.FromHex(v); len(v) != 66 || len(b) != 32 {
		q.wrong(name, "32 bytes as 0x hex")
		return h
	}
	if h.UnmarshalText([]byte(v)) != nil {
		q.wrong(name, "32 bytes as 0x hex")
	}
	return h
}

func (q *query) parseAddress(name, v string) common.Address {
	if !common.IsHexAddress(v) || len(v) != 42 {
		q.wrong(name, "an address as 0x hex")
	}
	return common.HexToAddress(v)
}

func (q *query) hash(name string) (h common.Hash) {
	if v := q.vals.Get(name); v != "" {
		h = q.parseHash(name, v)
	}
	return h
}

func (q *query) address(name string) (a common.Address) {
	if v := q.vals.Get(name); v != "" {
		a = q.parseAddress(name, v)
	}
	return a
}

func (q *query) pathHash(name string) common.Hash { return q.parseHash(name, q.c.Param(name)) }

func (q *query) pathAddress(name string) common.Address {
	return q.parseAddress(name, q.c.Param(name))
}

func (q *query) amount(name string) (a protocol.Amount) {
	if v := q.vals.Get(name); v != "" {
		var err error
		if a, err = protocol.ParseAmount(v); err != nil {
			q.wrong(name, "a decimal number of base units")
		}
	}
	return a
}

func (q *query) number(name string, def, limit uint64) uint64 {
	v := q.vals.Get(name)
	if v == "" {
		return def
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil || n > limit {
		q.wrong(name, fmt.Sprintf("a number up to %d", limit))
	}
	return n
}

func (q *query) enum(name string, into interface{ UnmarshalText([]byte) error }) {
	if v := q.vals.Get(name); v != "" && into.UnmarshalText([]byte(v)) != nil {
		q.wrong(name, "one of its names")
	}
}

// at accepts only the state that the tables hold; rows show their own finality.
func (q *query) at() {
	if v := q.vals.Get("at"); v != "" && v != "latest" {
		q.wrong("at", `"latest", the one state that is kept; rows show their finality`)
	}
}

func (q *query) list() store.List {
	q.at()
	l := store.List{Cursor: q.vals.Get("cursor"), Limit: int(q.number("limit", 50, store.MaxPage)), Sort: q.text("sort")}
	if l.Limit == 0 {
		q.wrong("limit", fmt.Sprintf("1 to %d", store.MaxPage))
	}
	switch q.text("order") {
	case "", "desc":
	case "asc":
		l.Ascending = true
	default:
		q.wrong("order", "asc or desc")
	}
	return l
}

// versions and providers read the filters of the lists of models and providers.
func (q *query) versions() store.VersionFilter {
	f := store.VersionFilter{Creator: q.address("creator"), Parent: q.hash("parent"), Name: q.text("name"), Search: q.text("search")}
	q.enum("class", &f.Class)
	q.enum("kind", &f.Kind)
	return f
}

func (q *query) providers() store.ProviderFilter {
	return store.ProviderFilter{MinFreeStake: q.amount("min_free_stake"), NotForfeited: q.text("not_forfeited") == "true"}
}

// network shows the deployment: what a wallet or contract must know.
func (s *Server) network(c *gin.Context) {
	if s.unindexed(c) {
		return
	}
	terms, err := s.deps.Network.Terms(c.Request.Context())
	if errors.Is(err, protocol.ErrNotFound) { // nothing is indexed yet
		terms.Meta, err = s.deps.Network.Status(c.Request.Context())
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	d := s.deps.Network.Deployment()
	contracts := gin.H{"vault": d.Vault, "staking": d.Staking, "registry": d.Registry, "market": d.Market, "slasher": d.Slasher}
	for name, at := range map[string]common.Address{"dispute_ledger": d.Disputes.Ledger, "questions": d.Disputes.Questions, "claims": d.Disputes.Claims,
		"verifier_registry": d.Disputes.Verifiers, "audits": d.Disputes.Audits,
		"auditors": d.Disputes.Auditors, "attestations": d.Disputes.Attestations} {
		if at != (common.Address{}) {
			contracts[name] = at
		}
	}
	data := gin.H{"chain_id": d.ChainID, "chain": chainName(d.ChainID), "asset": s.cfg.Asset, "decimals": s.cfg.Decimals, "delegate": s.deps.Gateway.Delegate(),
		"contracts": contracts, "timing": d.Timing, "start_block": d.StartBlock, "terms": terms.Data,
		"eip712_domain": gin.H{"name": "DGrid", "version": "1", "chainId": d.ChainID, "verifyingContract": d.Market}}
	s.show(c, data, nil, false, terms.Meta)
}
