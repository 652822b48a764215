package api

import (
	"context"
	"errors"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// disputeRoutes show what was found out about receipts, and how.
func (s *Server) disputeRoutes() []marketRoute {
	return []marketRoute{
		{"/v1/market/faults", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Fault], error) {
			f := store.FaultFilter{Receipt: q.hash("receipt"), Provider: q.address("provider"), Submitter: q.address("submitter"), ModelVersion: q.hash("model_version"),
				Kind: q.text("kind"), Rung: q.text("rung")}
			return ask(c, q, func() (store.Page[store.Fault], error) { return n.Faults(c.Request.Context(), f, l) })
		})},
		{"/v1/market/questions", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Question], error) {
			f := store.QuestionFilter{Receipt: q.hash("receipt"), Provider: q.address("provider"), Asker: q.address("asker"), ModelVersion: q.hash("model_version"),
				Kind: q.text("kind"), State: q.text("state")}
			return ask(c, q, func() (store.Page[store.Question], error) { return n.Questions(c.Request.Context(), f, l) })
		})},
		{"/v1/market/questions/:id", single(s, func(c *gin.Context, q *query, n *store.Network) (store.One[store.Question], error) {
			id := q.pathHash("id")
			return ask(c, q, func() (store.One[store.Question], error) { return n.Question(c.Request.Context(), id) })
		})},
		{"/v1/market/claims", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Claim], error) {
			f := store.ClaimFilter{Provider: q.address("provider"), ModelVersion: q.hash("model_version"), Kind: q.text("kind")}
			return ask(c, q, func() (store.Page[store.Claim], error) { return n.Claims(c.Request.Context(), f, l) })
		})},
		{"/v1/market/receipts/:id", single(s, func(c *gin.Context, q *query, n *store.Network) (store.One[store.ReceiptPage], error) {
			id := q.pathHash("id")
			return ask(c, q, func() (store.One[store.ReceiptPage], error) { return n.Receipt(c.Request.Context(), id) })
		})},
		{"/v1/market/audits", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Audit], error) {
			f := store.AuditFilter{Line: q.hash("line"), Provider: q.address("provider"), ModelVersion: q.hash("model_version"), State: q.text("state")}
			return ask(c, q, func() (store.Page[store.Audit], error) { return n.Audits(c.Request.Context(), f, l) })
		})},
		{"/v1/market/audits/:id", single(s, func(c *gin.Context, q *query, n *store.Network) (store.One[store.AuditPage], error) {
			id := q.pathHash("id")
			return ask(c, q, func() (store.One[store.AuditPage], error) { return n.Audit(c.Request.Context(), id) })
		})},
		{"/v1/market/points", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.AuditPoint], error) {
			f := store.PointFilter{Audit: q.hash("audit"), Provider: q.address("provider"), ModelVersion: q.hash("model_version"), Receipt: q.hash("receipt"), State: q.text("state")}
			return ask(c, q, func() (store.Page[store.AuditPoint], error) { return n.Points(c.Request.Context(), f, l) })
		})},
		{"/v1/market/attestations", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Attestation], error) {
			f := store.AttestationFilter{Kind: q.text("kind"), Auditor: q.address("auditor"), Provider: q.address("provider"), ModelVersion: q.hash("model_version"),
				Receipt: q.hash("receipt"), Answer: q.text("answer")}
			return ask(c, q, func() (store.Page[store.Attestation], error) { return n.Attestations(c.Request.Context(), f, l) })
		})},
		{"/v1/market/auditors", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Auditor], error) {
			return ask(c, q, func() (store.Page[store.Auditor], error) { return n.Auditors(c.Request.Context(), l) })
		})},
		{"/v1/market/verifiers", paged(s, func(c *gin.Context, q *query, n *store.Network, l store.List) (store.Page[store.Verifier], error) {
			state := q.text("state")
			return ask(c, q, func() (store.Page[store.Verifier], error) { return n.Verifiers(c.Request.Context(), state, l) })
		})},
	}
}

// dispute adds what became of an answer's receipt in disputes: none, asked (somebody
// asked about it on chain) or proven (it was proven wrong, or its signer equivocated).
func (s *Server) dispute(ctx context.Context, gen *store.Generation, o gin.H) error {
	if s.deps.Network == nil {
		return nil
	}
	one, err := s.deps.Network.Receipt(ctx, gen.ReceiptHash)
	if errors.Is(err, protocol.ErrNotFound) {
		o["dispute"] = gin.H{"state": "none"}
		return nil
	}
	if err != nil {
		return err
	}
	r := one.Data
	faults := slices.DeleteFunc(r.FaultList, func(f store.Fault) bool { return f.Provider != gen.Provider }) // others may misuse its receipt
	slashed, refunded, err := taken(&r.Receipt, faults)
	if err != nil {
		return err
	}
	d := gin.H{"state": "none", "kind": nil, "slashed": s.money(slashed), "refunded": s.money(refunded), "questions": r.Questions, "open_questions": r.OpenQuestions,
		"silences": r.Silences, "settlement_tx": nil, "tx": nil, "finality": nil}
	o["dispute"] = d
	if r.SettledAt != 0 {
		d["settlement_tx"] = r.SettledTx
	}
	if r.Questions > 0 {
		d["state"] = "asked"
	}
	if f := decisive(faults); f != nil {
		d["kind"], d["tx"], d["finality"] = f.Kind, f.TxHash, finality(one.Meta, f.Block)
		if f.Kind != silence {
			d["state"] = "proven"
		}
	}
	switch {
	case d["state"] == "proven":
		o["status"] = "slashed"
	case r.OpenQuestions > 0:
		o["status"] = "disputed"
	}
	if until, ok := o["disputable_until"].(uint64); ok && uint64(r.ExtendedUntil) > until {
		o["disputable_until"] = uint64(r.ExtendedUntil)
	}
	return nil
}

// taken is what a receipt's provider lost for it, and what of that came back to who paid.
func taken(r *store.Receipt, faults []store.Fault) (slashed, refunded protocol.Amount, err error) {
	slashed, refunded = r.Slashed, r.Refunded
	for i := range faults {
		if faults[i].Line == (common.Hash{}) { // counted in the receipt
			continue
		}
		var errs [2]error
		slashed, errs[0] = slashed.Add(faults[i].Slashed)
		refunded, errs[1] = refunded.Add(faults[i].Refunded)
		if err := errors.Join(errs[:]...); err != nil {
			return slashed, refunded, err
		}
	}
	return slashed, refunded, nil
}

// silence is the kind of a fault that says nothing about the receipt: one question went
// unanswered.
const silence = "silence"

// decisive is the fault that counts: the proven one, or else the newest that is more than
// a silence, or the newest. nil: there is none.
func decisive(list []store.Fault) *store.Fault {
	var best *store.Fault
	for i := range list { // newest first
		f := &list[i]
		switch {
		case f.Rung == store.RungFault:
			return f
		case best == nil || best.Kind == silence && f.Kind != silence:
			best = f
		}
	}
	return best
}
