// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReceiptEvidence} from "../types/DisputeTypes.sol";
import {IEvidence} from "./IDisputeGame.sol";

/// @notice Constants of a deployment: seconds, and base units of the settlement token.
struct AuditTerms {
    // The audit probability q of the largest fee, in basis points: 100 to 10000.
    uint16 auditBps;
    // From a redeem until its audit must be drawn; the first half of it is for the registration.
    uint64 drawTime;
    // A provider's, to open one point.
    uint64 clock;
    // From an opening until its auditors must have answered: two clocks, so that one that is not served can ask.
    uint64 attestTime;
    // How long stake, credit and the window are held after that, for the proof that follows.
    uint64 proofTime;
    // What a drawn auditor that does not answer loses at most.
    uint96 absence;
    // What reporting a silence costs; comes back from its slash.
    uint96 reportCost;
}

/// @notice The audit of one redeem (line, checkpoint), or of one job.
// slot 0 | seed 32
// slot 1 | root 32
// slot 2 | provider 20 | beacon 8 | roster 4
// slot 3 | from 11 | sum 11 | time 5 | drawnAt 5
// slot 4 | stretch 11 | points 4 | payBps 2 | lost 1 | job 1 | free 13
struct Audit {
    // Until it is drawn: what decides if the beacon is lost.
    bytes32 seed;
    // The line's root when the audit was registered: what is drawn cannot be exchanged afterwards. Of a job its receipt.
    bytes32 root;
    address provider;
    // The block that decides.
    uint64 beacon;
    // The version of the roster that auditors are picked from.
    uint32 roster;
    // What the redeem newly paid: [from, from + sum).
    uint88 from;
    uint88 sum;
    // When it was redeemed.
    uint40 time;
    // Zero: not drawn yet.
    uint40 drawnAt;
    // One point lies in each.
    uint88 stretch;
    uint32 points;
    // The auditors' share of fees.
    uint16 payBps;
    bool lost;
    bool job;
}

enum PointState {
    // The provider has to open it.
    Waiting,
    // Its leaf is known. Auditors may have to answer.
    Opened,
    // Auditors were paid or punished, or there were none to answer.
    Settled,
    // Three silences.
    Withheld
}

/// @notice What a drawn auditor says.
enum Answer {
    None,
    Right,
    Wrong
}

/// @notice One drawn point.
// slot 0 | deadline 5 | attestBy 5 | silences 1 | state 1 | punished 1 | silentSince 5 | free 14
// slot 1 | receiptHash 32
// slot 2 | first 20 | firstAnswer 1 | free 11
// slot 3 | second 20 | secondAnswer 1 | free 11
struct Point {
    // Zero: drawnAt + clock. It can be opened while block.timestamp < deadline.
    uint40 deadline;
    uint40 attestBy;
    uint8 silences;
    PointState state;
    // Its own slash for a wrong answer was taken.
    bool punished;
    // When the clock of the first silence that counts began; without one no more than a time.
    uint40 silentSince;
    bytes32 receiptHash;
    address first;
    Answer firstAnswer;
    address second;
    Answer secondAnswer;
}

/// @notice A receipt that a point met.
// slot 0 | point 32
// slot 1 | traceRoot 32
// slot 2 | provider 20 | until 5 | free 7
struct Drawn {
    // The first point that met it: its slash is that of the proof.
    bytes32 point;
    bytes32 traceRoot;
    address provider;
    // The end of its window as far as it is known.
    uint40 until;
}

