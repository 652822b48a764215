// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarketChannels} from "../interfaces/IMarket.sol";
import {Eip712} from "../libraries/Eip712.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Channel} from "../types/Types.sol";
import {Parameters} from "./Parameters.sol";

/// @title Channels
/// @notice A requester's deposit that a delegate's vouchers spend.
abstract contract Channels is Parameters {
    /// @dev Amounts of a channel fit 88 bits, so that two checkpoints share a slot.
    uint128 internal constant MAX_DEPOSIT = type(uint88).max;
    uint64 private constant MAX_EXPIRY = 3650 days;

    /// @inheritdoc IMarketChannels
    function openChannel(address delegate, uint128 amount, uint64 expiry)
        external
        nonReentrant
        whenNotPaused
        returns (bytes32 channel)
    {
        return _open(msg.sender, delegate, amount, expiry);
    }

    /// @inheritdoc IMarketChannels
    function openChannelFor(
        address requester,
        address delegate,
        uint128 amount,
        uint64 expiry,
        uint64 deadline,
        bytes calldata signature
    ) external nonReentrant whenNotPaused returns (bytes32 channel) {
        if (block.timestamp >= deadline) revert SignatureExpired(deadline);
        bytes32 digest = _openDigest(requester, delegate, amount, expiry, deadline);
        // INVARIANT: only the requester spends its free balance.
        if (!Signatures.isValid(requester, digest, signature)) revert BadSignature(requester);
        return _open(requester, delegate, amount, expiry);
    }

    /// @inheritdoc IMarketChannels
    function topUp(bytes32 channel, uint128 amount) external nonReentrant whenNotPaused {
        ChannelState storage c = _channel(channel);
        if (amount == 0) revert ZeroAmount();
        // INVARIANT: nothing is added to a channel that is on its way out.
        if (c.closed || block.timestamp >= c.expiry) revert ChannelClosed(channel, c.redeemableUntil);

        uint256 total = uint256(c.deposit) + amount;
        if (total > MAX_DEPOSIT) revert AmountTooHigh(total, MAX_DEPOSIT);
        // casting is safe: bounded above
        // forge-lint: disable-next-line(unsafe-typecast)
        c.deposit = uint128(total);
        emit ChannelToppedUp(channel, msg.sender, amount, c.deposit);
        VAULT.lock(msg.sender, amount);
    }

    /// @inheritdoc IMarketChannels
    function changeDelegate(bytes32 channel, address delegate) external nonReentrant {
        ChannelState storage c = _requireRequester(channel);
        if (delegate == address(0)) revert ZeroAddress();
        if (c.closed || block.timestamp >= c.redeemableUntil) {
            revert ChannelClosed(channel, c.redeemableUntil);
        }
        // INVARIANT: a delegate's vouchers count for the whole grace period.
        if (block.timestamp < c.retiresAt) revert DelegateRetiring(c.retiring, c.retiresAt);

        address retiring = c.delegate;
        uint64 retiresAt = uint64(block.timestamp) + CLOSE_GRACE;
        c.retiring = retiring;
        c.retiresAt = retiresAt;
        c.retirementExtended = false;
        c.delegate = delegate;
        emit DelegateChanged(channel, delegate, retiring, retiresAt);
    }

    /// @inheritdoc IMarketChannels
    function closeChannel(bytes32 channel) external nonReentrant {
        ChannelState storage c = _requireRequester(channel);
        if (c.closed || block.timestamp >= c.redeemableUntil) {
            revert ChannelClosed(channel, c.redeemableUntil);
        }

        uint64 closesAt = uint64(block.timestamp) + CLOSE_GRACE;
        if (closesAt > c.redeemableUntil) closesAt = c.redeemableUntil;
        c.closed = true;
        c.redeemableUntil = closesAt;
        emit ChannelClosing(channel, msg.sender, closesAt);
    }

    /// @inheritdoc IMarketChannels
    function sweepChannel(bytes32 channel) external nonReentrant {
        ChannelState storage c = _channel(channel);
        if (c.swept) revert ChannelAlreadySwept(channel);
        // INVARIANT: while a voucher may still be redeemed, the deposit stays.
        if (block.timestamp < c.redeemableUntil) revert ChannelNotSweepable(channel, c.redeemableUntil);

        (address requester, uint128 paid) = (c.requester, c.paid);
        uint128 refund = c.deposit - paid;
        c.swept = true;
        c.deposit = paid;
        emit ChannelSwept(channel, requester, refund, paid);
        _pay(requester, refund);
    }

    /// @inheritdoc IMarketChannels
    function channelOf(bytes32 channel) external view returns (Channel memory) {
        ChannelState storage c = _channels[channel];
        return Channel({
            requester: c.requester,
            expiry: c.expiry,
            delegate: c.delegate,
            closesAt: c.closed ? c.redeemableUntil : 0,
            retiring: c.retiring,
            retiresAt: c.retiresAt,
            deposit: c.deposit,
            paid: c.paid
        });
    }

    /// @inheritdoc IMarketChannels
    function requesterOf(bytes32 channel) external view returns (address) {
        return _channels[channel].requester;
    }

    // ------------------------------------------------------------- private

    function _openDigest(address requester, address delegate, uint128 amount, uint64 expiry, uint64 deadline)
        private
        view
        returns (bytes32)
    {
        uint256 nonce = _nonces[requester];
        return Eip712.digest(
            _separator(), Eip712.hashOpenChannel(requester, delegate, amount, expiry, nonce, deadline)
        );
    }

    function _open(address requester, address delegate, uint128 amount, uint64 expiry)
        private
        returns (bytes32 channel)
    {
        if (delegate == address(0)) revert ZeroAddress();
        if (amount == 0) revert ZeroAmount();
        if (amount > MAX_DEPOSIT) revert AmountTooHigh(amount, MAX_DEPOSIT);
        if (expiry <= block.timestamp || expiry > block.timestamp + MAX_EXPIRY) revert BadExpiry(expiry);

        uint256 nonce;
        (channel, nonce) = _nextId(requester);
        ChannelState storage c = _channels[channel];
        c.delegate = delegate;
        c.redeemableUntil = expiry + CLOSE_GRACE;
        c.deposit = amount;
        c.requester = requester;
        c.expiry = expiry;
        emit ChannelOpened(channel, requester, delegate, amount, expiry, nonce);
        VAULT.lock(requester, amount);
    }

    function _channel(bytes32 channel) private view returns (ChannelState storage c) {
        c = _channels[channel];
        if (c.requester == address(0)) revert UnknownChannel(channel);
    }

    function _requireRequester(bytes32 channel) private view returns (ChannelState storage c) {
        c = _channel(channel);
        if (msg.sender != c.requester) revert NotRequester(msg.sender, c.requester);
    }
}
