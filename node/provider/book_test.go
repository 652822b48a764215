package provider

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

func testBook(t *testing.T, dir string, segment int64) *book {
	t.Helper()
	c := testConfig(dir)
	c.SegmentBytes = segment
	d := Deps{Key: operatorKey.key, Chain: newTestChain()}
	require.NoError(t, c.complete(&d))
	b, err := openBook(c, d)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.log.Close()) })
	return b
}

func signOne(t *testing.T, b *book, salt byte) protocol.Receipt {
	t.Helper()
	a := testAsk(salt)
	r, sig, err := b.sign(answerRecord{Ask: a, Output: []uint32{10}, Text: "x", Receipt: protocol.Receipt{
		RequestHash: a.Hash, Provider: testOwner, OutputTokens: 1, Finish: protocol.FinishStop, TraceRoot: common.Hash{salt, 2}, Fee: protocol.NewAmount(5)}})
	require.NoError(t, err)
	signer, err := testDomain.Recover(r, sig)
	require.NoError(t, err)
	require.Equal(t, operatorKey.address, signer)
	return r
}

var delegates = []common.Address{delegateKey.address}

func TestVouchersFollowFromReceiptsOrAreRefused(t *testing.T) {
	b := testBook(t, t.TempDir(), 0)
	r := []protocol.Receipt{signOne(t, b, 1), signOne(t, b, 2), signOne(t, b, 3)}
	resign := func(p wire.Pay) wire.Pay {
		p.Signature, _ = testDomain.Sign(delegateKey.key, p.Voucher)
		return p
	}
	two := testPay(r[0], r[1])
	count, err := b.pay(two, delegates, 100)
	require.NoError(t, err)
	require.EqualValues(t, 2, count)
	three := testPay(r[0], r[1], r[2])
	newest := three
	newest.Added = three.Added[2:]

	refused := map[string]func() (wire.Pay, []common.Address){
		"not the delegate":     func() (wire.Pay, []common.Address) { return newest, []common.Address{{1}} },
		"no delegate":          func() (wire.Pay, []common.Address) { return newest, []common.Address{{}} },
		"lower than held":      func() (wire.Pay, []common.Address) { return testPay(r[0]), delegates },
		"same count, other":    func() (wire.Pay, []common.Address) { return testPay(r[1], r[0]), delegates },
		"other order":          func() (wire.Pay, []common.Address) { return testPay(r[1], r[0], r[2]), delegates },
		"duplicate receipt":    func() (wire.Pay, []common.Address) { return testPay(r[0], r[1], r[1]), delegates },
		"twice in one voucher": func() (wire.Pay, []common.Address) { return testPay(r[0], r[1], r[2], r[2]), delegates },
		"unknown receipt": func() (wire.Pay, []common.Address) {
			x := r[2]
			x.Fee = protocol.NewAmount(6)
			return testPay(r[0], r[1], x), delegates
		},
		"nothing added": func() (wire.Pay, []common.Address) { p := newest; p.Added = nil; return p, delegates },
		"total too low": func() (wire.Pay, []common.Address) {
			p := newest
			p.Voucher.Total = protocol.NewAmount(14)
			return resign(p), delegates
		},
		"other root": func() (wire.Pay, []common.Address) {
			p := newest
			p.Voucher.ReceiptsRoot[0] ^= 1
			return resign(p), delegates
		},
		"other line": func() (wire.Pay, []common.Address) {
			p := newest
			p.Voucher.Relayer = common.Address{9}
			return resign(p), delegates
		},
		"other provider": func() (wire.Pay, []common.Address) {
			p := newest
			p.Voucher.Provider = common.Address{9}
			return resign(p), delegates
		},
	}
	held := map[string]*wire.Held{}
	for name, make := range refused {
		p, d := make()
		_, err := b.pay(p, d, 100)
		require.Error(t, err, name)
		// Only whom the delegate let sign learns what is held.
		var astray *astrayError
		if errors.As(err, &astray) {
			require.NotContains(t, []string{"not the delegate", "no delegate"}, name)
			held[name] = astray.held
		}
	}
	require.Contains(t, held, "other order")
	require.Nil(t, held["other line"], "nothing is held of it")
	line := b.lines[two.Voucher.Line()]
	for limit := range 4 {
		h := line.show(limit)
		require.Equal(t, two.Voucher, h.Voucher)
		require.Equal(t, two.Signature, h.Signature)
		require.Len(t, h.Leaves, min(limit, 2))
		tree := h.Base
		for _, leaf := range h.Leaves {
			tree, err = tree.Append(leaf.Receipt, leaf.Fee)
			require.NoError(t, err)
		}
		require.Equal(t, two.Voucher.ReceiptsRoot, tree.Root())
	}
	require.Equal(t, line.show(wire.MaxHeld), held["lower than held"])
	require.Equal(t, two.Voucher, b.lineViews()[0].Voucher)
	for range 2 {
		for _, p := range []wire.Pay{three, newest} { // with and without what is held already
			count, err = b.pay(p, delegates, 100)
			require.NoError(t, err)
			require.EqualValues(t, 3, count)
		}
	}
	unpaid, owed := b.owed(testChannel)
	require.True(t, unpaid.IsZero())
	require.Equal(t, protocol.NewAmount(15), owed)
}

