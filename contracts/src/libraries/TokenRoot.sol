// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MerkleLib} from "./MerkleLib.sol";

/// @title TokenRoot
/// @notice The root over token ids: eight big-endian uint32 a leaf, unused slots 0xFFFFFFFF, each leaf salted with
/// keccak(secret | tag | uint32 index). Requests on chain have the secret zero: their tokens are public.
library TokenRoot {
    bytes6 internal constant PROMPT = "prompt";
    bytes6 internal constant OUTPUT = "output";
    uint256 private constant PER_LEAF = 8;

    function compute(bytes32 secret, bytes6 tag, uint32[] calldata ids) internal pure returns (bytes32) {
        uint256 count = (ids.length + PER_LEAF - 1) / PER_LEAF;
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            // casting is safe: calldata cannot hold 2^32 leaves
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes32 salt = saltOf(secret, tag, uint32(i));
            leaves[i] = keccak256(abi.encodePacked(bytes1(0x00), salt, _pack(ids, i * PER_LEAF)));
        }
        return MerkleLib.root(leaves);
    }

    /// @notice The salt of leaf `index` under a secret.
    function saltOf(bytes32 secret, bytes6 tag, uint32 index) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(secret, tag, index));
    }

    function _pack(uint32[] calldata ids, uint256 from) private pure returns (bytes32) {
        uint256 word = 0;
        for (uint256 j = from; j < from + PER_LEAF; ++j) {
            word = (word << 32) | (j < ids.length ? ids[j] : type(uint32).max);
        }
        return bytes32(word);
    }
}
