// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Constants of a deployment.
struct AuditorTerms {
    // Base units: the least stake, and what one unit of weight is.
    uint128 unit;
    // Seconds from leaving until the stake can be withdrawn, and from one change of a seat to the next: longer than any draw
    // that names the seat lives.
    uint64 unbonding;
}

/// @notice What an auditor has at stake.
// slot 0 | stake 16 | exitAt 8 | seat 1 | seated 1 | free 6
struct Auditor {
    uint128 stake;
    // Zero while seated.
    uint64 exitAt;
    uint8 seat;
    bool seated;
}

/// @notice One of the places on the roster.
// slot 0 | owner 20 | since 4 | free 8
// slot 1 | previous 20 | changedAt 8 | free 4
struct Seat {
    address owner;
    // The first version of the roster that the owner is on.
    uint32 since;
    // Who had it before `since`.
    address previous;
    uint64 changedAt;
}

/// @title Auditors
/// @notice Who audits, with what at stake, and how auditors are drawn: in proportion to their stake, from the roster as it
/// was when a draw was registered. The roster has 64 seats, so a draw costs the same whatever happens. A full one has
/// room for whoever puts up more than the smallest seat.
///
/// A module of the Vault: what it holds there is exactly the sum of all stakes. Its one caller with power is `Audits`, which
/// can take of a stake what then burns, and nothing else.
interface IAuditors {
    error NotAudits(address caller);
    error ZeroAddress();
    error BadTerms(string field);
    error StakeTooLow(uint256 stake, uint256 least);
    error StakeTooHigh(uint256 stake);
    /// @notice An auditor has one seat, and its stake to withdraw before it takes another.
    error AlreadyAuditor(address account);
    error NotSeated(address account);
    error NoSuchSeat(uint8 seat);
    /// @notice The seat changed hands lately; draws that name its last owner may still live.
    error SeatChanging(uint8 seat, uint64 until);
    /// @notice The seat is neither empty nor the smallest, or not smaller than what was offered.
    error SeatTaken(uint8 seat, uint16 weight, uint16 offered);
    error ExitNotOpen(address account, uint64 exitAt);
    error NothingToWithdraw(address account);

    /// @notice The auditor's stake is now `stake`.
    event AuditorStaked(address indexed auditor, uint8 seat, uint256 amount, uint256 stake, uint32 version);
    /// @notice Off the roster, by itself or by a larger stake; the stake answers until `exitAt`.
    event AuditorLeft(address indexed auditor, uint8 seat, uint64 exitAt, uint32 version);
    event AuditorWithdrawn(address indexed auditor, uint256 amount);
    event AuditorPunished(address indexed auditor, bytes32 indexed point, uint256 amount, uint256 stake);

    /// @notice Locks `amount` of the caller's free balance and takes a seat: an empty one, or the smallest, whose owner had
    /// less weight; that one then leaves.
    function join(uint8 seat, uint256 amount) external;

    /// @notice Adds to the caller's stake.
    function raise(uint256 amount) external;

    /// @notice Gives the caller's seat up, `unbonding` seconds after it was taken at the earliest.
    function leave() external;

    /// @notice Anyone, once the exit is open: returns the stake to the auditor's free balance.
    function withdraw(address auditor) external;

    /// @notice Audits only: burns min(`amount`, stake).
    function punish(address auditor, bytes32 point, uint256 amount) external returns (uint256 taken);

    /// @notice Two different auditors by stake, from a version of the roster; zero where it has fewer.
    function pick(uint32 version, bytes32 seed) external view returns (address first, address second);

    function auditorOf(address account) external view returns (Auditor memory);
    function seatOf(uint8 seat) external view returns (Seat memory);
    /// @notice Who had the seat in a version, while draws of that version can live.
    function ownerAt(uint32 version, uint8 seat) external view returns (address);
    function weightsAt(uint32 version) external view returns (uint16[64] memory);
    function rosterVersion() external view returns (uint32);
    function auditorTerms() external view returns (AuditorTerms memory);
    function auditorsWiring() external view returns (address vault, address audits);
}
