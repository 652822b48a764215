// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

import {IVerifierRegistry} from "./interfaces/IVerifierRegistry.sol";

/// @title VerifierRegistry
/// @notice See `IVerifierRegistry`. The owner can add versions and do nothing else: what is sealed stays.
contract VerifierRegistry is IVerifierRegistry, Ownable2Step {
    /// @dev How long an announced verifier stays applicable after the timelock.
    uint64 private constant SEAL_WITHIN = 7 days;

    // slot 0 | verifier 20 | effectiveAt 8 (of a scheduled one) | free 4
    // slot 1 | keyHash 32
    // slot 2 | codeHash 32
    struct Entry {
        address verifier;
        uint64 effectiveAt;
        bytes32 keyHash;
        bytes32 codeHash;
    }

    uint64 private immutable TIMELOCK;

    mapping(uint32 specVersion => Entry) private _sealed;
    mapping(uint32 specVersion => Entry) private _scheduled;

    /// @param timelock_ seconds between announcing and sealing a version
    /// @param atRisk the longest time after an act in which it can still be slashed; the timelock outlasts it
    /// @param verifier of specification version 1, and the hash of its verifying key
    constructor(address owner_, uint64 timelock_, uint64 atRisk, address verifier, bytes32 keyHash)
        Ownable(owner_)
    {
        if (timelock_ < atRisk) revert TimelockTooShort(timelock_, atRisk);
        TIMELOCK = timelock_;
        _seal(1, _entry(verifier, keyHash));
    }

    /// @inheritdoc IVerifierRegistry
    function schedule(uint32 specVersion, address verifier, bytes32 keyHash) external onlyOwner {
        if (specVersion == 0) revert ZeroVersion();
        // INVARIANT: a sealed version never changes.
        if (isSealed(specVersion)) revert AlreadySealed(specVersion);
        Entry memory e = _entry(verifier, keyHash);
        e.effectiveAt = uint64(block.timestamp) + TIMELOCK;
        _scheduled[specVersion] = e;
        emit VerifierScheduled(specVersion, verifier, keyHash, e.effectiveAt);
    }

    /// @inheritdoc IVerifierRegistry
    function seal(uint32 specVersion) external {
        Entry memory e = _scheduled[specVersion];
        if (e.effectiveAt == 0) revert NothingScheduled();
        if (block.timestamp < e.effectiveAt) revert TimelockOpen(e.effectiveAt);
        if (block.timestamp >= e.effectiveAt + SEAL_WITHIN) {
            revert ScheduleExpired(e.effectiveAt + SEAL_WITHIN);
        }
        // INVARIANT: what is sealed is what was announced.
        if (e.verifier.codehash != e.codeHash) revert CodeChanged(e.verifier, e.verifier.codehash);
        delete _scheduled[specVersion];
        e.effectiveAt = 0;
        _seal(specVersion, e);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IVerifierRegistry
    function isSealed(uint32 specVersion) public view returns (bool) {
        return _sealed[specVersion].verifier != address(0);
    }

    /// @inheritdoc IVerifierRegistry
    function verifierOf(uint32 specVersion) external view returns (address verifier, bytes32 keyHash) {
        Entry storage e = _sealed[specVersion];
        (verifier, keyHash) = (e.verifier, e.keyHash);
        if (verifier == address(0)) revert UnknownSpecVersion(specVersion);
    }

    /// @inheritdoc IVerifierRegistry
    function scheduled(uint32 specVersion)
        external
        view
        returns (address verifier, bytes32 keyHash, uint64 effectiveAt)
    {
        Entry storage e = _scheduled[specVersion];
        return (e.verifier, e.keyHash, e.effectiveAt);
    }

    /// @inheritdoc IVerifierRegistry
    function timelock() external view returns (uint64) {
        return TIMELOCK;
    }

    // ------------------------------------------------------------- private

    function _entry(address verifier, bytes32 keyHash) private view returns (Entry memory e) {
        // INVARIANT: a call to an account without code would succeed for every proof.
        if (verifier.code.length == 0) revert NotAContract(verifier);
        if (keyHash == 0) revert ZeroKeyHash();
        e.verifier = verifier;
        e.keyHash = keyHash;
        e.codeHash = verifier.codehash;
    }

    function _seal(uint32 specVersion, Entry memory e) private {
        _sealed[specVersion] = e;
        emit VerifierSealed(specVersion, e.verifier, e.keyHash, e.codeHash);
    }
}
