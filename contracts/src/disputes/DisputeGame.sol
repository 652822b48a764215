// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeGame} from "../interfaces/IDisputeGame.sol";
import {IStepTable} from "../interfaces/IStepTable.sol";
import {IStepVerifier, IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {MerkleLib} from "../libraries/MerkleLib.sol";
import {PickLib} from "../libraries/PickLib.sol";
import {StepLib} from "../libraries/StepLib.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {TokenLib} from "../libraries/TokenLib.sol";
import {TraceLib} from "../libraries/TraceLib.sol";
import {
    Case,
    FaultKind,
    OpenedDigest,
    Operand,
    Payment,
    Pick,
    ReceiptEvidence,
    SeamProof,
    SignedOpening,
    Source,
    Statement,
    StepProof,
    TokenLeaf
} from "../types/DisputeTypes.sol";
import {Class, ModelVersionId} from "../types/Types.sol";
import {DisputeWiring, Evidence} from "./Evidence.sol";

/// @title DisputeGame
/// @notice See `IDisputeGame`. It holds no state and no money; the ledger knows what was proven.
contract DisputeGame is IDisputeGame, Evidence {
    /// @dev Of the container header, little-endian words (HeaderLib).
    uint256 private constant WIDTH = 12;
    uint256 private constant LAYERS = 20;
    uint256 private constant VOCABULARY = 36;
    /// @dev The step of the head's block that picks the token (docs/trace-spec.md section 7).
    uint256 private constant TOKEN_STEP = 9;

    IStepTable private immutable TABLE;
    IVerifierRegistry private immutable VERIFIERS;

    /// @dev A model as it is judged.
    struct Model {
        bytes header;
        uint256 layers;
        bytes32 weightsRoot;
        IStepVerifier verifier;
    }

    constructor(DisputeWiring memory w, IStepTable table, IVerifierRegistry verifiers) Evidence(w) {
        TABLE = table;
        VERIFIERS = verifiers;
    }

    // -------------------------------------------------------------- proofs

    /// @inheritdoc IDisputeGame
    function proveFault(ReceiptEvidence calldata e, StepProof calldata p) external {
        Case memory c = _begin(e, p.submitter);
        Model memory m = _modelOf(c);
        _requireBlock(e, c, m, p.opening, p.step.t, p.step.l);

        Statement memory s = TABLE.statement(m.header, p.step, _embedded(e, p), _picked(e, p, m));
        uint256[5] memory input;
        input[0] = _digestOf(e, c, m, p, s.a, p.digestA, p.pathA);
        input[1] = _digestOf(e, c, m, p, s.b, p.digestB, p.pathB);
        input[2] = _digestOf(e, c, m, p, s.o, p.digestO, p.pathO);
        // INVARIANT: a proof speaks against the claim; nothing that is right has one.
        input[3] = StepLib.stepWord(s, false);
        input[4] = StepLib.parameters(s.x, s.y, p.submitter);
        m.verifier.verifyProof(p.proof, input);
        FaultKind kind = s.op == StepLib.PICK ? FaultKind.Pick : FaultKind.WrongStep;
        LEDGER.convict(_verdict(c, kind, p.submitter));
    }

    /// @inheritdoc IDisputeGame
    function proveSeam(ReceiptEvidence calldata e, SeamProof calldata p) external {
        Case memory c = _begin(e, p.submitter);
        Model memory m = _modelOf(c);
        uint256 t = p.opening.opening.t;
        uint256 l = p.opening.opening.l;
        _requireBlock(e, c, m, p.opening, t, l);
        Operand memory end = TABLE.leaf(m.header, t, l, p.vector, p.chunk);
        _requireLeaf(p.opening, p.digest, end, p.path);
        _requireBoundary(e, c, m, p, TraceLib.boundaryLeaf(t, _boundaryOf(m, l, end), m.layers));
        _requireWords(m, p, end);

        // INVARIANT: of the two signed hashes of one chunk exactly one is the words'.
        bool leafIsWords = p.leaf == MerkleLib.leaf(abi.encodePacked(p.words));
        bool digestIsWords = p.digest == p.wordsDigest;
        if (leafIsWords == digestIsWords) revert NoFault();
        LEDGER.convict(_verdict(c, FaultKind.Seam, p.submitter));
    }

    // --------------------------------------------------------- comparisons

    /// @inheritdoc IDisputeGame
    function proveKeys(
        ReceiptEvidence calldata e,
        OpenedDigest calldata here,
        OpenedDigest calldata there,
        uint32 s,
        uint32 head,
        address submitter
    ) external {
        Case memory c = _begin(e, submitter);
        Model memory m = _modelOf(c);
        (uint32 t, uint32 l) = (here.opening.opening.t, here.opening.opening.l);
        _requireBlock(e, c, m, here.opening, t, l);
        _requireBlock(e, c, m, there.opening, s, l);
        (Operand memory own, Operand memory other) = TABLE.counterpart(m.header, t, l, s, head);
        _requireNamed(here, own);
        _requireNamed(there, other);
        if (here.digest == there.digest) revert NoFault();
        LEDGER.convict(_verdict(c, FaultKind.Keys, submitter));
    }

    /// @inheritdoc IDisputeGame
    function proveBadDigest(ReceiptEvidence calldata e, OpenedDigest calldata d, address submitter) external {
        Case memory c = _begin(e, submitter);
        Model memory m = _modelOf(c);
        (uint32 t, uint32 l) = (d.opening.opening.t, d.opening.opening.l);
        _requireBlock(e, c, m, d.opening, t, l);
        _requireLeaf(d.opening, d.digest, TABLE.leaf(m.header, t, l, d.vector, d.chunk), d.path);
        // INVARIANT: what nobody can be asked about is a fault. Zero is a field element, but under it lies nothing.
        if (d.digest != 0 && uint256(d.digest) < TraceLib.R) revert NoFault();
        LEDGER.convict(_verdict(c, FaultKind.Digest, submitter));
    }

    /// @inheritdoc IDisputeGame
    function proveOpeningShape(ReceiptEvidence calldata e, SignedOpening calldata o, address submitter)
        external
    {
        Case memory c = _begin(e, submitter);
        Model memory m = _modelOf(c);
        _requireOpening(o, c);
        if (_inTrace(e, c, m, o.opening.t, o.opening.l)) revert NoFault();
        LEDGER.convict(_verdict(c, FaultKind.Shape, submitter));
    }

    /// @inheritdoc IDisputeGame
    function proveToken(ReceiptEvidence calldata e, uint32 index, TokenLeaf calldata leaf, address submitter)
        external
    {
        Case memory c = _begin(e, submitter);
        Model memory m = _modelOf(c);
        uint32 id = _outputToken(e, index, leaf);
        if (id < _little(m.header, VOCABULARY)) revert NoFault();
        LEDGER.convict(_verdict(c, FaultKind.Token, submitter));
    }

    /// @inheritdoc IDisputeGame
    function settle(ReceiptEvidence calldata e) external {
        LEDGER.settle(_verdict(_openCase(e), FaultKind.None, address(0)));
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IDisputeGame
    function leafOf(ReceiptEvidence calldata e)
        external
        view
        returns (bytes32 receiptHash, bytes32 root, uint128 start, uint128 end)
    {
        receiptHash = _receiptHash(e);
        Payment calldata p = e.payment;
        if (p.count == 0) return (receiptHash, 0, 0, 0);
        _requireSigned(receiptHash, e.signature, e.receipt.provider);
        (root, start, end) = SumTree.open(p.count, p.index, receiptHash, e.receipt.fee, p.path);
    }

    /// @inheritdoc IDisputeGame
    function caseOf(ReceiptEvidence calldata e) external view returns (Case memory) {
        return _readCase(e);
    }

    /// @inheritdoc IDisputeGame
    function disputableUntil(ReceiptEvidence calldata e) external view returns (uint64) {
        return _readCase(e).until;
    }

    /// @notice The contracts it works with.
    function gameWiring()
        external
        view
        returns (
            address market,
            address staking,
            address registry,
            address ledger,
            address table,
            address verifiers
        )
    {
        return (
            address(MARKET),
            address(STAKING),
            address(REGISTRY),
            address(LEDGER),
            address(TABLE),
            address(VERIFIERS)
        );
    }

    // -------------------------------------------------------------- blocks

    function _begin(ReceiptEvidence calldata e, address submitter) private view returns (Case memory c) {
        if (submitter == address(0)) revert ZeroSubmitter();
        c = _openCase(e);
    }

    function _modelOf(Case memory c) private view returns (Model memory m) {
        ModelVersionId id = ModelVersionId.wrap(c.modelVersion);
        Class class;
        uint32 specVersion;
        (class, specVersion, m.weightsRoot, m.header) = REGISTRY.termsOf(id);
        if (class != Class.Proven) revert NotProvenClass(c.modelVersion);
        m.layers = _little(m.header, LAYERS);
        // INVARIANT: a model version is judged by the verifier of the specification that it named, for ever.
        (address verifier,) = VERIFIERS.verifierOf(specVersion);
        m.verifier = IStepVerifier(verifier);
    }

    /// @dev Block (t, l) is one of the trace: below T, at most the head, which exists from the prompt's last position on.
    function _inTrace(ReceiptEvidence calldata e, Case memory c, Model memory m, uint256 t, uint256 l)
        private
        pure
        returns (bool)
    {
        if (t >= c.positions || l > m.layers + 1) return false;
        return l <= m.layers || t + 1 >= e.request.promptTokens;
    }

    /// @dev The opening is the provider's, of block (t, l) of this receipt's trace.
    function _requireBlock(
        ReceiptEvidence calldata e,
        Case memory c,
        Model memory m,
        SignedOpening calldata o,
        uint256 t,
        uint256 l
    ) private view {
        if (o.opening.t != t || o.opening.l != l) revert MissingOpening(t, l);
        _requireOpening(o, c);
        if (!_inTrace(e, c, m, t, l)) revert BlockOutsideTrace(t, l);
    }

    // -------------------------------------------------------------- leaves

    /// @dev The digest that a slot of the proof is about, bound to where the step says it is.
    function _digestOf(
        ReceiptEvidence calldata e,
        Case memory c,
        Model memory m,
        StepProof calldata p,
        Operand memory o,
        bytes32 digest,
        bytes32[] calldata path
    ) private view returns (uint256) {
        if (o.source == Source.None) return uint256(StepLib.UNUSED_DIGEST);
        if (uint256(digest) >= TraceLib.R) revert NotInField(uint256(digest));
        bytes32 root = _rootOf(digest, o.outer, o.outers, o.inner, o.inners, path);
        if (o.source == Source.Stored) {
            if (root != m.weightsRoot) revert BadPath("weights");
        } else if (o.source == Source.Opened) {
            if (root != p.opening.opening.blockRoot) revert BadPath("opening");
        } else {
            _requireBlock(e, c, m, p.earlier, o.t, p.step.l);
            if (root != p.earlier.opening.blockRoot) revert BadPath("earlier");
        }
        return uint256(digest);
    }

    /// @dev INVARIANT: the depth is the tree's own, so no node passes for a leaf.
    function _rootOf(
        bytes32 leaf,
        uint256 outer,
        uint256 outers,
        uint256 inner,
        uint256 inners,
        bytes32[] calldata path
    ) private pure returns (bytes32) {
        uint256 below = TraceLib.depth(inners);
        uint256 depth = TraceLib.depth(outers) + below;
        if (path.length != depth) revert WrongDepth("leaf", path.length, depth);
        return MerkleLib.rootFromPath(leaf, (outer << below) | inner, path);
    }

    function _requireLeaf(
        SignedOpening calldata o,
        bytes32 digest,
        Operand memory leaf,
        bytes32[] calldata path
    ) private pure {
        bytes32 root = _rootOf(digest, leaf.outer, leaf.outers, leaf.inner, leaf.inners, path);
        if (root != o.opening.blockRoot) {
            revert BadPath("opening");
        }
    }

    /// @dev `d` is the leaf that the table names.
    function _requireNamed(OpenedDigest calldata d, Operand memory leaf) private pure {
        if (d.vector != leaf.outer || d.chunk != leaf.inner) revert WrongVector(d.vector);
        _requireLeaf(d.opening, d.digest, leaf, d.path);
    }

    // --------------------------------------------------------------- seams

    /// @dev Which boundary of its position an end of a block is.
    function _boundaryOf(Model memory m, uint256 l, Operand memory end) private pure returns (uint256) {
        if (end.outer == 0) return l == 0 ? 0 : l - 1;
        if (l > m.layers || end.outer + 1 != end.outers) revert WrongVector(uint16(end.outer));
        return l;
    }

    /// @dev The chunk's leaf is under the receipt's trace root.
    function _requireBoundary(
        ReceiptEvidence calldata e,
        Case memory c,
        Model memory m,
        SeamProof calldata p,
        uint256 boundary
    ) private pure {
        uint256 boundaries = TraceLib.boundaryLeaves(c.positions, m.layers);
        uint256 chunks = TraceLib.boundaryChunks(_little(m.header, WIDTH));
        bytes32 root = _rootOf(p.leaf, boundary, boundaries, p.chunk, chunks, p.leafPath);
        if (TraceLib.traceRoot(p.traceSalt, root) != e.receipt.traceRoot) revert BadPath("boundary");
    }

    /// @dev The words in calldata are those of `wordsDigest`, by the proof.
    function _requireWords(Model memory m, SeamProof calldata p, Operand memory end) private view {
        uint256 count = StepLib.wordCount(end.kind, end.length);
        if (p.words.length != count) revert WrongDepth("words", p.words.length, count);
        for (uint256 i = 0; i < count; ++i) {
            // INVARIANT: a word and the word plus the modulus have one polynomial and two hashes.
            if (uint256(p.words[i]) >= TraceLib.R) revert NotInField(uint256(p.words[i]));
        }
        uint256[5] memory input;
        input[0] = uint256(p.wordsDigest);
        if (input[0] >= TraceLib.R) revert NotInField(input[0]);
        input[1] = TraceLib.bindPoint(p.leaf, p.wordsDigest, p.words);
        input[2] = TraceLib.evaluate(p.words, input[1]);
        input[3] = StepLib.stepWord(StepLib.bind(end.kind, end.length), true);
        input[4] = StepLib.parameters(0, 0, p.submitter);
        m.verifier.verifyProof(p.proof, input);
    }

    // -------------------------------------------------------------- tokens

    /// @dev The token of position t, for the block that embeds it.
    function _embedded(ReceiptEvidence calldata e, StepProof calldata p) private pure returns (uint32) {
        if (p.step.l != 0 || p.step.padding) return 0;
        uint32 t = p.step.t;
        uint32 prompt = e.request.promptTokens;
        if (t >= prompt) return _outputToken(e, t - prompt, p.token);
        if (TokenLib.root(p.token, t / TraceLib.TOKENS_PER_LEAF, prompt) != e.request.promptRoot) {
            revert BadPath("prompt");
        }
        return TokenLib.slot(p.token.ids, t % TraceLib.TOKENS_PER_LEAF);
    }

    function _outputToken(ReceiptEvidence calldata e, uint32 index, TokenLeaf calldata leaf)
        private
        pure
        returns (uint32)
    {
        uint32 count = e.receipt.outputTokens;
        if (index >= count) revert EvidenceMismatch("token");
        if (TokenLib.root(leaf, index / TraceLib.TOKENS_PER_LEAF, count) != e.receipt.outputRoot) {
            revert BadPath("output");
        }
        return TokenLib.slot(leaf.ids, index % TraceLib.TOKENS_PER_LEAF);
    }

    /// @dev The token of position t+1 and how it is picked, for the head's last step.
    function _picked(ReceiptEvidence calldata e, StepProof calldata p, Model memory m)
        private
        pure
        returns (Pick memory pick)
    {
        if (p.step.l != m.layers + 1 || p.step.vector != TOKEN_STEP) return pick;
        // The head exists from the prompt's last position on.
        pick.token = _outputToken(e, p.step.t + 1 - e.request.promptTokens, p.token);
        PickLib.Sampling memory s = PickLib.read(p.params, e.request.paramsHash);
        (pick.beta, pick.maxGap) = (s.beta, s.maxGap);
        if (s.greedy) return pick;
        uint64 position = uint64(p.step.t) + 1;
        pick.noiseA = PickLib.noise(s.seed, position, p.step.witness, p.noiseA);
        pick.noiseB = PickLib.noise(s.seed, position, pick.token, p.noiseB);
    }

    /// @dev The little-endian uint32 at a byte of the header.
    function _little(bytes memory h, uint256 at) private pure returns (uint256) {
        return uint256(uint8(h[at])) | (uint256(uint8(h[at + 1])) << 8) | (uint256(uint8(h[at + 2])) << 16)
            | (uint256(uint8(h[at + 3])) << 24);
    }
}
