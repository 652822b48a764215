package economics

import (
	"fmt"
	"math"

	"github.com/dgrid-network/dgrid/protocol"
)

// MinTrials is the least number of simulated windows that says anything.
const MinTrials = 1000

// Verdict is what a ratio means.
type Verdict string

const (
	Even     Verdict = "even"      // neither gains nor loses
	Loses    Verdict = "loses"     // at least the required ratio, or no gain at all
	TooCheap Verdict = "too cheap" // loses, but less than required
	Pays     Verdict = "pays"      // cheating is a business
)

// Row is one strategy's answer.
type Row struct {
	Strategy  Strategy `json:"strategy"`
	Expected  Outcome  `json:"expected"`
	Simulated Estimate `json:"simulated"`
	Ratio     *float64 `json:"ratio"` // loss / gain; null without a gain
	Verdict   Verdict  `json:"verdict"`
}

// Removed is the lowest ratio once a rule is gone.
type Removed struct {
	Removal
	Strategy string  `json:"strategy"`
	Ratio    float64 `json:"ratio"`
}

// Limits say how far one number can move, the others as they are, before the lowest
// ratio is below the required one. Zero: it is below at once.
type Limits struct {
	AuditPPM  int64 `json:"audit_ppm"`  // at least
	FaultBPS  int64 `json:"fault_bps"`  // at least
	PuppetBPS int64 `json:"puppet_bps"` // at most
}

// Grief is harm done at the attacker's own cost, per question, in base units.
type Grief struct {
	Name  string   `json:"name"`
	About string   `json:"about"`
	Cost  Money    `json:"cost"`  // to the attacker
	Harm  Money    `json:"harm"`  // to an honest provider
	Ratio *float64 `json:"ratio"` // cost / harm; null without harm
}

// Condition is what the table takes for granted.
type Condition struct {
	Needs  string `json:"needs"`
	Broken string `json:"broken"` // what happens otherwise
}

// Report is everything that is asked of one set of parameters.
type Report struct {
	Parameters Parameters  `json:"parameters"`
	Seed       uint64      `json:"seed"`
	Rows       []Row       `json:"rows"`
	Lowest     string      `json:"lowest"` // the strategy with the lowest ratio
	Ratio      float64     `json:"ratio"`  // the lowest
	Required   float64     `json:"required"`
	Limits     Limits      `json:"limits"`
	Removed    []Removed   `json:"removed"`
	Griefs     []Grief     `json:"griefs"`
	Conditions []Condition `json:"conditions"`
	Pass       bool        `json:"pass"`
}

// Evaluate asks about every strategy, both ways: exactly, and by trials simulated
// windows from seed (light strategies up to 100 times as many). That the two disagree
// is an error, as are parameters out of range; a failed table is a Report.
func Evaluate(p Parameters, trials int, seed uint64) (Report, error) {
	r := Report{Parameters: p, Seed: seed, Required: p.required(), Pass: true}
	if err := p.Validate(); err != nil {
		return r, err
	}
	if trials < MinTrials {
		return r, fmt.Errorf("%d trials, at least %d: %w", trials, MinTrials, protocol.ErrInvalid)
	}
	for _, s := range Strategies() {
		row, err := evaluate(p, s, s.trialsOf(p, trials), seed)
		if err != nil {
			return r, err
		}
		r.Rows = append(r.Rows, row)
		r.Pass = r.Pass && row.Verdict != TooCheap && row.Verdict != Pays
	}
	r.Lowest, r.Ratio = Lowest(p)
	r.Limits = limits(p)
	for _, rm := range Removals() {
		without := p
		rm.apply(&without)
		if without.Validate() != nil {
			continue // other parameters leave no room to remove it
		}
		name, ratio := Lowest(without)
		r.Removed = append(r.Removed, Removed{rm, name, ratio})
	}
	r.Griefs = griefs(p)
	for _, g := range r.Griefs {
		r.Pass = r.Pass && (g.Ratio == nil || *g.Ratio >= p.required())
	}
	r.Conditions = conditions(p)
	return r, nil
}

func evaluate(p Parameters, s Strategy, trials int, seed uint64) (Row, error) {
	expected, deviation := Expect(p, s)
	e, err := Simulate(p, s, trials, seed)
	if err != nil {
		return Row{}, err
	}
	row := Row{Strategy: s, Expected: expected, Simulated: e, Verdict: verdict(p, expected)}
	if ratio := expected.Ratio(); !math.IsInf(ratio, 1) {
		row.Ratio = &ratio
	}
	if err := agree(expected, deviation, e, s.windows()); err != nil {
		return row, fmt.Errorf("%s: %w", s.Name, err)
	}
	return row, nil
}

// agree holds the simulation to the expectation: within six standard errors, eight
// events (of something rare six standard errors are less than one), and what integers
// round. Of one window the exact deviation is known; of more the sample's serves.
func agree(o Outcome, deviation float64, e Estimate, windows int) error {
	const errors, events, rounding = 6, 8, 1e-6
	n := float64(e.Trials)
	near := func(what string, simulated, expected, deviation, event float64) error {
		within := errors*deviation/math.Sqrt(n) + events*event/n + rounding*(1+expected)*float64(windows)
		if math.Abs(simulated-expected) > within {
			return fmt.Errorf("simulated %s %g, expected %g within %g: %w", what, simulated, expected, within, protocol.ErrInternal)
		}
		return nil
	}
	event := 0.0
	if o.Loss > 0 {
		event = (deviation*deviation + o.Loss*o.Loss) / o.Loss // as large as the average unit of loss sees it
	}
	if windows > 1 {
		deviation = e.LossError * math.Sqrt(n)
	}
	if err := near("loss", e.Loss, o.Loss, deviation, event); err != nil {
		return err
	}
	return near("gain", e.Gain, o.Gain, e.GainError*math.Sqrt(n), e.largestPay)
}

