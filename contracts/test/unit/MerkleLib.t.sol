// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {MerkleLib} from "../../src/libraries/MerkleLib.sol";

contract MerkleLibTest is Test {
    function fold(bytes32 leaf, uint256 index, bytes32[] calldata path) external pure returns (bytes32) {
        return MerkleLib.rootFromPath(leaf, index, path);
    }

    /// @dev Whatever is zero: the leaf or not, and any of the siblings.
    function testFuzz_rootFromPath_asTheNodes(
        bytes32 leaf,
        uint8 index,
        bytes32[8] memory siblings,
        uint8 some
    ) public view {
        bytes32[] memory path = new bytes32[](siblings.length);
        for (uint256 i = 0; i < path.length; ++i) {
            if ((some >> i) & 1 == 1) path[i] = siblings[i];
        }
        for (uint256 zero = 0; zero < 2; ++zero) {
            bytes32 start = zero == 0 ? bytes32(0) : leaf;
            bytes32 root = start;
            for (uint256 i = 0; i < path.length; ++i) {
                root = (index >> i) & 1 == 0 ? MerkleLib.node(root, path[i]) : MerkleLib.node(path[i], root);
            }
            assertEq(this.fold(start, index, path), root, "as the nodes");
        }
    }
}
