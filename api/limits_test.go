package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

// waiting has the first provider say nothing until step is closed, or told to go on.
func waiting(step chan struct{}) func(*relaytest.Server) {
	return func(s *relaytest.Server) { s.Providers[0].Step = step }
}

func TestTimeoutsAreNotBilled(t *testing.T) {
	for code, config := range map[string]func(*gateway.Config){
		"first_token_timeout": func(c *gateway.Config) { c.FirstToken = time.Millisecond },
		"total_timeout":       func(c *gateway.Config) { c.Total, c.FirstToken = time.Millisecond, time.Hour },
	} {
		for _, body := range []string{chat, more(`"stream":true`)} {
			w := start(t, options{Options: relaytest.Options{Config: config, Server: waiting(make(chan struct{}))}})
			a := w.post("/v1/chat/completions", body)
			require.Equal(t, 408, a.status, string(a.raw))
			require.Equal(t, code, a.code())
			require.Equal(t, "timeout_error", a.at("error", "type"))
			require.Equal(t, "true", a.header.Get("x-should-retry"))
			spent, err := w.Store.Gateway().SpentOf(context.Background(), w.Key.Channel)
			require.NoError(t, err)
			require.True(t, spent.Spent.IsZero() && spent.Held.IsZero(), "nothing was delivered, nothing is billed")
		}
	}
}

func TestRunningIdempotencyKeyIsInProgress(t *testing.T) {
	step := make(chan struct{})
	w := start(t, options{Options: relaytest.Options{Server: waiting(step)}})
	first := make(chan answer)
	go func() { first <- w.post("/v1/chat/completions", chat, "Idempotency-Key", "k") }()
	require.Eventually(t, func() bool { return w.Answers() == 1 }, 10*time.Second, time.Millisecond)
	a := w.post("/v1/chat/completions", chat, "Idempotency-Key", "k")
	require.Equal(t, 409, a.status, string(a.raw))
	require.Equal(t, "idempotency_in_progress", a.code())
	require.Equal(t, "conflict_error", a.at("error", "type"))
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.Equal(t, "true", a.header.Get("x-should-retry"))
	require.Equal(t, 422, w.post("/v1/chat/completions", more(`"seed":1`), "Idempotency-Key", "k").status)
	close(step)
	require.Equal(t, 200, (<-first).status)
	require.Equal(t, 200, w.post("/v1/chat/completions", chat, "Idempotency-Key", "k").status)
	require.Equal(t, 1, w.Answers())
}

// A key's limit of requests at once holds however they come, and counts only itself.
func TestConcurrencyOfAKey(t *testing.T) {
	step := make(chan struct{})
	const most, asked = 3, 12
	w := start(t, options{Options: relaytest.Options{Server: waiting(step), Key: func(k *store.APIKey) { k.Concurrency = most }}})
	got := make(chan answer, asked)
	var group errgroup.Group
	for i := range asked {
		group.Go(func() error {
			got <- w.post("/v1/chat/completions", more(fmt.Sprintf(`"max_tokens":9,"seed":%d`, i)))
			return nil
		})
	}
	for range asked - most {
		a := <-got
		require.Equal(t, 429, a.status, string(a.raw))
		require.Equal(t, "concurrency_limited", a.code())
		require.Equal(t, "rate_limit_error", a.at("error", "type"))
		require.NotEmpty(t, a.header.Get("Retry-After"))
		require.Equal(t, "true", a.header.Get("x-should-retry"))
	}
	require.Eventually(t, func() bool { return w.Answers() == most }, 10*time.Second, time.Millisecond)
	close(step)
	for range most {
		a := <-got
		require.Equal(t, 200, a.status, string(a.raw))
	}
	require.NoError(t, group.Wait())
	require.Equal(t, most, w.Answers(), "the others were never asked for")
	require.Equal(t, 200, w.post("/v1/chat/completions", chat).status, "the key has room again")
}

