// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVault} from "../../src/interfaces/IVault.sol";
import {Vault} from "../../src/Vault.sol";
import {Quirk, WeirdToken} from "../mocks/WeirdTokens.sol";
import {Test} from "forge-std/Test.sol";

/// @notice TOK-1: exact or revert, never credited wrongly.
contract WeirdTokensTest is Test {
    WeirdToken private weird;
    Vault private safe;
    address private alice = makeAddr("alice");
    address private bob = makeAddr("bob");

    function setUp() public {
        weird = new WeirdToken();
        safe = new Vault(address(weird), new address[](0));
        address[2] memory both = [alice, bob];
        for (uint256 i = 0; i < 2; ++i) {
            weird.mint(both[i], 10_000);
            vm.prank(both[i]);
            weird.approve(address(safe), type(uint256).max);
            vm.prank(both[i]);
            safe.deposit(both[i], 1000);
        }
    }

    function assertUntouched() private view {
        assertEq(safe.free(alice), 1000, "alice");
        assertEq(safe.free(bob), 1000, "bob");
        assertEq(weird.balanceOf(address(safe)), safe.owed(), "solvent");
    }

    function test_deposit_inexactTokens_revert() public {
        Quirk[3] memory quirks = [Quirk.FeeOnTransfer, Quirk.Bonus, Quirk.SilentFailure];
        uint256[3] memory moved = [uint256(990), 1001, 0];
        for (uint256 i = 0; i < 3; ++i) {
            weird.set(quirks[i]);
            vm.prank(alice);
            vm.expectRevert(abi.encodeWithSelector(IVault.InexactTransfer.selector, moved[i], 1000));
            safe.deposit(alice, 1000);
            assertUntouched();
        }
    }

    function test_deposit_refusingTokens_revert() public {
        Quirk[4] memory quirks = [Quirk.ReturnsFalse, Quirk.Paused, Quirk.Blocklist, Quirk.Limit96];
        weird.block_(alice);
        weird.mint(alice, uint256(1) << 97);
        for (uint256 i = 0; i < 4; ++i) {
            weird.set(quirks[i]);
            vm.prank(alice);
            vm.expectRevert();
            safe.deposit(alice, (uint256(1) << 96));
            assertUntouched();
        }
    }

    function test_missingReturn_isExact() public {
        weird.set(Quirk.MissingReturn);
        vm.prank(alice);
        safe.deposit(alice, 500);
        assertEq(safe.free(alice), 1500, "credited");
        vm.prank(alice);
        safe.withdraw(alice, 1500);
        assertEq(weird.balanceOf(address(safe)), safe.owed(), "solvent");
    }

    /// @dev Whatever a token does on the way out, the others' money stays.
    function test_withdraw_inexactTokens_revert() public {
        Quirk[3] memory quirks = [Quirk.FeeOnTop, Quirk.SilentFailure, Quirk.ReturnsFalse];
        for (uint256 i = 0; i < 3; ++i) {
            weird.set(quirks[i]);
            vm.prank(alice);
            vm.expectRevert();
            safe.withdraw(alice, 1000);
            assertUntouched();
        }
        weird.set(Quirk.FeeOnTransfer);
        vm.prank(alice);
        safe.withdraw(alice, 1000);
        assertEq(weird.balanceOf(address(safe)), safe.owed(), "the fee is the receiver's");
    }

    /// @dev ESC-8: one receiver that cannot be paid is alone with that.
    function test_withdraw_blockedReceiver_blocksNobodyElse() public {
        weird.set(Quirk.Blocklist);
        weird.block_(alice);
        vm.prank(alice);
        vm.expectRevert();
        safe.withdraw(alice, 1000);
        vm.prank(bob);
        safe.withdraw(bob, 1000);
        vm.prank(alice);
        safe.withdraw(bob, 1000);
        assertEq(weird.balanceOf(bob), 11_000, "alice can still send it elsewhere");
    }

    /// @dev A rebase cannot be seen; the last one out finds too little and gets a clean revert, not another's money.
    function test_rebase_lastOneOutReverts() public {
        weird.rebase(address(safe), 500);
        vm.prank(alice);
        safe.withdraw(alice, 1000);
        vm.prank(bob);
        vm.expectRevert();
        safe.withdraw(bob, 1000);
        assertEq(safe.free(bob), 1000, "its claim stands");
    }
}
