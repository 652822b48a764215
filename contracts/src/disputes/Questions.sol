// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeGame} from "../interfaces/IDisputeGame.sol";
import {INodeTable, Node, NodeKind} from "../interfaces/INodeTable.sol";
import {Dossier, IQuestions, Question, QuestionState, QuestionTerms} from "../interfaces/IQuestions.sol";
import {IVault} from "../interfaces/IVault.sol";
import {IStepVerifier, IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {ParamsLib} from "../libraries/ParamsLib.sol";
import {TraceLib} from "../libraries/TraceLib.sol";
import {Case, FaultKind, ReceiptEvidence, SignedOpening, Verdict} from "../types/DisputeTypes.sol";
import {Audience, ModelVersionId, Timing} from "../types/Types.sol";
import {DisputeWiring, Evidence} from "./Evidence.sol";

/// @title Questions
/// @notice See `IQuestions`. A module of the Vault: what it holds there is exactly the sum of all bonds.
contract Questions is IQuestions, Evidence {
    /// @dev Unanswered questions on one receipt that are a proven fault.
    uint8 private constant SILENCES = 3;

    IVault private immutable VAULT;
    INodeTable private immutable NODES;
    IVerifierRegistry private immutable VERIFIERS;
    IDisputeGame private immutable GAME;
    uint64 private immutable CLOCK;
    uint64 private immutable ANSWER_TIME;
    uint64 private immutable PROOF_TIME;
    uint96 private immutable BASE_BOND;
    uint96 private immutable ASK_COST;

    mapping(bytes32 question => Question) private _entries;
    mapping(bytes32 receiptHash => Dossier) private _files;
    mapping(bytes32 receiptHash => mapping(address asker => uint32)) private _open;
    /// @inheritdoc IQuestions
    mapping(address provider => uint64) public busyUntil;

    constructor(
        DisputeWiring memory w,
        IVault vault_,
        INodeTable nodes_,
        IVerifierRegistry verifiers_,
        IDisputeGame game_,
        QuestionTerms memory t
    ) Evidence(w) {
        if (t.clock == 0) revert BadTerms("clock");
        // INVARIANT: one question alone is due after one clock.
        if (t.answerTime == 0 || t.answerTime > t.clock / 2) revert BadTerms("answerTime");
        if (t.proofTime == 0) revert BadTerms("proofTime");
        // INVARIANT: a question costs something, and what it costs to ask is less than what is put up for it.
        if (t.baseBond < 3 || t.askCost > t.baseBond) revert BadTerms("baseBond");
        VAULT = vault_;
        NODES = nodes_;
        VERIFIERS = verifiers_;
        GAME = game_;
        (CLOCK, ANSWER_TIME, PROOF_TIME) = (t.clock, t.answerTime, t.proofTime);
        (BASE_BOND, ASK_COST) = (t.baseBond, t.askCost);
    }

    // ----------------------------------------------------------------- ask

    /// @inheritdoc IQuestions
    function askParams(ReceiptEvidence calldata e) external returns (bytes32) {
        Case memory c = _openProvenCase(e);
        Node memory n;
        (n.kind, n.hash) = (NodeKind.Params, e.request.paramsHash);
        return _ask(e, c, n);
    }

    /// @inheritdoc IQuestions
    function askTokens(ReceiptEvidence calldata e, bool output, uint32 range) external returns (bytes32) {
        Case memory c = _openProvenCase(e);
        // INVARIANT: nobody makes public what the requester kept to itself.
        if (e.request.audience == uint8(Audience.RequesterOnly)) {
            revert NotEntitled(msg.sender, e.request.audience);
        }
        Node memory n = output
            ? NODES.tokens(NodeKind.Output, e.receipt.outputRoot, e.receipt.outputTokens, range)
            : NODES.tokens(NodeKind.Prompt, e.request.promptRoot, e.request.promptTokens, range);
        return _ask(e, c, n);
    }

    /// @inheritdoc IQuestions
    function askTrace(ReceiptEvidence calldata e) external returns (bytes32) {
        Case memory c = _openProvenCase(e);
        return _ask(e, c, NODES.trace(_header(c), c.positions, e.receipt.traceRoot));
    }

    /// @inheritdoc IQuestions
    function askBlock(ReceiptEvidence calldata e, uint32 t, uint32 l) external returns (bytes32) {
        Case memory c = _openProvenCase(e);
        return _ask(e, c, NODES.blockOf(_header(c), c.positions, e.request.promptTokens, t, l));
    }

    /// @inheritdoc IQuestions
    function askOpening(ReceiptEvidence calldata e, SignedOpening calldata o) external returns (bytes32) {
        Case memory c = _openProvenCase(e);
        _requireOpening(o, c);
        return _ask(e, c, NODES.opening(_header(c), o.opening));
    }

    /// @inheritdoc IQuestions
    function askChild(
        ReceiptEvidence calldata e,
        Node calldata parent,
        bytes32[] calldata children,
        uint32 child
    ) external returns (bytes32) {
        Case memory c = _openProvenCase(e);
        bytes32 parentId = questionId(c.receiptHash, parent);
        Question storage entry = _entries[parentId];
        // INVARIANT: a question is about a hash that the provider committed to.
        if (entry.state != QuestionState.Answered) revert NotAnswered(parentId);
        if (keccak256(abi.encodePacked(children)) != entry.answerHash) revert WrongAnswer(parentId);
        return _ask(e, c, NODES.child(_header(c), parent, children, child));
    }

    // -------------------------------------------------------------- answer

    /// @inheritdoc IQuestions
    function answerParams(bytes32 receiptHash, Node calldata node, bytes calldata params) external {
        bytes32 id = _requireOpen(receiptHash, node);
        if (node.kind != NodeKind.Params) revert WrongKind(node.kind);
        // INVARIANT: what is shown here fits a transaction that claims it. Of anything longer nobody gets an answer.
        if (params.length > ParamsLib.MAX_LENGTH) revert ParamsLib.NotCanonical(params.length);
        if (keccak256(params) != node.hash) revert WrongAnswer(id);
        _answered(receiptHash, id, node, keccak256(params), params);
    }

    /// @inheritdoc IQuestions
    function answerTokens(
        bytes32 receiptHash,
        Node calldata node,
        bytes32[] calldata salts,
        bytes32[] calldata ids,
        bytes32[] calldata path
    ) external {
        bytes32 id = _requireOpen(receiptHash, node);
        if (node.kind != NodeKind.Prompt && node.kind != NodeKind.Output) revert WrongKind(node.kind);
        if (NODES.tokenRoot(node, salts, ids, path) != node.hash) revert WrongAnswer(id);
        bytes memory answer = abi.encode(salts, ids);
        _answered(receiptHash, id, node, keccak256(answer), answer);
    }

    /// @inheritdoc IQuestions
    function answerNode(bytes32 receiptHash, Node calldata node, bytes32 salt, bytes32[] calldata children)
        external
    {
        bytes32 id = _requireOpen(receiptHash, node);
        if (!NODES.isTree(node.kind)) revert WrongKind(node.kind);
        bytes32 hash = NODES.fold(node.level, children);
        if (node.kind == NodeKind.Trace) hash = TraceLib.traceRoot(salt, hash);
        if (hash != node.hash) revert WrongAnswer(id);
        _answered(receiptHash, id, node, keccak256(abi.encodePacked(children)), abi.encode(salt, children));
    }

    /// @inheritdoc IQuestions
    function answerBlock(ReceiptEvidence calldata e, SignedOpening calldata o) external {
        Case memory c = _readCase(e);
        _requireOpening(o, c);
        Node memory n = _block(o.opening.t, o.opening.l);
        bytes32 id = _requireOpen(c.receiptHash, n);
        bytes32 blockRoot = o.opening.blockRoot;
        // No block has this root, and nothing could be asked about it.
        if (blockRoot == 0) revert WrongAnswer(id);
        _answered(c.receiptHash, id, n, blockRoot, abi.encode(blockRoot, o.signature));
    }

    /// @inheritdoc IQuestions
    function answerChunk(
        ReceiptEvidence calldata e,
        Node calldata node,
        bytes32[] calldata words,
        address submitter,
        bytes calldata proof
    ) external {
        Case memory c = _readCase(e);
        bytes32 id = _requireOpen(c.receiptHash, node);
        if (node.kind != NodeKind.Chunk) revert WrongKind(node.kind);
        (uint256[5] memory input, bool canonical) = NODES.bind(_header(c), node, words, submitter);
        _verifier(c).verifyProof(proof, input);
        address asker = _entries[id].asker;
        _answered(c.receiptHash, id, node, keccak256(abi.encodePacked(words)), abi.encode(words));
        // INVARIANT: a word that no packing makes is the provider's own, and wrong in every number that it holds.
        if (!canonical && LEDGER.faultOf(c.receiptHash) == FaultKind.None) {
            LEDGER.convict(_paidVerdict(c, FaultKind.WrongStep, asker));
        }
    }

    // ---------------------------------------------------------------- exit

    /// @inheritdoc IQuestions
    function expire(ReceiptEvidence calldata e, Node calldata node) external {
        Case memory c = _readCase(e);
        bytes32 id = questionId(c.receiptHash, node);
        Question memory q = _entries[id];
        if (q.state != QuestionState.Open) revert NotOpen(id, q.state);
        bool proven = LEDGER.faultOf(c.receiptHash) != FaultKind.None;
        // INVARIANT: a clock is the provider's to its last second.
        if (block.timestamp < q.deadline && !proven) revert ClockRunning(id, q.deadline);

        delete _entries[id];
        --_open[c.receiptHash][q.asker];
        _notePayment(_files[c.receiptHash], c);
        (bool counted, uint256 slashed) = proven ? (false, 0) : _silence(c, q);
        emit QuestionExpired(c.receiptHash, id, c.provider, _files[c.receiptHash].silences, counted, slashed);
        VAULT.release(q.asker, q.bond);
    }

    /// @inheritdoc IQuestions
    function payBond(bytes32 receiptHash, Node calldata node) external {
        bytes32 id = questionId(receiptHash, node);
        Question storage q = _entries[id];
        if (q.state != QuestionState.Answered) revert NotAnswered(id);
        uint96 bond = q.bond;
        if (bond == 0) revert NothingToPay(id);
        q.bond = 0;
        // INVARIANT: whoever led to a fault pays for no answer on the way.
        if (LEDGER.faultOf(receiptHash) != FaultKind.None) {
            emit BondPaid(receiptHash, id, q.asker, bond, 0, 0);
            VAULT.release(q.asker, bond);
            return;
        }
        // INVARIANT: a bond waits no longer than any window of an answer that an honest provider gives.
        Timing memory timing = MARKET.timing();
        (,, uint64 stretch) = LEDGER.windowOf(receiptHash);
        uint64 until = q.deadline + timing.disputeWindow + timing.maxHold + timing.maxDeadline + stretch;
        if (until > payableFrom(receiptHash)) until = payableFrom(receiptHash);
        if (block.timestamp < until) revert StillDisputable(receiptHash, until);
        // INVARIANT: the provider is paid too when another's copy of its answer came first; whoever asks itself loses a third.
        uint96 third = bond / 3;
        emit BondPaid(receiptHash, id, q.answerer, bond - 2 * third, third, third);
        VAULT.release(q.answerer, bond - 2 * third);
        VAULT.release(_files[receiptHash].provider, third);
        VAULT.burn(third);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IQuestions
    function questionId(bytes32 receiptHash, Node memory node) public pure returns (bytes32) {
        return keccak256(abi.encode(receiptHash, node));
    }

    /// @inheritdoc IQuestions
    function questionOf(bytes32 question) external view returns (Question memory) {
        return _entries[question];
    }

    /// @inheritdoc IQuestions
    function dossierOf(bytes32 receiptHash) external view returns (Dossier memory) {
        return _files[receiptHash];
    }

    /// @inheritdoc IQuestions
    function payableFrom(bytes32 receiptHash) public view returns (uint64) {
        return _max(_files[receiptHash].until, LEDGER.extendedUntil(receiptHash));
    }

    /// @inheritdoc IQuestions
    function openOf(bytes32 receiptHash, address asker) external view returns (uint32) {
        return _open[receiptHash][asker];
    }

    /// @inheritdoc IQuestions
    function bondOf(bytes32 receiptHash, address asker) public view returns (uint256) {
        uint256 count = _open[receiptHash][asker];
        return count > 96 ? type(uint256).max : uint256(BASE_BOND) << count;
    }

    /// @inheritdoc IQuestions
    function terms() external view returns (QuestionTerms memory) {
        return QuestionTerms(CLOCK, ANSWER_TIME, PROOF_TIME, BASE_BOND, ASK_COST);
    }

    /// @inheritdoc IQuestions
    function questionsWiring()
        external
        view
        returns (address vault, address nodes, address verifiers, address game)
    {
        return (address(VAULT), address(NODES), address(VERIFIERS), address(GAME));
    }

    // -------------------------------------------------------- private: ask

    function _ask(ReceiptEvidence calldata e, Case memory c, Node memory n) private returns (bytes32 id) {
        _requireEntitled(e);
        // INVARIANT: who was proven wrong answers no more.
        if (LEDGER.faultOf(c.receiptHash) != FaultKind.None) revert ReceiptProven(c.receiptHash);
        id = questionId(c.receiptHash, n);
        Question storage q = _entries[id];
        if (q.state == QuestionState.Open) revert AlreadyOpen(id);
        // INVARIANT: an answer serves everybody; nobody answers twice.
        if (q.state == QuestionState.Answered) revert AlreadyAnswered(id);

        uint256 bond = bondOf(c.receiptHash, msg.sender);
        if (bond > type(uint96).max) revert BondTooHigh(bond);
        uint64 deadline = _nextInLine(c.provider);
        q.asker = msg.sender;
        // casting is safe: times
        // forge-lint: disable-next-line(unsafe-typecast)
        (q.deadline, q.askedAt) = (uint40(deadline), uint40(block.timestamp));
        q.state = QuestionState.Open;
        // casting is safe: checked above
        // forge-lint: disable-next-line(unsafe-typecast)
        q.bond = uint96(bond);
        ++_open[c.receiptHash][msg.sender];
        emit QuestionAsked(c.receiptHash, id, msg.sender, c.provider, n, q.bond, deadline);
        _hold(c, deadline);
        VAULT.lock(msg.sender, bond);
    }

    /// @dev When a question of now is due.
    function _nextInLine(address provider) private returns (uint64 deadline) {
        uint64 from = uint64(block.timestamp);
        uint64 busy = _max(busyUntil[provider], from) + ANSWER_TIME;
        busyUntil[provider] = busy;
        // INVARIANT: whoever answers one question in ANSWER_TIME, in order, has half a clock left, whatever is asked.
        return _max(from + CLOCK, busy + CLOCK / 2);
    }

    /// @dev Keeps what the question could slash, and the window open for what follows from its answer.
    function _hold(Case memory c, uint64 deadline) private {
        Dossier storage f = _files[c.receiptHash];
        // INVARIANT: all stake stays: a slash is a share of what is left, so whatever had left would not be slashed.
        uint256 slashable = block.timestamp < f.holdUntil ? 0 : STAKING.stakeOf(c.provider);
        // INVARIANT: time that questions took is added to the window, once for clocks that overlap.
        uint64 from = _max(f.lastDeadline, uint64(block.timestamp));
        // INVARIANT: what clocks take beyond their term lets the window grow beyond `maxHold`, or a flood would close it.
        uint64 stretch = deadline - _max(f.lastDeadline, uint64(block.timestamp) + CLOCK);
        // INVARIANT: a deadline that no honest provider takes makes no receipt safe from questions.
        uint256 until = uint256(c.until) + deadline - from;
        if (until > type(uint40).max - PROOF_TIME) until = type(uint40).max - PROOF_TIME;
        // INVARIANT: stake is there as long as the window that questions made longer; credit waits for the proof that an
        // answer may bring, or one question would hold all of it for a window.
        // casting is safe: a time
        // forge-lint: disable-next-line(unsafe-typecast)
        uint64 exitUntil = (until > deadline ? uint64(until) : deadline) + PROOF_TIME;
        f.provider = c.provider;
        // casting is safe: times
        // forge-lint: disable-next-line(unsafe-typecast)
        f.holdUntil = uint40(exitUntil);
        f.lastDeadline = deadline;
        // casting is safe: a time
        // forge-lint: disable-next-line(unsafe-typecast)
        if (until > f.until) f.until = uint40(until);
        _notePayment(f, c);
        // forge-lint: disable-next-line(unsafe-typecast)
        stretch = LEDGER.extend(c.receiptHash, uint64(until), stretch);
        // INVARIANT: credit is held as much longer as the window can be, or a flood would bring it home.
        LEDGER.hold(c.provider, slashable, exitUntil, deadline + PROOF_TIME, stretch);
    }

    /// @dev Whoever expires a question cannot take the refund away by leaving out that the receipt was paid.
    function _notePayment(Dossier storage f, Case memory c) private {
        if (c.refund == 0 || f.refund != 0) return;
        f.refundTo = c.refundTo;
        // casting is safe: bounded; a refund is cut to stake / 400 anyway
        // forge-lint: disable-next-line(unsafe-typecast)
        f.refund = c.refund > type(uint96).max ? type(uint96).max : uint96(c.refund);
    }

    function _requireEntitled(ReceiptEvidence calldata e) private view {
        uint8 audience = e.request.audience;
        bool open = audience != uint8(Audience.RequesterOnly) || msg.sender == e.request.requester;
        if (!open) revert NotEntitled(msg.sender, audience);
    }

    // ----------------------------------------------------- private: answer

    function _requireOpen(bytes32 receiptHash, Node memory node) private view returns (bytes32 id) {
        id = questionId(receiptHash, node);
        Question storage q = _entries[id];
        if (q.state != QuestionState.Open) revert NotOpen(id, q.state);
        // INVARIANT: an answer is in time before the deadline and late from it on.
        if (block.timestamp >= q.deadline) revert ClockOver(id, q.deadline);
    }

    function _answered(
        bytes32 receiptHash,
        bytes32 id,
        Node memory node,
        bytes32 answerHash,
        bytes memory answer
    ) private {
        Question storage q = _entries[id];
        q.state = QuestionState.Answered;
        q.answerer = msg.sender;
        q.answerHash = answerHash;
        --_open[receiptHash][q.asker];
        emit QuestionAnswered(receiptHash, id, msg.sender, node, answer);
    }

    function _verifier(Case memory c) private view returns (IStepVerifier) {
        (address verifier,) =
            VERIFIERS.verifierOf(REGISTRY.specVersionOf(ModelVersionId.wrap(c.modelVersion)));
        return IStepVerifier(verifier);
    }

    // ------------------------------------------------------- private: exit

    /// @return counted whether it is a silence of the receipt: not if its clock overlapped with one that is
    /// @return slashed what left the stake; zero if the clock overlapped with one that was slashed
    function _silence(Case memory c, Question memory q) private returns (bool counted, uint256 slashed) {
        Dossier storage f = _files[c.receiptHash];
        uint64 withheld = LEDGER.withheldUntil(c.provider);
        // INVARIANT: one outage is one Withheld, however many receipts were asked about in it.
        if (f.silences != 0 && f.silentSince < withheld) {
            // INVARIANT: clocks that count no more, and this one, are no time of the window: silence elsewhere closes none.
            LEDGER.extend(c.receiptHash, 0, CLOCK * (uint64(f.silences) + 1));
            f.silences = 0;
        }
        // INVARIANT: one outage is one silence, however many questions it left open.
        counted = q.askedAt >= f.silentUntil && q.askedAt >= withheld;
        bool fault = false;
        if (counted) {
            if (f.silences == 0) f.silentSince = q.askedAt;
            f.silentUntil = q.deadline;
            fault = ++f.silences == SILENCES;
        }
        bool due = LEDGER.noteSilence(c.provider, q.askedAt, q.deadline, fault);
        if (fault) slashed = LEDGER.convict(_paidVerdict(c, FaultKind.Withheld, q.asker));
        else if (due) slashed = LEDGER.rebuke(_paidVerdict(c, FaultKind.Silence, q.asker), ASK_COST);
    }

    /// @dev The verdict with the payment that anybody ever showed.
    function _paidVerdict(Case memory c, FaultKind kind, address submitter)
        private
        view
        returns (Verdict memory v)
    {
        v = _verdict(c, kind, submitter);
        if (v.refund != 0) return v;
        Dossier storage f = _files[c.receiptHash];
        (v.refundTo, v.refund) = (f.refundTo, f.refund);
    }

    // ------------------------------------------------------------- private

    /// @dev The game reads evidence for both: here there is no room for the code, and so there is one reader.
    function _readCase(ReceiptEvidence calldata e) internal view override returns (Case memory) {
        return GAME.caseOf(e);
    }

    function _header(Case memory c) private view returns (bytes memory) {
        return REGISTRY.headerOf(ModelVersionId.wrap(c.modelVersion));
    }

    function _block(uint32 t, uint32 l) private pure returns (Node memory n) {
        (n.kind, n.t, n.l) = (NodeKind.Block, t, l);
    }

    function _max(uint64 a, uint64 b) private pure returns (uint64) {
        return a > b ? a : b;
    }
}
