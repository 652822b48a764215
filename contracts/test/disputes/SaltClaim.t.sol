// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClaims} from "../../src/interfaces/IClaims.sol";
import {IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {TokenLib} from "../../src/libraries/TokenLib.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {FaultKind, ReceiptEvidence, TokenLeaf} from "../../src/types/DisputeTypes.sol";
import {Audience, Receipt as AnswerReceipt, Request} from "../../src/types/Types.sol";
import {QuestionsBase} from "./QuestionsBase.sol";

/// @notice DSP-28: a trace root under a salt that the request's secret does not make, so that the provider alone can say what is
/// below it, and is paid for saying it.
contract SaltClaimTest is QuestionsBase {
    uint256 private constant FAULT = uint256(STAKE) * 15 / 100;

    function under(bytes32 salt) private view returns (ReceiptEvidence memory) {
        AnswerReceipt memory a = answerTo(requestOf(uint8(Audience.Auditors)));
        a.traceRoot = TraceLib.traceRoot(salt, rootOf(boundaries()));
        return signed(requestOf(uint8(Audience.Auditors)), a);
    }

    function test_DSP28_anotherSalt_isConvicted() public {
        ReceiptEvidence memory e = under("odd");
        claims.claimSalt(e, SECRET, promptLeaf(SECRET, 0), "odd", rootOf(boundaries()), auditor);
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.Salt), "kind");
        assertEq(staking.stakeOf(provider), STAKE - FAULT, "15 %");
        assertEq(vault.free(auditor), BOUNTY, "bounty");
    }

    /// @dev What is below the root need not be the boundary tree: whoever signed it knows it under another salt alone.
    function testFuzz_DSP28_anotherSalt_hidesAnything(bytes32 salt, bytes32 root) public {
        vm.assume(salt != SALT);
        AnswerReceipt memory a = answerTo(requestOf(uint8(Audience.Auditors)));
        a.traceRoot = TraceLib.traceRoot(salt, root);
        ReceiptEvidence memory e = signed(requestOf(uint8(Audience.Auditors)), a);
        claims.claimSalt(e, SECRET, promptLeaf(SECRET, 0), salt, root, auditor);
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.Salt), "kind");
    }

    function test_DSP28_theSecretsSalt_isNoFault() public {
        ReceiptEvidence memory e = evidence();
        TokenLeaf memory leaf = promptLeaf(SECRET, 0);
        bytes32 root = rootOf(boundaries());
        vm.expectRevert(IClaims.NoFault.selector);
        claims.claimSalt(e, SECRET, leaf, SALT, root, auditor);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "traceRoot"));
        claims.claimSalt(e, SECRET, leaf, "odd", root, auditor);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "traceRoot"));
        claims.claimSalt(e, SECRET, leaf, SALT, "another", auditor);
    }

    /// @dev Nobody shows a second secret, with whatever leaf: an honest receipt has one salt.
    function testFuzz_DSP28_noSecondSecret(bytes32 secret, bytes32 salt, bytes32 ids, bool true_) public {
        vm.assume(secret != SECRET);
        ReceiptEvidence memory e = evidence();
        TokenLeaf memory leaf = promptLeaf(secret, 0);
        bytes32 root = rootOf(boundaries());
        if (!true_) leaf.ids = ids;
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "promptRoot"));
        claims.claimSalt(e, secret, leaf, SALT, root, auditor);
        vm.assume(salt != leaf.salt);
        leaf.salt = salt;
        vm.expectRevert(IClaims.BadSecret.selector);
        claims.claimSalt(e, secret, leaf, SALT, root, auditor);
        // The prompt's own leaf under the right salt, with a secret that does not make it.
        leaf = promptLeaf(SECRET, 0);
        vm.expectRevert(IClaims.BadSecret.selector);
        claims.claimSalt(e, secret, leaf, SALT, root, auditor);
    }

    function test_DSP28_leafOfAnotherPlace() public {
        ReceiptEvidence memory e = under("odd");
        bytes32 root = rootOf(boundaries());
        TokenLeaf memory leaf = promptLeaf(SECRET, 1);
        vm.expectRevert(IClaims.BadSecret.selector);
        claims.claimSalt(e, SECRET, leaf, "odd", root, auditor);
        leaf = promptLeaf(SECRET, 0);
        leaf.path = new bytes32[](0);
        vm.expectRevert(abi.encodeWithSelector(TokenLib.BadTokenPath.selector, 0, 1));
        claims.claimSalt(e, SECRET, leaf, "odd", root, auditor);
    }

    /// @dev The root of no tokens is zero, which no leaf has.
    function test_DSP28_promptOfNothing() public {
        Request memory r = requestOf(uint8(Audience.Auditors));
        (r.promptRoot, r.promptTokens) = (0, 0);
        AnswerReceipt memory a = answerTo(r);
        a.traceRoot = TraceLib.traceRoot("odd", "root");
        ReceiptEvidence memory e = signed(r, a);
        TokenLeaf memory leaf = promptLeaf(SECRET, 0);
        leaf.path = new bytes32[](0);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.BadPath.selector, "promptRoot"));
        claims.claimSalt(e, SECRET, leaf, "odd", "root", auditor);
    }

    function test_DSP28_sampledAnswersHaveNoSalt() public {
        Request memory r = requestOf(uint8(Audience.Auditors));
        r.modelVersion = upstream;
        ReceiptEvidence memory e = signed(r, answerTo(r));
        TokenLeaf memory leaf = promptLeaf(SECRET, 0);
        vm.expectRevert(abi.encodeWithSelector(IEvidence.NotProvenClass.selector, upstream));
        claims.claimSalt(e, SECRET, leaf, SALT, rootOf(boundaries()), auditor);
    }
}
