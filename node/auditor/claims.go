package auditor

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// ClaimSchema names the form of a Claim.
const ClaimSchema = "dgrid.claim/1"

// maxClaim bounds an encoded Claim: a path is a few kilobytes.
const maxClaim = 1 << 20

// What a claim shows. Each is a function of the Claims contract.
const (
	ClaimEquivocation = "equivocation" // two receipts of one operator and number
	ClaimTwoAnswers   = "two_answers"  // two different answers of one length to one request
	ClaimBilling      = "billing"      // a fee or a count that the request does not allow
	ClaimFinish       = "finish"       // a finish that contradicts the counts
	ClaimStop         = "stop"         // a finish that contradicts an output token
	ClaimUnusedSlot   = "unused_slot"  // something behind the last output token
	ClaimOutputTree   = "output_tree"  // a node that no tree of tokens has
	ClaimTraceTree    = "trace_tree"   // a node that no boundary tree has
	ClaimChunkTree    = "chunk_tree"   // a node that no tree of chunks has
	ClaimSalt         = "salt"         // a trace root under a salt that the request's secret does not make
	ClaimPrompt       = "prompt"       // a slot of the prompt that no honest provider reads
	ClaimParams       = "params"       // parameters that are not canonical
	ClaimLeaf         = "leaf"         // a paid leaf that is no receipt of its line
	ClaimPaidTwice    = "paid_twice"   // one receipt in two paid leaves
	ClaimSettle       = "settle"       // no fault: refunds what was paid of a convicted receipt
)

// Claim is a fault that a contract sees by comparing, with all that shows it. It is enough
// for anybody: who sends it is paid. Which fields count depends on Claim.
type Claim struct {
	Schema string          `json:"schema"`
	Claim  string          `json:"claim"`
	Domain protocol.Domain `json:"domain"`
	// Request, Receipt, Signature and Payment are the evidence of a receipt; Signature and Payment may
	// be missing for a leaf, Request for an equivocation, Signature for the delivery of a job.
	Request   *protocol.Request `json:"request,omitempty"`
	Receipt   *protocol.Receipt `json:"receipt,omitempty"`
	Signature protocol.Bytes    `json:"receipt_signature,omitempty"`
	Payment   contracts.Payment `json:"payment,omitzero"`
	// Other is the second receipt of a pair.
	Other *contracts.SignedReceipt `json:"other,omitempty"`
	// Index and Tokens are an output token, or a slot of the prompt, and the leaf that it is in, of a salt the prompt's first
	// leaf; Params are the request's.
	Index  uint32         `json:"index,omitempty"`
	Tokens *TokenLeaf     `json:"tokens,omitempty"`
	Params protocol.Bytes `json:"params,omitempty"`
	// Node is a node of a tree with its siblings, Salt that of the trace root and Root what it hides there. Secret is the
	// request's.
	Node   *TreeNode   `json:"node,omitempty"`
	Salt   common.Hash `json:"salt,omitzero"`
	Root   common.Hash `json:"root,omitzero"`
	Secret common.Hash `json:"secret,omitzero"`
	// Paid is one leaf of a redeemed line, or two of PaidReceipt.
	Paid        []contracts.PaidLeaf `json:"paid,omitempty"`
	PaidReceipt common.Hash          `json:"paid_receipt,omitzero"`
}

// TokenLeaf is eight token ids with the salt that hides them.
type TokenLeaf struct {
	Salt common.Hash   `json:"salt"`
	IDs  common.Hash   `json:"ids"`
	Path []common.Hash `json:"path,omitempty"`
}

func (l TokenLeaf) bind() contracts.TokenLeaf {
	return contracts.TokenLeaf{Salt: l.Salt, Ids: l.IDs, Path: contracts.Hashes(l.Path)}
}

// TreeNode is a node with its siblings, the lowest first.
type TreeNode struct {
	Level uint8         `json:"level"`
	Index uint64        `json:"index"`
	Hash  common.Hash   `json:"hash"`
	Path  []common.Hash `json:"path,omitempty"`
}

