package auditor

import (
	"slices"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// compare finds a fault that needs no replay: in fee, counts or finish. The bundle was
// checked against receipt and request before.
func (j *judge) compare() (*shown, error) {
	r, q := j.b.Receipt, j.b.Request
	at, submitter := j.a.deps.Chain.Addresses(), j.a.cfg.Submitter
	finding := func(kind contracts.FaultKind, name string, call func(e contracts.Evidence) protocol.Call) *shown {
		return &shown{&Finding{Kind: kind, Name: name}, func(e contracts.Evidence, _ []byte) protocol.Call { return call(e) }}
	}
	if fee, err := q.FeeFor(r.OutputTokens); err != nil || fee.Cmp(r.Fee) != 0 {
		return finding(contracts.FaultOverBilling, "fee or count", func(e contracts.Evidence) protocol.Call { return at.ClaimBilling(e, submitter) }), nil
	}
	prompt, n := len(j.b.Prompt), len(j.b.Output)
	used, positions := max(prompt+n, 1)-1, j.m.arch.Positions
	ended := r.Finish == protocol.FinishStop || r.Finish == protocol.FinishLength || r.Finish == protocol.FinishContext
	if used > positions || r.Finish < protocol.FinishStop || r.Finish > protocol.FinishCancelled || ended && n == 0 ||
		r.Finish == protocol.FinishLength && uint64(n) < uint64(q.MaxOutputTokens) || r.Finish == protocol.FinishContext && used != positions {
		return finding(contracts.FaultFinish, "finish "+r.Finish.String(), func(e contracts.Evidence) protocol.Call { return at.ClaimFinish(e, submitter) }), nil
	}
	if !ended {
		return nil, nil
	}
	stops := func(id uint32) bool {
		return slices.Contains(j.m.file.Header().StopIDs, id) || slices.Contains(j.params.StopIDs, id)
	}
	wrong := slices.IndexFunc(j.b.Output[:n-1], stops)
	if wrong < 0 && r.Finish == protocol.FinishStop && !stops(j.b.Output[n-1]) {
		wrong = n - 1
	}
	if wrong < 0 {
		return nil, nil
	}
	leaf, err := j.tokenLeaf(protocol.TagOutput, j.b.Output, wrong)
	if err != nil {
		return nil, err
	}
	return finding(contracts.FaultFinish, "finish "+r.Finish.String()+" against a token", func(e contracts.Evidence) protocol.Call {
		return at.ClaimStop(e, uint32(wrong), leaf, j.b.Params, submitter)
	}), nil
}

// strange returns the first output token that the model does not have.
func (j *judge) strange() (int, bool) {
	i := slices.IndexFunc(j.b.Output, func(id uint32) bool { return int64(id) >= int64(j.m.arch.Vocabulary) })
	return i, i >= 0
}

// equivocates shows two receipts of one operator and number.
func (j *judge) equivocates(b bundle.Bundle) *shown {
	at, submitter := j.a.deps.Chain.Addresses(), j.a.cfg.Submitter
	one := contracts.SignedReceipt{Receipt: j.b.Receipt, Signature: j.b.Signature}
	other := contracts.SignedReceipt{Receipt: b.Receipt, Signature: b.Signature}
	return &shown{&Finding{Kind: contracts.FaultEquivocation, Name: "two receipts of one number"}, func(contracts.Evidence, []byte) protocol.Call {
		return at.ClaimEquivocation(one, other, submitter)
	}}
}
