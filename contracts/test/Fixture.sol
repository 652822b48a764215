// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Market} from "../src/Market.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Slasher} from "../src/Slasher.sol";
import {Staking} from "../src/Staking.sol";
import {Vault} from "../src/Vault.sol";
import {VerifierRegistry} from "../src/VerifierRegistry.sol";
import {TestToken} from "../src/dev/TestToken.sol";
import {DisputeGame} from "../src/disputes/DisputeGame.sol";
import {DisputeLedger} from "../src/disputes/DisputeLedger.sol";
import {DisputeWiring} from "../src/disputes/Evidence.sol";
import {StepTable} from "../src/disputes/StepTable.sol";
import {IMarket} from "../src/interfaces/IMarket.sol";
import {IStaking} from "../src/interfaces/IStaking.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {ISlasher} from "../src/interfaces/ISlasher.sol";
import {Eip712} from "../src/libraries/Eip712.sol";
import {FeeLib} from "../src/libraries/FeeLib.sol";
import {MerkleLib} from "../src/libraries/MerkleLib.sol";
import {TokenRoot} from "../src/libraries/TokenRoot.sol";
import {MarketJobs} from "../src/market/MarketJobs.sol";
import {
    Acceptance,
    Class,
    Finish,
    Job,
    JobOrder,
    Manifest,
    ModelKind,
    ModelVersionId,
    Neighbours,
    Receipt as AnswerReceipt,
    Shares,
    Timing,
    Voucher
} from "../src/types/Types.sol";
import {StrictVerifier} from "./mocks/StrictVerifier.sol";

