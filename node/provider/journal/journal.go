// Package journal is an append-only log on disk with grouped fsync: what Wait has
// returned for survives a crash, and one fsync serves all who wait meanwhile.
//
// A log is a folder of numbered segments. A segment is a header and batches; a
// batch is what one write and one fsync made durable:
//
//	batch  = "DGJB" ‖ u32 length ‖ u32 crc32c(number ‖ records) ‖ u64 number ‖ records
//	record = u32 length ‖ u8 type ‖ data
//
// All integers are big endian; numbers count the batches of the log without gaps.
//
// On open the log is replayed. A batch that is cut off or does not match its
// checksum is forgotten only if it is the very last thing of the last segment: it
// was never acknowledged (a crash in mid-write). Anything else that is wrong
// (a hole before a later batch, a missing or short older segment) refuses to open:
// whoever signs by this log must not go on from a past that it does not know.
// The one thing that cannot be told from a crash is damage to the last batch itself.
//
// After a failed write or fsync the log is broken for good: nothing says what the
// disk holds, so every later Append fails until the process opens it anew. Opening writes the
// last segment into a new file: what was read of the old one may never have reached the disk.
// One process holds a log at a time (a lock file). Replay only reads.
package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"github.com/dgrid-network/dgrid/protocol"
)

const (
	segmentMagic = "DGRIDJ01"
	batchMagic   = "DGJB"
	headerSize   = len(segmentMagic) + 8
	batchHead    = len(batchMagic) + 4 + 4 + 8
	recordHead   = 5
	lockName     = "LOCK"

	// MaxRecord bounds one record, in bytes.
	MaxRecord = 64 << 20
	maxBatch  = 2 * MaxRecord
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Record is one entry.
type Record struct {
	Type byte
	Data []byte
}

// Pos says where a record lies.
type Pos struct {
	Segment uint64
	Offset  int64 // of the record in its file
	Length  uint32
}

// Options of a log; the zero value is usable.
type Options struct {
	// SegmentBytes starts a new segment beyond this size; 64 MiB if 0.
	SegmentBytes int64
	// Head makes the first records of every new segment after the first: a summary
	// that lets older segments be dropped. It runs while the log is being written, after what
	// AppendThen was told to call for every record before it, and must not call the log. What it
	// says beyond those records may be lost: none of it may be missed.
	Head func() []Record
	// Disk is where the log lies; the computer's own if nil.
	Disk Disk
	// Step, if set, is called at named points of a write; tests end the process there.
	Step func(point string)
}

// Log is an open journal. Its methods may be called concurrently.
type Log struct {
	dir  string
	opt  Options
	lock *flock.Flock

	mu      sync.Mutex
	pending *batch        // being filled
	err     error         // why nothing can be appended any more
	broken  chan struct{} // closed once err is set
	closed  bool
	first   uint64 // oldest segment that exists
	last    uint64 // newest segment that has its summary on disk
	wake    chan struct{}
	stopped chan struct{}

	// Only the writer goroutine uses these.
	file   File
	at     uint64 // the segment that file is
	size   int64
	number uint64 // of the next batch
	spare  []byte
}

type batch struct {
	records []Record
	then    []func(Pos)
	size    int
	pos     []Pos
	err     error
	done    chan struct{}
}

// Ticket is an appended record that may not be durable yet.
type Ticket struct {
	b *batch
	i int
}

// Wait returns once the record is durable, with its place, or with the reason why
// it is unknown whether it is.
func (t Ticket) Wait() (Pos, error) {
	<-t.b.done
	if t.b.err != nil {
		return Pos{}, t.b.err
	}
	return t.b.pos[t.i], nil
}

// Open replays the log in dir, creating it if there is none, and returns it ready
// for appending. replay, unless nil, sees every record in order; its error ends Open.
func Open(dir string, opt Options, replay func(Pos, Record) error) (*Log, error) {
	if opt.SegmentBytes == 0 {
		opt.SegmentBytes = 64 << 20
	}
	if opt.Step == nil {
		opt.Step = func(string) {}
	}
	if opt.Disk == nil {
		opt.Disk = osDisk{}
	}
	if err := makeDir(opt.Disk, dir); err != nil {
		return nil, fmt.Errorf("create the journal's folder: %w", err)
	}
	if replay == nil {
		replay = func(Pos, Record) error { return nil }
	}
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	if ok, err := lock.TryLock(); err != nil {
		return nil, fmt.Errorf("lock the journal: %w", err)
	} else if !ok {
		return nil, heldElsewhere(dir)
	}
	l := &Log{dir: dir, opt: opt, lock: lock, pending: newBatch(), broken: make(chan struct{}), wake: make(chan struct{}, 1), stopped: make(chan struct{})}
	if err := l.load(replay); err != nil {
		if l.file != nil {
			l.file.Close()
		}
		return nil, errors.Join(err, lock.Unlock())
	}
	go l.write()
	return l, nil
}

func heldElsewhere(dir string) error {
	return fmt.Errorf("lock the journal in %s: another process has it: %w", dir, protocol.ErrConflict)
}

func newBatch() *batch { return &batch{done: make(chan struct{})} }

// Append adds a record to the log, in the order of the calls. It does not wait.
func (l *Log) Append(r Record) (Ticket, error) { return l.AppendThen(r, nil) }

// AppendThen is Append, and calls then once the record is durable: in the order of the log, before
// Wait returns, and before a summary is made. then, unless nil, must not call the log.
func (l *Log) AppendThen(r Record, then func(Pos)) (Ticket, error) {
	if len(r.Data) > MaxRecord {
		return Ticket{}, fmt.Errorf("append a record of %d bytes: %w", len(r.Data), protocol.ErrInvalid)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return Ticket{}, l.err
	}
	if l.closed {
		return Ticket{}, fmt.Errorf("append to a closed journal: %w", protocol.ErrUnavailable)
	}
	b := l.pending
	b.records, b.then = append(b.records, r), append(b.then, then)
	b.size += recordHead + len(r.Data)
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return Ticket{b, len(b.records) - 1}, nil
}

// Err returns why the log is broken, nil while it is not.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Broken returns a channel that is closed once the log is broken: Err says why.
func (l *Log) Broken() <-chan struct{} { return l.broken }

// Segments returns the oldest segment's number and the newest's that stands for all before it:
// one that is being begun does not count before its summary is durable.
func (l *Log) Segments() (first, last uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first, l.last
}

// Close makes what was appended durable and releases the log.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		<-l.stopped
		return nil
	}
	l.closed = true
	l.mu.Unlock()
	close(l.wake)
	<-l.stopped
	return errors.Join(l.Err(), l.file.Close(), l.lock.Unlock())
}

