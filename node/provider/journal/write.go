package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
)

// write is the one goroutine that touches the file: take all that waits, write it,
// sync it, tell those who wait.
func (l *Log) write() {
	defer close(l.stopped)
	for open := true; open; {
		_, open = <-l.wake
		l.mu.Lock()
		b := l.pending
		l.pending = newBatch()
		err := l.err
		l.mu.Unlock()
		if len(b.records) == 0 {
			continue
		}
		if err == nil {
			err = l.commit(b)
		}
		if err != nil {
			l.mu.Lock()
			if l.err == nil {
				l.err = fmt.Errorf("journal is broken, restart to go on from what the disk holds: %w", err)
				close(l.broken)
			}
			b.err = l.err
			l.mu.Unlock()
		} else {
			for i, then := range b.then {
				if then != nil {
					then(b.pos[i])
				}
			}
		}
		close(b.done)
	}
}

func (l *Log) commit(b *batch) error {
	if l.size >= l.opt.SegmentBytes {
		if err := l.roll(); err != nil {
			return err
		}
	}
	return l.put(b)
}

// put writes one batch at the end of the file and syncs.
func (l *Log) put(b *batch) error {
	if b.size > maxBatch {
		return l.putHalves(b)
	}
	buf := append(l.spare[:0], batchMagic...)
	buf = binary.BigEndian.AppendUint32(buf, uint32(b.size))
	buf = append(buf, 0, 0, 0, 0)
	buf = binary.BigEndian.AppendUint64(buf, l.number)
	b.pos = make([]Pos, 0, len(b.records))
	for _, r := range b.records {
		b.pos = append(b.pos, Pos{l.at, l.size + int64(len(buf)), uint32(len(r.Data))})
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(r.Data)))
		buf = append(append(buf, r.Type), r.Data...)
	}
	binary.BigEndian.PutUint32(buf[8:], crc32.Checksum(buf[12:], castagnoli))
	l.spare = buf
	if cap(l.spare) > 4<<20 {
		l.spare = nil
	}
	l.opt.Step("journal.before_write")
	if _, err := l.file.Write(buf[:len(buf)/2]); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	l.opt.Step("journal.half_written")
	if _, err := l.file.Write(buf[len(buf)/2:]); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	l.opt.Step("journal.written")
	if err := l.file.Sync(); err != nil {
		return fmt.Errorf("sync the journal: %w", err)
	}
	l.opt.Step("journal.synced")
	l.size += int64(len(buf))
	l.number++
	return nil
}

func (l *Log) putHalves(b *batch) error {
	for part := range 2 {
		half := newBatch()
		half.records = b.records[:len(b.records)/2]
		if part == 1 {
			half.records = b.records[len(b.records)/2:]
		}
		for _, r := range half.records {
			half.size += recordHead + len(r.Data)
		}
		if err := l.put(half); err != nil {
			return err
		}
		b.pos = append(b.pos, half.pos...)
	}
	return nil
}

// roll starts the next segment with the summary of all before it.
func (l *Log) roll() error {
	old := l.file
	if err := l.create(l.at + 1); err != nil {
		return err
	}
	if err := old.Close(); err != nil {
		return fmt.Errorf("close a journal segment: %w", err)
	}
	l.opt.Step("journal.rolled")
	if err := l.summarize(); err != nil {
		return err
	}
	l.publish()
	return nil
}

// publish lets the segments before the one being written be dropped. Its summary is durable.
func (l *Log) publish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = l.at
	if l.first == 0 {
		l.first = l.at
	}
}

// summarize writes the summary at the head of an empty segment.
func (l *Log) summarize() error {
	if l.opt.Head == nil {
		return nil
	}
	head := newBatch()
	head.records = l.opt.Head()
	for _, r := range head.records {
		head.size += recordHead + len(r.Data)
	}
	if len(head.records) == 0 {
		return nil
	}
	return l.put(head)
}

// create makes segment n durable, as an empty one, and writes to it from now on.
func (l *Log) create(n uint64) error {
	f, err := l.opt.Disk.Open(l.path(n), os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND)
	if err != nil {
		return fmt.Errorf("create a journal segment: %w", err)
	}
	header := binary.BigEndian.AppendUint64([]byte(segmentMagic), n)
	if _, err = f.Write(header); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = l.syncDir()
	}
	if err != nil {
		f.Close()
		return fmt.Errorf("create a journal segment: %w", err)
	}
	l.file, l.at, l.size = f, n, int64(headerSize)
	return nil
}
