// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IMarketEvents} from "../interfaces/IMarket.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IStaking} from "../interfaces/IStaking.sol";
import {IVault} from "../interfaces/IVault.sol";
import {Eip712} from "../libraries/Eip712.sol";
import {LineWord} from "../types/LineWord.sol";
import {JobState, ModelVersionId, Neighbours, Shares, Split, Timing} from "../types/Types.sol";

/// @title MarketBase
/// @notice What `Market` and its other half `MarketJobs` share: ALL storage, the constants of the deployment, the book of
/// each provider and the split of a fee.
///
/// The Market is one contract in two pieces of code, because one piece would pass the size limit: `Market` holds channels
/// and credits and hands every other selector to `MarketJobs`, whose address is fixed, by `delegatecall`. Neither piece
/// declares storage of its own beside `Market`'s owner, which comes after everything here, so both see one layout.
abstract contract MarketBase is IMarketEvents, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint256 internal constant BPS = 10_000;

    /// @dev What pends for one provider, and what stops it from maturing.
    // slot 0 | pending 16 | forfeitedBefore 4 | lastEpoch 4 | heldUntil 5 | stretch 3
    struct Book {
        // Credits not yet split, the worst fee of jobs accepted, the fee of jobs delivered and not yet finalized.
        uint128 pending;
        // Credits of earlier epochs, and jobs delivered in them, are forfeited.
        uint32 forfeitedBefore;
        // The latest epoch that anything was credited to.
        uint32 lastEpoch;
        uint40 heldUntil;
        // Seconds that a hold may delay beyond MAX_HOLD: what clocks took beyond their term, of the hold that lasts.
        uint24 stretch;
    }

    /// @dev Who is paid the parts of a split that differ from fee to fee.
    struct Payees {
        address provider;
        address creator;
        address parent;
        address relayer;
    }

    // slot 0 | delegate 20 | redeemableUntil 8 | stretched 3 | free 1      read by every redeem
    // slot 1 | deposit 16 | paid 16                              written by every redeem
    // slot 2 | requester 20 | expiry 8 | closed 1 | swept 1 | extended 1 | free 1
    // slot 3 | retiring 20 | retiresAt 8 | retirementExtended 1 | retirementStretched 3
    struct ChannelState {
        address delegate;
        uint64 redeemableUntil;
        // The stretch of holds that the grace period was prolonged for.
        uint24 stretched;
        uint128 deposit;
        uint128 paid;
        address requester;
        uint64 expiry;
        bool closed;
        bool swept;
        // A voucher found no room under stake / 2 in the grace period, which was prolonged; once, and as holds stretch.
        bool extended;
        address retiring;
        uint64 retiresAt;
        // The same for the grace period of the retiring delegate; once per change.
        bool retirementExtended;
        uint24 retirementStretched;
    }

    // slot 0 | receiptsRoot 32
    // slot 1 | paid 11 | time 5 | count 8 | checkpoints 4 | free 4      see LineWord
    struct LineState {
        bytes32 receiptsRoot;
        LineWord word;
    }

    /// @dev Two checkpoints that are no longer the newest of their line, each | paid 11 | time 5 |.
    // slot 0 | even 16 | odd 16
    struct CheckpointPair {
        uint128 even;
        uint128 odd;
    }

    // slot 0 | requester 20 | deadline 8 | state 1 | finish 1 | callbackAtDelivery 1 | callbackDone 1
    // slot 1 | provider 20 | deliveredAt 8 | callbackGas 4
    // slot 2 | callback 20 | epoch 5 | outputTokens 4 | disproved 1 | free 2
    // slot 3 | relayer 20 | promptTokens 4 | maxOutputTokens 4 | free 4
    // slot 4 | modelVersion 32
    // slot 5 | requestHash 32
    // slot 6 | receiptHash 32
    // slot 7 | outputRoot 32
    // slot 8 | maxFee 16 | fee 16
    // slot 9 | priceIn 16 | priceOut 16
    struct JobData {
        address requester;
        uint64 deadline;
        JobState state;
        uint8 finish;
        bool callbackAtDelivery;
        bool callbackDone;
        address provider;
        uint64 deliveredAt;
        uint32 callbackGas;
        address callback;
        // The credit epoch of the delivery: what a forfeit is measured by.
        uint40 epoch;
        uint32 outputTokens;
        bool disproved;
        address relayer;
        uint32 promptTokens;
        uint32 maxOutputTokens;
        bytes32 modelVersion;
        bytes32 requestHash;
        bytes32 receiptHash;
        bytes32 outputRoot;
        uint128 maxFee;
        uint128 fee;
        uint128 priceIn;
        uint128 priceOut;
    }

    IVault internal immutable VAULT;
    IStaking internal immutable STAKING;
    IModelRegistry internal immutable REGISTRY;
    address internal immutable SLASHER;

    uint64 internal immutable DISPUTE_WINDOW;
    uint64 internal immutable CLOSE_GRACE;
    uint64 internal immutable EPOCH;
    uint64 internal immutable EXIT_MARGIN;
    uint64 internal immutable MAX_HOLD;
    uint64 internal immutable TIMELOCK;
    uint64 internal immutable MAX_DEADLINE;
    uint16 internal immutable EXPOSURE_DIVISOR;
    uint32 internal immutable MAX_PROMPT_TOKENS;

    bytes32 internal immutable CONFIG_HASH;
    bytes32 private immutable SEPARATOR;
    uint256 private immutable CHAIN_ID;

    mapping(address provider => Book) internal _books;
    mapping(address account => uint256) internal _nonces;
    mapping(bytes32 channel => ChannelState) internal _channels;
    mapping(bytes32 line => LineState) internal _lines;
    mapping(bytes32 line => mapping(uint256 pair => CheckpointPair)) internal _history;
    mapping(bytes32 credit => uint128) internal _credits;
    mapping(bytes32 job => JobData) internal _jobs;

    // slot | shares: relayerBps 2 | protocolBps 2 | auditorsBps 2
    // slot | next shares, the same
    // slot | sharesAt 8 | treasury 20 | paused 1
    // slot | next treasury 20 | treasuryAt 8
    Shares internal _shares;
    Shares internal _nextShares;
    uint64 internal _sharesAt;
    address internal _treasury;
    bool internal _paused;
    address internal _nextTreasury;
    uint64 internal _treasuryAt;

    modifier onlySlasher() {
        if (msg.sender != SLASHER) revert NotSlasher(msg.sender);
        _;
    }

    /// @dev Guards what starts something new; never what ends it.
    modifier whenNotPaused() {
        if (_paused) revert Paused();
        _;
    }

    /// @param market the address of the Market: this one, or the one that delegates to this one.
    constructor(address market, Neighbours memory n, Timing memory t) {
        VAULT = IVault(n.vault);
        STAKING = IStaking(n.staking);
        REGISTRY = IModelRegistry(n.registry);
        SLASHER = n.slasher;
        DISPUTE_WINDOW = t.disputeWindow;
        CLOSE_GRACE = t.closeGrace;
        EPOCH = t.epoch;
        EXIT_MARGIN = t.exitMargin;
        MAX_HOLD = t.maxHold;
        TIMELOCK = t.timelock;
        MAX_DEADLINE = t.maxDeadline;
        EXPOSURE_DIVISOR = t.exposureDivisor;
        MAX_PROMPT_TOKENS = t.maxPromptTokens;
        CHAIN_ID = block.chainid;
        SEPARATOR = Eip712.separator(market);
        CONFIG_HASH = keccak256(abi.encode(market, n, t));
    }

    // ------------------------------------------------------------ internal

    function _separator() internal view returns (bytes32) {
        return block.chainid == CHAIN_ID ? SEPARATOR : Eip712.separator(address(this));
    }

    /// @dev Channels and jobs share the counter, so that no job id is a channel id.
    function _nextId(address account) internal returns (bytes32 id, uint256 nonce) {
        nonce = _nonces[account]++;
        id = keccak256(abi.encode(block.chainid, address(this), account, nonce));
    }

    /// @dev An epoch that a fault closed takes nothing more: what is earned later goes to the next one.
    function _creditEpoch(Book memory book) internal view returns (uint32) {
        // casting is safe: time in epochs, of a second at least: until 2106
        // forge-lint: disable-next-line(unsafe-typecast)
        uint32 current = uint32(block.timestamp / EPOCH);
        return book.forfeitedBefore > current ? book.forfeitedBefore : current;
    }

    /// @dev A hold delays what would mature before it, by MAX_HOLD and its stretch at most.
    function _heldMaturity(uint256 maturesAt, Book storage book) internal view returns (uint64) {
        (uint256 heldUntil, uint256 stretch) = (book.heldUntil, book.stretch);
        // INVARIANT: who floods itself to be convicted late does not bring its credit home meanwhile.
        uint256 latest = maturesAt + MAX_HOLD + stretch;
        uint256 until = heldUntil > maturesAt ? heldUntil : maturesAt;
        // casting is safe: a time
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64(until < latest ? until : latest);
    }

    function _isOperatorOf(address operator, address provider) internal view returns (bool) {
        return operator != address(0) && provider != address(0) && STAKING.providerOf(operator) == provider;
    }

    function _isActiveOperatorOf(address operator, address provider) internal view returns (bool) {
        return _isOperatorOf(operator, provider) && STAKING.isActiveOperator(operator);
    }

    /// @dev Every part rounds down; the provider gets the rest, so parts sum to `amount`.
    function _split(uint128 amount, bytes32 modelVersion, address provider, address relayer)
        internal
        view
        returns (Split memory s, Payees memory p)
    {
        Shares memory bps = _shares;
        uint16 creatorBps;
        uint16 parentBps;
        (p.creator, creatorBps, p.parent, parentBps) = REGISTRY.royalties(ModelVersionId.wrap(modelVersion));
        (p.provider, p.relayer) = (provider, relayer);
        s.creator = _part(amount, creatorBps);
        s.parent = _part(amount, parentBps);
        s.relayer = relayer == address(0) ? 0 : _part(amount, bps.relayerBps);
        s.auditors = _part(amount, bps.auditorsBps);
        s.protocol = _part(amount, bps.protocolBps);
        s.provider = amount - s.creator - s.parent - s.relayer - s.auditors - s.protocol;
    }

    /// @dev To free balances, which cannot fail; each party withdraws for itself.
    function _paySplit(Split memory s, Payees memory p, bool forfeited) internal {
        _pay(p.creator, s.creator);
        _pay(p.parent, s.parent);
        _pay(p.relayer, s.relayer);
        _pay(SLASHER, s.auditors);
        _pay(_treasury, s.protocol);
        if (!forfeited) _pay(p.provider, s.provider);
        else if (s.provider != 0) VAULT.burn(s.provider);
    }

    function _pay(address account, uint128 amount) internal {
        if (amount != 0) VAULT.release(account, amount);
    }

    // ------------------------------------------------------------- private

    function _part(uint128 amount, uint16 bps) private pure returns (uint128) {
        return (uint256(amount) * bps / BPS).toUint128();
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
