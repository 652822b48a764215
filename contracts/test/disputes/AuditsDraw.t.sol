// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Audits} from "../../src/disputes/Audits.sol";
import {Beacon} from "../../src/disputes/Beacon.sol";
import {DisputeWiring} from "../../src/disputes/Evidence.sol";
import {Audit, AuditTerms, IAudits} from "../../src/interfaces/IAudits.sol";
import {BeaconSource, BeaconTerms, IBeacon} from "../../src/interfaces/IBeacon.sol";
import {ReceiptEvidence} from "../../src/types/DisputeTypes.sol";
import {AuditsBase} from "./AuditsBase.sol";

/// @notice Draws are uniform, by stake, and cost the same whatever happened before. Seeds are fixed, so each test says the
/// same every time; the bounds are those of 0.1 %.
contract AuditsDrawTest is AuditsBase {
    function test_points_are_uniform_in_their_stretch() public {
        vm.prank(provider);
        staking.unbond(STAKE);
        uint256[16] memory bins;
        uint256 count = 0;
        for (uint256 i = 0; i < 8; ++i) {
            uint256 snapshot = vm.snapshotState();
            redeemSum(4 * STRETCH);
            bytes32 id = register(0);
            drawWith(id, keccak256(abi.encode("uniform", i)));
            uint256[16] memory found = binsOf(id);
            vm.revertToState(snapshot);
            for (uint256 b = 0; b < 16; ++b) {
                bins[b] += found[b];
                count += found[b];
            }
        }
        assertEq(count, 2048, "points");
        uint256 chi = 0;
        for (uint256 b = 0; b < 16; ++b) {
            uint256 d = bins[b] > 128 ? bins[b] - 128 : 128 - bins[b];
            chi += d * d * 100 / 128;
        }
        assertLt(chi, 3770, "15 degrees of freedom");
        assertGt(chi, 350, "nor too even");
    }

    function binsOf(bytes32 id) private view returns (uint256[16] memory bins) {
        Audit memory a = audits.auditOf(id);
        for (uint32 k = 0; k < a.points; ++k) {
            uint256 offset = audits.pointAt(id, k) - uint256(k) * a.stretch;
            ++bins[offset * 16 / a.stretch];
        }
    }

    /// @dev 600 redeems of three tenths of a stretch: 180 draws, 11.2 the standard deviation.
    function test_a_rest_is_drawn_with_its_length_s_probability() public {
        uint256 hits = 0;
        redeemSum(STRETCH * 3 / 10);
        bytes32 id = register(0);
        for (uint256 i = 0; i < 600; ++i) {
            uint256 snapshot = vm.snapshotState();
            drawWith(id, keccak256(abi.encode("rest", i)));
            hits += audits.auditOf(id).points;
            vm.revertToState(snapshot);
        }
        assertGt(hits, 143, "not too few");
        assertLt(hits, 217, "not too many");
    }

    /// @dev Weights 1, 2, 3, 4: the first by weight, the second by weight among the others.
    function test_auditors_are_drawn_by_stake() public {
        for (uint256 i = 0; i < 4; ++i) {
            seat(16 * i + 5, UNIT * (1 + i));
        }
        uint256[4] memory first;
        uint256[4] memory second;
        for (uint256 i = 0; i < 5040; ++i) {
            (address a, address b) = auditors.pick(4, keccak256(abi.encode("auditors", i)));
            for (uint256 k = 0; k < 4; ++k) {
                if (a == roster[k]) ++first[k];
                if (b == roster[k]) ++second[k];
            }
        }
        uint256[4] memory expected = [uint256(504), 1008, 1512, 2016];
        assertLt(chiSquare(first, expected), 1627, "first, 3 degrees of freedom");
        // Sum over i of w_i / 10 * w_j / (10 - w_i), times 5040.
        expected = [uint256(678), 1224, 1572, 1566];
        assertLt(chiSquare(second, expected), 1627, "second, 3 degrees of freedom");
    }

    function chiSquare(uint256[4] memory seen, uint256[4] memory expected)
        private
        pure
        returns (uint256 chi)
    {
        for (uint256 k = 0; k < 4; ++k) {
            uint256 d = seen[k] > expected[k] ? seen[k] - expected[k] : expected[k] - seen[k];
            chi += d * d * 100 / expected[k];
        }
    }

    /// @dev Somebody trades with itself, and all auditors are its own: 200 redeems of a tenth of a stretch, on a stake of
    /// which little is free. What the pool owes for them is what it got, but for luck; the protocol's part is lost.
    function test_trading_with_oneself_on_a_small_stake_does_not_pay() public {
        vm.prank(provider);
        staking.unbond(STAKE - STAKE / 50);
        uint128 step = STRETCH / 500;
        uint256 owed = 0;
        for (uint32 i = 0; i < 200; ++i) {
            redeemSum(step * (i + 1));
            bytes32 id = register(i);
            drawWith(id, keccak256(abi.encode("wash", i)));
            Audit memory a = audits.auditOf(id);
            assertEq(a.stretch, STRETCH / 50, "short stretches");
            owed += uint256(a.points) * (uint256(a.stretch) * a.payBps / 10_000);
        }
        uint256 traded = uint256(step) * 200;
        uint256 pool = traded / 100;
        uint256 protocol = traded / 50;
        assertGt(owed, pool / 2, "audits are paid");
        assertLt(owed, pool + protocol, "less than what left the trader");
    }

    function test_gas_depends_on_no_total() public {
        seats(2, 1000e6);
        ReceiptEvidence[] memory list = line(1, 4 * STRETCH);
        redeemLine(list);
        uint256[3] memory small = costs(list, 0);
        for (uint256 i = 2; i < 64; ++i) {
            seat(i, 1000e6);
        }
        vm.roll(block.number + 1000);
        channel = openChannelOf(1_000_000e6);
        for (uint128 i = 1; i <= 30; ++i) {
            redeemSum(i);
        }
        list = line(1, 8 * STRETCH);
        redeemLine(list);
        uint256[3] memory large = costs(list, 30);
        for (uint256 i = 0; i < 3; ++i) {
            // What is left is a scan of 64 seats.
            assertLt(large[i], small[i] + 60_000, "the same");
        }
    }

    function openChannelOf(uint128 amount) private returns (bytes32) {
        fund(requester, amount);
        return openDefault(amount);
    }

    function costs(ReceiptEvidence[] memory list, uint32 checkpoint) private returns (uint256[3] memory gas) {
        bytes32 id = register(checkpoint);
        gas[0] = vm.lastCallGas().gasTotalUsed;
        drawWith(id, "gas");
        gas[1] = vm.lastCallGas().gasTotalUsed;
        audits.openLeaf(placed(list, 0, checkpoint), one(1));
        gas[2] = vm.lastCallGas().gasTotalUsed;
    }

    function test_terms_are_checked() public {
        AuditTerms memory t = terms();
        t.auditBps = 99;
        refused(t, "auditBps");
        t.auditBps = 10_001;
        refused(t, "auditBps");
        t = terms();
        t.drawTime = 1;
        refused(t, "drawTime");
        t = terms();
        t.clock = 0;
        refused(t, "clock");
        t = terms();
        t.attestTime = 2 * CLOCK - 1;
        refused(t, "attestTime");
        t = terms();
        t.proofTime = 0;
        refused(t, "proofTime");
        t = terms();
        t.auditBps = 100;
        deployWith(t);
        t.auditBps = 10_000;
        deployWith(t);
        (address vault_, address auditors_, address beacon_, address game_) = audits.auditsWiring();
        assertEq(vault_, address(vault), "vault");
        assertEq(auditors_, address(auditors), "auditors");
        assertEq(beacon_, address(beacon), "beacon");
        assertEq(game_, address(disputes), "game");
        assertEq(abi.encode(audits.auditTerms()), abi.encode(terms()), "terms");
    }

    function refused(AuditTerms memory t, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(IAudits.BadTerms.selector, field));
        deployWith(t);
    }

    function deployWith(AuditTerms memory t) private returns (Audits) {
        DisputeWiring memory w = DisputeWiring(market, staking, registry, ledger);
        return new Audits(w, vault, auditors, beacon, disputes, address(slasher), t);
    }

    function test_a_beacon_is_never_known_at_registration() public {
        vm.expectRevert(abi.encodeWithSelector(IBeacon.BadBeacon.selector, "delay"));
        new Beacon(BeaconTerms(BeaconSource.BlockHash, 0));
    }
}

