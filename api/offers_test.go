package api_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

// The providers of a market, by the letters that tests name them by, and the versions.
var (
	letters  = map[string]common.Address{"a": {0x11}, "b": {0x12}, "c": {0x13}, "d": {0x14}, "e": {0x15}}
	versions = map[string]common.Hash{"x": {0x77}, "y": {0x78}, "z": {0x79}}
)

func letterOf[K comparable](names map[string]K, v K) string {
	for letter, name := range names {
		if name == v {
			return letter
		}
	}
	return "?"
}

// bazaar is an API over five offers of three versions:
//
//	offer  in/out price      performance reliability context tags, languages   online
//	ax     1 / 8             0.9         0.5         512     story; en         yes
//	bx     4 / 2             0.2         0.99        2048    story, code; en   yes
//	cy     1 / 8             0.5         0.7         512     code; de          yes
//	dy     9 / 9             0.5         0.8         512     ; en              yes
//	ez     0.1 / 0.1         0.99        1           4096    story; en         no
func bazaar(t *testing.T, deps func(*api.Deps)) *world {
	offers := []struct {
		provider, version        string
		in, out                  float64
		performance, reliability float64
		context                  uint32
		tags, languages          []string
	}{
		{"a", "x", 1, 8, 0.9, 0.5, 512, []string{"story"}, []string{"en"}},
		{"b", "x", 4, 2, 0.2, 0.99, 2048, []string{"story", "Code"}, []string{"en"}},
		{"c", "y", 1, 8, 0.5, 0.7, 512, []string{"code"}, []string{"de"}},
		{"d", "y", 9, 9, 0.5, 0.8, 512, nil, []string{"en"}},
		{"e", "z", 0.1, 0.1, 0.99, 1, 4096, []string{"story"}, []string{"en"}},
	}
	w := start(t, options{deps: deps, Options: relaytest.Options{Server: func(s *relaytest.Server) {
		operator := s.Providers[0].Operator
		s.Providers = nil
		for _, o := range offers {
			s.Providers = append(s.Providers, &relaytest.Provider{Owner: letters[o.provider], Operator: operator, PriceIn: uint64(o.in * 1e6), PriceOut: uint64(o.out * 1e6),
				View: func(v *wire.OfferView) {
					v.Offer.ModelVersion, v.Performance, v.Reliability, v.Context, v.Tags, v.Languages = versions[o.version], o.performance, o.reliability, o.context, o.tags, o.languages
					v.Online = o.version != "z"
				}})
		}
	}}})
	var rows []store.Row
	for letter, version := range versions {
		class := protocol.ClassProven
		if letter == "y" {
			class = protocol.ClassSampled
		}
		rows = append(rows, &store.Version{Entity: store.Entity{ID: store.HashID(version)}, ModelVersion: version, Kind: protocol.KindLLM, Class: class, Name: "model-" + letter, Header: []byte{}})
	}
	for letter, address := range letters {
		if letter != "c" { // the indexer has not seen it yet
			rows = append(rows, &store.Provider{Entity: store.Entity{ID: store.AddressID(address)}, Provider: address, FreeStake: protocol.NewAmount(uint64(letter[0])), Forfeited: letter == "d"})
		}
	}
	w.mine(1, rows...)
	return w
}

// names tells rows of a live list by their letters: provider and version of offers.
func names(rows []map[string]any) string {
	var list []string
	for _, r := range rows {
		offer := r
		if best, ok := r["best_offer"].(map[string]any); ok {
			offer = best
		}
		list = append(list, letterOf(letters, common.HexToAddress(offer["provider"].(string)))+letterOf(versions, common.HexToHash(offer["model_version"].(string))))
	}
	return strings.Join(list, " ")
}

