package provider

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/node/provider/journal"
	"github.com/dgrid-network/dgrid/node/provider/journal/journaltest"
	"github.com/dgrid-network/dgrid/protocol"
)

// Long after its receipts were paid a provider's disk fails as a segment begins, it forgets what is
// old, and the power goes: it still knows which numbers it used.
func TestNumbersOutliveAFailedRoll(t *testing.T) {
	disk := &journaltest.Disk{Root: t.TempDir()}
	dir, broken, fails := filepath.Join(disk.Root, "journal"), errors.New("the disk is broken"), false
	c := testConfig(dir)
	c.SegmentBytes = 1
	d := Deps{Key: operatorKey.key, Chain: newTestChain(), disk: disk, step: func(at string) {
		if at == "journal.rolled" && fails {
			disk.Fail(broken)
		}
	}}
	require.NoError(t, c.complete(&d))
	b, err := openBook(c, d)
	require.NoError(t, err)
	var old []protocol.Receipt
	for i := range byte(3) {
		old = append(old, signOne(t, b, i+1))
	}
	_, err = b.pay(testPay(old...), delegates, 100)
	require.NoError(t, err)
	require.NoError(t, b.redeemed(testPay(old...).Voucher.Line(), testPay(old...).Voucher.Total, 100))

	fails = true
	a := testAsk(50)
	_, _, err = b.sign(answerRecord{Ask: a, Receipt: protocol.Receipt{RequestHash: a.Hash, Provider: testOwner}})
	require.ErrorIs(t, err, broken)
	_ = b.forget(keeping{a.Request.Deadline + 1_000_000_000, 3600, 3600, nil, nil}) // says that it could not
	require.ErrorIs(t, b.log.Close(), broken)

	left := t.TempDir()
	require.NoError(t, disk.Lose(dir, left))
	require.Greater(t, signOne(t, testBook(t, left, 0), 60).Seq, old[2].Seq)
}

// A journal whose oldest segments are gone begins with their summary, or nobody signs by it.
func TestJournalWithoutItsBeginningIsRefused(t *testing.T) {
	dir := t.TempDir()
	log, err := journal.Open(dir, journal.Options{SegmentBytes: 1}, nil) // one that sums up nothing
	require.NoError(t, err)
	for i := range byte(3) {
		a := testAsk(i + 1)
		data, err := json.Marshal(answerRecord{Operator: operatorKey.address, Ask: a, Receipt: protocol.Receipt{RequestHash: a.Hash, Seq: uint64(i)}})
		require.NoError(t, err)
		ticket, err := log.Append(journal.Record{Type: recordAnswer, Data: data})
		require.NoError(t, err)
		_, err = ticket.Wait()
		require.NoError(t, err)
	}
	require.NoError(t, log.Drop(2))
	require.NoError(t, log.Close())
	_, err = CheckJournal(dir)
	require.ErrorIs(t, err, protocol.ErrInvalid)
	_, err = New(testConfig(dir), Deps{Key: operatorKey.key, Chain: newTestChain()})
	require.ErrorIs(t, err, protocol.ErrInvalid)
	require.ErrorContains(t, err, "summary")
}
