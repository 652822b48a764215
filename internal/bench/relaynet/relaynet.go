// Package relaynet is a small network without a chain node: relayers and providers of
// this repository over loopback sockets, a chain that is a table in memory, and a
// backend that makes its tokens from the prompt by a fixed rule. Benchmarks measure what
// relaying costs on it, and tests break it.
package relaynet

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/internal/relayclient"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/relayer"
)

// Model is the version that all providers here serve.
var Model = crypto.Keccak256Hash([]byte("relaynet model"))

// Domain of the network.
var Domain = protocol.Domain{ChainID: 31337, Market: common.HexToAddress("0x00000000000000000000000000000000000d6721")}

// Key makes a private key from a name.
func Key(name string) *ecdsa.PrivateKey {
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("relaynet " + name)))
	if err != nil {
		panic(err) // one name in 2^128
	}
	return k
}

// Addr is the address of Key(name).
func Addr(name string) common.Address { return crypto.PubkeyToAddress(Key(name).PublicKey) }

// Chain is what relayers and providers read, in memory.
type Chain struct {
	mu        sync.Mutex
	time      uint64 // 0: the clock
	operators map[common.Address]common.Address
	retired   map[common.Address]bool
	stakes    map[common.Address]protocol.Amount
	channels  map[common.Hash]provider.Channel
	class     protocol.Class // of the one model
	err       error
}

// NewChain returns a chain with nothing on it.
func NewChain() *Chain {
	return &Chain{operators: map[common.Address]common.Address{}, retired: map[common.Address]bool{},
		stakes: map[common.Address]protocol.Amount{}, channels: map[common.Hash]provider.Channel{}, class: protocol.ClassProven}
}

// Serve makes the one model one of a class.
func (c *Chain) Serve(class protocol.Class) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.class = class
}

// Do changes the chain.
func (c *Chain) Do(f func(operators map[common.Address]common.Address, stakes map[common.Address]protocol.Amount, channels map[common.Hash]provider.Channel)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c.operators, c.stakes, c.channels)
}

// Fail lets every read fail with err; nil heals.
func (c *Chain) Fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

// Now is the block time.
func (c *Chain) Now(context.Context) (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.time != 0 {
		return c.time, c.err
	}
	return uint64(time.Now().Unix()), c.err
}

func (c *Chain) Operator(_ context.Context, op common.Address) (common.Address, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.operators[op]; ok {
		return p, c.err
	}
	return common.Address{}, fmt.Errorf("operator %s: %w", op, errors.Join(protocol.ErrNotFound, c.err))
}

// Active tells whether an operator was not retired.
func (c *Chain) Active(_ context.Context, op common.Address) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.retired[op], c.err
}

// Retire takes from an operator that it signs new things.
func (c *Chain) Retire(op common.Address) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retired[op] = true
}

func (c *Chain) FreeStake(_ context.Context, p common.Address) (protocol.Amount, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stakes[p], c.err
}

// Class knows the one model.
func (c *Chain) Class(_ context.Context, version common.Hash) (protocol.Class, error) {
	if version != Model {
		return 0, fmt.Errorf("model version %s: %w", version, protocol.ErrNotFound)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.class, nil
}

func (c *Chain) channel(id common.Hash) (provider.Channel, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch, ok := c.channels[id]
	if !ok {
		return ch, fmt.Errorf("channel %s: %w", id, protocol.ErrNotFound)
	}
	return ch, c.err
}

type providerChain struct{ *Chain }

func (c providerChain) Channel(_ context.Context, id common.Hash) (provider.Channel, error) {
	return c.channel(id)
}

type relayerChain struct{ *Chain }

func (c relayerChain) Channel(_ context.Context, id common.Hash) (relayer.Channel, error) {
	ch, err := c.channel(id)
	return relayer.Channel{Delegate: ch.Delegate, Retiring: ch.Retiring, Deposit: ch.Deposit, Paid: ch.Paid, Expiry: ch.Expiry, Closing: ch.Closing}, err
}

// ForProvider is c as node/provider reads it.
func (c *Chain) ForProvider() provider.Chain { return providerChain{c} }

// Echo is the deterministic backend: token i of an answer is (prompt[i mod len] + i) mod
// 1000, and its text is that number. Before and Each, if set, run before the first and before
// every token.
type Echo struct {
	Before func(ctx context.Context, w provider.Work) error
	Each   func(ctx context.Context, i int) error
}

// Token is the rule.
func Token(prompt []uint32, i int) uint32 { return (prompt[i%len(prompt)] + uint32(i)) % 1000 }

// Check always succeeds.
func (e *Echo) Check(context.Context) error { return nil }

// CheckRequest always succeeds.
func (e *Echo) CheckRequest(provider.Work) error { return nil }

// Generate follows the rule until the maximum.
func (e *Echo) Generate(ctx context.Context, w provider.Work, emit func(provider.Piece) error) (provider.Answer, error) {
	var a provider.Answer
	if e.Before != nil {
		if err := e.Before(ctx, w); err != nil {
			return a, err
		}
	}
	var text strings.Builder
	for i := range int(w.Ask.Request.MaxOutputTokens) {
		if ctx.Err() != nil {
			return e.end(a, text.String(), protocol.FinishCancelled), nil
		}
		if e.Each != nil {
			if err := e.Each(ctx, i); err != nil {
				return e.end(a, text.String(), protocol.FinishCancelled), err
			}
		}
		id := Token(w.Ask.Prompt, i)
		part := fmt.Sprint(id, " ")
		a.Tokens = append(a.Tokens, id)
		text.WriteString(part)
		if err := emit(provider.Piece{Tokens: []uint32{id}, Text: part}); err != nil {
			return e.end(a, text.String(), protocol.FinishCancelled), err
		}
	}
	return e.end(a, text.String(), protocol.FinishLength), nil
}

func (e *Echo) end(a provider.Answer, text string, f protocol.Finish) provider.Answer {
	a.Text, a.OutputTokens, a.Finish = text, uint32(len(a.Tokens)), f
	if len(a.Tokens) > 0 {
		a.BoundaryRoot = crypto.Keccak256Hash([]byte(text))
	}
	return a
}

// Service is something that runs until it is stopped.
type Service struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// Go runs f.
func Go(f func(context.Context) error) *Service {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.err = f(ctx)
	}()
	return s
}

