package network

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/prover/queue"
)

// lines are what was logged, without times.
func lines(t *testing.T, log *bytes.Buffer) (list []map[string]any) {
	t.Helper()
	for d := json.NewDecoder(log); d.More(); {
		var line map[string]any
		require.NoError(t, d.Decode(&line))
		delete(line, "time")
		list = append(list, line)
	}
	return list
}

// Who runs an auditor or a provider sees in its log how far each proof is.
func TestProgressOfProofsIsLogged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	broken := errors.New("no keys")
	p, err := NewProofs(31337, func(context.Context) (*keys.Set, error) { return nil, broken }, log, nil)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	_, err = p.Prove(t.Context(), auditor.Task{})
	require.ErrorIs(t, err, broken)
	stop()
	require.NoError(t, <-ended)
	say := progress(log)
	say(queue.Event{Job: 2, Stage: queue.Waiting, Ahead: 3})
	say(queue.Event{Job: 2, Stage: queue.Proving})
	say(queue.Event{Job: 2, Stage: queue.Done, Took: 1500 * time.Millisecond})
	require.ElementsMatch(t, []map[string]any{
		{"level": "INFO", "msg": "proof", "number": 1.0, "stage": "waiting", "ahead": 0.0},
		{"level": "INFO", "msg": "proof", "number": 1.0, "stage": "loading keys"},
		{"level": "INFO", "msg": "proof", "number": 1.0, "stage": "failed", "seconds": 0.0},
		{"level": "INFO", "msg": "proof", "number": 2.0, "stage": "waiting", "ahead": 3.0},
		{"level": "INFO", "msg": "proof", "number": 2.0, "stage": "proving"},
		{"level": "INFO", "msg": "proof", "number": 2.0, "stage": "done", "seconds": 1.5},
	}, lines(t, &out))
}
