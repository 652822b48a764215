// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    Acceptance,
    Channel,
    Checkpoint,
    Finish,
    Job,
    JobOrder,
    JobState,
    Line,
    Neighbours,
    Receipt,
    Request,
    Shares,
    Split,
    Timing,
    Voucher
} from "../types/Types.sol";

/// @title What every part of the Market reverts with and logs
interface IMarketEvents {
    // --------------------------------------------------------------- errors

    error NotRequester(address caller, address requester);
    error NotSlasher(address caller);
    error Paused();
    error ZeroAmount();
    error ZeroAddress();
    error UnknownChannel(bytes32 channel);
    error ChannelClosed(bytes32 channel, uint64 closesAt);
    error ChannelNotSweepable(bytes32 channel, uint64 closesAt);
    error ChannelAlreadySwept(bytes32 channel);
    error ChannelEmpty(bytes32 channel, uint128 deposit);
    error DelegateRetiring(address retiring, uint64 retiresAt);
    error AmountTooHigh(uint256 amount, uint256 limit);
    error WrongProvider(address provider, address expected);
    error VoucherNotHigher(uint128 total, uint128 paid);
    error BadExpiry(uint64 expiry);
    error BadSignature(address signer);
    error SignatureExpired(uint64 deadline);
    error BatchEmpty();
    error LengthMismatch();
    error NotOperator(address signer, address provider);
    error CreditNotMature(uint64 epoch, uint64 maturesAt);
    error NoCredit();
    error UnknownJob(bytes32 job);
    error WrongJobState(bytes32 job, JobState state);
    error JobDeadlinePassed(bytes32 job, uint64 deadline);
    error JobDeadlineOpen(bytes32 job, uint64 deadline);
    error DisputeWindowOpen(bytes32 job, uint64 until);
    error AcceptanceExpired(uint64 validUntil);
    /// @notice The acceptance is of another request than the job's.
    error WrongRequest(bytes32 job, bytes32 requestHash);
    error OutputTooLong(uint32 tokens, uint32 limit);
    error ExposureTooHigh(uint256 amount, uint256 limit);
    error NotProvenClass(bytes32 modelVersion);
    error UnknownModelVersion(bytes32 modelVersion);
    error BadPrompt(uint256 length);
    error BadParams(uint256 length);
    error UnknownCheckpoint(bytes32 line, uint32 index);
    error ReceiptMismatch(string field);
    error FeeMismatch(uint256 fee, uint256 expected);
    error FeeAboveMax(uint256 fee, uint256 maxFee);
    error CallbackNotOpen(bytes32 job);
    error CallbackGasTooHigh(uint256 gas, uint256 limit);
    error AnswerDisproved(bytes32 job);
    error WrongOutput(bytes32 job);
    error CallbackAlreadyDone(bytes32 job);
    error InsufficientCallbackGas(uint256 left, uint256 needed);
    error SharesTooHigh(string field, uint256 bps, uint256 limit);
    error TimelockOpen(uint64 until);
    error NothingScheduled();
    /// @notice What was scheduled had to be applied before `until`.
    error ScheduleExpired(uint64 until);
    error UnsafeTiming(string field);
    error BadWiring(string field);

    // --------------------------------------------------------------- events

    event ChannelOpened(
        bytes32 indexed channel,
        address indexed requester,
        address indexed delegate,
        uint128 deposit,
        uint64 expiry,
        uint256 nonce
    );
    event ChannelToppedUp(bytes32 indexed channel, address indexed payer, uint128 amount, uint128 deposit);
    event DelegateChanged(
        bytes32 indexed channel, address indexed delegate, address indexed retiring, uint64 retiresAt
    );
    event ChannelClosing(bytes32 indexed channel, address indexed requester, uint64 closesAt);
    /// @notice A voucher of `provider` found no room under stake / 2 in a grace period, so that period was prolonged: the
    /// channel's to `closesAt`, the retiring delegate's to `retiresAt`; zero where it was not. The channel is closing.
    event GraceExtended(bytes32 indexed channel, address indexed provider, uint64 closesAt, uint64 retiresAt);
    event ChannelSwept(bytes32 indexed channel, address indexed requester, uint128 refunded, uint128 paid);

