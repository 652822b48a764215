// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStepVerifier} from "../../src/interfaces/IVerifierRegistry.sol";

/// @notice Stands in for the exported verifier in unit tests: it knows the one statement that a test named, and refuses
/// every other. Real proofs meet the real verifier in the Go tests.
contract StrictVerifier is IStepVerifier {
    error ProofInvalid();

    mapping(bytes32 statement => bool) private _true;

    function allow(bytes calldata proof, uint256[5] calldata input) external {
        _true[keccak256(abi.encode(proof, input))] = true;
    }

    function verifyProof(bytes calldata proof, uint256[5] calldata input) external view {
        if (!_true[keccak256(abi.encode(proof, input))]) revert ProofInvalid();
    }
}
