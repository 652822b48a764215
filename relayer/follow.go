package relayer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol/wire"
)

// eventWriter writes NDJSON to one client, each write within its own time limit.
type eventWriter struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	buf []byte
}

func newEventWriter(w http.ResponseWriter) *eventWriter {
	h := w.Header()
	h.Set("Content-Type", "application/x-ndjson")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Accel-Buffering", "no")
	return &eventWriter{w: w, rc: http.NewResponseController(w)}
}

func (e *eventWriter) write(flush bool, lines ...[]byte) error {
	e.buf = e.buf[:0]
	for _, l := range lines {
		e.buf = append(e.buf, l...)
	}
	if err := e.rc.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	if _, err := e.w.Write(e.buf); err != nil || !flush {
		return err // what is not flushed goes out when the handler returns
	}
	return e.rc.Flush()
}

func beat(seq int) []byte {
	return fmt.Appendf(nil, "{\"seq\":%d,\"beat\":{}}\n", max(0, seq-1))
}

// holdBack is how late the events of an answer may come of which nobody watches the parts.
const holdBack = 250 * time.Millisecond

// follow writes a running answer's events after the first from, until its end. Those of a whole
// answer wait a moment for each other: a short one is one write.
func (r *Relayer) follow(w http.ResponseWriter, req *http.Request, s *stream, from int, whole bool) {
	out := newEventWriter(w)
	tick := time.NewTicker(r.cfg.Heartbeat)
	defer tick.Stop()
	var hold alarm
	defer hold.Stop()
	var held <-chan time.Time // what is there waits until then
	for at, due := from, !whole; ; {
		lines, ended, wake := s.from(at)
		if len(lines) > 0 {
			if ended || due {
				if out.write(!ended, lines...) != nil {
					return // the client went; the grace runs
				}
				at += len(lines)
				s.took(at)
				due, held = !whole, nil
			} else {
				s.took(at + len(lines)) // what waits here must not slow the provider down
				if held == nil {
					hold.Reset(holdBack)
					held = hold.C
				}
			}
		}
		if ended {
			return
		}
		select {
		case <-wake:
		case <-held:
			due, held = true, nil
		case <-tick.C:
			if out.write(true, beat(at)) != nil {
				return
			}
		case <-req.Context().Done():
			return
		}
	}
}

// secretTag is what is kept of a request's secret, to know who may read its answer.
func secretTag(secret common.Hash) string {
	return crypto.Keccak256Hash([]byte("dgrid kept answer"), secret[:]).Hex()
}

// ownerOf returns the replica that runs or ran a request, if the secret is right.
func (r *Relayer) ownerOf(ctx context.Context, hash, secret common.Hash) (replica string, ok bool) {
	text, err := r.deps.Redis.Get(ctx, r.shared.key("own", hash.Hex())).Result()
	if err != nil {
		return "", false
	}
	replica, tag, _ := strings.Cut(text, ":")
	return replica, tag == secretTag(secret)
}

func (r *Relayer) hasKept(ctx context.Context, hash, secret common.Hash) bool {
	if _, ok := r.ownerOf(ctx, hash, secret); !ok {
		return false
	}
	n, err := r.deps.Redis.Exists(ctx, r.shared.key("events", hash.Hex())).Result()
	return err == nil && n == 1
}

// followKept writes a kept answer's events, and those that another replica adds while it runs.
func (r *Relayer) followKept(w http.ResponseWriter, req *http.Request, hash common.Hash, from int) {
	ctx := req.Context()
	out := newEventWriter(w)
	cursor, at, ended := "0", from, false
	var owner string
	if text, err := r.deps.Redis.Get(ctx, r.shared.key("own", hash.Hex())).Result(); err == nil {
		owner, _, _ = strings.Cut(text, ":")
	}
	silent := r.clock()
	for block := time.Duration(0); ; block = time.Second {
		lines, next, end, err := r.shared.kept(ctx, hash, cursor, block)
		if err != nil {
			return
		}
		cursor, ended = next, ended || end
		fresh := lines[:0]
		for _, line := range lines {
			var e wire.Event
			if json.Unmarshal(line, &e) == nil && e.Seq >= uint64(at) {
				fresh = append(fresh, line)
				at = int(e.Seq) + 1
			}
		}
		if len(fresh) > 0 {
			silent = r.clock()
			if out.write(true, fresh...) != nil {
				return
			}
			if owner != "" && owner != r.replica && !ended {
				_ = r.publish(ctx, owner, busMessage{From: r.replica, Name: hash, Read: at}) // said again with the next events
			}
		}
		// A replica that died leaves its streams without an end.
		if ended || owner == r.replica || r.clock().Sub(silent) > r.cfg.FirstToken+r.cfg.Gap {
			return
		}
		if len(fresh) == 0 && block > 0 && r.clock().Sub(silent) >= r.cfg.Heartbeat && out.write(true, beat(at)) != nil {
			return
		}
	}
}
