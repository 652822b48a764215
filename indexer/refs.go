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
	case events.FaultProven:
		row("claims", store.HashID(e.ReceiptHash))
		row("receipts", store.HashID(e.ReceiptHash))
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
	}
	return refs
}
