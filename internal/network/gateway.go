package network

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"log/slog"
	"net/url"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// gatewayChain is the chain as the gateway sees it.
type gatewayChain struct{ *Chain }

func (c gatewayChain) Channel(ctx context.Context, id common.Hash) (gateway.Channel, error) {
	ch, err := c.Reader.Channel(ctx, id)
	if err != nil {
		return gateway.Channel{}, err
	}
	return gateway.Channel{Requester: ch.Requester, Delegate: ch.Delegate, Deposit: ch.Deposit, Paid: ch.Paid, Expiry: ch.Expiry, Closing: ch.ClosesAt != 0}, nil
}

func (c gatewayChain) ProviderOf(ctx context.Context, operator common.Address) (common.Address, error) {
	return c.Reader.ProviderOf(ctx, operator)
}

func (c gatewayChain) FreeStake(ctx context.Context, provider common.Address) (protocol.Amount, error) {
	return c.Reader.FreeStake(ctx, provider)
}

// APIOptions say who an API is and where its relayers are.
type APIOptions struct {
	Relayers []string // base URLs, the preferred first
	URL      string   // how the world reaches the API
	Origins  []string
	Delegate *ecdsa.PrivateKey
	Version  string
	Audience protocol.Audience // of what the gateway asks for
}

// API makes the HTTP service with its gateway. It asks the node for the token's decimals:
// whoever reads amounts without base units reads them by that.
func (c *Chain) API(ctx context.Context, o APIOptions, st *store.Store, net *store.Network, catalog *Catalog, rdb redis.UniversalClient, log *slog.Logger) (*api.Server, error) {
	token, err := c.Reader.Token(ctx)
	if err != nil {
		return nil, err
	}
	relays, err := gateway.NewRelays(o.Relayers, nil)
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	g, err := gateway.New(gateway.Config{Domain: c.Reader.Domain(), Delegate: o.Delegate, Audience: o.Audience},
		gateway.Deps{Store: st.Gateway(), Relays: relays, Chain: gatewayChain{c}, Models: catalog, Log: log, Metrics: registry})
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("read the API's address: %w", err)
	}
	return api.New(api.Config{Asset: token.Address, Decimals: token.Decimals, Origins: o.Origins, SIWEDomain: u.Host, SIWEURI: o.URL, Version: o.Version},
		api.Deps{Gateway: g, Relay: relays, Catalog: catalog, Keys: st.Gateway(), Network: net, Redis: rdb, Wallets: gatewayChain{c}, Log: log, Metrics: registry})
}
