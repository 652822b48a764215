package auditor_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
)

// unused is so many slots that hold no token.
func unused(n int) (ids []uint32) {
	for range n {
		ids = append(ids, protocol.UnusedToken)
	}
	return ids
}

// sevens is an output of so many tokens.
func sevens(n int) (ids []uint32) {
	for range n {
		ids = append(ids, 7)
	}
	return ids
}

// billing signs for an output and for a count of its own.
func (a *answer) billing(output []uint32, count int) {
	a.b.Output = output
	a.b.Request.MaxOutputTokens = uint32(max(len(output), count))
	var err error
	a.b.RequestSignature, err = a.b.Domain.Sign(devchain.Key(requester), a.b.Request)
	require.NoError(a.t, err)
	r := a.b.Receipt
	r.RequestHash, r.OutputTokens, r.OutputRoot = a.b.Domain.Digest(a.b.Request), uint32(count), protocol.TokenRoot(a.b.Secret, protocol.TagOutput, output)
	r.Fee, err = a.b.Request.FeeFor(uint32(count))
	require.NoError(a.t, err)
	a.signReceipt(r)
}

// rechecked checks the case as somebody does who has but its file, which shows what convicted.
func (w *world) rechecked(t *testing.T, a *auditor.Auditor, c auditor.Case) auditor.Checked {
	t.Helper()
	e, err := a.Cases().Export(c.Receipt)
	require.NoError(t, err)
	checked, err := auditor.Check(t.Context(), e, auditor.Model{Version: w.version, File: w.model}, nil)
	require.NoError(t, err)
	require.False(t, checked.Right)
	require.Equal(t, c.Verdict.Kind, checked.Kind)
	return checked
}

// A receipt that bills more or fewer tokens than its tree holds is convicted by comparing, wherever the two trees are equally
// deep or one of them is empty.
func TestCountsThatAreNotWhatWasDeliveredAreShown(t *testing.T) {
	t.Parallel()
	h := raw.Odd()
	h.Positions = 64 // eight leaves
	w := newWorld(t, raw.Model(t, h, 7, 1<<14), 3600)
	for _, c := range []struct {
		name   string
		output []uint32
		billed int
		kind   contracts.FaultKind
		claim  string
	}{
		{"one more in the last leaf", sevens(5), 4, contracts.FaultPadding, auditor.ClaimUnusedSlot},
		{"one more behind unused slots", append(append(sevens(2), unused(1)...), 7), 2, contracts.FaultPadding, auditor.ClaimUnusedSlot},
		{"a leaf more", sevens(26), 24, contracts.FaultPadding, auditor.ClaimOutputTree},
		{"a leaf more behind unused slots", append(append(sevens(20), unused(4)...), 7), 20, contracts.FaultPadding, auditor.ClaimOutputTree},
		{"a leaf more of unused slots", append(sevens(24), unused(8)...), 24, contracts.FaultPadding, auditor.ClaimOutputTree},
		{"one less", sevens(4), 5, contracts.FaultToken, ""},
		{"one less in another leaf", sevens(20), 30, contracts.FaultToken, ""},
		{"a leaf less", sevens(24), 32, contracts.FaultPadding, auditor.ClaimOutputTree},
		{"two leaves less", sevens(40), 51, contracts.FaultPadding, auditor.ClaimOutputTree},
		{"none of some", nil, 5, contracts.FaultPadding, auditor.ClaimOutputTree},
		{"none of many", nil, 33, contracts.FaultPadding, auditor.ClaimOutputTree},
		{"some of none", sevens(3), 0, contracts.FaultPadding, auditor.ClaimOutputTree},
		{"many of none", sevens(33), 0, contracts.FaultPadding, auditor.ClaimOutputTree},
		{"more than the model computes", sevens(9), 1<<32 - 1, contracts.FaultFinish, auditor.ClaimFinish},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := w.answered(t, params(700), prompt, 4, nil)
			a.b.Request.MaxFee = tokens(10_000)
			a.billing(c.output, c.billed)
			list, err := auditor.ReceiptClaims(a.b)
			require.NoError(t, err)
			if c.claim != "" {
				require.Len(t, list, 1)
				require.Equal(t, c.claim, list[0].Claim)
			}
			made := w.auditor(t, t.TempDir(), noProver{}, a, nil)
			stop := running(t, made)
			defer stop()
			_, err = made.Add(t.Context(), a.b)
			require.NoError(t, err)
			got, err := made.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.Verdict != nil || c.State.Over() || c.Failures > 8 })
			require.NoError(t, err)
			require.NotNil(t, got.Verdict, "%s: %s %s", got.State, got.Note, got.Trouble)
			require.Equal(t, c.kind, got.Verdict.Kind)
			w.rechecked(t, made, got)
		})
	}
}

