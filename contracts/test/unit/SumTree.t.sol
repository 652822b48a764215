// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {SumTree} from "../../src/libraries/SumTree.sol";

/// @notice Where a leaf is in a tree of any size, against a walk over the peaks that is slow and obvious. The vectors of
/// Go have whole trees of few leaves; here the siblings are anything, so counts may be as large as they come.
contract SumTreeTest is Test {
    function open(uint64 count, uint64 index, bytes32 receipt, uint128 fee, SumTree.Node[] calldata path)
        external
        pure
        returns (bytes32, uint128, uint128)
    {
        return SumTree.open(count, index, receipt, fee, path);
    }

    /// @dev The peaks from the left, largest first, until the one that holds the leaf.
    function walk(uint256 count, uint256 index)
        private
        pure
        returns (uint256 height, uint256 local, bool more, uint256 before)
    {
        uint256 from = 0;
        height = 64;
        while (true) {
            --height;
            uint256 size = uint256(1) << height;
            if (count & size == 0) continue;
            if (index < from + size) return (height, index - from, from + size < count, before);
            from += size;
            ++before;
        }
    }

    function node(bytes32 l, uint128 lSum, bytes32 r, uint128 rSum) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), l, lSum, r, rSum));
    }

    function slow(uint64 count, uint64 index, bytes32 receipt, uint128 fee, bytes32 seed)
        private
        pure
        returns (SumTree.Node[] memory path, bytes32 root, uint128 start)
    {
        (uint256 height, uint256 local, bool more, uint256 before) = walk(count, index);
        path = new SumTree.Node[](height + (more ? 1 : 0) + before);
        root = keccak256(abi.encodePacked(bytes1(0x00), receipt, fee));
        uint128 sum = fee;
        for (uint256 i = 0; i < path.length; ++i) {
            bytes32 hash = keccak256(abi.encode(seed, i));
            uint128 other = uint128(uint256(hash) >> 160);
            path[i] = SumTree.Node(hash, other);
            bool left = i < height ? (local / 2 ** i) % 2 == 1 : !(more && i == height);
            root = left ? node(hash, other, root, sum) : node(root, sum, hash, other);
            if (left) start += other;
            sum += other;
        }
        root = keccak256(abi.encodePacked(bytes1(0x03), count, sum, root));
    }

    function same(uint64 count, uint64 index, bytes32 seed) private view {
        uint128 fee = uint128(uint64(uint256(seed)));
        (SumTree.Node[] memory path, bytes32 root, uint128 start) = slow(count, index, seed, fee, seed);
        (bytes32 got, uint128 from, uint128 to) = this.open(count, index, seed, fee, path);
        assertEq(got, root, "root");
        assertEq(from, start, "what is left of it");
        assertEq(to, start + fee, "and its own fee");
    }

    /// @dev Counts of every size, with few bits and with many.
    function testFuzz_open_asTheWalk(uint64 count, uint8 shift, uint64 index, bytes32 seed) public view {
        count >>= shift % 64;
        if (count == 0) count = 1;
        same(count, index % count, seed);
        // The first and the last, and both sides of the largest peak.
        same(count, 0, seed);
        same(count, count - 1, seed);
        (uint256 height,,,) = walk(count, 0);
        uint64 edge = uint64(uint256(1) << height);
        same(count, edge - 1, seed);
        if (edge < count) same(count, edge, seed);
    }

    /// @dev Every leaf of every small tree.
    function test_open_smallTrees() public view {
        for (uint64 count = 1; count < 40; ++count) {
            for (uint64 index = 0; index < count; ++index) {
                same(count, index, keccak256(abi.encode(count, index)));
            }
        }
        same(type(uint64).max, type(uint64).max - 1, "the largest");
        same(type(uint64).max, type(uint64).max / 2, "the largest");
    }

    /// @dev A sibling more or less is another tree.
    function testFuzz_open_otherLengths_revert(uint64 count, uint8 shift, uint64 index, bytes32 seed) public {
        count >>= shift % 64;
        if (count == 0) count = 1;
        index %= count;
        (SumTree.Node[] memory path,,) = slow(count, index, seed, 1, seed);
        SumTree.Node[] memory bent = new SumTree.Node[](path.length + 1);
        bytes4 bad = SumTree.BadPathLength.selector;
        vm.expectRevert(abi.encodeWithSelector(bad, path.length + 1, path.length));
        this.open(count, index, seed, 1, bent);
        if (path.length == 0) return;
        bent = new SumTree.Node[](path.length - 1);
        vm.expectRevert(abi.encodeWithSelector(bad, path.length - 1, path.length));
        this.open(count, index, seed, 1, bent);
    }
}
