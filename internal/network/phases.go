package network

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// phase says what a part of a network stands on: everything of the phases before
// its own. Parts start in any order that their makers like, and end phase by phase
// from the last to the first, so that nothing loses what it still needs to end well.
type phase int

const (
	phaseChain     phase = iota // the node
	phaseMirror                 // transactions and the indexer: they need the node
	phaseRelayer                // the relayer, and the upstream of a provider
	phaseProviders              // providers redeem and say goodbye to the relayer
	phaseAPI                    // the API lets its answers end
	phaseCount
)

// phases runs the parts of a network. The first failure of a part ends the network.
type phases struct {
	want  context.Context // ends when the network shall end
	end   context.CancelCauseFunc
	stage [phaseCount]stage

	mu   sync.Mutex
	errs []error
}

type stage struct {
	ctx   context.Context
	stop  context.CancelFunc
	parts sync.WaitGroup
}

// newPhases runs parts until ctx ends.
func newPhases(ctx context.Context) *phases {
	p := &phases{}
	p.want, p.end = context.WithCancelCause(ctx)
	for i := range p.stage {
		p.stage[i].ctx, p.stage[i].stop = context.WithCancel(context.WithoutCancel(ctx))
	}
	return p
}

// run keeps a part running until its phase ends.
func (p *phases) run(in phase, name string, part func(context.Context) error) {
	s := &p.stage[in]
	s.parts.Go(func() {
		err := part(s.ctx)
		if err == nil || s.ctx.Err() != nil && errors.Is(err, context.Canceled) {
			return
		}
		err = fmt.Errorf("%s: %w", name, err)
		p.mu.Lock()
		p.errs = append(p.errs, err)
		p.mu.Unlock()
		p.end(err)
	})
}

// wait blocks until the network shall end, then ends it and returns what failed.
func (p *phases) wait() error {
	<-p.want.Done()
	for i := range p.stage {
		s := &p.stage[len(p.stage)-1-i]
		s.stop()
		s.parts.Wait()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.errs...)
}
