// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The exported Groth16 verifier of the step circuit
interface IStepVerifier {
    /// @notice Reverts unless `proof` (256 bytes) shows the statement: digests of A, B, O; Step; Parameters.
    function verifyProof(bytes calldata proof, uint256[5] calldata input) external view;
}

/// @title VerifierRegistry
/// @notice The verifier of each specification version, for ever. Version 1 is sealed by the constructor; later ones by the
/// owner, behind a timelock. Nothing sealed changes, so a model version is judged as it was published.
interface IVerifierRegistry {
    error UnknownSpecVersion(uint32 specVersion);
    error AlreadySealed(uint32 specVersion);
    error NotAContract(address verifier);
    error ZeroKeyHash();
    error ZeroVersion();
    error TimelockTooShort(uint64 timelock, uint64 needed);
    error TimelockOpen(uint64 until);
    error NothingScheduled();
    /// @notice What was scheduled had to be sealed before `until`.
    error ScheduleExpired(uint64 until);
    /// @notice The code at the scheduled address is no longer the code that was announced.
    error CodeChanged(address verifier, bytes32 codeHash);

    event VerifierScheduled(
        uint32 indexed specVersion, address indexed verifier, bytes32 keyHash, uint64 effectiveAt
    );
    event VerifierSealed(
        uint32 indexed specVersion, address indexed verifier, bytes32 keyHash, bytes32 codeHash
    );

    /// @notice Owner only: announces the verifier of a version that has none. Replaces what was announced before.
    function schedule(uint32 specVersion, address verifier, bytes32 keyHash) external;
    /// @notice Anyone, within a week after the timelock.
    function seal(uint32 specVersion) external;

    function isSealed(uint32 specVersion) external view returns (bool);
    /// @notice Reverts with UnknownSpecVersion for a version that is not sealed.
    function verifierOf(uint32 specVersion) external view returns (address verifier, bytes32 keyHash);
    function scheduled(uint32 specVersion)
        external
        view
        returns (address verifier, bytes32 keyHash, uint64 effectiveAt);
    function timelock() external view returns (uint64);
}
