// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Slasher
/// @notice The one entry through which stake is slashed and credit forfeited. Its callers (the dispute contracts) are
/// named by its constructor and never change; with none nobody can slash. It is also the account of the auditors' pool:
/// its free balance in the Vault.
interface ISlasher {
    error NotAContract(address caller);
    error NotCaller(address caller);

    error SlashTooHigh(uint16 bps, uint16 limit);
    error ZeroAddress();

    event CallersSealed(address[] callers);
    event PoolPaid(address indexed to, address indexed caller, uint256 amount);

    /// @notice Every contract that may slash, for ever.
    function callers() external view returns (address[] memory);
    function isCaller(address account) external view returns (bool);
    /// @notice What was refunded for a cause.
    function refundPaid(bytes32 cause) external view returns (uint256);
    /// @notice The contracts it works with; checked by the Market that is deployed with it.
    function wiring() external view returns (address vault, address staking, address market);

    /// @notice Slashes `bps` of the provider's stake for a proven `cause`, forfeits its pending credit if asked.
    /// The refund of one cause (a receipt hash) goes to the receipt's requester, once, whatever it is slashed for: at
    /// most the largest fee that the stake may back (stake / exposureDivisor). The bounty is at most 5 % of what is
    /// taken, both together at most 7 %; the rest is burned, and so is what would go to the zero address.
    function slash(
        address provider,
        bytes32 cause,
        uint16 bps,
        bool forfeitCredit,
        address refundTo,
        uint256 refund,
        address bountyTo,
        uint256 bounty
    ) external returns (uint256 taken, uint256 refunded, uint256 paid);

    /// @notice An open question: exits leave `slashable` more of the stake behind until `exitUntil`, and no credit matures
    /// before `creditUntil`. Open questions add up; to prolong one, hold again with `slashable` zero. A zero time holds
    /// nothing of its kind. `stretch`: see `IMarketChannels.holdCredit`.
    function hold(address provider, uint256 slashable, uint64 exitUntil, uint64 creditUntil, uint64 stretch)
        external;

    /// @notice The answer of a delivered or finalized job was disproved: a callback that has not run yet never will.
    function disproveJob(bytes32 job) external;

    /// @notice Pays an auditor out of the pool, to its free balance.
    function payFromPool(address to, uint256 amount) external;
}
