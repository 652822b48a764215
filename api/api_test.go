package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := goleak.Find(goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener")); err != nil && code == 0 {
		os.Stderr.WriteString(err.Error())
		code = 1
	}
	os.Exit(code)
}

type options struct {
	relaytest.Options
	api  func(*api.Config)
	deps func(*api.Deps)
}

// world is a whole API over a relayer of tests. Its client checks every response
// against openapi.yaml.
type world struct {
	*relaytest.Net
	t       *testing.T
	server  *api.Server
	url     string
	client  *http.Client
	redis   *miniredis.Miniredis
	network *store.Network
}

const (
	siweDomain = "dgrid.test"
	siweURI    = "https://dgrid.test"
)

func start(t *testing.T, o options) *world {
	t.Helper()
	n, err := relaytest.New(o.Options)
	require.NoError(t, err)
	w := &world{Net: n, t: t, redis: miniredis.RunT(t)}
	rdb := redis.NewClient(&redis.Options{Addr: w.redis.Addr(), MaxRetries: -1})
	w.network, err = n.Store.Network(context.Background(), store.Deployment{ChainID: n.Domain.ChainID, Market: n.Domain.Market, Vault: common.HexToAddress("0x7a"),
		StartBlock: 1, Timing: store.Timing{DisputeWindow: 20, CloseGrace: 10, Epoch: 2}})
	require.NoError(t, err)
	cfg := api.Config{Decimals: 6, Asset: common.HexToAddress("0xee"), SIWEDomain: siweDomain, SIWEURI: siweURI, Origins: []string{"https://dapp.test"}, Version: "test"}
	if o.api != nil {
		o.api(&cfg)
	}
	deps := api.Deps{Gateway: n.Gateway, Relay: n.Relays(), Catalog: n, Keys: n.Store.Gateway(), Network: w.network, Redis: rdb}
	if o.deps != nil {
		o.deps(&deps)
	}
	w.server, err = api.New(cfg, deps)
	require.NoError(t, err)
	web := httptest.NewServer(w.server.Handler())
	w.url = web.URL
	transport := &http.Transport{}
	w.client = &http.Client{Transport: &checked{t: t, next: transport}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		web.CloseClientConnections()
		web.Close()
		require.NoError(t, rdb.Close())
		require.NoError(t, n.Close())
	})
	return w
}

// checked validates each response against the description of its route.
type checked struct {
	t    *testing.T
	next http.RoundTripper
}

var (
	specOnce sync.Once
	spec     *openapi3.T
	router   routers.Router
	seen     sync.Map // "METHOD /path"
)

func loadSpec(t *testing.T) (*openapi3.T, routers.Router) {
	t.Helper()
	specOnce.Do(func() {
		doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
		require.NoError(t, err)
		require.NoError(t, doc.Validate(context.Background()))
		spec = doc
		router, err = gorillamux.NewRouter(doc)
		require.NoError(t, err)
	})
	return spec, router
}

func (v *checked) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := v.next.RoundTrip(req)
	if err != nil {
		return res, err
	}
	_, router := loadSpec(v.t)
	route, params, err := router.FindRoute(req)
	if err != nil {
		return res, nil // a test of what does not exist
	}
	seen.Store(req.Method+" "+route.Path, true)
	in := &openapi3filter.ResponseValidationInput{Status: res.StatusCode, Header: res.Header,
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Options:                &openapi3filter.Options{IncludeResponseStatus: true}}
	if kind := res.Header.Get("Content-Type"); strings.HasPrefix(kind, "text/event-stream") || kind == "application/yaml" || res.StatusCode == 204 || res.StatusCode == 304 {
		in.Options.ExcludeResponseBody = true
		in.Options.IncludeResponseStatus = res.StatusCode != 304
	} else {
		raw, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			return nil, err
		}
		res.Body = io.NopCloser(bytes.NewReader(raw))
		in.SetBodyBytes(raw)
	}
	if err := openapi3filter.ValidateResponse(req.Context(), in); err != nil {
		v.t.Errorf("%s %s answers %d against openapi.yaml: %v", req.Method, req.URL.Path, res.StatusCode, err)
	}
	return res, nil
}

type answer struct {
	status int
	header http.Header
	body   map[string]any
	raw    []byte
}

// code of the error, in either shape.
func (a answer) code() string {
	if e, ok := a.body["error"].(map[string]any); ok {
		return e["code"].(string)
	}
	code, _ := a.body["code"].(string)
	return code
}

