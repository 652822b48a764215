package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
)

func sdk(w *world, opts ...option.RequestOption) openai.Client {
	return openai.NewClient(append([]option.RequestOption{option.WithBaseURL(w.url + "/v1"), option.WithAPIKey(relaytest.Token), option.WithHTTPClient(w.client)}, opts...)...)
}

func sdkChat() openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: "stories@1", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("hi")}}
}

func TestOpenAIGo(t *testing.T) {
	w := start(t, options{})
	ctx, client := context.Background(), sdk(w)
	res, err := client.Chat.Completions.New(ctx, sdkChat())
	require.NoError(t, err)
	require.Equal(t, "Hello there, friend.", res.Choices[0].Message.Content)
	require.Equal(t, "stop", res.Choices[0].FinishReason)
	require.Contains(t, res.JSON.ExtraFields["dgrid"].Raw(), `"proven"`)

	params := sdkChat()
	params.StreamOptions.IncludeUsage = openai.Bool(true)
	stream := client.Chat.Completions.NewStreaming(ctx, params)
	acc := openai.ChatCompletionAccumulator{}
	for stream.Next() {
		acc.AddChunk(stream.Current())
	}
	require.NoError(t, stream.Err())
	require.Equal(t, "Hello there, friend.", acc.Choices[0].Message.Content)
	require.Equal(t, int64(21), acc.Usage.CompletionTokens)

	text, err := client.Completions.New(ctx, openai.CompletionNewParams{Model: "stories@1", Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String("Once")}})
	require.NoError(t, err)
	require.Equal(t, "Hello there, friend.", text.Choices[0].Text)

	models, err := client.Models.List(ctx)
	require.NoError(t, err)
	require.Equal(t, "stories@1", models.Data[0].ID)
	one, err := client.Models.Get(ctx, "stories@1")
	require.NoError(t, err)
	require.Equal(t, "stories@1", one.ID)
}

func TestOpenAIGoErrors(t *testing.T) {
	w := start(t, options{})
	ctx, client := context.Background(), sdk(w)
	params := sdkChat()
	params.TopP = openai.Float(0.5)
	for name, c := range map[string]struct {
		params openai.ChatCompletionNewParams
		opts   []option.RequestOption
		status int
		code   string
	}{
		"unsupported": {params, nil, 400, "unsupported_parameter"},
		"model":       {openai.ChatCompletionNewParams{Model: "none", Messages: sdkChat().Messages}, nil, 404, "model_not_found"},
		"key":         {sdkChat(), []option.RequestOption{option.WithAPIKey("dg_no")}, 401, "invalid_api_key"},
	} {
		_, err := client.Chat.Completions.New(ctx, c.params, c.opts...)
		var e *openai.Error
		require.True(t, errors.As(err, &e), name)
		require.Equal(t, c.status, e.StatusCode)
		require.Equal(t, c.code, e.Code)
	}
}

func TestOpenAIGoStreamEndsWithTheError(t *testing.T) {
	w := start(t, options{Options: relaytest.Options{Server: func(s *relaytest.Server) { s.Providers[0].Vanish = 3 }}})
	client := sdk(w)
	stream := client.Chat.Completions.NewStreaming(context.Background(), sdkChat())
	text := ""
	for stream.Next() {
		if c := stream.Current().Choices; len(c) > 0 {
			text += c[0].Delta.Content
		}
	}
	require.ErrorContains(t, stream.Err(), "provider_failed")
	require.Equal(t, "Hel", text)
}

