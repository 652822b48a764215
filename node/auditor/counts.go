package auditor

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// A receipt may bill another number of output tokens than its output's tree holds. No honest provider signs one, and
// each is shown. How depends on two trees alone: the one over what was delivered, which is signed, and the one over as
// many tokens as are billed, by whose depth the contracts read every path.

// miscount is how a wrong count is shown.
type miscount uint8

const (
	countAgrees miscount = iota
	wrongSlot            // a token behind the last one billed, in its leaf: ClaimUnusedSlot
	wrongToken           // an unused slot is billed, and holds none of the model's tokens: DisputeGame.proveToken
	wrongLeaf            // a leaf where none is billed, or none where one is: ClaimOutputTree
	wrongDepth           // no path to a leaf has the length that is billed: nothing of it can be shown, by its provider neither
)

// miscounted says how it is shown that so many tokens were billed of so many delivered. Unused slots at the end count as
// delivered only where they make a leaf of their own: see used.
func miscounted(delivered, billed int) miscount {
	has, wants := tokenLeaves(delivered), tokenLeaves(billed)
	switch {
	case delivered == billed:
		return countAgrees
	case has == 0 || wants == 0:
		return wrongLeaf // the root itself: see signedClaim
	case protocol.MerkleDepth(has) != protocol.MerkleDepth(wants):
		return wrongDepth
	case has > wants || has < wants && delivered%protocol.TokensPerLeaf == 0:
		return wrongLeaf
	case delivered > billed:
		return wrongSlot
	}
	return wrongToken
}

func tokenLeaves(tokens int) int {
	return (tokens + protocol.TokensPerLeaf - 1) / protocol.TokensPerLeaf
}

// used cuts unused slots off the end of the last leaf, where ids with them and without have one root; but not from among
// those that are counted.
func used(ids []uint32, count int) []uint32 {
	end := len(ids)
	for end > count && ids[end-1] == protocol.UnusedToken && (end-1)%protocol.TokensPerLeaf != 0 {
		end--
	}
	return ids[:end]
}

// signedClaim shows what is wrong with a count by what is signed alone, nil if nothing is: more than the model computes or nothing, no
// prompt or one of more than its positions, or a root where no token is billed, or none where one is.
func signedClaim(b bundle.Bundle) *Claim {
	r := b.Receipt
	wants := tokenLeaves(int(r.OutputTokens))
	asked, positions := int(b.Request.PromptTokens), int(b.Model.Positions)
	switch {
	case asked == 0 || asked > positions || asked+int(r.OutputTokens)-1 > positions || asked+int(r.OutputTokens) == 1:
		c := claimOf(ClaimFinish, b)
		return &c
	case (r.OutputRoot == common.Hash{}) != (wants == 0):
		c := claimOf(ClaimOutputTree, b)
		c.Node = &TreeNode{Level: uint8(protocol.MerkleDepth(wants)), Hash: r.OutputRoot}
		return &c
	}
	return nil
}

// countClaims shows by comparing that a receipt bills other tokens than its tree holds. There is no such claim for an unused
// slot that is billed, and for a tree of another depth: see judge.counts.
func countClaims(b bundle.Bundle, salts *Salts, vocabulary int) ([]Claim, error) {
	billed := int(b.Receipt.OutputTokens)
	b.Output = used(b.Output, billed)
	leaves := salts.leaves(b.Secret, protocol.TagOutput, b.Output)
	if protocol.MerkleRoot(leaves) != b.Receipt.OutputRoot {
		return nil, nil
	}
	switch miscounted(len(b.Output), billed) {
	case countAgrees:
		return receiptClaims(b, salts, vocabulary)
	case wrongSlot:
		c := claimOf(ClaimUnusedSlot, b)
		leaf, err := leafOfToken(b, salts, protocol.TagOutput, b.Output, billed)
		c.Tokens = &leaf
		return []Claim{c}, err
	case wrongLeaf:
		c := claimOf(ClaimOutputTree, b)
		// The first leaf behind the last one that is billed, or the zero behind the last one that is there.
		t, at := newTree(leaves, nil), min(len(leaves), tokenLeaves(billed))
		c.Node = &TreeNode{Index: uint64(at), Hash: t.node(0, at), Path: t.path(0, at)}
		return []Claim{c}, nil
	}
	return nil, nil
}

// counts finds that more or less was signed for than delivered, or than there can be.
func (j *judge) counts() (*shown, error) {
	n, billed := len(j.b.Output), int(j.b.Receipt.OutputTokens)
	way := miscounted(n, billed)
	if way == countAgrees && signedClaim(j.proven()) == nil {
		return nil, nil
	}
	if s, err := j.compare(); s != nil || err != nil {
		return s, err
	}
	if way == wrongToken {
		return j.showToken(n)
	}
	what := fmt.Sprintf("%d tokens delivered and %d billed", n, billed)
	if way != wrongDepth {
		return nil, fmt.Errorf("%s, in a tree that is not the one signed: %w", what, protocol.ErrInvalid)
	}
	return j.silence(what + ", in a tree of another depth")
}
