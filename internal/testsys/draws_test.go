package testsys

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/internal/cheat"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// drawing is a network with live clocks, which the test moves on, where the largest fee is
// always drawn and tokens are for drawn auditors only.
type drawing struct {
	*network.Network
	t    *testing.T
	skew *atomic.Int64
	api  *visitor
}

// dear makes 40 output tokens cost nearly the largest fee that a stake of 100 may back.
const (
	dear      = 6_200_000_000
	fullAsked = 40
)

func newDrawing(t *testing.T, load func(context.Context) (*keys.Set, error)) *drawing {
	skew := &atomic.Int64{}
	terms := func(admin common.Address) deploy.Parameters {
		p := deploy.Live(common.Address{}, admin, admin)
		p.Audits.AuditBps = 10_000
		p.Beacon.Source, p.Beacon.Delay = 0, 2
		return p
	}
	n, err := network.Up(t.Context(), network.Config{Data: t.TempDir(), Log: quiet(), Terms: terms, Stake: 100, PriceOut: protocol.NewAmount(dear), ForAuditors: true,
		Now: func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }, Keys: load})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	channel, err := n.OpenChannel(t.Context(), network.AccountRequester, 100, 30*24*time.Hour)
	require.NoError(t, err)
	key, err := n.CreateKey(t.Context(), network.AccountRequester, channel)
	require.NoError(t, err)
	return &drawing{n, t, skew, &visitor{t: t, base: n.APIURL, key: key}}
}

// pass moves the chain's clock on, and returns when a block has the new time.
func (d *drawing) pass(by time.Duration) {
	d.t.Helper()
	before, err := d.Chain.Reader.Now(d.t.Context())
	require.NoError(d.t, err)
	d.skew.Add(int64(by))
	ctx, stop := context.WithCancel(d.t.Context())
	defer stop()
	for range d.Chain.Client.Heads(ctx) {
		now, err := d.Chain.Reader.Now(ctx)
		require.NoError(d.t, err)
		if now >= before+uint64(by/time.Second) {
			return
		}
	}
	d.t.Fatal("no block came")
}

// redeemed buys answers of a provider, and returns the audits of the redeems that pay for
// them, with the receipts.
func (d *drawing) redeemed(owner common.Address, answers int) (audits []common.Hash, receipts []common.Hash) {
	d.t.Helper()
	fees := protocol.Amount{}
	for i := range answers {
		a := d.api.must(chat(demo.Name+"@1", demo.Prompts()[i], map[string]any{"max_tokens": fullAsked, "temperature": 0.6,
			"provider": map[string]any{"only": []common.Address{owner}}}))
		fees, receipts = total(d.t, fees, a.DGrid.Price.BaseUnits), append(receipts, a.DGrid.Receipt.Digest)
	}
	await(d.t, time.Minute, "the answers to be redeemed", func() error {
		audits = nil
		sum := protocol.Amount{}
		for _, e := range marketEvents[events.VoucherRedeemed](d.t, d.Chain) {
			if e.Provider != owner || e.ModelVersion != d.Proven {
				continue
			}
			sum = total(d.t, sum, e.Amount)
			line := protocol.Line{Channel: e.Channel, Provider: e.Provider, ModelVersion: e.ModelVersion, Relayer: e.Relayer}
			audits = append(audits, contracts.AuditID(contracts.LineID(line), e.Checkpoint))
		}
		if sum != fees {
			return fmt.Errorf("%s of %s are redeemed", sum, fees)
		}
		return nil
	})
	return audits, receipts
}

// answered says that an auditor has answered for everything that it was drawn for, or that
// nothing was drawn.
func answered(d auditor.Draw) bool {
	return d.State == auditor.DrawOver || len(d.Points) > 0 &&
		!slices.ContainsFunc(d.Points, func(p auditor.DrawPoint) bool { return p.State == "waiting" || p.Mine && !p.Answered })
}

