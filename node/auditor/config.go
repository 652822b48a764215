package auditor

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
)

// Chain is what an auditor reads. *contracts.Reader is one.
type Chain interface {
	Now(ctx context.Context) (uint64, error)
	Final(ctx context.Context) (block, time uint64, err error)
	Domain() protocol.Domain
	Addresses() contracts.Addresses
	Class(ctx context.Context, version common.Hash) (protocol.Class, error)
	WeightsRoot(ctx context.Context, version common.Hash) (common.Hash, error)
	ProviderOf(ctx context.Context, operator common.Address) (common.Address, error)
	DeliveryOf(ctx context.Context, job common.Hash) (receipt common.Hash, err error)
	FaultOf(ctx context.Context, receipt common.Hash) (contracts.FaultKind, error)
	Conviction(ctx context.Context, receipt common.Hash, from uint64) (contracts.Fault, error)
	DisputableUntil(ctx context.Context, e contracts.Evidence) (uint64, error)
	Simulate(ctx context.Context, from common.Address, c protocol.Call) (gas uint64, err error)
	Line(ctx context.Context, line protocol.Line) (contracts.Line, error)
	ChannelOver(ctx context.Context, id common.Hash) (uint64, error)
	Question(ctx context.Context, id common.Hash) (contracts.Question, error)
	Answer(ctx context.Context, question common.Hash, askedAt uint64) ([]byte, error)
	Covering(ctx context.Context, line protocol.Line, sum protocol.Amount) (checkpoint uint32, err error)
	Stakes
}

// Stakes says what stands behind receipts, and what an auditor has for bonds.
type Stakes interface {
	Stake(ctx context.Context, provider common.Address) (protocol.Amount, error)
	Free(ctx context.Context, account common.Address) (protocol.Amount, error)
	Bounty(ctx context.Context) (protocol.Amount, error)
	QuestionTerms(ctx context.Context) (contracts.Terms, error)
	// ExposureDivisor is the part of a stake that one fee, and its refund, may be.
	ExposureDivisor(ctx context.Context) (uint64, error)
}

// Sender brings calls on chain, each once. *txmgr.Manager is one, while its Run runs.
type Sender interface {
	Address() common.Address
	Submit(ctx context.Context, call protocol.Call) (common.Hash, error)
	Wait(ctx context.Context, id common.Hash) (*types.Receipt, error)
	WaitMined(ctx context.Context, id common.Hash) (*types.Receipt, error)
	WaitFinal(ctx context.Context, id common.Hash) (*types.Receipt, error)
	// Succeeded, Mined and Final are the same without the waiting: txmgr.ErrPending until then.
	Succeeded(ctx context.Context, id common.Hash) (*types.Receipt, error)
	Mined(ctx context.Context, id common.Hash) (*types.Receipt, error)
	Final(ctx context.Context, id common.Hash) (*types.Receipt, error)
}

// Prover makes proofs. It may take as long as it needs; ctx ends the waiting.
type Prover interface {
	Prove(ctx context.Context, t Task) (Proof, error)
}

// Task is one proof to make: that the claim of a statement is wrong, or, if Right, that it
// is right.
type Task struct {
	Statement step.Statement `json:"statement"`
	// A, B and O are the packed words of the chunks; nil for one that is not read.
	A protocol.Bytes `json:"a,omitempty"`
	B protocol.Bytes `json:"b,omitempty"`
	O protocol.Bytes `json:"o,omitempty"`
	// Point and Value are the claim of step.OpBind.
	Point     common.Hash    `json:"point,omitzero"`
	Value     common.Hash    `json:"value,omitzero"`
	Right     bool           `json:"right,omitempty"`
	Submitter common.Address `json:"submitter"`
	// Deadline is the block time (Unix seconds) after which the proof is of no use.
	Deadline uint64 `json:"deadline"`
}

// Proof is a proof, its public inputs, and what it cost.
type Proof struct {
	Proof  protocol.Bytes `json:"proof"`
	Inputs []common.Hash  `json:"inputs"`
	// Millis is how long proving took, without waiting; PeakBytes the most memory that
	// the process held while it ran.
	Millis    int64 `json:"prove_ms"`
	PeakBytes int64 `json:"peak_bytes"`
}

