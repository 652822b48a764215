// Package chain is the only door to an EVM node: connecting, heads and finality,
// reading contracts, typed contract errors, and the node side of the transaction
// manager (package txmgr). The development node is package devchain, deployment is
// package deploy.
//
// It keeps nothing: what must be remembered is in the store. Enter at [Dial].
//
// Errors: what the EVM refuses is a *ContractError of the fitting protocol kind;
// what the network or the node does is protocol.ErrUnavailable and worth a retry.
package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"time"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

// Config says how to reach a chain.
type Config struct {
	URL      string        // http(s)://, ws(s):// or a path of an IPC socket
	ChainID  uint64        // refuse any other chain; 0 takes what the node serves
	Profile  *Profile      // nil: ProfileOf the chain id
	Attempts int           // of dialing; 0: until ctx ends
	Timeout  time.Duration // of one call; 0: 10 s
	Decoder  *Decoder      // nil: of all contracts of the project
	Logger   *slog.Logger  // nil: slog.Default()
}

// Client talks to one node. It embeds the plain client for reads that need no
// more; those return the node's errors as they are (see Client.Wrap). All methods
// may be called concurrently.
type Client struct {
	*ethclient.Client
	profile Profile
	decoder *Decoder
	timeout time.Duration
	log     *slog.Logger
}

// Dial connects and checks the chain id. It tries again, with growing pauses,
// while the node does not answer; a wrong chain is protocol.ErrConflict at once.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	pause := 50 * time.Millisecond
	for attempt := 1; ; attempt++ {
		c, err := dialOnce(ctx, cfg)
		if err == nil {
			return c, nil
		}
		if !errors.Is(err, protocol.ErrUnavailable) || attempt == cfg.Attempts {
			return nil, fmt.Errorf("dial chain: %w", err)
		}
		cfg.Logger.Warn("chain does not answer", "url", redact(cfg.URL), "attempt", attempt, "err", err)
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("dial chain: %w: %w", ctx.Err(), err)
		case <-time.After(pause):
			pause = min(2*pause, 5*time.Second)
		}
	}
}

func dialOnce(ctx context.Context, cfg Config) (*Client, error) {
	rc, err := rpc.DialOptions(ctx, cfg.URL, rpc.WithWebsocketDialer(patientDialer()))
	if err != nil {
		return nil, fmt.Errorf("connect: %w: %w", protocol.ErrUnavailable, err)
	}
	ec := ethclient.NewClient(rc)
	c, err := New(ctx, ec, cfg)
	if err != nil {
		ec.Close()
		return nil, err
	}
	return c, nil
}

// New wraps a connected client, for nodes in the same process, and checks the
// chain id; cfg.URL and cfg.Attempts do not matter.
func New(ctx context.Context, ec *ethclient.Client, cfg Config) (*Client, error) {
	c := &Client{Client: ec, decoder: cfg.Decoder, timeout: cfg.Timeout, log: cfg.Logger}
	if c.timeout == 0 {
		c.timeout = 10 * time.Second
	}
	if c.decoder == nil {
		c.decoder = NewDecoder(ABIs())
	}
	if c.log == nil {
		c.log = slog.Default()
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	id, err := ec.ChainID(ctx)
	if err != nil {
		return nil, fmt.Errorf("read chain id: %w", c.Wrap(err))
	}
	if !id.IsUint64() || cfg.ChainID != 0 && id.Uint64() != cfg.ChainID {
		return nil, fmt.Errorf("the node serves chain %s, not %d: %w", id, cfg.ChainID, protocol.ErrConflict)
	}
	c.profile = ProfileOf(id.Uint64())
	if cfg.Profile != nil {
		c.profile = *cfg.Profile
		c.profile.ID = id.Uint64()
	}
	return c, nil
}

// Profile returns the settings of the chain.
func (c *Client) Profile() Profile { return c.profile }

// Wrap gives an error of the embedded client its kind: *ContractError where the
// EVM refused, protocol.ErrNotFound for what does not exist, ErrInsufficient for
// missing gas money, ErrUnavailable for the rest. nil stays nil.
func (c *Client) Wrap(err error) error { return c.decoder.Wrap(err) }

// Tag names a block by its finality.
type Tag string

const (
	Latest    Tag = "latest"
	Safe      Tag = "safe"
	Finalized Tag = "finalized"
)

// Head returns the header that the tag names now. Where the profile counts
// finality in depth, Safe is half as deep as Finalized. A young chain without a
// finalized block answers with its first.
func (c *Client) Head(ctx context.Context, tag Tag) (*types.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	depth := c.profile.FinalityDepth
	switch {
	case tag == Latest:
		return c.header(ctx, nil)
	case depth == 0:
		number := rpc.FinalizedBlockNumber
		if tag == Safe {
			number = rpc.SafeBlockNumber
		}
		h, err := c.header(ctx, big.NewInt(int64(number)))
		if errors.Is(err, protocol.ErrNotFound) {
			return c.header(ctx, new(big.Int))
		}
		return h, err
	}
	if tag == Safe {
		depth = (depth + 1) / 2
	}
	latest, err := c.header(ctx, nil)
	if err != nil {
		return nil, err
	}
	number := latest.Number.Uint64()
	return c.header(ctx, new(big.Int).SetUint64(number-min(number, depth)))
}

func (c *Client) header(ctx context.Context, number *big.Int) (*types.Header, error) {
	h, err := c.HeaderByNumber(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("read header: %w", c.Wrap(err))
	}
	return h, nil
}

// Ref returns the short name of a header.
func Ref(h *types.Header) protocol.BlockRef {
	return protocol.BlockRef{Number: h.Number.Uint64(), Hash: h.Hash(), Parent: h.ParentHash, Time: h.Time}
}

// Call reads a contract: it sends calldata to the address at block (nil: latest)
// and unpacks the answer with an abigen v2 method. An address without code is
// protocol.ErrNotFound, a revert a *ContractError.
func Call[T any](ctx context.Context, c *Client, to common.Address, block *big.Int, calldata []byte, unpack func([]byte) (T, error)) (T, error) {
	return CallFrom(ctx, c, common.Address{}, to, block, calldata, unpack)
}

// CallFrom is Call with a sender: what it would return to from, were it sent.
func CallFrom[T any](ctx context.Context, c *Client, from, to common.Address, block *big.Int, calldata []byte, unpack func([]byte) (T, error)) (T, error) {
	var zero T
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	out, err := c.CallContract(ctx, ethereum.CallMsg{From: from, To: &to, Data: calldata}, block)
	if err != nil {
		return zero, fmt.Errorf("call %s: %w", to, c.Wrap(err))
	}
	if len(out) == 0 {
		code, err := c.CodeAt(ctx, to, block)
		if err != nil {
			return zero, fmt.Errorf("call %s: %w", to, c.Wrap(err))
		}
		if len(code) == 0 {
			return zero, fmt.Errorf("call %s: no contract there: %w", to, protocol.ErrNotFound)
		}
	}
	value, err := unpack(out)
	if err != nil {
		return zero, fmt.Errorf("call %s: unpack answer: %w: %w", to, protocol.ErrInternal, err)
	}
	return value, nil
}
