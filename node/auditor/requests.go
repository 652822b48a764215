package auditor

import (
	"context"
	"fmt"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// A request may have a prompt or parameters that no honest provider answers, and about whose answer no step says anything:
// tokens that the model lacks, something behind the last token, a tree of another size than is billed, parameters that are
// not canonical. Whoever signs an answer to one is at fault for that (ADR 20).

// slots are the ids in the leaves of a tree of so many tokens, as far as ids and count agree on the leaves: unused slots
// count where tokens are billed, and do not behind them.
func slots(ids []uint32, count int) []uint32 {
	if tokenLeaves(len(ids)) == tokenLeaves(count) {
		for ids = ids[:len(ids):len(ids)]; len(ids) < count; {
			ids = append(ids, protocol.UnusedToken)
		}
	}
	return used(ids, count)
}

// requestClaim shows by comparing that no honest provider answers a request, nil if nothing shows it. Prompts
// of another size than is billed have no such claim, nor have parameters longer than any: see judge.size.
func requestClaim(b bundle.Bundle, salts *Salts, vocabulary int) (*Claim, error) {
	if _, err := protocol.DecodeParams(b.Params); err != nil && len(b.Params) <= protocol.MaxParamsBytes {
		c := claimOf(ClaimParams, b)
		c.Params = b.Params
		return &c, nil
	}
	count := int(b.Request.PromptTokens)
	if tokenLeaves(len(b.Prompt)) != tokenLeaves(count) {
		return nil, nil
	}
	for i, id := range slots(b.Prompt, count) {
		if i < count && int64(id) < int64(vocabulary) || i >= count && id == protocol.UnusedToken {
			continue
		}
		c := claimOf(ClaimPrompt, b)
		leaf, err := leafOfToken(b, salts, protocol.TagPrompt, b.Prompt, i)
		c.Index, c.Tokens = uint32(i), &leaf
		return &c, err
	}
	return nil, nil
}

// size finds a prompt in a tree of another size than is billed, or parameters longer than any: nothing that a transaction could
// show, nor its provider answer.
func (j *judge) size() (*shown, error) {
	has, billed := len(j.b.Prompt), int(j.b.Request.PromptTokens)
	switch {
	case len(j.b.Params) > protocol.MaxParamsBytes:
		return j.silence(fmt.Sprintf("%d bytes of parameters", len(j.b.Params)))
	case tokenLeaves(has) != tokenLeaves(billed):
		return j.silence(fmt.Sprintf("%d tokens asked and %d billed, in a tree of another size", has, billed))
	}
	return nil, nil
}

// silence is the fault of who signs what only its silence can show: a question that has no answer.
func (j *judge) silence(what string) (*shown, error) {
	if j.b.Request.Audience == protocol.AudienceRequester {
		return nil, fmt.Errorf("%s, and what a requester keeps to itself is not asked for on chain: %w", what, protocol.ErrInvalid)
	}
	return &shown{finding: &Finding{Kind: contracts.FaultWithheld, Name: what}}, nil
}

// unanswerable is a question about the receipt that has no answer, if there is one: contracts read leaves by what is
// billed, and no parameters that are longer than any.
func (j *judge) unanswerable() (question, bool) {
	at := j.a.deps.Chain.Addresses()
	// The first leaf that differs is in this part, or next to it: behind the last part is nothing, which its answer shows too.
	part := func(has, billed int) uint32 {
		return uint32(min(tokenLeaves(has), max(tokenLeaves(billed), 1)-1) >> contracts.RangeLevels)
	}
	if len(j.b.Params) > protocol.MaxParamsBytes {
		return question{"the parameters", contracts.ParamsNode(j.b.Request), at.AskParams}, true
	}
	if has, billed := len(j.b.Prompt), int(j.b.Request.PromptTokens); tokenLeaves(has) != tokenLeaves(billed) {
		return askTokens(at, contracts.TokenNode(contracts.NodePrompt, j.b.Request.PromptRoot, uint32(billed), part(has, billed))), true
	}
	if has, billed := len(j.b.Output), int(j.b.Receipt.OutputTokens); miscounted(has, billed) == wrongDepth {
		return askTokens(at, contracts.TokenNode(contracts.NodeOutput, j.b.Receipt.OutputRoot, uint32(billed), part(has, billed))), true
	}
	return question{}, false
}

// askUnanswerable asks on chain what has no answer. The third silence convicts.
func (j *judge) askUnanswerable(ctx context.Context, q question) error {
	_, err := j.answer(ctx, q.what, q.node, q.ask)
	if err == nil {
		return j.over(Unusable, "%s, which were not to be answered, were", q.what)
	}
	return j.withheld(ctx, err)
}
