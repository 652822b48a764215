package api_test

import (
	"encoding/json"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/store"
	"github.com/dgrid-network/dgrid/store/storetest"
)

// paging are the parameters that all lists have, live those that are about live offers: see
// offers_test.go.
var (
	paging = []string{"at", "cursor", "limit", "order"}
	live   = []string{"prompt_tokens", "output_tokens", "context", "tag", "language", "cost", "performance", "reliability", "suitability"}
)

// filters are the parameters that are no field of the rows by the same name: what they
// are tried with, and which rows they keep.
var filters = map[string]struct {
	values []string
	keeps  func(row map[string]any, value string) bool
}{
	"search": {[]string{"STOR", "a%", "1"}, func(r map[string]any, v string) bool {
		return strings.Contains(strings.ToLower(r["name"].(string)), strings.ToLower(v))
	}},
	"not_forfeited":  {[]string{"true", "false"}, func(r map[string]any, v string) bool { return v == "false" || r["forfeited"] == false }},
	"min_free_stake": {[]string{"10", "9223372036854775808"}, func(r map[string]any, v string) bool { return decimal(r["free_stake"]).Cmp(decimal(v)) >= 0 }},
}

// decimal reads a JSON number or a decimal text.
func decimal(v any) *big.Int {
	text, ok := v.(string)
	if !ok {
		text = v.(json.Number).String()
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		panic("no number: " + text)
	}
	return n
}

// listed returns the rows of a list, all pages.
func (w *world) listed(path string, query url.Values) (rows []map[string]any) {
	w.t.Helper()
	query.Set("limit", "30")
	for {
		a := w.do("GET", path+"?"+query.Encode(), "")
		require.Equal(w.t, 200, a.status, "%s?%s: %s", path, query.Encode(), a.raw)
		var page struct {
			Data []map[string]any
			Next *string `json:"next_cursor"`
		}
		numbers := json.NewDecoder(strings.NewReader(string(a.raw)))
		numbers.UseNumber()
		require.NoError(w.t, numbers.Decode(&page))
		rows = append(rows, page.Data...)
		if page.Next == nil {
			return rows
		}
		query.Set("cursor", *page.Next)
	}
}

func ids(rows []map[string]any) (list []string) {
	for _, r := range rows {
		list = append(list, r["id"].(string))
	}
	return list
}

// TestEveryListFiltersAndSorts asks every list that openapi.yaml describes with each of its
// parameters: with each value that the rows have, and each sort in both orders.
func TestEveryListFiltersAndSorts(t *testing.T) {
	w := start(t, options{api: func(c *api.Config) { c.AnonymousPerMinute = 1 << 20 }})
	var rows []store.Row
	for _, row := range []func() store.Row{
		func() store.Row { return new(store.Version) }, func() store.Row { return new(store.Provider) }, func() store.Row { return new(store.StakeChange) },
		func() store.Row { return new(store.Channel) }, func() store.Row { return new(store.Redeem) }, func() store.Row { return new(store.Credit) },
		func() store.Row { return new(store.Job) }, func() store.Row { return new(store.Transfer) }, func() store.Row { return new(store.Fault) },
		func() store.Row { return new(store.Question) }, func() store.Row { return new(store.Claim) }, func() store.Row { return new(store.Verifier) },
		func() store.Row { return new(store.Audit) }, func() store.Row { return new(store.AuditPoint) }, func() store.Row { return new(store.Attestation) },
		func() store.Row { return new(store.Auditor) },
	} {
		for i := range uint32(40) {
			r := row()
			storetest.Fill(r, 1, i)
			rows = append(rows, r)
		}
	}
	w.mine(1, rows...)
	doc, _ := loadSpec(t)
	lists := 0
	for path, item := range doc.Paths.Map() {
		if item.Get == nil || item.Get.Parameters.GetByInAndName("query", "order") == nil {
			continue
		}
		lists++
		t.Run(strings.TrimPrefix(path, "/v1/market/"), func(t *testing.T) {
			w.t = t
			all := w.listed(path, url.Values{})
			require.Greater(t, len(all), 10)
			for _, p := range item.Get.Parameters {
				switch {
				case p.Value.In != "query" || slices.Contains(append(paging, live...), p.Value.Name):
				case p.Value.Name == "sort":
					w.checkSorts(path, p.Value, all)
				default:
					w.checkFilter(path, p.Value.Name, all)
				}
			}
		})
	}
	require.Equal(t, 16, lists, "lists that openapi.yaml describes")
}

func (w *world) checkFilter(path, name string, all []map[string]any) {
	w.t.Helper()
	special := filters[name]
	values, keeps := special.values, special.keeps
	if keeps == nil {
		keeps = func(r map[string]any, v string) bool { return r[name] == v }
		for _, r := range all {
			require.Contains(w.t, r, name, "%s has a parameter that no test knows", path)
			if v := r[name].(string); !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	parts := 0
	for _, v := range values {
		kept := slices.DeleteFunc(slices.Clone(all), func(r map[string]any) bool { return !keeps(r, v) })
		require.Equal(w.t, ids(kept), ids(w.listed(path, url.Values{name: {v}})), "%s=%s", name, v)
		if len(kept) > 0 && len(kept) < len(all) {
			parts++
		}
	}
	require.NotZero(w.t, parts, "%s: no value of %s keeps some rows and not others", path, name)
}

func (w *world) checkSorts(path string, p *openapi3.Parameter, all []map[string]any) {
	w.t.Helper()
	names := p.Schema.Value.Enum
	require.Greater(w.t, len(names), 1)
	for _, name := range names {
		name := name.(string)
		if slices.Contains(live, name) {
			continue
		}
		sorted := slices.Clone(all) // newest first
		if name != "" {
			slices.SortStableFunc(sorted, func(a, b map[string]any) int {
				if name == "name" {
					return strings.Compare(b[name].(string), a[name].(string))
				}
				return decimal(b[name]).Cmp(decimal(a[name]))
			})
			require.NotEqual(w.t, ids(all), ids(sorted), "%s: the rows are in order of %s already", path, name)
		}
		require.Equal(w.t, ids(sorted), ids(w.listed(path, url.Values{"sort": {name}})), "%s by %s", path, name)
		require.Equal(w.t, ids(sorted), ids(w.listed(path, url.Values{"sort": {name}, "order": {"desc"}})), "%s by %s", path, name)
		slices.Reverse(sorted)
		require.Equal(w.t, ids(sorted), ids(w.listed(path, url.Values{"sort": {name}, "order": {"asc"}})), "%s by %s upwards", path, name)
	}
}
