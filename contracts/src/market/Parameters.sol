// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

import {IDisputeLedger} from "../interfaces/IDisputeLedger.sol";
import {IMarketChannels} from "../interfaces/IMarket.sol";
import {ISlasher} from "../interfaces/ISlasher.sol";
import {IStaking} from "../interfaces/IStaking.sol";
import {IVault} from "../interfaces/IVault.sol";
import {Neighbours, Shares, Timing} from "../types/Types.sol";
import {MarketBase} from "./MarketBase.sol";

/// @title Parameters
/// @notice The owner's few powers, the views of what is fixed, and the checks of a deployment.
abstract contract Parameters is IMarketChannels, MarketBase, Ownable2Step {
    uint16 private constant MAX_RELAYER_BPS = 500;
    uint16 private constant MAX_PROTOCOL_BPS = 500;
    uint16 private constant MAX_AUDITORS_BPS = 500;
    /// @dev How long a change stays applicable after the timelock: nobody keeps one in store.
    uint64 private constant APPLY_WITHIN = 7 days;

    // --------------------------------------------------------------- owner

    /// @inheritdoc IMarketChannels
    function scheduleShares(Shares calldata shares_) external onlyOwner {
        _checkShares(shares_);
        uint64 effectiveAt = uint64(block.timestamp) + TIMELOCK;
        _nextShares = shares_;
        _sharesAt = effectiveAt;
        emit SharesScheduled(shares_, effectiveAt);
    }

    /// @inheritdoc IMarketChannels
    function applyShares() external {
        _checkTimelock(_sharesAt);
        _sharesAt = 0;
        _shares = _nextShares;
        emit SharesChanged(_nextShares);
    }

    /// @inheritdoc IMarketChannels
    function scheduleTreasury(address treasury_) external onlyOwner {
        if (treasury_ == address(0)) revert ZeroAddress();
        uint64 effectiveAt = uint64(block.timestamp) + TIMELOCK;
        (_nextTreasury, _treasuryAt) = (treasury_, effectiveAt);
        emit TreasuryScheduled(treasury_, effectiveAt);
    }

    /// @inheritdoc IMarketChannels
    function applyTreasury() external {
        _checkTimelock(_treasuryAt);
        _treasuryAt = 0;
        _setTreasury(_nextTreasury);
    }

    /// @inheritdoc IMarketChannels
    function pauseNewRequests(bool paused) external onlyOwner {
        _paused = paused;
        emit PausedNewRequests(paused);
    }

    /// @notice Without an owner nobody could resume: a Market that is given up runs.
    function renounceOwnership() public override onlyOwner {
        if (_paused) {
            _paused = false;
            emit PausedNewRequests(false);
        }
        super.renounceOwnership();
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IMarketChannels
    function shares() external view returns (Shares memory) {
        return _shares;
    }

    /// @inheritdoc IMarketChannels
    function scheduledShares() external view returns (Shares memory next, uint64 effectiveAt) {
        effectiveAt = _sharesAt;
        if (effectiveAt != 0) next = _nextShares;
    }

    /// @inheritdoc IMarketChannels
    function timing() external view returns (Timing memory) {
        return Timing({
            disputeWindow: DISPUTE_WINDOW,
            closeGrace: CLOSE_GRACE,
            epoch: EPOCH,
            exitMargin: EXIT_MARGIN,
            maxHold: MAX_HOLD,
            timelock: TIMELOCK,
            maxDeadline: MAX_DEADLINE,
            exposureDivisor: EXPOSURE_DIVISOR,
            maxPromptTokens: MAX_PROMPT_TOKENS
        });
    }

    /// @inheritdoc IMarketChannels
    function neighbours() external view returns (Neighbours memory) {
        return Neighbours({
            vault: address(VAULT), staking: address(STAKING), registry: address(REGISTRY), slasher: SLASHER
        });
    }

    /// @inheritdoc IMarketChannels
    function pendingOf(address provider) external view returns (uint256) {
        return _books[provider].pending;
    }

    /// @inheritdoc IMarketChannels
    function creditEpochOf(address provider) external view returns (uint64) {
        return _creditEpoch(_books[provider]);
    }

    /// @inheritdoc IMarketChannels
    function domainSeparator() external view returns (bytes32) {
        return _separator();
    }

    /// @inheritdoc IMarketChannels
    function nonces(address account) external view returns (uint256) {
        return _nonces[account];
    }

    /// @inheritdoc IMarketChannels
    function treasury() external view returns (address) {
        return _treasury;
    }

    /// @inheritdoc IMarketChannels
    function scheduledTreasury() external view returns (address next, uint64 effectiveAt) {
        effectiveAt = _treasuryAt;
        if (effectiveAt != 0) next = _nextTreasury;
    }

    /// @inheritdoc IMarketChannels
    function isPaused() external view returns (bool) {
        return _paused;
    }

    // ------------------------------------------------------------ internal

    function _checkTimelock(uint64 effectiveAt) private view {
        if (effectiveAt == 0) revert NothingScheduled();
        if (block.timestamp < effectiveAt) revert TimelockOpen(effectiveAt);
        if (block.timestamp >= effectiveAt + APPLY_WITHIN) {
            revert ScheduleExpired(effectiveAt + APPLY_WITHIN);
        }
    }

    function _setTreasury(address treasury_) internal {
        if (treasury_ == address(0)) revert ZeroAddress();
        _treasury = treasury_;
        emit TreasuryChanged(treasury_);
    }

    function _checkShares(Shares memory s) internal pure {
        if (s.relayerBps > MAX_RELAYER_BPS) revert SharesTooHigh("relayer", s.relayerBps, MAX_RELAYER_BPS);
        if (s.protocolBps > MAX_PROTOCOL_BPS) {
            revert SharesTooHigh("protocol", s.protocolBps, MAX_PROTOCOL_BPS);
        }
        if (s.auditorsBps > MAX_AUDITORS_BPS) {
            revert SharesTooHigh("auditors", s.auditorsBps, MAX_AUDITORS_BPS);
        }
    }

    function _checkTiming(Timing memory t) internal pure {
        if (t.disputeWindow == 0) revert UnsafeTiming("disputeWindow");
        if (t.closeGrace == 0) revert UnsafeTiming("closeGrace");
        if (t.epoch == 0) revert UnsafeTiming("epoch");
        if (t.maxDeadline == 0) revert UnsafeTiming("maxDeadline");
        // A receipt is disputable until its deadline + W even when it is redeemed long before the deadline.
        // And no stake leaves before the credit that it backs can mature.
        if (t.exitMargin < t.maxDeadline || t.exitMargin < t.epoch) revert UnsafeTiming("exitMargin");
        // Nobody's pending credit is split by shares that were not known when it was earned, but for what a flood of questions
        // holds longer.
        if (t.timelock <= t.epoch + t.disputeWindow + t.maxHold) revert UnsafeTiming("timelock");
        if (t.exposureDivisor == 0) revert UnsafeTiming("exposureDivisor");
        if (t.maxPromptTokens == 0) revert UnsafeTiming("maxPromptTokens");
    }

    /// @dev The Market is deployed last: a wrong precomputed address stops the deployment here.
    function _checkWiring(Neighbours memory n, Timing memory t) internal view {
        if (!IVault(n.vault).isModule(address(this))) revert BadWiring("vault.market");
        if (!IVault(n.vault).isModule(n.staking)) revert BadWiring("vault.staking");
        if (!IVault(n.vault).isModule(n.slasher)) revert BadWiring("vault.slasher");
        _checkModules(n);
        if (IStaking(n.staking).vault() != n.vault) revert BadWiring("staking.vault");
        if (IStaking(n.staking).market() != address(this)) revert BadWiring("staking.market");
        if (IStaking(n.staking).slasher() != n.slasher) revert BadWiring("staking.slasher");
        if (n.registry.code.length == 0) revert BadWiring("registry");
        (address vault, address staking, address market) = ISlasher(n.slasher).wiring();
        if (vault != n.vault) revert BadWiring("slasher.vault");
        if (staking != n.staking) revert BadWiring("slasher.staking");
        if (market != address(this)) revert BadWiring("slasher.market");
        if (IStaking(n.staking).unbondingPeriod() <= t.disputeWindow + t.exitMargin) {
            revert UnsafeTiming("unbonding");
        }
    }

    /// @dev INVARIANT: three contracts keep books in the Vault, beside them those that may slash and hold bonds, and no key.
    function _checkModules(Neighbours memory n) private view {
        address[] memory modules = IVault(n.vault).modules();
        address[] memory callers = ISlasher(n.slasher).callers();
        for (uint256 i = 0; i < modules.length; ++i) {
            address m = modules[i];
            bool known = m == address(this) || m == n.staking || m == n.slasher;
            for (uint256 j = 0; j < callers.length && !known; ++j) {
                known = m == callers[j] || _isDisputeModule(callers[j], m);
            }
            if (!known) revert BadWiring("vault.modules");
        }
    }

    /// @dev Whether `caller` is a ledger of which `module` is a part; a caller may be of another kind.
    function _isDisputeModule(address caller, address module) private view returns (bool) {
        (bool success, bytes memory data) =
            caller.staticcall(abi.encodeCall(IDisputeLedger.isModule, (module)));
        return success && data.length == 32 && abi.decode(data, (uint256)) == 1;
    }
}
