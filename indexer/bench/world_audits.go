package bench

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// redeem is a checkpoint of a line that was not drawn yet.
type redeem struct {
	line        protocol.Line
	checkpoint  uint32
	before, sum uint64
}

type audit struct {
	id       common.Hash
	redeem   redeem
	provider common.Address
}

type point struct {
	audit    *audit
	index    uint32
	receipt  *disputed // nil: nobody opened it
	auditors []common.Address
	answered map[common.Address]bool // right or wrong
	silences uint8
	ended    bool
	punished bool
}

type auditor struct {
	account     common.Address
	seat        uint8
	stake, owed uint64
	seated      bool
}

// audits is the state of the contracts about draws.
type audits struct {
	redeems  []redeem
	drawable []*audit
	points   []*point
	auditors []*auditor
	attested map[common.Hash][]common.Address // drawn for each version
	said     map[common.Hash]uint32           // of them, the first so many attested
	roster   uint32
}

// audit tries one move about draws.
func (w *World) audit() {
	switch n := w.rnd.IntN(20); {
	case n < 3:
		w.seat()
	case n < 7:
		w.register()
	case n < 10:
		w.drawAudit()
	case n < 13:
		w.openPoint()
	case n == 13:
		w.silence()
	case n < 16:
		w.attest()
	case n < 18:
		w.settlePoint()
	case n == 18:
		w.punishOrPay()
	default:
		w.attestVersion()
	}
}

// seat lets an auditor join, raise, leave or withdraw.
func (w *World) seat() {
	if len(w.auditors) < 6 {
		w.auditors = append(w.auditors, &auditor{account: name20("auditor", len(w.auditors)), seat: uint8(len(w.auditors))})
	}
	a, d := pick(w, w.auditors), Deployment.Disputes
	w.roster++
	switch {
	case a.seated && w.rnd.IntN(3) == 0:
		a.seated = false
		w.emit(d.Auditors, "AuditorLeft", tuple(a.seat, w.time+50, w.roster), a.account)
	case !a.seated && a.stake > 0:
		n := a.stake
		a.stake = 0
		w.emit(d.Auditors, "AuditorWithdrawn", tuple(amount(n)), a.account)
		w.release(a.account, n, d.Auditors)
	default:
		n := 10_000 + w.rnd.Uint64N(100)
		w.deposit(a.account, n)
		a.stake += n
		a.seated = true
		w.emit(d.Auditors, "AuditorStaked", tuple(a.seat, amount(n), amount(a.stake), w.roster), a.account)
		w.lock(a.account, n, d.Auditors)
	}
}

func (w *World) register() {
	if len(w.redeems) == 0 {
		return
	}
	i := len(w.redeems) - 1 - w.rnd.IntN(min(20, len(w.redeems)))
	r := w.redeems[i]
	w.redeems = append(w.redeems[:i], w.redeems[i+1:]...)
	a := &audit{id: w.fresh("audit"), redeem: r, provider: r.line.Provider}
	w.drawable = append(w.drawable, a)
	w.emit(Deployment.Disputes.Audits, "AuditRegistered", tuple(r.checkpoint, amount(r.before), amount(r.sum), amount(r.sum), w.block+3, w.roster), a.id, lineID(r.line), a.provider)
}

func (w *World) drawAudit() {
	if len(w.drawable) == 0 {
		return
	}
	a := w.drawable[0]
	w.drawable = w.drawable[1:]
	n := w.rnd.IntN(5)
	for i := range n {
		p := &point{audit: a, index: uint32(i), answered: map[common.Address]bool{}}
		w.points = append(w.points, p)
	}
	w.emit(Deployment.Disputes.Audits, "AuditDrawn", tuple(w.fresh("seed"), uint32(n), amount(a.redeem.sum/uint64(max(1, n))+1), w.rnd.IntN(9) == 0), a.id, a.provider)
}

// recent returns one of the last points, nil if chance finds none that fits.
func (w *World) recent(fits func(*point) bool) *point {
	if len(w.points) == 0 {
		return nil
	}
	if p := w.points[len(w.points)-1-w.rnd.IntN(min(40, len(w.points)))]; fits(p) {
		return p
	}
	return nil
}

func waits(p *point) bool { return p.receipt == nil && !p.ended }

