package story

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spruceid/siwe-go"

	"github.com/dgrid-network/dgrid/protocol"
)

// client calls the API the way a dapp does.
type client struct {
	base, token string
}

func (c client) do(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var payload io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		payload = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, payload)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %w", method, path, protocol.ErrUnavailable, err)
	}
	if res.StatusCode >= 300 {
		defer res.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
		return nil, fmt.Errorf("%s %s: status %d: %s", method, path, res.StatusCode, text)
	}
	return res, nil
}

func (c client) call(ctx context.Context, method, path string, body, out any) error {
	res, err := c.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("%s %s: read answer: %w", method, path, err)
	}
	return nil
}

func (c client) get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, nil, out)
}

// login: the requester signs in with its wallet and makes a key that spends its channel.
func (t *teller) login(ctx context.Context) (err error) {
	t.Say("the requester signs in with its wallet and makes an API key")
	t.api.token, err = Login(ctx, t.APIURL, t.Requester, t.id)
	return err
}

// Login signs a wallet in at an API and returns a new key that spends a channel.
func Login(ctx context.Context, api string, wallet *ecdsa.PrivateKey, channel common.Hash) (string, error) {
	c := client{base: api}
	var nonce struct {
		Nonce   string `json:"nonce"`
		Domain  string `json:"domain"`
		URI     string `json:"uri"`
		ChainID int    `json:"chain_id"`
	}
	if err := c.get(ctx, "/v1/auth/nonce", &nonce); err != nil {
		return "", err
	}
	message, err := siwe.InitMessage(nonce.Domain, address(wallet).Hex(), nonce.URI, nonce.Nonce, map[string]any{
		"chainId": nonce.ChainID, "issuedAt": time.Now().UTC().Format(time.RFC3339)})
	if err != nil {
		return "", fmt.Errorf("write login message: %w", err)
	}
	sig, err := crypto.Sign(accounts.TextHash([]byte(message.String())), wallet)
	if err != nil {
		return "", err
	}
	sig[64] += 27
	var session, key struct {
		Token string `json:"token"`
		Key   string `json:"key"`
	}
	if err := c.call(ctx, http.MethodPost, "/v1/auth/siwe", map[string]any{"message": message.String(), "signature": protocol.Bytes(sig)}, &session); err != nil {
		return "", err
	}
	c.token = session.Token
	if err := c.call(ctx, http.MethodPost, "/v1/keys", map[string]any{"name": "story", "channel": channel}, &key); err != nil {
		return "", err
	}
	if key.Token == "" {
		key.Token = key.Key
	}
	return key.Token, nil
}

// ask: one streamed answer of each class.
func (t *teller) ask(ctx context.Context) error {
	for i, model := range []string{t.Proven, t.Sampled} {
		prompt := t.Prompts[i%len(t.Prompts)]
		t.Say("asking %s: %s", model, prompt)
		id, err := t.stream(ctx, model, prompt, t.honest())
		if err != nil {
			return err
		}
		t.answered = append(t.answered, id)
	}
	return nil
}

// stream buys one answer; routing says whose, nil leaves it to the relayer.
func (t *teller) stream(ctx context.Context, model, prompt string, routing map[string]any) (id string, err error) {
	body := map[string]any{"model": model, "stream": true, "max_tokens": 300, "temperature": 0.6,
		"messages": []map[string]string{{"role": "user", "content": prompt}}}
	if routing != nil {
		body["provider"] = routing
	}
	res, err := t.api.do(ctx, http.MethodPost, "/v1/chat/completions", body)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if data == "[DONE]" {
			t.Print("\n")
			return id, nil
		}
		var chunk struct {
			Choices []struct {
				Delta struct {
					Content string `json:"content"`
				} `json:"delta"`
			} `json:"choices"`
			Error json.RawMessage `json:"error"`
			DGrid struct {
				RequestID string `json:"request_id"`
			} `json:"dgrid"`
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			return "", fmt.Errorf("read stream: %w", err)
		}
		if chunk.Error != nil {
			return "", fmt.Errorf("the stream ended with %s", chunk.Error)
		}
		for _, choice := range chunk.Choices {
			t.Print(choice.Delta.Content)
		}
		if chunk.DGrid.RequestID != "" {
			id = chunk.DGrid.RequestID
		}
	}
	return "", fmt.Errorf("the stream ended early: %w", protocol.ErrUnavailable)
}

// statusOf tells how far the money of an answer went: "settled" once its voucher is
// redeemed.
func (t *teller) statusOf(ctx context.Context, id string) (string, error) {
	var generation struct {
		DGrid struct {
			Status string `json:"status"`
		} `json:"dgrid"`
	}
	err := t.api.get(ctx, "/v1/generations/"+id, &generation)
	return generation.DGrid.Status, err
}

// money is what the API says of an account.
type money struct {
	Free      protocol.Amount `json:"free"`
	Withdrawn protocol.Amount `json:"withdrawn"`
	Stake     protocol.Amount `json:"stake"`
}

func (t *teller) moneyOf(ctx context.Context, account common.Address) (money, error) {
	var out struct {
		Data money `json:"data"`
	}
	return out.Data, t.api.get(ctx, "/v1/market/accounts/"+account.Hex()+"/money", &out)
}
