package relaynet

import (
	"context"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testredis"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/relayer"
)

// twoRelayers is a world with a second relayer, of another key and another Redis: the two know
// nothing of each other, and what they share is the provider.
func twoRelayers(t *testing.T) (w *world, second *Relay) {
	t.Helper()
	w = newWorld(t, testredis.Mini(t), relayer.Config{})
	second = w.startAs("second relayer", testredis.Mini(t), relayer.Config{})
	require.NotEqual(t, w.relay.Address(), second.Address())
	return w, second
}

func (w *world) through(p *Payer, relay *Relay, prompt []uint32, n uint32) *Result {
	w.t.Helper()
	r, err := p.Ask(w.ctx, relay.Client, prompt, n)
	require.NoError(w.t, err)
	return r
}

// One provider works for two relayers at once: one sequence of receipts, a line of vouchers for each.
func TestOneProviderServesTwoRelayers(t *testing.T) {
	w, second := twoRelayers(t)
	node := w.node("bob", &Echo{}, nil, w.relay, second)
	seqs := map[uint64]bool{}
	total := protocol.Amount{}
	for _, relay := range []*Relay{w.relay, second} {
		var results []*Result
		for i := range uint32(3) {
			r := w.through(w.payer, relay, []uint32{i, 2}, 20)
			require.NoError(t, r.Check(w.chain))
			require.Equal(t, relay.Address(), r.Submit.Ask.Relayer)
			require.False(t, seqs[r.Done.Receipt.Seq], "a sequence number twice")
			seqs[r.Done.Receipt.Seq] = true
			results = append(results, r)
		}
		pay, err := w.payer.Voucher(results...)
		require.NoError(t, err)
		paid, err := relay.Client.Pay(w.ctx, pay)
		require.NoError(t, err)
		require.Equal(t, wire.Paid{VoucherHash: Domain.Digest(pay.Voucher), Count: 3}, paid)
		total, err = total.Add(pay.Voucher.Total)
		require.NoError(t, err)
	}
	require.Len(t, seqs, 6)
	e := node.Earnings(w.ctx)
	require.Equal(t, total, e.Owed)
	require.True(t, e.Unpaid.IsZero())
	require.Len(t, e.Lines, 2)

	// What is asked of one relayer is not of use at the other.
	m, err := w.relay.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 3))
	require.NoError(t, err)
	s, err := w.payer.Sign(m, []uint32{5}, 3)
	require.NoError(t, err)
	require.Equal(t, wire.CodeInvalidRequest, code(t, second.Client.Submit(w.ctx, s, (&Result{}).Take)))
	_, err = second.Client.Match(w.ctx, w.payer.Need([]uint32{5}, 3))
	require.Equal(t, wire.CodeUnauthorized, code(t, err))
}

// The provider's places are one number, whoever asks: a relayer that cannot know that they are
// taken is told, and it is no fault of the provider.
func TestRelayersShareAProvidersPlaces(t *testing.T) {
	w, second := twoRelayers(t)
	g := newGate(2)
	node := w.node("bob", &Echo{Each: g.each}, func(c *provider.Config) { c.Models[0].Capacity = 1 }, w.relay, second)
	first := make(chan *Result, 1)
	go func() {
		r := &Result{}
		if m, err := w.payer.Ask(w.ctx, w.relay.Client, []uint32{1}, 5); err == nil {
			r = m
		}
		first <- r
	}()
	<-g.reached
	other := NewPayer(w.chain, "carl", protocol.NewAmount(1_000_000))
	busy := w.through(other, second, []uint32{1}, 5)
	require.Equal(t, wire.CodeNoProvider, busy.Error.Code)
	require.Equal(t, wire.RefuseBusy, busy.Error.Refused)
	require.EqualValues(t, 1, node.Status(w.ctx).Running)
	close(g.open)
	require.NoError(t, (<-first).Check(w.chain))
	require.NoError(t, w.through(other, second, []uint32{1}, 5).Check(w.chain))
	views, err := second.Client.Offers(w.ctx)
	require.NoError(t, err)
	require.Greater(t, views[0].Reliability, 0.8)
}

// Nor can a channel be spent twice through two relayers that each keep it for the provider: what
// the provider is owed counts from both.
func TestRelayersShareWhatAChannelCanPay(t *testing.T) {
	w, second := twoRelayers(t)
	w.node("bob", &Echo{}, nil, w.relay, second)
	poor := NewPayer(w.chain, "poor", protocol.NewAmount(30)) // one answer of 21
	r := w.through(poor, w.relay, []uint32{1}, 50)
	require.NoError(t, r.Check(w.chain))
	again := w.through(poor, second, []uint32{1}, 50)
	require.NotNil(t, again.Error)
	require.Equal(t, wire.CodeChannel, again.Error.Code)
	require.Equal(t, wire.RefuseFunds, again.Error.Refused)
	require.Empty(t, again.Tokens)
}

// One relayer dies in the middle of answers: those of the other go on, the provider signs for
// what it had sent through the dead one, and goes on working for the other.
func TestTheOtherRelayerGoesOn(t *testing.T) {
	w, second := twoRelayers(t)
	reached, open := make(chan struct{}, 2), make(chan struct{})
	node := w.node("bob", &Echo{Each: func(ctx context.Context, i int) error {
		if i != 4 {
			return nil
		}
		reached <- struct{}{}
		select {
		case <-open:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}}, func(c *provider.Config) { c.Backoff = 10 * time.Millisecond }, w.relay, second)
	type outcome struct {
		r   *Result
		err error
	}
	ask := func(name string, relay *Relay) chan outcome {
		p := NewPayer(w.chain, name, protocol.NewAmount(1_000_000))
		out := make(chan outcome, 1)
		go func() {
			r, err := p.Ask(w.ctx, relay.Client, []uint32{7}, 20)
			out <- outcome{r, err}
		}()
		<-reached
		return out
	}
	lost, stays := ask("dora", w.relay), ask("emil", second)
	require.NoError(t, w.relay.Kill())
	gone := <-lost
	require.True(t, gone.err != nil || gone.r.Error != nil, "its relayer is dead")
	require.Eventually(t, func() bool { // a receipt for the four tokens that it had sent
		s := node.Status(w.ctx)
		return s.NextSeq == 1 && s.Running == 1
	}, 10*time.Second, time.Millisecond)
	close(open)
	kept := <-stays
	require.NoError(t, kept.err)
	require.NoError(t, kept.r.Check(w.chain))
	require.Len(t, kept.r.Tokens, 20)
	require.Equal(t, protocol.FinishLength, kept.r.Done.Receipt.Finish)
	require.EqualValues(t, 1, kept.r.Done.Receipt.Seq)
	require.NoError(t, w.through(w.payer, second, []uint32{9}, 10).Check(w.chain))
	connected := map[common.Address]bool{}
	for _, x := range node.Status(w.ctx).Relayers {
		connected[x.Address] = x.Connected
	}
	require.Equal(t, map[common.Address]bool{w.relay.Address(): false, second.Address(): true}, connected)
}
