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

// APIOptions say who an API is and where its relayer is.
type APIOptions struct {
	Relayer  string // base URL
	URL      string // how the world reaches the API
	Origins  []string
	Delegate *ecdsa.PrivateKey
	Version  string
}

// API makes the HTTP service with its gateway.
func (c *Chain) API(o APIOptions, st *store.Store, net *store.Network, catalog *Catalog, rdb redis.UniversalClient, log *slog.Logger) (*api.Server, error) {
	relay, err := gateway.NewRelay(o.Relayer, nil)
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	g, err := gateway.New(gateway.Config{Domain: c.Reader.Domain(), Delegate: o.Delegate},
		gateway.Deps{Store: st.Gateway(), Relay: relay, Chain: gatewayChain{c}, Models: catalog, Log: log, Metrics: registry})
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("read the API's address: %w", err)
	}
	return api.New(api.Config{Asset: c.Reader.Addresses().Token, Decimals: 6, Origins: o.Origins, SIWEDomain: u.Host, SIWEURI: o.URL, Version: o.Version},
		api.Deps{Gateway: g, Relay: relay, Catalog: catalog, Keys: st.Gateway(), Network: net, Redis: rdb, Log: log, Metrics: registry})
}
