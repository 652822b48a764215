// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title TestToken
/// @notice Money of development chains: six decimals, EIP-2612, ERC-3009 in both forms, and anyone may mint.
/// Warning: worth nothing, by construction.
contract TestToken is ERC20, ERC20Permit, ERC3009 {
    constructor() ERC20("DGrid Test Dollar", "tUSD") ERC20Permit("DGrid Test Dollar") {}

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    /// @notice The form of ERC-3009 that ERC-1271 wallets can use.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        bytes32 hash = _hashTypedDataV4(
            keccak256(
                abi.encode(
                    RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce
                )
            )
        );
        if (!SignatureChecker.isValidSignatureNowCalldata(from, hash, signature)) {
            revert ERC3009InvalidSignature();
        }
        if (to != msg.sender) revert ERC20InvalidReceiver(to);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
