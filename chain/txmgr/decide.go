package txmgr

import (
	"fmt"
	"math/big"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// View is everything a decision rests on: the outbox's side and the chain's
// side of one lane, read at one head.
type View struct {
	Lane     protocol.Lane
	Chain    Observation
	Receipts Receipts
}

// Observation is the chain's side of a lane.
type Observation struct {
	Head       protocol.BlockRef
	Finalized  uint64 // block number
	Nonce      uint64 // transactions of the key up to Head
	FinalNonce uint64 // transactions of the key up to Finalized
	GasLimit   uint64 // of a block
	BaseFee    *big.Int
	Tip        *big.Int // suggested, wei per gas
}

// Receipts answers for a set of transactions.
type Receipts struct {
	Found map[common.Hash]*types.Receipt // those in the canonical chain
	// Indexing says that the node has not looked through all blocks yet, so that
	// a missing receipt means nothing.
	Indexing bool
}

// ActionKind says what to do with an intent.
type ActionKind string

const (
	ActSubmit  ActionKind = "submit"  // simulate, sign with a new nonce, store, send
	ActResend  ActionKind = "resend"  // send the stored bytes of the newest attempt again
	ActReplace ActionKind = "replace" // sign the same nonce with higher fees, store, send
	ActCancel  ActionKind = "cancel"  // as replace, but with a transfer of nothing to oneself
	ActMove    ActionKind = "move"    // write the new state
	ActRetry   ActionKind = "retry"   // simulate again after a failed receipt: queue again or give up
	ActHold    ActionKind = "hold"    // send nothing new now and say why
	ActHalt    ActionKind = "halt"    // stop the lane until a person has looked
)

// Action is one step that Decide asks for.
type Action struct {
	Kind   ActionKind
	Intent protocol.Intent      // as read, or as it shall be (ActMove)
	From   protocol.IntentState // ActMove
	Fees   Fees                 // ActSubmit, ActReplace, ActCancel
	Reason string               // ActHold, ActHalt
}

// Fees is what a transaction offers, in wei per gas.
type Fees struct{ Cap, Tip *big.Int }

// Policy holds the lane's limits. The zero value of a field means its default.
type Policy struct {
	ResubmitBlocks uint64   // blocks without inclusion before fees rise; 3
	BumpPercent    int64    // least rise of both fees in a replacement; 10, which nodes demand
	FeeMultiple    int64    // a replacement never offers more than this times the current price; 5
	MaxFeeCap      *big.Int // wei per gas, never exceeded; nil: no limit
	MinTip         *big.Int // wei per gas; nil: what the node suggests
	MaxInFlight    int      // transactions sent and not mined; 16, what nodes keep per account
	GasPerHour     uint64   // sum of gas limits signed per hour of block time; 0: no limit
}

func (p Policy) withDefaults() Policy {
	if p.ResubmitBlocks == 0 {
		p.ResubmitBlocks = 3
	}
	if p.BumpPercent == 0 {
		p.BumpPercent = 10
	}
	if p.FeeMultiple == 0 {
		p.FeeMultiple = 5
	}
	if p.MaxInFlight == 0 {
		p.MaxInFlight = 16
	}
	return p
}

// Decide returns what to do now, in order. It is pure: the same view and policy
// give the same actions, and a view read again after some of them were done gives
// the rest, so that a crash between two actions repeats nothing.
func Decide(v View, p Policy) []Action {
	p = p.withDefaults()
	if reason := foreign(v); reason != "" {
		return []Action{{Kind: ActHalt, Reason: reason}}
	}
	if lowest := lowestOpen(v.Lane); v.Lane.Known && v.Chain.Nonce < lowest {
		// Every nonce below lowest was final once: this node lags, or serves
		// another chain under the same id.
		return []Action{{Kind: ActHold, Reason: fmt.Sprintf(
			"the chain counts %d transactions of the key, fewer than the %d that were final", v.Chain.Nonce, lowest)}}
	}
	var settle, flight, fresh []Action
	inFlight, hold := 0, ""
	for _, in := range v.Lane.Intents {
		switch in.State {
		case protocol.IntentMined:
			settle = append(settle, decideMined(v, in)...)
		case protocol.IntentSent:
			r, attempt := receiptOf(v, in)
			switch {
			case attempt != nil:
				settle = append(settle, settleAction(v, in, *attempt, r)...)
			case v.Chain.Nonce > in.Nonce:
				// Mined, says the account; by whom, the node does not say (yet).
				hold = fmt.Sprintf("nonce %d is used and no receipt of ours is known", in.Nonce)
			default:
				inFlight++
				flight = append(flight, decideSent(v, p, in))
			}
		case protocol.IntentQueued:
			fresh = append(fresh, Action{Kind: ActSubmit, Intent: in})
		}
	}
	if hold != "" {
		return append(settle, Action{Kind: ActHold, Reason: hold})
	}
	return append(append(settle, flight...), decideQueued(v, p, fresh, inFlight)...)
}

// foreign returns why the key must be in use elsewhere, "" if nothing says so.
func foreign(v View) string {
	if v.Lane.Known && v.Chain.Nonce > v.Lane.Next {
		return fmt.Sprintf("the chain counts %d transactions of the key, the outbox signed %d", v.Chain.Nonce, v.Lane.Next)
	}
	for _, in := range v.Lane.Intents {
		if in.State != protocol.IntentSent || v.Chain.FinalNonce <= in.Nonce || v.Receipts.Indexing {
			continue
		}
		if _, attempt := receiptOf(v, in); attempt == nil {
			return fmt.Sprintf("nonce %d was taken by a transaction that the outbox did not sign", in.Nonce)
		}
	}
	return ""
}

// lowestOpen returns the lowest nonce that is not settled for good.
func lowestOpen(l protocol.Lane) uint64 {
	lowest := l.Next
	for _, in := range l.Intents {
		if in.State == protocol.IntentSent || in.State == protocol.IntentMined {
			lowest = min(lowest, in.Nonce)
		}
	}
	return lowest
}

// receiptOf finds the attempt of the intent's nonce that was mined, if any.
func receiptOf(v View, in protocol.Intent) (*types.Receipt, *protocol.Attempt) {
	for i := range in.Attempts {
		a := &in.Attempts[i]
		if r, ok := v.Receipts.Found[a.TxHash]; ok && a.Nonce == in.Nonce {
			return r, a
		}
	}
	return nil, nil
}

func decideMined(v View, in protocol.Intent) []Action {
	r, attempt := receiptOf(v, in)
	if attempt == nil && v.Receipts.Indexing {
		return nil
	}
	if attempt == nil {
		// A reorg took the block away. Back to sent; the same bytes go out again.
		back := in
		back.State, back.TxHash, back.BlockHash, back.BlockNumber, back.Status = protocol.IntentSent, common.Hash{}, common.Hash{}, 0, 0
		return []Action{
			{Kind: ActMove, From: in.State, Intent: back},
			{Kind: ActResend, Intent: back},
		}
	}
	return settleAction(v, in, *attempt, r)
}

// settleAction moves an intent whose attempt has a receipt: to mined, and on to
// a terminal state once the block is final.
func settleAction(v View, in protocol.Intent, a protocol.Attempt, r *types.Receipt) []Action {
	next := in
	next.State, next.TxHash, next.Status = protocol.IntentMined, a.TxHash, uint8(r.Status)
	next.BlockNumber, next.BlockHash = r.BlockNumber.Uint64(), r.BlockHash
	moved := in.State != protocol.IntentMined || in.TxHash != a.TxHash || in.BlockHash != r.BlockHash
	if next.BlockNumber > v.Chain.Finalized {
		if !moved {
			return nil
		}
		return []Action{{Kind: ActMove, From: in.State, Intent: next}}
	}
	switch {
	case a.Cancels:
		next.State, next.Reason = protocol.IntentSuperseded, cancelReason(v, in)
	case r.Status == 1:
		next.State = protocol.IntentConfirmed
	case in.Retries == 0 && !in.Cancel && !expired(v, in):
		// It passed the simulation and failed: the state moved in between, or
		// the estimate was too low. Final, so a second try cannot act twice.
		var out []Action
		if moved {
			out = append(out, Action{Kind: ActMove, From: in.State, Intent: next})
		}
		return append(out, Action{Kind: ActRetry, Intent: next})
	default:
		next.State, next.Reason = protocol.IntentReverted, "the transaction failed on chain"
	}
	return []Action{{Kind: ActMove, From: in.State, Intent: next}}
}

func decideSent(v View, p Policy, in protocol.Intent) Action {
	cur := in.Current()
	unwanted := (in.Cancel || expired(v, in)) && !cur.Cancels
	waited := v.Chain.Head.Number >= cur.SignedAt+p.ResubmitBlocks
	// Only the transaction that blocks the lane needs a better tip; those
	// behind it need fees only if no block could take them.
	blocks := in.Nonce == v.Chain.Nonce
	priced := cur.GasFeeCap.Big().Cmp(v.Chain.BaseFee) >= 0
	if unwanted || waited && (blocks || !priced) {
		if fees, ok := replacementFees(v.Chain, p, *cur); ok {
			kind := ActReplace
			if unwanted || cur.Cancels {
				kind = ActCancel
			}
			return Action{Kind: kind, Intent: in, Fees: fees}
		}
	}
	return Action{Kind: ActResend, Intent: in}
}

func decideQueued(v View, p Policy, queued []Action, inFlight int) []Action {
	var out []Action
	hold := tooDear(v, p) && inFlight > 0
	for _, a := range queued {
		switch {
		case a.Intent.Cancel || expired(v, a.Intent):
			next := a.Intent
			next.State, next.Reason = protocol.IntentSuperseded, cancelReason(v, a.Intent)
			out = append(out, Action{Kind: ActMove, From: protocol.IntentQueued, Intent: next})
		case tooDear(v, p):
			hold = true
		case p.GasPerHour > 0 && v.Lane.GasUsed >= p.GasPerHour:
			return append(out, Action{Kind: ActHold, Reason: hourly(v.Lane.GasUsed, p)})
		case inFlight < p.MaxInFlight:
			a.Fees = freshFees(v.Chain, p)
			out = append(out, a)
			inFlight++
		}
	}
	if hold {
		out = append(out, Action{Kind: ActHold, Reason: fmt.Sprintf("the base fee is %d wei, the limit of a transaction's fee cap %d", v.Chain.BaseFee, p.MaxFeeCap)})
	}
	return out
}

// tooDear says that no block would take what the lane may offer.
func tooDear(v View, p Policy) bool {
	return p.MaxFeeCap != nil && v.Chain.BaseFee.Cmp(p.MaxFeeCap) > 0
}

func hourly(signed uint64, p Policy) string {
	return fmt.Sprintf("%d gas signed within an hour, the limit is %d", signed, p.GasPerHour)
}

func expired(v View, in protocol.Intent) bool {
	return in.Deadline != 0 && v.Chain.Head.Time > in.Deadline
}

func cancelReason(v View, in protocol.Intent) string {
	if in.Cancel {
		return "cancelled by its owner"
	}
	return fmt.Sprintf("not mined before its deadline %d", in.Deadline)
}

// freshFees offers the suggested tip and room for the base fee to double.
func freshFees(c Observation, p Policy) Fees {
	tip := new(big.Int).Set(c.Tip)
	if p.MinTip != nil && tip.Cmp(p.MinTip) < 0 {
		tip.Set(p.MinTip)
	}
	fees := Fees{Tip: tip, Cap: new(big.Int).Add(tip, new(big.Int).Lsh(c.BaseFee, 1))}
	return limit(fees, p.MaxFeeCap)
}

// replacementFees raises both fees by at least BumpPercent, or to the current
// price where that is higher. ok is false if the limits leave no room for a rise
// that nodes would accept.
func replacementFees(c Observation, p Policy, cur protocol.Attempt) (fees Fees, ok bool) {
	fresh := freshFees(c, Policy{MinTip: p.MinTip})
	least := Fees{Cap: raise(cur.GasFeeCap.Big(), p.BumpPercent), Tip: raise(cur.GasTipCap.Big(), p.BumpPercent)}
	fees = Fees{Cap: bigMax(fresh.Cap, least.Cap), Tip: bigMax(fresh.Tip, least.Tip)}
	fees = limit(fees, p.MaxFeeCap)
	fees = limit(fees, new(big.Int).Mul(fresh.Cap, big.NewInt(p.FeeMultiple)))
	return fees, fees.Cap.Cmp(least.Cap) >= 0 && fees.Tip.Cmp(least.Tip) >= 0
}

// raise returns n raised by percent, rounded up, and by one at least.
func raise(n *big.Int, percent int64) *big.Int {
	out := new(big.Int).Mul(n, big.NewInt(100+percent))
	out.Add(out, big.NewInt(99))
	out.Div(out, big.NewInt(100))
	return bigMax(out, new(big.Int).Add(n, big.NewInt(1)))
}

func limit(f Fees, most *big.Int) Fees {
	if most != nil && f.Cap.Cmp(most) > 0 {
		f.Cap = new(big.Int).Set(most)
	}
	if f.Tip.Cmp(f.Cap) > 0 {
		f.Tip = new(big.Int).Set(f.Cap)
	}
	return f
}

func bigMax(a, b *big.Int) *big.Int {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}
