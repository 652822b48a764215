// Package link carries wire frames over one WebSocket, alike for the relayer and
// the provider: a bounded queue in front of one writer that puts what waits into one
// message, a reader, and pings that find a dead peer.
package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

const (
	queueFrames  = 1024
	queueBytes   = 8 << 20 // of the frames that wait: a peer that does not read costs no more
	messageBytes = 256 << 10
)

// ErrClosed is returned by Send on a link that is closed or broke.
var ErrClosed = fmt.Errorf("the link is closed: %w", protocol.ErrUnavailable)

// Link is one connection. Send may be called concurrently.
type Link struct {
	conn      *websocket.Conn
	heartbeat time.Duration
	alive     func()

	mu     sync.Mutex
	queue  [][]byte
	bytes  int // in queue
	closed bool
	spare  []byte        // only the writer's: for messages of many frames
	more   chan struct{} // a frame waits
	room   chan struct{} // closed and replaced when the queue was emptied
	done   chan struct{}
}

// New wraps a connection whose handshake is over. A peer that does not answer a
// ping within heartbeat is dead; alive, unless nil, is called after each answer.
func New(conn *websocket.Conn, heartbeat time.Duration, alive func()) *Link {
	conn.SetReadLimit(wire.MaxFrame)
	return &Link{conn: conn, heartbeat: heartbeat, alive: alive,
		more: make(chan struct{}, 1), room: make(chan struct{}), done: make(chan struct{})}
}

// Send queues a frame; it waits while the queue is full. That it returns nil does
// not say that the peer got the frame.
func (l *Link) Send(ctx context.Context, kind wire.Kind, body any) error {
	frame, err := wire.Seal(kind, body)
	if err != nil {
		return err
	}
	if len(frame) > wire.MaxFrame {
		return fmt.Errorf("send %s of %d bytes: %w", kind, len(frame), protocol.ErrInvalid)
	}
	for {
		l.mu.Lock()
		if l.closed {
			l.mu.Unlock()
			return ErrClosed
		}
		if len(l.queue) < queueFrames && (l.bytes == 0 || l.bytes+len(frame) <= queueBytes) {
			l.queue = append(l.queue, frame)
			l.bytes += len(frame)
			l.mu.Unlock()
			select {
			case l.more <- struct{}{}:
			default:
			}
			return nil
		}
		room := l.room
		l.mu.Unlock()
		select {
		case <-room:
		case <-l.done:
			return ErrClosed
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Run carries frames until ctx ends, the peer goes or handle returns an error.
// handle runs on the reader: it must not wait for the peer, nor keep the envelope's body, whose
// memory the next message takes. Run returns nil only if
// ctx ended; by then all that Send queued before was written, if the peer took it.
func (l *Link) Run(ctx context.Context, handle func(wire.Envelope) error) error {
	// Reading and writing outlive ctx so that the last frames still go out.
	io, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	var wg sync.WaitGroup
	wg.Go(func() { stop(l.read(io, handle)) })
	wg.Go(func() { stop(l.ping(io)) })
	wg.Go(func() { stop(l.write(ctx, io)) })
	<-io.Done()
	err := context.Cause(io)
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	close(l.done)
	status, reason := websocket.StatusNormalClosure, ""
	if err != nil && errors.Is(err, protocol.ErrInvalid) {
		status, reason = websocket.StatusPolicyViolation, "bad frame"
	}
	if ctx.Err() != nil {
		l.conn.Close(status, reason) // waits for the peer, bounded
	}
	l.conn.CloseNow()
	wg.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (l *Link) read(ctx context.Context, handle func(wire.Envelope) error) error {
	var message bytes.Buffer
	for {
		_, r, err := l.conn.Reader(ctx)
		if err == nil {
			message.Reset()
			_, err = message.ReadFrom(r)
		}
		if err != nil {
			return fmt.Errorf("read the link: %w", err)
		}
		if err := wire.Each(message.Bytes(), handle); err != nil {
			return err
		}
	}
}

func (l *Link) ping(ctx context.Context) error {
	tick := time.NewTicker(l.heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		pctx, cancel := context.WithTimeout(ctx, l.heartbeat)
		err := l.conn.Ping(pctx)
		cancel()
		if err != nil {
			return fmt.Errorf("ping the peer: %w", err)
		}
		if l.alive != nil {
			l.alive()
		}
	}
}

// write empties the queue until io ends; when ctx ends, once more and then no more.
func (l *Link) write(ctx, io context.Context) error {
	for last := false; ; {
		if err := l.flush(io); err != nil || last {
			return err
		}
		select {
		case <-l.more:
		case <-ctx.Done():
			last = true
		case <-io.Done():
			return nil
		}
	}
}

func (l *Link) flush(ctx context.Context) error {
	l.mu.Lock()
	frames := l.queue
	l.queue, l.bytes = nil, 0
	close(l.room)
	l.room = make(chan struct{})
	l.mu.Unlock()
	for len(frames) > 0 {
		message := frames[0]
		n := 1
		for ; n < len(frames) && len(message)+1+len(frames[n]) <= messageBytes; n++ {
			if n == 1 {
				message = append(l.spare[:0], message...)
			}
			message = append(append(message, '\n'), frames[n]...)
		}
		if n > 1 {
			l.spare = message
		}
		frames = frames[n:]
		wctx, cancel := context.WithTimeout(ctx, l.heartbeat)
		err := l.conn.Write(wctx, websocket.MessageText, message)
		cancel()
		if err != nil {
			return fmt.Errorf("write the link: %w", err)
		}
	}
	return nil
}
