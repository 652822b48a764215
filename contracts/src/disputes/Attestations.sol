// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Attestation, IAttestations} from "../interfaces/IAttestations.sol";
import {IAuditors} from "../interfaces/IAuditors.sol";
import {IBeacon} from "../interfaces/IBeacon.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {Class, ModelVersionId} from "../types/Types.sol";

/// @title Attestations
/// @notice See `IAttestations`. No money, no key.
contract Attestations is IAttestations {
    /// @dev Picks of a round, of two auditors each.
    uint256 private constant PICKS = 2;

    IModelRegistry private immutable REGISTRY;
    IAuditors private immutable AUDITORS;
    IBeacon private immutable BEACON;
    uint64 private immutable ROUND;

    mapping(bytes32 modelVersion => Attestation) private _attestations;
    /// @inheritdoc IAttestations
    mapping(bytes32 modelVersion => mapping(address auditor => bool)) public isDrawn;
    /// @inheritdoc IAttestations
    mapping(bytes32 modelVersion => mapping(address auditor => bool)) public hasAttested;

    constructor(IModelRegistry registry_, IAuditors auditors_, uint64 round, IBeacon beacon_) {
        if (round == 0) revert BadRound();
        (REGISTRY, AUDITORS, BEACON, ROUND) = (registry_, auditors_, beacon_, round);
    }

    /// @inheritdoc IAttestations
    function registerVersion(bytes32 modelVersion) external {
        if (REGISTRY.classOf(ModelVersionId.wrap(modelVersion)) != Class.Proven) {
            revert NotProvenClass(modelVersion);
        }
        Attestation storage a = _attestations[modelVersion];
        // INVARIANT: nobody repeats a draw until it suits.
        uint64 until = a.registeredAt + ROUND;
        if (a.beacon != 0 && block.timestamp < until) revert RoundOpen(modelVersion, until);
        (a.beacon, a.seed) = BEACON.commit();
        a.roster = AUDITORS.rosterVersion();
        a.registeredAt = uint40(block.timestamp);
        a.isDrawn = false;
        emit VersionRegistered(modelVersion, a.beacon, a.roster);
    }

    /// @inheritdoc IAttestations
    function drawVersion(bytes32 modelVersion, bytes calldata header) external {
        Attestation storage a = _attestations[modelVersion];
        if (a.beacon == 0) revert NotRegistered(modelVersion);
        if (a.isDrawn) revert AlreadyDrawn(modelVersion);
        // INVARIANT: seats of the roster are known for a round, and no longer.
        uint64 until = a.registeredAt + ROUND;
        if (block.timestamp >= until) revert RoundOpen(modelVersion, until);
        (bytes32 seed, bool lost) = BEACON.reveal(a.beacon, a.seed, modelVersion, header);
        // INVARIANT: what takes a lost beacon's place was known at the registration, so nobody is drawn by it.
        if (lost) revert BeaconLost(modelVersion);
        (a.seed, a.isDrawn) = (seed, true);
        for (uint256 i = 0; i < PICKS; ++i) {
            (address first, address second) = AUDITORS.pick(a.roster, keccak256(abi.encode(seed, i)));
            _assign(a, modelVersion, first);
            _assign(a, modelVersion, second);
        }
    }

    /// @inheritdoc IAttestations
    function attestVersion(bytes32 modelVersion) external {
        if (!isDrawn[modelVersion][msg.sender]) revert NotAssigned(modelVersion, msg.sender);
        if (hasAttested[modelVersion][msg.sender]) revert AlreadyAttested(modelVersion, msg.sender);
        hasAttested[modelVersion][msg.sender] = true;
        Attestation storage a = _attestations[modelVersion];
        uint32 attested = ++a.attested;
        emit VersionAttested(modelVersion, msg.sender, attested, a.drawn);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IAttestations
    function attestationsOf(bytes32 modelVersion) external view returns (uint32 attested, uint32 drawn) {
        Attestation storage a = _attestations[modelVersion];
        return (a.attested, a.drawn);
    }

    /// @inheritdoc IAttestations
    function attestationOf(bytes32 modelVersion) external view returns (Attestation memory) {
        return _attestations[modelVersion];
    }

    /// @inheritdoc IAttestations
    function attestationsWiring()
        external
        view
        returns (address registry, address auditors, address beacon, uint64 round)
    {
        return (address(REGISTRY), address(AUDITORS), address(BEACON), ROUND);
    }

    // ------------------------------------------------------------- private

    function _assign(Attestation storage a, bytes32 modelVersion, address auditor) private {
        if (auditor == address(0) || isDrawn[modelVersion][auditor]) return;
        isDrawn[modelVersion][auditor] = true;
        ++a.drawn;
        emit VersionAssigned(modelVersion, auditor);
    }
}
