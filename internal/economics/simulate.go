package economics

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/dgrid-network/dgrid/protocol"
)

// simulatedStake is the stake of a simulated cheater: a million tokens of six
// decimals, so that rounding stays below a millionth of anything that counts.
const simulatedStake = Money(1_000_000_000_000)

// Estimate is what a simulation found, as parts of the stake, with standard errors.
type Estimate struct {
	Outcome
	GainError float64 `json:"gain_error"`
	LossError float64 `json:"loss_error"`
	Trials    int     `json:"trials"`

	largestPay float64 // for the audits of one draw
}

// books are one cheater's accounts and what moved them.
type books struct {
	ledger
	p   Parameters
	s   Strategy
	rng *rand.Rand

	gain, loss Money // as Outcome
	earned     Money // by honest answers, over what they cost
	refunded   map[int]bool
	plans      map[Money]plan
}

// trialsOf is how often a strategy is played where a full one is played trials times:
// light ones cost little and their faults are rare.
func (s Strategy) trialsOf(p Parameters, trials int) int {
	const full = 400 // stretches
	n := len(s.plan(p, simulatedStake).stretches) * s.identities() * s.windows()
	if s.Adaptive {
		n = 1 // it mostly stops soon
	}
	return trials * min(100, max(1, full/max(1, n)))
}

// Simulate plays s trials times with the ledger audited after every window. The same
// seed gives the same answer.
func Simulate(p Parameters, s Strategy, trials int, seed uint64) (Estimate, error) {
	name := fnv.New64a()
	_, _ = name.Write([]byte(s.Name)) // never fails
	rng := rand.New(rand.NewPCG(seed, name.Sum64()))
	var policy [][]bool
	if s.Adaptive {
		policy = newGame(p, s).more
	}
	plans := map[Money]plan{} // of whole stakes, which most windows begin with
	start := simulatedStake / Money(s.identities())
	plans[start] = s.plan(p, start)
	var sum, square Outcome
	for trial := range trials {
		var o Outcome
		for range s.identities() {
			b := &books{p: p, s: s, rng: rng, plans: plans}
			b.mint(stake, start)
			b.mint(wallet, 2*simulatedStake)
			b.mint(world, 64*simulatedStake)
			b.mint(pool, 64*simulatedStake)
			for range s.windows() {
				if err := b.window(policy); err != nil {
					return Estimate{}, fmt.Errorf("simulate %s, trial %d: %w", s.Name, trial, err)
				}
			}
			o.Gain += float64(b.gain) / float64(simulatedStake)
			o.Loss += float64(b.loss) / float64(simulatedStake)
		}
		sum.Gain += o.Gain
		sum.Loss += o.Loss
		square.Gain += o.Gain * o.Gain
		square.Loss += o.Loss * o.Loss
	}
	n := float64(trials)
	e := Estimate{Outcome: Outcome{Gain: sum.Gain / n, Loss: sum.Loss / n}, Trials: trials}
	e.largestPay = float64(p.auditPay(plans[start].length, simulatedStake)) / float64(simulatedStake)
	e.GainError = math.Sqrt(max(0, square.Gain/n-e.Gain*e.Gain) / n)
	e.LossError = math.Sqrt(max(0, square.Loss/n-e.Loss*e.Loss) / n)
	return e, nil
}

// window plays one dispute window: answers, redeems, draws, then what follows from
// them, then maturity.
func (b *books) window(policy [][]bool) error {
	before := b.cheater()
	gain, loss, earned := b.gain, b.loss, b.earned
	b.refunded = map[int]bool{}
	pl, ok := b.plans[b.balance[stake]]
	if !ok {
		pl = b.s.plan(b.p, b.balance[stake])
	}
	if b.s.Missed {
		b.miss(pl)
		return b.close(before, gain, loss, earned)
	}
	answers, found := b.traffic(pl, policy)
	wrong := 0
	for a := range answers {
		if b.s.wrong(a) {
			wrong++
		}
	}
	forfeited := b.settle(found, pl.fee)
	b.mature(pl.fee*Money(answers), pl.fee*Money(wrong), forfeited)
	return b.close(before, gain, loss, earned)
}

// drawn are the answers that were drawn and proven wrong.
type drawn struct {
	first []int // each once, in the order of draws
	again []int // once more for each later draw that met it
}

func (d drawn) draws() int { return len(d.first) + len(d.again) }

// traffic pays for answers and draws among them until the plan or the policy ends. It
// returns how many were answered and what was found.
func (b *books) traffic(pl plan, policy [][]bool) (answers int, found drawn) {
	payer := world
	if b.s.Wash {
		payer = wallet
	}
	for _, stretch := range pl.stretches {
		if first := stretch[0].answer; policy != nil && first == answers && !policy[answers][min(found.draws(), mostFaults)] {
			return answers, found
		}
		paid := Money(0)
		for _, pc := range stretch {
			paid += pc.length
			answers = pc.answer + 1
		}
		b.move(payer, escrow, paid)
		b.move(escrow, pending, paid)
		at, ok := b.draw(pl, stretch)
		switch {
		case !ok || !b.assign(pl) || !at.wrong:
		case slices.Contains(found.first, at.answer):
			found.again = append(found.again, at.answer)
		default:
			found.first = append(found.first, at.answer)
		}
	}
	return answers, found
}

