package journal

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dgrid-network/dgrid/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func reopen(t *testing.T, dir string, opt Options) (*Log, []string) {
	t.Helper()
	var read, got []string
	note := func(list *[]string) func(Pos, Record) error {
		return func(_ Pos, r Record) error {
			*list = append(*list, fmt.Sprintf("%d:%s", r.Type, r.Data))
			return nil
		}
	}
	require.NoError(t, Replay(dir, note(&read)))
	l, err := Open(dir, opt, note(&got))
	require.NoError(t, err)
	require.Equal(t, read, got)
	return l, got
}

func add(t *testing.T, l *Log, s string) Pos {
	t.Helper()
	ticket, err := l.Append(Record{1, []byte(s)})
	require.NoError(t, err)
	pos, err := ticket.Wait()
	require.NoError(t, err)
	return pos
}

func TestReplayReturnsWhatWasAppended(t *testing.T) {
	dir := t.TempDir()
	l, got := reopen(t, dir, Options{})
	require.Empty(t, got)
	first, second := add(t, l, "one"), add(t, l, "")
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())

	l, got = reopen(t, dir, Options{})
	require.Equal(t, []string{"1:one", "1:"}, got)
	add(t, l, "three")
	for pos, want := range map[Pos]string{first: "one", second: ""} {
		r, err := l.Read(pos)
		require.NoError(t, err)
		require.Equal(t, want, string(r.Data))
	}
	require.NoError(t, l.Close())
	_, err := l.Append(Record{})
	require.ErrorIs(t, err, protocol.ErrUnavailable)
	l, got = reopen(t, dir, Options{})
	require.Len(t, got, 3)
	require.NoError(t, l.Close())
}

func TestOneProcessHoldsALog(t *testing.T) {
	dir := t.TempDir()
	l, _ := reopen(t, dir, Options{})
	_, err := Open(dir, Options{}, nil)
	require.ErrorIs(t, err, protocol.ErrConflict)
	require.ErrorIs(t, Replay(dir, func(Pos, Record) error { return nil }), protocol.ErrConflict)
	require.NoError(t, l.Close())
}

func TestOneSyncServesAllWhoWait(t *testing.T) {
	hold, syncs := make(chan struct{}), 0
	entered := make(chan struct{})
	l, _ := reopen(t, t.TempDir(), Options{Step: func(p string) {
		if p == "journal.before_write" {
			if syncs++; syncs == 1 {
				close(entered)
				<-hold
			}
		}
	}})
	ticket, err := l.Append(Record{1, []byte("first")})
	require.NoError(t, err)
	<-entered
	var wg sync.WaitGroup
	tickets := []Ticket{ticket}
	for range 100 {
		ticket, err := l.Append(Record{1, []byte("x")})
		require.NoError(t, err)
		tickets = append(tickets, ticket)
	}
	close(hold)
	for _, ticket := range tickets {
		wg.Go(func() {
			_, err := ticket.Wait()
			require.NoError(t, err)
		})
	}
	wg.Wait()
	require.NoError(t, l.Close())
	require.Equal(t, 2, syncs)
}

func TestSegmentsRollWithASummaryAndDrop(t *testing.T) {
	dir := t.TempDir()
	opt := Options{SegmentBytes: 200, Head: func() []Record { return []Record{{2, []byte("summary")}} }}
	l, _ := reopen(t, dir, opt)
	var last Pos
	for i := range 30 {
		last = add(t, l, fmt.Sprintf("record %d", i))
	}
	first, newest := l.Segments()
	require.EqualValues(t, 1, first)
	require.Equal(t, last.Segment, newest)
	require.Greater(t, newest, uint64(3))
	require.NoError(t, l.Drop(newest))
	require.NoError(t, l.Close())

	l, got := reopen(t, dir, opt)
	require.Equal(t, "2:summary", got[0])
	require.Equal(t, "1:record 29", got[len(got)-1])
	add(t, l, "more")
	require.NoError(t, l.Close())
	require.NoError(t, os.Remove(filepath.Join(dir, fmt.Sprintf("%016x.journal", newest))))
	l, got = reopen(t, dir, opt)
	require.Empty(t, got)
	require.NoError(t, l.Close())
}

// A crash between a new segment's header and its summary leaves it empty: it must get
// the summary before the segments that it stands for may go.
func TestEmptyNewSegmentGetsItsSummary(t *testing.T) {
	dir := t.TempDir()
	opt := Options{SegmentBytes: 1, Head: func() []Record { return []Record{{2, []byte("summary")}} }}
	l, _ := reopen(t, dir, opt)
	add(t, l, "one")
	add(t, l, "two")
	_, newest := l.Segments()
	require.NoError(t, l.Close())
	for _, size := range []int64{int64(headerSize), 3, 0} {
		require.NoError(t, os.Truncate(filepath.Join(dir, fmt.Sprintf("%016x.journal", newest)), size))
		l, got := reopen(t, dir, opt)
		require.Equal(t, []string{"2:summary", "1:one"}, got)
		require.NoError(t, l.Close())
	}
	l, _ = reopen(t, dir, opt)
	require.NoError(t, l.Drop(newest))
	require.NoError(t, l.Close())
	l, got := reopen(t, dir, opt)
	require.Equal(t, []string{"2:summary"}, got)
	add(t, l, "three")
	require.NoError(t, l.Close())
}

