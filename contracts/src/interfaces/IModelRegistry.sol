// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Class, Manifest, ModelKind, ModelVersionId} from "../types/Types.sol";

/// @title ModelRegistry
/// @notice Model versions, published by anyone and immutable. The version id is the hash of its manifest.
interface IModelRegistry {
    error AlreadyPublished(ModelVersionId modelVersion);
    error UnknownVersion(ModelVersionId modelVersion);
    error BadManifest(string field);
    error ZeroAddress();
    /// @notice A constant of the container header is outside the limits of the runtime specification.
    error BadHeader(string field, uint256 value);
    error BadHeaderPath(bytes32 computed, bytes32 weightsRoot);
    error RoyaltyTooHigh(string field, uint256 bps, uint256 limit);
    error ParentRoyaltyTooLow(uint256 bps, uint256 minimum);
    /// @notice Version 1 knows one level of lineage.
    error ParentHasParent(ModelVersionId parent);

    /// @notice `publisher` sent the transaction. `manifest.creator` is paid the royalty and need not know: only what it
    /// published itself may be shown as its own.
    event ModelPublished(
        ModelVersionId indexed modelVersion,
        address indexed publisher,
        bytes32 indexed parent,
        Manifest manifest,
        bytes header
    );

    /// @notice Publishes a version. In class `proven`, `header` is the 128-byte container header and `path` proves
    /// that it is leaf 0 of `manifest.weightsRoot`; in class `sampled` both are empty and the root is zero.
    /// The specification version must be sealed in the VerifierRegistry: what is published can be judged.
    /// LLM and Upstream have no parent; FineTune and Agent have one, which has none itself. An agent has the class, weights,
    /// specification and tokenizer of its parent.
    /// Warning: anyone may publish; a name proves nothing about who stands behind it.
    function publish(Manifest calldata manifest, bytes calldata header, bytes32[] calldata path)
        external
        returns (ModelVersionId modelVersion);

    function versionId(Manifest calldata manifest) external pure returns (ModelVersionId);
    function exists(ModelVersionId modelVersion) external view returns (bool);
    /// @notice None for an unknown version.
    function classOf(ModelVersionId modelVersion) external view returns (Class);
    function kindOf(ModelVersionId modelVersion) external view returns (ModelKind);
    /// @notice Zero for a version without a parent.
    function parentOf(ModelVersionId modelVersion) external view returns (ModelVersionId);
    /// @notice Who is paid what share of every fee of this version.
    function royalties(ModelVersionId modelVersion)
        external
        view
        returns (address creator, uint16 creatorBps, address parentCreator, uint16 parentBps);
    /// @notice The architecture constants the contracts judge by; all zero for `sampled`.
    function headerOf(ModelVersionId modelVersion) external view returns (bytes memory);
    function weightsRootOf(ModelVersionId modelVersion) external view returns (bytes32);
    function specVersionOf(ModelVersionId modelVersion) external view returns (uint32);
    /// @notice What a computation of this version is judged by, in one call.
    function termsOf(ModelVersionId modelVersion)
        external
        view
        returns (Class class, uint32 specVersion, bytes32 weightsRoot, bytes memory header);
    function verifiers() external view returns (address);
}
