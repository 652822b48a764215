package gateway

import (
	"net/http"

	"github.com/dgrid-network/dgrid/internal/relayclient"
)

// Relay is a client of one relayer.
type Relay = relayclient.Client

// RelayError is a relayer's answer other than 200.
type RelayError = relayclient.Error

// Stream reads the events of an answer.
type Stream = relayclient.Stream

// NewRelay makes a client for the relayer at base, e.g. "http://127.0.0.1:7000".
// A nil client is one with its own connection pool.
func NewRelay(base string, client *http.Client) (*Relay, error) { return relayclient.New(base, client) }
