package auditor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// newForkedWorld is newWorld with room for reorgs: nothing becomes final before HoldFinality(false).
func newForkedWorld(t *testing.T, clock uint64) *world {
	t.Helper()
	w := newWorldOf(t, odd(t), devchain.Config{FinalityDepth: 20}, func(p *deploy.Parameters) {
		p.Questions.Clock, p.Questions.AnswerTime = clock, min(p.Questions.AnswerTime, clock/2)
	})
	w.dev.HoldFinality(true)
	return w
}

// gate is a node that passes transactions on while it is open.
type gate struct {
	*chain.Client
	shut atomic.Bool
}

func (g *gate) Send(ctx context.Context, raw []byte) error {
	if g.shut.Load() {
		return fmt.Errorf("send: the gate is shut: %w", protocol.ErrUnavailable)
	}
	return g.Client.Send(ctx, raw)
}

// gated gives an account a lane behind a gate.
func (w *world) gated(n int) *gate {
	g := &gate{Client: w.client}
	w.laneBy(n, g)
	return g
}

// forget takes blocks from one on back, until something is gone, with the transactions in them.
func (w *world) forget(t *testing.T, from uint64, gone func() bool) {
	t.Helper()
	for tries := 0; ; tries++ {
		require.Less(t, tries, 20)
		require.NoError(t, w.dev.Rewind(from-1))
		w.dev.DropPending()
		if gone() {
			return
		}
	}
}

// convictions are the proven faults of a receipt that convict.
func (w *world) convictions(t *testing.T, receipt common.Hash) (list []contracts.Fault) {
	t.Helper()
	all, err := w.reader.Faults(t.Context(), receipt, w.start)
	require.NoError(t, err)
	for _, f := range all {
		if f.Kind != contracts.FaultSilence {
			list = append(list, f)
		}
	}
	return list
}

// askedIn is the first block that a question was asked in.
func (w *world) askedIn(t *testing.T, question common.Hash) uint64 {
	t.Helper()
	for n := w.start; ; n++ {
		head, err := w.reader.Head(t.Context())
		require.NoError(t, err)
		require.LessOrEqual(t, n, head, "nobody asked")
		list, err := w.reader.Asked(t.Context(), n, n)
		require.NoError(t, err)
		if slices.ContainsFunc(list, func(q contracts.AskedQuestion) bool { return q.ID == question }) {
			return n
		}
	}
}

// A conviction that a reorg takes back, out of the node's memory too, is sent again: the case is
// not over before it is final.
func TestAConvictionThatAReorgTookBackIsSentAgain(t *testing.T) {
	t.Parallel()
	w := newForkedWorld(t, 3600)
	q, err := proving()
	require.NoError(t, err)
	liar := w.answered(t, params(700), prompt, 5, nil)
	liar.cheat(step.Block{T: 4, L: 2}, step.Gated, 0, 9)
	a := w.auditor(t, t.TempDir(), queued{q}, liar, nil)
	running(t, a)
	_, err = a.Add(t.Context(), liar.b)
	require.NoError(t, err)
	for range 2 {
		require.Eventually(t, func() bool { return len(w.convictions(t, liar.receipt)) > 0 }, time.Minute, 10*time.Millisecond)
		seen, err := w.client.Head(t.Context(), chain.Latest)
		require.NoError(t, err)
		require.Eventually(t, func() bool { // blocks enough to end a case that waits for none
			now, err := w.client.Head(t.Context(), chain.Latest)
			return err == nil && now.Number.Uint64() >= seen.Number.Uint64()+8
		}, time.Minute, 10*time.Millisecond)
		c, err := a.Cases().Get(liar.receipt)
		require.NoError(t, err)
		require.NotNil(t, c.Verdict)
		require.Equal(t, auditor.Submitted, c.State, "mined, not final: %s", c.Note)
		w.forget(t, w.convictions(t, liar.receipt)[0].Block, func() bool { return len(w.convictions(t, liar.receipt)) == 0 })
	}
	w.dev.HoldFinality(false)
	c, err := a.Wait(t.Context(), liar.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, c.State, c.Note)
	require.Equal(t, []contracts.Fault{*c.Verdict}, w.convictions(t, liar.receipt))
	require.EqualValues(t, 1, w.nonce(t, auditing), "one transaction")
	require.Equal(t, c.Verdict.Bounty, w.free(t, auditing))
}

