package auditor

import (
	"context"
	"errors"

	"github.com/dgrid-network/dgrid/protocol/wire"
)

// A turn is what a case computes with one of the workers: replays, opened blocks, comparisons. What it lacks of the
// provider's is got between turns.
//
// INVARIANT: whoever has a worker waits for no provider: one that is slow holds up no case but its own.

// missing says what a turn lacks, and gets it.
type missing struct {
	what string
	get  func(ctx context.Context) error
}

func (m *missing) Error() string { return m.what + " has to be asked for first" }

// turn computes with a worker, as often as something is still missing.
func (j *judge) turn(ctx context.Context, work func() error) error {
	defer clear(j.peer.served)
	if q := j.pending; q != nil { // nothing can go on before: no worker is needed to see that
		j.pending = nil
		if err := j.readChain(ctx, *q); err != nil {
			return err
		}
	}
	for {
		err := j.a.heavy(ctx, j.due(), func() error {
			j.a.desk.enter(j)
			defer j.a.desk.leave(j)
			return work()
		})
		lacks := new(missing)
		if !errors.As(err, &lacks) {
			return err
		}
		if err := lacks.get(ctx); err != nil {
			return err
		}
	}
}

// soon is after how long, in seconds of the chain, a case counts as due among its provider's: the end of its window hangs on the
// deadline in the request, which puts neither a lie last nor junk first for longer.
const soon = 3600

// due says for what the case waits for a worker: what this auditor was drawn for by when it has to say something.
func (j *judge) due() claimOn {
	j.a.mu.Lock()
	by := j.a.answers[j.c.Receipt]
	j.a.mu.Unlock()
	if by != 0 {
		return claimOn{j.c.Provider, min(by, j.c.Deadline), true}
	}
	return claimOn{provider: j.c.Provider, due: min(j.c.Deadline, j.c.FoundAt+soon)}
}

// asked returns the answer to a question on chain, as it was read in this look at the case.
func (j *judge) asked(q question) ([]byte, error) {
	if raw, ok := j.seen[q.node]; ok {
		return raw, nil
	}
	return nil, &missing{q.what, func(ctx context.Context) error { return j.readChain(ctx, q) }}
}

func (j *judge) readChain(ctx context.Context, q question) error {
	raw, err := j.answer(ctx, q.what, q.node, q.ask)
	if err == nil {
		j.seen[q.node] = raw
	} else if errors.Is(err, errPending) {
		j.pending = &q
	}
	return err
}

// need returns an exhibit that was served since the turn began: with want, all pages of a list of at least so many
// hashes and at most limit.
func (p *peer) need(q wire.Evidence, want, limit int) (wire.Exhibit, error) {
	if p == nil { // there is only what the files hold
		return wire.Exhibit{}, notKept(q)
	}
	if x, ok := p.served[q]; ok {
		return x, nil
	}
	return wire.Exhibit{}, &missing{string(q.Want), func(ctx context.Context) (err error) {
		var x wire.Exhibit
		if want == 0 {
			x, err = p.ask(ctx, q)
		} else {
			x, err = p.pages(ctx, q, want, limit)
		}
		if err == nil {
			p.served[q] = x
		}
		return err
	}}
}
