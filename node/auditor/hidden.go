package auditor

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// A receipt that this auditor was drawn for may be shown by no API. Request and receipt stand in the log that opened
// it; parameters, tokens and the top of the trace are asked for on chain, for bonds.

// TokenReader reads what the chain knows of a receipt that nobody shows.
type TokenReader interface {
	QuestionTerms(ctx context.Context) (contracts.Terms, error)
	OpenedLeaf(ctx context.Context, receipt common.Hash, from uint64) (contracts.Evidence, error)
}

// Salts hide the leaves of an answer whose request's secret nobody showed. A nil one stands for
// the salts that the secret makes.
type Salts struct {
	Prompt []common.Hash `json:"prompt"`
	Output []common.Hash `json:"output,omitempty"`
	Trace  common.Hash   `json:"trace"`
}

// of is the salt of one leaf.
func (s *Salts) of(secret common.Hash, tag protocol.Tag, leaf int) common.Hash {
	if s == nil {
		return protocol.LeafSalt(secret, tag, uint32(leaf))
	}
	if tag == protocol.TagTrace {
		return s.Trace
	}
	list := s.Prompt
	if tag == protocol.TagOutput {
		list = s.Output
	}
	if leaf >= len(list) {
		return common.Hash{}
	}
	return list[leaf]
}

// leaves are those of the tree over token ids.
func (s *Salts) leaves(secret common.Hash, tag protocol.Tag, ids []uint32) []common.Hash {
	return protocol.SaltedTokenLeaves(func(i int) common.Hash { return s.of(secret, tag, i) }, ids)
}

// bind checks that prompt and output are what was signed.
func (s *Salts) bind(b bundle.Bundle) error {
	if protocol.MerkleRoot(s.leaves(b.Secret, protocol.TagPrompt, b.Prompt)) != b.Request.PromptRoot {
		return fmt.Errorf("the prompt shown is not the one signed: %w", protocol.ErrInvalid)
	}
	if protocol.MerkleRoot(s.leaves(b.Secret, protocol.TagOutput, b.Output)) != b.Receipt.OutputRoot {
		return fmt.Errorf("the output shown is not the one signed: %w", protocol.ErrInvalid)
	}
	return nil
}

// Parts of the time for an answer: how long APIs alone are asked (and up to a quarter more, by turns),
// what is left at the end for a replay, and what for a transaction.
const (
	waitPart  = 16
	spareTime = 8
	lastPart  = 32
)

// askChain makes a case of a receipt that no API shows, once APIs had their time. The questions are asked only where this
// auditor's pay for the point is worth their bonds even if they are answered and the receipt is right.
//
// INVARIANT: whoever trades with itself and answers on chain alone takes no more out of bonds than the pool took of its trade.
func (a *Auditor) askChain(ctx context.Context, r *round, d *openDraw, audit contracts.Audit, p *DrawPoint) error {
	opened := p.AttestBy - min(p.AttestBy, r.terms.AttestTime)
	m := a.models[d.Line.ModelVersion]
	if audit.Job || m == nil || r.now < opened+r.terms.AttestTime/waitPart+a.turn(d.ID, r.terms.AttestTime/waitPart/4) {
		return nil
	}
	terms, err := a.deps.Draws.QuestionTerms(ctx)
	if err != nil {
		return err
	}
	until := p.AttestBy - min(p.AttestBy, r.terms.AttestTime/spareTime)
	if r.now+terms.Clock > until {
		return fmt.Errorf("ask for the tokens on chain: too late for an answer: %w", protocol.ErrExpired)
	}
	e, err := a.deps.Draws.OpenedLeaf(ctx, p.Receipt, audit.Beacon)
	if err != nil {
		return err
	}
	b := bundle.Bundle{Schema: bundle.Schema, Domain: a.deps.Chain.Domain(), Request: e.Request, Receipt: e.Receipt, Signature: e.Signature,
		Model: bundle.Model{Class: protocol.ClassProven, Positions: uint32(m.arch.Positions), StopIDs: m.file.Header().StopIDs}}
	c := &Case{State: Hidden, Origin: OriginDraw, Relayer: e.Payment.Relayer, Bought: e.Receipt.CompletedAt, AtOnce: 1, Opened: &e.Payment}
	if fee, err := e.Request.FeeFor(e.Receipt.OutputTokens); err != nil || fee != e.Receipt.Fee || signedClaim(b) != nil { // what is signed shows it, without a question
		_, err = a.begin(ctx, b, c)
		return err
	}
	n := len(hiddenQuestions(e, m, a.deps.Chain.Addresses()))
	due := part(audit.Stretch, uint64(audit.PayBps), 20_000)
	var bonds protocol.Amount
	c.AtOnce, bonds = pace(n, int((until-r.now)/max(terms.Clock, 1)), terms.BaseBond, due)
	if left, err := due.Sub(bonds); err != nil || !a.worth(left) {
		return fmt.Errorf("ask for the tokens on chain: %d questions put up to %s at risk, and the point pays %s: %w", n, bonds, due, protocol.ErrUnavailable)
	}
	a.log.Warn("no API shows what this auditor was drawn for, asking on chain", "receipt", p.Receipt, "provider", d.Provider, "questions", n, "bonds", bonds)
	_, err = a.begin(ctx, b, c)
	return err
}

