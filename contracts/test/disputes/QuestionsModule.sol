// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Claims} from "../../src/disputes/Claims.sol";
import {DisputeWiring} from "../../src/disputes/Evidence.sol";
import {NodeTable} from "../../src/disputes/NodeTable.sol";
import {Questions} from "../../src/disputes/Questions.sol";
import {Node} from "../../src/interfaces/INodeTable.sol";
import {QuestionTerms} from "../../src/interfaces/IQuestions.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MerkleLib} from "../../src/libraries/MerkleLib.sol";
import {TraceLib} from "../../src/libraries/TraceLib.sol";
import {ReceiptEvidence, SignedOpening} from "../../src/types/DisputeTypes.sol";
import {Fixture} from "../Fixture.sol";

/// @notice A deployment with questions and claims, and the way down from an opening to a chunk.
abstract contract QuestionsModule is Fixture {
    uint64 internal constant CLOCK = 20;
    uint64 internal constant ANSWER_TIME = 2;
    uint64 internal constant PROOF_TIME = 20;
    uint96 internal constant BOND = 9e6;
    uint96 internal constant ASK_COST = 5e6;

    NodeTable internal nodes;
    Questions internal questions;
    Claims internal claims;

    // -------------------------------------------------------------- deploy

    function moduleCount() internal pure virtual override returns (uint64) {
        return 3;
    }

    /// @dev The table of nodes is no module; here it is one for want of another place.
    function deployModules(DisputeWiring memory w) internal virtual override returns (address[] memory list) {
        uint64 n = vm.getNonce(address(this));
        address vault_ = vm.computeCreateAddress(address(this), n + 4);
        nodes = new NodeTable(table);
        questions = new Questions(w, IVault(vault_), nodes, verifiers, disputes, defaultTerms());
        claims = new Claims(w);
        list = new address[](3);
        (list[0], list[1], list[2]) = (address(nodes), address(questions), address(claims));
    }

    function bondHolders() internal view virtual override returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(questions);
    }

    function defaultTerms() internal pure returns (QuestionTerms memory) {
        return QuestionTerms({
            clock: CLOCK, answerTime: ANSWER_TIME, proofTime: PROOF_TIME, baseBond: BOND, askCost: ASK_COST
        });
    }

    // --------------------------------------------------------------- trees

    /// @dev The nodes of one level, zeros up to the power of two included.
    function levelOf(bytes32[] memory leaves, uint256 level) internal pure returns (bytes32[] memory row) {
        row = new bytes32[](1 << TraceLib.depth(leaves.length));
        for (uint256 i = 0; i < leaves.length; ++i) {
            row[i] = leaves[i];
        }
        for (uint256 h = 0; h < level; ++h) {
            bytes32[] memory next = new bytes32[](row.length / 2);
            for (uint256 i = 0; i < next.length; ++i) {
                next[i] = MerkleLib.node(row[2 * i], row[2 * i + 1]);
            }
            row = next;
        }
    }

    function rootOf(bytes32[] memory leaves) internal pure returns (bytes32) {
        return leaves.length == 0 ? bytes32(0) : levelOf(leaves, TraceLib.depth(leaves.length))[0];
    }

    /// @dev What an answer about a node of a tree shows.
    function childrenOf(bytes32[] memory leaves, uint256 level, uint256 index)
        internal
        pure
        returns (bytes32[] memory children)
    {
        uint256 down = level < 6 ? level : 6;
        bytes32[] memory row = levelOf(leaves, level - down);
        children = new bytes32[](1 << down);
        for (uint256 i = 0; i < children.length; ++i) {
            children[i] = row[(index << down) + i];
        }
    }

    /// @dev Asks down from an opening, and answers, to the one chunk of vector 0, the residual before a layer.
    function askDown(address who, ReceiptEvidence memory e, SignedOpening memory o, bytes32[] memory roots)
        internal
        returns (Node memory n)
    {
        bytes32 receiptHash = o.opening.receiptHash;
        n = nodes.opening(header(), o.opening);
        assertEq(n.level, 6, "51 vectors");
        vm.prank(who);
        questions.askOpening(e, o);
        bytes32[] memory children = childrenOf(roots, 6, 0);
        questions.answerNode(receiptHash, n, 0, children);
        vm.prank(who);
        questions.askChild(e, n, children, 0);
        return nodes.child(header(), n, children, 0);
    }
}
