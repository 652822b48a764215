// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TokenLeaf} from "../types/DisputeTypes.sol";
import {MerkleLib} from "./MerkleLib.sol";
import {TraceLib} from "./TraceLib.sol";

/// @title TokenLib
/// @notice Single leaves of a tree of token ids, and what may stand in them; stop ids of header.
library TokenLib {
    /// @notice What stands in the slots behind the last token.
    uint32 internal constant UNUSED = type(uint32).max;
    /// @dev Of the container header, see HeaderLib: little-endian words.
    uint256 private constant STOP_COUNT = 76;
    uint256 private constant STOP_IDS = 80;

    error BadTokenPath(uint256 length, uint256 expected);

    /// @notice Leaves of a tree of so many tokens.
    function leaves(uint256 tokens) internal pure returns (uint256) {
        return TraceLib.ceilDiv(tokens, TraceLib.TOKENS_PER_LEAF);
    }

    function leafHash(bytes32 salt, bytes32 ids) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), salt, ids));
    }

    /// @notice The root over which `leaf` is leaf `index` of a tree of `tokens` tokens.
    function root(TokenLeaf calldata leaf, uint256 index, uint256 tokens) internal pure returns (bytes32) {
        uint256 depth = TraceLib.depth(leaves(tokens));
        if (leaf.path.length != depth) revert BadTokenPath(leaf.path.length, depth);
        return MerkleLib.rootFromPath(leafHash(leaf.salt, leaf.ids), index, leaf.path);
    }

    /// @notice The id in slot 0..7 of a leaf.
    function slot(bytes32 ids, uint256 i) internal pure returns (uint32) {
        // casting is safe: the lowest 32 bits are meant
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(uint256(ids) >> (224 - 32 * i));
    }

    /// @notice Whether `id` ends an answer of the model with this header.
    function isModelStop(bytes memory header, uint32 id) internal pure returns (bool) {
        uint256 count = _little(header, STOP_COUNT);
        for (uint256 i = 0; i < count; ++i) {
            if (_little(header, STOP_IDS + 4 * i) == id) return true;
        }
        return false;
    }

    function _little(bytes memory h, uint256 at) private pure returns (uint256) {
        return uint256(uint8(h[at])) | (uint256(uint8(h[at + 1])) << 8) | (uint256(uint8(h[at + 2])) << 16)
            | (uint256(uint8(h[at + 3])) << 24);
    }
}
