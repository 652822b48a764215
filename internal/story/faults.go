package story

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
)

// Suspect is a provider that cheats, and what it is to be convicted of.
type Suspect struct {
	Provider common.Address
	Kind     events.FaultKind
	// Asks is how often it is asked, default 1.
	Asks int
	// Complain hands the requester's evidence to an auditor, where the gateway refuses what the
	// provider signs and pays nothing; nil: the gateway takes it.
	Complain func(ctx context.Context) error
	// Tempt gives it the occasion in another way than through the API.
	Tempt func(ctx context.Context) error
}

// ProofCost is what a proof cost the auditor's machine.
type ProofCost struct {
	Milliseconds int64
	PeakMB       float64
}

// Fault is one conviction, with what it and the silences before it took. Transactions are
// those that the auditor sent for it. A fault that needs no proof has no proof's cost.
type Fault struct {
	Kind         string          `json:"kind"`
	Provider     common.Address  `json:"provider"`
	Receipt      common.Hash     `json:"receipt"`
	Transactions int             `json:"transactions"`
	Gas          uint64          `json:"gas"`
	ProveMS      int64           `json:"prove_ms"`
	PeakMB       float64         `json:"peak_mb"`
	Slashed      protocol.Amount `json:"slashed"`
	Refunded     protocol.Amount `json:"refunded"`
	AuditorPaid  protocol.Amount `json:"auditor_paid"`
}

// tempt: the requester asks each provider that will cheat.
func (t *teller) tempt(ctx context.Context) error {
	for i, s := range t.Suspects {
		if s.Tempt != nil {
			if err := s.Tempt(ctx); err != nil {
				return fmt.Errorf("tempt provider %s: %w", s.Provider, err)
			}
			continue
		}
		for n := range max(s.Asks, 1) {
			prompt := t.Prompts[(i+n+2)%len(t.Prompts)]
			t.Say("asking provider %s: %s", s.Provider, prompt)
			_, err := t.stream(ctx, t.Proven, prompt, map[string]any{"only": []common.Address{s.Provider}})
			if s.Complain == nil && err != nil {
				return err
			}
			if s.Complain == nil {
				continue
			}
			if err == nil {
				return fmt.Errorf("the gateway takes what provider %s signs: %w", s.Provider, protocol.ErrInternal)
			}
			t.Say("the gateway refuses the receipt and pays nothing: %v", err)
			if err := s.Complain(ctx); err != nil {
				return fmt.Errorf("complain about provider %s: %w", s.Provider, err)
			}
		}
	}
	return nil
}

// honest routes around the suspects: whom the story pays must be paid in the end.
func (t *teller) honest() map[string]any {
	if len(t.Suspects) == 0 {
		return nil
	}
	ignore := make([]common.Address, 0, len(t.Suspects))
	for _, s := range t.Suspects {
		ignore = append(ignore, s.Provider)
	}
	return map[string]any{"ignore": ignore}
}