// Read returns a record that Wait or the replay has named.
func (l *Log) Read(p Pos) (Record, error) {
	f, err := os.Open(l.path(p.Segment))
	if err != nil {
		return Record{}, fmt.Errorf("read the journal: %w", err)
	}
	defer f.Close()
	buf := make([]byte, recordHead+int(p.Length))
	if _, err := f.ReadAt(buf, p.Offset); err != nil {
		return Record{}, fmt.Errorf("read the journal at %d:%d: %w", p.Segment, p.Offset, err)
	}
	if binary.BigEndian.Uint32(buf) != p.Length {
		return Record{}, fmt.Errorf("read the journal at %d:%d: another record lies there: %w", p.Segment, p.Offset, protocol.ErrInternal)
	}
	return Record{Type: buf[4], Data: buf[recordHead:]}, nil
}

// Drop deletes the segments before keep. The newest that Segments returns always stays, and all
// stay once the log is broken: nothing says which of its summaries the disk holds.
func (l *Log) Drop(keep uint64) error {
	l.mu.Lock()
	first, last, err := l.first, l.last, l.err
	l.mu.Unlock()
	if err != nil {
		return err
	}
	for n := first; n < min(keep, last); n++ {
		if err := l.opt.Disk.Remove(l.path(n)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("drop a journal segment: %w", err)
		}
		// INVARIANT: none is removed before the one before it is gone for good, or the power could leave a hole.
		if err := l.syncDir(); err != nil {
			return err
		}
		l.mu.Lock()
		l.first = n + 1
		l.mu.Unlock()
	}
	return nil
}

func (l *Log) path(n uint64) string { return segmentPath(l.dir, n) }

func segmentPath(dir string, n uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%016x.journal", n))
}

func (l *Log) syncDir() error {
	if err := l.opt.Disk.SyncDir(l.dir); err != nil {
		return fmt.Errorf("sync the journal's folder: %w", err)
	}
	return nil
}
