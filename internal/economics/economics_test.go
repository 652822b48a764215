package economics

import (
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

func strategy(t *testing.T, name string) Strategy {
	t.Helper()
	for _, s := range Strategies() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no strategy %q", name)
	return Strategy{}
}

func TestSTK3_DSP5_NoStrategyProfitsAtTheDefaults(t *testing.T) {
	r, err := Evaluate(Live(), MinTrials, 7)
	require.NoError(t, err)
	require.Len(t, r.Rows, len(Strategies()))
	for _, row := range r.Rows {
		if row.Strategy.Name == "honest" {
			require.Equal(t, Even, row.Verdict)
			continue
		}
		require.Equal(t, Loses, row.Verdict, row.Strategy.Name)
		if row.Ratio != nil {
			require.GreaterOrEqual(t, *row.Ratio, 1.5, row.Strategy.Name)
		}
	}
	require.True(t, r.Pass)
	// The design's margin: close to its bound, and audits could not be much rarer.
	require.InDelta(t, 1.60, r.Ratio, 0.01)
	require.InDelta(t, 27_900, r.Limits.AuditPPM, 200)
	require.InDelta(t, 3_900, r.Limits.PuppetBPS, 200)
}

// Credit is held as much longer as a flood takes, so it saves nothing, at any stake and even for nothing; with a hold that
// ends all the same it saves as much as if no fault took credit.
func TestFloodingOneselfSavesNothing(t *testing.T) {
	p := Live()
	s := strategy(t, "floods itself to save its credit")
	plain, _ := Expect(p, strategy(t, "all roles, best stopping"))
	flooded, _ := Expect(p, s)
	require.Equal(t, plain, flooded)
	row, err := evaluate(p, s, 2_000, 5) // both models
	require.NoError(t, err)
	require.GreaterOrEqual(t, *row.Ratio, 1.5)

	p.HoldStretches = false
	name, ratio := Lowest(p)
	require.Equal(t, s.Name, name)
	unforfeited, _ := Live().Without("forfeit")
	_, bottom := Lowest(unforfeited)
	require.InDelta(t, bottom, ratio, 1e-9)
	require.Less(t, ratio, 1.5)
	_, err = evaluate(p, s, 2_000, 5)
	require.NoError(t, err)
}

// An honest provider that answers its flood is whole: two thirds of a bond are what the
// dearest answer costs. With a smaller bond it is not.
func TestFloodingTheHonestCostsTheAttacker(t *testing.T) {
	p := Live()
	for _, g := range griefs(p) {
		require.True(t, g.Ratio == nil || *g.Ratio >= 1.5, g.Name)
	}
	require.Zero(t, griefs(p)[0].Harm)
	p.BaseBond = p.AnswerCost
	require.Positive(t, griefs(p)[0].Harm)
	p.BaseBond, p.AskCost = 300, 0
	r, err := Evaluate(p, MinTrials, 1)
	require.NoError(t, err)
	require.False(t, r.Pass, "questions that cost nothing")
}

// Every rule that is named as a reason why cheating loses is one.
func TestSTK3_EachRuleIsNeeded(t *testing.T) {
	pays := map[string]bool{"burn": true, "bounty-cap": true, "refund-cap": true, "silence-fault": true, "rung-order": true,
		"credit-limit": true, "unbonding": true, "audit-pay": true}
	for _, rm := range Removals() {
		p, ok := Live().Without(rm.Name)
		require.True(t, ok)
		require.NoError(t, p.Validate(), rm.Name)
		name, ratio := Lowest(p)
		require.Less(t, ratio, 1.5, rm.Name)
		require.Equal(t, pays[rm.Name], ratio < 1, "%s: %v", rm.Name, ratio)
		// The two models agree about broken rules too.
		s := strategy(t, name)
		row, err := evaluate(p, s, s.trialsOf(p, 100), 7)
		require.NoError(t, err, rm.Name)
		require.NotEqual(t, Loses, row.Verdict, rm.Name)
	}
	_, ok := Live().Without("gravity")
	require.False(t, ok)
}

func TestAQuarterBurned(t *testing.T) {
	p, _ := Live().Without("burn")
	// By hand, for an answer of the largest fee whose gain is all of its fee: drawn
	// and not signed off by puppets, a quarter of 15 % of the stake, 400 fees a stake.
	byHand := 0.03 * (1 - 0.3*0.3) * 0.15 * 0.25 * 400
	require.InDelta(t, 0.4095, byHand, 1e-9)
	// The model's answer is the same but for what it does not let the cheater keep.
	s := strategy(t, "all roles, patient")
	s.Pieces, s.Own = 1, s.Own&^Creator
	p.MaxRoyaltyBPS, p.RelayerBPS, p.ProtocolBPS, p.AuditorsBPS = 0, 0, 0, 0
	o, _ := Expect(p, s)
	forfeit := 0.03 * (1 - 0.3*0.3) // of the one fee that pends
	require.InDelta(t, byHand+forfeit, o.Ratio(), 1e-6)
}

// Each limit alone keeps refunds and bounties at 7 % of a slash.
func TestTheReturnedPartHasTwoLimits(t *testing.T) {
	for _, set := range []func(*Parameters){
		func(p *Parameters) { p.RefundDivisor = 0 },
		func(p *Parameters) { p.ReturnedBPS = BPS },
	} {
		p := Live()
		set(&p)
		name, ratio := Lowest(p)
		require.GreaterOrEqual(t, ratio, 1.5, name)
	}
}

// The owner may move shares within bounds; nobody may thereby make cheating pay.
func TestAnySharesWithinBoundsPass(t *testing.T) {
	for _, relayer := range []int64{0, 250, 500} {
		for _, network := range []int64{0, 250, 500} {
			for _, auditors := range []int64{0, 250, 500} {
				for _, royalty := range []int64{0, 2_500} {
					p := Live()
					p.RelayerBPS, p.ProtocolBPS, p.AuditorsBPS, p.MaxRoyaltyBPS = relayer, network, auditors, royalty
					name, ratio := Lowest(p)
					require.GreaterOrEqual(t, ratio, 1.5, "%s with shares %d %d %d, royalty %d", name, relayer, network, auditors, royalty)
				}
			}
		}
	}
}

func TestRarerAuditsFail(t *testing.T) {
	p := Live()
	p.AuditPPM = 10_000 // the least that the design allows
	r, err := Evaluate(p, MinTrials, 3)
	require.NoError(t, err)
	require.False(t, r.Pass)
	require.Less(t, r.Ratio, 1.0)
	require.Zero(t, r.Limits.AuditPPM)

	limit := Live()
	name, ratio := Lowest(limit)
	limit.AuditPPM = limits(Live()).AuditPPM
	_, at := Lowest(limit)
	require.GreaterOrEqual(t, at, 1.5)
	limit.AuditPPM--
	_, below := Lowest(limit)
	require.Less(t, below, 1.5, "%s %v", name, ratio)
}

// All outcomes of one redeem, one by one, against the running distribution.
func TestFaultsByEnumeration(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		pl := plan{length: Money(2 + rng.IntN(4)), fee: Money(1 + rng.IntN(7))}
		var redeem []piece
		for a := range 1 + rng.IntN(3) {
			redeem = append(redeem, piece{a, pl.fee, rng.IntN(3) > 0})
		}
		pl.stretches = cut(redeem, pl.length)
		caught := float64(1+rng.IntN(4)) / 4

		want := map[[2]int]float64{}
		var walk func(i, n int, q float64, found map[int]bool)
		walk = func(i, n int, q float64, found map[int]bool) {
			if i == len(pl.stretches) {
				want[[2]int{n, n - len(found)}] += q
				return
			}
			rest := q
			for _, pc := range pl.stretches[i] {
				if !pc.wrong {
					continue
				}
				w := q * float64(pc.length) / float64(pl.length) * caught
				rest -= w
				with := map[int]bool{pc.answer: true}
				for k := range found {
					with[k] = true
				}
				walk(i+1, n+1, w, with)
			}
			walk(i+1, n, rest, found)
		}
		walk(0, 0, 1, map[int]bool{})
		sum := 0.0
		for n, row := range pl.faults(caught) {
			for again, q := range row {
				require.InDelta(t, want[[2]int{n, again}], q, 1e-12, "%d draws, %d again, of %+v", n, again, pl)
				sum += q
			}
		}
		require.InDelta(t, 1, sum, 1e-12)
	}
}

