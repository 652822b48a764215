// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Answer, Audit, AuditTerms, Drawn, IAudits, Point, PointState} from "../interfaces/IAudits.sol";
import {IAuditors} from "../interfaces/IAuditors.sol";
import {IBeacon} from "../interfaces/IBeacon.sol";
import {IDisputeGame} from "../interfaces/IDisputeGame.sol";
import {IVault} from "../interfaces/IVault.sol";
import {FaultKind, ReceiptEvidence, Verdict} from "../types/DisputeTypes.sol";
import {Audience, Checkpoint, Class, Line, ModelVersionId, Timing} from "../types/Types.sol";
import {DisputeWiring, Evidence} from "./Evidence.sol";

/// @title Audits
/// @notice See `IAudits`. Nobody has a key to it, and it holds no money.
contract Audits is IAudits, Evidence {
    uint256 private constant BPS = 10_000;
    uint16 private constant MIN_AUDIT_BPS = 100;
    /// @dev The checkpoint of jobs; no line has so many.
    uint32 private constant JOB = type(uint32).max;
    /// @dev The most points of one redeem.
    uint256 private constant MAX_POINTS = 256;
    uint8 private constant SILENCES = 3;
    /// @dev What signing off a wrong receipt costs of an auditor's stake.
    uint256 private constant SIGNED_OFF_BPS = 2000;

    IVault private immutable VAULT;
    IAuditors private immutable AUDITORS;
    IBeacon private immutable BEACON;
    IDisputeGame private immutable GAME;
    address private immutable POOL;
    uint16 private immutable AUDIT_BPS;
    uint64 private immutable DRAW_TIME;
    uint64 private immutable CLOCK;
    uint64 private immutable ATTEST_TIME;
    uint64 private immutable PROOF_TIME;
    uint96 private immutable ABSENCE;
    uint96 private immutable REPORT_COST;

    mapping(bytes32 audit => Audit) private _audits;
    mapping(bytes32 point => Point) private _points;
    mapping(bytes32 receiptHash => Drawn) private _drawn;
    mapping(bytes32 receiptHash => mapping(address auditor => bool)) private _assigned;
    /// @dev What auditors lost who had signed a wrong receipt off.
    mapping(bytes32 receiptHash => uint256) private _signedOff;
    /// @inheritdoc IAudits
    mapping(address auditor => uint256) public owed;

    /// @param pool the Slasher: the account of the auditors' pool.
    constructor(
        DisputeWiring memory w,
        IVault vault_,
        IAuditors auditors_,
        IBeacon beacon_,
        IDisputeGame game_,
        address pool,
        AuditTerms memory t
    ) Evidence(w) {
        if (t.auditBps < MIN_AUDIT_BPS || t.auditBps > BPS) revert BadTerms("auditBps");
        if (t.drawTime < 2) revert BadTerms("drawTime");
        if (t.clock == 0) revert BadTerms("clock");
        // INVARIANT: an auditor that is not served has the time to ask on chain.
        if (t.attestTime < 2 * t.clock) revert BadTerms("attestTime");
        if (t.proofTime == 0) revert BadTerms("proofTime");
        (VAULT, AUDITORS, BEACON, GAME, POOL) = (vault_, auditors_, beacon_, game_, pool);
        (AUDIT_BPS, DRAW_TIME, CLOCK, ATTEST_TIME) = (t.auditBps, t.drawTime, t.clock, t.attestTime);
        (PROOF_TIME, ABSENCE, REPORT_COST) = (t.proofTime, t.absence, t.reportCost);
    }

    // ---------------------------------------------------------------- draw

    /// @inheritdoc IAudits
    function register(
        bytes32 channel,
        address provider,
        bytes32 modelVersion,
        address relayer,
        uint32 checkpoint
    ) external returns (bytes32 audit) {
        if (REGISTRY.classOf(ModelVersionId.wrap(modelVersion)) != Class.Proven) {
            revert NotProvenClass(modelVersion);
        }
        bytes32 line = MARKET.lineId(channel, provider, modelVersion, relayer);
        audit = auditId(line, checkpoint);
        Audit storage a = _audits[audit];
        // INVARIANT: what is registered is drawn once, by a block that was fixed then.
        if (a.beacon != 0) revert AlreadyRegistered(audit);
        uint64 until = _readRedeem(a, line, checkpoint) + DRAW_TIME / 2;
        // INVARIANT: nobody can begin so late that the beacon comes too late.
        if (block.timestamp >= until) revert TooLate(audit, until);

        (a.stretch, a.points) = _stretches(a.sum, STAKING.freeStakeOf(provider));
        a.provider = provider;
        _commitTo(a, audit, line, checkpoint);
    }

    /// @inheritdoc IAudits
    function registerJob(ReceiptEvidence calldata e) external returns (bytes32 audit) {
        bytes32 job = e.request.payment;
        audit = auditId(job, JOB);
        Audit storage a = _audits[audit];
        if (a.beacon != 0) revert AlreadyRegistered(audit);
        (, bytes32 delivered, uint64 at) = MARKET.deliveryOf(job);
        (bytes32 receiptHash,,,) = GAME.leafOf(e);
        if (at == 0 || receiptHash != delivered) revert EvidenceMismatch("delivery");
        uint64 until = at + DRAW_TIME / 2;
        if (block.timestamp >= until) revert TooLate(audit, until);

        uint256 fee = e.receipt.fee;
        if (fee == 0) fee = 1;
        if (fee > type(uint88).max) fee = type(uint88).max;
        // casting is safe: bounded above
        // forge-lint: disable-next-line(unsafe-typecast)
        (a.sum, a.stretch) = (uint88(fee), uint88(fee));
        (a.root, a.time) = (delivered, uint40(at));
        (a.points, a.job) = (1, true);
        a.provider = e.receipt.provider;
        _commitTo(a, audit, job, JOB);
    }

    /// @inheritdoc IAudits
    function draw(bytes32 audit, bytes calldata header) external {
        Audit storage a = _audits[audit];
        if (a.beacon == 0) revert NotRegistered(audit);
        if (a.drawnAt != 0) revert AlreadyDrawn(audit);
        // INVARIANT: a provider need not be there for a draw that comes whenever somebody likes.
        uint64 until = a.time + DRAW_TIME;
        if (block.timestamp >= until) revert TooLate(audit, until);

        (bytes32 seed, bool lost) = BEACON.reveal(a.beacon, a.seed, audit, header);
        (a.seed, a.lost, a.drawnAt) = (seed, lost, uint40(block.timestamp));
        // INVARIANT: losing the beacon hides nothing: whoever could know the seed has all the more drawn.
        if (lost && !a.job) (a.stretch, a.points) = _stretches(a.sum, 0);
        uint256 begin = uint256(a.points - 1) * a.stretch;
        // INVARIANT: a rest is drawn with the probability of its length.
        if (begin + _offset(seed, a.points - 1, a.stretch) >= a.sum) --a.points;
        emit AuditDrawn(audit, a.provider, seed, a.points, a.stretch, lost);
    }

    // ---------------------------------------------------------------- open

    /// @inheritdoc IAudits
    function openLeaf(ReceiptEvidence calldata e, uint32[] calldata indices) external {
        (bytes32 audit, bytes32 receiptHash, uint128 start, uint128 end) = _readLeaf(e);
        Audit storage a = _audits[audit];
        // INVARIANT: only what was drawn holds anything.
        if (indices.length == 0) revert NoSuchPoint(audit, 0);
        bool secret = e.request.audience == uint8(Audience.RequesterOnly);
        _noteReceipt(a, e, receiptHash, secret);
        // INVARIANT: whom a draw obliges can read what it is about, whoever made the call.
        emit LeafOpened(receiptHash, msg.data);
        bool opened;
        for (uint256 i = 0; i < indices.length; ++i) {
            if (_openPoint(a, audit, indices[i], receiptHash, start, end, secret)) opened = true;
        }
        if (!opened) {
            revert WrongState(pointId(audit, indices[0]), _points[pointId(audit, indices[0])].state);
        }
    }

    /// @inheritdoc IAudits
    function reportSilence(bytes32 audit, uint32 index) external {
        Audit storage a = _requirePoint(audit, index);
        // INVARIANT: nobody is silent about what is public.
        if (a.job) revert NothingWithheld(audit);
        bytes32 id = pointId(audit, index);
        Point storage p = _points[id];
        if (p.state != PointState.Waiting) revert WrongState(id, p.state);
        uint64 deadline = _deadline(a, p);
        // INVARIANT: a clock is the provider's to its last second.
        if (block.timestamp < deadline) revert ClockRunning(id, deadline);
        // INVARIANT: a provider keeps what it answered as long as that can be disputed, and no longer.
        uint64 until = _lapse(a);
        if (block.timestamp >= until) revert TooLate(audit, until);

        uint64 next = uint64(block.timestamp) + CLOCK;
        p.deadline = uint40(next);
        uint256 slashed = _silence(a.provider, id, p, deadline);
        emit PointSilent(audit, a.provider, index, p.silences, slashed);
        if (p.state == PointState.Withheld) return;
        _hold(a.provider, next + ATTEST_TIME + PROOF_TIME);
    }

    // -------------------------------------------------------------- answer

    /// @inheritdoc IAudits
    function attest(bytes32 audit, uint32 index, bytes32 traceRoot, bool right) external {
        bytes32 id = pointId(audit, index);
        Point storage p = _points[id];
        if (p.state != PointState.Opened) revert WrongState(id, p.state);
        if (block.timestamp >= p.attestBy) revert ClockOver(id, p.attestBy);
        bytes32 receiptHash = p.receiptHash;
        bytes32 signed = _drawn[receiptHash].traceRoot;
        if (right && traceRoot != signed) revert RootsDiffer(traceRoot, signed);

        Answer answer = right ? Answer.Right : Answer.Wrong;
        if (msg.sender == p.first) {
            if (p.firstAnswer != Answer.None) revert AlreadyAnswered(id, msg.sender);
            p.firstAnswer = answer;
        } else if (msg.sender == p.second) {
            if (p.secondAnswer != Answer.None) revert AlreadyAnswered(id, msg.sender);
            p.secondAnswer = answer;
        } else {
            revert NotAssigned(id, msg.sender);
        }
        emit Attested(receiptHash, msg.sender, audit, index, traceRoot, right);
    }

    /// @inheritdoc IAudits
    function settle(bytes32 audit, uint32 index) external {
        bytes32 id = pointId(audit, index);
        Point storage p = _points[id];
        if (p.state != PointState.Opened) revert WrongState(id, p.state);
        if (block.timestamp < p.attestBy) revert ClockRunning(id, p.attestBy);
        bytes32 receiptHash = p.receiptHash;
        FaultKind fault = LEDGER.faultOf(receiptHash);
        uint64 from = settledFrom(receiptHash);
        if (fault == FaultKind.None && block.timestamp < from) revert StillDisputable(receiptHash, from);

        p.state = PointState.Settled;
        _settleOne(audit, index, id, receiptHash, p.first, p.firstAnswer, fault);
        _settleOne(audit, index, id, receiptHash, p.second, p.secondAnswer, fault);
    }

    /// @inheritdoc IAudits
    function punishDraw(bytes32 audit, uint32 index) external {
        bytes32 id = pointId(audit, index);
        Point storage p = _points[id];
        if (p.state != PointState.Opened && p.state != PointState.Settled) revert WrongState(id, p.state);
        bytes32 receiptHash = p.receiptHash;
        Drawn storage d = _drawn[receiptHash];
        FaultKind fault = LEDGER.faultOf(receiptHash);
        if (fault == FaultKind.None) revert NotProven(receiptHash);
        // INVARIANT: n draws that met a wrong receipt are n slashes, however it was proven.
        if (p.punished || d.point == id) revert NothingToPunish(id);
        uint64 until = settledFrom(receiptHash) + PROOF_TIME;
        if (block.timestamp >= until) revert TooLate(audit, until);

        p.punished = true;
        uint256 slashed = LEDGER.convict(_verdictOn(id, d.provider, fault));
        emit DrawPunished(audit, receiptHash, d.provider, index, slashed);
    }

    /// @inheritdoc IAudits
    function pay(address auditor) external {
        uint256 amount = owed[auditor];
        uint256 pool = VAULT.free(POOL);
        // INVARIANT: the pool pays what it got, and what it lacks stays owed.
        if (amount > pool) amount = pool;
        if (amount == 0) revert NothingOwed(auditor);
        uint256 left = owed[auditor] - amount;
        owed[auditor] = left;
        emit AuditPaid(auditor, amount, left);
        LEDGER.payFromPool(auditor, amount);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IAudits
    function auditId(bytes32 line, uint32 checkpoint) public pure returns (bytes32) {
        return keccak256(abi.encode(line, checkpoint));
    }

    /// @inheritdoc IAudits
    function pointId(bytes32 audit, uint32 index) public pure returns (bytes32) {
        return keccak256(abi.encode(audit, index, "point"));
    }

    /// @inheritdoc IAudits
    function auditOf(bytes32 audit) external view returns (Audit memory) {
        return _audits[audit];
    }

    /// @inheritdoc IAudits
    function pointAt(bytes32 audit, uint32 index) external view returns (uint256) {
        return _pointAt(_requirePoint(audit, index), index);
    }

    /// @inheritdoc IAudits
    function pointOf(bytes32 audit, uint32 index) external view returns (Point memory) {
        return _points[pointId(audit, index)];
    }

    /// @inheritdoc IAudits
    function deadlineOf(bytes32 audit, uint32 index) external view returns (uint64) {
        return _deadline(_requirePoint(audit, index), _points[pointId(audit, index)]);
    }

    /// @inheritdoc IAudits
    function drawnOf(bytes32 receiptHash) external view returns (Drawn memory) {
        return _drawn[receiptHash];
    }

    /// @inheritdoc IAudits
    function isDrawn(address auditor, bytes32 receiptHash) external view returns (bool) {
        return _assigned[receiptHash][auditor];
    }

    /// @inheritdoc IAudits
    function settledFrom(bytes32 receiptHash) public view returns (uint64) {
        (uint64 extended,, uint64 stretch) = LEDGER.windowOf(receiptHash);
        // INVARIANT: questions about a deadline that no honest provider takes keep no auditor waiting either. The last of them
        // may be asked when the window ends, convicts a clock later, and what it shows a proof's time after.
        uint256 longest = uint256(MARKET.timing().maxHold) + stretch + CLOCK + PROOF_TIME;
        return _until(_drawn[receiptHash].until, longest, extended);
    }

    /// @inheritdoc IAudits
    function auditTerms() external view returns (AuditTerms memory) {
        return AuditTerms(AUDIT_BPS, DRAW_TIME, CLOCK, ATTEST_TIME, PROOF_TIME, ABSENCE, REPORT_COST);
    }

    /// @inheritdoc IAudits
    function auditsWiring()
        external
        view
        returns (address vault, address auditors, address beacon, address game)
    {
        return (address(VAULT), address(AUDITORS), address(BEACON), address(GAME));
    }

    // ------------------------------------------------------- private: draw

    function _commitTo(Audit storage a, bytes32 audit, bytes32 line, uint32 checkpoint) private {
        (a.beacon, a.seed) = BEACON.commit();
        a.roster = AUDITORS.rosterVersion();
        a.payBps = MARKET.shares().auditorsBps;
        emit AuditRegistered(
            audit, line, a.provider, checkpoint, a.from, a.sum, a.stretch, a.beacon, a.roster
        );
    }

    /// @dev What the redeem paid, and under which root.
    function _readRedeem(Audit storage a, bytes32 line, uint32 checkpoint) private returns (uint64 time) {
        Line memory l = MARKET.lineOf(line);
        Checkpoint memory point = MARKET.checkpointOf(line, checkpoint);
        uint128 from = checkpoint == 0 ? 0 : MARKET.checkpointOf(line, checkpoint - 1).paid;
        time = point.time;
        a.root = l.receiptsRoot;
        // casting is safe: amounts of a channel are below 2^88
        // forge-lint: disable-next-line(unsafe-typecast)
        (a.from, a.sum, a.time) = (uint88(from), uint88(point.paid - from), uint40(time));
    }

    /// @dev free stake / (400 q), and how many of them, the rest included. At most MAX_POINTS.
    function _stretches(uint256 sum, uint256 free) private view returns (uint88 stretch, uint32 points) {
        uint256 length = free * BPS / (uint256(MARKET.timing().exposureDivisor) * AUDIT_BPS);
        uint256 least = _ceilDiv(sum, MAX_POINTS);
        if (length < least) length = least;
        // INVARIANT: a stretch longer than any sum draws no less than its length's probability.
        if (length > type(uint88).max) length = type(uint88).max;
        // casting is safe: bounded above
        // forge-lint: disable-next-line(unsafe-typecast)
        return (uint88(length), uint32(_ceilDiv(sum, length)));
    }

    function _pointAt(Audit storage a, uint32 index) private view returns (uint256) {
        return a.from + uint256(index) * a.stretch + _offset(a.seed, index, a.stretch);
    }

    function _offset(bytes32 seed, uint256 index, uint256 stretch) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index))) % stretch;
    }

    // ------------------------------------------------------- private: open

    /// @dev The receipt, and the leaf of the audit's root that it is.
    function _readLeaf(ReceiptEvidence calldata e)
        private
        view
        returns (bytes32 audit, bytes32 receiptHash, uint128 start, uint128 end)
    {
        bytes32 root;
        (receiptHash, root, start, end) = GAME.leafOf(e);
        if (e.payment.count == 0) {
            audit = auditId(e.request.payment, JOB);
            if (_audits[audit].root != receiptHash) revert EvidenceMismatch("delivery");
            return (audit, receiptHash, 0, _audits[audit].sum);
        }
        // INVARIANT: a leaf is of the line's own channel, provider and model, or it cannot be opened.
        bytes32 line =
            MARKET.lineId(e.request.payment, e.receipt.provider, e.request.modelVersion, e.payment.relayer);
        audit = auditId(line, e.payment.checkpoint);
        if (root != _audits[audit].root) revert EvidenceMismatch("receiptsRoot");
    }

    function _noteReceipt(Audit storage a, ReceiptEvidence calldata e, bytes32 receiptHash, bool secret)
        private
    {
        Drawn storage d = _drawn[receiptHash];
        uint256 own = e.request.deadline > a.time && !a.job ? e.request.deadline : a.time;
        Timing memory timing = MARKET.timing();
        // INVARIANT: a deadline that no honest provider takes keeps no auditor waiting.
        if (own > uint256(a.time) + timing.maxDeadline) own = uint256(a.time) + timing.maxDeadline;
        own += timing.disputeWindow;
        // casting is safe: a time
        // forge-lint: disable-next-line(unsafe-typecast)
        if (own > d.until) d.until = uint40(own);
        // forge-lint: disable-next-line(unsafe-typecast)
        LEDGER.notePaid(receiptHash, uint64(own));
        d.provider = e.receipt.provider;
        d.traceRoot = e.receipt.traceRoot;
        if (secret) return;
        // INVARIANT: what an auditor finds, it has the time to prove.
        uint64 needed = uint64(block.timestamp) + ATTEST_TIME + PROOF_TIME;
        if (needed <= own) return;
        LEDGER.extend(receiptHash, needed, 0);
        _hold(e.receipt.provider, needed);
    }

    function _openPoint(
        Audit storage a,
        bytes32 audit,
        uint32 index,
        bytes32 receiptHash,
        uint128 start,
        uint128 end,
        bool secret
    ) private returns (bool) {
        if (index >= a.points || a.drawnAt == 0) revert NoSuchPoint(audit, index);
        bytes32 id = pointId(audit, index);
        Point storage p = _points[id];
        // INVARIANT: who opens one point of a call first, keeps none of the others waiting.
        if (p.state != PointState.Waiting) return false;
        uint64 deadline = _deadline(a, p);
        if (block.timestamp >= deadline) revert ClockOver(id, deadline);
        uint256 at = _pointAt(a, index);
        if (at < start || at >= end) revert PointOutsideLeaf(at, start, end);

        p.receiptHash = receiptHash;
        Drawn storage d = _drawn[receiptHash];
        if (d.point == 0) d.point = id;
        if (!secret) _assign(p, id, a, receiptHash);
        p.state = p.first == address(0) ? PointState.Settled : PointState.Opened;
        emit PointOpened(audit, receiptHash, a.provider, index, p.first, p.second, p.attestBy);
        return true;
    }

    function _assign(Point storage p, bytes32 id, Audit storage a, bytes32 receiptHash) private {
        (address first, address second) = AUDITORS.pick(a.roster, keccak256(abi.encode(a.seed, id)));
        if (first == address(0)) return;
        (p.first, p.second) = (first, second);
        p.attestBy = uint40(block.timestamp + ATTEST_TIME);
        _assigned[receiptHash][first] = true;
        if (second != address(0)) _assigned[receiptHash][second] = true;
    }

    // ---------------------------------------------------- private: silence

    function _silence(address provider, bytes32 id, Point storage p, uint64 deadline)
        private
        returns (uint256)
    {
        uint64 since = deadline - CLOCK;
        uint64 withheld = LEDGER.withheldUntil(provider);
        // INVARIANT: one outage is one Withheld, however many points were drawn and receipts asked about in it.
        // casting is safe: a time
        // forge-lint: disable-next-line(unsafe-typecast)
        if (p.silences == 0 || p.silentSince < withheld) (p.silences, p.silentSince) = (0, uint40(since));
        bool fault = since >= withheld && ++p.silences == SILENCES;
        bool counts = LEDGER.noteSilence(provider, since, deadline, fault);
        if (fault) {
            p.state = PointState.Withheld;
            return LEDGER.convict(_verdictOn(id, provider, FaultKind.Withheld));
        }
        if (!counts) return 0;
        return LEDGER.rebuke(_verdictOn(id, provider, FaultKind.Silence), REPORT_COST);
    }

    /// @dev The cause is the point: the receipt has its own, and its one refund.
    function _verdictOn(bytes32 point, address provider, FaultKind kind)
        private
        view
        returns (Verdict memory v)
    {
        (v.kind, v.cause, v.provider, v.submitter) = (kind, point, provider, msg.sender);
    }

    // ----------------------------------------------------- private: settle

    function _settleOne(
        bytes32 audit,
        uint32 index,
        bytes32 id,
        bytes32 receiptHash,
        address auditor,
        Answer answer,
        FaultKind fault
    ) private {
        if (auditor == address(0)) return;
        uint256 due = _due(_audits[audit]);
        uint256 taken;
        if (answer == Answer.Right && _isWrong(fault)) {
            taken = AUDITORS.punish(auditor, id, _forSigningOff(auditor, receiptHash));
            _signedOff[receiptHash] += taken;
            due = 0;
        } else if (answer == Answer.Right || (answer == Answer.Wrong && fault != FaultKind.None)) {
            owed[auditor] += due;
        } else {
            // INVARIANT: an absence costs no more than the answer would have paid, or redeems of dust burn stakes.
            taken = AUDITORS.punish(auditor, id, due < ABSENCE ? due : ABSENCE);
            due = 0;
        }
        emit AuditSettled(audit, receiptHash, auditor, index, due, taken);
    }

    /// @dev Half of what the stretch brought the pool. INVARIANT: no flat sum, or trading with oneself on small stakes pays.
    function _due(Audit storage a) private view returns (uint256) {
        return uint256(a.stretch) * a.payBps / BPS / 2;
    }

    /// @dev INVARIANT: a provider that has itself proven wrong takes no more from all its auditors than it loses.
    function _forSigningOff(address auditor, bytes32 receiptHash) private view returns (uint256) {
        uint256 share = uint256(AUDITORS.auditorOf(auditor).stake) * SIGNED_OFF_BPS / BPS;
        uint256 lost = LEDGER.lostFor(receiptHash);
        uint256 taken = _signedOff[receiptHash];
        if (taken >= lost) return 0;
        return share < lost - taken ? share : lost - taken;
    }

    /// @dev Faults that replaying the receipt shows, or trying to. The others are of openings that no auditor saw or of a secret that none was
    /// shown, or are silence.
    function _isWrong(FaultKind fault) private pure returns (bool) {
        return fault != FaultKind.None && fault != FaultKind.Digest && fault != FaultKind.Shape
            && (fault < FaultKind.Equivocation || fault == FaultKind.Request);
    }

    // ------------------------------------------------------------- private

    function _requirePoint(bytes32 audit, uint32 index) private view returns (Audit storage a) {
        a = _audits[audit];
        if (a.drawnAt == 0) revert NotDrawn(audit);
        if (index >= a.points) revert NoSuchPoint(audit, index);
    }

    function _deadline(Audit storage a, Point storage p) private view returns (uint64) {
        return p.deadline != 0 ? p.deadline : a.drawnAt + CLOCK;
    }

    /// @dev All stake stays: a slash is a share of what is left, so whatever had left would not be slashed.
    function _hold(address provider, uint64 until) private {
        LEDGER.hold(provider, STAKING.stakeOf(provider), until, until, 0);
    }

    /// @dev From when on nothing about the audit can begin.
    function _lapse(Audit storage a) private view returns (uint64) {
        Timing memory timing = MARKET.timing();
        return a.time + timing.disputeWindow + timing.maxHold;
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }

    function _max(uint64 a, uint64 b) private pure returns (uint64) {
        return a > b ? a : b;
    }
}