func (a answer) at(path ...string) any {
	var v any = a.body
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

// do sends a request; header pairs follow the body.
func (w *world) do(method, path, body string, header ...string) answer {
	w.t.Helper()
	req, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	require.NoError(w.t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := w.client.Do(req)
	require.NoError(w.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(w.t, err)
	a := answer{status: res.StatusCode, header: res.Header, raw: raw}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

// post is do with the test key.
func (w *world) post(path, body string, header ...string) answer {
	w.t.Helper()
	return w.do("POST", path, body, append([]string{"Authorization", "Bearer " + relaytest.Token}, header...)...)
}

func (w *world) get(path string) answer {
	w.t.Helper()
	return w.do("GET", path, "", "Authorization", "Bearer "+relaytest.Token)
}

const chat = `{"model":"stories@1","messages":[{"role":"user","content":"hi"}]}`

// more is chat with further fields.
func more(fields string) string { return chat[:len(chat)-1] + "," + fields + "}" }

func TestEveryRouteIsDescribedAndNoOther(t *testing.T) {
	doc, _ := loadSpec(t)
	w := start(t, options{})
	want := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			want[method+" "+path] = true
		}
	}
	for _, r := range w.server.Routes() {
		require.True(t, want[r], "openapi.yaml does not describe %s", r)
		delete(want, r)
	}
	require.Empty(t, want, "openapi.yaml describes routes that do not exist")
}

func TestChatCompletionShape(t *testing.T) {
	w := start(t, options{})
	a := w.post("/v1/chat/completions", chat, "X-Request-Id", "my-id")
	require.Equal(t, 200, a.status, string(a.raw))
	require.Equal(t, "my-id", a.header.Get("X-Request-Id"))
	require.Equal(t, "proven", a.header.Get("X-DGrid-Class"))
	require.Equal(t, w.Providers[0].Owner.Hex(), a.header.Get("X-DGrid-Provider"))
	for _, h := range []string{"X-Dgrid-Request", "X-Dgrid-Model-Version", "X-Dgrid-Quote", "X-Ratelimit-Limit-Requests", "X-Ratelimit-Remaining-Tokens", "Ratelimit", "Ratelimit-Policy"} {
		require.NotEmpty(t, a.header.Get(h), h)
	}
	choice := a.body["choices"].([]any)[0].(map[string]any)
	require.Equal(t, "Hello there, friend.", choice["message"].(map[string]any)["content"])
	require.Equal(t, "stop", choice["finish_reason"])
	require.Equal(t, "delivered", a.at("dgrid", "status"))
	// prompt "user: hi\nassistant: " and BOS is 21 tokens at 0.1, the answer 21 at 2 base units: 44.1.
	require.Equal(t, float64(21), a.at("usage", "prompt_tokens"))
	require.Equal(t, float64(21), a.at("usage", "completion_tokens"))
	require.Equal(t, map[string]any{"amount": "0.000045", "base_units": "45", "decimals": float64(6), "asset": "0x00000000000000000000000000000000000000ee", "chain": "eip155:31337"}, a.at("dgrid", "price"))
}

func TestCompletionShape(t *testing.T) {
	w := start(t, options{})
	a := w.post("/v1/completions", `{"model":"stories@1","prompt":"Once","max_tokens":3}`)
	require.Equal(t, 200, a.status, string(a.raw))
	choice := a.body["choices"].([]any)[0].(map[string]any)
	require.Equal(t, "Hel", choice["text"])
	require.Equal(t, "length", choice["finish_reason"])
	require.Equal(t, "text_completion", a.body["object"])
	a = w.post("/v1/completions", `{"model":"stories@1","prompt":[4,5,6],"max_tokens":3}`)
	require.Equal(t, float64(3), a.at("usage", "prompt_tokens"))
	require.Equal(t, "invalid_request", w.post("/v1/completions", `{"model":"stories@1","prompt":[4,500],"max_tokens":3}`).code())
}

func events(raw []byte) []string {
	var out []string
	for block := range strings.SplitSeq(strings.TrimSpace(string(raw)), "\n\n") {
		out = append(out, strings.TrimPrefix(block, "data: "))
	}
	return out
}

func TestStreamShape(t *testing.T) {
	w := start(t, options{})
	for _, usage := range []bool{false, true} {
		body := more(`"stream":true`)
		if usage {
			body = more(`"stream":true,"stream_options":{"include_usage":true}`)
		}
		a := w.post("/v1/chat/completions", body)
		require.Equal(t, "text/event-stream", a.header.Get("Content-Type"))
		require.Equal(t, "no", a.header.Get("X-Accel-Buffering"))
		lines := events(a.raw)
		require.Equal(t, "[DONE]", lines[len(lines)-1])
		text, withDGrid := "", 0
		for i, line := range lines[:len(lines)-1] {
			var chunk map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &chunk))
			require.NotContains(t, chunk, "error")
			require.Equal(t, "chat.completion.chunk", chunk["object"])
			if _, ok := chunk["dgrid"]; ok {
				withDGrid++
				require.Equal(t, len(lines)-2, i, "the last chunk has it")
				require.Equal(t, usage, chunk["usage"] != nil)
			}
			if c := chunk["choices"].([]any); len(c) > 0 {
				delta := c[0].(map[string]any)["delta"].(map[string]any)
				piece, _ := delta["content"].(string)
				text += piece
			}
		}
		require.Equal(t, 1, withDGrid)
		require.Equal(t, "Hello there, friend.", text)
	}
	a := w.post("/v1/completions", `{"model":"stories@1","prompt":"Once","stream":true}`)
	require.Contains(t, string(a.raw), `"object":"text_completion"`)
}

