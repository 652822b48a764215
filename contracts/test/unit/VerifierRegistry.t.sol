// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {VerifierRegistry} from "../../src/VerifierRegistry.sol";
import {IVerifierRegistry} from "../../src/interfaces/IVerifierRegistry.sol";
import {StepVerifier} from "../../src/verifiers/StepVerifier.sol";
import {Fixture} from "../Fixture.sol";
import {StrictVerifier} from "../mocks/StrictVerifier.sol";

contract VerifierRegistryTest is Fixture {
    bytes32 private constant KEY = keccak256("key 2");

    function test_constructor_sealsVersionOne() public {
        vm.expectEmit();
        emit IVerifierRegistry.VerifierSealed(1, address(verifier), KEY, address(verifier).codehash);
        VerifierRegistry r = new VerifierRegistry(owner, 100, 100, address(verifier), KEY);
        (address v, bytes32 key) = r.verifierOf(1);
        assertEq(v, address(verifier), "verifier");
        assertEq(key, KEY, "key");
        assertTrue(r.isSealed(1), "sealed");
        assertEq(r.timelock(), 100, "timelock");
        assertEq(r.owner(), owner, "owner");
    }

    function test_constructor_refuses() public {
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.TimelockTooShort.selector, 99, 100));
        new VerifierRegistry(owner, 99, 100, address(verifier), KEY);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotAContract.selector, stranger));
        new VerifierRegistry(owner, 100, 100, stranger, KEY);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotAContract.selector, address(0)));
        new VerifierRegistry(owner, 100, 100, address(0), KEY);
        vm.expectRevert(IVerifierRegistry.ZeroKeyHash.selector);
        new VerifierRegistry(owner, 100, 100, address(verifier), 0);
    }

    /// @dev Anyone can forge proofs under the development key.
    function test_developmentVerifier_onlyOnDevelopmentChains() public {
        uint64[2] memory development = [uint64(31_337), 1337];
        for (uint256 i = 0; i < 2; ++i) {
            vm.chainId(development[i]);
            new StepVerifier();
        }
        uint64[4] memory live = [uint64(1), 8453, 42_161, 31_338];
        for (uint256 i = 0; i < 4; ++i) {
            vm.chainId(live[i]);
            vm.expectRevert(abi.encodeWithSelector(StepVerifier.DevelopmentKeyOnly.selector, live[i]));
            new StepVerifier();
        }
    }

    function test_unknownVersion_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.UnknownSpecVersion.selector, 2));
        verifiers.verifierOf(2);
        assertFalse(verifiers.isSealed(0), "zero");
        assertFalse(verifiers.isSealed(2), "two");
    }

    function test_schedule_ownerOnly() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        verifiers.schedule(2, address(verifier), KEY);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.AlreadySealed.selector, 1));
        verifiers.schedule(1, address(verifier), KEY);
        vm.expectRevert(IVerifierRegistry.ZeroVersion.selector);
        verifiers.schedule(0, address(verifier), KEY);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.NotAContract.selector, stranger));
        verifiers.schedule(2, stranger, KEY);
        vm.expectRevert(IVerifierRegistry.ZeroKeyHash.selector);
        verifiers.schedule(2, address(verifier), 0);
        vm.stopPrank();
    }

    function test_seal_boundaries() public {
        vm.expectRevert(IVerifierRegistry.NothingScheduled.selector);
        verifiers.seal(2);
        StrictVerifier next = new StrictVerifier();
        uint64 at = uint64(block.timestamp) + TIMELOCK;
        vm.expectEmit(address(verifiers));
        emit IVerifierRegistry.VerifierScheduled(2, address(next), KEY, at);
        schedule(2, address(next));
        vm.warp(at - 1);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.TimelockOpen.selector, at));
        verifiers.seal(2);
        uint256 snapshot = vm.snapshotState();
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(i == 0 ? at : at + 7 days - 1);
            verifiers.seal(2);
            (address v,) = verifiers.verifierOf(2);
            assertEq(v, address(next), "sealed");
            vm.expectRevert(IVerifierRegistry.NothingScheduled.selector);
            verifiers.seal(2);
            vm.prank(owner);
            vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.AlreadySealed.selector, 2));
            verifiers.schedule(2, address(verifier), KEY);
            vm.revertToState(snapshot);
        }
        vm.warp(at + 7 days);
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.ScheduleExpired.selector, at + uint64(7 days))
        );
        verifiers.seal(2);
    }

    /// @dev A later announcement replaces the earlier one and starts the clock again.
    function test_schedule_again_restartsTheClock() public {
        schedule(2, address(verifier));
        uint64 first = uint64(block.timestamp) + TIMELOCK;
        vm.warp(first - 1);
        StrictVerifier next = new StrictVerifier();
        schedule(2, address(next));
        vm.warp(first);
        vm.expectPartialRevert(IVerifierRegistry.TimelockOpen.selector);
        verifiers.seal(2);
        (address v,, uint64 at) = verifiers.scheduled(2);
        assertEq(v, address(next), "the later one");
        vm.warp(at);
        verifiers.seal(2);
    }

    /// @dev What is sealed is the code that was announced.
    function test_seal_changedCode_reverts() public {
        StrictVerifier next = new StrictVerifier();
        schedule(2, address(next));
        vm.warp(block.timestamp + TIMELOCK);
        vm.etch(address(next), hex"00");
        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.CodeChanged.selector, address(next), address(next).codehash
            )
        );
        verifiers.seal(2);
        vm.etch(address(next), "");
        vm.expectPartialRevert(IVerifierRegistry.CodeChanged.selector);
        verifiers.seal(2);
    }

    function schedule(uint32 version, address v) private {
        vm.prank(owner);
        verifiers.schedule(version, v, KEY);
    }
}
