package contracts

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/protocol"
)

// A call's purpose is a constant word for people; its identity is its content.
// Calls that can be meant twice (a deposit, say) take a salt.

func call(to common.Address, purpose string, data []byte) protocol.Call {
	return protocol.Call{To: &to, Data: data, Purpose: purpose}
}

func salted(c protocol.Call, salt common.Hash) protocol.Call {
	c.Salt = salt
	return c
}

// Mint creates test tokens; development tokens only.
func (a Addresses) Mint(account common.Address, amount protocol.Amount, salt common.Hash) protocol.Call {
	return salted(call(a.Token, "mint", token.PackMint(account, amount.Big())), salt)
}

// Approve lets spender pull tokens of the caller.
func (a Addresses) Approve(spender common.Address, amount protocol.Amount, salt common.Hash) protocol.Call {
	return salted(call(a.Token, "approve", token.PackApprove(spender, amount.Big())), salt)
}

// Deposit moves approved tokens of the caller into the vault, for account.
func (a Addresses) Deposit(account common.Address, amount protocol.Amount, salt common.Hash) protocol.Call {
	return salted(call(a.Vault, "deposit", vault.PackDeposit(account, amount.Big())), salt)
}

// DepositWithPermit is Deposit with the caller's EIP-2612 signature (r ‖ s ‖ v).
func (a Addresses) DepositWithPermit(account common.Address, amount protocol.Amount, deadline uint64, sig protocol.Bytes) protocol.Call {
	return call(a.Vault, "deposit with permit", vault.PackDepositWithPermit(account, amount.Big(), new(big.Int).SetUint64(deadline), sig[64], [32]byte(sig[:32]), [32]byte(sig[32:64])))
}

// Withdraw pays out the caller's free balance.
func (a Addresses) Withdraw(to common.Address, amount protocol.Amount, salt common.Hash) protocol.Call {
	return salted(call(a.Vault, "withdraw", vault.PackWithdraw(to, amount.Big())), salt)
}

// AddOperator makes an operator, which signed consent, sign for the caller.
func (a Addresses) AddOperator(operator common.Address, consent protocol.Bytes) protocol.Call {
	return call(a.Staking, "add operator", staking.PackAddOperator(operator, consent))
}

// Stake locks the caller's free balance as stake.
func (a Addresses) Stake(amount protocol.Amount, salt common.Hash) protocol.Call {
	return salted(call(a.Staking, "stake", staking.PackStake(amount.Big())), salt)
}

// Unbond starts to take stake back.
func (a Addresses) Unbond(amount protocol.Amount, salt common.Hash) protocol.Call {
	return salted(call(a.Staking, "unbond", staking.PackUnbond(amount.Big())), salt)
}

// CompleteUnbond releases unbonded stake of a provider.
func (a Addresses) CompleteUnbond(provider common.Address, salt common.Hash) protocol.Call {
	return salted(call(a.Staking, "complete unbond", staking.PackCompleteUnbond(provider)), salt)
}

func manifest(m protocol.Manifest) bindings.Manifest {
	return bindings.Manifest{Kind: uint8(m.Kind), Class: uint8(m.Class), SpecVersion: m.SpecVersion, WeightsRoot: m.WeightsRoot,
		TokenizerHash: m.TokenizerHash, Parent: m.Parent, RoyaltyBps: m.RoyaltyBps, ParentRoyaltyBps: m.ParentRoyaltyBps,
		MinChildRoyaltyBps: m.MinChildRoyaltyBps, Creator: m.Creator, Name: m.Name, MetadataURI: m.MetadataURI}
}

// VersionID returns keccak256(abi.encode(manifest)): the id the registry gives it.
func VersionID(m protocol.Manifest) common.Hash {
	return crypto.Keccak256Hash(registry.PackVersionId(manifest(m))[4:])
}

// Publish registers a model version; header and path are empty in class sampled.
func (a Addresses) Publish(m protocol.Manifest, header []byte, path []common.Hash) protocol.Call {
	siblings := make([][32]byte, len(path))
	for i, h := range path {
		siblings[i] = h
	}
	return call(a.Registry, "publish", registry.PackPublish(manifest(m), header, siblings))
}

// OpenChannel locks the caller's free balance for vouchers of a delegate.
func (a Addresses) OpenChannel(delegate common.Address, amount protocol.Amount, expiry uint64, salt common.Hash) protocol.Call {
	return salted(call(a.Market, "open channel", market.PackOpenChannel(delegate, amount.Big(), expiry)), salt)
}

// TopUp adds the caller's free balance to a channel.
func (a Addresses) TopUp(channel common.Hash, amount protocol.Amount, salt common.Hash) protocol.Call {
	return salted(call(a.Market, "top up", market.PackTopUp(channel, amount.Big())), salt)
}

// CloseChannel starts a channel's grace period.
func (a Addresses) CloseChannel(channel common.Hash) protocol.Call {
	return call(a.Market, "close channel", market.PackCloseChannel(channel))
}

// SweepChannel returns what a closed channel did not pay.
func (a Addresses) SweepChannel(channel common.Hash) protocol.Call {
	return call(a.Market, "sweep channel", market.PackSweepChannel(channel))
}