func TestHeartbeatsWhileTheProviderThinks(t *testing.T) {
	step := make(chan struct{})
	w := start(t, options{Options: relaytest.Options{Server: func(s *relaytest.Server) { s.Providers[0].Step = step }}, api: func(c *api.Config) { c.Heartbeat = 1e6 }})
	go func() { step <- struct{}{} }()
	req, err := http.NewRequest("POST", w.url+"/v1/chat/completions", strings.NewReader(more(`"stream":true`)))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+relaytest.Token)
	res, err := w.client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	var got []byte
	buf := make([]byte, 256)
	for !bytes.Contains(got, []byte(": keep-alive\n\n")) {
		n, err := res.Body.Read(buf)
		require.NoError(t, err)
		got = append(got, buf[:n]...)
	}
	close(step)
	rest, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Contains(t, string(rest), "[DONE]")
}

func TestErrorAfterTheFirstTokenEndsWithoutDone(t *testing.T) {
	w := start(t, options{Options: relaytest.Options{Server: func(s *relaytest.Server) { s.Providers[0].Vanish = 3 }}})
	a := w.post("/v1/chat/completions", more(`"stream":true`))
	require.Equal(t, 200, a.status)
	lines := events(a.raw)
	var last map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &last))
	require.Equal(t, "provider_failed", last["error"].(map[string]any)["code"])
	require.NotContains(t, last, "choices")
	require.NotContains(t, string(a.raw), "[DONE]")

	a = w.post("/v1/chat/completions", chat)
	require.Equal(t, 502, a.status)
	require.Equal(t, "true", a.header.Get("x-should-retry"), "nothing was billed")
}

func TestModels(t *testing.T) {
	w := start(t, options{})
	a := w.do("GET", "/v1/models", "")
	require.Equal(t, "list", a.body["object"])
	m := a.body["data"].([]any)[0].(map[string]any)
	require.Equal(t, "stories@1", m["id"])
	require.Equal(t, map[string]any{"prompt": "0.0000001", "completion": "0.000002"}, m["pricing"])
	require.Len(t, m["dgrid"].(map[string]any)["providers"], 2)
	require.Equal(t, "stories@1", w.do("GET", "/v1/models/stories@1", "").body["id"])
	a = w.do("GET", "/v1/models/none", "")
	require.Equal(t, 404, a.status)
	require.Equal(t, "model_not_found", a.code())
}

func TestGenerationReceiptAndRoute(t *testing.T) {
	w := start(t, options{})
	a := w.post("/v1/chat/completions", chat)
	id, hash := a.body["id"].(string), a.at("dgrid", "request_id").(string)
	require.NoError(t, w.Gateway.Flush(context.Background()))
	for _, name := range []string{id, hash} {
		g := w.get("/v1/generations/" + name)
		require.Equal(t, 200, g.status, string(g.raw))
		require.Equal(t, "delivered", g.at("dgrid", "status"))
		require.Equal(t, true, g.at("dgrid", "voucher", "held_by_provider"))
	}
	r := w.get("/v1/receipts/" + id)
	require.Contains(t, r.header.Get("Content-Disposition"), "receipt-"+id)
	b, err := bundleOf(r.raw)
	require.NoError(t, err)
	report, err := b.Verify()
	require.NoError(t, err)
	require.Equal(t, hash, report.RequestHash.Hex())
	require.NotEmpty(t, w.get("/v1/requests/"+id+"/route").at("route", "candidates"))

	// Another account with its own key sees nothing of it.
	token, _, err := w.server.CreateKey(context.Background(), api.NewKey{Account: common.HexToAddress("0xbad"), Channel: common.Hash{9}})
	require.NoError(t, err)
	for _, path := range []string{"/v1/generations/", "/v1/receipts/", "/v1/requests/"} {
		for _, name := range []string{id, hash} {
			url := path + name
			if path == "/v1/requests/" {
				url += "/route"
			}
			require.Equal(t, 404, w.do("GET", url, "", "Authorization", "Bearer "+token).status, url)
			require.Equal(t, 401, w.do("GET", url, "").status, url)
		}
	}
}

func TestMoneyIsMissing(t *testing.T) {
	w := start(t, options{})
	ch := gateway.Channel{Requester: w.Key.Account, Delegate: w.Server.Delegate, Deposit: protocol.NewAmount(10), Expiry: 1 << 40}
	w.Chain.SetChannel(w.Key.Channel, ch)
	a := w.post("/v1/chat/completions", chat)
	require.Equal(t, 402, a.status)
	require.Equal(t, "channel_insufficient", a.code())
	missing := a.at("error", "metadata", "missing").(map[string]any)
	require.Equal(t, "10", missing["left"])
	require.Contains(t, missing["how_to_fund"], "topUp")
	require.Equal(t, "false", a.header.Get("x-should-retry"))
}
