package economics

import (
	"math"
	"slices"
)

// Outcome is what a strategy brings and costs in one window, as parts of the stake.
type Outcome struct {
	Gain float64 `json:"gain"` // what cheated answers pay, and pay for audits
	Loss float64 `json:"loss"` // slashed, forfeited or paid away, less what comes back
}

// Ratio is loss / gain, +Inf where there is no gain.
func (o Outcome) Ratio() float64 {
	if o.Gain <= 0 {
		return math.Inf(1)
	}
	return o.Loss / o.Gain
}

// rate turns basis points into a factor.
func rate(bps int64) float64 { return float64(bps) / BPS }

// caught is the probability that somebody proves a wrong answer that was drawn.
func (s Strategy) caught(p Parameters) float64 {
	if !s.has(Puppets) {
		return 1
	}
	return 1 - math.Pow(rate(p.PuppetBPS), float64(p.AssignedAuditors))
}

// negligible is the probability below which an outcome is dropped.
const negligible = 1e-18

// faults returns the probability of [n][again]: n draws that met a wrong answer and led
// to a proof, again of them on an answer that an earlier one had met.
//
// A point falls into a stretch with the probability of its length, and on each piece
// with that piece's, so all stretches are independent but for an answer that lies in
// several. The state therefore carries whether the answer that a stretch ended with
// was met already.
func (pl plan) faults(caught float64) [][]float64 {
	type state [2]float64 // by whether the last answer was met
	dist := [][]state{{{1, 0}}}
	last, deepest := -1, 0
	for _, stretch := range pl.stretches {
		var before, inside, end float64 // weight of the wrong pieces
		tail := stretch[len(stretch)-1].answer
		for _, pc := range stretch {
			if !pc.wrong {
				continue
			}
			w := float64(pc.length) / float64(pl.length) * caught
			switch pc.answer {
			case last:
				before += w
			case tail:
				end += w
			default:
				inside += w
			}
		}
		if before > 0 {
			deepest++
		}
		next := make([][]state, len(dist)+1)
		for n := range next {
			next[n] = make([]state, deepest+1)
		}
		for n := range dist {
			for again, d := range dist[n] {
				for met, q := range d {
					if q < negligible {
						continue
					}
					after, met2 := 0, 0 // of the tail: not drawn, drawn by before
					if tail == last {
						after, met2 = met, 1
					}
					next[n][again][after] += q * (1 - before - inside - end)
					next[n+1][again][after] += q * inside
					next[n+1][again][1] += q * end
					if before > 0 {
						next[n+1][again+met][met2] += q * before
					}
				}
			}
		}
		last, dist = tail, trim(next, func(d state) bool { return d[0] < negligible && d[1] < negligible })
		deepest = len(dist[0]) - 1
	}
	out := make([][]float64, len(dist))
	for n := range dist {
		out[n] = make([]float64, len(dist[n]))
		for again, d := range dist[n] {
			out[n][again] = d[0] + d[1]
		}
	}
	return out
}

// trim drops the last rows and columns that are empty.
func trim[T any](table [][]T, empty func(T) bool) [][]T {
	column := func(c int) bool {
		for _, row := range table {
			if !empty(row[c]) {
				return false
			}
		}
		return true
	}
	width := len(table[0])
	for width > 1 && column(width-1) {
		width--
	}
	height := len(table)
	for height > 1 && !slices.ContainsFunc(table[height-1], func(v T) bool { return !empty(v) }) {
		height--
	}
	table = table[:height]
	for i := range table {
		table[i] = table[i][:width]
	}
	return table
}

