// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IVault} from "../../src/interfaces/IVault.sol";
import {JobOrder, Receipt as AnswerReceipt, Shares, Voucher} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";
import {Hook, WeirdToken} from "../mocks/WeirdTokens.sol";

/// @notice TOK-2: from a token's hook and from a job's callback, every function of Vault and Market. Nothing that the outer
/// call is in the middle of changes, and views tell the truth.
contract ReentrancyTest is Fixture {
    bytes4 private constant GUARD = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
    WeirdToken private weird;
    Hook private hook;
    bytes32 private job;
    bytes32 private channel;

    function setUp() public override {
        super.setUp();
        weird = new WeirdToken();
        token = WeirdTokenAsToken.wrap(address(weird));
        deploy(address(weird));
        publishModels();
        fund(requester, FUNDS);
        enlistAgain();
        hook = new Hook();
        fund(address(hook), 1000e6);
        channel = openDefault(1000e6);
    }

    function enlistAgain() private {
        (operator, operatorKey) = makeAddrAndKey("operator");
        enlist(provider, operator, operatorKey, STAKE);
    }

    function vaultCalls() private view returns (bytes[] memory calls) {
        calls = new bytes[](5);
        calls[0] = abi.encodeCall(vault.deposit, (address(hook), 1));
        calls[1] = abi.encodeCall(vault.withdraw, (address(hook), 1));
        calls[2] = abi.encodeCall(vault.flushBurned, ());
        calls[3] = abi.encodeCall(vault.depositWithPermit, (address(hook), 1, 0, 0, 0, 0));
        calls[4] = abi.encodeCall(vault.depositWithAuthorization, (address(hook), 1, 0, 0, 0, ""));
    }

    function marketCalls() private view returns (bytes[] memory calls) {
        JobOrder memory o = order();
        AnswerReceipt memory r;
        calls = new bytes[](13);
        calls[0] = abi.encodeCall(market.openChannel, (delegate, 1, uint64(block.timestamp) + 10));
        calls[1] = abi.encodeCall(market.topUp, (channel, 1));
        calls[2] = abi.encodeCall(market.changeDelegate, (channel, delegate));
        calls[3] = abi.encodeCall(market.closeChannel, (channel));
        calls[4] = abi.encodeCall(market.sweepChannel, (channel));
        calls[5] = abi.encodeCall(market.redeem, (provider, new Voucher[](1), new bytes[](1), ""));
        calls[6] = abi.encodeCall(market.mature, (provider, tuned, relayer, 1));
        calls[7] = abi.encodeCall(market.requestJob, (o));
        calls[8] = abi.encodeCall(market.acceptJob, (acceptanceOf(job), ""));
        calls[9] = abi.encodeCall(market.deliverJob, (job, r, "", new uint32[](0)));
        calls[10] = abi.encodeCall(market.finalizeJob, (job));
        calls[11] = abi.encodeCall(market.runCallback, (job, new uint32[](0)));
        calls[12] = abi.encodeCall(market.refundJob, (job));
    }

    // -------------------------------------------------- hooks of the token

    function test_tokenHook_intoTheVault() public {
        bytes[] memory calls = vaultCalls();
        for (uint256 i = 0; i < calls.length; ++i) {
            weird.arm(address(hook), address(vault), calls[i]);
            vm.prank(requester);
            vault.withdraw(requester, 10);
            assertTrue(weird.hookRan(), "ran");
            assertFalse(hook.succeeded(), "refused");
            assertEq(hook.reason(), GUARD, "by the guard");
            assertSolvent();

            weird.mint(requester, 10);
            vm.startPrank(requester);
            weird.approve(address(vault), 10);
            weird.arm(address(hook), address(vault), calls[i]);
            vault.deposit(requester, 10);
            vm.stopPrank();
            assertEq(hook.reason(), GUARD, "by the guard");
            assertSolvent();
        }
    }

    /// @dev Through the Market the hook reaches the Vault's module functions; those are guarded too.
    function test_tokenHook_throughTheMarket() public {
        weird.arm(
            address(hook),
            address(market),
            abi.encodeCall(market.openChannel, (delegate, 1, uint64(block.timestamp) + 10))
        );
        vm.prank(requester);
        vault.withdraw(requester, 10);
        assertFalse(hook.succeeded(), "refused");
        assertEq(hook.reason(), GUARD, "by the vault's guard");
        weird.arm(address(hook), address(staking), abi.encodeCall(staking.stake, (1)));
        vm.prank(requester);
        vault.withdraw(requester, 10);
        assertEq(hook.reason(), GUARD, "by the vault's guard");
        assertSolvent();
    }

    /// @dev Read-only: in the middle of a transfer the vault never shows more than it holds.
    function test_tokenHook_viewsAreTrue() public {
        weird.arm(address(hook), address(vault), abi.encodeCall(vault.owed, ()));
        vm.prank(requester);
        vault.withdraw(requester, 10);
        uint256 duringWithdraw = abi.decode(weird.hookResult(), (uint256));
        assertEq(duringWithdraw, vault.owed(), "debited before the token moves");
        weird.mint(requester, 10);
        vm.startPrank(requester);
        weird.approve(address(vault), 10);
        weird.arm(address(hook), address(vault), abi.encodeCall(vault.owed, ()));
        vault.deposit(requester, 10);
        vm.stopPrank();
        uint256 duringDeposit = abi.decode(weird.hookResult(), (uint256));
        assertEq(duringDeposit, vault.owed() - 10, "credited after the token moved");
    }

    // ------------------------------------------------------- job callbacks

    function test_callback_intoTheMarket() public {
        bytes[] memory calls = marketCalls();
        for (uint256 i = 0; i < calls.length; ++i) {
            JobOrder memory o = order();
            o.callback = address(hook);
            o.callbackGas = 1_000_000;
            job = requestJob(o);
            accept(job);
            deliver(job, tokens(3, 5));
            vm.warp(block.timestamp + W);
            market.finalizeJob(job);
            hook.arm(address(market), calls[i]);
            market.runCallback(job, tokens(3, 5));
            assertFalse(hook.succeeded(), "refused");
            assertEq(hook.reason(), GUARD, "by the guard");
            assertTrue(market.jobOf(job).callbackDone, "the callback itself stands");
            assertSolvent();
        }
    }

    /// @dev The vault is not in the middle of anything during a callback: a consumer may withdraw its own money.
    function test_callback_intoTheVault_ownMoneyOnly() public {
        JobOrder memory o = order();
        o.callback = address(hook);
        o.callbackGas = 1_000_000;
        job = requestJob(o);
        accept(job);
        deliver(job, tokens(3, 5));
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        hook.arm(address(vault), abi.encodeCall(vault.withdraw, (address(hook), 1000e6 + 1)));
        market.runCallback(job, tokens(3, 5));
        assertEq(hook.reason(), IVault.InsufficientFree.selector, "not a unit more than its own");
        assertSolvent();
    }
}

/// @dev The fixture knows its token as a TestToken; only `mint`, `approve` and `balanceOf` are used of it.
library WeirdTokenAsToken {
    function wrap(address weird) internal pure returns (TestToken) {
        return TestToken(weird);
    }
}

import {TestToken} from "../../src/dev/TestToken.sol";
