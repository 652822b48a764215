package bench

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
)

// disputed is what disputes know of a receipt.
type disputed struct {
	hash            common.Hash
	provider        common.Address
	job             common.Hash // zero: it is in a voucher line
	version         common.Hash // zero: its job says
	proven, settled bool
	silences        uint8
	until           uint64
}

type question struct {
	id       common.Hash
	receipt  *disputed
	asker    common.Address
	node     []any
	bond     uint64
	state    string // asked, answered, expired, paid
	deadline uint64
}

// disputes is the state of the contracts about faults.
type disputes struct {
	receipts  []*disputed
	questions []*question
	specs     []string // state of each version's verifier, from 1 on
}

// dispute tries one move about faults.
func (w *World) dispute() {
	switch n := w.rnd.IntN(20); {
	case n == 0:
		w.verifier()
	case n == 1:
		w.equivocate()
	case n == 2:
		w.wrongLeaf()
	case n < 5:
		w.convict()
	case n == 5:
		w.settle()
	case n < 11:
		w.ask()
	case n < 14:
		w.answer()
	case n < 17:
		w.expire()
	default:
		w.payBond()
	}
}

func (w *World) verifier() {
	d := Deployment.Disputes
	next := len(w.specs) + 1
	switch {
	case next == 1: // sealed when it is deployed
		w.specs = append(w.specs, "sealed")
		w.emit(d.Verifiers, "VerifierSealed", tuple(w.fresh("key"), w.fresh("code")), uint32(1), name20("verifier", 1))
	case w.specs[next-2] == "scheduled" && w.rnd.IntN(2) == 0:
		w.specs[next-2] = "sealed"
		w.emit(d.Verifiers, "VerifierSealed", tuple(w.fresh("key"), w.fresh("code")), uint32(next-1), name20("verifier", next-1))
	default:
		if w.specs[next-2] == "sealed" {
			w.specs = append(w.specs, "scheduled")
			next++
		}
		w.emit(d.Verifiers, "VerifierScheduled", tuple(w.fresh("key"), w.time+100), uint32(next-1), name20("verifier", next-1))
	}
}

// receipt is one that disputes may be about: a known one, or one that comes to light.
func (w *World) receipt() *disputed {
	if len(w.receipts) == 0 || w.rnd.IntN(8) == 0 {
		r := &disputed{hash: w.fresh("receipt"), provider: pick(w, w.providers)}
		if len(w.versions) > 0 {
			r.version = w.versions[len(w.receipts)%len(w.versions)]
		}
		w.receipts = append(w.receipts, r)
	}
	return w.receipts[len(w.receipts)-1-w.rnd.IntN(min(60, len(w.receipts)))]
}

// punish slashes for a cause and says what for.
func (w *World) punish(p common.Address, cause, version common.Hash, kind events.FaultKind) (slashed uint64) {
	s := w.staker(p)
	bps, forfeit := uint64(1500), true
	if kind == events.Silence || kind == events.Equivocation {
		bps, forfeit = 500, false
	}
	slashed = s.stake * bps / 10_000
	part := slashed / 100
	if slashed > 0 {
		s.stake -= slashed
		s.unbonding = min(s.unbonding, s.stake)
		w.emit(Deployment.Staking, "Slashed", tuple(amount(slashed), amount(slashed-2*part), amount(s.stake)), p, cause)
		w.burn(slashed-2*part, Deployment.Staking)
		w.release(pick(w, w.people), 2*part, Deployment.Staking)
	}
	if forfeit {
		w.forfeit(p)
	}
	w.emit(Deployment.Disputes.Ledger, "FaultProven", tuple(uint8(kind), amount(slashed), amount(part), amount(part), version), cause, p, pick(w, w.people))
	return slashed
}

func (w *World) equivocate() {
	p := pick(w, w.providers)
	w.staker(p)
	a, b := w.receipt().hash, w.fresh("receipt")
	w.emit(Deployment.Disputes.Claims, "Equivocated", tuple(a, b), p, name20("operator", 1))
	w.punish(p, a, common.Hash{}, events.Equivocation)
}

func (w *World) wrongLeaf() {
	if len(w.lineKeys) == 0 {
		return
	}
	l := pick(w, w.lineKeys)
	cause, receipt := w.fresh("leaf"), w.receipt().hash
	w.emit(Deployment.Disputes.Claims, "WrongLeaf", tuple(cause), lineID(l), l.Provider, receipt)
	w.punish(l.Provider, cause, l.ModelVersion, []events.FaultKind{events.OverBilling, events.WrongVersion}[w.rnd.IntN(2)])
}

func lineID(l protocol.Line) common.Hash {
	word := func(b []byte) []byte { return common.LeftPadBytes(b, 32) }
	return crypto.Keccak256Hash(l.Channel[:], word(l.Provider[:]), l.ModelVersion[:], word(l.Relayer[:]))
}

