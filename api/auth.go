package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"
	"github.com/spruceid/siwe-go"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

const (
	nonceLife = 5 * time.Minute
	// clockSlack is how far a wallet's clock may be ahead of ours.
	clockSlack = 30 * time.Second
	// maxMessage bounds a login message, in bytes.
	maxMessage = 4096
)

func nonceName(nonce string) string { return "api:nonce:" + nonce }

// nonce hands out what a login message must contain, once. It fails closed: without
// Redis nobody logs in.
func (s *Server) nonce(c *gin.Context) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		s.fail(c, err)
		return
	}
	nonce := hex.EncodeToString(b[:])
	if err := s.deps.Redis.SetArgs(c.Request.Context(), nonceName(nonce), "1", redis.SetArgs{Mode: "NX", TTL: nonceLife}).Err(); err != nil {
		s.fail(c, fmt.Errorf("store nonce: %w: %w", err, protocol.ErrUnavailable))
		return
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(200, gin.H{"nonce": nonce, "domain": s.cfg.SIWEDomain, "uri": s.cfg.SIWEURI, "chain_id": s.deps.Gateway.Domain().ChainID, "expires_in": int(nonceLife.Seconds())})
}

// siwe logs a wallet in by a signed EIP-4361 message.
func (s *Server) siwe(c *gin.Context) {
	raw, err := body(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	var in struct {
		Message   string         `json:"message"`
		Signature protocol.Bytes `json:"signature"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		s.fail(c, invalid("", "the body needs message and signature: %v", err))
		return
	}
	account, err := s.login(c, in.Message, in.Signature)
	if err != nil {
		s.fail(c, err)
		return
	}
	token, err := newToken(sessionPrefix)
	if err != nil {
		s.fail(c, err)
		return
	}
	now := s.now()
	row := &store.Session{TokenHash: sha256.Sum256([]byte(token)), Account: account, CreatedAt: now.Unix(), ExpiresAt: now.Add(s.cfg.SessionLife).Unix()}
	if err := s.deps.Keys.CreateSession(c.Request.Context(), row); err != nil {
		s.fail(c, err)
		return
	}
	s.log.InfoContext(c.Request.Context(), "wallet logged in", "account", account)
	c.Header("Cache-Control", "no-store")
	c.JSON(200, gin.H{"token": token, "account": account, "expires_at": row.ExpiresAt})
}

func denied(format string, args ...any) *problem {
	return &problem{status: 401, kind: "authentication_error", code: "login_refused", detail: fmt.Sprintf(format, args...)}
}

// login checks a message and its signature and uses its nonce up.
func (s *Server) login(c *gin.Context, text string, signature []byte) (common.Address, error) {
	var nobody common.Address
	if s.cfg.SIWEDomain == "" {
		return nobody, &problem{status: 404, kind: "invalid_request_error", code: "not_found", detail: "login is off here"}
	}
	if len(text) > maxMessage || len(signature) > maxMessage {
		return nobody, invalid("message", "a login message and its signature have at most %d bytes each", maxMessage)
	}
	m, err := siwe.ParseMessage(text)
	if err != nil {
		return nobody, invalid("message", "not a message of EIP-4361: %v", err)
	}
	uri := m.GetURI()
	now := s.now()
	issued, err := time.Parse(time.RFC3339Nano, m.GetIssuedAt())
	switch {
	case m.GetDomain() != s.cfg.SIWEDomain:
		return nobody, denied("the message is for domain %q, this is %q", m.GetDomain(), s.cfg.SIWEDomain)
	case uri.String() != s.cfg.SIWEURI:
		return nobody, denied("the message is for %q, this is %q", uri.String(), s.cfg.SIWEURI)
	case uint64(m.GetChainID()) != s.deps.Gateway.Domain().ChainID:
		return nobody, denied("the message is for chain %d, this is %d", m.GetChainID(), s.deps.Gateway.Domain().ChainID)
	case err != nil || issued.After(now.Add(clockSlack)) || issued.Before(now.Add(-nonceLife-clockSlack)):
		return nobody, denied("the message was not issued within the last %s", nonceLife)
	}
	if ok, err := m.ValidAt(now); !ok {
		return nobody, denied("%v", err)
	}
	// The nonce is used up before the signature is looked at: one message, one try.
	switch err := s.deps.Redis.GetDel(c.Request.Context(), nonceName(m.GetNonce())).Err(); {
	case errors.Is(err, redis.Nil):
		return nobody, denied("the nonce is unknown, expired or used")
	case err != nil:
		return nobody, fmt.Errorf("use nonce up: %w: %w", err, protocol.ErrUnavailable)
	}
	return m.GetAddress(), s.signedBy(c, m.GetAddress(), text, signature)
}

// signedBy checks an EIP-191 signature of account, a plain key or a contract.
func (s *Server) signedBy(c *gin.Context, account common.Address, text string, signature []byte) error {
	digest := crypto.Keccak256Hash([]byte(fmt.Sprintf("\x19Ethereum Signed Message:\n%d%s", len(text), text)))
	if signer, err := protocol.RecoverDigest(digest, normalised(signature)); err == nil && signer == account {
		return nil
	}
	if s.deps.Wallets != nil {
		ok, err := s.deps.Wallets.ValidSignature(c.Request.Context(), account, digest, signature)
		if err != nil {
			return fmt.Errorf("ask contract wallet: %w", err)
		}
		if ok {
			return nil
		}
	}
	return denied("the signature is not of %s", account)
}

// normalised spells the recovery byte of old wallets (0, 1) as 27, 28.
func normalised(signature []byte) []byte {
	if len(signature) == 65 && signature[64] < 2 {
		signature = append([]byte(nil), signature...)
		signature[64] += 27
	}
	return signature
}

func (s *Server) logout(c *gin.Context) {
	who := callerOf(c)
	if who.key != nil {
		s.fail(c, invalid("", "this token is a key: revoke it with DELETE /v1/keys/{id}"))
		return
	}
	if err := s.deps.Keys.DeleteSession(c.Request.Context(), who.hash); err != nil {
		s.fail(c, err)
		return
	}
	c.Status(204)
}
