package network

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// busyProvider finishes nothing by itself. It settles when it is asked about it.
type busyProvider struct {
	running chan context.Context // of Run
	drained chan struct{}
	cut     bool // before it settled
}

func (b *busyProvider) Run(ctx context.Context) error {
	b.running <- ctx
	<-ctx.Done()
	return nil
}

func (b *busyProvider) Drain() { close(b.drained) }

func (b *busyProvider) Settled() <-chan struct{} {
	<-b.drained
	b.cut = (<-b.running).Err() != nil
	settled := make(chan struct{})
	close(settled)
	return settled
}

// A provider that is stopped has a bounded time for its answers, and as long as it takes for
// the jobs that it accepted.
func TestStoppingWaitsForAcceptedJobs(t *testing.T) {
	b := &busyProvider{running: make(chan context.Context, 1), drained: make(chan struct{}), cut: true}
	ctx, stop := context.WithCancel(t.Context())
	require.NoError(t, serveUntil(ctx, 0, b, func(ctx context.Context) error {
		stop()
		<-ctx.Done()
		return nil
	}))
	require.False(t, b.cut)
}
