// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title SumTree
/// @notice Opens one receipt of the append-only Merkle sum tree that a voucher signs. Leaf = keccak(0x00 | receiptHash |
/// uint128 fee), node = keccak(0x01 | hashL | uint128 sumL | hashR | uint128 sumR), peaks bagged right to left, root =
/// keccak(0x03 | uint64 count | uint128 total | bag). Sums are checked: no node passes 2^128.
library SumTree {
    struct Node {
        bytes32 hash;
        uint128 sum;
    }

    error LeafOutOfRange(uint64 index, uint64 count);
    error BadPathLength(uint256 length, uint256 expected);

    /// @notice The root that contains the leaf, and the stretch [start, end) of the total that it pays.
    /// @param path siblings from the leaf up: those inside its peak, then the bag of the peaks to its right (if there
    /// are any), then the peaks to its left, nearest first.
    function open(uint64 count, uint64 index, bytes32 receiptHash, uint128 fee, Node[] calldata path)
        internal
        pure
        returns (bytes32 root, uint128 start, uint128 end)
    {
        if (index >= count) revert LeafOutOfRange(index, count);
        (uint256 depth, uint256 lefts) = _locate(count, index);
        if (path.length != depth) revert BadPathLength(path.length, depth);

        bytes32 hash = keccak256(abi.encodePacked(bytes1(0x00), receiptHash, fee));
        uint128 sum = fee;
        for (uint256 i = 0; i < depth; ++i) {
            Node calldata sibling = path[i];
            uint128 other = sibling.sum;
            if ((lefts >> i) & 1 == 1) {
                start += other;
                hash = _node(sibling.hash, other, hash, sum);
            } else {
                hash = _node(hash, sum, sibling.hash, other);
            }
            // INVARIANT: checked, or a node could pay for another line's receipts.
            sum += other;
        }
        root = keccak256(abi.encodePacked(bytes1(0x03), count, sum, hash));
        end = start + fee;
    }

    /// @dev keccak256(abi.encodePacked(bytes1(0x01), left, leftSum, right, rightSum)) behind the free memory, which stays
    /// free: a long line has many nodes above a leaf.
    function _node(bytes32 left, uint128 leftSum, bytes32 right, uint128 rightSum)
        private
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            let at := mload(0x40)
            mstore8(at, 1)
            mstore(add(at, 1), left)
            mstore(add(at, 33), shl(128, leftSum))
            mstore(add(at, 49), right)
            mstore(add(at, 81), shl(128, rightSum))
            hash := keccak256(at, 97)
        }
    }

    /// @dev How many siblings a leaf has, and in bit i whether the i-th is the left one. The peaks are the set bits of
    /// `count`, largest first. Those that `index` shares are the peaks to its left, so its own is the highest bit in which
    /// the two differ.
    function _locate(uint64 count, uint64 index) private pure returns (uint256 depth, uint256 lefts) {
        uint256 height = Math.log2(count ^ index);
        uint256 below = (uint256(1) << height) - 1;
        depth = height + (count & below == 0 ? 0 : 1);
        lefts = (index & below) | (type(uint256).max << depth);
        for (uint256 left = count >> (height + 1); left != 0; left &= left - 1) {
            ++depth;
        }
    }
}