// pace says how many of n questions are asked at once, so that all of them fit a number of clocks if that is worth it, and the
// bonds they take at most: the bond doubles with each question of one asker that is open.
func pace(n, clocks int, base *big.Int, worth protocol.Amount) (atOnce int, bonds protocol.Amount) {
	cost := func(k int) *big.Int {
		row := func(k int) *big.Int { return new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(k)), big.NewInt(1)) }
		sum := new(big.Int).Mul(row(k), big.NewInt(int64(n/k)))
		return sum.Mul(sum.Add(sum, row(n%k)), base)
	}
	clocks = max(clocks, 1)
	for atOnce = max((n+clocks-1)/clocks, 1); atOnce > 1 && cost(atOnce).Cmp(worth.Big()) > 0; atOnce-- {
	}
	return atOnce, protocol.MustAmount(cost(atOnce))
}

// hiddenQuestions are all that has to be answered before a receipt can be replayed and compared: first the top of the
// trace, then the parameters, the prompt and the output.
func hiddenQuestions(e contracts.Evidence, m *model, at contracts.Addresses) []question {
	count := max(int(e.Request.PromptTokens)+int(e.Receipt.OutputTokens)-1, 0) * (m.arch.Layers + 1)
	list := []question{
		{"the trace", contracts.TraceNode(e.Receipt.TraceRoot, count), at.AskTrace},
		{"the parameters", contracts.ParamsNode(e.Request), at.AskParams},
	}
	for _, n := range append(contracts.TokenNodes(contracts.NodePrompt, e.Request.PromptRoot, e.Request.PromptTokens),
		contracts.TokenNodes(contracts.NodeOutput, e.Receipt.OutputRoot, e.Receipt.OutputTokens)...) {
		list = append(list, askTokens(at, n))
	}
	return list
}

// askTokens asks for the tokens under a node.
func askTokens(at contracts.Addresses, n contracts.Node) question {
	what, output := "prompt", contracts.NodeKind(n.Kind) == contracts.NodeOutput
	if output {
		what = "output"
	}
	return question{fmt.Sprintf("tokens of the %s, part %d", what, n.Index), n, func(e contracts.Evidence, salt common.Hash) protocol.Call {
		return at.AskTokens(e, output, n.Index, salt)
	}}
}

