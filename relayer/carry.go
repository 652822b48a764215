package relayer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/internal/link"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

const (
	maxAttempts   = 3
	settleWait    = 50 * time.Millisecond
	deadlineSlack = 2 * time.Second // for the receipt of an answer that its deadline cut
	inboxRoom     = 1<<10 + 32      // replies that wait: chunks, and acceptance, end, losses
)

// reply is what comes from a provider, or that its connection went.
type reply struct {
	provider common.Address
	lost     string // session that ended
	accepted *wire.Accepted
	refused  *wire.Refused
	chunk    *wire.Chunk
	done     *wire.Done
}

// carrier carries one request to its end: it asks providers, one after the other until one
// delivers a first chunk, and feeds the stream.
type carrier struct {
	r      *Relayer
	ask    wire.Ask
	whole  bool // nobody looks at parts of the answer
	stream *stream
	client string

	inbox    inbox
	stop     chan struct{} // closed when the requester cancels
	stopOnce sync.Once

	mu    sync.Mutex
	asked common.Address // whose frames count
	route wire.Route

	// Only the carrier's goroutine uses these.
	lease   lease
	ending  alarm // of the lease's place, unless it is prolonged
	got     answerState
	granted uint32
	before  int    // events of the stream before the first chunk
	held    []byte // lines of a whole answer that wait for its end to be kept with them
	holding alarm  // ends their wait

	unkept atomic.Int32 // lines that the keeper has not written yet
}

// answerState is what one provider has sent.
type answerState struct {
	provider common.Address
	session  string
	asked    time.Time
	first    time.Time
	last     time.Time
	chunks   uint32
	tokens   []uint32
	text     strings.Builder
}

func (c *carrier) push(m reply) {
	c.mu.Lock()
	asked := c.asked
	c.mu.Unlock()
	if m.provider != asked {
		return // was asked before, or never: it must not fill the inbox of another
	}
	if !c.inbox.put(m) { // more than the window allows: the provider does not keep to it
		c.stream.poke()
	}
}

// inbox is a bounded queue of replies. It grows with what waits: most answers never have
// more than a few, and room for all of the window would be most of a request's memory.
type inbox struct {
	mu       sync.Mutex
	waiting  []reply
	taken    []reply // what all returned last, for what comes
	overflow bool
	more     chan struct{} // something waits
}

func newInbox() inbox { return inbox{more: make(chan struct{}, 1)} }

// put adds a reply, unless there is no room.
func (b *inbox) put(m reply) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) >= inboxRoom {
		b.overflow = true
		return false
	}
	b.waiting = append(b.waiting, m)
	select {
	case b.more <- struct{}{}:
	default:
	}
	return true
}

// all takes the replies that wait, the oldest first. They are valid until the next call.
func (b *inbox) all() []reply {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.taken)
	b.waiting, b.taken = b.taken[:0], b.waiting
	return b.taken
}

func (b *inbox) overflowed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.overflow
}

func (c *carrier) cancel() { c.stopOnce.Do(func() { close(c.stop) }) }

func (c *carrier) explanation() wire.Route {
	c.mu.Lock()
	defer c.mu.Unlock()
	route := c.route
	route.Attempts = append([]wire.Attempt(nil), route.Attempts...)
	return route
}

func (c *carrier) emit(e wire.Event) {
	line, err := c.stream.line(e)
	if err != nil {
		c.r.log.Warn("cannot add an event", "request", c.ask.Hash, "err", err)
		return
	}
	c.stream.append(line, false)
	c.r.keeper.put(c.ask.Hash, line, &c.unkept)
}

// hold keeps a line of a whole answer a moment later: a short one is kept at once.
func (c *carrier) hold(line []byte) {
	if len(c.held) == 0 {
		c.holding.Reset(holdBack)
	}
	c.held = append(c.held, line...)
}

// letGo keeps the lines that waited.
func (c *carrier) letGo() {
	if len(c.held) > 0 {
		c.r.keeper.put(c.ask.Hash, c.held, &c.unkept)
		c.held = nil
	}
}

