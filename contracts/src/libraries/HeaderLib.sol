// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IModelRegistry} from "../interfaces/IModelRegistry.sol";

/// @title HeaderLib
/// @notice Reads and range-checks the 128-byte container header of a decoder: what the runtime computes with is what the
/// contracts judge by. All fields are little-endian uint32; the limits are the runtime's overflow proof, and
/// `test/vectors/header.json` holds both to the same verdicts.
library HeaderLib {
    uint256 internal constant LENGTH = 128;
    uint256 private constant NO_TOKEN = type(uint32).max;
    uint256 private constant MAX_STOPS = 8;

    function check(bytes calldata h) internal pure {
        if (h.length != LENGTH) revert IModelRegistry.BadHeader("length", h.length);
        if (bytes4(h[0:4]) != "DGM1") revert IModelRegistry.BadHeader("magic", uint32(bytes4(h[0:4])));
        _within(h, 4, "version", 1, 1);
        _within(h, 8, "kind", 1, 1);
        _within(h, 12, "d", 32, 16_384);
        _within(h, 16, "f", 32, 65_536);
        _within(h, 20, "L", 1, 999);
        uint256 heads = _within(h, 24, "H", 1, 16_384);
        uint256 kvHeads = _within(h, 28, "G", 1, heads);
        if (heads % kvHeads != 0) revert IModelRegistry.BadHeader("G", kvHeads);
        uint256 headWidth = _within(h, 32, "hd", 2, 256);
        if (headWidth % 2 != 0 || heads * headWidth < 32 || heads * headWidth > 16_384) {
            revert IModelRegistry.BadHeader("hd", headWidth);
        }
        uint256 vocabulary = _within(h, 36, "V", 1, 1 << 18);
        _within(h, 40, "N", 1, 32_768);
        uint256 rotated = _within(h, 44, "r", 2, headWidth);
        if (rotated % 2 != 0) revert IModelRegistry.BadHeader("r", rotated);
        _within(h, 48, "flags", 0, 1);
        _within(h, 52, "eps", 1, type(uint32).max - 1);
        _within(h, 56, "C", 1 << 23, (1 << 24) - 1);
        _within(h, 60, "cE", 23, 27);
        _within(h, 64, "group", 32, 32);
        _within(h, 68, "exponent", 24, 24);
        uint256 bos = word(h, 72);
        if (bos >= vocabulary && bos != NO_TOKEN) revert IModelRegistry.BadHeader("bos", bos);
        _checkStops(h, vocabulary);
    }

    function word(bytes calldata h, uint256 offset) internal pure returns (uint256) {
        return uint256(uint8(h[offset])) | (uint256(uint8(h[offset + 1])) << 8)
            | (uint256(uint8(h[offset + 2])) << 16) | (uint256(uint8(h[offset + 3])) << 24);
    }

    function _checkStops(bytes calldata h, uint256 vocabulary) private pure {
        uint256 count = _within(h, 76, "stops", 0, MAX_STOPS);
        for (uint256 i = 0; i < MAX_STOPS; ++i) {
            // Unused slots are zero, so that one header has one encoding.
            // Used ones ascend, for the same reason.
            uint256 min = i != 0 && i < count ? word(h, 76 + 4 * i) + 1 : 0;
            _within(h, 80 + 4 * i, "stop", min, i < count ? vocabulary - 1 : 0);
        }
        for (uint256 offset = 112; offset < LENGTH; offset += 4) {
            _within(h, offset, "reserved", 0, 0);
        }
    }

    function _within(bytes calldata h, uint256 offset, string memory field, uint256 min, uint256 max)
        private
        pure
        returns (uint256 value)
    {
        value = word(h, offset);
        if (value < min || value > max) revert IModelRegistry.BadHeader(field, value);
    }
}
