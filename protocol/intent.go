package protocol

import (
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// IntentState is where a transaction's intent stands:
//
//	queued ──▶ sent ──▶ mined ──▶ confirmed
//	  ▲ │       ▲ ╰─reorg─╯ │
//	  │ │       │           ├──▶ reverted (terminal; also from queued, when the simulation refuses)
//	  │ ╰───────┼───────────┴──▶ superseded (terminal; cancelled or its nonce was taken)
//	  ╰─ one retry after a failed receipt became final
//
// The names are the stored form.
type IntentState string

const (
	IntentQueued     IntentState = "queued"     // written, nothing signed
	IntentSent       IntentState = "sent"       // nonce taken, signed bytes stored, perhaps broadcast
	IntentMined      IntentState = "mined"      // in a block that a reorg may still remove
	IntentConfirmed  IntentState = "confirmed"  // terminal: succeeded in a finalized block
	IntentReverted   IntentState = "reverted"   // terminal: refused by simulation, or failed in a finalized block
	IntentSuperseded IntentState = "superseded" // terminal: another transaction has its place, or it was cancelled in time
)

// Terminal reports whether the state never changes again.
func (s IntentState) Terminal() bool {
	return s == IntentConfirmed || s == IntentReverted || s == IntentSuperseded
}

// Call is what a key wants done on chain.
type Call struct {
	To      *common.Address // nil creates a contract
	Data    []byte
	Value   Amount // wei
	Salt    common.Hash
	Purpose string // a constant word for people, e.g. "redeem"; not part of the identity

	// GasLimit replaces the estimate (with its margin) unless 0.
	GasLimit uint64
	// Deadline is the block time (Unix seconds) after which the effect is not
	// wanted any more; 0 is never. A transaction that is still not mined then is
	// replaced by a transfer of nothing to oneself.
	Deadline uint64
}

// IntentID names a call by its content: keccak(tag ‖ chainId ‖ lane ‖ creates ‖
// to ‖ keccak(data) ‖ value ‖ salt). The same call of the same key is the same
// intent however often it is submitted; who means it twice changes the salt.
func IntentID(chainID uint64, lane common.Address, c Call) common.Hash {
	var chain [8]byte
	binary.BigEndian.PutUint64(chain[:], chainID)
	creates, to := []byte{1}, common.Address{}
	if c.To != nil {
		creates, to = []byte{0}, *c.To
	}
	value := c.Value.Word()
	return crypto.Keccak256Hash([]byte("dgrid intent 1"), chain[:], lane[:], creates, to[:],
		crypto.Keccak256(c.Data), value[:], c.Salt[:])
}

// Intent is the durable row of one wanted transaction. A lane is the nonce
// sequence of one key on one chain.
type Intent struct {
	ID      common.Hash
	ChainID uint64
	Lane    common.Address
	Seq     uint64 // order of submission, given by the outbox
	Call
	State   IntentState
	Nonce   uint64 // meaningful once Attempts exist and the state is not queued
	Retries uint8  // how often it was queued again after a failed receipt
	Cancel  bool   // the caller does not want the effect any more

	// Set while mined and in terminal states that a transaction brought about.
	TxHash      common.Hash
	BlockNumber uint64
	BlockHash   common.Hash
	Status      uint8 // of the receipt: 1 succeeded

	Reason     string // why it was reverted or superseded, for people
	RevertData []byte // of the refusing simulation, ABI-encoded error

	Attempts []Attempt // oldest first; those of an abandoned nonce included
}

// Attempt is one signed transaction of an intent. The bytes are stored before
// they are sent and never change, so that sending them again is harmless.
type Attempt struct {
	IntentID  common.Hash
	Nonce     uint64
	TxHash    common.Hash
	Raw       []byte
	Cancels   bool // a transfer of nothing to oneself that takes the nonce
	GasLimit  uint64
	GasFeeCap Amount // wei per gas
	GasTipCap Amount // wei per gas
	SignedAt  uint64 // head number when signed
	SignedSec uint64 // block time of that head, Unix seconds
}

// Current returns the newest attempt, nil before the first.
func (i Intent) Current() *Attempt {
	if len(i.Attempts) == 0 {
		return nil
	}
	return &i.Attempts[len(i.Attempts)-1]
}

func (i Intent) String() string {
	return fmt.Sprintf("%s %s (%s)", i.Purpose, i.ID.TerminalString(), i.State)
}

// Lane is what the outbox knows of one nonce sequence.
type Lane struct {
	Known   bool     // a nonce was ever taken
	Next    uint64   // the nonce that the next new transaction gets; meaningful if Known
	GasUsed uint64   // sum of the gas limits signed since the time asked for, one per nonce
	Intents []Intent // not terminal, by Seq, with their attempts
}