    /// @notice A voucher paid `amount`; the line stands at `paid` of `total` promised.
    event VoucherRedeemed(
        bytes32 indexed channel,
        address indexed provider,
        bytes32 indexed modelVersion,
        address relayer,
        uint128 total,
        uint64 count,
        bytes32 receiptsRoot,
        uint128 amount,
        uint128 paid,
        uint32 checkpoint,
        uint64 epoch
    );
    /// @notice A voucher of a batch paid nothing; `reason` is the selector of the error it would have been.
    event VoucherRejected(
        bytes32 indexed channel, address indexed provider, bytes32 voucherHash, bytes4 reason
    );
    /// @notice The fee of one job became due to be split.
    event CreditMatured(
        bytes32 indexed modelVersion,
        address indexed provider,
        address indexed relayer,
        uint64 epoch,
        uint128 amount,
        Split split,
        bool forfeited
    );
    event CreditForfeited(address indexed provider, uint64 throughEpoch, uint64 time);
    /// @notice No credit or job matures before `until`, at most `maxHold + stretch` later than it would have.
    event CreditHeld(address indexed provider, uint64 until, uint64 stretch);

    event JobRequested(
        bytes32 indexed job,
        address indexed requester,
        bytes32 indexed modelVersion,
        Request request,
        JobOrder order
    );
    event JobAccepted(
        bytes32 indexed job, address indexed provider, address indexed operator, address relayer
    );
    event JobDelivered(
        bytes32 indexed job,
        address indexed provider,
        Receipt receipt,
        uint32[] output,
        uint64 disputableUntil
    );
    event JobFinalized(
        bytes32 indexed job,
        address indexed provider,
        uint128 fee,
        uint128 refunded,
        Split split,
        bool forfeited
    );
    event JobRefunded(
        bytes32 indexed job,
        address indexed requester,
        uint128 refunded,
        address indexed provider,
        uint256 penalty
    );
    event JobDisproved(bytes32 indexed job, address indexed provider);
    event JobCallback(bytes32 indexed job, address indexed target, bool success);

    event SharesScheduled(Shares shares, uint64 effectiveAt);
    event SharesChanged(Shares shares);
    event TreasuryScheduled(address indexed treasury, uint64 effectiveAt);
    event TreasuryChanged(address indexed treasury);
    event PausedNewRequests(bool paused);
}

/// @title Channels, vouchers and credits
interface IMarketChannels is IMarketEvents {
    // ------------------------------------------------------------- channels

    /// @notice Opens a channel of the caller with `amount` of its free balance. channel =
    /// keccak256(abi.encode(chainid, market, requester, nonce)).
    /// @param delegate the externally owned key that signs requests and vouchers; it can lose at most the deposit.
    function openChannel(address delegate, uint128 amount, uint64 expiry) external returns (bytes32 channel);

    /// @notice As `openChannel` for `requester`, who signed
    /// OpenChannel(address requester,address delegate,uint128 amount,uint64 expiry,uint256 nonce,uint64 deadline).
    /// ERC-1271 wallets count.
    function openChannelFor(
        address requester,
        address delegate,
        uint128 amount,
        uint64 expiry,
        uint64 deadline,
        bytes calldata signature
    ) external returns (bytes32 channel);

    /// @notice Anyone adds `amount` of its own free balance to a channel that is not closing. What is not spent goes to
    /// the requester, whoever paid it in.
    function topUp(bytes32 channel, uint128 amount) external;

    /// @notice Requester only. The old delegate's vouchers count for `closeGrace` more seconds; until then there is no
    /// second change, or two quick ones would void what providers hold. Closing the channel always works.
    function changeDelegate(bytes32 channel, address delegate) external;

    /// @notice Requester only. Starts the grace period in which providers redeem; never delays an earlier close. A voucher
    /// that finds no room may prolong it (see `redeem`).
    function closeChannel(bytes32 channel) external;

    /// @notice Anyone, from `closesAt` (closed) or `expiry + closeGrace` on: returns what was not paid.
    function sweepChannel(bytes32 channel) external;

    // --------------------------------------------------- vouchers and credit

