// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    Case,
    OpenedDigest,
    ReceiptEvidence,
    SeamProof,
    SignedOpening,
    StepProof,
    TokenLeaf
} from "../types/DisputeTypes.sol";

/// @title What checks of evidence revert with
interface IEvidence {
    /// @notice A part of the evidence does not belong to another.
    error EvidenceMismatch(string field);
    error UnknownModelVersion(bytes32 modelVersion);
    error NotProvenClass(bytes32 modelVersion);
    /// @notice The signature has no signer, or one that is no operator of the provider.
    error NotSigned(address signer, address provider);
    /// @notice The receipt could be disputed before `until`.
    error WindowClosed(bytes32 receiptHash, uint64 until);
    error BadPath(string what);
    error WrongDepth(string what, uint256 length, uint256 expected);
}

/// @title DisputeGame
/// @notice One wrong number, one transaction: slashes a provider whose signed opening holds a number that is not what its
/// step makes. Everything that a proof is about (indices, kinds, lengths, parameters, public inputs) is derived here from
/// the model's header and the step; a submitter supplies digests, paths and the proof. Anyone may send; the bounty goes
/// to the submitter that the proof is bound to. No bond.
interface IDisputeGame is IEvidence {
    error ZeroSubmitter();
    /// @notice Block (t, l) is none of the receipt's trace.
    error BlockOutsideTrace(uint256 t, uint256 l);
    error MissingOpening(uint256 t, uint256 l);
    /// @notice Public inputs and words must be below the field's modulus.
    error NotInField(uint256 value);
    /// @notice The parameters are not the canonical encoding that the request commits to.
    error BadParams();
    /// @notice What was shown is no fault.
    error NoFault();
    error WrongVector(uint16 vector);

    /// @notice A number of an opening is not what its step makes, or another token beats the one picked.
    function proveFault(ReceiptEvidence calldata e, StepProof calldata p) external;

    /// @notice An end of an opening is not the boundary under the receipt's trace root.
    function proveSeam(ReceiptEvidence calldata e, SeamProof calldata p) external;

    /// @notice The entry of `keys` for position `s` and key head `head` differs from the digest in block (s, l).
    /// @param here leaf of the vector of keys; its `vector` and `chunk` are checked
    /// @param there leaf of the key rows of block (s, l); for s = t the opening of `here` again
    function proveKeys(
        ReceiptEvidence calldata e,
        OpenedDigest calldata here,
        OpenedDigest calldata there,
        uint32 s,
        uint32 head,
        address submitter
    ) external;

    /// @notice A digest of an opening is no field element, or zero, so no chunk has it. A vector or a part of its tree
    /// that is zero where chunks should be is as many zero digests.
    function proveBadDigest(ReceiptEvidence calldata e, OpenedDigest calldata d, address submitter) external;

    /// @notice An opening of a block that the trace does not have.
    function proveOpeningShape(ReceiptEvidence calldata e, SignedOpening calldata o, address submitter)
        external;

    /// @notice Output token `index` is none of the model's.
    function proveToken(ReceiptEvidence calldata e, uint32 index, TokenLeaf calldata leaf, address submitter)
        external;

    /// @notice Anyone, while the receipt can be disputed: a receipt proven wrong was paid, or its job delivered, after
    /// its conviction, or the evidence of payment was left out then. Refunds the fee and disproves the job.
    function settle(ReceiptEvidence calldata e) external;

    /// @notice The receipt that evidence is about and, if it shows a payment, the leaf of the line's sum tree: the tree's
    /// root and what the leaf pays of its total, [start, end). A delivered job's receipt has no leaf, and its signature is
    /// not looked at: the Market saw it.
    function leafOf(ReceiptEvidence calldata e)
        external
        view
        returns (bytes32 receiptHash, bytes32 root, uint128 start, uint128 end);

    /// @notice What evidence shows, whenever; reverts unless it holds.
    function caseOf(ReceiptEvidence calldata e) external view returns (Case memory);

    /// @notice The last second in which a receipt can be disputed, exclusive, as far as the evidence shows.
    function disputableUntil(ReceiptEvidence calldata e) external view returns (uint64);
}
