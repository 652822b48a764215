// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Auditor, AuditorTerms, IAuditors, Seat} from "../interfaces/IAuditors.sol";
import {IVault} from "../interfaces/IVault.sol";

/// @title Auditors
/// @notice See `IAuditors`. Nobody has a key to it.
contract Auditors is IAuditors {
    uint8 public constant SEATS = 64;
    uint256 private constant WORDS = 4;
    uint256 private constant PER_WORD = 16;
    /// @dev Every second weight of a word, and 1 in every pair.
    uint256 private constant EVEN = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
    uint256 private constant ONES = 0x0000000100000001000000010000000100000001000000010000000100000001;

    IVault private immutable VAULT;
    address private immutable AUDITS;
    uint128 private immutable UNIT;
    uint64 private immutable UNBONDING;

    /// @inheritdoc IAuditors
    uint32 public rosterVersion;
    mapping(address account => Auditor) private _auditors;
    mapping(uint8 seat => Seat) private _seats;
    /// @dev Weights of all seats, 16 to a word, lowest first; written once per version.
    mapping(uint32 version => uint256[4]) private _weights;

    /// @param audits_ deployed later: the one contract that punishes.
    constructor(IVault vault_, address audits_, AuditorTerms memory t) {
        if (address(vault_) == address(0) || audits_ == address(0)) revert ZeroAddress();
        if (t.unit == 0) revert BadTerms("unit");
        if (t.unbonding == 0) revert BadTerms("unbonding");
        (VAULT, AUDITS, UNIT, UNBONDING) = (vault_, audits_, t.unit, t.unbonding);
    }

    // --------------------------------------------------------------- stake

    /// @inheritdoc IAuditors
    function join(uint8 seat, uint256 amount) external {
        if (seat >= SEATS) revert NoSuchSeat(seat);
        if (amount < UNIT) revert StakeTooLow(amount, UNIT);
        Auditor storage a = _auditors[msg.sender];
        if (a.seated || a.stake != 0) revert AlreadyAuditor(msg.sender);
        uint256[4] memory weights = _weights[rosterVersion];
        uint32 version = rosterVersion + 1;
        _takeSeat(weights, seat, _weightOf(amount), version);

        a.seated = true;
        a.seat = seat;
        a.exitAt = 0;
        _setStake(weights, msg.sender, a, amount, amount, version);
        VAULT.lock(msg.sender, amount);
    }

    /// @inheritdoc IAuditors
    function raise(uint256 amount) external {
        Auditor storage a = _auditors[msg.sender];
        if (!a.seated) revert NotSeated(msg.sender);
        if (amount == 0) revert StakeTooLow(0, 1);
        uint256[4] memory weights = _weights[rosterVersion];
        _setStake(weights, msg.sender, a, amount, a.stake + amount, rosterVersion + 1);
        VAULT.lock(msg.sender, amount);
    }

    /// @inheritdoc IAuditors
    function leave() external {
        Auditor storage a = _auditors[msg.sender];
        if (!a.seated) revert NotSeated(msg.sender);
        uint8 seat = a.seat;
        // INVARIANT: whoever was on a version of the roster stays named by it until its draws are over.
        _requireSettled(seat);
        uint256[4] memory weights = _weights[rosterVersion];
        uint32 version = rosterVersion + 1;
        Seat storage s = _seats[seat];
        _leave(seat, msg.sender, version);
        (s.owner, s.since, s.previous, s.changedAt) =
        (address(0), version, msg.sender, uint64(block.timestamp));
        _setWeight(weights, seat, 0);
        _save(weights, version);
    }

    /// @inheritdoc IAuditors
    function withdraw(address auditor) external {
        Auditor storage a = _auditors[auditor];
        uint256 amount = a.stake;
        if (a.seated || amount == 0) revert NothingToWithdraw(auditor);
        // INVARIANT: what an auditor may still lose for what it signed stays.
        if (block.timestamp < a.exitAt) revert ExitNotOpen(auditor, a.exitAt);
        delete _auditors[auditor];
        emit AuditorWithdrawn(auditor, amount);
        VAULT.release(auditor, amount);
    }

    /// @inheritdoc IAuditors
    function punish(address auditor, bytes32 point, uint256 amount) external returns (uint256 taken) {
        if (msg.sender != AUDITS) revert NotAudits(msg.sender);
        Auditor storage a = _auditors[auditor];
        taken = amount < a.stake ? amount : a.stake;
        if (taken == 0) return 0;
        // casting is safe: at most the stake
        // forge-lint: disable-next-line(unsafe-typecast)
        uint128 left = a.stake - uint128(taken);
        a.stake = left;
        emit AuditorPunished(auditor, point, taken, left);
        if (a.seated) {
            uint256[4] memory weights = _weights[rosterVersion];
            _setWeight(weights, a.seat, _weightOf(left));
            _save(weights, rosterVersion + 1);
        }
        VAULT.burn(taken);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IAuditors
    function pick(uint32 version, bytes32 seed) external view returns (address first, address second) {
        uint256[4] memory weights = _weights[version];
        uint256 total = _sum(weights[0]) + _sum(weights[1]) + _sum(weights[2]) + _sum(weights[3]);
        if (total == 0) return (address(0), address(0));
        uint8 seat = _seatAt(weights, uint256(seed) % total);
        first = ownerAt(version, seat);
        total -= _weightAt(weights, seat);
        if (total == 0) return (first, address(0));
        // INVARIANT: nobody checks itself.
        _setWeight(weights, seat, 0);
        uint256 second_ = uint256(keccak256(abi.encode(seed, "second"))) % total;
        second = ownerAt(version, _seatAt(weights, second_));
    }

    /// @inheritdoc IAuditors
    function auditorOf(address account) external view returns (Auditor memory) {
        return _auditors[account];
    }

    /// @inheritdoc IAuditors
    function seatOf(uint8 seat) external view returns (Seat memory) {
        return _seats[seat];
    }

    /// @inheritdoc IAuditors
    function ownerAt(uint32 version, uint8 seat) public view returns (address) {
        Seat storage s = _seats[seat];
        return version >= s.since ? s.owner : s.previous;
    }

    /// @inheritdoc IAuditors
    function weightsAt(uint32 version) external view returns (uint16[64] memory list) {
        uint256[4] memory weights = _weights[version];
        for (uint8 i = 0; i < SEATS; ++i) {
            list[i] = _weightAt(weights, i);
        }
    }

    /// @inheritdoc IAuditors
    function auditorTerms() external view returns (AuditorTerms memory) {
        return AuditorTerms(UNIT, UNBONDING);
    }

    /// @inheritdoc IAuditors
    function auditorsWiring() external view returns (address vault, address audits) {
        return (address(VAULT), AUDITS);
    }

    // ------------------------------------------------------------- private

    function _takeSeat(uint256[4] memory weights, uint8 seat, uint16 offered, uint32 version) private {
        // INVARIANT: between two changes of a seat no draw sees both, so one predecessor is enough.
        _requireSettled(seat);
        Seat storage s = _seats[seat];
        address before = s.owner;
        if (before != address(0)) {
            uint16 own = _weightAt(weights, seat);
            if (own >= offered || !_isSmallest(weights, own)) revert SeatTaken(seat, own, offered);
            _leave(seat, before, version);
        }
        (s.owner, s.since, s.previous, s.changedAt) = (msg.sender, version, before, uint64(block.timestamp));
    }

    function _requireSettled(uint8 seat) private view {
        uint64 changedAt = _seats[seat].changedAt;
        if (changedAt != 0 && block.timestamp < changedAt + UNBONDING) {
            revert SeatChanging(seat, changedAt + UNBONDING);
        }
    }

    function _leave(uint8 seat, address auditor, uint32 version) private {
        Auditor storage a = _auditors[auditor];
        uint64 exitAt = uint64(block.timestamp) + UNBONDING;
        a.seated = false;
        a.exitAt = exitAt;
        emit AuditorLeft(auditor, seat, exitAt, version);
    }

    function _setStake(
        uint256[4] memory weights,
        address auditor,
        Auditor storage a,
        uint256 amount,
        uint256 stake,
        uint32 version
    ) private {
        if (stake > type(uint128).max) revert StakeTooHigh(stake);
        // casting is safe: checked above
        // forge-lint: disable-next-line(unsafe-typecast)
        a.stake = uint128(stake);
        _setWeight(weights, a.seat, _weightOf(stake));
        _save(weights, version);
        emit AuditorStaked(auditor, a.seat, amount, stake, version);
    }

    function _save(uint256[4] memory weights, uint32 version) private {
        rosterVersion = version;
        _weights[version] = weights;
    }

    function _weightOf(uint256 stake) private view returns (uint16) {
        uint256 units = stake / UNIT;
        // casting is safe: bounded
        // forge-lint: disable-next-line(unsafe-typecast)
        return units > type(uint16).max ? type(uint16).max : uint16(units);
    }

    function _weightAt(uint256[4] memory weights, uint8 seat) private pure returns (uint16) {
        // casting is safe: it takes out the field
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint16(weights[seat / PER_WORD] >> (16 * (seat % PER_WORD)));
    }

    function _setWeight(uint256[4] memory weights, uint8 seat, uint16 weight) private pure {
        uint256 shift = 16 * (seat % PER_WORD);
        uint256 word = weights[seat / PER_WORD] & ~(uint256(type(uint16).max) << shift);
        weights[seat / PER_WORD] = word | (uint256(weight) << shift);
    }

    /// @dev The sum of a word's 16 weights: pairs become 8 lanes of 32 bits, which the product adds in its highest.
    function _sum(uint256 word) private pure returns (uint256) {
        unchecked {
            return (((word & EVEN) + ((word >> 16) & EVEN)) * ONES) >> 224;
        }
    }

    /// @dev The seat that unit `at` of all weights belongs to; there is one.
    function _seatAt(uint256[4] memory weights, uint256 at) private pure returns (uint8) {
        uint256 i = 0;
        for (uint256 sum = _sum(weights[0]); at >= sum; sum = _sum(weights[i])) {
            at -= sum;
            ++i;
        }
        uint256 word = weights[i];
        uint256 seat = i * PER_WORD;
        for (uint256 weight = word & type(uint16).max; at >= weight; weight = word & type(uint16).max) {
            at -= weight;
            word >>= 16;
            ++seat;
        }
        // casting is safe: below SEATS
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8(seat);
    }

    /// @dev Whether no seat with a weight has less.
    function _isSmallest(uint256[4] memory weights, uint16 own) private pure returns (bool) {
        for (uint8 i = 0; i < SEATS; ++i) {
            uint16 weight = _weightAt(weights, i);
            if (weight != 0 && weight < own) return false;
        }
        return true;
    }
}
