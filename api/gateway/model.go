package gateway

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// Tokenizer is what a proven model's prompt is made with; *tokenizer.Tokenizer is one.
type Tokenizer interface {
	Encode(text string) ([]uint32, error)
	Render(template uint32, messages []tokenizer.Message) ([]uint32, error)
	NewDecoder(prompt []uint32) *tokenizer.Decoder
}

// Model is what the gateway knows of a model version.
type Model struct {
	ID      string // as shown to clients, e.g. "stories-1m@3"
	Version common.Hash
	Class   protocol.Class
	// Context is the number of positions (proven), or the upstream's tokens (sampled, 0 unknown).
	Context uint32
	StopIDs []uint32
	// Tokenizer and Template (0: the model knows no chat) make prompts; proven class.
	Tokenizer Tokenizer
	Template  uint32
	Vocab     uint32

	Creator     common.Address
	WeightsRoot common.Hash
	License     string
	RoyaltyBps  uint16
	Created     int64 // Unix seconds
}

// Routing is the caller's say in who answers.
type Routing struct {
	Order       []common.Address `json:"order,omitempty"`
	Only        []common.Address `json:"only,omitempty"`
	Ignore      []common.Address `json:"ignore,omitempty"`
	MaxPriceIn  *protocol.Amount `json:"max_price_in,omitempty"` // base units per 10^6 tokens
	MaxPriceOut *protocol.Amount `json:"max_price_out,omitempty"`

	AllowFallbacks bool           `json:"allow_fallbacks"`
	Class          protocol.Class `json:"class,omitempty"` // 0: the model's
}

// Chat is a request for an answer, checked for shape by its maker.
type Chat struct {
	KeyHash  common.Hash // sha256 of the caller's token: finds the key's limits again
	KeyID    string
	Account  common.Address
	Channel  common.Hash
	Model    Model
	Kind     string // of the answer's shape, kept for whoever shows it: "chat" or "completion"
	Messages []tokenizer.Message
	// RawMessages is the chat as an upstream gets it; sampled class.
	RawMessages []byte
	Text        string   // of a completion
	Tokens      []uint32 // of a completion that brings ids
	MaxTokens   uint32   // 0: none named
	Params      protocol.Params
	Stop        []string
	Routing     Routing

	BodyHash common.Hash
	// Name is the client's idempotency key, empty for none.
	Name string
	// Retry: the client says that it asked before and got no answer.
	Retry bool
	// Stream: a client that leaves once it has seen text cannot come back for it.
	Stream bool
	Plan   string // kept with the answer
}

// Info is what is known of an answer before its first token.
type Info struct {
	Hash         common.Hash
	PublicID     string
	Quote        string
	Model        string
	ModelVersion common.Hash
	Class        protocol.Class
	Provider     common.Address
	Channel      common.Hash
	Created      int64
	PromptTokens uint32
	Replayed     bool // an answer that was made before
}

// Result is what is known at the end.
type Result struct {
	FinishReason string // OpenAI's: stop, length
	Finish       protocol.Finish
	Receipt      protocol.Receipt
	ReceiptHash  common.Hash
	Signature    protocol.Bytes
	Fee          protocol.Amount
	OutputTokens uint32
	Deadline     uint64
}