func (w *World) openPoint() {
	p := w.recent(waits)
	if p == nil {
		return
	}
	d := Deployment.Disputes
	if r := w.receipt(); r.provider == p.audit.provider && r.job == (common.Hash{}) {
		p.receipt = r
	} else {
		p.receipt = &disputed{hash: w.fresh("receipt"), provider: p.audit.provider}
		w.receipts = append(w.receipts, p.receipt)
	}
	var two [2]common.Address
	for _, a := range w.auditors {
		if a.seated && len(p.auditors) < 2 && w.rnd.IntN(4) > 0 {
			two[len(p.auditors)] = a.account
			p.auditors = append(p.auditors, a.account)
		}
	}
	if until := w.time + 40; until > p.receipt.until && w.rnd.IntN(2) == 0 {
		p.receipt.until = until
		w.emit(d.Ledger, "WindowExtended", tuple(until), p.receipt.hash)
	}
	p.ended = len(p.auditors) == 0
	w.emit(d.Audits, "PointOpened", tuple(p.index, two[0], two[1], w.time+12), p.audit.id, p.receipt.hash, p.audit.provider)
}

func (w *World) silence() {
	p := w.recent(waits)
	for _, other := range w.points[len(w.points)-min(40, len(w.points)):] { // one outage follows another
		if waits(other) && (p == nil || other.silences > p.silences) {
			p = other
		}
	}
	if p == nil {
		return
	}
	cause, slashed := store.PointID(p.audit.id, p.index), uint64(0)
	if p.silences++; p.silences == 3 {
		p.ended = true
		slashed = w.punish(p.audit.provider, cause, common.Hash{}, events.Withheld)
	} else if w.rnd.IntN(2) == 0 {
		slashed = w.punish(p.audit.provider, cause, common.Hash{}, events.Silence)
	}
	w.emit(Deployment.Disputes.Audits, "PointSilent", tuple(p.index, p.silences, amount(slashed)), p.audit.id, p.audit.provider)
}

func (w *World) attest() {
	p := w.recent(func(p *point) bool { return p.receipt != nil && !p.ended })
	if p == nil {
		return
	}
	who := pick(w, p.auditors)
	if _, done := p.answered[who]; done {
		return
	}
	right := w.rnd.IntN(4) > 0
	p.answered[who] = right
	w.emit(Deployment.Disputes.Audits, "Attested", tuple(p.index, w.fresh("trace"), right), p.receipt.hash, who, p.audit.id)
}

func (w *World) settlePoint() {
	p := w.recent(func(p *point) bool { return p.receipt != nil && !p.ended })
	if p == nil {
		return
	}
	p.ended = true
	d := Deployment.Disputes
	for _, account := range p.auditors {
		var a *auditor
		for _, x := range w.auditors {
			if x.account == account {
				a = x
			}
		}
		owed, taken := uint64(0), uint64(0)
		if right, said := p.answered[account]; said && right != p.receipt.proven {
			owed = 7
			a.owed += owed
		} else if taken = min(a.stake, 30); taken > 0 {
			a.stake -= taken
			w.emit(d.Auditors, "AuditorPunished", tuple(amount(taken), amount(a.stake)), account, store.PointID(p.audit.id, p.index))
			w.burn(taken, d.Auditors)
		}
		w.emit(d.Audits, "AuditSettled", tuple(p.index, amount(owed), amount(taken)), p.audit.id, p.receipt.hash, account)
	}
}

func (w *World) punishOrPay() {
	d := Deployment.Disputes
	for _, p := range w.points {
		if p.receipt == nil || !p.receipt.proven || p.punished {
			continue
		}
		p.punished = true
		slashed := w.punish(p.audit.provider, store.PointID(p.audit.id, p.index), common.Hash{}, events.WrongStep)
		w.emit(d.Audits, "DrawPunished", tuple(p.index, amount(slashed)), p.audit.id, p.receipt.hash, p.audit.provider)
		break
	}
	for _, a := range w.auditors {
		if a.owed > 0 {
			n := 1 + w.rnd.Uint64N(a.owed)
			a.owed -= n
			w.emit(d.Audits, "AuditPaid", tuple(amount(n), amount(a.owed)), a.account)
			w.release(a.account, n, Deployment.Slasher)
			return
		}
	}
}

// attestVersion draws an auditor for a version, or lets one attest.
func (w *World) attestVersion() {
	if len(w.versions) == 0 {
		return
	}
	v, d := pick(w, w.versions), Deployment.Disputes
	if w.attested == nil {
		w.attested, w.said = map[common.Hash][]common.Address{}, map[common.Hash]uint32{}
	}
	drawn := w.attested[v]
	if n := w.said[v]; int(n) < len(drawn) && w.rnd.IntN(2) == 0 {
		w.said[v]++
		w.emit(d.Attestations, "VersionAttested", tuple(n+1, uint32(len(drawn))), v, drawn[n])
		return
	}
	w.emit(d.Attestations, "VersionRegistered", tuple(w.block+2, w.roster), v)
	who := name20("auditor", len(drawn))
	w.attested[v] = append(drawn, who)
	w.emit(d.Attestations, "VersionAssigned", nil, v, who)
}
