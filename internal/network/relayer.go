package network

import (
	"context"
	"crypto/ecdsa"
	"log/slog"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/relayer"
)

// relayerChain is the chain as a relayer sees it.
type relayerChain struct{ *Chain }

func (c relayerChain) Now(ctx context.Context) (uint64, error) { return c.Reader.Now(ctx) }

func (c relayerChain) Channel(ctx context.Context, id common.Hash) (relayer.Channel, error) {
	ch, err := (&providerChain{reader: c.Reader, timing: timing{c.Timing.CloseGrace}}).Channel(ctx, id)
	if err != nil {
		return relayer.Channel{}, err
	}
	return relayer.Channel{Delegate: ch.Delegate, Retiring: ch.Retiring, Deposit: ch.Deposit, Paid: ch.Paid, Expiry: ch.Expiry, Closing: ch.Closing}, nil
}

func (c relayerChain) Operator(ctx context.Context, operator common.Address) (common.Address, error) {
	return c.Reader.ProviderOf(ctx, operator)
}

func (c relayerChain) Active(ctx context.Context, operator common.Address) (bool, error) {
	return c.Reader.IsActiveOperator(ctx, operator)
}

func (c relayerChain) FreeStake(ctx context.Context, provider common.Address) (protocol.Amount, error) {
	return c.Reader.FreeStake(ctx, provider)
}

func (c relayerChain) Class(ctx context.Context, version common.Hash) (protocol.Class, error) {
	return c.Reader.Class(ctx, version)
}

// Relayer makes a relayer of this deployment; rdb may be shared with others.
func (c *Chain) Relayer(key *ecdsa.PrivateKey, rdb redis.UniversalClient, log *slog.Logger, metrics prometheus.Registerer) (*relayer.Relayer, error) {
	view := relayerChain{c}
	return relayer.New(relayer.Config{Domain: c.Reader.Domain()},
		relayer.Deps{Key: key, Redis: rdb, Chain: view, Registry: view, Log: log, Metrics: metrics})
}
