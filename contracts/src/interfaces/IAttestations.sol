// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What auditors said about a model version.
// slot 0 | seed 32
// slot 1 | beacon 8 | roster 4 | registeredAt 5 | drawn 4 | attested 4 | isDrawn 1 | free 6
struct Attestation {
    // Of the last round; until it is drawn what decides if its beacon is lost.
    bytes32 seed;
    uint64 beacon;
    uint32 roster;
    uint40 registeredAt;
    // Auditors drawn in all rounds, each once, and how many of them attested.
    uint32 drawn;
    uint32 attested;
    // The last round was drawn.
    bool isDrawn;
}

/// @title Attestations
/// @notice Auditors drawn for a proven model version attest that they hold its weights, that every chunk is canonical and
/// that the bounds of the runtime hold for it. Whoever shows versions calls one `unattested` that has too few; how many
/// are enough of how many drawn is the reader's choice. Nobody is paid or punished here.
///
/// A round draws up to four auditors. Another can be registered no sooner than `round` seconds later, so that it brings
/// new auditors in and cannot be repeated until it suits: what earlier rounds drew keeps counting.
interface IAttestations {
    error NotProvenClass(bytes32 modelVersion);
    error BadRound();
    error RoundOpen(bytes32 modelVersion, uint64 until);
    error NotRegistered(bytes32 modelVersion);
    error AlreadyDrawn(bytes32 modelVersion);
    /// @notice Nobody drew while the beacon could be read: the version is registered again when its round is over.
    error BeaconLost(bytes32 modelVersion);
    error NotAssigned(bytes32 modelVersion, address account);
    error AlreadyAttested(bytes32 modelVersion, address auditor);

    event VersionRegistered(bytes32 indexed modelVersion, uint64 beacon, uint32 roster);
    event VersionAssigned(bytes32 indexed modelVersion, address indexed auditor);
    event VersionAttested(
        bytes32 indexed modelVersion, address indexed auditor, uint32 attested, uint32 drawn
    );

    /// @notice Anyone: registers a round for a published version.
    function registerVersion(bytes32 modelVersion) external;

    /// @notice Anyone, after the beacon's block.
    /// @param header as for `IAudits.draw`
    function drawVersion(bytes32 modelVersion, bytes calldata header) external;

    /// @notice Drawn auditors, once.
    function attestVersion(bytes32 modelVersion) external;

    /// @notice How many attested, of how many drawn.
    function attestationsOf(bytes32 modelVersion) external view returns (uint32 attested, uint32 drawn);
    function attestationOf(bytes32 modelVersion) external view returns (Attestation memory);
    function isDrawn(bytes32 modelVersion, address auditor) external view returns (bool);
    function hasAttested(bytes32 modelVersion, address auditor) external view returns (bool);
    function attestationsWiring()
        external
        view
        returns (address registry, address auditors, address beacon, uint64 round);
}
