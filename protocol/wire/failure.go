package wire

import (
	"fmt"
	"net/http"
)

// The codes of a Failure.
const (
	CodeInvalidRequest     = "invalid_request"         // malformed, or contradicts itself
	CodeBodyTooLarge       = "body_too_large"          // above MaxFrame
	CodeUnauthorized       = "invalid_signature"       // not signed by the channel's delegate
	CodeModelNotFound      = "model_not_found"         // the registry has no such version
	CodeNotFound           = "request_not_found"       // nothing is kept under that hash
	CodeContextLength      = "context_length_exceeded" // the prompt fits no offer's context
	CodeChannel            = "channel_insufficient"    // unknown, closing, expired or used up
	CodeNoProvider         = "no_provider_fits"        // Route.Rejected counts the reasons
	CodeLeaseExpired       = "lease_expired"           // unknown, used or too old: match again
	CodeProviderFailed     = "provider_failed"         // nothing left to fall back to
	CodeFirstTokenTimeout  = "first_token_timeout"     // nothing delivered, nothing billed
	CodeTotalTimeout       = "total_timeout"           // the deadline passed before the first token
	CodeCancelled          = "cancelled"               // cancelled before the first token
	CodeConcurrencyLimited = "concurrency_limited"     // too many requests of this client at once
	CodeUnavailable        = "relayer_unavailable"     // draining, or Redis or the chain does not answer
)

var statuses = map[string]int{
	CodeInvalidRequest: http.StatusBadRequest, CodeContextLength: http.StatusBadRequest,
	CodeBodyTooLarge: http.StatusRequestEntityTooLarge, CodeUnauthorized: http.StatusUnauthorized,
	CodeModelNotFound: http.StatusNotFound, CodeNotFound: http.StatusNotFound,
	CodeChannel: http.StatusPaymentRequired, CodeNoProvider: http.StatusServiceUnavailable,
	CodeLeaseExpired: http.StatusConflict, CodeProviderFailed: http.StatusBadGateway,
	CodeFirstTokenTimeout: http.StatusRequestTimeout, CodeTotalTimeout: http.StatusRequestTimeout,
	CodeCancelled: http.StatusRequestTimeout, CodeConcurrencyLimited: http.StatusTooManyRequests,
	CodeUnavailable: http.StatusServiceUnavailable,
}

// Status returns the HTTP status that goes with the failure's code.
func (f Failure) Status() int {
	if s, ok := statuses[f.Code]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Error makes a Failure an error.
func (f *Failure) Error() string { return fmt.Sprintf("%s: %s", f.Code, f.Detail) }

// Why the relayer left an offer out: the keys of Route.Rejected.
const (
	RejectModel    = "model"    // another version: counted only if no offer has it
	RejectClass    = "class"    // of another class than asked for
	RejectPrice    = "price"    // dearer than the limits of the request
	RejectContext  = "context"  // prompt does not fit
	RejectFee      = "max_fee"  // above what the offer takes at once
	RejectExposure = "exposure" // above free stake / 400
	RejectExpired  = "expired"  // the offer's own expiry
	RejectDraining = "draining" // finishes what it has
	RejectHealth   = "health"   // failed too often just now
	RejectBusy     = "busy"     // capacity is leased; never a fault
	RejectIgnored  = "ignored"  // by the caller
	RejectOnly     = "not_in_only"
	RejectFunds    = "funds" // the channel's share is reserved elsewhere
)