// pages reads a live list, two rows at a time.
func (w *world) pages(path, query string) (rows []map[string]any) {
	w.t.Helper()
	for cursor := ""; ; {
		a := w.do("GET", path+"?limit=2&"+query+"&cursor="+url.QueryEscape(cursor), "")
		require.Equal(w.t, 200, a.status, "%s: %s", query, a.raw)
		require.Equal(w.t, "1", a.header.Get("X-DGrid-Block"))
		for _, r := range a.body["data"].([]any) {
			rows = append(rows, r.(map[string]any))
		}
		var more bool
		if cursor, more = a.body["next_cursor"].(string); !more {
			return rows
		}
	}
}

func TestOffersFilterAndSort(t *testing.T) {
	w := bazaar(t, func(d *api.Deps) { d.Catalog = classes{d.Catalog} })
	for query, want := range map[string]string{
		// 1000 in and 500 out: ax 5, bx 5, cy 5, dy 13.5, ez 0.15; equals by name.
		"":                                                      "ez ax bx cy dy",
		"sort=cost":                                             "ez ax bx cy dy",
		"sort=cost&output_tokens=0":                             "ez ax cy bx dy",
		"sort=cost&prompt_tokens=0":                             "ez bx ax cy dy",
		"sort=performance":                                      "ez ax cy dy bx",
		"sort=reliability":                                      "ez bx dy cy ax",
		"sort=suitability":                                      "ax bx cy dy ez",
		"sort=suitability&tag=code":                             "bx cy ax dy ez",
		"sort=suitability&tag=CODE&tag=story":                   "bx ax cy ez dy",
		"sort=suitability&language=de":                          "cy ax bx dy ez",
		"sort=suitability&tag=story&language=en":                "ax bx ez dy cy",
		"sort=suitability&context=513":                          "bx ez ax cy dy",
		"sort=suitability&context=512":                          "ax bx cy dy ez",
		"sort=suitability&context=2049&tag=code":                "ax bx cy dy ez", // the one with room is not for code: none suits
		"provider=" + letters["b"].Hex():                        "bx",
		"model_version=" + versions["y"].Hex():                  "cy dy",
		"sort=reliability&model_version=" + versions["y"].Hex(): "dy cy",
		"provider=" + letters["b"].Hex() + "&model_version=" + versions["y"].Hex(): "",
		"class=sampled": "cy dy",
		"class=proven":  "ax bx", // the catalog does not know z
	} {
		require.Equal(t, want, names(w.pages("/v1/market/offers", query)), query)
	}
	suits := w.pages("/v1/market/offers", "tag=story&tag=code&context=500&provider="+letters["c"].Hex())
	require.Equal(t, 0.5, suits[0]["suitability"])
	require.Equal(t, "0.000002", w.pages("/v1/market/offers", "prompt_tokens=2&output_tokens=0&provider="+letters["c"].Hex())[0]["cost"].(map[string]any)["amount"])

	for _, bad := range []string{"sort=fees", "limit=0", "limit=201", "prompt_tokens=-1", "context=x", "provider=0x1", "cursor=x"} {
		require.Equal(t, 400, w.do("GET", "/v1/market/offers?"+bad, "").status, bad)
	}
	first := w.do("GET", "/v1/market/offers?limit=1&sort=cost", "").body["next_cursor"].(string)
	require.Equal(t, 400, w.do("GET", "/v1/market/offers?sort=performance&cursor="+first, "").status, "a cursor of another order")
}

// classes is a catalog that also knows version y, of class sampled.
type classes struct{ api.Catalog }

func (c classes) ByVersion(ctx context.Context, version common.Hash) (gateway.Model, error) {
	if version == versions["y"] {
		return gateway.Model{Version: version, Class: protocol.ClassSampled}, nil
	}
	return c.Catalog.ByVersion(ctx, version)
}

