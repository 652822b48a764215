package indexer

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// appendRefs names the rows that applying e will look at, so that a batch reads
// them together. It is a hint: what it forgets is read one by one.
func appendRefs(refs []store.Ref, e any) []store.Ref {
	row := func(table, id string) { refs = append(refs, store.Ref{Table: table, ID: id}) }
	account := func(a common.Address) {
		row("balances", store.AddressID(a))
		row("totals", store.TotalsID)
	}
	provider := func(a common.Address) { row("providers", store.AddressID(a)) }
	switch e := e.(type) {
	case events.Deposited:
		account(e.Account)
	case events.Withdrawn:
		account(e.Account)
	case events.Locked:
		account(e.Account)
	case events.Released:
		account(e.Account)
	case events.Burned:
		account(burnAddress)
	case events.OperatorAdded:
		provider(e.Provider)
		row("operators", store.AddressID(e.Operator))
	case events.OperatorRetired:
		row("operators", store.AddressID(e.Operator))
	case events.Staked:
		provider(e.Provider)
	case events.Unbonding:
		provider(e.Provider)
	case events.Unbonded:
		provider(e.Provider)
	case events.ExitMoved:
		provider(e.Provider)
	case events.ModelPublished:
		row("versions", store.HashID(e.ModelVersion))
		if e.Manifest.Parent != (common.Hash{}) {
			row("versions", store.HashID(e.Manifest.Parent))
		}
	case events.ChannelOpened:
		row("channels", store.HashID(e.Channel))
	case events.ChannelToppedUp:
		row("channels", store.HashID(e.Channel))
	case events.DelegateChanged:
		row("channels", store.HashID(e.Channel))
	case events.ChannelClosing:
		row("channels", store.HashID(e.Channel))
	case events.GraceExtended:
		row("channels", store.HashID(e.Channel))
	case events.ChannelSwept:
		row("channels", store.HashID(e.Channel))
	case events.VoucherRedeemed:
		line := store.MarketLineID(protocol.Line{Channel: e.Channel, Provider: e.Provider, ModelVersion: e.ModelVersion, Relayer: e.Relayer})
		row("channels", store.HashID(e.Channel))
		row("lines", store.HashID(line))
		row("credits", store.CreditID(e.Provider, e.ModelVersion, e.Relayer, e.Epoch))
		row("versions", store.HashID(e.ModelVersion))
		row("services", store.ServiceID(e.Provider, e.ModelVersion))
		row("totals", store.TotalsID)
		provider(e.Provider)
	case events.VoucherRejected:
		provider(e.Provider)
	case events.Slashed:
		provider(e.Provider)
	case events.Penalized:
		provider(e.Provider)
	case events.ExitHeldForDispute:
		provider(e.Provider)
	case events.CreditForfeited:
		provider(e.Provider)
	case events.CreditHeld:
		provider(e.Provider)
	case events.CreditMatured:
		row("credits", store.CreditID(e.Provider, e.ModelVersion, e.Relayer, e.Epoch))
		row("versions", store.HashID(e.ModelVersion))
		provider(e.Provider)
	case events.JobRequested:
		row("jobs", store.HashID(e.Job))
	case events.JobAccepted:
		row("jobs", store.HashID(e.Job))
		provider(e.Provider)
	case events.JobDelivered:
		row("jobs", store.HashID(e.Job))
		provider(e.Provider)
	case events.JobFinalized:
		row("jobs", store.HashID(e.Job))
		provider(e.Provider)
	case events.JobRefunded:
		row("jobs", store.HashID(e.Job))
	case events.JobCallback:
		row("jobs", store.HashID(e.Job))
	default:
		return appendDisputeRefs(refs, e)
	}
	return refs
}