// Stop ends the service and waits for it.
func (s *Service) Stop() error {
	s.cancel()
	return s.Wait()
}

// Wait waits until the service has ended by itself.
func (s *Service) Wait() error {
	<-s.done
	return s.err
}

// Relay is one relayer replica with its HTTP server.
type Relay struct {
	*relayer.Relayer
	URL    string
	Client *Client
	run    *Service
	srv    *http.Server
	tr     *http.Transport
}

// StartRelay starts a replica of the relayer called "relayer" on a free loopback port.
func StartRelay(chain *Chain, rdb redis.UniversalClient, cfg relayer.Config, log *slog.Logger) (*Relay, error) {
	return StartRelayAs("relayer", chain, rdb, cfg, log)
}

// StartRelayAs starts a replica of the relayer whose key is Key(name).
func StartRelayAs(name string, chain *Chain, rdb redis.UniversalClient, cfg relayer.Config, log *slog.Logger) (*Relay, error) {
	cfg.Domain = Domain
	r, err := relayer.New(cfg, relayer.Deps{Key: Key(name), Redis: rdb, Chain: relayerChain{chain}, Registry: chain, Log: log})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the relayer: %w", err)
	}
	tr := &http.Transport{MaxIdleConnsPerHost: 1024}
	x := &Relay{Relayer: r, URL: "http://" + l.Addr().String(), run: Go(r.Run), tr: tr,
		srv: &http.Server{Handler: r.Handler(), ReadHeaderTimeout: 10 * time.Second}}
	c, err := relayclient.New(x.URL, &http.Client{Transport: tr})
	if err != nil {
		return nil, errors.Join(err, x.run.Stop(), l.Close())
	}
	x.Client = &Client{c, r.Address()}
	go x.srv.Serve(l) //nolint:errcheck // ends with Close
	return x, nil
}

// Client is a relayer's client that reads answers to their end.
type Client struct {
	*relayclient.Client
	Relayer common.Address // that it talks to
}

// Submit hands over a request and calls each for every event, until each returns an error. It
// returns nil after an event with Done or Error; ErrUnavailable wraps a stream that broke.
func (c *Client) Submit(ctx context.Context, s wire.Submit, each func(wire.Event) error) error {
	stream, err := c.Client.Submit(ctx, s)
	return follow(stream, err, each)
}

// Resume is Submit for the events after seq of a request that was handed over before.
func (c *Client) Resume(ctx context.Context, hash, secret common.Hash, seq int64, each func(wire.Event) error) error {
	stream, err := c.Client.Resume(ctx, hash, secret, seq)
	return follow(stream, err, each)
}

func follow(s *relayclient.Stream, err error, each func(wire.Event) error) error {
	if err != nil {
		return err
	}
	for {
		e, err := s.Next()
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("the stream ended without an end: %w: %w", err, protocol.ErrUnavailable)
		}
		if err == nil {
			err = each(e)
		}
		switch {
		case err != nil:
			return errors.Join(err, s.Close())
		case e.Done != nil || e.Error != nil:
			return s.Finish()
		}
	}
}

// Close stops the replica in order.
func (r *Relay) Close() error {
	err := r.run.Stop()
	r.tr.CloseIdleConnections()
	return errors.Join(err, r.srv.Close())
}

