package auditor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// Bonds are lent to providers that keep silent. That of a question which is answered comes back with the conviction, and only then:
// cases that took one each and had to wait for each other's would never end. So cases that ask stand in a line, the one that may need
// the least more in front, and a bond is for one of them only where what it leaves lets all of them end, one after the other. A case
// steps into the line behind all of them.
//
// Bonds about one provider are no more than a share of all there is, and than its stake; the first of its cases in the line goes on beyond
// both: its replay shows that it ends with a conviction, which gives the bonds back whatever the stake is. Where they are short the case of
// the larger stake begins first. What was drawn is asked for whatever is out, and counts against nobody.

// errShort says that a question waits for a bond.
var errShort = fmt.Errorf("not asked while bonds are short: %w", errPending)

// longestWay is how many questions lead to any lie (docs/threat-model.md): what a case holds at most is their bonds.
const longestWay = 15

// bonds is what questions of this auditor hold.
type bonds struct {
	out  map[common.Hash]*bond     // by question
	line map[common.Hash]inLine    // by receipt: cases that have asked and have to go on
	want map[common.Address]wanted // by provider: the case that is to begin next
}

type bond struct {
	receipt  common.Hash
	provider common.Address
	amount   *big.Int
	drawn    bool
	mined    bool // the free balance is without it
}

type inLine struct {
	provider common.Address
	way      int // how many questions it takes at most
}

// wanted is a first bond that there was too little free balance for.
type wanted struct {
	receipt       common.Hash
	amount, stake *big.Int
}

// loan is what a bond is asked for with.
type loan struct {
	amount, base *big.Int // of this question, and of one alone
	stake, free  *big.Int // of the provider, and on chain
	share        int      // for one provider, in percent
	way          int      // how many questions the case takes at most
	drawn        bool
}

func newBonds() bonds {
	return bonds{map[common.Hash]*bond{}, map[common.Hash]inLine{}, map[common.Address]wanted{}}
}

// lend says whether the bond of a case's question may be put up, and if so it is out.
//
// INVARIANT: but for what was drawn, all cases in the line can end one after the other, or there never was as much: some case always
// ends, and gives its bonds back.
// INVARIANT: what is out about a provider's cases that go on is no more than its stake, nor than the share, but for what one case needs.
func (b *bonds) lend(c *Case, question common.Hash, l loan) error {
	if _, begun := b.line[c.Receipt]; !begun && !l.drawn { // it rested or failed meanwhile, or begins
		b.hold(c, false)
	}
	delete(b.out, question) // of an asking that is over
	one := &bond{receipt: c.Receipt, provider: c.Provider, amount: l.amount, drawn: l.drawn}
	if l.drawn {
		delete(b.line, c.Receipt)
		b.out[question] = one
		return nil
	}
	free, most, about := b.count(c.Provider, l)
	_, begun := b.line[c.Receipt]
	front := b.before(c, l.base)
	kept := new(big.Int) // for others of its provider
	for _, o := range front {
		if o.provider == c.Provider {
			kept.Add(kept, o.needs)
		}
	}
	if most.Cmp(l.stake) > 0 {
		most = l.stake
	}
	about.Add(about, kept)
	if about.Sign() > 0 && (!begun || kept.Sign() > 0) && new(big.Int).Add(about, l.amount).Cmp(most) > 0 {
		delete(b.want, c.Provider)
		return fmt.Errorf("%s base units are out about its provider, or kept: %w", about, errShort)
	}
	left := new(big.Int).Sub(free, l.amount)
	if !begun {
		left.Sub(left, b.larger(c.Provider, l.stake))
	}
	b.line[c.Receipt], b.out[question] = inLine{c.Provider, l.way}, one
	if left.Sign() < 0 || len(front) > 0 && !b.end(left, l.base) {
		delete(b.out, question)
		if !begun {
			delete(b.line, c.Receipt)
			b.want[c.Provider] = wanted{c.Receipt, l.amount, l.stake}
		}
		return fmt.Errorf("of %s base units that are free others may need more than one bond leaves: %w", free, errShort)
	}
	delete(b.want, c.Provider)
	return nil
}

// standing is a case in the line: what it may need, and what it holds.
type standing struct {
	inLine
	receipt      common.Hash
	needs, holds *big.Int
}

