package relaytest

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// Net is a gateway in front of a Server, with a channel and one API key.
type Net struct {
	*Server
	Gateway *gateway.Gateway
	Chain   *Chain
	Store   *store.Store
	Model   gateway.Model
	Key     *store.APIKey
	relay   *gateway.Relay
	relays  *gateway.Relays
	stop    context.CancelFunc
	done    chan error
}

// Token is the bearer token of Net.Key.
const Token = "dg_test_token"

// Chain is what the gateway asks, from memory.
type Chain struct {
	mu        sync.Mutex
	channels  map[common.Hash]gateway.Channel
	operators map[common.Address]common.Address
	stake     protocol.Amount // free stake of every provider
	down      bool
}

// FreeStake is the same for all.
func (c *Chain) FreeStake(context.Context, common.Address) (protocol.Amount, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return protocol.Amount{}, protocol.ErrUnavailable
	}
	return c.stake, nil
}

// SetStake changes the free stake of all providers.
func (c *Chain) SetStake(stake protocol.Amount) { c.mu.Lock(); defer c.mu.Unlock(); c.stake = stake }

func (c *Chain) Channel(_ context.Context, id common.Hash) (gateway.Channel, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch, ok := c.channels[id]
	if c.down {
		return ch, protocol.ErrUnavailable
	}
	if !ok {
		return ch, protocol.ErrNotFound
	}
	return ch, nil
}

func (c *Chain) ProviderOf(_ context.Context, operator common.Address) (common.Address, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.operators[operator]
	if c.down {
		return p, protocol.ErrUnavailable
	}
	if !ok {
		return p, protocol.ErrNotFound
	}
	return p, nil
}

// SetChannel adds or replaces a channel.
func (c *Chain) SetChannel(id common.Hash, ch gateway.Channel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.channels[id] = ch
}

// SetDown makes the chain unreadable.
func (c *Chain) SetDown(down bool) { c.mu.Lock(); defer c.mu.Unlock(); c.down = down }

// key derives a key from a name.
func key(name string) *ecdsa.PrivateKey {
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte(name)))
	if err != nil {
		panic(err)
	}
	return k
}

// Options change a Net before it starts.
type Options struct {
	Class  protocol.Class
	Config func(*gateway.Config)
	Server func(*Server)
	Key    func(*store.APIKey)
	// DatabaseURL is sqlite::memory: if empty.
	DatabaseURL string
	// Others starts further relayers, which the gateway likes less, and returns their URLs.
	Others func(first *Server) []string
	// Paused leaves the gateway's Run out: nothing is paid or recovered.
	Paused bool
}

