// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {ISlasher} from "../../src/interfaces/ISlasher.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {Job, Voucher} from "../../src/types/Types.sol";
import {Slasher} from "../../src/Slasher.sol";
import {Fixture} from "../Fixture.sol";

contract SlasherTest is Fixture {
    uint128 private constant D = 1000e6;

    function slash(bytes32 cause, uint256 refund, uint256 bounty) private returns (uint256) {
        vm.prank(dispute);
        (uint256 taken,,) = slasher.slash(provider, cause, 1500, true, requester, refund, auditor, bounty);
        return taken;
    }

    // ------------------------------------------------------------- callers

    /// @dev Callers are contracts, named by the constructor: no key can slash, and none can be added.
    function test_callers_areContractsFromTheStart() public {
        address[] memory list = new address[](2);
        (list[0], list[1]) = (dispute, stranger);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.NotAContract.selector, stranger));
        new Slasher(vault, staking, market, list);
        list[1] = address(market);
        vm.expectEmit();
        emit ISlasher.CallersSealed(list);
        Slasher fresh = new Slasher(vault, staking, market, list);
        assertEq(abi.encode(fresh.callers()), abi.encode(list), "callers");
        assertTrue(fresh.isCaller(dispute), "named");
        assertFalse(fresh.isCaller(address(this)), "the deployer is none");
        fresh = new Slasher(vault, staking, market, new address[](0));
        assertEq(fresh.callers().length, 0, "nobody can slash");
    }

    function test_onlyCallers() public {
        bytes memory denied = abi.encodeWithSelector(ISlasher.NotCaller.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(denied);
        slasher.slash(provider, "", 1, false, stranger, 0, stranger, 0);
        vm.expectRevert(denied);
        slasher.hold(provider, 1, 1, 1, 0);
        vm.expectRevert(denied);
        slasher.disproveJob("");
        vm.expectRevert(denied);
        slasher.payFromPool(stranger, 1);
        bytes memory notSlasher = abi.encodeWithSelector(IMarketEvents.NotSlasher.selector, stranger);
        vm.expectRevert(notSlasher);
        market.forfeit(provider);
        vm.expectRevert(notSlasher);
        market.holdCredit(provider, 1, 0);
        vm.expectRevert(notSlasher);
        market.disproveJob("");
        vm.stopPrank();
    }

    // --------------------------------------------------------------- slash

    function test_slash_refundBountyAndTheRestBurned() public {
        uint256 amount = uint256(STAKE) * 15 / 100;
        uint256 cap = amount / 20;
        vm.expectEmit();
        emit IStaking.Slashed(provider, "receipt", amount, amount - 500 - cap, uint256(STAKE) - amount);
        assertEq(slash("receipt", 500, type(uint256).max), amount, "taken");
        assertEq(vault.free(requester), FUNDS + 500, "refund");
        assertEq(vault.free(auditor), cap, "bounty at most 5 %");
        assertEq(vault.free(vault.BURN_ADDRESS()), amount - 500 - cap, "burned");
        assertSolvent();

        slash("receipt", 500, 0);
        assertEq(vault.free(requester), FUNDS + 500, "one refund per receipt");
        slash("other receipt", 500, 0);
        assertEq(vault.free(requester), FUNDS + 1000, "another receipt");
        vm.prank(dispute);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlashTooHigh.selector, 1501, 1500));
        slasher.slash(provider, "x", 1501, false, requester, 0, auditor, 0);
    }

    /// @dev STK-3: whatever a caller asks for, a cheater that is also requester and auditor loses 93 % of each slash.
    function test_slash_puppetsBringLittleHome() public {
        address puppet = makeAddr("puppet");
        uint256 most = type(uint256).max;
        vm.startPrank(dispute);
        for (uint256 i = 0; i < 40; ++i) {
            uint16 bps = i % 2 == 0 ? 1500 : 500;
            uint256 before = vault.free(puppet);
            uint256 cap = staking.stakeOf(provider) / 400;
            (uint256 taken,,) = slasher.slash(provider, bytes32(i), bps, false, puppet, most, puppet, most);
            assertLe(slasher.refundPaid(bytes32(i)), cap, "a refund is at most a fee");
            assertLe(vault.free(puppet) - before, taken * 7 / 100, "at least 93 % burn");
        }
        vm.stopPrank();
        assertSolvent();
    }

    /// @dev A requester signs any address: a zero one must not make its provider's faults unslashable.
    function test_slash_toNobody_burns() public {
        uint256 amount = uint256(STAKE) * 15 / 100;
        vm.prank(dispute);
        slasher.slash(provider, "x", 1500, true, address(0), 500, address(0), 500);
        assertEq(vault.free(vault.BURN_ADDRESS()), amount, "all of it");
        assertEq(slasher.refundPaid("x"), 0, "the refund is still due");
        vm.prank(dispute);
        slasher.slash(provider, "x", 1500, true, requester, 500, address(0), 0);
        assertEq(slasher.refundPaid("x"), 500, "paid");
        assertSolvent();
    }

    /// @dev STK-2: slashed + left = posted, at every edge.
    function testFuzz_slash_sums(uint16 bps, uint256 refund, uint256 bounty, uint256 unbonding) public {
        bps = uint16(bound(bps, 0, 1500));
        unbonding = bound(unbonding, 0, STAKE);
        if (unbonding != 0) {
            vm.prank(provider);
            staking.unbond(unbonding);
        }
        vm.prank(dispute);
        (uint256 taken,,) = slasher.slash(provider, "c", bps, false, requester, refund, auditor, bounty);
        assertEq(taken + staking.stakeOf(provider), STAKE, "slashed + left = posted");
        uint256 refunded = vault.free(requester) - FUNDS;
        assertEq(
            refunded + vault.free(auditor) + vault.free(vault.BURN_ADDRESS()), taken, "parts of the slash"
        );
        assertLe(vault.free(auditor), taken / 20, "bounty");
        assertLe(refunded, STAKE / 400, "refund");
        assertGe(vault.free(vault.BURN_ADDRESS()) * 100, taken * 93, "burned");
        (uint256 left,) = staking.unbondingOf(provider);
        assertLe(left, staking.stakeOf(provider), "unbonding within the stake");
        assertSolvent();
    }

    // ------------------------------------------------------------- forfeit

    function test_forfeit_burnsOnlyTheProvidersPart() public {
        bytes32 channel = openDefault(D);
        redeem(voucherOf(channel, 1_000_000));
        uint64 epoch = epochNow();
        vm.expectEmit();
        emit IMarketEvents.CreditForfeited(provider, epoch, uint64(block.timestamp));
        slash("fault", 0, 0);
        uint256 burned = vault.free(vault.BURN_ADDRESS());
        vm.warp(maturityOf(epoch));
        market.mature(provider, tuned, relayer, epoch);
        assertEq(vault.free(provider), 0, "provider");
        assertEq(vault.free(vault.BURN_ADDRESS()) - burned, 690_000, "its part is burned");
        assertEq(vault.free(creator), 150_000, "an honest creator is paid");
        assertEq(vault.free(relayer), 30_000, "and the relayer");
        assertSolvent();
    }

    function test_forfeit_laterRedeemsOfTheSameEpoch_goToTheNext() public {
        bytes32 channel = openDefault(D);
        redeem(voucherOf(channel, 100));
        uint64 epoch = epochNow();
        slash("fault", 0, 0);
        slash("fault 2", 0, 0);
        assertEq(market.creditEpochOf(provider), epoch + 1, "put off by one epoch only");
        redeem(voucherOf(channel, 300));
        (uint128 amount,, bool forfeited) = market.creditOf(provider, tuned, relayer, epoch + 1);
        assertEq(amount, 200, "earned after the fault");
        assertFalse(forfeited, "not forfeited");
        slash("fault 3", 0, 0);
        (,, forfeited) = market.creditOf(provider, tuned, relayer, epoch + 1);
        assertTrue(forfeited, "unless there is another one");
        (,, forfeited) = market.creditOf(provider2, tuned, relayer, epoch);
        assertFalse(forfeited, "nobody else's");
    }

    /// @dev Redeems, faults and epochs in any order: what was redeemed before the last fault burns, what came after is paid.
    function testFuzz_forfeit_anyOrder(uint256 seed) public {
        bytes32 channel = openDefault(D);
        uint64 first = epochNow();
        uint128 total = 0;
        uint128 survives = 0;
        for (uint256 i = 0; i < 10; ++i) {
            uint256 move = (seed >> (2 * i)) & 3;
            if (move < 2) {
                total += 1000;
                survives += 1000;
                assertEq(redeem(voucherOf(channel, total)), 1000, "paid");
            } else if (move == 2) {
                vm.prank(dispute);
                slasher.slash(provider, bytes32(i), 1, true, requester, 0, auditor, 0);
                survives = 0;
            } else {
                vm.warp(block.timestamp + EPOCH);
            }
        }
        vm.warp(block.timestamp + W + 30 * EPOCH);
        uint256 burned = vault.free(vault.BURN_ADDRESS());
        for (uint64 e = first; e < first + 25; ++e) {
            (uint128 amount,,) = market.creditOf(provider, tuned, relayer, e);
            if (amount != 0) market.mature(provider, tuned, relayer, e);
        }
        assertEq(market.pendingOf(provider), 0, "all of it matured");
        assertEq(vault.free(provider), uint256(survives) * 69 / 100, "earned after the last fault");
        assertEq(vault.free(vault.BURN_ADDRESS()) - burned, uint256(total - survives) * 69 / 100, "the rest");
        assertSolvent();
    }

    function test_forfeit_deliveredJobs_notLaterOnes() public {
        bytes32 before = requestJob(order());
        bytes32 later = requestJob(order());
        accept(before);
        accept(later);
        deliver(before, tokens(10, 5));
        slash("fault", 0, 0);
        deliver(later, tokens(10, 5));
        assertTrue(market.jobOf(before).forfeited, "delivered before the fault");
        assertFalse(market.jobOf(later).forfeited, "delivered after it, in the same second");
        vm.warp(block.timestamp + W);
        market.finalizeJob(before);
        assertEq(vault.free(provider), 0, "burned");
        market.finalizeJob(later);
        assertEq(vault.free(provider), 20_010_000, "paid");
        assertSolvent();
    }

    // ----------------------------------------------------------------- hold

    function test_holdCredit_delaysByAtMostMaxHold() public {
        bytes32 channel = openDefault(D);
        redeem(voucherOf(channel, 100));
        uint64 epoch = epochNow();
        uint64 natural = maturityOf(epoch);
        vm.startPrank(dispute);
        slasher.hold(provider, 0, 0, natural + 30, 0);
        slasher.hold(provider, 0, 0, natural - 30, 0);
        vm.stopPrank();
        (, uint64 maturesAt,) = market.creditOf(provider, tuned, relayer, epoch);
        assertEq(maturesAt, natural + 30, "held");
        vm.warp(natural + 29);
        vm.expectPartialRevert(IMarketEvents.CreditNotMature.selector);
        market.mature(provider, tuned, relayer, epoch);

        vm.prank(dispute);
        slasher.hold(provider, 0, 0, natural + 10_000, 0);
        vm.warp(natural + MAX_HOLD - 1);
        vm.expectPartialRevert(IMarketEvents.CreditNotMature.selector);
        market.mature(provider, tuned, relayer, epoch);
        vm.warp(natural + MAX_HOLD);
        market.mature(provider, tuned, relayer, epoch);
    }

    /// @dev Time that a flood of questions took lets a hold last longer, by as much and no second more.
    function test_holdCredit_stretch_boundary() public {
        bytes32 channel = openDefault(D);
        redeem(voucherOf(channel, 100));
        bytes32 job = requestJob(order());
        accept(job);
        deliver(job, tokens(10, 5));
        uint64 delivered = uint64(block.timestamp);
        uint64 epoch = epochNow();
        uint64 latest = maturityOf(epoch) + MAX_HOLD + 7;
        vm.startPrank(dispute);
        vm.expectEmit();
        emit IMarketEvents.CreditHeld(provider, latest + 100, 7);
        slasher.hold(provider, 0, 0, latest + 100, 7);
        vm.stopPrank();
        assertEq(market.jobOf(job).disputableUntil, delivered + W + MAX_HOLD + 7, "jobs too");
        vm.warp(latest - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.CreditNotMature.selector, epoch, latest));
        market.mature(provider, tuned, relayer, epoch);
        vm.warp(latest);
        market.mature(provider, tuned, relayer, epoch);
    }

    /// @dev The largest stretch counts while anything is held, whichever hold brought it; they do not add up.
    function test_holdCredit_stretch_isTheLargest() public {
        bytes32 channel = openDefault(D);
        redeem(voucherOf(channel, 100));
        uint64 epoch = epochNow();
        uint64 late = maturityOf(epoch) + 10 * MAX_HOLD;
        uint64[5] memory untils = [late, late + 1, late - 1, late, late + 1];
        uint64[5] memory stretches = [uint64(5), 3, 9, 9, 2];
        uint64[5] memory expected = [uint64(5), 5, 9, 9, 9];
        for (uint256 i = 0; i < 5; ++i) {
            vm.recordLogs();
            vm.prank(dispute);
            slasher.hold(provider, 0, 0, untils[i], stretches[i]);
            assertEq(vm.getRecordedLogs().length, i < 3 ? 1 : 0, "only what changes something is logged");
            (, uint64 maturesAt,) = market.creditOf(provider, tuned, relayer, epoch);
            assertEq(maturesAt, maturityOf(epoch) + MAX_HOLD + expected[i], "the largest");
        }
    }

    /// @dev It starts anew in the second in which nothing is held, and not before.
    function test_holdCredit_stretch_startsAnew() public {
        uint64 over = uint64(block.timestamp) + 30;
        vm.prank(dispute);
        slasher.hold(provider, 0, 0, over, 50);
        for (uint64 late = 0; late < 2; ++late) {
            uint256 fork = vm.snapshotState();
            vm.warp(over - 1 + late);
            bytes32 channel = openDefault(D);
            redeem(voucherOf(channel, 100));
            uint64 epoch = epochNow();
            vm.prank(dispute);
            slasher.hold(provider, 0, 0, maturityOf(epoch) + 10 * MAX_HOLD, 2);
            (, uint64 maturesAt,) = market.creditOf(provider, tuned, relayer, epoch);
            assertEq(maturesAt, maturityOf(epoch) + MAX_HOLD + (late == 0 ? 50 : 2), "kept or anew");
            vm.revertToState(fork);
        }
    }

    /// @dev More seconds than there is room for are as many as there is room for.
    function testFuzz_holdCredit_stretch_saturates(uint64 stretch) public {
        uint64 most = type(uint24).max;
        bytes32 channel = openDefault(D);
        redeem(voucherOf(channel, 100));
        uint64 epoch = epochNow();
        uint64[4] memory each = [stretch, most, most + 1, type(uint64).max];
        for (uint256 i = 0; i < 4; ++i) {
            uint256 fork = vm.snapshotState();
            vm.prank(dispute);
            slasher.hold(provider, 0, 0, type(uint40).max, each[i]);
            (, uint64 maturesAt,) = market.creditOf(provider, tuned, relayer, epoch);
            uint64 counted = each[i] < most ? each[i] : most;
            assertEq(maturesAt, maturityOf(epoch) + MAX_HOLD + counted, "saturates");
            assertEq(market.pendingOf(provider), 100, "the rest of the slot");
            vm.revertToState(fork);
        }
    }

    function test_holdCredit_delaysJobs() public {
        bytes32 job = requestJob(order());
        accept(job);
        deliver(job, tokens(10, 5));
        uint64 until = uint64(block.timestamp) + W + 20;
        vm.prank(dispute);
        slasher.hold(provider, 0, 0, until, 0);
        assertEq(market.jobOf(job).disputableUntil, until, "held");
        vm.warp(until - 1);
        vm.expectPartialRevert(IMarketEvents.DisputeWindowOpen.selector);
        market.finalizeJob(job);
        vm.warp(until);
        market.finalizeJob(job);
    }

    // ----------------------------------------------------------------- pool

    function test_payFromPool() public {
        bytes32 channel = openDefault(D);
        redeem(voucherOf(channel, 1_000_000));
        uint64 epoch = epochNow();
        vm.warp(maturityOf(epoch));
        market.mature(provider, tuned, relayer, epoch);
        assertEq(vault.free(address(slasher)), 10_000, "the auditors' share");
        vm.prank(dispute);
        vm.expectEmit();
        emit ISlasher.PoolPaid(auditor, dispute, 4000);
        slasher.payFromPool(auditor, 4000);
        assertEq(vault.free(auditor), 4000, "auditor");
        assertEq(vault.free(address(slasher)), 6000, "pool");
        assertSolvent();
    }
}