// reveal has the provider show on chain what no API shows. Its silence is expired, asked again and, the third time, convicts.
func (j *judge) reveal(ctx context.Context) error {
	if j.looked.IsZero() {
		j.looked = time.Now()
	}
	if time.Since(j.looked) > lookAgain*j.a.cfg.LookEvery { // an API may show it after all
		j.looked = time.Now()
		if b, err := j.a.drawnBundle(ctx, j.c.Receipt); err == nil {
			return j.uncover(b, nil)
		}
	}
	if err := j.window(ctx, contracts.Payment{}); err != nil {
		return err
	}
	if s, err := j.billing(); s != nil || err != nil {
		return j.found(s, err)
	}
	if signedClaim(j.proven()) != nil {
		return j.found(j.counts())
	}
	asks := hiddenQuestions(contracts.Evidence{Request: j.b.Request, Receipt: j.b.Receipt}, j.m, j.a.deps.Chain.Addresses())
	answers := make([][]byte, 0, len(asks))
	for len(answers) < len(asks) {
		var open error
		for _, q := range asks[len(answers):min(len(answers)+max(j.c.AtOnce, 1), len(asks))] {
			raw, err := j.answer(ctx, q.what, q.node, q.ask)
			var refused *chain.ContractError
			switch {
			case errors.As(err, &refused) && refused.Name == "WindowClosed":
				return j.over(Lost, "%v", err)
			case err != nil && !errors.Is(err, errPending):
				return j.convicted(ctx, err) // who is convicted is asked no more
			}
			answers, open = append(answers, raw), errors.Join(open, err)
		}
		if open != nil {
			return j.convicted(ctx, open)
		}
	}
	return j.read(asks, answers)
}

// lookAgain is how many times LookEvery a case waits on chain before it looks at the APIs again.
const lookAgain = 4

// read makes an answer out of what its provider showed on chain.
func (j *judge) read(asks []question, answers [][]byte) error {
	b, salts := j.b, &Salts{}
	b.Prompt, b.Output = nil, nil // a crash may have left them, before the case was written
	for i, q := range asks {
		var err error
		switch contracts.NodeKind(q.node.Kind) {
		case contracts.NodeTrace:
			salts.Trace, _, err = contracts.DecodeNodeAnswer(answers[i])
		case contracts.NodeParams:
			b.Params = answers[i]
		default:
			list, ids := &salts.Prompt, &b.Prompt
			if contracts.NodeKind(q.node.Kind) == contracts.NodeOutput {
				list, ids = &salts.Output, &b.Output
			}
			var some []common.Hash
			var more []uint32
			some, more, err = contracts.DecodeTokensAnswer(answers[i])
			*list, *ids = append(*list, some...), append(*ids, more...)
		}
		if err != nil {
			return j.over(Unusable, "%s: %v", q.what, err)
		}
	}
	if err := salts.bind(b); err != nil {
		return j.over(Unusable, "%v", err)
	}
	return j.uncover(b, salts)
}

// uncover goes on with a case whose tokens are known now.
func (j *judge) uncover(b bundle.Bundle, salts *Salts) (err error) {
	b.Prompt, b.Output = slots(b.Prompt, int(b.Request.PromptTokens)), used(b.Output, int(b.Receipt.OutputTokens))
	j.params, _ = protocol.DecodeParams(b.Params) // others are a fault: see requestClaim
	if salts != nil {
		if err := j.a.cases.write(j.c.Receipt, fileSalts, salts); err != nil {
			return err
		}
	}
	if err := j.a.cases.write(j.c.Receipt, fileBundle, b); err != nil {
		return err
	}
	j.b, j.salts, j.c.State = b, salts, Found
	j.peer.secret = b.Secret
	return nil
}

// Salts reads the salts of a case whose secret is unknown; nil if it is known.
func (s *Cases) Salts(receipt common.Hash) (*Salts, error) {
	var salts Salts
	err := s.read(receipt, fileSalts, &salts)
	if errors.Is(err, protocol.ErrNotFound) {
		return nil, nil
	}
	return &salts, err
}
