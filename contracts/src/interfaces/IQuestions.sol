// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReceiptEvidence, SignedOpening} from "../types/DisputeTypes.sol";
import {IEvidence} from "./IDisputeGame.sol";
import {Node, NodeKind} from "./INodeTable.sol";

enum QuestionState {
    None,
    Open,
    Answered
}

// slot 0 | asker 20 | deadline 5 | askedAt 5 | state 1 | free 1
// slot 1 | answerer 20 | bond 12
// slot 2 | answerHash 32
struct Question {
    address asker;
    // Answers count while block.timestamp < deadline.
    uint40 deadline;
    uint40 askedAt;
    QuestionState state;
    address answerer;
    // Zero once it was paid out.
    uint96 bond;
    // Of what `askChild` must show: keccak256 of the packed children; of other answers see `QuestionAnswered`.
    bytes32 answerHash;
}

/// @notice What questions did to one receipt.
// slot 0 | provider 20 | until 5 | holdUntil 5 | silences 1 | free 1
// slot 1 | refundTo 20 | refund 12
// slot 2 | silentUntil 8 | lastDeadline 8 | silentSince 8 | free 8
struct Dossier {
    address provider;
    // The end of its window as far as questions saw it.
    uint40 until;
    // Stake is held back for this receipt until then.
    uint40 holdUntil;
    // Unanswered questions whose clocks did not overlap, since the provider's last Withheld.
    uint8 silences;
    // What was shown to have been paid for it, and by whom.
    address refundTo;
    uint96 refund;
    // The end of the last clock that counts in `silences`.
    uint64 silentUntil;
    // The end of the last clock of all.
    uint64 lastDeadline;
    // When the first question that counts in `silences` was asked.
    uint64 silentSince;
}

/// @notice Constants of a deployment: seconds, and base units of the settlement token.
struct QuestionTerms {
    uint64 clock;
    // What a provider may take for one answer on average: its line of questions moves on by this for each.
    uint64 answerTime;
    // How long stake and credit are held after a clock, for the proof that follows.
    uint64 proofTime;
    // The bond of the first question that an asker has open on a receipt: at least 1.5 times the worst cost of an answer,
    // so that the two thirds which a provider gets for its own answer are that cost.
    uint96 baseBond;
    // What asking costs; comes back from the slash of a silence.
    uint96 askCost;
}

/// @title Questions
/// @notice What an auditor asks on chain when a provider does not serve off chain. Each question is (receipt, node) with
/// its own clock, fixed when it is asked. There is no dispute object and no turn: any number may be open, an answer is public, may be sent by
/// anyone and serves everybody, an answered node is never asked again, and nothing is terminal but a slash. An open
/// question never blocks a proof.
///
/// Clock: a provider answers its questions in the order in which they were asked, one in `answerTime`. What is asked is due
/// at its place in that line and half a clock, and no sooner than one clock after it was asked. So a provider that keeps
/// to the order has half a clock left for an outage, however many questions there are, and fewer than
/// clock / (2 * answerTime) of them change nothing. Answering early gives no time back.
///
/// Bond: `baseBond` doubled for each question that the asker has open on the receipt, from its free balance.
/// - Answered: it stays until the receipt can no longer be disputed, then one third goes to who answered, one third to the
///   provider, whose own answer may have come second, and one third burns: asking oneself costs something. On a proven
///   fault of the receipt all of it goes back to the asker.
/// - Unanswered: it goes back to the asker; the provider is slashed the small rung, at most once for clocks that overlap;
///   the requester is refunded if the receipt was paid, the asker's cost comes back, and the node may be asked again.
///   The third such silence on one receipt, of clocks that do not overlap, is a proven fault. It counts once for each
///   three clocks, whatever else was not answered in them: silences on other receipts count anew from its end.
///
/// Who may ask: whoever shows the request. With audience `RequesterOnly` only the requester, and nobody for tokens: an
/// answer is public.
///
/// A node below another can be asked only after that was answered: whoever asks shows the answer.
interface IQuestions is IEvidence {
    error NotEntitled(address asker, uint8 audience);
    error NotOpen(bytes32 question, QuestionState state);
    error NotAnswered(bytes32 question);
    error AlreadyOpen(bytes32 question);
    error AlreadyAnswered(bytes32 question);
    error ClockRunning(bytes32 question, uint64 deadline);
    error ClockOver(bytes32 question, uint64 deadline);
    /// @notice The receipt was proven wrong already.
    error ReceiptProven(bytes32 receiptHash);
    error WrongAnswer(bytes32 question);
    error WrongKind(NodeKind kind);
    error BondTooHigh(uint256 bond);
    /// @notice The receipt can be disputed until `until`.
    error StillDisputable(bytes32 receiptHash, uint64 until);
    error NothingToPay(bytes32 question);
    error BadTerms(string field);

