package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// completionBody is what the two completion routes read of a body; the fields of
// refusals are looked at to be refused by name, all others are ignored.
type completionBody struct {
	Model               string          `json:"model"`
	Messages            []messageBody   `json:"messages"`
	Prompt              json.RawMessage `json:"prompt"`
	Stream              bool            `json:"stream"`
	StreamOptions       *streamOptions  `json:"stream_options"`
	MaxTokens           *int64          `json:"max_tokens"`
	MaxCompletionTokens *int64          `json:"max_completion_tokens"`
	Temperature         *float64        `json:"temperature"`
	MinP                *float64        `json:"min_p"`
	Seed                json.RawMessage `json:"seed"`
	Stop                json.RawMessage `json:"stop"`
	Provider            *providerBody   `json:"provider"`
	refusals
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

type messageBody struct {
	Role      string          `json:"role"`
	Content   json.RawMessage `json:"content"`
	ToolCalls json.RawMessage `json:"tool_calls"`
}

type providerBody struct {
	Order          []common.Address `json:"order"`
	Only           []common.Address `json:"only"`
	Ignore         []common.Address `json:"ignore"`
	MaxPrice       *maxPrice        `json:"max_price"`
	AllowFallbacks *bool            `json:"allow_fallbacks"`
	Class          string           `json:"class"`
}

// maxPrice bounds offers, in base units per million tokens.
type maxPrice struct {
	Prompt     *protocol.Amount `json:"prompt"`
	Completion *protocol.Amount `json:"completion"`
}

// refusals are parameters that no class of model has yet: what cannot be kept is
// refused, not ignored. (A top_p would need a sort inside a proof.)
type refusals struct {
	TopP             *float64        `json:"top_p"`
	TopK             *float64        `json:"top_k"`
	TopA             *float64        `json:"top_a"`
	FrequencyPenalty *float64        `json:"frequency_penalty"`
	PresencePenalty  *float64        `json:"presence_penalty"`
	RepeatPenalty    *float64        `json:"repetition_penalty"`
	N                *float64        `json:"n"`
	BestOf           *float64        `json:"best_of"`
	LogitBias        json.RawMessage `json:"logit_bias"`
	Logprobs         json.RawMessage `json:"logprobs"`
	TopLogprobs      *float64        `json:"top_logprobs"`
	Tools            json.RawMessage `json:"tools"`
	Functions        json.RawMessage `json:"functions"`
	ToolChoice       json.RawMessage `json:"tool_choice"`
	ResponseFormat   *struct {
		Type string `json:"type"`
	} `json:"response_format"`
	Modalities json.RawMessage `json:"modalities"`
	Audio      json.RawMessage `json:"audio"`
	Prediction json.RawMessage `json:"prediction"`
	Suffix     string          `json:"suffix"`
	Echo       bool            `json:"echo"`
}

// refused names the first parameter that would change the answer and is not kept.
func (r *refusals) refused() string {
	off := func(v *float64, neutral float64) bool { return v == nil || *v == neutral }
	empty := func(raw json.RawMessage) bool {
		switch string(bytes.TrimSpace(raw)) {
		case "", "null", "{}", "[]", "false", `"none"`, `"auto"`, `["text"]`:
			return true
		}
		return false
	}
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"top_p", off(r.TopP, 1)}, {"top_k", off(r.TopK, 0) || off(r.TopK, -1)}, {"top_a", off(r.TopA, 0)},
		{"frequency_penalty", off(r.FrequencyPenalty, 0)}, {"presence_penalty", off(r.PresencePenalty, 0)}, {"repetition_penalty", off(r.RepeatPenalty, 1)},
		{"n", off(r.N, 1)}, {"best_of", off(r.BestOf, 1)}, {"logit_bias", empty(r.LogitBias)}, {"logprobs", empty(r.Logprobs)},
		{"top_logprobs", off(r.TopLogprobs, 0)}, {"tools", empty(r.Tools)}, {"functions", empty(r.Functions)}, {"tool_choice", empty(r.ToolChoice)},
		{"response_format", r.ResponseFormat == nil || r.ResponseFormat.Type == "" || r.ResponseFormat.Type == "text"},
		{"modalities", empty(r.Modalities)}, {"audio", empty(r.Audio)}, {"prediction", empty(r.Prediction)}, {"suffix", r.Suffix == ""}, {"echo", !r.Echo},
	} {
		if !c.ok {
			return c.name
		}
	}
	return ""
}

