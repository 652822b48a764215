// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJobCallback, IMarketJobs} from "../interfaces/IMarket.sol";
import {Eip712} from "../libraries/Eip712.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {TokenRoot} from "../libraries/TokenRoot.sol";
import {
    Acceptance,
    Audience,
    Class,
    Finish,
    Job,
    JobOrder,
    JobState,
    ModelVersionId,
    Neighbours,
    Receipt,
    Request,
    Split,
    Timing
} from "../types/Types.sol";
import {MarketBase} from "./MarketBase.sol";

/// @title MarketJobs
/// @notice Requests on chain: requested, accepted, delivered, finalized; or refunded. Every state but the last two has a
/// time from which anyone can end it.
///
/// Code that the Market runs as its own; see `MarketBase`. Called at its own address it has no books, no balance and no
/// rights in the Vault, so every call that matters reverts.
contract MarketJobs is IMarketJobs, MarketBase {
    /// @dev What a callback may be given: it must fit a block with room to spare.
    uint32 internal constant MAX_CALLBACK_GAS = 2_000_000;
    /// @dev What the call itself and the bookkeeping after it cost.
    uint256 private constant CALLBACK_RESERVE = 40_000;
    uint256 private constant MAX_PARAMS = 256;
    /// @dev An answer of this length is delivered, and called back with, by one transaction of 66 kB; see the gas snapshots.
    uint32 internal constant MAX_OUTPUT_TOKENS = 2048;

    constructor(address market, Neighbours memory n, Timing memory t) MarketBase(market, n, t) {}

    /// @notice What the Market checks when it is deployed: both halves were built for the same deployment.
    function configHash() external view returns (bytes32) {
        return CONFIG_HASH;
    }

    /// @inheritdoc IMarketJobs
    function requestJob(JobOrder calldata order) external nonReentrant whenNotPaused returns (bytes32 job) {
        _checkOrder(order);
        (job,) = _nextId(msg.sender);
        Request memory request = _requestOf(job, order);
        JobData storage j = _jobs[job];
        j.requester = msg.sender;
        j.deadline = order.deadline;
        j.state = JobState.Requested;
        j.callbackAtDelivery = order.callbackAtDelivery;
        j.callbackGas = order.callbackGas;
        j.callback = order.callback;
        j.promptTokens = request.promptTokens;
        j.maxOutputTokens = order.maxOutputTokens;
        j.modelVersion = order.modelVersion;
        j.requestHash = Eip712.digest(_separator(), Eip712.hash(request));
        j.maxFee = order.maxFee;
        j.priceIn = order.priceIn;
        j.priceOut = order.priceOut;
        emit JobRequested(job, msg.sender, order.modelVersion, request, order);
        VAULT.lock(msg.sender, order.maxFee);
    }

    /// @inheritdoc IMarketJobs
    function acceptJob(Acceptance calldata acceptance, bytes calldata signature) external nonReentrant {
        JobData storage j = _job(acceptance.job);
        address provider = acceptance.provider;
        _requireState(acceptance.job, j, JobState.Requested);
        if (block.timestamp >= j.deadline) revert JobDeadlinePassed(acceptance.job, j.deadline);
        if (block.timestamp >= acceptance.validUntil) revert AcceptanceExpired(acceptance.validUntil);
        // INVARIANT: a provider owes an answer to the terms it saw; a job id does not name them, and a chain may reorganize.
        if (acceptance.requestHash != j.requestHash) revert WrongRequest(acceptance.job, j.requestHash);
        address operator = Signatures.recover(Eip712.digest(_separator(), Eip712.hash(acceptance)), signature);
        // INVARIANT: a provider owes only what an operator of its own took on.
        if (!_isActiveOperatorOf(operator, provider)) revert NotOperator(operator, provider);
        _addExposure(provider, j.maxFee, _worstFee(j));

        j.state = JobState.Accepted;
        j.provider = provider;
        j.relayer = acceptance.relayer;
        emit JobAccepted(acceptance.job, provider, operator, acceptance.relayer);
        // INVARIANT: the stake behind a job stays until its answer is out of dispute.
        STAKING.holdExit(provider, j.deadline + DISPUTE_WINDOW + EXIT_MARGIN);
    }

    /// @inheritdoc IMarketJobs
    function deliverJob(
        bytes32 job,
        Receipt calldata receipt,
        bytes calldata signature,
        uint32[] calldata output
    ) external nonReentrant {
        JobData storage j = _job(job);
        _requireState(job, j, JobState.Accepted);
        if (block.timestamp >= j.deadline) revert JobDeadlinePassed(job, j.deadline);
        _checkReceipt(j, receipt, output);
        bytes32 receiptHash = Eip712.digest(_separator(), Eip712.hash(receipt));
        address operator = Signatures.recover(receiptHash, signature);
        if (!_isOperatorOf(operator, j.provider)) revert NotOperator(operator, j.provider);

        Book storage book = _books[j.provider];
        uint32 epoch = _creditEpoch(book);
        book.lastEpoch = epoch;
        // casting is safe: the worst fee is what `accept` added
        // forge-lint: disable-next-line(unsafe-typecast)
        book.pending -= uint128(_worstFee(j)) - receipt.fee;
        j.state = JobState.Delivered;
        j.finish = receipt.finish;
        j.deliveredAt = uint64(block.timestamp);
        j.epoch = epoch;
        j.outputTokens = receipt.outputTokens;
        j.receiptHash = receiptHash;
        j.outputRoot = receipt.outputRoot;
        j.fee = receipt.fee;
        emit JobDelivered(job, j.provider, receipt, output, _disputableUntil(j));
    }

    /// @inheritdoc IMarketJobs
    function finalizeJob(bytes32 job) external nonReentrant {
        JobData storage j = _job(job);
        _requireState(job, j, JobState.Delivered);
        uint64 until = _disputableUntil(j);
        // INVARIANT: a fee outlives every dispute about its answer.
        if (block.timestamp < until) revert DisputeWindowOpen(job, until);

        (address provider, address relayer, bytes32 modelVersion) = (j.provider, j.relayer, j.modelVersion);
        (uint128 fee, uint128 refund) = (j.fee, j.maxFee - j.fee);
        bool forfeited = j.epoch < _books[provider].forfeitedBefore;
        j.state = JobState.Finalized;
        _books[provider].pending -= fee;
        (Split memory s, Payees memory p) = _split(fee, modelVersion, provider, relayer);
        emit JobFinalized(job, provider, fee, refund, s, forfeited);
        _pay(j.requester, refund);
        _paySplit(s, p, forfeited);
    }

    /// @inheritdoc IMarketJobs
    function runCallback(bytes32 job, uint32[] calldata output) external nonReentrant {
        JobData storage j = _job(job);
        _checkCallback(job, j, output);

        j.callbackDone = true;
        bytes memory call_ =
            abi.encodeCall(IJobCallback.onJobResult, (job, j.modelVersion, output, Finish(j.finish)));
        (address target, uint256 gas_) = (j.callback, j.callbackGas);
        // INVARIANT: the target gets all it was promised; 1/64 of what is left stays here (EIP-150).
        uint256 left = gasleft();
        if (left < CALLBACK_RESERVE || (left - CALLBACK_RESERVE) * 63 / 64 < gas_) {
            revert InsufficientCallbackGas(left, gas_ * 64 / 63 + CALLBACK_RESERVE + 1);
        }
        bool success = _callBlind(target, gas_, call_);
        // What failed may be tried again; the payment does not wait for it.
        if (!success) j.callbackDone = false;
        emit JobCallback(job, target, success);
    }

    /// @inheritdoc IMarketJobs
    function refundJob(bytes32 job) external nonReentrant {
        JobData storage j = _job(job);
        JobState state = j.state;
        (address requester, address provider, uint128 maxFee) = (j.requester, j.provider, j.maxFee);
        if (state != JobState.Requested && state != JobState.Accepted) revert WrongJobState(job, state);
        // INVARIANT: an accepted job is the provider's until its deadline; one that nobody took is the requester's.
        bool early = state == JobState.Requested && msg.sender == requester;
        if (block.timestamp < j.deadline && !early) revert JobDeadlineOpen(job, j.deadline);

        j.state = JobState.Refunded;
        uint256 penalty = 0;
        if (state == JobState.Accepted) {
            // casting is safe: as in `deliverJob`
            // forge-lint: disable-next-line(unsafe-typecast)
            _books[provider].pending -= uint128(_worstFee(j));
            penalty = _min(maxFee, STAKING.stakeOf(provider));
        }
        emit JobRefunded(job, requester, maxFee, provider, penalty);
        _pay(requester, maxFee);
        if (penalty != 0) STAKING.penalize(provider, job, penalty);
    }

    /// @inheritdoc IMarketJobs
    function disproveJob(bytes32 job) external onlySlasher {
        JobData storage j = _job(job);
        // Questions may outlast the longest hold; finality must not shield the stake from a proof.
        if (j.state != JobState.Finalized) _requireState(job, j, JobState.Delivered);
        j.disproved = true;
        emit JobDisproved(job, j.provider);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IMarketJobs
    function jobOf(bytes32 job) external view returns (Job memory v) {
        JobData storage j = _jobs[job];
        v.requester = j.requester;
        v.state = j.state;
        v.deadline = j.deadline;
        v.provider = j.provider;
        v.deliveredAt = j.deliveredAt;
        v.callbackGas = j.callbackGas;
        v.callback = j.callback;
        v.callbackAtDelivery = j.callbackAtDelivery;
        v.callbackDone = j.callbackDone;
        v.modelVersion = j.modelVersion;
        v.requestHash = j.requestHash;
        v.receiptHash = j.receiptHash;
        v.outputRoot = j.outputRoot;
        v.outputTokens = j.outputTokens;
        v.finish = j.finish;
        v.maxFee = j.maxFee;
        v.fee = j.fee;
        v.relayer = j.relayer;
        v.forfeited = j.deliveredAt != 0 && j.epoch < _books[j.provider].forfeitedBefore;
        v.disproved = j.disproved;
        v.promptTokens = j.promptTokens;
        v.maxOutputTokens = j.maxOutputTokens;
        v.priceIn = j.priceIn;
        v.priceOut = j.priceOut;
        v.disputableUntil = j.deliveredAt == 0 ? 0 : _disputableUntil(j);
    }

    /// @inheritdoc IMarketJobs
    function deliveryOf(bytes32 job)
        external
        view
        returns (address requester, bytes32 receiptHash, uint64 deliveredAt)
    {
        JobData storage j = _jobs[job];
        return (j.requester, j.receiptHash, j.deliveredAt);
    }

    /// @inheritdoc IMarketJobs
    function hashRequest(Request calldata request) external view returns (bytes32) {
        return Eip712.digest(_separator(), Eip712.hash(request));
    }

    /// @inheritdoc IMarketJobs
    function hashReceipt(Receipt calldata receipt) external view returns (bytes32) {
        return Eip712.digest(_separator(), Eip712.hash(receipt));
    }

    // ------------------------------------------------------------- private

    function _job(bytes32 job) private view returns (JobData storage j) {
        j = _jobs[job];
        if (j.state == JobState.None) revert UnknownJob(job);
    }

    function _requireState(bytes32 job, JobData storage j, JobState expected) private view {
        if (j.state != expected) revert WrongJobState(job, j.state);
    }

    function _checkOrder(JobOrder calldata order) private view {
        Class class = REGISTRY.classOf(ModelVersionId.wrap(order.modelVersion));
        if (class == Class.None) revert UnknownModelVersion(order.modelVersion);
        if (class != Class.Proven) revert NotProvenClass(order.modelVersion);
        uint256 length = order.prompt.length;
        if (length == 0 || length > MAX_PROMPT_TOKENS) revert BadPrompt(length);
        if (order.params.length > MAX_PARAMS) revert BadParams(order.params.length);
        if (order.maxOutputTokens == 0 || order.maxFee == 0) revert ZeroAmount();
        // INVARIANT: what a provider accepted fits a block.
        if (order.maxOutputTokens > MAX_OUTPUT_TOKENS) {
            revert OutputTooLong(order.maxOutputTokens, MAX_OUTPUT_TOKENS);
        }
        if (order.deadline <= block.timestamp || order.deadline > block.timestamp + MAX_DEADLINE) {
            revert BadExpiry(order.deadline);
        }
        if (order.callbackGas > MAX_CALLBACK_GAS) {
            revert CallbackGasTooHigh(order.callbackGas, MAX_CALLBACK_GAS);
        }
        // casting is safe: at most MAX_PROMPT_TOKENS, a uint32
        // forge-lint: disable-next-line(unsafe-typecast)
        uint256 worst = FeeLib.fee(uint32(length), order.maxOutputTokens, order.priceIn, order.priceOut);
        // INVARIANT: the longest answer asked for can be paid.
        if (worst > order.maxFee) revert FeeAboveMax(worst, order.maxFee);
    }

    function _requestOf(bytes32 job, JobOrder calldata order) private view returns (Request memory r) {
        r.payment = job;
        r.modelVersion = order.modelVersion;
        r.requester = msg.sender;
        r.promptRoot = TokenRoot.compute(0, TokenRoot.PROMPT, order.prompt);
        // casting is safe: at most MAX_PROMPT_TOKENS, a uint32
        // forge-lint: disable-next-line(unsafe-typecast)
        r.promptTokens = uint32(order.prompt.length);
        r.maxOutputTokens = order.maxOutputTokens;
        r.paramsHash = keccak256(order.params);
        r.priceIn = order.priceIn;
        r.priceOut = order.priceOut;
        r.maxFee = order.maxFee;
        r.deadline = order.deadline;
        r.audience = uint8(Audience.Anyone);
        r.salt = order.salt;
    }

    /// @dev At most maxFee, a uint128.
    function _worstFee(JobData storage j) private view returns (uint256) {
        return FeeLib.fee(j.promptTokens, j.maxOutputTokens, j.priceIn, j.priceOut);
    }

    /// @param maxFee what a provider burns that does not deliver
    /// @param worst what it may earn; a high maxFee alone must not use its room up
    function _addExposure(address provider, uint128 maxFee, uint256 worst) private {
        Book storage book = _books[provider];
        uint256 feeLimit = STAKING.freeStakeOf(provider) / EXPOSURE_DIVISOR;
        // INVARIANT: one answer earns little against what a fault burns.
        if (maxFee > feeLimit) revert ExposureTooHigh(maxFee, feeLimit);
        uint256 pending = uint256(book.pending) + worst;
        uint256 limit = STAKING.stakeOf(provider) / 2;
        // INVARIANT: what pends never passes half the stake when it is added to.
        if (pending > limit) revert ExposureTooHigh(pending, limit);
        // casting is safe: at most half of a uint128 stake
        // forge-lint: disable-next-line(unsafe-typecast)
        book.pending = uint128(pending);
    }

    function _checkReceipt(JobData storage j, Receipt calldata r, uint32[] calldata output) private view {
        if (r.requestHash != j.requestHash) revert ReceiptMismatch("requestHash");
        if (r.provider != j.provider) revert ReceiptMismatch("provider");
        if (r.outputTokens == 0 || r.outputTokens != output.length || r.outputTokens > j.maxOutputTokens) {
            revert ReceiptMismatch("outputTokens");
        }
        bool whole = r.finish == uint8(Finish.Stop) || r.finish == uint8(Finish.Context)
            || (r.finish == uint8(Finish.Length) && r.outputTokens == j.maxOutputTokens);
        if (!whole) revert ReceiptMismatch("finish");
        if (r.outputRoot != TokenRoot.compute(0, TokenRoot.OUTPUT, output)) {
            revert ReceiptMismatch("outputRoot");
        }
        if (r.traceRoot == 0) revert ReceiptMismatch("traceRoot");
        uint256 fee = FeeLib.fee(j.promptTokens, r.outputTokens, j.priceIn, j.priceOut);
        if (r.fee != fee) revert FeeMismatch(r.fee, fee);
    }

    function _checkCallback(bytes32 job, JobData storage j, uint32[] calldata output) private view {
        bool open = j.state == JobState.Finalized || (j.callbackAtDelivery && j.state == JobState.Delivered);
        if (!open || j.callback == address(0)) revert CallbackNotOpen(job);
        if (j.callbackDone) revert CallbackAlreadyDone(job);
        // INVARIANT: a disproved answer reaches no contract.
        if (j.disproved) revert AnswerDisproved(job);
        if (output.length != j.outputTokens) revert WrongOutput(job);
        if (TokenRoot.compute(0, TokenRoot.OUTPUT, output) != j.outputRoot) revert WrongOutput(job);
    }

    function _disputableUntil(JobData storage j) private view returns (uint64) {
        return _heldMaturity(uint256(j.deliveredAt) + DISPUTE_WINDOW, _books[j.provider]);
    }

    /// @dev A plain `call` copies what the target returns, which the target can make as long as it likes.
    function _callBlind(address target, uint256 gas_, bytes memory data) private returns (bool success) {
        assembly ("memory-safe") {
            success := call(gas_, target, 0, add(data, 0x20), mload(data), 0, 0)
        }
    }
}
