package provider

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// A voucher in a segment that stays may pay a receipt of one that was dropped.
func TestJournalOpensAfterAPaidReceiptWasDropped(t *testing.T) {
	dir := t.TempDir()
	b := testBook(t, dir, 1)
	first := signOne(t, b, 1) // alone in its segment
	second := signOne(t, b, 2)
	deadline := testAsk(1).Request.Deadline
	_, err := b.pay(testPay(first, second), delegates, deadline) // in a newer one
	require.NoError(t, err)
	third := signOne(t, b, 3)
	line := b.lineViews()[0].Line
	require.NoError(t, b.redeemed(line, protocol.NewAmount(10), deadline))
	asked := map[common.Hash]uint64{testDomain.Digest(second): deadline + 1} // the second alone can be disputed still
	require.NoError(t, b.forget(keeping{deadline + 101, 100, 1000, nil, asked}))
	require.Nil(t, b.stored(first.RequestHash))
	require.NotNil(t, b.stored(second.RequestHash))
	views, next := b.lineViews(), b.next
	require.NoError(t, b.log.Close())

	b = testBook(t, dir, 1)
	require.Equal(t, views, b.lineViews())
	require.Equal(t, next, b.next)
	require.Equal(t, protocol.NewAmount(10), b.stored(second.RequestHash).end, "as far as anybody knows")
	all := testPay(first, second, third)
	all.Added = all.Added[2:]
	_, err = b.pay(all, delegates, deadline)
	require.NoError(t, err)
}

// The same, where the voucher is not in the summary of its own segment.
func TestJournalOpensAfterAllReceiptsOfAVoucherWereDropped(t *testing.T) {
	dir := t.TempDir()
	b := testBook(t, dir, 3000)
	first, second := signOne(t, b, 1), signOne(t, b, 2)
	third := signOne(t, b, 3)
	require.EqualValues(t, 1, b.stored(second.RequestHash).pos.Segment)
	require.EqualValues(t, 2, b.stored(third.RequestHash).pos.Segment)
	deadline := testAsk(1).Request.Deadline
	_, err := b.pay(testPay(first, second), delegates, deadline)
	require.NoError(t, err)
	require.NoError(t, b.redeemed(b.lineViews()[0].Line, protocol.NewAmount(10), deadline))
	require.NoError(t, b.forget(keeping{deadline + 101, 100, 1000, nil, nil}))
	require.Nil(t, b.stored(second.RequestHash))
	views := b.lineViews()
	require.NoError(t, b.log.Close())
	b = testBook(t, dir, 3000)
	require.Equal(t, views, b.lineViews())
}

// A voucher that can never be redeemed must not hold the journal for ever.
func TestJournalLetsGoOfVouchersOfDeadChannels(t *testing.T) {
	b := testBook(t, t.TempDir(), 1)
	first := signOne(t, b, 1)
	deadline := testAsk(1).Request.Deadline
	_, err := b.pay(testPay(first), delegates, deadline)
	require.NoError(t, err)
	signOne(t, b, 2)
	dead := map[common.Hash]bool{testChannel: true}
	require.NoError(t, b.forget(keeping{deadline + 100 + 1000, 100, 1000, dead, nil}))
	require.NotNil(t, b.stored(first.RequestHash))
	require.NoError(t, b.forget(keeping{deadline + 100 + 1001, 100, 1000, nil, nil}))
	require.NotNil(t, b.stored(first.RequestHash), "the channel lives: it may still be redeemed, and then audited")
	require.NoError(t, b.forget(keeping{deadline + 100 + 1001, 100, 1000, dead, nil}))
	require.Nil(t, b.stored(first.RequestHash))
}

// Maximum fees that overflow together must leave nothing behind on a channel.
func TestAbsurdMaximumFeesDoNotPoisonAChannel(t *testing.T) {
	p, err := New(testConfig(t.TempDir()), Deps{Key: operatorKey.key, Chain: newTestChain()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	s := &session{p: p, relayer: relayerKey.address}
	huge, _ := protocol.AmountFromBig(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)))
	var runs []*run
	for salt := byte(1); salt <= 2; salt++ {
		a := testAsk(salt)
		a.Request.MaxFee = huge
		a.Hash = testDomain.Digest(a.Request)
		r, _, err := p.begin(s, a)
		if err == nil {
			runs = append(runs, r)
		} else {
			require.Equal(t, wire.RefuseExposure, refused(a.Hash, err).Code)
		}
	}
	for _, r := range runs {
		p.end(r)
	}
	require.Empty(t, p.inFlight)
}

