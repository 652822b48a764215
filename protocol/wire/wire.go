// Package wire holds the messages between a relayer and those it serves: the
// providers, over one outbound WebSocket each (JSON text frames), and the clients
// (gateways, wallets), over HTTP. It is data only; the relayer and the provider
// share nothing else.
//
// A connection: the relayer sends Challenge, the provider answers Hello, then
// Offers whenever they change. Work: Ask -> (Accepted | Refused), Chunk..., then
// exactly one Done; Cancel may come at any time and still ends in Done with
// finish = cancelled. Chunks are unsigned; Window grants the provider further
// chunks, so that a slow reader slows the model down and nothing is buffered
// without bound. Money: Pay carries the newest voucher of a line. Disputes: Evidence
// asks for what lies behind a receipt, Exhibit answers.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// Version is the protocol of this package; both sides refuse another.
const Version = 1

// MaxFrame bounds one WebSocket message and one HTTP body, in bytes.
const MaxFrame = 1 << 20

// InitialWindow is how many chunks a provider may send before the first Window.
const InitialWindow = 64

// MaxAdded is how many receipts one Pay may add.
const MaxAdded = 8192

// MaxHeld is how many receipts one Held shows.
const MaxHeld = 2048

// Kind names a message in the envelope.
type Kind string

const (
	KindChallenge Kind = "challenge"
	KindHello     Kind = "hello"
	KindWelcome   Kind = "welcome"
	KindOffers    Kind = "offers"
	KindAsk       Kind = "ask"
	KindAccepted  Kind = "accepted"
	KindRefused   Kind = "refused"
	KindChunk     Kind = "chunk"
	KindWindow    Kind = "window"
	KindDone      Kind = "done"
	KindCancel    Kind = "cancel"
	KindPay       Kind = "pay"
	KindPaid      Kind = "paid"
	KindDrain     Kind = "drain"
	KindEvidence  Kind = "evidence"
	KindExhibit   Kind = "exhibit"
)

// Envelope is one frame. A WebSocket message holds one or more frames, one a line,
// so that whoever has many to send pays for one write.
type Envelope struct {
	Kind Kind            `json:"kind"`
	Body json.RawMessage `json:"body,omitempty"`
}

// Seal wraps a message for sending.
func Seal(kind Kind, body any) ([]byte, error) {
	frame, err := json.Marshal(sealed{kind, body})
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", kind, err)
	}
	return frame, nil
}

// sealed is an Envelope whose body is not encoded yet.
type sealed struct {
	Kind Kind `json:"kind"`
	Body any  `json:"body"`
}

// How Seal's frames start, and what follows the kind.
const sealStart, sealMiddle = `{"kind":"`, `","body":`

// Parse reads a frame. A frame as Seal writes it is cut, not decoded: its body is
// checked when it is opened, once.
func Parse(frame []byte) (Envelope, error) {
	if rest, ok := bytes.CutPrefix(frame, []byte(sealStart)); ok {
		if kind, body, ok := bytes.Cut(rest, []byte(sealMiddle)); ok && len(body) > 1 && plainWord(kind) && body[len(body)-1] == '}' {
			return Envelope{Kind: Kind(kind), Body: json.RawMessage(body[:len(body)-1])}, nil
		}
	}
	var e Envelope
	if err := json.Unmarshal(frame, &e); err != nil {
		return e, fmt.Errorf("decode a frame: %v: %w", err, protocol.ErrInvalid)
	}
	return e, nil
}

// Each calls f with every frame of a WebSocket message, in order.
func Each(message []byte, f func(Envelope) error) error {
	for len(message) > 0 {
		frame, rest, _ := bytes.Cut(message, []byte{'\n'})
		e, err := Parse(frame)
		if err == nil {
			err = f(e)
		}
		if err != nil {
			return err
		}
		message = rest
	}
	return nil
}

func plainWord(b []byte) bool {
	for _, c := range b {
		if (c < 'a' || c > 'z') && c != '_' {
			return false
		}
	}
	return len(b) > 0
}

// Open reads the body of an envelope into a message.
func Open[T any](e Envelope) (T, error) {
	var v T
	if err := json.Unmarshal(e.Body, &v); err != nil {
		return v, fmt.Errorf("decode %s: %v: %w", e.Kind, err, protocol.ErrInvalid)
	}
	return v, nil
}

// Challenge is the relayer's first frame.
type Challenge struct {
	Version int             `json:"version"`
	Domain  protocol.Domain `json:"domain"`
	Relayer common.Address  `json:"relayer"`
	Nonce   common.Hash     `json:"nonce"`
}

// Hello is the provider's answer: a Session signed by one of its operators.
type Hello struct {
	Session   protocol.Session `json:"session"`
	Signature protocol.Bytes   `json:"signature"`
	Software  string           `json:"software"`
}

// Welcome ends the handshake.
type Welcome struct {
	Heartbeat int `json:"heartbeat_seconds"`
}

// SignedOffer is an offer with the signature of the provider's operator, and what
// the offer cannot say: facts for matching that nobody is paid by.
type SignedOffer struct {
	Offer     protocol.Offer `json:"offer"`
	Signature protocol.Bytes `json:"signature"`
	Context   uint32         `json:"context"`
	Tags      []string       `json:"tags,omitempty"`
	Languages []string       `json:"languages,omitempty"`
}

