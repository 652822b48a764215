// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INodeTable, Node, NodeKind} from "../interfaces/INodeTable.sol";
import {IStepTable} from "../interfaces/IStepTable.sol";
import {MerkleLib} from "../libraries/MerkleLib.sol";
import {TokenLib} from "../libraries/TokenLib.sol";
import {TraceLib} from "../libraries/TraceLib.sol";
import {Opening, VectorShape} from "../types/DisputeTypes.sol";

/// @title NodeTable
/// @notice See `INodeTable`.
contract NodeTable is INodeTable {
    /// @dev Levels of a tree that one answer shows, and token leaves in one answer (2^6).
    uint256 private constant STEP = 6;
    uint256 private constant RANGE_LEVELS = 6;
    uint256 private constant RANGE = 64;
    /// @dev No packing uses more bits of a word.
    uint256 private constant WORD_LIMIT = 1 << 248;
    /// @dev The op of a vector whose leaves are digests of other blocks' chunks (docs/trace-spec.md).
    uint8 private constant OP_KEYS = 31;
    /// @dev Words of the container header, see HeaderLib.
    uint256 private constant WIDTH = 12;
    uint256 private constant LAYERS = 20;

    IStepTable private immutable TABLE;

    constructor(IStepTable table) {
        TABLE = table;
    }

    /// @inheritdoc INodeTable
    function tokens(NodeKind kind, bytes32 root, uint256 count, uint32 range)
        external
        pure
        returns (Node memory n)
    {
        n = _tree(kind, TokenLib.leaves(count), root);
        n.index = range;
        if (uint256(range) << RANGE_LEVELS >= n.size) revert NoSuchNode(kind, range);
    }

    /// @inheritdoc INodeTable
    function trace(bytes calldata header, uint256 positions, bytes32 traceRoot)
        external
        pure
        returns (Node memory n)
    {
        n = _tree(NodeKind.Trace, TraceLib.boundaryLeaves(positions, _word(header, LAYERS)), traceRoot);
        if (n.size == 0) revert NoSuchNode(NodeKind.Trace, 0);
    }

    /// @inheritdoc INodeTable
    function blockOf(bytes calldata header, uint256 positions, uint256 promptTokens, uint32 t, uint32 l)
        external
        pure
        returns (Node memory n)
    {
        uint256 head = _word(header, LAYERS) + 1;
        // INVARIANT: nobody is asked for a block that the trace does not have.
        bool exists = t < positions && (l < head || (l == head && uint256(t) + 1 >= promptTokens));
        if (!exists) revert NoSuchNode(NodeKind.Block, t);
        (n.kind, n.t, n.l) = (NodeKind.Block, t, l);
    }

    /// @inheritdoc INodeTable
    function opening(bytes calldata header, Opening calldata o) external view returns (Node memory n) {
        if (o.blockRoot == 0) revert NoSuchNode(NodeKind.Vectors, 0);
        n = _tree(NodeKind.Vectors, TABLE.vectors(header, o.t, o.l), o.blockRoot);
        (n.t, n.l) = (o.t, o.l);
        if (n.level == 0) n = _below(header, n);
    }

    /// @inheritdoc INodeTable
    function child(bytes calldata header, Node calldata parent, bytes32[] calldata children, uint256 number)
        external
        view
        returns (Node memory n)
    {
        if (!isTree(parent.kind)) revert BelowIsNothing(parent.kind);
        n = parent;
        if (n.kind == NodeKind.Trace) n.kind = NodeKind.Boundary;
        uint256 down = _down(parent.level);
        // casting is safe: at most `parent.level`
        // forge-lint: disable-next-line(unsafe-typecast)
        n.level = parent.level - uint8(down);
        if (number >= children.length) revert NoSuchNode(n.kind, number);
        uint256 index = (uint256(parent.index) << down) | number;
        // INVARIANT: only zero is nothing to ask about above the leaves. What an honest tree has behind its last leaf is zero
        // at every level; whoever signed for something else there must show what it is made of.
        if ((n.level == 0 && index >= n.size) || children[number] == 0) revert NoSuchNode(n.kind, index);
        // casting is safe: below the tree's power of two
        // forge-lint: disable-next-line(unsafe-typecast)
        n.index = uint32(index);
        n.hash = children[number];
        if (n.level == 0) n = _below(header, n);
    }

    /// @inheritdoc INodeTable
    function isTree(NodeKind kind) public pure returns (bool) {
        return kind == NodeKind.Trace || kind == NodeKind.Boundary || kind == NodeKind.BoundaryChunks
            || kind == NodeKind.Vectors || kind == NodeKind.Digests;
    }

    /// @inheritdoc INodeTable
    function fold(uint256 level, bytes32[] calldata children) external pure returns (bytes32) {
        uint256 count = uint256(1) << _down(level);
        if (children.length != count) revert BadAnswerLength("children", children.length, count);
        return MerkleLib.root(children);
    }

    /// @inheritdoc INodeTable
    function tokenRoot(
        Node calldata node,
        bytes32[] calldata salts,
        bytes32[] calldata ids,
        bytes32[] calldata path
    ) external pure returns (bytes32) {
        uint256 depth = node.level;
        uint256 levels = depth < RANGE_LEVELS ? depth : RANGE_LEVELS;
        uint256 count = node.size - (uint256(node.index) << RANGE_LEVELS);
        if (count > RANGE) count = RANGE;
        if (salts.length != count) revert BadAnswerLength("salts", salts.length, count);
        if (ids.length != count) revert BadAnswerLength("ids", ids.length, count);
        if (path.length != depth - levels) revert BadAnswerLength("path", path.length, depth - levels);
        // INVARIANT: behind the last leaf is nothing. Seen of all ranges in turn, a root over anything more has no answer.
        for (uint256 i = 0; i < path.length; ++i) {
            uint256 first = ((uint256(node.index) >> i) ^ 1) << (RANGE_LEVELS + i);
            if (first >= node.size && path[i] != 0) revert NotEmpty(first);
        }
        bytes32[] memory leaves = new bytes32[](uint256(1) << levels);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = TokenLib.leafHash(salts[i], ids[i]);
        }
        return MerkleLib.rootFromPath(MerkleLib.root(leaves), node.index, path);
    }

    /// @inheritdoc INodeTable
    function bind(bytes calldata header, Node calldata node, bytes32[] calldata words, address submitter)
        external
        view
        returns (uint256[5] memory input, bool canonical)
    {
        (,, uint256 count) = TABLE.chunk(header, node.t, node.l, node.vector, node.index);
        if (words.length != count) revert BadAnswerLength("words", words.length, count);
        canonical = true;
        for (uint256 i = 0; i < count; ++i) {
            uint256 word = uint256(words[i]);
            // INVARIANT: a word and the word plus the modulus have one polynomial value.
            if (word >= TraceLib.R) revert NotInField(word);
            if (word >= WORD_LIMIT) canonical = false;
        }
        uint256 z = TraceLib.bindPoint(0, node.hash, words);
        (input[0], input[1], input[2]) = (uint256(node.hash), z, TraceLib.evaluate(words, z));
        (input[3], input[4]) = TABLE.bindWords(node.level, node.size, submitter);
    }

    /// @inheritdoc INodeTable
    function stepTable() external view returns (address) {
        return address(TABLE);
    }

    // ------------------------------------------------------------- private

    /// @dev What lies below a leaf: another tree, or a chunk.
    function _below(bytes calldata header, Node memory n) private view returns (Node memory m) {
        if (n.kind == NodeKind.Boundary) {
            uint256 row = _word(header, LAYERS) + 1;
            m = _tree(NodeKind.BoundaryChunks, TraceLib.boundaryChunks(_word(header, WIDTH)), n.hash);
            // casting is safe: parts of an index that is a uint32
            // forge-lint: disable-next-line(unsafe-typecast)
            (m.t, m.l) = (uint32(n.index / row), uint32(n.index % row));
            if (m.level == 0) revert BelowIsNothing(n.kind);
            return m;
        }
        if (n.kind == NodeKind.Vectors) {
            VectorShape memory shape = TABLE.shape(header, n.t, n.l, n.index);
            if (shape.chunks == 0) revert BelowIsNothing(n.kind);
            m = _tree(NodeKind.Digests, shape.chunks, n.hash);
            (m.t, m.l, m.vector) = (n.t, n.l, n.index);
            return m.level == 0 ? _below(header, m) : m;
        }
        if (n.kind != NodeKind.Digests) revert BelowIsNothing(n.kind);
        // INVARIANT: the words under digests of another block are asked for there; the digests themselves are this block's.
        if (TABLE.shape(header, n.t, n.l, n.vector).op == OP_KEYS) revert BelowIsNothing(n.kind);
        (uint8 kind, uint256 length,) = TABLE.chunk(header, n.t, n.l, n.vector, n.index);
        m.kind = NodeKind.Chunk;
        m.level = kind;
        (m.t, m.l, m.vector, m.index, m.hash) = (n.t, n.l, n.vector, n.index, n.hash);
        // casting is safe: at most 1024
        // forge-lint: disable-next-line(unsafe-typecast)
        m.size = uint32(length);
    }

    function _tree(NodeKind kind, uint256 size, bytes32 hash) private pure returns (Node memory n) {
        n.kind = kind;
        // casting is safe: a trace has at most 32,768 * 1,000 boundaries, and a vector fewer chunks
        // forge-lint: disable-next-line(unsafe-typecast)
        (n.level, n.size) = (uint8(TraceLib.depth(size)), uint32(size));
        n.hash = hash;
    }

    /// @dev Levels that an answer about a node shows at once.
    function _down(uint256 level) private pure returns (uint256) {
        return level < STEP ? level : STEP;
    }

    function _word(bytes calldata h, uint256 at) private pure returns (uint256) {
        return uint256(uint8(h[at])) | (uint256(uint8(h[at + 1])) << 8) | (uint256(uint8(h[at + 2])) << 16)
            | (uint256(uint8(h[at + 3])) << 24);
    }
}
