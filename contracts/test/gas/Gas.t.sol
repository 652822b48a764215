// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {JobOrder, Voucher} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

/// @notice What the named flows cost, as whole transactions (run with --isolate). The figures are committed:
/// `contracts/snapshots/gas/DGrid.json`.
contract GasTest is Fixture {
    string private constant GROUP = "DGrid";
    uint256 private constant N = 100;
    bytes32[] private channels;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < N; ++i) {
            channels.push(openDefault(1000e6));
        }
        // What a provider that has worked before looks like: no balance is touched for the first time.
        bytes32 earlier = openDefault(1000e6);
        redeem(voucherOf(earlier, 1_000_000));
        vm.warp(block.timestamp + 1 hours);
        market.mature(provider, tuned, relayer, (uint64(block.timestamp) - 1 hours) / EPOCH);
    }

    function test_gas_wallet() public {
        token.mint(stranger, 200e6);
        vm.prank(stranger);
        token.approve(address(vault), 200e6);
        vm.prank(stranger);
        vault.deposit(stranger, 100e6);
        vm.snapshotGasLastCall(GROUP, "deposit, first");
        vm.prank(stranger);
        vault.deposit(stranger, 50e6);
        vm.snapshotGasLastCall(GROUP, "deposit, later");
        vm.prank(stranger);
        market.openChannel(delegate, 30e6, uint64(block.timestamp) + 1000);
        vm.snapshotGasLastCall(GROUP, "openChannel, first");
        vm.prank(stranger);
        bytes32 channel = market.openChannel(delegate, 30e6, uint64(block.timestamp) + 1000);
        vm.snapshotGasLastCall(GROUP, "openChannel, later");
        vm.prank(stranger);
        market.topUp(channel, 10e6);
        vm.snapshotGasLastCall(GROUP, "topUp");
        vm.prank(stranger);
        market.closeChannel(channel);
        vm.snapshotGasLastCall(GROUP, "closeChannel");
        vm.warp(block.timestamp + GRACE);
        market.sweepChannel(channel);
        vm.snapshotGasLastCall(GROUP, "sweepChannel");
        vm.prank(stranger);
        vault.withdraw(stranger, 10e6);
        vm.snapshotGasLastCall(GROUP, "withdraw");
    }

    function batch(uint256 n, uint128 total) private returns (uint256 each) {
        Voucher[] memory list = new Voucher[](n);
        bytes[] memory signatures = new bytes[](n);
        for (uint256 i = 0; i < n; ++i) {
            list[i] = voucherOf(channels[i], total);
            list[i].count = uint64(total / 1e6);
            signatures[i] = signVoucher(delegateKey, list[i]);
        }
        vm.prank(operator);
        market.redeem(provider, list, signatures, "");
        return vm.lastCallGas().gasTotalUsed / n;
    }

    /// @dev Touches alternate: every second one opens a slot for two checkpoints that are no longer the newest.
    function measure(uint256 n, string memory name) private {
        batch(n, 1e6);
        vm.snapshotGasLastCall(GROUP, string.concat("redeem ", name, ", first touch"));
        uint256 sum = 0;
        for (uint128 i = 2; i <= 9; ++i) {
            vm.warp(block.timestamp + EPOCH);
            sum += batch(n, i * 1e6);
            if (i == 2) vm.snapshotGasLastCall(GROUP, string.concat("redeem ", name, ", second touch"));
            if (i == 3) vm.snapshotGasLastCall(GROUP, string.concat("redeem ", name, ", third touch"));
        }
        vm.snapshotValue(GROUP, string.concat("redeem ", name, ", later touches, each voucher"), sum / 8);
    }

    function test_gas_redeem() public {
        measure(1, "1");
    }

    function test_gas_redeem10() public {
        measure(10, "10");
    }

    function test_gas_redeem100() public {
        measure(100, "100");
    }

    function test_gas_mature() public {
        batch(1, 1e6);
        uint64 epoch = epochNow();
        vm.warp(maturityOf(epoch));
        market.mature(provider, tuned, relayer, epoch);
        vm.snapshotGasLastCall(GROUP, "mature");
    }

    function test_gas_job() public {
        bytes32 job = requestJob(order());
        vm.snapshotGasLastCall(GROUP, "requestJob, 9 tokens");
        accept(job);
        vm.snapshotGasLastCall(GROUP, "acceptJob");
        deliver(job, tokens(12, 5));
        vm.snapshotGasLastCall(GROUP, "deliverJob, 12 tokens");
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
        vm.snapshotGasLastCall(GROUP, "finalizeJob");
    }

    /// @dev The longest answer: one transaction of 66 kB that fits any block, and the 16.8 M gas that one transaction may use.
    function test_gas_longestJob() public {
        JobOrder memory o = order();
        o.maxOutputTokens = 2048;
        o.priceOut = 1e10;
        bytes32 job = requestJob(o);
        accept(job);
        deliver(job, tokens(2048, 200_000));
        vm.snapshotGasLastCall(GROUP, "deliverJob, 2048 tokens");
        assertLt(vm.lastCallGas().gasTotalUsed, 5_000_000, "fits a block");
        vm.warp(block.timestamp + W);
        market.finalizeJob(job);
    }

    /// @dev ESC-9: a call costs the same whether there is one channel or many.
    function test_gas_independentOfTotals() public {
        uint256 few = batch(1, 1e6);
        for (uint256 i = 0; i < 300; ++i) {
            channels.push(openDefault(1e6));
        }
        channels[0] = channels[channels.length - 1];
        vm.warp(block.timestamp + EPOCH);
        uint256 many = batch(1, 1e6);
        assertApproxEqRel(few, many, 0.02e18, "within 2 %");
    }
}
