package wire

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// The relayer's HTTP side, for clients that hold a delegate key:
//
//	POST /relay/v1/match            Need -> Match         a lease on a provider, with the reasons
//	POST /relay/v1/requests         Submit -> NDJSON of Event, until the event with Done or Error
//	GET  /relay/v1/requests/{hash}  ?after=N -> the same stream, resumed after event N
//	POST /relay/v1/requests/{hash}/cancel
//	GET  /relay/v1/requests/{hash}/route -> Route
//	POST /relay/v1/vouchers         Pay -> Paid
//	GET  /relay/v1/offers           -> []OfferView
//	GET  /relay/v1/info             -> Info
//	GET  /relay/v1/connect          the providers' WebSocket
//
// A refusal is a Failure with the HTTP status of its code (failure.go). Once
// POST /requests answers 200, a failure is the stream's last event. A client that
// goes away in mid-stream may resume within the relayer's grace; after it the
// request is cancelled. Posting the same Submit twice joins the running stream.
// Reading, cancelling and explaining a request takes its secret in HeaderSecret: a
// request hash becomes public once its receipt is redeemed.
const (
	PathMatch    = "/relay/v1/match"
	PathRequests = "/relay/v1/requests"
	PathVouchers = "/relay/v1/vouchers"
	PathOffers   = "/relay/v1/offers"
	PathInfo     = "/relay/v1/info"
	PathConnect  = "/relay/v1/connect"
)

// HeaderSecret carries Ask.Secret, as 0x hex, with everything under PathRequests/{hash}.
const HeaderSecret = "X-DGrid-Secret"

// Info says who a relayer is.
type Info struct {
	Version int             `json:"version"`
	Domain  protocol.Domain `json:"domain"`
	Relayer common.Address  `json:"relayer"`
}

// Need is what a client wants matched. Zero fields do not filter.
type Need struct {
	ModelVersion    common.Hash      `json:"model_version"`
	Class           protocol.Class   `json:"class,omitempty"`
	PromptTokens    uint32           `json:"prompt_tokens"`
	MaxOutputTokens uint32           `json:"max_output_tokens"`
	MaxPriceIn      *protocol.Amount `json:"max_price_in,omitempty"`
	MaxPriceOut     *protocol.Amount `json:"max_price_out,omitempty"`
	Channel         common.Hash      `json:"channel"`
	Order           []common.Address `json:"order,omitempty"`
	Only            []common.Address `json:"only,omitempty"`
	Ignore          []common.Address `json:"ignore,omitempty"`
	Tags            []string         `json:"tags,omitempty"`
	Languages       []string         `json:"languages,omitempty"`
	AllowFallbacks  bool             `json:"allow_fallbacks"`
	// Expiry (Unix seconds, at most MaxPass ahead) and Signature are the pass of the
	// channel's delegate: a lease holds a provider's place and the channel's money, which
	// must not be for anyone to take. One pass serves until it expires.
	Expiry    uint64         `json:"expiry"`
	Signature protocol.Bytes `json:"signature"`
}

// MaxPass is how many seconds ahead the pass of a Need may expire.
const MaxPass = 600

// Pass is what the delegate of a channel signs to take leases from a relayer: a Session
// without a provider, which no provider's hello is.
func (n Need) Pass(relayer common.Address) protocol.Session {
	return protocol.Session{Relayer: relayer, Nonce: n.Channel, Expiry: n.Expiry}
}

// Match is a lease: the provider's capacity and the channel's share are held until
// Expiry (Unix seconds). Offer fixes the prices of the request to sign.
type Match struct {
	Lease   string          `json:"lease"`
	Offer   SignedOffer     `json:"offer"`
	Relayer common.Address  `json:"relayer"`
	Expiry  uint64          `json:"expiry"`
	MaxFee  protocol.Amount `json:"max_fee"`
	Route   Route           `json:"route"`
}

// Route explains a choice, or why there is none.
type Route struct {
	Candidates []Candidate    `json:"candidates"`
	Rejected   map[string]int `json:"rejected"`
	Explored   bool           `json:"explored"`
	// Fits is how many offers fit; Candidates shows the best of them only.
	Fits     int       `json:"fits"`
	Attempts []Attempt `json:"attempts,omitempty"`
}

// Candidate is one offer with its measured parts, each 0..1, and its score.
type Candidate struct {
	Provider    common.Address `json:"provider"`
	Score       float64        `json:"score"`
	Performance float64        `json:"performance"`
	Reliability float64        `json:"reliability"`
	Cost        float64        `json:"cost"`
	Suitability float64        `json:"suitability"`
	Reject      string         `json:"reject,omitempty"`
}

// Attempt is one provider that was asked. Outcome is "done", "cancelled", a
// RefuseCode, or a Code.
type Attempt struct {
	Provider common.Address `json:"provider"`
	Outcome  string         `json:"outcome"`
}

// Submit hands over a signed request under a lease. Whole says that nobody looks at the
// answer before its end: its events may come together, a fraction of a second late.
type Submit struct {
	Lease string `json:"lease"`
	Ask   Ask    `json:"ask"`
	Whole bool   `json:"whole,omitempty"`
}

// Event is one line of an answer's stream. Seq counts from 0 and is what resuming
// names; a Beat repeats the Seq of the event before it, is not stored and means
// only that the relayer lives. Exactly one of the pointers is set.
type Event struct {
	Seq      uint64      `json:"seq"`
	Accepted *AcceptedBy `json:"accepted,omitempty"`
	Chunk    *Chunk      `json:"chunk,omitempty"`
	Done     *Done       `json:"done,omitempty"`
	Error    *Failure    `json:"error,omitempty"`
	Beat     *struct{}   `json:"beat,omitempty"`
}

// AcceptedBy names the provider that works.
type AcceptedBy struct {
	Provider common.Address `json:"provider"`
}

// Failure ends a stream without a receipt, or refuses a call.
type Failure struct {
	Code   string `json:"code"` // one of the Code constants
	Detail string `json:"detail"`
	Route  *Route `json:"route,omitempty"`
	// Needed is what the channel must have left for this request where it has less.
	Needed protocol.Amount `json:"needed,omitzero"`
	// Refused is the provider's own code where its refusal is the reason.
	Refused RefuseCode `json:"refused,omitempty"`
}

// OfferView is an offer as the market sees it now.
type OfferView struct {
	SignedOffer
	Online          bool    `json:"online"`
	Busy            uint32  `json:"busy"`
	Performance     float64 `json:"performance"`
	Reliability     float64 `json:"reliability"`
	TTFTMillis      float64 `json:"ttft_ms"`
	TokensPerSecond float64 `json:"tokens_per_second"`
	Served          uint64  `json:"served"`
}
