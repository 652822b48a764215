package provider

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dgrid-network/dgrid/protocol"
)

const (
	upstreamLine = 1 << 20 // longest line of an upstream's stream
	upstreamBody = 4 << 20 // longest stream text in all, and longest error body read
)

// UpstreamConfig names an OpenAI-compatible server.
type UpstreamConfig struct {
	URL   string // base, e.g. http://127.0.0.1:11434/v1
	Key   string // sent as a bearer token; none if empty
	Model string // the upstream's name of the model
	// FirstByte bounds the wait for the upstream's answer to begin: 60 s. Gap bounds
	// the silence within it: 60 s.
	FirstByte, Gap time.Duration
	Client         *http.Client // nil: one of its own
}

// Upstream answers from an OpenAI-compatible server (class sampled). Its counts are
// the upstream's usage, bounded by the request and by the bytes delivered.
type Upstream struct {
	cfg    UpstreamConfig
	client *http.Client
}

// NewUpstream checks the configuration; it does not connect.
func NewUpstream(cfg UpstreamConfig) (*Upstream, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || cfg.Model == "" {
		return nil, fmt.Errorf("configure the upstream %q, model %q: %w", cfg.URL, cfg.Model, protocol.ErrInvalid)
	}
	if cfg.FirstByte == 0 {
		cfg.FirstByte = time.Minute
	}
	if cfg.Gap == 0 {
		cfg.Gap = time.Minute
	}
	client := cfg.Client
	if client == nil {
		client = &http.Client{Transport: &http.Transport{
			MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute, ResponseHeaderTimeout: cfg.FirstByte,
			TLSHandshakeTimeout: 10 * time.Second, Proxy: http.ProxyFromEnvironment,
		}}
	}
	own := *client
	own.CheckRedirect = noRedirects // the key must not follow anywhere
	return &Upstream{cfg: cfg, client: &own}, nil
}

// Close drops idle connections.
func (u *Upstream) Close() { u.client.CloseIdleConnections() }

func (u *Upstream) request(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	target, err := url.JoinPath(u.cfg.URL, path)
	if err != nil {
		return nil, fmt.Errorf("call the upstream: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call the upstream: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream, application/json")
	if u.cfg.Key != "" {
		req.Header.Set("Authorization", "Bearer "+u.cfg.Key)
	}
	res, err := u.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("call the upstream: %v: %w", err, protocol.ErrUnavailable)
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		// Its text may repeat the prompt or the key, and errors are logged.
		kind := protocol.ErrUnavailable
		if res.StatusCode == http.StatusBadRequest || res.StatusCode == http.StatusUnprocessableEntity {
			kind = protocol.ErrInvalid
		}
		return nil, fmt.Errorf("upstream answers %d %s: %w", res.StatusCode, http.StatusText(res.StatusCode), kind)
	}
	return res, nil
}

// Check asks the upstream for its list of models and looks for the one that is served.
func (u *Upstream) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	res, err := u.request(ctx, http.MethodGet, "models", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, upstreamBody)).Decode(&list); err != nil {
		return fmt.Errorf("read the upstream's models: %v: %w", err, protocol.ErrUnavailable)
	}
	for _, m := range list.Data {
		if m.ID == u.cfg.Model {
			return nil
		}
	}
	return fmt.Errorf("upstream does not list model %q: %w", u.cfg.Model, protocol.ErrNotFound)
}

// CheckRequest always succeeds: only the upstream knows what it answers.
func (u *Upstream) CheckRequest(Work) error { return nil }

type chatRequest struct {
	Model         string          `json:"model"`
	Messages      json.RawMessage `json:"messages"`
	MaxTokens     uint32          `json:"max_tokens"`
	Temperature   float64         `json:"temperature"`
	Seed          int64           `json:"seed"`
	Stop          []string        `json:"stop,omitempty"`
	Stream        bool            `json:"stream"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

type chatChunk struct {
	Choices []struct {
		Delta struct {
			Content string `json:"content"`
		} `json:"delta"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		CompletionTokens uint32 `json:"completion_tokens"`
	} `json:"usage"`
	Error json.RawMessage `json:"error"`
}

// message is all that a message of a chat may hold: prices are by the bytes of the text,
// and pictures, sounds or tools would cost the upstream's price of other things.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// messages returns the chat that the prompt text stands for: the text itself if it is a
// JSON list of messages, else one message of the user.
func messages(text string) (json.RawMessage, error) {
	var loose []struct {
		Role string `json:"role"`
	}
	var chat []message
	if strings.HasPrefix(strings.TrimSpace(text), "[") && json.Unmarshal([]byte(text), &loose) == nil && len(loose) > 0 && loose[0].Role != "" {
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&chat); err != nil {
			return nil, fmt.Errorf("a message holds more than a role and a text: %w", protocol.ErrInvalid)
		}
	} else {
		chat = []message{{"user", text}}
	}
	return json.Marshal(chat)
}

