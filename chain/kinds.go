package chain

import "github.com/dgrid-network/dgrid/protocol"

// kindOf returns the protocol kind of a custom error by its name; a name means the
// same in every contract. A name that is not listed is of a contract that is not
// ours, and its refusal a conflict.
func kindOf(name string) error {
	for kind, names := range errorKinds {
		if _, ok := names[name]; ok {
			return kind
		}
	}
	return protocol.ErrConflict
}

type names map[string]struct{}

func set(list ...string) names {
	out := make(names, len(list))
	for _, n := range list {
		out[n] = struct{}{}
	}
	return out
}

// errorKinds lists every custom error of the contracts, each once; a test holds it
// equal to the ABIs, so that the kind of a new error is a decision.
var errorKinds = map[error]names{
	protocol.ErrNotFound: set("NoSuchPoint", "NoSuchSeat", "NotRegistered",
		"UnknownSpecVersion",
		"UnknownChannel", "UnknownCheckpoint", "UnknownJob", "UnknownModelVersion", "UnknownVersion",
		"NoCredit", "NothingOwed", "NothingScheduled", "NothingUnbonding"),
	protocol.ErrInvalid: set("BadBeacon", "BadRound", "BadSecret", "NotEmpty", "PointOutsideLeaf", "RootsDiffer", "StakeTooHigh", "StakeTooLow", "WrongHeader",
		"TimelockTooShort", "WrongAnswer", "WrongDepth", "WrongKind", "WrongVector", "ZeroKeyHash", "ZeroSubmitter", "ZeroVersion",
		"NoPair", "NoSuchNode", "NoSuchToken", "NoToken", "NoVector", "NoWitness", "NotCanonical", "NotInField", "ProofInvalid", "PublicInputNotInField",
		"CodeChanged", "DevelopmentKeyOnly", "EvidenceMismatch", "LeafOutOfRange", "MissingOpening", "NoBlock", "NoChunk", "NoFault", "NoNumber", "NoPadding",
		"BadAnswerLength", "BadHeaderLength", "BadNoisePath", "BadPath", "BadPathLength", "BadTerms", "BadTokenPath", "BelowIsNothing", "BlockOutsideTrace",
		"AmountTooHigh", "BadExpiry", "BadHeader", "BadHeaderPath", "BadManifest", "BadParams", "BadPrompt",
		"BadRecipient", "BadWiring", "BatchEmpty", "CallbackGasTooHigh", "ERC20InvalidApprover", "ERC20InvalidReceiver",
		"ERC20InvalidSender", "ERC20InvalidSpender", "DuplicateModule", "FeeAboveMax", "FeeMismatch", "InsufficientCallbackGas", "InvalidShortString",
		"LengthMismatch", "NotAContract", "NotAToken", "NotProvenClass", "OwnableInvalidOwner", "ParentHasParent", "ParentRoyaltyTooLow",
		"ReceiptMismatch", "RoyaltyTooHigh", "SafeCastOverflowedUintDowncast", "SharesTooHigh", "OutputTooLong", "SlashTooHigh", "StakeOutOfRange",
		"StoryTooLong", "StringTooLong", "UnsafeTiming", "UnsafeUnbonding", "WrongOutput", "WrongProvider", "WrongRequest", "ZeroAddress", "ZeroAmount"),
	protocol.ErrConflict: set("NothingToWithdraw", "RoundOpen", "SeatChanging", "SeatTaken", "WrongState",
		"AlreadyAttested", "AlreadyAuditor", "AlreadyDrawn", "AlreadyRegistered", "BeaconNotReady", "NotDrawn", "NotSeated", "NothingToPunish", "NothingWithheld",
		"NothingToPay", "NothingToSettle", "ReceiptProven", "StillDisputable",
		"AlreadyAnswered", "AlreadyClaimed", "AlreadyOpen", "AlreadyProven", "AlreadySealed", "ClockRunning", "NotAnswered", "NotOpen", "NotProven",
		"AlreadyPublished", "AnswerDisproved", "CallbackAlreadyDone", "CallbackNotOpen",
		"ChannelAlreadySwept", "ChannelNotSweepable", "CreditNotMature", "DelegateRetiring", "DisputeWindowOpen", "ERC3009UsedAuthorization",
		"ExitNotOpen", "InexactTransfer", "InvalidAccountNonce", "NotRefunded", "SeedUnknown", "JobDeadlineOpen", "OperatorTaken", "Paused",
		"ReentrancyGuardReentrantCall", "SafeERC20FailedOperation", "TimelockOpen", "VoucherNotHigher", "WrongJobState", "WrongStatus"),
	protocol.ErrUnauthorized: set("NotAssigned", "NotAudits",
		"NotEntitled", "NotSigned",
		"BadOperatorConsent", "BadSignature", "ECDSAInvalidSignature", "ECDSAInvalidSignatureLength",
		"ECDSAInvalidSignatureS", "ERC2612InvalidSigner", "ERC3009InvalidSignature", "NotCaller", "NotFirst", "NotMarket", "NotModule",
		"NotOperator", "NotOperatorOf", "NotRequester", "NotSlasher", "OwnableUnauthorizedAccount"),
	protocol.ErrExpired: set("TooLate", "BeaconLost",
		"ClockOver", "WindowClosed",
		"AcceptanceExpired", "ChannelClosed", "ERC2612ExpiredSignature", "ERC3009InvalidAuthorizationTime",
		"JobDeadlinePassed", "ScheduleExpired", "SignatureExpired"),
	protocol.ErrInsufficient: set("BondTooHigh",
		"ChannelEmpty", "ERC20InsufficientAllowance", "ERC20InsufficientBalance", "ExposureTooHigh",
		"InsufficientFree", "InsufficientHeld", "InsufficientStake"),
}
