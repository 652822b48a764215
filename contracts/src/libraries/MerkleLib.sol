// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title MerkleLib
/// @notice The one Merkle rule of the project: leaf = keccak(0x00 | data), node = keccak(0x01 | left | right), binary,
/// padded with zero to a power of two, a node over two zeros is zero. A subtree's root is a leaf of another tree unhashed.
library MerkleLib {
    function leaf(bytes memory data) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), data));
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        if (left == 0 && right == 0) return 0;
        // keccak256(abi.encodePacked(bytes1(0x01), left, right)) behind the free memory, which stays free: a dispute hashes
        // dozens of nodes.
        assembly ("memory-safe") {
            let at := mload(0x40)
            mstore8(at, 1)
            mstore(add(at, 1), left)
            mstore(add(at, 33), right)
            hash := keccak256(at, 65)
        }
    }

    /// @notice The root over `level`; zero for no leaves. Overwrites its argument.
    function root(bytes32[] memory level) internal pure returns (bytes32) {
        uint256 n = level.length;
        if (n == 0) return 0;
        while (n > 1) {
            uint256 half = (n + 1) / 2;
            for (uint256 i = 0; i < half; ++i) {
                bytes32 right = 2 * i + 1 < n ? level[2 * i + 1] : bytes32(0);
                level[i] = node(level[2 * i], right);
            }
            n = half;
        }
        return level[0];
    }

    /// @notice Folds a leaf with its siblings, lowest first.
    /// Warning: checks no depth and no index; the caller compares the root and knows both.
    function rootFromPath(bytes32 current, uint256 index, bytes32[] calldata path)
        internal
        pure
        returns (bytes32)
    {
        // `node`, level by level: a dispute climbs a hundred levels.
        assembly ("memory-safe") {
            let at := mload(0x40)
            mstore8(at, 1)
            let left := add(at, 1)
            let next := path.offset
            let end := add(next, shl(5, path.length))
            // Two zeros make a zero. No hash is one, so behind the first sibling that is none nobody has to look.
            if iszero(current) {
                for {} lt(next, end) { next := add(next, 32) } {
                    if calldataload(next) { break }
                    index := shr(1, index)
                }
            }
            // An odd index has its sibling at the left: 32 bytes before its own.
            index := shl(5, index)
            for {} lt(next, end) { next := add(next, 32) } {
                let odd := and(index, 32)
                mstore(add(left, odd), current)
                mstore(add(left, xor(odd, 32)), calldataload(next))
                current := keccak256(at, 65)
                index := shr(1, index)
            }
        }
        return current;
    }
}