// slashed is the loss of stake by n draws on wrong answers of fee, again of them on
// answers met before, and what is left; all as parts of a stake of 1.
func (s Strategy) slashed(p Parameters, n, again int, fee float64) (lost, left float64) {
	left = 1
	answers := n - again
	if p.OncePerReceipt {
		n = answers
	}
	if n == 0 {
		return 0, 1
	}
	if !p.UnbondingAnswers {
		left -= rate(s.UnbondBPS) // gone before anything is proven
	}
	gone := 1 - left
	// A refund comes out of what a slash may return whoever gets it; only the
	// cheater's own is no loss to it.
	slash := func(bps int64, fee float64, refunded, mine, rewarded bool) {
		amount := left * rate(bps)
		back := amount * rate(p.ReturnedBPS)
		refund := 0.0
		if refunded {
			refund = back
			if p.RefundDivisor != 0 {
				refund = min(back, fee, left/float64(p.RefundDivisor))
			}
		}
		lost += amount
		if mine {
			lost -= refund
		}
		if rewarded && s.has(Bounty) {
			lost -= min(amount*rate(p.BountyBPS), back-refund)
		}
		left -= amount
	}
	own := s.has(Resold) || s.Wash
	if s.Reaction == Evacuate {
		for range evacuations {
			// The receipts are its own: their fee is what suits it, next to nothing.
			slash(p.FaultBPS, 0, true, true, true)
		}
	}
	refunds := answers // each receipt refunds once
	switch {
	case s.Reaction == Silence && !p.SilenceIsFault, s.Reaction == Confess && p.SmallRungCloses:
		for range answers {
			slash(p.SilenceBPS, fee, true, own, false)
		}
		return lost, left + gone
	case s.Reaction == Silence:
		// One small rung in each clock, however many questions are open.
		for range p.SilencesToFault - 1 {
			slash(p.SilenceBPS, fee, refunds > 0, own, false)
			refunds--
		}
	case s.Reaction == Confess:
		for range answers {
			slash(p.SilenceBPS, fee, true, own, false)
		}
		refunds = 0
	}
	for range n {
		slash(p.FaultBPS, fee, refunds > 0, own, s.Reaction != Silence)
		refunds--
	}
	return lost, left + gone
}

// forfeits tells whether n faults take the pending credit.
func (s Strategy) forfeits(p Parameters, n int) bool {
	spared := s.Reaction == Silence && !p.SilenceIsFault || s.Reaction == Confess && p.SmallRungCloses || s.Flood && !p.HoldStretches
	return n > 0 && p.ForfeitCredit && !spared
}

// fixed is what a window with answers of total and wrong brings and costs
// whatever is drawn, as parts of the stake.
func (s Strategy) fixed(p Parameters, total, wrong, perStretch float64) Outcome {
	own, others := s.keep(p)
	var o Outcome
	if s.Wash {
		// A wrong answer to itself saves nothing that it would have computed.
		o.Loss = total * (1 - rate(own+others))
	} else {
		o.Gain = wrong * rate(own+others) * rate(p.SavingBPS)
	}
	if s.has(Puppets) {
		o.Gain += rate(p.PuppetBPS) * total * perStretch
	}
	if s.Rewards {
		o.Gain += total * rate(p.ProtocolBPS) * rate(p.RewardPerFeeBPS)
	}
	return o
}

// Expect returns the exact expectation of one window and the standard deviation of
// its loss, both as parts of the stake.
func Expect(p Parameters, s Strategy) (o Outcome, deviation float64) {
	k := s.identities()
	if s.Adaptive {
		return newGame(p, s).expect()
	}
	const scale = Money(1 << 40) // integers only lay out the window; small enough to multiply
	stake := scale / Money(k)
	pl := s.plan(p, stake)
	unit := float64(stake)
	fee, total := float64(pl.fee)/unit, float64(pl.total())/unit
	if s.Missed {
		return Outcome{Loss: total}, 0
	}
	perStretch := float64(p.auditPay(pl.length, scale)) / float64(pl.length)
	o = s.fixed(p, total, fee*float64(pl.wrong), perStretch)
	own, _ := s.keep(p)
	var mean, square, left float64
	for n, row := range pl.faults(s.caught(p)) {
		for again, q := range row {
			loss, rest := s.slashed(p, n, again, fee)
			if s.forfeits(p, n) {
				loss += total * rate(own)
			}
			mean += q * loss
			square += q * loss * loss
			left += q * rest
		}
	}
	o.Loss += mean
	// Each window is the same in proportion to the stake that is left.
	windows := float64(s.windows())
	if windows > 1 && left < 1 {
		windows = (1 - math.Pow(left, windows)) / (1 - left)
	}
	o.Gain *= windows
	o.Loss *= windows
	return o, math.Sqrt(max(0, square-mean*mean) / float64(k))
}
