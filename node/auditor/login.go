package auditor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/spruceid/siwe-go"

	"github.com/dgrid-network/dgrid/protocol"
)

// logins keeps the sessions of this auditor at APIs: one that was drawn may see tokens that
// are for auditors, and shows by its key that it is who was drawn.
type logins struct {
	mu       sync.Mutex
	sessions map[string]session // by base URL
}

type session struct {
	token   string
	expires time.Time
}

// maxLogin bounds an answer about a login.
const maxLogin = 1 << 14

// token returns a session at an API, logging in where there is none.
func (a *Auditor) token(ctx context.Context, base string) (string, error) {
	a.logins.mu.Lock()
	defer a.logins.mu.Unlock()
	now := time.Now()
	if s := a.logins.sessions[base]; now.Add(time.Minute).Before(s.expires) {
		return s.token, nil
	}
	s, err := a.login(ctx, base, now)
	if err != nil {
		return "", fmt.Errorf("log in at %s: %w", base, err)
	}
	a.logins.sessions[base] = s
	return s.token, nil
}

// login signs an EIP-4361 message for exactly the site that was asked.
func (a *Auditor) login(ctx context.Context, base string, now time.Time) (s session, err error) {
	site, err := url.Parse(base)
	if err != nil {
		return s, fmt.Errorf("address: %v: %w", err, protocol.ErrInvalid)
	}
	var nonce struct {
		Nonce   string `json:"nonce"`
		Domain  string `json:"domain"`
		URI     string `json:"uri"`
		ChainID uint64 `json:"chain_id"`
	}
	if err := a.exchange(ctx, http.MethodGet, site.JoinPath("/v1/auth/nonce"), nil, &nonce); err != nil {
		return s, err
	}
	uri, err := url.Parse(nonce.URI)
	// INVARIANT: what is signed logs in here and nowhere else, whatever the site asks for.
	if err != nil || nonce.Domain != site.Host || uri.Host != site.Host || nonce.ChainID != a.deps.Chain.Domain().ChainID {
		return s, fmt.Errorf("it wants a login for %q at %q on chain %d: %w", nonce.Domain, nonce.URI, nonce.ChainID, protocol.ErrUnauthorized)
	}
	message, err := siwe.InitMessage(nonce.Domain, a.deps.Sender.Address().Hex(), nonce.URI, nonce.Nonce,
		map[string]any{"chainId": int(nonce.ChainID), "issuedAt": now.UTC().Format(time.RFC3339)})
	if err != nil {
		return s, fmt.Errorf("write the message: %v: %w", err, protocol.ErrUnavailable)
	}
	signature, err := a.deps.SignText(message.String())
	if err != nil {
		return s, err
	}
	body, err := json.Marshal(map[string]any{"message": message.String(), "signature": signature})
	if err != nil {
		return s, fmt.Errorf("encode login: %w", err)
	}
	var made struct {
		Token   string `json:"token"`
		Expires int64  `json:"expires_at"`
	}
	if err := a.exchange(ctx, http.MethodPost, site.JoinPath("/v1/auth/siwe"), body, &made); err != nil {
		return s, err
	}
	if made.Token == "" {
		return s, fmt.Errorf("it gives no session: %w", protocol.ErrUnavailable)
	}
	return session{made.Token, time.Unix(made.Expires, 0)}, nil
}

func (a *Auditor) exchange(ctx context.Context, method string, target *url.URL, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask %s: %v: %w", target.Host, err, protocol.ErrInvalid)
	}
	req.Header.Set("Content-Type", "application/json")
	return fetch(a.deps.HTTP, req, maxLogin, out)
}
