package indexer

import (
	"encoding/hex"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// plan is what was found for one event before its batch is folded. The most frequent
// events find all their rows here, by names that are made once.
type plan struct {
	line     common.Hash // the Market's name of it
	channel  *entry
	lineRow  *entry
	credit   *entry
	version  *entry
	service  *entry
	provider *entry
	balance  *entry
}

// The rows that most events name. Their names are made where they need no memory.

func (s *state) byAddress(t set, table string, a *common.Address) *entry {
	var id [42]byte
	hexTo(id[:], a[:])
	return s.expect(t, table, id[:])
}

func (s *state) byHash(t set, table string, h *common.Hash) *entry {
	var id [66]byte
	hexTo(id[:], h[:])
	return s.expect(t, table, id[:])
}

func (s *state) byPair(t set, table string, a *common.Address, h *common.Hash) *entry {
	var id [109]byte
	hexTo(id[:42], a[:])
	id[42] = ':'
	hexTo(id[43:], h[:])
	return s.expect(t, table, id[:])
}

// hexTo writes b as the names of rows do, see store.HashID.
func hexTo(to, b []byte) {
	to[0], to[1] = '0', 'x'
	hex.Encode(to[2:], b)
}

// prepare names the rows that applying e will look at, so that a batch reads them
// together, and finds those of frequent events. Apart from those it is a hint: what it
// forgets is read one by one.
func (s *state) prepare(e any) (p plan) {
	o := &s.often
	switch e := e.(type) {
	case events.Deposited:
		p.balance = s.byAddress(o.balances, "balances", &e.Account)
	case events.Withdrawn:
		p.balance = s.byAddress(o.balances, "balances", &e.Account)
	case events.Locked:
		p.balance = s.byAddress(o.balances, "balances", &e.Account)
	case events.Released:
		p.balance = s.byAddress(o.balances, "balances", &e.Account)
	case events.Burned:
		p.balance = s.byAddress(o.balances, "balances", &burnAddress)
	case events.VoucherRedeemed:
		p.line = store.MarketLineID(protocol.Line{Channel: e.Channel, Provider: e.Provider, ModelVersion: e.ModelVersion, Relayer: e.Relayer})
		credit := store.CreditHash(e.Provider, e.ModelVersion, e.Relayer, e.Epoch)
		p.channel = s.byHash(o.channels, "channels", &e.Channel)
		p.lineRow = s.byHash(o.lines, "lines", &p.line)
		p.credit = s.byHash(o.credits, "credits", &credit)
		p.version = s.byHash(o.versions, "versions", &e.ModelVersion)
		p.service = s.byPair(o.services, "services", &e.Provider, &e.ModelVersion)
		p.provider = s.byAddress(o.providers, "providers", &e.Provider)
	case events.CreditMatured:
		credit := store.CreditHash(e.Provider, e.ModelVersion, e.Relayer, e.Epoch)
		p.credit = s.byHash(o.credits, "credits", &credit)
		p.version = s.byHash(o.versions, "versions", &e.ModelVersion)
		p.provider = s.byAddress(o.providers, "providers", &e.Provider)
	default:
		s.hint(e)
	}
	return p
}

// hints take the names of rows that will be looked at.
type hints struct{ *state }

func (s hints) row(table, id string)                   { s.expect(s.set(table), table, []byte(id)) }
func (s hints) hash(table string, h common.Hash)       { s.byHash(s.set(table), table, &h) }
func (s hints) address(table string, a common.Address) { s.byAddress(s.set(table), table, &a) }
func (s hints) provider(a common.Address)              { s.address("providers", a) }
func (s hints) attestation(h common.Hash, a common.Address) {
	s.row("attestations", store.AttestationID(h, a))
}
func (s hints) point(audit common.Hash, index uint32) {
	s.hash("audit_points", store.PointID(audit, index))
}

// hint names rows for rarer events.
func (s *state) hint(e any) {
	h := hints{s}
	switch e := e.(type) {
	case events.OperatorAdded:
		h.provider(e.Provider)
		h.address("operators", e.Operator)
	case events.OperatorRetired:
		h.address("operators", e.Operator)
	case events.Staked:
		h.provider(e.Provider)
	case events.Unbonding:
		h.provider(e.Provider)
	case events.Unbonded:
		h.provider(e.Provider)
	case events.ExitMoved:
		h.provider(e.Provider)
	case events.ModelPublished:
		h.hash("versions", e.ModelVersion)
		if e.Manifest.Parent != (common.Hash{}) {
			h.hash("versions", e.Manifest.Parent)
		}
	case events.ChannelOpened:
		h.hash("channels", e.Channel)
	case events.ChannelToppedUp:
		h.hash("channels", e.Channel)
	case events.DelegateChanged:
		h.hash("channels", e.Channel)
	case events.ChannelClosing:
		h.hash("channels", e.Channel)
	case events.GraceExtended:
		h.hash("channels", e.Channel)
	case events.ChannelSwept:
		h.hash("channels", e.Channel)
	case events.VoucherRejected:
		h.provider(e.Provider)
	case events.Slashed:
		h.provider(e.Provider)
	case events.Penalized:
		h.provider(e.Provider)
	case events.ExitHeldForDispute:
		h.provider(e.Provider)
	case events.CreditForfeited:
		h.provider(e.Provider)
	case events.CreditHeld:
		h.provider(e.Provider)
	case events.JobRequested:
		h.hash("jobs", e.Job)
	case events.JobAccepted:
		h.hash("jobs", e.Job)
		h.provider(e.Provider)
	case events.JobDelivered:
		h.hash("jobs", e.Job)
		h.provider(e.Provider)
	case events.JobFinalized:
		h.hash("jobs", e.Job)
		h.provider(e.Provider)
	case events.JobRefunded:
		h.hash("jobs", e.Job)
	case events.JobDisproved:
		h.hash("jobs", e.Job)
	case events.JobCallback:
		h.hash("jobs", e.Job)
	default:
		h.disputes(e)
	}
}

// disputes is hint for events about faults.
func (h hints) disputes(e any) {
	switch e := e.(type) {
	case events.FaultProven:
		h.hash("claims", e.ReceiptHash)
		h.hash("audit_points", e.ReceiptHash)
		h.hash("receipts", e.ReceiptHash)
		if e.ModelVersion != (common.Hash{}) {
			h.hash("versions", e.ModelVersion)
		}
		h.provider(e.Provider)
	case events.ReceiptSettled:
		h.hash("receipts", e.ReceiptHash)
	case events.WindowExtended:
		h.hash("receipts", e.ReceiptHash)
	case events.QuestionAsked:
		h.hash("receipts", e.ReceiptHash)
		h.hash("questions", e.Question)
		h.provider(e.Provider)
	case events.QuestionAnswered:
		h.hash("receipts", e.ReceiptHash)
		h.hash("questions", e.Question)
	case events.QuestionExpired:
		h.hash("receipts", e.ReceiptHash)
		h.hash("questions", e.Question)
		h.provider(e.Provider)
	case events.BondPaid:
		h.hash("questions", e.Question)
	case events.WrongLeaf:
		h.hash("lines", e.Line)
		h.hash("claims", e.Cause)
	case events.VerifierScheduled:
		h.row("verifiers", store.SpecID(e.SpecVersion))
	case events.VerifierSealed:
		h.row("verifiers", store.SpecID(e.SpecVersion))
	default:
		h.audits(e)
	}
}

// audits is hint for events about draws.
func (h hints) audits(e any) {
	switch e := e.(type) {
	case events.AuditRegistered:
		h.hash("audits", e.Audit)
		h.hash("lines", e.Line)
	case events.AuditDrawn:
		h.hash("audits", e.Audit)
		h.provider(e.Provider)
		for i := range min(e.Points, maxPoints) {
			h.point(e.Audit, i)
		}
	case events.PointOpened:
		point := store.PointID(e.Audit, e.Index)
		h.hash("audits", e.Audit)
		h.hash("audit_points", point)
		h.hash("receipts", e.ReceiptHash)
		h.attestation(point, e.First)
		h.attestation(point, e.Second)
	case events.PointSilent:
		h.hash("audits", e.Audit)
		h.point(e.Audit, e.Index)
		h.provider(e.Provider)
	case events.Attested:
		h.attestation(store.PointID(e.Audit, e.Index), e.Auditor)
		h.address("auditors", e.Auditor)
	case events.AuditSettled:
		point := store.PointID(e.Audit, e.Index)
		h.hash("audits", e.Audit)
		h.hash("audit_points", point)
		h.hash("receipts", e.ReceiptHash)
		h.attestation(point, e.Auditor)
		h.address("auditors", e.Auditor)
	case events.DrawPunished:
		h.hash("audits", e.Audit)
		h.point(e.Audit, e.Index)
	case events.AuditPaid:
		h.address("auditors", e.Auditor)
	case events.AuditorStaked:
		h.address("auditors", e.Auditor)
	case events.AuditorLeft:
		h.address("auditors", e.Auditor)
	case events.AuditorWithdrawn:
		h.address("auditors", e.Auditor)
	case events.AuditorPunished:
		h.address("auditors", e.Auditor)
	case events.VersionAssigned:
		h.hash("versions", e.ModelVersion)
		h.attestation(e.ModelVersion, e.Auditor)
	case events.VersionAttested:
		h.hash("versions", e.ModelVersion)
		h.attestation(e.ModelVersion, e.Auditor)
		h.address("auditors", e.Auditor)
	}
}
