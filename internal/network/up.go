package network

import (
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/embedredis"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/models/floatref"
	"github.com/dgrid-network/dgrid/models/floatserver"
	"github.com/dgrid-network/dgrid/models/tokenize"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/store"
)

// Config of an embedded network. Zero ports are free ones.
type Config struct {
	Data        string // folder that survives restarts
	ChainPort   int
	APIPort     int
	RelayerPort int
	RedeemEvery time.Duration // 2 s
	// Terms are those of the contracts, whose owner is given; nil: deploy.Development. Now is
	// the chain's clock; nil: time.Now.
	Terms func(admin common.Address) deploy.Parameters
	Now   func() time.Time
	// Stake is what a provider stakes, in whole tokens (1000); PriceOut its price, base units
	// per 10^6 output tokens (the configuration's default, as the price of prompts).
	Stake    uint64
	PriceOut protocol.Amount
	// ForAuditors has the API show tokens to drawn auditors only, not to anyone.
	ForAuditors bool
	// Keys are the proving keys, loaded at the first proof: an auditor's, or a provider's
	// answer about a chunk. Without any the network can prove nothing.
	Keys func(ctx context.Context) (*keys.Set, error)
	Log  *slog.Logger
	// Say tells a person what happens; nil is silent.
	Say func(format string, args ...any)
}

// Network is a whole network in one process.
type Network struct {
	Config     Config
	Chain      *Chain
	Dev        *devchain.Chain
	Tables     *store.Network
	RelayerURL string
	APIURL     string
	// Proven and Sampled are the two published versions of the demo model.
	Proven, Sampled common.Hash
	weights         common.Hash // root of Model
	Model           *runtime.Model

	proofs  Proofs
	store   *store.Store
	redis   *embedredis.Store
	lanes   map[common.Address]*txmgr.Manager
	lanesMu sync.Mutex
	phases  *phases
	ctx     context.Context // of the start; ends when the network shall end
}

// Up starts a network and returns when its API answers. Wait blocks until ctx ends
// or a part fails, and stops everything, the API first and the chain last.
func Up(ctx context.Context, cfg Config) (n *Network, err error) {
	if cfg.RedeemEvery == 0 {
		cfg.RedeemEvery = 2 * time.Second
	}
	if cfg.Terms == nil {
		cfg.Terms = deploy.Development
	}
	if cfg.Stake == 0 {
		cfg.Stake = stakeOf
	}
	if cfg.PriceOut.IsZero() {
		cfg.PriceOut = config.Default().Provider.PriceOut
	}
	if cfg.Say == nil {
		cfg.Say = func(string, ...any) {}
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	n = &Network{Config: cfg, lanes: map[common.Address]*txmgr.Manager{}, phases: newPhases(ctx)}
	n.ctx = n.phases.want
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
			n = nil
		}
	}()
	for _, step := range []func() error{n.startChain, n.startProver, n.startTables, n.startRelayer, n.publish, n.startProviders, n.startAPI} {
		if err := step(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Wait blocks until the network ends and releases what it holds.
func (n *Network) Wait() error {
	err := n.phases.wait()
	return errors.Join(err, n.release())
}

// Close stops the network and waits.
func (n *Network) Close() error {
	n.phases.end(nil)
	return n.Wait()
}

func (n *Network) release() error {
	var errs []error
	if n.redis != nil {
		errs = append(errs, n.redis.Close())
		n.redis = nil
	}
	if n.store != nil {
		errs = append(errs, n.store.Close())
		n.store = nil
	}
	if n.Chain != nil {
		n.Chain.Client.Close()
	}
	if n.Dev != nil {
		errs = append(errs, n.Dev.Close())
		n.Dev = nil
	}
	return errors.Join(errs...)
}

// listen serves handler on a loopback port until its phase ends.
func (n *Network) listen(in phase, name string, port int, handler http.Handler) (url string, err error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return "", fmt.Errorf("listen for %s: %w", name, err)
	}
	n.phases.run(in, name, func(ctx context.Context) error { return ServeHTTP(ctx, l, handler) })
	return "http://" + l.Addr().String(), nil
}

// ServeHTTP serves until ctx ends, then lets requests end for a moment.
func ServeHTTP(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return server.Close()
	}
	return nil
}

// lane returns the running transaction manager of a key.
func (n *Network) lane(key *ecdsa.PrivateKey) *txmgr.Manager {
	n.lanesMu.Lock()
	defer n.lanesMu.Unlock()
	address := crypto.PubkeyToAddress(key.PublicKey)
	m := n.lanes[address]
	if m == nil {
		m = n.Chain.Lane(n.store.Outbox(), key)
		n.lanes[address] = m
		n.phases.run(phaseMirror, "transactions of "+address.Hex(), m.Run)
	}
	return m
}