// Redeem turns vouchers of one provider into pending credit. Without consent the
// caller must be one of its operators.
func (a Addresses) Redeem(provider common.Address, vouchers []protocol.Voucher, signatures []protocol.Bytes, consent protocol.Bytes) protocol.Call {
	vs, sigs := make([]bindings.Voucher, len(vouchers)), make([][]byte, len(signatures))
	for i, v := range vouchers {
		vs[i] = bindings.Voucher{Channel: v.Channel, Provider: v.Provider, ModelVersion: v.ModelVersion, Relayer: v.Relayer,
			Total: v.Total.Big(), Count: v.Count, ReceiptsRoot: v.ReceiptsRoot}
	}
	for i, s := range signatures {
		sigs[i] = s
	}
	return call(a.Market, "redeem", market.PackRedeem(provider, vs, sigs, consent))
}

// Mature splits a credit whose dispute window is over.
func (a Addresses) Mature(provider common.Address, version common.Hash, relayer common.Address, epoch uint64) protocol.Call {
	return call(a.Market, "mature", market.PackMature(provider, version, relayer, epoch))
}

// JobOrder is a request put on chain by the caller.
type JobOrder struct {
	ModelVersion       common.Hash
	Prompt             []uint32
	MaxOutputTokens    uint32
	Params             protocol.Params
	PriceIn, PriceOut  protocol.Amount
	MaxFee             protocol.Amount
	Deadline           uint64
	Salt               common.Hash
	Callback           common.Address // zero for none
	CallbackGas        uint32
	CallbackAtDelivery bool
}

// RequestJob locks MaxFee and asks every provider.
func (a Addresses) RequestJob(o JobOrder) protocol.Call {
	return salted(call(a.Market, "request job", market.PackRequestJob(bindings.JobOrder{ModelVersion: o.ModelVersion, Prompt: o.Prompt,
		MaxOutputTokens: o.MaxOutputTokens, Params: o.Params.Encode(), PriceIn: o.PriceIn.Big(), PriceOut: o.PriceOut.Big(),
		MaxFee: o.MaxFee.Big(), Deadline: o.Deadline, Salt: o.Salt, Callback: o.Callback, CallbackGas: o.CallbackGas,
		CallbackAtDelivery: o.CallbackAtDelivery})), o.Salt)
}

// AcceptJob assigns a job by a provider's signed acceptance.
func (a Addresses) AcceptJob(v protocol.Acceptance, sig protocol.Bytes) protocol.Call {
	return call(a.Market, "accept job", market.PackAcceptJob(bindings.Acceptance{Job: v.Job, RequestHash: v.RequestHash, Provider: v.Provider,
		Relayer: v.Relayer, ValidUntil: v.ValidUntil}, sig))
}

// DeliverJob posts receipt and output of a job.
func (a Addresses) DeliverJob(job common.Hash, r protocol.Receipt, sig protocol.Bytes, output []uint32) protocol.Call {
	return call(a.Market, "deliver job", market.PackDeliverJob(job, bindings.Receipt{RequestHash: r.RequestHash, Provider: r.Provider, Seq: r.Seq,
		OutputRoot: r.OutputRoot, OutputTokens: r.OutputTokens, Finish: uint8(r.Finish), TraceRoot: r.TraceRoot, Fee: r.Fee.Big(),
		CompletedAt: r.CompletedAt}, sig, output))
}

// FinalizeJob pays a delivered job after its window.
func (a Addresses) FinalizeJob(job common.Hash) protocol.Call {
	return call(a.Market, "finalize job", market.PackFinalizeJob(job))
}

// RunCallback hands a job's output to its target.
func (a Addresses) RunCallback(job common.Hash, output []uint32) protocol.Call {
	return call(a.Market, "run callback", market.PackRunCallback(job, output))
}

// RefundJob returns the money of a job that nobody delivered in time.
func (a Addresses) RefundJob(job common.Hash) protocol.Call {
	return call(a.Market, "refund job", market.PackRefundJob(job))
}

// OpenWager starts a wager of the sample game; the game may pull the stake.
func (a Addresses) OpenWager(stake protocol.Amount, salt common.Hash) protocol.Call {
	return salted(call(a.StoryWager, "open wager", wager.PackOpen(stake.Big())), salt)
}

// JoinWager takes the other side; AskWager may be called two blocks later.
func (a Addresses) JoinWager(id uint64) protocol.Call {
	return call(a.StoryWager, "join wager", wager.PackJoin(new(big.Int).SetUint64(id)))
}

// AskWager asks for the story of a wager with two players.
func (a Addresses) AskWager(id uint64) protocol.Call {
	return call(a.StoryWager, "ask for a story", wager.PackAsk(new(big.Int).SetUint64(id)))
}

// ClaimWager pays what the sender is owed by the game to an address.
func (a Addresses) ClaimWager(to common.Address, salt common.Hash) protocol.Call {
	return salted(call(a.StoryWager, "claim from wagers", wager.PackClaim(to)), salt)
}
