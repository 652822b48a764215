package floatserver_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/models/floatref"
	"github.com/dgrid-network/dgrid/models/floatserver"
	"github.com/dgrid-network/dgrid/models/tokenize"
)

const key = "local-upstream-key"

func start(t *testing.T) *httptest.Server {
	t.Helper()
	m, err := floatref.Parse(demo.Checkpoint())
	require.NoError(t, err)
	v, err := tokenize.Parse(demo.Tokenizer())
	require.NoError(t, err)
	h, err := floatserver.New(floatserver.Options{Model: m, Vocab: v, Name: demo.Name, Key: key, Temperature: 0.7,
		Now: func() time.Time { return time.Unix(1700000000, 0) }})
	require.NoError(t, err)
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func client(s *httptest.Server) openai.Client {
	return openai.NewClient(option.WithBaseURL(s.URL+"/v1"), option.WithAPIKey(key), option.WithMaxRetries(0))
}

func ask(text string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: demo.Name, Seed: openai.Int(7),
		Messages: []openai.ChatCompletionMessageParamUnion{openai.SystemMessage("You are a helpful assistant."), openai.UserMessage(text)}}
}

func TestChatStreamedAndWhole(t *testing.T) {
	c := client(start(t))
	whole, err := c.Chat.Completions.New(t.Context(), ask("Tell me a story about a fox called Mira."))
	require.NoError(t, err)
	text := whole.Choices[0].Message.Content
	require.Contains(t, text, "Mira")
	require.NotEqual(t, byte(' '), text[0])
	require.Equal(t, "stop", whole.Choices[0].FinishReason)
	require.Positive(t, whole.Usage.CompletionTokens)
	require.Equal(t, whole.Usage.PromptTokens+whole.Usage.CompletionTokens, whole.Usage.TotalTokens)
	require.Equal(t, int64(1700000000), whole.Created)

	params := ask("Tell me a story about a fox called Mira.")
	params.StreamOptions.IncludeUsage = openai.Bool(true)
	stream := c.Chat.Completions.NewStreaming(t.Context(), params)
	var acc openai.ChatCompletionAccumulator
	chunks := 0
	for stream.Next() {
		require.True(t, acc.AddChunk(stream.Current()))
		chunks++
	}
	require.NoError(t, stream.Err())
	require.Equal(t, text, acc.Choices[0].Message.Content, "same seed, same answer")
	require.Equal(t, "stop", acc.Choices[0].FinishReason)
	require.Equal(t, whole.Usage.TotalTokens, acc.Usage.TotalTokens)
	require.Greater(t, chunks, 50)
}

func TestLimitsAndStops(t *testing.T) {
	c := client(start(t))
	params := ask("Tell me a story about a fox called Mira.")
	params.MaxCompletionTokens = openai.Int(5)
	short, err := c.Chat.Completions.New(t.Context(), params)
	require.NoError(t, err)
	require.Equal(t, "length", short.Choices[0].FinishReason)
	require.EqualValues(t, 5, short.Usage.CompletionTokens)

	params = ask("Tell me a story about a fox called Mira.")
	params.Temperature = openai.Float(0)
	params.Stop.OfString = openai.String("Mira")
	cut, err := c.Chat.Completions.New(t.Context(), params)
	require.NoError(t, err)
	require.Equal(t, "stop", cut.Choices[0].FinishReason)
	require.NotContains(t, cut.Choices[0].Message.Content, "Mira")
}

func TestCompletionsAndModels(t *testing.T) {
	c := client(start(t))
	out, err := c.Completions.New(t.Context(), openai.CompletionNewParams{Model: demo.Name, MaxTokens: openai.Int(20),
		Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String("Once upon a time")}})
	require.NoError(t, err)
	require.NotEmpty(t, out.Choices[0].Text)
	models, err := c.Models.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, demo.Name, models.Data[0].ID)
	one, err := c.Models.Get(t.Context(), demo.Name)
	require.NoError(t, err)
	require.Equal(t, demo.Name, one.ID)
}

func TestBadRequestsAreRefusedByName(t *testing.T) {
	s := start(t)
	long := strings.Repeat("a fox and a bear ", 400)
	msg := `"messages":[{"role":"user","content":"hi"}]`
	for _, c := range []struct {
		body, param, code string
		status            int
	}{
		{`{`, "", "", 400},
		{`{"model":"gpt-4",` + msg + `}`, "model", "model_not_found", 404},
		{`{"model":"` + demo.Name + `","messages":[]}`, "messages", "", 400},
		{`{"model":"` + demo.Name + `",` + msg + `,"tools":[]}`, "tools", "unsupported_parameter", 400},
		{`{"model":"` + demo.Name + `",` + msg + `,"n":2}`, "n", "", 400},
		{`{"model":"` + demo.Name + `",` + msg + `,"temperature":3}`, "temperature", "", 400},
		{`{"model":"` + demo.Name + `",` + msg + `,"top_p":0}`, "top_p", "", 400},
		{`{"model":"` + demo.Name + `",` + msg + `,"stop":[""]}`, "stop", "", 400},
		{`{"model":"` + demo.Name + `",` + msg + `,"max_tokens":0}`, "max_tokens", "", 400},
		{`{"model":"` + demo.Name + `","messages":[{"role":"user","content":"` + long + `"}]}`, "messages", "context_length_exceeded", 400},
		{`{"model":"` + demo.Name + `","messages":[{"role":"tool","content":"x"}]}`, "messages[0].role", "", 400},
		{`{"model":"` + demo.Name + `","messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, "messages[0].content", "", 400},
	} {
		status, body := post(t, s, key, c.body)
		require.Equal(t, c.status, status, "%.80s: %v", c.body, body)
		e := body["error"].(map[string]any)
		require.NotEmpty(t, e["message"])
		require.Equal(t, "invalid_request_error", e["type"])
		for field, want := range map[string]string{"param": c.param, "code": c.code} {
			if want == "" {
				require.Nil(t, e[field])
			} else {
				require.Equal(t, want, e[field])
			}
		}
	}
	status, body := post(t, s, "wrong", `{}`)
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, "invalid_api_key", body["error"].(map[string]any)["code"])
}

func post(t *testing.T, s *httptest.Server, key, body string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/chat/completions", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	var out map[string]any
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&out))
	return resp.StatusCode, out
}

// TestRawStream looks at the bytes that clients other than openai-go depend on.
func TestRawStream(t *testing.T) {
	s := start(t)
	body := []byte(`{"model":"` + demo.Name + `","stream":true,"max_tokens":3,"messages":[{"role":"user","content":"Hello!"}]}`)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/chat/completions", bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	var lines []string
	for sc := bufio.NewScanner(resp.Body); sc.Scan(); {
		if sc.Text() != "" {
			lines = append(lines, sc.Text())
		}
	}
	require.Equal(t, "data: [DONE]", lines[len(lines)-1])
	var first map[string]any
	require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(lines[0], "data: ")), &first))
	require.Equal(t, "chat.completion.chunk", first["object"])
	require.NotContains(t, first, "usage")
	require.Equal(t, "assistant", first["choices"].([]any)[0].(map[string]any)["delta"].(map[string]any)["role"])
	io.Copy(io.Discard, resp.Body) //nolint:errcheck // read to the end
}