// An answer in eight pieces is met less often than a whole one, but each time it is met
// counts: what it loses is nearly the same. Slashed once, it would be cheaper.
func TestPiecesAreDrawnLessOften(t *testing.T) {
	p := Live()
	one, _ := Expect(p, strategy(t, "patient, largest answers"))
	pieces, _ := Expect(p, strategy(t, "patient, paid in pieces"))
	p.OncePerReceipt = true
	once, _ := Expect(p, strategy(t, "patient, paid in pieces"))
	q := 0.03
	require.InDelta(t, (1-math.Pow(1-q/8, 8))/q, once.Ratio()/one.Ratio(), 1e-6)
	require.Less(t, once.Ratio(), pieces.Ratio())
	require.Less(t, pieces.Ratio(), one.Ratio())
}

// A provider that answers with a large stake and redeems with a small one has answers
// that are half of what it has left. Slashed once for each it would lose what it
// gains; slashed at every draw it loses nearly twice as much.
func TestAShrunkStakeNeedsEveryDraw(t *testing.T) {
	s := strategy(t, "all roles, stake shrunk")
	every, _ := Expect(Live(), s)
	require.Greater(t, every.Ratio(), 1.7)
	p, _ := Live().Without("every-draw")
	once, _ := Expect(p, s)
	// By hand: one slash but for bounty and refund, and the provider's part of a fee.
	back := 0.15*0.05 + 1.0/400
	byHand := (0.15 - back + 0.5*0.68) / (0.5*0.95 + 0.3*0.5*0.03)
	require.InDelta(t, byHand, once.Ratio(), 1e-4)
	require.Less(t, once.Ratio(), 1.01)
}

