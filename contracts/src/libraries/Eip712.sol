// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {Opening} from "../types/DisputeTypes.sol";
import {Acceptance, Receipt, Request, Voucher} from "../types/Types.sol";

/// @title Eip712
/// @notice The one place that hashes signed values. One domain for all of them: name "DGrid", version "1", the chain
/// id and the Market. The structs hold value types only, so `abi.encode(typeHash, struct)` is EIP-712's encoding.
/// The other half of this file is `protocol/eip712.go`; `test/vectors/eip712.json` holds both together.
library Eip712 {
    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant REQUEST_TYPEHASH = keccak256(
        "Request(bytes32 payment,bytes32 modelVersion,address requester,bytes32 promptRoot,uint32 promptTokens,uint32 maxOutputTokens,bytes32 paramsHash,uint128 priceIn,uint128 priceOut,uint128 maxFee,uint64 deadline,uint8 audience,bytes32 salt)"
    );
    bytes32 internal constant RECEIPT_TYPEHASH = keccak256(
        "Receipt(bytes32 requestHash,address provider,uint64 seq,bytes32 outputRoot,uint32 outputTokens,uint8 finish,bytes32 traceRoot,uint128 fee,uint64 completedAt)"
    );
    bytes32 internal constant VOUCHER_TYPEHASH = keccak256(
        "Voucher(bytes32 channel,address provider,bytes32 modelVersion,address relayer,uint128 total,uint64 count,bytes32 receiptsRoot)"
    );
    bytes32 internal constant REDEMPTION_TYPEHASH = keccak256("Redemption(bytes32 vouchersHash)");
    bytes32 internal constant ACCEPTANCE_TYPEHASH = keccak256(
        "Acceptance(bytes32 job,bytes32 requestHash,address provider,address relayer,uint64 validUntil)"
    );
    bytes32 internal constant OPENING_TYPEHASH =
        keccak256("Opening(bytes32 receiptHash,uint32 t,uint32 l,bytes32 blockRoot)");
    bytes32 internal constant OPERATOR_CONSENT_TYPEHASH =
        keccak256("OperatorConsent(address operator,address provider)");
    bytes32 internal constant OPEN_CHANNEL_TYPEHASH = keccak256(
        "OpenChannel(address requester,address delegate,uint128 amount,uint64 expiry,uint256 nonce,uint64 deadline)"
    );

    function separator(address market) internal view returns (bytes32) {
        return
            keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("DGrid"), keccak256("1"), block.chainid, market));
    }

    function digest(bytes32 domain, bytes32 structHash) internal pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    function hash(Request memory request) internal pure returns (bytes32) {
        return keccak256(abi.encode(REQUEST_TYPEHASH, request));
    }

    function hash(Receipt calldata receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_TYPEHASH, receipt));
    }

    function hash(Voucher memory voucher) internal pure returns (bytes32) {
        return keccak256(abi.encode(VOUCHER_TYPEHASH, voucher));
    }

    function hash(Acceptance calldata acceptance) internal pure returns (bytes32) {
        return keccak256(abi.encode(ACCEPTANCE_TYPEHASH, acceptance));
    }

    function hash(Opening calldata opening) internal pure returns (bytes32) {
        return keccak256(abi.encode(OPENING_TYPEHASH, opening));
    }

    function hashRedemption(bytes32 vouchersHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(REDEMPTION_TYPEHASH, vouchersHash));
    }

    function hashOperatorConsent(address operator, address provider) internal pure returns (bytes32) {
        return keccak256(abi.encode(OPERATOR_CONSENT_TYPEHASH, operator, provider));
    }

    function hashOpenChannel(
        address requester,
        address delegate,
        uint128 amount,
        uint64 expiry,
        uint256 nonce,
        uint64 deadline
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(OPEN_CHANNEL_TYPEHASH, requester, delegate, amount, expiry, nonce, deadline)
        );
    }
}
