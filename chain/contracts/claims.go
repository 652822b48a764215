package contracts

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/protocol"
)

// PaidLeaf is a leaf of a redeemed voucher line.
type PaidLeaf struct {
	Channel      common.Hash    `json:"channel"`
	Provider     common.Address `json:"provider"`
	ModelVersion common.Hash    `json:"model_version"`
	// Fee is what the leaf says.
	Fee     protocol.Amount `json:"fee"`
	Payment Payment         `json:"payment"`
}

func (l PaidLeaf) bind() bindings.PaidLeaf {
	return bindings.PaidLeaf{Channel: l.Channel, Provider: l.Provider, ModelVersion: l.ModelVersion, Fee: l.Fee.Big(), Payment: l.Payment.bind()}
}

// ClaimUnusedSlot shows a slot behind the last output token that is not unused.
func (a Addresses) ClaimUnusedSlot(e Evidence, leaf TokenLeaf, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim unused slot", claims.PackClaimUnusedSlot(e.bind(), leaf, submitter))
}

// ClaimOutputTree shows a node that no tree of output tokens has.
func (a Addresses) ClaimOutputTree(e Evidence, n TreeNode, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim output tree", claims.PackClaimOutputTree(e.bind(), n, submitter))
}

// ClaimLeaf shows a leaf of a redeemed line that is not a receipt of that line, or not
// with that fee.
func (a Addresses) ClaimLeaf(q protocol.Request, r protocol.Receipt, leaf PaidLeaf, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim leaf", claims.PackClaimLeaf(bindRequest(q), bindReceipt(r), leaf.bind(), submitter))
}

// ClaimPaidTwice shows one receipt in two leaves of lines that one provider redeemed.
func (a Addresses) ClaimPaidTwice(receipt common.Hash, x, y PaidLeaf, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim paid twice", claims.PackClaimPaidTwice(receipt, x.bind(), y.bind(), submitter))
}

// FirstFaultIn finds a fault that a transaction proved, whatever it is slashed for.
func (a Addresses) FirstFaultIn(logs []*types.Log) (Fault, bool) {
	for _, l := range logs {
		if f, ok := a.fault(*l); ok {
			return f, true
		}
	}
	return Fault{}, false
}
