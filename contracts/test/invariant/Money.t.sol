// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Handler} from "./Handler.sol";

/// @notice ESC-1, ESC-2, ESC-3, STK-1, STK-3, STK-4: to the unit, after every valid move, in any order. What concerns one
/// move only is asserted in the handler.
contract MoneyInvariants is Test {
    Handler private handler;

    function setUp() public {
        handler = new Handler();
        handler.start();
        targetContract(address(handler));
        target(
            [
                Handler.warp.selector,
                Handler.deposit.selector,
                Handler.withdraw.selector,
                Handler.openChannel.selector,
                Handler.topUp.selector,
                Handler.close.selector,
                Handler.sweep.selector,
                Handler.redeemBatch.selector,
                Handler.mature.selector,
                Handler.request.selector,
                Handler.acceptOne.selector,
                Handler.deliverOne.selector,
                Handler.finalizeOne.selector,
                Handler.refundOne.selector,
                Handler.completeUnbond.selector
            ]
        );
        target(
            [
                Handler.warpToExit.selector,
                Handler.otherRequester.selector,
                Handler.otherProvider.selector,
                Handler.otherDelegate.selector,
                Handler.changeDelegate.selector,
                Handler.donate.selector,
                Handler.stakeMore.selector,
                Handler.unbond.selector,
                Handler.completeUnbond.selector,
                Handler.slash.selector,
                Handler.hold.selector,
                Handler.disprove.selector,
                Handler.payFromPool.selector,
                Handler.flushBurned.selector,
                Handler.changeShares.selector
            ]
        );
    }

    function target(bytes4[15] memory moves) private {
        bytes4[] memory list = new bytes4[](15);
        for (uint256 i = 0; i < 15; ++i) {
            list[i] = moves[i];
        }
        targetSelector(FuzzSelector({addr: address(handler), selectors: list}));
    }

    /// @dev One campaign for all of them: the moves cost more than the checks.
    function invariant_money() public view {
        solvent();
        books();
        paidOnce();
    }

    /// @dev What the vault holds is what it owes and what was given to it unasked.
    function solvent() private view {
        (uint256 balance, uint256 owed, uint256 totalFree, uint256 heldMarket, uint256 heldStaking) =
            handler.sums();
        assertEq(balance, owed + handler.donated(), "balance");
        assertEq(owed, totalFree + heldMarket + heldStaking, "owed");
    }

    /// @dev Each module holds exactly what its own books say.
    function books() private view {
        (,,, uint256 heldMarket, uint256 heldStaking) = handler.sums();
        (uint256 expected,, uint256 pending) = handler.expectedHeld();
        assertEq(heldMarket, expected, "market: deposits, credits, jobs");
        assertEq(heldStaking, handler.stakes(), "staking: stakes");
        assertEq(handler.pendingNow(), pending, "pending: credits and accepted jobs");
    }

    /// @dev Every free unit belongs to a known account; every fee was paid once.
    function paidOnce() private view {
        (,, uint256 totalFree,,) = handler.sums();
        (,,, uint256 n) = handler.counts();
        uint256 sum = 0;
        for (uint256 i = 0; i < n; ++i) {
            sum += handler.freeOf(i);
        }
        assertEq(totalFree, sum, "free");
        (, uint256 creditSum,) = handler.expectedHeld();
        assertEq(handler.redeemed(), handler.matured() + creditSum, "redeemed is matured or pending");
    }

    /// @dev ESC-2: from wherever a run ended, one call by a stranger ends each channel, credit and job.
    function afterInvariant() public {
        handler.endAll();
        (,,, uint256 heldMarket,) = handler.sums();
        assertEq(heldMarket, 0, "nothing is stuck");
        assertEq(handler.pendingNow(), 0, "nothing pends");
    }
}