func TestBookReplaysToTheSameState(t *testing.T) {
	for _, segment := range []int64{0, 1} { // one segment, and a new one for every batch
		t.Run(fmt.Sprint(segment), func(t *testing.T) {
			dir := t.TempDir()
			b := testBook(t, dir, segment)
			var all []protocol.Receipt
			for i := range byte(6) {
				all = append(all, signOne(t, b, i+1))
				if i%2 == 1 {
					_, err := b.pay(testPay(all...), delegates, uint64(100+i))
					require.NoError(t, err)
				}
			}
			last := signOne(t, b, 9)
			line := b.lineViews()[0].Line
			require.NoError(t, b.redeemed(line, protocol.NewAmount(10), 200))
			views, next := b.lineViews(), b.next
			unpaid, owed := b.owed(testChannel)
			require.Equal(t, protocol.NewAmount(5), unpaid)
			require.Equal(t, protocol.NewAmount(25), owed)
			require.NoError(t, b.log.Close())

			b = testBook(t, dir, segment)
			require.Equal(t, views, b.lineViews())
			require.Equal(t, next, b.next)
			u, o := b.owed(testChannel)
			require.Equal(t, []protocol.Amount{unpaid, owed}, []protocol.Amount{u, o})
			e := b.stored(last.RequestHash)
			require.Equal(t, last, e.receipt)
			rec, err := b.answer(e)
			require.NoError(t, err)
			require.Equal(t, []uint32{10}, rec.Output)
			_, _, err = b.sign(answerRecord{Ask: testAsk(9), Receipt: protocol.Receipt{RequestHash: last.RequestHash}})
			require.ErrorIs(t, err, protocol.ErrConflict)
			require.EqualValues(t, 7, signOne(t, b, 10).Seq)
		})
	}
}

