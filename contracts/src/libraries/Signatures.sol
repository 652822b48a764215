// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures
/// @notice Two kinds of signer. Keys (delegates, operators) sign 65 bytes with low s and nothing else; accounts
/// (requesters) are keys or ERC-1271 contracts.
library Signatures {
    /// @return signer zero if the signature has no signer: other length, high s, v not 27 or 28.
    function recover(bytes32 digest, bytes calldata signature) internal pure returns (address signer) {
        (signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
    }

    /// @notice Whether `account` signed. An account with code may still own a key (EIP-7702), so the key counts first.
    function isValid(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (account == address(0)) return false;
        if (recover(digest, signature) == account) return true;
        return account.code.length != 0
            && SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature);
    }
}
