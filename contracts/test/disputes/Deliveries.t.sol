// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

import {SignedReceipt} from "../../src/interfaces/IClaims.sol";
import {IDisputeLedger} from "../../src/interfaces/IDisputeLedger.sol";
import {IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {FaultKind, ReceiptEvidence, SignedOpening} from "../../src/types/DisputeTypes.sol";
import {Job, JobOrder, Receipt as AnswerReceipt, Request} from "../../src/types/Types.sol";
import {QuestionsBase} from "./QuestionsBase.sol";

/// @notice Evidence of what was delivered on chain, made of nothing but the Market's log: no signature. It counts for the
/// recorded delivery and for nothing else.
contract DeliveriesTest is QuestionsBase {
    uint256 private constant REQUEST_FIELDS = 13;
    uint256 private constant RECEIPT_FIELDS = 9;
    // Places of the fields whose change another check finds first.
    uint256 private constant MODEL_VERSION = 1;
    uint256 private constant REQUEST_HASH = 0;

    uint64 private _seq;

    // ------------------------------------------------------------ accepted

    /// @dev A fault, its refund and the end of the job, and the same window as with a signature.
    function test_delivery_isEvidence() public {
        (bytes32 job, ReceiptEvidence memory e,) = delivered();
        uint64 until = market.jobOf(job).disputableUntil;
        assertEq(disputes.disputableUntil(e), until, "the job's window");
        uint256 before = vault.free(requester);
        vm.expectEmit(address(ledger));
        emit IDisputeLedger.FaultProven(
            hashOf(e),
            provider,
            auditor,
            FaultKind.Shape,
            STAKE * 15 / 100,
            e.receipt.fee,
            BOUNTY,
            e.request.modelVersion
        );
        fault(e);
        Job memory j = market.jobOf(job);
        assertTrue(j.disproved && j.forfeited, "over");
        assertEq(vault.free(requester), before + e.receipt.fee, "the fee");
        // The record stays, and so does the rule that a receipt is slashed once.
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeLedger.AlreadyProven.selector, hashOf(e), FaultKind.Shape)
        );
        fault(e);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.WindowClosed.selector, hashOf(e), until));
        disputes.settle(e);
    }

    /// @dev The record is enough, so a signature beside it is not read: no mistake in it can cost an auditor its case.
    function test_delivery_signatureIsNotRead() public {
        (, ReceiptEvidence memory e,) = delivered();
        bytes32 expected = keccak256(abi.encode(disputes.caseOf(e)));
        bytes[4] memory signatures = [
            signReceipt(operatorKey, e.receipt),
            signReceipt(operator2Key, e.receipt),
            bytes(hex"00"),
            new bytes(65)
        ];
        for (uint256 i = 0; i < signatures.length; ++i) {
            e.signature = signatures[i];
            assertEq(keccak256(abi.encode(disputes.caseOf(e))), expected, "the same case");
        }
    }

    /// @dev Questions and claims read evidence by the same rule.
    function test_delivery_isAskedAbout() public {
        (, ReceiptEvidence memory e,) = delivered();
        vm.prank(asker);
        questions.askTrace(e);
        vm.prank(asker);
        questions.askParams(e);
    }

    /// @dev Two answers to one job: at most one was delivered, so the other was seen signed.
    function test_delivery_andAnotherAnswer() public {
        (, ReceiptEvidence memory e,) = delivered();
        SignedReceipt memory other;
        other.receipt = copy(e).receipt;
        other.receipt.traceRoot = "other";
        other.signature = signReceipt(operatorKey, other.receipt);
        ReceiptEvidence memory turned = ReceiptEvidence(e.request, other.receipt, other.signature, e.payment);
        vm.expectPartialRevert(IEvidence.NotSigned.selector);
        claims.claimTwoAnswers(turned, SignedReceipt(e.receipt, ""), auditor);
        claims.claimTwoAnswers(e, other, auditor);
        assertEq(staking.stakeOf(provider), STAKE - STAKE / 20, "the small rung");
    }

    /// @dev A retired key's delivery stays its provider's.
    function test_delivery_byARetiredOperator() public {
        (, ReceiptEvidence memory e,) = delivered();
        vm.prank(provider);
        staking.retireOperator(operator);
        fault(e);
        assertEq(staking.stakeOf(provider), STAKE - STAKE * 15 / 100, "slashed");
    }

    // ------------------------------------------------------------- refused

    /// @dev Any other request, with or without the receipt's consent.
    function test_delivery_everyFieldOfTheRequest() public {
        (, ReceiptEvidence memory e,) = delivered();
        bytes memory fields = abi.encode(e.request);
        assertEq(fields.length, 32 * REQUEST_FIELDS, "every field");
        for (uint256 i = 0; i < REQUEST_FIELDS; ++i) {
            ReceiptEvidence memory bent = copy(e);
            bent.request = abi.decode(flipped(fields, i), (Request));
            vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "requestHash"));
            disputes.caseOf(bent);
            bent.receipt.requestHash = requestHashOf(bent.request);
            if (i == MODEL_VERSION) vm.expectPartialRevert(IEvidence.UnknownModelVersion.selector);
            else vm.expectRevert(unsigned(bent));
            disputes.caseOf(bent);
        }
    }

    function test_delivery_everyFieldOfTheReceipt() public {
        (, ReceiptEvidence memory e,) = delivered();
        bytes memory fields = abi.encode(e.receipt);
        assertEq(fields.length, 32 * RECEIPT_FIELDS, "every field");
        for (uint256 i = 0; i < RECEIPT_FIELDS; ++i) {
            ReceiptEvidence memory bent = copy(e);
            bent.receipt = abi.decode(flipped(fields, i), (AnswerReceipt));
            if (i == REQUEST_HASH) vm.expectPartialRevert(IEvidence.EvidenceMismatch.selector);
            else vm.expectRevert(unsigned(bent));
            disputes.caseOf(bent);
        }
    }

    /// @dev No job has a voucher line, so a delivery cannot be passed off as paid in one.
    function test_delivery_isNoPaidLeaf() public {
        (, ReceiptEvidence memory e,) = delivered();
        (e.payment.relayer, e.payment.count) = (relayer, 1);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "receiptsRoot"));
        disputes.caseOf(e);
    }

    /// @dev Redeeming is no delivery: a root may hold anything.
    function test_delivery_notOfAChannel() public {
        ReceiptEvidence memory e = evidence();
        e.signature = "";
        vm.expectRevert(unsigned(e));
        disputes.caseOf(e);
        e = paid(e);
        vm.expectRevert(unsigned(e));
        disputes.caseOf(e);
        e.request.payment = 0;
        e.receipt.requestHash = requestHashOf(e.request);
        delete e.payment;
        vm.expectRevert(unsigned(e));
        disputes.caseOf(e);
    }

    function assertNobodysDelivery(ReceiptEvidence memory e) private {
        vm.expectRevert(unsigned(e));
        disputes.caseOf(e);
        e.signature = signReceipt(operatorKey, e.receipt);
        assertEq(disputes.caseOf(e).job, 0, "signed, and nobody's delivery");
    }

    /// @dev What nobody delivered needs a signature, before the delivery and after another one.
    function test_delivery_notYet() public {
        (bytes32 job, ReceiptEvidence memory e, uint32[] memory output) = accepted();
        vm.expectRevert(unsigned(e));
        disputes.caseOf(e);
        ReceiptEvidence memory other = copy(e);
        ++other.receipt.seq;
        market.deliverJob(job, other.receipt, signReceipt(operatorKey, other.receipt), output);
        disputes.caseOf(other);
        assertNobodysDelivery(e);
    }

    /// @dev Each record is its own job's.
    function test_delivery_ofAnotherJob() public {
        (, ReceiptEvidence memory a,) = delivered();
        (bytes32 jobB, ReceiptEvidence memory b,) = delivered();
        disputes.caseOf(a);
        disputes.caseOf(b);
        ReceiptEvidence memory mixed = copy(a);
        mixed.request = b.request;
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "requestHash"));
        disputes.caseOf(mixed);
        mixed = copy(a);
        mixed.request.payment = jobB;
        mixed.receipt.requestHash = requestHashOf(mixed.request);
        vm.expectRevert(unsigned(mixed));
        disputes.caseOf(mixed);
    }

    /// @dev A refunded job was never delivered.
    function test_delivery_ofARefundedJob() public {
        (bytes32 job, ReceiptEvidence memory e,) = accepted();
        vm.warp(e.request.deadline);
        market.refundJob(job);
        assertNobodysDelivery(e);
    }

    /// @dev The record is of one chain: a fork that takes another id knows none.
    function test_delivery_onAFork() public {
        (, ReceiptEvidence memory e,) = delivered();
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "requestHash"));
        disputes.caseOf(e);
        e.receipt.requestHash = requestHashOf(e.request);
        vm.expectRevert(unsigned(e));
        disputes.caseOf(e);
    }

    // ------------------------------------------------------------- private

    /// @dev The request is read where an auditor reads it: in the Market's log.
    function accepted() private returns (bytes32 job, ReceiptEvidence memory e, uint32[] memory output) {
        vm.recordLogs();
        job = requestJob(order());
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IMarketEvents.JobRequested.selector) {
                (e.request,) = abi.decode(logs[i].data, (Request, JobOrder));
            }
        }
        accept(job);
        output = tokens(4, 1);
        e.receipt = receiptOf(job, output);
        e.receipt.seq = ++_seq;
    }

    function delivered() private returns (bytes32 job, ReceiptEvidence memory e, uint32[] memory output) {
        (job, e, output) = accepted();
        vm.recordLogs();
        market.deliverJob(job, e.receipt, signReceipt(operatorKey, e.receipt), output);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        (e.receipt,,) = abi.decode(logs[0].data, (AnswerReceipt, uint32[], uint64));
    }

    function fault(ReceiptEvidence memory e) private {
        SignedOpening memory o = openingOf(e, type(uint32).max, 0, keccak256("root"));
        disputes.proveOpeningShape(e, o, auditor);
    }

    function unsigned(ReceiptEvidence memory e) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEvidence.NotSigned.selector, address(0), e.receipt.provider);
    }

    function copy(ReceiptEvidence memory e) private pure returns (ReceiptEvidence memory) {
        return abi.decode(abi.encode(e), (ReceiptEvidence));
    }

    function requestHashOf(Request memory r) private view returns (bytes32) {
        return digestOf(keccak256(abi.encode(Eip712.REQUEST_TYPEHASH, r)));
    }

    /// @dev The lowest bit of one field.
    function flipped(bytes memory fields, uint256 index) private pure returns (bytes memory out) {
        out = bytes.concat(fields);
        out[32 * index + 31] ^= 0x01;
    }
}
