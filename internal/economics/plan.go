package economics

// Money is a number of base units.
type Money int64

// share is the part of m that bps are, rounded down as the contracts do.
func share(m Money, bps int64) Money { return m/BPS*Money(bps) + m%BPS*Money(bps)/BPS }

// piece is the part of one answer's fee that lies in one stretch.
type piece struct {
	answer int
	length Money
	wrong  bool
}

// plan is one window's traffic, cut where points are drawn: at most one point falls
// into each stretch, at a place uniform in length; beyond a short rest it is no point.
type plan struct {
	fee       Money
	answers   int
	wrong     int
	length    Money // of a whole stretch
	stretches [][]piece
}

func (pl plan) total() Money { return pl.fee * Money(pl.answers) }

// plan lays out what s answers in one window with a stake of stake.
func (s Strategy) plan(p Parameters, stake Money) plan {
	fee := p.largestFee(stake * Money(max(1, s.Shrink)))
	// What pending credit has no room for is left to later windows.
	fee = min(fee, share(stake, p.PendingBPS))
	if s.FeePPM != 0 {
		fee = fee * Money(s.FeePPM) / PPM
	}
	fee = max(fee, 1)
	most := int(share(stake, p.PendingBPS) / fee)
	n := most
	if s.Answers != 0 {
		n = min(s.Answers, most)
	}
	free := stake
	if s.Early {
		free -= share(stake, s.UnbondBPS)
	}
	pl := plan{fee: fee, answers: n, length: p.stretch(free)}
	batch := s.Batch
	if batch == 0 {
		batch = n
	}
	if s.Adaptive || s.Pieces > 1 {
		batch = 1 // pieces of one answer follow each other
	}
	pieces := Money(max(1, s.Pieces))
	for first := 0; first < n; first += batch {
		last := min(first+batch, n)
		for k := range pieces {
			// The first redeems are rounded down, the last one pays the rest.
			part := fee / pieces
			if k == pieces-1 {
				part = fee - part*(pieces-1)
			}
			redeem := make([]piece, 0, last-first)
			for a := first; a < last; a++ {
				redeem = append(redeem, piece{answer: a, length: part, wrong: s.wrong(a)})
			}
			pl.stretches = append(pl.stretches, cut(redeem, pl.length)...)
		}
	}
	for a := range n {
		if s.wrong(a) {
			pl.wrong++
		}
	}
	return pl
}

func (s Strategy) wrong(answer int) bool {
	return s.WrongEvery != 0 && (answer+1)%s.WrongEvery == 0
}

// cut divides what one redeem newly paid into stretches of length; the last may be
// shorter.
func cut(redeem []piece, length Money) [][]piece {
	var out [][]piece
	var open []piece
	room := length
	for _, pc := range redeem {
		for pc.length > 0 {
			part := pc
			part.length = min(pc.length, room)
			open = append(open, part)
			pc.length -= part.length
			room -= part.length
			if room == 0 {
				out, open, room = append(out, open), nil, length
			}
		}
	}
	if len(open) > 0 {
		out = append(out, open)
	}
	return out
}
