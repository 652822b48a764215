// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IJobCallback, IMarket} from "../../src/interfaces/IMarket.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Finish} from "../../src/types/Types.sol";

enum Mode {
    Accept,
    Revert,
    BurnGas,
    EmptyRevert,
    RevertBomb,
    ReenterCallback,
    ReenterFinalize
}

/// @notice A callback target that behaves as told.
contract Consumer is IJobCallback {
    IMarket private immutable MARKET;
    IVault private immutable VAULT;

    Mode public mode;
    bytes32 public job;
    bytes32 public model;
    uint256 public sum;
    uint256 public calls;
    uint256 public gasSeen;
    Finish public finish;

    constructor(IMarket market, IVault vault) {
        MARKET = market;
        VAULT = vault;
    }

    function set(Mode mode_) external {
        mode = mode_;
    }

    function onJobResult(bytes32 job_, bytes32 model_, uint32[] calldata output, Finish finish_) external {
        uint256 left = gasleft();
        if (mode == Mode.Revert) revert("no");
        if (mode == Mode.BurnGas) while (true) {}
        if (mode == Mode.EmptyRevert) {
            assembly {
                revert(0, 0)
            }
        }
        if (mode == Mode.RevertBomb) {
            assembly {
                revert(0, 100000)
            }
        }
        if (mode == Mode.ReenterCallback) MARKET.runCallback(job_, output);
        if (mode == Mode.ReenterFinalize) MARKET.finalizeJob(job_);
        gasSeen = left;
        calls += 1;
        job = job_;
        model = model_;
        finish = finish_;
        sum = 0;
        for (uint256 i = 0; i < output.length; ++i) {
            sum += output[i];
        }
    }
}
