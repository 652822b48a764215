package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/protocol"
)

// dialAttempts is how often a command tries to reach the node: a person waits.
const dialAttempts = 3

// client is the network as a client's command sees it.
type client struct {
	cfg        config.Config
	log        *slog.Logger
	chain      *chain.Client
	deployment *deploy.Deployment
	reader     *contracts.Reader
	token      contracts.Token
}

// quietly is load for commands that print answers: without --log only warnings
// are logged.
func (g *globals) quietly() (config.Config, *slog.Logger, error) {
	c, log, err := g.load()
	if err == nil && g.logLevel == "" {
		c.Log.Level = "warn"
		log = newLogger(os.Stderr, c.Log)
	}
	return c, log, err
}

// dialNode connects to the configured node.
func dialNode(ctx context.Context, cfg config.Config, log *slog.Logger) (*chain.Client, error) {
	profile := chain.ProfileOf(cfg.Chain.ID)
	profile.FinalityDepth = cfg.Chain.FinalityDepth
	c, err := chain.Dial(ctx, chain.Config{URL: cfg.Chain.RPC, ChainID: cfg.Chain.ID, Profile: &profile, Attempts: dialAttempts, Logger: quietLogger(log)})
	switch {
	case errors.Is(err, protocol.ErrUnavailable):
		return nil, advise(err, "no node answers at chain.rpc: start one (dgrid up keeps a development network running) or set chain.rpc")
	case errors.Is(err, protocol.ErrConflict):
		return nil, advise(err, "set chain.id and chain.rpc to the same chain; nothing was sent")
	}
	return c, err
}

// quietLogger leaves out the warnings of dialing: the error says the same.
func quietLogger(log *slog.Logger) *slog.Logger {
	if log.Enabled(context.Background(), slog.LevelInfo) {
		return log
	}
	return slog.New(slog.DiscardHandler)
}

func deploymentPath(cfg config.Config) string {
	if cfg.Chain.Deployment != "" {
		return cfg.Chain.Deployment
	}
	return deploy.Path(".", cfg.Chain.ID)
}

// loadDeployment reads the record of where the contracts are.
func loadDeployment(cfg config.Config) (*deploy.Deployment, error) {
	d, err := deploy.Load(deploymentPath(cfg))
	if errors.Is(err, protocol.ErrNotFound) {
		return nil, advise(err, "set chain.deployment to the record of the network, or make one with dgrid deploy")
	}
	if err == nil && d.ChainID != cfg.Chain.ID {
		return nil, advise(fmt.Errorf("the record is of chain %d, chain.id is %d: %w", d.ChainID, cfg.Chain.ID, protocol.ErrConflict), "set chain.id and chain.deployment to the same network")
	}
	return d, err
}

// dial connects to the node and checks that the contracts are there.
func (g *globals) dial(ctx context.Context) (*client, error) {
	cfg, log, err := g.quietly()
	if err != nil {
		return nil, err
	}
	d, err := loadDeployment(cfg)
	if err != nil {
		return nil, err
	}
	c, err := dialNode(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	out, err := connect(ctx, cfg, log, c, d)
	if err != nil {
		c.Close()
	}
	return out, err
}

func connect(ctx context.Context, cfg config.Config, log *slog.Logger, c *chain.Client, d *deploy.Deployment) (*client, error) {
	if err := deploy.Verify(ctx, c, d); err != nil {
		if errors.Is(err, protocol.ErrConflict) {
			err = advise(err, "the record %s is of other contracts: set chain.deployment to the right one; after a development chain began anew, deploy again", deploymentPath(cfg))
		}
		return nil, err
	}
	out := &client{cfg: cfg, log: log, chain: c, deployment: d, reader: contracts.NewReader(c, d.Addresses())}
	var err error
	out.token, err = out.reader.Token(ctx)
	return out, err
}

func (c *client) close() { c.chain.Close() }

func (c *client) money(a protocol.Amount) money {
	return newMoney(a, c.token.Decimals, c.token.Symbol)
}

func (c *client) parse(s string) (protocol.Amount, error) {
	a, err := parseMoney(s, c.token.Decimals)
	if err == nil && a.IsZero() {
		err = fmt.Errorf("amount %q is zero: %w", s, protocol.ErrInvalid)
	}
	return a, err
}

// caip2 names the chain.
func (c *client) caip2() string { return fmt.Sprintf("eip155:%d", c.chain.Profile().ID) }

// development reports whether the chain is one whose money is worth nothing.
func (c *client) development() bool {
	id := c.chain.Profile().ID
	return id == 31337 || id == 1337
}

// parseAddress refuses what is no address and a wrong checksum.
func parseAddress(what, s string) (common.Address, error) {
	a := common.HexToAddress(s)
	mixed := s != "" && common.IsHexAddress(s)
	if !mixed {
		return a, fmt.Errorf("%s %q is no address (0x and 40 hex digits): %w", what, s, protocol.ErrInvalid)
	}
	if err := checksum(s, a); err != nil {
		return a, fmt.Errorf("%s %q: %w", what, s, err)
	}
	return a, nil
}

// checksum holds addresses of mixed case to EIP-55: a mistyped one loses money.
func checksum(s string, a common.Address) error {
	body := s[len(s)-40:]
	lower, upper := false, false
	for _, c := range body {
		lower = lower || c >= 'a' && c <= 'f'
		upper = upper || c >= 'A' && c <= 'F'
	}
	if lower && upper && a.Hex()[2:] != body {
		return fmt.Errorf("checksum is wrong, one character or more is mistyped: %w", protocol.ErrInvalid)
	}
	return nil
}

// parseHash reads a 32-byte id.
func parseHash(what, s string) (common.Hash, error) {
	var h common.Hash
	if err := h.UnmarshalText([]byte(s)); err != nil {
		return h, fmt.Errorf("%s %q is no 32-byte id (0x and 64 hex digits): %w", what, s, protocol.ErrInvalid)
	}
	return h, nil
}
