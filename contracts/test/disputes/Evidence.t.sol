// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {IDisputeLedger} from "../../src/interfaces/IDisputeLedger.sol";
import {IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {ISlasher} from "../../src/interfaces/ISlasher.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {MerkleLib} from "../../src/libraries/MerkleLib.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {TokenRoot} from "../../src/libraries/TokenRoot.sol";
import {FaultKind, ReceiptEvidence, SignedOpening, Verdict} from "../../src/types/DisputeTypes.sol";
import {Job, JobOrder, Voucher} from "../../src/types/Types.sol";
import {GameBase} from "./GameBase.sol";

/// @notice When a receipt can be disputed, who gets what back, and that nothing slashes twice. The fault is always the
/// cheapest: an opening of a block that does not exist.
contract EvidenceTest is GameBase {
    uint256 private constant SLASH = uint256(STAKE) * 15 / 100;

    // ------------------------------------------------------------- windows

    /// @dev Never redeemed: the request's deadline and the window.
    function test_window_unpaid() public {
        bounds(evidence(), start + 50 + W);
    }

    /// @dev Redeemed before the deadline, which then counts; and after it.
    function test_window_paid() public {
        ReceiptEvidence memory e = evidence();
        vm.warp(start + 20);
        pay(e);
        bounds(e, start + 50 + W);
    }

    function test_window_paidLate() public {
        ReceiptEvidence memory e = evidence();
        vm.warp(start + 120);
        pay(e);
        bounds(e, start + 120 + W);
    }

    /// @dev A leaf belongs to the first checkpoint that covers it, and no other may be named.
    function test_window_firstCheckpointCounts() public {
        ReceiptEvidence memory e = evidence();
        (bytes32 root, SumTree.Node[] memory path) = twoLeaves(hashOf(e), FEE);
        // Half of the second leaf is paid at first, the rest later, and more after that.
        vm.warp(start + 120);
        redeemTotal(FEE + FEE / 2, 2, root);
        (e.payment.relayer, e.payment.count, e.payment.index) = (relayer, 2, 1);
        e.payment.path = path;
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "checkpoint"));
        disputes.disputableUntil(e);
        vm.warp(start + 130);
        redeemTotal(2 * FEE, 2, root);
        e.payment.checkpoint = 1;
        assertEq(disputes.disputableUntil(e), start + 130 + W, "the second checkpoint covers it");
        vm.warp(start + 140);
        redeemTotal(2 * FEE + 1, 2, root);
        assertEq(disputes.disputableUntil(e), start + 130 + W, "still the second");
        for (uint32 wrong = 0; wrong < 3; wrong += 2) {
            e.payment.checkpoint = wrong;
            vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "checkpoint"));
            disputes.disputableUntil(e);
        }
        e.payment.checkpoint = 3;
        vm.expectPartialRevert(IMarketEvents.UnknownCheckpoint.selector);
        disputes.disputableUntil(e);
    }

    function test_payment_isBound() public {
        ReceiptEvidence memory e = evidence();
        pay(e);
        bytes memory wrong = abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "receiptsRoot");
        // Another receipt of the same fee, another fee, another relayer's line, another count.
        ReceiptEvidence memory other = evidence();
        other.payment = e.payment;
        other.receipt.seq = 2;
        resign(other);
        vm.expectRevert(wrong);
        disputes.disputableUntil(other);
        other = evidence();
        other.payment = e.payment;
        other.receipt.fee += 1;
        resign(other);
        vm.expectRevert(wrong);
        disputes.disputableUntil(other);
        e.payment.relayer = stranger;
        vm.expectRevert(wrong);
        disputes.disputableUntil(e);
        e.payment.relayer = relayer;
        e.payment.count = 2;
        e.payment.path = new SumTree.Node[](1);
        vm.expectRevert(wrong);
        disputes.disputableUntil(e);
        e.payment.index = 2;
        vm.expectRevert(abi.encodeWithSelector(SumTree.LeafOutOfRange.selector, 2, 2));
        disputes.disputableUntil(e);
    }

    /// @dev Time in questions extends the window, by maxHold at most.
    function test_window_extended() public {
        ReceiptEvidence memory e = evidence();
        uint64 own = start + 50 + W;
        vm.startPrank(address(disputes));
        ledger.extend(hashOf(e), own - 1, 0);
        assertEq(disputes.disputableUntil(e), own, "never shorter");
        ledger.extend(hashOf(e), own + 17, 0);
        ledger.extend(hashOf(e), own + 5, 0);
        assertEq(disputes.disputableUntil(e), own + 17, "only ever later");
        vm.stopPrank();
        uint256 snapshot = vm.snapshotState();
        bounds(e, own + 17);
        vm.revertToState(snapshot);
        vm.prank(address(disputes));
        ledger.extend(hashOf(e), own + 10_000, 0);
        bounds(e, own + MAX_HOLD);
    }

    // ------------------------------------------------------------- refunds

    function test_refund_onlyOfWhatWasPaid() public {
        ReceiptEvidence memory e = evidence();
        uint256 before = vault.free(requester);
        uint256 snapshot = vm.snapshotState();
        expectFault(e, 0);
        fault(e);
        assertEq(vault.free(requester), before, "nothing was paid");
        vm.revertToState(snapshot);
        pay(e);
        expectFault(e, FEE);
        fault(e);
        assertEq(vault.free(requester), before + FEE, "the fee");
        assertSolvent();
    }

    /// @dev Convicted first, paid later; or the evidence of payment was left out to hurt the requester.
    function test_settle() public {
        ReceiptEvidence memory e = evidence();
        vm.expectRevert(abi.encodeWithSelector(IDisputeLedger.NotProven.selector, hashOf(e)));
        disputes.settle(e);
        fault(e);
        vm.expectRevert(abi.encodeWithSelector(IDisputeLedger.NothingToSettle.selector, hashOf(e)));
        disputes.settle(e);
        pay(e);
        uint256 before = vault.free(requester);
        uint256 stake = staking.stakeOf(provider);
        uint256 snapshot = vm.snapshotState();
        vm.expectEmit(address(ledger));
        emit IDisputeLedger.ReceiptSettled(hashOf(e), provider, stake * 5 / 100, FEE);
        disputes.settle(e);
        assertEq(vault.free(requester), before + FEE, "the fee");
        assertEq(staking.stakeOf(provider), stake - stake * 5 / 100, "the small rung");
        vm.expectRevert(abi.encodeWithSelector(IDisputeLedger.NothingToSettle.selector, hashOf(e)));
        disputes.settle(e);
        vm.revertToState(snapshot);
        uint64 until = disputes.disputableUntil(e);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.WindowClosed.selector, hashOf(e), until));
        disputes.settle(e);
    }

    /// @dev What was refunded with the conviction is not settled again.
    function test_settle_afterRefund_reverts() public {
        ReceiptEvidence memory e = evidence();
        pay(e);
        fault(e);
        vm.expectRevert(abi.encodeWithSelector(IDisputeLedger.NothingToSettle.selector, hashOf(e)));
        disputes.settle(e);
    }

    function test_forfeits_pendingCredit() public {
        ReceiptEvidence memory e = evidence();
        pay(e);
        fault(e);
        (uint128 amount,, bool forfeited) = market.creditOf(provider, model, relayer, epochNow());
        assertEq(amount, FEE, "pending");
        assertTrue(forfeited, "the provider's part burns");
    }

    // ---------------------------------------------------------------- jobs

    function test_job() public {
        (bytes32 job, ReceiptEvidence memory e, uint32[] memory output) = acceptedJob();
        assertEq(disputes.disputableUntil(e), e.request.deadline + W, "not delivered");
        vm.warp(start + 30);
        market.deliverJob(job, e.receipt, e.signature, output);
        uint64 until = start + 30 + W;
        assertEq(disputes.disputableUntil(e), until, "delivery and the window");
        assertEq(market.jobOf(job).disputableUntil, until, "as the Market says");
        uint256 before = vault.free(requester);
        vm.warp(until - 1);
        expectFault(e, e.receipt.fee);
        fault(e);
        assertEq(vault.free(requester), before + e.receipt.fee, "the fee");
        Job memory j = market.jobOf(job);
        assertTrue(j.disproved, "no callback ever");
        assertTrue(j.forfeited, "not paid");
        vm.expectRevert(abi.encodeWithSelector(IDisputeLedger.NothingToSettle.selector, hashOf(e)));
        disputes.settle(e);
    }

    function test_job_windowOver() public {
        (bytes32 job, ReceiptEvidence memory e, uint32[] memory output) = acceptedJob();
        market.deliverJob(job, e.receipt, e.signature, output);
        bounds(e, start + W);
    }

    /// @dev The receipt was convicted before it was delivered.
    function test_job_deliveredAfterConviction() public {
        (bytes32 job, ReceiptEvidence memory e, uint32[] memory output) = acceptedJob();
        fault(e);
        assertFalse(market.jobOf(job).disproved, "not delivered");
        market.deliverJob(job, e.receipt, e.signature, output);
        uint256 before = vault.free(requester);
        disputes.settle(e);
        assertTrue(market.jobOf(job).disproved, "disproved");
        assertEq(vault.free(requester), before + e.receipt.fee, "the fee");
    }

    /// @dev Another receipt for the same job is a receipt that nobody paid for.
    function test_job_otherReceipt() public {
        (bytes32 job, ReceiptEvidence memory e, uint32[] memory output) = acceptedJob();
        market.deliverJob(job, e.receipt, e.signature, output);
        e.receipt.seq = 99;
        e.signature = signReceipt(operatorKey, e.receipt);
        expectFault(e, 0);
        fault(e);
        assertFalse(market.jobOf(job).disproved, "not the job's answer");
    }

    // --------------------------------------------------------------- stake

    /// @dev Unbonding stake is slashed as long as it is there.
    function test_unbondingWhileDisputed() public {
        ReceiptEvidence memory e = evidence();
        vm.prank(provider);
        staking.unbond(STAKE);
        vm.warp(start + UNBONDING - 10);
        e.request.deadline = uint64(block.timestamp) + 5;
        resign(e);
        pay(e);
        vm.warp(block.timestamp + W + EXIT_MARGIN - 1);
        vm.expectPartialRevert(bytes4(keccak256("ExitNotOpen(address,uint64)")));
        staking.completeUnbond(provider);
        vm.warp(disputes.disputableUntil(e) - 1);
        fault(e);
        assertEq(staking.stakeOf(provider), STAKE - SLASH, "slashed");
    }

    /// @dev Without stake a conviction is recorded and pays nobody.
    function test_withoutStake() public {
        vm.prank(provider);
        staking.unbond(STAKE);
        vm.warp(start + UNBONDING);
        staking.completeUnbond(provider);
        ReceiptEvidence memory e = evidence();
        e.request.deadline = uint64(block.timestamp) + 5;
        resign(e);
        fault(e);
        assertEq(vault.free(auditor), 0, "nothing to pay with");
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.Shape), "recorded");
    }

    function test_operatorRotation() public {
        ReceiptEvidence memory e = evidence();
        (address fresh, uint256 freshKey) = makeAddrAndKey("fresh");
        bytes memory consent = sign(freshKey, Eip712.hashOperatorConsent(fresh, provider));
        vm.startPrank(provider);
        staking.addOperator(fresh, consent);
        staking.retireOperator(operator);
        vm.stopPrank();
        // The receipt by the retired key, the opening by the new one.
        SignedOpening memory o = shapelessOpening(uint32(POSITIONS), 0);
        o = signOpening(freshKey, o.opening);
        disputes.proveOpeningShape(e, o, auditor);
        assertEq(staking.stakeOf(provider), STAKE - SLASH, "slashed");
    }

    // --------------------------------------------------------------- trees

    function testFuzz_depth(uint256 n) public pure {
        n = bound(n, 0, 1 << 40);
        uint256 depth = TraceLib.depth(n);
        assertGe(uint256(1) << depth, n, "room for all leaves");
        if (depth != 0) assertLt(uint256(1) << (depth - 1), n, "and not for twice as many");
    }

    function testFuzz_node(bytes32 left, bytes32 right) public pure {
        bytes32 expected =
            left | right == 0 ? bytes32(0) : keccak256(abi.encodePacked(bytes1(0x01), left, right));
        assertEq(MerkleLib.node(left, right), expected, "node");
        assertEq(MerkleLib.node(0, 0), 0, "nothing over nothing");
    }

    // -------------------------------------------------------------- ledger

    /// @dev INVARIANT: one entry to slashing, and no key.
    function test_oneSlashEntry() public {
        address[4] memory others = [owner, provider, address(market), address(this)];
        Verdict memory v;
        for (uint256 i = 0; i < others.length; ++i) {
            vm.startPrank(others[i]);
            bytes memory notModule = abi.encodeWithSelector(IDisputeLedger.NotModule.selector, others[i]);
            vm.expectRevert(notModule);
            ledger.convict(v);
            vm.expectRevert(notModule);
            ledger.rebuke(v, 1);
            vm.expectRevert(notModule);
            ledger.settle(v);
            vm.expectRevert(notModule);
            ledger.extend("", 1, 0);
            vm.expectRevert(notModule);
            ledger.hold(provider, 1, 1, 1, 0);
            vm.expectRevert(notModule);
            ledger.payFromPool(owner, 1);
            vm.stopPrank();
        }
        vm.prank(address(disputes));
        vm.expectRevert(abi.encodeWithSelector(ISlasher.NotCaller.selector, address(disputes)));
        slasher.slash(provider, "", 1, false, owner, 0, owner, 0);
        assertEq(ledger.slasher(), address(slasher), "the slasher");
        assertEq(ledger.modules().length, 1, "modules");
    }

    /// @dev Whatever is done to three receipts in whatever order, each takes one rung, one refund and one bounty.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_eachReceiptOnce(uint256 seed) public {
        ReceiptEvidence[3] memory list;
        for (uint256 i = 0; i < 3; ++i) {
            list[i] = evidence();
            list[i].receipt.seq = uint64(i + 1);
            resign(list[i]);
        }
        uint256 expected = STAKE;
        uint256 refunds = vault.free(requester);
        bool[3] memory proven;
        bool paid = false;
        for (uint256 k = 0; k < 12; ++k) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 which = seed % 3;
            if (seed % 7 == 0 && !paid) {
                pay(list[0]);
                paid = true;
                continue;
            }
            bool pays = which == 0 && paid;
            if (proven[which]) vm.expectPartialRevert(IDisputeLedger.AlreadyProven.selector);
            fault(list[which]);
            if (proven[which]) continue;
            proven[which] = true;
            expected -= expected * 15 / 100;
            if (pays) refunds += FEE;
        }
        assertEq(staking.stakeOf(provider), expected, "one rung each");
        assertEq(vault.free(requester), refunds, "one refund");
        assertSolvent();
    }

    // ------------------------------------------------------------- private

    function fault(ReceiptEvidence memory e) private {
        SignedOpening memory o = openingShaped(e, type(uint32).max, 0);
        disputes.proveOpeningShape(e, o, auditor);
    }

    function expectFault(ReceiptEvidence memory e, uint256 refund) private {
        uint256 slashed = staking.stakeOf(provider) * 15 / 100;
        vm.expectEmit(address(ledger));
        emit IDisputeLedger.FaultProven(
            hashOf(e), provider, auditor, FaultKind.Shape, slashed, refund, BOUNTY, e.request.modelVersion
        );
    }

    /// @dev The last second is the auditor's, the next one nobody's.
    function bounds(ReceiptEvidence memory e, uint64 until) private {
        assertEq(disputes.disputableUntil(e), until, "until");
        uint256 snapshot = vm.snapshotState();
        for (uint64 after_ = 0; after_ < 2; ++after_) {
            vm.warp(until + after_);
            SignedOpening memory o = openingShaped(e, type(uint32).max, 0);
            vm.expectRevert(abi.encodeWithSelector(IEvidence.WindowClosed.selector, hashOf(e), until));
            disputes.proveOpeningShape(e, o, auditor);
        }
        vm.revertToState(snapshot);
        vm.warp(until - 1);
        fault(e);
        assertEq(staking.stakeOf(provider), STAKE - SLASH, "slashed");
    }

    /// @dev Another receipt before this one.
    function twoLeaves(bytes32 receipt, uint128 fee)
        private
        pure
        returns (bytes32 root, SumTree.Node[] memory path)
    {
        bytes32 first = keccak256(abi.encodePacked(bytes1(0x00), keccak256("first"), FEE));
        bytes32 second = keccak256(abi.encodePacked(bytes1(0x00), receipt, fee));
        bytes32 top = keccak256(abi.encodePacked(bytes1(0x01), first, FEE, second, fee));
        root = keccak256(abi.encodePacked(bytes1(0x03), uint64(2), FEE + fee, top));
        path = new SumTree.Node[](1);
        path[0] = SumTree.Node(first, FEE);
    }

    function redeemTotal(uint128 total, uint64 count, bytes32 root) private {
        Voucher memory v = voucherOf(channel, total);
        (v.modelVersion, v.count, v.receiptsRoot) = (model, count, root);
        assertGt(redeem(v), 0, "redeemed");
    }

    function acceptedJob() private returns (bytes32 job, ReceiptEvidence memory e, uint32[] memory output) {
        JobOrder memory o = order();
        o.modelVersion = model;
        job = requestJob(o);
        accept(job);
        output = tokens(4, 1);
        e.request.payment = job;
        e.request.modelVersion = model;
        e.request.requester = requester;
        e.request.promptRoot = this.tokenRoot(TokenRoot.PROMPT, o.prompt);
        e.request.promptTokens = uint32(o.prompt.length);
        e.request.maxOutputTokens = o.maxOutputTokens;
        e.request.paramsHash = keccak256(o.params);
        (e.request.priceIn, e.request.priceOut, e.request.maxFee) = (o.priceIn, o.priceOut, o.maxFee);
        (e.request.deadline, e.request.audience, e.request.salt) = (o.deadline, 2, o.salt);
        e.receipt = receiptOf(job, output);
        e.signature = signReceipt(operatorKey, e.receipt);
    }
}
