// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {stdJson} from "forge-std/StdJson.sol";
import {Test} from "forge-std/Test.sol";

import {StepTable} from "../../src/disputes/StepTable.sol";
import {Operand, Pick, Source, Statement, Step} from "../../src/types/DisputeTypes.sol";

/// @notice The contract derives what the Go package protocol/step derives, to the bit, for four shapes of model.
contract StepVectorsTest is Test {
    using stdJson for string;

    uint256 private constant INPUTS = 12; // columns of a refused step
    uint256 private constant OPERANDS = 14;

    StepTable private table;
    string private json;
    string[4] private shapes = ["demo", "odd", "135M", "70B"];

    function setUp() public {
        table = new StepTable();
        json = vm.readFile("contracts/test/vectors/steps.json");
    }

    function test_statements_demo() public view {
        checkShape("demo");
    }

    function test_statements_odd() public view {
        checkShape("odd");
    }

    function test_statements_135M() public view {
        checkShape("135M");
    }

    function test_statements_70B() public view {
        checkShape("70B");
    }

    function test_refused() public {
        for (uint256 i = 0; i < shapes.length; ++i) {
            string memory at = string.concat(".shapes.", shapes[i]);
            bytes memory header = json.readBytes(string.concat(at, ".header"));
            uint256[] memory rows = json.readUintArray(string.concat(at, ".refused.rows"));
            assertGt(rows.length, 10 * INPUTS, "refusals");
            for (uint256 k = 0; k < rows.length; k += INPUTS) {
                bool exists = true;
                try table.statement(header, stepOf(rows, k), uint32(rows[k + 7]), pickOf(rows, k)) {}
                catch {
                    exists = false;
                }
                assertFalse(exists, string.concat(shapes[i], " ", vm.toString(k / INPUTS)));
            }
        }
    }

    function test_keys() public view {
        for (uint256 i = 0; i < shapes.length; ++i) {
            string memory at = string.concat(".shapes.", shapes[i]);
            bytes memory header = json.readBytes(string.concat(at, ".header"));
            uint256[] memory r = json.readUintArray(string.concat(at, ".keys.rows"));
            assertGt(r.length, 10 * 13, "keys");
            for (uint256 k = 0; k < r.length; k += 13) {
                (Operand memory here, Operand memory there) =
                    table.counterpart(header, r[k], r[k + 1], r[k + 2], r[k + 3]);
                assertEq(there.t, r[k + 4], "position");
                assertLeaf(here, r, k + 5, "here");
                assertLeaf(there, r, k + 9, "there");
                assertEq(uint8(here.source), uint8(Source.Opened), "here is opened");
                Source source = r[k + 4] < r[k] ? Source.Earlier : Source.Opened;
                assertEq(uint8(there.source), uint8(source), "there is opened where it lies");
            }
        }
    }

    function test_layouts() public view {
        for (uint256 i = 0; i < shapes.length; ++i) {
            string memory at = string.concat(".shapes.", shapes[i]);
            bytes memory header = json.readBytes(string.concat(at, ".header"));
            int256[] memory r = json.readIntArray(string.concat(at, ".layouts.rows"));
            for (uint256 k = 0; k < r.length; k += 54) {
                (uint256 t, uint256 l) = (uint256(r[k]), uint256(r[k + 1]));
                uint256 count = table.vectors(header, t, l);
                for (uint256 id = 0; id < 51; ++id) {
                    int256 chunks = id < count ? int256(uint256(table.shape(header, t, l, id).chunks)) : -1;
                    assertEq(chunks, r[k + 3 + id], "chunks");
                }
            }
        }
    }

    /// @dev One of each operation, for the model of the largest shape.
    function test_gas() public {
        bytes memory header = json.readBytes(".shapes.70B.header");
        uint256[] memory rows = json.readUintArray(".shapes.70B.steps.rows");
        uint256 seen = 0;
        uint256 most = 0;
        for (uint256 k = 0; k < rows.length; k += 32) {
            Statement memory s =
                table.statement(header, stepOf(rows, k), uint32(rows[k + 7]), pickOf(rows, k));
            if (seen & (1 << s.op) != 0) continue;
            seen |= 1 << s.op;
            table.statement(header, stepOf(rows, k), uint32(rows[k + 7]), pickOf(rows, k));
            uint256 used = vm.lastCallGas().gasTotalUsed;
            emit log_named_uint(string.concat("op ", vm.toString(s.op)), used);
            if (used > most) most = used;
        }
        assertLt(most, 40_000, "a small part of a fault proof");
    }

    // ------------------------------------------------------------- private

    function checkShape(string memory shape) private view {
        string memory at = string.concat(".shapes.", shape);
        bytes memory header = json.readBytes(string.concat(at, ".header"));
        bytes32[] memory words = json.readBytes32Array(string.concat(at, ".words"));
        uint256[] memory rows = json.readUintArray(string.concat(at, ".steps.rows"));
        uint256 width = json.readUint(string.concat(at, ".steps.width"));
        assertEq(rows.length, words.length * width, "a row a word");
        assertGt(words.length, 500, "steps");
        uint256 seen = 0;
        for (uint256 k = 0; k < words.length; ++k) {
            seen |= 1 << check(header, rows, k * width, words[k]);
        }
        assertEq(seen, (1 << 22) - 2, "every operation from 1 to 21");
    }

    function check(bytes memory header, uint256[] memory r, uint256 k, bytes32 word)
        private
        view
        returns (uint8 op)
    {
        Statement memory s = table.statement(header, stepOf(r, k), uint32(r[k + 7]), pickOf(r, k));
        (uint256 got, uint256 parameters) = table.words(s, false, address(0xa0d1));
        assertEq(bytes32(got), word, vm.toString(k / 32));
        assertEq(parameters, s.x | (uint256(s.y) << 32) | (uint256(0xa0d1) << 64), "parameters");
        assertEq(s.x, r[k + 12], "X");
        assertEq(s.y, r[k + 13], "Y");
        assertOperand(s.a, r, k + OPERANDS, "A");
        assertOperand(s.b, r, k + OPERANDS + 6, "B");
        assertOperand(s.o, r, k + OPERANDS + 12, "O");
        (got,) = table.words(s, true, address(0));
        assertEq(got, uint256(word) | 256, "the negation");
        return s.op;
    }

    function assertOperand(Operand memory o, uint256[] memory r, uint256 k, string memory name) private pure {
        assertEq(uint8(o.source), r[k], string.concat(name, ".source"));
        assertEq(o.t, r[k + 1], string.concat(name, ".t"));
        assertLeaf(o, r, k + 2, name);
    }

    function assertLeaf(Operand memory o, uint256[] memory r, uint256 k, string memory name) private pure {
        assertEq(o.outer, r[k], string.concat(name, ".outer"));
        assertEq(o.outers, r[k + 1], string.concat(name, ".outers"));
        assertEq(o.inner, r[k + 2], string.concat(name, ".inner"));
        assertEq(o.inners, r[k + 3], string.concat(name, ".inners"));
    }

    function stepOf(uint256[] memory r, uint256 k) private pure returns (Step memory s) {
        (s.t, s.l, s.vector) = (uint32(r[k]), uint32(r[k + 1]), uint16(r[k + 2]));
        (s.row, s.col, s.witness, s.padding) =
        (uint32(r[k + 3]), uint32(r[k + 4]), uint32(r[k + 5]), r[k + 6] == 1);
    }

    function pickOf(uint256[] memory r, uint256 k) private pure returns (Pick memory p) {
        (p.token, p.beta, p.maxGap) = (uint32(r[k + 7]), uint32(r[k + 8]), uint32(r[k + 9]));
        p.noiseA = int32(int256(r[k + 10]) - (1 << 21));
        p.noiseB = int32(int256(r[k + 11]) - (1 << 21));
    }
}
