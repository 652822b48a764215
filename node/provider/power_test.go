package provider

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/node/provider/journal/journaltest"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// powered is a provider on a disk that forgets, and the relayer that it is connected to.
type powered struct {
	t    *testing.T
	disk *journaltest.Disk
	dir  string
	conn *websocket.Conn
	ctx  context.Context
}

func startPowered(t *testing.T) *powered {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	s := &powered{t: t, disk: &journaltest.Disk{Root: t.TempDir()}, ctx: ctx}
	s.dir = filepath.Join(s.disk.Root, "journal")
	f := newFakeRelayer(t)
	p, err := New(testConfig(s.dir, f.URL), Deps{Key: operatorKey.key, Chain: newTestChain(), disk: s.disk})
	require.NoError(t, err)
	life, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = p.Run(life) }() // a broken disk is an error of its end
	t.Cleanup(func() { stop(); <-ended })
	select {
	case s.conn = <-f.conns:
	case <-ctx.Done():
		t.Fatal("the provider did not connect")
	}
	return s
}

// say sends a frame and returns the answer to it, of type T.
func say[T any](s *powered, kind wire.Kind, body any, answer wire.Kind) (said T) {
	s.t.Helper()
	s.until(kind, body, func(e wire.Envelope) (found bool, err error) {
		if found = e.Kind == answer; found {
			said, err = wire.Open[T](e)
		}
		return found, err
	})
	return said
}

// asked sends an ask and returns its end. A refusal is an end without a receipt: who asks
// again before the first one's end was noted gets that.
func (s *powered) asked(a wire.Ask) (done wire.Done) {
	s.t.Helper()
	s.until(wire.KindAsk, a, func(e wire.Envelope) (bool, error) {
		var err error
		switch e.Kind {
		case wire.KindDone:
			done, err = wire.Open[wire.Done](e)
		case wire.KindRefused:
			var r wire.Refused
			r, err = wire.Open[wire.Refused](e)
			done = wire.Done{Hash: r.Hash, Error: string(r.Code)}
		}
		return done.Hash == a.Hash, err
	})
	return done
}

// until sends a frame and reads until found says so.
func (s *powered) until(kind wire.Kind, body any, found func(wire.Envelope) (bool, error)) {
	s.t.Helper()
	frame, err := wire.Seal(kind, body)
	require.NoError(s.t, err)
	require.NoError(s.t, s.conn.Write(s.ctx, websocket.MessageText, frame))
	for over := false; !over; {
		_, message, err := s.conn.Read(s.ctx)
		require.NoError(s.t, err)
		require.NoError(s.t, wire.Each(message, func(e wire.Envelope) error {
			ends, err := found(e)
			over = over || ends
			return err
		}))
	}
}

// afterPowerLoss is the book of a provider that starts after the power went now.
func (s *powered) afterPowerLoss() *book {
	s.t.Helper()
	left := s.t.TempDir()
	require.NoError(s.t, s.disk.Lose(s.dir, left))
	return testBook(s.t, left, 0)
}

// A process that is killed leaves to the kernel what it wrote; a computer that is switched off
// does not. What left the house signed, or acknowledged, is in the journal that comes back then.
func TestWhatLeftTheHouseOutlivesThePower(t *testing.T) {
	s := startPowered(t)
	for i := range byte(3) {
		a := testAsk(i + 1)
		done := say[wire.Done](s, wire.KindAsk, a, wire.KindDone)
		require.Empty(t, done.Error)
		b := s.afterPowerLoss()
		e := b.stored(a.Hash)
		require.NotNil(t, e, "a signature left before its receipt was durable")
		require.Equal(t, done.Receipt, e.receipt)
		sig, err := b.signature(e)
		require.NoError(t, err)
		require.Equal(t, done.Signature, sig)
		rec, err := b.answer(e)
		require.NoError(t, err)
		require.Equal(t, a, rec.Ask)
		require.Len(t, rec.Output, 4)
		require.Equal(t, done.Receipt.Seq+1, signOne(t, b, 100+i).Seq, "a sequence number is used twice")

		if i > 0 {
			continue
		}
		pay := testPay(done.Receipt)
		paid := say[wire.Paid](s, wire.KindPay, pay, wire.KindPaid)
		require.Equal(t, wire.Paid{VoucherHash: testDomain.Digest(pay.Voucher), Count: 1}, paid)
		require.EqualValues(t, 1, s.afterPowerLoss().heldOf(pay.Voucher.Line()), "a voucher was acknowledged before it was durable")
	}
}

// A disk that does not sync gets no signature out of the house, and what was promised before stays.
func TestNothingIsSignedOnADiskThatDoesNotSync(t *testing.T) {
	s := startPowered(t)
	first, second := testAsk(1), testAsk(2)
	require.Empty(t, say[wire.Done](s, wire.KindAsk, first, wire.KindDone).Error)

	s.disk.Fail(errors.New("the disk is broken"))
	for range 2 { // asked again, it is no different
		cut := s.asked(second)
		require.Equal(t, second.Hash, cut.Hash)
		require.NotEmpty(t, cut.Error)
		require.Empty(t, cut.Signature)
		require.Zero(t, cut.Receipt)
	}
	s.disk.Fail(nil) // a journal that broke stays broken until it is read anew
	third := s.asked(testAsk(3))
	require.NotEmpty(t, third.Error)
	require.Empty(t, third.Signature)

	b := s.afterPowerLoss()
	require.NotNil(t, b.stored(first.Hash))
	require.Nil(t, b.stored(second.Hash))
	require.EqualValues(t, 1, signOne(t, b, 2).Seq)
}

// Nor is a voucher acknowledged there, however often it comes.
func TestNoVoucherIsHeldOnADiskThatDoesNotSync(t *testing.T) {
	s := startPowered(t)
	done := say[wire.Done](s, wire.KindAsk, testAsk(1), wire.KindDone)
	require.Empty(t, done.Error)
	s.disk.Fail(errors.New("the disk is broken"))
	pay := testPay(done.Receipt)
	for range 2 {
		paid := say[wire.Paid](s, wire.KindPay, pay, wire.KindPaid)
		require.NotEmpty(t, paid.Error)
		require.Zero(t, paid.Count)
	}
	b := s.afterPowerLoss()
	require.Zero(t, b.heldOf(pay.Voucher.Line()))
	_, err := b.pay(pay, delegates, 1)
	require.NoError(t, err, "the payer repeats it")
}
