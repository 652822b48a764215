// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IMarketChannels} from "../interfaces/IMarket.sol";
import {Eip712} from "../libraries/Eip712.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {LineWord, LineWordLib} from "../types/LineWord.sol";
import {Checkpoint, Line, ModelVersionId, Split, Voucher} from "../types/Types.sol";
import {Channels} from "./Channels.sol";

/// @title Credits
/// @notice Vouchers become pending credit, pending credit is split. A credit is one number per (provider, model version,
/// relayer, epoch), so that its split costs the same for one voucher as for a thousand.
abstract contract Credits is Channels {
    using SafeCast for uint256;

    /// @dev What one call of `redeem` carries from voucher to voucher; storage is written when a run ends.
    struct Batch {
        address provider;
        uint32 epoch;
        // Of the hold that lasts.
        uint24 stretch;
        // What may still become pending under stake / 2.
        uint256 room;
        uint256 paid;
        // The run of vouchers with one model version and relayer.
        bytes32 modelVersion;
        address relayer;
        uint256 runPaid;
        // The last model version seen to be published.
        bytes32 published;
        // The voucher at hand was owed more than there is room for.
        bool short;
    }

    /// @inheritdoc IMarketChannels
    function redeem(
        address provider,
        Voucher[] calldata vouchers,
        bytes[] calldata signatures,
        bytes calldata consent
    ) external nonReentrant returns (uint128 paid) {
        if (vouchers.length == 0) revert BatchEmpty();
        if (vouchers.length != signatures.length) revert LengthMismatch();
        // Decoded once: each voucher is read some twenty times.
        Voucher[] memory list = vouchers;
        bytes32[] memory digests = _digests(list);
        _requireConsent(provider, digests, consent);

        Book memory book = _books[provider];
        Batch memory b;
        b.provider = provider;
        b.epoch = _creditEpoch(book);
        if (block.timestamp < book.heldUntil) b.stretch = book.stretch;
        uint256 limit = STAKING.stakeOf(provider) / 2;
        b.room = limit > book.pending ? limit - book.pending : 0;

        for (uint256 i = 0; i < list.length; ++i) {
            _redeemOne(b, list[i], digests[i], signatures[i]);
        }

        if (b.paid == 0) return 0;
        _endRun(b);
        paid = b.paid.toUint128();
        book.pending += paid;
        book.lastEpoch = b.epoch;
        _books[provider] = book;
        STAKING.holdExit(provider, uint64(block.timestamp) + DISPUTE_WINDOW + EXIT_MARGIN);
    }

    /// @inheritdoc IMarketChannels
    function mature(address provider, bytes32 modelVersion, address relayer, uint64 epoch)
        external
        nonReentrant
    {
        bytes32 id = _creditId(provider, modelVersion, relayer, epoch);
        uint128 amount = _credits[id];
        Book storage book = _books[provider];

        if (amount == 0) revert NoCredit();
        uint64 maturesAt = _creditMaturity(epoch, book);
        // INVARIANT: a credit outlives the dispute window of the redeem that made it. A receipt redeemed before its request's
        // deadline stays disputable for up to MAX_DEADLINE longer; what answers for it then is the stake, which stays for
        // EXIT_MARGIN >= MAX_DEADLINE after the window, and of which a credit is at most half.
        if (block.timestamp < maturesAt) revert CreditNotMature(epoch, maturesAt);

        bool forfeited = epoch < book.forfeitedBefore;
        delete _credits[id];
        book.pending -= amount;
        (Split memory s, Payees memory p) = _split(amount, modelVersion, provider, relayer);
        emit CreditMatured(modelVersion, provider, relayer, epoch, amount, s, forfeited);
        _paySplit(s, p, forfeited);
    }

    // ------------------------------------------------------------- slasher

    /// @inheritdoc IMarketChannels
    function forfeit(address provider) external onlySlasher {
        Book storage book = _books[provider];
        // INVARIANT: everything credited so far is forfeited, including what an earlier fault put off to a later epoch.
        // casting is safe: time in epochs, of a second at least: until 2106
        // forge-lint: disable-next-line(unsafe-typecast)
        uint32 through = uint32(block.timestamp / EPOCH);
        if (book.lastEpoch > through) through = book.lastEpoch;
        if (book.forfeitedBefore <= through) book.forfeitedBefore = through + 1;
        emit CreditForfeited(provider, through, uint64(block.timestamp));
    }

    /// @inheritdoc IMarketChannels
    function holdCredit(address provider, uint64 until, uint64 stretch) external onlySlasher {
        Book storage book = _books[provider];
        (uint40 heldUntil, uint24 kept) = (book.heldUntil, book.stretch);
        uint40 later = uint256(until).toUint40();
        if (later < heldUntil) later = heldUntil;
        // INVARIANT: what was bought for one hold delays nothing after it.
        uint24 most = block.timestamp < heldUntil ? kept : 0;
        // casting is safe: it is the smaller one
        // forge-lint: disable-next-line(unsafe-typecast)
        if (stretch > most) most = uint24(_min(stretch, type(uint24).max));
        if (later == heldUntil && most == kept) return;
        (book.heldUntil, book.stretch) = (later, most);
        emit CreditHeld(provider, later, most);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IMarketChannels
    function lineId(bytes32 channel, address provider, bytes32 modelVersion, address relayer)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(channel, provider, modelVersion, relayer));
    }

    /// @inheritdoc IMarketChannels
    function lineOf(bytes32 line) external view returns (Line memory) {
        LineState storage state = _lines[line];
        LineWord word = state.word;
        return Line({
            receiptsRoot: state.receiptsRoot,
            paid: word.paid(),
            count: word.count(),
            checkpoints: word.checkpoints()
        });
    }

    /// @inheritdoc IMarketChannels
    function checkpointOf(bytes32 line, uint32 index) external view returns (Checkpoint memory) {
        LineWord word = _lines[line].word;
        if (index >= word.checkpoints()) revert UnknownCheckpoint(line, index);
        if (index != word.checkpoints() - 1) {
            CheckpointPair storage pair = _history[line][index / 2];
            word = LineWord.wrap(index % 2 == 0 ? pair.even : pair.odd);
        }
        return Checkpoint(word.paid(), word.time());
    }

    /// @inheritdoc IMarketChannels
    function creditOf(address provider, bytes32 modelVersion, address relayer, uint64 epoch)
        external
        view
        returns (uint128 amount, uint64 maturesAt, bool forfeited)
    {
        Book storage book = _books[provider];
        amount = _credits[_creditId(provider, modelVersion, relayer, epoch)];
        maturesAt = _creditMaturity(epoch, book);
        forfeited = epoch < book.forfeitedBefore;
    }

    /// @inheritdoc IMarketChannels
    function hashVoucher(Voucher calldata voucher) external view returns (bytes32) {
        return Eip712.digest(_separator(), Eip712.hash(voucher));
    }

    // ------------------------------------------------------------- private

    function _digests(Voucher[] memory vouchers) private view returns (bytes32[] memory digests) {
        bytes32 domain = _separator();
        digests = new bytes32[](vouchers.length);
        for (uint256 i = 0; i < vouchers.length; ++i) {
            digests[i] = Eip712.digest(domain, Eip712.hash(vouchers[i]));
        }
    }

    /// @dev INVARIANT: nobody redeems a root that the provider did not agree to.
    function _requireConsent(address provider, bytes32[] memory digests, bytes calldata consent)
        private
        view
    {
        address operator = msg.sender;
        if (consent.length != 0) {
            bytes32 vouchersHash = keccak256(abi.encodePacked(digests));
            operator =
                Signatures.recover(Eip712.digest(_separator(), Eip712.hashRedemption(vouchersHash)), consent);
        }
        if (!_isActiveOperatorOf(operator, provider)) revert NotOperator(operator, provider);
    }

    function _redeemOne(Batch memory b, Voucher memory v, bytes32 digest, bytes calldata signature) private {
        ChannelState storage c = _channels[v.channel];
        (bytes4 reason, address signer) = _refusal(b, c, v, digest, signature);
        if (reason == 0) {
            b.short = false;
            reason = _settle(b, c, v);
            if (b.short) _extend(b, c, v, signer);
        }
        if (reason != 0) emit VoucherRejected(v.channel, b.provider, digest, reason);
    }

    /// @dev Why a voucher does not count, as the selector of the error it would have been; zero if it does.
    function _refusal(
        Batch memory b,
        ChannelState storage c,
        Voucher memory v,
        bytes32 digest,
        bytes calldata signature
    ) private view returns (bytes4 reason, address signer) {
        if (v.provider != b.provider) return (WrongProvider.selector, signer);
        (address delegate, uint64 redeemableUntil) = (c.delegate, c.redeemableUntil);
        if (delegate == address(0)) return (UnknownChannel.selector, signer);
        if (block.timestamp >= redeemableUntil) return (ChannelClosed.selector, signer);
        signer = Signatures.recover(digest, signature);
        bool signed = signer == delegate
            || (signer != address(0) && signer == c.retiring && block.timestamp < c.retiresAt);
        if (!signed) reason = BadSignature.selector;
    }

    /// @dev INVARIANT: what is owed to a provider whose pending credit is full outlasts everything that pends now.
    /// Whoever made it full, be it by jobs, cannot run the grace period out with it, nor with a flood of questions.
    function _extend(Batch memory b, ChannelState storage c, Voucher memory v, address signer) private {
        uint64 closesAt;
        uint64 retiresAt;
        if (c.closed || block.timestamp >= c.expiry) {
            closesAt = _prolonged(c.extended, c.redeemableUntil, c.stretched, b.stretch);
        }
        if (signer != c.delegate) {
            retiresAt = _prolonged(c.retirementExtended, c.retiresAt, c.retirementStretched, b.stretch);
        }
        if (closesAt != 0) {
            (c.extended, c.closed, c.redeemableUntil, c.stretched) = (true, true, closesAt, b.stretch);
        }
        if (retiresAt != 0) {
            (c.retirementExtended, c.retiresAt, c.retirementStretched) = (true, retiresAt, b.stretch);
        }
        if (closesAt != 0 || retiresAt != 0) emit GraceExtended(v.channel, v.provider, closesAt, retiresAt);
    }

    /// @dev Once, and again by what holds were stretched since; zero if it stays.
    function _prolonged(bool before, uint64 end, uint24 stretched, uint24 stretch)
        private
        view
        returns (uint64)
    {
        if (before) return stretch > stretched ? end + stretch - stretched : 0;
        // A job that is accepted now is delivered before MAX_DEADLINE; a credit joins its epoch's. More than a grace period
        // ahead, so the end only ever moves later.
        return
            uint64(block.timestamp) + MAX_DEADLINE + EPOCH + DISPUTE_WINDOW + MAX_HOLD + stretch + CLOSE_GRACE;
    }

    function _settle(Batch memory b, ChannelState storage c, Voucher memory v) private returns (bytes4) {
        bytes32 id = lineId(v.channel, b.provider, v.modelVersion, v.relayer);
        LineState storage line = _lines[id];
        LineWord word = line.word;
        uint128 total = v.total;
        // INVARIANT: a line only grows; the same voucher again, or an older one, pays nothing.
        if (total <= word.paid() || v.count < word.count()) return VoucherNotHigher.selector;
        if (word.checkpoints() == 0 && v.modelVersion != b.published) {
            if (!REGISTRY.exists(ModelVersionId.wrap(v.modelVersion))) return UnknownModelVersion.selector;
            b.published = v.modelVersion;
        }
        (uint128 deposit, uint128 paid) = (c.deposit, c.paid);
        // INVARIANT: a channel never pays more than its deposit.
        if (paid == deposit) return ChannelEmpty.selector;
        uint256 amount = _min(total - word.paid(), deposit - paid);
        if (amount > b.room) (amount, b.short) = (b.room, true);
        // INVARIANT: pending credit never passes half the stake.
        if (amount == 0) return ExposureTooHigh.selector;

        // casting is safe: below deposit - paid, a uint128; the sum is below the deposit
        // forge-lint: disable-next-line(unsafe-typecast)
        c.paid = paid + uint128(amount);
        _addToRun(b, v.modelVersion, v.relayer, amount);
        if (word.checkpoints() != 0) _archive(id, word);
        line.receiptsRoot = v.receiptsRoot;
        word = _advanced(word, amount, v.count);
        line.word = word;
        _emitRedeemed(v, amount, word, b.epoch);
        return 0;
    }

    /// @dev The line with one more checkpoint.
    function _advanced(LineWord word, uint256 amount, uint64 count) private view returns (LineWord) {
        return LineWordLib.pack(
            // casting is safe: a line is paid from one channel, whose deposit is below MAX_DEPOSIT
            // forge-lint: disable-next-line(unsafe-typecast)
            word.paid() + uint88(amount),
            uint40(block.timestamp),
            count,
            word.checkpoints() + 1
        );
    }

    /// @dev The newest checkpoint makes room for the next.
    function _archive(bytes32 id, LineWord word) private {
        uint256 index = word.checkpoints() - 1;
        CheckpointPair storage pair = _history[id][index / 2];
        if (index % 2 == 0) pair.even = word.newest();
        else pair.odd = word.newest();
    }

    function _emitRedeemed(Voucher memory v, uint256 amount, LineWord word, uint64 epoch) private {
        emit VoucherRedeemed(
            v.channel,
            v.provider,
            v.modelVersion,
            v.relayer,
            v.total,
            v.count,
            v.receiptsRoot,
            // casting is safe: part of a uint128 deposit
            // forge-lint: disable-next-line(unsafe-typecast)
            uint128(amount),
            word.paid(),
            word.checkpoints() - 1,
            epoch
        );
    }

    function _addToRun(Batch memory b, bytes32 modelVersion, address relayer, uint256 amount) private {
        if (b.modelVersion != modelVersion || b.relayer != relayer) {
            _endRun(b);
            b.modelVersion = modelVersion;
            b.relayer = relayer;
        }
        b.runPaid += amount;
        b.paid += amount;
        b.room -= amount;
    }

    function _endRun(Batch memory b) private {
        if (b.runPaid == 0) return;
        _credits[_creditId(b.provider, b.modelVersion, b.relayer, b.epoch)] += b.runPaid.toUint128();
        b.runPaid = 0;
    }

    function _creditMaturity(uint64 epoch, Book storage book) private view returns (uint64) {
        return _heldMaturity((uint256(epoch) + 1) * EPOCH + DISPUTE_WINDOW, book);
    }

    function _creditId(address provider, bytes32 modelVersion, address relayer, uint64 epoch)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(provider, modelVersion, relayer, epoch));
    }
}
