package provider

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// Provider is one running provider process.
type Provider struct {
	cfg     Config
	deps    Deps
	log     *slog.Logger
	book    *book
	view    *chainView
	metrics *metrics
	models  map[common.Hash]*Model
	// exhibits are what auditors asked for.
	exhibits *exhibits
	replies  replies // to questions on chain
	opening  sync.Mutex
	opened   map[drawnPoint]*drawOpening // what opens the points that wait
	peers    []*peer
	dialer   *http.Client
	clock    func() time.Time

	reservations reservations  // known to be signed
	redeeming    chan struct{} // holds one while a round runs
	rests        rests
	jobbing      sync.Mutex // one round at a time

	// worklife carries all answers; it ends when the process must stop now.
	worklife context.Context
	cutWork  context.CancelCauseFunc

	mu          sync.Mutex
	runs        map[common.Hash]*run
	busy        uint32
	busyOf      map[common.Hash]uint32
	paces       map[common.Hash]pace            // by model version
	promises    map[common.Hash]*promise        // by job
	settled     chan struct{}                   // closed while there are none
	inFlight    map[common.Hash]protocol.Amount // per channel: maximum fees of what runs
	draining    bool
	drainSignal chan struct{}
	idle        chan struct{} // closed when the last run ends; nil if nobody waits
}

// New opens the journal and rebuilds what it says. Run must be called to release it.
func New(cfg Config, deps Deps) (*Provider, error) {
	if err := cfg.complete(&deps); err != nil {
		return nil, err
	}
	p := &Provider{cfg: cfg, deps: deps, log: deps.Log, clock: time.Now, exhibits: newExhibits(), models: map[common.Hash]*Model{},
		dialer: &http.Client{CheckRedirect: noRedirects}, runs: map[common.Hash]*run{},
		busyOf: map[common.Hash]uint32{}, paces: map[common.Hash]pace{}, promises: map[common.Hash]*promise{}, inFlight: map[common.Hash]protocol.Amount{},
		opened: map[drawnPoint]*drawOpening{}, drainSignal: make(chan struct{}), redeeming: make(chan struct{}, 1)}
	p.settled = make(chan struct{})
	close(p.settled)
	p.worklife, p.cutWork = context.WithCancelCause(context.Background())
	p.view = &chainView{chain: deps.Chain, provider: cfg.Provider, keep: cfg.CacheFor, clock: time.Now, channels: map[common.Hash]*memo[Channel]{}}
	for i := range p.cfg.Models {
		p.models[p.cfg.Models[i].Version] = &p.cfg.Models[i]
	}
	for _, r := range cfg.Relayers {
		p.peers = append(p.peers, &peer{Relayer: r})
	}
	var err error
	if p.metrics, err = newMetrics(deps.Metrics); err != nil {
		return nil, err
	}
	if p.book, err = openBook(cfg, deps); err != nil {
		return nil, err
	}
	return p, nil
}

// Run serves until ctx ends or Drain has finished, and closes the journal. When ctx ends
// running answers are cut and signed for; Drain lets them finish. It serves nothing and fails
// with ErrNoFile while receipts can be disputed that nothing here recomputes, and ends with the
// reason once the journal is broken.
func (p *Provider) Run(ctx context.Context) error {
	defer p.cutWork(nil)
	defer p.dialer.CloseIdleConnections()
	if err := p.checkVersions(ctx); err != nil {
		return errors.Join(fmt.Errorf("run the provider: %w", err), p.book.log.Close())
	}
	// Connections outlive ctx until the cut answers are signed for and sent.
	conns, closeConns := context.WithCancel(context.WithoutCancel(ctx))
	defer closeConns()
	g, conns := errgroup.WithContext(conns)
	claimed := make(chan struct{})
	for _, peer := range p.peers {
		g.Go(func() error {
			select {
			case <-claimed: // accepted jobs have their places
				return p.serve(conns, peer)
			case <-conns.Done():
				return nil
			}
		})
	}
	side, stopSide := context.WithCancel(conns)
	defer stopSide()
	g.Go(func() error { return p.watchJournal(conns) })
	// Who waits for a block of the chain may wait for ever: that ends with ctx.
	chores, stopChores := context.WithCancel(side)
	defer stopChores()
	defer context.AfterFunc(ctx, stopChores)()
	g.Go(func() error { return p.redeemLoop(chores) })
	g.Go(func() error { return p.collectLoop(chores) })
	g.Go(func() error { return p.jobLoop(side, claimed) })
	g.Go(func() error { return p.answerLoop(side) })
	g.Go(func() error { return p.drawLoop(side) })
	g.Go(func() error { return p.forgetLoop(side) })
	g.Go(func() error { return p.control(side) })
	g.Go(func() error {
		defer closeConns()
		select {
		case <-conns.Done():
		case <-p.drainSignal:
			p.waitIdle(ctx, conns)
			p.redeemLast(chores)
		case <-ctx.Done():
		}
		p.stopWork(errStopping)
		return nil
	})
	err := g.Wait()
	if cerr := p.book.log.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("run the provider: %w", err)
	}
	return nil
}

// lastRedeem bounds what a provider that drained waits for its last redeem, if nobody stops it before.
const lastRedeem = 5 * time.Minute

