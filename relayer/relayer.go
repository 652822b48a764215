package relayer

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/internal/link"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

var exposureDivisor = big.NewInt(protocol.ExposureDivisor)

// Relayer is one replica.
type Relayer struct {
	cfg     Config
	deps    Deps
	log     *slog.Logger
	address common.Address
	replica string
	shared  *shared
	shares  *shares
	keeper  *keeper
	index   *index
	view    *view
	metrics *metrics
	clock   func() time.Time

	// life carries connections and answers; it ends after draining.
	life    context.Context
	endLife context.CancelFunc
	tasks   sync.WaitGroup

	hears    chan struct{} // closed when what other replicas send arrives here
	hearOnce sync.Once

	payments *questions[wire.Paid]
	exhibits *questions[wire.Exhibit]

	mu       sync.Mutex
	closing  bool
	sessions map[common.Address]*session
	carriers map[common.Hash]*carrier
	clients  map[string]int
	remote   map[common.Hash]string // requests and vouchers that another replica sent here
	idle     chan struct{}
}

// New returns a replica; Run must be called for it to work.
func New(cfg Config, deps Deps) (*Relayer, error) {
	if err := cfg.complete(&deps); err != nil {
		return nil, err
	}
	m, err := newMetrics(deps.Metrics)
	if err != nil {
		return nil, err
	}
	r := &Relayer{cfg: cfg, deps: deps, log: deps.Log, address: crypto.PubkeyToAddress(deps.Key.PublicKey), replica: randomID(),
		index: newIndex(cfg.Weights, cfg.Newcomer), metrics: m, clock: time.Now,
		sessions: map[common.Address]*session{}, carriers: map[common.Hash]*carrier{}, clients: map[string]int{},
		remote: map[common.Hash]string{}, payments: newQuestions[wire.Paid](), exhibits: newQuestions[wire.Exhibit]()}
	r.shared = &shared{rdb: deps.Redis, ns: cfg.Namespace, batch: &batcher{rdb: deps.Redis}}
	r.shares = newShares()
	r.shared.remembered = r.shares.waiting
	r.keeper = &keeper{s: r.shared, from: r.replica, ttl: cfg.Keep, queue: make(chan keepItem, keepQueue), lost: m.keepLost.Inc}
	r.view = newView(cfg.CacheFor, deps)
	r.hears = make(chan struct{})
	r.life, r.endLife = context.WithCancel(context.Background())
	return r, nil
}

func randomID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Address is the relayer's name: whose signature reservations carry.
func (r *Relayer) Address() common.Address { return r.address }

// Run shares presence with other replicas until ctx ends; then it takes no more work,
// lets running answers end within DrainTimeout, and closes all connections. The HTTP server over
// Handler should stop accepting when ctx ends and close after Run returned.
func (r *Relayer) Run(ctx context.Context) error {
	defer r.endLife()
	if err := r.shared.load(ctx); err != nil {
		r.log.Warn("redis does not answer yet", "err", err)
	}
	back, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	g, back := errgroup.WithContext(back)
	g.Go(func() error { return r.keeper.run(back) })
	g.Go(func() error { return r.listen(back) })
	g.Go(func() error { return r.presenceLoop(back) })
	g.Go(func() error { return r.shareLoop(back) })
	g.Go(func() error {
		defer stop()
		select {
		case <-ctx.Done():
		case <-back.Done():
		}
		r.drain()
		return nil
	})
	if err := g.Wait(); err != nil {
		return fmt.Errorf("run the relayer: %w", err)
	}
	return nil
}

// drain refuses new work, waits for what runs, then ends the rest.
func (r *Relayer) drain() {
	r.mu.Lock()
	r.closing = true
	idle := make(chan struct{})
	if len(r.carriers) == 0 {
		close(idle)
	} else {
		r.idle = idle
	}
	r.mu.Unlock()
	timer := time.NewTimer(r.cfg.DrainTimeout)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
		r.log.Warn("answers were cut by the end of draining")
	}
	r.mu.Lock()
	r.endLife() // under the lock: no task starts after this
	r.mu.Unlock()
	r.tasks.Wait()
	r.tellShares(context.WithoutCancel(r.life), r.shares.all())
}

// task runs f until the relayer's life ends; false if it is ending already.
func (r *Relayer) task(f func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.life.Err() != nil {
		return false
	}
	r.tasks.Go(f)
	return true
}

func (r *Relayer) draining() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closing
}

// send passes a frame to a provider, wherever it is connected.
func (r *Relayer) send(ctx context.Context, provider common.Address, name common.Hash, kind wire.Kind, body any) error {
	r.mu.Lock()
	s := r.sessions[provider]
	r.mu.Unlock()
	if s != nil {
		return s.link.Send(ctx, kind, body)
	}
	rec, ok := r.index.presenceOf(provider)
	if !ok || rec.Replica == r.replica {
		return link.ErrClosed
	}
	frame, err := wire.Seal(kind, body)
	if err != nil {
		return err
	}
	return r.publish(ctx, rec.Replica, busMessage{From: r.replica, To: provider, Name: name, Frame: frame})
}

// connected tells whether a provider is reachable, here or through another replica.
func (r *Relayer) connected(provider common.Address) bool {
	_, ok := r.index.presenceOf(provider)
	return ok
}

// checkReceipt judges an end as a scorer and a payer would: signature, fee, count, root.
func (r *Relayer) checkReceipt(ctx context.Context, a *wire.Ask, provider common.Address, d wire.Done, tokens []uint32, text string) error {
	rc := d.Receipt
	if rc.RequestHash != a.Hash || rc.Provider != provider {
		return fmt.Errorf("receipt is for another request or provider: %w", protocol.ErrInvalid)
	}
	signer, err := r.cfg.Domain.Recover(rc, d.Signature)
	if err != nil {
		return err
	}
	owner, err := r.view.operator(ctx, signer)
	if err != nil {
		return err
	}
	if owner != provider {
		return fmt.Errorf("receipt is signed by %s, who does not sign for %s: %w", signer, provider, protocol.ErrUnauthorized)
	}
	fee, err := a.Request.FeeFor(rc.OutputTokens)
	if err != nil {
		return err
	}
	if fee != rc.Fee {
		return fmt.Errorf("receipt's fee is %s, not %s: %w", rc.Fee, fee, protocol.ErrInvalid)
	}
	if d.Output != nil || d.OutputText != "" {
		tokens, text = d.Output, d.OutputText
	}
	class, err := r.view.class(ctx, a.Request.ModelVersion)
	if err != nil {
		return err
	}
	if class == protocol.ClassProven {
		if uint64(len(tokens)) != uint64(rc.OutputTokens) || protocol.TokenRoot(a.Secret, protocol.TagOutput, tokens) != rc.OutputRoot {
			return fmt.Errorf("receipt is not over the %d tokens that came: %w", len(tokens), protocol.ErrInvalid)
		}
		return nil
	}
	if uint64(rc.OutputTokens) > uint64(len(text)) || protocol.TextRoot(a.Secret, protocol.TagOutput, []byte(text)) != rc.OutputRoot {
		return fmt.Errorf("receipt is not over the %d bytes that came: %w", len(text), protocol.ErrInvalid)
	}
	return nil
}
