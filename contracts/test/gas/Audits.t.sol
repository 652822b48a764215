// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FaultKind, ReceiptEvidence} from "../../src/types/DisputeTypes.sol";
import {AuditsBase} from "../disputes/AuditsBase.sol";

/// @notice What audits cost, as whole transactions, with a full roster. Committed: `contracts/snapshots/gas/Audits.json`.
contract AuditsGasTest is AuditsBase {
    string private constant GROUP = "Audits";

    function setUp() public override {
        super.setUp();
        seats(64, 1000e6);
        fund(provider, 1);
        fund(stranger, 1);
        fillPool(1_000_000e6);
    }

    function test_gas_audit() public {
        ReceiptEvidence[] memory list = line(63, FEE);
        redeemLine(list);
        bytes32 id = register(0);
        vm.snapshotGasLastCall(GROUP, "register");
        drawWith(id, keccak256("beacon"));
        vm.snapshotGasLastCall(GROUP, "draw");
        bytes32 receiptHash = open(id, list, 0);
        vm.snapshotGasLastCall(GROUP, "open, in a line of 63");
        (address first, address second) = (audits.pointOf(id, 0).first, audits.pointOf(id, 0).second);
        bytes32 root = audits.drawnOf(receiptHash).traceRoot;
        vm.prank(first);
        audits.attest(id, 0, root, true);
        vm.snapshotGasLastCall(GROUP, "attest");
        vm.prank(second);
        audits.attest(id, 0, root, true);
        vm.warp(audits.settledFrom(receiptHash));
        audits.settle(id, 0);
        vm.snapshotGasLastCall(GROUP, "settle, both right");
        audits.pay(first);
        vm.snapshotGasLastCall(GROUP, "pay");
    }

    function test_gas_faults() public {
        ReceiptEvidence[] memory list = line(1, 3 * STRETCH);
        bytes32 id = drawn(list);
        vm.warp(audits.deadlineOf(id, 2));
        vm.prank(stranger);
        audits.reportSilence(id, 2);
        vm.snapshotGasLastCall(GROUP, "report a silence");
    }

    function test_gas_wrong() public {
        ReceiptEvidence[] memory list = line(1, 2 * STRETCH);
        bytes32 id = drawn(list);
        uint32[] memory both = new uint32[](2);
        both[1] = 1;
        audits.openLeaf(placed(list, 0, 0), both);
        vm.snapshotGasLastCall(GROUP, "open two points of one receipt");
        convict(hashOf(list[0]), FaultKind.WrongStep);
        vm.prank(stranger);
        audits.punishDraw(id, 1);
        vm.snapshotGasLastCall(GROUP, "punish a further draw");
        vm.warp(audits.pointOf(id, 0).attestBy);
        audits.settle(id, 0);
        vm.snapshotGasLastCall(GROUP, "settle, nobody answered");
    }

    function test_gas_roster() public {
        skip(AUDITOR_UNBONDING);
        fund(stranger, 5000e6);
        vm.prank(stranger);
        auditors.join(9, 2000e6);
        vm.snapshotGasLastCall(GROUP, "join, taking a seat");
        vm.prank(roster[3]);
        auditors.leave();
        vm.snapshotGasLastCall(GROUP, "leave");
        skip(AUDITOR_UNBONDING);
        auditors.withdraw(roster[3]);
        vm.snapshotGasLastCall(GROUP, "withdraw");
    }

    function test_gas_versions() public {
        attestations.registerVersion(tuned);
        vm.snapshotGasLastCall(GROUP, "register a version");
        vm.roll(block.number + DELAY + 1);
        attestations.drawVersion(tuned, "");
        vm.snapshotGasLastCall(GROUP, "draw a version");
        for (uint256 i = 0; i < 64; ++i) {
            if (!attestations.isDrawn(tuned, roster[i])) continue;
            vm.prank(roster[i]);
            attestations.attestVersion(tuned);
            vm.snapshotGasLastCall(GROUP, "attest a version");
            break;
        }
    }
}
