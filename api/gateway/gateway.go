// Package gateway buys answers for those who speak the OpenAI API: it turns a chat
// into a signed request, hands it to a relayer, checks what comes back, and pays
// with vouchers. It holds the delegate key of the channels it spends from.
//
// It knows no HTTP of its own side (that is package api) and no chain (it asks
// Chain). Enter at New, then Ask for an answer and Run for everything that goes on
// without a caller: recovering what a crash left open, and paying.
//
// Invariants:
//   - What a request may cost is held before it is submitted, and the request is
//     on disk with its secret before that, so that a crash loses no answer.
//   - A receipt is checked and stored before the end of its answer is shown, and
//     only a stored receipt whose tokens arrived is ever paid.
//   - A receipt gets one leaf of one line. A voucher is on disk before it is sent
//     and is sent again until its provider holds it.
//   - A gateway with somebody's delegate key could pay for other receipts than
//     theirs: who cares holds the key, or checks that its receipts are in the root.
package gateway

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

// Config is what a gateway is told. Zero fields get the defaults named.
type Config struct {
	Domain   protocol.Domain
	Delegate *ecdsa.PrivateKey
	// Audience is who may see the tokens of requests (0: the requester only).
	Audience protocol.Audience
	// MaxOutputTokens is the limit of requests that name none (1024).
	MaxOutputTokens uint32
	// FirstToken and Total bound an answer (60 s, 10 min).
	FirstToken, Total time.Duration
	// Lifetime is how far ahead a request's deadline lies (15 min, at most 1 h).
	Lifetime time.Duration
	// CancelGrace is how long a cancelled provider has to sign for what it made (15 s).
	CancelGrace time.Duration
	// OrphanGrace is how long an answer whose client vanished before seeing any of
	// it waits for that client's retry before it is cancelled (5 s).
	OrphanGrace time.Duration
	// ResumeFor is how long a lost stream is resumed before its client is told (20 s).
	ResumeFor time.Duration
	// RetryWindow is how long a client's declared retry finds the answer that it
	// lost (10 min).
	RetryWindow time.Duration
}

// Deps is what a gateway works with. Log, Now and Metrics may be nil.
type Deps struct {
	Store   *store.Gateway
	Relays  *Relays
	Chain   Chain
	Models  Models // may be nil: then recovered answers have no text
	Log     *slog.Logger
	Now     func() time.Time
	Metrics prometheus.Registerer
}

// Chain answers what only the chain (or its mirror) knows.
type Chain interface {
	// Channel returns a channel; protocol.ErrNotFound if there is none.
	Channel(ctx context.Context, id common.Hash) (Channel, error)
	// ProviderOf returns whom an operator signs for; protocol.ErrNotFound if nobody.
	ProviderOf(ctx context.Context, operator common.Address) (common.Address, error)
	// FreeStake returns the stake that bounds what a provider may earn at once.
	FreeStake(ctx context.Context, provider common.Address) (protocol.Amount, error)
}

// Models finds what is needed to read a version's tokens.
type Models interface {
	ByVersion(ctx context.Context, version common.Hash) (Model, error)
}

// Channel is an escrow as the chain shows it.
type Channel struct {
	Requester, Delegate common.Address
	Deposit, Paid       protocol.Amount
	Expiry              uint64 // Unix seconds of block time
	Closing             bool   // closing or swept
}

// Gateway buys answers. Make one with New.
type Gateway struct {
	cfg      Config
	store    *store.Gateway
	relays   *Relays
	chain    Chain
	models   Models
	log      *slog.Logger
	now      func() time.Time
	metrics  *metrics
	delegate common.Address

	base    context.Context // ends when Run ends; flights live in it
	stop    context.CancelFunc
	flights flights
	working sync.WaitGroup
	wake    chan struct{}
	paying  sync.Map // common.Hash of a line -> *payState
	repeat  int64    // receipts that one message to a provider names at most
}

