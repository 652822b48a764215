// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {stdJson} from "forge-std/StdJson.sol";
import {Test} from "forge-std/Test.sol";

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Eip712} from "../../src/libraries/Eip712.sol";
import {FeeLib} from "../../src/libraries/FeeLib.sol";
import {MerkleLib} from "../../src/libraries/MerkleLib.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {TokenRoot} from "../../src/libraries/TokenRoot.sol";
import {Audience, Class, Finish, JobState, ModelKind} from "../../src/types/Types.sol";

/// @notice Reads the vectors that `protocol/vectors_test.go` writes: both languages name, hash and count alike.
contract VectorsTest is Test {
    using stdJson for string;

    string private json;
    bytes32 private domain;

    function setUp() public {
        json = vm.readFile("contracts/test/vectors/eip712.json");
        vm.chainId(vm.parseUint(json.readString(".chainId")));
        domain = Eip712.separator(json.readAddress(".market"));
    }

    function test_separator() public view {
        assertEq(domain, json.readBytes32(".separator"), "separator");
    }

    // ----------------------------------------------------------- digests

    function test_typeHashes() public view {
        assertType("request", Eip712.REQUEST_TYPEHASH);
        assertType("receipt", Eip712.RECEIPT_TYPEHASH);
        assertType("voucher", Eip712.VOUCHER_TYPEHASH);
        assertType("redemption", Eip712.REDEMPTION_TYPEHASH);
        assertType("acceptance", Eip712.ACCEPTANCE_TYPEHASH);
        assertType("opening", Eip712.OPENING_TYPEHASH);
        assertType("operatorConsent", Eip712.OPERATOR_CONSENT_TYPEHASH);
        assertType("openChannel", Eip712.OPEN_CHANNEL_TYPEHASH);
    }

    function assertType(string memory name, bytes32 typeHash) private view {
        assertEq(typeHash, json.readBytes32(string.concat(".", name, ".typeHash")), name);
    }

    /// @dev Every signed type, also those that no contract reads: the fields in the order of the type string.
    function test_digests_fromTypeStrings() public view {
        string[11] memory names = [
            "request",
            "receipt",
            "voucher",
            "redemption",
            "acceptance",
            "offer",
            "reservation",
            "opening",
            "operatorConsent",
            "openChannel",
            "session"
        ];
        address signer = json.readAddress(".signer");
        for (uint256 i = 0; i < names.length; ++i) {
            string memory at = string.concat(".", names[i]);
            bytes32 digest = Eip712.digest(domain, structHash(at));
            assertEq(digest, json.readBytes32(string.concat(at, ".digest")), names[i]);
            bytes memory signature = json.readBytes(string.concat(at, ".signature"));
            assertEq(ECDSA.recover(digest, signature), signer, "signer");
        }
    }

    function structHash(string memory at) private view returns (bytes32) {
        string memory typeString = json.readString(string.concat(at, ".type"));
        bytes memory encoded = abi.encode(keccak256(bytes(typeString)));
        string[] memory parts = vm.split(typeString, "(");
        string[] memory members = vm.split(vm.replace(parts[1], ")", ""), ",");
        for (uint256 i = 0; i < members.length; ++i) {
            string[] memory member = vm.split(members[i], " ");
            string memory value = json.readString(string.concat(at, ".fields.", member[1]));
            encoded = bytes.concat(encoded, word(member[0], value));
        }
        return keccak256(encoded);
    }

    function word(string memory kind, string memory value) private pure returns (bytes32) {
        bytes32 k = keccak256(bytes(kind));
        if (k == keccak256("bytes32")) return vm.parseBytes32(value);
        if (k == keccak256("address")) return bytes32(uint256(uint160(vm.parseAddress(value))));
        return bytes32(vm.parseUint(value));
    }

    // -------------------------------------------------------------- rules

    struct Fee {
        uint256 inTokens;
        uint256 outTokens;
        uint256 priceIn;
        uint256 priceOut;
    }

    function test_fees() public view {
        for (uint256 i = 0; exists(".fees", i); ++i) {
            string memory at = index(".fees", i);
            uint256 fee = FeeLib.fee(
                uint32(json.readUint(string.concat(at, ".promptTokens"))),
                uint32(json.readUint(string.concat(at, ".outputTokens"))),
                uint128(number(at, ".priceIn")),
                uint128(number(at, ".priceOut"))
            );
            assertEq(fee, number(at, ".fee"), at);
        }
    }

    function test_tokenRoots() public view {
        uint256 i = 0;
        for (; exists(".tokens", i); ++i) {
            string memory at = index(".tokens", i);
            uint256[] memory wide = json.readUintArray(string.concat(at, ".ids"));
            uint32[] memory ids = new uint32[](wide.length);
            for (uint256 j = 0; j < wide.length; ++j) {
                ids[j] = uint32(wide[j]);
            }
            bytes6 tag = bytes6(bytes(json.readString(string.concat(at, ".tag"))));
            bytes32 secret = json.readBytes32(string.concat(at, ".secret"));
            assertEq(this.tokenRoot(secret, tag, ids), json.readBytes32(string.concat(at, ".root")), at);
        }
        assertGt(i, 10, "vectors");
    }

    function tokenRoot(bytes32 secret, bytes6 tag, uint32[] calldata ids) external pure returns (bytes32) {
        return TokenRoot.compute(secret, tag, ids);
    }

    function test_merkle() public view {
        for (uint256 i = 0; exists(".merkle", i); ++i) {
            string memory at = index(".merkle", i);
            bytes32[] memory leaves = json.readBytes32Array(string.concat(at, ".leaves"));
            uint256 leafIndex = json.readUint(string.concat(at, ".index"));
            bytes32 leaf = leaves[leafIndex];
            bytes32 root = json.readBytes32(string.concat(at, ".root"));
            // A path of no siblings is written as an empty list.
            bytes32[] memory path =
                leaves.length == 1 ? new bytes32[](0) : json.readBytes32Array(string.concat(at, ".path"));
            assertEq(this.fromPath(leaf, leafIndex, path), root, at);
            assertEq(MerkleLib.root(leaves), root, at);
        }
    }

    function fromPath(bytes32 leaf, uint256 i, bytes32[] calldata path) external pure returns (bytes32) {
        return MerkleLib.rootFromPath(leaf, i, path);
    }

    /// @dev Every leaf of every tree opens to the root that Go computed, and the leaves tile [0, total).
    function test_sumTrees() public view {
        uint256 i = 0;
        for (; exists(".sumTrees", i); ++i) {
            string memory at = index(".sumTrees", i);
            bytes32[] memory receipts = json.readBytes32Array(string.concat(at, ".receipts"));
            uint128[] memory fees = new uint128[](receipts.length);
            for (uint256 j = 0; j < fees.length; ++j) {
                fees[j] =
                    uint128(vm.parseUint(json.readString(string.concat(at, ".fees[", vm.toString(j), "]"))));
            }
            uint128 end = 0;
            for (uint64 j = 0; j < receipts.length; ++j) {
                SumTree.Node[] memory path = pathOf(receipts, fees, j);
                (bytes32 root, uint128 a, uint128 b) =
                    this.open(uint64(receipts.length), j, receipts[j], fees[j], path);
                assertEq(root, json.readBytes32(string.concat(at, ".root")), at);
                assertEq(a, end, "starts where the last one ended");
                end = b;
            }
            assertEq(end, number(at, ".total"), "total");
        }
        assertGt(i, 4, "vectors");
    }

    function open(uint64 count, uint64 leaf, bytes32 receipt, uint128 fee, SumTree.Node[] calldata path)
        external
        pure
        returns (bytes32, uint128, uint128)
    {
        return SumTree.open(count, leaf, receipt, fee, path);
    }

    /// @dev A slow and obvious prover: it builds every node.
    function pathOf(bytes32[] memory receipts, uint128[] memory fees, uint64 leaf)
        private
        pure
        returns (SumTree.Node[] memory path)
    {
        SumTree.Node[] memory all = new SumTree.Node[](64);
        uint256 used = 0;
        SumTree.Node[] memory peaks = new SumTree.Node[](64);
        uint256 peakCount = 0;
        uint256 mine = 0;
        uint256 from = 0;
        for (uint256 up = 64; up > 0; --up) {
            uint256 height = up - 1;
            uint256 size = uint256(1) << height;
            if (receipts.length & size == 0) continue;
            if (leaf >= from && leaf < from + size) {
                mine = peakCount;
                for (uint256 h = 0; h < height; ++h) {
                    uint256 start = from + ((((leaf - from) >> h) ^ 1) << h);
                    all[used++] = subtree(receipts, fees, start, h);
                }
            }
            peaks[peakCount++] = subtree(receipts, fees, from, height);
            from += size;
        }
        if (mine + 1 < peakCount) {
            SumTree.Node memory bag = peaks[peakCount - 1];
            for (uint256 k = peakCount - 1; k > mine + 1; --k) {
                bag = nodeOf(peaks[k - 1], bag);
            }
            all[used++] = bag;
        }
        for (uint256 k = mine; k > 0; --k) {
            all[used++] = peaks[k - 1];
        }
        path = new SumTree.Node[](used);
        for (uint256 k = 0; k < used; ++k) {
            path[k] = all[k];
        }
    }

    function subtree(bytes32[] memory receipts, uint128[] memory fees, uint256 from, uint256 height)
        private
        pure
        returns (SumTree.Node memory)
    {
        if (height == 0) {
            return
                SumTree.Node(keccak256(abi.encodePacked(bytes1(0), receipts[from], fees[from])), fees[from]);
        }
        return nodeOf(
            subtree(receipts, fees, from, height - 1),
            subtree(receipts, fees, from + (uint256(1) << (height - 1)), height - 1)
        );
    }

    function nodeOf(SumTree.Node memory l, SumTree.Node memory r) private pure returns (SumTree.Node memory) {
        return
            SumTree.Node(
                keccak256(abi.encodePacked(bytes1(0x01), l.hash, l.sum, r.hash, r.sum)), l.sum + r.sum
            );
    }

    function test_sumTree_badOpenings_revert() public {
        SumTree.Node[] memory path = new SumTree.Node[](1);
        vm.expectRevert(abi.encodeWithSelector(SumTree.LeafOutOfRange.selector, 2, 2));
        this.open(2, 2, "", 1, path);
        vm.expectRevert(abi.encodeWithSelector(SumTree.LeafOutOfRange.selector, 0, 0));
        this.open(0, 0, "", 1, path);
        vm.expectRevert(abi.encodeWithSelector(SumTree.BadPathLength.selector, 1, 2));
        this.open(3, 0, "", 1, path);
        path[0].sum = type(uint128).max;
        vm.expectRevert(stdError_arithmetic());
        this.open(2, 0, "", 1, path);
    }

    function stdError_arithmetic() private pure returns (bytes memory) {
        return abi.encodeWithSignature("Panic(uint256)", 0x11);
    }

    function test_enums() public view {
        assertEnum("modelKind.llm", uint256(ModelKind.LLM));
        assertEnum("modelKind.fineTune", uint256(ModelKind.FineTune));
        assertEnum("modelKind.agent", uint256(ModelKind.Agent));
        assertEnum("modelKind.upstream", uint256(ModelKind.Upstream));
        assertEnum("class.proven", uint256(Class.Proven));
        assertEnum("class.sampled", uint256(Class.Sampled));
        assertEnum("finish.stop", uint256(Finish.Stop));
        assertEnum("finish.length", uint256(Finish.Length));
        assertEnum("finish.context", uint256(Finish.Context));
        assertEnum("finish.stopString", uint256(Finish.StopString));
        assertEnum("finish.cancelled", uint256(Finish.Cancelled));
        assertEnum("audience.requester", uint256(Audience.RequesterOnly));
        assertEnum("audience.auditors", uint256(Audience.Auditors));
        assertEnum("audience.anyone", uint256(Audience.Anyone));
        assertEnum("jobState.requested", uint256(JobState.Requested));
        assertEnum("jobState.accepted", uint256(JobState.Accepted));
        assertEnum("jobState.delivered", uint256(JobState.Delivered));
        assertEnum("jobState.finalized", uint256(JobState.Finalized));
        assertEnum("jobState.refunded", uint256(JobState.Refunded));
    }

    function assertEnum(string memory key, uint256 value) private view {
        assertEq(json.readUint(string.concat(".enums.", key)), value, key);
    }

    // -------------------------------------------------------------- reading

    function number(string memory at, string memory field) private view returns (uint256) {
        return vm.parseUint(json.readString(string.concat(at, field)));
    }

    function index(string memory list, uint256 i) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(i), "]");
    }

    function exists(string memory list, uint256 i) private view returns (bool) {
        return vm.keyExistsJson(json, index(list, i));
    }
}