    /// @notice Redeems vouchers of one provider. Either an operator of it calls, or `consent` is an operator's
    /// signature of Redemption(bytes32 vouchersHash), vouchersHash = keccak256 of the concatenated voucher digests.
    /// The operator must not be retired: a retired key agrees to nothing new. A consent to vouchers that were paid in part
    /// counts again for what a top-up makes payable, and every payment moves the exit: retire the operator before an exit.
    /// A voucher that pays nothing is skipped with `VoucherRejected`; only a batch that is wrong as a whole reverts.
    /// Pays first come up to the channel's deposit and to stake / 2 of pending credit; what is over stays redeemable: a
    /// voucher that finds no room in the grace period prolongs it, once, by closeGrace after the last second in which
    /// anything that pends now can mature (maxDeadline + epoch + disputeWindow + maxHold and the stretch of the hold that
    /// lasts, see `holdCredit`), and again by as much as holds are stretched further while there is no room. So it does for
    /// the grace period of a retiring delegate, once per change.
    /// @return paid what became pending credit
    function redeem(
        address provider,
        Voucher[] calldata vouchers,
        bytes[] calldata signatures,
        bytes calldata consent
    ) external returns (uint128 paid);

    /// @notice Anyone: splits a matured credit. Parts sum to the credit; the provider gets the rounding.
    /// A credit matures disputeWindow after its epoch. A receipt is disputable until disputeWindow after its checkpoint or
    /// its request's deadline, whichever is later: by then the credit may be out, and the stake, which cannot leave
    /// before exitMargin >= maxDeadline more seconds, answers alone.
    function mature(address provider, bytes32 modelVersion, address relayer, uint64 epoch) external;

    // -------------------------------------------------------------- slasher

    /// @notice Slasher only: the provider's part of all its pending credit, and of its delivered unfinalized jobs,
    /// will be burned at maturity. Royalties and other parts mature.
    function forfeit(address provider) external;

    /// @notice Slasher only: no credit or job of `provider` matures before `until`, at most `maxHold + stretch` later than it
    /// would have. `stretch` is what clocks of the receipt in question took beyond their term, since many questions were
    /// open: a provider that floods itself is convicted later, and its credit is there. The largest stretch counts until a
    /// moment in which nothing is held; then the next hold starts anew. At most 2^24 - 1 seconds.
    /// Who delays an honest provider's credit beyond `maxHold` pays a bond for each `answerTime` of it, two thirds of which
    /// go to who is delayed. `timelock` and the terms of a deployment count on `maxHold` alone: what a flood carries past a
    /// change of shares is split by the new ones, within their bounds.
    function holdCredit(address provider, uint64 until, uint64 stretch) external;

    // ---------------------------------------------------------------- owner

    /// @notice Owner only: new shares within their bounds, effective after the timelock.
    function scheduleShares(Shares calldata shares) external;
    /// @notice Anyone, within a week after the timelock.
    function applyShares() external;
    /// @notice Owner only: where the protocol's share of splits goes, effective after the timelock.
    function scheduleTreasury(address treasury) external;
    /// @notice Anyone, within a week after the timelock.
    function applyTreasury() external;
    /// @notice Owner only: stops or resumes new channels, top-ups and jobs. Never exits, redeeming or refunds.
    function pauseNewRequests(bool paused) external;

    // ---------------------------------------------------------------- views

    function channelOf(bytes32 channel) external view returns (Channel memory);
    /// @notice Whose money is in a channel, for who needs no more: a dispute has no gas to read the rest. Zero if there is none.
    function requesterOf(bytes32 channel) external view returns (address);
    function lineId(bytes32 channel, address provider, bytes32 modelVersion, address relayer)
        external
        pure
        returns (bytes32);
    function lineOf(bytes32 line) external view returns (Line memory);
    function checkpointOf(bytes32 line, uint32 index) external view returns (Checkpoint memory);
    function creditOf(address provider, bytes32 modelVersion, address relayer, uint64 epoch)
        external
        view
        returns (uint128 amount, uint64 maturesAt, bool forfeited);
    /// @notice Pending credit and accepted jobs of a provider; at most half its stake.
    function pendingOf(address provider) external view returns (uint256);
    function nonces(address account) external view returns (uint256);
    function shares() external view returns (Shares memory);
    function timing() external view returns (Timing memory);
    function scheduledShares() external view returns (Shares memory next, uint64 effectiveAt);
    function treasury() external view returns (address);
    function scheduledTreasury() external view returns (address next, uint64 effectiveAt);
    function neighbours() external view returns (Neighbours memory);
    function isPaused() external view returns (bool);
    /// @notice The epoch a redeem of `provider` would be credited to now.
    function creditEpochOf(address provider) external view returns (uint64);
    function domainSeparator() external view returns (bytes32);
    function hashVoucher(Voucher calldata voucher) external view returns (bytes32);
}

