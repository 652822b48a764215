package chain

import (
	"fmt"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Events of the contracts, as DecodeEvent returns them (pointers). Raw is the log.
type (
	Deposited = bindings.VaultDeposited
	Withdrawn = bindings.VaultWithdrawn
	Locked    = bindings.VaultLocked
	Released  = bindings.VaultReleased
	HeldMoved = bindings.VaultHeldMoved
	Burned    = bindings.VaultBurned

	OperatorAdded      = bindings.StakingOperatorAdded
	OperatorRetired    = bindings.StakingOperatorRetired
	Staked             = bindings.StakingStaked
	Unbonding          = bindings.StakingUnbonding
	Unbonded           = bindings.StakingUnbonded
	ExitMoved          = bindings.StakingExitMoved
	ExitHeldForDispute = bindings.StakingExitHeldForDispute
	Slashed            = bindings.StakingSlashed
	Penalized          = bindings.StakingPenalized

	ModelPublished = bindings.ModelRegistryModelPublished

	CallersSealed = bindings.SlasherCallersSealed
	PoolPaid      = bindings.SlasherPoolPaid

	ChannelOpened     = bindings.MarketChannelOpened
	ChannelToppedUp   = bindings.MarketChannelToppedUp
	DelegateChanged   = bindings.MarketDelegateChanged
	ChannelClosing    = bindings.MarketChannelClosing
	ChannelSwept      = bindings.MarketChannelSwept
	VoucherRedeemed   = bindings.MarketVoucherRedeemed
	VoucherRejected   = bindings.MarketVoucherRejected
	CreditMatured     = bindings.MarketCreditMatured
	CreditForfeited   = bindings.MarketCreditForfeited
	CreditHeld        = bindings.MarketCreditHeld
	JobRequestedEvent = bindings.MarketJobRequested
	JobAcceptedEvent  = bindings.MarketJobAccepted
	JobDeliveredEvent = bindings.MarketJobDelivered
	JobFinalizedEvent = bindings.MarketJobFinalized
	JobRefundedEvent  = bindings.MarketJobRefunded
	JobDisproved      = bindings.MarketJobDisproved
	JobCallback       = bindings.MarketJobCallback
	SharesScheduled   = bindings.MarketSharesScheduled
	SharesChanged     = bindings.MarketSharesChanged
	TreasuryChanged   = bindings.MarketTreasuryChanged
	PausedNewRequests = bindings.MarketPausedNewRequests

	OwnershipTransferStarted = bindings.MarketOwnershipTransferStarted
	OwnershipTransferred     = bindings.MarketOwnershipTransferred

	WagerOpened    = bindings.StoryWagerWagerOpened
	WagerAsked     = bindings.StoryWagerWagerAsked
	WagerWon       = bindings.StoryWagerWagerWon
	WagerPaid      = bindings.StoryWagerWagerPaid
	WagerCancelled = bindings.StoryWagerWagerCancelled
)

// Events decodes the logs of one deployment. It holds parsed ABIs and no client,
// so that one value serves any number of goroutines.
type Events struct {
	byAddress map[common.Address]map[common.Hash]unpacker
	addresses []common.Address
}

type unpacker func(*types.Log) (any, error)

// NewEvents returns the decoder of a deployment's events.
func NewEvents(at Addresses) *Events {
	return &Events{
		byAddress: map[common.Address]map[common.Hash]unpacker{
			at.Vault:    vaultEvents(),
			at.Staking:  stakingEvents(),
			at.Registry: registryEvents(),
			at.Slasher:  slasherEvents(),
			at.Market:   marketEvents(),
		},
		addresses: []common.Address{at.Vault, at.Staking, at.Registry, at.Slasher, at.Market},
	}
}

// Watch adds a copy of the sample game, which may be anywhere.
func (e *Events) Watch(wager common.Address) {
	e.byAddress[wager] = wagerEvents()
	e.addresses = append(e.addresses, wager)
}

// Addresses returns whose logs are decoded, for filters.
func (e *Events) Addresses() []common.Address { return e.addresses }

// Decode returns a pointer to one of the event types above. A log of another
// contract, or an event that the contract does not have, is protocol.ErrNotFound;
// data that does not fit the event is protocol.ErrInvalid.
func (e *Events) Decode(log *types.Log) (any, error) {
	if len(log.Topics) == 0 {
		return nil, fmt.Errorf("decode log of %s without topics: %w", log.Address, protocol.ErrNotFound)
	}
	unpack, ok := e.byAddress[log.Address][log.Topics[0]]
	if !ok {
		return nil, fmt.Errorf("decode log %s of %s: %w", log.Topics[0], log.Address, protocol.ErrNotFound)
	}
	event, err := unpack(log)
	if err != nil {
		return nil, fmt.Errorf("decode log of %s: %w: %w", log.Address, protocol.ErrInvalid, err)
	}
	return event, nil
}

// typed forgets the type of a generated method; abigen gives each its own.
func typed[T any](f func(*types.Log) (*T, error)) unpacker {
	return func(log *types.Log) (any, error) {
		event, err := f(log)
		if err != nil {
			return nil, err
		}
		return event, nil
	}
}

// table names unpackers by event signature. A name that the ABI does not have is
// a programmer's error, found by the first NewEvents.
func table(contract string, byName map[string]unpacker) map[common.Hash]unpacker {
	meta := metadata()[contract]
	parsed, err := meta.ParseABI()
	if err != nil {
		panic(fmt.Sprintf("generated ABI of %s: %v", contract, err))
	}
	out := make(map[common.Hash]unpacker, len(byName))
	for name, unpack := range byName {
		event, ok := parsed.Events[name]
		if !ok {
			panic(fmt.Sprintf("%s has no event %s", contract, name))
		}
		out[event.ID] = unpack
	}
	return out
}

func vaultEvents() map[common.Hash]unpacker {
	v := bindings.NewVault()
	return table("Vault", map[string]unpacker{
		"Deposited": typed(v.UnpackDepositedEvent), "Withdrawn": typed(v.UnpackWithdrawnEvent), "Locked": typed(v.UnpackLockedEvent),
		"Released": typed(v.UnpackReleasedEvent), "HeldMoved": typed(v.UnpackHeldMovedEvent), "Burned": typed(v.UnpackBurnedEvent),
	})
}

func stakingEvents() map[common.Hash]unpacker {
	s := bindings.NewStaking()
	return table("Staking", map[string]unpacker{
		"OperatorAdded": typed(s.UnpackOperatorAddedEvent), "OperatorRetired": typed(s.UnpackOperatorRetiredEvent),
		"Staked": typed(s.UnpackStakedEvent), "Unbonding": typed(s.UnpackUnbondingEvent), "Unbonded": typed(s.UnpackUnbondedEvent),
		"ExitMoved": typed(s.UnpackExitMovedEvent), "ExitHeldForDispute": typed(s.UnpackExitHeldForDisputeEvent),
		"Slashed": typed(s.UnpackSlashedEvent), "Penalized": typed(s.UnpackPenalizedEvent),
	})
}

func registryEvents() map[common.Hash]unpacker {
	r := bindings.NewModelRegistry()
	return table("ModelRegistry", map[string]unpacker{"ModelPublished": typed(r.UnpackModelPublishedEvent)})
}

func slasherEvents() map[common.Hash]unpacker {
	s := bindings.NewSlasher()
	return table("Slasher", map[string]unpacker{
		"CallersSealed": typed(s.UnpackCallersSealedEvent), "PoolPaid": typed(s.UnpackPoolPaidEvent),
	})
}

func marketEvents() map[common.Hash]unpacker {
	m := bindings.NewMarket()
	return table("Market", map[string]unpacker{
		"ChannelOpened": typed(m.UnpackChannelOpenedEvent), "ChannelToppedUp": typed(m.UnpackChannelToppedUpEvent),
		"DelegateChanged": typed(m.UnpackDelegateChangedEvent), "ChannelClosing": typed(m.UnpackChannelClosingEvent),
		"ChannelSwept": typed(m.UnpackChannelSweptEvent), "VoucherRedeemed": typed(m.UnpackVoucherRedeemedEvent),
		"VoucherRejected": typed(m.UnpackVoucherRejectedEvent), "CreditMatured": typed(m.UnpackCreditMaturedEvent),
		"CreditForfeited": typed(m.UnpackCreditForfeitedEvent), "CreditHeld": typed(m.UnpackCreditHeldEvent),
		"JobRequested": typed(m.UnpackJobRequestedEvent), "JobAccepted": typed(m.UnpackJobAcceptedEvent),
		"JobDelivered": typed(m.UnpackJobDeliveredEvent), "JobFinalized": typed(m.UnpackJobFinalizedEvent),
		"JobRefunded": typed(m.UnpackJobRefundedEvent), "JobDisproved": typed(m.UnpackJobDisprovedEvent),
		"JobCallback": typed(m.UnpackJobCallbackEvent), "SharesScheduled": typed(m.UnpackSharesScheduledEvent),
		"SharesChanged": typed(m.UnpackSharesChangedEvent), "TreasuryChanged": typed(m.UnpackTreasuryChangedEvent),
		"PausedNewRequests":        typed(m.UnpackPausedNewRequestsEvent),
		"OwnershipTransferStarted": typed(m.UnpackOwnershipTransferStartedEvent),
		"OwnershipTransferred":     typed(m.UnpackOwnershipTransferredEvent),
	})
}

func wagerEvents() map[common.Hash]unpacker {
	w := bindings.NewStoryWager()
	return table("StoryWager", map[string]unpacker{
		"WagerOpened": typed(w.UnpackWagerOpenedEvent), "WagerAsked": typed(w.UnpackWagerAskedEvent), "WagerWon": typed(w.UnpackWagerWonEvent),
		"WagerPaid": typed(w.UnpackWagerPaidEvent), "WagerCancelled": typed(w.UnpackWagerCancelledEvent),
	})
}