// failingChain cannot be read while down.
type failingChain struct {
	*testChain
	down bool
}

func (c *failingChain) Now(ctx context.Context) (uint64, error) {
	if c.down {
		return 0, protocol.ErrUnavailable
	}
	return c.testChain.Now(ctx)
}

// Paid.Count tells the payer where to go on: an outage must not say that nothing is held.
func TestRefusedVoucherSaysWhatIsHeld(t *testing.T) {
	chain := &failingChain{testChain: newTestChain()}
	cfg := testConfig(t.TempDir())
	cfg.CacheFor = time.Nanosecond
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: chain})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	first, second := signOne(t, p.book, 1), signOne(t, p.book, 2)
	_, err = p.Hold(t.Context(), testPay(first))
	require.NoError(t, err)
	both := testPay(first, second)
	forged := both
	forged.Signature = append(protocol.Bytes(nil), both.Signature...)
	forged.Signature[3] ^= 1

	chain.down = true
	count, err := p.Hold(t.Context(), both)
	require.ErrorIs(t, err, protocol.ErrUnavailable)
	require.EqualValues(t, 1, count)
	chain.down = false
	count, err = p.Hold(t.Context(), forged)
	require.Error(t, err)
	require.EqualValues(t, 1, count)
	chain.channel.Expiry = 1
	count, err = p.Hold(t.Context(), both)
	require.ErrorIs(t, err, protocol.ErrExpired)
	require.EqualValues(t, 1, count)
}

// moodyRedeemer refuses every batch with a voucher of the bad channel.
type moodyRedeemer struct {
	fakeChainWork
	bad common.Hash
}

func (m *moodyRedeemer) Redeem(ctx context.Context, vs []SignedVoucher) ([]Paid, error) {
	for _, v := range vs {
		if v.Voucher.Channel == m.bad {
			return nil, errors.New("reverted")
		}
	}
	return m.fakeChainWork.Redeem(ctx, vs)
}

// One batch that fails must stop neither the others nor the maturing of credits.
func TestFailingRedeemBlocksNothingElse(t *testing.T) {
	work := &moodyRedeemer{fakeChainWork: fakeChainWork{outputs: map[common.Hash][]uint32{}}, bad: common.Hash{0xba}}
	cfg := testConfig(t.TempDir())
	cfg.Redeem = Policy{Batch: 1}
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: anyChannel{newTestChain()}, Redeemer: work, Maturer: work})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	for salt, channel := range []common.Hash{work.bad, testChannel} {
		a := testAsk(byte(salt))
		a.Request.Payment = channel
		a.Hash = testDomain.Digest(a.Request)
		r, _, err := p.book.sign(answerRecord{Ask: a, Receipt: protocol.Receipt{RequestHash: a.Hash, Provider: testOwner, OutputTokens: 1,
			Finish: protocol.FinishStop, Fee: protocol.NewAmount(uint64(9 - salt))}}) // the bad one owes more and goes first
		require.NoError(t, err)
		pay := testPay(r)
		pay.Voucher.Channel = channel
		pay.Signature, _ = testDomain.Sign(delegateKey.key, pay.Voucher)
		_, err = p.Hold(t.Context(), pay)
		require.NoError(t, err)
	}
	require.Error(t, p.RedeemNow(t.Context()))
	require.Len(t, work.redeemed, 1)
	require.Equal(t, testChannel, work.redeemed[0][0].Voucher.Channel)
	require.Len(t, work.matured, 1)
}

// anyChannel has every channel.
type anyChannel struct{ *testChain }

func (c anyChannel) Channel(context.Context, common.Hash) (Channel, error) { return c.channel, nil }

// A channel that others emptied pays nothing: no gas is burnt on it.
func TestNothingIsRedeemedFromAnEmptyChannel(t *testing.T) {
	l := LineView{Line: protocol.Line{Channel: common.Hash{1}}, Owed: protocol.NewAmount(7), Since: 1}
	v := RedeemView{Now: 10_000, Lines: []LineView{l}, Channels: map[common.Hash]Channel{{1}: {Expiry: 1_000_000, Deposit: protocol.NewAmount(9), Paid: protocol.NewAmount(9)}}}
	require.Empty(t, Policy{}.Decide(v))
	v.Channels[common.Hash{1}] = Channel{Expiry: 1_000_000, Deposit: protocol.NewAmount(9), Paid: protocol.NewAmount(8)}
	require.Len(t, Policy{}.Decide(v), 1)
}

