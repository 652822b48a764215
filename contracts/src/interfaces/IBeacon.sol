// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Where a chain's randomness comes from.
enum BeaconSource {
    // The hash of a block: where blocks are made by whom users trust with their order anyway, and on development chains.
    BlockHash,
    // The mix in a block's header (EIP-4399): where anyone may build blocks and could try hashes.
    PrevRandao
}

/// @notice `delay`: how many blocks after its registration a draw is decided.
struct BeaconTerms {
    BeaconSource source;
    uint64 delay;
}

/// @title Beacon
/// @notice The one source of what is drawn: audits and attestations ask it. Randomness that is fixed by being registered: what decides a draw is a block that comes `delay` blocks later.
/// Nothing is ever drawn again: if the chain no longer knows that block's hash, the draw is decided by what was known
/// when it was registered, and its owner makes that worth nobody's while (an audit then draws as densely as it can).
///
/// What is left: with PrevRandao the proposer of the very block can leave it out, which costs its reward and makes the
/// next proposer's the beacon; with BlockHash whoever orders transactions can try. Chains whose `block.number` is not
/// that of their own blocks have no source here.
interface IBeacon {
    error BadBeacon(string field);
    error BeaconNotReady(uint64 target);
    /// @notice Not the header of block `target`.
    error WrongHeader(uint64 target);

    function beaconTerms() external view returns (BeaconTerms memory);

    /// @notice The block that decides a draw registered now, and what decides if that one is lost.
    function commit() external view returns (uint64 target, bytes32 entropy);

    /// @notice The seed of draw `id`, from the block of which `commit` told.
    /// @param header the RLP of block `target`, for PrevRandao
    /// @return seed of draw `id`
    /// @return lost the chain no longer knows the block: the seed was known to whoever registered
    function reveal(uint64 target, bytes32 entropy, bytes32 id, bytes calldata header)
        external
        view
        returns (bytes32 seed, bool lost);
}