// Generate streams one chat completion.
func (u *Upstream) Generate(ctx context.Context, w Work, emit func(Piece) error) (Answer, error) {
	chat, err := messages(w.Ask.PromptText)
	if err != nil {
		return Answer{}, fmt.Errorf("encode the chat: %w", err)
	}
	p := w.Ask.Params
	req := chatRequest{Model: u.cfg.Model, Messages: chat, MaxTokens: w.Ask.Request.MaxOutputTokens, Stop: w.Ask.Stop, Stream: true,
		Temperature: float64(p.TemperatureMilli) / 1000, Seed: int64(uint32(p.Seed[28])<<24 | uint32(p.Seed[29])<<16 | uint32(p.Seed[30])<<8 | uint32(p.Seed[31]))}
	req.StreamOptions.IncludeUsage = true
	body, err := json.Marshal(req)
	if err != nil {
		return Answer{}, fmt.Errorf("encode the upstream's request: %w", err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	res, err := u.request(ctx, http.MethodPost, "chat/completions", body)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	// A timer that each line winds up again ends a stream that fell silent.
	gap := time.AfterFunc(u.cfg.Gap, func() { cancel(fmt.Errorf("upstream is silent: %w", protocol.ErrUnavailable)) })
	defer gap.Stop()
	s := upstreamStream{max: w.Ask.Request.MaxOutputTokens, emit: emit}
	err = s.read(res.Body, func() { gap.Reset(u.cfg.Gap) })
	return s.answer(), err
}

// upstreamStream reads a server-sent stream of chunks.
type upstreamStream struct {
	max    uint32
	emit   func(Piece) error
	text   strings.Builder
	pieces uint32
	usage  uint32
	reason string
	ended  bool
}

func (s *upstreamStream) read(body io.Reader, alive func()) error {
	lines := bufio.NewScanner(io.LimitReader(body, 16*upstreamBody))
	lines.Buffer(make([]byte, 4096), upstreamLine)
	for lines.Scan() {
		alive()
		data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data:"))
		if !ok {
			continue // comments, event names, empty lines
		}
		data = bytes.TrimSpace(data)
		if bytes.Equal(data, []byte("[DONE]")) {
			s.ended = true
			break
		}
		if err := s.chunk(data); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the upstream: %v: %w", err, protocol.ErrUnavailable)
	}
	if !s.ended && s.reason == "" {
		return fmt.Errorf("upstream's stream broke off: %w", protocol.ErrUnavailable)
	}
	return nil
}

func (s *upstreamStream) chunk(data []byte) error {
	var c chatChunk
	if err := json.Unmarshal(data, &c); err != nil {
		return fmt.Errorf("decode the upstream's chunk: %v: %w", err, protocol.ErrUnavailable)
	}
	if len(c.Error) > 0 && !bytes.Equal(c.Error, []byte("null")) {
		return fmt.Errorf("upstream reports an error in mid-stream: %w", protocol.ErrUnavailable)
	}
	if c.Usage != nil {
		s.usage = c.Usage.CompletionTokens
	}
	for _, choice := range c.Choices {
		if choice.FinishReason != "" {
			s.reason = choice.FinishReason
		}
		if choice.Delta.Content == "" {
			continue
		}
		if s.text.Len()+len(choice.Delta.Content) > upstreamBody {
			return fmt.Errorf("upstream's answer passes %d bytes: %w", upstreamBody, protocol.ErrUnavailable)
		}
		// Bytes that are no UTF-8 cannot travel as JSON; the root is over what travels.
		part := strings.ToValidUTF8(choice.Delta.Content, "\uFFFD")
		s.text.WriteString(part)
		s.pieces++
		if err := s.emit(Piece{Text: part}); err != nil {
			return err
		}
	}
	return nil
}

// answer counts what came: the upstream's usage, or without one the pieces, bounded by
// the request's maximum and by one token a byte.
func (s *upstreamStream) answer() Answer {
	n := s.usage
	if n == 0 {
		n = s.pieces
	}
	a := Answer{Text: s.text.String(), OutputTokens: uint32(min(uint64(n), uint64(s.max), uint64(s.text.Len()))), Finish: protocol.FinishStop}
	switch {
	case s.reason == "length":
		a.Finish = protocol.FinishLength
	case s.reason == "" && !s.ended:
		a.Finish = protocol.FinishCancelled
	}
	return a
}
