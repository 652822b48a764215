package journal_test

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/node/provider/journal"
	"github.com/dgrid-network/dgrid/node/provider/journal/journaltest"
)

func open(t *testing.T, dir string, opt journal.Options) (*journal.Log, []string) {
	t.Helper()
	var got []string
	l, err := journal.Open(dir, opt, func(_ journal.Pos, r journal.Record) error {
		got = append(got, string(r.Data))
		return nil
	})
	require.NoError(t, err)
	return l, got
}

// afterPowerLoss returns what a log of dir knows if the power goes now.
func afterPowerLoss(t *testing.T, disk *journaltest.Disk, dir string) []string {
	t.Helper()
	left := t.TempDir()
	require.NoError(t, disk.Lose(dir, left))
	l, got := open(t, left, journal.Options{})
	require.NoError(t, l.Close())
	return got
}

// What Wait has returned for is there after the power went, also what only a folder says: that
// there is a newer segment, and that there is a journal at all.
func TestAcknowledgedRecordsOutliveThePower(t *testing.T) {
	for _, segment := range []int64{0, 100} {
		t.Run(fmt.Sprint(segment), func(t *testing.T) {
			disk := &journaltest.Disk{Root: t.TempDir()}
			dir := filepath.Join(disk.Root, "data", "journal")
			opt := journal.Options{Disk: disk, SegmentBytes: segment, Step: func(at string) {
				if at == "journal.rolled" { // an empty segment loses nothing that came before
					require.NotEmpty(t, afterPowerLoss(t, disk, dir))
				}
			}}
			var want []string
			for life := range 3 {
				l, got := open(t, dir, opt)
				require.Equal(t, want, got)
				for i := range 5 {
					record := fmt.Sprintf("life %d, record %d of some thirty bytes", life, i)
					ticket, err := l.Append(journal.Record{Type: 1, Data: []byte(record)})
					require.NoError(t, err)
					_, err = ticket.Wait()
					require.NoError(t, err)
					want = append(want, record)
					require.Equal(t, want, afterPowerLoss(t, disk, dir))
				}
				require.NoError(t, l.Close())
			}
		})
	}
}

// A sync that fails is no promise: nobody is told that the record is there, and nothing is
// appended after it until the log is opened anew.
func TestFailedSyncIsNotAcknowledged(t *testing.T) {
	disk := &journaltest.Disk{Root: t.TempDir()}
	dir := filepath.Join(disk.Root, "journal")
	l, _ := open(t, dir, journal.Options{Disk: disk})
	ticket, err := l.Append(journal.Record{Type: 1, Data: []byte("kept")})
	require.NoError(t, err)
	_, err = ticket.Wait()
	require.NoError(t, err)

	full := errors.New("the disk is full")
	disk.Fail(full)
	ticket, err = l.Append(journal.Record{Type: 1, Data: []byte("lost")})
	require.NoError(t, err)
	_, err = ticket.Wait()
	require.ErrorIs(t, err, full)
	disk.Fail(nil) // what the disk holds is not known by its being well again
	_, err = l.Append(journal.Record{Type: 1, Data: []byte("after")})
	require.ErrorIs(t, err, full)
	require.ErrorIs(t, l.Close(), full)
	require.Equal(t, []string{"kept"}, afterPowerLoss(t, disk, dir))
}

// After a failed sync the system may take what it did not write for written: what a restart reads
// is not on the disk, and no sync brings it there. What the log replays is durable all the same,
// and nothing that was acknowledged before is lost on the way there.
func TestWhatIsReplayedAfterAFailedSyncIsDurable(t *testing.T) {
	disk := &journaltest.Disk{Root: t.TempDir()}
	dir := filepath.Join(disk.Root, "journal")
	put := func(l *journal.Log, record string) error {
		ticket, err := l.Append(journal.Record{Type: 1, Data: []byte(record)})
		require.NoError(t, err)
		_, err = ticket.Wait()
		return err
	}
	broken := errors.New("the disk is broken")
	l, _ := open(t, dir, journal.Options{Disk: disk})
	require.NoError(t, put(l, "kept"))
	disk.Fail(broken)
	require.ErrorIs(t, put(l, "replayed"), broken)
	require.ErrorIs(t, l.Close(), broken)
	_, err := journal.Open(dir, journal.Options{Disk: disk}, nil)
	require.ErrorIs(t, err, broken)
	disk.Fail(nil)

	var points []string
	l, got := open(t, dir, journal.Options{Disk: disk, Step: func(at string) {
		points = append(points, at)
		if len(points) < 3 { // while it opens
			require.Equal(t, []string{"kept"}, afterPowerLoss(t, disk, dir))
		}
	}})
	require.Equal(t, []string{"journal.copied", "journal.renamed"}, points)
	require.Equal(t, []string{"kept", "replayed"}, got)
	require.Equal(t, got, afterPowerLoss(t, disk, dir))
	require.NoError(t, put(l, "after"))
	require.Equal(t, []string{"kept", "replayed", "after"}, afterPowerLoss(t, disk, dir))
	require.NoError(t, l.Close())
}

