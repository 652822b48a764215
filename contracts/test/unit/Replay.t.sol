// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Staking} from "../../src/Staking.sol";
import {IMarket, IMarketEvents} from "../../src/interfaces/IMarket.sol";
import {IStaking} from "../../src/interfaces/IStaking.sol";
import {Eip712} from "../../src/libraries/Eip712.sol";
import {Acceptance, JobOrder, Receipt as AnswerReceipt, Voucher} from "../../src/types/Types.sol";
import {Fixture} from "../Fixture.sol";

/// @notice TOK-3: a signature counts for one chain, one contract, one value. Each field of each signed type that a
/// contract reads is changed after signing; each type is replayed on a fork and on another deployment. Openings are
/// replayed in Game.t.sol, what tokens read in Vault.t.sol.
contract ReplayTest is Fixture {
    bytes32 private channel;
    bytes32 private other;
    /// @dev An earlier deployment on the same chain, with the same people.
    IMarket private elsewhere;
    Staking private elsewhereStaking;

    function setUp() public override {
        super.setUp();
        (elsewhere, elsewhereStaking) = (market, staking);
        deploy(address(token));
        fund(requester, FUNDS);
        enlist(provider, operator, operatorKey, STAKE);
        enlist(provider2, operator2, operator2Key, STAKE);
        publishModels();
        channel = openDefault(1000e6);
        other = openDefault(1000e6);
    }

    /// @dev The same value, signed for the other deployment.
    function signElsewhere(uint256 key, bytes32 structHash) private view returns (bytes memory) {
        return signDigest(key, Eip712.digest(Eip712.separator(address(elsewhere)), structHash));
    }

    // ------------------------------------------------------------- voucher

    function mutated(Voucher memory v, uint256 field) private view returns (Voucher memory) {
        if (field == 0) v.channel = other;
        if (field == 1) v.provider = provider2;
        if (field == 2) v.modelVersion = base;
        if (field == 3) v.relayer = stranger;
        if (field == 4) v.total += 1;
        if (field == 5) v.count += 1;
        if (field == 6) v.receiptsRoot = "x";
        return v;
    }

    function test_voucher_eachField() public {
        bytes memory signature = signVoucher(delegateKey, voucherOf(channel, 100));
        for (uint256 field = 0; field < 7; ++field) {
            Voucher memory v = mutated(voucherOf(channel, 100), field);
            address signer = v.provider == provider ? operator : operator2;
            vm.prank(signer);
            assertEq(market.redeem(v.provider, one(v), one(signature), ""), 0, "mutated");
        }
        assertEq(redeemSigned(voucherOf(channel, 100), signature), 100, "as signed");
        assertEq(redeemSigned(voucherOf(channel, 100), signature), 0, "and once");
    }

    function test_voucher_otherChainAndContract() public {
        Voucher memory v = voucherOf(channel, 100);
        bytes memory here = signVoucher(delegateKey, v);
        bytes32 structHash = keccak256(abi.encode(Eip712.VOUCHER_TYPEHASH, v));
        assertEq(redeemSigned(v, signElsewhere(delegateKey, structHash)), 0, "another deployment");
        bytes32 foreign = Eip712.digest(Eip712.separator(address(jobs)), structHash);
        assertEq(redeemSigned(v, signDigest(delegateKey, foreign)), 0, "another contract's domain");
        vm.chainId(block.chainid + 1);
        assertEq(redeemSigned(v, here), 0, "a fork");
        assertEq(redeem(v), 100, "the fork has its own domain");
    }

    // ---------------------------------------------------------- redemption

    function test_redemption_boundToItsBatch() public {
        Voucher[] memory list = new Voucher[](2);
        bytes[] memory signatures = new bytes[](2);
        bytes32[] memory digests = new bytes32[](2);
        for (uint256 i = 0; i < 2; ++i) {
            list[i] = voucherOf(i == 0 ? channel : other, 100);
            signatures[i] = signVoucher(delegateKey, list[i]);
            digests[i] = voucherHash(list[i]);
        }
        bytes memory consent = sign(operatorKey, Eip712.hashRedemption(keccak256(abi.encodePacked(digests))));
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.redeem(provider, one(list[0]), one(signatures[0]), consent);
        (list[0], list[1]) = (list[1], list[0]);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.redeem(provider, list, signatures, consent);
        (list[0], list[1]) = (list[1], list[0]);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.redeem(provider2, list, signatures, consent);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.redeem(provider, list, signatures, consent);
        vm.chainId(block.chainid - 1);
        bytes memory foreign =
            signElsewhere(operatorKey, Eip712.hashRedemption(keccak256(abi.encodePacked(digests))));
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.redeem(provider, list, signatures, foreign);
        assertEq(market.redeem(provider, list, signatures, consent), 200, "as signed");
        assertEq(market.redeem(provider, list, signatures, consent), 0, "and once");
    }

    // ------------------------------------------------------------- consent

    function test_operatorConsent() public {
        (address key, uint256 secret) = makeAddrAndKey("new");
        bytes memory consent = sign(secret, Eip712.hashOperatorConsent(key, provider));
        vm.prank(provider2);
        vm.expectRevert(abi.encodeWithSelector(IStaking.BadOperatorConsent.selector, key));
        staking.addOperator(key, consent);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IStaking.BadOperatorConsent.selector, stranger));
        staking.addOperator(stranger, consent);
        vm.chainId(block.chainid + 1);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IStaking.BadOperatorConsent.selector, key));
        staking.addOperator(key, consent);
        vm.chainId(block.chainid - 1);
        bytes memory foreign = signElsewhere(secret, Eip712.hashOperatorConsent(key, provider));
        vm.startPrank(provider);
        vm.expectRevert(abi.encodeWithSelector(IStaking.BadOperatorConsent.selector, key));
        staking.addOperator(key, foreign);
        elsewhereStaking.addOperator(key, foreign);
        assertEq(elsewhereStaking.providerOf(key), provider, "where it was meant for");
        staking.addOperator(key, consent);
        vm.stopPrank();
        assertEq(staking.providerOf(key), provider, "as signed");
    }

    // -------------------------------------------------------- open channel

    function tryOpen(address who, address key, uint128 amount, uint64 expiry, uint64 deadline, bytes memory s)
        private
    {
        vm.expectRevert(abi.encodeWithSelector(IMarketEvents.BadSignature.selector, who));
        market.openChannelFor(who, key, amount, expiry, deadline, s);
    }

    function test_openChannel_eachField() public {
        uint64 t = uint64(block.timestamp);
        bytes32 structHash =
            Eip712.hashOpenChannel(requester, delegate, 10, t + 500, market.nonces(requester), t + 9);
        bytes memory s = sign(requesterKey, structHash);
        fund(stranger, 100);
        tryOpen(stranger, delegate, 10, t + 500, t + 9, s);
        tryOpen(requester, stranger, 10, t + 500, t + 9, s);
        tryOpen(requester, delegate, 11, t + 500, t + 9, s);
        tryOpen(requester, delegate, 10, t + 501, t + 9, s);
        tryOpen(requester, delegate, 10, t + 500, t + 10, s);
        vm.chainId(block.chainid + 1);
        tryOpen(requester, delegate, 10, t + 500, t + 9, s);
        vm.chainId(block.chainid - 1);
        tryOpen(requester, delegate, 10, t + 500, t + 9, signElsewhere(requesterKey, structHash));
        market.openChannelFor(requester, delegate, 10, t + 500, t + 9, s);
        tryOpen(requester, delegate, 10, t + 500, t + 9, s);
    }

    // ---------------------------------------------------------- acceptance

    function test_acceptance_eachField() public {
        JobOrder memory o = order();
        bytes32 job = requestJob(o);
        bytes32 job2 = requestJob(o);
        Acceptance memory a = acceptanceOf(job);
        bytes memory s = sign(operatorKey, keccak256(abi.encode(Eip712.ACCEPTANCE_TYPEHASH, a)));
        (a.job, a.requestHash) = (job2, market.jobOf(job2).requestHash);
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.acceptJob(a, s);
        a = acceptanceOf(job);
        a.provider = provider2;
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.acceptJob(a, s);
        a = acceptanceOf(job);
        a.relayer = stranger;
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.acceptJob(a, s);
        a = acceptanceOf(job);
        a.validUntil += 1;
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.acceptJob(a, s);
        a = acceptanceOf(job);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.acceptJob(a, s);
        vm.chainId(block.chainid - 1);
        bytes memory foreign =
            signElsewhere(operatorKey, keccak256(abi.encode(Eip712.ACCEPTANCE_TYPEHASH, a)));
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.acceptJob(a, foreign);
        market.acceptJob(a, s);
        vm.expectPartialRevert(IMarketEvents.WrongJobState.selector);
        market.acceptJob(a, s);
    }

    // ------------------------------------------------------------- receipt

    function test_receipt_unreadFieldsAreSignedToo() public {
        bytes32 job = requestJob(order());
        accept(job);
        uint32[] memory out = tokens(10, 5);
        bytes memory s = signReceipt(operatorKey, receiptOf(job, out));
        AnswerReceipt memory r = receiptOf(job, out);
        r.seq += 1;
        expectNotOperator(job, r, s, out);
        r = receiptOf(job, out);
        r.traceRoot = "x";
        expectNotOperator(job, r, s, out);
        r = receiptOf(job, out);
        r.completedAt += 1;
        expectNotOperator(job, r, s, out);
        r = receiptOf(job, out);
        r.finish = 3;
        expectNotOperator(job, r, s, out);
        r = receiptOf(job, out);
        vm.chainId(block.chainid + 1);
        expectNotOperator(job, r, s, out);
        vm.chainId(block.chainid - 1);
        bytes32 structHash = keccak256(abi.encode(Eip712.RECEIPT_TYPEHASH, r));
        expectNotOperator(job, r, signElsewhere(operatorKey, structHash), out);
        market.deliverJob(job, r, s, out);
        vm.expectPartialRevert(IMarketEvents.WrongJobState.selector);
        market.deliverJob(job, r, s, out);
    }

    function expectNotOperator(bytes32 job, AnswerReceipt memory r, bytes memory s, uint32[] memory out)
        private
    {
        vm.expectPartialRevert(IMarketEvents.NotOperator.selector);
        market.deliverJob(job, r, s, out);
    }
}
