package economics

// Removal is one rule taken away, to see what it is for.
type Removal struct {
	Name  string `json:"name"` // as given to Without
	About string `json:"about"`
	apply func(*Parameters)
}

// Removals returns the rules that keep cheating unprofitable. Without any one of them
// some strategy falls below the required ratio: the tests hold this.
func Removals() []Removal {
	return []Removal{
		{"forfeit", "a fault leaves pending credit alone", func(p *Parameters) { p.ForfeitCredit = false }},
		{"stretch", "credit is held no longer, whatever time a flood of questions takes", func(p *Parameters) { p.HoldStretches = false }},
		{"burn", "a quarter of a slash burns, the rest is bounty", func(p *Parameters) { p.BountyBPS, p.ReturnedBPS = 7_500, 7_500 }},
		{"bounty-cap", "whoever proves a fault gets the slash", func(p *Parameters) { p.BountyBPS, p.ReturnedBPS = BPS, BPS }},
		{"refund-cap", "a refund is what the receipt names", func(p *Parameters) { p.RefundDivisor, p.ReturnedBPS = 0, BPS }},
		{"silence-fault", "silence costs its small rung and ends the matter", func(p *Parameters) { p.SilenceIsFault = false }},
		{"rung-order", "a smaller fault bars the proof of a larger one", func(p *Parameters) { p.SmallRungCloses = true }},
		{"every-draw", "a receipt is slashed once, however often it is drawn", func(p *Parameters) { p.OncePerReceipt = true }},
		{"credit-limit", "twenty times the stake may pend", func(p *Parameters) { p.PendingBPS = 20 * BPS }},
		{"unbonding", "stake leaves before its answers are judged", func(p *Parameters) { p.UnbondingAnswers = false }},
		{"second-auditor", "one auditor per draw", func(p *Parameters) { p.AssignedAuditors = 1 }},
		{"royalty-limit", "nine tenths of a fee may be royalty, which no fault forfeits", func(p *Parameters) { p.MaxRoyaltyBPS = 9_000 }},
		{"audit-pay", "an audit pays the same for a short stretch as for a long one", func(p *Parameters) { p.FlatAuditPay = true }},
	}
}

// Without returns p without one rule, and whether there is such a rule.
func (p Parameters) Without(name string) (Parameters, bool) {
	for _, r := range Removals() {
		if r.Name == name {
			r.apply(&p)
			return p, true
		}
	}
	return p, false
}
