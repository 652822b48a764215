package auditor_test

import (
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// delivered buys a job for 250 tokens, and has its answer delivered.
func (w *drawWorld) delivered(t *testing.T, cheat func(a *answer)) (job common.Hash, a *answer) {
	t.Helper()
	at, me, more := w.reader.Addresses(), devchain.Address(requester), common.Hash{1}
	w.send(t, requester, at.Mint(me, tokens(250), more), at.Approve(at.Vault, tokens(250), more), at.Deposit(me, tokens(250), more))
	a = w.answered(t, params(700), prompt, 4, nil)
	now, err := w.reader.Now(t.Context())
	require.NoError(t, err)
	order := contracts.JobOrder{ModelVersion: w.version, Prompt: prompt, MaxOutputTokens: 4, Params: a.p, PriceOut: protocol.NewAmount(62_500_000_000_000),
		MaxFee: tokens(250), Deadline: now + 3600}
	id, err := w.lane(requester).Submit(t.Context(), at.RequestJob(order))
	require.NoError(t, err)
	receipt, err := w.lane(requester).Wait(t.Context(), id)
	require.NoError(t, err)
	for _, l := range receipt.Logs {
		if e, err := events.DecodeLog(events.Market, l); err == nil {
			if asked, ok := e.(events.JobRequested); ok {
				job, a.b.Request, a.b.Secret = asked.Job, asked.Request, common.Hash{}
			}
		}
	}
	require.NotEmpty(t, job)
	a.sign()
	if cheat != nil {
		cheat(a)
	}
	require.Equal(t, tokens(250), a.b.Receipt.Fee)
	domain := w.reader.Domain()
	v := protocol.Acceptance{Job: job, RequestHash: domain.Digest(a.b.Request), Provider: devchain.Address(owner), ValidUntil: now + 3600}
	sig, err := domain.Sign(devchain.Key(operator), v)
	require.NoError(t, err)
	w.send(t, requester, at.AcceptJob(v, sig))
	w.send(t, operator, at.DeliverJob(job, a.b.Receipt, a.b.Signature, a.b.Output))
	return job, a
}

// onJobs makes a seated auditor that knows no API and follows deliveries.
func (w *drawWorld) onJobs(t *testing.T, account int, prover auditor.Prover, relay *answer) *auditor.Auditor {
	return w.auditor(t, t.TempDir(), prover, relay, func(c *auditor.Config, d *auditor.Deps) {
		w.drawing(account, c, d)
		d.Jobs = contracts.NewDeliveryWatch(w.reader, w.start)
	})
}

// A delivered job is registered, drawn, opened and answered by auditors alone, without its
// provider and without any API, and they are paid out of its fee.
func TestDrawnAuditorsOfAJobArePaid(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	job, a := w.delivered(t, nil)
	made := map[int]*auditor.Auditor{}
	for _, who := range []int{auditing, other} {
		made[who] = w.onJobs(t, who, noProver{}, nil)
		running(t, made[who])
		c, err := made[who].WaitOver(t.Context(), a.receipt)
		require.NoError(t, err)
		require.Equal(t, auditor.Right, c.State, c.Note)
	}
	w.pass(t, 10*time.Minute) // then it is every auditor's turn
	audit := contracts.AuditID(job, contracts.JobCheckpoint)
	for who, x := range made {
		d, err := x.WaitDraw(t.Context(), audit, answeredFor)
		require.NoError(t, err)
		require.Equal(t, job, d.Job)
		require.Len(t, d.Points, 1, d.Note)
		require.Equal(t, &auditor.Said{Right: true, Root: a.b.Receipt.TraceRoot}, d.Points[0].Said)
		c, err := w.reader.Point(t.Context(), audit, 0)
		require.NoError(t, err)
		said, _ := c.Said(devchain.Address(who))
		require.Equal(t, contracts.AnswerRight, said)
		require.Zero(t, c.Silences)
	}
	w.pass(t, 50*time.Hour)
	w.send(t, requester, w.reader.Addresses().FinalizeJob(job))
	for who, x := range made {
		d, err := x.WaitDraw(t.Context(), audit, isOver)
		require.NoError(t, err)
		require.Empty(t, d.Trouble)
		// 3 % of the fee, half for each.
		_, err = x.WaitDraw(t.Context(), audit, func(auditor.Draw) bool { return w.free(t, who) == total(t, tokens(800), protocol.NewAmount(3_750_000)) })
		require.NoError(t, err, w.free(t, who))
		require.Equal(t, tokens(200), w.seat(t, who))
	}
}

// A drawn job is wrong: the auditor that was drawn says so, proves it and is paid; the
// requester has the fee back, and the one that signed it off loses a fifth of its stake.
func TestADrawnWrongJobIsProven(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	q, err := proving()
	require.NoError(t, err)
	job, liar := w.delivered(t, func(a *answer) { a.cheat(step.Block{T: 6, L: 2}, step.Gated, 0, 5) })
	honest := w.onJobs(t, auditing, queued{q}, liar)
	running(t, honest)
	c, err := honest.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return c.Verdict != nil })
	require.NoError(t, err)
	require.Equal(t, contracts.FaultWrongStep, c.Verdict.Kind)
	require.Equal(t, liar.b.Receipt.Fee, c.Verdict.Refunded)
	w.pass(t, 10*time.Minute)
	audit := contracts.AuditID(job, contracts.JobCheckpoint)
	d, err := honest.WaitDraw(t.Context(), audit, answeredFor)
	require.NoError(t, err)
	require.Len(t, d.Points, 1, d.Note)
	require.False(t, d.Points[0].Said.Right)
	require.NotEqual(t, liar.b.Receipt.TraceRoot, d.Points[0].Said.Root)
	w.send(t, other, w.reader.Addresses().Attest(audit, 0, liar.b.Receipt.TraceRoot, true, common.Hash{}))
	w.pass(t, 13*time.Hour) // attestations are over
	_, err = honest.WaitDraw(t.Context(), audit, isOver)
	require.NoError(t, err)
	owed, err := w.reader.OwedTo(t.Context(), devchain.Address(auditing))
	require.NoError(t, err)
	require.Equal(t, protocol.NewAmount(3_750_000), owed)
	for who, stake := range map[int]protocol.Amount{auditing: tokens(200), other: tokens(160)} {
		require.Equal(t, stake, w.seat(t, who))
	}
	done, err := w.reader.Job(t.Context(), job)
	require.NoError(t, err)
	require.True(t, done.Disproved)
}
