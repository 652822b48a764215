package auditor

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// Bonds are lent to providers that keep silent: for a clock each, and up to three about one receipt. About one provider no more
// are out than a share of all there is, and than its stake; where they are short the larger stake comes first. What was drawn is
// asked for whatever is out.

// errShort says that a question waits for a bond.
var errShort = fmt.Errorf("not asked while bonds are short: %w", errPending)

// bonds is what questions of this auditor hold.
type bonds struct {
	out  map[common.Hash]*bond  // by question
	want map[common.Hash]wanted // by receipt
}

type bond struct {
	receipt  common.Hash
	provider common.Address
	amount   *big.Int
	mined    bool // the free balance is without it
}

// wanted is a bond that there was too little free balance for.
type wanted struct{ amount, stake *big.Int }

func newBonds() bonds { return bonds{map[common.Hash]*bond{}, map[common.Hash]wanted{}} }

// lend says whether a bond may be put up, of what is free on chain, and if so it is out. share is in percent.
//
// INVARIANT: no provider keeps more of this auditor's bonds than its stake is, but one, nor more than the share.
func (b *bonds) lend(question common.Hash, one bond, stake, free *big.Int, share int, drawn bool) error {
	delete(b.out, question) // of an asking that is over
	all, about, others := new(big.Int).Set(free), new(big.Int), new(big.Int)
	free = new(big.Int).Set(free)
	for _, o := range b.out {
		if o.mined {
			all.Add(all, o.amount)
		} else {
			free.Sub(free, o.amount)
		}
		if o.provider == one.provider {
			about.Add(about, o.amount)
		}
	}
	for receipt, w := range b.want {
		if receipt != one.receipt && w.stake.Cmp(stake) > 0 {
			others.Add(others, w.amount)
		}
	}
	most := all.Mul(all, big.NewInt(int64(share)))
	if most.Div(most, big.NewInt(100)); most.Cmp(stake) > 0 {
		most = stake
	}
	switch after := new(big.Int).Add(about, one.amount); {
	case drawn:
	case about.Sign() > 0 && after.Cmp(most) > 0:
		return fmt.Errorf("%s base units are out about its provider: %w", about, errShort)
	case free.Cmp(others.Add(others, one.amount)) < 0:
		b.want[one.receipt] = wanted{one.amount, stake}
		return fmt.Errorf("%s base units are free and %s are wanted: %w", free, others, errShort)
	}
	delete(b.want, one.receipt)
	b.out[question] = &one
	return nil
}

// afford puts up the bond of a question, or is errShort.
func (j *judge) afford(ctx context.Context, r *Asked) error {
	k, err := j.a.worthTerms(ctx)
	if err != nil {
		return err
	}
	stake, err := j.a.stakeOf(ctx, j.c.Provider, false)
	if err != nil {
		return err
	}
	free, err := j.a.deps.Chain.Free(ctx, j.a.deps.Sender.Address())
	if err != nil {
		return fmt.Errorf("read the free balance: %w", err)
	}
	open := uint(0) // the bond doubles with each question about one receipt that is open
	for i := range j.c.Asked {
		if o := &j.c.Asked[i]; o.Question != r.Question && (o.State == "asked" || o.State == "open" || o.State == "expiring") {
			open++
		}
	}
	amount := new(big.Int).Lsh(k.bond, open)
	s := &j.a.stakes
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.lend(r.Question, bond{j.c.Receipt, j.c.Provider, amount, false}, stake.Big(), free.Big(), j.a.cfg.BondShare, j.drawn()); err != nil {
		return fmt.Errorf("ask for %s: %w", r.What, err)
	}
	r.Bond = protocol.MustAmount(amount)
	return nil
}

// bonded notes that the question a bond is for is on chain.
func (s *stakes) bonded(question common.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.out[question]; o != nil {
		o.mined = true
	}
}

// returned notes that the bond of a question came back.
func (s *stakes) returned(question common.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.out, question)
}

// recall notes what an earlier process has under way about a case.
func (s *stakes) recall(c *Case) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.State == Submitted && c.Verdict == nil {
		s.flying[c.Receipt] = flight{c.Provider, slashFull}
	}
	for _, r := range c.Asked {
		if (!c.State.Over() || r.bonded()) && (r.State == "asked" || r.State == "open" || r.State == "expiring" || r.State == "answered" && r.Times > 0) {
			s.out[r.Question] = &bond{c.Receipt, c.Provider, r.Bond.Big(), r.State != "asked"}
		}
	}
}

// note ends what a case has no more under way. short: it waits for a bond.
func (s *stakes) note(c *Case, short bool) {
	if c.State != Submitted || c.Verdict != nil {
		s.land(c.Receipt)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !short {
		delete(s.want, c.Receipt)
	}
	if c.State.Over() && !c.bonded() {
		for question, o := range s.out {
			if o.receipt == c.Receipt {
				delete(s.out, question)
			}
		}
	}
}
