package network

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"log/slog"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/indexer/jsonrpc"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// Chain is one deployment behind one node.
type Chain struct {
	Client     *chain.Client
	Reader     *contracts.Reader
	Deployment *deploy.Deployment
	Timing     store.Timing
	// MaxDeadline is the longest time that a job may have, seconds.
	MaxDeadline uint64
	// Policy holds the limits of the lanes that are made from now on.
	Policy  txmgr.Policy
	url     string
	depth   uint64
	decoder *chain.Decoder
	log     *slog.Logger
}

// Connect dials the node at url and checks that it serves the recorded contracts.
// depth counts finality in blocks; 0 trusts the node's tags.
func Connect(ctx context.Context, url string, d *deploy.Deployment, depth uint64, log *slog.Logger) (*Chain, error) {
	c, err := dial(ctx, url, d.ChainID, depth, log)
	if err != nil {
		return nil, err
	}
	return c.with(ctx, d)
}

// dial connects without a deployment yet.
func dial(ctx context.Context, url string, id, depth uint64, log *slog.Logger) (*Chain, error) {
	profile := chain.ProfileOf(id)
	profile.FinalityDepth = depth
	decoder := chain.NewDecoder(chain.ABIs())
	client, err := chain.Dial(ctx, chain.Config{URL: url, ChainID: id, Profile: &profile, Decoder: decoder, Logger: log})
	if err != nil {
		return nil, err
	}
	return &Chain{Client: client, url: url, depth: depth, decoder: decoder, log: log}, nil
}

func (c *Chain) with(ctx context.Context, d *deploy.Deployment) (*Chain, error) {
	if err := deploy.Verify(ctx, c.Client, d); err != nil {
		return nil, err
	}
	out := *c
	out.Deployment, out.Reader = d, contracts.NewReader(c.Client, d.Addresses())
	t, err := out.Reader.Timing(ctx)
	if err != nil {
		return nil, err
	}
	out.MaxDeadline = t.MaxDeadline
	out.Timing = store.Timing{DisputeWindow: t.DisputeWindow, CloseGrace: t.CloseGrace, Epoch: t.Epoch, MaxHold: t.MaxHold}
	return &out, nil
}

// Lane is the transaction manager of one key; it works while its Run runs.
func (c *Chain) Lane(outbox txmgr.Outbox, key *ecdsa.PrivateKey) *txmgr.Manager {
	return txmgr.New(txmgr.Config{ChainID: c.Client.Profile().ID, Outbox: outbox, Node: c.Client, Signer: chain.KeySigner{Key: key},
		Policy: c.Policy, Decode: c.decoder.Decode, Logger: c.log})
}

// Network returns the deployment's tables.
func (c *Chain) Network(ctx context.Context, st *store.Store) (*store.Network, error) {
	at := c.Reader.Addresses()
	return st.Network(ctx, store.Deployment{ChainID: c.Deployment.ChainID, Vault: at.Vault, Staking: at.Staking, Registry: at.Registry,
		Market: at.Market, Slasher: at.Slasher, StartBlock: c.Deployment.StartBlock, Timing: c.Timing,
		Disputes: store.Disputes{Ledger: at.Ledger, Questions: at.Questions, Claims: at.Claims, Verifiers: at.Verifiers,
			Audits: at.Audits, Auditors: at.Auditors, Attestations: at.Attestations}})
}

// Indexer mirrors the deployment into net.
func (c *Chain) Indexer(net *store.Network, metrics prometheus.Registerer) *indexer.Indexer {
	http, ws := urls(c.url)
	source := jsonrpc.New(http, jsonrpc.Options{FinalityDepth: c.depth, WebSocket: ws})
	return indexer.New(source, net, indexer.Options{Log: c.log, Metrics: metrics})
}

// urls guesses both forms of a node's address: most serve them on one port.
func urls(url string) (http, ws string) {
	switch {
	case strings.HasPrefix(url, "ws"):
		return "http" + strings.TrimPrefix(url, "ws"), url
	case strings.HasPrefix(url, "http"):
		return url, "ws" + strings.TrimPrefix(url, "http")
	}
	return url, ""
}

// SubmitAll brings the calls on chain in order, each named by its content: running
// it again repeats nothing.
func SubmitAll(ctx context.Context, m *txmgr.Manager, calls ...protocol.Call) error {
	ids := make([]common.Hash, len(calls))
	for i, call := range calls {
		var err error
		if ids[i], err = m.Submit(ctx, call); err != nil {
			return fmt.Errorf("%s: %w", call.Purpose, err)
		}
	}
	for i, id := range ids {
		if _, err := m.Wait(ctx, id); err != nil {
			return fmt.Errorf("%s: %w", calls[i].Purpose, err)
		}
	}
	return nil
}

func versionID(m protocol.Manifest) common.Hash { return contracts.VersionID(m) }

// channelID is the id that the Market gives an account's next channel.
func channelID(d protocol.Domain, requester common.Address, nonce *big.Int) common.Hash {
	word := func(b []byte) []byte { return common.LeftPadBytes(b, 32) }
	return crypto.Keccak256Hash(word(new(big.Int).SetUint64(d.ChainID).Bytes()), word(d.Market[:]), word(requester[:]), word(nonce.Bytes()))
}