// The best stopping rule is no worse than stopping after one answer, or never.
func TestBestStoppingIsBest(t *testing.T) {
	for _, name := range append([]string{""}, func() (n []string) {
		for _, r := range Removals() {
			n = append(n, r.Name)
		}
		return n
	}()...) {
		p, _ := Live().Without(name)
		best := strategy(t, "all roles, best stopping")
		b, _ := Expect(p, best)
		for _, answers := range []int{1, 2, 0} {
			s := best
			s.Adaptive, s.Answers = false, answers
			o, _ := Expect(p, s)
			require.LessOrEqual(t, b.Ratio(), o.Ratio()+1e-3, "%s, %d answers", name, answers)
		}
	}
}

func TestHundredRandomStrategiesAndRules(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 13))
	for i := range 100 {
		p := Live()
		p.AuditPPM = 1_000 + rng.Int64N(200_000)
		p.FaultBPS = rng.Int64N(3_000)
		p.SilenceBPS = rng.Int64N(1_000)
		p.BountyBPS, p.ReturnedBPS = rng.Int64N(BPS), rng.Int64N(BPS)
		p.PuppetBPS, p.SavingBPS = rng.Int64N(BPS), rng.Int64N(BPS)
		p.AssignedAuditors = 1 + rng.IntN(3)
		p.ForfeitCredit, p.SilenceIsFault = rng.IntN(2) == 0, rng.IntN(2) == 0
		p.OncePerReceipt = rng.IntN(2) == 0
		p.SmallRungCloses, p.UnbondingAnswers, p.FlatAuditPay = rng.IntN(2) == 0, rng.IntN(2) == 0, rng.IntN(2) == 0
		s := Strategy{Name: "random " + strconv.Itoa(i), Answers: rng.IntN(60), FeePPM: 1 + rng.Int64N(PPM), WrongEvery: rng.IntN(4),
			Batch: rng.IntN(9), Pieces: rng.IntN(4), Own: Party(rng.IntN(int(Everyone) + 1)), Reaction: Reaction(rng.IntN(4)),
			UnbondBPS: rng.Int64N(BPS), Early: rng.IntN(2) == 0, Wash: rng.IntN(3) == 0, Identities: rng.IntN(3), Shrink: rng.Int64N(40), Flood: rng.IntN(2) == 0}
		_, err := evaluate(p, s, 1_000, uint64(i)) // the ledger balances and the models agree
		require.NoError(t, err, "%+v %+v", p, s)
	}
}

func TestSimulationIsItsSeed(t *testing.T) {
	s := strategy(t, "all roles, fast")
	a, err := Simulate(Live(), s, 100, 1)
	require.NoError(t, err)
	b, err := Simulate(Live(), s, 100, 1)
	require.NoError(t, err)
	c, err := Simulate(Live(), s, 100, 2)
	require.NoError(t, err)
	require.Equal(t, a, b)
	require.NotEqual(t, a, c)
}

