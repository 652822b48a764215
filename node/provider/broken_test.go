package provider

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/node/provider/journal/journaltest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// breakable is a provider on a disk that can break, with a voucher of one of its two receipts.
type breakable struct {
	*Provider
	disk     *journaltest.Disk
	dir      string
	work     *fakeChainWork
	receipts []protocol.Receipt
}

var errDisk = errors.New("no space left")

func newBreakable(t *testing.T, change func(*Config)) *breakable {
	t.Helper()
	b := &breakable{disk: &journaltest.Disk{Root: t.TempDir()}, work: &fakeChainWork{}}
	b.dir = filepath.Join(b.disk.Root, "journal")
	c := testConfig(b.dir)
	if change != nil {
		change(&c)
	}
	var err error
	b.Provider, err = New(c, Deps{Key: operatorKey.key, Chain: newTestChain(), disk: b.disk, Redeemer: b.work})
	require.NoError(t, err)
	t.Cleanup(func() { _ = b.Close() }) // says that it is broken
	b.receipts = []protocol.Receipt{signOne(t, b.book, 1), signOne(t, b.book, 2)}
	_, err = b.Hold(t.Context(), testPay(b.receipts[0]))
	require.NoError(t, err)
	return b
}

// breakNow breaks the disk under a voucher of both receipts.
func (b *breakable) breakNow(t *testing.T) wire.Pay {
	t.Helper()
	b.disk.Fail(errDisk)
	pay := testPay(b.receipts...)
	for range 2 { // repeated, it is not held either
		_, err := b.Hold(t.Context(), pay)
		require.ErrorIs(t, err, errDisk)
	}
	return pay
}

// What the disk refused is not redeemed: after a restart nobody could open what is drawn of it.
func TestOnlyDurableVouchersAreRedeemed(t *testing.T) {
	b := newBreakable(t, nil)
	lost := b.breakNow(t)
	require.EqualValues(t, 1, b.book.heldOf(lost.Voucher.Line()))
	require.ErrorIs(t, b.RedeemNow(t.Context()), errDisk, "what was paid cannot be noted")
	require.Len(t, b.work.redeemed, 1)
	require.Len(t, b.work.redeemed[0], 1)
	redeemed := b.work.redeemed[0][0].Voucher
	require.Equal(t, testPay(b.receipts[0]).Voucher, redeemed)

	left := t.TempDir()
	require.NoError(t, b.disk.Lose(b.dir, left))
	_, leaves, err := testBook(t, left, 0).leavesOf(contracts.LineID(redeemed.Line()))
	require.NoError(t, err)
	_, _, err = leaves.under(redeemed.ReceiptsRoot)
	require.NoError(t, err)
}

// Nobody is answered for nothing: what is made could not be signed for.
func TestBrokenJournalTakesNoRequests(t *testing.T) {
	b := newBreakable(t, nil)
	b.breakNow(t)
	_, _, err := b.begin(&session{p: b.Provider, relayer: relayerKey.address}, testAsk(9))
	require.Error(t, err)
	require.Equal(t, wire.RefuseUnavailable, refused(testAsk(9).Hash, err).Code)
}

// endless answers until it is cut.
type endless struct {
	countBackend
	began chan struct{}
}

func (e endless) Generate(ctx context.Context, _ Work, _ func(Piece) error) (Answer, error) {
	close(e.began)
	<-ctx.Done()
	return Answer{}, ctx.Err()
}

// A provider whose journal breaks ends with the reason, so that a supervisor starts it anew: also
// while it drains and an accepted job runs, which it could not sign for.
func TestBrokenJournalEndsTheProvider(t *testing.T) {
	for name, drains := range map[string]bool{"serving": false, "draining": true} {
		t.Run(name, func(t *testing.T) {
			backend := endless{began: make(chan struct{})}
			b := newBreakable(t, func(c *Config) { c.Models[0].Backend = backend })
			job := testJob(1, nil)
			job.Assigned = testOwner
			b.deps.Jobs = newJobBoard(job)
			ended := make(chan error, 1)
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			go func() { ended <- b.Run(ctx) }()
			<-backend.began
			if drains {
				b.Drain()
			}
			b.breakNow(t)
			require.ErrorIs(t, <-ended, errDisk)
		})
	}
}
