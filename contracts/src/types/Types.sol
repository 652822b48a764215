// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Ids are content hashes, known before a block is mined.
type ModelVersionId is bytes32;
type ChannelId is bytes32;
type JobId is bytes32;

/// @dev What a model is. Values are shared with Go (`protocol.ModelKind`).
enum ModelKind {
    None,
    LLM,
    FineTune,
    Agent,
    Upstream
}

/// @dev What an answer of a model version may be believed to be (`protocol.Class`).
enum Class {
    None,
    Proven,
    Sampled
}

/// @dev Why an answer ended (`protocol.Finish`).
enum Finish {
    None,
    Stop,
    Length,
    Context,
    StopString,
    Cancelled
}

/// @dev Who may see the tokens of a request (`protocol.Audience`).
enum Audience {
    RequesterOnly,
    Auditors,
    Anyone
}

enum JobState {
    None,
    Requested,
    Accepted,
    Delivered,
    Finalized,
    Refunded
}

/// @notice What one answer is asked for and what it may cost. Prices are base units per 10^6 tokens.
struct Request {
    bytes32 payment;
    bytes32 modelVersion;
    address requester;
    bytes32 promptRoot;
    uint32 promptTokens;
    uint32 maxOutputTokens;
    bytes32 paramsHash;
    uint128 priceIn;
    uint128 priceOut;
    uint128 maxFee;
    uint64 deadline;
    uint8 audience;
    bytes32 salt;
}

/// @notice A provider's commitment to its answer, signed by one of its operators.
struct Receipt {
    bytes32 requestHash;
    address provider;
    uint64 seq;
    bytes32 outputRoot;
    uint32 outputTokens;
    uint8 finish;
    bytes32 traceRoot;
    uint128 fee;
    uint64 completedAt;
}

/// @notice Cumulative promise of payment per (channel, provider, modelVersion, relayer), signed by the delegate.
struct Voucher {
    bytes32 channel;
    address provider;
    bytes32 modelVersion;
    address relayer;
    uint128 total;
    uint64 count;
    bytes32 receiptsRoot;
}

/// @notice A provider's agreement to answer one job on the terms of its request, signed by one of its operators.
struct Acceptance {
    bytes32 job;
    bytes32 requestHash;
    address provider;
    // Who earns the relayer's share; zero: the provider keeps it.
    address relayer;
    // Soon: whoever holds an acceptance back would make the provider burn maxFee for a job it cannot deliver in time.
    uint64 validUntil;
}

/// @notice What a model version is, for ever. `modelVersion = keccak256(abi.encode(manifest))`.
struct Manifest {
    ModelKind kind;
    Class class;
    uint32 specVersion;
    bytes32 weightsRoot;
    bytes32 tokenizerHash;
    bytes32 parent;
    uint16 royaltyBps;
    uint16 parentRoyaltyBps;
    uint16 minChildRoyaltyBps;
    address creator;
    string name;
    string metadataURI;
}

/// @notice A requester's deposit that its delegate's vouchers spend.
struct Channel {
    address requester;
    uint64 expiry;
    address delegate;
    // Zero until the requester closes. Vouchers are redeemed while block.timestamp < closesAt (not closed: expiry +
    // closeGrace), the rest is swept from then on.
    uint64 closesAt;
    // The delegate before the last change; its vouchers count while block.timestamp < retiresAt.
    address retiring;
    uint64 retiresAt;
    uint128 deposit;
    uint128 paid;
}

/// @notice A voucher line: everything paid to (channel, provider, modelVersion, relayer).
struct Line {
    bytes32 receiptsRoot;
    uint128 paid;
    uint64 count;
    uint32 checkpoints;
}

/// @notice One redeem of one voucher line. A leaf [a, b) of the sum tree belongs to the first checkpoint with
/// `paid >= b`.
struct Checkpoint {
    uint128 paid;
    uint64 time;
}

/// @notice What a caller asks for on chain. `params` is the canonical encoding of the sampling parameters, public so
/// that a provider can answer; the request's paramsHash is its keccak256.
struct JobOrder {
    bytes32 modelVersion;
    uint32[] prompt;
    uint32 maxOutputTokens;
    bytes params;
    uint128 priceIn;
    uint128 priceOut;
    uint128 maxFee;
    uint64 deadline;
    bytes32 salt;
    // Zero: no callback.
    address callback;
    uint32 callbackGas;
    // False: the callback runs at finality (the safe choice); true: at delivery.
    bool callbackAtDelivery;
}

/// @notice A request on chain, as far as it got.
struct Job {
    address requester;
    JobState state;
    uint64 deadline;
    address provider;
    uint64 deliveredAt;
    uint32 callbackGas;
    address callback;
    bool callbackAtDelivery;
    bool callbackDone;
    bytes32 modelVersion;
    bytes32 requestHash;
    bytes32 receiptHash;
    bytes32 outputRoot;
    uint32 outputTokens;
    uint8 finish;
    uint128 maxFee;
    uint128 fee;
    address relayer;
    // Delivered before a proven fault of its provider: the provider's part burns.
    bool forfeited;
    // This very answer was disproved: the callback never sees it.
    bool disproved;
    uint32 promptTokens;
    uint32 maxOutputTokens;
    uint128 priceIn;
    uint128 priceOut;
    // The first second in which `finalizeJob` works; zero before delivery.
    uint64 disputableUntil;
}

/// @notice Parts of one fee; they sum to it. In a forfeited split `provider` was burned.
struct Split {
    uint128 provider;
    uint128 creator;
    uint128 parent;
    uint128 relayer;
    uint128 auditors;
    uint128 protocol;
}

/// @notice Shares of every fee in basis points, the same for all. Changed only behind the timelock.
struct Shares {
    uint16 relayerBps;
    uint16 protocolBps;
    uint16 auditorsBps;
}

/// @notice Constants of a deployment, all in seconds but the last two.
struct Timing {
    uint64 disputeWindow;
    uint64 closeGrace;
    uint64 epoch;
    uint64 exitMargin;
    uint64 maxHold;
    uint64 timelock;
    uint64 maxDeadline;
    uint16 exposureDivisor;
    uint32 maxPromptTokens;
}

/// @notice The contracts that a Market works with; fixed at its deployment.
struct Neighbours {
    address vault;
    address staking;
    address registry;
    address slasher;
}
