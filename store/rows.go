package store

import (
	"encoding/json"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// The rows of the projections. Each embeds Entity and is found by (network, id),
// where id is text made from the parts of the entity's own name (see the *ID
// functions); the parts are columns too. JSON forms are those of the API.
//
// Times are Unix seconds of blocks; amounts are base units of the token.

// Entity is what every projection row has: its name and where it was born and last
// changed. Rows list in the order (Block, LogIndex, ID).
type Entity struct {
	NetworkID int64  `bun:"network_id,pk" json:"-"`
	ID        string `bun:"id,pk" json:"id"`
	Block     uint64 `bun:"block" json:"block"`
	LogIndex  uint32 `bun:"log_index" json:"log_index"`
	Time      uint64 `bun:"time" json:"time"`
	// ChangedBlock is the block of the newest event that changed the row: the row
	// is finalized when this block is.
	ChangedBlock uint64 `bun:"changed_block" json:"changed_block"`
	// Finality of ChangedBlock, where a row is shown; no column.
	Finality string `bun:"-" json:"finality,omitempty"`
}

// Base returns the shared part of a row.
func (e *Entity) Base() *Entity { return e }

// Row is a pointer to one of the row types below.
type Row interface {
	Base() *Entity
	record
}

// Version is a published model version. Its sums count redeemed vouchers and
// finalized jobs.
type Version struct {
	bun.BaseModel `bun:"table:versions,alias:versions" json:"-"`
	Entity
	ModelVersion       common.Hash        `bun:"model_version" json:"model_version"`
	Creator            common.Address     `bun:"creator" json:"creator"` // the payee in the manifest
	Publisher          common.Address     `bun:"publisher" json:"publisher"`
	Parent             common.Hash        `bun:"parent" json:"parent"` // zero: none
	Kind               protocol.ModelKind `bun:"kind" json:"kind"`
	Class              protocol.Class     `bun:"class" json:"class"`
	SpecVersion        uint32             `bun:"spec_version" json:"spec_version"`
	WeightsRoot        common.Hash        `bun:"weights_root" json:"weights_root"`
	TokenizerHash      common.Hash        `bun:"tokenizer_hash" json:"tokenizer_hash"`
	RoyaltyBps         uint16             `bun:"royalty_bps" json:"royalty_bps"`
	ParentRoyaltyBps   uint16             `bun:"parent_royalty_bps" json:"parent_royalty_bps"`
	MinChildRoyaltyBps uint16             `bun:"min_child_royalty_bps" json:"min_child_royalty_bps"`
	Name               string             `bun:"name" json:"name"`                 // shown form: valid UTF-8 without NUL
	MetadataURI        string             `bun:"metadata_uri" json:"metadata_uri"` // likewise
	Header             protocol.Bytes     `bun:"header" json:"header"`             // container header, class proven
	Children           uint32             `bun:"children" json:"children"`
	Providers          uint32             `bun:"providers" json:"providers"` // that were ever paid for it
	Receipts           Uint64             `bun:"receipts" json:"receipts"`   // counted by redeemed vouchers, and jobs
	Jobs               uint32             `bun:"jobs" json:"jobs"`           // finalized
	Fees               protocol.Amount    `bun:"fees" json:"fees"`           // redeemed, or of finalized jobs
	Royalties          protocol.Amount    `bun:"royalties" json:"royalties"` // matured to the creator
	ParentRoyalties    protocol.Amount    `bun:"parent_royalties" json:"parent_royalties"`
	// Of receipts whose version the chain knows: those of jobs and of wrong leaves.
	Faults      uint32 `bun:"faults" json:"faults"`             // proven
	SmallFaults uint32 `bun:"small_faults" json:"small_faults"` // silences and equivocations that were slashed
	Questions   uint32 `bun:"questions" json:"questions"`       // ever asked

	Audits       uint32 `bun:"audits" json:"audits"`               // points drawn in what was redeemed for it
	AuditsPassed uint32 `bun:"audits_passed" json:"audits_passed"` // of them, those that ended without a proven fault
	Attested     uint32 `bun:"attested" json:"attested"`           // auditors that attested its weights
	Attestors    uint32 `bun:"attestors" json:"attestors"`         // auditors drawn to
}

// Provider is a staking account, named by its owner's address.
type Provider struct {
	bun.BaseModel `bun:"table:providers,alias:providers" json:"-"`
	Entity
	Provider  common.Address  `bun:"provider" json:"provider"`
	Stake     protocol.Amount `bun:"stake" json:"stake"`           // unbonding included
	FreeStake protocol.Amount `bun:"free_stake" json:"free_stake"` // stake - unbonding
	Unbonding protocol.Amount `bun:"unbonding" json:"unbonding"`
	ExitAt    Uint64          `bun:"exit_at" json:"exit_at"` // earliest exit of what unbonds
	// Until DisputeUntil exits leave DisputeHold of stake behind.
	DisputeHold    protocol.Amount `bun:"dispute_hold" json:"dispute_hold"`
	DisputeUntil   Uint64          `bun:"dispute_until" json:"dispute_until"`
	Operators      uint32          `bun:"operators" json:"operators"`
	Models         uint32          `bun:"models" json:"models"` // versions it was ever paid for
	Slashes        uint32          `bun:"slashes" json:"slashes"`
	Slashed        protocol.Amount `bun:"slashed" json:"slashed"`
	Penalties      uint32          `bun:"penalties" json:"penalties"`
	Penalized      protocol.Amount `bun:"penalized" json:"penalized"`
	Forfeited      bool            `bun:"forfeited" json:"forfeited"`
	ForfeitThrough Uint64          `bun:"forfeit_through" json:"forfeit_through"` // last epoch whose own part burns
	ForfeitTime    Uint64          `bun:"forfeit_time" json:"forfeit_time"`       // jobs delivered until then burn too
	HeldUntil      Uint64          `bun:"held_until" json:"held_until"`           // nothing matures before
	HeldStretch    uint32          `bun:"held_stretch" json:"held_stretch"`       // seconds beyond the longest hold
	Pending        protocol.Amount `bun:"pending" json:"pending"`                 // redeemed and not matured, whole fees
	Redeemed       protocol.Amount `bun:"redeemed" json:"redeemed"`               // whole fees, ever
	Earned         protocol.Amount `bun:"earned" json:"earned"`                   // its own part, matured and not burned
	Burned         protocol.Amount `bun:"burned" json:"burned"`                   // its own part, forfeited
	Redeems        uint32          `bun:"redeems" json:"redeems"`
	Receipts       Uint64          `bun:"receipts" json:"receipts"`
	Rejections     uint32          `bun:"rejections" json:"rejections"`
	JobsAccepted   uint32          `bun:"jobs_accepted" json:"jobs_accepted"`
	JobsDelivered  uint32          `bun:"jobs_delivered" json:"jobs_delivered"`
	JobsMissed     uint32          `bun:"jobs_missed" json:"jobs_missed"`
	Faults         uint32          `bun:"faults" json:"faults"`             // proven
	SmallFaults    uint32          `bun:"small_faults" json:"small_faults"` // silences and equivocations that were slashed
	Questions      uint32          `bun:"questions" json:"questions"`       // ever asked about its receipts
	OpenQuestions  uint32          `bun:"open_questions" json:"open_questions"`
	Silences       uint32          `bun:"silences" json:"silences"`           // unanswered questions whose clocks did not overlap, and unopened points
	Audits         uint32          `bun:"audits" json:"audits"`               // points drawn in what it redeemed
	AuditsPassed   uint32          `bun:"audits_passed" json:"audits_passed"` // of them, those that ended without a proven fault
}

// Operator is a key that signs for a provider; the pair never changes.
type Operator struct {
	bun.BaseModel `bun:"table:operators,alias:operators" json:"-"`
	Entity
	Operator  common.Address `bun:"operator" json:"operator"`
	Provider  common.Address `bun:"provider" json:"provider"`
	Active    bool           `bun:"active" json:"active"`
	RetiredAt uint64         `bun:"retired_at" json:"retired_at"`
}

// Kinds of StakeChange.
const (
	StakeAdded     = "staked"
	StakeUnbonding = "unbonding"
	StakeUnbonded  = "unbonded"
	StakeSlashed   = "slashed"
	StakePenalized = "penalized"
)

// StakeChange is one line of a provider's stake history.
type StakeChange struct {
	bun.BaseModel `bun:"table:stake_changes,alias:stake_changes" json:"-"`
	Entity
	Provider common.Address  `bun:"provider" json:"provider"`
	Kind     string          `bun:"kind" json:"kind"`
	Amount   protocol.Amount `bun:"amount" json:"amount"`
	Burned   protocol.Amount `bun:"burned" json:"burned"`
	Stake    protocol.Amount `bun:"stake" json:"stake"` // after
	Cause    common.Hash     `bun:"cause" json:"cause"` // of slashed and penalized
	ExitAt   Uint64          `bun:"exit_at" json:"exit_at"`
	TxHash   common.Hash     `bun:"tx_hash" json:"tx_hash"`
}

// States of a Channel. A channel past its expiry is still open here: events do
// not tell time; compare Expiry with the block's time.
const (
	ChannelOpen    = "open"
	ChannelClosing = "closing"
	ChannelSwept   = "swept"
)

// Channel is a requester's escrow for vouchers.
type Channel struct {
	bun.BaseModel `bun:"table:channels,alias:channels" json:"-"`
	Entity
	Channel   common.Hash     `bun:"channel" json:"channel"`
	Requester common.Address  `bun:"requester" json:"requester"`
	Delegate  common.Address  `bun:"delegate" json:"delegate"`
	Retiring  common.Address  `bun:"retiring" json:"retiring"` // the delegate before, zero: none
	RetiresAt Uint64          `bun:"retires_at" json:"retires_at"`
	State     string          `bun:"state" json:"state"`
	Deposit   protocol.Amount `bun:"deposit" json:"deposit"`
	Paid      protocol.Amount `bun:"paid" json:"paid"`
	Left      protocol.Amount `bun:"remaining" json:"remaining"` // deposit - paid, zero once swept
	Refunded  protocol.Amount `bun:"refunded" json:"refunded"`
	Expiry    Uint64          `bun:"expiry" json:"expiry"`
	ClosesAt  Uint64          `bun:"closes_at" json:"closes_at"` // zero unless closing
	Lines     uint32          `bun:"lines" json:"lines"`
	Redeems   uint32          `bun:"redeems" json:"redeems"`
	TxHash    common.Hash     `bun:"tx_hash" json:"tx_hash"`
}

// Line is a voucher line: what a channel promised and paid to one (provider, model
// version, relayer).
type Line struct {
	bun.BaseModel `bun:"table:lines,alias:lines" json:"-"`
	Entity
	Line         common.Hash     `bun:"line" json:"line"` // the Market's lineId
	Channel      common.Hash     `bun:"channel" json:"channel"`
	Requester    common.Address  `bun:"requester" json:"requester"`
	Provider     common.Address  `bun:"provider" json:"provider"`
	ModelVersion common.Hash     `bun:"model_version" json:"model_version"`
	Relayer      common.Address  `bun:"relayer" json:"relayer"`
	Total        protocol.Amount `bun:"total" json:"total"` // promised by the last redeemed voucher
	Paid         protocol.Amount `bun:"paid" json:"paid"`
	Count        Uint64          `bun:"count" json:"count"` // receipts
	ReceiptsRoot common.Hash     `bun:"receipts_root" json:"receipts_root"`
	Checkpoints  uint32          `bun:"checkpoints" json:"checkpoints"`
}

// Redeem is one voucher redeemed: a checkpoint of its line.
type Redeem struct {
	bun.BaseModel `bun:"table:redeems,alias:redeems" json:"-"`
	Entity
	Line         common.Hash     `bun:"line" json:"line"`
	Checkpoint   uint32          `bun:"checkpoint" json:"checkpoint"`
	Channel      common.Hash     `bun:"channel" json:"channel"`
	Provider     common.Address  `bun:"provider" json:"provider"`
	ModelVersion common.Hash     `bun:"model_version" json:"model_version"`
	Relayer      common.Address  `bun:"relayer" json:"relayer"`
	Amount       protocol.Amount `bun:"amount" json:"amount"`
	Paid         protocol.Amount `bun:"paid" json:"paid"` // of the line, after
	Total        protocol.Amount `bun:"total" json:"total"`
	Count        Uint64          `bun:"count" json:"count"`
	ReceiptsRoot common.Hash     `bun:"receipts_root" json:"receipts_root"`
	Epoch        uint64          `bun:"epoch" json:"epoch"`
	TxHash       common.Hash     `bun:"tx_hash" json:"tx_hash"`
}

// Rejection is a voucher of a batch that paid nothing.
type Rejection struct {
	bun.BaseModel `bun:"table:rejections,alias:rejections" json:"-"`
	Entity
	Channel     common.Hash    `bun:"channel" json:"channel"`
	Provider    common.Address `bun:"provider" json:"provider"`
	VoucherHash common.Hash    `bun:"voucher_hash" json:"voucher_hash"`
	Reason      protocol.Bytes `bun:"reason" json:"reason"` // error selector
	TxHash      common.Hash    `bun:"tx_hash" json:"tx_hash"`
}

// States of a Credit.
const (
	CreditPending = "pending"
	CreditMatured = "matured"
)

// Split is how one fee was divided; the parts sum to it. Of a forfeited fee, the
// provider's part was burned.
type Split struct {
	Provider protocol.Amount `bun:"part_provider" json:"provider"`
	Creator  protocol.Amount `bun:"part_creator" json:"creator"`
	Parent   protocol.Amount `bun:"part_parent" json:"parent"`
	Relayer  protocol.Amount `bun:"part_relayer" json:"relayer"`
	Auditors protocol.Amount `bun:"part_auditors" json:"auditors"`
	Protocol protocol.Amount `bun:"part_protocol" json:"protocol"`
}

// Credit is what was redeemed per (provider, model version, relayer, epoch).
type Credit struct {
	bun.BaseModel `bun:"table:credits,alias:credits" json:"-"`
	Entity
	Provider     common.Address  `bun:"provider" json:"provider"`
	ModelVersion common.Hash     `bun:"model_version" json:"model_version"`
	Relayer      common.Address  `bun:"relayer" json:"relayer"`
	Epoch        uint64          `bun:"epoch" json:"epoch"`
	State        string          `bun:"state" json:"state"`
	Amount       protocol.Amount `bun:"amount" json:"amount"`
	Redeems      uint32          `bun:"redeems" json:"redeems"`
	Forfeited    bool            `bun:"forfeited" json:"forfeited"` // known at maturity; before, see Provider.ForfeitThrough
	Split        Split           `bun:"embed:" json:"split"`
	MaturedAt    uint64          `bun:"matured_at" json:"matured_at"`
	MaturedTx    common.Hash     `bun:"matured_tx" json:"matured_tx"`
}

// States of a Job.
const (
	JobRequested = "requested"
	JobAccepted  = "accepted"
	JobDelivered = "delivered"
	JobFinalized = "finalized"
	JobRefunded  = "refunded"
)

// Job is a request on chain.
type Job struct {
	bun.BaseModel `bun:"table:jobs,alias:jobs" json:"-"`
	Entity
	Job                common.Hash     `bun:"job" json:"job"`
	Requester          common.Address  `bun:"requester" json:"requester"`
	ModelVersion       common.Hash     `bun:"model_version" json:"model_version"`
	State              string          `bun:"state" json:"state"`
	Provider           common.Address  `bun:"provider" json:"provider"` // zero before acceptance
	Operator           common.Address  `bun:"operator" json:"operator"`
	Relayer            common.Address  `bun:"relayer" json:"relayer"`
	Request            json.RawMessage `bun:"request,type:text" json:"request"` // protocol.Request
	Prompt             json.RawMessage `bun:"prompt,type:text" json:"prompt"`   // token ids
	Receipt            json.RawMessage `bun:"receipt,type:text" json:"receipt"` // protocol.Receipt, null before delivery
	Output             json.RawMessage `bun:"output,type:text" json:"output"`   // token ids, null before delivery
	MaxFee             protocol.Amount `bun:"max_fee" json:"max_fee"`
	Deadline           Uint64          `bun:"deadline" json:"deadline"`
	Callback           common.Address  `bun:"callback" json:"callback"` // zero: none
	CallbackGas        uint32          `bun:"callback_gas" json:"callback_gas"`
	CallbackAtDelivery bool            `bun:"callback_at_delivery" json:"callback_at_delivery"`
	CallbackDone       bool            `bun:"callback_done" json:"callback_done"`
	CallbackFailures   uint32          `bun:"callback_failures" json:"callback_failures"`
	AcceptedAt         uint64          `bun:"accepted_at" json:"accepted_at"`
	DeliveredAt        uint64          `bun:"delivered_at" json:"delivered_at"`
	DisputableUntil    Uint64          `bun:"disputable_until" json:"disputable_until"`
	ClosedAt           uint64          `bun:"closed_at" json:"closed_at"` // finalized or refunded
	Fee                protocol.Amount `bun:"fee" json:"fee"`
	Refunded           protocol.Amount `bun:"refunded" json:"refunded"`
	Penalty            protocol.Amount `bun:"penalty" json:"penalty"` // burned by the provider that missed it
	Forfeited          bool            `bun:"forfeited" json:"forfeited"`
	Disproved          bool            `bun:"disproved" json:"disproved"`
	Split              Split           `bun:"embed:" json:"split"`
	TxHash             common.Hash     `bun:"tx_hash" json:"tx_hash"`
}

// Balance is an account of the Vault and what ever moved through it.
type Balance struct {
	bun.BaseModel `bun:"table:balances,alias:balances" json:"-"`
	Entity
	Account   common.Address  `bun:"account" json:"account"`
	Free      protocol.Amount `bun:"free" json:"free"`
	Deposited protocol.Amount `bun:"deposited" json:"deposited"`
	Withdrawn protocol.Amount `bun:"withdrawn" json:"withdrawn"`
	Locked    protocol.Amount `bun:"locked" json:"locked"`     // ever moved into channels, jobs, stake
	Released  protocol.Amount `bun:"released" json:"released"` // ever moved back or earned
}

// Kinds of Transfer.
const (
	TransferDeposit    = "deposit"
	TransferWithdrawal = "withdrawal"
)

// Transfer is one deposit or withdrawal.
type Transfer struct {
	bun.BaseModel `bun:"table:transfers,alias:transfers" json:"-"`
	Entity
	Account common.Address  `bun:"account" json:"account"`
	Kind    string          `bun:"kind" json:"kind"`
	Peer    common.Address  `bun:"peer" json:"peer"` // payer of a deposit, receiver of a withdrawal
	Amount  protocol.Amount `bun:"amount" json:"amount"`
	Free    protocol.Amount `bun:"free" json:"free"` // after
	TxHash  common.Hash     `bun:"tx_hash" json:"tx_hash"`
}

// ShareChange is one change of the shares of fees, scheduled or in force.
type ShareChange struct {
	bun.BaseModel `bun:"table:share_changes,alias:share_changes" json:"-"`
	Entity
	InForce     bool        `bun:"in_force" json:"in_force"`
	RelayerBps  uint16      `bun:"relayer_bps" json:"relayer_bps"`
	ProtocolBps uint16      `bun:"protocol_bps" json:"protocol_bps"`
	AuditorsBps uint16      `bun:"auditors_bps" json:"auditors_bps"`
	EffectiveAt Uint64      `bun:"effective_at" json:"effective_at"` // of a scheduled change
	TxHash      common.Hash `bun:"tx_hash" json:"tx_hash"`
}

// Totals is the one row of what concerns the deployment as a whole.
type Totals struct {
	bun.BaseModel `bun:"table:totals,alias:totals" json:"-"`
	Entity
	Paused      bool            `bun:"paused" json:"paused"`
	Treasury    common.Address  `bun:"treasury" json:"treasury"`
	RelayerBps  uint16          `bun:"relayer_bps" json:"relayer_bps"`
	ProtocolBps uint16          `bun:"protocol_bps" json:"protocol_bps"`
	AuditorsBps uint16          `bun:"auditors_bps" json:"auditors_bps"`
	Sealed      bool            `bun:"sealed" json:"sealed"` // the Slasher's callers are fixed
	Callers     json.RawMessage `bun:"callers,type:text" json:"callers"`
	Free        protocol.Amount `bun:"free" json:"free"` // sum of all free balances
	Burned      protocol.Amount `bun:"burned" json:"burned"`
	Fees        protocol.Amount `bun:"fees" json:"fees"` // redeemed, or of finalized jobs
}

// Service is a provider's record on one model version: what it was paid for.
type Service struct {
	bun.BaseModel `bun:"table:services,alias:services" json:"-"`
	Entity
	Provider     common.Address  `bun:"provider" json:"provider"`
	ModelVersion common.Hash     `bun:"model_version" json:"model_version"`
	Fees         protocol.Amount `bun:"fees" json:"fees"`
	Receipts     Uint64          `bun:"receipts" json:"receipts"`
	Redeems      uint32          `bun:"redeems" json:"redeems"`
	Jobs         uint32          `bun:"jobs" json:"jobs"`
	LastPaidAt   uint64          `bun:"last_paid_at" json:"last_paid_at"`
}
