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

    /// @dev Where a leaf is: in a peak of 2^height leaves, at `local` of it, `depth` siblings below the root.
    struct Place {
        uint256 height;
        uint256 local;
        bool rightBag;
        uint256 depth;
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
        Place memory place = _locate(count, index);
        if (path.length != place.depth) revert BadPathLength(path.length, place.depth);

        Node memory acc = Node(keccak256(abi.encodePacked(bytes1(0x00), receiptHash, fee)), fee);
        for (uint256 i = 0; i < path.length; ++i) {
            Node memory sibling = path[i];
            if (_siblingIsLeft(place, i)) {
                start += sibling.sum;
                acc = _node(sibling, acc);
            } else {
                acc = _node(acc, sibling);
            }
        }
        root = keccak256(abi.encodePacked(bytes1(0x03), count, acc.sum, acc.hash));
        end = start + fee;
    }

    function _siblingIsLeft(Place memory place, uint256 i) private pure returns (bool) {
        if (i < place.height) return (place.local >> i) & 1 == 1;
        return i > place.height || !place.rightBag;
    }

    function _node(Node memory left, Node memory right) private pure returns (Node memory) {
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0x01), left.hash, left.sum, right.hash, right.sum));
        return Node(hash, left.sum + right.sum);
    }

    /// @dev The peaks are the set bits of `count`, largest first.
    function _locate(uint64 count, uint64 index) private pure returns (Place memory place) {
        uint256 leftPeaks = 0;
        place.local = index;
        for (place.height = 63;; --place.height) {
            uint256 size = uint256(1) << place.height;
            if (count & size == 0) continue;
            if (place.local < size) break;
            place.local -= size;
            ++leftPeaks;
        }
        place.rightBag = count & ((uint256(1) << place.height) - 1) != 0;
        place.depth = place.height + (place.rightBag ? 1 : 0) + leftPeaks;
    }
}
