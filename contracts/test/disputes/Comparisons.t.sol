// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeGame, IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {IStepTable} from "../../src/interfaces/IStepTable.sol";
import {MerkleLib} from "../../src/libraries/MerkleLib.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {FaultKind, OpenedDigest, Opening, ReceiptEvidence, SeamProof} from "../../src/types/DisputeTypes.sol";
import {StrictVerifier} from "../mocks/StrictVerifier.sol";
import {GameBase} from "./GameBase.sol";

/// @notice Two claims of a provider that contradict each other, or its receipt; and claims that do not.
contract ComparisonsTest is GameBase {
    uint16 private constant IN = 0;
    uint16 private constant OUT = 50;
    uint256 private constant KEY_ROWS = 20;
    uint256 private constant KEYS = 23;

    // --------------------------------------------------------------- seams

    /// @dev An honest provider's digest is that of the words under its boundary: nothing can be shown, from either side.
    function test_seam_honest() public {
        ReceiptEvidence memory e = evidence();
        for (uint256 i = 0; i < 4; ++i) {
            (uint32 t, uint32 l, uint16 v) = end(i);
            bytes32 digest = digestAt("block", t, l, v, 0);
            SeamProof memory p = seamOf(t, l, v, digest);
            vm.expectRevert(IDisputeGame.NoFault.selector);
            disputes.proveSeam(e, p);
            // Words that belong to neither hash.
            p = seamOf(t, l, v, bytes32(uint256(digest) - 1));
            p.words[3] = bytes32(uint256(p.words[3]) + 1);
            allowSeam(p);
            vm.expectRevert(IDisputeGame.NoFault.selector);
            disputes.proveSeam(e, p);
        }
    }

    /// @dev The boundary's words have another digest than the opening says.
    function test_seam_wordsOfTheBoundary() public {
        for (uint256 i = 0; i < 4; ++i) {
            (uint32 t, uint32 l, uint16 v) = end(i);
            uint256 snapshot = vm.snapshotState();
            bytes32 digest = bytes32(uint256(digestAt("block", t, l, v, 0)) ^ 1);
            disputes.proveSeam(evidence(), seamOf(t, l, v, digest));
            assertFault(FaultKind.Seam);
            vm.revertToState(snapshot);
        }
    }

    /// @dev The opening's words are not those under the boundary.
    function test_seam_wordsOfTheOpening() public {
        for (uint256 i = 0; i < 4; ++i) {
            (uint32 t, uint32 l, uint16 v) = end(i);
            uint256 snapshot = vm.snapshotState();
            SeamProof memory p = seamOf(t, l, v, digestAt("block", t, l, v, 0));
            p.words[0] = 0;
            allowSeam(p);
            disputes.proveSeam(evidence(), p);
            assertFault(FaultKind.Seam);
            vm.revertToState(snapshot);
        }
    }

    /// @dev A word and the word plus the modulus have one value of the polynomial, and two hashes: a false fault.
    function test_seam_aliasedWords() public {
        (uint32 t, uint32 l, uint16 v) = end(0);
        SeamProof memory p = seamOf(t, l, v, digestAt("block", t, l, v, 0));
        p.words[2] = bytes32(uint256(p.words[2]) + TraceLib.R);
        allowSeam(p);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.NotInField.selector, uint256(p.words[2])));
        disputes.proveSeam(evidence(), p);
        p = seamOf(t, l, v, bytes32(uint256(digestAt("block", t, l, v, 0)) + TraceLib.R));
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.NotInField.selector, uint256(p.wordsDigest)));
        disputes.proveSeam(evidence(), p);
    }

    /// @dev The point depends on everything that a submitter chooses; a proof at another point is none.
    function test_seam_pointDependsOnTheDigest() public {
        (uint32 t, uint32 l, uint16 v) = end(0);
        bytes32 digest = bytes32(uint256(digestAt("block", t, l, v, 0)) ^ 1);
        SeamProof memory p = seamOf(t, l, v, digest);
        p.wordsDigest = bytes32(uint256(digest) ^ 2);
        vm.expectRevert(StrictVerifier.ProofInvalid.selector);
        disputes.proveSeam(evidence(), p);
        p.wordsDigest = digest;
        p.submitter = stranger;
        vm.expectRevert(StrictVerifier.ProofInvalid.selector);
        disputes.proveSeam(evidence(), p);
        p.submitter = address(0);
        vm.expectRevert(IDisputeGame.ZeroSubmitter.selector);
        disputes.proveSeam(evidence(), p);
    }

    function test_seam_placesAreBound() public {
        ReceiptEvidence memory e = evidence();
        SeamProof memory p = seamOf(12, 3, IN, keccakDigest());
        // The boundary after the layer for the one before, and the position before.
        uint256 leaf = TraceLib.boundaryLeaf(12, 3, LAYERS);
        (p.leaf, p.leafPath) = (boundaries()[leaf], pathOf(boundaries(), leaf));
        expectBadPath("boundary");
        disputes.proveSeam(e, p);
        leaf = TraceLib.boundaryLeaf(11, 2, LAYERS);
        (p.leaf, p.leafPath) = (boundaries()[leaf], pathOf(boundaries(), leaf));
        expectBadPath("boundary");
        disputes.proveSeam(e, p);

        p = seamOf(12, 3, IN, keccakDigest());
        p.traceSalt = 0;
        expectBadPath("boundary");
        disputes.proveSeam(e, p);
        p = seamOf(12, 3, IN, keccakDigest());
        p.leafPath = join(p.leafPath, new bytes32[](1));
        vm.expectRevert(abi.encodeWithSelector(IEvidence.WrongDepth.selector, "leaf", 8, 7));
        disputes.proveSeam(e, p);
        p = seamOf(12, 3, IN, keccakDigest());
        p.words = new bytes32[](9);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.WrongDepth.selector, "words", 9, 10));
        disputes.proveSeam(e, p);
        p = seamOf(12, 3, IN, keccakDigest());
        p.digest = bytes32(uint256(p.digest) ^ 1);
        expectBadPath("opening");
        disputes.proveSeam(e, p);
        p = seamOf(12, 3, IN, keccakDigest());
        p.chunk = 1;
        vm.expectPartialRevert(IStepTable.NoPadding.selector);
        disputes.proveSeam(e, p);
    }

    function test_seam_onlyEnds() public {
        uint16[3] memory inner = [uint16(1), 35, 49];
        SeamProof memory p = seamOf(12, 3, IN, keccakDigest());
        for (uint256 i = 0; i < 3; ++i) {
            OpenedDigest memory d = opened(12, 3, inner[i], 0);
            (p.vector, p.digest, p.path) = (inner[i], d.digest, d.path);
            vm.expectRevert(abi.encodeWithSelector(IDisputeGame.WrongVector.selector, inner[i]));
            disputes.proveSeam(evidence(), p);
        }
        // The head ends in a claim, not in a boundary.
        SeamProof memory q = seamOf(12, HEAD, IN, keccakDigest());
        OpenedDigest memory last = opened(12, HEAD, 8, 0);
        (q.vector, q.digest, q.path) = (8, last.digest, last.path);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.WrongVector.selector, 8));
        disputes.proveSeam(evidence(), q);
    }

    // ---------------------------------------------------------------- keys

    function test_keys() public {
        ReceiptEvidence memory e = evidence();
        // Made-up digests differ everywhere.
        (OpenedDigest memory here, OpenedDigest memory there) = keys(12, 3, 5, 2);
        uint256 snapshot = vm.snapshotState();
        disputes.proveKeys(e, here, there, 5, 2, auditor);
        assertFault(FaultKind.Keys);
        vm.revertToState(snapshot);
        // The block's own key rows.
        (here, there) = keys(12, 3, 12, 0);
        disputes.proveKeys(e, here, there, 12, 0, auditor);
        assertFault(FaultKind.Keys);
        vm.revertToState(snapshot);

        plant(12, 3, KEYS, 5 * 4 + 2, digestAt("block", 5, 3, KEY_ROWS, 2));
        (here, there) = keys(12, 3, 5, 2);
        vm.expectRevert(IDisputeGame.NoFault.selector);
        disputes.proveKeys(e, here, there, 5, 2, auditor);
    }

    function test_keys_placesAreBound() public {
        ReceiptEvidence memory e = evidence();
        (OpenedDigest memory here, OpenedDigest memory there) = keys(12, 3, 5, 2);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.WrongVector.selector, KEYS));
        disputes.proveKeys(e, here, there, 5, 1, auditor);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.MissingOpening.selector, 6, 3));
        disputes.proveKeys(e, here, there, 6, 2, auditor);
        OpenedDigest memory wrong = opened(5, 3, KEY_ROWS, 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.WrongVector.selector, KEY_ROWS));
        disputes.proveKeys(e, here, wrong, 5, 2, auditor);
        wrong = opened(5, 4, KEY_ROWS, 2);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.MissingOpening.selector, 5, 3));
        disputes.proveKeys(e, here, wrong, 5, 2, auditor);
        wrong = opened(13, 3, KEY_ROWS, 2);
        vm.expectRevert(abi.encodeWithSelector(IStepTable.NoNumber.selector, KEYS, 13, 2));
        disputes.proveKeys(e, here, wrong, 13, 2, auditor);
        there.digest = bytes32(uint256(there.digest) ^ 1);
        expectBadPath("opening");
        disputes.proveKeys(e, here, there, 5, 2, auditor);
    }

    // ------------------------------------------------------------- digests

    function test_badDigest() public {
        ReceiptEvidence memory e = evidence();
        plant(12, 3, 6, 0, bytes32(TraceLib.R - 1));
        OpenedDigest memory d = opened(12, 3, 6, 0);
        vm.expectRevert(IDisputeGame.NoFault.selector);
        disputes.proveBadDigest(e, d, auditor);
        plant(12, 3, 6, 0, bytes32(TraceLib.R));
        uint256 snapshot = vm.snapshotState();
        disputes.proveBadDigest(e, opened(12, 3, 6, 0), auditor);
        assertFault(FaultKind.Digest);
        vm.revertToState(snapshot);
        // An entry of keys counts too.
        plant(12, 3, KEYS, 51, bytes32(type(uint256).max));
        disputes.proveBadDigest(e, opened(12, 3, KEYS, 51), auditor);
        assertFault(FaultKind.Digest);
    }

    /// @dev Nothing can be asked about zero, and no proof reads it: what is left out would hide every number in it.
    function test_badDigest_zero() public {
        ReceiptEvidence memory e = evidence();
        uint256 snapshot = vm.snapshotState();
        // A whole vector, one chunk of many, half of a tree.
        disputes.proveBadDigest(e, leftOut(8, 0, 0, 1), auditor);
        assertFault(FaultKind.Digest);
        vm.revertToState(snapshot);
        disputes.proveBadDigest(e, leftOut(KEYS, 51, 51, 52), auditor);
        assertFault(FaultKind.Digest);
        vm.revertToState(snapshot);
        disputes.proveBadDigest(e, leftOut(KEYS, 7, 0, 32), auditor);
        assertFault(FaultKind.Digest);
        vm.revertToState(snapshot);
        // What is there, and what no vector has.
        OpenedDigest memory d = leftOut(KEYS, 33, 0, 32);
        vm.expectRevert(IDisputeGame.NoFault.selector);
        disputes.proveBadDigest(e, d, auditor);
        d.digest = 0;
        expectBadPath("opening");
        disputes.proveBadDigest(e, d, auditor);
        d = leftOut(KEYS, 51, 51, 52);
        d.chunk = 52;
        vm.expectRevert(abi.encodeWithSelector(IStepTable.NoPadding.selector, KEYS, 52, 0));
        disputes.proveBadDigest(e, d, auditor);
    }

    /// @dev Not any hash under a root is a digest.
    function test_badDigest_onlyLeaves() public {
        ReceiptEvidence memory e = evidence();
        OpenedDigest memory d = opened(12, 3, 6, 0);
        d.digest = bytes32(type(uint256).max);
        expectBadPath("opening");
        disputes.proveBadDigest(e, d, auditor);
        // A node above the leaves, with the rest of its path.
        d = opened(12, 3, KEYS, 0);
        bytes32[] memory shorter = new bytes32[](d.path.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) {
            shorter[i] = d.path[i + 1];
        }
        (d.digest, d.path) = (MerkleLib.node(d.digest, d.path[0]), shorter);
        vm.expectPartialRevert(IEvidence.WrongDepth.selector);
        disputes.proveBadDigest(e, d, auditor);
        d.chunk = 52;
        vm.expectRevert(abi.encodeWithSelector(IStepTable.NoPadding.selector, KEYS, 52, 0));
        disputes.proveBadDigest(e, d, auditor);
    }

    // -------------------------------------------------------------- shapes

    function test_openingShape() public {
        uint32 last = uint32(POSITIONS) - 1;
        honestShape(0, 0);
        honestShape(last, LAYERS);
        honestShape(last, HEAD);
        honestShape(PROMPT - 1, HEAD);
        wrongShape(last + 1, 0);
        wrongShape(type(uint32).max, 1);
        wrongShape(0, HEAD + 1);
        wrongShape(last, type(uint32).max);
        wrongShape(PROMPT - 2, HEAD);
        vm.expectPartialRevert(IEvidence.NotSigned.selector);
        disputes.proveOpeningShape(
            evidence(), signOpening(operator2Key, shapelessOpening(last + 1, 0).opening), auditor
        );
    }

    /// @dev An answer that was cancelled before its first token: the last prompt token is never fed.
    function test_openingShape_withoutOutput() public {
        ReceiptEvidence memory e = evidence();
        (e.receipt.outputTokens, e.receipt.outputRoot) = (0, 0);
        resign(e);
        (uint32[3] memory ts, uint32[3] memory ls) = ([PROMPT - 2, PROMPT - 1, PROMPT - 1], [LAYERS, 0, HEAD]);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 snapshot = vm.snapshotState();
            if (i == 0) vm.expectRevert(IDisputeGame.NoFault.selector);
            disputes.proveOpeningShape(e, openingShaped(e, ts[i], ls[i]), auditor);
            vm.revertToState(snapshot);
        }
    }

    // -------------------------------------------------------------- tokens

    function test_outputTokenOutsideTheVocabulary() public {
        ReceiptEvidence memory e = evidence();
        uint32[] memory ids = outputIds();
        (ids[3], ids[9]) = (511, 512);
        e.receipt.outputRoot = MerkleLib.root(tokenLeaves("output", ids));
        resign(e);
        vm.expectRevert(IDisputeGame.NoFault.selector);
        disputes.proveToken(e, 3, tokenLeaf("output", ids, 3), auditor);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "token"));
        disputes.proveToken(e, OUTPUT, tokenLeaf("output", ids, 9), auditor);
        expectBadPath("output");
        disputes.proveToken(e, 9, outputLeaf(9), auditor);
        expectBadPath("output");
        disputes.proveToken(e, 1, tokenLeaf("output", ids, 9), auditor);
        disputes.proveToken(e, 9, tokenLeaf("output", ids, 9), auditor);
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.Token), "proven");
    }

    // ------------------------------------------------------------- private

    /// @dev The four ends: out of an embedding, in and out of a layer, in of the head.
    function end(uint256 i) private pure returns (uint32 t, uint32 l, uint16 v) {
        if (i == 0) return (12, 3, IN);
        if (i == 1) return (12, 3, OUT);
        if (i == 2) return (0, 0, 0);
        return (PROMPT - 1, HEAD, IN);
    }

    /// @dev A chunk of an opening in which chunks [from, to) of its vector are zero.
    function leftOut(uint256 vector, uint32 chunk, uint256 from, uint256 to)
        private
        view
        returns (OpenedDigest memory d)
    {
        uint256 chunks = table.shape(header(), 12, 3, vector).chunks;
        bytes32[] memory leaves = leavesOf("block", 12, 3, vector, chunks);
        for (uint256 i = from; i < to; ++i) {
            leaves[i] = 0;
        }
        (d.vector, d.chunk, d.digest) = (uint16(vector), chunk, leaves[chunk]);
        bytes32[] memory inner = pathOf(copyOf(leaves), chunk);
        bytes32[] memory roots = vectorRoots(12, 3);
        roots[vector] = MerkleLib.root(leaves);
        d.path = join(inner, pathOf(copyOf(roots), vector));
        d.opening = signOpening(operatorKey, Opening(receiptHash(), 12, 3, MerkleLib.root(roots)));
    }

    function copyOf(bytes32[] memory list) private pure returns (bytes32[] memory) {
        return join(list, new bytes32[](0));
    }

    function keccakDigest() private pure returns (bytes32) {
        return keccak256("digest") >> 8;
    }

    function keys(uint256 t, uint256 l, uint256 s, uint256 head)
        private
        view
        returns (OpenedDigest memory here, OpenedDigest memory there)
    {
        return (opened(t, l, KEYS, s * 4 + head), opened(s, l, KEY_ROWS, head));
    }

    function honestShape(uint32 t, uint32 l) private {
        vm.expectRevert(IDisputeGame.NoFault.selector);
        disputes.proveOpeningShape(evidence(), shapelessOpening(t, l), auditor);
    }

    function wrongShape(uint32 t, uint32 l) private {
        uint256 snapshot = vm.snapshotState();
        disputes.proveOpeningShape(evidence(), shapelessOpening(t, l), auditor);
        assertFault(FaultKind.Shape);
        vm.revertToState(snapshot);
    }

    function assertFault(FaultKind kind) private view {
        assertEq(uint8(ledger.faultOf(receiptHash())), uint8(kind), "proven");
        assertEq(staking.stakeOf(provider), uint256(STAKE) * 85 / 100, "slashed");
    }

    function expectBadPath(string memory what) private {
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, what));
    }
}
