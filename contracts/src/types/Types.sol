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

/// @notice A provider's agreement to answer one job, signed by one of its operators.
struct Acceptance {
    bytes32 job;
    address provider;
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
