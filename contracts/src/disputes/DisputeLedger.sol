// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeLedger} from "../interfaces/IDisputeLedger.sol";
import {ISlasher} from "../interfaces/ISlasher.sol";
import {FaultKind, Verdict} from "../types/DisputeTypes.sol";

/// @title DisputeLedger
/// @notice See `IDisputeLedger`. Nobody has a key to it.
contract DisputeLedger is IDisputeLedger {
    /// @notice The rungs, in basis points of the stake: a proven fault, and everything smaller.
    uint16 public constant FAULT_BPS = 1500;
    uint16 public constant SMALL_BPS = 500;
    /// @dev A bounty is so many times what a dispute costs.
    uint256 private constant COSTS = 20;

    // slot 0 | fault 1 | refunded 1 | extendedUntil 6 | paidUntil 6 | stretch 6 | lost 12
    struct Record {
        FaultKind fault;
        bool refunded;
        uint48 extendedUntil;
        uint48 paidUntil;
        uint48 stretch;
        // Base units of any token: what the conviction took and paid to nobody, 2^96 - 1 if it was more.
        uint96 lost;
    }

    // slot 0 | silentUntil 8 | withheldUntil 8 | free 16
    struct Silence {
        uint64 silentUntil;
        uint64 withheldUntil;
    }

    ISlasher private immutable SLASHER;
    uint256 private immutable BOUNTY;

    /// @inheritdoc IDisputeLedger
    mapping(address account => bool) public isModule;
    address[] private _modules;
    mapping(bytes32 receiptHash => Record) private _records;
    mapping(address provider => Silence) private _silences;

    modifier onlyModule() {
        if (!isModule[msg.sender]) revert NotModule(msg.sender);
        _;
    }

    /// @param modules_ the dispute contracts, deployed before; the Slasher comes after.
    /// @param bounty_ the most that a proven fault pays, in base units: twenty times what a dispute was measured to cost.
    constructor(ISlasher slasher_, address[] memory modules_, uint256 bounty_) {
        if (address(slasher_) == address(0)) revert ZeroAddress();
        SLASHER = slasher_;
        BOUNTY = bounty_;
        // INVARIANT: who may convict never changes, and is never a key.
        for (uint256 i = 0; i < modules_.length; ++i) {
            if (modules_[i].code.length == 0) revert NotAContract(modules_[i]);
            isModule[modules_[i]] = true;
        }
        _modules = modules_;
    }

    /// @inheritdoc IDisputeLedger
    function convict(Verdict calldata v) external onlyModule returns (uint256 slashed) {
        Record storage r = _records[v.cause];
        // INVARIANT: a receipt is proven wrong once, whatever is wrong with it and whoever proves it.
        if (r.fault != FaultKind.None) revert AlreadyProven(v.cause, r.fault);
        r.fault = v.kind;
        if (v.refund != 0 || v.job != 0) r.refunded = true;
        // Silence is paid at cost: knocking a provider offline must not pay.
        uint256 lost;
        (slashed, lost) = _slash(v, FAULT_BPS, true, v.kind == FaultKind.Withheld ? BOUNTY / COSTS : BOUNTY);
        // casting is safe: bounded
        // forge-lint: disable-next-line(unsafe-typecast)
        r.lost = lost < type(uint96).max ? uint96(lost) : type(uint96).max;
        if (v.job != 0) SLASHER.disproveJob(v.job);
    }

    /// @inheritdoc IDisputeLedger
    function rebuke(Verdict calldata v, uint256 compensation) external onlyModule returns (uint256 slashed) {
        if (v.refund != 0) _records[v.cause].refunded = true;
        (slashed,) = _slash(v, SMALL_BPS, false, compensation);
    }

    /// @inheritdoc IDisputeLedger
    function noteSilence(address provider, uint64 askedAt, uint64 deadline, bool fault)
        external
        onlyModule
        returns (bool counts)
    {
        Silence storage s = _silences[provider];
        uint64 until = s.silentUntil;
        // INVARIANT: one outage is one small rung, whatever it left unanswered.
        counts = askedAt >= until;
        if ((counts || fault) && deadline > until) s.silentUntil = deadline;
        // INVARIANT: one outage is one Withheld, however many receipts were asked about in it.
        if (fault && deadline > s.withheldUntil) s.withheldUntil = deadline;
    }

    /// @inheritdoc IDisputeLedger
    function settle(Verdict calldata v) external onlyModule {
        Record storage r = _records[v.cause];
        if (r.fault == FaultKind.None) revert NotProven(v.cause);
        if (r.refunded || (v.refund == 0 && v.job == 0)) revert NothingToSettle(v.cause);
        r.refunded = true;
        // A refund is at most 7 % of a slash, so it needs one.
        (uint256 taken, uint256 refunded,) =
            SLASHER.slash(v.provider, v.cause, SMALL_BPS, false, v.refundTo, v.refund, address(0), 0);
        emit ReceiptSettled(v.cause, v.provider, taken, refunded);
        if (v.job != 0) SLASHER.disproveJob(v.job);
    }

    /// @inheritdoc IDisputeLedger
    function extend(bytes32 receiptHash, uint64 until, uint64 stretch)
        external
        onlyModule
        returns (uint64 stretched)
    {
        Record storage r = _records[receiptHash];
        stretched = r.stretch + stretch;
        if (stretch != 0) r.stretch = _time(stretched);
        if (until <= r.extendedUntil) return stretched;
        r.extendedUntil = _time(until);
        emit WindowExtended(receiptHash, until);
    }

    /// @inheritdoc IDisputeLedger
    function notePaid(bytes32 receiptHash, uint64 until) external onlyModule {
        Record storage r = _records[receiptHash];
        if (until > r.paidUntil) r.paidUntil = _time(until);
    }

    /// @inheritdoc IDisputeLedger
    function hold(address provider, uint256 slashable, uint64 exitUntil, uint64 creditUntil, uint64 stretch)
        external
        onlyModule
    {
        SLASHER.hold(provider, slashable, exitUntil, creditUntil, stretch);
    }

    /// @inheritdoc IDisputeLedger
    function payFromPool(address to, uint256 amount) external onlyModule {
        SLASHER.payFromPool(to, amount);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IDisputeLedger
    function faultOf(bytes32 receiptHash) external view returns (FaultKind) {
        return _records[receiptHash].fault;
    }

    /// @inheritdoc IDisputeLedger
    function lostFor(bytes32 receiptHash) external view returns (uint256) {
        return _records[receiptHash].lost;
    }

    /// @inheritdoc IDisputeLedger
    function extendedUntil(bytes32 receiptHash) external view returns (uint64) {
        return _records[receiptHash].extendedUntil;
    }

    /// @inheritdoc IDisputeLedger
    function windowOf(bytes32 receiptHash)
        external
        view
        returns (uint64 extendedUntil_, uint64 paidUntil, uint64 stretch)
    {
        Record storage r = _records[receiptHash];
        return (r.extendedUntil, r.paidUntil, r.stretch);
    }

    /// @inheritdoc IDisputeLedger
    function silentUntil(address provider) external view returns (uint64) {
        return _silences[provider].silentUntil;
    }

    /// @inheritdoc IDisputeLedger
    function withheldUntil(address provider) external view returns (uint64) {
        return _silences[provider].withheldUntil;
    }

    /// @inheritdoc IDisputeLedger
    function bounty() external view returns (uint256) {
        return BOUNTY;
    }

    /// @inheritdoc IDisputeLedger
    function modules() external view returns (address[] memory) {
        return _modules;
    }

    /// @inheritdoc IDisputeLedger
    function slasher() external view returns (address) {
        return address(SLASHER);
    }

    // ------------------------------------------------------------- private

    /// @dev A time, or how long something takes, in seconds; nine million years if it is later.
    function _time(uint64 t) private pure returns (uint48) {
        // casting is safe: bounded
        // forge-lint: disable-next-line(unsafe-typecast)
        return t < type(uint48).max ? uint48(t) : type(uint48).max;
    }

    function _slash(Verdict calldata v, uint16 bps, bool forfeit, uint256 reward)
        private
        returns (uint256 slashed, uint256 lost)
    {
        uint256 refunded;
        uint256 paid;
        (slashed, refunded, paid) =
            SLASHER.slash(v.provider, v.cause, bps, forfeit, v.refundTo, v.refund, v.submitter, reward);
        lost = slashed > refunded + paid ? slashed - refunded - paid : 0;
        emit FaultProven(v.cause, v.provider, v.submitter, v.kind, slashed, refunded, paid, v.modelVersion);
    }
}
