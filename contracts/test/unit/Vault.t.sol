// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

import {IVault} from "../../src/interfaces/IVault.sol";
import {Vault} from "../../src/Vault.sol";
import {Fixture} from "../Fixture.sol";
import {Wallet1271} from "../mocks/Wallets.sol";

contract VaultTest is Fixture {
    address private alice;
    uint256 private aliceKey;

    function setUp() public override {
        super.setUp();
        (alice, aliceKey) = makeAddrAndKey("alice");
        token.mint(alice, 1000);
    }

    // -------------------------------------------------------------- deploy

    function test_constructor_tokenWithoutCode_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.NotAToken.selector, address(1)));
        new Vault(address(1), new address[](0));
    }

    function test_constructor_zeroModule_reverts() public {
        vm.expectRevert(IVault.ZeroAddress.selector);
        new Vault(address(token), new address[](1));
    }

    // ------------------------------------------------------------- deposit

    function testFuzz_deposit_creditsAccount(uint256 amount, address account) public {
        amount = bound(amount, 1, 1000);
        vm.assume(account != address(0));
        uint256 before = vault.free(account);
        vm.startPrank(alice);
        token.approve(address(vault), amount);
        vm.expectEmit();
        emit IVault.Deposited(account, alice, amount, before + amount);
        vault.deposit(account, amount);
        vm.stopPrank();
        assertEq(vault.free(account), before + amount, "credited");
        assertSolvent();
    }

    function test_deposit_zero_reverts() public {
        vm.expectRevert(IVault.ZeroAmount.selector);
        vault.deposit(alice, 0);
    }

    function test_deposit_toNobody_reverts() public {
        vm.expectRevert(IVault.ZeroAddress.selector);
        vault.deposit(address(0), 1);
    }

    function test_deposit_withoutAllowance_reverts() public {
        vm.prank(alice);
        vm.expectRevert();
        vault.deposit(alice, 1);
    }

    // -------------------------------------------------------------- permit

    function permitOf(uint256 amount) private view returns (uint8 v, bytes32 r, bytes32 s) {
        return permitFor(address(vault), amount, block.timestamp);
    }

    function permitFor(address spender, uint256 amount, uint256 deadline)
        private
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash =
            keccak256(abi.encode(typeHash, alice, spender, amount, token.nonces(alice), deadline));
        return vm.sign(aliceKey, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash)));
    }

    function test_depositWithPermit_works() public {
        (uint8 v, bytes32 r, bytes32 s) = permitOf(100);
        vm.prank(alice);
        vault.depositWithPermit(alice, 100, block.timestamp, v, r, s);
        assertEq(vault.free(alice), 100, "credited");
        assertSolvent();
    }

    function test_depositWithPermit_permitFrontRun_sameOutcome() public {
        (uint8 v, bytes32 r, bytes32 s) = permitOf(100);
        vm.prank(stranger);
        token.permit(alice, address(vault), 100, block.timestamp, v, r, s);
        vm.prank(alice);
        vault.depositWithPermit(alice, 100, block.timestamp, v, r, s);
        assertEq(vault.free(alice), 100, "credited once");
    }

    function test_depositWithPermit_ofAnother_movesNothing() public {
        (uint8 v, bytes32 r, bytes32 s) = permitOf(100);
        vm.prank(stranger);
        vm.expectRevert();
        vault.depositWithPermit(stranger, 100, block.timestamp, v, r, s);
        assertEq(token.balanceOf(alice), 1000, "funds untouched");
    }

    /// @dev A permit for another vault, another amount or another time gives this one nothing.
    function test_depositWithPermit_replayed_movesNothing() public {
        address elsewhere = address(new Vault(address(token), new address[](0)));
        uint256 t = block.timestamp;
        (uint8 v, bytes32 r, bytes32 s) = permitFor(elsewhere, 100, t);
        expectNoDeposit(100, t, v, r, s);
        (v, r, s) = permitFor(address(vault), 99, t);
        expectNoDeposit(100, t, v, r, s);
        (v, r, s) = permitFor(address(vault), 100, t + 1);
        expectNoDeposit(100, t, v, r, s);
        expectNoDeposit(100, t + 2, v, r, s);
        (v, r, s) = permitFor(address(vault), 100, t);
        vm.warp(t + 1);
        expectNoDeposit(100, t, v, r, s);
        vm.warp(t);
        vm.chainId(block.chainid + 1);
        expectNoDeposit(100, t, v, r, s);
        vm.chainId(block.chainid - 1);
        vm.startPrank(alice);
        vault.depositWithPermit(alice, 100, t, v, r, s);
        vm.expectRevert();
        vault.depositWithPermit(alice, 100, t, v, r, s);
        vm.stopPrank();
        assertEq(vault.free(alice), 100, "as signed, and once");
    }

    function expectNoDeposit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) private {
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(vault), 0, amount
            )
        );
        vault.depositWithPermit(alice, amount, deadline, v, r, s);
    }

    // ------------------------------------------------------------ ERC-3009

    function authorizationOf(address from, address to, uint256 amount, bytes32 nonce)
        private
        view
        returns (bytes32)
    {
        bytes32 typeHash = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, from, to, amount, 0, block.timestamp + 1, nonce));
        return keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
    }

    function nonceOf(address from, uint256 amount, bytes32 salt) private view returns (bytes32) {
        return
            keccak256(abi.encode(block.chainid, address(vault), from, amount, 0, block.timestamp + 1, salt));
    }

    function test_depositWithAuthorization_byAnyone_creditsSigner() public {
        bytes32 nonce = nonceOf(alice, 70, "salt");
        bytes memory signature = signDigest(aliceKey, authorizationOf(alice, address(vault), 70, nonce));
        vm.prank(stranger);
        vault.depositWithAuthorization(alice, 70, 0, block.timestamp + 1, "salt", signature);
        assertEq(vault.free(alice), 70, "credited");
        assertSolvent();
        vm.expectRevert();
        vault.depositWithAuthorization(alice, 70, 0, block.timestamp + 1, "salt", signature);
    }

    function test_depositWithAuthorization_frontRunAtToken_reverts() public {
        bytes32 nonce = nonceOf(alice, 70, "salt");
        bytes memory signature = signDigest(aliceKey, authorizationOf(alice, address(vault), 70, nonce));
        vm.prank(stranger);
        vm.expectRevert();
        token.receiveWithAuthorization(alice, address(vault), 70, 0, block.timestamp + 1, nonce, signature);
        vault.depositWithAuthorization(alice, 70, 0, block.timestamp + 1, "salt", signature);
        assertEq(vault.free(alice), 70, "credited");
    }

    function test_depositWithAuthorization_foreignNonce_reverts() public {
        bytes32 nonce = keccak256("made for something else");
        bytes memory signature = signDigest(aliceKey, authorizationOf(alice, address(vault), 70, nonce));
        vm.expectRevert();
        vault.depositWithAuthorization(alice, 70, 0, block.timestamp + 1, nonce, signature);
    }

    /// @dev An authorization serves the vault, the amount and the stretch of time that it names, on its chain.
    function test_depositWithAuthorization_replayed_reverts() public {
        uint256 until = block.timestamp + 1;
        bytes memory s =
            signDigest(aliceKey, authorizationOf(alice, address(vault), 70, nonceOf(alice, 70, "salt")));
        Vault elsewhere = new Vault(address(token), new address[](0));
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        elsewhere.depositWithAuthorization(alice, 70, 0, until, "salt", s);
        expectInvalid(71, 0, until, "salt", s);
        expectInvalid(69, 0, until, "salt", s);
        expectInvalid(70, 1, until, "salt", s);
        expectInvalid(70, 0, until + 1, "salt", s);
        expectInvalid(70, 0, until, "other", s);
        vm.chainId(block.chainid + 1);
        expectInvalid(70, 0, until, "salt", s);
        vm.chainId(block.chainid - 1);
        vm.warp(until);
        vm.expectPartialRevert(ERC3009.ERC3009InvalidAuthorizationTime.selector);
        vault.depositWithAuthorization(alice, 70, 0, until, "salt", s);
        vm.warp(until - 1);
        vault.depositWithAuthorization(alice, 70, 0, until, "salt", s);
        assertEq(vault.free(alice), 70, "as signed");
    }

    function expectInvalid(uint256 amount, uint256 from, uint256 until, bytes32 salt, bytes memory s)
        private
    {
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        vault.depositWithAuthorization(alice, amount, from, until, salt, s);
    }

    function test_depositWithAuthorization_contractWallet() public {
        Wallet1271 wallet = new Wallet1271(alice);
        token.mint(address(wallet), 70);
        bytes32 nonce = nonceOf(address(wallet), 70, "salt");
        bytes memory signature =
            signDigest(aliceKey, authorizationOf(address(wallet), address(vault), 70, nonce));
        vault.depositWithAuthorization(address(wallet), 70, 0, block.timestamp + 1, "salt", signature);
        assertEq(vault.free(address(wallet)), 70, "credited");
    }

    function test_depositWithAuthorization_zero_reverts() public {
        vm.expectRevert(IVault.ZeroAmount.selector);
        vault.depositWithAuthorization(alice, 0, 0, block.timestamp + 1, "salt", "");
        vm.expectRevert(IVault.ZeroAddress.selector);
        vault.depositWithAuthorization(address(0), 1, 0, block.timestamp + 1, "salt", "");
    }

    // ------------------------------------------------------------ withdraw

    function test_withdraw_paysOut() public {
        fund(alice, 100);
        vm.prank(alice);
        vm.expectEmit();
        emit IVault.Withdrawn(alice, stranger, 60, 40);
        vault.withdraw(stranger, 60);
        assertEq(token.balanceOf(stranger), 60, "paid");
        assertSolvent();
    }

    function test_withdraw_moreThanFree_reverts() public {
        fund(alice, 100);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVault.InsufficientFree.selector, alice, 100, 101));
        vault.withdraw(alice, 101);
    }

    function test_withdraw_badRecipient_reverts() public {
        fund(alice, 100);
        vm.startPrank(alice);
        vm.expectRevert(IVault.ZeroAddress.selector);
        vault.withdraw(address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.BadRecipient.selector, address(vault)));
        vault.withdraw(address(vault), 1);
        vm.expectRevert(IVault.ZeroAmount.selector);
        vault.withdraw(alice, 0);
        vm.stopPrank();
    }

    // ------------------------------------------------------------- modules

    function test_modules_only() public {
        bytes memory denied = abi.encodeWithSelector(IVault.NotModule.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(denied);
        vault.lock(requester, 1);
        vm.expectRevert(denied);
        vault.release(alice, 1);
        vm.expectRevert(denied);
        vault.burn(1);
        vm.stopPrank();
    }

    function test_modules_spendTheirOwnBooksOnly() public {
        uint256 held = vault.held(address(staking));
        vm.startPrank(address(market));
        vm.expectRevert(abi.encodeWithSelector(IVault.InsufficientHeld.selector, address(market), 0, 1));
        vault.release(alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IVault.InsufficientHeld.selector, address(market), 0, 1));
        vault.burn(1);
        vm.stopPrank();
        assertEq(vault.held(address(staking)), held, "others' books");
    }

    function test_release_toNobody_reverts() public {
        vm.prank(address(staking));
        vm.expectRevert(IVault.ZeroAddress.selector);
        vault.release(address(0), 1);
    }

    function test_modules_namedOnceForEver() public {
        address[] memory list = vault.modules();
        assertEq(list.length, 3, "Market, Staking, Slasher");
        for (uint256 i = 0; i < 3; ++i) {
            assertTrue(vault.isModule(list[i]), "module");
        }
        list[2] = list[0];
        vm.expectRevert(abi.encodeWithSelector(IVault.DuplicateModule.selector, list[0]));
        new Vault(address(token), list);
    }

    function test_burn_leavesTheVaultWhenFlushed() public {
        vm.prank(address(staking));
        vault.burn(5);
        address dead = vault.BURN_ADDRESS();
        assertEq(vault.free(dead), 5, "burned");
        assertSolvent();
        vault.flushBurned();
        assertEq(token.balanceOf(dead), 5, "out for good");
        assertSolvent();
        vm.expectRevert(IVault.ZeroAmount.selector);
        vault.flushBurned();
    }

    function test_donation_belongsToNobody() public {
        uint256 owed = vault.owed();
        vm.prank(alice);
        token.transfer(address(vault), 10);
        assertEq(vault.owed(), owed, "owes the same");
        assertEq(token.balanceOf(address(vault)), owed + 10, "holds more");
    }
}