func verdict(p Parameters, o Outcome) Verdict {
	switch ratio := o.Ratio(); {
	case o.Gain == 0 && o.Loss == 0:
		return Even
	case ratio >= p.required():
		return Loses
	case ratio >= 1:
		return TooCheap
	default:
		return Pays
	}
}

// Lowest returns the strategy with the lowest exact ratio.
func Lowest(p Parameters) (name string, ratio float64) {
	ratio = math.Inf(1)
	for _, s := range Strategies() {
		o, _ := Expect(p, s)
		if r := o.Ratio(); r < ratio {
			name, ratio = s.Name, r
		}
	}
	return name, ratio
}

// limits searches each number by halving: the lowest ratio grows with audits and
// slash and falls with puppets.
func limits(p Parameters) Limits {
	holds := func(set func(*Parameters, int64), v int64) bool {
		q := p
		set(&q, v)
		_, ratio := Lowest(q)
		return ratio >= p.required()
	}
	least := func(from int64, set func(*Parameters, int64)) int64 {
		if !holds(set, from) {
			return 0
		}
		low, high := int64(0), from
		for high-low > 1 {
			if mid := (low + high) / 2; holds(set, mid) {
				high = mid
			} else {
				low = mid
			}
		}
		return high
	}
	audits := func(p *Parameters, v int64) { p.AuditPPM = v }
	fault := func(p *Parameters, v int64) { p.FaultBPS = v }
	puppets := func(p *Parameters, v int64) { p.PuppetBPS = v }
	l := Limits{AuditPPM: least(p.AuditPPM, audits), FaultBPS: least(p.FaultBPS, fault)}
	honest := least(BPS-p.PuppetBPS, func(p *Parameters, v int64) { puppets(p, BPS-v) })
	if honest != 0 {
		l.PuppetBPS = BPS - honest
	}
	return l
}

// griefs are floods of an honest provider: it answers every question, and its costs are
// those of the dearest.
func griefs(p Parameters) []Grief {
	third := p.BaseBond / 3
	list := []Grief{
		{Name: "floods an honest provider", About: "which answers, and gets two thirds of each bond", Cost: p.AskCost + p.BaseBond, Harm: p.AnswerCost - 2*third},
		{Name: "floods it and copies its answers", About: "the copy comes first, and gets a third", Cost: p.AskCost + p.BaseBond - third + p.AnswerCost, Harm: p.AnswerCost - third},
		{Name: "holds its credit beyond the longest hold", About: fmt.Sprintf("%d seconds a question, which is answered", p.AnswerSeconds), Cost: p.AskCost + p.BaseBond, Harm: p.AnswerCost - 2*third},
	}
	for i := range list {
		g := &list[i]
		if g.Harm = max(0, g.Harm); g.Harm != 0 {
			ratio := float64(g.Cost) / float64(g.Harm)
			g.Ratio = &ratio
		}
	}
	return list
}

// conditions lists what the model cannot show, with what it costs to break it.
func conditions(p Parameters) []Condition {
	patient := Strategy{WrongEvery: 1, Answers: 1, Own: Everyone}
	o, _ := Expect(p, patient)
	job, _ := patient.slashed(p, 1, 0, 1/float64(p.FeeDivisor))
	job *= patient.caught(p)
	levels := p.MaxHoldSeconds/p.ClockSeconds - int64(p.SilencesToFault-1)
	noForfeit, _ := p.Without("forfeit")
	_, dragged := Lowest(noForfeit)
	reroll := math.Pow(float64(p.AuditPPM)/PPM*patient.caught(p), 2) * job / patient.caught(p)
	return []Condition{
		{fmt.Sprintf("stake of at least %d times what proving a fault costs", p.StakeFloor(1)), "no bounty pays for the proof, and nobody need prove: ratio 0"},
		{"requests whose tokens auditors may see (audience 1 or 2)", "others are never audited: ratio 0, unless the requester replays as large a part itself"},
		{"a draw that nobody can foresee, choose or repeat", fmt.Sprintf("one repetition at the cheater's choice: ratio %.2f", reroll/o.Gain)},
		{"a stretch of at least one unit: unbonding everything before a redeem has every answer drawn", "no stretch, no draw: ratio 0"},
		{fmt.Sprintf("a dispute of at most %d questions in a row", max(0, levels)), fmt.Sprintf("answered at the last second they outlast the hold, and credit escapes: ratio %.2f", dragged)},
		{fmt.Sprintf("a wrong answer worth nobody more than %.2f %% of the stake, a job's %.1f %%", 100*o.Loss/p.required(), 100*job/p.required()), "what hangs on an answer outside of the protocol is no fee, and nothing here bounds it"},
	}
}
