package gateway

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// maxAhead is how many pieces an answer runs ahead of its fastest reader; then the
// provider waits, through the relayer, for the reader.
const maxAhead = 64

// flight is one answer on its way. It outlives its client: a client that lost its
// connection and asks again joins the same flight, so that nothing is billed twice.
type flight struct {
	chat  *Chat
	grace time.Duration

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced on every change
	info     Info
	pieces   []string
	done     bool
	result   *Result
	err      *Error
	readers  map[*Answer]struct{}
	shown    bool // a streaming client saw a part
	orphan   *time.Timer
	cancel   chan struct{}
	canceled bool
}

func newFlight(c *Chat, grace time.Duration) *flight {
	return &flight{chat: c, grace: grace, changed: make(chan struct{}), readers: map[*Answer]struct{}{}, cancel: make(chan struct{})}
}

func (f *flight) touch() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// push shows a piece and waits while every reader is far behind.
func (f *flight) push(ctx context.Context, piece string) {
	if piece == "" {
		return
	}
	f.mu.Lock()
	f.pieces = append(f.pieces, piece)
	f.touch()
	for !f.canceled && len(f.readers) > 0 {
		at := 0
		for r := range f.readers {
			at = max(at, r.at)
		}
		if len(f.pieces)-at <= maxAhead {
			break
		}
		changed := f.changed
		f.mu.Unlock()
		select {
		case <-changed:
		case <-f.cancel:
		case <-ctx.Done():
			return
		}
		f.mu.Lock()
	}
	f.mu.Unlock()
}

func (f *flight) know(edit func(*Info)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	edit(&f.info)
	f.touch()
}

func (f *flight) end(result *Result, err *Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done, f.result, f.err = true, result, err
	if f.orphan != nil {
		f.orphan.Stop()
	}
	f.touch()
}

func (f *flight) abort() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.abortLocked()
}

func (f *flight) abortLocked() {
	if !f.canceled {
		f.canceled = true
		close(f.cancel)
	}
}

// join adds a reader, unless the flight was given up.
func (f *flight) join() *Answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.canceled {
		return nil
	}
	if f.orphan != nil {
		f.orphan.Stop()
		f.orphan = nil
	}
	a := &Answer{flight: f}
	f.readers[a] = struct{}{}
	return a
}

// leave removes a reader. When none is left the answer is cancelled: at once if a
// stream was seen, else after the grace in which its client may come back. An answer
// with an idempotency key is finished in any case: its client will ask by that key.
func (f *flight) leave(a *Answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.readers, a)
	f.touch()
	switch {
	case f.done || len(f.readers) > 0 || f.chat.Name != "" || f.orphan != nil:
	case f.shown:
		f.abortLocked()
	default:
		f.orphan = time.AfterFunc(f.grace, f.abort)
	}
}

// Answer reads one flight. Its methods are for one goroutine.
type Answer struct {
	flight *flight
	at     int
}

// ready waits until the first piece or the end, which is its error if there is one.
func (a *Answer) ready(ctx context.Context) error {
	f := a.flight
	f.mu.Lock()
	for len(f.pieces) == 0 && !f.done {
		changed := f.changed
		f.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
		f.mu.Lock()
	}
	defer f.mu.Unlock()
	if len(f.pieces) == 0 && f.err != nil {
		return f.err
	}
	return nil
}

// Info returns what is known of the answer now; complete once Ask returned.
func (a *Answer) Info() Info {
	a.flight.mu.Lock()
	defer a.flight.mu.Unlock()
	return a.flight.info
}

// Next returns the next piece of text; io.EOF after the last, when the receipt is
// stored, or an *Error. A done ctx only ends this call.
func (a *Answer) Next(ctx context.Context) (string, error) {
	f := a.flight
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		if a.at < len(f.pieces) {
			a.at++
			f.shown = f.shown || f.chat.Stream
			f.touch()
			return f.pieces[a.at-1], nil
		}
		if f.done {
			if f.err != nil {
				return "", f.err
			}
			return "", io.EOF
		}
		changed := f.changed
		f.mu.Unlock()
		select {
		case <-changed:
			f.mu.Lock()
		case <-ctx.Done():
			f.mu.Lock()
			return "", ctx.Err()
		}
	}
}

// Result returns how the answer ended; nil before Next returned io.EOF.
func (a *Answer) Result() *Result {
	a.flight.mu.Lock()
	defer a.flight.mu.Unlock()
	return a.flight.result
}

// Close says that the client is gone or served.
func (a *Answer) Close() { a.flight.leave(a) }

// flights are the answers on their way, by what a client's retry knows of them.
type flights struct {
	mu      sync.Mutex
	closing bool
	all     map[*flight]struct{}
	hashes  map[common.Hash]*flight
}

// add registers f; false while shutting down. begin runs under the lock.
func (s *flights) add(f *flight, begin func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.all[f] = struct{}{}
	begin()
	return true
}

// named records the request hash; false if another flight has it.
func (s *flights) named(f *flight, hash common.Hash) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.hashes[hash]; taken {
		return false
	}
	s.hashes[hash] = f
	return true
}

func (s *flights) unnamed(hash common.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.hashes, hash)
}

func (s *flights) remove(f *flight, hash common.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, f)
	if s.hashes[hash] == f {
		delete(s.hashes, hash)
	}
}

// same joins a flight of the same key and body, one without readers first.
func (s *flights) same(keyID string, body common.Hash) *Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var watched *flight
	for f := range s.all {
		if f.chat.KeyID != keyID || f.chat.BodyHash != body || f.chat.Name != "" {
			continue
		}
		f.mu.Lock()
		alone := len(f.readers) == 0
		f.mu.Unlock()
		if alone {
			if a := f.join(); a != nil {
				return a
			}
		} else {
			watched = f
		}
	}
	if watched == nil {
		return nil
	}
	return watched.join()
}

func (s *flights) cancelAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for f := range s.all {
		f.abort()
	}
}