// A log that cannot be made durable does not open.
func TestJournalNeedsADiskThatSyncs(t *testing.T) {
	disk := &journaltest.Disk{Root: t.TempDir()}
	broken := errors.New("the disk is broken")
	disk.Fail(broken)
	_, err := journal.Open(filepath.Join(disk.Root, "journal"), journal.Options{Disk: disk}, nil)
	require.ErrorIs(t, err, broken)
}

// Old segments stay until the summary that stands for them is on disk: at any point of a roll
// they may be dropped, and the power go, and what was counted is still known.
func TestSegmentsStayUntilTheirSummaryIsDurable(t *testing.T) {
	disk := &journaltest.Disk{Root: t.TempDir()}
	dir := filepath.Join(disk.Root, "journal")
	var l *journal.Log
	count, points := 0, 0
	opt := journal.Options{Disk: disk, SegmentBytes: 1, Head: func() []journal.Record {
		return []journal.Record{{Type: 2, Data: fmt.Append(nil, count)}}
	}}
	opt.Step = func(at string) { // runs where a test must not end
		points++
		if l == nil || !assert.NoError(t, l.Drop(math.MaxUint64)) || count < 2 {
			return
		}
		left, known := t.TempDir(), ""
		assert.NoError(t, disk.Lose(dir, left))
		after, err := journal.Open(left, journal.Options{}, func(_ journal.Pos, r journal.Record) error { known = string(r.Data); return nil })
		if assert.NoError(t, err) {
			assert.GreaterOrEqual(t, known, fmt.Sprint(count-1), "at %s of record %d", at, count)
			assert.NoError(t, after.Close())
		}
	}
	l, _ = open(t, dir, opt)
	for range 6 {
		count++
		ticket, err := l.Append(journal.Record{Type: 1, Data: fmt.Append(nil, count)})
		require.NoError(t, err)
		_, err = ticket.Wait()
		require.NoError(t, err)
	}
	require.NoError(t, l.Close())
	require.Greater(t, points, 6)
	first, last := l.Segments()
	require.Equal(t, first, last)
}

// A summary that could not be written leaves the segments before it where they are.
func TestBrokenLogDropsNothing(t *testing.T) {
	disk := &journaltest.Disk{Root: t.TempDir()}
	dir := filepath.Join(disk.Root, "journal")
	broken := errors.New("the disk is broken")
	l, _ := open(t, dir, journal.Options{Disk: disk, SegmentBytes: 20, Step: func(at string) {
		if at == "journal.rolled" {
			disk.Fail(broken)
		}
	}, Head: func() []journal.Record { return []journal.Record{{Type: 2, Data: []byte("summary")}} }})
	for i := range 2 { // the second one begins a segment
		ticket, err := l.Append(journal.Record{Type: 1, Data: []byte("one")})
		require.NoError(t, err)
		_, err = ticket.Wait()
		require.Equal(t, i == 1, errors.Is(err, broken))
	}
	disk.Fail(nil)
	require.ErrorIs(t, l.Drop(math.MaxUint64), broken)
	require.ErrorIs(t, l.Close(), broken)
	require.Equal(t, []string{"one"}, afterPowerLoss(t, disk, dir))
}

// Segments go one after another: a removal that is lost with the power leaves no hole, which a start
// would refuse.
func TestPowerLossWhileSegmentsAreDroppedLeavesNoHole(t *testing.T) {
	broken := errors.New("the power goes")
	const old = 4
	for syncs := range old + 1 { // of the folder, until it goes
		disk := &failingDisk{Disk: &journaltest.Disk{Root: t.TempDir()}, left: math.MaxInt}
		dir := filepath.Join(disk.Root, "journal")
		count := 0
		l, _ := open(t, dir, journal.Options{Disk: disk, SegmentBytes: 1, Head: func() []journal.Record {
			return []journal.Record{{Type: 2, Data: fmt.Append(nil, count)}}
		}})
		for count < old {
			count++
			ticket, err := l.Append(journal.Record{Type: 1, Data: fmt.Append(nil, "record ", count)})
			require.NoError(t, err)
			_, err = ticket.Wait()
			require.NoError(t, err)
		}
		disk.left, disk.why = syncs, broken
		err := l.Drop(math.MaxUint64)
		require.Equal(t, syncs < old, errors.Is(err, broken), "%d syncs: %v", syncs, err)
		whole := func() bool {
			got := afterPowerLoss(t, disk.Disk, dir)
			require.Equal(t, fmt.Sprint("record ", old), got[len(got)-1])
			return got[0] != fmt.Sprint(old)
		}
		require.Equal(t, syncs < old, whole(), "%d syncs", syncs)
		disk.left = 1 // tried again, it goes on at the one that may come back
		_ = l.Drop(math.MaxUint64)
		require.Equal(t, syncs < old-1, whole(), "%d syncs and one", syncs)
		require.NoError(t, l.Close())
	}
}

// failingDisk syncs folders so often and no more.
type failingDisk struct {
	*journaltest.Disk
	left int
	why  error
}

func (d *failingDisk) SyncDir(dir string) error {
	if d.left == 0 {
		return d.why
	}
	d.left--
	return d.Disk.SyncDir(dir)
}
