package network

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	provingkeys "github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/store"
)

// drainTime bounds how long a provider that is told to stop finishes answers. It waits for the
// jobs that it accepted, because a late one burns stake: until no deadline can be left.
const (
	drainTime = 30 * time.Second
	jobsTime  = protocol.MaxDeadline * time.Second
)

// Served is the model that a provider's configuration describes.
type Served struct {
	provider.Model
	// WeightsRoot is that of the model file; zero in class sampled.
	WeightsRoot common.Hash
	File        *runtime.Model // nil in class sampled
}

// OpenBackend opens what a configuration serves: a model file (class proven) or an
// upstream (class sampled). It asks the chain nothing.
func OpenBackend(c config.Provider) (Served, error) {
	s := Served{Model: provider.Model{Version: c.Version, PriceIn: c.PriceIn, PriceOut: c.PriceOut, MaxFee: c.MaxFee, Capacity: c.Capacity, Tags: c.Tags, Languages: c.Languages}}
	if (c.Model == "") == (c.Upstream == "") {
		return s, fmt.Errorf("open backend: exactly one of provider.model and provider.upstream must be set: %w", protocol.ErrInvalid)
	}
	if c.Model != "" {
		m, err := runtime.Open(c.Model)
		if err != nil {
			return s, fmt.Errorf("open backend: %w", err)
		}
		if s.WeightsRoot, _, err = WeightsOf(m, nil); err != nil {
			return s, fmt.Errorf("open backend: %w", err)
		}
		s.File, s.Class, s.Context = m, protocol.ClassProven, uint32(m.Header().Positions)
		s.Backend = provider.NewRuntime(m, m.Tokenizer(), int(c.Capacity))
		return s, nil
	}
	up := provider.UpstreamConfig{URL: c.Upstream, Model: c.UpstreamModel}
	if c.UpstreamKey != "" {
		var err error
		if up.Key, err = config.ReadSecret(c.UpstreamKey); err != nil {
			return s, fmt.Errorf("open backend: %w", err)
		}
	}
	backend, err := provider.NewUpstream(up)
	if err != nil {
		return s, fmt.Errorf("open backend: %w", err)
	}
	s.Class, s.Context, s.Backend = protocol.ClassSampled, contextOf, backend
	return s, nil
}

// OpenFormer opens the model files that a configuration names for versions which it served
// before. They answer about their receipts and offer nothing.
func OpenFormer(c config.Provider) ([]Served, error) {
	var list []Served
	for _, text := range c.FormerModels {
		version, path, err := config.VersionFile(text)
		if err != nil {
			return nil, fmt.Errorf("open former models: %w", err)
		}
		if version == c.Version {
			continue // served again
		}
		m, err := runtime.Open(path)
		if err != nil {
			return nil, fmt.Errorf("open former model version %s: %w", version, err)
		}
		s := Served{File: m, Model: provider.Model{Version: version, Class: protocol.ClassProven, Backend: provider.NewRuntime(m, m.Tokenizer(), 0)}}
		if s.WeightsRoot, _, err = WeightsOf(m, nil); err != nil {
			return nil, fmt.Errorf("open former model version %s: %w", version, err)
		}
		list = append(list, s)
	}
	return list, nil
}

// openers opens the former models of a configuration and compares them with what was published.
func (c *Chain) openers(ctx context.Context, cfg config.Provider) (map[common.Hash]provider.Opener, error) {
	former, err := OpenFormer(cfg)
	if err != nil {
		return nil, err
	}
	openers := map[common.Hash]provider.Opener{}
	for _, s := range former {
		if err := c.CheckVersion(ctx, s); err != nil {
			return nil, err
		}
		openers[s.Version] = s.Backend.(provider.Opener)
	}
	return openers, nil
}

// CheckVersion compares what is served with the version that is published.
func (c *Chain) CheckVersion(ctx context.Context, s Served) error {
	published, err := c.Reader.Published(ctx, s.Version)
	if err != nil {
		return err
	}
	if !published {
		return fmt.Errorf("model version %s is not published: %w", s.Version, protocol.ErrNotFound)
	}
	class, err := c.Reader.Class(ctx, s.Version)
	if err != nil {
		return err
	}
	if class != s.Class {
		return fmt.Errorf("model version %s is of class %s, the backend of class %s: %w", s.Version, class, s.Class, protocol.ErrConflict)
	}
	root, err := c.Reader.WeightsRoot(ctx, s.Version)
	if err == nil && root != s.WeightsRoot {
		err = fmt.Errorf("model version %s has weights %s, the file has %s: %w", s.Version, root, s.WeightsRoot, protocol.ErrConflict)
	}
	return err
}