// appendDisputeRefs is appendRefs for events about faults.
func appendDisputeRefs(refs []store.Ref, e any) []store.Ref {
	row := func(table, id string) { refs = append(refs, store.Ref{Table: table, ID: id}) }
	provider := func(a common.Address) { row("providers", store.AddressID(a)) }
	switch e := e.(type) {
	case events.FaultProven:
		row("claims", store.HashID(e.ReceiptHash))
		row("audit_points", store.HashID(e.ReceiptHash))
		row("receipts", store.HashID(e.ReceiptHash))
		if e.ModelVersion != (common.Hash{}) {
			row("versions", store.HashID(e.ModelVersion))
		}
		provider(e.Provider)
	case events.ReceiptSettled:
		row("receipts", store.HashID(e.ReceiptHash))
	case events.WindowExtended:
		row("receipts", store.HashID(e.ReceiptHash))
	case events.QuestionAsked:
		row("receipts", store.HashID(e.ReceiptHash))
		row("questions", store.HashID(e.Question))
		provider(e.Provider)
	case events.QuestionAnswered:
		row("receipts", store.HashID(e.ReceiptHash))
		row("questions", store.HashID(e.Question))
	case events.QuestionExpired:
		row("receipts", store.HashID(e.ReceiptHash))
		row("questions", store.HashID(e.Question))
		provider(e.Provider)
	case events.BondPaid:
		row("questions", store.HashID(e.Question))
	case events.WrongLeaf:
		row("lines", store.HashID(e.Line))
		row("claims", store.HashID(e.Cause))
	case events.VerifierScheduled:
		row("verifiers", store.SpecID(e.SpecVersion))
	case events.VerifierSealed:
		row("verifiers", store.SpecID(e.SpecVersion))
	default:
		return appendAuditRefs(refs, e)
	}
	return refs
}

// appendAuditRefs is appendRefs for events about draws.
func appendAuditRefs(refs []store.Ref, e any) []store.Ref {
	row := func(table, id string) { refs = append(refs, store.Ref{Table: table, ID: id}) }
	provider := func(a common.Address) { row("providers", store.AddressID(a)) }
	switch e := e.(type) {
	case events.AuditRegistered:
		row("audits", store.HashID(e.Audit))
		row("lines", store.HashID(e.Line))
	case events.AuditDrawn:
		row("audits", store.HashID(e.Audit))
		provider(e.Provider)
		for i := range min(e.Points, maxPoints) {
			row("audit_points", store.HashID(store.PointID(e.Audit, i)))
		}
	case events.PointOpened:
		point := store.PointID(e.Audit, e.Index)
		row("audits", store.HashID(e.Audit))
		row("audit_points", store.HashID(point))
		row("receipts", store.HashID(e.ReceiptHash))
		row("attestations", store.AttestationID(point, e.First))
		row("attestations", store.AttestationID(point, e.Second))
	case events.PointSilent:
		row("audits", store.HashID(e.Audit))
		row("audit_points", store.HashID(store.PointID(e.Audit, e.Index)))
		provider(e.Provider)
	case events.Attested:
		row("attestations", store.AttestationID(store.PointID(e.Audit, e.Index), e.Auditor))
		row("auditors", store.AddressID(e.Auditor))
	case events.AuditSettled:
		point := store.PointID(e.Audit, e.Index)
		row("audits", store.HashID(e.Audit))
		row("audit_points", store.HashID(point))
		row("receipts", store.HashID(e.ReceiptHash))
		row("attestations", store.AttestationID(point, e.Auditor))
		row("auditors", store.AddressID(e.Auditor))
	case events.DrawPunished:
		row("audits", store.HashID(e.Audit))
		row("audit_points", store.HashID(store.PointID(e.Audit, e.Index)))
	case events.AuditPaid:
		row("auditors", store.AddressID(e.Auditor))
	case events.AuditorStaked:
		row("auditors", store.AddressID(e.Auditor))
	case events.AuditorPunished:
		row("auditors", store.AddressID(e.Auditor))
	case events.VersionAssigned:
		row("versions", store.HashID(e.ModelVersion))
		row("attestations", store.AttestationID(e.ModelVersion, e.Auditor))
	case events.VersionAttested:
		row("versions", store.HashID(e.ModelVersion))
		row("attestations", store.AttestationID(e.ModelVersion, e.Auditor))
		row("auditors", store.AddressID(e.Auditor))
	}
	return refs
}
