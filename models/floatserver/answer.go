package floatserver

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/dgrid-network/dgrid/models/floatref"
)

var defaultRand io.Reader = rand.Reader

func (s *server) random() (uint64, error) {
	var b [8]byte
	if _, err := io.ReadFull(s.Rand, b[:]); err != nil {
		return 0, fmt.Errorf("draw a seed: %w", err)
	}
	return binary.LittleEndian.Uint64(b[:]), nil
}

type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Total      int `json:"total_tokens"`
}

func (s *server) chat(w http.ResponseWriter, r *http.Request)        { s.answer(w, r, true) }
func (s *server) completions(w http.ResponseWriter, r *http.Request) { s.answer(w, r, false) }

func (s *server) answer(w http.ResponseWriter, r *http.Request, chat bool) {
	req, err := read(w, r)
	if err == nil && req.Model != s.Name {
		s.noModel(w, req.Model)
		return
	}
	var j job
	if err == nil {
		j, err = s.check(req, chat)
	}
	var id uint64
	if err == nil {
		id, err = s.random()
	}
	var wrong *badRequest
	switch {
	case errors.As(err, &wrong):
		fail(w, http.StatusBadRequest, "invalid_request_error", wrong.param, wrong.code, wrong.message)
		return
	case err != nil:
		fail(w, http.StatusInternalServerError, "server_error", "", "", "The server could not take the request.")
		return
	}
	select {
	case s.slot <- struct{}{}:
		defer func() { <-s.slot }()
	case <-r.Context().Done():
		return
	}
	a := &answer{w: w, job: j, model: s.Name, created: s.Now().Unix(), text: textStream{stops: j.stop, trim: chat}}
	a.id = fmt.Sprintf("cmpl-%016x", id)
	if chat {
		a.id = "chat" + a.id
	}
	a.run(r.Context(), s)
}

// answer writes one answer, whole or as server-sent events.
type answer struct {
	w       http.ResponseWriter
	job     job
	id      string
	model   string
	created int64
	text    textStream
	all     strings.Builder
}

func (a *answer) run(ctx context.Context, s *server) {
	if a.job.stream {
		a.w.Header().Set("Content-Type", "text/event-stream")
		a.w.Header().Set("Cache-Control", "no-cache")
		if a.job.chat {
			a.event(map[string]any{"role": "assistant", "content": ""}, nil)
		}
	}
	count := 0
	_, finish, err := s.Model.Generate(ctx, a.job.prompt, a.job.options, func(id uint32) error {
		count++
		piece, done := a.text.push(s.Vocab.Piece(int32(id)))
		a.send(piece)
		if done {
			return floatref.ErrStop
		}
		return nil
	})
	if err != nil { // the client left, or the model refused what check let pass
		if ctx.Err() == nil && !a.job.stream {
			fail(a.w, http.StatusInternalServerError, "server_error", "", "", "The model could not answer.")
		}
		return
	}
	a.send(a.text.flush())
	u := usage{len(a.job.prompt), count, len(a.job.prompt) + count}
	if a.job.stream {
		a.event(map[string]any{}, finish)
		if a.job.usage {
			a.data(a.envelope([]any{}, &u))
		}
		io.WriteString(a.w, "data: [DONE]\n\n") //nolint:errcheck // the client is gone
		a.flush()
		return
	}
	choice := map[string]any{"index": 0, "finish_reason": finish, "logprobs": nil}
	if a.job.chat {
		choice["message"] = map[string]any{"role": "assistant", "content": a.all.String(), "refusal": nil}
	} else {
		choice["text"] = a.all.String()
	}
	reply(a.w, http.StatusOK, a.envelope([]any{choice}, &u))
}

func (a *answer) send(piece string) {
	if piece == "" {
		return
	}
	a.all.WriteString(piece)
	if a.job.stream {
		a.event(map[string]any{"content": piece}, nil)
	}
}

// event sends one chunk; for a plain completion the delta's content is its text.
func (a *answer) event(delta map[string]any, finish any) {
	choice := map[string]any{"index": 0, "finish_reason": finish, "logprobs": nil}
	if a.job.chat {
		choice["delta"] = delta
	} else {
		text, _ := delta["content"].(string)
		choice["text"] = text
	}
	a.data(a.envelope([]any{choice}, nil))
}

func (a *answer) envelope(choices []any, u *usage) map[string]any {
	object := "text_completion"
	if a.job.chat {
		object = "chat.completion"
		if a.job.stream {
			object = "chat.completion.chunk"
		}
	}
	out := map[string]any{"id": a.id, "object": object, "created": a.created, "model": a.model, "choices": choices}
	if u != nil {
		out["usage"] = u
	} else if a.job.usage {
		out["usage"] = nil
	}
	return out
}

func (a *answer) data(v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		return
	}
	fmt.Fprintf(a.w, "data: %s\n\n", raw) //nolint:errcheck // the client is gone
	a.flush()
}

func (a *answer) flush() {
	if f, ok := a.w.(http.Flusher); ok {
		f.Flush()
	}
}

// textStream joins pieces into text that may be sent: it holds back incomplete UTF-8 and whatever may be the start of a
// stop string, and drops the space that leads a chat answer.
type textStream struct {
	stops []string
	trim  bool
	held  string
}

// push returns the text that is certain now and whether a stop string has ended the answer.
func (t *textStream) push(piece string) (string, bool) {
	t.held += piece
	if t.trim && t.held != "" {
		t.held, t.trim = strings.TrimPrefix(t.held, " "), false
	}
	if at := firstStop(t.held, t.stops); at >= 0 {
		out := t.held[:at]
		t.held = ""
		return out, true
	}
	keep := 0
	for _, s := range t.stops {
		for n := min(len(s)-1, len(t.held)); n > keep; n-- {
			if strings.HasSuffix(t.held, s[:n]) {
				keep = n
			}
		}
	}
	end := len(t.held) - keep
	for n := 1; n < utf8.UTFMax && n <= end; n++ {
		if tail := t.held[end-n : end]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRuneInString(tail) {
				end -= n
			}
			break
		}
	}
	out := t.held[:end]
	t.held = t.held[end:]
	return strings.ToValidUTF8(out, "\uFFFD"), false
}

// firstStop returns where the stop string begins that is complete first (of several, the longest), or -1. Judging by the
// end makes the result independent of how the text arrives.
func firstStop(text string, stops []string) int {
	at, end := -1, len(text)+1
	for _, s := range stops {
		if i := strings.Index(text, s); i >= 0 && (i+len(s) < end || i+len(s) == end && i < at) {
			at, end = i, i+len(s)
		}
	}
	return at
}

func (t *textStream) flush() string {
	out := t.held
	t.held = ""
	return strings.ToValidUTF8(out, "\uFFFD")
}
