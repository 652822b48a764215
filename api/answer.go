package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/api/gateway"
)

func randomSeed() (seed [32]byte, err error) {
	_, err = rand.Read(seed[:])
	return seed, err
}

type usageBody struct {
	PromptTokens     uint32 `json:"prompt_tokens"`
	CompletionTokens uint32 `json:"completion_tokens"`
	TotalTokens      uint32 `json:"total_tokens"`
}

// envelope is the outside of a completion and of its chunks. It has no error field
// on purpose.
type envelope struct {
	ID          string     `json:"id"`
	Object      string     `json:"object"`
	Created     int64      `json:"created"`
	Model       string     `json:"model"`
	Fingerprint string     `json:"system_fingerprint"`
	Choices     []choice   `json:"choices"`
	Usage       *usageBody `json:"usage,omitempty"`
	DGrid       any        `json:"dgrid,omitempty"`
}

type choice struct {
	Index        int          `json:"index"`
	Message      *messageOut  `json:"message,omitempty"`
	Delta        *deltaOut    `json:"delta,omitempty"`
	Text         *string      `json:"text,omitempty"`
	Logprobs     *struct{}    `json:"logprobs"` // always null
	FinishReason *finishCause `json:"finish_reason"`
}

type finishCause string

type messageOut struct {
	Role    string  `json:"role"`
	Content string  `json:"content"`
	Refusal *string `json:"refusal"` // always null
}

type deltaOut struct {
	Role    string  `json:"role,omitempty"`
	Content *string `json:"content,omitempty"`
}

func (s *Server) envelope(kind string, chunk bool, info gateway.Info) envelope {
	object := map[string]string{kindChat: "chat.completion", kindCompletion: "text_completion"}[kind]
	if chunk && kind == kindChat {
		object = "chat.completion.chunk"
	}
	return envelope{ID: info.PublicID, Object: object, Created: info.Created, Model: info.Model, Fingerprint: "dgrid_" + info.ModelVersion.Hex()[2:18]}
}

func usage(info gateway.Info, r *gateway.Result) *usageBody {
	return &usageBody{info.PromptTokens, r.OutputTokens, info.PromptTokens + r.OutputTokens}
}

// shownReason is a stored finish reason as OpenAI knows it.
func shownReason(reason string) *finishCause {
	f := finishCause(reason)
	if reason != "stop" {
		f = "length"
	}
	return &f
}

// whole answers in one piece.
func (s *Server) whole(c *gin.Context, kind string, a *gateway.Answer) {
	var text strings.Builder
	for {
		piece, err := a.Next(c.Request.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if c.Request.Context().Err() != nil {
				c.Abort()
				return
			}
			s.fail(c, err)
			return
		}
		text.WriteString(piece)
	}
	info, r := a.Info(), a.Result()
	e := s.envelope(kind, false, info)
	ch := choice{FinishReason: shownReason(r.FinishReason)}
	full := text.String()
	if kind == kindChat {
		ch.Message = &messageOut{Role: "assistant", Content: full}
	} else {
		ch.Text = &full
	}
	e.Choices, e.Usage, e.DGrid = []choice{ch}, usage(info, r), s.dgrid(info, r)
	c.JSON(200, e)
}

// stream answers as server-sent events.
func (s *Server) stream(c *gin.Context, kind string, includeUsage bool, a *gateway.Answer) {
	w := &events{out: c.Writer, control: http.NewResponseController(c.Writer), timeout: s.cfg.WriteTimeout}
	c.Header("Content-Type", "text/event-stream")
	c.Header("Cache-Control", "no-cache")
	c.Header("X-Accel-Buffering", "no")
	c.Status(200)

	info := a.Info()
	send := func(ch choice) {
		e := s.envelope(kind, true, info)
		e.Choices = []choice{ch}
		w.event(e)
	}
	if kind == kindChat {
		empty := ""
		send(choice{Delta: &deltaOut{Role: "assistant", Content: &empty}})
	}
	for w.err == nil {
		ctx, stop := context.WithTimeout(c.Request.Context(), s.cfg.Heartbeat)
		piece, err := a.Next(ctx)
		stop()
		switch {
		case err == nil && kind == kindChat:
			send(choice{Delta: &deltaOut{Content: &piece}})
		case err == nil:
			send(choice{Text: &piece})
		case errors.Is(err, io.EOF):
			s.last(w, kind, includeUsage, a)
			return
		case c.Request.Context().Err() != nil:
			return // the client is gone: Close cancels
		case errors.Is(err, context.DeadlineExceeded):
			w.write(": keep-alive\n\n")
		default:
			p := explain(err)
			s.log.InfoContext(c.Request.Context(), "stream ended with an error", "request", info.Hash, "code", p.code, "error", err)
			w.event(p.openAI(requestIDOf(c))) // and no [DONE]
			return
		}
	}
}

// last sends what follows the text: the finish, the usage, the end.
func (s *Server) last(w *events, kind string, includeUsage bool, a *gateway.Answer) {
	info, r := a.Info(), a.Result()
	e := s.envelope(kind, true, info)
	ch := choice{FinishReason: shownReason(r.FinishReason)}
	if kind == kindChat {
		ch.Delta = &deltaOut{}
	} else {
		empty := ""
		ch.Text = &empty
	}
	e.Choices = []choice{ch}
	if !includeUsage {
		e.DGrid = s.dgrid(info, r)
		w.event(e)
	} else {
		w.event(e)
		e = s.envelope(kind, true, info)
		e.Choices, e.Usage, e.DGrid = []choice{}, usage(info, r), s.dgrid(info, r)
		w.event(e)
	}
	w.write("data: [DONE]\n\n")
}

// events writes server-sent events, each with its own deadline. After the first
// error it writes no more.
type events struct {
	out     http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	err     error
}

func (w *events) event(v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		w.err = err
		return
	}
	w.write("data: " + string(raw) + "\n\n")
}

func (w *events) write(text string) {
	if w.err != nil {
		return
	}
	// A recorder in a test has no deadlines; a connection has.
	if err := w.control.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		w.err = err
		return
	}
	if _, w.err = io.WriteString(w.out, text); w.err == nil {
		w.err = w.control.Flush()
	}
}

// dgrid is the one object that DGrid adds to OpenAI's answers.
func (s *Server) dgrid(info gateway.Info, r *gateway.Result) gin.H {
	domain := s.deps.Gateway.Domain()
	o := gin.H{"request_id": info.Hash, "class": info.Class, "provider": info.Provider, "model_version": info.ModelVersion,
		"channel_id": info.Channel, "job_id": nil, "request_hash": info.Hash, "quote": info.Quote,
		"price": nil, "response_hash": nil, "receipt": nil, "settlement_tx": nil, "disputable_until": nil, "dispute": nil,
		"status": "streaming", "finality": "pending"}
	if r == nil {
		return o
	}
	price := s.money(r.Fee)
	price["asset"], price["chain"] = s.cfg.Asset, chainName(domain.ChainID)
	o["price"], o["response_hash"], o["status"] = price, r.Receipt.OutputRoot, "delivered"
	o["receipt"] = gin.H{"digest": r.ReceiptHash, "signature": r.Signature}
	o["disputable_until"] = r.Deadline + s.disputeWindow()
	return o
}

// disputeWindow is W in seconds.
func (s *Server) disputeWindow() uint64 {
	if s.deps.Network == nil {
		return 0
	}
	return s.deps.Network.Deployment().Timing.DisputeWindow
}
