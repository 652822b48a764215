// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

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
        (uint256 height, uint256 local, bool rightBag, uint256 leftPeaks) = _locate(count, index);
        uint256 expected = height + (rightBag ? 1 : 0) + leftPeaks;
        if (path.length != expected) revert BadPathLength(path.length, expected);

        bytes32 hash = keccak256(abi.encodePacked(bytes1(0x00), receiptHash, fee));
        uint128 sum = fee;
        for (uint256 i = 0; i < expected; ++i) {
            Node calldata sibling = path[i];
            bool siblingIsLeft = i < height ? (local >> i) & 1 == 1 : i > height || !rightBag;
            if (siblingIsLeft) {
                hash = _node(sibling.hash, sibling.sum, hash, sum);
                start += sibling.sum;
            } else {
                hash = _node(hash, sum, sibling.hash, sibling.sum);
            }
            sum += sibling.sum;
        }
        root = keccak256(abi.encodePacked(bytes1(0x03), count, sum, hash));
        end = start + fee;
    }

    function _node(bytes32 left, uint128 leftSum, bytes32 right, uint128 rightSum)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(bytes1(0x01), left, leftSum, right, rightSum));
    }

    /// @dev The peaks are the set bits of `count`, largest first.
    function _locate(uint64 count, uint64 index)
        private
        pure
        returns (uint256 height, uint256 local, bool rightBag, uint256 leftPeaks)
    {
        local = index;
        for (height = 63;; --height) {
            uint256 size = uint256(1) << height;
            if (count & size == 0) continue;
            if (local < size) break;
            local -= size;
            ++leftPeaks;
        }
        rightBag = count & ((uint256(1) << height) - 1) != 0;
    }
}
