// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClaims, PaidLeaf, SignedReceipt, TreeNode} from "../../src/interfaces/IClaims.sol";
import {IDisputeLedger} from "../../src/interfaces/IDisputeLedger.sol";
import {IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {FeeLib} from "../../src/libraries/FeeLib.sol";
import {MerkleLib} from "../../src/libraries/MerkleLib.sol";
import {ParamsLib} from "../../src/libraries/ParamsLib.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {TokenLib} from "../../src/libraries/TokenLib.sol";
import {TokenRoot} from "../../src/libraries/TokenRoot.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {FaultKind, Payment, ReceiptEvidence, TokenLeaf} from "../../src/types/DisputeTypes.sol";
import {Audience, Finish, Receipt as AnswerReceipt, Request, Voucher} from "../../src/types/Types.sol";
import {QuestionsBase} from "./QuestionsBase.sol";

contract ClaimsTest is QuestionsBase {
    uint256 private constant SMALL = uint256(STAKE) / 20;
    uint256 private constant FAULT = uint256(STAKE) * 15 / 100;

    function q() private view returns (Request memory) {
        return requestOf(uint8(Audience.Auditors));
    }

    function signedBy(uint256 key, AnswerReceipt memory r) private view returns (SignedReceipt memory) {
        return SignedReceipt(r, signReceipt(key, r));
    }

    function assertProven(ReceiptEvidence memory e, FaultKind kind, string memory what) private view {
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(kind), what);
        assertEq(staking.stakeOf(provider), STAKE - FAULT, string.concat(what, ": 15 %"));
    }

    // -------------------------------------------------------- equivocation

    /// @dev DSP-11: a receipt that differs in any one field under the same number.
    function test_DSP11_equivocation_everyFieldOnce() public {
        AnswerReceipt memory a = answerTo(q());
        uint256 fresh = vm.snapshotState();
        for (uint256 field = 0; field < 8; ++field) {
            AnswerReceipt memory b = answerTo(q());
            if (field == 0) b.requestHash = "other";
            if (field == 1) b.provider = provider2;
            if (field == 2) b.outputRoot = "other";
            if (field == 3) ++b.outputTokens;
            if (field == 4) b.finish = uint8(Finish.Stop);
            if (field == 5) b.traceRoot = "other";
            if (field == 6) ++b.fee;
            if (field == 7) ++b.completedAt;
            vm.expectEmit();
            emit IClaims.Equivocated(provider, operator, receiptHashOf(a), receiptHashOf(b));
            claims.claimEquivocation(signedBy(operatorKey, a), signedBy(operatorKey, b), auditor);
            assertEq(staking.stakeOf(provider), STAKE - SMALL, "5 %");
            assertEq(vault.free(auditor), BOUNTY, "bounty");
            vm.expectRevert(
                abi.encodeWithSelector(
                    IClaims.AlreadyClaimed.selector, keccak256(abi.encode("seq", operator, a.seq))
                )
            );
            claims.claimEquivocation(signedBy(operatorKey, b), signedBy(operatorKey, a), auditor);
            vm.revertToState(fresh);
        }
    }

    function test_equivocation_lookAlikes() public {
        AnswerReceipt memory a = answerTo(q());
        AnswerReceipt memory b = answerTo(q());
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimEquivocation(signedBy(operatorKey, a), signedBy(operatorKey, b), auditor);
        // Another number: a retry.
        ++b.seq;
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoPair.selector, "seq"));
        claims.claimEquivocation(signedBy(operatorKey, a), signedBy(operatorKey, b), auditor);
        // Another operator: its own counter, at the same provider or another.
        b.seq = a.seq;
        b.fee = 1;
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoPair.selector, "operator"));
        claims.claimEquivocation(signedBy(operatorKey, a), signedBy(operator2Key, b), auditor);
        // Nobody's operator.
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, delegate, address(0)));
        claims.claimEquivocation(signedBy(delegateKey, a), signedBy(delegateKey, b), auditor);
        // No signature at all.
        SignedReceipt memory none = SignedReceipt(a, "");
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, address(0), address(0)));
        claims.claimEquivocation(none, none, auditor);
        vm.expectRevert(IClaims.ZeroSubmitter.selector);
        claims.claimEquivocation(signedBy(operatorKey, a), signedBy(operatorKey, b), address(0));
        assertEq(staking.stakeOf(provider), STAKE, "nothing slashed");
    }

    /// @dev A receipt is of one chain: the same key may use the same numbers elsewhere.
    function test_equivocation_acrossChains() public {
        AnswerReceipt memory a = answerTo(q());
        AnswerReceipt memory b = answerTo(q());
        b.fee = 1;
        vm.chainId(1);
        SignedReceipt memory there = signedBy(operatorKey, b);
        vm.chainId(31_337);
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoPair.selector, "operator"));
        claims.claimEquivocation(signedBy(operatorKey, a), there, auditor);
    }

    /// @dev A retired operator's receipts stay its provider's.
    function test_equivocation_afterRotation() public {
        vm.prank(provider);
        staking.retireOperator(operator);
        AnswerReceipt memory a = answerTo(q());
        AnswerReceipt memory b = answerTo(q());
        b.finish = uint8(Finish.Cancelled);
        claims.claimEquivocation(signedBy(operatorKey, a), signedBy(operatorKey, b), auditor);
        assertEq(staking.stakeOf(provider), STAKE - SMALL, "5 %");
    }

    /// @dev DSP-11: a thousand pairs of an honest provider: retries, partial answers, other requests.
    /// forge-config: default.fuzz.runs = 1000
    function testFuzz_DSP11_honestPairs(uint64 seqA, uint64 seqB, uint32 tokensB, uint8 kind) public {
        vm.assume(seqA != seqB);
        AnswerReceipt memory a = answerTo(q());
        AnswerReceipt memory b = answerTo(q());
        (a.seq, b.seq) = (seqA, seqB);
        kind = uint8(bound(kind, 0, 2));
        if (kind == 1) {
            // A partial answer, and later the whole one under another number.
            b.outputTokens = uint32(bound(tokensB, 0, OUTPUT - 1));
            b.finish = uint8(Finish.Cancelled);
            (b.outputRoot, b.traceRoot) = (keccak256(abi.encode(tokensB)), "shorter");
        }
        if (kind == 2) (b.requestHash, b.outputRoot, b.traceRoot) = ("other", "other", "other");
        ReceiptEvidence memory e = signed(q(), a);
        SignedReceipt memory sa = signedBy(operatorKey, a);
        SignedReceipt memory sb = signedBy(operatorKey, b);
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoPair.selector, "seq"));
        claims.claimEquivocation(sa, sb, auditor);
        if (kind == 0) vm.expectRevert(IClaims.NoFault.selector);
        if (kind == 1) vm.expectRevert(abi.encodeWithSelector(IClaims.NoPair.selector, "outputTokens"));
        if (kind == 2) vm.expectRevert(abi.encodeWithSelector(IClaims.NoPair.selector, "requestHash"));
        claims.claimTwoAnswers(e, sb, auditor);
        assertEq(staking.stakeOf(provider), STAKE, "0 slashes");
    }

    function test_twoAnswers() public {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 fresh = vm.snapshotState();
            ReceiptEvidence memory e = paid(evidence());
            AnswerReceipt memory b = answerTo(q());
            b.seq = 99;
            if (i == 0) b.outputRoot = "other";
            else b.traceRoot = "other";
            claims.claimTwoAnswers(e, signedBy(operatorKey, b), auditor);
            assertEq(staking.stakeOf(provider), STAKE - SMALL, "5 %");
            assertEq(vault.free(requester), FUNDS - 10_000e6 + e.receipt.fee, "refunded");
            bytes32 claim = keccak256(abi.encode("request", provider, e.receipt.requestHash));
            vm.expectRevert(abi.encodeWithSelector(IClaims.AlreadyClaimed.selector, claim));
            claims.claimTwoAnswers(e, signedBy(operatorKey, b), auditor);
            vm.revertToState(fresh);
        }
        // Another provider's other answer proves nothing against this one.
        ReceiptEvidence memory own = evidence();
        AnswerReceipt memory c = answerTo(q());
        (c.provider, c.outputRoot) = (provider2, "other");
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, operator2, provider));
        claims.claimTwoAnswers(own, signedBy(operator2Key, c), auditor);
        // A sampled model may answer twice.
        Request memory sampled = q();
        sampled.modelVersion = upstream;
        AnswerReceipt memory x = answerTo(sampled);
        AnswerReceipt memory y = answerTo(sampled);
        (y.seq, y.outputRoot) = (99, "other");
        own = signed(sampled, x);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotProvenClass.selector, upstream));
        claims.claimTwoAnswers(own, signedBy(operatorKey, y), auditor);
    }

    // ------------------------------------------------------------- billing

    /// @dev DSP-11: fee and count at -1, 0, +1.
    function test_DSP11_billing_feeAroundTheRule() public {
        uint256 fresh = vm.snapshotState();
        for (uint256 i = 0; i < 3; ++i) {
            AnswerReceipt memory r = answerTo(q());
            r.fee = r.fee - 1 + uint128(i);
            ReceiptEvidence memory e = signed(q(), r);
            if (i == 1) {
                vm.expectRevert(IClaims.NoFault.selector);
                claims.claimBilling(e, auditor);
            } else {
                claims.claimBilling(e, auditor);
                assertProven(e, FaultKind.OverBilling, "fee");
                assertEq(vault.free(auditor), BOUNTY, "bounty");
            }
            vm.revertToState(fresh);
        }
    }

    function test_DSP11_billing_maxFeeAndCount() public {
        uint256 fresh = vm.snapshotState();
        for (uint256 i = 0; i < 3; ++i) {
            // maxFee one below the fee, the fee, one above.
            Request memory r = q();
            r.maxFee = 33e6 - 1 + uint128(i);
            ReceiptEvidence memory e = evidenceOf(r);
            if (i != 0) vm.expectRevert(IClaims.NoFault.selector);
            claims.claimBilling(e, auditor);
            if (i == 0) assertProven(e, FaultKind.OverBilling, "maxFee");
            vm.revertToState(fresh);
            // One token fewer allowed than sent, as many, one more.
            r = q();
            r.maxOutputTokens = OUTPUT - 1 + uint32(i);
            e = evidenceOf(r);
            if (i != 0) vm.expectRevert(IClaims.NoFault.selector);
            claims.claimBilling(e, auditor);
            if (i == 0) assertProven(e, FaultKind.OverBilling, "count");
            vm.revertToState(fresh);
        }
    }

    /// @dev Both classes: whatever prices and counts, the formula's fee is never a fault, its neighbours always are.
    /// forge-config: default.fuzz.runs = 256
    function testFuzz_billing(
        uint32 promptTokens,
        uint32 outputTokens,
        uint128 priceIn,
        uint128 priceOut,
        bool s
    ) public {
        Request memory r = q();
        if (s) r.modelVersion = upstream;
        (r.promptTokens, r.priceIn, r.priceOut) =
        (promptTokens, uint128(bound(priceIn, 0, 1e24)), uint128(bound(priceOut, 0, 1e24)));
        (r.maxOutputTokens, r.maxFee) = (type(uint32).max, type(uint128).max);
        AnswerReceipt memory a = answerTo(r);
        a.outputTokens = outputTokens;
        a.fee = uint128(FeeLib.fee(promptTokens, outputTokens, r.priceIn, r.priceOut));
        ReceiptEvidence memory e = signed(r, a);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimBilling(e, auditor);
        ++a.fee;
        claims.claimBilling(signed(r, a), auditor);
        assertEq(staking.stakeOf(provider), STAKE - FAULT, "one unit more");
    }

    function test_billing_refundsAndForfeits() public {
        AnswerReceipt memory r = answerTo(q());
        r.fee += 5;
        ReceiptEvidence memory e = paid(signed(q(), r));
        claims.claimBilling(e, auditor);
        assertEq(vault.free(requester), FUNDS - 10_000e6 + r.fee, "the whole fee came back");
        (,, bool forfeited) = market.creditOf(provider, tuned, relayer, epochNow());
        assertTrue(forfeited, "forfeited");
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeLedger.AlreadyProven.selector, hashOf(e), FaultKind.OverBilling)
        );
        claims.claimBilling(e, auditor);
    }

    function test_claims_closeWithTheWindow() public {
        AnswerReceipt memory r = answerTo(q());
        r.fee += 5;
        ReceiptEvidence memory e = signed(q(), r);
        uint64 until = e.request.deadline + W;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.WindowClosed.selector, hashOf(e), until));
        claims.claimBilling(e, auditor);
        vm.warp(until - 1);
        vm.expectRevert(IClaims.ZeroSubmitter.selector);
        claims.claimBilling(e, address(0));
        claims.claimBilling(e, auditor);
    }

    // -------------------------------------------------------------- finish

    struct Counts {
        uint8 finish;
        uint32 prompt;
        uint32 output;
        uint32 max;
        bool wrong;
    }

    /// @dev The model has 512 positions: 500 + 13 - 1.
    function test_finish_againstCounts() public {
        Counts[27] memory cases = [
            Counts(uint8(Finish.Length), 9, 11, 12, true),
            Counts(uint8(Finish.Length), 9, 12, 12, false),
            Counts(uint8(Finish.Length), 9, 0, 12, true),
            Counts(uint8(Finish.Stop), 9, 0, 12, true),
            Counts(uint8(Finish.Stop), 9, 1, 12, false),
            Counts(uint8(Finish.Context), 500, 12, 99, true),
            Counts(uint8(Finish.Context), 500, 13, 99, false),
            Counts(uint8(Finish.Context), 500, 14, 99, true),
            Counts(uint8(Finish.Context), 512, 0, 99, true),
            Counts(uint8(Finish.Context), 512, 1, 99, false),
            // Several conditions hold: each finish is right.
            Counts(uint8(Finish.Length), 500, 13, 13, false),
            Counts(uint8(Finish.Stop), 500, 13, 13, false),
            // Ended by the requester: no count contradicts it, but the model's own.
            Counts(uint8(Finish.Cancelled), 9, 0, 12, false),
            Counts(uint8(Finish.Cancelled), 9, 3, 12, false),
            Counts(uint8(Finish.StopString), 9, 3, 12, false),
            Counts(uint8(Finish.Cancelled), 500, 13, 99, false),
            Counts(uint8(Finish.Cancelled), 500, 14, 99, true),
            Counts(uint8(Finish.StopString), 513, 1, 99, true),
            Counts(uint8(Finish.None), 9, 3, 12, true),
            Counts(6, 9, 3, 12, true),
            // A prompt that no honest provider reads, whatever came of it.
            Counts(uint8(Finish.Length), 0, 12, 12, true),
            Counts(uint8(Finish.Cancelled), 0, 0, 12, true),
            Counts(uint8(Finish.Cancelled), 512, 0, 12, false),
            Counts(uint8(Finish.Cancelled), 513, 0, 12, true),
            // Nothing was computed.
            Counts(uint8(Finish.Cancelled), 1, 0, 12, true),
            Counts(uint8(Finish.Cancelled), 2, 0, 12, false),
            Counts(uint8(Finish.Stop), 1, 1, 12, false)
        ];
        uint256 fresh = vm.snapshotState();
        for (uint256 i = 0; i < cases.length; ++i) {
            Counts memory c = cases[i];
            Request memory r = q();
            (r.promptTokens, r.maxOutputTokens) = (c.prompt, c.max);
            AnswerReceipt memory a = answerTo(r);
            (a.finish, a.outputTokens) = (c.finish, c.output);
            ReceiptEvidence memory e = signed(r, a);
            if (!c.wrong) vm.expectRevert(IClaims.NoFault.selector);
            claims.claimFinish(e, auditor);
            if (c.wrong) assertProven(e, FaultKind.Finish, vm.toString(i));
            vm.revertToState(fresh);
        }
    }

    /// @dev Tokens that end with `last`; the others are none of the stop ids 2, 300, 301.
    function endingWith(uint32 last, uint8 finish)
        private
        view
        returns (ReceiptEvidence memory, uint32[] memory)
    {
        uint32[] memory ids = outputIds();
        ids[OUTPUT - 1] = last;
        return (withTokens(ids, finish), ids);
    }

    function withTokens(uint32[] memory ids, uint8 finish) private view returns (ReceiptEvidence memory) {
        AnswerReceipt memory a = answerTo(q());
        a.outputRoot = rootOf(tokenLeaves(TokenRoot.OUTPUT, ids));
        a.finish = finish;
        return signed(q(), a);
    }

    function test_stop_lastToken() public {
        uint32[4] memory lasts = [uint32(2), 300, 301, 299];
        uint256 fresh = vm.snapshotState();
        for (uint256 i = 0; i < 4; ++i) {
            (ReceiptEvidence memory e, uint32[] memory ids) = endingWith(lasts[i], uint8(Finish.Stop));
            TokenLeaf memory leaf = tokenLeaf(ids, 1);
            if (i != 3) vm.expectRevert(IClaims.NoFault.selector);
            claims.claimStop(e, OUTPUT - 1, leaf, params(), auditor);
            if (i == 3) assertProven(e, FaultKind.Finish, "no stop id");
            vm.revertToState(fresh);
        }
        // Only with the finish stop: an answer of full length may end as it likes, with a stop id too.
        for (uint8 finish = uint8(Finish.Length); finish <= uint8(Finish.Cancelled); ++finish) {
            for (uint256 i = 0; i < 4; ++i) {
                (ReceiptEvidence memory e, uint32[] memory ids) = endingWith(lasts[i], finish);
                TokenLeaf memory leaf = tokenLeaf(ids, 1);
                vm.expectRevert(IClaims.NoFault.selector);
                claims.claimStop(e, OUTPUT - 1, leaf, params(), auditor);
            }
        }
    }

    function test_stop_beforeTheEnd() public {
        uint256 fresh = vm.snapshotState();
        for (uint8 finish = 1; finish <= 5; ++finish) {
            bool exempt = finish >= uint8(Finish.StopString);
            for (uint32 i = 0; i < OUTPUT - 1; i += 5) {
                uint32[] memory ids = outputIds();
                ids[i] = i == 5 ? 300 : 2;
                ReceiptEvidence memory e = withTokens(ids, finish);
                TokenLeaf memory leaf = tokenLeaf(ids, i / 8);
                if (exempt) vm.expectRevert(IClaims.NoFault.selector);
                claims.claimStop(e, i, leaf, i == 5 ? params() : bytes(""), auditor);
                if (!exempt) assertProven(e, FaultKind.Finish, "went on");
                vm.revertToState(fresh);
                // Its neighbour is no stop id.
                leaf = tokenLeaf(ids, (i + 1) / 8);
                if (i + 1 == OUTPUT - 1) continue;
                vm.expectRevert(IClaims.NoFault.selector);
                claims.claimStop(e, i + 1, leaf, params(), auditor);
            }
        }
    }

    function test_stop_needsTheRightTokensAndParams() public {
        (ReceiptEvidence memory e, uint32[] memory ids) = endingWith(299, uint8(Finish.Stop));
        TokenLeaf memory leaf = tokenLeaf(ids, 1);
        vm.expectRevert(IClaims.BadParams.selector);
        claims.claimStop(e, OUTPUT - 1, leaf, hex"01", auditor);
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoSuchToken.selector, OUTPUT, OUTPUT));
        claims.claimStop(e, OUTPUT, leaf, params(), auditor);
        // Wrong last token: the provider committed to another.
        leaf.ids ^= bytes32(uint256(1) << 128);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "outputRoot"));
        claims.claimStop(e, OUTPUT - 1, leaf, params(), auditor);
        leaf = tokenLeaf(ids, 0);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "outputRoot"));
        claims.claimStop(e, OUTPUT - 1, leaf, params(), auditor);
        leaf.path = new bytes32[](0);
        vm.expectRevert(abi.encodeWithSelector(TokenLib.BadTokenPath.selector, 0, 1));
        claims.claimStop(e, 0, leaf, params(), auditor);
        // Parameters of another form say nothing about stop ids; who answered them is claimParams' matter.
        Request memory r = q();
        r.paramsHash = keccak256(hex"0102");
        AnswerReceipt memory a = answerTo(r);
        (a.outputRoot, a.finish) = (e.receipt.outputRoot, uint8(Finish.Stop));
        ReceiptEvidence memory void_ = signed(r, a);
        leaf = tokenLeaf(ids, 1);
        vm.expectRevert(abi.encodeWithSelector(ParamsLib.NotCanonical.selector, 2));
        claims.claimStop(void_, OUTPUT - 1, leaf, hex"0102", auditor);
    }

    // ------------------------------------------------------------- padding

    function test_unusedSlots() public {
        uint256 fresh = vm.snapshotState();
        bytes32[] memory leaves = tokenLeaves(TokenRoot.OUTPUT, outputIds());
        // Twelve tokens: slots 4 to 7 of leaf 1 are behind the last.
        for (uint256 slot = 0; slot < 8; ++slot) {
            TokenLeaf memory leaf = tokenLeaf(outputIds(), 1);
            leaf.ids ^= bytes32(uint256(1) << (224 - 32 * slot));
            leaves[1] = keccak256(abi.encodePacked(bytes1(0x00), leaf.salt, leaf.ids));
            AnswerReceipt memory a = answerTo(q());
            a.outputRoot = rootOf(leaves);
            ReceiptEvidence memory e = signed(q(), a);
            if (slot < 4) vm.expectRevert(IClaims.NoFault.selector);
            claims.claimUnusedSlot(e, leaf, auditor);
            if (slot >= 4) assertProven(e, FaultKind.Padding, "slot");
            vm.revertToState(fresh);
        }
        ReceiptEvidence memory honest = evidence();
        TokenLeaf memory last = tokenLeaf(outputIds(), 1);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimUnusedSlot(honest, last, auditor);
    }

    function test_unusedSlots_fullLeaf() public {
        uint32[] memory ids = tokens(8, 200);
        AnswerReceipt memory a = answerTo(q());
        (a.outputRoot, a.outputTokens) = (rootOf(tokenLeaves(TokenRoot.OUTPUT, ids)), 8);
        ReceiptEvidence memory e = signed(q(), a);
        TokenLeaf memory leaf = tokenLeaf(ids, 0);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimUnusedSlot(e, leaf, auditor);
    }

    function node(bytes32[] memory leaves, uint8 level, uint64 index)
        private
        pure
        returns (TreeNode memory n)
    {
        (n.level, n.index) = (level, index);
        n.hash = levelOf(leaves, level)[index];
        n.path = pathOf(leaves, index, level);
    }

    /// @dev 120 boundaries under 128 leaves: every node of every level of the honest tree is no fault.
    function test_traceTree_honest() public {
        ReceiptEvidence memory e = evidence();
        bytes32[] memory leaves = boundaries();
        for (uint8 level = 0; level <= 7; ++level) {
            uint64 step = level < 3 ? 7 : 1;
            for (uint64 i = 0; i < uint64(1) << (7 - level); i += step) {
                TreeNode memory n = node(leaves, level, i);
                vm.expectRevert(IClaims.NoFault.selector);
                claims.claimTraceTree(e, n, SALT, auditor);
            }
        }
        TreeNode memory last = node(leaves, 0, 127);
        assertEq(last.hash, 0, "padding");
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimTraceTree(e, last, SALT, auditor);
    }

    function withTrace(bytes32 root) private view returns (ReceiptEvidence memory) {
        AnswerReceipt memory a = answerTo(q());
        a.traceRoot = TraceLib.traceRoot(SALT, root);
        return signed(q(), a);
    }

    function test_traceTree_nonZeroPadding() public {
        uint256 fresh = vm.snapshotState();
        for (uint256 i = 119; i < 128; ++i) {
            bytes32[] memory leaves = levelOf(boundaries(), 0);
            leaves[i] = "something";
            ReceiptEvidence memory e = withTrace(rootOf(leaves));
            TreeNode memory n = node(leaves, 0, uint64(i));
            if (i == 119) vm.expectRevert(IClaims.NoFault.selector);
            claims.claimTraceTree(e, n, SALT, auditor);
            if (i != 119) assertProven(e, FaultKind.Padding, "padding");
            vm.revertToState(fresh);
            if (i == 119) continue;
            // By a node above it as well: level 3 holds leaves 120 to 127.
            n = node(leaves, 3, 15);
            claims.claimTraceTree(e, n, SALT, auditor);
            assertProven(e, FaultKind.Padding, "subtree");
            vm.revertToState(fresh);
        }
    }

    function test_traceTree_holes() public {
        bytes32[] memory leaves = levelOf(boundaries(), 0);
        leaves[17] = 0;
        ReceiptEvidence memory e = withTrace(rootOf(leaves));
        TreeNode memory n = node(leaves, 0, 17);
        claims.claimTraceTree(e, n, SALT, auditor);
        assertProven(e, FaultKind.Padding, "a boundary that is nothing");
    }

    /// @dev A cheater that hashes two zeros instead of taking zero: in the padding, and where boundaries should be.
    function test_traceTree_hashOverNothing() public {
        bytes32 raw = keccak256(abi.encodePacked(bytes1(0x01), bytes32(0), bytes32(0)));
        uint256 fresh = vm.snapshotState();
        for (uint64 i = 0; i < 2; ++i) {
            uint64 index = i == 0 ? 63 : 5;
            bytes32[] memory row = levelOf(boundaries(), 1);
            row[index] = raw;
            ReceiptEvidence memory e = withTrace(rootOf(row));
            TreeNode memory n = node(row, 0, index);
            n.level = 1;
            claims.claimTraceTree(e, n, SALT, auditor);
            assertProven(e, FaultKind.Padding, "over nothing");
            vm.revertToState(fresh);
        }
    }

    function test_traceTree_wrongPlaces() public {
        ReceiptEvidence memory e = evidence();
        TreeNode memory n = node(boundaries(), 3, 2);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "traceRoot"));
        claims.claimTraceTree(e, n, "other", auditor);
        n.index = 3;
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "traceRoot"));
        claims.claimTraceTree(e, n, SALT, auditor);
        n.index = 16;
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoSuchNode.selector, 3, 16));
        claims.claimTraceTree(e, n, SALT, auditor);
        (n.index, n.level) = (0, 8);
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoSuchNode.selector, 8, 0));
        claims.claimTraceTree(e, n, SALT, auditor);
        (n.index, n.level) = (2, 2);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.WrongDepth.selector, "node", 4, 5));
        claims.claimTraceTree(e, n, SALT, auditor);
    }

    function test_outputTree() public {
        uint256 fresh = vm.snapshotState();
        // Seventeen tokens: three leaves under four.
        uint32[] memory ids = tokens(17, 200);
        Request memory r = q();
        r.maxOutputTokens = 17;
        AnswerReceipt memory a = answerTo(r);
        a.outputTokens = 17;
        bytes32[] memory leaves = levelOf(tokenLeaves(TokenRoot.OUTPUT, ids), 0);
        a.outputRoot = rootOf(leaves);
        ReceiptEvidence memory e = signed(r, a);
        for (uint64 i = 0; i < 4; ++i) {
            TreeNode memory n = node(leaves, 0, i);
            vm.expectRevert(IClaims.NoFault.selector);
            claims.claimOutputTree(e, n, auditor);
        }
        leaves[3] = "a leaf too many";
        a.outputRoot = rootOf(leaves);
        e = signed(r, a);
        claims.claimOutputTree(e, node(leaves, 0, 3), auditor);
        assertProven(e, FaultKind.Padding, "a leaf too many");
        vm.revertToState(fresh);
        // No token at all has no root.
        a = answerTo(q());
        (a.outputTokens, a.finish, a.outputRoot) = (0, uint8(Finish.Cancelled), "something");
        e = signed(q(), a);
        TreeNode memory top;
        top.hash = "something";
        claims.claimOutputTree(e, top, auditor);
        assertProven(e, FaultKind.Padding, "something of nothing");
        vm.revertToState(fresh);
        a.outputRoot = 0;
        e = signed(q(), a);
        top.hash = 0;
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimOutputTree(e, top, auditor);
    }

    // --------------------------------------------------------------- lines

    function leafOf(bytes32 channel_, bytes32 version, uint128 fee)
        private
        view
        returns (PaidLeaf memory leaf)
    {
        (leaf.channel, leaf.provider, leaf.modelVersion, leaf.fee) = (channel_, provider, version, fee);
        leaf.payment.relayer = relayer;
        leaf.payment.count = 1;
    }

    function redeemLeaf(bytes32 channel_, bytes32 version, bytes32 receiptHash, uint128 fee) private {
        Voucher memory v = voucherOf(channel_, fee);
        (v.modelVersion, v.receiptsRoot) = (version, lineRoot(receiptHash, fee));
        assertEq(redeem(v), fee, "redeemed");
    }

    function test_leaf_ofItsLine_isNoFault() public {
        ReceiptEvidence memory e = evidence();
        redeemLeaf(channel, tuned, hashOf(e), e.receipt.fee);
        PaidLeaf memory leaf = leafOf(channel, tuned, e.receipt.fee);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimLeaf(e.request, e.receipt, leaf, auditor);
    }

    function test_leaf_ofAnotherVersionChannelFee() public {
        uint256 fresh = vm.snapshotState();
        bytes32 other = openDefault(1000e6);
        ReceiptEvidence memory e = evidence();
        uint128 fee = e.receipt.fee;
        for (uint256 i = 0; i < 3; ++i) {
            uint256 state = vm.snapshotState();
            PaidLeaf memory leaf =
                leafOf(i == 1 ? other : channel, i == 0 ? base : tuned, i == 2 ? fee + 1 : fee);
            redeemLeaf(leaf.channel, leaf.modelVersion, hashOf(e), leaf.fee);
            uint256 before = vault.free(requester);
            claims.claimLeaf(e.request, e.receipt, leaf, auditor);
            assertEq(staking.stakeOf(provider), STAKE - FAULT, "15 %");
            assertEq(vault.free(requester), before + leaf.fee, "what the leaf cost comes back");
            assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.None), "the receipt may be right");
            bytes32 line = market.lineId(leaf.channel, provider, leaf.modelVersion, relayer);
            bytes32 cause = keccak256(abi.encode("leaf", line, hashOf(e)));
            FaultKind kind = i == 0 ? FaultKind.WrongVersion : FaultKind.OverBilling;
            vm.expectRevert(abi.encodeWithSelector(IDisputeLedger.AlreadyProven.selector, cause, kind));
            claims.claimLeaf(e.request, e.receipt, leaf, auditor);
            vm.revertToState(state);
        }
        vm.revertToState(fresh);
    }

    /// @dev A cached receipt of an honest provider in a cheater's root: who redeemed it is slashed, not who signed it.
    function test_leaf_cachedReceiptOfAnother() public {
        Request memory r = q();
        AnswerReceipt memory a = answerTo(r);
        a.provider = provider2;
        bytes32 receiptHash = receiptHashOf(a);
        redeemLeaf(channel, tuned, receiptHash, a.fee);
        PaidLeaf memory leaf = leafOf(channel, tuned, a.fee);
        claims.claimLeaf(r, a, leaf, auditor);
        assertEq(staking.stakeOf(provider), STAKE - FAULT, "who redeemed");
        assertEq(staking.stakeOf(provider2), STAKE, "who signed");
        assertEq(uint8(ledger.faultOf(receiptHash)), uint8(FaultKind.None), "its receipt stands");
    }

    function test_leaf_notRedeemed() public {
        ReceiptEvidence memory e = evidence();
        PaidLeaf memory leaf = leafOf(channel, base, e.receipt.fee);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "receiptsRoot"));
        claims.claimLeaf(e.request, e.receipt, leaf, auditor);
        redeemLeaf(channel, base, hashOf(e), e.receipt.fee);
        Request memory made = e.request;
        made.salt = "made up";
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "requestHash"));
        claims.claimLeaf(made, e.receipt, leaf, auditor);
        uint64 until = uint64(block.timestamp) + W;
        vm.warp(until);
        bytes32 line = market.lineId(channel, provider, base, relayer);
        Request memory own = requestOf(uint8(Audience.Auditors));
        own.deadline = until - W + 30;
        vm.expectRevert(abi.encodeWithSelector(IEvidence.WindowClosed.selector, line, until));
        claims.claimLeaf(own, e.receipt, leaf, auditor);
        vm.warp(until - 1);
        claims.claimLeaf(own, e.receipt, leaf, auditor);
    }

    /// @dev One receipt twice in one root, and in two lines that differ in the relayer only.
    function test_paidTwice() public {
        ReceiptEvidence memory e = evidence();
        uint128 fee = e.receipt.fee;
        bytes32 receiptHash = hashOf(e);
        uint256 fresh = vm.snapshotState();

        bytes32 leafHash = keccak256(abi.encodePacked(bytes1(0x00), receiptHash, fee));
        bytes32 bag = keccak256(abi.encodePacked(bytes1(0x01), leafHash, fee, leafHash, fee));
        Voucher memory v = voucherOf(channel, 2 * fee);
        v.count = 2;
        v.receiptsRoot = keccak256(abi.encodePacked(bytes1(0x03), uint64(2), 2 * fee, bag));
        redeem(v);
        PaidLeaf memory a = leafOf(channel, tuned, fee);
        a.payment.count = 2;
        a.payment.path = new SumTree.Node[](1);
        a.payment.path[0] = SumTree.Node(leafHash, fee);
        PaidLeaf memory b = leafOf(channel, tuned, fee);
        b.payment = Payment(relayer, 2, 1, 0, a.payment.path);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimPaidTwice(receiptHash, a, a, auditor);
        claims.claimPaidTwice(receiptHash, a, b, auditor);
        assertEq(staking.stakeOf(provider), STAKE - FAULT, "twice in one root");
        bytes32 cause = keccak256(abi.encode("twice", provider, receiptHash));
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeLedger.AlreadyProven.selector, cause, FaultKind.OverBilling)
        );
        claims.claimPaidTwice(receiptHash, b, a, auditor);
        vm.revertToState(fresh);

        redeemLeaf(channel, tuned, receiptHash, fee);
        v = voucherOf(channel, fee);
        (v.relayer, v.receiptsRoot) = (address(0), lineRoot(receiptHash, fee));
        redeem(v);
        a = leafOf(channel, tuned, fee);
        b = leafOf(channel, tuned, fee);
        b.payment.relayer = address(0);
        claims.claimPaidTwice(receiptHash, a, b, auditor);
        assertEq(staking.stakeOf(provider), STAKE - FAULT, "in two lines");
        vm.revertToState(fresh);

        // Two providers paid for one receipt: the one that did not sign it is at fault, by claimLeaf.
        b.provider = provider2;
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoPair.selector, "provider"));
        claims.claimPaidTwice(receiptHash, a, b, auditor);
    }

    /// @dev Two honest leaves of one line.
    function test_paidTwice_lookAlike() public {
        ReceiptEvidence memory e = evidence();
        Request memory r = q();
        r.salt = "other";
        ReceiptEvidence memory f = evidenceOf(r);
        uint128 fee = e.receipt.fee;
        bytes32 x = keccak256(abi.encodePacked(bytes1(0x00), hashOf(e), fee));
        bytes32 y = keccak256(abi.encodePacked(bytes1(0x00), hashOf(f), fee));
        bytes32 bag = keccak256(abi.encodePacked(bytes1(0x01), x, fee, y, fee));
        Voucher memory v = voucherOf(channel, 2 * fee);
        v.count = 2;
        v.receiptsRoot = keccak256(abi.encodePacked(bytes1(0x03), uint64(2), 2 * fee, bag));
        redeem(v);
        PaidLeaf memory a = leafOf(channel, tuned, fee);
        a.payment.count = 2;
        a.payment.path = new SumTree.Node[](1);
        a.payment.path[0] = SumTree.Node(y, fee);
        PaidLeaf memory b = leafOf(channel, tuned, fee);
        b.payment = Payment(relayer, 2, 1, 0, new SumTree.Node[](1));
        b.payment.path[0] = SumTree.Node(x, fee);
        bytes32 receiptHash = hashOf(e);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "receiptsRoot"));
        claims.claimPaidTwice(receiptHash, a, b, auditor);
    }

    /// @dev An honest answer against everything that can be claimed about one receipt.
    /// forge-config: default.fuzz.runs = 256
    function testFuzz_honestReceipt(uint32 promptTokens, uint32 outputTokens, uint8 how, bytes32 salt)
        public
    {
        promptTokens = uint32(bound(promptTokens, 1, 512));
        how = uint8(bound(how, 1, 5));
        uint32 room = 513 - promptTokens;
        // Cancelled before the first token a prompt of one has no position: nothing is signed for it.
        outputTokens =
            how == 3 ? room : uint32(bound(outputTokens, how < 4 || promptTokens == 1 ? 1 : 0, room));
        Request memory r = q();
        (r.promptTokens, r.salt, r.maxFee) = (promptTokens, salt, type(uint128).max);
        r.maxOutputTokens = how == 2 ? outputTokens : 600;
        AnswerReceipt memory a = answerTo(r);
        uint32[] memory ids = tokens(outputTokens, 1000);
        if (how == 1) ids[outputTokens - 1] = 2;
        (a.outputTokens, a.finish) = (outputTokens, how);
        bytes32[] memory leaves = tokenLeaves(TokenRoot.OUTPUT, ids);
        a.outputRoot = rootOf(leaves);
        a.fee = uint128(FeeLib.fee(promptTokens, outputTokens, r.priceIn, r.priceOut));
        ReceiptEvidence memory e = signed(r, a);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimBilling(e, auditor);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimFinish(e, auditor);
        if (outputTokens == 0) return;
        TokenLeaf memory leaf = tokenLeaf(ids, (outputTokens - 1) / 8);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimStop(e, outputTokens - 1, leaf, params(), auditor);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimUnusedSlot(e, leaf, auditor);
        TreeNode memory n = node(leaves, 0, (outputTokens - 1) / 8);
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimOutputTree(e, n, auditor);
        assertEq(staking.stakeOf(provider), STAKE, "0 slashes");
    }

    /// @dev Whoever copies a claim is paid for it; the cheater is slashed all the same. Said in the interface.
    function test_copiedClaim_slashesAllTheSame() public {
        AnswerReceipt memory r = answerTo(q());
        r.fee += 5;
        ReceiptEvidence memory e = signed(q(), r);
        vm.prank(stranger);
        claims.claimBilling(e, stranger);
        assertProven(e, FaultKind.OverBilling, "copied");
        assertEq(vault.free(stranger), BOUNTY, "paid to the copier");
        assertEq(MerkleLib.node(0, 0), 0, "zero over two zeros");
    }
}
