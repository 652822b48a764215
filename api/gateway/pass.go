package gateway

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol/wire"
)

const (
	passLife   = 300     // seconds
	passMargin = 60      // seconds before its end at which a pass is made anew
	maxPasses  = 1 << 14 // kept at once, for each relayer
)

// admit puts the pass of need's channel into it: what a relayer lets this gateway match with,
// signed once in a while and not with every request.
func (g *Gateway) admit(ctx context.Context, u *upstream, need *wire.Need) error {
	u.mu.Lock()
	pass := u.passes[need.Channel]
	u.mu.Unlock()
	now := uint64(g.unix())
	if pass.Expiry >= now+passMargin && pass.Expiry <= now+passLife {
		need.Expiry, need.Signature = pass.Expiry, pass.Signature
		return nil
	}
	relayer, err := u.who(ctx)
	if err != nil {
		return err
	}
	need.Expiry = now + passLife
	if need.Signature, err = g.cfg.Domain.Sign(g.cfg.Delegate, need.Pass(relayer)); err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.passes == nil || len(u.passes) >= maxPasses {
		u.passes = map[common.Hash]wire.Need{}
	}
	if u.address == relayer {
		u.passes[need.Channel] = wire.Need{Expiry: need.Expiry, Signature: need.Signature}
	}
	return nil
}

// request matches with a pass. A relayer that does not know it may be another than
// before: it is asked who it is, once.
func (g *Gateway) request(ctx context.Context, u *upstream, need wire.Need) (wire.Match, error) {
	for try := 0; ; try++ {
		if err := g.admit(ctx, u, &need); err != nil {
			return wire.Match{}, err
		}
		m, err := u.Match(ctx, need)
		var refused *RelayError
		if try > 0 || !errors.As(err, &refused) || refused.Failure.Code != wire.CodeUnauthorized {
			return m, err
		}
		u.forget()
	}
}
