// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Auditors} from "../../src/disputes/Auditors.sol";
import {Auditor, AuditorTerms, IAuditors, Seat} from "../../src/interfaces/IAuditors.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {AuditsBase} from "./AuditsBase.sol";

contract AuditorsTest is AuditsBase {
    function test_joins_with_a_stake() public {
        address a = seat(3, 250e6);
        Auditor memory x = auditors.auditorOf(a);
        assertEq(x.stake, 250e6, "stake");
        assertEq(x.seat, 3, "seat");
        assertTrue(x.seated, "seated");
        assertEq(vault.free(a), 0, "locked");
        assertEq(auditors.rosterVersion(), 1, "version");
        assertEq(auditors.weightsAt(1)[3], 2, "two whole units");
        assertEq(auditors.weightsAt(0)[3], 0, "not before");
        assertEq(auditors.ownerAt(1, 3), a, "owner");
        assertEq(auditors.ownerAt(0, 3), address(0), "nobody before");
        assertStakes();
    }

    function test_the_least_stake_to_the_unit() public {
        fund(stranger, UNIT);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.StakeTooLow.selector, UNIT - 1, UNIT));
        auditors.join(0, UNIT - 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.NoSuchSeat.selector, 64));
        auditors.join(64, UNIT);
        auditors.join(63, UNIT);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.AlreadyAuditor.selector, stranger));
        auditors.join(62, UNIT);
        vm.stopPrank();
    }

    function test_weight_is_capped() public {
        address a = seat(0, uint256(UNIT) * 65_535);
        assertEq(auditors.weightsAt(1)[0], 65_535, "the largest");
        fund(a, UNIT);
        vm.prank(a);
        auditors.raise(UNIT);
        assertEq(auditors.weightsAt(2)[0], 65_535, "no more");
        assertStakes();
    }

    function test_raise() public {
        address a = seat(0, 150e6);
        fund(a, 50e6);
        vm.startPrank(a);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.StakeTooLow.selector, 0, 1));
        auditors.raise(0);
        auditors.raise(49e6);
        assertEq(auditors.weightsAt(2)[0], 1, "not yet");
        auditors.raise(1e6);
        assertEq(auditors.weightsAt(3)[0], 2, "two units");
        vm.stopPrank();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.NotSeated.selector, stranger));
        auditors.raise(1);
        assertStakes();
    }

    function test_leaves_after_its_time_and_withdraws_after_another() public {
        address a = seat(0, 250e6);
        uint64 free = uint64(block.timestamp) + AUDITOR_UNBONDING;
        vm.warp(free - 1);
        vm.prank(a);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.SeatChanging.selector, 0, free));
        auditors.leave();
        vm.warp(free);
        vm.prank(a);
        auditors.leave();
        assertEq(auditors.weightsAt(2)[0], 0, "off the roster");
        assertEq(auditors.weightsAt(1)[0], 2, "on the old one");
        assertEq(auditors.ownerAt(1, 0), a, "still named");
        assertEq(auditors.ownerAt(2, 0), address(0), "empty");
        vm.prank(a);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.NotSeated.selector, a));
        auditors.leave();

        uint64 exitAt = free + AUDITOR_UNBONDING;
        vm.warp(exitAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.ExitNotOpen.selector, a, exitAt));
        auditors.withdraw(a);
        vm.warp(exitAt);
        vm.prank(stranger);
        auditors.withdraw(a);
        assertEq(vault.free(a), 250e6, "to its own balance");
        vm.expectRevert(abi.encodeWithSelector(IAuditors.NothingToWithdraw.selector, a));
        auditors.withdraw(a);
        assertStakes();
    }

    function test_no_withdrawal_from_a_seat() public {
        address a = seat(0, 250e6);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.NothingToWithdraw.selector, a));
        auditors.withdraw(a);
    }

    function test_comes_back_after_it_withdrew() public {
        address a = seat(0, 250e6);
        skip(AUDITOR_UNBONDING);
        vm.startPrank(a);
        auditors.leave();
        vm.expectRevert(abi.encodeWithSelector(IAuditors.AlreadyAuditor.selector, a));
        auditors.join(1, UNIT);
        skip(AUDITOR_UNBONDING);
        auditors.withdraw(a);
        auditors.join(0, 250e6);
        vm.stopPrank();
        assertEq(auditors.ownerAt(3, 0), a, "again");
        assertStakes();
    }

    function test_an_empty_seat_waits_for_its_draws() public {
        address a = seat(0, 250e6);
        skip(AUDITOR_UNBONDING);
        vm.prank(a);
        auditors.leave();
        uint64 until = uint64(block.timestamp) + AUDITOR_UNBONDING;
        fund(stranger, UNIT);
        vm.startPrank(stranger);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.SeatChanging.selector, 0, until));
        auditors.join(0, UNIT);
        vm.warp(until);
        auditors.join(0, UNIT);
        vm.stopPrank();
    }

    /// @dev Squatters of a full roster make room for whoever has more at stake.
    function test_a_full_roster_has_room_for_more() public {
        seats(64, 300e6);
        skip(AUDITOR_UNBONDING);
        fund(stranger, 1000e6);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.SeatTaken.selector, 5, 3, 3));
        auditors.join(5, 399e6);
        auditors.join(5, 400e6);
        vm.stopPrank();
        assertEq(auditors.ownerAt(65, 5), stranger, "owner");
        assertEq(auditors.ownerAt(64, 5), roster[5], "before");
        Auditor memory x = auditors.auditorOf(roster[5]);
        assertFalse(x.seated, "left");
        assertEq(x.exitAt, block.timestamp + AUDITOR_UNBONDING, "answers for what it signed");
        assertEq(x.stake, 300e6, "keeps its stake");
        roster.push(stranger);
        assertStakes();
    }

    function test_only_the_smallest_seat_is_taken() public {
        seat(0, 300e6);
        seat(1, 200e6);
        skip(AUDITOR_UNBONDING);
        fund(stranger, 1000e6);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.SeatTaken.selector, 0, 3, 10));
        auditors.join(0, 1000e6);
        auditors.join(1, 1000e6);
        vm.stopPrank();
    }

    function test_a_seat_changes_hands_once_in_a_draw() public {
        seat(0, 200e6);
        uint64 until = uint64(block.timestamp) + AUDITOR_UNBONDING;
        fund(stranger, 1000e6);
        vm.startPrank(stranger);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.SeatChanging.selector, 0, until));
        auditors.join(0, 1000e6);
        vm.warp(until);
        auditors.join(0, 1000e6);
        vm.stopPrank();
    }

    function test_only_audits_punish() public {
        address a = seat(0, 250e6);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAuditors.NotAudits.selector, stranger));
        auditors.punish(a, "point", 1);

        uint256 burned = vault.free(vault.BURN_ADDRESS());
        vm.startPrank(address(audits));
        assertEq(auditors.punish(a, "point", 51e6), 51e6, "taken");
        assertEq(auditors.weightsAt(2)[0], 1, "weight follows");
        assertEq(auditors.punish(a, "point", 1000e6), 199e6, "what is there");
        assertEq(auditors.punish(a, "point", 1), 0, "nothing is left");
        assertEq(auditors.punish(stranger, "point", 1), 0, "nothing was there");
        vm.stopPrank();
        assertEq(vault.free(vault.BURN_ADDRESS()) - burned, 250e6, "burned");
        assertEq(auditors.weightsAt(auditors.rosterVersion())[0], 0, "no weight");
        assertStakes();
    }

    function test_whoever_left_is_punished_too() public {
        address a = seat(0, 250e6);
        skip(AUDITOR_UNBONDING);
        vm.prank(a);
        auditors.leave();
        uint32 version = auditors.rosterVersion();
        vm.prank(address(audits));
        auditors.punish(a, "point", 50e6);
        assertEq(stakeOfAuditor(a), 200e6, "less");
        assertEq(auditors.rosterVersion(), version, "no weight to change");
        assertStakes();
    }

    function test_a_seat_without_weight_can_be_taken() public {
        address a = seat(0, 250e6);
        seat(1, 300e6);
        vm.prank(address(audits));
        auditors.punish(a, "point", 249e6);
        skip(AUDITOR_UNBONDING);
        fund(stranger, UNIT);
        vm.prank(stranger);
        auditors.join(0, UNIT);
        assertEq(auditors.auditorOf(a).seated, false, "left");
        roster.push(stranger);
        assertStakes();
    }

    function testFuzz_picks_two_different_auditors(bytes32 seed, uint8 count) public {
        count = uint8(bound(count, 2, 9));
        for (uint256 i = 0; i < count; ++i) {
            seat(7 * i, UNIT * (1 + i));
        }
        (address first, address second) = auditors.pick(auditors.rosterVersion(), seed);
        assertTrue(first != second && first != address(0) && second != address(0), "two");
        (address a, address b) = auditors.pick(auditors.rosterVersion(), seed);
        assertTrue(a == first && b == second, "the same for ever");
    }

    /// @dev The largest weights everywhere: nothing overflows, and the last seat is reached.
    function test_a_roster_of_the_largest_stakes() public {
        seats(64, uint256(UNIT) * 65_535);
        uint256 seen = 0;
        for (uint256 i = 0; i < 800; ++i) {
            (address first, address second) = auditors.pick(64, keccak256(abi.encode(i)));
            uint256 a = auditors.auditorOf(first).seat;
            uint256 b = auditors.auditorOf(second).seat;
            assertTrue(roster[a] == first && roster[b] == second && a != b, "two of the roster");
            seen |= (1 << a) | (1 << b);
        }
        assertEq(seen, type(uint64).max, "everybody");
    }

    /// @dev Whatever happened to a seat since: a version names who was on it then.
    function test_old_versions_name_who_was_there() public {
        seats(2, 200e6);
        uint32 version = auditors.rosterVersion();
        skip(AUDITOR_UNBONDING);
        (address first, address second) = auditors.pick(version, "seed");
        fund(stranger, 1000e6);
        vm.prank(stranger);
        auditors.join(1, 1000e6);
        vm.prank(roster[0]);
        auditors.leave();
        (address a, address b) = auditors.pick(version, "seed");
        assertTrue(a == first && b == second, "as it was");
        (a, b) = auditors.pick(auditors.rosterVersion(), "seed");
        assertTrue(a == stranger && b == address(0), "as it is");
    }

    function test_an_empty_roster_names_nobody() public view {
        (address first, address second) = auditors.pick(0, "seed");
        assertTrue(first == address(0) && second == address(0), "nobody");
    }

    function test_wiring() public {
        (address vault_, address audits_) = auditors.auditorsWiring();
        assertEq(vault_, address(vault), "vault");
        assertEq(audits_, address(audits), "audits");
        AuditorTerms memory t = auditors.auditorTerms();
        assertEq(t.unit, UNIT, "unit");
        assertEq(t.unbonding, AUDITOR_UNBONDING, "unbonding");
        Seat memory s = auditors.seatOf(0);
        assertEq(s.owner, address(0), "empty");
        vm.expectRevert(abi.encodeWithSelector(IAuditors.BadTerms.selector, "unit"));
        new Auditors(vault, address(audits), AuditorTerms(0, 1));
        vm.expectRevert(abi.encodeWithSelector(IAuditors.BadTerms.selector, "unbonding"));
        new Auditors(vault, address(audits), AuditorTerms(1, 0));
        vm.expectRevert(IAuditors.ZeroAddress.selector);
        new Auditors(IVault(address(0)), address(audits), AuditorTerms(1, 1));
        vm.expectRevert(IAuditors.ZeroAddress.selector);
        new Auditors(vault, address(0), AuditorTerms(1, 1));
    }
}