// heldBackend answers three tokens and then waits to be cut.
type heldBackend struct{ countBackend }

func (heldBackend) Generate(ctx context.Context, w Work, emit func(Piece) error) (a Answer, err error) {
	a.Finish, a.BoundaryRoot = protocol.FinishCancelled, common.Hash{1}
	for i := range uint32(3) {
		a.Tokens, a.Text, a.OutputTokens = append(a.Tokens, 10+i), a.Text+"x", i+1
		if err := emit(Piece{Tokens: []uint32{10 + i}, Text: "x"}); err != nil {
			return a, err
		}
	}
	<-ctx.Done()
	return a, context.Cause(ctx)
}

// A receipt over tokens that a broken connection swallowed is paid by nobody: the next
// connection, also of the next process, brings the whole answer.
func TestBrokenConnectionBringsTheWholeAnswerLater(t *testing.T) {
	f := newFakeRelayer(t)
	cfg := testConfig(t.TempDir(), f.URL)
	cfg.Models[0].Backend = heldBackend{}
	a := testAsk(1)
	first, whole := true, []uint32(nil)
	for life := range 2 {
		p, err := New(cfg, Deps{Key: operatorKey.key, Chain: newTestChain()})
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- p.Run(ctx) }()
		if first {
			conn := <-f.conns
			frame, err := wire.Seal(wire.KindAsk, a)
			require.NoError(t, err)
			require.NoError(t, conn.Write(t.Context(), websocket.MessageText, frame))
			for kind := wire.Kind(""); kind != wire.KindChunk; {
				_, message, err := conn.Read(t.Context())
				require.NoError(t, err)
				require.NoError(t, wire.Each(message, func(e wire.Envelope) error { kind = e.Kind; return nil }))
			}
			conn.CloseNow()
			first = false
		}
		conn := <-f.conns
		var done wire.Done
		for done.Hash == (common.Hash{}) {
			_, message, err := conn.Read(t.Context())
			require.NoError(t, err)
			require.NoError(t, wire.Each(message, func(e wire.Envelope) error {
				if e.Kind == wire.KindDone {
					done, err = wire.Open[wire.Done](e)
				}
				return err
			}))
		}
		require.Equal(t, a.Hash, done.Hash, life)
		if life == 0 { // the break may come before the backend's last token
			require.NotEmpty(t, done.Output)
			require.Equal(t, []uint32{10, 11, 12}[:len(done.Output)], done.Output)
			whole = done.Output
		}
		require.Equal(t, whole, done.Output)
		require.Equal(t, protocol.TokenRoot(a.Secret, protocol.TagOutput, done.Output), done.Receipt.OutputRoot)
		stop()
		conn.CloseNow()
		require.NoError(t, <-ended)
	}
}

// A requester that never signs a voucher is served so far and no further, also where
// nobody configured how far.
func TestWhoNeverPaysIsNotServedForEver(t *testing.T) {
	chain := newTestChain()
	chain.channel.Deposit, chain.stake = protocol.NewAmount(1<<60), protocol.NewAmount(1<<62)
	p, err := New(testConfig(t.TempDir()), Deps{Key: operatorKey.key, Chain: chain})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	s := &session{p: p, relayer: relayerKey.address}
	judge := func(salt byte) error {
		r, _, err := p.begin(s, testAsk(salt))
		if err == nil {
			defer p.end(r)
			err = p.check(r, s.relayer)
		}
		return err
	}
	limit, _ := p.cfg.MaxUnpaid.Uint64()
	require.EqualValues(t, 2*8*10_000, limit)
	owe := func(salt byte, fee uint64) protocol.Receipt {
		a := testAsk(salt)
		r, _, err := p.book.sign(answerRecord{Ask: a, Receipt: protocol.Receipt{RequestHash: a.Hash, Provider: testOwner, Fee: protocol.NewAmount(fee)}})
		require.NoError(t, err)
		return r
	}
	first := owe(1, limit-11)
	require.NoError(t, judge(2), "the limit itself")
	second := owe(3, 1)
	require.Equal(t, wire.RefuseFunds, refused(common.Hash{}, judge(2)).Code)
	_, err = p.Hold(t.Context(), testPay(first, second))
	require.NoError(t, err)
	require.NoError(t, judge(2))
}

