package store

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// States of an Audit.
const (
	AuditRegistered = "registered" // a block to come decides
	AuditDrawn      = "drawn"
)

// Audit is the draw over one redeem: points in what it newly paid.
type Audit struct {
	bun.BaseModel `bun:"table:audits,alias:audits" json:"-"`
	Entity
	Audit        common.Hash     `bun:"audit" json:"audit"`
	Line         common.Hash     `bun:"line" json:"line"`
	Checkpoint   uint32          `bun:"checkpoint" json:"checkpoint"`
	Channel      common.Hash     `bun:"channel" json:"channel"`
	Provider     common.Address  `bun:"provider" json:"provider"`
	ModelVersion common.Hash     `bun:"model_version" json:"model_version"`
	Relayer      common.Address  `bun:"relayer" json:"relayer"`
	PaidBefore   protocol.Amount `bun:"paid_before" json:"paid_before"` // of the line
	Sum          protocol.Amount `bun:"sum" json:"sum"`                 // what the redeem newly paid
	Stretch      protocol.Amount `bun:"stretch" json:"stretch"`         // one point lies in each
	Beacon       Uint64          `bun:"beacon" json:"beacon"`           // number of the block that decides
	Roster       uint32          `bun:"roster" json:"roster"`           // version that auditors are picked from
	State        string          `bun:"state" json:"state"`
	Seed         common.Hash     `bun:"seed" json:"seed"` // once drawn
	Lost         bool            `bun:"lost" json:"lost"` // the block's hash was lost: drawn as densely as can be
	Points       uint32          `bun:"points" json:"points"`
	Opened       uint32          `bun:"opened" json:"opened"`   // points whose receipt is known
	Passed       uint32          `bun:"passed" json:"passed"`   // points that ended without a proven fault
	Silent       uint32          `bun:"silent" json:"silent"`   // times that nobody opened a point
	Slashed      protocol.Amount `bun:"slashed" json:"slashed"` // for points
	DrawnAt      uint64          `bun:"drawn_at" json:"drawn_at"`
	TxHash       common.Hash     `bun:"tx_hash" json:"tx_hash"`
}

// States of an AuditPoint.
const (
	PointWaiting  = "waiting" // the provider has to open it
	PointOpened   = "opened"
	PointSettled  = "settled"  // its auditors were paid or punished, or it had none
	PointWithheld = "withheld" // silent for the third time: a proven fault
)

// AuditPoint is one drawn point of an audit.
type AuditPoint struct {
	bun.BaseModel `bun:"table:audit_points,alias:audit_points" json:"-"`
	Entity
	Point        common.Hash     `bun:"point" json:"point"`
	Audit        common.Hash     `bun:"audit" json:"audit"`
	Index        uint32          `bun:"number" json:"index"`
	Line         common.Hash     `bun:"line" json:"line"`
	Provider     common.Address  `bun:"provider" json:"provider"`
	ModelVersion common.Hash     `bun:"model_version" json:"model_version"`
	At           protocol.Amount `bun:"place" json:"at"` // in the line's sum
	State        string          `bun:"state" json:"state"`
	Receipt      common.Hash     `bun:"receipt" json:"receipt"`     // that pays it; zero before it is opened
	AttestBy     Uint64          `bun:"attest_by" json:"attest_by"` // its auditors answer before
	Silences     uint32          `bun:"silences" json:"silences"`
	Slashed      protocol.Amount `bun:"slashed" json:"slashed"`
	Punished     bool            `bun:"punished" json:"punished"` // its own slash for a wrong receipt was taken
	Passed       bool            `bun:"passed" json:"passed"`     // it ended without a proven fault
	OpenedAt     uint64          `bun:"opened_at" json:"opened_at"`
	OpenedTx     common.Hash     `bun:"opened_tx" json:"opened_tx"`
	SettledAt    uint64          `bun:"settled_at" json:"settled_at"`
}

// What an Attestation is about.
const (
	AttestReceipt = "receipt" // that its trace root is the auditor's own
	AttestVersion = "version" // that the weights of a model version are there and sound
)

// Answers of an Attestation.
const (
	AnswerNone  = "none" // not yet, or never
	AnswerRight = "right"
	AnswerWrong = "wrong"
)

// Attestation is what a drawn auditor has to say, or said.
type Attestation struct {
	bun.BaseModel `bun:"table:attestations,alias:attestations" json:"-"`
	Entity
	Kind         string          `bun:"kind" json:"kind"`
	Auditor      common.Address  `bun:"auditor" json:"auditor"`
	ModelVersion common.Hash     `bun:"model_version" json:"model_version"`
	Receipt      common.Hash     `bun:"receipt" json:"receipt"` // this and the next four of kind receipt
	Provider     common.Address  `bun:"provider" json:"provider"`
	Audit        common.Hash     `bun:"audit" json:"audit"`
	Index        uint32          `bun:"number" json:"index"`
	AttestBy     Uint64          `bun:"attest_by" json:"attest_by"`
	Answer       string          `bun:"answer" json:"answer"`
	TraceRoot    common.Hash     `bun:"trace_root" json:"trace_root"` // the auditor's own
	AnsweredAt   uint64          `bun:"answered_at" json:"answered_at"`
	AnsweredTx   common.Hash     `bun:"answered_tx" json:"answered_tx"`
	Owed         protocol.Amount `bun:"owed" json:"owed"`   // for it
	Taken        protocol.Amount `bun:"taken" json:"taken"` // from the auditor's stake
	SettledAt    uint64          `bun:"settled_at" json:"settled_at"`
}

// Auditor is who may be drawn, with what at stake.
type Auditor struct {
	bun.BaseModel `bun:"table:auditors,alias:auditors" json:"-"`
	Entity
	Auditor  common.Address  `bun:"auditor" json:"auditor"`
	Stake    protocol.Amount `bun:"stake" json:"stake"`
	Seated   bool            `bun:"seated" json:"seated"`
	Seat     uint32          `bun:"seat" json:"seat"`
	ExitAt   Uint64          `bun:"exit_at" json:"exit_at"`   // the stake can leave from then on, 0: it is seated
	Assigned uint32          `bun:"assigned" json:"assigned"` // points it was drawn for
	Answered uint32          `bun:"answered" json:"answered"`
	Absent   uint32          `bun:"absent" json:"absent"`     // points that were settled without its answer
	Versions uint32          `bun:"versions" json:"versions"` // model versions it attested
	Owed     protocol.Amount `bun:"owed" json:"owed"`         // and not yet paid
	Paid     protocol.Amount `bun:"paid" json:"paid"`
	Punished protocol.Amount `bun:"punished" json:"punished"`
}
