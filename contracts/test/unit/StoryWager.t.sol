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
            maxFee: 40e6,
            answerWithin: 50
        });
        game = new StoryWager(market, vault, q, 1000e6);
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
        job = game.wagerOf(id).job;
    }

    function play(uint32 from) private returns (uint256 id) {
        bytes32 job;
        (id, job) = started();
        assertTrue(game.statusOf(id) == StoryWager.Status.Asked, "asked");
        accept(job);
        deliver(job, tokens(10, from));
        assertTrue(game.statusOf(id) == StoryWager.Status.Told, "told, not final");
        vm.expectPartialRevert(StoryWager.WrongStatus.selector);
        game.pay(id);
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        market.runCallback(job, tokens(10, from));
        assertTrue(market.jobOf(job).callbackDone, "called back");
        assertTrue(game.statusOf(id) == StoryWager.Status.Won, "won");
        vm.prank(stranger);
        game.pay(id);
        vm.expectPartialRevert(StoryWager.WrongStatus.selector);
        game.pay(id);
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
        assertEq(token.balanceOf(alice), STAKE_EACH, "back");
        assertEq(token.balanceOf(bob), STAKE_EACH, "back");
        assertEq(vault.free(address(game)), 0, "nothing stays");
    }

    function test_cancel_disproved() public {
        (uint256 id, bytes32 job) = started();
        accept(job);
        deliver(job, tokens(10, 5));
        vm.prank(dispute);
        slasher.disproveJob(job);
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        game.cancel(id);
        assertEq(token.balanceOf(alice), STAKE_EACH - 14.5e6, "half of what is left");
    }

    function test_open_stakeOutOfRange_reverts() public {
        vm.expectPartialRevert(StoryWager.StakeOutOfRange.selector);
        game.open(20e6);
        vm.expectPartialRevert(StoryWager.StakeOutOfRange.selector);
        game.open(1000e6 + 1);
    }
}
