package auditor_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// watched is a node that shows each transaction, once, before others see it.
type watched struct {
	*chain.Client
	last *atomic.Value // the hash of the last one
	sees func(to common.Address)
}

func (n watched) Send(ctx context.Context, raw []byte) error {
	var tx types.Transaction
	if err := tx.UnmarshalBinary(raw); err != nil {
		return err
	}
	if n.last.Swap(tx.Hash()) != tx.Hash() {
		n.sees(*tx.To())
	}
	return n.Client.Send(ctx, raw)
}

// A provider has a voucher left for each transaction that shows a payment, and redeems one in front of it, so that it fails: the auditor
// does not wait until that is final, and shows no payment while it need not. What was paid is refunded once the receipt is convicted.
func TestARedeemInFrontOfEachTransactionBuysNoTime(t *testing.T) {
	t.Parallel()
	const vouchers = 3
	for name, c := range map[string]struct {
		cheat func(a *answer)
		sent  func(c auditor.Case) bool
	}{
		"of a claim":    {overBilled, func(c auditor.Case) bool { return c.Verdict != nil }},
		"of a question": {func(a *answer) { a.cheat(step.Block{T: 3, L: 1}, step.Gated, 0, 3) }, func(c auditor.Case) bool { return len(c.Asked) > 0 && c.Asked[0].Times > 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newForkedWorld(t, 3600)
			var id common.Hash
			var list []*answer
			var racing sync.Mutex
			at, raced, armed := w.reader.Addresses(), 0, false
			arm := func(on bool) {
				racing.Lock() // a redeem that is under way ends before
				defer racing.Unlock()
				armed = on
			}
			w.laneBy(auditing, watched{w.client, &atomic.Value{}, func(to common.Address) {
				racing.Lock()
				defer racing.Unlock()
				if armed && raced < vouchers && (to == at.Claims || to == at.Questions || to == at.Disputes) {
					raced++
					var leaves []protocol.SumLeaf
					for _, a := range list[:1+raced] {
						leaves = append(leaves, a.leaf())
					}
					w.redeem(t, id, leaves...)
				}
			}})
			w.fund(t, auditing)
			id = w.channel(t)
			wrong := w.answered(t, params(700), prompt, 4, nil).on(id)
			c.cheat(wrong)
			list = append(list, wrong)
			w.redeem(t, id, wrong.leaf())
			for range vouchers {
				list = append(list, w.answered(t, params(700), prompt, 1, nil).on(id))
			}
			arm(true)
			defer arm(false)
			nonce, before := w.nonce(t, auditing), w.free(t, requester)
			wrong.serve = mute
			a := w.auditor(t, t.TempDir(), noProver{}, wrong, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery, c.Patience = 20*time.Millisecond, 1 })
			for i, one := range list {
				_, err := a.AddPaid(t.Context(), one.b, relayerOf, uint64(i))
				require.NoError(t, err)
			}
			running(t, a)
			got, err := a.Wait(t.Context(), wrong.receipt, c.sent)
			require.NoError(t, err)
			if got.Verdict == nil {
				require.Eventually(t, func() bool { open, err := w.isOpen(got.Asked[0].Question); return open && err == nil }, time.Minute, 10*time.Millisecond)
			}
			require.EqualValues(t, 2, w.nonce(t, auditing)-nonce, "transactions: one that failed, and one that shows no payment")
			if got.Verdict == nil {
				return
			}
			require.True(t, got.Verdict.Refunded.IsZero())
			w.dev.HoldFinality(false)
			got, err = a.WaitOver(t.Context(), wrong.receipt)
			require.NoError(t, err)
			require.Equal(t, auditor.Settled, got.State, got.Note)
			require.Positive(t, w.free(t, requester).Cmp(before))
		})
	}
}
