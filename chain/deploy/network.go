package deploy

import (
	"math/big"

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

	Verifier         = "StepVerifier" // or the one of a ceremony that a deployment was given
	VerifierRegistry = "VerifierRegistry"
	StepTable        = "StepTable"
	NodeTable        = "NodeTable"
	DisputeGame      = "DisputeGame"
	Questions        = "Questions"
	Claims           = "Claims"
	Auditors         = "Auditors"
	Audits           = "Audits"
	Attestations     = "Attestations"
	Beacon           = "Beacon"
	Ledger           = "DisputeLedger"
)

// DevelopmentKey is the hash of the verifying key that StepVerifier holds. Anyone can
// forge proofs under it: its constructor refuses all but development chains.
var DevelopmentKey = common.HexToHash("0x32a5f58563125c4c0020ed089b97e168229e1470ef5fbcf19e2e3f58eac95cf1")

// Parameters are the choices of a deployment; none can be changed later but the
// owner's bounded ones.
type Parameters struct {
	Token     common.Address // settlement token; zero deploys the test token (development only)
	Decimals  uint8          // of the token that the amounts below are in
	Owner     common.Address // of the Market's bounded parameters; not of anybody's money
	Treasury  common.Address // gets the protocol's share
	Shares    bindings.Shares
	Timing    bindings.Timing
	Unbonding uint64 // seconds
	AtRisk    uint64 // seconds: the longest time after an act in which it can still be slashed

	Verifier  common.Address         // of specification version 1; zero deploys the development verifier
	KeyHash   common.Hash            // of the verifier's verifying key
	Questions bindings.QuestionTerms // clocks, bonds
	Audits    bindings.AuditTerms
	Auditors  bindings.AuditorTerms
	Beacon    bindings.BeaconTerms
	Round     uint64          // seconds between two draws of who attests to one model version
	Bounty    protocol.Amount // the most that a proven fault pays: twenty times what a dispute was measured to cost

	// CheckVerifier fails unless code is that of the verifier contract of KeyHash. It is
	// needed with Verifier: the registry believes any pair of the two, and a contract that
	// accepts every proof convicts everybody.
	CheckVerifier func(code []byte) error
}

// Development returns parameters with windows of seconds, for chains where an hour
// is too long to wait: a requester's answer can be disputed for 20 s.
func Development(admin common.Address) Parameters {
	return Parameters{
		Decimals: testDecimals, Owner: admin, Treasury: admin,
		Shares: bindings.Shares{RelayerBps: 200, ProtocolBps: 200, AuditorsBps: 300},
		Timing: bindings.Timing{
			DisputeWindow: 20, CloseGrace: 10, Epoch: 2, ExitMargin: 60, MaxHold: 60, Timelock: 160,
			MaxDeadline: 60, ExposureDivisor: 400, MaxPromptTokens: 4096,
		},
		Unbonding: 160, AtRisk: 150,
		KeyHash: DevelopmentKey, Questions: questions(3, 1, 6), Bounty: protocol.NewAmount(20_000_000),
		Audits: audits(10_000, 8, 3, 6), Auditors: auditors(160), Beacon: bindings.BeaconTerms{Source: blockHash, Delay: 2}, Round: 60,
	}
}

// Live returns the defaults for chains with real money: a dispute window of 30
// hours and a week of unbonding.
func Live(token, owner, treasury common.Address) Parameters {
	const hour = 3600
	return Parameters{
		Token: token, Decimals: 6, Owner: owner, Treasury: treasury,
		Shares: bindings.Shares{RelayerBps: 200, ProtocolBps: 200, AuditorsBps: 300},
		Timing: bindings.Timing{
			DisputeWindow: 30 * hour, CloseGrace: 2 * hour, Epoch: hour, ExitMargin: 2 * hour, MaxHold: 102 * hour, Timelock: 8 * 24 * hour,
			MaxDeadline: protocol.MaxDeadline, ExposureDivisor: 400, MaxPromptTokens: 4096,
		},
		Unbonding: 7 * 24 * hour, AtRisk: 6 * 24 * hour,
		KeyHash: DevelopmentKey, Questions: questions(6*hour, 60, 3*hour), Bounty: protocol.NewAmount(20_000_000),
		Audits: audits(300, 2*hour, 6*hour, 3*hour), Auditors: auditors(14 * 24 * hour),
		// More blocks than anybody proposes in a row: with a third of all stake once in 3^32 draws.
		Beacon: bindings.BeaconTerms{Source: prevRandao, Delay: 32}, Round: 14 * 24 * hour,
	}
}

