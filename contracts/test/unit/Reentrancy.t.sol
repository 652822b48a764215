// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {DisputeWiring} from "../../src/disputes/Evidence.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {Acceptance, JobOrder, Receipt as AnswerReceipt, Voucher} from "../../src/types/Types.sol";
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
        fund(address(hook), 1000e6);
        channel = openDefault(1000e6);
    }

    function moduleCount() internal pure override returns (uint64) {
        return 1;
    }

    /// @dev The hook keeps books in the Vault, as a dispute contract of ill will would.
    function deployModules(DisputeWiring memory) internal override returns (address[] memory list) {
        hook = new Hook();
        return bondHolders();
    }

    function bondHolders() internal view override returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(hook);
    }

    function enlistAgain() private {
        (operator, operatorKey) = makeAddrAndKey("operator");
        enlist(provider, operator, operatorKey, STAKE);
    }

    function vaultCalls() private view returns (bytes[] memory calls) {
        calls = new bytes[](8);
        calls[0] = abi.encodeCall(vault.deposit, (address(hook), 1));
        calls[1] = abi.encodeCall(vault.withdraw, (address(hook), 1));
        calls[2] = abi.encodeCall(vault.flushBurned, ());
        calls[3] = abi.encodeCall(vault.depositWithPermit, (address(hook), 1, 0, 0, 0, 0));
        calls[4] = abi.encodeCall(vault.depositWithAuthorization, (address(hook), 1, 0, 0, 0, ""));
        calls[5] = abi.encodeCall(vault.lock, (requester, 1));
        calls[6] = abi.encodeCall(vault.release, (address(hook), 1));
        calls[7] = abi.encodeCall(vault.burn, (1));
    }

    function marketCalls() private view returns (bytes[] memory calls) {
        JobOrder memory o = order();
        AnswerReceipt memory r;
        calls = new bytes[](14);
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
        calls[13] = abi.encodeCall(
            market.openChannelFor, (requester, delegate, 1, uint64(block.timestamp) + 10, 0, "")
        );
    }

    // -------------------------------------------------- hooks of the token

    function test_tokenHook_intoTheVault() public {
        bytes[] memory calls = vaultCalls();
        // What a module locked it may release and burn; and does, when nothing is under way.
        hook.run(address(vault), abi.encodeCall(vault.lock, (address(hook), 3)));
        hook.run(address(vault), calls[6]);
        hook.run(address(vault), calls[7]);
        assertEq(vault.held(address(hook)), 1, "one left");
        for (uint256 i = 0; i < calls.length; ++i) {
            weird.arm(address(hook), address(vault), calls[i]);
            vm.prank(requester);
            vault.withdraw(requester, 10);
            assertTrue(weird.hookRan(), "ran");
            assertFalse(hook.succeeded(), "refused");
            assertEq(hook.reason(), GUARD, "by the guard");
            assertMoney(1);

            weird.mint(requester, 10);
            vm.startPrank(requester);
            weird.approve(address(vault), 10);
            weird.arm(address(hook), address(vault), calls[i]);
            vault.deposit(requester, 10);
            vm.stopPrank();
            assertEq(hook.reason(), GUARD, "by the guard");
            assertMoney(1);
        }
    }

    function assertMoney(uint256 locked) private view {
        assertEq(vault.held(address(hook)), locked, "the hook's own book");
        assertEq(token.balanceOf(address(vault)), vault.owed(), "vault holds what it owes");
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

    /// @dev In the middle of a transfer everything that moves money is refused, though each call is one that the hook may
    /// make at this very moment; what moves none is done as ever.
    function test_tokenHook_intoTheMarket() public {
        (bytes[] memory calls, bool[] memory moves) = possible();
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 fork = vm.snapshotState();
            uint256 free = vault.totalFree();
            weird.arm(address(hook), address(market), calls[i]);
            vm.prank(requester);
            vault.withdraw(requester, 10);
            assertTrue(weird.hookRan(), "ran");
            assertEq(hook.succeeded(), !moves[i], "refused if it moves money");
            if (moves[i]) assertEq(hook.reason(), GUARD, "by the vault's guard");
            assertEq(vault.totalFree(), free - 10, "nothing else moved");
            assertSolvent();
            vm.revertToState(fork);
            hook.run(address(market), calls[i]);
            assertTrue(hook.succeeded(), "possible without the transfer");
            assertSolvent();
            vm.revertToState(fork);
        }
    }

    /// @dev Calls of the hook that all succeed now, and whether they move money.
    function possible() private returns (bytes[] memory calls, bool[] memory moves) {
        hook.run(address(market), abi.encodeCall(market.openChannel, (delegate, 100, later(10_000))));
        bytes32 open = hookChannel();
        hook.run(address(market), abi.encodeCall(market.openChannel, (delegate, 100, later(10_000))));
        bytes32 closed = hookChannel();
        hook.run(address(market), abi.encodeCall(market.closeChannel, (closed)));
        Voucher memory v = voucherOf(open, 10);
        assertEq(redeem(v), 10, "a credit");
        uint64 epoch = epochNow();
        bytes32 over = jobOfHook();
        accept(over);
        deliver(over, tokens(3, 5));
        vm.warp(block.timestamp + W + EPOCH);
        bytes32 asked = jobOfHook();
        bytes32 taken = jobOfHook();
        accept(taken);
        AnswerReceipt memory r = receiptOf(taken, tokens(3, 5));
        Acceptance memory a = acceptanceOf(asked);
        v = voucherOf(open, 20);
        bytes memory consent =
            sign(operatorKey, Eip712.hashRedemption(keccak256(abi.encodePacked(voucherHash(v)))));
        bytes memory agreed = sign(
            requesterKey,
            Eip712.hashOpenChannel(requester, delegate, 1, later(10), market.nonces(requester), later(10))
        );
        calls = new bytes[](13);
        moves = new bool[](13);
        calls[0] = abi.encodeCall(market.openChannel, (delegate, 1, later(10)));
        calls[1] =
            abi.encodeCall(market.openChannelFor, (requester, delegate, 1, later(10), later(10), agreed));
        calls[2] = abi.encodeCall(market.topUp, (open, 1));
        calls[3] = abi.encodeCall(market.sweepChannel, (closed));
        calls[4] = abi.encodeCall(market.mature, (provider, tuned, relayer, epoch));
        calls[5] = abi.encodeCall(market.requestJob, (order()));
        calls[6] = abi.encodeCall(market.finalizeJob, (over));
        calls[7] = abi.encodeCall(market.refundJob, (asked));
        for (uint256 i = 0; i < 8; ++i) {
            moves[i] = true;
        }
        calls[8] = abi.encodeCall(market.changeDelegate, (open, stranger));
        calls[9] = abi.encodeCall(market.closeChannel, (open));
        calls[10] =
            abi.encodeCall(market.redeem, (provider, one(v), one(signVoucher(delegateKey, v)), consent));
        calls[11] = abi.encodeCall(
            market.acceptJob, (a, sign(operatorKey, keccak256(abi.encode(Eip712.ACCEPTANCE_TYPEHASH, a))))
        );
        calls[12] = abi.encodeCall(market.deliverJob, (taken, r, signReceipt(operatorKey, r), tokens(3, 5)));
    }

    function later(uint64 seconds_) private view returns (uint64) {
        return uint64(block.timestamp) + seconds_;
    }

    /// @dev What the hook's last call returned: the id of a channel or of a job.
    function hookChannel() private view returns (bytes32) {
        return keccak256(
            abi.encode(block.chainid, address(market), address(hook), market.nonces(address(hook)) - 1)
        );
    }

    function jobOfHook() private returns (bytes32) {
        hook.run(address(market), abi.encodeCall(market.requestJob, (order())));
        assertTrue(hook.succeeded(), "asked");
        return hookChannel();
    }

    /// @dev A provider that is the token's hook: its stake leaves when it is due, and not through another's transfer.
    function test_tokenHook_intoTheStake() public {
        hook.run(address(staking), abi.encodeCall(staking.stake, (100)));
        hook.run(address(staking), abi.encodeCall(staking.unbond, (40)));
        vm.warp(block.timestamp + UNBONDING);
        bytes memory leave = abi.encodeCall(staking.completeUnbond, (address(hook)));
        weird.arm(address(hook), address(staking), leave);
        vm.prank(requester);
        vault.withdraw(requester, 10);
        assertFalse(hook.succeeded(), "refused");
        assertEq(hook.reason(), GUARD, "by the vault's guard");
        assertEq(staking.stakeOf(address(hook)), 100, "all of it stays");
        weird.arm(address(hook), address(staking), abi.encodeCall(staking.unbond, (10)));
        vm.prank(requester);
        vault.withdraw(requester, 10);
        assertTrue(hook.succeeded(), "a wish moves no money");
        assertSolvent();
        // From a job's callback it is its own money, and in nobody's way.
        vm.warp(block.timestamp + UNBONDING);
        uint256 before = vault.free(address(hook));
        finalizedFor(hook);
        hook.arm(address(staking), leave);
        market.runCallback(job, tokens(3, 5));
        assertTrue(hook.succeeded(), "due");
        assertEq(vault.free(address(hook)), before + 50, "what it unbonded, and no more");
        assertSolvent();
        hook.arm(address(staking), leave);
        finalizedFor(hook);
        market.runCallback(job, tokens(3, 5));
        assertFalse(hook.succeeded(), "and once");
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

    function deliveredFor(Hook target, bool atDelivery) private {
        JobOrder memory o = order();
        o.callback = address(target);
        o.callbackGas = 1_000_000;
        o.callbackAtDelivery = atDelivery;
        job = requestJob(o);
        accept(job);
        deliver(job, tokens(3, 5));
    }

    function finalizedFor(Hook target) private {
        deliveredFor(target, false);
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
    }

    function test_callback_intoTheMarket() public {
        bytes[] memory calls = marketCalls();
        for (uint256 i = 0; i < 2 * calls.length; ++i) {
            // Taken at delivery the job's own money still waits in the Market.
            if (i < calls.length) finalizedFor(hook);
            else deliveredFor(hook, true);
            calls = marketCalls();
            hook.arm(address(market), calls[i % calls.length]);
            market.runCallback(job, tokens(3, 5));
            assertFalse(hook.succeeded(), "refused");
            assertEq(hook.reason(), GUARD, "by the guard");
            assertTrue(market.jobOf(job).callbackDone, "the callback itself stands");
            assertSolvent();
        }
    }

    /// @dev The vault is not in the middle of anything during a callback: a consumer may withdraw its own money.
    function test_callback_intoTheVault_ownMoneyOnly() public {
        finalizedFor(hook);
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