func TestForgetKeepsWhatMayBeDisputedOrPaid(t *testing.T) {
	dir := t.TempDir()
	b := testBook(t, dir, 1)
	first, second := signOne(t, b, 1), signOne(t, b, 2)
	deadline := testAsk(1).Request.Deadline
	const window, keep = 100, 1000
	_, err := b.pay(testPay(first), delegates, deadline)
	require.NoError(t, err)
	signOne(t, b, 3) // in a newer segment

	// A voucher that is not redeemed keeps its receipts for ever.
	require.NoError(t, b.forget(keeping{deadline + 10*keep, window, keep, nil, nil}))
	require.NotNil(t, b.stored(first.RequestHash))
	line := b.lineViews()[0].Line
	require.NoError(t, b.redeemed(line, first.Fee, deadline+50))
	require.NoError(t, b.forget(keeping{deadline + 50 + window, window, keep, nil, nil}))
	require.NotNil(t, b.stored(first.RequestHash), "disputable to the second")
	require.NoError(t, b.forget(keeping{deadline + 51 + window, window, keep, nil, nil}))
	require.Nil(t, b.stored(first.RequestHash))
	require.NotNil(t, b.stored(second.RequestHash), "a voucher may still come")
	next := b.next
	require.NoError(t, b.log.Close())
	b = testBook(t, dir, 1)
	require.Equal(t, next, b.next)
	require.EqualValues(t, 1, b.lineViews()[0].Voucher.Count)
	// The line goes on from its tree although its receipts are gone.
	_, err = b.pay(wire.Pay{Voucher: testPay(first, second).Voucher, Signature: testPay(first, second).Signature, Added: []common.Hash{testDomain.Digest(second)}}, delegates, deadline)
	require.NoError(t, err)
}

