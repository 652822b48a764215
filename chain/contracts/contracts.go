// Package contracts reads the deployed contracts as protocol values and builds the
// calls that change them. It sends nothing: a call goes to a transaction manager.
//
// Amounts are base units of the settlement token, times Unix seconds. Reads are of
// the latest block unless a method says otherwise.
package contracts

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

// Addresses says where the contracts are; StoryWager is zero where there is no game.
type Addresses struct {
	Token        common.Address `json:"token"`
	Vault        common.Address `json:"vault"`
	Staking      common.Address `json:"staking"`
	Registry     common.Address `json:"model_registry"`
	Market       common.Address `json:"market"`
	Slasher      common.Address `json:"slasher"`
	StoryWager   common.Address `json:"story_wager"`
	Verifiers    common.Address `json:"verifier_registry"`
	Disputes     common.Address `json:"dispute_game"`
	Questions    common.Address `json:"questions"`
	Claims       common.Address `json:"claims"`
	Audits       common.Address `json:"audits"`
	Auditors     common.Address `json:"auditors"`
	Attestations common.Address `json:"attestations"`
	Beacon       common.Address `json:"beacon"`
	Ledger       common.Address `json:"dispute_ledger"`
	StepTable    common.Address `json:"step_table"`
	NodeTable    common.Address `json:"node_table"`
}

var (
	token    = bindings.NewTestToken()
	vault    = bindings.NewVault()
	staking  = bindings.NewStaking()
	registry = bindings.NewModelRegistry()
	market   = bindings.NewMarket()
	wager    = bindings.NewStoryWager()
)

// Reader reads contracts through one node.
type Reader struct {
	client *chain.Client
	at     Addresses
}

// NewReader reads the contracts at the given addresses.
func NewReader(c *chain.Client, at Addresses) *Reader { return &Reader{c, at} }

// Addresses returns where the contracts are.
func (r *Reader) Addresses() Addresses { return r.at }

// Domain returns the EIP-712 domain of the deployment.
func (r *Reader) Domain() protocol.Domain {
	return protocol.Domain{ChainID: r.client.Profile().ID, Market: r.at.Market}
}

// Now returns the latest block's time: the clock that contracts judge by.
func (r *Reader) Now(ctx context.Context) (uint64, error) {
	h, err := r.client.Head(ctx, chain.Latest)
	if err != nil {
		return 0, err
	}
	return h.Time, nil
}

// Final returns number and time of the newest final block: what was read up to it stays.
func (r *Reader) Final(ctx context.Context) (block, time uint64, err error) {
	h, err := r.client.Head(ctx, chain.Finalized)
	if err != nil {
		return 0, 0, err
	}
	return h.Number.Uint64(), h.Time, nil
}

func amount(b *big.Int, err error) (protocol.Amount, error) {
	if err != nil {
		return protocol.Amount{}, err
	}
	return protocol.AmountFromBig(b)
}

// Channel is a payment channel as the Market has it.
type Channel struct {
	Requester, Delegate common.Address
	// Retiring is the delegate before; its vouchers count before RetiresAt.
	Retiring  common.Address
	RetiresAt uint64
	Deposit   protocol.Amount
	Paid      protocol.Amount
	Expiry    uint64
	// ClosesAt is 0 while nobody closed; vouchers count before it.
	ClosesAt uint64
}

// Channel returns a channel; protocol.ErrNotFound if there is none.
func (r *Reader) Channel(ctx context.Context, id common.Hash) (Channel, error) {
	c, err := chain.Call(ctx, r.client, r.at.Market, nil, market.PackChannelOf(id), market.UnpackChannelOf)
	if err != nil {
		return Channel{}, err
	}
	if c.Requester == (common.Address{}) {
		return Channel{}, fmt.Errorf("channel %s: %w", id, protocol.ErrNotFound)
	}
	return Channel{c.Requester, c.Delegate, c.Retiring, c.RetiresAt, protocol.MustAmount(c.Deposit), protocol.MustAmount(c.Paid), c.Expiry, c.ClosesAt}, nil
}

