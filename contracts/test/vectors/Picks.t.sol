// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {stdJson} from "forge-std/StdJson.sol";
import {Test} from "forge-std/Test.sol";

import {ParamsLib} from "../../src/libraries/ParamsLib.sol";
import {PickLib} from "../../src/libraries/PickLib.sol";
import {NoiseLeaf} from "../../src/types/DisputeTypes.sol";

/// @notice Parameters and noise are read as the sampler reads them.
contract PickVectorsTest is Test {
    using stdJson for string;

    string private json;

    function setUp() public {
        json = vm.readFile("contracts/test/vectors/pick.json");
    }

    function test_params() public view {
        bytes[] memory params = json.readBytesArray(".params");
        uint256[] memory betas = json.readUintArray(".betas");
        uint256[] memory gaps = json.readUintArray(".gaps");
        assertGt(params.length, 8, "params");
        for (uint256 i = 0; i < params.length; ++i) {
            PickLib.Sampling memory s = this.read(params[i], keccak256(params[i]));
            assertEq(s.beta, betas[i], "beta");
            assertEq(s.maxGap, gaps[i], "gap");
            assertEq(s.greedy, i == 0, "greedy");
            if (!s.greedy) assertEq(s.seed[0], bytes1(uint8(params[i][4])), "seed");
        }
    }

    function test_params_refused() public {
        bytes[] memory params = json.readBytesArray(".refused");
        assertGt(params.length, 5, "params");
        for (uint256 i = 0; i < params.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ParamsLib.NotCanonical.selector, params[i].length));
            this.read(params[i], keccak256(params[i]));
            assertFalse(this.isCanonical(params[i]), "refused");
        }
        bytes memory good = json.readBytesArray(".params")[0];
        vm.expectRevert(PickLib.BadParams.selector);
        this.read(good, keccak256("other"));
    }

    function test_params_canonical() public view {
        bytes[] memory tried = json.readBytesArray(".tried");
        bool[] memory canonical = json.readBoolArray(".canonical");
        assertGt(tried.length, 150, "tried");
        for (uint256 i = 0; i < tried.length; ++i) {
            assertEq(this.isCanonical(tried[i]), canonical[i], vm.toString(tried[i]));
        }
        bytes[] memory read_ = json.readBytesArray(".params");
        for (uint256 i = 0; i < read_.length; ++i) {
            assertTrue(this.isCanonical(read_[i]), "what is read");
        }
    }

    function test_noise() public {
        bytes32 seed = json.readBytes32(".seed");
        uint256[] memory positions = json.readUintArray(".positions");
        uint256[] memory ids = json.readUintArray(".ids");
        int256[] memory noises = json.readIntArray(".noises");
        bytes[] memory entries = json.readBytesArray(".entries");
        assertGt(noises.length, 5, "noises");
        for (uint256 i = 0; i < noises.length; ++i) {
            NoiseLeaf memory leaf;
            (leaf.entries[0], leaf.entries[1]) = abi.decode(entries[i], (bytes32, bytes32));
            leaf.path = json.readBytes32Array(string.concat(".paths[", vm.toString(i), "]"));
            (uint64 position, uint32 id) = (uint64(positions[i]), uint32(ids[i]));
            assertEq(this.noise(seed, position, id, leaf), noises[i], "noise");
            expectBadPath();
            this.noise(seed, position + 1, id, leaf);
            expectBadPath();
            this.noise(seed, position, id ^ 1, leaf);
            leaf.entries[0] ^= bytes32(uint256(1));
            expectBadPath();
            this.noise(seed, position, id, leaf);
            leaf.entries[0] ^= bytes32(uint256(1));
            leaf.path[11] ^= bytes32(uint256(1));
            expectBadPath();
            this.noise(seed, position, id, leaf);
        }
    }

    /// @dev External, because the library reads calldata.
    function read(bytes calldata params, bytes32 hash) external pure returns (PickLib.Sampling memory) {
        return PickLib.read(params, hash);
    }

    function isCanonical(bytes calldata params) external pure returns (bool) {
        return ParamsLib.isCanonical(params);
    }

    function noise(bytes32 seed, uint64 position, uint32 id, NoiseLeaf calldata leaf)
        external
        pure
        returns (int32)
    {
        return PickLib.noise(seed, position, id, leaf);
    }

    function expectBadPath() private {
        vm.expectRevert(PickLib.BadNoisePath.selector);
    }
}