// Somebody else proves it first, and a reorg takes that back: a case is not lost before what
// somebody else proved is final, and who had it first learns that it has not.
func TestWhatSomebodyElseProvedCountsWhenItIsFinal(t *testing.T) {
	t.Parallel()
	w := newForkedWorld(t, 3600)
	q, err := proving()
	require.NoError(t, err)
	liar := w.answered(t, params(700), prompt, 5, nil)
	liar.cheat(step.Block{T: 4, L: 1}, step.Gated, 0, 3)
	door := w.gated(requester)
	first := w.auditor(t, t.TempDir(), queued{q}, liar, func(_ *auditor.Config, d *auditor.Deps) { d.Sender = w.lane(requester) })
	running(t, first)
	_, err = first.Add(t.Context(), liar.b)
	require.NoError(t, err)
	c, err := first.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return c.Verdict != nil })
	require.NoError(t, err)
	require.Equal(t, devchain.Address(requester), c.Verdict.Submitter)
	door.shut.Store(true)

	second := w.auditor(t, t.TempDir(), queued{q}, liar, nil)
	running(t, second)
	_, err = second.Add(t.Context(), liar.b)
	require.NoError(t, err)
	got, err := second.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return decided(c) || c.State == auditor.Proven && c.Trouble != "" })
	require.NoError(t, err)
	require.Equal(t, auditor.Proven, got.State, "%s %s", got.Note, got.Trouble)
	require.Zero(t, w.nonce(t, auditing))
	w.forget(t, c.Verdict.Block, func() bool { return len(w.convictions(t, liar.receipt)) == 0 })

	got, err = second.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return decided(c) || c.Verdict != nil })
	require.NoError(t, err)
	require.Equal(t, auditor.Submitted, got.State, got.Note)
	door.shut.Store(false)
	w.dev.HoldFinality(false)
	got, err = second.Wait(t.Context(), liar.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, got.State, got.Note)
	c, err = first.Wait(t.Context(), liar.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Lost, c.State, c.Note)
	require.Equal(t, devchain.Address(auditing), c.Verdict.Submitter)
	require.Equal(t, []contracts.Fault{*got.Verdict}, w.convictions(t, liar.receipt))
	require.Equal(t, got.Verdict.Bounty, w.free(t, auditing))
	require.True(t, w.free(t, requester).IsZero())
}

// stormed takes the newest blocks back, a drawn number of times, whenever a case changes; some
// times the node forgets what was in them.
func (w *world) stormed(t *testing.T, a *auditor.Auditor, receipt common.Hash) {
	r := seeded(t)
	begun, err := w.reader.Head(t.Context()) // what was there before stays
	require.NoError(t, err)
	w.dev.HoldFinality(false)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		last, left := "", size(5, 40)
		for ctx.Err() == nil && left > 0 {
			c, err := a.Wait(ctx, receipt, func(c auditor.Case) bool {
				now := fmt.Sprint(c.State, c.Asked, c.Verdict)
				fresh := now != last && len(c.Asked) > 0
				last = now
				return fresh
			})
			if err != nil || decided(c) {
				break
			}
			if r.IntN(2) == 0 {
				continue
			}
			head, err := w.reader.Head(ctx)
			final, _, failed := w.reader.Final(ctx)
			if err = errors.Join(err, failed); err == nil {
				err = w.dev.Rewind(max(begun, final, head-uint64(1+r.IntN(6))))
			}
			if err != nil && ctx.Err() == nil {
				ended <- err
				return
			}
			if left--; r.IntN(2) == 0 {
				w.dev.DropPending()
			}
		}
		ended <- nil
	}()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
}

