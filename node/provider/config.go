package provider

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dgrid-network/dgrid/node/provider/journal"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// Config of a provider. Zero durations and limits mean the default beside them.
type Config struct {
	Domain   protocol.Domain
	Provider common.Address // whose stake answers for this process
	Journal  string         // folder
	Relayers []Relayer
	Models   []Model
	// Openers recompute answers of model versions that are not offered any more: questions about
	// them come for as long as they can be disputed.
	Openers map[common.Hash]Opener

	Concurrency uint32 // requests at once over all models; the sum of capacities if 0
	// MaxUnpaid is how much one channel may have running and without a voucher before it
	// is refused: what a requester that never pays can take. If 0, twice the largest fees
	// of Concurrency requests, at least of 8: what runs, and as much on its way to a voucher.
	MaxUnpaid protocol.Amount
	MaxOwed   protocol.Amount // fees on one channel not yet redeemed before it is refused; no limit if 0

	// DisputeWindow is W: receipts are kept until they cannot be disputed any more.
	DisputeWindow time.Duration // 30 h
	// Prolonged is how much later that may be: questions prolong the window, by the longest
	// hold of credit at most, the last one has its clock, and a redeem may wait for its block.
	Prolonged time.Duration // 108 h
	// UnpaidKeep is how much longer a receipt without a voucher is kept for one.
	UnpaidKeep time.Duration // 7 d

	OfferTTL  time.Duration // how long a signed offer is valid: 5 min; signed anew at half time
	Heartbeat time.Duration // 10 s
	Backoff   time.Duration // longest wait before connecting again: 30 s
	StopGrace time.Duration // for signing off cut answers when stopping: 10 s
	CacheFor  time.Duration // how old chain reads may be: 2 s

	Redeem      Policy
	RedeemEvery time.Duration // 15 s; at most half of Redeem.Margin, so that a round falls into it
	JobsEvery   time.Duration // 2 s
	// JobMargin is what of a job's time must be left for the block of its delivery when the
	// answer is there: 1 min. Half of it, and 30 s at most, the block of an acceptance must have.
	JobMargin    time.Duration
	AnswersEvery time.Duration // how often questions on chain are looked for: 2 s
	Control      string        // address of the control endpoint: "unix:/path" or a loopback host:port; none if empty
	SegmentBytes int64         // of the journal; 64 MiB
}

// Relayer is one relayer to connect to.
type Relayer struct {
	URL     string         // http or https base URL
	Address common.Address // expected signer; any if zero
}

// Model is one model version that is served.
type Model struct {
	Version   common.Hash
	Class     protocol.Class
	Context   uint32 // positions
	PriceIn   protocol.Amount
	PriceOut  protocol.Amount
	MaxFee    protocol.Amount // the largest fee of one request
	Capacity  uint32          // requests at once
	Tags      []string
	Languages []string
	Backend   Backend
}

// Channel is a payment channel as the chain has it.
type Channel struct {
	Requester common.Address
	Delegate  common.Address
	Retiring  common.Address // the delegate before, while its vouchers still count; else zero
	RetiresAt uint64         // block time at which they count no more
	Deposit   protocol.Amount
	Paid      protocol.Amount // redeemed by anyone
	Expiry    uint64          // block time after which nothing is redeemed
	Closing   bool
}

// Chain is what a provider reads. Now is the latest block's time, Unix seconds.
type Chain interface {
	Now(ctx context.Context) (uint64, error)
	Channel(ctx context.Context, id common.Hash) (Channel, error)
	FreeStake(ctx context.Context, provider common.Address) (protocol.Amount, error)
}

// Deps are the other parties of a provider; the optional ones may be nil.
type Deps struct {
	Key      *ecdsa.PrivateKey // of the operator
	Chain    Chain
	Redeemer Redeemer // optional
	Maturer  Maturer  // optional
	Jobs     Jobs     // optional
	// Questions, Answers and Binder answer on chain what auditors ask there. Without
	// them silence slashes; with class proven they are not optional in earnest.
	Questions Questions
	Answers   Answers
	Binder    Binder
	// Draws are the receipts that audits met; they are opened through Answers. Without
	// them a drawn provider of class proven is silent, which slashes.
	Draws   Draws
	Bonds   Bonds // optional
	Log     *slog.Logger
	Metrics prometheus.Registerer
	Rand    func() float64                       // jitter in 0..1
	After   func(time.Duration) <-chan time.Time // timers; time.After
	step    func(point string)                   // crash tests end the process here
	disk    journal.Disk                         // power tests forget here what was not synced
}

