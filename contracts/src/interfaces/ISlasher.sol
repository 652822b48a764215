// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Slasher
/// @notice The one entry through which stake is slashed and credit forfeited. Its callers (the dispute contracts) are
/// registered once by the deployer and sealed in that call; with none registered nobody can slash. It is also the
/// account of the auditors' pool: its free balance in the Vault.
interface ISlasher {
    error NotRegistrar(address caller);
    error AlreadySealed();
    error NotCaller(address caller);

    error SlashTooHigh(uint16 bps, uint16 limit);
    error ZeroAddress();

    event CallersSealed(address[] callers);
    event PoolPaid(address indexed to, address indexed caller, uint256 amount);

    /// @notice Registrar only, once: names every contract that may slash, for ever.
    function sealCallers(address[] calldata callers) external;
    function isCaller(address account) external view returns (bool);
    function isSealed() external view returns (bool);
    function refundPaid(bytes32 cause) external view returns (bool);

    /// @notice Slashes `bps` of the provider's stake for a proven `cause`, forfeits its pending credit if asked.
    /// The refund of one cause (a receipt hash) is paid once, whatever it is slashed for. The bounty is at most 5 % of
    /// what was taken; the rest is burned.
    function slash(
        address provider,
        bytes32 cause,
        uint16 bps,
        bool forfeitCredit,
        address refundTo,
        uint256 refund,
        address bountyTo,
        uint256 bounty
    ) external returns (uint256 taken);

    /// @notice An open question: exits leave `slashable` of the stake behind until `exitUntil`, and no credit matures
    /// before `creditUntil`. A zero time holds nothing of its kind.
    function hold(address provider, uint256 slashable, uint64 exitUntil, uint64 creditUntil) external;

    /// @notice The answer of a delivered job was disproved: its callback will never see it.
    function disproveJob(bytes32 job) external;

    /// @notice Pays an auditor out of the pool, to its free balance.
    function payFromPool(address to, uint256 amount) external;
}
