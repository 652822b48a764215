// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeGame, IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {IDisputeLedger} from "../../src/interfaces/IDisputeLedger.sol";
import {IStepTable} from "../../src/interfaces/IStepTable.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {TokenLib} from "../../src/libraries/TokenLib.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {
    FaultKind,
    Opening,
    ReceiptEvidence,
    SignedOpening,
    Step,
    StepProof
} from "../../src/types/DisputeTypes.sol";
import {StrictVerifier} from "../mocks/StrictVerifier.sol";
import {GameBase} from "./GameBase.sol";

/// @notice One wrong number, one transaction; and whatever is bent about it, none.
contract GameTest is GameBase {
    StepProof private p;

    uint256 private constant SLASH = uint256(STAKE) * 15 / 100;

    /// @dev A step of each kind of source: Linear (opened and stored), Column (earlier), Embed (token), Pick, Pad.
    Step[] private steps;

    function setUp() public override {
        super.setUp();
        steps.push(stepOf(12, 3, 6, 5, 0));
        steps.push(stepOf(12, 3, 24, 9, 4));
        steps.push(stepOf(12, 3, 24, 9, 12));
        steps.push(stepOf(3, 0, 0, 0, 7));
        steps.push(stepOf(12, 0, 0, 0, 7));
        steps.push(Step(12, HEAD, TOKEN_STEP, 0, 0, 77, false));
        steps.push(Step(12, 3, 4, 0, 2, 0, true));
    }

    // ----------------------------------------------------------- it slashes

    function test_everyVectorOfALayer() public {
        for (uint16 v = 1; v < 51; ++v) {
            // Without biases there is no wide vector; keys are compared.
            if (v == 7 || v == 10 || v == 13 || v == 23) continue;
            this.convicts(stepOf(12, 3, v, 0, 0), FaultKind.WrongStep);
        }
    }

    function test_everyKindOfSource() public {
        for (uint256 i = 0; i < steps.length; ++i) {
            this.convicts(steps[i], i == 5 ? FaultKind.Pick : FaultKind.WrongStep);
        }
        for (uint16 v = 1; v < 9; ++v) {
            this.convicts(stepOf(PROMPT - 1, HEAD, v, 0, 0), FaultKind.WrongStep);
        }
    }

    /// @dev From the first block to the last.
    function test_endsOfTheTrace() public {
        this.convicts(stepOf(0, 0, 0, 0, 0), FaultKind.WrongStep);
        this.convicts(stepOf(0, 1, 24, 31, 0), FaultKind.WrongStep);
        this.convicts(stepOf(uint32(POSITIONS) - 1, HEAD, 8, 0, 0), FaultKind.WrongStep);
        this.convicts(Step(uint32(POSITIONS) - 1, HEAD, TOKEN_STEP, 0, 0, 0, false), FaultKind.Pick);
        this.convicts(Step(PROMPT - 1, HEAD, TOKEN_STEP, 0, 0, 0, false), FaultKind.Pick);
    }

    // -------------------------------------------------------- it does not

    /// @dev The proof is of one step; told of a neighbour, it proves nothing.
    function test_everyIndex_plusMinusOne() public {
        for (uint256 i = 0; i < steps.length; ++i) {
            (p,) = proofOf(steps[i]);
            this.bendAll();
        }
    }

    /// @dev External, so that its memory is given back.
    function bendAll() external {
        for (uint256 k = 0; k < 13; ++k) {
            StepProof memory bent = p;
            if (bend(bent.step, k)) refuses(bent);
        }
    }

    /// @dev And so with the opening of the block that is told of.
    function test_otherBlock_withItsOwnOpening() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        StepProof memory other = p;
        other.step.l = 4;
        other.opening = openingOf(hashOf(e), 12, 4);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "opening"));
        disputes.proveFault(e, other);
        other.step.l = 3;
        other.opening = openingOf(hashOf(e), 11, 3);
        other.step.t = 11;
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "opening"));
        disputes.proveFault(e, other);
    }

    function test_otherMatrix() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        // The same row of the matrix behind attention, with its right path.
        (StepProof memory other,) = proofOf(stepOf(12, 3, 33, 5, 0));
        (p.digestB, p.pathB) = (other.digestB, other.pathB);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "weights"));
        disputes.proveFault(e, p);
    }

    function test_digestsAndPaths() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        for (uint256 which = 0; which < 3; ++which) {
            StepProof memory bent = p;
            bytes32[] memory path = which == 0 ? bent.pathA : (which == 1 ? bent.pathB : bent.pathO);
            for (uint256 i = 0; i < path.length; ++i) {
                path[i] ^= bytes32(uint256(1));
                refuses(bent);
                path[i] ^= bytes32(uint256(1));
            }
            setPath(bent, which, join(path, new bytes32[](1)));
            refuses(bent);
            bytes32[] memory shorter = new bytes32[](path.length - 1);
            for (uint256 i = 0; i < shorter.length; ++i) {
                shorter[i] = path[i];
            }
            setPath(bent, which, shorter);
            refuses(bent);
            setPath(bent, which, new bytes32[](0));
            refuses(bent);
        }
        StepProof memory wrong = p;
        wrong.digestO ^= bytes32(uint256(1));
        refuses(wrong);
        wrong = p;
        wrong.proof = hex"dead";
        vm.expectRevert(StrictVerifier.ProofInvalid.selector);
        disputes.proveFault(e, wrong);
    }

    /// @dev A digest and the digest plus the modulus would be one public input.
    function test_aliasedDigest() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        StepProof memory aliased = p;
        aliased.digestO = bytes32(uint256(p.digestO) + TraceLib.R);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.NotInField.selector, uint256(aliased.digestO)));
        disputes.proveFault(e, aliased);
    }

    function test_unreadSlots_areIgnored() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(stepOf(12, 3, 1, 0, 0));
        (p.digestB, p.pathB) = (bytes32(type(uint256).max), new bytes32[](3));
        disputes.proveFault(e, p);
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.WrongStep), "proven");
    }

    function test_earlierOpening() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[1]);
        StepProof memory bent = p;
        bent.earlier = p.opening;
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.MissingOpening.selector, 4, 3));
        disputes.proveFault(e, bent);
        bent = p;
        bent.earlier = openingOf(hashOf(e), 5, 3);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.MissingOpening.selector, 4, 3));
        disputes.proveFault(e, bent);
        bent.earlier = openingOf(hashOf(e), 4, 2);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.MissingOpening.selector, 4, 3));
        disputes.proveFault(e, bent);
        bent.earlier = signOpening(operator2Key, p.earlier.opening);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, operator2, provider));
        disputes.proveFault(e, bent);
        bent.earlier.signature = "";
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, address(0), provider));
        disputes.proveFault(e, bent);
    }

    /// @dev A block that the trace does not have is a fault of its own, by another function.
    function test_blocksOutsideTheTrace() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        p.step.t = uint32(POSITIONS);
        p.opening = shapelessOpening(uint32(POSITIONS), 3);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.BlockOutsideTrace.selector, POSITIONS, 3));
        disputes.proveFault(e, p);
        (p.step.t, p.step.l) = (PROMPT - 2, HEAD);
        p.opening = shapelessOpening(PROMPT - 2, HEAD);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.BlockOutsideTrace.selector, PROMPT - 2, HEAD));
        disputes.proveFault(e, p);
    }

    // -------------------------------------------------------------- tokens

    function test_tokens_bound() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[3]);
        StepProof memory bent = p;
        bent.token.salt ^= bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "prompt"));
        disputes.proveFault(e, bent);
        bent = p;
        bent.token = outputLeaf(3);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "prompt"));
        disputes.proveFault(e, bent);
        bent.token.path = new bytes32[](2);
        vm.expectRevert(abi.encodeWithSelector(TokenLib.BadTokenPath.selector, 2, 1));
        disputes.proveFault(e, bent);
        (p,) = proofOf(steps[5]);
        bent = p;
        bent.token = promptLeaf(4);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "output"));
        disputes.proveFault(e, bent);
        bent = p;
        bent.params = abi.encodePacked(p.params, uint32(0));
        vm.expectRevert(IDisputeGame.BadParams.selector);
        disputes.proveFault(e, bent);
    }

    /// @dev A prompt token that the model does not have voids the request: no fault.
    function test_promptTokenOutsideTheVocabulary() public {
        ReceiptEvidence memory e = evidence();
        e.request.promptTokens = 1;
        uint32[] memory ids = tokens(1, 512);
        e.request.promptRoot = tokenLeaves("prompt", ids)[0];
        resign(e);
        (p,) = proofOf(stepOf(0, 0, 0, 0, 7));
        p.opening = openingOf(hashOf(e), 0, 0);
        p.token = tokenLeaf("prompt", ids, 0);
        vm.expectRevert(abi.encodeWithSelector(IStepTable.NoToken.selector, 512, 512));
        disputes.proveFault(e, p);
    }

    // -------------------------------------------------------------- replay

    function test_replay_otherReceipt() public {
        (p,) = proofOf(steps[0]);
        ReceiptEvidence memory other = evidence();
        other.receipt.seq = 2;
        other.signature = signReceipt(operatorKey, other.receipt);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "opening"));
        disputes.proveFault(other, p);
        // Another request for the same receipt.
        other = evidence();
        other.request.salt = "other";
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "requestHash"));
        disputes.proveFault(other, p);
    }

    function test_replay_otherChain() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        vm.chainId(1337);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "requestHash"));
        disputes.proveFault(e, p);
        // The request hash can be had right; the signature cannot.
        e.receipt.requestHash = digestOf(keccak256(abi.encode(REQUEST_TYPEHASH, e.request)));
        vm.expectPartialRevert(IEvidence.NotSigned.selector);
        disputes.proveFault(e, p);
    }

    function test_replay_otherDeployment() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        deploy(address(token));
        vm.expectRevert(abi.encodeWithSelector(IEvidence.EvidenceMismatch.selector, "requestHash"));
        disputes.proveFault(e, p);
    }

    /// @dev Everything as it is here, but one signature made for an earlier deployment: the receipt's, an opening's.
    function test_replay_signaturesOfAnotherDeployment() public {
        ReceiptEvidence memory e = evidence();
        SignedOpening memory o = shapelessOpening(uint32(POSITIONS), 0);
        bytes32 domain = Eip712.separator(address(jobs));
        bytes32 structHash = keccak256(abi.encode(Eip712.OPENING_TYPEHASH, o.opening));
        bytes memory here = o.signature;
        o.signature = signDigest(operatorKey, Eip712.digest(domain, structHash));
        vm.expectPartialRevert(IEvidence.NotSigned.selector);
        disputes.proveOpeningShape(e, o, auditor);
        o.signature = here;
        here = e.signature;
        structHash = keccak256(abi.encode(Eip712.RECEIPT_TYPEHASH, e.receipt));
        e.signature = signDigest(operatorKey, Eip712.digest(domain, structHash));
        vm.expectPartialRevert(IEvidence.NotSigned.selector);
        disputes.proveOpeningShape(e, o, auditor);
        e.signature = here;
        disputes.proveOpeningShape(e, o, auditor);
        assertEq(staking.stakeOf(provider), STAKE - SLASH, "with both signed for this one");
    }

    function test_signatures_areStrict() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        ReceiptEvidence memory bent = evidence();
        bytes memory s = e.signature;
        for (uint256 i = 0; i < 65; i += 16) {
            s[i] ^= 0x01;
            bent.signature = s;
            vm.expectPartialRevert(IEvidence.NotSigned.selector);
            disputes.proveFault(bent, p);
            s[i] ^= 0x01;
        }
        bent.signature = highS(e.signature);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, address(0), provider));
        disputes.proveFault(bent, p);
        bent.signature = abi.encodePacked(e.signature, bytes1(0));
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, address(0), provider));
        disputes.proveFault(bent, p);
        // Somebody else's receipt in the provider's name, and the provider's key in somebody else's.
        bent.signature = signReceipt(operator2Key, e.receipt);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, operator2, provider));
        disputes.proveFault(bent, p);
        bent.receipt.provider = provider2;
        bent.signature = signReceipt(operatorKey, bent.receipt);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotSigned.selector, operator, provider2));
        disputes.proveFault(bent, p);
    }

    function test_sampledClass_isNotJudged() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        e.request.modelVersion = upstream;
        resign(e);
        p.opening = openingOf(hashOf(e), 12, 3);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotProvenClass.selector, upstream));
        disputes.proveFault(e, p);
        e.request.modelVersion = "nothing";
        resign(e);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.UnknownModelVersion.selector, bytes32("nothing")));
        disputes.proveFault(e, p);
    }

    /// @dev Another model's header or weights judge nothing here.
    function test_otherModel() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        e.request.modelVersion = base;
        resign(e);
        p.opening = openingOf(hashOf(e), 12, 3);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "weights"));
        disputes.proveFault(e, p);
    }

    // ----------------------------------------------------------- submitter

    /// @dev What is copied out of the mempool pays its author.
    function test_copy_paysTheAuthor() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        StepProof memory stolen = p;
        stolen.submitter = stranger;
        vm.prank(stranger);
        vm.expectRevert(StrictVerifier.ProofInvalid.selector);
        disputes.proveFault(e, stolen);
        uint256 before = vault.free(auditor);
        vm.prank(stranger);
        disputes.proveFault(e, p);
        assertEq(vault.free(auditor) - before, BOUNTY, "the author's");
        assertEq(vault.free(stranger), 0, "not the copier's");
    }

    function test_zeroSubmitter() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        p.submitter = address(0);
        vm.expectRevert(IDisputeGame.ZeroSubmitter.selector);
        disputes.proveFault(e, p);
    }

    function test_second_reverts_whateverItProves() public {
        ReceiptEvidence memory e = evidence();
        (p,) = proofOf(steps[0]);
        disputes.proveFault(e, p);
        bytes memory already =
            abi.encodeWithSelector(IDisputeLedger.AlreadyProven.selector, hashOf(e), FaultKind.WrongStep);
        vm.expectRevert(already);
        disputes.proveFault(e, p);
        (StepProof memory other,) = proofOf(steps[5]);
        vm.expectRevert(already);
        disputes.proveFault(e, other);
        vm.expectRevert(already);
        disputes.proveOpeningShape(e, shapelessOpening(uint32(POSITIONS), 1), auditor);
        assertEq(staking.stakeOf(provider), STAKE - SLASH, "once");
    }

    // ------------------------------------------------------------- private

    bytes32 private constant REQUEST_TYPEHASH = keccak256(
        "Request(bytes32 payment,bytes32 modelVersion,address requester,bytes32 promptRoot,uint32 promptTokens,uint32 maxOutputTokens,bytes32 paramsHash,uint128 priceIn,uint128 priceOut,uint128 maxFee,uint64 deadline,uint8 audience,bytes32 salt)"
    );

    /// @dev External, so that its memory is given back.
    function convicts(Step memory s, FaultKind kind) external {
        ReceiptEvidence memory e = evidence();
        uint256 snapshot = vm.snapshotState();
        (p,) = proofOf(s);
        vm.expectEmit(address(ledger));
        emit IDisputeLedger.FaultProven(
            hashOf(e), provider, auditor, kind, SLASH, 0, BOUNTY, e.request.modelVersion
        );
        disputes.proveFault(e, p);
        assertEq(staking.stakeOf(provider), STAKE - SLASH, "slashed");
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(kind), "recorded");
        assertEq(vault.free(auditor), BOUNTY, "paid");
        assertSolvent();
        vm.revertToState(snapshot);
    }

    function refuses(StepProof memory bent) private {
        ReceiptEvidence memory e = evidence();
        bool accepted = true;
        try disputes.proveFault(e, bent) {}
        catch {
            accepted = false;
        }
        assertFalse(accepted, "refused");
    }

    function bend(Step memory s, uint256 k) private pure returns (bool) {
        if (k == 0) ++s.t;
        if (k == 1) --s.t;
        if (k == 2) ++s.l;
        if (k == 3 && s.l == 0) return false;
        if (k == 3) --s.l;
        if (k == 4) ++s.vector;
        if (k == 5 && s.vector == 0) return false;
        if (k == 5) --s.vector;
        if (k == 6) ++s.row;
        if (k == 7 && s.row == 0) return false;
        if (k == 7) --s.row;
        if (k == 8) ++s.col;
        if (k == 9 && s.col == 0) return false;
        if (k == 9) --s.col;
        // Where no witness is read, any is right.
        if (k >= 10 && k < 12 && s.vector != TOKEN_STEP) return false;
        if (k == 10) ++s.witness;
        if (k == 11) --s.witness;
        if (k == 12) s.padding = !s.padding;
        return true;
    }

    function setPath(StepProof memory bent, uint256 which, bytes32[] memory path) private pure {
        if (which == 0) bent.pathA = path;
        else if (which == 1) bent.pathB = path;
        else bent.pathO = path;
    }

    function highS(bytes memory signature) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = abi.decode(bytes.concat(signature, new bytes(31)), (bytes32, bytes32));
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        return abi.encodePacked(r, n - uint256(s), uint8(signature[64]) == 27 ? uint8(28) : uint8(27));
    }
}
