package gateway

import (
	"context"
	"errors"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol/wire"
)

const (
	passLife   = 300     // seconds
	passMargin = 60      // seconds before its end at which a pass is made anew
	maxPasses  = 1 << 14 // kept at once
)

// passes are what the relayer lets this gateway match with: one for each channel,
// signed once in a while and not with every request.
type passes struct {
	mu      sync.Mutex
	relayer common.Address // whom they are for
	made    map[common.Hash]wire.Need
}

// admit puts the pass of need's channel into it.
func (g *Gateway) admit(ctx context.Context, need *wire.Need) error {
	p := &g.passes
	p.mu.Lock()
	relayer, pass := p.relayer, p.made[need.Channel]
	p.mu.Unlock()
	now := uint64(g.unix())
	if pass.Expiry >= now+passMargin && pass.Expiry <= now+passLife {
		need.Expiry, need.Signature = pass.Expiry, pass.Signature
		return nil
	}
	if relayer == (common.Address{}) {
		info, err := g.relay.Info(ctx)
		if err != nil {
			return err
		}
		relayer = info.Relayer
	}
	need.Expiry = now + passLife
	var err error
	if need.Signature, err = g.cfg.Domain.Sign(g.cfg.Delegate, need.Pass(relayer)); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.made == nil || len(p.made) >= maxPasses || p.relayer != relayer {
		p.made = map[common.Hash]wire.Need{}
	}
	p.relayer = relayer
	p.made[need.Channel] = wire.Need{Expiry: need.Expiry, Signature: need.Signature}
	return nil
}

// request matches with a pass. A relayer that does not know it may be another than
// before: it is asked who it is, once.
func (g *Gateway) request(ctx context.Context, need wire.Need) (wire.Match, error) {
	for try := 0; ; try++ {
		if err := g.admit(ctx, &need); err != nil {
			return wire.Match{}, err
		}
		m, err := g.relay.Match(ctx, need)
		var refused *RelayError
		if try > 0 || !errors.As(err, &refused) || refused.Failure.Code != wire.CodeUnauthorized {
			return m, err
		}
		g.passes.mu.Lock()
		g.passes.relayer, g.passes.made = common.Address{}, nil
		g.passes.mu.Unlock()
	}
}
