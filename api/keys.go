package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// Scopes of a token. Sessions have all but ScopeInference: no channel pays for them.
const (
	ScopeInference = "inference" // buy answers
	ScopeRead      = "read"      // read one's own answers and receipts
	ScopeKeys      = "keys"      // make and revoke keys
)

const (
	keyPrefix     = "dg_"
	sessionPrefix = "dgs_"
)

// caller is who a token speaks for.
type caller struct {
	id      string // of the key, or of the session's account
	account common.Address
	scopes  []string
	key     *store.APIKey // nil for a session
	hash    common.Hash   // sha256 of the token
}

const callerKey = "dgrid.caller"

func callerOf(c *gin.Context) *caller {
	v, _ := c.Get(callerKey)
	who, _ := v.(*caller)
	return who
}

// identify finds out who asks; nobody is somebody too. A token that is sent must be
// a good one.
func (s *Server) identify(c *gin.Context) {
	header := c.GetHeader("Authorization")
	if header == "" {
		return
	}
	token, ok := strings.CutPrefix(header, "Bearer ")
	who, err := s.authenticate(c.Request.Context(), token)
	if !ok || errors.Is(err, protocol.ErrNotFound) {
		s.fail(c, &problem{status: 401, kind: "authentication_error", code: "invalid_api_key", detail: "the token is unknown, expired or revoked"})
		return
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Set(callerKey, who)
}

func (s *Server) authenticate(ctx context.Context, token string) (*caller, error) {
	hash := common.Hash(sha256.Sum256([]byte(token)))
	now := s.now().Unix()
	switch {
	case strings.HasPrefix(token, sessionPrefix):
		row, err := s.deps.Keys.SessionByToken(ctx, hash)
		if err != nil {
			return nil, err
		}
		if now >= row.ExpiresAt {
			return nil, protocol.ErrNotFound
		}
		return &caller{id: "session:" + row.Account.Hex(), account: row.Account, scopes: []string{ScopeRead, ScopeKeys}, hash: hash}, nil
	case strings.HasPrefix(token, keyPrefix):
		key, err := s.deps.Keys.KeyByToken(ctx, hash)
		if err != nil {
			return nil, err
		}
		if !key.Usable(now) {
			return nil, protocol.ErrNotFound
		}
		return &caller{id: key.ID, account: key.Account, scopes: key.Scopes, key: key, hash: hash}, nil
	}
	return nil, protocol.ErrNotFound
}

// require lets only callers with a scope pass.
func (s *Server) require(scope string) gin.HandlerFunc {
	return func(c *gin.Context) {
		who := callerOf(c)
		switch {
		case who == nil:
			s.fail(c, &problem{status: 401, kind: "authentication_error", code: "invalid_api_key", detail: "send a token as Authorization: Bearer"})
		case !slices.Contains(who.scopes, scope):
			s.fail(c, &problem{status: 403, kind: "permission_error", code: "scope_denied", detail: fmt.Sprintf("the token has not the scope %q", scope)})
		}
	}
}

// NewKey is what a key is made of. Zero limits do not limit.
type NewKey struct {
	Name        string          `json:"name"`
	Account     common.Address  `json:"-"`
	Channel     common.Hash     `json:"channel"`
	Scopes      []string        `json:"scopes"` // inference and read if empty
	Concurrency int64           `json:"concurrency"`
	TokenLimit  int64           `json:"token_limit"`
	SpendLimit  protocol.Amount `json:"spend_limit"` // base units
	ExpiresAt   int64           `json:"expires_at"`  // Unix seconds
}

// CreateKey makes a key and returns its token, which is shown this once. The channel
// is not looked at: whoever starts a network calls this before its channel is mined.
func (s *Server) CreateKey(ctx context.Context, n NewKey) (string, *store.APIKey, error) {
	return CreateKey(ctx, s.deps.Keys, s.now().Unix(), n)
}

// CreateKey is Server.CreateKey without a server.
func CreateKey(ctx context.Context, keys *store.Gateway, now int64, n NewKey) (string, *store.APIKey, error) {
	if len(n.Scopes) == 0 {
		n.Scopes = []string{ScopeInference, ScopeRead}
	}
	for _, scope := range n.Scopes {
		if scope != ScopeInference && scope != ScopeRead && scope != ScopeKeys {
			return "", nil, invalid("scopes", "there is no scope %q", scope)
		}
	}
	if len(n.Name) > 128 || n.Concurrency < 0 || n.TokenLimit < 0 || n.ExpiresAt < 0 || !n.SpendLimit.Fits128() {
		return "", nil, invalid("", "a name has at most 128 bytes, and limits are not negative")
	}
	token, err := newToken(keyPrefix)
	if err != nil {
		return "", nil, err
	}
	id, err := newToken("key_")
	if err != nil {
		return "", nil, err
	}
	key := &store.APIKey{ID: id[:24], Name: n.Name, Account: n.Account, Channel: n.Channel, TokenHash: sha256.Sum256([]byte(token)), Hint: token[:8],
		Scopes: n.Scopes, Concurrency: n.Concurrency, TokenLimit: n.TokenLimit, SpendLimit: n.SpendLimit, CreatedAt: now, ExpiresAt: n.ExpiresAt}
	if err := keys.CreateKey(ctx, key); err != nil {
		return "", nil, err
	}
	return token, key, nil
}

func newToken(prefix string) (string, error) {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("draw token: %w", err)
	}
	return prefix + base64.RawURLEncoding.EncodeToString(b[:]), nil
}