// Questions, their expiries and the conviction that they end in are taken back by reorgs: the
// provider that keeps silent is convicted once all the same, and nobody's bond is lost.
func TestSilenceLosesInAStormOfReorgs(t *testing.T) {
	t.Parallel()
	w := newForkedWorld(t, 20)
	w.fund(t, auditing)
	silent := w.answered(t, params(700), prompt, 5, nil)
	silent.cheat(step.Block{T: 3, L: 1}, step.Gated, 0, 3)
	silent.serve = func(_ wire.Evidence, x *wire.Exhibit) { *x = wire.Exhibit{Error: "no"} }
	a := w.auditor(t, t.TempDir(), noProver{}, silent, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery = 50 * time.Millisecond })
	running(t, a)
	_, err := a.Add(t.Context(), silent.b)
	require.NoError(t, err)
	w.stormed(t, a, silent.receipt)
	c, err := a.Wait(t.Context(), silent.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, c.State, "%s %+v", c.Note, c.Verdict)
	require.Equal(t, contracts.FaultWithheld, c.Verdict.Kind)
	require.Equal(t, []contracts.Fault{*c.Verdict}, w.convictions(t, silent.receipt))
	require.GreaterOrEqual(t, w.free(t, auditing).Cmp(tokens(1000)), 0, "bonds and costs came back: %s", w.free(t, auditing))
}

// Questions and answers are taken back by reorgs: they lead to the wrong number all the same, and
// every bond comes back.
func TestAnswersLeadToTheWrongNumberInAStormOfReorgs(t *testing.T) {
	t.Parallel()
	w := newForkedWorld(t, 3600)
	q, err := proving()
	require.NoError(t, err)
	liar, a, _ := w.accused(t, queued{q})
	liar.answering(t, queued{q})
	w.stormed(t, a, liar.receipt)
	c, err := a.Wait(t.Context(), liar.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, c.State, "%s %+v", c.Note, c.Verdict)
	require.Equal(t, contracts.FaultWrongStep, c.Verdict.Kind)
	require.Equal(t, []contracts.Fault{*c.Verdict}, w.convictions(t, liar.receipt))
	w.paidBack(t, c)
}

// A reorg takes an answer back that a further question stood on, and the provider falls silent:
// what was read of it counts no more, so that its question expires, and it is convicted.
func TestAnAnswerThatAReorgTookBackIsSilence(t *testing.T) {
	t.Parallel()
	w := newForkedWorld(t, 60)
	door := w.gated(operator)
	liar, a, _ := w.accused(t, noProver{})
	liar.answering(t, nil)
	above := func(c auditor.Case) bool { // an answer is read, and a question below it asked
		n := len(c.Asked)
		return n > 1 && strings.HasPrefix(c.Asked[n-2].What, "vectors") && c.Asked[n-2].State == "answered"
	}
	c, err := a.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return above(c) || decided(c) })
	require.NoError(t, err)
	require.True(t, above(c), "%s %+v", c.Note, c.Verdict)
	door.shut.Store(true)
	id := c.Asked[len(c.Asked)-2].Question
	w.forget(t, w.askedIn(t, id), func() bool {
		q, err := w.reader.Question(t.Context(), id)
		require.NoError(t, err)
		return q.State != contracts.QuestionAnswered
	})
	w.dev.HoldFinality(false)
	c, err = a.Wait(t.Context(), liar.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, c.State, "%s %+v", c.Note, c.Verdict)
	require.Equal(t, contracts.FaultWithheld, c.Verdict.Kind)
	require.Equal(t, []contracts.Fault{*c.Verdict}, w.convictions(t, liar.receipt))
	require.Eventually(t, func() bool { return w.free(t, auditing).Cmp(tokens(1000)) >= 0 }, time.Minute, 50*time.Millisecond, "bonds and costs came back: %s", w.free(t, auditing))
}

// Somebody else proves it while this auditor cannot ask: nothing is asked any more, and the case is
// over.
func TestACaseThatAsksEndsWhenSomebodyElseProvesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	q, err := proving()
	require.NoError(t, err)
	liar := w.answered(t, params(700), prompt, 4, nil)
	liar.cheat(step.Block{T: 3, L: 2}, step.Gated, 0, 4)
	poor := w.auditor(t, t.TempDir(), noProver{}, nil, func(c *auditor.Config, _ *auditor.Deps) { c.Patience = 1 }) // no relayer, and no bonds
	running(t, poor)
	_, err = poor.Add(t.Context(), liar.b)
	require.NoError(t, err)
	_, err = poor.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return c.State == auditor.Asking && short(c) })
	require.NoError(t, err)
	other := w.auditor(t, t.TempDir(), queued{q}, liar, func(_ *auditor.Config, d *auditor.Deps) { d.Sender = w.lane(requester) })
	running(t, other)
	_, err = other.Add(t.Context(), liar.b)
	require.NoError(t, err)
	c, err := poor.WaitOver(t.Context(), liar.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Lost, c.State, c.Note)
	require.Equal(t, devchain.Address(requester), c.Verdict.Submitter)
	require.Zero(t, w.nonce(t, auditing))
}

