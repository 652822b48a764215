// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title TraceLib
/// @notice The trees of a trace: how deep, and which leaf is where (docs/trace-spec.md sections 2, 3 and 6).
library TraceLib {
    /// @notice The modulus of BN254's scalar field.
    uint256 internal constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
    /// @notice Numbers of a boundary in one chunk, and in one word.
    uint256 internal constant BOUNDARY_CHUNK = 512;
    uint256 internal constant BOUNDARY_WORD = 7;
    /// @notice Token ids in one leaf.
    uint256 internal constant TOKENS_PER_LEAF = 8;

    /// @dev In the salt of the trace root, as TokenRoot's are in those of tokens.
    bytes5 private constant TAG = "trace";

    /// @notice ceil(log2(n)): the depth of a tree with n leaves; zero for one or none.
    function depth(uint256 n) internal pure returns (uint256) {
        return n < 2 ? 0 : Math.log2(n - 1) + 1;
    }

    function ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a + b - 1) / b;
    }

    /// @notice The positions of a trace: the last token is never fed.
    function positions(uint256 promptTokens, uint256 outputTokens) internal pure returns (uint64) {
        uint256 sum = promptTokens + outputTokens;
        // casting is safe: two uint32
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64(sum == 0 ? 0 : sum - 1);
    }

    /// @notice Boundary (t, l) among the T * (layers + 1) leaves of the boundary tree.
    function boundaryLeaf(uint256 t, uint256 l, uint256 layers) internal pure returns (uint256) {
        return t * (layers + 1) + l;
    }

    function boundaryLeaves(uint256 positions_, uint256 layers) internal pure returns (uint256) {
        return positions_ * (layers + 1);
    }

    /// @notice Chunks of the boundary of a model of that width: a subtree whose root is the boundary's leaf.
    function boundaryChunks(uint256 width) internal pure returns (uint256) {
        return ceilDiv(width, BOUNDARY_CHUNK);
    }

    /// @notice The salt that the request's secret makes for the trace root.
    function saltOf(bytes32 secret) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(secret, TAG, uint32(0)));
    }

    /// @notice What a receipt holds of its boundary tree.
    function traceRoot(bytes32 salt, bytes32 root) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x04), salt, root));
    }

    /// @notice The depth of a leaf in a tree of trees: `inner` of `inners` under `outer` of `outers`.
    function depth2(uint256 outers, uint256 inners) internal pure returns (uint256) {
        return depth(outers) + depth(inners);
    }

    /// @notice The point of a Bind proof. It depends on everything that a submitter chooses: the digest that the proof is
    /// about and the words, and on the hash at the other end.
    function bindPoint(bytes32 leaf, bytes32 digest, bytes32[] calldata words)
        internal
        pure
        returns (uint256)
    {
        return uint256(keccak256(abi.encodePacked(leaf, digest, words))) % R;
    }

    /// @notice The sum of words[i] * z^i.
    /// Warning: congruent words have one value; the caller refuses words that are not below R.
    function evaluate(bytes32[] calldata words, uint256 z) internal pure returns (uint256 value) {
        for (uint256 i = words.length; i != 0; --i) {
            value = addmod(mulmod(value, z, R), uint256(words[i - 1]), R);
        }
    }
}
