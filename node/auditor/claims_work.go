package auditor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
)

// Claimed is a claim that this auditor found, and how far it came: found, submitted,
// settled or lost. It is a case about more than one receipt.
type Claimed struct {
	ID       common.Hash         `json:"id"`
	Kind     contracts.FaultKind `json:"kind"`
	Provider common.Address      `json:"provider"`
	Receipts []common.Hash       `json:"receipts"`
	Claim    Claim               `json:"claim"`
	State    State               `json:"state"`
	Note     string              `json:"note,omitempty"`
	FoundAt  uint64              `json:"found_at"` // block time
	// RefusedAt is the block time at which somebody else was first seen to have claimed it.
	RefusedAt uint64           `json:"refused_at,omitempty"`
	Late      bool             `json:"late,omitempty"` // its window was over, until its receipts are paid
	Call      *Call            `json:"call,omitempty"`
	Intent    common.Hash      `json:"intent,omitzero"`
	Failed    common.Hash      `json:"failed,omitzero"` // the last transaction that failed on chain
	Gas       uint64           `json:"gas,omitempty"`
	Verdict   *contracts.Fault `json:"verdict,omitempty"`
	Failures  int              `json:"failures,omitempty"` // in a row
	Trouble   string           `json:"trouble,omitempty"`

	ready   time.Time   // since when it only waits for a payment
	next    time.Time   // when it is looked at again
	tried   common.Hash // the lines that its leaves were looked for in last
	written common.Hash // what its file holds
}

// Claims is the folder of the claims that were found, one file each.
type Claims struct {
	dir string
	mu  sync.Mutex
	// leaves are those of known claims as their lines hold them now.
	leaves map[common.Hash][]contracts.PaidLeaf
	// leads are answers by which known claims may be made now: they are paid.
	leads map[common.Hash][]common.Hash
	news  map[common.Hash]bool // claims that are new, or have new leads
}

// OpenClaims creates the folder if it is missing.
func OpenClaims(dir string) (*Claims, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open claims: %w", err)
	}
	return &Claims{dir: dir, leaves: map[common.Hash][]contracts.PaidLeaf{}, leads: map[common.Hash][]common.Hash{}, news: map[common.Hash]bool{}}, nil
}

func (s *Claims) file(id common.Hash) string { return id.Hex() + ".json" }

// Get reads a claim; protocol.ErrNotFound if there is none.
func (s *Claims) Get(id common.Hash) (*Claimed, error) {
	var c Claimed
	if err := readJSON(filepath.Join(s.dir, s.file(id)), &c); err != nil {
		return nil, fmt.Errorf("claim %s: %w", id, err)
	}
	return &c, nil
}

// List reads all claims, by id. Those that cannot be read are left out and told about.
func (s *Claims) List() (list []*Claimed, err error) {
	entries, readErr := os.ReadDir(s.dir)
	if readErr != nil {
		return nil, fmt.Errorf("list claims: %w", readErr)
	}
	for _, e := range entries {
		var id common.Hash
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || id.UnmarshalText([]byte(name)) != nil {
			continue
		}
		c, one := s.Get(id)
		if one != nil {
			err = errors.Join(err, one)
			continue
		}
		list = append(list, c)
	}
	return list, err
}

// create writes a new claim; created is false if it is known. Of a known one its leaves are kept, for
// newLeaves: its line may have another root than when it was found.
func (s *Claims) create(c *Claimed) (created bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, err := s.Get(c.ID)
	if errors.Is(err, protocol.ErrNotFound) {
		s.news[c.ID] = true
		return true, s.put(c)
	}
	if err == nil && !known.State.Over() && len(c.Claim.Paid) > 0 {
		s.leaves[c.ID] = c.Claim.Paid
	}
	return false, err
}

// newLeaves takes what a known claim's leaves were found to be since it was asked last.
func (s *Claims) newLeaves(id common.Hash) (paid []contracts.PaidLeaf, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	paid, found = s.leaves[id]
	delete(s.leaves, id)
	return paid, found
}

// lead tells a claim of an answer by which it may be made now.
func (s *Claims) lead(id, receipt common.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news[id] = true
	if !slices.Contains(s.leads[id], receipt) {
		s.leads[id] = append(s.leads[id], receipt)
	}
}

// led lists by which answers a claim may be made since it was made by any.
func (s *Claims) led(id common.Hash) []common.Hash {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.leads[id])
}

