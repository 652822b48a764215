package relayer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// view is Chain and Registry with a short memory: a burst of requests is one read, and what the
// chain writes once is read once.
type view struct {
	chain    Chain
	registry Registry
	keep     time.Duration

	block     memo[struct{}, uint64]
	channels  memo[common.Hash, Channel]
	stakes    memo[common.Address, protocol.Amount]
	operators memo[common.Address, common.Address]
	actives   memo[common.Address, bool]
	classes   memo[common.Hash, protocol.Class]
	passes    memo[passKey, common.Address]
}

const (
	memoEntries = 1 << 16
	forever     = 24 * time.Hour
)

func newView(keep time.Duration, d Deps) *view {
	return &view{chain: d.Chain, registry: d.Registry, keep: keep}
}

func (v *view) now(ctx context.Context) (uint64, error) {
	return v.block.get(struct{}{}, min(v.keep, time.Second), func() (uint64, error) { return v.chain.Now(ctx) })
}

func (v *view) channel(ctx context.Context, id common.Hash) (Channel, error) {
	return v.channels.get(id, v.keep, func() (Channel, error) { return v.chain.Channel(ctx, id) })
}

func (v *view) stake(ctx context.Context, p common.Address) (protocol.Amount, error) {
	return v.stakes.get(p, v.keep, func() (protocol.Amount, error) { return v.registry.FreeStake(ctx, p) })
}

func (v *view) operator(ctx context.Context, op common.Address) (common.Address, error) {
	return v.operators.get(op, forever, func() (common.Address, error) { return v.registry.Operator(ctx, op) })
}

// speaksFor returns the provider that an operator signs new things for; zero if there is none, or
// none any more.
func (v *view) speaksFor(ctx context.Context, op common.Address) (common.Address, error) {
	provider, err := v.operator(ctx, op)
	if err != nil {
		if protocol.Kind(err) == protocol.ErrNotFound {
			err = nil
		}
		return common.Address{}, err
	}
	active, err := v.actives.get(op, v.keep, func() (bool, error) { return v.registry.Active(ctx, op) })
	if err != nil || !active {
		return common.Address{}, err
	}
	return provider, nil
}

// passKey is what tells one pass from another at one relayer.
type passKey struct {
	channel   common.Hash
	expiry    uint64
	signature [65]byte
}

// pass returns who signed the pass of a need: it is used often, and recovered once.
func (v *view) pass(n wire.Need, signer func() (common.Address, error)) (common.Address, error) {
	k := passKey{channel: n.Channel, expiry: n.Expiry}
	if len(n.Signature) != len(k.signature) {
		return common.Address{}, fmt.Errorf("the signature has %d bytes: %w", len(n.Signature), protocol.ErrUnauthorized)
	}
	copy(k.signature[:], n.Signature)
	return v.passes.get(k, wire.MaxPass*time.Second, signer)
}

func (v *view) class(ctx context.Context, version common.Hash) (protocol.Class, error) {
	return v.classes.get(version, forever, func() (protocol.Class, error) { return v.registry.Class(ctx, version) })
}

// memo remembers values by key. Concurrent readers of one key share a read; errors are not
// remembered, except that a missing thing stays missing for a second.
type memo[K comparable, V any] struct {
	mu sync.Mutex
	m  map[K]*memoEntry[V]
}

type memoEntry[V any] struct {
	mu    sync.Mutex
	until time.Time
	value V
	err   error
}

func (m *memo[K, V]) get(k K, keep time.Duration, read func() (V, error)) (V, error) {
	m.mu.Lock()
	e := m.m[k]
	if e == nil {
		if len(m.m) >= memoEntries || m.m == nil { // keys come from strangers
			m.m = map[K]*memoEntry[V]{}
		}
		e = &memoEntry[V]{}
		m.m[k] = e
	}
	m.mu.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if now.Before(e.until) {
		return e.value, e.err
	}
	e.value, e.err = read()
	switch {
	case e.err == nil:
		e.until = now.Add(keep)
	case errors.Is(e.err, protocol.ErrNotFound):
		e.until = now.Add(min(keep, time.Second))
	}
	return e.value, e.err
}
