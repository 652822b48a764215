package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-redis/redis_rate/v10"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
)

const headerRequestID = "X-Request-Id"

// exposed are the answer headers that browsers may read.
var exposed = []string{headerRequestID, "X-DGrid-Request", "X-DGrid-Model-Version", "X-DGrid-Provider", "X-DGrid-Class", "X-DGrid-Quote", "X-DGrid-Block",
	"ETag", "Retry-After", "RateLimit", "RateLimit-Policy", "x-should-retry", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
	"x-ratelimit-reset-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"}

// requestID echoes a client's id if it is 1 to 128 visible ASCII characters and
// makes one otherwise. (gin-contrib/requestid echoes anything and keeps its header's
// name in a global.)
func (s *Server) requestID(c *gin.Context) {
	id := c.GetHeader(headerRequestID)
	if !visible(id, 128) {
		id = rand.Text()
	}
	c.Set(headerRequestID, id)
	c.Header(headerRequestID, id)
}

func requestIDOf(c *gin.Context) string { return c.GetString(headerRequestID) }

func visible(s string, limit int) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// recovery turns a panic into a 500. The value is logged, the request is not: it
// may hold prompts and tokens.
func (s *Server) recovery(c *gin.Context) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if err, ok := r.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(r)
		}
		s.log.Error("handler panicked", "request_id", requestIDOf(c), "path", c.FullPath(), "panic", fmt.Sprint(r))
		if !c.Writer.Written() {
			s.fail(c, fmt.Errorf("handler panicked"))
		}
		c.Abort()
	}()
	c.Next()
}

// bound limits the body and refuses encodings that could hide its size.
func (s *Server) bound(c *gin.Context) {
	if e := c.GetHeader("Content-Encoding"); e != "" && e != "identity" {
		s.fail(c, &problem{status: http.StatusUnsupportedMediaType, kind: "invalid_request_error", code: "invalid_request", detail: "send the body without an encoding"})
		return
	}
	if c.Request.Body != nil {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBodyBytes)
	}
}

// body reads the whole body, and refuses deeply nested JSON before it is decoded.
func body(c *gin.Context) ([]byte, error) {
	raw, err := io.ReadAll(c.Request.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &problem{status: 413, kind: "invalid_request_error", code: "body_too_large", detail: fmt.Sprintf("the body may have %d bytes", maxBodyBytes)}
	}
	if err != nil {
		return nil, invalid("", "the body could not be read")
	}
	if depth(raw) > maxDepth {
		return nil, invalid("", "the body is nested more than %d deep", maxDepth)
	}
	return raw, nil
}

const maxDepth = 32

// depth is the deepest nesting of a JSON text; strings are skipped.
func depth(raw []byte) int {
	deepest, now, inString := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch b := raw[i]; {
		case inString:
			if b == '\\' {
				i++
			} else if b == '"' {
				inString = false
			}
		case b == '"':
			inString = true
		case b == '{' || b == '[':
			now++
			deepest = max(deepest, now)
		case b == '}' || b == ']':
			now--
		}
	}
	return deepest
}

// limit counts the request against its key, session or address.
func (s *Server) limit(c *gin.Context) {
	who := callerOf(c)
	name, perMinute := "addr:"+c.ClientIP(), s.cfg.AnonymousPerMinute
	if who != nil {
		name, perMinute = "key:"+who.id, s.cfg.RequestsPerMinute
	}
	left, wait := s.take(c.Request.Context(), "req:"+name, perMinute, 1)
	s.limitHeaders(c, "requests", perMinute, left, wait)
	c.Header("RateLimit-Policy", fmt.Sprintf(`"requests";q=%d;w=60`, perMinute))
	c.Header("RateLimit", fmt.Sprintf(`"requests";r=%d;t=%d`, max(left, 0), seconds(wait)))
	if left < 0 {
		s.fail(c, &problem{status: 429, kind: "rate_limit_error", code: "rate_limited", detail: fmt.Sprintf("%d requests a minute are allowed", perMinute), retryAfter: wait, retry: true})
		return
	}
	if who == nil || who.key == nil {
		return
	}
	left, wait = s.take(c.Request.Context(), "tok:"+name, s.cfg.TokensPerMinute, 0)
	s.limitHeaders(c, "tokens", s.cfg.TokensPerMinute, left, wait)
	if left <= 0 {
		s.fail(c, &problem{status: 429, kind: "rate_limit_error", code: "rate_limited", detail: fmt.Sprintf("%d tokens a minute are allowed", s.cfg.TokensPerMinute), retryAfter: max(wait, time.Second), retry: true})
	}
}

