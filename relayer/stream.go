package relayer

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// stream is the log of one answer's events, in memory while it runs, with any number
// of readers. How far the furthest reader is decides what the provider may send.
type stream struct {
	hash   common.Hash
	secret common.Hash
	max    int // bytes

	mu      sync.Mutex
	lines   [][]byte // one event each, newline included
	bytes   int
	ended   bool
	wake    chan struct{} // closed and replaced with every change
	read    int           // events that some reader has taken
	readers int
	notice  chan struct{} // tells the carrier that read or readers changed
}

func newStream(hash, secret common.Hash, limit int) *stream {
	return &stream{hash: hash, secret: secret, max: limit, wake: make(chan struct{}), notice: make(chan struct{}, 1)}
}

// line makes the next event's line; the event's Seq is set here. Only the goroutine that
// appends may ask.
func (s *stream) line(e wire.Event) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil, fmt.Errorf("add to an ended stream: %w", protocol.ErrConflict)
	}
	e.Seq = uint64(len(s.lines))
	line, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode an event: %w", err)
	}
	line = append(line, '\n')
	if end := e.Done != nil || e.Error != nil; !end && s.bytes+len(line) > s.max {
		return nil, fmt.Errorf("answer passes %d bytes: %w", s.max, protocol.ErrInvalid)
	}
	return line, nil
}

// append shows readers the line that was made last; end tells that none follows.
func (s *stream) append(line []byte, end bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
	s.bytes += len(line)
	s.ended = end
	s.changed()
}

func (s *stream) changed() {
	close(s.wake)
	s.wake = make(chan struct{})
}

// from returns the events after the first n, whether there will be more, and what closes when
// there are.
func (s *stream) from(n int) (lines [][]byte, ended bool, wake <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n = min(n, len(s.lines))
	return s.lines[n:len(s.lines):len(s.lines)], s.ended, s.wake
}

// took says that a reader has n events.
func (s *stream) took(n int) {
	s.mu.Lock()
	if n > s.read {
		s.read = min(n, len(s.lines))
	}
	s.mu.Unlock()
	s.poke()
}

func (s *stream) join(by int) {
	s.mu.Lock()
	s.readers += by
	s.mu.Unlock()
	s.poke()
}

func (s *stream) poke() {
	select {
	case s.notice <- struct{}{}:
	default:
	}
}

func (s *stream) state() (read, readers int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.read, s.readers
}
