package auditor

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// Anybody may sign receipts, with no stake behind them: a conviction of such a provider brings nothing, and costs a replay, a
// proof, gas and bonds. Work is done where a slash of the stake pays for it: where the bounty is worth a transaction, or where
// what the requester paid comes back to it whole and with the bounty is. What was drawn is worked on whatever it brings.
//
// INVARIANT: what is not worth it now costs one read of its provider's stake in a while, however many receipts it has, and is
// taken up when that changes.

// What a conviction takes of a stake and what of that is the bounty at most, in hundredths of a percent.
const (
	slashFull  = 1500
	slashSmall = 500
	bountyPart = 500
)

// looksAtOnce is of how many providers, and of how many lines of each, one look reads what stands behind them.
const looksAtOnce = 64

// errNotWorth says that a case waits until its provider's stake can pay for it.
var errNotWorth = errors.New("not worth it now")

// worthTerms are constants of the deployment.
type worthTerms struct {
	bounty  protocol.Amount
	bond    *big.Int // of the first question
	divisor uint64   // a refund is at most this part of a stake
}

// stakes knows what stands behind providers, and what this auditor has under way about them.
type stakes struct {
	mu     sync.Mutex
	terms  *worthTerms
	read   map[common.Address]readStake
	flying map[common.Hash]flight // convictions that are sent and not mined, by receipt or claim
	rest   map[common.Hash]*resting
	lines  map[protocol.Line]lineSeen // of resting receipts, at the last look
	bonds
}

type readStake struct {
	amount protocol.Amount
	at     time.Time
}

type flight struct {
	provider common.Address
	bps      uint64
}

// resting is a case that is not worth it now.
type resting struct {
	provider common.Address
	fee      protocol.Amount
	backed   bool   // the refund was worth it when it was looked at
	until    uint64 // the end of its window, in block time
}

// lineSeen is what a look saw of a line.
type lineSeen struct {
	root  common.Hash
	news  uint64      // of what is said of it
	shown common.Hash // the last root that is known to the last receipt
}

func newStakes() stakes {
	return stakes{read: map[common.Address]readStake{}, flying: map[common.Hash]flight{}, rest: map[common.Hash]*resting{}, lines: map[protocol.Line]lineSeen{}, bonds: newBonds()}
}

func (a *Auditor) worthTerms(ctx context.Context) (*worthTerms, error) {
	a.stakes.mu.Lock()
	known := a.stakes.terms
	a.stakes.mu.Unlock()
	if known != nil {
		return known, nil
	}
	bounty, err := a.deps.Chain.Bounty(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bounty: %w", err)
	}
	terms, err := a.deps.Chain.QuestionTerms(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the terms of questions: %w", err)
	}
	divisor, err := a.deps.Chain.ExposureDivisor(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what a stake backs: %w", err)
	}
	known = &worthTerms{bounty, terms.BaseBond, max(divisor, 1)}
	a.stakes.mu.Lock()
	a.stakes.terms = known
	a.stakes.mu.Unlock()
	return known, nil
}

// stakeOf is a provider's whole stake, which is what slashes are of; as it was a while ago, unless now.
func (a *Auditor) stakeOf(ctx context.Context, provider common.Address, now bool) (protocol.Amount, error) {
	s := &a.stakes
	s.mu.Lock()
	known, ok := s.read[provider]
	s.mu.Unlock()
	if ok && !now && time.Since(known.at) < a.cfg.LookEvery {
		return known.amount, nil
	}
	stake, err := a.deps.Chain.Stake(ctx, provider)
	if err != nil {
		return stake, fmt.Errorf("read a stake: %w", err)
	}
	s.mu.Lock()
	s.read[provider] = readStake{stake, time.Now()}
	s.mu.Unlock()
	return stake, nil
}

// gain is the bounty of a slash.
func (k *worthTerms) gain(stake protocol.Amount, bps uint64) protocol.Amount {
	gain := part(part(stake, bps, 10_000), bountyPart, 10_000)
	if gain.Cmp(k.bounty) > 0 {
		return k.bounty
	}
	return gain
}

// pays says whether the bounty of a slash is worth a transaction. What brings nothing at all never is.
func (a *Auditor) pays(k *worthTerms, stake protocol.Amount, bps uint64) bool {
	gain := k.gain(stake, bps)
	return !gain.IsZero() && a.worth(gain)
}

