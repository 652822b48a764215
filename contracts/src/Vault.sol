// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IVault} from "./interfaces/IVault.sol";

/// @dev The two forms of ERC-3009 that tokens implement.
interface IReceiveWithAuthorization {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}

/// @title Vault
/// @notice See `IVault`. No owner, no upgrade, no pause: nothing here but the books and the token.
contract Vault is IVault, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IVault
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

    IERC20 private immutable TOKEN;

    /// @inheritdoc IVault
    mapping(address account => uint256) public free;
    /// @inheritdoc IVault
    mapping(address module => uint256) public held;
    /// @inheritdoc IVault
    mapping(address account => bool) public isModule;
    /// @inheritdoc IVault
    uint256 public totalFree;
    uint256 private _totalHeld;
    address[] private _modules;

    modifier onlyModule() {
        if (!isModule[msg.sender]) revert NotModule(msg.sender);
        _;
    }

    /// @param modules_ the contracts that keep books here; their addresses are computed before they are deployed.
    constructor(address token_, address[] memory modules_) {
        if (token_.code.length == 0) revert NotAToken(token_);
        TOKEN = IERC20(token_);
        for (uint256 i = 0; i < modules_.length; ++i) {
            if (modules_[i] == address(0)) revert ZeroAddress();
            if (isModule[modules_[i]]) revert DuplicateModule(modules_[i]);
            isModule[modules_[i]] = true;
        }
        _modules = modules_;
    }

    // ------------------------------------------------------------ accounts

    /// @inheritdoc IVault
    function deposit(address account, uint256 amount) external nonReentrant {
        _deposit(account, amount);
    }

    /// @inheritdoc IVault
    function depositWithPermit(
        address account,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        // A permit can be submitted by anyone who sees it; what counts is the allowance that it leaves.
        try IERC20Permit(address(TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s) {}
            catch {}
        _deposit(account, amount);
    }

    /// @inheritdoc IVault
    function depositWithAuthorization(
        address from,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 salt,
        bytes calldata signature
    ) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        if (from == address(0)) revert ZeroAddress();
        bytes32 nonce =
            keccak256(abi.encode(block.chainid, address(this), from, amount, validAfter, validBefore, salt));

        uint256 before = TOKEN.balanceOf(address(this));
        IReceiveWithAuthorization token_ = IReceiveWithAuthorization(address(TOKEN));
        if (signature.length == 65 && from.code.length == 0) {
            bytes32 r = bytes32(signature[0:32]);
            bytes32 s = bytes32(signature[32:64]);
            token_.receiveWithAuthorization(
                from, address(this), amount, validAfter, validBefore, nonce, uint8(signature[64]), r, s
            );
        } else {
            token_.receiveWithAuthorization(
                from, address(this), amount, validAfter, validBefore, nonce, signature
            );
        }
        _credit(from, from, amount, before);
    }

    /// @inheritdoc IVault
    function withdraw(address to, uint256 amount) external nonReentrant {
        if (to == address(0)) revert ZeroAddress();
        if (to == address(this)) revert BadRecipient(to);
        _payOut(msg.sender, to, amount);
    }

    /// @inheritdoc IVault
    function flushBurned() external nonReentrant {
        _payOut(BURN_ADDRESS, BURN_ADDRESS, free[BURN_ADDRESS]);
    }

    // ------------------------------------------------------------- modules

    /// @inheritdoc IVault
    function lock(address account, uint256 amount) external onlyModule nonReentrant {
        uint256 left = _debitFree(account, amount);
        held[msg.sender] += amount;
        _totalHeld += amount;
        emit Locked(account, msg.sender, amount, left);
    }

    /// @inheritdoc IVault
    function release(address account, uint256 amount) external onlyModule nonReentrant {
        if (account == address(0)) revert ZeroAddress();
        _debitHeld(amount);
        uint256 balance = _creditFree(account, amount);
        emit Released(account, msg.sender, amount, balance);
    }

    /// @inheritdoc IVault
    function burn(uint256 amount) external onlyModule nonReentrant {
        _debitHeld(amount);
        _creditFree(BURN_ADDRESS, amount);
        emit Burned(msg.sender, amount);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IVault
    function token() external view returns (address) {
        return address(TOKEN);
    }

    /// @inheritdoc IVault
    function modules() external view returns (address[] memory) {
        return _modules;
    }

    /// @inheritdoc IVault
    function owed() external view returns (uint256) {
        return totalFree + _totalHeld;
    }

    // ------------------------------------------------------------- private

    function _deposit(address account, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        if (account == address(0)) revert ZeroAddress();
        uint256 before = TOKEN.balanceOf(address(this));
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        _credit(account, msg.sender, amount, before);
    }

    /// @dev Books are written after the token moved: until then the vault owes less than it holds, never more.
    function _credit(address account, address payer, uint256 amount, uint256 before) private {
        uint256 moved = TOKEN.balanceOf(address(this)) - before;
        // INVARIANT: what is credited is what arrived.
        if (moved != amount) revert InexactTransfer(moved, amount);
        uint256 balance = _creditFree(account, amount);
        emit Deposited(account, payer, amount, balance);
    }

    function _payOut(address account, address to, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        uint256 left = _debitFree(account, amount);
        emit Withdrawn(account, to, amount, left);

        uint256 before = TOKEN.balanceOf(address(this));
        TOKEN.safeTransfer(to, amount);
        uint256 moved = before - TOKEN.balanceOf(address(this));
        // INVARIANT: nobody's withdrawal costs the others more than it took from its own balance.
        if (moved != amount) revert InexactTransfer(moved, amount);
    }

    function _debitFree(address account, uint256 amount) private returns (uint256 left) {
        uint256 balance = free[account];
        // INVARIANT: an account spends its own free balance only.
        if (balance < amount) revert InsufficientFree(account, balance, amount);
        left = balance - amount;
        free[account] = left;
        totalFree -= amount;
    }

    function _creditFree(address account, uint256 amount) private returns (uint256 balance) {
        balance = free[account] + amount;
        free[account] = balance;
        totalFree += amount;
    }

    function _debitHeld(uint256 amount) private {
        uint256 balance = held[msg.sender];
        // INVARIANT: a module pays from its own books only.
        if (balance < amount) revert InsufficientHeld(msg.sender, balance, amount);
        held[msg.sender] = balance - amount;
        _totalHeld -= amount;
    }
}
