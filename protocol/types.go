package protocol

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// ModelKind is what a model is; values are those of the contracts.
type ModelKind uint8

const (
	KindLLM ModelKind = iota + 1
	KindFineTune
	KindAgent
	KindUpstream
)

// Class is what an answer may be believed to be; values are those of the contracts.
type Class uint8

const (
	ClassProven  Class = iota + 1 // the answer of a deterministic runtime, disputable step by step
	ClassSampled                  // a signed receipt and a score, no more
)

// Finish is why an answer ended; values are those of the contracts.
type Finish uint8

const (
	FinishStop       Finish = iota + 1 // the model's own stop id
	FinishLength                       // the request's maximum
	FinishContext                      // every position of the model is used
	FinishStopString                   // a string the requester named
	FinishCancelled                    // the requester or the connection went away
)

// Audience is who may see the tokens of a request; values are those of the contracts.
type Audience uint8

const (
	AudienceRequester Audience = iota // never audited
	AudienceAuditors
	AudienceAnyone
)

var (
	kindNames     = []string{"", "llm", "fine-tune", "agent", "upstream"}
	classNames    = []string{"", "proven", "sampled"}
	finishNames   = []string{"", "stop", "length", "context", "stopString", "cancelled"}
	audienceNames = []string{"requester", "auditors", "anyone"}
)

func enumName(names []string, i uint8) string {
	if int(i) < len(names) && names[i] != "" {
		return names[i]
	}
	return fmt.Sprintf("unknown(%d)", i)
}

func parseEnum[T ~uint8](names []string, what string, text []byte) (T, error) {
	for i, n := range names {
		if n != "" && n == string(text) {
			return T(i), nil
		}
	}
	return 0, fmt.Errorf("%s %q: %w", what, text, ErrInvalid)
}

// parseAny is parseEnum for what strangers sign: a number without a name is read as it is written.
func parseAny[T ~uint8](names []string, what string, text []byte) (T, error) {
	var n uint8
	if _, err := fmt.Sscanf(string(text), "unknown(%d)", &n); err == nil && enumName(names, n) == string(text) {
		return T(n), nil
	}
	return parseEnum[T](names, what, text)
}

func (k ModelKind) String() string { return enumName(kindNames, uint8(k)) }
func (c Class) String() string     { return enumName(classNames, uint8(c)) }
func (f Finish) String() string    { return enumName(finishNames, uint8(f)) }
func (a Audience) String() string  { return enumName(audienceNames, uint8(a)) }

