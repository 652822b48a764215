// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Dossier, Question, QuestionState} from "../../src/interfaces/IQuestions.sol";
import {Node} from "../../src/interfaces/INodeTable.sol";
import {FaultKind, ReceiptEvidence, SignedOpening} from "../../src/types/DisputeTypes.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {Audience, Receipt as AnswerReceipt, Request} from "../../src/types/Types.sol";
import {QuestionsBase} from "./QuestionsBase.sol";

/// @notice Questions in any order, to an honest provider that answers each in its last second, and to one that answers
/// when it likes. Whatever happens: bonds are conserved to the unit, the honest one loses nothing, nothing is stuck.
/// forge-config: default.invariant.runs = 16
/// forge-config: default.invariant.depth = 96
contract QuestionsInvariantTest is QuestionsBase {
    struct Asked {
        uint256 receipt;
        uint32 t;
        uint32 l;
        bytes32 id;
    }

    uint256 private constant RECEIPTS = 4;
    Asked[] private asked;
    mapping(bytes32 question => bool) private known;
    address[] private askers;
    uint64 private start;
    /// @dev Made once: their trees take longer than what is tested.
    bytes[] private made;
    bytes32[] private hashes;
    uint256 private paidOut;
    uint256 private burnedBonds;
    uint64 private lastDue;

    function setUp() public override {
        super.setUp();
        start = uint64(block.timestamp);
        askers.push(asker);
        askers.push(asker2);
        askers.push(requester);
        for (uint256 i = 0; i < RECEIPTS; ++i) {
            ReceiptEvidence memory e = makeReceipt(i);
            made.push(abi.encode(e));
            hashes.push(hashOf(e));
        }
        bytes4[] memory acts = new bytes4[](7);
        acts[0] = this.ask.selector;
        acts[1] = this.answer.selector;
        acts[2] = this.expire.selector;
        acts[3] = this.payBond.selector;
        acts[4] = this.wait_.selector;
        acts[5] = this.claim.selector;
        acts[6] = this.prove.selector;
        targetSelector(FuzzSelector(address(this), acts));
        targetContract(address(this));
    }

    /// @dev Receipts 0 and 1 are the honest provider's; 2 and 3 the other's, 3 with a wrong fee.
    function makeReceipt(uint256 i) private view returns (ReceiptEvidence memory e) {
        Request memory q = requestOf(uint8(Audience.Auditors));
        (q.salt, q.deadline) = (bytes32(i), start + 30);
        AnswerReceipt memory r = answerTo(q);
        r.seq = uint64(i);
        r.completedAt = start;
        if (i == 3) ++r.fee;
        if (i < 2) return signed(q, r);
        r.provider = provider2;
        (e.request, e.receipt, e.signature) = (q, r, signReceipt(operator2Key, r));
    }

    function receiptAt(uint256 i) private view returns (ReceiptEvidence memory) {
        return abi.decode(made[i], (ReceiptEvidence));
    }

    // ---------------------------------------------------------------- acts

    function ask(uint256 receipt, uint256 who, uint32 t, uint32 l) external {
        receipt = bound(receipt, 0, RECEIPTS - 1);
        (t, l) = (uint32(bound(t, 0, 5)), uint32(bound(l, 0, 5)));
        address from = askers[bound(who, 0, askers.length - 1)];
        ReceiptEvidence memory e = receiptAt(receipt);
        bytes32 receiptHash = hashOf(e);
        bytes32 id = questions.questionId(receiptHash, blockNode(t, l));
        bool possible = questions.questionOf(id).state == QuestionState.None
            && ledger.faultOf(receiptHash) == FaultKind.None && questions.openOf(receiptHash, from) < 8
            && block.timestamp < windowOf(e);
        if (!possible) return;
        askBlock(from, e, t, l);
        if (receipt < 2) {
            uint64 due = questions.questionOf(id).deadline;
            assertGe(due, lastDue, "a provider's deadlines only move on");
            lastDue = due;
        }
        if (!known[id]) asked.push(Asked(receipt, t, l, id));
        known[id] = true;
    }

    function answer(uint256 i, uint256 who) external {
        if (asked.length == 0) return;
        reply(asked[bound(i, 0, asked.length - 1)], askers[bound(who, 0, askers.length - 1)]);
    }

    function expire(uint256 i) external {
        if (asked.length == 0) return;
        Asked memory a = asked[bound(i, 0, asked.length - 1)];
        ReceiptEvidence memory e = receiptAt(a.receipt);
        Question memory q = questions.questionOf(a.id);
        if (q.state != QuestionState.Open) return;
        if (block.timestamp < q.deadline && ledger.faultOf(hashOf(e)) == FaultKind.None) return;
        uint256 before = vault.free(q.asker);
        questions.expire(e, blockNode(a.t, a.l));
        assertGe(vault.free(q.asker), before + q.bond, "an unanswered asker loses nothing");
    }

    function payBond(uint256 i) external {
        if (asked.length == 0) return;
        Asked memory a = asked[bound(i, 0, asked.length - 1)];
        bytes32 receiptHash = hashes[a.receipt];
        Question memory q = questions.questionOf(a.id);
        if (q.state != QuestionState.Answered || q.bond == 0) return;
        bool proven = ledger.faultOf(receiptHash) != FaultKind.None;
        if (!proven && block.timestamp < questions.payableFrom(receiptHash)) return;
        address to = proven ? q.asker : q.answerer;
        uint256 before = vault.free(to) + vault.free(questions.dossierOf(receiptHash).provider);
        uint256 burned = vault.free(vault.BURN_ADDRESS());
        questions.payBond(receiptHash, blockNode(a.t, a.l));
        if (!proven) paidOut += q.bond;
        burned = vault.free(vault.BURN_ADDRESS()) - burned;
        assertEq(burned, proven ? 0 : q.bond / 3, "a third burns, but on a fault nothing");
        uint256 got = vault.free(to) + vault.free(questions.dossierOf(receiptHash).provider) - before;
        assertEq(got + burned, q.bond, "bonds are conserved to the unit");
        burnedBonds += burned;
    }

    function wait_(uint64 dt) external {
        uint256 until = block.timestamp + bound(dt, 1, 2 * CLOCK);
        // The honest provider is there in the last second of every clock.
        while (true) {
            uint256 next = type(uint256).max;
            for (uint256 i = 0; i < asked.length; ++i) {
                if (asked[i].receipt > 1) continue;
                Question memory q = questions.questionOf(asked[i].id);
                if (q.state == QuestionState.Open && q.deadline - 1 < next) next = q.deadline - 1;
            }
            if (next > until) break;
            vm.warp(next);
            for (uint256 i = 0; i < asked.length; ++i) {
                if (asked[i].receipt > 1) continue;
                if (questions.questionOf(asked[i].id).deadline == next + 1) reply(asked[i], operator);
            }
        }
        vm.warp(until);
    }

    /// @dev Somebody proves receipt 3 wrong in the middle of everything.
    function claim(uint256 chance) external {
        if (chance % 5 != 0) return;
        ReceiptEvidence memory e = receiptAt(3);
        if (ledger.faultOf(hashOf(e)) != FaultKind.None || block.timestamp >= windowOf(e)) return;
        claims.claimBilling(e, auditor);
    }

    /// @dev DSP-3: whatever is asked, answered or late, the game convicts as long as the window is open.
    function prove(uint256 receipt) external {
        ReceiptEvidence memory e = receiptAt(bound(receipt, 2, RECEIPTS - 1));
        bytes32 receiptHash = hashOf(e);
        bool over = block.timestamp >= disputes.disputableUntil(e);
        if (over || ledger.faultOf(receiptHash) != FaultKind.None) return;
        uint256 fork = vm.snapshotState();
        uint256 stake = staking.stakeOf(provider2);
        // A block behind the last: the one fault of the game that takes no tree.
        disputes.proveOpeningShape(e, openingBy2(e, uint32(T), 0), auditor);
        assertEq(uint8(ledger.faultOf(receiptHash)), uint8(FaultKind.Shape), "convicted");
        assertEq(staking.stakeOf(provider2), stake - stake * 1500 / 10_000, "and slashed");
        vm.revertToState(fork);
    }

    function reply(Asked memory a, address from) private {
        Question memory q = questions.questionOf(a.id);
        if (q.state != QuestionState.Open || block.timestamp >= q.deadline) return;
        ReceiptEvidence memory e = receiptAt(a.receipt);
        SignedOpening memory o = a.receipt > 1 ? openingBy2(e, a.t, a.l) : openingOf(e, a.t, a.l, "root");
        vm.prank(from);
        questions.answerBlock(e, o);
    }

    function openingBy2(ReceiptEvidence memory e, uint32 t, uint32 l)
        private
        view
        returns (SignedOpening memory o)
    {
        o = openingOf(e, t, l, "root");
        o.signature = sign(operator2Key, keccak256(abi.encode(Eip712.OPENING_TYPEHASH, o.opening)));
    }

    function windowOf(ReceiptEvidence memory e) private view returns (uint256 until) {
        uint256 own = e.request.deadline + W;
        until = ledger.extendedUntil(hashOf(e));
        if (until < own) until = own;
        if (until > own + MAX_HOLD) until = own + MAX_HOLD;
    }

    // ---------------------------------------------------------- invariants

    function invariant_bondsAreConserved() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < asked.length; ++i) {
            sum += questions.questionOf(asked[i].id).bond;
        }
        assertBonds(sum);
        uint256 spent = 0;
        for (uint256 i = 0; i < 2; ++i) {
            // The requester also pays for channels, and is refunded.
            spent += FUNDS > vault.free(askers[i]) ? FUNDS - vault.free(askers[i]) : 0;
        }
        assertLe(spent, sum + paidOut, "askers pay for answers and for nothing else");
    }

    /// @dev What was burned is thirds of bonds and what slashes did not return, and nothing else.
    function invariant_burnsAreBondsAndSlashes() public view {
        uint256 slashed = 2 * uint256(STAKE) - staking.stakeOf(provider) - staking.stakeOf(provider2);
        uint256 burned = vault.free(vault.BURN_ADDRESS()) - burnedBonds;
        assertLe(burned, slashed, "no more than was slashed");
        assertGe(burned * 100, slashed * 93, "and 93 % of it");
    }

    function invariant_DSP1_theHonestLoseNothing() public view {
        assertEq(staking.stakeOf(provider), STAKE, "stake");
        assertEq(ledger.silentUntil(provider), 0, "never silent");
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 receiptHash = hashes[i];
            assertEq(uint8(ledger.faultOf(receiptHash)), uint8(FaultKind.None), "never at fault");
            assertEq(questions.dossierOf(receiptHash).silences, 0, "no silence");
        }
    }

    function invariant_openQuestionsAreCounted() public view {
        for (uint256 r = 0; r < RECEIPTS; ++r) {
            bytes32 receiptHash = hashes[r];
            for (uint256 w = 0; w < askers.length; ++w) {
                uint256 open = 0;
                for (uint256 i = 0; i < asked.length; ++i) {
                    Question memory q = questions.questionOf(asked[i].id);
                    if (asked[i].receipt == r && q.asker == askers[w] && q.state == QuestionState.Open) {
                        ++open;
                    }
                }
                assertEq(questions.openOf(receiptHash, askers[w]), open, "open questions");
            }
            Dossier memory d = questions.dossierOf(receiptHash);
            assertLe(d.silences, 3, "silences");
            if (d.silences == 3) assertTrue(ledger.faultOf(receiptHash) != FaultKind.None, "a fault");
        }
    }

    /// @dev Whatever was left, anyone can end it: no bond stays.
    function afterInvariant() public {
        vm.warp(block.timestamp + 1);
        for (uint256 i = 0; i < asked.length; ++i) {
            if (asked[i].receipt < 2) reply(asked[i], operator);
        }
        vm.warp(block.timestamp + 100_000);
        for (uint256 i = 0; i < asked.length; ++i) {
            Asked memory a = asked[i];
            ReceiptEvidence memory e = receiptAt(a.receipt);
            bytes32 receiptHash = hashOf(e);
            Node memory n = blockNode(a.t, a.l);
            Question memory q = questions.questionOf(a.id);
            if (q.state == QuestionState.Open) questions.expire(e, n);
            else if (q.state == QuestionState.Answered && q.bond != 0) questions.payBond(receiptHash, n);
        }
        assertBonds(0);
        assertEq(staking.stakeOf(provider), STAKE, "the honest lost nothing");
    }
}
