// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Attestations} from "../../src/disputes/Attestations.sol";
import {Attestation, IAttestations} from "../../src/interfaces/IAttestations.sol";
import {IBeacon} from "../../src/interfaces/IBeacon.sol";
import {AuditsBase} from "./AuditsBase.sol";

contract AttestationsTest is AuditsBase {
    function drawVersion() private {
        attestations.registerVersion(tuned);
        uint64 target = attestations.attestationOf(tuned).beacon;
        vm.roll(target + 1);
        vm.setBlockhash(target, keccak256("version"));
        attestations.drawVersion(tuned, "");
    }

    function test_drawn_auditors_attest_once() public {
        seats(12, 1000e6);
        drawVersion();
        (uint32 attested, uint32 drawn_) = attestations.attestationsOf(tuned);
        assertEq(attested, 0, "unattested");
        assertGe(drawn_, 2, "drawn");
        assertLe(drawn_, 4, "drawn");
        uint32 seen = 0;
        for (uint256 i = 0; i < roster.length; ++i) {
            vm.startPrank(roster[i]);
            if (attestations.isDrawn(tuned, roster[i])) {
                vm.expectEmit();
                emit IAttestations.VersionAttested(tuned, roster[i], ++seen, drawn_);
                attestations.attestVersion(tuned);
                assertTrue(attestations.hasAttested(tuned, roster[i]), "attested");
                vm.expectRevert(
                    abi.encodeWithSelector(IAttestations.AlreadyAttested.selector, tuned, roster[i])
                );
            } else {
                vm.expectRevert(abi.encodeWithSelector(IAttestations.NotAssigned.selector, tuned, roster[i]));
            }
            attestations.attestVersion(tuned);
            vm.stopPrank();
        }
        (attested,) = attestations.attestationsOf(tuned);
        assertEq(attested, drawn_, "all");
    }

    function test_only_what_is_published_and_can_be_judged() public {
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotProvenClass.selector, upstream));
        attestations.registerVersion(upstream);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotProvenClass.selector, bytes32("none")));
        attestations.registerVersion("none");
        vm.expectRevert(abi.encodeWithSelector(IAttestations.NotRegistered.selector, tuned));
        attestations.drawVersion(tuned, "");
    }

    function test_a_draw_cannot_be_repeated_until_it_suits() public {
        seats(12, 1000e6);
        attestations.registerVersion(tuned);
        uint64 until = uint64(block.timestamp) + AUDITOR_UNBONDING;
        vm.expectRevert(abi.encodeWithSelector(IAttestations.RoundOpen.selector, tuned, until));
        attestations.registerVersion(tuned);
        uint64 target = attestations.attestationOf(tuned).beacon;
        vm.roll(target);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.BeaconNotReady.selector, target));
        attestations.drawVersion(tuned, "");
        vm.roll(target + 1);
        attestations.drawVersion(tuned, "");
        vm.expectRevert(abi.encodeWithSelector(IAttestations.AlreadyDrawn.selector, tuned));
        attestations.drawVersion(tuned, "");
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.RoundOpen.selector, tuned, until));
        attestations.registerVersion(tuned);
        vm.warp(until);
        attestations.registerVersion(tuned);
    }

    /// @dev What decides a lost draw is known at the registration: whoever registers could wait for a draw of its own.
    function test_a_lost_beacon_draws_nobody() public {
        seats(12, 1000e6);
        attestations.registerVersion(tuned);
        vm.roll(attestations.attestationOf(tuned).beacon + 8192);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.BeaconLost.selector, tuned));
        attestations.drawVersion(tuned, "");
        (, uint32 drawn_) = attestations.attestationsOf(tuned);
        assertEq(drawn_, 0, "nobody");
        vm.warp(attestations.attestationOf(tuned).registeredAt + AUDITOR_UNBONDING);
        drawVersion();
        (, drawn_) = attestations.attestationsOf(tuned);
        assertGt(drawn_, 0, "the next round draws");
    }

    function test_later_rounds_add() public {
        seats(1, 1000e6);
        drawVersion();
        vm.prank(roster[0]);
        attestations.attestVersion(tuned);
        for (uint256 i = 1; i < 12; ++i) {
            seat(i, 1000e6);
        }
        skip(AUDITOR_UNBONDING);
        drawVersion();
        (uint32 attested, uint32 drawn_) = attestations.attestationsOf(tuned);
        assertEq(attested, 1, "kept");
        assertGt(drawn_, 2, "more to come");
    }

    function test_a_round_ends() public {
        attestations.registerVersion(tuned);
        Attestation memory a = attestations.attestationOf(tuned);
        vm.roll(a.beacon + 1);
        uint64 until = a.registeredAt + AUDITOR_UNBONDING;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IAttestations.RoundOpen.selector, tuned, until));
        attestations.drawVersion(tuned, "");
        attestations.registerVersion(tuned);
    }

    function test_a_roster_of_none_leaves_it_unattested() public {
        drawVersion();
        (uint32 attested, uint32 drawn_) = attestations.attestationsOf(tuned);
        assertEq(attested, 0, "nobody");
        assertEq(drawn_, 0, "of nobody");
    }

    function test_wiring() public {
        (address registry_, address auditors_, address beacon_, uint64 round) =
            attestations.attestationsWiring();
        assertEq(registry_, address(registry), "registry");
        assertEq(auditors_, address(auditors), "auditors");
        assertEq(beacon_, address(beacon), "beacon");
        assertEq(round, AUDITOR_UNBONDING, "round");
        vm.expectRevert(IAttestations.BadRound.selector);
        new Attestations(registry, auditors, 0, beacon);
    }
}