// Model is a model file that an auditor can replay. Its weights are compared with the
// version on chain before it is used.
type Model struct {
	Version common.Hash
	File    *runtime.Model
}

// Config says what to audit.
type Config struct {
	// Data holds a folder per case.
	Data string
	// Feeds are base URLs of APIs with an audit feed.
	Feeds []string
	// Relayers are base URLs through which providers are asked for evidence.
	Relayers []string
	Models   []Model
	// Submitter gets the bounty; zero: the sender.
	Submitter common.Address
	// StartBlock is the deployment's first block.
	StartBlock uint64
	// Workers is how many cases replay or open at a time, default 1: each holds a
	// session of the model.
	Workers int
	// EvidenceTimeout bounds one question to a provider, default 150 s; Patience is how
	// often one is asked before it is asked on chain, default 3.
	EvidenceTimeout time.Duration
	Patience        int
	// RetryEvery is the first pause after a failure, default 1 s; it doubles up to 64 times.
	RetryEvery time.Duration
	// PaymentWait is how long a ready transaction waits for the provider to redeem the
	// receipt, so that one transaction also refunds; default 10 s, at most a fifth of what is left of
	// the window; negative waits for nothing. What is paid later is refunded by a second transaction.
	PaymentWait time.Duration
	// GainMin is what a transaction must bring this auditor to be worth its gas, in base units: what it can expect of an audit
	// that it registers, its pay, a bounty. A receipt whose conviction brings less waits, unless it was drawn, or is
	// known to be paid and the stake behind it pays a refund that brings as much together with the bounty.
	GainMin protocol.Amount
	// BondShare is how much of what it has for bonds may be out about one provider's receipts, in percent, default 25.
	BondShare int
	// Draw is what to do about draws, with Deps.Draws.
	Draw Drawing
	// LookEvery is how often bonds, redeemed lines and the stakes of providers are looked at, default 15 s.
	LookEvery time.Duration
}

// Deps is what an auditor works with. Jobs, Bonds and Metrics may be nil.
type Deps struct {
	Chain   Chain
	Sender  Sender
	Prover  Prover
	Jobs    Jobs
	Bonds   Bonds
	HTTP    *http.Client // without Timeout; nil: a client of its own
	Log     *slog.Logger
	Metrics prometheus.Registerer
	// Redeems (from a block on) says which lines are to be read; without it all are, in every look.
	Redeems func(from uint64) Redeems
	// Draws, which needs Redeems, lets it look after drawn audits; SignText signs with
	// the sender's key (EIP-191), so that it is shown the tokens of receipts that it was drawn
	// for. Without Draws it does neither.
	Draws    DrawChain
	SignText func(text string) (protocol.Bytes, error)
}

func (c *Config) complete(d *Deps) error {
	if c.Data == "" {
		return fmt.Errorf("auditor without a data folder: %w", protocol.ErrInvalid)
	}
	if d.Chain == nil || d.Sender == nil || d.Prover == nil {
		return fmt.Errorf("auditor without chain, sender or prover: %w", protocol.ErrInvalid)
	}
	if c.Submitter == (common.Address{}) {
		c.Submitter = d.Sender.Address()
	}
	if c.Workers <= 0 {
		c.Workers = 1
	}
	if c.EvidenceTimeout <= 0 {
		c.EvidenceTimeout = 150 * time.Second
	}
	if c.Patience <= 0 {
		c.Patience = 3
	}
	if c.RetryEvery <= 0 {
		c.RetryEvery = time.Second
	}
	if c.LookEvery <= 0 {
		c.LookEvery = 15 * time.Second
	}
	if c.BondShare <= 0 || c.BondShare > 100 {
		c.BondShare = 25
	}
	if c.PaymentWait == 0 {
		c.PaymentWait = 10 * time.Second
	}
	if d.HTTP == nil {
		d.HTTP = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return nil
}
