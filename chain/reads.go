package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Reads of the latest block. Each is one eth_call.

func amount(ctx context.Context, c *Contracts, at common.Address, data []byte, unpack func([]byte) (*big.Int, error)) (protocol.Amount, error) {
	n, err := Call(ctx, c.Client, at, nil, data, unpack)
	if err != nil {
		return protocol.Amount{}, err
	}
	return protocol.AmountFromBig(n)
}

// TokenBalance returns what an account holds outside the Vault.
func (c *Contracts) TokenBalance(ctx context.Context, account common.Address) (protocol.Amount, error) {
	return amount(ctx, c, c.At.Token, c.Token.PackBalanceOf(account), c.Token.UnpackBalanceOf)
}

// Free returns an account's free balance in the Vault.
func (c *Contracts) Free(ctx context.Context, account common.Address) (protocol.Amount, error) {
	return amount(ctx, c, c.At.Vault, c.Vault.PackFree(account), c.Vault.UnpackFree)
}

// Held returns what the Vault owes to a contract of the deployment.
func (c *Contracts) Held(ctx context.Context, module common.Address) (protocol.Amount, error) {
	return amount(ctx, c, c.At.Vault, c.Vault.PackHeld(module), c.Vault.UnpackHeld)
}

// Solvency returns the Vault's token balance and the sum of all that it owes,
// both at one block: the first is never below the second.
func (c *Contracts) Solvency(ctx context.Context) (balance, owed protocol.Amount, err error) {
	head, err := c.Client.Head(ctx, Latest)
	if err != nil {
		return balance, owed, err
	}
	b, err := Call(ctx, c.Client, c.At.Token, head.Number, c.Token.PackBalanceOf(c.At.Vault), c.Token.UnpackBalanceOf)
	if err != nil {
		return balance, owed, err
	}
	o, err := Call(ctx, c.Client, c.At.Vault, head.Number, c.Vault.PackOwed(), c.Vault.UnpackOwed)
	if err != nil {
		return balance, owed, err
	}
	return protocol.MustAmount(b), protocol.MustAmount(o), nil
}

// StakeOf returns a provider's stake, what unbonds included.
func (c *Contracts) StakeOf(ctx context.Context, provider common.Address) (protocol.Amount, error) {
	return amount(ctx, c, c.At.Staking, c.Staking.PackStakeOf(provider), c.Staking.UnpackStakeOf)
}

// FreeStakeOf returns the stake that does not unbond: what exposure is measured by.
func (c *Contracts) FreeStakeOf(ctx context.Context, provider common.Address) (protocol.Amount, error) {
	return amount(ctx, c, c.At.Staking, c.Staking.PackFreeStakeOf(provider), c.Staking.UnpackFreeStakeOf)
}

// UnbondingOf returns what of a provider's stake unbonds and from when on it may
// leave (Unix seconds).
func (c *Contracts) UnbondingOf(ctx context.Context, provider common.Address) (protocol.Amount, uint64, error) {
	u, err := Call(ctx, c.Client, c.At.Staking, nil, c.Staking.PackUnbondingOf(provider), c.Staking.UnpackUnbondingOf)
	if err != nil {
		return protocol.Amount{}, 0, err
	}
	return protocol.MustAmount(u.Amount), u.ExitAt, nil
}

// ProviderOf returns whom an operator signs for (zero: nobody) and whether it
// still may.
func (c *Contracts) ProviderOf(ctx context.Context, operator common.Address) (common.Address, bool, error) {
	provider, err := Call(ctx, c.Client, c.At.Staking, nil, c.Staking.PackProviderOf(operator), c.Staking.UnpackProviderOf)
	if err != nil {
		return common.Address{}, false, err
	}
	active, err := Call(ctx, c.Client, c.At.Staking, nil, c.Staking.PackIsActiveOperator(operator), c.Staking.UnpackIsActiveOperator)
	return provider, active, err
}

// PendingOf returns a provider's pending credit and accepted jobs: at most half
// its stake.
func (c *Contracts) PendingOf(ctx context.Context, provider common.Address) (protocol.Amount, error) {
	return amount(ctx, c, c.At.Market, c.Market.PackPendingOf(provider), c.Market.UnpackPendingOf)
}

// ClassOf returns the class of a model version, 0 for an unknown one.
func (c *Contracts) ClassOf(ctx context.Context, modelVersion common.Hash) (protocol.Class, error) {
	class, err := Call(ctx, c.Client, c.At.Registry, nil, c.Registry.PackClassOf(modelVersion), c.Registry.UnpackClassOf)
	return protocol.Class(class), err
}

