package network

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPhasesEndFromTheLastToTheFirst(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	p := newPhases(ctx)
	var mu sync.Mutex
	var ended []phase
	for _, in := range []phase{phaseAPI, phaseChain, phaseProviders, phaseMirror, phaseRelayer} {
		p.run(in, "part", func(ctx context.Context) error {
			<-ctx.Done()
			mu.Lock()
			defer mu.Unlock()
			ended = append(ended, in)
			return ctx.Err() // an end that was asked for is no failure
		})
	}
	stop()
	require.NoError(t, p.wait())
	require.Equal(t, []phase{phaseAPI, phaseProviders, phaseRelayer, phaseMirror, phaseChain}, ended)
}

func TestAPartThatFailsEndsTheNetwork(t *testing.T) {
	broken := errors.New("broken")
	p := newPhases(t.Context())
	p.run(phaseChain, "chain", func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	})
	p.run(phaseAPI, "api", func(context.Context) error { return broken })
	err := p.wait()
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "api")
	require.ErrorIs(t, p.wait(), broken, "waiting again says the same")
}
