package chain

import (
	"math/big"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
)

// The calls that keys of the network make, for txmgr. They are pure; Salt is left
// zero where a repetition is the same wish, and callers set it (and Deadline)
// where it is not: a second deposit of the same amount, say.

func call(to common.Address, purpose string, data []byte) protocol.Call {
	return protocol.Call{To: &to, Data: data, Purpose: purpose}
}

// Approve lets spender take up to amount of the key's tokens.
func (c *Contracts) Approve(spender common.Address, amount protocol.Amount) protocol.Call {
	return call(c.At.Token, "approve", c.Token.PackApprove(spender, amount.Big()))
}

// Mint makes test tokens; development chains only.
func (c *Contracts) Mint(account common.Address, amount protocol.Amount) protocol.Call {
	return call(c.At.Token, "mint", c.Token.PackMint(account, amount.Big()))
}

// Deposit moves approved tokens of the key into account's free balance.
func (c *Contracts) Deposit(account common.Address, amount protocol.Amount) protocol.Call {
	return call(c.At.Vault, "deposit", c.Vault.PackDeposit(account, amount.Big()))
}

// DepositWithPermit is Deposit with the key's own EIP-2612 permit in place of an
// approval. signature is r ‖ s ‖ v, 65 bytes.
func (c *Contracts) DepositWithPermit(account common.Address, amount protocol.Amount, deadline uint64, signature [65]byte) protocol.Call {
	return call(c.At.Vault, "deposit", c.Vault.PackDepositWithPermit(account, amount.Big(), new(big.Int).SetUint64(deadline),
		signature[64], [32]byte(signature[:32]), [32]byte(signature[32:64])))
}

// DepositWithAuthorization deposits tokens of from, who signed ERC-3009; anyone
// may send it.
func (c *Contracts) DepositWithAuthorization(from common.Address, amount protocol.Amount, validAfter, validBefore uint64, salt common.Hash, signature []byte) protocol.Call {
	return call(c.At.Vault, "deposit", c.Vault.PackDepositWithAuthorization(from, amount.Big(),
		new(big.Int).SetUint64(validAfter), new(big.Int).SetUint64(validBefore), salt, signature))
}

// Withdraw pays amount of the key's free balance out to an address.
func (c *Contracts) Withdraw(to common.Address, amount protocol.Amount) protocol.Call {
	return call(c.At.Vault, "withdraw", c.Vault.PackWithdraw(to, amount.Big()))
}

// FlushBurned sends what was burned to where nobody can take it.
func (c *Contracts) FlushBurned() protocol.Call {
	return call(c.At.Vault, "flush burned", c.Vault.PackFlushBurned())
}

// AddOperator binds an operator, who consented, to the key's provider for ever.
func (c *Contracts) AddOperator(operator common.Address, consent []byte) protocol.Call {
	return call(c.At.Staking, "add operator", c.Staking.PackAddOperator(operator, consent))
}

// RetireOperator ends what an operator may sign.
func (c *Contracts) RetireOperator(operator common.Address) protocol.Call {
	return call(c.At.Staking, "retire operator", c.Staking.PackRetireOperator(operator))
}

// Stake locks amount of the key's free balance as stake.
func (c *Contracts) Stake(amount protocol.Amount) protocol.Call {
	return call(c.At.Staking, "stake", c.Staking.PackStake(amount.Big()))
}

// Unbond starts the exit of amount of the key's stake.
func (c *Contracts) Unbond(amount protocol.Amount) protocol.Call {
	return call(c.At.Staking, "unbond", c.Staking.PackUnbond(amount.Big()))
}

// CompleteUnbond ends a provider's exit once its time has come; anyone may.
func (c *Contracts) CompleteUnbond(provider common.Address) protocol.Call {
	return call(c.At.Staking, "complete unbond", c.Staking.PackCompleteUnbond(provider))
}

// Publish publishes a model version; header and path are empty in class sampled.
func (c *Contracts) Publish(m Manifest, header []byte, path []common.Hash) protocol.Call {
	words := make([][32]byte, len(path))
	for i, h := range path {
		words[i] = h
	}
	return call(c.At.Registry, "publish", c.Registry.PackPublish(m, header, words))
}

// OpenChannel opens a channel of the key with amount of its free balance.
func (c *Contracts) OpenChannel(delegate common.Address, amount protocol.Amount, expiry uint64) protocol.Call {
	return call(c.At.Market, "open channel", c.Market.PackOpenChannel(delegate, amount.Big(), expiry))
}

