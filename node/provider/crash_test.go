package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/node/provider/journal"
	"github.com/dgrid-network/dgrid/node/provider/journal/journaltest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// notingDisk tells of every sync that returned.
type notingDisk struct {
	*journaltest.Disk
	note func(at string)
}

func (d notingDisk) Open(path string, flag int) (journal.File, error) {
	f, err := d.Disk.Open(path, flag)
	return notingFile{f, d}, err
}

func (d notingDisk) SyncDir(dir string) error {
	err := d.Disk.SyncDir(dir)
	d.note("folder synced")
	return err
}

type notingFile struct {
	journal.File
	disk notingDisk
}

func (f notingFile) Sync() error {
	err := f.File.Sync()
	f.disk.note("file synced")
	return err
}

// crash is what one moment of a book leaves, and what others knew by then.
type crash struct {
	at         string
	left       string // folder
	acked      uint64 // receipts under the newest voucher that the payer knows to be held
	redeemable []common.Hash
}

// crashLife is a book and the crashes that it might have had.
type crashLife struct {
	t       *testing.T
	disk    *journaltest.Disk
	dir     string
	book    *book
	crashes []crash
	cuts    int // of crashes: those within a batch
	acked   uint64
	armed   bool
	rolled  func()        // once, before a segment's summary is made
	pending chan struct{} // closed when the voucher that follows is appended
}

func newCrashLife(t *testing.T) *crashLife {
	t.Helper()
	l := &crashLife{t: t, disk: &journaltest.Disk{Root: t.TempDir()}, pending: make(chan struct{})}
	l.dir = filepath.Join(l.disk.Root, "journal")
	l.book = rollingBook(t, l.dir, Deps{disk: notingDisk{l.disk, l.note}, step: func(at string) {
		switch at {
		case "journal.rolled":
			l.note(at)
			if l.armed && l.rolled != nil {
				l.rolled()
				l.rolled = nil
			}
		case "voucher.appended":
			if l.armed {
				close(l.pending)
			}
		case "journal.before_write", "journal.half_written", "journal.written", "journal.synced":
			l.note(at)
		}
	}})
	return l
}

// rollingBook is a book whose every batch begins a segment.
func rollingBook(t *testing.T, dir string, d Deps) *book {
	t.Helper()
	c := testConfig(dir)
	c.SegmentBytes = 1
	d.Key, d.Chain = operatorKey.key, newTestChain()
	require.NoError(t, c.complete(&d))
	b, err := openBook(c, d)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.log.Close()) })
	return b
}

// note keeps what a power cut, and what a kill with the last file cut at any record, leaves now.
func (l *crashLife) note(at string) {
	if !l.armed {
		return
	}
	var roots []common.Hash
	for _, v := range l.book.lineViews() {
		roots = append(roots, v.Voucher.ReceiptsRoot)
	}
	power := l.t.TempDir()
	if err := l.disk.Lose(l.dir, power); err != nil {
		panic(err) // in the journal's goroutine
	}
	l.crashes = append(l.crashes, crash{"power, " + at, power, l.acked, roots})
	files, err := filepath.Glob(filepath.Join(l.dir, "*.journal"))
	if err != nil {
		panic(err)
	}
	last := filepath.Base(files[len(files)-1])
	synced, err := os.Stat(filepath.Join(power, last))
	durable := int64(0)
	if err == nil {
		durable = synced.Size()
	}
	for _, size := range recordEnds(l.copy(last, -1)) {
		if size > durable {
			l.crashes = append(l.crashes, crash{fmt.Sprintf("kill, %s, cut at %d", at, size), l.copy(last, size), l.acked, roots})
			l.cuts++
		}
	}
	l.crashes = append(l.crashes, crash{"kill, " + at, l.copy(last, -1), l.acked, roots})
}

// copy copies the journal with its last file cut to a size, -1 for all of it.
func (l *crashLife) copy(last string, size int64) string {
	to := l.t.TempDir()
	files, err := os.ReadDir(l.dir)
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(l.dir, f.Name()))
		if err != nil {
			panic(err)
		}
		if f.Name() == last && size >= 0 {
			data = data[:size]
		}
		if err := os.WriteFile(filepath.Join(to, f.Name()), data, 0o600); err != nil {
			panic(err)
		}
	}
	return to
}

