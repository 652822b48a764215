// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FaultKind, Verdict} from "../types/DisputeTypes.sol";

/// @title DisputeLedger
/// @notice What every kind of dispute shares: which receipts were proven wrong, how far questions extended their windows,
/// the rungs of the ladder and the bounty. It is the only caller of the Slasher; the dispute contracts (its modules, fixed
/// at deployment) are its only callers. It judges nothing.
interface IDisputeLedger {
    error NotModule(address caller);
    error NotAContract(address module);
    error ZeroAddress();
    /// @notice One proven fault per receipt.
    error AlreadyProven(bytes32 receiptHash, FaultKind kind);
    error NotProven(bytes32 receiptHash);
    /// @notice A convicted receipt is settled once.
    error NothingToSettle(bytes32 receiptHash);

    /// @notice A provider was slashed. `kind` says for what; Equivocation and Silence are the small rung (5 % of the
    /// stake), all others a proven fault (15 %, pending credit forfeited). The bounty went to `submitter`. `modelVersion` is
    /// zero where the evidence names none: two receipts with one number, and points that were drawn.
    event FaultProven(
        bytes32 indexed receiptHash,
        address indexed provider,
        address indexed submitter,
        FaultKind kind,
        uint256 slashed,
        uint256 refunded,
        uint256 bounty,
        bytes32 modelVersion
    );
    /// @notice The fee of a receipt that had been proven wrong before it was paid came back.
    event ReceiptSettled(
        bytes32 indexed receiptHash, address indexed provider, uint256 slashed, uint256 refunded
    );
    event WindowExtended(bytes32 indexed receiptHash, uint64 until);

    /// @notice Modules only: a proven fault on a receipt, once. Slashes 15 %, forfeits pending credit, refunds, pays the
    /// bounty, disproves the job.
    function convict(Verdict calldata v) external returns (uint256 slashed);

    /// @notice Modules only: the small rung, 5 %, without forfeit. `compensation` goes to `v.submitter` within the
    /// Slasher's ceilings. How often is the module's business.
    function rebuke(Verdict calldata v, uint256 compensation) external returns (uint256 slashed);

    /// @notice Modules only: nobody answered for `provider` in the clock [askedAt, deadline). Whether the small rung is due:
    /// not if the clock overlaps with one that was slashed, for whatever question or point. A clock that ended in a
    /// proven `fault` (Withheld) covers those that overlap with it, and silences count from it on: `withheldUntil`.
    function noteSilence(address provider, uint64 askedAt, uint64 deadline, bool fault)
        external
        returns (bool counts);

    /// @notice Modules only: a convicted receipt was paid after its conviction (or the evidence of payment was left out):
    /// slashes the small rung, refunds, disproves the job. Once per receipt, and not if it was refunded.
    function settle(Verdict calldata v) external;

    /// @notice Modules only: a question keeps a receipt disputable until `until`; never shortens. Evidence caps it at
    /// `maxHold` and the receipt's stretch after the window's own end. `stretch` more seconds are added to that: time that
    /// clocks took longer than their term, because many questions were open.
    /// @return stretched the receipt's stretch, these seconds included
    function extend(bytes32 receiptHash, uint64 until, uint64 stretch) external returns (uint64 stretched);

    /// @notice Modules only: the receipt was shown to be paid, so its own window ends at `until` at the earliest, whatever
    /// its line redeems afterwards; never shortens.
    function notePaid(bytes32 receiptHash, uint64 until) external;

    /// @notice Modules only: see `ISlasher.hold`.
    function hold(address provider, uint256 slashable, uint64 exitUntil, uint64 creditUntil, uint64 stretch)
        external;

    /// @notice Modules only: see `ISlasher.payFromPool`.
    function payFromPool(address to, uint256 amount) external;

    /// @notice The end of the last clock for which `provider` was slashed.
    function silentUntil(address provider) external view returns (uint64);
    /// @notice The end of the clock that made the last Withheld of `provider`.
    function withheldUntil(address provider) external view returns (uint64);
    /// @notice None: not proven.
    function faultOf(bytes32 receiptHash) external view returns (FaultKind);
    /// @notice What the conviction of a receipt took from its provider and paid to nobody, in base units; 2^48 - 1 if more.
    function lostFor(bytes32 receiptHash) external view returns (uint256);
    function extendedUntil(bytes32 receiptHash) external view returns (uint64);
    /// @notice How far questions extended a receipt's window, when its own ends at the earliest, and how many seconds may be
    /// added to `maxHold`.
    function windowOf(bytes32 receiptHash)
        external
        view
        returns (uint64 extendedUntil, uint64 paidUntil, uint64 stretch);
    /// @notice The most that a proven fault pays its submitter, in base units.
    function bounty() external view returns (uint256);
    function modules() external view returns (address[] memory);
    function isModule(address account) external view returns (bool);
    function slasher() external view returns (address);
}
