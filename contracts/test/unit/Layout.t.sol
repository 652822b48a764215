// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {stdJson} from "forge-std/StdJson.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Market and MarketJobs run on one storage: what the second half knows lies where the first half has it. Reads the
/// committed snapshots, which `tools/bindings.sh --check` holds to the code.
contract LayoutTest is Test {
    using stdJson for string;

    function test_marketHalves_shareOneLayout() public view {
        string memory market = vm.readFile("contracts/snapshots/storage/Market.json");
        string memory jobs = vm.readFile("contracts/snapshots/storage/MarketJobs.json");
        uint256 i = 0;
        for (; vm.keyExistsJson(jobs, at(i, "")); ++i) {
            string memory name = jobs.readString(at(i, ".name"));
            assertEq(market.readString(at(i, ".name")), name, name);
            assertEq(market.readString(at(i, ".slot")), jobs.readString(at(i, ".slot")), name);
            assertEq(market.readUint(at(i, ".offset")), jobs.readUint(at(i, ".offset")), name);
            assertEq(market.readString(at(i, ".type")), jobs.readString(at(i, ".type")), name);
        }
        assertGt(i, 12, "all of MarketBase");
        string[2] memory own = ["_owner", "_pendingOwner"];
        for (uint256 k = 0; k < 2; ++k) {
            assertEq(market.readString(at(i + k, ".name")), own[k], "only the owner comes after it");
        }
        assertFalse(vm.keyExistsJson(market, at(i + 2, "")), "and nothing else");
    }

    function at(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat("[", vm.toString(i), "]", field);
    }
}
