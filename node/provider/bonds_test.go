package provider

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// heldBonds are bonds as the chain holds them.
type heldBonds struct {
	list []contracts.Bond
	paid []common.Hash
	fail error
}

func (h *heldBonds) Bonds(context.Context) ([]contracts.Bond, error) { return h.list, nil }

func (h *heldBonds) PayBond(_ context.Context, b contracts.Bond) (contracts.PaidBond, error) {
	if h.fail != nil {
		return contracts.PaidBond{}, h.fail
	}
	h.paid = append(h.paid, b.Question)
	for i, one := range h.list {
		if one.Question == b.Question {
			h.list = append(h.list[:i:i], h.list[i+1:]...)
			return contracts.PaidBond{Question: b.Question, To: b.Answerer, Amount: b.ShareOf(b.Answerer), ToProvider: b.ShareOf(b.Provider)}, nil
		}
	}
	return contracts.PaidBond{}, fmt.Errorf("no such bond: %w", protocol.ErrConflict)
}

// Bonds are collected once they are due, if they bring more than their gas.
func TestBondsAreCollectedWhenTheyAreDueAndWorthIt(t *testing.T) {
	stranger := common.Address{9}
	bond := func(n byte, amount uint64, at uint64, answerer common.Address) contracts.Bond {
		return contracts.Bond{Question: common.Hash{n}, Asker: stranger, Answerer: answerer, Provider: testOwner, Amount: protocol.NewAmount(amount), PayableAt: at}
	}
	chain := newTestChain()
	p, _ := redeemer(t, chain, nil, Policy{Amount: protocol.NewAmount(20)})
	start := chain.fixed
	proven := bond(5, 900, 0, operatorKey.address)
	proven.Proven = true
	held := &heldBonds{list: []contracts.Bond{
		bond(1, 30, start, operatorKey.address), // 10 and 10
		bond(2, 30, start, stranger),            // 10: too little
		bond(3, 60, start+50, stranger),         // not due yet
		bond(4, 2, start, operatorKey.address),  // brings nothing at all
		proven,                                  // the asker's
		{Question: common.Hash{7}, Asker: testOwner, Answerer: stranger, Provider: stranger, Amount: protocol.NewAmount(900), PayableAt: start},
	}}
	p.deps.Bonds = held
	views := p.Earnings(t.Context()).Bonds
	require.Len(t, views, 3)
	require.Equal(t, []protocol.Amount{protocol.NewAmount(10), protocol.NewAmount(10)}, []protocol.Amount{views[0].Owner, views[0].Operator})
	require.NoError(t, p.collectRound(t.Context(), false))
	require.Equal(t, []common.Hash{{1}}, held.paid)
	require.NoError(t, p.collectRound(t.Context(), false))
	require.Len(t, held.paid, 1, "once")
	chain.fixed = start + 50
	require.NoError(t, p.collectRound(t.Context(), false))
	require.Equal(t, []common.Hash{{1}, {3}}, held.paid)
	require.NoError(t, p.RedeemNow(t.Context()))
	require.Equal(t, []common.Hash{{1}, {3}, {2}}, held.paid, "a person asks for all that brings anything")
	require.Empty(t, p.Earnings(t.Context()).Bonds)
}

// That a bond was paid out by somebody else is no failure; that the chain does not answer
// is one, and stops no other bond.
func TestABondThatSomebodyElsePaidOutIsNoFailure(t *testing.T) {
	chain := newTestChain()
	p, _ := redeemer(t, chain, nil, Policy{})
	held := &heldBonds{list: []contracts.Bond{{Question: common.Hash{1}, Answerer: testOwner, Provider: testOwner, Amount: protocol.NewAmount(9)}},
		fail: fmt.Errorf("paid: %w", protocol.ErrConflict)}
	p.deps.Bonds = held
	require.NoError(t, p.collectRound(t.Context(), false))
	held.fail = fmt.Errorf("node: %w", protocol.ErrUnavailable)
	require.ErrorIs(t, p.collectRound(t.Context(), false), protocol.ErrUnavailable)
	held.fail = nil
	require.NoError(t, p.collectRound(t.Context(), false))
	require.Len(t, held.paid, 1)
}

// stuckBonds waits for a block that never comes.
type stuckBonds struct {
	heldBonds
	began chan struct{}
}

func (s *stuckBonds) PayBond(ctx context.Context, _ contracts.Bond) (contracts.PaidBond, error) {
	close(s.began)
	<-ctx.Done()
	return contracts.PaidBond{}, ctx.Err()
}

// heardRedeemer tells of its redeems.
type heardRedeemer struct {
	fakeChainWork
	heard chan struct{}
}

func (h *heardRedeemer) Redeem(ctx context.Context, batch []SignedVoucher) ([]Paid, error) {
	defer func() { h.heard <- struct{}{} }()
	return h.fakeChainWork.Redeem(ctx, batch)
}

// A voucher ends with its channel, and bonds wait: they keep none from its redeem.
func TestBondsKeepNoVoucherFromItsRedeem(t *testing.T) {
	bonds := &stuckBonds{began: make(chan struct{})}
	bonds.list = []contracts.Bond{{Question: common.Hash{1}, Answerer: testOwner, Provider: testOwner, Amount: protocol.NewAmount(9)}}
	work := &heardRedeemer{heard: make(chan struct{}, 1)}
	cfg := testConfig(t.TempDir())
	cfg.RedeemEvery, cfg.CacheFor = time.Millisecond, time.Nanosecond
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: newTestChain(), Redeemer: work, Bonds: bonds})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	<-bonds.began
	_, err = p.book.pay(testPay(signOne(t, p.book, 1)), delegates, 100)
	require.NoError(t, err)
	select {
	case <-work.heard:
	case err := <-ended:
		t.Fatal("ended", err)
	}
	stop()
	require.NoError(t, <-ended)
}
