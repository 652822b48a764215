// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {Market} from "../../src/Market.sol";
import {Slasher} from "../../src/Slasher.sol";
import {Staking} from "../../src/Staking.sol";
import {Vault} from "../../src/Vault.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MarketJobs} from "../../src/market/MarketJobs.sol";
import {Neighbours, Shares, Timing} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

contract ParametersTest is Fixture {
    // --------------------------------------------------------------- owner

    function test_shares_timelock_boundary() public {
        Shares memory next = Shares(500, 500, 500);
        vm.expectRevert(IMarketEvents.NothingScheduled.selector);
        market.applyShares();
        uint64 at = uint64(block.timestamp) + TIMELOCK;
        vm.prank(owner);
        vm.expectEmit();
        emit IMarketEvents.SharesScheduled(next, at);
        market.scheduleShares(next);
        (Shares memory seen, uint64 effectiveAt) = market.scheduledShares();
        assertEq(seen.relayerBps, 500, "scheduled");
        assertEq(effectiveAt, at, "when");
        vm.warp(at - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.TimelockOpen.selector, at));
        market.applyShares();
        assertEq(market.shares().relayerBps, 300, "not yet");
        vm.warp(at);
        vm.prank(stranger);
        market.applyShares();
        assertEq(market.shares().relayerBps, 500, "applied");
        vm.expectRevert(IMarketEvents.NothingScheduled.selector);
        market.applyShares();
    }

    function test_shares_bounds() public {
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.SharesTooHigh.selector, "relayer", 501, 500));
        market.scheduleShares(Shares(501, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.SharesTooHigh.selector, "protocol", 501, 500));
        market.scheduleShares(Shares(0, 501, 0));
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.SharesTooHigh.selector, "auditors", 501, 500));
        market.scheduleShares(Shares(0, 0, 501));
        vm.stopPrank();
    }

    /// @dev ESC-10: every owner function, called by everyone else.
    function test_owner_only() public {
        address[5] memory others = [stranger, requester, provider, operator, dispute];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory denied =
                abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(denied);
            market.scheduleShares(Shares(0, 0, 0));
            vm.expectRevert(denied);
            market.scheduleTreasury(others[i]);
            vm.expectRevert(denied);
            market.pauseNewRequests(true);
            vm.expectRevert(denied);
            marketOwned.transferOwnership(others[i]);
            vm.stopPrank();
        }
    }

    /// @dev ESC-10: with all its powers used, the owner moves no balance and stops no exit.
    function test_owner_cannotTouchMoney() public {
        bytes32 channel = openDefault(1000);
        redeem(voucherOf(channel, 500));
        uint64 epoch = epochNow();
        uint256 before = vault.free(requester);
        vm.startPrank(owner);
        market.pauseNewRequests(true);
        market.scheduleTreasury(owner);
        market.scheduleShares(Shares(500, 500, 500));
        vm.expectRevert();
        vault.withdraw(owner, 1);
        vm.stopPrank();
        assertEq(vault.free(requester), before, "balances");
        assertEq(market.channelOf(channel).deposit, 1000, "deposits");
        vm.prank(requester);
        market.closeChannel(channel);
        vm.warp(maturityOf(epoch));
        market.sweepChannel(channel);
        market.mature(provider, tuned, relayer, epoch);
        uint256 got = vault.free(provider);
        assertEq(got, 345, "split by the shares that were known");
        vm.prank(provider);
        vault.withdraw(provider, got);
        assertSolvent();
    }

    function test_treasury_timelock_boundary() public {
        vm.expectRevert(IMarketEvents.NothingScheduled.selector);
        market.applyTreasury();
        uint64 at = uint64(block.timestamp) + TIMELOCK;
        vm.startPrank(owner);
        vm.expectRevert(IMarketEvents.ZeroAddress.selector);
        market.scheduleTreasury(address(0));
        vm.expectEmit();
        emit IMarketEvents.TreasuryScheduled(stranger, at);
        market.scheduleTreasury(stranger);
        vm.stopPrank();
        (address next, uint64 effectiveAt) = market.scheduledTreasury();
        assertEq(next, stranger, "scheduled");
        assertEq(effectiveAt, at, "when");
        vm.warp(at - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.TimelockOpen.selector, at));
        market.applyTreasury();
        assertEq(market.treasury(), treasury, "not yet");
        vm.warp(at);
        vm.expectEmit();
        emit IMarketEvents.TreasuryChanged(stranger);
        market.applyTreasury();
        assertEq(market.treasury(), stranger, "applied");
        vm.expectRevert(IMarketEvents.NothingScheduled.selector);
        market.applyTreasury();
    }

    /// @dev Nobody keeps a change in store for the transaction before a split.
    function test_schedules_expire() public {
        vm.startPrank(owner);
        market.scheduleShares(Shares(500, 500, 500));
        market.scheduleTreasury(stranger);
        vm.stopPrank();
        uint64 until = uint64(block.timestamp) + TIMELOCK + 7 days;
        uint256 before = vm.snapshotState();
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.ScheduleExpired.selector, until));
        market.applyShares();
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.ScheduleExpired.selector, until));
        market.applyTreasury();
        assertTrue(vm.revertToState(before), "again");
        vm.warp(until - 1);
        market.applyShares();
        market.applyTreasury();
        assertEq(market.treasury(), stranger, "in the last second");
    }

    function test_renounce_resumes() public {
        vm.startPrank(owner);
        market.pauseNewRequests(true);
        vm.expectEmit();
        emit IMarketEvents.PausedNewRequests(false);
        marketOwned.renounceOwnership();
        vm.stopPrank();
        assertEq(marketOwned.owner(), address(0), "nobody's");
        openDefault(1);
        vm.prank(owner);
        vm.expectPartialRevert(Ownable.OwnableUnauthorizedAccount.selector);
        marketOwned.renounceOwnership();
    }

    function test_ownership_movesInTwoSteps() public {
        vm.prank(owner);
        marketOwned.transferOwnership(stranger);
        assertEq(marketOwned.owner(), owner, "not yet");
        vm.prank(stranger);
        marketOwned.acceptOwnership();
        assertEq(marketOwned.owner(), stranger, "accepted");
    }

    // ---------------------------------------------------------- deployment

    function test_deploy_unsafeTimings_revert() public {
        Timing memory t = timing();
        t.disputeWindow = 0;
        expectUnsafe(t, "disputeWindow");
        t = timing();
        t.closeGrace = 0;
        expectUnsafe(t, "closeGrace");
        t = timing();
        t.epoch = 0;
        expectUnsafe(t, "epoch");
        t = timing();
        t.maxDeadline = 0;
        expectUnsafe(t, "maxDeadline");
        t = timing();
        t.maxDeadline = EXIT_MARGIN + 1;
        expectUnsafe(t, "exitMargin");
        t = timing();
        t.epoch = EXIT_MARGIN + 1;
        expectUnsafe(t, "exitMargin");
        t = timing();
        t.timelock = W + EPOCH + MAX_HOLD;
        expectUnsafe(t, "timelock");
        t = timing();
        t.exposureDivisor = 0;
        expectUnsafe(t, "exposureDivisor");
        t = timing();
        t.maxPromptTokens = 0;
        expectUnsafe(t, "maxPromptTokens");
    }

    function expectUnsafe(Timing memory t, string memory field) private {
        MarketJobs code = new MarketJobs(address(market), neighbours(), t);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.UnsafeTiming.selector, field));
        new Market(address(code), neighbours(), owner, treasury, defaultShares(), t);
    }

    function test_deploy_wrongWiring_reverts() public {
        // A second Market is not the one that Vault and Staking were deployed for.
        MarketJobs code = new MarketJobs(address(market), neighbours(), timing());
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadWiring.selector, "vault.market"));
        new Market(address(code), neighbours(), owner, treasury, defaultShares(), timing());
    }

    /// @dev Deploys a set in which one thing is wrong, up to the Market, which must refuse it.
    function refused(uint256 mistake, string memory field) private {
        uint64 n = vm.getNonce(address(this));
        address[] memory list = new address[](mistake == 0 ? 4 : 3);
        list[0] = vm.computeCreateAddress(address(this), n + 1);
        list[1] = vm.computeCreateAddress(address(this), n + 2);
        list[2] = vm.computeCreateAddress(address(this), n + 4);
        if (mistake == 0) list[3] = stranger;
        address market_ = list[2];
        address other = address(vault);
        Vault v = new Vault(address(token), list);
        Staking s = new Staking(
            IVault(mistake == 1 ? other : address(v)), market_, list[1], UNBONDING, W + EXIT_MARGIN
        );
        Slasher sl = new Slasher(
            IVault(mistake == 2 ? other : address(v)),
            mistake == 3 ? staking : s,
            mistake == 4 ? market : IMarket(market_),
            new address[](0)
        );
        Neighbours memory all = Neighbours(address(v), address(s), address(registry), address(sl));
        MarketJobs code = new MarketJobs(market_, all, timing());
        if (bytes(field).length != 0) {
            vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadWiring.selector, field));
        }
        new Market(address(code), all, owner, treasury, defaultShares(), timing());
    }

    /// @dev A deployer cannot slip in a key that keeps books, or a Slasher of another set.
    function test_deploy_eachWrongWire_reverts() public {
        refused(0, "vault.modules");
        refused(1, "staking.vault");
        refused(2, "slasher.vault");
        refused(3, "slasher.staking");
        refused(4, "slasher.market");
        refused(5, "");
    }

    function test_views() public view {
        Timing memory t = market.timing();
        assertEq(abi.encode(t), abi.encode(timing()), "timing");
        Neighbours memory n = market.neighbours();
        assertEq(abi.encode(n), abi.encode(neighbours()), "neighbours");
        assertEq(marketOwned.jobsCode(), address(jobs), "jobs code");
        assertFalse(market.isPaused(), "not paused");
    }
}
