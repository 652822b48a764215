// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title FeeLib
/// @notice The one rule for fees.
library FeeLib {
    uint256 internal constant TOKENS_PER_PRICE = 1_000_000;

    /// @notice ceil((promptTokens * priceIn + outputTokens * priceOut) / 10^6). Cannot overflow: below 2^162.
    function fee(uint32 promptTokens, uint32 outputTokens, uint128 priceIn, uint128 priceOut)
        internal
        pure
        returns (uint256)
    {
        uint256 product = uint256(promptTokens) * priceIn + uint256(outputTokens) * priceOut;
        return (product + TOKENS_PER_PRICE - 1) / TOKENS_PER_PRICE;
    }
}