// New checks the configuration. The gateway answers at once, but recovers and pays
// only while Run runs.
func New(cfg Config, deps Deps) (*Gateway, error) {
	if cfg.Delegate == nil || deps.Store == nil || deps.Relays == nil || deps.Chain == nil {
		return nil, fmt.Errorf("gateway needs a delegate key, a store, a relayer and a chain: %w", protocol.ErrInvalid)
	}
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&cfg.FirstToken, time.Minute)
	set(&cfg.Total, 10*time.Minute)
	set(&cfg.Lifetime, 15*time.Minute)
	set(&cfg.CancelGrace, 15*time.Second)
	set(&cfg.OrphanGrace, 5*time.Second)
	set(&cfg.ResumeFor, 20*time.Second)
	set(&cfg.RetryWindow, 10*time.Minute)
	if cfg.MaxOutputTokens == 0 {
		cfg.MaxOutputTokens = 1024
	}
	if cfg.Lifetime > protocol.MaxDeadline*time.Second {
		return nil, fmt.Errorf("request lifetime %s above %d s: %w", cfg.Lifetime, protocol.MaxDeadline, protocol.ErrInvalid)
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	g := &Gateway{cfg: cfg, store: deps.Store, relays: deps.Relays, chain: cachedOperators{Chain: deps.Chain, seen: new(sync.Map)}, models: deps.Models, log: deps.Log, now: deps.Now,
		metrics: newMetrics(deps.Metrics), delegate: crypto.PubkeyToAddress(cfg.Delegate.PublicKey), wake: make(chan struct{}, 1), repeat: wire.MaxAdded}
	g.flights.all, g.flights.hashes = map[*flight]struct{}{}, map[common.Hash]*flight{}
	g.base, g.stop = context.WithCancel(context.Background())
	return g, nil
}

// Delegate is the address that channels must name to be spent from here.
func (g *Gateway) Delegate() common.Address { return g.delegate }

// Domain is the deployment that the gateway signs for.
func (g *Gateway) Domain() protocol.Domain { return g.cfg.Domain }

// recoverEvery is how often open generations and unpaid lines are looked for
// without being told of one.
const recoverEvery = 5 * time.Second

// Run recovers and pays until ctx ends, then ends running answers: each gets
// CancelGrace to close with its receipt. It may be called once.
func (g *Gateway) Run(ctx context.Context) error {
	group, loop := errgroup.WithContext(ctx)
	group.Go(func() error { return g.every(loop, nil, g.recoverOpen) })
	group.Go(func() error {
		return g.every(loop, g.wake, func(ctx context.Context) error { return g.payAll(ctx, false) })
	})
	err := group.Wait()

	g.flights.cancelAll()
	drained := make(chan struct{})
	go func() { g.working.Wait(); close(drained) }()
	select {
	case <-drained:
	case <-time.After(g.cfg.CancelGrace):
	}
	g.stop()
	<-drained
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil
	}
	return err
}

// linger is how long a stored receipt waits for others to be paid with.
const linger = 20 * time.Millisecond

// every runs work now, on each wake and each interval, until ctx ends.
func (g *Gateway) every(ctx context.Context, wake <-chan struct{}, work func(context.Context) error) error {
	tick := time.NewTicker(recoverEvery)
	defer tick.Stop()
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			g.log.Error("gateway housekeeping failed, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
			// Receipts that arrive together share a voucher.
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(linger):
			}
		case <-tick.C:
		}
	}
}

func (g *Gateway) unix() int64 { return g.now().Unix() }

// cachedOperators remembers whom an operator signs for: the chain never changes it.
type cachedOperators struct {
	Chain
	seen *sync.Map // common.Address -> common.Address
}

func (c cachedOperators) ProviderOf(ctx context.Context, operator common.Address) (common.Address, error) {
	if p, ok := c.seen.Load(operator); ok {
		return p.(common.Address), nil
	}
	p, err := c.Chain.ProviderOf(ctx, operator)
	if err == nil {
		c.seen.Store(operator, p)
	}
	return p, err
}
