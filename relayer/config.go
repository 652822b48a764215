package relayer

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/protocol"
)

// Config of a relayer. Zero values mean the default beside them.
type Config struct {
	Domain    protocol.Domain
	Namespace string // of Redis keys: "dgrid"

	Heartbeat    time.Duration // 10 s: pings, presence, beats of a silent stream
	LeaseTTL     time.Duration // 30 s between match and submit
	FirstToken   time.Duration // 60 s from asking a provider to its first chunk
	Gap          time.Duration // 60 s between chunks that the provider may send
	CancelWait   time.Duration // 10 s for the receipt of a cancelled answer
	LostWait     time.Duration // 5 s for a provider that vanished in mid-stream to return with its receipt
	ResumeGrace  time.Duration // 15 s without a reader before a request is cancelled
	Keep         time.Duration // 10 min that a finished answer can be read again
	DrainTimeout time.Duration // 30 s for running answers when stopping
	CacheFor     time.Duration // 2 s: how old reads of the chain may be

	MaxRequests  int     // running at once: 8192
	MaxPerClient int     // running at once for one remote address: 4096
	MaxKept      int     // answers' bytes held in memory per request: 8 MiB
	Explore      float64 // share of matches that go to a newcomer: 0.05; negative for none
	Newcomer     uint64  // requests served below which a provider is one: 20
	Weights      Weights
}

// Weights of the parts of a score; all zero means the default.
type Weights struct{ Performance, Reliability, Cost, Suitability float64 }

// Channel is a payment channel as the chain has it.
type Channel struct {
	Delegate common.Address
	Retiring common.Address // the delegate before, while its signatures still count; else zero
	Deposit  protocol.Amount
	Paid     protocol.Amount
	Expiry   uint64 // block time after which nothing is redeemed
	Closing  bool
}

// Chain is what a relayer reads of money. Now is the latest block's time.
type Chain interface {
	Now(ctx context.Context) (uint64, error)
	Channel(ctx context.Context, id common.Hash) (Channel, error)
}

// Registry is what a relayer reads of providers and models.
type Registry interface {
	// Operator returns whom an operator signs for; ErrNotFound if nobody.
	Operator(ctx context.Context, operator common.Address) (provider common.Address, err error)
	// Active tells whether an operator may sign new things: its provider did not retire it.
	Active(ctx context.Context, operator common.Address) (bool, error)
	FreeStake(ctx context.Context, provider common.Address) (protocol.Amount, error)
	Class(ctx context.Context, version common.Hash) (protocol.Class, error)
}

// Deps are the other parties of a relayer.
type Deps struct {
	Key      *ecdsa.PrivateKey // signs reservations; its address is the relayer's name
	Redis    redis.UniversalClient
	Chain    Chain
	Registry Registry
	Log      *slog.Logger
	Metrics  prometheus.Registerer // optional
	Rand     func() float64        // 0..1; exploration and ties
}

func (c *Config) complete(d *Deps) error {
	for _, def := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.Heartbeat, 10 * time.Second}, {&c.LeaseTTL, 30 * time.Second}, {&c.FirstToken, time.Minute}, {&c.Gap, time.Minute},
		{&c.CancelWait, 10 * time.Second}, {&c.LostWait, 5 * time.Second}, {&c.ResumeGrace, 15 * time.Second},
		{&c.Keep, 10 * time.Minute}, {&c.DrainTimeout, 30 * time.Second}, {&c.CacheFor, 2 * time.Second},
	} {
		if *def.field == 0 {
			*def.field = def.value
		}
	}
	for _, def := range []struct {
		field *int
		value int
	}{{&c.MaxRequests, 8192}, {&c.MaxPerClient, 4096}, {&c.MaxKept, 8 << 20}} {
		if *def.field == 0 {
			*def.field = def.value
		}
	}
	if c.Namespace == "" {
		c.Namespace = "dgrid"
	}
	if c.Explore == 0 {
		c.Explore = 0.05
	}
	if c.Newcomer == 0 {
		c.Newcomer = 20
	}
	if c.Weights == (Weights{}) {
		c.Weights = Weights{0.3, 0.35, 0.25, 0.1}
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Rand == nil {
		d.Rand = rand.Float64
	}
	var errs []error
	if d.Key == nil || d.Redis == nil || d.Chain == nil || d.Registry == nil {
		errs = append(errs, fmt.Errorf("configure the relayer: a key, Redis, chain and registry are needed: %w", protocol.ErrInvalid))
	}
	if c.Weights.Performance < 0 || c.Weights.Reliability < 0 || c.Weights.Cost < 0 || c.Weights.Suitability < 0 || c.Explore > 1 {
		errs = append(errs, fmt.Errorf("configure the relayer: weights are negative or exploration is above 1: %w", protocol.ErrInvalid))
	}
	return errors.Join(errs...)
}
