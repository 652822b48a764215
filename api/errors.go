package api

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// problem is a failure on its way to a client, in either shape.
type problem struct {
	status     int
	kind       string // OpenAI's type
	code       string
	detail     string
	param      string
	metadata   map[string]any
	retryAfter time.Duration
	// retry says whether an SDK may send the same again by itself; set only where
	// that cannot be billed twice.
	retry bool
	cause error
}

func (p *problem) Error() string { return p.code + ": " + p.detail }
func (p *problem) Unwrap() error { return p.cause }

// statuses is the one table from codes to statuses and OpenAI's error types.
var statuses = map[gateway.Code]struct {
	status int
	kind   string
}{
	gateway.CodeInvalid:     {400, "invalid_request_error"},
	gateway.CodeContext:     {400, "invalid_request_error"},
	gateway.CodeUnsupported: {400, "invalid_request_error"},
	gateway.CodeModel:       {404, "invalid_request_error"},
	gateway.CodeFunds:       {402, "payment_error"},
	gateway.CodeKeyLimit:    {402, "payment_error"},
	gateway.CodeFirstToken:  {408, "timeout_error"},
	gateway.CodeTotal:       {408, "timeout_error"},
	gateway.CodeInProgress:  {409, "conflict_error"},
	gateway.CodeMismatch:    {422, "invalid_request_error"},
	gateway.CodeConcurrency: {429, "rate_limit_error"},
	gateway.CodeProvider:    {502, "provider_error"},
	gateway.CodeNoProvider:  {503, "no_provider"},
	gateway.CodeUnavailable: {503, "unavailable_error"},
	gateway.CodeInternal:    {500, "internal_error"},
}

func invalid(param, format string, args ...any) *problem {
	return &problem{status: 400, kind: "invalid_request_error", code: "invalid_request", param: param, detail: fmt.Sprintf(format, args...)}
}

func unsupported(param, class string) *problem {
	return &problem{status: 400, kind: "invalid_request_error", code: "unsupported_parameter", param: param,
		detail: fmt.Sprintf("%q is not supported for a model of class %s", param, class)}
}

func notFound(what string) *problem {
	return &problem{status: 404, kind: "invalid_request_error", code: "not_found", detail: what}
}

// explain turns any error into a problem.
func explain(err error) *problem {
	var p *problem
	var g *gateway.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &g):
		s, ok := statuses[g.Code]
		if !ok {
			s = statuses[gateway.CodeInternal]
		}
		p = &problem{status: s.status, kind: s.kind, code: string(g.Code), detail: g.Detail, param: g.Param, retryAfter: g.RetryAfter, cause: err,
			retry: !g.Billed && (s.status == 408 || s.status == 409 || s.status == 429 || s.status >= 500)}
		if len(g.Rejected) > 0 {
			p.metadata = map[string]any{"rejected": g.Rejected}
		}
		if g.Missing != nil {
			p.metadata = map[string]any{"missing": g.Missing}
		}
		return p
	case errors.Is(err, store.ErrCursorReorged):
		return &problem{status: 409, kind: "conflict_error", code: "cursor_reorged", detail: "the block of this cursor is gone; start over without it", cause: err}
	case errors.Is(err, protocol.ErrNotFound):
		return &problem{status: 404, kind: "invalid_request_error", code: "not_found", detail: "there is no such thing", cause: err}
	case errors.Is(err, protocol.ErrInvalid):
		return &problem{status: 400, kind: "invalid_request_error", code: "invalid_request", detail: err.Error(), cause: err}
	case errors.Is(err, protocol.ErrUnauthorized), errors.Is(err, protocol.ErrExpired):
		return &problem{status: 401, kind: "authentication_error", code: "invalid_api_key", detail: err.Error(), cause: err}
	case errors.Is(err, protocol.ErrConflict):
		return &problem{status: 409, kind: "conflict_error", code: "conflict", detail: "somebody else changed this at the same time", cause: err}
	case errors.Is(err, protocol.ErrInsufficient):
		return &problem{status: 402, kind: "payment_error", code: "channel_insufficient", detail: err.Error(), cause: err}
	case errors.Is(err, protocol.ErrUnavailable):
		return &problem{status: 503, kind: "unavailable_error", code: "unavailable", detail: "a part of the network does not answer now", retryAfter: time.Second, retry: true, cause: err}
	}
	return &problem{status: 500, kind: "internal_error", code: "internal_error", detail: "something failed on our side", cause: err}
}

// openAI is OpenAI's error body.
func (p *problem) openAI(requestID string) gin.H {
	e := gin.H{"message": p.detail, "type": p.kind, "param": nil, "code": p.code}
	if p.param != "" {
		e["param"] = p.param
	}
	meta := map[string]any{"request_id": requestID}
	for k, v := range p.metadata {
		meta[k] = v
	}
	e["metadata"] = meta
	return gin.H{"error": e}
}

func isOpenAI(path string) bool {
	return strings.HasPrefix(path, "/v1/chat/") || path == "/v1/completions" || path == "/v1/models" || strings.HasPrefix(path, "/v1/models/")
}

// fail answers with err in the shape of the route and ends the chain.
func (s *Server) fail(c *gin.Context, err error) {
	p := explain(err)
	if p.status >= 500 {
		s.log.ErrorContext(c.Request.Context(), "request failed", "request_id", requestIDOf(c), "path", c.FullPath(), "code", p.code, "error", errors.Join(p.cause, err))
	}
	if p.retryAfter == 0 && (p.status == 429 || p.status == 503) {
		p.retryAfter = time.Second
	}
	if p.retryAfter > 0 {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	c.Header("x-should-retry", strconv.FormatBool(p.retry))
	if isOpenAI(c.Request.URL.Path) {
		c.AbortWithStatusJSON(p.status, p.openAI(requestIDOf(c)))
		return
	}
	body := gin.H{"type": "/problems/" + p.code, "title": http.StatusText(p.status), "status": p.status, "code": p.code, "detail": p.detail,
		"instance": c.Request.URL.Path, "request_id": requestIDOf(c)}
	if p.param != "" {
		body["param"] = p.param
	}
	for k, v := range p.metadata {
		body[k] = v
	}
	c.Header("Content-Type", "application/problem+json")
	c.AbortWithStatusJSON(p.status, body)
}
