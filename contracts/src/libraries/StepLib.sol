// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStepTable} from "../interfaces/IStepTable.sol";
import {Operand, Statement} from "../types/DisputeTypes.sol";

/// @title StepLib
/// @notice The codes of operations and kinds, how many words a chunk has, and the public words of a statement
/// (docs/trace-spec.md sections 1, 7 and 8). Codes never change meaning.
library StepLib {
    uint256 internal constant EMBED = 1;
    uint256 internal constant SQUARES = 2;
    uint256 internal constant RSQRT = 3;
    uint256 internal constant NORM = 4;
    uint256 internal constant ABS_MAX = 5;
    uint256 internal constant QUANT = 6;
    uint256 internal constant LINEAR = 7;
    uint256 internal constant ROTATE = 8;
    uint256 internal constant SCORE = 9;
    uint256 internal constant MAX = 10;
    uint256 internal constant EXP = 11;
    uint256 internal constant SUM = 12;
    uint256 internal constant MIX = 13;
    uint256 internal constant GATE = 14;
    uint256 internal constant ADD = 15;
    uint256 internal constant PICK = 16;
    uint256 internal constant REQUANT = 17;
    uint256 internal constant PAD = 18;
    uint256 internal constant DIVIDE = 19;
    uint256 internal constant COPY = 20;
    uint256 internal constant COLUMN = 21;
    uint256 internal constant BIND = 22;
    // Judged by comparison, not by a circuit.
    uint256 internal constant INPUT = 30;
    uint256 internal constant KEYS = 31;

    uint256 internal constant INT8 = 1;
    uint256 internal constant INT16 = 2;
    uint256 internal constant INT32 = 3;
    uint256 internal constant WIDE = 4;
    uint256 internal constant WEIGHTS = 5;
    uint256 internal constant UINT8 = 6;
    uint256 internal constant UINT16 = 7;

    /// @dev Weights that share a scale, and the words of scales before the weights.
    uint256 internal constant GROUP = 32;
    uint256 internal constant SCALE_WORDS = 4;
    uint256 internal constant BLOCK_WORDS = 15;
    /// @dev Numbers in a word, one byte a kind, kind 0 lowest.
    uint256 private constant LIMBS = 0x0f1f1f03070f1f00;
    /// @dev Words carry a noise plus this.
    int256 internal constant NOISE_OFFSET = 1 << 21;

    /// @notice The digest of the chunk that is one wide zero; `runtime/commit` computes it.
    bytes32 internal constant UNUSED_DIGEST =
        0x02c6f55c3d83a303e8f448a0c784a65b846b23bd677d374284bbd21e8d9ede8d;

    /// @notice Numbers in a word; zero for an unknown kind.
    function limbs(uint256 kind) internal pure returns (uint256) {
        return kind > UINT16 ? 0 : (LIMBS >> (8 * kind)) & 0xff;
    }

    /// @notice Numbers in the longest chunk; zero for an unknown kind.
    function capacity(uint256 kind) internal pure returns (uint256) {
        if (kind == INT32) return 512;
        if (kind == WIDE) return 225;
        return kind == 0 || kind > UINT16 ? 0 : 1024;
    }

    /// @notice Words of a chunk.
    function wordCount(uint256 kind, uint256 length) internal pure returns (uint256 count) {
        if (length == 0 || length > capacity(kind)) revert IStepTable.NoChunk(kind, length);
        // No kind without a capacity, and none above 1024.
        unchecked {
            uint256 perWord = limbs(kind);
            count = (length + perWord - 1) / perWord;
            if (kind == WEIGHTS) count += SCALE_WORDS;
        }
    }

    /// @notice Blocks of the sponge that hash so many words.
    function blocks(uint256 words) internal pure returns (uint256) {
        return (words + BLOCK_WORDS - 1) / BLOCK_WORDS;
    }

    /// @notice The public word Step, from the lowest bit: op 8, ok 1, first 1; of A, B, O each kind 3, blocks 3, length 11,
    /// places 12 and 12; the noises, 22 each.
    function stepWord(Statement memory s, bool ok) internal pure returns (uint256 word) {
        word = s.op | (ok ? 1 << 8 : 0) | (s.first ? 1 << 9 : 0);
        word |= _operand(s.a) << 10;
        word |= _operand(s.b) << 51;
        word |= _operand(s.o) << 92;
        // casting is safe: noise lies between -2^18 and 2^20
        // forge-lint: disable-next-line(unsafe-typecast)
        word |= uint256(s.noiseA + NOISE_OFFSET) << 133;
        // forge-lint: disable-next-line(unsafe-typecast)
        word |= uint256(s.noiseB + NOISE_OFFSET) << 155;
    }

    /// @notice The public word Parameters, from the lowest bit: X 32, Y 32, submitter 160.
    function parameters(uint256 x, uint256 y, address submitter) internal pure returns (uint256) {
        return x | (y << 32) | (uint256(uint160(submitter)) << 64);
    }

    /// @notice The statement that binds the words of a chunk to its digest.
    function bind(uint256 kind, uint256 length) internal pure returns (Statement memory s) {
        // casting is safe: codes, and wordCount refuses a length above 1024
        // forge-lint: disable-next-line(unsafe-typecast)
        (s.op, s.a.kind, s.a.length) = (uint8(BIND), uint8(kind), uint32(length));
        // forge-lint: disable-next-line(unsafe-typecast)
        (s.b.kind, s.b.length, s.o.kind, s.o.length) = (uint8(WIDE), 1, uint8(WIDE), 1);
    }

    function _operand(Operand memory o) private pure returns (uint256) {
        uint256 hashed = blocks(wordCount(o.kind, o.length));
        return o.kind | (hashed << 3) | (uint256(o.length) << 6) | (uint256(o.place) << 17)
            | (uint256(o.place2) << 29);
    }
}