// forgetLeads lets go of the first n of them, of which the claim was told.
func (s *Claims) forgetLeads(id common.Hash, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leads[id] = s.leads[id][n:]; len(s.leads[id]) == 0 {
		delete(s.leads, id)
	}
}

// newly takes the claims that are new or have new leads.
func (s *Claims) newly() (news map[common.Hash]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	news, s.news = s.news, map[common.Hash]bool{}
	return news
}

// put writes a claim that is not what its file holds.
func (s *Claims) put(c *Claimed) error {
	raw, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode claim %s: %w", c.ID, err)
	}
	now := hashOf(raw)
	if now == c.written {
		return nil
	}
	if err := overwrite(s.dir, s.file(c.ID), raw); err != nil {
		return err
	}
	c.written = now
	return nil
}

// Claims is the folder of everything that was claimed.
func (a *Auditor) Claims() *Claims { return a.claimed }

// claim takes a claim up, once.
func (a *Auditor) claim(c Claim, receipts ...common.Hash) (created bool, err error) {
	slices.SortFunc(receipts, common.Hash.Cmp)
	one := &Claimed{ID: c.name(), Kind: c.Kind(), Provider: c.Provider(), Receipts: receipts, Claim: c, State: Found}
	if created, err = a.claimed.create(one); err != nil || !created {
		return false, err
	}
	a.log.Warn("a provider contradicts itself", "claim", c.Claim, "provider", one.Provider, "receipts", receipts)
	a.tell()
	return true, nil
}

// tell has the loop see what is new of claims.
func (a *Auditor) tell() {
	select {
	case a.newClaim <- struct{}{}:
	default:
	}
}

// claimLoop brings what was claimed on chain until ctx ends. Files are read when it begins, and of what is new.
func (a *Auditor) claimLoop(ctx context.Context) error {
	w := claimWork{open: map[common.Hash]*Claimed{}, known: map[common.Hash]bool{}}
	list, err := a.claimed.List()
	if err != nil {
		a.log.Warn("cannot read some claims", "err", err)
	}
	for _, c := range list {
		a.admit(w, c)
	}
	for {
		for id := range a.claimed.newly() {
			if err := a.renew(w, id); err != nil {
				return err
			}
		}
		next := time.Now().Add(a.cfg.LookEvery)
		for id, c := range w.open {
			if ctx.Err() != nil {
				return nil
			}
			if !time.Now().Before(c.next) {
				if err := a.moveClaim(ctx, c); err != nil {
					return err // without a disk nothing is safe
				}
			}
			if c.State.Over() {
				delete(w.open, id)
			} else if c.next.Before(next) {
				next = c.next
			}
		}
		var look <-chan time.Time
		if len(w.open) > 0 {
			look = time.After(max(a.cfg.RetryEvery, time.Until(next)))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.newClaim:
		case <-look:
		}
	}
}

// claimWork is what the loop knows of claims.
type claimWork struct {
	open  map[common.Hash]*Claimed
	known map[common.Hash]bool
}

// admit takes up a claim that was read.
func (a *Auditor) admit(w claimWork, c *Claimed) {
	if !w.known[c.ID] {
		w.known[c.ID] = true
		a.metrics.claimed("", c.State, c.Kind)
		a.sleepClaim(c)
	}
	if !c.State.Over() {
		w.open[c.ID] = c
	}
}

// renew takes up what is new, or may be made again.
func (a *Auditor) renew(w claimWork, id common.Hash) error {
	if c := w.open[id]; c != nil {
		c.next = time.Time{}
		return nil
	}
	c, err := a.claimed.Get(id)
	if err != nil { // one damaged file stops no other claim
		a.log.Error("cannot read a claim", "claim", id, "err", err)
		return nil
	}
	if w.known[id] && c.State == Lost && c.Late {
		c.State, c.Note, c.Late, c.Call = Found, "", false, nil
		if err := a.claimed.put(c); err != nil {
			return err
		}
		a.log.Info("claim goes on", "claim", c.Claim.Claim, "provider", c.Provider)
		a.metrics.claimed(Lost, c.State, c.Kind)
		a.announce()
	}
	a.admit(w, c)
	return nil
}