// run is the carrier's life.
func (c *carrier) run(ctx context.Context) {
	defer c.r.finish(c)
	defer c.ending.Stop()
	defer c.holding.Stop()
	for attempt := 1; ; attempt++ {
		var fee protocol.Amount
		v := c.attempt(ctx)
		c.conclude(v)
		if v.done != nil {
			fee = v.done.Receipt.Fee
			c.end(fee, wire.Event{Done: v.done})
			return
		}
		next, ok := c.again(ctx, attempt, v)
		if !ok {
			f := *v.fail
			route := c.explanation()
			f.Route = &route
			c.end(fee, wire.Event{Error: &f})
			return
		}
		c.lease = next
	}
}

// end gives the lease back, keeps what is left of the answer in the same round trip, and then
// shows the last event: who has seen an answer's end finds the place free. A Redis that is slow
// does not hold the answer up.
func (c *carrier) end(fee protocol.Amount, last wire.Event) {
	line, err := c.stream.line(last)
	if err != nil { // an end is never too long, and plain data
		c.r.log.Error("cannot add an answer's end", "request", c.ask.Hash, "err", err)
		c.settle(c.lease, fee, nil)
		return
	}
	show := sync.OnceFunc(func() { c.stream.append(line, true) })
	timer := time.AfterFunc(settleWait, show)
	c.settle(c.lease, fee, append(c.held, line...))
	timer.Stop()
	show()
}

// settle gives the lease back and keeps the explanation, with the last lines of the answer.
func (c *carrier) settle(l lease, fee protocol.Amount, lines []byte) {
	defer c.r.index.open(statKey{l.Offer.Offer.Provider, l.Offer.Offer.ModelVersion})
	ctx := context.WithoutCancel(c.r.life)
	if c.unkept.Load() > 0 { // lines that come before these
		fctx, cancel := context.WithTimeout(ctx, c.r.cfg.LostWait)
		c.r.keeper.flush(fctx)
		cancel()
	}
	settlement := c.r.shares.settle(l.Share, l.Amount, fee)
	route, err := json.Marshal(c.explanation())
	var kept redis.Cmder
	if err == nil {
		err = c.r.shared.release(ctx, l, settlement, func(p redis.Pipeliner) {
			if kept == nil { // not again where a lost script has the rest said again
				kept = c.r.keeper.add(ctx, p, c.ask.Hash, "e", lines, "r", route)
			}
		})
	}
	if err != nil {
		c.r.log.Warn("cannot settle a lease, it will expire", "request", c.ask.Hash, "err", err)
	}
	if kept == nil || kept.Err() != nil {
		c.r.keeper.lost()
	}
}

// again tells whether another provider may be asked, and takes the lease on it.
func (c *carrier) again(ctx context.Context, attempt int, v verdict) (lease, bool) {
	if !v.retry || c.got.chunks > 0 || !c.lease.Need.AllowFallbacks || attempt >= maxAttempts || ctx.Err() != nil {
		return lease{}, false
	}
	c.settle(c.lease, protocol.Amount{}, nil)
	n := c.lease.Need
	n.Ignore = append(append([]common.Address(nil), n.Ignore...), c.got.provider)
	n.MaxPriceIn, n.MaxPriceOut = &c.ask.Request.PriceIn, &c.ask.Request.PriceOut
	n.PromptTokens, n.MaxOutputTokens = c.ask.Request.PromptTokens, c.ask.Request.MaxOutputTokens
	l, f := c.r.acquire(ctx, n, c.ask.Request.MaxFee, c.lasts(ctx), 0)
	if f != nil {
		return lease{}, false
	}
	c.mu.Lock()
	c.route.Candidates, c.route.Rejected = l.Route.Candidates, l.Route.Rejected
	c.mu.Unlock()
	return l, true
}

// keepLease has the lease last as long as its request may. Most answers end before their place
// would: Redis is told when that is near.
func (c *carrier) keepLease(ctx context.Context) {
	now := c.r.clock()
	until := now.Add(c.lasts(ctx))
	longer, _ := c.r.shares.extend(c.lease.Share, until)
	if left := time.UnixMilli(c.lease.Until).Sub(now) - c.r.cfg.LeaseTTL/2; left > 0 && longer.IsZero() {
		c.ending.Reset(left)
		return
	}
	c.prolong(ctx, until, longer)
}

func (c *carrier) prolong(ctx context.Context, until, shareUntil time.Time) {
	c.lease.Until = until.UnixMilli()
	c.r.shared.prolong(ctx, c.lease, until, shareUntil)
}