// as brings an account's calls on chain, each once. The account's lane runs only
// meanwhile: these keys are public, and who uses a network may send with them from a
// wallet of its own, also between two starts.
func (n *Network) as(ctx context.Context, account int, calls ...protocol.Call) error {
	n.lanesMu.Lock()
	m := n.lanes[devchain.Address(account)]
	n.lanesMu.Unlock()
	if m != nil { // somebody in this process sends with it
		return SubmitAll(ctx, m, calls...)
	}
	m = n.Chain.Lane(n.store.Outbox(), devchain.Key(account))
	if err := m.Accept(ctx); err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- m.Run(running) }()
	err := SubmitAll(ctx, m, calls...)
	stop()
	return errors.Join(err, <-ended)
}

// Lane returns the transaction manager of a development account.
func (n *Network) Lane(account int) *txmgr.Manager { return n.lane(devchain.Key(account)) }

// finality of the embedded chain, in blocks.
const finality = 4

func (n *Network) startChain() (err error) {
	n.Config.Say("starting a development chain")
	n.Dev, err = devchain.Open(devchain.Config{Port: n.Config.ChainPort, DataDir: filepath.Join(n.Config.Data, "chain"), FinalityDepth: finality, Logger: n.Config.Log, Now: n.Config.Now})
	if err != nil {
		return err
	}
	n.phases.run(phaseChain, "development chain", n.Dev.Run)
	c, err := dial(n.ctx, n.Dev.HTTP(), devchain.ChainID, 0, n.Config.Log)
	if err != nil {
		return err
	}
	path := deploy.Path(n.Config.Data, devchain.ChainID)
	d, err := deploy.Load(path)
	if errors.Is(err, protocol.ErrNotFound) {
		n.Config.Say("deploying the contracts")
		var plan []deploy.Step
		if plan, err = deploy.Network(n.Config.Terms(devchain.Address(accountAdmin))); err != nil {
			return err
		}
		d, err = deploy.Run(n.ctx, c.Client, chain.KeySigner{Key: devchain.Key(accountAdmin)}, plan, path)
	}
	if err != nil {
		return err
	}
	n.Chain, err = c.with(n.ctx, d)
	return err
}

func (n *Network) startProver() error {
	load := n.Config.Keys
	if load == nil {
		load = func(context.Context) (*keys.Set, error) {
			return nil, fmt.Errorf("proving keys: %w", protocol.ErrUnavailable)
		}
	}
	proofs, err := NewProofs(n.Chain.Deployment.ChainID, load, n.Config.Log, nil)
	if err != nil {
		return err
	}
	n.proofs = proofs
	n.phases.run(phaseMirror, "prover", proofs.Run)
	return nil
}

func (n *Network) startTables() (err error) {
	if n.store, err = store.Open(n.ctx, "sqlite:"+filepath.Join(n.Config.Data, "dgrid.db")); err != nil {
		return err
	}
	if n.Tables, err = n.Chain.Network(n.ctx, n.store); err != nil {
		return err
	}
	n.phases.run(phaseMirror, "indexer", n.Chain.Indexer(n.Tables, nil).Run)
	return nil
}

func (n *Network) startRelayer() error {
	var err error
	if n.redis, err = embedredis.Start(); err != nil {
		return err
	}
	r, err := n.Chain.Relayer(devchain.Key(accountRelayer), n.redis, n.Config.Log, prometheus.NewRegistry())
	if err != nil {
		return err
	}
	n.phases.run(phaseRelayer, "relayer", r.Run)
	n.RelayerURL, err = n.listen(phaseRelayer, "relayer", n.Config.RelayerPort, r.Handler())
	return err
}

// publish brings the demo model on chain, as a proven version of its integer file
// and as a sampled version of its float source behind an upstream.
func (n *Network) publish() (err error) {
	if n.Model, err = runtime.Parse(demo.Container()); err != nil {
		return err
	}
	var path []common.Hash
	if n.weights, path, err = WeightsOf(n.Model, nil); err != nil {
		return err
	}
	creator, at := devchain.Address(accountCreator), n.Chain.Reader.Addresses()
	proven := ProvenManifest(n.Model, n.weights, demo.Name, creator, 500)
	sampled := protocol.Manifest{Kind: protocol.KindUpstream, Class: protocol.ClassSampled, RoyaltyBps: 500, Creator: creator, Name: demo.Name + "-float"}
	header := n.Model.Header().Encode()
	n.Config.Say("a creator publishes %s: proven, and its float source as sampled", demo.Name)
	n.Proven, n.Sampled = versionID(proven), versionID(sampled)
	return n.as(n.ctx, accountCreator, at.Publish(proven, header[:], path), at.Publish(sampled, nil, nil))
}