func TestEveryRefusalHasItsCode(t *testing.T) {
	chain := newTestChain()
	cfg := testConfig(t.TempDir())
	cfg.CacheFor = time.Nanosecond
	cfg.MaxUnpaid = protocol.NewAmount(100)
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: chain})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	s := &session{p: p, relayer: relayerKey.address}
	resign := func(a *wire.Ask) {
		a.Request.PromptRoot = protocol.TokenRoot(a.Secret, protocol.TagPrompt, a.Prompt)
		a.Request.ParamsHash = a.Params.Hash()
		a.Hash = testDomain.Digest(a.Request)
		a.Signature, _ = testDomain.Sign(delegateKey.key, a.Request)
	}
	judge := func(a wire.Ask) wire.RefuseCode {
		r, _, err := p.begin(s, a)
		if err == nil {
			defer p.end(r)
			err = p.check(r, s.relayer)
		}
		if err == nil {
			return ""
		}
		return refused(a.Hash, err).Code
	}
	require.Empty(t, judge(testAsk(1)))
	for name, c := range map[string]struct {
		want   wire.RefuseCode
		change func(*wire.Ask)
	}{
		"hash":             {wire.RefuseSignature, func(a *wire.Ask) { a.Request.Salt[5] ^= 1 }},
		"signer":           {wire.RefuseSignature, func(a *wire.Ask) { a.Signature, _ = testDomain.Sign(operatorKey.key, a.Request) }},
		"no signature":     {wire.RefuseSignature, func(a *wire.Ask) { a.Signature = nil }},
		"requester":        {wire.RefuseSignature, func(a *wire.Ask) { a.Request.Requester[0] ^= 1; resign(a) }},
		"relayer":          {wire.RefuseSignature, func(a *wire.Ask) { a.Relayer[0] ^= 1 }},
		"model":            {wire.RefuseUnknown, func(a *wire.Ask) { a.Request.ModelVersion[0] ^= 1; resign(a) }},
		"params":           {wire.RefuseParams, func(a *wire.Ask) { a.Params.Seed[0] ^= 1 }},
		"bad params":       {wire.RefuseParams, func(a *wire.Ask) { a.Params.TemperatureMilli = 1; resign(a) }},
		"many stops":       {wire.RefuseParams, func(a *wire.Ask) { a.Stop = make([]string, 17) }},
		"long stop":        {wire.RefuseParams, func(a *wire.Ask) { a.Stop = []string{strings.Repeat("x", 1025)} }},
		"no output":        {wire.RefuseParams, func(a *wire.Ask) { a.Request.MaxOutputTokens = 0; resign(a) }},
		"prompt":           {wire.RefusePrompt, func(a *wire.Ask) { a.Prompt = []uint32{1, 2, 4} }},
		"prompt count":     {wire.RefusePrompt, func(a *wire.Ask) { a.Request.PromptTokens = 2; resign(a) }},
		"secret":           {wire.RefusePrompt, func(a *wire.Ask) { a.Secret[3] ^= 1 }},
		"price in":         {wire.RefusePrice, func(a *wire.Ask) { a.Request.PriceIn = protocol.NewAmount(999_999); resign(a) }},
		"price out":        {wire.RefusePrice, func(a *wire.Ask) { a.Request.PriceOut = protocol.NewAmount(1); resign(a) }},
		"max fee too low":  {wire.RefusePrice, func(a *wire.Ask) { a.Request.MaxFee = protocol.NewAmount(10); resign(a) }},
		"max fee too high": {wire.RefuseExposure, func(a *wire.Ask) { a.Request.MaxFee = protocol.NewAmount(10_001); resign(a) }},
		"past":             {wire.RefuseDeadline, func(a *wire.Ask) { a.Request.Deadline = uint64(time.Now().Unix()) - 1; resign(a) }},
		"far": {wire.RefuseDeadline, func(a *wire.Ask) {
			a.Request.Deadline = uint64(time.Now().Unix()) + protocol.MaxDeadline + 60
			resign(a)
		}},
		"channel": {wire.RefuseFunds, func(a *wire.Ask) { a.Request.Payment[0] ^= 1; resign(a) }},
		"unpaid":  {wire.RefuseFunds, func(a *wire.Ask) { a.Request.MaxFee = protocol.NewAmount(101); resign(a) }},
		"context": {wire.RefuseContext, func(a *wire.Ask) {
			a.Prompt = make([]uint32, 101)
			a.Request.PromptTokens, a.Request.MaxFee = 101, protocol.NewAmount(1000)
			resign(a)
		}},
		"reservation": {wire.RefuseFunds, func(a *wire.Ask) { a.Reservation = &wire.SignedReservation{} }},
	} {
		a := testAsk(1)
		c.change(&a)
		require.Equal(t, c.want, judge(a), name)
	}
	for name, c := range map[string]struct {
		want   wire.RefuseCode
		change func()
	}{
		"stake":   {wire.RefuseExposure, func() { chain.stake = protocol.NewAmount(11*protocol.ExposureDivisor - 1) }},
		"deposit": {wire.RefuseFunds, func() { chain.channel.Deposit = protocol.NewAmount(10) }},
		"spent":   {wire.RefuseFunds, func() { chain.channel.Paid = protocol.NewAmount(999_990) }},
		"closing": {wire.RefuseFunds, func() { chain.channel.Closing = true }},
		"expiry":  {wire.RefuseFunds, func() { chain.channel.Expiry = uint64(time.Now().Unix()) + 60 }},
	} {
		*chain = *newTestChain()
		c.change()
		require.Equal(t, c.want, judge(testAsk(1)), name)
	}
	*chain = *newTestChain()
	chain.stake = protocol.NewAmount(11 * protocol.ExposureDivisor)
	require.Empty(t, judge(testAsk(1)), "the limit itself is allowed")
	chain.channel.Delegate, chain.channel.Retiring, chain.channel.RetiresAt = common.Address{1}, delegateKey.address, uint64(time.Now().Unix())+7200
	require.Empty(t, judge(testAsk(1)), "a retiring delegate still counts")
	for i := range byte(4) {
		_, _, err := p.begin(s, testAsk(i+1))
		require.NoError(t, err)
	}
	require.Equal(t, wire.RefuseBusy, judge(testAsk(9)))
	p.Drain()
	require.Equal(t, wire.RefuseDraining, judge(testAsk(9)))
}