// Nothing can be shown of a tree of another depth than is billed, by its provider neither: it is asked for the tokens on chain,
// and convicted when it was silent three times; by an auditor that was killed meanwhile too.
func TestTokensInATreeOfAnotherDepthAreAskedFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ delivered, billed int }{{9, 8}, {8, 9}, {1, 9}, {17, 16}, {16, 17}} {
		t.Run(fmt.Sprintf("%d of %d", c.billed, c.delivered), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, odd(t), 10)
			w.fund(t, auditing)
			a := w.answered(t, params(700), prompt, 4, nil)
			a.billing(sevens(c.delivered), c.billed)
			list, err := auditor.ReceiptClaims(a.b)
			require.NoError(t, err)
			require.Empty(t, list)
			data, kills := t.TempDir(), killer{some: []string{"before opened", "after opened", "before asking", "after asking"}}
			var made *auditor.Auditor
			var got auditor.Case
			for runs, lived := 0, false; !lived; runs++ {
				require.Less(t, runs, 9)
				made = w.auditor(t, data, noProver{}, a, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery, c.PaymentWait = 20*time.Millisecond, -1 })
				lived = kills.life(t, made, func(ctx context.Context) error {
					if _, err := made.Add(ctx, a.b); err != nil {
						return err
					}
					var err error
					got, err = made.Wait(ctx, a.receipt, func(c auditor.Case) bool { return decided(c) || c.Failures > 8 })
					return err
				})
			}
			require.Equal(t, auditor.Unpaid, got.State, "%s %s", got.Note, got.Trouble)
			require.Len(t, kills.points, len(kills.some), "points that were never reached")
			require.Equal(t, contracts.FaultWithheld, got.Verdict.Kind)
			require.Equal(t, devchain.Address(owner), got.Verdict.Provider)
			require.Len(t, got.Asked, 1)
			require.Equal(t, 3, got.Asked[0].Times)
			require.GreaterOrEqual(t, w.free(t, auditing).Cmp(tokens(1000)), 0, "the bond came back")
			require.Zero(t, a.asked, "nothing is asked off chain")
			checked := w.rechecked(t, made, got)
			require.Contains(t, checked.Finding.Name, "another depth")
			require.Contains(t, checked.Assumed[len(checked.Assumed)-1], "silent")
		})
	}
}

// Of a right answer an API may show unused slots behind the last token: its root is the same.
func TestUnusedSlotsBehindARightAnswerSayNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	right := w.answered(t, params(700), prompt, 4, nil)
	right.b.Output = append(right.b.Output, unused(3)...)
	w.requireRight(t, right)
}

// requireRight audits an answer that is right, and of which no claim says anything.
func (w *world) requireRight(t *testing.T, right *answer) {
	t.Helper()
	a := w.auditor(t, t.TempDir(), noProver{}, right, nil)
	running(t, a)
	_, err := a.Add(t.Context(), right.b)
	require.NoError(t, err)
	c, err := a.Wait(t.Context(), right.receipt, func(c auditor.Case) bool { return decided(c) || c.Failures > 8 })
	require.NoError(t, err)
	require.Equal(t, auditor.Right, c.State, "%s %s", c.Note, c.Trouble)
	list, err := auditor.ReceiptClaims(right.b)
	require.NoError(t, err)
	require.Empty(t, list)
}

// What a requester keeps to itself nobody may ask for on chain. A case that has no fault yet shows no right answer either.
func TestARequestersOwnTokensAreNotAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	own := w.answered(t, params(700), prompt, 9, nil)
	own.b.Request.Audience = protocol.AudienceRequester
	own.billing(own.b.Output, 8)
	a := w.auditor(t, t.TempDir(), noProver{}, own, nil)
	running(t, a)
	_, err := a.Add(t.Context(), own.b)
	require.NoError(t, err)
	c, err := a.WaitOver(t.Context(), own.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Unusable, c.State)
	require.Contains(t, c.Note, "not asked for on chain")
	require.Empty(t, c.Asked)
	e, err := a.Cases().Export(own.receipt)
	require.NoError(t, err)
	_, err = auditor.Check(t.Context(), e, auditor.Model{Version: w.version, File: w.model}, nil)
	require.ErrorIs(t, err, protocol.ErrInvalid, "every delivered token is the model's, and yet")
}

// Drawn for such a receipt an auditor says that it is wrong, and is not absent.
func TestADrawnReceiptInATreeOfAnotherDepthIsWrong(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	api := w.api(t)
	a := w.bought(t, func(a *answer) {
		a.b.Request.PriceOut = protocol.NewAmount(31_250_000_000_000) // of eight tokens one stretch, as of four
		a.billing(append(a.b.Output, sevens(5)...), 8)
	})
	audit := w.redeem(t, a)
	x := w.seated(t, auditing, t.TempDir(), api, noProver{}, nil)
	running(t, x)
	d, err := x.WaitDraw(t.Context(), audit, func(d auditor.Draw) bool { return answeredFor(d) || strings.Contains(d.Trouble, "say whether") })
	require.NoError(t, err)
	require.Empty(t, d.Trouble)
	for _, p := range d.Points {
		require.Equal(t, &auditor.Said{}, p.Said)
	}
	c, err := x.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return len(c.Asked) > 0 })
	require.NoError(t, err)
	require.Equal(t, auditor.Asking, c.State)
}

// What no model computes, or no tree has, shows in what is signed: nothing is asked about it, however many questions its tokens
// would be.
func TestAWrongCountThatNobodyShowsIsClaimed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		output []uint32
		billed int
		kind   contracts.FaultKind
	}{
		"more than the model computes": {sevens(4), 1<<32 - 1, contracts.FaultFinish},
		"some of none":                 {sevens(4), 0, contracts.FaultPadding},
		"none of some":                 {nil, 4, contracts.FaultPadding},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDrawWorld(t)
			w.opening(t)
			a := w.bought(t, func(a *answer) {
				q := &a.b.Request
				q.PriceIn, q.PriceOut = protocol.NewAmount(250_000_000_000_000/uint64(len(prompt))), protocol.Amount{} // one stretch
				a.billing(c.output, c.billed)
			})
			audit := w.redeem(t, a)
			x := w.seated(t, auditing, t.TempDir(), feed(t), noProver{}, nil)
			running(t, x)
			drawnFor(t, x, audit)
			w.pass(t, time.Hour)
			got, err := x.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.Verdict != nil || c.State.Over() })
			require.NoError(t, err)
			require.NotNil(t, got.Verdict, "%s: %s %s", got.State, got.Note, got.Trouble)
			require.Equal(t, c.kind, got.Verdict.Kind)
			require.Empty(t, got.Asked)
		})
	}
}