// lasts is how long a running request keeps its place and share.
func (c *carrier) lasts(ctx context.Context) time.Duration {
	return c.untilDeadline(ctx) + deadlineSlack + c.r.cfg.CancelWait
}

func (c *carrier) untilDeadline(ctx context.Context) time.Duration {
	now, err := c.r.view.now(ctx)
	if err != nil || c.ask.Request.Deadline <= now {
		return 0
	}
	return time.Duration(c.ask.Request.Deadline-now) * time.Second
}

// verdict is how one attempt ended.
type verdict struct {
	done    *wire.Done
	fail    *wire.Failure
	retry   bool // another provider may do better
	blame   bool // the provider's fault
	neutral bool // neither good nor bad
	outcome string
}

func failed(code string, retry, blame bool, format string, args ...any) verdict {
	return verdict{fail: failure(code, format, args...), retry: retry, blame: blame, neutral: !blame, outcome: code}
}

// conclude notes an attempt in the explanation and the scores.
func (c *carrier) conclude(v verdict) {
	c.mu.Lock()
	c.route.Attempts = append(c.route.Attempts, wire.Attempt{Provider: c.got.provider, Outcome: v.outcome})
	c.mu.Unlock()
	c.r.metrics.attempts.WithLabelValues(v.outcome).Inc()
	if v.neutral {
		return
	}
	o := outcome{Provider: c.got.provider, Version: c.ask.Request.ModelVersion, OK: !v.blame}
	if o.OK && c.got.chunks > 0 {
		o.TTFT = float64(c.got.first.Sub(c.got.asked).Microseconds()) / 1000
		if d := c.got.last.Sub(c.got.first).Seconds(); d > 0 && c.got.chunks > 1 {
			o.Rate = float64(c.got.chunks-1) / d
		}
	}
	c.r.note(o)
}

// attempt asks the leased provider and carries what it sends.
func (c *carrier) attempt(ctx context.Context) verdict {
	c.got = answerState{provider: c.lease.Offer.Offer.Provider, session: c.lease.Session, asked: c.r.clock()}
	c.granted = wire.InitialWindow
	c.mu.Lock()
	c.asked = c.got.provider
	c.mu.Unlock()
	if err := c.askProvider(ctx); err != nil {
		c.r.log.Info("cannot reach a provider", "provider", c.got.provider, "err", err)
		return failed(wire.CodeProviderFailed, true, errors.Is(err, link.ErrClosed), "the provider is not connected any more")
	}
	w := c.newWatch(ctx)
	defer w.stop()
	for {
		select {
		case <-c.inbox.more:
			for _, m := range c.inbox.all() {
				if v, end := c.take(ctx, w, m); end {
					return v
				}
			}
		case <-c.stream.notice:
			if v, end := c.noticed(ctx, w); end {
				return v
			}
		case <-w.first.C:
			c.sendCancel(ctx)
			return failed(wire.CodeFirstTokenTimeout, true, true, "no token within %s", c.r.cfg.FirstToken)
		case <-w.gap.C:
			if v, end := c.silent(ctx, w); end {
				return v
			}
		case <-w.total.C:
			w.cut(c, ctx, wire.CodeTotalTimeout, "the deadline passed")
		case <-w.away.C:
			w.cut(c, ctx, wire.CodeCancelled, "the requester went away")
		case <-w.stopped:
			w.stopped = nil
			w.cut(c, ctx, wire.CodeCancelled, "cancelled by the requester")
		case <-c.holding.C:
			c.letGo()
		case <-c.ending.C:
			c.prolong(ctx, c.r.clock().Add(c.lasts(ctx)), time.Time{})
		case <-w.end.C:
			if c.got.chunks == 0 {
				return failed(w.code, false, false, "%s", w.why)
			}
			return failed(wire.CodeProviderFailed, false, true, "%s; the provider did not send the receipt of what it delivered", w.why)
		case <-ctx.Done():
			c.sendCancel(context.WithoutCancel(ctx))
			return failed(wire.CodeUnavailable, false, false, "the relayer is stopping")
		}
	}
}

func (c *carrier) askProvider(ctx context.Context) error {
	now, err := c.r.view.now(ctx)
	if err != nil {
		return err
	}
	a := c.ask
	if a.Reservation, err = c.r.shares.reservation(c.lease.Share, c.r.clock(), now, now+uint64(c.lasts(ctx)/time.Second), c.r.signShare); err != nil {
		return err
	}
	return c.r.send(ctx, c.got.provider, a.Hash, wire.KindAsk, a)
}

