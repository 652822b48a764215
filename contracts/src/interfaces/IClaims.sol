// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Payment, ReceiptEvidence, TokenLeaf} from "../types/DisputeTypes.sol";
import {Receipt, Request} from "../types/Types.sol";
import {IEvidence} from "./IDisputeGame.sol";

/// @notice A node of a tree: `level` above the leaves, number `index` of that level, its siblings lowest first.
struct TreeNode {
    uint8 level;
    uint64 index;
    bytes32 hash;
    bytes32[] path;
}

/// @notice A receipt and the signature of an operator.
struct SignedReceipt {
    Receipt receipt;
    bytes signature;
}

/// @notice A leaf of a redeemed voucher line.
struct PaidLeaf {
    bytes32 channel;
    address provider;
    bytes32 modelVersion;
    // The fee that the leaf says.
    uint128 fee;
    Payment payment;
}

/// @title Claims
/// @notice Faults that need no proof, because a contract can compare: a receipt that contradicts itself, its request, its
/// tokens, its trace root or another receipt. Anyone may claim, without a bond; what is shown is no fault reverts with
/// `NoFault`. `submitter` gets the bounty.
/// Warning: a claim binds nobody: whoever copies it out of the mempool is paid in its author's place.
///
/// Not judged here: exposure (fee above free stake / 400). The stake at the time of signing is not on chain, and an honest
/// provider's stake may have moved since. An output token outside the vocabulary: see `IDisputeGame.proveToken`.
interface IClaims is IEvidence {
    /// @notice What was shown is no fault.
    error NoFault();
    error ZeroSubmitter();
    /// @notice The two receipts prove nothing against one another.
    error NoPair(string field);
    error AlreadyClaimed(bytes32 claim);
    /// @notice The parameters are not those that the request commits to.
    error BadParams();
    error NoSuchToken(uint32 index, uint32 count);
    error NoSuchNode(uint256 level, uint256 index);
    /// @notice The prompt's first leaf is not hidden by the salt that the secret makes.
    error BadSecret();

    /// @notice Two receipts of one operator and one number, or of one provider for one request and count.
    event Equivocated(
        address indexed provider, address indexed operator, bytes32 receiptHash, bytes32 otherHash
    );
    /// @notice A leaf of a redeemed line is not a receipt of that line, or its second payment.
    event WrongLeaf(
        bytes32 indexed line, address indexed provider, bytes32 indexed receiptHash, bytes32 cause
    );

    // ------------------------------------------------------------ receipts

    /// @notice Two different receipts with one (operator, seq). Both classes, at any time, once per pair of operator and
    /// seq. Slashes the small rung. The same receipt twice, or a retry under another seq, is no fault.
    function claimEquivocation(SignedReceipt calldata a, SignedReceipt calldata b, address submitter) external;

    /// @notice Proven class: two receipts of one provider for the same request and the same count with different roots;
    /// one answer is right. Slashes the small rung, once per provider and request.
    function claimTwoAnswers(ReceiptEvidence calldata e, SignedReceipt calldata other, address submitter)
        external;

    /// @notice The fee is not what prices and counts make, or above maxFee, or the count above maxOutputTokens.
    function claimBilling(ReceiptEvidence calldata e, address submitter) external;

    /// @notice Proven class: the finish contradicts the counts: none of the five; stop, length or context without a
    /// token; length below the maximum; context unless all positions are used; no position, or more than the model has;
    /// a prompt of nothing, or of more tokens than the model has positions. cancelled and stopString contradict no count but the
    /// last two.
    function claimFinish(ReceiptEvidence calldata e, address submitter) external;

    /// @notice Proven class: the finish contradicts output token `index`: with stop the last token is no stop id;
    /// with stop, length or context an earlier one is. cancelled and stopString are never faults.
    /// @param params the request's canonical parameters; they may be empty where an earlier token is a stop id of the
    /// model.
    function claimStop(
        ReceiptEvidence calldata e,
        uint32 index,
        TokenLeaf calldata leaf,
        bytes calldata params,
        address submitter
    ) external;

    /// @notice Proven class: a slot behind the last output token is not 0xFFFFFFFF.
    function claimUnusedSlot(ReceiptEvidence calldata e, TokenLeaf calldata leaf, address submitter) external;

    // ------------------------------------------------------------ requests

    /// @notice Proven class: slot `index` of the prompt's tree holds a token that the model does not have, or, behind the
    /// last token, anything but 0xFFFFFFFF. Honest providers refuse such a prompt: nothing could be shown about its answer.
    function claimPrompt(ReceiptEvidence calldata e, uint32 index, TokenLeaf calldata leaf, address submitter)
        external;

    /// @notice Proven class: the request's parameters are not canonical: another version or length, a temperature out of
    /// range, stop ids that do not ascend or that no model has. Honest providers refuse such a request.
    function claimParams(ReceiptEvidence calldata e, bytes calldata params, address submitter) external;

    // --------------------------------------------------------------- trees

    /// @notice Proven class: a node of the output tree that no list of tokens has: one behind the last leaf that is not
    /// zero, one before it that is, or the raw hash of two zeros.
    function claimOutputTree(ReceiptEvidence calldata e, TreeNode calldata n, address submitter) external;

    /// @notice Proven class: the same for the boundary tree under the trace root, which `salt` hides.
    function claimTraceTree(ReceiptEvidence calldata e, TreeNode calldata n, bytes32 salt, address submitter)
        external;

    /// @notice Proven class: the same for the tree of chunks under a leaf of the boundary tree.
    /// @param n of both trees taken as one: the level above the chunks, below the boundary's leaf, and the number on it; the
    /// path leads to the root under the trace root
    function claimChunkTree(ReceiptEvidence calldata e, TreeNode calldata n, bytes32 salt, address submitter)
        external;

    /// @notice Proven class: the trace root hides `root`, whatever that is, under another salt than the request's secret makes,
    /// so that only its provider could say what it commits to. The secret is the one whose salt hides the prompt's first
    /// tokens: nobody can show a second.
    /// @param leaf leaf 0 of the prompt, under the salt that the secret makes
    function claimSalt(
        ReceiptEvidence calldata e,
        bytes32 secret,
        TokenLeaf calldata leaf,
        bytes32 salt,
        bytes32 root,
        address submitter
    ) external;

    // --------------------------------------------------------------- lines

    /// @notice A leaf of a redeemed line is a receipt of another provider, channel or model version, or names another fee.
    /// The provider that redeemed the line is slashed, whoever signed the receipt, if anybody did. Until the dispute window
    /// after the leaf's checkpoint.
    function claimLeaf(
        Request calldata request,
        Receipt calldata receipt,
        PaidLeaf calldata leaf,
        address submitter
    ) external;

    /// @notice One receipt was paid twice: two leaves of one redeemed line, or of two lines of one provider.
    function claimPaidTwice(bytes32 receiptHash, PaidLeaf calldata a, PaidLeaf calldata b, address submitter)
        external;

    /// @notice Whether a claim that the ledger does not count was made; see the sources for ids.
    function claimed(bytes32 claim) external view returns (bool);
}
