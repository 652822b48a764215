package auditor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
)

// others signs more answers of a provider to one request, of one count, each with a trace of its own.
func (a *answer) others(n int, sign func(x *answer, r protocol.Receipt)) (list []*answer) {
	for i := range n {
		x := &answer{t: a.t, w: a.w, p: a.p, b: a.b}
		r := a.b.Receipt
		r.TraceRoot = common.Hash{1, byte(i)}
		sign(x, r)
		list = append(list, x)
	}
	return list
}

// Signatures are free: however many receipts of a provider contradict one another, there is one claim of their number and one of
// their request, also after a restart.
func TestACrowdOfReceiptsThatContradictMakesTwoClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.enlist(t)
	data := t.TempDir()
	a := w.auditor(t, data, noProver{}, nil, nil)
	first := w.answered(t, params(700), prompt, 4, nil).poorly(protocol.NewAmount(1))
	for _, x := range append([]*answer{first}, first.others(40, func(x *answer, r protocol.Receipt) {
		x.b.Receipt = r
		x.poorly(r.Fee)
	})...) {
		_, err := a.Add(t.Context(), x.b)
		require.NoError(t, err)
	}
	claims := func(a *auditor.Auditor) (kinds []string) {
		list, err := a.Claims().List()
		require.NoError(t, err)
		for _, c := range list {
			kinds = append(kinds, c.Claim.Claim)
		}
		return kinds
	}
	require.ElementsMatch(t, []string{auditor.ClaimEquivocation, auditor.ClaimTwoAnswers}, claims(a))
	again := w.auditor(t, data, noProver{}, nil, func(c *auditor.Config, _ *auditor.Deps) { c.LookEvery = 20 * time.Millisecond })
	running(t, again)
	_, err := again.WaitClaim(t.Context(), devchain.Address(poor), func(c auditor.Claimed) bool { return strings.Contains(c.Trouble, "not worth it now") })
	require.NoError(t, err)
	require.Len(t, claims(again), 2)
}

// Of many answers to one request any may be the one that is paid: the claim is made by that one, with its refund, whether its window was over or it
// is worth no transaction before, and after a restart.
func TestTheOneOfManyAnswersThatIsPaidIsClaimed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ late, restart bool }{
		"its window was over": {true, false}, "its window was over, after a restart": {true, true},
		"for its refund alone": {false, false}, "for its refund alone, after a restart": {false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDrawWorld(t)
			first := w.bought(t, nil)
			list := append([]*answer{first}, first.others(5, func(x *answer, r protocol.Receipt) {
				w.seq++
				r.Seq = w.seq
				x.signReceipt(r)
			})...)
			if c.late {
				w.pass(t, 32*time.Hour)
			}
			data := t.TempDir()
			begin := func() (*auditor.Auditor, func()) {
				x := w.auditor(t, data, noProver{}, nil, func(cfg *auditor.Config, d *auditor.Deps) {
					cfg.PaymentWait, cfg.LookEvery, cfg.Models = -1, 20*time.Millisecond, nil
					d.Redeems = func(from uint64) auditor.Redeems { return contracts.NewRedeemWatch(w.reader, from) }
					if !c.late { // the bounty alone is too little
						cfg.GainMin, _ = tokens(20).Add(first.b.Receipt.Fee)
					}
				})
				return x, running(t, x)
			}
			x, stop := begin()
			paid := list[len(list)-1]
			for _, one := range list[:len(list)-1] {
				_, err := x.Add(t.Context(), one.b)
				require.NoError(t, err)
			}
			_, err := x.AddPaid(t.Context(), paid.b, w.line.Relayer, 0)
			require.NoError(t, err)
			rests := func(c auditor.Claimed) bool {
				return c.State == auditor.Lost || strings.Contains(c.Trouble, "not worth it now")
			}
			before, err := x.WaitClaim(t.Context(), devchain.Address(owner), rests)
			require.NoError(t, err)
			require.Equal(t, c.late, before.Late, "%s %s", before.State, before.Note)
			if c.restart {
				stop()
			}
			require.NotContains(t, before.Receipts, paid.receipt)
			w.redeem(t, paid)
			if c.restart {
				x, _ = begin()
			}
			got, err := x.WaitClaim(t.Context(), devchain.Address(owner), func(c auditor.Claimed) bool { return c.State == auditor.Settled })
			require.NoError(t, err)
			require.Equal(t, before.ID, got.ID)
			require.Contains(t, got.Receipts, paid.receipt)
			require.Equal(t, paid.b.Receipt.Fee, got.Verdict.Refunded)
			all, err := x.Claims().List()
			require.NoError(t, err)
			require.Len(t, all, 1)
		})
	}
}