// Kill closes all of the replica's sockets at once, like a process that died.
func (r *Relay) Kill() error {
	err := r.srv.Close()
	return errors.Join(err, r.Close())
}

// Cfg is a provider called name with one model, connected to urls.
func Cfg(name, journal string, backend provider.Backend, urls ...string) provider.Config {
	c := provider.Config{Domain: Domain, Provider: Addr(name), Journal: journal, Heartbeat: 5 * time.Second, Backoff: time.Second,
		Models: []provider.Model{{Version: Model, Class: protocol.ClassProven, Context: 4096, PriceIn: protocol.NewAmount(100_000), PriceOut: protocol.NewAmount(400_000),
			MaxFee: protocol.NewAmount(1_000_000), Capacity: 64, Tags: []string{"stories"}, Languages: []string{"en"}, Backend: backend}}}
	for _, u := range urls {
		c.Relayers = append(c.Relayers, provider.Relayer{URL: u})
	}
	return c
}

// Node is a running provider.
type Node struct {
	*provider.Provider
	*Service
}

// Register stakes for a provider, unless it has a stake, and makes Key(name + " operator") its operator.
func Register(chain *Chain, name string) {
	chain.Do(func(operators map[common.Address]common.Address, stakes map[common.Address]protocol.Amount, _ map[common.Hash]provider.Channel) {
		operators[Addr(name+" operator")] = Addr(name)
		if _, ok := stakes[Addr(name)]; !ok {
			stakes[Addr(name)] = protocol.NewAmount(1_000_000_000)
		}
	})
}

// StartNode registers and starts a provider.
func StartNode(chain *Chain, name string, cfg provider.Config, deps provider.Deps) (*Node, error) {
	Register(chain, name)
	deps.Key, deps.Chain = Key(name+" operator"), chain.ForProvider()
	p, err := provider.New(cfg, deps)
	if err != nil {
		return nil, err
	}
	return &Node{p, Go(p.Run)}, nil
}

// Payer is a requester with one channel, which counts and pays what it received.
type Payer struct {
	Name    string
	Channel common.Hash
	Whole   bool // answers are not streamed

	address  common.Address
	delegate *ecdsa.PrivateKey

	mu    sync.Mutex
	salts uint64
	// passes are what leases are taken with at each relayer; only Channel, Expiry and Signature.
	passes map[common.Address]wire.Need
	lines  map[protocol.Line]*payLine
}

type payLine struct {
	tree protocol.SumTree
	held uint64
	all  []common.Hash
}

// NewPayer opens a channel for name.
func NewPayer(chain *Chain, name string, deposit protocol.Amount) *Payer {
	p := &Payer{Name: name, Channel: crypto.Keccak256Hash([]byte("channel of " + name)), passes: map[common.Address]wire.Need{}, lines: map[protocol.Line]*payLine{},
		address: Addr(name), delegate: Key(name + " delegate")}
	chain.Do(func(_ map[common.Address]common.Address, _ map[common.Address]protocol.Amount, channels map[common.Hash]provider.Channel) {
		channels[p.Channel] = provider.Channel{Requester: Addr(name), Delegate: Addr(name + " delegate"), Deposit: deposit, Expiry: uint64(time.Now().Add(24 * time.Hour).Unix())}
	})
	return p
}

// Need is what the payer asks to be matched by the relayer called "relayer".
func (p *Payer) Need(prompt []uint32, maxTokens uint32) wire.Need {
	return p.NeedAt(Addr("relayer"), prompt, maxTokens)
}

// NeedAt is what the payer asks a relayer to be matched.
func (p *Payer) NeedAt(relayer common.Address, prompt []uint32, maxTokens uint32) wire.Need {
	n := wire.Need{ModelVersion: Model, PromptTokens: uint32(len(prompt)), MaxOutputTokens: maxTokens, Channel: p.Channel, AllowFallbacks: true}
	p.mu.Lock()
	defer p.mu.Unlock()
	pass := p.passes[relayer]
	if now := uint64(time.Now().Unix()); pass.Expiry < now+60 {
		pass = wire.Need{Channel: p.Channel, Expiry: now + 300}
		var err error
		if pass.Signature, err = Domain.Sign(p.delegate, pass.Pass(relayer)); err != nil {
			panic(err) // a key of this package
		}
		p.passes[relayer] = pass
	}
	n.Expiry, n.Signature = pass.Expiry, pass.Signature
	return n
}

