// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStaking} from "../../src/interfaces/IStaking.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {Staking} from "../../src/Staking.sol";
import {Fixture} from "../Fixture.sol";

contract StakingTest is Fixture {
    function test_constructor_unbondingNotPastTheRisk_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IStaking.UnsafeUnbonding.selector, 100, 100));
        new Staking(vault, address(market), address(slasher), 100, 100);
        vm.expectRevert(IStaking.ZeroAddress.selector);
        new Staking(vault, address(0), address(slasher), 101, 100);
    }

    // ----------------------------------------------------------- operators

    function test_addOperator_isWriteOnce() public {
        bytes memory consent = sign(operatorKey, Eip712.hashOperatorConsent(operator, provider2));
        vm.prank(provider2);
        vm.expectRevert(abi.encodeWithSelector(IStaking.OperatorTaken.selector, operator, provider));
        staking.addOperator(operator, consent);
        vm.prank(provider);
        staking.retireOperator(operator);
        vm.prank(provider2);
        vm.expectRevert(abi.encodeWithSelector(IStaking.OperatorTaken.selector, operator, provider));
        staking.addOperator(operator, consent);
        assertEq(staking.providerOf(operator), provider, "what it signed stays the provider's");
        assertFalse(staking.isActiveOperator(operator), "retired");
    }

    function test_addOperator_withoutConsent_reverts() public {
        (address key, uint256 secret) = makeAddrAndKey("new operator");
        bytes memory forOther = sign(secret, Eip712.hashOperatorConsent(key, provider2));
        vm.startPrank(provider);
        vm.expectRevert(abi.encodeWithSelector(IStaking.BadOperatorConsent.selector, key));
        staking.addOperator(key, forOther);
        vm.expectRevert(abi.encodeWithSelector(IStaking.BadOperatorConsent.selector, address(0)));
        staking.addOperator(address(0), "");
        vm.stopPrank();
        vm.expectEmit();
        emit IStaking.OperatorAdded(provider2, key);
        vm.prank(provider2);
        staking.addOperator(key, forOther);
    }

    function test_retireOperator_ofAnother_reverts() public {
        vm.prank(provider2);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotOperatorOf.selector, operator, provider2));
        staking.retireOperator(operator);
        vm.startPrank(provider);
        staking.retireOperator(operator);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotOperatorOf.selector, operator, provider));
        staking.retireOperator(operator);
        vm.stopPrank();
    }

    /// @dev STK-6: the hot key moves no stake and no operator.
    function test_operatorKey_cannotTouchTheStake() public {
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStaking.InsufficientStake.selector, operator, 0, 1));
        staking.unbond(1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotOperatorOf.selector, operator, operator));
        staking.retireOperator(operator);
        vm.stopPrank();
    }

    // ----------------------------------------------------------------- exit

    function test_unbond_boundary() public {
        vm.startPrank(provider);
        staking.unbond(100);
        uint64 exitAt = uint64(block.timestamp) + UNBONDING;
        assertEq(staking.freeStakeOf(provider), STAKE - 100, "not free any more");
        assertEq(staking.stakeOf(provider), STAKE, "still slashable");
        vm.warp(exitAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.ExitNotOpen.selector, provider, exitAt));
        staking.completeUnbond(provider);
        vm.stopPrank();
        vm.warp(exitAt);
        vm.prank(stranger);
        staking.completeUnbond(provider);
        assertEq(vault.free(provider), 100, "released to the provider");
        vm.expectRevert(abi.encodeWithSelector(IStaking.NothingUnbonding.selector, provider));
        staking.completeUnbond(provider);
        assertSolvent();
    }

    function test_unbond_again_restartsTheClock() public {
        vm.startPrank(provider);
        staking.unbond(100);
        vm.warp(block.timestamp + 500);
        staking.unbond(50);
        vm.stopPrank();
        (uint256 amount, uint64 exitAt) = staking.unbondingOf(provider);
        assertEq(amount, 150, "together");
        assertEq(exitAt, block.timestamp + UNBONDING, "restarted");
    }

    function test_unbond_badAmounts_revert() public {
        vm.startPrank(provider);
        vm.expectRevert(IStaking.ZeroAmount.selector);
        staking.unbond(0);
        vm.expectRevert(IStaking.ZeroAmount.selector);
        staking.stake(0);
        staking.unbond(STAKE);
        vm.expectRevert(abi.encodeWithSelector(IStaking.InsufficientStake.selector, provider, 0, 1));
        staking.unbond(1);
        vm.stopPrank();
    }

    function test_onlyMarketAndSlasher() public {
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotMarket.selector, stranger));
        staking.holdExit(provider, 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotMarket.selector, stranger));
        staking.penalize(provider, "", 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotSlasher.selector, stranger));
        staking.slash(provider, "", 1, stranger, 0, stranger, 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotSlasher.selector, stranger));
        staking.holdExitForDispute(provider, 1, 1);
        vm.stopPrank();
    }

    function test_holdExitForDispute_keepsWhatCouldBeSlashed() public {
        vm.prank(provider);
        staking.unbond(STAKE);
        vm.warp(block.timestamp + UNBONDING);
        uint64 until = uint64(block.timestamp) + 10;
        vm.prank(dispute);
        slasher.hold(provider, STAKE / 10, until, 0, 0);
        staking.completeUnbond(provider);
        assertEq(staking.stakeOf(provider), STAKE / 10, "the slashable part stays");
        vm.expectRevert(abi.encodeWithSelector(IStaking.ExitNotOpen.selector, provider, until));
        staking.completeUnbond(provider);
        vm.warp(until - 1);
        vm.prank(dispute);
        slasher.hold(provider, 1, until - 5, 0, 0);
        (uint256 amount, uint64 heldUntil) = staking.disputeHoldOf(provider);
        assertEq(amount, STAKE / 10 + 1, "open questions add up");
        assertEq(heldUntil, until, "never shortened");
        vm.warp(until);
        staking.completeUnbond(provider);
        assertEq(staking.stakeOf(provider), 0, "all out");
        assertSolvent();
    }

    /// @dev Two questions, each worth a slash: both find theirs.
    function test_holdExitForDispute_addsUp() public {
        uint256 slash = uint256(STAKE) * 15 / 100;
        vm.prank(provider);
        staking.unbond(STAKE);
        vm.warp(block.timestamp + UNBONDING);
        uint64 until = uint64(block.timestamp) + 500;
        vm.startPrank(dispute);
        slasher.hold(provider, slash, until, 0, 0);
        slasher.hold(provider, slash, until, 0, 0);
        slasher.hold(provider, 0, until + 5, 0, 0);
        vm.stopPrank();
        staking.completeUnbond(provider);
        assertEq(staking.stakeOf(provider), 2 * slash, "both stay");
        vm.prank(dispute);
        slasher.hold(provider, type(uint256).max, until, 0, 0);
        (uint256 amount, uint64 heldUntil) = staking.disputeHoldOf(provider);
        assertEq(amount, type(uint128).max, "never overflows");
        assertEq(heldUntil, until + 5, "prolonged by a hold of nothing");
    }

    /// @dev Later questions about a receipt hold nothing more, so stake that comes between them must be held by itself, or all of it
    /// would leave under an open question.
    function test_stakeThatComesInADispute_isHeldToo() public {
        vm.prank(provider);
        staking.unbond(STAKE);
        vm.warp(block.timestamp + UNBONDING);
        staking.completeUnbond(provider);
        uint64 until = uint64(block.timestamp) + 3 * UNBONDING;
        vm.prank(dispute);
        slasher.hold(provider, 0, until, 0, 0);
        vm.startPrank(provider);
        staking.stake(STAKE);
        staking.unbond(STAKE);
        vm.stopPrank();
        (uint256 amount, uint64 heldUntil) = staking.disputeHoldOf(provider);
        assertEq(amount, STAKE, "all of it");
        assertEq(heldUntil, until, "no longer than before");
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.ExitNotOpen.selector, provider, until));
        staking.completeUnbond(provider);
        vm.warp(until);
        staking.completeUnbond(provider);
        assertEq(staking.stakeOf(provider), 0, "free after it");
        assertSolvent();
    }

    /// @dev STK-1: whatever the order, stake does not leave before the last redeem is out of dispute.
    function testFuzz_exitNeverOutrunsASlash(uint64 unbondAt, uint64 redeemAt, uint64 slashAfter) public {
        unbondAt = uint64(bound(unbondAt, 0, 3000));
        redeemAt = uint64(bound(redeemAt, 0, 3000));
        slashAfter = uint64(bound(slashAfter, 0, W + EXIT_MARGIN - 1));
        uint64 start = uint64(block.timestamp);
        bytes32 channel = openDefault(1000);
        if (unbondAt < redeemAt) unbondAll(start + unbondAt);
        vm.warp(start + redeemAt);
        if (staking.stakeOf(provider) == 0) return;
        redeem(voucherOf(channel, 1000));
        if (unbondAt >= redeemAt && unbondAt <= redeemAt + slashAfter) unbondAll(start + unbondAt);
        vm.warp(start + redeemAt + slashAfter);
        try staking.completeUnbond(provider) {} catch {}
        vm.prank(dispute);
        (uint256 taken,,) = slasher.slash(provider, "fault", 1500, true, requester, 1000, auditor, 0);
        assertEq(taken, uint256(STAKE) * 1500 / 10_000, "the slash finds the whole stake");
    }

    function unbondAll(uint64 at) private {
        vm.warp(at);
        vm.prank(provider);
        staking.unbond(STAKE);
        vm.warp(at + UNBONDING > block.timestamp ? at : block.timestamp);
    }
}