// flaky stands between a client and the API and cuts connections.
type flaky struct {
	target string
	before atomic.Int64 // cut that many requests before they arrive
	during atomic.Int64 // cut that many while they are answered
	after  atomic.Int64 // cut that many after their answer
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.before.Add(-1) >= 0 {
		panic(http.ErrAbortHandler)
	}
	out, err := http.NewRequestWithContext(r.Context(), r.Method, f.target+r.URL.Path, r.Body)
	if err != nil {
		panic(err)
	}
	out.Header = r.Header.Clone()
	if f.during.Add(-1) >= 0 {
		// The request arrives; its connection goes before there is an answer.
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Millisecond)
		defer cancel()
		out = out.WithContext(ctx)
		res, err := http.DefaultTransport.RoundTrip(out)
		if err == nil {
			res.Body.Close()
		}
		panic(http.ErrAbortHandler)
	}
	res, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || f.after.Add(-1) >= 0 {
		panic(http.ErrAbortHandler)
	}
	for k, v := range res.Header {
		w.Header()[k] = v
	}
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(raw)
}

func TestMAT6_AutoRetryIsNeverBilledTwice(t *testing.T) {
	w := start(t, options{Options: relaytest.Options{Config: func(c *gateway.Config) { c.OrphanGrace = time.Minute }},
		api: func(c *api.Config) { c.RequestsPerMinute = 100000 }})
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	const workers, each = 10, 15 // 50 cuts of each kind
	var group errgroup.Group
	for worker := range workers {
		group.Go(func() error {
			front := &flaky{target: w.url}
			proxy := httptest.NewServer(front)
			defer proxy.Close()
			client := sdk(w, option.WithBaseURL(proxy.URL+"/v1"), option.WithMaxRetries(3))
			for i := range each {
				[]*atomic.Int64{&front.before, &front.during, &front.after}[i%3].Store(1)
				params := sdkChat()
				params.Seed = openai.Int(int64(worker*each + i)) // each its own body
				res, err := client.Chat.Completions.New(context.Background(), params)
				if err != nil {
					return err
				}
				if got := res.Choices[0].Message.Content; got != "Hello there, friend." {
					return fmt.Errorf("got %q", got)
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	require.NoError(t, w.Gateway.Flush(context.Background()))
	vouchers := w.Vouchers()
	last := vouchers[len(vouchers)-1]
	require.Equal(t, uint64(workers*each), last.Count, "one receipt for each request")
	require.Equal(t, protocol.NewAmount(workers*each*45), last.Total)
	require.Equal(t, workers*each, w.Answers())
}

func TestDisconnectInMidStream(t *testing.T) {
	step := make(chan struct{})
	w := start(t, options{Options: relaytest.Options{Server: func(s *relaytest.Server) { s.Providers[0].Step = step }}})
	ctx, gone := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, "POST", w.url+"/v1/chat/completions", strings.NewReader(more(`"stream":true`)))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+relaytest.Token)
	go func() { step <- struct{}{}; step <- struct{}{} }()
	res, err := w.client.Do(req)
	require.NoError(t, err)
	lines := bufio.NewScanner(res.Body)
	for seen := 0; seen < 2 && lines.Scan(); {
		if strings.Contains(lines.Text(), `"content":"H"`) || strings.Contains(lines.Text(), `"content":"e"`) {
			seen++
		}
	}
	gone()
	res.Body.Close()
	w.WaitEnded(1)
	id := res.Header.Get("X-DGrid-Request")
	var g answer
	require.Eventually(t, func() bool { g = w.get("/v1/generations/" + id); return g.at("dgrid", "status") == "delivered" }, 10*time.Second, 5*time.Millisecond)
	require.Equal(t, "cancelled", g.body["finish_reason"])
	require.Equal(t, float64(2), g.at("usage", "completion_tokens"))
	require.NoError(t, w.Gateway.Flush(context.Background()))
	require.Equal(t, uint64(1), w.Vouchers()[0].Count)
}

func TestOpenAINode(t *testing.T) {
	node, err := exec.LookPath("node")
	if _, missing := os.Stat("../node_modules/openai"); err != nil || missing != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("node and the npm packages are needed")
		}
		t.Skip("needs node and npm install")
	}
	w := start(t, options{})
	out, err := exec.Command(node, "testdata/openai.mjs", w.url+"/v1", relaytest.Token).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "all good")
}