func TestDecideRedeemsWhatIsDue(t *testing.T) {
	line := func(i byte, owed, since uint64) LineView {
		l := protocol.Line{Channel: common.Hash{i}}
		return LineView{Line: l, Voucher: protocol.Voucher{Channel: l.Channel, Total: protocol.NewAmount(owed)}, Owed: protocol.NewAmount(owed), Since: since}
	}
	open := Channel{Expiry: 1_000_000}
	view := func(lines ...LineView) RedeemView {
		v := RedeemView{Now: 10_000, Lines: lines, Channels: map[common.Hash]Channel{}}
		for _, l := range lines {
			v.Channels[l.Line.Channel] = open
		}
		return v
	}
	p := Policy{Amount: protocol.NewAmount(100), Age: 1000, Margin: 500, Batch: 2}
	totals := func(v RedeemView) (out [][]string) {
		for _, b := range p.Decide(v) {
			var names []string
			for _, s := range b {
				names = append(names, s.Voucher.Total.String())
			}
			out = append(out, names)
		}
		return out
	}
	require.Empty(t, totals(view()))
	require.Empty(t, totals(view(line(1, 99, 9_500))))
	require.Equal(t, [][]string{{"100"}}, totals(view(line(1, 100, 9_500))))
	require.Equal(t, [][]string{{"60", "40"}, {"10"}}, totals(view(line(1, 40, 9_999), line(2, 10, 9_999), line(3, 60, 9_999))))
	require.Equal(t, [][]string{{"7"}}, totals(view(line(1, 7, 9_000), line(2, 8, 9_001))), "age")
	require.Empty(t, totals(view(line(1, 0, 0))))

	v := view(line(1, 7, 9_999), line(2, 8, 9_999))
	v.Draining = true
	require.Equal(t, [][]string{{"8", "7"}}, totals(v))
	for name, ch := range map[string]Channel{"closing": {Expiry: 1_000_000, Closing: true}, "near expiry": {Expiry: 10_500}} {
		v := view(line(1, 7, 9_999), line(2, 8, 9_999))
		v.Channels[common.Hash{1}] = ch
		require.Equal(t, [][]string{{"7"}}, totals(v), name)
	}
	v = view(line(1, 700, 0), line(2, 800, 0))
	v.Channels[common.Hash{1}] = Channel{Expiry: 10_000} // too late
	delete(v.Channels, common.Hash{2})                   // unreadable
	require.Empty(t, totals(v))
}

type fakeChainWork struct {
	redeemed [][]SignedVoucher
	matured  []Credit
	accepted []protocol.Acceptance
	jobs     []Job
	outputs  map[common.Hash][]uint32
}