// refunds says whether a slash of the stake gives a fee back whole, and that is worth a transaction together with the bounty. Each slash
// takes so much of the stake that nobody has it taken for small fees for long; a stake of dust has nothing to take.
func (a *Auditor) refunds(k *worthTerms, stake protocol.Amount, bps uint64, fee protocol.Amount) bool {
	if fee.IsZero() || fee.Cmp(part(stake, 1, k.divisor)) > 0 {
		return false
	}
	both, err := k.gain(stake, bps).Add(fee)
	return err == nil && a.worth(both)
}

// left is what the convictions under way about a provider leave of its stake. The caller holds mu.
func (s *stakes) left(provider common.Address, stake protocol.Amount, but common.Hash) protocol.Amount {
	for id, f := range s.flying {
		if f.provider == provider && id != but {
			stake = part(stake, 10_000-f.bps, 10_000)
		}
	}
	return stake
}

// land ends a conviction's being under way.
func (s *stakes) land(id common.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.flying[id]; ok {
		delete(s.flying, id)
		delete(s.read, f.provider) // it was slashed
	}
}

// room says whether a conviction is worth it beside those under way.
func (s *stakes) room(id common.Hash, f flight, worth func(left protocol.Amount) bool, stake protocol.Amount) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return worth(s.left(f.provider, stake, id))
}

// depart is room, and then it is under way.
func (s *stakes) depart(id common.Hash, f flight, worth func(left protocol.Amount) bool, stake protocol.Amount) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !worth(s.left(f.provider, stake, id)) {
		return false
	}
	s.flying[id] = f
	return true
}

// costs says whether the next step of a case costs work, gas or a bond.
func (s State) costs() bool {
	switch s {
	case Found, Replayed, Located, Asking, Opened, Proven:
		return true
	}
	return false
}

// worthwhile says whether a case is to go on now. It is errNotWorth where it waits, and false where its window is over.
func (j *judge) worthwhile(ctx context.Context) (bool, error) {
	a, sends := j.a, j.c.State == Proven
	if j.drawn() {
		return true, nil
	}
	k, err := a.worthTerms(ctx)
	if err != nil {
		return false, err
	}
	stake, err := a.stakeOf(ctx, j.c.Provider, false)
	if err != nil {
		return false, err
	}
	paid := j.c.Origin == OriginJob
	if !paid && !a.pays(k, stake, slashFull) && a.refunds(k, stake, slashFull, j.b.Receipt.Fee) {
		payment, err := j.payment(ctx)
		if err != nil {
			return false, err
		}
		paid = payment.Count != 0
	}
	worth := func(stake protocol.Amount) bool {
		return a.pays(k, stake, slashFull) || paid && a.refunds(k, stake, slashFull, j.b.Receipt.Fee)
	}
	if worth(stake) && !sends {
		return true, nil
	}
	one := flight{j.c.Provider, slashFull}
	if sends && a.stakes.room(j.c.Receipt, one, worth, stake) { // it may have been slashed since it was read
		if stake, err = a.stakeOf(ctx, j.c.Provider, true); err != nil {
			return false, err
		}
	}
	if worth(stake) {
		if !a.stakes.depart(j.c.Receipt, one, worth, stake) {
			return false, fmt.Errorf("what is sent already takes what its provider's stake could pay: %w", errPending)
		}
		return true, nil
	}
	if sends { // an earlier process may have sent it: what is mined costs nothing more
		if kind, err := a.deps.Chain.FaultOf(ctx, j.c.Receipt); err != nil || kind != contracts.FaultNone {
			return err == nil, err
		}
	}
	if j.c.State == Asking { // bonds that are out come back first
		if err := j.release(ctx, false); err != nil {
			return false, err
		}
		if err := j.convicted(ctx, errNotWorth); !errors.Is(err, errNotWorth) {
			return false, err
		}
	}
	return false, j.inTime(ctx, func(context.Context) error {
		return fmt.Errorf("its provider's stake of %s pays for no conviction: %w", stake, errNotWorth)
	})
}

// drawn says whether a draw met the receipt: then it is worked on whatever it brings.
func (j *judge) drawn() bool { return j.c.Origin == OriginDraw || j.a.wasDrawn(j.c.Receipt) }

