package txmgr

import (
	"context"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
)

// Outbox is the durable memory of the manager. Every method is one transaction
// of the store: when it returns nil its effect survives a crash, and when it
// returns an error the effect may or may not have happened (a COMMIT whose
// answer was lost), which the manager copes with by reading again. It has six
// methods, because each is one atomic step and none can be split or merged.
type Outbox interface {
	// Put stores a queued intent unless its ID is known, and returns the stored
	// row. A known intent that ended without effect (reverted, superseded) is
	// queued again; any other is returned as it is.
	Put(context.Context, protocol.Intent) (protocol.Intent, error)

	// Get returns one intent with its attempts, or protocol.ErrNotFound.
	Get(ctx context.Context, id common.Hash) (protocol.Intent, error)

	// Lane returns the lane's next nonce, its open intents in order of Seq and
	// the gas signed for at or after since (block time, Unix seconds).
	Lane(ctx context.Context, chainID uint64, lane common.Address, since uint64) (protocol.Lane, error)

	// Sign stores a signed attempt. With replaces zero it is the first of a queued
	// intent and takes the nonce: the attempt's must be the lane's next (any, if
	// the lane is new), the lane moves on and the intent becomes sent. Otherwise it
	// takes the place of the newest attempt of a sent intent, named by its TxHash,
	// at the same nonce. Anything else, a second nonce for one intent and a second
	// intent for one nonce above all, is protocol.ErrConflict.
	Sign(ctx context.Context, a protocol.Attempt, replaces common.Hash) error

	// Move writes the state and outcome of an intent (State, Retries, Cancel,
	// TxHash, BlockNumber, BlockHash, Status, Reason, RevertData) if it still is
	// in state from, else protocol.ErrConflict.
	Move(ctx context.Context, from protocol.IntentState, to protocol.Intent) error

	// Skip raises the lane's next nonce to next, for a person who has looked at
	// the foreign transactions that halted the lane. It never lowers it.
	Skip(ctx context.Context, chainID uint64, lane common.Address, next uint64) error
}
