package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

func bundleOf(raw []byte) (bundle.Bundle, error) { return bundle.Decode(raw) }

func TestBadInputIsRefusedBeforeMatching(t *testing.T) {
	w := start(t, options{})
	for _, c := range []struct {
		name, body, code, param string
		status                  int
	}{
		{"no json", `{"model":`, "invalid_request", "", 400},
		{"empty", ``, "invalid_request", "", 400},
		{"not a number", more(`"temperature":NaN`), "invalid_request", "", 400},
		{"wrong type", more(`"max_tokens":"many"`), "invalid_request", "max_tokens", 400},
		{"deep", more(`"x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000)), "invalid_request", "", 400},
		{"huge", more(`"x":"` + strings.Repeat("a", 1<<20) + `"`), "body_too_large", "", 413},
		{"no model", `{"messages":[]}`, "invalid_request", "model", 400},
		{"unknown model", `{"model":"nope","messages":[{"role":"user","content":"x"}]}`, "model_not_found", "model", 404},
		{"no messages", `{"model":"stories@1"}`, "invalid_request", "messages", 400},
		{"bad role", `{"model":"stories@1","messages":[{"role":"king","content":"x"}]}`, "invalid_request", "messages", 400},
		{"image", `{"model":"stories@1","messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, "unsupported_parameter", "messages", 400},
		{"over-long prompt", `{"model":"stories@1","messages":[{"role":"user","content":"` + strings.Repeat("x", 600) + `"}]}`, "context_length_exceeded", "messages", 400},
		{"no tokens", more(`"max_tokens":0`), "invalid_request", "max_tokens", 400},
		{"cold", more(`"temperature":0.01`), "invalid_request", "temperature", 400},
		{"min_p", more(`"min_p":2`), "invalid_request", "min_p", 400},
		{"seed", more(`"seed":"x"`), "invalid_request", "seed", 400},
		{"stops", more(`"stop":["a","b","c","d","e"]`), "invalid_request", "stop", 400},
		{"class", more(`"provider":{"class":"sampled"}`), "no_provider_fits", "", 503},
		{"top_p", more(`"top_p":0.9`), "unsupported_parameter", "top_p", 400},
		{"top_k", more(`"top_k":40`), "unsupported_parameter", "top_k", 400},
		{"frequency_penalty", more(`"frequency_penalty":1`), "unsupported_parameter", "frequency_penalty", 400},
		{"presence_penalty", more(`"presence_penalty":1`), "unsupported_parameter", "presence_penalty", 400},
		{"logit_bias", more(`"logit_bias":{"5":1}`), "unsupported_parameter", "logit_bias", 400},
		{"n", more(`"n":2`), "unsupported_parameter", "n", 400},
		{"logprobs", more(`"logprobs":true`), "unsupported_parameter", "logprobs", 400},
		{"tools", more(`"tools":[{"type":"function"}]`), "unsupported_parameter", "tools", 400},
		{"json mode", more(`"response_format":{"type":"json_object"}`), "unsupported_parameter", "response_format", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			a := w.post("/v1/chat/completions", c.body)
			require.Equal(t, c.status, a.status, string(a.raw))
			require.Equal(t, c.code, a.code())
			if c.param != "" {
				require.Equal(t, c.param, a.at("error", "param"))
			}
			if c.code == "unsupported_parameter" && c.param != "messages" {
				require.Contains(t, a.at("error", "message"), "proven")
			}
		})
	}
	require.Zero(t, w.Matches())
	for _, harmless := range []string{`"top_p":1`, `"n":1`, `"tools":[]`, `"logit_bias":null`, `"user":"x"`, `"unheard_of":{"a":[1]}`, `"temperature":0`, `"seed":-5`, `"min_p":0.05`} {
		require.Equal(t, 200, w.post("/v1/chat/completions", more(harmless)).status, harmless)
	}
}

func TestSamplingBecomesIntegers(t *testing.T) {
	asks := make(chan wire.Ask, 8)
	w := start(t, options{Options: relaytest.Options{Server: func(s *relaytest.Server) {
		s.Providers[0].Answer = func(a wire.Ask) string { asks <- a; return "x" }
	}}})
	require.Equal(t, 200, w.post("/v1/chat/completions", more(`"temperature":0.7,"seed":258,"min_p":0.5,"max_completion_tokens":9,"stop":"END"`)).status)
	a := <-asks
	require.Equal(t, uint32(700), a.Params.TemperatureMilli)
	require.Equal(t, uint32(31798), a.Params.MaxGap, "floor(65536 * 0.7 * ln 2)")
	require.Equal(t, [32]byte{30: 1, 31: 2}, a.Params.Seed)
	require.Equal(t, uint32(9), a.Request.MaxOutputTokens)
	require.Equal(t, []string{"END"}, a.Stop)
	require.Equal(t, uint32(1), a.Params.TemplateID)
	require.NotZero(t, a.Secret)
	require.Equal(t, 200, w.post("/v1/chat/completions", more(`"temperature":0,"seed":7`)).status)
	b := <-asks
	require.Equal(t, protocol.Params{TemplateID: 1}, b.Params, "greedy has no seed")
	require.NotEqual(t, a.Secret, b.Secret)
	require.NotEqual(t, a.Request.Salt, b.Request.Salt)
}

func TestLyingProviderIsRefusedToTheClient(t *testing.T) {
	w := start(t, options{Options: relaytest.Options{Server: func(s *relaytest.Server) {
		s.Providers[0].Lie = func(r *protocol.Receipt) { r.Fee, _ = r.Fee.Add(protocol.NewAmount(1)) }
	}}})
	a := w.post("/v1/chat/completions", chat)
	require.Equal(t, 502, a.status)
	require.Contains(t, a.at("error", "message"), "fee")
	require.Equal(t, "true", a.header.Get("x-should-retry"))
	require.NoError(t, w.Gateway.Flush(context.Background()))
	require.Empty(t, w.Vouchers())
}

func TestNoProviderSaysWhy(t *testing.T) {
	w := start(t, options{})
	a := w.post("/v1/chat/completions", more(`"provider":{"max_price":{"completion":"1"}}`))
	require.Equal(t, 503, a.status)
	require.Equal(t, "no_provider_fits", a.code())
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.Equal(t, map[string]any{"price": float64(2)}, a.at("error", "metadata", "rejected"))

	only := w.Providers[1].Owner.Hex()
	a = w.post("/v1/chat/completions", more(fmt.Sprintf(`"provider":{"only":[%q],"allow_fallbacks":false}`, only)))
	require.Equal(t, only, a.header.Get("X-DGrid-Provider"))
}

func TestTokensAndScopes(t *testing.T) {
	w := start(t, options{})
	for _, header := range []string{"", "Bearer dg_wrong", "Basic abc", "Bearer ", "Bearer dgs_x"} {
		a := w.do("POST", "/v1/chat/completions", chat, "Authorization", header)
		require.Equal(t, 401, a.status, header)
		require.Equal(t, "invalid_api_key", a.code())
	}
	token, key, err := w.server.CreateKey(context.Background(), api.NewKey{Account: w.Key.Account, Channel: w.Key.Channel, Scopes: []string{api.ScopeRead}})
	require.NoError(t, err)
	a := w.do("POST", "/v1/chat/completions", chat, "Authorization", "Bearer "+token)
	require.Equal(t, 403, a.status)
	require.Equal(t, "scope_denied", a.code())
	require.NoError(t, w.Store.Gateway().RevokeKey(context.Background(), w.Key.Account, key.ID, 1))
	require.Equal(t, 401, w.do("GET", "/v1/generations/x", "", "Authorization", "Bearer "+token).status)
}

// A key that may make keys must not make any that can do more than it.
func TestKeysCannotEscapeThemselves(t *testing.T) {
	w := start(t, options{})
	make := func(n api.NewKey) string {
		n.Account, n.Channel = w.Key.Account, w.Key.Channel
		token, _, err := w.server.CreateKey(context.Background(), n)
		require.NoError(t, err)
		return "Bearer " + token
	}
	channel := fmt.Sprintf(`"channel":%q`, w.Key.Channel)
	all := []string{api.ScopeKeys, api.ScopeInference, api.ScopeRead}
	for name, c := range map[string]struct {
		by   api.NewKey
		body string
		want int
	}{
		"scopes by default":  {api.NewKey{Scopes: []string{api.ScopeKeys}}, `{` + channel + `}`, 403},
		"scope":              {api.NewKey{Scopes: []string{api.ScopeKeys, api.ScopeRead}}, `{"scopes":["inference"],` + channel + `}`, 403},
		"budget":             {api.NewKey{Scopes: all, SpendLimit: protocol.NewAmount(10)}, `{` + channel + `}`, 403},
		"budget in two keys": {api.NewKey{Scopes: all, SpendLimit: protocol.NewAmount(10)}, `{"scopes":["keys"]}`, 403},
		"tokens":             {api.NewKey{Scopes: all, TokenLimit: 10}, `{"token_limit":10,` + channel + `}`, 403},
		"expiry":             {api.NewKey{Scopes: all, ExpiresAt: 1 << 40}, `{` + channel + `}`, 403},
		"later expiry":       {api.NewKey{Scopes: all, ExpiresAt: 1 << 40}, `{"expires_at":1099511627777,` + channel + `}`, 403},
		"other channel":      {api.NewKey{Scopes: all}, fmt.Sprintf(`{"channel":%q}`, common.Hash{9}), 403},
		"within":             {api.NewKey{Scopes: all, ExpiresAt: 1 << 40}, `{"expires_at":1099511627776,` + channel + `}`, 201},
		"reading":            {api.NewKey{Scopes: all, SpendLimit: protocol.NewAmount(10)}, `{"scopes":["read"]}`, 201},
	} {
		a := w.do("POST", "/v1/keys", c.body, "Authorization", make(c.by))
		require.Equal(t, c.want, a.status, "%s: %s", name, a.raw)
	}
}

func TestKeyBudgets(t *testing.T) {
	w := start(t, options{})
	ask := func(n api.NewKey) (answer, answer) {
		n.Account, n.Channel = w.Key.Account, w.Key.Channel
		token, _, err := w.server.CreateKey(context.Background(), n)
		require.NoError(t, err)
		one := w.do("POST", "/v1/chat/completions", more(`"max_tokens":30`), "Authorization", "Bearer "+token)
		return one, w.do("POST", "/v1/chat/completions", more(`"max_tokens":30`), "Authorization", "Bearer "+token)
	}
	for _, n := range []api.NewKey{{SpendLimit: protocol.NewAmount(80)}, {TokenLimit: 60}} {
		first, second := ask(n)
		require.Equal(t, 200, first.status, string(first.raw))
		require.Equal(t, 402, second.status)
		require.Equal(t, "key_limit_spent", second.code())
	}
}

func TestRateLimit(t *testing.T) {
	w := start(t, options{api: func(c *api.Config) { c.RequestsPerMinute, c.AnonymousPerMinute = 2, 2 }})
	for i := range 3 {
		a := w.post("/v1/chat/completions", chat)
		b := w.do("GET", "/v1/models", "", "X-Forwarded-For", fmt.Sprintf("10.0.0.%d", i))
		if i < 2 {
			require.Equal(t, 200, a.status)
			require.Equal(t, 200, b.status)
			continue
		}
		for _, r := range []answer{a, b} {
			require.Equal(t, 429, r.status)
			require.Equal(t, "rate_limited", r.code())
			require.NotEmpty(t, r.header.Get("Retry-After"))
			require.Equal(t, "0", r.header.Get("x-ratelimit-remaining-requests"))
			require.Equal(t, "true", r.header.Get("x-should-retry"))
		}
	}
}

func TestRedisLossKeepsAnswering(t *testing.T) {
	w := start(t, options{})
	w.redis.Close()
	require.Equal(t, 200, w.post("/v1/chat/completions", chat).status)
	a := w.do("GET", "/v1/auth/nonce", "")
	require.Equal(t, 503, a.status, "login fails closed")
	require.Equal(t, 503, w.do("GET", "/readyz", "").status)
}

func TestTokenLimitPerMinute(t *testing.T) {
	w := start(t, options{api: func(c *api.Config) { c.TokensPerMinute = 30 }})
	require.Equal(t, 200, w.post("/v1/chat/completions", chat).status)
	require.Equal(t, 429, w.post("/v1/chat/completions", chat).status)
}

func TestShapesOfOtherErrors(t *testing.T) {
	w := start(t, options{})
	a := w.do("GET", "/v1/nothing", "")
	require.Equal(t, 404, a.status)
	require.Equal(t, "/problems/not_found", a.body["type"])
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	require.Equal(t, 405, w.do("DELETE", "/v1/models", "").status)
	require.Equal(t, 415, w.post("/v1/chat/completions", chat, "Content-Encoding", "gzip").status)
	a = w.do("GET", "/healthz", "", "X-Request-Id", strings.Repeat("x", 200))
	require.Less(t, len(a.header.Get("X-Request-Id")), 129)
	require.NotEmpty(t, a.header.Get("X-Request-Id"))
}

func TestOriginsAreExact(t *testing.T) {
	w := start(t, options{})
	for origin, want := range map[string]string{"https://dapp.test": "https://dapp.test", "https://dapp.test.evil": "", "http://dapp.test": "", "null": ""} {
		req, err := http.NewRequest("OPTIONS", w.url+"/v1/chat/completions", nil)
		require.NoError(t, err)
		req.Header.Set("Origin", origin)
		req.Header.Set("Access-Control-Request-Method", "POST")
		res, err := w.client.Do(req)
		require.NoError(t, err)
		res.Body.Close()
		require.Equal(t, want, res.Header.Get("Access-Control-Allow-Origin"), origin)
		require.Empty(t, res.Header.Get("Access-Control-Allow-Credentials"))
	}
}

func TestIdempotencyKeys(t *testing.T) {
	w := start(t, options{})
	a := w.post("/v1/chat/completions", chat, "Idempotency-Key", "k1")
	b := w.post("/v1/chat/completions", chat, "Idempotency-Key", "k1")
	require.Equal(t, string(a.raw), string(b.raw), "the same answer to the byte")
	c := w.post("/v1/chat/completions", more(`"seed":1`), "Idempotency-Key", "k1")
	require.Equal(t, 422, c.status)
	require.Equal(t, "idempotency_mismatch", c.code())
	require.Equal(t, 400, w.post("/v1/chat/completions", chat, "Idempotency-Key", "a b").status)
	stream := w.post("/v1/chat/completions", more(`"stream":true`), "Idempotency-Key", "k2")
	again := w.post("/v1/chat/completions", more(`"stream":true`), "Idempotency-Key", "k2")
	require.Contains(t, string(again.raw), "Hello there, friend.")
	require.Contains(t, string(stream.raw), "[DONE]")
	require.Equal(t, 2, w.Answers())
}

func TestUnreadableChainKeepsReadsGoing(t *testing.T) {
	w := start(t, options{})
	w.Chain.SetDown(true)
	a := w.post("/v1/chat/completions", chat)
	require.Equal(t, 503, a.status)
	require.Equal(t, "unavailable", a.code())
	require.Equal(t, 200, w.do("GET", "/v1/models", "").status)
	a = w.do("GET", "/v1/market/models", "")
	require.Equal(t, 200, a.status)
	require.Contains(t, a.at("meta"), "lag_seconds")
}