// worthClaim is errNotWorth where nothing is gained by a claim. One that sends, which nobody refuses, is under way else.
func (a *Auditor) worthClaim(ctx context.Context, c *Claimed, sends bool) error {
	k, err := a.worthTerms(ctx)
	if err != nil {
		return err
	}
	stake, err := a.stakeOf(ctx, c.Provider, sends)
	if err != nil {
		return err
	}
	bps := uint64(slashFull)
	if c.Kind == contracts.FaultEquivocation {
		bps = slashSmall
	}
	paid := c.Claim.Payment.Count != 0 && c.Claim.Receipt != nil
	worth := func(stake protocol.Amount) bool {
		return a.pays(k, stake, bps) || paid && a.refunds(k, stake, bps, c.Claim.Receipt.Fee)
	}
	if !worth(stake) {
		return fmt.Errorf("its provider's stake of %s pays for no claim: %w", stake, errNotWorth)
	}
	if sends && !a.stakes.depart(c.ID, flight{c.Provider, bps}, worth, stake) {
		return fmt.Errorf("what is sent already takes what its provider's stake could pay: %w", errPending)
	}
	return nil
}

// repose has a case wait that is not worth it now.
func (a *Auditor) repose(j *judge) {
	s := &a.stakes
	one := &resting{provider: j.c.Provider, fee: j.b.Receipt.Fee, until: j.c.Deadline}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.read[one.provider]; ok && s.terms != nil {
		one.backed = a.refunds(s.terms, known.amount, slashFull, one.fee)
	}
	s.rest[j.c.Receipt] = one
}

// restLoop takes up what becomes worth it, until ctx ends.
func (a *Auditor) restLoop(ctx context.Context) error {
	for {
		if err := a.restNow(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("cannot look at what stands behind receipts", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(a.cfg.LookEvery):
		}
	}
}

// restNow looks once: at what was drawn and whose window is over, and at some providers.
func (a *Auditor) restNow(ctx context.Context) error {
	s := &a.stakes
	s.mu.Lock()
	of := map[common.Address]map[common.Hash]resting{}
	for receipt, one := range s.rest {
		if of[one.provider] == nil {
			of[one.provider] = map[common.Hash]resting{}
		}
		of[one.provider][receipt] = *one
	}
	s.mu.Unlock()
	if len(of) == 0 {
		return nil
	}
	k, err := a.worthTerms(ctx)
	if err != nil {
		return err
	}
	now, err := a.deps.Chain.Now(ctx)
	if err != nil {
		return err
	}
	looks := 0
	for provider, list := range of { // in no order: with more of them than looks each has its turn
		for receipt, one := range list {
			if now >= one.until || a.wasDrawn(receipt) {
				a.rouse(ctx, receipt)
				delete(list, receipt)
			}
		}
		if looks++; looks > looksAtOnce || len(list) == 0 {
			continue
		}
		stake, err := a.stakeOf(ctx, provider, true)
		if err != nil {
			return err
		}
		moved := map[protocol.Line]bool{}
		for receipt, one := range list {
			rouse := a.pays(k, stake, slashFull)
			if backs := a.refunds(k, stake, slashFull, one.fee); !rouse && backs {
				paid, err := a.moved(ctx, a.linesOf(receipt), moved)
				if err != nil {
					return err
				}
				rouse = paid || !one.backed
			}
			if rouse {
				a.rouse(ctx, receipt)
			}
		}
	}
	return ctx.Err()
}

// moved says whether a payment in one of these lines may be shown now that could not be at the last look. known is what this look
// read already, of so many lines at most.
func (a *Auditor) moved(ctx context.Context, lines []protocol.Line, known map[protocol.Line]bool) (any bool, err error) {
	for _, line := range lines {
		moved, looked := known[line]
		if !looked && len(known) < looksAtOnce {
			state, err := a.deps.Chain.Line(ctx, line)
			if err != nil {
				return false, fmt.Errorf("read a voucher line: %w", err)
			}
			now := lineSeen{root: state.ReceiptsRoot, news: a.newsOf(line)}
			a.stakes.mu.Lock()
			last := a.stakes.lines[line]
			a.stakes.mu.Unlock()
			now.shown = last.shown
			if (now.root != last.root || now.news != last.news) && making(a.listsOf(line), state) != nil {
				now.shown = now.root
			}
			moved = now.shown != last.shown
			a.stakes.mu.Lock()
			a.stakes.lines[line] = now
			a.stakes.mu.Unlock()
			known[line] = moved
		}
		any = any || moved
	}
	return any, nil
}

// rouse has a case that waits looked at again. One that is still on its way to rest is left for the next look.
func (a *Auditor) rouse(ctx context.Context, receipt common.Hash) {
	if a.atWork(receipt) {
		return
	}
	a.stakes.mu.Lock()
	delete(a.stakes.rest, receipt)
	a.stakes.mu.Unlock()
	a.enqueue(ctx, receipt)
}
