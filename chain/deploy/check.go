package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

// LongestDispute is how long after a provider signed a receipt it can be slashed for it,
// in seconds: the request's deadline, the window and its longest extension, the last
// clock and the proof that follows. Time that clocks take longer, because many questions
// are open, comes on top: stake is then held for each receipt that was asked about.
func (p Parameters) LongestDispute() uint64 {
	t := p.Timing
	return t.MaxDeadline + t.DisputeWindow + t.MaxHold + max(p.Questions.Clock+p.Questions.ProofTime, p.Audits.Clock+p.Audits.ProofTime)
}

// LongestAudit is how long after its draw was registered an auditor can be asked to
// answer for what it said, in seconds.
func (p Parameters) LongestAudit() uint64 {
	t, a := p.Timing, p.Audits
	return t.MaxDeadline + t.DisputeWindow + t.MaxHold + a.Clock + a.AttestTime + a.ProofTime
}

// check reports every parameter that cannot work, wrapping protocol.ErrInvalid. What the
// constructors refuse themselves is left to them, but for what would only show after
// half of a deployment.
func (p Parameters) check() error {
	q := p.Questions
	var problems []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	refuse(p.Owner == (common.Address{}) || p.Treasury == (common.Address{}), "no owner or treasury")
	// W leaves room for four questions in a row and the proof that follows.
	refuse(p.Timing.DisputeWindow < 4*q.Clock+q.ProofTime, "window of %d s for questions of %d s and proofs of %d s", p.Timing.DisputeWindow, q.Clock, q.ProofTime)
	refuse(q.AnswerTime == 0 || q.AnswerTime > q.Clock/2, "answers of %d s in clocks of %d s", q.AnswerTime, q.Clock)
	refuse(p.AtRisk < p.LongestDispute(), "time at risk of %d s, and disputes of %d s", p.AtRisk, p.LongestDispute())
	refuse(p.Unbonding <= p.AtRisk, "unbonding of %d s, and a time at risk of %d s", p.Unbonding, p.AtRisk)
	refuse(p.Auditors.Unbonding < p.LongestAudit(), "auditors' unbonding of %d s, and audits of %d s", p.Auditors.Unbonding, p.LongestAudit())
	refuse(p.Token == (common.Address{}) && p.Decimals != testDecimals, "amounts of %d decimals in the test token, which has %d", p.Decimals, testDecimals)
	refuse(p.Verifier == (common.Address{}) != (p.KeyHash == DevelopmentKey), "verifier %s of key %s", p.Verifier, p.KeyHash)
	refuse(p.Verifier != (common.Address{}) && p.CheckVerifier == nil, "verifier %s whose code nobody checks", p.Verifier)
	if len(problems) > 0 {
		return fmt.Errorf("deployment that cannot work: %w: %w", errors.Join(problems...), protocol.ErrInvalid)
	}
	return nil
}

// testDecimals are those of the test token.
const testDecimals = 6

// sameDecimals checks that bonds, bounty and the price of an absence are amounts of this
// very token.
func (p Parameters) sameDecimals(ctx context.Context, c *chain.Client) error {
	if p.Token == (common.Address{}) {
		return nil
	}
	token := bindings.NewTestToken()
	decimals, err := chain.Call(ctx, c, p.Token, nil, token.PackDecimals(), token.UnpackDecimals)
	if err != nil {
		return fmt.Errorf("read the token's decimals: %w", err)
	}
	if decimals != p.Decimals {
		return fmt.Errorf("token %s has %d decimals, and amounts are given in %d: %w", p.Token, decimals, p.Decimals, protocol.ErrInvalid)
	}
	return nil
}

// verifies checks the code of a verifier that the deployment was given.
func (p Parameters) verifies(ctx context.Context, c *chain.Client) error {
	if p.Verifier == (common.Address{}) {
		return nil
	}
	code, err := c.CodeAt(ctx, p.Verifier, nil)
	if err != nil {
		return fmt.Errorf("read code of verifier %s: %w", p.Verifier, c.Wrap(err))
	}
	if err := p.CheckVerifier(code); err != nil {
		return fmt.Errorf("verifier %s of key %s: %w", p.Verifier, p.KeyHash, err)
	}
	return nil
}

// foreignBlocks are chains whose block.number and blockhash are not those of their own
// blocks: what a draw is decided by would not be what its contract waits for.
var foreignBlocks = []uint64{42161, 42170, 421614}

// ownBlocks checks that the chain has a source of randomness.
func ownBlocks(_ context.Context, c *chain.Client) error {
	if p := c.Profile(); slices.Contains(foreignBlocks, p.ID) {
		return fmt.Errorf("beacon on chain %d, whose block numbers are another chain's: %w", p.ID, protocol.ErrInvalid)
	}
	return nil
}