// Answers are redeemed, their redeem is drawn, the provider opens what was drawn, two
// auditors that nobody tells anything get the tokens because they were drawn, find the answers
// right, and are paid when the window is over.
func TestDrawnAnswersAreAuditedAndPaidFor(t *testing.T) {
	t.Parallel()
	d := newDrawing(t, nil)
	made := map[int]*auditor.Auditor{}
	for seat, account := range []int{network.AccountAuditor, network.AccountSecondAuditor} {
		a, err := d.AddSeated(t.Context(), account, uint8(seat))
		require.NoError(t, err)
		made[account] = a
	}
	owner := d.Owners()[0]
	stake, err := d.Chain.Reader.Stake(t.Context(), owner)
	require.NoError(t, err)
	audits, receipts := d.redeemed(owner, 3)
	d.pass(10 * time.Minute) // then it is every auditor's turn to register
	points := 0
	for account, a := range made {
		for _, id := range audits {
			draw, err := a.WaitDraw(t.Context(), id, answered)
			require.NoError(t, err)
			for _, p := range draw.Points {
				points++
				require.True(t, p.Mine)
				require.Contains(t, receipts, p.Receipt)
				require.True(t, p.Said.Right)
				c, err := d.Chain.Reader.Point(t.Context(), id, p.Index)
				require.NoError(t, err)
				said, _ := c.Said(devchain.Address(account))
				require.Equal(t, contracts.AnswerRight, said)
				kept, err := a.Cases().Get(p.Receipt)
				require.NoError(t, err)
				require.Equal(t, auditor.OriginDraw, kept.Origin, "only who was drawn sees the tokens")
			}
		}
	}
	require.Positive(t, points)
	d.pass(50 * time.Hour)
	for account, a := range made {
		for _, id := range audits {
			draw, err := a.WaitDraw(t.Context(), id, func(d auditor.Draw) bool { return d.State == auditor.DrawOver })
			require.NoError(t, err)
			require.Empty(t, draw.Trouble)
		}
		await(t, time.Minute, "the auditor's pay", func() error {
			free, err := d.Chain.Reader.Free(t.Context(), devchain.Address(account))
			if err == nil && free.Cmp(protocol.NewAmount(network.SeatStake*1_000_000)) <= 0 {
				err = fmt.Errorf("auditor %d has %s", account, free)
			}
			return err
		})
	}
	after, err := d.Chain.Reader.Stake(t.Context(), owner)
	require.NoError(t, err)
	require.Equal(t, stake, after, "an honest provider that opens in time loses nothing")
	for _, account := range []int{network.AccountAuditor, network.AccountSecondAuditor} {
		seat, err := d.Chain.Reader.Auditor(t.Context(), devchain.Address(account))
		require.NoError(t, err)
		require.Equal(t, protocol.NewAmount(network.SeatStake*1_000_000), seat.Stake)
	}
}

// A drawn answer is wrong. The auditor that replays it proves it, and its provider is
// slashed; the one that signed it off unseen loses stake.
func TestADrawnWrongAnswerCostsWhoSignedItOff(t *testing.T) {
	t.Parallel()
	set := provingKeys(t)
	d := newDrawing(t, func(context.Context) (*keys.Set, error) { return set, nil })
	wrong, lazy := devchain.Address(network.AccountThirdOwner), devchain.Address(network.AccountSecondAuditor)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	require.NoError(t, d.AddProvider(t.Context(), network.AccountThirdOwner, network.AccountThirdOperator, cheat.NewWrong(d.Model, seed)))
	honest, err := d.AddSeated(t.Context(), network.AccountAuditor, 0)
	require.NoError(t, err)
	at, lane := d.Chain.Reader.Addresses(), d.Lane(network.AccountSecondAuditor)
	require.NoError(t, network.SubmitAll(t.Context(), lane, append(network.Fund(at, lazy, network.SeatStake, "lazy"),
		at.JoinAuditors(1, protocol.NewAmount(network.SeatStake*1_000_000), common.Hash{}))...))
	stake, err := d.Chain.Reader.Stake(t.Context(), wrong)
	require.NoError(t, err)

	audits, _ := d.redeemed(wrong, 2)
	d.pass(10 * time.Minute)
	convicted := map[common.Hash]bool{}
	for _, id := range audits {
		draw, err := honest.WaitDraw(t.Context(), id, answered)
		require.NoError(t, err)
		for _, p := range draw.Points {
			require.False(t, p.Said.Right)
			drawn, err := d.Chain.Reader.DrawnOf(t.Context(), p.Receipt)
			require.NoError(t, err)
			_, err = lane.SubmitAndWait(t.Context(), at.Attest(id, p.Index, drawn.TraceRoot, true, common.Hash{}))
			require.NoError(t, err)
			c, err := honest.Wait(t.Context(), p.Receipt, func(c auditor.Case) bool { return c.Verdict != nil || c.State.Over() })
			require.NoError(t, err)
			require.NotNil(t, c.Verdict, "%s %s", c.State, c.Note)
			require.Equal(t, contracts.FaultWrongStep, c.Verdict.Kind)
			convicted[p.Receipt] = true
		}
	}
	require.NotEmpty(t, convicted)
	d.pass(13 * time.Hour) // the time for answers is over
	for _, id := range audits {
		_, err := honest.WaitDraw(t.Context(), id, func(d auditor.Draw) bool { return d.State == auditor.DrawOver })
		require.NoError(t, err)
	}
	left, err := d.Chain.Reader.Stake(t.Context(), wrong)
	require.NoError(t, err)
	require.Negative(t, left.Cmp(stake))
	signer, err := d.Chain.Reader.Auditor(t.Context(), lazy)
	require.NoError(t, err)
	require.Negative(t, signer.Stake.Cmp(protocol.NewAmount(network.SeatStake*1_000_000)))
	owed, err := d.Chain.Reader.OwedTo(t.Context(), devchain.Address(network.AccountAuditor))
	require.NoError(t, err)
	seat, err := d.Chain.Reader.Auditor(t.Context(), devchain.Address(network.AccountAuditor))
	require.NoError(t, err)
	require.Equal(t, protocol.NewAmount(network.SeatStake*1_000_000), seat.Stake)
	free, err := d.Chain.Reader.Free(t.Context(), devchain.Address(network.AccountAuditor))
	require.NoError(t, err)
	require.Positive(t, total(t, owed, free).Cmp(protocol.NewAmount(network.SeatStake*1_000_000)), "who was right is paid")
}
