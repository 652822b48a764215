package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/dgrid-network/dgrid/protocol"
)

// Status is what a provider is doing.
type Status struct {
	Provider common.Address   `json:"provider"`
	Operator common.Address   `json:"operator"`
	NextSeq  uint64           `json:"next_seq"`
	Running  uint32           `json:"running"`
	Draining bool             `json:"draining"`
	Receipts int              `json:"receipts"` // kept in the journal
	Relayers []RelayerStatus  `json:"relayers"`
	Models   []ModelStatus    `json:"models"`
	Journal  JournalStatus    `json:"journal"`
	Stake    *protocol.Amount `json:"free_stake,omitempty"` // absent if the chain does not answer
}

// RelayerStatus is one relayer as this provider sees it.
type RelayerStatus struct {
	URL       string         `json:"url"`
	Address   common.Address `json:"address"`
	Connected bool           `json:"connected"`
}

// ModelStatus is one model version that is served.
type ModelStatus struct {
	Version  common.Hash     `json:"model_version"`
	Class    protocol.Class  `json:"class"`
	PriceIn  protocol.Amount `json:"price_in"`
	PriceOut protocol.Amount `json:"price_out"`
	Running  uint32          `json:"running"`
	Capacity uint32          `json:"capacity"`
	Backend  string          `json:"backend"` // "ok" or why it cannot answer
}

// JournalStatus is the journal's state.
type JournalStatus struct {
	First uint64 `json:"first_segment"`
	Last  uint64 `json:"last_segment"`
	Error string `json:"error,omitempty"`
}

// Earnings is the money of a provider as its journal knows it; the chain has the last word.
type Earnings struct {
	Signed   protocol.Amount `json:"signed"`   // fees of all receipts kept
	Unpaid   protocol.Amount `json:"unpaid"`   // of receipts that no voucher holds
	Owed     protocol.Amount `json:"owed"`     // vouchers held, not redeemed
	Redeemed protocol.Amount `json:"redeemed"` // paid by the chain, as pending or matured credit
	Lines    []LineView      `json:"lines"`
	Credits  []Credit        `json:"credits,omitempty"`
	// Bonds are those of answered questions that nobody has paid out yet.
	Bonds []BondView `json:"bonds,omitempty"`
}

// Status returns a snapshot.
func (p *Provider) Status(ctx context.Context) Status {
	s := Status{Provider: p.cfg.Provider, Operator: p.book.operator, Relayers: []RelayerStatus{}, Models: []ModelStatus{}}
	p.book.mu.Lock()
	s.NextSeq, s.Receipts = p.book.number(), len(p.book.byRequest)
	p.book.mu.Unlock()
	s.Journal.First, s.Journal.Last = p.book.log.Segments()
	if err := p.book.log.Err(); err != nil {
		s.Journal.Error = err.Error()
	}
	for _, peer := range p.peers {
		peer.mu.Lock()
		s.Relayers = append(s.Relayers, RelayerStatus{peer.URL, peer.address, peer.connected})
		peer.mu.Unlock()
	}
	if stake, err := p.view.stake(ctx); err == nil {
		s.Stake = &stake
	}
	for i := range p.cfg.Models {
		m := &p.cfg.Models[i]
		backend := "ok"
		if err := m.Backend.Check(ctx); err != nil {
			backend = err.Error()
		}
		p.mu.Lock()
		running := p.busyOf[m.Version]
		p.mu.Unlock()
		s.Models = append(s.Models, ModelStatus{m.Version, m.Class, m.PriceIn, m.PriceOut, running, m.Capacity, backend})
	}
	p.mu.Lock()
	s.Running, s.Draining = p.busy, p.draining
	p.mu.Unlock()
	return s
}

// Earnings returns a snapshot.
func (p *Provider) Earnings(ctx context.Context) Earnings {
	e := Earnings{Lines: p.book.lineViews()}
	add := func(sum *protocol.Amount, part protocol.Amount) {
		if s, err := sum.Add(part); err == nil {
			*sum = s
		}
	}
	for _, l := range e.Lines {
		add(&e.Owed, l.Owed)
		add(&e.Redeemed, l.Redeemed)
	}
	p.book.mu.Lock()
	e.Signed = p.book.earned
	for _, part := range p.book.unpaid {
		add(&e.Unpaid, part)
	}
	p.book.mu.Unlock()
	if p.deps.Maturer != nil {
		if credits, err := p.deps.Maturer.Credits(ctx); err == nil {
			e.Credits = credits
		}
	}
	if bonds, err := p.bondViews(ctx); err == nil {
		e.Bonds = bonds
	}
	return e
}

// ControlHandler serves GET /status, GET /earnings, GET /metrics, POST /drain and POST /redeem.
// It is for the owner of the machine: whoever reaches it may drain the provider.
func (p *Provider) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	reply := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // the reader went away
	}
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, r *http.Request) { reply(w, p.Status(r.Context())) })
	mux.HandleFunc("GET /earnings", func(w http.ResponseWriter, r *http.Request) { reply(w, p.Earnings(r.Context())) })
	mux.HandleFunc("POST /drain", func(w http.ResponseWriter, r *http.Request) {
		p.Drain()
		reply(w, p.Status(r.Context()))
	})
	mux.HandleFunc("POST /redeem", func(w http.ResponseWriter, r *http.Request) {
		if err := p.RedeemNow(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		reply(w, p.Earnings(r.Context()))
	})
	if g, ok := p.deps.Metrics.(prometheus.Gatherer); ok {
		mux.Handle("GET /metrics", promhttp.HandlerFor(g, promhttp.HandlerOpts{}))
	}
	// A page in the owner's browser must not reach it: requests from pages carry Origin.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "" {
			http.Error(w, "no browsers", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func splitControl(address string) (network, addr string, err error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return "unix", path, nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "", "", fmt.Errorf("control address %q: %v: %w", address, err, protocol.ErrInvalid)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", "", fmt.Errorf("control address %q is not on loopback: %w", address, protocol.ErrInvalid)
	}
	return "tcp", address, nil
}

func (p *Provider) control(ctx context.Context) error {
	if p.cfg.Control == "" {
		return nil
	}
	network, addr, err := splitControl(p.cfg.Control)
	if err != nil {
		return err
	}
	if network == "unix" {
		if err := os.Remove(addr); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("free the control socket: %w", err)
		}
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		return fmt.Errorf("listen on the control address: %w", err)
	}
	if network == "unix" {
		if err := os.Chmod(addr, 0o600); err != nil {
			l.Close()
			return fmt.Errorf("protect the control socket: %w", err)
		}
	}
	srv := &http.Server{Handler: p.ControlHandler(), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the control address: %w", err)
	}
	return nil
}

// Control calls the control endpoint of a running provider, e.g. "GET", "/status", and decodes
// the answer into out unless nil.
func Control(ctx context.Context, address, method, path string, out any) error {
	network, addr, err := splitControl(address)
	if err != nil {
		return err
	}
	tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, addr)
	}}
	defer tr.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, method, "http://provider"+path, nil)
	if err != nil {
		return fmt.Errorf("call the provider: %w", err)
	}
	res, err := (&http.Client{Transport: tr}).Do(req)
	if err != nil {
		return fmt.Errorf("call the provider at %s (is it running?): %v: %w", address, err, protocol.ErrUnavailable)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	if err != nil {
		return fmt.Errorf("read the provider's answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("provider answers %s: %s: %w", res.Status, bytes.TrimSpace(body), protocol.ErrUnavailable)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("decode the provider's answer: %w", err)
	}
	return nil
}
