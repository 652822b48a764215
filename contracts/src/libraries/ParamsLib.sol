// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ParamsLib
/// @notice A request's parameters in their canonical encoding (protocol/params.go): version 1, temperature 4, gap 4, seed
/// 32, template 4, count 4, then the stop ids, all big-endian.
library ParamsLib {
    /// @notice No canonical parameters are longer.
    uint256 internal constant MAX_LENGTH = FIXED + 4 * MAX_STOPS;
    uint256 private constant FIXED = 49;
    uint256 private constant TEMPERATURE = 1;
    uint256 private constant GAP = 5;
    uint256 private constant COUNT = 45;
    uint256 private constant MAX_STOPS = 16;
    uint256 private constant MAX_VOCABULARY = 1 << 18;
    uint256 private constant MIN_TEMPERATURE = 50;
    uint256 private constant MAX_TEMPERATURE = 100_000;

    error NotCanonical(uint256 length);

    /// @notice Whether a request with these parameters can be answered at all: version, length, temperature, and stop ids that
    /// ascend and that some model could have.
    function isCanonical(bytes calldata params) internal pure returns (bool) {
        if (!_hasForm(params) || !_isTemperature(temperature(params))) return false;
        uint256 count = _stops(params);
        for (uint256 i = 0; i < count; ++i) {
            uint32 id = _stop(params, i);
            if (id >= MAX_VOCABULARY || (i != 0 && id <= _stop(params, i - 1))) return false;
        }
        return true;
    }

    /// @notice Reverts on parameters by which nothing can be picked. Order and size of stop ids are not looked at.
    function requireSampling(bytes calldata params) internal pure {
        if (!_hasForm(params) || !_isTemperature(temperature(params))) revert NotCanonical(params.length);
    }

    /// @notice In thousandths; zero picks greedily.
    function temperature(bytes calldata params) internal pure returns (uint256) {
        return _uint32(params, TEMPERATURE);
    }

    /// @notice How far below the best logit an id may be, Q16; zero for any.
    function maxGap(bytes calldata params) internal pure returns (uint32) {
        return _uint32(params, GAP);
    }

    /// @notice What the noise of each id is made of.
    function seed(bytes calldata params) internal pure returns (bytes32) {
        return bytes32(params[9:41]);
    }

    /// @notice Whether `id` is one of the stop ids. Reverts on parameters of another form.
    function isStop(bytes calldata params, uint32 id) internal pure returns (bool found) {
        if (!_hasForm(params)) revert NotCanonical(params.length);
        uint256 count = _stops(params);
        for (uint256 i = 0; i < count; ++i) {
            if (_stop(params, i) == id) found = true;
        }
    }

    function _hasForm(bytes calldata params) private pure returns (bool) {
        if (params.length < FIXED || params[0] != 0x01) return false;
        uint256 count = _stops(params);
        return count <= MAX_STOPS && params.length == FIXED + 4 * count;
    }

    function _isTemperature(uint256 tau) private pure returns (bool) {
        return tau == 0 || (tau >= MIN_TEMPERATURE && tau <= MAX_TEMPERATURE);
    }

    function _stops(bytes calldata params) private pure returns (uint256) {
        return _uint32(params, COUNT);
    }

    function _stop(bytes calldata params, uint256 i) private pure returns (uint32) {
        return _uint32(params, FIXED + 4 * i);
    }

    /// @dev The number at a byte of parameters. Warning: checks no length; whoever reads looked at the form.
    function _uint32(bytes calldata params, uint256 at) private pure returns (uint32 x) {
        assembly ("memory-safe") {
            x := shr(224, calldataload(add(params.offset, at)))
        }
    }
}
