package auditor

import (
	"fmt"
	"slices"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// billing finds a fee or a count that the request does not allow: in any class, without the
// model. The bundle was checked against receipt and request before.
func (j *judge) billing() (*shown, error) {
	b := j.b
	b.Model = bundle.Model{Class: protocol.ClassSampled}
	return j.claims(b, protocol.MaxVocabulary)
}

// seenAtOnce finds a fault that needs no replay.
func (j *judge) seenAtOnce() (*shown, error) {
	for _, look := range []func() (*shown, error){j.counts, j.compare, j.strange, j.size} {
		if s, err := look(); s != nil || err != nil {
			return s, err
		}
	}
	return nil, nil
}

// compare finds what a claim shows: in fee, counts, request or finish.
func (j *judge) compare() (*shown, error) { return j.claims(j.proven(), j.m.arch.Vocabulary) }

// proven is the bundle with what the model itself says of it.
func (j *judge) proven() bundle.Bundle {
	b := j.b
	b.Model = bundle.Model{Class: protocol.ClassProven, Positions: uint32(j.m.arch.Positions), StopIDs: j.m.file.Header().StopIDs}
	return b
}

func (j *judge) claims(b bundle.Bundle, vocabulary int) (*shown, error) {
	list, err := receiptClaims(b, j.salts, vocabulary)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	c := list[0]
	name := "fee or count"
	switch c.Claim {
	case ClaimFinish:
		name = "finish " + b.Receipt.Finish.String()
	case ClaimUnusedSlot, ClaimOutputTree:
		name = fmt.Sprintf("%d tokens delivered and %d billed", len(b.Output), b.Receipt.OutputTokens)
	case ClaimPrompt:
		name = fmt.Sprintf("slot %d of a prompt of %d tokens", c.Index, b.Request.PromptTokens)
	case ClaimParams:
		name = "parameters that are not canonical"
	case ClaimStop:
		name = fmt.Sprintf("finish %s against token %d", b.Receipt.Finish, c.Index)
	}
	return j.comparison(c, name), nil
}

// comparison is a fault that a claim about the receipt shows.
func (j *judge) comparison(c Claim, name string) *shown {
	at, submitter := j.a.deps.Chain.Addresses(), j.a.cfg.Submitter
	return &shown{&Finding{Kind: c.Kind(), Name: name}, func(e contracts.Evidence, _ []byte) protocol.Call {
		c.Payment = e.Payment
		return c.call(at, submitter)
	}}
}

// wrongFinish says which claim shows that a finish is wrong, and about which token; empty
// if none does.
func wrongFinish(b bundle.Bundle, params protocol.Params) (claim string, token int) {
	r := b.Receipt
	n, positions := len(b.Output), int(b.Model.Positions)
	asked := int(b.Request.PromptTokens)
	used := max(asked+n, 1) - 1
	ended := r.Finish == protocol.FinishStop || r.Finish == protocol.FinishLength || r.Finish == protocol.FinishContext
	if used > positions || used == 0 || asked == 0 || asked > positions || r.Finish < protocol.FinishStop || r.Finish > protocol.FinishCancelled || ended && n == 0 ||
		r.Finish == protocol.FinishLength && uint64(n) < uint64(b.Request.MaxOutputTokens) || r.Finish == protocol.FinishContext && used != positions {
		return ClaimFinish, 0
	}
	if !ended {
		return "", 0
	}
	stops := func(id uint32) bool {
		return slices.Contains(b.Model.StopIDs, id) || slices.Contains(params.StopIDs, id)
	}
	if wrong := slices.IndexFunc(b.Output[:n-1], stops); wrong >= 0 {
		return ClaimStop, wrong
	}
	if r.Finish == protocol.FinishStop && !stops(b.Output[n-1]) {
		return ClaimStop, n - 1
	}
	return "", 0
}

// strange finds an output token that the model does not have.
func (j *judge) strange() (*shown, error) {
	i := slices.IndexFunc(j.b.Output, func(id uint32) bool { return int64(id) >= int64(j.m.arch.Vocabulary) })
	if i < 0 {
		return nil, nil
	}
	return j.showToken(i)
}
