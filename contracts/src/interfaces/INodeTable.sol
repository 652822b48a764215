// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Opening} from "../types/DisputeTypes.sol";

/// @dev What a question asks for. Values are part of names and never change meaning.
enum NodeKind {
    None,
    // The canonical parameters of the request.
    Params,
    // Up to 64 leaves of the prompt's or the output's tokens.
    Prompt,
    Output,
    // The root of the boundary tree: its salt and the nodes below it.
    Trace,
    // A node of the boundary tree; of the chunk leaves under one boundary.
    Boundary,
    BoundaryChunks,
    // The signed opening of a block.
    Block,
    // A node of a block's vector roots; of one vector's digests.
    Vectors,
    Digests,
    // The words of one chunk.
    Chunk
}

/// @notice What a question is about. The answer must hash to `hash`, and nothing else than this struct is needed to
/// check it; its own hash, with the receipt's, is the question's name.
struct Node {
    NodeKind kind;
    // Of trees: above the leaves, of tokens that of the root. Of a chunk: its kind.
    uint8 level;
    // The block, or the boundary.
    uint32 t;
    uint32 l;
    uint32 vector;
    // Number on its level; of tokens the range of 64 leaves; of a chunk its number in the vector.
    uint32 index;
    // Leaves of the tree; of a chunk the numbers in it.
    uint32 size;
    // Zero for a block: its answer is a signature.
    bytes32 hash;
}

/// @title NodeTable
/// @notice Which nodes a receipt's trees have, what lies below each, and what an answer about one hashes to. Holds no state;
/// it knows a model by its 128-byte header, and vectors by the StepTable.
interface INodeTable {
    /// @notice The tree has no such node, or only padding is there; where that is not zero, it is a fault already.
    error NoSuchNode(NodeKind kind, uint256 index);
    error BelowIsNothing(NodeKind kind);
    error NotInField(uint256 word);
    /// @notice A tree holds something from leaf `first` on, behind its last leaf.
    error NotEmpty(uint256 first);
    error BadAnswerLength(string what, uint256 length, uint256 expected);

    /// @notice Range number `range` of 64 leaves of `count` tokens; `kind` is Prompt or Output.
    function tokens(NodeKind kind, bytes32 root, uint256 count, uint32 range)
        external
        view
        returns (Node memory);

    /// @notice The root of the boundary tree of that many positions.
    function trace(bytes calldata header, uint256 positions, bytes32 traceRoot)
        external
        view
        returns (Node memory);

    /// @notice Block (t, l) of a trace: layers 0 to L of every position, the head from the prompt's last position on.
    function blockOf(bytes calldata header, uint256 positions, uint256 promptTokens, uint32 t, uint32 l)
        external
        view
        returns (Node memory);

    /// @notice What to ask about an opening: its vector roots, or what is below a single one.
    function opening(bytes calldata header, Opening calldata o) external view returns (Node memory);

    /// @notice What to ask about child number `child` of `parent`.
    function child(bytes calldata header, Node calldata parent, bytes32[] calldata children, uint256 number)
        external
        view
        returns (Node memory);

    /// @notice Whether answers about nodes of this kind are children.
    function isTree(NodeKind kind) external view returns (bool);

    /// @notice The node over the children that an answer shows. Their number must be right.
    function fold(uint256 level, bytes32[] calldata children) external view returns (bytes32);

    /// @notice The root over the token leaves that an answer shows. Reverts if it shows anything behind the last leaf.
    function tokenRoot(
        Node calldata node,
        bytes32[] calldata salts,
        bytes32[] calldata ids,
        bytes32[] calldata path
    ) external view returns (bytes32);

    /// @notice The public inputs of the proof that the words are those of a chunk.
    /// `canonical` is false if a word is in the field, but larger than any packing makes it
    function bind(bytes calldata header, Node calldata node, bytes32[] calldata words, address submitter)
        external
        view
        returns (uint256[5] memory input, bool canonical);

    function stepTable() external view returns (address);
}