/// @notice Where anyone may build blocks: the mix in the header decides, and no other bytes of it.
contract AuditsRandaoTest is AuditsBase {
    bytes32 private constant MIX = 0x9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0;
    bytes private constant LOGS_AND_BEFORE =
        hex"a00000000000000000000000000000000000000000000000000000000000000011a01dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d493479495222290dd7278aa3ddd389cc1e1d165cc4bafe5a00000000000000000000000000000000000000000000000000000000000000022a00000000000000000000000000000000000000000000000000000000000000033a00000000000000000000000000000000000000000000000000000000000000044b90100";
    bytes private constant AFTER_MIX =
        hex"88000000000000000084075bcd15a056e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b4218306000080a00100000000000000000000000000000000000000000000000000000000000000a0e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    /// @dev Of an encoding by another implementation.
    bytes32 private constant HASH = 0x5b682bc42e00c1dbb3cb1b1b0bf1d16c049f76af5b65b4c0e8af4300a4759776;
    bytes32 private constant BARE = 0x43dfd5c8c404436b24645722ee861f16d928d350a289f9f94084ed62a8a5ae84;

    function beaconTerms() internal pure override returns (BeaconTerms memory) {
        return BeaconTerms(BeaconSource.PrevRandao, DELAY);
    }

    function header(bytes memory numbers) private pure returns (bytes memory) {
        bytes memory body =
            abi.encodePacked(LOGS_AND_BEFORE, new bytes(256), numbers, hex"a0", MIX, AFTER_MIX);
        return abi.encodePacked(hex"f9", uint16(body.length), body);
    }

    function full() private pure returns (bytes memory) {
        return header(hex"80840165ec158402aea54083bc614e846b49d20c8f6265617665726275696c642e6f7267");
    }

    function prepared(bytes32 hash) private returns (bytes32 id, uint64 target) {
        redeemSum(STRETCH);
        id = register(0);
        target = audits.auditOf(id).beacon;
        vm.roll(target + 1);
        vm.setBlockhash(target, hash);
    }

    function test_headers_are_those_of_other_implementations() public pure {
        assertEq(keccak256(full()), HASH, "full");
        assertEq(keccak256(header(hex"80840165ec158402aea54080846b49d20c80")), BARE, "empty fields");
    }

    function test_the_mix_decides() public {
        (bytes32 id,) = prepared(HASH);
        audits.draw(id, full());
        assertEq(audits.auditOf(id).seed, keccak256(abi.encode(MIX, id)), "seed");
    }

    function test_other_bytes_of_the_header_change_nothing() public {
        (bytes32 id,) = prepared(BARE);
        audits.draw(id, header(hex"80840165ec158402aea54080846b49d20c80"));
        assertEq(audits.auditOf(id).seed, keccak256(abi.encode(MIX, id)), "the same seed");
    }

    function test_another_header_is_refused() public {
        (bytes32 id, uint64 target) = prepared(HASH);
        bytes memory h = full();
        h[h.length - 1] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(IBeacon.WrongHeader.selector, target));
        audits.draw(id, h);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.WrongHeader.selector, target));
        audits.draw(id, "");
    }

    function testFuzz_numbers_of_any_size(uint64 number, uint64 time, bytes memory extra) public {
        if (extra.length > 32) {
            assembly ("memory-safe") {
                mstore(extra, 32)
            }
        }
        bytes memory h =
            header(abi.encodePacked(hex"80", rlp(number), rlp(45_000_000), rlp(12), rlp(time), rlp(extra)));
        (bytes32 id,) = prepared(keccak256(h));
        audits.draw(id, h);
        assertEq(audits.auditOf(id).seed, keccak256(abi.encode(MIX, id)), "seed");
    }

    function rlp(uint256 v) private pure returns (bytes memory) {
        bytes memory b;
        for (; v != 0; v >>= 8) {
            b = abi.encodePacked(uint8(v), b);
        }
        return rlp(b);
    }

    function rlp(bytes memory b) private pure returns (bytes memory) {
        if (b.length == 1 && uint8(b[0]) < 0x80) return b;
        return abi.encodePacked(uint8(0x80 + b.length), b);
    }

    function test_a_lost_beacon_needs_no_header() public {
        redeemSum(STRETCH);
        bytes32 id = register(0);
        vm.roll(audits.auditOf(id).beacon + 257);
        audits.draw(id, "");
        assertTrue(audits.auditOf(id).lost, "lost");
    }
}