// ChannelOver returns the block time (Unix seconds) from which nothing that a channel paid can be disputed, as far as it is
// known now: its vouchers count until its end, and a redeem can be disputed for some time, drawn or not.
// It fails with protocol.ErrNotFound if there is no such channel.
func (r *Reader) ChannelOver(ctx context.Context, id common.Hash) (uint64, error) {
	c, err := r.Channel(ctx, id)
	if err != nil {
		return 0, err
	}
	t, err := r.Timing(ctx)
	if err != nil {
		return 0, err
	}
	end := c.ClosesAt
	if end == 0 {
		end = later(c.Expiry, t.CloseGrace)
	}
	return later(end, t.MaxDeadline+t.DisputeWindow+t.MaxHold), nil
}

// later is a time some seconds after another, the latest of all times if that is behind it.
func later(t, seconds uint64) uint64 {
	if t+seconds < t {
		return ^uint64(0)
	}
	return t + seconds
}

// Nonce returns the account's next nonce for channels and jobs.
func (r *Reader) Nonce(ctx context.Context, account common.Address) (*big.Int, error) {
	return chain.Call(ctx, r.client, r.at.Market, nil, market.PackNonces(account), market.UnpackNonces)
}

// Line returns what was paid on a voucher line.
func (r *Reader) Line(ctx context.Context, line protocol.Line) (bindings.Line, error) {
	return chain.Call(ctx, r.client, r.at.Market, nil, market.PackLineOf(LineID(line)), market.UnpackLineOf)
}

// QuoteRedeem returns what a redeem sent by an operator would pay on the newest state.
func (r *Reader) QuoteRedeem(ctx context.Context, operator common.Address, redeem protocol.Call) (protocol.Amount, error) {
	return amount(chain.CallFrom(ctx, r.client, operator, *redeem.To, nil, redeem.Data, market.UnpackRedeem))
}

// Credit is a pending credit: what redeems of one epoch added up to.
type Credit struct {
	Amount    protocol.Amount
	MaturesAt uint64
	Forfeited bool
}

// Credit returns a pending credit; its amount is zero once it matured.
func (r *Reader) Credit(ctx context.Context, provider common.Address, version common.Hash, relayer common.Address, epoch uint64) (Credit, error) {
	c, err := chain.Call(ctx, r.client, r.at.Market, nil, market.PackCreditOf(provider, version, relayer, epoch), market.UnpackCreditOf)
	if err != nil {
		return Credit{}, err
	}
	return Credit{protocol.MustAmount(c.Amount), c.MaturesAt, c.Forfeited}, nil
}

// Job returns a job; its State is 0 if there is none.
func (r *Reader) Job(ctx context.Context, id common.Hash) (bindings.Job, error) {
	return chain.Call(ctx, r.client, r.at.Market, nil, market.PackJobOf(id), market.UnpackJobOf)
}

// Timing returns the windows of the deployment.
func (r *Reader) Timing(ctx context.Context) (bindings.Timing, error) {
	return chain.Call(ctx, r.client, r.at.Market, nil, market.PackTiming(), market.UnpackTiming)
}

// Shares returns the parts of a fee that the protocol takes, in basis points.
func (r *Reader) Shares(ctx context.Context) (bindings.Shares, error) {
	return chain.Call(ctx, r.client, r.at.Market, nil, market.PackShares(), market.UnpackShares)
}

// Pending returns a provider's unmatured credit and accepted jobs.
func (r *Reader) Pending(ctx context.Context, provider common.Address) (protocol.Amount, error) {
	return amount(chain.Call(ctx, r.client, r.at.Market, nil, market.PackPendingOf(provider), market.UnpackPendingOf))
}

// TokenBalance returns an account's tokens outside the vault.
func (r *Reader) TokenBalance(ctx context.Context, account common.Address) (protocol.Amount, error) {
	return amount(chain.Call(ctx, r.client, r.at.Token, nil, token.PackBalanceOf(account), token.UnpackBalanceOf))
}

