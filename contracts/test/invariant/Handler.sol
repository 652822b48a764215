// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FeeLib} from "../../src/libraries/FeeLib.sol";
import {Channel, Job, JobOrder, JobState, Voucher} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

/// @notice Valid moves only: whatever reverts here is a bug (`fail_on_revert`). It keeps its own account of what the
/// Market should hold.
contract Handler is Fixture {
    struct Credit {
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

    function start() external {
        setUp();
        accounts = [
            requester,
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

    // --------------------------------------------------------------- moves

    function warp(uint16 by) external {
        vm.warp(block.timestamp + bound(by, 1, 150));
    }

    function deposit(uint8 who, uint64 amount) external {
        fund(accounts[who % 8], bound(amount, 1, 1e12));
    }

    function withdraw(uint8 who, uint256 amount) external {
        address account = accounts[who % 8];
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
        vm.prank(requester);
        market.closeChannel(id);
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
        assertTrue(paid == 0 || pending + paid <= room, "exposure at redeem");
    }

    function track(bytes32 modelVersion, address relayer_, uint64 epoch) private {
        for (uint256 i = 0; i < credits.length; ++i) {
            Credit memory c = credits[i];
            if (c.epoch == epoch && c.modelVersion == modelVersion && c.relayer == relayer_) return;
        }
        credits.push(Credit(modelVersion, relayer_, epoch));
    }

    function mature(uint256 which) external {
        if (credits.length == 0) return;
        uint256 i = which % credits.length;
        Credit memory c = credits[i];
        (uint128 amount, uint64 maturesAt,) = market.creditOf(provider, c.modelVersion, c.relayer, c.epoch);
        if (amount == 0 || block.timestamp < maturesAt) return;
        market.mature(provider, c.modelVersion, c.relayer, c.epoch);
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
    }

    function deliverOne(uint256 which, uint8 length) external {
        (bytes32 id, Job memory j) = jobAt(which);
        if (j.state != JobState.Accepted || block.timestamp >= j.deadline) return;
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
        if (!open || block.timestamp < j.deadline) return;
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
        staking.unbond(bound(amount, 1, free));
    }

    function completeUnbond() external {
        (uint256 amount, uint64 exitAt) = staking.unbondingOf(provider);
        (, uint64 heldUntil) = staking.disputeHoldOf(provider);
        if (amount == 0 || block.timestamp < exitAt || block.timestamp < heldUntil) return;
        staking.completeUnbond(provider);
        (amount,) = staking.unbondingOf(provider);
        assertEq(amount, 0, "out");
    }

    function slash(uint16 bps, uint64 refund, uint64 bounty, bytes32 cause, bool forfeit) external {
        vm.prank(dispute);
        slasher.slash(provider, cause, bps % 1501, forfeit, requester, refund, auditor, bounty);
    }

    function hold(uint16 forSeconds) external {
        uint64 until = uint64(block.timestamp) + forSeconds % 300;
        uint256 slashable = staking.stakeOf(provider) / 10;
        vm.prank(dispute);
        slasher.hold(provider, slashable, until, until);
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
            (uint128 amount,,) = market.creditOf(provider, c.modelVersion, c.relayer, c.epoch);
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
            (uint128 amount,,) = market.creditOf(provider, c.modelVersion, c.relayer, c.epoch);
            if (amount != 0) market.mature(provider, c.modelVersion, c.relayer, c.epoch);
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
        return market.pendingOf(provider);
    }
}
