// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SumTree} from "../libraries/SumTree.sol";
import {Receipt, Request} from "./Types.sol";

/// @dev What a provider was found to have done. Values are part of the events and never change meaning.
enum FaultKind {
    None,
    // A number of an opening is not what its step makes (a proof).
    WrongStep,
    // Another token beats the one that was picked (a proof).
    Pick,
    // An end of an opening is not the boundary that the receipt commits to (a proof).
    Seam,
    // A key of an earlier position is not the one in that position's block.
    Keys,
    // A digest of an opening is no field element, or zero.
    Digest,
    // An opening of a block that does not exist.
    Shape,
    // An output token that the model does not have.
    Token,
    // From here on faults of other dispute contracts: claims about the receipt itself, and silence.
    Padding,
    Finish,
    OverBilling,
    WrongVersion,
    Equivocation,
    // One unanswered question: the small rung.
    Silence,
    // The third unanswered question on one receipt.
    Withheld,
    // The trace root is hidden by another salt than the request's secret makes (a claim).
    Salt,
    // The request has a prompt or parameters that no honest provider answers (a claim).
    Request
}

/// @notice A provider's signed claim of everything inside one block of a trace. `protocol.Opening`.
struct Opening {
    bytes32 receiptHash;
    uint32 t;
    uint32 l;
    bytes32 blockRoot;
}

struct SignedOpening {
    Opening opening;
    bytes signature;
}

/// @notice One number of a block, or one place behind the last number of a chunk. `protocol/step.Step`.
struct Step {
    uint32 t;
    uint32 l;
    uint16 vector;
    // Of a number its place in the vector; of padding the chunk and the place in it.
    uint32 row;
    uint32 col;
    // The counterexample of a maximum (a column) or of a pick (a token id); zero elsewhere.
    uint32 witness;
    bool padding;
}

/// @notice What a pick depends on besides logits. Greedy: beta 65536, the rest zero.
struct Pick {
    uint32 token;
    uint32 beta;
    uint32 maxGap;
    int32 noiseA;
    int32 noiseB;
}

/// @dev Where an operand is read (`protocol/step.Source`).
enum Source {
    // Not read: the digest of the chunk that is one wide zero.
    None,
    // This block's opening.
    Opened,
    // The opening of an earlier position's block of the same layer.
    Earlier,
    // The model's weights.
    Stored
}

/// @notice A chunk that a step reads or judges: leaf `inner` of `inners` under leaf `outer` of `outers`.
struct Operand {
    Source source;
    // The position of the opening, for Opened and Earlier.
    uint32 t;
    uint32 outer;
    uint32 outers;
    uint32 inner;
    uint32 inners;
    uint8 kind;
    uint32 length;
    uint32 place;
    uint32 place2;
}

/// @notice What a proof of one step says.
struct Statement {
    uint8 op;
    bool first;
    uint32 x;
    uint32 y;
    int32 noiseA;
    int32 noiseB;
    Operand a;
    Operand b;
    Operand o;
}

/// @notice The shape of one vector of a block. `chunks` is the number of leaves under its root, zero for a vector that
/// the model lacks.
struct VectorShape {
    uint8 op;
    uint8 kind;
    uint32 rows;
    uint32 cols;
    uint32 cap;
    bool packed;
    uint32 chunks;
}

/// @notice Eight token ids with the salt that hides them.
struct TokenLeaf {
    bytes32 salt;
    bytes32 ids;
    bytes32[] path;
}

/// @notice Sixteen entries of the noise table, big-endian int32.
struct NoiseLeaf {
    bytes32[2] entries;
    bytes32[] path;
}

/// @notice Where a receipt is in a redeemed voucher line. `count` zero: nowhere, it is not claimed to be paid.
struct Payment {
    address relayer;
    // Of the redeemed root; leaf `index` of them is the receipt.
    uint64 count;
    uint64 index;
    // The first checkpoint that covers the leaf.
    uint32 checkpoint;
    SumTree.Node[] path;
}

/// @notice A receipt that a provider signed, for what, and whether it was paid.
struct ReceiptEvidence {
    Request request;
    Receipt receipt;
    // Not read where the Market recorded this very receipt as the delivery of the request's job.
    bytes signature;
    Payment payment;
}

/// @notice What evidence shows.
struct Case {
    bytes32 receiptHash;
    address provider;
    bytes32 modelVersion;
    // Positions of the trace: prompt + output - 1.
    uint64 positions;
    // The receipt can be disputed while block.timestamp < until.
    uint64 until;
    // Who is refunded, and how much: zero unless the receipt was paid for.
    address refundTo;
    uint128 refund;
    // The job that was delivered with this very receipt; zero if none.
    bytes32 job;
}

/// @notice A fault as the ledger takes it.
struct Verdict {
    FaultKind kind;
    // What is slashed for: the receipt hash.
    bytes32 cause;
    address provider;
    address refundTo;
    uint128 refund;
    bytes32 job;
    // The address that the proof is bound to.
    address submitter;
    // Of the request, where the evidence holds one; zero: it names none.
    bytes32 modelVersion;
}

/// @notice What a proof of one step needs besides the evidence.
struct StepProof {
    Step step;
    SignedOpening opening;
    // Of block (t', l) for operands read there; empty signature: none.
    SignedOpening earlier;
    // Digests of the chunks read and judged, with paths; those of a slot that is not read are ignored.
    bytes32 digestA;
    bytes32 digestB;
    bytes32 digestO;
    bytes32[] pathA;
    bytes32[] pathB;
    bytes32[] pathO;
    // The embedded token, or the picked one.
    TokenLeaf token;
    // The request's canonical parameters and the noise of both ids, for a pick.
    bytes params;
    NoiseLeaf noiseA;
    NoiseLeaf noiseB;
    address submitter;
    bytes proof;
}

/// @notice Both hashes of one chunk at an end of a block, and words that have one of them.
struct SeamProof {
    SignedOpening opening;
    // Which end (a vector of the block) and which chunk of it.
    uint16 vector;
    uint32 chunk;
    // The chunk's words, each below the field's modulus.
    bytes32[] words;
    // The digest of the words, by the proof.
    bytes32 wordsDigest;
    // The opening's digest of the chunk.
    bytes32 digest;
    bytes32[] path;
    // The boundary's leaf of the chunk, under the receipt's trace root.
    bytes32 leaf;
    bytes32[] leafPath;
    bytes32 traceSalt;
    address submitter;
    bytes proof;
}

/// @notice One leaf of an opening.
struct OpenedDigest {
    SignedOpening opening;
    uint16 vector;
    uint32 chunk;
    bytes32 digest;
    bytes32[] path;
}
