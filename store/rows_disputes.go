package store

import (
	"encoding/json"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// The rungs of the ladder of slashes.
const (
	RungFault = "fault" // a proven fault: the large slash, pending credit forfeited
	RungSmall = "small" // a silence or an equivocation: the small slash, nothing forfeited
)

// Receipt is what the chain knows of a receipt: whose it is, whether it was delivered
// to a job, and what disputes did to it. Receipts inside voucher lines show only
// once somebody disputes them or a point is drawn there; only then their model version
// is known here.
type Receipt struct {
	bun.BaseModel `bun:"table:receipts,alias:receipts" json:"-"`
	Entity
	Receipt       common.Hash     `bun:"receipt" json:"receipt"` // its EIP-712 digest
	Provider      common.Address  `bun:"provider" json:"provider"`
	Job           common.Hash     `bun:"job" json:"job"`                     // zero: none is known
	RequestHash   common.Hash     `bun:"request_hash" json:"request_hash"`   // of a job's receipt
	ModelVersion  common.Hash     `bun:"model_version" json:"model_version"` // of a job's receipt, one that a drawn point met, or one with a fault
	Fault         string          `bun:"fault" json:"fault"`                 // kind of the proven fault, empty: none
	SmallFault    string          `bun:"small_fault" json:"small_fault"`     // kind of the last fault of the small rung, empty: none
	ProvenAt      uint64          `bun:"proven_at" json:"proven_at"`
	ProvenTx      common.Hash     `bun:"proven_tx" json:"proven_tx"`
	Slashed       protocol.Amount `bun:"slashed" json:"slashed"`   // on all rungs, for this receipt
	Refunded      protocol.Amount `bun:"refunded" json:"refunded"` // of them, to who paid for it
	Bounty        protocol.Amount `bun:"bounty" json:"bounty"`     // of them, to submitters
	SettledAt     uint64          `bun:"settled_at" json:"settled_at"`
	SettledTx     common.Hash     `bun:"settled_tx" json:"settled_tx"`
	ExtendedUntil Uint64          `bun:"extended_until" json:"extended_until"` // questions keep it disputable until then, 0: they do not
	Questions     uint32          `bun:"questions" json:"questions"`           // ever asked
	OpenQuestions uint32          `bun:"open_questions" json:"open_questions"`
	Silences      uint32          `bun:"silences" json:"silences"` // unanswered questions whose clocks did not overlap, since the provider's last Withheld
}

// Fault is one slash for what was found out about a receipt.
type Fault struct {
	bun.BaseModel `bun:"table:faults,alias:faults" json:"-"`
	Entity
	Receipt      common.Hash     `bun:"receipt" json:"receipt"`
	Cause        common.Hash     `bun:"cause" json:"cause"` // of the slash: the receipt, the wrong leaf of a line, or a drawn point
	Provider     common.Address  `bun:"provider" json:"provider"`
	Submitter    common.Address  `bun:"submitter" json:"submitter"`
	Kind         string          `bun:"kind" json:"kind"`
	Rung         string          `bun:"rung" json:"rung"` // RungFault, RungSmall
	Slashed      protocol.Amount `bun:"slashed" json:"slashed"`
	Refunded     protocol.Amount `bun:"refunded" json:"refunded"`
	Bounty       protocol.Amount `bun:"bounty" json:"bounty"`
	ModelVersion common.Hash     `bun:"model_version" json:"model_version"` // zero: the chain does not say
	RequestHash  common.Hash     `bun:"request_hash" json:"request_hash"`   // likewise
	Job          common.Hash     `bun:"job" json:"job"`                     // zero: none
	Line         common.Hash     `bun:"line" json:"line"`                   // of a wrong leaf or a drawn point
	TxHash       common.Hash     `bun:"tx_hash" json:"tx_hash"`
}

// States of a Question. One past its deadline is still asked here: events do not tell
// time; compare Deadline with the block's time.
const (
	QuestionAsked    = "asked"
	QuestionAnswered = "answered"
	QuestionExpired  = "expired"
)

// Question is a node of a receipt's trees that somebody asked for on chain. After it
// expired it may be asked again: the row then tells of the last time.
type Question struct {
	bun.BaseModel `bun:"table:questions,alias:questions" json:"-"`
	Entity
	Question     common.Hash     `bun:"question" json:"question"`
	Receipt      common.Hash     `bun:"receipt" json:"receipt"`
	Provider     common.Address  `bun:"provider" json:"provider"`
	ModelVersion common.Hash     `bun:"model_version" json:"model_version"` // zero: the chain does not say
	Asker        common.Address  `bun:"asker" json:"asker"`
	Kind         string          `bun:"kind" json:"kind"`           // of the node
	Node         json.RawMessage `bun:"node,type:text" json:"node"` // what is asked for
	Bond         protocol.Amount `bun:"bond" json:"bond"`
	Deadline     Uint64          `bun:"deadline" json:"deadline"` // answers count before it
	State        string          `bun:"state" json:"state"`
	Asks         uint32          `bun:"asks" json:"asks"` // times it was asked
	AskedAt      uint64          `bun:"asked_at" json:"asked_at"`
	AskedTx      common.Hash     `bun:"asked_tx" json:"asked_tx"`
	Answerer     common.Address  `bun:"answerer" json:"answerer"` // zero: nobody yet
	AnsweredAt   uint64          `bun:"answered_at" json:"answered_at"`
	AnsweredTx   common.Hash     `bun:"answered_tx" json:"answered_tx"`
	// Answer is what was shown, encoded as the contract says for each kind of node.
	// Lists leave it out.
	Answer         protocol.Bytes  `bun:"answer" json:"answer,omitempty"`
	ExpiredAt      uint64          `bun:"expired_at" json:"expired_at"` // the last time nobody answered
	Slashed        protocol.Amount `bun:"slashed" json:"slashed"`       // for silence, each time it was asked
	BondTo         common.Address  `bun:"bond_to" json:"bond_to"`       // zero: the bond is still up
	BondPaid       protocol.Amount `bun:"bond_paid" json:"bond_paid"`   // to BondTo
	BondToProvider protocol.Amount `bun:"bond_to_provider" json:"bond_to_provider"`
	BondBurned     protocol.Amount `bun:"bond_burned" json:"bond_burned"`
}

// Kinds of Claim.
const (
	ClaimEquivocation = "equivocation"
	ClaimWrongLeaf    = "wrong_leaf"
)

// Claim is a proof about what a provider signed or redeemed that is more than one
// receipt: a pair of receipts that exclude each other, or a leaf of a redeemed line.
type Claim struct {
	bun.BaseModel `bun:"table:claims,alias:claims" json:"-"`
	Entity
	Kind         string         `bun:"kind" json:"kind"`
	Provider     common.Address `bun:"provider" json:"provider"`
	Operator     common.Address `bun:"operator" json:"operator"` // that signed both receipts, of a pair
	Receipt      common.Hash    `bun:"receipt" json:"receipt"`
	Other        common.Hash    `bun:"other" json:"other"` // the second receipt, of a pair
	Line         common.Hash    `bun:"line" json:"line"`   // of a leaf
	ModelVersion common.Hash    `bun:"model_version" json:"model_version"`
	Cause        common.Hash    `bun:"cause" json:"cause"` // of the slash
	TxHash       common.Hash    `bun:"tx_hash" json:"tx_hash"`
}

// States of a Verifier.
const (
	VerifierScheduled = "scheduled"
	VerifierSealed    = "sealed"
)

// Verifier is the contract that checks proofs about models of one specification
// version. Once sealed it never changes.
type Verifier struct {
	bun.BaseModel `bun:"table:verifiers,alias:verifiers" json:"-"`
	Entity
	SpecVersion uint32         `bun:"spec_version" json:"spec_version"`
	State       string         `bun:"state" json:"state"`
	Verifier    common.Address `bun:"verifier" json:"verifier"`
	KeyHash     common.Hash    `bun:"key_hash" json:"key_hash"`
	CodeHash    common.Hash    `bun:"code_hash" json:"code_hash"`       // once sealed
	EffectiveAt Uint64         `bun:"effective_at" json:"effective_at"` // of a schedule: it can be sealed from then on
	SealedAt    uint64         `bun:"sealed_at" json:"sealed_at"`
	TxHash      common.Hash    `bun:"tx_hash" json:"tx_hash"` // of the last change
}
