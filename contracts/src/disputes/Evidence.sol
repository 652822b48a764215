// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeLedger} from "../interfaces/IDisputeLedger.sol";
import {IEvidence} from "../interfaces/IDisputeGame.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IStaking} from "../interfaces/IStaking.sol";
import {Eip712} from "../libraries/Eip712.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {TraceLib} from "../libraries/TraceLib.sol";
import {Case, FaultKind, Payment, ReceiptEvidence, SignedOpening, Verdict} from "../types/DisputeTypes.sol";
import {Checkpoint, Class, ModelVersionId, Timing} from "../types/Types.sol";

/// @notice The contracts that every dispute contract works with; fixed at its deployment.
struct DisputeWiring {
    IMarket market;
    IStaking staking;
    IModelRegistry registry;
    IDisputeLedger ledger;
}

/// @title Evidence
/// @notice What every dispute begins with: a receipt that a provider signed, the request it answers, and whether it was
/// paid. Holds no state. Of a channel's receipt the signature is part of the evidence; of a job's the Market saw it at
/// delivery and recorded the receipt's hash, so that hash is enough.
abstract contract Evidence is IEvidence {
    IMarket internal immutable MARKET;
    IStaking internal immutable STAKING;
    IModelRegistry internal immutable REGISTRY;
    IDisputeLedger internal immutable LEDGER;

    constructor(DisputeWiring memory w) {
        MARKET = w.market;
        STAKING = w.staking;
        REGISTRY = w.registry;
        LEDGER = w.ledger;
    }

    // ------------------------------------------------------------ internal

    /// @notice Checks evidence and that the receipt can still be disputed.
    function _openCase(ReceiptEvidence calldata e) internal view returns (Case memory c) {
        c = _readCase(e);
        // INVARIANT: what is over is over, for everybody at the same second.
        if (block.timestamp >= c.until) revert WindowClosed(c.receiptHash, c.until);
    }

    /// @notice As `_openCase`, for a model whose computation can be judged.
    function _openProvenCase(ReceiptEvidence calldata e) internal view returns (Case memory c) {
        c = _openCase(e);
        if (REGISTRY.classOf(ModelVersionId.wrap(c.modelVersion)) != Class.Proven) {
            revert NotProvenClass(c.modelVersion);
        }
    }

    /// @notice Checks evidence, whenever.
    function _readCase(ReceiptEvidence calldata e) internal view virtual returns (Case memory c) {
        c.receiptHash = _receiptHash(e);
        c.provider = e.receipt.provider;
        c.modelVersion = e.request.modelVersion;
        if (REGISTRY.classOf(ModelVersionId.wrap(c.modelVersion)) == Class.None) {
            revert UnknownModelVersion(c.modelVersion);
        }
        c.positions = TraceLib.positions(e.request.promptTokens, e.receipt.outputTokens);
        _readPayment(e, c);
        // INVARIANT: a provider answers for what its operators signed, retired ones too, and for nothing else. What the
        // Market recorded as delivered it saw signed, and perhaps nobody else did.
        if (c.job == 0) _requireSigned(c.receiptHash, e.signature, c.provider);
    }

    /// @notice The name of a receipt that answers its request. Whether anybody signed it is another question.
    function _receiptHash(ReceiptEvidence calldata e) internal view returns (bytes32) {
        bytes32 domain = _domain();
        if (e.receipt.requestHash != Eip712.digest(domain, Eip712.hash(e.request))) {
            revert EvidenceMismatch("requestHash");
        }
        return Eip712.digest(domain, Eip712.hash(e.receipt));
    }

    /// @notice Checks that `o` is the provider's claim about a block of this receipt.
    function _requireOpening(SignedOpening calldata o, Case memory c) internal view {
        if (o.opening.receiptHash != c.receiptHash) revert EvidenceMismatch("opening");
        _requireSigned(Eip712.digest(_domain(), Eip712.hash(o.opening)), o.signature, c.provider);
    }

    function _requireSigned(bytes32 digest, bytes calldata signature, address provider) internal view {
        address signer = Signatures.recover(digest, signature);
        if (signer == address(0) || provider == address(0) || STAKING.providerOf(signer) != provider) {
            revert NotSigned(signer, provider);
        }
    }

    /// @notice When the redeem that paid a leaf happened. Reverts unless the receipt is in the line's redeemed root and
    /// the named checkpoint is the first that covers it.
    function _checkpointTime(bytes32 line, bytes32 receiptHash, uint128 fee, Payment calldata p)
        internal
        view
        returns (uint64)
    {
        (bytes32 root,, uint128 end) = SumTree.open(p.count, p.index, receiptHash, fee, p.path);
        // INVARIANT: only what the provider redeemed counts as paid.
        if (root != MARKET.lineOf(line).receiptsRoot) revert EvidenceMismatch("receiptsRoot");
        Checkpoint memory point = MARKET.checkpointOf(line, p.checkpoint);
        if (point.paid < end) revert EvidenceMismatch("checkpoint");
        if (p.checkpoint != 0 && MARKET.checkpointOf(line, p.checkpoint - 1).paid >= end) {
            revert EvidenceMismatch("checkpoint");
        }
        return point.time;
    }

    function _verdict(Case memory c, FaultKind kind, address submitter)
        internal
        pure
        returns (Verdict memory v)
    {
        v.kind = kind;
        v.cause = c.receiptHash;
        v.provider = c.provider;
        v.refundTo = c.refundTo;
        v.refund = c.refund;
        v.job = c.job;
        v.submitter = submitter;
        v.modelVersion = c.modelVersion;
    }

    function _domain() internal view returns (bytes32) {
        return Eip712.separator(address(MARKET));
    }

    // ------------------------------------------------------------- private

    /// @dev Until when, and who gets how much back.
    function _readPayment(ReceiptEvidence calldata e, Case memory c) private view {
        Timing memory timing = MARKET.timing();
        uint256 from = e.request.deadline;
        if (e.payment.count == 0) {
            (address requester, bytes32 delivered, uint64 at) = MARKET.deliveryOf(e.request.payment);
            if (delivered == c.receiptHash) {
                (c.job, c.refundTo, c.refund) = (e.request.payment, requester, e.receipt.fee);
                from = at;
            }
        } else {
            // No job has a voucher line: one counter makes the ids of jobs and channels.
            bytes32 line = MARKET.lineId(e.request.payment, c.provider, c.modelVersion, e.payment.relayer);
            uint64 time = _checkpointTime(line, c.receiptHash, e.receipt.fee, e.payment);
            if (time > from) from = time;
            c.refundTo = MARKET.requesterOf(e.request.payment);
            c.refund = e.receipt.fee;
        }
        uint256 own = from + timing.disputeWindow;
        // INVARIANT: what was drawn can be judged, though the line's newest root may no longer hold it.
        (uint64 extended, uint64 paid, uint64 stretch) = LEDGER.windowOf(c.receiptHash);
        if (paid > own) own = paid;
        // INVARIANT: whoever floods a provider with questions takes nobody the time that they take.
        c.until = _until(own, uint256(timing.maxHold) + stretch, extended);
    }

    /// @dev Time in questions extends the window, as far as stake is held for it.
    function _until(uint256 own, uint256 longest, uint256 extended) internal pure returns (uint64) {
        uint256 until = extended > own ? extended : own;
        if (until > own + longest) until = own + longest;
        // casting is safe: bounded
        // forge-lint: disable-next-line(unsafe-typecast)
        return until > type(uint64).max ? type(uint64).max : uint64(until);
    }
}