// RunProvider runs the provider that a configuration describes. When ctx ends it
// drains: it takes nothing new, finishes what runs, redeems, and returns.
func RunProvider(ctx context.Context, c *Chain, cfg config.Provider, source KeySource, log *slog.Logger) (err error) {
	key, err := keys.Load(cfg.Key, cfg.Passphrase)
	if err != nil {
		return err
	}
	served, err := OpenBackend(cfg)
	if err != nil {
		return err
	}
	if up, ok := served.Backend.(*provider.Upstream); ok {
		defer up.Close()
	}
	if err := c.CheckVersion(ctx, served); err != nil {
		return err
	}
	openers, err := c.openers(ctx, cfg)
	if err != nil {
		return err
	}
	if served.Class == protocol.ClassProven || len(openers) > 0 {
		if err := c.CheckKeys(ctx, source); err != nil {
			return err
		}
	}
	if owner, err := c.Reader.ProviderOf(ctx, key.Address()); err != nil {
		return err
	} else if owner != cfg.Owner {
		return fmt.Errorf("operator %s signs for %s, not for provider.owner %s: %w", key.Address(), owner, cfg.Owner, protocol.ErrConflict)
	}
	st, err := store.Open(ctx, "sqlite:"+filepath.Join(cfg.Data, "outbox.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	lane := c.Lane(st.Outbox(), key.Private())
	metrics := prometheus.NewRegistry()
	proofs, err := NewProofs(c.Deployment.ChainID, func(ctx context.Context) (*provingkeys.Set, error) { return c.ProvingKeys(ctx, source) }, log, metrics)
	if err != nil {
		return err
	}
	p, err := c.Provider(ProviderOptions{Owner: cfg.Owner, Operator: lane, Key: key.Private(), Journal: filepath.Join(cfg.Data, "journal"),
		Relayers: cfg.Relayers, Models: []provider.Model{served.Model}, Openers: openers, Control: cfg.Control, Metrics: metrics, Binder: proofs,
		Redeem: provider.Policy{Amount: cfg.RedeemMin, Margin: redeemMargin(c.Timing.CloseGrace)}}, time.Duration(cfg.RedeemEvery)*time.Second, log)
	if err != nil {
		return err
	}
	err = CheckNumbers(ctx, c.Client, c.Reader, c.Deployment.StartBlock, Signer{key.Address(), cfg.Owner}, p.Numbered(), cfg.NewJournal)
	if err == nil {
		err = p.Begin()
	}
	if err != nil {
		return errors.Join(err, p.Close())
	}
	if cfg.NewJournal {
		log.Warn("provider.new_journal is set: take it out, it is for one start")
	}
	log.Info("provider starts", "provider", cfg.Owner, "operator", key.Address(), "version", cfg.Version, "class", served.Class, "control", cfg.Control)
	return serveUntil(ctx, drainTime, p, lane.Run, proofs.Run)
}

// redeemMargin is how long before a channel's end its vouchers are redeemed: an
// hour, less where the whole grace period is shorter.
func redeemMargin(closeGrace uint64) uint64 { return min(3600, max(closeGrace/2, 1)) }

// drainer is a provider that runs.
type drainer interface {
	Run(ctx context.Context) error
	Drain()
	Settled() <-chan struct{}
}

// serveUntil runs a provider and what it stands on until ctx ends and the provider drained, for
// which it has the time drain, and longer if it accepted jobs.
func serveUntil(ctx context.Context, drain time.Duration, p drainer, parts ...func(context.Context) error) error {
	// Both outlive ctx: draining sends.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	g, running := errgroup.WithContext(running)
	for _, part := range parts {
		g.Go(func() error { return part(running) })
	}
	g.Go(func() error {
		defer stop()
		return p.Run(running)
	})
	g.Go(func() error {
		select {
		case <-running.Done():
			return nil
		case <-ctx.Done():
		}
		p.Drain()
		select {
		case <-running.Done():
		case <-time.After(drain):
		}
		select {
		case <-running.Done():
		case <-p.Settled():
		case <-time.After(jobsTime):
		}
		stop()
		return nil
	})
	return g.Wait()
}
