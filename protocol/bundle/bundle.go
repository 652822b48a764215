// Package bundle checks an answer offline: everything that was signed, everything
// that was delivered, and nothing else. A gateway checks each receipt with it before
// it pays; anyone checks a downloaded file with it later ("dgrid verify").
//
// It is pure. It proves that the signed words belong together: who asked, who
// answered, for which model version, prompt, tokens and fee. It does not prove that
// the tokens are the right ones (that needs a replay of the model), and it cannot
// read the chain: Report.Assumed names what only the chain can confirm.
package bundle

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
)

// Schema names the form of a Bundle; readers refuse another.
const Schema = "dgrid.receipt/1"

// MaxBytes bounds an encoded bundle.
const MaxBytes = 16 << 20

// Bundle is one answer with all it was signed over. It holds the request's secret
// and the tokens: whoever has the file can read the conversation.
type Bundle struct {
	Schema           string           `json:"schema"`
	Domain           protocol.Domain  `json:"domain"`
	Model            Model            `json:"model"`
	Request          protocol.Request `json:"request"`
	RequestSignature protocol.Bytes   `json:"request_signature"`
	// Params is the canonical encoding that Request.ParamsHash hashes.
	Params     protocol.Bytes   `json:"params"`
	Stop       []string         `json:"stop,omitempty"`
	Secret     common.Hash      `json:"secret"`
	Prompt     []uint32         `json:"prompt,omitempty"`      // proven class
	PromptText string           `json:"prompt_text,omitempty"` // sampled class
	Output     []uint32         `json:"output,omitempty"`      // proven class
	OutputText string           `json:"output_text,omitempty"`
	Receipt    protocol.Receipt `json:"receipt"`
	Signature  protocol.Bytes   `json:"receipt_signature"`
}

// Model holds the facts of the model version that a finish is judged by. They stand
// in the version's header on chain.
type Model struct {
	Name  string         `json:"name,omitempty"`
	Class protocol.Class `json:"class"`
	// Positions is N, the largest number of positions; proven class.
	Positions uint32   `json:"positions,omitempty"`
	StopIDs   []uint32 `json:"stop_ids,omitempty"`
}

// Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Names of checks.
const (
	CheckSchema      = "schema"
	CheckRequest     = "request_signature"
	CheckParams      = "params"
	CheckParamsForm  = "params_form"
	CheckPrompt      = "prompt_root"
	CheckPromptCount = "prompt_tokens"
	CheckRequestHash = "request_hash"
	CheckSignature   = "receipt_signature"
	CheckOutput      = "output_root"
	CheckCount       = "output_tokens"
	CheckFee         = "fee"
	CheckFinish      = "finish"
	CheckTrace       = "trace_root"
)

// Report says what was found. Delegate and Operator are recovered from signatures.
type Report struct {
	OK           bool            `json:"ok"`
	RequestHash  common.Hash     `json:"request_hash"`
	ReceiptHash  common.Hash     `json:"receipt_hash"`
	Requester    common.Address  `json:"requester"`
	Delegate     common.Address  `json:"delegate"`
	Provider     common.Address  `json:"provider"`
	Operator     common.Address  `json:"operator"`
	Class        protocol.Class  `json:"class"`
	PromptTokens uint32          `json:"prompt_tokens"`
	OutputTokens uint32          `json:"output_tokens"`
	Finish       protocol.Finish `json:"finish"`
	Fee          protocol.Amount `json:"fee"`
	Checks       []Check         `json:"checks"`
	Assumed      []string        `json:"assumed"`
}

// Error reports the first failed check. It wraps protocol.ErrInvalid, and for a
// signature protocol.ErrUnauthorized.
type Error struct {
	Check  string
	Detail string
	kind   error
}

func (e *Error) Error() string { return "check " + e.Check + ": " + e.Detail }
func (e *Error) Unwrap() error { return e.kind }

// Decode reads a bundle of at most MaxBytes.
func Decode(data []byte) (Bundle, error) {
	var b Bundle
	if len(data) > MaxBytes {
		return b, fmt.Errorf("bundle of %d bytes, at most %d: %w", len(data), MaxBytes, protocol.ErrInvalid)
	}
	if err := json.Unmarshal(data, &b); err != nil {
		return b, fmt.Errorf("decode bundle: %v: %w", err, protocol.ErrInvalid)
	}
	return b, nil
}

