// Package floatserver serves the float reference of a model through the OpenAI HTTP interface: the local upstream that
// the demo's sampled provider fronts. Every word it sends comes from the model.
//
// It is a small honest upstream for one machine, not a public service: one API key, one answer at a time per
// processor, no storage. Fields that it does not honour (tools, logprobs, n > 1 and the like) are refused by name
// instead of ignored.
package floatserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/dgrid-network/dgrid/models/floatref"
	"github.com/dgrid-network/dgrid/models/tokenize"
)

const maxBody = 1 << 20

// Options describe the server.
type Options struct {
	Model *floatref.Model
	Vocab *tokenize.Vocab
	Name  string // the model's id in requests and answers
	Key   string // bearer key; empty lets everyone in
	// Temperature is used where a request names none.
	Temperature float64
	Now         func() time.Time // stamps answers; nil is time.Now
	Rand        io.Reader        // seeds and ids where the request fixes none; nil is crypto/rand
}

type server struct {
	Options
	key  [32]byte
	slot chan struct{}
	mux  *http.ServeMux
}

// New returns the handler.
func New(o Options) (http.Handler, error) {
	if o.Model == nil || o.Vocab == nil || o.Name == "" || o.Vocab.Size() != o.Model.Vocab {
		return nil, errors.New("make float server: model, matching vocabulary and name are needed")
	}
	s := &server{Options: o, key: sha256.Sum256([]byte(o.Key)), slot: make(chan struct{}, runtime.GOMAXPROCS(0)), mux: http.NewServeMux()}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Rand == nil {
		s.Rand = defaultRand
	}
	s.mux.HandleFunc("GET /v1/models", s.models)
	s.mux.HandleFunc("GET /v1/models/{id}", s.model)
	s.mux.HandleFunc("POST /v1/chat/completions", s.chat)
	s.mux.HandleFunc("POST /v1/completions", s.completions)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, "invalid_request_error", "", "", fmt.Sprintf("Unknown request URL: %s %s", r.Method, r.URL.Path))
	})
	return s, nil
}

// ServeHTTP checks the key and routes.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Key != "" {
		got, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		sum := sha256.Sum256([]byte(got))
		if !ok || subtle.ConstantTimeCompare(sum[:], s.key[:]) != 1 {
			fail(w, http.StatusUnauthorized, "invalid_request_error", "", "invalid_api_key", "Incorrect API key provided.")
			return
		}
	}
	s.mux.ServeHTTP(w, r)
}

type modelCard struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

func (s *server) card() modelCard {
	return modelCard{ID: s.Name, Object: "model", Created: 0, OwnedBy: "dgrid"}
}

func (s *server) models(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, map[string]any{"object": "list", "data": []modelCard{s.card()}})
}

func (s *server) model(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") != s.Name {
		s.noModel(w, r.PathValue("id"))
		return
	}
	reply(w, http.StatusOK, s.card())
}

func (s *server) noModel(w http.ResponseWriter, name string) {
	fail(w, http.StatusNotFound, "invalid_request_error", "model", "model_not_found", fmt.Sprintf("The model %q does not exist.", name))
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) //nolint:errcheck // the client is gone
}

// fail answers in OpenAI's error shape.
func fail(w http.ResponseWriter, status int, kind, param, code, message string) {
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	reply(w, status, map[string]any{"error": map[string]any{"message": message, "type": kind, "param": null(param), "code": null(code)}})
}
