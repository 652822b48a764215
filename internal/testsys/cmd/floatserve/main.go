// Command floatserve is an OpenAI-compatible server of the demo model's float
// source: the third party behind the sampled provider of the system tests. It prints
// its URL and serves until it is killed. A prompt that holds the word of -hold gets
// the beginning of its answer and then nothing until the client goes.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/models/floatref"
	"github.com/dgrid-network/dgrid/models/floatserver"
	"github.com/dgrid-network/dgrid/models/tokenize"
)

func main() {
	key := flag.String("key", "", "API key that clients must send")
	hold := flag.String("hold", "", "word of the prompts that are held")
	after := flag.Int("after", 5, "writes before an answer is held")
	flag.Parse()
	if err := serve(*key, *hold, *after); err != nil {
		log.Fatal(err)
	}
}

func serve(key, hold string, after int) error {
	model, err := floatref.Parse(demo.Checkpoint())
	if err != nil {
		return err
	}
	vocab, err := tokenize.Parse(demo.Tokenizer())
	if err != nil {
		return err
	}
	handler, err := floatserver.New(floatserver.Options{Model: model, Vocab: vocab, Name: demo.Name, Key: key})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if hold != "" && bytes.Contains(body, []byte(hold)) {
			w = &holding{w, r, after}
		}
		handler.ServeHTTP(w, r)
	})}
	return server.Serve(l)
}

// holding lets some writes through.
type holding struct {
	http.ResponseWriter
	request *http.Request
	left    int
}

func (h *holding) Write(b []byte) (int, error) {
	if h.left == 0 {
		<-h.request.Context().Done()
		return 0, h.request.Context().Err()
	}
	h.left--
	return h.ResponseWriter.Write(b)
}

// Unwrap lets the handler flush.
func (h *holding) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// Flush implements http.Flusher.
func (h *holding) Flush() {
	if f, ok := h.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}
