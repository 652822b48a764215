// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {stdJson} from "forge-std/StdJson.sol";
import {Test} from "forge-std/Test.sol";

import {HeaderLib} from "../../src/libraries/HeaderLib.sol";

/// @notice Reads the vectors that `runtime/header_vectors_test.go` writes: what the registry publishes is what the runtime
/// takes, each field at each limit and many together.
contract HeadersTest is Test {
    using stdJson for string;

    function check(bytes calldata header) external pure {
        HeaderLib.check(header);
    }

    function test_headers_asTheRuntime() public view {
        string memory json = vm.readFile("contracts/test/vectors/header.json");
        bytes memory base = json.readBytes(".base");
        bytes[] memory cases = json.readBytesArray(".cases");
        bool[] memory taken = json.readBoolArray(".taken");
        this.check(base);
        assertEq(cases.length, taken.length, "one verdict each");
        assertGt(cases.length, 2000, "cases");
        for (uint256 i = 0; i < cases.length; ++i) {
            (bool ok,) = address(this).staticcall(abi.encodeCall(this.check, (patched(base, cases[i]))));
            if (ok != taken[i]) assertEq(ok, taken[i], vm.toString(cases[i]));
        }
    }

    /// @dev Patches of one byte of offset and a big-endian word, which the header holds little-endian.
    function patched(bytes memory base, bytes memory patches) private pure returns (bytes memory h) {
        h = bytes.concat(base);
        for (uint256 p = 0; p < patches.length; p += 5) {
            uint256 at = uint8(patches[p]);
            for (uint256 k = 0; k < 4; ++k) {
                h[at + k] = patches[p + 4 - k];
            }
        }
    }
}
