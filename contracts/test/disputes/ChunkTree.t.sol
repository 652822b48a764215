// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClaims, TreeNode} from "../../src/interfaces/IClaims.sol";
import {IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {FaultKind, ReceiptEvidence} from "../../src/types/DisputeTypes.sol";
import {Audience, Receipt as AnswerReceipt, Request} from "../../src/types/Types.sol";
import {QuestionsBase} from "./QuestionsBase.sol";

/// @notice Trees of chunks under boundaries, of models of any width.
contract ChunkTreeTest is QuestionsBase {
    bytes32 private constant OVER_NOTHING = keccak256(abi.encodePacked(bytes1(0x01), bytes32(0), bytes32(0)));

    /// @dev What a test is about: boundary `at` of `count`, of `chunks` chunks.
    struct Shape {
        uint256 count;
        uint256 at;
        uint256 chunks;
        uint256 inner;
        uint32 prompt;
        uint32 output;
    }

    function shapeOf(uint256 width, uint256 prompt, uint256 output, uint256 at)
        private
        returns (Shape memory s)
    {
        (s.prompt, s.output) = (uint32(prompt), uint32(output));
        s.count = (prompt + output - 1) * (LAYERS + 1);
        s.at = at % s.count;
        s.chunks = (width + 511) / 512;
        while (uint256(1) << s.inner < s.chunks) ++s.inner;
        bytes memory h = header();
        for (uint256 i = 0; i < 4; ++i) {
            h[12 + i] = bytes1(uint8(width >> (8 * i)));
        }
        vm.mockCall(address(registry), abi.encodeWithSelector(registry.headerOf.selector), abi.encode(h));
    }

    function chunksOf(Shape memory s) private pure returns (bytes32[] memory row) {
        row = new bytes32[](uint256(1) << s.inner);
        for (uint256 i = 0; i < s.chunks; ++i) {
            row[i] = keccak256(abi.encode("chunk", s.at, i));
        }
    }

    function outersOf(Shape memory s, bytes32 leaf) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](s.count);
        for (uint256 i = 0; i < s.count; ++i) {
            leaves[i] = i == s.at ? leaf : keccak256(abi.encode("boundary", i));
        }
    }

    /// @param row the nodes of `level` under the boundary
    function signedOver(Shape memory s, bytes32[] memory row)
        private
        view
        returns (ReceiptEvidence memory, bytes32[] memory leaves)
    {
        leaves = outersOf(s, rootOf(row));
        Request memory q = requestOf(uint8(Audience.Auditors));
        q.promptTokens = s.prompt;
        AnswerReceipt memory a = answerTo(q);
        a.outputTokens = s.output;
        a.traceRoot = TraceLib.traceRoot(SALT, rootOf(leaves));
        return (signed(q, a), leaves);
    }

    function nodeOf(
        Shape memory s,
        bytes32[] memory row,
        bytes32[] memory leaves,
        uint256 level,
        uint256 within
    ) private pure returns (TreeNode memory n) {
        n.level = uint8(level);
        n.index = uint64((s.at << (s.inner - level)) + within);
        n.hash = row[within];
        bytes32[] memory low = pathOf(row, within, 0);
        bytes32[] memory high = pathOf(leaves, s.at, 0);
        n.path = new bytes32[](low.length + high.length);
        for (uint256 i = 0; i < n.path.length; ++i) {
            n.path[i] = i < low.length ? low[i] : high[i - low.length];
        }
    }

    function some(uint256 width, uint256 prompt, uint256 output, uint256 at) private returns (Shape memory) {
        return shapeOf(
            bound(width, 513, 16_384),
            bound(prompt, 1, PROMPT),
            bound(output, 1, OUTPUT),
            bound(at, 0, 1 << 32)
        );
    }

    /// @dev No node of an honest tree is a fault, whatever the width and wherever the boundary is.
    function testFuzz_honest(
        uint256 width,
        uint256 prompt,
        uint256 output,
        uint256 at,
        uint256 level,
        uint256 within
    ) public {
        Shape memory s = some(width, prompt, output, at);
        level = bound(level, 0, s.inner - 1);
        bytes32[] memory row = levelOf(chunksOf(s), level);
        within = bound(within, 0, row.length - 1);
        (ReceiptEvidence memory e, bytes32[] memory leaves) = signedOver(s, row);
        TreeNode memory n = nodeOf(s, row, leaves, level, within);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimChunkTree(e, n, SALT, auditor);
    }

    /// @dev The same for every node under a boundary, of widths around powers of two.
    function test_honest_everyNode() public {
        uint256[6] memory widths = [uint256(513), 1024, 1056, 2048, 2049, 4608];
        for (uint256 i = 0; i < widths.length; ++i) {
            Shape memory s = shapeOf(widths[i], PROMPT, OUTPUT, 119 - i);
            for (uint256 level = 0; level < s.inner; ++level) {
                bytes32[] memory row = levelOf(chunksOf(s), level);
                (ReceiptEvidence memory e, bytes32[] memory leaves) = signedOver(s, row);
                for (uint256 within = 0; within < row.length; ++within) {
                    TreeNode memory n = nodeOf(s, row, leaves, level, within);
                    vm.expectRevert(IClaims.NoFault.selector);
                    claims.claimChunkTree(e, n, SALT, auditor);
                }
            }
        }
    }

    /// @dev Every crooked node is one: something behind the last chunk, nothing before it, two zeros hashed anywhere.
    function testFuzz_crooked(
        uint256 width,
        uint256 prompt,
        uint256 output,
        uint256 at,
        uint256 level,
        uint256 within,
        bytes32 lie
    ) public {
        Shape memory s = some(width, prompt, output, at);
        level = bound(level, 0, s.inner - 1);
        bytes32[] memory row = levelOf(chunksOf(s), level);
        within = bound(within, 0, row.length - 1);
        if (uint256(lie) % 3 == 0) row[within] = OVER_NOTHING;
        else if (within << level < s.chunks) row[within] = 0;
        else row[within] = lie;
        (ReceiptEvidence memory e, bytes32[] memory leaves) = signedOver(s, row);
        TreeNode memory n = nodeOf(s, row, leaves, level, within);
        claims.claimChunkTree(e, n, SALT, auditor);
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.Padding), "padding");
    }

    function test_wrongPlaces() public {
        Shape memory s = shapeOf(1056, PROMPT, OUTPUT, 119);
        bytes32[] memory row = chunksOf(s);
        row[3] = "something";
        (ReceiptEvidence memory e, bytes32[] memory leaves) = signedOver(s, row);
        TreeNode memory n = nodeOf(s, row, leaves, 0, 3);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "traceRoot"));
        claims.claimChunkTree(e, n, "other", auditor);
        vm.expectRevert(IClaims.ZeroSubmitter.selector);
        claims.claimChunkTree(e, n, SALT, address(0));
        n.index -= 1;
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "traceRoot"));
        claims.claimChunkTree(e, n, SALT, auditor);
        // Behind the last boundary, where the boundary tree has its own padding.
        n.index = 480;
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoSuchNode.selector, 0, 480));
        claims.claimChunkTree(e, n, SALT, auditor);
        // A boundary's leaf itself, which claimTraceTree judges.
        (n.index, n.level) = (119, 2);
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoSuchNode.selector, 2, 119));
        claims.claimChunkTree(e, n, SALT, auditor);
        (n.index, n.level) = (239, 1);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.WrongDepth.selector, "node", 9, 8));
        claims.claimChunkTree(e, n, SALT, auditor);
        // Nothing is below a boundary of one chunk.
        shapeOf(512, PROMPT, OUTPUT, 119);
        (n.index, n.level) = (119, 0);
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoSuchNode.selector, 0, 119));
        claims.claimChunkTree(e, n, SALT, auditor);
    }
}
