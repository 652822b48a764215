// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Answer, Audit, AuditTerms, IAudits, Point, PointState} from "../../src/interfaces/IAudits.sol";
import {IBeacon} from "../../src/interfaces/IBeacon.sol";
import {IDisputeLedger} from "../../src/interfaces/IDisputeLedger.sol";
import {IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {FaultKind, ReceiptEvidence} from "../../src/types/DisputeTypes.sol";
import {Audience, JobOrder, Request, Voucher} from "../../src/types/Types.sol";
import {Vm} from "forge-std/Vm.sol";
import {AuditsBase} from "./AuditsBase.sol";

/// @notice A contract that makes its calls out of what it is told.
contract Batcher {
    function run(address to, bytes calldata data) external {
        (bool ok, bytes memory reason) = to.call(data);
        if (!ok) revert(string(reason));
    }
}

contract AuditsTest is AuditsBase {
    // ------------------------------------------------------------ register

    function test_registers_what_the_redeem_newly_paid() public {
        redeemSum(3 * STRETCH);
        redeemSum(5 * STRETCH + 7);
        seat(0, 500e6);
        Audit memory a = audits.auditOf(register(1));
        assertEq(a.from, 3 * STRETCH, "from");
        assertEq(a.sum, 2 * STRETCH + 7, "sum");
        assertEq(a.stretch, STRETCH, "stretch");
        assertEq(a.points, 3, "two stretches and a rest");
        assertEq(a.provider, provider, "provider");
        assertEq(a.beacon, block.number + DELAY, "beacon");
        assertEq(a.roster, 1, "roster");
        assertEq(a.payBps, 100, "share of auditors");
        assertEq(a.time, block.timestamp, "time");
        assertEq(a.root, market.lineOf(lineId()).receiptsRoot, "root");
        assertEq(a.drawnAt, 0, "not drawn");
    }

    function test_register_once_and_in_time() public {
        redeemSum(STRETCH);
        uint64 until = uint64(block.timestamp) + DRAW_TIME / 2;
        bytes32 id = audits.auditId(lineId(), 0);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IAudits.TooLate.selector, id, until));
        register(0);
        vm.warp(until - 1);
        assertEq(register(0), id, "audit");
        vm.expectRevert(abi.encodeWithSelector(IAudits.AlreadyRegistered.selector, id));
        register(0);
        drawWith(id, "x");
        vm.expectRevert(abi.encodeWithSelector(IAudits.AlreadyRegistered.selector, id));
        register(0);
    }

    function test_register_refuses_what_was_not_redeemed() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.UnknownCheckpoint.selector, lineId(), 0));
        register(0);
        redeemSum(STRETCH);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.UnknownCheckpoint.selector, lineId(), 1));
        register(1);
    }

    function test_register_refuses_models_that_cannot_be_replayed() public {
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotProvenClass.selector, upstream));
        audits.register(channel, provider, upstream, relayer, 0);
    }

    /// @dev A stranger cannot make a provider answer for a root that it never agreed to.
    function test_a_stranger_redeems_no_root_and_registers_nothing() public {
        Voucher memory v = voucherOf(channel, STRETCH);
        bytes memory signature = signVoucher(delegateKey, v);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotOperator.selector, stranger, provider));
        market.redeem(provider, one(v), one(signature), "");
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.UnknownCheckpoint.selector, lineId(), 0));
        register(0);
    }

    function test_unbonding_stake_makes_shorter_stretches() public {
        vm.prank(provider);
        staking.unbond(STAKE - STAKE / 4);
        redeemSum(3 * STRETCH);
        Audit memory a = audits.auditOf(register(0));
        assertEq(a.stretch, STRETCH / 4, "stretch");
        assertEq(a.points, 12, "points");
    }

    function test_no_free_stake_is_drawn_everywhere() public {
        vm.prank(provider);
        staking.unbond(STAKE);
        redeemSum(3 * STRETCH);
        bytes32 id = register(0);
        assertEq(audits.auditOf(id).points, 256, "points");
        drawWith(id, "x");
        Audit memory a = audits.auditOf(id);
        assertGe(a.points, 255, "the last may fall into a rest");
        assertEq(a.stretch, (3 * uint256(STRETCH) + 255) / 256, "stretch");
        assertFalse(a.lost, "beacon");
    }

    function test_no_free_stake_and_a_small_redeem_is_drawn_to_the_unit() public {
        vm.prank(provider);
        staking.unbond(STAKE);
        redeemSum(100);
        bytes32 id = register(0);
        drawWith(id, "x");
        assertEq(audits.auditOf(id).points, 100, "points");
        for (uint32 k = 0; k < 100; ++k) {
            assertEq(audits.pointAt(id, k), k, "every unit");
        }
    }

    // ---------------------------------------------------------------- draw

    function test_draw_waits_for_its_block() public {
        redeemSum(STRETCH);
        bytes32 id = register(0);
        uint64 target = uint64(block.number) + DELAY;
        vm.roll(target);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.BeaconNotReady.selector, target));
        audits.draw(id, "");
        vm.roll(target + 1);
        audits.draw(id, "");
        assertEq(audits.auditOf(id).drawnAt, block.timestamp, "drawn");
    }

    function test_draw_ends_in_time() public {
        redeemSum(STRETCH);
        uint64 until = uint64(block.timestamp) + DRAW_TIME;
        bytes32 id = register(0);
        vm.roll(block.number + DELAY + 1);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IAudits.TooLate.selector, id, until));
        audits.draw(id, "");
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotDrawn.selector, id));
        audits.reportSilence(id, 0);
        vm.warp(until - 1);
        audits.draw(id, "");
    }

    function test_nothing_is_drawn_again() public {
        redeemSum(STRETCH);
        bytes32 id = register(0);
        drawWith(id, "one");
        uint256 at = audits.pointAt(id, 0);
        vm.setBlockhash(audits.auditOf(id).beacon, "two");
        vm.expectRevert(abi.encodeWithSelector(IAudits.AlreadyDrawn.selector, id));
        audits.draw(id, "");
        vm.roll(block.number + 300);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AlreadyDrawn.selector, id));
        audits.draw(id, "");
        assertEq(audits.pointAt(id, 0), at, "where it was");
    }

    function test_draw_needs_a_registration() public {
        bytes32 id = audits.auditId(lineId(), 0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotRegistered.selector, id));
        audits.draw(id, "");
    }

    function test_a_lost_beacon_is_drawn_densely() public {
        redeemSum(3 * STRETCH);
        bytes32 id = register(0);
        uint64 target = audits.auditOf(id).beacon;
        bytes32 entropy = audits.auditOf(id).seed;
        vm.roll(target + 257);
        audits.draw(id, "");
        Audit memory a = audits.auditOf(id);
        assertTrue(a.lost, "lost");
        assertGe(a.points, 255, "points");
        assertEq(a.stretch, (3 * uint256(STRETCH) + 255) / 256, "stretch");
        assertEq(a.seed, keccak256(abi.encode(entropy, id)), "known since the registration, not chosen now");
    }

    function test_the_last_block_whose_hash_is_known() public {
        redeemSum(3 * STRETCH);
        bytes32 id = register(0);
        uint64 target = audits.auditOf(id).beacon;
        vm.roll(target + 256);
        vm.setBlockhash(target, "hash");
        audits.draw(id, "");
        assertFalse(audits.auditOf(id).lost, "still known");
    }

    function test_history_of_block_hashes_counts() public {
        redeemSum(3 * STRETCH);
        bytes32 id = register(0);
        bytes32 hash = keccak256("old");
        vm.roll(audits.auditOf(id).beacon + 1000);
        vm.etch(
            0x0000F90827F1C53a10cb7A02335B175320002935, abi.encodePacked(hex"7f", hash, hex"5f5260205ff3")
        );
        audits.draw(id, "");
        assertFalse(audits.auditOf(id).lost, "known");
        assertEq(audits.auditOf(id).seed, keccak256(abi.encode(hash, id)), "seed");
    }

    function test_a_history_that_reverts_is_lost() public {
        redeemSum(3 * STRETCH);
        bytes32 id = register(0);
        vm.roll(audits.auditOf(id).beacon + 9000);
        vm.etch(0x0000F90827F1C53a10cb7A02335B175320002935, hex"5f5ffd");
        audits.draw(id, "");
        assertTrue(audits.auditOf(id).lost, "lost");
    }

    function testFuzz_one_point_in_every_stretch(bytes32 hash, uint128 sum) public {
        // A block without a hash is a lost one.
        vm.assume(hash != 0);
        sum = uint128(bound(sum, 1, 20 * STRETCH));
        redeemSum(sum);
        bytes32 id = register(0);
        drawWith(id, hash);
        Audit memory a = audits.auditOf(id);
        uint256 full = sum / STRETCH;
        assertGe(a.points, full, "every whole stretch");
        assertLe(a.points, full + 1, "and the rest once at most");
        for (uint32 k = 0; k < a.points; ++k) {
            uint256 at = audits.pointAt(id, k);
            assertGe(at, uint256(k) * STRETCH, "in its stretch");
            assertLt(at, (uint256(k) + 1) * STRETCH, "in its stretch");
            assertLt(at, sum, "in what was paid");
        }
        vm.expectRevert(abi.encodeWithSelector(IAudits.NoSuchPoint.selector, id, a.points));
        audits.pointAt(id, a.points);
    }

    function test_stretch_boundaries() public {
        bytes32 hash = keccak256("any");
        for (uint256 i = 0; i < 3; ++i) {
            uint256 snapshot = vm.snapshotState();
            redeemSum(uint128(2 * STRETCH - 1 + i));
            bytes32 id = register(0);
            assertEq(audits.auditOf(id).points, i < 2 ? 2 : 3, "stretches");
            drawWith(id, hash);
            if (i == 1) assertEq(audits.auditOf(id).points, 2, "whole stretches are always drawn");
            // One unit of rest in 40 billion: this seed misses it.
            if (i == 2) assertEq(audits.auditOf(id).points, 2, "a unit of rest is not");
            vm.revertToState(snapshot);
        }
    }

    // ---------------------------------------------------------------- open

    function test_opens_the_leaf_of_a_point() public {
        seats(5, 1000e6);
        ReceiptEvidence[] memory list = line(13, FEE);
        bytes32 id = drawn(list);
        assertGe(audits.auditOf(id).points, 3, "points");
        for (uint32 k = 0; k < audits.auditOf(id).points; ++k) {
            bytes32 receiptHash = open(id, list, k);
            Point memory p = audits.pointOf(id, k);
            assertEq(p.receiptHash, receiptHash, "receipt");
            assertEq(uint8(p.state), uint8(PointState.Opened), "state");
            assertTrue(p.first != address(0) && p.second != address(0), "two auditors");
            assertTrue(p.first != p.second, "two different auditors");
            assertTrue(audits.isDrawn(p.first, receiptHash), "first is drawn");
            assertTrue(audits.isDrawn(p.second, receiptHash), "second is drawn");
            assertFalse(audits.isDrawn(stranger, receiptHash), "nobody else");
            assertEq(p.attestBy, block.timestamp + ATTEST_TIME, "deadline");
            assertEq(audits.settledFrom(receiptHash), start + 30 + W, "window");
        }
    }

    function test_a_leaf_pays_from_its_start_to_before_its_end() public {
        ReceiptEvidence[] memory list = line(8, FEE);
        bytes32 id = drawn(list);
        uint256 at = audits.pointAt(id, 0);
        uint256 right = at / FEE;
        for (uint256 i = 0; i < 8; ++i) {
            ReceiptEvidence memory e = placed(list, i, 0);
            if (i != right) {
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IAudits.PointOutsideLeaf.selector, at, i * FEE, (i + 1) * uint256(FEE)
                    )
                );
                audits.openLeaf(e, one(0));
            }
        }
        audits.openLeaf(placed(list, right, 0), one(0));
    }

    /// @dev Leaves that end at the point, and begin at it.
    function test_leaf_boundaries_to_the_unit() public {
        redeemSum(1);
        uint256 snapshot = vm.snapshotState();
        ReceiptEvidence[] memory probe = line(2, STRETCH / 2);
        vm.warp(block.timestamp + 1);
        redeemLine(probe);
        bytes32 id = register(1);
        drawWith(id, "x");
        uint128 at = uint128(audits.pointAt(id, 0));
        vm.revertToState(snapshot);

        for (uint256 i = 0; i < 3; ++i) {
            snapshot = vm.snapshotState();
            vm.warp(block.timestamp + 1);
            // The first leaf ends one before the point, at it, one behind it.
            uint128 end = uint128(at - 1 + i);
            ReceiptEvidence[] memory list = new ReceiptEvidence[](2);
            list[0] = signed(requestOf(0), end);
            list[1] = signed(requestOf(1), STRETCH - end);
            redeemLine(list);
            id = register(1);
            drawWith(id, "x");
            assertEq(audits.pointAt(id, 0), at, "the same point");
            bool inFirst = end > at;
            ReceiptEvidence memory other = placed(list, inFirst ? 1 : 0, 1);
            vm.expectPartialRevert(IAudits.PointOutsideLeaf.selector);
            audits.openLeaf(other, one(0));
            audits.openLeaf(placed(list, inFirst ? 0 : 1, 1), one(0));
            vm.revertToState(snapshot);
        }
    }

    function test_one_receipt_opens_all_points_that_it_pays() public {
        seats(3, 1000e6);
        ReceiptEvidence[] memory list = line(1, 4 * STRETCH);
        bytes32 id = drawn(list);
        uint32[] memory all = new uint32[](4);
        for (uint32 k = 0; k < 4; ++k) {
            all[k] = k;
        }
        audits.openLeaf(placed(list, 0, 0), all);
        for (uint32 k = 0; k < 4; ++k) {
            assertEq(uint8(audits.pointOf(id, k).state), uint8(PointState.Opened), "opened");
        }
    }

    function test_a_leaf_that_is_paid_in_part_is_opened() public {
        ReceiptEvidence[] memory list = line(2, 3 * STRETCH);
        redeemTotal(list, 3 * STRETCH);
        // The second redeem has room for two thirds of the second receipt.
        Voucher memory v = voucherOf(channel, totalOf(list) - STRETCH);
        (v.count, v.receiptsRoot) = (2, rootOf(list));
        redeem(v);
        bytes32 id = register(1);
        drawWith(id, "x");
        assertEq(audits.auditOf(id).points, 2, "points");
        audits.openLeaf(placed(list, 1, 1), one(0));
        audits.openLeaf(placed(list, 1, 1), one(1));
    }

    function test_what_is_drawn_cannot_be_exchanged() public {
        ReceiptEvidence[] memory list = line(4, FEE);
        redeemLine(list);
        bytes32 id = register(0);
        // The delegate is the cheater's own: the same sum under other receipts.
        ReceiptEvidence[] memory other = line(6, FEE);
        for (uint256 i = 0; i < 4; ++i) {
            Request memory q = requestOf(100 + i);
            other[i] = signed(q, FEE);
        }
        redeemLine(other);
        drawWith(id, "x");
        ReceiptEvidence memory e = placed(other, receiptAt(id, 0, FEE), 0);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "receiptsRoot"));
        audits.openLeaf(e, one(0));
        open(id, list, 0);
    }

    function test_a_point_is_opened_once() public {
        ReceiptEvidence[] memory list = line(4, FEE);
        bytes32 id = drawn(list);
        open(id, list, 0);
        ReceiptEvidence memory e = placed(list, receiptAt(id, 0, FEE), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IAudits.WrongState.selector, audits.pointId(id, 0), PointState.Settled)
        );
        audits.openLeaf(e, one(0));
        vm.expectRevert(abi.encodeWithSelector(IAudits.NoSuchPoint.selector, id, 0));
        audits.openLeaf(e, new uint32[](0));
    }

    function test_the_clock_of_an_opening() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(4, FEE);
        bytes32 id = drawn(list);
        uint64 deadline = uint64(block.timestamp) + CLOCK;
        assertEq(audits.deadlineOf(id, 0), deadline, "deadline");
        ReceiptEvidence memory e = placed(list, receiptAt(id, 0, FEE), 0);
        vm.warp(deadline);
        bytes32 point = audits.pointId(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.ClockOver.selector, point, deadline));
        audits.openLeaf(e, one(0));
        vm.warp(deadline - 1);
        vm.expectRevert(abi.encodeWithSelector(IAudits.ClockRunning.selector, point, deadline));
        audits.reportSilence(id, 0);
        audits.openLeaf(e, one(0));
    }

    /// @dev The leaf is an answer of another channel: it was paid there, and cannot be shown here.
    function test_cached_receipts_cannot_be_opened() public {
        bytes32 own = channel;
        fund(requester, 1);
        channel = openFor(1, uint64(block.timestamp) + 10_000);
        ReceiptEvidence[] memory list = line(4, FEE);
        channel = own;
        bytes32 id = drawn(list);
        ReceiptEvidence memory e = placed(list, receiptAt(id, 0, FEE), 0);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "receiptsRoot"));
        audits.openLeaf(e, one(0));
        // Naming the line's channel instead is another request.
        e.request.payment = channel;
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "requestHash"));
        audits.openLeaf(e, one(0));
    }

    function test_receipts_of_others_cannot_be_opened() public {
        ReceiptEvidence[] memory list = line(4, FEE);
        bytes32 id = drawn(list);
        ReceiptEvidence memory e = placed(list, receiptAt(id, 0, FEE), 0);
        e.signature = signReceipt(operator2Key, e.receipt);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, operator2, provider));
        audits.openLeaf(e, one(0));
        e.signature = "";
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, address(0), provider));
        audits.openLeaf(e, one(0));
        e.signature = signReceipt(operatorKey, e.receipt);
        ++e.receipt.fee;
        vm.expectPartialRevert(IEvidence.NotSigned.selector);
        audits.openLeaf(e, one(0));
        e.signature = signReceipt(operatorKey, e.receipt);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "receiptsRoot"));
        audits.openLeaf(e, one(0));
    }

    /// @dev An inner call has no transaction to read it from, and its data need not be as an encoder writes it: here the
    /// signature stands before the evidence.
    function test_openings_are_shown_whoever_makes_the_call() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, STRETCH);
        bytes32 id = drawn(list);
        ReceiptEvidence memory e = placed(list, 0, 0);
        bytes memory plain = abi.encodeCall(audits.openLeaf, (e, one(0)));
        bytes memory odd = bytes.concat(
            audits.openLeaf.selector,
            abi.encode(uint256(64 + 128), uint256(64 + 128 + 24 * 32 + 6 * 32)),
            abi.encode(uint256(65)),
            bytes.concat(e.signature, new bytes(31)),
            abi.encode(e.request, e.receipt, int256(-128), uint256(24 * 32)),
            abi.encode(e.payment.relayer, e.payment.count, e.payment.index, e.payment.checkpoint, 160, 0),
            abi.encode(uint256(1), uint256(0))
        );
        uint256 snapshot = vm.snapshotState();
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory data = i == 0 ? plain : odd;
            vm.expectEmit(address(audits));
            emit IAudits.LeafOpened(hashOf(e), data);
            (bool ok,) = address(new Batcher()).call(abi.encodeCall(Batcher.run, (address(audits), data)));
            assertTrue(ok, "opened");
            assertEq(audits.pointOf(id, 0).receiptHash, hashOf(e), "opened");
            vm.revertToState(snapshot);
        }
    }

    function test_private_requests_are_opened_and_shown_to_nobody() public {
        seats(3, 1000e6);
        ReceiptEvidence[] memory list = new ReceiptEvidence[](1);
        Request memory q = requestOf(0);
        q.audience = uint8(Audience.RequesterOnly);
        list[0] = signed(q, STRETCH);
        bytes32 id = drawn(list);
        audits.openLeaf(placed(list, 0, 0), one(0));
        Point memory p = audits.pointOf(id, 0);
        assertEq(uint8(p.state), uint8(PointState.Settled), "nobody is told to look");
        assertEq(p.first, address(0), "no auditor");
    }

    function test_auditors_that_join_later_are_not_drawn() public {
        seats(2, 100e6);
        ReceiptEvidence[] memory list = line(1, 4 * STRETCH);
        redeemLine(list);
        bytes32 id = register(0);
        address late = seat(2, 100_000e6);
        drawWith(id, "x");
        for (uint32 k = 0; k < 4; ++k) {
            audits.openLeaf(placed(list, 0, 0), one(k));
        }
        assertFalse(audits.isDrawn(late, hashOf(list[0])), "not of this roster");
        assertTrue(audits.isDrawn(roster[0], hashOf(list[0])), "first");
        assertTrue(audits.isDrawn(roster[1], hashOf(list[0])), "second");
    }

    function test_a_late_opening_extends_the_window() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, STRETCH);
        bytes32 id = drawn(list);
        // Two silences, and an opening in the last second.
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(audits.deadlineOf(id, 0) + 25);
            audits.reportSilence(id, 0);
        }
        vm.warp(audits.deadlineOf(id, 0) - 1);
        audits.openLeaf(placed(list, 0, 0), one(0));
        uint64 needed = uint64(block.timestamp) + ATTEST_TIME + PROOF_TIME;
        assertGt(needed, start + 30 + W, "later than the window");
        assertEq(ledger.extendedUntil(hashOf(list[0])), needed, "extended");
        assertEq(audits.settledFrom(hashOf(list[0])), needed, "settled later");
        (, uint64 held) = staking.disputeHoldOf(provider);
        assertGe(held, needed, "stake is held");
    }

    // ------------------------------------------------------------- silence

    function test_a_root_of_garbage_is_silence() public {
        redeemSum(STRETCH);
        bytes32 id = register(0);
        drawWith(id, "x");
        vm.warp(block.timestamp + CLOCK);
        uint256 stake = staking.stakeOf(provider);
        uint256 burned = vault.free(vault.BURN_ADDRESS());
        vm.prank(stranger);
        audits.reportSilence(id, 0);
        assertEq(staking.stakeOf(provider), stake - stake / 20, "5 %");
        assertEq(vault.free(stranger), REPORT_COST, "the reporter's cost");
        assertEq(vault.free(vault.BURN_ADDRESS()) - burned, stake / 20 - REPORT_COST, "the rest burns");
        assertEq(ledger.silentUntil(provider), block.timestamp, "clock");
        assertEq(audits.deadlineOf(id, 0), block.timestamp + CLOCK, "a new clock");
        (uint256 held,) = staking.disputeHoldOf(provider);
        assertEq(held, stake - stake / 20, "all that is left");
        assertSolvent();
    }

    function test_one_outage_is_one_silence() public {
        redeemSum(4 * STRETCH);
        bytes32 id = register(0);
        drawWith(id, "x");
        vm.warp(block.timestamp + CLOCK);
        uint256 stake = staking.stakeOf(provider);
        for (uint32 k = 0; k < 4; ++k) {
            audits.reportSilence(id, k);
        }
        assertEq(staking.stakeOf(provider), stake - stake / 20, "5 % once");
    }

    /// @dev Whatever else the provider left unanswered in that time.
    function test_one_outage_is_one_silence_for_questions_too() public {
        redeemSum(STRETCH);
        bytes32 id = register(0);
        drawWith(id, "x");
        uint64 asked = uint64(block.timestamp) - 5;
        vm.prank(address(audits));
        assertTrue(ledger.noteSilence(provider, asked, asked + CLOCK, false), "a question's clock counts");
        vm.warp(block.timestamp + CLOCK);
        uint256 stake = staking.stakeOf(provider);
        audits.reportSilence(id, 0);
        assertEq(staking.stakeOf(provider), stake, "overlaps");
        vm.warp(audits.deadlineOf(id, 0));
        audits.reportSilence(id, 0);
        assertEq(staking.stakeOf(provider), stake - stake / 20, "another outage");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDisputeLedger.NotModule.selector, stranger));
        ledger.noteSilence(provider, 0, 1, false);
    }

    function test_the_third_silence_is_a_proven_fault() public {
        redeemSum(STRETCH);
        bytes32 id = register(0);
        drawWith(id, "x");
        uint256 stake = staking.stakeOf(provider);
        for (uint256 i = 0; i < 3; ++i) {
            vm.warp(audits.deadlineOf(id, 0));
            audits.reportSilence(id, 0);
            stake -= i < 2 ? stake / 20 : stake * 15 / 100;
            assertEq(staking.stakeOf(provider), stake, "slashed");
        }
        bytes32 point = audits.pointId(id, 0);
        assertEq(uint8(audits.pointOf(id, 0).state), uint8(PointState.Withheld), "withheld");
        assertEq(uint8(ledger.faultOf(point)), uint8(FaultKind.Withheld), "the cause is the point");
        (,, bool forfeited) = market.creditOf(provider, tuned, relayer, uint64(start) / EPOCH);
        assertTrue(forfeited, "credit is forfeited");
        vm.warp(block.timestamp + CLOCK);
        vm.expectRevert(abi.encodeWithSelector(IAudits.WrongState.selector, point, PointState.Withheld));
        audits.reportSilence(id, 0);
    }

    /// @dev An outage of three clocks after a draw is one proven fault, of however many points; who stays silent is convicted
    /// again every three clocks.
    function test_one_outage_is_one_withheld() public {
        redeemSum(3 * STRETCH);
        bytes32 id = register(0);
        drawWith(id, "x");
        uint256 stake = staking.stakeOf(provider);
        for (uint32 round = 0; round < 2; ++round) {
            for (uint256 i = 0; i < 3; ++i) {
                vm.warp(audits.deadlineOf(id, 2));
                for (uint32 k = round; k < 3; ++k) {
                    audits.reportSilence(id, k);
                }
                stake -= i < 2 ? stake / 20 : stake * 15 / 100;
                assertEq(staking.stakeOf(provider), stake, "5 %, 5 %, 15 %");
            }
            assertEq(uint8(audits.pointOf(id, round).state), uint8(PointState.Withheld), "one");
            for (uint32 k = round + 1; k < 3; ++k) {
                assertEq(uint8(audits.pointOf(id, k).state), uint8(PointState.Waiting), "not each");
                assertEq(audits.pointOf(id, k).silences, 0, "they count anew");
            }
        }
    }

    /// @dev By when a clock began: in the conviction's last second it belongs to it, at its end it counts.
    function test_withheld_boundary_for_points() public {
        redeemSum(2 * STRETCH);
        bytes32 id = register(0);
        drawWith(id, "x");
        uint64 began = uint64(block.timestamp);
        vm.startPrank(address(audits));
        for (uint64 late = 0; late < 2; ++late) {
            uint256 fork = vm.snapshotState();
            ledger.noteSilence(provider, began - CLOCK, began + 1 - late, true);
            vm.warp(began + CLOCK);
            audits.reportSilence(id, 0);
            assertEq(audits.pointOf(id, 0).silences, late, "a second");
            vm.revertToState(fork);
        }
        // What was counted before it counts no more, also when the next clock began after it.
        vm.warp(began + CLOCK + 9);
        audits.reportSilence(id, 0);
        assertEq(audits.pointOf(id, 0).silences, 1, "one");
        ledger.noteSilence(provider, began - CLOCK, began, true);
        vm.warp(audits.deadlineOf(id, 0));
        uint256 fork2 = vm.snapshotState();
        audits.reportSilence(id, 0);
        assertEq(audits.pointOf(id, 0).silences, 2, "a conviction before it changes nothing");
        vm.revertToState(fork2);
        ledger.noteSilence(provider, began, began + 1, true);
        audits.reportSilence(id, 0);
        assertEq(audits.pointOf(id, 0).silences, 1, "anew");
    }

    function test_silence_lapses() public {
        redeemSum(STRETCH);
        bytes32 id = register(0);
        drawWith(id, "x");
        uint64 until = start + W + MAX_HOLD;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IAudits.TooLate.selector, id, until));
        audits.reportSilence(id, 0);
        vm.warp(until - 1);
        audits.reportSilence(id, 0);
    }

    function test_a_provider_that_answers_later_ends_its_silence() public {
        ReceiptEvidence[] memory list = line(1, STRETCH);
        bytes32 id = drawn(list);
        vm.warp(audits.deadlineOf(id, 0));
        audits.reportSilence(id, 0);
        audits.openLeaf(placed(list, 0, 0), one(0));
        vm.warp(block.timestamp + CLOCK);
        vm.expectPartialRevert(IAudits.WrongState.selector);
        audits.reportSilence(id, 0);
    }

    // -------------------------------------------------------------- answer

    /// @dev One stretch, one point, and what its two auditors say of it.
    function answered(Answer first, Answer second)
        private
        returns (ReceiptEvidence[] memory list, bytes32 id)
    {
        seats(2, 1000e6);
        list = line(1, STRETCH);
        id = drawn(list);
        audits.openLeaf(placed(list, 0, 0), one(0));
        answer(id, 0, first, second);
    }

    function test_right_answers_are_paid_by_stretch() public {
        (ReceiptEvidence[] memory list, bytes32 id) = answered(Answer.Right, Answer.Right);
        vm.warp(audits.settledFrom(hashOf(list[0])));
        audits.settle(id, 0);
        uint256 due = STRETCH / 100 / 2;
        assertEq(audits.owed(roster[0]), due, "half of the share of the stretch");
        assertEq(audits.owed(roster[1]), due, "half of the share of the stretch");
        // The pool has it once the credit matured.
        market.mature(provider, tuned, relayer, start / EPOCH);
        assertEq(vault.free(address(slasher)), 2 * due, "the pool");
        audits.pay(roster[0]);
        audits.pay(roster[1]);
        assertEq(vault.free(roster[0]), due, "paid");
        assertEq(vault.free(address(slasher)), 0, "the pool got no less");
        vm.expectRevert(abi.encodeWithSelector(IAudits.NothingOwed.selector, roster[0]));
        audits.pay(roster[0]);
        assertStakes();
    }

    function test_what_the_pool_lacks_stays_owed() public {
        (ReceiptEvidence[] memory list, bytes32 id) = answered(Answer.Right, Answer.Right);
        vm.warp(audits.settledFrom(hashOf(list[0])));
        audits.settle(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NothingOwed.selector, roster[0]));
        audits.pay(roster[0]);
        fillPool(7);
        audits.pay(roster[0]);
        assertEq(vault.free(roster[0]), 7, "as far as it reaches");
        assertEq(audits.owed(roster[0]), STRETCH / 200 - 7, "the rest");
    }

    function test_only_drawn_auditors_answer_once_and_in_time() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, STRETCH);
        bytes32 id = drawn(list);
        bytes32 point = audits.pointId(id, 0);
        bytes32 root = list[0].receipt.traceRoot;
        vm.prank(roster[0]);
        vm.expectRevert(abi.encodeWithSelector(IAudits.WrongState.selector, point, PointState.Waiting));
        audits.attest(id, 0, root, true);
        audits.openLeaf(placed(list, 0, 0), one(0));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotAssigned.selector, point, stranger));
        audits.attest(id, 0, root, true);
        vm.prank(roster[0]);
        vm.expectRevert(abi.encodeWithSelector(IAudits.RootsDiffer.selector, bytes32("own"), root));
        audits.attest(id, 0, "own", true);
        vm.prank(roster[0]);
        audits.attest(id, 0, "own", false);
        vm.prank(roster[0]);
        vm.expectRevert(abi.encodeWithSelector(IAudits.AlreadyAnswered.selector, point, roster[0]));
        audits.attest(id, 0, root, true);
        uint64 deadline = audits.pointOf(id, 0).attestBy;
        vm.warp(deadline);
        vm.prank(roster[1]);
        vm.expectRevert(abi.encodeWithSelector(IAudits.ClockOver.selector, point, deadline));
        audits.attest(id, 0, root, true);
        vm.warp(deadline - 1);
        vm.prank(roster[1]);
        audits.attest(id, 0, root, true);
    }

    function test_settles_when_nothing_can_be_proven_any_more() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, STRETCH);
        bytes32 id = drawn(list);
        bytes32 receiptHash = hashOf(list[0]);
        audits.openLeaf(placed(list, 0, 0), one(0));
        answer(id, 0, Answer.Right, Answer.None);
        uint64 attestBy = audits.pointOf(id, 0).attestBy;
        vm.warp(attestBy - 1);
        bytes32 point = audits.pointId(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.ClockRunning.selector, point, attestBy));
        audits.settle(id, 0);
        uint64 from = audits.settledFrom(receiptHash);
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IAudits.StillDisputable.selector, receiptHash, from));
        audits.settle(id, 0);
        vm.warp(from);
        audits.settle(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.WrongState.selector, point, PointState.Settled));
        audits.settle(id, 0);
        assertStakes();
    }

    /// @dev A question about a request that never ends makes its window end never; the points of its receipt are settled all the same.
    function test_settles_whatever_questions_did_to_the_window() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, STRETCH);
        bytes32 id = drawn(list);
        bytes32 receiptHash = hashOf(list[0]);
        audits.openLeaf(placed(list, 0, 0), one(0));
        answer(id, 0, Answer.Right, Answer.None);
        uint64 own = audits.settledFrom(receiptHash);
        vm.startPrank(address(audits));
        ledger.extend(receiptHash, own + 7, 5);
        assertEq(audits.settledFrom(receiptHash), own + 7, "as long as questions take");
        ledger.extend(receiptHash, type(uint40).max, 0);
        vm.stopPrank();
        uint64 from = own + market.timing().maxHold + 5 + CLOCK + PROOF_TIME;
        assertEq(audits.settledFrom(receiptHash), from, "and no longer than the last one can convict");
        vm.warp(from);
        audits.settle(id, 0);
        assertGt(audits.owed(audits.pointOf(id, 0).first), 0, "who was right is paid");
    }

    function test_absent_auditors_lose_little() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, STRETCH);
        bytes32 id = drawn(list);
        audits.openLeaf(placed(list, 0, 0), one(0));
        vm.warp(audits.settledFrom(hashOf(list[0])));
        uint256 burned = vault.free(vault.BURN_ADDRESS());
        audits.settle(id, 0);
        assertEq(stakeOfAuditor(roster[0]), 1000e6 - ABSENCE, "first");
        assertEq(stakeOfAuditor(roster[1]), 1000e6 - ABSENCE, "second");
        assertEq(vault.free(vault.BURN_ADDRESS()) - burned, 2 * ABSENCE, "burned");
        assertEq(audits.owed(roster[0]), 0, "unpaid");
        assertStakes();
    }

    function test_crying_wolf_is_absence() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, STRETCH);
        bytes32 id = drawn(list);
        audits.openLeaf(placed(list, 0, 0), one(0));
        answer(id, 0, Answer.Wrong, Answer.Wrong);
        vm.warp(audits.settledFrom(hashOf(list[0])));
        uint256 stake = staking.stakeOf(provider);
        audits.settle(id, 0);
        assertEq(stakeOfAuditor(roster[0]), 1000e6 - ABSENCE, "no better than absent");
        assertEq(staking.stakeOf(provider), stake, "and the provider loses nothing");
    }

    function test_puppets_that_sign_off_a_wrong_receipt_lose() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, STRETCH);
        bytes32 id = drawn(list);
        audits.openLeaf(placed(list, 0, 0), one(0));
        Point memory p = audits.pointOf(id, 0);
        answer(id, 0, Answer.Right, Answer.Wrong);
        convict(hashOf(list[0]), FaultKind.WrongStep);
        vm.warp(p.attestBy);
        uint256 burned = vault.free(vault.BURN_ADDRESS());
        audits.settle(id, 0);
        assertEq(stakeOfAuditor(p.first), 800e6, "a fifth");
        assertEq(audits.owed(p.first), 0, "unpaid");
        assertEq(vault.free(vault.BURN_ADDRESS()) - burned, 200e6, "burned");
        assertEq(stakeOfAuditor(p.second), 1000e6, "who said so keeps its stake");
        assertEq(audits.owed(p.second), STRETCH / 200, "and is paid");
        assertStakes();
    }

    function test_signing_off_is_no_worse_than_the_fault() public {
        (ReceiptEvidence[] memory list, bytes32 id) = answered(Answer.Right, Answer.Right);
        // A provider with next to nothing proves a fault on itself.
        uint256 left = staking.stakeOf(provider);
        vm.prank(address(market));
        staking.penalize(provider, 0, left - 1000);
        convict(hashOf(list[0]), FaultKind.WrongStep);
        uint256 lost = ledger.lostFor(hashOf(list[0]));
        assertLe(lost, 1000 - staking.stakeOf(provider), "what was paid out again is no loss");
        vm.warp(audits.pointOf(id, 0).attestBy);
        audits.settle(id, 0);
        assertEq(
            stakeOfAuditor(roster[0]) + stakeOfAuditor(roster[1]),
            2000e6 - lost,
            "no more than the provider lost"
        );
    }

    /// @dev A provider can have itself proven wrong by an opening that no auditor saw, by falling silent, or with a secret
    /// that is nobody's but its own.
    function test_faults_that_replaying_does_not_show_cost_no_auditor() public {
        FaultKind[4] memory kinds = [FaultKind.Shape, FaultKind.Digest, FaultKind.Withheld, FaultKind.Salt];
        (ReceiptEvidence[] memory list, bytes32 id) = answered(Answer.Right, Answer.Right);
        vm.warp(audits.pointOf(id, 0).attestBy);
        for (uint256 i = 0; i < kinds.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            convict(hashOf(list[0]), kinds[i]);
            audits.settle(id, 0);
            assertEq(stakeOfAuditor(roster[0]), 1000e6, "keeps its stake");
            assertEq(audits.owed(roster[0]), STRETCH / 200, "and is paid");
            vm.revertToState(snapshot);
        }
    }

    /// @dev Nobody can replay such a request, so who signed it off did not.
    function test_who_signs_off_a_request_that_nobody_answers_loses() public {
        (ReceiptEvidence[] memory list, bytes32 id) = answered(Answer.Right, Answer.Wrong);
        vm.warp(audits.pointOf(id, 0).attestBy);
        convict(hashOf(list[0]), FaultKind.Request);
        audits.settle(id, 0);
        Point memory p = audits.pointOf(id, 0);
        assertLt(stakeOfAuditor(p.first), 1000e6, "signed it off");
        assertEq(audits.owed(p.first), 0, "for nothing");
        assertEq(audits.owed(p.second), STRETCH / 200, "said so");
    }

    function test_a_roster_of_one_and_of_none() public {
        ReceiptEvidence[] memory list = line(1, 2 * STRETCH);
        redeemLine(list);
        bytes32 id = register(0);
        drawWith(id, "x");
        audits.openLeaf(placed(list, 0, 0), one(0));
        assertEq(uint8(audits.pointOf(id, 0).state), uint8(PointState.Settled), "nobody to ask");

        seat(0, 1000e6);
        Voucher memory v = voucherOf(channel, 3 * STRETCH);
        ReceiptEvidence[] memory more = new ReceiptEvidence[](2);
        more[0] = list[0];
        more[1] = signed(requestOf(1), STRETCH);
        (v.count, v.receiptsRoot) = (2, rootOf(more));
        redeem(v);
        id = register(1);
        drawWith(id, "x");
        audits.openLeaf(placed(more, 1, 1), one(0));
        Point memory p = audits.pointOf(id, 0);
        assertEq(p.first, roster[0], "one");
        assertEq(p.second, address(0), "no second");
        vm.prank(roster[0]);
        audits.attest(id, 0, more[1].receipt.traceRoot, true);
        vm.warp(audits.settledFrom(hashOf(more[1])));
        audits.settle(id, 0);
        assertEq(audits.owed(roster[0]), STRETCH / 200, "its half");
    }

    // ---------------------------------------------------------------- jobs

    function job() private returns (ReceiptEvidence memory e) {
        JobOrder memory o = order();
        vm.recordLogs();
        bytes32 id = requestJob(o);
        // JobRequested holds the request first.
        e.request = requestIn(vm.getRecordedLogs());
        accept(id);
        uint32[] memory output = tokens(5, 50);
        e.receipt = receiptOf(id, output);
        e.signature = signReceipt(operatorKey, e.receipt);
        deliver(id, output);
    }

    function requestIn(Vm.Log[] memory logs) private pure returns (Request memory r) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IMarketEvents.JobRequested.selector) {
                (r,) = abi.decode(logs[i].data, (Request, JobOrder));
            }
        }
    }

    function withRequester() private {
        fund(requester, FUNDS);
    }

    function test_every_job_is_audited() public {
        withRequester();
        seats(4, 1000e6);
        ReceiptEvidence memory e = job();
        bytes32 receiptHash = hashOf(e);
        uint64 delivered = uint64(block.timestamp);
        bytes32 id = audits.registerJob(e);
        assertEq(id, audits.auditId(e.request.payment, type(uint32).max), "audit");
        vm.expectRevert(abi.encodeWithSelector(IAudits.AlreadyRegistered.selector, id));
        audits.registerJob(e);
        drawWith(id, "x");
        assertEq(audits.auditOf(id).points, 1, "always one point");
        audits.openLeaf(e, one(0));
        Point memory p = audits.pointOf(id, 0);
        assertEq(p.receiptHash, receiptHash, "receipt");
        assertTrue(p.first != address(0) && p.second != address(0), "two auditors");
        assertEq(audits.settledFrom(receiptHash), delivered + W, "the job's window");
        answer(id, 0, Answer.Right, Answer.Right);
        vm.warp(delivered + W);
        audits.settle(id, 0);
        assertEq(audits.owed(p.first), e.receipt.fee / 100 / 2, "half of the fee's share");
        market.finalizeJob(e.request.payment);
        audits.pay(p.first);
        audits.pay(p.second);
        assertStakes();
    }

    function test_a_job_is_registered_in_time_and_as_delivered() public {
        withRequester();
        ReceiptEvidence memory e = job();
        ReceiptEvidence memory other = abi.decode(abi.encode(e), (ReceiptEvidence));
        ++other.receipt.seq;
        other.signature = signReceipt(operatorKey, other.receipt);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "delivery"));
        audits.registerJob(other);
        ReceiptEvidence memory none = signed(requestOf(0), FEE);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "delivery"));
        audits.registerJob(none);
        uint64 until = uint64(block.timestamp) + DRAW_TIME / 2;
        vm.warp(until);
        bytes32 id = audits.auditId(e.request.payment, type(uint32).max);
        vm.expectRevert(abi.encodeWithSelector(IAudits.TooLate.selector, id, until));
        audits.registerJob(e);
        vm.warp(until - 1);
        audits.registerJob(e);
        drawWith(id, "x");
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "delivery"));
        audits.openLeaf(other, one(0));
    }

    /// @dev The Market saw the signature, and perhaps nobody else did: its record is enough for every step.
    function test_a_job_is_audited_without_its_signature() public {
        withRequester();
        ReceiptEvidence memory e = job();
        e.signature = "";
        ReceiptEvidence memory other = abi.decode(abi.encode(e), (ReceiptEvidence));
        ++other.receipt.seq;
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "delivery"));
        audits.registerJob(other);
        bytes32 id = audits.registerJob(e);
        drawWith(id, "x");
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "delivery"));
        audits.openLeaf(other, one(0));
        audits.openLeaf(e, one(0));
        assertEq(audits.pointOf(id, 0).receiptHash, hashOf(e), "opened");
    }

    /// @dev A job that nobody registered has no point: its audit has no root.
    function test_an_unregistered_job_is_not_opened() public {
        withRequester();
        ReceiptEvidence memory e = job();
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "delivery"));
        audits.openLeaf(e, one(0));
    }

    function test_nobody_is_silent_about_a_job() public {
        withRequester();
        ReceiptEvidence memory e = job();
        bytes32 id = audits.registerJob(e);
        vm.roll(block.number + 300);
        audits.draw(id, "");
        assertTrue(audits.auditOf(id).lost, "a lost beacon");
        assertEq(audits.auditOf(id).points, 1, "is one point all the same");
        uint64 deadline = audits.deadlineOf(id, 0);
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NothingWithheld.selector, id));
        audits.reportSilence(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.ClockOver.selector, audits.pointId(id, 0), deadline));
        audits.openLeaf(e, one(0));
    }

    // ---------------------------------------------------------- punishDraw

    function test_every_draw_that_met_a_wrong_receipt_slashes() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, 4 * STRETCH);
        bytes32 id = drawn(list);
        bytes32 receiptHash = hashOf(list[0]);
        for (uint32 k = 0; k < 4; ++k) {
            audits.openLeaf(placed(list, 0, 0), one(k));
        }
        vm.expectRevert(abi.encodeWithSelector(IAudits.NotProven.selector, receiptHash));
        audits.punishDraw(id, 1);
        convict(receiptHash, FaultKind.WrongStep);
        bytes32 first = audits.pointId(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IAudits.NothingToPunish.selector, first));
        audits.punishDraw(id, 0);
        uint256 stake = staking.stakeOf(provider);
        for (uint32 k = 1; k < 4; ++k) {
            audits.punishDraw(id, k);
            stake -= stake * 15 / 100;
            assertEq(staking.stakeOf(provider), stake, "15 % of what is left");
            vm.expectPartialRevert(IAudits.NothingToPunish.selector);
            audits.punishDraw(id, k);
        }
        assertEq(slasher.refundPaid(audits.pointId(id, 1)), 0, "no refund for a draw");
        assertSolventWithRoster();
    }

    function test_a_draw_is_punished_within_the_window_and_settled_points_too() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, 2 * STRETCH);
        bytes32 id = drawn(list);
        uint32[] memory both = new uint32[](2);
        both[1] = 1;
        audits.openLeaf(placed(list, 0, 0), both);
        bytes32 receiptHash = hashOf(list[0]);
        convict(receiptHash, FaultKind.Pick);
        vm.warp(audits.pointOf(id, 1).attestBy);
        audits.settle(id, 1);
        uint64 until = audits.settledFrom(receiptHash) + PROOF_TIME;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IAudits.TooLate.selector, id, until));
        audits.punishDraw(id, 1);
        vm.warp(until - 1);
        audits.punishDraw(id, 1);
    }

    function test_an_unopened_point_is_no_draw_that_met() public {
        redeemSum(STRETCH);
        bytes32 id = register(0);
        drawWith(id, "x");
        vm.expectPartialRevert(IAudits.WrongState.selector);
        audits.punishDraw(id, 0);
    }

    // ------------------------------------------------------------- private

    function answer(bytes32 id, uint32 index, Answer a, Answer b) private {
        Point memory p = audits.pointOf(id, index);
        bytes32 root = audits.drawnOf(p.receiptHash).traceRoot;
        if (a != Answer.None) {
            vm.prank(p.first);
            audits.attest(id, index, a == Answer.Right ? root : bytes32("own"), a == Answer.Right);
        }
        if (b != Answer.None) {
            vm.prank(p.second);
            audits.attest(id, index, b == Answer.Right ? root : bytes32("own"), b == Answer.Right);
        }
    }

    function assertSolventWithRoster() private view {
        assertStakes();
    }

    function test_openLeaf_keepsTheReceiptDisputable_whateverIsRedeemedLater() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(40, FEE);
        uint64 unpaidUntil = disputes.disputableUntil(list[0]);
        // The cheater and its own gateway wait before they redeem.
        vm.warp(unpaidUntil + MAX_HOLD + 1);
        bytes32 audit = drawn(list);
        ReceiptEvidence memory e = placed(list, receiptAt(audit, 0, FEE), 0);
        disputes.disputableUntil(e);
        audits.openLeaf(e, one(0));
        assertGt(disputes.disputableUntil(e), block.timestamp, "open to every proof");
        // One more unit, under a root of nothing. Its own audit draws it with probability 1 / 40,000,000,000.
        Voucher memory v = voucherOf(channel, totalOf(list) + 1);
        v.count = 41;
        assertEq(redeem(v), 1);
        ReceiptEvidence memory bare = signed(e.request, FEE);
        assertGt(disputes.disputableUntil(bare), block.timestamp, "still open to every proof");
    }
}