// used counts the tokens of an answer against its key.
func (s *Server) used(ctx context.Context, who *caller, tokens int) {
	ctx, stop := context.WithTimeout(ctx, redisPatience)
	defer stop()
	limit := redis_rate.PerMinute(s.cfg.TokensPerMinute)
	if _, err := s.limiter.AllowAtMost(ctx, "tok:key:"+who.id, limit, tokens); err != nil {
		s.fallback.take("tok:key:"+who.id, s.cfg.TokensPerMinute, tokens)
	}
}

func (s *Server) limitHeaders(c *gin.Context, what string, limit, left int, reset time.Duration) {
	c.Header("x-ratelimit-limit-"+what, strconv.Itoa(limit))
	c.Header("x-ratelimit-remaining-"+what, strconv.Itoa(max(left, 0)))
	c.Header("x-ratelimit-reset-"+what, strconv.Itoa(seconds(reset))+"s")
}

func seconds(d time.Duration) int { return int(math.Ceil(max(d, 0).Seconds())) }

// take asks for n units of a minute's limit: what is left (-1: refused) and when it
// helps to come back, or when the limit is whole again. Without Redis each process
// counts for itself.
func (s *Server) take(ctx context.Context, name string, perMinute, n int) (int, time.Duration) {
	if s.now().UnixNano() < s.redisAway.Load() {
		return s.fallback.take(name, perMinute, n)
	}
	asking, stop := context.WithTimeout(ctx, redisPatience)
	defer stop()
	r, err := s.limiter.AllowN(asking, name, redis_rate.PerMinute(perMinute), n)
	if err != nil {
		if ctx.Err() == nil {
			s.redisAway.Store(s.now().Add(redisPause).UnixNano())
			s.log.Warn("rate limits are counted here, redis does not answer", "error", err)
		}
		return s.fallback.take(name, perMinute, n)
	}
	if n > 0 && r.Allowed == 0 {
		return -1, max(r.RetryAfter, time.Second)
	}
	return r.Remaining, r.ResetAfter
}

// How long a request waits for Redis to count it, and how long none is asked to wait
// again after that failed.
const (
	redisPatience = 250 * time.Millisecond
	redisPause    = time.Second
)

// localLimits is the limiter while Redis is away. It forgets everything once it
// holds too many names.
type localLimits struct {
	mu   sync.Mutex
	rows map[string]*rate.Limiter
}

const maxLocalLimits = 10_000

func (l *localLimits) take(name string, perMinute, n int) (int, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rows == nil || len(l.rows) > maxLocalLimits {
		l.rows = map[string]*rate.Limiter{}
	}
	row := l.rows[name]
	if row == nil {
		row = rate.NewLimiter(rate.Limit(float64(perMinute)/60), perMinute)
		l.rows[name] = row
	}
	if !row.AllowN(time.Now(), min(n, perMinute)) {
		return -1, time.Second
	}
	return int(row.Tokens()), time.Second
}

type httpMetrics struct {
	seconds *prometheus.HistogramVec
}

func newHTTPMetrics(r prometheus.Registerer) *httpMetrics {
	m := &httpMetrics{seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "dgrid_api_request_seconds",
		Help: "Time to answer, streams to their end, by route and status.", Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 12)}, []string{"route", "status"})}
	r.MustRegister(m.seconds)
	return m
}

// observe measures a request by its route, never by its path.
func (s *Server) observe(c *gin.Context) {
	began := time.Now()
	c.Next()
	route := c.FullPath()
	if route == "" {
		route = "none"
	}
	s.metrics.seconds.WithLabelValues(route, strconv.Itoa(c.Writer.Status())).Observe(time.Since(began).Seconds())
}
