// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StoryWager} from "../../src/examples/StoryWager.sol";
import {Finish} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

contract StoryWagerTest is Fixture {
    StoryWager private game;
    address private alice = makeAddr("alice");
    address private bob = makeAddr("bob");
    uint128 private constant STAKE_EACH = 100e6;

    function setUp() public override {
        super.setUp();
        StoryWager.Question memory q = StoryWager.Question({
            modelVersion: tuned,
            prompt: tokens(9, 1),
            maxOutputTokens: 12,
            temperatureMilli: 1000,
            priceIn: 1e12,
            priceOut: 2e12,
            maxFee: 100e6,
            answerWithin: 50
        });
        vm.expectRevert(abi.encodeWithSelector(StoryWager.StakeOutOfRange.selector, 100e6 + 1, 0, 100e6));
        new StoryWager(market, vault, q, 100e6 + 1);
        game = new StoryWager(market, vault, q, 100e6);
        address[2] memory players = [alice, bob];
        for (uint256 i = 0; i < 2; ++i) {
            token.mint(players[i], STAKE_EACH);
            vm.prank(players[i]);
            token.approve(address(game), STAKE_EACH);
        }
    }

    function started() private returns (uint256 id, bytes32 job) {
        vm.prank(alice);
        id = game.open(STAKE_EACH);
        vm.prank(bob);
        game.join(id);
        vm.roll(block.number + 2);
        game.ask(id);
        job = game.wagerOf(id).job;
    }

    function play(uint32 from) private returns (uint256 id) {
        bytes32 job;
        (id, job) = started();
        assertTrue(game.statusOf(id) == StoryWager.Status.Asked, "asked");
        accept(job);
        deliver(job, tokens(10, from));
        assertTrue(game.statusOf(id) == StoryWager.Status.Told, "told, not final");
        vm.expectRevert(abi.encodeWithSelector(StoryWager.NothingOwed.selector, bob));
        vm.prank(bob);
        game.claim(bob);
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        market.runCallback(job, tokens(10, from));
        assertTrue(market.jobOf(job).callbackDone, "called back");
        assertTrue(game.statusOf(id) == StoryWager.Status.Won, "won");
        vm.startPrank(bob);
        game.claim(bob);
        vm.expectRevert(abi.encodeWithSelector(StoryWager.NothingOwed.selector, bob));
        game.claim(bob);
        vm.stopPrank();
        assertEq(vault.free(address(game)), 0, "nothing stays");
    }

    function test_oddStory_secondWins() public {
        uint256 id = play(5);
        assertEq(token.balanceOf(bob), 2 * STAKE_EACH - 29e6, "pot less the story's fee");
        assertFalse(game.wagerOf(id).firstWon, "5..14 sum to 95");
    }

    function test_evenStory_firstWins() public {
        (uint256 id, bytes32 job) = started();
        accept(job);
        deliver(job, tokens(8, 1));
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        market.runCallback(job, tokens(8, 1));
        assertTrue(game.wagerOf(id).firstWon, "1..8 sum to 36");
    }

    function test_callback_onlyByTheMarket() public {
        (, bytes32 job) = started();
        vm.expectRevert(abi.encodeWithSelector(StoryWager.NotMarket.selector, stranger));
        vm.prank(stranger);
        game.onJobResult(job, tuned, tokens(8, 1), Finish.Stop);
        vm.prank(address(market));
        vm.expectRevert(abi.encodeWithSelector(StoryWager.UnknownJob.selector, bytes32("x")));
        game.onJobResult("x", tuned, tokens(8, 1), Finish.Stop);
    }

    function test_cancel_nobodyJoined() public {
        vm.prank(alice);
        uint256 id = game.open(STAKE_EACH);
        vm.expectRevert(abi.encodeWithSelector(StoryWager.NotFirst.selector, stranger));
        vm.prank(stranger);
        game.cancel(id);
        vm.prank(alice);
        game.cancel(id);
        claimed(alice);
        assertEq(token.balanceOf(alice), STAKE_EACH, "back");
        assertTrue(game.statusOf(id) == StoryWager.Status.Cancelled, "cancelled");
    }

    function test_cancel_noStoryCame() public {
        (uint256 id, bytes32 job) = started();
        vm.expectPartialRevert(StoryWager.WrongStatus.selector);
        game.cancel(id);
        vm.warp(block.timestamp + 50);
        market.refundJob(job);
        game.cancel(id);
        claimed(alice);
        claimed(bob);
        assertEq(token.balanceOf(alice), STAKE_EACH, "back");
        assertEq(token.balanceOf(bob), STAKE_EACH, "back");
        assertEq(vault.free(address(game)), 0, "nothing stays");
    }

    function claimed(address player) private {
        vm.prank(player);
        game.claim(player);
    }

    function disprove(bytes32 job) private {
        bytes32 receipt = market.jobOf(job).receiptHash;
        vm.startPrank(dispute);
        slasher.slash(provider, receipt, 1500, true, address(game), 29e6, auditor, 0);
        slasher.disproveJob(job);
        vm.stopPrank();
    }

    /// @dev Both get half of what is left, and half of what the slash refunds.
    function test_cancel_disproved() public {
        (uint256 id, bytes32 job) = started();
        accept(job);
        deliver(job, tokens(10, 5));
        vm.expectPartialRevert(StoryWager.WrongStatus.selector);
        game.shareRefund(id);
        disprove(job);
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        game.cancel(id);
        claimed(alice);
        assertEq(token.balanceOf(alice), STAKE_EACH - 14.5e6, "half of what is left");
        game.shareRefund(id);
        vm.expectRevert(abi.encodeWithSelector(StoryWager.NotRefunded.selector, id));
        game.shareRefund(id);
        claimed(alice);
        claimed(bob);
        assertEq(token.balanceOf(alice), STAKE_EACH, "whole again");
        assertEq(token.balanceOf(bob), STAKE_EACH, "whole again");
        assertEq(vault.free(address(game)), 0, "nothing stays");
    }

    function test_disproved_afterTheCallback_refundsTheWinner() public {
        uint256 id = play(5);
        vm.expectRevert(abi.encodeWithSelector(StoryWager.NotRefunded.selector, id));
        game.shareRefund(id);
        disprove(game.wagerOf(id).job);
        game.shareRefund(id);
        claimed(bob);
        assertEq(token.balanceOf(bob), 2 * STAKE_EACH, "the pot and its fee");
    }

    /// @dev The token refuses one player: the other gets its money, and the refused one names another address.
    function test_cancel_oneWalletBlocked() public {
        (uint256 id, bytes32 job) = started();
        vm.warp(block.timestamp + 50);
        market.refundJob(job);
        vm.mockCallRevert(address(token), abi.encodeCall(token.transfer, (alice, STAKE_EACH)), "blocked");
        game.cancel(id);
        claimed(bob);
        assertEq(token.balanceOf(bob), STAKE_EACH, "bob");
        vm.prank(alice);
        game.claim(stranger);
        assertEq(token.balanceOf(stranger), STAKE_EACH, "alice, elsewhere");
    }

    /// @dev The seed is the hash of a block that was not there when the second player joined.
    function test_ask_seedUnknownAtJoin() public {
        vm.roll(1000);
        vm.prank(alice);
        uint256 id = game.open(STAKE_EACH);
        vm.prank(bob);
        game.join(id);
        assertTrue(game.statusOf(id) == StoryWager.Status.Joined, "joined");
        assertEq(game.wagerOf(id).job, 0, "nothing is asked yet");
        for (uint256 n = 1000; n <= 1001; ++n) {
            vm.roll(n);
            vm.expectRevert(abi.encodeWithSelector(StoryWager.SeedUnknown.selector, id, 1001));
            game.ask(id);
        }
        vm.roll(1002);
        vm.setBlockhash(1001, "the next block");
        uint256 before = vm.snapshotState();
        bytes32 seed = keccak256(abi.encode(bytes32("the next block"), address(game), id));
        vm.expectEmit(true, false, false, true);
        emit StoryWager.WagerAsked(id, 0, seed);
        game.ask(id);
        assertTrue(vm.revertToState(before), "again");
        vm.roll(1257);
        game.ask(id);
        assertTrue(game.statusOf(id) == StoryWager.Status.Asked, "the last block that knows it");
    }

    /// @dev A seed that nobody used in time sends the stakes back.
    function test_ask_seedLost_cancels() public {
        vm.prank(alice);
        uint256 id = game.open(STAKE_EACH);
        vm.prank(bob);
        game.join(id);
        vm.roll(block.number + 257);
        vm.expectPartialRevert(StoryWager.WrongStatus.selector);
        game.cancel(id);
        vm.roll(block.number + 1);
        vm.expectPartialRevert(StoryWager.SeedUnknown.selector);
        game.ask(id);
        game.cancel(id);
        claimed(alice);
        claimed(bob);
        assertEq(token.balanceOf(bob), STAKE_EACH, "back");
        assertEq(vault.free(address(game)), 0, "nothing stays");
    }

    /// @dev A player that is the provider keeps silent when it would lose: that burns no less than it saves.
    function test_silence_neverPays() public {
        (uint256 id, bytes32 job) = started();
        accept(job);
        vm.warp(block.timestamp + 50);
        market.refundJob(job);
        game.cancel(id);
        assertGe(STAKE - staking.stakeOf(provider), STAKE_EACH, "what it burned");
    }

    function test_open_stakeOutOfRange_reverts() public {
        vm.expectPartialRevert(StoryWager.StakeOutOfRange.selector);
        game.open(20e6);
        vm.expectPartialRevert(StoryWager.StakeOutOfRange.selector);
        game.open(100e6 + 1);
    }
}