// Allowance returns what the vault may pull from an account.
func (r *Reader) Allowance(ctx context.Context, account common.Address) (protocol.Amount, error) {
	return amount(chain.Call(ctx, r.client, r.at.Token, nil, token.PackAllowance(account, r.at.Vault), token.UnpackAllowance))
}

// Free returns an account's free balance in the vault.
func (r *Reader) Free(ctx context.Context, account common.Address) (protocol.Amount, error) {
	return amount(chain.Call(ctx, r.client, r.at.Vault, nil, vault.PackFree(account), vault.UnpackFree))
}

// Owed returns everything the vault owes; it must never pass the vault's tokens.
func (r *Reader) Owed(ctx context.Context) (protocol.Amount, error) {
	return amount(chain.Call(ctx, r.client, r.at.Vault, nil, vault.PackOwed(), vault.UnpackOwed))
}

// Stake returns a provider's whole stake.
func (r *Reader) Stake(ctx context.Context, provider common.Address) (protocol.Amount, error) {
	return amount(chain.Call(ctx, r.client, r.at.Staking, nil, staking.PackStakeOf(provider), staking.UnpackStakeOf))
}

// FreeStake returns a provider's stake that is not unbonding.
func (r *Reader) FreeStake(ctx context.Context, provider common.Address) (protocol.Amount, error) {
	return amount(chain.Call(ctx, r.client, r.at.Staking, nil, staking.PackFreeStakeOf(provider), staking.UnpackFreeStakeOf))
}

// Unbonding returns what leaves a provider's stake, and when it may.
func (r *Reader) Unbonding(ctx context.Context, provider common.Address) (protocol.Amount, uint64, error) {
	u, err := chain.Call(ctx, r.client, r.at.Staking, nil, staking.PackUnbondingOf(provider), staking.UnpackUnbondingOf)
	if err != nil {
		return protocol.Amount{}, 0, err
	}
	return protocol.MustAmount(u.Amount), u.ExitAt, nil
}

// ProviderOf returns whom an operator signs for; protocol.ErrNotFound if nobody.
func (r *Reader) ProviderOf(ctx context.Context, operator common.Address) (common.Address, error) {
	p, err := chain.Call(ctx, r.client, r.at.Staking, nil, staking.PackProviderOf(operator), staking.UnpackProviderOf)
	if err == nil && p == (common.Address{}) {
		err = fmt.Errorf("operator %s: %w", operator, protocol.ErrNotFound)
	}
	return p, err
}

// IsActiveOperator reports whether an operator may sign new things.
func (r *Reader) IsActiveOperator(ctx context.Context, operator common.Address) (bool, error) {
	return chain.Call(ctx, r.client, r.at.Staking, nil, staking.PackIsActiveOperator(operator), staking.UnpackIsActiveOperator)
}

// Published reports whether a model version exists.
func (r *Reader) Published(ctx context.Context, version common.Hash) (bool, error) {
	return chain.Call(ctx, r.client, r.at.Registry, nil, registry.PackExists(version), registry.UnpackExists)
}

// Class returns the class of a published version.
func (r *Reader) Class(ctx context.Context, version common.Hash) (protocol.Class, error) {
	c, err := chain.Call(ctx, r.client, r.at.Registry, nil, registry.PackClassOf(version), registry.UnpackClassOf)
	return protocol.Class(c), err
}

// WeightsRoot returns what a published version's weights commit to.
func (r *Reader) WeightsRoot(ctx context.Context, version common.Hash) (common.Hash, error) {
	root, err := chain.Call(ctx, r.client, r.at.Registry, nil, registry.PackWeightsRootOf(version), registry.UnpackWeightsRootOf)
	return root, err
}

// Wager returns a wager of the sample game.
func (r *Reader) Wager(ctx context.Context, id uint64) (bindings.StoryWagerWager, error) {
	return chain.Call(ctx, r.client, r.at.StoryWager, nil, wager.PackWagerOf(new(big.Int).SetUint64(id)), wager.UnpackWagerOf)
}
