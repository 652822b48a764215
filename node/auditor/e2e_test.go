package auditor_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

var prompt = []uint32{3, 9, 4, 21, 7}

// From the feed to the slash: real contracts, a real proof, one transaction.
func TestOneWrongNumberIsSlashedByOneTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	q, err := proving()
	require.NoError(t, err)
	honest := w.answered(t, params(0), prompt, 4, nil)
	liar := w.answered(t, params(700), prompt, 6, nil)
	liar.cheat(step.Block{T: 6, L: 2}, step.Gated, 0, 17)
	source := feed(t, honest, liar)
	a := w.auditor(t, t.TempDir(), queued{q}, liar, func(c *auditor.Config, _ *auditor.Deps) { c.Feeds = []string{source} })
	running(t, a)

	right, err := a.WaitOver(t.Context(), honest.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Right, right.State, right.Note)
	c, err := a.Wait(t.Context(), liar.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, c.State, "%s %+v", c.Note, c.Verdict)
	require.Equal(t, contracts.FaultWrongStep, c.Fault.Kind)
	require.Equal(t, step.Step{Block: step.Block{T: 6, L: 2}, Vector: step.Gated, Col: 17}, c.Fault.Step)
	require.Equal(t, contracts.FaultWrongStep, c.Verdict.Kind)
	require.Equal(t, devchain.Address(owner), c.Verdict.Provider)
	require.Equal(t, tokens(15_000), c.Verdict.Slashed, "15 % of the stake")
	require.False(t, c.Verdict.Bounty.IsZero())
	free, err := w.reader.Free(t.Context(), devchain.Address(auditing))
	require.NoError(t, err)
	require.Equal(t, c.Verdict.Bounty, free, "the bounty is the auditor's to withdraw")
	require.EqualValues(t, 1, w.nonce(t, auditing), "one transaction")
	kind, err := w.reader.FaultOf(t.Context(), liar.receipt)
	require.NoError(t, err)
	require.Equal(t, contracts.FaultWrongStep, kind)
	kind, err = w.reader.FaultOf(t.Context(), honest.receipt)
	require.NoError(t, err)
	require.Equal(t, contracts.FaultNone, kind)
	e, err := a.Cases().Export(liar.receipt)
	require.NoError(t, err)
	raw, err := json.Marshal(e)
	require.NoError(t, err)
	e, err = auditor.DecodeEvidence(raw)
	require.NoError(t, err)
	m := auditor.Model{Version: w.version, File: w.model}
	checks := 0
	checked, err := auditor.Check(t.Context(), e, m, func(task auditor.Task, proof []byte) error {
		checks++
		require.Equal(t, c.Fault.Task.Statement, task.Statement)
		require.Equal(t, []byte(c.Proof.Proof), proof)
		return verified(task, proof)
	})
	require.NoError(t, err)
	require.True(t, checked.Proof)
	require.Equal(t, 1, checks)
	require.Equal(t, devchain.Address(operator), checked.Operator)
	e.Openings[0].Opening.BlockRoot[0] ^= 1
	_, err = auditor.Check(t.Context(), e, m, nil)
	require.Error(t, err, "an opening that nobody signed")
	t.Logf("proved in %d ms with %d MB, %d gas", c.Proof.Millis, c.Proof.PeakBytes>>20, c.Gas)
}

// A provider that serves nothing loses on the clocks: three silences are a proven fault.
func TestSilenceLosesOnTheClocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 20)
	w.fund(t, auditing)
	before := w.nonce(t, auditing)
	silent := w.answered(t, params(700), prompt, 5, nil)
	silent.cheat(step.Block{T: 3, L: 1}, step.Gated, 0, 3)
	silent.serve = func(_ wire.Evidence, x *wire.Exhibit) { *x = wire.Exhibit{Error: "no"} }
	a := w.auditor(t, t.TempDir(), noProver{}, silent, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery = 50 * time.Millisecond })
	running(t, a)
	_, err := a.Add(t.Context(), silent.b)
	require.NoError(t, err)
	c, err := a.Wait(t.Context(), silent.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, c.State, "%s %+v", c.Note, c.Verdict)
	require.Equal(t, contracts.FaultWithheld, c.Verdict.Kind)
	require.Len(t, c.Asked, 1)
	require.Equal(t, 3, c.Asked[0].Times)
	require.EqualValues(t, 6, w.nonce(t, auditing)-before, "asked and expired three times")
	kind, err := w.reader.FaultOf(t.Context(), silent.receipt)
	require.NoError(t, err)
	require.Equal(t, contracts.FaultWithheld, kind)
	free, err := w.reader.Free(t.Context(), devchain.Address(auditing))
	require.NoError(t, err)
	require.GreaterOrEqual(t, free.Cmp(tokens(1000)), 0, "bonds and costs came back")
}

// A provider that serves nothing off chain and answers everything on chain is convicted by
// its own answers.
func TestAnswersOnChainLeadToTheWrongNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	q, err := proving()
	require.NoError(t, err)
	liar, a, data := w.accused(t, queued{q})
	liar.answering(t, queued{q})
	c, err := a.Wait(t.Context(), liar.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, c.State, "%s %+v", c.Note, c.Verdict)
	require.Equal(t, contracts.FaultWrongStep, c.Verdict.Kind)
	require.Equal(t, step.Step{Block: step.Block{T: 5, L: 2}, Vector: step.DownLinear, Col: 11}, c.Fault.Step)
	t.Logf("%d questions", len(c.Asked))
	w.paidBack(t, c)
	require.Eventually(t, func() bool {
		left, err := auditor.LockedBonds(data)
		return err == nil && len(left) == 0
	}, time.Minute, 50*time.Millisecond)
}

// noProver is for cases that need no proof.
type noProver struct{}

func (noProver) Prove(context.Context, auditor.Task) (auditor.Proof, error) {
	return auditor.Proof{}, errors.New("nothing is to be proven here")
}
