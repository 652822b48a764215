package indexer

import (
	"encoding/binary"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// maxPoints is the most points of one audit (contracts/src/disputes/Audits.sol).
const maxPoints = 256

func (s *state) audit(e any) error {
	switch e := e.(type) {
	case events.AuditRegistered:
		l, err := existing[store.Line](s, store.HashID(e.Line))
		if err != nil {
			return err
		}
		return add(s, store.HashID(e.Audit), store.Audit{Audit: e.Audit, Line: e.Line, Checkpoint: e.Checkpoint, Channel: l.Channel, Provider: e.Provider,
			ModelVersion: l.ModelVersion, Relayer: l.Relayer, PaidBefore: e.From, Sum: e.Sum, Stretch: e.Stretch, Beacon: store.Uint64(e.Beacon),
			Roster: e.Roster, State: store.AuditRegistered, TxHash: s.event.TxHash})
	case events.AuditDrawn:
		return s.drawn(e)
	case events.PointOpened:
		return s.opened(e)
	case events.PointSilent:
		return s.silent(e)
	case events.Attested:
		return s.attested(e)
	case events.AuditSettled:
		return s.auditSettled(e)
	case events.DrawPunished:
		p, err := existing[store.AuditPoint](s, store.HashID(store.PointID(e.Audit, e.Index)))
		if err != nil {
			return err
		}
		if p.Punished || p.Receipt != e.ReceiptHash {
			return s.illegal("point %s is punished twice, or for another receipt", p.ID)
		}
		p.Punished = true
		return s.pointSlashed(p, e.Slashed)
	case events.AuditPaid:
		a, err := existing[store.Auditor](s, store.AddressID(e.Auditor))
		if err != nil {
			return err
		}
		return first(s.minus(&a.Owed, e.Amount), s.same("owed", a.Owed, e.Left), s.plus(&a.Paid, e.Amount))
	}
	return nil
}

// drawn makes the points of an audit: disputes name them.
func (s *state) drawn(e events.AuditDrawn) error {
	a, err := existing[store.Audit](s, store.HashID(e.Audit))
	if err != nil {
		return err
	}
	if a.State != store.AuditRegistered || e.Points > maxPoints || e.Points > 0 && e.Stretch.IsZero() {
		return s.illegal("audit %s is drawn twice, or with %d points in stretches of %s", a.ID, e.Points, e.Stretch)
	}
	a.State, a.Seed, a.Lost, a.Points, a.Stretch, a.DrawnAt = store.AuditDrawn, e.Seed, e.Lost, e.Points, e.Stretch, s.block.Time
	s.provider(a.Provider).Audits += e.Points
	if v := s.version(a.ModelVersion); v != nil {
		v.Audits += e.Points
	}
	for i := range e.Points {
		at, err := protocol.AmountFromBig(pointAt(a, i).ToBig())
		if err != nil {
			return s.illegal("point %d of audit %s: %v", i, a.ID, err)
		}
		id := store.PointID(e.Audit, i)
		err = add(s, store.HashID(id), store.AuditPoint{Point: id, Audit: e.Audit, Index: i, Line: a.Line, Provider: a.Provider, ModelVersion: a.ModelVersion,
			At: at, State: store.PointWaiting})
		if err != nil {
			return err
		}
	}
	return nil
}

// pointAt is the contract's: where in the line's sum a point of a drawn audit lies.
func pointAt(a *store.Audit, index uint32) *uint256.Int {
	var b [64]byte
	copy(b[:], a.Seed[:])
	binary.BigEndian.PutUint32(b[60:], index)
	from, stretch := uint256.Int(a.PaidBefore), uint256.Int(a.Stretch)
	offset := new(uint256.Int).SetBytes(crypto.Keccak256(b[:]))
	offset.Mod(offset, &stretch)
	at := new(uint256.Int).Mul(uint256.NewInt(uint64(index)), &stretch)
	return at.Add(at, offset).Add(at, &from)
}

// waiting returns a point that nobody opened, for change, with its audit.
func (s *state) waiting(audit common.Hash, index uint32) (*store.AuditPoint, *store.Audit, error) {
	p, err := existing[store.AuditPoint](s, store.HashID(store.PointID(audit, index)))
	if err != nil {
		return nil, nil, err
	}
	if p.State != store.PointWaiting {
		return nil, nil, s.illegal("point %s is %s", p.ID, p.State)
	}
	a, err := existing[store.Audit](s, store.HashID(audit))
	return p, a, err
}

func (s *state) opened(e events.PointOpened) error {
	p, a, err := s.waiting(e.Audit, e.Index)
	if err != nil {
		return err
	}
	a.Opened++
	p.State, p.Receipt, p.AttestBy, p.OpenedAt, p.OpenedTx = store.PointOpened, e.ReceiptHash, store.Uint64(e.AttestBy), s.block.Time, s.event.TxHash
	r := s.receipt(e.ReceiptHash, e.Provider)
	r.ModelVersion = a.ModelVersion
	for _, auditor := range []common.Address{e.First, e.Second} {
		if auditor == (common.Address{}) {
			continue
		}
		s.auditor(auditor).Assigned++
		err := add(s, store.AttestationID(p.Point, auditor), store.Attestation{Kind: store.AttestReceipt, Auditor: auditor, ModelVersion: a.ModelVersion,
			Receipt: e.ReceiptHash, Provider: e.Provider, Audit: e.Audit, Index: e.Index, AttestBy: store.Uint64(e.AttestBy), Answer: store.AnswerNone})
		if err != nil {
			return err
		}
	}
	if e.First == (common.Address{}) { // nobody has to look
		p.State, p.SettledAt = store.PointSettled, s.block.Time
	}
	return nil
}

func (s *state) silent(e events.PointSilent) error {
	p, a, err := s.waiting(e.Audit, e.Index)
	if err != nil {
		return err
	}
	// They count anew from a provider's last Withheld, and those before it do not count: the point's may fall.
	if uint32(e.Silences) > p.Silences+1 {
		return s.illegal("point %s had %d silences and now %d", p.ID, p.Silences, e.Silences)
	}
	a.Silent++
	p.Silences = uint32(e.Silences)
	s.provider(e.Provider).Silences++
	if p.Silences == 3 { // the Audits' SILENCES
		p.State, p.SettledAt = store.PointWithheld, s.block.Time
	}
	return s.pointSlashed(p, e.Slashed)
}

func (s *state) pointSlashed(p *store.AuditPoint, slashed protocol.Amount) error {
	a, err := existing[store.Audit](s, store.HashID(p.Audit))
	if err != nil {
		return err
	}
	return first(s.plus(&p.Slashed, slashed), s.plus(&a.Slashed, slashed))
}

func (s *state) attested(e events.Attested) error {
	t, err := existing[store.Attestation](s, store.AttestationID(store.PointID(e.Audit, e.Index), e.Auditor))
	if err != nil {
		return err
	}
	if t.Answer != store.AnswerNone || t.Receipt != e.ReceiptHash {
		return s.illegal("attestation %s is given twice, or of another receipt", t.ID)
	}
	t.Answer, t.TraceRoot, t.AnsweredAt, t.AnsweredTx = store.AnswerWrong, e.TraceRoot, s.block.Time, s.event.TxHash
	if e.Right {
		t.Answer = store.AnswerRight
	}
	s.auditor(e.Auditor).Answered++
	return nil
}

// auditSettled ends what one of a point's auditors said, and with the first of them
// the point.
func (s *state) auditSettled(e events.AuditSettled) error {
	p, err := existing[store.AuditPoint](s, store.HashID(store.PointID(e.Audit, e.Index)))
	if err != nil {
		return err
	}
	t, err := existing[store.Attestation](s, store.AttestationID(p.Point, e.Auditor))
	if err != nil {
		return err
	}
	if t.SettledAt != 0 || p.Receipt != e.ReceiptHash {
		return s.illegal("attestation %s is settled twice, or of another receipt", t.ID)
	}
	t.Owed, t.Taken, t.SettledAt = e.Owed, e.Taken, s.block.Time
	who := s.auditor(e.Auditor)
	if t.Answer == store.AnswerNone {
		who.Absent++
	}
	if err := s.plus(&who.Owed, e.Owed); err != nil {
		return err
	}
	if p.State != store.PointOpened {
		return nil
	}
	p.State, p.SettledAt = store.PointSettled, s.block.Time
	r, err := existing[store.Receipt](s, store.HashID(e.ReceiptHash))
	if err != nil || r.Fault != "" {
		return err
	}
	a, err := existing[store.Audit](s, store.HashID(e.Audit))
	if err != nil {
		return err
	}
	a.Passed++
	p.Passed = true
	s.provider(p.Provider).AuditsPassed++
	if v := s.version(p.ModelVersion); v != nil {
		v.AuditsPassed++
	}
	return nil
}

// ------------------------------------------------------------- auditors

func (s *state) auditor(a common.Address) *store.Auditor {
	row, isNew := change[store.Auditor](s, store.AddressID(a))
	if isNew {
		row.Auditor = a
	}
	return row
}

func (s *state) auditors(e any) error {
	switch e := e.(type) {
	case events.AuditorStaked:
		a := s.auditor(e.Auditor)
		a.Seated, a.Seat, a.ExitAt = true, uint32(e.Seat), 0
		return first(s.plus(&a.Stake, e.Amount), s.same("auditor's stake", a.Stake, e.Stake))
	case events.AuditorLeft:
		a, err := existing[store.Auditor](s, store.AddressID(e.Auditor))
		if err != nil {
			return err
		}
		if !a.Seated {
			return s.illegal("auditor %s leaves twice", a.ID)
		}
		a.Seated, a.ExitAt = false, store.Uint64(e.ExitAt)
	case events.AuditorWithdrawn:
		a, err := existing[store.Auditor](s, store.AddressID(e.Auditor))
		if err != nil {
			return err
		}
		a.ExitAt = 0
		return first(s.minus(&a.Stake, e.Amount), s.same("auditor's stake", a.Stake, protocol.Amount{}))
	case events.AuditorPunished:
		a, err := existing[store.Auditor](s, store.AddressID(e.Auditor))
		if err != nil {
			return err
		}
		return first(s.minus(&a.Stake, e.Amount), s.same("auditor's stake", a.Stake, e.Stake), s.plus(&a.Punished, e.Amount))
	case events.VersionAssigned:
		v, err := existing[store.Version](s, store.HashID(e.ModelVersion))
		if err != nil {
			return err
		}
		v.Attestors++
		return add(s, store.AttestationID(e.ModelVersion, e.Auditor), store.Attestation{Kind: store.AttestVersion, Auditor: e.Auditor,
			ModelVersion: e.ModelVersion, Answer: store.AnswerNone})
	case events.VersionAttested:
		v, err := existing[store.Version](s, store.HashID(e.ModelVersion))
		if err != nil {
			return err
		}
		t, err := existing[store.Attestation](s, store.AttestationID(e.ModelVersion, e.Auditor))
		if err != nil {
			return err
		}
		if v.Attested++; t.Answer != store.AnswerNone || v.Attested != e.Attested || v.Attestors != e.Drawn {
			return s.illegal("version %s is attested by %d of %d, the event says %d of %d", v.ID, v.Attested, v.Attestors, e.Attested, e.Drawn)
		}
		t.Answer, t.AnsweredAt, t.AnsweredTx = store.AnswerRight, s.block.Time, s.event.TxHash
		s.auditor(e.Auditor).Versions++
	}
	return nil
}
