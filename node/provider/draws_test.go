package provider

import (
	"context"
	"errors"
	"log/slog"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
)

// drawn lists what it is told to.
type drawn []contracts.WaitingAudit

func (d drawn) Waiting(context.Context) ([]contracts.WaitingAudit, error) { return d, nil }

func (drawn) Addresses() contracts.Addresses { return contracts.Addresses{} }

// paidProvider holds a voucher for n receipts of five units each.
func paidProvider(t *testing.T, dir string, n int, chain *asks) (*Provider, []protocol.Receipt) {
	p, err := New(testConfig(dir), Deps{Key: operatorKey.key, Chain: newTestChain(), Answers: chain, Draws: drawn(nil)})
	require.NoError(t, err)
	var receipts []protocol.Receipt
	for i := range n {
		receipts = append(receipts, signOne(t, p.book, byte(i+1)))
	}
	_, err = p.book.pay(testPay(receipts[:2]...), delegates, 100)
	require.NoError(t, err)
	_, err = p.book.pay(testPay(receipts...), delegates, 101)
	require.NoError(t, err)
	return p, receipts
}

// Each drawn point is opened by the receipt that pays it, once a clock, under the root that
// the audit has: also after a restart, and in a line that went on since.
func TestDrawnPointsAreOpenedByTheirReceipts(t *testing.T) {
	dir, chain := t.TempDir(), &asks{sent: map[common.Hash]int{}}
	p, receipts := paidProvider(t, dir, 5, chain)
	line := contracts.LineID(testPay(receipts...).Voucher.Line())
	point := func(i uint32, at, deadline uint64) contracts.WaitingPoint {
		return contracts.WaitingPoint{Index: i, At: protocol.NewAmount(at), Deadline: deadline}
	}
	audit := contracts.WaitingAudit{Audit: common.Hash{1}, Line: line, Checkpoint: 3, Root: testPay(receipts...).Voucher.ReceiptsRoot,
		Points: []contracts.WaitingPoint{point(0, 0, 50), point(1, 4, 50), point(2, 5, 50), point(3, 24, 50)}}
	requireOpened := func(p *Provider, a contracts.WaitingAudit, want map[int][]uint32) {
		calls, err := p.openings(a)
		require.NoError(t, err)
		require.Len(t, calls, len(want))
		for _, c := range calls {
			index := -1
			for i, r := range receipts {
				if testDomain.Digest(r) == c.receipt {
					index = i
				}
			}
			require.Equal(t, want[index], c.points)
			require.Equal(t, a.Points[0].Deadline-1, c.call.Deadline)
		}
	}
	requireOpened(p, audit, map[int][]uint32{0: {0, 1}, 1: {2}, 4: {3}})
	early := audit
	early.Root, early.Points = testPay(receipts[:2]...).Voucher.ReceiptsRoot, []contracts.WaitingPoint{point(7, 9, 50)}
	requireOpened(p, early, map[int][]uint32{1: {7}})

	p.deps.Draws = drawn{audit}
	for range 3 {
		require.NoError(t, p.DrawsNow(t.Context()))
	}
	require.Len(t, chain.sent, 3)
	for _, times := range chain.sent {
		require.Equal(t, 3, times, "the sender is told of what waits still, and acts once")
	}
	require.NoError(t, p.book.log.Close())
	p, err := New(testConfig(dir), Deps{Key: operatorKey.key, Chain: newTestChain(), Answers: chain, Draws: drawn{audit}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	requireOpened(p, audit, map[int][]uint32{0: {0, 1}, 1: {2}, 4: {3}})
	require.NoError(t, p.DrawsNow(t.Context()))
	require.Len(t, chain.sent, 3, "a restart sends nothing else")
	again := audit
	again.Points = []contracts.WaitingPoint{point(2, 5, 90)}
	p.deps.Draws = drawn{again}
	require.NoError(t, p.DrawsNow(t.Context()))
	require.Len(t, chain.sent, 4, "another clock is another transaction")
}

// lateNode is one of several behind one address: the first simulation runs where the draw's
// block is not known yet.
type lateNode struct{ simulated, sent int }

func (n *lateNode) Observe(context.Context, common.Address) (txmgr.Observation, error) {
	return txmgr.Observation{Head: protocol.BlockRef{Number: 10, Time: 10}, GasLimit: 30e6, BaseFee: big.NewInt(1), Tip: big.NewInt(1)}, nil
}

func (n *lateNode) Receipts(context.Context, []common.Hash) (txmgr.Receipts, error) {
	return txmgr.Receipts{}, nil
}

func (n *lateNode) Simulate(context.Context, ethereum.CallMsg) (uint64, error) {
	if n.simulated++; n.simulated == 1 {
		return 0, noSuchPoint{errors.New("execution reverted: NoSuchPoint")}
	}
	return 100_000, nil
}

func (n *lateNode) Send(context.Context, []byte) error { n.sent++; return nil }

func (n *lateNode) Heads(context.Context) <-chan protocol.BlockRef { return nil }

// noSuchPoint is a call that the contract refuses.
type noSuchPoint struct{ error }

func (noSuchPoint) RevertData() []byte { return []byte{1, 2, 3, 4} }

// One node's word that there is no such point gives no point up: it would be silence.
func TestADrawnPointIsOpenedAfterARefusedSimulation(t *testing.T) {
	node := &lateNode{}
	m := txmgr.New(txmgr.Config{ChainID: 31337, Outbox: txmgr.NewMemory(), Node: node, Signer: chain.KeySigner{Key: operatorKey.key}, Logger: slog.New(slog.DiscardHandler)})
	p, receipts := paidProvider(t, t.TempDir(), 2, &asks{sent: map[common.Hash]int{}})
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	v := testPay(receipts...).Voucher
	p.deps.Answers = m
	p.deps.Draws = drawn{{Audit: common.Hash{1}, Line: contracts.LineID(v.Line()), Root: v.ReceiptsRoot,
		Points: []contracts.WaitingPoint{{Index: 0, At: protocol.NewAmount(1), Deadline: 1000}}}}
	look := func() {
		require.NoError(t, p.DrawsNow(t.Context()))
		require.NoError(t, m.Converge(t.Context()))
	}
	look()
	require.Zero(t, node.sent, "refused")
	look()
	require.Equal(t, 1, node.sent)
	look()
	require.Equal(t, 2, node.simulated, "what is on its way is no other transaction")
}

// What was made for points that wait is handed over again as it is, also when somebody else
// opens some of them or more are drawn: nothing else is sent, and no line is read again.
func TestOpeningsAreKeptWhileTheirPointsWait(t *testing.T) {
	chain := &asks{sent: map[common.Hash]int{}}
	p, receipts := paidProvider(t, t.TempDir(), 5, chain)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	v := testPay(receipts...).Voucher
	two := contracts.WaitingAudit{Audit: common.Hash{1}, Line: contracts.LineID(v.Line()), Root: v.ReceiptsRoot,
		Points: []contracts.WaitingPoint{{Index: 0, At: protocol.NewAmount(0), Deadline: 50}, {Index: 1, At: protocol.NewAmount(4), Deadline: 50}}}
	p.deps.Draws = drawn{two}
	require.NoError(t, p.DrawsNow(t.Context()))
	require.Len(t, chain.sent, 1, "both points in one transaction")
	lines := p.book.lines
	p.book.lines = nil
	one := two
	one.Points = two.Points[1:]
	p.deps.Draws = drawn{one}
	require.NoError(t, p.DrawsNow(t.Context()))
	require.Len(t, chain.sent, 1)
	for _, times := range chain.sent {
		require.Equal(t, 2, times)
	}
	more := one
	more.Points = append(slices.Clone(one.Points), contracts.WaitingPoint{Index: 2, At: protocol.NewAmount(7), Deadline: 50})
	p.deps.Draws = drawn{more}
	require.ErrorIs(t, p.DrawsNow(t.Context()), protocol.ErrNotFound, "the new one is looked up")
	p.book.lines = lines
	require.NoError(t, p.DrawsNow(t.Context()))
	require.Len(t, chain.sent, 2)
	moved := one
	moved.Points = []contracts.WaitingPoint{{Index: 1, At: protocol.NewAmount(20), Deadline: 50}}
	p.deps.Draws = drawn{moved}
	require.NoError(t, p.DrawsNow(t.Context()))
	require.Len(t, chain.sent, 3, "a reorg drew another place")
}

// What cannot be opened is said, and stops nothing else.
func TestDrawsThatCannotBeOpenedStopNoOther(t *testing.T) {
	chain := &asks{sent: map[common.Hash]int{}}
	p, receipts := paidProvider(t, t.TempDir(), 3, chain)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	good := contracts.WaitingAudit{Audit: common.Hash{1}, Line: contracts.LineID(testPay(receipts...).Voucher.Line()), Root: testPay(receipts...).Voucher.ReceiptsRoot,
		Points: []contracts.WaitingPoint{{Index: 0, At: protocol.NewAmount(15), Deadline: 50}, {Index: 1, At: protocol.NewAmount(14), Deadline: 50}}}
	garbage, foreign := good, good
	garbage.Audit, garbage.Root = common.Hash{2}, common.Hash{9}
	foreign.Audit, foreign.Line = common.Hash{3}, common.Hash{9}
	p.deps.Draws = drawn{garbage, foreign, good}
	err := p.DrawsNow(t.Context())
	require.ErrorIs(t, err, protocol.ErrNotFound)
	require.Len(t, chain.sent, 1, "the point behind the last receipt has none")
}

// partly lists what could be read.
type partly struct{ drawn }

func (d partly) Waiting(context.Context) ([]contracts.WaitingAudit, error) {
	return d.drawn, errors.New("missing trie node")
}

// What was read of the draws is opened although not all of it could be.
func TestDrawnPointsAreOpenedBesideAFailedRead(t *testing.T) {
	chain := &asks{sent: map[common.Hash]int{}}
	p, receipts := paidProvider(t, t.TempDir(), 2, chain)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	v := testPay(receipts...).Voucher
	p.deps.Draws = partly{drawn{{Audit: common.Hash{1}, Line: contracts.LineID(v.Line()), Root: v.ReceiptsRoot,
		Points: []contracts.WaitingPoint{{Index: 0, Deadline: 50}}}}}
	require.ErrorContains(t, p.DrawsNow(t.Context()), "missing trie node")
	require.Len(t, chain.sent, 1)
}

// Receipts that are dropped leave the peaks that later ones are opened with.
func TestLeavesOutliveTheReceiptsBeforeThem(t *testing.T) {
	dir := t.TempDir()
	b := testBook(t, dir, 1) // a segment a record
	var receipts []protocol.Receipt
	for i := range 6 {
		receipts = append(receipts, signOne(t, b, byte(i+1)))
		_, err := b.pay(testPay(receipts...), delegates, uint64(100+i))
		require.NoError(t, err)
	}
	v := testPay(receipts...).Voucher
	require.NoError(t, b.redeemed(v.Line(), protocol.NewAmount(15), 200)) // the first three
	late := receipts[0]
	deadline := b.byHash(testDomain.Digest(late)).deadline
	require.NoError(t, b.forget(keeping{deadline + 10_000, 10, 1 << 40, nil, nil}))
	require.Nil(t, b.byHash(testDomain.Digest(late)))
	for range 2 {
		_, known, err := b.leavesOf(contracts.LineID(v.Line()))
		require.NoError(t, err)
		base, leaves, err := known.under(v.ReceiptsRoot)
		require.NoError(t, err)
		require.EqualValues(t, 6, base.Count+uint64(len(leaves)))
		require.EqualValues(t, 3, base.Count)
		o, err := base.Open(leaves, 1)
		require.NoError(t, err)
		require.Equal(t, v.ReceiptsRoot, o.Root)
		require.Equal(t, protocol.NewAmount(20), o.Start)
		require.NoError(t, b.log.Close())
		b = testBook(t, dir, 1)
	}
}