func (w *World) convict() {
	r := w.receipt()
	if r.proven {
		return
	}
	r.proven = true
	w.punish(r.provider, r.hash, r.version, events.FaultKind(1+w.rnd.IntN(11)))
	w.disprove(r)
}

func (w *World) disprove(r *disputed) {
	if r.job != (common.Hash{}) {
		w.emit(Deployment.Market, "JobDisproved", nil, r.job, r.provider)
	}
}

func (w *World) settle() {
	if r := w.receipt(); r.proven && !r.settled {
		r.settled = true
		w.emit(Deployment.Disputes.Ledger, "ReceiptSettled", tuple(amount(7), amount(3)), r.hash, r.provider)
		w.disprove(r)
	}
}

func (w *World) ask() {
	r, asker := w.receipt(), pick(w, w.people)
	if w.rnd.IntN(2) == 0 { // one outage follows another
		for _, other := range w.receipts {
			if other.silences > r.silences && !other.proven {
				r = other
			}
		}
	}
	if r.proven {
		return
	}
	w.staker(r.provider)
	q := &question{id: w.fresh("question"), receipt: r}
	q.node = []any{uint8(1 + w.rnd.IntN(10)), uint8(w.rnd.IntN(9)), w.rnd.Uint32(), uint32(3), uint32(w.rnd.IntN(40)), w.rnd.Uint32(), uint32(128), w.fresh("node")}
	for _, old := range w.questions {
		if old.state == "expired" && !old.receipt.proven && w.rnd.IntN(3) == 0 {
			q, r = old, old.receipt
			break
		}
	}
	bond := 300 + w.rnd.Uint64N(30)
	if w.free[asker] < bond {
		return
	}
	if q.state == "" {
		w.questions = append(w.questions, q)
	}
	q.asker, q.bond, q.state, q.deadline = asker, bond, "asked", w.time+6
	d := Deployment.Disputes
	w.emit(d.Questions, "QuestionAsked", tuple(append(append([]any{r.provider}, q.node...), amount(bond), q.deadline)...), r.hash, q.id, asker)
	if until := w.time + 26; until > r.until {
		r.until = until
		w.emit(d.Ledger, "WindowExtended", tuple(until), r.hash)
	}
	w.emit(Deployment.Market, "CreditHeld", tuple(w.time+12, 0), r.provider)
	w.lock(asker, bond, d.Questions)
}

// open returns a question in a state, nil if chance finds none.
func (w *World) open(state string) *question {
	if len(w.questions) == 0 {
		return nil
	}
	if q := w.questions[len(w.questions)-1-w.rnd.IntN(min(30, len(w.questions)))]; q.state == state {
		return q
	}
	return nil
}

func (w *World) answer() {
	q := w.open("asked")
	if q == nil || w.time >= q.deadline {
		return
	}
	q.state = "answered"
	answer := text(string(w.fresh("answer").Bytes())[:w.rnd.IntN(32)])
	w.emit(Deployment.Disputes.Questions, "QuestionAnswered", tuple(append(append([]any{}, q.node...), answer)...), q.receipt.hash, q.id, pick(w, w.people))
}

func (w *World) expire() {
	q := w.open("asked")
	if q == nil || w.time < q.deadline && !q.receipt.proven {
		return
	}
	q.state = "expired"
	r, slashed, counted := q.receipt, uint64(0), false
	if !r.proven && w.rnd.IntN(3) > 0 {
		counted = true
		if r.silences > 0 && len(w.questions)%8 == 0 {
			r.silences = 0 // the provider was convicted on another receipt since
		}
		if r.silences++; r.silences == 3 {
			r.proven = true
			slashed = w.punish(r.provider, r.hash, r.version, events.Withheld)
			w.disprove(r)
		} else {
			slashed = w.punish(r.provider, r.hash, r.version, events.Silence)
		}
	}
	w.emit(Deployment.Disputes.Questions, "QuestionExpired", tuple(r.silences, counted, amount(slashed)), r.hash, q.id, r.provider)
	w.release(q.asker, q.bond, Deployment.Disputes.Questions)
}

func (w *World) payBond() {
	q := w.open("answered")
	if q == nil {
		return
	}
	q.state = "paid"
	to, part := pick(w, w.people), q.bond/3
	if q.receipt.proven {
		to, part = q.asker, 0
	}
	left := q.bond - 2*part
	w.emit(Deployment.Disputes.Questions, "BondPaid", tuple(amount(left), amount(part), amount(part)), q.receipt.hash, q.id, to)
	w.release(to, left, Deployment.Disputes.Questions)
	w.release(q.receipt.provider, part, Deployment.Disputes.Questions)
	w.burn(part, Deployment.Disputes.Questions)
}
