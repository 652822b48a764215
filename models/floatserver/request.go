package floatserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dgrid-network/dgrid/models/chat"
	"github.com/dgrid-network/dgrid/models/floatref"
	"github.com/dgrid-network/dgrid/models/tokenize"
)

// request is what both endpoints accept. Fields outside the list are refused unless they are harmless.
type request struct {
	Model     string          `json:"model"`
	Messages  []message       `json:"messages"`
	Prompt    json.RawMessage `json:"prompt"`
	MaxTokens *int            `json:"max_tokens"`
	MaxNew    *int            `json:"max_completion_tokens"`
	Temp      *float64        `json:"temperature"`
	TopP      *float64        `json:"top_p"`
	Seed      *int64          `json:"seed"`
	Stop      json.RawMessage `json:"stop"`
	Stream    bool            `json:"stream"`
	Options   *struct {
		Usage bool `json:"include_usage"`
	} `json:"stream_options"`
	N *int `json:"n"`
}

type message struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
}

// known are the fields with a meaning here; ignored are those that change nothing about an answer.
var (
	known = []string{"model", "messages", "prompt", "max_tokens", "max_completion_tokens", "temperature", "top_p", "seed", "stop", "stream", "stream_options", "n"}
	// ignored fields only label a request or ask for what already holds.
	ignored = []string{"user", "metadata", "store", "safety_identifier"}
)

// job is a checked request.
type job struct {
	prompt  []uint32
	options floatref.Options
	stop    []string
	stream  bool
	usage   bool
	chat    bool
}

// badRequest carries what the client did wrong.
type badRequest struct{ param, code, message string }

func (e *badRequest) Error() string { return e.message }

func bad(param, code, format string, args ...any) error {
	return &badRequest{param, code, fmt.Sprintf(format, args...)}
}

// read decodes the body.
func read(w http.ResponseWriter, r *http.Request) (request, error) {
	var fields map[string]json.RawMessage
	var req request
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		return req, bad("", "", "The request body could not be read or is larger than %d bytes.", maxBody)
	}
	if err := json.Unmarshal(body.Bytes(), &fields); err != nil {
		return req, bad("", "", "We could not parse the JSON body of your request.")
	}
	for name, raw := range fields {
		if slices.Contains(known, name) || slices.Contains(ignored, name) || string(raw) == "null" {
			continue
		}
		return req, bad(name, "unsupported_parameter", "Unsupported parameter: %q is not supported by this server.", name)
	}
	if err := json.Unmarshal(body.Bytes(), &req); err != nil {
		return req, bad("", "", "The JSON body of your request has a field of the wrong type: %v.", err)
	}
	return req, nil
}

// check turns a request into a job.
func (s *server) check(req request, isChat bool) (job, error) {
	j := job{chat: isChat, stream: req.Stream, usage: req.Options != nil && req.Options.Usage}
	var ids []int32
	if isChat {
		messages, err := texts(req.Messages)
		if err != nil {
			return j, err
		}
		ids = chat.EncodePrompt(s.Vocab, messages)
	} else {
		var text string
		if err := json.Unmarshal(req.Prompt, &text); err != nil {
			return j, bad("prompt", "", "'prompt' must be one string.")
		}
		ids = []int32{tokenize.Begin}
		if text != "" {
			ids = append(ids, s.Vocab.Encode(" "+text)...)
		}
	}
	for _, id := range ids {
		j.prompt = append(j.prompt, uint32(id))
	}
	left := s.Model.Positions - len(j.prompt)
	if left < 1 {
		return j, bad("messages", "context_length_exceeded", "This model's maximum context length is %d tokens. Your request has %d tokens.", s.Model.Positions, len(j.prompt))
	}
	limit := left
	for _, n := range []*int{req.MaxTokens, req.MaxNew} {
		if n == nil {
			continue
		}
		if *n < 1 {
			return j, bad("max_tokens", "", "'max_tokens' must be at least 1.")
		}
		limit = min(left, *n)
	}
	j.options = floatref.Options{MaxTokens: limit, Temperature: s.Temperature, TopP: 1, Stop: []uint32{tokenize.Begin, tokenize.End}}
	if err := sampling(&j, req); err != nil {
		return j, err
	}
	if req.Seed != nil {
		j.options.Seed = uint64(*req.Seed)
		return j, nil
	}
	seed, err := s.random()
	j.options.Seed = seed
	return j, err
}

func sampling(j *job, req request) error {
	if req.N != nil && *req.N != 1 {
		return bad("n", "", "Only n = 1 is supported.")
	}
	if t := req.Temp; t != nil {
		if !(*t >= 0 && *t <= 2) {
			return bad("temperature", "", "'temperature' must be between 0 and 2.")
		}
		j.options.Temperature = *t
	}
	if p := req.TopP; p != nil {
		if !(*p > 0 && *p <= 1) {
			return bad("top_p", "", "'top_p' must be above 0 and at most 1.")
		}
		j.options.TopP = *p
	}
	if len(req.Stop) > 0 && string(req.Stop) != "null" {
		var one string
		if json.Unmarshal(req.Stop, &one) == nil {
			j.stop = []string{one}
		} else if json.Unmarshal(req.Stop, &j.stop) != nil {
			return bad("stop", "", "'stop' must be a string or a list of strings.")
		}
		if len(j.stop) > 4 || slices.Contains(j.stop, "") {
			return bad("stop", "", "'stop' takes up to four strings, none of them empty.")
		}
	}
	return nil
}

// texts reads the messages' contents: strings, or lists of text parts.
func texts(list []message) ([]chat.Message, error) {
	if len(list) == 0 {
		return nil, bad("messages", "", "'messages' must hold at least one message.")
	}
	var out []chat.Message
	for i, m := range list {
		if !slices.Contains([]string{"system", "developer", "user", "assistant"}, m.Role) {
			return nil, bad(fmt.Sprintf("messages[%d].role", i), "", "Role %q is not supported.", m.Role)
		}
		var text string
		if json.Unmarshal(m.Content, &text) != nil {
			var parts []struct{ Type, Text string }
			if json.Unmarshal(m.Content, &parts) != nil {
				return nil, bad(fmt.Sprintf("messages[%d].content", i), "", "A message's content must be text.")
			}
			var all []string
			for _, p := range parts {
				if p.Type != "text" {
					return nil, bad(fmt.Sprintf("messages[%d].content", i), "", "Content of type %q is not supported.", p.Type)
				}
				all = append(all, p.Text)
			}
			text = strings.Join(all, "")
		}
		out = append(out, chat.Message{Role: m.Role, Content: text})
	}
	if list[len(list)-1].Role == "assistant" {
		return nil, bad("messages", "", "The last message must not be the assistant's.")
	}
	return out, nil
}
