// Package answers measures what the network adds to an answer: its time through the API,
// a relayer and a provider, all real and over loopback sockets, against the time of the
// same answer asked of the provider's backend itself. Both are asked in turns in one
// process, so that the difference means something on any machine. The chain is a table in
// memory: no request waits for one.
package answers

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/internal/bench/relaynet"
	"github.com/dgrid-network/dgrid/internal/embedredis"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/relayer"
	"github.com/dgrid-network/dgrid/store"
)

// Latency is what AddedLatency found.
type Latency struct {
	Requests   int           `json:"requests"`
	BackendP50 time.Duration `json:"backend_p50_ns"`
	ThroughP50 time.Duration `json:"through_p50_ns"`
	AddedP50   time.Duration `json:"added_p50_ns"`
	AddedP99   time.Duration `json:"added_p99_ns"`
	// Calls is how often the backend was asked: once each way, warming included.
	Calls int64 `json:"calls"`
}

const (
	model = "instant"
	token = "dg_answers"
	warm  = 10 // requests that are not counted
	// What the provider asks of its backend, and what is asked of it directly.
	upstreamBody = `{"model":"` + model + `","messages":[{"role":"user","content":"hi"}],"max_tokens":1,"temperature":0,"stream":true,"stream_options":{"include_usage":true}}`
	apiBody      = `{"model":"` + model + `","messages":[{"role":"user","content":"hi"}],"max_tokens":1,"temperature":0}`
)

