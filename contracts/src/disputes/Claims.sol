// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClaims, PaidLeaf, SignedReceipt, TreeNode} from "../interfaces/IClaims.sol";
import {Eip712} from "../libraries/Eip712.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {MerkleLib} from "../libraries/MerkleLib.sol";
import {ParamsLib} from "../libraries/ParamsLib.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {TokenLib} from "../libraries/TokenLib.sol";
import {TokenRoot} from "../libraries/TokenRoot.sol";
import {TraceLib} from "../libraries/TraceLib.sol";
import {Case, FaultKind, ReceiptEvidence, TokenLeaf, Verdict} from "../types/DisputeTypes.sol";
import {Finish, ModelVersionId, Receipt, Request} from "../types/Types.sol";
import {DisputeWiring, Evidence} from "./Evidence.sol";

/// @title Claims
/// @notice See `IClaims`. Every claim names what an honest provider never signs; what only looks like it reverts.
contract Claims is IClaims, Evidence {
    /// @dev Words of the container header, see HeaderLib.
    uint256 private constant WIDTH = 12;
    uint256 private constant LAYERS = 20;
    uint256 private constant VOCABULARY = 36;
    uint256 private constant POSITIONS = 40;
    /// @dev What a node over two empty children would be if the zero rule did not exist. No tree has it.
    bytes32 private constant OVER_NOTHING = keccak256(abi.encodePacked(bytes1(0x01), bytes32(0), bytes32(0)));

    /// @inheritdoc IClaims
    mapping(bytes32 claim => bool) public claimed;

    constructor(DisputeWiring memory w) Evidence(w) {}

    // ------------------------------------------------------------ receipts

    /// @inheritdoc IClaims
    function claimEquivocation(SignedReceipt calldata a, SignedReceipt calldata b, address submitter)
        external
    {
        (bytes32 hashA, address operator) = _signer(a);
        (bytes32 hashB, address other) = _signer(b);
        address provider = operator == address(0) ? address(0) : STAKING.providerOf(operator);
        if (provider == address(0)) revert NotSigned(operator, provider);
        // INVARIANT: a counter belongs to one key; two keys may use one number.
        if (operator != other) revert NoPair("operator");
        if (a.receipt.seq != b.receipt.seq) revert NoPair("seq");
        // INVARIANT: the same receipt twice is one receipt, whatever its signature's bytes.
        if (hashA == hashB) revert NoFault();
        _once(keccak256(abi.encode("seq", operator, a.receipt.seq)));

        Verdict memory v;
        (v.kind, v.cause, v.provider) = (FaultKind.Equivocation, hashA, provider);
        v.submitter = _requireSubmitter(submitter);
        emit Equivocated(provider, operator, hashA, hashB);
        LEDGER.rebuke(v, LEDGER.bounty());
    }

    /// @inheritdoc IClaims
    function claimTwoAnswers(ReceiptEvidence calldata e, SignedReceipt calldata other, address submitter)
        external
    {
        Case memory c = _openProvenCase(e);
        (bytes32 otherHash, address operator) = _signer(other);
        _requireSigned(otherHash, other.signature, c.provider);
        if (other.receipt.requestHash != e.receipt.requestHash) revert NoPair("requestHash");
        // A partial answer and a whole one differ in count, and may both be right.
        if (other.receipt.outputTokens != e.receipt.outputTokens) revert NoPair("outputTokens");
        // INVARIANT: the secret is fixed by the prompt root, so one count has one pair of roots.
        bool same = other.receipt.outputRoot == e.receipt.outputRoot
            && other.receipt.traceRoot == e.receipt.traceRoot;
        if (same) revert NoFault();
        _once(keccak256(abi.encode("request", c.provider, e.receipt.requestHash)));

        emit Equivocated(c.provider, operator, c.receiptHash, otherHash);
        LEDGER.rebuke(_verdict(c, FaultKind.Equivocation, _requireSubmitter(submitter)), LEDGER.bounty());
    }

    /// @inheritdoc IClaims
    function claimBilling(ReceiptEvidence calldata e, address submitter) external {
        Case memory c = _openCase(e);
        uint256 fee =
            FeeLib.fee(e.request.promptTokens, e.receipt.outputTokens, e.request.priceIn, e.request.priceOut);
        bool wrong = e.receipt.fee != fee || e.receipt.fee > e.request.maxFee
            || e.receipt.outputTokens > e.request.maxOutputTokens;
        _convict(wrong, c, FaultKind.OverBilling, submitter);
    }

    /// @inheritdoc IClaims
    function claimFinish(ReceiptEvidence calldata e, address submitter) external {
        Case memory c = _openProvenCase(e);
        uint256 positions = _headerWord(REGISTRY.headerOf(ModelVersionId.wrap(c.modelVersion)), POSITIONS);
        _convict(_contradictsCounts(e, c.positions, positions), c, FaultKind.Finish, submitter);
    }

    /// @inheritdoc IClaims
    function claimStop(
        ReceiptEvidence calldata e,
        uint32 index,
        TokenLeaf calldata leaf,
        bytes calldata params,
        address submitter
    ) external {
        Case memory c = _openProvenCase(e);
        uint32 count = e.receipt.outputTokens;
        if (index >= count) revert NoSuchToken(index, count);
        _requireLeaf(e, index / TraceLib.TOKENS_PER_LEAF, leaf);
        uint32 id = TokenLib.slot(leaf.ids, index % TraceLib.TOKENS_PER_LEAF);
        bool last = index == count - 1;
        bool wrong = last
            ? e.receipt.finish == uint8(Finish.Stop) && !_isStop(e, c, id, params)
            : _ended(e.receipt.finish) && _isStop(e, c, id, params);
        _convict(wrong, c, FaultKind.Finish, submitter);
    }

    /// @inheritdoc IClaims
    function claimUnusedSlot(ReceiptEvidence calldata e, TokenLeaf calldata leaf, address submitter)
        external
    {
        Case memory c = _openProvenCase(e);
        uint256 count = e.receipt.outputTokens;
        uint256 used = count % TraceLib.TOKENS_PER_LEAF;
        if (used == 0) revert NoFault();
        _requireLeaf(e, count / TraceLib.TOKENS_PER_LEAF, leaf);
        bool wrong = false;
        for (uint256 i = used; i < TraceLib.TOKENS_PER_LEAF; ++i) {
            if (TokenLib.slot(leaf.ids, i) != TokenLib.UNUSED) wrong = true;
        }
        _convict(wrong, c, FaultKind.Padding, submitter);
    }

    // ------------------------------------------------------------ requests

    /// @inheritdoc IClaims
    function claimPrompt(ReceiptEvidence calldata e, uint32 index, TokenLeaf calldata leaf, address submitter)
        external
    {
        Case memory c = _openProvenCase(e);
        uint32 count = e.request.promptTokens;
        if (index >= TokenLib.leaves(count) * TraceLib.TOKENS_PER_LEAF) revert NoSuchToken(index, count);
        _requirePromptLeaf(e, index / TraceLib.TOKENS_PER_LEAF, leaf);
        uint32 id = TokenLib.slot(leaf.ids, index % TraceLib.TOKENS_PER_LEAF);
        bytes memory header = REGISTRY.headerOf(ModelVersionId.wrap(c.modelVersion));
        bool wrong = index < count ? id >= _headerWord(header, VOCABULARY) : id != TokenLib.UNUSED;
        _convict(wrong, c, FaultKind.Request, submitter);
    }

    /// @inheritdoc IClaims
    function claimParams(ReceiptEvidence calldata e, bytes calldata params, address submitter) external {
        Case memory c = _openProvenCase(e);
        _requireParams(e, params);
        _convict(!ParamsLib.isCanonical(params), c, FaultKind.Request, submitter);
    }

    // --------------------------------------------------------------- trees

    /// @inheritdoc IClaims
    function claimOutputTree(ReceiptEvidence calldata e, TreeNode calldata n, address submitter) external {
        Case memory c = _openProvenCase(e);
        uint256 leaves = TokenLib.leaves(e.receipt.outputTokens);
        if (_rootOf(n, leaves) != e.receipt.outputRoot) revert BadPath("outputRoot");
        _convict(_misshapen(n, leaves), c, FaultKind.Padding, submitter);
    }

    /// @inheritdoc IClaims
    function claimTraceTree(ReceiptEvidence calldata e, TreeNode calldata n, bytes32 salt, address submitter)
        external
    {
        Case memory c = _openProvenCase(e);
        uint256 layers = _headerWord(REGISTRY.headerOf(ModelVersionId.wrap(c.modelVersion)), LAYERS);
        uint256 leaves = TraceLib.boundaryLeaves(c.positions, layers);
        bytes32 root = TraceLib.traceRoot(salt, _rootOf(n, leaves));
        if (root != e.receipt.traceRoot) revert BadPath("traceRoot");
        _convict(_misshapen(n, leaves), c, FaultKind.Padding, submitter);
    }

    /// @inheritdoc IClaims
    function claimChunkTree(ReceiptEvidence calldata e, TreeNode calldata n, bytes32 salt, address submitter)
        external
    {
        Case memory c = _openProvenCase(e);
        bytes memory header = REGISTRY.headerOf(ModelVersionId.wrap(c.modelVersion));
        uint256 outers = TraceLib.boundaryLeaves(c.positions, _headerWord(header, LAYERS));
        uint256 chunks = TraceLib.boundaryChunks(_headerWord(header, WIDTH));
        uint256 inner = TraceLib.depth(chunks);
        // INVARIANT: a boundary's own leaf and all above it are claimTraceTree's; a boundary of one chunk has nothing below.
        if (n.level >= inner || n.index >> (inner - n.level) >= outers) revert NoSuchNode(n.level, n.index);
        uint256 depth = TraceLib.depth2(outers, chunks) - n.level;
        if (n.path.length != depth) revert WrongDepth("node", n.path.length, depth);
        bytes32 root = TraceLib.traceRoot(salt, MerkleLib.rootFromPath(n.hash, n.index, n.path));
        if (root != e.receipt.traceRoot) revert BadPath("traceRoot");
        uint256 within = n.index & ((uint256(1) << (inner - n.level)) - 1);
        bool inside = within << n.level < chunks;
        bool wrong = n.hash == OVER_NOTHING || inside == (n.hash == 0);
        _convict(wrong, c, FaultKind.Padding, submitter);
    }

    /// @inheritdoc IClaims
    function claimSalt(
        ReceiptEvidence calldata e,
        bytes32 secret,
        TokenLeaf calldata leaf,
        bytes32 salt,
        bytes32 root,
        address submitter
    ) external {
        Case memory c = _openProvenCase(e);
        // INVARIANT: the prompt root holds the requester to one secret. A provider answers no prompt that it does not see
        // under the secret that it salts with.
        if (leaf.salt != TokenRoot.saltOf(secret, TokenRoot.PROMPT, 0)) revert BadSecret();
        _requirePromptLeaf(e, 0, leaf);
        if (TraceLib.traceRoot(salt, root) != e.receipt.traceRoot) revert BadPath("traceRoot");
        _convict(salt != TraceLib.saltOf(secret), c, FaultKind.Salt, submitter);
    }

    // --------------------------------------------------------------- lines

    /// @inheritdoc IClaims
    function claimLeaf(
        Request calldata request,
        Receipt calldata receipt,
        PaidLeaf calldata leaf,
        address submitter
    ) external {
        // INVARIANT: what a leaf commits to is enough; a provider that redeemed it answers for it, signed or not.
        bytes32 receiptHash = Eip712.digest(_domain(), Eip712.hash(receipt));
        if (receipt.requestHash != Eip712.digest(_domain(), Eip712.hash(request))) {
            revert EvidenceMismatch("requestHash");
        }
        (bytes32 line, uint64 time) = _redeemed(receiptHash, leaf);
        FaultKind kind = FaultKind.OverBilling;
        if (request.modelVersion != leaf.modelVersion) kind = FaultKind.WrongVersion;
        else if (_belongs(request, receipt, leaf)) revert NoFault();
        _requireInWindow(line, time);
        _convictLine(
            keccak256(abi.encode("leaf", line, receiptHash)), kind, line, receiptHash, leaf, submitter
        );
    }

    /// @inheritdoc IClaims
    function claimPaidTwice(bytes32 receiptHash, PaidLeaf calldata a, PaidLeaf calldata b, address submitter)
        external
    {
        // INVARIANT: a provider answers for the lines that it redeemed itself.
        if (a.provider != b.provider) revert NoPair("provider");
        (bytes32 line, uint64 time) = _redeemed(receiptHash, a);
        (bytes32 lineB, uint64 timeB) = _redeemed(receiptHash, b);
        if (line == lineB && a.payment.index == b.payment.index) revert NoFault();
        _requireInWindow(line, time > timeB ? time : timeB);
        bytes32 cause = keccak256(abi.encode("twice", a.provider, receiptHash));
        _convictLine(cause, FaultKind.OverBilling, line, receiptHash, a, submitter);
    }

    // ------------------------------------------------------------- private

    function _convict(bool wrong, Case memory c, FaultKind kind, address submitter) private {
        if (!wrong) revert NoFault();
        LEDGER.convict(_verdict(c, kind, _requireSubmitter(submitter)));
    }

    /// @dev The cause is the leaf, not the receipt: that may be an honest provider's.
    function _convictLine(
        bytes32 cause,
        FaultKind kind,
        bytes32 line,
        bytes32 receiptHash,
        PaidLeaf calldata leaf,
        address submitter
    ) private {
        Verdict memory v;
        (v.kind, v.cause, v.provider) = (kind, cause, leaf.provider);
        (v.refundTo, v.refund) = (MARKET.requesterOf(leaf.channel), leaf.fee);
        v.submitter = _requireSubmitter(submitter);
        v.modelVersion = leaf.modelVersion;
        emit WrongLeaf(line, leaf.provider, receiptHash, cause);
        LEDGER.convict(v);
    }

    function _once(bytes32 claim) private {
        if (claimed[claim]) revert AlreadyClaimed(claim);
        claimed[claim] = true;
    }

    function _requireSubmitter(address submitter) private pure returns (address) {
        if (submitter == address(0)) revert ZeroSubmitter();
        return submitter;
    }

    function _requireInWindow(bytes32 line, uint64 time) private view {
        uint64 until = time + MARKET.timing().disputeWindow;
        if (block.timestamp >= until) revert WindowClosed(line, until);
    }

    function _signer(SignedReceipt calldata s) private view returns (bytes32 receiptHash, address operator) {
        receiptHash = Eip712.digest(_domain(), Eip712.hash(s.receipt));
        operator = Signatures.recover(receiptHash, s.signature);
    }

    /// @dev The line of a leaf, and when it was paid. Reverts unless it was.
    function _redeemed(bytes32 receiptHash, PaidLeaf calldata leaf)
        private
        view
        returns (bytes32 line, uint64 time)
    {
        line = MARKET.lineId(leaf.channel, leaf.provider, leaf.modelVersion, leaf.payment.relayer);
        time = _checkpointTime(line, receiptHash, leaf.fee, leaf.payment);
    }

    function _belongs(Request calldata request, Receipt calldata receipt, PaidLeaf calldata leaf)
        private
        pure
        returns (bool)
    {
        return receipt.fee == leaf.fee && receipt.provider == leaf.provider && request.payment == leaf.channel;
    }

    /// @dev A finish is right if its own condition holds; when several do, any of them is.
    function _contradictsCounts(ReceiptEvidence calldata e, uint256 used, uint256 positions)
        private
        pure
        returns (bool)
    {
        uint8 finish = e.receipt.finish;
        // More than the model computes, whatever ended it, or nothing: there is no number that could be shown.
        if (used > positions || used == 0) return true;
        // A prompt that no honest provider reads. Of nothing there is no first number, and nothing that could be wrong.
        if (e.request.promptTokens == 0 || e.request.promptTokens > positions) return true;
        if (finish == uint8(Finish.None) || finish > uint8(Finish.Cancelled)) return true;
        if (_ended(finish) && e.receipt.outputTokens == 0) return true;
        if (finish == uint8(Finish.Length)) return e.receipt.outputTokens < e.request.maxOutputTokens;
        return finish == uint8(Finish.Context) && used != positions;
    }

    /// @dev The answer came to its own end, and was not ended by the requester.
    function _ended(uint8 finish) private pure returns (bool) {
        return
            finish == uint8(Finish.Stop) || finish == uint8(Finish.Length) || finish == uint8(Finish.Context);
    }

    function _isStop(ReceiptEvidence calldata e, Case memory c, uint32 id, bytes calldata params)
        private
        view
        returns (bool)
    {
        if (TokenLib.isModelStop(REGISTRY.headerOf(ModelVersionId.wrap(c.modelVersion)), id)) {
            return true;
        }
        _requireParams(e, params);
        return ParamsLib.isStop(params, id);
    }

    function _requireLeaf(ReceiptEvidence calldata e, uint256 index, TokenLeaf calldata leaf) private pure {
        bytes32 root = TokenLib.root(leaf, index, e.receipt.outputTokens);
        if (root != e.receipt.outputRoot) revert BadPath("outputRoot");
    }

    function _requirePromptLeaf(ReceiptEvidence calldata e, uint256 index, TokenLeaf calldata leaf)
        private
        pure
    {
        bytes32 root = TokenLib.root(leaf, index, e.request.promptTokens);
        if (root != e.request.promptRoot) revert BadPath("promptRoot");
    }

    function _requireParams(ReceiptEvidence calldata e, bytes calldata params) private pure {
        if (keccak256(params) != e.request.paramsHash) revert BadParams();
    }

    function _rootOf(TreeNode calldata n, uint256 leaves) private pure returns (bytes32) {
        uint256 depth = TraceLib.depth(leaves);
        if (n.level > depth || n.index >> (depth - n.level) != 0) revert NoSuchNode(n.level, n.index);
        if (n.path.length != depth - n.level) {
            revert WrongDepth("node", n.path.length, depth - n.level);
        }
        return MerkleLib.rootFromPath(n.hash, n.index, n.path);
    }

    /// @dev No tree over `leaves` leaves has such a node.
    function _misshapen(TreeNode calldata n, uint256 leaves) private pure returns (bool) {
        if (n.hash == OVER_NOTHING) return true;
        bool inside = (uint256(n.index) << n.level) < leaves;
        return inside == (n.hash == 0);
    }

    function _headerWord(bytes memory h, uint256 at) private pure returns (uint256) {
        return uint256(uint8(h[at])) | (uint256(uint8(h[at + 1])) << 8) | (uint256(uint8(h[at + 2])) << 16)
            | (uint256(uint8(h[at + 3])) << 24);
    }
}
