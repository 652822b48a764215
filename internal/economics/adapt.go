package economics

import "math"

// game is the cheater that sees each draw before it cheats on: a dynamic program over
// (answers so far, faults so far). Its best policy is found for the ratio itself
// (Dinkelbach): a policy that is best at the price ratio r of gain gives the next r.
type game struct {
	drawn float64     // that an answer is drawn and proven
	cost  [][]float64 // [answers][faults] when it stops there
	gain  float64     // of one answer
	more  [][]bool    // [answers][faults] goes on
}

// mostFaults bounds the table: 0.85^48 leaves a thousandth of the stake. What
// happens beyond is counted as no loss, in the cheater's favour.
const mostFaults = 48

func newGame(p Parameters, s Strategy) *game {
	const stake = Money(1 << 40)
	pl := s.plan(p, stake)
	fee := float64(pl.fee) / float64(stake)
	one := plan{length: pl.length, stretches: pl.stretches[:len(pl.stretches)/pl.answers]}
	g := &game{drawn: 1 - one.faults(s.caught(p))[0][0], cost: make([][]float64, pl.answers+1), more: make([][]bool, pl.answers+1)}
	perStretch := float64(p.auditPay(pl.length, stake)) / float64(pl.length)
	g.gain = s.fixed(p, fee, fee, perStretch).Gain
	own, _ := s.keep(p)
	var lost [mostFaults + 1]float64
	for n := range lost {
		lost[n], _ = s.slashed(p, n, 0, fee)
	}
	for i := range g.cost {
		g.cost[i], g.more[i] = make([]float64, mostFaults+1), make([]bool, mostFaults+1)
		for n := range g.cost[i] {
			g.cost[i][n] = lost[n]
			if s.forfeits(p, n) {
				g.cost[i][n] += float64(i) * fee * rate(own)
			}
		}
	}
	g.solve()
	return g
}

// solve leaves in more the policy with the lowest loss / gain.
func (g *game) solve() {
	ratio := math.Inf(1)
	for range 64 {
		price := ratio
		if math.IsInf(ratio, 1) {
			price = 0
		}
		g.best(price)
		o, _ := g.expect()
		if next := o.Ratio(); next < ratio-1e-12 {
			ratio = next
			continue
		}
		return
	}
}

// best sets the policy that minimises loss - price * gain; the first answer is given
// in any case.
func (g *game) best(price float64) {
	last := len(g.cost) - 1
	next := make([]float64, mostFaults+1)
	for n := range next {
		next[n] = g.cost[last][n]
	}
	for i := last - 1; i >= 0; i-- {
		value := make([]float64, mostFaults+1)
		for n := range value {
			on := (1-g.drawn)*next[n] + g.drawn*next[min(n+1, mostFaults)] - price*g.gain
			g.more[i][n] = i == 0 || on < g.cost[i][n]
			value[n] = g.cost[i][n]
			if g.more[i][n] {
				value[n] = on
			}
		}
		next = value
	}
}

// expect evaluates the policy.
func (g *game) expect() (Outcome, float64) {
	var o Outcome
	var square float64
	at := make([]float64, mostFaults+1)
	at[0] = 1
	for i := range g.cost {
		next := make([]float64, mostFaults+1)
		for n, q := range at {
			if g.more[i][n] && i < len(g.cost)-1 {
				next[n] += q * (1 - g.drawn)
				next[min(n+1, mostFaults)] += q * g.drawn
				o.Gain += q * g.gain
				continue
			}
			o.Loss += q * g.cost[i][n]
			square += q * g.cost[i][n] * g.cost[i][n]
		}
		at = next
	}
	return o, math.Sqrt(max(0, square-o.Loss*o.Loss))
}
