// Package api is the HTTP face of DGrid: the OpenAI-compatible routes in front of a
// gateway, the marketplace reads over the indexer's tables, login and keys.
//
// It decides nothing about money (package gateway does) and reads no chain (the
// store's projections and the Catalog do). gin stays inside this package.
//
// Enter at New, then Server.Handler, or Server.Run to listen as well. Every route
// is described in openapi.yaml, and a test holds both together.
//
// Invariants:
//   - Routes that OpenAI SDKs call answer errors in OpenAI's shape, all others as
//     RFC 9457 problems; both from one table (errors.go).
//   - A normal stream chunk never has a top-level "error" key: SDKs end on the key.
//   - Whoever does not own an answer is told that there is none.
//   - Tokens are stored as sha256; prompts and tokens are never logged.
package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
	"github.com/go-redis/redis_rate/v10"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// Config is what a server is told. Zero fields get the defaults named.
type Config struct {
	Asset    common.Address // the settlement token
	Decimals int            // of it
	// Origins may call from a browser, each exactly as a browser sends it.
	Origins []string
	// SIWEDomain and SIWEURI are what wallets must sign to log in, e.g.
	// "localhost:8080" and "http://localhost:8080". Empty: login is off.
	SIWEDomain, SIWEURI string
	SessionLife         time.Duration // 12 h
	// RequestsPerMinute and TokensPerMinute bound one key or session (600, 2,000,000),
	// AnonymousPerMinute one address without either (600).
	RequestsPerMinute, TokensPerMinute, AnonymousPerMinute int
	Heartbeat                                              time.Duration // of streams, 12 s
	WriteTimeout                                           time.Duration // of one write to a slow reader, 30 s
	MaxLag                                                 time.Duration // of the indexer before /readyz fails, 2 min
	Version                                                string
}

// Deps is what a server works with.
type Deps struct {
	Gateway *gateway.Gateway
	Relay   *gateway.Relays
	Catalog Catalog
	Keys    *store.Gateway
	// Network is the indexer's tables; nil: the marketplace answers 503.
	Network *store.Network
	Redis   redis.UniversalClient
	// Wallets checks signatures of contract wallets; nil: only plain keys log in.
	Wallets Wallets
	Log     *slog.Logger         // optional
	Now     func() time.Time     // optional
	Metrics *prometheus.Registry // optional; /metrics shows it
}

// Catalog is where models are found. ByID takes what clients call a model: "name@n",
// the name for its newest, or the version as 0x hex; protocol.ErrNotFound if none.
type Catalog interface {
	ByID(ctx context.Context, id string) (gateway.Model, error)
	ByVersion(ctx context.Context, version common.Hash) (gateway.Model, error)
	All(ctx context.Context) ([]gateway.Model, error)
}

// Wallets verifies contract wallets by eth_call: ERC-1271 isValidSignature, and ERC-6492 for
// those that are not made yet.
type Wallets interface {
	ValidSignature(ctx context.Context, account common.Address, digest common.Hash, signature []byte) (bool, error)
}

// Server is the API. Make one with New.
type Server struct {
	cfg      Config
	deps     Deps
	log      *slog.Logger
	now      func() time.Time
	engine   *gin.Engine
	limiter  *redis_rate.Limiter
	fallback localLimits
	metrics  *httpMetrics
	offers   offerCache
	draining atomic.Bool
	// stopping is closed when the server stops: streams without an end of their own end then.
	stopping chan struct{}
	// redisAway is until when Redis is not asked to count, in Unix nanoseconds.
	redisAway atomic.Int64
}

// New checks the configuration and builds the routes.
func New(cfg Config, deps Deps) (*Server, error) {
	if deps.Gateway == nil || deps.Relay == nil || deps.Catalog == nil || deps.Keys == nil || deps.Redis == nil {
		return nil, fmt.Errorf("api needs a gateway, a relayer, a catalog, keys and redis: %w", protocol.ErrInvalid)
	}
	for _, d := range []struct {
		field *int
		value int
	}{{&cfg.RequestsPerMinute, 600}, {&cfg.TokensPerMinute, 2_000_000}, {&cfg.AnonymousPerMinute, 600}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&cfg.SessionLife, 12 * time.Hour}, {&cfg.Heartbeat, 12 * time.Second}, {&cfg.WriteTimeout, 30 * time.Second}, {&cfg.MaxLag, 2 * time.Minute}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Metrics == nil {
		deps.Metrics = prometheus.NewRegistry()
	}
	s := &Server{cfg: cfg, deps: deps, log: deps.Log, now: deps.Now, limiter: redis_rate.NewLimiter(deps.Redis), metrics: newHTTPMetrics(deps.Metrics),
		stopping: make(chan struct{})}
	if err := s.routes(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler serves every route.
func (s *Server) Handler() http.Handler { return s.engine }

// Limits of one connection. A stream may last: it has a deadline per write instead.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	maxBodyBytes      = 1 << 20
	drainTimeout      = 30 * time.Second
)

// Serve answers on l and runs the gateway until ctx ends, then drains.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: s.engine, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	gatewayCtx, stopGateway := context.WithCancel(context.WithoutCancel(ctx))
	defer stopGateway()
	var group errgroup.Group
	group.Go(func() error { return s.deps.Gateway.Run(gatewayCtx) })
	group.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			stopGateway()
			return fmt.Errorf("serve api: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		select {
		case <-ctx.Done():
		case <-gatewayCtx.Done():
		}
		if !s.draining.Swap(true) {
			close(s.stopping)
		}
		// Answers under way may end; then the gateway closes what is left.
		drain, stop := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
		defer stop()
		err := server.Shutdown(drain)
		stopGateway()
		if err != nil {
			return errors.Join(err, server.Close())
		}
		return nil
	})
	return group.Wait()
}