// OpenChannelFor opens a channel for a requester who signed o.
func (c *Contracts) OpenChannelFor(o protocol.OpenChannel, signature []byte) protocol.Call {
	return call(c.At.Market, "open channel", c.Market.PackOpenChannelFor(o.Requester, o.Delegate, o.Amount.Big(), o.Expiry, o.Deadline, signature))
}

// TopUp adds amount of the key's free balance to a channel.
func (c *Contracts) TopUp(channel common.Hash, amount protocol.Amount) protocol.Call {
	return call(c.At.Market, "top up", c.Market.PackTopUp(channel, amount.Big()))
}

// ChangeDelegate replaces the delegate of one of the key's channels.
func (c *Contracts) ChangeDelegate(channel common.Hash, delegate common.Address) protocol.Call {
	return call(c.At.Market, "change delegate", c.Market.PackChangeDelegate(channel, delegate))
}

// CloseChannel starts the grace period of one of the key's channels.
func (c *Contracts) CloseChannel(channel common.Hash) protocol.Call {
	return call(c.At.Market, "close channel", c.Market.PackCloseChannel(channel))
}

// SweepChannel returns what a closed channel did not pay; anyone may.
func (c *Contracts) SweepChannel(channel common.Hash) protocol.Call {
	return call(c.At.Market, "sweep channel", c.Market.PackSweepChannel(channel))
}

// Redeem redeems vouchers of one provider with their delegates' signatures.
// consent is the operator's Redemption signature; nil where the key is itself an
// active operator of the provider.
func (c *Contracts) Redeem(provider common.Address, vouchers []protocol.Voucher, signatures [][]byte, consent []byte) protocol.Call {
	packed := make([]bindings.Voucher, len(vouchers))
	for i, v := range vouchers {
		packed[i] = voucherOf(v)
	}
	return call(c.At.Market, "redeem", c.Market.PackRedeem(provider, packed, signatures, consent))
}

// Mature splits a credit whose time has come; anyone may.
func (c *Contracts) Mature(provider common.Address, modelVersion common.Hash, relayer common.Address, epoch uint64) protocol.Call {
	return call(c.At.Market, "mature", c.Market.PackMature(provider, modelVersion, relayer, epoch))
}

// RequestJob puts a request on chain and locks its maxFee.
func (c *Contracts) RequestJob(order JobOrder) protocol.Call {
	return call(c.At.Market, "request job", c.Market.PackRequestJob(order))
}

// AcceptJob assigns a job to the provider whose operator signed a.
func (c *Contracts) AcceptJob(a protocol.Acceptance, relayer common.Address, signature []byte) protocol.Call {
	return call(c.At.Market, "accept job", c.Market.PackAcceptJob(
		bindings.Acceptance{Job: a.Job, Provider: a.Provider, ValidUntil: a.ValidUntil}, relayer, signature))
}

// DeliverJob posts the receipt and the output tokens of a job.
func (c *Contracts) DeliverJob(job common.Hash, r protocol.Receipt, signature []byte, output []uint32) protocol.Call {
	return call(c.At.Market, "deliver job", c.Market.PackDeliverJob(job, receiptOf(r), signature, output))
}

// FinalizeJob splits the fee of a job whose dispute window is over; anyone may.
func (c *Contracts) FinalizeJob(job common.Hash) protocol.Call {
	return call(c.At.Market, "finalize job", c.Market.PackFinalizeJob(job))
}

// RunCallback hands a job's output to its callback target; anyone may.
func (c *Contracts) RunCallback(job common.Hash, output []uint32) protocol.Call {
	return call(c.At.Market, "run callback", c.Market.PackRunCallback(job, output))
}

// RefundJob returns the maxFee of a job that came to nothing; anyone may.
func (c *Contracts) RefundJob(job common.Hash) protocol.Call {
	return call(c.At.Market, "refund job", c.Market.PackRefundJob(job))
}

// CreateWager deploys the sample game for one question.
func (c *Contracts) CreateWager(q WagerQuestion, maxStake protocol.Amount) protocol.Call {
	code := common.FromHex(bindings.StoryWagerMetaData.Bin)
	args := c.Wager.PackConstructor(c.At.Market, c.At.Vault, q, maxStake.Big())
	return protocol.Call{Data: append(code, args...), Purpose: "create wager"}
}
