// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DisputeWiring} from "../../src/disputes/Evidence.sol";
import {IVerifierRegistry} from "../../src/interfaces/IVerifierRegistry.sol";
import {Node} from "../../src/interfaces/INodeTable.sol";
import {QuestionState} from "../../src/interfaces/IQuestions.sol";
import {FaultKind, ReceiptEvidence, StepProof} from "../../src/types/DisputeTypes.sol";
import {Fixture} from "../Fixture.sol";
import {StrictVerifier} from "../mocks/StrictVerifier.sol";
import {GameBase} from "./GameBase.sol";
import {QuestionsModule} from "./QuestionsModule.sol";

/// @notice DSP-9: a second verifier is sealed at each point of a dispute. Whatever it would say, a version's receipts are
/// judged by the verifier of the specification that the version named.
contract VerifierSwapTest is GameBase, QuestionsModule {
    bytes private constant OTHER = hex"dead";

    /// @dev Of specification version 2; it takes the proof `OTHER` where the first takes `PROOF`.
    StrictVerifier private second;
    StepProof private p;
    uint256[5] private statement;

    function setUp() public override(Fixture, GameBase) {
        super.setUp();
        fund(stranger, FUNDS);
        second = new StrictVerifier();
        vm.prank(owner);
        verifiers.schedule(2, address(second), keccak256("second key"));
        // From here on anybody may seal it, in the middle of whatever goes on.
        vm.warp(block.timestamp + TIMELOCK);
        start = uint64(block.timestamp);
        (StepProof memory proof, uint256[5] memory input) = proofOf(stepOf(12, 3, 33, 5, 0));
        (p, statement) = (proof, input);
        second.allow(OTHER, input);
    }

    function moduleCount() internal pure override(Fixture, QuestionsModule) returns (uint64) {
        return QuestionsModule.moduleCount();
    }

    function deployModules(DisputeWiring memory w)
        internal
        override(Fixture, QuestionsModule)
        returns (address[] memory)
    {
        return QuestionsModule.deployModules(w);
    }

    function bondHolders() internal view override(Fixture, QuestionsModule) returns (address[] memory) {
        return QuestionsModule.bondHolders();
    }

    function swap() private {
        vm.prank(stranger);
        verifiers.seal(2);
        assertTrue(verifiers.isSealed(2), "sealed");
        (address first,) = verifiers.verifierOf(1);
        assertEq(first, address(verifier), "the first stays");
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.AlreadySealed.selector, 1));
        verifiers.schedule(1, address(second), keccak256("second key"));
    }

    /// @dev Only the first verifier's word counts about a receipt of version 1.
    function judgedByTheFirst(ReceiptEvidence memory e) private {
        StepProof memory proof = p;
        proof.proof = OTHER;
        vm.expectRevert(StrictVerifier.ProofInvalid.selector);
        disputes.proveFault(e, proof);
        disputes.proveFault(e, p);
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.WrongStep), "convicted");
    }

    /// @dev The last question before the words of a chunk, whose answer takes a proof.
    function chunkAsked(ReceiptEvidence memory e) private returns (Node memory n, bytes32[] memory words) {
        words = wordsAt(0);
        n = askDown(stranger, e, openingOf(hashOf(e), 12, 3), vectorRoots(12, 3));
        (uint256[5] memory input,) = nodes.bind(header(), n, words, provider);
        verifier.allow(PROOF, input);
        second.allow(OTHER, input);
    }

    function test_DSP9_whileAQuestionIsOpen() public {
        ReceiptEvidence memory e = evidence();
        (Node memory n, bytes32[] memory words) = chunkAsked(e);
        swap();
        vm.expectRevert(StrictVerifier.ProofInvalid.selector);
        questions.answerChunk(e, n, words, provider, OTHER);
        questions.answerChunk(e, n, words, provider, PROOF);
        bytes32 id = questions.questionId(hashOf(e), n);
        assertEq(uint8(questions.questionOf(id).state), uint8(QuestionState.Answered), "answered");
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.None), "and right");
    }

    /// @dev A word that no packing makes convicts with the answer, by the first verifier's word too.
    function test_DSP9_aMalformedAnswer() public {
        ReceiptEvidence memory e = evidence();
        (Node memory n, bytes32[] memory words) = chunkAsked(e);
        words[3] = bytes32(uint256(1) << 248);
        (uint256[5] memory input,) = nodes.bind(header(), n, words, provider);
        second.allow(OTHER, input);
        swap();
        vm.expectRevert(StrictVerifier.ProofInvalid.selector);
        questions.answerChunk(e, n, words, provider, OTHER);
        verifier.allow(PROOF, input);
        questions.answerChunk(e, n, words, provider, PROOF);
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.WrongStep), "convicted");
    }

    function test_DSP9_afterAnAnswer() public {
        ReceiptEvidence memory e = evidence();
        (Node memory n, bytes32[] memory words) = chunkAsked(e);
        questions.answerChunk(e, n, words, provider, PROOF);
        swap();
        judgedByTheFirst(e);
        uint256 held = vault.held(address(questions));
        questions.payBond(hashOf(e), n);
        assertEq(vault.held(address(questions)), held - BOND, "and the answer's bond goes home");
    }

    /// @dev The proof is on its way when the verifier is sealed: one block later it still counts.
    function test_DSP9_whileAProofIsPending() public {
        ReceiptEvidence memory e = evidence();
        bytes memory sent = abi.encodeCall(disputes.proveFault, (e, p));
        uint256 fork = vm.snapshotState();
        swap();
        vm.roll(block.number + 1);
        vm.warp(disputes.disputableUntil(e) - 1);
        vm.prank(auditor);
        (bool ok,) = address(disputes).call(sent);
        assertTrue(ok, "it counts");
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.WrongStep), "convicted");
        vm.revertToState(fork);
        swap();
        judgedByTheFirst(e);
    }

    /// @dev An honest receipt of version 1: a second verifier that would take anything finds nothing against it.
    function test_DSP9_theHonest() public {
        ReceiptEvidence memory e = evidence();
        StepProof memory lie = p;
        (lie.step.row, lie.proof) = (6, OTHER);
        (StepProof memory other, uint256[5] memory input) = proofOf(lie.step);
        other.proof = OTHER;
        second.allow(OTHER, input);
        swap();
        vm.expectRevert(StrictVerifier.ProofInvalid.selector);
        disputes.proveFault(e, other);
        assertEq(staking.stakeOf(provider), STAKE, "nothing is slashed");
    }

    /// @dev And the second is at work: what names its specification is judged by it alone.
    function test_DSP9_aVersionOfTheSecond() public {
        swap();
        model = publishModel(2, "judged by the second");
        ReceiptEvidence memory e = evidence();
        (StepProof memory other, uint256[5] memory input) = proofOf(p.step);
        vm.expectRevert(StrictVerifier.ProofInvalid.selector);
        disputes.proveFault(e, other);
        other.proof = OTHER;
        second.allow(OTHER, input);
        disputes.proveFault(e, other);
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.WrongStep), "convicted");
    }
}
