// Package events gives the contracts' events as Go values. It holds no connection
// and no state: Decode is a pure function of a log, fast enough for a backfill
// (no reflection), and the topics are computed from the signatures below, which a
// test compares with the interfaces in contracts/src/interfaces.
//
// Amounts are base units of the token, times Unix seconds.
package events

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// Source is the contract that a log came from.
type Source uint8

const (
	Vault Source = iota + 1
	Staking
	Registry
	Slasher
	Market
	Ledger
	Questions
	Claims
	Verifiers
	Audits
	Auditors
	Attestations
)

func (s Source) String() string {
	return [...]string{"none", "Vault", "Staking", "ModelRegistry", "Slasher", "Market", "DisputeLedger", "Questions", "Claims", "VerifierRegistry",
		"Audits", "Auditors", "Attestations"}[min(s, 12)]
}

// Vault

type Deposited struct {
	Account, Payer common.Address
	Amount, Free   protocol.Amount
}

type Withdrawn struct {
	Account, To  common.Address
	Amount, Free protocol.Amount
}

type Locked struct {
	Account, Module common.Address
	Amount, Free    protocol.Amount
}

type Released struct {
	Account, Module common.Address
	Amount, Free    protocol.Amount
}

type Burned struct {
	Module common.Address
	Amount protocol.Amount
}

// Staking

type OperatorAdded struct{ Provider, Operator common.Address }

type OperatorRetired struct{ Provider, Operator common.Address }

type Staked struct {
	Provider      common.Address
	Amount, Stake protocol.Amount
}

type Unbonding struct {
	Provider          common.Address
	Amount, Unbonding protocol.Amount
	ExitAt            uint64
}

type Unbonded struct {
	Provider      common.Address
	Amount, Stake protocol.Amount
}

type ExitMoved struct {
	Provider common.Address
	ExitAt   uint64
}

type ExitHeldForDispute struct {
	Provider common.Address
	Amount   protocol.Amount
	Until    uint64
}

type Slashed struct {
	Provider              common.Address
	Cause                 common.Hash
	Amount, Burned, Stake protocol.Amount
}

type Penalized struct {
	Provider      common.Address
	Cause         common.Hash
	Amount, Stake protocol.Amount
}

// ModelRegistry

type ModelPublished struct {
	ModelVersion common.Hash
	Publisher    common.Address // who sent the transaction; the payee is Manifest.Creator
	Parent       common.Hash
	Manifest     protocol.Manifest // its texts may be any bytes: the contract does not check UTF-8
	Header       []byte
}

// Slasher

type CallersSealed struct{ Callers []common.Address }

type PoolPaid struct {
	To, Caller common.Address
	Amount     protocol.Amount
}

// Market

type ChannelOpened struct {
	Channel             common.Hash
	Requester, Delegate common.Address
	Deposit             protocol.Amount
	Expiry              uint64
	Nonce               protocol.Amount
}

type ChannelToppedUp struct {
	Channel         common.Hash
	Payer           common.Address
	Amount, Deposit protocol.Amount
}

type DelegateChanged struct {
	Channel            common.Hash
	Delegate, Retiring common.Address
	RetiresAt          uint64
}

type ChannelClosing struct {
	Channel   common.Hash
	Requester common.Address
	ClosesAt  uint64
}

type GraceExtended struct {
	Channel             common.Hash
	Provider            common.Address
	ClosesAt, RetiresAt uint64 // zero: not moved
}

type ChannelSwept struct {
	Channel        common.Hash
	Requester      common.Address
	Refunded, Paid protocol.Amount
}

type VoucherRedeemed struct {
	Channel      common.Hash
	Provider     common.Address
	ModelVersion common.Hash
	Relayer      common.Address
	Total        protocol.Amount
	Count        uint64
	ReceiptsRoot common.Hash
	Amount, Paid protocol.Amount
	Checkpoint   uint32
	Epoch        uint64
}

type VoucherRejected struct {
	Channel     common.Hash
	Provider    common.Address
	VoucherHash common.Hash
	Reason      [4]byte
}

// Split is the parts of one fee; they sum to it.
type Split struct {
	Provider, Creator, Parent, Relayer, Auditors, Protocol protocol.Amount
}

type CreditMatured struct {
	ModelVersion      common.Hash
	Provider, Relayer common.Address
	Epoch             uint64
	Amount            protocol.Amount
	Split             Split
	Forfeited         bool
}

type CreditForfeited struct {
	Provider            common.Address
	ThroughEpoch, Until uint64 // Until: time of the fault
}

type CreditHeld struct {
	Provider common.Address
	Until    uint64
	Stretch  uint64 // seconds beyond the Market's longest hold
}

// JobOrder is what a caller asked for on chain.
type JobOrder struct {
	ModelVersion              common.Hash
	Prompt                    []uint32
	MaxOutputTokens           uint32
	Params                    []byte
	PriceIn, PriceOut, MaxFee protocol.Amount
	Deadline                  uint64
	Salt                      common.Hash
	Callback                  common.Address
	CallbackGas               uint32
	CallbackAtDelivery        bool
}

type JobRequested struct {
	Job          common.Hash
	Requester    common.Address
	ModelVersion common.Hash
	Request      protocol.Request
	Order        JobOrder
}

type JobAccepted struct {
	Job                         common.Hash
	Provider, Operator, Relayer common.Address
}

type JobDelivered struct {
	Job             common.Hash
	Provider        common.Address
	Receipt         protocol.Receipt
	Output          []uint32
	DisputableUntil uint64
}

type JobFinalized struct {
	Job           common.Hash
	Provider      common.Address
	Fee, Refunded protocol.Amount
	Split         Split
	Forfeited     bool
}

type JobRefunded struct {
	Job       common.Hash
	Requester common.Address
	Refunded  protocol.Amount
	Provider  common.Address // zero: nobody accepted
	Penalty   protocol.Amount
}

type JobDisproved struct {
	Job      common.Hash
	Provider common.Address
}

type JobCallback struct {
	Job     common.Hash
	Target  common.Address
	Success bool
}

// Shares of every fee, in basis points.
type Shares struct{ RelayerBps, ProtocolBps, AuditorsBps uint16 }

type SharesScheduled struct {
	Shares      Shares
	EffectiveAt uint64
}

type SharesChanged struct{ Shares Shares }

type TreasuryScheduled struct {
	Treasury    common.Address
	EffectiveAt uint64
}

type TreasuryChanged struct{ Treasury common.Address }

type PausedNewRequests struct{ Paused bool }