func TestLedgerFindsWhatIsLost(t *testing.T) {
	var l ledger
	l.mint(stake, 10)
	l.move(stake, wallet, 4)
	require.NoError(t, l.audit())
	require.Equal(t, Money(10), l.cheater())
	l.balance[burned]++
	require.ErrorIs(t, l.audit(), protocol.ErrConflict)
	l.balance[burned]--
	l.move(stake, pending, 1)
	require.ErrorIs(t, l.audit(), protocol.ErrConflict)
	l.move(stake, wallet, 6)
	require.ErrorIs(t, l.audit(), protocol.ErrInsufficient)

	b := &books{p: Live()}
	b.mint(wallet, 5)
	b.move(wallet, world, 1) // nothing explains it
	require.ErrorIs(t, b.close(5, 0, 0, 0), protocol.ErrConflict)
}

func TestAgreementBites(t *testing.T) {
	p, s := Live(), strategy(t, "all roles, patient")
	o, deviation := Expect(p, s)
	e, err := Simulate(p, s, 100_000, 1)
	require.NoError(t, err)
	require.NoError(t, agree(o, deviation, e, 1))
	o.Loss *= 1.2
	require.ErrorIs(t, agree(o, deviation, e, 1), protocol.ErrInternal)
}

func TestParametersOutOfRange(t *testing.T) {
	for name, set := range map[string]func(*Parameters){
		"no audits":      func(p *Parameters) { p.AuditPPM = 0 },
		"certain and up": func(p *Parameters) { p.AuditPPM = PPM + 1 },
		"no auditor":     func(p *Parameters) { p.AssignedAuditors = 0 },
		"shares":         func(p *Parameters) { p.RelayerBPS = 8_000 },
		"negative":       func(p *Parameters) { p.FaultBPS = -1 },
		"exposure":       func(p *Parameters) { p.FeeDivisor = 0 },
		"no room":        func(p *Parameters) { p.PendingBPS = 24 },
		"clock":          func(p *Parameters) { p.ClockSeconds = 0 },
		"line":           func(p *Parameters) { p.AnswerSeconds = 0 },
		"cost":           func(p *Parameters) { p.AskCost = -1 },
	} {
		p := Live()
		set(&p)
		_, err := Evaluate(p, MinTrials, 1)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
	_, err := Evaluate(Live(), MinTrials-1, 1)
	require.ErrorIs(t, err, protocol.ErrInvalid)
}

func TestStakeFloor(t *testing.T) {
	require.Equal(t, Money(134), Live().StakeFloor(1))
	p := Live()
	p.BountyBPS = 0
	require.Zero(t, p.StakeFloor(1))
}

// The parameters are the contracts' constants, read from their source.
func TestParametersAreTheContracts(t *testing.T) {
	constant := func(file, name string) int64 {
		source, err := os.ReadFile("../../contracts/src/" + file)
		require.NoError(t, err)
		m := regexp.MustCompile(name + ` = ([0-9_]+);`).FindSubmatch(source)
		require.NotNil(t, m, "%s has no %s", file, name)
		v, err := strconv.ParseInt(strings.ReplaceAll(string(m[1]), "_", ""), 10, 64)
		require.NoError(t, err)
		return v
	}
	p := Live()
	require.Equal(t, constant("Slasher.sol", "MAX_SLASH_BPS"), p.FaultBPS)
	require.Equal(t, constant("disputes/DisputeLedger.sol", "FAULT_BPS"), p.FaultBPS, "the most that may be slashed is slashed")
	require.Equal(t, constant("disputes/DisputeLedger.sol", "SMALL_BPS"), p.SilenceBPS)
	require.EqualValues(t, constant("disputes/Questions.sol", "SILENCES"), p.SilencesToFault)
	require.EqualValues(t, constant("disputes/Audits.sol", "SILENCES"), p.SilencesToFault)
	require.Equal(t, constant("Slasher.sol", "MAX_BOUNTY_BPS"), p.BountyBPS)
	require.Equal(t, constant("Slasher.sol", "MAX_RETURNED_BPS"), p.ReturnedBPS)
	require.Equal(t, constant("ModelRegistry.sol", "MAX_ROYALTY_BPS")+constant("ModelRegistry.sol", "MAX_PARENT_ROYALTY_BPS"), p.MaxRoyaltyBPS)
	source, err := os.ReadFile("../../contracts/src/disputes/Auditors.sol")
	require.NoError(t, err)
	require.Contains(t, string(source), "returns (address first, address second)", "two auditors for each draw")
	require.Equal(t, 2, p.AssignedAuditors)
	source, err = os.ReadFile("../../contracts/src/market/Credits.sol")
	require.NoError(t, err)
	require.Contains(t, string(source), "STAKING.stakeOf(provider) / 2", "pending credit is half the stake")
	require.Equal(t, int64(BPS/2), p.PendingBPS)
}
