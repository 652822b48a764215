// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BeaconSource, BeaconTerms, IBeacon} from "../interfaces/IBeacon.sol";

/// @title Beacon
/// @notice See `IBeacon`. Holds no state: who draws keeps the target block and the entropy.
contract Beacon is IBeacon {
    /// @dev EIP-2935: hashes of the last 8191 blocks, where a chain has it.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    /// @dev The place of the mix among the items of a header.
    uint256 private constant MIX = 13;

    BeaconSource private immutable SOURCE;
    uint64 private immutable DELAY;

    constructor(BeaconTerms memory t) {
        // INVARIANT: when a draw is registered nobody knows its beacon.
        if (t.delay == 0) revert BadBeacon("delay");
        (SOURCE, DELAY) = (t.source, t.delay);
    }

    /// @inheritdoc IBeacon
    function beaconTerms() external view returns (BeaconTerms memory) {
        return BeaconTerms(SOURCE, DELAY);
    }

    /// @inheritdoc IBeacon
    function commit() external view returns (uint64 target, bytes32 entropy) {
        target = uint64(block.number) + DELAY;
        entropy = keccak256(abi.encode(blockhash(block.number - 1), block.prevrandao));
    }

    /// @inheritdoc IBeacon
    function reveal(uint64 target, bytes32 entropy, bytes32 id, bytes calldata header)
        external
        view
        returns (bytes32 seed, bool lost)
    {
        if (block.number <= target) revert BeaconNotReady(target);
        bytes32 hash = _hashOf(target);
        if (hash == 0) return (keccak256(abi.encode(entropy, id)), true);
        if (SOURCE == BeaconSource.PrevRandao) {
            // INVARIANT: who builds a block tries many hashes of it, but has one mix.
            if (keccak256(header) != hash) revert WrongHeader(target);
            hash = _mixOf(header);
        }
        seed = keccak256(abi.encode(hash, id));
    }

    // ------------------------------------------------------------- private

    function _hashOf(uint64 number) private view returns (bytes32 hash) {
        hash = blockhash(number);
        if (hash != 0) return hash;
        (bool ok, bytes memory result) = HISTORY.staticcall(abi.encode(uint256(number)));
        if (ok && result.length == 32) hash = abi.decode(result, (bytes32));
    }

    /// @dev The header's hash was checked, so its encoding is right.
    function _mixOf(bytes calldata header) private pure returns (bytes32) {
        // A list of more than 255 bytes: 0xf7 plus the length of its length.
        uint256 at = 1 + uint8(header[0]) - 0xf7;
        for (uint256 i = 0; i < MIX; ++i) {
            uint256 first = uint8(header[at]);
            if (first < 0x80) {
                ++at;
            } else if (first < 0xb8) {
                at += first - 0x7f;
            } else {
                uint256 size = first - 0xb7;
                at += 1 + size + (uint256(bytes32(header[at + 1:at + 33])) >> (256 - 8 * size));
            }
        }
        return bytes32(header[at + 1:at + 33]);
    }
}