const (
	kindChat       = "chat"
	kindCompletion = "completion"
	maxStops       = 4
	maxStopBytes   = 256
)

func (s *Server) chatCompletions(c *gin.Context) { s.complete(c, kindChat) }
func (s *Server) completions(c *gin.Context)     { s.complete(c, kindCompletion) }

func (s *Server) complete(c *gin.Context, kind string) {
	chat, in, err := s.parse(c, kind)
	if err != nil {
		s.fail(c, err)
		return
	}
	answer, err := s.deps.Gateway.Ask(c.Request.Context(), chat)
	if err != nil {
		if c.Request.Context().Err() != nil {
			c.Abort() // the client is gone; its answer waits for a retry
			return
		}
		s.fail(c, err)
		return
	}
	defer answer.Close()
	info := answer.Info()
	for name, value := range map[string]string{"X-DGrid-Request": info.Hash.Hex(), "X-DGrid-Model-Version": info.ModelVersion.Hex(),
		"X-DGrid-Provider": info.Provider.Hex(), "X-DGrid-Class": info.Class.String(), "X-DGrid-Quote": info.Quote} {
		c.Header(name, value)
	}
	if in.Stream {
		s.stream(c, kind, in.StreamOptions != nil && in.StreamOptions.IncludeUsage, answer)
	} else {
		s.whole(c, kind, answer)
	}
	if r := answer.Result(); r != nil && !info.Replayed {
		s.used(context.WithoutCancel(c.Request.Context()), callerOf(c), int(info.PromptTokens+r.OutputTokens))
	}
}

// parse reads a body into what the gateway asks for.
func (s *Server) parse(c *gin.Context, kind string) (gateway.Chat, *completionBody, error) {
	var chat gateway.Chat
	raw, err := body(c)
	if err != nil {
		return chat, nil, err
	}
	in := new(completionBody)
	if err := json.Unmarshal(raw, in); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return chat, nil, invalid(wrong.Field, "%s cannot be a %s", wrong.Field, wrong.Value)
		}
		return chat, nil, invalid("", "the body is not JSON of this route: %v", err)
	}
	if in.Model == "" {
		return chat, nil, invalid("model", "name a model")
	}
	model, err := s.deps.Catalog.ByID(c.Request.Context(), in.Model)
	if errors.Is(err, protocol.ErrNotFound) {
		return chat, nil, &gateway.Error{Code: gateway.CodeModel, Param: "model", Detail: "there is no model " + clip(in.Model) + "; GET /v1/models lists them", Cause: err}
	}
	if err != nil {
		return chat, nil, err
	}
	if name := in.refused(); name != "" {
		return chat, nil, unsupported(name, model.Class.String())
	}
	who := callerOf(c)
	if who.key == nil {
		return chat, nil, &problem{status: 403, kind: "permission_error", code: "scope_denied", detail: "a login session has no channel; use an API key"}
	}
	chat = gateway.Chat{KeyHash: who.hash, KeyID: who.key.ID, Account: who.account, Channel: who.key.Channel, Model: model, Kind: kind,
		BodyHash: sha256.Sum256(append([]byte(kind+"\x00"), raw...)), Stream: in.Stream, Name: c.GetHeader("Idempotency-Key"),
		Retry: c.GetHeader("X-Stainless-Retry-Count") != "" && c.GetHeader("X-Stainless-Retry-Count") != "0"}
	if chat.Name != "" && !visible(chat.Name, 128) {
		return chat, nil, invalid("Idempotency-Key", "an idempotency key has 1 to 128 visible ASCII characters")
	}
	for _, part := range []func(*gateway.Chat, *completionBody) error{readPrompt, readLimits, readSampling, readStops, readRouting} {
		if err := part(&chat, in); err != nil {
			return chat, nil, err
		}
	}
	return chat, in, nil
}

