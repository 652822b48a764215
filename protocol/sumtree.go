package protocol

import (
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// SumTree is the append-only Merkle sum tree whose root a voucher signs: it ties
// every unit of a voucher to one receipt. A leaf is keccak(0x00 ‖ receiptHash ‖
// uint128 fee), a node keccak(0x01 ‖ hL ‖ sumL ‖ hR ‖ sumR); perfect subtrees
// ("peaks") are bagged right to left, and the root is keccak(0x03 ‖ uint64 count ‖
// uint128 total ‖ bag). The zero value is the empty tree.
//
// Append needs only the peaks, so a tree of any length is stored in a few words;
// openings are made from the receipts themselves (SumTree.Open).
type SumTree struct {
	Count uint64    `json:"count"`
	Peaks []SumNode `json:"peaks"` // of falling size, one per set bit of Count
}

// SumNode is a subtree: its hash and the sum of the fees under it.
type SumNode struct {
	Hash common.Hash `json:"hash"`
	Sum  Amount      `json:"sum"`
}

func sumLeaf(receipt common.Hash, fee Amount) SumNode {
	f := fee.bytes16()
	return SumNode{crypto.Keccak256Hash([]byte{0x00}, receipt[:], f[:]), fee}
}

func sumNode(l, r SumNode) (SumNode, error) {
	sum, err := l.Sum.Add(r.Sum)
	if err != nil {
		return SumNode{}, err
	}
	if !sum.Fits128() {
		return SumNode{}, fmt.Errorf("sum of fees passes 2^128: %w", ErrInvalid)
	}
	ls, rs := l.Sum.bytes16(), r.Sum.bytes16()
	return SumNode{crypto.Keccak256Hash([]byte{0x01}, l.Hash[:], ls[:], r.Hash[:], rs[:]), sum}, nil
}

// Append returns the tree with one more receipt; t itself does not change.
func (t SumTree) Append(receipt common.Hash, fee Amount) (SumTree, error) {
	if !fee.Fits128() {
		return SumTree{}, fmt.Errorf("fee %s passes 2^128: %w", fee, ErrInvalid)
	}
	peaks := append([]SumNode(nil), t.Peaks...)
	node := sumLeaf(receipt, fee)
	for n := t.Count; n&1 == 1; n >>= 1 {
		var err error
		if node, err = sumNode(peaks[len(peaks)-1], node); err != nil {
			return SumTree{}, err
		}
		peaks = peaks[:len(peaks)-1]
	}
	next := SumTree{Count: t.Count + 1, Peaks: append(peaks, node)}
	if _, err := next.bag(); err != nil {
		return SumTree{}, err
	}
	return next, nil
}

func (t SumTree) bag() (SumNode, error) {
	if len(t.Peaks) == 0 {
		return SumNode{}, nil
	}
	acc := t.Peaks[len(t.Peaks)-1]
	for i := len(t.Peaks) - 2; i >= 0; i-- {
		var err error
		if acc, err = sumNode(t.Peaks[i], acc); err != nil {
			return SumNode{}, err
		}
	}
	return acc, nil
}

// Total returns the sum of all fees.
func (t SumTree) Total() Amount {
	b, err := t.bag()
	if err != nil {
		panic("sum tree holds an overflow that Append refuses: " + err.Error())
	}
	return b.Sum
}

// Root returns the root that a voucher signs.
func (t SumTree) Root() common.Hash {
	b, err := t.bag()
	if err != nil {
		panic("sum tree holds an overflow that Append refuses: " + err.Error())
	}
	return SumRoot(t.Count, b.Sum, b.Hash)
}

// SumRoot is the root of a tree of count receipts and the given bagged peaks.
func SumRoot(count uint64, total Amount, bag common.Hash) common.Hash {
	var be [8]byte
	binary.BigEndian.PutUint64(be[:], count)
	sum := total.bytes16()
	return crypto.Keccak256Hash([]byte{0x03}, be[:], sum[:], bag[:])
}

// NodeOf is the parent of two subtrees whose sums are known to fit.
func NodeOf(l, r SumNode) SumNode {
	n, err := sumNode(l, r)
	if err != nil {
		panic("sum of a sum node overflows: " + err.Error())
	}
	return n
}
