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

    event CallersSealed(address[] callers);

    function sealCallers(address[] calldata callers) external;
    function isCaller(address account) external view returns (bool);
    function isSealed() external view returns (bool);

    /// @notice Slashes `bps` of the provider's stake for a proven `cause`, forfeits its pending credit if asked.
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

    function hold(address provider, uint64 exitUntil, uint64 creditUntil) external;
    function payFromPool(address to, uint256 amount) external;
}