// DecodeClaim reads a claim from a file.
func DecodeClaim(raw []byte) (c Claim, err error) {
	if len(raw) > maxClaim {
		return c, fmt.Errorf("claim of %d bytes: %w", len(raw), protocol.ErrInvalid)
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("decode claim: %v: %w", err, protocol.ErrInvalid)
	}
	if c.Schema != ClaimSchema {
		return c, fmt.Errorf("claim of schema %q: %w", c.Schema, protocol.ErrInvalid)
	}
	return c, nil
}

// Kind is the fault that the claim shows, as the contracts name it.
func (c Claim) Kind() contracts.FaultKind {
	switch c.Claim {
	case ClaimEquivocation, ClaimTwoAnswers:
		return contracts.FaultEquivocation
	case ClaimBilling, ClaimPaidTwice:
		return contracts.FaultOverBilling
	case ClaimLeaf:
		if c.Request != nil && len(c.Paid) == 1 && c.Request.ModelVersion != c.Paid[0].ModelVersion {
			return contracts.FaultWrongVersion
		}
		return contracts.FaultOverBilling
	case ClaimFinish, ClaimStop:
		return contracts.FaultFinish
	case ClaimUnusedSlot, ClaimOutputTree, ClaimTraceTree, ClaimChunkTree:
		return contracts.FaultPadding
	case ClaimSalt:
		return contracts.FaultSalt
	case ClaimPrompt, ClaimParams:
		return contracts.FaultRequest
	}
	return contracts.FaultNone
}

// Provider is who is claimed to be at fault: who signed, or who redeemed the line.
func (c Claim) Provider() common.Address {
	switch {
	case len(c.Paid) > 0:
		return c.Paid[0].Provider
	case c.Receipt != nil:
		return c.Receipt.Provider
	}
	return common.Address{}
}

// complete reports what the claim lacks.
func (c Claim) complete() error {
	has := map[string]bool{"request": c.Request != nil, "receipt": c.Receipt != nil, "receipt_signature": len(c.Signature) > 0, "other": c.Other != nil,
		"tokens": c.Tokens != nil, "node": c.Node != nil, "paid": len(c.Paid) == 1, "two of paid": len(c.Paid) == 2, "paid_receipt": c.PaidReceipt != common.Hash{}}
	evidence := []string{"request", "receipt"} // the contracts say whether it takes a signature
	needs, known := map[string][]string{
		ClaimEquivocation: {"receipt", "receipt_signature", "other"}, ClaimTwoAnswers: append(evidence, "other"), ClaimBilling: evidence, ClaimFinish: evidence,
		ClaimStop: append(evidence, "tokens"), ClaimUnusedSlot: append(evidence, "tokens"), ClaimOutputTree: append(evidence, "node"),
		ClaimTraceTree: append(evidence, "node"), ClaimChunkTree: append(evidence, "node"), ClaimSalt: append(evidence, "tokens"),
		ClaimPrompt: append(evidence, "tokens"), ClaimParams: evidence,
		ClaimLeaf: {"request", "receipt", "paid"}, ClaimPaidTwice: {"paid_receipt", "two of paid"},
		ClaimSettle: evidence,
	}[c.Claim]
	if !known {
		return fmt.Errorf("claim %q: %w", c.Claim, protocol.ErrInvalid)
	}
	for _, field := range needs {
		if !has[field] {
			return fmt.Errorf("claim %s without %s: %w", c.Claim, field, protocol.ErrInvalid)
		}
	}
	return nil
}

// Call makes the transaction that claims. submitter gets the bounty. It fails with
// protocol.ErrInvalid for a claim that lacks something.
func (c Claim) Call(at contracts.Addresses, submitter common.Address) (protocol.Call, error) {
	if err := c.complete(); err != nil {
		return protocol.Call{}, err
	}
	return c.call(at, submitter), nil
}

