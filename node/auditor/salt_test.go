package auditor_test

import (
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// A trace root under a salt that the request's secret does not make hides no fault, whether
// the salt is served or shown on chain; over the right trace it is one itself.
func TestNoSaltHidesAFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.fund(t, auditing)
	q, err := proving()
	require.NoError(t, err)
	for _, c := range []struct {
		name string
		kind contracts.FaultKind
		make func(t *testing.T) *answer
	}{
		{"a wrong token", contracts.FaultPick, func(t *testing.T) *answer {
			return w.answered(t, params(0), prompt, 5, func(o []uint32) { o[4] = (o[4] + 3) % 37 })
		}},
		{"a boundary of something else", contracts.FaultSeam, func(t *testing.T) *answer {
			a := w.answered(t, params(0), prompt, 5, nil)
			a.leaves[7] = chunk.BoundaryLeaf(make([]int32, 43))
			return a
		}},
		{"something behind the last boundary", contracts.FaultPadding, func(t *testing.T) *answer {
			a := w.answered(t, params(0), prompt, 5, nil)
			a.leaves = append(a.leaves, common.Hash{1})
			return a
		}},
		{"the right trace", contracts.FaultSalt, func(t *testing.T) *answer { return w.answered(t, params(0), prompt, 5, nil) }},
	} {
		for where, refuse := range map[string]bool{"served": false, "asked for": true} {
			t.Run(c.name+", "+where, func(t *testing.T) {
				a := c.make(t)
				a.salted = common.Hash{0xfa, 0xce}
				a.sign()
				if refuse {
					a.serve = func(_ wire.Evidence, x *wire.Exhibit) { *x = wire.Exhibit{Error: "no"} }
					a.answering(t, queued{q})
				}
				requireEnd(t, w, a, c.kind)
			})
		}
	}
}

// requireEnd audits until the answer's provider is convicted.
func requireEnd(t *testing.T, w *world, a *answer, kind contracts.FaultKind) {
	t.Helper()
	q, err := proving()
	require.NoError(t, err)
	made := w.auditor(t, t.TempDir(), queued{q}, a, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery, c.Patience = 100*time.Millisecond, 1 })
	stop := running(t, made)
	_, err = made.Add(t.Context(), a.b)
	require.NoError(t, err)
	got, err := made.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.Verdict != nil || c.State.Over() || c.Failures > 100 })
	require.NoError(t, err)
	require.NotNil(t, got.Verdict, "%s: %s %s", got.State, got.Note, got.Trouble)
	require.Equal(t, kind, got.Verdict.Kind, "%+v", got.Fault)
	stop()
	e, err := made.Cases().Export(a.receipt)
	require.NoError(t, err)
	checked, err := auditor.Check(t.Context(), e, auditor.Model{Version: w.version, File: w.model}, func(auditor.Task, []byte) error { return nil })
	require.NoError(t, err)
	require.False(t, checked.Right)
	require.Equal(t, kind, checked.Kind)
}