// New starts a Net with two providers. Close it.
func New(o Options) (*Net, error) {
	if o.Class == 0 {
		o.Class = protocol.ClassProven
	}
	if o.DatabaseURL == "" {
		o.DatabaseURL = "sqlite::memory:"
	}
	delegate := key("delegate")
	account, channel := common.HexToAddress("0xacc0"), common.Hash{0xc0}
	n := &Net{Chain: &Chain{channels: map[common.Hash]gateway.Channel{}, operators: map[common.Address]common.Address{}, stake: protocol.NewAmount(1 << 62)}}
	n.Server = &Server{Domain: protocol.Domain{ChainID: 31337, Market: common.HexToAddress("0x3a")}, Relayer: common.HexToAddress("0x4e"),
		Version: common.Hash{0x77}, Class: o.Class, Delegate: crypto.PubkeyToAddress(delegate.PublicKey), Positions: 512}
	for i := range 2 {
		p := &Provider{Owner: common.HexToAddress(fmt.Sprintf("0xb%d", i)), Operator: key(fmt.Sprint("operator", i)), PriceIn: 100_000, PriceOut: 2_000_000}
		n.Providers = append(n.Providers, p)
		n.Chain.operators[crypto.PubkeyToAddress(p.Operator.PublicKey)] = p.Owner
	}
	if o.Server != nil {
		o.Server(n.Server)
	}
	n.Chain.SetChannel(channel, gateway.Channel{Requester: account, Delegate: n.Delegate, Deposit: protocol.NewAmount(1_000_000_000), Expiry: 1 << 40})
	n.Model = gateway.Model{ID: "stories@1", Version: n.Version, Class: o.Class, Context: n.Positions, StopIDs: []uint32{StopID}, Vocab: Vocab,
		Tokenizer: Tokenizer(), Template: 1, License: "MIT", Created: 1_700_000_000}
	if o.Class == protocol.ClassSampled {
		n.Model.Tokenizer, n.Model.StopIDs = nil, nil
	}
	var err error
	if n.Store, err = store.Open(context.Background(), o.DatabaseURL); err != nil {
		return nil, err
	}
	n.Key = &store.APIKey{ID: "key_test", Name: "test", Account: account, Channel: channel, TokenHash: sha256.Sum256([]byte(Token)),
		Hint: "dg_test", Scopes: []string{"inference", "read"}, CreatedAt: time.Now().Unix()}
	if o.Key != nil {
		o.Key(n.Key)
	}
	old, err := n.Store.Gateway().KeyByToken(context.Background(), n.Key.TokenHash)
	if errors.Is(err, protocol.ErrNotFound) {
		err = n.Store.Gateway().CreateKey(context.Background(), n.Key)
	} else if err == nil {
		n.Key = old
	}
	if err != nil {
		return nil, err
	}
	url := n.Start()
	if n.relay, err = gateway.NewRelay(url, nil); err != nil {
		return nil, err
	}
	urls := []string{url}
	if o.Others != nil {
		urls = append(urls, o.Others(n.Server)...)
	}
	if n.relays, err = gateway.NewRelays(urls, nil); err != nil {
		return nil, err
	}
	cfg := gateway.Config{Domain: n.Domain, Delegate: delegate}
	if o.Config != nil {
		o.Config(&cfg)
	}
	n.Gateway, err = gateway.New(cfg, gateway.Deps{Store: n.Store.Gateway(), Relays: n.relays, Chain: n.Chain, Models: n})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	n.stop, n.done = stop, make(chan error, 1)
	if o.Paused {
		n.done <- nil
	} else {
		go func() { n.done <- n.Gateway.Run(ctx) }()
	}
	return n, nil
}

// Relay is a client of the server.
func (n *Net) Relay() *gateway.Relay { return n.relay }

// Relays is what the gateway reaches its relayers by.
func (n *Net) Relays() *gateway.Relays { return n.relays }

// ByVersion, ByID and All make a Net a catalog of one model.
func (n *Net) ByVersion(_ context.Context, version common.Hash) (gateway.Model, error) {
	if version != n.Model.Version {
		return gateway.Model{}, protocol.ErrNotFound
	}
	return n.Model, nil
}

func (n *Net) ByID(_ context.Context, id string) (gateway.Model, error) {
	if id != n.Model.ID && id != n.Model.Version.Hex() {
		return gateway.Model{}, protocol.ErrNotFound
	}
	return n.Model, nil
}

func (n *Net) All(context.Context) ([]gateway.Model, error) { return []gateway.Model{n.Model}, nil }

// Chat is a request of the test key.
func (n *Net) Chat() gateway.Chat {
	return gateway.Chat{KeyHash: n.Key.TokenHash, KeyID: n.Key.ID, Account: n.Key.Account, Channel: n.Key.Channel, Model: n.Model, Kind: "chat",
		Text: "Once upon", BodyHash: common.Hash{1}, RawMessages: []byte(`[{"role":"user","content":"hi"}]`), Routing: gateway.Routing{AllowFallbacks: true}}
}

// Close stops everything and reports how the gateway ended.
func (n *Net) Close() error {
	n.stop()
	err := <-n.done
	n.relay.Close()
	n.relays.Close()
	n.Server.Close()
	return errors.Join(err, n.Store.Close())
}

// DelegateKey is the key that a Net's gateway signs with.
func DelegateKey() *ecdsa.PrivateKey { return key("delegate") }