// signShare is the relayer's word that it keeps amount of a channel for a provider.
func (r *Relayer) signShare(channel common.Hash, provider common.Address, amount protocol.Amount, expiry uint64) (*wire.SignedReservation, error) {
	res := protocol.Reservation{Channel: channel, Provider: provider, Relayer: r.address, Amount: amount, Expiry: expiry,
		Nonce: protocol.MustAmount(randomHash().Big())}
	sig, err := r.cfg.Domain.Sign(r.deps.Key, res)
	if err != nil {
		return nil, err
	}
	return &wire.SignedReservation{Reservation: res, Signature: sig}, nil
}

func (c *carrier) sendCancel(ctx context.Context) {
	if err := c.r.send(ctx, c.got.provider, c.ask.Hash, wire.KindCancel, wire.Cancel{Hash: c.ask.Hash}); err != nil {
		c.r.log.Info("cannot cancel at a provider", "provider", c.got.provider, "err", err)
	}
}

// take handles one message; end tells that the attempt is over.
func (c *carrier) take(ctx context.Context, w *watch, m reply) (v verdict, end bool) {
	if m.provider != c.got.provider {
		return v, false // of an attempt that was given up
	}
	switch {
	case m.lost != "":
		if m.lost != c.got.session && c.got.session != "" {
			return v, false
		}
		if c.got.chunks == 0 {
			return failed(wire.CodeProviderFailed, true, true, "the provider's connection broke before the first token"), true
		}
		w.cutSilently(c.r.cfg.LostWait, wire.CodeProviderFailed, "the provider's connection broke in mid-answer")
	case m.accepted != nil:
		c.emit(wire.Event{Accepted: &wire.AcceptedBy{Provider: c.got.provider}})
		c.before++
	case m.refused != nil:
		return c.refusedBy(m.refused), true
	case m.chunk != nil:
		return c.chunk(w, m.chunk)
	case m.done != nil:
		return c.done(ctx, w, m.done), true
	}
	return v, false
}

// refusedBy sorts refusals: what another provider may do better, and whose fault it is.
func (c *carrier) refusedBy(m *wire.Refused) verdict {
	v := verdict{outcome: string(m.Code), neutral: true}
	code := wire.CodeInvalidRequest
	switch m.Code {
	case wire.RefuseBusy, wire.RefuseDraining:
		code, v.retry = wire.CodeNoProvider, true
	case wire.RefusePrice, wire.RefuseExposure, wire.RefuseUnknown:
		code, v.retry = wire.CodeProviderFailed, true
	case wire.RefuseUnavailable:
		code, v.retry, v.blame, v.neutral = wire.CodeProviderFailed, true, true, false
	case wire.RefuseFunds:
		code = wire.CodeChannel
	case wire.RefuseSignature:
		code = wire.CodeUnauthorized
	case wire.RefuseContext:
		code = wire.CodeContextLength
	}
	v.fail = failure(code, "the provider refused (%.40s): %.400s", m.Code, m.Detail)
	v.fail.Refused = m.Code
	if code == wire.CodeNoProvider {
		c.mu.Lock()
		if c.route.Rejected == nil {
			c.route.Rejected = map[string]int{}
		}
		c.route.Rejected[string(m.Code)]++
		c.mu.Unlock()
	}
	return v
}

func (c *carrier) chunk(w *watch, m *wire.Chunk) (verdict, bool) {
	if m.Seq != c.got.chunks || c.got.chunks >= c.granted || uint64(len(c.got.tokens)+len(m.Tokens)) > uint64(c.ask.Request.MaxOutputTokens) {
		return failed(wire.CodeProviderFailed, false, true, "the provider does not keep to the protocol"), true
	}
	now := c.r.clock()
	if c.got.chunks == 0 {
		c.got.first = now
		c.r.metrics.firstToken.Observe(now.Sub(c.got.asked).Seconds())
		w.first.Stop()
	}
	c.got.chunks++
	c.got.last = now
	c.got.tokens = append(c.got.tokens, m.Tokens...)
	c.got.text.WriteString(m.Text)
	line, err := c.stream.line(wire.Event{Chunk: m})
	if err != nil {
		return failed(wire.CodeProviderFailed, false, true, "the answer is longer than the relayer carries"), true
	}
	c.stream.append(line, false)
	if c.whole {
		c.hold(line)
	} else {
		c.r.keeper.put(c.ask.Hash, line, &c.unkept)
	}
	if c.got.chunks < c.granted {
		w.gap.Reset(c.r.cfg.Gap)
	} else {
		w.gap.Stop() // it is the reader's turn
	}
	return verdict{}, false
}

