// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {NodeTable} from "../../src/disputes/NodeTable.sol";
import {StepTable} from "../../src/disputes/StepTable.sol";
import {INodeTable, Node, NodeKind} from "../../src/interfaces/INodeTable.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {Opening} from "../../src/types/DisputeTypes.sol";

/// @notice Which nodes exist, for a model wider than one chunk: d 1100, f 2048, 3 layers, 8 heads of 128, 4 key heads,
/// 40,000 tokens, 2,048 positions.
contract NodeTableTest is Test {
    NodeTable private nodes;

    function setUp() public {
        nodes = new NodeTable(new StepTable());
    }

    function header() private pure returns (bytes memory h) {
        uint32[20] memory words = [
            uint32(1),
            1,
            1100,
            2048,
            3,
            8,
            4,
            128,
            40_000,
            2048,
            128,
            0,
            42_950,
            8_557_550,
            24,
            32,
            24,
            1,
            1,
            2
        ];
        h = "DGM1";
        for (uint256 i = 0; i < 31; ++i) {
            uint32 v = i < 20 ? words[i] : 0;
            h = bytes.concat(h, abi.encodePacked(uint8(v), uint8(v >> 8), uint8(v >> 16), uint8(v >> 24)));
        }
    }

    function filled(uint256 n) private pure returns (bytes32[] memory list) {
        list = new bytes32[](n);
        for (uint256 i = 0; i < n; ++i) {
            list[i] = keccak256(abi.encode(i));
        }
    }

    function assertNode(Node memory n, NodeKind kind, uint8 level, uint32 index, uint32 size) private pure {
        assertEq(uint8(n.kind), uint8(kind), "kind");
        assertEq(n.level, level, "level");
        assertEq(n.index, index, "index");
        assertEq(n.size, size, "size");
    }

    function expectNoNode(NodeKind kind, uint256 index) private {
        vm.expectRevert(abi.encodeWithSelector(INodeTable.NoSuchNode.selector, kind, index));
    }

    function expectNothing(NodeKind kind) private {
        vm.expectRevert(abi.encodeWithSelector(INodeTable.BelowIsNothing.selector, kind));
    }

    /// @dev Two positions of four boundaries; a boundary of 1,100 numbers is three chunks.
    function test_boundary_toItsChunks() public {
        Node memory n = nodes.trace(header(), 2, "root");
        assertNode(n, NodeKind.Trace, 3, 0, 8);
        bytes32[] memory leaves = filled(8);
        n = nodes.child(header(), n, leaves, 6);
        assertNode(n, NodeKind.BoundaryChunks, 2, 0, 3);
        assertEq(n.t, 1, "position");
        assertEq(n.l, 2, "layer");
        assertEq(n.hash, leaves[6], "the boundary is the root of its chunks");
        leaves = filled(4);
        expectNothing(NodeKind.BoundaryChunks);
        nodes.child(header(), n, leaves, 2);
        expectNoNode(NodeKind.BoundaryChunks, 3);
        nodes.child(header(), n, leaves, 3);
    }

    /// @dev Nobody is asked about padding, even where a cheater put something.
    function test_padding_isNothingToAskAbout() public {
        Node memory n = nodes.trace(header(), 20, "root");
        assertNode(n, NodeKind.Trace, 7, 0, 80);
        bytes32[] memory rows = filled(64);
        // Children of level 1: two leaves each, the fortieth is the last.
        n = nodes.child(header(), n, rows, 39);
        assertNode(n, NodeKind.Boundary, 1, 39, 80);
        // Behind them an honest tree is zero; what is not can be asked about, down to the leaves.
        n = nodes.trace(header(), 20, "root");
        assertNode(nodes.child(header(), n, rows, 40), NodeKind.Boundary, 1, 40, 80);
        rows[40] = 0;
        expectNoNode(NodeKind.Boundary, 40);
        nodes.child(header(), n, rows, 40);
        expectNoNode(NodeKind.Boundary, 64);
        nodes.child(header(), n, rows, 64);
        rows[3] = 0;
        expectNoNode(NodeKind.Boundary, 3);
        nodes.child(header(), n, rows, 3);
        n = nodes.trace(header(), 20, "root");
        n.kind = NodeKind.Params;
        expectNothing(NodeKind.Params);
        nodes.child(header(), n, rows, 0);
    }

    function test_trace_ofNoPosition() public {
        expectNoNode(NodeKind.Trace, 0);
        nodes.trace(header(), 0, "root");
    }

    function test_embedding_hasOneVector() public view {
        // 1,100 int32 are three chunks: what is below the block root are their digests.
        Node memory n = nodes.opening(header(), Opening("receipt", 1, 0, "root"));
        assertNode(n, NodeKind.Digests, 2, 0, 3);
        assertEq(n.hash, "root", "the same hash");
        Node memory c = nodes.child(header(), n, filled(4), 2);
        assertNode(c, NodeKind.Chunk, 3, 2, 1100 - 2 * 512);
        assertEq(c.t, 1, "position");
        assertEq(c.hash, filled(4)[2], "digest");
    }

    function test_layer_vectors() public {
        Node memory n = nodes.opening(header(), Opening("receipt", 7, 2, "root"));
        assertNode(n, NodeKind.Vectors, 6, 0, 51);
        bytes32[] memory list = filled(64);
        // The residual, its sums, two numbers, ... without biases there is no number 7 and 10.
        Node memory c = nodes.child(header(), n, list, 1);
        assertNode(c, NodeKind.Chunk, 4, 0, 3);
        assertEq(c.vector, 1, "sums of squares: one chunk, asked for at once");
        c = nodes.child(header(), n, list, 5);
        assertNode(c, NodeKind.Digests, 1, 0, 2);
        assertEq(c.vector, 5, "1,100 int16 are two chunks");
        expectNothing(NodeKind.Vectors);
        nodes.child(header(), n, list, 7);
        // Vector 23 holds digests of other blocks: 8 positions of 4 heads. They are this block's claim, their words are not.
        c = nodes.child(header(), n, list, 23);
        assertNode(c, NodeKind.Digests, 5, 0, 32);
        assertEq(c.vector, 23, "keys");
        expectNothing(NodeKind.Digests);
        nodes.child(header(), c, list, 15);
        expectNoNode(NodeKind.Vectors, 51);
        nodes.child(header(), n, list, 51);
    }

    function test_head() public {
        Node memory n = nodes.opening(header(), Opening("receipt", 7, 4, "root"));
        assertNode(n, NodeKind.Vectors, 4, 0, 9);
        Node memory c = nodes.child(header(), n, filled(16), 7);
        assertNode(c, NodeKind.Digests, 7, 0, 79);
        c = nodes.child(header(), c, filled(64), 39);
        assertNode(c, NodeKind.Digests, 1, 39, 79);
        c = nodes.child(header(), c, filled(2), 0);
        assertNode(c, NodeKind.Chunk, 3, 78, 40_000 - 78 * 512);
        expectNoNode(NodeKind.Vectors, 0);
        nodes.opening(header(), Opening("receipt", 7, 4, 0));
    }

    function test_blocks() public {
        assertNode(nodes.blockOf(header(), 10, 5, 9, 3), NodeKind.Block, 0, 0, 0);
        assertNode(nodes.blockOf(header(), 10, 5, 4, 4), NodeKind.Block, 0, 0, 0);
        expectNoNode(NodeKind.Block, 3);
        nodes.blockOf(header(), 10, 5, 3, 4);
        expectNoNode(NodeKind.Block, 10);
        nodes.blockOf(header(), 10, 5, 10, 1);
        expectNoNode(NodeKind.Block, 9);
        nodes.blockOf(header(), 10, 5, 9, 5);
    }

    function test_tokens() public {
        assertNode(nodes.tokens(NodeKind.Output, "root", 512, 0), NodeKind.Output, 6, 0, 64);
        assertNode(nodes.tokens(NodeKind.Output, "root", 513, 1), NodeKind.Output, 7, 1, 65);
        expectNoNode(NodeKind.Output, 1);
        nodes.tokens(NodeKind.Output, "root", 512, 1);
        expectNoNode(NodeKind.Output, 0);
        nodes.tokens(NodeKind.Output, "root", 0, 0);
        expectNoNode(NodeKind.Output, type(uint32).max);
        nodes.tokens(NodeKind.Output, "root", 513, type(uint32).max);
    }

    /// @dev ZK-4: a word plus the modulus is refused, whatever k.
    function testFuzz_ZK4_wordsAreInTheField(uint256 word, uint8 at) public {
        Node memory n = nodes.opening(header(), Opening("receipt", 1, 0, "root"));
        n = nodes.child(header(), n, filled(4), 2);
        bytes32[] memory words = new bytes32[](11);
        words[bound(at, 0, 10)] = bytes32(word);
        if (word >= TraceLib.R) {
            vm.expectRevert(abi.encodeWithSelector(INodeTable.NotInField.selector, word));
            nodes.bind(header(), n, words, address(this));
            return;
        }
        (uint256[5] memory input, bool canonical) = nodes.bind(header(), n, words, address(this));
        assertEq(canonical, word < 1 << 248, "bits above every packing");
        for (uint256 i = 0; i < 5; ++i) {
            assertLt(input[i], i == 0 ? type(uint256).max : TraceLib.R, "public inputs are field elements");
        }
        // Another word is another point and another value.
        words[bound(at, 0, 10)] = bytes32((word ^ 1) % TraceLib.R);
        (uint256[5] memory other,) = nodes.bind(header(), n, words, address(this));
        assertTrue(other[1] != input[1], "the point depends on every word");
    }
}