// routes builds the engine.
func (s *Server) routes() error {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	// A gin.Context is used again for the next request: nothing that may outlive a
	// handler (database/sql watches its context) is given one, but Request.Context().
	e.ContextWithFallback = true
	e.HandleMethodNotAllowed = true
	if err := e.SetTrustedProxies(nil); err != nil {
		return err
	}
	e.Use(s.requestID, s.observe, s.recovery)
	if len(s.cfg.Origins) > 0 {
		e.Use(cors.New(cors.Config{AllowOrigins: s.cfg.Origins, AllowMethods: []string{"GET", "POST", "DELETE"},
			AllowHeaders:  []string{"Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id", "If-None-Match"},
			ExposeHeaders: exposed, MaxAge: time.Hour}))
	}
	e.Use(s.bound)
	e.NoRoute(func(c *gin.Context) { s.fail(c, notFound("no such route")) })
	e.NoMethod(func(c *gin.Context) {
		s.fail(c, &problem{status: http.StatusMethodNotAllowed, kind: "invalid_request_error", code: "method_not_allowed", detail: "this route has other methods"})
	})
	for _, r := range s.table() {
		e.Handle(r.method, r.path, append(append([]gin.HandlerFunc{}, r.before...), r.handle)...)
	}
	s.engine = e
	return nil
}

type route struct {
	method, path string
	before       []gin.HandlerFunc
	handle       gin.HandlerFunc
}

// table is every route there is.
func (s *Server) table() []route {
	open := []gin.HandlerFunc{s.identify, s.limit}
	infer := []gin.HandlerFunc{s.identify, s.require(ScopeInference), s.limit}
	own := []gin.HandlerFunc{s.identify, s.require(ScopeRead), s.limit}
	session := []gin.HandlerFunc{s.identify, s.require(ScopeKeys), s.limit}
	routes := []route{
		{"POST", "/v1/chat/completions", infer, s.chatCompletions},
		{"POST", "/v1/completions", infer, s.completions},
		{"GET", "/v1/models", open, s.models},
		{"GET", "/v1/models/:id", open, s.model},
		{"GET", "/v1/generations/:id", own, s.generation},
		{"GET", "/v1/receipts/:id", own, s.receipt},
		{"GET", "/v1/requests/:id/route", own, s.requestRoute},
		{"GET", "/v1/audits/feed", open, s.auditFeed},
		{"GET", "/v1/audits/:receipt", open, s.auditBundle},
		{"GET", "/v1/auth/nonce", open, s.nonce},
		{"POST", "/v1/auth/siwe", open, s.siwe},
		{"DELETE", "/v1/auth/session", session, s.logout},
		{"GET", "/v1/keys", session, s.listKeys},
		{"POST", "/v1/keys", session, s.createKey},
		{"DELETE", "/v1/keys/:id", session, s.revokeKey},
		{"GET", "/openapi.yaml", nil, s.openapi},
		{"GET", "/healthz", nil, s.healthz},
		{"GET", "/readyz", nil, s.readyz},
		{"GET", "/metrics", nil, s.metricsPage()},
		{"GET", "/version", nil, s.version},
	}
	for _, m := range s.market() {
		routes = append(routes, route{"GET", m.path, open, m.handle})
	}
	return routes
}

// Routes lists every route as "METHOD /path/{parameter}".
func (s *Server) Routes() []string {
	var names []string
	for _, r := range s.table() {
		parts := strings.Split(r.path, "/")
		for i, p := range parts {
			if strings.HasPrefix(p, ":") {
				parts[i] = "{" + p[1:] + "}"
			}
		}
		names = append(names, r.method+" "+strings.Join(parts, "/"))
	}
	return names
}