// WeightsRootOf returns the weights root of a model version, zero in class sampled.
func (c *Contracts) WeightsRootOf(ctx context.Context, modelVersion common.Hash) (common.Hash, error) {
	return Call(ctx, c.Client, c.At.Registry, nil, c.Registry.PackWeightsRootOf(modelVersion), hash(c.Registry.UnpackWeightsRootOf))
}

// ChannelOf returns a channel; protocol.ErrNotFound for an unknown id.
func (c *Contracts) ChannelOf(ctx context.Context, channel common.Hash) (Channel, error) {
	ch, err := Call(ctx, c.Client, c.At.Market, nil, c.Market.PackChannelOf(channel), c.Market.UnpackChannelOf)
	if err == nil && ch.Requester == (common.Address{}) {
		return ch, fmt.Errorf("channel %s: %w", channel, protocol.ErrNotFound)
	}
	return ch, err
}

// LineOf returns how much was paid on a voucher line.
func (c *Contracts) LineOf(ctx context.Context, line protocol.Line) (Line, error) {
	return Call(ctx, c.Client, c.At.Market, nil, c.Market.PackLineOf(LineID(line)), c.Market.UnpackLineOf)
}

// LineID is the Market's name of a voucher line.
func LineID(l protocol.Line) common.Hash {
	return crypto.Keccak256Hash(l.Channel[:], common.LeftPadBytes(l.Provider[:], 32), l.ModelVersion[:], common.LeftPadBytes(l.Relayer[:], 32))
}

// CreditOf returns one pending credit.
func (c *Contracts) CreditOf(ctx context.Context, provider common.Address, modelVersion common.Hash, relayer common.Address, epoch uint64) (Credit, error) {
	return Call(ctx, c.Client, c.At.Market, nil, c.Market.PackCreditOf(provider, modelVersion, relayer, epoch), c.Market.UnpackCreditOf)
}

// JobOf returns a job; protocol.ErrNotFound for an unknown id.
func (c *Contracts) JobOf(ctx context.Context, job common.Hash) (Job, error) {
	j, err := Call(ctx, c.Client, c.At.Market, nil, c.Market.PackJobOf(job), c.Market.UnpackJobOf)
	if err == nil && j.State == JobNone {
		return j, fmt.Errorf("job %s: %w", job, protocol.ErrNotFound)
	}
	return j, err
}

// Nonce returns the Market's counter of an account: it names the next channel or
// job, and goes into OpenChannel.
func (c *Contracts) Nonce(ctx context.Context, account common.Address) (protocol.Amount, error) {
	return amount(ctx, c, c.At.Market, c.Market.PackNonces(account), c.Market.UnpackNonces)
}

// NextID returns the id that the account's next channel or job will have, if
// nothing else of the account comes before it.
func (c *Contracts) NextID(ctx context.Context, account common.Address) (common.Hash, error) {
	nonce, err := c.Nonce(ctx, account)
	if err != nil {
		return common.Hash{}, err
	}
	return PaymentID(c.Client.profile.ID, c.At.Market, account, nonce), nil
}

// PaymentID is the id of an account's channel or job with the given nonce:
// keccak256(abi.encode(chainid, market, account, nonce)).
func PaymentID(chainID uint64, market, account common.Address, nonce protocol.Amount) common.Hash {
	chain, n := protocol.NewAmount(chainID).Word(), nonce.Word()
	return crypto.Keccak256Hash(chain[:], common.LeftPadBytes(market[:], 32), common.LeftPadBytes(account[:], 32), n[:])
}

// Timing returns the constants of the deployment, in seconds.
func (c *Contracts) Timing(ctx context.Context) (Timing, error) {
	return Call(ctx, c.Client, c.At.Market, nil, c.Market.PackTiming(), c.Market.UnpackTiming)
}

// Shares returns the shares of every fee, in basis points.
func (c *Contracts) Shares(ctx context.Context) (Shares, error) {
	return Call(ctx, c.Client, c.At.Market, nil, c.Market.PackShares(), c.Market.UnpackShares)
}

// Domain returns the EIP-712 domain of the deployment's signed types.
func (c *Contracts) Domain() protocol.Domain {
	return protocol.Domain{ChainID: c.Client.profile.ID, Market: c.At.Market}
}

func hash(unpack func([]byte) ([32]byte, error)) func([]byte) (common.Hash, error) {
	return func(out []byte) (common.Hash, error) {
		word, err := unpack(out)
		return word, err
	}
}
