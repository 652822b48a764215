// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Node} from "../../src/interfaces/INodeTable.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {FeeLib} from "../../src/libraries/FeeLib.sol";
import {MerkleLib} from "../../src/libraries/MerkleLib.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {TokenRoot} from "../../src/libraries/TokenRoot.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {Opening, Payment, ReceiptEvidence, SignedOpening, TokenLeaf} from "../../src/types/DisputeTypes.sol";
import {Audience, Finish, Receipt as AnswerReceipt, Request, Voucher} from "../../src/types/Types.sol";
import {QuestionsModule} from "./QuestionsModule.sol";

/// @notice An honest answer, and short words for what can be asked about it.
abstract contract QuestionsBase is QuestionsModule {
    uint32 internal constant PROMPT = 9;
    uint32 internal constant OUTPUT = 12;
    uint256 internal constant LAYERS = 5;
    uint256 internal constant T = PROMPT + OUTPUT - 1;
    bytes32 internal constant SECRET = keccak256("secret");
    bytes32 internal constant SALT = keccak256(abi.encodePacked(SECRET, bytes5("trace"), uint32(0)));

    bytes32 internal channel;
    address internal asker = makeAddr("asker");
    address internal asker2 = makeAddr("asker2");

    function setUp() public virtual override {
        super.setUp();
        fund(asker, FUNDS);
        fund(asker2, FUNDS);
        channel = openDefault(10_000e6);
    }

    // ------------------------------------------------------------ evidence

    function requestOf(uint8 audience) internal view returns (Request memory r) {
        r.payment = channel;
        r.modelVersion = tuned;
        r.requester = requester;
        r.promptRoot = rootOf(tokenLeaves(TokenRoot.PROMPT, promptIds()));
        r.promptTokens = PROMPT;
        r.maxOutputTokens = OUTPUT;
        r.paramsHash = keccak256(params());
        r.priceIn = 1e12;
        r.priceOut = 2e12;
        r.maxFee = 40e6;
        r.deadline = uint64(block.timestamp) + 30;
        r.audience = audience;
        r.salt = keccak256("request");
    }

    function answerTo(Request memory q) internal view returns (AnswerReceipt memory r) {
        r.requestHash = digestOf(keccak256(abi.encode(Eip712.REQUEST_TYPEHASH, q)));
        r.provider = provider;
        r.seq = 7;
        r.outputRoot = rootOf(tokenLeaves(TokenRoot.OUTPUT, outputIds()));
        r.outputTokens = OUTPUT;
        r.finish = uint8(Finish.Length);
        r.traceRoot = TraceLib.traceRoot(SALT, rootOf(boundaries()));
        r.fee = uint128(FeeLib.fee(q.promptTokens, r.outputTokens, q.priceIn, q.priceOut));
        r.completedAt = uint64(block.timestamp);
    }

    function evidence() internal view returns (ReceiptEvidence memory) {
        return evidenceOf(requestOf(uint8(Audience.Auditors)));
    }

    function evidenceOf(Request memory q) internal view returns (ReceiptEvidence memory e) {
        return signed(q, answerTo(q));
    }

    function signed(Request memory q, AnswerReceipt memory r)
        internal
        view
        returns (ReceiptEvidence memory e)
    {
        (e.request, e.receipt, e.signature) = (q, r, signReceipt(operatorKey, r));
    }

    /// @dev Redeems a voucher over this one receipt, and adds to the evidence that it was paid.
    function paid(ReceiptEvidence memory e) internal returns (ReceiptEvidence memory) {
        Voucher memory v = voucherOf(e.request.payment, e.receipt.fee);
        v.receiptsRoot = lineRoot(hashOf(e), e.receipt.fee);
        assertEq(redeem(v), e.receipt.fee, "redeemed");
        e.payment.relayer = relayer;
        e.payment.count = 1;
        return e;
    }

    function lineRoot(bytes32 receiptHash, uint128 fee) internal pure returns (bytes32) {
        bytes32 leaf = keccak256(abi.encodePacked(bytes1(0x00), receiptHash, fee));
        return keccak256(abi.encodePacked(bytes1(0x03), uint64(1), fee, leaf));
    }

    function hashOf(ReceiptEvidence memory e) internal view returns (bytes32) {
        return receiptHashOf(e.receipt);
    }

    function receiptHashOf(AnswerReceipt memory r) internal view returns (bytes32) {
        return digestOf(keccak256(abi.encode(Eip712.RECEIPT_TYPEHASH, r)));
    }

    function openingOf(ReceiptEvidence memory e, uint32 t, uint32 l, bytes32 blockRoot)
        internal
        view
        returns (SignedOpening memory o)
    {
        o.opening = Opening(hashOf(e), t, l, blockRoot);
        o.signature = sign(operatorKey, keccak256(abi.encode(Eip712.OPENING_TYPEHASH, o.opening)));
    }

    // ---------------------------------------------------------- the answer

    function promptIds() internal pure returns (uint32[] memory) {
        return tokens(PROMPT, 100);
    }

    function outputIds() internal pure returns (uint32[] memory) {
        return tokens(OUTPUT, 200);
    }

    /// @dev Greedy, with the stop ids 300 and 301 beside the model's own 2.
    function params() internal pure returns (bytes memory) {
        return abi.encodePacked(
            uint8(1), uint32(0), uint32(0), bytes32(0), uint32(0), uint32(2), uint32(300), uint32(301)
        );
    }

    function boundaries() internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](T * (LAYERS + 1));
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = keccak256(abi.encode("boundary", i));
        }
    }

    // --------------------------------------------------------------- trees

    function saltOf(bytes6 tag, uint256 i) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(SECRET, tag, uint32(i)));
    }

    function packed(uint32[] memory ids, uint256 leaf) internal pure returns (bytes32) {
        uint256 word = 0;
        for (uint256 j = 8 * leaf; j < 8 * leaf + 8; ++j) {
            word = (word << 32) | (j < ids.length ? ids[j] : type(uint32).max);
        }
        return bytes32(word);
    }

    function tokenLeaves(bytes6 tag, uint32[] memory ids) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[]((ids.length + 7) / 8);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = keccak256(abi.encodePacked(bytes1(0x00), saltOf(tag, i), packed(ids, i)));
        }
    }

    function tokenLeaf(uint32[] memory ids, uint256 i) internal pure returns (TokenLeaf memory leaf) {
        leaf.salt = saltOf(TokenRoot.OUTPUT, i);
        leaf.ids = packed(ids, i);
        leaf.path = pathOf(tokenLeaves(TokenRoot.OUTPUT, ids), i, 0);
    }

    /// @dev Leaf `i` of the prompt under `secret`.
    function promptLeaf(bytes32 secret, uint256 i) internal pure returns (TokenLeaf memory leaf) {
        leaf.salt = TokenRoot.saltOf(secret, TokenRoot.PROMPT, uint32(i));
        leaf.ids = packed(promptIds(), i);
        leaf.path = pathOf(tokenLeaves(TokenRoot.PROMPT, promptIds()), i, 0);
    }

    /// @dev Siblings of node `index` of `level`, up to the root.
    function pathOf(bytes32[] memory leaves, uint256 index, uint256 level)
        internal
        pure
        returns (bytes32[] memory path)
    {
        bytes32[] memory row = levelOf(leaves, level);
        path = new bytes32[](TraceLib.depth(row.length));
        for (uint256 h = 0; h < path.length; ++h) {
            path[h] = row[(index >> h) ^ 1];
            bytes32[] memory next = new bytes32[](row.length / 2);
            for (uint256 i = 0; i < next.length; ++i) {
                next[i] = MerkleLib.node(row[2 * i], row[2 * i + 1]);
            }
            // The row of the next height, spread so that `index >> h` finds its place.
            row = next;
        }
    }

    // --------------------------------------------------------------- nodes

    function traceNode(ReceiptEvidence memory e) internal view returns (Node memory) {
        return nodes.trace(header(), T, e.receipt.traceRoot);
    }

    function blockNode(uint32 t, uint32 l) internal view returns (Node memory) {
        return nodes.blockOf(header(), T, PROMPT, t, l);
    }

    function askTrace(address who, ReceiptEvidence memory e) internal returns (bytes32) {
        vm.prank(who);
        return questions.askTrace(e);
    }

    function askBlock(address who, ReceiptEvidence memory e, uint32 t, uint32 l) internal returns (bytes32) {
        vm.prank(who);
        return questions.askBlock(e, t, l);
    }

    function answerTrace(ReceiptEvidence memory e) internal {
        bytes32[] memory children = childrenOf(boundaries(), 7, 0);
        bytes32 receiptHash = hashOf(e);
        Node memory n = traceNode(e);
        vm.prank(operator);
        questions.answerNode(receiptHash, n, SALT, children);
    }

    function answerBlock(ReceiptEvidence memory e, uint32 t, uint32 l) internal {
        SignedOpening memory o = openingOf(e, t, l, keccak256(abi.encode("block", t, l)));
        vm.prank(operator);
        questions.answerBlock(e, o);
    }

    // ---------------------------------------------------------- assertions

    function assertBonds(uint256 expected) internal view {
        assertEq(vault.held(address(questions)), expected, "bonds held");
        assertEq(token.balanceOf(address(vault)), vault.owed(), "vault holds what it owes");
        assertEq(
            vault.owed(),
            vault.totalFree() + vault.held(address(market)) + vault.held(address(staking))
                + vault.held(address(slasher)) + vault.held(address(questions)),
            "owed is free and held"
        );
    }
}
