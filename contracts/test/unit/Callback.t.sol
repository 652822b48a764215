// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarket, IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {JobOrder, JobState} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";
import {Consumer, Mode} from "../mocks/Consumer.sol";

/// @notice ESC-12: a hostile callback costs its own requester its own gas, and nothing else.
contract CallbackTest is Fixture {
    uint32 private constant GAS = 200_000;
    Consumer private consumer;

    function setUp() public override {
        super.setUp();
        consumer = new Consumer(market, vault);
    }

    function delivered(bool atDelivery) private returns (bytes32 job) {
        JobOrder memory o = order();
        o.callback = address(consumer);
        o.callbackGas = GAS;
        o.callbackAtDelivery = atDelivery;
        job = requestJob(o);
        accept(job);
        deliver(job, tokens(10, 5));
    }

    function finalized() private returns (bytes32 job) {
        job = delivered(false);
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
    }

    function test_callback_atFinality() public {
        bytes32 job = delivered(false);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.CallbackNotOpen.selector, job));
        market.runCallback(job, tokens(10, 5));
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        vm.expectEmit();
        emit IMarketEvents.JobCallback(job, address(consumer), true);
        vm.prank(stranger);
        market.runCallback(job, tokens(10, 5));
        assertEq(consumer.job(), job, "job");
        assertEq(consumer.model(), tuned, "model");
        assertEq(consumer.sum(), 95, "tokens 5..14");
        assertEq(uint8(consumer.finish()), 1, "stop");
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.CallbackAlreadyDone.selector, job));
        market.runCallback(job, tokens(10, 5));
    }

    function test_callback_atDelivery_onlyIfAsked() public {
        bytes32 job = delivered(true);
        market.runCallback(job, tokens(10, 5));
        assertEq(consumer.calls(), 1, "called");
    }

    function test_callback_wrongOutput_reverts() public {
        bytes32 job = finalized();
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.WrongOutput.selector, job));
        market.runCallback(job, tokens(10, 6));
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.WrongOutput.selector, job));
        market.runCallback(job, tokens(9, 5));
    }

    function test_callback_withoutTarget_reverts() public {
        bytes32 job = requestJob(order());
        accept(job);
        deliver(job, tokens(10, 5));
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.CallbackNotOpen.selector, job));
        market.runCallback(job, tokens(10, 5));
    }

    function test_callback_refundedJob_reverts() public {
        JobOrder memory o = order();
        o.callback = address(consumer);
        bytes32 job = requestJob(o);
        vm.prank(requester);
        market.refundJob(job);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.CallbackNotOpen.selector, job));
        market.runCallback(job, new uint32[](0));
    }

    function test_callback_disproved_neverRuns() public {
        bytes32 job = delivered(true);
        vm.prank(dispute);
        slasher.disproveJob(job);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.AnswerDisproved.selector, job));
        market.runCallback(job, tokens(10, 5));
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.AnswerDisproved.selector, job));
        market.runCallback(job, tokens(10, 5));
    }

    /// @dev Questions may outlast the longest hold: a proof that comes after finality still slashes in one transaction, and
    /// still keeps the answer from a contract that has not been called.
    function test_disprove_afterFinality() public {
        bytes32 job = delivered(false);
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        vm.prank(dispute);
        slasher.disproveJob(job);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.AnswerDisproved.selector, job));
        market.runCallback(job, tokens(10, 5));
    }

    function test_disprove_beforeDelivery_reverts() public {
        bytes32 job = requestJob(order());
        vm.prank(dispute);
        vm.expectPartialRevert(IMarketEvents.WrongJobState.selector);
        slasher.disproveJob(job);
    }

    /// @dev Every hostile mode, at delivery and at finality: payment proceeds, the result stays, it can be tried again.
    function test_callback_hostile_neverBlocksPayment() public {
        for (uint8 m = 1; m <= uint8(type(Mode).max); ++m) {
            for (uint256 late = 0; late < 2; ++late) {
                consumer.set(Mode(m));
                bytes32 job = delivered(late == 0);
                if (late == 1) {
                    vm.warp(block.timestamp + W);
                    market.finalizeJob(job);
                }
                uint256 gasBefore = gasleft();
                vm.expectEmit();
                emit IMarketEvents.JobCallback(job, address(consumer), false);
                market.runCallback(job, tokens(10, 5));
                assertLt(gasBefore - gasleft(), GAS + 120_000, "bounded gas");
                if (late == 0) {
                    vm.warp(block.timestamp + W);
                    market.finalizeJob(job);
                }
                assertTrue(market.jobOf(job).state == JobState.Finalized, "paid");

                consumer.set(Mode.Accept);
                market.runCallback(job, tokens(10, 5));
                assertEq(consumer.job(), job, "delivered again");
                assertSolvent();
            }
        }
    }

    /// @dev The 63/64 rule: with too little gas nothing happens, so nobody can make a callback fail on purpose.
    function test_callback_tooLittleGas_revertsAndKeepsTheTry() public {
        bytes32 job = finalized();
        uint32[] memory out = tokens(10, 5);
        (bool ok, bytes memory reason) =
            address(market).call{gas: GAS + 45_000}(abi.encodeCall(market.runCallback, (job, out)));
        assertFalse(ok, "too little");
        assertEq(bytes4(reason), IMarketEvents.InsufficientCallbackGas.selector, "named");
        assertFalse(market.jobOf(job).callbackDone, "not used up");
    }

    /// @dev Whatever gas the caller sends, the target gets all it was promised or is not called.
    function testFuzz_callback_targetGetsItsGas(uint256 gas_) public {
        gas_ = bound(gas_, 30_000, 600_000);
        bytes32 job = finalized();
        bytes memory call_ = abi.encodeCall(market.runCallback, (job, tokens(10, 5)));
        (bool ok,) = address(market).call{gas: gas_}(call_);
        if (ok) assertGe(consumer.gasSeen(), GAS - 1000, "all but the call's own start");
        else assertEq(consumer.calls(), 0, "not called");
    }
}
