// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

enum Quirk {
    None,
    FeeOnTransfer, // takes 1 % of every transfer
    FeeOnTop, // takes 1 % more from the sender
    Bonus, // delivers more than asked
    ReturnsFalse, // says no instead of reverting
    SilentFailure, // says yes and moves nothing
    MissingReturn, // returns nothing, as some old tokens
    Blocklist,
    Paused,
    Limit96 // amounts above 96 bits revert
}

/// @notice A token with one quirk at a time, and a hook that can call back.
contract WeirdToken is ERC20("Weird", "W") {
    Quirk public quirk;
    mapping(address account => bool) public blocked;
    address public hook;
    bytes public hookCall;
    address public hookTarget;
    bool public hookRan;
    bytes public hookResult;

    function set(Quirk quirk_) external {
        quirk = quirk_;
    }

    function block_(address account) external {
        blocked[account] = true;
    }

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    /// @dev A rebase: the balance changes and nothing was transferred.
    function rebase(address account, uint256 loss) external {
        _burn(account, loss);
    }

    /// @dev During the next transfer `hook` runs `call_` on `target`.
    function arm(address hook_, address target, bytes calldata call_) external {
        (hook, hookTarget, hookCall, hookRan) = (hook_, target, call_, false);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return _weird(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (quirk == Quirk.ReturnsFalse && allowance(from, msg.sender) < amount) return false;
        _spendAllowance(from, msg.sender, amount);
        return _weird(from, to, amount);
    }

    function _weird(address from, address to, uint256 amount) private returns (bool) {
        if (quirk == Quirk.ReturnsFalse) return false;
        if (quirk == Quirk.SilentFailure) return true;
        require(!(quirk == Quirk.Blocklist && (blocked[from] || blocked[to])), "blocked");
        require(quirk != Quirk.Paused, "paused");
        require(!(quirk == Quirk.Limit96 && amount > type(uint96).max), "limit");
        if (hook != address(0)) {
            address h = hook;
            hook = address(0);
            hookRan = true;
            hookResult = Hook(h).run(hookTarget, hookCall);
        }
        _transfer(from, to, amount);
        if (quirk == Quirk.FeeOnTransfer) _burn(to, amount / 100);
        if (quirk == Quirk.FeeOnTop) _burn(from, amount / 100);
        if (quirk == Quirk.Bonus) _mint(to, 1);
        if (quirk == Quirk.MissingReturn) {
            assembly {
                return(0, 0)
            }
        }
        return true;
    }
}

/// @notice Runs what it is told and remembers how that ended; never reverts itself.
contract Hook {
    bool public succeeded;
    bytes4 public reason;

    function run(address target, bytes calldata call_) external returns (bytes memory result) {
        (succeeded, result) = target.call(call_);
        reason = result.length >= 4 ? bytes4(result) : bytes4(0);
    }

    function onJobResult(bytes32, bytes32, uint32[] calldata, uint8) external {
        (address target, bytes memory call_) = (armedTarget, armedCall);
        if (target == address(0)) return;
        bytes memory result;
        (succeeded, result) = target.call(call_);
        reason = result.length >= 4 ? bytes4(result) : bytes4(0);
    }

    address public armedTarget;
    bytes public armedCall;

    function arm(address target, bytes calldata call_) external {
        (armedTarget, armedCall) = (target, call_);
        (succeeded, reason) = (true, 0);
    }
}
