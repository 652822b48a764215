// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Credits} from "./market/Credits.sol";
import {MarketBase} from "./market/MarketBase.sol";
import {MarketJobs} from "./market/MarketJobs.sol";
import {Neighbours, Shares, Timing} from "./types/Types.sol";

/// @title Market
/// @notice See `IMarket`. Read `MarketBase` (what is shared), `Parameters`, `Channels`, `Credits`, then `MarketJobs`.
contract Market is Credits {
    address private immutable JOBS;

    /// @param jobs a `MarketJobs` built with this Market's address and the same neighbours and timing.
    constructor(
        address jobs,
        Neighbours memory neighbours_,
        address owner_,
        address treasury_,
        Shares memory shares_,
        Timing memory timing_
    ) MarketBase(address(this), neighbours_, timing_) Ownable(owner_) {
        _checkTiming(timing_);
        _checkWiring(neighbours_, timing_);
        if (jobs.code.length == 0 || MarketJobs(jobs).configHash() != CONFIG_HASH) revert BadWiring("jobs");
        JOBS = jobs;
        _checkShares(shares_);
        _shares = shares_;
        emit SharesChanged(shares_);
        _setTreasury(treasury_);
    }

    /// @notice Where the code of the job functions lies.
    function jobsCode() external view returns (address) {
        return JOBS;
    }

    /// @dev Every selector that is not declared here is a job function or unknown. The target never changes.
    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        address jobs = JOBS;
        assembly {
            // This is the last act of the call, so memory is free to be overwritten.
            calldatacopy(0, 0, calldatasize())
            let success := delegatecall(gas(), jobs, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(success) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