func (s *Server) showKey(k *store.APIKey) gin.H {
	var limit any
	if !k.SpendLimit.IsZero() {
		limit = s.money(k.SpendLimit)
	}
	return gin.H{"id": k.ID, "name": k.Name, "account": k.Account, "channel": k.Channel, "hint": k.Hint + "…", "scopes": k.Scopes, "concurrency": k.Concurrency,
		"token_limit": k.TokenLimit, "tokens_used": k.TokensUsed, "spend_limit": limit, "spent": s.money(k.Spent), "held": s.money(k.Held),
		"created_at": k.CreatedAt, "expires_at": k.ExpiresAt, "revoked_at": k.RevokedAt}
}

func (s *Server) listKeys(c *gin.Context) {
	keys, err := s.deps.Keys.Keys(c.Request.Context(), callerOf(c).account)
	if err != nil {
		s.fail(c, err)
		return
	}
	data := make([]gin.H, len(keys))
	for i := range keys {
		data[i] = s.showKey(&keys[i])
	}
	c.JSON(200, gin.H{"data": data})
}

func (s *Server) createKey(c *gin.Context) {
	raw, err := body(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	var n NewKey
	if err := json.Unmarshal(raw, &n); err != nil {
		s.fail(c, invalid("", "the body is not a key: %v", err))
		return
	}
	who := callerOf(c)
	n.Account = who.account
	if len(n.Scopes) == 0 {
		n.Scopes = []string{ScopeInference, ScopeRead}
	}
	if why := who.withholds(n); why != "" {
		s.fail(c, &problem{status: 403, kind: "permission_error", code: "scope_denied", detail: why})
		return
	}
	if slices.Contains(n.Scopes, ScopeInference) {
		if err := s.deps.Gateway.CheckChannel(c.Request.Context(), n.Channel, n.Account); err != nil {
			s.fail(c, err)
			return
		}
	}
	token, key, err := s.CreateKey(c.Request.Context(), n)
	if err != nil {
		s.fail(c, err)
		return
	}
	s.log.InfoContext(c.Request.Context(), "api key made", "key", key.ID, "account", key.Account, "channel", key.Channel)
	shown := s.showKey(key)
	shown["key"] = token
	c.JSON(201, shown)
}

// withholds says why a caller may not make such a key, "" if it may. A session is its
// account; a key gives no scope, no money and no time that it has not itself. Keys made
// by a key with a budget would have budgets of their own: it cannot make any that buy.
func (w *caller) withholds(n NewKey) string {
	if w.key == nil {
		return ""
	}
	for _, scope := range n.Scopes {
		if !slices.Contains(w.scopes, scope) {
			return fmt.Sprintf("a key cannot give what it has not: the scope %q", scope)
		}
	}
	if w.key.ExpiresAt != 0 && (n.ExpiresAt == 0 || n.ExpiresAt > w.key.ExpiresAt) {
		return "a key cannot make one that outlives it"
	}
	buys := slices.Contains(n.Scopes, ScopeInference) || slices.Contains(n.Scopes, ScopeKeys)
	if limited := w.key.Concurrency > 0 || w.key.TokenLimit > 0 || !w.key.SpendLimit.IsZero(); limited && buys {
		return "a key with limits cannot make keys that escape them: log in to make more"
	}
	if slices.Contains(n.Scopes, ScopeInference) && n.Channel != w.key.Channel {
		return "a key cannot make one for another channel: log in to make more"
	}
	return ""
}

func (s *Server) revokeKey(c *gin.Context) {
	if err := s.deps.Keys.RevokeKey(c.Request.Context(), callerOf(c).account, c.Param("id"), s.now().Unix()); err != nil {
		s.fail(c, err)
		return
	}
	s.log.InfoContext(c.Request.Context(), "api key revoked", "key", c.Param("id"))
	c.Status(204)
}

// money is an amount in both forms.
func (s *Server) money(a protocol.Amount) gin.H {
	return gin.H{"amount": a.Decimal(s.cfg.Decimals), "base_units": a.String(), "decimals": s.cfg.Decimals}
}
