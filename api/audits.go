package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

const (
	auditPage  = 100
	auditEvery = time.Second // how often the feed looks for new answers
	// auditDelay is how long a second must be over before its answers are shown: they are
	// ordered by the second they ended in, and the last of them is stored a little later.
	auditDelay = 2
)

// audited is one answer in the audit feed: enough to fetch it and to ask its provider.
// The tokens are in the bundle, for those who may see them.
type audited struct {
	ID           string            `json:"id"` // resumes a feed after this answer
	ReceiptHash  common.Hash       `json:"receipt_hash"`
	RequestHash  common.Hash       `json:"request_hash"`
	Provider     common.Address    `json:"provider"`
	ModelVersion common.Hash       `json:"model_version"`
	Audience     protocol.Audience `json:"audience"`
	Relayer      common.Address    `json:"relayer"`
	Fee          protocol.Amount   `json:"fee"`
	OutputTokens int64             `json:"output_tokens"`
	EndedAt      int64             `json:"ended_at"`
}

// auditFeed streams the answers of class proven that this gateway bought and others may
// audit, oldest first, and stays open for new ones. "after", or the header Last-Event-ID,
// is the id of the last answer seen.
func (s *Server) auditFeed(c *gin.Context) {
	id := c.GetHeader("Last-Event-ID")
	if id == "" {
		id = c.Query("after")
	}
	since, after, err := parseAuditID(id)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Content-Type", "text/event-stream")
	c.Header("Cache-Control", "no-cache")
	c.Header("X-Accel-Buffering", "no")
	c.Status(200)
	w := &events{out: c.Writer, control: http.NewResponseController(c.Writer), timeout: s.cfg.WriteTimeout}
	w.write(": answers to audit\n\n")
	beat := time.NewTicker(auditEvery)
	defer beat.Stop()
	quiet := time.Duration(0)
	for w.err == nil {
		list, next, err := s.audits(c.Request.Context(), since, after)
		if err != nil {
			s.log.WarnContext(c.Request.Context(), "cannot list answers to audit", "error", err)
			return // the client resumes
		}
		for _, a := range list {
			raw, err := json.Marshal(a)
			if err != nil {
				return
			}
			w.write("id: " + a.ID + "\ndata: " + string(raw) + "\n\n")
		}
		if next != nil {
			since, after, quiet = next.EndedAt, next.Hash, 0
			continue
		}
		select {
		case <-c.Request.Context().Done():
			return
		case <-s.stopping:
			return
		case <-beat.C:
		}
		if quiet += auditEvery; quiet >= s.cfg.Heartbeat {
			w.write(": keep-alive\n\n")
			quiet = 0
		}
	}
}

// audits reads the answers after a place, and the last one read, nil if there is none.
func (s *Server) audits(ctx context.Context, since int64, after common.Hash) (list []audited, last *store.Generation, err error) {
	gens, err := s.deps.Keys.Delivered(ctx, protocol.ClassProven.String(), since, after, s.now().Unix()-auditDelay, auditPage)
	if err != nil {
		return nil, nil, err
	}
	for i := range gens {
		g := &gens[i]
		last = g
		var saved gateway.Saved
		if json.Unmarshal([]byte(g.Ask), &saved) != nil || saved.Ask.Request.Audience == protocol.AudienceRequester {
			continue
		}
		list = append(list, audited{ID: auditID(g), ReceiptHash: g.ReceiptHash, RequestHash: g.Hash, Provider: g.Provider,
			ModelVersion: g.ModelVersion, Audience: saved.Ask.Request.Audience, Relayer: saved.Ask.Relayer,
			Fee: g.Fee, OutputTokens: g.OutputTokens, EndedAt: g.EndedAt})
	}
	return list, last, nil
}

// auditBundle is everything about an answer, for those who may audit it.
func (s *Server) auditBundle(c *gin.Context) {
	var hash common.Hash
	if hash.UnmarshalText([]byte(c.Param("receipt"))) != nil {
		s.fail(c, notFound("there is no such receipt"))
		return
	}
	gen, err := s.deps.Keys.GenerationByReceipt(c.Request.Context(), hash)
	if errors.Is(err, protocol.ErrNotFound) {
		err = notFound("there is no such receipt")
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	b, err := s.deps.Gateway.Bundle(gen)
	if err == nil {
		err = s.mayAudit(c, gen, b.Request.Audience)
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Cache-Control", "private, no-store")
	c.JSON(200, b)
}

// mayAudit lets anyone see an answer that is for anyone, its requester any, and an
// auditor what is for auditors and it was drawn for.
func (s *Server) mayAudit(c *gin.Context, gen *store.Generation, audience protocol.Audience) error {
	// INVARIANT: tokens go to those whom the requester allows, and to nobody else.
	hidden := notFound("there is no such receipt")
	caller := callerOf(c)
	switch {
	case audience == protocol.AudienceAnyone, caller != nil && caller.account == gen.Account:
		return nil
	case audience != protocol.AudienceAuditors, caller == nil, caller.key != nil, s.deps.Network == nil: // keys are for applications
		return hidden
	}
	drawn, err := s.deps.Network.IsDrawn(c.Request.Context(), caller.account, gen.ReceiptHash)
	if err == nil && !drawn {
		err = hidden
	}
	return err
}

func auditID(g *store.Generation) string { return fmt.Sprintf("%d-%s", g.EndedAt, g.Hash) }

func parseAuditID(id string) (since int64, after common.Hash, err error) {
	if id == "" {
		return 0, common.Hash{}, nil
	}
	seconds, hash, ok := strings.Cut(id, "-")
	if since, err = strconv.ParseInt(seconds, 10, 64); !ok || err != nil || after.UnmarshalText([]byte(hash)) != nil {
		return 0, common.Hash{}, invalid("after", "after must be the id of an answer in the feed")
	}
	return since, after, nil
}