/// @title Audits
/// @notice What makes somebody look. Each redeem of a proven model's line is drawn: one uniform point in every stretch of
/// (free stake) / (400 q) of what it newly paid; the rest, shorter than a stretch, with its length's probability. The
/// receipt that pays a drawn point has to be opened, and two auditors drawn for it have to say whether it is right.
///
///     redeem -> register -> beacon -> draw -> openLeaf (or silence) -> attest -> settle
///
/// - `register`: anyone, in the first half of drawTime. Fixes the line's root, the stretch, the roster and a block to come.
///   The free stake is the provider's then: stake added between the redeem and this takes longer to leave again than
///   any audit, so it answers for the longer stretches that it makes; stake taken away makes shorter ones.
/// - `draw`: anyone, until drawTime is over. Nothing is ever drawn again. If the block's hash is lost, or the provider has
///   no free stake, the redeem is drawn as densely as it can be (256 points). An audit that nobody draws is void.
/// - `openLeaf`: anyone who has the receipt; it is the provider's to see to. Points that are open already are passed over. A root that holds something else there (a
///   receipt of another channel, or with another fee) cannot be opened.
/// - `reportSilence`: a point that nobody opened in its clock. The small rung, at most once for clocks of one provider that
///   overlap, questions included; a new clock begins. The third on one point is a proven fault. As with questions, silences
///   count from the provider's last Withheld on, by when their clock began: one outage is one fault, of however many points.
/// - `attest`: each of the two, once. Requests whose audience is the requester alone are opened, but nobody is told to look.
/// - `settle`: anyone, when the receipt can no longer be disputed, or was proven wrong. Who was right is owed its half of the
///   auditors' share of the stretch, from the pool; who signed off a wrong receipt loses a fifth of its stake, but all
///   of them together no more than its conviction took and paid to nobody; who did not answer, or called a receipt wrong that
///   nobody proved wrong, loses what the answer would have paid, `absence` at most.
///   What auditors lose burns.
/// - `punishDraw`: each further point that met a receipt which was proven wrong is a proven fault of its own.
///
/// A delivered job is always audited: `registerJob`, `draw` and `openLeaf` make it one point, which anyone can open, since
/// everything about it is public. Nobody is silent about it: what nobody opens lapses.
///
/// It holds no money: stakes are in `Auditors`, the pool is the Slasher's.
interface IAudits is IEvidence {
    error BadTerms(string field);
    /// @notice Too late: an audit begins within half of drawTime after the redeem and is drawn within drawTime.
    error TooLate(bytes32 audit, uint64 until);
    error AlreadyRegistered(bytes32 audit);
    error NotRegistered(bytes32 audit);
    error AlreadyDrawn(bytes32 audit);
    error NotDrawn(bytes32 audit);
    error NoSuchPoint(bytes32 audit, uint32 index);
    error WrongState(bytes32 point, PointState state);
    /// @notice Everything about a job is public.
    error NothingWithheld(bytes32 audit);
    /// @notice The leaf [start, end) does not pay the point.
    error PointOutsideLeaf(uint256 at, uint128 start, uint128 end);
    error ClockRunning(bytes32 point, uint64 deadline);
    error ClockOver(bytes32 point, uint64 deadline);
    error NotAssigned(bytes32 point, address account);
    error AlreadyAnswered(bytes32 point, address auditor);
    /// @notice A receipt with another trace root than one's own is not right.
    error RootsDiffer(bytes32 own, bytes32 signed);
    error StillDisputable(bytes32 receiptHash, uint64 until);
    error NotProven(bytes32 receiptHash);
    /// @notice The proof's own slash is that of the first point.
    error NothingToPunish(bytes32 point);
    error NothingOwed(address auditor);

    event AuditRegistered(
        bytes32 indexed audit,
        bytes32 indexed line,
        address indexed provider,
        uint32 checkpoint,
        uint88 from,
        uint88 sum,
        uint88 stretch,
        uint64 beacon,
        uint32 roster
    );
    /// @notice Where the points are: `pointAt`.
    event AuditDrawn(
        bytes32 indexed audit,
        address indexed provider,
        bytes32 seed,
        uint32 points,
        uint88 stretch,
        bool lost
    );
    /// @notice `first` and `second` have to answer before `attestBy`; both zero: nobody has to.
    event PointOpened(
        bytes32 indexed audit,
        bytes32 indexed receiptHash,
        address indexed provider,
        uint32 index,
        address first,
        address second,
        uint64 attestBy
    );
    /// @notice What opened points: the whole calldata of `openLeaf`, which an inner call would show to nobody. Read it as
    /// the EVM does: offsets are signed, and what is behind the end is zero.
    event LeafOpened(bytes32 indexed receiptHash, bytes call);
    /// @notice `slashed` is zero when the clock overlapped with one that was slashed.
    event PointSilent(
        bytes32 indexed audit, address indexed provider, uint32 index, uint8 silences, uint256 slashed
    );
    event Attested(
        bytes32 indexed receiptHash,
        address indexed auditor,
        bytes32 indexed audit,
        uint32 index,
        bytes32 traceRoot,
        bool right
    );
    /// @notice `owed` is for the audit, `taken` burned.
    event AuditSettled(
        bytes32 indexed audit,
        bytes32 indexed receiptHash,
        address indexed auditor,
        uint32 index,
        uint256 owed,
        uint256 taken
    );
    event DrawPunished(
        bytes32 indexed audit,
        bytes32 indexed receiptHash,
        address indexed provider,
        uint32 index,
        uint256 slashed
    );
    event AuditPaid(address indexed auditor, uint256 amount, uint256 left);