// draw picks a point of a whole stretch; beyond the end of a shorter one it is none.
func (b *books) draw(pl plan, stretch []piece) (piece, bool) {
	point := Money(b.rng.Int64N(int64(pl.length)))
	for _, pc := range stretch {
		if point < pc.length {
			return pc, true
		}
		point -= pc.length
	}
	return piece{}, false
}

// assign draws the auditors of one point, pays them, and tells whether one of them
// is honest.
func (b *books) assign(pl plan) bool {
	pay := b.p.auditPay(pl.length, simulatedStake) / Money(b.p.AssignedAuditors)
	honest := false
	for range b.p.AssignedAuditors {
		if b.s.has(Puppets) && b.rng.Int64N(BPS) < b.p.PuppetBPS {
			b.move(pool, wallet, pay)
			b.gain += pay
			continue
		}
		b.move(pool, world, pay)
		honest = true
	}
	return honest
}

// settle lets the provider react to what was drawn and proves the faults. It tells
// whether pending credit is forfeited.
func (b *books) settle(found drawn, fee Money) (forfeited bool) {
	if found.draws() == 0 {
		return false
	}
	if out := share(b.balance[stake], b.s.UnbondBPS); !b.p.UnbondingAnswers && out > 0 {
		b.move(stake, wallet, out)
	}
	switch b.s.Reaction {
	case Evacuate:
		for k := range evacuations {
			b.slash(b.p.FaultBPS, -1-k, 0, true)
		}
	case Silence:
		if !b.p.SilenceIsFault {
			for _, a := range found.first {
				b.slash(b.p.SilenceBPS, a, fee, false)
			}
			return false
		}
		// Every question stays open; each clock that ends slashes once.
		for clock := range b.p.SilencesToFault - 1 {
			b.slash(b.p.SilenceBPS, found.first[min(clock, len(found.first)-1)], fee, false)
		}
	case Confess:
		for _, a := range found.first {
			b.slash(b.p.SilenceBPS, a, fee, false)
		}
		if b.p.SmallRungCloses {
			return false
		}
	}
	for _, a := range found.first {
		b.slash(b.p.FaultBPS, a, fee, b.s.Reaction != Silence)
	}
	if !b.p.OncePerReceipt {
		for _, a := range found.again {
			b.slash(b.p.FaultBPS, a, fee, b.s.Reaction != Silence)
		}
	}
	return b.p.ForfeitCredit
}

// slash takes bps of the stake for a fault or a silence on one answer.
func (b *books) slash(bps int64, answer int, fee Money, rewarded bool) {
	before := b.balance[stake]
	amount := share(before, bps)
	mine := b.s.has(Resold) || b.s.Wash || answer < 0
	refund, bounty := b.p.payout(amount, before, fee, !b.refunded[answer], rewarded)
	if refund > 0 {
		b.refunded[answer] = true
	}
	b.loss += amount
	for _, part := range []struct {
		amount Money
		mine   bool
	}{{refund, mine}, {bounty, b.s.has(Bounty)}} {
		if part.mine {
			b.move(stake, wallet, part.amount)
			b.loss -= part.amount
		} else {
			b.move(stake, world, part.amount)
		}
	}
	b.move(stake, burned, amount-refund-bounty)
}

// mature splits the window's credit. Honest answers to others cost what the saving of
// a wrong one is.
func (b *books) mature(total, wrong Money, forfeited bool) {
	ownBPS, othersBPS := b.s.keep(b.p)
	others := share(total, othersBPS)
	toPool := share(total, b.p.AuditorsBPS)
	rest := share(total, BPS-ownBPS-othersBPS) - toPool // strangers' parts
	own := total - others - toPool - rest
	kept := own + others

	if b.s.Wash {
		b.loss += total - kept
	} else {
		// Each answer brings kept in proportion; a wrong one saves its cost.
		byWrong := Money(0)
		if wrong > 0 {
			byWrong = Money(float64(kept) * (float64(wrong) / float64(total)))
		}
		if wrong == total {
			byWrong = kept
		}
		saved := share(byWrong, b.p.SavingBPS)
		cost := share(kept, b.p.SavingBPS) - saved
		b.move(wallet, world, cost)
		b.gain += saved
		b.earned += kept - cost - saved
	}
	b.move(pending, wallet, others)
	b.move(pending, pool, toPool)
	b.move(pending, world, rest)
	if b.s.Flood && !b.p.HoldStretches { // it matures before the verdict
		forfeited = false
	}
	if forfeited {
		b.move(pending, burned, own)
		b.loss += own
	} else {
		b.move(pending, wallet, own)
	}
	if b.s.Rewards {
		reward := share(share(total, b.p.ProtocolBPS), b.p.RewardPerFeeBPS)
		b.move(world, wallet, reward)
		b.gain += reward
	}
}

// miss lets every accepted job pass its deadline: its fee burns from the stake.
func (b *books) miss(pl plan) {
	for range pl.answers {
		b.move(world, escrow, pl.fee)
		b.move(escrow, world, pl.fee)
		b.move(stake, burned, pl.fee)
		b.loss += pl.fee
	}
}

// close audits the ledger, and that gain and loss explain all that the cheater has
// more or less than before.
func (b *books) close(before, gain, loss, earned Money) error {
	if err := b.audit(); err != nil {
		return err
	}
	explained := b.gain - gain - (b.loss - loss) + b.earned - earned
	if moved := b.cheater() - before; moved != explained {
		return fmt.Errorf("the cheater's accounts moved by %d, gain and loss explain %d: %w", moved, explained, protocol.ErrConflict)
	}
	return nil
}
