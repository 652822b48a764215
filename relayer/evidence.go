package relayer

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/dgrid-network/dgrid/protocol/wire"
)

// evidenceWait is how long a provider may recompute before its auditor gets no answer.
const evidenceWait = 2 * time.Minute

// handleEvidence brings an auditor's question to a connected provider and its answer back.
// The relayer keeps nothing of either.
func (r *Relayer) handleEvidence(w http.ResponseWriter, req *http.Request) {
	q, f := decode[wire.Evidence](w, req)
	client := clientOf(req)
	if f == nil {
		f = r.admit(client)
	}
	if f != nil {
		fail(w, f)
		return
	}
	defer r.dismiss(client)
	if err := q.Secret.UnmarshalText([]byte(req.Header.Get(wire.HeaderSecret))); err != nil {
		fail(w, failure(wire.CodeUnauthorized, "%s must hold the request's secret", wire.HeaderSecret))
		return
	}
	q.ID = randomHash()
	x, f := r.exhibit(req.Context(), q)
	if f != nil {
		fail(w, f)
		return
	}
	reply200(w, x)
}

func (r *Relayer) exhibit(ctx context.Context, q wire.Evidence) (wire.Exhibit, *wire.Failure) {
	x, err := r.exhibits.ask(ctx, r, q.Provider, q.ID, wire.KindEvidence, q, evidenceWait)
	switch {
	case errors.Is(err, errSilent):
		return x, failure(wire.CodeUnavailable, "provider %s does not answer", q.Provider)
	case err != nil:
		return x, failure(wire.CodeUnavailable, "provider %s is not connected", q.Provider)
	}
	return x, nil
}
