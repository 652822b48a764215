package relaynet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/internal/embedredis"
	"github.com/dgrid-network/dgrid/internal/heap"
	"github.com/dgrid-network/dgrid/internal/redisserver"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/relayer"
)

// RequestsConfig is one measurement of the whole way of a request.
type RequestsConfig struct {
	Dir      string                // of the provider's journal; must be on a disk to mean anything
	Requests int                   // in all
	Workers  int                   // clients at once
	Redis    redis.UniversalClient // nil: embedded
	Room     uint64                // bytes of memory.room, as in a process that serves
}

// RequestsResult is what was measured. Every request is matched, signed, submitted over
// HTTP, passed over a WebSocket, answered with one token, journaled with fsync, signed
// and checked by the relayer; client and server share the machine.
type RequestsResult struct {
	Requests  int           `json:"requests"`
	Workers   int           `json:"workers"`
	Took      time.Duration `json:"took_ns"`
	PerSecond float64       `json:"per_second"`
	P50       time.Duration `json:"p50_ns"`
	P99       time.Duration `json:"p99_ns"`
	// CPU is the processor time of this process for one request, clients included: what
	// stays comparable on a machine that does other things too. RedisCPU is that of a Redis
	// of its own; an embedded one is in CPU.
	CPU      time.Duration `json:"cpu_per_request_ns"`
	RedisCPU time.Duration `json:"redis_cpu_per_request_ns"`
}

// Requests measures requests per second through a relayer to one provider with an instant
// backend.
func Requests(ctx context.Context, cfg RequestsConfig) (res RequestsResult, err error) {
	defer heap.Room(cfg.Room)()
	rdb := cfg.Redis
	if rdb == nil {
		store, err := embedredis.Start()
		if err != nil {
			return res, err
		}
		defer store.Close()
		rdb = store
	}
	chain := NewChain()
	relay, err := StartRelay(chain, rdb, relayer.Config{Namespace: fmt.Sprint("bench", time.Now().UnixNano()), DrainTimeout: time.Second}, nil)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, relay.Close()) }()
	pc := Cfg("bench", cfg.Dir, &Echo{}, relay.URL)
	pc.Models[0].Capacity = uint32(cfg.Workers) + 64
	node, err := StartNode(chain, "bench", pc, provider.Deps{})
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, node.Stop()) }()
	if err := UntilOnline(ctx, relay); err != nil {
		return res, err
	}
	took := make([]time.Duration, cfg.Requests)
	var next atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	redisTime := func() (time.Duration, error) {
		if cfg.Redis == nil {
			return 0, nil
		}
		return redisserver.ProcessorTime(ctx, cfg.Redis)
	}
	ofRedis, err := redisTime()
	if err != nil {
		return res, err
	}
	began, cpu := time.Now(), processorTime()
	for i := range cfg.Workers {
		payer := NewPayer(chain, fmt.Sprint("payer ", i), protocol.NewAmount(1<<40))
		payer.Whole = true
		wg.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= cfg.Requests {
					return
				}
				start := time.Now()
				r, e := payer.Ask(ctx, relay.Client, []uint32{uint32(n)}, 1)
				took[n] = time.Since(start)
				if e == nil && n%64 == 0 {
					e = r.Check(chain)
				} else if e == nil && r.Done == nil {
					e = r.Error
				}
				if e != nil {
					mu.Lock()
					err = errors.Join(err, e)
					mu.Unlock()
					return
				}
			}
		})
	}
	wg.Wait()
	all, cpu := time.Since(began), processorTime()-cpu
	after, e := redisTime()
	if e != nil {
		err = errors.Join(err, e)
	}
	slices.Sort(took)
	return RequestsResult{Requests: cfg.Requests, Workers: cfg.Workers, Took: all, PerSecond: float64(cfg.Requests) / all.Seconds(),
		P50: took[len(took)/2], P99: took[len(took)*99/100], CPU: cpu / time.Duration(cfg.Requests),
		RedisCPU: (after - ofRedis) / time.Duration(cfg.Requests)}, err
}

// processorTime is what this process has used, user and system.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// UntilOnline waits until the relayer knows an offer.
func UntilOnline(ctx context.Context, relay *Relay) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		views, err := relay.Client.Offers(ctx)
		if err != nil {
			return err
		}
		if len(views) > 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// SignaturesResult is what receipts cost one core.
type SignaturesResult struct {
	SignPerSecond   float64 `json:"sign_per_second"`
	VerifyPerSecond float64 `json:"verify_per_second"`
	BothPerSecond   float64 `json:"sign_and_verify_per_second"`
}

// Signatures signs and verifies n receipts on one core.
func Signatures(n int) (SignaturesResult, error) {
	key := Key("signer")
	want := crypto.PubkeyToAddress(key.PublicKey)
	sigs := make([]protocol.Bytes, n)
	receipt := func(i int) protocol.Receipt {
		return protocol.Receipt{Seq: uint64(i), OutputTokens: 9, Finish: protocol.FinishStop, Fee: protocol.NewAmount(uint64(i))}
	}
	began := time.Now()
	for i := range n {
		var err error
		if sigs[i], err = Domain.Sign(key, receipt(i)); err != nil {
			return SignaturesResult{}, err
		}
	}
	signed := time.Since(began)
	for i := range n {
		if got, err := Domain.Recover(receipt(i), sigs[i]); err != nil || got != want {
			return SignaturesResult{}, fmt.Errorf("receipt %d: signed by %s: %v", i, got, err)
		}
	}
	both := time.Since(began)
	return SignaturesResult{float64(n) / signed.Seconds(), float64(n) / (both - signed).Seconds(), float64(n) / both.Seconds()}, nil
}