// all are all cases in the line, in its order.
func (b *bonds) all(base *big.Int) (list []standing) {
	for receipt, at := range b.line {
		holds := new(big.Int)
		for _, o := range b.out {
			if o.receipt == receipt {
				holds.Add(holds, o.amount)
			}
		}
		needs := new(big.Int).Mul(base, big.NewInt(int64(at.way)))
		if needs.Sub(needs, holds).Sign() < 0 {
			needs.SetInt64(0)
		}
		list = append(list, standing{at, receipt, needs, holds})
	}
	slices.SortFunc(list, func(x, y standing) int { return cmp.Or(x.needs.Cmp(y.needs), x.receipt.Cmp(y.receipt)) })
	return list
}

// before are the cases in front of one: all, if it is not in the line.
func (b *bonds) before(c *Case, base *big.Int) []standing {
	list := b.all(base)
	if at := slices.IndexFunc(list, func(p standing) bool { return p.receipt == c.Receipt }); at >= 0 {
		return list[:at]
	}
	return list
}

// end says whether all cases in the line can end one after the other, each with what it may need, and give back what they hold.
func (b *bonds) end(free, base *big.Int) bool {
	free = new(big.Int).Set(free)
	for _, p := range b.all(base) {
		if p.needs.Cmp(free) > 0 {
			return false
		}
		free.Add(free, p.holds)
	}
	return true
}

// count says what is free, the share of one provider, and what is out about it.
func (b *bonds) count(provider common.Address, l loan) (free, share, about *big.Int) {
	free, share, about = new(big.Int).Set(l.free), new(big.Int).Set(l.free), new(big.Int)
	for _, o := range b.out {
		if o.mined {
			share.Add(share, o.amount)
		} else {
			free.Sub(free, o.amount)
		}
		if o.provider == provider && !o.drawn {
			about.Add(about, o.amount)
		}
	}
	share.Mul(share, big.NewInt(int64(l.share)))
	return free, share.Div(share, big.NewInt(100)), about
}

// larger is what providers of a larger stake wait for.
func (b *bonds) larger(provider common.Address, stake *big.Int) *big.Int {
	sum := new(big.Int)
	for other, w := range b.want {
		if other != provider && w.stake.Cmp(stake) > 0 {
			sum.Add(sum, w.amount)
		}
	}
	return sum
}

// hold notes what the file of a case says that it holds, and its place in the line.
func (b *bonds) hold(c *Case, drawn bool) {
	for _, r := range c.Asked {
		if r.Closed && c.Verdict != nil { // its bond came back with the conviction
			continue
		}
		if (!c.State.Over() || r.bonded()) && b.out[r.Question] == nil && (r.State == "asked" || r.State == "open" || r.State == "expiring" || r.State == "answered" && r.Times > 0) {
			b.out[r.Question] = &bond{c.Receipt, c.Provider, r.Bond.Big(), drawn, r.State != "asked"}
		}
		if r.Times > 0 && c.State == Asking && !drawn {
			b.line[c.Receipt] = inLine{c.Provider, longestWay}
		}
	}
}

// drop forgets what a case holds.
func (b *bonds) drop(receipt common.Hash) {
	for question, o := range b.out {
		if o.receipt == receipt {
			delete(b.out, question)
		}
	}
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
	s := &j.a.stakes
	l := loan{amount: new(big.Int).Lsh(k.bond, open), base: k.bond, stake: stake.Big(), free: free.Big(), share: j.a.cfg.BondShare, way: longestWay, drawn: j.drawn()}
	if _, unanswerable := j.unanswerable(); unanswerable {
		l.way = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.lend(j.c, r.Question, l); err != nil {
		return fmt.Errorf("ask for %s: %w", r.What, err)
	}
	r.Bond = protocol.MustAmount(l.amount)
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
func (s *stakes) recall(c *Case, drawn bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.State == Submitted && c.Verdict == nil {
		s.flying[c.Receipt] = flight{c.Provider, slashFull}
	}
	s.hold(c, drawn)
}

// forget ends the place in the line of a case that nobody works on.
func (s *stakes) forget(receipt common.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.line, receipt)
}

// note ends what a case has no more under way after a look at it, which ended with err.
func (s *stakes) note(c *Case, err error) {
	if c.State != Submitted || c.Verdict != nil {
		s.land(c.Receipt)
	}
	rests := errors.Is(err, errNotWorth)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !errors.Is(err, errShort) && s.want[c.Provider].receipt == c.Receipt {
		delete(s.want, c.Provider)
	}
	if c.State != Asking || c.Failures > 0 || rests { // nothing is kept for who does not ask on
		delete(s.line, c.Receipt)
	}
	if c.State.Over() && !c.bonded() || rests {
		s.drop(c.Receipt)
	}
}
