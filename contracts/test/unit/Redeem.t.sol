// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

import {IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {Checkpoint, Line, Split, Voucher} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

contract RedeemTest is Fixture {
    uint128 private constant D = 1000e6;
    bytes32 private channel;

    function setUp() public override {
        super.setUp();
        channel = openDefault(D);
    }

    function expectRejected(Voucher memory v, bytes4 reason) private {
        vm.expectEmit();
        emit IMarketEvents.VoucherRejected(v.channel, provider, voucherHash(v), reason);
    }

    // ------------------------------------------------------------- consent

    function test_redeem_byOperator() public {
        Voucher memory v = voucherOf(channel, 100);
        vm.expectEmit();
        emit IMarketEvents.VoucherRedeemed(
            channel, provider, tuned, relayer, 100, 1, v.receiptsRoot, 100, 100, 0, epochNow()
        );
        assertEq(redeem(v), 100, "paid");
        assertEq(market.pendingOf(provider), 100, "pending");
        (uint128 amount, uint64 maturesAt, bool forfeited) =
            market.creditOf(provider, tuned, relayer, epochNow());
        assertEq(amount, 100, "credit");
        assertEq(maturesAt, maturityOf(epochNow()), "matures");
        assertFalse(forfeited, "forfeited");
        assertSolvent();
    }

    function consentFor(uint256 key, bytes32 hashes) private view returns (bytes memory) {
        return sign(key, Eip712.hashRedemption(hashes));
    }

    function test_redeem_byAnyone_withConsent() public {
        Voucher memory v = voucherOf(channel, 100);
        bytes memory consent = consentFor(operatorKey, keccak256(abi.encodePacked(voucherHash(v))));
        vm.prank(stranger);
        assertEq(market.redeem(provider, one(v), one(signVoucher(delegateKey, v)), consent), 100, "paid");
    }

    /// @dev Nobody redeems a root that the provider did not agree to.
    function test_redeem_withoutConsent_reverts() public {
        Voucher memory v = voucherOf(channel, 100);
        bytes[] memory signatures = one(signVoucher(delegateKey, v));
        address[4] memory others = [stranger, requester, provider, operator2];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotOperator.selector, others[i], provider));
            market.redeem(provider, one(v), signatures, "");
        }
    }

    function test_redeem_consentForOtherBatch_reverts() public {
        Voucher memory v = voucherOf(channel, 100);
        Voucher memory w = voucherOf(channel, 101);
        bytes memory consent = consentFor(operatorKey, keccak256(abi.encodePacked(voucherHash(v))));
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.redeem(provider, one(w), one(signVoucher(delegateKey, w)), consent);
    }

    function test_redeem_consentOfAnotherProvidersOperator_reverts() public {
        Voucher memory v = voucherOf(channel, 100);
        bytes memory consent = consentFor(operator2Key, keccak256(abi.encodePacked(voucherHash(v))));
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotOperator.selector, operator2, provider));
        market.redeem(provider, one(v), one(signVoucher(delegateKey, v)), consent);
    }

    function test_redeem_retiredOperator_reverts() public {
        vm.prank(provider);
        staking.retireOperator(operator);
        Voucher memory v = voucherOf(channel, 100);
        bytes[] memory signatures = one(signVoucher(delegateKey, v));
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.NotOperator.selector, operator, provider));
        market.redeem(provider, one(v), signatures, "");
    }

    function test_redeem_wrongAsAWhole_reverts() public {
        vm.startPrank(operator);
        vm.expectRevert(IMarketEvents.BatchEmpty.selector);
        market.redeem(provider, new Voucher[](0), new bytes[](0), "");
        vm.expectRevert(IMarketEvents.LengthMismatch.selector);
        market.redeem(provider, new Voucher[](2), new bytes[](1), "");
        vm.stopPrank();
    }

    // ---------------------------------------------------------- rejections

    function test_redeem_badItems_areSkipped() public {
        // Two channels whose last grace is over; of one the deposit has gone home.
        bytes32 expired = openFor(D, uint64(block.timestamp) + 20);
        bytes32 swept = openFor(D, uint64(block.timestamp) + 20);
        vm.warp(block.timestamp + 20 + GRACE);
        market.sweepChannel(swept);
        Voucher[] memory list = new Voucher[](9);
        bytes[] memory signatures = new bytes[](9);
        for (uint256 i = 0; i < 9; ++i) {
            list[i] = voucherOf(channel, uint128(100 + i));
        }
        list[0].provider = provider2;
        list[1].channel = "unknown";
        list[3].modelVersion = "unknown";
        (list[7].channel, list[8].channel) = (expired, swept);
        for (uint256 i = 0; i < 9; ++i) {
            signatures[i] = signVoucher(i == 2 ? operatorKey : delegateKey, list[i]);
        }
        signatures[4] = hex"00";
        list[6].total = 105;
        signatures[6] = signVoucher(delegateKey, list[6]);

        expectRejected(list[0], IMarketEvents.WrongProvider.selector);
        expectRejected(list[1], IMarketEvents.UnknownChannel.selector);
        expectRejected(list[2], IMarketEvents.BadSignature.selector);
        expectRejected(list[3], IMarketEvents.UnknownModelVersion.selector);
        expectRejected(list[4], IMarketEvents.BadSignature.selector);
        expectRejected(list[6], IMarketEvents.VoucherNotHigher.selector);
        expectRejected(list[7], IMarketEvents.ChannelClosed.selector);
        expectRejected(list[8], IMarketEvents.ChannelClosed.selector);
        vm.prank(operator);
        assertEq(market.redeem(provider, list, signatures, ""), 105, "only the good one pays");
        assertSolvent();
    }

    function test_redeem_malleableSignature_isRejected() public {
        Voucher memory v = voucherOf(channel, 100);
        (uint8 sv, bytes32 r, bytes32 s) = vm.sign(delegateKey, voucherHash(v));
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory high = abi.encodePacked(r, bytes32(n - uint256(s)), sv == 27 ? uint8(28) : uint8(27));
        assertEq(redeemSigned(v, high), 0, "high s");
        bytes memory compact = abi.encodePacked(r, bytes32(uint256(s) | (uint256(sv - 27) << 255)));
        assertEq(redeemSigned(v, compact), 0, "64 bytes");
        assertEq(redeemSigned(v, abi.encodePacked(r, s, sv - 27)), 0, "v 0 or 1");
        assertEq(redeemSigned(v, abi.encodePacked(r, s, sv)), 100, "the one form");
    }

    function test_redeem_nothingRedeemed_writesNothing() public {
        Voucher memory v = voucherOf(channel, 100);
        (, uint64 exitBefore) = staking.unbondingOf(provider);
        assertEq(redeemSigned(v, hex"00"), 0, "paid");
        (, uint64 exitAfter) = staking.unbondingOf(provider);
        assertEq(exitAfter, exitBefore, "exit untouched");
        assertEq(market.pendingOf(provider), 0, "pending");
    }

    // ------------------------------------------------------- ESC-4: amounts

    function testFuzz_redeem_onlyTheHighestCounts(uint256 seed) public {
        uint128[5] memory totals = [uint128(D - 1), D, D + 1, 5, 5];
        uint128 best = 0;
        for (uint256 i = 0; i < 5; ++i) {
            uint256 j = i + uint256(keccak256(abi.encode(seed, i))) % (5 - i);
            (totals[i], totals[j]) = (totals[j], totals[i]);
            uint128 capped = totals[i] < D ? totals[i] : D;
            uint128 expected = capped > best ? capped - best : 0;
            assertEq(redeem(voucherOf(channel, totals[i])), expected, "pays what is new");
            if (capped > best) best = capped;
        }
        assertEq(market.channelOf(channel).paid, best, "paid once");
        assertEq(market.pendingOf(provider), best, "pending once");
        assertSolvent();
    }

    function test_redeem_olderVoucher_isRejected() public {
        Voucher memory v = voucherOf(channel, 100);
        v.count = 3;
        redeem(v);
        Voucher memory older = voucherOf(channel, 200);
        older.count = 2;
        expectRejected(older, IMarketEvents.VoucherNotHigher.selector);
        assertEq(redeem(older), 0, "fewer receipts");
    }

    function test_redeem_emptyChannel_isRejectedUntilToppedUp() public {
        assertEq(redeem(voucherOf(channel, D + 10)), D, "first come up to the deposit");
        Voucher memory v = voucherOf(channel, D + 11);
        expectRejected(v, IMarketEvents.ChannelEmpty.selector);
        redeem(v);
        vm.prank(requester);
        market.topUp(channel, 5);
        assertEq(redeem(v), 5, "redeemable later");
    }

    function test_redeem_linesOfOneChannel_shareTheDeposit() public {
        Voucher memory a = voucherOf(channel, D);
        Voucher memory b = voucherOf(channel, D);
        b.relayer = address(0);
        assertEq(redeem(a), D, "first");
        assertEq(redeem(b), 0, "second");
    }

    // ------------------------------------------------------------- exposure

    function test_redeem_upToHalfTheStake() public {
        vm.prank(provider);
        staking.unbond(STAKE - 100);
        vm.warp(block.timestamp + UNBONDING);
        staking.completeUnbond(provider);
        assertEq(redeem(voucherOf(channel, 80)), 50, "half of 100");
        Voucher memory v = voucherOf(channel, 81);
        expectRejected(v, IMarketEvents.ExposureTooHigh.selector);
        assertEq(redeem(v), 0, "no room");
        uint64 epoch = epochNow();
        vm.warp(maturityOf(epoch));
        market.mature(provider, tuned, relayer, epoch);
        assertEq(redeem(v), 31, "the surplus stayed redeemable");
        assertEq(market.pendingOf(provider), 31, "pending");
    }

    uint64 private constant EXTENSION = MAX_DEADLINE + EPOCH + W + MAX_HOLD + GRACE;

    /// @dev The provider's stake is 100 and half of it pends.
    function fullyPending() private returns (uint64 epoch) {
        vm.prank(provider);
        staking.unbond(STAKE - 100);
        vm.warp(block.timestamp + UNBONDING);
        staking.completeUnbond(provider);
        redeem(voucherOf(channel, 50));
        epoch = epochNow();
    }

    /// @dev Jobs of high fees fill the room, the requester closes, the grace period runs out: the money is still there when
    /// what pended has matured, under the longest hold too.
    function test_redeem_withoutRoom_prolongsTheGraceOnce() public {
        bytes32 owed = openDefault(40);
        uint64 epoch = fullyPending();
        vm.prank(dispute);
        slasher.hold(provider, 0, 0, type(uint40).max, 0);
        vm.prank(requester);
        market.closeChannel(owed);
        vm.warp(block.timestamp + GRACE - 1);
        uint64 until = uint64(block.timestamp) + EXTENSION;
        vm.expectEmit();
        emit IMarketEvents.GraceExtended(owed, provider, until, 0);
        assertEq(redeem(voucherOf(owed, 40)), 0, "no room");
        assertEq(market.channelOf(owed).closesAt, until, "prolonged");

        vm.warp(maturityOf(epoch) + MAX_HOLD);
        market.mature(provider, tuned, relayer, epoch);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.ChannelNotSweepable.selector, owed, until));
        market.sweepChannel(owed);
        assertEq(redeem(voucherOf(owed, 39)), 39, "paid");
        vm.warp(until);
        market.sweepChannel(owed);
        assertEq(vault.free(requester), FUNDS - D - 39, "and the rest came back");
        assertSolvent();
    }

    function test_redeem_withoutRoom_neverTwice() public {
        bytes32 owed = openDefault(40);
        fullyPending();
        redeem(voucherOf(owed, 40));
        assertEq(market.channelOf(owed).closesAt, 0, "an open channel needs nothing");
        vm.prank(requester);
        market.closeChannel(owed);
        redeem(voucherOf(owed, 40));
        uint64 until = market.channelOf(owed).closesAt;
        vm.warp(until - 1);
        vm.recordLogs();
        redeem(voucherOf(owed, 40));
        assertEq(vm.getRecordedLogs().length, 1, "the rejection");
        assertEq(market.channelOf(owed).closesAt, until, "a requester's money is not held for ever");
    }

    /// @dev What a flood of questions holds longer prolongs the grace period as much, whenever it comes, and no time that was
    /// counted does so again. The money is there when what pends has matured in the end.
    function test_redeem_withoutRoom_stretchedHoldsProlong() public {
        bytes32 owed = openDefault(40);
        uint64 epoch = fullyPending();
        vm.prank(dispute);
        slasher.hold(provider, 0, 0, type(uint40).max, 25);
        vm.prank(requester);
        market.closeChannel(owed);
        redeem(voucherOf(owed, 40));
        uint64 until = uint64(block.timestamp) + EXTENSION + 25;
        assertEq(market.channelOf(owed).closesAt, until, "with the stretch of the hold");
        uint64 end = maturityOf(epoch) + MAX_HOLD + 25;
        for (uint64 i = 1; i <= 3; ++i) {
            vm.warp(end - 1);
            vm.prank(dispute);
            slasher.hold(provider, 0, 0, type(uint40).max, 25 + i * GRACE);
            end += GRACE;
            until += GRACE;
            vm.expectEmit();
            emit IMarketEvents.GraceExtended(owed, provider, until, 0);
            redeem(voucherOf(owed, 40));
            assertEq(market.channelOf(owed).closesAt, until, "by what it grew");
            redeem(voucherOf(owed, 40));
            assertEq(market.channelOf(owed).closesAt, until, "once");
        }
        vm.warp(end);
        market.mature(provider, tuned, relayer, epoch);
        assertEq(redeem(voucherOf(owed, 40)), 40, "paid");
    }

    /// @dev A stretch whose hold is over prolongs nothing.
    function test_redeem_withoutRoom_afterAHold() public {
        bytes32 owed = openDefault(40);
        fullyPending();
        uint64 over = uint64(block.timestamp) + 5;
        vm.prank(dispute);
        slasher.hold(provider, 0, 0, over, 25);
        vm.prank(requester);
        market.closeChannel(owed);
        uint256 fork = vm.snapshotState();
        vm.warp(over);
        redeem(voucherOf(owed, 40));
        assertEq(market.channelOf(owed).closesAt, over + EXTENSION, "over");
        vm.revertToState(fork);
        vm.warp(over - 1);
        redeem(voucherOf(owed, 40));
        assertEq(market.channelOf(owed).closesAt, over - 1 + EXTENSION + 25, "its last second");
    }

    /// @dev A voucher cut to the room that is left is owed the rest.
    function test_redeem_expired_cutToTheRoom_prolongs() public {
        bytes32 owed = openFor(40, uint64(block.timestamp) + UNBONDING + 10);
        fullyPending();
        fund(provider, 20);
        vm.prank(provider);
        staking.stake(20);
        vm.warp(market.channelOf(owed).expiry);
        assertEq(redeem(voucherOf(owed, 40)), 10, "room for a part");
        assertEq(market.channelOf(owed).closesAt, block.timestamp + EXTENSION, "the rest is safe");
        vm.prank(requester);
        vm.expectPartialRevert(IMarketEvents.ChannelClosed.selector);
        market.closeChannel(owed);
    }

    function test_redeem_retiringDelegate_withoutRoom_prolongsOnce() public {
        uint64 epoch = fullyPending();
        Voucher memory v = voucherOf(channel, 70);
        bytes memory signature = signVoucher(delegateKey, v);
        vm.prank(requester);
        market.changeDelegate(channel, stranger);
        uint64 until = uint64(block.timestamp) + EXTENSION;
        vm.expectEmit();
        emit IMarketEvents.GraceExtended(channel, provider, 0, until);
        assertEq(redeemSigned(v, signature), 0, "no room");
        vm.warp(block.timestamp + 1);
        redeemSigned(v, signature);
        assertEq(market.channelOf(channel).retiresAt, until, "once");
        vm.prank(dispute);
        slasher.hold(provider, 0, 0, uint64(block.timestamp) + 2, 30);
        until += 30;
        redeemSigned(v, signature);
        assertEq(market.channelOf(channel).retiresAt, until, "and as holds stretch");
        vm.warp(maturityOf(epoch));
        market.mature(provider, tuned, relayer, epoch);
        vm.warp(until - 1);
        assertEq(redeemSigned(v, signature), 20, "paid");
    }

    // ---------------------------------------------------------- checkpoints

    function test_redeem_appendsCheckpoints() public {
        bytes32 line = market.lineId(channel, provider, tuned, relayer);
        uint64 start = uint64(block.timestamp);
        for (uint256 i = 0; i < 5; ++i) {
            vm.warp(start + 7 * i);
            redeem(voucherOf(channel, uint128(10 * (i + 1))));
        }
        Line memory l = market.lineOf(line);
        assertEq(l.checkpoints, 5, "count");
        assertEq(l.paid, 50, "paid");
        assertEq(l.receiptsRoot, voucherOf(channel, 50).receiptsRoot, "newest root");
        for (uint32 i = 0; i < 5; ++i) {
            Checkpoint memory c = market.checkpointOf(line, i);
            assertEq(c.paid, 10 * (i + 1), "checkpoint paid");
            assertEq(c.time, start + 7 * i, "checkpoint time");
        }
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.UnknownCheckpoint.selector, line, 5));
        market.checkpointOf(line, 5);
    }

    function test_redeem_movesTheExit() public {
        vm.prank(provider);
        staking.unbond(STAKE / 2);
        vm.warp(block.timestamp + UNBONDING - 1);
        redeem(voucherOf(channel, 10));
        uint64 exitAt = uint64(block.timestamp) + W + EXIT_MARGIN;
        vm.warp(exitAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.ExitNotOpen.selector, provider, exitAt));
        staking.completeUnbond(provider);
        vm.warp(exitAt);
        staking.completeUnbond(provider);
    }

    // -------------------------------------------------------------- mature

    function test_mature_boundaryAndSplit() public {
        redeem(voucherOf(channel, 1_000_001));
        uint64 epoch = epochNow();
        vm.warp(maturityOf(epoch) - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IMarketEvents.CreditNotMature.selector, epoch, maturityOf(epoch))
        );
        market.mature(provider, tuned, relayer, epoch);

        vm.warp(maturityOf(epoch));
        Split memory s = Split({
            provider: 690_001,
            creator: 150_000,
            parent: 100_000,
            relayer: 30_000,
            auditors: 10_000,
            protocol: 20_000
        });
        vm.expectEmit();
        emit IMarketEvents.CreditMatured(tuned, provider, relayer, epoch, 1_000_001, s, false);
        vm.prank(stranger);
        market.mature(provider, tuned, relayer, epoch);
        assertEq(vault.free(provider), s.provider, "provider");
        assertEq(vault.free(creator), s.creator, "creator");
        assertEq(vault.free(parentCreator), s.parent, "parent");
        assertEq(vault.free(relayer), s.relayer, "relayer");
        assertEq(vault.free(address(slasher)), s.auditors, "auditors' pool");
        assertEq(vault.free(treasury), s.protocol, "protocol");
        assertEq(market.pendingOf(provider), 0, "nothing pends");
        vm.expectRevert(IMarketEvents.NoCredit.selector);
        market.mature(provider, tuned, relayer, epoch);
        assertSolvent();
    }

    function test_mature_withoutRelayer_paysTheProvider() public {
        Voucher memory v = voucherOf(channel, 10_000);
        v.relayer = address(0);
        v.modelVersion = upstream;
        redeem(v);
        uint64 epoch = epochNow();
        vm.warp(maturityOf(epoch));
        market.mature(provider, upstream, address(0), epoch);
        assertEq(vault.free(provider), 10_000 - 700 - 100 - 200, "its own and the relayer's share");
        assertSolvent();
    }

    function testFuzz_mature_partsSumToTheFee(uint128 amount) public {
        amount = uint128(bound(amount, 1, D));
        redeem(voucherOf(channel, amount));
        uint64 epoch = epochNow();
        vm.warp(maturityOf(epoch));
        uint256 held = vault.held(address(market));
        market.mature(provider, tuned, relayer, epoch);
        uint256 parts = vault.free(provider) + vault.free(creator) + vault.free(parentCreator)
            + vault.free(relayer) + vault.free(address(slasher)) + vault.free(treasury);
        assertEq(parts, amount, "parts");
        assertEq(held - vault.held(address(market)), amount, "left the books");
        assertSolvent();
    }

    function test_mature_aggregatesAnEpoch() public {
        vm.warp(uint256(epochNow() + 1) * EPOCH);
        bytes32 second = openDefault(D);
        redeem(voucherOf(channel, 70));
        vm.warp(block.timestamp + EPOCH - 1);
        redeem(voucherOf(second, 30));
        (uint128 amount,,) = market.creditOf(provider, tuned, relayer, epochNow());
        assertEq(amount, 100, "one credit");
        vm.warp(block.timestamp + 1);
        redeem(voucherOf(second, 31));
        (amount,,) = market.creditOf(provider, tuned, relayer, epochNow());
        assertEq(amount, 1, "the next epoch");
    }

    function test_redeem_batchOverSeveralLines() public {
        Voucher[] memory list = new Voucher[](4);
        bytes[] memory signatures = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            list[i] = voucherOf(channel, uint128(10 * (i + 1)));
            if (i % 2 == 1) list[i].modelVersion = upstream;
            if (i == 3) list[i].relayer = address(0);
            signatures[i] = signVoucher(delegateKey, list[i]);
        }
        vm.prank(operator);
        assertEq(market.redeem(provider, list, signatures, ""), 30 + 20 + 40, "paid");
        (uint128 a,,) = market.creditOf(provider, tuned, relayer, epochNow());
        (uint128 b,,) = market.creditOf(provider, upstream, relayer, epochNow());
        (uint128 c,,) = market.creditOf(provider, upstream, address(0), epochNow());
        assertEq(a, 30, "10 then 20 more on one line");
        assertEq(b, 20, "second line");
        assertEq(c, 40, "third line");
        assertEq(market.pendingOf(provider), 90, "pending");
    }
}