func (n *Network) startProviders() error {
	n.Config.Say("two providers stake and connect to the relayer")
	var join errgroup.Group
	join.Go(func() error { return n.joinAsProvider(n.ctx, accountProvenOwner, accountProvenOperator) })
	join.Go(func() error { return n.joinAsProvider(n.ctx, accountSampledOwner, accountSampledOperator) })
	if err := join.Wait(); err != nil {
		return err
	}
	upstream, err := n.floatUpstream()
	if err != nil {
		return err
	}
	for _, p := range []struct {
		owner, operator int
		model           provider.Model
	}{
		{accountProvenOwner, accountProvenOperator, provider.Model{Version: n.Proven, Class: protocol.ClassProven, Context: uint32(n.Model.Header().Positions),
			Backend: provider.NewRuntime(n.Model, n.Model.Tokenizer(), 4)}},
		{accountSampledOwner, accountSampledOperator, provider.Model{Version: n.Sampled, Class: protocol.ClassSampled, Context: contextOf, Backend: upstream}},
	} {
		running, err := n.serve(p.owner, p.operator, filepath.Join(n.Config.Data, fmt.Sprintf("provider-%d", p.owner)), p.model, More{Jobs: true}, n.Config.Log)
		if err != nil {
			return err
		}
		n.phases.run(phaseProviders, "provider", running.Run)
	}
	return nil
}

// floatUpstream serves the float source of the demo model on loopback, the way a
// third-party API would.
func (n *Network) floatUpstream() (*provider.Upstream, error) {
	model, err := floatref.Parse(demo.Checkpoint())
	if err != nil {
		return nil, err
	}
	vocab, err := tokenize.Parse(demo.Tokenizer())
	if err != nil {
		return nil, err
	}
	key, err := n.secret("upstream.key")
	if err != nil {
		return nil, err
	}
	handler, err := floatserver.New(floatserver.Options{Model: model, Vocab: vocab, Name: demo.Name, Key: key})
	if err != nil {
		return nil, err
	}
	url, err := n.listen(phaseRelayer, "upstream", 0, handler)
	if err != nil {
		return nil, err
	}
	return provider.NewUpstream(provider.UpstreamConfig{URL: url + "/v1", Key: key, Model: demo.Name})
}

// secret returns a random secret that is kept in the data folder.
func (n *Network) secret(name string) (string, error) {
	path := filepath.Join(n.Config.Data, name)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, kerr := crypto.GenerateKey()
		if kerr != nil {
			return "", fmt.Errorf("make secret: %w", kerr)
		}
		b = []byte(hex.EncodeToString(crypto.FromECDSA(key)))
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("keep secret %s: %w", name, err)
	}
	return string(b), nil
}

func (n *Network) startAPI() error {
	catalog := NewCatalog(n.Tables, map[common.Hash]*runtime.Model{n.weights: n.Model})
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", n.Config.APIPort))
	if err != nil {
		return fmt.Errorf("listen for the API: %w", err)
	}
	n.APIURL = "http://" + l.Addr().String()
	audience := protocol.AudienceAnyone
	if n.Config.ForAuditors {
		audience = protocol.AudienceAuditors
	}
	server, err := n.Chain.API(n.ctx, APIOptions{Relayers: []string{n.RelayerURL}, URL: n.APIURL, Delegate: devchain.Key(accountGateway), Audience: audience}, n.store, n.Tables, catalog, n.redis, n.Config.Log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	n.phases.run(phaseAPI, "api", func(ctx context.Context) error { return server.Serve(ctx, l) })
	return nil
}

// OpenChannel funds an account and opens a channel for the gateway, once: the same
// step on a restarted network finds what it did before.
func (n *Network) OpenChannel(ctx context.Context, account int, deposit uint64, life time.Duration) (common.Hash, error) {
	at := n.Chain.Reader.Addresses()
	if err := n.as(ctx, account, Fund(at, devchain.Address(account), 2*deposit, fmt.Sprintf("account %d", account))...); err != nil {
		return common.Hash{}, err
	}
	domain, requester := n.Chain.Reader.Domain(), devchain.Address(account)
	nonce, err := n.Chain.Reader.Nonce(ctx, requester)
	if err != nil {
		return common.Hash{}, err
	}
	now, err := n.Chain.Reader.Now(ctx)
	if err != nil {
		return common.Hash{}, err
	}
	// Channels and jobs of an account share its nonces: the account's channels can be
	// asked for by counting, which needs no index.
	for i := uint64(0); i < nonce.Uint64(); i++ {
		id := channelID(domain, requester, new(big.Int).SetUint64(i))
		c, err := n.Chain.Reader.Channel(ctx, id)
		if err == nil && c.Delegate == devchain.Address(accountGateway) && c.ClosesAt == 0 && c.Expiry > now {
			return id, nil
		}
		if err != nil && !errors.Is(err, protocol.ErrNotFound) {
			return common.Hash{}, err
		}
	}
	id := channelID(domain, requester, nonce)
	call := at.OpenChannel(devchain.Address(accountGateway), tokens(deposit), now+uint64(life.Seconds()), salt("channel "+id.Hex()))
	return id, n.as(ctx, account, call)
}

// CreateKey makes an API key that spends a channel.
func (n *Network) CreateKey(ctx context.Context, account int, channel common.Hash) (string, error) {
	token, _, err := api.CreateKey(ctx, n.store.Gateway(), time.Now().Unix(), api.NewKey{Name: "dgrid up", Account: devchain.Address(account), Channel: channel,
		Scopes: []string{api.ScopeInference, api.ScopeRead, api.ScopeKeys}})
	return token, err
}
