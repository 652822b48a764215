// Package bench measures what the API adds to a request: the time of an answer
// through it, against the time of the same answer straight from the relayer that it
// asks. Both run over loopback HTTP in one process, in turns, on one database file,
// so that the ratio means something on any machine.
package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// Latency is what AddedLatency found, in milliseconds.
type Latency struct {
	Requests   int     `json:"requests"`
	DirectP50  float64 `json:"direct_p50_ms"`
	ThroughP50 float64 `json:"through_p50_ms"`
	AddedP50   float64 `json:"added_p50_ms"`
	ThroughP99 float64 `json:"through_p99_ms"`
	AddedP99   float64 `json:"added_p99_ms"`
}

// Rate is what Throughput found.
type Rate struct {
	Requests  int     `json:"requests"`
	Workers   int     `json:"workers"`
	PerSecond float64 `json:"per_second"`
}

// rig is an API over an instant backend.
type rig struct {
	net   *relaytest.Net
	web   *httptest.Server
	redis *miniredis.Miniredis
	rdb   *redis.Client
	http  *http.Client
	dir   string
}

func newRig() (*rig, error) {
	dir, err := os.MkdirTemp("", "dgrid-bench")
	if err != nil {
		return nil, err
	}
	r := &rig{dir: dir, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
	r.net, err = relaytest.New(relaytest.Options{DatabaseURL: "sqlite:" + filepath.Join(dir, "bench.db"),
		Server: func(s *relaytest.Server) {
			for _, p := range s.Providers {
				p.Answer = func(wire.Ask) string { return "" } // the stop token alone
			}
		}})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	r.net.Chain.SetChannel(r.net.Key.Channel, gateway.Channel{Requester: r.net.Key.Account, Delegate: r.net.Gateway.Delegate(), Deposit: protocol.NewAmount(1 << 62), Expiry: 1 << 40})
	if r.redis, err = miniredis.Run(); err != nil {
		return nil, errors.Join(err, r.close())
	}
	r.rdb = redis.NewClient(&redis.Options{Addr: r.redis.Addr()})
	server, err := api.New(api.Config{Decimals: 6, RequestsPerMinute: 1 << 30, TokensPerMinute: 1 << 30},
		api.Deps{Gateway: r.net.Gateway, Relay: r.net.Relays(), Catalog: r.net, Keys: r.net.Store.Gateway(), Redis: r.rdb})
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	r.web = httptest.NewServer(server.Handler())
	return r, nil
}

func (r *rig) close() error {
	r.http.CloseIdleConnections()
	var errs []error
	if r.web != nil {
		r.web.Close()
	}
	if r.rdb != nil {
		errs = append(errs, r.rdb.Close())
	}
	if r.redis != nil {
		r.redis.Close()
	}
	return errors.Join(append(errs, r.net.Close(), os.RemoveAll(r.dir))...)
}

// through asks the API for a one-token answer.
func (r *rig) through(ctx context.Context) error {
	body := []byte(`{"model":"stories@1","messages":[{"role":"user","content":"hi"}],"max_tokens":1,"temperature":0}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.web.URL+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+relaytest.Token)
	res, err := r.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("api answers %d: %s", res.StatusCode, raw)
	}
	return err
}

// direct asks the backend for the same, with a request signed beforehand.
func (r *rig) direct(ctx context.Context, ask wire.Ask, lease string) error {
	s, err := r.net.Relay().Submit(ctx, wire.Submit{Lease: lease, Ask: ask})
	if err != nil {
		return err
	}
	defer s.Close()
	for {
		e, err := s.Next()
		if err != nil {
			return err
		}
		if e.Done != nil {
			return nil
		}
	}
}

// signed makes a request of its own and leases a provider for it.
func (r *rig) signed(ctx context.Context, n int) (wire.Ask, string, error) {
	need := wire.Need{ModelVersion: r.net.Version, Channel: r.net.Key.Channel, Expiry: uint64(time.Now().Unix()) + 300}
	var err error
	if need.Signature, err = r.net.Domain.Sign(relaytest.DelegateKey(), need.Pass(r.net.Server.Relayer)); err != nil {
		return wire.Ask{}, "", err
	}
	m, err := r.net.Relay().Match(ctx, need)
	if err != nil {
		return wire.Ask{}, "", err
	}
	ids := relaytest.Ids("user: hi")
	params, salt := protocol.Params{}, common.BigToHash(protocol.NewAmount(uint64(n)).Big())
	q := protocol.Request{Payment: r.net.Key.Channel, ModelVersion: r.net.Version, Requester: r.net.Key.Account, PromptRoot: protocol.TokenRoot(salt, protocol.TagPrompt, ids),
		PromptTokens: uint32(len(ids)), MaxOutputTokens: 1, ParamsHash: params.Hash(), PriceIn: m.Offer.Offer.PriceIn, PriceOut: m.Offer.Offer.PriceOut,
		MaxFee: protocol.NewAmount(1 << 40), Salt: salt}
	sig, err := r.net.Domain.Sign(relaytest.DelegateKey(), q)
	return wire.Ask{Hash: r.net.Domain.Digest(q), Request: q, Signature: sig, Relayer: m.Relayer, Params: params, Prompt: ids, Secret: salt}, m.Lease, err
}

// AddedLatency answers n requests each way, in turns.
func AddedLatency(ctx context.Context, n int) (out Latency, err error) {
	r, err := newRig()
	if err != nil {
		return Latency{}, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	const warm = 10
	var direct, through []time.Duration
	for i := range n + warm {
		ask, lease, err := r.signed(ctx, i)
		if err != nil {
			return Latency{}, err
		}
		t0 := time.Now()
		if err := r.direct(ctx, ask, lease); err != nil {
			return Latency{}, err
		}
		t1 := time.Now()
		if err := r.through(ctx); err != nil {
			return Latency{}, err
		}
		if i >= warm {
			direct, through = append(direct, t1.Sub(t0)), append(through, time.Since(t1))
		}
	}
	out = Latency{Requests: n, DirectP50: at(direct, 50), ThroughP50: at(through, 50), ThroughP99: at(through, 99)}
	out.AddedP50, out.AddedP99 = out.ThroughP50-out.DirectP50, out.ThroughP99-at(direct, 99)
	return out, nil
}

// Throughput answers n one-token requests by that many workers; each answer's request
// and receipt are durable before it is shown.
func Throughput(ctx context.Context, n, workers int) (out Rate, err error) {
	r, err := newRig()
	if err != nil {
		return Rate{}, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.through(ctx); err != nil {
		return Rate{}, err
	}
	work := make(chan struct{}, n)
	for range n {
		work <- struct{}{}
	}
	close(work)
	errs := make([]error, workers)
	var group sync.WaitGroup
	began := time.Now()
	for i := range workers {
		group.Go(func() {
			for range work {
				if errs[i] = r.through(ctx); errs[i] != nil {
					return
				}
			}
		})
	}
	group.Wait()
	return Rate{Requests: n, Workers: workers, PerSecond: float64(n) / time.Since(began).Seconds()}, errors.Join(errs...)
}

// at is the p-th percentile in milliseconds.
func at(d []time.Duration, p int) float64 {
	if len(d) == 0 {
		return 0
	}
	d = slices.Clone(d)
	slices.Sort(d)
	return float64(d[min(len(d)-1, len(d)*p/100)].Microseconds()) / 1000
}
