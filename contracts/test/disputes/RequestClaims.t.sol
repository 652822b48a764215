// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClaims} from "../../src/interfaces/IClaims.sol";
import {IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {TokenLib} from "../../src/libraries/TokenLib.sol";
import {TokenRoot} from "../../src/libraries/TokenRoot.sol";
import {FaultKind, ReceiptEvidence, TokenLeaf} from "../../src/types/DisputeTypes.sol";
import {Audience, Request} from "../../src/types/Types.sol";
import {QuestionsBase} from "./QuestionsBase.sol";

/// @notice DSP-31: a prompt or parameters that no honest provider answers, and about whose answer no step says anything.
contract RequestClaimsTest is QuestionsBase {
    uint256 private constant FAULT = uint256(STAKE) * 15 / 100;
    /// @dev Of the model.
    uint32 private constant VOCABULARY = 512;
    uint32 private constant UNUSED = type(uint32).max;

    function q() private view returns (Request memory) {
        return requestOf(uint8(Audience.Auditors));
    }

    /// @dev The two leaves of a prompt of nine tokens: sixteen slots, of which the last seven are unused.
    function slots() private pure returns (uint32[] memory ids) {
        ids = new uint32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            ids[i] = i < PROMPT ? promptIds()[i] : UNUSED;
        }
    }

    function asked(uint32[] memory ids) private view returns (ReceiptEvidence memory) {
        Request memory r = q();
        r.promptRoot = rootOf(tokenLeaves(TokenRoot.PROMPT, ids));
        return evidenceOf(r);
    }

    function leafOf(uint32[] memory ids, uint256 i) private pure returns (TokenLeaf memory leaf) {
        leaf.salt = saltOf(TokenRoot.PROMPT, i);
        leaf.ids = packed(ids, i);
        leaf.path = pathOf(tokenLeaves(TokenRoot.PROMPT, ids), i, 0);
    }

    function assertConvicted(ReceiptEvidence memory e) private view {
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.Request), "kind");
        assertEq(staking.stakeOf(provider), STAKE - FAULT, "15 %");
        assertEq(vault.free(auditor), BOUNTY, "bounty");
    }

    function test_DSP31_everySlot_aroundTheVocabulary() public {
        uint256 fresh = vm.snapshotState();
        uint32[4] memory values = [VOCABULARY - 1, VOCABULARY, UNUSED - 1, UNUSED];
        for (uint32 i = 0; i < 16; ++i) {
            for (uint256 j = 0; j < 4; ++j) {
                uint32[] memory ids = slots();
                ids[i] = values[j];
                ReceiptEvidence memory e = asked(ids);
                TokenLeaf memory leaf = leafOf(ids, i / 8);
                bool wrong = i < PROMPT ? j != 0 : j != 3;
                if (!wrong) vm.expectRevert(IClaims.NoFault.selector);
                claims.claimPrompt(e, i, leaf, auditor);
                if (wrong) assertConvicted(e);
                vm.revertToState(fresh);
            }
        }
    }

    function testFuzz_DSP31_prompt(uint32[16] calldata raw, uint32 count, uint32 index) public {
        count = uint32(bound(count, 9, 16));
        index = uint32(bound(index, 0, 15));
        uint32[] memory ids = new uint32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            ids[i] = raw[i];
        }
        Request memory r = q();
        (r.promptRoot, r.promptTokens) = (rootOf(tokenLeaves(TokenRoot.PROMPT, ids)), count);
        r.maxFee = type(uint128).max;
        ReceiptEvidence memory e = evidenceOf(r);
        TokenLeaf memory leaf = leafOf(ids, index / 8);
        bool wrong = index < count ? ids[index] >= VOCABULARY : ids[index] != UNUSED;
        if (!wrong) vm.expectRevert(IClaims.NoFault.selector);
        claims.claimPrompt(e, index, leaf, auditor);
        if (wrong) assertConvicted(e);
    }

    /// @dev Every slot of an honest prompt, and every leaf at every other place.
    function test_DSP31_honestPrompt() public {
        ReceiptEvidence memory e = evidence();
        for (uint32 i = 0; i < 16; ++i) {
            TokenLeaf memory leaf = leafOf(promptIds(), i / 8);
            vm.expectRevert(IClaims.NoFault.selector);
            claims.claimPrompt(e, i, leaf, auditor);
            leaf = leafOf(promptIds(), 1 - i / 8);
            vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "promptRoot"));
            claims.claimPrompt(e, i, leaf, auditor);
            leaf = leafOf(promptIds(), i / 8);
            leaf.ids ^= bytes32(uint256(1) << (224 - 32 * (i % 8)));
            vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "promptRoot"));
            claims.claimPrompt(e, i, leaf, auditor);
            leaf.path = new bytes32[](0);
            vm.expectRevert(abi.encodeWithSelector(TokenLib.BadTokenPath.selector, 0, 1));
            claims.claimPrompt(e, i, leaf, auditor);
        }
        for (uint32 i = 16; i < 40; ++i) {
            TokenLeaf memory leaf = leafOf(promptIds(), 1);
            vm.expectRevert(abi.encodeWithSelector(IClaims.NoSuchToken.selector, i, PROMPT));
            claims.claimPrompt(e, i, leaf, auditor);
        }
    }

    /// @dev The answer's tokens are not the prompt's.
    function test_DSP31_outputIsNoPrompt() public {
        ReceiptEvidence memory e = evidence();
        TokenLeaf memory leaf = tokenLeaf(outputIds(), 1);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "promptRoot"));
        claims.claimPrompt(e, 15, leaf, auditor);
    }

    /// @dev No index reaches a prompt of nothing: its counts convict.
    function test_DSP31_promptOfNothing() public {
        Request memory r = q();
        TokenLeaf memory leaf = leafOf(slots(), 0);
        leaf.path = new bytes32[](0);
        (r.promptRoot, r.promptTokens) = (TokenLib.leafHash(leaf.salt, leaf.ids), 0);
        ReceiptEvidence memory e = evidenceOf(r);
        vm.expectRevert(abi.encodeWithSelector(IClaims.NoSuchToken.selector, 0, 0));
        claims.claimPrompt(e, 0, leaf, auditor);
        claims.claimFinish(e, auditor);
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.Finish), "kind");
    }

    function withParams(bytes memory raw) private view returns (ReceiptEvidence memory) {
        Request memory r = q();
        r.paramsHash = keccak256(raw);
        return evidenceOf(r);
    }

    /// @dev What is canonical, `Picks.t.sol` holds to the vectors.
    function test_DSP31_params() public {
        bytes[4] memory refused = [
            bytes(hex"0102"),
            abi.encodePacked(uint8(1), uint32(49), uint32(0), bytes32(0), uint32(0), uint32(0)),
            abi.encodePacked(
                uint8(1), uint32(0), uint32(0), bytes32(0), uint32(0), uint32(2), uint32(301), uint32(300)
            ),
            bytes("")
        ];
        uint256 fresh = vm.snapshotState();
        for (uint256 i = 0; i < 4; ++i) {
            ReceiptEvidence memory e = withParams(refused[i]);
            claims.claimParams(e, refused[i], auditor);
            assertConvicted(e);
            vm.revertToState(fresh);
        }
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimParams(evidence(), params(), auditor);
    }

    function testFuzz_DSP31_otherParams(bytes calldata raw) public {
        vm.assume(keccak256(raw) != keccak256(params()));
        ReceiptEvidence memory e = evidence();
        vm.expectRevert(IClaims.BadParams.selector);
        claims.claimParams(e, raw, auditor);
    }

    function test_DSP31_sampledAnswersHaveNoTokens() public {
        Request memory r = q();
        (r.modelVersion, r.paramsHash) = (upstream, keccak256(hex"01"));
        ReceiptEvidence memory e = evidenceOf(r);
        TokenLeaf memory leaf = leafOf(slots(), 0);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotProvenClass.selector, upstream));
        claims.claimPrompt(e, 0, leaf, auditor);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotProvenClass.selector, upstream));
        claims.claimParams(e, hex"01", auditor);
    }
}
