// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {Class, Manifest, ModelKind, ModelVersionId} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

contract RegistryTest is Fixture {
    function manifest() private view returns (Manifest memory m) {
        m.kind = ModelKind.LLM;
        m.class = Class.Proven;
        m.specVersion = 1;
        m.weightsRoot = weightsRootOf(header(), weightsPath());
        m.tokenizerHash = keccak256("tokenizer");
        m.royaltyBps = 1500;
        m.creator = creator;
        m.name = "fresh";
    }

    function sampled() private view returns (Manifest memory m) {
        m.kind = ModelKind.Upstream;
        m.class = Class.Sampled;
        m.creator = creator;
        m.name = "api";
    }

    function publish(Manifest memory m) private returns (ModelVersionId) {
        if (m.class == Class.Sampled) return registry.publish(m, "", new bytes32[](0));
        return registry.publish(m, header(), weightsPath());
    }

    function expectRevert(Manifest memory m, bytes memory reason) private {
        vm.expectRevert(reason);
        publish(m);
    }

    function bad(string memory field) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IModelRegistry.BadManifest.selector, field);
    }

    // ------------------------------------------------------------- publish

    function test_publish_byAnyone_isTheHashOfItsManifest() public {
        Manifest memory m = manifest();
        ModelVersionId id = ModelVersionId.wrap(keccak256(abi.encode(m)));
        vm.expectEmit();
        emit IModelRegistry.ModelPublished(id, stranger, 0, m, header());
        vm.prank(stranger);
        assertEq(ModelVersionId.unwrap(publish(m)), ModelVersionId.unwrap(id), "id");
        assertTrue(registry.exists(id), "exists");
        assertTrue(registry.classOf(id) == Class.Proven, "class");
        assertTrue(registry.kindOf(id) == ModelKind.LLM, "kind");
        assertEq(registry.headerOf(id), header(), "header");
        assertEq(registry.weightsRootOf(id), m.weightsRoot, "weights");
        assertEq(registry.specVersionOf(id), 1, "spec");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.AlreadyPublished.selector, id));
        publish(m);
    }

    function test_publish_badManifests_revert() public {
        Manifest memory m = manifest();
        m.kind = ModelKind.None;
        expectRevert(m, bad("kind"));
        m = manifest();
        m.kind = ModelKind.Upstream;
        expectRevert(m, bad("class"));
        m = manifest();
        m.creator = address(0);
        expectRevert(m, bad("creator"));
        m = manifest();
        m.name = "";
        expectRevert(m, bad("name"));
        m.name = string(new bytes(65));
        expectRevert(m, bad("name"));
        m = manifest();
        m.metadataURI = string(new bytes(513));
        expectRevert(m, bad("metadataURI"));
        m = manifest();
        m.tokenizerHash = 0;
        expectRevert(m, bad("tokenizerHash"));
        m = sampled();
        m.weightsRoot = "x";
        expectRevert(m, bad("weightsRoot"));
        m = sampled();
        m.specVersion = 1;
        expectRevert(m, bad("specVersion"));
        m = sampled();
        vm.expectRevert(bad("header"));
        registry.publish(m, header(), new bytes32[](0));
        vm.expectRevert(bad("path"));
        registry.publish(m, "", weightsPath());
        m.class = Class.None;
        vm.expectRevert(bad("class"));
        registry.publish(m, "", new bytes32[](0));
    }

    /// @dev What no verifier can judge is not published.
    function test_publish_specVersion_mustExist() public {
        Manifest memory m = manifest();
        m.specVersion = 0;
        expectRevert(m, bad("specVersion"));
        m.specVersion = 2;
        expectRevert(m, bad("specVersion"));
        // A version exists from the second on in which its verifier is sealed.
        vm.prank(owner);
        verifiers.schedule(2, address(verifier), keccak256("key 2"));
        expectRevert(m, bad("specVersion"));
        vm.warp(block.timestamp + TIMELOCK);
        verifiers.seal(2);
        registry.publish(m, header(), weightsPath());
    }

    function test_publish_royalties_withinTheirBounds() public {
        Manifest memory m = manifest();
        m.royaltyBps = 1501;
        expectRevert(m, tooHigh("royaltyBps", 1501, 1500));
        m = manifest();
        m.minChildRoyaltyBps = 1001;
        expectRevert(m, tooHigh("minChildRoyaltyBps", 1001, 1000));
        m = manifest();
        m.kind = ModelKind.FineTune;
        m.parent = base;
        m.parentRoyaltyBps = 1001;
        expectRevert(m, tooHigh("parentRoyaltyBps", 1001, 1000));
    }

    function tooHigh(string memory field, uint256 bps, uint256 limit) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IModelRegistry.RoyaltyTooHigh.selector, field, bps, limit);
    }

    // -------------------------------------------------------------- header

    function test_publish_headerMustBeLeafZero() public {
        Manifest memory m = manifest();
        bytes32[] memory path = weightsPath();
        path[1] = "x";
        vm.expectPartialRevert(IModelRegistry.BadHeaderPath.selector);
        registry.publish(m, header(), path);
        vm.expectRevert(bad("path"));
        registry.publish(m, header(), new bytes32[](0));
        vm.expectRevert(bad("path"));
        registry.publish(m, header(), new bytes32[](21));
    }

    /// @dev What is under a root of another depth could never be shown: no step would be provable.
    function test_publish_pathIsAsDeepAsTheWeights() public {
        uint32[6] memory layers = [uint32(1), 8, 9, 120, 172, 999];
        uint256[6] memory depths = [uint256(4), 6, 7, 10, 11, 13];
        uint256[6] memory biased = [uint256(5), 7, 7, 11, 11, 14];
        for (uint256 i = 0; i < 12; ++i) {
            bytes memory h = header();
            bytes4 count = bytes4(le32(layers[i / 2]));
            for (uint256 j = 0; j < 4; ++j) {
                h[20 + j] = count[j];
            }
            h[48] = bytes1(uint8(i % 2));
            uint256 depth = i % 2 == 0 ? depths[i / 2] : biased[i / 2];
            for (uint256 d = depth - 1; d <= depth + 1; ++d) {
                Manifest memory m = manifest();
                bytes32[] memory path = new bytes32[](d);
                m.weightsRoot = weightsRootOf(h, path);
                m.name = vm.toString(i);
                if (d != depth) vm.expectRevert(bad("path"));
                registry.publish(m, h, path);
            }
        }
    }

    function test_publish_headerFields_eachRangeChecked() public {
        expectField(0, 0, "magic");
        expectField(4, 2, "version");
        expectField(8, 3, "kind");
        expectField(12, 31, "d");
        expectField(12, 16_385, "d");
        expectField(16, 31, "f");
        expectField(16, 65_537, "f");
        expectField(20, 0, "L");
        expectField(20, 1000, "L");
        expectField(24, 0, "H");
        expectField(28, 0, "G");
        expectField(28, 3, "G");
        expectField(28, 9, "G");
        expectField(32, 258, "hd");
        expectField(32, 7, "hd");
        expectField(32, 2, "hd");
        expectField(36, 0, "V");
        expectField(36, (1 << 18) + 1, "V");
        expectField(40, 32_769, "N");
        expectField(44, 10, "r");
        expectField(44, 3, "r");
        expectField(48, 2, "flags");
        expectField(52, 0, "eps");
        expectField(52, type(uint32).max, "eps");
        expectField(56, (1 << 23) - 1, "C");
        expectField(56, 1 << 24, "C");
        expectField(60, 22, "cE");
        expectField(64, 16, "group");
        expectField(68, 23, "exponent");
        expectField(72, 512, "bos");
        expectField(76, 9, "stops");
        expectField(80, 512, "stop");
        expectField(84, 1, "stop");
        expectField(112, 1, "reserved");
        expectField(124, 1, "reserved");
        Manifest memory m = manifest();
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.BadHeader.selector, "length", 127));
        registry.publish(m, new bytes(127), weightsPath());
    }

    function expectField(uint256 offset, uint32 value, string memory field) private {
        bytes memory h = header();
        bytes memory le = le32(value);
        for (uint256 i = 0; i < 4; ++i) {
            h[offset + i] = le[i];
        }
        Manifest memory m = manifest();
        m.weightsRoot = weightsRootOf(h, weightsPath());
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.BadHeader.selector, field, value));
        registry.publish(m, h, weightsPath());
    }

    // ------------------------------------------------------------- lineage

    function test_publish_lineage() public {
        Manifest memory m = manifest();
        m.parent = base;
        expectRevert(m, bad("parent"));
        m = manifest();
        m.kind = ModelKind.FineTune;
        expectRevert(m, bad("parent"));
        m.parent = "unknown";
        expectRevert(m, abi.encodeWithSelector(IModelRegistry.UnknownVersion.selector, bytes32("unknown")));
        m.parent = tuned;
        expectRevert(m, abi.encodeWithSelector(IModelRegistry.ParentHasParent.selector, tuned));
        m.parent = base;
        m.parentRoyaltyBps = 499;
        expectRevert(m, abi.encodeWithSelector(IModelRegistry.ParentRoyaltyTooLow.selector, 499, 500));
        m.parentRoyaltyBps = 500;
        (address a, uint16 aBps, address b, uint16 bBps) = registry.royalties(publish(m));
        assertEq(a, creator, "creator");
        assertEq(aBps, 1500, "its royalty");
        assertEq(b, parentCreator, "parent's creator");
        assertEq(bBps, 500, "its royalty");
        m = manifest();
        m.parentRoyaltyBps = 1;
        expectRevert(m, bad("parentRoyaltyBps"));
    }

    function test_publish_agent_sharesItsParentsWeights() public {
        Manifest memory m = manifest();
        m.kind = ModelKind.Agent;
        m.parent = base;
        m.parentRoyaltyBps = 500;
        m.tokenizerHash = "other";
        expectRevert(m, bad("tokenizerHash"));
        m.tokenizerHash = keccak256("tokenizer");
        ModelVersionId id = publish(m);
        assertEq(ModelVersionId.unwrap(registry.parentOf(id)), base, "parent");
        Manifest memory s = sampled();
        s.kind = ModelKind.Agent;
        s.parent = base;
        s.parentRoyaltyBps = 500;
        expectRevert(s, bad("class"));
        bytes32[] memory path = new bytes32[](6);
        m.weightsRoot = weightsRootOf(header(), path);
        vm.expectRevert(bad("weightsRoot"));
        registry.publish(m, header(), path);
    }

    function test_views_ofUnknown_revert() public {
        ModelVersionId id = ModelVersionId.wrap("x");
        bytes memory unknown = abi.encodeWithSelector(IModelRegistry.UnknownVersion.selector, id);
        vm.expectRevert(unknown);
        registry.royalties(id);
        vm.expectRevert(unknown);
        registry.headerOf(id);
        vm.expectRevert(unknown);
        registry.weightsRootOf(id);
        vm.expectRevert(unknown);
        registry.specVersionOf(id);
        assertFalse(registry.exists(id), "unknown");
    }
}