// Verify runs every check. The report is complete also when the error is not nil,
// which then is the first failed check as an *Error.
func (b Bundle) Verify() (Report, error) {
	v := verifier{Bundle: b, report: Report{
		RequestHash: b.Domain.Digest(b.Request), ReceiptHash: b.Domain.Digest(b.Receipt),
		Requester: b.Request.Requester, Provider: b.Receipt.Provider, Class: b.Model.Class,
		PromptTokens: b.Request.PromptTokens, OutputTokens: b.Receipt.OutputTokens,
		Finish: b.Receipt.Finish, Fee: b.Receipt.Fee,
	}}
	v.schema()
	v.asked()
	v.answered()
	v.report.OK = v.first == nil
	v.report.Assumed = []string{
		fmt.Sprintf("%s is or was an operator of provider %s", v.report.Operator, b.Receipt.Provider),
		fmt.Sprintf("%s is or was the delegate of channel %s", v.report.Delegate, b.Request.Payment),
		fmt.Sprintf("model version %s has class %s, the stop ids and the positions shown here", b.Request.ModelVersion, b.Model.Class),
	}
	if v.first != nil {
		return v.report, v.first
	}
	return v.report, nil
}

type verifier struct {
	Bundle
	report Report
	first  *Error
}

func (v *verifier) note(name, good string, err error) bool {
	c := Check{Name: name, OK: err == nil, Detail: good}
	if err != nil {
		c.Detail = err.Error()
		if v.first == nil {
			kind := protocol.Kind(err)
			if errors.Is(kind, protocol.ErrInternal) {
				kind = protocol.ErrInvalid
			}
			v.first = &Error{Check: name, Detail: err.Error(), kind: kind}
		}
	}
	v.report.Checks = append(v.report.Checks, c)
	return err == nil
}

func (v *verifier) schema() {
	var err error
	switch {
	case v.Schema != Schema:
		err = fmt.Errorf("schema %q, want %q", v.Schema, Schema)
	case v.Model.Class == protocol.ClassProven && (v.PromptText != "" || v.Model.Positions == 0):
		err = errors.New("a proven answer is committed by token ids and needs the positions of its model")
	case v.Model.Class == protocol.ClassSampled && len(v.Prompt)+len(v.Output) > 0:
		err = errors.New("a sampled answer is committed by its text and has no token ids")
	case v.Model.Class != protocol.ClassProven && v.Model.Class != protocol.ClassSampled:
		err = fmt.Errorf("class %s", v.Model.Class)
	}
	v.note(CheckSchema, Schema, err)
}

// asked checks the requester's side: signature, parameters, prompt.
func (v *verifier) asked() {
	var err error
	v.report.Delegate, err = v.Domain.Recover(v.Request, v.RequestSignature)
	v.note(CheckRequest, "signed by "+v.report.Delegate.Hex(), err)

	err = nil
	if crypto.Keccak256Hash(v.Params) != v.Request.ParamsHash {
		err = errors.New("parameters do not hash to the request's params_hash")
	}
	v.note(CheckParams, "parameters hash to params_hash", err)
	_, err = protocol.DecodeParams(v.Params)
	v.note(CheckParamsForm, "parameters are canonical", err)

	root := protocol.TextRoot(v.Secret, protocol.TagPrompt, []byte(v.PromptText))
	if v.Model.Class == protocol.ClassProven {
		root = protocol.TokenRoot(v.Secret, protocol.TagPrompt, v.Prompt)
	}
	err = nil
	if root != v.Request.PromptRoot {
		err = fmt.Errorf("prompt has root %s, signed was %s", root, v.Request.PromptRoot)
	}
	v.note(CheckPrompt, "prompt matches the signed root", err)
	err = nil
	if v.Request.PromptTokens < 1 || v.Model.Class == protocol.ClassProven && uint64(len(v.Prompt)) != uint64(v.Request.PromptTokens) {
		err = fmt.Errorf("prompt has %d tokens, signed were %d", len(v.Prompt), v.Request.PromptTokens)
	}
	v.note(CheckPromptCount, fmt.Sprintf("%d prompt tokens", v.Request.PromptTokens), err)
}