// Questions prolong the window of a receipt; a provider that dropped the answer by then
// would be silent, and slashed although it computed right.
func TestAnswersAreKeptAsLongAsQuestionsProlongTheWindow(t *testing.T) {
	cfg, chain := testConfig(t.TempDir()), newTestChain()
	cfg.SegmentBytes, cfg.CacheFor = 1, time.Nanosecond
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: chain})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	first := signOne(t, p.book, 1)
	deadline := p.book.stored(first.RequestHash).deadline
	_, err = p.book.pay(testPay(first), delegates, deadline)
	require.NoError(t, err)
	require.NoError(t, p.book.redeemed(p.book.lineViews()[0].Line, first.Fee, deadline))
	signOne(t, p.book, 2) // in a newer segment
	chain.fixed = deadline + (30+108)*3600
	require.NoError(t, p.forget(t.Context()))
	require.NotNil(t, p.book.stored(first.RequestHash))
	chain.fixed++
	require.NoError(t, p.forget(t.Context()))
	require.Nil(t, p.book.stored(first.RequestHash))
}

// A flood of questions lets the window of a receipt grow without a bound: the answer stays
// as long after the last question about it, also for one that started again since.
func TestAnswersAreKeptAfterTheLastQuestion(t *testing.T) {
	cfg, chain := testConfig(t.TempDir()), newTestChain()
	cfg.SegmentBytes, cfg.CacheFor = 1, time.Nanosecond
	questions := &asks{sent: map[common.Hash]int{}}
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: chain, Questions: questions, Answers: questions})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	first := signOne(t, p.book, 1)
	deadline := p.book.stored(first.RequestHash).deadline
	_, err = p.book.pay(testPay(first), delegates, deadline)
	require.NoError(t, err)
	require.NoError(t, p.book.redeemed(p.book.lineViews()[0].Line, first.Fee, deadline))
	signOne(t, p.book, 2) // in a newer segment
	last := deadline + 1000*3600
	questions.due = map[common.Hash]uint64{testDomain.Digest(first): last}
	chain.fixed = last + (30+108)*3600
	require.NoError(t, p.forget(t.Context()))
	require.NotNil(t, p.book.stored(first.RequestHash), "to the second")
	chain.fixed++
	require.NoError(t, p.forget(t.Context()))
	require.Nil(t, p.book.stored(first.RequestHash))
}

// opening is a backend that could open answers.
type opening struct{ countBackend }

func (opening) Boundaries(context.Context, Answered) ([]common.Hash, error) { return nil, nil }

func (opening) Open(context.Context, Answered, step.Block) (OpenBlock, error) { return nil, nil }

// Openings count when any operator of the provider signs, so a new key answers for the old one.
func TestANewOperatorOpensWhatTheOldOneSigned(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.Models[0].Backend = opening{}
	open := func(c Config, key *ecdsa.PrivateKey) *Provider {
		p, err := New(c, Deps{Key: key, Chain: newTestChain()})
		require.NoError(t, err)
		return p
	}
	p := open(cfg, operatorKey.key)
	hash := testDomain.Digest(signOne(t, p.book, 1))
	require.NoError(t, p.book.log.Close())

	p = open(cfg, relayerKey.key)
	a, _, err := p.answered(hash)
	require.NoError(t, err)
	require.Equal(t, []uint32{10}, a.Output)
	require.NoError(t, p.book.log.Close())
	cfg.Provider = common.Address{7}
	p = open(cfg, relayerKey.key)
	_, _, err = p.answered(hash)
	require.ErrorIs(t, err, protocol.ErrNotFound, "another provider's")
	require.NoError(t, p.book.log.Close())
}

// A request whose voucher comes too late to be redeemed is free work: its channel must last longer than its deadline,
// by the margin in which redeem rounds fall.
func TestAChannelOutlastsWhatIsBoughtFromIt(t *testing.T) {
	chain, cfg := newTestChain(), testConfig(t.TempDir())
	cfg.CacheFor, cfg.Redeem.Margin, cfg.RedeemEvery = time.Nanosecond, 600, time.Hour
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: chain})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	require.LessOrEqual(t, p.cfg.RedeemEvery, 300*time.Second)
	a := testAsk(1)
	chain.channel.Expiry = a.Request.Deadline + 601
	require.NoError(t, p.checkMoney(t.Context(), relayerKey.address, a, protocol.Amount{}))
	chain.channel.Expiry--
	err = p.checkMoney(t.Context(), relayerKey.address, a, protocol.Amount{})
	require.Equal(t, wire.RefuseFunds, refused(a.Hash, err).Code)
}
