package relayer

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol/wire"
)

// errSilent says that a connected provider gave no answer in time.
var errSilent = errors.New("the provider does not answer")

// questions are the frames to providers whose one answer somebody here waits for, under
// the name that frame and answer share.
type questions[A any] struct {
	mu   sync.Mutex
	open map[common.Hash]question[A]
}

type question[A any] struct {
	provider common.Address
	answer   chan A
}

func newQuestions[A any]() *questions[A] { return &questions[A]{open: map[common.Hash]question[A]{}} }

// ask sends a frame to a provider, connected here or to another replica, and waits for its
// answer: errSilent if none comes in time, another error if the frame cannot be sent.
func (q *questions[A]) ask(ctx context.Context, r *Relayer, provider common.Address, name common.Hash, kind wire.Kind, body any, limit time.Duration) (a A, err error) {
	mine := question[A]{provider, make(chan A, 1)}
	q.mu.Lock()
	q.open[name] = mine
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		if q.open[name] == mine {
			delete(q.open, name)
		}
		q.mu.Unlock()
	}()
	if err := r.send(ctx, provider, name, kind, body); err != nil {
		return a, err
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case a = <-mine.answer:
		return a, nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return a, errSilent
}

// answered hands a provider's answer to who waits for it, here or at the replica that sent
// the question here. What gets lost on the way is asked again.
func (q *questions[A]) answered(ctx context.Context, r *Relayer, provider common.Address, name common.Hash, a A, e wire.Envelope) {
	q.mu.Lock()
	asked, here := q.open[name]
	q.mu.Unlock()
	r.mu.Lock()
	other := r.remote[name]
	delete(r.remote, name)
	r.mu.Unlock()
	if here && asked.provider == provider {
		select {
		case asked.answer <- a:
		default: // answered twice
		}
		return
	}
	if other != "" {
		if frame, err := wire.Seal(e.Kind, e.Body); err == nil {
			_ = r.publish(ctx, other, busMessage{From: r.replica, Provider: provider, Frame: frame})
		}
	}
}