func (k ModelKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
func (c Class) MarshalText() ([]byte, error)     { return []byte(c.String()), nil }
func (f Finish) MarshalText() ([]byte, error)    { return []byte(f.String()), nil }
func (a Audience) MarshalText() ([]byte, error)  { return []byte(a.String()), nil }

func (k *ModelKind) UnmarshalText(t []byte) (err error) {
	*k, err = parseEnum[ModelKind](kindNames, "model kind", t)
	return err
}
func (c *Class) UnmarshalText(t []byte) (err error) {
	*c, err = parseEnum[Class](classNames, "class", t)
	return err
}
func (f *Finish) UnmarshalText(t []byte) (err error) {
	*f, err = parseAny[Finish](finishNames, "finish", t)
	return err
}
func (a *Audience) UnmarshalText(t []byte) (err error) {
	*a, err = parseAny[Audience](audienceNames, "audience", t)
	return err
}

// MaxDeadline is how far ahead, in seconds, a provider accepts Request.Deadline.
const MaxDeadline = 3600

// ExposureDivisor bounds the fee of one request by the provider's free stake /
// ExposureDivisor: what a fault could gain stays small against what it costs.
const ExposureDivisor = 400

// WithinExposure tells whether a provider with that free stake may earn fee at once.
func WithinExposure(fee, freeStake Amount) bool {
	var limit uint256.Int
	return !fee.u().Gt(limit.Div(freeStake.u(), uint256.NewInt(ExposureDivisor)))
}

// TokensPerPrice is the number of tokens a price is quoted for.
const TokensPerPrice = 1_000_000

// Request is what one answer is asked for and what it may cost. It is signed by
// the channel's delegate; on chain, by being sent. Prices are base units per
// 10^6 tokens, times Unix seconds.
type Request struct {
	Payment         common.Hash    `json:"payment"`
	ModelVersion    common.Hash    `json:"model_version"`
	Requester       common.Address `json:"requester"`
	PromptRoot      common.Hash    `json:"prompt_root"`
	PromptTokens    uint32         `json:"prompt_tokens"`
	MaxOutputTokens uint32         `json:"max_output_tokens"`
	ParamsHash      common.Hash    `json:"params_hash"`
	PriceIn         Amount         `json:"price_in"`
	PriceOut        Amount         `json:"price_out"`
	MaxFee          Amount         `json:"max_fee"`
	Deadline        uint64         `json:"deadline"`
	Audience        Audience       `json:"audience"`
	Salt            common.Hash    `json:"salt"`
}

// Receipt is a provider's commitment to its answer, signed by one of its
// operators after it is on disk. Seq is that operator's persisted counter.
type Receipt struct {
	RequestHash  common.Hash    `json:"request_hash"`
	Provider     common.Address `json:"provider"`
	Seq          uint64         `json:"seq"`
	OutputRoot   common.Hash    `json:"output_root"`
	OutputTokens uint32         `json:"output_tokens"`
	Finish       Finish         `json:"finish"`
	TraceRoot    common.Hash    `json:"trace_root"`
	Fee          Amount         `json:"fee"`
	CompletedAt  uint64         `json:"completed_at"`
}

// Voucher promises Total to (Channel, Provider, ModelVersion, Relayer) for Count
// receipts; only the newest counts. Signed by the channel's delegate.
type Voucher struct {
	Channel      common.Hash    `json:"channel"`
	Provider     common.Address `json:"provider"`
	ModelVersion common.Hash    `json:"model_version"`
	Relayer      common.Address `json:"relayer"`
	Total        Amount         `json:"total"`
	Count        uint64         `json:"count"`
	ReceiptsRoot common.Hash    `json:"receipts_root"`
}

// Line is the tuple a voucher is cumulative for.
type Line struct {
	Channel      common.Hash    `json:"channel"`
	Provider     common.Address `json:"provider"`
	ModelVersion common.Hash    `json:"model_version"`
	Relayer      common.Address `json:"relayer"`
}

// Line returns the line v belongs to.
func (v Voucher) Line() Line {
	return Line{v.Channel, v.Provider, v.ModelVersion, v.Relayer}
}

// Redemption is an operator's consent to redeem vouchers it holds.
type Redemption struct {
	VouchersHash common.Hash `json:"vouchers_hash"`
}

// Acceptance is an operator's agreement to answer a job on the terms of its request.
// Relayer earns its share of the fee, zero leaves it to the provider. ValidUntil is
// soon: who holds an acceptance back until the job's deadline is near makes the
// provider burn maxFee.
type Acceptance struct {
	Job         common.Hash    `json:"job"`
	RequestHash common.Hash    `json:"request_hash"`
	Provider    common.Address `json:"provider"`
	Relayer     common.Address `json:"relayer"`
	ValidUntil  uint64         `json:"valid_until"`
}

// Offer is a provider's standing price for a model version, signed by an operator.
type Offer struct {
	Provider     common.Address `json:"provider"`
	ModelVersion common.Hash    `json:"model_version"`
	PriceIn      Amount         `json:"price_in"`
	PriceOut     Amount         `json:"price_out"`
	MaxFee       Amount         `json:"max_fee"`
	Capacity     uint32         `json:"capacity"`
	Expiry       uint64         `json:"expiry"`
}

// Reservation is a relayer's statement that it keeps Amount of a channel for a
// provider until Expiry.
type Reservation struct {
	Channel  common.Hash    `json:"channel"`
	Provider common.Address `json:"provider"`
	Relayer  common.Address `json:"relayer"`
	Amount   Amount         `json:"amount"`
	Expiry   uint64         `json:"expiry"`
	Nonce    Amount         `json:"nonce"`
}

// Opening is a provider's signed claim of everything inside one block.
type Opening struct {
	ReceiptHash common.Hash `json:"receipt_hash"`
	T           uint32      `json:"t"`
	L           uint32      `json:"l"`
	BlockRoot   common.Hash `json:"block_root"`
}

// OperatorConsent is an operator's agreement to sign for a provider, for ever.
type OperatorConsent struct {
	Operator common.Address `json:"operator"`
	Provider common.Address `json:"provider"`
}

// OpenChannel lets anyone open a channel for Requester from its free balance.
type OpenChannel struct {
	Requester common.Address `json:"requester"`
	Delegate  common.Address `json:"delegate"`
	Amount    Amount         `json:"amount"`
	Expiry    uint64         `json:"expiry"`
	Nonce     Amount         `json:"nonce"`
	Deadline  uint64         `json:"deadline"`
}

// Session proves to a relayer, once per connection, which operator speaks.
type Session struct {
	Provider common.Address `json:"provider"`
	Relayer  common.Address `json:"relayer"`
	Nonce    common.Hash    `json:"nonce"`
	Expiry   uint64         `json:"expiry"`
}

// Fee is the one fee rule: ceil((in*priceIn + out*priceOut) / 10^6), in base units.
func Fee(promptTokens, outputTokens uint32, priceIn, priceOut Amount) (Amount, error) {
	if priceIn.Fits128() && priceOut.Fits128() { // as signed prices do: no sum here passes 256 bits
		var in, out, sum uint256.Int
		in.Mul(priceIn.u(), uint256.NewInt(uint64(promptTokens)))
		out.Mul(priceOut.u(), uint256.NewInt(uint64(outputTokens)))
		sum.Add(sum.Add(&in, &out), uint256.NewInt(TokensPerPrice-1))
		return Amount(*sum.Div(&sum, uint256.NewInt(TokensPerPrice))), nil
	}
	in := new(big.Int).Mul(new(big.Int).SetUint64(uint64(promptTokens)), priceIn.Big())
	out := new(big.Int).Mul(new(big.Int).SetUint64(uint64(outputTokens)), priceOut.Big())
	sum := in.Add(in, out)
	sum.Add(sum, big.NewInt(TokensPerPrice-1))
	return AmountFromBig(sum.Div(sum, big.NewInt(TokensPerPrice)))
}

// FeeFor is Fee with the prices of r, refused above r.MaxFee or r.MaxOutputTokens.
func (r Request) FeeFor(outputTokens uint32) (Amount, error) {
	if outputTokens > r.MaxOutputTokens {
		return Amount{}, fmt.Errorf("%d output tokens above the maximum %d: %w", outputTokens, r.MaxOutputTokens, ErrInvalid)
	}
	fee, err := Fee(r.PromptTokens, outputTokens, r.PriceIn, r.PriceOut)
	if err != nil {
		return Amount{}, err
	}
	if fee.Cmp(r.MaxFee) > 0 {
		return Amount{}, fmt.Errorf("fee %s above the maximum %s: %w", fee, r.MaxFee, ErrInvalid)
	}
	return fee, nil
}

// Bytes is a byte string that JSON shows as 0x hex.
type Bytes []byte

func (b Bytes) MarshalText() ([]byte, error) {
	return hex.AppendEncode(append(make([]byte, 0, 2+2*len(b)), "0x"...), b), nil
}

func (b *Bytes) UnmarshalJSON(data []byte) error {
	text, plain := data, len(data) >= 2 && data[0] == '"' && !bytes.ContainsRune(data, '\\')
	if plain {
		text = data[1 : len(data)-1]
	} else {
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		text = []byte(s)
	}
	if digits, ok := bytes.CutPrefix(text, []byte("0x")); ok {
		if raw, err := hex.AppendDecode(make([]byte, 0, len(digits)/2), digits); err == nil {
			*b = raw
			return nil
		}
	}
	return fmt.Errorf("bytes are not 0x hex: %w", ErrInvalid)
}
