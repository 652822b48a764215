// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IStaking} from "./interfaces/IStaking.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Eip712} from "./libraries/Eip712.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @title Staking
/// @notice See `IStaking`. Its books in the Vault are exactly the sum of all stakes.
contract Staking is IStaking {
    using SafeCast for uint256;

    // slot 0 | stake 16 (unbonding included) | unbonding 16
    // slot 1 | exitAt 8 | disputeUntil 8 | disputeAmount 16
    struct Provider {
        uint128 stake;
        uint128 unbonding;
        uint64 exitAt;
        uint64 disputeUntil;
        uint128 disputeAmount;
    }

    // slot 0 | provider 20 | active 1 | free 11
    struct Operator {
        address provider;
        bool active;
    }

    IVault private immutable VAULT;
    address private immutable MARKET;
    address private immutable SLASHER;
    uint64 private immutable UNBONDING;

    mapping(address provider => Provider) private _providers;
    mapping(address operator => Operator) private _operators;

    modifier onlyMarket() {
        if (msg.sender != MARKET) revert NotMarket(msg.sender);
        _;
    }

    modifier onlySlasher() {
        if (msg.sender != SLASHER) revert NotSlasher(msg.sender);
        _;
    }

    /// @param atRisk the longest time after an act in which it can still be slashed: dispute window + depth x clock +
    /// proof time + margin. Unbonding must take longer.
    constructor(IVault vault_, address market_, address slasher_, uint64 unbonding, uint64 atRisk) {
        if (address(vault_) == address(0) || market_ == address(0) || slasher_ == address(0)) {
            revert ZeroAddress();
        }
        if (unbonding <= atRisk) revert UnsafeUnbonding(unbonding, atRisk);
        VAULT = vault_;
        MARKET = market_;
        SLASHER = slasher_;
        UNBONDING = unbonding;
    }

    // ----------------------------------------------------------- operators

    /// @inheritdoc IStaking
    function addOperator(address operator, bytes calldata consent) external {
        Operator storage o = _operators[operator];

        // INVARIANT: operator -> provider is written once.
        if (o.provider != address(0)) revert OperatorTaken(operator, o.provider);
        bytes32 digest =
            Eip712.digest(Eip712.separator(MARKET), Eip712.hashOperatorConsent(operator, msg.sender));
        // INVARIANT: nobody is made an operator against its will, or a stranger could slash by its receipts.
        if (operator == address(0) || Signatures.recover(digest, consent) != operator) {
            revert BadOperatorConsent(operator);
        }

        o.provider = msg.sender;
        o.active = true;
        emit OperatorAdded(msg.sender, operator);
    }

    /// @inheritdoc IStaking
    function retireOperator(address operator) external {
        Operator storage o = _operators[operator];
        if (o.provider != msg.sender || !o.active) revert NotOperatorOf(operator, msg.sender);
        o.active = false;
        emit OperatorRetired(msg.sender, operator);
    }

    // --------------------------------------------------------------- stake

    /// @inheritdoc IStaking
    function stake(uint256 amount) external {
        if (amount == 0) revert ZeroAmount();
        Provider storage p = _providers[msg.sender];
        uint128 total = p.stake + amount.toUint128();
        p.stake = total;
        emit Staked(msg.sender, amount, total);
        // INVARIANT: a dispute could slash all stake, also what comes while it lasts.
        if (block.timestamp < p.disputeUntil) _holdForDispute(msg.sender, p, amount, p.disputeUntil);
        VAULT.lock(msg.sender, amount);
    }

    /// @inheritdoc IStaking
    function unbond(uint256 amount) external {
        if (amount == 0) revert ZeroAmount();
        Provider storage p = _providers[msg.sender];
        uint256 freeStake = p.stake - p.unbonding;
        if (amount > freeStake) revert InsufficientStake(msg.sender, freeStake, amount);

        uint128 unbonding = p.unbonding + amount.toUint128();
        uint64 exitAt = _max(p.exitAt, uint64(block.timestamp) + UNBONDING);
        p.unbonding = unbonding;
        p.exitAt = exitAt;
        emit Unbonding(msg.sender, amount, unbonding, exitAt);
    }

    /// @inheritdoc IStaking
    function completeUnbond(address provider) external {
        Provider storage p = _providers[provider];
        uint256 amount = p.unbonding;
        if (amount == 0) revert NothingUnbonding(provider);
        // INVARIANT: stake that a redeem or a job put at risk stays until it no longer is.
        if (block.timestamp < p.exitAt) revert ExitNotOpen(provider, p.exitAt);

        // INVARIANT: what a dispute holds stays until it is over.
        if (block.timestamp < p.disputeUntil) {
            uint256 movable = p.stake > p.disputeAmount ? p.stake - p.disputeAmount : 0;
            if (movable == 0) revert ExitNotOpen(provider, p.disputeUntil);
            if (amount > movable) amount = movable;
        }

        uint128 left = p.stake - amount.toUint128();
        p.unbonding -= amount.toUint128();
        p.stake = left;
        emit Unbonded(provider, amount, left);
        VAULT.release(provider, amount);
    }

    // ------------------------------------------------- Market and Slasher

    /// @inheritdoc IStaking
    function holdExit(address provider, uint64 until) external onlyMarket {
        Provider storage p = _providers[provider];
        if (until <= p.exitAt) return;
        p.exitAt = until;
        emit ExitMoved(provider, until);
    }

    /// @inheritdoc IStaking
    function holdExitForDispute(address provider, uint256 amount, uint64 until) external onlySlasher {
        _holdForDispute(provider, _providers[provider], amount, until);
    }

    /// @inheritdoc IStaking
    function penalize(address provider, bytes32 cause, uint256 amount)
        external
        onlyMarket
        returns (uint256 taken)
    {
        uint256 left;
        (taken, left) = _take(provider, amount);
        emit Penalized(provider, cause, taken, left);
        VAULT.burn(taken);
    }

    /// @inheritdoc IStaking
    function slash(
        address provider,
        bytes32 cause,
        uint256 amount,
        address refundTo,
        uint256 refund,
        address bountyTo,
        uint256 bounty
    ) external onlySlasher returns (uint256 taken) {
        uint256 left;
        (taken, left) = _take(provider, amount);
        refund = refund < taken ? refund : taken;
        bounty = bounty < taken - refund ? bounty : taken - refund;
        uint256 burned = taken - refund - bounty;
        emit Slashed(provider, cause, taken, burned, left);
        if (refund != 0) VAULT.release(refundTo, refund);
        if (bounty != 0) VAULT.release(bountyTo, bounty);
        VAULT.burn(burned);
    }

    // --------------------------------------------------------------- views

    /// @inheritdoc IStaking
    function stakeOf(address provider) external view returns (uint256) {
        return _providers[provider].stake;
    }

    /// @inheritdoc IStaking
    function freeStakeOf(address provider) external view returns (uint256) {
        Provider storage p = _providers[provider];
        return p.stake - p.unbonding;
    }

    /// @inheritdoc IStaking
    function unbondingOf(address provider) external view returns (uint256 amount, uint64 exitAt) {
        Provider storage p = _providers[provider];
        return (p.unbonding, p.exitAt);
    }

    /// @inheritdoc IStaking
    function disputeHoldOf(address provider) external view returns (uint256 amount, uint64 until) {
        Provider storage p = _providers[provider];
        return block.timestamp < p.disputeUntil ? (p.disputeAmount, p.disputeUntil) : (0, 0);
    }

    /// @inheritdoc IStaking
    function providerOf(address operator) external view returns (address) {
        return _operators[operator].provider;
    }

    /// @inheritdoc IStaking
    function isActiveOperator(address operator) external view returns (bool) {
        return _operators[operator].active;
    }

    /// @inheritdoc IStaking
    function unbondingPeriod() external view returns (uint64) {
        return UNBONDING;
    }

    /// @inheritdoc IStaking
    function vault() external view returns (address) {
        return address(VAULT);
    }

    /// @inheritdoc IStaking
    function market() external view returns (address) {
        return MARKET;
    }

    /// @inheritdoc IStaking
    function slasher() external view returns (address) {
        return SLASHER;
    }

    // ------------------------------------------------------------- private

    function _holdForDispute(address provider, Provider storage p, uint256 amount, uint64 until) private {
        // INVARIANT: every open question finds what it could slash.
        uint256 sum = block.timestamp < p.disputeUntil ? p.disputeAmount : 0;
        if (amount > type(uint128).max - sum) amount = type(uint128).max - sum;
        uint128 keep = (sum + amount).toUint128();
        uint64 later = _max(p.disputeUntil, until);
        p.disputeAmount = keep;
        p.disputeUntil = later;
        emit ExitHeldForDispute(provider, keep, later);
    }

    /// @dev Takes free stake first, so that a slash also shrinks what the provider may earn.
    function _take(address provider, uint256 amount) private returns (uint256 taken, uint256 left) {
        Provider storage p = _providers[provider];
        taken = amount < p.stake ? amount : p.stake;
        left = p.stake - taken;
        p.stake = left.toUint128();
        if (p.unbonding > left) p.unbonding = left.toUint128();
    }

    function _max(uint64 a, uint64 b) private pure returns (uint64) {
        return a > b ? a : b;
    }
}