// convict waits until the auditor, who was told nothing, has caught every suspect.
func (t *teller) convict(ctx context.Context) error {
	if len(t.Suspects) == 0 {
		return nil
	}
	t.Say("an auditor replays every public answer; nobody told it where to look")
	var faults []Fault
	err := t.until(ctx, "the auditor to catch every cheater", func(ctx context.Context) (err error) {
		if faults, err = t.faults(ctx); err != nil {
			return err
		}
		for _, s := range t.Suspects {
			if !slices.ContainsFunc(faults, func(f Fault) bool { return f.Provider == s.Provider && f.Kind == s.Kind.String() }) {
				return fmt.Errorf("provider %s is not convicted of %s: %w", s.Provider, s.Kind, protocol.ErrNotFound)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range faults {
		if cost, ok := t.Proofs(faults[i].Receipt); ok && faults[i].Kind != events.Equivocation.String() {
			faults[i].ProveMS, faults[i].PeakMB = cost.Milliseconds, cost.PeakMB
		}
		f := faults[i]
		t.Say("caught: %s of provider %s, in %d transactions and %d gas; %s slashed, %s refunded, %s to the auditor", f.Kind, f.Provider, f.Transactions, f.Gas, f.Slashed, f.Refunded, f.AuditorPaid)
	}
	t.facts.Faults = faults
	if t.facts.HonestSlashed, err = t.honestSlashed(ctx); err != nil {
		return err
	}
	if t.facts.HonestSlashed != 0 {
		return fmt.Errorf("%d slashes of honest providers: %w", t.facts.HonestSlashed, protocol.ErrInternal)
	}
	return nil
}

// faults reads every conviction, with what the auditor sent for it, from the chain.
func (t *teller) faults(ctx context.Context) ([]Fault, error) {
	at := t.Chain.Reader.Addresses()
	logs, err := t.log(ctx, at.Ledger, at.Questions)
	if err != nil {
		return nil, err
	}
	var faults []Fault
	acts := map[fault]map[common.Hash]bool{} // transactions
	took := map[fault]Fault{}                // what all of it took, silences before the last too
	var order []fault
	for _, l := range logs {
		source := events.Ledger
		if l.Address == at.Questions {
			source = events.Questions
		}
		e, err := events.DecodeLog(source, &l)
		if err != nil {
			return nil, err
		}
		if len(l.Topics) < 2 {
			continue
		}
		name := fault{receipt: l.Topics[1]} // every event of these contracts begins with it
		var one Fault
		switch e := e.(type) {
		case events.FaultProven:
			name.pair = e.Kind == events.Equivocation
			one = Fault{Slashed: e.Slashed, Refunded: e.Refunded, AuditorPaid: e.Bounty}
			if e.Kind != events.Silence {
				one.Kind, one.Provider, one.Receipt = e.Kind.String(), e.Provider, e.ReceiptHash
				order = append(order, name)
			}
		case events.ReceiptSettled: // refunded when it was paid, after its conviction
			one = Fault{Slashed: e.Slashed, Refunded: e.Refunded}
		}
		if acts[name] == nil {
			acts[name] = map[common.Hash]bool{}
		}
		acts[name][l.TxHash] = true
		if took[name], err = took[name].add(one); err != nil {
			return nil, err
		}
	}
	for _, name := range order {
		f := took[name]
		for tx := range acts[name] {
			gas, sent, err := t.sentByAuditor(ctx, tx)
			if err != nil {
				return nil, err
			}
			if sent {
				f.Transactions++
				f.Gas += gas
			}
		}
		faults = append(faults, f)
	}
	return faults, nil
}

// fault names what is convicted: a receipt, or that it contradicts another one.
type fault struct {
	receipt common.Hash
	pair    bool
}

// add sums what two events took; the kind is that of the one which convicts.
func (f Fault) add(g Fault) (Fault, error) {
	if g.Kind != "" {
		f.Kind, f.Provider, f.Receipt = g.Kind, g.Provider, g.Receipt
	}
	for _, sum := range []struct{ to, of *protocol.Amount }{{&f.Slashed, &g.Slashed}, {&f.Refunded, &g.Refunded}, {&f.AuditorPaid, &g.AuditorPaid}} {
		var err error
		if *sum.to, err = sum.to.Add(*sum.of); err != nil {
			return f, err
		}
	}
	return f, nil
}

// Proofs tells what the proofs of an auditor's cases cost its machine.
func Proofs(cases *auditor.Cases) func(receipt common.Hash) (ProofCost, bool) {
	return func(receipt common.Hash) (ProofCost, bool) {
		c, err := cases.Get(receipt)
		if err != nil || c.Proof == nil {
			return ProofCost{}, false
		}
		return ProofCost{Milliseconds: c.Proof.Millis, PeakMB: float64(c.Proof.PeakBytes) / (1 << 20)}, true
	}
}

func (t *teller) sentByAuditor(ctx context.Context, hash common.Hash) (gas uint64, sent bool, err error) {
	tx, _, err := t.Chain.Client.TransactionByHash(ctx, hash)
	if err != nil {
		return 0, false, fmt.Errorf("read transaction: %w", t.Chain.Client.Wrap(err))
	}
	from, err := types.Sender(types.LatestSignerForChainID(tx.ChainId()), tx)
	if err != nil || from != t.Auditor {
		return 0, false, err
	}
	receipt, err := t.Chain.Client.TransactionReceipt(ctx, hash)
	if err != nil {
		return 0, false, fmt.Errorf("read receipt: %w", t.Chain.Client.Wrap(err))
	}
	return receipt.GasUsed, true, nil
}

// honestSlashed counts slashes of providers that are not suspects.
func (t *teller) honestSlashed(ctx context.Context) (n int, err error) {
	logs, err := t.log(ctx, t.Chain.Reader.Addresses().Staking)
	if err != nil {
		return 0, err
	}
	for _, l := range logs {
		e, err := events.DecodeLog(events.Staking, &l)
		if err != nil {
			return 0, err
		}
		var who common.Address
		switch e := e.(type) {
		case events.Slashed:
			who = e.Provider
		case events.Penalized:
			who = e.Provider
		default:
			continue
		}
		if !slices.ContainsFunc(t.Suspects, func(s Suspect) bool { return s.Provider == who }) {
			n++
		}
	}
	return n, nil
}
