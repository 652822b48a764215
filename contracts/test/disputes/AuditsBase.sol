// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Attestations} from "../../src/disputes/Attestations.sol";
import {Auditors} from "../../src/disputes/Auditors.sol";
import {Audits} from "../../src/disputes/Audits.sol";
import {Beacon} from "../../src/disputes/Beacon.sol";
import {DisputeWiring} from "../../src/disputes/Evidence.sol";
import {AuditTerms} from "../../src/interfaces/IAudits.sol";
import {AuditorTerms, IAuditors} from "../../src/interfaces/IAuditors.sol";
import {BeaconSource, BeaconTerms} from "../../src/interfaces/IBeacon.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {FaultKind, ReceiptEvidence, Verdict} from "../../src/types/DisputeTypes.sol";
import {Audience, Finish, Receipt as AnswerReceipt, Request, Voucher} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

/// @notice A deployment with audits and a roster, a line of receipts, and short words for what is done with them.
abstract contract AuditsBase is Fixture {
    uint64 internal constant DRAW_TIME = 20;
    uint64 internal constant CLOCK = 20;
    uint64 internal constant ATTEST_TIME = 40;
    uint64 internal constant PROOF_TIME = 20;
    uint64 internal constant AUDITOR_UNBONDING = 500;
    uint64 internal constant DELAY = 2;
    uint96 internal constant ABSENCE = 3e6;
    uint96 internal constant REPORT_COST = 2e6;
    uint128 internal constant UNIT = 100e6;
    uint16 internal constant Q = 2500;
    /// @dev STAKE / (400 q)
    uint128 internal constant STRETCH = 40_000e6;
    /// @dev The largest fee: STAKE / 400.
    uint128 internal constant FEE = 10_000e6;

    Audits internal audits;
    Auditors internal auditors;
    Attestations internal attestations;
    Beacon internal beacon;
    bytes32 internal channel;
    address[] internal roster;
    uint64 internal start;

    function setUp() public virtual override {
        beacon = new Beacon(beaconTerms());
        super.setUp();
        start = uint64(block.timestamp);
        vm.roll(1000);
        attestations = new Attestations(registry, auditors, AUDITOR_UNBONDING, beacon);
        channel = openDefault(FUNDS);
    }

    // -------------------------------------------------------------- deploy

    function moduleCount() internal pure override returns (uint64) {
        return 2;
    }

    /// @dev The roster is no module; here it is one for want of another place.
    function deployModules(DisputeWiring memory w) internal override returns (address[] memory list) {
        uint64 n = vm.getNonce(address(this));
        IVault vault_ = IVault(vm.computeCreateAddress(address(this), n + 3));
        address slasher_ = vm.computeCreateAddress(address(this), n + 6);
        auditors = new Auditors(vault_, vm.computeCreateAddress(address(this), n + 1), auditorTerms());
        audits = new Audits(w, vault_, auditors, beacon, disputes, slasher_, terms());
        list = new address[](2);
        (list[0], list[1]) = (address(auditors), address(audits));
    }

    function bondHolders() internal view override returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(auditors);
    }

    function terms() internal pure virtual returns (AuditTerms memory) {
        return AuditTerms(Q, DRAW_TIME, CLOCK, ATTEST_TIME, PROOF_TIME, ABSENCE, REPORT_COST);
    }

    function auditorTerms() internal pure returns (AuditorTerms memory) {
        return AuditorTerms(UNIT, AUDITOR_UNBONDING);
    }

    function beaconTerms() internal pure virtual returns (BeaconTerms memory) {
        return BeaconTerms(BeaconSource.BlockHash, DELAY);
    }

    // -------------------------------------------------------------- roster

    function seat(uint256 i, uint256 stake) internal returns (address account) {
        account = makeAddr(string.concat("auditor", vm.toString(i)));
        fund(account, stake);
        vm.prank(account);
        auditors.join(uint8(i), stake);
        roster.push(account);
    }

    function seats(uint256 count, uint256 stake) internal {
        for (uint256 i = 0; i < count; ++i) {
            seat(i, stake);
        }
    }

    function stakeOfAuditor(address account) internal view returns (uint256) {
        return auditors.auditorOf(account).stake;
    }

    // ------------------------------------------------------------- answers

    function requestOf(uint256 i) internal view returns (Request memory r) {
        r.payment = channel;
        r.modelVersion = tuned;
        r.requester = requester;
        r.promptRoot = keccak256("prompt");
        r.promptTokens = 9;
        r.maxOutputTokens = 12;
        r.paramsHash = keccak256("params");
        r.maxFee = type(uint88).max;
        r.deadline = start + 30;
        r.audience = uint8(Audience.Auditors);
        r.salt = bytes32(i);
    }

    function answerTo(Request memory q, uint128 fee) internal view returns (AnswerReceipt memory r) {
        r.requestHash = digestOf(keccak256(abi.encode(Eip712.REQUEST_TYPEHASH, q)));
        r.provider = provider;
        r.seq = uint64(uint256(q.salt));
        r.outputRoot = keccak256("output");
        r.outputTokens = 12;
        r.finish = uint8(Finish.Length);
        r.traceRoot = keccak256(abi.encode("trace", q.salt));
        r.fee = fee;
        r.completedAt = start;
    }

    function signed(Request memory q, uint128 fee) internal view returns (ReceiptEvidence memory e) {
        (e.request, e.receipt) = (q, answerTo(q, fee));
        e.signature = signReceipt(operatorKey, e.receipt);
        e.payment.relayer = relayer;
    }

    /// @dev `count` receipts of one fee.
    function line(uint256 count, uint128 fee) internal view returns (ReceiptEvidence[] memory list) {
        list = new ReceiptEvidence[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = signed(requestOf(i), fee);
        }
    }

    function hashOf(ReceiptEvidence memory e) internal view returns (bytes32) {
        return digestOf(keccak256(abi.encode(Eip712.RECEIPT_TYPEHASH, e.receipt)));
    }

    function lineId() internal view returns (bytes32) {
        return market.lineId(channel, provider, tuned, relayer);
    }

    // ------------------------------------------------------------ sum tree

    function leaves(ReceiptEvidence[] memory list) internal view returns (SumTree.Node[] memory nodes) {
        nodes = new SumTree.Node[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            uint128 fee = list[i].receipt.fee;
            nodes[i] = SumTree.Node(keccak256(abi.encodePacked(bytes1(0x00), hashOf(list[i]), fee)), fee);
        }
    }

    function join(SumTree.Node memory l, SumTree.Node memory r) internal pure returns (SumTree.Node memory) {
        return
            SumTree.Node(
                keccak256(abi.encodePacked(bytes1(0x01), l.hash, l.sum, r.hash, r.sum)), l.sum + r.sum
            );
    }

    function peak(SumTree.Node[] memory nodes, uint256 at, uint256 size)
        internal
        pure
        returns (SumTree.Node memory)
    {
        if (size == 1) return nodes[at];
        return join(peak(nodes, at, size / 2), peak(nodes, at + size / 2, size / 2));
    }

    /// @dev All peaks from leaf `at` on, bagged right to left.
    function bag(SumTree.Node[] memory nodes, uint256 at) internal pure returns (SumTree.Node memory) {
        uint256 size = largest(nodes.length - at);
        if (at + size == nodes.length) return peak(nodes, at, size);
        return join(peak(nodes, at, size), bag(nodes, at + size));
    }

    function largest(uint256 n) internal pure returns (uint256 size) {
        size = 1;
        while (2 * size <= n) size *= 2;
    }

    function rootOf(ReceiptEvidence[] memory list) internal view returns (bytes32) {
        SumTree.Node memory top = bag(leaves(list), 0);
        return keccak256(abi.encodePacked(bytes1(0x03), uint64(list.length), top.sum, top.hash));
    }

    /// @dev The evidence of receipt `i` with its place in the line.
    function placed(ReceiptEvidence[] memory list, uint256 i, uint32 checkpoint)
        internal
        view
        returns (ReceiptEvidence memory e)
    {
        SumTree.Node[] memory nodes = leaves(list);
        e = list[i];
        e.payment.count = uint64(list.length);
        e.payment.index = uint64(i);
        e.payment.checkpoint = checkpoint;
        uint256 at = 0;
        uint256 size = largest(nodes.length);
        uint256[64] memory starts;
        uint256 before = 0;
        for (; at + size <= i; size = largest(nodes.length - at)) {
            starts[before++] = at;
            at += size;
        }
        SumTree.Node[] memory path = new SumTree.Node[](128);
        uint256 depth = 0;
        uint256 from = i;
        for (uint256 step = 1; step < size; step *= 2) {
            uint256 first = at + ((from - at) / step ^ 1) * step;
            path[depth++] = peak(nodes, first, step);
        }
        if (at + size < nodes.length) path[depth++] = bag(nodes, at + size);
        while (before != 0) {
            uint256 s = starts[--before];
            uint256 next = before + 1 < 64 && starts[before + 1] != 0 ? starts[before + 1] : at;
            path[depth++] = peak(nodes, s, next - s);
        }
        e.payment.path = new SumTree.Node[](depth);
        for (uint256 d = 0; d < depth; ++d) {
            e.payment.path[d] = path[d];
        }
    }

    // ------------------------------------------------------------ the audit

    function totalOf(ReceiptEvidence[] memory list) internal pure returns (uint128 total) {
        for (uint256 i = 0; i < list.length; ++i) {
            total += list[i].receipt.fee;
        }
    }

    function redeemLine(ReceiptEvidence[] memory list) internal returns (uint128) {
        return redeemTotal(list, totalOf(list));
    }

    function redeemTotal(ReceiptEvidence[] memory list, uint128 total) internal returns (uint128) {
        Voucher memory v = voucherOf(channel, total);
        (v.count, v.receiptsRoot) = (uint64(list.length), rootOf(list));
        return redeem(v);
    }

    /// @dev A redeem of `sum` whose receipts do not matter.
    function redeemSum(uint128 total) internal returns (uint128) {
        return redeem(voucherOf(channel, total));
    }

    function register(uint32 checkpoint) internal returns (bytes32) {
        return audits.register(channel, provider, tuned, relayer, checkpoint);
    }

    function drawWith(bytes32 audit, bytes32 hash) internal {
        uint64 target = audits.auditOf(audit).beacon;
        vm.roll(target + 1);
        vm.setBlockhash(target, hash);
        audits.draw(audit, "");
    }

    /// @dev Redeemed, registered and drawn.
    function drawn(ReceiptEvidence[] memory list) internal returns (bytes32 audit) {
        redeemLine(list);
        audit = register(0);
        drawWith(audit, keccak256("beacon"));
    }

    /// @dev The receipt that pays a point, if all have one fee.
    function receiptAt(bytes32 audit, uint32 index, uint128 fee) internal view returns (uint256) {
        return audits.pointAt(audit, index) / fee;
    }

    function one(uint32 index) internal pure returns (uint32[] memory list) {
        list = new uint32[](1);
        list[0] = index;
    }

    function open(bytes32 audit, ReceiptEvidence[] memory list, uint32 index) internal returns (bytes32) {
        ReceiptEvidence memory e = placed(list, receiptAt(audit, index, list[0].receipt.fee), 0);
        audits.openLeaf(e, one(index));
        return hashOf(e);
    }

    function convict(bytes32 receiptHash, FaultKind kind) internal {
        Verdict memory v;
        (v.kind, v.cause, v.provider, v.submitter) = (kind, receiptHash, provider, stranger);
        vm.prank(address(audits));
        ledger.convict(v);
    }

    function fillPool(uint256 amount) internal {
        fund(address(this), amount);
        vault.withdraw(address(this), amount);
        token.approve(address(vault), amount);
        vault.deposit(address(slasher), amount);
    }

    // ---------------------------------------------------------- assertions

    function assertStakes() internal view {
        uint256 sum = 0;
        for (uint256 i = 0; i < roster.length; ++i) {
            sum += stakeOfAuditor(roster[i]);
        }
        assertEq(vault.held(address(auditors)), sum, "the roster holds its stakes");
        assertEq(token.balanceOf(address(vault)), vault.owed(), "vault holds what it owes");
        assertEq(
            vault.owed(),
            vault.totalFree() + vault.held(address(market)) + vault.held(address(staking))
                + vault.held(address(slasher)) + vault.held(address(auditors)),
            "owed is free and held"
        );
        assertEq(vault.held(address(audits)), 0, "audits hold nothing");
    }
}
