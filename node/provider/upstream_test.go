package provider

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// upstreamCase serves one scripted stream and checks what it was asked.
func upstreamCase(t *testing.T, status int, stream string) *Upstream {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			http.Error(w, "no key", http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/v1/models" {
			fmt.Fprint(w, `{"data":[{"id":"m"}]}`)
			return
		}
		body, _ := io.ReadAll(r.Body)
		var req chatRequest
		if err := json.Unmarshal(body, &req); err != nil || !req.Stream || !req.StreamOptions.IncludeUsage || req.MaxTokens != 10 {
			http.Error(w, "bad request", http.StatusTeapot)
			return
		}
		if status == http.StatusFound {
			http.Redirect(w, r, "/elsewhere", status)
			return
		}
		w.WriteHeader(status)
		fmt.Fprint(w, stream)
	}))
	client := &http.Client{Transport: &http.Transport{}}
	u, err := NewUpstream(UpstreamConfig{URL: srv.URL + "/v1", Key: "secret", Model: "m", Client: client, Gap: 5 * time.Second})
	require.NoError(t, err)
	t.Cleanup(func() {
		u.Close()
		client.CloseIdleConnections()
		srv.Close()
	})
	return u
}

func TestUpstreamIsReadAndBounded(t *testing.T) {
	word := func(s string) string { return fmt.Sprintf("data: {\"choices\":[{\"delta\":{\"content\":%q}}]}\n\n", s) }
	stop := "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
	usage := func(n int) string {
		return fmt.Sprintf("data: {\"choices\":[],\"usage\":{\"completion_tokens\":%d}}\n\n", n)
	}
	done := "data: [DONE]\n\n"
	hello := ": a comment\n\n" + word("Hel") + word("lo you")
	for name, c := range map[string]struct {
		status int
		stream string
		text   string
		tokens uint32
		finish protocol.Finish
		err    error
	}{
		"usage":            {200, hello + stop + usage(3) + done, "Hello you", 3, protocol.FinishStop, nil},
		"no usage":         {200, hello + stop + done, "Hello you", 2, protocol.FinishStop, nil},
		"usage too high":   {200, hello + stop + usage(500) + done, "Hello you", 9, protocol.FinishStop, nil},
		"above maximum":    {200, word(strings.Repeat("x", 100)) + stop + usage(50) + done, strings.Repeat("x", 100), 10, protocol.FinishStop, nil},
		"length":           {200, hello + strings.Replace(stop, "stop", "length", 1) + usage(3) + done, "Hello you", 3, protocol.FinishLength, nil},
		"breaks off":       {200, hello, "Hello you", 2, protocol.FinishCancelled, protocol.ErrUnavailable},
		"error in stream":  {200, hello + "data: {\"error\":{\"message\":\"x\"}}\n\n", "Hello you", 2, protocol.FinishCancelled, protocol.ErrUnavailable},
		"garbage":          {200, hello + "data: {\n\n", "Hello you", 2, protocol.FinishCancelled, protocol.ErrUnavailable},
		"endless line":     {200, "data: " + strings.Repeat("x", upstreamLine+1), "", 0, protocol.FinishCancelled, protocol.ErrUnavailable},
		"refused":          {400, "too long", "", 0, 0, protocol.ErrInvalid},
		"broken":           {500, "oops", "", 0, 0, protocol.ErrUnavailable},
		"redirect":         {302, "", "", 0, 0, protocol.ErrUnavailable},
		"nothing":          {200, "", "", 0, protocol.FinishCancelled, protocol.ErrUnavailable},
		"no tokens at all": {200, stop + done, "", 0, protocol.FinishStop, nil},
	} {
		t.Run(name, func(t *testing.T) {
			u := upstreamCase(t, c.status, c.stream)
			var pieces string
			w := Work{Ask: wire.Ask{PromptText: "hi", Request: protocol.Request{MaxOutputTokens: 10}}}
			a, err := u.Generate(t.Context(), w, func(p Piece) error { pieces += p.Text; return nil })
			if c.err != nil {
				require.ErrorIs(t, err, c.err)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, c.text, pieces)
			require.Equal(t, c.text, a.Text)
			require.Equal(t, c.tokens, a.OutputTokens)
			require.Equal(t, c.finish, a.Finish)
		})
	}
	u := upstreamCase(t, 200, "")
	require.NoError(t, u.Check(t.Context()))
	u.cfg.Model = "other"
	require.ErrorIs(t, u.Check(t.Context()), protocol.ErrNotFound)
}

func TestSilentUpstreamIsLeft(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n")
		w.(http.Flusher).Flush()
		<-release
	}))
	defer srv.Close()
	defer close(release)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	u, err := NewUpstream(UpstreamConfig{URL: srv.URL, Model: "m", Client: client, Gap: 20 * time.Millisecond})
	require.NoError(t, err)
	a, err := u.Generate(t.Context(), Work{Ask: wire.Ask{PromptText: "hi", Request: protocol.Request{MaxOutputTokens: 10}}}, func(Piece) error { return nil })
	require.ErrorIs(t, err, protocol.ErrUnavailable)
	require.EqualValues(t, 1, a.OutputTokens)
}

func TestPromptTextIsAChatOrOneMessage(t *testing.T) {
	chat := `[{"role":"system","content":"be brief"},{"role":"user","content":"hi"}]`
	got, err := messages(chat)
	require.NoError(t, err)
	require.Equal(t, chat, string(got))
	for _, text := range []string{"hi", `["a","b"]`, "[not json", `{"role":"user"}`} {
		got, err := messages(text)
		require.NoError(t, err)
		var list []map[string]string
		require.NoError(t, json.Unmarshal(got, &list))
		require.Equal(t, []map[string]string{{"role": "user", "content": text}}, list)
	}
}

// What is paid by the bytes of a text must not become pictures or tools at the upstream.
func TestOnlyPlainMessagesReachTheUpstream(t *testing.T) {
	for _, text := range []string{
		`[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://10.0.0.1/x"}}]}]`,
		`[{"role":"user","content":"hi"},{"role":"user","content":[{"type":"text","text":"hi"}]}]`,
		`[{"role":"assistant","content":"","tool_calls":[{"id":"1"}]}]`,
	} {
		_, err := messages(text)
		require.ErrorIs(t, err, protocol.ErrInvalid, text)
	}
}

// An upstream's error may repeat prompt and key: errors are logged.
func TestUpstreamErrorsAreNotRepeated(t *testing.T) {
	u := upstreamCase(t, 400, "your key sk-CANARY and your prompt")
	_, err := u.Generate(t.Context(), Work{Ask: wire.Ask{PromptText: "hi", Request: protocol.Request{MaxOutputTokens: 10}}}, func(Piece) error { return nil })
	require.ErrorIs(t, err, protocol.ErrInvalid)
	require.NotContains(t, err.Error(), "CANARY")
	require.Contains(t, err.Error(), "400")
}

func TestStopStringsAreFoundAcrossPieces(t *testing.T) {
	s := newStopper([]string{"", "END", "\n\n"})
	for _, part := range []string{"a", "E", "N"} {
		require.False(t, s.hit(part))
	}
	require.True(t, s.hit("D!"))
	s = newStopper([]string{"\n\n"})
	require.False(t, s.hit("x\n"))
	require.True(t, s.hit("\ny"))
	require.False(t, newStopper(nil).hit("anything"))
}
