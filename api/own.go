package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

func chainName(id uint64) string { return "eip155:" + strconv.FormatUint(id, 10) }

// mine finds an answer of the caller. Somebody else's is not found.
func (s *Server) mine(c *gin.Context) (*store.Generation, error) {
	id := c.Param("id")
	if !visible(id, 128) {
		return nil, notFound("there is no such answer")
	}
	gen, err := s.deps.Keys.Generation(c.Request.Context(), callerOf(c).account, id)
	if errors.Is(err, protocol.ErrNotFound) {
		return nil, notFound("there is no such answer")
	}
	return gen, err
}

// generation shows an answer's state: what was delivered and how far its money went.
func (s *Server) generation(c *gin.Context) {
	gen, err := s.mine(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	info, result, err := gateway.Restore(gen)
	if err != nil {
		s.fail(c, err)
		return
	}
	o := s.dgrid(info, result)
	out := gin.H{"id": gen.PublicID, "object": "generation", "model": gen.Model, "created": gen.CreatedAt, "ended": gen.EndedAt, "kind": gen.Kind,
		"finish_reason": gen.FinishReason, "usage": usageBody{uint32(gen.PromptTokens), uint32(gen.OutputTokens), uint32(gen.PromptTokens + gen.OutputTokens)}, "error": nil, "dgrid": o}
	switch gen.State {
	case store.GenerationFailed:
		o["status"] = "refunded"
		out["error"] = gin.H{"code": gen.ErrorCode, "message": gen.ErrorDetail}
	case store.GenerationDelivered:
		if gen.ErrorCode != "" {
			out["error"] = gin.H{"code": gen.ErrorCode, "message": gen.ErrorDetail}
		}
		if err := s.settlement(c.Request.Context(), gen, o); err != nil {
			s.log.Warn("settlement is not shown", "request", gen.Hash, "error", err)
		}
		if err := s.dispute(c.Request.Context(), gen, o); err != nil {
			s.log.Warn("dispute is not shown", "request", gen.Hash, "error", err)
		}
	}
	c.JSON(200, out)
}

// settlement adds how far a receipt's money went: into a voucher, and on chain.
func (s *Server) settlement(ctx context.Context, gen *store.Generation, o gin.H) error {
	line, held, err := s.deps.Gateway.LineOf(ctx, gen)
	if err != nil || line == nil {
		return err
	}
	voucher := gin.H{"line": line.ID, "leaf": nil, "count": line.Count, "total": s.money(line.Total), "held_by_provider": held, "refusal": nil}
	if line.Refusal != "" {
		voucher["refusal"] = line.Refusal
	}
	o["voucher"] = voucher
	if gen.Leaf == store.NoLeaf {
		return nil
	}
	voucher["leaf"] = gen.Leaf
	if s.deps.Network == nil {
		return nil
	}
	id := store.MarketLineID(line.Line())
	list := store.List{Limit: store.MaxPage, Ascending: true}
	for {
		page, err := s.deps.Network.Redeems(ctx, store.RedeemFilter{Line: id}, list)
		if err != nil {
			return err
		}
		for _, r := range page.Data {
			if uint64(r.Count) > uint64(gen.Leaf) {
				o["status"], o["settlement_tx"], o["finality"] = "settled", r.TxHash, finality(page.Meta, r.Block)
				o["disputable_until"] = max(r.Time, deadline(gen)) + s.disputeWindow()
				return nil
			}
		}
		if page.Next == "" {
			return nil
		}
		list.Cursor = page.Next
	}
}

func deadline(gen *store.Generation) uint64 {
	var saved gateway.Saved
	if json.Unmarshal([]byte(gen.Ask), &saved) != nil {
		return 0
	}
	return saved.Ask.Request.Deadline
}

// finality of a thing in block: included, safe or finalized.
func finality(m store.Meta, block uint64) string {
	if f := m.Finality(block); f != "latest" {
		return f
	}
	return "included"
}

// receipt is the file that "dgrid verify" checks offline.
func (s *Server) receipt(c *gin.Context) {
	gen, err := s.mine(c)
	if err == nil && gen.State != store.GenerationDelivered {
		err = notFound("this answer has no receipt")
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	b, err := s.deps.Gateway.Bundle(gen)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Content-Disposition", fmt.Sprintf(`attachment; filename="receipt-%s.json"`, gen.PublicID))
	c.Header("Cache-Control", "private, no-store")
	c.IndentedJSON(200, b)
}

// requestRoute explains why this provider answered.
func (s *Server) requestRoute(c *gin.Context) {
	gen, err := s.mine(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.JSON(200, gin.H{"request_id": gen.Hash, "provider": gen.Provider, "state": gen.State, "route": json.RawMessage(gen.Route)})
}
