// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Handler} from "./Handler.sol";

/// @notice ESC-1, ESC-2, ESC-3, STK-4: to the unit, after every valid move, in any order.
contract MoneyInvariants is Test {
    Handler private handler;

    function setUp() public {
        handler = new Handler();
        handler.start();
        bytes4[] memory moves = new bytes4[](19);
        moves[0] = Handler.warp.selector;
        moves[1] = Handler.deposit.selector;
        moves[2] = Handler.withdraw.selector;
        moves[3] = Handler.donate.selector;
        moves[4] = Handler.openChannel.selector;
        moves[5] = Handler.topUp.selector;
        moves[6] = Handler.close.selector;
        moves[7] = Handler.sweep.selector;
        moves[8] = Handler.redeemBatch.selector;
        moves[9] = Handler.mature.selector;
        moves[10] = Handler.request.selector;
        moves[11] = Handler.acceptOne.selector;
        moves[12] = Handler.deliverOne.selector;
        moves[13] = Handler.finalizeOne.selector;
        moves[14] = Handler.refundOne.selector;
        moves[15] = Handler.stakeMore.selector;
        moves[16] = Handler.unbond.selector;
        moves[17] = Handler.slash.selector;
        moves[18] = Handler.hold.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: moves}));
        bytes4[] memory rare = new bytes4[](1);
        rare[0] = Handler.completeUnbond.selector;
        targetSelector(FuzzSelector({addr: address(handler), selectors: rare}));
    }

    /// @dev What the vault holds is what it owes and what was given to it unasked.
    function invariant_solvent() public view {
        (uint256 balance, uint256 owed, uint256 totalFree, uint256 heldMarket, uint256 heldStaking) =
            handler.sums();
        assertEq(balance, owed + handler.donated(), "balance");
        assertEq(owed, totalFree + heldMarket + heldStaking, "owed");
    }

    /// @dev Each module holds exactly what its own books say.
    function invariant_books() public view {
        (,,, uint256 heldMarket, uint256 heldStaking) = handler.sums();
        (uint256 expected,, uint256 pending) = handler.expectedHeld();
        assertEq(heldMarket, expected, "market: deposits, credits, jobs");
        assertEq(heldStaking, handler.stakes(), "staking: stakes");
        assertEq(handler.pendingNow(), pending, "pending: credits and accepted jobs");
    }

    /// @dev Every free unit belongs to a known account; every fee was paid once.
    function invariant_paidOnce() public view {
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
