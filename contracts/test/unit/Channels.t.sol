// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {Channel, Voucher} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";
import {Wallet1271} from "../mocks/Wallets.sol";

contract ChannelsTest is Fixture {
    uint128 private constant D = 1000e6;

    // ---------------------------------------------------------------- open

    function test_openChannel_locksDeposit() public {
        uint64 expiry = uint64(block.timestamp) + 500;
        bytes32 id = keccak256(abi.encode(block.chainid, address(market), requester, 0));
        vm.expectEmit();
        emit IMarketEvents.ChannelOpened(id, requester, delegate, D, expiry, 0);
        assertEq(openFor(D, expiry), id, "id");
        Channel memory c = market.channelOf(id);
        assertEq(c.deposit, D, "deposit");
        assertEq(c.closesAt, 0, "not closing");
        assertEq(vault.held(address(market)), D, "held");
        assertEq(market.nonces(requester), 1, "nonce used");
        assertSolvent();
    }

    function test_openChannel_badArguments_revert() public {
        uint64 now_ = uint64(block.timestamp);
        vm.startPrank(requester);
        vm.expectRevert(IMarketEvents.ZeroAddress.selector);
        market.openChannel(address(0), D, now_ + 1);
        vm.expectRevert(IMarketEvents.ZeroAmount.selector);
        market.openChannel(delegate, 0, now_ + 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadExpiry.selector, now_));
        market.openChannel(delegate, D, now_);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadExpiry.selector, type(uint64).max));
        market.openChannel(delegate, D, type(uint64).max);
        uint256 tooMuch = uint256(type(uint88).max) + 1;
        vm.expectRevert(
            abi.encodeWithSelector(IMarketEvents.AmountTooHigh.selector, tooMuch, type(uint88).max)
        );
        market.openChannel(delegate, uint128(tooMuch), now_ + 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.InsufficientFree.selector, requester, FUNDS, FUNDS + 1));
        market.openChannel(delegate, FUNDS + 1, now_ + 1);
        vm.stopPrank();
    }

    function openSignature(uint256 key, address who, uint64 deadline) private view returns (bytes memory) {
        return sign(
            key,
            Eip712.hashOpenChannel(
                who, delegate, D, uint64(block.timestamp) + 500, market.nonces(who), deadline
            )
        );
    }

    function test_openChannelFor_key() public {
        uint64 now_ = uint64(block.timestamp);
        bytes memory signature = openSignature(requesterKey, requester, now_ + 1);
        vm.prank(stranger);
        bytes32 id = market.openChannelFor(requester, delegate, D, now_ + 500, now_ + 1, signature);
        assertEq(market.channelOf(id).requester, requester, "requester");
        // The nonce moved on: the same signature opens nothing more.
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadSignature.selector, requester));
        market.openChannelFor(requester, delegate, D, now_ + 500, now_ + 1, signature);
    }

    function test_openChannelFor_contractWallet() public {
        Wallet1271 wallet = new Wallet1271(requester);
        fund(address(wallet), D);
        uint64 now_ = uint64(block.timestamp);
        bytes memory signature = openSignature(requesterKey, address(wallet), now_ + 1);
        bytes32 id = market.openChannelFor(address(wallet), delegate, D, now_ + 500, now_ + 1, signature);
        assertEq(market.channelOf(id).requester, address(wallet), "wallet");
    }

    function test_openChannelFor_delegatedAccount_keyStillCounts() public {
        vm.etch(requester, hex"ef0100aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        uint64 now_ = uint64(block.timestamp);
        bytes memory signature = openSignature(requesterKey, requester, now_ + 1);
        bytes32 id = market.openChannelFor(requester, delegate, D, now_ + 500, now_ + 1, signature);
        assertEq(market.channelOf(id).requester, requester, "requester");
    }

    function test_openChannelFor_deadline_isExclusive() public {
        uint64 now_ = uint64(block.timestamp);
        bytes memory signature = openSignature(requesterKey, requester, now_);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.SignatureExpired.selector, now_));
        market.openChannelFor(requester, delegate, D, now_ + 500, now_, signature);
    }

    // --------------------------------------------------------------- topUp

    function test_topUp_byAnyone() public {
        bytes32 id = openDefault(D);
        fund(stranger, 50);
        vm.prank(stranger);
        vm.expectEmit();
        emit IMarketEvents.ChannelToppedUp(id, stranger, 50, D + 50);
        market.topUp(id, 50);
        assertEq(market.channelOf(id).deposit, D + 50, "deposit");
        assertSolvent();
    }

    function test_topUp_closedOrExpired_reverts() public {
        bytes32 id = openFor(D, uint64(block.timestamp) + 500);
        vm.startPrank(requester);
        vm.expectRevert(IMarketEvents.ZeroAmount.selector);
        market.topUp(id, 0);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.UnknownChannel.selector, bytes32("x")));
        market.topUp("x", 1);
        vm.warp(block.timestamp + 500);
        vm.expectPartialRevert(IMarketEvents.ChannelClosed.selector);
        market.topUp(id, 1);
        vm.stopPrank();

        bytes32 closing = openDefault(D);
        vm.startPrank(requester);
        market.closeChannel(closing);
        vm.expectPartialRevert(IMarketEvents.ChannelClosed.selector);
        market.topUp(closing, 1);
        vm.stopPrank();
    }

    function test_topUp_pastTheCap_reverts() public {
        bytes32 id = openDefault(D);
        vm.prank(requester);
        vm.expectPartialRevert(IMarketEvents.AmountTooHigh.selector);
        market.topUp(id, type(uint88).max);
    }

    // ------------------------------------------------------------ delegate

    function test_changeDelegate_oldVouchersCountForTheGrace() public {
        bytes32 id = openDefault(D);
        (address fresh, uint256 freshKey) = makeAddrAndKey("fresh");
        uint64 retiresAt = uint64(block.timestamp) + GRACE;
        vm.prank(requester);
        vm.expectEmit();
        emit IMarketEvents.DelegateChanged(id, fresh, delegate, retiresAt);
        market.changeDelegate(id, fresh);

        vm.warp(retiresAt - 1);
        assertEq(redeem(voucherOf(id, 10)), 10, "last second of the old delegate");
        vm.warp(retiresAt);
        assertEq(redeem(voucherOf(id, 20)), 0, "old delegate is out");
        Voucher memory v = voucherOf(id, 30);
        assertEq(redeemSigned(v, signVoucher(freshKey, v)), 20, "new delegate");
    }

    /// @dev Two changes in one block would void vouchers that providers hold.
    function test_changeDelegate_twiceWithinTheGrace_reverts() public {
        bytes32 id = openDefault(D);
        uint64 retiresAt = uint64(block.timestamp) + GRACE;
        vm.startPrank(requester);
        market.changeDelegate(id, makeAddr("second"));
        vm.warp(retiresAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.DelegateRetiring.selector, delegate, retiresAt));
        market.changeDelegate(id, makeAddr("third"));
        vm.warp(retiresAt);
        market.changeDelegate(id, makeAddr("third"));
        vm.stopPrank();
    }

    function test_changeDelegate_notRequester_reverts() public {
        bytes32 id = openDefault(D);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotRequester.selector, address(this), requester));
        market.changeDelegate(id, stranger);
        vm.prank(requester);
        vm.expectRevert(IMarketEvents.ZeroAddress.selector);
        market.changeDelegate(id, address(0));
    }

    // --------------------------------------------------------------- close

    function test_close_thenSweep_boundary() public {
        bytes32 id = openDefault(D);
        uint64 closesAt = uint64(block.timestamp) + GRACE;
        vm.prank(requester);
        vm.expectEmit();
        emit IMarketEvents.ChannelClosing(id, requester, closesAt);
        market.closeChannel(id);
        assertEq(market.channelOf(id).closesAt, closesAt, "closesAt");

        vm.warp(closesAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.ChannelNotSweepable.selector, id, closesAt));
        market.sweepChannel(id);
        assertEq(redeem(voucherOf(id, 400)), 400, "the newest voucher still pays");

        vm.warp(closesAt);
        assertEq(redeem(voucherOf(id, 500)), 0, "too late");
        uint256 before = vault.free(requester);
        vm.expectEmit();
        emit IMarketEvents.ChannelSwept(id, requester, D - 400, 400);
        market.sweepChannel(id);
        assertEq(vault.free(requester), before + D - 400, "refunded");
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.ChannelAlreadySwept.selector, id));
        market.sweepChannel(id);
        assertSolvent();
    }

    function test_close_neverDelaysTheExpiry() public {
        uint64 expiry = uint64(block.timestamp) + 10;
        bytes32 id = openFor(D, expiry);
        vm.warp(expiry + GRACE - 1);
        vm.startPrank(requester);
        market.closeChannel(id);
        assertEq(market.channelOf(id).closesAt, expiry + GRACE, "no later than the expiry");
        vm.expectPartialRevert(IMarketEvents.ChannelClosed.selector);
        market.closeChannel(id);
        vm.stopPrank();
    }

    function test_expiry_boundary() public {
        uint64 expiry = uint64(block.timestamp) + 10;
        bytes32 id = openFor(D, expiry);
        vm.warp(expiry + GRACE - 1);
        assertEq(redeem(voucherOf(id, 1)), 1, "last second");
        vm.warp(expiry + GRACE);
        assertEq(redeem(voucherOf(id, 2)), 0, "over");
        vm.prank(stranger);
        market.sweepChannel(id);
        assertEq(market.channelOf(id).deposit, 1, "only what was paid is left");
    }

    /// @dev ESC-5: whatever the order, what was redeemed is paid and the rest comes back.
    function testFuzz_closeAgainstRedeem(uint128 total, uint64 closeAfter, uint64 redeemAfter) public {
        total = uint128(bound(total, 1, 2 * D));
        closeAfter = uint64(bound(closeAfter, 0, 600));
        redeemAfter = uint64(bound(redeemAfter, 0, 700));
        uint64 start = uint64(block.timestamp);
        bytes32 id = openFor(D, start + 500);
        uint64 until = start + 500 + GRACE;
        if (closeAfter < 500 + GRACE && closeAfter <= redeemAfter) {
            vm.warp(start + closeAfter);
            vm.prank(requester);
            market.closeChannel(id);
            if (start + closeAfter + GRACE < until) until = start + closeAfter + GRACE;
        }
        vm.warp(start + redeemAfter);
        uint128 expected = start + redeemAfter < until ? (total < D ? total : D) : 0;
        assertEq(redeem(voucherOf(id, total)), expected, "paid");
        vm.warp(until > block.timestamp ? until : block.timestamp);
        market.sweepChannel(id);
        assertEq(vault.free(requester), FUNDS - expected, "the rest is back");
        assertSolvent();
    }

    // --------------------------------------------------------------- pause

    function test_pause_blocksOnlyWhatIsNew() public {
        bytes32 id = openDefault(D);
        vm.prank(owner);
        marketOwned.pauseNewRequests(true);
        vm.startPrank(requester);
        vm.expectRevert(IMarketEvents.Paused.selector);
        market.openChannel(delegate, D, uint64(block.timestamp) + 1);
        vm.expectRevert(IMarketEvents.Paused.selector);
        market.topUp(id, 1);
        vm.expectRevert(IMarketEvents.Paused.selector);
        market.requestJob(order());
        market.changeDelegate(id, delegate);
        market.closeChannel(id);
        vault.withdraw(requester, 1);
        vm.stopPrank();
        assertEq(redeem(voucherOf(id, 5)), 5, "redeem");
        vm.warp(block.timestamp + GRACE);
        market.sweepChannel(id);
        vm.warp(block.timestamp + 1000);
        market.mature(provider, tuned, relayer, (uint64(block.timestamp) - 1000 - GRACE) / EPOCH);
        vm.prank(owner);
        marketOwned.pauseNewRequests(false);
        openDefault(D / 2);
    }
}