// call is Call for a claim that is complete.
func (c Claim) call(at contracts.Addresses, submitter common.Address) protocol.Call {
	var e contracts.Evidence
	var leaf contracts.TokenLeaf
	var node contracts.TreeNode
	if c.Request != nil && c.Receipt != nil {
		e = contracts.Evidence{Request: *c.Request, Receipt: *c.Receipt, Signature: c.Signature, Payment: c.Payment}
	}
	if c.Tokens != nil {
		leaf = c.Tokens.bind()
	}
	if c.Node != nil {
		node = contracts.TreeNode{Level: c.Node.Level, Index: c.Node.Index, Hash: c.Node.Hash, Path: contracts.Hashes(c.Node.Path)}
	}
	switch c.Claim {
	case ClaimEquivocation:
		return at.ClaimEquivocation(contracts.SignedReceipt{Receipt: *c.Receipt, Signature: c.Signature}, *c.Other, submitter)
	case ClaimTwoAnswers:
		return at.ClaimTwoAnswers(e, *c.Other, submitter)
	case ClaimBilling:
		return at.ClaimBilling(e, submitter)
	case ClaimFinish:
		return at.ClaimFinish(e, submitter)
	case ClaimStop:
		return at.ClaimStop(e, c.Index, leaf, c.Params, submitter)
	case ClaimUnusedSlot:
		return at.ClaimUnusedSlot(e, leaf, submitter)
	case ClaimOutputTree:
		return at.ClaimOutputTree(e, node, submitter)
	case ClaimTraceTree:
		return at.ClaimTraceTree(e, node, c.Salt, submitter)
	case ClaimChunkTree:
		return at.ClaimChunkTree(e, node, c.Salt, submitter)
	case ClaimSalt:
		return at.ClaimSalt(e, c.Secret, leaf, c.Salt, c.Root, submitter)
	case ClaimPrompt:
		return at.ClaimPrompt(e, c.Index, leaf, submitter)
	case ClaimParams:
		return at.ClaimParams(e, c.Params, submitter)
	case ClaimSettle:
		return at.Settle(e)
	case ClaimLeaf:
		return at.ClaimLeaf(*c.Request, *c.Receipt, c.Paid[0], submitter)
	}
	return at.ClaimPaidTwice(c.PaidReceipt, c.Paid[0], c.Paid[1], submitter)
}

// name tells one claim from another, whatever payment it shows, and whichever two receipts show what contracts take once.
func (c Claim) name() common.Hash {
	parts := []byte(c.Claim)
	switch {
	case c.Claim == ClaimEquivocation:
		operator, _ := c.Domain.Recover(*c.Receipt, c.Signature) // both are signed
		return hashOf(binary.BigEndian.AppendUint64(append(parts, operator[:]...), c.Receipt.Seq))
	case c.Claim == ClaimTwoAnswers && len(c.Signature) > 0:
		parts = append(append(parts, c.Receipt.Provider[:]...), c.Receipt.RequestHash[:]...)
		return hashOf(binary.BigEndian.AppendUint32(parts, c.Receipt.OutputTokens))
	}
	add := func(v protocol.Typed) {
		h := c.Domain.Digest(v)
		parts = append(parts, h[:]...)
	}
	if c.Receipt != nil {
		add(*c.Receipt)
	}
	parts = append(parts, c.PaidReceipt[:]...)
	for _, l := range c.Paid {
		parts = append(parts, l.Channel[:]...)
		parts = append(parts, l.ModelVersion[:]...)
		parts = append(parts, l.Payment.Relayer[:]...)
		parts = binary.BigEndian.AppendUint64(parts, l.Payment.Index)
	}
	return hashOf(parts)
}

// claimOf begins a claim about a receipt.
func claimOf(what string, b bundle.Bundle) Claim {
	return Claim{Schema: ClaimSchema, Claim: what, Domain: b.Domain, Request: &b.Request, Receipt: &b.Receipt, Signature: b.Signature}
}

// PairClaims compares two receipts of one provider: the same number of one operator, or the
// same request answered twice. Of a delivery that nobody saw signed the operator is not known,
// and of two answers to one job one at most was delivered.
func PairClaims(a, b bundle.Bundle) ([]Claim, error) {
	hashA, hashB := a.Domain.Digest(a.Receipt), b.Domain.Digest(b.Receipt)
	if hashA == hashB || a.Domain != b.Domain {
		return nil, nil
	}
	operatorA, err := operatorOf(a)
	if err != nil {
		return nil, err
	}
	operatorB, err := operatorOf(b)
	if err != nil {
		return nil, err
	}
	unknown := common.Address{}
	switch {
	case operatorA == unknown && operatorB == unknown:
		return nil, nil // deliveries of two jobs
	case operatorB == unknown, operatorA != unknown && hashA.Cmp(hashB) > 0:
		a, b = b, a // whichever came first, it is one claim, and the second is signed
	}
	var list []Claim
	other := &contracts.SignedReceipt{Receipt: b.Receipt, Signature: b.Signature}
	if operatorA == operatorB && a.Receipt.Seq == b.Receipt.Seq {
		c := claimOf(ClaimEquivocation, a)
		c.Request, c.Other = nil, other
		list = append(list, c)
	}
	if c := twoAnswers(a, b); c != nil {
		list = append(list, *c)
	}
	return list, nil
}