func (c *Config) complete(d *Deps) error {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&c.DisputeWindow, 30*time.Hour)
	def(&c.Prolonged, 108*time.Hour)
	def(&c.UnpaidKeep, 7*24*time.Hour)
	def(&c.OfferTTL, 5*time.Minute)
	def(&c.Heartbeat, 10*time.Second)
	def(&c.Backoff, 30*time.Second)
	def(&c.StopGrace, 10*time.Second)
	def(&c.CacheFor, 2*time.Second)
	def(&c.RedeemEvery, 15*time.Second)
	c.RedeemEvery = min(c.RedeemEvery, time.Duration(c.Redeem.complete().Margin)*time.Second/2)
	def(&c.JobsEvery, 2*time.Second)
	def(&c.JobMargin, time.Minute)
	def(&c.AnswersEvery, 2*time.Second)
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Rand == nil {
		d.Rand = rand.Float64
	}
	if d.After == nil {
		d.After = time.After
	}
	if d.step == nil {
		d.step = func(string) {}
	}
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("configure the provider: "+format+": %w", append(args, protocol.ErrInvalid)...))
	}
	if d.Key == nil || d.Chain == nil {
		bad("no operator key or no chain")
	}
	if c.Provider == (common.Address{}) || c.Journal == "" {
		bad("no provider address or no journal folder")
	}
	var sum uint32
	seen := map[common.Hash]bool{}
	for _, m := range c.Models {
		if seen[m.Version] {
			bad("model version %s is listed twice", m.Version)
		}
		seen[m.Version] = true
		if m.Backend == nil || m.Capacity == 0 || m.Context == 0 || m.MaxFee.IsZero() {
			bad("model version %s has no backend, capacity, context or maximum fee", m.Version)
		}
		if m.Class != protocol.ClassProven && m.Class != protocol.ClassSampled {
			bad("model version %s has no class", m.Version)
		}
		if !m.PriceIn.Fits128() || !m.PriceOut.Fits128() || !m.MaxFee.Fits128() {
			bad("prices of model version %s pass 2^128", m.Version)
		}
		sum += m.Capacity
	}
	if c.Concurrency == 0 {
		c.Concurrency = sum
	}
	if c.MaxUnpaid.IsZero() {
		c.MaxUnpaid = c.runningFees()
	}
	return errors.Join(errs...)
}

// Work is what a backend is asked: the request's tokens or text, already checked
// against the roots that were signed.
type Work struct {
	Ask wire.Ask
}

// Piece is what a backend has made since the last one.
type Piece struct {
	Tokens []uint32 // proven class
	Text   string
}

// Answer is a whole or cut answer.
type Answer struct {
	Tokens       []uint32 // proven class: every id handed to emit, in order
	Text         string
	OutputTokens uint32 // len(Tokens) in the proven class, the upstream's count in the sampled one
	Finish       protocol.Finish
	// BoundaryRoot is the root of the execution trace's boundary tree; zero in the sampled class.
	BoundaryRoot common.Hash
}

// Backend makes answers. It calls emit with every piece as soon as it is there, and
// stops when emit fails or ctx ends. What it made by then is returned together with the error:
// it is a valid answer if OutputTokens is not 0. ErrInvalid wraps a prompt or params that it
// can never answer.
type Backend interface {
	Generate(ctx context.Context, w Work, emit func(Piece) error) (Answer, error)
	// Check tells whether the backend could answer now.
	Check(ctx context.Context) error
	// CheckRequest finds, without working, what Generate can never answer, and wraps
	// ErrInvalid. What it lets pass may be refused later only where nobody knows before:
	// by an upstream.
	CheckRequest(w Work) error
}

// runningFees is twice the largest sum of fees that can run at once.
func (c *Config) runningFees() protocol.Amount {
	dear := new(big.Int)
	for _, m := range c.Models {
		if fee := m.MaxFee.Big(); fee.Cmp(dear) > 0 {
			dear = fee
		}
	}
	limit, err := protocol.AmountFromBig(dear.Mul(dear, big.NewInt(2*int64(max(c.Concurrency, 8)))))
	if err != nil {
		return protocol.Amount{}
	}
	return limit
}
