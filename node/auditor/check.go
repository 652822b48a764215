package auditor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// EvidenceSchema names the form of an Evidence.
const EvidenceSchema = "dgrid.evidence/1"

// maxEvidence bounds an encoded Evidence.
const maxEvidence = 256 << 20

// Evidence is a case as a third party can check it: all that was signed, all that the
// provider showed, and the proof. Whoever has it can read the conversation.
type Evidence struct {
	Schema     string        `json:"schema"`
	Case       Case          `json:"case"`
	Bundle     bundle.Bundle `json:"bundle"`
	Boundaries []common.Hash `json:"boundaries,omitempty"`
	Nodes      []Node        `json:"nodes,omitempty"`
	Salt       common.Hash   `json:"salt,omitzero"`   // of the boundary tree
	Salts      *Salts        `json:"salts,omitempty"` // of an answer whose secret nobody showed
	Openings   []*Opening    `json:"openings,omitempty"`
}

// Export collects a case's evidence.
func (s *Cases) Export(receipt common.Hash) (e Evidence, err error) {
	c, err := s.Get(receipt)
	if err != nil {
		return e, err
	}
	e = Evidence{Schema: EvidenceSchema, Case: *c}
	if e.Bundle, err = s.Bundle(receipt); err != nil {
		return e, err
	}
	b, err := s.Boundaries(receipt)
	if err != nil {
		return e, err
	}
	e.Boundaries, e.Nodes, e.Salt = b.Leaves, b.Nodes, b.Salt
	if e.Salts, err = s.Salts(receipt); err != nil {
		return e, err
	}
	e.Openings, err = s.Openings(receipt)
	return e, err
}

// DecodeEvidence reads an exported case.
func DecodeEvidence(raw []byte) (e Evidence, err error) {
	if len(raw) > maxEvidence {
		return e, fmt.Errorf("evidence of %d bytes: %w", len(raw), protocol.ErrInvalid)
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, fmt.Errorf("decode evidence: %v: %w", err, protocol.ErrInvalid)
	}
	if e.Schema != EvidenceSchema {
		return e, fmt.Errorf("evidence of schema %q: %w", e.Schema, protocol.ErrInvalid)
	}
	return e, nil
}

// Checked is what a check of evidence found.
type Checked struct {
	Receipt  common.Hash         `json:"receipt"`
	Provider common.Address      `json:"provider"`
	Operator common.Address      `json:"operator"`
	Right    bool                `json:"right"` // the answer is the answer
	Kind     contracts.FaultKind `json:"kind"`  // of the fault, found again
	Finding  *Finding            `json:"finding,omitempty"`
	Proof    bool                `json:"proof_verified"`
	Assumed  []string            `json:"assumed"`
}