// moveClaim takes one step in a claim and writes it down. It fails only if that does.
func (a *Auditor) moveClaim(ctx context.Context, c *Claimed) error {
	before := c.State
	err := a.stepClaim(ctx, c)
	switch {
	case ctx.Err() != nil:
		return nil
	case errors.Is(err, errNotWorth):
		c.Trouble, c.next = err.Error(), time.Now().Add(max(a.cfg.LookEvery, a.cfg.RetryEvery<<6))
	case errors.Is(err, errPending):
		c.Trouble = err.Error()
	case err != nil:
		c.Failures, c.Trouble = c.Failures+1, err.Error()
		c.next = time.Now().Add(a.cfg.RetryEvery << min(c.Failures, 6))
		a.log.Warn("claim waits", "claim", c.ID, "state", c.State, "failures", c.Failures, "err", err)
	default:
		c.Failures, c.Trouble = 0, ""
		a.log.Info("claim moved", "claim", c.Claim.Claim, "provider", c.Provider, "from", before, "to", c.State, "note", c.Note)
	}
	if err := a.claimed.put(c); err != nil {
		return err
	}
	if c.State != Submitted || c.Verdict != nil {
		a.stakes.land(c.ID)
	}
	if c.State.Over() && !c.Late {
		a.claimed.forgetLeads(c.ID, len(a.claimed.led(c.ID)))
	}
	a.metrics.claimed(before, c.State, c.Kind)
	a.sleepClaim(c)
	a.announce()
	return nil
}

func (a *Auditor) stepClaim(ctx context.Context, c *Claimed) error {
	if c.State == Submitted {
		return a.confirmClaim(ctx, c)
	}
	if c.FoundAt == 0 {
		now, err := a.deps.Chain.Now(ctx)
		if err != nil {
			return err
		}
		c.FoundAt = now
	}
	if c.Call == nil && len(a.claimed.led(c.ID)) == 0 { // what was sent already is followed whatever it brings
		if err := a.worthClaim(ctx, c, false); err != nil {
			return err
		}
	}
	if err := a.payClaim(ctx, c); err != nil {
		return err
	}
	call, err := c.Claim.Call(a.deps.Chain.Addresses(), a.cfg.Submitter)
	if err != nil {
		return err
	}
	gas, err := a.deps.Chain.Simulate(ctx, a.deps.Sender.Address(), call)
	if err != nil {
		return a.refusedClaim(ctx, c, err)
	}
	c.RefusedAt = 0
	if err := a.worthClaim(ctx, c, true); err != nil {
		return err
	}
	// INVARIANT: the call is on disk before it is sent, so a crash repeats this very transaction.
	c.Call, c.Gas = saved(call), gas
	if err := a.claimed.put(c); err != nil {
		return err
	}
	if c.Intent, err = a.deps.Sender.Submit(ctx, call); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	c.State = Submitted
	return nil
}

// payClaim shows, where a claim refunds, that a receipt was paid, the dearest of those that are known to be; it waits a while for
// that, as a case does.
func (a *Auditor) payClaim(ctx context.Context, c *Claimed) error {
	if c.Claim.Claim != ClaimTwoAnswers || c.Call != nil {
		return nil
	}
	leads := a.claimed.led(c.ID)
	var first *judge
	var payment contracts.Payment
	payable := false
	for i, receipt := range append(slices.Clone(leads), c.Receipts...) {
		p, j, err := a.payable(ctx, receipt)
		if err != nil {
			return err
		}
		switch {
		case p.Count != 0 && (payment.Count == 0 || j.b.Receipt.Fee.Cmp(first.b.Receipt.Fee) > 0):
			first, payment = j, p
		case first == nil && i < len(leads):
			first = j
		}
		payable = payable || len(a.linesOf(receipt)) > 0
	}
	if first != nil {
		if led, err := a.leadBy(c, first); err != nil {
			return err
		} else if led {
			c.Claim.Payment = payment
		}
	}
	a.claimed.forgetLeads(c.ID, len(leads))
	if c.Claim.Payment.Count != 0 {
		return nil
	}
	if c.ready.IsZero() {
		c.ready = time.Now()
	}
	if payable && time.Since(c.ready) < a.cfg.PaymentWait {
		return fmt.Errorf("the receipts are not paid: %w", errPending)
	}
	return nil
}

// leadBy has a claim made by one answer, with one of its two that differs. led: there is such a one.
func (a *Auditor) leadBy(c *Claimed, first *judge) (led bool, err error) {
	for _, receipt := range c.Receipts {
		other, err := a.cases.Bundle(receipt)
		if err != nil {
			return false, err
		}
		if made := twoAnswers(first.b, other); made != nil {
			c.Claim, c.Receipts = *made, []common.Hash{first.c.Receipt, receipt}
			slices.SortFunc(c.Receipts, common.Hash.Cmp)
			return true, nil
		}
	}
	return false, nil
}

