package auditor

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

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

// request finds a prompt or parameters that no honest provider answers.
func (j *judge) request() (*shown, error) {
	b := j.proven()
	if signedClaim(b) != nil { // no leaf is needed to show it
		return nil, nil
	}
	c, err := requestClaim(b, j.salts, j.m.arch.Vocabulary)
	if err != nil {
		return nil, err
	}
	if c != nil {
		name := "parameters that are not canonical"
		if c.Claim == ClaimPrompt {
			name = fmt.Sprintf("slot %d of a prompt of %d tokens", c.Index, b.Request.PromptTokens)
		}
		return j.comparison(*c, name), nil
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
	ask := func(what string, kind contracts.NodeKind, has, billed int) question {
		root := j.b.Request.PromptRoot
		if kind == contracts.NodeOutput {
			root = j.b.Receipt.OutputRoot
		}
		// The first leaf that differs is in this part, or next to it: behind the last part is nothing, which its answer shows too.
		part := uint32(min(tokenLeaves(has), max(tokenLeaves(billed), 1)-1) >> contracts.RangeLevels)
		at := j.a.deps.Chain.Addresses()
		return question{fmt.Sprintf("tokens of the %s, part %d", what, part), contracts.TokenNode(kind, root, uint32(billed), part),
			func(e contracts.Evidence, salt common.Hash) protocol.Call {
				return at.AskTokens(e, kind == contracts.NodeOutput, part, salt)
			}}
	}
	if len(j.b.Params) > protocol.MaxParamsBytes {
		return question{"the parameters", contracts.ParamsNode(j.b.Request), j.a.deps.Chain.Addresses().AskParams}, true
	}
	if has, billed := len(j.b.Prompt), int(j.b.Request.PromptTokens); tokenLeaves(has) != tokenLeaves(billed) {
		return ask("prompt", contracts.NodePrompt, has, billed), true
	}
	if has, billed := len(j.b.Output), int(j.b.Receipt.OutputTokens); miscounted(has, billed) == wrongDepth {
		return ask("output", contracts.NodeOutput, has, billed), true
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
