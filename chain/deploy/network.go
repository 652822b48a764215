package deploy

import (
	"fmt"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
)

// Names of the contracts in a record.
const (
	Token      = "TestToken" // or the settlement token that a deployment was given
	Vault      = "Vault"
	Staking    = "Staking"
	Registry   = "ModelRegistry"
	Slasher    = "Slasher"
	MarketJobs = "MarketJobs"
	Market     = "Market"
)

// Parameters are the choices of a deployment; none can be changed later but the
// owner's bounded ones.
type Parameters struct {
	Token     common.Address   // settlement token; zero deploys the test token (development only)
	Owner     common.Address   // of the Market's bounded parameters; not of anybody's money
	Treasury  common.Address   // gets the protocol's share
	Callers   []common.Address // contracts that may slash, for ever; none: nobody can
	Shares    bindings.Shares
	Timing    bindings.Timing
	Unbonding uint64 // seconds
	AtRisk    uint64 // seconds: the longest time after an act in which it can still be slashed
}

// Development returns parameters with windows of seconds, for chains where an hour
// is too long to wait: a requester's answer can be disputed for 20 s.
func Development(admin common.Address) Parameters {
	return Parameters{
		Owner: admin, Treasury: admin,
		Shares: bindings.Shares{RelayerBps: 200, ProtocolBps: 200, AuditorsBps: 300},
		Timing: bindings.Timing{
			DisputeWindow: 20, CloseGrace: 10, Epoch: 2, ExitMargin: 60, MaxHold: 60, Timelock: 120,
			MaxDeadline: 60, ExposureDivisor: 400, MaxPromptTokens: 4096,
		},
		Unbonding: 90, AtRisk: 81,
	}
}

// Live returns the defaults for chains with real money: a dispute window of 30
// hours and a week of unbonding.
func Live(token, owner, treasury common.Address) Parameters {
	const hour = 3600
	return Parameters{
		Token: token, Owner: owner, Treasury: treasury,
		Shares: bindings.Shares{RelayerBps: 200, ProtocolBps: 200, AuditorsBps: 300},
		Timing: bindings.Timing{
			DisputeWindow: 30 * hour, CloseGrace: 2 * hour, Epoch: hour, ExitMargin: 2 * hour, MaxHold: 72 * hour, Timelock: 8 * 24 * hour,
			MaxDeadline: protocol.MaxDeadline, ExposureDivisor: 400, MaxPromptTokens: 4096,
		},
		Unbonding: 7 * 24 * hour, AtRisk: 6 * 24 * hour,
	}
}

// Network returns the plan of the project's contracts. The Market comes last: its
// constructor checks that all others name each other.
func Network(p Parameters) ([]Step, error) {
	callers := append([]common.Address{}, p.Callers...) // the ABI knows no nil
	if p.Owner == (common.Address{}) || p.Treasury == (common.Address{}) {
		return nil, fmt.Errorf("deployment without owner or treasury: %w", protocol.ErrInvalid)
	}
	neighbours := func(at map[string]common.Address) bindings.Neighbours {
		return bindings.Neighbours{Vault: at[Vault], Staking: at[Staking], Registry: at[Registry], Slasher: at[Slasher]}
	}
	type at = map[string]common.Address
	plan := []Step{
		{Name: Token, At: p.Token},
		{Name: Vault, Args: func(a at) []any { return []any{a[Token], []common.Address{a[Market], a[Staking], a[Slasher]}} }},
		{Name: Staking, Args: func(a at) []any { return []any{a[Vault], a[Market], a[Slasher], p.Unbonding, p.AtRisk} }},
		{Name: Registry},
		{Name: Slasher, Args: func(a at) []any { return []any{a[Vault], a[Staking], a[Market], callers} }},
		{Name: MarketJobs, Args: func(a at) []any { return []any{a[Market], neighbours(a), p.Timing} }},
		{Name: Market, Args: func(a at) []any {
			return []any{a[MarketJobs], neighbours(a), p.Owner, p.Treasury, p.Shares, p.Timing}
		}},
	}
	for i := range plan {
		var err error
		if plan[i].ABI, plan[i].Code, err = chain.Code(plan[i].Name); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// Addresses returns where the project's contracts are.
func (d *Deployment) Addresses() contracts.Addresses {
	return contracts.Addresses{
		Token: d.Address(Token), Vault: d.Address(Vault), Staking: d.Address(Staking), Registry: d.Address(Registry),
		Slasher: d.Address(Slasher), Market: d.Address(Market),
	}
}

// Question is what the sample game asks in every wager.
type Question = bindings.StoryWagerQuestion

// Wager is the call that creates the sample game: it names a model version and so
// cannot be part of the plan. Its address is the receipt's ContractAddress.
func Wager(at contracts.Addresses, q Question, maxStake protocol.Amount) protocol.Call {
	code := common.FromHex(bindings.StoryWagerMetaData.Bin)
	args := bindings.NewStoryWager().PackConstructor(at.Market, at.Vault, q, maxStake.Big())
	return protocol.Call{Data: append(code, args...), Purpose: "create wager"}
}
