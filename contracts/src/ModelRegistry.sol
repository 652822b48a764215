// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IVerifierRegistry} from "./interfaces/IVerifierRegistry.sol";
import {HeaderLib} from "./libraries/HeaderLib.sol";
import {MerkleLib} from "./libraries/MerkleLib.sol";
import {TraceLib} from "./libraries/TraceLib.sol";
import {Class, Manifest, ModelKind, ModelVersionId} from "./types/Types.sol";

/// @title ModelRegistry
/// @notice See `IModelRegistry`. Nothing here can be changed or removed, by anyone.
contract ModelRegistry is IModelRegistry {
    /// @notice Bounds of the royalties, in basis points of a fee.
    uint16 public constant MAX_ROYALTY_BPS = 1500;
    uint16 public constant MAX_PARENT_ROYALTY_BPS = 1000;
    uint256 private constant MAX_NAME = 64;
    uint256 private constant MAX_URI = 512;
    /// @dev Words of the container header, and the leaves under a weights root that every model has: the header, two tables,
    /// rotation, embedding, head, tokenizer; seven matrices a layer and three biases, if there are any.
    uint256 private constant LAYERS = 20;
    uint256 private constant FLAGS = 48;
    uint256 private constant LEAVES = 7;
    uint256 private constant MATRICES = 7;
    uint256 private constant BIASES = 3;

    // slot 0    | creator 20 | royaltyBps 2 | parentRoyaltyBps 2 | minChildRoyaltyBps 2 | kind 1 | class 1 | specVersion 4
    // slot 1    | parent 32
    // slot 2    | weightsRoot 32
    // slot 3    | tokenizerHash 32
    // slots 4-7 | header 128
    struct Version {
        address creator;
        uint16 royaltyBps;
        uint16 parentRoyaltyBps;
        uint16 minChildRoyaltyBps;
        ModelKind kind;
        Class class;
        uint32 specVersion;
        ModelVersionId parent;
        bytes32 weightsRoot;
        bytes32 tokenizerHash;
        bytes32[4] header;
    }

    IVerifierRegistry private immutable VERIFIERS;

    mapping(ModelVersionId modelVersion => Version) private _versions;

    /// @param verifiers_ says which specification versions can be judged.
    constructor(IVerifierRegistry verifiers_) {
        if (address(verifiers_) == address(0)) revert ZeroAddress();
        VERIFIERS = verifiers_;
    }

    /// @inheritdoc IModelRegistry
    function publish(Manifest calldata manifest, bytes calldata header, bytes32[] calldata path)
        external
        returns (ModelVersionId modelVersion)
    {
        modelVersion = versionId(manifest);
        Version storage v = _versions[modelVersion];

        // INVARIANT: a version is written once.
        if (v.class != Class.None) revert AlreadyPublished(modelVersion);
        _checkForm(manifest);
        _checkRoyalties(manifest);
        _checkWeights(manifest, header, path);
        _checkLineage(manifest);

        v.creator = manifest.creator;
        v.royaltyBps = manifest.royaltyBps;
        v.parentRoyaltyBps = manifest.parentRoyaltyBps;
        v.minChildRoyaltyBps = manifest.minChildRoyaltyBps;
        v.kind = manifest.kind;
        v.class = manifest.class;
        v.specVersion = manifest.specVersion;
        v.parent = ModelVersionId.wrap(manifest.parent);
        v.weightsRoot = manifest.weightsRoot;
        v.tokenizerHash = manifest.tokenizerHash;
        if (manifest.class == Class.Proven) {
            for (uint256 i = 0; i < 4; ++i) {
                v.header[i] = bytes32(header[32 * i:32 * i + 32]);
            }
        }
        emit ModelPublished(modelVersion, msg.sender, manifest.parent, manifest, header);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IModelRegistry
    function versionId(Manifest calldata manifest) public pure returns (ModelVersionId) {
        return ModelVersionId.wrap(keccak256(abi.encode(manifest)));
    }

    /// @inheritdoc IModelRegistry
    function exists(ModelVersionId modelVersion) external view returns (bool) {
        return _versions[modelVersion].class != Class.None;
    }

    /// @inheritdoc IModelRegistry
    function classOf(ModelVersionId modelVersion) external view returns (Class) {
        return _versions[modelVersion].class;
    }

    /// @inheritdoc IModelRegistry
    function kindOf(ModelVersionId modelVersion) external view returns (ModelKind) {
        return _versions[modelVersion].kind;
    }

    /// @inheritdoc IModelRegistry
    function parentOf(ModelVersionId modelVersion) external view returns (ModelVersionId) {
        return _versions[modelVersion].parent;
    }

    /// @inheritdoc IModelRegistry
    function royalties(ModelVersionId modelVersion)
        external
        view
        returns (address creator, uint16 creatorBps, address parentCreator, uint16 parentBps)
    {
        Version storage v = _get(modelVersion);
        creator = v.creator;
        creatorBps = v.royaltyBps;
        parentBps = v.parentRoyaltyBps;
        if (parentBps != 0) parentCreator = _versions[v.parent].creator;
    }

    /// @inheritdoc IModelRegistry
    function headerOf(ModelVersionId modelVersion) external view returns (bytes memory) {
        bytes32[4] memory h = _get(modelVersion).header;
        return abi.encodePacked(h);
    }

    /// @inheritdoc IModelRegistry
    function weightsRootOf(ModelVersionId modelVersion) external view returns (bytes32) {
        return _get(modelVersion).weightsRoot;
    }

    /// @inheritdoc IModelRegistry
    function specVersionOf(ModelVersionId modelVersion) external view returns (uint32) {
        return _get(modelVersion).specVersion;
    }

    /// @inheritdoc IModelRegistry
    function termsOf(ModelVersionId modelVersion)
        external
        view
        returns (Class class, uint32 specVersion, bytes32 weightsRoot, bytes memory header)
    {
        Version storage v = _get(modelVersion);
        bytes32[4] memory h = v.header;
        return (v.class, v.specVersion, v.weightsRoot, abi.encodePacked(h));
    }

    /// @inheritdoc IModelRegistry
    function verifiers() external view returns (address) {
        return address(VERIFIERS);
    }

    // ------------------------------------------------------------- private

    function _get(ModelVersionId modelVersion) private view returns (Version storage v) {
        v = _versions[modelVersion];
        if (v.class == Class.None) revert UnknownVersion(modelVersion);
    }

    function _checkForm(Manifest calldata m) private pure {
        if (m.kind == ModelKind.None) revert BadManifest("kind");
        if (m.class == Class.None) revert BadManifest("class");
        if (m.kind == ModelKind.Upstream && m.class != Class.Sampled) revert BadManifest("class");
        if (m.creator == address(0)) revert BadManifest("creator");
        if (bytes(m.name).length == 0 || bytes(m.name).length > MAX_NAME) revert BadManifest("name");
        if (bytes(m.metadataURI).length > MAX_URI) revert BadManifest("metadataURI");
    }

    function _checkRoyalties(Manifest calldata m) private pure {
        if (m.royaltyBps > MAX_ROYALTY_BPS) {
            revert RoyaltyTooHigh("royaltyBps", m.royaltyBps, MAX_ROYALTY_BPS);
        }
        if (m.parentRoyaltyBps > MAX_PARENT_ROYALTY_BPS) {
            revert RoyaltyTooHigh("parentRoyaltyBps", m.parentRoyaltyBps, MAX_PARENT_ROYALTY_BPS);
        }
        if (m.minChildRoyaltyBps > MAX_PARENT_ROYALTY_BPS) {
            revert RoyaltyTooHigh("minChildRoyaltyBps", m.minChildRoyaltyBps, MAX_PARENT_ROYALTY_BPS);
        }
    }

    function _checkWeights(Manifest calldata m, bytes calldata header, bytes32[] calldata path) private view {
        if (m.class == Class.Sampled) {
            if (m.weightsRoot != 0) revert BadManifest("weightsRoot");
            if (m.specVersion != 0) revert BadManifest("specVersion");
            if (header.length != 0) revert BadManifest("header");
            if (path.length != 0) revert BadManifest("path");
            return;
        }
        // INVARIANT: nobody publishes what no verifier can judge.
        if (!VERIFIERS.isSealed(m.specVersion)) revert BadManifest("specVersion");
        if (m.tokenizerHash == 0) revert BadManifest("tokenizerHash");
        HeaderLib.check(header);
        // INVARIANT: a weight is where the statements of steps look for it; a tree of another depth could never be shown.
        if (path.length != TraceLib.depth(_leaves(header))) revert BadManifest("path");
        bytes32 computed = MerkleLib.rootFromPath(MerkleLib.leaf(header), 0, path);
        // INVARIANT: the constants that are judged by are those that the weights commit to.
        if (computed != m.weightsRoot) revert BadHeaderPath(computed, m.weightsRoot);
    }

    function _leaves(bytes calldata header) private pure returns (uint256) {
        uint256 each = HeaderLib.word(header, FLAGS) & 1 == 0 ? MATRICES : MATRICES + BIASES;
        return LEAVES + each * HeaderLib.word(header, LAYERS);
    }

    function _checkLineage(Manifest calldata m) private view {
        bool derived = m.kind == ModelKind.FineTune || m.kind == ModelKind.Agent;
        if (derived != (m.parent != 0)) revert BadManifest("parent");
        if (!derived) {
            if (m.parentRoyaltyBps != 0) revert BadManifest("parentRoyaltyBps");
            return;
        }
        Version storage p = _get(ModelVersionId.wrap(m.parent));
        if (ModelVersionId.unwrap(p.parent) != 0) revert ParentHasParent(ModelVersionId.wrap(m.parent));
        if (m.parentRoyaltyBps < p.minChildRoyaltyBps) {
            revert ParentRoyaltyTooLow(m.parentRoyaltyBps, p.minChildRoyaltyBps);
        }
        if (m.kind != ModelKind.Agent) return;
        // An agent is its base model under another prompt: the same weights, judged by the same rules.
        if (m.class != p.class) revert BadManifest("class");
        if (m.weightsRoot != p.weightsRoot) revert BadManifest("weightsRoot");
        if (m.specVersion != p.specVersion) revert BadManifest("specVersion");
        if (m.tokenizerHash != p.tokenizerHash) revert BadManifest("tokenizerHash");
    }
}
