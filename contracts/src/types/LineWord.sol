// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The numbers of a voucher line in one slot, so that a redeem loads and stores them once.
///
/// | paid 11 | time 5 | count 8 | checkpoints 4 | free 4 |   lowest bytes first; (paid, time) is the newest checkpoint
type LineWord is uint256;

using LineWordLib for LineWord global;

/// @notice Half of a slot that holds two checkpoints: | paid 11 | time 5 |, lowest bytes first.
library LineWordLib {
    uint256 private constant TIME = 88;
    uint256 private constant COUNT = 128;
    uint256 private constant CHECKPOINTS = 192;

    function pack(uint88 paid_, uint40 time_, uint64 count_, uint32 checkpoints_)
        internal
        pure
        returns (LineWord)
    {
        return LineWord.wrap(
            uint256(paid_) | (uint256(time_) << TIME) | (uint256(count_) << COUNT)
                | (uint256(checkpoints_) << CHECKPOINTS)
        );
    }

    function paid(LineWord w) internal pure returns (uint88) {
        // casting is safe: it takes out the field
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint88(LineWord.unwrap(w));
    }

    function time(LineWord w) internal pure returns (uint40) {
        // casting is safe: it takes out the field
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint40(LineWord.unwrap(w) >> TIME);
    }

    function count(LineWord w) internal pure returns (uint64) {
        // casting is safe: it takes out the field
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64(LineWord.unwrap(w) >> COUNT);
    }

    function checkpoints(LineWord w) internal pure returns (uint32) {
        // casting is safe: it takes out the field
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(LineWord.unwrap(w) >> CHECKPOINTS);
    }

    /// @notice The newest checkpoint as half a slot.
    function newest(LineWord w) internal pure returns (uint128) {
        // casting is safe: it takes out the field
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint128(LineWord.unwrap(w));
    }
}
