// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {
    Acceptance,
    Finish,
    Job,
    JobOrder,
    JobState,
    Receipt as AnswerReceipt,
    Request,
    Split
} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

contract JobsTest is Fixture {
    function acceptSignature(uint256 key, Acceptance memory a) private view returns (bytes memory) {
        return sign(key, keccak256(abi.encode(Eip712.ACCEPTANCE_TYPEHASH, a)));
    }

    // ------------------------------------------------------------- request

    function test_requestJob_locksMaxFeeAndHashesTheRequest() public {
        JobOrder memory o = order();
        bytes32 id = keccak256(abi.encode(block.chainid, address(market), requester, 0));
        bytes32 job = requestJob(o);
        assertEq(job, id, "id");
        assertEq(vault.held(address(market)), o.maxFee, "locked");
        Job memory j = market.jobOf(job);
        Request memory r = Request({
            payment: job,
            modelVersion: tuned,
            requester: requester,
            promptRoot: this.tokenRoot("prompt", o.prompt),
            promptTokens: 9,
            maxOutputTokens: 12,
            paramsHash: keccak256(o.params),
            priceIn: o.priceIn,
            priceOut: o.priceOut,
            maxFee: o.maxFee,
            deadline: o.deadline,
            audience: 2,
            salt: o.salt
        });
        assertEq(j.requestHash, market.hashRequest(r), "request hash");
        assertTrue(j.state == JobState.Requested, "state");
        assertSolvent();
    }

    function test_requestJob_badOrders_revert() public {
        JobOrder memory o = order();
        o.modelVersion = "unknown";
        expectRequestRevert(
            o, abi.encodeWithSelector(IMarketEvents.UnknownModelVersion.selector, o.modelVersion)
        );
        o = order();
        o.modelVersion = upstream;
        expectRequestRevert(o, abi.encodeWithSelector(IMarketEvents.NotProvenClass.selector, upstream));
        o = order();
        o.prompt = new uint32[](0);
        expectRequestRevert(o, abi.encodeWithSelector(IMarketEvents.BadPrompt.selector, 0));
        o.prompt = new uint32[](1025);
        expectRequestRevert(o, abi.encodeWithSelector(IMarketEvents.BadPrompt.selector, 1025));
        o = order();
        o.params = new bytes(257);
        expectRequestRevert(o, abi.encodeWithSelector(IMarketEvents.BadParams.selector, 257));
        o = order();
        o.maxOutputTokens = 0;
        expectRequestRevert(o, abi.encodeWithSelector(IMarketEvents.ZeroAmount.selector));
        o = order();
        o.deadline = uint64(block.timestamp);
        expectRequestRevert(o, abi.encodeWithSelector(IMarketEvents.BadExpiry.selector, o.deadline));
        o.deadline = uint64(block.timestamp) + MAX_DEADLINE + 1;
        expectRequestRevert(o, abi.encodeWithSelector(IMarketEvents.BadExpiry.selector, o.deadline));
        o = order();
        o.callbackGas = 2_000_001;
        expectRequestRevert(
            o, abi.encodeWithSelector(IMarketEvents.CallbackGasTooHigh.selector, 2_000_001, 2_000_000)
        );
        o = order();
        // 9 prompt tokens at 1e6 and 12 output tokens at 2e6 each.
        o.maxFee = 33e6 - 1;
        expectRequestRevert(o, abi.encodeWithSelector(IMarketEvents.FeeAboveMax.selector, 33e6, 33e6 - 1));
        o.maxFee = 33e6;
        requestJob(o);
    }

    function expectRequestRevert(JobOrder memory o, bytes memory reason) private {
        vm.prank(requester);
        vm.expectRevert(reason);
        market.requestJob(o);
    }

    // -------------------------------------------------------------- accept

    function test_acceptJob_assigns() public {
        bytes32 job = requestJob(order());
        vm.expectEmit();
        emit IMarketEvents.JobAccepted(job, provider, operator, relayer);
        accept(job);
        Job memory j = market.jobOf(job);
        assertEq(j.provider, provider, "provider");
        assertEq(j.relayer, relayer, "relayer");
        assertEq(market.pendingOf(provider), 33e6, "pending: the worst fee");
        (, uint64 exitAt) = staking.unbondingOf(provider);
        assertEq(exitAt, j.deadline + W + EXIT_MARGIN, "exit held past the dispute window");
        Acceptance memory a = acceptanceOf(job);
        bytes memory signature = acceptSignature(operatorKey, a);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.WrongJobState.selector, job, JobState.Accepted));
        market.acceptJob(a, signature);
    }

    function test_acceptJob_badAcceptances_revert() public {
        bytes32 job = requestJob(order());
        Acceptance memory a = acceptanceOf(job);
        bytes memory good = acceptSignature(operatorKey, a);
        bytes memory foreign = acceptSignature(operator2Key, a);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotOperator.selector, operator2, provider));
        market.acceptJob(a, foreign);
        a.job = "unknown";
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.UnknownJob.selector, bytes32("unknown")));
        market.acceptJob(a, good);
        a = acceptanceOf(job);

        vm.warp(a.validUntil);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.AcceptanceExpired.selector, a.validUntil));
        market.acceptJob(a, good);
        vm.warp(a.validUntil - 1);
        vm.prank(provider);
        staking.retireOperator(operator);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotOperator.selector, operator, provider));
        market.acceptJob(a, good);
    }

    function test_acceptJob_deadline_boundary() public {
        bytes32 job = requestJob(order());
        uint64 deadline = market.jobOf(job).deadline;
        vm.warp(deadline);
        Acceptance memory a = acceptanceOf(job);
        bytes memory signature = acceptSignature(operatorKey, a);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.JobDeadlinePassed.selector, job, deadline));
        market.acceptJob(a, signature);
        vm.warp(deadline - 1);
        accept(job);
    }

    /// @dev The fee of one answer is at most free stake / 400; unbonding stake is not free.
    function test_acceptJob_exposure_boundary() public {
        JobOrder memory o = order();
        o.maxFee = STAKE / 400;
        bytes32 job = requestJob(o);
        vm.prank(provider);
        staking.unbond(400);
        Acceptance memory a = acceptanceOf(job);
        bytes memory signature = acceptSignature(operatorKey, a);
        vm.expectRevert(
            abi.encodeWithSelector(IMarketEvents.ExposureTooHigh.selector, STAKE / 400, STAKE / 400 - 1)
        );
        market.acceptJob(a, signature);
        o.maxFee -= 1;
        accept(requestJob(o));
    }

    function test_acceptJob_pendingUpToHalfTheStake() public {
        fund(requester, STAKE);
        JobOrder memory o = order();
        o.maxFee = STAKE / 400;
        (o.priceIn, o.priceOut) = (0, uint128(STAKE) / 400 / 10 * 1e6);
        o.maxOutputTokens = 10;
        for (uint256 i = 0; i < 200; ++i) {
            accept(requestJob(o));
        }
        assertEq(market.pendingOf(provider), STAKE / 2, "half the stake");
        o = order();
        bytes32 job = requestJob(o);
        Acceptance memory a = acceptanceOf(job);
        bytes memory signature = acceptSignature(operatorKey, a);
        vm.expectRevert(
            abi.encodeWithSelector(IMarketEvents.ExposureTooHigh.selector, STAKE / 2 + 33e6, STAKE / 2)
        );
        market.acceptJob(a, signature);
    }

    /// @dev What pends is what can be earned: a high maxFee alone uses no room up, and a short answer gives room back.
    function test_pending_followsTheFee() public {
        JobOrder memory o = order();
        o.maxFee = STAKE / 400;
        bytes32 job = requestJob(o);
        bytes32 missed = requestJob(o);
        accept(job);
        accept(missed);
        assertEq(market.pendingOf(provider), 2 * 33e6, "worst fees");
        deliver(job, tokens(1, 5));
        assertEq(market.pendingOf(provider), 33e6 + 11e6, "the fee of 9 in, 1 out");
        vm.warp(o.deadline);
        market.refundJob(missed);
        assertEq(market.pendingOf(provider), 11e6, "nothing of what is over");
        vm.warp(market.jobOf(job).disputableUntil);
        market.finalizeJob(job);
        assertEq(market.pendingOf(provider), 0, "nothing");
        assertSolvent();
    }

    /// @dev A chain that reorganizes can put other terms under the same job id.
    function test_acceptJob_otherTerms_revert() public {
        uint256 before = vm.snapshotState();
        bytes32 job = requestJob(order());
        Acceptance memory a = acceptanceOf(job);
        bytes memory signature = acceptSignature(operatorKey, a);
        assertTrue(vm.revertToState(before), "reorganized");
        JobOrder memory o = order();
        o.maxFee = 10_000e6;
        assertEq(requestJob(o), job, "the same id");
        bytes32 other = market.jobOf(job).requestHash;
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.WrongRequest.selector, job, other));
        market.acceptJob(a, signature);
    }

    /// @dev Whoever submits it, the relayer is the one that the provider named.
    function test_acceptJob_relayerIsSigned() public {
        bytes32 job = requestJob(order());
        Acceptance memory a = acceptanceOf(job);
        a.relayer = address(0);
        bytes memory signature = acceptSignature(operatorKey, a);
        a.relayer = stranger;
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.acceptJob(a, signature);
        a.relayer = address(0);
        vm.prank(stranger);
        market.acceptJob(a, signature);
        assertEq(market.jobOf(job).relayer, address(0), "nobody");
    }

    function test_requestJob_outputTooLong_reverts() public {
        JobOrder memory o = order();
        o.priceOut = 0;
        o.maxOutputTokens = 2048;
        requestJob(o);
        o.maxOutputTokens = 2049;
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.OutputTooLong.selector, 2049, 2048));
        market.requestJob(o);
    }

    /// @dev Without a fee to burn, whoever has no stake could take a job and sit on it.
    function test_requestJob_withoutMaxFee_reverts() public {
        JobOrder memory o = order();
        (o.priceIn, o.priceOut, o.maxFee) = (0, 0, 0);
        vm.prank(requester);
        vm.expectRevert(IMarketEvents.ZeroAmount.selector);
        market.requestJob(o);
    }

    // ------------------------------------------------------------- deliver

    function test_deliverJob_recordsTheReceipt() public {
        bytes32 job = requestJob(order());
        accept(job);
        deliver(job, tokens(10, 5));
        Job memory j = market.jobOf(job);
        assertTrue(j.state == JobState.Delivered, "state");
        assertEq(j.fee, 29e6, "9 in, 10 out");
        assertEq(j.outputTokens, 10, "tokens");
        assertEq(j.disputableUntil, block.timestamp + W, "window");
        assertEq(j.receiptHash, market.hashReceipt(receiptOf(job, tokens(10, 5))), "receipt");
    }

    function test_deliverJob_mutatedReceipts_revert() public {
        bytes32 job = requestJob(order());
        accept(job);
        uint32[] memory out = tokens(10, 5);
        AnswerReceipt memory r = receiptOf(job, out);
        r.requestHash = "x";
        expectDeliverRevert(job, r, out, mismatch("requestHash"));
        r = receiptOf(job, out);
        r.provider = provider2;
        expectDeliverRevert(job, r, out, mismatch("provider"));
        r = receiptOf(job, out);
        r.outputTokens = 11;
        expectDeliverRevert(job, r, out, mismatch("outputTokens"));
        r = receiptOf(job, tokens(13, 5));
        expectDeliverRevert(job, r, tokens(13, 5), mismatch("outputTokens"));
        r = receiptOf(job, new uint32[](0));
        expectDeliverRevert(job, r, new uint32[](0), mismatch("outputTokens"));
        r = receiptOf(job, out);
        r.outputRoot = "x";
        expectDeliverRevert(job, r, out, mismatch("outputRoot"));
        r = receiptOf(job, out);
        r.traceRoot = 0;
        expectDeliverRevert(job, r, out, mismatch("traceRoot"));
        r = receiptOf(job, out);
        r.fee += 1;
        expectDeliverRevert(
            job, r, out, abi.encodeWithSelector(IMarketEvents.FeeMismatch.selector, 29e6 + 1, 29e6)
        );
        r.fee -= 2;
        expectDeliverRevert(
            job, r, out, abi.encodeWithSelector(IMarketEvents.FeeMismatch.selector, 29e6 - 1, 29e6)
        );
    }

    function test_deliverJob_finish() public {
        bytes32 job = requestJob(order());
        accept(job);
        uint32[] memory out = tokens(10, 5);
        uint8[5] memory refused =
            [0, uint8(Finish.Length), uint8(Finish.StopString), uint8(Finish.Cancelled), 6];
        for (uint256 i = 0; i < refused.length; ++i) {
            AnswerReceipt memory r = receiptOf(job, out);
            r.finish = refused[i];
            expectDeliverRevert(job, r, out, mismatch("finish"));
        }
        AnswerReceipt memory full = receiptOf(job, tokens(12, 5));
        full.finish = uint8(Finish.Length);
        market.deliverJob(job, full, signReceipt(operatorKey, full), tokens(12, 5));
    }

    function test_deliverJob_signer() public {
        bytes32 job = requestJob(order());
        accept(job);
        uint32[] memory out = tokens(10, 5);
        AnswerReceipt memory r = receiptOf(job, out);
        bytes memory foreign = signReceipt(operator2Key, r);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotOperator.selector, operator2, provider));
        market.deliverJob(job, r, foreign, out);
        vm.prank(provider);
        staking.retireOperator(operator);
        deliver(job, out);
        assertTrue(market.jobOf(job).state == JobState.Delivered, "what a retired key signed is valid");
    }

    function test_deliverJob_deadline_boundary() public {
        bytes32 job = requestJob(order());
        accept(job);
        uint64 deadline = market.jobOf(job).deadline;
        uint32[] memory out = tokens(10, 5);
        vm.warp(deadline);
        AnswerReceipt memory r = receiptOf(job, out);
        expectDeliverRevert(
            job, r, out, abi.encodeWithSelector(IMarketEvents.JobDeadlinePassed.selector, job, deadline)
        );
        vm.warp(deadline - 1);
        deliver(job, out);
    }

    function expectDeliverRevert(
        bytes32 job,
        AnswerReceipt memory r,
        uint32[] memory out,
        bytes memory reason
    ) private {
        bytes memory signature = signReceipt(operatorKey, r);
        vm.expectRevert(reason);
        market.deliverJob(job, r, signature, out);
    }

    function mismatch(string memory field) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMarketEvents.ReceiptMismatch.selector, field);
    }

    // ------------------------------------------------------------ finalize

    function test_finalizeJob_boundaryAndSplit() public {
        bytes32 job = requestJob(order());
        accept(job);
        deliver(job, tokens(10, 5));
        uint64 until = uint64(block.timestamp) + W;
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.DisputeWindowOpen.selector, job, until));
        market.finalizeJob(job);

        vm.warp(until);
        Split memory s = Split({
            provider: 20_010_000,
            creator: 4_350_000,
            parent: 2_900_000,
            relayer: 870_000,
            auditors: 290_000,
            protocol: 580_000
        });
        vm.expectEmit();
        emit IMarketEvents.JobFinalized(job, provider, 29e6, 11e6, s, false);
        vm.prank(stranger);
        market.finalizeJob(job);
        assertEq(vault.free(requester), FUNDS - 29e6, "the rest of maxFee");
        assertEq(vault.free(provider), s.provider, "provider");
        assertEq(vault.held(address(market)), 0, "nothing left");
        assertEq(market.pendingOf(provider), 0, "pending");
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.WrongJobState.selector, job, JobState.Finalized));
        market.finalizeJob(job);
        assertSolvent();
    }

    // -------------------------------------------------------------- refund

    function test_refundJob_unaccepted_requesterAnyTime() public {
        bytes32 job = requestJob(order());
        uint64 deadline = market.jobOf(job).deadline;
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.JobDeadlineOpen.selector, job, deadline));
        market.refundJob(job);
        vm.prank(requester);
        market.refundJob(job);
        assertEq(vault.free(requester), FUNDS, "refunded");
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.WrongJobState.selector, job, JobState.Refunded));
        market.refundJob(job);
    }

    function test_refundJob_missed_burnsTheProvidersFee() public {
        bytes32 job = requestJob(order());
        accept(job);
        uint64 deadline = market.jobOf(job).deadline;
        vm.warp(deadline - 1);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.JobDeadlineOpen.selector, job, deadline));
        market.refundJob(job);
        vm.warp(deadline);
        vm.expectEmit();
        emit IMarketEvents.JobRefunded(job, requester, 40e6, provider, 40e6);
        vm.expectEmit();
        emit IStaking.Penalized(provider, job, 40e6, STAKE - 40e6);
        vm.prank(stranger);
        market.refundJob(job);
        assertEq(vault.free(requester), FUNDS, "refunded");
        assertEq(staking.stakeOf(provider), STAKE - 40e6, "penalty");
        assertEq(vault.free(vault.BURN_ADDRESS()), 40e6, "burned");
        assertEq(market.pendingOf(provider), 0, "pending");
        assertSolvent();
    }

    function test_refundJob_missedWithoutStake_refundsAllTheSame() public {
        bytes32 job = requestJob(order());
        accept(job);
        vm.startPrank(dispute);
        for (uint256 i = 0; i < 120; ++i) {
            slasher.slash(provider, bytes32(i + 1), 1500, false, address(0), 0, address(0), 0);
        }
        vm.stopPrank();
        uint256 left = staking.stakeOf(provider);
        assertLt(left, 40e6, "hardly any stake left");
        vm.warp(block.timestamp + 50);
        market.refundJob(job);
        assertEq(vault.free(requester), FUNDS, "refunded");
        assertEq(staking.stakeOf(provider), 0, "all there was");
        assertSolvent();
    }

    function test_unknownJob_reverts() public {
        bytes memory unknown = abi.encodeWithSelector(IMarketEvents.UnknownJob.selector, bytes32("x"));
        vm.expectRevert(unknown);
        market.finalizeJob("x");
        vm.expectRevert(unknown);
        market.refundJob("x");
        vm.expectRevert(unknown);
        market.runCallback("x", new uint32[](0));
        assertTrue(market.jobOf("x").state == JobState.None, "view of nothing");
    }

    /// @dev The half of the code that lies elsewhere means nothing at its own address.
    function test_jobsCode_calledDirectly_movesNothing() public {
        JobOrder memory o = order();
        vm.prank(requester);
        vm.expectRevert();
        jobs.requestJob(o);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.UnknownJob.selector, bytes32("x")));
        jobs.finalizeJob("x");
    }

    function test_unknownSelector_reverts() public {
        (bool ok,) = address(market).call(hex"deadbeef");
        assertFalse(ok, "unknown selector");
        (ok,) = address(market).call("");
        assertFalse(ok, "no data");
    }
}