// Offers go between two pages: none that stayed is left out or shown twice.
func TestOffersBetweenPages(t *testing.T) {
	now := time.Now()
	w := bazaar(t, func(d *api.Deps) { d.Now = func() time.Time { return now } })
	all := w.Providers
	for _, measure := range []string{"cost", "performance", "reliability", "suitability"} {
		w.Providers = all
		now = now.Add(time.Minute) // offers are kept for a moment
		want := strings.Fields(names(w.pages("/v1/market/offers", "sort="+measure)))
		first := w.do("GET", "/v1/market/offers?limit=2&sort="+measure, "")
		last := first.body["data"].([]any)[1].(map[string]any)["provider"].(string)
		w.Providers = slices.DeleteFunc(slices.Clone(all), func(p *relaytest.Provider) bool { return p.Owner == common.HexToAddress(last) })
		now = now.Add(time.Minute)
		require.Len(t, w.pages("/v1/market/offers", ""), 4)
		a := w.do("GET", "/v1/market/offers?limit=3&sort="+measure+"&cursor="+first.body["next_cursor"].(string), "")
		var rest []map[string]any
		for _, r := range a.body["data"].([]any) {
			rest = append(rest, r.(map[string]any))
		}
		require.Equal(t, strings.Join(want[2:], " "), names(rest), measure)
	}
}

func TestModelsAndProvidersByTheirBestOffer(t *testing.T) {
	w := bazaar(t, nil)
	for query, want := range map[string]string{ // z is offered by nobody online
		"sort=cost":                                      "ax cy",
		"sort=cost&prompt_tokens=0":                      "bx cy",
		"sort=performance":                               "ax cy",
		"sort=reliability":                               "bx dy",
		"sort=suitability&language=de":                   "cy ax",
		"sort=suitability&context=1000":                  "bx cy",
		"sort=performance&class=sampled":                 "cy",
		"sort=performance&name=model-x":                  "ax",
		"sort=performance&search=Y":                      "cy",
		"sort=performance&kind=agent":                    "",
		"sort=performance&creator=" + letters["a"].Hex(): "",
	} {
		rows := w.pages("/v1/market/models", query)
		require.Equal(t, want, names(rows), query)
		for _, r := range rows {
			require.Equal(t, r["model_version"], r["best_offer"].(map[string]any)["model_version"])
			require.Contains(t, r["name"], "model-")
		}
	}
	for query, want := range map[string]string{ // c is not indexed, e not online
		"sort=cost":                           "ax bx dy",
		"sort=performance":                    "ax dy bx",
		"sort=reliability":                    "bx dy ax",
		"sort=suitability&tag=code":           "bx ax dy",
		"sort=reliability&not_forfeited=true": "bx ax",
		"sort=cost&min_free_stake=98":         "bx dy",
	} {
		rows := w.pages("/v1/market/providers", query)
		require.Equal(t, want, names(rows), query)
		for _, r := range rows {
			require.Equal(t, r["provider"], r["best_offer"].(map[string]any)["provider"])
			require.Contains(t, r, "free_stake")
		}
	}
	for _, list := range []string{"models", "providers"} {
		for _, bad := range []string{"order=asc", "limit=0", "at=safe", "cursor=x", "context=-1"} {
			require.Equal(t, 400, w.do("GET", "/v1/market/"+list+"?sort=cost&"+bad, "").status, bad)
		}
	}
	require.Equal(t, 400, w.do("GET", "/v1/market/models?sort=cost&class=best", "").status)
}

// What cannot be read is not shown as block 0.
func TestOffersWithoutTables(t *testing.T) {
	w := bazaar(t, nil)
	require.NoError(t, w.Store.DB().Close())
	for _, path := range []string{"offers", "models?sort=cost", "providers?sort=cost"} {
		a := w.do("GET", "/v1/market/"+path, "")
		require.GreaterOrEqual(t, a.status, 500, "%s: %s", path, a.raw)
	}
	unindexed := start(t, options{deps: func(d *api.Deps) { d.Network = nil }})
	for _, path := range []string{"offers", "models", "models?sort=cost", "providers?sort=cost"} {
		a := unindexed.do("GET", "/v1/market/"+path, "")
		require.Equal(t, 503, a.status, "%s: %s", path, a.raw)
		require.Equal(t, "unavailable", a.code())
	}
}