/// @notice A whole deployment with named actors, and short words for what they do.
abstract contract Fixture is Test {
    uint64 internal constant W = 100;
    uint64 internal constant GRACE = 50;
    uint64 internal constant EPOCH = 10;
    uint64 internal constant EXIT_MARGIN = 60;
    uint64 internal constant MAX_HOLD = 200;
    uint64 internal constant TIMELOCK = 400;
    uint64 internal constant MAX_DEADLINE = 60;
    uint64 internal constant UNBONDING = 1000;
    /// @dev What a proven fault pays at most: more than the Slasher's ceiling in no test but those about it.
    uint256 internal constant BOUNTY = 20e6;
    uint128 internal constant STAKE = 4_000_000e6;
    uint128 internal constant FUNDS = 1_000_000e6;

    TestToken internal token;
    Vault internal vault;
    Staking internal staking;
    ModelRegistry internal registry;
    Slasher internal slasher;
    DisputeLedger internal ledger;
    StrictVerifier internal verifier;
    VerifierRegistry internal verifiers;
    StepTable internal table;
    DisputeGame internal disputes;
    MarketJobs internal jobs;
    IMarket internal market;
    Market internal marketOwned;

    address internal owner = makeAddr("owner");
    address internal treasury = makeAddr("treasury");
    address internal creator = makeAddr("creator");
    address internal parentCreator = makeAddr("parentCreator");
    address internal relayer = makeAddr("relayer");
    address internal stranger = makeAddr("stranger");
    address internal dispute = makeAddr("dispute");
    address internal auditor = makeAddr("auditor");
    address internal requester;
    uint256 internal requesterKey;
    address internal delegate;
    uint256 internal delegateKey;
    address internal provider;
    uint256 internal providerKey;
    address internal operator;
    uint256 internal operatorKey;
    address internal provider2;
    address internal operator2;
    uint256 internal operator2Key;

    /// @dev A proven base model, a fine-tune of it, and a third-party API.
    bytes32 internal base;
    bytes32 internal tuned;
    bytes32 internal upstream;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        (requester, requesterKey) = makeAddrAndKey("requester");
        (delegate, delegateKey) = makeAddrAndKey("delegate");
        (provider, providerKey) = makeAddrAndKey("provider");
        (operator, operatorKey) = makeAddrAndKey("operator");
        provider2 = makeAddr("provider2");
        (operator2, operator2Key) = makeAddrAndKey("operator2");

        token = new TestToken();
        deploy(address(token));
        fund(requester, FUNDS);
        enlist(provider, operator, operatorKey, STAKE);
        enlist(provider2, operator2, operator2Key, STAKE);
        publishModels();
    }

    // -------------------------------------------------------------- deploy

    /// @dev Contracts that know each other get addresses before they exist: those of the creations to come.
    function deploy(address token_) internal {
        uint64 n = vm.getNonce(address(this)) + DISPUTES_BEFORE + moduleCount();
        address[] memory modules = new address[](3);
        modules[0] = vm.computeCreateAddress(address(this), n + 2);
        modules[1] = vm.computeCreateAddress(address(this), n + 4);
        modules[2] = vm.computeCreateAddress(address(this), n + 6);
        address market_ = modules[2];

        deployDisputes(
            DisputeWiring({
                market: IMarket(market_),
                staking: Staking(modules[0]),
                registry: ModelRegistry(vm.computeCreateAddress(address(this), n + 3)),
                ledger: DisputeLedger(vm.computeCreateAddress(address(this), n))
            }),
            ISlasher(modules[1])
        );
        vault = new Vault(token_, concat(modules, bondHolders()));
        staking = new Staking(vault, market_, modules[1], UNBONDING, W + EXIT_MARGIN);
        registry = new ModelRegistry(verifiers);
        slasher = new Slasher(vault, staking, IMarket(market_), disputeContracts());
        jobs = new MarketJobs(market_, neighbours(), timing());
        marketOwned = new Market(address(jobs), neighbours(), owner, treasury, defaultShares(), timing());
        market = IMarket(address(marketOwned));
        assertEq(address(market), market_, "precomputed address of the market");
    }

    /// @dev Creations of `deployDisputes` before the modules of a test and the ledger.
    uint64 private constant DISPUTES_BEFORE = 4;

    function deployDisputes(DisputeWiring memory w, ISlasher slasher_) private {
        verifier = new StrictVerifier();
        verifiers = new VerifierRegistry(owner, TIMELOCK, TIMELOCK, address(verifier), keccak256("key"));
        table = new StepTable();
        disputes = new DisputeGame(w, table, verifiers);
        address[] memory extra = deployModules(w);
        assertEq(extra.length, moduleCount(), "modules announced");
        address[] memory own = new address[](1);
        own[0] = address(disputes);
        ledger = new DisputeLedger(slasher_, concat(own, extra), BOUNTY);
        assertEq(address(ledger), address(w.ledger), "precomputed address of the ledger");
    }

    /// @dev How many contracts `deployModules` creates, each by one `new` and nothing else by this contract.
    function moduleCount() internal virtual returns (uint64) {
        return 0;
    }

    /// @dev The dispute contracts of a test beside the game: override both.
    function deployModules(DisputeWiring memory) internal virtual returns (address[] memory) {}

    /// @dev Those of `deployModules` that hold bonds in the Vault; called after it.
    function bondHolders() internal virtual returns (address[] memory) {}

    function concat(address[] memory a, address[] memory b) private pure returns (address[] memory c) {
        c = new address[](a.length + b.length);
        for (uint256 i = 0; i < c.length; ++i) {
            c[i] = i < a.length ? a[i] : b[i - a.length];
        }
    }

    /// @dev The ledger, and a contract whose calls tests prank.
    function disputeContracts() internal returns (address[] memory callers) {
        vm.etch(dispute, hex"00");
        callers = new address[](2);
        (callers[0], callers[1]) = (dispute, address(ledger));
    }

    function neighbours() internal view returns (Neighbours memory) {
        return Neighbours(address(vault), address(staking), address(registry), address(slasher));
    }

    function timing() internal pure returns (Timing memory) {
        return Timing({
            disputeWindow: W,
            closeGrace: GRACE,
            epoch: EPOCH,
            exitMargin: EXIT_MARGIN,
            maxHold: MAX_HOLD,
            timelock: TIMELOCK,
            maxDeadline: MAX_DEADLINE,
            exposureDivisor: 400,
            maxPromptTokens: 1024
        });
    }

    function defaultShares() internal pure returns (Shares memory) {
        return Shares({relayerBps: 300, protocolBps: 200, auditorsBps: 100});
    }

    // -------------------------------------------------------------- actors

    function fund(address account, uint256 amount) internal {
        token.mint(account, amount);
        vm.startPrank(account);
        token.approve(address(vault), amount);
        vault.deposit(account, amount);
        vm.stopPrank();
    }

    function enlist(address provider_, address operator_, uint256 key, uint256 stake) internal {
        fund(provider_, stake);
        bytes memory consent = sign(key, Eip712.hashOperatorConsent(operator_, provider_));
        vm.startPrank(provider_);
        staking.stake(stake);
        staking.addOperator(operator_, consent);
        vm.stopPrank();
    }

    function publishModels() internal {
        base = publish(ModelKind.LLM, Class.Proven, 0, 1000, 0, 500, parentCreator, "base");
        tuned = publish(ModelKind.FineTune, Class.Proven, base, 1500, 1000, 0, creator, "tuned");
        upstream = publish(ModelKind.Upstream, Class.Sampled, 0, 700, 0, 0, creator, "upstream");
    }

    function publish(
        ModelKind kind,
        Class class,
        bytes32 parent,
        uint16 royalty,
        uint16 parentRoyalty,
        uint16 minChild,
        address creator_,
        string memory name
    ) internal returns (bytes32) {
        Manifest memory m;
        m.kind = kind;
        m.class = class;
        m.parent = parent;
        m.royaltyBps = royalty;
        m.parentRoyaltyBps = parentRoyalty;
        m.minChildRoyaltyBps = minChild;
        m.creator = creator_;
        m.name = name;
        m.metadataURI = "ipfs://metadata";
        if (class == Class.Sampled) {
            return ModelVersionId.unwrap(registry.publish(m, "", new bytes32[](0)));
        }
        m.specVersion = 1;
        m.tokenizerHash = keccak256("tokenizer");
        bytes32[] memory path = weightsPath();
        m.weightsRoot = weightsRootOf(header(), path);
        return ModelVersionId.unwrap(registry.publish(m, header(), path));
    }

    function weightsPath() internal pure returns (bytes32[] memory path) {
        path = new bytes32[](6); // 42 leaves: seven, and seven for each of five layers
        for (uint256 i = 0; i < 6; ++i) {
            path[i] = keccak256(abi.encode("tensor", i));
        }
    }

    function weightsRootOf(bytes memory header_, bytes32[] memory path) internal pure returns (bytes32 root) {
        root = MerkleLib.leaf(header_);
        for (uint256 i = 0; i < path.length; ++i) {
            root = MerkleLib.node(root, path[i]);
        }
    }

    /// @dev The header of stories260K with one stop id.
    function header() internal pure returns (bytes memory h) {
        uint32[20] memory words =
            [uint32(1), 1, 64, 172, 5, 8, 4, 8, 512, 512, 8, 0, 42_950, 8_557_550, 24, 32, 24, 1, 1, 2];
        h = bytes.concat("DGM1");
        for (uint256 i = 0; i < 31; ++i) {
            h = bytes.concat(h, le32(i < 20 ? words[i] : 0));
        }
    }

    function le32(uint32 v) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(v), uint8(v >> 8), uint8(v >> 16), uint8(v >> 24));
    }

    // ------------------------------------------------------------- signing

    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        return Eip712.digest(Eip712.separator(address(market)), structHash);
    }

    function sign(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        return signDigest(key, digestOf(structHash));
    }

    function signDigest(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function one(Voucher memory v) internal pure returns (Voucher[] memory list) {
        list = new Voucher[](1);
        list[0] = v;
    }

    function one(bytes memory s) internal pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = s;
    }

    function voucherHash(Voucher memory v) internal view returns (bytes32) {
        return digestOf(keccak256(abi.encode(Eip712.VOUCHER_TYPEHASH, v)));
    }

    function signVoucher(uint256 key, Voucher memory v) internal view returns (bytes memory) {
        return signDigest(key, voucherHash(v));
    }

    // ------------------------------------------------------------ channels

    function openDefault(uint128 amount) internal returns (bytes32) {
        return openFor(amount, uint64(block.timestamp) + 10_000);
    }

    function openFor(uint128 amount, uint64 expiry) internal returns (bytes32) {
        vm.prank(requester);
        return market.openChannel(delegate, amount, expiry);
    }

    function voucherOf(bytes32 channel, uint128 total) internal view returns (Voucher memory) {
        return Voucher({
            channel: channel,
            provider: provider,
            modelVersion: tuned,
            relayer: relayer,
            total: total,
            count: 1,
            receiptsRoot: keccak256(abi.encode(channel, total))
        });
    }

    /// @dev The provider's operator redeems one voucher of the channel's delegate.
    function redeem(Voucher memory v) internal returns (uint128) {
        return redeemSigned(v, signVoucher(delegateKey, v));
    }

    function redeemSigned(Voucher memory v, bytes memory signature) internal returns (uint128) {
        vm.prank(operator);
        return market.redeem(provider, one(v), one(signature), "");
    }

    function epochNow() internal view returns (uint64) {
        return uint64(block.timestamp) / EPOCH;
    }

    function maturityOf(uint64 epoch) internal pure returns (uint64) {
        return (epoch + 1) * EPOCH + W;
    }

    // ---------------------------------------------------------------- jobs

    function order() internal view returns (JobOrder memory o) {
        o.modelVersion = tuned;
        o.prompt = tokens(9, 1);
        o.maxOutputTokens = 12;
        o.params = hex"01";
        o.priceIn = 1e12;
        o.priceOut = 2e12;
        o.maxFee = 40e6;
        o.deadline = uint64(block.timestamp) + 50;
        o.salt = keccak256("salt");
    }

    function tokens(uint256 n, uint32 from) internal pure returns (uint32[] memory ids) {
        ids = new uint32[](n);
        for (uint256 i = 0; i < n; ++i) {
            ids[i] = from + uint32(i);
        }
    }

    function requestJob(JobOrder memory o) internal returns (bytes32) {
        vm.prank(requester);
        return market.requestJob(o);
    }

    function acceptanceOf(bytes32 job) internal view returns (Acceptance memory) {
        return Acceptance({
            job: job,
            requestHash: market.jobOf(job).requestHash,
            provider: provider,
            relayer: relayer,
            validUntil: uint64(block.timestamp) + 10
        });
    }

    function accept(bytes32 job) internal {
        Acceptance memory a = acceptanceOf(job);
        market.acceptJob(a, sign(operatorKey, keccak256(abi.encode(Eip712.ACCEPTANCE_TYPEHASH, a))));
    }

    function receiptOf(bytes32 job, uint32[] memory output) internal view returns (AnswerReceipt memory) {
        Job memory j = market.jobOf(job);
        return AnswerReceipt({
            requestHash: j.requestHash,
            provider: provider,
            seq: 1,
            outputRoot: this.tokenRoot(TokenRoot.OUTPUT, output),
            outputTokens: uint32(output.length),
            finish: uint8(Finish.Stop),
            traceRoot: keccak256("trace"),
            fee: uint128(FeeLib.fee(j.promptTokens, uint32(output.length), j.priceIn, j.priceOut)),
            completedAt: uint64(block.timestamp)
        });
    }

    function signReceipt(uint256 key, AnswerReceipt memory r) internal view returns (bytes memory) {
        return sign(key, keccak256(abi.encode(Eip712.RECEIPT_TYPEHASH, r)));
    }

    function deliver(bytes32 job, uint32[] memory output) internal {
        AnswerReceipt memory r = receiptOf(job, output);
        market.deliverJob(job, r, signReceipt(operatorKey, r), output);
    }

    /// @dev External, because the library reads calldata.
    function tokenRoot(bytes6 tag, uint32[] calldata ids) external pure returns (bytes32) {
        return TokenRoot.compute(0, tag, ids);
    }

    // ---------------------------------------------------------- assertions

    function assertSolvent() internal view {
        assertEq(token.balanceOf(address(vault)), vault.owed(), "vault holds what it owes");
        assertEq(
            vault.owed(),
            vault.totalFree() + vault.held(address(market)) + vault.held(address(staking))
                + vault.held(address(slasher)),
            "owed is free and held"
        );
    }
}