func TestMissingSegmentIsRefused(t *testing.T) {
	dir := t.TempDir()
	l, _ := reopen(t, dir, Options{SegmentBytes: 50})
	for range 6 {
		add(t, l, "some thirty bytes of record data")
	}
	require.NoError(t, l.Close())
	require.NoError(t, os.Remove(l.path(3)))
	_, err := Open(dir, Options{}, nil)
	require.ErrorContains(t, err, "segment 3 is missing")
}

// A first segment after others that are gone must stand for them: without its summary nobody
// knows what they said.
func TestFirstSegmentWithoutASummaryIsRefused(t *testing.T) {
	dir := t.TempDir()
	opt := Options{SegmentBytes: 1, Head: func() []Record { return []Record{{2, []byte("summary")}} }}
	l, _ := reopen(t, dir, opt)
	for range 3 {
		add(t, l, "one")
	}
	_, newest := l.Segments()
	require.NoError(t, l.Drop(newest))
	require.NoError(t, l.Close())
	path := l.path(newest)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, size := range []int{0, 3, headerSize, headerSize + 1, headerSize + batchHead} {
		require.NoError(t, os.WriteFile(path, whole[:size], 0o600))
		_, err := Open(dir, opt, nil)
		require.ErrorIs(t, err, protocol.ErrInvalid, "%d bytes are left", size)
	}
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	l, got := reopen(t, dir, opt)
	require.Equal(t, []string{"2:summary", "1:one"}, got)
	require.NoError(t, l.Close())
}

func TestBrokenDiskStopsTheLog(t *testing.T) {
	l, _ := reopen(t, t.TempDir(), Options{})
	add(t, l, "fine")
	require.NoError(t, l.file.Close()) // the next write fails like a disk that went away
	ticket, err := l.Append(Record{1, []byte("lost")})
	require.NoError(t, err)
	_, err = ticket.Wait()
	require.ErrorContains(t, err, "broken")
	_, err = l.Append(Record{1, nil})
	require.ErrorContains(t, err, "broken")
	require.Error(t, l.Close())
	require.NoError(t, l.lock.Unlock())
}

// TestTornTails cuts and scrambles the file at every byte of its last batch: what
// was acknowledged before it always comes back, and the log goes on.
func TestTornTails(t *testing.T) {
	dir := t.TempDir()
	l, _ := reopen(t, dir, Options{})
	for i := range 5 {
		add(t, l, fmt.Sprintf("kept %d", i))
	}
	keep := l.size
	add(t, l, "the last batch, in flight when the power went")
	require.NoError(t, l.Close())
	path := l.path(1)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	rnd := rand.New(rand.NewPCG(1, 2))
	for cut := int(keep); cut < len(whole); cut++ {
		for kind := range 3 {
			data := bytes.Clone(whole[:cut])
			switch kind {
			case 1: // the file grew, the page did not come
				data = append(data, make([]byte, len(whole)-cut)...)
			case 2:
				for range len(whole) - cut {
					data = append(data, byte(rnd.Uint32()))
				}
			}
			if bytes.Equal(data, whole) {
				continue
			}
			require.NoError(t, os.WriteFile(path, data, 0o600))
			l, got := reopen(t, dir, Options{})
			require.Len(t, got, 5, "cut at %d, kind %d", cut, kind)
			add(t, l, "after")
			require.NoError(t, l.Close())
			l, got = reopen(t, dir, Options{})
			require.Equal(t, "1:after", got[len(got)-1])
			require.NoError(t, l.Close())
		}
	}
}

// TestDamageInTheMiddleIsRefused flips every byte before the last batch.
func TestDamageInTheMiddleIsRefused(t *testing.T) {
	dir := t.TempDir()
	l, _ := reopen(t, dir, Options{})
	add(t, l, "first")
	add(t, l, "second")
	last := int(l.size)
	add(t, l, "third")
	require.NoError(t, l.Close())
	whole, err := os.ReadFile(l.path(1))
	require.NoError(t, err)
	for at := range last {
		data := bytes.Clone(whole)
		data[at] ^= 0x41
		require.NoError(t, os.WriteFile(l.path(1), data, 0o600))
		_, err := Open(dir, Options{}, func(Pos, Record) error { return nil })
		require.ErrorIs(t, err, protocol.ErrInvalid, "byte %d", at)
	}
}

// FuzzOpen writes anything after three good batches: the log opens with at least
// those, or refuses; it never returns less and never panics.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	l, err := Open(dir, Options{}, nil)
	require.NoError(f, err)
	for range 3 {
		ticket, _ := l.Append(Record{1, []byte("good")})
		_, err := ticket.Wait()
		require.NoError(f, err)
	}
	require.NoError(f, l.Close())
	good, err := os.ReadFile(l.path(1))
	require.NoError(f, err)
	f.Add([]byte{})
	f.Add([]byte("DGJB"))
	f.Add(good[headerSize:])
	f.Add(good[:40])
	f.Fuzz(func(t *testing.T, tail []byte) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(l.path(1))), append(bytes.Clone(good), tail...), 0o600))
		n := 0
		l, err := Open(dir, Options{}, func(Pos, Record) error { n++; return nil })
		if err != nil {
			require.ErrorIs(t, err, protocol.ErrInvalid)
			return
		}
		require.GreaterOrEqual(t, n, 3)
		require.NoError(t, l.Close())
	})
}

func BenchmarkAppendParallel(b *testing.B) {
	l, err := Open(b.TempDir(), Options{}, nil)
	require.NoError(b, err)
	data := make([]byte, 2000)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			ticket, err := l.Append(Record{1, data})
			if err == nil {
				_, err = ticket.Wait()
			}
			if err != nil {
				b.Error(err)
			}
		}
	})
	require.NoError(b, l.Close())
}
