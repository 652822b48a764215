// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarket} from "./interfaces/IMarket.sol";
import {ISlasher} from "./interfaces/ISlasher.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {IVault} from "./interfaces/IVault.sol";

/// @title Slasher
/// @notice See `ISlasher`. It judges nothing; it keeps the rungs, the bounty's ceiling and the once-only refund in one
/// place for every kind of dispute that will call it.
contract Slasher is ISlasher {
    /// @notice The largest slash of one fault, in basis points of the stake.
    uint16 public constant MAX_SLASH_BPS = 1500;
    /// @notice The largest bounty, in basis points of what was taken: a cheater's puppet can always be first.
    uint16 public constant MAX_BOUNTY_BPS = 500;
    uint256 private constant BPS = 10_000;

    IVault private immutable VAULT;
    IStaking private immutable STAKING;
    IMarket private immutable MARKET;
    address private immutable REGISTRAR;

    /// @inheritdoc ISlasher
    mapping(address account => bool) public isCaller;
    /// @inheritdoc ISlasher
    mapping(bytes32 cause => bool) public refundPaid;
    /// @inheritdoc ISlasher
    bool public isSealed;

    modifier onlyCaller() {
        if (!isCaller[msg.sender]) revert NotCaller(msg.sender);
        _;
    }

    constructor(IVault vault, IStaking staking, IMarket market, address registrar) {
        if (
            address(vault) == address(0) || address(staking) == address(0) || address(market) == address(0)
                || registrar == address(0)
        ) revert ZeroAddress();
        VAULT = vault;
        STAKING = staking;
        MARKET = market;
        REGISTRAR = registrar;
    }

    /// @inheritdoc ISlasher
    function sealCallers(address[] calldata callers) external {
        if (msg.sender != REGISTRAR) revert NotRegistrar(msg.sender);
        // INVARIANT: who may slash never changes.
        if (isSealed) revert AlreadySealed();
        isSealed = true;
        for (uint256 i = 0; i < callers.length; ++i) {
            if (callers[i] == address(0)) revert ZeroAddress();
            isCaller[callers[i]] = true;
        }
        emit CallersSealed(callers);
    }

    /// @inheritdoc ISlasher
    function slash(
        address provider,
        bytes32 cause,
        uint16 bps,
        bool forfeitCredit,
        address refundTo,
        uint256 refund,
        address bountyTo,
        uint256 bounty
    ) external onlyCaller returns (uint256 taken) {
        if (bps > MAX_SLASH_BPS) revert SlashTooHigh(bps, MAX_SLASH_BPS);
        uint256 amount = STAKING.stakeOf(provider) * bps / BPS;

        uint256 cap = amount * MAX_BOUNTY_BPS / BPS;
        if (bounty > cap) bounty = cap;
        // INVARIANT: one receipt refunds once, whatever faults are proven on it.
        if (refundPaid[cause]) refund = 0;
        else if (refund != 0) refundPaid[cause] = true;

        taken = STAKING.slash(provider, cause, amount, refundTo, refund, bountyTo, bounty);
        if (forfeitCredit) MARKET.forfeit(provider);
    }

    /// @inheritdoc ISlasher
    function hold(address provider, uint256 slashable, uint64 exitUntil, uint64 creditUntil)
        external
        onlyCaller
    {
        if (exitUntil != 0) STAKING.holdExitForDispute(provider, slashable, exitUntil);
        if (creditUntil != 0) MARKET.holdCredit(provider, creditUntil);
    }

    /// @inheritdoc ISlasher
    function disproveJob(bytes32 job) external onlyCaller {
        MARKET.disproveJob(job);
    }

    /// @inheritdoc ISlasher
    function payFromPool(address to, uint256 amount) external onlyCaller {
        emit PoolPaid(to, msg.sender, amount);
        VAULT.lock(address(this), amount);
        VAULT.release(to, amount);
    }
}