    // ----------------------------------------------------------------- draw

    /// @notice Registers the audit of a redeem.
    function register(
        bytes32 channel,
        address provider,
        bytes32 modelVersion,
        address relayer,
        uint32 checkpoint
    ) external returns (bytes32 audit);

    /// @notice Registers the audit of a delivered job; its `line` is the job, its checkpoint 2^32 - 1. `e` shows no
    /// payment, and its signature is not read: the Market saw it.
    function registerJob(ReceiptEvidence calldata e) external returns (bytes32 audit);

    /// @param header of the beacon's block in RLP, where the source is PrevRandao; else ignored
    function draw(bytes32 audit, bytes calldata header) external;

    // ----------------------------------------------------------------- open

    /// @notice Opens the receipt that pays these points of one audit; a large one may pay many. `e.payment` places it in the
    /// root that the audit was registered with; its `checkpoint` is the audit's. The last leaf may be paid in part. Of a job
    /// its `count` is zero.
    function openLeaf(ReceiptEvidence calldata e, uint32[] calldata indices) external;

    /// @notice Nobody opened the point before its deadline.
    function reportSilence(bytes32 audit, uint32 index) external;

    // --------------------------------------------------------------- answer

    /// @notice Drawn auditors, once.
    /// @param traceRoot the auditor's own
    /// @param right the receipt is: its trace root is the auditor's, and every output token is its head's
    function attest(bytes32 audit, uint32 index, bytes32 traceRoot, bool right) external;

    /// @notice Ends a point: pays and punishes its auditors.
    function settle(bytes32 audit, uint32 index) external;

    /// @notice Anyone: slashes once more for one more draw that met a receipt proven wrong. Before the end of the receipt's
    /// window and the time for a proof.
    function punishDraw(bytes32 audit, uint32 index) external;

    /// @notice Anyone: pays an auditor what it is owed, as far as the pool reaches. The rest stays owed.
    function pay(address auditor) external;

    // ---------------------------------------------------------------- views

    function auditId(bytes32 line, uint32 checkpoint) external pure returns (bytes32);
    function pointId(bytes32 audit, uint32 index) external pure returns (bytes32);
    function auditOf(bytes32 audit) external view returns (Audit memory);
    /// @notice Where in the line's sum a point of a drawn audit lies.
    function pointAt(bytes32 audit, uint32 index) external view returns (uint256);
    function pointOf(bytes32 audit, uint32 index) external view returns (Point memory);
    function deadlineOf(bytes32 audit, uint32 index) external view returns (uint64);
    function drawnOf(bytes32 receiptHash) external view returns (Drawn memory);
    /// @notice Whether an auditor was drawn for a receipt: it may see the tokens of a request with audience 1.
    function isDrawn(address auditor, bytes32 receiptHash) external view returns (bool);
    /// @notice From when on what the auditors of a receipt said is settled, if nothing is proven before.
    function settledFrom(bytes32 receiptHash) external view returns (uint64);
    function owed(address auditor) external view returns (uint256);
    function auditTerms() external view returns (AuditTerms memory);
    function auditsWiring()
        external
        view
        returns (address vault, address auditors, address beacon, address game);
}
