package embedredis

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// The client and the server of this process talk through memory: over a loopback socket a
// pipeline of ten commands is a dozen system calls, since the server answers each command with
// a write of its own. net.Pipe would not do: it holds nothing back, and a client that writes
// its pipeline before it reads would wait for a server that waits for it.

const pipeRoom = 1 << 20 // bytes that may wait in one direction

// pipe is one end of a connection in memory.
type pipe struct {
	in, out *lane
}

// newPipe returns both ends of a connection.
func newPipe() (net.Conn, net.Conn) {
	a, b := newLane(), newLane()
	return &pipe{a, b}, &pipe{b, a}
}

func (p *pipe) Read(b []byte) (int, error)  { return p.in.read(b) }
func (p *pipe) Write(b []byte) (int, error) { return p.out.write(b) }

func (p *pipe) Close() error {
	p.in.close(true)
	p.out.close(false)
	return nil
}

func (p *pipe) SetDeadline(t time.Time) error {
	p.in.reading.set(p.in, t)
	p.out.writing.set(p.out, t)
	return nil
}

func (p *pipe) SetReadDeadline(t time.Time) error {
	p.in.reading.set(p.in, t)
	return nil
}

func (p *pipe) SetWriteDeadline(t time.Time) error {
	p.out.writing.set(p.out, t)
	return nil
}

func (p *pipe) LocalAddr() net.Addr  { return address{} }
func (p *pipe) RemoteAddr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "embedded" }

// lane is one direction.
type lane struct {
	mu      sync.Mutex
	changed sync.Cond
	data    []byte
	taken   int // bytes of data that were read
	ended   bool
	deaf    bool // the reader's end is closed
	reading limit
	writing limit
}

func newLane() *lane {
	l := &lane{}
	l.changed.L = &l.mu
	return l
}

// limit is until when one side of a lane waits.
type limit struct {
	at    time.Time
	timer *time.Timer
}

func (d *limit) set(l *lane, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d.at = at
	switch wait := time.Until(at); {
	case at.IsZero():
		if d.timer != nil {
			d.timer.Stop()
		}
	case d.timer == nil:
		d.timer = time.AfterFunc(wait, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.changed.Broadcast()
		})
	default:
		d.timer.Reset(wait)
	}
}

func (d *limit) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (l *lane) read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case l.deaf:
			return 0, io.ErrClosedPipe
		case l.reading.passed():
			return 0, os.ErrDeadlineExceeded
		case len(b) == 0:
			return 0, nil
		case l.taken < len(l.data):
			n := copy(b, l.data[l.taken:])
			if l.taken += n; l.taken == len(l.data) {
				l.data, l.taken = l.data[:0], 0
			}
			l.changed.Broadcast()
			return n, nil
		case l.ended:
			return 0, io.EOF
		}
		l.changed.Wait()
	}
}

func (l *lane) write(b []byte) (n int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case l.ended || l.deaf:
			return n, io.ErrClosedPipe
		case l.writing.passed():
			return n, os.ErrDeadlineExceeded
		case len(b) == 0:
			return n, nil
		}
		if room := min(len(b), pipeRoom-len(l.data)+l.taken); room > 0 {
			if l.taken > 0 && len(l.data)+room > cap(l.data) {
				l.data, l.taken = l.data[:copy(l.data, l.data[l.taken:])], 0
			}
			l.data = append(l.data, b[:room]...)
			b, n = b[room:], n+room
			l.changed.Broadcast()
			continue
		}
		l.changed.Wait()
	}
}

// close ends a lane from its reader's or its writer's end.
func (l *lane) close(reader bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if reader {
		l.deaf = true
		l.data, l.taken = nil, 0
	} else {
		l.ended = true
	}
	for _, d := range []*limit{&l.reading, &l.writing} {
		if d.timer != nil {
			d.timer.Stop()
		}
	}
	l.changed.Broadcast()
}
