// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SignedReceipt, TreeNode} from "../../src/interfaces/IClaims.sol";
import {Node, NodeKind} from "../../src/interfaces/INodeTable.sol";
import {TokenRoot} from "../../src/libraries/TokenRoot.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {ReceiptEvidence, SignedOpening, TokenLeaf} from "../../src/types/DisputeTypes.sol";
import {Audience, Finish, Receipt as AnswerReceipt, Request} from "../../src/types/Types.sol";
import {QuestionsBase} from "../disputes/QuestionsBase.sol";

/// @notice What questions, answers and claims cost, as whole transactions. Without the verifier of `answerChunk`, which is
/// measured with a real proof elsewhere. Committed: `contracts/snapshots/gas/Questions.json`.
contract QuestionsGasTest is QuestionsBase {
    string private constant GROUP = "Questions";

    function setUp() public override {
        super.setUp();
        // Balances that are not touched for the first time.
        fund(operator, 1);
        fund(auditor, 1);
        fund(provider, 1);
    }

    function test_gas_boundaryTree() public {
        ReceiptEvidence memory e = paid(evidence());
        askTrace(asker, e);
        vm.snapshotGasLastCall(GROUP, "ask, first on a receipt");
        answerTrace(e);
        vm.snapshotGasLastCall(GROUP, "answer 64 nodes");
        askBlock(asker, e, 1, 1);
        vm.snapshotGasLastCall(GROUP, "ask, later");
        answerBlock(e, 1, 1);
        vm.snapshotGasLastCall(GROUP, "answer a block");
        Node memory n = traceNode(e);
        bytes32[] memory top = childrenOf(boundaries(), 7, 0);
        vm.prank(asker);
        questions.askChild(e, n, top, 2);
        vm.snapshotGasLastCall(GROUP, "ask below 64 nodes");
        vm.warp(block.timestamp + CLOCK);
        questions.expire(e, nodes.child(header(), n, top, 2));
        vm.snapshotGasLastCall(GROUP, "expire, slash and refund");
        bytes32 receiptHash = hashOf(e);
        vm.warp(block.timestamp + 1000);
        questions.payBond(receiptHash, n);
        vm.snapshotGasLastCall(GROUP, "payBond");
    }

    function test_gas_withheld() public {
        ReceiptEvidence memory e = paid(evidence());
        for (uint256 i = 0; i < 3; ++i) {
            askTrace(asker, e);
            Node memory n = traceNode(e);
            vm.warp(block.timestamp + CLOCK);
            questions.expire(e, n);
        }
        vm.snapshotGasLastCall(GROUP, "expire, third silence");
    }

    function test_gas_tokens() public {
        uint32[] memory ids = tokens(512, 1);
        bytes32[] memory leaves = tokenLeaves(TokenRoot.PROMPT, ids);
        Request memory q = requestOf(uint8(Audience.Anyone));
        (q.promptRoot, q.promptTokens) = (rootOf(leaves), 512);
        ReceiptEvidence memory e = evidenceOf(q);
        bytes32 receiptHash = hashOf(e);
        vm.prank(asker);
        questions.askTokens(e, false, 0);
        vm.snapshotGasLastCall(GROUP, "ask tokens");
        Node memory n = nodes.tokens(NodeKind.Prompt, q.promptRoot, 512, 0);
        (bytes32[] memory salts, bytes32[] memory words) = (new bytes32[](64), new bytes32[](64));
        for (uint256 i = 0; i < 64; ++i) {
            (salts[i], words[i]) = (saltOf(TokenRoot.PROMPT, i), packed(ids, i));
        }
        vm.prank(operator);
        questions.answerTokens(receiptHash, n, salts, words, new bytes32[](0));
        vm.snapshotGasLastCall(GROUP, "answer 512 tokens");
        vm.prank(asker);
        questions.askParams(e);
        n = nodes.tokens(NodeKind.Prompt, q.promptRoot, 512, 0);
        Node memory p;
        (p.kind, p.hash) = (NodeKind.Params, keccak256(params()));
        vm.prank(operator);
        questions.answerParams(receiptHash, p, params());
        vm.snapshotGasLastCall(GROUP, "answer parameters");
    }

    function test_gas_chunk() public {
        ReceiptEvidence memory e = evidence();
        bytes32[] memory roots = new bytes32[](table.vectors(header(), 3, 2));
        for (uint256 i = 0; i < roots.length; ++i) {
            roots[i] = bytes32(uint256(keccak256(abi.encode("vector", i))) >> 8);
        }
        SignedOpening memory o = openingOf(e, 3, 2, rootOf(roots));
        vm.prank(asker);
        questions.askOpening(e, o);
        vm.snapshotGasLastCall(GROUP, "ask below an opening");
        Node memory n = nodes.opening(header(), o.opening);
        bytes32 receiptHash = hashOf(e);
        bytes32[] memory children = childrenOf(roots, 6, 0);
        vm.prank(operator);
        questions.answerNode(receiptHash, n, 0, children);
        vm.prank(asker);
        // Vector 5 is 64 int16; vector 4 the claim. The longest chunk of this model has 25 words.
        questions.askChild(e, n, children, 5);
        vm.snapshotGasLastCall(GROUP, "ask a chunk");
        n = nodes.child(header(), n, children, 5);
        bytes32[] memory words = new bytes32[](5);
        (uint256[5] memory input,) = nodes.bind(header(), n, words, operator);
        verifier.allow("", input);
        vm.prank(operator);
        questions.answerChunk(e, n, words, operator, "");
        vm.snapshotGasLastCall(GROUP, "answer a chunk of 5 words, without the verifier");
    }

    function test_gas_claims() public {
        AnswerReceipt memory a = answerTo(requestOf(uint8(Audience.Auditors)));
        AnswerReceipt memory b = answerTo(requestOf(uint8(Audience.Auditors)));
        ++b.fee;
        SignedReceipt memory sa = SignedReceipt(a, signReceipt(operatorKey, a));
        SignedReceipt memory sb = SignedReceipt(b, signReceipt(operatorKey, b));
        claims.claimEquivocation(sa, sb, auditor);
        vm.snapshotGasLastCall(GROUP, "claimEquivocation");
        ReceiptEvidence memory e = paid(signed(requestOf(uint8(Audience.Auditors)), b));
        claims.claimBilling(e, auditor);
        vm.snapshotGasLastCall(GROUP, "claimBilling");

        b = answerTo(requestOf(uint8(Audience.Auditors)));
        (b.seq, b.finish) = (8, uint8(Finish.Stop));
        e = signed(requestOf(uint8(Audience.Auditors)), b);
        TokenLeaf memory leaf = tokenLeaf(outputIds(), 1);
        claims.claimStop(e, OUTPUT - 1, leaf, params(), auditor);
        vm.snapshotGasLastCall(GROUP, "claimStop");

        b = answerTo(requestOf(uint8(Audience.Auditors)));
        (b.seq, b.finish) = (9, uint8(Finish.Context));
        e = signed(requestOf(uint8(Audience.Auditors)), b);
        claims.claimFinish(e, auditor);
        vm.snapshotGasLastCall(GROUP, "claimFinish");

        b = answerTo(requestOf(uint8(Audience.Auditors)));
        bytes32[] memory leaves = levelOf(boundaries(), 0);
        leaves[121] = "padding";
        b.seq = 10;
        b.traceRoot = keccak256(abi.encodePacked(bytes1(0x04), SALT, rootOf(leaves)));
        e = signed(requestOf(uint8(Audience.Auditors)), b);
        TreeNode memory n;
        (n.index, n.hash, n.path) = (121, leaves[121], pathOf(leaves, 121, 0));
        claims.claimTraceTree(e, n, SALT, auditor);
        vm.snapshotGasLastCall(GROUP, "claimTraceTree");

        b = answerTo(requestOf(uint8(Audience.Auditors)));
        (b.seq, b.traceRoot) = (11, keccak256(abi.encodePacked(bytes1(0x04), bytes32("odd"), rootOf(leaves))));
        e = signed(requestOf(uint8(Audience.Auditors)), b);
        leaf = promptLeaf(SECRET, 0);
        claims.claimSalt(e, SECRET, leaf, "odd", rootOf(leaves), auditor);
        vm.snapshotGasLastCall(GROUP, "claimSalt");

        Request memory r = requestOf(uint8(Audience.Auditors));
        uint32[] memory ids = promptIds();
        ids[0] = 1 << 20;
        r.promptRoot = rootOf(tokenLeaves(TokenRoot.PROMPT, ids));
        (leaf.ids, leaf.path) = (packed(ids, 0), pathOf(tokenLeaves(TokenRoot.PROMPT, ids), 0, 0));
        e = evidenceOf(r);
        claims.claimPrompt(e, 0, leaf, auditor);
        vm.snapshotGasLastCall(GROUP, "claimPrompt");
        r = requestOf(uint8(Audience.Auditors));
        bytes memory odd = abi.encodePacked(params(), uint32(0));
        r.paramsHash = keccak256(odd);
        e = evidenceOf(r);
        claims.claimParams(e, odd, auditor);
        vm.snapshotGasLastCall(GROUP, "claimParams");
    }

    /// @dev What an auditor sends at most when everything is withheld but answers on chain: a question per six levels of each
    /// tree on the way to the worst chunk, the block, the chunk, and the proof.
    function test_transactions_whenAllIsAsked() public {
        count("demo", [uint32(96), 192, 5, 6, 2, 16, 1024, 512]);
        count("135M", [uint32(576), 1536, 30, 9, 3, 64, 49_152, 2048]);
        count("70B", [uint32(8192), 28_672, 80, 64, 8, 128, 128_256, 8192]);
    }

    /// @param shape width, feed-forward width, layers, heads, key heads, width of a head, vocabulary, positions
    function count(string memory name, uint32[8] memory shape) private {
        bytes memory h = abi.encodePacked("DGM1", le32(1), le32(1));
        for (uint256 i = 0; i < 8; ++i) {
            h = bytes.concat(h, le32(shape[i]));
        }
        // The rotated width is that of a head.
        h = bytes.concat(h, le32(shape[5]));
        h = bytes.concat(h, new bytes(128 - h.length));
        Node memory n = nodes.trace(h, shape[7], "root");
        // The signed opening, the chunk's words, the proof.
        uint256 sent = answers(n.level) + worstChunk(h, shape[7] - 1, shape[2]) + 3;
        assertLe(sent, 2 * ((n.level + 3) / 4) + 8, name);
        vm.snapshotValue(GROUP, string.concat("transactions of an auditor, ", name), sent);
    }

    function worstChunk(bytes memory h, uint256 t, uint256 layers) private view returns (uint256 worst) {
        for (uint256 l = layers; l <= layers + 1; ++l) {
            uint256 vectors = table.vectors(h, t, l);
            for (uint256 v = 0; v < vectors; ++v) {
                uint256 chunks = table.shape(h, t, l, v).chunks;
                uint256 here = answers(TraceLib.depth(vectors)) + answers(TraceLib.depth(chunks));
                if (here > worst) worst = here;
            }
        }
    }

    function answers(uint256 level) private pure returns (uint256) {
        return (level + 5) / 6;
    }
}
