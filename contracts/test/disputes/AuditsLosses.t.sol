// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAudits, Point, PointState} from "../../src/interfaces/IAudits.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {MerkleLib} from "../../src/libraries/MerkleLib.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {FaultKind, OpenedDigest, Opening, Operand, ReceiptEvidence} from "../../src/types/DisputeTypes.sol";
import {ModelVersionId} from "../../src/types/Types.sol";
import {AuditsBase} from "./AuditsBase.sol";

/// What a provider without free stake, whose one cheap receipt is drawn 256 times, can make others lose.
contract AuditsLossesTest is AuditsBase {
    uint256 private constant S = 10_000e6;
    uint32 private constant POINTS = 256;

    function _dense(uint128 sum) private returns (ReceiptEvidence[] memory list, bytes32 id) {
        vm.prank(address(market));
        staking.penalize(provider, 0, STAKE - S);
        vm.prank(provider);
        staking.unbond(S);
        list = line(1, sum);
        id = drawn(list);
        assertEq(audits.auditOf(id).points, POINTS);
    }

    function _open(ReceiptEvidence[] memory list, uint32 from, uint32 n) private {
        uint32[] memory some = new uint32[](n);
        for (uint32 k = 0; k < n; ++k) {
            some[k] = from + k;
        }
        audits.openLeaf(placed(list, 0, 0), some);
    }

    function _openAll(ReceiptEvidence[] memory list) private {
        for (uint32 from = 0; from < POINTS; from += 64) {
            _open(list, from, 64);
        }
    }

    function _settleAll(bytes32 id) private {
        for (uint32 k = 0; k < POINTS; ++k) {
            audits.settle(id, k);
        }
    }

    function _stakes() private view returns (uint256 sum) {
        for (uint256 i = 0; i < roster.length; ++i) {
            sum += stakeOfAuditor(roster[i]);
        }
    }

    /// A token of 18 decimals: a record holds what any conviction takes.
    function test_what_a_conviction_took_is_kept_in_any_token() public {
        uint256 stake = 1_000_000_000e18;
        fund(provider, stake);
        vm.prank(provider);
        staking.stake(stake);
        ReceiptEvidence[] memory list = line(1, 1e6);
        uint256 before = staking.stakeOf(provider);
        convict(hashOf(list[0]), FaultKind.WrongStep);
        uint256 lost = ledger.lostFor(hashOf(list[0]));
        assertEq(lost, before - staking.stakeOf(provider) - vault.free(stranger), "all that nobody got");
        assertGt(lost, type(uint48).max, "more than a cent");
    }

    /// A right receipt is signed off, then its provider contradicts itself in openings of blocks that it made up.
    function test_a_false_opening_takes_no_more_from_all_auditors_than_it_costs() public {
        seats(8, 5000e6);
        (ReceiptEvidence[] memory list, bytes32 id) = _dense(1e6);
        _openAll(list);
        for (uint32 k = 0; k < POINTS; ++k) {
            Point memory p = audits.pointOf(id, k);
            vm.prank(p.first);
            audits.attest(id, k, list[0].receipt.traceRoot, true);
            vm.prank(p.second);
            audits.attest(id, k, list[0].receipt.traceRoot, true);
        }
        vm.warp(audits.pointOf(id, 0).attestBy);
        uint256 before = _stakes();
        uint256 free = vault.free(requester);
        (Operand memory here, Operand memory there) =
            table.counterpart(registry.headerOf(ModelVersionId.wrap(tuned)), 1, 1, 0, 0);
        disputes.proveKeys(
            list[0],
            _opened(list[0], 1, here, bytes32(uint256(1))),
            _opened(list[0], 0, there, bytes32(uint256(2))),
            0,
            0,
            stranger
        );
        assertEq(uint8(ledger.faultOf(hashOf(list[0]))), uint8(FaultKind.Keys));
        uint256 back = vault.free(stranger) + vault.free(requester) - free;
        uint256 cost = S - staking.stakeOf(provider) - back;
        assertEq(ledger.lostFor(hashOf(list[0])), cost, "what came back as bounty and refund is no loss");
        // Stake that is added later was not lost.
        fund(provider, 100 * S);
        vm.prank(provider);
        staking.stake(100 * S);
        _settleAll(id);
        assertEq(before - _stakes(), cost);
    }

    /// Nobody can read a hidden receipt: 512 absences.
    function test_absences_cost_no_more_than_the_answers_would_have_paid() public {
        seats(8, 5000e6);
        (ReceiptEvidence[] memory list, bytes32 id) = _dense(512e6);
        _openAll(list);
        uint256 before = _stakes();
        vm.warp(audits.settledFrom(audits.pointOf(id, 0).receiptHash));
        _settleAll(id);
        uint256 due = uint256(audits.auditOf(id).stretch) * audits.auditOf(id).payBps / 10_000 / 2;
        assertLt(due, audits.auditTerms().absence);
        assertEq(before - _stakes(), 2 * uint256(POINTS) * due);
    }

    /// Whoever copies an opening and is first with one of its points keeps none of the others waiting.
    function test_a_copied_opening_holds_up_no_point() public {
        seats(8, 5000e6);
        (ReceiptEvidence[] memory list, bytes32 id) = _dense(1e6);
        _open(list, 1, 1);
        Point memory first = audits.pointOf(id, 1);
        vm.warp(block.timestamp + 1);
        _open(list, 0, 3);
        for (uint32 k = 0; k < 3; ++k) {
            assertEq(uint8(audits.pointOf(id, k).state), uint8(PointState.Opened));
        }
        assertEq(audits.pointOf(id, 1).attestBy, first.attestBy, "opened once");
        uint32[] memory some = new uint32[](2);
        (some[0], some[1]) = (2, 1);
        ReceiptEvidence memory e = placed(list, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IAudits.WrongState.selector, audits.pointId(id, 2), PointState.Opened)
        );
        audits.openLeaf(e, some);
    }

    /// @dev An opening whose block root has `digest` where the table wants it, and nothing else.
    function _opened(ReceiptEvidence memory e, uint32 t, Operand memory o, bytes32 digest)
        private
        view
        returns (OpenedDigest memory d)
    {
        (d.vector, d.chunk, d.digest) = (uint16(o.outer), o.inner, digest);
        d.path = new bytes32[](TraceLib.depth2(o.outers, o.inners));
        uint256 index = (uint256(o.outer) << TraceLib.depth(o.inners)) | o.inner;
        bytes32 root = digest;
        for (uint256 i = 0; i < d.path.length; ++i) {
            root = (index >> i) & 1 == 0 ? MerkleLib.node(root, 0) : MerkleLib.node(0, root);
        }
        d.opening.opening = Opening(hashOf(e), t, 1, root);
        d.opening.signature =
            sign(operatorKey, keccak256(abi.encode(Eip712.OPENING_TYPEHASH, d.opening.opening)));
    }
}
