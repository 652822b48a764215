package auditor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
)

// A line is redeemed on while a claim on one of its leaves waits to be mined, which ends that
// transaction: the leaf is shown again under the new root, until it is convicted. A process that begins
// meanwhile does so as well.
func TestAClaimFollowsItsLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claim   string
		wrong   func(leaves []protocol.SumLeaf) []protocol.SumLeaf
		restart bool
	}{
		"a dearer receipt":                 {auditor.ClaimLeaf, func(l []protocol.SumLeaf) []protocol.SumLeaf { l[1].Fee = tokens(2); return l }, false},
		"a receipt twice":                  {auditor.ClaimPaidTwice, func(l []protocol.SumLeaf) []protocol.SumLeaf { return append(l, l[0]) }, false},
		"a dearer receipt after a restart": {auditor.ClaimLeaf, func(l []protocol.SumLeaf) []protocol.SumLeaf { l[1].Fee = tokens(2); return l }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, odd(t), 3600)
			id := w.channel(t)
			door := w.gated(auditing)
			door.shut.Store(true)
			one, two, three := w.answered(t, params(700), prompt, 3, nil).on(id), w.answered(t, params(700), prompt, 4, nil).on(id), w.answered(t, params(700), prompt, 5, nil).on(id)
			data := t.TempDir()
			begin := func() *auditor.Auditor {
				return w.auditor(t, data, noProver{}, one, func(c *auditor.Config, _ *auditor.Deps) {
					c.LookEvery, c.RetryEvery = 20*time.Millisecond, time.Millisecond
				})
			}
			a := begin()
			stop := running(t, a)
			for i, one := range []*answer{one, two} {
				_, err := a.AddPaid(t.Context(), one.b, relayerOf, uint64(i))
				require.NoError(t, err)
			}
			leaves := c.wrong([]protocol.SumLeaf{one.leaf(), two.leaf()})
			w.redeem(t, id, leaves...)
			sent, err := a.WaitClaim(t.Context(), devchain.Address(owner), func(c auditor.Claimed) bool { return c.State == auditor.Submitted })
			require.NoError(t, err)
			w.redeem(t, id, append(leaves, three.leaf())...)
			_, err = a.AddPaid(t.Context(), three.b, relayerOf, 2)
			require.NoError(t, err)
			if c.restart {
				stop()
				a = begin()
				running(t, a)
			}
			door.shut.Store(false)
			got, err := a.WaitClaim(t.Context(), devchain.Address(owner), settled)
			require.NoError(t, err)
			require.Equal(t, auditor.Settled, got.State, got.Note)
			require.Equal(t, c.claim, got.Claim.Claim)
			require.Equal(t, sent.ID, got.ID, "it is the same claim")
			require.EqualValues(t, len(leaves)+1, got.Claim.Paid[0].Payment.Count, "shown under the newest root")
			require.Equal(t, devchain.Address(auditing), got.Verdict.Submitter)
		})
	}
}