// questions has bonds in a token of six decimals: three units put up, one for asking.
func questions(clock, answerTime, proofTime uint64) bindings.QuestionTerms {
	return bindings.QuestionTerms{Clock: clock, AnswerTime: answerTime, ProofTime: proofTime, BaseBond: big.NewInt(3_000_000), AskCost: big.NewInt(1_000_000)}
}

// Sources of randomness, as in IBeacon.
const (
	blockHash uint8 = iota
	prevRandao
)

// audits are drawn with probability bps for the largest fee. Amounts as those of
// questions.
func audits(bps uint16, drawTime, clock, proofTime uint64) bindings.AuditTerms {
	return bindings.AuditTerms{
		AuditBps: bps, DrawTime: drawTime, Clock: clock, AttestTime: 2 * clock, ProofTime: proofTime,
		Absence: big.NewInt(3_000_000), ReportCost: big.NewInt(1_000_000),
	}
}

func auditors(unbonding uint64) bindings.AuditorTerms {
	return bindings.AuditorTerms{Unit: big.NewInt(100_000_000), Unbonding: unbonding}
}

// Network returns the plan of the project's contracts, or says why the parameters cannot
// work (protocol.ErrInvalid). What disputes comes first: the
// ledger accepts only modules that exist, and the Slasher only such a ledger. The
// Market comes last: its constructor checks that all others name each other.
func Network(p Parameters) ([]Step, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	neighbours := func(at map[string]common.Address) bindings.Neighbours {
		return bindings.Neighbours{Vault: at[Vault], Staking: at[Staking], Registry: at[Registry], Slasher: at[Slasher]}
	}
	type at = map[string]common.Address
	wiring := func(a at) bindings.DisputeWiring {
		return bindings.DisputeWiring{Market: a[Market], Staking: a[Staking], Registry: a[Registry], Ledger: a[Ledger]}
	}
	plan := []Step{
		{Name: Token, At: p.Token, Check: p.sameDecimals},
		{Name: Verifier, At: p.Verifier, Check: p.verifies},
		{Name: VerifierRegistry, Args: func(a at) []any { return []any{p.Owner, p.Timing.Timelock, p.AtRisk, a[Verifier], p.KeyHash} }},
		{Name: StepTable},
		{Name: NodeTable, Args: func(a at) []any { return []any{a[StepTable]} }},
		{Name: DisputeGame, Args: func(a at) []any { return []any{wiring(a), a[StepTable], a[VerifierRegistry]} }},
		{Name: Questions, Args: func(a at) []any {
			return []any{wiring(a), a[Vault], a[NodeTable], a[VerifierRegistry], a[DisputeGame], p.Questions}
		}},
		{Name: Claims, Args: func(a at) []any { return []any{wiring(a)} }},
		{Name: Beacon, Check: ownBlocks, Args: func(at) []any { return []any{p.Beacon} }},
		{Name: Auditors, Args: func(a at) []any { return []any{a[Vault], a[Audits], p.Auditors} }},
		{Name: Audits, Args: func(a at) []any {
			return []any{wiring(a), a[Vault], a[Auditors], a[Beacon], a[DisputeGame], a[Slasher], p.Audits}
		}},
		{Name: Attestations, Args: func(a at) []any { return []any{a[Registry], a[Auditors], p.Round, a[Beacon]} }},
		// The roster convicts nobody; it is a module because the Vault takes bonds for modules alone.
		{Name: Ledger, Args: func(a at) []any {
			return []any{a[Slasher], []common.Address{a[DisputeGame], a[Questions], a[Claims], a[Audits], a[Auditors]}, p.Bounty.Big()}
		}},
		{Name: Vault, Args: func(a at) []any {
			return []any{a[Token], []common.Address{a[Market], a[Staking], a[Slasher], a[Questions], a[Auditors]}}
		}},
		{Name: Staking, Args: func(a at) []any { return []any{a[Vault], a[Market], a[Slasher], p.Unbonding, p.AtRisk} }},
		{Name: Registry, Args: func(a at) []any { return []any{a[VerifierRegistry]} }},
		{Name: Slasher, Args: func(a at) []any { return []any{a[Vault], a[Staking], a[Market], []common.Address{a[Ledger]}} }},
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
		Verifiers: d.Address(VerifierRegistry), Disputes: d.Address(DisputeGame), Questions: d.Address(Questions),
		Claims: d.Address(Claims), Audits: d.Address(Audits), Auditors: d.Address(Auditors), Attestations: d.Address(Attestations), Beacon: d.Address(Beacon),
		Ledger: d.Address(Ledger), StepTable: d.Address(StepTable), NodeTable: d.Address(NodeTable),
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