func clip(s string) string {
	if len(s) > 80 {
		s = strings.ToValidUTF8(s[:80], "") + "…"
	}
	return `"` + s + `"`
}

func readPrompt(chat *gateway.Chat, in *completionBody) error {
	if chat.Kind == kindCompletion {
		return readText(chat, in.Prompt)
	}
	if len(in.Messages) == 0 {
		return invalid("messages", "send at least one message")
	}
	type plain struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	var upstream []plain
	for i, m := range in.Messages {
		text, err := m.text()
		if err != nil {
			return err
		}
		role := tokenizer.Role(m.Role)
		switch m.Role {
		case "system", "user", "assistant":
		case "developer":
			role = tokenizer.System
		case "tool", "function":
			return unsupported("messages", chat.Model.Class.String())
		default:
			return invalid("messages", "message %d has no role that exists", i)
		}
		chat.Messages = append(chat.Messages, tokenizer.Message{Role: role, Content: text})
		upstream = append(upstream, plain{string(role), text})
	}
	raw, err := json.Marshal(upstream)
	chat.RawMessages = raw
	return err
}

// text reads a message's content: a string, or parts of which all are text.
func (m *messageBody) text() (string, error) {
	if t := bytes.TrimSpace(m.ToolCalls); len(t) > 0 && string(t) != "null" && string(t) != "[]" {
		return "", &problem{status: 400, kind: "invalid_request_error", code: "unsupported_parameter", param: "tool_calls", detail: "tools are not supported"}
	}
	var text string
	if json.Unmarshal(m.Content, &text) == nil {
		return text, nil
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if json.Unmarshal(m.Content, &parts) != nil {
		return "", invalid("messages", "content is a string or a list of text parts")
	}
	for _, p := range parts {
		if p.Type != "text" {
			return "", &problem{status: 400, kind: "invalid_request_error", code: "unsupported_parameter", param: "messages", detail: "content of type " + clip(p.Type) + " is not supported"}
		}
		text += p.Text
	}
	return text, nil
}

func readText(chat *gateway.Chat, raw json.RawMessage) error {
	var list []string
	switch {
	case json.Unmarshal(raw, &chat.Text) == nil && len(raw) > 0 && string(raw) != "null":
	case json.Unmarshal(raw, &chat.Tokens) == nil && len(chat.Tokens) > 0 && chat.Model.Class == protocol.ClassProven:
		return nil
	case json.Unmarshal(raw, &list) == nil && len(list) == 1:
		chat.Text, chat.Tokens = list[0], nil
	case len(list) > 1:
		return unsupported("prompt", chat.Model.Class.String())
	default:
		return invalid("prompt", "prompt is a string or a list of token ids")
	}
	rawMessages, err := json.Marshal([]map[string]string{{"role": "user", "content": chat.Text}})
	chat.RawMessages = rawMessages
	return err
}

func readLimits(chat *gateway.Chat, in *completionBody) error {
	for name, n := range map[string]*int64{"max_tokens": in.MaxTokens, "max_completion_tokens": in.MaxCompletionTokens} {
		if n == nil {
			continue
		}
		if *n < 1 || *n > math.MaxInt32 {
			return invalid(name, "%s is at least 1", name)
		}
		if chat.MaxTokens == 0 || uint32(*n) < chat.MaxTokens {
			chat.MaxTokens = uint32(*n)
		}
	}
	return nil
}

func readSampling(chat *gateway.Chat, in *completionBody) error {
	t := 1.0
	if in.Temperature != nil {
		t = *in.Temperature
	}
	milli := math.Round(t * 1000)
	if !(milli == 0 || milli >= protocol.MinTemperatureMilli && milli <= protocol.MaxTemperatureMilli) {
		return invalid("temperature", "temperature is 0, or %g to %g", float64(protocol.MinTemperatureMilli)/1000, float64(protocol.MaxTemperatureMilli)/1000)
	}
	p := &chat.Params
	p.TemperatureMilli = uint32(milli)
	if in.MinP != nil && *in.MinP != 0 {
		if !(*in.MinP > 0 && *in.MinP <= 1) {
			return invalid("min_p", "min_p is 0 to 1")
		}
		if chat.Model.Class != protocol.ClassProven {
			return unsupported("min_p", chat.Model.Class.String())
		}
		if milli > 0 {
			p.MaxGap = maxGap(*in.MinP, p.TemperatureMilli)
		}
	}
	if milli == 0 {
		return nil // greedy: a seed changes nothing, and one prompt has one answer
	}
	seed, err := readSeed(in.Seed)
	p.Seed = seed
	return err
}

// maxGap is min_p as the runtime has it: an id is kept if its probability at this
// temperature is at least min_p times the best one's, that is if its logit lies at
// most T*ln(1/min_p) below. In Q16; at least 1, since 0 keeps everything.
func maxGap(minP float64, milli uint32) uint32 {
	gap := math.Floor(65536 * float64(milli) / 1000 * -math.Log(minP))
	return uint32(min(max(gap, 1), math.MaxUint32))
}

// readSeed takes a 64-bit number, sign-extended to 32 big-endian bytes, or 32 bytes
// as 0x hex; none is drawn.
func readSeed(raw json.RawMessage) ([32]byte, error) {
	var n int64
	var hex common.Hash
	switch t := bytes.TrimSpace(raw); {
	case len(t) == 0 || string(t) == "null":
		return randomSeed()
	case json.Unmarshal(t, &n) == nil:
		if n < 0 {
			for i := range hex {
				hex[i] = 0xff
			}
		}
		binary.BigEndian.PutUint64(hex[24:], uint64(n))
		return hex, nil
	case t[0] == '"' && json.Unmarshal(t, &hex) == nil:
		return hex, nil
	}
	return hex, invalid("seed", "seed is a 64-bit integer, or 32 bytes as 0x hex")
}

func readStops(chat *gateway.Chat, in *completionBody) error {
	t := bytes.TrimSpace(in.Stop)
	if len(t) == 0 || string(t) == "null" {
		return nil
	}
	var single string
	if json.Unmarshal(t, &single) == nil {
		chat.Stop = []string{single}
	} else if json.Unmarshal(t, &chat.Stop) != nil {
		return invalid("stop", "stop is a string or a list of strings")
	}
	if len(chat.Stop) > maxStops {
		return invalid("stop", "at most %d stop strings", maxStops)
	}
	for _, stop := range chat.Stop {
		if stop == "" || len(stop) > maxStopBytes {
			return invalid("stop", "a stop string has 1 to %d bytes", maxStopBytes)
		}
	}
	return nil
}

func readRouting(chat *gateway.Chat, in *completionBody) error {
	chat.Routing.AllowFallbacks = true
	p := in.Provider
	if p == nil {
		return nil
	}
	r := &chat.Routing
	r.Order, r.Only, r.Ignore = p.Order, p.Only, p.Ignore
	if len(p.Order)+len(p.Only)+len(p.Ignore) > 256 {
		return invalid("provider", "name at most 256 providers")
	}
	if p.MaxPrice != nil {
		r.MaxPriceIn, r.MaxPriceOut = p.MaxPrice.Prompt, p.MaxPrice.Completion
	}
	if p.AllowFallbacks != nil {
		r.AllowFallbacks = *p.AllowFallbacks
	}
	if p.Class != "" {
		if err := r.Class.UnmarshalText([]byte(p.Class)); err != nil {
			return invalid("provider.class", "class is proven or sampled")
		}
		if r.Class != chat.Model.Class {
			return &gateway.Error{Code: gateway.CodeNoProvider, Detail: "model " + chat.Model.ID + " is of class " + chat.Model.Class.String(), Rejected: map[string]int{"class": 1}, Cause: protocol.ErrInvalid}
		}
	}
	return nil
}
