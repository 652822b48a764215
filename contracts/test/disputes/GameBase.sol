// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Eip712} from "../../src/libraries/Eip712.sol";
import {MerkleLib} from "../../src/libraries/MerkleLib.sol";
import {StepLib} from "../../src/libraries/StepLib.sol";
import {TokenRoot} from "../../src/libraries/TokenRoot.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {
    OpenedDigest,
    Opening,
    Operand,
    Pick,
    ReceiptEvidence,
    SeamProof,
    SignedOpening,
    Source,
    Statement,
    Step,
    StepProof,
    TokenLeaf
} from "../../src/types/DisputeTypes.sol";
import {
    Class,
    Finish,
    Manifest,
    ModelKind,
    ModelVersionId,
    Receipt as AnswerReceipt,
    Request,
    Voucher
} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

/// @notice A model whose weights, openings and boundaries are full trees of made-up digests, and an answer of it. Every
/// digest is a function of its place, so that a leaf read at another place is another digest.
abstract contract GameBase is Fixture {
    uint32 internal constant PROMPT = 9;
    uint32 internal constant OUTPUT = 12;
    uint32 internal constant LAYERS = 5;
    uint64 internal constant POSITIONS = PROMPT + OUTPUT - 1;
    uint32 internal constant HEAD = LAYERS + 1;
    uint128 internal constant FEE = 33e6;
    uint16 internal constant TOKEN_STEP = 9;
    uint256 internal constant WEIGHT_LEAVES = 42;
    bytes32 internal constant SECRET = keccak256("secret");
    bytes32 internal constant TRACE_SALT = keccak256("trace salt");
    bytes internal constant PROOF = hex"beef";

    bytes32 internal model;
    bytes32 internal channel;
    uint64 internal start;
    bytes32[] private _weights;
    // A digest that differs from the rule's: as if the provider had committed to it.
    mapping(bytes32 place => bytes32) private _planted;

    function setUp() public virtual override {
        super.setUp();
        _growWeights();
        model = publishModel(1, "judged");
        channel = openDefault(10_000e6);
        start = uint64(block.timestamp);
    }

    // --------------------------------------------------------------- trees

    function digestAt(string memory tree, uint256 t, uint256 l, uint256 outer, uint256 inner)
        internal
        view
        returns (bytes32)
    {
        bytes32 place = keccak256(abi.encode(tree, t, l, outer, inner));
        return _planted[place] != 0 ? _planted[place] : bytes32(uint256(place) % TraceLib.R);
    }

    function plant(uint256 t, uint256 l, uint256 outer, uint256 inner, bytes32 digest) internal {
        _planted[keccak256(abi.encode("block", t, l, outer, inner))] = digest;
    }

    function leavesOf(string memory tree, uint256 t, uint256 l, uint256 outer, uint256 inners)
        internal
        view
        returns (bytes32[] memory leaves)
    {
        leaves = new bytes32[](inners);
        for (uint256 i = 0; i < inners; ++i) {
            leaves[i] = digestAt(tree, t, l, outer, i);
        }
    }

    function vectorRoots(uint256 t, uint256 l) internal view returns (bytes32[] memory roots) {
        roots = new bytes32[](table.vectors(header(), t, l));
        for (uint256 i = 0; i < roots.length; ++i) {
            uint256 chunks = table.shape(header(), t, l, i).chunks;
            roots[i] = MerkleLib.root(leavesOf("block", t, l, i, chunks));
        }
    }

    function pathOf(bytes32[] memory level, uint256 index) internal pure returns (bytes32[] memory path) {
        uint256 n = level.length;
        path = new bytes32[](TraceLib.depth(n));
        for (uint256 d = 0; d < path.length; ++d) {
            path[d] = index ^ 1 < n ? level[index ^ 1] : bytes32(0);
            uint256 half = (n + 1) / 2;
            for (uint256 i = 0; i < half; ++i) {
                level[i] = MerkleLib.node(level[2 * i], 2 * i + 1 < n ? level[2 * i + 1] : bytes32(0));
            }
            (n, index) = (half, index / 2);
        }
    }

    function join(bytes32[] memory a, bytes32[] memory b) internal pure returns (bytes32[] memory c) {
        c = new bytes32[](a.length + b.length);
        for (uint256 i = 0; i < c.length; ++i) {
            c[i] = i < a.length ? a[i] : b[i - a.length];
        }
    }

    /// @dev The leaf that an operand names, and its path; zero for an operand that is not read.
    function leafOf(Operand memory o, uint256 l)
        internal
        view
        returns (bytes32 digest, bytes32[] memory path)
    {
        if (o.source == Source.None) return (0, path);
        if (o.source == Source.Stored) {
            digest = digestAt("weights", 0, 0, o.outer, o.inner);
            return (
                digest,
                join(pathOf(leavesOf("weights", 0, 0, o.outer, o.inners), o.inner), pathOf(_weights, o.outer))
            );
        }
        digest = digestAt("block", o.t, l, o.outer, o.inner);
        path = pathOf(leavesOf("block", o.t, l, o.outer, o.inners), o.inner);
        path = join(path, pathOf(vectorRoots(o.t, l), o.outer));
    }

    function opened(uint256 t, uint256 l, uint256 vector, uint256 chunk)
        internal
        view
        returns (OpenedDigest memory d)
    {
        d.opening = openingOf(receiptHash(), uint32(t), uint32(l));
        (d.vector, d.chunk) = (uint16(vector), uint32(chunk));
        (d.digest, d.path) = leafOf(table.leaf(header(), t, l, vector, chunk), l);
    }

    // ------------------------------------------------------------ evidence

    function requestOf(bytes32 payment) internal view returns (Request memory r) {
        r.payment = payment;
        r.modelVersion = model;
        r.requester = requester;
        r.promptRoot = MerkleLib.root(tokenLeaves(TokenRoot.PROMPT, promptIds()));
        r.promptTokens = PROMPT;
        r.maxOutputTokens = OUTPUT;
        r.paramsHash = keccak256(params());
        (r.priceIn, r.priceOut, r.maxFee) = (1e12, 2e12, 40e6);
        r.deadline = start + 50;
        r.audience = 1;
        r.salt = keccak256("salt");
    }

    function answerTo(Request memory q) internal view returns (AnswerReceipt memory r) {
        r.requestHash = digestOf(keccak256(abi.encode(Eip712.REQUEST_TYPEHASH, q)));
        r.provider = provider;
        r.seq = 1;
        r.outputRoot = MerkleLib.root(tokenLeaves(TokenRoot.OUTPUT, outputIds()));
        r.outputTokens = OUTPUT;
        r.finish = uint8(Finish.Length);
        r.traceRoot = TraceLib.traceRoot(TRACE_SALT, MerkleLib.root(boundaries()));
        r.fee = FEE;
    }

    function evidence() internal view returns (ReceiptEvidence memory e) {
        e.request = requestOf(channel);
        e.receipt = answerTo(e.request);
        e.signature = signReceipt(operatorKey, e.receipt);
    }

    function resign(ReceiptEvidence memory e) internal view {
        e.receipt.requestHash = digestOf(keccak256(abi.encode(Eip712.REQUEST_TYPEHASH, e.request)));
        e.signature = signReceipt(operatorKey, e.receipt);
    }

    function hashOf(ReceiptEvidence memory e) internal view returns (bytes32) {
        return digestOf(keccak256(abi.encode(Eip712.RECEIPT_TYPEHASH, e.receipt)));
    }

    function receiptHash() internal view returns (bytes32) {
        return hashOf(evidence());
    }

    /// @dev Redeems a voucher over this one receipt; the evidence then says so.
    function pay(ReceiptEvidence memory e) internal {
        Voucher memory v = voucherOf(e.request.payment, e.receipt.fee);
        v.modelVersion = model;
        bytes32 leaf = keccak256(abi.encodePacked(bytes1(0x00), hashOf(e), e.receipt.fee));
        v.receiptsRoot = keccak256(abi.encodePacked(bytes1(0x03), uint64(1), e.receipt.fee, leaf));
        assertEq(redeem(v), e.receipt.fee, "redeemed");
        (e.payment.relayer, e.payment.count) = (relayer, 1);
    }

    // ------------------------------------------------------------ openings

    function openingOf(bytes32 receipt, uint32 t, uint32 l) internal view returns (SignedOpening memory) {
        return signOpening(operatorKey, Opening(receipt, t, l, MerkleLib.root(vectorRoots(t, l))));
    }

    function signOpening(uint256 key, Opening memory o) internal view returns (SignedOpening memory s) {
        s.opening = o;
        s.signature = sign(key, keccak256(abi.encode(Eip712.OPENING_TYPEHASH, o)));
    }

    /// @dev A block that the table may not know: its tree is of no use.
    function shapelessOpening(uint32 t, uint32 l) internal view returns (SignedOpening memory) {
        return openingShaped(evidence(), t, l);
    }

    function openingShaped(ReceiptEvidence memory e, uint32 t, uint32 l)
        internal
        view
        returns (SignedOpening memory)
    {
        return signOpening(operatorKey, Opening(hashOf(e), t, l, keccak256("root")));
    }

    // -------------------------------------------------------------- proofs

    function stepOf(uint32 t, uint32 l, uint16 vector, uint32 row, uint32 col)
        internal
        pure
        returns (Step memory)
    {
        return Step(t, l, vector, row, col, 0, false);
    }

    function pickAt(Step memory s) internal pure returns (Pick memory p) {
        if (s.l != HEAD || s.vector != TOKEN_STEP) return p;
        return Pick(outputIds()[s.t + 1 - PROMPT], 65_536, 0, 0, 0);
    }

    function tokenAt(uint256 t) internal pure returns (uint32) {
        return t < PROMPT ? promptIds()[t] : outputIds()[t - PROMPT];
    }

    /// @dev A fault proof of a step that the verifier accepts.
    function proofOf(Step memory s) internal returns (StepProof memory p, uint256[5] memory input) {
        p.step = s;
        p.submitter = auditor;
        p.proof = PROOF;
        p.opening = openingOf(receiptHash(), s.t, s.l);
        Statement memory st = table.statement(header(), s, s.l == 0 ? tokenAt(s.t) : 0, pickAt(s));
        (p.digestA, p.pathA) = leafOf(st.a, s.l);
        (p.digestB, p.pathB) = leafOf(st.b, s.l);
        (p.digestO, p.pathO) = leafOf(st.o, s.l);
        if (st.a.source == Source.Earlier) p.earlier = openingOf(receiptHash(), st.a.t, s.l);
        if (s.l == 0) p.token = s.t < PROMPT ? promptLeaf(s.t) : outputLeaf(s.t - PROMPT);
        if (s.l == HEAD && s.vector == TOKEN_STEP) {
            (p.token, p.params) = (outputLeaf(s.t + 1 - PROMPT), params());
        }

        bytes32 unused = table.unusedDigest();
        input[0] = uint256(st.a.source == Source.None ? unused : p.digestA);
        input[1] = uint256(st.b.source == Source.None ? unused : p.digestB);
        input[2] = uint256(p.digestO);
        (input[3], input[4]) = table.words(st, false, auditor);
        verifier.allow(PROOF, input);
    }

    /// @dev A seam at one end of a block: words that the boundary commits to, and the digest that they have.
    function seamOf(uint32 t, uint32 l, uint16 vector, bytes32 wordsDigest)
        internal
        returns (SeamProof memory p)
    {
        p.opening = openingOf(receiptHash(), t, l);
        (p.vector, p.chunk) = (vector, 0);
        (p.digest, p.path) = leafOf(table.leaf(header(), t, l, vector, 0), l);
        p.wordsDigest = wordsDigest;
        uint256 boundary = TraceLib.boundaryLeaf(t, boundaryOf(l, vector), LAYERS);
        p.words = wordsAt(boundary);
        p.leaf = boundaries()[boundary];
        p.leafPath = pathOf(boundaries(), boundary);
        p.traceSalt = TRACE_SALT;
        (p.submitter, p.proof) = (auditor, PROOF);
        allowSeam(p);
    }

    function allowSeam(SeamProof memory p) internal {
        uint256[5] memory input;
        input[0] = uint256(p.wordsDigest);
        input[1] = uint256(keccak256(abi.encodePacked(p.leaf, p.wordsDigest, p.words))) % TraceLib.R;
        uint256 power = 1;
        for (uint256 i = 0; i < p.words.length; ++i) {
            input[2] = addmod(input[2], mulmod(uint256(p.words[i]), power, TraceLib.R), TraceLib.R);
            power = mulmod(power, input[1], TraceLib.R);
        }
        (input[3], input[4]) = table.bindWords(uint8(StepLib.INT32), 64, p.submitter);
        verifier.allow(p.proof, input);
    }

    function boundaryOf(uint32 l, uint16 vector) internal pure returns (uint256) {
        if (vector != 0) return l;
        return l == 0 ? 0 : l - 1;
    }

    /// @dev 64 numbers are ten words.
    function wordsAt(uint256 boundary) internal pure returns (bytes32[] memory words) {
        words = new bytes32[](10);
        for (uint256 i = 0; i < 10; ++i) {
            words[i] = keccak256(abi.encode("word", boundary, i)) >> 8;
        }
    }

    function boundaries() internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](POSITIONS * (LAYERS + 1));
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = MerkleLib.leaf(abi.encodePacked(wordsAt(i)));
        }
    }

    // -------------------------------------------------------------- tokens

    function params() internal pure returns (bytes memory) {
        return abi.encodePacked(bytes1(0x01), bytes8(0), bytes32(0), bytes8(0));
    }

    function promptIds() internal pure returns (uint32[] memory) {
        return tokens(PROMPT, 100);
    }

    function outputIds() internal pure returns (uint32[] memory) {
        return tokens(OUTPUT, 200);
    }

    function tokenData(uint32[] memory ids, uint256 leaf) internal pure returns (bytes32) {
        uint256 word = 0;
        for (uint256 i = 8 * leaf; i < 8 * leaf + 8; ++i) {
            word = (word << 32) | (i < ids.length ? ids[i] : type(uint32).max);
        }
        return bytes32(word);
    }

    function tokenSalt(bytes6 tag, uint256 leaf) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(SECRET, tag, uint32(leaf)));
    }

    function tokenLeaves(bytes6 tag, uint32[] memory ids) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[]((ids.length + 7) / 8);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = MerkleLib.leaf(abi.encodePacked(tokenSalt(tag, i), tokenData(ids, i)));
        }
    }

    function tokenLeaf(bytes6 tag, uint32[] memory ids, uint256 index)
        internal
        pure
        returns (TokenLeaf memory)
    {
        uint256 leaf = index / 8;
        return TokenLeaf(tokenSalt(tag, leaf), tokenData(ids, leaf), pathOf(tokenLeaves(tag, ids), leaf));
    }

    function promptLeaf(uint256 index) internal pure returns (TokenLeaf memory) {
        return tokenLeaf(TokenRoot.PROMPT, promptIds(), index);
    }

    function outputLeaf(uint256 index) internal pure returns (TokenLeaf memory) {
        return tokenLeaf(TokenRoot.OUTPUT, outputIds(), index);
    }

    // ------------------------------------------------------------- private

    function _growWeights() private {
        // Rows of: the tables (of no use here), rotation, embedding, head; then of a layer's matrices. One chunk a row.
        uint256[7] memory rows = [uint256(64), 172, 32, 64, 64, 172, 32];
        _weights.push(MerkleLib.leaf(header()));
        for (uint256 i = 1; i < WEIGHT_LEAVES; ++i) {
            uint256 count = i < 3 || i == 41 ? 1 : (i < 6 ? 512 : rows[(i - 6) % 7]);
            _weights.push(MerkleLib.root(leavesOf("weights", 0, 0, i, count)));
        }
    }

    function publishModel(uint32 specVersion, string memory name) internal returns (bytes32) {
        Manifest memory m;
        (m.kind, m.class, m.specVersion) = (ModelKind.LLM, Class.Proven, specVersion);
        (m.creator, m.name) = (creator, name);
        m.tokenizerHash = keccak256("tokenizer");
        m.weightsRoot = MerkleLib.root(_weights);
        return ModelVersionId.unwrap(registry.publish(m, header(), pathOf(_weights, 0)));
    }
}
