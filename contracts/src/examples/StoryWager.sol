// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IJobCallback, IMarket} from "../interfaces/IMarket.sol";
import {ISlasher} from "../interfaces/ISlasher.sol";
import {IVault} from "../interfaces/IVault.sol";
import {Finish, Job, JobOrder, JobState} from "../types/Types.sol";

/// @title StoryWager
/// @notice Two players stake the same amount; the network's model tells a story; if the sum of its tokens is even the
/// first player wins, else the second. A sample to copy: it asks by a job, trusts only the Market's call, takes the answer
/// at finality, has a way out of every state, and pays nobody but who asks for it.
///
/// The model is public and deterministic, so whoever knows the seed knows the story. The seed is therefore the hash of the
/// block after `join`: when the second player joined, nobody knew it.
///
/// Warning: the proposer of that one block can throw it away and lose its reward. A provider that computes a story it does
/// not like can keep silent: it burns maxFee and the wager is cancelled, so a stake above maxFee would pay for that;
/// `maxStake` may not pass it. And no contract should hang more value on an answer than audit probability times what a
/// fault burns. Blocks must be slow enough that somebody calls `ask` within 256 of them.
contract StoryWager is IJobCallback {
    using SafeERC20 for IERC20;

    enum Status {
        None,
        Open, // waits for a second player
        Joined, // waits for `ask`
        Asked, // the job is out
        Told, // delivered: the story can be read, and may still be disproved
        Won, // final
        Cancelled
    }

    /// @notice What is asked, the same for every wager. Prices are base units per 10^6 tokens.
    struct Question {
        bytes32 modelVersion;
        uint32[] prompt;
        uint32 maxOutputTokens;
        uint32 temperatureMilli;
        uint128 priceIn;
        uint128 priceOut;
        uint128 maxFee;
        uint64 answerWithin;
    }

    // slot 0 | first 20 | settled 1 | cancelled 1 | firstWon 1 | refunded 1
    // slot 1 | second 20 | seedBlock 8
    // slot 2 | stake 16 | pot 16
    // slot 3 | job 32
    struct Wager {
        address first;
        bool settled;
        bool cancelled;
        bool firstWon;
        bool refunded;
        address second;
        // Its hash is the seed; zero before `join`.
        uint64 seedBlock;
        uint128 stake;
        uint128 pot;
        bytes32 job;
    }

    error NotMarket(address caller);
    error WrongStatus(uint256 wager, Status status);
    error StakeOutOfRange(uint128 stake, uint128 min, uint128 max);
    error UnknownJob(bytes32 job);
    error StoryTooLong(uint32 tokens, uint32 limit);
    error NotFirst(address caller);
    error SeedUnknown(uint256 wager, uint64 seedBlock);
    error NothingOwed(address player);
    error NotRefunded(uint256 wager);

    event WagerOpened(uint256 indexed wager, address indexed first, uint128 stake);
    event WagerJoined(uint256 indexed wager, address indexed second, uint64 seedBlock);
    event WagerAsked(uint256 indexed wager, bytes32 indexed job, bytes32 seed);
    event WagerWon(uint256 indexed wager, address indexed winner, uint128 pot, uint32[] story, Finish finish);
    event WagerCancelled(uint256 indexed wager, uint128 returned);
    event WagerRefunded(uint256 indexed wager, uint256 amount);
    event Claimed(address indexed player, address indexed to, uint256 amount);

    /// @dev Enough for the longest story that the constructor allows.
    uint32 private constant CALLBACK_GAS = 400_000;
    uint32 private constant MAX_STORY = 256;

    IMarket private immutable MARKET;
    IVault private immutable VAULT;
    IERC20 private immutable TOKEN;
    ISlasher private immutable SLASHER;
    /// @notice The largest stake of one player, at most `question().maxFee`.
    uint128 public immutable maxStake;
    /// @notice What a player may claim.
    mapping(address player => uint256) public owed;

    Question private _question;
    Wager[] private _wagers;
    mapping(bytes32 job => uint256) private _wagerOf;

    constructor(IMarket market, IVault vault, Question memory question_, uint128 maxStake_) {
        MARKET = market;
        VAULT = vault;
        TOKEN = IERC20(vault.token());
        SLASHER = ISlasher(market.neighbours().slasher);
        // INVARIANT: to be silent costs a provider at least what a player can lose.
        if (maxStake_ > question_.maxFee) revert StakeOutOfRange(maxStake_, 0, question_.maxFee);
        maxStake = maxStake_;
        if (question_.maxOutputTokens > MAX_STORY) revert StoryTooLong(question_.maxOutputTokens, MAX_STORY);
        _question = question_;
    }

    // ------------------------------------------------------------- players

    /// @notice Opens a wager. The caller has approved this contract for `stake`.
    function open(uint128 stake) external returns (uint256 wager) {
        // The pot pays for the story, so the smallest stake covers half of it.
        uint128 min = _question.maxFee / 2 + 1;
        if (stake < min || stake > maxStake) revert StakeOutOfRange(stake, min, maxStake);
        wager = _wagers.length;
        Wager storage w = _wagers.push();
        w.first = msg.sender;
        w.stake = stake;
        emit WagerOpened(wager, msg.sender, stake);
        _take(stake);
    }

    /// @notice Takes the other side of a wager. The caller has approved this contract.
    function join(uint256 wager) external {
        Wager storage w = _require(wager, Status.Open);
        uint64 seedBlock = uint64(block.number) + 1;
        w.second = msg.sender;
        w.seedBlock = seedBlock;
        emit WagerJoined(wager, msg.sender, seedBlock);
        _take(w.stake);
    }

    /// @notice Anyone, from two to 257 blocks after `join`: asks for the story. Whoever expects to win will.
    function ask(uint256 wager) external {
        Wager storage w = _require(wager, Status.Joined);
        // INVARIANT: the seed was unknown when the players committed their stakes.
        if (block.number <= w.seedBlock || _seedLost(w)) revert SeedUnknown(wager, w.seedBlock);
        bytes32 seed = keccak256(abi.encode(blockhash(w.seedBlock), address(this), wager));
        // The Market is trusted not to call back in here; its callback comes in a later transaction.
        // slither-disable-next-line reentrancy-no-eth
        bytes32 job = MARKET.requestJob(_order(seed));
        w.job = job;
        _wagerOf[job] = wager;
        emit WagerAsked(wager, job, seed);
    }

    /// @inheritdoc IJobCallback
    function onJobResult(bytes32 job, bytes32, uint32[] calldata story, Finish finish) external {
        // Anyone can call a public function; only the Market has checked the answer.
        if (msg.sender != address(MARKET)) revert NotMarket(msg.sender);
        uint256 wager = _wagerOf[job];
        if (_wagers.length == 0 || _wagers[wager].job != job) revert UnknownJob(job);
        Wager storage w = _wagers[wager];

        uint256 sum = 0;
        for (uint256 i = 0; i < story.length; ++i) {
            sum += story[i];
        }
        w.settled = true;
        w.firstWon = sum % 2 == 0;
        // What the story did not cost came back to this contract's free balance.
        w.pot = 2 * w.stake - MARKET.jobOf(job).fee;
        owed[_winner(w)] += w.pot;
        emit WagerWon(wager, _winner(w), w.pot, story, finish);
    }

    /// @notice Pays what the caller is owed to an address of its choice. Each player claims for itself, so that nobody's
    /// wallet can keep another from its money.
    function claim(address to) external {
        uint256 amount = owed[msg.sender];
        if (amount == 0) revert NothingOwed(msg.sender);
        owed[msg.sender] = 0;
        emit Claimed(msg.sender, to, amount);
        VAULT.withdraw(to, amount);
    }

    /// @notice Anyone: what a slash refunded of a disproved story's fee goes to whose money it was: the players, or the
    /// winner if the proof came after the callback.
    function shareRefund(uint256 wager) external {
        Status status = statusOf(wager);
        Wager storage w = _wagers[wager];
        if (status != Status.Cancelled && status != Status.Won) revert WrongStatus(wager, status);
        uint256 amount = w.job == 0 ? 0 : SLASHER.refundPaid(MARKET.jobOf(w.job).receiptHash);
        if (amount == 0 || w.refunded) revert NotRefunded(wager);
        w.refunded = true;
        emit WagerRefunded(wager, amount);
        if (status == Status.Won) owed[_winner(w)] += amount;
        else _share(w, amount);
    }

    /// @notice The first player takes back a wager that nobody joined; anyone ends one whose seed was lost, whose story
    /// never came, or was disproved. Each player is owed its stake, or half of what is left.
    function cancel(uint256 wager) external {
        Status status = statusOf(wager);
        Wager storage w = _wagers[wager];
        if (status == Status.Open) {
            if (msg.sender != w.first) revert NotFirst(msg.sender);
            w.cancelled = true;
            owed[w.first] += w.stake;
            emit WagerCancelled(wager, w.stake);
            return;
        }
        uint128 left = 2 * w.stake;
        if (status == Status.Asked) {
            Job memory job = MARKET.jobOf(w.job);
            bool disproved = job.state == JobState.Finalized && job.disproved;
            if (job.state != JobState.Refunded && !disproved) revert WrongStatus(wager, status);
            if (disproved) left -= job.fee;
        } else if (status != Status.Joined || !_seedLost(w)) {
            revert WrongStatus(wager, status);
        }
        w.cancelled = true;
        emit WagerCancelled(wager, left);
        _share(w, left);
    }

    // --------------------------------------------------------------- views

    /// @notice Where a wager stands. `Told` is pending: show the story, do not celebrate yet.
    function statusOf(uint256 wager) public view returns (Status) {
        if (wager >= _wagers.length) return Status.None;
        Wager storage w = _wagers[wager];
        if (w.cancelled) return Status.Cancelled;
        if (w.settled) return Status.Won;
        if (w.second == address(0)) return Status.Open;
        if (w.job == 0) return Status.Joined;
        return MARKET.jobOf(w.job).state == JobState.Delivered ? Status.Told : Status.Asked;
    }

    function wagerOf(uint256 wager) external view returns (Wager memory) {
        return _wagers[wager];
    }

    function wagers() external view returns (uint256) {
        return _wagers.length;
    }

    function question() external view returns (Question memory) {
        return _question;
    }

    // ------------------------------------------------------------- private

    function _require(uint256 wager, Status expected) private view returns (Wager storage) {
        Status status = statusOf(wager);
        if (status != expected) revert WrongStatus(wager, status);
        return _wagers[wager];
    }

    function _winner(Wager storage w) private view returns (address) {
        return w.firstWon ? w.first : w.second;
    }

    /// @dev An odd unit is the first player's.
    function _share(Wager storage w, uint256 amount) private {
        owed[w.second] += amount / 2;
        owed[w.first] += amount - amount / 2;
    }

    /// @dev Only the last 256 block hashes can be read.
    function _seedLost(Wager storage w) private view returns (bool) {
        return block.number > uint256(w.seedBlock) + 256;
    }

    function _take(uint128 stake) private {
        TOKEN.safeTransferFrom(msg.sender, address(this), stake);
        TOKEN.forceApprove(address(VAULT), stake);
        VAULT.deposit(address(this), stake);
    }

    function _order(bytes32 seed) private view returns (JobOrder memory order) {
        Question storage q = _question;
        order.modelVersion = q.modelVersion;
        order.prompt = q.prompt;
        order.maxOutputTokens = q.maxOutputTokens;
        order.params = _params(q.temperatureMilli, seed);
        order.priceIn = q.priceIn;
        order.priceOut = q.priceOut;
        order.maxFee = q.maxFee;
        order.deadline = uint64(block.timestamp) + q.answerWithin;
        order.salt = seed;
        order.callback = address(this);
        order.callbackGas = CALLBACK_GAS;
        order.callbackAtDelivery = false;
    }

    /// @dev The canonical encoding of sampling parameters: version 1, temperature, no gap, seed, no template, no stop ids.
    function _params(uint32 temperatureMilli, bytes32 seed) private pure returns (bytes memory) {
        return abi.encodePacked(uint8(1), temperatureMilli, uint32(0), seed, uint32(0), uint32(0));
    }
}