func (p *Provider) redeemLast(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, lastRedeem)
	defer stop()
	if err := p.RedeemNow(ctx); err != nil {
		p.log.Warn("cannot redeem before stopping", "err", err)
	}
}

// watchJournal fails once the journal is broken: nothing can be signed for or acknowledged any more,
// accepted jobs burn, and only a new start goes on from what the disk holds.
func (p *Provider) watchJournal(ctx context.Context) error {
	select {
	case <-p.book.log.Broken():
		return p.book.log.Err()
	case <-ctx.Done():
		return nil
	}
}

// Close gives the journal of a provider back that is not run: Run closes it itself.
func (p *Provider) Close() error { return p.book.log.Close() }

// Drain refuses new work from now on; Run returns when what runs has ended and accepted jobs
// are delivered or over.
func (p *Provider) Drain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.draining {
		p.draining = true
		close(p.drainSignal)
	}
}

// waitIdle returns when nothing runs any more, or when either context ends.
func (p *Provider) waitIdle(a, b context.Context) {
	p.mu.Lock()
	if p.busy == 0 {
		p.mu.Unlock()
		return
	}
	if p.idle == nil {
		p.idle = make(chan struct{})
	}
	idle := p.idle
	p.mu.Unlock()
	select {
	case <-idle:
	case <-a.Done():
	case <-b.Done():
	}
}

// stopWork cuts all answers and waits, bounded, until they are signed for.
func (p *Provider) stopWork(cause error) {
	p.mu.Lock()
	p.draining = true
	p.mu.Unlock()
	p.cutWork(cause)
	grace, cancel := context.WithTimeout(context.Background(), p.cfg.StopGrace)
	defer cancel()
	p.waitIdle(grace, grace)
	for _, peer := range p.peers {
		peer.mu.Lock()
		connected, l := peer.connected, peer.link
		peer.mu.Unlock()
		if connected {
			_ = l.Send(grace, wire.KindDrain, wire.Drain{})
		}
	}
}

// runOf returns the run of a request if it runs for this connection's relayer.
func (p *Provider) runOf(s *session, hash common.Hash) *run {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.runs[hash]; r != nil && r.session != nil && r.ask.Relayer == s.relayer { // a job is nobody's to cancel
		return r
	}
	return nil
}

func (p *Provider) cancelRuns(s *session, cause error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.runs {
		if r.session == s {
			r.cancel(cause)
		}
	}
}

// Hold checks and stores a voucher durably; it returns how many receipts the line's newest
// voucher holds, also with an error.
func (p *Provider) Hold(ctx context.Context, pay wire.Pay) (uint64, error) {
	refused := func(err error) (uint64, error) { return p.book.heldOf(pay.Voucher.Line()), err }
	now, err := p.view.now(ctx)
	if err != nil {
		return refused(err)
	}
	ch, err := p.view.channel(ctx, pay.Voucher.Channel)
	if err != nil {
		return refused(err)
	}
	if ch.Expiry <= now {
		return refused(fmt.Errorf("the channel expired at %d: %w", ch.Expiry, protocol.ErrExpired))
	}
	if pay.Voucher.Total.Cmp(ch.Deposit) > 0 {
		return refused(fmt.Errorf("voucher of %s passes the channel's deposit %s: %w", pay.Voucher.Total, ch.Deposit, protocol.ErrInsufficient))
	}
	delegates := []common.Address{ch.Delegate}
	if p.cfg.Redeem.mayPay(ch, now) {
		delegates = append(delegates, ch.Retiring)
	}
	return p.book.pay(pay, delegates, now)
}

// forgetLoop drops what the journal need not keep any more.
func (p *Provider) forgetLoop(ctx context.Context) error {
	for {
		select {
		case <-p.deps.After(time.Hour):
		case <-ctx.Done():
			return nil
		}
		if err := p.forget(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("cannot drop old journal segments", "err", err)
		}
	}
}

func (p *Provider) forget(ctx context.Context) error {
	k, err := p.keeping(ctx)
	if err != nil {
		return err
	}
	return p.book.forget(k)
}

// keeping reads how long receipts are kept.
func (p *Provider) keeping(ctx context.Context) (keeping, error) {
	now, err := p.view.now(ctx)
	if err != nil {
		return keeping{}, err
	}
	// INVARIANT: whatever can still be asked on chain can be answered, or an honest provider is silent.
	k := keeping{now: now, window: uint64((p.cfg.DisputeWindow + p.cfg.Prolonged) / time.Second), unpaid: uint64(p.cfg.UnpaidKeep / time.Second)}
	// Clocks take longer when many questions are open, and a window ends that much later: what counts is the last one's end.
	if p.deps.Questions != nil {
		if k.due, err = p.deps.Questions.LastDue(ctx); err != nil {
			return keeping{}, fmt.Errorf("list questions: %w", err)
		}
	}
	k.dead = p.deadChannels(ctx, now)
	return k, nil
}

// deadChannels returns the channels that owe and will never pay: they expired.
func (p *Provider) deadChannels(ctx context.Context, now uint64) map[common.Hash]bool {
	dead := map[common.Hash]bool{}
	for _, l := range p.book.lineViews() {
		if l.Owed.IsZero() {
			continue
		}
		if ch, err := p.view.channel(ctx, l.Line.Channel); err == nil && ch.Expiry <= now {
			dead[l.Line.Channel] = true
		}
	}
	return dead
}