func (f *fakeChainWork) Quote(_ context.Context, vs []SignedVoucher) (sum protocol.Amount, err error) {
	for _, v := range vs {
		if sum, err = sum.Add(v.Voucher.Total); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func (f *fakeChainWork) Redeem(_ context.Context, vs []SignedVoucher) (paid []Paid, err error) {
	f.redeemed = append(f.redeemed, vs)
	for _, v := range vs {
		paid = append(paid, Paid{v.Voucher.Line(), v.Voucher.Total})
	}
	return paid, nil
}

func (f *fakeChainWork) Paid(_ context.Context, lines []protocol.Line) ([]Paid, error) {
	total := map[protocol.Line]protocol.Amount{}
	for _, batch := range f.redeemed {
		for _, v := range batch {
			total[v.Voucher.Line()] = v.Voucher.Total
		}
	}
	paid := make([]Paid, len(lines))
	for i, l := range lines {
		paid[i] = Paid{l, total[l]}
	}
	return paid, nil
}

func (f *fakeChainWork) Credits(context.Context) ([]Credit, error) {
	return []Credit{{ID: common.Hash{1}, MaturesAt: 5}, {ID: common.Hash{2}, MaturesAt: 1 << 60}}, nil
}

func (f *fakeChainWork) Mature(_ context.Context, c []Credit) error {
	f.matured = append(f.matured, c...)
	return nil
}

func (f *fakeChainWork) Waiting(context.Context) ([]Job, error) { return f.jobs, nil }

func (f *fakeChainWork) Accept(_ context.Context, a protocol.Acceptance, sig protocol.Bytes) error {
	if signer, err := testDomain.Recover(a, sig); err != nil || signer != operatorKey.address {
		return fmt.Errorf("accepted by %s: %v", signer, err)
	}
	f.accepted = append(f.accepted, a)
	return nil
}

func (f *fakeChainWork) Deliver(_ context.Context, _ common.Hash, r protocol.Receipt, sig protocol.Bytes, output []uint32) error {
	if signer, err := testDomain.Recover(r, sig); err != nil || signer != operatorKey.address {
		return fmt.Errorf("delivered by %s: %v", signer, err)
	}
	f.outputs[r.RequestHash] = output
	return nil
}

func TestRedeemAndJobsReachTheChain(t *testing.T) {
	work := &fakeChainWork{outputs: map[common.Hash][]uint32{}}
	p, err := New(testConfig(t.TempDir()), Deps{Key: operatorKey.key, Chain: newTestChain(), Redeemer: work, Maturer: work, Jobs: work})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	r := signOne(t, p.book, 1)
	_, err = p.Hold(t.Context(), testPay(r))
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, p.RedeemNow(t.Context()))
	}
	require.Len(t, work.redeemed, 1, "what is redeemed is not redeemed again")
	require.Equal(t, common.Hash{1}, work.matured[0].ID)
	require.Equal(t, r.Fee, p.Earnings(t.Context()).Redeemed)

	job := func(id byte, change func(*protocol.Request)) Job {
		a := testAsk(id)
		a.Request.Payment, a.Request.Audience = common.Hash{id}, protocol.AudienceAnyone
		a.Request.PromptRoot = protocol.TokenRoot(common.Hash{}, protocol.TagPrompt, a.Prompt)
		if change != nil {
			change(&a.Request)
		}
		return Job{ID: common.Hash{id}, Request: a.Request, Prompt: a.Prompt}
	}
	good := job(1, nil)
	late := job(2, func(r *protocol.Request) { r.Deadline = 1 })
	cheap := job(3, func(r *protocol.Request) { r.PriceOut = protocol.NewAmount(1) })
	taken := job(4, nil)
	taken.Assigned = common.Address{9}
	work.jobs = []Job{late, cheap, taken, good}
	require.NoError(t, p.JobsNow(t.Context()))
	require.Len(t, work.accepted, 1)
	hash := testDomain.Digest(good.Request)
	now, err := p.view.now(t.Context())
	require.NoError(t, err)
	require.Equal(t, protocol.Acceptance{Job: good.ID, RequestHash: hash, Provider: testOwner, ValidUntil: now + 30}, work.accepted[0],
		"bound to the terms, and worth nothing to whoever holds it back")
	require.Equal(t, map[common.Hash][]uint32{hash: {10, 11, 12, 13}}, work.outputs)
	// After a restart the job is assigned here: the stored receipt is delivered again.
	seq := p.Status(t.Context()).NextSeq
	good.Assigned = testOwner
	work.jobs, work.outputs = []Job{good}, map[common.Hash][]uint32{}
	require.NoError(t, p.JobsNow(t.Context()))
	require.Len(t, work.outputs[hash], 4)
	require.Equal(t, seq, p.Status(t.Context()).NextSeq)
}

// BenchmarkOwed asks what one channel of ten thousand owes, as every request does.
func BenchmarkOwed(b *testing.B) {
	x := &book{lines: map[protocol.Line]*lineBook{}, lineOf: map[common.Hash][]protocol.Line{}, unpaid: map[common.Hash]protocol.Amount{}}
	for i := range uint64(10_000) {
		l := &lineBook{}
		l.pay.Voucher.Total = protocol.NewAmount(i)
		x.setLine(protocol.Line{Channel: common.BigToHash(new(big.Int).SetUint64(i))}, l)
	}
	for b.Loop() {
		if _, owed := x.owed(common.BigToHash(big.NewInt(7))); owed != protocol.NewAmount(7) {
			b.Fatal(owed)
		}
	}
}
