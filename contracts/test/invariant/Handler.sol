// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FeeLib} from "../../src/libraries/FeeLib.sol";
import {Channel, Job, JobOrder, JobState, Shares, Voucher} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

/// @notice Valid moves only: whatever reverts here is a bug (`fail_on_revert`). Two requesters, two providers and two
/// delegates take turns. It keeps its own account of what the Market should hold and of how long stake must stay.
contract Handler is Fixture {
    struct Credit {
        address provider;
        bytes32 modelVersion;
        address relayer;
        uint64 epoch;
    }

    bytes32[] public channels;
    bytes32[] public jobList;
    Credit[] public credits;
    address[] public accounts;
    uint256 public donated;
    uint256 public redeemed;
    uint256 public matured;
    uint256 public jobFees;

    struct Question {
        uint256 amount;
        uint64 until;
    }

    address private requester2;
    uint256 private requester2Key;
    address private delegate2;
    uint256 private delegate2Key;
    /// @dev Until when a redeem or a job of a provider may still lead to a slash.
    mapping(address provider => uint256) private atRiskUntil;
    mapping(address provider => Question[]) private questions;

    function start() external {
        setUp();
        (requester2, requester2Key) = makeAddrAndKey("requester2");
        (delegate2, delegate2Key) = makeAddrAndKey("delegate2");
        fund(requester2, FUNDS);
        accounts = [
            requester,
            requester2,
            provider,
            provider2,
            creator,
            parentCreator,
            relayer,
            treasury,
            auditor,
            address(slasher),
            vault.BURN_ADDRESS()
        ];
    }

    function counts() external view returns (uint256, uint256, uint256, uint256) {
        return (channels.length, jobList.length, credits.length, accounts.length);
    }

    // --------------------------------------------------------------- turns

    function otherRequester() external {
        (requester, requester2) = (requester2, requester);
        (requesterKey, requester2Key) = (requester2Key, requesterKey);
    }

    function otherProvider() public {
        (provider, provider2) = (provider2, provider);
        (operator, operator2) = (operator2, operator);
        (operatorKey, operator2Key) = (operator2Key, operatorKey);
    }

    function otherDelegate() external {
        (delegate, delegate2) = (delegate2, delegate);
        (delegateKey, delegate2Key) = (delegate2Key, delegateKey);
    }

    // --------------------------------------------------------------- moves

    function warp(uint16 by) external {
        vm.warp(block.timestamp + bound(by, 1, 150));
    }

    /// @dev To the seconds around an exit, where redeems and holds meet it.
    function warpToExit(uint8 before) external {
        (uint256 amount, uint64 exitAt) = staking.unbondingOf(provider);
        uint256 at = uint256(exitAt) - (amount == 0 ? exitAt : before % 160);
        if (at > block.timestamp) vm.warp(at);
    }

    function deposit(uint8 who, uint64 amount) external {
        fund(accounts[who % 9], bound(amount, 1, 1e12));
    }

    function withdraw(uint8 who, uint256 amount) external {
        address account = accounts[who % 9];
        uint256 free = vault.free(account);
        if (free == 0) return;
        vm.prank(account);
        vault.withdraw(account, bound(amount, 1, free));
    }

    function donate(uint32 amount) external {
        token.mint(address(vault), amount);
        donated += amount;
    }

    function openChannel(uint64 amount, uint16 life) external {
        uint256 free = vault.free(requester);
        if (free == 0) return;
        uint128 deposit_ = uint128(bound(amount, 1, free < 1e10 ? free : 1e10));
        channels.push(openFor(deposit_, uint64(block.timestamp + bound(life, 1, 1000))));
    }

    function topUp(uint256 which, uint64 amount) external {
        if (channels.length == 0 || vault.free(requester) == 0) return;
        bytes32 id = channels[which % channels.length];
        Channel memory c = market.channelOf(id);
        if (c.closesAt != 0 || block.timestamp >= c.expiry) return;
        uint256 free = vault.free(requester);
        vm.prank(requester);
        market.topUp(id, uint128(bound(amount, 1, free < 1e10 ? free : 1e10)));
    }

    function close(uint256 which) external {
        if (channels.length == 0) return;
        bytes32 id = channels[which % channels.length];
        Channel memory c = market.channelOf(id);
        if (c.closesAt != 0 || block.timestamp >= c.expiry + GRACE) return;
        vm.prank(c.requester);
        market.closeChannel(id);
    }

    function changeDelegate(uint256 which) external {
        if (channels.length == 0) return;
        bytes32 id = channels[which % channels.length];
        Channel memory c = market.channelOf(id);
        if (c.closesAt != 0 || block.timestamp >= c.expiry + GRACE || block.timestamp < c.retiresAt) return;
        vm.prank(c.requester);
        market.changeDelegate(id, delegate);
    }

    function sweep(uint256 which) external {
        if (channels.length == 0) return;
        uint256 i = which % channels.length;
        Channel memory c = market.channelOf(channels[i]);
        if (block.timestamp < (c.closesAt != 0 ? c.closesAt : c.expiry + GRACE)) return;
        market.sweepChannel(channels[i]);
        channels[i] = channels[channels.length - 1];
        channels.pop();
    }

    /// @dev Up to three vouchers, some of them stale, too high, or of a closed channel: a batch never reverts.
    function redeemBatch(uint256 which, uint64 total, uint8 kinds) external {
        if (channels.length == 0) return;
        uint256 n = 1 + kinds % 3;
        Voucher[] memory list = new Voucher[](n);
        bytes[] memory signatures = new bytes[](n);
        uint64 epoch = market.creditEpochOf(provider);
        for (uint256 i = 0; i < n; ++i) {
            list[i] =
                voucherOf(channels[(which >> (8 * i)) % channels.length], uint128(bound(total, 1, 2e10)));
            list[i].total += uint128(i * 1e6);
            if ((kinds >> (2 + i)) & 1 == 1) list[i].relayer = address(0);
            if ((kinds >> (5 + i)) & 1 == 1) list[i].modelVersion = upstream;
            signatures[i] = signVoucher(delegateKey, list[i]);
            track(list[i].modelVersion, list[i].relayer, epoch);
        }
        uint256 room = staking.stakeOf(provider) / 2;
        uint256 pending = market.pendingOf(provider);
        vm.prank(operator);
        uint128 paid = market.redeem(provider, list, signatures, "");
        redeemed += paid;
        if (paid != 0) atRisk(provider, block.timestamp);
        assertTrue(paid == 0 || pending + paid <= room, "exposure at redeem");
    }

    function track(bytes32 modelVersion, address relayer_, uint64 epoch) private {
        for (uint256 i = 0; i < credits.length; ++i) {
            Credit memory c = credits[i];
            bool same = c.epoch == epoch && c.modelVersion == modelVersion && c.relayer == relayer_;
            if (same && c.provider == provider) return;
        }
        credits.push(Credit(provider, modelVersion, relayer_, epoch));
    }

    function mature(uint256 which) external {
        if (credits.length == 0) return;
        uint256 i = which % credits.length;
        Credit memory c = credits[i];
        (uint128 amount, uint64 maturesAt,) = market.creditOf(c.provider, c.modelVersion, c.relayer, c.epoch);
        if (amount == 0 || block.timestamp < maturesAt) return;
        market.mature(c.provider, c.modelVersion, c.relayer, c.epoch);
        matured += amount;
        credits[i] = credits[credits.length - 1];
        credits.pop();
    }

    function request(uint8 promptTokens, uint8 life) external {
        JobOrder memory o = order();
        o.prompt = tokens(1 + promptTokens % 20, 1);
        o.deadline = uint64(block.timestamp + bound(life, 1, MAX_DEADLINE));
        o.maxFee = 50e6;
        if (vault.free(requester) < o.maxFee) return;
        jobList.push(requestJob(o));
    }

    function acceptOne(uint256 which) external {
        (bytes32 id, Job memory j) = jobAt(which);
        if (j.state != JobState.Requested || block.timestamp >= j.deadline) return;
        if (j.maxFee > staking.freeStakeOf(provider) / 400) return;
        if (market.pendingOf(provider) + j.maxFee > staking.stakeOf(provider) / 2) return;
        accept(id);
        assertLe(market.pendingOf(provider), staking.stakeOf(provider) / 2, "exposure at accept");
        atRisk(provider, j.deadline);
    }

    function atRisk(address who, uint256 since) private {
        uint256 until = since + W + EXIT_MARGIN;
        if (until > atRiskUntil[who]) atRiskUntil[who] = until;
    }

    function deliverOne(uint256 which, uint8 length) external {
        (bytes32 id, Job memory j) = jobAt(which);
        if (j.state != JobState.Accepted || block.timestamp >= j.deadline) return;
        if (j.provider != provider) otherProvider();
        deliver(id, tokens(1 + length % j.maxOutputTokens, 7));
    }

    function finalizeOne(uint256 which) external {
        (bytes32 id, Job memory j) = jobAt(which);
        if (j.state != JobState.Delivered || block.timestamp < j.disputableUntil) return;
        market.finalizeJob(id);
        jobFees += j.fee;
        drop(which);
    }

    function refundOne(uint256 which) external {
        (bytes32 id, Job memory j) = jobAt(which);
        bool open = j.state == JobState.Requested || j.state == JobState.Accepted;
        bool early = j.state == JobState.Requested && j.requester == requester;
        if (!open || (block.timestamp < j.deadline && !early)) return;
        if (early && which % 4 != 0) return;
        vm.prank(requester);
        market.refundJob(id);
        drop(which);
    }

    function stakeMore(uint64 amount) external {
        fund(provider, bound(amount, 1, 1e12));
        uint256 free = vault.free(provider);
        vm.prank(provider);
        staking.stake(bound(amount, 1, free));
    }

    function unbond(uint256 amount) external {
        uint256 free = staking.freeStakeOf(provider);
        if (free == 0) return;
        vm.prank(provider);
        staking.unbond(amount % 2 == 0 ? free : bound(amount, 1, free));
    }

    function completeUnbond() external {
        uint256 before = staking.stakeOf(provider);
        try staking.completeUnbond(provider) {}
        catch {
            (uint256 amount, uint64 exitAt) = staking.unbondingOf(provider);
            (, uint64 heldUntil) = staking.disputeHoldOf(provider);
            assertTrue(
                amount == 0 || block.timestamp < exitAt || block.timestamp < heldUntil, "kept for nothing"
            );
            return;
        }
        // STK-1: nothing leaves that an answer paid for, or an open question, may still slash.
        assertGe(block.timestamp, atRiskUntil[provider], "unbonding outran a slash");
        uint256 open = 0;
        Question[] storage list = questions[provider];
        for (uint256 i = 0; i < list.length; ++i) {
            if (block.timestamp < list[i].until) open += list[i].amount;
        }
        assertGe(staking.stakeOf(provider), open < before ? open : before, "less than the open questions");
    }

    function slash(uint16 bps, uint64 refund, uint64 bounty, bytes32 cause, bool forfeit) external {
        uint256 burned = vault.free(vault.BURN_ADDRESS());
        vm.prank(dispute);
        (uint256 taken,,) =
            slasher.slash(provider, cause, bps % 1501, forfeit, requester, refund, auditor, bounty);
        assertGe((vault.free(vault.BURN_ADDRESS()) - burned) * 100, taken * 93, "93 % burn");
    }

    function disprove(uint256 which) external {
        (bytes32 id, Job memory j) = jobAt(which);
        if (j.state != JobState.Delivered && j.state != JobState.Finalized) return;
        vm.prank(dispute);
        slasher.disproveJob(id);
    }

    function payFromPool(uint256 amount) external {
        uint256 pool = vault.free(address(slasher));
        if (pool == 0) return;
        vm.prank(dispute);
        slasher.payFromPool(auditor, bound(amount, 1, pool));
    }

    function flushBurned() external {
        if (vault.free(vault.BURN_ADDRESS()) != 0) vault.flushBurned();
    }

    function changeShares(uint16 a, uint16 b, uint16 c) external {
        (, uint64 at) = market.scheduledShares();
        if (at != 0 && block.timestamp >= at && block.timestamp < at + 7 days) return market.applyShares();
        vm.prank(owner);
        market.scheduleShares(Shares(a % 501, b % 501, c % 501));
    }

    function hold(uint16 forSeconds, uint8 stretch) external {
        uint64 until = uint64(block.timestamp) + forSeconds % 600;
        uint256 slashable = staking.stakeOf(provider) / 10;
        vm.prank(dispute);
        slasher.hold(provider, slashable, until, until, stretch);
        questions[provider].push(Question(slashable, until));
    }

    // --------------------------------------------------------------- books

    function jobAt(uint256 which) private view returns (bytes32 id, Job memory j) {
        if (jobList.length == 0) return (0, j);
        id = jobList[which % jobList.length];
        j = market.jobOf(id);
    }

    function drop(uint256 which) private {
        jobList[which % jobList.length] = jobList[jobList.length - 1];
        jobList.pop();
    }

    /// @notice What the Market must hold, summed from its views.
    function expectedHeld() external view returns (uint256 sum, uint256 creditSum, uint256 pending) {
        for (uint256 i = 0; i < channels.length; ++i) {
            Channel memory c = market.channelOf(channels[i]);
            assertLe(c.paid, c.deposit, "paid within the deposit");
            sum += c.deposit - c.paid;
        }
        for (uint256 i = 0; i < credits.length; ++i) {
            Credit memory c = credits[i];
            (uint128 amount,,) = market.creditOf(c.provider, c.modelVersion, c.relayer, c.epoch);
            creditSum += amount;
        }
        pending = creditSum;
        for (uint256 i = 0; i < jobList.length; ++i) {
            Job memory j = market.jobOf(jobList[i]);
            sum += j.maxFee;
            uint256 worst = FeeLib.fee(j.promptTokens, j.maxOutputTokens, j.priceIn, j.priceOut);
            if (j.state != JobState.Requested) pending += j.deliveredAt == 0 ? worst : j.fee;
        }
        sum += creditSum;
    }

    /// @notice Ends everything that is left, by calls that anyone can make: one for each channel, credit and job.
    function endAll() external {
        vm.warp(block.timestamp + 5000);
        vm.startPrank(stranger);
        for (uint256 i = 0; i < channels.length; ++i) {
            market.sweepChannel(channels[i]);
        }
        for (uint256 i = 0; i < credits.length; ++i) {
            Credit memory c = credits[i];
            (uint128 amount,,) = market.creditOf(c.provider, c.modelVersion, c.relayer, c.epoch);
            if (amount != 0) market.mature(c.provider, c.modelVersion, c.relayer, c.epoch);
        }
        for (uint256 i = 0; i < jobList.length; ++i) {
            if (market.jobOf(jobList[i]).state == JobState.Delivered) market.finalizeJob(jobList[i]);
            else market.refundJob(jobList[i]);
        }
        vm.stopPrank();
    }

    // --------------------------------------------------------------- reads

    function freeOf(uint256 i) external view returns (uint256) {
        return vault.free(accounts[i]);
    }

    function sums()
        external
        view
        returns (uint256 balance, uint256 owed, uint256 totalFree, uint256 heldMarket, uint256 heldStaking)
    {
        balance = token.balanceOf(address(vault));
        owed = vault.owed();
        totalFree = vault.totalFree();
        heldMarket = vault.held(address(market));
        heldStaking = vault.held(address(staking));
    }

    function stakes() external view returns (uint256) {
        return staking.stakeOf(provider) + staking.stakeOf(provider2);
    }

    function pendingNow() external view returns (uint256) {
        return market.pendingOf(provider) + market.pendingOf(provider2);
    }
}
