// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Answer, Audit, Point, PointState} from "../../src/interfaces/IAudits.sol";
import {Auditor} from "../../src/interfaces/IAuditors.sol";
import {FaultKind, ReceiptEvidence, Verdict} from "../../src/types/DisputeTypes.sol";
import {AuditsBase} from "./AuditsBase.sol";

/// @notice Redeems, draws, openings, silences, answers, proofs and a changing roster in any order. One provider is honest and
/// opens every point in the last second of its clock; the other opens what it likes, and what it answers is wrong. One
/// auditor says what is right, the others anything. Whatever happens: stakes and pay are conserved to the unit, the
/// honest two lose nothing, nothing is stuck.
/// forge-config: default.invariant.runs = 24
/// forge-config: default.invariant.depth = 96
contract AuditsInvariantTest is AuditsBase {
    struct Trade {
        bytes32 channel;
        bytes32 audit;
        uint128 fee;
        bool honest;
    }

    uint256 private constant TRADES = 24;
    Trade[] private trades;
    address private honestProvider;
    address private honestAuditor;
    uint256 private settled;
    uint256 private paid;
    uint256 private silences;

    function setUp() public override {
        super.setUp();
        honestProvider = provider;
        fund(requester, TRADES * 3 * STRETCH);
        seats(4, 1000e6);
        honestAuditor = roster[0];
        fillPool(100e6);
        bytes4[] memory acts = new bytes4[](10);
        acts[0] = this.trade.selector;
        acts[1] = this.begin.selector;
        acts[2] = this.openPoint.selector;
        acts[3] = this.report.selector;
        acts[4] = this.attest.selector;
        acts[5] = this.prove.selector;
        acts[6] = this.settlePoint.selector;
        acts[7] = this.getPaid.selector;
        acts[8] = this.changeRoster.selector;
        acts[9] = this.wait_.selector;
        targetSelector(FuzzSelector(address(this), acts));
        targetContract(address(this));
    }

    // ---------------------------------------------------------------- acts

    function trade(uint128 fee, bool honest) external {
        if (trades.length == TRADES) return;
        fee = uint128(bound(fee, 1, 3 * STRETCH));
        use(honest);
        channel = openDefault(fee);
        ReceiptEvidence[] memory list = line(1, fee);
        if (redeemLine(list) != fee) {
            use(true);
            return;
        }
        bytes32 id = register(0);
        trades.push(Trade(channel, id, fee, honest));
        use(true);
    }

    function begin(uint256 i, bytes32 hash) external {
        if (trades.length == 0 || hash == 0) return;
        Trade storage t = trades[bound(i, 0, trades.length - 1)];
        Audit memory a = audits.auditOf(t.audit);
        if (a.drawnAt != 0 || block.timestamp >= a.time + DRAW_TIME) return;
        vm.roll(block.number > a.beacon ? block.number : a.beacon + 1);
        if (block.number <= a.beacon + 256) vm.setBlockhash(a.beacon, hash);
        audits.draw(t.audit, "");
    }

    function openPoint(uint256 i, uint256 k) external {
        (Trade memory t, uint32 index, bool found) = choose(i, k);
        if (!found || audits.pointOf(t.audit, index).state != PointState.Waiting) return;
        if (block.timestamp >= audits.deadlineOf(t.audit, index)) return;
        openAt(t, index);
    }

    function report(uint256 i, uint256 k) external {
        (Trade memory t, uint32 index, bool found) = choose(i, k);
        if (!found || audits.pointOf(t.audit, index).state != PointState.Waiting) return;
        if (block.timestamp < audits.deadlineOf(t.audit, index)) return;
        if (block.timestamp >= audits.auditOf(t.audit).time + W + MAX_HOLD) return;
        audits.reportSilence(t.audit, index);
        ++silences;
    }

    function attest(uint256 i, uint256 k, bool second, bool right) external {
        (Trade memory t, uint32 index, bool found) = choose(i, k);
        if (!found) return;
        Point memory p = audits.pointOf(t.audit, index);
        if (p.state != PointState.Opened || block.timestamp >= p.attestBy) return;
        (address who, Answer given) = second ? (p.second, p.secondAnswer) : (p.first, p.firstAnswer);
        if (who == address(0) || given != Answer.None) return;
        answerAs(t, index, who, who == honestAuditor ? t.honest : right);
    }

    /// @dev What the second provider answers is wrong, and somebody proves it.
    function prove(uint256 i) external {
        if (trades.length == 0) return;
        Trade memory t = trades[bound(i, 0, trades.length - 1)];
        if (t.honest) return;
        proveTrade(t);
    }

    function settlePoint(uint256 i, uint256 k) external {
        (Trade memory t, uint32 index, bool found) = choose(i, k);
        if (!found) return;
        Point memory p = audits.pointOf(t.audit, index);
        if (p.state != PointState.Opened || block.timestamp < p.attestBy) return;
        // One honest auditor that saw it proves it before it is too late.
        if (!t.honest && audits.isDrawn(honestAuditor, p.receiptHash)) proveTrade(t);
        bool proven = ledger.faultOf(p.receiptHash) != FaultKind.None;
        if (!proven && block.timestamp < audits.settledFrom(p.receiptHash)) return;
        uint256 before = audits.owed(p.first) + audits.owed(p.second);
        audits.settle(t.audit, index);
        settled += audits.owed(p.first) + audits.owed(p.second) - before;
    }

    function getPaid(uint256 i) external {
        address who = roster[bound(i, 0, roster.length - 1)];
        uint256 pool = vault.free(address(slasher));
        uint256 amount = audits.owed(who) < pool ? audits.owed(who) : pool;
        if (amount == 0) return;
        audits.pay(who);
        assertEq(vault.free(address(slasher)), pool - amount, "from the pool");
        paid += amount;
    }

    function changeRoster(uint256 i, uint256 what) external {
        what = bound(what, 0, 3);
        if (what == 0 && roster.length < 12) seat(roster.length, UNIT * bound(i, 1, 30));
        address who = roster[bound(i, 1, roster.length - 1)];
        Auditor memory a = auditors.auditorOf(who);
        bool changing = block.timestamp < auditors.seatOf(a.seat).changedAt + AUDITOR_UNBONDING;
        if (what == 1 && a.seated && !changing) {
            vm.prank(who);
            auditors.leave();
        }
        if (what == 2 && !a.seated && a.stake != 0 && block.timestamp >= a.exitAt) auditors.withdraw(who);
        if (what == 3 && a.seated) {
            fund(who, 77e6);
            vm.prank(who);
            auditors.raise(77e6);
        }
    }

    function wait_(uint64 dt) external {
        uint256 until = block.timestamp + bound(dt, 1, 3 * CLOCK);
        while (block.timestamp < until) {
            uint256 next = until;
            for (uint256 i = 0; i < trades.length; ++i) {
                uint256 at = keepUp(trades[i]);
                if (at < next) next = at;
            }
            vm.warp(next > block.timestamp ? next : block.timestamp + 1);
        }
        vm.roll(block.number + 1);
    }

    // ---------------------------------------------------------- invariants

    function invariant_money_is_conserved() public view {
        assertStakes();
        uint256 owed = 0;
        for (uint256 i = 0; i < roster.length; ++i) {
            owed += audits.owed(roster[i]);
        }
        assertEq(owed, settled - paid, "what was earned is paid or owed");
    }

    function invariant_the_honest_provider_loses_nothing() public view {
        assertEq(staking.stakeOf(honestProvider), STAKE, "stake");
        assertEq(ledger.silentUntil(honestProvider), 0, "never silent");
    }

    function invariant_the_honest_auditor_loses_nothing_but_by_absence() public view {
        assertGe(stakeOfAuditor(honestAuditor) + absences() * ABSENCE, 1000e6, "stake");
    }

    /// @dev Points at which the honest auditor did not come to answer: the fuzzer never called it.
    function absences() private view returns (uint256 count) {
        for (uint256 i = 0; i < trades.length; ++i) {
            uint32 points = audits.auditOf(trades[i].audit).points;
            for (uint32 k = 0; k < points; ++k) {
                Point memory p = audits.pointOf(trades[i].audit, k);
                if (p.first == honestAuditor && p.firstAnswer == Answer.None) ++count;
                if (p.second == honestAuditor && p.secondAnswer == Answer.None) ++count;
            }
        }
    }

    // ------------------------------------------------------------- private

    function use(bool honest) private {
        (address p, address o, uint256 key) = honest == (provider == honestProvider)
            ? (provider, operator, operatorKey)
            : (provider2, operator2, operator2Key);
        if (p == provider) return;
        (provider2, operator2, operator2Key) = (provider, operator, operatorKey);
        (provider, operator, operatorKey) = (p, o, key);
    }

    function choose(uint256 i, uint256 k) private view returns (Trade memory t, uint32 index, bool found) {
        if (trades.length == 0) return (t, 0, false);
        t = trades[bound(i, 0, trades.length - 1)];
        Audit memory a = audits.auditOf(t.audit);
        if (a.drawnAt == 0 || a.points == 0) return (t, 0, false);
        return (t, uint32(bound(k, 0, a.points - 1)), true);
    }

    function evidenceOf(Trade memory t) private returns (ReceiptEvidence memory e) {
        use(t.honest);
        channel = t.channel;
        e = placed(line(1, t.fee), 0, 0);
        use(true);
    }

    function openAt(Trade memory t, uint32 index) private {
        audits.openLeaf(evidenceOf(t), one(index));
    }

    /// @dev The honest provider opens in the last second. Returns when it is next needed.
    function keepUp(Trade memory t) private returns (uint256 next) {
        next = type(uint256).max;
        Audit memory a = audits.auditOf(t.audit);
        if (!t.honest || a.drawnAt == 0 || block.timestamp > a.drawnAt + CLOCK) return next;
        for (uint32 k = 0; k < a.points; ++k) {
            if (audits.pointOf(t.audit, k).state != PointState.Waiting) continue;
            uint256 last = a.drawnAt + CLOCK - 1;
            if (block.timestamp < last) return last;
            openAt(t, k);
        }
    }

    function answerAs(Trade memory t, uint32 index, address who, bool right) private {
        bytes32 root = audits.drawnOf(audits.pointOf(t.audit, index).receiptHash).traceRoot;
        vm.prank(who);
        audits.attest(t.audit, index, right ? root : bytes32("own"), right);
    }

    function proveTrade(Trade memory t) private {
        bytes32 receiptHash = hashOf(evidenceOf(t));
        if (ledger.faultOf(receiptHash) != FaultKind.None) return;
        Verdict memory v;
        (v.kind, v.cause, v.provider) = (FaultKind.WrongStep, receiptHash, provider2);
        vm.prank(address(audits));
        ledger.convict(v);
        // Every further draw that met it slashes too.
        uint32 points = audits.auditOf(t.audit).points;
        bytes32 first = audits.drawnOf(receiptHash).point;
        for (uint32 k = 0; k < points; ++k) {
            Point memory p = audits.pointOf(t.audit, k);
            bool met = p.receiptHash == receiptHash && audits.pointId(t.audit, k) != first;
            if (met && block.timestamp < audits.settledFrom(receiptHash) + PROOF_TIME) {
                audits.punishDraw(t.audit, k);
            }
        }
    }
}
