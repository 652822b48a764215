package api

import (
	"context"
	_ "embed"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/dgrid-network/dgrid/protocol/wire"
)

//go:embed openapi.yaml
var openapiYAML []byte

func (s *Server) openapi(c *gin.Context) { c.Data(200, "application/yaml", openapiYAML) }

// healthz: the process lives.
func (s *Server) healthz(c *gin.Context) { c.JSON(200, gin.H{"ok": true}) }

// readyz: the parts that answers need are there.
func (s *Server) readyz(c *gin.Context) {
	ctx, stop := context.WithTimeout(c.Request.Context(), 3*time.Second)
	defer stop()
	checks := gin.H{}
	ok := true
	check := func(name string, err error) {
		checks[name] = "ok"
		if err != nil {
			checks[name], ok = err.Error(), false
		}
	}
	if s.draining.Load() {
		check("process", http.ErrServerClosed)
	}
	check("database", s.deps.Keys.Ping(ctx))
	check("redis", s.deps.Redis.Ping(ctx).Err())
	_, err := s.deps.Relay.Info(ctx)
	check("relayer", err)
	if s.deps.Network != nil {
		meta, err := s.deps.Network.Status(ctx)
		check("indexer", err)
		if err == nil && (meta.Stale != "" || time.Duration(s.lag(meta))*time.Second > s.cfg.MaxLag) {
			checks["indexer"], ok = "behind or stopped: "+meta.Stale, false
		}
	}
	status := 200
	if !ok {
		status = 503
		c.Header("Retry-After", "1")
	}
	c.JSON(status, gin.H{"ok": ok, "checks": checks})
}

func (s *Server) metricsPage() gin.HandlerFunc {
	return gin.WrapH(promhttp.HandlerFor(s.deps.Metrics, promhttp.HandlerOpts{}))
}

func (s *Server) version(c *gin.Context) {
	v := gin.H{"version": s.cfg.Version, "wire": wire.Version, "chain": chainName(s.deps.Gateway.Domain().ChainID)}
	if info, ok := debug.ReadBuildInfo(); ok {
		v["go"] = info.GoVersion
	}
	c.JSON(200, v)
}
