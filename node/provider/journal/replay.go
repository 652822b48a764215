package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"github.com/dgrid-network/dgrid/protocol"
)

// Replay shows replay every record of the log in dir, in order, as Open does, and changes nothing
// there: who reads a log need not be who writes it. No process may have it open. A folder that does
// not exist holds no records.
func Replay(dir string, replay func(Pos, Record) error) error {
	lock := flock.New(filepath.Join(dir, lockName), flock.SetFlag(os.O_RDONLY))
	ok, err := lock.TryRLock()
	switch {
	case errors.Is(err, fs.ErrNotExist): // nobody ever opened it: a copy, or nothing
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	case err != nil:
		return fmt.Errorf("lock the journal: %w", err)
	case !ok:
		return heldElsewhere(dir)
	default:
		defer lock.Close()
	}
	_, err = scan(dir, replay)
	return err
}

// load replays all segments and leaves the last one open for appending.
func (l *Log) load(replay func(Pos, Record) error) error {
	s, err := scan(l.dir, replay)
	if err != nil {
		return err
	}
	l.first, l.number = s.first, s.number
	switch {
	case s.last == 0:
		err = l.create(1)
	case s.data == nil:
		err = l.create(s.last)
	default:
		err = l.rewrite(s.last, s.data)
	}
	if err != nil {
		return err
	}
	// A crash between a segment's header and its summary: without one, dropping the
	// segments before would forget what they said, also which numbers were used.
	if l.size == int64(headerSize) && l.at > 1 {
		if err := l.summarize(); err != nil {
			return err
		}
	}
	l.publish()
	return nil
}

// scanned is what a log's folder holds.
type scanned struct {
	first, last uint64 // segments; 0 if there is none
	number      uint64 // of the next batch
	data        []byte // the last segment up to the end of its last whole batch; nil if it has no header
}

// scan replays all segments of a folder, and only reads.
func scan(dir string, replay func(Pos, Record) error) (s scanned, err error) {
	numbers, err := list(dir)
	if err != nil || len(numbers) == 0 {
		return s, err
	}
	s.first = numbers[0]
	for i, n := range numbers {
		if n != s.first+uint64(i) {
			return s, fmt.Errorf("journal segment %d is missing: %w", s.first+uint64(i), protocol.ErrInvalid)
		}
		s.last = n
		if err := s.segment(segmentPath(dir, n), i == len(numbers)-1, replay); err != nil {
			return s, err
		}
	}
	return s, nil
}

func list(dir string) ([]uint64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list the journal: %w", err)
	}
	var numbers []uint64
	for _, e := range entries {
		name, ok := strings.CutSuffix(filepath.Base(e.Name()), ".journal")
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(name, 16, 64)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("journal holds a file named %q: %w", e.Name(), protocol.ErrInvalid)
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers, nil
}

// segment replays segment s.last; newest tells that no later one exists.
func (s *scanned) segment(path string, newest bool, replay func(Pos, Record) error) error {
	n, first := s.last, s.last == s.first
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read journal segment %d: %w", n, err)
	}
	if header := binary.BigEndian.AppendUint64([]byte(segmentMagic), n); !bytes.HasPrefix(data, header) {
		// A segment is used only after its header was synced.
		if newest && len(data) <= headerSize && !(first && n > 1) {
			return nil
		}
		return fmt.Errorf("journal segment %d has no header: %w", n, protocol.ErrInvalid)
	}
	end := headerSize
	for end < len(data) {
		number, records, size := parseBatch(data[end:])
		if size == 0 {
			break
		}
		if first && end == headerSize {
			s.number = number
		}
		if number != s.number {
			return fmt.Errorf("journal segment %d: batch %d where %d belongs: %w", n, number, s.number, protocol.ErrInvalid)
		}
		if err := eachRecord(records, n, int64(end+batchHead), replay); err != nil {
			return err
		}
		s.number++
		end += size
	}
	if end < len(data) {
		if !newest {
			return fmt.Errorf("journal segment %d is damaged at byte %d, and later segments exist: %w", n, end, protocol.ErrInvalid)
		}
		if at := laterBatch(data[end+1:], s.number); at >= 0 {
			return fmt.Errorf("journal segment %d is damaged at byte %d, before a whole batch at %d: restore a copy of the folder and go on with it under a new operator key: %w",
				n, end, end+1+at, protocol.ErrInvalid)
		}
	}
	if first && n > 1 && end == headerSize {
		return fmt.Errorf("journal begins with segment %d, and that has no summary of those before: restore a copy of the folder and go on with it under a new operator key: %w",
			n, protocol.ErrInvalid)
	}
	if newest {
		s.data = data[:end]
	}
	return nil
}

// rewrite puts the last segment's good part into a new file, and that in its place, open for
// appending. The file that was read may not be on the disk as it was read: after a sync that failed
// the system takes what it did not write for written, and no later sync of that file writes it.
func (l *Log) rewrite(n uint64, data []byte) error {
	temp := filepath.Join(l.dir, "last.tmp")
	f, err := l.opt.Disk.Open(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND)
	if err != nil {
		return fmt.Errorf("copy journal segment %d: %w", n, err)
	}
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if err == nil {
		l.opt.Step("journal.copied")
		err = l.opt.Disk.Rename(temp, l.path(n))
	}
	if err == nil {
		l.opt.Step("journal.renamed")
		err = l.syncDir()
	}
	if err != nil {
		f.Close()
		os.Remove(temp) // the disk may be full of it
		return fmt.Errorf("copy journal segment %d: %w", n, err)
	}
	l.file, l.at, l.size = f, n, int64(len(data))
	return nil
}

// parseBatch reads the batch at the start of data; size is 0 if there is no whole one.
func parseBatch(data []byte) (number uint64, records []byte, size int) {
	if len(data) < batchHead || string(data[:4]) != batchMagic {
		return 0, nil, 0
	}
	n := int(binary.BigEndian.Uint32(data[4:]))
	if n > maxBatch || len(data)-batchHead < n {
		return 0, nil, 0
	}
	if crc32.Checksum(data[12:batchHead+n], castagnoli) != binary.BigEndian.Uint32(data[8:]) {
		return 0, nil, 0
	}
	return binary.BigEndian.Uint64(data[12:]), data[batchHead : batchHead+n], batchHead + n
}

// laterBatch finds a whole batch numbered at least after in data, -1 if there is none.
// Record data may contain anything, also the bytes of a batch: a number that this log
// has not reached tells them apart from stale bytes.
func laterBatch(data []byte, after uint64) int {
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], []byte(batchMagic))
		if i < 0 {
			return -1
		}
		at += i
		if number, _, size := parseBatch(data[at:]); size > 0 && number > after {
			return at
		}
	}
}

func eachRecord(data []byte, segment uint64, offset int64, replay func(Pos, Record) error) error {
	for at := 0; at < len(data); {
		if len(data)-at < recordHead {
			return fmt.Errorf("journal segment %d: cut record at %d: %w", segment, offset+int64(at), protocol.ErrInvalid)
		}
		n := int(binary.BigEndian.Uint32(data[at:]))
		if n > len(data)-at-recordHead {
			return fmt.Errorf("journal segment %d: cut record at %d: %w", segment, offset+int64(at), protocol.ErrInvalid)
		}
		r := Record{Type: data[at+4], Data: data[at+recordHead : at+recordHead+n]}
		if err := replay(Pos{segment, offset + int64(at), uint32(n)}, r); err != nil {
			return err
		}
		at += recordHead + n
	}
	return nil
}