// recordEnds returns where the records of a journal's last segment begin, and a byte behind.
func recordEnds(dir string) (sizes []int64) {
	var last uint64
	err := journal.Replay(dir, func(p journal.Pos, _ journal.Record) error {
		if p.Segment != last {
			last, sizes = p.Segment, nil
		}
		sizes = append(sizes, p.Offset, p.Offset+1)
		return nil
	})
	if err != nil {
		panic(err)
	}
	if _, err := os.Stat(filepath.Join(dir, fmt.Sprintf("%016x.journal", last+1))); err == nil {
		return nil // the newest has none
	}
	return sizes
}

// Whenever the power goes or the process is killed while a segment begins and a voucher is on its
// way to the disk: after the restart the line is where the payer may think it is, whatever was or is
// redeemable can be opened, each receipt is owed once, and the payer's next voucher is taken.
func TestVoucherInFlightOutlivesACrashWhileASegmentBegins(t *testing.T) {
	for name, other := range map[string]func(*crashLife, protocol.Line) error{
		"the voucher begins it": nil,
		"an answer begins it": func(l *crashLife, _ protocol.Line) error {
			signOne(l.t, l.book, 4)
			return nil
		},
		"a redeem begins it": func(l *crashLife, line protocol.Line) error {
			return l.book.redeemed(line, protocol.NewAmount(5), 150)
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newCrashLife(t)
			r := []protocol.Receipt{signOne(t, l.book, 1), signOne(t, l.book, 2), signOne(t, l.book, 3)}
			pays := []wire.Pay{{}, testPay(r[0]), testPay(r[:2]...), testPay(r...)}
			_, err := l.book.pay(pays[1], delegates, 100)
			require.NoError(t, err)
			paid := make(chan error, 1)
			pay := func() {
				_, err := l.book.pay(pays[2], delegates, 200)
				paid <- err
			}
			l.acked, l.armed = 1, true
			if other == nil {
				pay()
			} else {
				l.rolled = func() {
					go pay()
					<-l.pending
				}
				require.NoError(t, other(l, pays[1].Voucher.Line()))
			}
			require.NoError(t, <-paid)
			l.acked = 2
			l.note("acknowledged")
			l.armed = false
			require.Greater(t, len(l.crashes), 2*l.cuts)
			require.Positive(t, l.cuts)
			for _, c := range l.crashes {
				c.check(t, r, pays)
			}
		})
	}
}

// check restarts from what a crash left.
func (c crash) check(t *testing.T, r []protocol.Receipt, pays []wire.Pay) {
	t.Helper()
	restart := func() *book { return rollingBook(t, c.left, Deps{disk: &journaltest.Disk{Root: c.left}}) }
	b := restart()
	line := pays[1].Voucher.Line()
	held := b.heldOf(line)
	require.GreaterOrEqual(t, held, c.acked, c.at)
	require.LessOrEqual(t, held, uint64(2), c.at)
	require.Equal(t, pays[held].Voucher, b.lineViews()[0].Voucher, c.at)
	roots := append([]common.Hash{pays[held].Voucher.ReceiptsRoot}, c.redeemable...)
	c.sound(t, b, roots)

	next := pays[3] // a payer sends all behind what it knows to be held
	next.Added = next.Added[c.acked:]
	count, err := b.pay(next, delegates, 300)
	require.NoError(t, err, c.at)
	require.EqualValues(t, 3, count, c.at)
	roots = append(roots, next.Voucher.ReceiptsRoot)
	c.sound(t, b, roots)
	require.Greater(t, signOne(t, b, 9).Seq, r[2].Seq)
	require.NoError(t, b.log.Close())
	b = restart()
	require.EqualValues(t, 3, b.heldOf(line), c.at)
	c.sound(t, b, roots)
}

// sound checks that roots can be opened and that each receipt is owed, or was redeemed, once.
func (c crash) sound(t *testing.T, b *book, roots []common.Hash) {
	t.Helper()
	line := b.lineViews()[0]
	for _, root := range roots {
		_, leaves, err := b.leavesOf(contracts.LineID(line.Line))
		require.NoError(t, err, c.at)
		_, _, err = leaves.under(root)
		require.NoError(t, err, c.at)
	}
	_, owed := b.owed(testChannel)
	sum, err := owed.Add(line.Redeemed)
	require.NoError(t, err)
	require.Equal(t, protocol.NewAmount(5*uint64(len(b.byRequest))), sum, c.at)
}
