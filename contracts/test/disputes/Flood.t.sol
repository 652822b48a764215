// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DisputeWiring} from "../../src/disputes/Evidence.sol";
import {Questions} from "../../src/disputes/Questions.sol";
import {IEvidence} from "../../src/interfaces/IDisputeGame.sol";
import {IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {IQuestions, QuestionTerms} from "../../src/interfaces/IQuestions.sol";
import {Node} from "../../src/interfaces/INodeTable.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {FaultKind, ReceiptEvidence} from "../../src/types/DisputeTypes.sol";
import {Audience, Receipt as AnswerReceipt, Request} from "../../src/types/Types.sol";
import {QuestionsBase} from "./QuestionsBase.sol";

/// @notice More questions than a provider answers in one clock: to an honest one, and to one that floods itself.
contract FloodTest is QuestionsBase {
    uint256 private constant RECEIPTS = 4;
    uint64 private constant HALF = CLOCK / 2;
    /// @dev How long the receipts' requests were good for.
    uint64 private constant OPEN = 1000;

    /// @dev Made once: their trees take longer than what is tested.
    bytes[] private made;
    bytes32[] private hashes;
    address[] private askers;
    uint256[] private asked;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < RECEIPTS; ++i) {
            Request memory q = requestOf(uint8(Audience.Auditors));
            (q.salt, q.deadline) = (bytes32(i), uint64(block.timestamp) + OPEN);
            AnswerReceipt memory r = answerTo(q);
            r.seq = uint64(i);
            made.push(abi.encode(signed(q, r)));
            hashes.push(receiptHashOf(r));
        }
        asked = new uint256[](RECEIPTS);
        for (uint256 i = 0; i < 12; ++i) {
            askers.push(makeAddr(string(abi.encodePacked("one of many ", bytes1(uint8(65 + i))))));
            fund(askers[i], 10 * FUNDS);
        }
    }

    function receiptAt(uint256 i) private view returns (ReceiptEvidence memory) {
        return abi.decode(made[i], (ReceiptEvidence));
    }

    /// @dev Block number n of a trace: (t, l).
    function blockAt(uint256 n) private pure returns (uint32 t, uint32 l) {
        return (uint32(n / 6), uint32(n % 6));
    }

    /// @dev Asks for one more block of a receipt, from one of many addresses.
    function askMore(uint256 receipt) private returns (uint256 n, uint64 deadline) {
        n = asked[receipt]++;
        (uint32 t, uint32 l) = blockAt(n);
        bytes32 id = askBlock(askers[n % askers.length], receiptAt(receipt), t, l);
        deadline = questions.questionOf(id).deadline;
    }

    function flood(uint256 receipt, uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            askMore(receipt);
        }
    }

    function expireBlock(uint256 receipt, uint256 n) private {
        (uint32 t, uint32 l) = blockAt(n);
        questions.expire(receiptAt(receipt), blockNode(t, l));
    }

    function answerAt(uint256 receipt, uint256 n) private {
        (uint32 t, uint32 l) = blockAt(n);
        answerBlock(receiptAt(receipt), t, l);
    }

    // ---------------------------------------------------------------- line

    /// @dev Whatever is asked in one second is due one after the other; half a clock's worth of it changes nothing.
    function test_DSP7_line() public {
        uint64 now_ = uint64(block.timestamp);
        uint64 due;
        for (uint64 i = 1; i <= 12; ++i) {
            (, due) = askMore(i % RECEIPTS);
            uint64 place = now_ + i * ANSWER_TIME + HALF;
            assertEq(due, place > now_ + CLOCK ? place : now_ + CLOCK, "its place and half a clock");
            assertEq(due == now_ + CLOCK, i <= HALF / ANSWER_TIME, "few questions change nothing");
            assertEq(questions.busyUntil(provider), now_ + i * ANSWER_TIME, "the line");
        }
        // Answering early gives nothing back.
        answerAt(0, 0);
        answerAt(1, 0);
        (, uint64 next) = askMore(0);
        assertEq(next, due + ANSWER_TIME, "the next in line");
        assertEq(questions.busyUntil(provider2), 0, "of another provider's no part");
        // The line moves on with time, to the second.
        uint64 busy = questions.busyUntil(provider);
        vm.warp(busy - HALF + ANSWER_TIME);
        uint256 fork = vm.snapshotState();
        (, due) = askMore(1);
        assertEq(due, busy + ANSWER_TIME + HALF, "its place");
        assertEq(due, block.timestamp + CLOCK, "which is a clock from now");
        vm.revertToState(fork);
        vm.warp(busy - HALF + ANSWER_TIME - 1);
        (, due) = askMore(1);
        assertEq(due, block.timestamp + CLOCK + 1, "the line is longer");
        vm.revertToState(fork);
        vm.warp(busy - HALF + ANSWER_TIME + 1);
        (, due) = askMore(1);
        assertEq(due, block.timestamp + CLOCK, "the clock is");
    }

    /// @dev DSP-7: first come, first served, one answer in ANSWER_TIME, and an outage of less than half a clock at any time.
    /// forge-config: default.fuzz.runs = 48
    function testFuzz_DSP7_honestIsNeverLate(uint256 seed, uint64 outageAt, uint64 outage) public {
        outage = uint64(bound(outage, 0, HALF - 1));
        outageAt = uint64(block.timestamp + bound(outageAt, 0, 3 * CLOCK));
        uint256[] memory receiptOf = new uint256[](64);
        uint256[] memory blockOf = new uint256[](64);
        (uint256 count, uint256 done) = (0, 0);
        uint64 free = uint64(block.timestamp);
        for (uint256 round = 0; count < 64; ++round) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Bursts, single questions and pauses.
            uint256 burst = seed % 3 == 0 ? 1 : seed % 23;
            for (uint256 i = 0; i < burst && count < 64; ++i) {
                receiptOf[count] = (seed >> 8) % 2 + i % 3;
                (blockOf[count],) = askMore(receiptOf[count]);
                ++count;
            }
            uint256 until = block.timestamp + (seed >> 16) % (CLOCK + 2);
            if (count == 64) until = type(uint64).max;
            // What the provider finishes before the next questions come.
            for (; done < count; ++done) {
                uint64 finish = finishAt(free, receiptOf[done], blockOf[done], outageAt, outage);
                if (finish > until) break;
                free = finish;
                if (free > block.timestamp) vm.warp(free);
                answerAt(receiptOf[done], blockOf[done]);
            }
            if (count < 64 && until > block.timestamp) vm.warp(until);
        }
        assertEq(done, 64, "all answered");
        assertEq(staking.stakeOf(provider), STAKE, "never late");
    }

    /// @dev When an answer that is begun as soon as the one before is done, is done itself: work stands still in the outage.
    function finishAt(uint64 free, uint256 receipt, uint256 n, uint64 outageAt, uint64 outage)
        private
        view
        returns (uint64 finish)
    {
        (uint32 t, uint32 l) = blockAt(n);
        uint64 from = questions.questionOf(questions.questionId(hashes[receipt], blockNode(t, l))).askedAt;
        if (free > from) from = free;
        if (from >= outageAt && from < outageAt + outage) from = outageAt + outage;
        finish = from + ANSWER_TIME;
        if (from < outageAt && finish > outageAt) finish += outage;
    }

    /// @dev With the line full an outage of half a clock is one second too long, and one second less is not.
    function test_DSP7_theOutageThatIsTooLong() public {
        flood(0, 20);
        uint64 busy = questions.busyUntil(provider);
        uint64 due = busy + HALF;
        uint256 fork = vm.snapshotState();
        vm.warp(busy + HALF - 1);
        answerAt(0, 19);
        vm.revertToState(fork);
        vm.warp(busy + HALF);
        bytes32 id = questions.questionId(hashes[0], blockNode(3, 1));
        vm.expectRevert(abi.encodeWithSelector(IQuestions.ClockOver.selector, id, due));
        this.answerExternal(0, 19);
    }

    function answerExternal(uint256 receipt, uint256 n) external {
        answerAt(receipt, n);
    }

    // -------------------------------------------------------------- window

    /// @dev A receipt of today whose window is open; made on the spot.
    function receiptNow(bytes32 salt) private view returns (ReceiptEvidence memory) {
        Request memory q = requestOf(uint8(Audience.Auditors));
        (q.payment, q.salt) = (channel, salt);
        return evidenceOf(q);
    }

    function floodNow(bytes32 salt, uint256 count) private {
        ReceiptEvidence memory puppets = receiptNow(salt);
        for (uint256 k = 0; k < count; ++k) {
            (uint32 t, uint32 l) = blockAt(k);
            askBlock(askers[k % askers.length], puppets, t, l);
        }
    }

    /// @dev A cheater's puppets flood it before each question that somebody honest asks. It is convicted all the same, with
    /// everything that silence costs, out of a stake that could not leave, and its credit is forfeited.
    function test_DSP7_selfFlood_isConvicted() public {
        vm.prank(provider);
        staking.unbond(STAKE);
        vm.warp(block.timestamp + UNBONDING - 1); // it prepared
        channel = openDefault(10_000e6);
        ReceiptEvidence memory e = paid(receiptNow("the lie"));
        uint64 epoch = epochNow();
        uint64 window = disputes.disputableUntil(e);
        for (uint256 i = 0; i < 3; ++i) {
            floodNow(bytes32(i), 110);
            if (i == 2) {
                assertGt(block.timestamp, window + MAX_HOLD, "asked later than without a flood ever");
            }
            bytes32 id = askTrace(asker, e);
            uint64 due = questions.questionOf(id).deadline;
            assertEq(due, block.timestamp + 111 * ANSWER_TIME + HALF, "the flood takes its time");
            vm.warp(due);
            vm.expectPartialRevert(IStaking.ExitNotOpen.selector);
            staking.completeUnbond(provider);
            uint256 left = staking.stakeOf(provider);
            vm.expectPartialRevert(IMarketEvents.CreditNotMature.selector);
            market.mature(provider, tuned, relayer, epoch);
            questions.expire(e, traceNode(e));
            assertEq(staking.stakeOf(provider), left - left * (i == 2 ? 15 : 5) / 100, "the rungs");
        }
        assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.Withheld), "convicted");
        (, uint64 maturesAt, bool forfeited) = market.creditOf(provider, tuned, relayer, epoch);
        assertTrue(forfeited, "its credit with it");
        assertGt(
            block.timestamp, uint256(epoch + 1) * EPOCH + W + MAX_HOLD, "later than any other hold lasts"
        );
        uint256 free = vault.free(provider);
        vm.warp(maturesAt);
        market.mature(provider, tuned, relayer, epoch);
        assertEq(vault.free(provider), free, "nothing comes home");
    }

    /// @dev Answers in the last second of each clock bring the exit near, and no unit of stake through it.
    function test_DSP7_dawdling_holdsTheExit() public {
        vm.prank(provider);
        staking.unbond(STAKE);
        vm.warp(block.timestamp + UNBONDING - 1);
        channel = openDefault(10_000e6);
        ReceiptEvidence memory e = paid(receiptNow("the lie"));
        (, uint64 exitAt) = staking.unbondingOf(provider);
        for (uint32 i = 0; block.timestamp < exitAt; ++i) {
            (uint32 t, uint32 l) = blockAt(i);
            bytes32 id = askBlock(asker, e, t, l);
            vm.warp(questions.questionOf(id).deadline - 1);
            answerBlock(e, t, l);
        }
        assertLt(block.timestamp, disputes.disputableUntil(e), "in the window");
        vm.expectPartialRevert(IStaking.ExitNotOpen.selector);
        staking.completeUnbond(provider);
        for (uint256 i = 0; i < 3; ++i) {
            bytes32 id = askTrace(asker, e);
            vm.warp(questions.questionOf(id).deadline);
            questions.expire(e, traceNode(e));
        }
        assertEq(
            staking.stakeOf(provider), uint256(STAKE) * 95 / 100 * 95 / 100 * 85 / 100, "slashed of the whole"
        );
    }

    /// @dev Whoever is silent about a puppet's receipt first, so that its silences about another start anew, pays a Withheld for
    /// each three clocks, and the other's window stays open as long as there is stake.
    function test_DSP7_aPuppetsSilence_closesNoWindow() public {
        channel = openDefault(10_000e6);
        ReceiptEvidence memory e = paid(receiptNow("the lie"));
        uint256 convictions = 0;
        ReceiptEvidence memory p = receiptNow(keccak256(abi.encode("puppet", convictions)));
        uint256 left = staking.stakeOf(provider);
        for (uint256 i = 1; i <= 60; ++i) {
            // The puppet's transaction comes first in each block, the auditor's second.
            askTrace(asker, p);
            bytes32 id = askTrace(asker, e);
            vm.warp(questions.questionOf(id).deadline);
            questions.expire(p, traceNode(p));
            questions.expire(e, traceNode(e));
            assertEq(uint8(ledger.faultOf(hashOf(e))), uint8(FaultKind.None), "shielded");
            if (i % 3 != 0) continue;
            assertEq(uint8(ledger.faultOf(hashOf(p))), uint8(FaultKind.Withheld), "by a conviction");
            p = receiptNow(keccak256(abi.encode("puppet", ++convictions)));
            uint256 now_ = staking.stakeOf(provider);
            assertLe(now_, left * 95 / 100 * 95 / 100 * 85 / 100 + 3, "that costs what one of the lie does");
            left = now_;
        }
        assertGt(disputes.disputableUntil(e), block.timestamp, "and it is still asked about");
        assertLt(left, uint256(STAKE) / 100, "when next to nothing is left");
    }

    /// @dev Strangers that flood an honest provider delay its credit beyond MAX_HOLD by no more than an ANSWER_TIME for each
    /// question, two thirds of whose bond they pay it. When they stop the next hold is as any other.
    function test_DSP7_harassment_paysForItself() public {
        channel = openDefault(10_000e6);
        ReceiptEvidence memory e = paid(receiptNow("right"));
        uint64 epoch = epochNow();
        uint64 natural = (epoch + 1) * EPOCH + W;
        // As late as the window lets anybody ask.
        vm.warp(disputes.disputableUntil(e) - 1);
        uint256 free = vault.free(provider);
        (uint64 due, uint256 asked_) = (0, 0);
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 k = 0; k < 40; ++k) {
                (uint32 t, uint32 l) = blockAt(40 * i + k);
                bytes32 id = askBlock(askers[k % askers.length], e, t, l);
                due = questions.questionOf(id).deadline;
                ++asked_;
            }
            for (uint256 k = 0; k < 40; ++k) {
                (uint32 t, uint32 l) = blockAt(40 * i + k);
                answerBlock(e, t, l);
            }
            vm.warp(due - 1);
        }
        (, uint64 maturesAt,) = market.creditOf(provider, tuned, relayer, epoch);
        assertGt(maturesAt, natural + MAX_HOLD, "longer than any other hold");
        assertLe(maturesAt, natural + MAX_HOLD + asked_ * ANSWER_TIME, "an answer's time for each question");
        vm.warp(maturesAt);
        market.mature(provider, tuned, relayer, epoch);
        assertGt(vault.free(provider), free, "paid");
        assertEq(staking.stakeOf(provider), STAKE, "never late");

        vm.warp(questions.payableFrom(hashOf(e)));
        free = vault.free(provider) + vault.free(operator);
        for (uint256 k = 0; k < asked_; ++k) {
            (uint32 t, uint32 l) = blockAt(k);
            questions.payBond(hashOf(e), blockNode(t, l));
        }
        assertGe(
            vault.free(provider) + vault.free(operator) - free, asked_ * (BOND - BOND / 3 - 1), "two thirds"
        );
        // Their time is over: the next question holds credit as any other.
        channel = openDefault(10_000e6);
        ReceiptEvidence memory other = paid(receiptNow("right again"));
        epoch = epochNow();
        askTrace(asker, other);
        (, maturesAt,) = market.creditOf(provider, tuned, relayer, epoch);
        assertLe(maturesAt, (epoch + 1) * EPOCH + W + MAX_HOLD, "anew");
    }

    /// @dev The longest dispute: one question after the other, each answered in its last second. As many fit into the window
    /// with a flood before each as without.
    function test_DSP7_selfFlood_closesNoWindow() public {
        channel = openDefault(10_000e6);
        ReceiptEvidence memory e = receiptNow("asked in a row");
        uint256 fork = vm.snapshotState();
        uint256 alone = inARow(e, 0);
        assertEq(
            alone,
            (uint256(MAX_HOLD) + W + 30 - 1) / (CLOCK - 1) + 1,
            "as many clocks as the longest window has"
        );
        vm.revertToState(fork);
        assertGe(inARow(e, 40), alone, "no fewer");
    }

    /// @dev How many questions in a row the window has room for, with a flood of `count` others before each.
    function inARow(ReceiptEvidence memory e, uint256 count) private returns (uint256 fit) {
        for (fit = 0; fit < 24; ++fit) {
            if (count != 0) floodNow(bytes32(fit), count);
            (uint32 t, uint32 l) = blockAt(fit);
            vm.prank(asker);
            try questions.askBlock(e, t, l) returns (bytes32 id) {
                vm.warp(questions.questionOf(id).deadline - 1);
                answerBlock(e, t, l);
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IEvidence.WindowClosed.selector, "the window");
                return fit;
            }
        }
    }

    /// @dev The stretch is what clocks take beyond their term, counted once where they overlap.
    function test_stretch_countsOverlapsOnce() public {
        flood(1, 10);
        (, uint64 due) = askMore(0);
        uint64 start = uint64(block.timestamp);
        assertEq(due, start + 11 * ANSWER_TIME + HALF, "in line");
        assertEq(stretchOf(0), due - start - CLOCK, "beyond a clock");
        (, uint64 next) = askMore(0);
        assertEq(stretchOf(0), next - start - CLOCK, "once for both");
        assertEq(stretchOf(2), 0, "each receipt its own");
        vm.warp(due - CLOCK - 1);
        (, uint64 later) = askMore(0);
        assertEq(stretchOf(0), later - start - CLOCK, "overlapping");
        vm.warp(block.timestamp + 100);
        (, due) = askMore(0);
        assertEq(due, block.timestamp + CLOCK, "the line is empty");
        assertEq(stretchOf(0), later - start - CLOCK, "and adds nothing");
        assertEq(
            disputes.disputableUntil(receiptAt(0)), start + OPEN + W + later - start + CLOCK, "the window"
        );
    }

    function stretchOf(uint256 receipt) private view returns (uint64 stretch) {
        (,, stretch) = ledger.windowOf(hashes[receipt]);
    }

    /// @dev A bond about a receipt that nobody can close waits for the stretch too.
    function test_payBond_atTheLatest() public {
        flood(1, 30);
        Request memory q = requestOf(uint8(Audience.Auditors));
        q.deadline = type(uint64).max;
        ReceiptEvidence memory e = evidenceOf(q);
        bytes32 id = askTrace(asker, e);
        answerTrace(e);
        uint64 due = questions.questionOf(id).deadline;
        uint64 latest = due + W + MAX_HOLD + MAX_DEADLINE + (due - uint64(block.timestamp) - CLOCK);
        Node memory n = traceNode(e);
        bytes32 receiptHash = hashOf(e);
        vm.warp(latest - 1);
        vm.expectRevert(abi.encodeWithSelector(IQuestions.StillDisputable.selector, receiptHash, latest));
        questions.payBond(receiptHash, n);
        vm.warp(latest);
        questions.payBond(receiptHash, n);
    }

    // -------------------------------------------------------------- outage

    /// @dev What was asked before an outage's end belongs to it, however long its own clock was.
    function test_silence_byWhenItWasAsked() public {
        flood(1, 20);
        (uint256 first, uint64 due) = askMore(0);
        uint64 start = uint64(block.timestamp);
        flood(1, 30);
        vm.warp(due - 1);
        (uint256 second, uint64 later) = askMore(0);
        assertGe(later - CLOCK, due, "less a clock it would be after it");
        vm.warp(due);
        (uint256 third,) = askMore(0);
        assertGt(due, start + CLOCK, "a long clock");
        vm.warp(block.timestamp + 500);
        expireBlock(0, first);
        assertEq(questions.dossierOf(hashes[0]).silences, 1, "one");
        expireBlock(0, second);
        assertEq(questions.dossierOf(hashes[0]).silences, 1, "asked a second before its end");
        expireBlock(0, third);
        assertEq(questions.dossierOf(hashes[0]).silences, 2, "asked at its end");
        assertEq(staking.stakeOf(provider), uint256(STAKE) * 95 / 100 * 95 / 100, "two small rungs");
    }

    /// @dev One outage of three clocks is one proven fault, in whatever order receipts are asked about and expired.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_outage_isOneFault(uint256 seed) public {
        withhold(3, seed);
        assertEq(faults(), 1, "one of four receipts");
        assertEq(staking.stakeOf(provider), worth(STAKE, 1), "5 %, 5 %, 15 %");
        // What they are asked next counts from then on, each for itself: a silence and not yet a fault.
        uint256 next = ledger.faultOf(hashes[seed % RECEIPTS]) == FaultKind.None
            ? seed % RECEIPTS
            : addmod(seed, 1, RECEIPTS);
        (uint256 n, uint64 due) = askMore(next);
        vm.warp(due);
        expireBlock(next, n);
        assertEq(questions.dossierOf(hashes[next]).silences, 1, "anew");
        assertEq(faults(), 1, "no other");
    }

    /// @dev Who stays silent is convicted again each three clocks, on one more receipt.
    function test_silentOnMany_isConvictedAgainAndAgain() public {
        for (uint256 i = 1; i <= RECEIPTS; ++i) {
            withhold(3, i);
            assertEq(faults(), i, "one more");
            assertEq(staking.stakeOf(provider), worth(STAKE, i), "each time 5 %, 5 %, 15 %");
        }
    }

    /// @dev The conviction's last second is its own, the next one counts.
    function test_withheld_boundary() public {
        for (uint256 i = 0; i < 2; ++i) {
            (uint256 n, uint64 due) = askMore(0);
            vm.warp(due);
            expireBlock(0, n);
        }
        (uint256 last, uint64 end) = askMore(0);
        vm.warp(end - 1);
        (uint256 before,) = askMore(1);
        vm.warp(end);
        (uint256 after_, uint64 due1) = askMore(1);
        (uint256 other, uint64 due2) = askMore(2);
        expireBlock(0, last);
        assertEq(ledger.withheldUntil(provider), end, "the end of the clock, not of the case");
        vm.warp((due1 > due2 ? due1 : due2) + 1);
        expireBlock(1, before);
        assertEq(questions.dossierOf(hashes[1]).silences, 0, "a second before");
        expireBlock(1, after_);
        assertEq(questions.dossierOf(hashes[1]).silences, 1, "at its end");
        expireBlock(2, other);
        assertEq(questions.dossierOf(hashes[2]).silences, 1, "for each receipt");
        assertEq(questions.dossierOf(hashes[1]).silentSince, end, "since");
    }

    /// @dev Two silences before another receipt's conviction count for nothing after it.
    function test_withheld_startsAnew() public {
        uint256[2] memory early;
        for (uint256 i = 0; i < 3; ++i) {
            uint256 n;
            uint64 due;
            (n, due) = askMore(0);
            if (i < 2) (early[i], due) = askMore(1);
            vm.warp(due);
            if (i < 2) expireBlock(1, early[i]);
            expireBlock(0, n);
        }
        assertEq(questions.dossierOf(hashes[1]).silences, 2, "two");
        assertEq(uint8(ledger.faultOf(hashes[0])), uint8(FaultKind.Withheld), "of the other");
        for (uint256 i = 1; i <= 3; ++i) {
            (uint256 n, uint64 due) = askMore(1);
            vm.warp(due);
            assertEq(uint8(ledger.faultOf(hashes[1])), 0, "not yet");
            expireBlock(1, n);
            assertEq(questions.dossierOf(hashes[1]).silences, i, "counted anew");
        }
        assertEq(uint8(ledger.faultOf(hashes[1])), uint8(FaultKind.Withheld), "three clocks later");
    }

    /// @dev Nobody answers anything for so many clocks, while every receipt is asked about in each.
    function withhold(uint256 clocks, uint256 seed) private {
        for (uint256 i = 0; i < clocks; ++i) {
            uint256[] memory open = new uint256[](RECEIPTS);
            uint64 due;
            for (uint256 k = 0; k < RECEIPTS; ++k) {
                uint256 r = addmod(k, seed, RECEIPTS);
                open[r] = type(uint256).max;
                if (ledger.faultOf(hashes[r]) == FaultKind.None) (open[r], due) = askMore(r);
            }
            vm.warp(due);
            seed = uint256(keccak256(abi.encode(seed)));
            for (uint256 k = 0; k < RECEIPTS; ++k) {
                uint256 r = addmod(k, seed, RECEIPTS);
                if (open[r] != type(uint256).max) expireBlock(r, open[r]);
            }
        }
    }

    function faults() private view returns (uint256 n) {
        for (uint256 i = 0; i < RECEIPTS; ++i) {
            if (ledger.faultOf(hashes[i]) != FaultKind.None) ++n;
        }
    }

    /// @dev What is left of a stake after so many outages of three clocks.
    function worth(uint256 stake, uint256 outages) private pure returns (uint256) {
        for (uint256 i = 0; i < outages; ++i) {
            stake -= stake * 5 / 100;
            stake -= stake * 5 / 100;
            stake -= stake * 15 / 100;
        }
        return stake;
    }

    // --------------------------------------------------------------- terms

    function test_terms_ofTheLine() public {
        DisputeWiring memory w;
        QuestionTerms memory t = defaultTerms();
        t.answerTime = 0;
        vm.expectRevert(abi.encodeWithSelector(IQuestions.BadTerms.selector, "answerTime"));
        new Questions(w, vault, nodes, verifiers, disputes, t);
        t.answerTime = CLOCK / 2 + 1;
        vm.expectRevert(abi.encodeWithSelector(IQuestions.BadTerms.selector, "answerTime"));
        new Questions(w, vault, nodes, verifiers, disputes, t);
        t.answerTime = CLOCK / 2;
        assertEq(
            new Questions(w, vault, nodes, verifiers, disputes, t).terms().answerTime,
            CLOCK / 2,
            "as long as that"
        );
    }
}