// instant is an OpenAI-compatible server that answers one token at once.
func instant(calls *atomic.Int64) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"data":[{"id":"`+model+`"}]}`) })
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		for _, chunk := range []string{`{"choices":[{"delta":{"content":"ok"}}]}`, `{"choices":[{"delta":{},"finish_reason":"stop"}]}`,
			`{"choices":[],"usage":{"completion_tokens":1}}`, `[DONE]`} {
			fmt.Fprintf(w, "data: %s\n\n", chunk)
		}
	})
	return mux
}

// rig is everything between a client and the backend.
type rig struct {
	backend, web *httptest.Server
	http         *http.Client
	calls        atomic.Int64
	closers      []func() error // in the order of their opening
}

func (r *rig) close() (err error) {
	for _, c := range slices.Backward(r.closers) {
		err = errors.Join(err, c())
	}
	return err
}

// AddedLatency answers n requests each way, in turns. The folder holds the journals; it
// must be on a disk to mean anything.
func AddedLatency(ctx context.Context, dir string, n int) (out Latency, err error) {
	r := &rig{http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.open(ctx, dir); err != nil {
		return Latency{}, err
	}
	var direct, through []time.Duration
	for i := range n + warm {
		t0 := time.Now()
		if err := r.ask(ctx, r.backend.URL, upstreamBody, "[DONE]"); err != nil {
			return Latency{}, err
		}
		t1 := time.Now()
		if err := r.ask(ctx, r.web.URL, apiBody, `"receipt"`); err != nil {
			return Latency{}, err
		}
		if i >= warm {
			direct, through = append(direct, t1.Sub(t0)), append(through, time.Since(t1))
		}
	}
	out = Latency{Requests: n, Calls: r.calls.Load(), BackendP50: percentile(direct, 50), ThroughP50: percentile(through, 50)}
	out.AddedP50, out.AddedP99 = out.ThroughP50-out.BackendP50, percentile(through, 99)-percentile(direct, 99)
	return out, nil
}

// ask posts a chat and reads the answer, which must hold want.
func (r *rig) ask(ctx context.Context, url, body, want string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := r.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(string(raw), want) {
		return fmt.Errorf("%s answers %d: %.500s: %w", url, res.StatusCode, raw, protocol.ErrInternal)
	}
	return nil
}

func (r *rig) open(ctx context.Context, dir string) error {
	r.backend = httptest.NewServer(instant(&r.calls))
	r.closers = append(r.closers, func() error { r.http.CloseIdleConnections(); r.backend.Close(); return nil })
	redis, err := embedredis.Start()
	if err != nil {
		return err
	}
	r.closers = append(r.closers, redis.Close)
	chain := relaynet.NewChain()
	chain.Serve(protocol.ClassSampled)
	relay, err := relaynet.StartRelay(chain, redis, relayer.Config{Namespace: "answers", DrainTimeout: time.Second}, nil)
	if err != nil {
		return err
	}
	r.closers = append(r.closers, relay.Close)
	upstream, err := provider.NewUpstream(provider.UpstreamConfig{URL: r.backend.URL + "/v1", Model: model})
	if err != nil {
		return err
	}
	cfg := relaynet.Cfg("answers", filepath.Join(dir, "journal"), upstream, relay.URL)
	cfg.Models[0].Class = protocol.ClassSampled
	node, err := relaynet.StartNode(chain, "answers", cfg, provider.Deps{})
	if err != nil {
		return err
	}
	r.closers = append(r.closers, func() error { defer upstream.Close(); return node.Stop() })
	if err := relaynet.UntilOnline(ctx, relay); err != nil {
		return err
	}
	return r.serve(ctx, dir, chain, relay.URL, redis)
}

// serve starts the API with one key, whose channel pays for everything.
func (r *rig) serve(ctx context.Context, dir string, chain *relaynet.Chain, relay string, redis *embedredis.Store) error {
	payer := relaynet.NewPayer(chain, "payer", protocol.NewAmount(1<<62))
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(dir, "answers.db"))
	if err != nil {
		return err
	}
	r.closers = append(r.closers, db.Close)
	if err := db.Gateway().CreateKey(ctx, &store.APIKey{ID: "key_answers", Name: "answers", Account: relaynet.Addr("payer"), Channel: payer.Channel,
		TokenHash: sha256.Sum256([]byte(token)), Hint: "dg_answ", Scopes: []string{"inference", "read"}, CreatedAt: time.Now().Unix()}); err != nil {
		return err
	}
	relays, err := gateway.NewRelays([]string{relay}, nil)
	if err != nil {
		return err
	}
	r.closers = append(r.closers, func() error { relays.Close(); return nil })
	models := catalog{{ID: model, Version: relaynet.Model, Class: protocol.ClassSampled, Context: 4096}}
	g, err := gateway.New(gateway.Config{Domain: relaynet.Domain, Delegate: relaynet.Key("payer delegate")},
		gateway.Deps{Store: db.Gateway(), Relays: relays, Chain: escrow{chain}, Models: models})
	if err != nil {
		return err
	}
	r.closers = append(r.closers, relaynet.Go(g.Run).Stop)
	server, err := api.New(api.Config{Decimals: 6, RequestsPerMinute: 1 << 30, TokensPerMinute: 1 << 30},
		api.Deps{Gateway: g, Relay: relays, Catalog: models, Keys: db.Gateway(), Redis: redis})
	if err != nil {
		return err
	}
	r.web = httptest.NewServer(server.Handler())
	r.closers = append(r.closers, func() error { r.http.CloseIdleConnections(); r.web.Close(); return nil })
	return nil
}

// escrow is the chain as a gateway reads it.
type escrow struct{ *relaynet.Chain }

// Channel implements gateway.Chain.
func (e escrow) Channel(ctx context.Context, id common.Hash) (gateway.Channel, error) {
	c, err := e.ForProvider().Channel(ctx, id)
	return gateway.Channel{Requester: c.Requester, Delegate: c.Delegate, Deposit: c.Deposit, Paid: c.Paid, Expiry: c.Expiry, Closing: c.Closing}, err
}

// ProviderOf implements gateway.Chain.
func (e escrow) ProviderOf(ctx context.Context, operator common.Address) (common.Address, error) {
	return e.Operator(ctx, operator)
}

// catalog is a list of models.
type catalog []gateway.Model

// ByID implements api.Catalog.
func (c catalog) ByID(_ context.Context, id string) (gateway.Model, error) {
	return c.find(func(m gateway.Model) bool { return m.ID == id })
}

// ByVersion implements api.Catalog.
func (c catalog) ByVersion(_ context.Context, version common.Hash) (gateway.Model, error) {
	return c.find(func(m gateway.Model) bool { return m.Version == version })
}

// All implements api.Catalog.
func (c catalog) All(context.Context) ([]gateway.Model, error) { return c, nil }

func (c catalog) find(is func(gateway.Model) bool) (gateway.Model, error) {
	if i := slices.IndexFunc(c, is); i >= 0 {
		return c[i], nil
	}
	return gateway.Model{}, fmt.Errorf("find a model: %w", protocol.ErrNotFound)
}

// percentile of durations; 0 if there are none.
func percentile(d []time.Duration, p int) time.Duration {
	if len(d) == 0 {
		return 0
	}
	d = slices.Clone(d)
	slices.Sort(d)
	return d[min(len(d)-1, len(d)*p/100)]
}