// Somebody else has a fee refunded, and a reorg takes that back, with the redeem too: the requester gets it all the same.
func TestARefundThatAReorgTookBackIsMadeAgain(t *testing.T) {
	t.Parallel()
	for name, redeem := range map[string]bool{"the refund": false, "the redeem too": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refundTakenBack(t, redeem)
		})
	}
}

// refundTakenBack takes a refund back, and what it refunds if redeem.
func refundTakenBack(t *testing.T, redeem bool) {
	w := newForkedWorld(t, 3600)
	door, redeems := w.gated(requester), w.gated(operator) // before their first transactions: another lane of them would send them again
	id := w.channel(t)
	dear := w.dearer(t, id)
	data := map[int]string{requester: t.TempDir(), auditing: t.TempDir()}
	start := func(n int) (*auditor.Auditor, func()) {
		a := w.auditor(t, data[n], noProver{}, dear, func(c *auditor.Config, d *auditor.Deps) {
			c.Models, c.PaymentWait, d.Sender = nil, -1, w.lane(n)
		})
		stop := running(t, a)
		_, err := a.AddPaid(t.Context(), dear.b, relayerOf, 0)
		require.NoError(t, err)
		return a, stop
	}
	w.dev.HoldFinality(false)
	for _, n := range []int{requester, auditing} {
		a, stop := start(n)
		c, err := a.Wait(t.Context(), dear.receipt, decided)
		require.NoError(t, err)
		require.Equal(t, auditor.Unpaid, c.State, "%s %s", c.Note, c.Trouble)
		require.Equal(t, devchain.Address(requester), c.Verdict.Submitter)
		stop()
	}
	unpaid, err := w.reader.Head(t.Context())
	require.NoError(t, err)
	w.dev.HoldFinality(true)
	w.redeem(t, id, dear.leaf())
	before := w.free(t, requester)
	back, err := before.Add(tokens(3))
	require.NoError(t, err)
	head, err := w.reader.Head(t.Context())
	require.NoError(t, err)
	_, stop := start(requester)
	require.Eventually(t, func() bool { return w.free(t, requester) == back }, time.Minute, 10*time.Millisecond)
	door.shut.Store(true)
	stop()

	a, _ := start(auditing)
	c, err := a.Wait(t.Context(), dear.receipt, func(c auditor.Case) bool { return c.State.Over() || c.RefusedAt != 0 })
	require.NoError(t, err)
	require.Equal(t, auditor.Unpaid, c.State, "refunded, not final: %s", c.Note)
	require.Zero(t, w.nonce(t, auditing))
	if redeem {
		redeems.shut.Store(true)
		w.forget(t, unpaid+1, func() bool {
			line, err := w.reader.Line(t.Context(), protocol.Line{Channel: id, Provider: devchain.Address(owner), ModelVersion: w.version, Relayer: relayerOf})
			require.NoError(t, err)
			return line.Count == 0 && w.free(t, requester) == before
		})
		_, err = a.Wait(t.Context(), dear.receipt, func(c auditor.Case) bool { return c.RefusedAt == 0 })
		require.NoError(t, err)
		redeems.shut.Store(false)
	} else {
		w.forget(t, head+1, func() bool { return w.free(t, requester) == before })
	}
	w.dev.HoldFinality(false)
	c, err = a.WaitOver(t.Context(), dear.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Lost, c.State, c.Note)
	require.NotZero(t, c.Settling)
	require.EqualValues(t, 1, w.nonce(t, auditing), "the refund")
	require.Equal(t, back, w.free(t, requester))
}
