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
	// ended has what Run returned.
	ended chan error
}

func startPowered(t *testing.T) *powered {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	s := &powered{t: t, disk: &journaltest.Disk{Root: t.TempDir()}, ctx: ctx, ended: make(chan error, 1)}
	s.dir = filepath.Join(s.disk.Root, "journal")
	f := newFakeRelayer(t)
	p, err := New(testConfig(s.dir, f.URL), Deps{Key: operatorKey.key, Chain: newTestChain(), disk: s.disk})
	require.NoError(t, err)
	life, stop := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() { defer close(over); s.ended <- p.Run(life) }()
	t.Cleanup(func() { stop(); <-over })
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

// until sends a frame and reads until found says so.
func (s *powered) until(kind wire.Kind, body any, found func(wire.Envelope) (bool, error)) {
	s.t.Helper()
	s.send(kind, body)
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

func (s *powered) send(kind wire.Kind, body any) {
	s.t.Helper()
	frame, err := wire.Seal(kind, body)
	require.NoError(s.t, err)
	require.NoError(s.t, s.conn.Write(s.ctx, websocket.MessageText, frame))
}

// ends sends a frame and shows all that is said until the provider hangs up, which ends with why.
func (s *powered) ends(why error, kind wire.Kind, body any, seen func(wire.Envelope) error) {
	s.t.Helper()
	s.send(kind, body)
	for {
		_, message, err := s.conn.Read(s.ctx)
		if err != nil {
			break
		}
		require.NoError(s.t, wire.Each(message, seen))
	}
	select {
	case err := <-s.ended:
		require.ErrorIs(s.t, err, why)
	case <-s.ctx.Done():
		s.t.Fatal("the provider goes on with a journal that is broken")
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
// The provider ends: what it answered from then on would be for nothing until somebody starts it anew.
func TestNothingIsSignedOnADiskThatDoesNotSync(t *testing.T) {
	s := startPowered(t)
	first, second := testAsk(1), testAsk(2)
	require.Empty(t, say[wire.Done](s, wire.KindAsk, first, wire.KindDone).Error)

	broken := errors.New("the disk is broken")
	s.disk.Fail(broken)
	s.ends(broken, wire.KindAsk, second, func(e wire.Envelope) error {
		if e.Kind != wire.KindDone {
			return nil
		}
		done, err := wire.Open[wire.Done](e)
		require.NotEmpty(t, done.Error)
		require.Empty(t, done.Signature)
		require.Zero(t, done.Receipt)
		return err
	})
	s.disk.Fail(nil)
	b := s.afterPowerLoss()
	require.NotNil(t, b.stored(first.Hash))
	require.Nil(t, b.stored(second.Hash))
	require.EqualValues(t, 1, signOne(t, b, 2).Seq)
}

// Nor is a voucher acknowledged there.
func TestNoVoucherIsHeldOnADiskThatDoesNotSync(t *testing.T) {
	s := startPowered(t)
	done := say[wire.Done](s, wire.KindAsk, testAsk(1), wire.KindDone)
	require.Empty(t, done.Error)
	broken, pay := errors.New("the disk is broken"), testPay(done.Receipt)
	s.disk.Fail(broken)
	s.ends(broken, wire.KindPay, pay, func(e wire.Envelope) error {
		if e.Kind != wire.KindPaid {
			return nil
		}
		paid, err := wire.Open[wire.Paid](e)
		require.NotEmpty(t, paid.Error)
		require.Zero(t, paid.Count)
		return err
	})
	s.disk.Fail(nil)
	b := s.afterPowerLoss()
	require.Zero(t, b.heldOf(pay.Voucher.Line()))
	_, err := b.pay(pay, delegates, 1)
	require.NoError(t, err, "the payer repeats it")
}
