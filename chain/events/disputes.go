package events

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// FaultKind says what a provider was found to have done. Values are the contracts'.
type FaultKind uint8

// The kinds of fault (contracts/src/types/DisputeTypes.sol).
const (
	NoFault FaultKind = iota
	WrongStep
	WrongPick
	Seam
	WrongKey
	BadDigest
	BadShape
	NoToken
	Padding
	BadFinish
	OverBilling
	WrongVersion
	Equivocation
	Silence
	Withheld
	BadSalt
	BadRequest
)

var faultNames = [...]string{"none", "wrong_step", "wrong_pick", "seam", "wrong_key", "bad_digest", "bad_shape", "no_token",
	"padding", "finish", "over_billing", "wrong_version", "equivocation", "silence", "withheld", "bad_salt", "bad_request"}

// String names the kind as the API and the demo's facts do.
func (k FaultKind) String() string {
	if int(k) < len(faultNames) {
		return faultNames[k]
	}
	return fmt.Sprintf("unknown(%d)", uint8(k))
}

// MarshalText writes the name.
func (k FaultKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *FaultKind) UnmarshalText(text []byte) error {
	for i, name := range faultNames {
		if name == string(text) {
			*k = FaultKind(i)
			return nil
		}
	}
	return fmt.Errorf("fault %q: %w", text, protocol.ErrInvalid)
}

// DisputeLedger

type FaultProven struct {
	ReceiptHash               common.Hash
	Provider, Submitter       common.Address
	Kind                      FaultKind
	Slashed, Refunded, Bounty protocol.Amount
	ModelVersion              common.Hash // zero: the evidence names none
}

type ReceiptSettled struct {
	ReceiptHash       common.Hash
	Provider          common.Address
	Slashed, Refunded protocol.Amount
}

type WindowExtended struct {
	ReceiptHash common.Hash
	Until       uint64
}

// Questions

// Node is what a question asks for (contracts/src/interfaces/INodeTable.sol).
type Node struct {
	Kind, Level               uint8
	T, L, Vector, Index, Size uint32
	Hash                      common.Hash
}

type QuestionAsked struct {
	ReceiptHash, Question common.Hash
	Asker, Provider       common.Address
	Node                  Node
	Bond                  protocol.Amount
	Deadline              uint64
}

type QuestionAnswered struct {
	ReceiptHash, Question common.Hash
	Answerer              common.Address
	Node                  Node
	Answer                []byte
}

type QuestionExpired struct {
	ReceiptHash, Question common.Hash
	Provider              common.Address
	Silences              uint8
	Counted               bool // it is one of them
	Slashed               protocol.Amount
}

type BondPaid struct {
	ReceiptHash, Question      common.Hash
	To                         common.Address
	Amount, ToProvider, Burned protocol.Amount
}

// Claims

type Equivocated struct {
	Provider, Operator     common.Address
	ReceiptHash, OtherHash common.Hash
}

type WrongLeaf struct {
	Line        common.Hash
	Provider    common.Address
	ReceiptHash common.Hash
	Cause       common.Hash
}

// VerifierRegistry

type VerifierScheduled struct {
	SpecVersion uint32
	Verifier    common.Address
	KeyHash     common.Hash
	EffectiveAt uint64
}

type VerifierSealed struct {
	SpecVersion       uint32
	Verifier          common.Address
	KeyHash, CodeHash common.Hash
}

const nodeType = "(uint8,uint8,uint32,uint32,uint32,uint32,uint32,bytes32)"

func (r *reader) node() Node {
	return Node{Kind: uint8(r.uint(8)), Level: uint8(r.uint(8)), T: r.uint32(), L: r.uint32(), Vector: r.uint32(), Index: r.uint32(), Size: r.uint32(), Hash: r.hash()}
}

// amount96 reads an amount that the contracts keep in 96 bits.
func (r *reader) amount96() protocol.Amount {
	w := r.word()
	r.zeros(w, 20)
	r.pos -= 32
	return r.amount()
}

var disputeForms = []form{
	{Ledger, "FaultProven(bytes32,address,address,uint8,uint256,uint256,uint256,bytes32)", 3, func(r *reader) any {
		return FaultProven{r.topic(1), r.topicAddress(2), r.topicAddress(3), FaultKind(r.uint(8)), r.amount(), r.amount(), r.amount(), r.hash()}
	}},
	{Ledger, "ReceiptSettled(bytes32,address,uint256,uint256)", 2, func(r *reader) any {
		return ReceiptSettled{r.topic(1), r.topicAddress(2), r.amount(), r.amount()}
	}},
	{Ledger, "WindowExtended(bytes32,uint64)", 1, func(r *reader) any {
		return WindowExtended{r.topic(1), r.uint(64)}
	}},

	{Questions, "QuestionAsked(bytes32,bytes32,address,address," + nodeType + ",uint96,uint64)", 3, func(r *reader) any {
		return QuestionAsked{r.topic(1), r.topic(2), r.topicAddress(3), r.address(), r.node(), r.amount96(), r.uint(64)}
	}},
	{Questions, "QuestionAnswered(bytes32,bytes32,address," + nodeType + ",bytes)", 3, func(r *reader) any {
		return QuestionAnswered{r.topic(1), r.topic(2), r.topicAddress(3), r.node(), r.bytes()}
	}},
	{Questions, "QuestionExpired(bytes32,bytes32,address,uint8,bool,uint256)", 3, func(r *reader) any {
		return QuestionExpired{r.topic(1), r.topic(2), r.topicAddress(3), uint8(r.uint(8)), r.bool(), r.amount()}
	}},
	{Questions, "BondPaid(bytes32,bytes32,address,uint256,uint256,uint256)", 3, func(r *reader) any {
		return BondPaid{r.topic(1), r.topic(2), r.topicAddress(3), r.amount(), r.amount(), r.amount()}
	}},

	{Claims, "Equivocated(address,address,bytes32,bytes32)", 2, func(r *reader) any {
		return Equivocated{r.topicAddress(1), r.topicAddress(2), r.hash(), r.hash()}
	}},
	{Claims, "WrongLeaf(bytes32,address,bytes32,bytes32)", 3, func(r *reader) any {
		return WrongLeaf{r.topic(1), r.topicAddress(2), r.topic(3), r.hash()}
	}},

	{Verifiers, "VerifierScheduled(uint32,address,bytes32,uint64)", 2, func(r *reader) any {
		return VerifierScheduled{r.topicUint32(1), r.topicAddress(2), r.hash(), r.uint(64)}
	}},
	{Verifiers, "VerifierSealed(uint32,address,bytes32,bytes32)", 2, func(r *reader) any {
		return VerifierSealed{r.topicUint32(1), r.topicAddress(2), r.hash(), r.hash()}
	}},
}

func (r *reader) topicUint32(i int) uint32 {
	w := r.topics[32*i:][:32]
	r.zeros(w, 28)
	return uint32(w[28])<<24 | uint32(w[29])<<16 | uint32(w[30])<<8 | uint32(w[31])
}