/// @title Jobs: requests on chain
interface IMarketJobs is IMarketEvents {
    // ----------------------------------------------------------------- jobs

    /// @notice Puts a request on chain and locks `maxFee` of the caller's free balance. job =
    /// keccak256(abi.encode(chainid, market, caller, nonce)); the request's payment is the job, its requester the
    /// caller, its audience Anyone, its prompt root has secret zero.
    /// The prompt has at most `maxPromptTokens` tokens, the answer 2048, so that both fit a transaction.
    /// Warning: hang no more value on a job than audit probability times what a fault burns.
    function requestJob(JobOrder calldata order) external returns (bytes32 job);

    /// @notice Anyone, before `validUntil`: assigns a job by an acceptance that an active operator signed. It names the
    /// request, so it is void for other terms, and the relayer that earns its share of the fee. Holds the provider's exit
    /// until the answer is out of dispute.
    /// Until delivery the worst fee pends; then the fee.
    function acceptJob(Acceptance calldata acceptance, bytes calldata signature) external;

    /// @notice Anyone, before the deadline: posts the receipt and the output tokens.
    function deliverJob(
        bytes32 job,
        Receipt calldata receipt,
        bytes calldata signature,
        uint32[] calldata output
    ) external;

    /// @notice Anyone, after the dispute window: splits the fee and returns the rest of maxFee.
    function finalizeJob(bytes32 job) external;

    /// @notice Anyone, once open (finality, or delivery if the caller chose it): hands the output to the job's
    /// callback target with `callbackGas`. A failed callback may be tried again; it never touches the payment.
    function runCallback(bytes32 job, uint32[] calldata output) external;

    /// @notice Anyone: returns maxFee of a job that nobody delivered in time; an assigned provider burns maxFee.
    /// The requester may call it before the deadline while nobody accepted.
    function refundJob(bytes32 job) external;

    /// @notice Slasher only: the answer of a delivered or finalized job was disproved; a callback that has not run yet
    /// never will.
    function disproveJob(bytes32 job) external;

    // ---------------------------------------------------------------- views

    function jobOf(bytes32 job) external view returns (Job memory);
    /// @notice Whom a job is refunded to and what was delivered when; zero for what is not so far, or no job.
    function deliveryOf(bytes32 job)
        external
        view
        returns (address requester, bytes32 receiptHash, uint64 deliveredAt);
    /// @notice EIP-712 digests: the names of requests and receipts everywhere.
    function hashRequest(Request calldata request) external view returns (bytes32);
    function hashReceipt(Receipt calldata receipt) external view returns (bytes32);
}

/// @title Market
/// @notice Channels, vouchers, credits and on-chain jobs. It holds no token: what it owes is `Vault.held(Market)`.
///
/// Every time bound is exclusive: something is valid while `block.timestamp < bound` and over from `bound` on.
///
/// Money of a channel: deposit -> voucher (off chain, cumulative) -> redeem -> pending credit -> mature -> split.
/// Money of a job: maxFee locked -> delivered -> finalized -> split, and the rest of maxFee back.
interface IMarket is IMarketChannels, IMarketJobs {}

/// @notice What a job's callback target implements.
interface IJobCallback {
    /// @dev Called by the Market only: check msg.sender. Anyone may name any contract as the target of its own job: check
    /// that you asked this `job`. Warning: at delivery the answer is not final.
    function onJobResult(bytes32 job, bytes32 modelVersion, uint32[] calldata output, Finish finish) external;
}