func (c *carrier) done(ctx context.Context, w *watch, d *wire.Done) verdict {
	if d.Error != "" {
		if c.got.chunks == 0 && w.code != "" {
			return failed(w.code, false, false, "%s", w.why)
		}
		return failed(wire.CodeProviderFailed, c.got.chunks == 0, w.code == "", "the provider gave up: %.200s", d.Error)
	}
	if err := c.r.checkReceipt(ctx, &c.ask, c.got.provider, *d, c.got.tokens, c.got.text.String()); err != nil {
		c.r.log.Warn("a provider sent a wrong receipt", "provider", c.got.provider, "request", c.ask.Hash, "err", err)
		return failed(wire.CodeProviderFailed, c.got.chunks == 0, true, "the provider's receipt is wrong: %v", err)
	}
	v := verdict{done: d, outcome: "done"}
	if d.Receipt.Finish == protocol.FinishCancelled {
		v.outcome = "cancelled"
		v.neutral = w.code != ""
		v.blame = w.code == ""
	}
	return v
}

// noticed reacts to readers: further ones let the provider go on, none starts the grace.
func (c *carrier) noticed(ctx context.Context, w *watch) (verdict, bool) {
	if c.inbox.overflowed() {
		return failed(wire.CodeProviderFailed, c.got.chunks == 0, true, "the provider sends more than it was granted"), true
	}
	read, readers := c.stream.state()
	if readers > 0 {
		w.away.Stop()
	} else {
		w.away.Reset(c.r.cfg.ResumeGrace)
	}
	target := uint32(max(0, read-c.before)) + wire.InitialWindow
	if target < c.granted+wire.InitialWindow/2 {
		return verdict{}, false
	}
	more := target - c.granted
	if err := c.r.send(ctx, c.got.provider, c.ask.Hash, wire.KindWindow, wire.Window{Hash: c.ask.Hash, More: more}); err == nil {
		if c.got.chunks == c.granted {
			w.gap.Reset(c.r.cfg.Gap)
		}
		c.granted = target
	}
	return verdict{}, false
}

func (c *carrier) silent(ctx context.Context, w *watch) (verdict, bool) {
	if c.got.chunks == 0 {
		return verdict{}, false // the first token has its own limit
	}
	w.cut(c, ctx, wire.CodeProviderFailed, fmt.Sprintf("no chunk within %s", c.r.cfg.Gap))
	return verdict{}, false
}

// watch holds the time limits of one attempt. After a cut only the receipt is awaited.
type watch struct {
	first, gap, total, away, end alarm
	stopped                      <-chan struct{}
	code, why                    string // of the cut
}

// alarm is a timer that costs nothing until it is set.
type alarm struct {
	timer *time.Timer
	C     <-chan time.Time
}

func (a *alarm) Reset(d time.Duration) {
	if a.timer == nil {
		a.timer = time.NewTimer(d)
		a.C = a.timer.C
		return
	}
	a.timer.Reset(d)
}

func (a *alarm) Stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}

func (c *carrier) newWatch(ctx context.Context) *watch {
	w := &watch{stopped: c.stop}
	w.first.Reset(c.r.cfg.FirstToken)
	w.total.Reset(c.untilDeadline(ctx) + deadlineSlack)
	c.stream.poke() // look at the readers once
	return w
}

func (w *watch) stop() {
	for _, t := range []*alarm{&w.first, &w.gap, &w.total, &w.away, &w.end} {
		t.Stop()
	}
}

// cut cancels at the provider and waits, bounded, for its receipt.
func (w *watch) cut(c *carrier, ctx context.Context, code, why string) {
	if w.code == "" {
		c.sendCancel(ctx)
	}
	w.cutSilently(c.r.cfg.CancelWait, code, why)
}

func (w *watch) cutSilently(wait time.Duration, code, why string) {
	if w.code != "" {
		return
	}
	w.code, w.why = code, why
	w.first.Stop()
	w.gap.Stop()
	w.total.Stop()
	w.end.Reset(wait)
}
