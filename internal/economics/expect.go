package economics

import "math"

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

// faults returns the probability of each number of wrong answers proven in one window.
//
// A point falls into a stretch with the probability of its length, and on each piece
// with that piece's, so all stretches are independent but for an answer that lies
// in several: it is one fault however often it is drawn. The state therefore carries
// whether the answer that a stretch ended with is caught already.
func (pl plan) faults(caught float64) []float64 {
	type state [2]float64 // by whether the last answer is caught
	dist := []state{{1, 0}}
	last := -1
	for _, stretch := range pl.stretches {
		var before, inside, end float64 // weight of pieces that count as a fault if drawn
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
		next := make([]state, len(dist)+1)
		for n, d := range dist {
			for c, q := range d {
				if q == 0 {
					continue
				}
				again, after := before, 0
				if c == 1 {
					again = 0 // drawn again: no new fault
				}
				if tail == last {
					after = c
				}
				next[n][after] += q * (1 - again - inside - end)
				next[n+1][after] += q * inside
				next[n+1][1] += q * end
				if tail == last {
					next[n+1][1] += q * again
				} else {
					next[n+1][0] += q * again
				}
			}
		}
		last = tail
		dist = next
		for len(dist) > 1 && dist[len(dist)-1] == (state{}) {
			dist = dist[:len(dist)-1]
		}
	}
	out := make([]float64, len(dist))
	for n, d := range dist {
		out[n] = d[0] + d[1]
	}
	return out
}

// slashed is the loss of stake by n faults on drawn answers whose fee is fee, and
// what is left, both as parts of a stake of 1.
func (s Strategy) slashed(p Parameters, n int, fee float64) (lost, left float64) {
	left = 1
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
	refunds := n // each receipt refunds once
	switch {
	case s.Reaction == Silence && !p.SilenceIsFault, s.Reaction == Confess && p.SmallRungCloses:
		for range n {
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
		for range n {
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
	spared := s.Reaction == Silence && !p.SilenceIsFault || s.Reaction == Confess && p.SmallRungCloses
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
	for n, q := range pl.faults(s.caught(p)) {
		loss, rest := s.slashed(p, n, fee)
		if s.forfeits(p, n) {
			loss += total * rate(own)
		}
		mean += q * loss
		square += q * loss * loss
		left += q * rest
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
