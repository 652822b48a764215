package gateway

import (
	"errors"
	"fmt"
	"time"

	"github.com/dgrid-network/dgrid/protocol"
)

// Code names a failure to clients; docs and api map it to a status.
type Code string

// The codes of requests that end without an answer.
const (
	CodeInvalid          Code = "invalid_request"
	CodeContext          Code = "context_length_exceeded"
	CodeUnsupported      Code = "unsupported_parameter"
	CodeModel            Code = "model_not_found"
	CodeFunds            Code = "channel_insufficient"
	CodeKeyLimit         Code = "key_limit_spent"
	CodeFirstToken       Code = "first_token_timeout"
	CodeTotal            Code = "total_timeout"
	CodeInProgress       Code = "idempotency_in_progress"
	CodeMismatch         Code = "idempotency_mismatch"
	CodeConcurrency      Code = "concurrency_limited"
	CodeProvider         Code = "provider_failed"
	CodeNoProvider       Code = "no_provider_fits"
	CodeUnavailable      Code = "unavailable"
	CodeInternal         Code = "internal_error"
	defaultRetryInterval      = 2 * time.Second
)

// Error is a failure as a client is told. It wraps the kind that its cause wraps.
type Error struct {
	Code   Code
	Detail string
	Param  string // the field of the body at fault
	// Billed: something was or will be paid, so a retry could pay twice.
	Billed     bool
	RetryAfter time.Duration
	Rejected   map[string]int // providers per reject reason
	Missing    *Missing
	Cause      error
}

// Missing says what money is lacking and where it has to go.
type Missing struct {
	Limit     string          `json:"limit"`
	Needed    protocol.Amount `json:"needed"`
	Left      protocol.Amount `json:"left"`
	Channel   string          `json:"channel,omitempty"`
	HowToFund string          `json:"how_to_fund"`
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Detail, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Detail)
}

func (e *Error) Unwrap() error { return e.Cause }

func refuse(code Code, param, format string, args ...any) *Error {
	return &Error{Code: code, Param: param, Detail: fmt.Sprintf(format, args...), Cause: protocol.ErrInvalid}
}

// asError turns anything into an *Error; the unknown is internal and says no more.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	switch {
	case errors.Is(err, protocol.ErrUnavailable):
		return &Error{Code: CodeUnavailable, Detail: "a part of the network does not answer now", RetryAfter: defaultRetryInterval, Cause: err}
	case errors.Is(err, protocol.ErrInvalid):
		return &Error{Code: CodeInvalid, Detail: err.Error(), Cause: err}
	}
	return &Error{Code: CodeInternal, Detail: "something failed on our side", Cause: err}
}