// Check replays the answer, finds the fault again in what the provider signed, and has
// the proof verified. It asks nobody; Assumed says what only the chain can confirm. It fails
// with protocol.ErrInvalid if the evidence does not show what it claims.
func Check(ctx context.Context, e Evidence, m Model, verify func(t Task, proof []byte) error) (Checked, error) {
	out := Checked{Receipt: e.Bundle.Domain.Digest(e.Bundle.Receipt), Provider: e.Bundle.Receipt.Provider}
	if e.Case.Receipt != out.Receipt || e.Bundle.Request.ModelVersion != m.Version {
		return out, fmt.Errorf("evidence is of another receipt or model version: %w", protocol.ErrInvalid)
	}
	known, err := newModel(m)
	if err != nil {
		return out, err
	}
	if known.weights, err = trace.NewWeights(m.File, nil, nil); err != nil {
		return out, err
	}
	chain := &offline{domain: e.Bundle.Domain, provider: out.Provider, receipt: out.Receipt}
	if err := out.signer(e); err != nil {
		return out, err
	}
	chain.operator = out.Operator
	out.Assumed = append(out.Assumed, fmt.Sprintf("model version %s has weights %s", m.Version, known.weights.Root()))
	dir, err := os.MkdirTemp("", "dgrid-check-")
	if err != nil {
		return out, fmt.Errorf("check evidence: %w", err)
	}
	defer os.RemoveAll(dir)
	a, err := New(Config{Data: dir}, Deps{Chain: chain, Sender: nobody{}, Prover: nobody{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return out, err
	}
	a.models[m.Version] = known
	if err := a.belongs(ctx, e.Bundle, e.Salts); err != nil {
		return out, err
	}
	if e.Case.Fault != nil && e.Case.Fault.Task != nil {
		a.cfg.Submitter = e.Case.Fault.Task.Submitter
	}
	return out, a.recheck(ctx, e, &out, verify)
}

// signer finds the operator that signed, and says what must be believed of it: of a delivery
// that nobody saw signed it is who signed the openings.
func (out *Checked) signer(e Evidence) (err error) {
	switch d := e.Bundle.Domain; {
	case len(e.Bundle.Signature) > 0:
		out.Operator, err = d.Recover(e.Bundle.Receipt, e.Bundle.Signature)
	case len(e.Openings) > 0 && e.Openings[0] != nil:
		out.Operator, err = d.Recover(e.Openings[0].Opening, e.Openings[0].Signature)
	}
	if out.Operator != (common.Address{}) {
		out.Assumed = append(out.Assumed, fmt.Sprintf("%s is or was an operator of provider %s", out.Operator, out.Provider))
	}
	if len(e.Bundle.Signature) == 0 {
		out.Assumed = append(out.Assumed, fmt.Sprintf("the Market recorded receipt %s as the delivery of job %s", out.Receipt, e.Bundle.Request.Payment))
	}
	return err
}

// recheck does a case again from its evidence alone.
func (a *Auditor) recheck(ctx context.Context, e Evidence, out *Checked, verify func(t Task, proof []byte) error) error {
	c := e.Case
	if _, err := a.cases.Create(&c, e.Bundle); err != nil {
		return err
	}
	if e.Salts != nil {
		if err := a.cases.write(c.Receipt, fileSalts, e.Salts); err != nil {
			return err
		}
	}
	for _, o := range e.Openings {
		if o == nil {
			return fmt.Errorf("an opening without content: %w", protocol.ErrInvalid)
		}
		if err := a.signedBy(ctx, o.Opening, o.Signature, out.Provider); err != nil || o.Opening.ReceiptHash != out.Receipt {
			return errors.Join(err, fmt.Errorf("opening of block (%d, %d) is not the provider's: %w", o.Opening.T, o.Opening.L, protocol.ErrInvalid))
		}
	}
	if err := a.cases.write(c.Receipt, fileOpenings, e.Openings); err != nil {
		return err
	}
	if e.Boundaries != nil {
		t := newSalted(e.Boundaries, e.Nodes, e.Salt)
		if protocol.SaltedTraceRoot(t.salt, t.root()) != e.Bundle.Receipt.TraceRoot {
			return fmt.Errorf("boundaries are not those of the trace root: %w", protocol.ErrInvalid)
		}
		if err := a.cases.putBoundaries(c.Receipt, t); err != nil {
			return err
		}
	}
	j, err := a.judge(&c)
	if err != nil {
		return err
	}
	j.peer, j.c.State = nil, Opened
	if c.Fault == nil {
		if s, err := j.seenAtOnce(); err != nil {
			return err
		} else if s != nil {
			return fmt.Errorf("the evidence shows no fault, and %s is one: %w", s.finding.Name, protocol.ErrInvalid)
		}
		r, err := j.replay(ctx)
		if err != nil {
			return err
		}
		if out.Right = r.WrongToken < 0 && j.agrees(r); !out.Right {
			return fmt.Errorf("the answer is wrong and the evidence shows no fault: %w", protocol.ErrInvalid)
		}
		return nil
	}
	s, err := j.again(ctx)
	if err != nil {
		return err
	}
	out.Kind, out.Finding = s.finding.Kind, s.finding
	if s.finding.Kind != e.Case.Fault.Kind || s.finding.Step != e.Case.Fault.Step {
		return fmt.Errorf("the fault found is %s at %+v, the evidence says %s at %+v: %w", s.finding.Kind, s.finding.Step, e.Case.Fault.Kind, e.Case.Fault.Step, protocol.ErrInvalid)
	}
	if s.finding.Kind == contracts.FaultWithheld {
		out.Assumed = append(out.Assumed, fmt.Sprintf("provider %s was asked on chain for the tokens, and was silent", out.Provider))
	}
	if s.finding.Task != nil && e.Case.Proof != nil {
		if err := verify(*s.finding.Task, e.Case.Proof.Proof); err != nil {
			return err
		}
		out.Proof = true
	}
	return nil
}

// offline is the chain of somebody who has only a file: what it knows is assumed.
type offline struct {
	Chain
	domain             protocol.Domain
	operator, provider common.Address
	receipt            common.Hash
}

func (o *offline) Domain() protocol.Domain        { return o.domain }
func (o *offline) Addresses() contracts.Addresses { return contracts.Addresses{} }
func (o *offline) ProviderOf(_ context.Context, operator common.Address) (common.Address, error) {
	if operator != o.operator {
		return common.Address{}, fmt.Errorf("operator %s: %w", operator, protocol.ErrNotFound)
	}
	return o.provider, nil
}

func (o *offline) DeliveryOf(context.Context, common.Hash) (common.Hash, error) {
	return o.receipt, nil
}

// nobody sends and proves nothing.
type nobody struct{ Sender }

func (nobody) Address() common.Address { return common.Address{} }

func (nobody) Prove(context.Context, Task) (Proof, error) {
	return Proof{}, fmt.Errorf("prove while checking: %w", protocol.ErrInternal)
}
