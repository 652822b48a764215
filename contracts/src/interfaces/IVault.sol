// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Vault
/// @notice The only holder of tokens. Every unit it holds is either some account's free balance or held for one
/// module (Market, Staking, Slasher, Questions); modules keep their own books of what they hold.
/// Solvency: `token.balanceOf(vault) >= owed()`, and owed = totalFree + sum(held); equal without donations.
/// Warning: the token must be a plain ERC-20. Transfers are measured and refused when inexact, but a balance that
/// changes without a transfer (rebasing) cannot be seen from here.
interface IVault {
    error NotModule(address caller);
    error ZeroAmount();
    error ZeroAddress();
    error InsufficientFree(address account, uint256 free, uint256 needed);
    error InsufficientHeld(address module, uint256 held, uint256 needed);
    /// @notice The token moved another amount than asked for.
    error InexactTransfer(uint256 moved, uint256 asked);
    error NotAToken(address token);
    error DuplicateModule(address module);
    error BadRecipient(address to);

    event Deposited(address indexed account, address indexed payer, uint256 amount, uint256 free);
    event Withdrawn(address indexed account, address indexed to, uint256 amount, uint256 free);
    /// @notice `amount` left the free balance of `account` for the books of `module`.
    event Locked(address indexed account, address indexed module, uint256 amount, uint256 free);
    /// @notice `amount` left the books of `module` for the free balance of `account`.
    event Released(address indexed account, address indexed module, uint256 amount, uint256 free);
    event Burned(address indexed module, uint256 amount);

    /// @notice Credits `account` with `amount` pulled from the caller's allowance.
    function deposit(address account, uint256 amount) external;

    /// @notice As `deposit`, with an EIP-2612 permit of the caller. A permit that was already used is no error as
    /// long as the allowance suffices.
    function depositWithPermit(
        address account,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Credits `from` with `amount` pulled by ERC-3009 `receiveWithAuthorization`; anyone may submit it.
    /// @dev `nonce` must be `keccak256(abi.encode(chainid, vault, from, amount, validAfter, validBefore, salt))`,
    /// so that an authorisation made for something else cannot end here.
    function depositWithAuthorization(
        address from,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 salt,
        bytes calldata signature
    ) external;

    /// @notice Pays `amount` of the caller's free balance out to `to`.
    /// Nobody can pause it.
    function withdraw(address to, uint256 amount) external;

    /// @notice Module only: moves `amount` from the free balance of `account` to the caller's books.
    function lock(address account, uint256 amount) external;

    /// @notice Module only: moves `amount` from the caller's books to the free balance of `account`.
    function release(address account, uint256 amount) external;

    /// @notice Module only: moves `amount` from the caller's books to the free balance of `BURN_ADDRESS`, which nobody
    /// can sign for. No token moves here, so no token can make a burn fail.
    function burn(uint256 amount) external;

    /// @notice Anyone: pays what was burned out to `BURN_ADDRESS`, out of the vault for good.
    function flushBurned() external;

    /// @notice 0x000000000000000000000000000000000000dEaD.
    function BURN_ADDRESS() external view returns (address);

    function token() external view returns (address);
    function free(address account) external view returns (uint256);
    function totalFree() external view returns (uint256);
    function held(address module) external view returns (uint256);
    /// @notice Sum of everything the vault owes.
    function owed() external view returns (uint256);
    function isModule(address account) external view returns (bool);
    /// @notice The contracts that keep books here, for ever.
    function modules() external view returns (address[] memory);
}
