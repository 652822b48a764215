// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarket} from "./interfaces/IMarket.sol";
import {ISlasher} from "./interfaces/ISlasher.sol";
import {IStaking} from "./interfaces/IStaking.sol";
import {IVault} from "./interfaces/IVault.sol";

/// @title Slasher
/// @notice See `ISlasher`. It judges nothing; it keeps the rungs, the ceilings of refund and bounty and the once-only
/// refund in one place for every kind of dispute that will call it. Nobody has a key to it.
contract Slasher is ISlasher {
    /// @notice The largest slash of one fault, in basis points of the stake.
    uint16 public constant MAX_SLASH_BPS = 1500;
    /// @notice The largest bounty, in basis points of what was taken: a cheater's puppet can always be first.
    uint16 public constant MAX_BOUNTY_BPS = 500;
    /// @notice The most that refund and bounty together return of what was taken: at least 93 % burn.
    uint16 public constant MAX_RETURNED_BPS = 700;
    uint256 private constant BPS = 10_000;

    IVault private immutable VAULT;
    IStaking private immutable STAKING;
    IMarket private immutable MARKET;

    /// @inheritdoc ISlasher
    mapping(address account => bool) public isCaller;
    /// @inheritdoc ISlasher
    mapping(bytes32 cause => uint256) public refundPaid;
    address[] private _callers;

    modifier onlyCaller() {
        if (!isCaller[msg.sender]) revert NotCaller(msg.sender);
        _;
    }

    /// @param callers_ the dispute contracts, deployed before; none: nobody can ever slash.
    constructor(IVault vault, IStaking staking, IMarket market, address[] memory callers_) {
        if (address(vault) == address(0) || address(staking) == address(0) || address(market) == address(0)) {
            revert ZeroAddress();
        }
        VAULT = vault;
        STAKING = staking;
        MARKET = market;
        // INVARIANT: who may slash never changes, and is never a key.
        for (uint256 i = 0; i < callers_.length; ++i) {
            if (callers_[i].code.length == 0) revert NotAContract(callers_[i]);
            isCaller[callers_[i]] = true;
        }
        _callers = callers_;
        emit CallersSealed(callers_);
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
    ) external onlyCaller returns (uint256 taken, uint256 refunded, uint256 paid) {
        if (bps > MAX_SLASH_BPS) revert SlashTooHigh(bps, MAX_SLASH_BPS);
        uint256 stake = STAKING.stakeOf(provider);
        uint256 amount = stake * bps / BPS;
        uint256 returned = amount * MAX_RETURNED_BPS / BPS;

        // INVARIANT: one receipt refunds once, whatever faults are proven on it.
        // INVARIANT: a refund is no more than a fee may be, so a puppet's receipt brings no slash home.
        if (refundTo == address(0) || refundPaid[cause] != 0) refund = 0;
        refund = _min(_min(refund, stake / MARKET.timing().exposureDivisor), returned);
        if (refund != 0) refundPaid[cause] = refund;
        // INVARIANT: what is neither refund nor bounty burns, at least 93 %.
        if (bountyTo == address(0)) bounty = 0;
        bounty = _min(_min(bounty, amount * MAX_BOUNTY_BPS / BPS), returned - refund);

        taken = STAKING.slash(provider, cause, amount, refundTo, refund, bountyTo, bounty);
        // Nothing was clamped further: what is returned is at most 7 % of what was asked for, and that is at most the stake.
        (refunded, paid) = (refund, bounty);
        if (forfeitCredit) MARKET.forfeit(provider);
    }

    /// @inheritdoc ISlasher
    function hold(address provider, uint256 slashable, uint64 exitUntil, uint64 creditUntil, uint64 stretch)
        external
        onlyCaller
    {
        if (exitUntil != 0) STAKING.holdExitForDispute(provider, slashable, exitUntil);
        if (creditUntil != 0) MARKET.holdCredit(provider, creditUntil, stretch);
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

    // --------------------------------------------------------------- views

    /// @inheritdoc ISlasher
    function callers() external view returns (address[] memory) {
        return _callers;
    }

    /// @inheritdoc ISlasher
    function wiring() external view returns (address vault, address staking, address market) {
        return (address(VAULT), address(STAKING), address(MARKET));
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
