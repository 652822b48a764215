// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INodeTable, Node, NodeKind} from "../../src/interfaces/INodeTable.sol";
import {IDisputeLedger} from "../../src/interfaces/IDisputeLedger.sol";
import {IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {IQuestions, Question, QuestionState} from "../../src/interfaces/IQuestions.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {ParamsLib} from "../../src/libraries/ParamsLib.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {TokenRoot} from "../../src/libraries/TokenRoot.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {FaultKind, Payment, ReceiptEvidence, SignedOpening, Verdict} from "../../src/types/DisputeTypes.sol";
import {Audience, JobOrder, Request} from "../../src/types/Types.sol";
import {StrictVerifier} from "../mocks/StrictVerifier.sol";
import {QuestionsBase} from "./QuestionsBase.sol";

contract QuestionsTest is QuestionsBase {
    uint256 private constant SMALL = uint256(STAKE) / 20;

    // ------------------------------------------------------------ ask, answer

    function test_ask_locksTheBondAndHoldsTheStake() public {
        ReceiptEvidence memory e = evidence();
        bytes32 id = askTrace(asker, e);
        assertEq(id, questions.questionId(hashOf(e), traceNode(e)), "a name by hash");
        Question memory q = questions.questionOf(id);
        assertEq(uint8(q.state), uint8(QuestionState.Open), "open");
        assertEq(q.asker, asker, "asker");
        assertEq(q.deadline, block.timestamp + CLOCK, "its own clock");
        assertEq(q.bond, BOND, "bond");
        assertEq(vault.free(asker), FUNDS - BOND, "from the free balance");
        (uint256 held, uint64 until) = staking.disputeHoldOf(provider);
        assertEq(held, STAKE, "all of it");
        uint64 window = questions.dossierOf(hashOf(e)).until;
        assertGe(window, q.deadline, "the window reaches past the clock");
        assertEq(until, window + PROOF_TIME, "the window's end and proof time");
        assertBonds(BOND);
    }

    function test_hold_lastsAsLongAsTheProlongedWindow() public {
        vm.prank(provider);
        staking.unbond(STAKE);
        vm.warp(block.timestamp + UNBONDING - 1); // the cheater waited a week first
        ReceiptEvidence memory e = evidence();
        channel = openDefault(10_000e6);
        e = evidence();
        e = paid(e);
        uint64 own = disputes.disputableUntil(e);
        // The auditor walks down at once, one question after the other, each answered in time.
        for (uint32 i = 0; i < 4; ++i) {
            askBlock(asker, e, 1 + i, 1);
            answerBlock(e, 1 + i, 1);
            vm.warp(block.timestamp + CLOCK);
        }
        uint64 until = disputes.disputableUntil(e);
        assertEq(until, own + 4 * CLOCK, "window prolonged");
        (, uint64 exitAt) = staking.unbondingOf(provider);
        (, uint64 held) = staking.disputeHoldOf(provider);
        assertGe(held, until, "the hold lasts as long");
        if (exitAt > block.timestamp) vm.warp(exitAt);
        assertLt(block.timestamp, until, "still disputable");
        vm.expectRevert(abi.encodeWithSelector(IStaking.ExitNotOpen.selector, provider, held));
        staking.completeUnbond(provider);
    }

    function test_answer_staysEscrowedThenPays() public {
        ReceiptEvidence memory e = evidence();
        askTrace(asker, e);
        answerTrace(e);
        uint64 until = questions.payableFrom(hashOf(e));
        assertEq(until, e.request.deadline + W + CLOCK, "the window and the time of the question");
        Node memory n = traceNode(e);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.StillDisputable.selector, hashOf(e), until));
        questions.payBond(hashOf(e), n);
        assertBonds(BOND);
        vm.warp(until);
        questions.payBond(hashOf(e), n);
        assertEq(vault.free(operator), BOND - 2 * (BOND / 3), "who answered");
        assertEq(vault.free(provider), BOND / 3, "whose answer might have come second");
        assertEq(vault.free(vault.BURN_ADDRESS()), BOND / 3, "what asking costs whoever asks itself");
        assertEq(vault.free(asker), FUNDS - BOND, "the asker paid for it");
        assertBonds(0);
        bytes32 id = questions.questionId(hashOf(e), n);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.NothingToPay.selector, id));
        questions.payBond(hashOf(e), n);
    }

    /// @dev DSP-3: an answer at -1, 0, +1 seconds of the clock's end.
    function test_DSP3_answerAroundTheClock() public {
        ReceiptEvidence memory e = evidence();
        bytes32 id = askTrace(asker, e);
        uint64 deadline = uint64(block.timestamp) + CLOCK;
        Node memory n = traceNode(e);
        bytes32[] memory children = childrenOf(boundaries(), 7, 0);
        bytes32 receiptHash = hashOf(e);
        vm.warp(deadline - 1);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.ClockRunning.selector, id, deadline));
        questions.expire(e, n);
        uint256 inTime = vm.snapshotState();
        questions.answerNode(receiptHash, n, SALT, children);
        assertEq(uint8(questions.questionOf(id).state), uint8(QuestionState.Answered), "in time");
        for (uint256 late = 0; late < 2; ++late) {
            vm.revertToState(inTime);
            vm.warp(deadline + late);
            vm.expectRevert(abi.encodeWithSelector(IQuestions.ClockOver.selector, id, deadline));
            questions.answerNode(receiptHash, n, SALT, children);
            questions.expire(e, n);
            assertEq(staking.stakeOf(provider), STAKE - SMALL, "slashed");
        }
    }

    /// @dev Down the whole boundary tree: 120 leaves, two answers; then nothing is left to ask.
    function test_boundaryTree_topToLeaf() public {
        ReceiptEvidence memory e = evidence();
        bytes32 receiptHash = hashOf(e);
        askTrace(asker, e);
        Node memory n = traceNode(e);
        assertEq(n.level, 7, "depth of 120 leaves");
        bytes32[] memory top = childrenOf(boundaries(), 7, 0);
        answerTrace(e);
        // Children of level 7 are of level 1; 120 leaves reach to node 59 of 64.
        vm.startPrank(asker2);
        for (uint32 i = 3; i < 60; i += 28) {
            questions.askChild(e, n, top, i);
            Node memory m = nodes.child(header(), n, top, i);
            assertEq(uint8(m.kind), uint8(NodeKind.Boundary), "boundary");
            assertEq(m.level, 1, "level");
            bytes32[] memory leaves = childrenOf(boundaries(), 1, i);
            bytes32[] memory wrong = childrenOf(boundaries(), 1, i);
            wrong[1] ^= bytes32(uint256(1));
            vm.expectRevert(
                abi.encodeWithSelector(IQuestions.WrongAnswer.selector, questions.questionId(receiptHash, m))
            );
            questions.answerNode(receiptHash, m, 0, wrong);
            questions.answerNode(receiptHash, m, 0, leaves);
            // A boundary of 64 numbers is one chunk: its leaf is a hash of words.
            vm.expectRevert(abi.encodeWithSelector(INodeTable.BelowIsNothing.selector, NodeKind.Boundary));
            questions.askChild(e, m, leaves, 1);
        }
        vm.expectRevert(abi.encodeWithSelector(INodeTable.NoSuchNode.selector, NodeKind.Boundary, 60));
        questions.askChild(e, n, top, 60);
        vm.expectRevert(abi.encodeWithSelector(INodeTable.NoSuchNode.selector, NodeKind.Boundary, 64));
        questions.askChild(e, n, top, 64);
        bytes32[] memory forged = childrenOf(boundaries(), 7, 0);
        forged[0] = "mine";
        vm.expectRevert(
            abi.encodeWithSelector(IQuestions.WrongAnswer.selector, questions.questionId(receiptHash, n))
        );
        questions.askChild(e, n, forged, 0);
        vm.stopPrank();
    }

    function test_child_onlyAfterItsParent() public {
        ReceiptEvidence memory e = evidence();
        askTrace(asker, e);
        Node memory n = traceNode(e);
        bytes32 id = questions.questionId(hashOf(e), n);
        bytes32[] memory top = childrenOf(boundaries(), 7, 0);
        vm.prank(asker);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.NotAnswered.selector, id));
        questions.askChild(e, n, top, 0);
        // A made-up parent has no answer either.
        n.hash = "made up";
        id = questions.questionId(hashOf(e), n);
        vm.prank(asker);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.NotAnswered.selector, id));
        questions.askChild(e, n, top, 0);
    }

    function test_trace_needsTheRightSalt() public {
        ReceiptEvidence memory e = evidence();
        bytes32 id = askTrace(asker, e);
        Node memory n = traceNode(e);
        bytes32[] memory children = childrenOf(boundaries(), 7, 0);
        bytes32 receiptHash = hashOf(e);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.WrongAnswer.selector, id));
        questions.answerNode(receiptHash, n, "other", children);
        bytes32[] memory short = childrenOf(boundaries(), 3, 0);
        vm.expectRevert(abi.encodeWithSelector(INodeTable.BadAnswerLength.selector, "children", 8, 64));
        questions.answerNode(receiptHash, n, SALT, short);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.WrongKind.selector, NodeKind.Trace));
        questions.answerParams(receiptHash, n, params());
        answerTrace(e);
    }

    function test_params() public {
        ReceiptEvidence memory e = evidence();
        vm.prank(asker);
        bytes32 id = questions.askParams(e);
        Node memory n;
        (n.kind, n.hash) = (NodeKind.Params, keccak256(params()));
        bytes32 receiptHash = hashOf(e);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.WrongAnswer.selector, id));
        questions.answerParams(receiptHash, n, hex"01");
        vm.expectEmit();
        emit IQuestions.QuestionAnswered(receiptHash, id, stranger, n, params());
        vm.prank(stranger);
        questions.answerParams(receiptHash, n, params());
    }

    /// @dev The longest parameters have sixteen stop ids. What is longer could be shown, and no claim about it sent.
    function test_params_longerThanAny() public {
        uint256 fresh = vm.snapshotState();
        for (uint256 length = 113; length <= 114; ++length) {
            bytes memory raw = new bytes(length);
            Request memory r = requestOf(uint8(Audience.Auditors));
            r.paramsHash = keccak256(raw);
            ReceiptEvidence memory e = evidenceOf(r);
            vm.prank(asker);
            questions.askParams(e);
            Node memory n;
            (n.kind, n.hash) = (NodeKind.Params, keccak256(raw));
            bytes32 receiptHash = hashOf(e);
            if (length == 114) {
                vm.expectRevert(abi.encodeWithSelector(ParamsLib.NotCanonical.selector, length));
            }
            questions.answerParams(receiptHash, n, raw);
            vm.revertToState(fresh);
        }
    }

    function test_tokens_bothSides() public {
        ReceiptEvidence memory e = evidence();
        for (uint256 side = 0; side < 2; ++side) {
            bool output = side == 1;
            bytes6 tag = output ? TokenRoot.OUTPUT : TokenRoot.PROMPT;
            uint32[] memory ids = output ? outputIds() : promptIds();
            vm.prank(asker);
            bytes32 id = questions.askTokens(e, output, 0);
            NodeKind kind = output ? NodeKind.Output : NodeKind.Prompt;
            bytes32 root = output ? e.receipt.outputRoot : e.request.promptRoot;
            Node memory n = nodes.tokens(kind, root, ids.length, 0);
            (bytes32[] memory salts, bytes32[] memory words) = shown(tag, ids, 0);
            words[1] ^= bytes32(uint256(1));
            bytes32 receiptHash = hashOf(e);
            vm.expectRevert(abi.encodeWithSelector(IQuestions.WrongAnswer.selector, id));
            questions.answerTokens(receiptHash, n, salts, words, new bytes32[](0));
            words[1] ^= bytes32(uint256(1));
            questions.answerTokens(receiptHash, n, salts, words, new bytes32[](0));
            vm.prank(asker);
            vm.expectRevert(abi.encodeWithSelector(INodeTable.NoSuchNode.selector, kind, 1));
            questions.askTokens(e, output, 1);
        }
    }

    /// @dev 1,100 tokens are 138 leaves: three ranges, the last of ten leaves, under a tree of depth 8.
    function test_tokens_ranges() public {
        uint32[] memory ids = tokens(1100, 1);
        bytes32[] memory leaves = tokenLeaves(TokenRoot.PROMPT, ids);
        Request memory q = requestOf(uint8(Audience.Anyone));
        (q.promptRoot, q.promptTokens) = (rootOf(leaves), 1100);
        ReceiptEvidence memory e = evidenceOf(q);
        bytes32 receiptHash = hashOf(e);
        for (uint32 range = 0; range < 3; ++range) {
            (Node memory n, bytes32[] memory salts, bytes32[] memory words) = askedPrompt(e, ids, range);
            assertEq(salts.length, range == 2 ? 10 : 64, "leaves of the range");
            bytes32[] memory path = pathOf(leaves, range, 6);
            assertEq(path.length, 2, "path above the range");
            questions.answerTokens(receiptHash, n, salts, words, path);
        }
        vm.prank(asker);
        vm.expectRevert(abi.encodeWithSelector(INodeTable.NoSuchNode.selector, NodeKind.Prompt, 3));
        questions.askTokens(e, false, 3);
    }

    /// @dev A root over a leaf more, in the range behind the last: the answers about the ranges before it would not make the root.
    function test_tokens_behindTheLastRange() public {
        uint32[] memory ids = tokens(1100, 1);
        bytes32[] memory leaves = new bytes32[](256);
        bytes32[] memory right = tokenLeaves(TokenRoot.PROMPT, ids);
        for (uint256 i = 0; i < right.length; ++i) {
            leaves[i] = right[i];
        }
        leaves[200] = "a leaf more";
        Request memory q = requestOf(uint8(Audience.Anyone));
        (q.promptRoot, q.promptTokens) = (rootOf(leaves), 1100);
        ReceiptEvidence memory e = evidenceOf(q);
        bytes32 receiptHash = hashOf(e);
        for (uint32 range = 0; range < 3; ++range) {
            (Node memory n, bytes32[] memory salts, bytes32[] memory words) = askedPrompt(e, ids, range);
            bytes32[] memory path = pathOf(leaves, range, 6);
            if (range == 2) vm.expectRevert(abi.encodeWithSelector(INodeTable.NotEmpty.selector, 192));
            questions.answerTokens(receiptHash, n, salts, words, path);
        }
    }

    /// @dev Asks for a range of the prompt: the question's node, and what answers it.
    function askedPrompt(ReceiptEvidence memory e, uint32[] memory ids, uint32 range)
        private
        returns (Node memory n, bytes32[] memory salts, bytes32[] memory words)
    {
        vm.prank(asker);
        questions.askTokens(e, false, range);
        n = nodes.tokens(NodeKind.Prompt, e.request.promptRoot, ids.length, range);
        (salts, words) = shown(TokenRoot.PROMPT, ids, range);
    }

    function shown(bytes6 tag, uint32[] memory ids, uint256 range)
        private
        pure
        returns (bytes32[] memory salts, bytes32[] memory words)
    {
        uint256 from = 64 * range;
        uint256 count = (ids.length + 7) / 8 - from;
        if (count > 64) count = 64;
        (salts, words) = (new bytes32[](count), new bytes32[](count));
        for (uint256 i = 0; i < count; ++i) {
            (salts[i], words[i]) = (saltOf(tag, from + i), packed(ids, from + i));
        }
    }

    // -------------------------------------------------------------- blocks

    function test_block_outsideTheTrace() public {
        ReceiptEvidence memory e = evidence();
        uint32[2][4] memory outside = [[uint32(T), 0], [uint32(0), 7], [PROMPT - 2, 6], [type(uint32).max, 1]];
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(asker);
            vm.expectRevert(
                abi.encodeWithSelector(INodeTable.NoSuchNode.selector, NodeKind.Block, outside[i][0])
            );
            questions.askBlock(e, outside[i][0], outside[i][1]);
        }
        askBlock(asker, e, 0, 0);
        askBlock(asker, e, PROMPT - 1, 6);
        askBlock(asker, e, uint32(T) - 1, 6);
    }

    function test_block_onlyTheProvidersSignatureAnswers() public {
        ReceiptEvidence memory e = evidence();
        askBlock(asker, e, 3, 2);
        SignedOpening memory o = openingOf(e, 3, 2, "root");
        bytes32 structHash = keccak256(abi.encode(Eip712.OPENING_TYPEHASH, o.opening));
        o.signature = sign(operator2Key, structHash);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, operator2, provider));
        questions.answerBlock(e, o);
        o = openingOf(e, 3, 2, 0);
        bytes32 id = questions.questionId(hashOf(e), blockNode(3, 2));
        vm.expectRevert(abi.encodeWithSelector(IQuestions.WrongAnswer.selector, id));
        questions.answerBlock(e, o);
        // One of another block answers another question.
        o = openingOf(e, 3, 3, "root");
        bytes32 other = questions.questionId(hashOf(e), blockNode(3, 3));
        vm.expectRevert(abi.encodeWithSelector(IQuestions.NotOpen.selector, other, QuestionState.None));
        questions.answerBlock(e, o);

        // Operator rotation: the retired operator's signatures still count, so nothing is lost by retiring.
        o = openingOf(e, 3, 2, "root");
        vm.prank(provider);
        staking.retireOperator(operator);
        questions.answerBlock(e, o);
        assertEq(questions.questionOf(id).answerHash, "root", "stored");
    }

    /// @dev From an opening served off chain to the words of one chunk.
    function test_opening_toTheWordsOfAChunk() public {
        ReceiptEvidence memory e = evidence();
        (Node memory n, bytes32[] memory words) = chunkAsked(e);
        assertEq(n.level, 3, "int32");
        assertEq(n.size, 64, "the width");
        bytes32 receiptHash = hashOf(e);

        bytes32[] memory wrong = wordsOf(10);
        wrong[2] = bytes32(uint256(5));
        vm.expectRevert(StrictVerifier.ProofInvalid.selector);
        questions.answerChunk(e, n, wrong, stranger, "");
        wrong[2] = bytes32(uint256(words[2]) + TraceLib.R);
        vm.expectRevert(abi.encodeWithSelector(INodeTable.NotInField.selector, uint256(wrong[2])));
        questions.answerChunk(e, n, wrong, stranger, "");
        wrong = wordsOf(9);
        vm.expectRevert(abi.encodeWithSelector(INodeTable.BadAnswerLength.selector, "words", 9, 10));
        questions.answerChunk(e, n, wrong, stranger, "");

        questions.answerChunk(e, n, words, stranger, "");
        assertEq(uint8(ledger.faultOf(receiptHash)), uint8(FaultKind.None), "no fault");
        assertEq(staking.stakeOf(provider), STAKE, "nothing slashed");
    }

    /// @dev A word that no packing makes is an answer and a fault.
    function test_chunk_malformedWordIsAFault() public {
        ReceiptEvidence memory e = paid(evidence());
        (Node memory n, bytes32[] memory words) = chunkAsked(e);
        words[0] = bytes32(uint256(1) << 248);
        allow(n, words);
        uint256 before = vault.free(asker);
        questions.answerChunk(e, n, words, stranger, "");
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.WrongStep), "a proven fault");
        assertEq(staking.stakeOf(provider), STAKE - uint256(STAKE) * 15 / 100, "15 %");
        assertEq(vault.free(requester), FUNDS - 10_000e6 + e.receipt.fee, "refunded");
        assertEq(vault.free(asker), before + BOUNTY, "the asker found it");
        questions.payBond(hashOf(e), n);
        assertEq(vault.free(asker), before + BOUNTY + questions.terms().baseBond, "and has its bond back");

        // 2^248 - 1 is the last word that may be.
        e = evidence();
        e.receipt.seq = 8;
        e = signed(e.request, e.receipt);
        (n, words) = chunkAsked(e);
        words[0] = bytes32((uint256(1) << 248) - 1);
        allow(n, words);
        questions.answerChunk(e, n, words, stranger, "");
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.None), "canonical as far as bits go");
    }

    function wordsOf(uint256 n) private pure returns (bytes32[] memory words) {
        words = new bytes32[](n);
        for (uint256 i = 0; i < n; ++i) {
            words[i] = bytes32(uint256(keccak256(abi.encode("word", i))) >> 32);
        }
    }

    /// @dev Asks down from a signed opening of block (3, 2) to chunk 0 of vector 0, the residual before the layer.
    function chunkAsked(ReceiptEvidence memory e) private returns (Node memory n, bytes32[] memory words) {
        words = wordsOf(10);
        bytes32 digest = bytes32(uint256(keccak256("digest")) >> 8);
        bytes32[] memory roots = new bytes32[](table.vectors(header(), 3, 2));
        for (uint256 i = 0; i < roots.length; ++i) {
            roots[i] = keccak256(abi.encode("vector", i));
        }
        roots[0] = digest;
        SignedOpening memory o = openingOf(e, 3, 2, rootOf(roots));
        n = askDown(asker, e, o, roots);
        assertEq(uint8(n.kind), uint8(NodeKind.Chunk), "a chunk");
        allow(n, words);
    }

    /// @dev There is a proof that the digest is of these words.
    function allow(Node memory n, bytes32[] memory words) private {
        (uint256[5] memory input,) = nodes.bind(header(), n, words, stranger);
        assertEq(input[0], uint256(n.hash), "the digest");
        uint256 z = uint256(keccak256(abi.encodePacked(bytes32(0), n.hash, words))) % TraceLib.R;
        assertEq(input[1], z, "the point depends on digest and words");
        assertEq(uint8(input[3]), 22, "Bind");
        assertEq((input[3] >> 8) & 1, 1, "ok");
        verifier.allow("", input);
    }

    // ------------------------------------------------------------- silence

    function test_silence_slashesRefundsAndReturns() public {
        ReceiptEvidence memory e = paid(evidence());
        bytes32 id = askTrace(asker, e);
        vm.warp(block.timestamp + CLOCK);
        vm.expectEmit();
        emit IQuestions.QuestionExpired(hashOf(e), id, provider, 1, true, SMALL);
        vm.startPrank(stranger);
        questions.expire(e, traceNode(e));
        vm.stopPrank();
        assertEq(staking.stakeOf(provider), STAKE - SMALL, "5 %");
        assertEq(vault.free(requester), FUNDS - 10_000e6 + e.receipt.fee, "the requester is refunded");
        assertEq(vault.free(asker), FUNDS + ASK_COST, "bond and cost, no bounty");
        assertEq(vault.free(stranger), 0, "whoever knocked gets nothing");
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.None), "no proven fault");
        assertBonds(0);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.NotOpen.selector, id, QuestionState.None));
        this.expireExternal(e);
        askTrace(asker2, e);
        answerTrace(e);
    }

    function expireExternal(ReceiptEvidence calldata e) external {
        questions.expire(e, traceNode(e));
    }

    /// @dev Whoever expires cannot keep the refund back by leaving out the payment.
    function test_silence_refundsWhatAnybodyShowed() public {
        ReceiptEvidence memory e = paid(evidence());
        askTrace(asker, e);
        vm.warp(block.timestamp + CLOCK);
        Payment memory none;
        e.payment = none;
        questions.expire(e, traceNode(e));
        assertEq(vault.free(requester), FUNDS - 10_000e6 + e.receipt.fee, "the requester is refunded");
    }

    function test_silence_notPaid_refundsNothing() public {
        ReceiptEvidence memory e = evidence();
        askTrace(asker, e);
        vm.warp(block.timestamp + CLOCK);
        questions.expire(e, traceNode(e));
        assertEq(vault.free(requester), FUNDS - 10_000e6, "nothing was paid");
    }

    /// @dev Silence as a discount: the third one on a receipt is a proven fault.
    function test_silence_threeTimes_isAFault() public {
        ReceiptEvidence memory e = paid(evidence());
        askBlock(asker2, e, 1, 1);
        answerBlock(e, 1, 1);
        uint256 left = STAKE;
        for (uint256 i = 0; i < 3; ++i) {
            askTrace(asker, e);
            vm.warp(block.timestamp + CLOCK);
            questions.expire(e, traceNode(e));
            left -= left * (i == 2 ? 15 : 5) / 100;
            assertEq(staking.stakeOf(provider), left, "the rungs");
        }
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.Withheld), "withheld");
        assertEq(vault.free(asker), FUNDS + 2 * ASK_COST + BOUNTY / 20, "no bounty");
        uint64 epoch = epochNow() - 3 * CLOCK / EPOCH;
        (,, bool forfeited) = market.creditOf(provider, tuned, relayer, epoch);
        assertTrue(forfeited, "pending credit is forfeited");
        questions.payBond(hashOf(e), blockNode(1, 1));
        assertEq(vault.free(asker2), FUNDS, "who asked on the way has its bond back");
        assertBonds(0);
        vm.prank(asker);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.ReceiptProven.selector, hashOf(e)));
        questions.askTrace(e);
    }

    /// @dev One outage is one silence, however many questions it left open.
    function test_silence_ofOneClock_countsOnce() public {
        ReceiptEvidence memory e = evidence();
        Request memory q = requestOf(uint8(Audience.Auditors));
        q.salt = "other";
        ReceiptEvidence memory f = evidenceOf(q);
        askTrace(asker, e);
        vm.warp(block.timestamp + 5);
        askBlock(asker, e, 1, 1);
        askBlock(asker, e, 1, 2);
        askTrace(asker2, f);
        vm.warp(block.timestamp + CLOCK + 100);
        // In any order: the last to end first.
        questions.expire(f, traceNode(f));
        questions.expire(e, blockNode(1, 1));
        questions.expire(e, traceNode(e));
        questions.expire(e, blockNode(1, 2));
        assertEq(staking.stakeOf(provider), STAKE - SMALL, "one slash");
        assertEq(questions.dossierOf(hashOf(e)).silences, 1, "one silence of this receipt");
        assertEq(questions.dossierOf(hashOf(f)).silences, 1, "and one of that");
        assertEq(vault.free(asker), FUNDS, "bonds");
        assertEq(vault.free(asker2), FUNDS + ASK_COST, "bonds, and the cost of the one that slashed");
        assertBonds(0);
    }

    /// @dev Clocks that only touch are two.
    function test_silence_touchingClocks_countTwice() public {
        ReceiptEvidence memory e = evidence();
        askTrace(asker, e);
        vm.warp(block.timestamp + CLOCK - 1);
        askBlock(asker, e, 1, 1);
        vm.warp(block.timestamp + 1);
        askBlock(asker, e, 1, 2);
        vm.warp(block.timestamp + CLOCK);
        questions.expire(e, traceNode(e));
        questions.expire(e, blockNode(1, 1));
        assertEq(questions.dossierOf(hashOf(e)).silences, 1, "overlap by a second");
        questions.expire(e, blockNode(1, 2));
        assertEq(questions.dossierOf(hashOf(e)).silences, 2, "touch");
        assertEq(staking.stakeOf(provider), STAKE - SMALL - (STAKE - SMALL) / 20, "two slashes");
    }

    /// @dev The same for a job, whose answer no contract is then given.
    function test_silence_onAJob() public {
        JobOrder memory o = order();
        bytes32 job = requestJob(o);
        accept(job);
        uint32[] memory output = tokens(12, 300);
        ReceiptEvidence memory e;
        e.receipt = receiptOf(job, output);
        e.signature = signReceipt(operatorKey, e.receipt);
        deliver(job, output);
        e.request = Request({
            payment: job,
            modelVersion: o.modelVersion,
            requester: requester,
            promptRoot: this.tokenRoot(TokenRoot.PROMPT, o.prompt),
            promptTokens: uint32(o.prompt.length),
            maxOutputTokens: o.maxOutputTokens,
            paramsHash: keccak256(o.params),
            priceIn: o.priceIn,
            priceOut: o.priceOut,
            maxFee: o.maxFee,
            deadline: o.deadline,
            audience: uint8(Audience.Anyone),
            salt: o.salt
        });
        uint256 before = vault.free(requester);
        for (uint256 i = 0; i < 3; ++i) {
            // Finality waits for the question.
            vm.prank(asker);
            questions.askTokens(e, true, 0);
            vm.warp(block.timestamp + CLOCK);
            questions.expire(e, nodes.tokens(NodeKind.Output, e.receipt.outputRoot, 12, 0));
        }
        assertTrue(market.jobOf(job).disproved, "disproved");
        assertTrue(market.jobOf(job).forfeited, "forfeited");
        assertEq(vault.free(requester), before + e.receipt.fee, "refunded once");
        vm.warp(block.timestamp + 1000);
        market.finalizeJob(job);
        assertEq(vault.free(requester), before + o.maxFee, "and the rest of maxFee");
    }

    /// @dev No credit matures while a question is open, nor before the proof that may follow.
    function test_credit_waitsForTheQuestion() public {
        ReceiptEvidence memory e = paid(evidence());
        uint64 epoch = epochNow();
        vm.warp(maturityOf(epoch) - 1);
        askTrace(asker, e);
        uint64 heldUntil = uint64(block.timestamp) + CLOCK + PROOF_TIME;
        (, uint64 maturesAt,) = market.creditOf(provider, tuned, relayer, epoch);
        assertEq(maturesAt, heldUntil, "held");
        vm.warp(heldUntil - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.CreditNotMature.selector, epoch, heldUntil));
        market.mature(provider, tuned, relayer, epoch);
        vm.warp(heldUntil);
        market.mature(provider, tuned, relayer, epoch);
    }

    // ------------------------------------------------------------ squatting

    /// @dev Two askers, one node: no slot to squat, one answer for both.
    function test_squatting_isImpossible() public {
        ReceiptEvidence memory e = evidence();
        bytes32 id = askTrace(asker, e);
        vm.prank(asker2);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.AlreadyOpen.selector, id));
        questions.askTrace(e);
        askBlock(asker2, e, 1, 1);
        answerTrace(e);
        vm.prank(asker2);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.AlreadyAnswered.selector, id));
        questions.askTrace(e);
        bytes32[] memory top = childrenOf(boundaries(), 7, 0);
        Node memory n = traceNode(e);
        vm.prank(asker2);
        questions.askChild(e, n, top, 2);
        assertEq(questions.openOf(hashOf(e), asker2), 2, "its own questions");
    }

    /// @dev The cheater's puppet asks first everywhere and never follows up: it is slashed as fast as by anybody.
    function test_puppetFirstInLine_gainsNothing() public {
        ReceiptEvidence memory e = paid(evidence());
        address puppet = makeAddr("puppet");
        fund(puppet, FUNDS);
        uint256 start = block.timestamp;
        for (uint256 i = 0; i < 3; ++i) {
            askTrace(puppet, e);
            vm.warp(block.timestamp + CLOCK);
            vm.startPrank(asker);
            questions.expire(e, traceNode(e));
            vm.stopPrank();
        }
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.Withheld), "proven");
        assertEq(block.timestamp, start + 3 * CLOCK, "within three clocks");
        assertEq(vault.free(puppet), FUNDS + 2 * ASK_COST + BOUNTY / 20, "its costs");
        assertGe(
            vault.free(vault.BURN_ADDRESS()) * 100,
            (STAKE - staking.stakeOf(provider)) * 93,
            "the rest burned"
        );
    }

    // ---------------------------------------------------------------- bonds

    function test_bond_doublesWithTheQuestionsOpen() public {
        ReceiptEvidence memory e = evidence();
        uint256 sum = 0;
        for (uint32 i = 0; i < 5; ++i) {
            assertEq(questions.bondOf(hashOf(e), asker), uint256(BOND) << i, "doubles");
            askBlock(asker, e, i, 1);
            sum += uint256(BOND) << i;
        }
        assertEq(questions.bondOf(hashOf(e), asker2), BOND, "each asker for itself");
        assertBonds(sum);
        answerBlock(e, 3, 1);
        assertEq(questions.bondOf(hashOf(e), asker), uint256(BOND) << 4, "and halves with each answer");
        Request memory q = requestOf(uint8(Audience.Auditors));
        q.salt = "other";
        assertEq(questions.bondOf(hashOf(evidenceOf(q)), asker), BOND, "each receipt for itself");
    }

    function test_bond_notCovered_reverts() public {
        ReceiptEvidence memory e = evidence();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IVault.InsufficientFree.selector, stranger, 0, BOND));
        questions.askTrace(e);
        assertBonds(0);
    }

    /// @dev DSP-7: a thousand questions, every one answered by the provider: its balance never falls, and nobody waits.
    function test_DSP7_flood() public {
        Request memory q = requestOf(uint8(Audience.Anyone));
        uint32 asked = 0;
        uint256 bonds = 0;
        ReceiptEvidence memory e;
        bytes32[] memory receipts = new bytes32[](10);
        for (uint256 r = 0; r < 10; ++r) {
            q.salt = bytes32(r);
            e = evidenceOf(q);
            receipts[r] = hashOf(e);
            for (uint32 i = 0; i < 100; ++i) {
                (uint32 t, uint32 l) = (i / 6, i % 6);
                bonds += questions.bondOf(receipts[r], asker);
                askBlock(asker, e, t, l);
                if (i % 3 == 2) {
                    // Never more than three open: 2^1000 is not to be had.
                    for (uint32 k = i - 2; k <= i; ++k) {
                        answerBlock(e, k / 6, k % 6);
                    }
                }
                ++asked;
                if (i % 10 == 9) vm.warp(block.timestamp + 1);
            }
            answerBlock(e, 16, 3);
        }
        assertEq(asked, 1000, "a thousand");
        assertEq(staking.stakeOf(provider), STAKE, "no stake lost");
        assertEq(vault.free(asker), FUNDS - bonds, "who paid");
        assertBonds(bonds);
        vm.warp(block.timestamp + 10_000);
        for (uint256 r = 0; r < 10; ++r) {
            for (uint32 i = 0; i < 100; ++i) {
                questions.payBond(receipts[r], blockNode(i / 6, i % 6));
            }
        }
        uint256 burned = vault.free(vault.BURN_ADDRESS());
        assertEq(burned, bonds / 3, "a third burns");
        assertEq(vault.free(provider) + vault.free(operator), bonds - burned, "the rest is the provider's");
        assertBonds(0);
    }

    // ---------------------------------------------------------------- proofs

    /// @dev An open question never blocks a proof, and does not outlive it.
    function test_proof_whileQuestionsAreOpen() public {
        ReceiptEvidence memory e = paid(evidence());
        askTrace(asker, e);
        askBlock(asker, e, 1, 1);
        askBlock(asker2, e, 1, 2);
        answerBlock(e, 1, 2);
        Verdict memory v;
        (v.kind, v.cause, v.provider, v.submitter) = (FaultKind.WrongStep, hashOf(e), provider, auditor);
        vm.prank(address(claims));
        ledger.convict(v);
        uint256 left = staking.stakeOf(provider);
        questions.expire(e, traceNode(e));
        questions.expire(e, blockNode(1, 1));
        questions.payBond(hashOf(e), blockNode(1, 2));
        assertEq(staking.stakeOf(provider), left, "nothing more is slashed");
        assertEq(vault.free(asker), FUNDS, "bonds return at once");
        assertEq(vault.free(asker2), FUNDS, "that of the answered question too");
        assertBonds(0);
    }

    // -------------------------------------------------------------- audience

    function test_audience() public {
        ReceiptEvidence memory e = evidenceOf(requestOf(uint8(Audience.RequesterOnly)));
        bytes memory refused =
            abi.encodeWithSelector(IQuestions.NotEntitled.selector, asker, uint8(Audience.RequesterOnly));
        vm.startPrank(asker);
        vm.expectRevert(refused);
        questions.askTrace(e);
        vm.expectRevert(refused);
        questions.askBlock(e, 1, 1);
        vm.expectRevert(refused);
        questions.askParams(e);
        vm.expectRevert(refused);
        questions.askTokens(e, true, 0);
        vm.stopPrank();
        vm.startPrank(requester);
        questions.askTrace(e);
        vm.expectRevert(
            abi.encodeWithSelector(IQuestions.NotEntitled.selector, requester, uint8(Audience.RequesterOnly))
        );
        questions.askTokens(e, true, 0);
        vm.stopPrank();
        // Who has not seen the request cannot make one up.
        e = evidence();
        e.request.salt = "guess";
        vm.prank(asker);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "requestHash"));
        questions.askTokens(e, true, 0);
        e = evidenceOf(requestOf(uint8(Audience.Anyone)));
        vm.prank(asker);
        questions.askTokens(e, true, 0);
    }

    function test_sampledClass_isNotAsked() public {
        Request memory q = requestOf(uint8(Audience.Anyone));
        q.modelVersion = upstream;
        ReceiptEvidence memory e = evidenceOf(q);
        vm.prank(asker);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotProvenClass.selector, upstream));
        questions.askParams(e);
    }

    // ---------------------------------------------------------------- window

    function test_window_atItsEdges() public {
        ReceiptEvidence memory e = evidence();
        uint64 until = e.request.deadline + W;
        vm.warp(until);
        vm.prank(asker);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.WindowClosed.selector, hashOf(e), until));
        questions.askTrace(e);
        vm.warp(until - 1);
        askTrace(asker, e);
        // The clock's time is added: the answer can be followed up.
        vm.warp(until + CLOCK - 2);
        answerTrace(e);
        bytes32[] memory top = childrenOf(boundaries(), 7, 0);
        Node memory n = traceNode(e);
        vm.prank(asker);
        questions.askChild(e, n, top, 2);
    }

    /// @dev Questions side by side extend the window once; one after the other each; never past maxHold.
    function test_window_extendsByTheTimeInQuestions() public {
        ReceiptEvidence memory e = evidence();
        uint64 own = e.request.deadline + W;
        askBlock(asker, e, 1, 1);
        askBlock(asker, e, 1, 2);
        askBlock(asker2, e, 1, 3);
        assertEq(questions.payableFrom(hashOf(e)), own + CLOCK, "side by side");
        vm.warp(block.timestamp + 5);
        askBlock(asker, e, 1, 4);
        assertEq(questions.payableFrom(hashOf(e)), own + CLOCK + 5, "by what is not covered yet");
        for (uint32 i = 0; i < 40; ++i) {
            vm.warp(block.timestamp + CLOCK);
            vm.prank(asker2);
            try questions.askBlock(e, 2 + i / 6, i % 6) {
                answerBlock(e, 2 + i / 6, i % 6);
            } catch (bytes memory reason) {
                bytes memory closed =
                    abi.encodeWithSelector(IEvidence.WindowClosed.selector, hashOf(e), own + MAX_HOLD);
                assertEq(reason, closed, "at most maxHold later");
                assertGe(block.timestamp, own + MAX_HOLD, "over");
                return;
            }
        }
        revert("the window never closed");
    }

    /// @dev A deadline in the far future puts no receipt out of reach, and no bond either.
    function test_window_withoutEnd() public {
        Request memory q = requestOf(uint8(Audience.Auditors));
        uint64[3] memory deadlines = [type(uint64).max, type(uint64).max - W - MAX_HOLD, uint64(1) << 41];
        for (uint256 i = 0; i < 3; ++i) {
            q.deadline = deadlines[i];
            ReceiptEvidence memory e = evidenceOf(q);
            askBlock(asker, e, 1, 1);
            askTrace(asker, e);
            answerTrace(e);
            uint64 deadline = uint64(block.timestamp) + CLOCK;
            vm.warp(deadline);
            questions.expire(e, blockNode(1, 1));
            assertEq(questions.dossierOf(hashOf(e)).silences, 1, "silence counts");
            uint64 latest = deadline + W + MAX_HOLD + MAX_DEADLINE;
            vm.warp(latest - 1);
            bytes32 receiptHash = hashOf(e);
            Node memory n = traceNode(e);
            vm.expectRevert(abi.encodeWithSelector(IQuestions.StillDisputable.selector, receiptHash, latest));
            questions.payBond(receiptHash, n);
            vm.warp(latest);
            questions.payBond(receiptHash, n);
            assertBonds(0);
        }
    }

    // --------------------------------------------------------------- replay

    /// @dev DSP-6: an answer counts for its receipt, chain and contract only.
    function test_DSP6_replay() public {
        ReceiptEvidence memory e = evidence();
        Request memory q = requestOf(uint8(Audience.Auditors));
        q.salt = "other";
        ReceiptEvidence memory f = evidenceOf(q);
        askTrace(asker, e);
        answerTrace(e);
        askTrace(asker, f);
        // The same tree under another receipt is another question, with a clock of its own.
        Node memory n = traceNode(e);
        bytes32 id = questions.questionId(hashOf(e), n);
        bytes32[] memory children = childrenOf(boundaries(), 7, 0);
        bytes32 receiptHash = hashOf(e);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.NotOpen.selector, id, QuestionState.Answered));
        questions.answerNode(receiptHash, n, SALT, children);
        askBlock(asker, f, 1, 1);
        SignedOpening memory o = openingOf(e, 1, 1, "root");
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "opening"));
        questions.answerBlock(f, o);
        // Another chain has another domain: request and receipt hash to something that nobody signed.
        vm.chainId(1);
        vm.prank(asker);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "requestHash"));
        questions.askTrace(e);
    }

    function test_evidence_ofNobody() public {
        ReceiptEvidence memory e = evidence();
        e.signature = signReceipt(operator2Key, e.receipt);
        vm.prank(asker);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, operator2, provider));
        questions.askTrace(e);
    }

    /// @dev A question and its answer are named by hashes: the same transactions in another order after a reorg do no harm.
    function test_reorg_anyOrder() public {
        ReceiptEvidence memory e = evidence();
        uint256 fork = vm.snapshotState();
        askTrace(asker, e);
        bytes32 id = askBlock(asker, e, 1, 1);
        answerTrace(e);
        vm.revertToState(fork);
        // The answer is mined first, the questions in reverse, by others.
        Node memory n = traceNode(e);
        bytes32[] memory children = childrenOf(boundaries(), 7, 0);
        bytes32 receiptHash = hashOf(e);
        bytes32 traceId = questions.questionId(receiptHash, n);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.NotOpen.selector, traceId, QuestionState.None));
        questions.answerNode(receiptHash, n, SALT, children);
        assertEq(askBlock(asker2, e, 1, 1), id, "the same name");
        askTrace(asker2, e);
        answerTrace(e);
        answerBlock(e, 1, 1);
        assertEq(questions.questionOf(id).asker, asker2, "bonds credit who paid them");
    }

    // --------------------------------------------------------------- stake

    function test_unbonding_whileAsked() public {
        ReceiptEvidence memory e = evidence();
        vm.prank(provider);
        staking.unbond(STAKE);
        vm.warp(block.timestamp + UNBONDING - 1);
        // A receipt of today, whose provider is one second from the exit.
        Request memory q = requestOf(uint8(Audience.Anyone));
        q.deadline = uint64(block.timestamp) + 30;
        e = evidenceOf(q);
        askTrace(asker, e);
        askBlock(asker, e, 1, 1);
        vm.warp(block.timestamp + 1);
        vm.expectPartialRevert(IStaking.ExitNotOpen.selector);
        staking.completeUnbond(provider);
        vm.warp(block.timestamp + CLOCK);
        questions.expire(e, traceNode(e));
        assertEq(staking.stakeOf(provider), uint256(STAKE) * 95 / 100, "all of it was there to be slashed");
    }

    function test_terms_areChecked() public view {
        assertEq(questions.terms().clock, CLOCK, "clock");
        (address v, address n, address r, address g) = questions.questionsWiring();
        assertEq(v, address(vault), "vault");
        assertEq(n, address(nodes), "nodes");
        assertEq(r, address(verifiers), "verifiers");
        assertEq(g, address(disputes), "game");
        assertEq(nodes.stepTable(), address(table), "table");
    }

    function test_onlyTheLedgersModules() public {
        Verdict memory v;
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDisputeLedger.NotModule.selector, stranger));
        ledger.convict(v);
    }
}