    event QuestionAsked(
        bytes32 indexed receiptHash,
        bytes32 indexed question,
        address indexed asker,
        address provider,
        Node node,
        uint96 bond,
        uint64 deadline
    );
    /// @notice `answer` by kind: Params: the bytes; Prompt, Output: abi.encode(salts, ids); Block:
    /// abi.encode(blockRoot, signature); Chunk: abi.encode(words); else abi.encode(salt, children).
    event QuestionAnswered(
        bytes32 indexed receiptHash,
        bytes32 indexed question,
        address indexed answerer,
        Node node,
        bytes answer
    );
    /// @notice Nobody answered. `silences` counts those of the receipt, and `counted` says whether this is one of them;
    /// `slashed` is zero when the clock overlapped with one that was slashed.
    event QuestionExpired(
        bytes32 indexed receiptHash,
        bytes32 indexed question,
        address indexed provider,
        uint8 silences,
        bool counted,
        uint256 slashed
    );
    /// @notice A bond left: to the asker (a fault was proven), or to answerer and provider, and the rest burned.
    event BondPaid(
        bytes32 indexed receiptHash,
        bytes32 indexed question,
        address indexed to,
        uint256 amount,
        uint256 toProvider,
        uint256 burned
    );

    // ----------------------------------------------------------------- ask

    /// @notice The parameters; the request itself is part of every question's evidence.
    function askParams(ReceiptEvidence calldata e) external returns (bytes32 question);

    /// @notice Leaves 64 * range to 64 * range + 63 of the prompt's or the output's tokens.
    function askTokens(ReceiptEvidence calldata e, bool output, uint32 range)
        external
        returns (bytes32 question);

    /// @notice The top of the boundary tree, and the salt of the trace root.
    function askTrace(ReceiptEvidence calldata e) external returns (bytes32 question);

    /// @notice A signed opening of block (t, l).
    function askBlock(ReceiptEvidence calldata e, uint32 t, uint32 l) external returns (bytes32 question);

    /// @notice What is below the root of an opening, whether it was served on or off chain.
    function askOpening(ReceiptEvidence calldata e, SignedOpening calldata o)
        external
        returns (bytes32 question);

    /// @notice What is below child `child` of `parent`, whose answer was `children`: more nodes, or the words of a chunk.
    function askChild(
        ReceiptEvidence calldata e,
        Node calldata parent,
        bytes32[] calldata children,
        uint32 child
    ) external returns (bytes32 question);

    // -------------------------------------------------------------- answer

    function answerParams(bytes32 receiptHash, Node calldata node, bytes calldata params) external;
    /// @param path from the subtree of the range up
    function answerTokens(
        bytes32 receiptHash,
        Node calldata node,
        bytes32[] calldata salts,
        bytes32[] calldata ids,
        bytes32[] calldata path
    ) external;
    function answerBlock(ReceiptEvidence calldata e, SignedOpening calldata o) external;
    /// @param salt of the trace root; ignored for other nodes
    /// @param children the nodes six levels below, or the leaves if those are nearer
    function answerNode(bytes32 receiptHash, Node calldata node, bytes32 salt, bytes32[] calldata children)
        external;
    /// @notice The words of a chunk, each below the field's modulus, and a Bind proof (`ok` = 1) that the digest is theirs,
    /// with the point keccak256(0 | digest | words). A word of 2^248 or more is an answer and a proven fault.
    /// @param submitter what the proof is bound to; of no use here
    function answerChunk(
        ReceiptEvidence calldata e,
        Node calldata node,
        bytes32[] calldata words,
        address submitter,
        bytes calldata proof
    ) external;

    // ---------------------------------------------------------------- exit

    /// @notice Anyone, from the deadline on: nobody answered. If the receipt was proven wrong meanwhile, at any time: the
    /// bond goes back and nothing is slashed.
    function expire(ReceiptEvidence calldata e, Node calldata node) external;

    /// @notice Anyone: pays the bond of an answered question out: on a proven fault at once, else from `payableFrom` on, and
    /// at the latest disputeWindow + maxHold + maxDeadline and the receipt's stretch after the question's deadline.
    function payBond(bytes32 receiptHash, Node calldata node) external;

    // --------------------------------------------------------------- views

    function questionId(bytes32 receiptHash, Node calldata node) external pure returns (bytes32);
    function questionOf(bytes32 question) external view returns (Question memory);
    function dossierOf(bytes32 receiptHash) external view returns (Dossier memory);
    /// @notice From when on the bonds of answers about a receipt are paid out.
    function payableFrom(bytes32 receiptHash) external view returns (uint64);
    /// @notice Open questions of an asker on a receipt.
    function openOf(bytes32 receiptHash, address asker) external view returns (uint32);
    /// @notice The bond of the asker's next question on the receipt.
    function bondOf(bytes32 receiptHash, address asker) external view returns (uint256);
    /// @notice Where the provider's line of questions ends: what it was asked is due half a clock later.
    function busyUntil(address provider) external view returns (uint64);
    function terms() external view returns (QuestionTerms memory);
    /// @notice What each contract it works with is; checked when it is deployed.
    function questionsWiring()
        external
        view
        returns (address vault, address nodes, address verifiers, address game);
}