// refusedClaim decides what a refused simulation means.
func (a *Auditor) refusedClaim(ctx context.Context, c *Claimed, refusal error) error {
	var e *chain.ContractError
	if !errors.As(refusal, &e) {
		return fmt.Errorf("simulate: %w", refusal)
	}
	switch e.Name {
	case "AlreadyClaimed", "AlreadyProven":
		if c.Call != nil { // perhaps by this very transaction
			var err error
			if c.Intent, err = a.deps.Sender.Submit(ctx, c.Call.protocol()); err != nil {
				return fmt.Errorf("submit: %w", err)
			}
			c.State = Submitted
			return nil
		}
		if err := a.outdone(ctx, &c.RefusedAt); err != nil {
			return err
		}
		c.State, c.Note = Lost, fmt.Sprintf("somebody else claimed it: %v", refusal)
		return nil
	case "NoFault", "NoPair", "WindowClosed", "NotProvenClass", "UnknownModelVersion", "NotSigned":
		c.State, c.Note = Lost, refusal.Error()
		c.Late = e.Name == "WindowClosed" && c.Claim.Claim == ClaimTwoAnswers // the window of a paid leaf is its only one
		return nil
	case "EvidenceMismatch", "BadPathLength":
		c.Call, c.Claim.Payment = nil, contracts.Payment{} // the line moved on: what is paid is shown again
		again, err := a.showAgain(ctx, c)
		if err != nil {
			return errors.Join(refusal, err)
		}
		if again {
			return fmt.Errorf("the line moved on: %w", errPending)
		}
	}
	return fmt.Errorf("simulate: %w", refusal)
}

// outdone is errPending until what stood in the way when somebody was refused first, at since, is
// final: a reorg may take it back, and then it is this auditor's to do.
func (a *Auditor) outdone(ctx context.Context, since *uint64) error {
	_, final, err := a.deps.Chain.Final(ctx)
	if err != nil {
		return err
	}
	if *since == 0 {
		if *since, err = a.deps.Chain.Now(ctx); err != nil {
			return err
		}
	}
	if final < *since {
		return fmt.Errorf("what somebody else did is not final: %w", errPending)
	}
	return nil
}

// confirmClaim waits until the transaction is mined, notes what it did, and then until it is
// final.
func (a *Auditor) confirmClaim(ctx context.Context, c *Claimed) error {
	look := a.deps.Sender.Final
	if c.Verdict == nil {
		look = tried(c.Intent == c.Failed, a.deps.Sender.Succeeded, a.deps.Sender.Mined)
	}
	receipt, err := look(ctx, c.Intent)
	var failed *txmgr.Failed
	switch {
	case errors.As(err, &failed):
		// Claimed by somebody else, or no longer to be claimed so: it is looked at again.
		c.State, c.Call, c.Intent, c.Verdict, c.Failed = Found, nil, common.Hash{}, nil, c.Intent
		return failed
	case errors.Is(err, errPending):
		return fmt.Errorf("the transaction is on its way: %w", err)
	case err != nil:
		return fmt.Errorf("wait for the transaction: %w", err)
	}
	f, ok := a.deps.Chain.Addresses().FirstFaultIn(receipt.Logs)
	if !ok {
		return fmt.Errorf("transaction %s proved nothing: %w", receipt.TxHash, protocol.ErrInternal)
	}
	final := c.Verdict != nil
	c.Verdict, c.Gas = &f, receipt.GasUsed
	if !final {
		return fmt.Errorf("the transaction is mined: %w", errPending)
	}
	a.metrics.won(f)
	c.State = Settled
	return nil
}

// WaitClaim blocks until a claim about a provider is in a state that until accepts.
func (a *Auditor) WaitClaim(ctx context.Context, provider common.Address, until func(Claimed) bool) (Claimed, error) {
	for {
		a.mu.Lock()
		changed := a.changed
		a.mu.Unlock()
		list, err := a.claimed.List()
		for _, c := range list {
			if c.Provider == provider && until(*c) {
				return *c, nil
			}
		}
		if err != nil {
			return Claimed{}, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Claimed{}, fmt.Errorf("wait for a claim about %s, there are %d: %w", provider, len(list), context.Cause(ctx))
		}
	}
}