// Sign makes the signed request for a match.
func (p *Payer) Sign(m wire.Match, prompt []uint32, maxTokens uint32) (wire.Submit, error) {
	p.mu.Lock()
	p.salts++
	salt := crypto.Keccak256Hash([]byte(fmt.Sprint(p.Name, p.salts, time.Now().UnixNano())))
	p.mu.Unlock()
	a := wire.Ask{Relayer: m.Relayer, Prompt: prompt, Secret: crypto.Keccak256Hash(salt[:])}
	a.Request = protocol.Request{Payment: p.Channel, ModelVersion: Model, Requester: p.address, PromptRoot: protocol.TokenRoot(a.Secret, protocol.TagPrompt, prompt),
		PromptTokens: uint32(len(prompt)), MaxOutputTokens: maxTokens, ParamsHash: a.Params.Hash(), PriceIn: m.Offer.Offer.PriceIn, PriceOut: m.Offer.Offer.PriceOut,
		MaxFee: m.MaxFee, Deadline: uint64(time.Now().Add(10 * time.Minute).Unix()), Salt: salt}
	a.Hash = Domain.Digest(a.Request)
	var err error
	a.Signature, err = protocol.SignDigest(p.delegate, a.Hash)
	return wire.Submit{Lease: m.Lease, Ask: a, Whole: p.Whole}, err
}

// Result is one answered request.
type Result struct {
	Submit wire.Submit
	Match  wire.Match
	Tokens []uint32
	Text   string
	Done   *wire.Done
	Error  *wire.Failure
	Events []wire.Event
}

// Ask matches, submits and reads to the end.
func (p *Payer) Ask(ctx context.Context, c *Client, prompt []uint32, maxTokens uint32) (*Result, error) {
	m, err := c.Match(ctx, p.NeedAt(c.Relayer, prompt, maxTokens))
	if err != nil {
		return nil, err
	}
	s, err := p.Sign(m, prompt, maxTokens)
	if err != nil {
		return nil, err
	}
	r := &Result{Submit: s, Match: m}
	return r, c.Submit(ctx, s, r.Take)
}

// Take collects an event.
func (r *Result) Take(e wire.Event) error {
	r.Events = append(r.Events, e)
	switch {
	case e.Chunk != nil:
		r.Tokens = append(r.Tokens, e.Chunk.Tokens...)
		r.Text += e.Chunk.Text
	case e.Done != nil:
		r.Done = e.Done
		if e.Done.Output != nil {
			r.Tokens, r.Text = e.Done.Output, e.Done.OutputText
		}
	case e.Error != nil:
		r.Error = e.Error
	}
	return nil
}

// Check judges a result as a careful client does: the tokens against the rule, the
// receipt against the tokens.
func (r *Result) Check(chain *Chain) error {
	if r.Error != nil {
		return r.Error
	}
	if r.Done == nil {
		return errors.New("no end came")
	}
	a, rc := r.Submit.Ask, r.Done.Receipt
	for i, id := range r.Tokens {
		if id != Token(a.Prompt, i) {
			return fmt.Errorf("token %d is %d, not %d", i, id, Token(a.Prompt, i))
		}
	}
	signer, err := Domain.Recover(rc, r.Done.Signature)
	if err != nil {
		return err
	}
	owner, err := chain.Operator(context.Background(), signer)
	if err != nil || owner != rc.Provider {
		return fmt.Errorf("receipt of %s is signed by %s: %v", rc.Provider, signer, err)
	}
	fee, err := a.Request.FeeFor(uint32(len(r.Tokens)))
	if err != nil {
		return err
	}
	if rc.RequestHash != a.Hash || rc.Fee != fee || rc.OutputRoot != protocol.TokenRoot(a.Secret, protocol.TagOutput, r.Tokens) {
		return errors.New("receipt does not follow from request and tokens")
	}
	return nil
}

// Voucher adds receipts to their line and signs the newest voucher; added holds the
// receipts since the last one that the provider held.
func (p *Payer) Voucher(results ...*Result) (wire.Pay, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var key protocol.Line
	for _, r := range results {
		key = protocol.Line{Channel: p.Channel, Provider: r.Done.Receipt.Provider, ModelVersion: Model, Relayer: r.Submit.Ask.Relayer}
		l := p.lines[key]
		if l == nil {
			l = &payLine{}
			p.lines[key] = l
		}
		hash := Domain.Digest(r.Done.Receipt)
		tree, err := l.tree.Append(hash, r.Done.Receipt.Fee)
		if err != nil {
			return wire.Pay{}, err
		}
		l.tree, l.all = tree, append(l.all, hash)
	}
	l := p.lines[key]
	v := protocol.Voucher{Channel: key.Channel, Provider: key.Provider, ModelVersion: key.ModelVersion, Relayer: key.Relayer,
		Total: l.tree.Total(), Count: l.tree.Count, ReceiptsRoot: l.tree.Root()}
	sig, err := Domain.Sign(p.delegate, v)
	return wire.Pay{Voucher: v, Signature: sig, Added: append([]common.Hash(nil), l.all[l.held:]...)}, err
}

// Held notes that the provider holds the line's newest voucher up to count receipts.
func (p *Payer) Held(pay wire.Pay, count uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines[pay.Voucher.Line()].held = count
}
