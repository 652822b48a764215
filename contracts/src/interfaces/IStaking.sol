// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Staking
/// @notice What providers (and, later, auditors) stand to lose. A provider is its owner's address (cold key); its
/// operators (hot keys) sign receipts and redeem. `operator -> provider` is written once and never changes.
interface IStaking {
    error NotSlasher(address caller);
    error NotMarket(address caller);
    error OperatorTaken(address operator, address provider);
    error BadOperatorConsent(address operator);
    error InsufficientStake(address provider, uint256 free, uint256 needed);
    error NothingUnbonding(address provider);
    /// @notice The exit opens at `exitAt`; its first second is the provider's.
    error ExitNotOpen(address provider, uint64 exitAt);
    error ZeroAmount();
    error UnsafeUnbonding(uint64 unbonding, uint64 needed);
    error ZeroAddress();
    error NotOperatorOf(address operator, address provider);

    event OperatorAdded(address indexed provider, address indexed operator);
    /// @notice A retired operator signs nothing new; what it signed stays valid and slashable.
    event OperatorRetired(address indexed provider, address indexed operator);
    event Staked(address indexed provider, uint256 amount, uint256 stake);
    event Unbonding(address indexed provider, uint256 amount, uint256 unbonding, uint64 exitAt);
    event Unbonded(address indexed provider, uint256 amount, uint256 stake);
    /// @notice The earliest exit of unbonding stake moved to `exitAt`.
    event ExitMoved(address indexed provider, uint64 exitAt);
    /// @notice Until `until` exits leave at least `amount` of stake behind: what an open question could slash.
    event ExitHeldForDispute(address indexed provider, uint256 amount, uint64 until);
    event Slashed(
        address indexed provider, bytes32 indexed cause, uint256 amount, uint256 burned, uint256 stake
    );
    event Penalized(address indexed provider, bytes32 indexed cause, uint256 amount, uint256 stake);

    /// @notice Makes `operator` sign for the caller. `consent` is the operator's EIP-712 signature of
    /// `OperatorConsent(address operator,address provider)` in the Market's domain.
    function addOperator(address operator, bytes calldata consent) external;
    function retireOperator(address operator) external;

    /// @notice Locks `amount` of the caller's free balance as stake.
    function stake(uint256 amount) external;

    /// @notice Starts to unbond `amount`. Unbonding stake is not free stake, but stays slashable until it has left.
    /// A second call adds to the first and restarts its clock.
    function unbond(uint256 amount) external;

    /// @notice Anyone: releases unbonded stake of `provider` to its free balance once the exit is open.
    function completeUnbond(address provider) external;

    /// @notice Market only: no unbonding stake of `provider` leaves before `until`.
    function holdExit(address provider, uint64 until) external;

    /// @notice Market only: burns min(`amount`, stake) for a job accepted and not delivered.
    /// @return taken what was burned
    function penalize(address provider, bytes32 cause, uint256 amount) external returns (uint256 taken);

    /// @notice Slasher only: takes min(`amount`, stake), unbonding included; `refund` to `refundTo` first, then
    /// `bounty` to `bountyTo`, as far as the taken amount reaches; burns the rest.
    /// @return taken what left the stake
    function slash(
        address provider,
        bytes32 cause,
        uint256 amount,
        address refundTo,
        uint256 refund,
        address bountyTo,
        uint256 bounty
    ) external returns (uint256 taken);

    /// @notice Slasher only: until `until` exits of `provider` leave `amount` of its stake behind, free or unbonding,
    /// beside what earlier calls hold. All of it is held until the latest `until`.
    function holdExitForDispute(address provider, uint256 amount, uint64 until) external;

    function stakeOf(address provider) external view returns (uint256);
    /// @notice Stake that is not unbonding.
    function freeStakeOf(address provider) external view returns (uint256);
    function unbondingOf(address provider) external view returns (uint256 amount, uint64 exitAt);
    /// @notice What `holdExitForDispute` keeps back now; zero when over.
    function disputeHoldOf(address provider) external view returns (uint256 amount, uint64 until);
    /// @notice The provider of an operator, retired or not; zero if none.
    function providerOf(address operator) external view returns (address);
    function isActiveOperator(address operator) external view returns (bool);
    function unbondingPeriod() external view returns (uint64);
    function vault() external view returns (address);
    function market() external view returns (address);
    function slasher() external view returns (address);
}