// answered checks the provider's side.
func (v *verifier) answered() {
	r := v.Receipt
	var err error
	if r.RequestHash != v.report.RequestHash {
		err = fmt.Errorf("receipt answers request %s, this one is %s", r.RequestHash, v.report.RequestHash)
	}
	v.note(CheckRequestHash, "receipt answers this request", err)

	v.report.Operator, err = v.Domain.Recover(r, v.Signature)
	v.note(CheckSignature, "signed by "+v.report.Operator.Hex(), err)

	err = nil
	root := protocol.TextRoot(v.Secret, protocol.TagOutput, []byte(v.OutputText))
	if v.Model.Class == protocol.ClassProven {
		root = protocol.TokenRoot(v.Secret, protocol.TagOutput, v.Output)
	}
	if root != r.OutputRoot {
		err = fmt.Errorf("delivered output has root %s, signed was %s", root, r.OutputRoot)
	}
	v.note(CheckOutput, "delivered output matches the signed root", err)

	err = nil
	if v.Model.Class == protocol.ClassProven && uint64(len(v.Output)) != uint64(r.OutputTokens) {
		err = fmt.Errorf("%d tokens were delivered, %d are billed", len(v.Output), r.OutputTokens)
	} else if v.Model.Class != protocol.ClassProven && uint64(r.OutputTokens) > uint64(len(v.OutputText)) {
		err = fmt.Errorf("%d bytes were delivered, %d tokens are billed", len(v.OutputText), r.OutputTokens)
	}
	v.note(CheckCount, fmt.Sprintf("%d output tokens", r.OutputTokens), err)

	fee, err := v.Request.FeeFor(r.OutputTokens)
	if err == nil && fee.Cmp(r.Fee) != 0 {
		err = fmt.Errorf("fee is %s, the rule gives %s", r.Fee, fee)
	}
	v.note(CheckFee, "fee "+r.Fee.String()+" follows the rule", err)

	v.note(CheckFinish, "finish "+r.Finish.String()+" fits the tokens", v.finish())

	err = nil
	none, proven := r.TraceRoot == common.Hash{}, v.Model.Class == protocol.ClassProven
	if proven && none && r.OutputTokens > 0 || !proven && !none {
		err = fmt.Errorf("trace root %s in class %s", r.TraceRoot, v.Model.Class)
	}
	v.note(CheckTrace, "trace root as its class has it", err)
}

// finish holds in the proven class the rule that the contracts judge by, and in
// both that a stop string can only end what named one and contains it.
func (v *verifier) finish() error {
	r := v.Receipt
	if r.Finish == protocol.FinishStopString && !slices.ContainsFunc(v.Stop, func(s string) bool { return s != "" && strings.Contains(v.OutputText, s) }) {
		return errors.New("ended at a stop string that the text does not contain")
	}
	if r.Finish < protocol.FinishStop || r.Finish > protocol.FinishCancelled {
		return fmt.Errorf("finish %s", r.Finish)
	}
	if v.Model.Class != protocol.ClassProven {
		return nil
	}
	params, err := protocol.DecodeParams(v.Params)
	if err != nil {
		return err
	}
	stops := func(id uint32) bool {
		return slices.Contains(v.Model.StopIDs, id) || slices.Contains(params.StopIDs, id)
	}
	n := len(v.Output)
	if i := slices.IndexFunc(v.Output, stops); i >= 0 && i < n-1 {
		return fmt.Errorf("token %d of %d is a stop id, yet the answer goes on", i, n)
	}
	switch r.Finish {
	case protocol.FinishStop:
		if n == 0 || !stops(v.Output[n-1]) {
			return errors.New("finish stop without a stop id at the end")
		}
	case protocol.FinishLength:
		if uint64(n) != uint64(v.Request.MaxOutputTokens) {
			return fmt.Errorf("finish length after %d of %d tokens", n, v.Request.MaxOutputTokens)
		}
	case protocol.FinishContext:
		if t := uint64(v.Request.PromptTokens) + uint64(n); n == 0 || t-1 != uint64(v.Model.Positions) {
			return fmt.Errorf("finish context after %d positions of %d", max(t, 1)-1, v.Model.Positions)
		}
	}
	return nil
}