// Offers replaces all offers of a provider: a provider has one connection to a
// relayer, and a newer one takes the place of an older one.
type Offers struct {
	Offers []SignedOffer `json:"offers"`
	// Busy is how many requests run now; capacity less busy is free.
	Busy uint32 `json:"busy"`
}

// Ask is one request with what it commits to. Prompt holds the token ids
// (proven class); Messages the chat as sent (sampled class, whose prompt root is
// over PromptText); Secret salts the token leaves and never becomes public.
type Ask struct {
	Hash        common.Hash        `json:"hash"`
	Request     protocol.Request   `json:"request"`
	Signature   protocol.Bytes     `json:"signature"`
	Relayer     common.Address     `json:"relayer"`
	Params      protocol.Params    `json:"params"`
	Prompt      []uint32           `json:"prompt,omitempty"`
	PromptText  string             `json:"prompt_text,omitempty"`
	Messages    json.RawMessage    `json:"messages,omitempty"`
	Stop        []string           `json:"stop,omitempty"`
	Secret      common.Hash        `json:"secret"`
	Reservation *SignedReservation `json:"reservation,omitempty"`
}

// SignedReservation is a relayer's word that it keeps a share of the channel.
type SignedReservation struct {
	Reservation protocol.Reservation `json:"reservation"`
	Signature   protocol.Bytes       `json:"signature"`
}

// Accepted says that work has begun.
type Accepted struct {
	Hash common.Hash `json:"hash"`
}

// RefuseCode is why a provider did not take a request. Busy is never a fault.
type RefuseCode string

const (
	RefuseBusy        RefuseCode = "busy"
	RefuseDraining    RefuseCode = "draining"
	RefusePrice       RefuseCode = "price"
	RefuseDeadline    RefuseCode = "deadline"
	RefuseContext     RefuseCode = "context"
	RefuseFunds       RefuseCode = "funds"
	RefuseExposure    RefuseCode = "exposure"
	RefuseSignature   RefuseCode = "signature"
	RefusePrompt      RefuseCode = "prompt"
	RefuseParams      RefuseCode = "params"
	RefuseUnknown     RefuseCode = "unknown_model"
	RefuseUnavailable RefuseCode = "backend_unavailable"
)

// Refused ends a request before anything was delivered.
type Refused struct {
	Hash   common.Hash `json:"hash"`
	Code   RefuseCode  `json:"code"`
	Detail string      `json:"detail,omitempty"`
}

// Chunk is a piece of the answer: token ids in the proven class, text in both.
// Seq counts from 0.
type Chunk struct {
	Hash   common.Hash `json:"hash"`
	Seq    uint32      `json:"seq"`
	Tokens []uint32    `json:"tokens,omitempty"`
	Text   string      `json:"text"`
}

// Window allows More further chunks.
type Window struct {
	Hash common.Hash `json:"hash"`
	More uint32      `json:"more"`
}

// Done ends a request that was accepted: with a receipt, or (it ended before any
// token) with an error and none. A provider whose connection broke sends the Done
// of what it had to cut off again on its next connection.
type Done struct {
	Hash      common.Hash      `json:"hash"`
	Receipt   protocol.Receipt `json:"receipt,omitzero"`
	Signature protocol.Bytes   `json:"signature,omitempty"`
	// Output and OutputText repeat the whole answer when the chunks do not add up
	// to it: a stored receipt sent again, or an end that no chunk could carry.
	Output     []uint32 `json:"output,omitempty"`
	OutputText string   `json:"output_text,omitempty"`
	Error      string   `json:"error,omitempty"`
}

// Cancel asks the provider to stop and sign for what it made so far.
type Cancel struct {
	Hash common.Hash `json:"hash"`
}

// Pay carries the newest voucher of a line and the receipts it adds to the
// previous one, in the order of the sum tree.
type Pay struct {
	Voucher   protocol.Voucher `json:"voucher"`
	Signature protocol.Bytes   `json:"signature"`
	Added     []common.Hash    `json:"added"`
}

// Paid says that the provider holds the voucher durably, or why it refuses it.
type Paid struct {
	VoucherHash common.Hash `json:"voucher_hash"`
	Error       string      `json:"error,omitempty"`
	// Count is how many receipts the provider's newest voucher of the line holds:
	// the payer repeats Added from there when an earlier Pay was lost.
	Count uint64 `json:"count"`
	// Pending is set by a relayer that keeps the voucher for a provider that is not
	// connected: not held by the provider yet.
	Pending bool `json:"pending,omitempty"`
	// Held, with an error, is what the provider holds of the line, for a payer that does not
	// know it any more.
	Held *Held `json:"held,omitempty"`
}

// Held is the newest voucher of a line as its payer signed it: over the receipts under the
// peaks of Base and then Leaves, at most MaxHeld.
type Held struct {
	Voucher   protocol.Voucher `json:"voucher"`
	Signature protocol.Bytes   `json:"signature"`
	Base      protocol.SumTree `json:"base"`
	Leaves    []HeldLeaf       `json:"leaves"`
}

// HeldLeaf is a receipt in a line's sum tree.
type HeldLeaf struct {
	Receipt common.Hash     `json:"receipt"`
	Fee     protocol.Amount `json:"fee"`
}

// Drain announces that the provider takes no more work on this connection.
type Drain struct{}
