package relayer

import (
	"context"
	"net/http"
	"time"

	"github.com/ethereum/go-ethereum/common"

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
	answer := make(chan wire.Exhibit, 1)
	r.mu.Lock()
	r.exhibits[q.ID] = exhibitWait{q.Provider, answer}
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.exhibits, q.ID)
		r.mu.Unlock()
	}()
	if err := r.send(ctx, q.Provider, q.ID, wire.KindEvidence, q); err != nil {
		return wire.Exhibit{}, failure(wire.CodeUnavailable, "provider %s is not connected", q.Provider)
	}
	timer := time.NewTimer(evidenceWait)
	defer timer.Stop()
	select {
	case x := <-answer:
		return x, nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return wire.Exhibit{}, failure(wire.CodeUnavailable, "provider %s does not answer", q.Provider)
}

// exhibitWait is who waits for an answer of which provider.
type exhibitWait struct {
	provider common.Address
	answer   chan wire.Exhibit
}

// exhibited hands a provider's answer to who waits for it, here or at another replica.
func (r *Relayer) exhibited(ctx context.Context, provider common.Address, x wire.Exhibit, e wire.Envelope) {
	r.mu.Lock()
	wait, other := r.exhibits[x.ID], r.remote[x.ID]
	delete(r.remote, x.ID)
	r.mu.Unlock()
	if wait.answer != nil && wait.provider == provider {
		select {
		case wait.answer <- x:
		default: // answered twice
		}
		return
	}
	if other != "" {
		if frame, err := wire.Seal(e.Kind, e.Body); err == nil {
			_ = r.publish(ctx, other, busMessage{From: r.replica, Provider: provider, Frame: frame}) // the auditor asks again
		}
	}
}
