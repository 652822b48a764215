// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NoiseLeaf} from "../types/DisputeTypes.sol";
import {MerkleLib} from "./MerkleLib.sol";
import {ParamsLib} from "./ParamsLib.sol";

/// @title PickLib
/// @notice What decides which token is picked besides logits: the request's parameters and the noise of an id
/// (docs/runtime-spec.md section 5, protocol/params.go).
library PickLib {
    /// @notice The root over the noise table: 4,096 leaves of sixteen entries. A test derives it from the table.
    bytes32 internal constant NOISE_ROOT = 0x3bbf7d28f48a58634a612241841b9f78715c276ba0df14aa9c098cad373e77ad;
    uint256 internal constant NOISE_DEPTH = 12;

    uint32 internal constant GREEDY_BETA = 1 << 16;

    error BadParams();
    error BadNoisePath();

    /// @notice What a picking step depends on. `seed` is used at a temperature only.
    struct Sampling {
        bool greedy;
        uint32 beta;
        uint32 maxGap;
        bytes32 seed;
    }

    /// @notice Reads parameters. Reverts on some that are not canonical: who answered those is convicted by
    /// `Claims.claimParams`.
    function read(bytes calldata params, bytes32 paramsHash) internal pure returns (Sampling memory s) {
        if (keccak256(params) != paramsHash) revert BadParams();
        ParamsLib.requireSampling(params);
        uint256 tau = ParamsLib.temperature(params);
        s.greedy = tau == 0;
        s.beta = GREEDY_BETA;
        if (s.greedy) return s;
        // casting is safe: below 2^21 for tau >= 50
        // forge-lint: disable-next-line(unsafe-typecast)
        s.beta = uint32((65_536_000 + tau / 2) / tau);
        s.maxGap = ParamsLib.maxGap(params);
        s.seed = ParamsLib.seed(params);
    }

    /// @notice The noise of `id` at the position of the new token, Q16.
    function noise(bytes32 seed, uint64 position, uint32 id, NoiseLeaf calldata leaf)
        internal
        pure
        returns (int32)
    {
        uint256 words = uint256(keccak256(abi.encodePacked(seed, position, id / 16)));
        uint256 u = (words >> (240 - 16 * (id % 16))) & 0xffff;
        if (leaf.path.length != NOISE_DEPTH) revert BadNoisePath();
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0x00), leaf.entries[0], leaf.entries[1]));
        if (MerkleLib.rootFromPath(hash, u / 16, leaf.path) != NOISE_ROOT) revert BadNoisePath();
        // casting is safe: the lowest 32 bits are meant
        // forge-lint: disable-next-line(unsafe-typecast)
        return int32(uint32(uint256(leaf.entries[(u / 8) & 1]) >> (224 - 32 * (u & 7))));
    }
}
