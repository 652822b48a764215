// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {stdJson} from "forge-std/StdJson.sol";

import {MerkleLib} from "../../src/libraries/MerkleLib.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {
    Opening,
    Operand,
    Pick,
    ReceiptEvidence,
    SeamProof,
    SignedOpening,
    Statement,
    Step,
    StepProof
} from "../../src/types/DisputeTypes.sol";
import {Class, Manifest, ModelKind, ModelVersionId} from "../../src/types/Types.sol";
import {StepVerifier} from "../../src/verifiers/StepVerifier.sol";
import {GameBase} from "../disputes/GameBase.sol";

/// @notice What each path of a dispute costs, as whole transactions with the evidence of a paid receipt. The verifier's
/// pairing is measured apart (`verifier`, on points that it refuses at the end) and is to be added. Committed:
/// `contracts/snapshots/gas/Disputes.json`.
contract DisputeGasTest is GameBase {
    using stdJson for string;

    string private constant GROUP = "Disputes";

    bytes private shape;

    function setUp() public override {
        super.setUp();
        // Balances that are not touched for the first time.
        fund(auditor, 1);
        fund(vault.BURN_ADDRESS(), 1);
    }

    function test_gas_verifier() public {
        StepVerifier real = new StepVerifier();
        uint256[5] memory input = [uint256(1), 2, 3, 4, 5];
        uint256[8] memory proof = [
            uint256(1),
            2,
            11_559_732_032_986_387_107_991_004_021_392_285_783_925_812_861_821_192_530_917_403_151_452_391_805_634,
            10_857_046_999_023_057_135_944_570_762_232_829_481_370_756_359_578_518_086_990_519_993_285_655_852_781,
            4_082_367_875_863_433_681_332_203_403_145_435_568_316_851_327_593_401_208_105_741_076_214_120_093_531,
            8_495_653_923_123_431_417_604_973_247_489_272_438_418_190_587_263_600_148_770_280_649_306_958_101_930,
            1,
            2
        ];
        bytes memory call = abi.encodeCall(real.verifyProof, (abi.encodePacked(proof), input));
        vm.snapshotValue(GROUP, "verifier", this.spent(address(real), call));
    }

    /// @dev Called from outside: a call inside a call is no transaction of its own.
    function spent(address to, bytes calldata call) external view returns (uint256 used) {
        used = gasleft();
        (bool success, bytes memory reason) = to.staticcall(call);
        used -= gasleft();
        assertFalse(success, "no proof");
        assertEq(bytes4(reason), StepVerifier.ProofInvalid.selector, "refused by the pairing");
    }

    function test_gas_paths() public {
        ReceiptEvidence memory e = evidence();
        pay(e);
        (StepProof memory p,) = proofOf(stepOf(12, 3, 48, 5, 0));
        run(abi.encodeCall(disputes.proveFault, (e, p)), "proveFault, linear");
        (p,) = proofOf(stepOf(12, 3, 24, 9, 4));
        run(abi.encodeCall(disputes.proveFault, (e, p)), "proveFault, column of an earlier position");
        (p,) = proofOf(stepOf(12, 0, 0, 0, 7));
        run(abi.encodeCall(disputes.proveFault, (e, p)), "proveFault, embedding");
        (p,) = proofOf(Step(12, HEAD, TOKEN_STEP, 0, 0, 77, false));
        run(abi.encodeCall(disputes.proveFault, (e, p)), "proveFault, greedy pick");
        SeamProof memory s = seamOf(12, 3, 0, keccak256("digest") >> 8);
        run(abi.encodeCall(disputes.proveSeam, (e, s)), "proveSeam, 64 numbers");
        run(
            abi.encodeCall(
                disputes.proveKeys, (e, opened(12, 3, 23, 22), opened(5, 3, 20, 2), 5, 2, auditor)
            ),
            "proveKeys"
        );
        SignedOpening memory o = shapelessOpening(uint32(POSITIONS), 0);
        run(abi.encodeCall(disputes.proveOpeningShape, (e, o, auditor)), "proveOpeningShape");
        e.payment.count = 0;
        run(abi.encodeCall(disputes.proveOpeningShape, (e, o, auditor)), "proveOpeningShape, not paid");
    }

    /// @dev The same fault in models of three sizes: a sum of the widest matrix.
    function test_gas_shape_demo() public {
        linearOf("demo");
    }

    function test_gas_shape_135M() public {
        linearOf("135M");
    }

    function test_gas_shape_70B() public {
        linearOf("70B");
    }

    // ------------------------------------------------------------- private

    function linearOf(string memory name) private {
        string memory json = vm.readFile("contracts/test/vectors/steps.json");
        shape = json.readBytes(string.concat(".shapes.", name, ".header"));
        Step memory s = stepOf(12, 3, 48, 5, 0);
        Pick memory none;
        Statement memory st = table.statement(shape, s, 0, none);
        StepProof memory p;
        bytes32[] memory vectors = grow(table.vectors(shape, 12, 3), "vector");
        (p.digestA, p.pathA) = inner(st.a);
        (p.digestB, p.pathB) = inner(st.b);
        (p.digestO, p.pathO) = inner(st.o);
        vectors[st.a.outer] = fold(p.digestA, st.a.inner, p.pathA);
        vectors[st.o.outer] = fold(p.digestO, st.o.inner, p.pathO);
        bytes32[] memory weights = grow(st.b.outers, "tensor");
        weights[st.b.outer] = fold(p.digestB, st.b.inner, p.pathB);
        weights[0] = MerkleLib.leaf(shape);
        p.pathA = join(p.pathA, pathOf(clone(vectors), st.a.outer));
        p.pathB = join(p.pathB, pathOf(clone(weights), st.b.outer));
        p.pathO = join(p.pathO, pathOf(clone(vectors), st.o.outer));

        model = publishShape(clone(weights), pathOf(clone(weights), 0));
        ReceiptEvidence memory e = evidence();
        pay(e);
        (p.step, p.submitter, p.proof) = (s, auditor, new bytes(256));
        p.opening = signOpening(operatorKey, Opening(hashOf(e), 12, 3, MerkleLib.root(clone(vectors))));
        uint256[5] memory input = [uint256(p.digestA), uint256(p.digestB), uint256(p.digestO), 0, 0];
        (input[3], input[4]) = table.words(st, false, auditor);
        verifier.allow(p.proof, input);
        run(abi.encodeCall(disputes.proveFault, (e, p)), string.concat("proveFault, linear, shape ", name));
    }

    function run(bytes memory call, string memory name) private {
        uint256 snapshot = vm.snapshotState();
        (bool success,) = address(disputes).call(call);
        assertTrue(success, name);
        vm.snapshotGasLastCall(GROUP, name);
        vm.revertToState(snapshot);
    }

    function grow(uint256 n, string memory what) private pure returns (bytes32[] memory list) {
        list = new bytes32[](n);
        for (uint256 i = 0; i < n; ++i) {
            list[i] = keccak256(abi.encode(what, i));
        }
    }

    function inner(Operand memory o) private pure returns (bytes32 digest, bytes32[] memory path) {
        digest = keccak256(abi.encode(o)) >> 8;
        path = grow(TraceLib.depth(o.inners), "sibling");
    }

    function fold(bytes32 leaf, uint256 index, bytes32[] memory path) private pure returns (bytes32) {
        for (uint256 i = 0; i < path.length; ++i) {
            leaf = index & 1 == 0 ? MerkleLib.node(leaf, path[i]) : MerkleLib.node(path[i], leaf);
            index >>= 1;
        }
        return leaf;
    }

    function clone(bytes32[] memory a) private pure returns (bytes32[] memory b) {
        return join(a, new bytes32[](0));
    }

    function publishShape(bytes32[] memory weights, bytes32[] memory path) private returns (bytes32) {
        Manifest memory m;
        (m.kind, m.class, m.specVersion) = (ModelKind.LLM, Class.Proven, 1);
        (m.creator, m.name) = (creator, "shape");
        m.tokenizerHash = keccak256("tokenizer");
        m.weightsRoot = MerkleLib.root(weights);
        return ModelVersionId.unwrap(registry.publish(m, shape, path));
    }
}