// twoAnswers claims two answers to one request by the first of two receipts, whose window counts and which is refunded; nil if they agree,
// or nobody was seen to sign the second. The class is what their sources say: either is enough, the contracts know.
func twoAnswers(a, b bundle.Bundle) *Claim {
	x, y := a.Receipt, b.Receipt
	proven := a.Model.Class == protocol.ClassProven || b.Model.Class == protocol.ClassProven
	if !proven || len(b.Signature) == 0 || repliedBy(a) != repliedBy(b) || x.OutputRoot == y.OutputRoot && x.TraceRoot == y.TraceRoot {
		return nil
	}
	c := claimOf(ClaimTwoAnswers, a)
	c.Other = &contracts.SignedReceipt{Receipt: y, Signature: b.Signature}
	return &c
}

// operatorOf returns who signed a receipt, zero if nobody was seen to.
func operatorOf(b bundle.Bundle) (common.Address, error) {
	if len(b.Signature) == 0 {
		return common.Address{}, nil
	}
	return b.Domain.Recover(b.Receipt, b.Signature)
}

// ReceiptClaims compares a receipt with its request, and in class proven with the tokens that
// were delivered: how many they are, and how they ended by the positions and stop ids that the
// bundle says of its model.
func ReceiptClaims(b bundle.Bundle) ([]Claim, error) {
	return receiptClaims(b, nil, protocol.MaxVocabulary)
}

// receiptClaims is ReceiptClaims for a model of so many tokens, under salts if there are some.
func receiptClaims(b bundle.Bundle, salts *Salts, vocabulary int) ([]Claim, error) {
	if fee, err := b.Request.FeeFor(b.Receipt.OutputTokens); err != nil || fee.Cmp(b.Receipt.Fee) != 0 {
		return []Claim{claimOf(ClaimBilling, b)}, nil
	}
	if b.Model.Class != protocol.ClassProven {
		return nil, nil
	}
	if c := signedClaim(b); c != nil {
		return []Claim{*c}, nil
	}
	if c, err := requestClaim(b, salts, vocabulary); err != nil {
		return nil, err
	} else if c != nil {
		return []Claim{*c}, nil
	}
	if len(b.Output) != int(b.Receipt.OutputTokens) {
		return countClaims(b, salts, vocabulary)
	}
	params, err := protocol.DecodeParams(b.Params)
	if err != nil {
		return nil, nil // too long to be claimed: see judge.size
	}
	what, wrong := wrongFinish(b, params)
	switch what {
	case "":
		return nil, nil
	case ClaimFinish:
		return []Claim{claimOf(ClaimFinish, b)}, nil
	}
	c := claimOf(ClaimStop, b)
	c.Index, c.Params = uint32(wrong), b.Params
	leaf, err := leafOfToken(b, salts, protocol.TagOutput, b.Output, wrong)
	c.Tokens = &leaf
	return []Claim{c}, err
}

// leafOfToken returns the leaf that holds token i of a list.
func leafOfToken(b bundle.Bundle, salts *Salts, tag protocol.Tag, ids []uint32, i int) (TokenLeaf, error) {
	n := i / protocol.TokensPerLeaf
	path, err := protocol.MerklePath(salts.leaves(b.Secret, tag, ids), n)
	if err != nil {
		return TokenLeaf{}, fmt.Errorf("leaf of token %d: %w", i, err)
	}
	return TokenLeaf{Salt: salts.of(b.Secret, tag, n), IDs: protocol.TokenLeafData(ids, n), Path: path}, nil
}
