// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Operand, Pick, Statement, Step, VectorShape} from "../types/DisputeTypes.sol";

/// @title StepTable
/// @notice The relation of every step of a trace as data and index arithmetic: which chunks a step reads, under which
/// indices, and the public inputs of its proof. Pure; it knows a model by its 128-byte header alone. The other half is
/// the Go package protocol/step; test/vectors/steps.json holds both together.
interface IStepTable {
    /// @notice Block (t, l) does not exist in this model.
    error NoBlock(uint256 t, uint256 l);
    /// @notice The block has no such vector, or this model lacks it, or nothing in a circuit judges it.
    error NoVector(uint256 l, uint256 vector);
    error NoNumber(uint256 vector, uint256 row, uint256 col);
    error NoPadding(uint256 vector, uint256 chunk, uint256 place);
    error NoWitness(uint256 witness, uint256 count);
    error NoToken(uint256 token, uint256 vocabulary);
    error NoChunk(uint256 kind, uint256 length);
    error BadHeaderLength(uint256 length);

    /// @notice What must hold for the number that `step` names. Reverts on a step that does not exist.
    /// @param token the token that the block embeds (l = 0); ignored elsewhere
    /// @param pick for the step that picks the token; ignored elsewhere
    function statement(bytes calldata header, Step calldata step, uint32 token, Pick calldata pick)
        external
        pure
        returns (Statement memory);

    /// @notice The public words of a statement: Step with `ok`, and Parameters with `submitter`.
    function words(Statement calldata s, bool ok, address submitter)
        external
        pure
        returns (uint256 stepWord, uint256 parameters);

    /// @notice The public words that bind the words of a chunk to its digest (`ok` = 1).
    function bindWords(uint8 kind, uint32 length, address submitter)
        external
        pure
        returns (uint256 stepWord, uint256 parameters);

    /// @notice The number of vectors of block (t, l).
    function vectors(bytes calldata header, uint256 t, uint256 l) external pure returns (uint256);

    /// @notice The shape of one vector. Reverts with NoVector behind the last; one that the model lacks has no chunks.
    function shape(bytes calldata header, uint256 t, uint256 l, uint256 vector)
        external
        pure
        returns (VectorShape memory);

    /// @notice The kind, length (numbers) and words of one chunk of a vector; for digests of another block, of that chunk.
    function chunk(bytes calldata header, uint256 t, uint256 l, uint256 vector, uint256 index)
        external
        pure
        returns (uint8 kind, uint256 length, uint256 wordCount);

    /// @notice Where a chunk of a vector lies in its block, and its kind and length; for `keys` those of the chunks that its
    /// digests are of.
    function leaf(bytes calldata header, uint256 t, uint256 l, uint256 vector, uint256 index)
        external
        pure
        returns (Operand memory);

    /// @notice The leaf of `keys` in block (t, l) for position s and a key head, and the leaf of `k.rows` in block (s, l) that
    /// it must equal.
    function counterpart(bytes calldata header, uint256 t, uint256 l, uint256 s, uint256 head)
        external
        pure
        returns (Operand memory here, Operand memory there);

    /// @notice The digest of an operand that is not read: of the chunk that is one wide zero.
    function unusedDigest() external pure returns (bytes32);
}
