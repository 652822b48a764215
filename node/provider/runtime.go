package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// Runtime answers from the built-in deterministic runtime (class proven). It keeps a
// pool of sessions, so that memory for a sequence is made once per place.
type Runtime struct {
	model    *runtime.Model
	words    *tokenizer.Tokenizer
	sessions chan *runtime.Session
}

// NewRuntime returns a backend that answers up to places requests at once.
func NewRuntime(model *runtime.Model, words *tokenizer.Tokenizer, places int) *Runtime {
	r := &Runtime{model: model, words: words, sessions: make(chan *runtime.Session, places)}
	for range places {
		r.sessions <- model.NewSession()
	}
	return r
}

// Check always succeeds: the model is in memory.
func (r *Runtime) Check(context.Context) error { return nil }

// CheckRequest asks the model: length, vocabulary and params.
func (r *Runtime) CheckRequest(w Work) error { return r.model.CheckRequest(w.Ask.Prompt, paramsOf(w)) }

func paramsOf(w Work) runtime.Params {
	return runtime.Params{Params: w.Ask.Params, MaxTokens: int(w.Ask.Request.MaxOutputTokens)}
}

// Generate runs the model. Stop strings end the answer after the token that
// completes one.
func (r *Runtime) Generate(ctx context.Context, w Work, emit func(Piece) error) (Answer, error) {
	var s *runtime.Session
	select {
	case s = <-r.sessions:
		defer func() { r.sessions <- s }()
	case <-ctx.Done():
		return Answer{}, context.Cause(ctx)
	}
	stop := newStopper(w.Ask.Stop)
	dec := r.words.NewDecoder(w.Ask.Prompt)
	var text strings.Builder
	res, err := s.Generate(ctx, w.Ask.Prompt, paramsOf(w), func(id uint32) error {
		part := dec.Push(id)
		text.WriteString(part)
		if err := emit(Piece{Tokens: []uint32{id}, Text: part}); err != nil {
			return err
		}
		if stop.hit(part) {
			return runtime.ErrStop
		}
		return nil
	})
	if len(res.Output) == 0 {
		if err == nil {
			err = fmt.Errorf("the runtime returned no token: %w", protocol.ErrInternal)
		}
		return Answer{}, err
	}
	// Bytes that are no character yet belong to the text too; no chunk carries them.
	text.WriteString(dec.Flush())
	return Answer{Tokens: res.Output, Text: text.String(), OutputTokens: uint32(len(res.Output)), Finish: res.Finish, BoundaryRoot: res.Root}, err
}

// stopper finds stop strings in a text that comes in parts.
type stopper struct {
	words []string
	tail  string
	keep  int
}

func newStopper(words []string) *stopper {
	s := &stopper{}
	for _, w := range words {
		if w != "" {
			s.words = append(s.words, w)
			s.keep = max(s.keep, len(w)-1)
		}
	}
	return s
}

func (s *stopper) hit(part string) bool {
	if len(s.words) == 0 {
		return false
	}
	s.tail += part
	for _, w := range s.words {
		if strings.Contains(s.tail, w) {
			return true
		}
	}
	if extra := len(s.tail) - s.keep; extra > 0 {
		s.tail = s.tail[extra:]
	}
	return false
}
