package network

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/prover/queue"
)

// Proofs makes proofs for auditors and providers, one at a time.
type Proofs struct{ *queue.Queue }

// NewProofs returns a prover whose keys come from load at the first proof. It refuses
// keys that do not belong on the chain.
func NewProofs(chainID uint64, load func(ctx context.Context) (*keys.Set, error), log *slog.Logger, metrics prometheus.Registerer) (Proofs, error) {
	q, err := queue.New(queue.Config{Log: log, Metrics: metrics, Progress: progress(log), Load: func(ctx context.Context) (queue.Prover, error) {
		set, err := load(ctx)
		if err != nil {
			return nil, err
		}
		return prover.New(set, chainID)
	}})
	return Proofs{q}, err
}

// progress logs how far each proof is. No error is logged: who asked for the proof knows
// what it was for, and has it.
func progress(log *slog.Logger) func(queue.Event) {
	return func(e queue.Event) {
		args := []any{"number", e.Job, "stage", e.Stage}
		switch e.Stage {
		case queue.Waiting:
			args = append(args, "ahead", e.Ahead)
		case queue.Done, queue.Failed:
			args = append(args, "seconds", e.Took.Seconds())
		}
		log.Info("proof", args...)
	}
}

// Prove implements auditor.Prover.
func (p Proofs) Prove(ctx context.Context, t auditor.Task) (auditor.Proof, error) {
	in := &circuit.StepInput{Statement: t.Statement, A: t.A, B: t.B, O: t.O, Point: t.Point, Value: t.Value, Submitter: t.Submitter}
	r, err := p.Queue.Prove(ctx, queue.Job{Step: in, Right: t.Right, Deadline: t.Deadline})
	if err != nil {
		return auditor.Proof{}, err
	}
	return auditor.Proof{Proof: r.Proof[:], Inputs: append([]common.Hash(nil), r.Inputs[:]...), Millis: r.Took.Milliseconds(), PeakBytes: int64(r.Peak)}, nil
}

// Bind implements provider.Binder.
func (p Proofs) Bind(ctx context.Context, b provider.Binding) ([]byte, error) {
	in := &circuit.StepInput{Statement: b.Statement, A: b.Words, Point: b.Point, Value: b.Value, Submitter: b.Submitter}
	r, err := p.Queue.Prove(ctx, queue.Job{Step: in, Right: true, Deadline: b.Deadline})
	if err != nil {
		return nil, err
	}
	return r.Proof[:], nil
}

// AuditorOptions say what an auditor audits, and with what.
type AuditorOptions struct {
	Data            string // folder of its cases
	Sender          *txmgr.Manager
	Feeds, Relayers []string // base URLs
	Models          []auditor.Model
	Prover          auditor.Prover
	Metrics         prometheus.Registerer // optional
	// Draw has it look after drawn audits too, signing in at feeds with Key, the sender's; nil
	// leaves them alone.
	Draw *auditor.Drawing
	Key  devKey
	// GainMin and BondShare are those of auditor.Config.
	GainMin   protocol.Amount
	BondShare int
}

// Auditor makes an auditor of this deployment.
func (c *Chain) Auditor(o AuditorOptions, log *slog.Logger) (*auditor.Auditor, error) {
	cfg := auditor.Config{Data: o.Data, Feeds: o.Feeds, Relayers: o.Relayers, Models: o.Models, StartBlock: c.Deployment.StartBlock,
		GainMin: o.GainMin, BondShare: o.BondShare}
	deps := auditor.Deps{Chain: c.Reader, Sender: o.Sender, Prover: o.Prover, Log: log, Metrics: o.Metrics,
		Jobs: contracts.NewDeliveryWatch(c.Reader, c.Deployment.StartBlock), Bonds: c.bonds(o.Sender.Address(), o.Sender),
		Redeems: func(from uint64) auditor.Redeems { return contracts.NewRedeemWatch(c.Reader, from) }}
	if o.Draw != nil {
		cfg.Draw, deps.Draws = *o.Draw, c.Reader
		deps.SignText = func(text string) (protocol.Bytes, error) { return signText(o.Key, text) }
	}
	return auditor.New(cfg, deps)
}

// signText signs a text as a wallet does (EIP-191).
func signText(key devKey, text string) (protocol.Bytes, error) {
	sig, err := crypto.Sign(accounts.TextHash([]byte(text)), key)
	if err != nil {
		return nil, fmt.Errorf("sign text: %w", err)
	}
	sig[64] += 27
	return sig, nil
}

// AddAuditor lets AccountAuditor audit every answer of the network that it may see. It
// is told nothing else.
func (n *Network) AddAuditor(ctx context.Context) (*auditor.Auditor, error) {
	at := n.Chain.Reader.Addresses()
	// Questions take bonds from its free balance.
	if err := n.as(ctx, AccountAuditor, Fund(at, devchain.Address(AccountAuditor), 200, "auditor")...); err != nil {
		return nil, err
	}
	return n.audit(AccountAuditor, "auditor", nil)
}

// AuditedTerms are those of a development chain whose redeems are drawn: clocks of ten
// seconds, which a loaded machine keeps too.
func AuditedTerms(admin common.Address) deploy.Parameters {
	p := deploy.Development(admin)
	p.Audits.DrawTime, p.Audits.Clock, p.Audits.AttestTime, p.Audits.ProofTime = 40, 10, 20, 20
	p.AtRisk = p.LongestDispute()
	p.Unbonding, p.Timing.Timelock = p.AtRisk+20, p.AtRisk+20
	p.Auditors.Unbonding = p.LongestAudit()
	return p
}

// SeatStake is what an embedded auditor with a seat stakes, in whole tokens.
const SeatStake = 200

// AddSeated seats an account as an auditor, which then looks after drawn audits too.
func (n *Network) AddSeated(ctx context.Context, account int, seat uint8) (*auditor.Auditor, error) {
	at, step := n.Chain.Reader.Addresses(), fmt.Sprintf("seated auditor %d", account)
	calls := append(Fund(at, devchain.Address(account), 2*SeatStake, step), at.JoinAuditors(seat, tokens(SeatStake), salt(step+" join")))
	if err := n.as(ctx, account, calls...); err != nil {
		return nil, err
	}
	return n.audit(account, fmt.Sprintf("auditor-%d", account), &auditor.Drawing{Register: true, Report: true, Every: time.Second})
}

func (n *Network) audit(account int, folder string, draw *auditor.Drawing) (*auditor.Auditor, error) {
	a, err := n.Chain.Auditor(AuditorOptions{Data: filepath.Join(n.Config.Data, folder), Sender: n.Lane(account), Feeds: []string{n.APIURL},
		Relayers: []string{n.RelayerURL}, Models: []auditor.Model{{Version: n.Proven, File: n.Model}}, Prover: n.proofs,
		Draw: draw, Key: devchain.Key(account)}, n.Config.Log)
	if err != nil {
		return nil, fmt.Errorf("start an auditor: %w", err)
	}
	n.phases.run(phaseProviders, "auditor", a.Run)
	return a, nil
}