func TestBusyRelayer(t *testing.T) {
	w := start(t, options{Options: relaytest.Options{Server: func(s *relaytest.Server) {
		s.NoMatch = &wire.Failure{Code: wire.CodeConcurrencyLimited, Detail: "too many at once"}
	}}})
	a := w.post("/v1/chat/completions", chat)
	require.Equal(t, 429, a.status, string(a.raw))
	require.Equal(t, "concurrency_limited", a.code())
	require.NotEmpty(t, a.header.Get("Retry-After"))
}

// route is chat with a "provider" object.
func route(format string, args ...any) string {
	return more(`"provider":{` + fmt.Sprintf(format, args...) + `}`)
}

func TestProviderPreferences(t *testing.T) {
	w := start(t, options{})
	a, b, stranger := w.Providers[0].Owner, w.Providers[1].Owner, common.HexToAddress("0x51")
	for body, want := range map[string]common.Address{
		chat:                                                          a,
		route(`"order":[%q]`, b):                                      b,
		route(`"order":[%q,%q]`, b, a):                                b,
		route(`"order":[%q,%q]`, stranger, b):                         b,
		route(`"order":[%q]`, stranger):                               a, // a wish, not a condition
		route(`"ignore":[%q]`, a):                                     b,
		route(`"order":[%q],"ignore":[%q]`, a, a):                     b,
		route(`"order":[%q],"allow_fallbacks":false`, b):              b,
		route(`"order":[%q,%q],"allow_fallbacks":false`, stranger, b): b,
		route(`"only":[%q]`, b):                                       b,
	} {
		got := w.post("/v1/chat/completions", body)
		require.Equal(t, 200, got.status, "%s: %s", body, got.raw)
		require.Equal(t, want.Hex(), got.header.Get("X-DGrid-Provider"), body)
	}
	for _, body := range []string{
		route(`"order":[%q],"allow_fallbacks":false`, stranger),
		route(`"ignore":[%q,%q]`, a, b),
		route(`"only":[%q],"ignore":[%q]`, a, a),
	} {
		got := w.post("/v1/chat/completions", body)
		require.Equal(t, 503, got.status, "%s: %s", body, got.raw)
		require.Equal(t, "no_provider_fits", got.code())
		require.Equal(t, map[string]any{"excluded": float64(2)}, got.at("error", "metadata", "rejected"))
	}
	before := w.Matches()
	many := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("%q,", stranger), 257), ",")
	for _, body := range []string{route(`"order":["x"]`), route(`"ignore":"%s"`, a), route(`"allow_fallbacks":1`), route(`"ignore":[%s]`, many)} {
		got := w.post("/v1/chat/completions", body)
		require.Equal(t, 400, got.status, "%.100s: %s", body, got.raw)
	}
	require.Equal(t, before, w.Matches(), "refused before matching")
}

// A relayer may give a request to another provider than it matched, where the request
// allows it.
func TestFallbacks(t *testing.T) {
	w := start(t, options{Options: relaytest.Options{Server: func(s *relaytest.Server) { s.Elsewhere = true }}})
	a, b := w.Providers[0].Owner, w.Providers[1].Owner
	for _, body := range []string{chat, route(`"allow_fallbacks":true`), route(`"order":[%q]`, a)} {
		got := w.post("/v1/chat/completions", body)
		require.Equal(t, 200, got.status, "%s: %s", body, got.raw)
		require.Equal(t, b.Hex(), got.header.Get("X-DGrid-Provider"), body)
	}
	for _, body := range []string{route(`"allow_fallbacks":false`), route(`"ignore":[%q]`, b), route(`"only":[%q]`, a), route(`"order":[%q,%q],"allow_fallbacks":false`, a, b)} {
		got := w.post("/v1/chat/completions", body)
		require.Equal(t, 502, got.status, "%s: %s", body, got.raw)
		require.Equal(t, "provider_failed", got.code())
		require.Contains(t, got.at("error", "message"), "excludes")
	}
}
